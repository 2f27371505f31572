"""Dual-use class of a node, by required and supporting rows of its kind (method §5.2).

D3, documented: an official document calls or funds the node as dual use. D2, capable: every required row and
half of the supporting rows hold. D1, partial: at least one required row holds. D0: no required row holds. D?:
too little is known. D2 is an inference from public attributes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from layers.assessed.evidence_builder import numbers, yes
from layers.assessed.military_facility import mine_facts, reaches_port, runway_of

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from layers.assessed.evidence_builder import EvidenceBuilder, SiteAttributes

__all__ = ["CLASSES", "add_dual_use", "classify"]

CLASSES = ("D3", "D2", "D1", "D0", "D?")


def _or(*flags: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 if any flag is 1, 0 if all are 0, otherwise NaN."""
    stack = np.vstack(flags)
    yes_any = (stack == 1).any(axis=0)
    return np.where(yes_any, 1.0, np.where(np.isnan(stack).any(axis=0), np.nan, 0.0))


def _at_least(value: NDArray[np.float64], bar: float) -> NDArray[np.float64]:
    """Return 1 from `bar` upward, else 0; NaN stays NaN."""
    return np.where(np.isnan(value), np.nan, (value >= bar).astype(float))


def add_dual_use(
    builder: EvidenceBuilder, facts: SiteAttributes, materials: pd.DataFrame, papers: pd.DataFrame
) -> None:
    """Write the required (`d_required`) and supporting (`d_supporting`) rows of every site to `builder`.

    `materials` holds the tiers of raw materials. `papers` is the result of
    `layers.assessed.policy.documented`: a document on the node itself is a `d_documented` row.
    """
    builder.add(
        papers["is_dual"].to_numpy(), ("dual_use", "d_documented", "official_document"), 1.0, value=1.0,
        source=papers["source_id"].to_numpy(dtype=object), as_of=papers["seen_on"], note=papers["note"],
    )  # fmt: skip
    for kind, rows in (
        ("port", _port(facts)),
        ("airfield", _airfield(facts)),
        ("rail_terminal", _railhead(facts)),
        ("cable_landing", _landing(facts)),
        ("energy_site", _energy(facts)),
        ("mine", _mine(facts, materials)),
        ("ground_station", _station(facts)),
    ):
        for need, indicator, score, origin, note in rows:
            builder.add(
                facts.of(kind), ("dual_use", f"d_{need}", indicator), score, value=score, note=note,
                source=origin["source_id"].to_numpy(dtype=object),
                as_of=origin["as_of"].to_numpy(dtype=object),
            )  # fmt: skip


_Rows: TypeAlias = "tuple[tuple[str, str, NDArray[np.float64], Any, str], ...]"


def _near(facts: SiteAttributes, column: str, km: float) -> NDArray[np.float64]:
    return (facts.measures[column] <= km).astype(float).to_numpy()


def _line(facts: SiteAttributes, name: str) -> pd.DataFrame:
    """Return source and date of the nearest railway or road."""
    m = facts.measures
    return pd.DataFrame({"source_id": m[f"{name}_source_id"], "as_of": m[f"{name}_as_of"]})


def _own(facts: SiteAttributes) -> pd.DataFrame:
    """Return null source and date, which stand for those of the node.

    A distance between nodes has no source of its own.
    """
    blank = np.full(len(facts.kind), None, dtype=object)
    return pd.DataFrame({"source_id": blank, "as_of": blank})


def _port(facts: SiteAttributes) -> _Rows:
    port = facts.port
    deep = _or(
        _at_least(numbers(port["channel_depth_low_m"]), 10.7),
        _at_least(numbers(port["anchorage_depth_low_m"]), 10.7),
    )
    berth = np.where(
        np.isnan(numbers(port["cargo_pier_depth_low_m"])), yes(port["has_facilities_wharves"]), 1.0
    )
    fuel = _or(yes(port["has_supplies_fuel_oil"]), yes(port["has_supplies_diesel_oil"]))
    cranes = ("cranes_fixed", "cranes_mobile", "cranes_floating", "lifts_100_plus_tons")
    crane = _or(*(yes(port[f"has_{name}"]) for name in cranes))
    good = {"Excellent": 1.0, "Good": 1.0, "Fair": 0.0, "Poor": 0.0, "None": 0.0}
    shelter = numbers(port["shelter_afforded"].map(good))
    return (
        ("required", "deep_water", deep, port, "channel or anchorage 10.7 m and more"),
        ("required", "berth", berth, port, "a pier depth or wharf is reported"),
        ("supporting", "roro", yes(port["has_facilities_ro_ro"]), port, "roll-on roll-off"),
        ("supporting", "railway", _near(facts, "rail_km", 2), _line(facts, "rail"), "railway within 2 km"),
        ("supporting", "fuel", fuel, port, "fuel oil or diesel"),
        ("supporting", "crane", crane, port, "crane or lift"),
        ("supporting", "tug", yes(port["has_tugs_assistance"]), port, "tug assistance"),
        ("supporting", "shelter", shelter, port, "shelter good or excellent"),
    )


def _airfield(facts: SiteAttributes) -> _Rows:
    air, length = facts.airfield, runway_of(facts)
    long = np.where(_at_least(length, 1067) == 0, 0.0, _at_least(length, 2359))
    beside = np.maximum(_near(facts, "port_km", 30), _near(facts, "rail_terminal_km", 30))
    return (
        ("required", "paved_1067_m", _at_least(length, 1067), air, "paved runway of 1,067 m and more"),
        ("required", "width_27_4_m", _at_least(numbers(air["runway_width_m"]), 27.4), air,
         "27.4 m wide and more"),
        ("supporting", "paved_2359_m", long, air, "2,359 m and more"),
        ("supporting", "scheduled", yes(air["has_scheduled_service"]), air, "scheduled passengers"),
        ("supporting", "fuel", np.full(len(length), np.nan), air, "fuel is not openly held"),
        ("supporting", "port_or_rail", beside, _own(facts), "port or railhead within 30 km"),
    )  # fmt: skip


def _railhead(facts: SiteAttributes) -> _Rows:
    head = facts.railhead
    gauge = numbers(head["gauge_mm"])
    standard = np.where(np.isnan(gauge), np.nan, (gauge == 1435).astype(float))
    return (
        ("required", "to_port_or_border", reaches_port(facts), head, "a port within 10 km, or a border"),
        ("required", "gauge", standard, head, "standard gauge, 1,435 mm"),
        ("supporting", "electrified", yes(head["is_electrified"]), head, "electrified"),
    )


def _landing(facts: SiteAttributes) -> _Rows:
    landing = facts.landing
    lone = (facts.measures["cable_landing_km"] > 100).astype(float).to_numpy()
    return (
        ("required", "system_in_service", _at_least(numbers(landing["systems_in_service"]), 1), landing,
         "an international or inter-island system lands"),
        ("supporting", "only_landing", lone, landing, "no other landing within 100 km"),
        ("supporting", "serves_ground_station", _near(facts, "ground_station_km", 50), _own(facts),
         "a ground station within 50 km"),
    )  # fmt: skip


def _energy(facts: SiteAttributes) -> _Rows:
    kinds = ["port_km", "airfield_km", "cable_landing_km", "rail_terminal_km"]
    nearby = facts.measures[kinds].min(axis=1)
    lone = (facts.measures["energy_site_km"] > 100).astype(float).to_numpy()
    return (
        ("required", "dependent_node", (nearby <= 25).astype(float).to_numpy(), _own(facts),
         "a port, airfield, landing or railhead within 25 km"),
        ("supporting", "only_supply", lone, _own(facts), "no other energy site within 100 km"),
    )  # fmt: skip


def _mine(facts: SiteAttributes, materials: pd.DataFrame) -> _Rows:
    worth, active, _ = mine_facts(facts, materials)
    listed = np.where(np.isnan(worth), np.nan, (worth > 0).astype(float))
    way = np.maximum(_near(facts, "port_km", 25), _near(facts, "rail_km", 5))
    both = {name: facts.mine[name].fillna(facts.project[name]) for name in ("source_id", "as_of")}
    origin = pd.DataFrame(both)
    return (
        ("required", "listed_material", listed, origin, "material on NATO's or the EU's strategic list"),
        ("required", "producing_or_strategic", active, origin, "producing, or a strategic project"),
        ("supporting", "port_or_rail", way, _line(facts, "rail"), "port within 25 km or railway within 5 km"),
    )


def _station(facts: SiteAttributes) -> _Rows:
    station = facts.station
    return (
        (
            "required",
            "civil_and_public",
            station.is_there.astype(float),
            station,
            "civil operator, public site",
        ),
        ("supporting", "polar_orbit", yes(station["is_polar_orbit_service"]), station, "serves polar orbits"),
    )


def classify(evidence: pd.DataFrame) -> pd.DataFrame:
    """Return `dual_use_class` and `dual_use_coverage` by node_id, from the dual-use rows of the evidence.

    The coverage is the share of required and supporting rows that are known.
    """
    rows = evidence.loc[evidence["axis"] == "dual_use", ["node_id", "group", "score"]]
    required, supporting = rows["group"] == "d_required", rows["group"] == "d_supporting"
    met, is_known = rows["score"] == 1, rows["score"].notna()
    by_node = rows["node_id"]

    def count(mask: pd.Series) -> pd.Series:
        return mask.groupby(by_node).sum()

    need, need_met, need_known = count(required), count(required & met), count(required & is_known)
    support, support_met = count(supporting), count(supporting & met)
    # A document is no row of the rule: it adds nothing to the coverage.
    coverage = count(is_known & (required | supporting)) / (need + support)
    capable = (need_met == need) & (support_met * 2 >= support)
    names = pd.Series("D0", index=need.index)
    # The order of the masks counts: a higher class replaces a lower one.
    names = names.mask(need_met > 0, "D1").mask(capable, "D2")
    # A node that could be D2 if its unknown rows held is unknown, not D0 or D1.
    thin = (coverage < 0.5) | ((need_known < need) & (need_met == need_known) & ~capable & (need_met == 0))
    names = names.mask(thin & ~capable, "D?")
    names = names.mask(count((rows["group"] == "d_documented") & met) > 0, "D3")
    return pd.DataFrame({"dual_use_class": names, "dual_use_coverage": coverage})
