"""Betweenness on the sea graph, as counted by hand and by igraph and networkx."""

from __future__ import annotations

from functools import cache

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.network import peer_passing
from layers.network import GATEWAYS, REACH_KM, SeaGraph, anchors, betweenness, entries, sea_graph
from pipelines import snapshot
from pipelines.sources import SOURCES


@cache
def embedded() -> snapshot.Snapshot:
    return snapshot.load(SOURCES)


def lanes() -> gpd.GeoDataFrame:
    return embedded().feeds["sea_lanes"][0]


def graph_of(edges: list[tuple[int, int, float]], count: int) -> SeaGraph:
    """A graph without a place."""
    u, v, km = (np.array(part) for part in zip(*edges, strict=True))
    nowhere = np.zeros(count)
    names = np.array([str(n) for n in range(count)], dtype=object)
    return SeaGraph(names, nowhere, nowhere, u, v, km.astype(float), np.full(len(u), None))


def test_a_path_is_passed_by_what_lies_beyond():
    # 0 - 1 - 2 - 3: a gateway at 0, ports at 1, 3, 3.
    traffic = betweenness(
        graph_of([(0, 1, 2), (1, 2, 3), (2, 3, 4)], 4), [np.array([0])], np.array([1, 3, 3])
    )
    assert traffic.passing.tolist() == [3, 2, 2, 0]
    assert traffic.pairs.tolist() == [3, 2, 3, 1]


def test_two_ways_of_equal_length_share_a_pair():
    #     1
    #  0 <  > 3 - 4      0.1 + 0.2 and 0.3 + 0 differ in the last bit only
    #     2
    diamond = graph_of([(0, 1, 0.1), (0, 2, 0.15), (1, 3, 0.2), (2, 3, 0.15), (3, 4, 1)], 5)
    traffic = betweenness(diamond, [np.array([0])], np.array([4, 1]))
    assert traffic.passing.tolist() == [2, 0.5, 0.5, 1, 0]
    long = graph_of([(0, 1, 0.1), (0, 2, 0.16), (1, 3, 0.2), (2, 3, 0.15), (3, 4, 1)], 5)
    assert betweenness(long, [np.array([0])], np.array([4, 1])).passing.tolist() == [2, 1, 0, 1, 0]


def test_a_ship_comes_in_by_the_nearest_entry_and_a_port_out_of_reach_is_no_pair():
    path = graph_of([(0, 1, 1), (1, 2, 1), (2, 3, 5)], 6)
    traffic = betweenness(path, [np.array([0, 3]), np.array([], dtype=int)], np.array([2, 5]))
    assert traffic.passing.tolist() == [1, 1, 0, 0, 0, 0]
    assert traffic.pairs.tolist() == [1, 1, 0, 1, 1, 1]


EDGES = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 4)).filter(lambda e: e[0] < e[1]),
    min_size=1, max_size=18, unique_by=lambda e: e[:2],
)  # fmt: skip
SPOTS = st.lists(st.integers(0, 8), min_size=1, max_size=4)


def brute_force(edges, gateways, ports, count):
    """Walk every simple path."""
    beside = {n: {} for n in range(count)}
    for u, v, km in edges:
        beside[u][v] = beside[v][u] = km

    def walks(path, km):
        yield path, km
        for other, step in beside[path[-1]].items():
            if other not in path:
                yield from walks([*path, other], km + step)

    passing = np.zeros(count)
    for entry in gateways:
        actual = [one for start in set(entry) for one in walks([start], 0)]
        for port in ports:
            there = [(path, km) for path, km in actual if path[-1] == port]
            best = [path for path, km in there if km == min(k for _, k in there)]
            for path in best:
                passing[path[:-1]] += 1 / len(best)
    return passing


@given(EDGES, st.lists(SPOTS, min_size=1, max_size=3), SPOTS)
@settings(max_examples=60, deadline=None)
def test_it_is_what_walking_every_path_counts(edges, gateways, ports):
    actual = betweenness(graph_of(edges, 9), [np.unique(g) for g in gateways], np.array(ports))
    assert actual.passing == pytest.approx(brute_force(edges, gateways, ports, 9), abs=1e-9)
    theirs, _ = peer_passing(graph_of(edges, 9), [np.unique(g) for g in gateways], np.array(ports))
    ended = actual.pairs.max() - actual.pairs  # four ports at most: some vertex has none
    assert actual.passing + ended == pytest.approx(theirs, abs=1e-9)


@given(EDGES, SPOTS, SPOTS, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_neither_an_isolated_vertex_nor_the_order_of_edges_matters(edges, gateway, ports, random):
    entry = [np.unique(gateway)]
    before = betweenness(graph_of(edges, 9), entry, np.array(ports))
    shuffled = random.sample(edges, len(edges))
    after = betweenness(graph_of(shuffled, 10), entry, np.array(ports))
    assert after.passing[:9] == pytest.approx(before.passing, abs=1e-12)
    assert after.passing[9] == 0
    assert after.pairs[:9].tolist() == before.pairs.tolist()


@cache
def real() -> tuple[SeaGraph, list[np.ndarray], np.ndarray]:
    sites = embedded().static["node_sites"]
    hung = anchors(sites.geometry.to_numpy()[sites["kind"] == "port"], lanes())
    graph, ports = sea_graph(lanes(), hung.take(hung.km <= REACH_KM))
    return graph, [entries(graph, gateway) for gateway in GATEWAYS], ports


def test_networkx_finds_the_same_on_the_real_graph():
    graph, gateways, ports = real()
    actual = betweenness(graph, gateways, ports)
    ended = actual.pairs.max() - actual.pairs
    np.testing.assert_allclose(
        actual.passing + ended, peer_passing(graph, gateways, ports)[0], rtol=1e-9, atol=1e-9
    )


def test_igraph_finds_the_same_on_the_real_graph():
    igraph = pytest.importorskip("igraph")
    graph, gateways, ports = real()
    count, targets = len(graph), np.unique(ports)
    entry = [int(gateway[0]) for gateway in gateways]
    roads = igraph.Graph(n=count, edges=list(zip(graph.u.tolist(), graph.v.tolist(), strict=True)))
    theirs = roads.betweenness(
        directed=False, weights=graph.km.tolist(), sources=entry, targets=targets.tolist()
    )
    actual = betweenness(graph, [np.array([one]) for one in entry], targets)
    others = np.setdiff1d(np.arange(count), entry)  # ours lies beyond its entry
    np.testing.assert_allclose(actual.passing[others], 2 * np.array(theirs)[others], rtol=1e-9, atol=1e-9)
