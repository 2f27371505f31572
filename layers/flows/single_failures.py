"""What depends on each node, line and risk group alone: places that lose a flow, or their only way by a mode.

Each month has one search from all gateways (`layers.flows.cuts`). A node that fails takes the lines of its
own mode with it, not the land around it: a port its way to the lanes, an airfield its air links, a rail
terminal its leg, a landing all of its cables, an energy site what it supplies.

Power lines and gas pipelines carry energy as fuel on roads does, so their loss rarely cuts off: it takes a
mode, from places that a line of the network leads to. No other mode stands in for them, nor they for one.

Air links are assumed, so none is a thing, and so are the joints of the ends of one grid. Only places at an
airfield depend on it: which flights pass through it is not known. On ports, lines and groups only places
depend that have a way without air links.

A place loses a flow if no way of any mode is left to a gateway of the flow. It loses a mode if it had a way
by this mode alone, access included, to a gateway of goods, energy or people (by power or gas: of energy),
and has none left: then other modes may stand in. The months in which they do are stated, their capacity is
not known. Nothing here is a forecast, and no military site is a thing or a place: the network has none.
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
from layers.flows.graph import ALL_YEAR, FLOWS, MODES, month_bit

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
_BY_WIRE = ("power", "pipeline")
_LEAST_KM = 1e-3  # positions of vertices are whole metres
_OWN_MODE = {"port": "sea", "airfield": "air", "rail_terminal": "rail", "cable_landing": "cable"}
_NO_PLACE = ("junction", "gauge_break", "cable_end")


class _Net(NamedTuple):
    """Lines, access edges, and for each node an edge between the land and the lines of its mode.

    These last edges start at `first_node`. `node` is the vertex of each, and of the vertex beyond it, which
    is numbered from `places` on. `size` counts both sorts of vertices.
    """

    u: NDArray[np.int64]
    v: NDArray[np.int64]
    months: NDArray[np.int64]
    mode: NDArray[np.object_]
    is_closed: NDArray[np.bool_]
    node: NDArray[np.int64]
    first_node: int
    places: int
    size: int


@dataclass(frozen=True, slots=True, eq=False)
class Failures:
    """The lines (`layers.flows.chains`), the effects (`FAILURE_COLUMNS`), and the ways of each place.

    `ways` holds by mode the months in which each vertex has a way by this mode alone, `reached` by flow those
    in which it has any; shape (vertices,).
    """

    lines: pd.DataFrame
    effects: pd.DataFrame
    ways: dict[str, NDArray[np.int64]]
    reached: dict[str, NDArray[np.int64]]


def single_failures(assembled: Assembled) -> Failures:
    """Return what depends on each thing, closed borders closed."""
    graph, gateways = assembled.graph, assembled.gateways
    ids = graph.vertices["vertex_id"]
    doors = {flow: ids.isin(gateways.loc[gateways["flow"] == flow, "vertex_id"]).to_numpy() for flow in FLOWS}
    lines = chains(graph, np.logical_or.reduce(list(doors.values())))
    net = _net(graph, lines)
    doors = {flow: np.append(at, np.zeros(len(net.node), dtype=bool)) for flow, at in doors.items()}
    plants = np.flatnonzero((graph.vertices["kind"] == "energy_site").to_numpy())
    groups = _groups(lines)
    is_place = ~graph.vertices["kind"].isin(_NO_PLACE).to_numpy()
    # A place that joins at a junction is joined by a line without a length; access edges are no things.
    has_length = lines["km"].to_numpy(float) > _LEAST_KM
    parts = []
    reached = {flow: np.zeros(net.size, dtype=np.int64) for flow in FLOWS}
    for flow in FLOWS:
        modes = {name for name, mode in MODES.items() if flow in mode.flows}
        for bits, usable in _by_month(net, modes):
            reached[flow][_reached(net, usable, doors[flow])] |= bits
            found = _cut_off(net, usable, doors[flow], groups, plants)
            found = _without_assumed(found, _reached(net, usable & (net.mode != "air"), doors[flow]), graph)
            parts.append(found.assign(effect="cut_off", flow=flow, months=bits))
    inland = doors["goods"] | doors["energy"] | doors["people"]
    ways = {name: np.zeros(net.size, dtype=np.int64) for name in _STAND_INS}
    for name in (*_STAND_INS, *_BY_WIRE):
        goal, plant = (doors["energy"], plants) if name in _BY_WIRE else (inland, plants[:0])
        for bits, usable in _by_month(net, {name, "access"}):
            if name in ways:
                ways[name][_reached(net, usable, goal)] |= bits
            found = _cut_off(net, usable, goal, groups, plant)
            if name in _BY_WIRE:
                found = found[_on_line(net, usable, name)[found["place"].to_numpy(np.int64)]]
            parts.append(found.assign(effect="loses_mode", flow=name, months=bits))
    rows = pd.concat(parts, ignore_index=True).drop_duplicates()
    rows = rows[rows["place"] < net.places]
    is_assumed = (lines["mode"] == "air") | lines["key"].astype(str).str.startswith("grid:")
    is_thing = np.append(has_length & ~is_assumed.to_numpy(bool), [False])
    kept = is_place[rows["place"]]
    kept &= (rows["kind"] != "line") | is_thing[rows["number"].clip(upper=len(lines))]
    rows = _without_flights_through(rows[kept], graph)
    rows = rows.groupby(["kind", "number", "effect", "flow", "place"], as_index=False)["months"].sum()
    names = {"node": ids.to_numpy(object), "line": lines["key"].to_numpy(object),
             "risk_group": np.array([name for name, _ in groups], dtype=object)}  # fmt: skip
    for kind, values in names.items():
        own = (rows["kind"] == kind).to_numpy()
        rows.loc[own, "thing"] = values[rows.loc[own, "number"].to_numpy(np.int64)]
    rows = rows.rename(columns={"kind": "thing_kind"})[list(FAILURE_COLUMNS)]
    return Failures(lines, _without_own_place(rows, graph), ways, reached)


def _net(graph: FlowGraph, lines: pd.DataFrame) -> _Net:
    access = graph.edges[graph.edges["mode"] == "access"]
    of_edge = pd.concat(
        [lines.assign(edge_id=""), access], ignore_index=True
    )[["u", "v", "months", "mode", "is_border_closed", "edge_id"]]  # fmt: skip
    mode = of_edge["mode"].to_numpy(object)
    is_leg = of_edge["edge_id"].str.startswith("rail-leg:").to_numpy(bool)
    kind = graph.vertices["kind"].to_numpy(object)
    node = np.flatnonzero(np.isin(kind, list(_OWN_MODE)))
    beyond = np.arange(len(graph))
    beyond[node] = len(graph) + np.arange(len(node))
    ends = []
    for end in ("u", "v"):
        at = of_edge[end].to_numpy(np.int64)
        own = np.array([_OWN_MODE.get(one, "") for one in kind], dtype=object)[at]
        is_own = np.where(is_leg, own == "rail", (own == mode) & (own != ""))
        ends.append(np.append(np.where(is_own, beyond[at], at), node if end == "u" else beyond[node]))
    count = len(node)
    return _Net(
        ends[0], ends[1], np.append(of_edge["months"].to_numpy(np.int64), np.full(count, ALL_YEAR)),
        np.append(mode, np.full(count, "access", dtype=object)),
        np.append(of_edge["is_border_closed"].to_numpy(bool), np.zeros(count, dtype=bool)),
        node, len(of_edge), len(graph), len(graph) + count,
    )  # fmt: skip


def _groups(lines: pd.DataFrame) -> list[tuple[str, NDArray[np.int64]]]:
    """Return the risk groups with their lines, those of a single line left out: the line tells the same."""
    words = lines["risk_groups"].astype("str").str.split().explode().dropna()
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


def _on_line(net: _Net, usable: NDArray[np.bool_], mode: str) -> NDArray[np.bool_]:
    """Return the vertices that usable edges join to a line of the mode."""
    lines = usable & (net.mode == mode)
    ends = np.zeros(net.size, dtype=bool)
    ends[net.u[lines]] = ends[net.v[lines]] = True
    return _reached(net, usable, ends)


def _cut_off(
    net: _Net,
    usable: NDArray[np.bool_],
    doors: NDArray[np.bool_],
    groups: list[tuple[str, NDArray[np.int64]]],
    plants: NDArray[np.int64],
) -> pd.DataFrame:
    """Return `kind` and `number` of each thing, and each vertex that its loss cuts off from all doors.

    `plants` are vertices that are doors of the flow themselves, if they run.
    """
    at = np.flatnonzero(usable)
    gates = np.flatnonzero(doors)
    u, v = np.append(net.u[at], gates), np.append(net.v[at], np.full(len(gates), net.size))
    found = cuts(u, v, net.size + 1, net.size)
    # Each cut is by a line, by a node, or by a door, which is the thing only if it is a plant.
    number = np.append(at, np.full(len(gates), -1))[found.edges]
    door = np.append(np.full(len(at), -1), gates)[found.edges]
    is_line, is_node = (number >= 0) & (number < net.first_node), number >= net.first_node
    is_plant = np.isin(door, plants)
    is_landing = found.vertices >= net.places
    parts = [
        _spread("line", number[is_line], found.edge_spans[is_line], found.order),
        _spread("node", net.node[number[is_node] - net.first_node], found.edge_spans[is_node], found.order),
        _spread("node", door[is_plant], found.edge_spans[is_plant], found.order),
        _spread("node", net.node[found.vertices[is_landing] - net.places], found.vertex_spans[is_landing],
                found.order),
    ]  # fmt: skip
    open_lines = set(at.tolist())
    before = np.zeros(net.size, dtype=bool)
    before[found.order[1:]] = True
    for place, (_, members) in enumerate(groups):
        if open_lines.isdisjoint(members.tolist()):
            continue
        left = usable.copy()
        left[members] = False
        lost = np.flatnonzero(before & ~_reached(net, left, doors))
        parts.append(pd.DataFrame({"kind": "risk_group", "number": place, "place": lost}))
    return pd.concat(parts, ignore_index=True)


def _spread(
    kind: str, number: NDArray[np.int64], spans: NDArray[np.int64], order: NDArray[np.int64]
) -> pd.DataFrame:
    size = spans[:, 1] - spans[:, 0]
    position = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + np.repeat(spans[:, 0], size)
    return pd.DataFrame({"kind": kind, "number": np.repeat(number, size), "place": order[position]})


def _without_assumed(rows: pd.DataFrame, certain: NDArray[np.bool_], graph: FlowGraph) -> pd.DataFrame:
    """Return the rows of airfields, and of other things those of places that are `certain`.

    `certain` marks vertices with a way without air links.
    """
    is_field = (graph.vertices["kind"] == "airfield").to_numpy()
    of_field = (rows["kind"] == "node").to_numpy() & is_field[rows["number"].clip(upper=len(graph) - 1)]
    return rows[of_field | certain[rows["place"].to_numpy(np.int64)]]


def _without_flights_through(rows: pd.DataFrame, graph: FlowGraph) -> pd.DataFrame:
    """Return the rows without places that depend on an airfield which is not theirs."""
    edges = graph.edges[graph.edges["edge_id"].str.startswith("access:")]
    u, v = (edges[end].to_numpy(np.int64) for end in ("u", "v"))
    joined = sparse.csr_array((np.ones(len(u)), (u, v)), shape=(len(graph), len(graph)))
    part = connected_components(joined, directed=False)[1]
    is_field = (graph.vertices["kind"] == "airfield").to_numpy()
    thing = rows["number"].where(rows["kind"] == "node", 0).to_numpy(np.int64)
    of_field = (rows["kind"] == "node").to_numpy() & is_field[thing]
    is_own = part[thing] == part[rows["place"].to_numpy(np.int64)]
    return rows[~of_field | is_own]


def _without_own_place(rows: pd.DataFrame, graph: FlowGraph) -> pd.DataFrame:
    """Return the rows without those in which a thing is its own place."""
    own = graph.vertices["vertex_id"].to_numpy(object)[rows["place"].to_numpy(np.int64)]
    return rows[~((rows["thing_kind"] == "node") & (rows["thing"] == own))].reset_index(drop=True)
