"""EXITS: on each axis the value that decides, the anchor at which the class would change, and the gap.

Each exit changes one value, against one anchor. The table is stored, so that the command line, the map and
regional pictures print the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.assessed.class_thresholds import CLASSES, HIGH, LOW, MODERATE, UNKNOWN
from layers.assessed.indicators import unit_in_words
from layers.assessed.judgement import Inputs, judge, whole_of
from layers.schema import Column, Layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.assessed.judgement import Classes
    from layers.scenarios import Scenario

__all__ = ["EXITS", "exits_of"]

_WORD = {UNKNOWN: "unknown", LOW: "low", MODERATE: "moderate", HIGH: "high"}
# Hazard -> the deciding value, its unit, and the anchors of moderate and high.
_MEASURED = {
    "ice_season_lost": ("ice_lost_low", "months", "ice_lost_moderate", "ice_lost_high"),
    "ice_season_unreliable": ("ice_spread", "months", "ice_unreliable_moderate", "ice_unreliable_high"),
    "coastal_erosion": ("erosion", "m a-1", "erosion_moderate", "erosion_high"),
    "relative_sea_level": ("level", "m by 2100", "level_rise_moderate", "level_rise_high"),
}
_COLUMNS = ("node_id", "axis", "what", "value", "unit", "anchor", "at", "gap", "before", "after", "words")


def _plain(value: float) -> str:
    """Return a number with three digits or with thousands separators, never as a power of ten."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _row(
    node: str, axis: str, what: str, value: float, unit: str, anchor: str, at: float, before: int, after: int
) -> dict[str, Any]:
    gap = abs(value - at) / abs(at) if at else np.nan
    name = what.replace("_", " ") + (", lower end" if what == "ice_season_lost" else "")
    measure = "" if unit == "1" else f" {unit_in_words(unit)}"
    apart = f"{_plain(abs(value - at))}{measure} apart"
    words = f"{name} {_plain(value)}{measure}, {_WORD[after]} at {_plain(at)}: {apart}"
    return {
        "node_id": node,
        "axis": axis,
        "what": what,
        "value": value,
        "unit": unit,
        "anchor": anchor,
        "at": at,
        "gap": round(float(gap), 6),
        "before": _WORD[before],
        "after": _WORD[after],
        "words": words,
    }


def exits_of(
    inputs: Inputs, classes: Classes, a: Mapping[str, Any], *, with_association: bool
) -> pd.DataFrame:
    """Return the exits of each node, the smallest gap of an axis first.

    `a` holds the anchors in whole thousandths. `classes` are those of `inputs` at these anchors.
    """
    rows: list[dict[str, Any]] = []
    for place, node in enumerate(inputs.nodes):
        rows += _hazard_exits(str(node), place, inputs, classes, a)
        rows += _military_exits(str(node), place, classes, a, with_association=with_association)
        rows += _dependence_exits(str(node), place, inputs, classes, a)
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    return table.sort_values(["node_id", "axis", "gap"], kind="stable", ignore_index=True)


def _value(inputs: Inputs, name: str, place: int) -> float:
    return float(inputs.values[name][place, 0]) / 1000.0


def _anchor(a: Mapping[str, Any], name: str) -> float:
    return float(a[name]) / 1000.0


def _hazard_exits(
    node: str, place: int, inputs: Inputs, classes: Classes, a: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the exits of the hazard class of the node at position `place`.

    Any hazard can raise the class. A hazard can lower it only if no other hazard has the same class.
    """
    now = int(classes.hazard[place, 0])
    codes = {name: int(code[place, 0]) for name, code in classes.by_hazard.items()}
    holding = [name for name, code in codes.items() if code == now]
    rows = []
    for name, (value_name, unit, moderate, high) in _MEASURED.items():
        value = _value(inputs, value_name, place)
        if codes[name] < LOW or np.isnan(value) or (name == "relative_sea_level" and value < 0):
            continue
        steps = {MODERATE: moderate, HIGH: high}
        for code, anchor in steps.items():
            if code == now + 1 or (code == HIGH and now == LOW):
                rows.append(_row(node, "climate", name, value, unit, anchor, _anchor(a, anchor), now, code))
        if now >= MODERATE and holding == [name]:
            anchor = steps[now]
            left = max([code for other, code in codes.items() if other != name], default=LOW)
            below = max(LOW, left, now - 1 if now == HIGH and value >= _anchor(a, moderate) else LOW)
            rows.append(_row(node, "climate", name, value, unit, anchor, _anchor(a, anchor), now, below))
    return rows


def _military_exits(
    node: str, place: int, classes: Classes, a: Mapping[str, Any], *, with_association: bool
) -> list[dict[str, Any]]:
    now = int(classes.military[place, 0])
    names = ["hinterland", "position", *(["association"] if with_association else [])]
    score = {name: float(classes.parts[name][place, 0]) for name in ("facility", *names)}
    if now == UNKNOWN:
        return []
    bar = float(a["part_holds"])
    holds = {name: not np.isnan(score[name]) and score[name] >= bar for name in names}
    rows = []

    def code(facility: float, votes: int) -> int:
        if facility >= float(a["facility_high"]) and votes >= 2:
            return HIGH
        return MODERATE if facility >= float(a["facility_moderate"]) and votes >= 1 else LOW

    votes = sum(holds.values())
    for anchor in ("facility_moderate", "facility_high"):
        at = float(a[anchor])
        beyond, short = (at, at - 1) if score["facility"] < at else (at - 1, at)
        after = code(beyond, votes)
        if after not in {now, code(short, votes)}:
            rows.append(
                _row(
                    node, "military", "facility", score["facility"] / 1000, "1", anchor, at / 1000, now, after
                )
            )
    for name in names:
        if np.isnan(score[name]):
            continue
        after = code(score["facility"], votes + (-1 if holds[name] else 1))
        if after != now:
            rows.append(
                _row(node, "military", name, score[name] / 1000, "1", "part_holds", bar / 1000, now, after)
            )
    return rows


def _dependence_exits(
    node: str, place: int, inputs: Inputs, classes: Classes, a: Mapping[str, Any]
) -> list[dict[str, Any]]:
    now = int(classes.dependence[place, 0])
    read = {name: _value(inputs, name, place) for name in ("captive", "captive_place", "reached")}
    counted = {name: 0.0 if np.isnan(value) else value for name, value in read.items()}
    sole = inputs.values["sole"][place, 0] == 1
    high_at = "sole_supply" if sole else "captive_high"

    def code(captive: float, largest: float, reached: float) -> int:
        if captive >= _anchor(a, high_at) or largest >= _anchor(a, "captive_place"):
            return HIGH
        some = captive >= _anchor(a, "captive_moderate") or reached >= _anchor(a, "reached_moderate")
        return MODERATE if some else UNKNOWN if np.isnan(read["reached"]) else LOW

    def code_with(what: str, value: float) -> int:
        turned = counted | {what: value}
        if what == "captive":  # the largest place has no more people than all places together
            turned["captive_place"] = min(counted["captive_place"], value)
        return code(turned["captive"], turned["captive_place"], turned["reached"])

    rows = []
    for what, anchors in (
        ("captive", ("captive_moderate", high_at)), ("reached", ("reached_moderate",)),
    ):  # fmt: skip
        if np.isnan(read[what]):
            continue
        for anchor in anchors:
            at = _anchor(a, anchor)
            beyond, short = (at, at - 1) if counted[what] < at else (at - 1, at)
            after, before = (code_with(what, value) for value in (beyond, short))
            if after not in {now, before}:
                name = {"captive": "people_without_another", "reached": "people_within_50_km"}[what]
                rows.append(_row(node, "civil", name, read[what], "persons", anchor, at, now, after))
    return rows


def _exits(evidence: pd.DataFrame, node_sites: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    inputs = Inputs.of(evidence, node_sites)
    anchors = whole_of(scenario.anchors)
    classes = judge(inputs, anchors, with_association=scenario.with_association)
    return exits_of(inputs, classes, anchors, with_association=scenario.with_association)


EXITS = Layer(
    id="exits",
    title="Nearest exits: what would turn each class",
    pillar="military",
    geometry="table",
    spine=(),
    key=("node_id", "axis", "what", "anchor"),
    columns=(
        Column("node_id", "str", "the node", required=True),
        Column("axis", "str", "axis", required=True, choices=("climate", "military", "civil")),
        Column("what", "str", "the value that would turn the class", required=True),
        Column("value", "float", "its value, in `unit`", required=True),
        Column("unit", "str", "unit of the value", required=True),
        Column("anchor", "str", "the anchor, by its id", required=True),
        Column("at", "float", "value of the anchor", required=True),
        Column("gap", "float", "how far they are apart, as a share of the anchor"),
        Column("before", "str", "class as it is", required=True, choices=CLASSES),
        Column("after", "str", "class beyond the anchor", required=True, choices=CLASSES),
        Column("words", "str", "the same in words", required=True),
    ),
    note="One value at a time. A datum that is not held is named in `deciding_datum` of the node.",
    derive=_exits,
)  # fmt: skip
