"""h_level, relative sea level: projected at the nearest tide gauge, method §2.4 (decision 0008)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.crs import distance_km, unit_vectors

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from layers.assessed.book import Book

__all__ = ["add_sea_level", "level_score"]

_REACH_KM = 100.0  # beyond it the land may move at another rate
_RISE_M, _FALL_M = 1.0, 0.5  # anchors by convention (method §2.4)


def level_score(
    low_m: NDArray[np.float64], high_m: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest and highest score of a change of level that lies in `low_m`..`high_m` (metres).

    One change scores max(rise / 1 m, fall / 0.5 m), clipped to 1; an interval that holds no change
    can be harmless.
    """

    def score(change: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.clip(np.maximum(change / _RISE_M, -change / _FALL_M), 0.0, 1.0)

    ends = np.stack([score(low_m), score(high_m)])
    straddles = (low_m <= 0) & (high_m >= 0)
    return np.where(straddles, 0.0, ends.min(axis=0)), ends.max(axis=0)


def add_sea_level(
    book: Book, where: NDArray[np.bool_], projections: pd.DataFrame, trends: pd.DataFrame
) -> None:
    """Write relative sea level in 2100 of the sites of `where`; unknown beyond 100 km of a gauge."""
    if projections.empty:
        projections = projections.reindex([0])  # a gauge that is nowhere is near nothing
    lon, lat = (book.sites[f"{name}_deg"].to_numpy(dtype=float) for name in ("longitude", "latitude"))
    at_lon, at_lat = (projections[f"{name}_deg"].to_numpy(dtype=float) for name in ("longitude", "latitude"))
    nearest = (unit_vectors(lon, lat) @ unit_vectors(at_lon, at_lat).T).argmax(axis=1)
    km = distance_km(lon, lat, at_lon[nearest], at_lat[nearest])
    gauge = projections.iloc[nearest]
    held = km <= _REACH_KM
    low, central, high = (
        np.where(held, gauge[name].to_numpy(dtype=float), np.nan) for name in ("low_m", "central_m", "high_m")
    )
    score, score_high = level_score(low, high)
    seen = _observed(trends)
    note = [
        _told(row, apart, seen.get(row.psmsl_id, ""))
        if near
        else f"no projected tide gauge within {_REACH_KM:.0f} km; the gridded projections are not held"
        for row, apart, near in zip(gauge.itertuples(), km, held, strict=True)
    ]
    book.add(
        where,
        ("hazard", "h_level", "relative_sea_level"),
        np.where(held, score, np.nan),
        value=central,
        unit="m by 2100",
        source=np.where(held, "own_sea_level_projections", "ipcc_ar6_sea_level"),
        as_of="2021-08-09",
        note=np.array(note, dtype=object),
        score_high=score_high,
    )


def _told(row: object, km: float, observed: str) -> str:
    low, central, high = row.low_m, row.central_m, row.high_m  # type: ignore[attr-defined]
    sign = "may fall (depth is lost) or rise (flooding)"
    if high < 0:
        sign = "level falls: depth is lost"
    elif low >= 0:
        sign = "level rises: flooding"
    return (
        f"{sign}; AR6, 2100 against 1995-2014, gauge {row.name} at {km:.0f} km: {low:+.2f} m "  # type: ignore[attr-defined]
        f"(SSP1-2.6, 17 %) to {high:+.2f} m (SSP5-8.5, 83 %), {central:+.2f} m (SSP2-4.5, median){observed}"
    )


def _observed(trends: pd.DataFrame) -> dict[int, str]:
    """The trend that runs longest towards today, in words, by gauge."""
    latest = trends.sort_values("last_year", kind="stable").drop_duplicates("psmsl_id", keep="last")
    return {
        int(row.psmsl_id): f"; observed {row.trend_mm_per_year:+.1f} +/- {row.uncertainty_mm_per_year:.1f} "
        f"mm per year, {row.first_year}-{row.last_year}"
        for row in latest.itertuples()
    }
