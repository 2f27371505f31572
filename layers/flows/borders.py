"""Which borders the network does not cross on a day, and since when the network stands as it does.

A border whose crossings are all closed is closed (`closed_pairs`). A border whose crossings are closed or
open to some only (`open_restricted`, such as Storskog: no cars registered in Russia, no tourism) is
restricted. Both carry nothing here: a way that is open to some is no way on which a place is supplied.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from layers.assessed.people_cut_off import closed_pairs
from layers.flows.air import CLOSED_SINCE
from layers.flows.data import in_service

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LATEST", "Borders", "borders", "network_day"]

LATEST = "9998-12-31"  # below the year that stands for an open end
_EVER = "0000-01-01"


class Borders(NamedTuple):
    """Pairs of states whose border is closed, and pairs whose border is open to some only."""

    closed: frozenset[frozenset[str]]
    restricted: frozenset[frozenset[str]]

    @property
    def impassable(self) -> frozenset[frozenset[str]]:
        """Return the pairs that the network does not cross."""
        return self.closed | self.restricted


def borders(closed_borders: pd.DataFrame, day: str) -> Borders:
    """Return the closed and the restricted borders on `day` (ISO 8601)."""
    closed = closed_pairs(closed_borders, day)
    rows = closed_borders[closed_borders["mode"] != "rail"]
    since, until = rows["closed_from"].fillna("9999") <= day, rows["closed_until"].fillna("9999") >= day
    restricted = (rows["state"] == "open_restricted") & (rows["as_of"] <= day)
    shut = (since & until & (rows["state"] == "closed")) | restricted
    whole = shut.groupby(rows["states"]).all()
    pairs = frozenset(frozenset(text.split("-")) for text in whole.index[whole])
    return Borders(closed, pairs - closed)


def _day_after(last: str) -> str:
    """Return the day after an ISO 8601 date; of a month its first day, as the comparison of texts has it."""
    if len(last) < len("2000-01-01"):
        return f"{last}-01"
    return (date.fromisoformat(last) + timedelta(days=1)).isoformat()


def network_day(closed_borders: pd.DataFrame, cables: pd.DataFrame, day: str = LATEST) -> str:
    """Return since when the network stands as on `day` (ISO 8601); `0000-01-01` if it never changed before.

    Power lines are not looked at: none is embedded. The network changes where a border closes or opens, and
    with the year in which a cable is ready for service.
    """
    years = cables["ready_for_service_year"].dropna().astype(int).unique()
    dates = [
        *(f"{year}-01-01" for year in years), CLOSED_SINCE,
        *closed_borders["closed_from"].dropna(), *closed_borders["as_of"].dropna(),
        *map(_day_after, closed_borders["closed_until"].dropna()),
    ]  # fmt: skip
    past = sorted({one for one in dates if one <= day}, reverse=True)

    def state(at: str) -> tuple[object, ...]:
        cable = frozenset(cables.loc[in_service(cables, at), "feature_id"])
        return borders(closed_borders, at), at >= CLOSED_SINCE, cable

    now, since = state(day), _EVER
    for one in past:
        if state(one) != now:
            return since
        since = one
    return since if state(_EVER) != now else _EVER
