"""The other doors by their real readers: the pole is whole, nothing crosses 180, hostile text is text."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import maps
from layers.crs import GEOGRAPHIC, POLAR, area_km2, geographic_to_polar, lonlat, polar_points
from layers.regions import REGIONS, region
from layers.schema import conform
from maps.exports import csv, flatgeobuf, geojson, kml, pmtiles, rocrate, stac
from maps.exports.vector import geographic
from pipelines.picture.read import read_picture

if TYPE_CHECKING:
    from pathlib import Path

    from layers.picture import Picture

HOSTILE = (
    "<script>alert(1)</script>", "]]><x/>", "{{7*7}} ${1+1}", "=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)",
    "nul\x00 bell\x07", "turned\u202eder", 'quote " and , and ;', "Tromsø",
)  # fmt: skip
SPATIAL = ("land", "sea_ice", "sea_routes", "cables", "ports", "nodes")


def only(picture: Picture, *names: str) -> Picture:
    layers = tuple(layer for layer in picture.layers if layer.id in names)
    return replace(picture, layers=layers, tables={name: picture.tables[name] for name in names})


def hostile(picture: Picture) -> Picture:
    layer = next(layer for layer in picture.layers if layer.id == "settlements")
    table = picture.tables["settlements"].head(len(HOSTILE)).assign(name=list(HOSTILE))
    return replace(picture, layers=(layer,), tables={"settlements": conform(table, layer)})


def lonlat_area_km2(shapes) -> np.ndarray:
    """Area by Lambert's cylindrical projection of the sphere: independent of any polar one."""

    def flat(degrees):
        return 6371.007 * np.column_stack([np.radians(degrees[:, 0]), np.sin(np.radians(degrees[:, 1]))])

    return shapely.area(shapely.transform(shapely.segmentize(shapes, 0.1), flat))


# --- which are drawn when ----------------------------------------------------------------------


def test_every_picture_has_the_contracts_outputs(folder):
    assert set(maps.ALWAYS) <= set(maps.EXPORTS)
    assert maps.ALWAYS[-1] == "rocrate", "it describes the files that lie there before it"
    for name in ("map.html", "picture.gpkg", "briefing.html", "ro-crate-metadata.json"):
        assert (folder / name).is_file()
    assert not [path for path in folder.iterdir() if path.name in {"geojson", "kml", "csv", "pmtiles"}]


# --- degrees -----------------------------------------------------------------------------------


def test_a_cap_is_closed_over_the_pole():
    cap = geographic([region("arctic").outline])[0]
    assert cap.is_valid
    assert cap.bounds == pytest.approx((-180, 58, 180, 90), abs=0.01)
    assert cap.contains(shapely.Point(15, 85))
    # 2 pi R^2 (1 - sin 58 N) = 38.75 million km2 on the sphere
    assert lonlat_area_km2(cap) == pytest.approx(
        2 * np.pi * 6371.007**2 * (1 - np.sin(np.radians(58))), rel=0.005
    )


def test_a_box_over_the_date_line_is_two():
    box = geographic_to_polar([shapely.box(170, 66, 195, 72)])
    parts = shapely.get_parts(geographic(box))
    assert sorted(part.bounds for part in parts) == [
        pytest.approx((-180, 66, -165, 72), abs=0.01), pytest.approx((170, 66, 180, 72), abs=0.01),
    ]  # fmt: skip


def test_a_line_over_the_date_line_and_one_over_the_pole():
    line = geographic(geographic_to_polar([shapely.LineString([(175, 70), (185, 72)])]))[0]
    ends = sorted(part.bounds[0::2] for part in shapely.get_parts(line))
    assert ends == [pytest.approx((-180, -175), abs=0.01), pytest.approx((175, 180), abs=0.01)]
    over = geographic([shapely.LineString([*polar_points([10, -170], [80, 80])])])[0]
    assert shapely.get_coordinates(over)[:, 1].max() == 90
    for part in shapely.get_parts(over):
        assert np.abs(np.diff(shapely.get_coordinates(part)[:, 0])).max() <= 180 + 1e-6


@settings(deadline=None)
@given(
    st.floats(-3e6, 3e6), st.floats(-3e6, 3e6), st.floats(5e4, 2.5e6), st.integers(3, 9), st.floats(0, 0.9)
)
def test_areas_are_kept_and_points_stay_inside(x, y, radius, corners, hole):
    angles = 2 * np.pi * np.arange(corners) / corners
    ring = np.column_stack([x + radius * np.cos(angles), y + radius * np.sin(angles)])
    shape = shapely.Polygon(ring)
    inner = shapely.Polygon((ring - (x, y)) * hole * 0.4 + (x, y))
    shape = shape.difference(inner) if hole > 0.1 else shape
    cut = geographic([shape])[0]
    assert cut.is_valid
    west, _, east, north = cut.bounds
    assert -180 <= west <= east <= 180
    assert north <= 90
    assert lonlat_area_km2(cut) == pytest.approx(area_km2([shape])[0], rel=0.02)
    for part in shapely.get_parts(cut):
        assert part.exterior.is_ccw
    spots = shape.buffer(-radius * 0.1)
    spot = (spots if not spots.is_empty else shape).representative_point()
    if shape.boundary.distance(spot) > 15_000:
        assert cut.covers(shapely.Point(*lonlat(spot.x, spot.y)))


@pytest.fixture(scope="module")
def as_geojson(picture, tmp_path_factory) -> Path:
    return geojson.write(picture, tmp_path_factory.mktemp("doors"))


def test_geojson_holds_every_layer_whole(as_geojson, picture):
    for layer in picture.layers:
        path = as_geojson / f"{layer.id}.geojson"
        assert path.exists() == (layer.geometry != "table")
        if layer.geometry == "table":
            continue
        table, held = picture.tables[layer.id], pyogrio.read_dataframe(path)
        if table.empty:  # a file without a feature names no columns
            assert held.empty
            continue
        assert list(held["feature_id"]) == list(table["feature_id"])
        assert held.crs == GEOGRAPHIC
        west, south, east, north = held.total_bounds
        assert (west, east) >= (-180, -180)
        assert (east, north) <= (180, 90)
        assert south > 50
        if layer.geometry == "polygon":
            assert held.is_valid.all()
            ours = lonlat_area_km2(held.geometry.to_numpy())
            assert ours == pytest.approx(area_km2(table.geometry.to_numpy()), rel=0.012)


def test_ice_around_the_pole_is_there(as_geojson):
    ice = pyogrio.read_dataframe(as_geojson / "sea_ice.geojson").set_index("feature_id")
    for month in ("03", "09"):
        shape = ice.geometry[f"ice-median-{month}"]
        assert shape.contains(shapely.Point(15, 85))
        assert shape.contains(shapely.Point(-170, 88))
        assert not shape.contains(shapely.Point(15, 60))


def test_geojson_is_rfc_7946(as_geojson, picture):
    told = json.loads((as_geojson / "sea_ice.geojson").read_text(encoding="utf-8"))
    assert "crs" not in told
    assert told["caveats"] == list(picture.caveats)
    assert any("NSIDC" in licence for licence in told["licence"])
    for feature in told["features"]:
        for polygon in feature["geometry"]["coordinates"]:
            assert shapely.LinearRing(polygon[0]).is_ccw
            assert all(not shapely.LinearRing(hole).is_ccw for hole in polygon[1:])
            flat = np.array(polygon[0])
            assert np.array_equal(flat, flat.round(6))


def test_odbl_tables_stay_their_own_files(as_geojson):
    for path in as_geojson.glob("*.geojson"):
        licences = json.loads(path.read_text(encoding="utf-8"))["licence"]
        if path.stem in {"railways", "roads"}:
            assert licences == ["ODbL-1.0"]
        elif path.stem != "nodes":  # railheads among the nodes are ends of OpenStreetMap's lines
            assert "ODbL-1.0" not in licences


# --- the other vector doors -------------------------------------------------------------------


def test_flatgeobuf_keeps_the_polar_geometry(picture, tmp_path):
    some = only(picture, *SPATIAL)
    into = flatgeobuf.write(some, tmp_path)
    for layer in some.layers:
        held = pyogrio.read_dataframe(into / f"{layer.id}.fgb").set_index("feature_id")
        table = some.tables[layer.id].set_index("feature_id")
        held = held.loc[table.index]
        assert held.crs == POLAR
        assert held.geometry.geom_equals_exact(table.geometry, 1e-6).mean() > 0 or layer.geometry != "point"
        assert held.area.to_numpy() == pytest.approx(table.area.to_numpy())
        assert held.length.to_numpy() == pytest.approx(table.length.to_numpy())
    assert "ODbL" in (into / "ABOUT.txt").read_text(encoding="utf-8")


def test_kml_opens(picture, tmp_path):
    some = only(picture, *SPATIAL)
    into = kml.write(some, tmp_path)
    for layer in some.layers:
        held = pyogrio.read_dataframe(into / f"{layer.id}.kml")
        assert len(held) == len(some.tables[layer.id])
        assert held.crs == GEOGRAPHIC
    ports = pyogrio.read_dataframe(into / "ports.kml")
    assert list(ports["feature_id"]) == list(picture.tables["ports"]["feature_id"])


def test_pmtiles_opens(picture, tmp_path):
    into = pmtiles.write(only(picture, "ports", "sea_routes"), tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a tile reader's notes on merging are no fault
        held = pyogrio.read_dataframe(into / "ports.pmtiles")
    # A point in the margin of two tiles is in both.
    assert set(held["feature_id"]) == set(picture.tables["ports"]["feature_id"])
    assert held.crs.to_epsg() == 3857
    assert "85.05" in (into / "ABOUT.txt").read_text(encoding="utf-8")


def test_csv_is_read_back(picture, tmp_path):
    some = only(picture, "ports", "evidence", "military_sites")
    into = csv.write(some, tmp_path)
    ports = pd.read_csv(into / "ports.csv")
    table = picture.tables["ports"]
    assert list(ports["feature_id"]) == list(table["feature_id"])
    assert ports["tidal_range_m"].tolist() == pytest.approx(table["tidal_range_m"].tolist(), nan_ok=True)
    back = gpd.GeoSeries(polar_points(ports["longitude_deg"], ports["latitude_deg"]), crs=POLAR)
    assert back.distance(table.geometry.reset_index(drop=True)).max() < 0.2
    rows = pd.read_csv(into / "evidence.csv")
    assert rows["score"].isna().sum() == picture.tables["evidence"]["score"].isna().sum(), (
        "missing is missing"
    )
    sites = pd.read_csv(into / "military_sites.csv")
    assert (sites["longitude_deg"] * 10).round(6).mod(1).eq(0).all(), "a military site is 0.1 degree"


# --- hostile text -------------------------------------------------------------------------------


def seen(text: str) -> str:
    return text.replace("\x00", "\u2400").replace("\x07", "\u2407").replace("\u202e", "[U+202E]")


@pytest.mark.parametrize(
    ("door", "name"), [(geojson, "settlements.geojson"), (flatgeobuf, "settlements.fgb")]
)
def test_hostile_names_come_back_as_text(picture, tmp_path, door, name):
    held = pyogrio.read_dataframe(door.write(hostile(picture), tmp_path) / name)
    assert set(held["name"]) == {seen(text) for text in HOSTILE}


def test_hostile_names_in_kml_are_escaped(picture, tmp_path):
    path = kml.write(hostile(picture), tmp_path) / "settlements.kml"
    tags = {element.tag.rpartition("}")[2] for element in ET.parse(path).iter()}
    assert not tags & {"script", "x", "description", "NetworkLink", "href"}
    held = pyogrio.read_dataframe(path)
    column = "name" if "name" in held else "Name"
    assert set(held[column]) == {seen(text) for text in HOSTILE}


def test_no_cell_of_a_csv_is_a_formula(picture, tmp_path):
    path = csv.write(hostile(picture), tmp_path) / "settlements.csv"
    held = pd.read_csv(path)
    assert not held["name"].str.match(r"[=+\-@\t\r]").any()
    for text in HOSTILE:
        assert (f"'{seen(text)}" if text[0] in "=+-@" else seen(text)) in set(held["name"])
    assert held["population"].dtype.kind == "f", "numbers are numbers"
    about = (path.parent / "ABOUT.txt").read_text(encoding="utf-8")
    assert "apostrophe" in about
    assert all(sentence in about for sentence in picture.caveats)


# --- catalogues -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [row.id for row in REGIONS])
def test_the_stac_item_is_valid(picture, tmp_path, name):
    pystac = pytest.importorskip("pystac")
    path = stac.write(replace(picture, region=region(name)), tmp_path)
    told = json.loads(path.read_text(encoding="utf-8"))
    item = pystac.Item.from_dict(told)
    item.validate()
    shape = shapely.geometry.shape(item.geometry)
    assert shape.is_valid
    west, south, east, north = item.bbox
    assert (south, north) == (region(name).south_deg, region(name).north_deg)
    assert (west > east) == (name == "bering"), "RFC 7946: west of east says over the date line"
    spots = {"arctic": (15, 85), "barents": (30, 70), "bering": (-170, 65), "greenland": (-40, 72)}
    assert shape.contains(shapely.Point(spots.get(name, (15, 85))))
    assert set(item.assets) >= {"map.html", "briefing.html", "nodes", "evidence"}
    if name == "bering":
        assert shape.contains(shapely.Point(170, 65))
        assert not shape.contains(shapely.Point(0, 65))


def test_stac_assets_are_there(picture, folder, tmp_path):
    told = json.loads(stac.write(picture, tmp_path).read_text(encoding="utf-8"))
    for asset in told["assets"].values():
        assert (folder / asset["href"]).is_file() or asset["href"] == "./picture.qgz", asset["href"]


def test_the_crate_is_read_by_its_library(folder, picture):
    library = pytest.importorskip("rocrate.rocrate")
    crate = library.ROCrate(folder)
    files = {entity.id for entity in crate.data_entities}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == there - {"MANIFEST.json", "ro-crate-metadata.json"}
    assert crate.root_dataset["license"].id.startswith("https://creativecommons.org/")
    assert str(crate.root_dataset["datePublished"]).startswith(picture.day.isoformat())
    assert {source["name"] for source in crate.root_dataset["isBasedOn"]} == {
        s.title for s in picture.sources
    }
    gpkg = crate.dereference("picture.gpkg")
    assert int(gpkg["contentSize"]) == (folder / "picture.gpkg").stat().st_size


def test_the_crate_repeats_and_follows_no_link(picture, tmp_path):
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "out").symlink_to("/etc/hostname")
    first = rocrate.write(picture, tmp_path).read_bytes()
    assert rocrate.write(picture, tmp_path).read_bytes() == first
    assert b'"a.txt"' in first
    assert b'"out"' not in first


def test_a_stored_picture_is_drawn_the_same(folder, tmp_path, picture):
    again = read_picture(folder)
    for name in ("stac", "csv"):
        one, other = tmp_path / "one", tmp_path / "other"
        for into, of in ((one, only(picture, "ports", "nodes")), (other, only(again, "ports", "nodes"))):
            into.mkdir(exist_ok=True)
            maps.write(name, of, into)
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert [(one / path).read_bytes() for path in files] == [(other / path).read_bytes() for path in files]
