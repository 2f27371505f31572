"""Shapefile, GeoPackage and FlatGeobuf by GDAL, with one driver; rows are counted in the file itself."""

from __future__ import annotations

import os
import re
import sqlite3
import struct
from contextlib import closing
from typing import TYPE_CHECKING, Any

import shapely

from layers.errors import SourceError
from pipelines.shapes_agree import check_shapes_of
from pipelines.user_files.raw_table import LAYERS, MAX_ROWS, RawTable, crs_of, text_of
from pipelines.user_files.says_twice import check_geopackage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["read_flatgeobuf", "read_geopackage", "read_shapefile"]

# Triggers that the GeoPackage standard and GDAL write. They run when a table is changed, which never happens.
_TRIGGERS = re.compile(r"rtree_|gpkg_|trigger_(?:insert|delete|update)_feature_count_|fts_", re.IGNORECASE)
_SHAPE_HEADER, _FGB_MAGIC = 100, b"fgb\x03fgb"


def _layer(path: Path, layer: str | None, options: Mapping[str, str]) -> RawTable:
    """One layer of a file by GDAL, all rows of it."""
    import pyogrio  # noqa: PLC0415  brings GDAL and geopandas, a second that other formats need not wait for

    meta, table = pyogrio.read_arrow(path, layer=layer)
    place = meta["geometry_name"] or "wkb_geometry"
    if place not in table.column_names:
        msg = "expected a layer with geometry, found none: export it with its geometry"
        raise SourceError(msg)
    blobs = table.column(place).to_numpy()
    geometry = shapely.from_wkb(blobs, on_invalid="ignore")
    is_damaged = shapely.is_missing(geometry) & (blobs != None)  # noqa: E711  element by element
    columns = {
        name: text_of(table.column(name).to_pylist())
        for name in table.column_names
        # A binary attribute, such as a photo, is no text.
        if name not in {place, meta.get("fid_column")} and "binary" not in str(table.schema.field(name).type)
    }
    return RawTable(layer or "", columns, geometry, crs_of(meta["crs"], options), is_damaged=is_damaged)


def _must_count(expected: int, table: RawTable) -> RawTable:
    """The table itself, if it has the number of rows that were counted in the file."""
    if len(table.geometry) != expected:
        msg = (
            f"expected {expected} rows, as the file holds, found {len(table.geometry)} by its reader: "
            "the file contradicts itself, export it again"
        )
        raise SourceError(msg)
    return table


# --- shapefile -------------------------------------------------------------------------------


def read_shapefile(path: Path, options: Mapping[str, str]) -> list[RawTable]:
    """The rows of a shapefile. Without an index (.shx) the shapes are read one after the other.

    Raises
    ------
    SourceError
        If a part is cut, the parts disagree, or it has no CRS.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(_SHAPE_HEADER)
    stated = struct.unpack(">I", head[24:28])[0] * 2 if len(head) == _SHAPE_HEADER else -1
    if stated != size:
        msg = f"expected {stated} bytes of shapes, as its header says, found {size}: it is cut, copy it again"
        raise SourceError(msg)
    index, attributes = path.with_suffix(".shx"), path.with_suffix(".dbf")
    rows = (index.stat().st_size - _SHAPE_HEADER) // 8 if index.exists() else _shapes_in(path, size)
    deleted = 0
    if attributes.exists():
        records, deleted = _records_in(attributes)
        if records != rows:
            msg = (
                f"expected as many attributes as shapes, found {records} and {rows}: copy all its parts again"
            )
            raise SourceError(msg)
    if rows > MAX_ROWS:
        msg = f"expected at most {MAX_ROWS:,} rows, found {rows:,}: split the file"
        raise SourceError(msg)
    check_shapes_of(path)
    # GDAL makes a missing index anew, beside the copy.
    os.environ["SHAPE_RESTORE_SHX"] = "YES"
    table = _must_count(rows - deleted, _layer(path, None, options))
    table.name = ""
    return [table]


def _shapes_in(path: Path, size: int) -> int:
    """The number of shapes in a .shp, counted by the lengths that stand before them."""
    count, at = 0, _SHAPE_HEADER
    with path.open("rb") as stream:
        while at + 8 <= size and count <= MAX_ROWS:
            stream.seek(at)
            at += 8 + 2 * max(struct.unpack(">2i", stream.read(8))[1], 0)
            count += 1
    return count


def _records_in(path: Path) -> tuple[int, int]:
    """The number of records of a .dbf, and how many of them are marked as deleted."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(32)
        records, first, width = struct.unpack("<IHH", head[4:12]) if len(head) == 32 else (0, 1, 1)
        # The last byte, an end mark, is often missing.
        if len(head) < 32 or first + records * width > size + 1:
            msg = f"expected {records} records of attributes, found a .dbf of {size} bytes: copy it again"
            raise SourceError(msg)
        stream.seek(first)
        marks = stream.read(records * width)[:: max(width, 1)]
    return records, marks.count(b"*")


# --- GeoPackage ------------------------------------------------------------------------------


def read_geopackage(path: Path, options: Mapping[str, str]) -> list[RawTable]:
    """Every table with geometry of a GeoPackage, each row of it; the counts that it states are not trusted.

    Raises
    ------
    SourceError
        If it is no GeoPackage, a layer is a view, it has triggers of its own, or rows do not come through.
    """
    try:
        with closing(sqlite3.connect(path)) as database:
            counts = _tables_in(database)
    except sqlite3.Error as error:
        msg = f"expected a GeoPackage, found {error}: export it again"
        raise SourceError(msg) from error
    if len(counts) > LAYERS:
        msg = f"expected at most {LAYERS} layers, found {len(counts)}: split the file"
        raise SourceError(msg)
    if not counts:
        msg = "expected a layer with geometry, found none: export one"
        raise SourceError(msg)
    tables = [_must_count(rows, _layer(path, name, options)) for name, rows in counts.items()]
    if len(tables) == 1:
        tables[0].name = ""
    return tables


def _tables_in(database: sqlite3.Connection) -> dict[str, int]:
    """The number of rows by the name of each table with geometry, counted in the table."""
    objects = database.execute("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')")
    kinds = {str(name).lower(): kind for name, kind in objects}
    for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        if not _TRIGGERS.match(name):
            msg = (
                f"expected no triggers of its own, found {name[:60]!r}: export its layers to a new GeoPackage"
            )
            raise SourceError(msg)
    counts = {}
    for name, column in database.execute(
        "SELECT c.table_name, g.column_name FROM gpkg_contents c JOIN gpkg_geometry_columns g "
        "ON lower(c.table_name) = lower(g.table_name) WHERE c.data_type = 'features' ORDER BY c.table_name"
    ):
        kind = kinds.get(str(name).lower())
        if kind != "table":
            # A view is a query, and a query may have no end.
            found = "a view" if kind == "view" else "none"
            msg = (
                f"expected the layer {str(name)[:60]!r} to be a table, found {found}: export it to a new file"
            )
            raise SourceError(msg)
        quoted = str(name).replace('"', '""')
        rows = database.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0]  # noqa: S608  it is quoted
        if rows > MAX_ROWS:
            msg = f"expected at most {MAX_ROWS:,} rows, found {rows:,} in {str(name)[:60]!r}: split it"
            raise SourceError(msg)
        check_geopackage(database, str(name), str(column))
        counts[str(name)] = int(rows)
    return counts


# --- FlatGeobuf ------------------------------------------------------------------------------


def read_flatgeobuf(path: Path, options: Mapping[str, str]) -> list[RawTable]:
    """The features of a FlatGeobuf file.

    Raises
    ------
    SourceError
        If it is cut, or the number of features that it states is false.
    """
    # The driver's own stream dies of a feature without geometry (GDAL 3.12); the general one does not.
    os.environ["OGR_FLATGEOBUF_STREAM_BASE_IMPL"] = "YES"
    table = _must_count(_features_in(path.read_bytes()), _layer(path, None, options))
    table.name = ""
    return [table]


def _features_in(content: bytes) -> int:
    """The number of features, counted by the lengths that stand before them (flatgeobuf.org, version 3)."""
    try:
        length = struct.unpack_from("<I", content, 8)[0]
        header = content[12 : 12 + length]
        stated, node_size = _field(header, 8, "<Q", 0), _field(header, 9, "<H", 16)
        at = 12 + length + (_index_bytes(stated, node_size) if stated and node_size else 0)
        count = 0
        while at < len(content):
            at += 4 + struct.unpack_from("<I", content, at)[0]
            count += 1
    except struct.error as error:
        msg = "expected a whole FlatGeobuf, found its end inside a feature: it is cut, copy it again"
        raise SourceError(msg) from error
    if at != len(content) or (stated and stated != count):
        msg = f"expected {stated} features, as its header says, found {count}: export it again"
        raise SourceError(msg)
    return count


def _field(table: bytes, number: int, form: str, default: Any) -> Any:
    """A number in the root table of a flatbuffer, by the place of its field in the schema."""
    root = struct.unpack_from("<I", table, 0)[0]
    directory = root - struct.unpack_from("<i", table, root)[0]
    entry = 4 + 2 * number
    if entry >= struct.unpack_from("<H", table, directory)[0]:
        return default
    offset = struct.unpack_from("<H", table, directory + entry)[0]
    return struct.unpack_from(form, table, root + offset)[0] if offset else default


def _index_bytes(features: int, node_size: int) -> int:
    """The size of the packed R-tree: nodes of 40 bytes, on levels that shrink by the size of a node."""
    level = nodes = features
    while True:
        level = -(-level // max(node_size, 2))
        nodes += level
        if level <= 1:
            return int(nodes) * 40
