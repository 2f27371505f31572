"""One graph of the four flows (goods, energy, data, people) out of the tables of a picture.

Limits of a join: a place to a main road or railway 10 km, a port to a lane 100 km, a plant to a power line
10 km, a node to its settlement 10 km. The nodes of a place are joined by `access` edges to its settlement,
or to the node that names the place: there goods and people change from one mode to another. An access edge
is a straight distance and may cross water. Lines of power, gas and fibre on land are those of the layer
`interconnectors`: few, and schematic. Other pipelines and ferries are in no source that is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from layers.assessed.people_cut_off import crossed
from layers.borders import borders
from layers.crs import distance_km, polar_points
from layers.flows.air import air_flows
from layers.flows.data import cable_flows, with_risk_groups
from layers.flows.gateways import flow_gateways
from layers.flows.graph import FlowGraph
from layers.flows.interconnectors import with_lines, with_supply
from layers.flows.land import gauges, land_flows
from layers.flows.parts import edge_table, joined_states, places_table, united
from layers.flows.power import power_flows
from layers.flows.sea import sea_flows
from layers.line_edges import state_of
from layers.network import anchors

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import xarray as xr

__all__ = ["Assembled", "FlowTables", "assemble"]

_ACCESS_KM = 10.0
# Nodes that join a line; a settlement joins both roads and railways, where a stop is assumed.
_ON_RAIL = ("settlement", "rail_terminal")


@dataclass(frozen=True, slots=True, eq=False)
class FlowTables:
    """The tables that the graph is built from: layers by their ids, and the monthly record of sea ice.

    `settlements` has `longitude_deg` and `latitude_deg` besides the columns of its layer. `power_lines` is
    None if it is not at hand; without `interconnectors` the graph has none of their lines.
    """

    settlements: pd.DataFrame
    node_sites: pd.DataFrame
    countries: gpd.GeoDataFrame
    closed_borders: pd.DataFrame
    sea_lanes: gpd.GeoDataFrame
    chokepoints: gpd.GeoDataFrame
    ice_presence: xr.Dataset
    roads: gpd.GeoDataFrame
    railways: gpd.GeoDataFrame
    railheads: pd.DataFrame
    airfields: pd.DataFrame
    cables: pd.DataFrame
    power_plants: pd.DataFrame
    terminals: pd.DataFrame
    shared_risk_groups: pd.DataFrame
    power_lines: gpd.GeoDataFrame | None = None
    interconnectors: pd.DataFrame | None = None


class Assembled(NamedTuple):
    """The graph, its gateways (`GATEWAY_COLUMNS`), and places that join nothing.

    `unjoined` has `vertex_id`, `name`, `kind`, `people` and `nearest_km`, the distance to the nearest road,
    railway or lane.
    """

    graph: FlowGraph
    gateways: pd.DataFrame
    unjoined: pd.DataFrame


def assemble(tables: FlowTables, day: str) -> Assembled:
    """Return the graph of all modes on `day` (ISO 8601), its gateways, and places that join nothing."""
    places = places_table(tables.settlements, tables.node_sites)
    closed = borders(tables.closed_borders, day).impassable
    base = places.drop(columns="place_id").assign(snap_km=np.nan)
    graphs = [
        FlowGraph(base, _access(places, closed)),
        sea_flows(tables.sea_lanes, _of(places, "port"), tables.ice_presence, tables.chokepoints),
        land_flows("road", tables.roads, places, tables.countries, closed),
        land_flows(
            "rail", tables.railways, _of(places, *_ON_RAIL), tables.countries, closed,
            gauges(tables.railheads),
        ),
        _air(places, tables.airfields, day),
        cable_flows(tables.cables, _of(places, "cable_landing"), day),
    ]  # fmt: skip
    if tables.power_lines is not None:
        plants = _of(places, "energy_site")
        graphs.append(power_flows(tables.power_lines, plants, lambda xy: state_of(xy, tables.countries), day))
    graph = with_risk_groups(united(graphs), tables.shared_risk_groups)
    gateways = flow_gateways(graph, tables.power_plants, tables.terminals, tables.countries)
    if tables.interconnectors is not None:
        graph = with_lines(graph, tables.interconnectors, day)
        gateways = with_supply(gateways, tables.interconnectors, day)
    return Assembled(graph, gateways, _unjoined(graph, tables))


def _of(places: pd.DataFrame, *kinds: str) -> pd.DataFrame:
    return places[places["kind"].isin(kinds)].reset_index(drop=True)


def _air(places: pd.DataFrame, airfields: pd.DataFrame, day: str) -> FlowGraph:
    nodes = _of(places, "airfield")
    keys = nodes["vertex_id"].str.removeprefix("airfield:")
    rows = airfields.drop_duplicates("feature_id").set_index("feature_id", drop=False)
    return air_flows(rows.reindex(keys).reset_index(drop=True), nodes, day)


def _access(places: pd.DataFrame, closed: Iterable[frozenset[str]]) -> pd.DataFrame:
    """Return edges from each node to the vertex of its place, up to 10 km."""
    # A place is named by its settlement, or by one of its nodes.
    named = places["place_id"].str.removeprefix("place:")
    hub_id = named.where(~named.str.startswith("geonames-"), "settlement:" + named)
    rows = pd.Series(np.arange(len(places)), index=places["vertex_id"])
    hub = rows.reindex(hub_id).fillna(-1).to_numpy(np.int64)
    u = np.flatnonzero((hub >= 0) & (hub != np.arange(len(places))))
    v = hub[u]
    lon, lat = (places[name].to_numpy() for name in ("longitude_deg", "latitude_deg"))
    km = distance_km(lon[u], lat[u], lon[v], lat[v])
    is_near = km <= _ACCESS_KM
    u, v, km = u[is_near], v[is_near], km[is_near]
    ids = places["vertex_id"].to_numpy(dtype=object)
    state = places["country_iso3"].to_numpy(dtype=object)
    return edge_table(
        edge_id="access:" + ids[u], u=u, v=v, km=km, mode="access", link_id="access:" + ids[u],
        states=joined_states(state[u], state[v]),
        is_border_closed=crossed(state, np.column_stack([u, v]), closed),
        source_id="arctic-picture", as_of="",
    )  # fmt: skip


def _unjoined(graph: FlowGraph, tables: FlowTables) -> pd.DataFrame:
    used = np.zeros(len(graph), dtype=bool)
    for end in ("u", "v"):
        used[graph.edges[end].to_numpy()] = True
    alone = graph.vertices[~used].reset_index(drop=True)
    shapes = [table[["geometry"]] for table in (tables.sea_lanes, tables.roads, tables.railways)]
    lines = pd.concat(shapes, ignore_index=True)
    km = anchors(polar_points(alone["longitude_deg"], alone["latitude_deg"]), lines).km
    return alone[["vertex_id", "name", "kind", "people"]].assign(nearest_km=np.round(km, 3))
