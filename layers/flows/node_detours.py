"""How much longer the ways of settlements become if one node fails, and which node of its kind is nearest.

A node takes the lines of its own mode with it. For ports and rail terminals the ways are those of goods by
sea, rail and road, so that no assumed flight shortens them; for airfields those of people by any mode. Ways
lead to the nearest gateway. A place that is cut off has no detour (`layers.flows.single_failures`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import dijkstra

from layers.assessed.people_cut_off import crosses_border
from layers.crs import distance_km
from layers.flows.closures import Case
from layers.flows.search import search_from_gateways
from layers.flows.shortest_paths import repaired

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from layers.flows.assemble import Assembled
    from layers.flows.graph import FlowGraph

__all__ = ["DETOUR_COLUMNS", "SUBSTITUTE_COLUMNS", "node_detours", "substitutes"]

# `node` and `place` are rows of vertices: `place` has the longest detour, `places` counts those with one.
DETOUR_COLUMNS = ("node", "detour_km", "place", "places")
# `other` is a row of vertices. `land_km` is NaN if main roads and railways do not join them within 300 km.
# `fits` is `large_enough`, `smaller` or `unknown`.
SUBSTITUTE_COLUMNS = ("node", "other", "land_km", "straight_km", "fits")
_SURFACE = frozenset({"sea", "ferry", "rail", "road"})
# Kinds, their flow, the modes of its ways (None: all) and the mode that fails with a node.
_WAYS = (
    ("port", "goods", _SURFACE, "sea"), ("rail_terminal", "goods", _SURFACE, "rail"),
    ("airfield", "people", None, "air"),
)  # fmt: skip
_LEAST_KM = 5.0  # less is within what the lines can tell
_LAND_KM = 300.0
_SIZE_SHARE = 0.8  # as in `layers.flows.exercise_ways`
_FAR_KM = 1e6
_AT_ONCE = 200


def node_detours(assembled: Assembled, month: int) -> pd.DataFrame:
    """Return the longest detour that the loss of each node alone means in a month (`DETOUR_COLUMNS`)."""
    graph, gateways = assembled.graph, assembled.gateways
    kind = graph.vertices["kind"].to_numpy(object)
    towns = np.flatnonzero(kind == "settlement")
    parts = [pd.DataFrame(columns=DETOUR_COLUMNS)]
    for name, flow, modes, own in _WAYS:
        doors = graph.vertices["vertex_id"].isin(gateways.loc[gateways["flow"] == flow, "vertex_id"])
        usable = Case(flow, month, modes=modes).usable(graph)
        found = search_from_gateways(graph, usable, np.flatnonzero(doors.to_numpy()), towns)
        nodes, closures = _closures(graph, found.edges, found.base.graph.edge_of, kind == name, own)
        change = repaired(found.base, closures)
        vertex = found.base.graph.vertices[change.vertex]
        longer = change.km - found.base.km[0, change.vertex]
        counted = np.isin(vertex, towns) & np.isfinite(change.km) & (longer > _LEAST_KM)
        rows = pd.DataFrame({
            "node": nodes[change.closure[counted]], "detour_km": longer[counted], "place": vertex[counted],
        }).sort_values(["node", "detour_km", "place"], ascending=[True, False, True])  # fmt: skip
        first = rows.drop_duplicates("node")
        parts.append(first.assign(places=first["node"].map(rows.groupby("node").size())))
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def _closures(
    graph: FlowGraph,
    rows: NDArray[np.int64],
    edge_of: NDArray[np.int64],
    is_node: NDArray[np.bool_],
    own: str,
) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """Return the nodes that carry something, and the edges of the reduced graph that fail with each."""
    edges = graph.edges.iloc[rows]
    is_leg = edges["edge_id"].astype(str).str.startswith("rail-leg:").to_numpy()
    fails = is_leg if own == "rail" else (edges["mode"] == own).to_numpy()
    number = edge_of[: len(rows)]
    ends = [edges[end].to_numpy(np.int64) for end in ("u", "v")]
    pairs = np.concatenate([
        np.column_stack([end, number])[fails & (number >= 0) & is_node[end]] for end in ends
    ])  # fmt: skip
    nodes, starts = np.unique(pairs[np.argsort(pairs[:, 0], kind="stable"), 0], return_index=True)
    ordered = pairs[np.argsort(pairs[:, 0], kind="stable"), 1]
    return nodes, [np.unique(part) for part in np.split(ordered, starts[1:])] if len(nodes) else []


def substitutes(
    graph: FlowGraph, kinds: Iterable[str], closed: Iterable[frozenset[str]], size: NDArray[np.float64]
) -> pd.DataFrame:
    """Return for each node of the kinds the nearest other one of its kind (`SUBSTITUTE_COLUMNS`).

    One of at least four fifths of its size within 300 km comes before others. Nearer by main road and
    railway, up to 300 km, comes before nearer in a straight line. A node beyond a border of `closed` is none.
    `size` measures the nodes, shape (vertices,), NaN where it is not known.
    """
    pairs = list(closed)
    vertices = graph.vertices
    state = vertices["country_iso3"].to_numpy(object)
    lon, lat = (vertices[name].to_numpy(float) for name in ("longitude_deg", "latitude_deg"))
    land = (
        graph.edges["mode"].isin(["road", "rail", "access"]) & ~graph.edges["is_border_closed"]
    ).to_numpy()
    matrix = graph.only(land).matrix()
    rows = []
    for kind in kinds:
        nodes = np.flatnonzero((vertices["kind"] == kind).to_numpy())
        if not len(nodes):
            continue
        for some in np.split(nodes, range(_AT_ONCE, len(nodes), _AT_ONCE)):
            by_land = dijkstra(matrix, indices=some, limit=_LAND_KM)[:, nodes]
            straight = distance_km(lon[some, None], lat[some, None], lon[nodes], lat[nodes])
            one, other = (np.broadcast_to(part, straight.shape).ravel() for part in (some[:, None], nodes))
            barred = crosses_border(state[one], state[other], pairs).reshape(straight.shape)
            barred |= some[:, None] == nodes
            # By land first: an unreached one counts from 300 km on.
            cost = np.where(np.isfinite(by_land), by_land, _LAND_KM + straight)
            is_large = (size[nodes] >= _SIZE_SHARE * size[some, None]) & (straight <= _LAND_KM)
            cost[~is_large] += _FAR_KM
            cost[barred] = np.inf
            best = cost.argmin(axis=1)
            at = np.arange(len(some))
            kept = np.isfinite(cost[at, best])
            km = np.where(np.isfinite(by_land[at, best]), by_land[at, best], np.nan)
            rows.append(np.column_stack([some, nodes[best], km, straight[at, best]])[kept])
    found = np.concatenate(rows) if rows else np.empty((0, 4))
    table = pd.DataFrame(found, columns=list(SUBSTITUTE_COLUMNS[:4])).astype({"node": int, "other": int})
    own, others = (size[table[name].to_numpy(np.int64)] for name in ("node", "other"))
    table["fits"] = np.select(
        [others >= _SIZE_SHARE * own, np.isnan(own) | np.isnan(others)],
        ["large_enough", "unknown"],
        "smaller",
    )
    return table
