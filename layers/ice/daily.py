"""Days of the ice cube and their validation, and weights of cells for places.

A day is whole percent and the codes of `layers.grid`. Each product has a cube of its own (decisions/0011).
Places (nodes, seas, stretches of a route) are rows of a sparse matrix of weights. The product of the matrix
and the cube gives the series of the places. A mean is over the cells that were seen on the day.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy import sparse

from layers.crs import distance_km, lonlat
from layers.errors import SourceError
from layers.grid import LAND, MISSING, NSIDC_25KM, OCEAN, POLE_HOLE, Grid, nearest_cells, rasterise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import ArrayLike, NDArray
    from scipy.sparse import csr_array

__all__ = [
    "SYNTHETIC",
    "Day",
    "Support",
    "along",
    "area_support",
    "check",
    "clean_ocean",
    "disc_means",
    "disc_support",
    "missing_pct",
    "node_support",
    "route_support",
    "series",
]

SYNTHETIC = "synthetic"  # product of a synthetic cube; every output of it contains the word
_FULL_PCT = 100
# A nearer cell is the cell of the coast itself; a farther cell may belong to another sea (method §2.1).
_NEAR_KM, _FAR_KM = 25.0, 75.0
_CLOSE_CELLS = 6  # most centres of a 25 km grid within 25 km of a place
_STRETCH_KM, _STEP_KM = 100.0, 25.0
_LEAST_SEEN = 0.5  # of the weight of a place


@dataclass(frozen=True, slots=True)
class Day:
    """A day of one product on `NSIDC_25KM`, or on the grid of its product.

    `concentration` is uint8 of the shape of `grid`: whole percent rounded down, or POLE_HOLE, LAND or
    MISSING of `layers.grid`.
    """

    date: date
    product: str
    version: str
    sensor: str
    concentration: NDArray[np.uint8]
    grid: Grid = NSIDC_25KM


def check(day: Day, surface: NDArray[np.uint8]) -> None:
    """Check the grid and codes of a day before it is added to a cube.

    `surface` holds the classes of `layers.grid`.

    Raises
    ------
    SourceError
        If the day has another grid, an unknown flag, another land mask (such as the southern hemisphere), no
        value or no ice at all.
    """
    field, named = day.concentration, f"{day.product} {day.date}"
    if field.shape != surface.shape or field.dtype != np.uint8:
        raise _refuse(named, f"a grid of {surface.shape} uint8", f"{field.shape} {field.dtype}")
    strange = ~((field <= _FULL_PCT) | np.isin(field, (POLE_HOLE, LAND, MISSING)))
    if strange.any():
        problem = f"flag {field[strange][0]} in {strange.sum()} cell(s)"
        raise _refuse(named, f"0...100 %, {POLE_HOLE}, {LAND} or {MISSING}", problem)
    differs = (field == LAND) != (surface != OCEAN)
    if differs.any():
        problem = f"land or sea elsewhere in {differs.sum()} cells"
        raise _refuse(named, "the land mask of the cube (another grid or hemisphere?)", problem)
    seen = field[field <= _FULL_PCT]
    if not seen.size:
        raise _refuse(named, "a day with values", "none")
    if not seen.any():
        raise _refuse(named, "some ice, which the Arctic always had", "an all-zero day")


def _refuse(named: str, expected: str, problem: str) -> SourceError:
    return SourceError(f"{named}: expected {expected}, found {problem}: the day is held back, mend its file")


def missing_pct(field: NDArray[np.uint8]) -> float:
    """Return the share of the ocean cells without a value, percent; the pole hole counts as a value."""
    # `count_nonzero` takes a quarter of the time of `sum`, and a year is 366 fields.
    return 100.0 * int(np.count_nonzero(field == MISSING)) / max(int(np.count_nonzero(field != LAND)), 1)


# --- weights ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Support:
    """Places and the weights of the cells that represent them.

    `cells` are the flat indices used, ascending, shape (m,). `weights` is CSR (places, m), float32; a place
    without cells has an empty row. `near_km` is the distance from the place to its nearest cell, NaN without
    cells.
    """

    ids: NDArray[np.object_]
    cells: NDArray[np.intp]
    weights: csr_array
    near_km: NDArray[np.float64]

    @property
    def cell_count(self) -> NDArray[np.int64]:
        """Return the number of cells of each place."""
        return np.diff(self.weights.indptr)


def _support(
    ids: Sequence[str] | NDArray[np.object_],
    row: NDArray[np.intp],
    cell: NDArray[np.intp],
    weight: ArrayLike,
    near_km: NDArray[np.float64],
) -> Support:
    cells, place = np.unique(cell, return_inverse=True)
    data = np.broadcast_to(np.asarray(weight, dtype=np.float32), row.shape)
    matrix = sparse.csr_array((data, (row, place)), shape=(len(ids), len(cells)))
    return Support(np.asarray(ids, dtype=object), cells, matrix, near_km)


def clean_ocean(ocean: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the mask of ocean cells with no side on land: there the sensor sees no land (spill-over)."""
    clean = ocean.copy()
    clean[1:-1, 1:-1] &= ocean[:-2, 1:-1] & ocean[2:, 1:-1] & ocean[1:-1, :-2] & ocean[1:-1, 2:]
    return clean


def node_support(
    ids: Sequence[str] | NDArray[np.object_],
    x_m: ArrayLike,
    y_m: ArrayLike,
    ocean: NDArray[np.bool_],
    *,
    k: int = 5,
    near_km: float = _NEAR_KM,
    far_km: float = _FAR_KM,
    grid: Grid = NSIDC_25KM,
) -> Support:
    """Return equal weights of the k nearest clean ocean cells of each place (method §2.1).

    Cells lie 25 to 75 km from the place. `ids` name the places. Positions are EPSG:3413 metres, whatever the
    grid. `ocean` is the mask of ocean cells. Fewer than k cells are used if there are no more. A place
    without cells has no series, because farther cells do not represent it.
    """
    # Up to this many cells may lie nearer than `near_km`: the search must return these and k more.
    fine = int(np.pi * (1000 * near_km / grid.cell_m + 1) ** 2)
    close = _CLOSE_CELLS if grid.cell_m >= NSIDC_25KM.cell_m else fine
    cells, km = nearest_cells(x_m, y_m, clean_ocean(ocean), k + close, far_km, grid)
    is_used = (cells >= 0) & (km >= near_km)
    is_used &= np.cumsum(is_used, axis=1) <= k
    closest = np.where(is_used, km, np.inf).min(axis=1, initial=np.inf)
    row = np.nonzero(is_used)[0]
    return _support(ids, row, cells[is_used], 1.0, np.where(np.isfinite(closest), closest, np.nan))


def area_support(
    areas: Mapping[str, Any], ocean: NDArray[np.bool_], cell_area_km2: NDArray[np.float64]
) -> Support:
    """Return weights, by area, of the ocean cells with their centre in each EPSG:3413 polygon."""
    inside = [np.flatnonzero(rasterise([shape]) & ocean) for shape in areas.values()]
    row = np.repeat(np.arange(len(areas)), [len(cells) for cells in inside])
    cell = np.concatenate([*inside, np.zeros(0, dtype=np.intp)])
    near = np.where([len(cells) > 0 for cells in inside], 0.0, np.nan)
    return _support(list(areas), row, cell, cell_area_km2.ravel()[cell], near)


def route_support(
    lines: Mapping[str, Any], ocean: NDArray[np.bool_], *, k: int = 5, grid: Grid = NSIDC_25KM
) -> Support:
    """Return weights of the cells along each stretch of about 100 km of a route; `route_id:3` is the fourth.

    Lines are EPSG:3413, whatever the grid. Each point, one every 25 km (geodesic), uses its k nearest clean
    ocean cells within 75 km. A stretch is the mean of its points.
    """
    ids: list[str] = []
    rows, cells, weights, near = [], [], [], []
    clean = clean_ocean(ocean)
    for name, line in lines.items():
        points = along(line, _STEP_KM)
        per = round(_STRETCH_KM / _STEP_KM)
        # A short rest at the end of the route belongs to the last whole stretch.
        stretch = np.minimum(np.arange(len(points)) // per, max((len(points) - 1) // per - 1, 0))
        nearest, km = nearest_cells(points[:, 0], points[:, 1], clean, k, _FAR_KM, grid)
        is_cell = nearest >= 0
        for number in range(int(stretch[-1]) + 1):
            own = (stretch == number)[:, None] & is_cell
            cell, count = np.unique(nearest[own], return_counts=True)
            rows.append(np.full(len(cell), len(ids)))
            cells.append(cell)
            weights.append(count)
            near.append(km[own].min() if own.any() else np.nan)
            ids.append(f"{name}:{number}")
    row, cell, weight = (np.concatenate(parts) for parts in (rows, cells, weights))
    return _support(ids, row, cell, weight, np.array(near))


def along(line: Any, step_km: float) -> NDArray[np.float64]:
    """Return points along an EPSG:3413 line about `step_km` apart (geodesic), with both ends."""
    # Positions between vertices are linear in the plane; steps of 5 km keep the error of this small.
    xy = shapely.get_coordinates(shapely.segmentize(line, 5_000.0))
    lon, lat = lonlat(xy[:, 0], xy[:, 1])
    run = np.concatenate([[0.0], np.cumsum(distance_km(lon[:-1], lat[:-1], lon[1:], lat[1:]))])
    marks = np.linspace(0, run[-1], max(round(run[-1] / step_km), 1) + 1)
    return np.column_stack([np.interp(marks, run, xy[:, 0]), np.interp(marks, run, xy[:, 1])])


def disc_support(
    ids: Sequence[str] | NDArray[np.object_],
    x_m: ArrayLike,
    y_m: ArrayLike,
    ocean: NDArray[np.bool_],
    radius_m: float,
    *,
    parts: int = 1,
    grid: Grid = NSIDC_25KM,
) -> Support:
    """Return weights of the ocean cells in a disc of `radius_m` around each place, in the plane of the grid.

    With `parts` 1, a cell counts if its centre lies in the disc. With more, a cell is divided into `parts` x
    `parts` equal parts, and its weight is the count of parts whose centre lies in the disc.
    """
    x, y = (np.asarray(part, dtype=float)[:, None, None] for part in (x_m, y_m))
    offsets = ((np.arange(parts) + 0.5) / parts - 0.5) * grid.cell_m
    reach = int(np.ceil((radius_m - offsets[0]) / grid.cell_m))
    window = np.arange(-reach, reach + 1)
    row = np.floor((grid.origin[1] - y) / grid.cell_m).astype(int) + window[:, None]
    column = np.floor((x - grid.origin[0]) / grid.cell_m).astype(int) + window
    right = grid.origin[0] + (column + 0.5) * grid.cell_m - x
    up = grid.origin[1] - (row + 0.5) * grid.cell_m - y
    inside = np.zeros((len(x), len(window), len(window)), dtype=np.int32)
    for one, other in itertools.product(offsets, offsets):
        inside += (right + one) ** 2 + (up + other) ** 2 <= radius_m**2
    rows, columns = grid.shape
    able = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    cell = np.where(able, row * columns + column, 0)
    inside[~(able & ocean.ravel()[cell])] = 0
    near = np.where(inside > 0, np.hypot(right, up), np.inf).min(axis=(1, 2)) / 1000
    place, *at = np.nonzero(inside)
    return _support(
        ids, place, cell[place, *at], inside[place, *at], np.where(np.isfinite(near), near, np.nan)
    )


def series(weights: csr_array, block: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the mean concentration of places by day, percent, shape (places, days).

    `block` is (cells, days) in the order of `Support.cells`. Cells that were not seen on a day (missing, pole
    hole) have no weight on this day. NaN if less than half of the weight was seen.
    """
    seen = block <= _FULL_PCT
    total = weights.sum(axis=1)
    # The denominator differs from the full weight only for places with an unseen cell; only these are
    # computed.
    whole = seen.all(axis=1)
    if whole.all():
        summed, weight = weights @ block.astype(np.float32), total[:, None]
    else:
        summed = weights @ np.where(seen, block, np.uint8(0)).astype(np.float32)
        weight = np.repeat(total[:, None], block.shape[1], axis=1)
        touched = np.flatnonzero(weights @ (~whole).astype(np.float32))
        weight[touched] = weights[touched] @ seen.astype(np.float32)
    bar = _LEAST_SEEN * total[:, None]
    is_valid = (weight >= bar) & (weight > 0)
    if is_valid.all():
        summed /= weight
        return summed
    return np.divide(summed, weight, out=np.full(summed.shape, np.nan, dtype=np.float32), where=is_valid)


def disc_means(
    raster: NDArray[Any], row: NDArray[np.intp], column: NDArray[np.intp], radius_cells: float
) -> NDArray[np.float64]:
    """Return the mean of the cells of a raster whose centre lies within a radius of a cell.

    NaN has no weight. `row` and `column` are the central cells. A disc is cut at the edge of the raster.
    Running sums along the rows make the cost of a disc proportional to its height, so this also serves single
    fields with many more cells than a `Support` can hold.
    """
    rows, columns = raster.shape
    has_value = np.isfinite(raster)
    some = not has_value.all()
    sums = _running(np.where(has_value, raster, 0) if some else raster)
    counts = _running(has_value) if some else None
    total, weight = np.zeros(len(row)), np.zeros(len(row))
    for rise in range(-int(radius_cells), int(radius_cells) + 1):
        half = int(np.sqrt(radius_cells**2 - rise**2))
        at = row + rise
        inside = (at >= 0) & (at < rows)
        at = np.where(inside, at, 0)
        left, right = np.clip(column - half, 0, columns), np.clip(column + half + 1, 0, columns)
        total += inside * (sums[at, right] - sums[at, left])
        width = right - left if counts is None else counts[at, right] - counts[at, left]
        weight += inside * width
    return np.divide(total, weight, out=np.full(len(row), np.nan), where=weight > 0)


def _running(values: NDArray[Any]) -> NDArray[np.float64]:
    sums = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    return sums
