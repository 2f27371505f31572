"""How a picture is made, in words for its reader: what the second button of the map opens."""

from __future__ import annotations

__all__ = ["METHOD"]

# Title and paragraphs; layers.assessed computes what they say.
METHOD: tuple[tuple[str, ...], ...] = (
    (
        "From sources to nodes",
        "Every layer comes from an open source that is named with its licence and date. Ports, "
        "airfields, cable landings, mines, railheads, energy sites and ground stations are merged "
        "across sources into nodes. All distances are measured on WGS 84; the map is drawn in the "
        "polar stereographic plane EPSG:3413, turned to the meridian you choose.",
    ),
    (
        "Three axes, never one score",
        "Climate risk is hazard, exposure and vulnerability, joined by a geometric mean: no hazard "
        "means no risk, whatever stands there. Military relevance says what the public attributes of "
        "a place would let it support: access, supply, connections, position. Civil dependence says "
        "who hangs on a place and has no other within reach.",
        "Each indicator is scored from 0 to 1 between two anchors that are a documented threshold, a "
        "physical bound or, where neither exists, a convention that is called one. Within a dimension "
        "known indicators are averaged by weight. The details of a node list every value with its "
        "unit, source, date, score and weight, so that a score can be added up again by hand.",
    ),
    (
        "Intervals: what is unknown stays unknown",
        "The low end of a bar takes every unknown indicator as 0, the high end as 1; the tick is the "
        "known part alone. A wide bar is an honest bar. Nothing missing is ever counted as zero.",
    ),
    (
        "Dual-use class",
        "A rule, not a number. D3: an official public document calls the place dual-use. D2: every "
        "required row of its kind and half of the supporting ones are met, which is an inference from "
        "public attributes. D1: one required row. D0: none found. D?: too little is known.",
    ),
    (
        "The flag is a conjunction",
        "A node counts in a draw when it is of class D2 or D3, stands in the top quarter of its kind "
        "on climate risk and on military relevance, and in the upper half on civil dependence. Seeded "
        "draws vary the weights and fill what is unknown at random; the probability is the share of "
        "draws in which all four hold. Robust from 0.8, possible from 0.2, not flagged below; "
        "insufficient data where less than half of an axis is known. These cut-offs are conventions.",
    ),
    (
        "Ranks, scenarios, ice",
        "Ranks are intervals within a kind, from the 5th to the 95th per cent of draws; overlapping "
        "intervals are ties. Warming levels are conditions, not dates, and no forecast. Monthly sea "
        "ice is the median extent of 1981 to 2010 and, dashed, the latest single year at hand; it is "
        "not today's ice.",
    ),
    (
        "What it is not",
        "Not for navigation, targeting or site security decisions. Military sites are claims of "
        "public sources, rounded to 0.1 degree and never scored for weakness. There are no live "
        "tracks, routines, weapon ranges or people here.",
    ),
)
