"""The sea lanes against networkx, scipy and igraph: betweenness, lengths, closures; results must be equal."""

from __future__ import annotations

import resource
import time
from typing import Any

import numpy as np

from benchmarks.flow_search import flow_search
from layers.network import GATEWAYS, REACH_KM, SeaGraph, anchors, betweenness, entries, sea_graph
from pipelines import snapshot
from pipelines.sources import SOURCES

GOAL = 15
RUNS, PEER_RUNS = 21, 3  # the peer is slow, so it runs fewer times


def peer_passing(graph: Any, gateways: Any, ports: Any) -> tuple[Any, float]:
    """The number of paths through each vertex by networkx, and the wall seconds of its betweenness.

    A leaf stands for each port, and one vertex for the sea beyond a gateway. The gateways are run one at a
    time, because a sea beyond all of them would join parts of the network that meet only south of 58 N.
    """
    import networkx as nx  # noqa: PLC0415

    whole = nx.Graph()
    whole.add_nodes_from(range(len(graph)))
    whole.add_weighted_edges_from(zip(graph.u.tolist(), graph.v.tolist(), graph.km.tolist(), strict=True))
    leaves = [f"port {number}" for number in range(len(ports))]
    whole.add_weighted_edges_from((leaf, v, 1.0) for leaf, v in zip(leaves, ports.tolist(), strict=True))
    passing, seconds = np.zeros(len(graph)), 0.0
    for entry in gateways:
        whole.add_weighted_edges_from(("sea", vertex, 1.0) for vertex in entry.tolist())
        begun = time.perf_counter()
        centrality = nx.betweenness_centrality_subset(whole, ["sea"], leaves, weight="weight")
        seconds += time.perf_counter() - begun
        whole.remove_node("sea")
        # networkx halves its sum, because an undirected graph usually has every pair twice. Here each pair of
        # the sea and a port is counted once.
        passing += 2 * np.array([centrality[vertex] for vertex in range(len(graph))])
    return passing, seconds


def lanes_and_ports() -> tuple[SeaGraph, Any]:
    """The graph of the embedded lanes, and the vertex of each port within reach."""
    loaded = snapshot.load(SOURCES)
    lanes, sites = loaded.feeds["sea_lanes"][0], loaded.static["node_sites"]
    hung = anchors(sites.geometry.to_numpy()[sites["kind"] == "port"], lanes)
    return sea_graph(lanes, hung.take(hung.km <= REACH_KM))


def network() -> list[dict[str, Any]]:
    """Return the rows of betweenness, and of lengths and closures (`flow_search`)."""
    return [*passing(), *flow_search(*lanes_and_ports())]


def passing() -> list[dict[str, Any]]:
    """Return the median wall seconds of betweenness of both sides.

    The time of building a graph is no part of the peer's time.
    """
    graph, ports = lanes_and_ports()
    gateways = [entries(graph, one) for one in GATEWAYS]
    traffic = betweenness(graph, gateways, ports)
    theirs = peer_passing(graph, gateways, ports)[0]
    # networkx also counts a path at the lane point of the port where it ends, as it goes on to the leaf.
    ended = traffic.pairs.max() - traffic.pairs
    np.testing.assert_allclose(traffic.passing + ended, theirs, rtol=1e-9, atol=1e-9)
    times = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        betweenness(graph, gateways, ports)
        times.append(time.perf_counter() - begun)
    ours_s = sorted(times)[RUNS // 2]
    peer_s = sorted(peer_passing(graph, gateways, ports)[1] for _ in range(PEER_RUNS))[PEER_RUNS // 2]
    return [
        {
            "benchmark": "network",
            "work": f"betweenness, {len(gateways)} gateways x {len(ports)} ports, {len(graph)} vertices",
            "ours_s": round(ours_s, 4),
            "peer": "networkx betweenness_centrality_subset",
            "peer_s": round(peer_s, 3),
            "ratio": round(peer_s / ours_s, 1),
            "goal": GOAL,
            "holds": peer_s / ours_s >= GOAL,
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000),
        }
    ]
