"""One site with the attributes and measures that a test names; all others are unknown or far away."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from layers.assessed.evidence_builder import EvidenceBuilder, SiteAttributes, site_attributes
from layers.assessed.sites import KINDS

NAN = math.nan
KIND_OF = {
    "port": "port", "airfield": "airfield", "railhead": "rail_terminal", "landing": "cable_landing",
    "plant": "energy_site", "mine": "mine", "project": "mine", "station": "ground_station",
}  # fmt: skip
FACT_COLUMNS = [
    "node_id", "fact", "value", "low", "high", "label", "tier", "source_id", "as_of", "note"
]  # fmt: skip
TABLES = ("port", "airfield", "landing", "mine", "project", "plant", "terminal", "station", "railhead")
# Columns that the rules read; unknown where a test does not name them.
FLAGS = ("has_facilities_wharves", "has_supplies_fuel_oil", "has_supplies_diesel_oil", "has_facilities_ro_ro",
         "has_cranes_fixed", "has_cranes_mobile", "has_cranes_floating", "has_lifts_100_plus_tons",
         "has_tugs_assistance", "is_runway_paved", "has_scheduled_service", "is_electrified", "is_isolated",
         "is_border_station", "is_polar_orbit_service")  # fmt: skip
NUMBERS = ("capacity_mw", "max_vessel_length_m", "cargo_pier_depth_high_m", "channel_depth_high_m",
           "runway_length_m",
           "anchorage_depth_high_m", "channel_depth_low_m", "anchorage_depth_low_m", "cargo_pier_depth_low_m",
           "paved_length_m", "runway_width_m", "gauge_mm", "systems_in_service")  # fmt: skip
TEXTS = ("repairs", "dry_dock", "shelter_afforded", "commodity", "materials", "kind", "stage", "serves_port")
FAR = {f"{kind}_km": 500.0 for kind in KINDS} | {"rail_km": 500.0, "road_km": 500.0}


def one_site(
    table: str, attributes: dict[str, Any], measures: dict[str, Any]
) -> tuple[EvidenceBuilder, SiteAttributes]:
    """Return the builder of evidence and the attributes of one site, which has a row in `table`."""
    key = {"node_id": "n", "kind": KIND_OF[table], "sources": "key", "source_id": "s", "as_of": "d"}
    sites = pd.DataFrame([key])
    row = dict.fromkeys(NUMBERS, NAN) | dict.fromkeys([*FLAGS, *TEXTS]) | attributes
    full = pd.DataFrame([row | {"feature_id": "key", "source_id": "list", "as_of": "2026"}])
    full = full.astype(dict.fromkeys(FLAGS, "boolean") | dict.fromkeys(TEXTS, "str"))
    tables = {name: full if name == table else full.iloc[:0] for name in TABLES}
    lines = dict.fromkeys(("rail_source_id", "rail_as_of", "road_source_id", "road_as_of"), "x")
    measured = pd.DataFrame([{"node_id": "n"} | FAR | lines | measures])
    facts = pd.DataFrame(columns=FACT_COLUMNS)
    return EvidenceBuilder(sites), site_attributes(sites, measured, facts, **tables)
