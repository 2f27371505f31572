"""Memberships on known days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from layers.assessed.alliances import institutions
from pipelines.source import Inputs
from pipelines.sources.reference import memberships


def test_memberships_on_known_days():
    table = memberships.read_memberships(Inputs(Path()))
    today = institutions(table, date(2026, 11, 23))["institution"]
    expected = {
        "NOR": "nato_only", "ISL": "nato_only", "USA": "nato_only", "CAN": "nato_only", "GBR": "nato_only",
        "FIN": "both", "SWE": "both", "DNK": "both", "EST": "both", "RUS": "neither", "GRL": "nato_only",
        "FRO": "nato_only", "SJM": "nato_only", "ALA": "both",
    }  # fmt: skip
    assert {name: today[name] for name in expected} == expected
    for code, day, before, after in (
        ("FIN", date(2023, 4, 4), "eu_only", "both"),
        ("SWE", date(2024, 3, 7), "eu_only", "both"),
        ("GBR", date(2020, 2, 1), "both", "nato_only"),
    ):
        assert institutions(table, date.fromordinal(day.toordinal() - 1))["institution"][code] == before
        assert institutions(table, day)["institution"][code] == after
