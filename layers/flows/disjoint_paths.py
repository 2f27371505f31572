"""The shortest path between two vertices, and the two edge-disjoint paths of the least total length.

Two searches give the pair (Suurballe & Tarjan 1984, doi:10.1002/net.3230140209): the second one runs over
lengths reduced by the distances of the first, in which the first path is turned back at no cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Arcs", "disjoint_pair", "shortest_path"]


class Arcs(NamedTuple):
    """Directed arcs: two of each undirected edge, of which `edge` is the number."""

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    km: NDArray[np.float64]
    edge: NDArray[np.int64]

    @staticmethod
    def of(u: NDArray[np.int64], v: NDArray[np.int64], km: NDArray[np.float64]) -> Arcs:
        """Return the arcs of undirected edges; loops are left out."""
        edge = np.flatnonzero(u != v)
        one, other, length = u[edge], v[edge], km[edge]
        both = np.concatenate([one, other]), np.concatenate([other, one])
        return Arcs(*both, np.tile(length, 2), np.tile(edge, 2))


def _search(
    arcs: Arcs, allowed: NDArray[np.bool_], km: NDArray[np.float64], count: int, start: int, end: int
) -> tuple[NDArray[np.float64], list[int] | None]:
    """Return the lengths from `start`, and the arcs of a shortest path to `end`, None without one."""
    rows = np.flatnonzero(allowed)
    rows = rows[np.lexsort([km[rows], arcs.head[rows], arcs.tail[rows]])]
    pair = arcs.tail[rows] * count + arcs.head[rows]
    rows = rows[np.diff(pair, prepend=-1) != 0]  # of parallel arcs the shortest
    matrix = sparse.csr_array((km[rows], (arcs.tail[rows], arcs.head[rows])), shape=(count, count))
    far, parent = dijkstra(matrix, indices=start, return_predecessors=True)
    if np.isinf(far[end]):
        return far, None
    pair = arcs.tail[rows] * count + arcs.head[rows]
    path, at = [], end
    while at != start:
        before = int(parent[at])
        path.append(int(rows[np.searchsorted(pair, before * count + at)]))
        at = before
    return far, path[::-1]


def shortest_path(arcs: Arcs, count: int, start: int, end: int) -> list[int] | None:
    """Return the edges of a shortest path in order, None without one; `count` is the number of vertices."""
    _, path = _search(arcs, np.ones(len(arcs.km), dtype=bool), arcs.km, count, start, end)
    return None if path is None else arcs.edge[path].tolist()


def disjoint_pair(arcs: Arcs, count: int, start: int, end: int) -> tuple[list[int], list[int]] | None:
    """Return the edges of two paths that share no edge and have the least total, the shorter one first.

    None if there is no such pair. Parallel edges are different edges.
    """
    if start == end:
        return None
    far, first = _search(arcs, np.ones(len(arcs.km), dtype=bool), arcs.km, count, start, end)
    if first is None:
        return None
    allowed = np.isfinite(far[arcs.tail]) & np.isfinite(far[arcs.head])
    with np.errstate(invalid="ignore"):  # inf - inf where nothing leads
        reduced = np.maximum(arcs.km + far[arcs.tail] - far[arcs.head], 0.0)
    half = len(arcs.km) // 2
    turned = [arc + half if arc < half else arc - half for arc in first]
    allowed[first] = False
    reduced[turned] = 0.0
    _, second = _search(arcs, allowed, reduced, count, start, end)
    if second is None:
        return None
    # An edge that both paths pass, in opposite directions, is in neither path of the pair.
    both = set(turned) & set(second)
    met = {arc + half if arc < half else arc - half for arc in both}
    left = [arc for arc in first if arc not in met] + [arc for arc in second if arc not in both]
    ways = [_walk(arcs, left, start, end) for _ in range(2)]
    ways.sort(key=lambda way: float(arcs.km[way].sum()))
    return arcs.edge[ways[0]].tolist(), arcs.edge[ways[1]].tolist()


def _walk(arcs: Arcs, left: list[int], start: int, end: int) -> list[int]:
    """Take a path from `start` to `end` out of `left`; a ring on the way has no length and is left out."""
    path: list[int] = []
    at = start
    while at != end:
        arc = next(one for one in left if arcs.tail[one] == at)
        left.remove(arc)
        at = int(arcs.head[arc])
        path.append(arc)
        seen = [place for place, one in enumerate(path) if arcs.tail[one] == at]
        if seen:
            del path[seen[0] :]
    return path
