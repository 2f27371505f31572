"""EMODnet vessel density as areas by class, in hours of ships per square kilometre and month."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import rasterio
from pyproj import CRS

from layers.errors import SourceError
from layers.grid import Grid, class_areas
from pipelines.read_helpers import polygons
from pipelines.source import Inputs, Remote, Source
from pipelines.sources.planned_features import SHAPES, SHIP_TRAFFIC

if TYPE_CHECKING:
    from pathlib import Path

_EPSG, _CELL_M = 3035, 1000.0
_MOST_HOURS = 1e6  # a month has 744 hours, so more would need over a thousand ships in a square kilometre
_BLOCK = 10  # side of a block in cells of 1 km; a map of the Arctic shows no more detail
_BOUNDS = (0.1, 1.0, 10.0, 100.0, np.inf)
_BOX = "2500000,3700000,7400000,6500000"  # EPSG:3035 metres: Europe's waters north of 56 N
_FILE = "shipping/emodnet_vessel_density/vessel_density_all_{day:%Y%m}.tif"


__all__ = ["SOURCES", "month", "read"]


def month(path: Path) -> date:
    """Return the first day of the month in the name of a file; raises SourceError if it has none."""
    match = re.search(r"_(\d{4})(\d{2})\.tif$", path.name)
    if match is None:
        msg = f"{path.name}: expected a name that ends in year and month, found none"
        raise SourceError(msg)
    return date(int(match[1]), int(match[2]), 1)


def _field(path: Path) -> tuple[np.ndarray, Grid]:
    """Return the hours per square kilometre and month as means of blocks of 10 km, and their grid.

    A block is NaN if half or more of its cells have no value.
    """
    with rasterio.open(path, driver="GTiff") as raster:
        properties = f"{raster.crs}, {raster.res} m, bands: {raster.count}, {raster.shape}"
        epsg = raster.crs.to_epsg() if raster.crs else None
        if epsg != _EPSG or raster.res != (_CELL_M, _CELL_M) or raster.count != 1 or max(raster.shape) > 8000:
            msg = f"{path.name}: expected one band of 1 km cells in EPSG:{_EPSG}, found {properties}"
            raise SourceError(msg)
        hours = raster.read(1, masked=True).astype("float64").filled(np.nan)
        corner = raster.transform.c, raster.transform.f
    if np.nanmin(hours, initial=0) < 0 or np.nanmax(hours, initial=0) > _MOST_HOURS:
        msg = f"{path.name}: expected 0 to {_MOST_HOURS:g} hours, found others: its no data is not stated"
        raise SourceError(msg)
    rows, columns = (size // _BLOCK for size in hours.shape)
    blocks = hours[: rows * _BLOCK, : columns * _BLOCK].reshape(rows, _BLOCK, columns, _BLOCK)
    count = (~np.isnan(blocks)).sum(axis=(1, 3))
    mean = np.nansum(blocks, axis=(1, 3)) / np.maximum(count, 1)
    grid = Grid(CRS.from_epsg(_EPSG), (rows, columns), corner, _CELL_M * _BLOCK)
    return np.where(count * 2 > _BLOCK**2, mean, np.nan), grid


def read(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return areas by class of density in EPSG:3413 for the last month at hand."""
    path = inputs.provider_glob(re.sub(r"\{[^}]*\}", "*", _FILE))[-1]
    hours, grid = _field(path)
    areas = class_areas(hours, _BOUNDS, grid, unit="hours a square kilometre and month")
    table = polygons(areas.to_crs(4326))
    number = (table.groupby("name").cumcount() + 1).astype("str")
    return gpd.GeoDataFrame(
        {
            "feature_id": [f"emodnet_vessel_density-{low:g}-{n}" for low, n in
                           zip(table["class_low"], number, strict=True)],
            "name": table["name"], "kind": "vessel density, all ships",
            "detail": f"mean of {_BLOCK} km cells",
            "source_id": "emodnet_vessel_density", "as_of": month(path).isoformat(),
        },
        geometry=table.geometry.to_numpy(), crs=table.crs,
    )  # fmt: skip


SOURCES = (
    Source(
        id="emodnet_vessel_density", feeds="", planned_for=SHIP_TRAFFIC,
        title="Vessel density, all ships, monthly, 1 km",
        publisher="EMODnet Human Activities", licence="CC-BY-4.0", citation="EMODnet Human Activities",
        homepage="https://emodnet.ec.europa.eu/en/human-activities", as_of="2019-01-01", state="live",
        made="mean of 10 km cells, as areas by class; no ship seen is not no ship there; Europe's waters; "
        "tried on a file written by the test in the documented form",
        read=read, shape=SHAPES["polygon"],
        remotes=(
            Remote(
                "https://ows.emodnet-humanactivities.eu/wcs?service=wcs&version=1.0.0&request=getcoverage"
                f"&coverage=emodnet:{{day:%Y_%m}}_st_All&crs=EPSG:{_EPSG}&BBOX={_BOX}&format=image/tiff"
                "&interpolation=nearest&resx=1000&resy=1000",
                _FILE, "tiff", probe=month, at_most_bytes=200_000_000,
                only_named="a coverage is named by its month: --day 2019-01-01",
            ),
        ),
    ),
)  # fmt: skip
