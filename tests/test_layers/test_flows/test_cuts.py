from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from layers.flows.cuts import cuts


def lost(u, v, count, root, edge=None, vertex=None):
    """Return the vertices that the loss of an edge or a vertex cuts off, by a search without it."""
    kept = np.ones(len(u), dtype=bool)
    if edge is not None:
        kept[edge] = False
    if vertex is not None:
        kept &= (u != vertex) & (v != vertex)

    def joined(which):
        graph = sparse.csr_array((np.ones(which.sum()), (u[which], v[which])), shape=(count, count))
        part = connected_components(graph, directed=False)[1]
        return set(np.flatnonzero(part == part[root]).tolist())

    return joined(np.ones(len(u), dtype=bool)) - joined(kept) - {vertex}


def test_a_path_with_a_ring_is_cut_at_its_bridges():
    """0-1 is a bridge, 1-2-3-1 a ring, 3-4 a bridge, 5 is joined to nothing."""
    u, v = np.array([0, 1, 2, 3, 3]), np.array([1, 2, 3, 1, 4])
    found = cuts(u, v, 6, 0)
    by_edge = {
        int(edge): set(found.order[a:b].tolist())
        for edge, (a, b) in zip(found.edges, found.edge_spans, strict=True)
    }
    assert by_edge == {0: {1, 2, 3, 4}, 4: {4}}
    by_vertex: dict[int, set[int]] = {}
    for vertex, (a, b) in zip(found.vertices.tolist(), found.vertex_spans, strict=True):
        by_vertex.setdefault(vertex, set()).update(found.order[a:b].tolist())
    assert by_vertex == {1: {2, 3, 4}, 3: {4}}


def test_a_second_edge_beside_the_first_is_no_bridge():
    found = cuts(np.array([0, 0]), np.array([1, 1]), 2, 0)
    assert not len(found.edges)


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=14))
def test_every_cut_is_the_one_that_a_search_without_it_finds(pairs):
    u, v = (np.array(end, dtype=np.int64) for end in zip(*pairs, strict=True))
    found = cuts(u, v, 8, 0)
    by_edge = {
        int(edge): set(found.order[a:b].tolist())
        for edge, (a, b) in zip(found.edges, found.edge_spans, strict=True)
    }
    for edge in range(len(u)):
        assert by_edge.get(edge, set()) == lost(u, v, 8, 0, edge=edge)
    for vertex in range(1, 8):
        spans = found.vertex_spans[found.vertices == vertex]
        mine = {int(row) for a, b in spans for row in found.order[a:b]}
        assert mine == lost(u, v, 8, 0, vertex=vertex)
