"""Parts that the scenes of the story share: the section of a scene, its link to the map, its chart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from maps.reports.briefing_parts import CRITICAL, INSIDE
from maps.reports.html_document import tag
from maps.reports.scenes import fragment, scene_of
from maps.reports.story_map import ice_row

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree import ElementTree as ET

    from maps.reports.citations import Cell, CitationIndex, Condition
    from maps.reports.scenes import View
    from maps.reports.story_places import Place

__all__ = ["Story", "chart", "joined", "plural", "scene"]


# Titles of the scene of cases where there are fewer than three.
_FEWER: Final = ("Cases", "One case", "Two cases")


@dataclass(frozen=True, slots=True)
class Story:
    """What the scenes tell of: the tables, the conditions on the nodes, the places, the view on the map.

    `country` is an ISO 3166-1 alpha-3 code; None is the whole picture. `here` are the words for it in a
    sentence: texts and cells.
    """

    citations: CitationIndex
    filters: tuple[Condition, ...]
    country: str | None
    here: tuple[Any, ...]
    places: Sequence[Place]
    view: View | None
    cases: tuple[str, ...] = field(default=())

    def count(self, *where: Condition, table: str = "nodes") -> Cell:
        """The number of rows that meet the conditions of the story and `where`."""
        return self.citations.cell("count", table, (*self.filters, *where))

    def inside(self, *where: Condition) -> Cell:
        """The number of nodes in scope that meet `where`."""
        return self.count(INSIDE, *where)

    def critical(self, *where: Condition, table: str = "nodes") -> Cell:
        """The number of critical nodes, or of rows of a table about them, that meet `where`."""
        return self.count(CRITICAL, *where, table=table)

    def read(self, what: str, table: str, column: str, form: str, *where: Condition) -> Cell:
        """A figure of a column of the rows that meet the conditions of the story and `where`."""
        return self.citations.cell(what, table, (*self.filters, *where), column, form)


def scene(story: Story, scene_id: str, *content: Any) -> ET.Element:
    """The section of a scene: its title, the link to its view on the map, and its content."""
    row = scene_of(scene_id)
    node = story.cases[0] if row.shows == "case" and story.cases else None
    # The map turns to the node by itself, so a case needs no view.
    view = None if node else story.view
    address = fragment(row, view, node, tuple(story.citations.tables), _ice_year(story.citations))
    title = row.title
    if row.shows == "case" and len(story.cases) < len(_FEWER):
        title = _FEWER[len(story.cases)]
    link = tag("a", "see on the map", class_="see", href=f"map.html#{address}")
    return tag("section", tag("h2", title, " ", link), *content, id=scene_id, class_="scene")


def _ice_year(citations: CitationIndex) -> int | None:
    """The year of the ice on the map of the briefing, so that its links show the same ice."""
    key = ice_row(citations, is_median=False)
    return int(citations.cell("value", "sea_ice", key, "year").value) if key else None


def chart(title: str, drawing: ET.Element) -> ET.Element:
    """A chart with its title, which names the unit."""
    return tag("figure", tag("h3", title), drawing)


def plural(cell: Cell, one: str, many: str) -> str:
    """The word for one thing or for several, by the value of a count."""
    return one if cell.value == 1 else many


def joined(parts: Sequence[Sequence[Any]], between: str = "; ") -> list[Any]:
    """The parts one after another with `between`; empty parts are left out."""
    listed: list[Any] = []
    for part in parts:
        if part:
            listed += [*([between] if listed else []), *part]
    return listed
