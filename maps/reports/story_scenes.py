"""Three scenes of the story: where climate meets defence, what it costs and whom, what we do not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from maps.reports.briefing_parts import CRITICAL, INSIDE, OVERLAPS
from maps.reports.charts import bars
from maps.reports.html_document import tag
from maps.reports.plain_words import KIND, KINDS
from maps.reports.story_parts import chart, plural, scene
from maps.reports.story_places import node_cell, sites_of

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from maps.reports.citations import Cell, Condition
    from maps.reports.story_parts import Story

__all__ = ["cost", "overlap", "unknown"]

_LACKING: Final[Condition] = ("flag", "=", "insufficient_data")
_ASKED: Final[Condition] = ("result", "=", ("pass", "fail", "unknown"))
# Draft standard -> what its failure means, for one site and for several.
_FAILS: Final[dict[str, tuple[str, str]]] = {
    "S04": ("stands on ground that does not hold at 2\u00a0°C", "stand on ground that does not hold at "
    "2\u00a0°C"),
    "S10": ("has neither railway nor main road near", "have neither railway nor main road near"),
    "S05": ("stands on a shore that retreats", "stand on a shore that retreats"),
}  # fmt: skip


# Draft standard -> its question in plain words, for the standards that most often have no answer.
_QUESTIONS: Final = {
    "S02": "How far does each warmer level go?", "S05": "Does the shore hold?",
    "S06": "Is it above a higher sea?", "S14": "Does the cable land on firm shore?",
    "S16": "What can the railway carry?", "S17": "How rich is the ore?", "S18": "What fails if one part "
    "fails?",
}  # fmt: skip


def overlap(story: Story) -> ET.Element:
    """The scene on the critical places and the overlap: how many, why there, of which kinds."""
    citations = story.citations
    critical = story.critical()
    both = citations.cell("distinct", "nodes", (*story.filters, *OVERLAPS), "place_id")
    if not critical.value:
        return scene(story, "scene-overlap", *_nothing_critical(story, both))
    places = citations.cell("distinct", "nodes", (*story.filters, CRITICAL), "place_id")
    sure = story.critical(("flag", "=", "robust"))
    thaw = story.critical(("indicator", "=", "permafrost_thaw"), ("value", ">=", 2), table="evidence")
    seen = story.critical(("indicator", "=", "thaw_damage"), ("value", ">=", 1), table="evidence")
    paragraph = tag(
        "p", "At ", critical, f" {plural(critical, 'site', 'sites')} in ", places,
        f" {plural(places, 'place', 'places')} of ", *story.here,
        " three things meet: a climate hazard that is high, public features that let it serve defence, and "
        "people who depend on it. We call such a site critical. ", sure,
        f" {plural(sure, 'holds', 'hold')} in four of five trials with other assumptions, "
        "the others only in some. Climate and defence meet in ", both,
        f" {plural(both, 'place', 'places')} in all. Why there: at ", thaw,
        " of the critical sites the hazard is frozen ground that thaws, and at ", seen,
        f" {plural(seen, 'a report tells', 'reports tell')} of damage to the site or its town.",
    )  # fmt: skip
    return scene(story, "scene-overlap", paragraph, *_by_kind(story))


def _by_kind(story: Story) -> list[ET.Element]:
    kinds = sorted(set(sites_of(story.citations, *story.filters, CRITICAL)["kind"]))
    rows = [(KINDS[kind], story.critical(("kind", "=", kind))) for kind in kinds]
    rows.sort(key=lambda row: -row[1].value)
    title = "Critical sites by kind, number"
    most = max(cell.value for _, cell in rows)
    return [chart(title, bars(rows, most, title, "robust-bar", left=104, right=235))]


def _nothing_critical(story: Story, both: Cell) -> list[ET.Element]:
    """What is said where no site is critical; `both` is the number of places of overlap."""
    also: list[Any] = (
        ["Climate and defence meet in ", both, f" {plural(both, 'place', 'places')}, ",
         "but there the hazard is only moderate, or few people depend on the site."] if both.value else
        ["Nor is there a site where climate and defence meet."]
    )  # fmt: skip
    words = tag(
        "p", "No site in ", *story.here, " is critical: nowhere do a high climate hazard, a high use for "
        "defence and people who depend on it meet. ", *also,
    )  # fmt: skip
    if not story.inside().value:
        outside = (
            "All its sites lie outside the boundary of the Arctic; such sites are judged for context and are "
            "never critical."
        )
        return [words, tag("p", outside)]
    title = "Sites inside the boundary by class of climate hazard, number"
    return [words, *_by_class(story, "hazard_class", title, "climate")]


def _by_class(story: Story, column: str, title: str, look: str) -> list[ET.Element]:
    """A chart of the sites inside the boundary by class; empty without such sites."""
    rows = [(name, story.inside((column, "=", name))) for name in ("high", "moderate", "low", "unknown")]
    most = max(cell.value for _, cell in rows)
    return [chart(title, bars(rows, most, title, look, left=50, right=230))] if most else []


# --- what it costs, and whom -------------------------------------------------------------------


def cost(story: Story) -> ET.Element:
    """The scene on people: who has no other, how far the next one is, which checks fail. No money."""
    money = tag("p", "Money is not computed: this picture holds no prices and invents none.", class_="small")
    if not story.critical().value:
        words = tag(
            "p", "No site in ", *story.here, " is critical, so nobody is counted as cut off by one. ",
            *_depend(story),
        )  # fmt: skip
        title = "Sites inside the boundary by how much people depend on them, number"
        return scene(story, "scene-cost", words, *_by_class(story, "dependence_class", title, "civil"), money)
    rows = _cut_off(story)
    parts: list[Any] = ["The price is paid by people. "]
    if rows:
        most = max(rows, key=lambda row: row[1].value)
        parts += ["In ", most[0], " ", most[1], " people have no other ", most[2], " by road or rail. "]
    parts += [*_apart(story), *_power(story), *_failed(story)]
    title = "People who have no other by road or rail, persons"
    most_people = max((row[1].value for row in rows), default=1)
    drawn = [chart(title, bars([row[:2] for row in rows], most_people, title, "civil", left=66, right=215))]
    none = [tag("p", "Nobody here is known to depend on one critical site alone.")]
    return scene(story, "scene-cost", tag("p", *parts), *(drawn if rows else none), money)


def _cut_off(story: Story) -> list[tuple[Cell, Cell, str]]:
    """Name of each critical place, the most people who have no other, and the kind of site.

    The order is that of the map.
    """
    citations = story.citations
    alone: Condition = ("indicator", "=", "people_without_another")
    rows = []
    for place in story.places:
        if not place.is_critical:
            continue
        where = (CRITICAL, ("place_id", "=", place.place_id), alone)
        cell = citations.cell("max", "evidence", where, "value", ",.0f")
        if cell.text == "unknown" or cell.value <= 0:
            continue
        table = citations.table("evidence").iloc[citations.rows("evidence", *where)]
        node = str(table[table["value"] == cell.value]["node_id"].min())
        kind = KIND[str(node_cell(citations, node, "kind").value)]
        rows.append((node_cell(citations, place.lead, "place"), cell, kind))
    return rows


def _apart(story: Story) -> list[Any]:
    """How far the next airfield as large is."""
    where: tuple[Condition, ...] = (CRITICAL, ("kind", "=", "airfield"))
    if "measures" not in story.citations or not story.critical(("kind", "=", "airfield")).value:
        return []
    middle, most = (
        story.read(what, "measures", "own_class_km", ",.0f", *where) for what in ("median", "max")
    )
    if middle.text == "unknown":
        return []
    if middle.value == most.value:
        return ["From its critical airfield the next airfield as large is ", most, " km away. "]
    return [
        "For half of the critical airfields the next one as large is ", middle, " km away or more, for one "
        "it is ", most, " km. ",
    ]  # fmt: skip


def _power(story: Story) -> list[Any]:
    plants = story.critical(("kind", "=", "energy_site"))
    if not plants.value:
        return []
    of: tuple[Condition, ...] = (CRITICAL, ("indicator", "=", "capacity"))
    total = story.read("sum", "evidence", "value", ",.0f", *of)
    words = f" critical {plural(plants, 'power plant has', 'power plants have')} "
    return ["The ", plants, words, total, " megawatts in all. "]


def _failed(story: Story) -> list[Any]:
    """The draft checks that critical sites fail, in words."""
    if "standards" not in story.citations:
        return []
    sentence: list[Any] = []
    for standard_id, words in _FAILS.items():
        where: tuple[Condition, ...] = (("standard_id", "=", standard_id), ("result", "=", "fail"))
        count = story.critical(*where, table="standards")
        if count.value:
            before = ", " if sentence else "As far as is known, of the critical sites "
            sentence += [before, count, f" {plural(count, *words)}"]
    return [*sentence, "."] if sentence else []


def _depend(story: Story) -> list[Any]:
    high = story.inside(("dependence_class", "=", "high"))
    return [
        "On ", high, f" {plural(high, 'site', 'sites')} inside the boundary people depend highly, whatever "
        "the climate does there.",
    ]  # fmt: skip


# --- what we do not know -----------------------------------------------------------------------


def unknown(story: Story) -> ET.Element:
    """The scene on what is not known, what one fact would decide, and what is not computed."""
    lacking = story.count(_LACKING)
    low: tuple[Condition, ...] = (INSIDE, ("hazard_class", "=", "low"))
    could = story.count(*low, ("hazard_could_be", "=", "high"))
    parts: list[Any] = (
        [
            "At ",
            lacking,
            f" {plural(lacking, 'site', 'sites')} one missing fact alone decides: ",
            *_wanted(story),
            ". ",
        ]
        if lacking.value
        else ["At no site in ", *story.here, " does one missing fact alone decide. "]
    )
    parts += [
        "Of ", story.count(*low), f" {plural(story.count(*low), 'site', 'sites')} whose hazard is low so "
        "far, ", could,
        " could turn out high. An unknown raises no class.",
    ]  # fmt: skip
    words = tag(
        "p", tag("b", "Unknown"), " means: we asked, and no public source at hand says. ", tag("b", "Not "
        "computed"),
        " means: this picture does not try: money, wind, river floods, wildfire, icing of ships, the "
        "strength of pavements. Neither is zero.",
    )  # fmt: skip
    sentence = tag("div", tag("p", *parts), words)
    return scene(story, "scene-unknown", tag("div", sentence, *_requests(story), class_="pair"))


def _wanted(story: Story) -> list[Any]:
    """The facts that would decide, each with the number of sites, most sites first."""
    nodes = story.citations.table("nodes")
    rows = nodes.iloc[story.citations.rows("nodes", *story.filters, _LACKING)]
    sentence: list[Any] = []
    counts = rows["deciding_datum"].dropna().value_counts(sort=False).sort_index()
    for datum in counts.sort_values(ascending=False, kind="stable").index:
        node = str(rows[rows["deciding_datum"] == datum]["node_id"].min())
        cell = node_cell(story.citations, node, "deciding_datum")
        number = story.count(_LACKING, ("deciding_datum", "=", datum))
        sentence += [*([", "] if sentence else []), cell, " (", number, ")"]
    return sentence


def _requests(story: Story) -> list[ET.Element]:
    """A chart of the draft checks that hardly any source can answer: the share of sites without an answer."""
    citations = story.citations
    if "data_requests" not in citations or "standards" not in citations:
        return []
    rows = []
    for standard_id in citations.table("data_requests")["standard_id"]:
        where: tuple[Condition, ...] = (*story.filters, ("standard_id", "=", standard_id), _ASKED)
        share = citations.cell("share", "standards", where, "result", ".0%", equals="unknown")
        if share.text == "unknown" or not share.value:
            continue
        name = citations.cell("value", "data_requests", {"standard_id": standard_id}, "title")
        rows.append((_QUESTIONS.get(str(standard_id), name), share))
    if not rows:
        return []
    title = "Questions that public data hardly answer: sites without an answer, per cent"
    return [chart(title, bars(rows, 1.0, title, "possible-bar", left=138, right=232))]
