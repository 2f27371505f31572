"""Open-water season of a place at a level of global warming, from its own record (method §7.2).

Levels are degrees of warming, not years. The sensitivity is the Theil-Sen slope of open days on global mean
surface temperature, so it includes all that changed with temperature. Beyond twice the warming of the record
a result is marked as extrapolated. A place without a significant trend, or one that is always or never open,
has no sensitivity: the range of its record is used instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.ice.daily import SYNTHETIC

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from layers.ice.seasons import Seasons

__all__ = [
    "LEVELS_DEGC",
    "PUBLISHED_LOSS",
    "sensitivity",
    "september_loss",
    "smoothed",
    "warmed_seasons",
    "whole_area",
]

LEVELS_DEGC = (1.5, 2.0, 3.0, 4.0)

# Loss of September ice area, million km2 per degC, by dataset and period: Notz & Stroeve 2018, Table 1
# (PMC6411203).
PUBLISHED_LOSS = (2.6, 4.1)
# Area around the pole that was not observed, million km2, by its first September (Fetterer et al. 2017, Sea
# Ice Index, doi:10.7265/N5K072F8). The published area excludes it, so its decrease reads as growth of ice.
_POLE_HOLE = ((1979, 1.19), (1987, 0.31), (2008, 0.029))
_WINDOW = 5
_BLOCK_YEARS = 5
_DRAWS = 5_000  # bootstrap samples
_BASE = (1991, 2020)  # years of the climatology to which the change is added
_FURTHEST = 2.0  # times the warming in the record
_BAND = (0.05, 0.95)
# Limits memory: 32 MB of slopes in one block.
_PAIRS_AT_ONCE = 4_000_000


def smoothed(gmst_degc: ArrayLike) -> NDArray[np.float64]:
    """Return the running mean of global mean surface temperature over five years, fewer at the two ends."""
    values = np.asarray(gmst_degc, dtype=float)
    kernel = np.ones(_WINDOW)
    return np.convolve(values, kernel, "same") / np.convolve(np.ones(len(values)), kernel, "same")


def sensitivity(
    days: NDArray[np.float64], gmst_degc: ArrayLike, *, draws: int = _DRAWS, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the slope of each row on smoothed temperature, days per degC, with its 5 and 95 % ends.

    `days` is (places, years), NaN if a year has no season; `gmst_degc` is by year. The band comes from a
    moving-block bootstrap of the residuals in blocks of five years (Kuensch 1989,
    doi:10.1214/aos/1176347265). `draws` is the number of bootstrap samples. All places share the samples, so
    the order of the places does not matter. A row with fewer than ten valid years is NaN.
    """
    warm = smoothed(gmst_degc)
    first, second = np.triu_indices(len(warm), 1)
    apart = warm[second] - warm[first]
    able = np.abs(apart) > 1e-9
    first, second, apart = first[able], second[able], apart[able]
    # Blocks of years keep the correlation of consecutive years in the samples.
    starts = np.random.default_rng(seed).integers(
        0, len(warm) - _BLOCK_YEARS + 1, (draws, -(-len(warm) // _BLOCK_YEARS))
    )
    order = (starts[:, :, None] + np.arange(_BLOCK_YEARS)).reshape(draws, -1)[:, : len(warm)]
    slopes = np.full((3, len(days)), np.nan)
    for row, values in enumerate(np.asarray(days, dtype=float)):
        if np.isfinite(values).sum() < 2 * _BLOCK_YEARS:
            continue
        slope = float(np.nanmedian((values[second] - values[first]) / apart))
        rest = values - slope * warm
        rest = np.where(np.isfinite(rest), rest - np.nanmedian(rest), np.nan)
        shifts = _median_slopes(rest[order], first, second, apart)
        slopes[:, row] = slope, *(slope + np.nanquantile(shifts, _BAND))
    return slopes[0], slopes[1], slopes[2]


def _median_slopes(
    rest: NDArray[np.float64], first: NDArray[np.intp], second: NDArray[np.intp], apart: NDArray[np.float64]
) -> NDArray[np.float64]:
    many = max(_PAIRS_AT_ONCE // len(apart), 1)
    gaps = bool(np.isnan(rest).any())
    middle = np.nanmedian if gaps else np.median
    return np.concatenate(
        [
            middle((part[:, second] - part[:, first]) / apart, axis=1)
            for part in (rest[at : at + many] for at in range(0, len(rest), many))
        ]
    )


def warmed_seasons(
    seasons: Seasons,
    table: pd.DataFrame,
    gmst_degc: ArrayLike,
    levels_degc: Sequence[float],
    *,
    draws: int = _DRAWS,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the open days of every place at each level of warming above 1850-1900, with a 5-95 % band.

    `table` is `season_table(seasons)`; `gmst_degc` is by the years of `seasons`. `basis` is `sensitivity`, or
    `record` where a place has no sensitivity: then the band is the 5-95 % range of the record and there is no
    central value.
    """
    days = seasons.metrics["open_water_days"].astype(float)
    warm = smoothed(gmst_degc)
    within = (seasons.years >= _BASE[0]) & (seasons.years <= _BASE[1])
    base = float(np.mean(np.asarray(gmst_degc, dtype=float)[within]))
    furthest = base + _FURTHEST * float(warm[-1] - warm[0])
    has_slope = (
        table["is_open_water_days_trend"].to_numpy(dtype=bool) & table["open_water_days_median"].notna()
    ).to_numpy()
    slope, low, high = (np.full(len(days), np.nan) for _ in range(3))
    slope[has_slope], low[has_slope], high[has_slope] = sensitivity(
        days[has_slope], gmst_degc, draws=draws, seed=seed
    )
    middle = table["open_water_days_median"].to_numpy(dtype=float)
    record = _range_of(days)
    mark = f", {SYNTHETIC}" if seasons.product == SYNTHETIC else ""
    rows = []
    for level in levels_degc:
        shift = level - base
        # A level below the base of the record has a negative shift, which swaps the two ends.
        ends = np.sort(np.stack([middle + low * shift, middle + high * shift]), axis=0)
        rows.append(
            pd.DataFrame(
                {
                    "place_id": seasons.ids,
                    "input": f"daily{mark}",
                    "warming_degc": level,
                    "basis": np.where(has_slope, "sensitivity", "record"),
                    "open_water_days_per_degc": slope,
                    "open_water_days": np.clip(middle + slope * shift, 0, 365),
                    "open_water_low_days": np.where(has_slope, np.clip(ends[0], 0, 365), record[0]),
                    "open_water_high_days": np.where(has_slope, np.clip(ends[1], 0, 365), record[1]),
                    "is_extrapolated": has_slope & (level > furthest),
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def _range_of(days: NDArray[np.float64]) -> NDArray[np.float64]:
    some = np.isfinite(days).any(axis=1)
    ends = np.full((2, len(days)), np.nan)
    if some.any():
        ends[:, some] = np.nanquantile(days[some], _BAND, axis=1)
    return ends


def whole_area(area_million_km2: ArrayLike, years: ArrayLike) -> NDArray[np.float64]:
    """Return the September area with the area around the pole that was not observed, as full ice."""
    first, hole = np.array(_POLE_HOLE).T
    at = np.searchsorted(first, np.asarray(years), side="right") - 1
    return np.asarray(np.asarray(area_million_km2, dtype=float) + hole[at])


def september_loss(area_million_km2: ArrayLike, gmst_degc: ArrayLike) -> dict[str, Any]:
    """Return the loss of September area per degC in a record, and whether it lies in the published range.

    This checks the sum of the cells and does not change the places. A mismatch is stated in `note`.
    """
    values = np.asarray(area_million_km2, dtype=float)[None, :]
    slope, steep, flat = (float(part[0]) for part in sensitivity(values, gmst_degc))
    loss, (low, high) = -slope, PUBLISHED_LOSS
    inside = bool(low <= loss <= high)
    relation = "within" if inside else "outside of"
    return {
        "loss_million_km2_per_degc": loss,
        "loss_low_million_km2_per_degc": -flat,
        "loss_high_million_km2_per_degc": -steep,
        "is_published": inside,
        "note": f"{loss:.1f} million km2 per °C, {relation} the published {low:g} to {high:g}",
    }
