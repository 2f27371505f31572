"""SCENARIOS: the warming levels a picture is judged under. Conditional, never dated."""

from __future__ import annotations

from dataclasses import dataclass

from layers.errors import UsageError

__all__ = ["SCENARIOS", "Scenario", "scenario"]


@dataclass(frozen=True, slots=True)
class Scenario:
    """Global warming above 1850-1900 in degC, and the cut-offs of the conjunction.

    A node is in the conjunction when it stands in the top `top_share` of its kind on the climate
    and the military axis and in the top `civil_share` on the civil one (decisions/0004).
    """

    id: str
    title: str
    warming_degc: float
    basis: str
    top_share: float = 0.25
    civil_share: float = 0.5


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
    """Look a scenario up by id.

    Raises
    ------
    UsageError
        If no scenario has that id; the message lists those that exist.
    """
    for row in SCENARIOS:
        if row.id == name:
            return row
    msg = f"scenario: expected one of {', '.join(s.id for s in SCENARIOS)}, found {name!r}"
    raise UsageError(msg)
