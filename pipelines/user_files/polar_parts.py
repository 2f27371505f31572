"""Shapes of a user's layer as points, lines and areas in EPSG:3413; every row that is left out is counted."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj.exceptions import ProjError

from layers.crs import polar_xy, to_polar
from layers.errors import SourceError
from layers.regions import SOUTH_DEG
from pipelines.user_files.raw_table import NO_GEOMETRY, UNREADABLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.user_files.raw_table import LeftOut, RawTable

__all__ = ["BEYOND", "KINDS", "OUTSIDE", "ZERO", "PolarParts", "polar_parts"]

KINDS = ("point", "line", "polygon")  # by the dimension of a geometry
OUTSIDE = "outside the region"
BEYOND = "with degrees beyond 90 N or S, or 360 E or W"
ZERO = "at 0, 0"
# Shapes that reach further south are cut there: the polar plane has no place for the other pole.
_CUT_DEG = 30.0
_VERTICES = 20_000_000  # a convention


@dataclass(slots=True)
class PolarParts:
    """Parts of the rows of a layer: for each its row, its kind (0 point, 1 line, 2 area) and its geometry.

    `left_out` are the rows without a part. `exchanged` counts those of them that would lie in the north if
    latitude and longitude were exchanged.
    """

    row: NDArray[np.int64]
    kind: NDArray[np.int8]
    geometry: NDArray[np.object_]
    left_out: LeftOut
    exchanged: int


def polar_parts(table: RawTable) -> PolarParts:
    """The parts of a layer in EPSG:3413. A collection and several points become several parts of one row."""
    left_out = deepcopy(table.left_out)
    shapes = shapely.force_2d(np.asarray(table.geometry, dtype=object))
    is_kept = _readable(shapes, table, left_out)
    exchanged = 0
    if table.crs.is_geographic:
        exchanged = _drop_bad_degrees(shapes, is_kept, table.numbers, left_out)
        _cut_south(shapes, is_kept, table.numbers, left_out)
    row, parts = _simple_parts(shapes, np.flatnonzero(is_kept))
    parts = _projected(parts, table)
    has_shape = _has_shape(parts)
    parts[~has_shape] = None
    parts = _within_plane(parts)
    is_good = ~(shapely.is_missing(parts) | shapely.is_empty(parts))
    dropped = np.setdiff1d(np.flatnonzero(is_kept), row[is_good])
    shapeless = np.isin(dropped, row[~has_shape])
    left_out.add(UNREADABLE, table.numbers[dropped[shapeless]])
    left_out.add(OUTSIDE, table.numbers[dropped[~shapeless]])
    row, parts = row[is_good], parts[is_good]
    kind = shapely.get_dimensions(parts).astype("int8")
    return PolarParts(row, kind, parts, left_out, exchanged)


def _readable(shapes: NDArray[np.object_], table: RawTable, left_out: LeftOut) -> NDArray[np.bool_]:
    """Which rows have a geometry with finite coordinates; the others are counted."""
    is_bare = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    is_damaged = np.zeros(len(shapes), dtype=bool)
    is_damaged[of[~np.isfinite(xy).all(axis=1)]] = True
    # An empty point is written as one with NaN, and some writers leave NaN for "none".
    is_nan_point = (
        (shapely.get_type_id(shapes) == 0)
        & is_damaged
        & np.isin(np.arange(len(shapes)), of[np.isnan(xy).all(axis=1)])
    )
    is_bare |= is_nan_point
    is_damaged &= ~is_nan_point
    if table.is_damaged is not None:
        is_damaged |= table.is_damaged
        is_bare &= ~table.is_damaged
    left_out.add(NO_GEOMETRY, table.numbers[is_bare])
    left_out.add(UNREADABLE, table.numbers[is_damaged])
    return ~(is_bare | is_damaged)


def _drop_bad_degrees(
    shapes: NDArray[np.object_], is_kept: NDArray[np.bool_], numbers: NDArray[np.int64], left_out: LeftOut
) -> int:
    """Leave out rows beyond the globe and points at (0, 0); returns how many rows look exchanged."""
    west, south, east, north = shapely.bounds(shapes).T
    with np.errstate(invalid="ignore"):
        beyond = is_kept & (
            (np.maximum(np.abs(south), np.abs(north)) > 90) | (np.maximum(np.abs(west), np.abs(east)) > 360)
        )
        zero = is_kept & (np.abs(west) + np.abs(east) + np.abs(south) + np.abs(north) == 0)
        # What lies south, and would lie in the north with its degrees exchanged.
        exchanged = is_kept & ~zero & ((north < SOUTH_DEG) | beyond) & (west >= SOUTH_DEG) & (east <= 90)
    left_out.add(BEYOND, numbers[beyond])
    left_out.add(ZERO, numbers[zero])
    is_kept &= ~(beyond | zero)
    return int(exchanged.sum())


def _cut_south(
    shapes: NDArray[np.object_], is_kept: NDArray[np.bool_], numbers: NDArray[np.int64], left_out: LeftOut
) -> None:
    """Cut lines and areas in degrees at a southern parallel, before a projection that has no south pole."""
    south = shapely.bounds(shapes)[:, 1]
    for row in np.flatnonzero(is_kept & (south < _CUT_DEG)):
        if shapely.get_dimensions(shapes[row]) > 0 or shapely.get_num_geometries(shapes[row]) > 1:
            shape = shapes[row] if shapely.is_valid(shapes[row]) else shapely.make_valid(shapes[row])
            shapes[row] = shapely.intersection(shape, shapely.box(-361, _CUT_DEG, 361, 91))
    is_south = is_kept & shapely.is_empty(shapes)
    left_out.add(OUTSIDE, numbers[is_south])
    is_kept &= ~is_south


def _simple_parts(
    shapes: NDArray[np.object_], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """Points, lines and areas of the rows, with the row of each; collections are taken apart."""
    row, parts = rows, shapes[rows]
    # Type ids of shapely: 4 several points, 7 a collection, which may hold others.
    while (apart := np.isin(shapely.get_type_id(parts), (4, 7))).any():
        inner, of = shapely.get_parts(parts[apart], return_index=True)
        row = np.concatenate([row[~apart], row[apart][of]])
        parts = np.concatenate([parts[~apart], inner])
    rings = shapely.get_type_id(parts) == 2
    parts[rings] = [shapely.LineString(ring.coords) for ring in parts[rings]]
    order = np.argsort(row, kind="stable")
    return row[order], parts[order]


def _projected(parts: NDArray[np.object_], table: RawTable) -> NDArray[np.object_]:
    """The parts in EPSG:3413; None where a part cannot be projected, as beyond the edge of its CRS."""
    result = np.full(len(parts), None, dtype=object)
    is_point = shapely.get_dimensions(parts) == 0
    for chosen in (is_point, ~is_point):
        if not chosen.any():
            continue
        try:
            result[chosen] = to_polar(parts[chosen], table.crs)
        except ProjError as error:
            found = f"none from {table.crs.name[:60]!r}"
            msg = (
                f"expected a CRS that can be projected, found {found}: write its EPSG code as crs in the TOML"
            )
            raise SourceError(msg) from error
        except (ValueError, shapely.errors.GEOSException):
            for place in np.flatnonzero(chosen):
                result[place] = _one_projected(parts[place], table)
    return result


def _one_projected(part: object, table: RawTable) -> object:
    try:
        return to_polar(np.array([part], dtype=object), table.crs)[0]
    except (ValueError, shapely.errors.GEOSException):
        return None


def _has_shape(parts: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Whether each projected part is a shape: a line without length or an area without surface is none."""
    xy, of = shapely.get_coordinates(parts, return_index=True)
    is_far = np.zeros(len(parts), dtype=bool)
    is_far[of[~np.isfinite(xy).all(axis=1)]] = True  # the south pole is at no place of the plane
    is_bare = shapely.is_missing(parts) | shapely.is_empty(parts)
    return np.asarray(~is_bare & (is_far | shapely.is_valid(parts)))


def _within_plane(parts: NDArray[np.object_]) -> NDArray[np.object_]:
    """The parts north of the southern cut; areas are valid and have only areas."""
    radius_m = abs(float(polar_xy(135.0, _CUT_DEG)[1]))
    bounds = np.abs(shapely.bounds(parts))
    with np.errstate(invalid="ignore"):
        is_near = (bounds <= radius_m * 0.7).all(axis=1)
    disc = shapely.Point(0, 0).buffer(radius_m, quad_segs=180)
    result = parts.copy()
    for place in np.flatnonzero(~is_near & ~shapely.is_missing(parts)):
        part = parts[place]
        is_finite = bool(np.isfinite(shapely.get_coordinates(part)).all())
        dimension = int(shapely.get_dimensions(part))
        if not is_finite or not shapely.is_valid(part):
            result[place] = None
            continue
        cut = shapely.intersection(part, disc)
        # A cut may leave a point where a shape only touches the edge.
        pieces = [one for one in shapely.get_parts(cut) if shapely.get_dimensions(one) == dimension]
        result[place] = pieces[0] if len(pieces) == 1 else shapely.union_all(pieces) if pieces else None
    return result
