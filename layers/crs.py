"""The polar CRS of all tables, projection to it, and all distances and areas of the project.

Tables are in EPSG:3413 (NSIDC polar stereographic north, metres), which preserves shapes but not areas
(+8 % at 60 N, -6 % at 89 N). Areas are therefore measured in EPSG:6931 (EASE-Grid 2.0 north, equal area;
Brodzik et al. 2012, doi:10.3390/ijgi1010032) and distances on the WGS 84 ellipsoid (Karney 2013,
doi:10.1007/s00190-012-0578-z).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import CRS, Geod, Transformer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "EQUAL_AREA",
    "GEOGRAPHIC",
    "POLAR",
    "area_km2",
    "chart_to_polar",
    "distance_km",
    "geographic_to_polar",
    "length_km",
    "lonlat",
    "lonlat_of",
    "polar_points",
    "polar_xy",
    "to_polar",
    "unit_vectors",
]

POLAR = CRS("EPSG:3413")
EQUAL_AREA = "EPSG:6931"
GEOGRAPHIC = "EPSG:4326"
EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG

_GEOD = Geod(ellps="WGS84")
_STEP_DEG = 0.25  # longest edge before a lon/lat line is projected: 14 km of latitude
_STEP_M = 25_000.0  # longest edge of a line in metres before it is projected
_GRID_M = 0.01  # coordinates are kept to the centimetre, so that seams close exactly


@cache
def _transformer(source: str | CRS, target: str | CRS) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def polar_xy(
    longitude_deg: ArrayLike, latitude_deg: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Project WGS 84 degrees to EPSG:3413 metres.

    Raises
    ------
    ValueError
        If a latitude is outside -90...90, as with swapped columns, or a coordinate is not finite.
    """
    lon = np.asarray(longitude_deg, dtype=float)
    lat = np.asarray(latitude_deg, dtype=float)
    _must_be_degrees(lon, lat)
    x, y = _transformer(GEOGRAPHIC, POLAR).transform(lon, lat)
    return np.asarray(x), np.asarray(y)


def _must_be_degrees(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> None:
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        msg = "coordinates must be finite; found NaN or infinity: drop or mend those rows first"
        raise ValueError(msg)
    if lat.size and (np.abs(lat).max() > 90 or np.abs(lon).max() > 360):
        msg = (
            "expected latitude within -90...90 and longitude within -360...360, found "
            f"latitude {lat.min():g}...{lat.max():g}, longitude {lon.min():g}...{lon.max():g}: "
            "are the two columns swapped?"
        )
        raise ValueError(msg)


def polar_points(longitude_deg: ArrayLike, latitude_deg: ArrayLike) -> NDArray[np.object_]:
    """Return EPSG:3413 points of WGS 84 degrees; raises as `polar_xy`."""
    return np.asarray(shapely.points(*polar_xy(longitude_deg, latitude_deg)), dtype=object)


def lonlat(x_m: ArrayLike, y_m: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return WGS 84 degrees of EPSG:3413 metres, longitude in -180...180."""
    lon, lat = _transformer(POLAR, GEOGRAPHIC).transform(x_m, y_m)
    # PROJ returns -180.00000000000003 on the date line.
    return np.clip(lon, -180.0, 180.0), np.asarray(lat)


def lonlat_of(crs: CRS, x_m: ArrayLike, y_m: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return WGS 84 degrees of metres in another CRS, such as the CRS of a grid."""
    if crs == POLAR:
        return lonlat(x_m, y_m)
    lon, lat = _transformer(crs, GEOGRAPHIC).transform(x_m, y_m)
    return np.clip(lon, -180.0, 180.0), np.asarray(lat)


def unit_vectors(longitude_deg: ArrayLike, latitude_deg: ArrayLike) -> NDArray[np.float64]:
    """Return unit vectors, shape (n, 3), of WGS 84 degrees.

    The lengths of the chords between the vectors order points by distance without a projection.
    """
    lon, lat = np.radians(longitude_deg), np.radians(latitude_deg)
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def distance_km(
    longitude_deg: ArrayLike,
    latitude_deg: ArrayLike,
    other_longitude_deg: ArrayLike,
    other_latitude_deg: ArrayLike,
) -> NDArray[np.float64]:
    """Return the geodesic distance on WGS 84 between pairs of points, kilometres, element by element."""
    lon1, lat1, lon2, lat2 = np.broadcast_arrays(
        *(
            np.asarray(part, dtype=float)
            for part in (longitude_deg, latitude_deg, other_longitude_deg, other_latitude_deg)
        )
    )
    return np.asarray(_GEOD.inv(lon1, lat1, lon2, lat2)[2]) / 1000.0


def length_km(lines: Sequence[Any] | NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the geodesic length of EPSG:3413 lines, kilometres, from vertex to vertex."""
    geometries = np.asarray(lines, dtype=object)
    parts, owner = shapely.get_parts(geometries, return_index=True)
    xy, part_of = shapely.get_coordinates(parts, return_index=True)
    lon, lat = lonlat(xy[:, 0], xy[:, 1])
    joined = part_of[1:] == part_of[:-1]
    step = distance_km(lon[:-1], lat[:-1], lon[1:], lat[1:]) * joined
    total = np.bincount(owner[part_of[:-1]], weights=step, minlength=len(geometries))
    return total.astype(float)


def area_km2(polygons: Sequence[Any] | NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the area of EPSG:3413 polygons, measured in EPSG:6931, square kilometres.

    Areas are rounded to a hectare, because versions of PROJ differ in the last bits.
    """
    to_equal_area = _transformer(POLAR, EQUAL_AREA)

    def project(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_equal_area.transform(xy[:, 0], xy[:, 1]))

    dense = shapely.segmentize(np.asarray(polygons, dtype=object), 25_000)
    return np.asarray(np.round(shapely.area(shapely.transform(dense, project)) / 1e6, 2))


def geographic_to_polar(geometries: Sequence[Any] | NDArray[np.object_]) -> NDArray[np.object_]:
    """Project points, lines and polygons to EPSG:3413, correctly over the date line and the pole.

    Input is WGS 84 degrees; longitudes may exceed 180. An edge that spans more than 180 degrees crosses the
    date line; an edge of exactly 360 degrees is a whole parallel. Edges are densified first, because the
    chord of an edge along a parallel would leave out the area north of it. Parts that were cut at 180 degrees
    are joined again, and polygons are valid. Raises as `polar_xy`.
    """
    shapes = np.array(geometries, dtype=object)
    # Many points are projected at once: one by one, 100,000 of them take seconds.
    is_point = (shapely.get_type_id(shapes) == 0) & ~shapely.is_empty(shapes)
    if is_point.any():
        shapes[is_point] = polar_points(shapely.get_x(shapes[is_point]), shapely.get_y(shapes[is_point]))
    rest = np.flatnonzero(~is_point)
    shapes[rest] = [_to_polar(geometry) for geometry in shapes[rest]]
    return shapes


def to_polar(geometries: Sequence[Any] | NDArray[np.object_], crs: CRS) -> NDArray[np.object_]:
    """Project geometries of any CRS to EPSG:3413; areas are valid.

    Degrees are projected by `geographic_to_polar`. Geometries in metres or feet are densified in their own
    CRS, where their edges are straight, and are never cut at the date line. Raises as `polar_xy`.
    """
    flat = shapely.force_2d(np.asarray(geometries, dtype=object))
    if crs == POLAR:
        return _valid_areas(flat)
    target = GEOGRAPHIC if crs.is_geographic else POLAR
    transformer = _transformer(crs, target)

    def project(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    if crs.is_geographic:
        return geographic_to_polar(shapely.transform(flat, project) if crs != CRS(GEOGRAPHIC) else flat)
    step = _STEP_M / crs.axis_info[0].unit_conversion_factor
    dense = np.where(shapely.get_dimensions(flat) > 0, shapely.segmentize(flat, step), flat)
    return _valid_areas(shapely.transform(dense, project))


def chart_to_polar(geometries: Sequence[Any] | NDArray[np.object_], crs: CRS) -> NDArray[np.object_]:
    """Project areas of a chart to EPSG:3413; edges stay straight in the plane that the chart was drawn in.

    That plane is the CRS itself. For degrees it is EPSG:3413: charts of the Arctic are drawn on a polar map
    and their corners are then written as degrees, so an edge does not follow a parallel (decisions/0027).
    Areas are valid.

    Raises
    ------
    ValueError
        If a coordinate is not finite or is outside the degrees of the earth.
    """
    flat = shapely.force_2d(np.asarray(geometries, dtype=object))
    if not crs.is_geographic:
        return to_polar(flat, crs)
    _must_be_degrees(*shapely.get_coordinates(flat).T)
    transformer = _transformer(crs, POLAR)
    return _valid_areas(
        np.asarray(
            shapely.transform(flat, lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1])))
        )
    )


def _valid_areas(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    bad = ~shapely.is_valid(geometries) & (shapely.get_dimensions(geometries) == 2)
    mended = geometries.copy()
    mended[bad] = [_surfaces(shapely.make_valid(geometry)) for geometry in geometries[bad]]
    return mended


def _to_polar(geometry: Any) -> Any:
    if geometry is None or geometry.is_empty:
        return geometry
    kind = geometry.geom_type
    if kind == "LineString":
        return shapely.LineString(_project_path(shapely.get_coordinates(geometry)))
    if kind == "Polygon":
        return _polygonal([geometry])
    parts = [part for part in geometry.geoms if not part.is_empty]
    if kind == "MultiLineString":
        return shapely.line_merge(shapely.MultiLineString([_to_polar(part) for part in parts]))
    if kind == "MultiPolygon":
        return _polygonal(parts)
    msg = f"cannot project a {kind}: expected points, lines or polygons; take it apart first"
    raise ValueError(msg)


def _polygonal(parts: Sequence[Any]) -> Any:
    polygons = []
    for part in parts:
        shell, *holes = (
            _project_path(shapely.get_coordinates(ring)) for ring in (part.exterior, *part.interiors)
        )
        # A ring may be invalid after projection: each is mended alone, then the holes are cut out.
        solid = _solid(shell)
        if holes:
            solid = solid.difference(shapely.union_all([_solid(hole) for hole in holes]))
        polygons.append(solid)
    # Parts that were cut at the date line meet exactly on the centimetre grid, so the union has no seam.
    joined = shapely.union_all(shapely.set_precision(np.array(polygons, dtype=object), _GRID_M))
    return joined if joined.geom_type in {"Polygon", "MultiPolygon"} else _surfaces(joined)


def _solid(ring: NDArray[np.float64]) -> Any:
    polygon = shapely.Polygon(ring)
    return polygon if polygon.is_valid else _surfaces(shapely.make_valid(polygon))


def _surfaces(geometry: Any) -> Any:
    parts = shapely.get_parts(geometry)
    # Mending an area may also leave points and lines, which are dropped.
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def _project_path(lonlat_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unwrap, densify and project one path; equal neighbours, as at the pole, are dropped."""
    lon, lat = lonlat_deg[:, 0], lonlat_deg[:, 1]
    _must_be_degrees(lon, lat)
    step = np.diff(lon)
    crosses = (np.abs(step) > 180) & (np.abs(np.abs(step) - 360) > 1e-6)
    # An edge over the date line takes the short way round.
    step = np.where(crosses, (step + 180) % 360 - 180, step)
    rise = np.diff(lat)
    longest = np.maximum(np.abs(step), np.abs(rise))
    pieces = np.maximum(1, np.ceil(longest / _STEP_DEG)).astype(int)
    edge = np.repeat(np.arange(len(step)), pieces)
    share = (np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)) / pieces[edge]
    start = lon[0] + np.concatenate([[0.0], np.cumsum(step)])
    dense_lon = np.append(start[:-1][edge] + share * step[edge], start[-1])
    dense_lat = np.append(lat[:-1][edge] + share * rise[edge], lat[-1])
    x, y = _transformer(GEOGRAPHIC, POLAR).transform(
        (dense_lon + 180) % 360 - 180, np.clip(dense_lat, -90, 90)
    )
    xy = np.round(np.column_stack([x, y]) / _GRID_M) * _GRID_M
    # All longitudes at the pole are one point; repeated points could make a line invalid.
    keep = np.append(True, np.any(np.diff(xy, axis=0) != 0, axis=1))
    return xy[keep] if keep.sum() > 1 else xy[:2]
