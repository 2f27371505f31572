"""Values that the rules read, in whole thousandths, and the anchors of the worked examples."""

from __future__ import annotations

import math

import numpy as np

from layers.assessed.judgement import whole_of

NAN = math.nan
# The anchors of the worked examples. They stay as they are if the table of anchors changes.
WORKED = {
    "ice_lost_moderate": 0.5, "ice_lost_high": 1.5, "ice_unreliable_moderate": 1, "ice_unreliable_high": 2,
    "warm_permafrost": -6, "erosion_moderate": 0.3, "erosion_high": 1, "level_rise_moderate": 0.6,
    "level_rise_high": 1, "depth_deep": 10.7, "depth_shallow": 6.4, "approach_zero": 6.4,
    "approach_one": 10.7, "pier_zero": 4.9, "pier_one": 10.7, "vessel_length": 152, "runway_short": 1067,
    "runway_long": 2359, "runway_width": 27.4, "systems_one": 3, "capacity_zero": 5, "capacity_one": 500,
    "land_near": 5, "deep_port_one": 50, "deep_port_zero": 100, "route_one": 100, "route_zero": 600,
    "narrow_one": 250, "narrow_zero": 1000, "scarcity_zero": 25, "scarcity_one": 500, "claim_near": 10,
    "facility_high": 0.6, "facility_moderate": 0.4, "part_holds": 0.5, "captive_high": 1000,
    "captive_place": 300, "captive_moderate": 300, "sole_supply": 500, "reached_moderate": 5000,
}  # fmt: skip
A = whole_of(WORKED)


def read(**values: float) -> dict[str, np.ndarray]:
    """Return the values of one node, each of shape (1, 1)."""
    return {name: np.array([[value]], dtype=float) for name, value in values.items()}


LINES = ("ice_lost", "ice_unreliable", "erosion", "level_rise")
