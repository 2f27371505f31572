"""The formats that GDAL writes, read back: GeoJSON, FlatGeobuf, KML and PMTiles."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import pyogrio
import pytest
import shapely
from export_pictures import HOSTILE, hostile, lonlat_area_km2, only, seen

import maps
from layers.crs import GEOGRAPHIC, POLAR, area_km2
from layers.errors import ExportError
from maps.exports import gdal_writer as vector
from maps.exports.gdal_formats import FORMATS, METRES, GdalFormat

if TYPE_CHECKING:
    from pathlib import Path

SPATIAL = ("land", "sea_ice", "sea_routes", "cables", "ports", "nodes")


def test_a_format_of_gdal_is_one_row(picture, tmp_path, monkeypatch):
    """A driver that the picture does not use is written and read back with nothing but its row."""
    row = GdalFormat("gml", "GML", "gml", crs=METRES, left_out="Nothing.")
    monkeypatch.setitem(FORMATS, row.id, row)
    monkeypatch.setitem(maps.EXPORTS, row.id, "maps.exports.gdal_writer")
    target = maps.write("gml", only(picture, "ports", "evidence"), tmp_path)
    assert sorted(path.name for path in target.glob("*.gml")) == ["ports.gml"]
    assert len(pyogrio.read_dataframe(target / "ports.gml")) == len(picture.tables["ports"])
    assert "Nothing." in (target / "ABOUT.txt").read_text(encoding="utf-8")


def test_every_row_is_an_export():
    assert {name for name, module in maps.EXPORTS.items() if module == "maps.exports.gdal_writer"} == set(
        FORMATS
    )
    assert not set(FORMATS) & set(maps.LOCAL), "a format of GDAL must not hold private layers"


def test_a_driver_that_fails_names_the_file(picture, tmp_path, monkeypatch):
    monkeypatch.setitem(FORMATS, "gone", GdalFormat("gone", "NoSuchDriver", "gone"))
    with pytest.raises(ExportError, match=r"ports\.gone: expected to write it into .*gone"):
        vector.write(only(picture, "ports"), tmp_path, "gone")


def test_an_empty_layer_has_no_pmtiles(picture, tmp_path):
    some = only(picture, "mines")
    some.tables["mines"] = some.tables["mines"].head(0)
    assert [path.name for path in vector.write(some, tmp_path, "pmtiles").iterdir()] == ["ABOUT.txt"]
    names = {path.name for path in vector.write(some, tmp_path, "kml").iterdir()}
    assert names == {"ABOUT.txt", "mines.kml"}


@pytest.fixture(scope="module")
def as_geojson(picture, tmp_path_factory) -> Path:
    return vector.write(picture, tmp_path_factory.mktemp("exports"), "geojson")


def test_geojson_holds_every_layer_whole(as_geojson, picture):
    for layer in picture.layers:
        path = as_geojson / f"{layer.id}.geojson"
        assert path.exists() == (layer.geometry != "table")
        if layer.geometry == "table":
            continue
        table, stored = picture.tables[layer.id], pyogrio.read_dataframe(path)
        if table.empty:  # a file without a feature names no columns
            assert stored.empty
            continue
        assert list(stored["feature_id"]) == list(table["feature_id"])
        assert stored.crs == GEOGRAPHIC
        west, south, east, north = stored.total_bounds
        assert (west, east) >= (-180, -180)
        assert (east, north) <= (180, 90)
        assert south > (40 if layer.id == "flow_edges" else 50)  # some cables end far south
        if layer.geometry == "polygon":
            assert stored.is_valid.all()
            ours = lonlat_area_km2(stored.geometry.to_numpy())
            assert ours == pytest.approx(area_km2(table.geometry.to_numpy()), rel=0.012)


def test_ice_around_the_pole_is_there(as_geojson):
    ice = pyogrio.read_dataframe(as_geojson / "sea_ice.geojson").set_index("feature_id")
    for month in ("03", "09"):
        shape = ice.geometry[f"ice-median-{month}"]
        assert shape.contains(shapely.Point(15, 85))
        assert shape.contains(shapely.Point(-170, 88))
        assert not shape.contains(shapely.Point(15, 60))


def test_geojson_is_rfc_7946(as_geojson, picture):
    report = json.loads((as_geojson / "sea_ice.geojson").read_text(encoding="utf-8"))
    assert "crs" not in report
    assert report["caveats"] == list(picture.caveats)
    assert any("NSIDC" in licence for licence in report["licence"])
    for feature in report["features"]:
        for polygon in feature["geometry"]["coordinates"]:
            assert shapely.LinearRing(polygon[0]).is_ccw
            assert all(not shapely.LinearRing(hole).is_ccw for hole in polygon[1:])
            flat = np.array(polygon[0])
            assert np.array_equal(flat, flat.round(6))


def test_odbl_tables_stay_their_own_files(as_geojson):
    for path in as_geojson.glob("*.geojson"):
        licences = json.loads(path.read_text(encoding="utf-8"))["licence"]
        if path.stem in {"land_lines", "railways", "roads"}:
            assert licences == ["ODbL-1.0"]
        elif path.stem != "nodes":  # railheads among the nodes are ends of OpenStreetMap's lines
            assert "ODbL-1.0" not in licences


def test_flatgeobuf_keeps_the_polar_geometry(picture, tmp_path):
    some = only(picture, *SPATIAL)
    into = vector.write(some, tmp_path, "flatgeobuf")
    for layer in some.layers:
        stored = pyogrio.read_dataframe(into / f"{layer.id}.fgb").set_index("feature_id")
        table = some.tables[layer.id].set_index("feature_id")
        stored = stored.loc[table.index]
        assert stored.crs == POLAR
        assert stored.geometry.geom_equals_exact(table.geometry, 1e-6).mean() > 0 or layer.geometry != "point"
        assert stored.area.to_numpy() == pytest.approx(table.area.to_numpy())
        assert stored.length.to_numpy() == pytest.approx(table.length.to_numpy())
    assert "ODbL" in (into / "ABOUT.txt").read_text(encoding="utf-8")


def test_kml_opens(picture, tmp_path):
    some = only(picture, *SPATIAL)
    into = vector.write(some, tmp_path, "kml")
    for layer in some.layers:
        table = pyogrio.read_dataframe(into / f"{layer.id}.kml")
        assert len(table) == len(some.tables[layer.id])
        assert table.crs == GEOGRAPHIC
    ports = pyogrio.read_dataframe(into / "ports.kml")
    assert list(ports["feature_id"]) == list(picture.tables["ports"]["feature_id"])


def test_pmtiles_opens(picture, tmp_path):
    into = vector.write(only(picture, "ports", "sea_routes"), tmp_path, "pmtiles")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a tile reader's notes on merging are no fault
        table = pyogrio.read_dataframe(into / "ports.pmtiles")
    # A point in the margin of two tiles is in both.
    assert set(table["feature_id"]) == set(picture.tables["ports"]["feature_id"])
    assert table.crs.to_epsg() == 3857
    assert "85.05" in (into / "ABOUT.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("format_id", "name"), [("geojson", "settlements.geojson"), ("flatgeobuf", "settlements.fgb")]
)
def test_hostile_names_come_back_as_text(picture, tmp_path, format_id, name):
    table = pyogrio.read_dataframe(vector.write(hostile(picture), tmp_path, format_id) / name)
    assert set(table["name"]) == {seen(text) for text in HOSTILE}


def test_hostile_names_in_kml_are_escaped(picture, tmp_path):
    path = vector.write(hostile(picture), tmp_path, "kml") / "settlements.kml"
    tags = {element.tag.rpartition("}")[2] for element in ET.parse(path).iter()}
    assert not tags & {"script", "x", "description", "NetworkLink", "href"}
    table = pyogrio.read_dataframe(path)
    column = "name" if "name" in table else "Name"
    assert set(table[column]) == {seen(text) for text in HOSTILE}
