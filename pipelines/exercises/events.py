"""The master scenario events list of an exercise, and the sheet that observers fill in.

The columns follow the Homeland Security Exercise and Evaluation Program (HSEEP, January 2020), which lists
for an entry: time, synopsis, controller with instructions, expected action, intended player, objective and
notes. Blueprint of CMU SEI (github.com/cmu-sei/Blueprint.Api, `MselService.createMselFromXlsxFile`) has no
fixed columns: it makes a data field of each heading in the first row of the first sheet, in their order, and
an event of each further row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.exercises.words import MONTHS, asset_words, clock, days_words, inject_title, step_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.flows.exercise import Inject
    from layers.flows.exercise_timeline import Step
    from pipelines.exercises.bodies import Body
    from pipelines.exercises.play import Played

__all__ = ["EVENT_COLUMNS", "OBSERVATION_COLUMNS", "OBSERVED", "events", "observation_sheet", "orders"]

EVENT_COLUMNS = ("Event number", "Exercise time", "Exercise hour", "Event type", "Event synopsis",
                 "Inject text", "Responsible controller", "Controller instructions", "Intended player",
                 "Expected action", "Objective", "Delivery method", "Asset", "Duration", "Notes")  # fmt: skip
# What an observer may write in `observed_state`.
OBSERVED = ("cut_off", "longer", "closed", "same")
OBSERVATION_COLUMNS = ("effect_id", "exercise_time", "exercise_hour", "flow", "place", "country",
                       "question", "observed_state", "observed_at", "who_noticed", "evidence",
                       "observer")  # fmt: skip
_FREE_ROWS = 10


def orders(found: Sequence[Body]) -> list[tuple[str, str]]:
    """Return by body the text of the card on which it sets an order: of repair and use, or of help."""
    own = (
        "More has failed than can be repaired and carried at once. Write down in which order it is repaired, "
        "what goes first over what is left, who decided so, and whom it leaves waiting."
    )
    alliance = (
        "Your members set orders of repair that need the same ships, crews and spare parts. Say what you "
        "know, which help you offer or ask for, in which order, and who has to consent."
    )
    return [(one.code, alliance if one.states else own) for one in found if one.injects]


def events(played: Played, found: Sequence[Body]) -> list[dict[str, Any]]:
    """Return a row for each inject, each end of a closure, and each order to be set, by time.

    Keys are `EVENT_COLUMNS`.
    """
    rows = []
    by_id = {one.id: one for one in played.exercise.injects}
    for step in played.times.steps:
        rows += [_inject(played, step, by_id[name]) for name in step.injects]
        rows += [_end(played, step, name) for name in step.ended if not _is_opened(played, name)]
    if played.times.closings:
        last = max(one.at_h for one in played.times.closings)
        rows += [_order(played, last, code, text) for code, text in orders(found)]
        rows.sort(key=lambda row: float(row["Exercise hour"]))
    for number, row in enumerate(rows, start=1):
        row["Event number"] = number
    return [{name: row[name] for name in EVENT_COLUMNS} for row in rows]


def _is_opened(played: Played, name: str) -> bool:
    return any(one.inject == name and one.ends for one in played.times.closings)


def _inject(played: Played, step: Step, inject: Inject) -> dict[str, Any]:
    closing = next((one for one in played.times.closings if one.inject == inject.id), None)
    to = ", ".join(inject.to or played.assets[inject.id].states) or "all players"
    before = f"Only after {', '.join(inject.after)}. " if inject.after else ""
    return {
        **_row(step), "Event type": "Inject", "Event synopsis": inject_title(played, inject.id),
        "Inject text": inject.text or "(no text in the exercise file: the controller words it)",
        "Controller instructions": f"{before}Hand out card {inject.id}. Month: {_month(played)}.",
        "Intended player": to, "Expected action": _expected(played, step),
        "Objective": "; ".join(played.exercise.objectives), "Delivery method": "card, telephone or radio",
        "Asset": f"{played.assets[inject.id].key}",
        "Duration": days_words(closing) if closing else "opens what was closed", "Notes": "",
    }  # fmt: skip


def _order(played: Played, at_h: float, code: str, text: str) -> dict[str, Any]:
    return {
        "Exercise time": clock(at_h), "Exercise hour": round(at_h, 2), "Responsible controller": "",
        "Event type": "Inject", "Event synopsis": f"{code} sets an order", "Inject text": text,
        "Controller instructions": f"Hand out card {code} once the last closure is understood.",
        "Intended player": code, "Expected action": "A written order with its reason; no order is right by "
        "itself: compare who is cut off for how long", "Objective": "; ".join(played.exercise.objectives),
        "Delivery method": "card, telephone or radio", "Asset": "", "Duration": "", "Notes": "",
    }  # fmt: skip


def _end(played: Played, step: Step, name: str) -> dict[str, Any]:
    return {
        **_row(step), "Event type": "Scheduled event",
        "Event synopsis": f"{asset_words(played, name)} is open again (end of {name})",
        "Inject text": f"{played.assets[name].name} is open again.",
        "Controller instructions": "The seed drew this time within the range; it may be moved within it.",
        "Intended player": ", ".join(played.assets[name].states) or "all players",
        "Expected action": _expected(played, step), "Objective": "; ".join(played.exercise.objectives),
        "Delivery method": "card, telephone or radio", "Asset": played.assets[name].key, "Duration": "",
        "Notes": "",
    }  # fmt: skip


def _month(played: Played) -> str:
    return MONTHS[played.exercise.month - 1]


def _row(step: Step) -> dict[str, Any]:
    return {"Exercise time": clock(step.at_h), "Exercise hour": round(step.at_h, 2),
            "Responsible controller": ""}  # fmt: skip


def _expected(played: Played, step: Step) -> str:
    found = [
        f"{flow}: {' '.join(step_words(played, step.number, flow, only_changes=True)) or 'nothing changes'}"
        for flow in played.exercise.flows
    ]
    return "Players find out and report: " + " | ".join(found)


def observation_sheet(played: Played) -> list[dict[str, Any]]:
    """Return the sheet, what is observed left blank, free rows at its end (keys `OBSERVATION_COLUMNS`)."""
    blank = dict.fromkeys(OBSERVATION_COLUMNS, "")
    rows = [
        blank | {
            "effect_id": row["effect_id"], "exercise_time": clock(row["at_h"]),
            "exercise_hour": round(row["at_h"], 2), "flow": row["flow"], "place": row["place"],
            "country": row["country_iso3"], "question": f"{row['flow']} at {clock(row['at_h'])}: "
            f"which of {', '.join(OBSERVED)} do players state?",
        }
        for row in played.expected.to_dict("records")
    ]  # fmt: skip
    return rows + [
        blank
        | {"question": "something that is not on this sheet: write it into observed_state, in any words"}
        for _ in range(_FREE_ROWS)
    ]
