"""Dates of a unit's content at their bounds, and dates of the server's clock."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.intake.findings import Finding
from pipelines.intake.unit_checks import _dated, _last_changed, _name_of, _named, _outdated
from pipelines.source import Remote

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2026-11-19", "expected 2026-11-20 or later, found 2026-11-19"),
        ("2026-11-20", None),
        ("2026-11-25", None),
        ("2026-11-26", None),
        ("2026-11-27", "expected days up to 2026-11-25, found 2026-11-27"),
    ],
)
def test_content_may_be_of_the_accepted_day_and_of_tomorrow_and_no_further(day, reason):
    found = [(row.rule, row.outcome, row.found) for row in _dated(day, {"as_of": "2026-11-20"}, TODAY)]
    assert found == ([("date", "hold", reason)] if reason else [])
    assert _dated(None, {"as_of": "2026-11-20"}, TODAY) == []
    assert _dated("1990-01-01", {}, TODAY) == [], "a first fetch may be old"


def changed(day: int) -> dict[str, dict[str, str]]:
    return {"https://data.example.org/x": {"last_modified": f"Fri, {day} Nov 2026 23:59:59 GMT"}}


@pytest.mark.parametrize(("day", "is_held"), [(19, True), (20, False), (21, False)])
def test_a_file_may_have_been_changed_on_the_day_of_the_accepted_one(day, is_held):
    row = {"files": changed(20), "checked": "2026-11-24"}
    assert bool(_outdated(changed(day), row, "2026-01-01")) is is_held
    assert bool(_outdated(changed(day), {}, "2026-11-20")) is is_held, "or on the day of its content"


@pytest.mark.parametrize(("day", "is_held"), [(9, True), (10, False)])
def test_a_clock_that_ran_ahead_counts_as_the_day_of_the_last_check(day, is_held):
    row = {"files": changed(30), "checked": "2026-11-10"}
    assert bool(_outdated(changed(day), row, "2026-01-01")) is is_held


def test_a_server_that_states_no_date_bounds_nothing():
    stated = {"last_modified": "Fri, 20 Nov 2026 00:00:00 GMT"}
    assert (
        _last_changed({"a": {"last_modified": ""}, "b": {"last_modified": "soon"}, "c": stated})
        == "2026-11-20"
    )
    assert _last_changed({}) == ""
    row = {"files": changed(20), "checked": "2026-11-24"}
    assert _outdated({"a": {"last_modified": ""}}, row, "2026-01-01") == []


def test_a_finding_names_its_file_once():
    remotes = [
        Remote("https://data.example.org/a", "x/a.csv"),
        Remote("https://data.example.org/b", "x/b.csv"),
    ]
    assert _name_of(remotes[:1]) == "a.csv"
    assert _name_of(remotes) == "a.csv and 1 more"
    findings = _named(
        [Finding("rows", "hold", "too few"), Finding("kind", "hold", "a.csv: cut")], "a.csv and 1 more"
    )
    assert [row.found for row in findings] == ["a.csv and 1 more: too few", "a.csv: cut"]
