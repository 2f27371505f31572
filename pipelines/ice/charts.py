"""The risk index of every class of ship in the charted areas of a SIGRID-3 chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

from layers.crs import POLAR, geographic_to_polar
from layers.errors import SourceError
from layers.ice.charts import chart_bounds
from pipelines.ice.isochrones import write_areas
from pipelines.ice.passages import read_polaris
from pipelines.ice.route_page import NOTE
from pipelines.sources.planned_features import shapefile

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["charted", "write_chart"]

# Columns of SIGRID-3: total concentration, stages of development, and the type of the area ("L" is land).
_COLUMNS = ("CT", "SA", "SB", "SC", "CN", "POLY_TYPE")


def charted(path: Path) -> gpd.GeoDataFrame:
    """The areas of a chart without its land, EPSG:3413, a row for each area and class of ship.

    The columns are those of `layers.ice.charts.chart_bounds`, with `chart` and `note`.

    Raises
    ------
    SourceError
        If the file is not a chart in SIGRID-3.
    """
    if path.suffix not in {".shp", ".zip"}:
        msg = (
            f"{path.name}: expected a shapefile, .shp or .zip, found {path.suffix or 'no suffix'}: export it"
        )
        raise SourceError(msg)
    try:
        raw = shapefile(path)
    except (OSError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        msg = f"{path.name}: expected a shapefile that can be read, found {reason}: download it again"
        raise SourceError(msg) from error
    if lacking := [name for name in _COLUMNS if name not in raw]:
        msg = f"{path.name}: expected the columns {', '.join(_COLUMNS)} of SIGRID-3, found no {lacking[0]}"
        raise SourceError(msg)
    # Land has no ice, and its fields of ice are empty.
    sea = raw[raw["POLY_TYPE"] != "L"].reset_index(drop=True)
    bounds = chart_bounds(sea, read_polaris())
    shapes = geographic_to_polar(sea.geometry.to_numpy())
    return gpd.GeoDataFrame(
        bounds.assign(chart=path.stem, note=NOTE), geometry=shapes[bounds["area"].to_numpy()], crs=POLAR
    )


def write_chart(areas: gpd.GeoDataFrame, chart: Path, folder: Path) -> Path:
    """Write the areas of a chart as `polaris-<name of the chart>.gpkg` into `folder`; returns the path.

    Raises
    ------
    ExportError
        If the file cannot be written.
    """
    return write_areas(areas, folder / f"polaris-{chart.stem.lower()}.gpkg", "polaris")
