"""How far a picture may be relied on, for readers who have a clock and no server: words and dates.

A file cannot know when it is read. Each output therefore holds the date from which the picture is
EXPIRED and those until which its live sources are fresh, and asks the clock of whoever opens it: the
page and the briefing by a script of their own, the GeoPackage by a view, QGIS by an expression.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from layers.picture import LATE

if TYPE_CHECKING:
    from layers.picture import Picture, SourceNote

__all__ = ["SIGN", "expression", "first_stale", "late", "promise", "view"]

# Said by shape too, not by colour alone.
SIGN = {"COMPLETE": "●", "DEGRADED": "▲", "EXPIRED": "■"}

_ROWS = """
CREATE TABLE status (
  id INTEGER PRIMARY KEY, what TEXT NOT NULL, title TEXT NOT NULL, state_as_made TEXT NOT NULL,
  as_of TEXT NOT NULL, fresh_until TEXT, expires TEXT);
"""
# `state` by the clock of whoever reads it.
_VIEW = """
CREATE VIEW status_now AS SELECT id, what, title,
  CASE WHEN expires IS NOT NULL AND date('now') >= expires THEN 'EXPIRED'
       WHEN what <> 'picture' AND fresh_until < date('now') THEN 'stale'
       WHEN what = 'picture' AND fresh_until < date('now') THEN 'DEGRADED'
       ELSE state_as_made END AS state,
  state_as_made, as_of, CAST(julianday(date('now')) - julianday(as_of) AS INTEGER) AS age_days,
  fresh_until, expires
FROM status;
"""


def late(picture: Picture) -> tuple[SourceNote, ...]:
    """The sources that are not what they should be, the worst first."""
    found = [note for note in picture.sources if note.state in LATE]
    return tuple(sorted(found, key=lambda note: LATE.index(note.state)))


def first_stale(picture: Picture) -> str | None:
    """The last day on which every live source is fresh, ISO 8601; None where none has such an end."""
    ends = [date.fromisoformat(note.fresh_until) for note in picture.sources if note.fresh_until]
    return min(ends).isoformat() if ends else None


def promise(picture: Picture) -> str:
    """Until when it is good, in words; empty where it has no end."""
    if picture.expires is None:
        return ""
    return f"Good until {picture.expires.isoformat()}; from that day on it is EXPIRED."


def expression(picture: Picture) -> str:
    """The status as text of QGIS that asks the reader's clock: constants and dates, nothing of the data."""
    cases, fresh = [], first_stale(picture)
    if picture.expires is not None:
        day = picture.expires.isoformat()
        cases.append(f"when to_date(now()) >= to_date('{day}') then '{SIGN['EXPIRED']} EXPIRED on {day}'")
    if fresh and picture.status == "COMPLETE":
        said = f"{SIGN['DEGRADED']} DEGRADED: a source is stale since {fresh}"
        cases.append(f"when to_date(now()) > to_date('{fresh}') then '{said}'")
    made = f"{SIGN[picture.status]} {picture.status}"
    return f"[% case {' '.join(cases)} else '{made}' end %]" if cases else made


def view(picture: Picture) -> tuple[str, list[tuple[str | None, ...]]]:
    """SQL that makes the table `status` and the view `status_now`, and the rows of the table."""
    day, end = picture.day.isoformat(), picture.expires.isoformat() if picture.expires else None
    rows: list[tuple[str | None, ...]] = [
        ("picture", picture.region.title, picture.status, day, first_stale(picture), end)
    ]
    rows += [
        (note.id, note.title, note.state, note.as_of, note.fresh_until or None, None)
        for note in picture.sources
    ]
    return _ROWS + _VIEW, rows
