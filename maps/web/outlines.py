"""Coding of the shapes of layers for the web page, in whole steps of 100 m of EPSG:3413.

Shapes that depend on the sources and on no picture are coded together with the snapshot, and stored in
outlines.json.zlib (decisions/0006).
"""

from __future__ import annotations

import hashlib
import json
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from maps.style import MEDIAN_ENDS, style_of
from maps.web.packing import packed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from layers.schema import Layer

__all__ = [
    "DRAWN_BY",
    "OUTLINES",
    "PATH_GRID_M",
    "coded_cells",
    "coded_paths",
    "ice_rows",
    "outlines",
    "shape_digest",
    "stored_or_coded",
]

OUTLINES = Path(__file__).parent / "outlines.json.zlib"
PATH_GRID_M = 100
# Layer -> layer that draws the same areas. If a picture has both, the page has only the second one.
DRAWN_BY = {"land": "countries"}

_TOLERANCE_M = {"polygon": 1_000.0, "line": 700.0}
# Layers whose areas share borders and cannot overlap.
_COVERAGES = ("countries", "alliances")
# Layers of outlines of cells, or of straight lines between junctions, which cannot be simplified.
_EXACT = ("bathymetry", "permafrost", "warming", "sea_ice", "railways", "roads")
# Tolerance for the view from afar: a third of a pixel if the whole Arctic fills a wide window.
_AFAR_M = 3_000.0
# Layers of square cells. The view from afar shows them as an image with one pixel for each cell.
_CELLS = ("bathymetry",)
_CELL_AT_LEAST_M = 5_000


def outlines(layers: Iterable[Layer], tables: Mapping[str, Any]) -> bytes:
    """Return the content of the file `OUTLINES`: the coded shapes of `layers`, compressed.

    `tables` maps the id of a layer to its table. The same input gives the same content. The key of an entry
    has a hash of its shapes, so that it is never used for other shapes.
    """
    entries = {}
    for layer in layers:
        if layer.geometry not in _TOLERANCE_M or layer.id in DRAWN_BY:
            continue
        table = ice_rows(tables[layer.id]) if layer.id == "sea_ice" else tables[layer.id]
        geometry = np.asarray(table.geometry.array, dtype=object)
        is_first = style_of(layer).visible
        key = _key(layer.id, shape_digest(geometry), is_first=is_first)
        entries[key] = _coded_outline(layer, geometry, is_first=is_first)
    return zlib.compress(json.dumps(entries, separators=(",", ":")).encode(), 9)


def stored_or_coded(
    layer: Layer, geometry: NDArray[np.object_], digest: str, *, is_first: bool
) -> dict[str, Any]:
    """Return the coded shapes of a layer from `OUTLINES`, or code them if they are not there.

    `digest` is the result of `shape_digest` for `geometry`. `is_first` says whether the first view, which is
    from afar, shows the layer; then the result can also have simpler shapes.
    """
    entry = _stored().get(_key(layer.id, digest, is_first=is_first))
    return dict(entry or _coded_outline(layer, geometry, is_first=is_first))


@cache
def _stored() -> dict[str, dict[str, Any]]:
    """Return the entries of `OUTLINES`."""
    return dict(json.loads(zlib.decompress(OUTLINES.read_bytes())))


def shape_digest(geometry: NDArray[np.object_]) -> str:
    """Return the SHA-256 of shapes in WKB, hexadecimal."""
    return hashlib.sha256(b"".join(shapely.to_wkb(geometry))).hexdigest()


def _key(layer_id: str, digest: str, *, is_first: bool) -> str:
    return f"{layer_id} {digest} {'first' if is_first else 'later'}"


def ice_rows(table: Any) -> Any:
    """Return the rows of sea ice that the slider shows: the medians, and the latest year of each month."""
    year = table["year"].astype("float64")
    later = year.where(year > MEDIAN_ENDS)
    return table[year.isna() | (later == later.groupby(table["month"]).transform("max"))]


def _coded_outline(layer: Layer, geometry: NDArray[np.object_], *, is_first: bool) -> dict[str, Any]:
    """Code the shapes of a layer as `paths`. `is_first` adds `cells` or `afar` for the view from afar."""
    tolerance_m = 0.0 if layer.id in _EXACT else _TOLERANCE_M[layer.geometry]
    is_coverage = layer.id in _COVERAGES
    content: dict[str, Any] = {
        "paths": coded_paths(geometry, layer.geometry, tolerance_m, is_coverage=is_coverage)
    }
    if is_first and layer.id in _CELLS:
        content |= coded_cells(geometry)
    elif is_first and tolerance_m and layer.geometry == "polygon":
        content["afar"] = coded_paths(geometry, "polygon", _AFAR_M, is_coverage=is_coverage)
    return content


def coded_paths(
    shapes: NDArray[np.object_], kind: str, tolerance_m: float, *, is_coverage: bool = False
) -> dict[str, str]:
    """Code shapes in EPSG:3413 as three lists of whole numbers, packed by `maps.web.packing.packed`.

    `shapes` has the number of rings of each shape, `rings` the number of points of each ring, and `steps` the
    difference in x and y from each point to the next over all rings, in steps of 100 m. The point that closes
    a ring is left out. `kind` is `polygon` or `line`. Shapes are simplified by `tolerance_m`, in metres; 0
    keeps all points. With `is_coverage` they are simplified together, so that shared borders stay shared.
    """
    if tolerance_m and is_coverage:
        shapes = shapely.coverage_simplify(shapes, tolerance_m)
    elif tolerance_m:
        shapes = shapely.simplify(shapes, tolerance_m, preserve_topology=True)
    is_closed = kind == "polygon"
    parts, shape_of = shapely.get_parts(shapes, return_index=True)
    rings, part_of = (
        shapely.get_rings(parts, return_index=True) if is_closed else (parts, np.arange(len(parts)))
    )
    xy, ring_of = _distinct_points(rings, is_closed=is_closed)
    count = np.bincount(ring_of, minlength=len(rings))
    has_shape = count >= (3 if is_closed else 2)
    # If the outer ring of a part has too few points, the holes of the part are dropped too.
    outer = np.append(True, part_of[1:] != part_of[:-1])[: len(rings)]
    has_shape &= has_shape[outer][part_of] if is_closed else True
    steps = np.diff(xy[has_shape[ring_of]], axis=0, prepend=0)
    return {
        "shapes": packed(np.bincount(shape_of[part_of[has_shape]], minlength=len(shapes))),
        "rings": packed(count[has_shape]),
        "steps": packed(steps.ravel()),
    }


def _distinct_points(
    rings: NDArray[np.object_], *, is_closed: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the points of rings in whole steps without repeated points, and the ring of each point."""
    xy, ring_of = shapely.get_coordinates(rings, return_index=True)
    xy = np.round(xy / PATH_GRID_M).astype(int)
    starts = np.append(True, ring_of[1:] != ring_of[:-1])[: len(xy)]
    is_distinct = starts | np.append(True, np.any(xy[1:] != xy[:-1], axis=1))[: len(xy)]
    xy, ring_of = xy[is_distinct], ring_of[is_distinct]
    if is_closed:
        # The last point of a ring repeats the first point.
        is_inner = np.append(ring_of[1:] == ring_of[:-1], False)[: len(xy)]
        xy, ring_of = xy[is_inner], ring_of[is_inner]
    return xy, ring_of


def coded_cells(shapes: NDArray[np.object_]) -> dict[str, Any]:
    """Code areas of square cells as `cells`: runs of cells from west to east, rows from north to south.

    `areas` has the number of the area of each run, counted from 1 (0 means no area), and `runs` the length of
    each run. `west` and `north` are the corner and `size` is the side of a cell, in metres of EPSG:3413. The
    result is empty if the areas do not consist of square cells of at least 5 km.
    """
    parts, shape_of = shapely.get_parts(shapes, return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    xy, ring_of = shapely.get_coordinates(rings, return_index=True)
    if not len(xy):
        return {}
    xy = np.round(xy).astype(np.int64)
    west, north = int(xy[:, 0].min()), int(xy[:, 1].max())
    place = (xy - (west, north)) * (1, -1)
    # The side of a cell is the greatest common divisor of all coordinates.
    cell_m = int(np.gcd.reduce(place.ravel()))
    is_ring = ring_of[1:] == ring_of[:-1]
    along = np.diff(place, axis=0)[is_ring]
    if cell_m < _CELL_AT_LEAST_M or np.any(along[:, 0] * along[:, 1]):
        return {}
    column, row = (place // cell_m).T
    wide, high = column.max(), row.max()
    upright = np.flatnonzero(is_ring & (column[1:] == column[:-1]))
    top, foot = np.sort([row[upright], row[upright + 1]], axis=0)
    owner = shape_of[part_of[ring_of[upright]]]
    area = np.zeros((high, wide), dtype=np.int64)
    for shape in range(len(shapes)):
        own = owner == shape
        edges = np.zeros((high + 1, wide + 1), dtype=np.int64)
        np.add.at(edges, (top[own], column[upright][own]), 1)
        np.subtract.at(edges, (foot[own], column[upright][own]), 1)
        # A cell is inside if an odd number of vertical edges lies west of the cell.
        inside = edges.cumsum(axis=0).cumsum(axis=1)[:-1, :-1] % 2 == 1
        area[inside] = shape + 1
    line = area.ravel()
    first = np.flatnonzero(np.append(True, line[1:] != line[:-1]))
    runs = {"areas": packed(line[first]), "runs": packed(np.diff(first, append=len(line)))}
    return {
        "cells": {"west": west, "north": north, "size": cell_m, "wide": int(wide), "high": int(high), **runs}
    }
