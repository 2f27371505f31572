"""Checks of a daily series of sea ice extent in million km2: gaps, steps, sensors and the time of year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.intake.findings import Finding

__all__ = ["SEASON_MARGIN", "STEP_HOLD", "daily_extent"]

# Million km2 a day. No melt or freeze explains a larger step, so it is likely an error of the series.
STEP_HOLD, STEP_WARN = 0.5, 0.25
SEASON_MARGIN = 1.0  # million km2 beyond the record of that day of the year, so that a new record passes


def daily_extent(new: pd.DataFrame, old: pd.DataFrame | None) -> list[Finding]:
    """Findings on the new days of a series: gaps, steps from day to day, the sensor, and the time of year.

    `new` and `old` have the columns `date` and `extent_million_km2`. The new days are those that `old` does
    not have; without `old` they are the last 30 days. A missing value is held, and so is an extent far beyond
    all earlier ones of that day of the year. A large step is held or a warning. Another sensor is a warning.
    """
    table = new.sort_values("date")
    day = pd.to_datetime(table["date"])
    extent = table["extent_million_km2"]
    is_new = (
        ~table["date"].isin(old["date"]) if old is not None else day > day.max() - np.timedelta64(30, "D")
    )
    findings = []
    if extent[is_new].isna().any():
        at = table["date"][is_new & extent.isna()].iloc[0]
        findings.append(Finding("value", "hold", f"expected an extent of each new day, found none at {at}"))
    step = (extent.diff().abs() / day.diff().dt.days).where(is_new)
    widest = step.max()
    if widest > STEP_WARN:
        at = table["date"][step.idxmax()]
        text = f"expected a step of at most {STEP_WARN:g} million km2 a day, found {widest:.2f} at {at}"
        findings.append(Finding("step", "hold" if widest > STEP_HOLD else "warn", text))
    if "sensor_note" in table and is_new.any() and not is_new.all():
        other = sorted(set(table["sensor_note"][is_new]) - {table["sensor_note"][~is_new].iloc[-1]})
        if other:
            findings.append(Finding("sensor", "warn", f"new days come from {other[0]}: a step for any trend"))
    season = extent[~is_new].groupby(day[~is_new].dt.day_of_year).agg(["min", "max"])
    bounds = season.reindex(day[is_new].dt.day_of_year)
    off = (extent[is_new].to_numpy() < bounds["min"].to_numpy() - SEASON_MARGIN) | (
        extent[is_new].to_numpy() > bounds["max"].to_numpy() + SEASON_MARGIN
    )
    if off.any():
        at = table["date"][is_new][off].iloc[0]
        findings.append(
            Finding("season", "hold", f"expected an extent of that time of year, found another at {at}")
        )
    return findings
