"""Rows of civilian dependence of one site: people on both sides of each anchor."""

from __future__ import annotations

import math
from typing import Any

import pytest
from toy_attributes import one_site

from layers.assessed.civilian_dependence import add_civilian_dependence
from layers.assessed.class_thresholds import anchor_values

PEOPLE = {
    "captive_persons": 0.0, "captive_persons_all_borders": 0.0, "captive_80_km_persons": 0.0,
    "captive_120_km_persons": 0.0, "captive_place_persons": 0.0, "captive_place": None,
    "reached_persons": 0.0, "reached_as_of": "2026", "other_by_land_km": math.nan,
}  # fmt: skip


def rows_of(table: str, measures: dict[str, Any]) -> Any:
    builder, facts = one_site(table, {}, PEOPLE | measures)
    add_civilian_dependence(builder, facts, anchor_values())
    return builder.table().set_index("indicator")


@pytest.mark.parametrize(
    ("table", "column", "people", "name", "score"),
    [
        ("port", "captive_persons", 299.0, "people_without_another", 0),
        ("port", "captive_persons", 300.0, "people_without_another", 0.5),
        ("port", "captive_persons", 999.0, "people_without_another", 0.5),
        ("port", "captive_persons", 1000.0, "people_without_another", 1),
        ("plant", "captive_persons", 499.0, "people_without_another", 0.5),
        ("plant", "captive_persons", 500.0, "people_without_another", 1),
        ("landing", "captive_persons", 500.0, "people_without_another", 1),
        ("port", "captive_place_persons", 299.0, "largest_place_without_another", 0),
        ("port", "captive_place_persons", 300.0, "largest_place_without_another", 1),
        ("mine", "reached_persons", 4999.0, "people_within_50_km", 0),
        ("mine", "reached_persons", 5000.0, "people_within_50_km", 0.5),
    ],
)
def test_a_row_of_people_turns_at_its_anchor(
    table: str, column: str, people: float, name: str, score: float
) -> None:
    assert rows_of(table, {column: people}).loc[name, "score"] == score


def test_a_mine_supplies_nobody() -> None:
    assert rows_of("mine", {}).index.tolist() == ["people_within_50_km"]


def test_the_ends_are_the_radii_and_the_note_names_way_and_border() -> None:
    people = {"captive_persons": 400.0, "captive_80_km_persons": 900.0, "captive_120_km_persons": 100.0}
    row = rows_of("port", people | {"captive_persons_all_borders": 350.0, "other_by_land_km": 104.4})
    row = row.loc["people_without_another"]
    assert (row["value_low"], row["value"], row["value_high"]) == (100.0, 400.0, 900.0)
    assert row["note"].endswith("next usable one 104 km by land; 350 if closed borders were open")
    alone = rows_of("port", people | {"captive_persons_all_borders": 400.0}).loc["people_without_another"]
    assert alone["note"].endswith("no other usable one within 120 km by land")
