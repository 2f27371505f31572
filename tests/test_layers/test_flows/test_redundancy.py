"""Edge-disjoint paths to the gateways, by hand and as networkx counts them."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from toy_flows import GRAPHS, ROWS, Edge, graph_of, ring

from layers.flows.closures import Case, Closed, Closure
from layers.flows.effects import efficiency
from layers.flows.redundancy import redundancy

INF = float("inf")


def test_the_ring_by_hand():
    # B, C and D have both ways round; E hangs on one edge; F is on an island; A is the gateway.
    places, case = (
        np.array([1, 2, 3, 4, 5, 0, 1]),
        Case("goods", 1, (Closure("x", edge_ids=frozenset({"e1"})),)),
    )
    actual = redundancy(ring(), case, places, np.array([0]))
    assert actual.before.tolist() == [2, 2, 2, 1, 0, INF, 2]
    assert actual.after.tolist() == [1, 1, 1, 1, 0, INF, 1]
    # With D as a second gateway C reaches it without A.
    assert redundancy(ring(), case, places, np.array([0, 3])).before.tolist() == [2, 2, INF, 1, 0, INF, 2]
    closed = Case("goods", 1, (Closure("A", vertices=frozenset({"A"})),))
    assert redundancy(ring(), closed, places, np.array([0])).after.tolist() == [0] * 7


def test_access_is_no_line_and_parallel_lines_are_two():
    # D joins C by access; C has three cables to A, of which two leave B together.
    graph = graph_of(
        [Edge(0, 1, 1, "cable"), Edge(0, 1, 1, "cable"), Edge(1, 2, 1, "cable"), Edge(1, 2, 1, "cable"),
         Edge(0, 2, 9, "cable"), Edge(2, 3, 4, "access"), Edge(0, 4, 0, "access"),
         Edge(2, 5, 1, "cable", months=0, months_state="not_computed")],
        6,
    )  # fmt: skip
    actual = redundancy(graph, Case("data", 1), np.array([3, 4, 5]), np.array([0]))
    assert actual.before.tolist() == [3, INF, 0]
    assert actual.unknown_edges == 1


@given(GRAPHS, ROWS, ROWS)
def test_networkx_counts_the_same(graph, places, gates):
    case = Case("goods", 1)
    endless = 1000
    whole = nx.DiGraph()
    whole.add_nodes_from(range(len(graph) + 1))
    table = graph.edges[case.usable(graph)]
    for u, v, mode in zip(table["u"], table["v"], table["mode"], strict=True):
        for one, other in ((u, v), (v, u)):
            room = whole.get_edge_data(one, other, {"capacity": 0})["capacity"]
            whole.add_edge(one, other, capacity=room + (endless if mode == "access" else 1))
    whole.add_edges_from((gate, len(graph), {"capacity": endless}) for gate in gates)
    actual = redundancy(graph, case, places, gates).before
    for place, paths in zip(places, actual, strict=True):
        theirs = nx.maximum_flow_value(whole, place, len(graph))
        assert paths == (INF if theirs >= endless else theirs)


def test_what_is_closed_may_be_given_instead_of_a_case():
    graph = ring()
    shut = Closed(np.arange(len(graph.edges)) == 0, np.zeros(len(graph), dtype=bool))
    case = Case("goods", 1)
    found = redundancy(graph, case, np.array([1, 2]), np.array([0]), shut)
    assert found.before.tolist() == [2, 2]
    assert found.after.tolist() == [1, 1]
    spread = efficiency(graph, case, np.array([0, 1]), shut)
    # A to B: 100 km, then 330 km by D and C.
    assert spread.drop_pct == pytest.approx(100 * (1 - 100 / 330))
