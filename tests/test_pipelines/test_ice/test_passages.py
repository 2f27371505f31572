"""Routes through the cube: real edges of September and March, a made year, workers that change nothing."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
import xarray as xr

from layers.crs import area_km2, geographic_to_polar
from layers.grid import NSIDC_25KM, cell_area_km2
from layers.ice.bottlenecks import bottlenecks, least_cost_path
from layers.ice.corridors import corridor
from layers.ice.daily import area_support, route_support, series
from layers.ice.synthetic import days
from pipelines import snapshot
from pipelines.ice.archive import Archive
from pipelines.ice.passages import passages, read_polaris
from pipelines.ice.year_passes import seasons
from pipelines.sources import SOURCES
from pipelines.sources.sea_ice.nsidc_0051 import read_sample

if TYPE_CHECKING:
    from pathlib import Path

NSR = "route-nsr_north_new_siberian"


@pytest.fixture(scope="module")
def held() -> snapshot.Snapshot:
    return snapshot.load(SOURCES)


@pytest.fixture(scope="module")
def grid(held) -> xr.Dataset:
    return held.grids["sea_ice"]


@pytest.fixture(scope="module")
def ocean(grid) -> np.ndarray:
    return grid["surface"].to_numpy() == 0


@pytest.fixture(scope="module")
def lines(held) -> dict[str, shapely.LineString]:
    routes = held.feeds["sea_routes"][0]
    return dict(zip(routes["feature_id"], routes.geometry, strict=True))


@pytest.fixture(scope="module")
def ways(lines, ocean) -> dict[str, object]:
    return {name: corridor(name, line, ocean) for name, line in lines.items()}


def test_every_route_of_the_project_has_a_corridor(ways, lines):
    assert len(ways) == len(lines) == 12
    assert ways[NSR].straits == 0
    assert ways["route-nwp_bellot"].straits > 0  # two kilometres wide
    assert ways["route-transpolar"].straits == 0


def open_months(ways, grid, name: str) -> set[str]:
    inside = grid["presence_monthly"].to_numpy().reshape(grid.sizes["time"], -1)[:, ways[name].cells] == 1
    necks = bottlenecks(ways[name], np.where(inside, 100, 0).astype(np.uint8).T)
    months = np.datetime_as_string(grid["time"].to_numpy().astype("datetime64[M]"))
    return set(months[necks.high == 0])


def test_real_edges_open_and_shut_the_routes_as_they_did(ways, grid):
    """Edges alone, 15 %: for a ship that keeps out of the ice, at the mean of the month."""
    # September of 1979 and 1996 had ice from the Kara to the Chukchi Sea; these later ones had not.
    late = {"2012-09", "2016-09", "2019-09", "2020-09", "2022-09"}
    assert open_months(ways, grid, NSR) == late
    assert open_months(ways, grid, "route-nsr_high_latitude") == {"2012-09", "2020-09"}
    assert open_months(ways, grid, "route-transpolar") == set()
    assert open_months(ways, grid, "route-nwp_mclure") == {"2012-09"}
    march = {"1979-03", "2007-03", "2012-03", "2020-03", "2022-03"}
    assert not any(open_months(ways, grid, name) & march for name in ways if "barents" not in name)


def test_the_open_way_of_2012_is_about_as_long_as_its_line(ways, grid, held):
    month = np.flatnonzero(grid["time"].to_numpy() == np.datetime64("2012-09-01"))[0]
    inside = grid["presence_monthly"].to_numpy()[month].ravel()[ways[NSR].cells] == 1
    path, km = least_cost_path(ways[NSR], np.where(inside, 100, 0).astype(np.uint8), 0.3)
    stated = held.feeds["sea_routes"][0].set_index("feature_id")["length_km"][NSR]
    assert km == pytest.approx(stated, rel=0.06)
    assert (grid["presence_monthly"].to_numpy()[month].ravel()[path] != 1).all()


def test_a_made_year_by_route_says_so_and_workers_change_nothing(ways, grid, ocean, lines, tmp_path):
    surface = grid["surface"].to_numpy()
    archive = Archive(tmp_path, "synthetic")
    archive.append((day for day in days(2000, 2000, surface) if day.date.month in {3, 9}), surface)
    some = [ways[NSR], ways["route-barents_kara_gate"]]
    result = passages(archive, some, 2000, 2001)
    assert set(result["input"]) == {"daily, synthetic"}
    assert result["open_days"].isna().all()  # ten months are not known
    assert set(result["unknown_days"]) <= set(range(305, 367))
    backwards = functools.partial(lambda function, years: [function(y) for y in list(years)])
    assert passages(archive, some, 2000, 2001, mapper=backwards).equals(result)
    stretches = route_support({NSR: lines[NSR]}, ocean)
    season = seasons(archive, stretches, 2000, 2000)
    assert len(season.ids) == round(4029 / 100)


def test_the_stored_table_is_whole():
    table = read_polaris()
    assert table.riv.shape == (12, 12)
    assert table.riv.loc["none", "heavy_my"] == -8


@pytest.mark.shared
def test_the_regions_of_nsidc_weigh_their_water(mirror: Path, ocean):
    files = sorted((mirror / "sea_ice" / "nsidc_regions").glob("*.geojson"))
    shapes = {
        path.stem: shapely.union_all(
            geographic_to_polar(shapely.get_parts(shapely.from_geojson(path.read_bytes())))
        )
        for path in files
    }
    support = area_support(shapes, ocean, cell_area_km2())
    assert len(shapes) == 8
    # The polygons hold land too; what is left is water, in million km2 as the land mask gives it.
    water = dict(zip(support.ids, support.weights.sum(axis=1) / 1e6, strict=True))
    assert water["Central_Arctic_NSIDC"] == pytest.approx(3.49, abs=0.01)
    assert water["Beaufort_Sea_NSIDC"] == pytest.approx(1.00, abs=0.01)
    solid = area_support(shapes, np.ones_like(ocean), cell_area_km2()).weights.sum(axis=1)
    within = [name != "Baffin_Bay_NSIDC" for name in shapes]  # it reaches off the grid, to 38 N
    assert solid[within] == pytest.approx(area_km2(list(shapes.values()))[within], rel=0.012)
    january = read_sample(mirror / "sea_ice/nsidc0051/nt_201301_f17_v1.1_n.bin").concentration
    mean = series(support.weights, january.ravel()[support.cells][:, None])[:, 0]
    assert (mean[within] > 85).all()  # seven are shut in January
    assert NSIDC_25KM.shape == january.shape


def test_our_own_seas_weigh_their_water(held, ocean):
    seas = held.feeds["seas"][0]
    named = seas.drop_duplicates("name").set_index("name").geometry
    support = area_support(
        {name: named[name] for name in ("Kara Sea", "Barents Sea")}, ocean, cell_area_km2()
    )
    assert (support.weights.sum(axis=1) > 600_000).all()
    assert (support.weights.sum(axis=1) < 1_800_000).all()
