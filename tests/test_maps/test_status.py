"""The status of a picture: Python, SQL and the expression of QGIS give the same answer on every day."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from maps.status import (
    COMPLETE,
    DEGRADED,
    EXPIRED,
    SCRIPT,
    SIGN,
    expression,
    first_stale,
    late,
    promise,
    status_of,
    view,
)

if TYPE_CHECKING:
    from layers.picture import Picture

DAY = date(2026, 8, 1)
FRESH = "2026-08-05"
EXPIRES = date(2026, 8, 10)
DAYS = [DAY + timedelta(days=n) for n in range(-1, 12)]


def dated(picture: Picture, *, expires: date | None, fresh: str, state: str) -> Picture:
    """The picture with one live source, which is in `state`, fresh until a day."""
    first, *others = (replace(note, fresh_until="", state="embedded") for note in picture.sources)
    notes = (replace(first, state=state, fresh_until=fresh), *others)
    return replace(picture, day=DAY, expires=expires, sources=notes)


PICTURES = [
    (None, "", "embedded"), (EXPIRES, "", "embedded"), (None, FRESH, "live"), (EXPIRES, FRESH, "live"),
    (EXPIRES, FRESH, "stale"), (None, "", "missing"), (DAY, FRESH, "live"), (EXPIRES, "2026-08-20", "live"),
]  # fmt: skip


def sql_status(picture: Picture, day: date) -> str:
    statements, rows = view(picture)
    with closing(sqlite3.connect(":memory:")) as database:
        database.create_function("date", 1, lambda _: day.isoformat())
        database.executescript(statements)
        database.executemany(
            "INSERT INTO status (what, title, state_as_made, as_of, fresh_until, expires) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            rows,
        )
        return database.execute("SELECT state FROM status_now WHERE what = 'picture'").fetchone()[0]


def qgis_status(picture: Picture, day: date) -> str:
    """The expression, computed by SQLite: case, dates and comparisons mean the same there."""
    text = expression(picture)
    if not text.startswith("[%"):
        return text.split()[1]
    sql = re.sub(r"to_date\(('[^']*')\)", r"\1", text.strip("[% ]").replace("to_date(now())", f"'{day}'"))
    with closing(sqlite3.connect(":memory:")) as database:
        return re.split(r"[ :]", database.execute(f"SELECT {sql}").fetchone()[0])[1]


@pytest.mark.parametrize(("expires", "fresh", "state"), PICTURES)
def test_every_form_of_the_rule_gives_the_same_status(picture, expires, fresh, state):
    shown = dated(picture, expires=expires, fresh=fresh, state=state)
    for day in DAYS:
        expected = shown.status
        if fresh and day.isoformat() > fresh:
            expected = DEGRADED
        if expires and day >= expires:
            expected = EXPIRED
        assert status_of(shown, day) == expected, day
        assert sql_status(shown, day) == expected, day
        assert qgis_status(shown, day) == expected, day


def test_the_words_are_the_same_in_every_language(picture):
    assert set(SIGN) == {COMPLETE, DEGRADED, EXPIRED}
    statements, _ = view(picture)
    for word in (DEGRADED, EXPIRED):
        assert f"'{word}'" in statements
        assert f'"{word}"' in SCRIPT
        assert f"{SIGN[word]} {word}" in SCRIPT
    assert f'"{COMPLETE}"' in SCRIPT


def test_the_worst_source_comes_first(picture):
    states = ("stale", "live", "missing", "not_held", "held")
    notes = tuple(replace(note, state=state) for note, state in zip(picture.sources, states, strict=False))
    assert [note.state for note in late(replace(picture, sources=notes))] == ["missing", "held", "stale"]


def test_the_first_end_is_a_date_or_an_error(picture):
    """It goes into an expression of QGIS: a text that is no date must not get there."""
    assert first_stale(dated(picture, expires=None, fresh="", state="live")) is None
    assert first_stale(dated(picture, expires=None, fresh=FRESH, state="live")) == FRESH
    with pytest.raises(ValueError, match="Invalid isoformat string"):
        first_stale(dated(picture, expires=None, fresh="' || @x || '", state="live"))


def test_the_promise_names_the_last_day(picture):
    shown = dated(picture, expires=EXPIRES, fresh="", state="embedded")
    assert promise(shown) == "Good until 2026-08-10; from that day on it is EXPIRED."
    assert promise(replace(shown, expires=None)) == ""
