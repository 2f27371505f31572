"""Whom the critical sites serve, place by place: who has no other, and who lives around."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maps.reports.briefing_parts import CRITICAL
from maps.reports.html_document import tag
from maps.reports.plain_words import cut_off
from maps.reports.story_places import node_cell

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree import ElementTree as ET

    from maps.reports.citations import Cell
    from maps.reports.story_parts import Story

__all__ = ["most_cut_off", "people_by_place", "without_a_bar"]


def people_by_place(story: Story) -> tuple[list[tuple[Cell, Cell, str]], list[tuple[Cell, Cell]]]:
    """The critical places in the order of the map: those with people who have no other, and the others.

    A row of the first list has the name of the place, the most people who have no other, and the node that
    they depend on. A row of the second has the name and the people within 50 km, which may be unknown.
    """
    citations = story.citations
    cut_off_rows, other_rows = [], []
    for place in story.places:
        if not place.is_critical:
            continue
        name = node_cell(citations, place.lead, "place")
        of_place = (CRITICAL, ("place_id", "=", place.place_id))
        alone = (*of_place, ("indicator", "=", "people_without_another"))
        cell = citations.cell("max", "evidence", alone, "value", ",.0f")
        if cell.text == "unknown" or cell.value <= 0:
            around = (*of_place, ("indicator", "=", "people_within_50_km"))
            other_rows.append((name, citations.cell("max", "evidence", around, "value", ",.0f")))
            continue
        table = citations.table("evidence").iloc[citations.rows("evidence", *alone)]
        cut_off_rows.append((name, cell, str(table[table["value"] == cell.value]["node_id"].min())))
    return cut_off_rows, other_rows


def most_cut_off(story: Story, rows: Sequence[tuple[Cell, Cell, str]]) -> list[Any]:
    """A sentence on the place with most people who have no other, and on whose count that is."""
    citations = story.citations
    place, _, node = max(rows, key=lambda row: row[1].value)
    kind = str(node_cell(citations, node, "kind").value)
    counted = {"node_id": node, "axis": "civil", "indicator": "people_without_another"}
    source = citations.cell("value", "evidence", counted, "source_id")
    title, publisher = (
        citations.cell("value", "sources", {"id": source.value}, column) for column in ("title", "publisher")
    )
    # The list of places states a population without the year of its count.
    return [
        "Most in " if len(rows) > 1 else "In ", place, ": ", *cut_off(citations, node, kind),
        ". The count is that of ", publisher, " (", title, ", ",
        citations.cell("value", "evidence", counted, "as_of"),
        "), which states no year of a count: a town that has shrunk may be counted too high. ",
    ]  # fmt: skip


def without_a_bar(others: Sequence[tuple[Cell, Cell]]) -> list[ET.Element]:
    """A line on the critical places where nobody is known to have no other; empty without such a place."""
    if not others:
        return []
    parts: list[Any] = []
    for name, around in others:
        parts += [*([", "] if parts else []), name, " (", around, ")"]
    return [
        tag("p", "Not in the chart (people within fifty kilometres): ", *parts, ". There another "
            "site of the kind is in reach, or the kind (mine, ground station) supplies no household.",
            class_="small"),
    ]  # fmt: skip
