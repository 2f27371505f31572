"""The story of a briefing on two pages: the map and its places, then six scenes in plain words.

Page one has the map, the ice and the overlap; page two the cases, the warmer world, the cost and the unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from maps.reports.briefing_parts import CRITICAL, INSIDE, country_of
from maps.reports.html_document import tag
from maps.reports.plain_words import threat
from maps.reports.story_cases import cases, chosen
from maps.reports.story_ice import ice, warming
from maps.reports.story_map import country_frame, ice_row, polar_map, whole_frame
from maps.reports.story_parts import Story, plural
from maps.reports.story_places import node_cell, places_of
from maps.reports.story_scenes import cost, overlap, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree import ElementTree as ET

    from maps.reports.citations import CitationIndex, Condition
    from maps.reports.story_map import Frame
    from maps.reports.story_places import Place

__all__ = ["STORY_LOOK", "story"]


def story(citations: CitationIndex, filters: tuple[Condition, ...], country: str | None, head: ET.Element) -> ET.Element:
    """The element with the two pages of the story. `head` is set on top of the first page.

    `filters` are conditions on the nodes, `country` is an ISO 3166-1 alpha-3 code or None.
    """
    places = places_of(citations, filters)
    frame, dots = _frame(citations, filters, country)
    here = (country_of(citations, country),) if country else ("the Arctic",)
    told = Story(
        citations, filters, country, here, places,
        view=frame.view if country or not frame.is_round else None,
        cases=chosen(citations, filters, country),
    )  # fmt: skip
    label = "Map of the Arctic with the places of this briefing"
    drawn = polar_map(citations, frame, places, label, country, dots)
    first = tag(
        "div", head, _lead(told),
        tag("div", tag("figure", drawn, _legend(told)), _key(told), class_="opening"),
        tag("div", ice(told), overlap(told), class_="pair"), class_="sheet",
    )  # fmt: skip
    second = tag(
        "div", cases(told), tag("div", warming(told), cost(told), class_="pair"), unknown(told), class_="sheet"
    )
    return tag("main", first, second, class_="story")


def _frame(
    citations: CitationIndex, filters: tuple[Condition, ...], country: str | None
) -> tuple[Frame, list[tuple[float, float]]]:
    """The frame of the map, and the positions of the sites of a country."""
    if not country:
        return whole_frame(citations.picture), []
    nodes = citations.table("nodes")
    inside = citations.rows("nodes", *filters, INSIDE)
    points = nodes.geometry.iloc[inside if len(inside) else citations.rows("nodes", *filters)]
    at = [(float(point.x), float(point.y)) for point in points]
    return country_frame([x for x, _ in at], [y for _, y in at]), at


def _lead(told: Story) -> ET.Element:
    critical = told.citations.cell("distinct", "nodes", (*told.filters, CRITICAL), "place_id")
    if not critical.value:
        return tag("p", "No place in ", *told.here, " is critical today: nowhere do a climate that harms a site, a "
                   "use for defence and people who depend on it meet. The pages say what is there.",
                   class_="lead")  # fmt: skip
    return tag(
        "p", "In ", critical, f" {plural(critical, 'place', 'places')} of ", *told.here, " the ground or the sea "
        "gives way under a site that can serve defence and that people cannot do without. The map shows where; "
        "six scenes say why, for whom, and what is not known.", class_="lead",
    )  # fmt: skip


def _legend(told: Story) -> ET.Element:
    """The legend below the map; an entry without a shape on the map is left out."""
    citations = told.citations
    entries: list[Any] = []
    if any(place.is_critical for place in told.places):
        entries.append(tag("span", tag("i", class_="k robust"), "critical (pale: not in all trials)"))
    if any(not place.is_critical for place in told.places):
        entries.append(tag("span", tag("i", class_="k square"), "climate and defence meet"))
    now, usual = (ice_row(citations, is_median=is_median) for is_median in (False, True))
    if now:
        entries.append(tag("span", tag("i", class_="k ice"), "sea ice, ",
                           citations.cell("value", "sea_ice", now, "name")))  # fmt: skip
    if usual:
        entries.append(tag("span", tag("i", class_="k median"), "usual edge in September, 1981 to 2010"))
    if "arctic_boundary" in citations and len(citations.table("arctic_boundary")):
        entries.append(tag("span", tag("i", class_="k arctic"), "boundary of the Arctic"))
    if told.country:
        entries.append(tag("span", tag("i", class_="k dot"), "other sites"))
    return tag("figcaption", *entries, class_="legend")


def _key(told: Story) -> ET.Element:
    """The list of the places beside the map, with the numbers of the map."""
    if not told.places:
        return tag("div", tag("p", "No place in ", *told.here, " has a number on the map: none is critical, and at "
                              "none do climate and defence meet. The dots are the ports, airfields, power plants "
                              "and other sites that were judged."), class_="key")  # fmt: skip
    parts: list[ET.Element] = []
    for is_critical, title in ((True, "Critical places"), (False, "Climate and defence meet")):
        chosen_places = [place for place in told.places if place.is_critical == is_critical]
        if chosen_places:
            items = _items(told, chosen_places, is_critical=is_critical)
            parts += [tag("h3", title), tag("ul", *items, class_="" if is_critical else "brief")]
    note = tag("p", "By country and name; the order is no ranking.", class_="small")
    return tag("div", *parts, note, class_="key")


def _items(told: Story, places: Iterable[Place], *, is_critical: bool) -> list[ET.Element]:
    items = []
    for place in places:
        name: list[Any] = [
            tag("b", str(place.number), class_="tick"), " ", tag("b", node_cell(told.citations, place.lead, "place"))
        ]  # fmt: skip
        if not told.country:
            name += [", ", country_of(told.citations, place.country_iso3)]
        why = [": ", *_kinds(told, place), "; ", *threat(told.citations, place.lead)] if is_critical else []
        items.append(tag("li", *name, *why))
    return items


def _kinds(told: Story, place: Place) -> list[Any]:
    """The kinds of the critical sites of a place, each once."""
    seen: list[str] = []
    parts: list[Any] = []
    for node in place.nodes:
        cell = node_cell(told.citations, node, "kind", "words")
        if cell.text not in seen:
            seen.append(cell.text)
            parts += [*([", "] if parts else []), cell]
    return parts


STORY_LOOK: Final = """
.story h2{margin:0 0 .8mm;font-size:12pt}.story p{margin:0 0 1.3mm}
.story .scene{min-width:0;break-inside:avoid}.see{font:400 7.4pt Arial,"Liberation Sans",sans-serif;color:var(--soft);
margin-left:1.5mm}
.story .lead{font-size:9.4pt;margin:0 0 2mm}
.opening{display:grid;grid-template-columns:112mm 1fr;gap:5mm;margin-bottom:3mm}
.opening svg.map{max-width:112mm}
.key{font-size:7.6pt;line-height:1.26}.key ul{list-style:none;padding:0;margin:0 0 1.6mm}.key li{margin:0 0 .75mm}
.key .tick{display:inline-block;min-width:4mm}.key .brief{columns:2;column-gap:3mm}.key .brief li{break-inside:avoid}
.legend{display:flex;flex-wrap:wrap;gap:.4mm 3.2mm;font-size:7.2pt;color:var(--soft);margin-top:1mm}
.legend span{white-space:nowrap}.k{display:inline-block;width:3mm;height:3mm;margin-right:1mm;vertical-align:-.4mm;
border:.6pt solid var(--ink)}
.k.robust{border-radius:50%;background:linear-gradient(90deg,var(--robust) 50%,var(--possible) 50%)}
.k.square{background:var(--overlap)}.k.ice{background:var(--ice);border-color:var(--iceedge)}
.k.median{height:0;border:0;border-top:1.2pt dashed var(--iceedge);vertical-align:.8mm;width:5mm}
.k.arctic{height:0;border:0;border-top:1.2pt dashed var(--civil);vertical-align:.8mm;width:5mm}
.k.dot{width:1.4mm;height:1.4mm;border:0;border-radius:50%;background:var(--soft);vertical-align:.5mm}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:6mm;margin-bottom:3mm}
.cards{display:grid;grid-template-columns:repeat(3,1fr);gap:5mm;margin-bottom:3mm}
.card{border-top:1.4pt solid var(--robust);padding-top:1.2mm;min-width:0}
.card svg.map{max-width:38mm;margin:0 0 1.2mm}.card h3{margin:0;font-size:9pt}
.card dl{margin:.6mm 0 0}.card dt{font-size:7pt;color:var(--soft);margin-top:.8mm}.card dd{margin:0;line-height:1.26}
.m-sea{fill:var(--sea)}.m-land{fill:var(--land);fill-rule:evenodd;stroke:var(--coast);stroke-width:1}
.m-own{fill:var(--own);fill-rule:evenodd;stroke:var(--coast);stroke-width:1.4}
.m-ice{fill:var(--ice);fill-rule:evenodd;stroke:var(--iceedge);stroke-width:1.6}
.m-median{fill:none;stroke:var(--iceedge);stroke-width:2.6;stroke-dasharray:9 7}
.m-arctic{fill:none;stroke:var(--civil);stroke-width:2.6;stroke-dasharray:10 7}
.m-dot{fill:var(--soft);stroke:var(--land);stroke-width:1}.m-point{fill:var(--ink)}
.m-lead{stroke:var(--ink);stroke-width:2}.m-place{stroke:var(--ink);stroke-width:2.4}
.m-place.robust{fill:var(--robust)}.m-place.possible{fill:var(--possible)}.m-place.overlap{fill:var(--overlap)}
svg text.m-number{font-size:23px;font-weight:700;fill:#000;text-anchor:middle}
svg text.m-number.over{fill:var(--paper)}
svg text.m-text{font-size:22px;fill:var(--ink)}svg text.m-text.big{font-size:56px}
svg .m-text .tick{font-size:inherit;fill:inherit}
.m-scale{fill:none;stroke:var(--ink);stroke-width:3}.m-north{fill:var(--ink)}.near .m-scale{stroke-width:7}
.near .m-land,.near .m-ice{stroke-width:3}.near .m-place{stroke-width:6}
@media print{.sheet{break-after:page}.see{display:none}}
@media screen{.sheet{margin-bottom:8mm}}
@media screen and (max-width:640px){.opening,.pair,.cards{grid-template-columns:minmax(0,1fr)}
.story .legend span{white-space:normal}}
"""
