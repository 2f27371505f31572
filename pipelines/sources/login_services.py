"""Sources that take an account: ice of Copernicus Marine and Earthdata, ships of BarentsWatch.

Ice is kept as files. No ship is kept: positions become numbers of ships in cells of one degree.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.errors import SourceError
from pipelines.source import Remote, Source
from pipelines.sources.features import feature_source

if TYPE_CHECKING:
    from pathlib import Path

_NO_LATITUDE, _NO_LONGITUDE = 91.0, 181.0  # ITU-R M.1371: position not available
_MMSI_WRONG = 0.01  # share of rows whose MMSI may have other than 9 digits
_AIS = {"mmsi", "latitude", "longitude", "msgtime"}


def _positions(path: Path) -> pd.DataFrame:
    """Last positions of ships, each with the day of its message; those without a place are left out."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    raw = pd.DataFrame(rows if isinstance(rows, list) else [])
    if raw.empty or not set(raw.columns).issuperset(_AIS):
        msg = f"{path.name}: expected rows of {', '.join(sorted(_AIS))}, found {', '.join(raw.columns[:8])}"
        raise SourceError(msg)
    wrong = ~raw["mmsi"].astype("str").str.fullmatch(r"\d{9}")
    if wrong.mean() > _MMSI_WRONG:
        msg = (
            f"{path.name}: expected an MMSI of 9 digits in 99 % of the rows, found {int(wrong.sum())} without"
        )
        raise SourceError(msg)
    lon, lat = (pd.to_numeric(raw[name], errors="coerce") for name in ("longitude", "latitude"))
    placed = ~wrong & lat.notna() & lon.notna() & (lat != _NO_LATITUDE) & (lon != _NO_LONGITUDE)
    if (lat[placed].abs().gt(90) | lon[placed].abs().gt(180)).any():
        msg = f"{path.name}: expected degrees, or 91 and 181 for none, found others: swapped?"
        raise SourceError(msg)
    found = pd.DataFrame({"mmsi": raw["mmsi"].astype("str"), "lon": lon, "lat": lat, "time": raw["msgtime"]})
    return found[placed].drop_duplicates("mmsi").reset_index(drop=True)


def _cells(path: Path) -> gpd.GeoDataFrame:
    """Number of ships by cell of one degree, at its middle."""
    at = _positions(path)
    cells = at.groupby([np.floor(at["lat"]), np.floor(at["lon"])]).size().reset_index(name="ships")
    middle = gpd.points_from_xy(cells["lon"] + 0.5, cells["lat"] + 0.5)
    key = cells["lat"].astype(int).astype("str") + "_" + cells["lon"].astype(int).astype("str")
    told = cells["ships"].astype("str") + " ships"
    return gpd.GeoDataFrame({"key": key, "kind": "ships seen", "detail": told}, geometry=middle, crs=4326)


def _last_day(path: Path) -> str:
    return str(_positions(path)["time"].astype("str").max())[:10]


def _day_of_name(path: Path) -> date:
    named = re.search(r"(\d{4})-?(\d{2})-?(\d{2})", path.name)
    if named is None:
        msg = f"{path.name}: expected a day in the name, found none"
        raise SourceError(msg)
    return date(int(named[1]), int(named[2]), int(named[3]))


def _file(source_id: str, remote: Remote, **row: Any) -> Source:
    """A grid that is fetched and kept whole as a file; the grids of the picture come from open servers."""
    return Source(
        id=source_id, feeds="nodes", as_of="2026-01-01", state="live", remotes=(remote,),
        made="kept as a file, of which length and kind are checked; not tried with an account", **row,
    )  # fmt: skip


SOURCES = (
    _file(
        "copernicus_marine_ice",
        Remote(
            "https://data.marine.copernicus.eu/product/SEAICE_GLO_SEAICE_L4_NRT_OBSERVATIONS_011_001?dataset="
            "osisaf_obs-si_glo_phy-sic-north_nrt_amsr2_l4_P1D-m&filter=*{day:%Y%m%d}*",
            "sea_ice/copernicus/sic_north_amsr2_{day:%Y%m%d}.nc", "netcdf", probe=_day_of_name,
            login="copernicusmarine", only_named="it takes an account",
        ),
        title="Sea ice concentration, AMSR2, daily", publisher="Copernicus Marine Service",
        licence="Copernicus Marine licence, free with attribution",
        citation="SEAICE_GLO_SEAICE_L4_NRT_OBSERVATIONS_011_001, doi:10.48670/moi-00134",
        homepage="https://data.marine.copernicus.eu",
    ),
    _file(
        "earthdata_nsidc_0051",
        Remote(
            "https://cmr.earthdata.nasa.gov/search/granules?short_name=NSIDC-0051&version=2"
            "&temporal={day:%Y-%m-%d}",
            "sea_ice/nsidc0051/NSIDC0051_SEAICE_PS_N25km_{day:%Y%m%d}_v2.0.nc", "netcdf",
            probe=_day_of_name, login="earthdata", only_named="it takes an account",
        ),
        title="Sea ice concentration, NASA Team, version 2 (NetCDF)", publisher="NSIDC DAAC",
        licence="NASA open data, cite DiGirolamo et al. 2022", homepage="https://nsidc.org/data/nsidc-0051",
        citation="DiGirolamo et al. 2022, doi:10.5067/MPYG15WAA4WX",
    ),
    feature_source(
        "point", {"key": "key", "kind": "kind", "detail": "detail"},
        parse=_cells, dated=_last_day, id="barentswatch_ais", title="Ships seen along Norway, last 24 hours",
        publisher="BarentsWatch, Norwegian Coastal Administration", licence="NLOD-2.0",
        citation="BarentsWatch AIS", homepage="https://developer.barentswatch.no", as_of="2026-01-01",
        made="ships counted by cell of one degree, none kept; no ship seen is not no ship there; "
        "tried on a file written by the test in the documented form, with a token of a server on loopback",
        remotes=(
            Remote(
                "https://live.ais.barentswatch.no/v1/latest/combined", "shipping/barentswatch_ais.json",
                "json", login="barentswatch", only_named="it takes an account", fresh_days=1,
            ),
        ),
    ),
)  # fmt: skip
