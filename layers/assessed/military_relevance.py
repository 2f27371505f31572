"""M, military relevance from public attributes, method §4.

It says that public attributes would let a place support allied or national movement and
sustainment. It says nothing of plans, forces or targets, and never scores a military site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.assessed.book import numbers, yes
from layers.assessed.policy import ten_t
from layers.assessed.remit import special_status
from layers.scoring import Scale, percentile

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd

    from layers.assessed.book import Book, Facts
    from layers.scenarios import Scenario

__all__ = ["add_military_relevance", "material_tier"]

# Treaty status that takes association and policy out of the question; the reason is printed.
_TREATY = {
    "svalbard_treaty_art9": "Svalbard Treaty 1920, Art. 9: no naval base, no fortification",
    "demilitarised_neutralised": "Åland: demilitarised and neutralised (1856, 1921, 1940)",
}
_WPI, _WPI_DAY = "nga_world_port_index", "2025-05-27"
_AIR, _AIR_DAY = "ourairports", "2022-10-11"
# Deep draft 35 ft = 10.7 m (US Army Corps of Engineers / Alaska DOT, Arctic ports study).
_DEEP_DRAFT_M = 10.7
# C-17: 3,500 ft x 90 ft to land and operate, 7,740 ft to take off (method §4).
_SHORT_FIELD_M, _LONG_FIELD_M, _WIDTH_M = 1067.0, 2359.0, 27.4


def add_military_relevance(
    book: Book,
    facts: Facts,
    military_sites: gpd.GeoDataFrame,
    materials: pd.DataFrame,
    memberships: pd.DataFrame,
    scenario: Scenario,
    day: date,
    ten_t_nodes: pd.DataFrame,
    papers: pd.DataFrame,
) -> None:
    """Write access, sustainment, connection, position, association and policy of every site."""
    _add_access(book, facts)
    _add_sustainment(book, facts)
    _add_connection(book, facts)
    _add_position(book, facts)
    reason = special_status(book.sites, memberships, day).map(_TREATY)
    _add_association(book, facts, military_sites, scenario, reason, papers)
    _add_policy(book, facts, materials, reason, ten_t(book.sites, ten_t_nodes))


def _add_access(book: Book, facts: Facts) -> None:
    port = facts.of("port")
    for indicator, fields, zero_at in (
        ("approach_depth", ("channel_depth", "anchorage_depth"), 6.4),
        ("pier_depth", ("cargo_pier_depth",), 4.9),
    ):
        low = np.fmax.reduce([numbers(facts.port[f"{name}_low_m"]) for name in fields])
        # A bin without an upper bound is deeper than every anchor.
        top = [numbers(facts.port[f"{name}_high_m"]) for name in fields]
        lows = [numbers(facts.port[f"{name}_low_m"]) for name in fields]
        high = np.fmax.reduce(
            [np.where(np.isnan(t) & ~np.isnan(b), 99.0, t) for t, b in zip(top, lows, strict=True)]
        )
        book.add(
            port, ("military", "m_access", indicator), value=low, unit="m",
            source=_WPI, as_of=_WPI_DAY, scale=Scale("ramp", zero_at, _DEEP_DRAFT_M), value_high=high,
            note=f"lower bound of the bin; 0 at {zero_at} m, 1 at {_DEEP_DRAFT_M} m",
        )  # fmt: skip
    length = numbers(facts.port["max_vessel_length_m"])
    book.add(
        port, ("military", "m_access", "vessel_length"), scale=Scale("at least", 152, 152),
        value=length, unit="m", source=_WPI, as_of=_WPI_DAY, note="1 where ships over 152 m (500 ft) enter",
    )  # fmt: skip
    roro = yes(facts.port["has_facilities_ro_ro"])
    book.add(
        port, ("military", "m_access", "roro"), roro, value=roro, source=_WPI, as_of=_WPI_DAY,
        note="roll-on roll-off facility",
    )  # fmt: skip
    field = facts.of("airfield")
    length, width = numbers(facts.airfield["runway_length_m"]), numbers(facts.airfield["runway_width_m"])
    paved = yes(facts.airfield["is_runway_paved"])
    paved_length = numbers(facts.airfield["paved_length_m"])
    is_paved = ~np.isnan(paved_length)
    reach = np.where(is_paved, paved_length, length)
    # Nothing short can be long, whatever its surface; a long one of unknown surface is unknown.
    reach = np.where(is_paved | (paved == 0) | (reach < _SHORT_FIELD_M), reach, np.nan)
    # Gravel carries some of these aircraft, some of the time: without a paved runway, one half.
    for where, form in ((field & is_paved, "runway"), (field & ~is_paved, "unpaved runway")):
        book.add(
            where, ("military", "m_access", "runway_length"),
            scale=Scale(form, _SHORT_FIELD_M, _LONG_FIELD_M), value=reach,
            unit="m", source=_AIR, as_of=_AIR_DAY,
            note="0.5 at 1,067 m, 1 at 2,359 m paved; long enough says nothing of strong enough",
        )  # fmt: skip
    book.add(
        field, ("military", "m_access", "runway_width"), scale=Scale("at least", _WIDTH_M, _WIDTH_M),
        value=width, unit="m", source=_AIR, as_of=_AIR_DAY, note="1 at 27.4 m and more",
    )  # fmt: skip
    book.add(
        facts.of("rail_terminal"), ("military", "m_access", "axle_load"), unit="t",
        source="osm_railways", as_of="2024-04-01", note="axle load, gauge and train length are not held",
    )  # fmt: skip


def _add_sustainment(book: Book, facts: Facts) -> None:
    port = facts.of("port")
    flags = {
        "fuel_oil": "has_supplies_fuel_oil",
        "diesel": "has_supplies_diesel_oil",
        "aviation_fuel": "has_supplies_aviation_fuel",
        "tugs": "has_tugs_assistance",
        "lift_100_t": "has_lifts_100_plus_tons",
    }
    for indicator, column in flags.items():
        flag = yes(facts.port[column])
        book.add(
            port, ("military", "m_sustain", indicator), flag, value=flag, source=_WPI, as_of=_WPI_DAY,
            note="World Port Index, yes or no",
        )  # fmt: skip
    repairs = numbers(
        facts.port["repairs"].map(
            {"None": 0.0, "Emergency Only": 0.25, "Limited": 0.5, "Moderate": 0.75, "Major": 1.0}
        )
    )
    book.add(
        port, ("military", "m_sustain", "repairs"), repairs, value=repairs, unit="class", source=_WPI,
        as_of=_WPI_DAY, note="none 0 to major 1",
    )  # fmt: skip
    dock = numbers(facts.port["dry_dock"].map({"None": 0.0, "Small": 0.33, "Medium": 0.67, "Large": 1.0}))
    book.add(
        port, ("military", "m_sustain", "dry_dock"), dock, value=dock, unit="class", source=_WPI,
        as_of=_WPI_DAY, note="small 0.33, medium 0.67, large 1",
    )  # fmt: skip
    book.add(
        facts.of("airfield"), ("military", "m_sustain", "aviation_fuel"), source=_AIR, as_of=_AIR_DAY,
        note="fuel is not openly held",
    )  # fmt: skip


def _add_connection(book: Book, facts: Facts) -> None:
    everywhere = np.ones(len(book.sites), dtype=bool)
    rail, road = numbers(facts.measures["rail_km"]), numbers(facts.measures["road_km"])
    book.add(
        everywhere, ("military", "m_connect", "railway"), scale=Scale("within", 2, 2), value=rail, unit="km",
        source="osm_railways", as_of="2024-04-01", note="1 within 2 km; the extract lacks some lines",
        off=facts.of("rail_terminal"),
    )  # fmt: skip
    book.add(
        everywhere, ("military", "m_connect", "main_road"), scale=Scale("within", 5, 5), value=road,
        unit="km", source="osm_roads", as_of="2024-04-01",
        note="1 within 5 km of a main road; lesser roads not held",
    )  # fmt: skip
    other = np.where(
        facts.of("port"),
        facts.measures["airfield_km"],
        np.where(
            facts.of("airfield"),
            facts.measures["port_km"],
            facts.measures[["port_km", "airfield_km"]].min(axis=1),
        ),
    )
    book.add(
        everywhere, ("military", "m_connect", "second_mode"), scale=Scale("ramp", 25, 5), value=other,
        unit="km", source="ourairports", as_of=_AIR_DAY,
        note="airfield or port beside it; 1 within 5 km, 0 at 25 km",
    )  # fmt: skip


def _add_position(book: Book, facts: Facts) -> None:
    everywhere = np.ones(len(book.sites), dtype=bool)
    kind = pd.Series(facts.kind)
    gate = numbers(facts.measures["gate_km"])
    book.add(
        everywhere, ("military", "m_position", "gate_distance"),
        percentile(pd.Series(gate), kind, falling=True), scale="percentile", value=gate, unit="km",
        source="own_chokepoints", as_of="2026-11-23", note="percentile within kind: nearer a gate is higher",
    )  # fmt: skip
    lane = facts.measures["lane_betweenness"]
    book.add(
        everywhere, ("military", "m_position", "lane_betweenness"), percentile(lane, kind),
        scale="percentile", value=lane.to_numpy(), source="eurostat_marnet", as_of="2025-05-27",
        off=~facts.of("port"),
        note="percentile within kind: share of shortest sea ways from the gateways to ports that pass it",
    )  # fmt: skip
    apart = facts.measures["own_class_km"]
    book.add(
        everywhere, ("military", "m_position", "scarcity"), percentile(apart, kind), scale="percentile",
        value=apart.to_numpy(), unit="km", source=book.sites["source_id"].to_numpy(),
        as_of=book.sites["as_of"].to_numpy(),
        note="percentile within kind: farther from nodes of equal class is higher",
    )  # fmt: skip


def _add_association(
    book: Book,
    facts: Facts,
    military_sites: gpd.GeoDataFrame,
    scenario: Scenario,
    reason: pd.Series,
    papers: pd.DataFrame,
) -> None:
    km = numbers(facts.measures["military_claim_km"])
    claims = military_sites.set_index("feature_id").reindex(facts.measures["military_claim"])
    name = claims["name"].to_numpy()
    source = (claims["source_title"] + ", " + claims["source_url"]).to_numpy()
    radius = claims["uncertainty_km"].to_numpy()
    near_km = scenario.association_km
    told = [
        f"nearest public claim: {n}, {k:.0f} km (+/- {r:.0f} km), {s}"
        for n, k, r, s in zip(name, km, radius, source, strict=True)
    ]
    # A document that calls a node joint use is nearer than any site beside it.
    joint = papers["is_joint"].to_numpy()
    told = [f"{t}; {paper}" if j else t for t, j, paper in zip(told, joint, papers["note"], strict=True)]
    off = reason.notna().to_numpy()
    book.add(
        np.ones(len(book.sites), dtype=bool), ("military", "m_association", "military_site_near"),
        scale=Scale("rings", 2.5 * near_km, near_km), value=np.where(joint, 0, np.maximum(km - radius, 0)),
        unit="km", source="own_military_sites", as_of="2026-11-23",
        note=np.where(off, reason.fillna(""), np.array(told, dtype=object)), off=off,
    )  # fmt: skip


def material_tier(commodities: pd.Series, materials: pd.DataFrame) -> pd.Series:
    """Best tier (A, B, C, D) of the materials named in each text; null where the text is null."""
    best = pd.Series("D", index=commodities.index).where(commodities.notna(), None)
    for tier in ("C", "B", "A"):
        pattern = "|".join(
            f"(?:{regex})" for regex in materials.loc[materials["tier"] == tier, "match_regex"]
        )
        if pattern:
            best = best.mask(commodities.str.contains(pattern, case=False, na=False), tier)
    return best


def _add_policy(
    book: Book, facts: Facts, materials: pd.DataFrame, reason: pd.Series, network: pd.DataFrame
) -> None:
    off = reason.notna().to_numpy()
    why = reason.fillna("").to_numpy(dtype=object)
    mine = facts.of("mine")
    tier = material_tier(facts.mine["commodity"].fillna(facts.project["materials"]), materials)
    project = facts.project.is_there
    score = np.where(project, 1.0, tier.map({"A": 0.7, "B": 0.4, "C": 0.0, "D": 0.0}).to_numpy(dtype=float))
    told = np.where(
        project, "EU strategic project", "material tier " + tier.fillna("unknown").to_numpy(dtype=object)
    )
    book.add(
        mine, ("military", "m_policy", "strategic_material"), score, value=score, source="own_materials",
        as_of="2025-11-07", off=off, note=np.where(off, why, told),
    )  # fmt: skip
    book.add(
        ~mine, ("military", "m_policy", "ten_t_network"), network["score"], value=network["score"],
        source=network["source_id"], as_of="2024-07-18", off=off | network["off"],
        note=np.where(off, why, network["note"]),
    )  # fmt: skip
