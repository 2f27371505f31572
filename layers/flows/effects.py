"""What a closure changes: detours, delays, places and people without a way, tonnage, efficiency, redundancy.

Places and gateways are row numbers of vertices. A place is cut off if no path leads to any gateway. Every
result states what it does not know. Nothing here is a forecast: the closure is an assumption.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from layers.flows.graph import MODES
from layers.flows.search import search, search_from_gateways

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.flows.closures import Case, Closed
    from layers.flows.graph import FlowGraph

__all__ = ["STATES", "Delay", "Detour", "Disconnected", "Efficiency", "PeopleCutOff", "Tonnage", "delay_h",
           "detour_km", "disconnected", "efficiency", "people_cut_off", "place_states",
           "tonnage_exposed"]  # fmt: skip

# What a closure makes of a pair or a place. `was_cut_off`: there was no path before the closure either.
STATES = ("same", "longer", "cut_off", "was_cut_off")
_TIE_KM = 1e-6  # ways whose lengths differ by less are equally long


def place_states(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.object_]:
    """Return what a closure makes of each pair or place (`STATES`); lengths in km, inf without a path."""
    with np.errstate(invalid="ignore"):  # inf - inf where there is no path in both
        longer = after - before > _TIE_KM
    chosen = [np.isinf(before), np.isinf(after), longer]
    return np.select(chosen, ["was_cut_off", "cut_off", "longer"], "same").astype(object)


def _difference(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return after - before, not below 0; inf where the path is lost, NaN where there was none."""
    with np.errstate(invalid="ignore"):
        return np.maximum(after - before, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Detour:
    """Lengths of the shortest paths, km, from starts (rows) to ends (columns).

    `detour_km` is inf where the closure cuts the pair off and NaN where there was no path before. `state` is
    one of `STATES`. `unknown_edges` counts edges of the flow whose months are not computed; they carry
    nothing, so a path over them is not seen.
    """

    before_km: NDArray[np.float64]
    after_km: NDArray[np.float64]
    detour_km: NDArray[np.float64]
    state: NDArray[np.object_]
    unknown_edges: int


def detour_km(graph: FlowGraph, case: Case, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Detour:
    """Return how much longer the shortest path of each pair becomes, geodesic km: L' - L."""
    found = search(graph, case.usable(graph), starts, ends)
    before, after = found.km(ends), found.km_after([case.closed(graph)], ends)[0]
    unknown = int(case.unknown(graph).sum())
    return Detour(before, after, _difference(before, after), place_states(before, after), unknown)


@dataclass(frozen=True, slots=True, eq=False)
class Delay:
    """Hours of the fastest paths from starts (rows) to ends (columns), by the speeds of `speeds_km_h`.

    `delay_h` is inf where the closure cuts the pair off, and NaN where there was no path before or hours are
    not known, because the pair is only joined by modes without a speed.
    """

    before_h: NDArray[np.float64]
    after_h: NDArray[np.float64]
    delay_h: NDArray[np.float64]
    speeds_km_h: dict[str, float]
    unknown_edges: int


def delay_h(graph: FlowGraph, case: Case, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Delay:
    """Return how many hours the fastest path of each pair takes longer, at the speed of each mode.

    Waiting, loading and change of mode take no time: the figure is a lower bound.
    """
    usable, shut = case.usable(graph), case.closed(graph)
    speed = graph.edges["mode"].map({name: mode.speed_km_h for name, mode in MODES.items()}).to_numpy(float)
    hours = graph.edges["km"].to_numpy(float) / speed
    timed = search(graph, usable & np.isfinite(speed), starts, ends, np.nan_to_num(hours))
    joined = search(graph, usable, starts, ends)
    before, after = timed.km(ends), timed.km_after([shut], ends)[0]
    before[np.isfinite(joined.km(ends)) & np.isinf(before)] = np.nan
    after[np.isfinite(joined.km_after([shut], ends)[0]) & np.isinf(after)] = np.nan
    modes = sorted(graph.edges["mode"][usable].unique())
    stated = {name: MODES[name].speed_km_h for name in modes}
    return Delay(before, after, _difference(before, after), stated, int(case.unknown(graph).sum()))


@dataclass(frozen=True, slots=True, eq=False)
class Disconnected:
    """Places without a path to any gateway, as ascending rows of vertices, and the lengths to the nearest.

    `now` are cut off by the closure, `before` were cut off without it. `closed` of them are closed
    themselves. `perhaps_joined` of both would have a path if the edges whose months are not computed were
    passable: for them nobody knows. `before_km` and `after_km` have shape (places,).
    """

    now: tuple[int, ...]
    before: tuple[int, ...]
    closed: tuple[int, ...]
    perhaps_joined: tuple[int, ...]
    before_km: NDArray[np.float64]
    after_km: NDArray[np.float64]


def disconnected(
    graph: FlowGraph, case: Case, places: NDArray[np.int64], gateways: NDArray[np.int64]
) -> Disconnected:
    """Return the places that reach no gateway."""
    shut, usable, unknown = case.closed(graph), case.usable(graph), case.unknown(graph)
    found = search_from_gateways(graph, usable, gateways, places)
    before, after = found.km(places)[0], found.km_after([shut], places)[0, 0]
    perhaps = after
    if unknown.any():
        perhaps = search_from_gateways(graph, usable | unknown, gateways, places).km_after([shut], places)[
            0, 0
        ]
    lost = np.isinf(after)

    def rows(which: NDArray[np.bool_]) -> tuple[int, ...]:
        return tuple(np.unique(places[which]).tolist())

    return Disconnected(
        rows(lost & np.isfinite(before)),
        rows(np.isinf(before)),
        rows(lost & shut.vertices[places]),
        rows(lost & np.isfinite(perhaps)),
        before,
        after,
    )


@dataclass(frozen=True, slots=True)
class PeopleCutOff:
    """People of the places that a closure cuts off in a month, and of those cut off without it.

    `persons` and `persons_before` add up known numbers only. `unknown_places` are cut off by the closure and
    their people are not known. `perhaps_joined` places are counted, but may have a path over edges whose
    months are not computed.
    """

    month: int
    persons: float
    places: tuple[int, ...]
    unknown_places: tuple[int, ...]
    persons_before: float
    places_before: tuple[int, ...]
    unknown_places_before: tuple[int, ...]
    perhaps_joined: tuple[int, ...]


def people_cut_off(
    graph: FlowGraph, case: Case, places: NDArray[np.int64], gateways: NDArray[np.int64]
) -> tuple[PeopleCutOff, ...]:
    """Return the people cut off in each of the twelve months; the month of the case does not count."""
    people = graph.vertices["people"].to_numpy(float)
    out = []
    for month in range(1, 13):
        lost = disconnected(graph, case.in_month(month), places, gateways)
        now, before = (np.array(rows, dtype=np.int64) for rows in (lost.now, lost.before))
        counts = [
            (
                float(np.nansum(people[rows])),
                tuple(rows.tolist()),
                tuple(rows[np.isnan(people[rows])].tolist()),
            )
            for rows in (now, before)
        ]
        out.append(PeopleCutOff(month, *counts[0], *counts[1], lost.perhaps_joined))
    return tuple(out)


@dataclass(frozen=True, slots=True)
class Tonnage:
    """Public annual tonnage of the places that a closure cuts off or gives a longer way.

    `tonnes` is the sum of known tonnages, NaN if places are affected and none is known. `unknown` of the
    `affected` places have no public tonnage.
    """

    tonnes: float
    affected: tuple[int, ...]
    unknown: tuple[int, ...]


def tonnage_exposed(
    graph: FlowGraph,
    case: Case,
    places: NDArray[np.int64],
    gateways: NDArray[np.int64],
    tonnes: NDArray[np.float64],
) -> Tonnage:
    """Return the tonnage, t a year, of the affected places; `tonnes` has shape (places,), NaN if unknown."""
    lost = disconnected(graph, case, places, gateways)
    hit = np.isin(place_states(lost.before_km, lost.after_km), ["longer", "cut_off"])
    known = hit & np.isfinite(tonnes)
    total = float(tonnes[known].sum()) if known.any() or not hit.any() else float("nan")
    affected, unknown = (
        tuple(np.unique(places[rows]).tolist()) for rows in (hit, hit & ~np.isfinite(tonnes))
    )
    return Tonnage(total, affected, unknown)


@dataclass(frozen=True, slots=True)
class Efficiency:
    """Mean of 1 / L over pairs of places, per km, and its drop in percent (NaN if it was 0).

    A pair without a path counts 0. `pairs` counts what the mean is over; `pairs_at_once` lie 0 km apart
    before the closure, have no finite 1 / L and are left out.
    """

    before_per_km: float
    after_per_km: float
    drop_pct: float
    pairs: int
    pairs_at_once: int
    unknown_edges: int


def efficiency(
    graph: FlowGraph, case: Case, places: NDArray[np.int64], shut: Closed | None = None
) -> Efficiency:
    """Return the efficiency of the graph between places; `shut` is closed instead of what the case closes.

    E = mean of 1 / L over unordered pairs (Latora & Marchiori 2001, doi:10.1103/PhysRevLett.87.198701).
    """
    rows = np.unique(places)
    found = search(graph, case.usable(graph), rows, rows)
    pair = np.triu_indices(len(rows), 1)
    before = found.km(rows)[pair]
    after = found.km_after([case.closed(graph) if shut is None else shut], rows)[0][pair]
    counted = before > 0
    pairs = int(counted.sum())
    mean, mean_after = (
        float((1 / km[counted]).sum()) / pairs if pairs else float("nan") for km in (before, after)
    )
    drop = 100 * (1 - mean_after / mean) if pairs and mean > 0 else float("nan")
    left_out = len(before) - pairs
    return Efficiency(mean, mean_after, max(drop, 0.0), pairs, left_out, int(case.unknown(graph).sum()))
