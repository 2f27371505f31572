"""Trends and steps: against scipy, by hand, and against what is known of made series."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from layers.ice.trend import _inflation, _variance, false_discovery, step, trend

YEARS = np.arange(1979.0, 2019.0)


def noise(seed: int, rows: int, years: int = 40) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((rows, years))


def test_slope_and_interval_are_those_of_scipy():
    series = noise(1, 50) * 10 + 0.7 * (YEARS - 1979)
    ours = trend(series, YEARS)
    white = ours.lag1 < 0.2  # scipy knows no correlation
    assert white.sum() > 30
    for row in np.flatnonzero(white):
        theirs = stats.theilslopes(series[row], YEARS, 0.95, method="joint")
        assert ours.slope[row] == pytest.approx(theirs.slope)
        assert (ours.low[row], ours.high[row]) == pytest.approx((theirs.low_slope, theirs.high_slope))


def test_p_is_that_of_kendalls_tau_with_ties():
    series = np.round(noise(2, 40) * 2)
    ours = trend(series, YEARS)
    for row in np.flatnonzero(ours.lag1 < 0.2):
        theirs = stats.kendalltau(YEARS, series[row], method="asymptotic").pvalue
        # The same test but for the continuity correction of one in S.
        assert ours.p[row] >= theirs - 1e-9
        assert ours.p[row] == pytest.approx(theirs, abs=0.02)


def test_by_hand_with_a_missing_year():
    # Pairs of 1, 4, 9 at times 0, 2, 3: slopes 3/2, 8/3, 5; S = 3, Var = 3*2*11/18.
    result = trend([[1.0, np.nan, 4.0, 9.0]], [0, 1, 2, 3])
    assert result.slope[0] == pytest.approx(8 / 3)
    assert result.valid[0] == 3
    z = 2 / np.sqrt(66 / 18)
    assert result.p[0] == pytest.approx(2 * stats.norm.sf(z))


def test_too_few_values_are_no_trend():
    result = trend(noise(3, 1, 20), np.arange(20), least=30)
    assert np.isnan([result.slope[0], result.low[0], result.high[0], result.p[0]]).all()


def test_a_constant_series_has_no_significant_trend():
    result = trend(np.full((1, 40), 5.0), YEARS)
    assert result.slope[0] == 0
    assert result.p[0] == 1


@pytest.mark.parametrize("slope", [0.0, 0.5])
def test_the_interval_covers_the_known_slope(slope: float):
    series = noise(4, 4000) * 8 + slope * (YEARS - 1979)
    result = trend(series, YEARS)
    assert 0.93 <= np.mean((result.low <= slope) & (slope <= result.high)) <= 0.97


def test_white_noise_rings_as_often_as_stated():
    assert 0.04 <= np.mean(trend(noise(5, 4000), YEARS).p < 0.05) <= 0.06


def red(seed: int, rows: int, rho: float) -> np.ndarray:
    shock = noise(seed, rows, 80)
    for year in range(1, 80):
        shock[:, year] += rho * shock[:, year - 1]
    return shock[:, 40:]


def test_red_noise_rings_less_often_than_without_the_correction():
    series = red(6, 2000, 0.4)
    result = trend(series, YEARS)
    plain = [stats.kendalltau(YEARS, row, method="asymptotic").pvalue for row in series]
    assert np.mean(result.p < 0.05) < 0.75 * np.mean(np.array(plain) < 0.05)
    assert np.mean(result.p < 0.05) < 0.10  # the lag of 40 values is known badly: not yet 5 %


def test_false_discovery_by_hand():
    assert false_discovery([0.01, np.nan, 0.04, 0.03, 0.5]) == pytest.approx(
        [0.04, np.nan, 0.04 * 4 / 3, 0.04 * 4 / 3, 0.5], nan_ok=True
    )


def test_false_discovery_is_that_of_scipy():
    p = np.random.default_rng(7).random(200) ** 2
    assert false_discovery(p) == pytest.approx(stats.false_discovery_control(p))


@pytest.mark.parametrize("slope", [0.0, -0.8])
def test_an_injected_step_is_found_and_a_trend_is_not_one(slope: float):
    base = noise(8, 2000) + slope * (YEARS - 1979)
    assert 0.04 <= np.mean(step(base, YEARS).p < 0.05) <= 0.06
    result = step(base + np.where(YEARS >= 2000, 3.5, 0.0), YEARS)
    assert np.mean(result.p < 0.05) > 0.95
    assert np.mean(np.abs(YEARS[result.column] - 2000) <= 1) > 0.95
    assert np.median(result.size) == pytest.approx(3.5, abs=0.3)


def test_a_step_is_the_regression_of_numpy():
    series = noise(9, 1)
    series[0, [3, 17, 30]] = np.nan
    result = step(series, YEARS)
    has_value = np.isfinite(series[0])
    design = np.column_stack([np.ones(40), YEARS - 1979, np.arange(40) >= result.column[0]])[has_value]
    assert result.size[0] == pytest.approx(np.linalg.lstsq(design, series[0, has_value])[0][2])


def test_a_short_series_has_no_step():
    result = step(noise(10, 1, 11), np.arange(11))
    assert result.column[0] == -1
    assert np.isnan(result.p[0])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.floats(-50, 50), st.floats(0.1, 20), st.permutations(range(12)))
def test_trend_follows_shift_scale_and_knows_no_order_of_series(seed, shift, scale, order):
    series = noise(seed % 2**31, 12, 20)
    series[0, :3] = np.nan
    base = trend(series, np.arange(20))
    moved = trend((series * scale + shift)[list(order)], np.arange(20))
    assert moved.slope == pytest.approx(base.slope[list(order)] * scale, abs=1e-9)
    assert moved.p == pytest.approx(base.p[list(order)], abs=1e-12)


def test_the_lag_one_correlation_is_of_consecutive_years_by_hand():
    random = np.random.default_rng(11)
    years = np.arange(30.0)
    values = np.cumsum(random.normal(size=30)) + 0.3 * years
    actual = trend(values, years)
    rest = values - actual.slope[0] * years
    rest -= rest.mean()
    expected = sum(rest[n] * rest[n + 1] for n in range(29)) / (rest**2).sum()
    assert actual.lag1[0] == pytest.approx(expected)


def test_years_on_either_side_of_a_gap_are_no_pair():
    random = np.random.default_rng(12)
    years = np.arange(20.0)
    values = random.normal(size=20)
    values[[4, 11]] = np.nan
    actual = trend(values, years)
    rest = values - actual.slope[0] * years
    rest -= np.nanmean(rest)
    pairs = [rest[n] * rest[n + 1] for n in range(19) if np.isfinite(rest[n] * rest[n + 1])]
    assert len(pairs) == 15
    assert actual.lag1[0] == pytest.approx(np.mean(pairs) * 17 / np.nansum(rest**2))


@pytest.mark.parametrize(("rho", "count"), [(0.5, 40), (0.8, 25), (0.97, 30)])
def test_the_inflation_is_the_sum_over_all_lags(rho: float, count: int):
    most = min(rho, 0.95)
    lags = sum((1 - lag / count) * most**lag for lag in range(1, count))
    assert _inflation(np.array([rho]), np.array([count]))[0] == pytest.approx(1 + 2 * lags)


def test_only_a_correlation_over_the_bar_of_anderson_inflates():
    # One-sided 5 %: (-1 + 1.645 sqrt(n - 2)) / (n - 1), for 40 values 0.2344.
    below, above, negative = _inflation(np.array([0.234, 0.235, -0.9]), np.array([40] * 3))
    assert below == negative == 1
    assert above > 1.5


def test_the_variance_of_ties_by_hand():
    # Kendall 1975 for 1, 1, 2: (3 * 2 * 11 - 2 * 1 * 9) / 18.
    assert _variance(np.array([[1.0, 1.0, 2.0]]), np.array([3]))[0] == pytest.approx(48 / 18)


def test_the_least_count_of_values_is_enough():
    values = np.array([[1.0, 2.0, 4.0, 5.0, np.nan, 7.0]])
    assert np.isfinite(trend(values, np.arange(6.0), least=5).slope[0])
    assert np.isnan(trend(values, np.arange(6.0), least=6).slope[0])


@pytest.mark.parametrize(("first_after", "column"), [(5, 5), (7, 7)])
def test_a_step_may_have_five_years_before_or_after_it(first_after: int, column: int):
    noise = np.random.default_rng(13).normal(0, 0.1, 12)
    values = noise + np.where(np.arange(12) >= first_after, 10.0, 0.0)
    actual = step(values, np.arange(12.0))
    assert actual.column[0] == column
    assert actual.size[0] == pytest.approx(10, abs=0.5)
    assert step(values[:11], np.arange(11.0)).column[0] == -1  # eleven values are too few
