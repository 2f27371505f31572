"""Areas that follow from a scenario: permafrost and warming classes of the modelled air temperature."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from layers.assessed.air_facts import CLIMATE_SOURCE
from layers.climate import permafrost_fraction, sample_field, temperature_degc
from layers.crs import POLAR, lonlat
from layers.grid import LAND_5KM, Grid, class_areas
from layers.regions import SOUTH_DEG
from layers.scenarios import LEVELS_AS_OF
from layers.schema import CLASS_COLUMNS, Layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import xarray as xr
    from numpy.typing import NDArray

    from layers.scenarios import Scenario

__all__ = ["PERMAFROST", "WARMING"]

# Squares of 20 km over the cap north of 58 N. The model has cells of 1.25 degrees, which are wider.
_MODEL = Grid(crs=POLAR, shape=(370, 370), origin=(-3_700_000.0, 3_700_000.0), cell_m=20_000.0)


@cache
def _cells() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return WGS 84 longitude and latitude of the cell centres of `_MODEL`, degrees, shape (370, 370)."""
    return lonlat(*np.meshgrid(_MODEL.x_m, _MODEL.y_m))


def _classed(areas: gpd.GeoDataFrame, prefix: str) -> gpd.GeoDataFrame:
    """Return the classed areas with a key, the source of the grid and the date of the warming levels."""
    key = f"{prefix}-" + areas["class_low"].astype("str")
    return areas.assign(feature_id=key, source_id=CLIMATE_SOURCE, as_of=LEVELS_AS_OF)


def _permafrost(grids: Mapping[str, xr.Dataset], scenario: Scenario) -> gpd.GeoDataFrame:
    """Return areas by share of ground that is in balance with permafrost, on land north of 58 N.

    The classes are those of the IPA map (Brown et al. 1997, doi:10.3133/cp45).
    """
    lon, lat = _cells()
    share = permafrost_fraction(temperature_degc(grids["climate"], lon, lat, scenario.warming_degc))
    x, y = np.meshgrid(_MODEL.x_m, _MODEL.y_m)
    row, column, _ = LAND_5KM.cell_of(x, y)
    inside = (grids["land"]["is_land"].to_numpy()[row, column] == 1) & (lat >= SOUTH_DEG)
    areas = class_areas(
        np.where(inside, share, np.nan), (0.01, 0.1, 0.5, 0.9, np.inf), _MODEL,
        labels=("isolated, under 10 % (proxy)", "sporadic, 10 to 50 % (proxy)",
                "discontinuous, 50 to 90 % (proxy)", "continuous, over 90 % (proxy)"),
    )  # fmt: skip
    return _classed(areas, "permafrost")


PERMAFROST = Layer(
    id="permafrost",
    title="Permafrost (proxy from modelled air temperature)",
    pillar="environmental",
    geometry="polygon",
    columns=CLASS_COLUMNS,
    note="A proxy: share of ground in equilibrium with modelled mean annual air temperature at the "
    "scenario's warming (Gruber 2012, doi:10.5194/tc-6-221-2012). Not a permafrost map.",
    derive=_permafrost,
)


def _warming(grids: Mapping[str, xr.Dataset], scenario: Scenario) -> gpd.GeoDataFrame:
    """Return areas by local warming since 1859-60, degC, at the global warming of the scenario."""
    lon, lat = _cells()
    kelvin = sample_field(grids["climate"]["warming_ratio"], lon, lat) * scenario.warming_degc
    areas = class_areas(
        np.where(lat >= SOUTH_DEG, kelvin, np.nan),
        (0.0, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, np.inf),
        _MODEL,
        unit="°C",
    )
    return _classed(areas, "warming")


WARMING = Layer(
    id="warming",
    title="Warming since pre-industry at the scenario's level (one model's pattern)",
    pillar="environmental",
    geometry="polygon",
    columns=CLASS_COLUMNS,
    note="Pattern of one climate model (SRES A1B) scaled to the scenario's global warming; not a forecast.",
    derive=_warming,
)
