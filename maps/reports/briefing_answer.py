"""The first page of a briefing: what is critical, where climate and defence overlap, what must be known.

A node is one port, airfield, mine or other site with classes; a place is the nodes within 25 km of one
centre. Nodes are grouped by place, because readers look for places. Places are sorted by country and name,
because the order must not imply a ranking.

A node has a class on each of three axes: climate, military and civil. The deciding hazard is the hazard that
gives the climate class, and its tier states how it is known, from measured to proxy. A node is critical if
its flag is robust or possible. Its flag is `insufficient_data` if only an unknown value keeps it open.
`filters` are conditions on the nodes, and a node must meet all of them; without them all nodes count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from maps.reports.briefing_parts import CRITICAL, INSIDE, OVERLAPS, country_of, first_of, table
from maps.reports.charts import stacks
from maps.reports.html_document import tag
from maps.reports.plain_words import deciding_key, offer, people, threat

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    import pandas as pd

    from maps.reports.citations import Cell, CitationIndex, Condition

__all__ = ["ANSWER_LOOK", "answer", "by_kind_and_country"]

ANSWER_LOOK: Final = (
    ".places table{table-layout:fixed}.places th:first-child{width:15%}.places th:nth-child(2){width:26%}"
    ".places th:nth-child(3){width:27%}.places td{overflow-wrap:anywhere}.places .node{display:block}"
    ".lists th:first-child{width:17%}.lists td:nth-child(2){width:auto}.lacking table{table-layout:fixed}"
    ".lacking th:first-child{width:27%}.lacking th:nth-child(2){width:33%}.figures .f-overlap{border-color:"
    "var(--military)}.figures .f-insufficient_data{border-color:var(--gapink)}"
    "@media screen and (max-width:640px){.scroll:is(.places,.lists,.lacking) table{min-width:0}"
    ".scroll:is(.places,.lists,.lacking) :is(table,tbody,tr,td){display:block;width:auto}"
    ".scroll:is(.places,.lists,.lacking) thead{display:none}"
    ".scroll:is(.places,.lists,.lacking) td{border:0;padding:.4mm 0;text-align:left}"
    ".scroll:is(.places,.lists,.lacking) tr{border-bottom:.6pt solid var(--line);padding:1mm 0}}"
)
_TIED = ("place_id", "place", "country_iso3")


def answer(citations: CitationIndex, filters: tuple[Condition, ...]) -> list[ET.Element]:
    """The elements of the first page: a sentence and figures, then a section on each of the three questions.

    The sections are the critical places, the overlap by country, and the nodes of flag `insufficient_data`
    with the datum that would decide each.
    """
    lacking: Condition = ("flag", "=", "insufficient_data")

    def count(*more: Condition) -> Cell:
        return citations.cell("count", "nodes", (*filters, *more))

    def places(*more: Condition) -> Cell:
        return citations.cell("distinct", "nodes", (*filters, *more), "place_id")

    # A place with several critical nodes counts once, so places are counted by their key.
    critical, both = places(CRITICAL), places(*OVERLAPS)
    meet = "a high climate hazard, high military relevance and people who depend on it meet in one node"
    words = (
        f" places are critical: nowhere here do {meet}"
        if not critical.value
        else f" {'place is' if critical.value == 1 else 'places are'} critical: there {meet}"
    )
    lead = tag(
        "p",
        critical, words, ". Climate and defence overlap in ", both,
        f" {'place' if both.value == 1 else 'places'}. At ", count(lacking),
        f" {'node' if count(lacking).value == 1 else 'nodes'} an unknown alone decides.", class_="lead",
    )  # fmt: skip
    figures = tag(
        "div",
        tag("div", critical, tag("span", "critical places"), class_="f-robust"),
        tag("div", count(CRITICAL), tag("span", "critical nodes, of which robust: ",
                                        _bare(count(("flag", "=", "robust")))), class_="f-possible"),
        tag("div", count(*OVERLAPS), tag("span", "nodes where climate and defence overlap"),
            class_="f-overlap"),
        tag("div", count(lacking), tag("span", "nodes that an unknown decides"),
            class_="f-insufficient_data"),
        class_="figures",
    )  # fmt: skip
    return [
        lead,
        figures,
        tag("h2", "Critical places"),
        *_critical(citations, filters),
        tag("h2", "Where climate and defence overlap"),
        *_overlap(citations, filters),
        tag("h2", "What must be known first"),
        *_lacking(citations, filters),
    ]


def _bare(cell: Cell) -> ET.Element:
    return tag("b", cell=cell)


def _nodes(citations: CitationIndex, *where: Condition) -> pd.DataFrame:
    """The nodes that meet all conditions, sorted by the name of the country, place and name."""
    nodes = citations.table("nodes")
    columns = ["node_id", "name", "kind", "flag", "flag_probability", "hazard_deciding", *_TIED]
    rows = nodes[columns].iloc[citations.rows("nodes", *where)]
    rows = rows.assign(country=[country_of(citations, code).text for code in rows["country_iso3"]])
    return rows.sort_values(["country", "place", "place_id", "name", "node_id"], kind="stable")


def _of(citations: CitationIndex, node_id: str, column: str, form: str = "") -> Cell:
    return citations.cell("value", "nodes", {"node_id": node_id}, column, form)


def _dot(flag: str) -> ET.Element:
    return tag("span", class_=f"flag {flag}")


# --- critical places ---------------------------------------------------------------------------


def _critical(citations: CitationIndex, filters: tuple[Condition, ...]) -> list[ET.Element]:
    rows = []
    for _, nodes in _nodes(citations, *filters, CRITICAL).groupby("place_id", sort=False):
        # The sentence on a place is about its node with the highest flag probability.
        lead = nodes.sort_values(["flag_probability", "node_id"], ascending=[False, True]).iloc[0]
        node = str(lead["node_id"])
        where: list[Any] = [tag("b", _dot(str(lead["flag"])), _of(citations, node, "place")), tag("br"),
                            country_of(citations, str(lead["country_iso3"]))]  # fmt: skip
        if _of(citations, node, "scope").value == "gateway":
            where += [", ", _of(citations, node, "scope")]
        rows.append(
            [where, _members(citations, nodes), _hazards(citations, nodes), _sentence(citations, lead)]
        )
    if not rows:
        return [tag("p", "No node here is critical.")]
    heads = ("Place", "Critical nodes", "Hazard that decides", "In plain words")
    return [
        table(heads, rows, class_="places"),
        tag("p", "Robust from four draws of five, possible from one of five: the draws vary every anchor, "
            "the years, the ground where it is not known, and places. By country and name; no order is "
            "implied.", class_="small"),
    ]  # fmt: skip


def _members(citations: CitationIndex, nodes: pd.DataFrame) -> list[Any]:
    parts: list[Any] = []
    for node in nodes["node_id"]:
        cells: list[Any] = [_of(citations, node, "name"), ", ", _of(citations, node, "kind", "words"), ": "]
        cells += [
            _of(citations, node, "flag", "words"),
            ", ",
            _of(citations, node, "flag_probability", ".0%"),
        ]
        parts.append(tag("span", *cells, class_="node"))
    return parts


def _hazards(citations: CitationIndex, nodes: pd.DataFrame) -> list[Any]:
    """The deciding hazards of the nodes, each text once, with its tier, sources and dates."""
    parts: list[Any] = []
    # Nodes of one place often share a hazard and its value: then they share one text.
    for _, group in nodes.groupby("hazard_deciding", sort=False):
        node, cited = str(group["node_id"].iloc[0]), set()
        cells: list[Any] = [
            _of(citations, node, "hazard_deciding"),
            " (",
            _of(citations, node, "hazard_tier"),
        ]
        for key in (deciding_key(citations, str(name)) for name in group["node_id"]):
            source, as_of = (citations.cell("value", "evidence", key, c) for c in ("source_id", "as_of"))
            if (source.value, as_of.value) not in cited:
                cited.add((source.value, as_of.value))
                cells += [
                    "; ",
                    citations.cell("value", "sources", {"id": source.value}, "title"),
                    ", ",
                    as_of,
                ]
        parts.append(tag("span", *cells, ")", class_="node"))
    return parts


def _sentence(citations: CitationIndex, lead: pd.Series) -> list[Any]:
    """A sentence, as texts and cells, on the node `lead`: its hazard, what it offers, who depends on it."""
    node, kind = str(lead["node_id"]), str(lead["kind"])
    return [
        _of(citations, node, "name"), ": ", *threat(citations, node), "; ", *offer(citations, node, kind),
        ", which can serve defence; ", *people(citations, node, kind), ".",
    ]  # fmt: skip


# --- overlap and what lacks --------------------------------------------------------------------


def _overlap(citations: CitationIndex, filters: tuple[Condition, ...]) -> list[ET.Element]:
    nodes = _nodes(citations, *filters, *OVERLAPS)
    # The second condition of OVERLAPS alone, the probability: a node of context is outside the scope.
    outside = citations.cell("count", "nodes", (*filters, ("scope", "=", "context"), OVERLAPS[1]))
    rows = []
    for code, of_country in nodes.groupby("country_iso3", sort=False):
        parts: list[Any] = []
        for _, place in of_country.groupby("place_id", sort=False):
            parts += ["; "] if parts else []
            parts += [
                tag("b", _of(citations, place["node_id"].iloc[0], "place")),
                " (",
                *_kinds(citations, place),
                ")",
            ]
        at = citations.cell("count", "nodes", (*filters, ("country_iso3", "=", code), *OVERLAPS))
        rows.append([country_of(citations, str(code)), parts, at])
    note = tag(
        "p", "Hazard moderate or high and military relevance high in half of the draws or more; most "
        "critical places are among them. Outside the boundary ", outside, " more nodes would be counted: "
        "they are context and carry no flag.", class_="small",
    )  # fmt: skip
    if not rows:
        return [tag("p", "At no node here do climate and defence overlap."), note]
    heads = ("Country or territory", "Places, and what is there", "nodes")
    return [table(heads, rows, numbers=1, class_="lists"), note]


def _kinds(citations: CitationIndex, nodes: pd.DataFrame) -> list[Any]:
    """Cells with the kinds of the nodes, each kind once, separated by commas."""
    parts: list[Any] = []
    for node in nodes.drop_duplicates("kind")["node_id"]:
        parts += [", "] if parts else []
        parts.append(_of(citations, node, "kind", "words"))
    return parts


def _lacking(citations: CitationIndex, filters: tuple[Condition, ...]) -> list[ET.Element]:
    rows = []
    for row in _nodes(citations, *filters, ("flag", "=", "insufficient_data")).to_dict("records"):
        node = row["node_id"]
        classes: list[list[Any]] = [[word, " ", _of(citations, node, f"{column}_class")] for word, column in
                 (("climate", "hazard"), ("military", "military"), ("people", "dependence"))]  # fmt: skip
        what = [tag("b", _of(citations, node, "name")), ", ", _of(citations, node, "kind", "words"),
                tag("br"), country_of(citations, row["country_iso3"])]  # fmt: skip
        parts = tag("span", *classes[0], ", ", *classes[1], ", ", *classes[2])
        rows.append([what, parts, _of(citations, node, "deciding_datum")])
    if not rows:
        return [tag("p", "No flag here hangs on an unknown alone.")]
    heads = ("Node", "As far as known", "The datum that would decide")
    return [table(heads, rows, class_="lacking")]


# --- counts ------------------------------------------------------------------------------------


def by_kind_and_country(citations: CitationIndex, filters: tuple[Condition, ...]) -> list[ET.Element]:
    """A table of the number of nodes by kind and flag, and a chart of the critical nodes by country.

    Returns one element: the table and the chart side by side, or the table alone if there are `filters`.
    """
    # The soft hyphen lets the longest heading break.
    flags = {"robust": "robust", "possible": "possible", "insufficient_data": "insuffi\u00adcient data",
             "not_flagged": "not flagged"}  # fmt: skip
    nodes = citations.table("nodes")
    rows = []
    for kind in sorted(set(nodes["kind"].iloc[citations.rows("nodes", *filters)])):
        of: tuple[Condition, ...] = (*filters, ("kind", "=", kind))
        inside = [citations.cell("count", "nodes", (*of, INSIDE, ("flag", "=", flag))) for flag in flags]
        context = citations.cell("count", "nodes", (*of, ("scope", "=", "context")))
        rows.append([first_of(citations, "kind", kind, "words"), *inside, context])
    counted = table(["Kind", *flags.values(), "context"], rows, numbers=5)
    if filters:
        return [counted]
    return [tag("div", counted, _by_country(citations), class_="two")]


def _by_country(citations: CitationIndex) -> ET.Element:
    rows: list[tuple[Cell, Cell, Cell]] = []
    for code in _nodes(citations, CRITICAL)["country_iso3"].unique():
        at = ("country_iso3", "=", code)
        robust, possible = (
            citations.cell("count", "nodes", (at, ("flag", "=", flag))) for flag in ("robust", "possible")
        )
        rows.append((country_of(citations, code), robust, possible))
    if not rows:
        return tag("p", "No node is critical.")
    title = "Critical nodes by country or territory"
    return tag("figure", tag("h3", title), stacks(rows, title))
