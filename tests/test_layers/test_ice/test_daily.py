"""The cube's days, ledger and weights: hand-worked, and what may never happen."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from layers.crs import distance_km, lonlat, polar_xy
from layers.errors import SourceError
from layers.grid import LAND, MISSING, NSIDC_25KM, POLE_HOLE, cell_area_km2, nearest_cells
from layers.ice.daily import (
    SYNTHETIC,
    Day,
    area_support,
    check,
    clean_ocean,
    disc_means,
    disc_support,
    missing_pct,
    node_support,
    route_support,
    series,
)
from layers.ice.synthetic import EDGE_TREND_DEG, days, year

SHAPE = NSIDC_25KM.shape
SURFACE = np.zeros(SHAPE, dtype=np.uint8)
SURFACE[:, 200:] = 1
OCEAN = SURFACE == 0


def field(value: int = 40) -> np.ndarray:
    return np.where(OCEAN, value, LAND).astype(np.uint8)


def day(when: date = date(2001, 1, 6), values: np.ndarray | None = None) -> Day:
    return Day(when, "p", "v1", "f13", field() if values is None else values)


def changed(value: int) -> np.ndarray:
    values = field()
    values[0, 0] = value
    return values


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (day(values=field()[:332, :]), r"expected a grid of \(448, 304\).*found \(332, 304\)"),
        (day(values=changed(177)), r"0\.\.\.100 %.*found flag 177 in 1 cell"),
        (day(values=changed(LAND)), "land mask.*another grid or hemisphere.*in 1 cells"),
        (day(values=np.where(OCEAN, 40, MISSING).astype(np.uint8)), "land or sea elsewhere"),
        (day(values=field()[::-1, ::-1].copy()), "land or sea elsewhere in 85120 cells|land mask"),
        (day(values=field(0)), "found an all-zero day"),
        (day(values=field(MISSING)), "a day with values, found none"),
    ],
)
def test_a_wrong_day_is_named(wrong: Day, message: str):
    with pytest.raises(SourceError, match=message):
        check(wrong, SURFACE)


def test_a_right_day_passes_with_hole_and_gaps():
    values = changed(POLE_HOLE)
    values[1, 1] = MISSING
    check(day(values=values), SURFACE)


def test_missing_counts_ocean_only():
    values = field()
    values[0, :2] = MISSING
    values[1, :3] = POLE_HOLE
    assert missing_pct(values) == pytest.approx(100 * 2 / OCEAN.sum())


# --- weights


def test_a_mean_renormalises_over_what_was_seen_and_asks_for_half():
    weights = sparse.csr_array(np.array([[1, 1, 2], [0, 0, 0]], dtype=np.float32))
    block = np.array([[10, 10, MISSING], [30, MISSING, MISSING], [50, 50, POLE_HOLE]], dtype=np.uint8)
    result = series(weights, block)
    assert result[0] == pytest.approx([(10 + 30 + 100) / 4, (10 + 100) / 3, np.nan], nan_ok=True)
    assert np.isnan(result[1]).all()  # a place without cells has no ice and no water


def test_land_and_missing_never_enter_a_mean():
    weights = sparse.csr_array(np.ones((1, 4), dtype=np.float32))
    block = np.array([[0], [0], [LAND], [MISSING]], dtype=np.uint8)
    assert series(weights, block)[0, 0] == 0
    assert np.isnan(series(weights, np.array([[0], [LAND], [MISSING], [MISSING]], dtype=np.uint8))[0, 0])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.floats(0, 0.6))
def test_a_mean_is_the_plain_loop(seed: int, lost: float):
    random = np.random.default_rng(seed)
    block = random.integers(0, 101, (12, 9)).astype(np.uint8)
    block[random.random(block.shape) < lost] = MISSING
    dense = random.integers(0, 4, (5, 12)).astype(np.float32)
    result = series(sparse.csr_array(dense), block)
    for row in range(5):
        for col in range(9):
            seen = block[:, col] <= 100
            weight = dense[row][seen].sum()
            if weight == 0 or weight < dense[row].sum() / 2:
                assert np.isnan(result[row, col])
            else:
                assert result[row, col] == pytest.approx(
                    (dense[row][seen] * block[seen, col]).sum() / weight, abs=1e-3
                )


def test_node_support_keeps_its_distances_and_off_the_coast():
    lon, lat = [-20.0, -150.0, 100.0], [78.0, 72.0, 55.0]
    x, y = polar_xy(lon, lat)
    result = node_support(["a", "b", "inland"], x, y, OCEAN)
    row, place = result.weights.nonzero()
    cell = result.cells[place]
    r, c = np.unravel_index(cell, SHAPE)
    km = distance_km(np.array(lon)[row], np.array(lat)[row], *lonlat(NSIDC_25KM.x_m[c], NSIDC_25KM.y_m[r]))
    assert (km >= 25).all()
    assert (km <= 75).all()
    assert clean_ocean(OCEAN).ravel()[cell].all()
    assert result.cell_count.tolist() == [5, 5, 0]
    assert result.near_km[0] == pytest.approx(km[row == 0].min())
    assert np.isnan(result.near_km[2])
    # The five are the nearest of all that qualify.
    every = clean_ocean(OCEAN)
    rr, cc = np.nonzero(every)
    all_km = distance_km(-20.0, 78.0, *lonlat(NSIDC_25KM.x_m[cc], NSIDC_25KM.y_m[rr]))
    assert sorted(km[row == 0]) == pytest.approx(sorted(all_km[all_km >= 25])[:5])


def test_a_sea_is_the_area_weighted_mean_of_its_ocean():
    box = shapely.box(-100e3, -1_000e3, 200e3, -900e3)
    area = cell_area_km2()
    result = area_support({"sea": box, "nowhere": shapely.box(9e6, 9e6, 9.1e6, 9.1e6)}, OCEAN, area)
    assert result.cell_count.tolist() == [12 * 4, 0]
    assert result.weights.toarray()[0] == pytest.approx(area.ravel()[result.cells], rel=1e-6)


def test_a_route_is_cut_into_stretches_of_100_km():
    line = shapely.LineString(np.column_stack(polar_xy([-30.0, -30.0], [75.0, 84.0])))  # 1,004 km
    result = route_support({"r": line}, OCEAN)
    assert result.ids.tolist() == [f"r:{n}" for n in range(10)]
    assert (result.cell_count >= 5).all()
    row, column = np.unravel_index(result.cells, SHAPE)
    cells = shapely.points(NSIDC_25KM.x_m[column], NSIDC_25KM.y_m[row])
    assert shapely.distance(cells, line).max() < 75e3


def test_discs_by_support_and_by_running_sums_agree():
    random = np.random.default_rng(3)
    raster = random.random(SHAPE)
    raster[random.random(SHAPE) < 0.1] = np.nan
    row, column = random.integers(0, 448, 200), random.integers(0, 304, 200)
    result = disc_means(raster, row, column, 3.2)
    slow = disc_support(
        [""] * 200, NSIDC_25KM.x_m[column], NSIDC_25KM.y_m[row], np.isfinite(raster), 3.2 * 25e3
    )
    dense = slow.weights @ raster.ravel()[slow.cells] / slow.cell_count
    assert result == pytest.approx(dense, rel=1e-5)


# --- the made cube


@pytest.fixture(scope="module")
def synthetic() -> np.ndarray:
    return year(1990, SURFACE, seed=1)


def test_a_made_year_is_repeatable_and_has_seasons(synthetic: np.ndarray):
    assert synthetic.shape == (365, *SHAPE)
    assert np.array_equal(synthetic[:40], year(1990, SURFACE, seed=1)[:40])
    assert not np.array_equal(synthetic[:40], year(1990, SURFACE, seed=2)[:40])
    assert (synthetic[:, SURFACE == 1] == LAND).all()
    ice = (synthetic >= 15).astype(int)[:, OCEAN].mean(axis=1)
    assert ice[70] > 1.3 * ice[255]  # March and September


def test_concentration_is_rounded_down(synthetic: np.ndarray):
    # Noise takes up to 7 % from full ice, so a whole 100 % is never left; rounding would leave some.
    assert (synthetic[:40][:, OCEAN] >= 99).mean() > 0.01
    assert (synthetic[:40] == 100).sum() == 0


def test_a_made_record_trends_and_can_lack_days(synthetic: np.ndarray):
    assert EDGE_TREND_DEG > 0
    later = year(2018, SURFACE, seed=1)
    assert (later[:, OCEAN] >= 15).mean() < (synthetic[:, OCEAN] >= 15).mean()
    some = list(days(1980, 1980, SURFACE, alternate_until=date(1980, 7, 1)))
    assert {d.product for d in some} == {SYNTHETIC}
    assert len(some) == 184 + 91
    assert (year(1980, SURFACE, missing=0.2)[0][OCEAN] == MISSING).mean() == pytest.approx(0.2, abs=0.01)


def test_parts_of_cells_make_the_area_of_the_disc():
    whole = np.ones(SHAPE, dtype=bool)
    result = disc_support(["a"], [12_345.0], [-6_789.0], whole, 75_000.0, parts=10)
    assert result.weights.sum() / 100 * 25**2 == pytest.approx(np.pi * 75**2, rel=0.01)
    assert result.near_km[0] < 18
    assert np.isnan(disc_support(["a"], [0.0], [0.0], ~whole, 75_000.0).near_km[0])


def test_a_disc_holds_the_cells_whose_centre_lies_in_it_and_no_more():
    raster = np.zeros((9, 9))
    raster[4, 7] = raster[1, 4] = 1  # three cells from the middle
    middle = np.array([4])
    assert disc_means(raster, middle, middle, 2.99)[0] == 0
    assert disc_means(raster, middle, middle, 2.6)[0] == 0
    assert disc_means(raster, middle, middle, 3.0)[0] == pytest.approx(2 / 29)  # 29 cells within three


def test_a_cell_at_the_near_distance_belongs_to_a_place_and_a_nearer_one_does_not():
    x, y = NSIDC_25KM.x_m[[100]], NSIDC_25KM.y_m[[200]]
    _, km = nearest_cells(x, y, clean_ocean(OCEAN), 9, 75.0)
    third = float(km[0, np.flatnonzero(np.diff(km[0]) > 0.01)[1] + 1])  # past two groups of equal distance
    at = node_support(["a"], x, y, OCEAN, near_km=third)
    assert at.near_km[0] == third
    assert node_support(["a"], x, y, OCEAN, near_km=third - 0.5).near_km[0] == third
    assert node_support(["a"], x, y, OCEAN, near_km=third + 0.5).near_km[0] > third + 0.5
