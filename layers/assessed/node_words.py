"""Sentences on a node: the deciding hazard, the reasons of its flag, and its nearest exit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.assessed.class_thresholds import UNKNOWN
from layers.assessed.indicators import in_sentence, unit_in_words
from layers.assessed.military_relevance import TREATIES

if TYPE_CHECKING:
    from layers.assessed.judgement import Classes
    from layers.scenarios import Scenario

__all__ = ["hazard_in_words", "nearest_exit", "reasons"]


def hazard_in_words(row: object) -> str:
    """Return title, value with interval, unit and label of an evidence row of a hazard."""
    name = str(row.indicator)  # type: ignore[attr-defined]
    title = name.replace("_", " ")
    if name == "permafrost_thaw":
        return f"{title}: {row.label}"  # type: ignore[attr-defined]
    value, low, high = row.value, row.value_low, row.value_high  # type: ignore[attr-defined]
    span = f" ({low:.2g} to {high:.2g})" if low < high else ""
    label = f", {row.label}" if isinstance(row.label, str) else ""  # type: ignore[attr-defined]
    return f"{title} {value:.2g}{span} {unit_in_words(row.unit)}{label}"  # type: ignore[attr-defined]


def _gates(row: pd.Series) -> list[str]:
    """Return the axes whose class keeps a node from the flag."""
    shut = []
    if row["hazard_class"] != "high":
        shut.append("climate")
    if row["military_class"] != "high":
        shut.append("military")
    if row["dependence_class"] not in {"high", "moderate"}:
        shut.append("civil")
    return shut


def nearest_exit(nodes: pd.DataFrame, exits: pd.DataFrame) -> list[str]:
    """Return for each node the exit with the smallest gap that changes the flag, in words.

    Where no single value changes the flag, the words state the reason.
    """
    worse = exits[
        ((exits["axis"] == "climate") & (exits["before"] == "high"))
        | ((exits["axis"] == "military") & (exits["before"] == "high"))
        | ((exits["axis"] == "civil") & (exits["after"] == "low"))
    ]
    better = exits[
        ((exits["axis"] == "climate") & (exits["after"] == "high"))
        | ((exits["axis"] == "military") & (exits["after"] == "high"))
        | ((exits["axis"] == "civil") & (exits["before"] == "low"))
    ]
    down = worse.sort_values("gap", kind="stable").drop_duplicates("node_id").set_index("node_id")["words"]
    up = better.sort_values("gap", kind="stable").drop_duplicates(["node_id", "axis"])
    up_words = up.set_index(["node_id", "axis"])["words"].to_dict()
    words = []
    columns = ["node_id", "flag", "scope", "dual_use_class", "hazard_class", "military_class",
               "dependence_class", "deciding_datum"]  # fmt: skip
    for row in nodes[columns].to_dict("records"):
        shut = _gates(row)
        if row["flag"] == "insufficient_data":
            datum = row["deciding_datum"]
            lacking = datum if isinstance(datum, str) else "what the classes call unknown"
            words.append(f"must be known first: {lacking}")
        elif not shut and row["scope"] != "context":
            words.append(down.get(row["node_id"], "no single measured value turns it"))
        elif row["scope"] == "context":
            words.append("outside the boundary: judged, never flagged")
        elif len(shut) > 1:
            words.append(f"{len(shut)} conditions are not met: {', '.join(shut)}")
        else:
            is_named = isinstance(row["deciding_datum"], str) and shut == ["climate"]
            datum = f"; would tell: {row['deciding_datum']}" if is_named else ""
            turns = up_words.get((row["node_id"], shut[0]), f"no measured value of the {shut[0]} axis")
            words.append(turns + datum)
    return words


def reasons(nodes: pd.DataFrame, classes: Classes, scenario: Scenario) -> list[str]:
    """Return the sentences behind each flag; every number in them is in the table."""
    out = []
    lost = {name: values[:, 0] for name, values in classes.by_hazard.items()}
    for place, row in enumerate(nodes.to_dict("records")):
        lacking = [name.replace("_", " ") for name, code in lost.items() if code[place] == UNKNOWN]
        so_far = " so far" if row["hazard_class"] == "low" and lacking else ""
        is_known = isinstance(row["hazard_deciding"], str)
        deciding = f"{row['hazard_deciding']} ({row['hazard_tier']})" if is_known else "nothing is known"
        parts = [
            f"Climate {row['hazard_class']}{so_far}: {deciding}.",
            f"Military {row['military_class']}: {_parts_in_words(classes, place)}.",
            f"People: dependence {row['dependence_class']}.",
        ]
        if isinstance(row["hazard_could_be"], str):
            parts.append(f"Could be {row['hazard_could_be']}: {row['deciding_datum']} is not known.")
        elif lacking:
            parts.append(f"Not known: {', '.join(lacking)}.")
        if row["flag"] == "insufficient_data":
            parts.append("Not judged: an unknown alone decides.")
        else:
            # Outside the scope the share is not computed, which is not the same as 0 %.
            is_drawn = row["scope"] != "context"
            held = (
                f"All three in {row['flag_probability']:.0%} of draws" if is_drawn else "All three: not drawn"
            )
            title = in_sentence(scenario.title)
            parts.append(f"{held} ({title}; dual-use class {row['dual_use_class']}).")
        if isinstance(row["special_status"], str):
            parts.append(_special_status(row["special_status"], row["military_class"]))
        out.append(" ".join(parts))
    return out


def _special_status(status: str, military_class: str) -> str:
    """Return the status of a territory in words, and what its treaty means for the military class."""
    if status not in TREATIES:
        return f"Special status: {status.replace('_', ' ')}."
    return (
        f"{TREATIES[status]}. Military {military_class} says what the site could carry by size and place, "
        "not that it may be used so."
    )


def _parts_in_words(classes: Classes, place: int) -> str:
    """Return the scores of the four parts of one node, 0 to 1, in words."""
    words = []
    for name, score in classes.parts.items():
        value = float(score[place, 0])
        # A treaty or the scenario leaves association out; no datum is lacking there.
        lacking = "left out" if name == "association" else "not known"
        words.append(f"{name} {lacking if np.isnan(value) else f'{value / 1000:.2f}'}")
    return ", ".join(words)
