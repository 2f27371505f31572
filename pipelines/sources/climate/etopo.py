"""Heights of ETOPO1 (bedrock version, 0.1 degree) north of 58 N, and depth classes of the sea."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from layers.climate import sample_field
from layers.crs import POLAR, lonlat
from layers.grid import Grid, class_areas
from layers.regions import SOUTH_DEG
from pipelines.source import Inputs, Package, Source

if TYPE_CHECKING:
    import geopandas as gpd

PACKAGE = Package(
    "pybacktrack",
    "1.5.0",
    "978d0f11b0fa12bdcffef43e66487c5caf28a0f84a8eccbf5c9b253e5d389193",
    "pybacktrack/bundle_data/topography/ETOPO1_0.1.grd",
)
_AS_OF = "2009-01-01"  # Amante and Eakins 2009


def read_heights(inputs: Inputs) -> xr.Dataset:
    """Return the height of the bedrock surface in m above mean sea level, by latitude and longitude.

    `height_m` is int16 and negative below the sea. Its step is 0.1 degree of latitude (11 km) and 0.2 degree
    of longitude (under 12 km north of 58 N): every second column of the file is left out.
    """
    with xr.open_dataset(inputs.package(PACKAGE), engine="h5netcdf") as raw:
        name = next(v for v in raw.data_vars if raw[v].ndim == 2)
        y, x = raw[name].dims
        north = raw[name].where(raw[y] >= SOUTH_DEG, drop=True)
        height = north.isel({x: slice(0, -1, 2)}).load()
    longitude = (height[x].to_numpy() + 180.0) % 360.0 - 180.0
    order = np.argsort(longitude)
    metres = np.round(height.transpose(y, x).to_numpy()[:, order]).astype("int16")
    return xr.Dataset(
        {
            "height_m": (
                ("latitude", "longitude"),
                metres,
                {
                    "long_name": "height of the bedrock surface above mean sea level",
                    "standard_name": "bedrock_altitude",
                    "units": "m",
                },
            )
        },
        coords={
            "latitude": ("latitude", height[y].to_numpy().astype("float64"),
                         {"units": "degrees_north", "standard_name": "latitude"}),
            "longitude": ("longitude", longitude[order].astype("float64"),
                          {"units": "degrees_east", "standard_name": "longitude"}),
        },
        attrs={
            "Conventions": "CF-1.8",
            "title": "ETOPO1 bedrock surface at 0.1 degree of latitude and 0.2 of longitude",
            "institution": "NOAA National Geophysical Data Center",
            "source": "ETOPO1 (Amante and Eakins 2009), 0.1 degree, through pybacktrack",
            "references": "doi:10.7289/V5C8276M",
            "licence": "public domain",
        },
    )  # fmt: skip


# Cells of 10 km over the whole cap, about a step of the grid at 58 N.
_GRID = Grid(crs=POLAR, shape=(740, 740), origin=(-3_700_000.0, 3_700_000.0), cell_m=10_000.0)
_DEPTHS_M = (0.0, 50.0, 200.0, 500.0, 1000.0, 2000.0, 3000.0, np.inf)


def read_depths(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return areas of the sea by class of depth in m (`_DEPTHS_M`), EPSG:3413."""
    lon, lat = lonlat(*np.meshgrid(_GRID.x_m, _GRID.y_m))
    depth = -sample_field(read_heights(inputs)["height_m"], lon, lat)
    table = class_areas(np.where(lat >= SOUTH_DEG, depth, np.nan), _DEPTHS_M, _GRID, unit="m")
    return table.assign(
        feature_id="depth-" + table["class_low"].astype("str"),
        source_id="noaa_etopo1_depths",
        as_of=_AS_OF,
    )


_COMMON: dict[str, Any] = {
    "publisher": "NOAA",
    "licence": "public domain (US Government work)",
    "citation": "Amante, C. and Eakins, B. W. 2009, ETOPO1, doi:10.7289/V5C8276M.",
    "homepage": "https://www.ncei.noaa.gov/products/etopo-global-relief-model",
    "as_of": _AS_OF,
    "state": "embedded",
    "packages": (PACKAGE,),
}

SOURCES = (
    Source(
        id="noaa_etopo1",
        feeds="grid:bathymetry",
        title="ETOPO1 bedrock, 0.1 degree",
        made="cut at 58 N, every second column, whole metres",
        read=read_heights,
        **_COMMON,
    ),
    Source(
        id="noaa_etopo1_depths",
        feeds="bathymetry",
        title="ETOPO1 bedrock, areas between depths",
        made="10 km cells of the 0.1 degree grid, joined by depth",
        read=read_depths,
        **_COMMON,
    ),
)
