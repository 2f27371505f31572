"""Convert the positions of sites between WGS 84 degrees and EPSG:3413 metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import shapely

from layers.crs import lonlat, polar_xy

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["with_lonlat", "xy_of"]


def with_lonlat(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the table with WGS 84 `longitude_deg` and `latitude_deg` of its EPSG:3413 points."""
    xy = shapely.get_coordinates(frame.geometry.to_numpy())
    lon, lat = lonlat(xy[:, 0], xy[:, 1])
    return pd.DataFrame(frame).assign(longitude_deg=lon, latitude_deg=lat)


def xy_of(table: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x and y in EPSG:3413, m, of a table with `longitude_deg` and `latitude_deg`."""
    return polar_xy(table["longitude_deg"].to_numpy(), table["latitude_deg"].to_numpy())
