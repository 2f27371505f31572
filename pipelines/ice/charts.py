"""A charted stage of ice against every class of ship: areas of a SIGRID-3 chart with their risk index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

from layers.crs import POLAR, geographic_to_polar
from layers.errors import SourceError
from layers.ice.charts import chart_bounds
from pipelines.ice.isochrones import write_areas
from pipelines.ice.passages import read_polaris
from pipelines.ice.route_page import NOTE
from pipelines.sources.features import shapefile

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["charted", "write_chart"]

_WANTED = ("CT", "SA", "SB", "SC", "CN", "POLY_TYPE")


def charted(path: Path) -> gpd.GeoDataFrame:
    """Areas of a chart but its land, EPSG:3413, one row an area and class: see `chart_bounds`.

    Raises
    ------
    SourceError
        If the file is no chart in SIGRID-3.
    """
    raw = shapefile(path)
    if lacking := [name for name in _WANTED if name not in raw]:
        msg = f"{path.name}: expected the columns {', '.join(_WANTED)} of SIGRID-3, found no {lacking[0]}"
        raise SourceError(msg)
    sea = raw[raw["POLY_TYPE"] != "L"].reset_index(drop=True)
    told = chart_bounds(sea, read_polaris())
    shapes = geographic_to_polar(sea.geometry.to_numpy())
    return gpd.GeoDataFrame(
        told.assign(chart=path.stem, note=NOTE), geometry=shapes[told["area"].to_numpy()], crs=POLAR
    )


def write_chart(path: Path, folder: Path) -> Path:
    """Write the areas of a chart as a GeoPackage and give its path; raises as `charted`, or ExportError."""
    return write_areas(charted(path), folder / f"polaris-{path.stem.lower()}.gpkg", "polaris")
