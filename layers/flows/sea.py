"""Sea lanes as edges, with the months of open water and the gates that they cross, and ports on them.

The lanes are schematic (Eurostat SeaRoute). They end at the southern edge of the snapshot. A port joins the
nearest lane within `layers.network.REACH_KM`, by a straight leg that has its own months of open water and
may cross land. Ferries are in no source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from layers.crs import polar_points
from layers.flows.graph import FlowGraph
from layers.flows.open_months import open_months
from layers.flows.parts import edge_table, group_keys, legs, vertex_table
from layers.network import REACH_KM, anchors, sea_pieces

if TYPE_CHECKING:
    import geopandas as gpd
    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["sea_flows"]


def sea_flows(
    sea_lanes: gpd.GeoDataFrame, ports: pd.DataFrame, ice: xr.Dataset, gates: gpd.GeoDataFrame
) -> FlowGraph:
    """Return the graph of the lanes, with a vertex for each port within reach.

    `sea_lanes` and `gates` (lines across straits) are in EPSG:3413. `ports` are vertices of `places_table`.
    `ice` is the monthly record. A lane that crosses a gate has the risk group `strait:<key of the gate>`.
    """
    hung = anchors(polar_points(ports["longitude_deg"], ports["latitude_deg"]), sea_lanes)
    near = hung.km <= REACH_KM
    ports = ports[near].reset_index(drop=True)
    leg_km = hung.km[near]
    graph, at_lane, lane, shape = sea_pieces(sea_lanes, hung.take(near))
    months, state = open_months(ice, shape)
    lane_ids = sea_lanes["feature_id"].to_numpy(dtype=object)[lane]
    points = vertex_table(
        vertex_id="sea:" + graph.name, longitude_deg=graph.longitude_deg, latitude_deg=graph.latitude_deg
    )
    edges = edge_table(
        edge_id=_numbered(lane_ids), u=graph.u, v=graph.v, km=graph.km, mode="sea", link_id=lane_ids,
        months=months, months_state=state, risk_groups=_straits(shape, gates),
        source_id=sea_lanes["source_id"].to_numpy(dtype=object)[lane],
        as_of=sea_lanes["as_of"].to_numpy(dtype=object)[lane],
    )  # fmt: skip
    own = polar_points(ports["longitude_deg"], ports["latitude_deg"])
    foot = polar_points(graph.longitude_deg[at_lane], graph.latitude_deg[at_lane])
    lines = shapely.linestrings(np.stack([shapely.get_coordinates(own), shapely.get_coordinates(foot)], 1))
    months, state = open_months(ice, np.atleast_1d(np.asarray(lines, dtype=object)))
    to_lane = legs(
        ports, len(ports) + at_lane, leg_km, "port-leg", mode="sea", months=months, months_state=state
    )
    edges = edges.assign(u=edges["u"] + len(ports), v=edges["v"] + len(ports))
    vertices = pd.concat([ports.drop(columns="place_id").assign(snap_km=leg_km), points], ignore_index=True)
    return FlowGraph(vertices, pd.concat([edges, to_lane], ignore_index=True))


def _numbered(keys: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return ids of edges: the key of the line and the number of the piece."""
    number = pd.Series(keys).groupby(keys).cumcount().astype(str)
    return np.asarray("sea:" + keys + "#" + number.to_numpy(dtype=object), dtype=object)


def _straits(shape: NDArray[np.object_], gates: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the risk groups of lanes: the gates that each crosses."""
    keys = "strait:" + gates["feature_id"].str.removeprefix("gate-").to_numpy(dtype=object)
    groups = np.full(len(shape), "", dtype=object)
    of_lane, of_gate = shapely.STRtree(gates.geometry.to_numpy()).query(shape, predicate="intersects")
    for lane in np.unique(of_lane):
        groups[lane] = group_keys(keys[of_gate[of_lane == lane]])
    return groups
