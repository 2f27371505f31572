"""Shapes of lines of the network in EPSG:3413, simplified: along the vertices, at sea along the lanes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.ops import substring

from layers.crs import polar_xy

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from layers.flows.graph import FlowGraph

__all__ = ["line_shapes"]

_SIMPLER_M = 2000.0


def line_shapes(graph: FlowGraph, lines: pd.DataFrame, sea_lanes: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the shape of each line of `layers.flows.chains.contracted`, in whole hundreds of metres."""
    vertices = graph.vertices
    x, y = polar_xy(vertices["longitude_deg"].to_numpy(), vertices["latitude_deg"].to_numpy())
    xy = np.column_stack([x, y])
    ends = graph.edges[["u", "v"]].to_numpy(np.int64)
    bends = _bends(graph, sea_lanes, xy)
    shapes = []
    for start, first, last, rows in zip(*(lines[name] for name in ("u", "from", "to", "rows")), strict=True):
        here, path = int(start), [xy[int(first)]]
        for edge in rows:
            u, v = (int(end) for end in ends[edge])
            inner = bends.get(edge, ())
            path += list(inner if here == u else inner[::-1])
            here = v if here == u else u
            path.append(xy[here])
        path[-1] = xy[int(last)]
        shapes.append(shapely.LineString(np.round(np.array(path), -2)))
    return np.asarray(shapely.simplify(np.array(shapes, dtype=object), _SIMPLER_M), dtype=object)


def _bends(
    graph: FlowGraph, sea_lanes: gpd.GeoDataFrame, xy: NDArray[np.float64]
) -> dict[int, NDArray[np.float64]]:
    """Return the points of lanes between the ends of an edge, from `u` to `v`, by the row of the edge."""
    shape = dict(zip(sea_lanes["feature_id"], sea_lanes.geometry, strict=True))
    bent = {key for key, line in shape.items() if shapely.get_num_coordinates(line) > 2}
    edges = graph.edges
    rows = np.flatnonzero((edges["mode"] == "sea").to_numpy() & edges["link_id"].isin(bent).to_numpy())
    lane = np.array([shape[key] for key in edges["link_id"].iloc[rows]], dtype=object)
    along = [
        shapely.line_locate_point(lane, shapely.points(xy[edges[end].to_numpy(np.int64)[rows]]))
        for end in ("u", "v")
    ]
    return {
        row: shapely.get_coordinates(substring(line, start, stop))[1:-1]
        for row, line, start, stop in zip(rows.tolist(), lane, *along, strict=True)
    }
