"""Cited climate records of places: permafrost, thaw damage, erosion, ice at the quay, air temperature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.crs import distance_km
from layers.errors import SourceError
from layers.observed.climate_records import GROUND_ICE, PERMAFROST_ZONES
from pipelines.sources.reference.cited_tables import (
    CITED,
    check,
    check_choices,
    keyed,
    place,
    read_cited,
    reference_source,
)

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.source import Inputs

__all__ = [
    "SOURCES", "read_coastal_erosion", "read_permafrost_mapped", "read_permafrost_places",
    "read_port_ice_seasons", "read_station_normals", "read_thaw_damage",
]  # fmt: skip

_COMPILED = "2026-11-29"
_NEIGHBOURS, _FARTHEST_DEGC = 5, 15.0
_LAPSE_DEGC_PER_M = 0.0065  # standard atmosphere (ISO 2533)


def read_permafrost_places(inputs: Inputs) -> pd.DataFrame:
    """Return permafrost zone, ground ice and bedrock of places, as publications state them, EPSG:3413."""
    file = "permafrost_places.csv"
    raw = read_cited(inputs, file, "place_key")
    check_choices(raw, file, "permafrost_zone", PERMAFROST_ZONES)
    check_choices(raw, file, "ground_ice", GROUND_ICE)
    table = place(raw, "reach_km", "ground_temperature_degc")
    return keyed(table.assign(tier="typed"), "own_permafrost_places", "place_key", "frost-")


def read_permafrost_mapped(inputs: Inputs) -> pd.DataFrame:
    """Return the permafrost zone of nodes on the map of Canada (Heginbottom et al. 1995), EPSG:3413."""
    file = "permafrost_mapped.csv"
    raw = read_cited(inputs, file, "place_key")
    check_choices(raw, file, "permafrost_zone", PERMAFROST_ZONES)
    table = place(raw, "reach_km")
    return keyed(table.assign(tier="mapped"), "own_permafrost_mapped", "place_key", "frost-map-")


def read_thaw_damage(inputs: Inputs) -> pd.DataFrame:
    """Return reports of damage by thaw to facilities and towns, EPSG:3413."""
    file = "thaw_damage.csv"
    raw = read_cited(inputs, file, "damage_key")
    check_choices(raw, file, "applies_to", ("facility", "town"))
    check_choices(raw, file, "grade", ("damage", "problems"))
    table = place(raw, "first_year", "last_year")
    return keyed(table, "own_thaw_damage", "damage_key", "thaw-")


def read_coastal_erosion(inputs: Inputs) -> pd.DataFrame:
    """Return rates of coastal retreat (m per year), or the kind of shore, EPSG:3413."""
    file = "coastal_erosion.csv"
    raw = read_cited(inputs, file, "site_key")
    check_choices(raw, file, "coast_kind", ("eroding", "stable", "accreting", "bedrock", "protected"))
    rates = ("rate_m_per_year", "rate_low_m_per_year", "rate_high_m_per_year")
    table = place(raw, "reach_km", *rates, "first_year", "last_year")
    return keyed(table, "own_coastal_erosion", "site_key", "shore-")


def read_port_ice_seasons(inputs: Inputs) -> pd.DataFrame:
    """Return the ice season at quays in months, as ice services and publications state it, EPSG:3413."""
    raw = read_cited(inputs, "port_ice_seasons.csv", "port_key")
    months = ("ice_months", "ice_months_low", "ice_months_high", "ice_months_lost")
    table = place(raw, "reach_km", *months, "first_year", "last_year")
    return keyed(table, "own_port_ice_seasons", "port_key", "ice-")


def read_station_normals(inputs: Inputs) -> pd.DataFrame:
    """Return the mean annual air temperature (degC) of stations, each row for one period, EPSG:3413.

    Raises
    ------
    SourceError
        As `read_cited`, or if a station differs by more than 15 degC from the median of its five nearest
        neighbours after correction for height. Such a row has a wrong place or sign.
    """
    file = "station_normals.csv"
    raw = read_cited(inputs, file, "station_key")
    period = raw["period"].str.extract(r"^(\d{4})-(\d{4})$")
    check(period[0].isna(), file, raw["period"], "a period such as 1991-2020")
    mean = "mean_annual_air_temperature_degc"
    table = place(
        raw.assign(first_year=period[0], last_year=period[1]),
        "elevation_m",
        mean,
        "january_degc",
        "july_degc",
        "first_year",
        "last_year",
    )
    level = table[mean].to_numpy() + _LAPSE_DEGC_PER_M * table["elevation_m"].fillna(0).to_numpy()
    lon, lat = table["longitude_deg"].to_numpy(), table["latitude_deg"].to_numpy()
    km = distance_km(lon[:, None], lat[:, None], lon[None, :], lat[None, :])
    for row in range(len(table)):
        # Other periods of the same station, with the same id and within 50 km, are no neighbours.
        others = np.flatnonzero(table["wmo_id"].ne(table["wmo_id"].iloc[row]) | (km[row] > 50))
        near = others[np.argsort(km[row, others], kind="stable")[:_NEIGHBOURS]]
        apart = abs(level[row] - float(np.median(level[near]))) if len(near) else 0.0
        if apart > _FARTHEST_DEGC:
            line = (
                int(np.flatnonzero((raw["station_key"] == table["station_key"].iloc[row]).to_numpy())[0]) + 2
            )
            msg = (
                f"{file}, row {line}: {mean}: expected within {_FARTHEST_DEGC:g} °C of its {len(near)} "
                f"neighbours, found {table[mean].iloc[row]:g}, {apart:.1f} off: check place and sign"
            )
            raise SourceError(msg)
    return keyed(table, "own_station_normals", "station_key", "station-")


SOURCES = (
    reference_source(
        "own_permafrost_places", "permafrost_places", "permafrost_places",
        "Permafrost and ground ice of places",
        read_permafrost_places, CITED, _COMPILED,
    ),
    reference_source(
        "own_permafrost_mapped", "permafrost_mapped", "permafrost_places",
        "Permafrost zone of Canadian nodes by the national map",
        read_permafrost_mapped,
        "looked up on the map of Heginbottom et al. 1995 (Natural Resources Canada, Open Government Licence "
        "- Canada); the polygons are not held", _COMPILED,
    ),
    reference_source(
        "own_thaw_damage", "thaw_damage", "thaw_damage",
        "Damage by thaw of permafrost",
        read_thaw_damage, CITED, _COMPILED,
    ),
    reference_source(
        "own_coastal_erosion", "coastal_erosion", "coastal_erosion",
        "Coastal erosion of sites",
        read_coastal_erosion, CITED, _COMPILED,
    ),
    reference_source(
        "own_port_ice_seasons", "port_ice_seasons", "port_ice_seasons",
        "Ice season of harbours",
        read_port_ice_seasons, CITED, _COMPILED,
    ),
    reference_source(
        "own_station_normals", "station_normals", "station_normals",
        "Air temperature of stations",
        read_station_normals, f"{CITED}; some computed from monthly reports", _COMPILED,
    ),
)  # fmt: skip
