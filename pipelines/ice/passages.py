"""Seasons of the sea routes from a daily archive, one year at a time, and the risk values of POLARIS."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.ice.bottlenecks import Bottlenecks, bottlenecks
from layers.ice.polaris import polaris
from layers.ice.route_seasons import route_seasons
from pipelines.source import REFERENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from layers.ice.corridors import Corridor
    from layers.ice.polaris import Polaris
    from pipelines.ice.archive import Archive

__all__ = ["passages", "read_polaris"]


def read_polaris() -> Polaris:
    """Read the risk values of MSC.1/Circ.1519, Table 1.3, from layers/reference.

    `layers.ice.polaris.polaris` checks the order of classes and stages.
    """
    # "none" is a class of ship, not a missing value.
    return polaris(pd.read_csv(REFERENCE / "polaris_riv.csv", keep_default_na=False, encoding="utf-8"))


def passages(
    archive: Archive,
    corridors: Sequence[Corridor],
    first: int,
    last: int,
    *,
    mapper: Callable[..., Iterable[Any]] = map,
    **choice: Any,
) -> pd.DataFrame:
    """Season of every route in the calendar years `first` to `last`, both included.

    `mapper` runs the years: the built-in `map`, or a function of `pipelines.ice.dask_cluster`. `choice` are
    further arguments of `layers.ice.route_seasons.route_seasons`, which gives the columns. The table is empty
    if the archive has no day in these years.
    """
    table = read_polaris()
    # A partial of a module function can be sent to another process; a lambda cannot.
    by_year = mapper(partial(_year, archive, corridors), range(first, last + 1))
    parts = [
        route_seasons(way, days, necks, table, archive.product, **choice)
        for days, by_route in by_year
        for way, necks in zip(corridors, by_route, strict=True)
        if len(days)
    ]
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return whole.sort_values("route_id", kind="stable", ignore_index=True) if parts else whole


def _year(
    archive: Archive, corridors: Sequence[Corridor], year: int
) -> tuple[NDArray[np.datetime64], list[Bottlenecks]]:
    """Days of a year and the bottlenecks of each corridor on these days."""
    # Corridors overlap, so each cell is read once for all routes.
    cells = np.unique(np.concatenate([way.cells for way in corridors]))
    days, block = archive.read(date(year, 1, 1), date(year, 12, 31), cells)
    return days, [bottlenecks(way, block[np.searchsorted(cells, way.cells)]) for way in corridors]
