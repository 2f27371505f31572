"""People near a node who cannot reach another usable node of its kind by road or rail.

The network consists of the main roads and railways of the OpenStreetMap extract (`osm_roads`,
`osm_railways`), as one graph, with the gaps of the extract closed (`layers.line_edges`): a gap in a file is
no missing road. Lesser roads, ferries and winter roads are not in the extract. A place joins
the network if a line passes within 10 km. Roads and railways across a closed border are left out.
`capability.is_usable` states which nodes are usable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from layers.crs import lonlat
from layers.line_edges import edges_of, state_of
from layers.merge import nearest, within_km

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = [
    "RADII_KM",
    "Captives",
    "Joined",
    "LandNetwork",
    "captives",
    "crossed",
    "join",
    "land_network",
    "ways_km",
]

_JOIN_KM = 10.0  # the extract has chords between junctions: a place on a line may lie beside its chord
_REACH_KM = 50.0  # people this near are served by a node
# Radius of an alternative, 100 km, and its ends in the draws (x 0.8 and x 1.2).
RADII_KM = (80.0, 100.0, 120.0)


def crosses_border(
    one: NDArray[np.object_], other: NDArray[np.object_], pairs: Iterable[frozenset[str]]
) -> NDArray[np.bool_]:
    """Return where the states `one` and `other` (ISO 3166 alpha-3) are a pair of `pairs`."""
    ends = np.column_stack([np.arange(len(one)), len(one) + np.arange(len(one))])
    return crossed(np.concatenate([one, other]), ends, pairs)


@dataclass(frozen=True, slots=True)
class LandNetwork:
    """Roads and railways as one undirected graph.

    `count` is the number of vertices. `ends` holds the two vertices of each edge, shape (edges, 2); `km` is
    the length of each edge. `vertex` holds the vertex at which each point joins, -1 where no line passes
    within 10 km. `leg_km` is the distance from the point to this vertex, NaN without one.
    """

    count: int
    ends: NDArray[np.int64]
    km: NDArray[np.float64]
    vertex: NDArray[np.int64]
    leg_km: NDArray[np.float64]

    def distances_km(self, start: NDArray[np.int64], limit_km: float) -> NDArray[np.float64]:
        """Return kilometres from the vertices `start` to all vertices, shape (start, vertices).

        A vertex farther than `limit_km` has inf.
        """
        keyed = pd.DataFrame(np.sort(self.ends, axis=1), columns=["a", "b"]).assign(km=self.km)
        least = keyed.groupby(["a", "b"])["km"].min().reset_index()  # a sparse array adds doubles up
        # An edge of length 0 would be no edge in a sparse array.
        graph = coo_array(
            (np.maximum(least["km"], 1e-6), (least["a"], least["b"])), shape=(self.count,) * 2
        ).tocsr()
        return np.asarray(dijkstra(graph, directed=False, indices=start, limit=limit_km))


def land_network(
    lines: NDArray[np.object_],
    points: NDArray[np.object_],
    countries: gpd.GeoDataFrame,
    closed: Iterable[frozenset[str]],
) -> LandNetwork:
    """Return the graph of `lines` (roads and railways), with a vertex for each point that joins it.

    Lines, points and countries are in EPSG:3413. `closed` holds pairs of states (`layers.borders`): roads and
    railways between the two states are left out. A point splits the edge that it joins. So a point beside an
    edge across a border keeps the part of the edge in its own state.
    """
    cut = edges_of(lines)
    joined = join(points, cut.pairs, cut.ends, cut.km(), len(cut.places))
    xy = np.concatenate([cut.places, joined.feet])
    open_way = ~_crosses(xy, joined.ends, countries, closed)
    return LandNetwork(len(xy), joined.ends[open_way], joined.km[open_way], joined.vertex, joined.leg_km)


def _crosses(
    places: NDArray[np.float64],
    ends: NDArray[np.int64],
    countries: gpd.GeoDataFrame,
    closed: Iterable[frozenset[str]],
) -> NDArray[np.bool_]:
    """Return which edges run from one state of a closed pair to the other."""
    if not (pairs := list(closed)):
        return np.zeros(len(ends), dtype=bool)
    return crossed(state_of(places, countries), ends, pairs)


def crossed(
    at: NDArray[np.object_], ends: NDArray[np.int64], closed: Iterable[frozenset[str]]
) -> NDArray[np.bool_]:
    """Return which edges run from one state of a closed pair to the other; `at` is the state of a vertex."""
    out = np.zeros(len(ends), dtype=bool)
    for pair in closed:
        one, other = sorted(pair)
        a, b = at[ends[:, 0]], at[ends[:, 1]]
        out |= ((a == one) & (b == other)) | ((a == other) & (b == one))
    return out


class Joined(NamedTuple):
    """Edges split at the points that join them.

    `vertex` and `leg_km` are by point, as in `LandNetwork`. `ends` and `km` are the new edges, `origin` is
    the number of the edge that each is a piece of. `feet` are the EPSG:3413 positions of the new vertices.
    """

    vertex: NDArray[np.int64]
    leg_km: NDArray[np.float64]
    ends: NDArray[np.int64]
    km: NDArray[np.float64]
    origin: NDArray[np.int64]
    feet: NDArray[np.float64]


def join(
    points: NDArray[np.object_],
    pairs: NDArray[np.float64],
    ends: NDArray[np.int64],
    km: NDArray[np.float64],
    count: int,
) -> Joined:
    """Split the edges at the points that join them.

    `pairs` holds the EPSG:3413 positions of the ends of each edge, shape (edges, 2, 2). The new vertex of a
    point is the nearest place on the nearest edge within 10 km; new vertices are numbered from `count`.
    """
    # EPSG:3413 stretches lengths by up to 10 % north of 50 N: the search in the plane needs this margin.
    segments = shapely.linestrings(pairs)
    (of_point, of_edge), planar = shapely.STRtree(segments).query_nearest(
        points, return_distance=True, all_matches=False, max_distance=_JOIN_KM * 1100
    )
    xy = shapely.get_coordinates(points[of_point])
    latitude = lonlat(xy[:, 0], xy[:, 1])[1]
    scale = (1 + np.sin(np.radians(70))) / (1 + np.sin(np.radians(latitude)))
    leg = planar / scale / 1000
    near = leg <= _JOIN_KM
    of_point, of_edge, leg = of_point[near], of_edge[near], leg[near]
    part = shapely.line_locate_point(segments[of_edge], points[of_point], normalized=True)
    vertex, leg_km = np.full(len(points), -1), np.full(len(points), np.nan)
    vertex[of_point], leg_km[of_point] = count + np.arange(len(of_point)), leg
    # Several points may join one edge: they split it in the order along the edge.
    order = np.lexsort((part, of_edge))
    edge, share, new = of_edge[order], part[order], (count + np.arange(len(of_point)))[order]
    feet = shapely.get_coordinates(
        shapely.line_interpolate_point(segments[of_edge], part, normalized=True)
    ).reshape(-1, 2)
    turns = edge[1:] != edge[:-1]
    first, last = np.append(True, turns)[: len(edge)], np.append(turns, True)[: len(edge)]
    before = np.where(first, ends[edge, 0], np.roll(new, 1))
    done = np.where(first, 0.0, np.roll(share, 1))
    chain = np.column_stack([before, new]), (share - done) * km[edge]
    tail = np.column_stack([new[last], ends[edge[last], 1]]), (1 - share[last]) * km[edge[last]]
    whole = np.setdiff1d(np.arange(len(ends)), of_edge)
    return Joined(
        vertex, leg_km,
        np.concatenate([ends[whole], chain[0], tail[0]]), np.concatenate([km[whole], chain[1], tail[1]]),
        np.concatenate([whole, edge, edge[last]]), feet,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Captives:
    """People in places within 50 km of each node without another usable node of the same kind.

    `persons` counts them for each radius of RADII_KM, shape (nodes, 3). The other fields have shape (nodes,).
    `largest` is the population of the largest such place at 100 km, and `place` is its position in the towns,
    -1 without one. `other_km` is the length by land from the largest place within 50 km, cut off or not, to
    the next other usable node. It is NaN where the way on the graph exceeds 120 km. The two legs, from place
    and node to the graph, come on top (up to 10 km each).
    """

    persons: NDArray[np.float64]
    largest: NDArray[np.float64]
    place: NDArray[np.int64]
    other_km: NDArray[np.float64]


def captives(
    sites: pd.DataFrame,
    towns: pd.DataFrame,
    usable: NDArray[np.bool_],
    network: LandNetwork,
    kinds: Sequence[str],
    limited: Iterable[frozenset[str]] = (),
) -> Captives:
    """Return the people near each node of `kinds` who are cut off without it (see `Captives`).

    `usable` states which sites can serve as another node. The points of `network` are the towns, then the
    sites, in the order of the tables. A town reaches a node within 10 km without a road. Nodes of other kinds
    have 0 persons. Towns and nodes in the two states of a pair of `limited` do not count for each other.
    """
    pairs = list(limited)
    people = np.nan_to_num(towns["population"].to_numpy(dtype=float), nan=0.0)
    counted = np.flatnonzero(people > 0)
    persons, largest = np.zeros((len(sites), len(RADII_KM))), np.zeros(len(sites))
    place, other_km = np.full(len(sites), -1), np.full(len(sites), np.nan)
    reach_km = _by_land(network, counted, len(towns), RADII_KM[-1])
    kind_of = sites["kind"].to_numpy(dtype=object)
    for kind in kinds:
        rows = np.flatnonzero(kind_of == kind)
        if not len(rows):
            continue
        some = towns.iloc[counted]
        (at_town, at_site) = within_km(some, sites.iloc[rows], _REACH_KM)
        way = _with_those_beside(reach_km[:, rows], some, sites.iloc[rows])
        way[:, ~usable[rows]] = np.inf
        if pairs:
            town_state, site_state = (
                table["country_iso3"].to_numpy(dtype=object) for table in (some, sites.iloc[rows])
            )
            apart = crosses_border(town_state[at_town], site_state[at_site], pairs)
            at_town, at_site = at_town[~apart], at_site[~apart]
            for pair in pairs:
                is_town, is_site = np.isin(town_state, list(pair)), np.isin(site_state, list(pair))
                other = town_state[is_town][:, None] != site_state[is_site]
                way[np.ix_(is_town, is_site)] = np.where(other, np.inf, way[np.ix_(is_town, is_site)])
        ordered = np.sort(way, axis=1)
        own = way[at_town, at_site]
        # A node that is the nearest one itself has the second nearest as its alternative.
        least = ordered[at_town, 0]
        second = ordered[at_town, 1] if way.shape[1] > 1 else np.full(len(at_town), np.inf)
        next_km = np.where(own == least, second, least)
        for place_of, radius in enumerate(RADII_KM):
            only = next_km > radius
            np.add.at(persons[:, place_of], rows[at_site[only]], people[counted[at_town[only]]])
        only = next_km > RADII_KM[1]
        # Later writes win, so ascending order leaves the largest place.
        order = np.argsort(people[counted[at_town[only]]], kind="stable")
        owner, town = rows[at_site[only]][order], counted[at_town[only]][order]
        largest[owner], place[owner] = people[town], town
        order = np.argsort(people[counted[at_town]], kind="stable")
        other_km[rows[at_site[order]]] = next_km[order]
    return Captives(persons, largest, place, np.where(np.isinf(other_km), np.nan, other_km))


def ways_km(
    sites: pd.DataFrame, towns: pd.DataFrame, network: LandNetwork, rows: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Return kilometres by land from each town to the sites at positions `rows`, shape (towns, rows).

    The points of `network` are the towns, then the sites. A town reaches a site within 10 km without a road.
    Infinite where the way on the graph exceeds 120 km.
    """
    reach_km = _by_land(network, np.arange(len(towns)), len(towns), RADII_KM[-1])
    return _with_those_beside(reach_km[:, rows], towns, sites.iloc[rows])


def _with_those_beside(
    reach_km: NDArray[np.float32], towns: pd.DataFrame, sites: pd.DataFrame
) -> NDArray[np.float32]:
    """Return the ways by land, shape (towns, sites), with sites within 10 km of a town at their distance."""
    way = reach_km.copy()
    near_km, near = nearest(towns, sites, k=min(6, max(len(sites), 1)))
    for column in range(near.shape[1]):  # beside the town: no road is needed
        close = (near[:, column] >= 0) & (near_km[:, column] <= _JOIN_KM)
        here = np.flatnonzero(close)
        way[here, near[here, column]] = np.fmin(way[here, near[here, column]], near_km[here, column])
    return way


def _by_land(
    network: LandNetwork, towns: NDArray[np.int64], offset: int, limit_km: float, block: int = 250
) -> NDArray[np.float32]:
    """Return kilometres by land from the towns at positions `towns` to every site, shape (towns, sites).

    Both legs are included. Infinite where the way on the graph exceeds `limit_km`. `offset` is the position
    of the first site among the points of the network, `block` the number of towns in one search.
    """
    at_site, leg_site = network.vertex[offset:], network.leg_km[offset:]
    joined = np.flatnonzero(at_site >= 0)
    out = np.full((len(towns), len(at_site)), np.inf, dtype=np.float32)
    start = np.flatnonzero(network.vertex[towns] >= 0)
    for first in range(0, len(start), block):
        some = start[first : first + block]
        way = network.distances_km(network.vertex[towns[some]], limit_km)[:, at_site[joined]]
        way += network.leg_km[towns[some]][:, None] + leg_site[joined]
        out[np.ix_(some, joined)] = way
    return out
