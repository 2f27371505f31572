"""What depends on each vertex, link and risk group: places that lose all ways to the gateways, or detour.

One tree leads from the gateways to all places. Each thing in turn is closed and the tree is repaired, all
things in one call. So a link of many edges is closed as a whole, which bridges and dominators do not answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.flows.graph import month_bit
from layers.flows.search import search_from_gateways
from layers.flows.shortest_paths import repaired

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.flows.closures import Case
    from layers.flows.graph import FlowGraph
    from layers.flows.search import Search

__all__ = ["KINDS", "dependants", "dependants_by_month", "summary"]

KINDS = ("vertex", "link", "risk_group")
_TIE_KM = 1e-6  # ways whose lengths differ by less are equally long
_COLUMNS = ("kind", "key", "vertex", "before_km", "after_km")


def dependants(
    graph: FlowGraph,
    case: Case,
    places: NDArray[np.int64],
    gateways: NDArray[np.int64],
    *,
    from_km: float = _TIE_KM,
) -> pd.DataFrame:
    """Return a row for each thing and each place that needs it in the month of the case.

    `kind` is one of `KINDS`; `key` is the vertex_id, link_id or risk group; `vertex` is the row of the place.
    `before_km` and `after_km` are the lengths to the nearest gateway with and without the thing: inf if the
    place is cut off. Detours of `from_km` or less are left out. A place does not depend on itself. Closures
    of the case are in force. Places that are cut off already have no row.
    """
    shut = case.closed(graph)
    gates = gateways[~shut.vertices[gateways]]
    found = search_from_gateways(graph, case.usable(graph) & ~shut.edges, gates, places)
    things, owner, sets = _things(graph, found)
    change = repaired(found.base, sets)
    given = found.base.graph.vertices[change.vertex]
    before = found.base.km[0, change.vertex]
    counted = np.isin(given, places) & (change.km - before > from_km)
    rows = pd.DataFrame({
        "set": change.closure[counted], "vertex": given[counted],
        "before_km": before[counted], "after_km": change.km[counted],
    })  # fmt: skip
    rows = things.assign(set=owner).merge(rows, on="set")
    itself = (rows["kind"] == "vertex") & (
        rows["key"] == graph.vertices["vertex_id"].to_numpy()[rows["vertex"]]
    )
    return rows.loc[~itself, list(_COLUMNS)].sort_values(["kind", "key", "vertex"], ignore_index=True)


def _things(
    graph: FlowGraph, found: Search
) -> tuple[pd.DataFrame, NDArray[np.int64], list[NDArray[np.int64]]]:
    """Return kind and key of each thing, the number of its set, and the sets: edges of the reduced graph.

    Most things close the same set as others, because they lie on one chain.
    """
    edges = graph.edges.iloc[found.edges]
    number = found.base.graph.edge_of
    own = number[: len(edges)]
    vertex_id = np.append(graph.vertices["vertex_id"].to_numpy(object), "")
    parts = [
        pd.DataFrame({"kind": "vertex", "key": vertex_id[end], "edge": number}) for end in (found.u, found.v)
    ]
    parts.append(pd.DataFrame({"kind": "link", "key": edges["link_id"].to_numpy(object), "edge": own}))
    groups = pd.DataFrame({"kind": "risk_group", "key": edges["risk_groups"].str.split(), "edge": own})
    parts.append(groups.explode("key"))
    pairs = pd.concat(parts, ignore_index=True)
    # A thing that only lies on dead ends carries nothing to a place. The vertex behind the gateways is none.
    pairs = pairs[(pairs["edge"] >= 0) & pairs["key"].notna() & (pairs["key"] != "")]
    pairs = pairs.drop_duplicates().sort_values(["kind", "key", "edge"], ignore_index=True)
    starts = np.flatnonzero(~pairs.duplicated(["kind", "key"]))
    kinds: dict[bytes, int] = {}
    sets: list[NDArray[np.int64]] = []
    owner: list[int] = []
    for part in np.split(pairs["edge"].to_numpy(np.int64), starts[1:]) if len(pairs) else []:
        name = part.tobytes()
        if name not in kinds:
            kinds[name] = len(sets)
            sets.append(part)
        owner.append(kinds[name])
    things = pairs.loc[starts, ["kind", "key"]].reset_index(drop=True)
    return things, np.array(owner, dtype=np.int64), sets


def dependants_by_month(
    graph: FlowGraph,
    case: Case,
    places: NDArray[np.int64],
    gateways: NDArray[np.int64],
    *,
    from_km: float = _TIE_KM,
) -> pd.DataFrame:
    """Return the dependants of all twelve months, a row for each thing and place.

    `lost_months` and `detour_months` have bit 0 for January. `longest_detour_km` is over the months with a
    detour, NaN without one. The month of the case does not count.
    """
    months: dict[bytes, int] = {}
    cases = [case.in_month(month) for month in range(1, 13)]
    for one in cases:
        shut = one.closed(graph)
        key = (one.usable(graph) & ~shut.edges).tobytes() + shut.vertices.tobytes()
        months[key] = months.get(key, 0) | month_bit(one.month)
    parts = []
    for bits in months.values():  # months in which the same edges are open have the same answer
        one = cases[(bits & -bits).bit_length() - 1]
        rows = dependants(graph, one, places, gateways, from_km=from_km)
        is_lost = np.isinf(rows["after_km"])
        detour = (rows["after_km"] - rows["before_km"]).where(~is_lost)
        parts.append(
            rows[["kind", "key", "vertex"]].assign(
                lost_months=np.where(is_lost, bits, 0), detour_months=np.where(is_lost, 0, bits),
                longest_detour_km=detour,
            )
        )  # fmt: skip
    grouped = pd.concat(parts).groupby(["kind", "key", "vertex"], as_index=False)
    # Each month is in one part only, so that the sum of its bits is their union.
    return grouped.agg({"lost_months": "sum", "detour_months": "sum", "longest_detour_km": "max"})


def summary(rows: pd.DataFrame, people: NDArray[np.float64]) -> pd.DataFrame:
    """Return one row for each thing of `dependants`: how many places and people depend on it.

    `people` has shape (vertices,), NaN where they are not known. `lost_persons` adds up known numbers only;
    `lost_unknown_places` counts the places without a number.
    """
    lost = np.isinf(rows["after_km"])
    own = people[rows["vertex"].to_numpy(np.int64)]
    columns = pd.DataFrame({
        "kind": rows["kind"], "key": rows["key"], "lost_places": lost,
        "lost_persons": np.where(lost, np.nan_to_num(own), 0.0), "lost_unknown_places": lost & np.isnan(own),
        "detoured_places": ~lost,
        "longest_detour_km": (rows["after_km"] - rows["before_km"]).where(~lost),
    })  # fmt: skip
    names = ("lost_places", "lost_persons", "lost_unknown_places", "detoured_places")
    grouped = columns.groupby(["kind", "key"], as_index=False)
    return grouped.agg(dict.fromkeys(names, "sum") | {"longest_detour_km": "max"})
