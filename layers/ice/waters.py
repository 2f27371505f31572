"""Names of places at sea: a strait nearby, or the sea."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from layers.crs import polar_xy

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike

__all__ = ["waters"]

_STRAIT_KM = 60.0  # from the line across it, in the plane: two or three cells of the ice grid
_SEA_KM = 250.0  # a cell farther from every sea has no name


def waters(
    longitude_deg: ArrayLike, latitude_deg: ArrayLike, chokepoints: gpd.GeoDataFrame, seas: gpd.GeoDataFrame
) -> list[str]:
    """Return the name of each place, WGS 84 degrees; "" if a coordinate is NaN or no name is near.

    `chokepoints` (lines) and `seas` (areas) are EPSG:3413 with `name`. A strait within 60 km names the place.
    Otherwise the smallest sea that contains the place names it. Otherwise the nearest sea within 250 km does,
    because the coast of the ice grid differs from that of the seas.
    """
    lon, lat = (np.atleast_1d(np.asarray(part, dtype=float)) for part in (longitude_deg, latitude_deg))
    is_place = np.isfinite(lon) & np.isfinite(lat)
    named = seas[seas["name"].fillna("") != ""]
    areas, size = named.geometry.to_numpy(), shapely.area(named.geometry.to_numpy())
    names = np.full(len(lon), "", dtype=object)
    for at in np.flatnonzero(is_place):
        point = shapely.Point(*polar_xy(lon[at], lat[at]))
        across = shapely.distance(chokepoints.geometry.to_numpy(), point) / 1000
        if len(across) and across.min() <= _STRAIT_KM:
            names[at] = chokepoints["name"].iloc[int(across.argmin())]
            continue
        apart = shapely.distance(areas, point) / 1000
        near = np.flatnonzero(apart <= min(float(apart.min(initial=np.inf)), _SEA_KM))
        if len(near):
            names[at] = named["name"].iloc[int(near[np.argmin(size[near])])]
    return names.tolist()
