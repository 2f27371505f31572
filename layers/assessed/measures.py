"""MEASURES: what is measured at each node before it is judged, such as distances and people nearby.

Further values are the fetch (the open water over which waves build up) and the air temperature. Each value
has its own unit. Thresholds come later (layers.assessed.class_thresholds). Nothing here depends on scenario,
day or draws, so the embedded snapshot holds the finished table. A correction without an end
(layers/reference/overrides.csv) counts from the day of the snapshot; borders count by their last known state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.assessed.capability import capability_of, is_usable
from layers.assessed.civilian_dependence import SUPPLIES
from layers.assessed.distances import (
    CLAIM_CONFIDENCES,
    nearest_claims,
    nearest_equal_km,
    nearest_line,
    nearest_of_kinds,
    nearest_runway_and_deep_port,
    value_at,
)
from layers.assessed.overrides import apply_standing
from layers.assessed.people_cut_off import Captives, captives, crosses_border, land_network
from layers.assessed.positions import with_lonlat
from layers.assessed.shore import is_coastal
from layers.assessed.sites import KINDS
from layers.borders import LATEST, borders
from layers.climate import effective_fetch_km, sample_field
from layers.line_edges import lines_over_gaps
from layers.merge import within_km
from layers.network import Anchors, anchors, lane_shares
from layers.schema import Column, Layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["MEASURES", "land_lines"]

_REACH_KM = 50.0  # people within this distance can use a node
# A wider gate counts as open sea: a ship can pass far from any node (convention).
_NARROW_KM = 200.0


def _measures(
    node_sites: gpd.GeoDataFrame,
    countries: gpd.GeoDataFrame,
    land: gpd.GeoDataFrame,
    settlements: gpd.GeoDataFrame,
    railways: gpd.GeoDataFrame,
    railheads: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    sea_lanes: gpd.GeoDataFrame,
    sea_routes: gpd.GeoDataFrame,
    ports: gpd.GeoDataFrame,
    airfields: gpd.GeoDataFrame,
    cable_landings: gpd.GeoDataFrame,
    chokepoints: gpd.GeoDataFrame,
    military_sites: gpd.GeoDataFrame,
    closed_borders: pd.DataFrame,
    overrides_on_file: pd.DataFrame,
    grids: Mapping[str, xr.Dataset],
) -> pd.DataFrame:
    sites = pd.DataFrame(node_sites.drop(columns="geometry"))
    points = node_sites.geometry.to_numpy()
    lon, lat = sites["longitude_deg"].to_numpy(), sites["latitude_deg"].to_numpy()
    ports = apply_standing(pd.DataFrame(ports.drop(columns="geometry")), overrides_on_file)
    airfields = apply_standing(pd.DataFrame(airfields.drop(columns="geometry")), overrides_on_file)
    capability = capability_of(sites, ports, airfields)
    coastal = is_coastal(sites, points, land, ports)
    narrows = chokepoints[chokepoints["narrows_km"].fillna(np.inf) <= _NARROW_KM]
    lane = anchors(points, sea_lanes)
    fetch = np.full(len(points), np.nan)
    fetch[coastal] = effective_fetch_km(points[coastal], grids["land"]["is_land"].to_numpy() == 1)
    return pd.DataFrame(
        {
            "node_id": sites["node_id"],
            **nearest_of_kinds(sites),
            "own_class_km": nearest_equal_km(sites, capability),
            **nearest_runway_and_deep_port(sites, capability, airfields, ports),
            **nearest_line("rail", points, _tracks(railways, railheads)),
            **nearest_line("road", points, roads),
            **nearest_line("route", points, sea_routes, with_name=True),
            **nearest_line("narrow", points, narrows, with_name=True),
            "lane_km": lane.km,
            "lane_betweenness": _lane_betweenness(sites, lane, sea_lanes),
            **nearest_claims(sites, military_sites),
            "is_coastal": coastal,
            "fetch_km": fetch,
            "air_before_degc": sample_field(grids["climate"]["temperature_before_degc"], lon, lat),
            "warming_ratio": sample_field(grids["climate"]["warming_ratio"], lon, lat),
            **_people(
                node_sites, settlements, is_usable(sites, capability, ports, cable_landings),
                land_lines(railways, roads, countries), countries,
                closed_borders,
            ),
        }
    )  # fmt: skip


def _tracks(railways: gpd.GeoDataFrame, railheads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the lines of the extract and the published railheads, because a railhead is also track."""
    columns = ["name", "source_id", "as_of", "geometry"]
    return pd.concat([railways[columns], railheads[columns]], ignore_index=True)


def _lane_betweenness(sites: pd.DataFrame, lane: Anchors, sea_lanes: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return the share of shortest paths that pass by each port; NaN for other kinds, which use no lane."""
    port = sites["kind"].to_numpy(dtype=object) == "port"
    share = np.full(len(sites), np.nan)
    share[port] = lane_shares(lane.take(port), sea_lanes).round(6)
    return share


def land_lines(
    railways: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, countries: gpd.GeoDataFrame
) -> NDArray[np.object_]:
    """Return all railways and roads, and assumed lines over the gaps of each."""
    by_mode = {"rail": railways.geometry.to_numpy(), "road": roads.geometry.to_numpy()}
    over = [lines_over_gaps(mode, lines, countries) for mode, lines in by_mode.items()]
    return np.concatenate([*by_mode.values(), *over])


def _people(
    node_sites: gpd.GeoDataFrame,
    settlements: gpd.GeoDataFrame,
    usable: NDArray[np.bool_],
    lines: NDArray[np.object_],
    countries: gpd.GeoDataFrame,
    closed_borders: pd.DataFrame,
) -> dict[str, Any]:
    """Return people within 50 km of each node, and people without another usable node by land.

    Who would have to cross a closed or limited border to a node is not counted (`layers.borders`). The second
    number is counted with such borders left out, and again over all borders. A place without a
    stated population counts as 0 people.
    """
    sites = pd.DataFrame(node_sites.drop(columns="geometry"))
    towns = with_lonlat(settlements)
    counted = np.nan_to_num(towns["population"].to_numpy(dtype=float), nan=0.0)
    limited = borders(closed_borders, LATEST).impassable
    site, town = within_km(sites, towns, _REACH_KM)
    states = (sites["country_iso3"].to_numpy(object)[site], towns["country_iso3"].to_numpy(object)[town])
    same_side = ~crosses_border(*states, limited)
    site, town = site[same_side], town[same_side]
    reached = np.bincount(site, weights=counted[town], minlength=len(sites))
    points = np.concatenate([settlements.geometry.to_numpy(), node_sites.geometry.to_numpy()])

    def count(closed: frozenset[frozenset[str]]) -> Captives:
        network = land_network(lines, points, countries, closed)
        return captives(sites, towns, usable, network, SUPPLIES, closed)

    open_only, over_all = count(limited), count(frozenset())
    order = np.lexsort((-counted[town], site))
    first = np.diff(site[order], prepend=-1) > 0
    biggest = np.full(len(sites), -1)
    biggest[site[order][first]] = town[order][first]
    return {
        "is_usable": usable,
        "reached_persons": np.asarray(reached, dtype=float),
        "reached_as_of": value_at(towns["as_of"], biggest),
        "captive_80_km_persons": open_only.persons[:, 0],
        "captive_persons": open_only.persons[:, 1],
        "captive_120_km_persons": open_only.persons[:, 2],
        "captive_persons_all_borders": over_all.persons[:, 1],
        "captive_place_persons": open_only.largest,
        "captive_place": value_at(towns["name"], open_only.place),
        "other_by_land_km": open_only.other_km,
    }


def _km(name: str, meaning: str) -> Column:
    return Column(name, "float", meaning, "km", low=0)


MEASURES = Layer(
    id="measures",
    title="What is measured at each node, before it is judged",
    pillar="economic",
    geometry="table",
    spine=(),
    key=("node_id",),
    columns=(
        Column("node_id", "str", "the node", required=True),
        *(_km(f"{kind}_km", f"distance to the nearest other {kind.replace('_', ' ')}") for kind in KINDS),
        _km("own_kind_km", "distance to the nearest other node of its kind"),
        _km("own_class_km", "distance to the nearest other of its kind known to be as capable"),
        _km("rail_km", "distance to the nearest railway on file"),
        _km("road_km", "distance to the nearest main road on file"),
        _km("deep_port_km", "distance to the nearest other port with deep water"),
        Column("deep_port_source_id", "str", "source of that port"),
        Column("deep_port_as_of", "str", "date of that port, ISO 8601"),
        Column(
            "runway_near_m", "float", "longest paved runway within 50 km; 0 where there is none", "m", low=0
        ),
        Column("runway_near_name", "str", "airfield of that runway"),
        Column("runway_near_source_id", "str", "source of that runway"),
        Column("runway_near_as_of", "str", "date of that runway, ISO 8601"),
        *(
            column
            for name, what in (
                ("rail", "railway or railhead"),
                ("road", "main road"),
                ("route", "named Arctic sea route"),
                ("narrow", "narrow: a gate of 200 km or less"),
            )
            for column in (
                Column(f"{name}_source_id", "str", f"source of the nearest {what}"),
                Column(f"{name}_as_of", "str", f"date of the nearest {what}, ISO 8601"),
            )
        ),
        _km("route_km", "distance to the nearest named Arctic sea route"),
        Column("route_name", "str", "name of that route"),
        _km("narrow_km", "distance to the nearest narrow: a gate of 200 km or less"),
        Column("narrow_name", "str", "name of that narrow"),
        _km("lane_km", "distance to the nearest sea lane"),
        Column(
            "lane_betweenness",
            "float",
            "share of gateway-to-port shortest paths that pass a port's lane "
            "point; null over 100 km from a lane",
            "1",
            low=0,
            high=1,
        ),
        *(
            column
            for word in CLAIM_CONFIDENCES
            for column in (
                _km(f"claim_{word}_km", f"distance to the nearest public claim of a military site ({word})"),
                Column(f"claim_{word}", "str", "key of that claim"),
            )
        ),
        Column(
            "is_coastal",
            "bool",
            "a port of the sea, a landing, or within 1 km of the coastline",
            required=True,
        ),
        _km("fetch_km", "longest effective fetch over open water"),
        Column("air_before_degc", "float", "mean annual air temperature before industry (model)", "degC"),
        Column("warming_ratio", "float", "local warming per degree of global warming (model)", "K K-1"),
        Column("is_usable", "bool", "can stand in for another of its kind", required=True),
        Column("reached_persons", "float", "people within 50 km, in places that state it", "persons", low=0),
        Column("reached_as_of", "str", "date of the largest of these places, ISO 8601"),
        *(
            Column(
                name,
                "float",
                f"of them, without another usable node of its kind {how}",
                "persons",
                low=0,
            )
            for name, how in (
                ("captive_80_km_persons", "within 80 km by land"),
                ("captive_persons", "within 100 km by land, over open borders"),
                ("captive_120_km_persons", "within 120 km by land"),
                ("captive_persons_all_borders", "within 100 km over any border"),
            )
        ),
        Column(
            "captive_place_persons", "float", "people of the largest place without another", "persons", low=0
        ),
        Column("captive_place", "str", "name of that place"),
        _km("other_by_land_km", "way by land from the largest place within 50 km to the next usable node"),
    ),
    note="Raw values; the evidence puts them on scales.",
    derive=_measures,
)
