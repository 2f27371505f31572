"""ANCHORS: every value at which a class or a score changes, with its unit and its source.

The anchors are the same for every kind, country and region (decisions/0013). A scenario may replace some by
id. Each draw multiplies each anchor by a factor of 0.8 to 1.2. A convention is a choice of this project: it
is printed, varied and checked by `benchmarks validation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ANCHORS", "CLASSES", "HIGH", "LOW", "MODERATE", "PAIRS", "UNKNOWN", "Anchor", "anchor_values"]

# Codes of a class: whole numbers, so that the worst class is the largest.
UNKNOWN, LOW, MODERATE, HIGH = -1, 0, 1, 2
CLASSES = ("low", "moderate", "high", "unknown")  # each at the index of its code; -1 is the last


@dataclass(frozen=True, slots=True)
class Anchor:
    """One value in `unit`: `meaning` states what changes there, `source` where the value comes from."""

    id: str
    value: float
    unit: str
    meaning: str
    source: str


_C17 = "C-17: 3,500 ft x 90 ft to land and operate, 7,740 ft to take off (USAF fact sheets, method §4)"
_DEEP = "35 ft, deep draft of the USACE / Alaska DOT Arctic ports study"
_BIN = "lower end of a World Port Index bin (convention)"
_CONVENTION = "convention"
_COUNTRY = "convention: a settlement of this size is counted in national statistics (locality)"

ANCHORS: tuple[Anchor, ...] = (
    Anchor("ice_lost_moderate", 0.5, "months", "ice season lost: moderate from", _CONVENTION),
    Anchor("ice_lost_high", 1.5, "months", "ice season lost: high from",
           "convention; the open season grew by 5 to 11 days a decade (Stroeve et al. 2014, "
           "doi:10.1002/2013GL058951)"),
    Anchor("ice_unreliable_moderate", 1.0, "months", "spread of the ice season: moderate from", _CONVENTION),
    Anchor("ice_unreliable_high", 2.0, "months", "spread of the ice season: high from", _CONVENTION),
    Anchor("warm_permafrost", -6.0, "degC", "mean annual air from which continuous permafrost counts as warm",
           "convention, after the limit of continuous permafrost (Brown et al. 1997, doi:10.3133/cp45)"),
    Anchor("erosion_moderate", 0.3, "m a-1", "coastal erosion: moderate from", _CONVENTION),
    Anchor("erosion_high", 1.0, "m a-1", "coastal erosion: high from",
           "twice the Arctic mean of 0.5 (Lantuit et al. 2012, doi:10.1007/s12237-010-9362-6)"),
    Anchor("level_rise_moderate", 0.6, "m", "sea level in 2100: moderate from", _CONVENTION),
    Anchor("level_rise_high", 1.0, "m", "sea level in 2100: high from", _CONVENTION),
    Anchor("depth_deep", 10.7, "m", "depth that a fall of the sea may take away", _DEEP),
    Anchor("depth_shallow", 6.4, "m", "depth that a fall of the sea may take away", _BIN),
    Anchor("approach_zero", 6.4, "m", "approach depth: scores 0", _BIN),
    Anchor("approach_one", 10.7, "m", "approach depth: scores 1", _DEEP),
    Anchor("pier_zero", 4.9, "m", "pier depth: scores 0", _BIN),
    Anchor("pier_one", 10.7, "m", "pier depth: scores 1", _DEEP),
    Anchor("vessel_length", 152.0, "m", "ships of this length count as large",
           "500 ft, class L of the World Port Index"),
    Anchor("runway_short", 1067.0, "m", "paved runway: scores 0.5", _C17),
    Anchor("runway_long", 2359.0, "m", "paved runway: scores 1", _C17),
    Anchor("runway_width", 27.4, "m", "a narrower runway scores 0", _C17),
    Anchor("systems_one", 3.0, "systems", "cable systems: scores 1", _CONVENTION),
    Anchor("capacity_zero", 5.0, "MW", "installed capacity: scores 0 (on a logarithm)", _CONVENTION),
    Anchor("capacity_one", 500.0, "MW", "installed capacity: scores 1 (on a logarithm)", _CONVENTION),
    Anchor("land_near", 5.0, "km", "railway or main road counts within", _CONVENTION),
    Anchor("deep_port_one", 50.0, "km", "deep port: scores 1 within", _CONVENTION),
    Anchor("deep_port_zero", 100.0, "km", "deep port: scores 0 from", _CONVENTION),
    Anchor("route_one", 100.0, "km", "named Arctic route: scores 1 within", _CONVENTION),
    Anchor("route_zero", 600.0, "km", "named Arctic route: scores 0 from", _CONVENTION),
    Anchor("narrow_one", 250.0, "km", "narrow: scores 1 within", _CONVENTION),
    Anchor("narrow_zero", 1000.0, "km", "narrow: scores 0 from", _CONVENTION),
    Anchor("scarcity_zero", 25.0, "km", "next of its capability: scores 0 (on a logarithm)", _CONVENTION),
    Anchor("scarcity_one", 500.0, "km", "next of its capability: scores 1 (on a logarithm)", _CONVENTION),
    Anchor("claim_near", 10.0, "km", "public claim of a military site counts within", _CONVENTION),
    Anchor("facility_high", 0.6, "1", "facility: high class from", _CONVENTION),
    Anchor("facility_moderate", 0.4, "1", "facility: moderate class from", _CONVENTION),
    Anchor("part_holds", 0.4, "1", "hinterland, position, association: each holds from",
           "convention; not 0.5, at which half of the values stand (decisions/0013)"),
    Anchor("captive_high", 1000.0, "persons", "people without another node: high from", _CONVENTION),
    Anchor("captive_place", 300.0, "persons", "a whole place of this size without another: high",
           _COUNTRY),
    Anchor("captive_moderate", 300.0, "persons", "people without another node: moderate from", _COUNTRY),
    Anchor("sole_supply", 500.0, "persons", "sole supply of so many: high", _CONVENTION),
    Anchor("reached_moderate", 5000.0, "persons", "people within 50 km: moderate from", _CONVENTION),
)  # fmt: skip


# Pairs of anchors of which the first is not larger than the second.
PAIRS = (
    ("ice_lost_moderate", "ice_lost_high"), ("ice_unreliable_moderate", "ice_unreliable_high"),
    ("erosion_moderate", "erosion_high"), ("level_rise_moderate", "level_rise_high"),
    ("depth_shallow", "depth_deep"), ("approach_zero", "approach_one"), ("pier_zero", "pier_one"),
    ("runway_short", "runway_long"), ("capacity_zero", "capacity_one"),
    ("deep_port_one", "deep_port_zero"), ("route_one", "route_zero"), ("narrow_one", "narrow_zero"),
    ("scarcity_zero", "scarcity_one"), ("facility_moderate", "facility_high"),
    ("captive_moderate", "captive_high"), ("sole_supply", "captive_high"),
)  # fmt: skip


def anchor_values(changes: Mapping[str, float] | None = None) -> dict[str, float]:
    """Return the value of each anchor by id, in its unit; `changes` maps ids to values that replace them."""
    return {anchor.id: anchor.value for anchor in ANCHORS} | dict(changes or {})
