"""Three scenes of the story: where climate meets defence, what it costs and whom, what we do not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from maps.reports.briefing_parts import CRITICAL, INSIDE, OVERLAPS
from maps.reports.charts import bars
from maps.reports.html_document import tag
from maps.reports.story_parts import chart, plural, scene
from maps.reports.story_people import most_cut_off, people_by_place, without_a_bar
from maps.reports.story_places import node_cell

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from maps.reports.citations import Cell, Condition
    from maps.reports.story_parts import Story

__all__ = ["cost", "overlap", "unknown"]

_LACKING: Final[Condition] = ("flag", "=", "insufficient_data")
_ASKED: Final[Condition] = ("result", "=", ("pass", "fail", "unknown"))
# Draft standard -> what its failure means, for one site and for several.
_FAILS: Final[dict[str, tuple[str, str]]] = {
    "S10": ("has neither railway nor main road near", "have neither railway nor main road near"),
    "S05": ("stands on a shore that retreats", "stand on a shore that retreats"),
}  # fmt: skip


# Draft standard -> its question in plain words, for the standards that most often have no answer.
_QUESTIONS: Final = {
    "S02": "Do several climate models agree?", "S05": "Does the shore hold?",
    "S06": "Is it above a higher sea?", "S14": "Does the cable land on firm shore?",
    "S16": "What can the railway carry?", "S17": "How rich is the ore?", "S18": "What fails if one part "
    "fails?",
}  # fmt: skip


def overlap(story: Story) -> ET.Element:
    """The scene on the critical places and the overlap: how many, why there, of which kinds."""
    citations = story.citations
    critical = story.critical()
    if not critical.value:
        return scene(story, "scene-overlap", *_nothing_critical(story))
    places = citations.cell("distinct", "nodes", (*story.filters, CRITICAL), "place_id")
    sure, possible = (story.critical(("flag", "=", flag)) for flag in ("robust", "possible"))
    thaw = story.critical(("indicator", "=", "permafrost_thaw"), ("value", ">=", 2), table="evidence")
    seen = story.critical(("indicator", "=", "thaw_damage"), ("value", ">=", 1), table="evidence")
    squares: list[Any] = (
        [" At the violet squares climate and defence meet as well, but the hazard is moderate, or few people "
         "are known to depend on the site."] if not all(place.is_critical for place in story.places) else []
    )  # fmt: skip
    paragraph = tag(
        "p", "At ", critical, f" {plural(critical, 'site', 'sites')} in ", places,
        f" {plural(places, 'place', 'places')} of ", *story.here,
        " three things meet: a high climate hazard, a site that can serve defence, and people who depend on "
        "it. We call such a site critical. ", *_trials(sure, possible), *_of_all(thaw, critical),
        " the hazard is frozen ground that thaws; ", *_of_all(seen, critical, "at "), " reports tell of "
        "damage at the site or in its town.", *squares,
    )  # fmt: skip
    return scene(story, "scene-overlap", paragraph)


def _trials(sure: Cell, possible: Cell) -> list[Any]:
    """How many critical sites hold in most trials, and how many in fewer."""
    parts: list[Any] = []
    if sure.value:
        parts += [sure, f" {plural(sure, 'stays', 'stay')} critical in four of five trials or more"]
    if possible.value:
        parts += [", " if parts else "", possible, f" {plural(possible, 'stays', 'stay')} so in fewer"]
    # Yellow stands for a place of which no site is sure, so fewer marks are yellow than sites.
    colour = (
        " On the map a place has the colour of its surest site. " if sure.value and possible.value else " "
    )
    return [*parts, f".{colour}"]


def _of_all(some: Cell, critical: Cell, first: str = "At ") -> list[Any]:
    """Words for some of the critical sites; `at all of them` if none is missing."""
    if some.value != critical.value:
        return [first, some, " of them"]
    return [f"{first}all of them" if critical.value > 1 else f"{first}this site"]


def _nothing_critical(story: Story) -> list[ET.Element]:
    """What is said where no site is critical."""
    both = story.citations.cell("distinct", "nodes", (*story.filters, *OVERLAPS), "place_id")
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


# --- what it costs people ----------------------------------------------------------------------


def cost(story: Story) -> ET.Element:
    """The scene on people: who has no other, how far the next one is, which checks fail. No money."""
    if not story.critical().value:
        words = tag(
            "p", "No site in ", *story.here, " is critical, so nobody is counted as cut off by one. ",
            *_depend(story),
        )  # fmt: skip
        title = "Sites inside the boundary by how much people depend on them, number"
        return scene(story, "scene-cost", words, *_by_class(story, "dependence_class", title, "civil"))
    rows, others = people_by_place(story)
    parts: list[Any] = ["Counted in people: no source at hand says what it costs in money. "]
    if rows:
        parts += most_cut_off(story, rows)
    parts += [*_apart(story), *_failed(story)]
    title = "People who have no other site of the kind by road or rail"
    most_people = max((row[1].value for row in rows), default=1)
    bar_rows = [row[:2] for row in rows]
    drawn = [chart(title, bars(bar_rows, most_people, title, "civil", left=66, right=215, pitch=10.5))]
    none = [tag("p", "Nobody here is known to depend on one critical site alone.")]
    return scene(story, "scene-cost", tag("p", *parts), *without_a_bar(others), *(drawn if rows else none))


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
    decides: list[ET.Element] = (
        [
            tag("p", "At ", lacking, f" {plural(lacking, 'site', 'sites')} a missing fact alone decides "
                f"whether {plural(lacking, 'it is', 'they are')} critical. Missing at:"),
            tag("ul", *_wanted(story), class_="tight"),
        ]
        if lacking.value
        else [tag("p", "At no site in ", *story.here, " does one missing fact alone decide.")]
    )  # fmt: skip
    sure = tag(
        "p", "A finding rests on known facts alone: the unknown raises no class. But more sites may be "
        "critical than are found: of ", story.count(*low),
        f" {plural(story.count(*low), 'site', 'sites')} whose hazard is low by what is known, ", could,
        " have an unknown that could make it high.",
    )  # fmt: skip
    words = tag(
        "p", tag("b", "Unknown"), ": we looked, and no public source at hand says. ",
        tag("b", "Not computed"), ": this picture does not try. That is money, storms and wind, river "
        "floods, wildfire, icing of ships and the strength of runways. Neither is zero.",
    )  # fmt: skip
    left = tag("div", *decides, sure, words)
    return scene(story, "scene-unknown", left, *_requests(story))


def _wanted(story: Story) -> list[ET.Element]:
    """Items of a list: the number of sites and the facts that would decide about them, most sites first."""
    nodes = story.citations.table("nodes")
    rows = nodes.iloc[story.citations.rows("nodes", *story.filters, _LACKING)]
    items: list[ET.Element] = []
    counts = rows["deciding_datum"].dropna().value_counts(sort=False).sort_index()
    for datum in counts.sort_values(ascending=False, kind="stable").index:
        node = str(rows[rows["deciding_datum"] == datum]["node_id"].min())
        number = story.count(_LACKING, ("deciding_datum", "=", datum))
        items.append(tag("li", number, f" {plural(number, 'site', 'sites')}: ",
                         node_cell(story.citations, node, "deciding_datum")))  # fmt: skip
    return items


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
    title = "Checks that we propose: share of sites without an answer"
    follows = tag(
        "p", "These checks are our proposal and ask for more than a class does. A class is that of the worst "
        "hazard that is known: one that nobody has measured, such as the retreat of most shores, counts as "
        "unknown, never as low. Before a decision on a site, ask for these facts; the register at the end "
        "names who may have them.",
        class_="small",
    )  # fmt: skip
    return [chart(title, bars(rows, 1.0, title, "possible-bar", left=138, right=232)), follows]
