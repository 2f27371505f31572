"""What the injects of an exercise name: assets of the network by id or name, and what each closes.

An asset is a node, a cable, a gate of a strait, a shared-risk group, or the line of a mode at a point. The
network holds civil nodes only. A name that public sources give to a military site is refused: effects on
military sites are never computed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import numpy as np
import pandas as pd

from layers.crs import distance_km
from layers.errors import UsageError
from layers.flows.closures import Closed, Closure, closed
from layers.flows.graph import MODES, month_bit
from layers.flows.hindcasts import edges_near
from layers.flows.parts import edge_table, joined_states
from layers.names import folded, hint, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from layers.flows.exercise import Exercise, Inject
    from layers.flows.graph import FlowGraph

__all__ = ["AREAS", "Area", "Asset", "Names", "assets_of", "vertex_row", "with_assumed"]

_POINT = re.compile(r"(?P<mode>[a-z]+)@(?P<lon>-?[\d.]+),(?P<lat>-?[\d.]+)")
_NAMELESS = ("junction", "gauge_break", "cable_end")
# Kind of the published times of repair, by kind of node or by mode.
_REPAIRED_AS = {"cable": "submarine_cable", "rail": "railway", "road": "road", "airfield": "runway",
                "power": "power_line", "pipeline": "gas_pipeline"}  # fmt: skip


class Area(NamedTuple):
    """An area of the sea between two meridians, eastwards, north of a parallel; degrees, WGS 84."""

    title: str
    west_deg: float
    east_deg: float
    south_deg: float
    source: str


AREAS = {
    "northern_sea_route": Area(
        "Northern Sea Route", 57.0, -168.98, 66.0,
        "Russian Federal Law 132-FZ of 2012-07-28: from the straits of Novaya Zemlya to 168 58.6 W",
    ),
}  # fmt: skip


class Names(NamedTuple):
    """Names beside those of the vertices: of links, of risk groups, and of military sites."""

    links: Mapping[str, str]
    groups: Mapping[str, str]
    military: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Asset:
    """What one inject closes.

    `key` is its id, `kind` the kind of the node, or a mode, `strait` or `risk_group`. `vertex` is the row of
    a node, -1 if it is none. `states` are ISO 3166 codes. `repaired_as` is the kind of the published times of
    repair, empty if there is none. `shut` is what it closes in the month of the exercise.
    """

    key: str
    name: str
    kind: str
    vertex: int
    states: tuple[str, ...]
    repaired_as: str
    shut: Closed


def with_assumed(graph: FlowGraph, exercise: Exercise) -> FlowGraph:
    """Return the graph with the links that the exercise assumes, geodesic km, in every month.

    Raises
    ------
    UsageError
        If an end is not in the network.
    """
    if not exercise.assumed:
        return graph
    rows = [[vertex_row(graph, end, "assume") for end in (one.start, one.end)] for one in exercise.assumed]
    u, v = np.array(rows, dtype=np.int64).T
    table = graph.vertices
    lon, lat = (table[name].to_numpy(float) for name in ("longitude_deg", "latitude_deg"))
    state = table["country_iso3"].to_numpy(object)
    ids = [f"assumed:{exercise.name}-{number}" for number in range(1, len(rows) + 1)]
    edges = edge_table(
        edge_id=ids, u=u, v=v, km=distance_km(lon[u], lat[u], lon[v], lat[v]), link_id=ids,
        mode=[one.mode for one in exercise.assumed], states=joined_states(state[u], state[v]),
        source_id="exercise", as_of="",
    )  # fmt: skip
    return replace(graph, edges=pd.concat([graph.edges, edges], ignore_index=True))


def assets_of(graph: FlowGraph, exercise: Exercise, names: Names) -> dict[str, Asset]:
    """Return the asset of each inject by its id.

    Raises
    ------
    UsageError
        If a name is not in the network, stands for several things, or is that of a military site.
    """
    found: dict[tuple[str, int, bool], Asset] = {}
    out = {}
    for inject in exercise.injects:
        spot = (inject.asset, inject.as_month, inject.action == "freeze")
        if spot not in found:
            found[spot] = _asset(graph, exercise, inject, names)
        out[inject.id] = replace(found[spot], name=inject.name) if inject.name else found[spot]
    return out


def _asset(graph: FlowGraph, exercise: Exercise, inject: Inject, names: Names) -> Asset:
    where = f"inject {inject.id}"
    if inject.action == "freeze" or inject.asset in AREAS:
        return _frozen(graph, exercise.month, inject, where)
    key, kind = _key(graph, inject.asset, names, where)
    closure = {
        "vertex": lambda: Closure(where, vertices=frozenset({key})),
        "link": lambda: Closure(where, link_ids=frozenset({key})),
        "risk_group": lambda: Closure(where, risk_groups=frozenset({key})),
        "edges": lambda: Closure(where, edge_ids=_near(graph, key, where)),
    }[kind]()
    shut = closed(graph, [closure], exercise.month)
    vertex = int(np.flatnonzero(shut.vertices)[0]) if kind == "vertex" else -1
    what = _what(graph, key, kind, vertex)
    return Asset(key, _name(graph, key, kind, vertex, names), what, vertex, _states(graph, shut, vertex),
                 _REPAIRED_AS.get(what, ""), shut)  # fmt: skip


def _what(graph: FlowGraph, key: str, kind: str, vertex: int) -> str:
    if kind == "vertex":
        return str(graph.vertices["kind"].iloc[vertex])
    if kind == "link":
        return str(graph.edges["mode"][graph.edges["link_id"] == key].iloc[0])
    if kind == "edges":
        return key.partition("@")[0]
    return "strait" if key.startswith("strait:") else "risk_group"


def _name(graph: FlowGraph, key: str, kind: str, vertex: int, names: Names) -> str:
    if kind == "vertex":
        return str(graph.vertices["name"].iloc[vertex])
    if kind == "edges":
        mode, _, point = key.partition("@")
        return f"{mode} at {point.replace(',', ' E, ')} N"
    return dict(names.links if kind == "link" else names.groups).get(key, key)


def _states(graph: FlowGraph, shut: Closed, vertex: int) -> tuple[str, ...]:
    if vertex >= 0:
        own = str(graph.vertices["country_iso3"].iloc[vertex] or "")
        return (own,) if own else ()
    codes = {code for text in graph.edges["states"][shut.edges].unique() for code in str(text).split("-")}
    return tuple(sorted(codes - {""}))


def _near(graph: FlowGraph, key: str, where: str) -> frozenset[str]:
    spot = _POINT.fullmatch(key)
    assert spot is not None  # noqa: S101  `_key` matched it
    if spot["mode"] not in MODES:
        near = hint(nearest(spot["mode"], MODES), "")
        _refuse(where, f"a mode of {', '.join(MODES)} before @", repr(spot["mode"]), near)
    return edges_near(graph, spot["mode"], float(spot["lon"]), float(spot["lat"]))


def _key(graph: FlowGraph, text: str, names: Names, where: str) -> tuple[str, str]:
    """Return the id that a text stands for, and whether it is a vertex, link, risk group or point."""
    if _POINT.fullmatch(text):
        return text, "edges"
    groups = {key for own in graph.edges["risk_groups"].unique() for key in own.split()}
    for kind, keys in (("link", graph.edges["link_id"]), ("vertex", graph.vertices["vertex_id"])):
        if (keys == text).any():
            return text, kind
    if text in groups:
        return text, "risk_group"
    named = _named(graph, names, groups)
    hits = sorted(set(named.get(folded(text), ())))
    if len(hits) > 1:
        ids = ", ".join(key for key, _ in hits[:6])
        _refuse(where, "one asset of that name", f"{len(hits)} for {text!r}", f"name one of {ids}")
    if hits:
        return hits[0]
    if folded(text) in {folded(name) for name in names.military}:
        _refuse(
            where, "a civil asset", f"the military site {text!r}",
            "effects on military sites are never computed, name a civil node",
        )  # fmt: skip
    spelled = {*graph.vertices["name"][~graph.vertices["kind"].isin(_NAMELESS)], *names.links.values()}
    spelled |= {*names.groups.values()} - {""}
    return _refuse(
        where, "an asset of the network", repr(text), hint(nearest(text, sorted(spelled)), "name an id")
    )


def _named(graph: FlowGraph, names: Names, groups: set[str]) -> dict[str, list[tuple[str, str]]]:
    out: dict[str, list[tuple[str, str]]] = {}
    rows = graph.vertices[~graph.vertices["kind"].isin(_NAMELESS)]
    for name, key in zip(rows["name"], rows["vertex_id"], strict=True):
        out.setdefault(folded(str(name)), []).append((key, "vertex"))
    links = set(graph.edges["link_id"].unique())
    for kind, known, own in (("link", names.links, links), ("risk_group", names.groups, groups)):
        for key, name in known.items():
            if key in own:
                out.setdefault(folded(name), []).append((key, kind))
    return out


def vertex_row(graph: FlowGraph, text: str, where: str) -> int:
    """Return the row of a node by id or name; of several of one name the settlement, if it is one.

    Raises
    ------
    UsageError
        If there is none, or none of several is the only settlement.
    """
    table = graph.vertices
    rows = np.flatnonzero((table["vertex_id"] == text).to_numpy())
    named = np.flatnonzero(~table["kind"].isin(_NAMELESS).to_numpy())
    if not len(rows):
        own = folded(text)
        rows = named[[folded(str(name)) == own for name in table["name"].iloc[named]]]
        towns = rows[(table["kind"] == "settlement").to_numpy()[rows]]
        rows = towns if len(towns) == 1 else rows
    if not len(rows):
        near = hint(nearest(text, sorted(set(table["name"].iloc[named]))), "name an id")
        _refuse(where, "a node of the network", repr(text), near)
    if len(rows) > 1:
        ids = ", ".join(table["vertex_id"].iloc[rows[:6]])
        _refuse(where, "one node of that name", f"{len(rows)} for {text!r}", f"name one of {ids}")
    return int(rows[0])


def _frozen(graph: FlowGraph, month: int, inject: Inject, where: str) -> Asset:
    """Return the lanes of an area that are open in the month, and shut in the month whose ice comes early."""
    if inject.asset not in AREAS:
        near = hint(nearest(inject.asset, AREAS), f"areas are {', '.join(AREAS)}")
        _refuse(f"{where}, asset", "an area of the sea", repr(inject.asset), near)
    if inject.action == "close":
        _refuse(f"{where}, action", "freeze for an area of the sea", "close", "write freeze and as_month")
    area = AREAS[inject.asset]
    months = graph.edges["months"].to_numpy(np.int64)
    sea = (graph.edges["mode"] == "sea").to_numpy() & (graph.edges["months_state"] == "computed").to_numpy()
    lanes = sea & ((months & month_bit(month)) > 0) & _inside(graph, area)
    if inject.as_month:
        lanes &= (months & month_bit(inject.as_month)) == 0
    if not lanes.any():
        _refuse(
            where, f"lanes of {area.title} that are open in month {month} and shut in {inject.as_month}",
            "none in the record of sea ice", "name another month",
        )  # fmt: skip
    shut = Closed(lanes, np.zeros(len(graph), dtype=bool))
    return Asset(inject.asset, f"lanes of {area.title}", "sea", -1, _states(graph, shut, -1), "", shut)


def _inside(graph: FlowGraph, area: Area) -> NDArray[np.bool_]:
    lon, lat = (graph.vertices[name].to_numpy(float) for name in ("longitude_deg", "latitude_deg"))
    span = (area.east_deg - area.west_deg) % 360
    is_inside = ((lon - area.west_deg) % 360 <= span) & (lat >= area.south_deg)
    u, v = (graph.edges[name].to_numpy(np.int64) for name in ("u", "v"))
    return np.asarray(is_inside[u] & is_inside[v])


def _refuse(where: str, expected: str, found: object, remedy: str) -> NoReturn:
    msg = f"{where}: expected {expected}, found {found}; {remedy}"
    raise UsageError(msg)
