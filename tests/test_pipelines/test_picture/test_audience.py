"""Audiences and private layers: a canary in what is kept apart is in no byte where it must not be."""

from __future__ import annotations

import io
import json
import re
import shutil
import sqlite3
import zipfile
import zlib
from contextlib import closing
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
import xarray as xr
from run_commands import beside_progress, read_today, run_command

import maps
from layers.catalog import GRIDS, LAYERS
from layers.crs import POLAR, area_km2, polar_points
from layers.errors import UsageError
from layers.picture import CAVEATS, SourceNote
from layers.redaction import AUDIENCES, WITHHELD, Redaction, audience, empty
from layers.schema import Column, Layer, check, conform
from pipelines import snapshot
from pipelines.picture.build import Options, build, compose_snapshot
from pipelines.picture.private import add_private, read_private
from pipelines.picture.publish import manifest_of
from pipelines.picture.read import check_picture, read_picture
from pipelines.source import sha256_of
from pipelines.sources import SOURCES

if TYPE_CHECKING:
    from layers.picture import Picture

DOORS = [name for name in maps.EXPORTS if name not in maps.LOCAL]


def canary(what: str) -> str:
    return f"canary{what}{uuid4().hex}"


@cache
def contents(path: Path) -> bytes:
    """All that a file holds, in lower case: its bytes, and what they are once unpacked."""
    data = path.read_bytes()
    parts = [data]
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        parts += [repr(table.schema.metadata).encode(), table.schema.to_string().encode()]
        parts += [repr(row).encode() for row in table.to_pylist()]
    elif path.suffix == ".gpkg":
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
            parts += [line.encode() for line in database.iterdump()]
    elif path.suffix == ".nc":
        with xr.open_dataset(path, engine="h5netcdf") as grid:
            parts += [repr(grid.attrs).encode(), *(repr(v.attrs).encode() for v in grid.variables.values())]
            parts += [v.to_numpy().tobytes() for v in grid.variables.values()]
    elif zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as box:
            parts += [box.read(name) for name in box.namelist()]
    for start in re.finditer(rb"\x1f\x8b\x08", data):  # gzip within: the tiles of PMTiles
        try:
            parts.append(zlib.decompressobj(31).decompress(data[start.start() :]))
        except zlib.error:
            continue
    return b"\n".join([*parts, path.name.encode()]).lower()


def holding(folder: Path, text: str) -> set[str]:
    """The files of a folder that hold a text anywhere, in any case."""
    sought = text.lower().encode()
    return {
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and sought in contents(path)
    }


BY_LAND = ("people_without_another", "largest_place_without_another")
SLIM = {"settlements", "beacons_planted", "nodes", "evidence", "memberships"}


def slim(picture: Picture, kept: set[str] = SLIM) -> Picture:
    """Some of its layers and what is private: all of them take the doors a minute and hold no canary."""
    layers = tuple(one for one in picture.layers if one.id in kept or one.is_private)
    return replace(picture, layers=layers, tables={one.id: picture.tables[one.id] for one in layers})


def through_doors(picture: Picture, folder: Path) -> Path:
    folder.mkdir()
    for name in DOORS:
        maps.write(name, slim(picture), folder)
    return folder


# --- audiences -------------------------------------------------------------------------------

TOWN = next(layer for layer in LAYERS if layer.id == "settlements")
REMARK = Column("remark", "str", canary("column"), audience=("nato",))
TOWNS = replace(TOWN, columns=(*TOWN.columns, REMARK))
BEACONS = Layer("beacons_planted", canary("layer"), "military", "point", (), audience=("nato",))
# What is planted -> the text that only NATO may see.
PLANTED = {
    "row": canary("row"),
    "source": canary("source"),
    "column": REMARK.meaning,
    "value": canary("value"),
    "layer": BEACONS.title,
    "feature": canary("feature"),
}
OPEN = canary("open")


def towns(source: str, name: str, **more: Any) -> gpd.GeoDataFrame:
    spine = {"feature_id": [f"{source}:1"], "name": [name], "source_id": [source], "as_of": ["2026-01-01"]}
    frame = pd.DataFrame(spine | {key: [value] for key, value in more.items()})
    return gpd.GeoDataFrame(frame, geometry=list(polar_points([-168.0], [66.0])), crs=POLAR)


def plant(folder: Path) -> tuple[Any, ...]:
    """Three sources more in a copy of the snapshot, and the roads for NATO only; all the sources."""
    like = SOURCES[0]
    made = {
        "planted_towns": (TOWNS, towns("planted_towns", PLANTED["row"]), ("nato",)),
        "open_towns": (TOWNS, towns("open_towns", OPEN, remark=PLANTED["value"]), ("public",)),
        "planted_beacons": (BEACONS, towns("planted_beacons", PLANTED["feature"]), ("public",)),
    }
    manifest = json.loads((folder / snapshot.MANIFEST).read_text(encoding="utf-8"))
    sources = []
    for name, (layer, table, marks) in made.items():
        path = folder / f"{name}.parquet"
        conform(table, layer).to_parquet(path, index=False)
        title = PLANTED["source"] if marks == ("nato",) else name
        row = {"id": name, "feeds": layer.id, "file": path.name, "sha256": sha256_of(path), "title": title}
        manifest["sources"].append(manifest["sources"][0] | row | {"crs": "EPSG:3413"})
        sources.append(
            replace(
                like, id=name, feeds=layer.id, title=title, citation=title, audience=marks, state="embedded"
            )
        )
    (folder / snapshot.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    kept = [replace(s, audience=("nato",)) if s.id == "osm_roads" else s for s in SOURCES]
    return (*kept, *sources)


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> dict[str, Any]:
    """A picture with canaries for each audience: where it lies, what it is, every export drawn of it."""
    base = tmp_path_factory.mktemp("planted")
    data = shutil.copytree(snapshot.DATA, base / "data")
    layers = tuple(TOWNS if layer is TOWN else layer for layer in LAYERS)
    layers = (*layers[:-1], BEACONS, layers[-1])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipelines.sources.SOURCES", plant(data))
        patch.setattr(snapshot.load, "__defaults__", (data,))
        for home in ("layers.catalog", "layers.compose", "pipelines.picture.read"):
            patch.setattr(f"{home}.LAYERS", layers)
        fields = {}
        for row in AUDIENCES:
            options = Options(region="bering", draws=20, audience=row.id)
            folder, picture = build(base / row.id, options)
            back = read_picture(folder)
            fields[row.id] = SimpleNamespace(
                folder=folder,
                picture=picture,
                back=back,
                drawn=through_doors(back, base / f"drawn-{row.id}"),
                checked=check_picture(folder)[0],
            )
    return fields


@pytest.mark.sweep
@pytest.mark.parametrize("name", ["public", "eu"])
@pytest.mark.parametrize("what", PLANTED)
def test_no_byte_tells_who_may_not_see(planted, name, what):
    assert holding(planted[name].folder, PLANTED[what]) == set()
    assert holding(planted[name].drawn, PLANTED[what]) == set()


@pytest.mark.sweep
@pytest.mark.parametrize("name", ["nato", "both"])
@pytest.mark.parametrize("what", PLANTED)
def test_who_may_see_is_told(planted, name, what):
    found = holding(planted[name].folder, PLANTED[what])
    assert {"map.html", "picture.gpkg"} <= found
    if what in {"row", "value", "feature"}:
        at = "layers/beacons_planted.parquet" if what == "feature" else "layers/settlements.parquet"
        assert at in found
        layer = Path(at).stem
        doors = {f"csv/{layer}.csv", f"geojson/{layer}.geojson", f"kml/{layer}.kml"}
        assert doors <= holding(planted[name].drawn, PLANTED[what]), "the canary can be found in every door"


@pytest.mark.sweep
def test_the_search_finds_a_canary_in_every_kind_of_file(planted):
    """Else an empty hand would prove nothing."""
    found = holding(planted["public"].folder, OPEN) | holding(planted["public"].drawn, OPEN)
    suffixes = {Path(name).suffix for name in found}
    assert {".html", ".gpkg", ".parquet", ".csv", ".geojson", ".kml", ".fgb", ".pmtiles"} <= suffixes


@pytest.mark.sweep
@pytest.mark.parametrize("name", ["public", "eu"])
def test_the_names_of_withheld_things_are_nowhere(planted, name):
    for text in ("planted_towns", "beacons_planted", "osm_roads"):
        assert holding(planted[name].folder, text) == set(), text


@pytest.mark.sweep
def test_what_is_withheld_is_counted_not_named(planted):
    for name, count in {"public": 3, "eu": 3, "nato": 0, "both": 0}.items():
        manifest = manifest_of(planted[name].folder)
        assert manifest.get("withheld", 0) == count  # settlements, roads, beacons
        assert manifest["options"]["audience"] == name
        result = [s for s in planted[name].picture.caveats if "Withheld for this audience" in s]
        assert len(result) == bool(count)
        assert all("a convenience, not a guard" in s for s in result)
        assert planted[name].back.caveats == planted[name].picture.caveats


@pytest.mark.sweep
def test_what_is_not_for_everybody_says_whom_it_is_for(planted):
    for name in ("nato", "both"):
        assert manifest_of(planted[name].folder)["audience"] == name
        assert f"For the audience {name}" in planted[name].picture.caveats[len(CAVEATS)]
        assert holding(planted[name].folder, f"For the audience {name}") >= {"map.html", "briefing.html"}
    for name in ("public", "eu"):  # nothing in it is for the EU alone
        assert "audience" not in manifest_of(planted[name].folder)


@pytest.mark.sweep
def test_what_rests_on_a_withheld_source_is_unknown_never_zero(planted):
    def rows(name: str) -> pd.DataFrame:
        table = planted[name].picture.tables["evidence"]
        return table.set_index(["node_id", "axis", "dimension", "group", "indicator"]).sort_index()

    for_nato, for_all = rows("nato"), rows("public")
    assert for_all.index.equals(for_nato.index)
    on_roads = for_nato["source_id"] == "osm_roads"
    assert on_roads.any()
    assert (for_nato.loc[on_roads, "state"] == "known").any()
    # Without the roads a railway beside the quay still holds; a far one says nothing of the roads.
    without = for_all[on_roads & ~((for_all["score"] == 1) & (for_all["source_id"] == "osm_railways"))]
    assert len(without)
    assert not (for_all["source_id"] == "osm_roads").any()
    # Who has no other port by road is asked of the roads too, though the row names the census.
    captive = for_all.index.get_level_values("indicator").isin(BY_LAND) & (for_nato["score"] > 0)
    assert captive.sum() > 20
    for rows_of in (without, for_all[captive]):
        assert set(rows_of["state"]) <= {"unknown", "not_applicable"}
        hidden = ["value", "value_low", "value_high", "label", "score", "note"]
        assert rows_of[hidden].isna().all(axis=None)
        assert set(rows_of["source_id"]) == {WITHHELD}
    nodes = {name: planted[name].picture.tables["nodes"].set_index("node_id") for name in ("nato", "public")}
    assert (nodes["public"]["military_low"] <= nodes["nato"]["military_low"] + 1e-12).all()
    assert (nodes["public"]["military_high"] >= nodes["nato"]["military_high"] - 1e-12).all()
    rank = {"unknown": -1, "low": 0, "moderate": 1, "high": 2}
    for column in ("hazard_class", "dependence_class"):
        assert (nodes["public"][column].map(rank) <= nodes["nato"][column].map(rank)).all(), (
            f"{column}: what is hidden raises nothing"
        )
    assert (nodes["nato"]["dependence_class"] == "high").sum() > 20
    assert not (nodes["public"]["dependence_class"] == "high").any()


@pytest.mark.sweep
def test_layers_are_absent_not_empty_and_the_picture_checks(planted):
    ids = {name: {layer.id for layer in told.picture.layers} for name, told in planted.items()}
    assert ids["nato"] - ids["public"] == {"roads", "beacons_planted"}
    for told in planted.values():
        assert told.checked["orphans"] == 0
    assert "remark" not in gpd.read_parquet(planted["eu"].folder / "layers" / "settlements.parquet")
    known = {row["id"] for row in manifest_of(planted["eu"].folder)["inputs"]}
    assert not known & {"planted_towns", "osm_roads"}


@pytest.mark.sweep
def test_an_audience_changes_nothing_where_nothing_is_withheld(folder, tmp_path):
    eu, _ = build(tmp_path / "pictures", Options(audience="eu"))
    files = {p.relative_to(folder): sha256_of(p) for p in folder.rglob("*") if p.is_file()}
    for path, digest in files.items():
        if path.name != "MANIFEST.json":
            assert sha256_of(eu / path) == digest, path
    one, other = (manifest_of(place) for place in (folder, eu))
    assert {key for key in one | other if one.get(key) != other.get(key)} <= {"id", "seq", "options"}
    assert one["options"] | {"audience": "eu"} == other["options"]


def test_a_grid_is_not_blanked(monkeypatch):
    hidden = [replace(s, audience=("nato",)) if s.feeds == "grid:sea_ice" else s for s in SOURCES]
    monkeypatch.setattr("pipelines.sources.SOURCES", tuple(hidden))
    with pytest.raises(UsageError, match="expected the grid sea_ice to be for eu, found that it is not"):
        compose_snapshot(Options(draws=1, audience="eu"))


@pytest.mark.parametrize(
    ("mark", "seen_by"),
    [
        ("public", {"public", "eu", "nato", "both"}),
        ("eu", {"eu", "both"}),
        ("nato", {"nato", "both"}),
        ("both", {"both"}),
    ],
)
def test_who_sees_what(mark, seen_by):
    thing = replace(BEACONS, audience=(mark,))
    assert {row.id for row in AUDIENCES if row.may_see(thing)} == seen_by
    assert {row.id for row in AUDIENCES if row.may_see(replace(thing, audience=(mark, "eu")))} == seen_by | {
        "eu",
        "both",
    }


def test_marks_are_audiences():
    known = {row.id for row in AUDIENCES}
    assert len(known) == len(AUDIENCES)
    columns = [column for layer in LAYERS for column in layer.columns]
    for thing in (*SOURCES, *LAYERS, *columns):
        assert thing.audience
        assert set(thing.audience) <= known
    assert not [c.name for c in columns if c.required and c.audience != ("public",)]
    assert {s.audience for s in SOURCES if s.feeds.removeprefix("grid:") in GRIDS} == {("public",)}


@pytest.mark.sweep
def test_judgements_stand_on_empty_tables(monkeypatch):
    """Without what they measure to, nodes keep their rows and weights, and nothing turns into 0."""
    lost = {"eurostat_marnet", "osm_railways", "osm_roads", "own_military_sites", "own_chokepoints",
            "own_materials", "geonames_cities500", "own_cable_landings"}  # fmt: skip
    hidden = [replace(s, audience=("nato",)) if s.id in lost else s for s in SOURCES]
    monkeypatch.setattr("pipelines.sources.SOURCES", tuple(hidden))
    picture, _ = compose_snapshot(Options(draws=5))
    evidence = picture.tables["evidence"]
    assert not evidence["source_id"].isin(lost).any()
    gone = evidence[evidence["source_id"] == WITHHELD]
    assert {"land_mode", "strategic_material", *BY_LAND} <= set(gone["indicator"])
    assert gone["score"].isna().all()
    result = evidence[evidence["indicator"].isin(["narrow", "claim_high", "claim_medium", "claim_low"])]
    assert set(result["state"]) <= {"unknown", "not_applicable"}
    total = evidence[evidence["axis"] == "military"].groupby("node_id")["weight"].sum()
    assert ((total - 1).abs() < 1e-9).all()
    assert not (picture.tables["nodes"]["dependence_class"] == "high").any()
    assert picture.withheld == len(lost)
    assert len(picture.tables["nodes"]) > 1000
    check(picture.tables["nodes"], next(layer for layer in LAYERS if layer.id == "nodes"))


@pytest.mark.parametrize("layer", LAYERS, ids=lambda row: row.id)
def test_every_layer_can_stand_empty(layer):
    table = empty(layer)
    assert len(table) == 0
    check(table, layer)


def test_rows_that_name_a_hidden_source_go():
    note = SourceNote("a", "towns", "", "", "", "", "", "", "embedded")
    table = pd.DataFrame({"feature_id": ["1", "2"], "source_id": ["a", "b"]})
    left = Redaction(audience("public"), (note,)).table(
        table, replace(BEACONS, audience=("public",)), date.min
    )
    assert left["feature_id"].tolist() == ["2"]


# --- private layers --------------------------------------------------------------------------

SECRET = canary("private")
TOML = """title = "{title}"
pillar = "military"
licence = "mine {secret}"
owner = "owner {secret}"
audience = "public"
as_of = 2026-02-01
"""


def write_own(folder: Path, stem: str, frame: gpd.GeoDataFrame, suffix: str = "gpkg", **more: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{stem}.{suffix}"
    if suffix == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    text = TOML.format(title=f"Title {stem} {SECRET}", secret=SECRET)
    for key, value in more.items():
        text = re.sub(rf"^{key} = .*$", f"{key} = {value}", text, flags=re.MULTILINE)
    path.with_suffix(".toml").write_text(text, encoding="utf-8")
    return path


def own_points(**more: Any) -> gpd.GeoDataFrame:
    columns = {"Name": ["Post", None], "strength": [12, None], "note": [SECRET, "x"]} | more
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy([31.0, -170.0], [70.0, 65.0]), crs=4326)


@pytest.fixture(scope="module")
def own(tmp_path_factory) -> Path:
    """A folder of private layers, one of each kind of file."""
    folder = tmp_path_factory.mktemp("own") / "mine"
    write_own(folder, f"Posts {SECRET}", own_points())
    area = shapely.box(170, 70, 190, 74)  # over the date line
    around = shapely.Polygon([(lon, 85) for lon in range(-180, 180, 10)])  # about the pole
    shapes = gpd.GeoDataFrame({"word": ["over", "around"]}, geometry=[area, around], crs=4326)
    write_own(folder, "areas", shapes, "geojson", pillar='"social"')
    track = shapely.LineString([(500_000, 8_000_000), (510_000, 8_200_000)])
    write_own(folder, "tracks", gpd.GeoDataFrame({"k": [1.5]}, geometry=[track], crs=32633), "fgb")
    write_own(folder, "more", own_points(), "parquet", audience='["nato"]')
    return folder


@pytest.fixture(scope="module")
def private(own, tmp_path_factory) -> SimpleNamespace:
    """The default picture with private layers: where it lies, itself with and without them."""
    root = tmp_path_factory.mktemp("private")
    folder, without = build(root, Options(private=own))
    bare = replace(without, left_out=0, withheld=0)
    return SimpleNamespace(folder=folder, whole=add_private(bare, read_private(own), "public"))


@pytest.mark.sweep
def test_private_layers_are_in_local_outputs_alone(private):
    assert holding(private.folder, SECRET) == {"map.html", "picture.gpkg", "picture.qgz", "briefing.html"}


@pytest.mark.sweep
@pytest.mark.parametrize("door", DOORS)
def test_no_door_lets_a_private_layer_out(private, door, tmp_path):
    for name, picture in {"whole": private.whole, "stored": read_picture(private.folder)}.items():
        into = tmp_path / name
        into.mkdir()
        maps.write(door, slim(picture, {"ports", "memberships"}), into)
        assert holding(into, SECRET) == set()
        assert holding(into, "private_") == set()
        assert holding(into, "3 private layers left out of this file")


@pytest.mark.sweep
def test_no_door_points_to_a_file_that_holds_them(private, tmp_path):
    crate = json.loads((private.folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    parts = {part["@id"] for part in crate["@graph"] if part["@type"] == "File"}
    assert "layers/nodes.parquet" in parts
    assert not parts & set(maps.LOCAL.values())
    item = json.loads(maps.write("stac", private.whole, tmp_path).read_text(encoding="utf-8"))
    assert not set(item["assets"]) & set(maps.LOCAL.values())
    assert "nodes" in item["assets"]


@pytest.mark.sweep
def test_the_manifest_says_that_there_are_and_not_which(private):
    manifest = manifest_of(private.folder)
    assert manifest["private"] is True
    assert manifest["left_out"] == 3
    assert manifest["user_file_rows"] == {"taken": 5, "in_files": 5}
    assert manifest["withheld"] == 1  # the one for NATO
    assert "private_" not in json.dumps(manifest)
    assert check_picture(private.folder)[0]["orphans"] == 0


@pytest.mark.sweep
def test_private_layers_change_no_other_file(private, folder):
    names = [p.relative_to(folder) for p in folder.rglob("*") if p.is_file()]
    row = {
        "MANIFEST.json",
        "ro-crate-metadata.json",
        "map.html",
        "picture.gpkg",
        "picture.qgz",
        "briefing.html",
    }
    same = [name for name in names if name.as_posix() not in row]
    assert len(same) > 30
    for name in same:
        assert sha256_of(folder / name) == sha256_of(private.folder / name), name
    fields = {p.relative_to(private.folder) for p in private.folder.rglob("*") if p.is_file()}
    assert fields == set(names)


@pytest.mark.sweep
def test_local_outputs_show_them_whole(private):
    gpkg = private.folder / "picture.gpkg"
    stem = f"private_posts_{SECRET}"
    posts = gpd.read_file(gpkg, layer=stem)
    assert posts["name"].dropna().tolist() == ["Post"]
    assert posts["strength"].dropna().tolist() == ["12"], "an attribute is a text; missing stays missing"
    areas = gpd.read_file(gpkg, layer="private_areas").set_index("word")
    square = area_km2(areas.geometry.to_numpy())
    # between two parallels: R^2 x angle x difference of sines; the cap: 2 pi R^2 (1 - sin 85)
    expected = 6371.0072**2 * np.array(
        [
            np.radians(20) * (np.sin(np.radians(74)) - np.sin(np.radians(70))),
            2 * np.pi * (1 - np.sin(np.radians(85))),
        ]
    )
    assert square == pytest.approx(expected, rel=0.01)
    assert areas.geometry["around"].contains(shapely.Point(0, 0))
    track = gpd.read_file(gpkg, layer="private_tracks")
    assert track.crs == POLAR
    there = gpd.GeoSeries([shapely.Point(510_000, 8_200_000)], crs=32633).to_crs(POLAR)
    assert track.distance(there[0]).max() < 0.01
    page = (private.folder / "map.html").read_text(encoding="utf-8")
    content = json.loads(re.search(r'id="picture-data">(.*?)</script>', page, re.DOTALL)[1])
    layers = {row["id"]: row for row in content["layers"]}
    assert layers["private_areas"]["pillar"] == "social"
    assert layers[stem]["style"]["visible"]
    assert "keep it on this machine" in layers[stem]["note"]
    assert any("Holds 3 private layers" in s and "not a guard" in s for s in content["caveats"])
    assert not [row for row in content["layers"] if row["id"] == "private_more"], "it is for NATO"


@pytest.mark.sweep
def test_the_same_private_layers_give_the_same_bytes(own, private, tmp_path):
    again, _ = build(tmp_path / "again", Options(private=own))
    assert again.name == private.folder.name


def test_a_region_shows_the_rows_that_touch_it(own, picture):
    from layers.regions import region

    barents = add_private(replace(picture, region=region("barents")), read_private(own), "both")
    assert barents.tables[f"private_posts_{SECRET}"]["name"].tolist() == ["Post"]
    assert len(barents.private) == 4


def test_a_projected_edge_stays_straight_over_the_pole(tmp_path):
    """A line across the pole in another polar CRS, which degrees would bend."""
    line = shapely.LineString([(-1e6, -1e5), (1e6, 1e5)])
    write_own(tmp_path, "across", gpd.GeoDataFrame({"a": [1]}, geometry=[line], crs=3995))
    shape = read_private(tmp_path)[0].table.geometry[0]
    assert shape.distance(shapely.Point(0, 0)) < 1
    assert shape.length < 2.2e6


def test_kinds_of_coordinates(tmp_path):
    """Several points in one, a height, and degrees of another datum."""
    many = shapely.MultiPoint([(20, 70, 5.0), (21, 71, 6.0)])
    write_own(tmp_path, "many", gpd.GeoDataFrame({"a": ["x"]}, geometry=[many], crs=4326))
    old = gpd.GeoDataFrame({"a": ["x"]}, geometry=gpd.points_from_xy([-150], [65]), crs=4267)
    write_own(tmp_path, "old", old)
    of = {one.layer.id: one.table for one in read_private(tmp_path)}
    assert of["private_many"]["a"].tolist() == ["x", "x"]
    assert not of["private_many"].has_z.any()
    assert of["private_old"].distance(old.to_crs(POLAR).geometry[0]).max() < 1
    naive = polar_points([-150], [65])[0]
    assert of["private_old"].distance(naive).max() > 20, "the datum was not ignored"


def test_names_that_mean_something_get_an_underscore(tmp_path):
    frame = own_points(source_id=["a", "b"], as_of=["c", "d"], FEATURE_ID=["e", "f"], FEATURE_ID_=["g", "h"])
    write_own(tmp_path, "odd", frame, "geojson")
    table = read_private(tmp_path)[0].table
    assert table["source_id"].unique().tolist() == ["private_odd"]
    assert table["as_of"].unique().tolist() == ["2026-02-01"]
    assert table["source_id_"].tolist() == ["a", "b"]
    assert table["FEATURE_ID_"].tolist() == ["e", "f"]
    assert table["FEATURE_ID__"].tolist() == ["g", "h"]


def bad_frame(kind: str) -> gpd.GeoDataFrame:
    """A table with one fault of a kind, or a good one."""
    shapes = {"swapped": [shapely.Point(70, 95)]}
    if kind in shapes:
        return gpd.GeoDataFrame({"a": range(len(shapes[kind]))}, geometry=shapes[kind], crs=4326)
    frame = own_points()
    if kind == "nocrs":
        return frame.set_crs(None, allow_override=True)
    return frame.head(0) if kind == "norows" else frame


def bad_text(kind: str, text: str) -> str:
    """The TOML with one fault of a kind, or as it is."""
    old, new = {
        "unknown": ("as_of", "colour = 1\nas_of"), "lacking": ("owner", "# owner"),
        "notoml": ("title = ", "title "), "pillar": ("military", "naval"),
        "mark": ('"public"', '["public", "moon"]'), "nomark": ('"public"', "[]"),
        "day": ("2026-02-01", '"soon"'), "number": (f'"Title mine {SECRET}"', "7"),
    }.get(kind, ("", ""))  # fmt: skip
    return text.replace(old, new, 1)


def no_folder(folder: Path) -> None:
    shutil.rmtree(folder)


def a_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("x")


SPOILT = {
    "absent": no_folder,
    "file": a_file,
    "empty": lambda folder: [path.unlink() for path in folder.iterdir()],
    "alone": lambda folder: (folder / "mine.toml").unlink(),
    "stray": lambda folder: shutil.copy(folder / "mine.toml", folder / "other.toml"),
    "garbage": lambda folder: (folder / "mine.gpkg").write_bytes(b"not a database"),
    "cut": lambda folder: (folder / "mine.gpkg").write_bytes((folder / "mine.gpkg").read_bytes()[:5000]),
    "foreign": lambda folder: (folder / "mine.shp").write_text("x"),
    "twice": lambda folder: own_points().to_file(folder / "mine.geojson"),
    "alike": lambda folder: [
        shutil.copy(folder / f"mine.{suffix}", folder / f"other.{suffix}") for suffix in ("gpkg", "toml")
    ],
    "plain": lambda folder: (
        (folder / "mine.gpkg").unlink(),
        pd.DataFrame({"a": [1]}).to_parquet(folder / "mine.parquet"),
    ),
}


REFUSED = {
    "absent": "expected a folder, found none: name one",
    "file": "expected a folder, found a file",
    "empty": "expected a file .*.gpkg, .*found none of them in the folder: put one there",
    "alone": "mine.gpkg: expected mine.toml beside it, found none: write one with title, pillar",
    "stray": "other.toml: expected a layer of the same name beside it, found none",
    "unknown": "mine.toml: expected the keys title, .*found the unknown 'colour'",
    "lacking": "mine.toml: expected the keys title, .*found no owner",
    "notoml": "mine.toml: expected readable TOML",
    "pillar": "pillar as one of military, economic, environmental, social, found 'naval'",
    "mark": r"audience as one or more of public, eu, nato, both, found \['public', 'moon'\]",
    "nomark": r"audience as one or more of .*found \[\]",
    "day": "as_of as a date such as 2026-03-01, found 'soon'",
    "number": "title as a text, found 7",
    "garbage": "mine.gpkg: expected what .gpkg stands for, found other bytes",
    "cut": "mine.gpkg: expected a GeoPackage, found database disk image is malformed: export it again",
    "foreign": "mine.shp: expected what .shp stands for, found other bytes: export it again",
    "twice": "expected a name of its own, found another with the same: change the name",
    "alike": "expected a title of its own, found another with the same: change the title",
    "plain": "mine.parquet: expected GeoParquet, found .*eo metadata",
    "nocrs": "mine.gpkg: expected a CRS, found none: set the file's CRS, or write crs",
    "norows": "expected rows in the Arctic, found 0 of 0 rows",
    "swapped": "expected rows in the Arctic, found 0 of 1 row; .*latitude and longitude look exchanged",
}


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_used_is_refused(tmp_path, kind):
    path = write_own(tmp_path / "mine", "mine", bad_frame(kind))
    beside = path.with_suffix(".toml")
    beside.write_text(bad_text(kind, beside.read_text(encoding="utf-8")), encoding="utf-8")
    SPOILT.get(kind, lambda _: None)(path.parent)
    with pytest.raises(UsageError, match=REFUSED[kind]) as told:
        read_private(path.parent)
    assert "\n" not in str(told.value)


def test_far_south_is_refused(tmp_path):
    south = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(0, -89.9)], crs=4326)
    write_own(tmp_path, "south", south, "geojson")
    with pytest.raises(
        UsageError, match=r"south.geojson: expected rows in the Arctic, found 0 of 1 row; left out: 1 outside"
    ):
        read_private(tmp_path)


def test_sqlite_files_beside_an_open_one_are_no_fault(tmp_path):
    path = write_own(tmp_path, "mine", own_points())
    path.with_name("mine.gpkg-wal").write_bytes(b"")
    (tmp_path / ".hidden").write_text("x")
    assert len(read_private(tmp_path)) == 1


# --- the command line ------------------------------------------------------------------------


def test_the_command_refuses_in_one_line_and_says_what_it_is(tmp_path):
    for words in (["--audience", "moon"], ["--private", "nowhere"]):
        for more in ([], ["--dry-run"]):
            done = run_command(tmp_path, "build", *words, *more)
            assert (done.returncode, done.stdout) == (2, "")
            assert re.fullmatch(r"arctic-picture: --(audience|private).* expected .*\n", done.stderr), (
                done.stderr
            )
    text = " ".join(run_command(tmp_path, "build", "--help").stdout.split())
    assert text.count("A convenience, not a guard.") == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.sweep
def test_the_command_says_how_many_are_private(tmp_path, own):
    done = run_command(
        tmp_path, "build", "--private", str(own), "--region", "bering", "--draws", "5", "--json"
    )
    assert beside_progress(done.stderr) == ""
    report = json.loads(done.stdout)
    assert (done.returncode, report["status"]) == read_today(tmp_path / "pictures" / "latest")
    assert (report["private"], report["withheld"]) == (3, 1)
    assert SECRET not in done.stdout
    drawn = run_command(tmp_path, "draw", "--as", "html", "--json")
    page = Path(tmp_path, json.loads(drawn.stdout)["files"][0]).read_text(encoding="utf-8")
    assert SECRET not in page
    assert "3 private layers left out of this file; a convenience, not a guard." in page
