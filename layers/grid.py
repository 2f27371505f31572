"""The 25 km sea-ice grid of NSIDC in EPSG:3413: cells, polygons of cells, ice extent and area.

The Hughes grid (EPSG:3411) of the raw files counts as the same grid: decisions/0003-ice-grid.md.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from affine import Affine
from rasterio import features
from scipy.spatial import cKDTree

from layers.crs import POLAR, area_km2, distance_km, lonlat, lonlat_of, unit_vectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from pyproj import CRS

__all__ = [
    "COAST",
    "ICE_THRESHOLD_PCT",
    "LAKE",
    "LAND",
    "LAND_5KM",
    "LAND_SURFACE",
    "MISSING",
    "NSIDC_25KM",
    "OCEAN",
    "POLE_HOLE",
    "Grid",
    "area_million_km2",
    "cell_area_km2",
    "class_areas",
    "extent_million_km2",
    "nearest_cells",
    "polygons",
    "rasterise",
]

# Codes besides 0...100 % in a uint8 concentration of this project.
POLE_HOLE = 251  # not seen by the satellite, assumed to be ice
LAND = 254  # land, coast or lake: never sea ice
MISSING = 255

OCEAN, LAND_SURFACE, COAST, LAKE = 0, 1, 2, 3  # classes of the surface; coast is land beside water

ICE_THRESHOLD_PCT = 15.0  # the ice edge (Cavalieri et al. 1999, doi:10.1029/1999JC900081)
_FULL_PCT = 100.0


@dataclass(frozen=True, slots=True)
class Grid:
    """A north-up grid of square cells.

    `shape` is (rows, columns), `origin` the upper-left corner (x, y) and `cell_m` the side of a
    cell, in metres of `crs`.
    """

    crs: CRS
    shape: tuple[int, int]
    origin: tuple[float, float]
    cell_m: float

    @property
    def transform(self) -> Affine:
        """Return the affine transform from (column, row) to metres of `crs`, as Rasterio expects it."""
        return Affine(self.cell_m, 0.0, self.origin[0], 0.0, -self.cell_m, self.origin[1])

    @property
    def x_m(self) -> NDArray[np.float64]:
        """Return the centres of the columns, west to east, shape (columns,), metres of `crs`."""
        return self._centres(self.shape[1]) + self.origin[0]

    @property
    def y_m(self) -> NDArray[np.float64]:
        """Return the centres of the rows, top to bottom, shape (rows,), metres of `crs`."""
        return self.origin[1] - self._centres(self.shape[0])

    def _centres(self, count: int) -> NDArray[np.float64]:
        return np.asarray((np.arange(count) + 0.5) * self.cell_m, dtype=np.float64)

    def cell_of(
        self, x_m: ArrayLike, y_m: ArrayLike
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
        """Return row and column of the cell in which each point lies, and whether the point lies in the grid.

        Points are metres of `crs`. A cell includes its upper and left edge. A point that is outside the grid
        or not finite has row and column -1.
        """
        row = np.floor((self.origin[1] - np.asarray(y_m, dtype=float)) / self.cell_m)
        column = np.floor((np.asarray(x_m, dtype=float) - self.origin[0]) / self.cell_m)
        rows, columns = self.shape
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        return (
            np.where(inside, row, -1).astype(np.intp),
            np.where(inside, column, -1).astype(np.intp),
            np.asarray(inside),
        )


# NSIDC polar stereographic north, 25 km: grid of NSIDC-0051, G02135, G02202 and NSIDC-0771
# (Stewart et al. 2022, doi:10.5067/N6INPBT8Y104).
NSIDC_25KM = Grid(POLAR, (448, 304), (-3_850_000.0, 5_850_000.0), 25_000.0)


# Land and sea in 5 km cells north of about 50 N; fetch is measured on it.
LAND_5KM = Grid(POLAR, (1800, 1800), (-4_500_000.0, 4_500_000.0), 5_000.0)


def cell_area_km2(grid: Grid = NSIDC_25KM) -> NDArray[np.float64]:
    """Return the area on the ellipsoid of each cell, shape `grid.shape`, square kilometres.

    Measured in EPSG:6931 by `layers.crs.area_km2`; within 0.003 % of NSIDC-0771 (Stewart et al. 2022,
    doi:10.5067/N6INPBT8Y104).

    Raises
    ------
    ValueError
        If the grid is not in EPSG:3413.
    """
    _must_be_polar(grid)
    x, y = np.meshgrid(grid.x_m, grid.y_m)
    half = grid.cell_m / 2
    boxes = shapely.box(x - half, y - half, x + half, y + half)
    return area_km2(boxes.ravel()).reshape(grid.shape)


def extent_million_km2(
    concentration_pct: ArrayLike,
    area_of_cell_km2: ArrayLike,
    *,
    threshold_pct: float = ICE_THRESHOLD_PCT,
) -> NDArray[np.float64]:
    """Return the sea-ice extent: the area of all cells at or above the threshold, million km2.

    `concentration_pct` has shape (..., rows, columns), percent. `POLE_HOLE` counts as ice, other values above
    100 and NaN do not. `area_of_cell_km2` has shape (rows, columns). The threshold of 15 % is that of the ice
    edge: Cavalieri et al. 1999, doi:10.1029/1999JC900081.
    """
    concentration = np.asarray(concentration_pct)
    seen = (concentration >= threshold_pct) & (concentration <= _FULL_PCT)
    ice = seen | (concentration == POLE_HOLE)
    return np.asarray(np.sum(ice * np.asarray(area_of_cell_km2), axis=(-2, -1)) / 1e6)


def area_million_km2(
    concentration_pct: ArrayLike,
    area_of_cell_km2: ArrayLike,
    *,
    threshold_pct: float = ICE_THRESHOLD_PCT,
) -> NDArray[np.float64]:
    """Return the sea-ice area: the ice-covered part of all cells at or above the threshold, million km2.

    Shapes and codes as in `extent_million_km2`. The pole hole has no concentration and is left out, as in the
    series of NSIDC. Use a threshold of 0 for a mean over many days: areas add up, extents do not, and a mean
    below 15 % can come from days above it.
    """
    concentration = np.asarray(concentration_pct)
    ice = (concentration >= threshold_pct) & (concentration <= _FULL_PCT)
    part = np.where(ice, concentration, 0) / _FULL_PCT
    return np.asarray(np.sum(part * np.asarray(area_of_cell_km2), axis=(-2, -1)) / 1e6)


def polygons(
    classes: NDArray[Any], grid: Grid = NSIDC_25KM
) -> list[tuple[int, shapely.Polygon | shapely.MultiPolygon]]:
    """Return one valid (Multi)Polygon per class along the cell edges, in `grid.crs`, sorted by class.

    `classes` has shape `grid.shape` and holds integers 0...255 or booleans. Of booleans, True cells are class
    1 and False cells have no class.

    Raises
    ------
    ValueError
        If the shape is not that of the grid, or the classes are not booleans or 0...255.
    """
    _must_fit(classes, grid)
    if classes.dtype != bool and not np.array_equal(classes, classes.astype(np.uint8)):
        msg = f"expected booleans or classes 0...255, found {classes.dtype} outside of them: recode"
        raise ValueError(msg)
    parts: dict[int, list[shapely.Polygon]] = {}
    for shape, value in features.shapes(
        classes.astype(np.uint8),
        mask=classes if classes.dtype == bool else None,
        # Cells that touch at a corner only stay apart, so that polygons are valid.
        connectivity=4,
        transform=grid.transform,
    ):
        rings = shape["coordinates"]
        parts.setdefault(int(value), []).append(shapely.Polygon(rings[0], rings[1:]))
    return [(value, _one(parts[value])) for value in sorted(parts)]


def _one(parts: list[shapely.Polygon]) -> Any:
    """Return patches of one class as one geometry; they touch at corners only, so no union is needed."""
    whole = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    return whole if whole.is_valid else shapely.union_all(parts)


def class_areas(
    values: NDArray[np.float64],
    bounds: tuple[float, ...],
    grid: Grid,
    *,
    labels: tuple[str, ...] = (),
    unit: str = "",
) -> gpd.GeoDataFrame:
    """Return the areas of a field between `bounds`: `name`, `label`, `class_low`, `class_high`, geometry.

    A class includes its lower bound. NaN and values below the first bound belong to no class. Without
    `labels` the bounds and `unit` name a class. The last class is open if its upper bound is infinite.
    """
    # Code 0 is for no class.
    code = np.digitize(values, bounds[1:-1]) + 1
    code = np.where(values >= bounds[0], code, 0).astype(np.uint8)
    areas = [(value - 1, shape) for value, shape in polygons(code, grid) if value]
    called = labels or tuple(
        f"{low:g} to {high:g} {unit}" if np.isfinite(high) else f"over {low:g} {unit}"
        for low, high in itertools.pairwise(bounds)
    )
    names = [called[number] for number, _ in areas]
    return gpd.GeoDataFrame(
        {
            "name": names,
            "label": names,
            "class_low": [bounds[number] for number, _ in areas],
            "class_high": [h if np.isfinite(h := bounds[n + 1]) else None for n, _ in areas],
        },
        geometry=[shape for _, shape in areas],
        crs=grid.crs,
    )


def rasterise(
    geometries: Sequence[Any] | NDArray[np.object_],
    grid: Grid = NSIDC_25KM,
    *,
    all_touched: bool = False,
) -> NDArray[np.bool_]:
    """Return the mask, shape `grid.shape`, of the cells whose centre lies in one of the geometries.

    Geometries are in `grid.crs`. With `all_touched`, every cell that a geometry touches is True.
    """
    solid = [geometry for geometry in geometries if geometry is not None and not geometry.is_empty]
    if not solid:
        return np.zeros(grid.shape, dtype=bool)
    burnt = features.rasterize(
        solid,
        out_shape=grid.shape,
        transform=grid.transform,
        all_touched=all_touched,
        dtype="uint8",
    )
    return np.asarray(burnt, dtype=bool)


def nearest_cells(
    x_m: ArrayLike,
    y_m: ArrayLike,
    mask: NDArray[np.bool_],
    k: int,
    max_km: float,
    grid: Grid = NSIDC_25KM,
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the k cells of `mask` nearest to each point, by their centres, and their distances.

    Points are EPSG:3413 metres, shape (n,), whatever the CRS of the grid. The result is flat indices into the
    grid (row * columns + column) and geodesic distances in kilometres, both (n, k), nearest first. Where
    there is no such cell within `max_km`, the index is -1 and the distance infinite.

    Raises
    ------
    ValueError
        If the mask does not fit the grid or a point is not finite.
    """
    _must_fit(mask, grid)
    cells = np.flatnonzero(mask)
    row, column = np.unravel_index(cells, grid.shape)
    cell_lon, cell_lat = lonlat_of(grid.crs, grid.x_m[column], grid.y_m[row])
    lon, lat = lonlat(np.atleast_1d(x_m), np.atleast_1d(y_m))
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        msg = "expected finite points in EPSG:3413, found NaN or infinity: drop those rows first"
        raise ValueError(msg)
    if not cells.size:
        return np.full((lon.size, k), -1, dtype=np.intp), np.full((lon.size, k), np.inf)
    # Chords on the unit sphere select cells; distances are then measured on the ellipsoid.
    tree = cKDTree(unit_vectors(cell_lon, cell_lat))
    _, position = tree.query(unit_vectors(lon, lat), k=np.arange(1, k + 1))
    exists = position < cells.size
    pick = np.where(exists, position, 0)
    measured = distance_km(lon[:, None], lat[:, None], cell_lon[pick], cell_lat[pick])
    near = exists & (measured <= max_km)
    distance = np.where(near, measured, np.inf)
    order = np.argsort(distance, axis=1, kind="stable")
    index = np.where(near, cells[pick], -1)
    return np.take_along_axis(index, order, axis=1), np.take_along_axis(distance, order, axis=1)


def _must_be_polar(grid: Grid) -> None:
    if grid.crs != POLAR:
        msg = f"expected a grid in {POLAR}, found {grid.crs}: areas and distances start from there"
        raise ValueError(msg)


def _must_fit(values: NDArray[Any], grid: Grid) -> None:
    if values.shape != grid.shape:
        msg = f"expected an array of shape {grid.shape}, found {values.shape}: is it transposed?"
        raise ValueError(msg)
