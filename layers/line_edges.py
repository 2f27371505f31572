"""Roads and railways as edges between points, with the gaps of the simplified extracts closed.

The simplification drops some bridges, tunnels and short ferries: their two ends stand facing each other as
dead ends, such as those of the bridge at Tromsø. Two dead ends of different pieces of one network, in one
state and within the limit of its mode, are joined, the nearest first, each dead end once, and never two that
are in one piece by then. Such an edge is assumed: no source draws it.

The limits are conventions, set after a look at the gaps of the snapshot. The nine railway gaps of 3 to 15 km
(Narvik, Hemnesberget, Korgen, Egersund, Arna, Moss, Kirov) look like lines in service by the places at their
ends, which no source confirms: 15 km. Road gaps of 3 to 8 km look partly like ferries: 3 km. Longer lacks
stay (Tromsø 23 km, Seward Highway 39 km, Andøya 44 km).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from scipy import sparse
from scipy.cluster.hierarchy import DisjointSet
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from layers.areas import nearest_areas
from layers.crs import distance_km, lonlat

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["GAP_KM", "Edges", "edges_of", "gaps", "lines_over_gaps", "state_of"]

GAP_KM = {"road": 3.0, "rail": 15.0}


class Edges(NamedTuple):
    """Lines cut at their points, in EPSG:3413.

    `places` are the different points, rounded to metres, shape (places, 2). `ends` are the two places of each
    edge, shape (edges, 2), and `pairs` their positions before rounding, shape (edges, 2, 2). `line` is the
    number of the line that each edge is a piece of.
    """

    places: NDArray[np.float64]
    ends: NDArray[np.int64]
    pairs: NDArray[np.float64]
    line: NDArray[np.int64]

    def km(self) -> NDArray[np.float64]:
        """Return the geodesic length of each edge."""
        lon, lat = lonlat(self.places[:, 0], self.places[:, 1])
        first, last = self.ends.T
        return np.asarray(distance_km(lon[first], lat[first], lon[last], lat[last]))


def edges_of(lines: NDArray[np.object_]) -> Edges:
    """Return the edges between consecutive points of `lines` (EPSG:3413); edges of no length are left out."""
    parts, line = shapely.get_parts(lines, return_index=True)
    xy, owner = shapely.get_coordinates(parts, return_index=True)
    is_inside = owner[1:] == owner[:-1]
    pairs, line = np.stack([xy[:-1][is_inside], xy[1:][is_inside]], axis=1), line[owner[:-1][is_inside]]
    places, number = np.unique(np.round(pairs.reshape(-1, 2)).astype(np.int64), axis=0, return_inverse=True)
    ends = number.reshape(-1, 2)
    has_length = ends[:, 0] != ends[:, 1]
    return Edges(places.astype(float), ends[has_length], pairs[has_length], line[has_length])


def state_of(xy: NDArray[np.float64], countries: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the nearest state of each position; positions and `countries` are in EPSG:3413."""
    # Single polygons: the distance to a whole archipelago takes long.
    shapes, owner = shapely.get_parts(countries.geometry.to_numpy(), return_index=True)
    codes = countries["country_iso3"].to_numpy(dtype=object)[owner]
    return np.asarray(codes[nearest_areas(shapely.points(xy), shapes)], dtype=object)


def lines_over_gaps(
    mode: str, lines: NDArray[np.object_], countries: gpd.GeoDataFrame
) -> NDArray[np.object_]:
    """Return the assumed lines over the gaps of `lines`, of `mode` `road` or `rail`; all in EPSG:3413."""
    edges = edges_of(lines)
    ends, _ = gaps(edges.places, edges.ends, state_of(edges.places, countries), GAP_KM[mode])
    return np.asarray(shapely.linestrings(edges.places[ends]), dtype=object).reshape(-1)


def gaps(
    xy: NDArray[np.float64], ends: NDArray[np.int64], state: NDArray[np.object_], far_km: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the assumed edges, as pairs of vertices (edges, 2) and lengths in km, shortest first.

    `xy` are EPSG:3413 positions of the vertices, `ends` the edges, `state` the state of each vertex.
    Gaps longer than `far_km` stay open.
    """
    count = len(xy)
    graph = sparse.csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    piece = connected_components(graph, directed=False)[1]
    degree = np.bincount(np.unique(np.sort(ends, axis=1), axis=0).ravel(), minlength=count)
    dead = np.flatnonzero(degree == 1)
    none = np.empty((0, 2), dtype=np.int64), np.empty(0)
    if not len(dead):
        return none
    # EPSG:3413 stretches lengths by at most 10 % north of 50 N.
    pairs = dead[cKDTree(xy[dead]).query_pairs(far_km * 1100, output_type="ndarray").reshape(-1, 2)]
    u, v = pairs.T
    lon, lat = lonlat(xy[:, 0], xy[:, 1])
    km = distance_km(lon[u], lat[u], lon[v], lat[v])
    able = (piece[u] != piece[v]) & (state[u] == state[v]) & (km <= far_km)
    u, v, km = u[able], v[able], km[able]
    sets = DisjointSet(range(int(piece.max()) + 1))
    used: set[int] = set()
    kept: list[int] = []
    for number in np.lexsort([v, u, km]).tolist():
        a, b = int(u[number]), int(v[number])
        if {a, b} & used or not sets.merge(int(piece[a]), int(piece[b])):
            continue
        used |= {a, b}
        kept.append(number)
    return (np.column_stack([u[kept], v[kept]]), km[kept]) if kept else none
