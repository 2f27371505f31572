"""Polar geometry in degrees, as RFC 7946 asks: cut at 180 degrees, closed at the pole, rings oriented.

The cut is made in the plane of EPSG:3413, where the antimeridian is a straight line. The library
antimeridian cuts in degrees and refuses ice with holes on the antimeridian (decisions/0010).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from layers.crs import lonlat, polar_xy

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["geographic"]

# Distance between vertices. A straight line of the plane is a curve in degrees, and the curve is stronger
# near the pole.
_STEP_M, _POLE_STEP_M, _NEAR_POLE_M = 25_000.0, 2_500.0, 500_000.0
_DIGITS = 6  # of a degree, about 0.1 m
_FAR_M = 2e7  # farther from the pole than the equator is in EPSG:3413
_TOLERANCE_M = 0.05  # a vertex closer to the cut lies on it


def _direction(longitude_deg: float) -> NDArray[np.float64]:
    """Unit vector of a meridian in the plane of EPSG:3413."""
    xy = np.array(polar_xy(longitude_deg, 70.0))
    direction: NDArray[np.float64] = xy / np.hypot(*xy)
    return direction


_ANTIMERIDIAN, _EAST = _direction(180.0), _direction(90.0)
_RAY: Final = shapely.LineString([(0, 0), _FAR_M * _ANTIMERIDIAN])
# The two halves beside the meridians 0 and 180, as far as any shape reaches. The pole is a corner, so a cut
# shape has it as a vertex.
_HALVES: Final = tuple(
    (sign, shapely.Polygon([_FAR_M * corner for corner in
                            (-_ANTIMERIDIAN, 0 * _EAST, _ANTIMERIDIAN, sign * _EAST)]))
    for sign in (1.0, -1.0)
)  # fmt: skip


def geographic(shapes: Any) -> NDArray[np.object_]:
    """Convert shapes from EPSG:3413 to WGS 84 degrees with six digits, as RFC 7946 asks.

    No part of a result crosses 180 degrees. Outer rings run counterclockwise. An area around the pole has an
    edge along 90 N.
    """
    polar = np.asarray(shapes, dtype=object)
    edges = np.where(shapely.get_dimensions(polar) == 2, shapely.boundary(polar), polar)
    is_near_pole = shapely.dwithin(edges, shapely.Point(0, 0), _NEAR_POLE_M)
    dense = shapely.segmentize(polar, np.where(is_near_pole, _POLE_STEP_M, _STEP_M))
    crosses = shapely.dwithin(dense, _RAY, _TOLERANCE_M)
    out = np.empty(len(dense), dtype=object)
    out[~crosses] = shapely.transform(dense[~crosses], _degrees)
    out[crosses] = [_cut(shape) for shape in dense[crosses]]
    # Rounding can make an area invalid, and a part of a line a point. A line that is all a point stays, or
    # its row would be empty.
    for k in np.flatnonzero(~shapely.is_valid(out)):
        mended = _same_dimension(shapely.make_valid(out[k]), out[k])
        out[k] = out[k] if shapely.is_empty(mended) else mended
    oriented: NDArray[np.object_] = shapely.orient_polygons(out, exterior_cw=False)
    return oriented


def _degrees(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    degrees: NDArray[np.float64] = np.column_stack(lonlat(xy[:, 0], xy[:, 1])).round(_DIGITS)
    return degrees


def _cut(shape: Any) -> Any:
    """A polar shape in degrees, cut along the antimeridian."""
    # A point on the cut needs no cut.
    if shape.geom_type == "Point":
        return shapely.transform(shape, _degrees)
    parts_deg = []
    for sign, half in _HALVES:
        parts = shapely.get_parts(_same_dimension(shapely.intersection(shape, half), shape))
        parts_deg += [_part_in_degrees(part, sign) for part in parts]
    joined = shapely.union_all(parts_deg)
    return joined if shapely.get_dimensions(shape) == 2 else shapely.line_merge(joined)


def _same_dimension(pieces: Any, shape: Any) -> Any:
    """The parts of `pieces` with the dimension of `shape`: a cut also gives points and lines that touch."""
    parts = shapely.get_parts(pieces)
    parts = shapely.get_parts(parts)  # a collection can hold collections
    return shapely.union_all(parts[shapely.get_dimensions(parts) == shapely.get_dimensions(shape)])


def _part_in_degrees(part: Any, sign: float) -> Any:
    """A part on one side of the cut in degrees; the pole becomes an edge along 90 N."""
    if part.geom_type == "LineString":
        return shapely.LineString(_path(shapely.get_coordinates(part), sign))
    rings = [_path(shapely.get_coordinates(ring), sign) for ring in (part.exterior, *part.interiors)]
    polygon = shapely.Polygon(rings[0], rings[1:])
    return polygon if polygon.is_valid else _same_dimension(shapely.make_valid(polygon), polygon)


def _path(xy: NDArray[np.float64], sign: float) -> NDArray[np.float64]:
    """Vertices of a ring or line in degrees; `sign` is the side of the cut, 1 east, -1 west."""
    degrees = _degrees(xy)
    on_cut = np.abs(xy @ _EAST) < _TOLERANCE_M
    degrees[on_cut, 0] = np.where(xy[on_cut] @ _ANTIMERIDIAN > 0, sign * 180.0, 0.0)
    pole = np.flatnonzero(np.hypot(xy[:, 0], xy[:, 1]) < _TOLERANCE_M)
    is_closed = len(xy) > 2 and np.array_equal(xy[0], xy[-1])
    if not len(pole):
        return degrees
    last = len(xy) - 1
    if is_closed and 0 in pole:
        # Begin at another vertex, so that the pole has a neighbour on each side.
        return _path(np.roll(xy[:-1], -1, axis=0)[[*range(last), 0]], sign)
    vertices = []
    for place, point in enumerate(degrees):
        if place in pole:
            # The pole has no longitude: it takes the longitudes of its neighbours, as an edge along 90 N.
            longitudes = [degrees[p, 0] for p in (place - 1, place + 1) if 0 <= p <= last]
            vertices += [(longitude, 90.0) for longitude in longitudes]
        else:
            vertices.append(tuple(point))
    return np.array(vertices)
