"""SEA_ICE_TRENDS: how the extent of sea ice changes in ten years, a row for each month of the year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.ice.trend import trend
from layers.schema import Column, Layer

if TYPE_CHECKING:
    from datetime import date

__all__ = ["SEA_ICE_TRENDS"]

_LEAST_YEARS = 30  # valid years that a trend needs (method §2.1)
_DECADE = 10.0


def _sea_ice_trends(sea_ice_monthly: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return the trend of each month with enough years; months after `day` do not count."""
    known = sea_ice_monthly[sea_ice_monthly["extent_million_km2"].notna()]
    known = known[known["as_of"] <= day.isoformat()]
    rows = []
    for month, part in known.groupby("month", sort=True):
        years = part["year"].to_numpy(dtype=float)
        found = trend(part["extent_million_km2"].to_numpy(dtype=float), years, least=_LEAST_YEARS)
        if not np.isfinite(found.slope).all():
            continue
        last = part.sort_values("year").iloc[-1]
        rows.append(
            {
                "month": int(str(month)),
                "change_million_km2": round(_DECADE * float(found.slope[0]), 4),
                "change_low_million_km2": round(_DECADE * float(found.low[0]), 4),
                "change_high_million_km2": round(_DECADE * float(found.high[0]), 4),
                "first_year": int(years.min()),
                "last_year": int(years.max()),
                "years_counted": int(found.valid[0]),
                "source_id": last["source_id"],
                "as_of": last["as_of"],
            }
        )
    return pd.DataFrame(rows, columns=[column.name for column in SEA_ICE_TRENDS.all_columns])


SEA_ICE_TRENDS = Layer(
    id="sea_ice_trends",
    title="Change of the extent of sea ice in ten years, by month",
    pillar="environmental",
    geometry="table",
    spine=(),
    key=("month",),
    columns=(
        Column("month", "int", "month of the year", required=True, low=1, high=12),
        Column("change_million_km2", "float", "change of the extent in ten years", "million km2",
               required=True),
        Column("change_low_million_km2", "float", "lower end of its 95 % interval", "million km2",
               required=True),
        Column("change_high_million_km2", "float", "upper end of its 95 % interval", "million km2",
               required=True),
        Column("first_year", "int", "first year", required=True, low=1978, high=2100),
        Column("last_year", "int", "last year", required=True, low=1978, high=2100),
        Column("years_counted", "int", "years with a value", required=True, low=1, high=200),
        Column("source_id", "str", "source", required=True),
        Column("as_of", "str", "date of the latest month, ISO 8601", required=True),
    ),
    note="Median of all pairwise slopes, with Kendall's interval (method §2.1).",
    derive=_sea_ice_trends,
)  # fmt: skip
