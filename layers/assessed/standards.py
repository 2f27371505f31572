"""STANDARDS: draft baseline standards S01 to S20, which are checked at every node (method §8).

They are a proposal of this project, not a norm. A new standard is a row here and a rule in `checks` or
`climate_checks`. Most results are unknown: the data requests name the missing data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.assessed import checks
from layers.assessed import climate_checks as climate
from layers.assessed.sites import KINDS
from layers.assessed.standard_inputs import RuleResult, StandardInputs

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PROPOSAL", "STANDARDS", "Standard"]

PROPOSAL = "A proposal of this project, not a norm"

_EU_PROOFING = "Commission Notice 2021/C 373/01, climate proofing"
_WG178 = "PIANC WG 178 (2020)"
_CER = "Directive (EU) 2022/2557 (CER), Art. 13"
_ISO = "ISO 14090:2019, ISO 14091:2021"
_BLR = "NATO baseline requirements (Warsaw 2016)"
_TEN_T = "Regulation (EU) 2024/1679 (TEN-T)"


@dataclass(frozen=True, slots=True)
class Standard:
    """One draft standard: its rule, the kinds it applies to, its basis, and who could supply missing data.

    `source_id` is the source of the result unless the rule names another. `data_needed` and `from_whom` name
    what would settle an unknown result. `baseline_requirements` and `cer_sectors` belong to the subject of
    the standard. They are empty where it applies to every kind, because each kind has its own. A standard
    that is not `is_scored` is only reported.
    """

    id: str
    title: str
    kinds: tuple[str, ...]
    rule: str
    threshold: str
    unit: str
    basis: str
    source_id: str
    data_needed: str
    from_whom: str
    judge: Callable[[StandardInputs], RuleResult]
    baseline_requirements: tuple[str, ...] = ()
    cer_sectors: tuple[str, ...] = ()
    is_scored: bool = True


STANDARDS: tuple[Standard, ...] = (
    Standard(
        "S01", "Climate hazards screened", KINDS, "two or more hazards that apply are known",
        ">= 2 hazards", "hazards", f"{_EU_PROOFING}; {_WG178}, stage 2", "metoffice_model_temperature",
        "hazards beyond ice, permafrost, erosion and sea level: river flood, wind, snow, fire",
        "Copernicus Climate Change Service; ipcc_ar6_sea_level; arctic_coastal_dynamics",
        climate.hazards_known,
    ),
    Standard(
        "S02", "Hazard at several warming levels", KINDS,
        "a hazard is reported for two or more warming levels, with a range",
        ">= 1 hazard at >= 2 levels, with a range", "hazards", f"{_ISO}; {_WG178}",
        "metoffice_model_temperature", "hazards at warming levels over several climate models",
        "Copernicus Climate Data Store (CMIP6, Polar CORDEX)", climate.warming_levels,
    ),
    Standard(
        "S03", "Permafrost and ground design known", KINDS,
        "the zone is typed or mapped, ground ice is known where the ground is frozen, and where half of it "
        "or more is, with medium or high ice, ground design is on file",
        "zone typed or mapped (4 continuous to 0 none); ice known from 2; design on file from 3 with ice",
        "class", "Hjort et al. 2018, doi:10.1038/s41467-018-07557-4; Arctic foundation practice",
        "obu_2019_permafrost", "permafrost at 1 km, ground ice content, ground design of the site",
        "obu_2019_permafrost; nsidc_ggd318_permafrost; owners of the sites", climate.ground_known,
    ),
    Standard(
        "S04", "Ground holds at 2 °C", KINDS,
        "the class of thaw of the ground at 2 °C of global warming is low; high fails, and between them "
        "the foundation decides",
        "class low (0) holds, high (2) does not", "class",
        "Hjort et al. 2018, doi:10.1038/s41467-018-07557-4; Brown et al. 1997, doi:10.3133/cp45; computed",
        "obu_2019_permafrost", "permafrost at 1 km, ground ice content, foundations of the sites",
        "obu_2019_permafrost; nsidc_ggd318_permafrost; owners of the sites", climate.thaw,
    ),
    Standard(
        "S05", "Shore steady or protected", KINDS,
        "the shore retreats by less than the anchor of moderate erosion, or is documented as bedrock or "
        "protected",
        f"< {climate.ERODES_M:g} m a year, bedrock or protected", "m a-1", f"{_WG178}, stage 3",
        "arctic_coastal_dynamics", "rate of erosion of the shore; breakwaters, groynes and dykes",
        "arctic_coastal_dynamics; OpenStreetMap (man_made=breakwater, groyne, dyke)", climate.shore_exposure,
    ),
    Standard(
        "S06", "Above the sea of 2100", KINDS,
        "quay or runway stays above the sea at the upper end of the level of 2100 (AR6, SSP5-8.5, 83 %)",
        ">= 10 m above the sea at the lowest point a runway can have, or upper end of the level <= 0 m", "m",
        f"{_EU_PROOFING}; ICAO Annex 14, 3.1.13", "ipcc_ar6_sea_level",
        "quay and site elevation with its error, relative sea level of 2100 where no tide gauge is near",
        "ipcc_ar6_sea_level; ArcticDEM (Polar Geospatial Center); port authorities", climate.above_the_sea,
    ),
    Standard(
        "S07", "Depth kept while land rises", ("port",),
        "charted depth less the fall of the level by 2100 (AR6, SSP1-2.6, 17 %) stays 10.7 m or more where "
        "the dual-use class rests on it",
        f">= 10.7 m + the fall by 2100, {climate.MOST_FALL_M:g} m where it is not known", "m",
        f"{_WG178}; Larsen et al. 2005, doi:10.1016/j.epsl.2005.06.032",
        "nga_world_port_index", "relative sea level of 2100 at the port, surveyed depth",
        "ipcc_ar6_sea_level; hydrographic offices", climate.depth_kept, ("BLR7",), ("transport",),
    ),
    Standard(
        "S08", "Reliable ice season or ice-class service", ("port",),
        "there was no ice in the last ten years, or the months with ice vary little (interquartile range of "
        "15 years), or ice breaking is on record",
        f"0 months of ice, or months that vary by < {climate.VARIES_MONTHS:g}, or ice breaking on record",
        "months", "Polar Code (IMO 2014), by its logic", "nsidc_ice_presence",
        "daily ice concentration of 30 years near ports; ice-class services",
        "NSIDC or OSI SAF daily grids; national icebreaking services", climate.ice_season,
        ("BLR7",), ("transport",),
    ),
    Standard(
        "S09", "Fuel and an alternative port", ("port",),
        "fuel oil or diesel is on record and a port of equal or higher dual-use class lies within 200 km",
        "<= 200 km", "km", f"{_CER}; {_BLR}", "nga_world_port_index",
        "fuel and depths of small ports", "port authorities; nga_world_port_index",
        checks.fuel_and_alternative,
        ("BLR2", "BLR7"), ("energy", "transport"),
    ),
    Standard(
        "S10", "Two modes", ("port", "airfield"),
        "railway and main road within 5 km, or one of them and an airfield within 25 km",
        ">= 2 modes, one of them by land", "modes", _BLR, "osm_roads",
        "roads of every class and complete railways", "OpenStreetMap; national road administrations",
        checks.two_modes, ("BLR7",), ("transport",),
    ),
    Standard(
        "S11", "Runway meets its row and is strong enough", ("airfield",),
        "the runway meets the row its class rests on (paved, 1,067 by 27.4 m) and its strength is published",
        ">= 1,067 m paved, >= 27.4 m wide, strength published", "m", f"{_BLR}; method §4", "ourairports",
        "pavement strength (PCN or PCR), state of the surface",
        "national aeronautical information publications (AIP)", checks.runway, ("BLR7",), ("transport",),
    ),
    Standard(
        "S12", "Alternate airfield", ("airfield",),
        "another airfield of equal or higher dual-use class lies within 300 km",
        "<= 300 km", "km", _BLR, "ourairports", "runway attributes of small airfields",
        "ourairports; national aeronautical information publications (AIP)", checks.alternate,
        ("BLR7",), ("transport",),
    ),
    Standard(
        "S13", "Two ways by sea", ("cable_landing",),
        "two systems or more in service land here and no single one carries every way out",
        ">= 2 systems", "systems", _BLR, "own_cables", "links and state of every system",
        "cable owners; EMODnet Human Activities", checks.two_sea_paths, ("BLR6",),
        ("digital infrastructure",),
    ),
    Standard(
        "S14", "Landing on a steady shore", ("cable_landing",),
        "the landing is on no shore that erodes or holds permafrost of high ice content",
        f"< {climate.ERODES_M:g} m a year and no ice-rich ground", "m a-1", _CER, "arctic_coastal_dynamics",
        "shore material, erosion rate, ground ice", "arctic_coastal_dynamics; nsidc_ggd318_permafrost",
        climate.steady_shore, ("BLR6",), ("digital infrastructure",),
    ),
    Standard(
        "S15", "Second supply", ("energy_site",),
        "dependents are known, and a second supply lies within 25 km or a microgrid is stated",
        "<= 25 km", "km", _BLR, "wri_global_power_plants", "plants under 5 MW, microgrids, the grid",
        "system operators; OpenStreetMap (power=*)", checks.second_supply, ("BLR2",), ("energy",),
    ),
    Standard(
        "S16", "Gauge, axle load and passing", ("rail_terminal",),
        "its line is joined to others, or a transfer yard is mapped; 22.5 t axle load; trains of 740 m pass",
        f"a joined line, >= {checks.AXLE_T:g} t, >= 740 m", "t", _TEN_T, "own_railheads",
        "gauge, axle load, transfer yards, passing loops",
        "OpenStreetMap (gauge, railway:track_class); infrastructure managers; ERA RINF", checks.gauge,
        ("BLR7",), ("transport",),
    ),
    Standard(
        "S17", "Material, grade and way out", ("mine",),
        "tier and grade are known and a way of export stands in over 90 % of injects",
        "> 90 % of injects", "1", "Regulation (EU) 2024/1252 (critical raw materials)", "icmm_global_mining",
        "ore grade; export routes under injects", "company reports (JORC, NI 43-101); geological surveys",
        checks.export_path,
    ),
    Standard(
        "S18", "No single point of failure", KINDS, "when it falls out no other node is cut off",
        "0 nodes cut off", "nodes", f"{_BLR}; graph of the cable links", "own_cables",
        "power grid, supply chains, complete roads and railways",
        "system operators; OpenStreetMap; national statistics", checks.single_point,
    ),
    Standard(
        "S19", "Low-emission option", KINDS,
        "a renewable plant lies within 25 km or ships are supplied with power; told, not scored",
        "<= 25 km", "km", "Regulation (EU) 2023/1804 (AFIR); Directive (EU) 2018/2001, Art. 2(1)",
        "wri_global_power_plants", "plants under 5 MW in full and those since 2018, shore power",
        "system operators; European Alternative Fuels Observatory", checks.low_emission, is_scored=False,
    ),
    Standard(
        "S20", "Data fresh and covered", KINDS,
        "the oldest fact that decides a class is 5 years old at most, and half of the weight of relevance is "
        "known",
        "<= 5 years, coverage >= 0.5", "years", "quality of the picture itself",
        "metoffice_model_temperature",
        "newer records, open attributes", "the sources of the picture", checks.fresh_and_covered,
    ),
)  # fmt: skip
