"""The STAC item: valid by the schema, and its assets exist."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import rasterio
import shapely

from layers.regions import REGIONS, region
from maps.exports import stac


@pytest.mark.parametrize("name", [row.id for row in REGIONS])
def test_the_stac_item_is_valid(picture, tmp_path, name):
    pystac = pytest.importorskip("pystac")
    path = stac.write(replace(picture, region=region(name)), tmp_path)
    report = json.loads(path.read_text(encoding="utf-8"))
    # The schema of the extension stands on a server; its fields are compared with the files below.
    item = pystac.Item.from_dict(report | {"stac_extensions": []})
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


def test_the_grids_of_the_item_are_those_of_the_files(picture, folder, tmp_path):
    """A public catalogue held transforms in the order of GDAL, which no schema sees."""
    report = json.loads(stac.write(picture, tmp_path).read_text(encoding="utf-8"))
    grids = [asset for asset in report["assets"].values() if asset["href"].endswith(".tif")]
    assert len(grids) >= 5
    for asset in grids:
        with rasterio.open(folder / asset["href"]) as file:
            assert asset["proj:code"] == f"EPSG:{file.crs.to_epsg()}"
            assert asset["proj:shape"] == list(file.shape)
            assert asset["proj:transform"] == list(file.transform)[:6]
            assert [band["name"] for band in asset["bands"]] == list(file.descriptions)


def test_stac_assets_are_there(picture, folder, tmp_path):
    report = json.loads(stac.write(picture, tmp_path).read_text(encoding="utf-8"))
    for asset in report["assets"].values():
        assert (folder / asset["href"]).is_file() or asset["href"] == "./picture.qgz", asset["href"]
