"""Months with sea ice at a place, months lost since 1981-2010, and the uncertainty of both numbers.

`layers.ice.presence` defines cells, ice years and traps. Months are means over the cells of a place, so they
are fractions (decisions/0018).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from layers.ice.presence import IceSupport, IceYears, ice_months_by_year, ice_support
from layers.ice.trend import trend

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "QUANTILE_LEVELS",
    "SeasonFacts",
    "Sensitivity",
    "facts_of_years",
    "lost_at_warming",
    "lost_interval",
    "season_facts",
    "warming_sensitivity",
]

# Levels of the stored quantiles of the months lost; the second and the last but one are the 90 % interval.
QUANTILE_LEVELS = (0.01, *(round(0.05 * step, 2) for step in range(1, 20)), 0.99)
_LOW, _HIGH = 1, -2

_NORMAL = (1981, 2010)  # the climate for which places were built
_RECENT_YEARS, _SPREAD_YEARS = 10, 15
_LEAST_NORMAL, _LEAST_YEARS = 20, 30
_ALMOST_ALL = 0.95  # of the years without ice, for a place to be free of ice
# Variance of a count of whole months: both ends of the season are rounded to a month.
_ROUNDING_VARIANCE = 2 / 12
_LEAST_EFFECTIVE = 3.0  # years; fewer would leave too few degrees of freedom
_MOST_LAG1 = 0.8
_SMOOTHED_YEARS = 5
_Z95 = 1.959963984540054
_LEVEL = 0.05  # of significance
_FURTHEST = 2.0  # times the warming in the record: limit of the use of a sensitivity (method §7.2)
_SENSOR_MONTHS = 0.5  # of the loss that depend on SMMR, for the doubt `sensor`
_FIRST_SSMI = 1989  # first whole ice year of SSM/I; SMMR before it saw more land beside a cell
_DIGITS = 6


class Sensitivity(NamedTuple):
    """Months with ice per degC of global warming by place, with its 95 % interval.

    `is_significant` is True for a loss at the 5 % level (Mann-Kendall). `base_degc` is the mean warming of
    the last ten ice years; `furthest_degc` exceeds it by twice the warming in the record. Both are above
    1850-1900.
    """

    slope: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    is_significant: NDArray[np.bool_]
    base_degc: float
    furthest_degc: float


@dataclass(frozen=True, slots=True, eq=False)
class SeasonFacts:
    """Facts of each place, the series behind them, and quantiles of the months lost.

    `table` has one row per place (see `season_facts`). `lost_quantiles` is (places, levels) at
    `QUANTILE_LEVELS`, months; NaN if the state is `unknown`.
    """

    table: pd.DataFrame
    series: IceYears
    lost_quantiles: NDArray[np.float64]


def season_facts(dataset: xr.Dataset, node_ids: ArrayLike, x_m: ArrayLike, y_m: ArrayLike) -> SeasonFacts:
    """Return months with ice of each place, months lost since 1981-2010, trend, spread and state.

    The dataset is that of `layers.ice.presence`; places are EPSG:3413 metres, shape (n,). Columns of the
    table, in months with ice per year unless stated otherwise:

    - `ice_months_normal`: mean of the ice years 1981 to 2010;
    - `ice_months_recent`: mean of the last ten ice years;
    - `ice_months_lost`: normal less recent, with `_low` and `_high` (90 % interval, `lost_interval`);
    - `ice_months_lost_without_smmr`: months lost without the ice years before 1989, of another sensor;
    - `ice_trend_months_per_decade`: Theil-Sen, with `ice_trend_low` and `_high` (95 %);
    - `ice_season_spread_months`: interquartile range of the last 15 years about their Theil-Sen line;
    - `n_years`, `ice_cells`, `ice_cells_km` (mean distance of the cells), `trapped_cells`;
    - `support` (`sea`, `coast`, `none`), `state`, `reason`, `doubt`.

    The state is `ice_free` if 95 % of the years have no month of ice in any cell, `unknown` with a reason, or
    `known`. Reasons: `no_ocean_cell` within 75 km; `estuary` (half of the cells are traps);
    `coast_cells_only`, which can only show that a place is free of ice; `few_years`. Doubts about a known
    state, joined by spaces: `one_cell`; `season_grew` (the whole interval is a gain, which land within the
    footprint can cause); `sensor` (half a month of the loss or more depends on the years of SMMR). All
    numbers are NaN if the state is `unknown`. The trend is also NaN if the state is `ice_free`.
    """
    support = ice_support(dataset, x_m, y_m)
    series = ice_months_by_year(dataset["presence"], support.cells)
    state, reason = _state(support, series)
    has_cell = support.cells >= 0
    count = has_cell.sum(axis=1)
    km = np.where(has_cell, support.km, 0).sum(axis=1)
    numbers, quantiles = _numbers(series, state)
    table = pd.DataFrame(
        {
            "node_id": np.asarray(node_ids, dtype=object),
            "state": state,
            "reason": reason,
            "doubt": _doubt(numbers, count),
            **{name: np.round(values, _DIGITS) for name, values in numbers.items()},
            "n_years": np.where(count > 0, len(series.years), 0),
            "ice_cells": count,
            "ice_cells_km": np.divide(km, count, out=np.full(len(km), np.nan), where=count > 0).round(3),
            "trapped_cells": support.trapped,
            "support": support.kind,
        }
    )
    return SeasonFacts(table, series, quantiles)


def facts_of_years(
    node_ids: NDArray[np.object_], years: NDArray[np.int64], months: NDArray[np.float64]
) -> SeasonFacts:
    """Return the facts of `season_facts` from months with ice by year that were counted in a daily record.

    `months` is (places, years), NaN if a year is not valid; such years are left out place by place. The state
    is `unknown` with the reason `few_years` under 30 valid years or under 20 of 1981 to 2010.
    """
    tables, order, quantiles = [], [], np.full((len(node_ids), len(QUANTILE_LEVELS)), np.nan)
    patterns, of_pattern = np.unique(np.isfinite(months), axis=0, return_inverse=True)
    for number, valid in enumerate(patterns):
        rows = np.flatnonzero(of_pattern.ravel() == number)
        series = IceYears(years[valid], months[rows][:, valid])
        in_normal = (series.years >= _NORMAL[0]) & (series.years <= _NORMAL[1])
        is_short = len(series.years) < _LEAST_YEARS or int(in_normal.sum()) < _LEAST_NORMAL
        free = (series.months == 0).sum(axis=1) >= _ALMOST_ALL * max(len(series.years), 1)
        state = np.where(is_short, "unknown", np.where(free, "ice_free", "known")).astype(object)
        numbers, lost = _numbers(series, state)
        quantiles[rows] = lost
        tables.append(
            pd.DataFrame(
                {
                    "node_id": node_ids[rows], "state": state,
                    "reason": np.where(is_short, "few_years", "").astype(object), "doubt": "",
                    **{name: np.round(values, _DIGITS) for name, values in numbers.items()},
                    "n_years": len(series.years),
                }
            )
        )  # fmt: skip
        order.append(rows)
    table = pd.concat(tables, ignore_index=True).iloc[np.argsort(np.concatenate(order))]
    return SeasonFacts(table.reset_index(drop=True), IceYears(years, months), quantiles)


def _doubt(numbers: dict[str, NDArray[np.float64]], cells: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return doubts about places of known state, words joined by spaces; "" if there are none."""
    high = numbers["ice_months_lost_high"]
    smmr = np.abs(numbers["ice_months_lost"] - numbers["ice_months_lost_without_smmr"])
    # Only places of known state have a trend.
    is_known = np.isfinite(numbers["ice_trend_months_per_decade"])
    marks = {
        "one_cell": is_known & (cells == 1),
        "season_grew": is_known & (high < 0),
        "sensor": is_known & (smmr >= _SENSOR_MONTHS),
    }
    return np.array(
        [" ".join(word for word, mark in marks.items() if mark[row]) for row in range(len(cells))],
        dtype=object,
    )


def _state(support: IceSupport, series: IceYears) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return state and reason of each place."""
    years, months = series
    in_normal = (years >= _NORMAL[0]) & (years <= _NORMAL[1])
    is_short = len(years) < _LEAST_YEARS or int(in_normal.sum()) < _LEAST_NORMAL
    free = (months == 0).sum(axis=1) >= _ALMOST_ALL * max(len(years), 1)
    reason = np.select(
        [
            support.kind == "none",
            support.is_trap,
            np.full(len(months), is_short),
            (support.kind == "coast") & ~free,
        ],
        ["no_ocean_cell", "estuary", "few_years", "coast_cells_only"],
        "",
    ).astype(object)
    state = np.where(reason != "", "unknown", np.where(free, "ice_free", "known")).astype(object)
    return state, reason


def _numbers(
    series: IceYears, state: NDArray[np.object_]
) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.float64]]:
    """Return the columns of the table in months, and quantiles of the loss.

    All are NaN if the state is `unknown`.
    """
    years, months = series
    in_normal = (years >= _NORMAL[0]) & (years <= _NORMAL[1])
    after_smmr = in_normal & (years >= _FIRST_SSMI)
    latest, last = slice(-_RECENT_YEARS, None), slice(-_SPREAD_YEARS, None)
    is_told, is_known = state != "unknown", state == "known"
    quantiles = np.full((len(months), len(QUANTILE_LEVELS)), np.nan)
    normal, recent, later, spread, *trends = (np.full(len(months), np.nan) for _ in range(7))
    if is_told.any():
        rows = months[is_told]
        normal[is_told], recent[is_told] = rows[:, in_normal].mean(axis=1), rows[:, latest].mean(axis=1)
        later[is_told] = rows[:, after_smmr].mean(axis=1)
        # A place that is free of ice has lost nothing; known places get their own values below.
        quantiles[is_told], spread[is_told] = 0.0, 0.0
    if is_known.any():
        # Places with the same cells have equal series: each series is computed once.
        rows, back = np.unique(months[is_known], axis=0, return_inverse=True)
        lost = lost_interval(rows[:, in_normal], years[in_normal], rows[:, latest], years[latest])
        quantiles[is_known] = lost[back]
        spread[is_known] = _spread(rows[:, last], years[last])[back]
        for column, values in zip(trends, trend(rows, years)[:3], strict=True):
            column[is_known] = 10 * values[back]
    names = ("ice_trend_months_per_decade", "ice_trend_low", "ice_trend_high")
    return {
        "ice_months_normal": normal,
        "ice_months_recent": recent,
        "ice_months_lost": normal - recent,
        "ice_months_lost_low": quantiles[:, _LOW],
        "ice_months_lost_high": quantiles[:, _HIGH],
        "ice_months_lost_without_smmr": later - recent,
        **dict(zip(names, trends, strict=True)),
        "ice_season_spread_months": spread,
    }, quantiles


def _spread(months: NDArray[np.float64], years: NDArray[np.int64]) -> NDArray[np.float64]:
    rest = months - trend(months, years).slope[:, None] * (years - years[0])
    low, high = np.quantile(rest, (0.25, 0.75), axis=1)
    return np.asarray(high - low)


def lost_interval(
    before: NDArray[np.float64],
    before_years: ArrayLike,
    after: NDArray[np.float64],
    after_years: ArrayLike,
) -> NDArray[np.float64]:
    """Return quantiles of the mean of `before` less the mean of `after`, shape (places, levels).

    The levels are `QUANTILE_LEVELS`. `before` and `after` are (places, years), months with ice. The quantiles
    are those of Student's t with Welch's degrees of freedom. The standard error is that of the years about
    their straight line in each period, on an effective number of years n (1 - r) / (1 + r). r is the lag-1
    correlation of both periods together, corrected for its bias and not below 0 (Zwiers & von Storch 1995,
    doi:10.1175/1520-0442(1995)008<0336:TSCIAI>2.0.CO;2). The variance is at least that of rounding to whole
    months. For synthetic series of 29 and 10 years the 90 % interval contains the true value in 91 % (r = 0),
    86 % (0.2) and 84 % (0.4) of cases. A bootstrap of blocks of three years contains it in 81, 78 and 70 %
    (decisions/0013).
    """
    counts = np.array([before.shape[1], after.shape[1]])
    rests = [_rest(values, years) for values, years in ((before, before_years), (after, after_years))]
    squares = [(rest**2).sum(axis=1) for rest in rests]
    variance = [
        # Two degrees of freedom go to the straight line.
        np.maximum(square / (count - 2), _ROUNDING_VARIANCE)
        for square, count in zip(squares, counts, strict=True)
    ]
    pairs = sum(
        np.divide(
            (rest[:, 1:] * rest[:, :-1]).sum(axis=1), square / len(rest.T),
            out=np.zeros(len(rest)), where=square > 1e-12,
        )
        for rest, square in zip(rests, squares, strict=True)
    )  # fmt: skip
    lag1 = pairs / (counts.sum() - 2)
    # The lag-1 correlation about a fitted line is biased low; the added term corrects the bias.
    lag1 = np.clip(lag1 + 2 * (1 + 4 * lag1) / counts.sum(), 0.0, _MOST_LAG1)
    share = (1 - lag1) / (1 + lag1)
    effective = [np.maximum(count * share, _LEAST_EFFECTIVE) for count in counts]
    parts = [one / size for one, size in zip(variance, effective, strict=True)]
    freedom = sum(parts) ** 2 / sum(part**2 / (size - 1) for part, size in zip(parts, effective, strict=True))
    reach = special.stdtrit(np.asarray(freedom)[:, None], np.array(QUANTILE_LEVELS))
    normal = before.mean(axis=1)[:, None]
    lost = normal - after.mean(axis=1)[:, None] + reach * np.sqrt(sum(parts))[:, None]
    # A place cannot lose more than its season, and cannot have more than 12 months of ice.
    return np.round(np.clip(lost, normal - 12, normal), _DIGITS)


def _rest(values: NDArray[np.float64], years: ArrayLike) -> NDArray[np.float64]:
    """Return the values less their least-squares line, row by row."""
    when = np.asarray(years, dtype=float)
    when = when - when.mean()  # a new array: in place it would change the caller's years
    centred = values - values.mean(axis=1, keepdims=True)
    slope = (centred * when).sum(axis=1) / (when**2).sum()
    return np.asarray(centred - slope[:, None] * when)


def warming_sensitivity(
    series: IceYears, gmst_years: ArrayLike, gmst_degc: ArrayLike, *, first_year: int = _FIRST_SSMI
) -> Sensitivity:
    """Return the slope of the months with ice on global mean surface temperature by place, months per degC.

    The slope is Theil-Sen's, on the running mean of five years (fewer at the ends). It uses the ice years
    from `first_year` on that have a temperature in the year of their name (method §7.2). The interval is that
    of Kendall's variance with the years in order of temperature. The slope includes all that changed with the
    temperature. `gmst_degc` is above 1850-1900, by `gmst_years`, which are consecutive.

    The years of SMMR are left out, because land that this sensor saw as ice reads as loss. With them 207
    ports and landings had a significant loss, without them 75; of 72 with the doubt `sensor` six were left.

    Raises
    ------
    ValueError
        If the years do not follow each other, or fewer than ten are in both.
    """
    when, values = np.asarray(gmst_years), np.asarray(gmst_degc, dtype=float)
    able = np.where(series.years >= first_year, series.years, -1)
    common, place, mine = np.intersect1d(when, able, return_indices=True)
    if (np.diff(when) != 1).any() or len(common) < _RECENT_YEARS:
        msg = f"expected ten or more years of ice and temperature, one by one, found {len(common)}: mend them"
        raise ValueError(msg)
    warm = _smoothed(values)[place]
    # Kendall's test needs the years in order of the variable: here of temperature.
    order = np.argsort(warm, kind="stable")
    slopes = trend(series.months[:, mine][:, order], warm[order])
    base = float(values[place[-_RECENT_YEARS:]].mean())
    with np.errstate(invalid="ignore"):
        is_loss = np.asarray((slopes.p < _LEVEL) & (slopes.slope < 0))
    furthest = base + _FURTHEST * float(warm[-1] - warm[0])
    return Sensitivity(slopes.slope, slopes.low, slopes.high, is_loss, base, furthest)


def _smoothed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the running mean of five values, fewer at the two ends.

    A fixed order of sums keeps all digits.
    """
    half = _SMOOTHED_YEARS // 2
    padded, count = np.pad(values, half), np.pad(np.ones(len(values)), half)
    shifts = [slice(at, at + len(values)) for at in range(_SMOOTHED_YEARS)]
    return np.asarray(sum(padded[part] for part in shifts) / sum(count[part] for part in shifts))


def lost_at_warming(facts: SeasonFacts, sensitivity: Sensitivity, level_degc: float) -> NDArray[np.float64]:
    """Return quantiles of the months lost at a level of global warming, shape (places, levels).

    The levels are `QUANTILE_LEVELS`. `level_degc` is above 1850-1900. Each quantile of today's loss increases
    by the same quantile of the sensitivity, so the two uncertainties add up. The loss is at least today's
    loss and at most the whole season of 1981-2010. A place without a significant sensitivity, or free of ice,
    keeps today's loss. Levels beyond `furthest_degc` have the loss at `furthest_degc`, because a linear
    extrapolation fails beyond it.
    """
    z = special.ndtri(np.array(QUANTILE_LEVELS)) / _Z95
    slope, low, high = (np.asarray(part)[:, None] for part in sensitivity[:3])
    # The upper quantiles of the loss belong to the lower end of the slope.
    drawn = np.where(z > 0, slope - z * (slope - low), slope - z * (high - slope))
    moves = sensitivity.is_significant & (facts.table["state"] == "known").to_numpy()
    warmer = max(min(level_degc, sensitivity.furthest_degc) - sensitivity.base_degc, 0.0)
    shift = np.where(moves[:, None], np.maximum(-drawn, 0.0) * warmer, 0.0)
    today = facts.lost_quantiles
    most = np.maximum(facts.table["ice_months_normal"].to_numpy()[:, None], today)
    return np.round(np.minimum(today + shift, most), _DIGITS)
