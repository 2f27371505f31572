"""Corridors of routes over the ice grid: ocean cells near a line, and the steps between them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from layers.crs import EARTH_RADIUS_KM, distance_km, lonlat, unit_vectors
from layers.errors import UsageError
from layers.grid import NSIDC_25KM
from layers.ice.daily import along

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from layers.grid import Grid

__all__ = ["Corridor", "corridor", "neighbours"]

_HALF_WIDTH_KM = 100.0  # four cells on either side, so that ships can pass round the ice
_END_KM = 50.0  # a passage begins in any cell so near the end of its line
_STRAIT_KM = 100.0  # a strait too narrow for the grid is a link of at most this length
_STEP_KM = 5.0
_STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))


@dataclass(frozen=True, slots=True, eq=False)
class Corridor:
    """Ocean cells within reach of a route and the steps between them.

    `cells` are flat indices, ascending. `u` and `v` are positions in `cells` of the two ends of each step,
    `km` is the geodesic length of the step. A passage may begin at the positions `first` and end at `last`.
    `straits` counts links over land cells: straits that the grid does not resolve, in which no ice is seen.
    The links are the last of the steps.
    """

    route_id: str
    cells: NDArray[np.intp]
    u: NDArray[np.intp]
    v: NDArray[np.intp]
    km: NDArray[np.float64]
    first: NDArray[np.intp]
    last: NDArray[np.intp]
    straits: int

    @property
    def links(self) -> NDArray[np.intp]:
        """Return the flat cells at the two ends of each link over a strait, shape (straits, 2)."""
        at = len(self.u) - self.straits
        return self.cells[np.column_stack([self.u[at:], self.v[at:]])]

    def matrix(self, weight: NDArray[Any], ends: NDArray[Any]) -> csr_array:
        """Return the steps as a graph with two more vertices, where all passages begin and end.

        These are the last two vertices: first the begin, then the end. `weight` holds the weight of each
        step. `ends` holds for each cell the weight of a step from the begin or to the end.
        """
        count = len(self.cells)
        u = np.concatenate([self.u, np.full(len(self.first), count), np.full(len(self.last), count + 1)])
        v = np.concatenate([self.v, self.first, self.last])
        data = np.concatenate([weight, ends[self.first], ends[self.last]])
        return sparse.csr_array((data, (u, v)), shape=(count + 2, count + 2))


def corridor(
    route_id: str,
    line: Any,
    ocean: NDArray[np.bool_],
    *,
    half_width_km: float = _HALF_WIDTH_KM,
    grid: Grid = NSIDC_25KM,
) -> Corridor:
    """Return the corridor of an EPSG:3413 line: ocean cells whose centre lies within `half_width_km` of it.

    `ocean` is the mask of ocean cells on `grid`. Steps lead to the eight neighbours, not across a corner of
    land. The line may cross land cells, or pass their corner, between two ocean cells at most 100 km apart. A
    link between these two cells stands for the strait.

    Raises
    ------
    UsageError
        If no way leads through the corridor even without ice.
    """
    points = along(line, _STEP_KM)
    flat = np.flatnonzero(ocean)
    row, column = np.unravel_index(flat, grid.shape)
    lon, lat = lonlat(grid.x_m[column], grid.y_m[row])
    where = unit_vectors(lon, lat)
    track = cKDTree(unit_vectors(*lonlat(points[:, 0], points[:, 1])))
    apart = track.query(where, distance_upper_bound=_chord(half_width_km))[0]
    is_near = np.isfinite(apart)
    cells, place = flat[is_near], np.full(grid.shape[0] * grid.shape[1], -1)
    place[cells] = np.arange(len(cells))
    u, v = neighbours(place.reshape(grid.shape), ocean)
    straits = _straits(
        points, place, (lon[is_near], lat[is_near]), grid, set(zip(u.tolist(), v.tolist(), strict=True))
    )
    u, v = np.append(u, straits[:, 0]), np.append(v, straits[:, 1])
    lon, lat, where = lon[is_near], lat[is_near], where[is_near]
    begin, end = (_ends(where, track.data[at]) for at in (0, -1))
    step_km = distance_km(lon[u], lat[u], lon[v], lat[v])
    way = Corridor(route_id, cells, u, v, step_km, begin, end, len(straits))
    graph = way.matrix(np.ones(len(u)), np.ones(len(cells)))
    part = connected_components(graph, directed=False)[1]
    if not len(cells) or part[-1] != part[-2]:
        msg = f"route {route_id}: expected a way over ocean cells, found none: a strait over 100 km on land"
        raise UsageError(msg)
    return way


def _chord(km: float) -> float:
    return float(2 * np.sin(km / EARTH_RADIUS_KM / 2))


def _ends(where: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.intp]:
    apart = np.linalg.norm(where - end, axis=1)
    return np.flatnonzero(apart <= max(_chord(_END_KM), apart.min(initial=np.inf)))


def neighbours(
    place: NDArray[np.intp], ocean: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return pairs of positions next to each other, the lower one first.

    `place` holds the position of each cell of the grid, -1 for a cell without one. Neighbours lie in all
    eight directions, but not across a corner between two cells off the `ocean`.
    """
    rows, columns = place.shape
    us, vs = [], []
    for down, right in _STEPS:
        here = (slice(0, rows - down), slice(max(-right, 0), columns - max(right, 0)))
        there = (slice(down, rows), slice(max(right, 0), columns + min(right, 0)))
        able = (place[here] >= 0) & (place[there] >= 0)
        if down and right:
            able &= ocean[here[0], there[1]] | ocean[there[0], here[1]]
        us.append(place[here][able])
        vs.append(place[there][able])
    u, v = np.concatenate(us), np.concatenate(vs)
    return np.minimum(u, v), np.maximum(u, v)


def _straits(
    points: NDArray[np.float64],
    place: NDArray[np.intp],
    lonlat_deg: tuple[NDArray[np.float64], NDArray[np.float64]],
    grid: Grid,
    steps: set[tuple[int, int]],
) -> NDArray[np.intp]:
    """Return pairs of positions that the line joins and no step joins: over land, or past its corner."""
    row, column, inside = grid.cell_of(points[:, 0], points[:, 1])
    on_line = np.where(inside, place[row * grid.shape[1] + column], -1)
    lon, lat = lonlat_deg
    pairs = set()
    for one, other in itertools.pairwise(on_line[on_line >= 0].tolist()):
        pair = min(one, other), max(one, other)
        if one != other and pair not in steps:
            apart = distance_km([lon[one]], [lat[one]], [lon[other]], [lat[other]])[0]
            if apart <= _STRAIT_KM:
                pairs.add(pair)
    return np.array(sorted(pairs), dtype=np.intp).reshape(-1, 2)
