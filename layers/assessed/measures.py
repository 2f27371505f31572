"""What is measured at a node site before anything is judged: distances, fetch, air, people.

Every column is in its own unit; anchors come later (layers.assessed.anchors). Nothing here depends on
scenario, day or draws, so the embedded snapshot carries it ready made. Corrections without an end
(layers/reference/overrides.csv) count from the day of the snapshot, borders by their last known state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers.assessed.anchors import anchor_values
from layers.assessed.evidence_builder import SourceColumns, numbers, yes
from layers.assessed.overrides import apply_standing
from layers.assessed.positions import with_lonlat
from layers.assessed.reach import Captives, captives, closed_pairs, land_network
from layers.assessed.sites import KINDS
from layers.climate import effective_fetch_km, sample_field
from layers.crs import lonlat
from layers.merge import nearest, within_km
from layers.network import Anchors, anchors, lane_shares
from layers.schema import Column, Layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["MEASURES", "distance_to_lines_km"]

_COAST_KM = 1.0
_CUT_DEG = 58.005
_REACH_KM = 50.0
# Deep draft, and the fields a large transport lands on and takes off from: as printed, as a capability is
# measured once for every scenario.
_DEEP_DRAFT_M, _SHORT_FIELD_M, _LONG_FIELD_M = (
    anchor_values()[name] for name in ("depth_deep", "runway_short", "runway_long")
)
# A gate wider than this is open sea: a ship need not pass near anything (convention).
_NARROW_KM = 200.0
# Kinds that people can lack: a mine or a ground station supplies no household.
_SUPPLIES = ("port", "airfield", "cable_landing", "rail_terminal", "energy_site")
_CLAIMS = ("high", "medium", "low")


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
    able = _capability(sites, ports, airfields)
    coastal = np.isin(sites["kind"], ["port", "cable_landing"]) | _beside_sea(points, land)
    narrow = chokepoints[chokepoints["narrows_km"].fillna(np.inf) <= _NARROW_KM]
    lane = anchors(points, sea_lanes)
    fetch = np.full(len(points), np.nan)
    fetch[coastal] = effective_fetch_km(points[coastal], grids["land"]["is_land"].to_numpy() == 1)
    return pd.DataFrame(
        {
            "node_id": sites["node_id"],
            **_neighbours(sites),
            "own_class_km": _own_class_km(sites, able),
            **_beside(sites, able, airfields, ports),
            **_lines("rail", points, _tracks(railways, railheads)),
            **_lines("road", points, roads),
            **_lines("route", points, sea_routes, named=True),
            **_lines("narrow", points, narrow, named=True),
            "lane_km": lane.km,
            "lane_betweenness": _lane_betweenness(sites, lane, sea_lanes),
            **_claims(sites, military_sites),
            "is_coastal": coastal,
            "fetch_km": fetch,
            "air_before_degc": sample_field(grids["climate"]["temperature_before_degc"], lon, lat),
            "warming_ratio": sample_field(grids["climate"]["warming_ratio"], lon, lat),
            **_people(
                node_sites, settlements, _usable(sites, able, ports, cable_landings),
                np.concatenate([railways.geometry.to_numpy(), roads.geometry.to_numpy()]), countries,
                closed_borders,
            ),
        }
    )  # fmt: skip


def _tracks(railways: gpd.GeoDataFrame, railheads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Lines of the extract and the railheads that are typed: a head is track too."""
    columns = ["name", "source_id", "as_of", "geometry"]
    return pd.concat([railways[columns], railheads[columns]], ignore_index=True)


def _lines(
    name: str, points: NDArray[np.object_], lines: gpd.GeoDataFrame, *, named: bool = False
) -> dict[str, Any]:
    """Kilometres to the nearest of some lines, its source and date, and its name if wanted."""
    found, km = _nearest_line(points, lines.geometry.to_numpy())
    columns = {f"{name}_km": km}
    if named:
        columns[f"{name}_name"] = _at(lines["name"], found)
    return columns | {
        f"{name}_source_id": _at(lines["source_id"], found), f"{name}_as_of": _at(lines["as_of"], found)
    }  # fmt: skip


def _claims(sites: pd.DataFrame, military_sites: gpd.GeoDataFrame) -> dict[str, Any]:
    """The nearest public claim of a military site of each confidence, and kilometres to it."""
    live = with_lonlat(military_sites[military_sites["status"] != "closed"])
    columns: dict[str, Any] = {}
    for confidence in _CLAIMS:
        some = live[live["confidence"] == confidence].reset_index(drop=True)
        km, claim = nearest(sites, some)
        columns[f"claim_{confidence}_km"] = np.where(claim[:, 0] < 0, np.nan, km[:, 0])
        columns[f"claim_{confidence}"] = _at(some["feature_id"], claim[:, 0])
    return columns


def _beside(
    sites: pd.DataFrame,
    able: NDArray[np.float64],
    airfields: pd.DataFrame,
    ports: pd.DataFrame,
) -> dict[str, Any]:
    """Of each node: the longest paved runway within 50 km, and kilometres to the nearest deep port."""
    kinds = sites["kind"].to_numpy(dtype=object)
    air = SourceColumns(sites["sources"], airfields)
    paved_m = np.where(kinds == "airfield", numbers(air["paved_length_m"]), np.nan)
    is_field = np.flatnonzero((kinds == "airfield") & ~np.isnan(paved_m))
    at, found = within_km(sites, sites.iloc[is_field], _REACH_KM)
    found = is_field[found]
    other = at != found
    at, found = at[other], found[other]
    order = np.lexsort((sites["node_id"].to_numpy(dtype=object)[found], paved_m[found]))
    best = np.full(len(sites), -1)
    best[at[order]] = found[order]
    deep = np.flatnonzero((kinds == "port") & (able == 1))
    km, near = nearest(sites, sites.iloc[deep], k=2)
    own = (near[:, 0] >= 0) & (deep[np.maximum(near[:, 0], 0)] == np.arange(len(sites)))
    deep_km = np.where(own, km[:, 1], km[:, 0])
    port = deep[np.where(own, near[:, 1], near[:, 0])] if len(deep) else np.full(len(sites), -1)
    port = np.where(np.isinf(deep_km), -1, port)
    sea = SourceColumns(sites["sources"], ports)
    source, as_of = air["source_id"], air["as_of"]
    return {
        "runway_near_m": np.where(best < 0, 0.0, paved_m[np.maximum(best, 0)]),
        "runway_near_name": _at(sites["name"], best),
        "runway_near_source_id": _at(source, best),
        "runway_near_as_of": _at(as_of, best),
        "deep_port_km": np.where(np.isinf(deep_km), np.nan, deep_km),
        "deep_port_source_id": _at(sea["source_id"], port),
        "deep_port_as_of": _at(sea["as_of"], port),
    }


def _usable(
    sites: pd.DataFrame, able: NDArray[np.float64], ports: pd.DataFrame, landings: pd.DataFrame
) -> NDArray[np.bool_]:
    """Nodes that can stand in for another: a runway of 1,067 m, a port of known depth, a live landing."""
    kinds = sites["kind"].to_numpy(dtype=object)
    port, landing = SourceColumns(sites["sources"], ports), SourceColumns(sites["sources"], landings)
    depth = np.vstack(
        [numbers(port[f"{n}_low_m"]) for n in ("channel_depth", "anchorage_depth", "cargo_pier_depth")]
    )
    is_known = ~np.isnan(depth).all(axis=0)
    systems = numbers(landing["systems_in_service"])
    return np.select(
        [kinds == "port", kinds == "airfield", kinds == "cable_landing"],
        [is_known, np.nan_to_num(able, nan=0.0) >= 0.5, systems >= 1],
        default=True,
    ).astype(bool)


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

    Ports: 1 with deep water. Airfields: 2, 1, 0 by paved length; an unpaved runway is 0.5 where it is
    long enough and else 0, one of unknown surface 0 only if it is too short whatever it is. Other kinds
    are of one class.
    """
    port, air = SourceColumns(sites["sources"], ports), SourceColumns(sites["sources"], airfields)
    depths = np.vstack([numbers(port["channel_depth_low_m"]), numbers(port["anchorage_depth_low_m"])])
    deep = np.where((depths >= _DEEP_DRAFT_M).any(axis=0), 1.0, depths.sum(axis=0) * 0)
    length, paved_m = numbers(air["runway_length_m"]), numbers(air["paved_length_m"])
    unpaved = np.where(
        yes(air["is_runway_paved"]) == 0, 0.0, np.where(length < _SHORT_FIELD_M, length, np.nan)
    )
    paved_m = np.where(np.isnan(paved_m), unpaved, paved_m)
    field = np.where(paved_m >= _LONG_FIELD_M, 2.0, paved_m >= _SHORT_FIELD_M) + paved_m * 0
    # A long gravel runway is no equal of a paved one, but it can be used.
    field = np.where((field == 0) & (length >= _SHORT_FIELD_M), 0.5, field)
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


def _people(
    node_sites: gpd.GeoDataFrame,
    settlements: gpd.GeoDataFrame,
    usable: NDArray[np.bool_],
    lines: NDArray[np.object_],
    countries: gpd.GeoDataFrame,
    closed_borders: pd.DataFrame,
) -> dict[str, Any]:
    """People within 50 km of each node, and those who have no other usable node within reach by land.

    Places without a stated population add nobody. Twice: over open borders only, and over all.
    """
    sites = pd.DataFrame(node_sites.drop(columns="geometry"))
    towns = with_lonlat(settlements)
    counted = np.nan_to_num(towns["population"].to_numpy(dtype=float), nan=0.0)
    site, town = within_km(sites, towns, _REACH_KM)
    reached = np.bincount(site, weights=counted[town], minlength=len(sites))
    points = np.concatenate([settlements.geometry.to_numpy(), node_sites.geometry.to_numpy()])
    day = max([*closed_borders["as_of"], ""])

    def count(closed: frozenset[frozenset[str]]) -> Captives:
        network = land_network(lines, points, countries, closed)
        return captives(sites, towns, usable, network, _SUPPLIES)

    open_only, over_all = count(closed_pairs(closed_borders, day)), count(frozenset())
    order = np.lexsort((-counted[town], site))
    first = np.diff(site[order], prepend=-1) > 0
    biggest = np.full(len(sites), -1)
    biggest[site[order][first]] = town[order][first]
    return {
        "is_usable": usable,
        "reached_persons": np.asarray(reached, dtype=float),
        "reached_as_of": _at(towns["as_of"], biggest),
        "captive_80_km_persons": open_only.persons[:, 0],
        "captive_persons": open_only.persons[:, 1],
        "captive_120_km_persons": open_only.persons[:, 2],
        "captive_persons_all_borders": over_all.persons[:, 1],
        "captive_place_persons": open_only.largest,
        "captive_place": _at(towns["name"], open_only.place),
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
            for word in _CLAIMS
            for column in (
                _km(f"claim_{word}_km", f"distance to the nearest public claim of a military site ({word})"),
                Column(f"claim_{word}", "str", "key of that claim"),
            )
        ),
        Column("is_coastal", "bool", "a port, a landing, or within 1 km of the coastline", required=True),
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
