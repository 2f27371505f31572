"""Trends and steps: against scipy, by hand, and against what is known of made series."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from layers.ice.trend import false_discovery, step, trend

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
    told = trend([[1.0, np.nan, 4.0, 9.0]], [0, 1, 2, 3])
    assert told.slope[0] == pytest.approx(8 / 3)
    assert told.valid[0] == 3
    z = 2 / np.sqrt(66 / 18)
    assert told.p[0] == pytest.approx(2 * stats.norm.sf(z))


def test_too_few_values_are_no_trend():
    told = trend(noise(3, 1, 20), np.arange(20), least=30)
    assert np.isnan([told.slope[0], told.low[0], told.high[0], told.p[0]]).all()


def test_a_constant_series_has_no_significant_trend():
    told = trend(np.full((1, 40), 5.0), YEARS)
    assert told.slope[0] == 0
    assert told.p[0] == 1


@pytest.mark.parametrize("slope", [0.0, 0.5])
def test_the_interval_covers_the_known_slope(slope: float):
    series = noise(4, 4000) * 8 + slope * (YEARS - 1979)
    told = trend(series, YEARS)
    assert 0.93 <= np.mean((told.low <= slope) & (slope <= told.high)) <= 0.97


def test_white_noise_rings_as_often_as_stated():
    assert 0.04 <= np.mean(trend(noise(5, 4000), YEARS).p < 0.05) <= 0.06


def red(seed: int, rows: int, rho: float) -> np.ndarray:
    shock = noise(seed, rows, 80)
    for year in range(1, 80):
        shock[:, year] += rho * shock[:, year - 1]
    return shock[:, 40:]


def test_red_noise_rings_less_often_than_without_the_correction():
    series = red(6, 2000, 0.4)
    told = trend(series, YEARS)
    plain = [stats.kendalltau(YEARS, row, method="asymptotic").pvalue for row in series]
    assert np.mean(told.p < 0.05) < 0.75 * np.mean(np.array(plain) < 0.05)
    assert np.mean(told.p < 0.05) < 0.10  # the lag of 40 values is known badly: not yet 5 %


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
    told = step(base + np.where(YEARS >= 2000, 3.5, 0.0), YEARS)
    assert np.mean(told.p < 0.05) > 0.95
    assert np.mean(np.abs(YEARS[told.column] - 2000) <= 1) > 0.95
    assert np.median(told.size) == pytest.approx(3.5, abs=0.3)


def test_a_step_is_the_regression_of_numpy():
    series = noise(9, 1)
    series[0, [3, 17, 30]] = np.nan
    told = step(series, YEARS)
    held = np.isfinite(series[0])
    design = np.column_stack([np.ones(40), YEARS - 1979, np.arange(40) >= told.column[0]])[held]
    assert told.size[0] == pytest.approx(np.linalg.lstsq(design, series[0, held])[0][2])


def test_a_short_series_has_no_step():
    told = step(noise(10, 1, 11), np.arange(11))
    assert told.column[0] == -1
    assert np.isnan(told.p[0])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.floats(-50, 50), st.floats(0.1, 20), st.permutations(range(12)))
def test_trend_follows_shift_scale_and_knows_no_order_of_series(seed, shift, scale, order):
    series = noise(seed % 2**31, 12, 20)
    series[0, :3] = np.nan
    base = trend(series, np.arange(20))
    moved = trend((series * scale + shift)[list(order)], np.arange(20))
    assert moved.slope == pytest.approx(base.slope[list(order)] * scale, abs=1e-9)
    assert moved.p == pytest.approx(base.p[list(order)], abs=1e-12)
