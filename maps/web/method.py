"""How a picture is made, in words: the text of the dialog "How it is made" and of the legend of the map.

The thresholds of the classes in the text are the anchors that judge the picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["classes_in_words", "method"]

_THIN = "\u202f"  # the thin space between thousands, as the script of the page writes numbers

_SOURCES = (
    "From sources to nodes",
    "Every layer comes from an open source that is named with its licence and date. Ports, airfields, "
    "cable landings, mines, railheads, energy sites and ground stations are merged across sources into "
    "nodes; nodes within 25 km are one place. All distances are measured on WGS 84; the map is drawn in "
    "the polar stereographic plane EPSG:3413, turned to the meridian you choose.",
)
_GATES = (
    "Three gates, never one score",
    "A node has a class on each of three axes: climate, defence, people. A class is low, moderate, high "
    "or unknown. The anchors between them are printed below and are the same for every kind of node, "
    "every country and every region: no ranks, no percentiles, no cut-off that moves with the data.",
    "The panel of a node names for each axis the value that decides, with its unit, source and date, and "
    "what could change it. The evidence below it lists every other value.",
)
_UNKNOWN = (
    "What is unknown stays unknown",
    "An unknown hazard raises no class: low with unknown hazards reads “low so far”, and the panel names "
    "the datum that would tell. A facility that is not known makes defence unknown. Nothing missing is "
    "ever counted as zero.",
    "How a climate fact is known, best first: measured (observed at the place), typed (read in a "
    "publication about the place), mapped (from a published map), modelled (from a climate or sea level "
    "model), proxy (permafrost from modelled air temperature). A proxy alone never gives high.",
)
_DUAL_USE = (
    "Dual-use class",
    "A rule, not a number. D3: an official public document calls the place dual-use. D2: every required "
    "row of its kind and half of the supporting ones are met, which is an inference from public "
    "attributes. D1: one required row. D0: none found, which bars the flag. D?: too little is known.",
)
_SCOPE = (
    "In the Arctic, gateway, context",
    "The Arctic is bounded as the Arctic Human Development Report does: a dashed line on the map. A short "
    "cited list of gateways outside it, on which Arctic supply hangs, is judged and flagged as well. All "
    "other nodes are context: judged by the same rules, never flagged, drawn small and faint.",
)
_SCENARIOS = (
    "Scenarios and ice",
    "Warming levels are conditions, not dates, and no forecast; no class falls from one level to a warmer "
    "one. Monthly sea ice on the map is the median extent of 1981 to 2010 and, dashed, the latest single "
    "year at hand; it is not today's ice.",
)
_NOT = (
    "What it is not",
    "Not for navigation, targeting or site security decisions. Military sites are claims of public "
    "sources, rounded to 0.1 degree and never scored for weakness. There are no live tracks, routines, "
    "weapon ranges or people here.",
)


def method(anchors: Mapping[str, float], *, with_association: bool) -> tuple[tuple[str, ...], ...]:
    """Return title and paragraphs of each part of the dialog.

    `anchors` maps the id of an anchor to its value. `with_association` says whether association is one of the
    military parts.
    """
    words = classes_in_words(anchors, with_association=with_association)
    return (_SOURCES, _GATES, *words, _UNKNOWN, _DUAL_USE, _SCOPE, _SCENARIOS, _NOT)


def classes_in_words(
    anchors: Mapping[str, float], *, with_association: bool = True
) -> tuple[tuple[str, ...], ...]:
    """Return title and sentences on the meaning of flag, overlap and classes; parameters as in `method`."""
    a = {name: _figure(value) for name, value in anchors.items()}
    others = "hinterland, position, association" if with_association else "hinterland, position"
    return (
        (
            "Critical and overlap",
            "Critical: climate high, defence high, people moderate or high, in scope and not of class D0; "
            "robust where all hold in 80 % of draws or more, possible from 20 %.",
            "Overlap: climate moderate or high and defence high, in 50 % of draws or more.",
            "Insufficient data: a lacking datum alone decides, and is named.",
            "Draws vary what is measured within its error, ground ice where it is not known, and every "
            "anchor by a fifth. A draw tests a finding and makes none: a hazard that is not known to be high "
            "is high in no draw.",
        ),
        (
            "Climate: the worst hazard that is known",
            f"Ice season lost since 1981-2010: moderate from {a['ice_lost_moderate']}, high from "
            f"{a['ice_lost_high']} months a year.",
            f"Spread of the ice season: moderate from {a['ice_unreliable_moderate']}, high from "
            f"{a['ice_unreliable_high']} months.",
            "Permafrost: moderate where continuous or discontinuous, or sporadic with medium or high ground "
            "ice. High where continuous or discontinuous with high ground ice, or with medium where "
            f"discontinuous or at {a['warm_permafrost']} °C mean annual air and warmer, or where damage by "
            "thaw is reported.",
            f"Coastal erosion: moderate from {a['erosion_moderate']}, high from {a['erosion_high']} m a "
            "year.",
            f"Sea level by 2100: moderate from {a['level_rise_moderate']}, high from "
            f"{a['level_rise_high']} m of rise; a fall is moderate where it takes a depth of "
            f"{a['depth_deep']} or {a['depth_shallow']} m away.",
        ),
        (
            "Defence: what public attributes would let it do",
            f"Facility, {others}: each from 0 to 1.",
            f"High: facility {a['facility_high']} or more and two others {a['part_holds']} or more. "
            f"Moderate: facility {a['facility_moderate']} or more and one other.",
            f"Depth: approach from {a['approach_zero']} to {a['approach_one']} m, pier from {a['pier_zero']} "
            f"to {a['pier_one']} m. Paved runway: 0.5 at {a['runway_short']}, 1 at {a['runway_long']} m.",
        ),
        (
            "People: who depends on it",
            f"High: {a['captive_high']} people, or all of a place of {a['captive_place']}, have no other "
            f"usable node of the kind within 100 km by road or rail, or {a['sole_supply']} have it as sole "
            "supply.",
            f"Moderate: {a['captive_moderate']} without another, or {a['reached_moderate']} within 50 km.",
        ),
    )


def _figure(value: float) -> str:
    """Return an anchor as the page writes numbers: a thin space between thousands, and a true minus sign."""
    return f"{value:,.6g}".replace(",", _THIN).replace("-", "\u2212")
