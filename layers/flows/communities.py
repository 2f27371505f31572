"""Which settlements one link, node or risk group cuts off, and how many days each has on stock.

Days come from the layer `supply_autonomy` only. A settlement without a row has unknown days, never 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.flows.dependants import dependants

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.flows.closures import Case
    from layers.flows.graph import FlowGraph

__all__ = ["AUTONOMY_COLUMNS", "COMMUNITY_COLUMNS", "autonomy_days", "communities"]

# `what` is the supply; `basis` is that of the row. A NaN means that this end of the range is not known.
AUTONOMY_COLUMNS = ("vertex_id", "what", "days_low", "days_high", "basis", "as_of")
# `kind` and `key` name what fails, as in `dependants`. `days_known` is False where there is no row for the
# settlement; then the columns of days are NaN.
COMMUNITY_COLUMNS = ("kind", "key", "vertex_id", "name", "people", "days_known", *AUTONOMY_COLUMNS[1:])


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


def communities(
    graph: FlowGraph, case: Case, gateways: NDArray[np.int64], supply_autonomy: pd.DataFrame
) -> pd.DataFrame:
    """Return the settlements that one failure cuts off in the flow and month of the case.

    A row for each thing that fails alone, each settlement that then has no way to a gateway, and each supply
    of it that is on file (columns `COMMUNITY_COLUMNS`). `people` is NaN where it is not known.
    """
    towns = np.flatnonzero((graph.vertices["kind"] == "settlement").to_numpy())
    rows = dependants(graph, case, towns, gateways)
    rows = rows[np.isinf(rows["after_km"])]
    own = graph.vertices[["vertex_id", "name", "people"]].iloc[rows["vertex"]].reset_index(drop=True)
    lost = pd.concat([rows[["kind", "key"]].reset_index(drop=True), own], axis=1)
    days = autonomy_days(graph, supply_autonomy)
    joined = lost.merge(days, on="vertex_id", how="left", indicator="found")
    joined["days_known"] = (joined["found"] == "both").to_numpy(bool)
    return joined[list(COMMUNITY_COLUMNS)]
