"""Status and age of a stored picture on the days about a limit."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.picture.health import _source, status_of

MANIFEST = {"status": "COMPLETE", "expires": "2026-06-01", "sources": [{"fresh_until": "2026-03-01"}, {}]}


@pytest.mark.parametrize(
    ("today", "status"),
    [
        ("2026-03-01", "COMPLETE"),
        ("2026-03-02", "DEGRADED"),
        ("2026-05-31", "DEGRADED"),
        ("2026-06-01", "EXPIRED"),
    ],
)
def test_a_picture_is_good_through_its_last_fresh_day_and_expires_on_its_day(today, status):
    assert status_of(MANIFEST, date.fromisoformat(today)) == status


def test_a_picture_without_limits_keeps_its_status():
    assert status_of({"status": "DEGRADED", "expires": None, "sources": []}, date(2099, 1, 1)) == "DEGRADED"


@pytest.mark.parametrize(
    ("today", "state", "age"),
    [("2026-03-01", "live", 28), ("2026-03-02", "stale", 29), ("2026-02-01", "live", 0)],
)
def test_a_source_is_stale_after_its_last_fresh_day(today, state, age):
    row = {"id": "ports", "state": "live", "as_of": "2026-02-01", "fresh_until": "2026-03-01"}
    result = _source(row, {"checked": "2026-02-02"}, date.fromisoformat(today))
    assert (result["state"], result["age_days"], result["next_expected"]) == (state, age, "2026-03-01")
    assert (result["last_accepted"], result["last_failure"]) == ("2026-02-02", None)
