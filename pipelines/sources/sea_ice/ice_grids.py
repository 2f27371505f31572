"""Grids of the ice products other than the 25 km grid, and the transfer of fields to the 25 km grid."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS, Transformer

from layers.crs import POLAR
from layers.grid import LAND, MISSING, NSIDC_25KM, Grid
from pipelines.sources.sea_ice.ice_samples import refuse

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = [
    "EASE2_25KM",
    "HUGHES_3KM",
    "HUGHES_6KM",
    "HUGHES_10KM",
    "OWN_GRIDS",
    "cells_in",
    "check_centres",
    "on_25km",
]

# The Hughes grids share the corner of the NSIDC grid. EASE-Grid 2.0: Brodzik et al. 2012,
# doi:10.3390/ijgi1010032.
_HUGHES, _CORNER = CRS.from_epsg(3411), NSIDC_25KM.origin
HUGHES_10KM = Grid(_HUGHES, (1120, 760), _CORNER, 10_000.0)
HUGHES_6KM = Grid(_HUGHES, (1792, 1216), _CORNER, 6_250.0)
HUGHES_3KM = Grid(_HUGHES, (3584, 2432), _CORNER, 3_125.0)
EASE2_25KM = Grid(CRS.from_epsg(6931), (432, 432), (-5_400_000.0, 5_400_000.0), 25_000.0)

# Key: the end of the name of an archive that keeps a product on its own grid.
OWN_GRIDS = {f"{grid.cell_m:g}m": grid for grid in (EASE2_25KM, HUGHES_10KM, HUGHES_6KM, HUGHES_3KM)}

_FINE_M = 12_500.0  # up to here a cell of 25 km holds at least four centres, and takes their mean


def check_centres(
    path: Path, shape: tuple[int, ...], x_m: NDArray[np.float64], y_m: NDArray[np.float64], grid: Grid
) -> None:
    """Check that the cell centres of a file are those of `grid`: `x_m` and `y_m` in metres, north first.

    Raises
    ------
    SourceError
        If the shape differs, or a centre by more than 1 m.
    """
    fits = shape == grid.shape and x_m.shape == (shape[1],) and y_m.shape == (shape[0],)
    if not (fits and np.allclose(x_m, grid.x_m, atol=1) and np.allclose(y_m, grid.y_m, atol=1)):
        rows, columns = grid.shape
        corner = f"({grid.origin[0] / 1000:g}, {grid.origin[1] / 1000:g}) km"
        actual = f"{shape}, first centre ({x_m.flat[0]:g}, {y_m.flat[0]:g}) m"
        raise refuse(
            path,
            f"a {rows} x {columns} grid of {grid.cell_m / 1000:g} km with its corner at {corner}",
            actual,
        )


def on_25km(percent: NDArray[np.float64], land: NDArray[np.bool_], grid: Grid, crs: CRS) -> NDArray[np.uint8]:
    """Return a field of `grid` on `NSIDC_25KM` (EPSG:3413), whole percent rounded down, uint8 (448, 304).

    `percent` has the shape of `grid` and is NaN where it has no value; `land` is true on land. `crs` is the
    CRS of the file itself. From a grid of up to 12.5 km, a cell has the mean of the values whose centres lie
    in it. From a coarser grid, it has the value of the cell in which its own centre lies. A cell without a
    value is LAND if all of it is land, else MISSING.
    """
    if grid.cell_m <= _FINE_M:
        return _mean(percent, land, *_cells_of(grid, crs))
    row, column, inside = _cells_under(grid, NSIDC_25KM, crs)
    here = np.where(inside, percent[row, column], np.nan)
    return _whole(here, np.isfinite(here), inside & land[row, column])


# Cached, because all days of a grid share these cells and two million of them take a second to compute.
@lru_cache(maxsize=8)
def _cells_of(grid: Grid, crs: CRS) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the flat cell of `NSIDC_25KM` that each centre lies in, and whether it lies in any."""
    to_polar = Transformer.from_crs(crs, POLAR, always_xy=True)
    row, column, inside = NSIDC_25KM.cell_of(*to_polar.transform(*np.meshgrid(grid.x_m, grid.y_m)))
    return row * NSIDC_25KM.shape[1] + column, inside


def cells_in(other: Grid, grid: Grid) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """Return row and column of the cell of `other` that each centre of `grid` lies in, and whether in any."""
    return _cells_under(other, grid, other.crs)


@lru_cache(maxsize=8)
def _cells_under(
    other: Grid, grid: Grid, crs: CRS
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    places = Transformer.from_crs(grid.crs, crs, always_xy=True)
    return other.cell_of(*places.transform(*np.meshgrid(grid.x_m, grid.y_m)))


def _mean(
    percent: NDArray[np.float64], land: NDArray[np.bool_], cell: NDArray[np.intp], inside: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    rows, columns = NSIDC_25KM.shape

    def summed(mask: NDArray[np.bool_], weights: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        some = None if weights is None else weights[mask]
        total = np.bincount(cell[mask], weights=some, minlength=rows * columns)
        return np.asarray(total.reshape(rows, columns), dtype=np.float64)

    valid = inside & np.isfinite(percent)
    count, dry = summed(valid), summed(inside & land)
    mean = summed(valid, percent) / np.maximum(count, 1)
    return _whole(mean, count > 0, (dry > 0) & (dry == summed(inside)))


def _whole(
    percent: NDArray[np.float64], valid: NDArray[np.bool_], land: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    # A mean of equal values may fall just below its whole number.
    floor = np.floor(np.where(valid, percent, 0) + 1e-9)
    return np.where(valid, floor, np.where(land, LAND, MISSING)).astype(np.uint8)
