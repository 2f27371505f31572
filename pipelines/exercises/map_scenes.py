"""The map page of a pack: each flow before and at each step, from the network and the drawn cables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers.crs import polar_xy
from layers.flows.closures import Case, Closed
from layers.flows.exercise_effects import UNKNOWNS, joined
from maps.exercises.polar_map import Mark, Scene, exercise_map
from pipelines.exercises.words import step_label, step_words, way_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.flows.exercise_timeline import Step
    from pipelines.exercises.play import Played, Watched

__all__ = ["map_page"]

_MODES = ("sea", "road", "rail", "cable", "air")


def map_page(played: Played) -> str:
    """Return the map page; it opens at the step with the most closures in force."""
    drawing = _Drawing(played)
    exercise = played.exercise
    lines, scenes = {}, []
    for flow in exercise.flows:
        usable = Case(flow, exercise.month).usable(played.assembled.graph)
        # Assumed air links between all airfields would hide the rest.
        lines[flow] = {
            mode: drawing.lines(usable & (drawing.modes == mode))
            for mode in _MODES
            if mode != "air" or flow == "people"
        }
        scenes += [drawing.before(flow), *(drawing.at(step, flow, usable) for step in played.times.steps)]
    return exercise_map(
        exercise.title, played.stamp, list(played.inputs.tables["land"]["geometry"]), lines, scenes,
        {flow: UNKNOWNS[flow] for flow in exercise.flows},
    )  # fmt: skip


class _Drawing:
    """Positions of vertices and lines of edges, EPSG:3413; a cable has the line of its layer."""

    def __init__(self, played: Played) -> None:
        """Take the network of an exercise."""
        graph = played.assembled.graph
        self.played = played
        table = graph.vertices
        self.xy = np.column_stack(polar_xy(table["longitude_deg"], table["latitude_deg"]))
        self.modes = graph.edges["mode"].to_numpy(object)
        self.ends = graph.edges[["u", "v"]].to_numpy(np.int64)
        self.row_of = pd.Series(np.arange(len(graph)), index=table["vertex_id"])
        cables = played.inputs.tables["cables"]
        drawn = dict(zip(cables["feature_id"], cables["geometry"], strict=True))
        link = graph.edges["link_id"].to_numpy(object)
        self.cable = {int(row): drawn[link[row]] for row in np.flatnonzero(self.modes == "cable")
                      if link[row] in drawn}  # fmt: skip

    def lines(self, which: NDArray[np.bool_]) -> NDArray[np.object_]:
        """Return the lines of the marked edges."""
        rows = np.flatnonzero(which)
        out = np.empty(len(rows), dtype=object)
        if len(rows):
            out[:] = shapely.linestrings(self.xy[self.ends[rows]])
        for number, row in enumerate(rows.tolist()):
            out[number] = self.cable.get(row, out[number])
        return out

    def mark(self, row: int, name: str, kind: str, rank: float = 0.0) -> Mark:
        """Return the mark of a vertex."""
        return Mark(float(self.xy[row, 0]), float(self.xy[row, 1]), name, kind, float(rank))

    def ways(self, flow: str, number: int) -> NDArray[np.object_]:
        """Return the lines of the watched ways of a flow, before (0) or at a step."""
        which = np.zeros(len(self.ends), dtype=bool)
        for one in self._watched(flow):
            way = one.at_steps[number - 1] if number else one.before
            which[list(way.edges)] = True
        return self.lines(which)

    def _watched(self, flow: str) -> list[Watched]:
        return [one for one in self.played.watched if one.flow == flow]

    def _ends(self, flow: str) -> list[Mark]:
        return [
            self.mark(row, name, "end")
            for one in self._watched(flow)
            for row, name in zip(one.rows, (one.start, one.end), strict=True)
        ]

    def before(self, flow: str) -> Scene:
        """Return the scene before the exercise."""
        words = tuple(f"{one.label}: {way_words(one.before)}." for one in self._watched(flow))
        none = np.empty(0, dtype=object)
        return Scene(flow, "Before", tuple(self._ends(flow)), none, self.ways(flow, 0), words)

    def at(self, step: Step, flow: str, usable: NDArray[np.bool_]) -> Scene:
        """Return the scene of a step."""
        played = self.played
        table = played.effects.steps
        rows = table[(table["step"] == step.number) & (table["flow"] == flow)]
        rows = rows[(rows["state"] != "longer") | (rows["kind"] == "settlement")]
        at = self.row_of.loc[rows["vertex_id"]].to_numpy(np.int64)
        rank = rows["people"].fillna(0).to_numpy(float)
        marks = [self.mark(one, name, state, weight) for one, name, state, weight
                 in zip(at, rows["name"], rows["state"], rank, strict=True)]  # fmt: skip
        closed = np.zeros(len(self.ends), dtype=bool)
        for name in sorted(step.in_force):
            asset = played.assets[name]
            if asset.vertex < 0:
                own = asset.shut.edges & usable
                closed |= own
                marks += [Mark(*_middle(self.lines(own)), asset.name, "closed", 1e9)] if own.any() else []
        nothing = Closed(closed & False, np.zeros(len(self.xy), dtype=bool))
        shut = joined(played.assets, step.in_force, nothing)
        known = {mark.name for mark in marks}
        marks += [
            self.mark(asset.vertex, asset.name, "closed", 1e9)
            for name in sorted(step.in_force)
            for asset in [played.assets[name]]
            if asset.vertex >= 0 and asset.name not in known and shut.vertices[asset.vertex]
        ]
        return Scene(
            flow, step_label(step), (*marks, *self._ends(flow)), self.lines(closed),
            self.ways(flow, step.number), step_words(played, step.number, flow),
        )  # fmt: skip


def _middle(lines: NDArray[np.object_]) -> tuple[float, float]:
    """Return the middle of the longest of some lines."""
    longest: Any = lines[int(np.argmax(shapely.length(lines)))]
    point = shapely.line_interpolate_point(longest, 0.5, normalized=True)
    return float(point.x), float(point.y)
