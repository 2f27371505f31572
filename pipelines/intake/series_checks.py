"""Checks of the series of sea ice extent, million km2: gaps, steps, sensors, time of year, monthly means."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.intake.findings import Finding
from pipelines.snapshot import source_table

__all__ = ["SEASON_MARGIN", "STEP_HOLD", "daily_extent", "daily_mean", "monthly_mean"]

# Million km2 a day. No melt or freeze explains a larger step, so it is likely an error of the series.
STEP_HOLD, STEP_WARN = 0.5, 0.25
# Of 551 whole months the mean of the days is at most 0.08 million km2 off the monthly file; 99 of 100 are
# within 0.05. The days are counted with a newer version of the index.
_MEAN_HOLD, _LEAST_DAYS = 0.12, 13  # before 1987-08 there is every other day
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
    is_other = is_new
    if old is not None:  # a value of long ago that is another now is news as well
        before = table["date"].map(old.drop_duplicates("date").set_index("date")["extent_million_km2"])
        is_other = is_new | ((extent - before).abs() > STEP_HOLD)
    step = (extent.diff().abs() / day.diff().dt.days).where(is_other)
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


def daily_mean(new: pd.DataFrame, _old: pd.DataFrame | None) -> list[Finding]:
    """A hold if the mean of a month of the daily series `new` is not what the embedded months say."""
    return _means_apart(new, source_table("nsidc_sea_ice_index_monthly"))


def monthly_mean(new: pd.DataFrame, _old: pd.DataFrame | None) -> list[Finding]:
    """A hold if a month of `new` is not the mean of the embedded days, or has more area than extent."""
    findings = _means_apart(source_table("nsidc_sea_ice_index"), new)
    more = new["area_million_km2"] > new["extent_million_km2"]
    if more.any():
        at = new["feature_id"][more].iloc[0][3:10]
        findings.append(Finding("area", "hold", f"expected less area than extent, found more in {at}"))
    return findings


def _means_apart(days: pd.DataFrame, months: pd.DataFrame) -> list[Finding]:
    """A hold if the extent of a month is not the mean of its days; months with many gaps are left out."""
    by = days.groupby(days["date"].str[:7])["extent_million_km2"].agg(["mean", "size"])
    extent = months.set_index(months["feature_id"].str[3:10])["extent_million_km2"]
    # August 1987 has every other day for three weeks and every day for one.
    mean = by["mean"][(by["size"] >= _LEAST_DAYS) & (by.index != "1987-08")]
    apart = (extent - mean).abs()
    if not apart.max() > _MEAN_HOLD:
        return []
    at = apart.idxmax()
    text = f"expected {extent[at]:.2f} million km2 in {at}, as the monthly series says, found a mean of "
    return [Finding("mean", "hold", f"{text}{mean[at]:.2f} of its days")]
