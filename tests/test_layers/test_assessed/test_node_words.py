"""The words on a node: the nearest exit by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.assessed.node_words import nearest_exit

FLAGGED = {
    "node_id": "n", "flag": "robust", "scope": "arctic", "dual_use_class": "D2", "hazard_class": "high",
    "military_class": "high", "dependence_class": "moderate", "deciding_datum": None,
}  # fmt: skip
# Axis, class before and after, gap: all exits that a node could have, the nearest first.
EXITS = [
    ("civil", "moderate", "high", 0.1),
    ("civil", "high", "moderate", 0.2),
    ("military", "moderate", "high", 0.3),
    ("climate", "moderate", "high", 0.4),
    ("civil", "low", "moderate", 0.5),
    ("military", "high", "moderate", 0.6),
    ("climate", "high", "moderate", 0.7),
    ("civil", "moderate", "low", 0.8),
]


def words_of(exits: list[tuple[str, str, str, float]], **changed: object) -> str:
    rows = [
        {"node_id": "n", "axis": axis, "before": before, "after": after, "gap": gap,
         "words": f"{axis} {before} to {after}"}
        for axis, before, after, gap in exits
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["node_id", "axis", "before", "after", "gap", "words"])
    return nearest_exit(pd.DataFrame([FLAGGED | changed]), table)[0]


def test_a_flagged_node_is_told_the_nearest_value_that_takes_its_flag():
    assert words_of(EXITS) == "military high to moderate", "the nearer ones leave the flag"
    assert words_of(EXITS[6:]) == "climate high to moderate"
    assert words_of(EXITS[7:]) == "civil moderate to low"
    assert words_of(EXITS[:5]) == "no single measured value turns it"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"military_class": "moderate"}, "military moderate to high"),
        ({"hazard_class": "moderate"}, "climate moderate to high"),
        ({"dependence_class": "low"}, "civil low to moderate"),
        ({"hazard_class": "moderate", "deciding_datum": "ground ice"},
         "climate moderate to high; would tell: ground ice"),
        ({"military_class": "low", "dependence_class": "low"}, "2 conditions are not met: military, civil"),
        ({"flag": "insufficient_data", "deciding_datum": "ground ice"}, "must be known first: ground ice"),
        ({"flag": "insufficient_data"}, "must be known first: what the classes call unknown"),
        ({"scope": "context"}, "outside the boundary: judged, never flagged"),
    ],
)  # fmt: skip
def test_another_node_is_told_what_it_lacks(changed, said):
    assert words_of(EXITS, **{"flag": "not_flagged"} | changed) == said


def test_where_no_value_opens_the_one_shut_gate_that_is_said():
    assert words_of([], flag="not_flagged", military_class="low") == "no measured value of the military axis"
