"""Trends and steps of many short series at once, with their significance.

Series are rows and years are columns. NaN is a year without a value; gaps are not filled. Slope and interval:
Theil 1950; Sen 1968, doi:10.1080/01621459.1968.10480934. Test: Mann 1945, doi:10.2307/1907187. Lag-1
correction: Yue & Wang 2004, doi:10.1023/B:WARM.0000043140.61082.60.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import erfc

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Step", "Trend", "false_discovery", "step", "trend"]

_Z95 = 1.959963984540054  # two-sided 95 % of the normal distribution
_Z90 = 1.6448536269514722  # one-sided 95 %
_ROWS = 2048  # series in one block, which limits memory: 40 years make 780 slopes each
_EDGE_YEARS = 5  # fewest valid years on either side of a step
_NULL_DRAWS = 10_000  # series of white noise, from which p of a step is read


class Trend(NamedTuple):
    """Trend of each series; every field has shape (series,).

    `slope` is the change per unit of time, `low` and `high` are its 95 % interval. `p` is two-sided. `valid`
    counts the values that are not NaN. `lag1` is the lag-1 autocorrelation about the trend line.
    """

    slope: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    p: NDArray[np.float64]
    valid: NDArray[np.int64]
    lag1: NDArray[np.float64]


class Step(NamedTuple):
    """Most likely step of each series; every field has shape (series,).

    `column` is the column of the first value after the step, -1 without one. `size` is the height of the
    step, in the unit of the values. `p` is its p value.
    """

    column: NDArray[np.int64]
    size: NDArray[np.float64]
    p: NDArray[np.float64]


def trend(values: ArrayLike, times: ArrayLike, *, least: int = 3) -> Trend:
    """Return the Theil-Sen slope of each series, its interval by Kendall's variance, and the Mann-Kendall p.

    `values` has shape (series, times) and may contain NaN; `times` are the times of the columns. A series of
    fewer than `least` valid values has NaN; a `least` below 3 counts as 3. The variance accounts for ties. A
    positive lag-1 correlation of the detrended series inflates the variance if the correlation is significant
    at the one-sided 5 % level. So the small correlations of white noise change nothing. The variance is never
    deflated.
    """
    series = np.atleast_2d(np.asarray(values, dtype=float))
    when = np.asarray(times, dtype=float)
    if len(when) < 2:
        series, when = np.full((len(series), 2), np.nan), np.arange(2.0)
    blocks = [_trend(series[at : at + _ROWS], when, least) for at in range(0, max(len(series), 1), _ROWS)]
    return Trend._make(np.concatenate(parts) for parts in zip(*blocks, strict=True))


def _trend(series: NDArray[np.float64], when: NDArray[np.float64], least: int) -> Trend:
    count = np.isfinite(series).sum(axis=1)
    first, second = np.triu_indices(len(when), 1)
    rise = series[:, second] - series[:, first]
    score = np.nansum(np.sign(rise), axis=1)
    slopes = np.sort(rise / (when[second] - when[first]), axis=1)  # NaN comes last
    pairs = count * (count - 1) // 2
    slope = (_at(slopes, (pairs - 1) // 2) + _at(slopes, pairs // 2)) / 2
    rest = series - slope[:, None] * when
    lag1 = _lag1(rest - _mean(rest)[:, None])
    deviation = np.sqrt(_variance(series, count) * _inflation(lag1, count))
    z = np.divide(score - np.sign(score), deviation, out=np.zeros_like(score), where=deviation > 0)
    reach = _Z95 * deviation
    low = _at(slopes, np.maximum(np.rint((pairs - reach) / 2).astype(int) - 1, 0))
    high = _at(slopes, np.minimum(np.rint((pairs + reach) / 2).astype(int), pairs - 1))
    is_long = count >= max(least, 3)
    slope, low, high, p = (np.where(is_long, part, np.nan) for part in (slope, low, high, _two_sided(z)))
    return Trend(slope, low, high, p, count, lag1)


def _at(ordered: NDArray[np.float64], place: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.take_along_axis(ordered, np.maximum(place, 0)[:, None], axis=1)[:, 0]


def _mean(series: NDArray[np.float64]) -> NDArray[np.float64]:
    count = np.isfinite(series).sum(axis=1)
    return np.divide(np.nansum(series, axis=1), count, out=np.full(len(series), np.nan), where=count > 0)


def _two_sided(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(erfc(np.abs(z) / np.sqrt(2.0)))


def _variance(series: NDArray[np.float64], count: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the variance of Kendall's S with ties (Kendall 1975)."""
    alike = sum((series == series[:, [column]]).astype(int) for column in range(series.shape[1]))
    alike = np.where(np.isfinite(series), alike, 1)  # group size q of every value
    # A group of q values gives q (q - 1) (2q + 5); each of its q members brings its share.
    ties = ((alike - 1) * (2 * alike + 5)).sum(axis=1)
    return np.asarray((count * (count - 1) * (2 * count + 5) - ties) / 18.0)


def _lag1(rest: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the correlation of consecutive years; two years on either side of a gap are no pair."""
    pairs = rest[:, 1:] * rest[:, :-1]
    pair_count = np.isfinite(pairs).sum(axis=1)
    square = np.nansum(rest**2, axis=1)
    share = np.isfinite(rest).sum(axis=1) - 1
    has_pairs = (square > 0) & (pair_count > 0)
    mean = np.divide(np.nansum(pairs, axis=1), pair_count, out=np.zeros(len(rest)), where=has_pairs)
    return np.divide(mean * share, square, out=np.zeros(len(rest)), where=has_pairs)


def _inflation(lag1: NDArray[np.float64], count: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the factor by which a first-order process inflates the variance of S of independent values."""
    n = np.maximum(count, 3).astype(float)
    bar = (-1 + _Z90 * np.sqrt(n - 2)) / (n - 1)  # Anderson 1942
    rho = np.where(lag1 > bar, np.clip(lag1, 0.0, 0.95), 0.0)
    sum_of_lags = (rho ** (n + 1) - n * rho**2 + (n - 1) * rho) / (n * (1 - rho) ** 2)
    return np.asarray(1 + 2 * sum_of_lags)


def false_discovery(p: ArrayLike) -> NDArray[np.float64]:
    """Return the smallest false-discovery rate at which each p is significant; NaN stays NaN.

    Benjamini & Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x, over all p that are not NaN.
    """
    values = np.asarray(p, dtype=float)
    valid = np.flatnonzero(np.isfinite(values))
    order = valid[np.argsort(values[valid], kind="stable")]
    scaled = values[order] * len(order) / np.arange(1, len(order) + 1)
    rate = np.full(values.shape, np.nan)
    rate[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return rate


def step(values: ArrayLike, times: ArrayLike, *, seed: int = 0) -> Step:
    """Return the most likely step of each series beside its linear trend.

    A change of sensor causes such a step. `values` has shape (series, times), `times` are the times of the
    columns. A regression on time is fitted with a step at each possible column, with at least five valid
    values on either side. The step with the largest F is returned. The largest of many F has no F
    distribution. So p is the share of 10,000 series of white noise, of the same length and seeded by `seed`,
    whose largest F is at least as large (penalised-maximal-F family, Wang 2008,
    doi:10.1175/2008JTECHA982.1). A series of fewer than twelve valid values has the column -1, and NaN for
    size and p.
    """
    series = np.atleast_2d(np.asarray(values, dtype=float))
    column, size, most = _largest_f(series, np.asarray(times, dtype=float))
    count = np.isfinite(series).sum(axis=1)
    p = np.full(len(series), np.nan)
    for number in np.unique(count[np.isfinite(most)]):
        rows = (count == number) & np.isfinite(most)
        null = _null(int(number), seed)
        p[rows] = 1 - np.searchsorted(null, most[rows]) / len(null)
    return Step(np.where(np.isfinite(most), column, -1), np.where(np.isfinite(most), size, np.nan), p)


@cache
def _null(count: int, seed: int) -> NDArray[np.float64]:
    noise = np.random.default_rng(seed).standard_normal((_NULL_DRAWS, count))
    return np.sort(_largest_f(noise, np.arange(count, dtype=float))[2])


def _largest_f(
    series: NDArray[np.float64], when: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return column, size and F of the step with the largest F of each series; F is NaN without a step."""
    has_value = np.isfinite(series)
    count = has_value.sum(axis=1, keepdims=True).astype(float)
    safe = np.maximum(count, 1)
    time = np.where(has_value, when - np.sum(has_value * when, axis=1, keepdims=True) / safe, 0.0)
    rest = np.where(has_value, series - _mean(series)[:, None], 0.0)
    spread = np.sum(time**2, axis=1, keepdims=True)
    spread[spread == 0] = 1.0
    rest -= time * np.sum(rest * time, axis=1, keepdims=True) / spread

    def after(part: NDArray[np.float64]) -> NDArray[np.float64]:  # sum from each column to the end
        return np.cumsum(part[:, ::-1], axis=1)[:, ::-1]

    later = after(has_value.astype(float))
    able = (
        (later >= _EDGE_YEARS) & (count - later >= _EDGE_YEARS) & has_value & (count >= 2 * _EDGE_YEARS + 2)
    )
    norm = later - later**2 / safe - after(time) ** 2 / spread
    size = np.divide(after(rest), norm, out=np.zeros_like(rest), where=able & (norm > 1e-9))
    gain = size**2 * norm
    left = np.maximum(np.sum(rest**2, axis=1, keepdims=True) - gain, 1e-12)
    f = np.where(able, gain / (left / np.maximum(count - 3, 1)), -1.0)
    best = f.argmax(axis=1)
    rows = np.arange(len(series))
    return best, size[rows, best], np.where(able.any(axis=1), f[rows, best], np.nan)
