"""One GeoPackage with every table, the meanings of the columns, default styles and a QGIS project.

The same picture gives the same bytes. The file is GeoPackage 1.3, which QGIS 3.22 and newer read without a
warning. Geometry is EPSG:3413.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyogrio

from layers.errors import ExportError
from maps.qgis.project import project
from maps.qgis.symbology import qml
from maps.status import promise, view
from maps.text import heading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from layers.picture import Picture
    from layers.schema import Layer

__all__ = ["write"]

_FILE, _PART = "picture.gpkg", "picture.part.gpkg"
# SQLite stores the text of each statement, so another space here changes the bytes of the file.
_TABLES = """
        CREATE TABLE IF NOT EXISTS gpkg_data_columns (
          table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT,
          description TEXT, mime_type TEXT, constraint_name TEXT,
          CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
          CONSTRAINT gdc_tn UNIQUE (table_name, name));
        CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (
          constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC,
          min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
          CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
        CREATE TABLE layer_styles (
          id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT(256), f_table_schema TEXT(256),
          f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT,
          styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
          update_time DATETIME);
        CREATE TABLE qgis_projects (name TEXT PRIMARY KEY, metadata BLOB, content BLOB);
        CREATE TABLE about (id INTEGER PRIMARY KEY, topic TEXT NOT NULL, text TEXT NOT NULL);
        """


def write(picture: Picture, folder: Path) -> Path:
    """Write `picture.gpkg` into `folder` and return its path.

    Raises
    ------
    ExportError
        If the file cannot be written; the unfinished file is removed.
    """
    path, part = folder / _FILE, folder / _PART
    part.unlink(missing_ok=True)
    stamp = f"{picture.day.isoformat()}T00:00:00.000Z"
    try:
        with _fixed_clock(stamp):
            # Tables come first, because GDAL reads the triggers of every spatial index each time it opens
            # the file, and tables have no index.
            for layer in sorted(picture.layers, key=lambda one: one.geometry != "table"):
                _write_layer(picture, layer, part)
        with closing(sqlite3.connect(part)) as database, database:
            _describe(database, picture, stamp)
        part.replace(path)  # replaces a symbolic link of that name instead of following it
    except (OSError, sqlite3.Error, pyogrio.errors.DataSourceError, RuntimeError) as error:
        part.unlink(missing_ok=True)
        msg = f"{_FILE}: expected to write it into {folder}, found {error}: is the disk full?"
        raise ExportError(msg) from error
    return path


@contextmanager
def _fixed_clock(stamp: str) -> Iterator[None]:
    """Let GDAL write the time `stamp` instead of the current time, so that the bytes do not change.

    GDAL also does not sync the file to disk, because pipelines.picture.publish does this.
    """
    options = {"OGR_CURRENT_DATE": stamp, "OGR_SQLITE_SYNCHRONOUS": "OFF"}
    pyogrio.set_gdal_config_options(options)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(options))


def _without_nul(table: pd.DataFrame, layer: Layer) -> pd.DataFrame:
    """The table with NUL in a text replaced by its symbol, because SQLite cuts a text at NUL."""
    for column in layer.all_columns:
        if column.dtype == "str" and not column.choices and _has_nul(table[column.name]):
            table = table.assign(**{column.name: table[column.name].str.replace("\0", "\u2400")})
    return table


def _has_nul(texts: pd.Series) -> bool:
    # All bytes of the column first, which is fast; a closer look only where they contain NUL.
    parts = pa.chunked_array(pa.array(texts)).chunks if isinstance(texts.dtype, pd.StringDtype) else None
    if parts is not None and not any(b"\0" in part.buffers()[2].to_pybytes() for part in parts if len(part)):
        return False
    return bool(texts.str.contains("\0", regex=False).any())


def _write_layer(picture: Picture, layer: Layer, path: Path) -> None:
    table = picture.tables[layer.id]
    if layer.id == "standards":
        # Two thirds of the rows say that a standard does not apply; the Parquet table holds them.
        table = table[table["result"] != "not_applicable"]
    geometry = {"point": "Point", "line": "MultiLineString", "polygon": "MultiPolygon"}.get(layer.geometry)
    pyogrio.write_dataframe(
        _without_nul(table, layer) if geometry else pd.DataFrame(_without_nul(table, layer)),
        path,
        layer=layer.id,
        driver="GPKG",
        append=path.exists(),
        geometry_type=geometry,
        promote_to_multi=layer.geometry in {"line", "polygon"},
        use_arrow=True,
        dataset_options={"VERSION": "1.3"} if not path.exists() else None,
        layer_options={"IDENTIFIER": layer.title, "DESCRIPTION": layer.note, "FID": "fid"},
    )


def _describe(database: sqlite3.Connection, picture: Picture, stamp: str) -> None:
    """Add column meanings, default styles, sources and caveats, the status, and the QGIS project."""
    database.executescript(_TABLES)
    for layer in picture.layers:
        _add_meanings(database, layer)
        if layer.geometry != "table":
            _add_style(database, picture, layer, stamp)
    _add_about(database, picture)
    statements, rows = view(picture)
    database.executescript(statements)
    database.executemany(
        "INSERT INTO status (what, title, state_as_made, as_of, fresh_until, expires) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        rows,
    )
    # QGIS reads the project here as the hexadecimal text of a .qgz. The grids lie beside the GeoPackage, so
    # this project has none.
    database.execute(
        "INSERT INTO qgis_projects (name, metadata, content) VALUES ('picture', ?, ?)",
        (
            json.dumps({"last_modified_time": stamp[:19], "last_modified_user": ""}),
            project(picture).hex(),
        ),
    )
    _register(database, stamp)


def _add_meanings(database: sqlite3.Connection, layer: Layer) -> None:
    """Add name, heading, meaning and unit of each column of a layer."""
    database.executemany(
        "INSERT OR REPLACE INTO gpkg_data_columns (table_name, column_name, name, title, description) "
        "VALUES (?, ?, ?, ?, ?)",
        [
            (layer.id, c.name, c.name, heading(c), c.meaning + (f" [{c.unit}]" if c.unit else ""))
            for c in layer.all_columns
        ],
    )


def _add_style(database: sqlite3.Connection, picture: Picture, layer: Layer, stamp: str) -> None:
    """Add the default style of a layer with geometry."""
    style = qml(layer, picture.tables[layer.id], picture.day)
    database.execute(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
        "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, "
        "update_time) VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '', ?)",
        (layer.id, layer.id, style, layer.title, stamp),
    )


_RENAMED = (
    "The project inside finds its layers in picture.gpkg. In a copy of another name the project has no "
    "layers; the layers, their styles and their meanings are whole."
)


def _add_about(database: sqlite3.Connection, picture: Picture) -> None:
    """Add region, scenario, day, status, caveats and sources to the table `about`."""
    rows = [
        ("region", picture.region.title),
        ("scenario", picture.scenario.title),
        ("day", picture.day.isoformat()),
        ("status", f"{picture.status} when it was made. {promise(picture)}".rstrip()),
        # QGIS keeps file names in a project, also in one inside a GeoPackage (its issue 37440).
        ("project", _RENAMED),
    ]
    rows += [("caveat", sentence) for sentence in picture.caveats]
    rows += [
        ("source", json.dumps({name: getattr(note, name) for name in note.__slots__}, ensure_ascii=False))
        for note in picture.sources
    ]
    database.executemany("INSERT INTO about (topic, text) VALUES (?, ?)", rows)


def _register(database: sqlite3.Connection, stamp: str) -> None:
    """Add the tables beside the layers to the contents of the GeoPackage, and name the schema extension."""
    for table, title in (
        ("layer_styles", "Styles"),
        ("about", "Sources, caveats, region, scenario"),
        ("status", "Picture and sources as they were when it was made"),
        ("status_now", "Picture and sources by the clock of whoever reads this"),
    ):
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id) "
            "VALUES (?, 'attributes', ?, ?, ?, 0)",
            (table, title, title, stamp),
        )
    # The extension has two tables, and one of them without the other is no valid GeoPackage.
    database.executemany(
        "INSERT OR IGNORE INTO gpkg_extensions (table_name, column_name, extension_name, definition, scope) "
        "VALUES (?, NULL, 'gpkg_schema', 'http://www.geopackage.org/spec121/#extension_schema', "
        "'read-write')",
        [("gpkg_data_columns",), ("gpkg_data_column_constraints",)],
    )
