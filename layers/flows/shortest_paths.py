"""Shortest distances from many sources, and after a closure by repair instead of a new search.

A closure changes the distance of a vertex only if its path in the tree of the source passes what is closed.
These vertices are searched again, from their neighbours whose distance stands (Ramalingam & Reps 1996,
doi:10.1006/jagm.1996.0046). All trees that a closure cuts are repaired in one search, over one graph that
holds the vertices to be repaired of every tree. Results are those of a new search.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.flows.reduction import Reduced

__all__ = ["Repaired", "Trees", "repaired", "trees"]

_PLACES = 8_000_000  # vertices times trees times closures in one search: bounds the memory, about 200 MB


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """Shortest-path trees of the sources over a reduced graph.

    `km` holds the distance, inf without a path, and `parent` the vertex before, negative without one; both
    have shape (sources, vertices). `incident`, `other` and `start` list the edges of each vertex and their
    far ends: those of vertex x stand from `start[x]` to `start[x + 1]`. `is_shortest` marks of parallel edges
    the one that trees use.
    """

    graph: Reduced
    sources: NDArray[np.int64]
    km: NDArray[np.float64]
    parent: NDArray[np.int32]
    start: NDArray[np.int64]
    incident: NDArray[np.int64]
    other: NDArray[np.int64]
    is_shortest: NDArray[np.bool_]


def trees(graph: Reduced, sources: NDArray[np.int64]) -> Trees:
    """Return the trees of `sources`, vertices of the reduced graph."""
    count, edges = len(graph), len(graph.u)
    low, high = np.minimum(graph.u, graph.v), np.maximum(graph.u, graph.v)
    order = np.lexsort([graph.km, high, low])
    again = (np.diff(low[order], prepend=-1) == 0) & (np.diff(high[order], prepend=-1) == 0)
    is_shortest = np.zeros(edges, dtype=bool)
    is_shortest[order[~again]] = True
    least = np.flatnonzero(is_shortest)
    both = np.concatenate([low[least], high[least]]), np.concatenate([high[least], low[least]])
    matrix = sparse.csr_array((np.tile(graph.km[least], 2), both), shape=(count, count))
    km, parent = dijkstra(matrix, indices=sources, return_predecessors=True)
    tail, head = np.concatenate([graph.u, graph.v]), np.concatenate([graph.v, graph.u])
    order = np.argsort(tail, kind="stable")
    start = np.searchsorted(tail[order], np.arange(count + 1))
    incident = np.tile(np.arange(edges), 2)[order]
    return Trees(graph, sources, km, parent, start, incident, head[order], is_shortest)


class Repaired(NamedTuple):
    """Vertices whose path passed something closed, one row for each closure, tree and vertex.

    `closure` is the number of the closure, `tree` that of the source, `vertex` that of the reduced graph.
    `km` is the new distance, inf where no path is left.
    """

    closure: NDArray[np.int64]
    tree: NDArray[np.int64]
    vertex: NDArray[np.int64]
    km: NDArray[np.float64]


class _Cuts(NamedTuple):
    """Trees that a closure cuts, one row for each tree and closure, and the closed edges of each closure."""

    closure: NDArray[np.int64]
    tree: NDArray[np.int64]
    is_closed: NDArray[np.bool_]  # (closures, edges)


def repaired(base: Trees, closures: Sequence[NDArray[np.int64]]) -> Repaired:
    """Return what each closure changes in each tree; a closure is an array of edges of the reduced graph.

    A closed vertex is given by its edges. Whatever is not returned stays as it is in `base`.
    """
    size = max(len(base.sources) * len(base.graph), len(base.graph.u), 1)
    block = max(_PLACES // size, 1)
    parts = [
        _repaired(base, closures[first : first + block], first) for first in range(0, len(closures), block)
    ]
    if not parts:
        nothing = np.empty(0, dtype=np.int64)
        return Repaired(nothing, nothing, nothing, np.empty(0))
    return Repaired(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _repaired(base: Trees, closures: Sequence[NDArray[np.int64]], first: int) -> Repaired:
    """Return the rows of `repaired` for some closures, of which the first has the number `first`."""
    cuts, heads = _cuts(base, closures)
    at, vertex, number = _beyond(base, cuts, heads)
    km = _searched_again(base, cuts, at, vertex, number) if len(at) else np.empty(0)
    return Repaired(first + cuts.closure[at], cuts.tree[at], vertex, km)


def _cuts(base: Trees, closures: Sequence[NDArray[np.int64]]) -> tuple[_Cuts, NDArray[np.int64]]:
    """Return the cut trees, and the places just beyond a closed edge.

    A place is `cut * vertices + vertex`: a vertex in a cut tree.
    """
    graph, count, rows = base.graph, len(base.graph), len(base.sources)
    closure = np.repeat(np.arange(len(closures)), [len(edges) for edges in closures])
    edge = np.concatenate([*closures, np.empty(0, dtype=np.int64)]).astype(np.int64)
    is_closed = np.zeros((len(closures), len(graph.u)), dtype=bool)
    is_closed[closure, edge] = True
    closure, edge = closure[base.is_shortest[edge]], edge[base.is_shortest[edge]]
    cut_trees, vertices = [], []
    for near, far in ((graph.u[edge], graph.v[edge]), (graph.v[edge], graph.u[edge])):
        tree, which = np.nonzero(base.parent[:, far] == near)
        cut_trees.append(closure[which] * rows + tree)
        vertices.append(far[which])
    both, cut = np.unique(np.concatenate(cut_trees), return_inverse=True)
    heads = np.unique(cut * count + np.concatenate(vertices))
    return _Cuts(*np.divmod(both, max(rows, 1)), is_closed), heads


def _spread(base: Trees, vertex: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each edge at each vertex: the position in `vertex`, and the position in `incident`."""
    begin, many = base.start[vertex], base.start[vertex + 1] - base.start[vertex]
    owner = np.repeat(np.arange(len(vertex)), many)
    return owner, np.arange(len(owner)) + np.repeat(begin - (np.cumsum(many) - many), many)


def _beyond(
    base: Trees, cuts: _Cuts, heads: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return cut and vertex of the places beyond a closed edge, and the number of each place, else -1."""
    count = len(base.graph)
    number = np.full(len(cuts.tree) * count, -1, dtype=np.int64)
    found, new = [heads], heads
    number[heads] = 0
    while len(new):
        at, vertex = np.divmod(new, count)
        owner, position = _spread(base, vertex)
        far = base.other[position]
        child = base.parent[cuts.tree[at[owner]], far] == vertex[owner]
        new = at[owner[child]] * count + far[child]
        # Parallel edges name a child twice; a child may already be beyond another closed edge.
        new = np.unique(new[number[new] < 0])
        number[new] = 0
        found.append(new)
    place = np.sort(np.concatenate(found))
    number[place] = np.arange(len(place))
    return *np.divmod(place, count), number


def _searched_again(
    base: Trees, cuts: _Cuts, at: NDArray[np.int64], vertex: NDArray[np.int64], number: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the new distance, km, of the places with cut `at` and `vertex` (see `_beyond`)."""
    owner, position = _spread(base, vertex)
    way, far = base.incident[position], base.other[position]
    is_open = ~cuts.is_closed[cuts.closure[at[owner]], way]
    owner, way, far = owner[is_open], way[is_open], far[is_open]
    inner = number[at[owner] * len(base.graph) + far]
    km, within = base.graph.km[way], inner >= 0
    # The best way in from a neighbour whose distance stands. Vertex 0 of the search leads to these entries.
    gate = owner[~within]
    entry = np.full(len(at), np.inf)
    np.minimum.at(entry, gate, base.km[cuts.tree[at[gate]], far[~within]] + km[~within])
    entered = np.flatnonzero(np.isfinite(entry))
    many = np.bincount(owner[within], minlength=len(at))
    starts = np.concatenate([[0, len(entered)], len(entered) + np.cumsum(many)])
    heads = np.concatenate([entered + 1, inner[within] + 1])
    weight = np.concatenate([entry[entered], km[within]])
    search = sparse.csr_array((weight, heads, starts), shape=(len(at) + 1,) * 2)
    return np.asarray(dijkstra(search, indices=0)[1:])
