"""When the assets of an exercise are closed: each duration at its shortest, at its longest, and as drawn.

A closure without stated days lasts until an inject opens it. Without one either, it lasts the published range
of its kind, and if there is none, for the whole exercise: nobody knows how long.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import numpy as np

from layers.errors import UsageError
from layers.flows.exercise import drawn_days
from layers.flows.recovery import repair_range

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from layers.flows.exercise import Exercise, Inject
    from layers.flows.exercise_assets import Asset

__all__ = ["BASES", "Closing", "Step", "Timeline", "timeline"]

# Where the range of days comes from.
BASES = ("stated in the exercise", "until an inject opens it", "published times of repair", "not known")


class Closing(NamedTuple):
    """One closure: the inject, its asset, its start, and the days until it ends, inf if that is not known.

    `basis` is one of `BASES`. `incidents` is the number of incidents behind published times of repair. `ends`
    is the inject that opens the asset, empty if none does.
    """

    inject: str
    key: str
    at_h: float
    low_days: float
    high_days: float
    drawn_days: float
    basis: str
    incidents: int
    ends: str

    def in_force(self, at_h: float, days: float) -> bool:
        """Tell whether it is in force at an hour if it lasts so many days."""
        return self.at_h <= at_h < self.at_h + 24 * days


class Step(NamedTuple):
    """A moment of the exercise, durations as drawn: hour, injects, ended closures, closures in force."""

    number: int
    at_h: float
    injects: tuple[str, ...]
    ended: tuple[str, ...]
    in_force: frozenset[str]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Closures and steps by hour. A closure is named by the id of its inject."""

    closings: tuple[Closing, ...]
    steps: tuple[Step, ...]
    lasts_h: float

    def spells(self, which: str) -> tuple[tuple[float, float, frozenset[str]], ...]:
        """Return start, end (hours) and closures in force of each spell; `which` is `low`, `high` or `drawn`.

        The last spell ends with the exercise.
        """
        days = {one.inject: float(getattr(one, f"{which}_days")) for one in self.closings}
        turns = {0.0, self.lasts_h}
        for one in self.closings:
            turns |= {one.at_h, one.at_h + 24 * days[one.inject]}
        hours = sorted(hour for hour in turns if hour <= self.lasts_h)
        return tuple(
            (start, end, frozenset(name for name in days if self._in_force(name, start, days[name])))
            for start, end in pairwise(hours)
        )

    def _in_force(self, name: str, at_h: float, days: float) -> bool:
        return any(one.inject == name and one.in_force(at_h, days) for one in self.closings)


def timeline(exercise: Exercise, assets: Mapping[str, Asset], repair_times: pd.DataFrame) -> Timeline:
    """Return the closures of an exercise and its steps.

    Raises
    ------
    UsageError
        If an asset is opened that is not closed, or closed again while it is closed.
    """
    by_asset: dict[str, list[Inject]] = {}
    for inject in exercise.injects:
        by_asset.setdefault(assets[inject.id].key, []).append(inject)
    closings = [
        closing
        for key in sorted(by_asset)
        for closing in _closings(exercise, key, by_asset[key], assets, repair_times)
    ]
    closings.sort(key=lambda one: (one.at_h, one.inject))
    lasts_h = 24 * exercise.lasts_days
    return Timeline(tuple(closings), _steps(exercise, closings, lasts_h), lasts_h)


def _closings(
    exercise: Exercise,
    key: str,
    injects: list[Inject],
    assets: Mapping[str, Asset],
    repair_times: pd.DataFrame,
) -> list[Closing]:
    out: list[Closing] = []
    closer: Inject | None = None  # closed, and nothing says yet how long
    until_h = -1.0  # the asset may be closed up to here
    for inject in injects:
        name = assets[inject.id].name
        if inject.action == "open":
            if closer is None:
                found = "it open" if inject.at_h >= until_h else "a closure with days of its own"
                _refuse(inject, f"{name} to be closed by an earlier inject", found, "take one of the two out")
            if inject.at_h == closer.at_h:
                _refuse(
                    inject,
                    f"an hour after {closer.id} closes {name}",
                    "the same hour",
                    "correct the time",
                )
            days = (inject.at_h - closer.at_h) / 24
            out.append(Closing(closer.id, key, closer.at_h, days, days, days, BASES[1], 0, inject.id))
            closer, until_h = None, inject.at_h
            continue
        if closer is not None or inject.at_h < until_h:
            earlier = closer.id if closer is not None else out[-1].inject
            _refuse(
                inject, f"{name} to be open", f"it still closed by {earlier}", "take one out or shorten it"
            )
        if inject.days is None and any(
            one.action == "open" and one.at_h >= inject.at_h for one in injects[injects.index(inject) + 1 :]
        ):
            closer = inject
            continue
        out.append(_closing(exercise, key, inject, assets[inject.id], repair_times))
        until_h = inject.at_h + 24 * out[-1].high_days
    return out


def _closing(
    exercise: Exercise, key: str, inject: Inject, asset: Asset, repair_times: pd.DataFrame
) -> Closing:
    low, high, basis, incidents = np.inf, np.inf, BASES[3], 0
    if inject.days is not None:
        (low, high), basis = inject.days, BASES[0]
    elif asset.repaired_as:
        published = repair_range(repair_times, asset.repaired_as, inject.condition)
        if published is not None:
            low, high, incidents = published
            basis = BASES[2]
    drawn = drawn_days(exercise.seed, inject, low, high)
    return Closing(inject.id, key, inject.at_h, low, high, drawn, basis, incidents, "")


def _steps(exercise: Exercise, closings: list[Closing], lasts_h: float) -> tuple[Step, ...]:
    end = {one.inject: one.at_h + 24 * one.drawn_days for one in closings}
    hours = {one.at_h for one in exercise.injects} | {hour for hour in end.values() if hour <= lasts_h}
    return tuple(
        Step(
            number, hour, tuple(one.id for one in exercise.injects if one.at_h == hour),
            tuple(name for name in sorted(end) if end[name] == hour),
            frozenset(one.inject for one in closings if one.in_force(hour, one.drawn_days)),
        )
        for number, hour in enumerate(sorted(hours), start=1)
    )  # fmt: skip


def _refuse(inject: Inject, expected: str, found: str, remedy: str) -> NoReturn:
    msg = f"inject {inject.id}: expected {expected}, found {found}; {remedy}"
    raise UsageError(msg)
