"""A synthetic ice cube for tests and benchmarks: season, trend and weather on the real land mask.

It resembles the Arctic without using observations. Every output made from it says `synthetic`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from layers.crs import lonlat
from layers.grid import LAND, MISSING, NSIDC_25KM, OCEAN
from layers.ice.daily import SYNTHETIC, Day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["EDGE_TREND_DEG", "days", "year"]

EDGE_TREND_DEG = 0.07  # northward shift of the ice edge, degrees of latitude per year
_FIRST = 1979  # first year of the satellite record, where the trend begins
_PATTERNS = 12  # waves over the Arctic whose sum is the weather
_BLOCK_DAYS = 32  # days in one block, which limits memory
_SPECKLE = np.float32(0.07)  # packs about as hard as a real day
_PCT_PER_DEG = 14.0  # the edge is some seven degrees of latitude wide
_NUMBERS = np.random.default_rng


def year(
    number: int, surface: NDArray[np.uint8], *, seed: int = 0, missing: float = 0.0
) -> NDArray[np.uint8]:
    """Return all days of a synthetic year, uint8 (days, 448, 304).

    A year and seed always give the same field. The edge varies with the season, lies farther north in the
    Atlantic, shifts by `EDGE_TREND_DEG` per year, and varies with weather over days and with anomalies over
    the year. `surface` holds the classes of `layers.grid`. `missing` is the share of ocean cells without a
    value each day.
    """
    random = _NUMBERS([seed, number])
    first = date(number, 1, 1)
    count = (date(number + 1, 1, 1) - first).days
    ocean = np.flatnonzero(surface == OCEAN)
    row, column = np.unravel_index(ocean, NSIDC_25KM.shape)
    lon, lat = lonlat(NSIDC_25KM.x_m[column], NSIDC_25KM.y_m[row])
    turn, up = np.radians(lon), np.radians(lat)
    # Latitude of the edge by sector; the seasonal range is smallest where warm water flows in.
    warm = np.exp(-(((lon - 15 + 180) % 360 - 180) ** 2) / (2 * 40.0**2))
    middle = 66.0 + 9.0 * warm + EDGE_TREND_DEG * (number - _FIRST)
    swing = 8.0 - 4.0 * warm
    waves = random.normal(size=(_PATTERNS, 3))
    shape = np.stack([np.cos(a * 2 * turn + 3 * b) * np.cos(c * 6 * up) for a, b, c in waves]).astype(
        np.float32
    )
    shape *= np.float32(1.0 / np.sqrt(_PATTERNS))
    standing = random.normal(scale=0.8, size=_PATTERNS)
    weather = random.normal(scale=0.5, size=(count, _PATTERNS))
    # A first-order process gives weather that lasts some days.
    for day in range(1, count):
        weather[day] += 0.9 * weather[day - 1]
    phase = np.cos(2 * np.pi * (np.arange(count) - 65) / count)  # most ice about 6 March
    base, swing = (
        ((lat - middle) * _PCT_PER_DEG).astype(np.float32),
        (swing * _PCT_PER_DEG).astype(np.float32),
    )
    cube = np.full((count, *NSIDC_25KM.shape), LAND, dtype=np.uint8)
    flat = cube.reshape(count, -1)
    for at in range(0, count, _BLOCK_DAYS):
        part = slice(at, at + _BLOCK_DAYS)
        value = ((standing + weather[part]) * _PCT_PER_DEG).astype(np.float32) @ shape
        value += phase[part, None].astype(np.float32) * swing
        value += base + np.float32(50)
        np.clip(value, 0, 100, out=value)
        value *= 1 - _SPECKLE * random.random(value.shape, dtype=np.float32)  # open water stays open
        field = value.astype(np.uint8)
        if missing:
            field[random.random(field.shape) < missing] = MISSING
        flat[part, ocean] = field
    return cube


def days(
    first_year: int,
    last_year: int,
    surface: NDArray[np.uint8],
    *,
    seed: int = 0,
    missing: float = 0.0,
    alternate_until: date | None = None,
) -> Iterator[Day]:
    """Yield synthetic days in order; only every other day before `alternate_until`."""
    for number in range(first_year, last_year + 1):
        for offset, field in enumerate(year(number, surface, seed=seed, missing=missing)):
            day = date(number, 1, 1) + timedelta(days=offset)
            if alternate_until and day < alternate_until and day.toordinal() % 2:
                continue
            yield Day(day, SYNTHETIC, f"seed {seed}", "made", field)
