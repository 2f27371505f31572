"""Borders by hand: by date, as a whole, and who may pass."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.borders import borders

NORWAY, FINLAND = frozenset({"NOR", "RUS"}), frozenset({"FIN", "RUS"})


def table(**columns: list) -> pd.DataFrame:
    usual = {
        "states": ["FIN-RUS"], "crossing": ["all crossings"], "mode": ["all"], "closed_from": ["2023-12-15"],
        "closed_until": [None], "state": ["closed"], "as_of": ["2025-09"],
    }  # fmt: skip
    return pd.DataFrame(usual | columns)


@pytest.mark.parametrize(
    ("columns", "day", "is_closed"),
    [
        ({}, "2026-11-29", True),
        ({}, "2023-12-15", True),
        ({}, "2023-12-14", False),
        ({"closed_until": ["2026-01-01"]}, "2026-01-01", True),
        ({"closed_until": ["2026-01-01"]}, "2026-01-02", False),
        # Without a first day on file it is closed since the day of the document.
        ({"closed_from": [None]}, "2026-11-29", True),
        ({"closed_from": [None]}, "2025-08", False),
        # A railway that is closed leaves the road.
        ({"mode": ["road"]}, "2026-11-29", True),
        ({"mode": ["rail"]}, "2026-11-29", False),
    ],
)
def test_a_border_is_closed_by_date(columns: dict, day: str, is_closed: bool) -> None:
    assert borders(table(**columns), day) == (frozenset([FINLAND] if is_closed else []), frozenset())


@pytest.mark.parametrize(
    ("state", "is_limited"),
    [
        ("open_restricted", True), ("closed_at_night", True), ("closed_to_vehicles", True),
        ("open", False), ("closed_on_foot", False),
    ],
)  # fmt: skip
def test_a_border_is_limited_if_no_crossing_is_open_to_all_vehicles_at_all_hours(state, is_limited) -> None:
    found = borders(table(state=[state]), "2026-11-29")
    assert found == (frozenset(), frozenset([FINLAND] if is_limited else []))
    assert found.impassable == found.limited
    assert not borders(table(state=[state], mode=["rail"]), "2026-11-29").impassable


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["closed", "closed"], "closed"), (["closed", "closed_at_night"], "limited"),
        (["closed", "open"], None), (["closed_at_night", "closed_on_foot"], None),
    ],
)  # fmt: skip
def test_one_open_crossing_leaves_the_border_open(states, expected) -> None:
    two = pd.concat([table(state=[state]) for state in states])
    found = borders(two, "2026-11-29")
    assert found.closed == frozenset([FINLAND] if expected == "closed" else [])
    assert found.limited == frozenset([FINLAND] if expected == "limited" else [])


def test_a_limit_holds_from_the_day_of_its_document(crossings) -> None:
    found = borders(crossings, "2026-01-01")
    assert (found.closed, found.limited) == ({FINLAND}, {NORWAY})
    assert found.impassable == {FINLAND, NORWAY}
    assert borders(crossings, "2024-07-31").limited == frozenset(), "not read to be so before"


def test_a_border_is_closed_when_its_last_road_crossing_is(crossings) -> None:
    assert borders(crossings, "2023-11-29").closed == frozenset()
    assert borders(crossings, "2023-11-30").closed == {FINLAND}
