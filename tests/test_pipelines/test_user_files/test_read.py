"""Every format as people hold it gives the same rows; what cannot be taken is counted, never lost."""

from __future__ import annotations

import io
import json
import re
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from user_file_makers import PLACE, kml, points, xlsx, zipped

from layers.crs import lonlat, polar_points
from layers.errors import SourceError, UsageError
from pipelines.user_files import take as taking
from pipelines.user_files.column_words import LATITUDE, LONGITUDE, column_named, degrees, name_column
from pipelines.user_files.formats import as_user_file
from pipelines.user_files.read import write_table
from pipelines.user_files.take import UserTable
from pipelines.user_files.text_encoding import text_in

DEGREES_CSV = "Navn{0}Breddegrad{0}Lengdegrad\nBjørnøya{0}{1}{0}{2}\nuten sted{0}{0}\nsør{0}-53.2{0}-70.9\n"


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Reads a file as the child does, in this process: the sandbox has tests of its own."""

    def call(path: Path, **options: str) -> list[UserTable]:
        work = tmp_path / "work"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        one = as_user_file(path)
        monkeypatch.chdir(work)
        paths = [str(part) for part in (one.path, *one.beside)]
        write_table(one.format.id, json.dumps(options), paths, work / "out.parquet")
        monkeypatch.chdir(tmp_path)
        return taking._checked(work / "out.parquet")

    return call


def made(kind: str, folder: Path) -> Path:
    """The three rows as a file of a kind."""
    form, _, turn = kind.partition(" ")
    path = folder / f"posts.{form}"
    if form in {"shp", "zip"}:
        parts = folder / "parts"
        parts.mkdir()
        points().to_file(parts / "posts.shp", encoding="UTF-8")
        if turn == "capitals":
            for part in parts.iterdir():
                part.rename(part.with_name(part.name.upper()))
        if turn == "no index":
            (parts / "posts.shx").unlink()
        if form == "zip":
            return zipped(path, sorted(parts.iterdir()), "__MACOSX/" if turn == "hidden" else "deep/er/")
        return next(part for part in parts.iterdir() if part.suffix.lower() == ".shp")
    if form == "csv":
        separator, encoding = turn.split("/")
        x, y = (str(v).replace(".", ",") if separator == ";" else str(v) for v in PLACE)
        path.write_bytes(DEGREES_CSV.format({"tab": "\t"}.get(separator, separator), y, x).encode(encoding))
    elif form == "xlsx":
        rows = [["A list of posts"], ["Navn", "Lat", "Long"], ["Bjørnøya", PLACE[1], PLACE[0]],
                ["uten sted"], ["sør", -53.2, -70.9]]  # fmt: skip
        xlsx(path, {"Posts": rows})
    elif form == "kml":
        kml(path, (
            f"<Placemark><name>Bjørnøya</name><Point><coordinates>{PLACE[0]},{PLACE[1]},0</coordinates>"
            "</Point></Placemark><Placemark><name>uten sted</name></Placemark><Placemark><name>sør</name>"
            "<Point><coordinates>-70.9,-53.2</coordinates></Point></Placemark>"
        ))  # fmt: skip
    elif form == "parquet":
        points().to_parquet(path)
    else:
        points().to_file(path, **({"SPATIAL_INDEX": "NO"} if form == "fgb" else {}))
    return path


KINDS = (
    "shp", "shp capitals", "shp no index", "zip", "gpkg", "geojson", "fgb", "parquet", "kml", "xlsx",
    "csv ,/utf-8", "csv ;/latin-1", "csv tab/utf-16", "csv ;/utf-8-sig",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_gives_the_same_rows(kind, tmp_path, read):
    [table] = read(made(kind, tmp_path))
    assert table.rows == 3
    assert dict(table.left_out) == {"without geometry": 1, "outside the region": 1}
    assert table.name == ""
    assert table.attributes[table.name_column] == ["Bjørnøya"]
    assert table.geometry[0].distance(polar_points([PLACE[0]], [PLACE[1]])[0]) < 0.01
    if "depth_m" in table.attributes:
        assert table.attributes["depth_m"] == ["12"], "a whole number stays one, beside a gap"


def test_a_count_in_the_file_is_not_trusted(tmp_path, read):
    path = tmp_path / "x.gpkg"
    points().to_file(path)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE gpkg_ogr_contents SET feature_count = 1")
    assert read(path)[0].rows == 3


def test_rows_that_another_program_has_not_yet_merged_are_read(tmp_path, read):
    """QGIS keeps new rows in the file .gpkg-wal until it closes the GeoPackage."""
    path = tmp_path / "x.gpkg"
    points().to_file(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')  # they need functions that only GDAL has
        database.execute("INSERT INTO x (geom, navn) SELECT geom, 'new' FROM x WHERE fid = 1")
        database.commit()
        copy = tmp_path / "copy.gpkg"
        shutil.copy(path, copy)
        shutil.copy(f"{path}-wal", f"{copy}-wal")
    [table] = read(copy)
    assert table.rows == 4
    assert table.attributes["navn"] == ["Bjørnøya", "new"]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("CREATE VIEW v AS SELECT * FROM x", "expected the layer 'v' to be a table, found a view"),
        ("CREATE TRIGGER t AFTER INSERT ON x BEGIN SELECT 1; END", "no triggers of its own, found 't'"),
    ],
)
def test_views_and_triggers_are_refused(tmp_path, read, statement, words):
    path = tmp_path / "x.gpkg"
    points().to_file(path)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(statement)
        database.execute(
            "UPDATE gpkg_contents SET table_name = 'v' WHERE 'v' IN (SELECT name FROM sqlite_master)"
        )
        database.execute(
            "UPDATE gpkg_geometry_columns SET table_name = 'v' WHERE 'v' IN (SELECT name FROM sqlite_master)"
        )
    with pytest.raises(SourceError, match=words):
        read(path)


def test_each_layer_of_a_geopackage_is_one(tmp_path, read):
    path = tmp_path / "x.gpkg"
    for name in ("posts", "Вышки", 'a"b'):
        points().to_file(path, layer=name)
    tables = read(path)
    assert [table.name for table in tables] == ['a"b', "posts", "Вышки"]
    assert [table.rows for table in tables] == [3, 3, 3]


@pytest.mark.parametrize("form", ["gpkg", "shp", "geojson", "parquet"])
def test_heights_and_measures_fall_away(tmp_path, read, form):
    path = tmp_path / f"x.{form}"
    shapes = [shapely.Point(20, 70, 5), shapely.Point(21, 71, 6)]
    frame = gpd.GeoDataFrame({"a": [1, 2]}, geometry=shapes, crs=4326)
    frame.to_parquet(path) if form == "parquet" else frame.to_file(path)
    [table] = read(path)
    assert not shapely.has_z(table.geometry).any()
    assert len(table.geometry) == 2


def test_a_measure_in_a_geopackage(tmp_path, read):
    path = tmp_path / "x.gpkg"
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(20, 70)], crs=4326)
    frame.to_file(path)
    blob = b"GP\0\x01\xe6\x10\0\0" + shapely.to_wkb(shapely.from_wkt("POINT M (20 70 3)"), flavor="iso")
    with closing(sqlite3.connect(path)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE x SET geom = ?", (blob,))
        database.commit()
    [table] = read(path)
    assert np.allclose(lonlat(table.geometry[0].x, table.geometry[0].y), [20, 70])


def test_mixed_geometry_is_kept_by_kind(tmp_path, read):
    shapes = [
        shapely.Point(20, 70),
        shapely.LineString([(20, 70), (21, 71)]),
        shapely.GeometryCollection([shapely.Point(22, 70), shapely.box(22, 70, 23, 71)]),
        shapely.MultiPoint([(24, 70), (25, 70)]),
    ]
    gpd.GeoDataFrame({"a": list("wxyz")}, geometry=shapes, crs=4326).to_file(tmp_path / "x.geojson")
    [table] = read(tmp_path / "x.geojson")
    assert list(zip(table.row.tolist(), table.kind.tolist(), strict=True)) == [
        (0, 0), (1, 1), (2, 0), (2, 2), (3, 0), (3, 0),
    ]  # fmt: skip
    assert (table.rows, dict(table.left_out)) == (4, {})


def test_a_shape_of_the_whole_world_is_cut(tmp_path, read):
    box = shapely.box(-180, -90, 180, 90)
    line = shapely.LineString([(10, -80), (10, 80)])
    gpd.GeoDataFrame({"a": [1, 2]}, geometry=[box, line], crs=4326).to_file(tmp_path / "x.geojson")
    mercator = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.box(-180, -85, 180, 85)], crs=4326).to_crs(3857)
    mercator.to_file(tmp_path / "y.gpkg")
    for name in ("x.geojson", "y.gpkg"):
        [table] = read(tmp_path / name)
        area = table.geometry[0]
        # From 30 N on; Mercator has no pole, so its box leaves a hole of five degrees.
        assert area.bounds[2] == pytest.approx(7.2e6, rel=0.01)
        assert area.contains(shapely.Point(0, 0)) == (name == "x.geojson")
        assert area.contains(shapely.Point(polar_points([10], [50])[0]))
    [table] = read(tmp_path / "x.geojson")
    assert np.abs(shapely.get_coordinates(table.geometry[1])).max() < 7.3e6


def test_what_a_row_lacks_is_named(tmp_path, read):
    rows = ["navn;lat;lon", "a;69,65;18,95", "b;;", "c;0;0", "d;north;east", "e;95;20", "f;18,9;69,6",
            "g;69;18;extra;more", "", "h;70"]  # fmt: skip
    (tmp_path / "x.csv").write_text("\n".join(rows), encoding="utf-8")
    [table] = read(tmp_path / "x.csv")
    assert table.rows == 8, "an empty line is no row"
    assert table.attributes["navn"] == ["a"]
    assert dict(table.left_out) == {
        "with more fields than the header": 1, "without geometry": 1,
        "with a position that cannot be read": 2,
        "at 0, 0": 1, "with degrees beyond 90 N or S, or 360 E or W": 1, "outside the region": 1,
    }  # fmt: skip
    assert table.exchanged == 1
    assert "latitude and longitude look exchanged in 1" in table.in_words()


def test_a_quote_that_never_ends_swallows_no_row(tmp_path, read):
    text = 'name,lat,lon\n"a,70,20\nb,71,21\n"c",72,22\n'
    (tmp_path / "x.csv").write_text(text)
    with pytest.raises(SourceError, match="expected a quote to end, found whole rows inside 'a,70,20"):
        read(tmp_path / "x.csv")
    (tmp_path / "x.csv").write_text('name,lat,lon,\n"two\nlines",70,20,kept\n')
    [table] = read(tmp_path / "x.csv")
    assert table.attributes == {"name": ["two\nlines"], "column 4": ["kept"]}


def test_geometry_that_cannot_be_read_is_counted(tmp_path, read):
    good = {"type": "Point", "coordinates": [20, 70]}
    bad = [
        {"type": "Point", "coordinates": ["x", "y"]}, {"type": "Point", "coordinates": []},
        {"type": "Blob"}, 7,
        {"type": "LineString", "coordinates": [[1, 2]]}, {"type": "Polygon", "coordinates": 5},
        {"type": "Point", "coordinates": [1e999, 70]}, [],
    ]  # fmt: skip
    features = [{"type": "Feature", "geometry": shape, "properties": {"a": 1}} for shape in (good, *bad)]
    features += [{"type": "Feature", "properties": None}, 3]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (tmp_path / "x.geojson").write_text(text)
    [table] = read(tmp_path / "x.geojson")
    assert table.rows == len(features)
    assert len(table.row) == 1
    assert sum(table.left_out.values()) == len(features) - 1
    assert table.left_out["without geometry"] == 2, "an empty list of coordinates is no place"


def test_a_shape_without_extent_is_counted_and_stops_no_other(tmp_path, read):
    shapes = [
        shapely.LineString([(20, 70), (20, 70)]), shapely.LineString([(20, 70), (21, 71)]),
        shapely.Polygon([(20, 70), (21, 70), (20, 70)]),
        shapely.Polygon([(0, 70), (2, 72), (2, 70), (0, 72)]),
        shapely.Point(0, -90), shapely.LineString([(0, -90), (0, -80)]),
    ]  # fmt: skip
    gpd.GeoDataFrame({"a": range(6)}, geometry=shapes, crs=4326).to_file(tmp_path / "x.geojson")
    [table] = read(tmp_path / "x.geojson")
    assert table.row.tolist() == [1, 3]
    assert dict(table.left_out) == {"with a geometry that cannot be read": 2, "outside the region": 2}
    assert shapely.is_valid(table.geometry).all(), "a ring that crosses itself is mended"


@pytest.mark.parametrize(
    ("crs", "place"),
    [
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3413"}}, (0, -2e6)),
        ({"type": "name", "properties": {"name": "EPSG:32633"}}, (500_000, 7_800_000)),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, (15, 70)),
    ],
)
def test_a_crs_by_name_is_used(tmp_path, read, crs, place):
    content = {"type": "FeatureCollection", "crs": crs, "features": [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point",
        "coordinates": place}}]}  # fmt: skip
    (tmp_path / "x.json").write_text(json.dumps(content))
    [table] = read(tmp_path / "x.json")
    lon, lat = lonlat(table.geometry[0].x, table.geometry[0].y)
    assert 69 < lat < 72
    assert lon == pytest.approx(-45 if place[0] == 0 else 15, abs=0.01)


def test_metres_in_a_csv_need_a_crs(tmp_path, read):
    (tmp_path / "x.csv").write_text("x,y,name\n500000,7800000,a\n")
    with pytest.raises(SourceError, match=r"expected degrees in 'x' and 'y', found 500000: write the CRS"):
        read(tmp_path / "x.csv")
    [table] = read(tmp_path / "x.csv", crs="EPSG:32633")
    assert table.rows == len(table.row) == 1


def test_a_shape_as_text_in_a_csv(tmp_path, read):
    (tmp_path / "x.csv").write_text('nimi;WKT\na;"LINESTRING (20 70, 21 71)"\nb;LINE\nc;\n')
    [table] = read(tmp_path / "x.csv")
    assert table.kind.tolist() == [1]
    assert dict(table.left_out) == {"without geometry": 1, "with a geometry that cannot be read": 1}


def test_a_workbook_has_dates_gaps_and_sheets(tmp_path, read):
    posts = [
        ["nimi", None, "leveysaste", "pituusaste", "pvm"],
        ["a", None, 69.5, 20, (45352,)],
        ["b", "x", 70, 21],
    ]
    path = xlsx(tmp_path / "x.xlsx", {"Posts": posts, "Notes": [["only", "words"]]})
    [table] = read(path)
    assert table.attributes["nimi"] == ["a", "b"]
    assert table.attributes["pvm"] == ["2024-03-01", None]
    assert table.date == "2024-03-01"
    assert table.remark == "sheets without a position are left out: Notes"
    assert len(read(xlsx(path, {"A": posts, "B": posts}))) == 2


def test_kml_has_data_tracks_holes_and_no_links(tmp_path, read):
    ring = "<LinearRing><coordinates>{0},70 {1},70 {1},72 {0},72 {0},70</coordinates></LinearRing>"
    path = kml(tmp_path / "x.kml", (
        "<Placemark><name>a</name><ExtendedData><Data name='depth'><value>7</value></Data><SchemaData>"
        "<SimpleData name='kind'>post</SimpleData></SchemaData></ExtendedData><Polygon><outerBoundaryIs>"
        f"{ring.format(10, 20)}</outerBoundaryIs><innerBoundaryIs>{ring.format(14, 16)}</innerBoundaryIs>"
        "</Polygon></Placemark><Placemark><Track xmlns='http://www.google.com/kml/ext/2.2'><coord>10 70 0"
        "</coord><coord>11 71 0</coord></Track></Placemark><NetworkLink><Link><href>http://127.0.0.1:9/x</href>"
        "</Link></NetworkLink>"
    ))  # fmt: skip
    [table] = read(path)
    assert table.kind.tolist() == [2, 1]
    assert not table.geometry[0].contains(polar_points([15], [71])[0])
    assert table.attributes["depth"] == ["7", None]
    assert table.attributes["kind"] == ["post", None]
    assert "not followed" in table.remark


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE kml [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE kml SYSTEM "http://127.0.0.1:9/x">',
    ],
)
def test_xml_with_a_document_type_is_refused(tmp_path, read, head):
    path = kml(tmp_path / "x.kml", "<Placemark><name>&e;</name></Placemark>", head)
    with pytest.raises(SourceError, match="expected XML without a document type"):
        read(path)


def test_a_cut_file_is_refused(tmp_path, read):
    for kind in ("shp", "gpkg", "fgb", "parquet", "geojson", "xlsx"):
        folder = tmp_path / kind
        folder.mkdir()
        path = made(kind, folder)
        path.write_bytes(path.read_bytes()[:-60])
        with pytest.raises((SourceError, UsageError), match="expected") as refusal:
            read(path)
        assert "\n" not in str(refusal.value)


def test_a_shapefile_whose_parts_disagree_is_refused(tmp_path, read):
    path = made("shp", tmp_path)
    raw = bytearray(path.with_suffix(".dbf").read_bytes())
    raw[4] = 2
    path.with_suffix(".dbf").write_bytes(raw)
    with pytest.raises(SourceError, match="expected as many attributes as shapes, found 2 and 3"):
        read(path)


def test_a_flatgeobuf_that_states_fewer_features_is_refused(tmp_path, read):
    path = tmp_path / "x.fgb"
    points().to_file(path, SPATIAL_INDEX="NO")
    raw = path.read_bytes()
    place = raw.index((3).to_bytes(8, "little"))
    path.write_bytes(raw[:place] + (1).to_bytes(8, "little") + raw[place + 8 :])
    with pytest.raises(SourceError, match="expected 1 features, as its header says, found 3"):
        read(path)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("69.65", 69.65), ("69,65", 69.65), (" -18,5 ", -18.5), ("69° 39' 0\" N", 69.65),
        ("69°39\u2032N", 69.65),
        ("S 10.5", -10.5), ("18 57 0 E", 18.95), ("W18.95", -18.95), ("10 V", -10), ("\u221218,5", -18.5),
        ("-18 30", -18.5), ("69 39.0 N", 69.65), ("", None), ("n/a", None), ("69 75", None),
        ("1 2 3 4", None),
        ("twelve", None), (None, None),
    ],
)  # fmt: skip
def test_degrees_are_read_as_people_write_them(cell, value):
    assert degrees(cell) == (value if value is None else pytest.approx(value))


@given(st.floats(-180, 180, allow_nan=False), st.booleans())
def test_degrees_come_back(value, comma):
    text = f"{value:.7f}"
    assert degrees(text.replace(".", ",") if comma else text) == pytest.approx(value, abs=1e-7)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["id", "NAVN", "title"], "NAVN"), (["Stedsnavn", "type"], "Stedsnavn"), (["имя"], "имя"),
        (["Название", "x"], "Название"), (["Main Port Name"], "Main Port Name"),
        (["paikannimi"], "paikannimi"),
        (["title", "kind"], "title"), (["depth"], None), (["örtnamn"], "örtnamn"), (["name", "navn"], "name"),
    ],
)  # fmt: skip
def test_names_are_found_in_their_language(names, expected):
    assert name_column(names) == expected


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ("Latitude", "Longitude"), ("lat", "lng"), ("Breddegrad", "Lengdegrad"), ("Leveysaste", "Pituusaste"),
        ("Широта", "Долгота"), ("LAT_DD", "LON_DD"), ("Lat (WGS84)", "Long (WGS84)"),
        ("latitude_deg", "longitude_deg"),
        ("Breidd", "Lengd"), ("Latitud", "Longitud"), ("Y", "X"), ("POINT_Y", "POINT_X"),
    ],
)  # fmt: skip
def test_positions_are_found_in_their_language(latitude, longitude):
    names = ["id", longitude, "platform", latitude, "slate", "longest"]
    assert column_named(names, LATITUDE) == latitude
    assert column_named(names, LONGITUDE) == longitude


RUSSIAN = """имя;широта;долгота
Мурманск;68,97;33,08
Кандалакша;67,15;32,41
Певек;69,7;170,3
"""
NORWEGIAN = "navn;bredde;lengde\nTromsø;69,6;18,9\nÅ;67,8;12,9\nÆØÅ;70;20\nBjørnøya;74,4;19\n"
FINNISH = "nimi;lat;lon\nÄkäslompolo;67;24\nÖölanti;67;24\n"


@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [
        (RUSSIAN, "cp1251", "Windows-1251 (Cyrillic)"),
        (RUSSIAN.upper(), "cp1251", "Windows-1251 (Cyrillic)"),
        (RUSSIAN, "koi8-r", "KOI8-R (Cyrillic)"), (RUSSIAN.upper(), "koi8-r", "KOI8-R (Cyrillic)"),
        (RUSSIAN, "cp866", "DOS 866 (Cyrillic)"), (RUSSIAN, "iso8859-5", "ISO 8859-5 (Cyrillic)"),
        (NORWEGIAN, "cp1252", "Windows-1252"), (FINNISH, "cp1252", "Windows-1252"),
        (RUSSIAN, "utf-8", ""), (NORWEGIAN, "utf-16", ""), ("name,lat,lon\na,70,20\n", "ascii", ""),
    ],
)  # fmt: skip
def test_the_encoding_that_was_taken_is_said(tmp_path, text, encoding, said):
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode(encoding))
    read, sentence = text_in(path)
    assert read == text
    assert said in sentence
    assert bool(sentence) == bool(said)
    assert text_in(path, encoding) == (text, ""), "what the user states is not doubted"


def test_a_cyrillic_table_has_its_names_and_says_how_it_was_read(tmp_path, read):
    path = tmp_path / "порты.csv"
    path.write_bytes(RUSSIAN.encode("cp1251"))
    [table] = read(path)
    assert table.attributes[table.name_column] == [row.split(";")[0] for row in RUSSIAN.split()[1:]]
    assert "was read as Windows-1251 (Cyrillic): if names look wrong, write encoding" in table.in_words()


def test_rows_that_are_left_out_are_named_as_a_spreadsheet_numbers_them(tmp_path, read):
    """With a title, an empty row and a header above; of many rows the first five are named."""
    rows = [
        "My posts", "", "name,lat,lon", "a,70,20", "b,,", "c,70,20,9", "", "d,x,20", "e,0,0", "f,-60,20"
    ] + [f"s{number},-60,20" for number in range(7)]  # fmt: skip
    (tmp_path / "x.csv").write_text("\n".join(rows), encoding="utf-8")
    [table] = read(tmp_path / "x.csv")
    assert table.left_rows == {
        "without geometry": [5], "with more fields than the header": [6],
        "with a position that cannot be read": [8], "at 0, 0": [9],
        "outside the region": [10, 11, 12, 13, 14],
    }  # fmt: skip
    assert "8 outside the region (rows 10, 11, 12, 13, 14 and 3 more)" in table.in_words()
    assert table.number.tolist() == [4]


def without_empty_rows(workbook: bytes) -> bytes:
    """A workbook as most programs write it: a row without a cell is not in the file."""
    into = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(into, "w") as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb'<row r="\d+"></row>', b"", old.read(name)))
    return into.getvalue()


def test_rows_of_a_sheet_have_the_numbers_of_the_sheet(tmp_path, read):
    """A row that is empty is not in the file."""
    path = tmp_path / "x.xlsx"
    xlsx(path, {"Posts": [["Navn", "Lat", "Long"], ["a", 70, 20], [], ["b"], ["c", -60, 20]]})
    [table] = read(path)
    assert table.left_rows == {"without geometry": [4], "outside the region": [5]}
    xlsx(path, {"Posts": [["Navn", "Lat", "Long"], [], [], [], ["b"], ["a", 70, 20]]})
    path.write_bytes(without_empty_rows(path.read_bytes()))
    [table] = read(path)
    assert (table.left_rows, table.number.tolist()) == ({"without geometry": [5]}, [6])


def test_a_value_with_parts_stays_json_in_its_own_letters(tmp_path, read):
    feature = {
        "type": "Feature", "properties": {"navn": {"by": "Tromsø"}, "liste": ["å", 1]},
        "geometry": {"type": "Point", "coordinates": [19, 70]},
    }  # fmt: skip
    (tmp_path / "x.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    [table] = read(tmp_path / "x.geojson")
    assert table.attributes == {"navn": ['{"by": "Tromsø"}'], "liste": ['["å", 1]']}
