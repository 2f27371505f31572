"""Our cited tables of climate facts, scope, borders and railheads, each row with source and date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.crs import distance_km
from layers.errors import SourceError
from layers.observed.climate_records import GROUND_ICE, PERMAFROST_ZONES
from pipelines.read_helpers import points, to_number
from pipelines.sources.reference.tables import own, read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipelines.source import Inputs

_NEIGHBOURS, _FARTHEST_DEGC = 5, 15.0
_LAPSE_DEGC_PER_M = 0.0065  # standard atmosphere (ISO 2533)
YES = {"1": True, "0": False, "true": True, "false": False, "True": True, "False": False}


def cited(inputs: Inputs, file: str, key: str) -> pd.DataFrame:
    """A table of ours of which every row names its source, address, date and the day it was read.

    Raises
    ------
    SourceError
        With file and row, if one of them is blank, a date is no date, or a key stands twice.
    """
    raw = read_table(inputs, file)
    for column in (key, "source_title", "source_url", "as_of", "seen_on", "confidence"):
        if column not in raw or raw[column].isna().any():
            row = 2 if column not in raw else int(np.argmax(raw[column].isna().to_numpy())) + 2
            msg = f"{file}, row {row}: expected a {column}, found none: a fact without it is not taken"
            raise SourceError(msg)
    bad = ~raw["as_of"].str.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?")
    bad |= pd.to_datetime(raw["as_of"], format="ISO8601", errors="coerce").isna()
    _refuse(bad, file, raw["as_of"], "an ISO date")
    _refuse(
        ~raw["confidence"].isin(["high", "medium", "low"]), file, raw["confidence"], "high, medium or low"
    )
    _refuse(raw[key].duplicated(), file, raw[key], "each key once")
    return raw


def _refuse(bad: pd.Series, file: str, values: pd.Series, wanted: str) -> None:
    if bad.any():
        row = int(np.argmax(bad.to_numpy()))
        msg = f"{file}, row {row + 2}: {values.name}: expected {wanted}, found {values.iloc[row]!r}"
        raise SourceError(msg)


def listed(raw: pd.DataFrame, file: str, column: str, choices: Sequence[str]) -> None:
    """Refuse, by file and row, a value that is not among the choices; blank is missing."""
    _refuse(
        raw[column].notna() & ~raw[column].isin(choices), file, raw[column], f"one of {', '.join(choices)}"
    )


def _placed(raw: pd.DataFrame, *numbers: str) -> gpd.GeoDataFrame:
    """The rows as points with numbers of their number columns; blank flags stay null.

    Raises
    ------
    SourceError
        If a flag is no yes or no, or as `points`.
    """
    for name in (column for column in raw if column.startswith("is_")):
        _refuse(raw[name].notna() & ~raw[name].isin(YES), f"column {name}", raw[name], "1, 0 or blank")
    cast = {name: to_number(raw[name].fillna("")) for name in ("longitude_deg", "latitude_deg", *numbers)}
    flags = {name: raw[name].map(YES).astype("boolean") for name in raw if name.startswith("is_")}
    return points(raw.assign(**cast, **flags), "longitude_deg", "latitude_deg")


def _dated(table: pd.DataFrame, source_id: str, key: str, prefix: str) -> pd.DataFrame:
    named = table["name"] if "name" in table else table[key]
    return table.assign(feature_id=prefix + table[key], name=named, source_id=source_id)


def read_permafrost_places(inputs: Inputs) -> pd.DataFrame:
    """Zone, ground ice and bedrock of places, as a publication says."""
    file = "permafrost_places.csv"
    raw = cited(inputs, file, "place_key")
    listed(raw, file, "permafrost_zone", PERMAFROST_ZONES)
    listed(raw, file, "ground_ice", GROUND_ICE)
    table = _placed(raw, "reach_km", "ground_temperature_degc")
    return _dated(table.assign(tier="typed"), "own_permafrost_places", "place_key", "frost-")


def read_permafrost_mapped(inputs: Inputs) -> pd.DataFrame:
    """Zone of nodes by the map of Canada (Heginbottom et al. 1995), looked up on its polygons."""
    file = "permafrost_mapped.csv"
    raw = cited(inputs, file, "place_key")
    listed(raw, file, "permafrost_zone", PERMAFROST_ZONES)
    table = _placed(raw, "reach_km")
    return _dated(table.assign(tier="mapped"), "own_permafrost_mapped", "place_key", "frost-map-")


def read_thaw_damage(inputs: Inputs) -> pd.DataFrame:
    """Damage by thaw, of a facility or of a town."""
    file = "thaw_damage.csv"
    raw = cited(inputs, file, "damage_key")
    listed(raw, file, "applies_to", ("facility", "town"))
    listed(raw, file, "grade", ("damage", "problems"))
    table = _placed(raw, "first_year", "last_year")
    return _dated(table, "own_thaw_damage", "damage_key", "thaw-")


def read_coastal_erosion(inputs: Inputs) -> pd.DataFrame:
    """Rate of retreat of sites and segments, or what their shore is."""
    file = "coastal_erosion.csv"
    raw = cited(inputs, file, "site_key")
    listed(raw, file, "coast_kind", ("eroding", "stable", "accreting", "bedrock", "protected"))
    rates = ("rate_m_per_year", "rate_low_m_per_year", "rate_high_m_per_year")
    table = _placed(raw, "reach_km", *rates, "first_year", "last_year")
    return _dated(table, "own_coastal_erosion", "site_key", "shore-")


def read_port_ice_seasons(inputs: Inputs) -> pd.DataFrame:
    """Ice season at the quay, by ice services and publications."""
    raw = cited(inputs, "port_ice_seasons.csv", "port_key")
    months = ("ice_months", "ice_months_low", "ice_months_high", "ice_months_lost")
    table = _placed(raw, "reach_km", *months, "first_year", "last_year")
    return _dated(table, "own_port_ice_seasons", "port_key", "ice-")


def read_station_normals(inputs: Inputs) -> pd.DataFrame:
    """Mean annual air of stations, each of one period.

    Raises
    ------
    SourceError
        As `cited`, or if a station lies more than 15 degC from the median of its five neighbours, height
        taken into account.
    """
    file = "station_normals.csv"
    raw = cited(inputs, file, "station_key")
    period = raw["period"].str.extract(r"^(\d{4})-(\d{4})$")
    _refuse(period[0].isna(), file, raw["period"], "a period such as 1991-2020")
    mean = "mean_annual_air_temperature_degc"
    table = _placed(
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
        others = np.flatnonzero(table["wmo_id"].ne(table["wmo_id"].iloc[row]) | (km[row] > 50))
        near = others[np.argsort(km[row, others], kind="stable")[:_NEIGHBOURS]]
        apart = abs(level[row] - float(np.median(level[near]))) if len(near) else 0.0
        if apart > _FARTHEST_DEGC:
            line = (
                int(np.flatnonzero((raw["station_key"] == table["station_key"].iloc[row]).to_numpy())[0]) + 2
            )
            msg = (
                f"{file}, row {line}: {mean}: expected within {_FARTHEST_DEGC:g} degC of its {len(near)} "
                f"neighbours, found {table[mean].iloc[row]:g}, {apart:.1f} off: check place and sign"
            )
            raise SourceError(msg)
    return _dated(table, "own_station_normals", "station_key", "station-")


def read_gateways(inputs: Inputs) -> pd.DataFrame:
    """Places outside the Arctic that its supply hangs on."""
    table = _placed(cited(inputs, "gateways.csv", "gateway_key"), "reach_km")
    return _dated(table, "own_gateways", "gateway_key", "gateway-")


def read_closed_borders(inputs: Inputs) -> pd.DataFrame:
    """Border crossings that are closed, by date.

    Raises
    ------
    SourceError
        As `cited`, or if the states are not in the order of the alphabet.
    """
    file = "closed_borders.csv"
    raw = cited(inputs, file, "border_key")
    _refuse(
        ~raw["states"].str.fullmatch("[A-Z]{3}-[A-Z]{3}"), file, raw["states"], "two states such as NOR-RUS"
    )
    ordered = raw["states"].map(lambda text: "-".join(sorted(text.split("-"))))
    _refuse(ordered != raw["states"], file, raw["states"], "states in the order of the alphabet")
    listed(raw, file, "mode", ("road", "rail", "all"))
    named = raw.assign(name=raw["crossing"])
    return _dated(named, "own_closed_borders", "border_key", "border-")


def read_railheads(inputs: Inputs) -> pd.DataFrame:
    """Railheads and border stations with their gauge."""
    table = _placed(cited(inputs, "railheads.csv", "railhead_key"), "gauge_mm", "axle_load_t")
    return _dated(table, "own_railheads", "railhead_key", "railhead-")


def read_global_warming(inputs: Inputs) -> pd.DataFrame:
    """Observed warming by year (Forster et al. 2025)."""
    raw = read_table(inputs, "global_warming.csv")
    return raw.assign(
        year=to_number(raw["year"]).astype("int"),
        warming_degc=to_number(raw["warming_degc"]),
        source_id="own_global_warming",
        as_of="2024-12-31",
    )


_CITED = "own table, a citation in every row"
_ROWS: tuple[tuple[str, str, str, Callable[[Inputs], pd.DataFrame], str, str], ...] = (
    (
        "own_permafrost_places",
        "permafrost_places",
        "Permafrost and ground ice of places",
        read_permafrost_places,
        "permafrost_places",
        _CITED,
    ),
    (
        "own_permafrost_mapped",
        "permafrost_places",
        "Permafrost zone of Canadian nodes by the national map",
        read_permafrost_mapped,
        "permafrost_mapped",
        "looked up on the map of Heginbottom et al. 1995 (Natural Resources Canada, Open Government Licence "
        "- Canada); the polygons are not held",
    ),
    (
        "own_thaw_damage",
        "thaw_damage",
        "Damage by thaw of permafrost",
        read_thaw_damage,
        "thaw_damage",
        _CITED,
    ),
    (
        "own_coastal_erosion",
        "coastal_erosion",
        "Coastal erosion of sites",
        read_coastal_erosion,
        "coastal_erosion",
        _CITED,
    ),
    (
        "own_port_ice_seasons",
        "port_ice_seasons",
        "Ice season of harbours",
        read_port_ice_seasons,
        "port_ice_seasons",
        _CITED,
    ),
    (
        "own_station_normals",
        "station_normals",
        "Air temperature of stations",
        read_station_normals,
        "station_normals",
        f"{_CITED}; some computed from monthly reports",
    ),
    ("own_gateways", "gateways", "Gateways to the Arctic", read_gateways, "gateways", _CITED),
    (
        "own_closed_borders",
        "closed_borders",
        "Closed border crossings",
        read_closed_borders,
        "closed_borders",
        _CITED,
    ),
    ("own_railheads", "railheads", "Railheads and border stations", read_railheads, "railheads", _CITED),
    (
        "own_global_warming",
        "global_warming",
        "Global warming by year",
        read_global_warming,
        "global_warming",
        "after Forster et al. 2025, doi:10.5194/essd-17-2641-2025",
    ),
)
SOURCES = tuple(
    own(source_id, feeds, title, read, made, "2026-11-29", file=file)
    for source_id, feeds, title, read, file, made in _ROWS
)
