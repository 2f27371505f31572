"""Pieces and connected settlements of a graph written by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from layers.flows.graph import FlowGraph, month_bit
from layers.flows.parts import edge_table, vertex_table
from layers.flows.summary import by_flow, by_mode


def test_a_piece_of_access_edges_alone_is_no_piece_of_a_flow():
    """a -access- b -sea (July)- c, the gateway; d -access- e."""
    points = vertex_table(
        vertex_id=list("abcde"), kind=["settlement", "port", "junction", "settlement", "airfield"],
        longitude_deg=np.zeros(5), latitude_deg=np.full(5, 70.0), people=[100.0, np.nan, np.nan, 7.0, np.nan],
    )  # fmt: skip
    edges = edge_table(
        edge_id=["1", "2", "3"], u=[0, 1, 3], v=[1, 2, 4], km=[1.0, 2.0, 3.0],
        mode=["access", "sea", "access"], link_id=["1", "2", "3"], source_id="s", as_of="2026",
        months=[4095, month_bit(7), 4095], months_state=["assumed", "computed", "assumed"],
    )  # fmt: skip
    graph = FlowGraph(points, edges)
    gateways = pd.DataFrame({"flow": ["goods"], "vertex_id": ["c"]})
    rows = by_flow(graph, gateways, (1, 7)).set_index(["flow", "month"])
    columns = ["components", "largest", "settlements", "connected", "people_connected"]
    assert rows.loc[("goods", 7), columns].tolist() == [1, 3, 1, 1, 100]
    assert rows.loc[("goods", 1), columns].tolist() == [0, 0, 0, 0, 0]
    assert rows.loc[("data", 7), columns].tolist() == [0, 0, 0, 0, 0]
    modes = by_mode(graph).set_index("mode")
    assert modes.loc["access", ["edges", "km", "assumed"]].tolist() == [2, 4, 2]
    assert modes.loc["sea", ["edges", "computed"]].tolist() == [1, 1]
