"""Facility rows of one site: each value on both sides of its anchor."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from toy_attributes import one_site

from layers.assessed.class_thresholds import anchor_values
from layers.assessed.military_facility import add_facility

NAN = math.nan
MATERIALS = pd.DataFrame(
    {"tier": ["A", "B", "C"], "match_regex": ["graphite", "copper", "tin"], "as_of": ["2025"] * 3}
)


def scores(table: str, attributes: dict[str, Any], measures: dict[str, float]) -> dict[str, float]:
    builder, facts = one_site(table, attributes, measures)
    add_facility(builder, facts, anchor_values(), MATERIALS)
    rows = builder.table()
    return dict(zip(rows["indicator"], rows["score"], strict=True))


@pytest.mark.parametrize(
    ("table", "attributes", "measures", "name", "score"),
    [
        ("port", {"channel_depth_low_m": 6.4}, {}, "approach_depth", 0),
        ("port", {"channel_depth_low_m": 10.7}, {}, "approach_depth", 1),
        ("port", {"channel_depth_low_m": 6.4, "anchorage_depth_low_m": 10.7}, {}, "approach_depth", 1),
        ("port", {"cargo_pier_depth_low_m": 4.9}, {}, "pier_depth", 0),
        ("port", {"cargo_pier_depth_low_m": 7.8}, {}, "pier_depth", 0.5),
        ("port", {"max_vessel_length_m": 152.0}, {}, "large_ships", 1),
        ("port", {"max_vessel_length_m": 151.9}, {}, "large_ships", 0),
        ("port", {"max_vessel_length_m": 151.9, "has_facilities_ro_ro": True}, {}, "large_ships", 1),
        ("port", {}, {}, "large_ships", NAN),
        ("port", {"repairs": "Limited"}, {}, "sustainment", 0.5),
        ("port", {"repairs": "Limited", "dry_dock": "Medium"}, {}, "sustainment", 0.67),
        ("port", {"repairs": "None", "has_lifts_100_plus_tons": False}, {}, "sustainment", 0),
        ("airfield", {"paved_length_m": 1067.0, "runway_width_m": 27.4}, {}, "runway_length", 0.5),
        ("airfield", {"paved_length_m": 1066.0, "runway_width_m": 27.4}, {}, "runway_length", 0),
        ("airfield", {"paved_length_m": 2359.0, "runway_width_m": 27.4}, {}, "runway_length", 1),
        ("airfield", {"paved_length_m": 2359.0, "runway_width_m": 27.3}, {}, "runway_length", 0),
        ("airfield", {"paved_length_m": 2359.0}, {}, "runway_length", NAN),
        ("airfield", {"runway_length_m": 1067.0}, {}, "runway_length", NAN),
        ("airfield", {"runway_length_m": 1066.9}, {}, "runway_length", 0),
        ("landing", {"systems_in_service": 3.0}, {}, "systems_in_service", 1),
        ("plant", {"capacity_mw": 5.0}, {}, "capacity", 0),
        ("plant", {"capacity_mw": 50.0}, {}, "capacity", 0.5),
        ("plant", {"capacity_mw": 500.0}, {}, "capacity", 1),
        ("plant", {}, {"port_km": 25.0}, "dependent_node", 1),
        ("plant", {}, {"airfield_km": 25.0}, "dependent_node", 1),
        ("plant", {}, {"port_km": 25.1, "airfield_km": 25.1}, "dependent_node", 0),
        ("mine", {"commodity": "Graphite, copper"}, {}, "listed_material", 1),
        ("mine", {"commodity": "Copper"}, {}, "listed_material", 0.75),
        ("mine", {"commodity": "Tin"}, {}, "listed_material", 0),
        ("mine", {"commodity": "Gold"}, {}, "listed_material", 0),
        ("mine", {"stage": "feasibility"}, {}, "producing_or_strategic", 0),
        ("mine", {"stage": "construction"}, {}, "producing_or_strategic", 0),
        ("mine", {"stage": "operating"}, {}, "producing_or_strategic", 1),
        ("railhead", {"gauge_mm": 1435.0}, {}, "gauge", 1),
        ("railhead", {"gauge_mm": 1520.0}, {}, "gauge", 0.5),
        ("railhead", {"gauge_mm": 1435.0, "is_isolated": True}, {}, "gauge", 0),
        ("railhead", {"serves_port": "a port"}, {}, "to_port_or_border", 1),
        ("station", {"is_polar_orbit_service": True}, {}, "polar_orbit", 1),
    ],
)
def test_a_facility_row_turns_at_its_anchor(
    table: str, attributes: dict, measures: dict, name: str, score: float
) -> None:
    assert scores(table, attributes, measures)[name] == pytest.approx(score, abs=0.001, nan_ok=True)
