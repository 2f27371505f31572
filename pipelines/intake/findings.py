"""`Finding` is a check that fetched content did not pass. `Checks` are the limits of a source's table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Check", "Checks", "Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that did not pass.

    `rule` names the check and `found` says what was expected and found. With the `outcome` `warn` the content
    is accepted and the warning is noted. With `hold` the content is not accepted: the last accepted content
    stays.
    """

    rule: str
    outcome: Literal["warn", "hold"]
    found: str


# A check that only some sources have. It gets the new table, and the last accepted one or None.
Check = Callable[["pd.DataFrame", "pd.DataFrame | None"], list[Finding]]


@dataclass(frozen=True, slots=True)
class Checks:
    """Limits of a fetched table, most of them against the last accepted table.

    The defaults are starting values of the project (decisions/0019). `rows_hold` and `rows_warn` bound the
    number of rows, divided by the number of last time. `ids_least` is the share of the last ids that must
    be in the new table. `moved_km` is the geodesic distance that a point may move without a warning.
    `missing_warn` is the share of the rows by which the gaps of a column may grow. `unit_hold` bounds the
    median of a measure, divided by the median of the same rows last time; outside it another unit is likely.
    `age_days` holds two ages in days on the day of the fetch: content older than the first is a warning,
    content older than the second is held; None sets no limit. `own` are further checks of this source.
    """

    rows_hold: tuple[float, float] = (0.8, 1.5)
    rows_warn: tuple[float, float] = (0.95, 1.05)
    ids_least: float = 0.5
    moved_km: float = 2.0
    missing_warn: float = 0.05
    unit_hold: tuple[float, float] = (0.5, 2.0)
    age_days: tuple[int, int] | None = None
    own: tuple[Check, ...] = ()
