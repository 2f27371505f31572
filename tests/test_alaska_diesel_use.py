"""Diesel of Alaska's villages in winter: a case by hand, and the reports of the state."""

from pathlib import Path

import pandas as pd
import pytest

from benchmarks.alaska_diesel_use import winter_use

_ROWS = [
    ("VIK", "JANUARY", 2020, 1000), ("VIK", "JANUARY", 2020, 100),  # two plants of one month
    ("VIK", "FEBRUARY", 2020, 0),  # not reported
    ("VIK", "MARCH", 2020, 930),
    ("VIK", "JULY", 2020, 9000),  # no winter
    ("NES", "FEBRUARY", 2021, -50),
]  # fmt: skip


def test_the_median_winter_day_by_hand() -> None:
    """1,100 gallons in 31 days are 134.32 l a day, 930 are 113.56: their median is 123.94."""
    reports = pd.DataFrame(_ROWS, columns=["community", "umr_month", "calendar_year", "fuel_used_gallons"])
    [row] = winter_use(reports).to_dict("records")
    assert (row["community"], row["months"]) == ("VIK", 2)
    assert row["use_l_per_day"] == pytest.approx(123.94, abs=0.01)


@pytest.mark.shared
def test_the_reports_of_the_state(mirror: Path) -> None:
    """Nome reports 160,000 to 200,000 gallons a winter month of 2025: 20,000 to 25,000 l a day."""
    path = mirror.parent / "more" / "social" / "alaska_pce_monthly_consolidated.csv.gz"
    use = winter_use(pd.read_csv(path, low_memory=False)).set_index("community")
    assert len(use) > 150
    assert use["use_l_per_day"].gt(0).all()
    assert 18_000 < use.loc["NOME", "use_l_per_day"] < 26_000
