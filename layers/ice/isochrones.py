"""Days of sail from a port by ship class, over cells whose ice the class may sail in (method §3).

Not for navigation. Times are lower bounds, because ice slows ships. The ship sails at the stated speed
wherever the risk index of the stated stage is at least zero, and in elevated risk at the limit of
MSC.1/Circ.1519, Table 1.2. Cells that were not seen are shut. Ways lead from cell to cell in eight
directions, so they are up to eight percent longer than the straight line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components, dijkstra

from layers.crs import distance_km, lonlat_of
from layers.errors import UsageError
from layers.grid import MISSING, NSIDC_25KM, POLE_HOLE, class_areas, nearest_cells, polygons
from layers.ice.corridors import neighbours
from layers.ice.polaris import operation, rio

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from layers.grid import Grid
    from layers.ice.polaris import Polaris

__all__ = [
    "DAYS", "NOT_REACHED", "OPEN_WATER_KN", "Sea", "bands", "cells_near", "days_from", "days_to", "reach",
    "sea", "speeds_kn", "usual", "why_not_reached",
]  # fmt: skip

DAYS = (0.0, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 21.0, 28.0, np.inf)
OPEN_WATER_KN = 12.0  # a convention of this project: about the speed of cargo ships in the north
# Two cells: the cell of a port is often land, and beside land the satellite reads too much ice.
_REACH_KM = 50.0
# Why a port is not reached -> the same in words.
NOT_REACHED = {
    "ice": "behind ice that the ship may not sail in",
    "not seen": "beside water whose ice was not seen",
    "land": "on water that land cuts off from the sea of the grid",
    "distance": "over a hundred kilometres from the sea of the grid",
}
_LEAST_CELLS = 25  # at least so many cells around a point are searched, on any grid
_KM_PER_KN_DAY = 24 * 1.852  # a knot is 1.852 km per hour


@dataclass(frozen=True, slots=True, eq=False)
class Sea:
    """The largest connected water of a grid: flat `cells`, ascending, and steps between them.

    `u` and `v` are positions in `cells` of the two ends of each step, `km` is its geodesic length.
    """

    cells: NDArray[np.intp]
    u: NDArray[np.intp]
    v: NDArray[np.intp]
    km: NDArray[np.float64]
    grid: Grid


def sea(ocean: NDArray[np.bool_], links: NDArray[np.intp] | None = None, grid: Grid = NSIDC_25KM) -> Sea:
    """Return the graph of the ocean cells of a grid.

    `links` (n, 2) are pairs of flat cells that a strait joins over land.
    """
    cells = np.flatnonzero(ocean)
    place = np.full(ocean.size, -1)
    place[cells] = np.arange(len(cells))
    u, v = neighbours(place.reshape(grid.shape), ocean)
    if links is not None and len(links):
        pairs = np.unique(np.sort(place[links], axis=1), axis=0)
        u, v = np.append(u, pairs[:, 0]), np.append(v, pairs[:, 1])
    graph = sparse.csr_array((np.ones(len(u)), (u, v)), shape=(len(cells), len(cells)))
    part = connected_components(graph, directed=False)[1]
    within = part == np.bincount(part).argmax()
    kept = within[u] & within[v]
    turned = np.cumsum(within) - 1
    cells, u, v = cells[within], turned[u[kept]], turned[v[kept]]
    row, column = np.unravel_index(cells, grid.shape)
    lon, lat = lonlat_of(grid.crs, grid.x_m[column], grid.y_m[row])
    return Sea(cells, u, v, distance_km(lon[u], lat[u], lon[v], lat[v]), grid)


def cells_near(grid: Grid, km: float) -> int:
    """Return the most cells of a grid that a disc of radius `km` can contain, at least 25."""
    if grid.cell_m >= NSIDC_25KM.cell_m:
        return _LEAST_CELLS
    return max(_LEAST_CELLS, int(np.pi * (1000 * km / grid.cell_m + 1) ** 2))


def usual(fields: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the upper median of the days of each cell, shape (days, cells) to (cells,).

    A cell that was not seen on half of the days or more is `MISSING`. A cell that is mostly in the pole hole
    stays `POLE_HOLE`.
    """
    ordered = np.sort(fields, axis=0)  # codes exceed every concentration
    seen = (ordered <= 100).sum(axis=0)
    middle = np.take_along_axis(ordered, np.minimum(seen // 2, len(fields) - 1)[None], axis=0)[0]
    hole = (fields == POLE_HOLE).sum(axis=0) * 2 > len(fields)
    return np.where(hole, POLE_HOLE, np.where(2 * seen > len(fields), middle, MISSING)).astype(np.uint8)


def speeds_kn(
    concentration_pct: NDArray[np.uint8],
    table: Polaris,
    ice_class: str,
    stage: str,
    speed_kn: float = OPEN_WATER_KN,
) -> NDArray[np.float64]:
    """Return the speed in each cell, knots; zero under special consideration and where nothing was seen.

    `ice_class` is the class of the ship, `stage` the stage of all ice, and `speed_kn` the speed in normal
    operation. The pole hole counts as full ice.
    """
    hole = concentration_pct == POLE_HOLE
    percent = np.where(hole, 100, concentration_pct)
    index = rio(np.minimum(percent, 100), int(table.riv.loc[ice_class, stage]))
    mode = operation(np.where(np.abs(index) < 1e-9, 0, index), ice_class)
    limit = min(speed_kn, float(table.speed_kn[ice_class]))
    speed = np.select([mode == "normal", mode == "elevated"], [speed_kn, limit], 0.0)
    return np.where(percent <= 100, speed, 0.0)


def reach(water: Sea, x_m: ArrayLike, y_m: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the cells of `water` at which a voyage to or from each point, EPSG:3413 metres, may end.

    These are the cells within 50 km, or the nearest one up to 100 km if none is so near. The result is
    positions in `water.cells` and distances in kilometres, both (n, k). Where there is no such cell, the
    distance is infinite and the position means nothing.
    """
    mask = np.zeros(water.grid.shape, dtype=bool)
    mask.ravel()[water.cells] = True
    count = cells_near(water.grid, _REACH_KM)
    cell, apart = nearest_cells(x_m, y_m, mask, count, 2 * _REACH_KM, water.grid)
    is_used = (cell >= 0) & (apart <= np.maximum(_REACH_KM, apart[:, :1]))
    at = np.searchsorted(water.cells, np.where(is_used, cell, water.cells[0]))
    return at, np.where(is_used, apart, np.inf)


def days_from(
    water: Sea, x_m: float, y_m: float, speed: NDArray[np.float64], approach_kn: float = OPEN_WATER_KN
) -> NDArray[np.float64]:
    """Return the least days from a point, EPSG:3413 metres, to each cell of `water`; infinity without a way.

    `speed` is by cell of `water`, knots. A voyage begins in any passable cell of `reach`. The ship sails from
    the point to this cell at `approach_kn`. Dijkstra 1959, doi:10.1007/BF01386390.

    Raises
    ------
    UsageError
        If no water lies within 100 km of the point.
    """
    cell, apart = reach(water, x_m, y_m)
    near = np.isfinite(apart[0])
    if not near.any():
        msg = "expected open sea of the grid within 100 km of the port, found none: name one on the coast"
        raise UsageError(msg)
    start, way = cell[0][near], apart[0][near]
    able = (speed[water.u] > 0) & (speed[water.v] > 0)
    u, v = water.u[able], water.v[able]
    step = water.km[able] / 2 * (1 / speed[u] + 1 / speed[v]) / _KM_PER_KN_DAY
    free = speed[start] > 0
    start, first = start[free], np.maximum(way[free] / approach_kn / _KM_PER_KN_DAY, 1e-9)
    count = len(water.cells)
    graph = sparse.csr_array(
        (np.append(step, first), (np.append(u, np.full(len(start), count)), np.append(v, start))),
        shape=(count + 1, count + 1),
    )
    return np.asarray(dijkstra(graph, directed=False, indices=count)[:count])


def days_to(
    water: Sea,
    days: NDArray[np.float64],
    x_m: ArrayLike,
    y_m: ArrayLike,
    approach_kn: float = OPEN_WATER_KN,
) -> NDArray[np.float64]:
    """Return the least days to points, EPSG:3413 metres, by the `days` to each cell; infinity without a way.

    Both ends of a voyage have the same `reach` and the same speed of approach, so the way back takes as long
    as the way out.
    """
    at, apart = reach(water, x_m, y_m)
    return np.asarray((days[at] + apart / approach_kn / _KM_PER_KN_DAY).min(axis=1))


def why_not_reached(
    water: Sea,
    ocean: NDArray[np.bool_],
    field: NDArray[np.uint8],
    days: NDArray[np.float64],
    x_m: ArrayLike,
    y_m: ArrayLike,
) -> NDArray[np.object_]:
    """Return for each point why no voyage of `days` ends there, one of `NOT_REACHED`, or None if one does.

    `ocean` is the mask of all ocean cells, `field` the ice by cell of `water`.
    """
    at, apart = reach(water, x_m, y_m)
    is_near = np.isfinite(apart)
    is_unseen = (~is_near | (field[at] == MISSING)).all(axis=1)
    other = ocean.copy()
    other.ravel()[water.cells] = False
    cut_off = np.isfinite(nearest_cells(x_m, y_m, other, 1, 2 * _REACH_KM, water.grid)[1][:, 0])
    has_water = is_near.any(axis=1)
    why = np.full(len(at), "distance", dtype=object)
    # The later rule counts.
    why[cut_off] = "land"
    why[has_water] = "ice"
    why[has_water & is_unseen] = "not seen"
    why[(is_near & np.isfinite(days[at])).any(axis=1)] = None
    return why


def bands(water: Sea, days: NDArray[np.float64], field: NDArray[np.uint8]) -> gpd.GeoDataFrame:
    """Return areas by days of sail, EPSG:3413: `name`, `least_days`, `most_days`, `is_reached`.

    The areas follow the edges of the cells. `days` and `field`, the ice, are by cell of `water`. Water that
    is not reached and water that was not seen are two further areas without days.
    """
    grid = water.grid
    values = np.full(grid.shape, np.nan)
    values.ravel()[water.cells] = np.where(np.isfinite(days), days, np.nan)
    reached = class_areas(values, DAYS, grid, unit="days").rename(
        columns={"class_low": "least_days", "class_high": "most_days"}
    )
    unseen = field == MISSING
    parts = [reached.drop(columns="label").assign(is_reached=True)]
    for name, at in (
        ("not reached: ice the ship may not sail in", ~np.isfinite(days) & ~unseen),
        ("not seen", ~np.isfinite(days) & unseen),
    ):
        mask = np.zeros(grid.shape, dtype=bool)
        mask.ravel()[water.cells[at]] = True
        shapes = [shape for _, shape in polygons(mask, grid)]
        columns = {"name": name, "least_days": np.nan, "most_days": np.nan, "is_reached": False}
        parts.append(gpd.GeoDataFrame(columns, index=range(len(shapes)), geometry=shapes, crs=grid.crs))
    whole = pd.concat([part for part in parts if len(part)], ignore_index=True)
    return gpd.GeoDataFrame(whole, geometry="geometry", crs=grid.crs)
