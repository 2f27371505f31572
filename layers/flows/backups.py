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

__all__ = ["KINDS", "backups_at", "standing_by"]

KINDS = ("radio", "satellite", "generator")
# The flow whose backups stand in where a place is cut off from a flow, or loses a mode.
_REPLACED = {"data": "data", "energy": "energy", "power": "energy"}


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
    return _in_use(_served(graph, backup_links, flow, day, not_from), has_way)


def standing_by(
    graph: FlowGraph, backup_links: pd.DataFrame, day: str, effects: pd.DataFrame,
    reached: dict[str, NDArray[np.int64]],
) -> dict[tuple[str, int, str], frozenset[str]]:  # fmt: skip
    """Return the kinds of backup by thing, place and flow or mode of the effects of single failures.

    A backup that names a vertex which the network lacks (an audience may not see it) is left out. `effects`
    has the columns `FAILURE_COLUMNS` of `layers.flows.single_failures`, `reached` holds by flow the
    months in which each vertex has a way. A generator stands in for power, and for all ways of energy.
    """
    number = {name: row for row, name in enumerate(graph.vertices["vertex_id"])}
    ids = number.keys()
    named = backup_links["vertices"].str.cat(backup_links["leads_to"].fillna(""), sep=" ").str.split()
    backup_links = backup_links[[ids >= set(words) for words in named]]
    effects = effects[effects["flow"].isin(_REPLACED)]
    served = {flow: _served(graph, backup_links, flow, day) for flow in set(_REPLACED.values())}
    out: dict[tuple[str, int, str], frozenset[str]] = {}
    for (thing, name), own in effects.groupby(["thing", "flow"], sort=False):
        flow = _REPLACED[str(name)]
        has_way = reached[flow][: len(graph)] > 0
        has_way[own["place"]] = False
        if thing in number:  # a node is not its own place, but has no way either
            has_way[number[str(thing)]] = False
        kinds = _in_use(served[flow], has_way)
        places = [place for place in own["place"] if place in kinds]
        out |= {(str(thing), place, str(name)): kinds[place] for place in places}
    return out


# A backup: the rows of the vertices that it leads to, those that it serves, and its kind.
_Served = tuple[list[int], list[int], str]


def _served(
    graph: FlowGraph, backup_links: pd.DataFrame, flow: str, day: str, not_from: str = ""
) -> list[_Served]:
    """Return the backups of a flow that are in service on a day; parameters as in `backups_at`."""
    table = backup_links[(backup_links["flow"] == flow).to_numpy(bool) & in_service(backup_links, day)]
    table = table[table["source_url"] != not_from]
    access = graph.only((graph.edges["mode"] == "access").to_numpy())
    part = connected_components(access.matrix(), directed=False)[1]
    ids = graph.vertices["vertex_id"]
    number = dict(zip(ids, range(len(ids)), strict=True))
    out = []
    for served, leads_to, kind in zip(table["vertices"], table["leads_to"], table["kind"], strict=True):
        at, ends = (_rows(number, text) for text in (served, leads_to))
        out.append((ends, np.flatnonzero(np.isin(part, part[at])).tolist(), str(kind)))
    return out


def _in_use(backups: list[_Served], has_way: NDArray[np.bool_]) -> dict[int, frozenset[str]]:
    """Return the kinds of the backups whose other end has a way, by the row of the vertex that they serve."""
    kinds: dict[int, set[str]] = {}
    for ends, rows, kind in backups:
        if not ends or has_way[ends].any():
            for row in rows:
                kinds.setdefault(row, set()).add(kind)
    return {row: frozenset(own) for row, own in kinds.items()}


def _rows(number: dict[str, int], text: object) -> list[int]:
    words = text.split() if isinstance(text, str) else []
    lost = [word for word in words if word not in number]
    if lost:
        msg = f"backup links: expected a vertex of the network, found {lost[0]!r}; correct the table"
        raise UsageError(msg)
    return [number[word] for word in words]
