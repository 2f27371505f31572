"""The draft baseline standards in a briefing: results, and requests for the data that are unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from maps.reports.briefing_parts import table
from maps.reports.html_document import tag

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from maps.reports.citations import Cell, CitationIndex, Condition

__all__ = ["data_requests", "standards"]

_RESULTS: Final = ("pass", "fail", "unknown", "not_applicable")
_APPLICABLE: Final[Condition] = ("result", "=", _RESULTS[:3])


def standards(citations: CitationIndex, filters: tuple[Condition, ...]) -> list[ET.Element]:
    """A table of the number of nodes by standard and result; empty if the picture has no standards.

    `filters` are conditions on the nodes, such as on their country.
    """
    if "standards" not in citations:
        return []
    results = citations.table("standards").iloc[citations.rows("standards", *filters)]
    first_nodes = results.drop_duplicates("standard_id").set_index("standard_id")["node_id"]
    rows = []
    for standard_id, node_id in first_nodes.items():
        one = {"node_id": node_id, "standard_id": standard_id}
        title = citations.cell("value", "standards", one, "title")
        threshold = citations.cell("value", "standards", one, "threshold")
        counts = [_count(citations, filters, standard_id, ("result", "=", result)) for result in _RESULTS]
        rows.append([title, threshold, *counts])
    if not rows:
        return []
    return [
        tag("h2", "Draft baseline standards"),
        tag("p", "A proposal of this project, not a norm. Unknown is the commonest answer, and the finding."),
        table(["Standard", "Asked", "pass", "fail", "unknown", "not asked"], rows, numbers=4),
    ]


def data_requests(citations: CitationIndex, filters: tuple[Condition, ...]) -> list[ET.Element]:
    """A table of requests for data, for the standards that are unknown at over 80 % of the nodes.

    With `filters`, conditions on the nodes, the counts are limited to the nodes that meet them. A request
    for which no node is unknown is left out.
    """
    if "data_requests" not in citations:
        return []
    rows = []
    for standard_id in citations.table("data_requests")["standard_id"]:
        request = {"standard_id": standard_id}
        title, wanted, from_whom = (
            citations.cell("value", "data_requests", request, column)
            for column in ("title", "wanted", "from_whom")
        )
        if filters:
            unknown = _count(citations, filters, standard_id, ("result", "=", "unknown"))
            applicable = _count(citations, filters, standard_id, _APPLICABLE)
        else:
            unknown, applicable = (
                citations.cell("value", "data_requests", request, column, ",")
                for column in ("unknown", "applicable")
            )
        if unknown.value:
            rows.append([title, [wanted, "; from ", from_whom], unknown, applicable])
    if not rows:
        return []
    return [
        tag("h3", "Data requests"),
        table(["Standard", "What would answer it", "unknown", "of nodes asked"], rows, numbers=2),
    ]


def _count(
    citations: CitationIndex, filters: tuple[Condition, ...], standard_id: str, result: Condition
) -> Cell:
    """The number of nodes that meet `filters` and have a result of a standard."""
    return citations.cell("count", "standards", (*filters, ("standard_id", "=", standard_id), result))
