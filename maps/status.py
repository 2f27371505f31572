"""Whether a picture is complete, degraded or expired when someone reads it, by one rule in four languages.

A picture is COMPLETE, or DEGRADED if a source is late, or EXPIRED after its end (decisions/0020). A stored
file cannot know when it is read. Each output therefore has the dates and reads the clock of its reader: the
briefing by `SCRIPT` (JavaScript), the GeoPackage by the view that `view` makes (SQL), QGIS by `expression`.
`status_on` is the same rule in Python, for programs that know the day.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from layers.picture import LATE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from layers.picture import Picture, SourceNote

__all__ = [
    "COMPLETE",
    "DEGRADED",
    "EXPIRED",
    "SCRIPT",
    "SIGN",
    "expression",
    "first_stale",
    "late",
    "promise",
    "status_of",
    "status_on",
    "view",
]

COMPLETE, DEGRADED, EXPIRED = "COMPLETE", "DEGRADED", "EXPIRED"
# A sign goes with each word, so that colour is not the only difference.
SIGN: Final = {COMPLETE: "●", DEGRADED: "▲", EXPIRED: "■"}

_TABLE = """
CREATE TABLE status (
  id INTEGER PRIMARY KEY, what TEXT NOT NULL, title TEXT NOT NULL, state_as_made TEXT NOT NULL,
  as_of TEXT NOT NULL, fresh_until TEXT, expires TEXT);
"""
# `status_on` in SQL; date('now') is the clock of the reader. SQLite gives an expression of a view no type,
# and a GeoPackage needs one. The first SELECT has no row and takes the types from columns of the table.
_VIEW = """
CREATE VIEW status_now AS SELECT id, what, title, state_as_made AS state, state_as_made, as_of,
  id AS age_days, fresh_until, expires
FROM status WHERE 0
UNION ALL SELECT id, what, title,
  CASE WHEN expires IS NOT NULL AND date('now') >= expires THEN 'EXPIRED'
       WHEN what <> 'picture' AND fresh_until < date('now') THEN 'stale'
       WHEN what = 'picture' AND fresh_until < date('now') THEN 'DEGRADED'
       ELSE state_as_made END AS state,
  state_as_made, as_of, CAST(julianday(date('now')) - julianday(as_of) AS INTEGER) AS age_days,
  fresh_until, expires
FROM status;
"""
# `status_on` in JavaScript, for an element `.status` with the dates in its data attributes.
SCRIPT: Final = """(() => {
const strip = document.querySelector(".status"), now = Date.now();
if (!strip) return;
const day = 864e5, end = (text) => Date.parse(text + "T00:00:00Z");
const { status, expires, stale } = strip.dataset;
for (const cell of document.querySelectorAll('data[data-cell$="#fresh_until"]')) {
  if (now >= end(cell.value) + day) {
    cell.previousSibling.textContent = ": stale, by your clock, since ";
    cell.parentNode.classList.add("gap");
  }
}
const state = expires && now >= end(expires) ? "EXPIRED" : status === "COMPLETE" && stale
  && now >= end(stale) + day ? "DEGRADED" : status;
const age = Math.floor((now - end(strip.dataset.day)) / day), note = document.createElement("span");
note.className = "clock";
note.textContent = age < 0 ? " Dated after your clock's today." : age === 0 ? " Of today."
  : ` By your clock it is ${age} day${age > 1 ? "s" : ""} old.`;
strip.append(note);
if (state === status) return;
strip.className = `status ${state.toLowerCase()}`;
strip.dataset.status = state;
strip.querySelector(".word").textContent = state === "EXPIRED" ? `\u25a0 EXPIRED on ${expires}`
  : "\u25b2 DEGRADED: a source is stale by your clock";
})();"""


def status_on(day: date, as_made: str, expires: str | None, fresh_until: Iterable[str | None]) -> str:
    """Status of a picture for a reader on `day`.

    `as_made` is the status at the time of the build. `expires` is the first day on which the picture is
    EXPIRED. `fresh_until` has the last day on which each source is fresh. These days are ISO 8601; None or
    empty means that there is no such day.
    """
    # Dates are ISO 8601, so their order as texts is their order in time.
    today = day.isoformat()
    if expires and today >= expires:
        return EXPIRED
    return DEGRADED if any(end and end < today for end in fresh_until) else as_made


def status_of(picture: Picture, day: date) -> str:
    """Status of a picture for a reader on `day`."""
    expires = picture.expires.isoformat() if picture.expires else None
    return status_on(day, picture.status, expires, (note.fresh_until for note in picture.sources))


def late(picture: Picture) -> tuple[SourceNote, ...]:
    """The sources that are missing, held back or stale, the worst first."""
    notes = [note for note in picture.sources if note.state in LATE]
    return tuple(sorted(notes, key=lambda note: LATE.index(note.state)))


def first_stale(picture: Picture) -> str | None:
    """The last day on which all sources are fresh, ISO 8601; None if no source becomes stale."""
    # Parsed and written again, because QGIS evaluates the expression that contains this text.
    ends = [date.fromisoformat(note.fresh_until) for note in picture.sources if note.fresh_until]
    return min(ends).isoformat() if ends else None


def promise(picture: Picture) -> str:
    """A sentence about the day from which the picture is EXPIRED; empty if there is no such day."""
    if picture.expires is None:
        return ""
    return f"Good until {picture.expires.isoformat()}; from that day on it is {EXPIRED}."


def expression(picture: Picture) -> str:
    """A text for QGIS with an expression that gives the status by the clock of the reader.

    It has constants and dates and no text from the data, because QGIS evaluates it.
    """
    cases, fresh = [], first_stale(picture)
    if picture.expires is not None:
        day = picture.expires.isoformat()
        cases.append(f"when to_date(now()) >= to_date('{day}') then '{SIGN[EXPIRED]} {EXPIRED} on {day}'")
    if fresh and picture.status == COMPLETE:
        text = f"{SIGN[DEGRADED]} {DEGRADED}: a source is stale since {fresh}"
        cases.append(f"when to_date(now()) > to_date('{fresh}') then '{text}'")
    as_made = f"{SIGN[picture.status]} {picture.status}"
    return f"[% case {' '.join(cases)} else '{as_made}' end %]" if cases else as_made


def view(picture: Picture) -> tuple[str, list[tuple[str | None, ...]]]:
    """SQL that makes the table `status` and the view `status_now`, and the rows of the table.

    A row has the columns what, title, state_as_made, as_of, fresh_until and expires.
    """
    day, end = picture.day.isoformat(), picture.expires.isoformat() if picture.expires else None
    rows: list[tuple[str | None, ...]] = [
        ("picture", picture.region.title, picture.status, day, first_stale(picture), end)
    ]
    rows += [
        (note.id, note.title, note.state, note.as_of, note.fresh_until or None, None)
        for note in picture.sources
    ]
    return _TABLE + _VIEW, rows
