"""An observer's log against what an exercise expects: rows that are matched, missed and unexpected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from layers.errors import UsageError
from layers.names import folded, hint, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["LOG_STATES", "RESULTS", "compared"]

LOG_STATES = ("cut_off", "longer", "closed", "same")
# `missed`: an effect that was not stated, or stated otherwise. `unexpected`: something stated where nothing
# changes, or that is not among the expected effects. A row that expects `same` and is blank counts nowhere.
RESULTS = ("matched", "missed", "unexpected")


def compared(expected: pd.DataFrame, log: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
    """Return a row for each expected effect and each further observation, in their order.

    `expected` has `effect_id`, `at_h`, `flow`, `place`, `country_iso3` and `expected`. A row of the log has
    `effect_id`, `observed_state`, `place`, `flow` and `evidence`; one without an effect_id is unexpected if
    anything is written in it, in any words.

    Raises
    ------
    UsageError
        If the log names an effect that is not expected, one twice, or a state that is none.
    """
    known = {str(row["effect_id"]): row for row in expected.to_dict("records")}
    seen: dict[str, dict[str, str]] = {}
    further = []
    for number, row in enumerate(log, start=2):
        key = row.get("effect_id", "").strip()
        if not key:
            state = row.get(
                "observed_state", ""
            ).strip()  # what is on no row of the pack is told in any words
            if state or row.get("place", "").strip() or row.get("evidence", "").strip():
                further.append(row | {"observed_state": state})
            continue
        if key not in known:
            near = hint(nearest(key, known), "take the sheet of this pack")
            _refuse(number, "an effect_id of the pack", repr(key), near)
        if key in seen:
            _refuse(number, f"{key} once", "it twice", "join the two rows")
        seen[key] = row | {"observed_state": _state(row.get("observed_state", ""), number)}
    out = [_result(row, seen.get(key, {})) for key, row in known.items()]
    rows = [row for row in out if row is not None]
    return rows + [
        {
            "result": "unexpected", "effect_id": "", "at_h": None, "flow": row.get("flow", ""),
            "place": row.get("place", ""), "expected": "", "observed": row["observed_state"],
            "evidence": row.get("evidence", ""),
        }
        for row in further
    ]  # fmt: skip


def _result(expected: dict[str, Any], row: dict[str, str]) -> dict[str, Any] | None:
    state = row.get("observed_state", "")
    if expected["expected"] in {"same", "was_cut_off"}:
        if state in {"", "same"} or expected["expected"] == "was_cut_off":
            return None
        result = "unexpected"
    else:
        result = "matched" if state == expected["expected"] else "missed"
    return {
        "result": result, "effect_id": str(expected["effect_id"]), "at_h": float(expected["at_h"]),
        "flow": expected["flow"], "place": expected["place"], "expected": expected["expected"],
        "observed": state, "evidence": row.get("evidence", ""),
    }  # fmt: skip


def _state(text: str, number: int) -> str:
    """Return the state that an observer wrote, in the words of the sheet; blank stays blank."""
    word = folded(text).replace(" ", "_")
    if word and word not in LOG_STATES:
        near = hint(nearest(word, LOG_STATES), f"write one of {', '.join(LOG_STATES)} or nothing")
        _refuse(number, f"observed_state {', '.join(LOG_STATES)} or blank", repr(text), near)
    return word


def _refuse(number: int, expected: str, found: str, remedy: str) -> None:
    msg = f"log, line {number}: expected {expected}, found {found}; {remedy}"
    raise UsageError(msg)
