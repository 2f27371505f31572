"""The grids of a picture as cloud-optimised GeoTIFFs in EPSG:3413, for QGIS and every other GIS.

The NetCDF files hold everything; these hold what a map shows: the ice, the sea bed, land, and the
model's air at the scenario. No-data stays no-data, flags keep their codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.climate import sample_field, temperature_degc
from layers.crs import POLAR, lonlat
from layers.errors import ExportError
from layers.grid import LAND_5KM, NSIDC_25KM, Grid

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import xarray as xr
    from numpy.typing import NDArray

    from layers.scenarios import Scenario

__all__ = ["Raster", "rasters", "write_rasters"]

# The model's cells are 1.25 degrees wide (139 km) and the sea bed's 0.1 (11 km).
_MODEL = Grid(POLAR, (180, 180), (-3_600_000.0, 3_600_000.0), 40_000.0)
_SEA_BED = Grid(POLAR, (360, 360), (-3_600_000.0, 3_600_000.0), 20_000.0)
_SOUTH_DEG = 58.0
_MONTHS = 12
_VOID_M, _VOID = -32768, 255
# The blues and warm tones of maps.style: value, colour and what the legend says.
_Stops = tuple[tuple[float, str, str], ...]
_ICE: _Stops = (
    (0, "#2f6d97", "0 %"), (15, "#5f97bb", "15 %"), (50, "#b9d6e6", "50 %"), (100, "#ffffff", "100 %"),
)  # fmt: skip
_BED: _Stops = (
    (-5000, "#3f74a3", "-5000 m"), (-2000, "#6b9fc4", "-2000 m"), (-500, "#92bdd8", "-500 m"),
    (-50, "#bcd8e8", "-50 m"), (0, "#e4f0f6", "0 m"), (1, "#d9d2c3", "land"), (2500, "#8d8577", "2500 m"),
)  # fmt: skip
_AIR: _Stops = (
    (-25, "#40548f", "-25 degC"), (-15, "#7f95c4", "-15 degC"), (-5, "#c9d3e6", "-5 degC"),
    (0, "#f7f5ee", "0 degC"), (5, "#fbb45c", "5 degC"), (10, "#b3330e", "10 degC"),
)  # fmt: skip
_RISE: _Stops = ((0, "#fff3d1", "0 K"), (3, "#fbb45c", "3 K"), (8, "#b3330e", "8 K"))


@dataclass(frozen=True, slots=True)
class Raster:
    """A grid on its way to a file: `bands` of shape (bands, rows, columns), each with a name.

    `source` is the id of the grid it is of; `stops` colour its values, between them if `is_smooth`,
    else each by itself.
    """

    id: str
    title: str
    note: str
    source: str
    grid: Grid
    bands: NDArray[Any]
    names: tuple[str, ...]
    void: float
    unit: str
    stops: _Stops
    is_smooth: bool = True


def rasters(grids: Mapping[str, xr.Dataset], scenario: Scenario) -> list[Raster]:
    """The rasters that can be made of `grids`; of a grid that is not there, none."""
    makers = {"sea_ice": _sea_ice, "bathymetry": _bathymetry, "land": _land}
    found = [raster for name, make in makers.items() if name in grids for raster in make(grids[name])]
    return found + (_climate(grids["climate"], scenario) if "climate" in grids else [])


def _sea_ice(dataset: xr.Dataset) -> list[Raster]:
    latest = int(np.argmax(dataset["sample_date"].to_numpy()))
    day = str(dataset["sample_date"].to_numpy()[latest])[:10]
    months = tuple(f"month {month:02d}" for month in range(1, _MONTHS + 1))
    return [
        Raster(
            "sea_ice_concentration", f"Sea ice concentration, {day}",
            "The latest sample of concentration that is held, not today's ice. 251: pole hole, assumed to be "
            "ice; 254: land or lake; 255: missing.",
            "sea_ice", NSIDC_25KM, dataset["concentration"].to_numpy()[latest][None], (day,), _VOID,
            "percent", (*_ICE, (251, "#ffffff", "pole hole"), (254, "#e3ddd2", "land")),
        ),
        Raster(
            "sea_ice_presence", "Sea ice presence, monthly median 1981 to 2010",
            "A band a month; 1 within the median edge, 0 open water, 255 not assessed.",
            "sea_ice", NSIDC_25KM, dataset["presence_median"].to_numpy(), months, _VOID, "",
            ((0, "#92bdd8", "open water"), (1, "#ffffff", "sea ice")), is_smooth=False,
        ),
    ]  # fmt: skip


def _land(dataset: xr.Dataset) -> list[Raster]:
    return [
        Raster(
            "land", "Land in 5 km cells", "1 where the centre of the cell is land.", "land", LAND_5KM,
            dataset["is_land"].to_numpy()[None], ("land",), _VOID, "",
            ((0, "#dbe9f1", "sea"), (1, "#e3ddd2", "land")), is_smooth=False,
        )
    ]  # fmt: skip


def _bathymetry(dataset: xr.Dataset) -> list[Raster]:
    lon, lat = _cells(_SEA_BED)
    height = np.round(sample_field(dataset["height_m"], lon, lat))
    bands = np.where(lat >= _SOUTH_DEG, height, _VOID_M).astype(np.int16)[None]
    return [
        Raster(
            "bathymetry", "Bedrock height and sea depth (ETOPO1)",
            "Bilinear on 20 km cells; below the ice sheets it is bedrock, not sea.",
            "bathymetry", _SEA_BED, bands, ("height of the bedrock",), _VOID_M, "m", _BED,
        )
    ]  # fmt: skip


def _climate(dataset: xr.Dataset, scenario: Scenario) -> list[Raster]:
    lon, lat = _cells(_MODEL)
    is_inside = lat >= _SOUTH_DEG
    air = temperature_degc(dataset, lon, lat, scenario.warming_degc)
    rise = sample_field(dataset["warming_ratio"], lon, lat) * scenario.warming_degc

    def band(values: NDArray[np.float64]) -> NDArray[np.float32]:
        return np.where(is_inside, np.round(values, 1), np.nan).astype(np.float32)[None]

    note = "One climate model's pattern (SRES A1B) at the scenario's global warming; not a forecast."
    return [
        Raster(
            "air_temperature", f"Mean annual air temperature ({scenario.title})", note,
            "climate", _MODEL, band(air), ("mean annual air temperature",), np.nan, "degC", _AIR,
        ),
        Raster(
            "warming", f"Warming since pre-industry ({scenario.title})", note,
            "climate", _MODEL, band(rise), ("warming",), np.nan, "K", _RISE,
        ),
    ]  # fmt: skip


def _cells(grid: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return lonlat(*np.meshgrid(grid.x_m, grid.y_m))


def write_rasters(found: list[Raster], folder: Path) -> None:
    """Write each raster as `<id>.tif` into `folder`: tiled, packed, the same bytes always.

    Raises
    ------
    ExportError
        If a file cannot be written.
    """
    import rasterio  # noqa: PLC0415

    folder.mkdir(exist_ok=True)
    for raster in found:
        count, height, width = raster.bands.shape
        path = folder / f"{raster.id}.tif"
        path.unlink(missing_ok=True)  # a link planted under the name is replaced, not followed
        try:
            with rasterio.open(
                path, "w", driver="COG", count=count, height=height, width=width,
                dtype=raster.bands.dtype, crs=POLAR.to_wkt(), transform=raster.grid.transform,
                nodata=raster.void, compress="DEFLATE", level=6, predictor="NO", blocksize=512,
                overviews="NONE",
            ) as file:  # fmt: skip
                file.write(raster.bands)
                for number, name in enumerate(raster.names, start=1):
                    file.set_band_description(number, name)
                    file.set_band_unit(number, raster.unit)
        except (OSError, rasterio.errors.RasterioError) as error:
            msg = f"{path.name}: expected to write it into {folder}, found {error}: is the disk full?"
            raise ExportError(msg) from error
