"""Node ice season by month: cells, ice years, losses and their intervals, by hand on made records."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from monthly_record import dataset, month_of, months
from scipy import stats

from layers.crs import polar_xy
from layers.grid import NSIDC_25KM
from layers.ice.presence import IceYears, ice_support
from layers.ice.season_by_month import (
    QUANTILE_LEVELS,
    SeasonFacts,
    _doubt,
    facts_of_years,
    lost_at_warming,
    lost_interval,
    season_facts,
    warming_sensitivity,
)

LOW, HIGH = QUANTILE_LEVELS.index(0.05), QUANTILE_LEVELS.index(0.95)


# --- losses


def test_the_interval_of_constant_seasons_is_that_of_rounding_by_hand():
    before, after = np.full((1, 29), 8.0), np.full((1, 10), 6.0)
    actual = lost_interval(before, np.arange(1981, 2010), after, np.arange(2013, 2023))[0]
    lag1 = 2 / 39  # the correction for bias of a correlation of 0
    share = (1 - lag1) / (1 + lag1)
    parts = np.array([1 / 6 / (29 * share), 1 / 6 / (10 * share)])
    freedom = parts.sum() ** 2 / (parts**2 / (np.array([29, 10]) * share - 1)).sum()
    reach = stats.t.ppf(0.95, freedom) * np.sqrt(parts.sum())
    assert actual[LOW] == pytest.approx(2 - reach, abs=1e-6)
    assert actual[HIGH] == pytest.approx(2 + reach, abs=1e-6)
    assert actual[QUANTILE_LEVELS.index(0.5)] == 2


def test_a_straight_trend_within_the_periods_does_not_widen_the_interval():
    years = np.arange(1981, 2011), np.arange(2013, 2023)
    flat = lost_interval(np.full((1, 30), 8.0), years[0], np.full((1, 10), 6.0), years[1])
    tilt = lost_interval(
        8 - 0.1 * (years[0][None] - years[0].mean()), years[0], np.full((1, 10), 6.0), years[1]
    )
    assert tilt == pytest.approx(flat, abs=1e-6)


@pytest.mark.parametrize(("lag1", "least"), [(0.0, 0.88), (0.4, 0.8)])
def test_the_interval_holds_the_truth_as_often_as_it_says(lag1: float, least: float):
    random = np.random.default_rng(3)
    noise = random.normal(0, np.sqrt(1 - lag1**2), (2000, 42))
    for column in range(1, 42):
        noise[:, column] += lag1 * noise[:, column - 1]
    series = 6 - 0.05 * np.arange(42) + noise
    years = np.arange(1981, 2023)
    actual = lost_interval(series[:, :30], years[:30], series[:, -10:], years[-10:])
    truth = 0.05 * (np.mean(years[-10:]) - np.mean(years[:30]))
    inside = (actual[:, LOW] <= truth) & (truth <= actual[:, HIGH])
    assert least < inside.mean() < 0.95


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 12), st.floats(0, 12))
def test_quantiles_rise_and_stay_within_what_can_be_lost(seed: int, before: float, after: float):
    random = np.random.default_rng(seed)
    old = np.clip(before + random.normal(0, 2, (3, 29)), 0, 12)
    new = np.clip(after + random.normal(0, 2, (3, 10)), 0, 12)
    actual = lost_interval(old, np.arange(29), new, np.arange(31, 41))
    normal = old.mean(axis=1)[:, None]
    assert (np.diff(actual, axis=1) >= 0).all()
    assert (actual <= normal + 1e-6).all()
    assert (actual >= normal - 12 - 1e-6).all()


# --- the whole, on a made sea


@pytest.fixture(scope="module")
def toy() -> tuple[xr.Dataset, np.ndarray, np.ndarray]:
    """A sea with a coast and four places: a season that shrank, no ice, an estuary, inland.

    The coast is the lower half of the grid. By 20 columns each has its own ice: columns 0 to 99 ice for
    eight months before 2011 and for six since 2013, 100 to 199 none, a pool in the land at 250 all year.
    """
    when = months()
    year = when.astype("datetime64[Y]").astype(int) + 1970
    ice = np.zeros((len(when), *NSIDC_25KM.shape), dtype=np.uint8)
    ice[:, :40, 200:] = 1  # the pack
    eight, six = (
        np.isin(month_of(when), (11, 12, 1, 2, 3, 4, 5, 6)),
        np.isin(month_of(when), (12, 1, 2, 3, 4, 5)),
    )
    ice[np.where(year + (month_of(when) >= 9) < 2012, eight, six), :220, :100] = 1
    ice[:, 220:] = 255
    ice[:, 300:309, 250:259] = 1
    rows, columns = np.array([219, 219, 304, 400]), np.array([50, 150, 254, 100])
    return dataset(ice, when), NSIDC_25KM.x_m[columns], NSIDC_25KM.y_m[rows]


@pytest.fixture(scope="module")
def facts(toy: tuple[xr.Dataset, np.ndarray, np.ndarray]) -> SeasonFacts:
    record, x, y = toy
    return season_facts(record, ["shrank", "open", "estuary", "inland"], x, y)


def test_cells_touch_no_land_and_lie_within_75_km(
    toy: tuple[xr.Dataset, np.ndarray, np.ndarray],
):
    record, x, y = toy
    support = ice_support(record, x, y)
    assert support.kind.tolist() == ["sea", "sea", "sea", "none"]
    row, column = np.unravel_index(support.cells[0], NSIDC_25KM.shape)
    assert (row[0], column[0]) == (218, 50)
    assert (row < 219).all()
    assert (np.diff(support.km[:2], axis=1) >= 0).all()
    assert support.km[:2].max() <= 75
    assert support.trapped.tolist() == [0, 0, 5, 0]
    assert support.is_trap.tolist() == [False, False, True, False]
    assert (support.cells[2:] == -1).all()


def test_each_place_has_the_state_and_numbers_it_was_made_with(facts: SeasonFacts):
    table = facts.table.set_index("node_id")
    assert table["state"].tolist() == ["known", "ice_free", "unknown", "unknown"]
    assert table["reason"].tolist() == ["", "", "estuary", "no_ocean_cell"]
    shrank = table.loc["shrank"]
    assert (shrank["ice_months_normal"], shrank["ice_months_recent"], shrank["ice_months_lost"]) == (8, 6, 2)
    assert shrank["ice_months_lost_without_smmr"] == 2
    assert 1.7 < shrank["ice_months_lost_low"] < 2 < shrank["ice_months_lost_high"] < 2.3
    assert shrank["n_years"] == 43
    assert shrank["doubt"] == ""
    still = table.loc["open"]
    assert still[["ice_months_normal", "ice_months_lost", "ice_months_lost_high"]].tolist() == [0, 0, 0]
    assert np.isnan(still["ice_trend_months_per_decade"])
    numbers = [name for name in table if "months" in name]
    assert table.loc[["estuary", "inland"], numbers].isna().all(axis=None)
    assert np.isnan(facts.lost_quantiles[2:]).all()


def test_the_interval_is_the_quantiles_of_5_and_95_percent(facts: SeasonFacts):
    assert facts.lost_quantiles[0, LOW] == facts.table["ice_months_lost_low"][0]
    assert facts.lost_quantiles[0, HIGH] == facts.table["ice_months_lost_high"][0]


def test_a_place_does_not_hang_on_the_others(
    toy: tuple[xr.Dataset, np.ndarray, np.ndarray], facts: SeasonFacts
):
    record, x, y = toy
    alone = season_facts(record, ["shrank"], x[:1], y[:1])
    back = season_facts(record, ["inland", "estuary", "open", "shrank"], x[::-1], y[::-1])
    assert alone.table.iloc[0].to_dict() == facts.table.iloc[0].to_dict()
    assert back.table.iloc[3].to_dict() == facts.table.iloc[0].to_dict()
    assert np.array_equal(back.lost_quantiles[3], facts.lost_quantiles[0])


def test_a_coast_shows_that_there_is_no_ice_and_no_more(
    toy: tuple[xr.Dataset, np.ndarray, np.ndarray],
):
    record, _, _ = toy
    values = record["presence"].to_numpy().copy()
    values[:, 300, [50, 150]] = values[:, 100, [50, 150]]  # single cells in the land
    changed = record.assign(presence=(("time", "y", "x"), values))
    actual = season_facts(
        changed, ["ice", "none"], NSIDC_25KM.x_m[[50, 150]], NSIDC_25KM.y_m[[300, 300]]
    ).table
    assert actual["support"].tolist() == ["coast", "coast"]
    assert actual["state"].tolist() == ["unknown", "ice_free"]
    assert actual["reason"].tolist() == ["coast_cells_only", ""]


def test_one_icy_month_in_twenty_years_is_free_of_ice_and_one_in_ten_is_not(
    toy: tuple[xr.Dataset, np.ndarray, np.ndarray],
):
    record, x, y = toy
    values = record["presence"].to_numpy().copy()
    march = np.flatnonzero(month_of(months()) == 3)
    states = []
    for years in (2, 3):  # of 43: 4.7 and 7 percent
        values[march[:years], 200:220, 140:160] = 1
        changed = record.assign(presence=(("time", "y", "x"), values))
        states.append(season_facts(changed, ["open"], x[1:2], y[1:2]).table["state"][0])
    assert states == ["ice_free", "known"]


def test_a_short_record_tells_nothing(toy: tuple[xr.Dataset, np.ndarray, np.ndarray]):
    record, x, y = toy
    actual = season_facts(record.isel(time=slice(-29 * 12, None)), list("abcd"), x, y).table
    assert actual["reason"].tolist() == ["few_years", "few_years", "estuary", "no_ocean_cell"]


def test_doubts_are_named(toy: tuple[xr.Dataset, np.ndarray, np.ndarray]):
    record, x, y = toy
    doubts = []
    for since, until in (("1979-09", "1988-08"), ("2012-09", "2022-08")):  # SMMR; the last ten years
        values = record["presence"].to_numpy().copy()
        within = np.isin(months(), months(since, until)) & np.isin(month_of(months()), (10, 11, 12, 7))
        values[within, 180:220, 30:70] = 1
        changed = record.assign(presence=(("time", "y", "x"), values))
        doubts.append(season_facts(changed, ["a"], x[:1], y[:1]).table["doubt"][0])
    assert doubts == ["sensor", "season_grew"]


def test_a_place_that_is_no_place_is_refused(toy: tuple[xr.Dataset, np.ndarray, np.ndarray]):
    with pytest.raises(ValueError, match="finite points"):
        ice_support(toy[0], [np.nan], [0.0])


def test_tromso_is_open_sea_where_the_mask_says_no_ice_not_land(
    toy: tuple[xr.Dataset, np.ndarray, np.ndarray],
):
    record, _, _ = toy
    ice = np.zeros_like(record["presence"].to_numpy())
    ice[:, 150:180, 100:150] = 1
    open_sea = dataset(ice, months(), np.zeros((12, *NSIDC_25KM.shape), dtype=np.uint8))
    x, y = polar_xy([18.96], [69.65])
    assert season_facts(open_sea, ["tromso"], x, y).table["state"][0] == "ice_free"


# --- warming


YEARS = np.arange(1980, 2023)
GMST_YEARS = np.arange(1979, 2025)
GMST = 0.4 + 0.02 * (GMST_YEARS - 1979)


def test_a_line_on_temperature_gives_its_slope_back():
    # The running mean of a straight line is the line itself but for its two ends.
    series = IceYears(YEARS, np.stack([10 - 4 * GMST[1:-2], np.full(43, 3.0)]))
    actual = warming_sensitivity(series, GMST_YEARS, GMST)
    assert actual.slope == pytest.approx([-4, 0], abs=1e-9)
    assert actual.is_significant.tolist() == [True, False]
    assert actual.base_degc == pytest.approx(GMST[34:44].mean())
    assert actual.furthest_degc == pytest.approx(actual.base_degc + 2 * 0.02 * 33, abs=1e-9)
    early = warming_sensitivity(series, GMST_YEARS, GMST, first_year=1980)
    assert early.furthest_degc == pytest.approx(actual.base_degc + 2 * 0.02 * 41.5, abs=1e-9)


def test_years_of_the_first_sensor_make_no_sensitivity():
    rest = np.random.default_rng(5).normal(0, 1, (3, 43))
    series = IceYears(YEARS, 5 + np.where(YEARS < 1989, 4, 0) + rest)
    later = IceYears(YEARS[9:], series.months[:, 9:])
    actual = warming_sensitivity(series, GMST_YEARS, GMST)
    assert np.array_equal(actual.slope, warming_sensitivity(later, GMST_YEARS, GMST, first_year=0).slope)
    assert (warming_sensitivity(series, GMST_YEARS, GMST, first_year=1980).slope < actual.slope - 1).all()


def test_years_given_are_left_as_they_are():
    before, after = np.arange(1981.0, 2011.0), np.arange(2013.0, 2023.0)
    lost_interval(np.full((1, 30), 8.0), before, np.full((1, 10), 6.0), after)
    assert (before[0], after[0]) == (1981, 2013)


@pytest.mark.parametrize("years", [GMST_YEARS[:5], np.delete(GMST_YEARS, 20)])
def test_temperatures_that_do_not_fit_are_refused(years: np.ndarray):
    series = IceYears(YEARS, np.zeros((1, 43)))
    with pytest.raises(ValueError, match="expected ten or more years"):
        warming_sensitivity(series, years, np.zeros(len(years)))


def test_the_loss_at_a_level_by_hand(facts: SeasonFacts):
    actual = warming_sensitivity(
        facts.series._replace(months=np.tile(10 - 4 * GMST[1:-2], (4, 1))), GMST_YEARS, GMST
    )
    middle = QUANTILE_LEVELS.index(0.5)
    warmer = lost_at_warming(facts, actual, actual.base_degc + 0.5)
    assert warmer[0, middle] == pytest.approx(2 + 4 * 0.5, abs=1e-6)
    assert warmer[1].tolist() == [0] * len(QUANTILE_LEVELS)  # free of ice
    assert np.isnan(warmer[2:]).all()
    # The ends of the slope lie 1.96 standard errors off, the quantile 0.95 lies 1.645 of them off.
    wide = actual._replace(slope=np.full(4, -4.0), low=np.full(4, -6.0), high=np.full(4, -3.0))
    high = QUANTILE_LEVELS.index(0.95)
    added = lost_at_warming(facts, wide, actual.base_degc + 0.5)[0, high] - facts.lost_quantiles[0, high]
    assert added == pytest.approx((4 + 0.8392 * 2) * 0.5, abs=0.01)
    steep = actual._replace(slope=np.full(4, -20.0), low=np.full(4, -20.0), high=np.full(4, -20.0))
    assert lost_at_warming(facts, steep, 9.0)[0].tolist() == [8] * len(QUANTILE_LEVELS)  # the whole season
    assert np.array_equal(
        lost_at_warming(facts, actual, 9.0)[:2], lost_at_warming(facts, actual, actual.furthest_degc)[:2]
    )
    # A world colder than today's has lost what is lost.
    assert np.array_equal(lost_at_warming(facts, actual, 0.5)[:2], facts.lost_quantiles[:2])
    kept = actual._replace(is_significant=np.zeros(4, dtype=bool))
    assert np.array_equal(lost_at_warming(facts, kept, 4.0)[:2], facts.lost_quantiles[:2])


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    slope=st.floats(-15, 5), reach=st.floats(0, 8), levels=st.lists(st.floats(0, 5), min_size=2, max_size=5)
)
def test_no_quantile_falls_with_warming(facts: SeasonFacts, slope: float, reach: float, levels: list[float]):
    whole = np.full(4, slope)
    actual = warming_sensitivity(facts.series._replace(months=np.zeros((4, 43))), GMST_YEARS, GMST)._replace(
        slope=whole, low=whole - reach, high=whole + reach, is_significant=whole + reach < 0
    )
    lost = np.stack([lost_at_warming(facts, actual, level)[:2] for level in sorted(levels)])
    assert (np.diff(lost, axis=0) >= 0).all()
    assert (lost >= facts.lost_quantiles[:2]).all()
    assert (np.diff(lost, axis=2) >= -1e-6).all()


def test_the_climatology_is_of_the_ice_years_1981_to_2010_with_both_ends():
    years = np.arange(1979, 2025)
    months_with_ice = (years - 1975) / 10.0
    table = facts_of_years(np.array(["a"], dtype=object), years, months_with_ice[None, :]).table
    recent = (2019.5 - 1975) / 10
    assert table["ice_months_normal"][0] == pytest.approx((1995.5 - 1975) / 10)  # mean of 1981 to 2010
    assert table["ice_months_recent"][0] == pytest.approx(recent)  # 2015 to 2024
    without_smmr = (1999.5 - 1975) / 10  # 1989 to 2010
    assert table["ice_months_lost_without_smmr"][0] == pytest.approx(without_smmr - recent)
    assert table["ice_trend_months_per_decade"][0] == pytest.approx(1)


def test_thirty_years_and_twenty_of_the_climatology_are_enough():
    years = np.arange(1981, 2025)  # 30 years of the climatology, 14 after it
    rows = np.tile(6.0 + np.arange(44) % 3, (4, 1))
    rows[0, :10] = np.nan  # 20 and 34
    rows[1, :11] = np.nan  # 19 and 33
    rows[2, 30:] = np.nan  # 30 and 30
    rows[3, 29:] = np.nan  # 29 and 29
    table = facts_of_years(np.array(list("abcd"), dtype=object), years, rows).table
    assert table["state"].tolist() == ["known", "unknown", "known", "unknown"]
    assert table["reason"].tolist() == ["", "few_years", "", "few_years"]


def test_half_a_month_of_the_first_sensor_is_a_doubt_and_an_interval_that_ends_at_zero_is_none():
    lost = np.array([1.0, 1.0, 1.0])
    numbers = {
        "ice_months_lost": lost,
        "ice_months_lost_without_smmr": lost - [0.5, 0.49, 0.0],
        "ice_months_lost_high": np.array([1.0, 0.0, -0.01]),
        "ice_trend_months_per_decade": np.zeros(3),
    }
    assert _doubt(numbers, np.array([5, 5, 5])).tolist() == ["sensor", "", "season_grew"]


def test_the_variance_in_a_period_has_two_degrees_of_freedom_less_than_years():
    random = np.random.default_rng(21)
    red = [random.normal(0, 2)]
    for shock in random.normal(0, 1, 39):
        red.append(0.6 * red[-1] + shock)
    before, after = 6 + np.array([red[:30]]), 4 + np.array([red[30:]])
    rests, years = [], [np.arange(30.0), np.arange(10.0)]
    for values, when in zip((before, after), years, strict=True):
        slope, cut = np.polyfit(when, values[0], 1)
        rests.append(values[0] - slope * when - cut)
    lag1 = sum((r[1:] * r[:-1]).sum() / ((r**2).sum() / len(r)) for r in rests) / 38
    assert lag1 > 0.1
    lag1 = np.clip(lag1 + 2 * (1 + 4 * lag1) / 40, 0, 0.8)
    sizes = [n * (1 - lag1) / (1 + lag1) for n in (30, 10)]
    parts = [(r**2).sum() / (len(r) - 2) / size for r, size in zip(rests, sizes, strict=True)]
    freedom = sum(parts) ** 2 / sum(part**2 / (size - 1) for part, size in zip(parts, sizes, strict=True))
    middle = before.mean() - after.mean()
    expected = middle + stats.t.ppf(0.95, freedom) * np.sqrt(sum(parts))
    quantiles = lost_interval(before, years[0], after, years[1])
    assert quantiles[0, HIGH] == pytest.approx(expected, abs=1e-5)
