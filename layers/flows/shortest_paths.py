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
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from layers.flows.reduction import Reduced

__all__ = ["Repaired", "Trees", "lengths_between", "repaired", "trees"]

_PLACES = 3_000_000  # vertices times trees times closures in one search: bounds the memory, about 100 MB
# To repair a vertex takes about as long as to search six anew, measured on the sea lanes. Where a closure
# cuts off more than a sixth of a tree, the tree is searched anew. The result is the same.
_REPAIR_COST = 6
_TIE_KM = 1e-6  # ways whose lengths differ by less are equally long
_TOGETHER = 10  # closures in one call


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


def _matrix(graph: Reduced, edges: NDArray[np.int64]) -> sparse.csr_array:
    """Return the lengths of edges that are not parallel, km, as a symmetric sparse matrix."""
    both = np.concatenate([graph.u[edges], graph.v[edges]]), np.concatenate([graph.v[edges], graph.u[edges]])
    return sparse.csr_array((np.tile(graph.km[edges], 2), both), shape=(len(graph),) * 2)


def _shortest(graph: Reduced, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return of `edges` the shortest one between each two vertices."""
    low, high = np.minimum(graph.u, graph.v)[edges], np.maximum(graph.u, graph.v)[edges]
    order = np.lexsort([graph.km[edges], high, low])
    again = (np.diff(low[order], prepend=-1) == 0) & (np.diff(high[order], prepend=-1) == 0)
    return edges[order[~again]]


def trees(graph: Reduced, sources: NDArray[np.int64]) -> Trees:
    """Return the trees of `sources`, vertices of the reduced graph."""
    count, edges = len(graph), len(graph.u)
    least = _shortest(graph, np.arange(edges))
    is_shortest = np.zeros(edges, dtype=bool)
    is_shortest[least] = True
    km, parent = dijkstra(_matrix(graph, least), indices=sources, return_predecessors=True)
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


def repaired(
    base: Trees, closures: Sequence[NDArray[np.int64]], only: NDArray[np.bool_] | None = None
) -> Repaired:
    """Return what each closure changes in each tree; a closure is an array of edges of the reduced graph.

    A closed vertex is given by its edges. Whatever is not returned stays as it is in `base`. `only` marks the
    trees to be repaired, shape (closures, trees); without it all are.
    """
    if only is None:
        only = np.ones((len(closures), len(base.sources)), dtype=bool)
    size = max(len(base.sources) * len(base.graph), len(base.graph.u), 1)
    block = max(_PLACES // size, 1)
    parts = [
        _repaired(base, closures[first : first + block], only[first : first + block], first)
        for first in range(0, len(closures), block)
    ]
    if not parts:
        nothing = np.empty(0, dtype=np.int64)
        return Repaired(nothing, nothing, nothing, np.empty(0))
    return Repaired(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _repaired(
    base: Trees, closures: Sequence[NDArray[np.int64]], only: NDArray[np.bool_], first: int
) -> Repaired:
    """Return the rows of `repaired` for some closures, of which the first has the number `first`."""
    cuts, heads = _cuts(base, closures, only)
    at, vertex, number = _beyond(base, cuts, heads)
    reached = np.isfinite(base.km).sum(axis=1)
    many = np.bincount(at, minlength=len(cuts.tree))
    is_large = (many * _REPAIR_COST > reached[cuts.tree])[at]
    km = np.empty(len(at))
    km[is_large] = _searched_anew(base, cuts, at[is_large], vertex[is_large])
    small = np.flatnonzero(~is_large)
    number[at[small] * len(base.graph) + vertex[small]] = np.arange(len(small))
    km[small] = _searched_again(base, cuts, at[small], vertex[small], number)
    return Repaired(first + cuts.closure[at], cuts.tree[at], vertex, km)


def _cuts(
    base: Trees, closures: Sequence[NDArray[np.int64]], only: NDArray[np.bool_]
) -> tuple[_Cuts, NDArray[np.int64]]:
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
        tree, which = np.nonzero((base.parent[:, far] == near) & only[closure].T)
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


def _searched_anew(
    base: Trees, cuts: _Cuts, at: NDArray[np.int64], vertex: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the new distance, km, of the places with cut `at` and `vertex`, by a search of whole trees."""
    km = np.empty(len(at))
    closure = cuts.closure[at]
    for one in np.unique(closure):
        here = np.flatnonzero(closure == one)
        cut, row = np.unique(at[here], return_inverse=True)
        matrix = _matrix(base.graph, _shortest(base.graph, np.flatnonzero(~cuts.is_closed[one])))
        far = dijkstra(matrix, indices=base.sources[cuts.tree[cut]])
        km[here] = far[row, vertex[here]]
    return km


def _searched_again(
    base: Trees, cuts: _Cuts, at: NDArray[np.int64], vertex: NDArray[np.int64], number: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the new distance, km, of the places with cut `at` and `vertex` (see `_beyond`)."""
    if not len(at):
        return np.empty(0)
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


def lengths_between(base: Trees, closures: Sequence[NDArray[np.int64]]) -> Iterator[NDArray[np.float64]]:
    """Yield for each closure (see `repaired`) the lengths between the sources, km, shape (sources, sources).

    A length is the same in both directions. So a tree is repaired only on the side of the closed edge on
    which fewer sources lie.
    """
    before, count = base.km[:, base.sources], len(base.graph)
    place, position = np.unique(base.sources, return_index=True)
    column = np.full(count, -1)
    column[place] = position
    for first in range(0, len(closures), _TOGETHER):
        some = closures[first : first + _TOGETHER]
        change = repaired(base, some, np.array([_smaller_side(base, edges) for edges in some]))
        hit = np.flatnonzero(column[change.vertex] >= 0)
        row, other, km = change.tree[hit], column[change.vertex[hit]], change.km[hit]
        for number in range(len(some)):
            here = change.closure[hit] == number
            after = before.copy()
            after[row[here], other[here]] = after[other[here], row[here]] = km[here]
            yield after


def _smaller_side(base: Trees, edges: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return sources, shape (sources,): one end or the other of every shortest path that passes an edge.

    A shortest path that passes the edge from u to v starts where v is farther than u by the whole edge, and
    ends where u is farther than v. One of these two sets is enough.
    """
    u, v, km = base.graph.u[edges], base.graph.v[edges], base.graph.km[edges]
    with np.errstate(invalid="ignore"):  # inf - inf where a source reaches neither end
        rise = base.km[:, v] - base.km[:, u]
        starts, ends = np.abs(rise - km) <= _TIE_KM, np.abs(rise + km) <= _TIE_KM
    fewer = starts.sum(axis=0) <= ends.sum(axis=0)
    return np.asarray(np.where(fewer, starts, ends).any(axis=1))
