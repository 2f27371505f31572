"""Ice on routes in a single field: a monthly ice edge or a grid, from which no season can be counted.

Not for navigation. Concentration inside an edge is 15 % or more and otherwise unknown. A route is described
by the kilometres of ice on the way with least ice, and by the position of the longest ice on this way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import ndimage
from scipy.sparse.csgraph import dijkstra

from layers.crs import lonlat
from layers.grid import ICE_THRESHOLD_PCT, NSIDC_25KM, POLE_HOLE
from layers.ice.bottlenecks import bottlenecks
from layers.ice.polaris import CLASSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.grid import Grid
    from layers.ice.corridors import Corridor
    from layers.ice.polaris import Polaris

__all__ = ["LeastIce", "field_rows", "least_ice", "shore_ice"]

_OPEN_KM = 1e-3  # cost of a step through open water relative to one through ice
_SHORE_CELLS = 2  # reach of the footprint of the lower channel of the radiometer (70 km) over land


class LeastIce(NamedTuple):
    """The way with least ice through a corridor.

    `ice_km` is the length in ice, `shore_km` the part of it in shore ice, and `way_km` the whole length.
    `cell` is the flat index of the middle of the longest run of ice, -1 without ice.
    """

    ice_km: float
    shore_km: float
    way_km: float
    cell: int


def shore_ice(ice: NDArray[np.bool_], ocean: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the mask of the ice in patches that lie entirely within two cells of land.

    All masks have the shape of the grid. Land within the footprint reads as ice (Cavalieri et al. 1999,
    doi:10.1029/1999JC900081). In summer such ice is more likely water; in a narrow strait it may be either.
    """
    around = np.ones((3, 3))
    beside = ndimage.binary_dilation(~ocean, around, iterations=_SHORE_CELLS)
    patch, count = ndimage.label(ice & ocean, around)
    reaches_out = np.zeros(count + 1, dtype=bool)
    reaches_out[patch[~beside]] = True
    return np.asarray((patch > 0) & ~reaches_out[patch])


def least_ice(way: Corridor, ice: NDArray[np.bool_], shore: NDArray[np.bool_] | None = None) -> LeastIce:
    """Return the way through a corridor with the fewest kilometres of ice.

    Masks are by cell of the corridor; `shore` marks the cells of shore ice. Half of each step belongs to the
    cell at either end. Of ways with equal ice the shorter one is taken.
    """
    half = (ice[way.u].astype(float) + ice[way.v]) / 2
    # The steps from the begin and to the end cost almost nothing; 0 would be no step in a sparse graph.
    graph = way.matrix(way.km * (half + _OPEN_KM), np.full(len(way.cells), 1e-9))
    begin = len(way.cells)
    before = dijkstra(graph, directed=False, indices=begin, return_predecessors=True)[1]
    path, at = [], int(before[begin + 1])
    while at != begin:
        path.append(at)
        at = int(before[at])
    path.reverse()
    here = np.array(path)
    # One number for each pair of cells finds the steps of the path among all steps.
    pair = np.minimum(here[1:], here[:-1]) * begin + np.maximum(here[1:], here[:-1])
    pair_of_step = np.minimum(way.u, way.v) * begin + np.maximum(way.u, way.v)
    order = np.argsort(pair_of_step)
    step = order[np.searchsorted(pair_of_step, pair, sorter=order)]
    km = way.km[step]
    beside = np.zeros(len(step)) if shore is None else (shore[way.u[step]] * 0.5 + shore[way.v[step]] * 0.5)
    return LeastIce(
        float((km * half[step]).sum()),
        float((km * beside).sum()),
        float(km.sum()),
        _middle(way, here, ice[here]),
    )


def _middle(way: Corridor, path: NDArray[np.intp], ice: NDArray[np.bool_]) -> int:
    """Return the flat index of the middle cell of the longest run of ice, -1 without ice."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], ice.astype(np.int8), [0]])))
    if not edges.size:
        return -1
    start, stop = edges[::2], edges[1::2]
    longest = int(np.argmax(stop - start))
    return int(way.cells[path[(start[longest] + stop[longest] - 1) // 2]])


def field_rows(
    ways: Sequence[Corridor],
    field: NDArray[np.uint8],
    ocean: NDArray[np.bool_],
    table: Polaris,
    stage: str,
    *,
    is_edge: bool = False,
    grid: Grid = NSIDC_25KM,
    **named: Any,
) -> pd.DataFrame:
    """Return one row per route of one field; `named` are further columns.

    `field` has the shape of `ocean`. It holds whole percent and the codes of `layers.grid`, or with `is_edge`
    1 inside the edge and 0 outside. Cells that were not seen count as ice. `shore_km` is the part of `ice_km`
    in `shore_ice`. `weakest_class` is the weakest ship class that can pass the bottleneck if its ice is of
    `stage`. With `is_edge`, `weakest_class` and `bottleneck_pct` are unknown.
    """
    rows = []
    ice = field == 1 if is_edge else (field >= ICE_THRESHOLD_PCT)  # codes exceed every concentration
    shore = shore_ice(ice, ocean).ravel()
    for way in ways:
        own = field.ravel()[way.cells]
        seen = own <= 100
        least = least_ice(way, ice.ravel()[way.cells], shore[way.cells])
        necks = None if is_edge else bottlenecks(way, own[:, None])
        percent = np.nan if necks is None else float(necks.high[0])
        cell = least.cell if necks is None or least.cell < 0 else int(necks.cell[0])
        row, column = divmod(max(cell, 0), grid.shape[1])
        lon, lat = lonlat(grid.x_m[column], grid.y_m[row]) if cell >= 0 else (np.nan, np.nan)
        bears = [] if necks is None else [n for n in CLASSES if 100 * table.c_star.loc[n, stage] >= percent]
        rows.append(
            {
                **named,
                "route_id": way.route_id,
                "is_open": least.cell < 0,
                "ice_km": least.ice_km,
                "shore_km": least.shore_km,
                "way_km": least.way_km,
                "bottleneck_pct": np.nan if percent > 100 else percent,
                "unseen_cells": int(np.sum(~seen & (own != POLE_HOLE))) if not is_edge else 0,
                "weakest_class": (bears[0] if bears else "no class") if necks is not None else "",
                "stage": "" if is_edge else stage,
                "bottleneck_longitude_deg": round(float(lon), 3),
                "bottleneck_latitude_deg": round(float(lat), 3),
                "strait_links": way.straits,
            }
        )
    return pd.DataFrame(rows)
