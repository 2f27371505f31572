"""How many days each settlement has on stock.

Days come from the layer `supply_autonomy` only. A settlement without a row has unknown days, never 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from layers.flows.graph import FlowGraph

__all__ = ["AUTONOMY_COLUMNS", "autonomy_days"]

# `what` is the supply; `basis` is that of the row. A NaN means that this end of the range is not known.
AUTONOMY_COLUMNS = ("vertex_id", "what", "days_low", "days_high", "basis", "as_of")


def autonomy_days(graph: FlowGraph, supply_autonomy: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the layer by settlement (columns `AUTONOMY_COLUMNS`).

    A row names nodes of its place; the settlement is the one that an access edge joins to them, or the node
    itself if it is a settlement. A row without such a settlement is left out.
    """
    vertices, edges = graph.vertices, graph.edges
    ids = vertices["vertex_id"].to_numpy(object)
    town = (vertices["kind"] == "settlement").to_numpy()
    access = edges[edges["edge_id"].astype(str).str.startswith("access:")]
    both = [access[end].to_numpy(np.int64) for end in ("u", "v")]
    home = {str(ids[row]): str(ids[row]) for row in np.flatnonzero(town)}
    for one, other in (both, both[::-1]):
        home |= {str(ids[a]): str(ids[b]) for a, b in zip(one, other, strict=True) if town[b] and not town[a]}
    rows = supply_autonomy.assign(node=supply_autonomy["node_ids"].str.split()).explode("node")
    rows = rows.assign(vertex_id=rows["node"].map(home)).dropna(subset=["vertex_id"])
    rows = rows.drop_duplicates(["feature_id", "vertex_id"])
    for name in ("days_low", "days_high"):
        rows[name] = rows[name].astype("float64")
    return rows[list(AUTONOMY_COLUMNS)].reset_index(drop=True)
