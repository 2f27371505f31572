"""Ages of sources: whole days, none for what is not held, a word for a model of the future."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pipelines.operations import source_list
from pipelines.sources import SOURCES


def test_an_age_is_counted_to_today(monkeypatch):
    like = next(source for source in SOURCES if source.unfetched == "embedded")
    days = ("2026-02-01", "2026-03-01", "2026-03-02")
    rows = [replace(like, id=f"s{day}", as_of=day) for day in days]
    monkeypatch.setattr(source_list, "SOURCES", rows)
    ages = [row["age"] for row in source_list.source_rows(date(2026, 3, 1))]
    assert ages == ["28 d", "0 d", "model"]
