"""How large a graph of flows is, by mode, and into how many pieces it falls, by flow and month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components

from layers.flows.graph import FLOWS, MODES, FlowGraph

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["by_flow", "by_mode"]


def by_mode(graph: FlowGraph) -> pd.DataFrame:
    """Return a row for each mode: edges, km, edges by state of their months, edges across closed borders."""
    edges = graph.edges
    rows = []
    for mode in MODES:
        own = edges[edges["mode"] == mode]
        states = own["months_state"].value_counts()
        rows.append(
            {
                "mode": mode, "edges": len(own), "km": round(float(own["km"].sum())),
                **{name: int(states.get(name, 0)) for name in ("computed", "assumed", "not_computed")},
                "closed_border": int(own["is_border_closed"].sum()),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def by_flow(graph: FlowGraph, gateways: pd.DataFrame, months: Iterable[int] = range(1, 13)) -> pd.DataFrame:
    """Return a row for each flow and month: pieces, and settlements joined to a gateway.

    `components` counts pieces with a usable edge of a mode of the flow other than `access`, `largest` the
    vertices of the largest. `settlements` counts those in such a piece, `connected` those that are a gateway
    or in such a piece with one, and `people_connected` the people there, where their number is known.
    """
    town = (graph.vertices["kind"] == "settlement").to_numpy()
    people = np.nan_to_num(graph.vertices["people"].to_numpy(float))
    rows = []
    for flow in FLOWS:
        ids = gateways.loc[gateways["flow"] == flow, "vertex_id"]
        entry = graph.vertices["vertex_id"].isin(ids).to_numpy()
        for month in months:
            usable = graph.usable(flow, month)
            part = connected_components(graph.only(usable).matrix(), directed=False)[1]
            carries = usable & (graph.edges["mode"] != "access").to_numpy()
            pieces = np.unique(part[graph.edges["u"].to_numpy(np.int64)[carries]])
            joined = np.isin(part, pieces)
            connected = town & (entry | (joined & np.isin(part, part[entry])))
            rows.append(
                {
                    "flow": flow, "month": month, "components": len(pieces),
                    "largest": int(np.bincount(part)[pieces].max(initial=0)),
                    "settlements": int((town & joined).sum()), "connected": int(connected.sum()),
                    "people_connected": int(people[connected].sum()),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)
