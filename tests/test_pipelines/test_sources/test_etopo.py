"""ETOPO1 on a made-up grid: longitudes east and west, the edge in the south, signs of height and depth."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from layers.crs import area_km2, lonlat
from pipelines.sources.climate import etopo


def grid_file(tmp_path, height, latitude, longitude):
    path = tmp_path / "etopo.nc"
    frame = xr.Dataset({"z": (("y", "x"), height.astype("float32"))}, {"y": latitude, "x": longitude})
    frame.to_netcdf(path, engine="h5netcdf")
    return path.read_bytes()


def test_heights_keep_their_place_and_sign(tmp_path, package_file):
    latitude, longitude = np.array([57.9, 58.0, 70.0]), np.arange(0.0, 361.0, 45.0)
    height = latitude[:, None] * -10 - np.array([0, 99, 90.6, 99, 180, 99, 270.4, 99, 99])
    inputs = package_file(etopo.PACKAGE, grid_file(tmp_path, height, latitude, longitude))
    table = etopo.read_heights(inputs)["height_m"]
    assert table["latitude"].to_numpy().tolist() == [58.0, 70.0]
    assert table["longitude"].to_numpy().tolist() == [-180.0, -90.0, 0.0, 90.0]
    assert table.dtype == np.int16
    # 90 E is -670.6, rounded to the nearest metre; 270 E is 90 W.
    assert table.sel(latitude=58.0).to_numpy().tolist() == [-760, -850, -580, -671]
    assert table.sel(latitude=70.0).to_numpy().tolist() == [-880, -970, -700, -791]


def test_areas_between_depths_lie_where_the_sea_is_that_deep(tmp_path, package_file):
    latitude, longitude = np.arange(56.0, 91.0), np.arange(0.0, 361.0, 2.5)
    east = (longitude > 0) & (longitude < 180)
    height = np.where(east, -100.0, -2500.0) * np.ones((len(latitude), 1))
    height[latitude > 80] = 30.0  # land
    inputs = package_file(etopo.PACKAGE, grid_file(tmp_path, height, latitude, longitude))
    table = etopo.read_depths(inputs).dissolve("name")
    assert {"50 to 200 m", "2000 to 3000 m"} <= set(table.index)
    assert table.loc["2000 to 3000 m", "feature_id"] == "depth-2000.0"
    for name, expected in (("50 to 200 m", 90.0), ("2000 to 3000 m", -90.0)):
        point = table.geometry[name].representative_point()
        lon, lat = lonlat(point.x, point.y)
        assert np.sign(lon) == np.sign(expected)
        assert 58 <= lat < 81
    # The ring from 58 N to about 80.9 N on a sphere of 6371 km.
    ring = 2 * np.pi * 6371.0**2 * (np.sin(np.radians(80.9)) - np.sin(np.radians(58.0)))
    assert area_km2(table.geometry.to_numpy()).sum() == pytest.approx(ring, rel=0.01)
