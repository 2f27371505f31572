"""Railheads: terminals as published, then ends of the railway network at a town, port or mine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from layers.assessed.merged_sources import corrected, merged, thinned
from layers.assessed.positions import with_lonlat
from layers.crs import lonlat
from layers.merge import nearest
from layers.regions import SOUTH_DEG

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["rail_terminals"]

_REACH_KM = 10.0  # a line that ends within this distance of a place serves the place
_LEAST_LINE_KM = 25.0  # a shorter network is a siding or a fragment of the extract
_APART_KM = 10.0  # sidings end next to each other: one end represents the place
# The lines are cut at 58 N. An end at the cut is no end of the railway.
_CUT_DEG = SOUTH_DEG + 0.05
_PUBLISHED_KM, _DRAWN_KM = 2.0, 3.0  # position uncertainty of a published railhead and of a drawn end
# Key of a drawn end. Keys stay as they are: overrides and cited facts name nodes by them.
_KEY = "osm-rail-"


def rail_terminals(
    railways: gpd.GeoDataFrame, places: pd.DataFrame, railheads: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return the railheads of the picture, one row per place.

    `railheads` are the published ones. `places` have `name`, `country_iso3` and degrees. An end of the
    network has the source and the date of its line. A published railhead takes the key of the network end
    that it replaces.
    """
    heads = with_lonlat(railheads).assign(position_uncertainty_km=_PUBLISHED_KM)
    heads = heads.assign(
        name=heads["name"] + " railhead",
        replaces=heads["replaces"].str.replace("rail_terminal:", "").str.replace(" ", ""),
    )
    drawn = _ends_at_places(_ends(railways), places).assign(replaces=None)
    rows = pd.concat([heads, drawn], ignore_index=True).assign(status=None)
    return merged([thinned(corrected(rows), _APART_KM)], same_place_km=0, same_name_km=0)


def _ends(railways: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the dead ends of networks of 25 km and more, with source and date of the line.

    A vertex is a coordinate in EPSG:3413 rounded to 1 m.
    """
    parts, line = shapely.get_parts(railways.geometry.to_numpy(), return_index=True)
    first, last = shapely.get_point(parts, 0), shapely.get_point(parts, -1)
    # Lines that meet differ by less than a metre after projection.
    ends = np.round(shapely.get_coordinates(np.concatenate([first, last]))).astype(int)
    vertices, vertex = np.unique(ends, axis=0, return_inverse=True)
    vertex = vertex.ravel()
    start, stop = np.split(vertex, 2)
    length_km = shapely.length(parts) / 1000
    graph = sparse.coo_array((np.ones(len(parts)), (start, stop)), shape=(len(vertices),) * 2)
    component = connected_components(graph, directed=False)[1]
    line_km = np.bincount(component[start], weights=length_km)[component]
    is_end = (np.bincount(vertex) == 1) & (line_km >= _LEAST_LINE_KM)
    line_of = np.zeros(len(vertices), dtype=np.int64)
    line_of[vertex] = np.tile(line, 2)
    lon, lat = lonlat(vertices[:, 0], vertices[:, 1])
    table = pd.DataFrame(
        {
            "longitude_deg": lon,
            "latitude_deg": lat,
            "line_km": line_km,
            "source_id": railways["source_id"].to_numpy(dtype=object)[line_of],
            "as_of": railways["as_of"].to_numpy(dtype=object)[line_of],
        }
    )
    return table[is_end & (lat > _CUT_DEG)].reset_index(drop=True)


def _ends_at_places(ends: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return the ends within 10 km of a place, named after the place, by distance from it."""
    km, position = nearest(ends, places)
    is_near = km[:, 0] <= _REACH_KM
    place = places.iloc[position[is_near, 0]]
    table = ends[is_near].reset_index(drop=True)
    degrees = (table[["longitude_deg", "latitude_deg"]] * 1000).round().astype(int).astype(str)
    table = table.assign(
        feature_id=_KEY + degrees["longitude_deg"] + "_" + degrees["latitude_deg"],
        name=(place["name"] + " railhead").to_numpy(),
        country_iso3=place["country_iso3"].to_numpy(),
        position_uncertainty_km=_DRAWN_KM,
    )
    return table.iloc[np.argsort(km[is_near, 0], kind="stable")]
