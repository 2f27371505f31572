"""Waves with the ice of each day: a round sea by hand, and what may never happen."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.climate import effective, effective_fetch_km, reach_km
from layers.crs import POLAR
from layers.grid import LAND_5KM, MISSING, Grid
from layers.ice.waves import Rays, rays, wave_exposure_of_year

ICE_GRID = Grid(POLAR, (60, 60), (-750_000.0, 750_000.0), 25_000.0)
FINE = Grid(POLAR, (300, 300), (-750_000.0, 750_000.0), 5_000.0)


def sea(radius_m: float, grid: Grid) -> np.ndarray:
    x, y = np.meshgrid(grid.x_m, grid.y_m)
    return np.hypot(x, y) <= radius_m


def laid(radius_m: float = 300_000.0, *points: tuple[float, float]) -> Rays:
    places = shapely.points(np.array(points or [(-295_000.0, 2_500.0)]))
    return rays(places, ~sea(radius_m, FINE), sea(radius_m, ICE_GRID), land_grid=FINE, grid=ICE_GRID)


def year(rays_of: Rays, *spells: tuple[int, int]) -> np.ndarray:
    return (
        np.repeat([v for _, v in spells], [n for n, _ in spells])
        .astype(np.uint8)[None, :]
        .repeat(len(rays_of.cells), axis=0)
    )


def exposure(rays_of: Rays, block: np.ndarray) -> float:
    return float(wave_exposure_of_year(rays_of, block, np.arange(block.shape[1]), block.shape[1])[0])


def test_without_ice_it_is_the_fetch_to_land():
    one = laid()
    fetch = effective_fetch_km(shapely.points([(-295_000.0, 2_500.0)]), ~sea(300_000, FINE), FINE)[0]
    assert 300 < fetch < 600
    assert exposure(one, year(one, (365, 0))) == pytest.approx(min(fetch, 500) / 500, rel=0.12)


def test_days_with_ice_add_nothing():
    one = laid()
    full = exposure(one, year(one, (365, 0)))
    assert exposure(one, year(one, (365, 15))) == 0
    assert exposure(one, year(one, (165, 100), (200, 0))) == pytest.approx(full * 200 / 365)


def test_an_ice_edge_shortens_the_fetch():
    one = laid()
    block = year(one, (365, 0))
    column = one.cells % 60
    block[ICE_GRID.x_m[column] > -100_000] = 80  # open from -300 km to -100 km
    result = exposure(one, block) * 500
    assert 150 < result < 250  # 200 km straight ahead, more aslant
    assert result < exposure(one, year(one, (365, 0))) * 500


def test_the_own_cell_adds_no_length():
    one = laid()
    block = year(one, (365, 100))
    block[one.at[0, 0, 0]] = 0
    to_land = np.where(one.at[0, :, 1] >= 0, 0.0, one.land_km[0])  # rays over land end at the land mask
    assert (one.at[0, :, 1] >= 0).sum() > 6
    assert exposure(one, block) == pytest.approx(effective(to_land) / 500, rel=1e-5)


def test_a_ray_to_the_north_meets_the_ice_in_the_north():
    south = laid(300_000.0, (2_500.0, -295_000.0))
    block = year(south, (365, 0))
    block[ICE_GRID.y_m[south.cells // 60] > -200_000] = 80  # open from -300 km to -200 km
    assert 50 < exposure(south, block) * 500 < 180


def test_what_was_not_seen_is_no_open_water_and_a_lost_season_no_year():
    one = laid()
    assert exposure(one, year(one, (365, MISSING))) == 0
    seen = np.delete(np.arange(365), slice(100, 120))
    lost = wave_exposure_of_year(one, year(one, (345, 0)), seen, 365)
    assert np.isnan(lost[0])
    half = wave_exposure_of_year(one, year(one, (183, 0)), np.arange(0, 365, 2), 365)
    assert half[0] == pytest.approx(exposure(one, year(one, (365, 0))))


def test_a_place_far_from_the_sea_has_none():
    inland = laid(300_000.0, (-500_000.0, 0.0), (-295_000.0, 2_500.0))
    result = wave_exposure_of_year(inland, year(inland, (365, 0)), np.arange(365), 365)
    assert np.isnan(result[0])
    assert result[1] > 0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31))
def test_more_ice_never_raises_more_waves(seed: int):
    one = laid()
    random = np.random.default_rng(seed)
    less = random.integers(0, 40, (len(one.cells), 20)).astype(np.uint8)
    more = np.minimum(less + random.integers(0, 60, less.shape), 100).astype(np.uint8)
    assert exposure(one, more) <= exposure(one, less) + 1e-9


def test_effective_fetch_by_hand():
    # One direction of 100 km alone, in the middle of the half circle: 100 / sum of cos2 over 7 directions.
    reach = np.zeros(16)
    reach[3] = 100
    weights = np.cos(np.arange(-3, 4) * np.pi / 8) ** 2
    assert effective(reach) == pytest.approx(100 / weights.sum())
    assert effective(np.full(16, 700.0)) == 500
    assert reach_km(shapely.points([(0.0, 0.0)]), np.zeros(LAND_5KM.shape, dtype=bool)).shape == (1, 16)
