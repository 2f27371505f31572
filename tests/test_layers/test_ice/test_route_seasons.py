"""Seasons of a toy route by hand, their order by class, and their trends."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_strait import GRID, RIV, way

from layers.crs import lonlat
from layers.grid import MISSING
from layers.ice.bottlenecks import Bottlenecks, bottlenecks
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
    necks = bottlenecks(toy, values.reshape(35, -1)[toy.cells])
    return route_seasons(toy, days, necks, RIV, "p", grid=GRID, **choice).set_index(["ice_class", "stage"])


def test_a_season_by_hand():
    ice = np.full(365, 100)
    ice[200:250] = 0
    ice[250:260] = 55
    result = season_of(ice)
    thick = result.xs("thick_fy", level="stage")
    assert thick.loc["none", ["open_days", "first_day", "last_day", "longest_run_days"]].tolist() == [
        50,
        201,
        250,
        50,
    ]
    assert thick.loc["IA", "open_days"] == 50  # 55 % is over its 50 %
    assert thick.loc["PC7", "open_days"] == 60
    assert thick.loc["PC5", "open_days"] == 365
    assert result["c_star_pct"].loc[("PC6", "thick_fy")] == 75
    assert set(result["input"]) == {"daily"}
    assert thick.loc["none", "bottleneck_latitude_deg"] > 89


def test_the_dates_are_the_first_and_the_last_open_day():
    ice = np.full(365, 100)
    ice[200:250] = 0
    row = season_of(ice).loc[("none", "thick_fy")]
    assert (row["year"], row["opening_date"], row["closing_date"]) == (2001, "2001-07-20", "2001-09-07")
    leap = np.arange("2004-01-01", "2005-01-01", dtype="datetime64[D]")
    row = season_of(np.append(ice, 100), leap).loc[("none", "thick_fy")]
    assert (row["year"], row["opening_date"], row["closing_date"]) == (2004, "2004-07-19", "2004-09-06")
    one_day = np.full(365, 100)
    one_day[364] = 0
    row = season_of(one_day).loc[("none", "thick_fy")]
    assert row["opening_date"] == row["closing_date"] == "2001-12-31"


def test_each_calendar_year_has_a_season_of_its_own():
    days = np.arange("2003-01-01", "2005-01-01", dtype="datetime64[D]")
    ice = np.full(731, 100)
    ice[10:30] = 0  # January 2003
    ice[365 + 100 : 365 + 103] = 0  # April 2004
    rows = season_of(ice, days).xs(("none", "thick_fy")).set_index("year")
    assert rows["open_days"].to_dict() == {2003: 20, 2004: 3}
    assert rows["first_day"].to_dict() == {2003: 11, 2004: 101}


def test_the_thirty_shut_days_with_least_ice_place_the_bottleneck():
    near_opening, midwinter = 1 * 7 + 5, 3 * 7 + 1
    ice = np.zeros(365, dtype=np.int16)
    ice[:40], ice[40:70] = 100, 60
    cell = np.where(np.arange(365) < 40, midwinter, near_opening)
    rows = route_seasons(way(), DAYS, Bottlenecks(ice, ice, cell), RIV, "p", grid=GRID)
    row = rows.set_index(["ice_class", "stage"]).loc[("none", "thick_fy")]
    lon, lat = lonlat(GRID.x_m[5], GRID.y_m[1])
    assert row["bottleneck_share"] == 1
    assert row["bottleneck_longitude_deg"] == pytest.approx(float(lon), abs=1e-3)
    assert row["bottleneck_latitude_deg"] == pytest.approx(float(lat), abs=1e-3)


def test_ice_at_the_limit_of_a_class_lets_it_pass():
    # Thick first-year ice: RIV -1 for PC6, so 3 / (3 + 1) = 75 %.
    assert season_of(np.full(365, 75)).loc[("PC6", "thick_fy"), "open_days"] == 365
    assert season_of(np.full(365, 76)).loc[("PC6", "thick_fy"), "open_days"] == 0


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
    result = season_of(unseen)
    assert result["unknown_days"].unique().tolist() == [10]
    assert result["open_days"].unique().tolist() == [355]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 100), min_size=24, max_size=24))
def test_a_higher_class_never_has_a_shorter_season(knots: list[int]):
    ice = np.repeat(knots, 16)[:365]
    rows = season_of(ice, classes=tuple(RIV.riv.index), ice=ICE_TYPES).reset_index()
    every = rows.pivot_table(index="ice_class", columns="stage", values="open_days")
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
    result = route_trends(rows)
    assert result["open_days_per_decade"].tolist() == pytest.approx([20])
    assert result["p"][0] < 0.001
    assert np.isnan(route_trends(rows[:29])["open_days_per_decade"][0])
    assert route_trends(rows[:30])["open_days_per_decade"][0] == pytest.approx(20)


def test_breaks_count_from_the_first_day_of_the_first_year_to_the_last_of_the_last():
    rows = pd.DataFrame(
        {
            "route_id": "r", "input": "daily", "ice_class": "PC6", "stage": "thick_fy",
            "year": np.arange(1979, 2019), "open_days": 40.0,
        }
    )  # fmt: skip
    days = ["1979-01-01", "1979-01-02", "2018-12-31", "2019-01-01"]
    breaks = pd.DataFrame({"day": np.array(days, dtype="datetime64[s]"), "words": list("abcd")})
    trends = route_trends(rows, breaks)
    assert trends["breaks_crossed"].tolist() == [2]
    assert trends["breaks"].tolist() == ["b; c"]


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
    result = route_trends(seasons).set_index("route_id")
    assert result["state"].to_dict() == {"shut": "never_opens", "free": "open_all_year", "moving": ""}
    assert result["open_days_per_decade"].isna().to_dict() == {"shut": True, "free": True, "moving": False}
    assert result["valid_years"].tolist() == [40, 40, 40]
