"""What a GeoPackage and a GeoParquet say twice: envelopes, bounds and statistics, held to the values.

Neither format has a checksum of its values. A value that was changed on its way, and that lies at a bound or
changes the structure, contradicts what stands beside it.
"""

from __future__ import annotations

import struct
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from layers.errors import SourceError

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

__all__ = ["check_geopackage", "check_statistics"]

_ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}  # OGC 12-128r19, 2.1.3
_RELATIVE = 1e-6  # bounds may be rounded to a float of 32 bits


def check_geopackage(database: sqlite3.Connection, table: str, column: str) -> None:
    """Refuse a table of a GeoPackage of which a shape is not in the envelope that stands before it.

    Raises
    ------
    SourceError
        If the database is damaged, or a shape and its envelope or its CRS do not agree.
    """
    fault = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if fault != "ok":
        _refuse("a whole database", str(fault)[:100])
    quoted = [name.replace('"', '""') for name in (column, table)]
    rows = database.execute('SELECT rowid, "{}" FROM "{}"'.format(*quoted))  # noqa: S608  it is quoted
    crs = database.execute(
        "SELECT srs_id FROM gpkg_geometry_columns WHERE lower(table_name) = lower(?)", (table,)
    ).fetchone()[0]
    for row, blob in rows:
        if isinstance(blob, bytes):
            _check_blob(blob, int(crs), f"row {row}")


def _check_blob(blob: bytes, crs: int, name: str) -> None:
    if len(blob) < 8 or blob[:2] != b"GP":
        _refuse(f"a shape of a GeoPackage in {name}", repr(blob[:8]))
    flags = blob[3]
    order, kind = ("<" if flags & 1 else ">"), flags >> 1 & 7
    size = _ENVELOPE_BYTES.get(kind, -1)
    if size < 0 or len(blob) < 8 + size:
        _refuse(f"an envelope in {name}", f"the code {kind}")
    stated_crs = struct.unpack_from(f"{order}i", blob, 4)[0]
    if stated_crs != crs:
        _refuse(f"the CRS {crs} of its table in {name}", str(stated_crs))
    shape = None
    with suppress(shapely.errors.ShapelyError):  # a shape that cannot be read is counted elsewhere
        shape = shapely.from_wkb(blob[8 + size :])
    if size and shape is not None and not shapely.is_empty(shape):
        west, east, south, north = struct.unpack_from(f"{order}4d", blob, 8)
        found = shapely.bounds(shape)
        stated = np.array([west, south, east, north])
        if not (np.abs(stated - found) <= _RELATIVE * np.maximum(1.0, np.abs(found))).all():
            _refuse(f"a shape within {_text(stated)} in {name}", _text(found))


def check_statistics(path: Path) -> None:
    """Refuse a Parquet file of which a column is not within the statistics that stand beside it.

    Raises
    ------
    SourceError
        If a page does not have its checksum, where it has one, or a column not its least or largest value or
        its number of gaps.
    """
    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
        for number in range(file.num_row_groups):
            _check_group(file, number)
    except (OSError, pa.ArrowException, ValueError, TypeError) as error:
        _refuse("a whole Parquet file", str(error)[:120])


def _check_group(file: pq.ParquetFile, number: int) -> None:
    group = file.metadata.row_group(number)
    table = file.read_row_group(number)
    if table.num_rows != group.num_rows:
        _refuse(f"{group.num_rows} rows", str(table.num_rows))
    for place in range(group.num_columns):
        column = group.column(place)
        statistics = column.statistics
        if statistics is None or column.path_in_schema not in table.column_names:
            continue  # a part of a nested column
        values = table.column(column.path_in_schema)
        if statistics.has_null_count and statistics.null_count != values.null_count:
            _refuse(f"{statistics.null_count} gaps in {column.path_in_schema!r}", str(values.null_count))
        is_plain = pa.types.is_integer(values.type) or pa.types.is_floating(values.type)
        if not (statistics.has_min_max and is_plain and len(values) > values.null_count):
            continue  # texts may be cut in statistics
        found = pc.min_max(values).as_py()
        stated = {"min": statistics.min, "max": statistics.max}
        if found != stated:
            _refuse(f"{column.path_in_schema!r} from {stated['min']} to {stated['max']}",
                    f"{found['min']} to {found['max']}")  # fmt: skip


def _text(bounds: np.ndarray) -> str:
    return ", ".join(f"{value:g}" for value in bounds)


def _refuse(expected: str, found: str) -> NoReturn:
    msg = f"expected {expected}, found {found}: the file contradicts itself, export it again"
    raise SourceError(msg)
