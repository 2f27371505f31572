"""What is measured at a node site before anything is judged: distances, ice, fetch, air, people.

Every column is in its own unit; scales and anchors come later (layers.assessed.evidence). Nothing
here depends on scenario, day or draws, so the embedded snapshot carries it ready made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers.assessed.book import Attributes, numbers, yes
from layers.assessed.sites import KINDS, with_lonlat
from layers.climate import effective_fetch_km, sample_field
from layers.crs import lonlat
from layers.cube import clean_ocean
from layers.grid import nearest_cells
from layers.merge import nearest, within_km
from layers.network import Anchors, anchors, lane_shares
from layers.schema import Column, Layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["MEASURES", "distance_to_lines_km"]

_ICE_SUPPORT_KM = 75.0  # beyond it the satellite grid says nothing about a place (method §2.1)
_ICE_CELLS = (3, 5, 9)  # supports that are drawn; the middle one is published (method §1.5)
_COAST_KM = 1.0
_CUT_DEG = 58.005
_REACH_KM = 50.0
_NEXT_KM = 100.0
# The bars of the dual-use rubric (method §4): deep draft; the fields a large transport lands on and
# takes off from.
_DEEP_DRAFT_M = 10.7
_SHORT_FIELD_M, _LONG_FIELD_M = 1067.0, 2359.0


def _measures(
    node_sites: gpd.GeoDataFrame,
    land: gpd.GeoDataFrame,
    settlements: gpd.GeoDataFrame,
    railways: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    sea_lanes: gpd.GeoDataFrame,
    ports: gpd.GeoDataFrame,
    airfields: gpd.GeoDataFrame,
    chokepoints: gpd.GeoDataFrame,
    military_sites: gpd.GeoDataFrame,
    grids: Mapping[str, xr.Dataset],
) -> pd.DataFrame:
    sites = pd.DataFrame(node_sites.drop(columns="geometry"))
    points = node_sites.geometry.to_numpy()
    lon, lat = sites["longitude_deg"].to_numpy(), sites["latitude_deg"].to_numpy()
    ice, cells, cell_km = _ice(points, grids["sea_ice"])
    reached, captive = _people(sites, with_lonlat(settlements))
    live = military_sites[military_sites["status"] != "closed"]
    claim_km, claim = nearest(sites, with_lonlat(live))
    coastal = np.isin(sites["kind"], ["port", "cable_landing"]) | _beside_sea(points, land)
    gate, gate_km = _nearest_line(points, chokepoints.geometry.to_numpy())
    lane = anchors(points, sea_lanes)
    fetch = np.full(len(points), np.nan)
    fetch[coastal] = effective_fetch_km(points[coastal], grids["land"]["is_land"].to_numpy() == 1)
    return pd.DataFrame(
        {
            "node_id": sites["node_id"],
            **_neighbours(sites),
            "own_class_km": _own_class_km(sites, _capability(sites, ports, airfields)),
            "rail_km": distance_to_lines_km(points, railways.geometry.to_numpy()),
            "road_km": distance_to_lines_km(points, roads.geometry.to_numpy()),
            "gate_km": gate_km,
            "gate_name": _at(chokepoints["name"], gate),
            "lane_km": lane.km,
            "lane_betweenness": _lane_betweenness(sites, lane, sea_lanes),
            "military_claim_km": np.where(claim[:, 0] < 0, np.nan, claim_km[:, 0]),
            "military_claim": _at(live["feature_id"], claim[:, 0]),
            "ice_months": ice[1],
            "three_cell_ice_months": ice[0],
            "nine_cell_ice_months": ice[2],
            "ice_cells": cells,
            "ice_cell_km": cell_km,
            "is_coastal": coastal,
            "fetch_km": fetch,
            "air_before_degc": sample_field(grids["climate"]["temperature_before_degc"], lon, lat),
            "warming_ratio": sample_field(grids["climate"]["warming_ratio"], lon, lat),
            "reached_persons": reached,
            "captive_persons": captive,
        }
    )


def _at(values: pd.Series, places: NDArray[np.int64]) -> Any:
    """The values at some positions; null at -1, where nothing was found."""
    return values.astype("object").array.take(places, allow_fill=True)


def _neighbours(sites: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    """Kilometres to the nearest other node of each kind, and of the node's own."""
    kinds = sites["kind"].to_numpy(dtype=object)
    table: dict[str, NDArray[np.float64]] = {}
    own = np.full(len(sites), np.nan)
    for name in KINDS:
        of_kind = kinds == name
        km, _ = nearest(sites, sites[of_kind], k=2)
        km = np.where(np.isinf(km), np.nan, km)
        # A node is not its own neighbour: for its own kind the second nearest counts.
        table[f"{name}_km"] = np.where(of_kind, km[:, 1], km[:, 0])
        own[of_kind] = km[of_kind, 1]
    return table | {"own_kind_km": own}


def _capability(sites: pd.DataFrame, ports: pd.DataFrame, airfields: pd.DataFrame) -> NDArray[np.float64]:
    """Class a node's equals are sought in, higher is more capable; NaN where it is not known.

    Ports: 1 with deep water. Airfields: 2, 1, 0 by paved length; an unpaved runway is 0, one of unknown
    surface only if it is too short whatever it is. Other kinds are of one class.
    """
    port, air = Attributes(sites["sources"], ports), Attributes(sites["sources"], airfields)
    depths = np.vstack([numbers(port["channel_depth_low_m"]), numbers(port["anchorage_depth_low_m"])])
    deep = np.where((depths >= _DEEP_DRAFT_M).any(axis=0), 1.0, depths.sum(axis=0) * 0)
    length, paved_m = numbers(air["runway_length_m"]), numbers(air["paved_length_m"])
    unpaved = np.where(
        yes(air["is_runway_paved"]) == 0, 0.0, np.where(length < _SHORT_FIELD_M, length, np.nan)
    )
    paved_m = np.where(np.isnan(paved_m), unpaved, paved_m)
    field = np.where(paved_m >= _LONG_FIELD_M, 2.0, paved_m >= _SHORT_FIELD_M) + paved_m * 0
    kinds = sites["kind"].to_numpy(dtype=object)
    return np.where(kinds == "port", deep, np.where(kinds == "airfield", field, 0.0))


def _own_class_km(sites: pd.DataFrame, capability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Kilometres to the nearest other node of the same kind that is known to be as capable.

    A node of unknown capability is compared with all of its kind.
    """
    kinds = sites["kind"].to_numpy(dtype=object)
    apart = np.full(len(sites), np.nan)
    for kind in KINDS:
        of_kind = kinds == kind
        for least in np.unique(capability[of_kind]):
            rows = of_kind & ((capability == least) | (np.isnan(capability) & np.isnan(least)))
            equals = of_kind if np.isnan(least) else of_kind & (capability >= least)
            # Every row is among its equals: the second nearest is the nearest other.
            km = nearest(sites[rows], sites[equals], k=2)[0][:, 1]
            apart[rows] = np.where(np.isinf(km), np.nan, km)
    return apart


def _lane_betweenness(sites: pd.DataFrame, lane: Anchors, sea_lanes: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Of ports; another kind of node hangs on no lane."""
    port = sites["kind"].to_numpy(dtype=object) == "port"
    share = np.full(len(sites), np.nan)
    share[port] = lane_shares(lane.take(port), sea_lanes).round(6)
    return share


def distance_to_lines_km(points: NDArray[np.object_], lines: NDArray[np.object_]) -> NDArray[np.float64]:
    """Kilometres from each EPSG:3413 point to the nearest line.

    The projection is conformal, so the planar nearest is the nearest; its length is divided by the
    scale at the point, k = (1 + sin 70) / (1 + sin lat) (Snyder 1987, doi:10.3133/pp1395): good to
    0.3 % over the tens of kilometres this is used for. NaN where there are no lines.
    """
    return _nearest_line(points, lines)[1]


def _nearest_line(
    points: NDArray[np.object_], lines: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Position of the line nearest to each point, -1 where there are none, and kilometres to it."""
    pairs, planar = shapely.STRtree(lines).query_nearest(points, return_distance=True, all_matches=False)
    found, metres = np.full(len(points), -1), np.full(len(points), np.nan)
    found[pairs[0]], metres[pairs[0]] = pairs[1], planar
    xy = shapely.get_coordinates(points)
    latitude = lonlat(xy[:, 0], xy[:, 1])[1]
    scale = (1 + np.sin(np.radians(70))) / (1 + np.sin(np.radians(latitude)))
    return found, metres / scale / 1000


def _beside_sea(points: NDArray[np.object_], land: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Whether a point lies within 1 km of the coastline (the scale of the projection is within 8 %)."""
    xy, ring = shapely.get_coordinates(
        shapely.get_rings(shapely.get_parts(land.geometry.to_numpy())), return_index=True
    )
    # The land is cut at the southern edge of the snapshot: the cut is no shore.
    is_cut = lonlat(xy[:, 0], xy[:, 1])[1] < _CUT_DEG
    joined = np.flatnonzero((ring[1:] == ring[:-1]) & ~(is_cut[1:] & is_cut[:-1]))
    edges = shapely.linestrings(np.stack([xy[joined], xy[joined + 1]], axis=1))
    near = np.zeros(len(points), dtype=bool)
    near[shapely.STRtree(edges).query(points, "dwithin", _COAST_KM * 1000)[0]] = True
    return near


def _ice(
    points: NDArray[np.object_], ice: xr.Dataset
) -> tuple[list[NDArray[np.float64]], NDArray[np.int64], NDArray[np.float64]]:
    """Months with ice of the median year by support, cells the middle one rests on, km to the nearest."""
    presence = ice["presence_median"].transpose("month", "y", "x").to_numpy()
    ocean = (presence != 255).all(axis=0)
    inner = clean_ocean(ocean)
    xy = shapely.get_coordinates(points)
    cells, km = nearest_cells(xy[:, 0], xy[:, 1], inner, k=max(_ICE_CELLS), max_km=_ICE_SUPPORT_KM)
    held = cells >= 0
    months = (presence == 1).sum(axis=0).ravel().astype(float)
    near = np.where(held, months[np.maximum(cells, 0)], 0.0)
    counts = [held[:, :size].sum(axis=1) for size in _ICE_CELLS]
    means = [
        np.divide(near[:, :size].sum(axis=1), count, out=np.full(len(count), np.nan), where=count > 0)
        for size, count in zip(_ICE_CELLS, counts, strict=True)
    ]
    closest = np.where(held, km, np.inf).min(axis=1)
    return means, counts[1], np.where(counts[1] > 0, closest, np.nan)


def _people(sites: pd.DataFrame, towns: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """People within 50 km of each site, and of them those whose next of its kind is over 100 km off.

    Places without a stated population add nobody.
    """
    counted = np.nan_to_num(towns["population"].to_numpy(dtype=float), nan=0.0)
    site, town = within_km(sites, towns, _REACH_KM)
    reached = np.bincount(site, weights=counted[town], minlength=len(sites))
    captive = np.zeros(len(sites))
    kinds = sites["kind"].to_numpy(dtype=object)
    for kind in KINDS:
        rows = np.flatnonzero(kinds == kind)
        km, found = nearest(towns, sites.iloc[rows], k=2)
        only = (km[:, 0] <= _REACH_KM) & (km[:, 1] > _NEXT_KM)
        np.add.at(captive, rows[found[only, 0]], counted[only])
    return np.asarray(reached, dtype=float), captive


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
        _km("gate_km", "distance to the nearest maritime gate"),
        Column("gate_name", "str", "name of that gate"),
        _km("lane_km", "distance to the nearest sea lane"),
        Column("lane_betweenness", "float", "share of gateway-to-port shortest paths that pass a port's lane "
               "point; null over 100 km from a lane", "1", low=0, high=1),
        _km("military_claim_km", "distance to the nearest public claim of a military site"),
        Column("military_claim", "str", "key of that claim"),
        Column("ice_months", "float", "months with ice, median of 1981-2010", "months", low=0, high=12),
        Column("three_cell_ice_months", "float", "the same over three cells", "months", low=0, high=12),
        Column("nine_cell_ice_months", "float", "the same over nine cells", "months", low=0, high=12),
        Column("ice_cells", "int", "ocean cells it rests on", low=0, high=_ICE_CELLS[1]),
        _km("ice_cell_km", "distance to the nearest of these cells"),
        Column("is_coastal", "bool", "a port, a landing, or within 1 km of the coastline", required=True),
        _km("fetch_km", "longest effective fetch over open water"),
        Column("air_before_degc", "float", "mean annual air temperature before industry (model)", "degC"),
        Column("warming_ratio", "float", "local warming per degree of global warming (model)", "K K-1"),
        Column("reached_persons", "float", "people within 50 km, in places that state it", "persons", low=0),
        Column("captive_persons", "float", "of them, whose next of its kind is 100 km off",
               "persons", low=0),
    ),
    note="Raw values; the evidence puts them on scales.",
    derive=_measures,
)  # fmt: skip
