"""PIOMAS: Arctic sea ice volume by month, of a model that takes observations in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pipelines.read_helpers import read_rows, to_number
from pipelines.source import Remote
from pipelines.sources.sea_ice.ice_samples import refuse
from pipelines.sources.series import series_source

if TYPE_CHECKING:
    from pathlib import Path

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOST = 40.0  # thousand km3; the record reaches 33
_NOT_YET = -1.0  # a month that has not been


def _volumes(path: Path) -> pd.DataFrame:
    """Monthly volume; a year is written 1979.00, a month to come is -1."""
    raw = read_rows(path, expect=["year", *_MONTHS]).apply(to_number)
    wrong = raw["year"].isna() | (raw["year"] % 1 != 0)
    if wrong.any():
        raise refuse(path, "whole years", f"row {int(wrong.idxmax()) + 2}")
    long = raw.melt(id_vars="year", value_vars=list(_MONTHS), var_name="month")
    value = long["value"].where(long["value"] != _NOT_YET)
    strange = value.notna() & ~value.between(0, _MOST)
    if strange.any():
        raise refuse(path, f"volumes of 0...{_MOST:g} thousand km3", f"{value[strange].iloc[0]:g}")
    number = long["month"].map({name: place for place, name in enumerate(_MONTHS, 1)})
    date = long["year"].astype(int).astype(str) + "-" + number.astype(str).str.zfill(2) + "-01"
    told = value.notna()
    return pd.DataFrame(
        {"date": date, "place": "Arctic", "quantity": "sea ice volume", "value": value,
         "unit": "thousand km3", "detail": "model with assimilation, version 2.1"}
    )[told]  # fmt: skip


SOURCES = (
    series_source(
        _volumes, id="piomas_volume", title="PIOMAS Arctic sea ice volume, monthly, version 2.1",
        publisher="Polar Science Center, University of Washington", licence="none stated; cite",
        citation="Zhang and Rothrock 2003; Schweiger et al. 2011, doi:10.1029/2011JC007084",
        homepage="https://psc.apl.uw.edu/research/projects/arctic-sea-ice-volume-anomaly/",
        as_of="2024-12-01", made="twelve columns as rows; months to come are left out",
        remotes=(
            Remote(
                "https://psc.apl.uw.edu/wordpress/wp-content/uploads/schweiger/ice_volume/"
                "PIOMAS.monthly.Current.v2.1.csv",
                "sea_ice/PIOMAS.monthly.Current.v2.1.csv",
                at_least_rows=40,
            ),
        ),
    ),
)  # fmt: skip
