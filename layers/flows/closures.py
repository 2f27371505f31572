"""What is closed, by name, and which edges of a graph then carry a flow in a month.

A closure is an assumption of an exercise, never a forecast. Capacities are not known, so a closure is whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from layers.errors import UsageError
from layers.flows.graph import FLOWS, MODES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from layers.flows.graph import FlowGraph

__all__ = ["Case", "Closed", "Closure", "closed"]

_WHOLE_YEAR = frozenset(range(1, 13))


@dataclass(frozen=True, slots=True)
class Closure:
    """Things that are closed in some months (1 to 12).

    What `vertices`, `link_ids`, `edge_ids` and `risk_groups` name is closed. `modes` and `states` (ISO 3166
    alpha-3) close every edge that has the mode and touches a state. If only one of the two is given, the
    other is no condition.
    """

    name: str
    vertices: frozenset[str] = frozenset()
    link_ids: frozenset[str] = frozenset()
    edge_ids: frozenset[str] = frozenset()
    risk_groups: frozenset[str] = frozenset()
    modes: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    months: frozenset[int] = _WHOLE_YEAR


class Closed(NamedTuple):
    """Which edges and which vertices are closed, shapes (edges,) and (vertices,).

    Every edge at a closed vertex is closed.
    """

    edges: NDArray[np.bool_]
    vertices: NDArray[np.bool_]


def closed(graph: FlowGraph, closures: Iterable[Closure], month: int) -> Closed:
    """Return what several closures close in a month, 1 to 12, together.

    Raises
    ------
    UsageError
        If a closure names nothing, or something that is not in the graph.
    """
    edges, vertices = np.zeros(len(graph.edges), dtype=bool), np.zeros(len(graph), dtype=bool)
    for closure in closures:
        named_edges, named_vertices = _named(graph, closure)
        if month in closure.months:
            edges |= named_edges
            vertices |= named_vertices
    for end in ("u", "v"):
        edges |= vertices[graph.edges[end].to_numpy(np.int64)]
    return Closed(edges, vertices)


def _named(graph: FlowGraph, closure: Closure) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the edges and vertices that a closure names, in whatever month."""
    table = graph.edges
    if not closure.months or not closure.months <= _WHOLE_YEAR:
        _refuse(closure, "months", "1 to 12, at least one", sorted(closure.months))
    groups = {text: frozenset(text.split()) for text in table["risk_groups"].unique()}
    states = {text: frozenset(text.split("-")) - {""} for text in table["states"].unique()}
    known = {
        "vertices": set(graph.vertices["vertex_id"]),
        "link_ids": set(table["link_id"]),
        "edge_ids": set(table["edge_id"]),
        "risk_groups": frozenset[str]().union(*groups.values()),
        "modes": set(MODES),
        "states": frozenset[str]().union(*states.values()),
    }
    chosen: dict[str, frozenset[str]] = {name: getattr(closure, name) for name in known}
    if not any(chosen.values()):
        _refuse(closure, "names", "something to close", "nothing")
    for name, words in chosen.items():
        strange = sorted(words - known[name])
        if strange:
            _refuse(closure, name, "names that the graph has", strange[:3])
    edges = table["link_id"].isin(closure.link_ids) | table["edge_id"].isin(closure.edge_ids)
    edges |= table["risk_groups"].map(
        {text: not closure.risk_groups.isdisjoint(g) for text, g in groups.items()}
    )
    if closure.modes or closure.states:
        of_mode = table["mode"].isin(closure.modes or set(MODES))
        touched = {text: not closure.states or not closure.states.isdisjoint(s) for text, s in states.items()}
        edges |= of_mode & table["states"].map(touched)
    return edges.to_numpy(bool), graph.vertices["vertex_id"].isin(closure.vertices).to_numpy(bool)


def _refuse(closure: Closure, field: str, expected: str, found: object) -> None:
    msg = f"closure {closure.name}, {field}: expected {expected}, found {found}; correct the closure"
    raise UsageError(msg)


@dataclass(frozen=True, slots=True)
class Case:
    """A flow in a month, 1 to 12, under closures; `modes` narrows the modes, None leaves all of the flow.

    `across_closed_borders` asks what would be if closed borders were open.
    """

    flow: str
    month: int
    closures: tuple[Closure, ...] = ()
    across_closed_borders: bool = False
    modes: frozenset[str] | None = None

    def __post_init__(self) -> None:
        """Raise `UsageError` if flow, month or a mode is none."""
        if self.flow not in FLOWS:
            msg = f"flow: expected {', '.join(FLOWS)}, found {self.flow}; name one of them"
            raise UsageError(msg)
        if self.month not in _WHOLE_YEAR:
            msg = f"month: expected 1 to 12, found {self.month}; name one of them"
            raise UsageError(msg)
        strange = sorted((self.modes or frozenset()) - set(MODES))
        if strange:
            msg = f"modes: expected {', '.join(MODES)}, found {strange[0]}; name some of them"
            raise UsageError(msg)

    def before(self) -> Case:
        """Return the same case without closures."""
        return replace(self, closures=())

    def in_month(self, month: int) -> Case:
        """Return the same case in another month."""
        return replace(self, month=month)

    def usable(self, graph: FlowGraph) -> NDArray[np.bool_]:
        """Return which edges carry the flow, closures apart, shape (edges,)."""
        return graph.usable(
            self.flow, self.month, across_closed_borders=self.across_closed_borders, modes=self.modes
        )

    def unknown(self, graph: FlowGraph) -> NDArray[np.bool_]:
        """Return which edges would carry the flow, closures apart, if they were passable.

        Their months are not computed, so nobody knows.
        """
        uncounted = graph.edges["months_state"].to_numpy() == "not_computed"
        months = np.where(uncounted, (1 << 12) - 1, graph.edges["months"].to_numpy(np.int64))
        open_ = replace(graph, edges=graph.edges.assign(months=months))
        return np.asarray(self.usable(open_) & uncounted)

    def closed(self, graph: FlowGraph) -> Closed:
        """Return what the closures close in the month."""
        return closed(graph, self.closures, self.month)
