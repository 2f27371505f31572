"""Rules of the draft standards on connections and equipment, each for all nodes at once (method §8).

A rule returns 1 (pass), 0 (fail) or NaN (unknown), and where it does not apply. A missing value is NaN,
whatever is likely. An incomplete list (roads, small plants, breakwaters) can show that something exists and
never that it does not. Source and date are those of the row that decides. The table of the standards is
STANDARDS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.assessed.class_thresholds import anchor_values
from layers.assessed.evidence_builder import numbers, yes
from layers.assessed.hazard import HAZARDS
from layers.assessed.standard_inputs import (
    NOT_RUNNING,
    RuleResult,
    StandardInputs,
    all_hold,
    answer,
    any_holds,
    either,
    pick_source,
    source_of,
)
from layers.merge import nearest, within_km

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["AXLE_T"]

_ANCHORS = anchor_values()  # the values of ANCHORS: a standard is the same under every scenario
_SHORT_M, _WIDE_M = (_ANCHORS[name] for name in ("runway_short", "runway_width"))
AXLE_T = 22.5
_OFF_NETWORK_KM = 50.0  # a node farther from every railway and main road is off the network
_OLD_YEARS = 5.0  # an older deciding fact fails S20


def single_point(inputs: StandardInputs) -> RuleResult:
    """S18: pass if no other landing loses its way by sea when this landing fails, else fail.

    Unknown for other kinds, whose networks are not on file, and where the state of a link is unknown.
    """
    landing = inputs.of_kind("cable_landing")
    systems, cut_off, is_open = _paths(inputs, "systems", "cut_off", "is_open")
    # A link of unknown state may be the other way of a landing that seems cut off.
    holds = np.where(cut_off == 0, 1.0, np.where(is_open == 1, np.nan, 0.0))
    holds = np.where(landing & (systems > 0), holds, np.nan)
    source = pd.Series(inputs.sites["kind"]).map(_NO_GRAPH).to_numpy(dtype=object)
    note = np.select(
        [landing & np.isnan(holds), landing],
        ["the state of a cable in its network is not known",
         "landings cut off by sea from other countries, or from all others, without this one; no land lines"],
        source,
    ).astype(object)  # fmt: skip
    off = landing & (systems == 0) & (is_open == 0)
    value = np.where(landing & (systems > 0), cut_off, np.nan)
    blank = np.full(len(holds), None, dtype=object)
    source = pick_source(landing, (blank, blank), source_of(inputs.sites))
    return RuleResult(holds, note, value, off, "no cable in service on file", source)


_NO_GRAPH = {
    "port": "who is supplied over which port is not openly held",
    "airfield": "who is supplied over which airfield is not openly held",
    "mine": "supply chains behind a site are not openly held",
    "rail_terminal": "the railway extract lacks some lines, so nothing can be said of what hangs on one",
    "energy_site": "the power grid is not held",
    "ground_station": "data links of a station are not openly held",
}


def low_emission(inputs: StandardInputs) -> RuleResult:
    """S19: pass if a renewable plant lies within 25 km, or the port supplies ships with power; else unknown.

    Not scored.
    """
    apart, position = (table[:, 0] for table in nearest(inputs.sites, inputs.renewable))
    km = np.where(position < 0, np.nan, apart).round(3)
    mapped = (km <= 25) | (yes(inputs.port["has_services_electricity"]) == 1)
    note = np.select(
        [km <= 25, mapped],
        ["renewable plant on file", "electricity for ships on record"],
        "none on file; plants under 5 MW are held in part, plants since 2018 and shore power are not",
    ).astype(object)
    plant = inputs.renewable[["source_id", "as_of"]].reindex(position)
    source = pick_source(mapped & ~(km <= 25), source_of(inputs.port), source_of(plant))
    return RuleResult(np.where(mapped, 1.0, np.nan), note, km, source=source)


def fresh_and_covered(inputs: StandardInputs) -> RuleResult:
    """S20: pass if the oldest deciding fact is at most 5 years old and enough of the relevance is known.

    Enough is half of the weight of military relevance. Fail if one of the two does not hold.
    """
    years, cover = (numbers(inputs.nodes[name]) for name in ("fact_age_years", "military_coverage"))
    young, half = answer(years <= _OLD_YEARS, years > _OLD_YEARS), answer(cover >= 0.5, cover < 0.5)
    note = np.select(
        [young == 0, half == 0, (young == 1) & (half == 1)],
        ["the oldest fact that decides a class is over 5 years old",
         "less than half of the weight of relevance is known",
         "age of the oldest fact that decides a class; half of the weight of relevance is known"],
        "age or coverage is not known",
    ).astype(object)  # fmt: skip
    return RuleResult(all_hold(young, half), note, years, source=source_of(_oldest(inputs, years)))


def _oldest(inputs: StandardInputs, years: NDArray[np.float64]) -> pd.DataFrame:
    """Return source and date of the fact that is `years` old, one row per node."""
    rows = inputs.evidence[inputs.evidence["state"] == "known"]
    began = pd.to_datetime(rows["as_of"], format="ISO8601", errors="coerce")
    age = ((pd.Timestamp(inputs.day) - began).dt.days / 365.25).round(1)
    decides = (rows["group"] == "m_facility") | rows["indicator"].isin(list(HAZARDS))
    oldest_years = rows["node_id"].map(dict(zip(inputs.sites["node_id"], years, strict=True)))
    first = rows[decides & (age == oldest_years)].drop_duplicates("node_id").set_index("node_id")
    return first[["source_id", "as_of"]].reindex(inputs.sites["node_id"])


def _alternative(
    inputs: StandardInputs, kind: str, radius_km: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return whether another node of the kind, of equal or higher class, lies within the radius, and its km.

    The answer is 1, 0 or NaN; the class is the dual-use class. Unknown where the class of the node is
    unknown, where a node of unknown class lies within the radius, or where the circle crosses the southern
    edge of the snapshot.
    """
    rows = np.flatnonzero(inputs.of_kind(kind))
    sites, rank = inputs.sites.iloc[rows], inputs.dual_use()[rows]
    equal = np.full(len(rows), np.inf)
    for least in np.unique(rank[~np.isnan(rank)]):
        # Every row is among its equals: the second nearest is the nearest other.
        mine = rank == least
        equal[mine] = nearest(sites[mine], sites[rank >= least], k=2)[0][:, 1]
    equal = equal.round(3)
    doubtful = np.isnan(rank)
    doubtful[within_km(sites, sites[np.isnan(rank)], radius_km)[0]] = True
    open_end = doubtful | inputs.reaches_south(radius_km)[rows]
    holds, apart = np.full((2, len(inputs.sites)), np.nan)
    holds[rows] = answer(equal <= radius_km, ~open_end)
    apart[rows] = np.where(np.isinf(equal), np.nan, equal)
    return holds, apart


def fuel_and_alternative(inputs: StandardInputs) -> RuleResult:
    """S09: pass with fuel oil or diesel on record, and a port of equal or higher class within 200 km."""
    fuel = any_holds(yes(inputs.port["has_supplies_fuel_oil"]), yes(inputs.port["has_supplies_diesel_oil"]))
    other, km = _alternative(inputs, "port", 200.0)
    note = np.select(
        [other == 0, fuel == 0, np.isnan(fuel), np.isnan(other)],
        ["no port of equal class within 200 km", "no fuel, by its record",
         "fuel is not reported", "classes, or ports south of 58 N, are not known"],
        "fuel on record; distance to the nearest port of equal or higher class",
    ).astype(object)  # fmt: skip
    return RuleResult(all_hold(fuel, other), note, km, source=source_of(inputs.port))


def two_modes(inputs: StandardInputs) -> RuleResult:
    """S10: pass with railway and main road, or with one of the two and an airfield (within 25 km or itself).

    Railway and main road count within 5 km. Fail if both are farther than 50 km and the extract has roads in
    the country.
    """
    rail, road = numbers(inputs.measures["rail_km"]), numbers(inputs.measures["road_km"])
    land = (rail <= 5).astype(float) + (road <= 5)
    air = inputs.of_kind("airfield") | (numbers(inputs.measures["airfield_km"]) <= 25)
    # Where the extract has no road in a country, the country may still have roads.
    country = inputs.sites["country_iso3"]
    mapped = country.isin(country[road <= 5]).to_numpy(dtype=bool)
    without = (rail > _OFF_NETWORK_KM) & (road > _OFF_NETWORK_KM) & mapped
    passes = (land == 2) | ((land == 1) & air)
    note = np.select(
        [passes, without],
        ["railway or main road within 5 km, airfield within 25 km",
         "no railway and no main road within 50 km on file"],
        "a second mode is not on file; lesser roads (OpenStreetMap) are not held",
    ).astype(object)  # fmt: skip
    source = pick_source(
        (rail <= 5) & ~(road <= 5), source_of(inputs.measures, "rail_"), source_of(inputs.measures, "road_")
    )
    return RuleResult(answer(passes, without), note, land + air, source=source)


def runway(inputs: StandardInputs) -> RuleResult:
    """S11: fail if the runway is too short or too narrow for the row of its class, else unknown.

    No runway passes, because its strength is not openly published.
    """
    rank = inputs.dual_use()
    long, width = numbers(inputs.airfield["paved_length_m"]), numbers(inputs.airfield["runway_width_m"])
    paved, length = yes(inputs.airfield["is_runway_paved"]), numbers(inputs.airfield["runway_length_m"])
    short = np.where(np.isnan(long), (paved == 0) | (length < _SHORT_M), long < _SHORT_M)
    fails = (short == 1) | (width < _WIDE_M)
    note = np.select(
        [fails, np.isnan(rank), rank == 1],
        ["meets one of the two rows of its class: too short, unpaved or too narrow for the other",
         "runway attributes are not stated", "length, surface or width is not stated"],
        "length-suitable only: pavement strength (PCN or PCR) is not openly held",
    ).astype(object)  # fmt: skip
    value = np.where(np.isnan(long), length, long)
    holds = np.where(fails & ~np.isnan(rank), 0.0, np.nan)
    source = source_of(inputs.row("m_facility", "runway_length"))
    return RuleResult(holds, note, value, rank < 1, "class D0: no runway row is claimed for it", source)


def alternate(inputs: StandardInputs) -> RuleResult:
    """S12: pass with another airfield of equal or higher class within 300 km."""
    holds, km = _alternative(inputs, "airfield", 300.0)
    note = np.select(
        [holds == 1, holds == 0],
        ["distance to the nearest airfield of equal or higher class",
         "no airfield of equal class within 300 km"],
        "classes, or airfields south of 58 N, are not known",
    ).astype(object)  # fmt: skip
    return RuleResult(holds, note, km, source=source_of(inputs.airfield))


def _paths(inputs: StandardInputs, *names: str) -> list[NDArray[np.float64]]:
    rows = inputs.paths.reindex(inputs.landing["feature_id"])
    return [rows[name].astype("float64").to_numpy() for name in names]


def two_sea_paths(inputs: StandardInputs) -> RuleResult:
    """S13: pass with two systems or more, if a way by sea out remains when any one system fails.

    A way out leads to another country, or in a network of one country to another landing.
    """
    systems, is_cut, is_open = _paths(inputs, "systems", "is_cut", "is_open")
    ways = np.where(is_cut == 1, np.minimum(systems, 1.0), systems)
    holds = np.where(ways >= 2, 1.0, np.where(is_open == 1, np.nan, 0.0))
    note = np.select(
        [ways >= 2, is_open == 1],
        ["systems in service that land here; without any one of them a way out is left",
         "the state of a cable in its network is not known"],
        "one system carries every way by sea to another country, or to any other landing; its cables may be "
        "several; land lines are not held",
    ).astype(object)  # fmt: skip
    off = (systems == 0) & (is_open == 0)
    return RuleResult(holds, note, ways, off, "no cable in service on file")


def second_supply(inputs: StandardInputs) -> RuleResult:
    """S15: pass if another site of the same sort (plant or terminal) lies within 25 km, else unknown.

    Microgrids are not on file.
    """
    rows = np.flatnonzero(inputs.of_kind("energy_site"))
    sites, is_plant = inputs.sites.iloc[rows], inputs.plant.is_there[rows]
    runs = ~(inputs.plant["status"].isin(NOT_RUNNING) | inputs.terminal["status"].isin(NOT_RUNNING))
    runs = runs.to_numpy(dtype=bool)[rows]
    apart, other = np.full(len(inputs.sites), np.nan), np.full(len(inputs.sites), -1)
    for sort in (True, False):
        mine, all_live = is_plant == sort, np.flatnonzero((is_plant == sort) & runs)
        km, position = nearest(sites[mine], sites.iloc[all_live], k=2)
        place = (
            np.where(position < 0, -1, rows[all_live[np.maximum(position, 0)]]) if len(all_live) else position
        )
        own = place[:, 0] == rows[mine]
        apart[rows[mine]] = np.where(own, km[:, 1], km[:, 0]).round(3)
        other[rows[mine]] = np.where(own, place[:, 1], place[:, 0])
    apart = np.where(np.isinf(apart), np.nan, apart)
    note = either(
        apart <= 25,
        "another plant (or terminal) within 25 km; dependents within 25 km are known",
        "plants under 5 MW are held in part; microgrids are not held",
    )
    source = source_of(inputs.sites[["source_id", "as_of"]].reset_index(drop=True).reindex(other))
    return RuleResult(np.where(apart <= 25, 1.0, np.nan), note, apart, source=source)


def gauge(inputs: StandardInputs) -> RuleResult:
    """S16: fail if the line is joined to no other or carries less than the axle load, else unknown.

    No railhead passes, because passing length is not on file.
    """
    head = inputs.railhead
    mm, load, apart = numbers(head["gauge_mm"]), numbers(head["axle_load_t"]), yes(head["is_isolated"]) == 1
    light = load < AXLE_T
    carries = np.where(np.isnan(load), "axle load is not stated", "axle load is enough")
    known_gauge = np.array(
        [f"gauge {one:.0f} mm; {more}; transfer yard and passing length are not held"
         for one, more in zip(np.nan_to_num(mm), carries, strict=True)], dtype=object,
    )  # fmt: skip
    note = np.select(
        [apart, light, ~np.isnan(mm)],
        ["its line is joined to no other", "its line carries less than the axle load", known_gauge],
        "gauge, transfer yard, axle load and passing length are not held",
    ).astype(object)
    return RuleResult(answer(yes_where=False, no_where=apart | light), note, load, source=source_of(head))


def export_path(inputs: StandardInputs) -> RuleResult:
    """S17: always unknown, because ore grade and the way of export are not on file.

    The note states whether the tier of the commodity is known.
    """
    row = inputs.row("m_facility", "listed_material")
    note = either(
        row["state"].eq("known"),
        "tier known; ore grade and the way of export under injects are not held",
        "commodity, ore grade and the way of export under injects are not held",
    )
    return RuleResult(np.full(len(inputs.sites), np.nan), note, source=source_of(row))
