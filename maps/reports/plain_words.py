"""Words of a briefing for readers who are no experts: what a site is, what threatens it, who depends on it.

The functions return texts and cells in reading order, as children of an element.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from maps.reports.story_places import node_cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from maps.reports.citations import Cell, CitationIndex

__all__ = [
    "KIND", "KINDS", "cut_off", "deciding_key", "deciding_row", "evidence_cell", "evidence_of",
    "ground_words", "next_as_large", "offer", "people", "threat",
]  # fmt: skip

KIND: Final = {
    "port": "port", "airfield": "airfield", "cable_landing": "cable landing", "mine": "mine or plant",
    "rail_terminal": "railhead", "energy_site": "power plant", "ground_station": "satellite ground station",
}  # fmt: skip
KINDS: Final = {kind: f"{word}s" for kind, word in KIND.items()} | {"mine": "mines and plants"}
# Hazard -> its effect in a sentence: words before the value, form of the value, words after the value.
_DOES: Final[dict[str, tuple[str, str, str]]] = {
    "ice_season_lost": ("its sea ice lasts ", ".1f", " months a year less than in 1981 to 2010"),
    "ice_season_unreliable": ("its ice season differs by ", ".1f", " months from year to year"),
    "coastal_erosion": ("its shore retreats by ", ".1f", " metres a year"),
    "relative_sea_level": ("the sea there changes by ", "±.1f", " metres within this century"),
}
# Kind of node -> what it offers: words before the value, indicator of the value, its form, words after it.
_OFFERS: Final[dict[str, tuple[str, str, str, str]]] = {
    "airfield": ("an airfield with a paved runway of ", "runway_length", ",.0f", " metres"),
    "port": ("a port with ", "approach_depth", ".1f", " metres of water in its approach"),
    "energy_site": ("a power plant of ", "capacity", ",.3g", " megawatts"),
    "cable_landing": ("a cable landing; cable systems in service: ", "systems_in_service", ".0f", ""),
}


def evidence_of(citations: CitationIndex, node: str, axis: str) -> Mapping[str, dict[str, Any]]:
    """The rows of evidence of a node on `axis` whose value is known: from indicator to row."""
    columns = ["dimension", "group", "indicator", "value", "label", "score"]
    rows = citations.rows("evidence", ("node_id", "=", node), ("axis", "=", axis), ("state", "=", "known"))
    return {
        row["indicator"]: row for row in citations.table("evidence")[columns].iloc[rows].to_dict("records")
    }


def evidence_cell(
    citations: CitationIndex, node: str, axis: str, row: Mapping[str, Any], form: str, column: str = "value"
) -> Cell:
    """The cell of a column of a row of evidence that `evidence_of` returned."""
    key = {"node_id": node, "axis": axis} | {name: row[name] for name in ("dimension", "group", "indicator")}
    return citations.cell("value", "evidence", key, column, form)


def deciding_row(citations: CitationIndex, node: str) -> dict[str, Any]:
    """The row of evidence of the hazard that decides about a node; empty without one."""
    # The text in `hazard_deciding` begins with the name of its indicator, in words.
    deciding = str(node_cell(citations, node, "hazard_deciding").value)
    rows = evidence_of(citations, node, "climate")
    return next((row for name, row in rows.items() if deciding.startswith(name.replace("_", " "))), {})


def deciding_key(citations: CitationIndex, node: str) -> dict[str, Any]:
    """The columns and values that identify the row of evidence of the hazard that decides about a node."""
    row = deciding_row(citations, node)
    names = ("dimension", "group", "indicator") if row else ()
    return {"node_id": node, "axis": "climate"} | {name: row[name] for name in names}


def ground_words(label: str) -> str:
    """The state of frozen ground in words, from the label of its hazard."""
    if "damage reported (facility)" in label:
        return "thawing ground already damages it"
    if "damage reported (town)" in label:
        return "thawing ground already damages the town"
    if "ground ice high" in label:
        return "it stands on frozen ground rich in ice"
    return "thawing ground troubles the town" if "town, problems only" in label else "its frozen ground thaws"


def threat(citations: CitationIndex, node: str) -> list[Any]:
    """The hazard that decides about a node, in words."""
    row = deciding_row(citations, node)
    if row.get("indicator") in _DOES:
        before, form, after = _DOES[row["indicator"]]
        return [before, evidence_cell(citations, node, "climate", row, form), after]
    return [ground_words(str(node_cell(citations, node, "hazard_deciding").value))]


def offer(citations: CitationIndex, node: str, kind: str) -> list[Any]:
    """What a site is, with its size if it is known."""
    before, indicator, form, after = _OFFERS.get(kind, ("", "", "", ""))
    rows = evidence_of(citations, node, "military")
    if indicator in rows:
        return [before, evidence_cell(citations, node, "military", rows[indicator], form), after]
    return [f"a {KIND[kind]}" if kind != "airfield" else "an airfield"]


def cut_off(citations: CitationIndex, node: str, kind: str) -> list[Any]:
    """How many people within 50 km have no other site of the kind, and how many of them in one town."""
    civil = evidence_of(citations, node, "civil")
    cell = evidence_cell(citations, node, "civil", civil["people_without_another"], ",.0f")
    parts: list[Any] = [cell, f" people within fifty kilometres have no other {KIND[kind]} by road or rail"]
    town = civil.get("largest_place_without_another")
    # Where the town is all of them, its number would only repeat the first.
    if town and 0 < town["value"] < cell.value:
        number, name = (
            evidence_cell(citations, node, "civil", town, form, column)
            for form, column in ((",.0f", "value"), ("", "label"))
        )
        parts += [", ", number, " of them in ", name]
    return parts


def people(citations: CitationIndex, node: str, kind: str) -> list[Any]:
    """Who depends on a site; the strongest statement that holds."""
    civil = evidence_of(citations, node, "civil")
    captive, place = civil.get("people_without_another"), civil.get("largest_place_without_another")
    if captive and captive["score"] > 0:
        return cut_off(citations, node, kind)
    if place and place["score"] > 0:
        label = evidence_cell(citations, node, "civil", place, "", "label")
        return [label, f" has no other {KIND[kind]}"]
    if "people_within_50_km" in civil:
        cell = evidence_cell(citations, node, "civil", civil["people_within_50_km"], ",.0f")
        return [
            cell,
            " people live within fifty kilometres, and count as served by it; no list says who uses it",
        ]
    return ["how many people depend on it is unknown"]


def next_as_large(citations: CitationIndex, node: str, kind: str) -> list[Any]:
    """How far the next site of its kind is that is at least as large; empty if that is not on file."""
    if kind != "airfield" or "measures" not in citations:
        return []
    cell = citations.cell("value", "measures", {"node_id": node}, "own_class_km", ",.0f")
    return [] if cell.text == "unknown" else ["the next airfield as large is ", cell, " km away"]
