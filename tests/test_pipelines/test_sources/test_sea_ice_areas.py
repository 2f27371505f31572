"""Areas of the gridded sea ice on a made-up grid: months, last days, and areas also south of the cut."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from layers.crs import lonlat, polar_xy
from layers.grid import NSIDC_25KM, cell_area_km2
from pipelines.source import Inputs
from pipelines.sources.sea_ice import sea_ice_areas, sea_ice_grid

FAR_SOUTH = (-45.0, 50.0)


@pytest.fixture
def table(tmp_path, monkeypatch):
    north, south = (NSIDC_25KM.cell_of(*polar_xy([lon], [lat])) for lon, lat in ((30.0, 80.0), FAR_SOUTH))
    ice = np.zeros(NSIDC_25KM.shape, dtype=np.uint8)
    ice[north[0][0] : north[0][0] + 4, north[1][0] : north[1][0] + 4] = 1
    month = ice.copy()
    month[south[0][0] : south[0][0] + 2, south[1][0] : south[1][0] + 2] = 1
    days = np.array(["2012-02-01", "2019-09-01"], dtype="datetime64[s]")
    grid = xr.Dataset(
        {
            "presence_median": (("month", "y", "x"), np.stack([ice] * 12)),
            "presence_monthly": (("time", "y", "x"), np.stack([month, ice])),
        },
        {"time": days},
    )
    monkeypatch.setattr(sea_ice_grid, "read", lambda _: grid)
    area = cell_area_km2()
    return sea_ice_areas.read(Inputs(tmp_path)), float(area[ice == 1].sum()), float(area[month == 1].sum())


def test_a_month_holds_to_its_last_day_and_a_median_to_the_end_of_2010(table):
    rows = table[0].set_index("feature_id")
    assert len(rows) == 14
    assert rows.loc["ice-2012-02", ["as_of", "name"]].tolist() == ["2012-02-29", "February 2012"]
    assert rows.loc["ice-2019-09", "as_of"] == "2019-09-30"
    assert rows.loc["ice-median-03", ["as_of", "name"]].tolist() == [
        "2010-12-31", "March median 1981-2010",
    ]  # fmt: skip


def test_areas_are_of_all_ice_and_shapes_of_the_north(table):
    rows, ice, month = table[0].set_index("feature_id"), *table[1:]
    assert rows.loc["ice-2019-09", "area_million_km2"] == pytest.approx(ice / 1e6, abs=0.0006)
    assert rows.loc["ice-2012-02", "area_million_km2"] == pytest.approx(month / 1e6, abs=0.0006)
    assert month > ice
    for name in ("ice-2019-09", "ice-2012-02"):
        centre = rows.geometry[name].centroid
        lon, lat = lonlat(centre.x, centre.y)
        assert (lon, lat) == (pytest.approx(30.0, abs=4), pytest.approx(80.0, abs=1)), "nothing south of 58 N"
