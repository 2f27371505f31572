"""A corridor between two ends: best way, two ways without a common edge, borders, tight edges, months."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from layers.errors import UsageError
from layers.flows.closures import Closed
from layers.flows.disjoint_paths import Arcs, disjoint_pair, shortest_path
from layers.flows.search import search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.flows.closures import Case
    from layers.flows.graph import FlowGraph

__all__ = ["MONTH_STATES", "Corridor", "CorridorMonth", "Way", "corridor"]

# `unknown`: no way is known, but there would be one if edges were passable whose months are not computed.
MONTH_STATES = ("open", "closed", "unknown")


@dataclass(frozen=True, slots=True)
class Way:
    """One path: rows of its edges in order, and its length, geodesic km.

    `states` are those that it passes, in order, a state again if the path comes back. `borders` are pairs of
    states, joined by a hyphen, each time one is crossed. `links` are the link_ids in order, access left out.
    `fewest_months` is the number of months in which its tightest edge is passable; `tightest_links` are those
    of the edges with this number. Edges whose months are not computed are on no way.
    """

    edges: tuple[int, ...]
    km: float
    km_by_mode: dict[str, float]
    states: tuple[str, ...]
    borders: tuple[str, ...]
    links: tuple[str, ...]
    fewest_months: int
    tightest_links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CorridorMonth:
    """A month, 1 to 12: one of `MONTH_STATES`, and the length of the best way, km, inf if none is known."""

    month: int
    state: str
    km: float


@dataclass(frozen=True, slots=True)
class Corridor:
    """Ways between two ends in the month of a case, and the best length of every month.

    `best` is None if there is no way. `pair` holds the two ways without a common edge whose total is least,
    the shorter one first; empty if there is no such pair. `needed_links` are links of the best way without
    which no way is left. `open_share` is the share of months with a way among those that are known, NaN if
    none is.
    """

    best: Way | None
    pair: tuple[Way, ...]
    pair_km: float
    needed_links: tuple[str, ...]
    months: tuple[CorridorMonth, ...]
    open_share: float
    unknown_months: int


def corridor(graph: FlowGraph, case: Case, start: str, end: str) -> Corridor:
    """Return the corridor between two vertices, given by their vertex_id.

    Raises
    ------
    UsageError
        If an end is no vertex of the graph, or both are the same.
    """
    ends = [_row(graph, name) for name in (start, end)]
    if ends[0] == ends[1]:
        msg = f"corridor: expected two ends, found {start} twice; name another end"
        raise UsageError(msg)
    rows = np.flatnonzero(case.usable(graph) & ~case.closed(graph).edges)
    u, v = (graph.edges[name].to_numpy(np.int64)[rows] for name in ("u", "v"))
    arcs = Arcs.of(u, v, graph.edges["km"].to_numpy(np.float64)[rows])
    path = shortest_path(arcs, len(graph), ends[0], ends[1])
    best = None if path is None else _way(graph, rows[path], ends[0])
    pair = disjoint_pair(arcs, len(graph), ends[0], ends[1]) or ()
    ways = tuple(_way(graph, rows[edges], ends[0]) for edges in pair)
    total = sum(way.km for way in ways) if ways else float("inf")
    needed = _needed(graph, case, best, ends) if best else ()
    months = tuple(_month(graph, case.in_month(month), ends) for month in range(1, 13))
    states = [month.state for month in months]
    known = len(states) - states.count("unknown")
    share = states.count("open") / known if known else float("nan")
    return Corridor(best, ways, total, needed, months, share, states.count("unknown"))


def _row(graph: FlowGraph, name: str) -> int:
    found = np.flatnonzero(graph.vertices["vertex_id"].to_numpy() == name)
    if not len(found):
        msg = f"corridor: expected a vertex of the graph, found {name}; name a vertex_id"
        raise UsageError(msg)
    return int(found[0])


def _way(graph: FlowGraph, edges: NDArray[np.int64], start: int) -> Way:
    part = graph.edges.iloc[edges]
    by_mode = part.groupby("mode", sort=False)["km"].sum()
    names = [link for link, mode in zip(part["link_id"], part["mode"], strict=True) if mode != "access"]
    links = tuple(name for before, name in pairwise(["", *names]) if name != before)
    bits = [int(months).bit_count() for months in part["months"]]
    fewest = min(bits)
    tight = (link for link, count in zip(part["link_id"], bits, strict=True) if count == fewest)
    states, borders = _crossings(graph, edges, start)
    km_by_mode = {str(name): float(km) for name, km in by_mode.items()}
    return Way(
        tuple(edges.tolist()), float(part["km"].sum()), km_by_mode,
        states, borders, links, fewest, tuple(dict.fromkeys(tight)),
    )  # fmt: skip


def _crossings(
    graph: FlowGraph, edges: NDArray[np.int64], start: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the states along a path, in order, and the borders that it crosses.

    An edge in two states crosses the border between them. Two edges in a row, each in another state, cross
    one where they meet. On the high sea (no state) no border is crossed.
    """
    codes = [text.split("-") if text else [] for text in graph.edges["states"].iloc[edges]]
    country = graph.vertices["country_iso3"].to_numpy(object)
    u, v = (graph.edges[name].to_numpy(np.int64)[edges] for name in ("u", "v"))
    states: list[str] = []
    borders: list[str] = []
    at, here = start, ""
    for own, one, other in zip(codes, u.tolist(), v.tolist(), strict=True):
        at = other if at == one else one
        if len(own) > 1:
            # The state of the far end says in which one the path leaves the edge.
            last = country[at] if country[at] in own else next(code for code in own[::-1] if code != here)
            passed = [code for code in own if code not in {here, last}]
            order = [*([here] if here in own else []), *passed, *([last] if last != here else [])]
        else:
            order = own
        for code in order:
            if here and code != here:
                borders.append("-".join(sorted((here, code))))
            if code != here:
                states.append(code)
            here = code
        here = here if own else ""
    return tuple(state for before, state in pairwise(["", *states]) if state != before), tuple(borders)


def _needed(graph: FlowGraph, case: Case, best: Way, ends: list[int]) -> tuple[str, ...]:
    """Return the links of the best way that every way passes."""
    shut = case.closed(graph)
    start, end = (np.array([row]) for row in ends)
    found = search(graph, case.usable(graph) & ~shut.edges, start, end)
    link = graph.edges["link_id"].to_numpy(object)
    names = list(dict.fromkeys(best.links))
    without = [Closed(link == name, shut.vertices & False) for name in names]
    left = found.km_after(without, end)[:, 0, 0] if names else np.empty(0)
    return tuple(name for name, km in zip(names, left, strict=True) if np.isinf(km))


def _month(graph: FlowGraph, case: Case, ends: list[int]) -> CorridorMonth:
    shut, usable = case.closed(graph).edges, case.usable(graph)
    start, end = (np.array([row]) for row in ends)
    km = float(search(graph, usable & ~shut, start, end).km(end)[0, 0])
    if np.isfinite(km):
        return CorridorMonth(case.month, "open", km)
    perhaps = (usable | case.unknown(graph)) & ~shut
    found = float(search(graph, perhaps, start, end).km(end)[0, 0])
    return CorridorMonth(case.month, "unknown" if np.isfinite(found) else "closed", km)
