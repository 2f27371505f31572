"""What a place's climate follows from: air temperature by warming level, permafrost share, fetch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from affine import Affine
from rasterio.features import rasterize
from scipy.ndimage import map_coordinates
from scipy.spatial import cKDTree
from scipy.special import ndtr

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

__all__ = ["effective_fetch_km", "permafrost_fraction", "sample_field", "temperature_degc"]

# Gruber 2012 (doi:10.5194/tc-6-221-2012): the share of ground underlain by permafrost falls with
# mean annual air temperature as a cumulative normal, mean -4.38 degC, variance 6.43 K2.
_HALF_PERMAFROST_DEGC = -4.38
_SPREAD_K = np.sqrt(6.43)

_FETCH_CAP_KM = 500.0
_FETCH_STEP_KM = 5.0
_DIRECTIONS = 16


def sample_field(
    field: xr.DataArray, longitude_deg: ArrayLike, latitude_deg: ArrayLike
) -> NDArray[np.float64]:
    """Bilinear values of a (latitude, longitude) field at points; the longitude wraps around."""
    lon, lat = field["longitude"].to_numpy(), field["latitude"].to_numpy()
    # Both grids are regular, so a place is a fractional row and column; columns wrap around.
    row = (np.asarray(latitude_deg, dtype=float) - lat[0]) / (lat[1] - lat[0])
    column = ((np.asarray(longitude_deg, dtype=float) - lon[0]) % 360.0) / (lon[1] - lon[0])
    values = field.to_numpy().astype(float)
    wrapped = np.concatenate([values, values[:, :1]], axis=1)
    place = [np.clip(row, 0, len(lat) - 1), column]
    return np.asarray(map_coordinates(wrapped, place, order=1, mode="nearest"))


def temperature_degc(
    climate: xr.Dataset, longitude_deg: ArrayLike, latitude_deg: ArrayLike, warming_degc: float
) -> NDArray[np.float64]:
    """Mean annual air temperature at points for a global warming level (pattern scaling).

    Temperature before industry plus the local warming ratio times the global warming above
    1850-1900 (Santer et al. 1990). One model: a pattern, not a measurement.
    """
    before = sample_field(climate["temperature_before_degc"], longitude_deg, latitude_deg)
    ratio = sample_field(climate["warming_ratio"], longitude_deg, latitude_deg)
    return before + ratio * warming_degc


def permafrost_fraction(temperature_degc: ArrayLike) -> NDArray[np.float64]:
    """Share of ground underlain by permafrost in equilibrium with a mean annual air temperature.

    A proxy, 0..1: Gruber 2012, doi:10.5194/tc-6-221-2012.
    """
    air = np.asarray(temperature_degc, dtype=float)
    return np.asarray(1.0 - ndtr((air - _HALF_PERMAFROST_DEGC) / _SPREAD_K))


def effective_fetch_km(points: NDArray[np.object_], land: NDArray[np.object_]) -> NDArray[np.float64]:
    """Longest cosine-weighted fetch over open water at EPSG:3413 points, in km, capped at 500.

    Rays in 16 directions run from the nearest sea cell of a 5 km land raster to land or the cap;
    F_eff = sum F cos2 / sum cos2 within 90 degrees of the main direction (Shore Protection Manual,
    US Army CERC 1984), for the main direction that gives most. Lengths are true to the 8 % of the
    projection's scale. NaN where no sea cell lies within 10 km.
    """
    cell = _FETCH_STEP_KM * 1000.0
    half = int(4_500_000 // cell)
    transform = Affine(cell, 0, -half * cell, 0, -cell, half * cell)
    is_land = rasterize(
        ((shape, 1) for shape in land), out_shape=(2 * half, 2 * half), transform=transform, dtype="uint8"
    ).astype(bool)
    sea_row, sea_col = np.nonzero(~is_land & _near(is_land))
    sea_xy = np.column_stack([(sea_col + 0.5 - half) * cell, (half - sea_row - 0.5) * cell])
    xy = shapely.get_coordinates(points)
    if not len(sea_xy):
        return np.full(len(xy), np.nan)
    apart, start = cKDTree(sea_xy).query(xy)
    origin = sea_xy[start]
    angle = np.arange(_DIRECTIONS) * 2 * np.pi / _DIRECTIONS
    step = np.arange(1, int(_FETCH_CAP_KM / _FETCH_STEP_KM) + 1) * cell
    x = origin[:, 0, None, None] + np.cos(angle)[None, :, None] * step
    y = origin[:, 1, None, None] + np.sin(angle)[None, :, None] * step
    col = np.clip(((x + half * cell) / cell).astype(int), 0, 2 * half - 1)
    row = np.clip(((half * cell - y) / cell).astype(int), 0, 2 * half - 1)
    blocked = is_land[row, col]
    reach = np.where(blocked.any(axis=2), blocked.argmax(axis=2), len(step)) * _FETCH_STEP_KM
    turn = angle[:, None] - angle[None, :]
    weight = np.where(np.cos(turn) > 1e-9, np.cos(turn) ** 2, 0.0)
    fetch = np.minimum((reach @ weight / weight.sum(axis=0)).max(axis=1), _FETCH_CAP_KM)
    return np.where(apart <= 10_000.0, fetch, np.nan)


def _near(is_land: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Cells within two of land: where rays can start."""
    near = is_land.copy()
    for _ in range(2):
        grown = near.copy()
        grown[1:] |= near[:-1]
        grown[:-1] |= near[1:]
        grown[:, 1:] |= near[:, :-1]
        grown[:, :-1] |= near[:, 1:]
        near = grown
    return near
