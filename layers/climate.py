"""Climate of places: air temperature at a warming level, permafrost share, and fetch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

from layers.grid import LAND_5KM

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

    from layers.grid import Grid

__all__ = [
    "FETCH_CAP_KM",
    "directions",
    "effective",
    "effective_fetch_km",
    "permafrost_fraction",
    "reach_km",
    "sample_field",
    "temperature_degc",
]

# Gruber 2012 (doi:10.5194/tc-6-221-2012): the share of ground underlain by permafrost falls with
# mean annual air temperature as a cumulative normal, mean -4.38 degC, variance 6.43 K2.
_HALF_PERMAFROST_DEGC = -4.38
_SPREAD_K = math.sqrt(6.43)
_ERFC = np.frompyfunc(math.erfc, 1, 1)

FETCH_CAP_KM = 500.0  # a longer fetch counts as 500 km
_DIRECTIONS = 16


def sample_field(
    field: xr.DataArray, longitude_deg: ArrayLike, latitude_deg: ArrayLike
) -> NDArray[np.float64]:
    """Return bilinear values of a regular (latitude, longitude) field at WGS 84 points.

    The unit is that of the field. The longitude wraps around the globe.
    """
    lon, lat = field["longitude"].to_numpy(), field["latitude"].to_numpy()
    values = field.to_numpy().astype(float)
    # A place is a fractional row and column of the regular grid; columns wrap around.
    row = (np.asarray(latitude_deg, dtype=float) - lat[0]) / (lat[1] - lat[0])
    # Poleward of the last centres the field keeps the value of the last row.
    row = np.clip(row, 0, len(lat) - 1)
    column = ((np.asarray(longitude_deg, dtype=float) - lon[0]) % 360.0) / (lon[1] - lon[0])
    top = np.minimum(row.astype(int), len(lat) - 2)
    left = column.astype(int)
    down, right = row - top, column - left
    left, next_left = left % len(lon), (left + 1) % len(lon)
    upper = values[top, left] * (1 - right) + values[top, next_left] * right
    lower = values[top + 1, left] * (1 - right) + values[top + 1, next_left] * right
    return np.asarray(upper * (1 - down) + lower * down)


def temperature_degc(
    climate: xr.Dataset, longitude_deg: ArrayLike, latitude_deg: ArrayLike, warming_degc: float
) -> NDArray[np.float64]:
    """Return the mean annual air temperature at WGS 84 points at a level of global warming, degC.

    Pattern scaling: the pre-industrial temperature plus the local warming ratio times `warming_degc`, the
    global warming above 1850-1900 (Santer et al. 1990). The pattern comes from one model and is no
    measurement.
    """
    before = sample_field(climate["temperature_before_degc"], longitude_deg, latitude_deg)
    ratio = sample_field(climate["warming_ratio"], longitude_deg, latitude_deg)
    return before + ratio * warming_degc


def permafrost_fraction(temperature_degc: ArrayLike) -> NDArray[np.float64]:
    """Return the share, 0..1, of ground with permafrost in equilibrium with a mean annual air temperature.

    A proxy: Gruber 2012, doi:10.5194/tc-6-221-2012.
    """
    spread = (np.asarray(temperature_degc, dtype=float) - _HALF_PERMAFROST_DEGC) / _SPREAD_K
    # 1 - Phi(z) = erfc(z / sqrt 2) / 2. The erfc of the standard library fixes the stored digits.
    return np.asarray(_ERFC(spread / math.sqrt(2.0)) / 2.0, dtype=float)


def effective_fetch_km(
    points: NDArray[np.object_], is_land: NDArray[np.bool_], grid: Grid = LAND_5KM
) -> NDArray[np.float64]:
    """Return the effective fetch over open water at EPSG:3413 points, km, shape (points,), at most 500.

    `is_land` is the mask of land on `grid`. The fetch is `effective` of `reach_km`, in 16 directions. Lengths
    have the scale error of the projection, up to 8 %. NaN if no sea cell lies within 10 km.
    """
    return effective(reach_km(points, is_land, grid))


def directions() -> NDArray[np.float64]:
    """Return the 16 directions of a fetch, radians, from the x axis of the grid towards its y axis."""
    return np.arange(_DIRECTIONS) * 2 * np.pi / _DIRECTIONS


def effective(reach: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the effective fetch, km, of reaches of shape (..., 16): the largest over all main directions.

    At most 500 km. F_eff = sum F cos2 / sum cos2 within 90 degrees of the main direction (Shore Protection
    Manual, US Army CERC 1984).
    """
    turn = directions()[:, None] - directions()[None, :]
    # The margin leaves out the two directions at exactly 90 degrees, whose cosine is not exactly 0.
    weight = np.where(np.cos(turn) > 1e-9, np.cos(turn) ** 2, 0.0)
    return np.asarray(np.minimum((reach @ weight / weight.sum(axis=0)).max(axis=-1), FETCH_CAP_KM))


def reach_km(
    points: NDArray[np.object_], is_land: NDArray[np.bool_], grid: Grid = LAND_5KM
) -> NDArray[np.float64]:
    """Return the kilometres to land, at most 500, in each of 16 directions, shape (points, 16).

    `is_land` is the mask of land on `grid`. A ray starts at the sea cell nearest to the EPSG:3413 point. NaN
    if no sea cell lies within 10 km.
    """
    row, column = np.nonzero(~is_land & _near(is_land))
    xy = shapely.get_coordinates(points)
    if not len(row):
        return np.full((len(xy), _DIRECTIONS), np.nan)
    centres = np.column_stack([grid.x_m[column], grid.y_m[row]])
    apart_m, start = cKDTree(centres).query(xy)
    angle = directions()
    reach_cells = int(FETCH_CAP_KM * 1000 / grid.cell_m)
    step = np.arange(1, reach_cells + 1)
    across = column[start, None, None] + np.rint(np.cos(angle)[:, None] * step).astype(np.int32)
    down = row[start, None, None] - np.rint(np.sin(angle)[:, None] * step).astype(np.int32)
    rows, columns = is_land.shape
    # A ray that leaves the grid continues along its edge.
    blocked = is_land[np.clip(down, 0, rows - 1), np.clip(across, 0, columns - 1)]
    reach = np.where(blocked.any(axis=2), blocked.argmax(axis=2), reach_cells) * grid.cell_m / 1000
    return np.where((apart_m <= 10_000.0)[:, None], reach, np.nan)


def _near(is_land: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the mask of land and of the cells within two of land, in which rays can start."""
    near = is_land.copy()
    for _ in range(2):
        grown = near.copy()
        grown[1:] |= near[:-1]
        grown[:-1] |= near[1:]
        grown[:, 1:] |= near[:, :-1]
        grown[:, :-1] |= near[:, 1:]
        near = grown
    return near
