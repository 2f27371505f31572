"""An exercise: injects with time, asset and a range of days, month and seed, from a mapping and checked.

An exercise is an assumption for training, never a forecast. Times are hours after its start. A duration is a
range of days; the seed draws one day of the range, the same for the same inject whatever else is in the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import numpy as np

from layers.errors import UsageError
from layers.flows.graph import FLOWS, MODES
from layers.names import hint, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["ACTIONS", "Assumed", "Exercise", "Inject", "Watch", "drawn_days", "exercise_of", "in_order"]

# `freeze` closes the lanes of an area that by the record of ice are open in the month, shut in `as_month`.
ACTIONS = ("close", "open", "freeze")
_MOST_INJECTS, _MOST_DAYS, _DEFAULT_DAYS = 200, 3650.0, 30.0


class Inject(NamedTuple):
    """One event. `asset` is a name or an id; for `freeze` it is an area.

    `days` is how long it lasts, lowest and highest, None if it is not stated. `after` are ids of injects that
    come before. `text` is what players are told, `to` the bodies that get it (ISO 3166 alpha-3, or words).
    `condition` narrows the published times of repair, such as `ice`. `as_month` is the month whose ice comes
    early. `name` is what the asset is called in the pack; empty: its own name.
    """

    id: str
    at_h: float
    action: str
    asset: str
    days: tuple[float, float] | None = None
    after: tuple[str, ...] = ()
    text: str = ""
    to: tuple[str, ...] = ()
    condition: str = ""
    as_month: int = 0
    name: str = ""


class Watch(NamedTuple):
    """Two ends whose way is followed, by name or id; the flow, and modes if not all of it count."""

    start: str
    end: str
    flow: str
    by: tuple[str, ...] = ()


class Assumed(NamedTuple):
    """A link that the network lacks and the exercise assumes: two ends by name or id, a mode, and why."""

    start: str
    end: str
    mode: str
    text: str


@dataclass(frozen=True, slots=True)
class Exercise:
    """An exercise of one month (1 to 12) that lasts some days; `injects` are in order."""

    name: str
    title: str
    purpose: str
    month: int
    seed: int
    flows: tuple[str, ...]
    lasts_days: float
    injects: tuple[Inject, ...]
    watches: tuple[Watch, ...] = ()
    objectives: tuple[str, ...] = ()
    assumed: tuple[Assumed, ...] = ()


_WAYS = tuple(mode for mode in MODES if mode != "access")
_KEYS: dict[str, type | tuple[type, ...]] = {
    "title": str, "purpose": str, "month": int, "seed": int, "flows": list, "lasts_days": (int, float),
    "inject": list, "watch": list, "objectives": list, "assume": list,
}  # fmt: skip
_INJECT: dict[str, type | tuple[type, ...]] = {
    "id": str, "at_h": (int, float), "action": str, "asset": str, "days": list, "after": list, "text": str,
    "to": list, "condition": str, "as_month": int,
    "name": str,
}  # fmt: skip
_WATCH: dict[str, type | tuple[type, ...]] = {"from": str, "to": str, "flow": str, "by": list}
_ASSUME: dict[str, type | tuple[type, ...]] = {"from": str, "to": str, "mode": str, "text": str}


def exercise_of(name: str, mapping: Mapping[str, Any]) -> Exercise:
    """Return the exercise of a mapping, as a TOML file gives it, with its injects in order.

    Raises
    ------
    UsageError
        If a key, a month or an order cannot be used; the message names the nearest valid word.
    """
    _check(f"exercise {name}", mapping, _KEYS, ("title", "month", "seed", "inject"))
    month = _month(f"exercise {name}, month", mapping["month"])
    flows = tuple(mapping.get("flows", FLOWS))
    for flow in flows:
        _one_of(f"exercise {name}, flows", flow, FLOWS)
    if not flows or not mapping["inject"]:
        lacking = "inject" if flows else "flows"
        _refuse(f"exercise {name}, {lacking}", "at least one", "none", "add one")
    if len(mapping["inject"]) > _MOST_INJECTS:
        _refuse(f"exercise {name}", f"{_MOST_INJECTS} injects at most", len(mapping["inject"]), "split it")
    if mapping["seed"] < 0:
        _refuse(f"exercise {name}, seed", "0 or more", mapping["seed"], "correct it")
    injects = in_order(_inject(row) for row in mapping["inject"])
    lasts = _days(f"exercise {name}, lasts_days", mapping.get("lasts_days", _DEFAULT_DAYS))
    if late := [one for one in injects if one.at_h > 24 * lasts]:
        _refuse(f"inject {late[0].id}, at_h", f"at most {24 * lasts:g}, the end", late[0].at_h, "correct it")
    return Exercise(
        name, mapping["title"], mapping.get("purpose", ""), month, mapping["seed"],
        tuple(dict.fromkeys(flows)), lasts, injects, tuple(_watch(row) for row in mapping.get("watch", ())),
        tuple(str(text) for text in mapping.get("objectives", ())),
        tuple(_assumed(row) for row in mapping.get("assume", ())),
    )  # fmt: skip


def _inject(row: Any) -> Inject:
    where = f"inject {row.get('id', '?')}" if isinstance(row, dict) else "inject"
    _check(where, row, _INJECT, ("id", "at_h", "action", "asset"))
    _one_of(f"{where}, action", row["action"], ACTIONS)
    if not 0 <= row["at_h"] < 24 * _MOST_DAYS:
        _refuse(f"{where}, at_h", "hours from 0 on", row["at_h"], "correct the time")
    days = row.get("days")
    if days is not None:
        if len(days) != 2 or not all(isinstance(day, int | float) for day in days):
            _refuse(f"{where}, days", "a range such as [3, 10]", days, "correct it")
        days = (_days(f"{where}, days", days[0]), _days(f"{where}, days", days[1]))
        if days[0] > days[1]:
            _refuse(f"{where}, days", "the shorter duration first", list(days), "exchange the two")
    if row["action"] == "open" and days:
        _refuse(f"{where}, days", "none for an inject that opens", list(days), "leave it out")
    as_month = row.get("as_month", 0)
    if row["action"] == "freeze":
        as_month = _month(f"{where}, as_month", as_month)
    elif as_month:
        _refuse(f"{where}, as_month", "none but for freeze", as_month, "leave it out")
    after, to = (tuple(str(word) for word in row.get(key, ())) for key in ("after", "to"))
    return Inject(
        row["id"], float(row["at_h"]), row["action"], row["asset"], days, after, row.get("text", ""), to,
        row.get("condition", ""), as_month, row.get("name", ""),
    )  # fmt: skip


def _watch(row: Any) -> Watch:
    _check("watch", row, _WATCH, ("from", "to", "flow"))
    _one_of("watch, flow", row["flow"], FLOWS)
    by = tuple(row.get("by", ()))
    for mode in by:
        _one_of("watch, by", mode, _WAYS)
    return Watch(row["from"], row["to"], row["flow"], by)


def _assumed(row: Any) -> Assumed:
    _check("assume", row, _ASSUME, ("from", "to", "mode", "text"))
    _one_of("assume, mode", row["mode"], _WAYS)
    return Assumed(row["from"], row["to"], row["mode"], row["text"])


def in_order(injects: Iterable[Inject]) -> tuple[Inject, ...]:
    """Return injects by hour, each behind those of its `after`, injects of one hour then by id.

    Raises
    ------
    UsageError
        If an id occurs twice, or `after` names no inject, a later one, or goes in a circle.
    """
    given = sorted(injects, key=lambda one: (one.at_h, one.id))
    by_id = {one.id: one for one in given}
    if len(by_id) < len(given):
        again = next(one.id for number, one in enumerate(given) if by_id[one.id] is not given[number])
        _refuse(f"inject {again}", "one inject of that id", "two", "give each an id of its own")
    for one in given:
        for name in one.after:
            if name not in by_id:
                near = hint(nearest(name, by_id), f"such as {next(iter(by_id))}")
                _refuse(f"inject {one.id}, after", "the id of an inject", repr(name), near)
    out: list[Inject] = []
    left = list(given)
    while left:
        placed = {one.id for one in out}
        ready = [one for one in left if placed.issuperset(one.after)]
        if not ready:
            circle = _circle(left)
            _refuse("after", "an order of injects", f"the circle {' after '.join(circle)}", "take one out")
        out.append(ready[0])
        left.remove(ready[0])
    for one in given:
        for name in one.after:
            if by_id[name].at_h > one.at_h:
                found = f"it at hour {one.at_h:g} and {name} at hour {by_id[name].at_h:g}"
                _refuse(f"inject {one.id}, after", f"a time after {name}", found, "correct one")
    return tuple(out)


def _circle(left: list[Inject]) -> list[str]:
    open_ids = {one.id: [name for name in one.after if name in {other.id for other in left}] for one in left}
    path = [left[0].id]
    while path.count(path[-1]) < 2:
        path.append(open_ids[path[-1]][0])
    return path[path.index(path[-1]) :]


def drawn_days(seed: int, inject: Inject, low: float, high: float) -> float:
    """Return the days that the seed draws from a range, to a tenth of a day; inf if the highest is not known.

    The draw depends on the seed and the id of the inject alone.
    """
    if not np.isfinite(high):
        return float("inf")
    share = np.random.default_rng([seed, *inject.id.encode()]).random()
    return float(np.clip(np.round(low + share * (high - low), 1), low, high))


def _check(
    where: str, row: Any, keys: Mapping[str, type | tuple[type, ...]], required: tuple[str, ...]
) -> None:
    if not isinstance(row, dict):
        _refuse(where, "a table of keys", type(row).__name__, "write it as [[...]]")
    for key, value in row.items():
        if key not in keys:
            _refuse(where, "a known key", repr(key), hint(nearest(key, keys), f"known are {', '.join(keys)}"))
        # In Python a bool is an int; here it is a mistake.
        if isinstance(value, bool) or not isinstance(value, keys[key]):
            _refuse(f"{where}, {key}", _words(keys[key]), repr(value), "correct it")
    for key in required:
        if key not in row:
            _refuse(where, f"the key {key}", "none", "add it")


def _words(kinds: type | tuple[type, ...]) -> str:
    kinds = kinds if isinstance(kinds, tuple) else (kinds,)
    return {str: "a text", int: "a whole number", list: "a list", float: "a number"}[kinds[-1]]


def _month(where: str, value: int) -> int:
    if not 1 <= value <= 12:
        _refuse(where, "1 to 12", value, "name a month")
    return value


def _days(where: str, value: float) -> float:
    if not 0 < value <= _MOST_DAYS:
        _refuse(where, f"days above 0, at most {_MOST_DAYS:g}", value, "correct it")
    return float(value)


def _one_of(where: str, word: Any, words: tuple[str, ...]) -> None:
    if word not in words:
        near = hint(nearest(str(word), words), f"name one of {', '.join(words)}")
        _refuse(where, ", ".join(words), repr(word), near)


def _refuse(where: str, expected: str, found: object, remedy: str) -> NoReturn:
    msg = f"{where}: expected {expected}, found {found}; {remedy}"
    raise UsageError(msg)
