"""Required and supporting rows of the dual-use class: each value on both sides of its threshold."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from toy_attributes import one_site

from layers.assessed.dual_use import add_dual_use

NAN = math.nan
MATERIALS = pd.DataFrame({"tier": ["A"], "match_regex": ["graphite"], "as_of": ["2025"]})


def rows_of(table: str, attributes: dict[str, Any], measures: dict[str, float]) -> dict[str, float]:
    """Return the score of each dual-use row of one site, by need and indicator."""
    builder, facts = one_site(table, attributes, measures)
    papers = pd.DataFrame({"is_dual": [False], "source_id": ["p"], "seen_on": [""], "note": [""]})
    add_dual_use(builder, facts, MATERIALS, papers)
    rows = builder.table()
    names = rows["group"].str.removeprefix("d_") + " " + rows["indicator"]
    return dict(zip(names, rows["score"], strict=True))


@pytest.mark.parametrize(
    ("table", "attributes", "measures", "row", "score"),
    [
        ("port", {"channel_depth_low_m": 10.7}, {}, "required deep_water", 1),
        ("port", {"channel_depth_low_m": 10.6, "anchorage_depth_low_m": 10.6}, {}, "required deep_water", 0),
        ("port", {"channel_depth_low_m": 10.6}, {}, "required deep_water", NAN),
        ("port", {"anchorage_depth_low_m": 10.7}, {}, "required deep_water", 1),
        ("port", {"cargo_pier_depth_low_m": 1.0}, {}, "required berth", 1),
        ("port", {"has_facilities_wharves": False}, {}, "required berth", 0),
        ("port", {}, {"rail_km": 2.0}, "supporting railway", 1),
        ("port", {}, {"rail_km": 2.01}, "supporting railway", 0),
        ("port", {"has_supplies_fuel_oil": False}, {}, "supporting fuel", NAN),
        ("port", {"has_supplies_fuel_oil": False, "has_supplies_diesel_oil": True}, {}, "supporting fuel", 1),
        ("port", {"shelter_afforded": "Good"}, {}, "supporting shelter", 1),
        ("port", {"shelter_afforded": "Fair"}, {}, "supporting shelter", 0),
        ("airfield", {"paved_length_m": 1067.0}, {}, "required paved_1067_m", 1),
        ("airfield", {"paved_length_m": 1066.9}, {}, "required paved_1067_m", 0),
        ("airfield", {"paved_length_m": 2359.0}, {}, "supporting paved_2359_m", 1),
        ("airfield", {"paved_length_m": 2358.9}, {}, "supporting paved_2359_m", 0),
        ("airfield", {"runway_length_m": 3000.0}, {}, "required paved_1067_m", NAN),
        ("airfield", {"runway_length_m": 1066.0}, {}, "required paved_1067_m", 0),
        ("airfield", {"runway_length_m": 3000.0, "is_runway_paved": False}, {}, "required paved_1067_m", 0),
        ("airfield", {"runway_width_m": 27.4}, {}, "required width_27_4_m", 1),
        ("airfield", {"runway_width_m": 27.3}, {}, "required width_27_4_m", 0),
        ("airfield", {}, {"port_km": 30.0}, "supporting port_or_rail", 1),
        ("airfield", {}, {"rail_terminal_km": 30.0}, "supporting port_or_rail", 1),
        ("airfield", {}, {"port_km": 30.1, "rail_terminal_km": 30.1}, "supporting port_or_rail", 0),
        ("railhead", {"gauge_mm": 1435.0}, {}, "required gauge", 1),
        ("railhead", {"gauge_mm": 1520.0}, {}, "required gauge", 0),
        ("railhead", {}, {"port_km": 10.0}, "required to_port_or_border", 1),
        ("railhead", {}, {"port_km": 10.1}, "required to_port_or_border", 0),
        ("railhead", {"is_border_station": True}, {}, "required to_port_or_border", 1),
        ("landing", {"systems_in_service": 1.0}, {}, "required system_in_service", 1),
        ("landing", {"systems_in_service": 0.0}, {}, "required system_in_service", 0),
        ("landing", {}, {"cable_landing_km": 100.0}, "supporting only_landing", 0),
        ("landing", {}, {"cable_landing_km": 100.1}, "supporting only_landing", 1),
        ("landing", {}, {"ground_station_km": 50.0}, "supporting serves_ground_station", 1),
        ("landing", {}, {"ground_station_km": 50.1}, "supporting serves_ground_station", 0),
        ("plant", {}, {"airfield_km": 25.0}, "required dependent_node", 1),
        ("plant", {}, {"airfield_km": 25.1}, "required dependent_node", 0),
        ("plant", {}, {"energy_site_km": 100.0}, "supporting only_supply", 0),
        ("plant", {}, {"energy_site_km": 100.1}, "supporting only_supply", 1),
        ("mine", {"commodity": "Graphite"}, {}, "required listed_material", 1),
        ("mine", {"commodity": "Gold"}, {}, "required listed_material", 0),
        ("mine", {}, {}, "required listed_material", NAN),
        ("mine", {"kind": "mine", "stage": "operating"}, {}, "required producing_or_strategic", 1),
        ("mine", {"kind": "deposit"}, {}, "required producing_or_strategic", 0),
        ("mine", {"kind": "mine", "stage": "standby"}, {}, "required producing_or_strategic", 0),
        ("project", {"materials": "Gold"}, {}, "required producing_or_strategic", 1),
        ("mine", {}, {"port_km": 25.0}, "supporting port_or_rail", 1),
        ("mine", {}, {"port_km": 25.1, "rail_km": 5.1}, "supporting port_or_rail", 0),
        ("mine", {}, {"rail_km": 5.0}, "supporting port_or_rail", 1),
        ("station", {}, {}, "required civil_and_public", 1),
        ("station", {"is_polar_orbit_service": False}, {}, "supporting polar_orbit", 0),
    ],
)  # fmt: skip
def test_a_row_turns_at_its_threshold(
    table: str, attributes: dict, measures: dict, row: str, score: float
) -> None:
    assert rows_of(table, attributes, measures)[row] == pytest.approx(score, nan_ok=True)


def test_only_rows_of_the_kind_are_written() -> None:
    assert set(rows_of("station", {}, {})) == {
        "required civil_and_public", "supporting polar_orbit"
    }  # fmt: skip
    assert np.isnan(rows_of("airfield", {}, {})["supporting fuel"])
