"""Flow graphs written by hand, graphs drawn at random, and a second opinion on paths by networkx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import networkx as nx
import numpy as np
import pandas as pd
from hypothesis import strategies as st

from layers.flows.graph import ALL_YEAR, FlowGraph

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Edge(NamedTuple):
    """An edge of a toy graph; its link is named after its ends if none is given."""

    u: int
    v: int
    km: float
    mode: str = "sea"
    link: str = ""
    months: int = ALL_YEAR
    months_state: str = "computed"
    states: str = ""
    is_border_closed: bool = False
    risk_groups: str = ""


def graph_of(
    edges: Sequence[Edge | tuple[Any, ...]], count: int, people: Mapping[int, float] | None = None
) -> FlowGraph:
    """Return a graph of `count` vertices named A, B, C and so on; edges are e0, e1 and so on."""
    rows = [Edge(*edge) for edge in edges]
    known = people or {}
    vertices = pd.DataFrame({
        "vertex_id": [name(row) for row in range(count)], "name": "", "kind": "junction", "country_iso3": "",
        "longitude_deg": 0.0, "latitude_deg": 70.0,
        "people": [float(known.get(row, np.nan)) for row in range(count)], "snap_km": 0.0,
    })  # fmt: skip
    columns: dict[str, Any] = {
        "edge_id": [f"e{row}" for row in range(len(rows))],
        "u": np.array([row.u for row in rows], dtype=np.int64),
        "v": np.array([row.v for row in rows], dtype=np.int64),
        "km": np.array([row.km for row in rows], dtype=float),
        "mode": [row.mode for row in rows],
        "link_id": [row.link or name(row.u) + name(row.v) for row in rows],
        "months": np.array([row.months for row in rows], dtype=np.int64),
        "months_state": [row.months_state for row in rows],
        "states": [row.states for row in rows],
        "is_border_closed": np.array([row.is_border_closed for row in rows], dtype=bool),
        "risk_groups": [row.risk_groups for row in rows],
        "source_id": "toy",
        "as_of": "2026-01-01",
    }
    return FlowGraph(vertices, pd.DataFrame(columns))


def name(row: int) -> str:
    return chr(ord("A") + row)


def ring() -> FlowGraph:
    """A gateway A on a ring, a dead end and an island.

    A --100-- B --50-- C --30-- E        F --10-- G
    |                  |
    +--200--- D --80---+
    """
    edges = [(0, 1, 100), (1, 2, 50), (2, 3, 80), (0, 3, 200), (2, 4, 30), (5, 6, 10)]
    return graph_of(edges, 7, {1: 1000, 4: 120, 5: 7})


COUNT = 8
# Parallel edges, loops, edges of length 0 and parts without a connection all occur.
EDGES = st.lists(
    st.builds(
        Edge,
        u=st.integers(0, COUNT - 1),
        v=st.integers(0, COUNT - 1),
        km=st.integers(0, 5),
        mode=st.sampled_from(["sea", "road", "access"]),
        link=st.sampled_from(["", "", "", "one", "two"]),
        months=st.sampled_from([ALL_YEAR, ALL_YEAR, 1, 0b110]),
        states=st.sampled_from(["", "NOR", "FIN-NOR"]),
        is_border_closed=st.sampled_from([False, False, False, True]),
        risk_groups=st.sampled_from(["", "", "storm", "storm strait"]),
    ),
    min_size=1,
    max_size=16,
)
GRAPHS = EDGES.map(lambda edges: graph_of(edges, COUNT, {0: 10, 2: 5, 3: 1}))
ROWS = st.lists(st.integers(0, COUNT - 1), min_size=1, max_size=4).map(np.array)


def peer(graph: FlowGraph, usable: np.ndarray) -> nx.MultiGraph:
    """The usable edges in networkx; the key of an edge is its row."""
    out = nx.MultiGraph()
    out.add_nodes_from(range(len(graph)))
    table = graph.edges
    for row in np.flatnonzero(usable):
        out.add_edge(int(table["u"][row]), int(table["v"][row]), key=int(row), weight=float(table["km"][row]))
    return out


def peer_km(graph: nx.MultiGraph, start: int, end: int) -> float:
    try:
        return float(nx.dijkstra_path_length(graph, start, end))
    except nx.NetworkXNoPath:
        return float("inf")
