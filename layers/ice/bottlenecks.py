"""The bottleneck of a corridor by day, and the shortest open way, from ice concentration alone (method §3).

Not for navigation. A route is open on a day if a way leads through its corridor on which no cell has more ice
than the ship can pass. Each way has a largest concentration. The bottleneck is the least of these over all
ways (decisions/0017). Concentrations are whole percent rounded down, so a cell may hold up to one percent
more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse.csgraph import breadth_first_order, dijkstra, minimum_spanning_tree

from layers.grid import MISSING, POLE_HOLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.ice.corridors import Corridor

__all__ = ["Bottlenecks", "bottlenecks", "least_cost_path"]

_NEVER = 101  # percent of a cell that was not seen: more than any ship class can pass


class Bottlenecks(NamedTuple):
    """Concentration at the bottleneck by day, percent, and the flat index of its cell.

    In `high` the cells that were not seen are shut, in `low` they are open. `high` is 101 where every way
    leads through an unseen cell. `cell` is the bottleneck of `high`.
    """

    low: NDArray[np.int16]
    high: NDArray[np.int16]
    cell: NDArray[np.intp]


def bottlenecks(way: Corridor, block: NDArray[np.uint8]) -> Bottlenecks:
    """Return the bottleneck of a corridor by day: the least of the largest concentrations over all ways.

    `block` is (cells of the corridor, days), percent and the codes of `layers.grid`. The pole hole counts as
    full ice. A minimum spanning tree contains the way whose largest concentration is least (Hu 1961,
    doi:10.1287/opre.9.6.898).
    """
    ice = block.astype(np.int16)
    ice[block == POLE_HOLE] = 100
    unseen = block == MISSING
    ice[unseen] = _NEVER
    days = block.shape[1]
    high, cell = np.zeros(days, dtype=np.int16), np.zeros(days, dtype=np.intp)
    low = np.zeros(days, dtype=np.int16)
    for day in range(days):
        high[day], worst = _bottleneck(way, ice[:, day])
        cell[day] = way.cells[worst]
        is_lost = unseen[:, day]
        low[day] = _bottleneck(way, np.where(is_lost, 0, ice[:, day]))[0] if is_lost.any() else high[day]
    return Bottlenecks(low, high, cell)


def _bottleneck(way: Corridor, ice: NDArray[np.int16]) -> tuple[int, int]:
    # A sparse graph of scipy takes a weight of zero for no step, so one is added to every step.
    tree = minimum_spanning_tree(way.matrix(np.maximum(ice[way.u], ice[way.v]) + 1.0, ice + 1.0))
    begin = len(way.cells)
    before = breadth_first_order(tree, begin, directed=False)[1]
    path, at = [], int(before[begin + 1])
    while at != begin:
        path.append(at)
        at = int(before[at])
    path.reverse()
    worst = path[int(np.argmax(ice[path]))]
    return int(ice[worst]), worst


def least_cost_path(
    way: Corridor, field: NDArray[np.uint8], c_star: float
) -> tuple[NDArray[np.intp], float] | None:
    """Return the shortest open way of a day: its flat cells in order and its length, km; None without a way.

    `field` is by cell of the corridor. A cell is open if it was seen and its concentration is at most
    `c_star` (0...1).
    """
    ice = np.where(field == POLE_HOLE, 100, field)
    able = (ice <= 100 * c_star + 1e-9) & (ice <= 100)
    step = np.where(able[way.u] & able[way.v], way.km, np.inf)
    graph = way.matrix(step, np.where(able, 1e-6, np.inf))
    begin = len(way.cells)
    km, before = dijkstra(graph, directed=False, indices=begin, return_predecessors=True)
    if not np.isfinite(km[begin + 1]):
        return None
    path, at = [], int(before[begin + 1])
    while at != begin:
        path.append(at)
        at = int(before[at])
    return way.cells[path[::-1]], float(km[begin + 1])
