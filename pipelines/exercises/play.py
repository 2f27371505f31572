"""An exercise played on the network: effects, watched ways, what stands in, findings, expected effects."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.flows.closures import Case, Closed
from layers.flows.exercise_assets import assets_of, vertex_row, with_assumed
from layers.flows.exercise_effects import effects_of, joined
from layers.flows.exercise_measures import measures_of
from layers.flows.exercise_timeline import timeline
from layers.flows.exercise_ways import way_left
from pipelines.exercises.stand_in import stand_ins

if TYPE_CHECKING:
    from layers.flows.assemble import Assembled
    from layers.flows.exercise import Exercise, Watch
    from layers.flows.exercise_assets import Asset
    from layers.flows.exercise_effects import Effects
    from layers.flows.exercise_timeline import Timeline
    from layers.flows.exercise_ways import WayLeft
    from pipelines.exercises.inputs import Inputs

__all__ = ["NOT_A_FORECAST", "Played", "Watched", "play"]

NOT_A_FORECAST = "exercise input, not a forecast"
_EXPECTED_PLACES = 25  # of a flow, on the observation sheet


@dataclass(frozen=True, slots=True)
class Watched:
    """A watched pair: names, flow, modes if not all count, vertices, the way before and at each step."""

    start: str
    end: str
    flow: str
    by: tuple[str, ...]
    rows: tuple[int, int]
    before: WayLeft
    at_steps: tuple[WayLeft, ...]

    @property
    def label(self) -> str:
        """The pair in words."""
        return f"{self.start} to {self.end}" + (f" by {' or '.join(self.by)}" if self.by else "")

    def state(self, number: int) -> str:
        """The state at a step, counted from 1, as for places."""
        after = self.at_steps[number - 1]
        if np.isinf(self.before.km):
            return "was_cut_off"
        return "cut_off" if np.isinf(after.km) else "longer" if after.km > self.before.km + 1e-6 else "same"


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """An exercise with everything that a pack prints."""

    exercise: Exercise
    inputs: Inputs
    assembled: Assembled
    assets: dict[str, Asset]
    times: Timeline
    effects: Effects
    watched: tuple[Watched, ...]
    stand_ins: pd.DataFrame
    measures: pd.DataFrame
    findings: tuple[str, ...]
    expected: pd.DataFrame
    pack_id: str

    @property
    def stamp(self) -> dict[str, Any]:
        """What stands on every file of the pack."""
        return {
            "status": NOT_A_FORECAST, "pack": f"{self.exercise.name} {self.pack_id}",
            "graph_sha256": self.inputs.graph_sha256, "seed": self.exercise.seed,
            "picture_day": self.inputs.day,
        }  # fmt: skip


def play(exercise: Exercise, inputs: Inputs, text: str = "") -> Played:
    """Return an exercise played on the network of `inputs`; `text` is the file it came from.

    Raises
    ------
    UsageError
        If an inject or a watch names nothing of the network, or the injects contradict each other.
    """
    graph = with_assumed(inputs.assembled.graph, exercise)
    assembled = inputs.assembled._replace(graph=graph)
    assets = assets_of(graph, exercise, inputs.names)
    times = timeline(exercise, assets, inputs.tables["repair_times"])
    watches = [
        (one, vertex_row(graph, one.start, "watch, from"), vertex_row(graph, one.end, "watch, to"))
        for one in exercise.watches
    ]
    effects = effects_of(assembled, exercise, assets, times)
    nothing = Closed(np.zeros(len(graph.edges), dtype=bool), np.zeros(len(graph), dtype=bool))
    shut = [joined(assets, step.in_force, nothing) for step in times.steps]
    watched = tuple(_watched(assembled, exercise, *watch, shut) for watch in watches)
    every = joined(assets, {one.inject for one in times.closings}, nothing)
    found = _findings(exercise, assets, effects, watched)
    # The graph alone does not say what the exercise assumes and asks.
    content = json.dumps([repr(exercise), text, inputs.graph_sha256, inputs.day])
    pack_id = hashlib.sha256(content.encode()).hexdigest()[:12]
    return Played(
        exercise, inputs, assembled, assets, times, effects, watched,
        stand_ins(assembled, exercise, assets, every, inputs),
        measures_of(assembled, exercise, every, effects.steps), found,
        _expected(assembled, assets, times, effects, watched), pack_id,
    )  # fmt: skip


def _watched(
    assembled: Assembled, exercise: Exercise, watch: Watch, start: int, end: int, shut: list[Closed]
) -> Watched:
    graph = assembled.graph
    case = Case(watch.flow, exercise.month, modes=frozenset(watch.by) or None)
    usable = case.usable(graph)
    names = graph.vertices["name"]
    ends = np.array([end])
    return Watched(
        str(names.iloc[start]), str(names.iloc[end]), watch.flow, watch.by,
        (start, end), way_left(graph, usable, None, start, ends),
        tuple(way_left(graph, usable, one, start, ends) for one in shut),
    )  # fmt: skip


def _findings(
    exercise: Exercise, assets: dict[str, Asset], effects: Effects, watched: tuple[Watched, ...]
) -> tuple[str, ...]:
    out = [
        f"{one.label} has no way for {one.flow} in month {exercise.month} before anything is closed: "
        "it stays without one"
        for one in watched
        if np.isinf(one.before.km)
    ]
    touched = set(effects.alone["inject"]) if len(effects.alone) else set()
    closing = [one for one in exercise.injects if one.action != "open"]
    out += [
        f"{one.id}, {assets[one.id].name}: closed alone it changes nothing in {', '.join(exercise.flows)}"
        for one in closing
        if one.id not in touched
    ]
    doubtful = effects.steps.dropna(subset=["joined_road_km"])
    doubtful = doubtful[doubtful["kind"] == "settlement"].drop_duplicates("vertex_id")
    out += [
        f"{row.name_}: cut off here, but a main road that leads on lies {row.joined_road_km:g} km away; the "
        "extract of roads may lack the stretch between"
        for row in doubtful.rename(columns={"name": "name_"}).itertuples()
    ]
    perhaps = effects.steps[effects.steps["is_perhaps_joined"].astype(bool)].drop_duplicates(["flow", "name"])
    out += [
        f"{row['name']}: nobody knows whether it is cut off for {row['flow']}; lanes near it have no record "
        "of ice"
        for _, row in perhaps.iterrows()
    ]
    if not (effects.steps["state"] == "cut_off").any():
        out.append("no place is cut off in any step: what changes is the length of ways")
    out += [f"assumed: {one.text}" for one in exercise.assumed]
    return tuple(out)


def _expected(
    assembled: Assembled,
    assets: dict[str, Asset],
    times: Timeline,
    effects: Effects,
    watched: tuple[Watched, ...],
) -> pd.DataFrame:
    """Return the state of the most affected places and watched pairs at each step with an inject or a repair.

    A place of one step has a row at every step, so that a row does not give its answer away. A port or an
    airfield of a settlement that has rows has none, unless an inject closes it.
    """
    table = effects.steps
    rank = {"cut_off": 0, "closed": 1, "longer": 2}
    best = table.assign(rank=table["state"].map(rank)).sort_values(
        ["rank", "people", "vertex_id"], ascending=[True, False, True]
    )
    best = best[best["kind"].isin(["settlement", "port", "airfield"])]
    closed = {asset.key for asset in assets.values()}
    home = _homes(assembled)
    towns = set(best["vertex_id"])
    best = best[[key in closed or home.get(key) not in towns for key in best["vertex_id"]]]
    chosen = best.drop_duplicates(["flow", "vertex_id"]).groupby("flow").head(_EXPECTED_PLACES)
    known = {(row.step, row.flow, row.vertex_id): row.state for row in table.itertuples()}
    rows: list[dict[str, Any]] = []
    for step in times.steps:
        for row in chosen.sort_values(["flow", "vertex_id"]).itertuples(index=False):
            key = (step.number, row.flow, row.vertex_id)
            place = row.name if row.kind == "settlement" else f"{row.name} ({row.kind})"
            what = {"flow": row.flow, "place": place, "vertex_id": row.vertex_id,
                    "country_iso3": row.country_iso3}  # fmt: skip
            rows.append({"step": step.number, "at_h": step.at_h, **what, "expected": known.get(key, "same")})
        rows += [
            {"step": step.number, "at_h": step.at_h, "flow": one.flow, "place": one.label,
             "vertex_id": "", "country_iso3": "", "expected": one.state(step.number)}
            for one in watched
        ]  # fmt: skip
    for number, row_ in enumerate(rows, start=1):
        row_["effect_id"] = f"E{number:04d}"
    columns = ["effect_id", "step", "at_h", "flow", "place", "vertex_id", "country_iso3", "expected"]
    return pd.DataFrame(rows, columns=columns)


def _homes(assembled: Assembled) -> dict[str, str]:
    """Return the settlement of each node that lies in one, by vertex_id."""
    table, edges = assembled.graph.vertices, assembled.graph.edges
    own = edges[edges["edge_id"].str.startswith("access:").astype(bool)]
    ids, kinds = table["vertex_id"].to_numpy(object), table["kind"].to_numpy(object)
    pairs = zip(own["u"].tolist(), own["v"].tolist(), strict=True)
    return {ids[u]: ids[v] for u, v in pairs if kinds[v] == "settlement"}
