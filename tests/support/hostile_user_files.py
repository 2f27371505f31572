"""33 files that a user may be handed and that do harm: they read, reach, run, hang, swell or lie.

Each says how many rows it truly has where it may be read at all: `rows` None means that it must be refused.
"""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import geopandas as gpd
import shapely
from user_file_makers import kml, write_toml, xlsx

__all__ = ["CANARY", "HOSTILE", "make"]

CANARY = "canary4711"  # stands in a file on this machine, and must come out nowhere
POINT = {
    "type": "Feature",
    "properties": {"name": "a"},
    "geometry": {"type": "Point", "coordinates": [20, 70]},
}
MARK = "<Placemark><name>{}</name><Point><coordinates>20,70</coordinates></Point></Placemark>"
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


def frame(count: int = 3, **columns: object) -> gpd.GeoDataFrame:
    shapes = [shapely.Point(20 + n / 10, 70) for n in range(count)]
    return gpd.GeoDataFrame({"name": [f"n{n}" for n in range(count)]} | columns, geometry=shapes, crs=4326)


def collection(path: Path, features: list[object] | None = None, **more: object) -> None:
    content = {"type": "FeatureCollection", "features": [POINT] if features is None else features, **more}
    path.write_text(json.dumps(content))


@contextmanager
def geopackage(path: Path) -> Iterator[sqlite3.Connection]:
    """A good GeoPackage with a table `x` of three rows, open to be spoilt."""
    frame().to_file(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA writable_schema = ON")
        yield database
        database.commit()


def shapefile(path: Path, prj: str = "", **changed: bytes) -> None:
    frame().to_file(path)
    for part, content in changed.items():
        path.with_suffix(f".{part}").write_bytes(content)
    if prj:
        path.with_suffix(".prj").write_text(prj)


def view(path: Path, sql: str) -> None:
    with geopackage(path) as database:
        database.execute(f"CREATE VIEW v AS {sql}")
        for table in ("gpkg_contents", "gpkg_geometry_columns"):
            database.execute(f"UPDATE {table} SET table_name = 'v'")


def lying(path: Path, *statements: str) -> None:
    with geopackage(path) as database:
        for statement in statements:
            database.execute(statement)


def vrt_in(path: Path, secret: Path, url: str) -> None:
    path.write_text(
        f"<OGRVRTDataSource><OGRVRTLayer name='s'><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer>"
        f"<OGRVRTLayer name='u'><SrcDataSource>/vsicurl/{url}</SrcDataSource></OGRVRTLayer>"
        "</OGRVRTDataSource>"
    )


def bomb(path: Path) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as box,
        box.open("x.csv", "w", force_zip64=True) as out,
    ):
        for _ in range(700):
            out.write(b" " * 1_000_000)


def slip(path: Path, secret: Path) -> None:
    with zipfile.ZipFile(path, "w") as box:
        row = zipfile.ZipInfo("x.csv")
        row.external_attr = 0o120777 << 16  # a symbolic link
        box.writestr(row, str(secret))
        box.writestr("../../../../escaped.csv", "lat,lon\n70,20\n")


def swollen_sheet(path: Path) -> None:
    xlsx(path, {"a": []}, sheet_xml=SHEET.format('<row r="1"><c r="XFD1048576"><v>1</v></c></row>' * 50))


def external_sheet(path: Path, secret: Path) -> None:
    xlsx(path, {"a": [["lat", "lon"], [70, 20]]})
    with zipfile.ZipFile(path) as box:
        parts = {name: box.read(name) for name in box.namelist()}
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
        b'Target="worksheets/sheet1.xml"', f'Target="file://{secret}" TargetMode="External"'.encode()
    )
    with zipfile.ZipFile(path, "w") as box:
        for name, content in parts.items():
            box.writestr(name, content)


def xxe_sheet(path: Path, secret: Path) -> None:
    head = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row>'
    xlsx(path, {"a": []}, sheet_xml=head + SHEET.format(cell))


def fgb_with_a_false_count(path: Path) -> None:
    frame().to_file(path, SPATIAL_INDEX="NO")
    raw = path.read_bytes()
    place = raw.index(struct.pack("<Q", 3))
    path.write_bytes(raw[:place] + struct.pack("<Q", 1) + raw[place + 8 :])


def parquet_with_a_grid(path: Path, secret: Path) -> None:
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    frame().to_parquet(sink)
    table = pq.read_table(io.BytesIO(sink.getvalue()))
    meta = json.loads(table.schema.metadata[b"geo"])
    meta["columns"]["geometry"]["crs"] = f"+proj=longlat +nadgrids={secret} +type=crs"
    pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(meta)}), path)


def deep(path: Path) -> None:
    path.write_text('{"type":"FeatureCollection","features":' + "[" * 200_000 + "]" * 200_000 + "}")


_LAUGHS = '<!DOCTYPE kml [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {name} "{f"&{last};" * 10}">' for last, name in zip("abcdefgh", "bcdefghi", strict=True)
) + "]>"  # fmt: skip
_GRID = 'GEOGCS["x",DATUM["d",SPHEROID["s",6378137,298.25]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925],EXTENSION["PROJ4","+proj=longlat +nadgrids={} +no_defs"]]'  # noqa: E501
_ENDLESS = "SELECT n AS fid, NULL AS geom FROM (WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r) SELECT n FROM r)"  # noqa: E501
_NAMES = (
    'a" IS NULL THEN 1 ELSE 2 END %]INJECTED[% CASE WHEN "a',
    "[% eval('6*7') %]",
    "<script>x</script>",
    "\x1b[2J",
    "%]",
    "' || 1 || '",
    "__proto__",
    "\ud800",
)

# Name of the file -> how it is made from (path, secret, address); then its true number of rows or None.
Maker = Callable[[Path, Path, str], object]
HOSTILE: dict[str, tuple[str, Maker, int | None]] = {
    # what reads another file
    "gdal pipeline": ("x.geojson", lambda p, s, _: p.write_text(json.dumps(
        {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {s}"})), None),
    "vrt as geojson": ("x.geojson", vrt_in, None),
    "vrt as kml": ("x.kml", vrt_in, None),
    "vrt as csv": ("x.csv", vrt_in, None),
    "vrt as shapefile": ("x.shp", vrt_in, None),
    "entity in kml": ("x.kml", lambda p, s, _: kml(
        p, MARK.format("&e;"), f'<!DOCTYPE kml [<!ENTITY e SYSTEM "file://{s}">]>'), None),
    "entity in a sheet": ("x.xlsx", lambda p, s, _: xxe_sheet(p, s), None),
    "sheet outside": ("x.xlsx", lambda p, s, _: external_sheet(p, s), None),
    "prj with a grid": ("x.shp", lambda p, s, _: shapefile(p, prj=_GRID.format(s)), None),
    "geoparquet with a grid": ("x.parquet", lambda p, s, _: parquet_with_a_grid(p, s), 3),
    "shapefile list of files": ("x.shp", lambda p, s, _: p.write_bytes(str(s).encode()), None),
    "zip with a link and a slip": ("x.zip", lambda p, s, _: slip(p, s), None),
    "csv that is a link": ("x.csv", lambda p, s, _: p.symlink_to(s), None),
    "attached database": ("x.gpkg", lambda p, s, _: view(
        p, f"SELECT 1 AS fid, NULL AS geom, readfile('{s}') AS name"), None),
    # what reaches an address
    "crs by link": ("x.geojson", lambda p, _, u: collection(
        p, crs={"type": "link", "properties": {"href": u, "type": "proj4"}}), None),
    "crs by name that is an address": ("x.geojson", lambda p, _, u: collection(
        p, crs={"type": "name", "properties": {"name": u}}), None),
    "network link": ("x.kml", lambda p, _, u: kml(
        p, MARK.format("a") + f"<NetworkLink><Link><href>{u}</href></Link></NetworkLink>"), 1),
    "document type elsewhere": ("x.kml", lambda p, _, u: kml(
        p, MARK.format("a"), f'<!DOCTYPE kml SYSTEM "{u}">'), None),
    "csv of formulas": ("x.csv", lambda p, _, u: p.write_text(
        f'name,lat,lon\n"=WEBSERVICE(""{u}"")",70,20\n'), 1),
    # what has no end
    "endless view": ("x.gpkg", lambda p, _s, _u: view(p, _ENDLESS), None),
    "laughs": ("x.kml", lambda p, _s, _u: kml(p, MARK.format("&i;"), _LAUGHS), None),
    "deep json": ("x.geojson", lambda p, _s, _u: deep(p), None),
    "zip bomb": ("x.zip", lambda p, _s, _u: bomb(p), None),
    "cell far away": ("x.xlsx", lambda p, _s, _u: swollen_sheet(p), None),
    "text without end": ("x.csv", lambda p, _s, _u: p.write_text(
        'name,lat,lon\n"' + "a" * 5_000_000 + '",70,20\n'), None),
    "columns without end": ("x.csv", lambda p, _s, _u: p.write_text(
        "lat,lon," + ",".join(f"c{n}" for n in range(5000)) + "\n70,20\n"), None),
    # what lies about its rows
    "false feature count": ("x.gpkg", lambda p, _s, _u: lying(
        p, "UPDATE gpkg_ogr_contents SET feature_count = 0"), 3),
    "false extent and index": ("x.gpkg", lambda p, _s, _u: lying(
        p, "UPDATE gpkg_contents SET min_x = 0, max_x = 0, min_y = 0, max_y = 0"), 3),
    "trigger": ("x.gpkg", lambda p, _s, _u: lying(
        p, "CREATE TRIGGER t AFTER INSERT ON x BEGIN DELETE FROM x; END"), None),
    "false count in flatgeobuf": ("x.fgb", lambda p, _s, _u: fgb_with_a_false_count(p), None),
    "shapefile cut": ("x.shp", lambda p, _s, _u: (
        shapefile(p), p.write_bytes(p.read_bytes()[:-20])), None),
    # what runs where it is shown
    "names that are code": ("x.geojson", lambda p, _s, _u: collection(
        p, [POINT | {"properties": dict.fromkeys(_NAMES, CANARY[:3]) | {"name": "[% 6*7 %]"}}]), 1),
    "layer name that is code": ("x.gpkg", lambda p, _s, _u: frame(2).to_file(
        p, layer='x"; DROP TABLE y; --<script>[% 6*7 %]'), 2),
}  # fmt: skip


def make(name: str, folder: Path, secret: Path, address: str) -> int | None:
    """Make the file of that name, with its description, in `folder`; returns its true number of rows."""
    file, maker, rows = HOSTILE[name]
    folder.mkdir(parents=True)
    maker(folder / file, secret, address)
    write_toml(folder / file)
    return rows
