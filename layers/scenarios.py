"""SCENARIOS: the warming levels a picture is judged under. Conditional, never dated.

An analyst's own is a TOML text with the fields of `Scenario`; weights as `[weights.military]`.
"""

from __future__ import annotations

import difflib
import math
import tomllib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from layers.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["GROUPS", "SCENARIOS", "Scenario", "from_toml", "scenario"]

# Dimension -> its groups of indicators: what a weight can be given for.
GROUPS: dict[str, tuple[str, ...]] = {
    "hazard": ("h_seaice", "h_permafrost", "h_coast", "h_level"),
    "exposure": ("e_function", "e_network"),
    "vulnerability": ("v_sensitivity", "v_alternative"),
    "military": ("m_access", "m_sustain", "m_connect", "m_position", "m_association", "m_policy"),
    "civil": ("c_people", "c_sole", "c_access"),
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """Global warming above 1850-1900 in degC, and the cut-offs of the conjunction.

    A node is in the conjunction when it stands in the top `top_share` of its kind on the climate
    and the military axis and in the top `civil_share` on the civil one (decisions/0004).
    `association_km`: within it of a public claim of a military site a node counts as associated.
    `alternative_km`: no other node of its kind nearer is no alternative. `weights`: by dimension and
    group, each dimension adding up to one; without, groups are equal.
    """

    id: str
    title: str
    warming_degc: float
    basis: str
    top_share: float = 0.25
    civil_share: float = 0.5
    association_km: float = 10.0
    alternative_km: float = 100.0
    weights: Mapping[str, Mapping[str, float]] | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be judged with, before any work."""
        for name in ("top_share", "civil_share"):
            value = getattr(self, name)
            if not 0 < value <= 1:
                msg = (
                    f"scenario {self.id}: {name}: expected a share over 0 and up to 1, found {value:g}: "
                    "0.25 is usual"
                )
                raise UsageError(msg)
        for name, usual in (("association_km", 10), ("alternative_km", 100)):
            value = getattr(self, name)
            if not 0 < value < math.inf:
                msg = (
                    f"scenario {self.id}: {name}: expected a radius over 0 km, found {value:g}: "
                    f"{usual} is usual"
                )
                raise UsageError(msg)
        if not 0 <= self.warming_degc <= 8:
            msg = (
                f"scenario {self.id}: warming_degc: expected 0 to 8 degC above 1850-1900, "
                f"found {self.warming_degc:g}: 1.5, 2, 3 and 4 are usual"
            )
            raise UsageError(msg)
        for dimension, given in (self.weights or {}).items():
            _known(f"scenario {self.id}: weights", dimension, GROUPS)
            for group in given:
                _known(f"scenario {self.id}: weights.{dimension}", group, GROUPS[dimension])
            bad = [f"{group} = {weight}" for group, weight in given.items() if not 0 <= weight <= 1]
            total = sum(given.values())
            if bad or not math.isclose(total, 1, abs_tol=1e-6):
                found = bad[0] if bad else f"{total:g}"
                scaled = (
                    ", ".join(f"{g} = {w / total:.3f}" for g, w in given.items())
                    if total > 0 and not bad
                    else ""
                )
                msg = (
                    f"scenario {self.id}: weights.{dimension}: expected weights of 0 to 1 that add up to 1, "
                    f"found {found}" + (f": scaled they would be {scaled}" if scaled else "")
                )
                raise UsageError(msg)


def _known(where: str, name: str, valid: Iterable[str]) -> None:
    names = list(valid)
    if name in names:
        return
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    hint = f": did you mean {near[0]}?" if near else ""
    msg = f"{where}: expected one of {', '.join(names)}, found {name!r}{hint}"
    raise UsageError(msg)


def from_toml(text: str, name: str) -> Scenario:
    """Read a scenario from TOML; `name` stands for the file in messages and is the id if none is given.

    Raises
    ------
    UsageError
        If it is no TOML, a key is unknown, a value is of the wrong type, weights do not add up to
        one, or a radius, share or warming is out of range; with the nearest valid key or value.
    """
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"scenario {name}: expected TOML, found {error}"
        raise UsageError(msg) from error
    valid = [field.name for field in fields(Scenario)]
    for key in table:
        _known(f"scenario {name}", key, valid)
    for key, value in table.items():
        if key in {"id", "title", "basis"}:
            fits, wanted = isinstance(value, str), "a text"
        elif key == "weights":
            fits = isinstance(value, dict) and all(
                isinstance(row, dict) and all(_is_number(w) for w in row.values()) for row in value.values()
            )
            wanted = "a table such as [weights.military] of numbers"
        else:
            fits, wanted = _is_number(value), "a number"
        if not fits:
            msg = f"scenario {name}: {key}: expected {wanted}, found {value!r}"
            raise UsageError(msg)
    if "warming_degc" not in table:
        found = ", ".join(table) or "nothing"
        msg = f"scenario {name}: expected warming_degc, found only {found}: 1.36 is today's"
        raise UsageError(msg)
    given = {"id": name, "title": name, "basis": f"the user's file {name}"} | table
    return Scenario(**given)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)


SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "today",
        "Today's climate",
        1.36,
        "human-induced warming reached in 2024 (Forster et al. 2025, doi:10.5194/essd-17-2641-2025)",
    ),
    Scenario("warming_1_5", "1.5 degC above 1850-1900", 1.5, "a warming level, not a date"),
    Scenario("warming_2", "2 degC above 1850-1900", 2.0, "a warming level, not a date"),
    Scenario("warming_3", "3 degC above 1850-1900", 3.0, "a warming level, not a date"),
    Scenario("warming_4", "4 degC above 1850-1900", 4.0, "a warming level, not a date"),
)


def scenario(name: str) -> Scenario:
    """Look a scenario up by id, or by its level of warming, such as `2C`.

    Raises
    ------
    UsageError
        If no scenario has that id; the message lists those that exist.
    """
    for row in SCENARIOS:
        if name in {row.id, f"{row.warming_degc:g}C"}:
            return row
    msg = f"scenario: expected one of {', '.join(s.id for s in SCENARIOS)}, found {name!r}"
    raise UsageError(msg)
