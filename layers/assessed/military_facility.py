"""Facility of a node: what its own public attributes would let it do, by absolute anchors.

Only attributes of the place count (method §4.1): no plan, no force, no military site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.assessed import rules
from layers.assessed.class_thresholds import anchor_values
from layers.assessed.evidence_builder import SiteAttributes, numbers, yes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from layers.assessed.evidence_builder import EvidenceBuilder, SourceColumns

__all__ = [
    "add_facility",
    "material_tier",
    "mine_facts",
    "named_materials",
    "origin",
    "ramp_row",
    "reaches_port",
    "runway_of",
    "shares",
]
_REPAIRS = {"None": 0.0, "Emergency Only": 0.25, "Limited": 0.5, "Moderate": 0.75, "Major": 1.0}
_SERVED_KM = 25.0  # a plant within this distance serves a port or airfield
_QUAY_KM = 10.0  # a railhead within this distance reaches a port
_STANDARD_GAUGE_MM = 1435  # 1,520 and 1,524 mm are the broad gauges of the north-east
# Stages of a mine or plant that does not produce.
_IDLE = ("standby", "construction", "feasibility", "exploration", "closed")
_DOCKS = {"None": 0.0, "Small": 0.33, "Medium": 0.67, "Large": 1.0}


def origin(attributes: SourceColumns) -> dict[str, Any]:
    """Return source and date of the row that holds an attribute."""
    return {
        "source": attributes["source_id"].to_numpy(dtype=object),
        "as_of": attributes["as_of"].to_numpy(dtype=object),
    }


def shares(whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return scores of 0 to 1 from whole thousandths."""
    return whole / rules.ONE


def ramp_row(
    value: NDArray[np.float64], a: Mapping[str, float], name: str, form: str = "ramp"
) -> dict[str, Any]:
    """Return value, score and scale of a ramp between the anchors `<name>_zero` and `<name>_one`.

    `a` holds the anchors in their units. `form` is `ramp` or `log ramp`.
    """
    zero, one = a[f"{name}_zero"], a[f"{name}_one"]
    score = rules.ramp if form == "ramp" else rules.log_ramp
    return {
        "value": value, "scale": (form, zero, one),
        "score": shares(score(rules.whole(value), rules.whole(zero), rules.whole(one))),
    }  # fmt: skip


def _lower_case(word: object) -> str:
    return word.lower() if isinstance(word, str) else "not known"


def add_facility(
    builder: EvidenceBuilder, facts: SiteAttributes, a: Mapping[str, float], materials: pd.DataFrame
) -> None:
    """Write the facility rows of every site to `builder`.

    `a` holds the anchors by id, in their units; `materials` the tiers of raw materials.
    """
    _add_depths(builder, facts, a)
    _add_large_ships(builder, facts, a)
    _add_sustainment(builder, facts)
    _add_airfield(builder, facts, a)
    _add_landing(builder, facts, a)
    _add_energy(builder, facts, a)
    _add_mine(builder, facts, materials)
    _add_railhead(builder, facts)
    _add_station(builder, facts)


def _add_depths(builder: EvidenceBuilder, facts: SiteAttributes, a: Mapping[str, float]) -> None:
    port = facts.port
    for indicator, fields, name in (
        ("approach_depth", ("channel_depth", "anchorage_depth"), "approach"),
        ("pier_depth", ("cargo_pier_depth",), "pier"),
    ):
        low = np.fmax.reduce([numbers(port[f"{field}_low_m"]) for field in fields])
        # A bin without an upper bound is deeper than every anchor.
        ends = [(numbers(port[f"{f}_low_m"]), numbers(port[f"{f}_high_m"])) for f in fields]
        high = np.fmax.reduce([np.where(np.isnan(top) & ~np.isnan(at), 99.0, top) for at, top in ends])
        zero, one = a[f"{name}_zero"], a[f"{name}_one"]
        builder.add(
            facts.of("port"), ("facility", "m_facility", indicator), **ramp_row(low, a, name), value_low=low,
            value_high=high, unit="m", **origin(port),
            note=f"lower bound of the bin; 0 at {zero:g} m, 1 at {one:g} m",
        )  # fmt: skip


def _add_large_ships(builder: EvidenceBuilder, facts: SiteAttributes, a: Mapping[str, float]) -> None:
    port = facts.port
    length, roro = numbers(port["max_vessel_length_m"]), yes(port["has_facilities_ro_ro"])
    ships = {"vessel_length": rules.whole(length), "roro": roro * rules.ONE}
    score = shares(rules.large_ships(ships, {"vessel_length": rules.whole(a["vessel_length"])}))
    words = np.array(
        [
            f"ship length {'not known' if np.isnan(m) else f'{m:g} m'}, ro-ro {_yes_or_no(r)}"
            for m, r in zip(length, roro, strict=True)
        ],
        dtype=object,
    )
    builder.add(
        facts.of("port"), ("facility", "m_facility", "large_ships"), score,
        value=np.where(np.isnan(score), np.nan, length), unit="m", label=words,
        scale=("at least", a["vessel_length"], a["vessel_length"]), **origin(port),
        note=f"the better of ships over {a['vessel_length']:g} m and roll-on roll-off; " + words,
    )  # fmt: skip


def _add_sustainment(builder: EvidenceBuilder, facts: SiteAttributes) -> None:
    port = facts.port
    lift = yes(port["has_lifts_100_plus_tons"])
    score = np.fmax.reduce(
        [numbers(port["repairs"].map(_REPAIRS)), numbers(port["dry_dock"].map(_DOCKS)), lift]
    )
    texts = port["repairs"].to_numpy(dtype=object), port["dry_dock"].to_numpy(dtype=object)
    words = np.array(
        [
            f"repairs {_lower_case(repairs)}, dry dock {_lower_case(dock)}, 100 t lift {_yes_or_no(has_lift)}"
            for repairs, dock, has_lift in zip(*texts, lift, strict=True)
        ],
        dtype=object,
    )
    builder.add(
        facts.of("port"), ("facility", "m_facility", "sustainment"), score, value=score, unit="class",
        label=words, **origin(port), share=3.0,
        note="the best of repairs, dry dock and a lift of 100 t; " + words,
    )  # fmt: skip


def _yes_or_no(answer: float) -> str:
    """Return a yes/no value in words; NaN is not known."""
    return "not known" if np.isnan(answer) else ("yes" if answer else "no")


def runway_of(facts: SiteAttributes) -> NDArray[np.float64]:
    """Return the longest paved runway of each site, m.

    0 where there is only an unpaved runway, NaN if the surface is unknown. A runway of unknown surface that
    is shorter than the anchor counts as 0.
    """
    air = facts.airfield
    length, paved_m = numbers(air["runway_length_m"]), numbers(air["paved_length_m"])
    unpaved = np.where(yes(air["is_runway_paved"]) == 0, 0.0, np.nan)
    # A short runway of unknown surface is too short in any case.
    unpaved = np.where(np.isnan(unpaved) & (length < anchor_values()["runway_short"]), 0.0, unpaved)
    return np.where(np.isnan(paved_m), unpaved, paved_m)


def _add_airfield(builder: EvidenceBuilder, facts: SiteAttributes, a: Mapping[str, float]) -> None:
    where, source = facts.of("airfield"), origin(facts.airfield)
    length, width = runway_of(facts), numbers(facts.airfield["runway_width_m"])
    whole = {"runway_length": rules.whole(length), "runway_width": rules.whole(width)}
    names = ("runway_short", "runway_long", "runway_width")
    score = shares(rules.runway(whole, {name: rules.whole(a[name]) for name in names}))
    unpaved = numbers(facts.airfield["runway_length_m"])
    note = np.where(
        (length == 0) & (unpaved >= a["runway_short"]),
        "longest runway is not paved; ", "",
    ).astype(object)  # fmt: skip
    note += (
        f"0.5 at {a['runway_short']:g} m, 1 at {a['runway_long']:g} m paved, {a['runway_width']:g} m wide; "
        "long enough says nothing of strong enough"
    )
    builder.add(
        where,
        ("facility", "m_facility", "runway_length"),
        score,
        value=length,
        unit="m",
        **source,
        note=note,
        scale=("runway", a["runway_short"], a["runway_long"]),
    )
    builder.add(
        where, ("facility", "m_facility", "runway_width"), value=width, unit="m", share=0.0, **source,
        note=f"a runway narrower than {a['runway_width']:g} m scores 0",
        scale=("at least", a["runway_width"], a["runway_width"]),
    )  # fmt: skip


def _add_landing(builder: EvidenceBuilder, facts: SiteAttributes, a: Mapping[str, float]) -> None:
    systems = numbers(facts.landing["systems_in_service"])
    score = rules.ramp(rules.whole(systems), 0.0, rules.whole(a["systems_one"]))
    builder.add(
        facts.of("cable_landing"), ("facility", "m_facility", "systems_in_service"), shares(score),
        value=systems, unit="systems", **origin(facts.landing), scale=("ramp", 0.0, a["systems_one"]),
        note="cable systems in service that land here",
    )  # fmt: skip


def _add_energy(builder: EvidenceBuilder, facts: SiteAttributes, a: Mapping[str, float]) -> None:
    builder.add(
        facts.of("energy_site"), ("facility", "m_facility", "capacity"),
        **ramp_row(numbers(facts.plant["capacity_mw"]), a, "capacity", "log ramp"), unit="MW",
        **origin(facts.plant), note="installed capacity; throughput of terminals is not held",
    )  # fmt: skip
    near = facts.measures[["port_km", "airfield_km"]].min(axis=1).to_numpy(dtype=float)
    _yes_no(builder, facts, "energy_site", "dependent_node", (near <= _SERVED_KM).astype(float), {},
            f"a port or airfield within {_SERVED_KM:g} km")  # fmt: skip


def _add_mine(builder: EvidenceBuilder, facts: SiteAttributes, materials: pd.DataFrame) -> None:
    worth, is_active, words = mine_facts(facts, materials)
    mine, project = origin(facts.mine), origin(facts.project)
    source = {name: np.where(facts.mine.is_there, mine[name], project[name]) for name in mine}
    _yes_no(builder, facts, "mine", "listed_material", worth, source, words)
    _yes_no(
        builder, facts, "mine", "producing_or_strategic", is_active, source,
        "producing, or a strategic project",
    )  # fmt: skip


def _add_railhead(builder: EvidenceBuilder, facts: SiteAttributes) -> None:
    gauge_mm = numbers(facts.railhead["gauge_mm"])
    score = np.where(np.isnan(gauge_mm), np.nan, np.where(gauge_mm == _STANDARD_GAUGE_MM, 1.0, 0.5))
    is_isolated = yes(facts.railhead["is_isolated"]) == 1
    note = np.where(
        is_isolated,
        "0: the line is joined to no other",
        "1 at 1,435 mm (standard), 0.5 at 1,520 or 1,524 mm",
    )
    builder.add(
        facts.of("rail_terminal"), ("facility", "m_facility", "gauge"), np.where(is_isolated, 0.0, score),
        value=gauge_mm, unit="mm", **origin(facts.railhead), note=note,
    )  # fmt: skip
    _yes_no(builder, facts, "rail_terminal", "to_port_or_border", reaches_port(facts), origin(facts.railhead),
            f"a port within {_QUAY_KM:g} km, or a border station")  # fmt: skip


def _add_station(builder: EvidenceBuilder, facts: SiteAttributes) -> None:
    station = facts.station
    _yes_no(builder, facts, "ground_station", "civil_and_public", station.is_there.astype(float),
            origin(station), "civil operator, public site")  # fmt: skip
    _yes_no(builder, facts, "ground_station", "polar_orbit", yes(station["is_polar_orbit_service"]),
            origin(station), "serves polar orbits")  # fmt: skip


def _yes_no(
    builder: EvidenceBuilder,
    facts: SiteAttributes,
    kind: str,
    name: str,
    score: NDArray[np.float64],
    source: Mapping[str, Any],
    note: Any,
) -> None:
    """Write a yes/no indicator of the facility of one kind."""
    builder.add(
        facts.of(kind), ("facility", "m_facility", name), score, value=score,
        **({"source": None, "as_of": None} | dict(source)), note=note,
    )  # fmt: skip


def reaches_port(facts: SiteAttributes) -> NDArray[np.float64]:
    """Return 1 for a railhead within 10 km of a port or at a border, else 0."""
    beside = (facts.measures["port_km"] <= _QUAY_KM).to_numpy() | facts.railhead[
        "serves_port"
    ].notna().to_numpy()
    return (beside | (yes(facts.railhead["is_border_station"]) == 1)).astype(float)


def mine_facts(
    facts: SiteAttributes, materials: pd.DataFrame
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.object_]]:
    """Return the score of the material, activity, and words for each mine.

    The score is 1 for tier A, 0.75 for tier B and 0 for other tiers. Activity is 1 or 0. Both are NaN where
    unknown.
    """
    text = named_materials(facts)
    tier = material_tier(text, materials)
    worth = tier.map({"A": 1.0, "B": 0.75, "C": 0.0, "D": 0.0}).to_numpy(dtype=float)
    idle = facts.mine["kind"].eq("deposit") | facts.mine["stage"].isin(_IDLE)
    there = np.where(facts.mine.is_there, np.where(idle.fillna(value=False), 0.0, 1.0), np.nan)
    active = np.where(facts.project.is_there, 1.0, there)
    words = "tier " + tier.fillna("unknown") + ": " + text.fillna("commodity not known")
    return worth, active, words.to_numpy(dtype=object)


def named_materials(facts: SiteAttributes) -> pd.Series:
    """Return the primary commodity of each mine with the materials of its strategic project; null without.

    By-products are no part of it.
    """
    commodity, project = facts.mine["commodity"], facts.project["materials"]
    return commodity.str.cat(project, sep="; ").fillna(commodity).fillna(project)


def material_tier(commodities: pd.Series, materials: pd.DataFrame) -> pd.Series:
    """Return the best tier, A to D, of the materials that each text names; null where the text is null."""
    best = pd.Series("D", index=commodities.index).where(commodities.notna(), None)
    for tier in ("C", "B", "A"):
        pattern = "|".join(
            f"(?:{regex})" for regex in materials.loc[materials["tier"] == tier, "match_regex"]
        )
        if pattern:
            best = best.mask(commodities.str.contains(pattern, case=False, na=False), tier)
    return best
