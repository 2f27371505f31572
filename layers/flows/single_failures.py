"""What depends on each node, line and risk group alone: places that lose a flow, or their only way by a mode.

Each month has one search from all gateways (`layers.flows.cuts`). A place loses a flow if no way of any mode
is left to a gateway of the flow. It loses a mode if it had a way by this mode alone, access included, to a
gateway of goods, energy or people, and has none left: then other modes may stand in. The months in which
they do are stated, their capacity is not known. Nothing here is a forecast, and no military site is a thing
or a place: the network has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from layers.flows.chains import chains
from layers.flows.cuts import cuts
from layers.flows.graph import FLOWS, MODES, month_bit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from layers.flows.assemble import Assembled
    from layers.flows.graph import FlowGraph

__all__ = ["FAILURE_COLUMNS", "Failures", "single_failures"]

# `thing_kind` is `node`, `line` or `risk_group`; `thing` the vertex_id, the key of the line or the group.
# `effect` is `cut_off` (of `flow`) or `loses_mode` (`flow` holds the mode). `place` is a row of a vertex.
# `months` has bit 0 for January.
FAILURE_COLUMNS = ("thing_kind", "thing", "effect", "flow", "place", "months")
_STAND_INS = ("sea", "rail", "road", "air")
_LEAST_KM = 1e-3  # positions of vertices are whole metres
_NO_PLACE = ("junction", "gauge_break", "cable_end")


class _Net(NamedTuple):
    """Lines and access edges of one graph; `carries` marks those of a flow or a mode, by its name."""

    u: NDArray[np.int64]
    v: NDArray[np.int64]
    months: NDArray[np.int64]
    mode: NDArray[np.object_]
    is_closed: NDArray[np.bool_]
    size: int


@dataclass(frozen=True, slots=True, eq=False)
class Failures:
    """The lines (`layers.flows.chains`), the effects (`FAILURE_COLUMNS`), and the ways of each place.

    `ways` holds by mode the months in which each vertex has a way by this mode alone, shape (vertices,).
    """

    lines: pd.DataFrame
    effects: pd.DataFrame
    ways: dict[str, NDArray[np.int64]]


def single_failures(assembled: Assembled) -> Failures:
    """Return what depends on each thing, closed borders closed."""
    graph, gateways = assembled.graph, assembled.gateways
    ids = graph.vertices["vertex_id"]
    doors = {flow: ids.isin(gateways.loc[gateways["flow"] == flow, "vertex_id"]).to_numpy() for flow in FLOWS}
    lines = chains(graph, np.logical_or.reduce(list(doors.values())))
    net = _net(graph, lines)
    groups = _groups(lines)
    is_place = ~graph.vertices["kind"].isin(_NO_PLACE).to_numpy()
    is_node = is_place & (graph.vertices["kind"] != "settlement").to_numpy()
    # A place that joins at a junction is joined by a line without a length; access edges are no things.
    has_length = np.append(lines["km"].to_numpy(float) > _LEAST_KM, [False])
    parts = []
    for flow in FLOWS:
        modes = {name for name, mode in MODES.items() if flow in mode.flows}
        for bits, usable in _by_month(net, modes):
            found = _cut_off(net, usable, doors[flow], groups)
            parts.append(found.assign(effect="cut_off", flow=flow, months=bits))
    inland = doors["goods"] | doors["energy"] | doors["people"]
    ways = {name: np.zeros(net.size, dtype=np.int64) for name in _STAND_INS}
    for name in _STAND_INS:
        for bits, usable in _by_month(net, {name, "access"}):
            ways[name][_reached(net, usable, inland)] |= bits
            found = _cut_off(net, usable, inland, groups)
            parts.append(found.assign(effect="loses_mode", flow=name, months=bits))
    rows = pd.concat(parts, ignore_index=True)
    kept = is_place[rows["place"]] & ((rows["kind"] != "node") | is_node[rows["number"]])
    kept &= (rows["kind"] != "line") | has_length[rows["number"].clip(upper=len(lines))]
    rows = rows[kept].groupby(["kind", "number", "effect", "flow", "place"], as_index=False)["months"].sum()
    names = {"node": ids.to_numpy(object), "line": lines["key"].to_numpy(object),
             "risk_group": np.array([name for name, _ in groups], dtype=object)}  # fmt: skip
    for kind, values in names.items():
        own = (rows["kind"] == kind).to_numpy()
        rows.loc[own, "thing"] = values[rows.loc[own, "number"].to_numpy(np.int64)]
    rows = rows.rename(columns={"kind": "thing_kind"})[list(FAILURE_COLUMNS)]
    return Failures(lines, _without_own_place(rows, graph), ways)


def _net(graph: FlowGraph, lines: pd.DataFrame) -> _Net:
    access = graph.edges[graph.edges["mode"] == "access"]
    both = [
        pd.concat([lines[name], access[name]], ignore_index=True)
        for name in ("u", "v", "months", "mode", "is_border_closed")
    ]
    u, v, months = (column.to_numpy(np.int64) for column in both[:3])
    return _Net(u, v, months, both[3].to_numpy(object), both[4].to_numpy(bool), len(graph))


def _groups(lines: pd.DataFrame) -> list[tuple[str, NDArray[np.int64]]]:
    """Return the risk groups with their lines, those of a single line left out: the line tells the same."""
    words = lines["risk_groups"].str.split().explode().dropna()
    by_group = words.groupby(words).groups
    return [(str(name), np.asarray(rows, dtype=np.int64)) for name, rows in by_group.items() if len(rows) > 1]


def _by_month(net: _Net, modes: Iterable[str]) -> Iterator[tuple[int, NDArray[np.bool_]]]:
    """Yield the bits of months in which the same lines are open, and these lines."""
    carries = np.isin(net.mode, list(modes)) & ~net.is_closed
    seen: dict[bytes, int] = {}
    for month in range(1, 13):
        bit = month_bit(month)
        key = (carries & ((net.months & bit) > 0)).tobytes()
        seen[key] = seen.get(key, 0) | bit
    for key, bits in seen.items():
        yield bits, np.frombuffer(key, dtype=bool)


def _reached(net: _Net, usable: NDArray[np.bool_], doors: NDArray[np.bool_]) -> NDArray[np.bool_]:
    u, v = net.u[usable], net.v[usable]
    graph = sparse.csr_array((np.ones(len(u)), (u, v)), shape=(net.size, net.size))
    part = connected_components(graph, directed=False)[1]
    return np.isin(part, part[doors])


def _cut_off(
    net: _Net,
    usable: NDArray[np.bool_],
    doors: NDArray[np.bool_],
    groups: list[tuple[str, NDArray[np.int64]]],
) -> pd.DataFrame:
    """Return `kind` and `number` of each thing, and each vertex that its loss cuts off from all doors."""
    at = np.flatnonzero(usable)
    gates = np.flatnonzero(doors)
    u, v = np.append(net.u[at], gates), np.append(net.v[at], np.full(len(gates), net.size))
    found = cuts(u, v, net.size + 1, net.size)
    inner = found.edges < len(at)  # the edge from a gateway to the root is no thing
    parts = [
        _spread("line", at[found.edges[inner]], found.edge_spans[inner], found.order),
        _spread("node", found.vertices, found.vertex_spans, found.order),
    ]
    open_lines = set(at.tolist())
    before = np.zeros(net.size, dtype=bool)
    before[found.order[1:]] = True
    for number, (_, members) in enumerate(groups):
        if open_lines.isdisjoint(members.tolist()):
            continue
        left = usable.copy()
        left[members] = False
        lost = np.flatnonzero(before & ~_reached(net, left, doors))
        parts.append(pd.DataFrame({"kind": "risk_group", "number": number, "place": lost}))
    return pd.concat(parts, ignore_index=True)


def _spread(
    kind: str, number: NDArray[np.int64], spans: NDArray[np.int64], order: NDArray[np.int64]
) -> pd.DataFrame:
    size = spans[:, 1] - spans[:, 0]
    position = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + np.repeat(spans[:, 0], size)
    return pd.DataFrame({"kind": kind, "number": np.repeat(number, size), "place": order[position]})


def _without_own_place(rows: pd.DataFrame, graph: FlowGraph) -> pd.DataFrame:
    """Return the rows without those in which a thing is its own place."""
    own = graph.vertices["vertex_id"].to_numpy(object)[rows["place"].to_numpy(np.int64)]
    return rows[~((rows["thing_kind"] == "node") & (rows["thing"] == own))].reset_index(drop=True)
