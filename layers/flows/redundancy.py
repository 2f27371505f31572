"""How many ways a place has that share no line: edge-disjoint paths to the gateways.

The number is the maximum flow with capacity 1 on each edge (Menger 1927; Ford & Fulkerson 1956,
doi:10.4153/CJM-1956-045-5). Access edges, by which a place joins a line, do not count as lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import maximum_flow

from layers.flows.reduction import reduced

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.flows.closures import Case, Closed
    from layers.flows.graph import FlowGraph

__all__ = ["Redundancy", "redundancy"]


@dataclass(frozen=True, slots=True, eq=False)
class Redundancy:
    """Number of edge-disjoint paths of each place to the gateways, shape (places,), before and after.

    0 means cut off. The number is inf where a way needs no line: the place is a gateway, or only access edges
    lie between. It is an upper bound of the ways that fail apart: edges of one risk group, or of one link,
    count as separate. `unknown_edges` have months that are not computed and carry nothing.
    """

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    unknown_edges: int


def redundancy(
    graph: FlowGraph,
    case: Case,
    places: NDArray[np.int64],
    gateways: NDArray[np.int64],
    shut: Closed | None = None,
) -> Redundancy:
    """Return the edge-disjoint paths from each place to any of the gateways.

    `shut` is closed instead of what the case closes.
    """
    usable, shut = case.usable(graph), case.closed(graph) if shut is None else shut
    nothing = shut.vertices & False
    before = _disjoint(graph, usable, nothing, places, np.unique(gateways))
    after = _disjoint(graph, usable & ~shut.edges, shut.vertices, places, np.unique(gateways))
    return Redundancy(before, after, int(case.unknown(graph).sum()))


def _disjoint(
    graph: FlowGraph,
    usable: NDArray[np.bool_],
    closed: NDArray[np.bool_],
    places: NDArray[np.int64],
    gateways: NDArray[np.int64],
) -> NDArray[np.float64]:
    rows, goal = np.flatnonzero(usable), len(graph)
    open_gates = gateways[~closed[gateways]]
    u, v = (
        np.concatenate([graph.edges[end].to_numpy(np.int64)[rows], extra])
        for end, extra in (("u", open_gates), ("v", np.full(len(open_gates), goal)))
    )
    endless = len(u) + 1  # more than all lines together
    is_access = graph.edges["mode"].to_numpy()[rows] == "access"
    capacity = np.concatenate([np.where(is_access, endless, 1), np.full(len(open_gates), endless)])
    kept = np.zeros(goal + 1, dtype=bool)
    kept[places] = kept[goal] = True
    small = reduced(u, v, np.ones(len(u)), kept)
    least = np.full(len(small.u), endless)
    there = small.edge_of >= 0
    np.minimum.at(least, small.edge_of[there], capacity[there])
    both = np.concatenate([small.u, small.v]), np.concatenate([small.v, small.u])
    # Parallel edges add up. The sum of all may pass int32, the type that the search asks for.
    room = sparse.csr_array((np.tile(least.astype(np.int64), 2), both), shape=(len(small),) * 2)
    room.data = np.minimum(room.data, endless).astype(np.int32)
    room = sparse.csr_array(room, dtype=np.int32)
    number = small.vertex_of
    out = np.zeros(len(places))
    for place in np.unique(places[~closed[places]]):
        most = maximum_flow(room, int(number[place]), int(number[goal])).flow_value
        out[places == place] = most if most < endless else np.inf
    return out
