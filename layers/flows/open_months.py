"""Months in which a lane is open water, from the monthly record of sea ice.

The record is the presence of ice by month on the 25 km grid, the mean of the month (source
`nsidc_ice_presence`, Fetterer et al. 2017, doi:10.7265/N5K072F8).

The rule. Points at most 10 km apart lie along the lane. Each point takes the nearest cell that the record
sees: an ocean cell that is no trap (`layers.ice.presence.trapped_cells`), within 75 km of the point. A
month of a year is closed if any of these cells has ice. A lane is open in a calendar month if it was not
closed in at least half of the last ten years of that month in the record. The rule is by lane: a way of
several open lanes may be open from end to end in fewer years.

Open means open water: nothing is said of ships with an ice class or an icebreaker, which pass lanes that
are closed here (the ports of the Gulf of Bothnia, Murmansk to Dudinka). A strait that the grid does not
resolve, and a fjord, has the months of the nearest cells seen, mostly those at its mouths: ice that forms
inside alone is not seen. If one point has no such cell within 75 km (rivers, lakes), the months are
`not_computed` and the lane carries nothing. The grid covers all sea north of 58 N. Water where the charts
of 1972 to 2007 show no ice in a month (the mask `valid_ice`) has none in the record: it is open by record,
not by default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from layers.grid import nearest_cells
from layers.ice.presence import trapped_cells

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["open_months"]

_STEP_M = 10_000.0
_FAR_KM = 75.0  # reach of a cell, as for nodes (layers.ice.presence)
_YEARS, _LEAST_YEARS = 10, 5
_OPEN_SHARE = 0.5
_ICE, _NOT_ASSESSED = 1, 255


def open_months(
    dataset: xr.Dataset, lines: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """Return the months (bit 0 is January) in which EPSG:3413 lines are open, and the state of this value.

    `dataset` is the record on `layers.grid.NSIDC_25KM`. The state is `computed` or `not_computed`; then no
    bit is set. A calendar month with fewer than five years in the record leaves all lines not computed.
    """
    months, state = np.zeros(len(lines), dtype=np.int64), np.full(len(lines), "not_computed", dtype=object)
    if not len(lines):
        return months, state
    presence = dataset["presence"].transpose("time", "y", "x").to_numpy()
    seen = (presence[0] != _NOT_ASSESSED) & ~trapped_cells(dataset)
    xy, owner = shapely.get_coordinates(shapely.segmentize(lines, _STEP_M), return_index=True)
    cells = nearest_cells(xy[:, 0], xy[:, 1], seen, 1, _FAR_KM)[0][:, 0]
    calendar = dataset["time"].dt.month.to_numpy()
    latest = [np.flatnonzero(calendar == month)[-_YEARS:] for month in range(1, 13)]
    if min(map(len, latest)) < _LEAST_YEARS:
        return months, state
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    used, place = np.unique(np.maximum(cells, 0), return_inverse=True)
    flat = presence.reshape(len(presence), -1)
    for bit, rows in enumerate(latest):
        has_ice = (flat[np.ix_(rows, used)] == _ICE)[:, place]
        is_open = ~np.logical_or.reduceat(has_ice, starts, axis=1)
        months |= np.where(is_open.mean(axis=0) >= _OPEN_SHARE, 1 << bit, 0)
    is_seen = np.logical_and.reduceat(cells >= 0, starts)
    state[is_seen] = "computed"
    return np.where(is_seen, months, 0), state
