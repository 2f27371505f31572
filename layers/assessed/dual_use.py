"""D, the dual-use class: a rule, not a number (method §5.2). Required rows, then supporting ones.

D3 documented (an official document calls it so, or funds it as such) · D2 capable: every required
row and half of the supporting ones · D1 partial: one required row · D0 none found · D? too little
is known. D2 is an inference from public attributes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.assessed.book import numbers, yes
from layers.assessed.military_relevance import material_tier

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from layers.assessed.book import Book, Facts

__all__ = ["CLASSES", "add_dual_use", "classify"]

CLASSES = ("D3", "D2", "D1", "D0", "D?")


def _or(*flags: NDArray[np.float64]) -> NDArray[np.float64]:
    """Yes if any is, no if all are known not to be, otherwise unknown."""
    stack = np.vstack(flags)
    yes_any = (stack == 1).any(axis=0)
    return np.where(yes_any, 1.0, np.where(np.isnan(stack).any(axis=0), np.nan, 0.0))


def _at_least(value: NDArray[np.float64], bar: float) -> NDArray[np.float64]:
    return np.where(np.isnan(value), np.nan, (value >= bar).astype(float))


def add_dual_use(book: Book, facts: Facts, materials: pd.DataFrame, papers: pd.DataFrame) -> None:
    """Write the required (`d_required`) and supporting (`d_supporting`) rows of every site.

    What `papers` (layers.assessed.policy.documented) hold of a node itself is a `d_documented` row.
    """
    book.add(
        papers["is_dual"].to_numpy(), ("dual_use", "d_documented", "official_document"), 1.0, value=1.0,
        source="own_documented_dual_use", as_of=papers["seen_on"], note=papers["note"],
    )  # fmt: skip
    port, air, reach = facts.port, facts.airfield, facts.measures

    count = len(facts.kind)

    def rows(kind: str, table: tuple[tuple[str, str, Any, str, str], ...]) -> None:
        for group, indicator, score, source, note in table:
            book.add(
                facts.of(kind),
                ("dual_use", f"d_{group}", indicator),
                np.asarray(score, dtype=float),
                value=np.asarray(score, dtype=float),
                source=source,
                as_of=_DAYS[source],
                note=note,
            )

    def near(column: str, km: float) -> NDArray[np.float64]:
        return (reach[column] <= km).astype(float).to_numpy()

    deep = _or(
        _at_least(numbers(port["channel_depth_low_m"]), 10.7),
        _at_least(numbers(port["anchorage_depth_low_m"]), 10.7),
    )
    berth = np.where(
        np.isnan(numbers(port["cargo_pier_depth_low_m"])), yes(port["has_facilities_wharves"]), 1.0
    )
    fuel = _or(yes(port["has_supplies_fuel_oil"]), yes(port["has_supplies_diesel_oil"]))
    crane = _or(
        *(
            yes(port[f"has_{c}"])
            for c in ("cranes_fixed", "cranes_mobile", "cranes_floating", "lifts_100_plus_tons")
        )
    )
    shelter = numbers(
        port["shelter_afforded"].map({"Excellent": 1.0, "Good": 1.0, "Fair": 0.0, "Poor": 0.0, "None": 0.0})
    )
    wpi = "nga_world_port_index"
    rows(
        "port",
        (
            ("required", "deep_water", deep, wpi, "channel or anchorage 10.7 m and more"),
            ("required", "berth", berth, wpi, "a pier depth or wharf is reported"),
            ("supporting", "roro", yes(port["has_facilities_ro_ro"]), wpi, "roll-on roll-off"),
            ("supporting", "railway", near("rail_km", 2), "osm_railways", "railway within 2 km"),
            ("supporting", "fuel", fuel, wpi, "fuel oil or diesel"),
            ("supporting", "crane", crane, wpi, "crane or lift"),
            ("supporting", "tug", yes(port["has_tugs_assistance"]), wpi, "tug assistance"),
            ("supporting", "shelter", shelter, wpi, "shelter good or excellent"),
        ),
    )
    length, paved = numbers(air["runway_length_m"]), yes(air["is_runway_paved"])
    width, paved_length = numbers(air["runway_width_m"]), numbers(air["paved_length_m"])
    # No paved runway on file: 0 where the longest is unpaved; where its surface is unknown it counts
    # only if it is too short whatever it is.
    unstated = np.where(length < 1067, length, np.nan)
    surfaced = np.where(np.isnan(paved_length), np.where(paved == 0, 0.0, unstated), paved_length)
    short = _at_least(surfaced, 1067)
    long = np.where(short == 0, 0.0, _at_least(surfaced, 2359))
    rows(
        "airfield",
        (
            ("required", "paved_1067_m", short, "ourairports", "paved runway of 1,067 m and more"),
            ("required", "width_27_4_m", _at_least(width, 27.4), "ourairports", "27.4 m wide and more"),
            ("supporting", "paved_2359_m", long, "ourairports", "2,359 m and more"),
            (
                "supporting",
                "scheduled",
                yes(air["has_scheduled_service"]),
                "ourairports",
                "scheduled passengers",
            ),
            ("supporting", "fuel", np.full(count, np.nan), "ourairports", "fuel is not openly held"),
            (
                "supporting",
                "port_or_rail",
                np.maximum(near("port_km", 30), near("rail_terminal_km", 30)),
                "nga_world_port_index",
                "port or railhead within 30 km",
            ),
        ),
    )
    rows(
        "rail_terminal",
        (
            (
                "required",
                "to_port_or_border",
                near("port_km", 10),
                "osm_railways",
                "a port within 10 km of the railhead",
            ),
            ("required", "gauge", np.full(count, np.nan), "osm_railways", "gauge is not held"),
            (
                "supporting",
                "electrified",
                np.full(count, np.nan),
                "osm_railways",
                "electrification is not held",
            ),
        ),
    )
    systems = numbers(facts.landing["systems_in_service"])
    rows(
        "cable_landing",
        (
            (
                "required",
                "system_in_service",
                _at_least(systems, 1),
                "own_cable_landings",
                "an international or inter-island system lands",
            ),
            (
                "supporting",
                "only_landing",
                (reach["cable_landing_km"] > 100).astype(float),
                "own_cable_landings",
                "no other landing within 100 km",
            ),
            (
                "supporting",
                "serves_ground_station",
                near("ground_station_km", 50),
                "own_ground_stations",
                "a ground station within 50 km",
            ),
        ),
    )
    nearby = reach[["port_km", "airfield_km", "cable_landing_km", "rail_terminal_km"]].min(axis=1)
    rows(
        "energy_site",
        (
            (
                "required",
                "dependent_node",
                (nearby <= 25).astype(float),
                "nga_world_port_index",
                "a port, airfield, landing or railhead within 25 km",
            ),
            (
                "supporting",
                "only_supply",
                (reach["energy_site_km"] > 100).astype(float),
                "wri_global_power_plants",
                "no other energy site within 100 km",
            ),
        ),
    )
    tier = material_tier(facts.mine["commodity"].fillna(facts.project["materials"]), materials)
    listed = tier.isin(["A", "B"]).astype(float).where(tier.notna()).to_numpy(dtype=float)
    rows(
        "mine",
        (
            (
                "required",
                "listed_material",
                listed,
                "own_materials",
                "material on NATO's or the EU's strategic list",
            ),
            (
                "required",
                "producing_or_strategic",
                np.where(facts.project.is_there | facts.mine.is_there, 1.0, np.nan),
                "icmm_global_mining",
                "a facility on record or a strategic project",
            ),
            (
                "supporting",
                "port_or_rail",
                np.maximum(near("port_km", 25), near("rail_km", 5)),
                "osm_railways",
                "port within 25 km or railway within 5 km",
            ),
        ),
    )
    rows(
        "ground_station",
        (
            (
                "required",
                "civil_and_public",
                np.ones(count),
                "own_ground_stations",
                "civil operator, public site",
            ),
            (
                "supporting",
                "polar_orbit",
                yes(facts.station["is_polar_orbit_service"]),
                "own_ground_stations",
                "serves polar orbits",
            ),
        ),
    )


_DAYS = {
    "nga_world_port_index": "2025-05-27",
    "ourairports": "2022-10-11",
    "osm_railways": "2024-04-01",
    "own_cable_landings": "2026-11-23",
    "own_ground_stations": "2026-11-23",
    "own_materials": "2025-11-07",
    "wri_global_power_plants": "2018-06-01",
    "icmm_global_mining": "2025-09-01",
}


def classify(evidence: pd.DataFrame) -> pd.DataFrame:
    """`dual_use_class` and `dual_use_coverage` by node_id, from the dual-use rows of the evidence."""
    rows = evidence.loc[evidence["axis"] == "dual_use", ["node_id", "group", "score"]]
    required, supporting = rows["group"] == "d_required", rows["group"] == "d_supporting"
    met, known = rows["score"] == 1, rows["score"].notna()
    by_node = rows["node_id"]

    def count(mask: pd.Series) -> pd.Series:
        return mask.groupby(by_node).sum()

    need, need_met, need_known = count(required), count(required & met), count(required & known)
    support, support_met = count(supporting), count(supporting & met)
    # A document adds nothing to what is known of the rule's own rows.
    coverage = count(known & (required | supporting)) / (need + support)
    capable = (need_met == need) & (support_met * 2 >= support)
    names = pd.Series("D0", index=need.index)
    names = names.mask(need_met > 0, "D1").mask(capable, "D2")
    # What could still be D2 if the unknown rows were known is not D0 or D1 but unknown.
    thin = (coverage < 0.5) | ((need_known < need) & (need_met == need_known) & ~capable & (need_met == 0))
    names = names.mask(thin & ~capable, "D?")
    names = names.mask(count((rows["group"] == "d_documented") & met) > 0, "D3")
    return pd.DataFrame({"dual_use_class": names, "dual_use_coverage": coverage})
