"""Open months of a lane by hand: half of ten years, any cell of the lane, cells that the record sees."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from layers.flows.graph import ALL_YEAR, month_bit
from layers.flows.open_months import open_months
from layers.grid import NSIDC_25KM

ROW, COLUMN = 200, 150
HERE = (slice(ROW, ROW + 1), slice(COLUMN, COLUMN + 1))


def lane(columns: int, rows: int = 0) -> np.ndarray:
    """A lane from the centre of the cell HERE, so many cells on."""
    x, y = NSIDC_25KM.x_m[COLUMN], NSIDC_25KM.y_m[ROW]
    return np.array([shapely.LineString([(x, y), (x + 25_000 * columns, y - 25_000 * rows)])], dtype=object)


@pytest.mark.parametrize(("icy_years", "is_open"), [(0, True), (4, True), (5, True), (6, False), (10, False)])
def test_a_lane_is_open_without_ice_in_half_of_the_years(ice_record, icy_years, is_open):
    record = ice_record(*((3, 2013 + year, *HERE) for year in range(icy_years)))
    months, state = open_months(record, lane(0.2))
    assert state.tolist() == ["computed"]
    assert months[0] == (ALL_YEAR if is_open else ALL_YEAR & ~month_bit(3))


def test_ice_anywhere_along_the_lane_closes_it_and_beside_it_does_not(ice_record):
    record = ice_record(*((1, 2013 + year, *HERE) for year in range(10)))
    far, past = lane(8), shapely.transform(lane(8), lambda xy: xy + np.array([0, 60_000]))
    assert open_months(record, far)[0][0] == ALL_YEAR & ~month_bit(1)
    assert open_months(record, past)[0][0] == ALL_YEAR


def test_ice_that_moves_along_the_lane_counts_by_year(ice_record):
    """Six years with ice, three at either end: no cell has ice in half of the years, the lane has."""
    there = (HERE[0], slice(COLUMN + 5, COLUMN + 6))
    record = ice_record(
        *((6, 2013 + year, *HERE) for year in range(3)), *((6, 2016 + year, *there) for year in range(3))
    )
    assert not open_months(record, lane(5))[0][0] & month_bit(6)
    assert open_months(record, lane(2))[0][0] & month_bit(6)


def test_a_narrow_strait_has_the_months_of_the_nearest_cells(ice_record):
    """The lane lies in land, one cell from ice on one side: its months are those of the nearest sea."""
    block = (slice(ROW - 3, ROW + 4), slice(COLUMN + 1, COLUMN + 4))
    record = ice_record(*((2, 2013 + year, *HERE) for year in range(10)), land=block)
    inside = shapely.transform(lane(0.2), lambda xy: xy + np.array([25_000, 0]))
    months, state = open_months(record, inside)
    assert state[0] == "computed"
    assert months[0] == ALL_YEAR & ~month_bit(2)


def test_a_lane_far_from_every_cell_is_not_computed_and_carries_nothing(ice_record):
    block = (slice(ROW - 8, ROW + 9), slice(COLUMN - 8, COLUMN + 9))
    months, state = open_months(ice_record(land=block), np.append(lane(1), lane(12)))
    assert state.tolist() == ["not_computed", "not_computed"], "the second begins there"
    assert months.tolist() == [0, 0]


def test_a_short_record_computes_nothing(ice_record):
    months, state = open_months(ice_record().isel(time=slice(0, 40)), lane(1))
    assert (months.tolist(), state.tolist()) == ([0], ["not_computed"])


def test_no_lane_has_no_month(ice_record):
    months, state = open_months(ice_record(), np.array([], dtype=object))
    assert (len(months), len(state)) == (0, 0)
