"""What an exercise changes: for each inject alone, for each step, over the months, and how long.

A place is cut off if no way leads to a gateway of the flow. Several closures close what each of them closes,
so their order does not matter. Effects are those of the month of the exercise; a closure that lasts into
another month is counted with the passability of the month of the exercise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.crs import distance_km
from layers.flows.closures import Case, Closed
from layers.flows.effects import place_states
from layers.flows.hindcasts import gateway_rows
from layers.flows.search import search_from_gateways
from layers.merge import within_km

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from layers.flows.assemble import Assembled
    from layers.flows.exercise import Exercise
    from layers.flows.exercise_assets import Asset
    from layers.flows.exercise_timeline import Timeline

__all__ = ["EFFECT_COLUMNS", "UNKNOWNS", "Effects", "effects_of", "joined"]

_DURATION_COLUMNS = ("flow", "vertex_id", "name", "kind", "country_iso3", "people", "low_days", "high_days",
                     "drawn_days", "is_cut_off_at_end")  # fmt: skip
# Whose flow it is: in data a port is not asked, because the place beside it is.
_PLACES = {
    "goods": ("settlement", "port", "airfield", "rail_terminal", "mine", "energy_site"),
    "energy": ("settlement", "port", "airfield", "rail_terminal", "mine", "energy_site"),
    "data": ("settlement", "cable_landing", "ground_station"),
    "people": ("settlement", "port", "airfield", "rail_terminal"),
}
# Rows of places that have a longer way begin at a detour of 5 km: less is within what the lines can tell.
# `state` is that of `effects.STATES`, or `closed` for a node that is closed itself. `is_perhaps_joined`: it
# is cut off unless lanes whose months are not computed are passable. `joined_road_km` is the distance of a
# place that is cut off to the nearest main road of its state that still leads to a gateway, NaN beyond 15 km:
# the extract of roads lacks stretches, and one of them may join the place.
EFFECT_COLUMNS = ("flow", "vertex_id", "name", "kind", "country_iso3", "people", "state", "before_km",
                  "after_km", "detour_km", "is_perhaps_joined", "joined_road_km")  # fmt: skip
_ROAD_KM, _DETOUR_KM = 15.0, 5.0
_SHOWN = ("cut_off", "longer", "closed")
# What the effects of a flow leave out, in words.
UNKNOWNS: dict[str, tuple[str, ...]] = {
    "goods": (
        "capacity of ports, roads, railways and ships: a way that is left counts as wide enough",
        "stocks of places without a published figure",
        "lesser roads, winter roads and ferries, which are in no source",
        "icebreaker escort: a lane is open or shut by the record of sea ice",
    ),
    "energy": (
        "power lines and pipelines but for the few that were read: fuel goes by sea, rail and road",
        "capacity, and stocks of places without a published figure",
    ),
    "data": (
        "most satellite and radio links: a place cut off here may still talk",
        "most fibre on land: a place without a landing or a fibre that was read is not in this flow",
        "capacity of the cables that are left, and what runs over which",
    ),
    "people": (
        "timetables, charter, helicopter and medical flights: air links are assumed by runway and range",
        "flights of more than 1,000 km and out of the region: the network has none",
        "capacity and weather",
    ),
}


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """The effects of an exercise.

    `steps` has a row for each step, flow and place that is not as before, `alone` for each inject, flow and
    place, with columns `step` or `inject` and `EFFECT_COLUMNS`. `durations` has for each flow and place the
    days cut off, with every duration at its shortest (`low_days`), longest and as drawn, and whether the
    place is cut off when the exercise ends. `recovery` has for each flow and day the known people cut off.
    `months` has them by month with all closures at once. `before` counts by flow who is cut off before.
    """

    steps: pd.DataFrame
    alone: pd.DataFrame
    durations: pd.DataFrame
    recovery: pd.DataFrame
    months: pd.DataFrame
    before: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class _Flow:
    """One flow in one month: lengths to a gateway, km, before, and after each set of closures.

    `closed` are the places that each set closes themselves: they are closed, not cut off. `roads` are the
    vertices of main roads that lead to a gateway under each set.
    """

    flow: str
    places: NDArray[np.int64]
    before: NDArray[np.float64]
    after: dict[frozenset[str], NDArray[np.float64]]
    perhaps: dict[frozenset[str], NDArray[np.float64]]
    closed: dict[frozenset[str], NDArray[np.bool_]]
    roads: dict[frozenset[str], NDArray[np.int64]]


def joined(assets: Mapping[str, Asset], injects: Iterable[str], like: Closed) -> Closed:
    """Return what several injects close together; `like` gives the shapes."""
    edges, vertices = np.zeros_like(like.edges), np.zeros_like(like.vertices)
    for name in injects:
        edges |= assets[name].shut.edges
        vertices |= assets[name].shut.vertices
    return Closed(edges, vertices)


def effects_of(
    assembled: Assembled, exercise: Exercise, assets: Mapping[str, Asset], times: Timeline
) -> Effects:
    """Return the effects of an exercise on the settlements and civil nodes that its flows serve."""
    alone = {one.inject: frozenset({one.inject}) for one in times.closings}
    every = frozenset(alone)
    spells = {which: times.spells(which) for which in ("low", "high", "drawn")}
    sets = {*alone.values(), *(step.in_force for step in times.steps), every}
    sets |= {in_force for rows in spells.values() for _, _, in_force in rows}
    sets.discard(frozenset())
    order = sorted(sets, key=sorted)
    flows = [_flow(assembled, Case(flow, exercise.month), assets, order) for flow in exercise.flows]
    empty = pd.DataFrame(columns=EFFECT_COLUMNS)
    steps = [
        _rows(assembled, one, step.in_force).assign(step=step.number)
        for step in times.steps for one in flows
    ]  # fmt: skip
    by_inject = [
        _rows(assembled, one, own).assign(inject=name) for name, own in alone.items() for one in flows
    ]
    return Effects(
        _stacked(steps, empty.assign(step=[])), _stacked(by_inject, empty.assign(inject=[])),
        _stacked(
            [_durations(assembled, one, spells) for one in flows], pd.DataFrame(columns=_DURATION_COLUMNS)
        ),
        _stacked([_recovery(assembled, one, spells) for one in flows], pd.DataFrame()),
        _months(assembled, exercise, assets, every),
        pd.DataFrame([_before(assembled, one) for one in flows]),
    )  # fmt: skip


def _stacked(parts: Sequence[pd.DataFrame], empty: pd.DataFrame) -> pd.DataFrame:
    full = [part for part in parts if len(part)]
    return pd.concat(full, ignore_index=True) if full else empty


def _flow(
    assembled: Assembled,
    case: Case,
    assets: Mapping[str, Asset],
    sets: Sequence[frozenset[str]],
    *,
    with_doubts: bool = True,
) -> _Flow:
    """Return lengths under each set of closures; without doubts roads and unknown lanes are left out."""
    graph, gates = assembled.graph, gateway_rows(assembled, case.flow)
    places = np.flatnonzero(graph.vertices["kind"].isin(_PLACES[case.flow]).to_numpy())
    usable, unknown = case.usable(graph), case.unknown(graph)
    like = Closed(np.zeros(len(graph.edges), dtype=bool), np.zeros(len(graph), dtype=bool))
    shut = [joined(assets, one, like) for one in sets]
    road = (graph.edges["mode"] == "road").to_numpy() & (with_doubts and case.flow != "data")
    on_road = np.unique(graph.edges[["u", "v"]].to_numpy(np.int64)[road])
    both = np.concatenate([places, on_road])
    found = search_from_gateways(graph, usable, gates, both)
    lengths = found.km_after(shut, both)[:, 0]
    after = dict(zip(sets, lengths[:, : len(places)], strict=True))
    roads = {key: on_road[np.isfinite(km[len(places) :])] for key, km in zip(sets, lengths, strict=True)}
    perhaps = after
    if with_doubts and unknown.any():
        open_ = search_from_gateways(graph, usable | unknown, gates, places)
        perhaps = dict(zip(sets, open_.km_after(shut, places)[:, 0], strict=True))
    closed = dict(zip(sets, (one.vertices[places] for one in shut), strict=True))
    return _Flow(case.flow, places, found.km(places)[0], after, perhaps, closed, roads)


def _rows(assembled: Assembled, one: _Flow, in_force: frozenset[str]) -> pd.DataFrame:
    """Return the places that are not as before under closures (columns `EFFECT_COLUMNS`)."""
    if not in_force:
        return pd.DataFrame()
    after = one.after[in_force]
    state = place_states(one.before, after)
    state[one.closed[in_force]] = "closed"
    with np.errstate(invalid="ignore"):
        detour = np.where(np.isfinite(after), after - one.before, np.nan)
    kept = np.isin(state, _SHOWN) & ~((state == "longer") & (detour < _DETOUR_KM))
    own = assembled.graph.vertices.iloc[one.places[kept]]
    before, after, perhaps = one.before[kept], after[kept], one.perhaps[in_force][kept]
    columns = {name: own[name].to_numpy() for name in ("vertex_id", "name", "kind", "country_iso3", "people")}
    table = pd.DataFrame({
        "flow": one.flow, **columns, "state": state[kept],
        "before_km": np.where(np.isfinite(before), before, np.nan),
        "after_km": np.where(np.isfinite(after), after, np.nan), "detour_km": detour[kept],
        "is_perhaps_joined": np.isinf(after) & np.isfinite(perhaps),
        "joined_road_km": _road_km(assembled, one, in_force, kept & (state == "cut_off"))[kept],
    })  # fmt: skip
    return table.sort_values(["state", "people", "vertex_id"], ascending=[True, False, True])


def _road_km(
    assembled: Assembled, one: _Flow, in_force: frozenset[str], cut: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the distance, km, of the places that are cut off to the nearest main road that leads on."""
    at = np.flatnonzero(cut)
    out = np.full(len(one.places), np.nan)
    table = assembled.graph.vertices
    roads = one.roads[in_force]
    if not len(at) or not len(roads) or one.flow == "data":
        return out
    near_at, near_road = within_km(table.iloc[one.places[at]], table.iloc[roads], _ROAD_KM)
    state = table["country_iso3"].to_numpy(object)
    own = state[one.places[at[near_at]]] == state[roads[near_road]]
    place, road = one.places[at[near_at[own]]], roads[near_road[own]]
    lon, lat = (table[name].to_numpy(float) for name in ("longitude_deg", "latitude_deg"))
    km = distance_km(lon[place], lat[place], lon[road], lat[road])
    least = pd.Series(km).groupby(at[near_at[own]]).min()
    out[least.index.to_numpy(np.int64)] = np.round(least.to_numpy(), 1)
    return out


def _cut(one: _Flow, in_force: frozenset[str]) -> NDArray[np.bool_]:
    """Return which places the closures cut off."""
    if not in_force:
        return np.zeros(len(one.places), dtype=bool)
    lost = np.isfinite(one.before) & np.isinf(one.after[in_force])
    return np.asarray(lost & ~one.closed[in_force])


def _durations(
    assembled: Assembled, one: _Flow, spells: Mapping[str, tuple[tuple[float, float, frozenset[str]], ...]]
) -> pd.DataFrame:
    total = {which: np.zeros(len(one.places)) for which in spells}
    at_end = {which: np.zeros(len(one.places), dtype=bool) for which in spells}
    for which, rows in spells.items():
        for start, end, in_force in rows:
            cut = _cut(one, in_force)
            total[which] += np.where(cut, (end - start) / 24, 0.0)
            at_end[which] = cut
    kept = np.max(list(total.values()), axis=0) > 0
    own = assembled.graph.vertices.iloc[one.places[kept]]
    return pd.DataFrame({
        "flow": one.flow, "vertex_id": own["vertex_id"].to_numpy(), "name": own["name"].to_numpy(),
        "kind": own["kind"].to_numpy(), "country_iso3": own["country_iso3"].to_numpy(),
        "people": own["people"].to_numpy(),
        **{f"{which}_days": np.round(days[kept], 2) for which, days in total.items()},
        "is_cut_off_at_end": at_end["high"][kept],
    })  # fmt: skip


def _recovery(
    assembled: Assembled, one: _Flow, spells: Mapping[str, tuple[tuple[float, float, frozenset[str]], ...]]
) -> pd.DataFrame:
    people = assembled.graph.vertices["people"].to_numpy(float)[one.places]
    starts = sorted({start for rows in spells.values() for start, _, _ in rows})
    out = []
    for hour in starts:
        row: dict[str, object] = {"flow": one.flow, "day": round(hour / 24, 2)}
        for which in ("low", "high"):
            in_force = next(own for start, end, own in spells[which] if start <= hour < end)
            cut = _cut(one, in_force)
            row[f"people_cut_off_{which}"] = float(np.nansum(people[cut]))
            row[f"places_cut_off_{which}"] = int(cut.sum())
        out.append(row)
    return pd.DataFrame(out)


def _months(
    assembled: Assembled,
    exercise: Exercise,
    assets: Mapping[str, Asset],
    every: frozenset[str],
) -> pd.DataFrame:
    """Return people and places cut off by flow and month if all closures are in force.

    What freezes early is left out: it belongs to the month of the exercise.
    """
    graph = assembled.graph
    freezes = {one.id for one in exercise.injects if one.action == "freeze"}
    names = sorted(every - freezes)
    out = []
    people = graph.vertices["people"].to_numpy(float)
    town = (graph.vertices["kind"] == "settlement").to_numpy()
    for flow in exercise.flows if names else ():
        known: dict[bytes, dict[str, object]] = {}
        for month in range(1, 13):
            case = Case(flow, month)
            usable = case.usable(graph).tobytes()
            if usable not in known:
                one = _flow(assembled, case, assets, [frozenset(names)], with_doubts=False)
                cut = one.places[_cut(one, frozenset(names))]
                unknown = town[cut] & np.isnan(people[cut])
                known[usable] = {
                    "people_cut_off": float(np.nansum(people[cut])), "places_cut_off": len(cut),
                    "settlements_without_a_number": int(unknown.sum()),
                }  # fmt: skip
            out.append({"flow": flow, "month": month, **known[usable]})
    return pd.DataFrame(out)


def _before(assembled: Assembled, one: _Flow) -> dict[str, object]:
    lost = one.places[np.isinf(one.before)]
    town = (assembled.graph.vertices["kind"] == "settlement").to_numpy()
    people = assembled.graph.vertices["people"].to_numpy(float)
    return {
        "flow": one.flow, "places": len(one.places), "without_a_way": len(lost),
        "settlements_without_a_way": int(town[lost].sum()),
        "people_without_a_way": float(np.nansum(people[lost])),
    }  # fmt: skip
