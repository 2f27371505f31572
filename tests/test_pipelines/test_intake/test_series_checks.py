"""A daily series of ice extent: values, steps, sensors and seasons of the days that are new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

if TYPE_CHECKING:
    pass

from checked_tables import outcomes as all_outcomes

from pipelines.intake.series_checks import daily_extent, daily_mean, monthly_mean
from pipelines.intake.tables import embedded_table
from pipelines.sources import source


def outcomes(new: pd.DataFrame, old: pd.DataFrame | None, name: str) -> dict[str, str]:
    """The outcomes of all checks but one: the made-up days are not those of the embedded months."""
    return {rule: outcome for rule, outcome in all_outcomes(new, old, name).items() if rule != "mean"}


def days(extent: dict[str, float]) -> pd.DataFrame:
    dates = list(extent)
    return pd.DataFrame(
        {
            "feature_id": dates, "name": dates, "source_id": "nsidc_sea_ice_index", "as_of": dates,
            "date": dates, "extent_million_km2": list(extent.values()),
        }
    )  # fmt: skip


def series(until: str, **last: float) -> pd.DataFrame:
    """Three years of 10 million km2, the last days otherwise."""
    made = {d.strftime("%Y-%m-%d"): 10.0 for d in pd.date_range("2023-09-01", until)}
    return days(made | {day.replace("_", "-").removeprefix("d"): value for day, value in last.items()})


@pytest.mark.parametrize(
    ("value", "outcome"),
    [(10.2, {}), (10.3, {"step": "warn"}), (9.7, {"step": "warn"}), (10.6, {"step": "hold"}),
     (5.0, {"step": "hold", "season": "hold"}), (10.9, {"step": "hold"}),
     (11.1, {"step": "hold", "season": "hold"})],
)  # fmt: skip
def test_a_step_of_the_ice_that_has_no_melt_behind_it(value, outcome):
    old = series("2026-09-10")
    new = series("2026-09-11", d2026_09_11=value)
    assert outcomes(new, old, "nsidc_sea_ice_index") == outcome


def test_a_step_over_a_gap_is_by_the_day():
    old = series("2026-09-10")
    made = pd.concat([old, days({"2026-09-13": 10.6})], ignore_index=True)
    assert outcomes(made, old, "nsidc_sea_ice_index") == {}, "0.2 million km2 a day"


def test_a_step_long_ago_is_not_news():
    old = series("2026-09-10", d2024_03_05=11.0)
    new = series("2026-09-11", d2024_03_05=11.0)
    assert outcomes(new, old, "nsidc_sea_ice_index") == {}


def test_a_new_day_without_a_value_is_held():
    old = series("2026-09-10")
    assert outcomes(series("2026-09-11", d2026_09_11=np.nan), old, "nsidc_sea_ice_index") == {"value": "hold"}
    gap = series("2026-09-10", d2024_03_05=np.nan)
    assert outcomes(gap, gap, "nsidc_sea_ice_index") == {}, "known long since"


def test_a_new_sensor_is_marked():
    old = series("2026-09-10").assign(sensor_note="SSMIS (DMSP F18), NSIDC-0081")
    new = series("2026-09-11").assign(sensor_note=[*old["sensor_note"], "AMSR2 (GCOM-W1), NSIDC-0803"])
    assert outcomes(new, old, "nsidc_sea_ice_index") == {"sensor": "warn"}
    same = series("2026-09-11").assign(sensor_note="SSMIS (DMSP F18), NSIDC-0081")
    assert outcomes(same, old, "nsidc_sea_ice_index") == {}


def test_a_day_of_long_ago_with_another_value_is_seen_by_its_step_or_the_mean_of_its_month():
    """The embedded series is whole; then one digit of a day, and a tenth on all days of a month."""
    good = embedded_table(source("nsidc_sea_ice_index"))
    assert good is not None
    assert [row for row in daily_extent(good, good) if row.outcome == "hold"] == []
    assert daily_mean(good, good) == []
    extent = good["extent_million_km2"]
    one = good.assign(extent_million_km2=extent.where(good["date"] != "2001-03-01", extent - 1.0))
    [finding] = [row for row in daily_extent(one, good) if row.outcome == "hold"]
    assert (finding.rule, "2001-03-0" in finding.found) == ("step", True)
    more = good.assign(extent_million_km2=extent + 0.15 * good["date"].str.startswith("2001-03"))
    [finding] = daily_mean(more, good)
    assert finding.rule == "mean"
    assert "in 2001-03, as the monthly series says" in finding.found


def test_a_month_that_is_not_the_mean_of_its_days_is_held():
    good = embedded_table(source("nsidc_sea_ice_index_monthly"))
    assert good is not None
    assert monthly_mean(good, None) == []
    extent = good["extent_million_km2"]
    wrong = good.assign(extent_million_km2=extent.where(good["feature_id"] != "nh-2001-03", extent - 1.0))
    assert [row.rule for row in monthly_mean(wrong, None)] == ["mean"]
    area = good["area_million_km2"]
    wrong = good.assign(area_million_km2=area.where(good["feature_id"] != "nh-2001-03", 19.0))
    assert [row.rule for row in monthly_mean(wrong, None)] == ["area"]
