"""Searches over the usable edges of a flow graph: trees from places, or one tree from all gateways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from layers.flows.reduction import reduced
from layers.flows.shortest_paths import Trees, repaired, trees

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.flows.closures import Closed
    from layers.flows.graph import FlowGraph

__all__ = ["Search", "search", "search_from_gateways"]


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """Shortest-path trees over the usable edges, and what is needed to close some of them.

    `edges` holds the rows of the usable edges in the flow graph. `u` and `v` are their ends; edges that lead
    from the gateways to the vertex behind them come last and have no row. `kept` marks the vertices whose
    distance is known.
    """

    base: Trees
    edges: NDArray[np.int64]
    u: NDArray[np.int64]
    v: NDArray[np.int64]
    kept: NDArray[np.bool_]

    def cut(self, closed: Closed) -> NDArray[np.int64]:
        """Return the edges of the reduced graph that are closed."""
        at = np.append(closed.vertices, values=False)  # the vertex behind the gateways is never closed
        shut = at[self.u] | at[self.v]
        shut[: len(self.edges)] |= closed.edges[self.edges]
        numbers = np.unique(self.base.graph.edge_of[shut])
        return numbers[numbers >= 0]

    def km(self, to: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the lengths to vertices, shape (sources, to); inf without a path."""
        return np.asarray(self.base.km[:, self._numbers(to)])

    def km_after(self, closed: Sequence[Closed], to: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the lengths under each closure, shape (closures, sources, to); inf without a path.

        To or from a closed vertex there is no path.
        """
        change = repaired(self.base, [self.cut(one) for one in closed])
        wanted, back = np.unique(self._numbers(to), return_inverse=True)
        column = np.full(len(self.base.graph), -1)
        column[wanted] = np.arange(len(wanted))
        hit = column[change.vertex] >= 0
        out = np.repeat(self.base.km[np.newaxis, :, wanted], len(closed), axis=0)
        out[change.closure[hit], change.tree[hit], column[change.vertex[hit]]] = change.km[hit]
        out = out[:, :, back]
        given = self.base.graph.vertices[self.base.sources]
        for number, one in enumerate(closed):
            out[number][:, one.vertices[to]] = np.inf
            out[number][np.append(one.vertices, values=False)[given]] = np.inf
        return np.asarray(out)

    def _numbers(self, to: NDArray[np.int64]) -> NDArray[np.int64]:
        if not self.kept[to].all():
            lost = int(to[~self.kept[to]][0])
            msg = f"search: expected vertices that were kept, found {lost}; name it when the search is made"
            raise ValueError(msg)
        return self.base.graph.vertex_of[to]


def search(
    graph: FlowGraph,
    usable: NDArray[np.bool_],
    sources: NDArray[np.int64],
    to: NDArray[np.int64],
    weight: NDArray[np.float64] | None = None,
) -> Search:
    """Return the trees from vertices over the edges marked in `usable`; the distance to `to` is known.

    `weight` replaces the lengths, km, and has shape (edges,).
    """
    return _search(graph, usable, np.empty(0, dtype=np.int64), sources, to, weight)


def search_from_gateways(
    graph: FlowGraph,
    usable: NDArray[np.bool_],
    gateways: NDArray[np.int64],
    to: NDArray[np.int64],
    weight: NDArray[np.float64] | None = None,
) -> Search:
    """Return one tree: the distance of each vertex of `to` from the nearest of the gateways.

    The tree starts at one more vertex, behind the gateways, which lies 0 km from each.
    """
    return _search(graph, usable, np.unique(gateways), np.array([len(graph)]), to, weight)


def _search(
    graph: FlowGraph,
    usable: NDArray[np.bool_],
    gateways: NDArray[np.int64],
    sources: NDArray[np.int64],
    to: NDArray[np.int64],
    weight: NDArray[np.float64] | None,
) -> Search:
    rows = np.flatnonzero(usable)
    lengths = graph.edges["km"].to_numpy(np.float64) if weight is None else weight
    u, v = (
        np.concatenate([graph.edges[end].to_numpy(np.int64)[rows], extra])
        for end, extra in (("u", gateways), ("v", np.full(len(gateways), len(graph))))
    )
    km = np.concatenate([lengths[rows], np.zeros(len(gateways))])
    kept = np.zeros(len(graph) + 1, dtype=bool)
    kept[sources] = kept[to] = True
    small = reduced(u, v, km, kept)
    return Search(trees(small, small.vertex_of[sources]), rows, u, v, kept)
