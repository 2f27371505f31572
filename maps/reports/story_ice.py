"""Two scenes on the climate: what the sea ice does, and what a warmer world changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from maps.reports.briefing_parts import CRITICAL, INSIDE, NOT_ASSESSED, state_of
from maps.reports.charts import bars, monthly_extent
from maps.reports.html_document import tag
from maps.reports.story_parts import chart, plural, scene
from maps.reports.story_places import node_cell

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from maps.reports.citations import Cell, Condition
    from maps.reports.story_parts import Story

__all__ = ["ice", "warming"]

_SEPTEMBER, _MARCH = 9, 3
_REFERENCE: Final[tuple[Condition, ...]] = (("year", ">=", 1981), ("year", "<=", 2010))
_BY_SEA: Final[Condition] = ("kind", "=", ("port", "cable_landing"))
_LEVEL_DEGC = 2.0
_FEW = 0.01  # up to this share of the sites hardly any change class
_SEA_MONTHS_LOST = 0.5  # the anchor of a moderate hazard (method §1.4)


def ice(story: Story) -> ET.Element:
    """The scene on sea ice: the extent of September and March, its trend, and what harbours lost."""
    return scene(story, "scene-ice", *_extent(story), tag("p", *_harbours(story)))


def _extent(story: Story) -> list[ET.Element]:
    citations = story.citations
    if state_of(citations, "sea_ice_monthly") == "missing":
        return [tag("p", f"The extent of the ice is {NOT_ASSESSED}: its source is missing.", class_="gap")]
    table = citations.table("sea_ice_monthly") if "sea_ice_monthly" in citations else None
    years = [] if table is None else table["year"][(table["month"] == _SEPTEMBER)
                                                   & table["extent_million_km2"].notna()]  # fmt: skip
    if not len(years):
        return [tag("p", "This picture holds no record of the extent of sea ice.")]

    def extent(what: str, form: str, *where: Condition) -> Cell:
        return citations.cell(what, "sea_ice_monthly", where, "extent_million_km2", form)

    last = int(max(years))
    of_september: Condition = ("month", "=", _SEPTEMBER)
    latest = (("year", "=", last), of_september)
    paragraph = tag(
        "p", "September is the month with the least ice. In September ",
        citations.cell("value", "sea_ice_monthly", latest, "year"), ", the latest in the monthly record, "
        "ice covered ", extent("value", ".1f", *latest), " million square kilometres of the Arctic Ocean; "
        "a usual September (median of 1981 to 2010) had ", extent("median", ".1f", of_september, *_REFERENCE),
        ".", *_trends(story), *_latest_day(story),
    )  # fmt: skip
    title = "Ice by year, million square kilometres"
    return [paragraph, chart(title, monthly_extent(citations, has_breaks=False))]


def _trends(story: Story) -> list[Any]:
    """How September and March change, from the table of trends; empty without a trend of September."""
    citations = story.citations
    if "sea_ice_trends" not in citations:
        return []
    months = set(citations.table("sea_ice_trends")["month"])

    def of(month: int, column: str, form: str = "±.2f") -> Cell:
        return citations.cell("value", "sea_ice_trends", {"month": month}, column, form)

    if _SEPTEMBER not in months:
        return []
    sentence: list[Any] = [
        " Since ", of(_SEPTEMBER, "first_year", ""), " September changes by ",
        of(_SEPTEMBER, "change_million_km2"),
        " million square kilometres every ten years (the trend lies between ",
        of(_SEPTEMBER, "change_low_million_km2"), " and ", of(_SEPTEMBER, "change_high_million_km2"), ")",
    ]  # fmt: skip
    march = [", March by ", of(_MARCH, "change_million_km2")] if _MARCH in months else []
    return [*sentence, *march, "."]


def _latest_day(story: Story) -> list[Any]:
    citations, day = story.citations, story.citations.picture.day.isoformat()
    if "sea_ice_extent" not in citations:
        return []
    dates = citations.table("sea_ice_extent")["date"]
    dates = dates[dates <= day]
    if not len(dates):
        return []
    where = {"date": dates.max()}
    date, extent = (
        citations.cell("value", "sea_ice_extent", where, *column)
        for column in (("date",), ("extent_million_km2", ".1f"))
    )
    return [" The record of days goes on to ", date, "; on that day it covered ", extent, "."]


def _harbours(story: Story) -> list[Any]:
    """What ports and landings lost of their season with ice."""
    known: Condition = ("ice_months_lost", ">=", -12)
    on_file = story.inside(_BY_SEA, known)
    here = story.here
    if not on_file.value:
        return ["No port or cable landing in ", *here, " has a record of its ice season."]
    lost = story.inside(_BY_SEA, ("ice_months_lost_low", ">=", _SEA_MONTHS_LOST))
    parts: list[Any] = [
        "Of ", on_file, f" {plural(on_file, 'port or cable landing', 'ports and cable landings')} in ", *here,
        " with a record, ", lost,
        f" {plural(lost, 'has a season', 'have seasons')} of ice shorter by half a month or more than in "
        "1981 to 2010, even at the low end of the error (the last ten years on record).",
    ]  # fmt: skip
    nodes = story.citations.table("nodes").iloc[
        story.citations.rows("nodes", *story.filters, INSIDE, _BY_SEA)
    ]
    nodes = nodes[nodes["ice_months_lost_low"] >= _SEA_MONTHS_LOST]
    if len(nodes):
        most = nodes.sort_values(["ice_months_lost", "node_id"], ascending=[False, True])["node_id"].iloc[0]
        name, value, low, high = (
            node_cell(story.citations, most, column, form)
            for column, form in (("name", ""), ("ice_months_lost", ".1f"), ("ice_months_lost_low", ".1f"),
                                 ("ice_months_lost_high", ".1f"))
        )  # fmt: skip
        parts += [
            " Most at ", name, ": ", value, " months fewer a year (between ", low, " and ", high, ").",
            *_why_not_critical(nodes.set_index("node_id").loc[most]), *_record_ends(story, most),
        ]  # fmt: skip
    return [*parts, " Less ice opens water to ships and leaves shores open to waves."]


def _why_not_critical(node: Any) -> list[Any]:
    """Why the node that lost most ice is not among the critical ones; empty if it is."""
    if node["flag"] in {"robust", "possible"}:
        return []
    why = []
    if node["military_class"] in {"low", "moderate"}:
        why.append("by its size and place it could serve defence only in part")
    if node["dependence_class"] == "low":
        why.append("few people are known to depend on it")
    return [f" It is not critical: {', and '.join(why)}."] if why else []


def _record_ends(story: Story, node: str) -> list[Any]:
    """The day on which the record of the ice season of a node ends; empty without one."""
    key = {"node_id": node, "indicator": "ice_season_lost"}
    if len(story.citations.rows("evidence", *((k, "=", v) for k, v in key.items()))) != 1:
        return []
    return [" That record ends ", story.citations.cell("value", "evidence", key, "as_of"), "."]


# --- what a warmer world changes ---------------------------------------------------------------


def warming(story: Story) -> ET.Element:
    """The scene on a warmer world: what changes at 2 °C against the picture, from its own table."""
    citations = story.citations
    level: Condition = ("warming_degc", "=", _LEVEL_DEGC)
    today = citations.cell("value", "picture", (), "warming_degc")
    if "warming_levels" not in citations:
        lacks = "This picture holds no table of warmer levels: what 2\u00a0°C changes is not computed in it."
        return scene(story, "scene-warming", tag("p", lacks))
    if not len(citations.rows("warming_levels", level)):
        why = (
            "This picture is itself of a world ", today, " °C warmer than before industry; it holds no table "
            "of a world at 2\u00a0°C to compare with.",
        )  # fmt: skip
        return scene(story, "scene-warming", tag("p", *why))
    at: tuple[Condition, ...] = (INSIDE, level)

    def count(*where: Condition) -> Cell:
        return story.count(*at, *where, table="warming_levels")

    rise, lost = count(("is_higher", "=", True)), count(("is_zone_lost", "=", True))
    critical, would = story.critical(), count(("is_critical_by_rule", "=", True))
    moves = "do not move" if not rise.value else "move"
    moves = "hardly move" if 0 < rise.value <= _FEW * count().value else moves
    classes = tag(
        "p", "This picture is of a world ", today, " °C warmer than before industry. ",
        tag("b", "Classes"), f" of hazard (low, moderate, high) {moves} at 2\u00a0°C: ", rise,
        " of ", count(), " sites in ", *story.here,
        f" {plural(rise, 'rises', 'rise')} to a higher one, and ", would,
        f" {plural(would, 'meets', 'meet')} the rule for critical; ", critical,
        f" {plural(critical, 'does', 'do')} today.",
    )  # fmt: skip
    limits = tag(
        "p", "A level is a condition, not a date. One climate model; a class says that a hazard is high, "
        "not how high. Sea level stays on one path.", class_="small",
    )  # fmt: skip
    already = count(("is_zone_lost", "=", True), ("hazard_class", "=", "high"), ("is_higher", "=", False))
    ground = tag("p", *_ground(lost, already), *_air(story, critical))
    return scene(story, "scene-warming", classes, ground, *_levels(story), limits)


def _ground(lost: Cell, already: Cell) -> list[Any]:
    """How many sites have air too warm for their frozen ground, and why most of these keep their class."""
    parts: list[Any] = [
        tag("b", "Ground"), " thaws at more sites than change class: at " if already.value else " thaws: at ",
        lost, f" {plural(lost, 'site', 'sites')} the air grows too warm to keep the frozen ground of today.",
    ]  # fmt: skip
    if not lost.value:
        return [tag("b", "Ground"), ": at no site does the air grow too warm for frozen ground. "]
    if not already.value:
        return [*parts, " "]
    rest = "" if already.value == lost.value else (
        "; at the others the ground is not known to hold enough ice to sink"
    )  # fmt: skip
    is_all = already.value == lost.value
    return [*parts, " ", *(["All"] if is_all else [already]), f" of them have a high hazard already{rest}. "]


def _air(story: Story, critical: Cell) -> list[Any]:
    """How far the air warms at the critical site in the middle; empty without critical sites."""
    if not critical.value:
        return []
    air: Condition = ("indicator", "=", "air_temperature")
    level: Condition = ("warming_degc", "=", _LEVEL_DEGC)
    return [
        "At the critical sites the same hazard gets worse: the mean air of a year, which must be well below "
        "freezing for deep ground to stay frozen, warms from ",
        story.read("median", "evidence", "value", "±.1f", CRITICAL, air), " to ",
        story.read("median", "warming_levels", "air_temperature_degc", "±.1f", CRITICAL, level),
        " °C (median).",
    ]  # fmt: skip


def _levels(story: Story) -> list[ET.Element]:
    """A chart of the sites whose air leaves their frozen ground, by level of warming."""
    citations = story.citations
    rows = []
    for value in sorted(set(citations.table("warming_levels")["warming_degc"])):
        level: Condition = ("warming_degc", "=", value)
        name = citations.cell("min", "warming_levels", (level,), "warming_degc", ".1f")
        rows.append((name, story.count(INSIDE, level, ("is_zone_lost", "=", True), table="warming_levels")))
    most = max((cell.value for _, cell in rows), default=0)
    if not most:
        return [tag("p", "At no site in ", *story.here, " does the air grow too warm for frozen ground.")]
    title = "Sites too warm to keep frozen ground, by global warming, °C (full bar: all sites)"
    return [chart(title, bars(rows, story.inside().value, title, left=40, right=215))]
