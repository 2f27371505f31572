"""Sentences about an exercise: what changes at a step, who is concerned, and how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.flows.exercise_timeline import BASES

if TYPE_CHECKING:
    from layers.flows.exercise_timeline import Closing, Step
    from layers.flows.exercise_ways import WayLeft
    from pipelines.exercises.play import Played, Watched

__all__ = [
    "MONTHS",
    "asset_words",
    "clock",
    "counted",
    "days_words",
    "inject_title",
    "people",
    "step_label",
    "step_words",
    "way_words",
]

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
_NAMES = 8  # places that a sentence names


def counted(count: int, noun: str) -> str:
    """Return a number with its noun, in the plural if need be."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def people(value: float) -> str:
    """Return a number of people in words; unknown is said."""
    return "people not known" if pd.isna(value) else f"{value:,.0f} people"


def clock(at_h: float) -> str:
    """Return the day and time of an hour of the exercise: hour 30 is `D+1 06:00`."""
    minutes = round(at_h * 60)
    return f"D+{minutes // 1440} {minutes // 60 % 24:02d}:{minutes % 60:02d}"


def days_words(closing: Closing) -> str:
    """Return how long a closure lasts in words, with the basis of the range."""
    if not np.isfinite(closing.high_days):
        return "how long is not known: it lasts beyond the exercise"
    span = f"{closing.low_days:g} to {closing.high_days:g} days"
    if closing.low_days == closing.high_days:
        return f"{closing.low_days:g} days, {closing.basis}"
    more = f" ({closing.incidents} incidents)" if closing.basis == BASES[2] else ""
    return f"{span}, {closing.basis}{more}; drawn by the seed: {closing.drawn_days:g}"


def inject_title(played: Played, name: str) -> str:
    """Return what an inject does, such as `A1 closes the Svalbard cable`."""
    inject = next(one for one in played.exercise.injects if one.id == name)
    verb = {"close": "closes", "open": "opens", "freeze": "freezes"}[inject.action]
    return f"{name} {verb} {asset_words(played, name)}"


def asset_words(played: Played, name: str) -> str:
    """Return the asset of an inject by name and kind; a link has its id, because systems share names."""
    asset = played.assets[name]
    kind = {"cable": f"cable, {asset.key.removeprefix('cable-')}", "sea": "sea"}.get(
        asset.kind, asset.kind.replace("_", " ")
    )
    return asset.name if "@" in asset.key else f"{asset.name} ({kind})"


def step_label(step: Step) -> str:
    """Return a step in words: its time, its injects and what is open again."""
    parts = [*step.injects]
    if step.ended:
        parts.append(f"{' and '.join(step.ended)} over")
    return f"{clock(step.at_h)} {', '.join(parts)}"


def step_words(played: Played, number: int, flow: str, *, only_changes: bool = False) -> tuple[str, ...]:
    """Return the state of a flow at a step, counted from 1, in sentences.

    With `only_changes` what is closed is left out, and a watched way that is as before and was so at the
    step before.
    """
    table = played.effects.steps
    rows = table[(table["step"] == number) & (table["flow"] == flow)]
    out = []
    in_force = sorted(played.times.steps[number - 1].in_force)
    if in_force and not only_changes:
        out.append(f"Closed: {', '.join(dict.fromkeys(played.assets[name].name for name in in_force))}.")
    cut = rows[rows["state"] == "cut_off"]
    if len(cut):
        out.append(_cut_off(cut))
    longer = rows[rows["state"] == "longer"]
    if len(longer):
        most = longer.sort_values("detour_km").iloc[-1]
        towns = longer[longer["kind"] == "settlement"]
        who = f", {people(float(towns['people'].sum()))} in settlements with a number" if len(towns) else ""
        out.append(
            f"A longer way to the nearest gateway: {counted(len(longer), 'place')}{who}; most for "
            f"{most['name']}, {most['detour_km']:,.0f} km more."
        )
    out += [
        _watch(one, number)
        for one in played.watched
        if one.flow == flow and not (only_changes and _is_plain(one, number))
    ]
    return tuple(out)


def _cut_off(cut: pd.DataFrame) -> str:
    towns = cut[cut["kind"] == "settlement"]
    known = towns["people"].notna()
    count = (
        f"{towns['people'].sum():,.0f} people in {counted(int(known.sum()), 'settlement')}"
        if known.any()
        else ""
    )
    unknown = f"{counted(int((~known).sum()), 'settlement')} without a number" if (~known).any() else ""
    others = len(cut) - len(towns)
    nodes = counted(others, "node") if others else ""
    parts = ", ".join(part for part in (count, unknown, nodes) if part)
    named = _names(towns if len(towns) else cut)
    doubt = int(towns["joined_road_km"].notna().sum())
    more = f" In doubt for {doubt} of the settlements: a main road is near." if doubt else ""
    return f"Cut off: {parts}: {named}.{more}"


def _names(rows: pd.DataFrame) -> str:
    names = list(dict.fromkeys(rows["name"]))
    return ", ".join(names[:_NAMES]) + (f" and {len(names) - _NAMES} more" if len(names) > _NAMES else "")


def _is_plain(one: Watched, number: int) -> bool:
    return one.state(number) == "same" and (number == 1 or one.state(number - 1) == "same")


def _watch(one: Watched, number: int) -> str:
    state, after = one.state(number), one.at_steps[number - 1]
    if state == "was_cut_off":
        return f"{one.label}: no way, and none before."
    if state == "cut_off":
        return f"{one.label}: no way is left; before {one.before.km:,.0f} km."
    if state == "same":
        return f"{one.label}: as before, {way_words(after)}."
    return f"{one.label}: {way_words(after)}; before {way_words(one.before)}."


def way_words(way: WayLeft) -> str:
    """Return a way in words: km, modes and hours, which are a lower bound."""
    if np.isinf(way.km):
        return "no way"
    modes = [mode for mode in way.km_by_mode if mode != "access"]
    hours = "" if np.isnan(way.hours) else f", {way.hours:,.0f} h at least"
    return f"{way.km:,.0f} km by {' and '.join(modes) or 'access'}{hours}"
