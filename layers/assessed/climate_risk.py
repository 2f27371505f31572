"""R, climate risk: hazard x exposure x vulnerability (IPCC AR6 wording), method §1 and §2.

Sea access enters none of it: a longer season is both a hazard and a chance, so it is shown beside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.assessed.book import numbers
from layers.assessed.sea_level import add_sea_level
from layers.climate import permafrost_fraction
from layers.scoring import Scale

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from layers.assessed.book import Book, Facts
    from layers.scenarios import Scenario

__all__ = ["add_climate_risk", "ice_support"]

_PERMAFROST_MATTERS = 0.05
_FETCH_CAP_KM = 500.0


def add_climate_risk(
    book: Book, facts: Facts, scenario: Scenario, projections: pd.DataFrame, trends: pd.DataFrame
) -> None:
    """Write the hazard, exposure and vulnerability rows of every site."""
    open_months = _add_sea_ice(book, facts)
    _add_permafrost(book, facts, scenario)
    _add_coast(book, facts, open_months)
    low_airfield = facts.of("airfield") & (numbers(facts.airfield["elevation_m"]) < 10)
    add_sea_level(book, facts.of("port", "cable_landing") | low_airfield, projections, trends)
    _add_exposure(book, facts)
    _add_vulnerability(book, facts, scenario)
    _add_access(book, facts)


def _add_sea_ice(book: Book, facts: Facts) -> NDArray[np.float64]:
    """Months with ice near each site; returns the open months (12 where the grid says nothing)."""
    ice_months = numbers(facts.measures["ice_months"])
    cells, km = numbers(facts.measures["ice_cells"]), numbers(facts.measures["ice_cell_km"])
    note = [
        f"median ice edge 1981-2010, {n:.0f} ocean cells, nearest {k:.0f} km"
        if n
        else "no ocean cell clear of land within 75 km"
        for n, k in zip(cells, km, strict=True)
    ]
    where = facts.of("port", "cable_landing")
    book.add(
        where,
        ("hazard", "h_seaice", "ice_months"),
        ice_months / 12.0,
        scale="share",
        value=ice_months,
        unit="months per year",
        source="sea_ice_grid",
        as_of="2010-12-31",
        note=np.array(note, dtype=object),
    )
    book.add(
        where,
        ("hazard", "h_seaice", "ice_change"),
        unit="days per decade",
        source="sea_ice_grid",
        as_of="2010-12-31",
        note="needs daily grids of 30 years; not in the embedded snapshot",
        off=ice_months == 0,
    )
    return np.where(np.isnan(ice_months), 12.0, 12.0 - ice_months)


def _add_permafrost(book: Book, facts: Facts, scenario: Scenario) -> None:
    air = numbers(facts.measures["air_before_degc"])
    warming = numbers(facts.measures["warming_ratio"]) * scenario.warming_degc
    before, now = permafrost_fraction(air), permafrost_fraction(air + warming)
    everywhere = np.ones(len(air), dtype=bool)
    book.add(
        everywhere,
        ("hazard", "h_permafrost", "permafrost_loss_proxy"),
        before - now,
        scale="share",
        value=before - now,
        source="metoffice_model_temperature",
        as_of="2024-12-31",
        note=f"proxy: share of ground that leaves permafrost equilibrium at +{scenario.warming_degc:g} degC; "
        "one climate model, site ground unknown",
    )
    book.add(
        everywhere,
        ("hazard", "h_permafrost", "ground_ice"),
        source="nsidc_ggd318_permafrost",
        as_of="2002-02-01",
        note="ground ice content is not held; settlement on thaw depends on it",
        off=before < _PERMAFROST_MATTERS,
    )


def _add_coast(book: Book, facts: Facts, open_months: NDArray[np.float64]) -> None:
    coastal = facts.measures["is_coastal"].to_numpy(dtype=bool)
    fetch = numbers(facts.measures["fetch_km"])
    book.add(
        coastal,
        ("hazard", "h_coast", "wave_exposure"),
        scale=Scale("ramp", 0, _FETCH_CAP_KM),
        value=fetch * open_months / 12.0,
        unit="km by share of open months",
        source="natural_earth_land_mask",
        as_of="2022-05-13",
        note="effective fetch over open water times open months; exposure, not wave height",
    )
    book.add(
        coastal,
        ("hazard", "h_coast", "erodibility"),
        source="arctic_coastal_dynamics",
        as_of="2012-03-01",
        note="shore material and erosion rate are not held",
    )


def _add_exposure(book: Book, facts: Facts) -> None:
    size = facts.port["harbor_size"].map({"Very Small": 0.25, "Small": 0.5, "Medium": 0.75, "Large": 1.0})
    wpi = facts.port["as_of"].fillna("2025-05-27").to_numpy()
    place = ("exposure", "e_function", "size")
    book.add(
        facts.of("port"),
        place,
        numbers(size),
        value=numbers(size),
        unit="class",
        source="nga_world_port_index",
        as_of=wpi,
        note="World Port Index harbor size, very small to large",
    )
    length = numbers(facts.airfield["runway_length_m"])
    book.add(
        facts.of("airfield"),
        place,
        scale=Scale("ramp", 0, 2359),
        value=length,
        unit="m",
        source="ourairports",
        as_of="2022-10-11",
        note="longest open runway; 1 at 2,359 m",
    )
    power = numbers(facts.plant["capacity_mw"])
    book.add(
        facts.of("energy_site"),
        place,
        scale=Scale("log ramp", 5, 500),
        value=power,
        unit="MW",
        source="wri_global_power_plants",
        as_of="2018-06-01",
        note="installed capacity, 5 to 500 MW on a logarithm; throughput of terminals is not held",
    )
    systems = numbers(facts.landing["systems_in_service"])
    book.add(
        facts.of("cable_landing"),
        place,
        scale=Scale("ramp", 0, 3),
        value=systems,
        unit="systems",
        source="own_cable_landings",
        as_of="2026-11-23",
        note="systems in service that land here; 1 at three",
    )
    book.add(
        facts.of("mine"),
        place,
        unit="t per year",
        source="icmm_global_mining",
        as_of="2025-09-01",
        note="production of the site is not openly held",
    )
    polar = numbers(facts.station["is_polar_orbit_service"].astype("boolean").astype("Float64"))
    book.add(
        facts.of("ground_station"),
        place,
        polar,
        value=polar,
        source="own_ground_stations",
        as_of="2026-11-23",
        note="1 where it serves polar orbits",
    )
    book.add(
        facts.of("rail_terminal"),
        place,
        unit="trains per day",
        source="osm_railways",
        as_of="2024-04-01",
        note="traffic is not openly held",
    )
    reach = facts.measures
    modes = (
        (reach["rail_km"] <= 5).astype(float)
        + (reach["road_km"] <= 5)
        + (reach[["port_km", "airfield_km"]].min(axis=1) <= 25)
    ).to_numpy()
    book.add(
        np.ones(len(book.sites), dtype=bool), ("exposure", "e_network", "modes_within_reach"), modes / 3.0,
        scale="share", value=modes, unit="modes", source="osm_roads", as_of="2024-04-01",
        note="railway or main road within 5 km, port or airfield within 25 km",
    )  # fmt: skip


def _add_vulnerability(book: Book, facts: Facts, scenario: Scenario) -> None:
    shelter = facts.port["shelter_afforded"].map(
        {"Excellent": 0.0, "Good": 0.25, "Fair": 0.5, "Poor": 0.75, "None": 1.0}
    )
    place = ("vulnerability", "v_sensitivity", "design")
    book.add(
        facts.of("port"),
        place,
        numbers(shelter),
        value=numbers(shelter),
        unit="class",
        source="nga_world_port_index",
        as_of="2025-05-27",
        note="shelter afforded, excellent 0 to none 1; state of repair is not held",
    )
    unpaved = 1.0 - numbers(facts.airfield["is_runway_paved"].astype("boolean").astype("Float64"))
    book.add(
        facts.of("airfield"),
        place,
        0.5 * unpaved + 0.25,
        value=unpaved,
        unit="unpaved",
        source="ourairports",
        as_of="2022-10-11",
        note="convention: unpaved 0.75, paved 0.25; foundation and repair are not held",
    )
    book.add(
        ~facts.of("port", "airfield"),
        place,
        source="nsidc_ggd318_permafrost",
        as_of="2002-02-01",
        note="design, foundation and state of repair are not openly held",
    )
    apart = numbers(facts.measures["own_kind_km"])
    book.add(
        np.ones(len(book.sites), dtype=bool), ("vulnerability", "v_alternative", "alternative"),
        scale=Scale("ramp", scenario.alternative_km / 4, scenario.alternative_km), value=apart, unit="km",
        source=book.sites["source_id"].to_numpy(), as_of=book.sites["as_of"].to_numpy(),
        note=f"distance to the nearest other node of its kind; 1 at {scenario.alternative_km:g} km",
    )  # fmt: skip


def ice_support(measures: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Scores of what rests on the ice cells, by node_id, over the nearest 3, 5 and 9 of them."""
    table = measures.set_index("node_id")
    months = table[["three_cell_ice_months", "ice_months", "nine_cell_ice_months"]]
    is_open = (1 - months / 12).fillna(1.0)
    fetch = table["fetch_km"].clip(upper=_FETCH_CAP_KM)
    return {"ice_months": months / 12, "wave_exposure": is_open.mul(fetch, axis=0) / _FETCH_CAP_KM}


def _add_access(book: Book, facts: Facts) -> None:
    """A, sea access: told beside the axes and in none of them (method §0.2)."""
    where = facts.of("port", "cable_landing")
    open_months = 12.0 - numbers(facts.measures["ice_months"])
    book.add(
        where,
        ("access", "a_season", "open_months"),
        open_months / 12.0,
        scale="share",
        value=open_months,
        unit="months per year",
        source="sea_ice_grid",
        as_of="2010-12-31",
        note="open months of the median ice edge 1981-2010, at the cells that the ice months rest on",
    )
    book.add(
        where,
        ("access", "a_change", "open_season_change"),
        unit="days per decade",
        source="sea_ice_grid",
        as_of="2010-12-31",
        note="needs daily grids of 30 years; not in the embedded snapshot",
        off=open_months == 12,
    )
