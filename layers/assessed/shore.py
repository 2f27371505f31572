"""Which sites are at the sea: by the distance to the coastline, and for ports by what their list states.

The outlines of land have no lakes in them, so a lake is land here. The scale of EPSG:3413 is right to 8 %.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from layers.crs import lonlat
from layers.regions import CUT_DEG

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["is_coastal"]

_COAST_KM = 1.0  # a site within this distance of the coastline is coastal
# A port farther inland is at the sea only if its list says that ships of the sea reach it. Of the ports of
# the World Port Index at the sea, 3 % lie farther from the coastline: islets that the outlines leave out.
_INLAND_KM = 10.0
_LAKE = "Canal or Lake"  # type of harbour of the World Port Index


def is_coastal(
    sites: pd.DataFrame, points: NDArray[np.object_], land: gpd.GeoDataFrame, ports: pd.DataFrame
) -> NDArray[np.bool_]:
    """Return which sites are at the sea: a landing, a port of the sea, or within 1 km of the coastline.

    A port on land farther than 10 km from the coastline is at the sea only if a row of `ports` that was
    merged into it is not a harbour on a lake or canal: Dudinka is, Kuopio is not. The gazetteer of harbours
    does not state whether ships of the sea reach a place.
    """
    kind = sites["kind"].to_numpy(dtype=object)
    ground = shapely.union_all(land.geometry.to_numpy())
    shapely.prepare(ground)
    inland = shapely.covers(ground, points) & ~_by_the_sea(points, land, _INLAND_KM)
    is_port = kind == "port"
    reached = set(ports.loc[ports["harbor_type"].ne(_LAKE), "feature_id"])
    by_ship = np.array([not reached.isdisjoint(keys.split("; ")) for keys in sites["sources"]], dtype=bool)
    at_sea = (kind == "cable_landing") | (is_port & (~inland | by_ship))
    return np.asarray(at_sea | (~is_port & _by_the_sea(points, land, _COAST_KM)))


def _by_the_sea(points: NDArray[np.object_], land: gpd.GeoDataFrame, km: float) -> NDArray[np.bool_]:
    """Return which EPSG:3413 points lie within `km` of the coastline."""
    xy, ring = shapely.get_coordinates(
        shapely.get_rings(shapely.get_parts(land.geometry.to_numpy())), return_index=True
    )
    # A vertex on the southern edge of the snapshot is no shore.
    is_cut = lonlat(xy[:, 0], xy[:, 1])[1] < CUT_DEG
    joined = np.flatnonzero((ring[1:] == ring[:-1]) & ~(is_cut[1:] & is_cut[:-1]))
    edges = shapely.linestrings(np.stack([xy[joined], xy[joined + 1]], axis=1))
    near = np.zeros(len(points), dtype=bool)
    near[shapely.STRtree(edges).query(points, "dwithin", km * 1000)[0]] = True
    return near
