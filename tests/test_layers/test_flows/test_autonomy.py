"""Days on stock reach the settlement that a row means."""

from __future__ import annotations

import numpy as np
import pandas as pd
from toy_flows import Edge, graph_of

from layers.flows.autonomy import AUTONOMY_COLUMNS, autonomy_days
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


def test_a_settlement_without_a_row_and_an_end_that_is_not_known_have_no_days():
    rows = autonomy_days(island(), stocks(days_low=np.nan))
    assert rows["vertex_id"].tolist() == ["B"], "C has no row: unknown, not 0"
    assert np.isnan(rows["days_low"].iloc[0])
    assert rows["days_high"].tolist() == [120]
