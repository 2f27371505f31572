"""Passages through ice: the table of POLARIS, a toy strait by hand, and what may never happen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.crs import POLAR
from layers.errors import SourceError, UsageError
from layers.grid import MISSING, POLE_HOLE, Grid
from layers.ice.navigability import (
    CHAINS,
    ICE_TYPES,
    bottlenecks,
    corridor,
    least_cost_path,
    operation,
    polaris,
    rio,
    rio_bounds,
    route_seasons,
    route_trends,
    stages,
)

CSV = Path(__file__).parents[3] / "layers" / "reference" / "polaris_riv.csv"
TABLE = pd.read_csv(CSV, keep_default_na=False)
RIV = polaris(TABLE)
# Typed from the method's page, not from the file.
METHOD = """
PC1 3 3 3 3 2 2 2 2 2 2 1 1
PC2 3 3 3 3 2 2 2 2 2 1 1 0
PC3 3 3 3 3 2 2 2 2 2 1 0 -1
PC4 3 3 3 3 2 2 2 2 1 0 -1 -2
PC5 3 3 3 3 2 2 1 1 0 -1 -2 -2
PC6 3 2 2 2 2 1 1 0 -1 -2 -3 -3
PC7 3 2 2 2 1 1 0 -1 -2 -3 -3 -3
IA_Super 3 2 2 2 2 1 0 -1 -2 -3 -4 -4
IA 3 2 2 2 1 0 -1 -2 -3 -4 -5 -5
IB 3 2 2 1 0 -1 -2 -3 -4 -5 -6 -6
IC 3 2 1 0 -1 -2 -3 -4 -5 -6 -7 -8
none 3 1 0 -1 -2 -3 -4 -5 -6 -7 -8 -8
"""


def test_the_table_is_that_of_the_method():
    for line in METHOD.split("\n")[1:-1]:
        name, *values = line.split()
        assert RIV.riv.loc[name.replace("_", " ")].tolist() == [int(v) for v in values]
    assert RIV.speed_kn[["PC1", "PC2", "PC3", "PC5", "PC6", "none"]].tolist() == [11, 8, 5, 5, 3, 3]


C_STAR = {  # method §3.2
    "none": (0.60, 0.50, 0.38, 0.33, 0.30, 0.27),
    "IC": (0.75, 0.60, 0.43, 0.38, 0.33, 0.27),
    "IA": (1, 1, 0.60, 0.50, 0.43, 0.38),
    "IA Super": (1, 1, 0.75, 0.60, 0.50, 0.43),
    "PC7": (1, 1, 0.75, 0.60, 0.50, 0.50),
    "PC6": (1, 1, 1, 0.75, 0.60, 0.50),
    "PC5": (1, 1, 1, 1, 0.75, 0.60),
    "PC4": (1, 1, 1, 1, 1, 0.60),
}


@pytest.mark.parametrize("name", C_STAR)
def test_c_star_is_that_of_the_method(name: str):
    columns = ["thin_fy_1", "thin_fy_2", "medium_fy", "thick_fy", "second_year", "heavy_my"]
    assert RIV.c_star.loc[name, columns].tolist() == pytest.approx(C_STAR[name], abs=0.0051)


def test_at_c_star_the_index_is_zero():
    for name in RIV.riv.index:
        for stage in ICE_TYPES:
            if RIV.riv.loc[name, stage] < 0:
                at = 100 * RIV.c_star.loc[name, stage]
                assert rio(at, RIV.riv.loc[name, stage]) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ((("PC5", "medium_fy")), 3, "found PC5 to rise|found PC5"),
        ((("IC", "thin_fy_1")), 1, "to rise"),
    ],
)
def test_a_wrong_copy_of_the_table_is_refused(place, value, said):
    wrong = TABLE.copy()
    wrong.loc[(wrong["ice_class"] == place[0]) & (wrong["ice_type"] == place[1]), "riv"] = value
    with pytest.raises(SourceError, match=said):
        polaris(wrong)


def test_a_table_that_lacks_a_row_is_refused():
    with pytest.raises(SourceError, match="expected 12 classes x 12 ice types"):
        polaris(TABLE.iloc[:-1])


def test_index_by_hand():
    # Six tenths of thick first-year ice (RIV -1 for PC6): 4*3 + 6*(-1) = 6.
    assert rio(60, -1) == pytest.approx(6)
    told = rio_bounds(RIV, [0, 60, 100], "PC6", 3)
    assert told["stage_low"] == "heavy_my"
    assert told["rio_low"].tolist() == pytest.approx([30, -6, -30])
    assert told["rio_high"].tolist() == pytest.approx([30, 24, 20])
    assert rio_bounds(RIV, 60, "PC6", 3, "first_year")["rio_low"] == pytest.approx(6)
    assert stages(9, "multi_year") == ("second_year", "heavy_my")


def test_operation_knows_who_may_run_an_elevated_risk():
    assert operation([0, -0.1, -10, -10.1], "PC7").tolist() == ["normal", "elevated", "elevated", "special"]
    assert operation([0, -0.1, -10.1], "IA").tolist() == ["normal", "special", "special"]


# --- a toy sea: two basins, a wide strait to the north (row 1) and one to the south (row 3)

GRID = Grid(POLAR, (5, 7), (-87_500.0, 62_500.0), 25_000.0)
OCEAN = np.array(
    [
        [0, 0, 0, 0, 0, 0, 0],
        [1, 1, 1, 1, 1, 1, 1],
        [1, 1, 0, 0, 0, 1, 1],
        [1, 1, 1, 1, 1, 1, 1],
        [0, 0, 0, 0, 0, 0, 0],
    ],
    dtype=bool,
)
LINE = shapely.LineString([(-75_000, 0), (75_000, 0)])


def way(ocean: np.ndarray = OCEAN, width: float = 60.0):
    return corridor("toy", LINE, ocean, half_width_km=width, grid=GRID)


def block(values: np.ndarray, toy=None) -> np.ndarray:
    return np.asarray(values, dtype=np.uint8).ravel()[(toy or way()).cells][:, None]


def sea(**cells: int) -> np.ndarray:
    values = np.zeros((5, 7), dtype=np.uint8)
    for name, value in cells.items():
        values[int(name[1]), int(name[2])] = value
    return values


def test_corridor_of_the_toy_sea():
    toy = way()
    assert len(toy.cells) == OCEAN.sum()
    steps = {tuple(sorted((int(toy.cells[a]), int(toy.cells[b])))) for a, b in zip(toy.u, toy.v, strict=True)}
    assert (7, 8) in steps
    assert (8, 16) not in steps or not OCEAN[2, 2]  # row 2, column 2 is land
    assert toy.km.min() == pytest.approx(25, rel=0.08)
    assert toy.straits == 0  # the land between the basins is wider than 100 km


def test_the_way_with_least_ice_decides():
    toy = way()
    told = bottlenecks(toy, block(sea(r13=80, r33=40), toy))
    assert told.high.tolist() == [40]
    assert told.cell.tolist() == [3 * 7 + 3]
    told = bottlenecks(toy, block(sea(r13=30, r33=40), toy))
    assert (told.high[0], told.cell[0]) == (30, 10)
    told = bottlenecks(toy, block(sea(r13=MISSING, r33=40), toy))
    assert (told.low[0], told.high[0]) == (0, 40)  # what was not seen could be open
    told = bottlenecks(toy, block(sea(r13=MISSING, r33=MISSING), toy))
    assert (told.low[0], told.high[0]) == (0, 101)
    told = bottlenecks(toy, block(sea(r13=POLE_HOLE, r33=POLE_HOLE), toy))
    assert (told.low[0], told.high[0]) == (100, 100)


def test_a_strait_the_grid_does_not_resolve_is_a_link():
    isthmus = np.zeros((5, 7), dtype=bool)
    isthmus[2] = True
    isthmus[2, 3:5] = False
    toy = way(isthmus)
    assert toy.straits == 1
    values = sea(r22=70, r23=0)
    assert bottlenecks(toy, block(values, toy)).high.tolist() == [70]  # ice at the mouth shuts it


def test_a_route_over_land_is_refused():
    island = OCEAN.copy()
    island[:, 2:6] = False
    with pytest.raises(UsageError, match="route toy: expected a way over ocean cells"):
        corridor("toy", shapely.LineString([(-75_000, 50_000), (75_000, 50_000)]), island,
                 half_width_km=20.0, grid=GRID)  # fmt: skip


def test_a_step_across_a_corner_of_land_is_a_strait_of_the_line_or_none():
    ocean = np.zeros((5, 7), dtype=bool)
    ocean[2, :3] = True
    ocean[3, 3:] = True
    line = shapely.LineString([(-75_000, 0), (-25_000, 0), (0, -25_000), (75_000, -25_000)])
    toy = corridor("toy", line, ocean, half_width_km=26.0, grid=GRID)
    assert toy.straits == 1
    assert len(toy.u) == 2 + 3 + 1
    assert len(set(zip(toy.u.tolist(), toy.v.tolist(), strict=True))) == len(toy.u)


def test_the_shortest_open_way():
    toy = way(width=26.0)
    path, km = least_cost_path(toy, block(sea(r33=60), toy)[:, 0], 0.5)
    assert 10 in path
    assert 24 not in path
    assert km == pytest.approx(4 * 25, rel=0.6)
    assert least_cost_path(toy, block(sea(r13=60, r33=60), toy)[:, 0], 0.5) is None
    assert least_cost_path(toy, block(sea(r13=MISSING, r33=60), toy)[:, 0], 1.0) is not None
    assert least_cost_path(toy, block(sea(r13=MISSING, r33=MISSING), toy)[:, 0], 1.0) is None


fields = st.lists(st.integers(0, 100), min_size=35, max_size=35)


@settings(max_examples=60, deadline=None)
@given(fields, fields)
def test_more_ice_never_opens_a_route(one: list[int], more: list[int]):
    less = np.array(one, dtype=np.uint8)
    added = np.minimum(less.astype(int) + np.array(more), 100).astype(np.uint8)
    assert bottlenecks(way(), block(added)).high[0] >= bottlenecks(way(), block(less)).high[0]


@settings(max_examples=60, deadline=None)
@given(fields)
def test_the_bottleneck_is_the_least_threshold_that_connects(values: list[int]):
    from scipy.sparse.csgraph import connected_components

    toy, ice = way(), block(np.array(values))[:, 0]
    told = int(bottlenecks(toy, ice[:, None]).high[0])
    for limit, joined in ((told, True), (told - 1, False)):
        able = ice <= limit
        graph = toy.matrix((able[toy.u] & able[toy.v]).astype(float), able.astype(float))
        graph.eliminate_zeros()
        part = connected_components(graph, directed=False)[1]
        assert (part[-1] == part[-2]) is np.bool_(joined)


# --- seasons

DAYS = np.arange("2001-01-01", "2002-01-01", dtype="datetime64[D]")


def season_of(percent: np.ndarray, days: np.ndarray = DAYS, **choice) -> pd.DataFrame:
    toy = way()
    values = np.zeros((5, 7, len(days)), dtype=np.uint8)
    values[:, 3] = percent
    values[:, 2] = percent
    values[:, 4] = percent
    values[2] = percent  # the link over land joins the two ends
    found = bottlenecks(toy, values.reshape(35, -1)[toy.cells])
    return route_seasons(toy, days, found, RIV, "p", grid=GRID, **choice).set_index(["ice_class", "stage"])


def test_a_season_by_hand():
    ice = np.full(365, 100)
    ice[200:250] = 0
    ice[250:260] = 55
    told = season_of(ice)
    thick = told.xs("thick_fy", level="stage")
    assert thick.loc["none", ["open_days", "first_day", "last_day", "longest_run_days"]].tolist() == [
        50,
        201,
        250,
        50,
    ]
    assert thick.loc["IA", "open_days"] == 50  # 55 % is over its 50 %
    assert thick.loc["PC7", "open_days"] == 60
    assert thick.loc["PC5", "open_days"] == 365
    assert told["c_star_pct"].loc[("PC6", "thick_fy")] == 75
    assert set(told["input"]) == {"daily"}
    assert thick.loc["none", "bottleneck_latitude_deg"] > 89


def test_missing_days_are_unknown_and_every_other_day_is_enough():
    ice = np.full(365, 0)
    half = season_of(ice[::2], DAYS[::2])
    assert half["open_days"].tolist() == [365] * len(half)
    lost = season_of(np.delete(ice, slice(100, 130)), np.delete(DAYS, slice(100, 130)))
    assert lost["unknown_days"].unique().tolist() == [30]
    assert lost["open_days"].unique().tolist() == [335]
    more = season_of(np.delete(ice, slice(100, 141)), np.delete(DAYS, slice(100, 141)))
    assert more["open_days"].isna().all()
    unseen = ice.copy()
    unseen[10:20] = MISSING
    told = season_of(unseen)
    assert told["unknown_days"].unique().tolist() == [10]
    assert told["open_days"].unique().tolist() == [355]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 100), min_size=24, max_size=24))
def test_a_higher_class_never_has_a_shorter_season(knots: list[int]):
    ice = np.repeat(knots, 16)[:365]
    every = season_of(ice, classes=tuple(RIV.riv.index), ice=ICE_TYPES)["open_days"].unstack()  # noqa: PD010
    for chain in CHAINS:
        assert (every.loc[list(chain)].diff().dropna() <= 0).all(axis=None)
    assert (every[list(ICE_TYPES)].diff(axis=1).iloc[:, 1:] <= 0).all(axis=None)


def test_trends_of_seasons_are_by_decade():
    rows = pd.DataFrame(
        {
            "route_id": "r", "input": "daily", "ice_class": "PC6", "stage": "thick_fy",
            "year": np.arange(1979, 2019), "open_days": 40 + 2.0 * np.arange(40),
        }
    )  # fmt: skip
    told = route_trends(rows)
    assert told["open_days_per_decade"].tolist() == pytest.approx([20])
    assert told["p"][0] < 0.001
    assert np.isnan(route_trends(rows[:29])["open_days_per_decade"][0])


def test_a_route_that_never_opens_or_never_shuts_has_a_state_and_no_trend():
    years = np.arange(1979, 2019)
    seasons = pd.concat(
        [
            pd.DataFrame({"route_id": name, "input": "daily", "ice_class": "PC6", "stage": "thick_fy",
                          "year": years, "open_days": days})
            for name, days in (
                ("shut", np.where(years == 2012, 3.0, 0.0)), ("free", np.where(years % 4, 365.0, 366.0)),
                ("moving", 40.0 + years - 1979),
            )
        ]
    )  # fmt: skip
    told = route_trends(seasons).set_index("route_id")
    assert told["state"].to_dict() == {"shut": "never_opens", "free": "open_all_year", "moving": ""}
    assert told["open_days_per_decade"].isna().to_dict() == {"shut": True, "free": True, "moving": False}
    assert told["valid_years"].tolist() == [40, 40, 40]


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(24)), st.lists(st.integers(0, 101), min_size=24, max_size=24))
def test_the_order_of_days_in_memory_does_not_matter(order: list[int], percent: list[int]):
    """Days are known by their date: bottlenecks of shuffled fields are the shuffled bottlenecks."""
    toy = way()
    fields = np.stack(
        [block(np.full((5, 7), p if p <= 100 else MISSING), toy)[:, 0] for p in percent], axis=1
    )
    one, other = bottlenecks(toy, fields), bottlenecks(toy, fields[:, order])
    for here, there in zip(one, other, strict=True):
        assert there.tolist() == here[order].tolist()
