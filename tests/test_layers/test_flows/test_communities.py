"""Settlements that one failure cuts off, with days on stock where they are on file."""

from __future__ import annotations

import numpy as np
import pandas as pd
from toy_flows import Edge, graph_of

from layers.flows.closures import Case
from layers.flows.communities import AUTONOMY_COLUMNS, COMMUNITY_COLUMNS, autonomy_days, communities
from layers.flows.graph import FlowGraph


def island() -> FlowGraph:
    """A gateway A, a settlement B over one road, its airfield D by an access edge, and C behind B."""
    graph = graph_of([Edge(0, 1, 10, "road"), Edge(1, 2, 10, "road"), Edge(1, 3, 2, "access")], 4, {1: 300.0})
    kinds = ["junction", "settlement", "settlement", "airfield"]
    edges = graph.edges.assign(edge_id=["r0", "r1", "access:D"])
    return FlowGraph(graph.vertices.assign(kind=kinds), edges)


def stocks(**given: object) -> pd.DataFrame:
    row = {
        "feature_id": "autonomy-b", "node_ids": "D other:node", "what": "diesel", "days_low": 100.0,
        "days_high": 120.0, "basis": "published_stock", "as_of": "2020",
    }  # fmt: skip
    return pd.DataFrame([row | given])


def test_days_reach_the_settlement_by_the_node_that_the_row_names():
    rows = autonomy_days(island(), stocks())
    assert tuple(rows.columns) == AUTONOMY_COLUMNS
    assert rows.to_numpy().tolist() == [["B", "diesel", 100.0, 120.0, "published_stock", "2020"]]
    assert autonomy_days(island(), stocks(node_ids="B D")).shape[0] == 1, "each row once"
    assert autonomy_days(island(), stocks(node_ids=None)).empty


def test_a_settlement_without_a_row_has_unknown_days_and_not_zero():
    rows = communities(island(), Case("goods", 1), np.array([0]), stocks())
    assert tuple(rows.columns) == COMMUNITY_COLUMNS
    by = rows[(rows["kind"] == "link") & (rows["key"] == "AB")].set_index("vertex_id")
    assert by.index.tolist() == ["B", "C"]
    assert by.loc["B", ["days_low", "days_high", "people"]].tolist() == [100.0, 120.0, 300.0]
    assert by["days_known"].tolist() == [True, False]
    assert np.isnan(by.loc["C", "days_low"])
    assert np.isnan(by.loc["C", "people"])
    behind = rows[(rows["kind"] == "link") & (rows["key"] == "BC")]
    assert behind["vertex_id"].tolist() == ["C"]


def test_one_end_of_a_range_may_be_unknown():
    rows = communities(island(), Case("goods", 1), np.array([0]), stocks(days_low=np.nan))
    own = rows[(rows["key"] == "AB") & (rows["vertex_id"] == "B")].iloc[0]
    assert own["days_known"]
    assert np.isnan(own["days_low"])
    assert own["days_high"] == 120


def test_a_ring_cuts_nobody_off():
    graph = graph_of([Edge(0, 1, 1, "road"), Edge(0, 1, 2, "road", "other")], 2)
    graph = FlowGraph(graph.vertices.assign(kind=["junction", "settlement"]), graph.edges)
    rows = communities(graph, Case("goods", 1), np.array([0]), stocks())
    assert rows[rows["kind"] == "link"].empty
