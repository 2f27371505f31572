"""Distances of a reduced graph, and after closures by repair, are those of a search from scratch."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_flows import COUNT, GRAPHS, ROWS, graph_of, peer, peer_km, ring

from layers.flows import shortest_paths
from layers.flows.closures import Closed
from layers.flows.reduction import reduced
from layers.flows.search import search, search_from_gateways
from layers.flows.shortest_paths import lengths_between, repaired, trees


def everything(graph):
    return np.ones(len(graph.edges), dtype=bool)


def shut(graph, edges=(), vertices=()):
    """A closure by rows; edges at a closed vertex are closed."""
    at = np.isin(np.arange(len(graph)), list(vertices))
    table = graph.edges
    return Closed(np.isin(np.arange(len(table)), list(edges)) | at[table["u"]] | at[table["v"]], at)


def kept(*rows, count):
    return np.isin(np.arange(count), rows)


def test_a_chain_becomes_one_edge_and_a_dead_end_goes():
    # 0 -1- 1 -2- 2 -4- 3, a branch 1 -9- 4 -9- 5 that ends, a ring 6-7-8 apart; kept: 0, 3.
    edges = [(0, 1, 1), (1, 2, 2), (2, 3, 4), (1, 4, 9), (4, 5, 9), (6, 7, 1), (7, 8, 1), (8, 6, 1)]
    u, v, km = (np.array(part) for part in zip(*edges, strict=True))
    small = reduced(u, v, km.astype(float), kept(0, 3, count=9))
    assert small.vertices.tolist() == [0, 3]
    assert small.km.tolist() == [7]
    assert small.edge_of.tolist() == [0, 0, 0, -1, -1, -1, -1, -1]
    assert small.chain_of.tolist() == [-1, 0, 0, -1, -1, -1, -1, -1, -1]


def test_two_lanes_between_the_same_ends_stay_apart():
    # 0 = 1 by 5 km and by 2 + 1 km over 2; a chain from 1 back to 1 over 3, 4 leads nowhere.
    edges = [(0, 1, 5), (0, 2, 2), (2, 1, 1), (1, 3, 1), (3, 4, 1), (4, 1, 1)]
    u, v, km = (np.array(part) for part in zip(*edges, strict=True))
    small = reduced(u, v, km.astype(float), kept(0, 1, count=5))
    assert sorted(small.km.tolist()) == [3, 5]
    assert (small.edge_of[3:] == -1).all()


def test_a_graph_without_edges_has_no_distance():
    nothing = np.empty(0, dtype=np.int64)
    base = trees(reduced(nothing, nothing, np.empty(0), kept(0, 1, count=3)), np.array([0]))
    assert base.km.tolist() == [[0, np.inf]]
    assert len(repaired(base, [nothing]).km) == 0
    assert len(repaired(base, []).km) == 0


def test_the_ring_by_hand():
    # A-B-C 150, A-D 200, A-C-E 180. Without B-C (e1): C over D is 280, E is 310.
    graph, places = ring(), np.array([1, 2, 3, 4, 5])
    found = search(graph, everything(graph), np.array([0]), places)
    assert found.km(places).tolist() == [[100, 150, 200, 180, np.inf]]
    after = found.km_after([shut(graph, [1]), shut(graph, vertices=[2]), shut(graph)], places)
    assert after[0].tolist() == [[100, 280, 200, 310, np.inf]]
    assert after[1].tolist() == [[100, np.inf, 200, np.inf, np.inf]]
    assert after[2].tolist() == found.km(places).tolist()


def test_the_second_of_two_parallel_edges_takes_over_and_a_closed_start_has_no_way():
    graph = graph_of([(0, 1, 3), (0, 1, 7), (1, 1, 0), (1, 2, 0)], 3)
    found = search(graph, everything(graph), np.array([0, 2]), np.array([0, 1, 2]))
    assert found.km(np.array([0, 1, 2])).tolist() == [[0, 3, 3], [3, 0, 0]]
    closed = [shut(graph, [0]), shut(graph, [1]), shut(graph, [0, 1]), shut(graph, vertices=[0])]
    after = found.km_after(closed, np.array([1]))[:, :, 0]
    assert after.tolist() == [[7, 0], [3, 0], [np.inf, 0], [np.inf, 0]]


def test_a_vertex_that_was_not_kept_is_refused():
    graph = ring()
    with pytest.raises(ValueError, match="kept"):
        search(graph, everything(graph), np.array([0]), np.array([4])).km(np.array([2]))


CLOSURES = st.lists(
    st.tuples(st.sets(st.integers(0, 15), max_size=4), st.sets(st.integers(0, COUNT - 1), max_size=2)),
    min_size=1,
    max_size=5,
)


# In one block or in several; each tree repaired, or searched anew, or as the size of the cut decides.
@given(GRAPHS, ROWS, ROWS, CLOSURES, st.sampled_from([1, 8_000_000]), st.sampled_from([0, 2, 1_000]))
def test_repair_is_a_search_from_scratch(graph, sources, to, closures, places, cost):
    found = search(graph, everything(graph), sources, to)
    closed = [shut(graph, edges, vertices) for edges, vertices in closures]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shortest_paths, "_PLACES", places)
        patch.setattr(shortest_paths, "_REPAIR_COST", cost)
        after = found.km_after(closed, to)
    for number, one in enumerate(closed):
        whole = peer(graph, ~one.edges)
        for row, start in enumerate(sources):
            for column, end in enumerate(to):
                gone = one.vertices[start] or one.vertices[end]
                theirs = np.inf if gone else peer_km(whole, start, end)
                assert after[number, row, column] == pytest.approx(theirs, abs=1e-6)


@given(GRAPHS, st.sets(st.integers(0, COUNT - 1), min_size=1), CLOSURES, st.sampled_from([1, 2, 10]))
def test_lengths_between_sources_need_one_side_only(graph, sources, closures, together):
    """Edges of length 0 and ways of equal length are common here: no pair may fall between the sides."""
    rows = np.array(sorted(sources))
    found = search(graph, everything(graph), rows, rows)
    closed = [shut(graph, edges) for edges, _ in closures]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shortest_paths, "_TOGETHER", together)
        actual = list(lengths_between(found.base, [found.cut(one) for one in closed]))
    assert np.array(actual) == pytest.approx(found.km_after(closed, rows), abs=1e-6)


@given(GRAPHS, ROWS, ROWS, CLOSURES)
def test_the_nearest_gateway_is_the_nearest_of_all(graph, gateways, to, closures):
    found = search_from_gateways(graph, everything(graph), gateways, to)
    one = shut(graph, *closures[0])
    whole, after = peer(graph, ~one.edges), found.km_after([one], to)[0, 0]
    open_ = [gate for gate in gateways if not one.vertices[gate]]
    for column, end in enumerate(to):
        theirs = min((peer_km(whole, gate, end) for gate in open_), default=np.inf)
        assert after[column] == pytest.approx(np.inf if one.vertices[end] else theirs, abs=1e-6)


@given(GRAPHS, ROWS, CLOSURES)
def test_closing_more_never_shortens_a_path(graph, rows, closures):
    found = search(graph, everything(graph), rows, rows)
    less = shut(graph, *closures[0])
    more = shut(graph, *(set().union(*part) for part in zip(*closures, strict=True)))
    before, first, second = found.km(rows), *found.km_after([less, more], rows)
    assert (first >= before).all()
    assert (second >= first).all()


@given(GRAPHS, ROWS)
def test_the_matrix_of_a_graph_has_the_lengths_of_its_edges(graph, rows):
    theirs = dict(nx.all_pairs_dijkstra_path_length(peer(graph, everything(graph))))
    found = search(graph, everything(graph), rows, rows).km(rows)
    for row, start in enumerate(rows):
        assert found[row].tolist() == [theirs[start].get(end, np.inf) for end in rows]
