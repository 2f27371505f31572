"""BarentsWatch AIS: the number of ships along Norway in the last 24 hours, in cells of one degree.

The service needs an account. The table holds the number of ships in a cell, and no ship.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.errors import SourceError
from pipelines.source import Remote
from pipelines.sources.planned_features import SHIP_TRAFFIC, feature_source

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SOURCES"]

_NO_LATITUDE, _NO_LONGITUDE = 91.0, 181.0  # ITU-R M.1371: position not available
_MMSI_WRONG = 0.01  # largest share of rows whose MMSI may have another length than 9 digits
_COLUMNS = {"mmsi", "latitude", "longitude", "msgtime"}


def _positions(path: Path) -> pd.DataFrame:
    """Return one position of each ship in degrees of WGS 84, with the time of its message.

    The position is that of the first row with the ship's MMSI. Rows without a position or with an MMSI of
    another length than 9 digits are left out.

    Raises
    ------
    SourceError
        If a column is missing, over 1 % of the rows have such an MMSI, or a position is out of range.
    """
    rows = json.loads(path.read_text(encoding="utf-8"))
    raw = pd.DataFrame(rows if isinstance(rows, list) else [])
    if raw.empty or not set(raw.columns).issuperset(_COLUMNS):
        columns = ", ".join(raw.columns[:8])
        msg = f"{path.name}: expected rows of {', '.join(sorted(_COLUMNS))}, found {columns}"
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
    table = pd.DataFrame({"mmsi": raw["mmsi"].astype("str"), "lon": lon, "lat": lat, "time": raw["msgtime"]})
    return table[placed].drop_duplicates("mmsi").reset_index(drop=True)


def _cells(path: Path) -> gpd.GeoDataFrame:
    """Return the number of ships in each cell of one degree, as a point in the middle of the cell."""
    at = _positions(path)
    cells = at.groupby([np.floor(at["lat"]), np.floor(at["lon"])]).size().reset_index(name="ships")
    middle = gpd.points_from_xy(cells["lon"] + 0.5, cells["lat"] + 0.5)
    key = cells["lat"].astype(int).astype("str") + "_" + cells["lon"].astype(int).astype("str")
    detail = cells["ships"].astype("str") + " ships"
    return gpd.GeoDataFrame({"key": key, "kind": "ships seen", "detail": detail}, geometry=middle, crs=4326)


def _last_day(path: Path) -> str:
    return str(_positions(path)["time"].astype("str").max())[:10]


SOURCES = (
    feature_source(
        "point", {"key": "key", "kind": "kind", "detail": "detail"},
        parse=_cells, dated=_last_day, id="barentswatch_ais", title="Ships seen along Norway, last 24 hours",
        planned_for=SHIP_TRAFFIC,
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
