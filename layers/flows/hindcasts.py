"""What the network says about real failures, against what was published about them.

Each incident becomes a closure. Predicted are the places that lose every way by the mode that failed, and
the shortest way that is left by any mode of the flow. The network is that of one day, not of the day of the
incident, and is never changed for an incident; only the lines of the layer `interconnectors` are those of the
day of the incident. An incident whose line the network lacks is neither a hit nor a miss.

The extent follows from the places whose shortest way used the thing: `whole` if all of them are cut off,
`partial` if some are and the others have a longer way, `none` if none is. A place that is cut off and has a
backup (`layers.flows.backups`) loses a part: its room and the time until it carries are not known. The
network has no capacities. Power and gas are only replaced by power and gas: fuel needs a plant, which is a
backup.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from layers.crs import polar_points
from layers.errors import UsageError
from layers.flows.assemble import Assembled
from layers.flows.backups import KINDS, backups_at
from layers.flows.closures import Case, Closure
from layers.flows.disjoint_paths import Arcs, shortest_path
from layers.flows.graph import MODES
from layers.flows.interconnectors import in_service, with_lines, with_supply
from layers.flows.search import search_from_gateways

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from layers.flows.closures import Closed
    from layers.flows.graph import FlowGraph
    from layers.flows.incident_edges import IncidentEdges

__all__ = ["EXTENTS", "Hindcast", "Outcome", "StandIn", "edges_near", "gateway_rows", "hindcasts", "named",
           "right"]  # fmt: skip

EXTENTS = ("none", "partial", "whole")
# The chords of the network lie up to this far from the road or railway (25 km); nearest edges within 0.1 km
# of each other count as equally near.
_REACH_M, _TIE_M = 25_000.0, 100.0
_TIE_KM = 1e-6
_NO_PLACE = ("junction", "gauge_break", "cable_end")
_LIKE_BY_LIKE = ("power", "pipeline")


class Outcome(NamedTuple):
    """Who is cut off: the extent ("" if not read), vertices, and people; None if they are not known.

    `unknown_places` counts settlements among the vertices without a number of people. `in_part` are those of
    the vertices that have a backup.
    """

    extent: str
    vertices: tuple[str, ...]
    people_low: float | None
    people_high: float | None
    unknown_places: int = 0
    in_part: tuple[str, ...] = ()


class StandIn(NamedTuple):
    """What stands in: modes, links and nodes. `is_known` is False if the source names none.

    The first of the predicted modes is the one with the most km. `backups` are kinds of backup at the places
    served that are cut off; None if no table of backups is at hand.
    """

    modes: tuple[str, ...]
    keys: tuple[str, ...]
    km: float = float("nan")
    is_known: bool = True
    backups: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Hindcast:
    """One incident: what the network says, what was published, and whether the two agree.

    `predicted` and `predicted_stand_in` are None if the line is not in the network. The three `agrees` are
    None where there is nothing to compare. `why` gives the reason of a miss, or what the network lacks.
    """

    incident: str
    name: str
    flow: str
    month: int
    predicted: Outcome | None
    published: Outcome
    predicted_stand_in: StandIn | None
    published_stand_in: StandIn
    agrees_in_who: bool | None
    agrees_in_extent: bool | None
    agrees_in_stand_in: bool | None
    why: str


def right(row: Hindcast) -> bool | None:
    """Return whether all that can be compared agrees, None if the network cannot be asked."""
    agreements = [row.agrees_in_who, row.agrees_in_extent, row.agrees_in_stand_in]
    known = [one for one in agreements if one is not None]
    return all(known) if known else None


def hindcasts(
    assembled: Assembled,
    incidents: pd.DataFrame,
    cases: Iterable[IncidentEdges],
    interconnectors: pd.DataFrame | None = None,
    backup_links: pd.DataFrame | None = None,
) -> tuple[Hindcast, ...]:
    """Return a row for each case; `incidents`, `interconnectors`, `backup_links` are tables of the layers.

    With `interconnectors` the network is one that was assembled without them: the lines of the day of each
    incident are added.

    Raises
    ------
    UsageError
        If a case names an incident, a vertex or a link that is not there, or a point far from its lines.
    """
    table = incidents.assign(key=incidents["feature_id"].str.removeprefix("incident-")).set_index("key")
    dated: dict[bytes, Assembled] = {}
    out = []
    for case in cases:
        if case.incident not in table.index:
            msg = f"hindcasts: expected an incident of the table, found {case.incident!r}; correct the case"
            raise UsageError(msg)
        row = table.loc[case.incident]
        network = assembled
        if interconnectors is not None and not case.missing:
            day = str(row["date_from"])
            key = in_service(interconnectors, day).tobytes()
            network = dated.setdefault(key, _on_day(assembled, interconnectors, day))
        out.append(_hindcast(network, row, case, backup_links))
    return tuple(out)


def _on_day(assembled: Assembled, interconnectors: pd.DataFrame, day: str) -> Assembled:
    return assembled._replace(
        graph=with_lines(assembled.graph, interconnectors, day),
        gateways=with_supply(assembled.gateways, interconnectors, day),
    )


def gateway_rows(assembled: Assembled, flow: str) -> NDArray[np.int64]:
    """Return the rows of the vertices that are gateways of a flow."""
    ids = assembled.gateways.loc[assembled.gateways["flow"] == flow, "vertex_id"]
    return np.flatnonzero(assembled.graph.vertices["vertex_id"].isin(ids).to_numpy())


def edges_near(graph: FlowGraph, mode: str, longitude_deg: float, latitude_deg: float) -> frozenset[str]:
    """Return the edge_ids of the edge of a mode that is nearest to a point (WGS 84), and of those as near.

    Edges are straight in EPSG:3413.

    Raises
    ------
    UsageError
        If no edge of the mode lies within 25 km.
    """
    rows = np.flatnonzero((graph.edges["mode"] == mode).to_numpy())
    used, number = np.unique(graph.edges[["u", "v"]].to_numpy(np.int64)[rows], return_inverse=True)
    lon, lat = (graph.vertices[name].to_numpy(float)[used] for name in ("longitude_deg", "latitude_deg"))
    ends = shapely.get_coordinates(polar_points(lon, lat))[number.reshape(-1, 2)]
    point = polar_points(np.array([longitude_deg]), np.array([latitude_deg]))[0]
    away = shapely.distance(shapely.linestrings(ends), point)
    if not len(away) or away.min() > _REACH_M:
        found = f"the nearest at {away.min() / 1000:.0f} km" if len(away) else "none"
        msg = (
            f"hindcasts: expected a {mode} within 25 km of {longitude_deg}, {latitude_deg}, found {found}; "
            "correct the point"
        )
        raise UsageError(msg)
    near = rows[away <= away.min() + _TIE_M]
    return frozenset(graph.edges["edge_id"].to_numpy(object)[near].tolist())


def _hindcast(
    assembled: Assembled, row: pd.Series, edges: IncidentEdges, backup_links: pd.DataFrame | None
) -> Hindcast:
    published, stood_in = _published(row, edges)
    month = int(str(row["date_from"])[5:7] or 0)
    head = (edges.incident, str(row["name"]), str(row["flow"]), month)
    if edges.missing:
        return Hindcast(*head, None, published, None, stood_in, None, None, None, edges.missing)
    graph = assembled.graph
    gates = gateway_rows(assembled, head[2])
    case = Case(head[2], month, (_closure(graph, row, edges),))
    narrow = {"cable": None, "": None}.get(edges.mode, frozenset({edges.mode}))
    by_mode = Case(case.flow, month, case.closures, modes=narrow)
    shut = case.closed(graph)
    predicted, was_cut_off, has_way = _who(graph, by_mode, shut, gates)
    left = _stand_in(graph, by_mode if edges.mode in _LIKE_BY_LIKE else case, shut, edges, gates)
    if backup_links is not None:
        kinds = backups_at(graph, backup_links, case.flow, str(row["date_from"]), has_way, row["source_url"])
        predicted, left = _with_backups(graph, predicted, left, kinds, edges.served)
    lost = sorted(was_cut_off & {*edges.served, *edges.cut_off})
    who = _same_who(predicted, published, lost)
    stands = _same_stand_in(left, stood_in)
    extent = predicted.extent == published.extent if published.extent else None
    why = _why(edges, lost, left, (who, extent, stands))
    return Hindcast(*head, predicted, published, left, stood_in, who, extent, stands, why)


def _why(edges: IncidentEdges, lost: Sequence[str], left: StandIn, agrees: tuple[bool | None, ...]) -> str:
    """Return the reasons of a miss; empty if nothing disagrees."""
    if False not in agrees:
        return ""
    reasons = [f"without a way before the failure: {', '.join(lost)}"] if lost else []
    reasons += [edges.limits] if edges.limits else []
    if agrees[-1] is False and left.modes:
        reasons.append(f"the shortest way left is by {left.modes[0]}: cost and room are not in the network")
    return "; ".join(reasons) or "no reason is known"


def _published(row: pd.Series, edges: IncidentEdges) -> tuple[Outcome, StandIn]:
    extent = row["cut_off_extent"]
    low, high = (
        None if pd.isna(row[name]) else float(row[name])
        for name in ("people_cut_off_low", "people_cut_off_high")
    )
    outcome = Outcome(extent if isinstance(extent, str) else "", edges.cut_off, low, high)
    keys = tuple(word if ":" in word else f"cable-{word}" for word in _words(row["stood_in_keys"]))
    keys += edges.stood_in_links
    return outcome, StandIn(edges.stood_in, keys, is_known=bool(keys or edges.stood_in))


def _words(text: object) -> list[str]:
    return text.split() if isinstance(text, str) else []


def _closure(graph: FlowGraph, row: pd.Series, edges: IncidentEdges) -> Closure:
    links = frozenset(f"cable-{key}" for key in _words(row["cable_links"])) | frozenset(edges.also_links)
    near = frozenset[str]().union(*(edges_near(graph, *point) for point in edges.near))
    return Closure(edges.incident, vertices=frozenset(edges.vertices), link_ids=links, edge_ids=near)


def _with_backups(
    graph: FlowGraph,
    predicted: Outcome,
    left: StandIn,
    kinds: dict[int, frozenset[str]],
    served: Sequence[str],
) -> tuple[Outcome, StandIn]:
    """Return the outcome with the places that lose only a part, and what stands in with its backups."""
    ids = graph.vertices["vertex_id"].to_numpy(object)
    by_id = {str(ids[row]): own for row, own in kinds.items()}
    in_part = tuple(name for name in predicted.vertices if name in by_id)
    at = set(predicted.vertices) & set(served)
    found = frozenset[str]().union(*(by_id.get(name, frozenset()) for name in at))
    extent = "partial" if in_part else predicted.extent
    return predicted._replace(extent=extent, in_part=in_part), left._replace(backups=tuple(sorted(found)))


def _who(
    graph: FlowGraph, case: Case, shut: Closed, gates: NDArray[np.int64]
) -> tuple[Outcome, set[str], NDArray[np.bool_]]:
    """Return who is cut off by the mode of the case, who had no way before, and which vertices have one left.

    What is closed itself is no place that is cut off.
    """
    places = np.flatnonzero(~graph.vertices["kind"].isin(_NO_PLACE).to_numpy() & ~shut.vertices)
    found = search_from_gateways(graph, case.usable(graph), gates, places)
    before, after = found.km(places)[0], found.km_after([shut], places)[0, 0]
    cut = np.isfinite(before) & np.isinf(after)
    with np.errstate(invalid="ignore"):  # inf - inf where there is no way in both
        longer = ~cut & (after - before > _TIE_KM)
    extent = "none" if not cut.any() else "partial" if longer.any() else "whole"
    ids = graph.vertices["vertex_id"].to_numpy(object)
    at = places[cut]
    people = graph.vertices["people"].to_numpy(float)[at]
    unknown = np.isnan(people) & (graph.vertices["kind"] == "settlement").to_numpy()[at]
    known = float(np.nansum(people)) if np.isfinite(people).any() or not cut.any() else None
    outcome = Outcome(extent, tuple(ids[at].tolist()), known, known, int(unknown.sum()))
    has_way = np.zeros(len(graph), dtype=bool)
    has_way[places] = np.isfinite(after)
    return outcome, set(ids[places[np.isinf(before)]].tolist()), has_way


def _stand_in(
    graph: FlowGraph, case: Case, shut: Closed, edges: IncidentEdges, gates: NDArray[np.int64]
) -> StandIn:
    """Return the shortest ways that are left from the places served, all modes of the flow."""
    if not edges.served:
        return StandIn((), (), is_known=False)
    rows = np.flatnonzero(case.usable(graph) & ~shut.edges)
    ids = graph.vertices["vertex_id"].to_numpy(object)
    ends = np.flatnonzero(ids == edges.other_end) if edges.other_end else gates[~shut.vertices[gates]]
    goal = len(graph)
    u = np.concatenate([graph.edges["u"].to_numpy(np.int64)[rows], ends])
    v = np.concatenate([graph.edges["v"].to_numpy(np.int64)[rows], np.full(len(ends), goal)])
    km = np.concatenate([graph.edges["km"].to_numpy(float)[rows], np.zeros(len(ends))])
    arcs = Arcs.of(u, v, km)
    mode_km: dict[str, float] = {}
    keys: set[str] = set()
    total = 0.0
    for start in np.flatnonzero(np.isin(ids, edges.served)).tolist():
        path = shortest_path(arcs, goal + 1, start, goal)
        used = [] if path is None else rows[[edge for edge in path if edge < len(rows)]].tolist()
        own = graph.edges.iloc[used]
        own = own[own["mode"] != "access"]
        for mode, length in zip(own["mode"], own["km"], strict=True):
            mode_km[mode] = mode_km.get(mode, 0.0) + length
        keys |= set(own["link_id"]) | set(ids[own[["u", "v"]].to_numpy(np.int64).ravel()].tolist())
        total = max(total, float("inf") if path is None else float(km[path].sum()))
    return StandIn(tuple(sorted(mode_km, key=lambda mode: -mode_km[mode])), tuple(sorted(keys)), total)


def _same_who(predicted: Outcome, published: Outcome, lost: Sequence[str]) -> bool | None:
    """Return whether none is cut off in both, or all places that the source names are cut off.

    It is wrong if one of the places had no way before: the network does not describe it.
    """
    if not published.extent:
        return None
    if lost:
        return False
    if published.extent == "none":
        return predicted.extent == "none"
    return set(published.vertices) <= set(predicted.vertices)


def _same_stand_in(predicted: StandIn, published: StandIn) -> bool | None:
    """Return whether the ways that are left use the published keys, or most km go by a published mode.

    A backup that the source names counts too. None if the source names none, or only means that are neither
    in the network nor in the table of backups.
    """
    if not (predicted.is_known and published.is_known):
        return None
    if published.modes == ("none",):
        return not (predicted.modes or predicted.backups)
    if published.keys:
        return set(published.keys) <= set(predicted.keys)
    if not set(published.modes) & {*MODES, *(KINDS if predicted.backups is not None else ())}:
        return None
    if not set(published.modes).isdisjoint(predicted.backups or ()):
        return True
    return bool(predicted.modes) and predicted.modes[0] in published.modes


def named(graph: FlowGraph, ids: Sequence[str]) -> tuple[str, ...]:
    """Return the names of vertices, each once, in alphabetical order."""
    names = graph.vertices.loc[graph.vertices["vertex_id"].isin(ids), "name"]
    return tuple(sorted(set(names)))
