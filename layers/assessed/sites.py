"""Node sites: ports, airfields, landings, mines, railheads, energy sites and stations, one row per place.

The columns of a row decide whether it is a site. The id of its source never does, so a new list needs no
change here. Military-only facilities are no sites and have no score (method §10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from layers.assessed.merged_sources import by_source, corrected, merged
from layers.assessed.positions import with_lonlat, xy_of
from layers.assessed.rail_terminals import rail_terminals
from layers.assessed.site_scope import SCOPES, in_scope, places_of, territory
from layers.crs import POLAR
from layers.merge import nearest
from layers.schema import Column, Layer

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["KINDS", "SITES"]

KINDS = (
    "port", "airfield", "cable_landing", "mine", "rail_terminal", "energy_site", "ground_station",
)  # fmt: skip

# GeoNames codes of a working harbour. A harbour H.HBR may be a bay, so it counts only beside a settlement.
_HARBOUR_CODES = ("L.PRT", "H.DCK", "S.FYT", "S.DCKY")
_BESIDE_KM = 5.0  # a harbour within this distance of a settlement counts as working
# Kinds of airfield that are no node.
_NO_AIRFIELD = ("closed", "seaplane_base")
# Two rows are one place within the first distance, or within the second if their names agree, km.
_ONE_PLACE_KM = {
    "port": (2.0, 8.0), "airfield": (1.0, 10.0), "cable_landing": (0.2, 10.0), "mine": (1.0, 30.0),
    "energy_site": (0.2, 10.0), "ground_station": (0.2, 10.0),
}  # fmt: skip
# Uncertainty of the position, km, for a list that does not state it.
_PORT_KM, _HARBOUR_KM, _PLANT_KM, _TERMINAL_KM, _LANDING_KM, _STATION_KM = 1.0, 2.0, 2.0, 5.0, 5.0, 8.0
_LEAST_AIRFIELD_KM, _AIRFIELD_KM = 0.5, 2.0
_MINE_KM, _UNSURE_MINE_KM = {"high": 2.0, "moderate": 5.0}, 15.0  # by confidence of the list
_PRECISE_KM = {"exact": 2.0, "town": 10.0, "approximate": 15.0}  # where the list says how the place is known
_COLUMNS = [
    "feature_id", "name", "country_iso3", "longitude_deg", "latitude_deg",
    "position_uncertainty_km", "sources_apart_km", "source_id", "as_of", "sources",
]  # fmt: skip


def _ports(
    ports: gpd.GeoDataFrame,
    harbours: gpd.GeoDataFrame,
    settlements: pd.DataFrame,
    source_order: Sequence[str],
) -> list[pd.DataFrame]:
    """Return the first list of ports, the working harbours of the gazetteer, and the other lists of ports."""
    index, *others = by_source(with_lonlat(ports).assign(position_uncertainty_km=_PORT_KM), source_order)
    gazetteer = with_lonlat(harbours).assign(position_uncertainty_km=_HARBOUR_KM)
    beside = nearest(gazetteer, settlements)[0][:, 0] <= _BESIDE_KM
    working = gazetteer["feature_code"].isin(_HARBOUR_CODES)
    working |= gazetteer["feature_code"].eq("H.HBR") & beside
    return [index, gazetteer[working], *others]


def _in_service(airfields: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return open airfields with a runway length, an IATA code or a scheduled service.

    An airstrip without any of these stays in the layer but is no node: all its values would be unknown.
    """
    is_open = ~airfields["kind"].fillna("").isin(_NO_AIRFIELD)
    described = airfields["runway_length_m"].notna() | airfields["iata"].notna()
    described |= airfields["has_scheduled_service"].fillna(value=False)
    table = with_lonlat(airfields[is_open & described])
    # Two lists that agree closely still place an airfield to half a kilometre only.
    radius_km = table["position_apart_km"].clip(lower=_LEAST_AIRFIELD_KM).fillna(_AIRFIELD_KM)
    return table.assign(position_uncertainty_km=radius_km)


def _mine_sites(mines: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the sites that are not closed; a deposit and a mine under construction are sites."""
    table = corrected(with_lonlat(mines).rename(columns={"stage": "status"}), no_site=("closed",))
    radius_km = table["position_precision"].map(_PRECISE_KM).fillna(table["confidence"].map(_MINE_KM))
    radius_km = radius_km.fillna(_UNSURE_MINE_KM)
    return table.assign(position_uncertainty_km=radius_km)


def _sites(
    countries: gpd.GeoDataFrame,
    ports: gpd.GeoDataFrame,
    harbours: gpd.GeoDataFrame,
    airfields: gpd.GeoDataFrame,
    settlements: gpd.GeoDataFrame,
    railways: gpd.GeoDataFrame,
    railheads: gpd.GeoDataFrame,
    power_plants: gpd.GeoDataFrame,
    terminals: gpd.GeoDataFrame,
    mines: gpd.GeoDataFrame,
    strategic_projects: gpd.GeoDataFrame,
    cable_landings: gpd.GeoDataFrame,
    ground_stations: gpd.GeoDataFrame,
    arctic_boundary: gpd.GeoDataFrame,
    gateways: gpd.GeoDataFrame,
    source_order: Sequence[str],
) -> gpd.GeoDataFrame:
    towns = with_lonlat(settlements)
    mine = _mine_sites(mines)
    project = with_lonlat(strategic_projects).assign(position_uncertainty_km=_UNSURE_MINE_KM)
    plant = corrected(with_lonlat(power_plants)).assign(position_uncertainty_km=_PLANT_KM)
    terminal = with_lonlat(terminals).assign(position_uncertainty_km=_TERMINAL_KM)
    landing = with_lonlat(cable_landings).assign(position_uncertainty_km=_LANDING_KM)
    station = with_lonlat(ground_stations).assign(position_uncertainty_km=_STATION_KM)
    lists = {
        "port": _ports(ports, harbours, towns, source_order),
        "airfield": by_source(_in_service(airfields), source_order),
        "cable_landing": [landing],
        "mine": [*by_source(mine, source_order), project],
        "energy_site": [*by_source(plant, source_order), terminal],
        "ground_station": [station],
    }
    by_kind = {
        kind: merged(tables, same_place_km=_ONE_PLACE_KM[kind][0], same_name_km=_ONE_PLACE_KM[kind][1])
        for kind, tables in lists.items()
    }
    places = pd.concat([towns, by_kind["port"], mine], ignore_index=True)
    by_kind["rail_terminal"] = rail_terminals(railways, places, railheads)
    table = pd.concat(
        [by_kind[kind].reindex(columns=_COLUMNS).assign(kind=kind) for kind in KINDS], ignore_index=True
    )
    table["node_id"] = table["kind"] + ":" + table["feature_id"]
    # The distance between two lists that place a site differently is an uncertainty of its position.
    table["position_uncertainty_km"] = table[["position_uncertainty_km", "sources_apart_km"]].max(axis=1)
    table["country_iso3"] = territory(table, countries, towns)
    table = table.assign(**in_scope(table, arctic_boundary, gateways), **places_of(table, towns))
    geometry = gpd.points_from_xy(*xy_of(table), crs=POLAR)
    return gpd.GeoDataFrame(table.drop(columns="feature_id"), geometry=geometry, crs=POLAR)


SITES = Layer(
    id="node_sites",
    title="Node sites before judgement",
    pillar="military",
    geometry="point",
    spine=(),
    key=("node_id",),
    columns=(
        Column("node_id", "str", "`<kind>:<source key>`, stable across runs", required=True),
        Column("name", "str", "name", required=True),
        Column("kind", "str", "kind of node", required=True, choices=KINDS),
        Column("country_iso3", "str", "ISO 3166-1 alpha-3 of country or territory", required=True),
        Column("longitude_deg", "float", "WGS 84", "degree", required=True, low=-180, high=180),
        Column("latitude_deg", "float", "WGS 84", "degree", required=True, low=50, high=90),
        Column("position_uncertainty_km", "float", "radius within which it lies", "km", required=True),
        Column(
            "sources_apart_km",
            "float",
            "largest distance between the lists that place it; null with one",
            "km",
            low=0,
        ),
        Column("source_id", "str", "source of the place", required=True),
        Column("as_of", "str", "ISO 8601", required=True),
        Column("sources", "str", "keys of all rows that were merged", required=True),
        Column("in_arctic", "bool", "inside the boundary of the Arctic", required=True),
        Column("scope", "str", "arctic, a gateway to it, or context", required=True, choices=SCOPES),
        Column("place_id", "str", "the place it belongs to: nodes within 25 km of one centre", required=True),
        Column("place", "str", "name of that place", required=True),
    ),
    derive=_sites,
    is_published=False,
)
