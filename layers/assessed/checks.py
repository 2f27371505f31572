"""The rules of the draft standards, each for all nodes at once (method §8); the table is STANDARDS.

A rule answers 1 (holds), 0 (does not) or NaN (cannot be said), and where it does not arise. What is
not held is NaN, whatever is likely. A proxy may say that nothing is there to ask about, and may rank
shores; it never says that the ground of a site is sound. A list that may lack what it does not name
(roads, plants under 5 MW, breakwaters) can say yes and never no.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.assessed.book import Attributes, numbers, yes
from layers.assessed.measures import distance_to_lines_km
from layers.assessed.sea_paths import sea_paths
from layers.climate import permafrost_fraction
from layers.crs import EARTH_RADIUS_KM, unit_vectors
from layers.scenarios import SCENARIOS

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.scenarios import Scenario

__all__ = ["RENEWABLE", "Known", "Verdict"]

# Directive (EU) 2018/2001, Art. 2(1), as far as the plant database names fuels.
RENEWABLE = ("Hydro", "Wind", "Solar", "Geothermal", "Biomass", "Wave and Tidal")
_SOUTH_DEG = 58.0  # nothing south of it is held
_DEEP_M, _SHORT_M, _WIDE_M = 10.7, 1067.0, 27.4  # method §4 and §5.2
# Fastest uplift of land in the north, 32 mm per year (Larsen et al. 2005, doi:10.1016/j.epsl.2005.06.032),
# over the 45 years from the middle of 1995-2014 to 2050: no level falls by more.
_MOST_FALL_M = 1.5
_STEEPEST = 0.02  # ICAO Annex 14, 3.1.13: overall slope of a runway is at most 2 %
_SAFE_HEIGHT_M = 10.0  # above it h_level is not asked either (climate_risk)
_OFF_NETWORK_KM = 50.0  # civil dependence: no main road
_OLD_YEARS = 5.0


@dataclass(frozen=True, slots=True)
class Known:
    """What the rules read: one value a node, in the order of `sites`."""

    sites: pd.DataFrame
    nodes: pd.DataFrame
    measures: pd.DataFrame
    port: Attributes
    airfield: Attributes
    landing: Attributes
    hazards: pd.DataFrame
    paths: pd.DataFrame
    points: NDArray[np.object_]
    renewable: NDArray[np.object_]
    scenario: Scenario
    day: date

    @classmethod
    def of(
        cls,
        node_sites: gpd.GeoDataFrame,
        nodes: gpd.GeoDataFrame,
        measures: pd.DataFrame,
        evidence: pd.DataFrame,
        ports: gpd.GeoDataFrame,
        airfields: gpd.GeoDataFrame,
        cable_landings: gpd.GeoDataFrame,
        cables: gpd.GeoDataFrame,
        power_plants: gpd.GeoDataFrame,
        scenario: Scenario,
        day: date,
    ) -> Known:
        """Gather the tables; every one is put in the order of `node_sites`."""
        sites = pd.DataFrame(node_sites.drop(columns="geometry"))
        order = sites["node_id"]
        wanted = ["node_id", "indicator", "score", "state"]
        return cls(
            sites=sites,
            nodes=pd.DataFrame(nodes).set_index("node_id").reindex(order),
            measures=measures.set_index("node_id").reindex(order).reset_index(),
            port=Attributes(sites["sources"], ports),
            airfield=Attributes(sites["sources"], airfields),
            landing=Attributes(sites["sources"], cable_landings),
            hazards=evidence.loc[evidence["dimension"] == "hazard", wanted],
            paths=sea_paths(cables, cable_landings),
            points=node_sites.geometry.to_numpy(),
            renewable=power_plants.geometry.to_numpy()[power_plants["fuel"].isin(RENEWABLE).to_numpy()],
            scenario=scenario,
            day=day,
        )

    def hazard(self, indicator: str, column: str) -> pd.Series:
        """One column of one hazard indicator; null where the node has no such row."""
        rows = self.hazards[self.hazards["indicator"] == indicator].set_index("node_id")[column]
        return rows.reindex(self.sites["node_id"]).reset_index(drop=True)

    def of_kind(self, kind: str) -> NDArray[np.bool_]:
        """Mask of the nodes of a kind."""
        return (self.sites["kind"] == kind).to_numpy(dtype=bool)

    def dual_use(self) -> NDArray[np.float64]:
        """The dual-use class as a number, 0 to 3; NaN for D?."""
        rank = self.nodes["dual_use_class"].map({"D0": 0.0, "D1": 1.0, "D2": 2.0, "D3": 3.0})
        return rank.to_numpy(dtype=float)

    def permafrost(self, warming_degc: float) -> NDArray[np.float64]:
        """The permafrost proxy at a warming level, as a share of the ground."""
        air = numbers(self.measures["air_before_degc"])
        return permafrost_fraction(air + numbers(self.measures["warming_ratio"]) * warming_degc)

    def reaches_south(self, radius_km: float) -> NDArray[np.bool_]:
        """Where a circle of `radius_km` leaves what is held."""
        reach = np.degrees(1.01 * radius_km / EARTH_RADIUS_KM)
        return (self.sites["latitude_deg"] - reach < _SOUTH_DEG).to_numpy(dtype=bool)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of one rule: `holds` is 1, 0 or NaN; `off` is where it does not arise, with `why`."""

    holds: NDArray[np.float64]
    note: Any
    value: NDArray[np.float64] | float = np.nan
    off: NDArray[np.bool_] | bool = False
    why: str = ""
    source: Any = None


def _and(*parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """No if any is no, unknown if any is, otherwise yes (Kleene)."""
    stack = np.stack(parts)
    answer = np.where(np.isnan(stack).any(axis=0), np.nan, 1.0)
    return np.where((stack == 0).any(axis=0), 0.0, answer)


def _or(*parts: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1.0 - _and(*(1.0 - part for part in parts))


def _said(where: Any, yes_text: str, no_text: str) -> NDArray[np.object_]:
    return np.where(where, yes_text, no_text).astype(object)


def _unknown(known: Known) -> NDArray[np.float64]:
    return np.full(len(known.sites), np.nan)


# --- all kinds ----------------------------------------------------------------------------------


def hazards_known(known: Known) -> Verdict:
    """S01: two hazard indicators that apply are known; one may be a proxy, for this is a screening."""
    rows = known.hazards
    state = rows["state"].to_numpy(dtype=object)
    at = pd.Index(known.sites["node_id"]).get_indexer(rows["node_id"])
    count = np.bincount(at[state == "known"], minlength=len(known.sites)).astype(float)
    applies = np.bincount(at[state != "not_applicable"], minlength=len(known.sites))
    short = _said(
        applies < 2,
        "one hazard of the picture applies here; river flood, wind, snow and fire are not held",
        "sea level, shore material, ground ice or change of ice are not held",
    )
    note = np.where(count >= 2, "hazard indicators known; the permafrost one is a proxy", short)
    return Verdict(np.where(count >= 2, 1.0, np.nan), note, count)


def warming_levels(known: Known) -> Verdict:
    """S02: the permafrost proxy is told at several warming levels, but one model has no range."""
    levels = np.stack([known.permafrost(row.warming_degc) for row in SCENARIOS])
    told = np.isfinite(levels).sum(axis=0)
    note = _said(
        told >= 2,
        f"permafrost proxy at {len(SCENARIOS)} warming levels; one climate model: no range",
        "no hazard is held at two warming levels",
    )
    return Verdict(_unknown(known), note, (told >= 2).astype(float))


def ground_known(known: Known) -> Verdict:
    """S03: permafrost is a proxy here and ground design is on no open file."""
    note = "proxy only: permafrost of the site, ice content and ground design evidence are not held"
    return Verdict(_unknown(known), note, known.permafrost(known.scenario.warming_degc), **_no_frost(known))


def thaw(known: Known) -> Verdict:
    """S04: share of ground that leaves permafrost equilibrium at 2 degC."""
    lost = known.permafrost(0.0) - known.permafrost(2.0)
    note = "proxy of a landscape in balance with one model's air: it decides nothing of a site's foundation"
    return Verdict(_unknown(known), note, lost, **_no_frost(known))


def _no_frost(known: Known) -> dict[str, Any]:
    none = known.hazard("ground_ice", "state") == "not_applicable"
    why = "permafrost proxy under 5 % of the ground before industry"
    return {"off": none.to_numpy(dtype=bool), "why": why}


def shore_exposure(known: Known) -> Verdict:
    """S05: wave exposure below the upper quarter of all coastal nodes; protection is not held."""
    score = numbers(known.hazard("wave_exposure", "score"))
    bar = np.nanquantile(score, 0.75) if np.isfinite(score).any() else np.nan
    note = np.select(
        [np.isnan(score), score < bar],
        ["no open water beside it on the grid: exposure not known",
         f"below the 75th percentile, {bar:.3f}: fetch times open months, a proxy of wave height"],
        f"not below the 75th percentile, {bar:.3f}; breakwaters and dykes (OpenStreetMap) are not held",
    ).astype(object)  # fmt: skip
    return Verdict(np.where(score < bar, 1.0, np.nan), note, score, **_inland(known))


def _inland(known: Known) -> dict[str, Any]:
    return {
        "off": ~known.measures["is_coastal"].to_numpy(dtype=bool),
        "why": "not within 1 km of the coast",
    }


def above_the_sea(known: Known) -> Verdict:
    """S06: the lowest point a runway can have, by its elevation, length and 2 % slope, is 10 m up."""
    height = numbers(known.airfield["elevation_m"])
    lowest = height - _STEEPEST * numbers(known.airfield["runway_length_m"])
    holds = np.where(lowest >= _SAFE_HEIGHT_M, 1.0, np.nan)
    note = np.select(
        [lowest >= _SAFE_HEIGHT_M, known.of_kind("airfield")],
        ["lowest point the runway can have (elevation less 2 % of its length); no projection comes near",
         "may lie low: the AR6 level of 2050 and a terrain model with its error are not held"],
        "quay or site elevation and the AR6 level of 2050 are not held",
    ).astype(object)  # fmt: skip
    source = _said(known.of_kind("airfield"), "ourairports", "ipcc_ar6_sea_level")
    return Verdict(holds, note, lowest, source=source, **_inland(known))


def single_point(known: Known) -> Verdict:
    """S18: landings that lose their ways by sea when this one falls out; other graphs are not held."""
    landing = known.of_kind("cable_landing")
    systems, cut_off, is_open = _paths(known, "systems", "cut_off", "is_open")
    # A link of unknown state may be the other way of those that seem cut off.
    holds = np.where(cut_off == 0, 1.0, np.where(is_open == 1, np.nan, 0.0))
    holds = np.where(landing & (systems > 0), holds, np.nan)
    told = pd.Series(known.sites["kind"]).map(_NO_GRAPH).to_numpy(dtype=object)
    note = np.select(
        [landing & np.isnan(holds), landing],
        ["the state of a cable in its network is not known",
         "landings cut off by sea from other countries, or from all others, without this one; no land lines"],
        told,
    ).astype(object)  # fmt: skip
    off = landing & (systems == 0) & (is_open == 0)
    value = np.where(landing & (systems > 0), cut_off, np.nan)
    return Verdict(holds, note, value, off, "no cable in service on file",
                   _said(landing, "own_cables", "osm_roads"))  # fmt: skip


_NO_GRAPH = {
    "port": "who is supplied over which port is not openly held",
    "airfield": "who is supplied over which airfield is not openly held",
    "mine": "supply chains behind a site are not openly held",
    "rail_terminal": "the railway extract lacks some lines, so nothing can be said of what hangs on one",
    "energy_site": "the power grid is not held",
    "ground_station": "data links of a station are not openly held",
}


def low_emission(known: Known) -> Verdict:
    """S19: a renewable plant within 25 km, or power for ships at the port; told, not scored."""
    km = distance_to_lines_km(known.points, known.renewable)
    mapped = (km <= 25) | (yes(known.port["has_services_electricity"]) == 1)
    note = np.select(
        [km <= 25, mapped],
        ["renewable plant of 5 MW and more", "electricity for ships, World Port Index"],
        "none on file; plants under 5 MW, plants built since 2018 and shore power are not held",
    ).astype(object)
    source = _said(mapped & ~(km <= 25), "nga_world_port_index", "wri_global_power_plants")
    return Verdict(np.where(mapped, 1.0, np.nan), note, km, source=source)


def fresh_and_covered(known: Known) -> Verdict:
    """S20: the record that places the node is at most 5 years old and half of every axis is known."""
    made = pd.to_datetime(known.sites["as_of"], format="ISO8601", errors="coerce")
    years = ((pd.Timestamp(known.day) - made).dt.days / 365.25).to_numpy(dtype=float)
    axes = [f"{axis}_coverage" for axis in ("climate", "military", "civil")]
    cover = known.nodes[axes].min(axis=1, skipna=False).to_numpy(dtype=float)
    young = np.where(np.isnan(years), np.nan, (years <= _OLD_YEARS).astype(float))
    half = np.where(np.isnan(cover), np.nan, (cover >= 0.5).astype(float))
    note = np.select(
        [young == 0, half == 0, (young == 1) & (half == 1)],
        ["the record that places it is over 5 years old", "less than half of an axis is known",
         "age of the record that places it; half of every axis is known"],
        "age or coverage is not known",
    ).astype(object)  # fmt: skip
    return Verdict(_and(young, half), note, years, source=known.sites["source_id"].to_numpy(dtype=object))


# --- ports and airfields ------------------------------------------------------------------------


def _alternative(
    known: Known, kind: str, radius_km: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Whether another of the kind, of equal or higher class, lies within the radius; and its distance.

    Unknown where its own class is, where one of unknown class lies within, or where the circle
    reaches south of what is held. Distances on the sphere, good to 0.5 %.
    """
    rows = np.flatnonzero(known.of_kind(kind))
    rank = known.dual_use()[rows]
    km = _between_km(known.sites.iloc[rows])
    equal = np.where(rank[None, :] >= rank[:, None], km, np.inf).min(axis=1, initial=np.inf)
    doubtful = ((km <= radius_km) & np.isnan(rank)[None, :]).any(axis=1)
    open_end = np.isnan(rank) | doubtful | known.reaches_south(radius_km)[rows]
    holds, apart = _unknown(known), _unknown(known)
    holds[rows] = np.where(equal <= radius_km, 1.0, np.where(open_end, np.nan, 0.0))
    apart[rows] = np.where(np.isinf(equal), np.nan, equal)
    return holds, apart


def _between_km(sites: pd.DataFrame) -> NDArray[np.float64]:
    """Distances between all pairs, inf to itself; chords of the sphere turned into arcs."""
    xyz = unit_vectors(sites["longitude_deg"].to_numpy(dtype=float), sites["latitude_deg"].to_numpy(float))
    half_chord = np.sqrt(np.clip((1.0 - xyz @ xyz.T) / 2.0, 0.0, 1.0))
    km = np.asarray(2.0 * EARTH_RADIUS_KM * np.arcsin(half_chord))
    np.fill_diagonal(km, np.inf)
    return km


def depth_kept(known: Known) -> Verdict:
    """S07: charted depth of a capable port stays 10.7 m under the fastest fall of level there is."""
    rank = known.dual_use()
    depth = np.fmax(numbers(known.port["channel_depth_low_m"]), numbers(known.port["anchorage_depth_low_m"]))
    kept = depth - _MOST_FALL_M >= _DEEP_M
    note = np.select(
        [np.isnan(rank), kept],
        [
            "dual-use class not known",
            f"depth less {_MOST_FALL_M} m, what the fastest uplift on record takes by 2050",
        ],
        "the fall of relative level by 2050 (AR6) is not held and may take the depth",
    ).astype(object)  # fmt: skip
    holds = np.where(kept & (rank >= 2), 1.0, np.nan)
    return Verdict(holds, note, depth, rank < 2, "no dual-use class rests on its depth")


def shoulder_season(known: Known) -> Verdict:
    """S08: open sea all the median year and no ice at the entrance, or ice breaking on record."""
    months = numbers(known.measures["ice_months"])
    restricted = yes(known.port["has_entrance_restriction_ice"])
    breaking = yes(known.port["has_services_ice_breaking"])
    open_sea = (months == 0) & (restricted == 0)
    note = np.select(
        [breaking == 1, open_sea],
        ["ice breaking, World Port Index", "no ice in the median year 1981-2010 and none at the entrance"],
        "shoulder days need daily ice; ice-class service is not held",
    ).astype(object)
    source = _said(breaking == 1, "nga_world_port_index", "sea_ice_grid")
    return Verdict(np.where((breaking == 1) | open_sea, 1.0, np.nan), note, months, source=source)


def fuel_and_alternative(known: Known) -> Verdict:
    """S09: fuel oil or diesel on record, and a port of equal class within 200 km."""
    fuel = _or(yes(known.port["has_supplies_fuel_oil"]), yes(known.port["has_supplies_diesel_oil"]))
    other, km = _alternative(known, "port", 200.0)
    note = np.select(
        [other == 0, fuel == 0, np.isnan(fuel), np.isnan(other)],
        ["no port of equal class within 200 km", "fuel: no, World Port Index",
         "fuel is not reported", "classes, or ports south of 58 N, are not known"],
        "fuel on record; distance to the nearest port of equal or higher class",
    ).astype(object)  # fmt: skip
    return Verdict(_and(fuel, other), note, km)


def two_modes(known: Known) -> Verdict:
    """S10: railway and main road, or one of them and an airfield; an airfield is its own."""
    rail, road = numbers(known.measures["rail_km"]), numbers(known.measures["road_km"])
    land = (rail <= 5).astype(float) + (road <= 5)
    air = known.of_kind("airfield") | (numbers(known.measures["airfield_km"]) <= 25)
    # A country of whose roads the extract holds none cannot be said to have none.
    country = known.sites["country_iso3"]
    mapped = country.isin(country[road <= 5]).to_numpy(dtype=bool)
    without = (rail > _OFF_NETWORK_KM) & (road > _OFF_NETWORK_KM) & mapped
    passes = (land == 2) | ((land == 1) & air)
    note = np.select(
        [passes, without],
        ["railway or main road within 5 km, airfield within 25 km",
         "no railway and no main road within 50 km on file"],
        "a second mode is not on file; lesser roads (OpenStreetMap) are not held",
    ).astype(object)  # fmt: skip
    return Verdict(np.where(passes, 1.0, np.where(without, 0.0, np.nan)), note, land + air)


def runway(known: Known) -> Verdict:
    """S11: the runway meets its row; that it is strong enough is on no open file, so none passes."""
    rank = known.dual_use()
    long, width = numbers(known.airfield["paved_length_m"]), numbers(known.airfield["runway_width_m"])
    paved, length = yes(known.airfield["is_runway_paved"]), numbers(known.airfield["runway_length_m"])
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
    return Verdict(holds, note, value, rank < 1, "class D0: no runway row is claimed for it")


def alternate(known: Known) -> Verdict:
    """S12: another airfield of equal class within 300 km."""
    holds, km = _alternative(known, "airfield", 300.0)
    note = np.select(
        [holds == 1, holds == 0],
        ["distance to the nearest airfield of equal or higher class",
         "no airfield of equal class within 300 km"],
        "classes, or airfields south of 58 N, are not known",
    ).astype(object)  # fmt: skip
    return Verdict(holds, note, km)


# --- cables, energy, rail, mines ----------------------------------------------------------------


def _paths(known: Known, *names: str) -> list[NDArray[np.float64]]:
    rows = known.paths.reindex(known.landing["feature_id"])
    return [rows[name].astype("float64").to_numpy() for name in names]


def two_sea_paths(known: Known) -> Verdict:
    """S13: whichever system falls out, a way by sea is left to where there was one before."""
    systems, is_cut, is_open = _paths(known, "systems", "is_cut", "is_open")
    ways = np.where(is_cut == 1, np.minimum(systems, 1.0), systems)
    holds = np.where(ways >= 2, 1.0, np.where(is_open == 1, np.nan, 0.0))
    note = np.select(
        [ways >= 2, is_open == 1],
        ["systems in service that land here; without any one of them a way out is left",
         "the state of a cable in its network is not known"],
        "one system carries every way by sea to another country, or to any other landing; its cables may be "
        "several; land lines are not held",
    ).astype(object)  # fmt: skip
    return Verdict(holds, note, ways, (systems == 0) & (is_open == 0), "no cable in service on file")


def steady_shore(known: Known) -> Verdict:
    """S14: erosion rate and ground ice of the shore are not held."""
    return Verdict(_unknown(known), "shore material, erosion rate and ground ice are not held")


def second_supply(known: Known) -> Verdict:
    """S15: another site of its sort (plant or terminal) within 25 km; microgrids are not held."""
    rows = np.flatnonzero(known.of_kind("energy_site"))
    is_plant = known.sites["sources"].str.contains("gppd-", regex=False).to_numpy(dtype=bool)[rows]
    km = np.where(is_plant[None, :] == is_plant[:, None], _between_km(known.sites.iloc[rows]), np.inf)
    apart = _unknown(known)
    apart[rows] = km.min(axis=1, initial=np.inf)
    apart = np.where(np.isinf(apart), np.nan, apart)
    note = _said(
        apart <= 25,
        "another plant (or terminal) within 25 km; dependents within 25 km are known",
        "plants under 5 MW and microgrids are not held",
    )
    return Verdict(np.where(apart <= 25, 1.0, np.nan), note, apart)


def gauge(known: Known) -> Verdict:
    """S16: gauge, axle load and passing length are not held."""
    return Verdict(_unknown(known), "gauge, transfer yard, axle load and passing length are not held")


def export_path(known: Known) -> Verdict:
    """S17: the tier is known; grade and the injects are not."""
    return Verdict(_unknown(known), "tier known; ore grade and the way of export under injects are not held")
