"""An observer's log against the expected effects, row by row."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.errors import UsageError
from layers.flows.exercise_log import compared

EXPECTED = pd.DataFrame({
    "effect_id": ["E1", "E2", "E3", "E4", "E5"], "at_h": [0.0] * 5, "flow": "data",
    "place": ["A", "B", "C", "D", "E"], "country_iso3": "NOR",
    "expected": ["cut_off", "longer", "same", "same", "cut_off"],
})  # fmt: skip


def row(effect_id="", observed_state="", **further):
    return {"effect_id": effect_id, "observed_state": observed_state, **further}


def test_each_row_is_matched_missed_or_unexpected():
    log = [
        row("E1", "Cut off"), row("E2", "cut_off"), row("E3", "longer"), row("E4"),
        row(place="F", evidence="radio silent"), row(),
    ]  # fmt: skip
    found = compared(EXPECTED, log)
    assert [(one["effect_id"], one["result"], one["observed"]) for one in found] == [
        ("E1", "matched", "cut_off"), ("E2", "missed", "cut_off"), ("E3", "unexpected", "longer"),
        ("E5", "missed", ""), ("", "unexpected", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ([row("E9", "same")], "log, line 2: expected an effect_id of the pack, found 'E9'"),
        ([row("E1"), row("E1")], "log, line 3: expected E1 once, found it twice"),
        ([row("E1", "cutoff")], "found 'cutoff'; nearest is cut_off"),
    ],
)
def test_what_does_not_belong_is_refused(log, said):
    with pytest.raises(UsageError) as caught:
        compared(EXPECTED, log)
    assert said in str(caught.value)


def test_a_row_of_ones_own_holds_any_words():
    [found] = [
        one for one in compared(EXPECTED, [row("", "no plane and no helicopter")]) if not one["effect_id"]
    ]
    assert (found["result"], found["observed"]) == ("unexpected", "no plane and no helicopter")
