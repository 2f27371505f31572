"""The scene of three cases: critical sites of different kinds and countries, chosen by a stated rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from maps.reports.briefing_parts import CRITICAL, country_of
from maps.reports.html_document import tag
from maps.reports.plain_words import KIND, evidence_of, next_as_large, offer, people, threat
from maps.reports.story_map import small_map
from maps.reports.story_parts import joined, scene
from maps.reports.story_places import node_cell

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from maps.reports.citations import CitationIndex, Condition
    from maps.reports.story_parts import Story

__all__ = ["cases", "chosen"]

_CASES: Final = 3
_HALF_M: Final = 600_000.0  # half the side of a small map


def chosen(citations: CitationIndex, filters: tuple[Condition, ...], country: str | None) -> tuple[str, ...]:
    """The nodes of the cases, at most three.

    The critical nodes are taken from the surest to the least sure, and those that are equally sure by the
    people who have no other. The first one is a case; then the next of another kind in another country, and
    so on. In one country it is the next of another kind in another place, and then in another place.
    """
    nodes = citations.table("nodes").iloc[citations.rows("nodes", *filters, CRITICAL)]
    alone = []
    for node in nodes["node_id"]:
        row = evidence_of(citations, str(node), "civil").get("people_without_another")
        alone.append(float(row["value"]) if row else 0.0)
    order: Any = nodes.assign(alone=alone).sort_values(
        ["flag_probability", "alone", "node_id"], ascending=[False, False, True]
    )
    apart = "place_id" if country else "country_iso3"
    cases: list[tuple[str, str, str]] = []
    for must_differ in (True, False):
        for node, kind, where in order[["node_id", "kind", apart]].itertuples(index=False):
            is_new_kind = kind not in {one[1] for one in cases}
            is_new_place = where not in {one[2] for one in cases}
            if is_new_place and (is_new_kind or not must_differ):
                cases.append((str(node), str(kind), str(where)))
    return tuple(node for node, _, _ in cases[:_CASES])


def cases(story: Story) -> ET.Element:
    """The scene: for each case what it is, what threatens it, who depends, and what would change it."""
    if not story.cases:
        return scene(story, "scene-cases", tag("p", "No site in ", *story.here, " is critical, so there is "
                                               "no case to tell."))  # fmt: skip
    elsewhere = "place" if story.country else "country"
    rule = (
        "Chosen by a rule: of the sites that stay critical in most trials, the one with most people who have "
        f"no other; then the next ones in another {elsewhere} and of another kind."
    )
    cards = [_card(story, node) for node in story.cases]
    return scene(story, "scene-cases", tag("p", rule, class_="small"), tag("div", *cards, class_="cards"))


def _card(story: Story, node: str) -> ET.Element:
    citations = story.citations
    kind = str(node_cell(citations, node, "kind").value)
    place = next(one for one in story.places if node in one.nodes)
    country = country_of(citations, place.country_iso3)
    name, town = node_cell(citations, node, "name"), node_cell(citations, node, "place")
    label = f"Map of the case: {name.text}, {country.text}"
    where: list[Any] = [] if town.text in name.text else [town, ", "]
    lines = (
        ("What it is:", offer(citations, node, kind)),
        ("What threatens it:", [*threat(citations, node), *_report(citations, node)]),
        ("Who depends on it:", joined([people(citations, node, kind), next_as_large(citations, node, kind)])),
        ("Defence use:", _defence(citations, node)),
        ("What would change this:", _change(citations, node, kind)),
    )
    details = [tag("div", tag("dt", head), " ", tag("dd", *_sentence(words))) for head, words in lines]
    return tag(
        "article",
        tag("div", small_map(citations, place, _HALF_M, label),
            tag("div", tag("h3", name), tag("p", *where, country, class_="small")), class_="who"),
        tag("dl", *details), class_="card",
    )  # fmt: skip


def _sentence(words: list[Any]) -> list[Any]:
    """The words with a capital at the beginning and a full stop at the end."""
    first = words[0]
    head = first[:1].upper() + first[1:] if isinstance(first, str) else first
    end = "" if isinstance(words[-1], str) and words[-1].endswith(".") else "."
    return [head, *words[1:], end]


def _report(citations: CitationIndex, node: str) -> list[Any]:
    """The report of damage by thaw behind the hazard, with its source; empty without one."""
    key = {"node_id": node, "fact": "thaw_damage"}
    if not len(citations.rows("climate_facts", *((k, "=", v) for k, v in key.items()))):
        return []
    note = str(citations.cell("value", "climate_facts", key, "note").value)
    reports = citations.table("thaw_damage")
    # The note of a fact quotes its report word for word.
    fits = [row.feature_id for row in reports.itertuples() if f"{row.what}: {row.source_title} (" in note]
    if len(fits) != 1:
        return []
    what, title, day, seen = (
        citations.cell("value", "thaw_damage", {"feature_id": fits[0]}, column)
        for column in ("what", "source_title", "as_of", "seen_on")
    )
    # A source without a date has the day of reading as its date.
    dated = ["read ", seen] if day.value == seen.value else [day]
    return [": ", what, " (", title, "; ", *dated, ")"]


def _defence(citations: CitationIndex, node: str) -> list[Any]:
    """What public documents say of its use for defence."""
    where = {"node_id": node, "axis": "military", "indicator": "documented_use"}
    rows = citations.rows("evidence", *((k, "=", v) for k, v in where.items()))
    if not len(rows):
        return ["no public document on its use for defence is on file"]
    state, note, value = (
        citations.cell("value", "evidence", where, column) for column in ("state", "note", "value")
    )
    if state.value == "not_applicable":
        return [
            "a treaty rules military use out (",
            note,
            "); it counts by its size, connections and place alone",
        ]
    if state.value != "known" or not value.value:
        return [
            "no public document on file names it; that it can serve defence follows from its size and place"
        ]
    papers = citations.table("documented_dual_use")
    fits = [row.feature_id for row in papers.itertuples() if str(row.quote) in str(note.value)]
    if not fits:
        return ["a public document names its use for defence"]
    title, day = (
        citations.cell("value", "documented_dual_use", {"feature_id": fits[0]}, column)
        for column in ("source_title", "published_on")
    )
    return ["a public document names it: ", title, ", ", day]


def _change(citations: CitationIndex, node: str, kind: str) -> list[Any]:
    """What would take the finding away: sound ground, or fewer people who depend on it."""
    parts: list[Any] = ["a survey that shows sound ground, or a repair that lasts"]
    where: tuple[Condition, ...] = (("node_id", "=", node), ("axis", "=", "civil"), ("after", "=", "low"))
    rows: Any = citations.rows("exits", *where) if "exits" in citations else []
    civil = evidence_of(citations, node, "civil")
    for what, anchor in citations.table("exits")[["what", "anchor"]].iloc[rows].itertuples(index=False):
        if what in civil:
            key = {"node_id": node, "axis": "civil", "what": what, "anchor": anchor}
            at = citations.cell("value", "exits", key, "at", ",.0f")
            who = "have no other" if what == "people_without_another" else "live within fifty kilometres"
            return [*parts, "; or if fewer than ", at, f" people {who}"]
    other = f"another {KIND[kind]} in reach by road or rail" if civil else ""
    return [*parts, f"; or {other}" if other else ""]
