"""Seasons of a toy route by hand, their order by class, and their trends."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_strait import GRID, RIV, way

from layers.grid import MISSING
from layers.ice.bottlenecks import bottlenecks
from layers.ice.polaris import CHAINS, ICE_TYPES
from layers.ice.route_seasons import route_seasons, route_trends

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
