"""Vertices at which a flow counts as connected, with the reason, as one visible table.

- goods: where lanes, main roads and railways cross the southern edge of the snapshot.
- people: the same ends of roads and railways, and settlements of 50,000 people or more. There a hospital and
  an airport with links beyond the region are assumed: hospitals are in no source.
- energy: the ends of goods (fuel), energy terminals in service, plants of 500 MW or more, and ends of power
  lines south of the edge.
- data: ends of cables beyond the edge (what follows there is not on file), and landings of the mainland:
  within 60 km of a main road that leads to the southern edge, in the same state, and on the same land, where
  sounds of up to 4 km are bridged. Fibre is assumed there. The distance is that long because the extract of
  roads lacks stretches (Tromsø 23 km, Andøya 44 km). An island state is not connected by its own roads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse.csgraph import connected_components

from layers.areas import nearest_areas
from layers.crs import polar_points
from layers.merge import within_km
from layers.network import GATEWAYS, SeaGraph, entries
from layers.regions import CUT_DEG

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.flows.graph import FlowGraph

__all__ = ["GATEWAY_COLUMNS", "flow_gateways", "mainland_landings"]

_PEOPLE, _PLANT_MW, _ROAD_KM, _SOUND_M = 50_000, 500.0, 60.0, 4000.0  # conventions of this project
_RUNNING = ("operating", "standby")
# `state` is `computed` (it follows from a table) or `assumed`.
GATEWAY_COLUMNS = ("flow", "vertex_id", "name", "why", "state")


def flow_gateways(
    graph: FlowGraph, power_plants: pd.DataFrame, terminals: pd.DataFrame, countries: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return the gateways of each flow (columns `GATEWAY_COLUMNS`).

    `countries` are in EPSG:3413. `power_plants` and `terminals` are the tables of the layers. A plant whose
    source gives no status counts.
    """
    vertices = graph.vertices
    ids = vertices["vertex_id"].astype(str)
    settlement = (vertices["kind"] == "settlement").to_numpy()
    land = {mode: _southern(vertices, mode) for mode in ("road", "rail")}
    power = _southern(vertices, "power")
    rows = []
    for flow in ("goods", "energy"):
        rows += [_rows(flow, vertices, at, f"lane enters by {name}") for name, at in _lanes(vertices)]
    for flow in ("goods", "energy", "people"):
        rows += [_rows(flow, vertices, at, f"{mode} crosses the southern edge") for mode, at in land.items()]
    large = settlement & (vertices["people"] >= _PEOPLE).to_numpy()
    rows += [_rows("people", vertices, large, f"settlement of {_PEOPLE:,} people or more", "assumed")]
    ended = power_plants["status"].notna() & ~power_plants["status"].isin(_RUNNING)
    strong = power_plants[(power_plants["capacity_mw"] >= _PLANT_MW) & ~ended]["feature_id"]
    plants = ids.isin("energy_site:" + strong).to_numpy()
    rows += [_rows("energy", vertices, plants, f"plant of {_PLANT_MW:g} MW or more")]
    served = ids.isin("energy_site:" + terminals[terminals["status"] == "in_service"]["feature_id"])
    rows += [_rows("energy", vertices, served.to_numpy(), "energy terminal in service")]
    rows += [_rows("energy", vertices, power, "power line crosses the southern edge")]
    ends = (vertices["kind"] == "cable_end").to_numpy()
    rows += [_rows("data", vertices, ends, "cable ends beyond the southern edge", "assumed")]
    inland = mainland_landings(graph, countries) & _has_cable(graph)
    rows += [_rows("data", vertices, inland, "landing of the mainland", "assumed")]
    return pd.concat(rows, ignore_index=True)


def mainland_landings(graph: FlowGraph, countries: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Return which vertices are landings of the mainland, with or without a cable in service.

    Fibre on land is assumed there. `countries` are in EPSG:3413.
    """
    return _of_mainland(graph.vertices, _by_road(graph, _southern(graph.vertices, "road")), countries)


def _southern(vertices: pd.DataFrame, mode: str) -> NDArray[np.bool_]:
    """Return which vertices are ends of lines of a mode south of the edge of the snapshot."""
    is_of_mode = vertices["vertex_id"].astype(str).str.startswith(f"{mode}:").to_numpy()
    return np.asarray((vertices["latitude_deg"].to_numpy() < CUT_DEG) & is_of_mode)


def _rows(
    flow: str, vertices: pd.DataFrame, where: NDArray[np.bool_], why: str, state: str = "computed"
) -> pd.DataFrame:
    table = vertices.loc[where, ["vertex_id", "name"]].assign(flow=flow, why=why, state=state)
    return table[list(GATEWAY_COLUMNS)]


def _lanes(vertices: pd.DataFrame) -> list[tuple[str, NDArray[np.bool_]]]:
    """Return for each sea of `layers.network.GATEWAYS` the vertices of lanes at the southern edge."""
    sea = np.flatnonzero(vertices["vertex_id"].str.startswith("sea:") & (vertices["latitude_deg"] < CUT_DEG))
    lon, lat = (vertices[name].to_numpy()[sea] for name in ("longitude_deg", "latitude_deg"))
    none, names = np.array([], dtype=np.int64), vertices["vertex_id"].to_numpy(dtype=object)[sea]
    on_edge = SeaGraph(names, lon, lat, none, none, none.astype(float), none.astype(object))
    rows = []
    for gateway in GATEWAYS:
        where = np.zeros(len(vertices), dtype=bool)
        where[sea[entries(on_edge, gateway)]] = True
        rows.append((gateway.name, where))
    return rows


def _has_cable(graph: FlowGraph) -> NDArray[np.bool_]:
    out = np.zeros(len(graph), dtype=bool)
    out[graph.edges.loc[graph.edges["mode"] == "cable", ["u", "v"]].to_numpy(np.int64).ravel()] = True
    return out


def _by_road(graph: FlowGraph, southern: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which vertices main roads join to a southern end, no closed border crossed."""
    edges = graph.edges
    leg = edges["edge_id"].astype(str).str.startswith("road-leg:").to_numpy()
    kept = ((edges["mode"] == "road").to_numpy() | leg) & ~edges["is_border_closed"].to_numpy(bool)
    part = connected_components(graph.only(kept).matrix(), directed=False)[1]
    return np.isin(part, part[southern])


def _of_mainland(
    vertices: pd.DataFrame, roads: NDArray[np.bool_], countries: gpd.GeoDataFrame
) -> NDArray[np.bool_]:
    """Return which vertices are cable landings of the mainland, given the mainland's roads."""
    out = np.zeros(len(vertices), dtype=bool)
    landing = np.flatnonzero(vertices["kind"] == "cable_landing")
    on_road = np.flatnonzero(roads & vertices["vertex_id"].str.startswith("road").to_numpy())
    at, near = within_km(vertices.iloc[landing], vertices.iloc[on_road], _ROAD_KM)
    state = vertices["country_iso3"].to_numpy(dtype=object)
    for code in sorted(set(state[landing[at]])):
        own = (state[landing[at]] == code) & (state[on_road[near]] == code)
        places, ways = np.unique(landing[at[own]]), np.unique(on_road[near[own]])
        shapes = countries.geometry[countries["country_iso3"] == code].to_numpy()
        pieces = shapely.get_parts(shapely.buffer(shapely.simplify(shapes, 500), _SOUND_M / 2))
        piece_of = {
            name: _nearest_piece(vertices.iloc[rows], pieces)
            for name, rows in (("place", places), ("way", ways))
        }
        out[places[np.isin(piece_of["place"], piece_of["way"])]] = True
    return out


def _nearest_piece(vertices: pd.DataFrame, pieces: NDArray[np.object_]) -> NDArray[np.int64]:
    if not len(pieces):
        return np.empty(0, dtype=np.int64)
    return nearest_areas(polar_points(vertices["longitude_deg"], vertices["latitude_deg"]), pieces)
