"""The sea lanes as one undirected graph, and how much of the traffic passes each of its vertices.

The lanes are schematic (Eurostat SeaRoute) and end at 58 N, where the snapshot is cut. Lengths are
geodesic; ice, draught and season are not in them, so a way over the Northern Sea Route counts like
any other. Closures, detours and redundancy start from the same `SeaGraph`.

Betweenness of a vertex (Freeman 1977, doi:10.2307/3033543), over pairs of a gateway and a port:
B(v) = sum of sigma_st(v) / sigma_st, sigma the number of shortest paths, found in one pass a gateway
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
           "entries", "lane_shares", "sea_graph"]  # fmt: skip

# A port farther from every lane is off the network. Of the 603 ports of the snapshot 95 % lie within
# 72 km; 100 km still holds Utqiagvik, Prudhoe Bay and Ny-Ålesund, which ships reach over open water, and
# leaves out most harbours on lakes and rivers that no lane leads to.
REACH_KM = 100.0
_TIE_KM = 1e-9  # ways whose lengths differ by less are equally long; edges are longer than a metre


class Gateway(NamedTuple):
    """A stretch of the 58 N cut by which traffic enters, from its western to its eastern longitude."""

    name: str
    west_deg: float
    east_deg: float


# Every lane of the cut enters by one of these seas, whatever the number of lanes that were drawn there:
# the North Sea has 59, the western Bering Sea 6. What lies south of 58 N is off the map, so a
# ship enters where its way inside is shortest. Ports between 58 N and the Arctic are destinations, not
# gateways: what they send north crosses the cut (Baltic) or follows the lanes that do (Norway). The
# cut through Hudson Bay is left out, since only James Bay lies behind it.
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

    A vertex is named by its place in EPSG:3413 metres, `x_y`; longitude and latitude are WGS 84
    degrees. `km` is the geodesic length of the lane, `passage` the strait it belongs to or None.
    """

    name: NDArray[np.object_]
    longitude_deg: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
    u: NDArray[np.int64]
    v: NDArray[np.int64]
    km: NDArray[np.float64]
    passage: NDArray[np.object_]

    def __len__(self) -> int:
        """How many vertices there are."""
        return len(self.name)

    def matrix(self) -> csr_array:
        """Edge lengths in km, symmetric, shape (vertices, vertices), for scipy.sparse.csgraph."""
        both = np.concatenate([self.u, self.v]), np.concatenate([self.v, self.u])
        return sparse.csr_array((np.tile(self.km, 2), both), shape=(len(self),) * 2)


class Anchors(NamedTuple):
    """Where points hang on the lanes: part of a lane, metres along it, geodesic km from the point."""

    part: NDArray[np.int64]
    along_m: NDArray[np.float64]
    km: NDArray[np.float64]

    def take(self, which: NDArray[np.bool_]) -> Anchors:
        """The anchors of some of the points."""
        return Anchors(self.part[which], self.along_m[which], self.km[which])


def anchors(points: NDArray[np.object_], sea_lanes: gpd.GeoDataFrame) -> Anchors:
    """The nearest point of the lanes to each EPSG:3413 point, to the metre along the lane.

    Nearest in the plane of the conformal projection; its distance is geodesic. NaN, and part -1, where
    there are no lanes.
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
    """The graph of the lanes, split at `stops`, and the vertex of each stop.

    Ends within the same metre are one vertex. In EPSG:3413 the date line and the pole are places
    like any other, so lanes cut there join. Of parallel lanes the shortest is kept.
    """
    parts, row = shapely.get_parts(sea_lanes.geometry.to_numpy(), return_index=True)
    along = [np.array([0.0, whole]) for whole in shapely.length(parts)]
    if stops is not None:
        for part in np.unique(stops.part):
            along[part] = np.union1d(along[part], stops.along_m[stops.part == part])
    pieces = np.array([len(cuts) - 1 for cuts in along])
    part = np.repeat(np.arange(len(parts)), pieces)
    start = np.concatenate([cuts[:-1] for cuts in along])
    stop = np.concatenate([cuts[1:] for cuts in along])
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
    return SeaGraph(name, longitude, latitude, u[kept], v[kept], km[kept], passage[kept]), at_stop


def entries(graph: SeaGraph, gateway: Gateway) -> NDArray[np.int64]:
    """The vertices of the 58 N cut that lie on the gateway's stretch."""
    width = (gateway.east_deg - gateway.west_deg) % 360
    inside = (graph.longitude_deg - gateway.west_deg) % 360 < width
    return np.flatnonzero(inside & (graph.latitude_deg < CUT_DEG))


class Traffic(NamedTuple):
    """For each vertex: joined pairs whose shortest paths pass it, and all that do not end there."""

    passing: NDArray[np.float64]
    pairs: NDArray[np.float64]


def betweenness(graph: SeaGraph, gateways: Sequence[NDArray[np.int64]], ports: NDArray[np.int64]) -> Traffic:
    """B(v) over the pairs of a gateway (its entry vertices) and a port (its vertex).

    A ship of a gateway comes in by the entry from which its way is shortest; the entry is passed,
    for the origin lies beyond it. What ends at a vertex does not pass it. Ports may share a vertex;
    each is a pair. Paths that are equally long to the micrometre share the pair; a pair that no path
    joins is none.
    """
    count, seas = len(graph), len(gateways)
    ends = np.bincount(ports, minlength=count).astype(float)
    # A sea beyond each gateway, a kilometre off its entries, whence one way leads in and none back.
    tail = np.concatenate([graph.u, graph.v, count + np.repeat(np.arange(seas), [len(e) for e in gateways])])
    head = np.concatenate([graph.v, graph.u, *gateways])
    km = np.concatenate([graph.km, graph.km, np.ones(len(head) - 2 * len(graph.km))])
    roads = sparse.csr_array((km, (tail, head)), shape=(count + seas,) * 2)
    far = dijkstra(roads, indices=np.arange(count, count + seas))[:, :count]
    joined = np.isfinite(far)
    pairs = (joined @ ends).sum() - joined.sum(axis=0) * ends
    return Traffic(_passing(graph, far, ends), pairs)


def _passing(graph: SeaGraph, far: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum over gateways of their dependency on each vertex, from distances (gateways, vertices).

    A place is a vertex as one gateway sees it; a step leads from a place to the next on a shortest
    path. Where every place has one step before it the paths are trees; where several lead to one,
    ways are equally long and that gateway goes through the recursions of Brandes.
    """
    count = len(graph)
    with np.errstate(invalid="ignore"):  # neither end is reached
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
    """What ends beyond each place of a forest: sums over subtrees, leaps doubling from round to round."""
    root = len(ends)
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
    """The same where ways of equal length share what ends beyond them."""
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
    """Share 0..1 of the gateway-to-port shortest paths that pass the lane point of each port.

    A port hangs at the end of its own connector, where nothing passes; what matters is the traffic
    bound elsewhere that passes the lane before its door, so the share is that of its lane point. It
    is not decayed with distance, which stands beside it in kilometres: a reader can weigh the two, but
    could not take a hidden decay out again. NaN where a port is farther than `REACH_KM` from
    every lane.
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
