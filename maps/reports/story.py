"""The story of a briefing on two pages: the map and its places, then six scenes in plain words.

Page one has the map, the ice and the overlap; page two the cases, the warmer world, the cost and the unknown.
"""

from __future__ import annotations

from calendar import month_name
from typing import TYPE_CHECKING, Any, Final

from maps.reports.briefing_parts import CRITICAL, INSIDE, country_of
from maps.reports.charts import bars
from maps.reports.html_document import tag
from maps.reports.plain_words import KIND, KINDS, threat
from maps.reports.story_cases import cases, chosen
from maps.reports.story_definitions import definitions, words_of_the_trade
from maps.reports.story_ice import ice, warming
from maps.reports.story_map import MONTH, country_frame, ice_row, polar_map, whole_frame
from maps.reports.story_parts import Story, chart, plural
from maps.reports.story_places import node_cell, places_of
from maps.reports.story_scenes import cost, overlap, unknown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree import ElementTree as ET

    from maps.reports.citations import CitationIndex, Condition
    from maps.reports.story_map import Frame
    from maps.reports.story_places import Place

__all__ = ["STORY_LOOK", "story"]


def story(
    citations: CitationIndex, filters: tuple[Condition, ...], country: str | None, head: ET.Element
) -> ET.Element:
    """The element with the two pages of the story. `head` is set on top of the first page.

    `filters` are conditions on the nodes, `country` is an ISO 3166-1 alpha-3 code or None.
    """
    places = places_of(citations, filters)
    frame, dots = _frame(citations, filters, country)
    here: tuple[Any, ...] = ("the Arctic",)
    if country:
        # Two names need their article in a sentence.
        here = (*(("the ",) if country in {"USA", "FRO"} else ()), country_of(citations, country))
    material = Story(
        citations, filters, country, here, places,
        view=frame.view if country or not frame.is_round else None,
        cases=chosen(citations, filters, country),
    )  # fmt: skip
    label = "Map of the Arctic with the places of this briefing"
    drawn = polar_map(citations, frame, places, label, country, dots)
    first = tag(
        "div", head, _lead(material),
        tag("div", tag("figure", drawn, _legend(material, drawn)), _key(material), class_="opening"),
        tag("div", ice(material), tag("div", overlap(material), definitions(material)), class_="pair"),
        class_="sheet",
    )  # fmt: skip
    flow = tag("div", warming(material), cost(material), unknown(material), class_="flow")
    second = tag("div", cases(material), flow, class_="sheet")
    words = words_of_the_trade(first, second)
    if words is not None:
        flow.append(words)
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


def _lead(material: Story) -> ET.Element:
    critical = material.citations.cell("distinct", "nodes", (*material.filters, CRITICAL), "place_id")
    if not critical.value:
        return tag("p", "No place in ", *material.here, " is critical today: nowhere do a high climate "
                   "hazard, a high use for defence and people who depend on the site meet. Six scenes say "
                   "what is there, what "
                   "a warmer world changes, and what is not known.", class_="lead")  # fmt: skip
    return tag(
        "p", "In ", critical, f" {plural(critical, 'place', 'places')} of ", *material.here, " a high "
        "climate hazard meets a site that can serve defence and people who depend on that site. The map "
        "shows where; six sections say why, for whom, and what is not known.", class_="lead",
    )  # fmt: skip


def _legend(material: Story, drawn: ET.Element) -> ET.Element:
    """The legend below the map `drawn`; an entry without a shape on the map is left out."""
    citations = material.citations
    classes = {one.get("class") for one in drawn.iter()}
    entries: list[Any] = []
    flags = {place.flag for place in material.places}
    for flag, words in (("robust", "critical in four of five trials or more"),
                        ("possible", "critical in fewer trials")):  # fmt: skip
        if flag in flags:
            entries.append(tag("span", tag("i", class_=f"k {flag}"), words))
    if any(not place.is_critical for place in material.places):
        entries.append(tag("span", tag("i", class_="k square"), "climate and defence meet, not critical"))
    if "m-lead" in classes:
        entries.append(tag("span", tag("i", class_="k tie"), "leads from its number to the place"))
    now, usual = (ice_row(citations, is_median=is_median) for is_median in (False, True))
    if now and "m-ice" in classes:
        entries.append(tag("span", tag("i", class_="k ice"), f"sea ice, {month_name[MONTH]} ",
                           citations.cell("value", "sea_ice", now, "year")))  # fmt: skip
    if usual and "m-median" in classes:
        entries.append(
            tag("span", tag("i", class_="k median"), f"usual edge in {month_name[MONTH]}, 1981 to 2010")
        )
    if "m-arctic" in classes:
        entries.append(tag("span", tag("i", class_="k arctic"), "boundary of the Arctic"))
    if "m-dot" in classes:
        entries.append(tag("span", tag("i", class_="k dot"), "other sites" if material.places else "sites"))
    ground = (
        ("m-own", "own", "land of the country"), ("m-land", "land", "other land" if material.country else
        "land"), ("m-sea", "sea", "open sea"), ("m-outside", "outside", "no data"),
        ("m-border", "border", "border"),
    )  # fmt: skip
    entries += [tag("span", tag("i", class_=f"k {key}"), words) for class_, key, words in ground
                if class_ in classes]  # fmt: skip
    return tag("figcaption", *entries, class_="legend")


def _key(material: Story) -> ET.Element:
    """The list of the places beside the map, with the numbers of the map."""
    if not material.places:
        return tag("div", tag("p", "No place in ", *material.here, " has a number on the map: none is "
                              "critical, and at none do climate and defence meet. The dots are its sites."),
                   *_judged(material), class_="key")  # fmt: skip
    critical = [place for place in material.places if place.is_critical]
    others = [place for place in material.places if not place.is_critical]
    parts: list[ET.Element] = []
    if critical:
        sites = material.critical()
        heading = tag("h3", "Critical places, with ", sites, f" critical {plural(sites, 'site', 'sites')}")
        parts += [heading, tag("ul", *_critical_items(material, critical))]
    if others:
        parts += [tag("h3", "Climate and defence meet, but not critical"),
                  tag("p", *_in_a_row(material, others))]  # fmt: skip
    note = tag("p", "By country and name; no order is implied.", class_="small")
    return tag("div", *parts, note, class_="key")


def _critical_items(material: Story, places: Sequence[Place]) -> list[ET.Element]:
    """Items of a list: each place with its sites and its hazard, below the name of its country."""
    items, country = [], ""
    for place in places:
        if place.country_iso3 != country and not material.country:
            country = place.country_iso3
            items.append(tag("li", country_of(material.citations, country), class_="land"))
        name = tag("b", node_cell(material.citations, place.lead, "place"))
        why = threat(material.citations, place.lead)
        items.append(tag("li", _number(place), name, ": ", *_kinds(material, place), "; ", *why))
    return items


def _in_a_row(material: Story, places: Sequence[Place]) -> list[Any]:
    """The places of overlap one after another, each with the name of its country."""
    parts: list[Any] = []
    for place in places:
        name: list[Any] = [_number(place), node_cell(material.citations, place.lead, "place")]
        if not material.country:
            name += [", ", country_of(material.citations, place.country_iso3)]
        parts += [
            *([" "] if parts else []),
            tag("span", *name, class_="one"),
            ";" if place != places[-1] else ".",
        ]
    return parts


def _number(place: Place) -> ET.Element:
    return tag("b", str(place.number), class_="tick")


def _judged(material: Story) -> list[ET.Element]:
    """A chart of the sites that were judged, by kind."""
    is_inside = material.inside().value > 0
    count = material.inside if is_inside else material.count
    rows = [(KINDS[kind], count(("kind", "=", kind))) for kind in KINDS]
    rows = sorted((row for row in rows if row[1].value), key=lambda row: -row[1].value)
    title = f"Sites {'that were judged' if is_inside else 'outside the boundary'} by kind, number"
    return [chart(title, bars(rows, rows[0][1].value, title, left=100, right=235))] if rows else []


def _kinds(material: Story, place: Place) -> list[Any]:
    """The kinds of the critical sites of a place, each once, with their number if there are several."""
    kinds = dict.fromkeys(str(node_cell(material.citations, node, "kind").value) for node in place.nodes)
    parts: list[Any] = []
    for kind in kinds:
        where = (*material.filters, CRITICAL, ("place_id", "=", place.place_id), ("kind", "=", kind))
        number = material.citations.cell("count", "nodes", where, form="spelled")
        words = [KIND[kind]] if number.value == 1 else [number, f" {KINDS[kind]}"]
        parts += [*([", "] if parts else []), *words]
    return parts


STORY_LOOK: Final = """
.story h2{margin:0 0 .8mm;font-size:10.2pt}.story p{margin:0 0 1.1mm}
.story .scene{min-width:0;break-inside:avoid}
.see{font:400 7.4pt Arial,"Liberation Sans","DejaVu Sans Condensed",sans-serif;color:var(--soft);
margin-left:1.5mm}
.story .lead{font-size:9.4pt;margin:0 0 2mm}
.opening{display:grid;grid-template-columns:98mm 1fr;gap:5mm;margin-bottom:3mm}
.opening svg.map{max-width:98mm}
.key{font-size:7.6pt;line-height:1.26}.key ul{list-style:none;padding:0;margin:0 0 1.6mm}
.key li{margin:0 0 .75mm;padding-left:4.2mm;text-indent:-4.2mm}
.key b.tick{display:inline-block;min-width:4.2mm;text-indent:0}.key .one b.tick{min-width:0;margin-right:.8mm}
.key .land{color:var(--soft);margin-top:1.1mm}.key .one{white-space:nowrap}
.legend{display:flex;flex-wrap:wrap;gap:.4mm 3.2mm;font-size:7.2pt;color:var(--soft);margin-top:1mm}
.legend span{white-space:nowrap}
.k{display:inline-block;width:3mm;height:3mm;margin-right:1mm;vertical-align:-.4mm;
border:.6pt solid var(--ink)}
.k.robust,.k.possible{border-radius:50%;background:var(--robust)}.k.possible{background:var(--possible)}
.k.land{background:var(--land)}.k.own{background:var(--own)}.k.sea{background:var(--sea)}
.k.outside{background:var(--paper)}
.k.land,.k.own{border-color:var(--coast)}.k.sea,.k.outside{border-color:var(--line)}
.k.border,.k.tie{height:0;border:0;border-top:.8pt solid var(--coast);vertical-align:.8mm;width:5mm}
.k.tie{border-top:1pt solid var(--ink)}
.rules{font-size:7.6pt;line-height:1.27;border-left:1.4pt solid var(--line);padding-left:2.5mm;margin-top:2mm}
.rules h3{font-size:8.2pt}.rules dl{margin:0}.rules dl div{margin-top:.5mm}
.rules dt,.rules dd{display:inline;margin:0}.rules dt{font-weight:600}
.story .words{margin:1.5mm 0 0}.tight{list-style:none;padding:0;margin:0 0 1.3mm}.tight li{margin:0 0 .3mm}
.k.square{background:var(--overlap)}.k.ice{background:var(--ice);border-color:var(--iceedge)}
.k.median{height:0;border:0;border-top:1.2pt dashed var(--iceedge);vertical-align:.8mm;width:5mm}
.k.arctic{height:0;border:0;border-top:1.2pt dashed var(--civil);vertical-align:.8mm;width:5mm}
.k.dot{width:1.4mm;height:1.4mm;border:0;border-radius:50%;background:var(--soft);vertical-align:.5mm}
.sheet>.scene{margin-bottom:3mm}.pair{display:grid;grid-template-columns:1fr 1fr;gap:6mm;margin-bottom:3mm}
.flow{columns:2;column-gap:6mm}.flow .scene{break-inside:auto;margin-bottom:2.4mm}
.flow .scene{font-size:7.9pt;line-height:1.31}
.flow :is(p,li){break-inside:avoid}.flow .scene:last-child{margin-bottom:0}
.pair .scene{font-size:8.1pt}.story h3{font-size:8.2pt}
.cards{display:grid;grid-template-columns:repeat(3,1fr);gap:5mm;margin-bottom:2mm}
.card{border-top:1.4pt solid var(--robust);padding-top:1.2mm;min-width:0}
.card .who{display:grid;grid-template-columns:20mm 1fr;gap:2.5mm;margin-bottom:1mm}
.card h3{margin:0;font-size:9pt}
.story figure:not(:has(.map)) svg{max-width:80mm}.m-border{fill:none;stroke:var(--coast);stroke-width:1.2}
.near .m-border{stroke-width:3.5}
.card dl{margin:.6mm 0 0;font-size:7.7pt}.card dl div{margin-top:.6mm;line-height:1.25}
.card dt,.card dd{display:inline;margin:0}.card:only-child{grid-column:1/-1}
.card dt{font-weight:600}
.m-sea{fill:var(--sea)}.m-outside{fill:var(--paper);stroke:var(--line);stroke-width:2}
.m-land{fill:var(--land);fill-rule:evenodd;stroke:var(--coast);stroke-width:1}
.m-own{fill:var(--own);fill-rule:evenodd;stroke:var(--coast);stroke-width:1.4}
.m-ice{fill:var(--ice);fill-rule:evenodd;stroke:var(--iceedge);stroke-width:1.6}
.m-median{fill:none;stroke:var(--iceedge);stroke-width:2.6;stroke-dasharray:9 7}
.m-arctic{fill:none;stroke:var(--civil);stroke-width:2.6;stroke-dasharray:10 7}
.m-dot{fill:var(--soft);stroke:var(--land);stroke-width:1}.m-point{fill:var(--ink)}
.m-lead{stroke:var(--ink);stroke-width:2}.m-place{stroke:var(--ink);stroke-width:2.4}
.m-place.robust{fill:var(--robust)}.m-place.possible{fill:var(--possible)}
.m-place.overlap{fill:var(--overlap)}
svg text.m-number{font-size:23px;font-weight:700;fill:#000;text-anchor:middle}
svg text.m-number.over{fill:var(--paper)}
svg text.m-text{font-size:22px;fill:var(--ink)}
svg text.m-text.big{font-size:98px;paint-order:stroke;stroke:var(--paper);stroke-width:16px}
svg .m-text .tick{font-size:inherit;fill:inherit}
.m-scale{fill:none;stroke:var(--ink);stroke-width:3}.m-north{fill:var(--ink)}.near .m-scale{stroke-width:7}
.near .m-land,.near .m-ice{stroke-width:3}.near .m-place{stroke-width:6}
@media print{.sheet{break-after:page}.sheet h1{font-size:18pt}
.sheet header{margin-bottom:2mm}.see{display:none}}
@media screen{.sheet{margin-bottom:8mm}}
@media screen and (max-width:640px){.opening,.pair,.cards{grid-template-columns:minmax(0,1fr)}
.flow{columns:1}
.story .legend span{white-space:normal}}
"""
