"""A CRS in feet or kilometres: a user's or a provider's file lies where it says, in its own unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely

from layers.crs import POLAR
from pipelines.picture.private import read_private
from pipelines.sources.planned_features import shapefile

if TYPE_CHECKING:
    from pathlib import Path

PLACE = (-150.0, 65.0)
# US survey feet, and a polar CRS in kilometres and in feet.
SYSTEMS = {
    "Alaska Albers, US feet": "EPSG:2964",
    "kilometres": "+proj=laea +lat_0=90 +lon_0=0 +datum=WGS84 +units=km",
    "feet": "+proj=laea +lat_0=90 +lon_0=0 +datum=WGS84 +units=ft",
}
NOTE = 'title = "t"\nowner = "o"\nlicence = "l"\naudience = "eu"\npillar = "economic"\nas_of = 2026-01-01\n'


def in_degrees() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(PLACE)], crs=4326)


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_point_of_a_user_is_where_it_is_in_any_unit(tmp_path: Path, name: str):
    in_degrees().to_crs(SYSTEMS[name]).to_parquet(tmp_path / "mine.parquet")
    (tmp_path / "mine.toml").write_text(NOTE)
    [own] = read_private(tmp_path)
    assert own.table.crs == POLAR
    expected = in_degrees().to_crs(POLAR).geometry[0]
    # NAD27 is shifted by the grid or the parameters at hand: tens of metres, not the factor of a foot.
    assert own.table.geometry[0].distance(expected) < 50


@pytest.mark.parametrize("name", ["kilometres", "feet"])
def test_a_line_of_a_user_stays_straight_in_its_own_unit(tmp_path: Path, name: str):
    """A line of 4000 km beside the pole is densified every few kilometres, whatever its unit."""
    metres = gpd.GeoSeries([shapely.LineString([(-2e6, 1e6), (2e6, 1e6)])],
                           crs="+proj=laea +lat_0=90 +lon_0=0 +datum=WGS84 +units=m")  # fmt: skip
    factor = {"kilometres": 1000.0, "feet": 0.3048}[name]
    line = shapely.transform(metres[0], lambda xy: xy / factor)
    gpd.GeoDataFrame({"a": [1]}, geometry=[line], crs=SYSTEMS[name]).to_parquet(tmp_path / "mine.parquet")
    (tmp_path / "mine.toml").write_text(NOTE)
    [own] = read_private(tmp_path)
    dense = metres.segmentize(10_000.0).to_crs(POLAR)[0]
    assert shapely.hausdorff_distance(own.table.geometry[0], dense) < 20
    steps = np.hypot(*np.diff(shapely.get_coordinates(own.table.geometry[0]), axis=0).T)
    assert steps.max() < 60_000


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_shapefile_of_a_provider_is_where_it_is_in_any_unit(tmp_path: Path, name: str):
    in_degrees().to_crs(SYSTEMS[name]).to_file(tmp_path / "x.shp")
    frame = shapefile(tmp_path / "x.shp", in_metres=True)
    assert np.hypot(frame.geometry.x[0] - PLACE[0], frame.geometry.y[0] - PLACE[1]) < 0.01
