"""How many people are served again by day after a failure, from the times of repair of the layer.

Days are those of real incidents of the same kind (`repair_times`): a range of cases that were found, not a
forecast, and no distribution. A kind without a row is named and never served again in the curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from layers.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

__all__ = ["Failure", "Recovery", "RepairRange", "recovery", "repair_range"]


class RepairRange(NamedTuple):
    """Days until a failed thing served again: shortest and longest, and the number of incidents behind them.

    One incident is no range.
    """

    days_low: float
    days_high: float
    incidents: int


class Failure(NamedTuple):
    """What failed, with the people whom it cuts off; NaN if their number is not known.

    `kind` and `condition` are those of the layer; an empty condition means every row of the kind.
    """

    name: str
    kind: str
    people: float
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Recovery:
    """People served again by day.

    `low` counts those who are served again if each repair takes its longest, `high` if it takes its
    shortest; both have one number for each of `days`. `people` is the known total. `unknown_kinds` have no
    time of repair: their people, `unknown_kind_people`, are in neither curve. `unknown_people` names failures
    whose people are not known.
    """

    days: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    people: float
    unknown_kinds: tuple[str, ...]
    unknown_kind_people: float
    unknown_people: tuple[str, ...]


def repair_range(repair_times: pd.DataFrame, kind: str, condition: str = "") -> RepairRange | None:
    """Return the range of a kind, None if the layer has no row for it.

    Without a condition the range spans all rows of the kind. With one, a row of that condition counts, or
    one for all of the kind.
    """
    rows = repair_times[repair_times["kind"] == kind]
    if condition:
        own = rows["condition"].fillna("")
        rows = rows[(own == condition) | (own == "")]
    if rows.empty:
        return None
    incidents = {key for text in rows["incidents"].dropna() for key in str(text).split()}
    low, high = float(rows["days_low"].min()), float(rows["days_high"].max())
    return RepairRange(low, high, len(incidents))


def recovery(failures: Iterable[Failure], repair_times: pd.DataFrame, days: Sequence[float]) -> Recovery:
    """Return the curve of people served again on each of `days` after the failures, day 0.

    Each failure is repaired on its own, and no two cut off the same people.

    Raises
    ------
    UsageError
        If a number of people is below 0, or `days` do not ascend from 0 on.
    """
    given = tuple(failures)
    if list(days) != sorted(set(days)) or (len(days) and days[0] < 0):
        msg = f"recovery: expected ascending days from 0 on, found {list(days)[:5]}; correct the days"
        raise UsageError(msg)
    bad = [one.name for one in given if one.people < 0]
    if bad:
        msg = f"recovery: expected people of 0 or more, found less for {bad[0]}; correct the number"
        raise UsageError(msg)
    at = np.asarray(days, dtype=np.float64)
    low, high = np.zeros(len(at)), np.zeros(len(at))
    no_range: dict[str, float] = {}
    total = 0.0
    for one in given:
        people = 0.0 if np.isnan(one.people) else one.people
        total += people
        span = repair_range(repair_times, one.kind, one.condition)
        if span is None:
            no_range[one.kind] = no_range.get(one.kind, 0.0) + people
            continue
        low += np.where(at >= span.days_high, people, 0.0)
        high += np.where(at >= span.days_low, people, 0.0)
    return Recovery(
        tuple(at.tolist()), tuple(low.tolist()), tuple(high.tolist()), total, tuple(sorted(no_range)),
        sum(no_range.values()), tuple(one.name for one in given if np.isnan(one.people)),
    )  # fmt: skip
