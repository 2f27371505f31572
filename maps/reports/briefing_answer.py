"""The first page of a briefing: what is critical, where climate and defence overlap, what is lacking.

People read places: nodes within a short way of one another. Places stand by country and name; no order
of importance is implied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from maps.reports.briefing_parts import CRITICAL, INSIDE, OVERLAPS, country_of, first_of, table
from maps.reports.charts import stacks
from maps.reports.html_document import tag

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree import ElementTree as ET

    import pandas as pd

    from maps.reports.citations import Cell, CitationIndex, Condition

__all__ = ["LOOK", "answer", "by_kind_and_country"]

LOOK: Final = (
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
_KIND = {
    "port": "port", "airfield": "airfield", "cable_landing": "cable landing", "mine": "mine",
    "rail_terminal": "railhead", "energy_site": "energy site", "ground_station": "ground station",
}  # fmt: skip
_TIED = ("place_id", "place", "country_iso3")
# Hazard -> what it does, with the value where it has one: words before, form of the value, words after.
_DOES: Final[dict[str, tuple[str, str, str]]] = {
    "ice_season_lost": ("its sea ice lasts ", ".1f", " months a year less than in 1981 to 2010"),
    "ice_season_unreliable": ("its ice season differs by ", ".1f", " months from year to year"),
    "coastal_erosion": ("its shore retreats by ", ".1f", " m a year"),
    "relative_sea_level": ("the sea rises by ", ".1f", " m within this century"),
}
# Kind -> what it offers: words before, indicator of the facility, form, words after.
_OFFERS: Final[dict[str, tuple[str, str, str, str]]] = {
    "airfield": ("a paved runway of ", "runway_length", ",.0f", " m"),
    "port": ("", "approach_depth", ".1f", " m of water in its approach"),
    "energy_site": ("", "capacity", ",.3g", " MW"),
    "cable_landing": ("cable systems in service: ", "systems_in_service", ".0f", ","),
}


def answer(ledger: CitationIndex, here: tuple[Condition, ...]) -> list[ET.Element]:
    """Critical places, overlap by country, and what an unknown alone decides; `here` narrows the nodes."""
    lacking: Condition = ("flag", "=", "insufficient_data")

    def count(*more: Condition) -> Cell:
        return ledger.cell("count", "nodes", (*here, *more))

    def places(*more: Condition) -> Cell:
        return ledger.cell("distinct", "nodes", (*here, *more), "place_id")

    some, both = places(CRITICAL), places(*OVERLAPS)
    meet = "a high climate hazard, high military relevance and people who depend on it meet in one node"
    words = (
        f" places are critical: nowhere here do {meet}"
        if not some.value
        else f" {'place is' if some.value == 1 else 'places are'} critical: there {meet}"
    )
    lead = tag(
        "p",
        some, words, ". Climate and defence overlap in ", both,
        f" {'place' if both.value == 1 else 'places'}. At ", count(lacking),
        f" {'node' if count(lacking).value == 1 else 'nodes'} an unknown alone decides.", class_="lead",
    )  # fmt: skip
    figures = tag(
        "div",
        tag("div", some, tag("span", "critical places"), class_="f-robust"),
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
        *_critical(ledger, here),
        tag("h2", "Where climate and defence overlap"),
        *_overlap(ledger, here),
        tag("h2", "What must be known first"),
        *_lacking(ledger, here),
    ]


def _bare(cell: Cell) -> ET.Element:
    return tag("b", cell=cell)


def _nodes(ledger: CitationIndex, *where: Condition) -> pd.DataFrame:
    """Nodes by country, place and name."""
    nodes = ledger.table("nodes")
    columns = ["node_id", "name", "kind", "flag", "flag_probability", "hazard_deciding", *_TIED]
    some = nodes[columns].iloc[ledger.rows("nodes", *where)]
    named = some.assign(country=[country_of(ledger, code).text for code in some["country_iso3"]])
    return named.sort_values(["country", "place", "place_id", "name", "node_id"], kind="stable")


def _of(ledger: CitationIndex, node_id: str, column: str, form: str = "") -> Cell:
    return ledger.cell("value", "nodes", {"node_id": node_id}, column, form)


def _dot(flag: str) -> ET.Element:
    return tag("span", class_=f"flag {flag}")


# --- critical places ---------------------------------------------------------------------------


def _critical(ledger: CitationIndex, here: tuple[Condition, ...]) -> list[ET.Element]:
    rows = []
    for _, nodes in _nodes(ledger, *here, CRITICAL).groupby("place_id", sort=False):
        lead = nodes.sort_values(["flag_probability", "node_id"], ascending=[False, True]).iloc[0]
        node = str(lead["node_id"])
        where: list[Any] = [tag("b", _dot(str(lead["flag"])), _of(ledger, node, "place")), tag("br"),
                            country_of(ledger, str(lead["country_iso3"]))]  # fmt: skip
        if _of(ledger, node, "scope").value == "gateway":
            where += [", ", _of(ledger, node, "scope")]
        rows.append([where, _members(ledger, nodes), _hazards(ledger, nodes), _sentence(ledger, lead)])
    if not rows:
        return [tag("p", "No node here is critical.")]
    heads = ("Place", "Critical nodes", "Hazard that decides", "In plain words")
    return [
        table(heads, rows, class_="places"),
        tag("p", "Robust from four draws of five, possible from one of five: the draws vary every anchor, "
            "the years, the ground where it is not known, and places. By country and name; no order is "
            "implied.", class_="small"),
    ]  # fmt: skip


def _members(ledger: CitationIndex, nodes: pd.DataFrame) -> list[Any]:
    parts: list[Any] = []
    for node in nodes["node_id"]:
        cells: list[Any] = [_of(ledger, node, "name"), ", ", _of(ledger, node, "kind", "words"), ": "]
        cells += [_of(ledger, node, "flag", "words"), ", ", _of(ledger, node, "flag_probability", ".0%")]
        parts.append(tag("span", *cells, class_="node"))
    return parts


def _hazards(ledger: CitationIndex, nodes: pd.DataFrame) -> list[Any]:
    """The hazards that decide, each in its words once, with how and by whom they are known."""
    parts: list[Any] = []
    for _, some in nodes.groupby("hazard_deciding", sort=False):
        node, cited = str(some["node_id"].iloc[0]), set()
        cells: list[Any] = [_of(ledger, node, "hazard_deciding"), " (", _of(ledger, node, "hazard_tier")]
        for key in (_deciding(ledger, name) for name in some["node_id"]):
            source, as_of = (ledger.cell("value", "evidence", key, c) for c in ("source_id", "as_of"))
            if (source.value, as_of.value) not in cited:
                cited.add((source.value, as_of.value))
                cells += ["; ", ledger.cell("value", "sources", {"id": source.value}, "title"), ", ", as_of]
        parts.append(tag("span", *cells, ")", class_="node"))
    return parts


def _deciding(ledger: CitationIndex, node: str) -> dict[str, Any]:
    """Key of the evidence of the hazard that decides a node."""
    deciding = str(_of(ledger, node, "hazard_deciding").value)
    rows = ledger.rows("evidence", ("node_id", "=", node), ("axis", "=", "climate"))
    evidence = ledger.table("evidence")[["dimension", "group", "indicator"]].iloc[rows].to_dict("records")
    matches = [row for row in evidence if deciding.startswith(str(row["indicator"]).replace("_", " "))]
    return {"node_id": node, "axis": "climate", **(matches[0] if matches else {})}


def _evidence(ledger: CitationIndex, node: str, axis: str) -> Mapping[str, dict[str, Any]]:
    """Known rows of evidence of a node on an axis, by indicator."""
    columns = ["dimension", "group", "indicator", "value", "label", "score"]
    rows = ledger.rows("evidence", ("node_id", "=", node), ("axis", "=", axis), ("state", "=", "known"))
    return {row["indicator"]: row for row in ledger.table("evidence")[columns].iloc[rows].to_dict("records")}


def _sentence(ledger: CitationIndex, lead: pd.Series) -> list[Any]:
    """What happens to the node that leads its place, what it offers, and who depends on it."""
    node, kind = str(lead["node_id"]), str(lead["kind"])

    def value(axis: str, row: Mapping[str, Any], form: str, column: str = "value") -> Cell:
        key = {"node_id": node, "axis": axis} | {n: row[n] for n in ("dimension", "group", "indicator")}
        return ledger.cell("value", "evidence", key, column, form)

    parts: list[Any] = [_of(ledger, node, "name"), ": "]
    hazard = _deciding(ledger, node)
    if hazard["indicator"] in _DOES:
        before, form, after = _DOES[hazard["indicator"]]
        parts += [before, value("climate", hazard, form), after]
    else:
        parts += [_ground(str(_of(ledger, node, "hazard_deciding").value))]
    facility = _evidence(ledger, node, "military")
    before, indicator, form, after = _OFFERS.get(kind, ("", "", "", ""))
    if indicator in facility:
        parts += [f"; with {before}", value("military", facility[indicator], form)]
        parts += [f"{after} it can serve defence"]
    elif kind == "mine":
        parts += ["; its material can serve defence"]
    else:
        parts += [f"; as {'an' if kind == 'energy_site' else 'a'} {_KIND[kind]} it can serve defence"]
    return [*parts, *_people(ledger, node, kind, value), "."]


def _ground(label: str) -> str:
    if "damage reported (facility)" in label:
        return "thawing ground already damages it"
    if "damage reported (town)" in label:
        return "thawing ground already damages the town"
    return (
        "it stands on frozen ground rich in ice" if "ground ice high" in label else "its frozen ground thaws"
    )


def _people(ledger: CitationIndex, node: str, kind: str, value: Any) -> list[Any]:
    known = _evidence(ledger, node, "civil")
    captive, reached = known.get("people_without_another"), known.get("people_within_50_km")
    if captive and captive["score"] > 0:
        return ["; ", value("civil", captive, ",.0f"), f" people have no other {_KIND[kind]} by road or rail"]
    place = known.get("largest_place_without_another")
    if place and place["score"] > 0:
        return ["; ", value("civil", place, "", "label"), f" has no other {_KIND[kind]}"]
    if reached:
        return ["; ", value("civil", reached, ",.0f"), " people live within reach"]
    return []


# --- overlap and what lacks --------------------------------------------------------------------


def _overlap(ledger: CitationIndex, here: tuple[Condition, ...]) -> list[ET.Element]:
    nodes = _nodes(ledger, *here, *OVERLAPS)
    outside = ledger.cell("count", "nodes", (*here, ("scope", "=", "context"), OVERLAPS[1]))
    rows = []
    for code, some in nodes.groupby("country_iso3", sort=False):
        parts: list[Any] = []
        for _, place in some.groupby("place_id", sort=False):
            parts += ["; "] if parts else []
            parts += [
                tag("b", _of(ledger, place["node_id"].iloc[0], "place")),
                " (",
                *_kinds(ledger, place),
                ")",
            ]
        at = ledger.cell("count", "nodes", (*here, ("country_iso3", "=", code), *OVERLAPS))
        rows.append([country_of(ledger, str(code)), parts, at])
    note = tag(
        "p", "Hazard moderate or high and military relevance high in half of the draws or more; most "
        "critical places are among them. Outside the boundary ", outside, " more nodes would be counted: "
        "they are context and carry no flag.", class_="small",
    )  # fmt: skip
    if not rows:
        return [tag("p", "At no node here do climate and defence overlap."), note]
    heads = ("Country or territory", "Places, and what is there", "nodes")
    return [table(heads, rows, numbers=1, class_="lists"), note]


def _kinds(ledger: CitationIndex, nodes: pd.DataFrame) -> list[Any]:
    """Kinds of some nodes, each once."""
    parts: list[Any] = []
    for node in nodes.drop_duplicates("kind")["node_id"]:
        parts += [", "] if parts else []
        parts.append(_of(ledger, node, "kind", "words"))
    return parts


def _lacking(ledger: CitationIndex, here: tuple[Condition, ...]) -> list[ET.Element]:
    rows = []
    for row in _nodes(ledger, *here, ("flag", "=", "insufficient_data")).to_dict("records"):
        node = row["node_id"]
        known: list[list[Any]] = [[word, " ", _of(ledger, node, f"{column}_class")] for word, column in
                 (("climate", "hazard"), ("military", "military"), ("people", "dependence"))]  # fmt: skip
        what = [tag("b", _of(ledger, node, "name")), ", ", _of(ledger, node, "kind", "words"), tag("br"),
                country_of(ledger, row["country_iso3"])]  # fmt: skip
        parts = tag("span", *known[0], ", ", *known[1], ", ", *known[2])
        rows.append([what, parts, _of(ledger, node, "deciding_datum")])
    if not rows:
        return [tag("p", "No flag here hangs on an unknown alone.")]
    heads = ("Node", "As far as known", "The datum that would decide")
    return [table(heads, rows, class_="lacking")]


# --- counts ------------------------------------------------------------------------------------


def by_kind_and_country(ledger: CitationIndex, here: tuple[Condition, ...]) -> list[ET.Element]:
    """Flags by kind inside the boundary, the context beside them; critical nodes by country."""
    flags = {"robust": "robust", "possible": "possible", "insufficient_data": "insuffi\u00adcient data",
             "not_flagged": "not flagged"}  # fmt: skip
    nodes = ledger.table("nodes")
    rows = []
    for kind in sorted(set(nodes["kind"].iloc[ledger.rows("nodes", *here)])):
        of: tuple[Condition, ...] = (*here, ("kind", "=", kind))
        inside = [ledger.cell("count", "nodes", (*of, INSIDE, ("flag", "=", flag))) for flag in flags]
        context = ledger.cell("count", "nodes", (*of, ("scope", "=", "context")))
        rows.append([first_of(ledger, "kind", kind, "words"), *inside, context])
    counted = table(["Kind", *flags.values(), "context"], rows, numbers=5)
    if here:
        return [counted]
    return [tag("div", counted, _by_country(ledger), class_="two")]


def _by_country(ledger: CitationIndex) -> ET.Element:
    rows: list[tuple[Cell, Cell, Cell]] = []
    for code in _nodes(ledger, CRITICAL)["country_iso3"].unique():
        at = ("country_iso3", "=", code)
        robust, possible = (
            ledger.cell("count", "nodes", (at, ("flag", "=", flag))) for flag in ("robust", "possible")
        )
        rows.append((country_of(ledger, code), robust, possible))
    if not rows:
        return tag("p", "No node is critical.")
    title = "Critical nodes by country or territory"
    return tag("figure", tag("h3", title), stacks(rows, title))
