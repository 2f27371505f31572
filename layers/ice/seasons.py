"""Open-water seasons of places by ice year, their climatology and trends (method §2.1).

An ice year runs from 1 March to the end of February and is named by its March. Series are smoothed by a
running mean of five days; the sea is open below 15 %. The days of opening, retreat, advance and closing
follow the climate indicators of NSIDC-0747: the last day above 80 %, the first and last day of the longest
open run of at least five days, the first day above 80 %. A year with over 10 % of its days missing, or a gap
of over ten days, has no season. A missing day between two seen ones, as in the record of SMMR, is their mean
and no gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.grid import ICE_THRESHOLD_PCT
from layers.ice.continuity import crossed
from layers.ice.daily import SYNTHETIC, series
from layers.ice.trend import false_discovery, step, trend

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from scipy.sparse import csr_array

__all__ = [
    "GAP_DAYS",
    "METRICS",
    "MISSING_SHARE",
    "Seasons",
    "edge_season",
    "fill_gaps",
    "ice_year",
    "monthly_season",
    "season",
    "season_of_year",
    "season_table",
]

# Measures of an ice year: days, or days since 1 March.
METRICS = (
    "open_water_days",
    "retreat_day",
    "advance_day",
    "opening_day",
    "closing_day",
    "outer_days",
    "inner_days",
    "shoulder_days",
)
_TRENDS = ("open_water_days", "retreat_day", "advance_day", "outer_days")
_CLOSED_PCT = 80.0  # above it the sea is closed (NSIDC-0747)
_ROUNDING_PCT = 1e-3  # tolerance for means of whole percent in single precision
# Days of the running mean, and fewest days of an opening.
_WINDOW = 5
_EVENT_DAYS = 5
MISSING_SHARE, GAP_DAYS = 0.1, 10
_ROWS = 2048  # places in one block, so that its series stay in the cache
_LEAST_YEARS = 30  # of a trend
_CLIMATE = (1991, 2020)
_CLIMATE_YEARS = 20  # fewest valid years of a climatology
_RECENT_YEARS = 15
_ALMOST_ALL = 0.95  # of the years, for a state
_RATE = 0.05  # of false discovery
_MONTH_DAYS = 365.25 / 12
_MONTHLY_DAYS = 15.0  # uncertainty of a count from monthly means (method §2.1)
_EDGE_DAYS = 30.0  # uncertainty of a count from monthly edges, which state ice or no ice


def ice_year(year: int) -> tuple[date, date]:
    """Return the first and last day of the ice year that begins in March of `year`."""
    return date(year, 3, 1), date(year + 1, 3, 1) - timedelta(days=1)


def fill_gaps(
    daily: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows with NaN filled by linear interpolation, and missing days and longest gap of each row.

    A single missing day between two seen ones counts as seen. Days before the first value have this value;
    days after the last value have the last one. A row without values stays NaN.
    """
    rows, days = daily.shape
    seen = np.isfinite(daily)
    lost = np.zeros(rows, dtype=np.int64)
    longest = np.zeros(rows, dtype=np.int64)
    with_gaps = np.flatnonzero(~seen.all(axis=1))
    if not with_gaps.size:
        return daily, lost, longest
    part, has_value = daily[with_gaps], seen[with_gaps]
    day = np.arange(days, dtype=np.int32)
    before = np.maximum.accumulate(np.where(has_value, day, -1), axis=1)
    after = np.minimum.accumulate(np.where(has_value, day, days)[:, ::-1], axis=1)[:, ::-1]
    width = np.where(has_value, 0, after - before - 1)
    # The record of SMMR has every other day: a single missing day is no gap (decisions/0018).
    width[(width == 1) & (before >= 0) & (after < days)] = 0
    lost[with_gaps] = (width > 0).sum(axis=1)
    longest[with_gaps] = width.max(axis=1)
    left = np.where(before >= 0, before, np.minimum(after, days - 1))
    right = np.where(after < days, after, left)
    low = np.take_along_axis(part, left, axis=1)
    share = (day - left) / np.maximum(right - left, 1)
    filled = daily.copy()
    filled[with_gaps] = low + share * (np.take_along_axis(part, right, axis=1) - low)
    return filled, lost, longest


def _smooth(daily: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the running mean of five days, fewer at the two ends."""
    half = _WINDOW // 2
    total = daily.copy()
    count = np.ones(daily.shape[1], dtype=np.float32)
    for shift in range(1, half + 1):
        total[:, shift:] += daily[:, :-shift]
        total[:, :-shift] += daily[:, shift:]
        count[shift:] += 1
        count[:-shift] += 1
    total /= count
    return total


def _runs(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return row, first column, and the column after the last, of every run of True, in order."""
    rows, days = mask.shape
    # A column of False on either side closes the runs, so that no run continues into the next row.
    padded = np.zeros((rows, days + 2), dtype=np.int8)
    padded[:, 1:-1] = mask
    edges = np.flatnonzero(padded.ravel()[1:] != padded.ravel()[:-1])
    start, stop = edges[::2], edges[1::2]
    return start // (days + 2), start % (days + 2), stop % (days + 2)


def _longest_opening(is_open: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the first day of the longest opening of each row, and the day after its last; -1 without one.

    An opening lasts at least five days. If ice between two openings lasts fewer than five days, they count as
    one opening.
    """
    row, start, stop = _runs(is_open)
    lasting = stop - start >= _EVENT_DAYS
    row, start, stop = row[lasting], start[lasting], stop[lasting]
    first, last = np.full(len(is_open), -1), np.full(len(is_open), -1)
    if not row.size:
        return first, last
    begins = np.ones(len(row), dtype=bool)
    begins[1:] = (row[1:] != row[:-1]) | (start[1:] - stop[:-1] >= _EVENT_DAYS)
    heads = np.flatnonzero(begins)
    row, start = row[heads], start[heads]
    stop = stop[np.append(heads[1:], len(stop)) - 1]
    # The order writes the longest last, and the earlier one of equal lengths.
    order = np.lexsort((-start, stop - start))
    first[row[order]], last[row[order]] = start[order], stop[order]
    return first, last


def season(daily: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    """Return the season of one ice year; `daily` is percent by day from 1 March, shape (places, days).

    The result holds days, or days since 1 March, for each of `METRICS`, and `is_all_open` (1, 0). A value is
    NaN if the year is not valid or the event does not happen in it: without ice on 1 March there is no
    retreat.
    """
    filled, lost, longest = fill_gaps(daily)
    days = daily.shape[1]
    valid = (lost <= MISSING_SHARE * days) & (longest <= GAP_DAYS)
    smooth = _smooth(filled)
    is_open = smooth < ICE_THRESHOLD_PCT - _ROUNDING_PCT
    count = is_open.sum(axis=1)
    retreat, advance = _longest_opening(is_open)
    happens = valid & (retreat >= 0)
    retreats, advances = happens & (retreat > 0), happens & (advance < days)
    closed = smooth > _CLOSED_PCT + _ROUNDING_PCT
    day = np.arange(days, dtype=np.int16)
    # Last closed day before the retreat, first closed day after the advance.
    opening = np.where(closed & (day < retreat[:, None]), day, np.int16(-1)).max(axis=1)
    closing = np.where(closed & (day >= advance[:, None]), day, np.int16(days)).min(axis=1)
    opens, closes = retreats & (opening >= 0), advances & (closing < days)

    def where_valid(value: NDArray[np.intp], where: NDArray[np.bool_]) -> NDArray[np.float32]:
        return np.where(where, value, np.nan).astype(np.float32)

    outer, inner = advance - retreat, closing - opening
    both = opens & closes
    values = (
        where_valid(count, valid),
        where_valid(retreat, retreats),
        where_valid(advance, advances),
        where_valid(opening, opens),
        where_valid(closing, closes),
        where_valid(outer, retreats & advances),
        where_valid(inner, both),
        where_valid(inner - outer, both),
    )
    return {
        **dict(zip(METRICS, values, strict=True)),
        "is_all_open": where_valid(count == days, valid),
        "longest_days": where_valid(np.where(retreat >= 0, outer, 0), valid),
    }


def season_of_year(
    weights: csr_array, block: NDArray[np.uint8], column: NDArray[np.intp], days: int
) -> dict[str, NDArray[np.float32]]:
    """Return the season of all places in one ice year, by blocks of places to limit memory.

    `block` is (cells, seen days) of the cube; `column` holds the day since 1 March of each seen day. `days`
    is the length of the year.
    """
    parts = []
    for at in range(0, max(weights.shape[0], 1), _ROWS):
        rows = weights[at : at + _ROWS]
        cells = np.unique(rows.indices)
        daily = np.full((rows.shape[0], days), np.nan, dtype=np.float32)
        daily[:, column] = series(rows[:, cells], block[cells])
        parts.append(season(daily))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


@dataclass(frozen=True, slots=True, eq=False)
class Seasons:
    """Seasons by place and ice year: `metrics` maps each name to (places, years), NaN if there is none."""

    ids: NDArray[np.object_]
    years: NDArray[np.int64]
    metrics: dict[str, NDArray[np.float32]]
    product: str
    support_km: NDArray[np.float64]
    cell_count: NDArray[np.int64]


def season_table(
    seasons: Seasons, *, climate: tuple[int, int] = _CLIMATE, breaks: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return state, climatology, trends by decade with interval and rate, and step; one row per place.

    `state` is `seasonal`, `ice_free` (open on all days in 95 % of the years), `never_opens`, `short_openings`
    (open at times, never for five days) or `insufficient_data` (under 30 valid years). Only `seasonal` has
    trends. `climate` is the first and last year of the climatology. `<metric>_q` is the false-discovery rate
    over the whole table; `is_<metric>_trend` is True at 5 %. A trend of a record with a step is not reliable.
    `breaks` are changes of sensor or version in the record (`continuity.changes`). `breaks_crossed` counts
    the breaks between the first and last valid year of a place, and the column `breaks` names them. Without
    `breaks` they are NaN and null.
    """
    days = seasons.metrics["open_water_days"].astype(float)
    valid = np.isfinite(days).sum(axis=1)
    mark = f", {SYNTHETIC}" if seasons.product == SYNTHETIC else ""
    state = _state(seasons.metrics, valid)
    table: dict[str, object] = {
        "place_id": seasons.ids,
        "input": f"daily{mark}",
        "product": seasons.product,
        "state": state,
        "sic_support_km": seasons.support_km,
        "sic_n_cells": seasons.cell_count,
        "valid_years": valid,
    }
    within = (seasons.years >= climate[0]) & (seasons.years <= climate[1])
    for name in METRICS:
        table[f"{name}_median"] = _median(seasons.metrics[name][:, within], _CLIMATE_YEARS)
    advance = seasons.metrics["advance_day"][:, -_RECENT_YEARS:]
    middle = _median(advance, _RECENT_YEARS // 2)
    table["advance_mad_days"] = _median(np.abs(advance - middle[:, None]), _RECENT_YEARS // 2)
    seasonal = state == "seasonal"
    for name in _TRENDS:
        values = np.where(seasonal[:, None], seasons.metrics[name].astype(float), np.nan)
        slopes = trend(values, seasons.years, least=_LEAST_YEARS)
        q = false_discovery(slopes.p)
        table |= {
            f"{name}_per_decade": slopes.slope * 10,
            f"{name}_per_decade_low": slopes.low * 10,
            f"{name}_per_decade_high": slopes.high * 10,
            f"{name}_p": slopes.p,
            f"{name}_q": q,
            f"is_{name}_trend": q <= _RATE,
        }
    broken = step(np.where(seasonal[:, None], days, np.nan), seasons.years)
    rate = false_discovery(broken.p)
    table |= {
        "step_year": np.where(rate <= _RATE, seasons.years[np.maximum(broken.column, 0)], np.nan),
        "step_days": np.where(rate <= _RATE, broken.size, np.nan),
        "step_q": rate,
    }
    table["breaks_crossed"], table["breaks"] = crossed(breaks, *_span(np.isfinite(days), seasons.years))
    return pd.DataFrame(table)


def _span(
    valid: NDArray[np.bool_], years: NDArray[np.int64]
) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]]:
    """Return the first day of the first valid ice year and the last day of the last one, row by row.

    NaT for a row without a valid year.
    """
    begins = np.array([ice_year(int(year))[0] for year in years], dtype="datetime64[D]")
    ends = np.array([ice_year(int(year))[1] for year in years], dtype="datetime64[D]")
    some, never = valid.any(axis=1), np.datetime64("NaT", "D")
    first, last = valid.argmax(axis=1), valid.shape[1] - 1 - valid[:, ::-1].argmax(axis=1)
    return np.where(some, begins[first], never), np.where(some, ends[last], never)


def _state(values: dict[str, NDArray[np.float32]], valid: NDArray[np.int64]) -> NDArray[np.object_]:
    bar = _ALMOST_ALL * valid
    free = np.nansum(values["is_all_open"], axis=1) >= bar
    shut = (values["open_water_days"] == 0).sum(axis=1) >= bar
    short = (values["longest_days"] == 0).sum(axis=1) >= bar
    return np.select(
        [valid < _LEAST_YEARS, free, shut, short],
        np.array(["insufficient_data", "ice_free", "never_opens", "short_openings"], dtype=object),
        "seasonal",
    )


def _median(values: NDArray[np.float32], least: int) -> NDArray[np.float64]:
    """Return the median of the valid years of each row; NaN if there are fewer than `least`."""
    count = np.isfinite(values).sum(axis=1)
    ordered = np.sort(values.astype(float), axis=1)
    width = ordered.shape[1]
    if not width:
        return np.full(len(values), np.nan)
    low, high = np.clip((count - 1) // 2, 0, width - 1), np.clip(count // 2, 0, width - 1)
    rows = np.arange(len(values))
    return np.where(count >= least, (ordered[rows, low] + ordered[rows, high]) / 2, np.nan)


# --- poorer inputs ------------------------------------------------------------------------------


def monthly_season(means_pct: ArrayLike) -> pd.DataFrame:
    """Return the open days of a year from twelve monthly means, percent, shape (places, 12), January first.

    Days under 15 % are counted on straight lines between the middles of the months, cyclic over the year. The
    label is `monthly`, the uncertainty 15 days; there are no dates and no trend. A NaN month gives NaN.
    """
    means = np.asarray(means_pct, dtype=float)
    middle = (np.arange(-1, 13) + 0.5) * _MONTH_DAYS
    day = np.arange(365) + 0.5
    right = np.searchsorted(middle, day)
    share = (day - middle[right - 1]) / (middle[right] - middle[right - 1])
    around = np.column_stack([means[:, -1], means, means[:, 0]])
    daily = around[:, right - 1] * (1 - share) + around[:, right] * share
    count = np.where(
        np.isfinite(means).all(axis=1), (daily < ICE_THRESHOLD_PCT - _ROUNDING_PCT).sum(axis=1), np.nan
    )
    return _counted("monthly", count, _MONTHLY_DAYS)


def edge_season(ice: ArrayLike) -> pd.DataFrame:
    """Return the open days of a year from twelve months inside or outside the edge, shape (places, 12).

    1 is inside, 0 outside, NaN unknown. The label is `edge`, the uncertainty 30 days; there are no dates and
    no trend.
    """
    inside = np.asarray(ice, dtype=float)
    return _counted("edge", np.sum(1 - inside, axis=1) * _MONTH_DAYS, _EDGE_DAYS)


def _counted(label: str, days: NDArray[np.float64], uncertainty: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "input": label,
            "open_water_days": days,
            "open_water_low_days": np.maximum(days - uncertainty, 0.0),
            "open_water_high_days": np.minimum(days + uncertainty, 365.0),
        }
    )
