"""Passes over a daily archive, an ice year at a time: seasons and wave exposure of places."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.ice.seasons import Seasons, ice_year, season_of_year
from layers.ice.waves import wave_exposure_of_year

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from layers.ice.daily import Support
    from layers.ice.waves import Rays
    from pipelines.ice.archive import Archive

__all__ = ["seasons", "wave_exposure"]


def seasons(
    archive: Archive,
    support: Support,
    first: int,
    last: int,
    *,
    mapper: Callable[..., Iterable[Any]] = map,
) -> Seasons:
    """Season of every place in the ice years `first` to `last`, a year at a time.

    Memory holds one ice year of the cells in use and one block of places. `mapper` runs the years: the
    built-in `map`, or that of `pipelines.ice.dask_cluster`.

    Raises
    ------
    UsageError
        If the archive holds no day.
    """
    years = range(first, last + 1)
    by_year = list(mapper(partial(_season, archive.filled(), support), years))
    values = {name: np.stack([year[name] for year in by_year], axis=1) for name in by_year[0]}
    return Seasons(support.ids, np.array(years), values, archive.product, support.near_km, support.cell_count)


def wave_exposure(
    archive: Archive, laid: Rays, first: int, last: int, *, mapper: Callable[..., Iterable[Any]] = map
) -> NDArray[np.float64]:
    """Wave exposure of every place in the ice years `first` to `last`, shape (places, years).

    Raises
    ------
    UsageError
        If the archive holds no day.
    """
    years = range(first, last + 1)
    return np.stack(list(mapper(partial(_waves, archive.filled(), laid), years)), axis=1)


def _season(archive: Archive, support: Support, year: int) -> dict[str, NDArray[np.float32]]:
    column, block, days = _ice_year(archive, support.cells, year)
    return season_of_year(support.weights, block, column, days)


def _waves(archive: Archive, laid: Rays, year: int) -> NDArray[np.float64]:
    column, block, days = _ice_year(archive, laid.cells, year)
    return wave_exposure_of_year(laid, block, column, days)


def _ice_year(
    archive: Archive, cells: NDArray[np.intp], year: int
) -> tuple[NDArray[np.intp], NDArray[np.uint8], int]:
    """Day since 1 March of each day with a field, the fields by cell, and the days of the ice year."""
    first, last = ice_year(year)
    when, block = archive.read(first, last, cells)
    return (when - np.datetime64(first, "D")).astype(int), block, (last - first) // timedelta(days=1) + 1
