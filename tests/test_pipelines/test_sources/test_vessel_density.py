"""Vessel density on a made-up coverage: means of blocks, blocks with gaps, and the place of the corner."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import rasterio
from provider_forms import vessel_density as coverage

from layers.crs import lonlat
from pipelines.sources.shipping import vessel_density


def test_a_block_is_the_mean_of_its_cells_where_more_than_half_have_a_value(tmp_path):
    hours = np.full((20, 40), 8.0, dtype="float32")
    hours[:10, :5] = 4.0
    hours[:10, 10:14] = -1e9  # 40 of 100 cells have no value
    hours[:10, 20:25] = -1e9  # 50
    path = tmp_path / "vessel_density_all_201901.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=20, width=40, count=1, dtype="float32", crs="EPSG:3035",
        nodata=-1e9, transform=rasterio.Affine(1000, 0, 4_200_000, 0, -1000, 5_200_000),
    ) as raster:  # fmt: skip
        raster.write(hours, 1)
    means, grid = vessel_density._field(path)
    expected = [[6.0, 8.0, np.nan, 8.0], [8.0] * 4]
    assert np.array_equal(means, expected, equal_nan=True)
    assert (grid.cell_m, grid.origin) == (10_000.0, (4_200_000.0, 5_200_000.0))
    assert vessel_density.month(path) == date(2019, 1, 1)


def test_areas_lie_where_the_corner_says(provider_file):
    """EPSG:3035 has its centre 10 E, 52 N at (4321000, 3210000): the coverage is by 9 E, 69 N."""
    name = vessel_density._FILE.replace("{day:%Y%m}", "201901")
    table = vessel_density.read(provider_file(name, coverage()))
    assert table["name"].tolist() == ["10 to 100 hours a square kilometre and month"]
    assert table["as_of"].tolist() == ["2019-01-01"]
    lon, lat = lonlat(table.geometry[0].centroid.x, table.geometry[0].centroid.y)
    assert 8 < float(lon) < 10
    assert 68 < float(lat) < 70
    # 100 of 200 columns of 1 km have values.
    assert table.to_crs(3035).geometry.area[0] / 1e6 == pytest.approx(20_000, rel=0.01)
