"""The trend of the extent by month: slopes by hand, months after the day, too few years."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from layers.ice.extent_trends import SEA_ICE_TRENDS


def table(month: int, first: int, values: list[float | None]) -> pd.DataFrame:
    years = range(first, first + len(values))
    return pd.DataFrame(
        {
            "year": list(years), "month": month, "extent_million_km2": pd.array(values, dtype="Float64"),
            "source_id": "own", "as_of": [f"{year}-{month:02d}-28" for year in years],
        }
    )  # fmt: skip


def trends(frame: pd.DataFrame, day: date = date(2050, 1, 1)) -> pd.DataFrame:
    assert SEA_ICE_TRENDS.derive is not None
    return SEA_ICE_TRENDS.derive(sea_ice_monthly=frame, day=day).set_index("month")


def test_a_straight_loss_is_its_own_trend():
    """Minus 0.08 a year is minus 0.8 in ten years, whatever two years lack."""
    values = [8 - 0.08 * year for year in range(40)]
    found = trends(
        table(9, 1979, [None if place in {5, 11} else value for place, value in enumerate(values)])
    )
    row = found.loc[9]
    assert row["change_million_km2"] == pytest.approx(-0.8)
    assert row["change_low_million_km2"] == row["change_high_million_km2"] == pytest.approx(-0.8)
    assert (row["first_year"], row["last_year"], row["years_counted"]) == (1979, 2018, 38)
    assert row["as_of"] == "2018-09-28"


def test_a_few_years_give_no_trend_and_years_after_the_day_do_not_count():
    values = [8 - 0.08 * year for year in range(40)]
    assert not len(trends(table(9, 1979, values[:29])))
    turned = table(9, 1979, [*values[:32], *(20.0,) * 30])
    assert trends(turned, date(2010, 12, 31)).loc[9, "change_million_km2"] == pytest.approx(-0.8)
    assert trends(turned).loc[9, "change_million_km2"] > -0.8


def test_the_interval_holds_the_slope_of_the_record(picture):
    found = picture.tables["sea_ice_trends"].set_index("month")
    assert list(found.index) == list(range(1, 13))
    assert (found["change_low_million_km2"] < found["change_million_km2"]).all()
    assert (found["change_million_km2"] < found["change_high_million_km2"]).all()
    # The median of all slopes between two Septembers, counted here again.
    monthly = picture.tables["sea_ice_monthly"]
    rows = monthly[(monthly["month"] == 9) & monthly["extent_million_km2"].notna()]
    year, value = (rows[name].to_numpy(dtype=float) for name in ("year", "extent_million_km2"))
    slopes = [
        (value[b] - value[a]) / (year[b] - year[a]) for a in range(len(year)) for b in range(a + 1, len(year))
    ]
    assert found.loc[9, "change_million_km2"] == pytest.approx(10 * np.median(slopes), abs=1e-3)
