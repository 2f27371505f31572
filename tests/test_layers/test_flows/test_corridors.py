"""Corridors: the best way, the pair of least total, borders, months; by hand and by trying every pair."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from toy_flows import COUNT, EDGES, Edge, graph_of, ring

from layers.errors import UsageError
from layers.flows.closures import Case, Closure
from layers.flows.corridors import corridor
from layers.flows.disjoint_paths import Arcs, disjoint_pair, shortest_path
from layers.flows.graph import ALL_YEAR

GOODS = Case("goods", 1)


def test_the_ring_by_hand():
    # A-C: 150 over B; the other way 280 over D; total 430. C-E is on every way to E.
    actual = corridor(ring(), GOODS, "A", "C")
    assert (actual.best.km, actual.best.edges, actual.best.links) == (150, (0, 1), ("AB", "BC"))
    assert [(way.km, way.edges) for way in actual.pair] == [(150, (0, 1)), (280, (3, 2))]
    assert actual.pair_km == 430
    assert actual.needed_links == ()
    assert actual.open_share == 1
    end = corridor(ring(), GOODS, "A", "E")
    assert (end.best.km, end.pair, end.needed_links) == (180, (), ("CE",))
    assert np.isinf(end.pair_km)


def test_ends_without_a_way_are_a_finding():
    actual = corridor(ring(), GOODS, "A", "F")
    assert (actual.best, actual.pair, actual.needed_links, actual.open_share) == (None, (), (), 0)
    assert {month.state for month in actual.months} == {"closed"}
    closed = Case("goods", 1, (Closure("A", vertices=frozenset({"A"})),))
    assert corridor(ring(), closed, "A", "C").best is None


@pytest.mark.parametrize(("start", "end"), [("A", "A"), ("A", "Z")])
def test_ends_that_are_none_are_refused(start, end):
    with pytest.raises(UsageError, match="corridor: expected"):
        corridor(ring(), GOODS, start, end)


def test_the_best_pair_may_leave_the_best_way():
    # A-B-C-D is 3 km, but with it no second way is left. A-B-D and A-C-D are 1 + 4 each.
    graph = graph_of([(0, 1, 1), (1, 2, 1), (2, 3, 1), (0, 2, 4), (1, 3, 4)], 4)
    actual = corridor(graph, GOODS, "A", "D")
    assert actual.best.km == 3
    assert sorted(way.edges for way in actual.pair) == [(0, 4), (3, 2)]
    assert actual.pair_km == 10


def test_borders_modes_and_tight_edges_by_hand():
    graph = graph_of(
        [Edge(0, 1, 0, "access"), Edge(1, 2, 10, "road", "E6", states="NOR"),
         Edge(2, 3, 5, "road", "E6", states="NOR-SWE"),
         Edge(3, 4, 7, "road", "ice road", 0b111, states="SWE"),
         Edge(4, 5, 20, "rail", states="FIN"), Edge(5, 6, 30, "sea"), Edge(6, 7, 3, "sea", "lane", 0b111,
                                                                          states="RUS")],
        8,
    )  # fmt: skip
    best = corridor(graph, GOODS, "A", "H").best
    assert best.states == ("NOR", "SWE", "FIN", "RUS")
    assert best.borders == ("NOR-SWE", "FIN-SWE")  # the high sea lies between Finland and Russia
    assert best.km_by_mode == {"access": 0, "road": 22, "rail": 20, "sea": 33}
    assert best.links == ("E6", "ice road", "EF", "FG", "lane")
    assert (best.fewest_months, best.tightest_links) == (3, ("ice road", "lane"))
    back = corridor(graph, GOODS, "H", "A").best
    assert back.states == best.states[::-1]
    assert back.borders == best.borders[::-1]


def test_months_by_hand():
    # 5 km in January and February, 9 km in March; another way has months that nobody computed.
    graph = graph_of([Edge(0, 1, 5, months=0b011), Edge(0, 1, 9, months=0b101)], 2)
    actual = corridor(graph, GOODS, "A", "B")
    assert [month.km for month in actual.months[:4]] == [5, 5, 9, float("inf")]
    assert [month.state for month in actual.months] == ["open"] * 3 + ["closed"] * 9
    assert (actual.open_share, actual.unknown_months) == (0.25, 0)
    more = [Edge(0, 1, 5, months=0b011), Edge(0, 1, 9, months=0, months_state="not_computed")]
    unsure = corridor(graph_of(more, 2), GOODS, "A", "B")
    assert [month.state for month in unsure.months] == ["open"] * 2 + ["unknown"] * 10
    assert (unsure.open_share, unsure.unknown_months) == (1, 10)
    never = corridor(graph_of(more[1:], 2), GOODS, "A", "B")
    assert never.best is None
    assert np.isnan(never.open_share)


def least_pair(edges: list[Edge]) -> float:
    """The least total of two paths from 0 to 1 without a common edge, by a flow of 2 (networkx)."""
    flow = nx.DiGraph()
    flow.add_nodes_from(range(COUNT), demand=0)
    flow.nodes[0]["demand"], flow.nodes[1]["demand"] = -2, 2
    for row, edge in enumerate(edges):
        for way, (one, other) in enumerate([(edge.u, edge.v), (edge.v, edge.u)]):
            middle = COUNT + 2 * row + way
            flow.add_edge(one, middle, capacity=1, weight=edge.km)
            flow.add_edge(middle, other, capacity=1, weight=0)
    try:
        return float(nx.min_cost_flow_cost(flow))
    except nx.NetworkXUnfeasible:
        return float("inf")


def ends_of(edges: list[Edge], path: list[int]) -> int:
    at = 0
    for row in path:
        assert at in {edges[row].u, edges[row].v}
        at = edges[row].v if at == edges[row].u else edges[row].u
    return at


@given(EDGES)
def test_the_pair_has_the_least_total_of_all(edges):
    u, v, km = (np.array([getattr(edge, name) for edge in edges]) for name in ("u", "v", "km"))
    arcs = Arcs.of(u, v, km.astype(float))
    pair, best = disjoint_pair(arcs, COUNT, 0, 1), shortest_path(arcs, COUNT, 0, 1)
    if pair is None:
        assert np.isinf(least_pair(edges))
        return
    assert sum(km[path].sum() for path in pair) == pytest.approx(least_pair(edges))
    assert not set(pair[0]) & set(pair[1])
    assert all(ends_of(edges, path) == 1 for path in (*pair, best))
    assert km[best].sum() <= km[pair[0]].sum() <= km[pair[1]].sum()


@given(EDGES)
def test_a_needed_link_leaves_no_way_and_a_pair_needs_no_edge(edges):
    own = [edge._replace(link=f"l{row}", months=ALL_YEAR, risk_groups="") for row, edge in enumerate(edges)]
    graph = graph_of(own, COUNT)
    actual = corridor(graph, GOODS, "A", "B")
    for link in actual.best.links if actual.best else ():
        case = Case("goods", 1, (Closure("x", link_ids=frozenset({link})),))
        assert (corridor(graph, case, "A", "B").best is None) == (link in actual.needed_links)
    if actual.pair:
        assert actual.needed_links == ()
