"""The sea lanes as an undirected graph, and the share of traffic that passes each vertex.

The lanes are schematic (Eurostat SeaRoute) and end at the southern edge of the snapshot. Lengths are
geodesic. Ice, draught and season do not count, so the Northern Sea Route is a way like any other.

Betweenness of a vertex (Freeman 1977, doi:10.2307/3033543), over pairs of a gateway and a port:
B(v) = sum of sigma_st(v) / sigma_st, where sigma is the number of shortest paths, in one pass per gateway
(Brandes 2001, doi:10.1080/0022250X.2001.9990249).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from scipy import sparse
from scipy.sparse.csgraph import dijkstra
from shapely.ops import substring

from layers.crs import distance_km, length_km, lonlat
from layers.regions import CUT_DEG

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

__all__ = ["GATEWAYS", "REACH_KM", "Anchors", "Gateway", "SeaGraph", "Traffic", "anchors", "betweenness",
           "entries", "lane_shares", "sea_graph", "sea_pieces"]  # fmt: skip

# A port farther from every lane is off the network. 95 % of the 603 ports of the snapshot lie within 72 km.
# 100 km includes Utqiagvik, Prudhoe Bay and Ny-Ålesund, which ships reach over open water, and excludes most
# harbours on lakes and rivers.
REACH_KM = 100.0
_TIE_KM = 1e-9  # ways whose lengths differ by less are equally long; edges exceed a metre


class Gateway(NamedTuple):
    """A stretch of the southern edge by which traffic enters, from its western to its eastern longitude."""

    name: str
    west_deg: float
    east_deg: float


# Every lane that crosses the southern edge enters by one of these seas, however many lanes are drawn there:
# the North Sea has 59, the western Bering Sea 6. A ship enters where its way inside is shortest, because
# nothing is known of its way outside. Ports between the edge and the Arctic are destinations, not gateways:
# their traffic to the north crosses the edge (Baltic) or follows lanes that do (Norway). Hudson Bay is left
# out: only James Bay lies south of the edge there.
GATEWAYS = (
    Gateway("Okhotsk Sea", 135, 158),
    Gateway("Western Bering Sea", 161, -175),
    Gateway("Eastern Bering Sea", -175, -156),
    Gateway("Gulf of Alaska", -156, -130),
    Gateway("Labrador Sea", -64, -44),
    Gateway("North Atlantic", -44, -10),
    Gateway("West of Scotland", -10, -5),
    Gateway("North Sea", -5, 7.5),
    Gateway("Skagerrak and Kattegat", 7.5, 15),
    Gateway("Baltic Sea", 15, 25),
)


@dataclass(frozen=True, slots=True, eq=False)
class SeaGraph:
    """Vertices and undirected edges of the lanes; `u < v`, no loop, no pair twice.

    `name` is the position of a vertex as text, `x_y`, in EPSG:3413 metres. Longitude and latitude are WGS 84
    degrees. `u` and `v` are the vertices at the ends of each edge, `km` is its geodesic length, and `passage`
    is the strait it belongs to, or None.
    """

    name: NDArray[np.object_]
    longitude_deg: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
    u: NDArray[np.int64]
    v: NDArray[np.int64]
    km: NDArray[np.float64]
    passage: NDArray[np.object_]

    def __len__(self) -> int:
        """Return the number of vertices."""
        return len(self.name)

    def matrix(self) -> csr_array:
        """Return the edge lengths, km, as a symmetric sparse matrix (vertices, vertices)."""
        both = np.concatenate([self.u, self.v]), np.concatenate([self.v, self.u])
        return sparse.csr_array((np.tile(self.km, 2), both), shape=(len(self),) * 2)


class Anchors(NamedTuple):
    """Nearest lane points, one per point: part of a lane, metres along it, geodesic km from the point."""

    part: NDArray[np.int64]
    along_m: NDArray[np.float64]
    km: NDArray[np.float64]

    def take(self, which: NDArray[np.bool_]) -> Anchors:
        """Return the anchors of the points marked in `which`."""
        return Anchors(self.part[which], self.along_m[which], self.km[which])


def anchors(points: NDArray[np.object_], sea_lanes: gpd.GeoDataFrame) -> Anchors:
    """Return the nearest point of the lanes to each EPSG:3413 point, rounded to the metre along the lane.

    The nearest point is taken in the plane of the conformal projection; the distance to it is geodesic.
    Without lanes the part is -1 and the numbers are NaN.
    """
    parts = shapely.get_parts(sea_lanes.geometry.to_numpy())
    if not len(parts):
        nowhere = np.full(len(points), np.nan)
        return Anchors(np.full(len(points), -1), nowhere, nowhere)
    near = shapely.STRtree(parts).query_nearest(points, all_matches=False)[1]
    lane, length = parts[near], shapely.length(parts[near])
    along = np.round(shapely.line_locate_point(lane, points))
    along = np.where(along > length - 1, length, along)
    foot = lonlat(*shapely.get_coordinates(shapely.line_interpolate_point(lane, along)).T)
    own = lonlat(*shapely.get_coordinates(points).T)
    return Anchors(near, along, distance_km(*own, *foot))


def sea_graph(
    sea_lanes: gpd.GeoDataFrame, stops: Anchors | None = None
) -> tuple[SeaGraph, NDArray[np.int64]]:
    """Return the graph of the lanes, split at `stops`, and the vertex of each stop.

    Ends in the same metre are one vertex, so lanes that were cut at the date line join in EPSG:3413. Of
    parallel lanes the shortest is kept; loops are dropped.
    """
    return sea_pieces(sea_lanes, stops)[:2]


def sea_pieces(
    sea_lanes: gpd.GeoDataFrame, stops: Anchors | None = None
) -> tuple[SeaGraph, NDArray[np.int64], NDArray[np.int64], NDArray[np.object_]]:
    """Return graph and stops as `sea_graph`, and of each edge its lane (row number) and EPSG:3413 line."""
    parts, row = shapely.get_parts(sea_lanes.geometry.to_numpy(), return_index=True)
    along = [np.array([0.0, whole]) for whole in shapely.length(parts)]
    if stops is not None:
        for part in np.unique(stops.part):
            along[part] = np.union1d(along[part], stops.along_m[stops.part == part])
    pieces = np.array([len(cuts) - 1 for cuts in along], dtype=np.int64)
    part = np.repeat(np.arange(len(parts)), pieces)
    none = np.empty(0)  # a picture may have no lane
    start = np.concatenate([none, *(cuts[:-1] for cuts in along)])
    stop = np.concatenate([none, *(cuts[1:] for cuts in along)])
    lane = parts[part]
    for piece in np.flatnonzero(pieces[part] > 1):
        lane[piece] = substring(lane[piece], start[piece], stop[piece])
    stop_places = (parts[stops.part], stops.along_m) if stops is not None else (parts[:0], np.empty(0))
    on_lane = shapely.line_interpolate_point
    ends = np.concatenate([on_lane(parts[part], start), on_lane(parts[part], stop), on_lane(*stop_places)])
    place, vertex = np.unique(
        np.round(shapely.get_coordinates(ends)).astype(int), axis=0, return_inverse=True
    )
    first, last, at_stop = np.split(vertex.ravel(), [len(part), 2 * len(part)])
    u, v, km = np.minimum(first, last), np.maximum(first, last), length_km(lane)
    order = np.lexsort([km, v, u])
    order = order[u[order] < v[order]]
    again = (np.diff(u[order], prepend=-1) == 0) & (np.diff(v[order], prepend=-1) == 0)
    kept = order[~again]
    passage = sea_lanes["passage"].astype("object").to_numpy(na_value=None)[row][part]
    longitude, latitude = lonlat(place[:, 0], place[:, 1])
    name = np.array([f"{x}_{y}" for x, y in place], dtype=object)
    graph = SeaGraph(name, longitude, latitude, u[kept], v[kept], km[kept], passage[kept])
    return graph, at_stop, row[part[kept]], lane[kept]


def entries(graph: SeaGraph, gateway: Gateway) -> NDArray[np.int64]:
    """Return the vertices on the stretch of a gateway."""
    width = (gateway.east_deg - gateway.west_deg) % 360
    inside = (graph.longitude_deg - gateway.west_deg) % 360 < width
    return np.flatnonzero(inside & (graph.latitude_deg < CUT_DEG))


class Traffic(NamedTuple):
    """Traffic of each vertex, shape (vertices,).

    `passing` counts the connected pairs whose shortest paths pass the vertex. `pairs` counts all connected
    pairs that do not end there.
    """

    passing: NDArray[np.float64]
    pairs: NDArray[np.float64]


def betweenness(graph: SeaGraph, gateways: Sequence[NDArray[np.int64]], ports: NDArray[np.int64]) -> Traffic:
    """Return B(v) over the pairs of a gateway (its entry vertices) and a port (its vertex).

    A ship enters by the entry with the shortest way. The path passes this entry, because the origin lies
    beyond it. A pair does not pass the vertices at which it ends. Ports may share a vertex; each port forms
    its own pairs. Paths of equal length (to the micrometre) share a pair. Pairs without a path do not count.
    """
    count, seas = len(graph), len(gateways)
    ends = np.bincount(ports, minlength=count).astype(float)
    # One vertex outside each gateway, with edges of a kilometre that lead to its entries and not back.
    tail = np.concatenate([graph.u, graph.v, count + np.repeat(np.arange(seas), [len(e) for e in gateways])])
    head = np.concatenate([graph.v, graph.u, *gateways])
    km = np.concatenate([graph.km, graph.km, np.ones(len(head) - 2 * len(graph.km))])
    roads = sparse.csr_array((km, (tail, head)), shape=(count + seas,) * 2)
    far = dijkstra(roads, indices=np.arange(count, count + seas))[:, :count]
    joined = np.isfinite(far)
    pairs = (joined @ ends).sum() - joined.sum(axis=0) * ends
    return Traffic(_passing(graph, far, ends), pairs)


def _passing(graph: SeaGraph, far: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum over gateways of their dependency on each vertex.

    `far` holds the distances (gateways, vertices), `ends` the number of ports at each vertex. A place is a
    pair of gateway and vertex; a step leads from a place to the next on a shortest path. If every place has
    one step before it, the paths of a gateway are a tree. Otherwise some paths are equally long, and the
    recursions of Brandes are used.
    """
    count = len(graph)
    with np.errstate(invalid="ignore"):  # inf - inf where neither end is reached
        rise = far[:, graph.v] - far[:, graph.u]
    out, back = (np.nonzero(np.abs(rise - km) <= _TIE_KM) for km in (graph.km, -graph.km))
    seen = np.concatenate([out[0], back[0]]) * count
    before = seen + np.concatenate([graph.u[out[1]], graph.v[back[1]]])
    after = seen + np.concatenate([graph.v[out[1]], graph.u[back[1]]])
    passing = _beyond(before, after, np.tile(ends, len(far))).reshape(far.shape)
    tied = (np.bincount(after, minlength=far.size).reshape(far.shape) > 1).any(axis=1)
    for row in np.flatnonzero(tied):
        own = after // count == row
        passing[row] = _shared(before[own] % count, after[own] % count, far[row], ends)
    return np.asarray(passing.sum(axis=0))


def _beyond(
    before: NDArray[np.int64], after: NDArray[np.int64], ends: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the ends beyond each place of a forest: sums over subtrees by pointer doubling."""
    root = len(ends)
    # Pointer doubling: each pass doubles the length of the leap towards the root.
    leap = np.full(root + 1, root)
    leap[after] = before
    total = np.append(ends, 0.0)
    while (leap != root).any():
        total += np.bincount(leap, weights=total, minlength=root + 1)
        total[root] = 0
        leap = leap[leap]
    return total[:root] - ends


def _shared(
    before: NDArray[np.int64], after: NDArray[np.int64], far: NDArray[np.float64], ends: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the ends beyond each vertex for one gateway; paths of equal length share them."""
    order = np.argsort(far[after], kind="stable")
    steps = list(zip(before[order].tolist(), after[order].tolist(), strict=True))
    # sigma(w) = sum of sigma(v) over the v just before w; 1 where the gateway enters.
    ways = (far == far.min()).astype(float).tolist()
    for v, w in steps:
        ways[w] += ways[v]
    # delta(v) = sum of sigma(v) / sigma(w) * (ends(w) + delta(w)) over the w just after v.
    total = ends.tolist()
    for v, w in reversed(steps):
        total[v] += ways[v] / ways[w] * total[w]
    return np.array(total) - ends


def lane_shares(hung: Anchors, sea_lanes: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return for each port the share, 0..1, of the shortest paths to other ports that pass its lane point.

    The paths lead from the gateways. The share is that of the lane point, because no traffic passes the port
    itself. The share does not depend on the distance to the lane, which has its own column. NaN if a port is
    farther than `REACH_KM` from every lane.
    """
    on = hung.km <= REACH_KM
    share = np.full(len(on), np.nan)
    if not on.any():
        return share
    graph, vertex = sea_graph(sea_lanes, hung.take(on))
    traffic = betweenness(graph, [entries(graph, one) for one in GATEWAYS], vertex)
    passing, pairs = traffic.passing[vertex], traffic.pairs[vertex]
    share[on] = np.divide(passing, pairs, out=np.full(len(vertex), np.nan), where=pairs > 0)
    return share
