"""The ways that are left in an exercise: of watched pairs, of affected places, and nodes that stand in.

A way is the shortest that is open. Hours are those of its modes at the speeds of `MODES`: no waiting, no
loading, a lower bound. Nothing here knows capacity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.crs import distance_km
from layers.flows.closures import Case, Closed
from layers.flows.disjoint_paths import Arcs, shortest_path
from layers.flows.graph import MODES
from layers.flows.search import search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.flows.graph import FlowGraph

__all__ = ["SUBSTITUTED_KINDS", "WayLeft", "nodes_in_place", "way_left"]

# Kinds of nodes for which a node of the same kind can stand in.
SUBSTITUTED_KINDS = ("port", "airfield", "rail_terminal", "cable_landing", "energy_site")
_LAND = frozenset({"road", "rail"})
_SIZE_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class WayLeft:
    """The shortest way: km and hours (inf if there is none, NaN if a mode has no speed), km by mode, links.

    `states` are ISO 3166 codes in order of their first edge. `edges` are the rows of its edges.
    """

    km: float
    hours: float
    km_by_mode: dict[str, float]
    links: tuple[str, ...]
    states: tuple[str, ...]
    edges: tuple[int, ...]


def way_left(
    graph: FlowGraph, usable: NDArray[np.bool_], shut: Closed | None, start: int, ends: NDArray[np.int64]
) -> WayLeft:
    """Return the shortest way from a vertex to the nearest of some vertices; rows of vertices.

    A closed vertex has no way.
    """
    none = WayLeft(float("inf"), float("inf"), {}, (), (), ())
    open_ends = ends if shut is None else ends[~shut.vertices[ends]]
    if not len(open_ends) or (shut is not None and shut.vertices[start]):
        return none
    rows = np.flatnonzero(usable if shut is None else usable & ~shut.edges)
    goal = len(graph)
    u = np.concatenate([graph.edges["u"].to_numpy(np.int64)[rows], open_ends])
    v = np.concatenate([graph.edges["v"].to_numpy(np.int64)[rows], np.full(len(open_ends), goal)])
    km = np.concatenate([graph.edges["km"].to_numpy(float)[rows], np.zeros(len(open_ends))])
    path = shortest_path(Arcs.of(u, v, km), goal + 1, start, goal)
    if path is None:
        return none
    used = rows[[edge for edge in path if edge < len(rows)]]
    own = graph.edges.iloc[used]
    by_mode = {str(mode): float(part["km"].sum()) for mode, part in own.groupby("mode", sort=False)}
    hours = sum(length / MODES[mode].speed_km_h for mode, length in by_mode.items())
    links = [str(link) for link, mode in zip(own["link_id"], own["mode"], strict=True) if mode != "access"]
    codes = [code for text in own["states"] for code in str(text).split("-") if code]
    total = float(own["km"].sum())
    return WayLeft(
        total, float(hours), by_mode, tuple(dict.fromkeys(links)), tuple(dict.fromkeys(codes)),
        tuple(used.tolist()),
    )  # fmt: skip


def nodes_in_place(
    graph: FlowGraph, month: int, shut: Closed, vertex: int, size: NDArray[np.float64], floor: float = 0.0
) -> pd.DataFrame:
    """Return open nodes of the kind of a closed node: the nearest two, and the nearest three of its size.

    `size` measures the nodes, shape (vertices,), NaN where it is not known. Four fifths of the size of the
    closed node are enough, but not less than `floor`. Nearer by road and rail comes before nearer in a
    straight line.

    Columns `vertex_id`, `name`, `country_iso3`, `land_km` (NaN: no way by road or rail of the network),
    `straight_km`, geodesic, and `fits`: `large enough`, `smaller` or `unknown`.
    """
    table = graph.vertices
    kind = table["kind"].iloc[vertex]
    others = np.flatnonzero((table["kind"] == kind).to_numpy() & ~shut.vertices)
    lon, lat = (table[name].to_numpy(float) for name in ("longitude_deg", "latitude_deg"))
    straight = distance_km(lon[vertex], lat[vertex], lon[others], lat[others])
    case = Case("goods", month, modes=_LAND)
    # The node itself may serve nobody, but the place at it is still where its goods are.
    edges = case.usable(graph) & (~shut.edges | _legs_of(graph, vertex))
    land = search(graph, edges, np.array([vertex]), others).km(others)[0]
    order = np.lexsort([straight, land])
    least = np.fmax(_SIZE_SHARE * size[vertex], floor)
    large = size[others] >= least  # an unknown size is not large
    unknown = np.isnan(size[others]) | np.isnan(least)
    chosen = np.array(list(dict.fromkeys([*order[:2], *order[large[order]][:3]])), dtype=np.int64)
    own = table.iloc[others[chosen]]
    fits = np.select([large, unknown], ["large enough", "unknown"], "smaller")
    return pd.DataFrame({
        "vertex_id": own["vertex_id"].to_numpy(), "name": own["name"].to_numpy(),
        "country_iso3": own["country_iso3"].to_numpy(),
        "land_km": np.where(np.isfinite(land[chosen]), np.round(land[chosen], 1), np.nan),
        "straight_km": np.round(straight[chosen], 1), "fits": fits[chosen],
    })  # fmt: skip


def _legs_of(graph: FlowGraph, vertex: int) -> NDArray[np.bool_]:
    ends = np.isin(graph.edges[["u", "v"]].to_numpy(np.int64), [vertex]).any(axis=1)
    return np.asarray(ends & (graph.edges["mode"] == "access").to_numpy())
