"""Share of the year in which waves can reach a coast, from the ice of each day (method §2.3).

The share is an exposure, not a wave height: wind is not used. A fetch ends at land, at the ice edge of 15 %,
or at a cell that was not seen, because it may be ice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from layers.climate import FETCH_CAP_KM, directions, effective, reach_km
from layers.grid import ICE_THRESHOLD_PCT, LAND_5KM, NSIDC_25KM, nearest_cells
from layers.ice.seasons import GAP_DAYS, MISSING_SHARE, fill_gaps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.grid import Grid

__all__ = ["Rays", "rays", "wave_exposure_of_year"]

_SUPPORT_KM = 75.0  # as for the ice of a place (method §2.1)
_PLACES = 32  # in one block: a year of their rays is 32 x 16 x 21 x 365 bytes


@dataclass(frozen=True, slots=True, eq=False)
class Rays:
    """Rays of places over the ice grid.

    `cells` are the flat ocean cells used, ascending. `at` holds positions in `cells`, shape (places, 16,
    steps), -1 for land and off the grid. `land_km` (places, 16) is the distance to land, at most 500 km, NaN
    for a place without sea. `step_km` is the length of a step.
    """

    cells: NDArray[np.intp]
    at: NDArray[np.intp]
    land_km: NDArray[np.float64]
    step_km: float


def rays(
    points: NDArray[np.object_],
    is_land: NDArray[np.bool_],
    ocean: NDArray[np.bool_],
    *,
    land_grid: Grid = LAND_5KM,
    grid: Grid = NSIDC_25KM,
) -> Rays:
    """Return rays of 500 km in 16 directions over the ice grid, from the ocean cell nearest to each point.

    Points are EPSG:3413. The finer mask `is_land`, on `land_grid`, gives the distance to land. A point
    without an ocean cell within 75 km, or without sea within 10 km, has NaN.
    """
    xy = shapely.get_coordinates(points)
    start, _ = nearest_cells(xy[:, 0], xy[:, 1], ocean, 1, _SUPPORT_KM, grid)
    row, column = np.unravel_index(np.maximum(start[:, 0], 0), grid.shape)
    step = np.arange(round(FETCH_CAP_KM * 1000 / grid.cell_m) + 1)
    across = column[:, None, None] + np.rint(np.cos(directions())[:, None] * step).astype(int)
    down = row[:, None, None] - np.rint(np.sin(directions())[:, None] * step).astype(int)
    rows, columns = grid.shape
    able = (down >= 0) & (down < rows) & (across >= 0) & (across < columns)
    flat = np.where(able, down * columns + across, 0)
    # A ray that leaves the grid or meets land has no cell there.
    able &= ocean.ravel()[flat]
    cells = np.unique(flat[able])
    at = np.where(able, np.searchsorted(cells, flat), -1)
    land_km = np.where(start >= 0, reach_km(points, is_land, land_grid), np.nan)
    return Rays(cells, at, land_km, grid.cell_m / 1000)


def wave_exposure_of_year(
    laid: Rays, block: NDArray[np.uint8], column: NDArray[np.intp], days: int
) -> NDArray[np.float64]:
    """Return the wave exposure of a year, 0..1: the mean over its days of min(F_eff, 500) / 500.

    A day on which the cell of the place is not open counts as zero. `block` is (cells, seen days); `column`
    holds the day of the year of each seen day; `days` is the length of the year. NaN for a year with over 10
    % of its days missing or a gap of over ten days, as in `layers.ice.seasons`.
    """
    # The additional row stands for land. It counts as open, because `land_km` already ends rays at land.
    is_open = np.ones((len(laid.cells) + 1, block.shape[1]), dtype=bool)
    is_open[:-1] = block < ICE_THRESHOLD_PCT
    exposure = np.full(len(laid.at), np.nan)
    for first in range(0, len(laid.at), _PLACES):
        part = slice(first, first + _PLACES)
        free = np.logical_and.accumulate(is_open[laid.at[part]], axis=2).sum(axis=2)
        # The first open cell is that of the place and adds no length.
        ice_km = np.maximum(free - 1, 0) * laid.step_km
        reach = np.minimum(ice_km, laid.land_km[part, :, None])
        fetch = effective(np.moveaxis(reach, 1, 2)) * (free.max(axis=1) > 0)
        daily = np.full((len(fetch), days), np.nan, dtype=np.float32)
        daily[:, column] = fetch / FETCH_CAP_KM
        filled, lost, longest = fill_gaps(daily)
        valid = (lost <= MISSING_SHARE * days) & (longest <= GAP_DAYS)
        exposure[part] = np.where(valid, filled.mean(axis=1), np.nan)
    return exposure
