"""Days from a port: a toy sea by hand, and what may never happen."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.crs import POLAR, area_km2, distance_km, lonlat
from layers.errors import UsageError
from layers.grid import MISSING, POLE_HOLE, Grid
from layers.ice.isochrones import (
    DAYS,
    bands,
    days_from,
    days_to,
    reach,
    sea,
    speeds_kn,
    usual,
    why_not_reached,
)  # fmt: skip
from layers.ice.polaris import CHAINS, STAGES, polaris

CSV = Path(__file__).parents[3] / "layers" / "reference" / "polaris_riv.csv"
RIV = polaris(pd.read_csv(CSV, keep_default_na=False))

# Two basins joined by a strait to the north (row 1), and a pond without a way to them (row 4).
GRID = Grid(POLAR, (5, 7), (-87_500.0, 62_500.0), 25_000.0)
OCEAN = np.array(
    [
        [0, 0, 0, 0, 0, 0, 0],
        [1, 1, 1, 1, 1, 1, 1],
        [1, 1, 0, 0, 0, 1, 1],
        [0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 1, 0, 0, 0],
    ],
    dtype=bool,
)
WATER = sea(OCEAN, grid=GRID)
WEST, EAST = 7, 13  # flat cells at the two ends of row 1
KNOT_DAY = 24 * 1.852


def at(cell: int) -> tuple[float, float]:
    row, column = divmod(cell, 7)
    return float(GRID.x_m[column]), float(GRID.y_m[row])


def result(ice: dict[int, int], ice_class: str = "none", stage: str = "thick_fy") -> dict:
    field = np.zeros(35, dtype=np.uint8)
    for cell, value in ice.items():
        field[cell] = value
    speed = speeds_kn(field[WATER.cells], RIV, ice_class, stage, 10.0)
    days = days_from(WATER, *at(WEST), speed, 10.0)
    return dict(zip(WATER.cells.tolist(), days.tolist(), strict=True))


def test_the_sea_is_the_largest_water():
    assert WATER.cells.tolist() == [7, 8, 9, 10, 11, 12, 13, 14, 15, 19, 20]
    linked = sea(OCEAN, np.array([[15, 31]]), GRID)
    assert 31 in linked.cells
    assert len(linked.u) == len(WATER.u) + 1


def test_days_by_hand():
    """Six steps of some 25 km at ten knots: 444 km a day."""
    lon, lat = lonlat(GRID.x_m, np.full(7, GRID.y_m[1]))
    km = distance_km(lon[:-1], lat[:-1], lon[1:], lat[1:])
    days = result({})
    assert days[WEST] == pytest.approx(0, abs=1e-6)
    assert days[8] == pytest.approx(km[0] / (10 * KNOT_DAY), rel=1e-6)
    # The first two cells are within 50 km of the port: it is reached straight, which is no longer.
    assert days[EAST] == pytest.approx(km.sum() / (10 * KNOT_DAY), rel=1e-3)
    assert days[15] <= days[8] + km[0] * 1.1 / (10 * KNOT_DAY)


def test_elevated_risk_is_slow_and_ice_that_no_class_bears_shuts():
    free = result({})[EAST]
    # Thick first-year ice, PC7: RIV -2, so 60 % is zero and 100 % is -20: special consideration.
    assert result({10: 60}, "PC7")[EAST] == pytest.approx(free)
    slow = result({10: 70}, "PC7")  # 10 (0.3 x 3 - 0.7 x 2) = -5: elevated, three knots
    km = 25 * free / (6 * 25)
    assert slow[EAST] - free == pytest.approx(km * (10 / 3 - 1), rel=0.02)
    assert result({10: 70}, "IA")[EAST] == np.inf  # an ice class that is no polar class: special
    shut = result({10: 100}, "PC7")
    assert [cell for cell, days in shut.items() if np.isfinite(days)] == [7, 8, 9, 14, 15]
    assert result({10: MISSING}, "PC1")[EAST] == np.inf  # not seen is not open
    assert result({10: POLE_HOLE}, "PC7")[EAST] == np.inf
    assert result({10: POLE_HOLE}, "PC3")[EAST] == pytest.approx(free)


def test_a_port_shut_in_reaches_nothing_and_one_inland_is_refused():
    ice = dict.fromkeys((7, 8, 9, 14, 15), 100)
    assert set(result(ice).values()) == {np.inf}
    with pytest.raises(UsageError, match="within 100 km of the port, found none"):
        days_from(WATER, 900_000.0, 900_000.0, np.ones(len(WATER.cells)))


def test_bands_are_the_cells_and_what_is_not_reached_has_no_days():
    field = np.zeros(35, dtype=np.uint8)[WATER.cells]
    field[WATER.cells == 10], field[WATER.cells == 20] = 100, MISSING
    speed = speeds_kn(field, RIV, "none", "thick_fy", 1.0)  # 44 km a day
    days = days_from(WATER, *at(WEST), speed, 1.0)
    actual = bands(WATER, days, field).set_index("name")
    assert actual.loc["0 to 1 days", ["least_days", "most_days"]].tolist() == [0, 1]
    assert actual["is_reached"].sum() == 2  # 9 lies 50 km out: a second day
    shut = actual[~actual["is_reached"]]
    assert shut["least_days"].isna().all()
    assert shut.index.tolist() == ["not reached: ice the ship may not sail in", "not seen"]
    one = area_km2(actual.loc[["not seen"]].geometry.to_numpy())[0]
    assert area_km2(actual.geometry.to_numpy()).sum() / one == pytest.approx(11, rel=0.01)
    assert DAYS[0] == 0


def test_the_usual_ice_is_the_upper_median_of_the_days_seen():
    lost, hole = MISSING, POLE_HOLE
    days = np.array([[0, 10, lost, hole], [100, 20, lost, hole], [40, lost, 7, hole], [50, 30, lost, 30]])
    assert usual(days.astype(np.uint8)).tolist() == [50, 20, MISSING, POLE_HOLE]


fields = st.lists(st.integers(0, 100), min_size=11, max_size=11)


def toy(values: list[int], ice_class: str, stage: str) -> np.ndarray:
    ice = dict(zip(WATER.cells.tolist(), values, strict=True))
    return np.array(list(result(ice, ice_class, stage).values()))


@settings(max_examples=80, deadline=None)
@given(fields, fields, st.sampled_from(RIV.riv.index.tolist()), st.sampled_from(STAGES))
def test_more_ice_never_shortens_a_time(one: list[int], more: list[int], ice_class: str, stage: str):
    added = [min(a + b, 100) for a, b in zip(one, more, strict=True)]
    assert (toy(added, ice_class, stage) >= toy(one, ice_class, stage) - 1e-12).all()


@settings(max_examples=40, deadline=None)
@given(fields, st.sampled_from(STAGES))
def test_a_higher_class_is_never_slower(values: list[int], stage: str):
    for chain in CHAINS:
        times = [toy(values, name, stage) for name in chain]
        for strong, weak in itertools.pairwise(times):
            assert (strong <= weak + 1e-12).all()


def test_the_usual_ice_is_the_upper_median_of_the_days_that_were_seen():
    days = np.array(
        [
            [10, 50, 10, 10, POLE_HOLE, POLE_HOLE],
            [20, 50, 20, MISSING, POLE_HOLE, POLE_HOLE],
            [30, MISSING, 30, MISSING, POLE_HOLE, 40],
            [40, MISSING, MISSING, 30, 10, 50],
        ],
        dtype=np.uint8,
    )
    # Four days: the third of them; seen on half of the days: missing; in the hole on half: missing too.
    assert usual(days).tolist() == [30, MISSING, 20, MISSING, POLE_HOLE, MISSING]


def test_both_ends_of_a_voyage_have_the_same_reach():
    """Points 60 km off the water: the nearest cell alone serves them, whichever end they are."""
    x, y = at(WEST)
    inland, other = (x, y + 60_000), at(EAST)
    cells, km = reach(WATER, *(np.array([value]) for value in inland))
    assert np.isfinite(km).sum() == 1
    assert WATER.cells[cells[0, 0]] == WEST
    speed = np.full(len(WATER.cells), 10.0)
    out = days_to(
        WATER, days_from(WATER, *inland, speed, 10.0), *(np.array([value]) for value in other), 10.0
    )
    back = days_to(
        WATER, days_from(WATER, *other, speed, 10.0), *(np.array([value]) for value in inland), 10.0
    )
    assert out[0] == pytest.approx(back[0], rel=1e-9)
    assert np.isfinite(out[0])


def test_why_a_point_is_not_reached_is_told_apart():
    """Toward the west: reached. East of ice: ice. Beside unseen water, a pond, and far from all water."""
    field = np.zeros(len(WATER.cells), dtype=np.uint8)
    field[np.isin(WATER.cells, [10])] = 100
    speed = speeds_kn(field, RIV, "none", "thick_fy", 10.0)
    days = days_from(WATER, *at(WEST), speed, 10.0)
    x, y = at(EAST)
    points = np.array([at(WEST), (x, y), (x, y + 300_000)])
    assert why_not_reached(WATER, OCEAN, field, days, *points.T).tolist() == [None, "ice", "distance"]
    field[WATER.cells > 10] = MISSING
    assert why_not_reached(WATER, OCEAN, field, days, *points.T)[1] == "not seen"
    alone = sea(np.eye(5, 7, dtype=bool) & False | (np.arange(35).reshape(5, 7) == 0), None, GRID)
    far_pond = at(34)
    assert why_not_reached(alone, OCEAN, np.zeros(1, np.uint8), np.zeros(1), *np.array([far_pond]).T) == [
        "land"
    ]
