"""Distances between ports, and 100 closures of the sea lanes, against scipy, igraph and networkx.

Times are CPU seconds. Every peer must find the same lengths, to 1e-6 km, before a time counts. All peers
search all ports in the open graph. Under closures networkx and igraph search a part (`_PART`), and their time
for the rest is scaled from it.
"""

from __future__ import annotations

import resource
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from layers.flows.reduction import reduced
from layers.flows.shortest_paths import lengths_between, trees

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from layers.network import SeaGraph

PORTS, CLOSURES, BUSIEST, SEED = 500, 100, 20, 20261130
RUNS = 5
_PART = {"networkx": (2, 50), "igraph": (10, 500), "scipy": (CLOSURES, PORTS)}  # closures, ports


class Lanes(NamedTuple):
    """The lanes, the vertices of some ports, and closures: rows of the edges at some vertices."""

    graph: SeaGraph
    ports: NDArray[np.int64]
    drawn: list[NDArray[np.int64]]
    busiest: list[NDArray[np.int64]]


def lanes_of(graph: SeaGraph, ports: NDArray[np.int64], many: int, closures: int) -> Lanes:
    """Draw vertices to close among those that a shortest path between two of the ports passes.

    The busiest are those that most of these paths pass: they are the hardest to repair.
    """
    some = np.unique(ports)[:many]
    parent = dijkstra(graph.matrix(), indices=some, return_predecessors=True)[1]
    passed = np.zeros(len(graph), dtype=np.int64)
    at = np.tile(some, (len(some), 1))
    row = np.arange(len(some))[:, None]
    while (at >= 0).any():
        before = np.where(at >= 0, parent[row, np.maximum(at, 0)], -1)
        np.add.at(passed, before[before >= 0], 1)
        at = before
    passed[some] = 0  # a closed port has no distance
    drawn = np.random.default_rng(SEED).choice(np.flatnonzero(passed), closures, replace=False)
    busiest = np.argsort(-passed, kind="stable")[:BUSIEST]
    at_drawn, at_busiest = (
        [np.flatnonzero((graph.u == one) | (graph.v == one)) for one in vertices]
        for vertices in (drawn, busiest)
    )
    return Lanes(graph, some, at_drawn, at_busiest)


def ours(lanes: Lanes, closures: Sequence[NDArray[np.int64]]) -> Iterator[NDArray[np.float64]]:
    """Yield the lengths between the ports, km, of the open graph and then of each closure."""
    graph, ports = lanes.graph, lanes.ports
    kept = np.zeros(len(graph), dtype=bool)
    kept[ports] = True
    small = reduced(graph.u, graph.v, graph.km, kept)
    base = trees(small, small.vertex_of[ports])
    yield base.km[:, base.sources]
    cuts = [np.unique(small.edge_of[one]) for one in closures]
    yield from lengths_between(base, [one[one >= 0] for one in cuts])


def _left(lanes: Lanes, closures: Iterable[NDArray[np.int64]]) -> Iterator[NDArray[np.int64]]:
    """Yield the rows of the edges that are open: all, and then under each closure."""
    rows = np.arange(len(lanes.graph.u))
    yield rows
    for closed in closures:
        yield np.delete(rows, closed)


def by_scipy(
    lanes: Lanes, ports: NDArray[np.int64], closures: Sequence[NDArray[np.int64]]
) -> Iterator[NDArray[np.float64]]:
    """Yield what `ours` does for `ports`, by a search from scratch."""
    graph = lanes.graph
    for rows in _left(lanes, closures):
        u, v, km = graph.u[rows], graph.v[rows], graph.km[rows]
        both = np.concatenate([u, v]), np.concatenate([v, u])
        matrix = sparse.csr_array((np.tile(km, 2), both), shape=(len(graph),) * 2)
        yield dijkstra(matrix, indices=ports)[:, ports]


def by_igraph(
    lanes: Lanes, ports: NDArray[np.int64], closures: Sequence[NDArray[np.int64]]
) -> Iterator[NDArray[np.float64]]:
    """Yield what `ours` does for `ports`, by a search from scratch."""
    import igraph  # noqa: PLC0415

    graph, targets = lanes.graph, ports.tolist()
    for rows in _left(lanes, closures):
        ends = list(zip(graph.u[rows].tolist(), graph.v[rows].tolist(), strict=True))
        whole = igraph.Graph(n=len(graph), edges=ends)
        yield np.array(
            whole.distances(targets, targets, weights=graph.km[rows].tolist(), algorithm="dijkstra")
        )


def by_networkx(
    lanes: Lanes, ports: NDArray[np.int64], closures: Sequence[NDArray[np.int64]]
) -> Iterator[NDArray[np.float64]]:
    """Yield what `ours` does for `ports`, by a search from scratch."""
    import networkx as nx  # noqa: PLC0415

    graph, targets = lanes.graph, ports.tolist()
    for rows in _left(lanes, closures):
        parts = (part[rows].tolist() for part in (graph.u, graph.v, graph.km))
        whole = nx.Graph()
        whole.add_nodes_from(range(len(graph)))
        whole.add_weighted_edges_from(zip(*parts, strict=True))
        far = [nx.single_source_dijkstra_path_length(whole, port) for port in targets]
        yield np.array([[one.get(port, np.inf) for port in targets] for one in far])


PEERS = {"networkx": by_networkx, "igraph": by_igraph, "scipy": by_scipy}
# Ours must be so many times faster: between all ports, with drawn and with the busiest vertices closed.
# The busiest cut most trees at their root, where repair only has to be no slower than a new search.
GOALS = {"networkx": (10, 60, 10), "igraph": (1, 5, 1), "scipy": (0.7, 5, 1)}


def _seconds(work: Callable[[], Any], runs: int) -> float:
    times = []
    for _ in range(runs):
        begun = time.process_time()
        for _ in work():
            pass
        times.append(time.process_time() - begun)
    return sorted(times)[runs // 2]


def _row(work: str, ours_s: float, peer: str, peer_s: float, goal: float) -> dict[str, Any]:
    return {
        "benchmark": "network", "work": work, "ours_s": round(ours_s, 6), "peer": peer,
        "peer_s": round(peer_s, 6), "ratio": round(peer_s / ours_s, 1), "goal": goal,
        "holds": peer_s / ours_s >= goal,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000),
    }  # fmt: skip


def _compared(
    lanes: Lanes, name: str, closures: Sequence[NDArray[np.int64]], mine: Sequence[NDArray[np.float64]]
) -> float:
    """Return the seconds that a peer takes for all closures and ports; its lengths must equal `mine`.

    The peer does a part. Its time for one closure and one port is taken for the rest.
    """
    some, many = _PART[name]
    # Ports are ordered by place, and some seas are small: the part is spread over all of them.
    place = np.linspace(0, len(lanes.ports) - 1, min(many, len(lanes.ports))).round().astype(int)
    part, ports = closures[:some], lanes.ports[place]
    begun = time.process_time()
    theirs = list(PEERS[name](lanes, ports, part))
    seconds = time.process_time() - begun
    for own, other in zip(mine, theirs, strict=False):
        np.testing.assert_allclose(own[np.ix_(place, place)], other, rtol=0, atol=1e-6)
    done = len(theirs) * len(ports)
    return seconds * (len(closures) + 1) * len(lanes.ports) / done


def flow_search(
    graph: SeaGraph, ports: NDArray[np.int64], many: int = PORTS, closures: int = CLOSURES, runs: int = RUNS
) -> list[dict[str, Any]]:
    """Return rows of lengths between `many` ports: open, with `closures` vertices and the busiest shut."""
    lanes = lanes_of(graph, ports, many, closures)
    size = f"{len(lanes.ports)} ports, {len(graph)} vertices"
    rows = []
    open_s = _seconds(lambda: ours(lanes, []), runs)
    open_km = list(ours(lanes, []))
    for name, peer in PEERS.items():
        theirs = next(peer(lanes, lanes.ports, []))
        np.testing.assert_allclose(open_km[0], theirs, rtol=0, atol=1e-6)
        peer_s = _seconds(lambda peer=peer: peer(lanes, lanes.ports, []), 1 if name == "networkx" else runs)
        rows.append(_row(f"lengths between {size}", open_s, name, peer_s, GOALS[name][0]))
    for place, (what, sets) in enumerate((("drawn", lanes.drawn), ("busiest", lanes.busiest)), start=1):
        mine = list(ours(lanes, sets))
        ours_s = _seconds(lambda sets=sets: ours(lanes, sets), runs)
        for name in PEERS:
            peer_s = _compared(lanes, name, sets, mine)
            part = "" if name == "scipy" else ", scaled from a part"
            work = f"{len(sets)} {what} vertices closed in turn x {size}"
            rows.append(_row(work, ours_s, f"{name} from scratch{part}", peer_s, GOALS[name][place]))
    return rows
