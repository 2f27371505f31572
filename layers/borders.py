"""Which borders nobody can rely on to cross on a day: one rule for people near a node and for lines.

A crossing is open if vehicles of all pass at all hours (`open`, `closed_on_foot`). A border whose road
crossings on file are all `closed` is closed. One without an open crossing is limited: some pass, or at some
hours, or not by vehicle. Both carry nothing: a way that is open to some is no way on which a place is
supplied. Railway crossings do not count, but roads and railways end at such a border.

A row holds from its first day; without one, from the day of its document. A pair of states without a row is
open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LATEST", "Borders", "borders"]

LATEST = "9998-12-31"  # below the year that stands for an open end
_OPEN = ("open", "closed_on_foot")


class Borders(NamedTuple):
    """Pairs of states whose border is closed, and pairs whose border is open to some only."""

    closed: frozenset[frozenset[str]]
    limited: frozenset[frozenset[str]]

    @property
    def impassable(self) -> frozenset[frozenset[str]]:
        """Return the pairs on whose border nobody can rely."""
        return self.closed | self.limited


def borders(closed_borders: pd.DataFrame, day: str) -> Borders:
    """Return the closed and the limited borders on `day` (ISO 8601)."""
    rows = closed_borders[closed_borders["mode"] != "rail"]
    in_force = rows["closed_from"].fillna(rows["as_of"]) <= day
    in_force &= rows["closed_until"].fillna("9999") >= day
    closed = _whole(rows["states"], in_force & (rows["state"] == "closed"))
    return Borders(closed, _whole(rows["states"], in_force & ~rows["state"].isin(_OPEN)) - closed)


def _whole(states: pd.Series, shut: pd.Series) -> frozenset[frozenset[str]]:
    """Return the pairs of states all of whose rows are `shut`."""
    whole = shut.groupby(states).all()
    return frozenset(frozenset(text.split("-")) for text in whole.index[whole])
