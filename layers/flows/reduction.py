"""A smaller graph with the same distances between chosen vertices: dead ends go, chains become one edge.

A chain is a way through vertices of degree 2. Nothing can leave it on the way, so its length is the sum of
its edges, and a closure anywhere on it closes all of it for whoever passes (the exact first step of the
contraction of road graphs; Geisberger et al. 2012, doi:10.1287/trsc.1110.0401).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Reduced", "reduced"]


@dataclass(frozen=True, slots=True, eq=False)
class Reduced:
    """A reduced graph and where the vertices and edges of the given one went.

    `vertices` holds the given row of each vertex. `u`, `v` and `km` are the undirected edges, shape (edges,):
    parallel edges stay apart, loops are gone. `vertex_of` and `edge_of` hold the new number of each given
    vertex and edge, -1 where there is none; `chain_of` holds the edge that a vertex inside a chain went into,
    else -1.
    """

    vertices: NDArray[np.int64]
    u: NDArray[np.int64]
    v: NDArray[np.int64]
    km: NDArray[np.float64]
    vertex_of: NDArray[np.int64]
    edge_of: NDArray[np.int64]
    chain_of: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of vertices."""
        return len(self.vertices)


def reduced(
    u: NDArray[np.int64], v: NDArray[np.int64], km: NDArray[np.float64], kept: NDArray[np.bool_]
) -> Reduced:
    """Return the graph in which every vertex of `kept` stays; `kept` has shape (vertices,).

    Distances between kept vertices are those of the given graph, also after edges or vertices are closed in
    both. Distances to other vertices are not.
    """
    count = len(kept)
    alive = _without_dead_ends(u, v, kept)
    degree = np.bincount(np.concatenate([u[alive], v[alive]]), minlength=count)
    inside = ~kept & (degree == 2)
    edges = np.flatnonzero(alive)
    chain = _chains(u[edges], v[edges], inside)
    chains = int(chain.max(initial=-1)) + 1
    ends = np.concatenate([u[edges], v[edges]])
    of_chain = np.tile(chain, 2)
    outer = ~inside[ends]
    order = np.argsort(of_chain[outer], kind="stable")
    ends, owner = ends[outer][order], of_chain[outer][order]
    # A chain has two outer ends. A ring without a kept vertex or a crossing has none and leads nowhere.
    first = np.searchsorted(owner, np.arange(chains))
    whole = np.bincount(owner, minlength=chains) == 2
    from_, to = np.full(chains, -1), np.full(chains, -1)
    from_[whole], to[whole] = ends[first[whole]], ends[first[whole] + 1]
    length = np.bincount(chain, weights=km[edges], minlength=chains)
    stays = whole & (from_ != to)
    number = np.where(stays, np.cumsum(stays) - 1, -1)
    vertices = np.flatnonzero(kept | (~inside & (degree > 0)))
    vertex_of = np.full(count, -1)
    vertex_of[vertices] = np.arange(len(vertices))
    edge_of, chain_of = np.full(len(u), -1), np.full(count, -1)
    edge_of[edges] = number[chain]
    for end in (u[edges], v[edges]):
        here = inside[end]
        chain_of[end[here]] = number[chain[here]]
    return Reduced(
        vertices, vertex_of[from_[stays]], vertex_of[to[stays]], length[stays], vertex_of, edge_of, chain_of
    )


def _without_dead_ends(
    u: NDArray[np.int64], v: NDArray[np.int64], kept: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return the edges that are no loop and on no branch that ends without a kept vertex."""
    alive = u != v
    while True:
        degree = np.bincount(np.concatenate([u[alive], v[alive]]), minlength=len(kept))
        end = ~kept & (degree == 1)
        dead = alive & (end[u] | end[v])
        if not dead.any():
            return alive
        alive &= ~dead


def _chains(u: NDArray[np.int64], v: NDArray[np.int64], inside: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the chain of each edge: edges that meet inside a chain are of the same one."""
    edges = len(u)
    ends, edge = np.concatenate([u, v]), np.tile(np.arange(edges), 2)
    within = inside[ends]
    order = np.argsort(ends[within], kind="stable")
    pairs = edge[within][order].reshape(-1, 2)  # a vertex inside a chain has two edges
    meets = sparse.csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(edges, edges))
    return connected_components(meets, directed=False)[1].astype(np.int64)
