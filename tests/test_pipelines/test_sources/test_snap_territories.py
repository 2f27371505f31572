"""Territories on made-up shapefiles in metres: their kind, their place, and a CRS in degrees refused."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from layers.crs import lonlat
from layers.errors import SourceError
from pipelines.source import Inputs
from pipelines.sources import source

NAMES = {"ethnolinguistic_regions": -150.0, "first_nation_traditional_territories": -135.0}


def write(folder, epsg):
    (folder / "climate" / "uasnap").mkdir(parents=True)
    for name, lon in NAMES.items():
        shape = shapely.box(lon, 62, lon + 2, 63)
        table = gpd.GeoDataFrame({"id": ["A"], "name": ["N"], "alt_name": ["M"]}, geometry=[shape], crs=4326)
        table.to_crs(epsg).to_file(folder / "climate" / "uasnap" / f"{name}.shp")
    return Inputs(packages=folder, fetched=folder)


def test_areas_have_the_kind_of_their_file(tmp_path):
    table = source("snap_territories").read(write(tmp_path, 3338))
    assert table["kind"].tolist() == ["ethnolinguistic region", "traditional territory"]
    assert table["feature_id"].tolist() == ["snap_territories-A", "snap_territories-A-1"]
    lon, lat = lonlat(table.geometry.centroid.x, table.geometry.centroid.y)
    assert lon == pytest.approx([-149.0, -134.0], abs=0.05)
    assert lat == pytest.approx([62.5, 62.5], abs=0.05)


def test_degrees_are_refused_where_the_file_has_metres(tmp_path):
    with pytest.raises(SourceError, match=r"expected a CRS in metres in its \.prj, found WGS 84"):
        source("snap_territories").read(write(tmp_path, 4326))
