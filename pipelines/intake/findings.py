"""`Finding`: what speaks against fetched content. `Checks`: the limits a source sets on its own content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Check", "Checks", "Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that did not pass: its rule, what follows from it, and what was found.

    `warn` publishes the content and marks it. `hold` keeps the content back: the last good one stays.
    """

    rule: str
    outcome: Literal["warn", "hold"]
    found: str


# A check of one source's own: of the new table, beside the last accepted one if there is one.
Check = Callable[["pd.DataFrame", "pd.DataFrame | None"], list[Finding]]


@dataclass(frozen=True, slots=True)
class Checks:
    """Limits of a fetched table. The defaults are starting values of the project.

    `rows_hold` and `rows_warn` bound the number of rows, as a share of the last accepted table. `ids_least`
    is the share of the last ids that must come again. `moved_km` is the geodesic distance that a point may
    move. `missing_warn` is the share of a column that may go missing. `unit_hold` bounds the median of a
    measure against that of the same rows last time: beyond it another unit is likely. `age_days` are the
    days after which content is marked, and held, on the day of the fetch; None sets no limit. `own` are the
    checks of this source alone.
    """

    rows_hold: tuple[float, float] = (0.8, 1.5)
    rows_warn: tuple[float, float] = (0.95, 1.05)
    ids_least: float = 0.5
    moved_km: float = 2.0
    missing_warn: float = 0.05
    unit_hold: tuple[float, float] = (0.5, 2.0)
    age_days: tuple[int, int] | None = None
    own: tuple[Check, ...] = ()
