"""Main roads and railways as edges, with states, closed borders and breaks of gauge, and places on them.

The lines are the OpenStreetMap extracts `osm_roads` and `osm_railways`: chords between junctions. Lesser
roads and winter roads are not in them, so a place without an edge here is "no main road on file", not "no
road". No seasonal closure of a road is in a source: every month is `assumed`. A place joins a line within
10 km, as in `layers.assessed.people_cut_off`, by a leg of the mode `access`.

The states of an edge are those at its ends. A border that is closed or limited (`layers.borders`) closes
roads and railways between the two states, whatever the crossing: Storskog, open to some, and freight by rail
at Vainikkala are closed here.

The gauge of a track is that of the railheads of its state (`own_railheads`). Where it changes by more than
10 mm, the edge is cut at the border by a vertex of the kind `gauge_break`. Vehicles of 1,520 mm run on
1,524 mm. Where no railhead of a state is on file, no break is stated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from layers.assessed.people_cut_off import crossed, join
from layers.crs import lonlat, polar_points
from layers.flows.graph import FlowGraph
from layers.flows.parts import edge_table, joined_states, legs, vertex_table
from layers.line_edges import GAP_KM, edges_of, gaps, state_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["gauges", "land_flows"]

_SAME_GAUGE_MM = 10


def gauges(railheads: pd.DataFrame) -> dict[str, int]:
    """Return the track gauge by state, mm: the most frequent one of its railheads."""
    known = railheads.dropna(subset=["gauge_mm"])
    most = known.groupby("country_iso3")["gauge_mm"].agg(lambda values: values.mode().iloc[0])
    return {str(state): int(gauge) for state, gauge in most.items()}


@dataclass(slots=True)
class _Ways:
    """Edges under construction: positions (EPSG:3413) and names of vertices, ends, and rows of lines."""

    xy: NDArray[np.float64]
    vertex_id: NDArray[np.object_]
    name: NDArray[np.object_]
    kind: NDArray[np.object_]
    state: NDArray[np.object_]
    ends: NDArray[np.int64]
    km: NDArray[np.float64]
    row: NDArray[np.int64]


def land_flows(
    mode: str,
    lines: gpd.GeoDataFrame,
    places: pd.DataFrame,
    countries: gpd.GeoDataFrame,
    closed: Iterable[frozenset[str]],
    gauge_mm: Mapping[str, int] | None = None,
    *,
    with_gaps_closed: bool = True,
) -> FlowGraph:
    """Return the graph of roads or railways, with a vertex for each place within 10 km of one.

    Parameters
    ----------
    mode
        `road` or `rail`.
    lines, countries
        In EPSG:3413.
    places
        Vertices of `places_table`.
    closed
        Pairs of states whose border is closed.
    gauge_mm
        The gauge by state; with it edges are cut at breaks of gauge.
    with_gaps_closed
        Whether dead ends that face each other are joined (`layers.line_edges`).
    """
    points = polar_points(places["longitude_deg"], places["latitude_deg"])
    ways, vertex, leg_km = _ways(mode, lines, points, places["vertex_id"].to_numpy(dtype=object), countries)
    if gauge_mm:
        ways = _cut_at_breaks(ways, countries, gauge_mm)
    near = vertex >= 0
    places = places[near].reset_index(drop=True)
    lon, lat = lonlat(ways.xy[:, 0], ways.xy[:, 1])
    junctions = vertex_table(
        vertex_id=ways.vertex_id, name=ways.name, kind=ways.kind, country_iso3=ways.state,
        longitude_deg=lon, latitude_deg=lat,
    )  # fmt: skip
    ids = np.asarray(f"{mode}:" + lines["feature_id"].to_numpy(dtype=object), dtype=object)[ways.row]
    piece = pd.Series(ids).groupby(ids).cumcount().astype(str).to_numpy(dtype=object)
    edges = edge_table(
        edge_id=ids + "#" + piece, u=ways.ends[:, 0] + len(places), v=ways.ends[:, 1] + len(places),
        km=ways.km, mode=mode, link_id=ids,
        states=joined_states(ways.state[ways.ends[:, 0]], ways.state[ways.ends[:, 1]]),
        is_border_closed=crossed(ways.state, ways.ends, closed),
        source_id=lines["source_id"].to_numpy(dtype=object)[ways.row],
        as_of=lines["as_of"].to_numpy(dtype=object)[ways.row],
    )  # fmt: skip
    bridges = _bridges(mode, ways, len(places)) if with_gaps_closed else edges[:0]
    to_line = _legs(mode, places, ways.state[vertex[near]], vertex[near], leg_km[near], closed)
    own = places.drop(columns="place_id", errors="ignore").assign(snap_km=leg_km[near])
    return FlowGraph(
        pd.concat([own, junctions], ignore_index=True),
        pd.concat([edges, bridges, to_line], ignore_index=True),
    )


def _legs(
    mode: str,
    places: pd.DataFrame,
    foot_state: NDArray[np.object_],
    foot: NDArray[np.int64],
    km: NDArray[np.float64],
    closed: Iterable[frozenset[str]],
) -> pd.DataFrame:
    """Return the legs from places to their feet, which follow the places; one may cross a border."""
    count = len(places)
    own_state = places["country_iso3"].to_numpy(dtype=object)
    across = np.column_stack([np.arange(count), count + np.arange(count)])
    return legs(
        places, count + foot, km, f"{mode}-leg", states=joined_states(own_state, foot_state),
        is_border_closed=crossed(np.concatenate([own_state, foot_state]), across, closed),
    )  # fmt: skip


def _bridges(mode: str, ways: _Ways, offset: int) -> pd.DataFrame:
    """Return the assumed edges over gaps; the first vertex of `ways` is the vertex `offset`."""
    ends, km = gaps(ways.xy, ways.ends, ways.state, GAP_KM[mode])
    pairs = zip(*(ways.vertex_id[ends[:, end]].tolist() for end in (0, 1)), strict=True)
    ids = [f"{mode}-gap:{u.partition(':')[2]}/{v.partition(':')[2]}" for u, v in pairs]
    return edge_table(
        edge_id=ids, u=ends[:, 0] + offset, v=ends[:, 1] + offset, km=km, mode=mode, link_id=ids,
        states=ways.state[ends[:, 0]], source_id="arctic-picture", as_of="",
    )  # fmt: skip


def _ways(
    mode: str,
    lines: gpd.GeoDataFrame,
    points: NDArray[np.object_],
    ids: NDArray[np.object_],
    countries: gpd.GeoDataFrame,
) -> tuple[_Ways, NDArray[np.int64], NDArray[np.float64]]:
    """Return the lines cut into edges at the points that join them; vertex and leg, km, of each point."""
    cut = edges_of(lines.geometry.to_numpy())
    joined = join(points, cut.pairs, cut.ends, cut.km(), len(cut.places))
    positions = np.concatenate([cut.places, joined.feet])
    names = [f"{mode}:{x}_{y}" for x, y in cut.places.astype(np.int64).tolist()]
    near = np.flatnonzero(joined.vertex >= 0)
    # The feet are numbered in the order of the search, not in that of the points.
    names += [f"{mode}-foot:{key}" for key in ids[near[np.argsort(joined.vertex[near])]]]
    plain = np.full(len(positions), "", dtype=object)
    ways = _Ways(
        positions, np.array(names, dtype=object), plain, np.full(len(positions), "junction", dtype=object),
        state_of(positions, countries), joined.ends, joined.km, cut.line[joined.origin],
    )  # fmt: skip
    return ways, joined.vertex, joined.leg_km


def _cut_at_breaks(ways: _Ways, countries: gpd.GeoDataFrame, gauge_mm: Mapping[str, int]) -> _Ways:
    """Return the edges with a vertex where the gauge of one end differs from that of the other."""
    gauge = np.array([gauge_mm.get(state, np.nan) for state in ways.state])
    first, last = ways.ends.T
    breaks = np.flatnonzero(np.abs(gauge[first] - gauge[last]) > _SAME_GAUGE_MM)
    if not len(breaks):
        return ways
    share = _share_before_border(ways, breaks, countries)
    start, stop = ways.xy[first[breaks]], ways.xy[last[breaks]]
    new = len(ways.xy) + np.arange(len(breaks))
    ends, km = ways.ends.copy(), ways.km.copy()
    tail = np.column_stack([new, last[breaks]]), (1 - share) * km[breaks]
    ends[breaks, 1], km[breaks] = new, share * km[breaks]
    low, high = np.sort(np.stack([gauge[first[breaks]], gauge[last[breaks]]]), axis=0).astype(int)
    states = joined_states(ways.state[first[breaks]], ways.state[last[breaks]])
    both = zip(low.tolist(), high.tolist(), states, strict=True)
    names = [f"break of gauge {one}/{other} mm, {pair}" for one, other, pair in both]
    xy = start + share[:, None] * (stop - start)
    keys = [f"gauge-break:{x}_{y}" for x, y in np.round(xy).astype(int).tolist()]
    return _Ways(
        np.concatenate([ways.xy, xy]), np.append(ways.vertex_id, keys), np.append(ways.name, names),
        np.append(ways.kind, ["gauge_break"] * len(breaks)), np.append(ways.state, ways.state[last[breaks]]),
        np.concatenate([ends, tail[0]]), np.concatenate([km, tail[1]]),
        np.concatenate([ways.row, ways.row[breaks]]),
    )  # fmt: skip


def _share_before_border(
    ways: _Ways, which: NDArray[np.int64], countries: gpd.GeoDataFrame
) -> NDArray[np.float64]:
    """Return the part of each edge that lies in the state of its first end, 0.05 to 0.95.

    Half the edge where the outline of the state does not tell.
    """
    shapes = dict(zip(countries["country_iso3"], countries.geometry, strict=True))
    lines = shapely.linestrings(ways.xy[ways.ends[which]])
    own = np.array([shapes[state] for state in ways.state[ways.ends[which, 0]]], dtype=object)
    share = shapely.length(shapely.intersection(lines, own)) / shapely.length(lines)
    return np.where((share > 0) & (share < 1), np.clip(share, 0.05, 0.95), 0.5)
