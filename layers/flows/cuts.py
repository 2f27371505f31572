"""Edges and vertices of a multigraph whose loss cuts others off from one root, in one depth-first search.

R. Tarjan, Depth-first search and linear graph algorithms (1972), doi:10.1137/0201010.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Cuts", "cuts"]


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """What the loss of one edge or one vertex cuts off from the root.

    `order` holds the vertices that reach the root, in the order of the search. `edges` are the edges whose
    loss cuts off `order[edge_spans[i, 0] : edge_spans[i, 1]]`. The loss of `vertices[i]` cuts off
    `order[vertex_spans[i, 0] : vertex_spans[i, 1]]`; a vertex has a row for each part that it cuts off, and
    is in none of its own parts.
    """

    order: NDArray[np.int64]
    edges: NDArray[np.int64]
    edge_spans: NDArray[np.int64]
    vertices: NDArray[np.int64]
    vertex_spans: NDArray[np.int64]


def cuts(u: NDArray[np.int64], v: NDArray[np.int64], count: int, root: int) -> Cuts:
    """Return the cuts of the undirected graph of `count` vertices; parallel edges replace each other."""
    starts, ends, edge = _neighbours(u, v, count)
    seen = [-1] * count  # number of a vertex in the order of the search
    low = [0] * count  # smallest number that the part below a vertex reaches without its own edge
    came_by = [-1] * count
    came_from = [-1] * count
    at = starts[:-1].copy()
    last = starts[1:]
    order = [root]
    seen[root] = 0
    bridges: list[tuple[int, int, int]] = []
    parts: list[tuple[int, int, int]] = []
    path = [root]
    while path:
        here = path[-1]
        step = at[here]
        if step < last[here]:
            at[here] = step + 1
            other = ends[step]
            if seen[other] < 0:
                seen[other] = low[other] = len(order)
                came_by[other], came_from[other] = edge[step], here
                order.append(other)
                path.append(other)
            elif edge[step] != came_by[here] and seen[other] < low[here]:
                low[here] = seen[other]
            continue
        path.pop()
        above = came_from[here]
        if above < 0:
            continue
        low[above] = min(low[above], low[here])
        span = (seen[here], len(order))
        if low[here] > seen[above]:
            bridges.append((came_by[here], *span))
        if low[here] >= seen[above] and above != root:
            parts.append((above, *span))
    cut_edges, cut_vertices = (np.array(rows, dtype=np.int64).reshape(-1, 3) for rows in (bridges, parts))
    return Cuts(
        np.array(order, dtype=np.int64), cut_edges[:, 0], cut_edges[:, 1:], cut_vertices[:, 0],
        cut_vertices[:, 1:],
    )  # fmt: skip


def _neighbours(
    u: NDArray[np.int64], v: NDArray[np.int64], count: int
) -> tuple[list[int], list[int], list[int]]:
    """Return where the neighbours of each vertex start, the neighbours, and the edge that leads to each."""
    from_, to = np.concatenate([u, v]), np.concatenate([v, u])
    order = np.argsort(from_, kind="stable")
    starts = np.searchsorted(from_[order], np.arange(count + 1))
    return starts.tolist(), to[order].tolist(), np.tile(np.arange(len(u)), 2)[order].tolist()
