"""Since when the flow network stands as it does: borders, cables, lines, backups and the closed airspace."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from layers.borders import LATEST, borders
from layers.flows.air import CLOSED_SINCE
from layers.flows.data import in_service
from layers.flows.interconnectors import in_service as serves

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

__all__ = ["network_day"]

_EVER = "0000-01-01"


def _day_after(last: str) -> str:
    """Return the day after an ISO 8601 date; of a month its first day, as the comparison of texts has it."""
    if len(last) < len("2000-01-01"):
        return f"{last}-01"
    return (date.fromisoformat(last) + timedelta(days=1)).isoformat()


def _starts(table: pd.DataFrame) -> list[str]:
    """Return the days on which a row of a table with dates of service starts to serve, or no longer does."""
    froms = [f"{text}-01-01"[: len("2000-01-01")] for text in table["in_service_from"].dropna()]
    untils = [
        _day_after(text) if len(text) > len("2000-01") else str(np.datetime64(text) + 1)
        for text in table["in_service_until"].dropna()
    ]
    return [*froms, *(f"{text}-01-01"[: len("2000-01-01")] for text in untils)]


def network_day(
    closed_borders: pd.DataFrame, cables: pd.DataFrame, day: str = LATEST, lines: Sequence[pd.DataFrame] = ()
) -> str:
    """Return since when the network stands as on `day` (ISO 8601); `0000-01-01` if it never changed before.

    The network changes where a border closes or opens, with the year in which a cable is ready for service,
    and with the days of service of `lines`: tables with `in_service_from` and `in_service_until`. The power
    lines of a user are not looked at.
    """
    years = cables["ready_for_service_year"].dropna().astype(int).unique()
    dates = [
        *(f"{year}-01-01" for year in years), CLOSED_SINCE,
        *closed_borders["closed_from"].dropna(), *closed_borders["as_of"].dropna(),
        *map(_day_after, closed_borders["closed_until"].dropna()),
        *(start for table in lines for start in _starts(table)),
    ]  # fmt: skip
    past = sorted({one for one in dates if one <= day}, reverse=True)

    def state(at: str) -> tuple[object, ...]:
        cable = frozenset(cables.loc[in_service(cables, at), "feature_id"])
        served = [serves(table, at).tobytes() for table in lines]
        return borders(closed_borders, at), at >= CLOSED_SINCE, cable, *served

    now, since = state(day), _EVER
    for one in past:
        if state(one) != now:
            return since
        since = one
    return since if state(_EVER) != now else _EVER
