"""CMIP6: northern sea ice extent of one model run, as derived by others from its concentration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipelines.source import Remote
from pipelines.sources.sea_ice.ice_samples import complete, opened, refuse
from pipelines.sources.series import series_source

if TYPE_CHECKING:
    from pathlib import Path

_FIRST_YEAR, _MONTH_DAYS, _YEAR_DAYS = 1850, 30, 360
_MOST = 20.0
_MADE = "2022-12-05"  # when the runs were merged, says the file's own history


def _extent(path: Path) -> pd.DataFrame:
    """Extent by month, million km2; the calendar has twelve months of thirty days.

    The series lies on `time_bnds`, an axis without attributes, that equals `time`.
    """
    with opened(path) as raw, complete(path):
        values = raw["siextentn"].to_numpy().astype(float)
        days, axis = raw["time_bnds"].to_numpy(), raw["time"]
        calendar = (axis.attrs["calendar"], axis.attrs["units"])
        run = "_".join(str(raw.attrs[name]) for name in ("source_id", "experiment_id", "variant_label"))
        same = np.array_equal(days, axis.to_numpy())
    if calendar != ("360_day", "days since 1850-01-01") or not same:
        raise refuse(path, "days of a 360-day calendar since 1850, twice alike", f"{calendar}")
    wrong = ~((values >= 0) & (values <= _MOST))
    if wrong.any():
        raise refuse(path, f"extents of 0...{_MOST:g} million km2", f"{values[wrong][0]:g}")
    month = (days // _MONTH_DAYS).astype(int)
    if not np.array_equal(np.diff(month), np.ones(len(month) - 1)):
        raise refuse(path, "a month after the other", "others")
    per_year = _YEAR_DAYS // _MONTH_DAYS
    date = [f"{_FIRST_YEAR + m // per_year}-{m % per_year + 1:02d}-01" for m in month.tolist()]
    return pd.DataFrame(
        {"date": date, "place": "northern hemisphere", "quantity": "sea ice extent", "value": values,
         "unit": "million km2", "detail": f"projection, {run}; derived from siconc", "as_of": _MADE}
    )  # fmt: skip


SOURCES = (
    series_source(
        _extent, id="cmip6_ukesm_extent", title="CMIP6 UKESM1-0-LL ssp585, northern sea ice extent",
        publisher="Met Office Hadley Centre; derived in ArcticWATCH", licence="CC-BY-SA-4.0",
        citation="UKESM1-0-LL model output prepared for CMIP6; siextentn by F. Massonnet, ArcticWATCH",
        homepage="https://github.com/fmassonn/ArcticWATCH", as_of=_MADE,
        made="one run of one model to 2100: a projection, never a date for a node",
        remotes=(
            Remote(
                "https://raw.githubusercontent.com/fmassonn/ArcticWATCH/master/RILEsPaper/allsiextentn/"
                "siextentn_SImon_UKESM1-0-LL_ssp585_r1i1p1f2_gn_201501-210012.nc",
                "climate/cmip6_siextentn_SImon_UKESM1-0-LL_ssp585_r1i1p1f2_201501-210012.nc",
                "netcdf",
            ),
        ),
    ),
)  # fmt: skip
