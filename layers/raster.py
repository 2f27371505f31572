"""Rasters for maps in EPSG:3413: sea ice, sea bed, land, and modelled air temperature.

A raster has the values that a map draws of a grid of the picture. Missing values stay missing and flags keep
their codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.climate import sample_field, temperature_degc
from layers.crs import POLAR, lonlat
from layers.grid import LAND_5KM, NSIDC_25KM, Grid
from layers.regions import SOUTH_DEG

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    from numpy.typing import NDArray

    from layers.scenarios import Scenario

__all__ = ["Raster", "rasters"]

# The model's cells are 1.25 degrees wide (139 km) and the sea bed's 0.1 (11 km).
_MODEL = Grid(POLAR, (180, 180), (-3_600_000.0, 3_600_000.0), 40_000.0)
_SEA_BED = Grid(POLAR, (360, 360), (-3_600_000.0, 3_600_000.0), 20_000.0)
_MONTHS = 12
_VOID_M, _VOID = -32768, 255


@dataclass(frozen=True, slots=True)
class Raster:
    """A raster to be written: `bands` of shape (bands, rows, columns) with their `names`.

    `source` is the id of its grid, `void` the value of no data. `is_smooth` is False where a value between
    two others has no meaning, as for classes.
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
    is_smooth: bool = True


def rasters(grids: Mapping[str, xr.Dataset], scenario: Scenario) -> list[Raster]:
    """Return the rasters of the grids that are present; the air temperature is that of the scenario."""
    makers = {"sea_ice": _sea_ice, "bathymetry": _bathymetry, "land": _land}
    result = [raster for name, make in makers.items() if name in grids for raster in make(grids[name])]
    return result + (_climate(grids["climate"], scenario) if "climate" in grids else [])


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
            "percent",
        ),
        Raster(
            "sea_ice_presence", "Sea ice presence, monthly median 1981 to 2010",
            "A band a month; 1 within the median edge, 0 open water, 255 not assessed.",
            "sea_ice", NSIDC_25KM, dataset["presence_median"].to_numpy(), months, _VOID, "",
            is_smooth=False,
        ),
    ]  # fmt: skip


def _land(dataset: xr.Dataset) -> list[Raster]:
    return [
        Raster(
            "land", "Land in 5 km cells", "1 where the centre of the cell is land.", "land", LAND_5KM,
            dataset["is_land"].to_numpy()[None], ("land",), _VOID, "", is_smooth=False,
        )
    ]  # fmt: skip


def _bathymetry(dataset: xr.Dataset) -> list[Raster]:
    lon, lat = _cells(_SEA_BED)
    height = np.round(sample_field(dataset["height_m"], lon, lat))
    bands = np.where(lat >= SOUTH_DEG, height, _VOID_M).astype(np.int16)[None]
    return [
        Raster(
            "bathymetry", "Bedrock height and sea depth (ETOPO1)",
            "Bilinear on 20 km cells; below the ice sheets it is bedrock, not sea.",
            "bathymetry", _SEA_BED, bands, ("height of the bedrock",), _VOID_M, "m",
        )
    ]  # fmt: skip


def _climate(dataset: xr.Dataset, scenario: Scenario) -> list[Raster]:
    lon, lat = _cells(_MODEL)
    is_inside = lat >= SOUTH_DEG
    air = temperature_degc(dataset, lon, lat, scenario.warming_degc)
    rise = sample_field(dataset["warming_ratio"], lon, lat) * scenario.warming_degc

    def band(values: NDArray[np.float64]) -> NDArray[np.float32]:
        return np.where(is_inside, np.round(values, 1), np.nan).astype(np.float32)[None]

    note = "One climate model's pattern (SRES A1B) at the scenario's global warming; not a forecast."
    return [
        Raster(
            "air_temperature", f"Mean annual air temperature ({scenario.title})", note,
            "climate", _MODEL, band(air), ("mean annual air temperature",), np.nan, "degC",
        ),
        Raster(
            "warming", f"Warming since pre-industry ({scenario.title})", note,
            "climate", _MODEL, band(rise), ("warming",), np.nan, "K",
        ),
    ]  # fmt: skip


def _cells(grid: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return lonlat(*np.meshgrid(grid.x_m, grid.y_m))
