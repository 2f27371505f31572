"""Which sources are later than the day of a picture."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from pipelines.picture.store import _later

SNAPSHOT = {"sources": [{"retrieved": "2026-11-01"}, {"retrieved": "2026-11-29"}]}


@pytest.mark.parametrize(
    ("as_of", "state", "is_later"),
    [
        ("2026-02-28", "embedded", False),
        ("2026-03-01", "embedded", False),
        ("2026-03-02", "embedded", True),
        ("2026-11-29", "live", True),
        ("2026-11-30", "embedded", False),
        ("2085-01-01", "embedded", False),
        ("2026-05-01", "not_held", False),
    ],
)
def test_a_source_is_later_between_the_day_of_the_picture_and_that_of_the_snapshot(as_of, state, is_later):
    note = SimpleNamespace(id="ports", as_of=as_of, state=state)
    picture = SimpleNamespace(day=date(2026, 3, 1), sources=[note])
    assert _later(picture, SNAPSHOT) == ({"later_sources": ["ports"]} if is_later else {})
