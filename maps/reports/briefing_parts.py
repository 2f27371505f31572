"""Parts of a briefing that several sections use: tables, names of countries, conditions on nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from maps.reports.html_document import tag
from maps.status import late
from maps.style import OVERLAP_FROM

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree import ElementTree as ET

    from maps.reports.citations import Cell, CitationIndex, Condition

__all__ = [
    "CRITICAL",
    "INSIDE",
    "NOT_ASSESSED",
    "OVERLAPS",
    "country_of",
    "first_of",
    "state_of",
    "table",
    "td",
]

NOT_ASSESSED: Final = "not assessed"
# Conditions on nodes: critical nodes; nodes in scope (inside the boundary, or a gateway); nodes in scope at
# which climate and defence overlap.
CRITICAL: Final[Condition] = ("flag", "=", ("robust", "possible"))
INSIDE: Final[Condition] = ("scope", "=", ("arctic", "gateway"))
OVERLAPS: Final[tuple[Condition, ...]] = (INSIDE, ("overlap_probability", ">=", OVERLAP_FROM))


def table(
    heads: Iterable[Any], rows: Iterable[Iterable[Any]], numbers: int = 0, class_: str = ""
) -> ET.Element:
    """A table that scrolls on a narrow screen. `heads` are its headings, `rows` its cells.

    The last `numbers` columns are figures and are aligned to the right. `class_` is added to the CSS class.
    """
    heads = list(heads)
    first_number = len(heads) - numbers
    head = (tag("th", h, scope="col", class_="n" if i >= first_number else "t") for i, h in enumerate(heads))
    body = []
    for row in rows:
        cells = list(row)
        body.append(tag("tr", *(td(c, is_number=i >= first_number) for i, c in enumerate(cells))))
    element = tag("table", tag("thead", tag("tr", *head)), tag("tbody", *body))
    return tag("div", element, class_=f"scroll {class_}".strip())


def td(content: Any, *, is_number: bool) -> ET.Element:
    """A cell of a table. A cell with the text none, unknown or not assessed is marked as a gap."""
    children = content if isinstance(content, list) else [content]
    gaps = {"none", "unknown", NOT_ASSESSED}
    is_gap = any((c if isinstance(c, str) else getattr(c, "text", "")) in gaps for c in children)
    return tag("td", *children, class_=f"{'n' if is_number else 't'}{' gap' if is_gap else ''}")


def first_of(citations: CitationIndex, column: str, value: str, form: str = "") -> Cell:
    """The cell of the first node that has `value` in `column`, for a heading or a name."""
    row = int(citations.rows("nodes", (column, "=", value))[0])
    node = citations.table("nodes")["node_id"].iloc[row]
    return citations.cell("value", "nodes", {"node_id": node}, column, form)


def country_of(citations: CitationIndex, code: str) -> Cell:
    """The cell with the name of a country, or with its code if the layer of countries lacks it.

    `code` is an ISO 3166-1 alpha-3 code.
    """
    if "countries" in citations and len(citations.rows("countries", ("country_iso3", "=", code))) == 1:
        return citations.cell("value", "countries", {"country_iso3": code}, "name")
    return first_of(citations, "country_iso3", code)


def state_of(citations: CitationIndex, table: str) -> str:
    """The worst state of the late sources of a table; empty if no source is late."""
    return next((note.state for note in late(citations.picture) if note.feeds == table), "")
