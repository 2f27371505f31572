"""What depends on what, in a briefing: nodes on which people depend alone, cables, corridors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maps.reports.briefing_parts import table
from maps.reports.html_document import tag

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    import pandas as pd

    from maps.reports.citations import CitationIndex, Condition

__all__ = ["flows"]

_LISTED = 12
_KEY = ("thing_id", "effect", "mode", "place_id", "months")


def flows(citations: CitationIndex, filters: tuple[Condition, ...]) -> list[ET.Element]:
    """Return the section; empty for a picture without the flow network.

    `filters` are conditions on the places that depend. Cables and corridors are the same in every briefing.
    """
    if "dependants" not in citations or not len(citations.table("dependants")):
        return []
    return [
        tag("h2", "What depends on what"),
        tag("p", "If one thing alone fails: an assumption, no forecast, and only for civil places. ",
            _note(citations, "dependants"), class_="small"),
        *_things(citations, filters),
        *_cables(citations),
        *_corridors(citations),
    ]  # fmt: skip


def _note(citations: CitationIndex, layer_id: str) -> Any:
    return citations.cell("value", "layers", {"id": layer_id}, "note")


def _things(citations: CitationIndex, filters: tuple[Condition, ...]) -> list[ET.Element]:
    """Return the table of nodes and groups whose loss cuts off most people."""
    where: tuple[Condition, ...] = (
        *filters, ("effect", "=", "cut_off"), ("place_kind", "=", "settlement"),
        ("thing_kind", "=", ("node", "risk_group")),
    )  # fmt: skip
    frame = citations.table("dependants").iloc[citations.rows("dependants", *where)]
    if frame.empty:
        return [tag("p", "No settlement is cut off from a flow by one node alone.")]
    people = frame.groupby(["thing_id", "flows", "months"])["people"].sum().sort_values(ascending=False)
    first = people.reset_index().drop_duplicates("thing_id").head(_LISTED)
    rows = []
    for thing_id, of_flows, months in first[["thing_id", "flows", "months"]].itertuples(index=False):
        own: tuple[Condition, ...] = (
            *filters, ("thing_id", "=", thing_id), ("effect", "=", "cut_off"), ("flows", "=", of_flows),
            ("months", "=", months), ("place_kind", "=", "settlement"),
        )  # fmt: skip
        one = _one(frame, thing_id, of_flows, months)
        known: Condition = ("people", ">=", 0)
        rows.append([
            citations.cell("value", "dependants", one, "thing"),
            citations.cell("value", "dependants", one, "flows"),
            citations.cell("value", "dependants", one, "months", "months"),
            citations.cell("count", "dependants", own),
            citations.cell("sum", "dependants", own, "people", ",.0f"),
            citations.cell("count", "dependants", (*own, known)),
        ])  # fmt: skip
    heads = [
        "If this fails",
        "cut off from (data: by cable)",
        "months",
        "settlements",
        "people known",
        "known in",
    ]
    return [
        tag("h3", "Nodes and shared risks on which most people depend"), table(heads, rows, numbers=3),
        *_recovery(citations, first["thing_id"]),
    ]  # fmt: skip


def _recovery(citations: CitationIndex, things: pd.Series) -> list[ET.Element]:
    """Return the table of repair, stock, detour and substitute of the nodes among `things`."""
    if "node_recovery" not in citations:
        return []
    known = set(citations.table("node_recovery")["node_id"])
    ids = [key for key in things if key in known]
    if not ids:
        return []
    forms = {"detour_03_km": ",.0f", "detour_09_km": ",.0f", "substitute_straight_km": ",.0f"}
    columns = ("substitute", "repair_low_days", "repair_high_days", "repair_incidents", "stock_low_days",
               "stock_high_days", "detour_03_km", "detour_09_km", "substitute_straight_km")  # fmt: skip
    named = citations.table("dependants").drop_duplicates("thing_id").set_index("thing_id")
    rows = [
        [
            citations.cell(
                "value", "dependants", {"thing_id": key, **named.loc[key, list(_KEY[1:])]}, "thing"
            ),
            *(
                citations.cell("value", "node_recovery", {"node_id": key}, one, forms.get(one, ""))
                for one in columns
            ),
        ]
        for key in ids
    ]
    heads = ["Node", "substitute", "repair, days, from", "to", "incidents", "on stock, days, from", "to",
             "detour in March, km", "in September, km", "to the substitute, km"]  # fmt: skip
    return [
        tag("h3", "Repair, stock, detour and substitute of these nodes"),
        table(heads, rows, numbers=8),
        tag("p", _note(citations, "node_recovery"), class_="small"),
    ]


def _one(frame: pd.DataFrame, thing_id: str, of_flows: str, months: str) -> dict[str, Any]:
    """Return the key of the first row of a thing with these flows and months."""
    is_own = (frame["thing_id"] == thing_id) & (frame["flows"] == of_flows) & (frame["months"] == months)
    row = frame[is_own].iloc[0]
    return {name: row[name] for name in _KEY}


def _cables(citations: CitationIndex) -> list[ET.Element]:
    if "cable_cases" not in citations:
        return []
    columns = ("cables_out", "cable_count", "left_after_one", "left_after_two", "risk_disjoint",
               "published_paths")  # fmt: skip
    rows = [
        [
            citations.cell("value", "cable_cases", {"community": name}, column)
            for column in ("community", *columns)
        ]
        for name in citations.table("cable_cases")["community"]
    ]
    heads = ["Community", "Cables out", "number", "left after one", "after two", "without a shared risk",
             "paths, as published"]  # fmt: skip
    return [
        tag("h3", "Cables"),
        table(heads, rows, numbers=5),
        tag("p", _note(citations, "cable_cases"), " Where no cable of a community is on file, its ways are "
            "unknown: fibre on land is in no source.", class_="small"),
    ]  # fmt: skip


def _corridors(citations: CitationIndex) -> list[ET.Element]:
    if "corridors" not in citations or not len(citations.table("corridors")):
        return []
    forms = {"best_km": ",.0f", "second_km": ",.0f"}
    columns = ("name", "best_modes", "borders", "best_km", "second_km", "needed_links", "known_open_months")
    rows = [
        [
            citations.cell("value", "corridors", {"corridor_id": key}, one, forms.get(one, ""))
            for one in columns
        ]
        for key in citations.table("corridors")["corridor_id"]
    ]
    heads = ["Ends", "best way", "borders", "km", "second way, km", "lines that every way passes",
             "months with a way"]  # fmt: skip
    return [
        tag("h3", "Corridors"),
        tag("p", "The priority corridors of NATO and of the EU for military mobility are not public: these "
            "ends are our own choice, and show where the civil network has a second way with no common line.",
            class_="small"),
        table(heads, rows, numbers=4),
        tag("p", _note(citations, "corridors"), class_="small"),
    ]  # fmt: skip
