"""What the sections of a briefing share: tables, countries by name, and who is counted."""

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
# Conditions on nodes: flagged, inside the boundary or a gateway to it, and where climate and defence meet.
CRITICAL: Final[Condition] = ("flag", "=", ("robust", "possible"))
INSIDE: Final[Condition] = ("scope", "=", ("arctic", "gateway"))
OVERLAPS: Final[tuple[Condition, ...]] = (INSIDE, ("overlap_probability", ">=", OVERLAP_FROM))


def table(
    heads: Iterable[Any], rows: Iterable[Iterable[Any]], numbers: int = 0, class_: str = ""
) -> ET.Element:
    """A table whose first column is a heading and whose last `numbers` columns are figures."""
    heads = list(heads)
    plain = len(heads) - numbers
    head = (tag("th", h, scope="col", class_="n" if i >= plain else "t") for i, h in enumerate(heads))
    body = []
    for row in rows:
        cells = list(row)
        body.append(tag("tr", *(td(c, is_number=i >= plain) for i, c in enumerate(cells))))
    made = tag("table", tag("thead", tag("tr", *head)), tag("tbody", *body))
    return tag("div", made, class_=f"scroll {class_}".strip())


def td(content: Any, *, is_number: bool) -> ET.Element:
    """A cell of a table; what is not known is marked as a gap."""
    children = content if isinstance(content, list) else [content]
    gaps = {"none", "unknown", NOT_ASSESSED}
    gap = any((c if isinstance(c, str) else getattr(c, "text", "")) in gaps for c in children)
    return tag("td", *children, class_=f"{'n' if is_number else 't'}{' gap' if gap else ''}")


def first_of(ledger: CitationIndex, column: str, value: str, form: str = "") -> Cell:
    """A word of the nodes' table, read from the first row that has it."""
    row = int(ledger.rows("nodes", (column, "=", value))[0])
    node = ledger.table("nodes")["node_id"].iloc[row]
    return ledger.cell("value", "nodes", {"node_id": node}, column, form)


def country_of(ledger: CitationIndex, code: str) -> Cell:
    """The name of a country as the layer of countries has it, else its code."""
    if "countries" in ledger and len(ledger.rows("countries", ("country_iso3", "=", code))) == 1:
        return ledger.cell("value", "countries", {"country_iso3": code}, "name")
    return first_of(ledger, "country_iso3", code)


def state_of(ledger: CitationIndex, table: str) -> str:
    """The worst state of the sources that feed a table; empty where none is late."""
    return next((note.state for note in late(ledger.picture) if note.feeds == table), "")
