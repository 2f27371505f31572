"""The draft baseline standards in a briefing: their results, and requests for the data that are missing.

A draft baseline standard, S01 to S20, is a check of a node on open data. It is a proposal of this project
(method §8). `filters` are conditions on the nodes, such as on their country, and a node must meet all of
them; without them all nodes count. The functions return HTML elements, in the order of the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from maps.reports.briefing_parts import table
from maps.reports.html_document import tag

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from maps.reports.citations import Cell, CitationIndex, Condition

__all__ = ["data_requests", "standards"]

_RESULTS: Final = ("pass", "fail", "unknown", "not_applicable")
# The standard applies to a node that has one of the first three results.
_APPLICABLE: Final[Condition] = ("result", "=", _RESULTS[:3])


def standards(citations: CitationIndex, filters: tuple[Condition, ...]) -> list[ET.Element]:
    """A heading, a note and a table: the number of nodes by standard and result.

    Empty if the picture has no table `standards`, or no row of it meets `filters`.
    """
    if "standards" not in citations:
        return []
    results = citations.table("standards").iloc[citations.rows("standards", *filters)]
    first_nodes = results.drop_duplicates("standard_id").set_index("standard_id")["node_id"]
    rows = []
    # Title and threshold are the same at every node, so the cells of the first node are cited.
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
        table(["Standard", "Requirement", "pass", "fail", "unknown", "not applicable"], rows, numbers=4),
    ]


def data_requests(citations: CitationIndex, filters: tuple[Condition, ...]) -> list[ET.Element]:
    """A heading and a table of requests for data, one row for each standard that is mostly unknown.

    The layer `data_requests` lists the standards that are unknown at over 80 % of all nodes to which they
    apply, whatever `filters` are. The numbers in the table are those of the nodes that meet `filters`. A
    request for which none of them is unknown is left out. Empty if there is no such layer or no request.
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
        # The numbers in the layer are of the whole snapshot; for some nodes the results are counted again.
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
        table(["Standard", "What would answer it", "unknown", "of nodes concerned"], rows, numbers=2),
    ]


def _count(
    citations: CitationIndex, filters: tuple[Condition, ...], standard_id: str, result: Condition
) -> Cell:
    """The number of nodes that meet `filters` and have `result`, a condition, for the standard."""
    return citations.cell("count", "standards", (*filters, ("standard_id", "=", standard_id), result))
