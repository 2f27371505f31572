"""Distances of each site to the nearest line, claim and other site, with the source and date of the nearest.

Lines are railways, main roads, named Arctic sea routes and narrows. A claim is a row of the layer
`military_sites`: the statement of one public source on one military site. Distances between points are
geodesic on WGS 84, in km. Distances to lines are measured in EPSG:3413 and divided by the scale at the site.
Results are in the order of the sites, whose positions are `longitude_deg` and `latitude_deg` (WGS 84).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from layers.assessed.evidence_builder import SourceColumns, numbers
from layers.assessed.positions import with_lonlat
from layers.assessed.sites import KINDS
from layers.crs import lonlat
from layers.merge import nearest, within_km

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

__all__ = [
    "CLAIM_CONFIDENCES",
    "distance_to_lines_km",
    "nearest_claims",
    "nearest_equal_km",
    "nearest_line",
    "nearest_of_kinds",
    "nearest_runway_and_deep_port",
    "value_at",
]

_RUNWAY_KM = 50.0  # a runway within this distance serves a site
CLAIM_CONFIDENCES = ("high", "medium", "low")


def value_at(values: pd.Series, positions: NDArray[np.int64]) -> Any:
    """Return the values at `positions`; null at position -1, which stands for no row."""
    return values.astype("object").array.take(positions, allow_fill=True)


def distance_to_lines_km(points: NDArray[np.object_], lines: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return kilometres from each EPSG:3413 point to the nearest EPSG:3413 line; NaN if there are no lines.

    EPSG:3413 is conformal: at a point its scale is the same in all directions. So the nearest line in the
    plane is taken, and its distance in the plane is divided by the scale at the point, k = (1 + sin 70 deg) /
    (1 + sin lat), with lat the geodetic latitude (Snyder 1987, doi:10.3133/pp1395). The scale changes along
    the way: north of 58 N the error is at most 0.3 % at 100 km, 1.1 % at 500 km and 2 % at 1,000 km.
    """
    return _nearest(points, lines)[1]


def _nearest(
    points: NDArray[np.object_], lines: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the position of the line nearest to each point and kilometres to it; -1 and NaN for no line."""
    pairs, planar = shapely.STRtree(lines).query_nearest(points, return_distance=True, all_matches=False)
    position, metres = np.full(len(points), -1), np.full(len(points), np.nan)
    position[pairs[0]], metres[pairs[0]] = pairs[1], planar
    xy = shapely.get_coordinates(points)
    latitude = lonlat(xy[:, 0], xy[:, 1])[1]
    # The formula of the sphere; north of 58 N it is within 0.01 % of the scale on the ellipsoid.
    scale = (1 + np.sin(np.radians(70))) / (1 + np.sin(np.radians(latitude)))
    return position, metres / scale / 1000


def nearest_line(
    prefix: str, points: NDArray[np.object_], lines: gpd.GeoDataFrame, *, with_name: bool = False
) -> dict[str, Any]:
    """Return the columns `<prefix>_km`, `<prefix>_source_id` and `<prefix>_as_of` of the nearest line.

    With `with_name` also `<prefix>_name`. `points` are in EPSG:3413, as are `lines`, a layer with `name`,
    `source_id` and `as_of`. Without lines the kilometres are NaN and the other columns null.
    """
    position, km = _nearest(points, lines.geometry.to_numpy())
    columns = {f"{prefix}_km": km}
    if with_name:
        columns[f"{prefix}_name"] = value_at(lines["name"], position)
    return columns | {
        f"{prefix}_source_id": value_at(lines["source_id"], position),
        f"{prefix}_as_of": value_at(lines["as_of"], position),
    }


def nearest_claims(sites: pd.DataFrame, military_sites: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return km to the nearest public claim of a military site, and its key, for each confidence.

    Columns are `claim_<confidence>_km` and `claim_<confidence>` (a `feature_id` of `military_sites`), for the
    confidences high, medium and low of the source. Distances are to positions rounded to 0.1 degree. Closed
    military sites do not count. Without a claim the two columns are NaN and null.
    """
    live = with_lonlat(military_sites[military_sites["status"] != "closed"])
    columns: dict[str, Any] = {}
    for confidence in CLAIM_CONFIDENCES:
        some = live[live["confidence"] == confidence].reset_index(drop=True)
        km, claim = nearest(sites, some)
        columns[f"claim_{confidence}_km"] = np.where(claim[:, 0] < 0, np.nan, km[:, 0])
        columns[f"claim_{confidence}"] = value_at(some["feature_id"], claim[:, 0])
    return columns


def nearest_runway_and_deep_port(
    sites: pd.DataFrame,
    capability: NDArray[np.float64],
    airfields: pd.DataFrame,
    ports: pd.DataFrame,
) -> dict[str, Any]:
    """Return the longest paved runway within 50 km of each site (m), and the nearest deep port (km).

    Columns are `runway_near_m` and `deep_port_km`, the source and date of both, and the name of the airfield.
    A deep port has a channel or an anchorage of 10.7 m or more (the anchor `depth_deep`). The site itself
    does not count. Without a runway `runway_near_m` is 0; without a deep port `deep_port_km` is NaN; the
    other columns are null. `capability` is the class, without a unit, that `capability_of` returns, shape
    (sites,): a deep port has 1.
    """
    kinds = sites["kind"].to_numpy(dtype=object)
    air = SourceColumns(sites["sources"], airfields)
    paved_m = np.where(kinds == "airfield", numbers(air["paved_length_m"]), np.nan)
    is_field = np.flatnonzero((kinds == "airfield") & ~np.isnan(paved_m))
    site, field = within_km(sites, sites.iloc[is_field], _RUNWAY_KM)
    field = is_field[field]
    other = site != field
    site, field = site[other], field[other]
    # Later writes win: the longest runway stays, and of equal ones the last id.
    order = np.lexsort((sites["node_id"].to_numpy(dtype=object)[field], paved_m[field]))
    longest = np.full(len(sites), -1)
    longest[site[order]] = field[order]
    deep = np.flatnonzero((kinds == "port") & (capability == 1))
    km, near = nearest(sites, sites.iloc[deep], k=2)
    # Of a deep port the nearest one is the port itself: the second nearest counts.
    own = (near[:, 0] >= 0) & (deep[np.maximum(near[:, 0], 0)] == np.arange(len(sites)))
    deep_km = np.where(own, km[:, 1], km[:, 0])
    port = deep[np.where(own, near[:, 1], near[:, 0])] if len(deep) else np.full(len(sites), -1)
    port = np.where(np.isinf(deep_km), -1, port)
    sea = SourceColumns(sites["sources"], ports)
    source, as_of = air["source_id"], air["as_of"]
    return {
        "runway_near_m": np.where(longest < 0, 0.0, paved_m[np.maximum(longest, 0)]),
        "runway_near_name": value_at(sites["name"], longest),
        "runway_near_source_id": value_at(source, longest),
        "runway_near_as_of": value_at(as_of, longest),
        "deep_port_km": np.where(np.isinf(deep_km), np.nan, deep_km),
        "deep_port_source_id": value_at(sea["source_id"], port),
        "deep_port_as_of": value_at(sea["as_of"], port),
    }


def nearest_of_kinds(sites: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    """Return kilometres to the nearest other site of each kind, and of the kind of the site itself.

    Columns are `<kind>_km` for each kind of KINDS, and `own_kind_km`. NaN where there is no such site.
    """
    kinds = sites["kind"].to_numpy(dtype=object)
    table: dict[str, NDArray[np.float64]] = {}
    own = np.full(len(sites), np.nan)
    for name in KINDS:
        of_kind = kinds == name
        km, _ = nearest(sites, sites[of_kind], k=2)
        km = np.where(np.isinf(km), np.nan, km)
        # Among its own kind the nearest is the site itself: the second nearest counts.
        table[f"{name}_km"] = np.where(of_kind, km[:, 1], km[:, 0])
        own[of_kind] = km[of_kind, 1]
    return table | {"own_kind_km": own}


def nearest_equal_km(sites: pd.DataFrame, capability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return kilometres to the nearest other site of the same kind that is at least as capable.

    `capability` is the class, without a unit, that `capability_of` returns, shape (sites,); NaN is unknown.
    For a site of known capability, sites of unknown capability do not count. For a site of unknown
    capability, all sites of its kind count. NaN where there is no such site.
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
