"""Season of the sea at a place: hand-worked years, states that are not numbers, trends of made places."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from layers.grid import MISSING
from layers.ice.seasons import (
    METRICS,
    Seasons,
    edge_season,
    fill_gaps,
    ice_year,
    monthly_season,
    season,
    season_of_year,
    season_table,
)


def year(*parts: tuple[int, float], days: int = 365) -> np.ndarray:
    """One row: (days, percent) one after the other."""
    row = np.concatenate([np.full(count, value, dtype=np.float32) for count, value in parts])
    assert len(row) == days
    return row[None, :]


def test_an_ice_year_begins_in_march():
    assert [day.isoformat() for day in ice_year(2003)] == ["2003-03-01", "2004-02-29"]
    assert [day.isoformat() for day in ice_year(2004)] == ["2004-03-01", "2005-02-28"]


def test_a_year_by_hand():
    """100 % to day 99, 50 % to 119, open to 219, 50 % to 239, 100 % after; means of five days.

    Day 98 has 90 % (one of five at 50), day 99 no more than 80. Day 120 has 20 %, day 121 10 %: open.
    Day 218 has 10 %, day 219 20 %. Day 240 has 80 %, day 241 90 %.
    """
    result = season(year((100, 100), (20, 50), (100, 0), (20, 50), (125, 100)))
    assert {name: float(result[name][0]) for name in METRICS} == {
        "open_water_days": 98,
        "retreat_day": 121,
        "advance_day": 219,
        "opening_day": 98,
        "closing_day": 241,
        "outer_days": 98,
        "inner_days": 143,
        "shoulder_days": 45,
    }


def by_loop(row: np.ndarray) -> dict[str, float]:  # noqa: C901  the definitions in one place
    """The definitions once more, day by day, for a row without gaps."""
    n = len(row)
    smooth = [float(np.mean(row[max(d - 2, 0) : d + 3])) for d in range(n)]
    is_open = [value < 15 - 1e-3 for value in smooth]
    runs, d = [], 0
    while d < n:
        e = d
        while e < n and is_open[e] == is_open[d]:
            e += 1
        if is_open[d] and e - d >= 5:
            if runs and d - runs[-1][1] < 5:
                runs[-1][1] = e
            else:
                runs.append([d, e])
        d = e
    result = dict.fromkeys(METRICS, float("nan")) | {"open_water_days": float(sum(is_open))}
    if not runs:
        return result
    start, stop = max(runs, key=lambda run: run[1] - run[0])
    before = [d for d in range(start) if smooth[d] > 80 + 1e-3]
    later = [d for d in range(stop, n) if smooth[d] > 80 + 1e-3]
    if start > 0:
        result["retreat_day"] = start
    if stop < n:
        result["advance_day"] = stop
    if start > 0 and stop < n:
        result["outer_days"] = stop - start
    if before and start > 0:
        result["opening_day"] = before[-1]
    if later and stop < n:
        result["closing_day"] = later[0]
    if before and later:
        result["inner_days"] = later[0] - before[-1]
        result["shoulder_days"] = result["inner_days"] - (stop - start)
    return result


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 60), st.sampled_from([0, 5, 14, 15, 16, 50, 80, 81, 100])),
        min_size=1,
        max_size=20,
    )
)
def test_any_year_is_the_loop(parts: list[tuple[int, int]]):
    row = np.concatenate([np.full(count, value, dtype=np.float32) for count, value in parts])
    row = np.resize(row, 365)
    result = season(row[None, :])
    assert {name: float(result[name][0]) for name in METRICS} == pytest.approx(by_loop(row), nan_ok=True)


def test_an_opening_lasts_five_days_and_short_ice_does_not_end_it():
    # Window of five: a spell of open days shrinks by about two at each end.
    assert np.isnan(season(year((100, 100), (7, 0), (258, 100)))["retreat_day"][0])
    result = season(year((100, 100), (50, 0), (2, 60), (50, 0), (163, 100)))
    assert result["outer_days"][0] > 95
    assert result["open_water_days"][0] < result["outer_days"][0]
    result = season(year((100, 100), (40, 0), (20, 60), (60, 0), (145, 100)))
    assert 50 < result["outer_days"][0] < 61


def test_an_opening_of_exactly_five_days_is_one_and_of_four_days_is_none():
    daily = np.full((2, 365), 100.0, dtype=np.float32)
    daily[0, 100:109] = 0  # the running mean is 0 on five days, at least 20 % on the others
    daily[1, 100:108] = 0
    actual = season(daily)
    assert actual["open_water_days"].tolist() == [5, 4]
    assert actual["retreat_day"][0] == 102
    assert actual["advance_day"][0] == 107
    assert np.isnan(actual["retreat_day"][1])
    assert actual["longest_days"].tolist() == [5, 0]


def test_ice_of_exactly_five_days_ends_an_opening_and_of_four_days_does_not():
    daily = np.full((2, 365), 100.0, dtype=np.float32)
    daily[:, 100:160] = 0
    daily[0, 130] = 100  # the running mean is 20 % on five days
    daily[1, 130:132] = 50  # 20 % on four days, 10 % on two
    actual = season(daily)
    assert actual["retreat_day"].tolist() == [102, 102]
    assert actual["advance_day"].tolist() == [128, 158]


def test_what_happens_before_the_year_has_no_day():
    result = season(year((200, 0), (165, 100)))
    assert np.isnan(result["retreat_day"][0])
    assert result["advance_day"][0] == pytest.approx(200, abs=2)
    assert np.isnan(result["outer_days"][0])
    never = season(year((365, 50)))
    assert never["open_water_days"][0] == 0
    assert np.isnan(never["advance_day"][0])
    always = season(year((366, 3), days=366))
    assert always["is_all_open"][0] == 1
    assert always["open_water_days"][0] == 366


def test_fifteen_percent_is_ice():
    assert season(year((365, 15)))["open_water_days"][0] == 0
    assert season(year((365, 14.99)))["open_water_days"][0] == 365


# --- gaps


def test_gaps_by_hand():
    row = np.array([[np.nan, 10, np.nan, 30, np.nan, np.nan, 60, np.nan]], dtype=np.float32)
    filled, lost, longest = fill_gaps(row)
    assert filled[0].tolist() == [10, 10, 20, 30, 40, 50, 60, 60]
    assert lost[0] == 4  # the day between two seen ones is not lost
    assert longest[0] == 2


def test_every_other_day_is_a_valid_year_and_a_winter_without_days_is_not():
    row = year((120, 100), (120, 0), (125, 100))
    smmr = row.copy()
    smmr[:, 1::2] = np.nan
    result, full = season(smmr), season(row)
    assert result["open_water_days"][0] == pytest.approx(full["open_water_days"][0], abs=2)
    hole = row.copy()
    hole[:, 276:317] = np.nan  # 1987-12-03 to 1988-01-12
    assert np.isnan([season(hole)[name][0] for name in METRICS]).all()
    assert np.isnan(season(hole)["is_all_open"][0])


def test_over_ten_percent_or_over_ten_days_are_no_year():
    row = year((365, 100))
    ten, eleven = row.copy(), row.copy()
    ten[:, 50:60] = np.nan
    eleven[:, 50:61] = np.nan
    assert season(ten)["open_water_days"][0] == 0
    assert np.isnan(season(eleven)["open_water_days"][0])
    often = row.copy()
    for at in range(10, 360, 18):
        often[:, at : at + 2] = np.nan  # 40 days
    assert np.isnan(season(often)["open_water_days"][0])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.floats(0, 1))
def test_missing_is_never_open_water(seed: int, share: float):
    random = np.random.default_rng(seed)
    row = np.where(random.random((1, 365)) < share, np.nan, 100).astype(np.float32)
    count = season(row)["open_water_days"][0]
    assert np.isnan(count) or count == 0


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31))
def test_more_ice_never_gives_more_open_days(seed: int):
    random = np.random.default_rng(seed)
    less = np.clip(np.cumsum(random.normal(0, 12, (3, 365)), axis=1) + 30, 0, 100).astype(np.float32)
    more = np.clip(less + random.random((3, 365)) * 30, 0, 100).astype(np.float32)
    one, other = season(less), season(more)
    assert (other["open_water_days"] <= one["open_water_days"]).all()


def test_blocks_of_places_are_all_places_at_once(monkeypatch: pytest.MonkeyPatch):
    random = np.random.default_rng(5)
    weights = sparse.random_array((50, 30), density=0.1, format="csr", dtype=np.float32, random_state=random)
    block = random.integers(0, 101, (30, 350)).astype(np.uint8)
    block[3, 10:20] = MISSING
    column = np.sort(random.choice(365, 350, replace=False))
    whole = season_of_year(weights, block, column, 365)
    monkeypatch.setattr("layers.ice.seasons._ROWS", 7)
    for name, values in season_of_year(weights, block, column, 365).items():
        assert values == pytest.approx(whole[name], nan_ok=True)


# --- the table

YEARS = np.arange(1979, 2019)


def seasons(
    open_days: np.ndarray, product: str = "p", years: np.ndarray = YEARS, **more: np.ndarray
) -> Seasons:
    open_days = open_days.astype(np.float32)
    base = {name: np.full_like(open_days, np.nan) for name in METRICS}
    base |= {
        "open_water_days": open_days,
        "is_all_open": np.where(np.isnan(open_days), np.nan, open_days >= 365).astype(np.float32),
        "longest_days": open_days,
    }
    count = len(open_days)
    ids = np.array([str(n) for n in range(count)], dtype=object)
    return Seasons(ids, years, base | more, product, np.full(count, 30.0), np.full(count, 5))


def test_states_are_not_numbers():
    rows = np.full((5, 40), 100.0)
    rows[1] = 365  # Narvik
    rows[2] = 0
    rows[3] = 3
    rows[4, :11] = np.nan  # 29 valid years
    lasting = rows.copy()
    lasting[3] = 0  # three days are no opening
    result = season_table(seasons(rows, longest_days=lasting.astype(np.float32)))
    assert result["state"].tolist() == [
        "seasonal", "ice_free", "never_opens", "short_openings", "insufficient_data",
    ]  # fmt: skip
    assert result["open_water_days_per_decade"].isna().tolist() == [False, True, True, True, True]
    assert not result["is_open_water_days_trend"].any()
    assert set(result["input"]) == {"daily"}


def test_one_closed_year_of_forty_is_still_ice_free():
    rows = np.full((2, 40), 365.0)
    rows[0, 5:7] = 300
    rows[1, 5:8] = 300
    assert season_table(seasons(rows))["state"].tolist() == ["ice_free", "seasonal"]


def test_trends_by_decade_hold_the_known_slope_and_false_discovery():
    random = np.random.default_rng(3)
    trending = 150 + 1.2 * (YEARS - 1979) + random.normal(0, 8, (50, 40))
    flat = 150 + random.normal(0, 8, (450, 40))
    result = season_table(seasons(np.concatenate([trending, flat])))
    assert result["open_water_days_per_decade"][:50].median() == pytest.approx(12, abs=1)
    assert result["is_open_water_days_trend"][:50].mean() > 0.95
    actual = result["is_open_water_days_trend"]
    assert actual[50:].sum() <= 0.12 * actual.sum()
    inside = (result["open_water_days_per_decade_low"] <= 12) & (
        result["open_water_days_per_decade_high"] >= 12
    )
    assert inside[:50].mean() >= 0.85


def test_a_sensor_step_is_named():
    random = np.random.default_rng(4)
    rows = 150 + random.normal(0, 5, (30, 40)) + np.where(YEARS >= 1992, 25, 0)
    result = season_table(seasons(rows))
    assert (result["step_year"] - 1992).abs().max() <= 1
    assert result["step_days"].median() == pytest.approx(25, abs=4)
    plain = season_table(seasons(150 + random.normal(0, 5, (200, 40))))
    assert plain["step_year"].notna().mean() < 0.05


def test_climate_is_the_median_of_1991_to_2020_and_spread_that_of_the_last_15_years():
    rows = np.where(YEARS >= 1991, 200.0, 50.0)[None, :]
    advance = np.tile([100.0, 110.0], 20)[None, :].astype(np.float32)
    result = season_table(seasons(rows, advance_day=advance))
    assert result["open_water_days_median"][0] == 200
    assert result["advance_mad_days"][0] == 0  # 15 years: 8 of 110, 7 of 100; the median is one of them
    few = season_table(seasons(np.where(YEARS >= 2003, np.nan, rows)))
    assert np.isnan(few["open_water_days_median"][0])


def test_the_climatology_ends_in_2020_begins_in_1991_and_needs_twenty_years():
    years = np.arange(1985, 2026)
    rows = np.tile(years - 1900.0, (3, 1))
    rows[1, years > 2010] = np.nan  # 20 years of 1991 to 2010
    rows[2, years > 2009] = np.nan
    table = season_table(seasons(rows, years=years))
    assert table["open_water_days_median"][:2].tolist() == [105.5, 100.5]
    assert np.isnan(table["open_water_days_median"][2])


def test_thirty_valid_years_are_enough_for_a_trend():
    rows = np.tile(100.0 + np.arange(40), (2, 1))
    rows[0, :10] = np.nan
    rows[1, :11] = np.nan
    table = season_table(seasons(rows))
    assert table["valid_years"].tolist() == [30, 29]
    assert table["state"].tolist() == ["seasonal", "insufficient_data"]
    assert table["open_water_days_per_decade"][0] == pytest.approx(10)
    assert np.isnan(table["open_water_days_per_decade"][1])


def test_the_year_of_a_step_is_the_first_after_it():
    random = np.random.default_rng(7)
    rows = 150 + random.normal(0, 1, (10, 40)) + np.where(YEARS >= 1992, 25, 0)
    assert season_table(seasons(rows))["step_year"].tolist() == [1992] * 10


def test_breaks_count_from_the_first_valid_ice_year_to_the_last():
    rows = np.full((1, 40), 100.0)
    rows[0, :5] = np.nan  # first valid ice year: 1984, from 1 March
    days = ["1984-03-01", "1984-03-02", "2019-02-28", "2019-03-01"]
    breaks = pd.DataFrame({"day": np.array(days, dtype="datetime64[s]"), "words": list("abcd")})
    table = season_table(seasons(rows), breaks=breaks)
    assert table["breaks"].tolist() == ["b; c"]


def test_order_of_places_does_not_matter():
    rows = 150 + np.random.default_rng(6).normal(0, 20, (40, 40))
    result = season_table(seasons(rows)).drop(columns="place_id")
    turned = season_table(seasons(rows[::-1])).drop(columns="place_id")
    assert turned[::-1].reset_index(drop=True).equals(result)


def test_what_is_made_says_so():
    assert set(season_table(seasons(np.full((2, 40), 100.0), "synthetic"))["input"]) == {"daily, synthetic"}


# --- poorer inputs


def test_monthly_means_by_hand():
    # 0 % in August and September alone, 100 % else: July to August falls through 15 % 85 % of the way.
    means = np.full((2, 12), 100.0)
    means[0, 7:9] = 0
    means[1] = np.nan
    result = monthly_season(means)
    month = 365.25 / 12
    # From 85 % of July-August to 15 % of September-October: one month and twice 0.15 of one.
    assert result["open_water_days"][0] == pytest.approx(1.3 * month, abs=1)
    assert result["open_water_high_days"][0] - result["open_water_low_days"][0] == 30
    assert np.isnan(result["open_water_days"][1])
    assert result["input"].tolist() == ["monthly", "monthly"]


@pytest.mark.parametrize(("value", "days"), [(0.0, 365), (15.0, 0), (14.0, 365), (100.0, 0)])
def test_monthly_means_that_stay(value: float, days: int):
    result = monthly_season(np.full((1, 12), value))
    assert result["open_water_days"][0] == days
    assert 0 <= result["open_water_low_days"][0] <= result["open_water_high_days"][0] <= 365


def test_edges_count_months():
    ice = np.ones((2, 12))
    ice[0, 6:9] = 0
    ice[1, 0] = np.nan
    result = edge_season(ice)
    assert result["open_water_days"][0] == pytest.approx(3 * 365.25 / 12)
    assert np.isnan(result["open_water_days"][1])
    assert set(result["input"]) == {"edge"}
