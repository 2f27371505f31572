"""Areas made of grids: sea ice by month, permafrost and warming classes, depth; and land."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from layers.climate import permafrost_fraction, sample_field, temperature_degc
from layers.crs import POLAR, area_km2, lonlat
from layers.grid import Grid, polygons, rasterise
from layers.schema import Column, Layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

    from layers.scenarios import Scenario

__all__ = ["BATHYMETRY", "LAND", "PERMAFROST", "SEA_ICE", "WARMING"]

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
# A square of 10 km cells over the whole cap north of 58 N.
_FINE = Grid(crs=POLAR, shape=(740, 740), origin=(-3_700_000.0, 3_700_000.0), cell_m=10_000.0)
_SOUTH_DEG = 58.0


def _land(countries: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    whole = shapely.union_all(countries.geometry.to_numpy())
    parts = shapely.get_parts(whole)
    row = countries.iloc[0]
    return gpd.GeoDataFrame(
        {
            "feature_id": ["land"],
            "name": ["Land"],
            "source_id": [row["source_id"]],
            "as_of": [row["as_of"]],
            "area_km2": [round(float(area_km2(parts).sum()))],
        },
        geometry=[whole],
        crs=POLAR,
    )


LAND = Layer(
    id="land",
    title="Land",
    pillar="environmental",
    geometry="polygon",
    columns=(Column("area_km2", "float", "area north of 58 N", "km2", low=0),),
    derive=_land,
)


def _sea_ice(grids: Mapping[str, xr.Dataset]) -> gpd.GeoDataFrame:
    ice = grids["sea_ice"]
    rows, shapes = [], []
    for month in range(1, 13):
        shape = dict(polygons(ice["presence_median"].to_numpy()[month - 1])).get(1)
        rows.append((f"ice-median-{month:02d}", f"{_MONTHS[month - 1]} median 1981-2010",
                     "median_1981_2010", None, month, "2010-12-31"))
        shapes.append(shape)
    times = ice["time"].dt
    for position, (year, month) in enumerate(zip(times.year.values, times.month.values, strict=True)):
        shape = dict(polygons(ice["presence_monthly"].to_numpy()[position])).get(1)
        rows.append((f"ice-{year}-{month:02d}", f"{_MONTHS[month - 1]} {year}", "monthly_extent",
                     int(year), int(month), f"{year}-{month:02d}-28"))
        shapes.append(shape)
    ids, names, products, years, months, days = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {
            "feature_id": ids,
            "name": names,
            "product": products,
            "year": years,
            "month": months,
            "area_million_km2": (area_km2(np.array(shapes, dtype=object)) / 1e6).round(3),
            "source_id": "nsidc_sea_ice_index",
            "as_of": days,
        },
        geometry=list(shapes),
        crs=POLAR,
    )  # fmt: skip


SEA_ICE = Layer(
    id="sea_ice",
    title="Sea ice: monthly median and monthly extent",
    pillar="environmental",
    geometry="polygon",
    columns=(
        Column("product", "str", "median 1981-2010 or the extent of one month", required=True,
               choices=("median_1981_2010", "monthly_extent")),
        Column("year", "int", "year; null for the median", low=1978, high=2100),
        Column("month", "int", "month", required=True, low=1, high=12),
        Column("area_million_km2", "float", "area of the polygon", "million km2", required=True, low=0),
    ),
    note="25 km satellite cells at 15 % and more; harbours and fjords are not resolved.",
    derive=_sea_ice,
)  # fmt: skip


def _classes(
    values: np.ndarray, bounds: tuple[float, ...], labels: tuple[str, ...], source_id: str, as_of: str,
    prefix: str, *, only: np.ndarray | None = None,
) -> gpd.GeoDataFrame:  # fmt: skip
    """Polygons of the classes between `bounds`; cells outside `only` or the cap belong to none."""
    code = np.digitize(values, bounds[1:-1]) + 1
    inside = (values >= bounds[0]) & _in_cap()
    code = np.where(inside if only is None else inside & only, code, 0).astype("uint8")
    found = [(value, shape) for value, shape in polygons(code, _FINE) if value]
    numbers = [value - 1 for value, _ in found]
    return gpd.GeoDataFrame(
        {
            "feature_id": [f"{prefix}-{n + 1}" for n in numbers],
            "name": [labels[n] for n in numbers],
            "label": [labels[n] for n in numbers],
            "class_low": [bounds[n] for n in numbers],
            "class_high": [bounds[n + 1] if np.isfinite(bounds[n + 1]) else None for n in numbers],
            "source_id": source_id,
            "as_of": as_of,
        },
        geometry=[shape for _, shape in found],
        crs=POLAR,
    )


def _cells() -> tuple[np.ndarray, np.ndarray]:
    x, y = np.meshgrid(_FINE.x_m, _FINE.y_m)
    return lonlat(x, y)


def _in_cap() -> np.ndarray:
    return np.asarray(_cells()[1] >= _SOUTH_DEG)


def _on_land(land: gpd.GeoDataFrame) -> np.ndarray:
    return np.asarray(rasterise(land.geometry.to_numpy(), _FINE)).astype(bool)


def _permafrost(land: gpd.GeoDataFrame, grids: Mapping[str, xr.Dataset], scenario: Scenario) -> gpd.GeoDataFrame:
    lon, lat = _cells()
    share = permafrost_fraction(temperature_degc(grids["climate"], lon, lat, scenario.warming_degc))
    # The classes of the IPA map (Brown et al. 1997): continuous, discontinuous, sporadic, isolated.
    return _classes(
        share, (0.01, 0.1, 0.5, 0.9, np.inf),
        ("isolated, under 10 % (proxy)", "sporadic, 10 to 50 % (proxy)",
         "discontinuous, 50 to 90 % (proxy)", "continuous, over 90 % (proxy)"),
        "metoffice_model_temperature", "2024-12-31", "permafrost", only=_on_land(land),
    )  # fmt: skip


_CLASSES = (
    Column("label", "str", "the class in words", required=True),
    Column("class_low", "float", "lower bound", required=True),
    Column("class_high", "float", "upper bound; null where open"),
)

PERMAFROST = Layer(
    id="permafrost",
    title="Permafrost (proxy from modelled air temperature)",
    pillar="environmental",
    geometry="polygon",
    columns=_CLASSES,
    note="A proxy: share of ground in equilibrium with modelled mean annual air temperature at the "
    "scenario's warming (Gruber 2012, doi:10.5194/tc-6-221-2012). Not a permafrost map.",
    derive=_permafrost,
)


def _warming(grids: Mapping[str, xr.Dataset], scenario: Scenario) -> gpd.GeoDataFrame:
    lon, lat = _cells()
    kelvin = sample_field(grids["climate"]["warming_ratio"], lon, lat) * scenario.warming_degc
    bounds = (0.0, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, np.inf)
    labels = tuple(
        f"{low:g} to {high:g} degC" if np.isfinite(high) else f"over {low:g} degC"
        for low, high in zip(bounds[:-1], bounds[1:], strict=True)
    )
    return _classes(kelvin, bounds, labels, "metoffice_model_temperature", "2024-12-31", "warming")


WARMING = Layer(
    id="warming",
    title="Warming since pre-industry at the scenario's level (one model's pattern)",
    pillar="environmental",
    geometry="polygon",
    columns=_CLASSES,
    note="Pattern of one climate model (SRES A1B) scaled to the scenario's global warming; not a forecast.",
    derive=_warming,
)


def _bathymetry(grids: Mapping[str, xr.Dataset]) -> gpd.GeoDataFrame:
    lon, lat = _cells()
    depth = -sample_field(grids["bathymetry"]["height_m"], lon, lat)
    bounds = (0.0, 50.0, 200.0, 500.0, 1000.0, 2000.0, 3000.0, np.inf)
    labels = tuple(
        f"{low:g} to {high:g} m" if np.isfinite(high) else f"over {low:g} m"
        for low, high in zip(bounds[:-1], bounds[1:], strict=True)
    )
    return _classes(depth, bounds, labels, "noaa_etopo1", "2009-01-01", "depth")


BATHYMETRY = Layer(
    id="bathymetry",
    title="Sea depth (ETOPO1)",
    pillar="environmental",
    geometry="polygon",
    columns=_CLASSES,
    note="Bedrock surface; below the ice sheets it is not sea.",
    derive=_bathymetry,
)
