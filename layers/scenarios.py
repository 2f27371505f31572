"""SCENARIOS: the warming levels a picture is judged under. They are conditional and have no date.

An analyst can write a scenario as TOML, with the fields of `Scenario` and with changed anchors in
`[anchors]`.
"""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from layers.assessed.class_thresholds import ANCHORS, PAIRS, anchor_values
from layers.errors import UsageError
from layers.names import hint, match, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["LEVELS_AS_OF", "SCENARIOS", "Scenario", "from_toml", "scenario"]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A level of global warming, and anchors that differ from ANCHORS.

    `warming_degc` is above 1850-1900. `anchors` maps ids to values in the units of the anchors. Without
    `with_association` the military class is judged without documents, claims and lists.
    """

    id: str
    title: str
    warming_degc: float
    basis: str
    anchors: Mapping[str, float] | None = None
    with_association: bool = True

    def __post_init__(self) -> None:
        """Raise UsageError for a warming or an anchor that is out of range."""
        if not 0 <= self.warming_degc <= 8:
            msg = (
                f"scenario {self.id}: warming_degc: expected 0 to 8 °C above 1850-1900, "
                f"found {self.warming_degc:g}: 1.5, 2, 3 and 4 are usual"
            )
            raise UsageError(msg)
        anchor_of = {anchor.id: anchor for anchor in ANCHORS}
        for name, value in (self.anchors or {}).items():
            _check_name(f"scenario {self.id}: anchors", name, anchor_of)
            usual, unit = anchor_of[name].value, anchor_of[name].unit
            if not math.isfinite(value) or value * usual <= 0 or not 0.1 <= value / usual <= 10:
                msg = (
                    f"scenario {self.id}: anchors.{name}: expected {usual / 10:g} to {usual * 10:g} {unit}, "
                    f"found {value:g}: {usual:g} is usual"
                )
                raise UsageError(msg)
        values = anchor_values(self.anchors)
        for low, high in PAIRS:
            if values[low] >= values[high]:
                msg = (
                    f"scenario {self.id}: anchors: expected {low} below {high}, "
                    f"found {values[low]:g} and {values[high]:g}"
                )
                raise UsageError(msg)


def _check_name(where: str, name: str, valid: Iterable[str]) -> None:
    names = list(valid)
    if name in names:
        return
    near = nearest(name, names, 1)
    meant = f": did you mean {near[0]}?" if near else ""
    msg = f"{where}: expected one of {', '.join(names)}, found {name!r}{meant}"
    raise UsageError(msg)


def from_toml(text: str, name: str) -> Scenario:
    """Read a scenario from TOML. `name` stands for the file in messages and is the default id.

    Raises
    ------
    UsageError
        If the text is no TOML, a key is unknown, a value has the wrong type, or an anchor or the warming is
        out of range. The message names the nearest valid key.
    """
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"scenario {name}: expected TOML, found {error}"
        raise UsageError(msg) from error
    valid = [field.name for field in fields(Scenario)]
    for key in table:
        _check_name(f"scenario {name}", key, valid)
    for key, value in table.items():
        if key in {"id", "title", "basis"}:
            fits, expected = isinstance(value, str), "a text"
        elif key == "anchors":
            fits = isinstance(value, dict) and all(_is_number(v) for v in value.values())
            expected = "a table of numbers"
        elif key == "with_association":
            fits, expected = isinstance(value, bool), "true or false"
        else:
            fits, expected = _is_number(value), "a number"
        if not fits:
            msg = f"scenario {name}: {key}: expected {expected}, found {value!r}"
            raise UsageError(msg)
    if "warming_degc" not in table:
        keys = ", ".join(table) or "nothing"
        msg = f"scenario {name}: expected warming_degc, found only {keys}: 1.36 is today's"
        raise UsageError(msg)
    values = {"id": name, "title": name, "basis": f"the user's file {name}"} | table
    return Scenario(**values)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)


LEVELS_AS_OF = "2024-12-31"  # day for which the level of today holds (Forster et al. 2025)

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "today",
        "Today's climate",
        1.36,
        "human-induced warming reached in 2024 (Forster et al. 2025, doi:10.5194/essd-17-2641-2025)",
    ),
    Scenario("warming_1_5", "1.5 °C above 1850-1900", 1.5, "a warming level, not a date"),
    Scenario("warming_2", "2 °C above 1850-1900", 2.0, "a warming level, not a date"),
    Scenario("warming_3", "3 °C above 1850-1900", 3.0, "a warming level, not a date"),
    Scenario("warming_4", "4 °C above 1850-1900", 4.0, "a warming level, not a date"),
)


# A level as outputs and people write it: `2C`, `2 °C`, `+1.5 degC`, `warming 2`, `2 °C above 1850-1900`.
_LEVEL = re.compile(
    r"(?:warming[ _]?)?\+?(?P<level>\d+(?:[._,]\d+)?) ?(?:°? ?c|k|deg ?c|degrees?(?: celsius)?)?"
    r"(?: (?:above|over) .*| of (?:global )?warming| warming)?"
)


def scenario(name: str) -> Scenario:
    """Return the scenario with an id, a title or a level of warming, such as `2C` or `2 °C`.

    Raises
    ------
    UsageError
        If there is no such scenario; the message gives the nearest.
    """
    found = match(name, {row.id: (row.title,) for row in SCENARIOS})
    level = _LEVEL.fullmatch(" ".join(name.casefold().split()))
    degc = float(re.sub("[_,]", ".", level["level"])) if level else None
    for row in SCENARIOS:
        if row.id == found or row.warming_degc == degc:
            return row
    if degc is None:
        near = nearest(name, [row.id for row in SCENARIOS])
    else:
        near = [row.id for row in sorted(SCENARIOS, key=lambda row: abs(row.warming_degc - degc))[:2]]
    msg = (
        f"--scenario: expected one of {', '.join(row.id for row in SCENARIOS)}, or a level as '2 °C', found "
        f"{name!r}: {hint(near, 'name one of them')}; any other level goes into a TOML file of your own"
    )
    raise UsageError(msg)
