"""DMI's ice charts of Greenland's waters in SIGRID-3: total concentration and oldest ice by area."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Geod

from layers.crs import POLAR, chart_to_polar
from layers.errors import SourceError
from layers.ice.charts import AREA_KINDS, code_of
from pipelines.source import Remote
from pipelines.sources.planned_features import feature_source, shapefile

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

__all__ = ["SOURCES"]

_NAME = "{day:%Y%m%d%H%M}_{area}_RIC/{day:%Y%m%d%H%M}_{area}_RIC{part}"
_EARTH = Geod(ellps="WGS84")
_AREA_SHARE = 0.03  # in six charts an area is at most 1.4 % off the median, which is 0.976 to 1.007
_AREAS = ("CapeFarewell", "CapeFarewell2", "NorthEast", "SouthWest")


def _chart(path: Path) -> gpd.GeoDataFrame:
    """Return the areas of a chart except land, with concentration in words and the code of the oldest ice."""
    raw = shapefile(path)
    _check_areas(raw, path)
    raw = raw[raw["POLY_TYPE"] != "L"].reset_index(drop=True)
    stage = raw["SA"].map(code_of)
    # Edges run straight on the map that the chart was drawn on, not along parallels.
    return raw.set_geometry(chart_to_polar(raw.geometry.to_numpy(), raw.crs), crs=POLAR).assign(
        key=[f"{path.stem}-{n}" for n in range(len(raw))],
        kind=raw["POLY_TYPE"].map(AREA_KINDS),
        status=[_tenths(code_of(code)) for code in raw["CT"]],
        detail="stage of development " + stage.where(~stage.isin(["-9", ""]), "not stated"),
    )


def _check_areas(raw: gpd.GeoDataFrame, path: Path) -> None:
    """Refuse a chart in which an area is not as large as its column AREA says; `raw` is in degrees.

    AREA is in m2 on the map of the chart, of which the scale varies with the chart and little within it. So
    each is held to the median of all.

    Raises
    ------
    SourceError
        If an area is more than 3 % off, or all are by a tenth.
    """
    if "AREA" not in raw or not len(raw):
        return
    found = np.abs([_EARTH.geometry_area_perimeter(shape)[0] for shape in raw.geometry])
    share = found / raw["AREA"].to_numpy(dtype=float)
    usual = np.median(share)
    off = ~(np.abs(share / usual - 1) <= _AREA_SHARE) | ~(abs(usual - 1) <= 0.1)
    if off.any():
        row = int(np.argmax(off))
        msg = (
            f"{path.name}, area {row}: expected {raw['AREA'].iloc[row]:g} m2, as AREA says, found "
            f"{found[row]:g}: the file contradicts itself, fetch it again"
        )
        raise SourceError(msg)


def _tenths(code: str) -> str | None:
    """Return a code of total concentration (CT) in words; None where it is not stated."""
    # SIGRID-3 (WMO/TD-No. 1214): two digits are a range, 91 is 9 to 10.
    words = {"": None, "-9": None, "99": None, "92": "10 tenths", "91": "9 to 10 tenths", "98": "ice free",
             "55": "ice free", "01": "less than 1 tenth", "02": "bergy water"}  # fmt: skip
    if code in words:
        return words[code]
    low, high = code[0], code[1:]
    return f"{low} to {high} tenths" if high not in {"", "0"} else f"{low} tenths"


def _day(path: Path) -> date:
    return date(int(path.name[:4]), int(path.name[4:6]), int(path.name[6:8]))


SOURCES = (
    feature_source(
        "polygon", {"key": "key", "kind": "kind", "status": "status", "detail": "detail"},
        parse=_chart, dated=lambda path: _day(path).isoformat(),
        id="dmi_ice_charts",
        planned_for="the charts of `arctic-picture polaris`",
        title="Regional ice charts of Greenland (SIGRID-3)",
        publisher="Danish Meteorological Institute", licence="free use with source",
        citation="DMI ice charts, SIGRID-3", homepage="https://download.dmi.dk/public/ICESERVICE/",
        as_of="2014-05-01", made="total concentration in tenths as stated; coarse, for planning only",
        remotes=tuple(
            Remote(
                "https://download.dmi.dk/public/ICESERVICE/SIGRID3/{day:%Y}/"
                + _NAME.replace("{area}", area).replace("{part}", part),
                "sea_ice/ice_charts/" + _NAME.replace("{area}", area).replace("{part}", part),
                "bytes",
                part=area.lower(),
                probe=_day,
                only_named="a chart is named by its minute: --day 2014-05-01T10:00",
            )
            for area in _AREAS
            for part in (".shp", ".shx", ".dbf", ".prj")
        ),
    ),
)  # fmt: skip
