"""Points of several sources that are one thing, matched by distance and name; nearest neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, utils
from scipy.spatial import cKDTree

from layers.crs import EARTH_RADIUS_KM, distance_km, unit_vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Nearest", "match_points", "nearest", "within_km"]


class Nearest:
    """Nearest neighbours on the sphere, with distances on the ellipsoid.

    Points are WGS 84 degrees. Unit vectors order them without a projection, so the pole and the date line
    need no special case.
    """

    def __init__(self, longitude_deg: NDArray[np.float64], latitude_deg: NDArray[np.float64]) -> None:
        """Index the points."""
        self._lon = np.asarray(longitude_deg, dtype=float)
        self._lat = np.asarray(latitude_deg, dtype=float)
        self._tree = cKDTree(unit_vectors(self._lon, self._lat)) if len(self._lon) else None

    def query(
        self, longitude_deg: NDArray[np.float64], latitude_deg: NDArray[np.float64], k: int = 1
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return distances (km) and positions of the k nearest points, shape (n, k), nearest first.

        Where there are fewer than k points, the distance is inf and the position -1.
        """
        lon, lat = np.asarray(longitude_deg, dtype=float), np.asarray(latitude_deg, dtype=float)
        position = np.full((len(lon), k), -1)
        if self._tree is not None and len(lon):
            position = self._tree.query(unit_vectors(lon, lat), k=np.arange(1, k + 1))[1]
            position = np.where(position == len(self._lon), -1, position)
        safe = np.maximum(position, 0)
        km = np.full(position.shape, np.inf)
        exists = position >= 0
        rows = np.broadcast_to(np.arange(len(lon))[:, None], position.shape)[exists]
        km[exists] = distance_km(lon[rows], lat[rows], self._lon[safe[exists]], self._lat[safe[exists]])
        return km, position

    def within(
        self, longitude_deg: NDArray[np.float64], latitude_deg: NDArray[np.float64], radius_km: float
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return pairs (query position, indexed position) at most `radius_km` apart."""
        if self._tree is None or not len(longitude_deg):
            return np.empty(0, dtype=int), np.empty(0, dtype=int)
        # The sphere selects pairs with a margin of 1 %; the ellipsoid decides.
        chord = 2 * np.sin(1.01 * radius_km / EARTH_RADIUS_KM / 2)
        hits = self._tree.query_ball_point(
            unit_vectors(longitude_deg, latitude_deg), chord, return_sorted=True
        )
        counts = np.fromiter((len(h) for h in hits), dtype=int, count=len(hits))
        query = np.repeat(np.arange(len(hits)), counts)
        indexed = np.fromiter((one for h in hits for one in h), dtype=int, count=len(query))
        lon, lat = np.asarray(longitude_deg, dtype=float), np.asarray(latitude_deg, dtype=float)
        apart = distance_km(lon[query], lat[query], self._lon[indexed], self._lat[indexed])
        return query[apart <= radius_km], indexed[apart <= radius_km]


def match_points(
    kept: pd.DataFrame, others: pd.DataFrame, *, same_place_km: float, same_name_km: float
) -> NDArray[np.int64]:
    """Return for each row of `others` the position of the same thing in `kept`, or -1.

    Both tables have `name`, `longitude_deg`, `latitude_deg`. Two points are one thing within `same_place_km`
    whatever their names are. They are also one thing within `same_name_km` if the names agree (token-set
    ratio of rapidfuzz of 85 or more).
    """
    index = Nearest(kept["longitude_deg"].to_numpy(), kept["latitude_deg"].to_numpy())
    lon, lat = others["longitude_deg"].to_numpy(), others["latitude_deg"].to_numpy()
    query, candidate = index.within(lon, lat, same_name_km)
    answer = np.full(len(others), -1)
    best = np.full(len(others), np.inf)
    if not len(query):
        return answer
    km = distance_km(
        lon[query],
        lat[query],
        kept["longitude_deg"].to_numpy()[candidate],
        kept["latitude_deg"].to_numpy()[candidate],
    )
    left, right = others["name"].to_numpy(), kept["name"].to_numpy()
    for q, f, apart in zip(query, candidate, km, strict=True):
        alike = apart <= same_place_km or (
            isinstance(left[q], str)
            and isinstance(right[f], str)
            and fuzz.token_set_ratio(left[q], right[f], processor=utils.default_process) >= 85
        )
        if alike and apart < best[q]:
            answer[q], best[q] = f, apart
    return answer


def nearest(
    frame: pd.DataFrame, others: pd.DataFrame, k: int = 1
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return distances (km) and positions of the k nearest of `others` to each row of `frame`, (rows, k)."""
    index = Nearest(others["longitude_deg"].to_numpy(), others["latitude_deg"].to_numpy())
    return index.query(frame["longitude_deg"].to_numpy(), frame["latitude_deg"].to_numpy(), k)


def within_km(
    frame: pd.DataFrame, others: pd.DataFrame, radius_km: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs (row of `frame`, row of `others`) at most `radius_km` apart."""
    index = Nearest(others["longitude_deg"].to_numpy(), others["latitude_deg"].to_numpy())
    return index.within(frame["longitude_deg"].to_numpy(), frame["latitude_deg"].to_numpy(), radius_km)
