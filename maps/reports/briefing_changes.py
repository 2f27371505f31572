"""The section of a briefing on the changes since the earlier picture, flags first, with their causes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from maps.reports.briefing_parts import table
from maps.reports.html_document import tag

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from maps.reports.citations import Cell, CitationIndex, Condition

__all__ = ["CHANGES_LOOK", "changes"]

_ROWS_LISTED = 12  # changed nodes in the briefing; the table `changes` has all of them
_CHANGES = ("flag changed", "added", "gone", "moved", "changed")
_CAUSES = ("source changed", "world changed", "method changed")
CHANGES_LOOK: Final = (
    ".changes,.counts{margin-bottom:3mm}.changes table{table-layout:fixed}.changes td{overflow-wrap:anywhere}"
    ".changes th:first-child{width:22%}.changes th:nth-child(2){width:12%}.changes th:nth-child(3),"
    ".changes th:nth-child(4){width:15%}.counts table{width:auto;min-width:0}.counts .n{padding-left:6mm}"
    ".counts tr:last-child td{font-weight:600}.renewed table{table-layout:fixed}"
    "@media screen and (max-width:640px){.scroll:is(.counts,.changes,.renewed) table{min-width:0}"
    ".counts .n{padding-left:0}"
    ".changes :is(table,tbody,tr,td),.changes td:first-child{display:block;width:auto}"
    ".changes thead{display:none}"
    ".changes td{border:0;padding:.4mm 0}.changes tr{border-bottom:.6pt solid var(--line);padding:1mm 0}"
    ".changes td:nth-child(n+2):nth-child(-n+4){display:inline;vertical-align:baseline}"
    ".changes td:nth-child(3)::before{content:': was '}.changes td:nth-child(4)::before{content:', is '}}"
)


def changes(citations: CitationIndex, filters: tuple[Condition, ...]) -> list[ET.Element]:
    """The section on the changes since the earlier picture; empty if there is no earlier picture.

    `filters` are conditions on the nodes. With `filters` the changes of sources and methods are left out.
    """
    if citations.picture.before is None:
        return []
    day, seq, name, status = (
        citations.cell("value", "before", (), column) for column in ("day", "seq", "id", "status")
    )
    parts = [
        tag("h2", "What changed since ", day),
        tag("p", f"This picture, of {citations.picture.day.isoformat()}, compared with picture ", seq, " (",
            name, ") of ", day, ", which was ", status, " when it was made.", class_="small"),
    ]  # fmt: skip
    if "changes" not in citations:
        return [*parts, tag("p", "The earlier picture could not be read: what changed is unknown.",
                            class_="gap")]  # fmt: skip
    of_nodes: tuple[Condition, ...] = (*filters, ("subject", "=", "node"))
    places = _places(citations, *of_nodes)
    parts += (
        _changed_nodes(citations, of_nodes, places) if places else [tag("p", "No node and no flag differs.")]
    )
    return parts if filters else [*parts, *_changed_sources(citations)]


def _places(citations: CitationIndex, *where: Condition) -> list[int]:
    """Values of the column `place` of the changes that meet the conditions, in the order of the table."""
    rows = citations.rows("changes", *where)
    return [int(place) for place in citations.table("changes")["place"].iloc[rows]]


def _changed_nodes(
    citations: CitationIndex, of_nodes: tuple[Condition, ...], places: list[int]
) -> list[ET.Element]:
    def count(*more: Condition) -> Cell:
        return citations.cell("count", "changes", (*of_nodes, *more))

    counts = [
        [head, *(count(("change", "=", change), ("cause", "=", cause)) for cause in _CAUSES),
         count(("change", "=", change))]
        for change, head in zip(_CHANGES, ("Flag changed", "Added", "Gone", "Moved", "Changed otherwise"),
                                 strict=True)
    ]  # fmt: skip
    counts.append(["All", *(count(("cause", "=", cause)) for cause in _CAUSES), count()])
    heads = ("Node", "What", "Was", "Is", "Cause")
    rows = [_changed_row(citations, place) for place in places[:_ROWS_LISTED]]
    more = [tag("p", "The first of ", count(), "; the table of changes in the GeoPackage holds them all.",
                class_="small")] * (len(places) > _ROWS_LISTED)  # fmt: skip
    return [
        table(["Nodes", *_CAUSES, "all"], counts, numbers=4, class_="counts"),
        table(heads, rows, class_="changes"),
        *more,
    ]


def _changed_row(citations: CitationIndex, place: int) -> list[Any]:
    def of(column: str, form: str = "") -> Cell:
        return citations.cell("value", "changes", {"place": place}, column, form)

    what = of("what", "words") if of("change").value == "changed" else of("change")
    return [
        [tag("b", of("name")), tag("br"), of("kind", "words"), ", ", of("country_iso3")],
        what, of("was"), of("now"), [tag("b", of("cause")), ": ", of("why")],
    ]  # fmt: skip


def _changed_sources(citations: CitationIndex) -> list[ET.Element]:
    """The sources, layers and methods that differ."""

    def of(place: int, *columns: str) -> list[Cell]:
        return [citations.cell("value", "changes", {"place": place}, column) for column in columns]

    def places(subject: str) -> list[int]:
        return _places(citations, ("subject", "=", subject))

    rows = [of(place, "name", "was", "now", "why") for place in places("source")]
    items = [tag("li", "The method: ", *of(place, "name")) for place in places("method")]
    for place in places("rows"):
        name, count, change, cause = of(place, "name", "rows", "change", "cause")
        items.append(tag("li", name, ", rows ", change, ": ", count, " (", cause, ")"))
    return [
        *([table(("Source", "Was", "Is", "What differs"), rows, class_="renewed")] if rows else []),
        *([tag("ul", *items)] if items else []),
        *([] if rows or items else [tag("p", "No source and no rule differs.")]),
    ]
