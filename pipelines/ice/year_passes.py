"""Seasons and wave exposure of places from a daily archive, one ice year at a time to limit memory."""

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
    """Season of every place in the ice years `first` to `last`, both included.

    `support` has the cells of each place. Memory needs one ice year of these cells and one block of places.
    `mapper` runs the years: the built-in `map`, or a function of `pipelines.ice.dask_cluster`.

    Raises
    ------
    UsageError
        If the archive holds no day.
    """
    years = range(first, last + 1)
    # A partial of a module function can be sent to another process; a lambda cannot.
    by_year = list(mapper(partial(_season, archive.filled(), support), years))
    values = {name: np.stack([year[name] for year in by_year], axis=1) for name in by_year[0]}
    return Seasons(support.ids, np.array(years), values, archive.product, support.near_km, support.cell_count)


def wave_exposure(
    archive: Archive, laid: Rays, first: int, last: int, *, mapper: Callable[..., Iterable[Any]] = map
) -> NDArray[np.float64]:
    """Wave exposure, 0 to 1, of every place in the ice years `first` to `last`, shape (places, years).

    `laid` are the rays of the places over the grid (`layers.ice.waves`). `mapper` runs the years, as in
    `seasons`.

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
    """The ice year from March of `year`: its stored days, their fields and its length.

    Stored days are whole days since 1 March. Fields have the shape (cells, stored days). The length is 365 or
    366 days.
    """
    first, last = ice_year(year)
    when, block = archive.read(first, last, cells)
    return (when - np.datetime64(first, "D")).astype(int), block, (last - first) // timedelta(days=1) + 1
