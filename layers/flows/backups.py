"""What stands by at a place that has lost every way: radio links, satellites and generators.

A place that loses all ways by what failed, and has a backup that is in service on that day and leads
somewhere, is cut off in part: its room is rarely published, and the time until it carries is not known. A
backup that leads to a node of the network is of use only if that node still has a way. A backup whose
document is the report of the incident is left out: a report must not predict itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import connected_components

from layers.errors import UsageError
from layers.flows.interconnectors import in_service

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from layers.flows.graph import FlowGraph

__all__ = ["KINDS", "backups_at"]

KINDS = ("radio", "satellite", "generator")


def backups_at(
    graph: FlowGraph, backup_links: pd.DataFrame, flow: str, day: str, has_way: NDArray[np.bool_],
    not_from: str = "",
) -> dict[int, frozenset[str]]:  # fmt: skip
    """Return the kinds of backup by the row of the vertex that they serve.

    Parameters
    ----------
    graph
        The network; what access edges join to a vertex of a backup is served with it.
    backup_links
        The table of the layer.
    flow, day
        What is carried, and when (ISO 8601; may be a month or a year).
    has_way
        Which vertices have a way to a gateway after the closure, shape (vertices,).
    not_from
        Address of the report of the incident.

    Raises
    ------
    UsageError
        If a backup names a vertex that the network lacks.
    """
    table = backup_links[(backup_links["flow"] == flow).to_numpy(bool) & in_service(backup_links, day)]
    table = table[table["source_url"] != not_from]
    access = graph.only((graph.edges["mode"] == "access").to_numpy())
    part = connected_components(access.matrix(), directed=False)[1]
    ids = graph.vertices["vertex_id"]
    number = dict(zip(ids, range(len(ids)), strict=True))
    kinds: dict[int, set[str]] = {}
    for served, leads_to, kind in zip(table["vertices"], table["leads_to"], table["kind"], strict=True):
        at, ends = (_rows(number, text) for text in (served, leads_to))
        if ends and not has_way[ends].any():
            continue
        for row in np.flatnonzero(np.isin(part, part[at])).tolist():
            kinds.setdefault(row, set()).add(str(kind))
    return {row: frozenset(own) for row, own in kinds.items()}


def _rows(number: dict[str, int], text: object) -> list[int]:
    words = text.split() if isinstance(text, str) else []
    lost = [word for word in words if word not in number]
    if lost:
        msg = f"backup links: expected a vertex of the network, found {lost[0]!r}; correct the table"
        raise UsageError(msg)
    return [number[word] for word in words]
