"""Since when the network stands, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.borders import borders
from layers.flows.standing import network_day


@pytest.fixture
def cables():
    return pd.DataFrame({
        "feature_id": ["a", "b", "planned"], "status": ["in_service", "in_service", "planned"],
        "ready_for_service_year": pd.array([2004, 2025, 2027], dtype="Int64"),
    })  # fmt: skip


@pytest.mark.parametrize(
    ("day", "since"),
    [
        ("2003-12-31", "0000-01-01"), ("2004-01-01", "2004-01-01"), ("2022-03-01", "2004-01-01"),
        ("2022-03-02", "2022-03-02"), ("2023-11-29", "2022-03-02"), ("2024-01-01", "2023-11-30"),
        ("2024-08-01", "2024-08-01"), ("2026-11-30", "2025-01-01"), ("2027-06-01", "2025-01-01"),
    ],
)  # fmt: skip
def test_the_network_stands_since_the_last_day_on_which_it_changed(crossings, cables, day, since):
    assert network_day(crossings, cables, day) == since
    assert network_day(crossings, cables, since) == since


def test_a_border_that_opens_again_changes_the_network_on_the_day_after(crossings, cables):
    again = crossings.assign(closed_until=["2026-02-01", None, None, None])
    assert network_day(again, cables, "2026-02-01") == "2025-01-01"
    assert borders(again, "2026-02-02").closed == frozenset()
    assert network_day(again, cables, "2026-03-01") == "2026-02-02"


@pytest.mark.parametrize(
    ("served", "until", "day", "since"),
    [
        ("2018", None, "2026-12-01", "2025-01-01"), ("2025-06", None, "2026-12-01", "2025-06-01"),
        ("2025-06", None, "2025-05-31", "2025-01-01"), ("2018", "2025", "2026-12-01", "2026-01-01"),
        ("2018", "2025-11", "2026-12-01", "2025-12-01"), ("2018", "2025-11-30", "2026-12-01", "2025-12-01"),
    ],
)  # fmt: skip
def test_a_line_changes_the_network_with_its_days_of_service(crossings, cables, served, until, day, since):
    line = pd.DataFrame({"in_service_from": [served], "in_service_until": [until]})
    assert network_day(crossings, cables, day, [line]) == since
