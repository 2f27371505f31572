"""Cells of the monthly ice record that represent a place, and months with ice of each ice year.

The record is the monthly presence of ice on the 25 km grid (source `nsidc_ice_presence`): `presence` (time,
y, x) with 0 open, 1 ice, 255 off the ocean, and `valid_ice` (month, y, x) with 0 ocean in which the charts
of 1972 to 2007 show no ice in that month, 1 ocean with ice, 2 and more land. An ice year runs from
September to August and is named by the year in which it ends. It contains one winter, and the missing
December 1987 and January 1988 fall into one ice year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import ndimage

from layers.grid import nearest_cells
from layers.ice.daily import clean_ocean

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

__all__ = ["IceSupport", "IceYears", "ice_months_by_year", "ice_support", "trapped_cells"]

_ICE, _NOT_ASSESSED = 1, 255
_VALID_ICE = 1
_CELLS, _FAR_KM = 5, 75.0  # the support of the node measures (method §2.1)
_SEPTEMBER = 9
_TRAP_YEARS, _PERENNIAL_SHARE, _FULL_SHARE = 10, 0.5, 0.9
_CORNERS = np.ones((3, 3), dtype=bool)


class IceSupport(NamedTuple):
    """Cells that represent places, nearest first.

    `cells` are flat indices of the grid, -1 for none. `km` are geodesic distances, infinite for none. Both
    have shape (places, k). `kind` is `sea` (cells that touch no land), `coast` (no such cell within reach) or
    `none`. `trapped` counts the traps among the nearest k cells; traps are not in `cells`. `is_trap` is True
    if half of the nearest k cells or more are traps.
    """

    cells: NDArray[np.intp]
    km: NDArray[np.float64]
    kind: NDArray[np.object_]
    trapped: NDArray[np.int64]
    is_trap: NDArray[np.bool_]


class IceYears(NamedTuple):
    """Months with ice by ice year: `months` is (places, years), NaN without cells; `years` ascend."""

    years: NDArray[np.int64]
    months: NDArray[np.float64]


def trapped_cells(dataset: xr.Dataset) -> NDArray[np.bool_]:
    """Return the mask (y, x) of cells whose ice is not credible.

    Land within the footprint of the sensor reads as ice. Two rules use the last ten years of the record. A
    cell is a trap

    - if it has ice in half of the Septembers or more, and no chain of such cells (by sides or corners) joins
      it to the pack, the largest patch of such cells. These are estuaries, fjords and narrow straits. While
      the pack shrank, the share of Septembers with ice in these patches rose from 0.8 (1981-2010) to 1.0;
    - if it has ice in 90 % or more of the months that the valid-ice mask allows, and the mask excludes at
      least one month: then the mask determines the season. The mask is the largest extent of 1972 to 2007. No
      sea has reached it every year since (Gulf of Finland, heads of the White Sea).
    """
    presence = dataset["presence"].transpose("time", "y", "x")
    month = presence["time"].dt.month.to_numpy()
    septembers = np.flatnonzero(month == _SEPTEMBER)[-_TRAP_YEARS:]
    if not septembers.size:
        return np.zeros(presence.shape[1:], dtype=bool)
    latest = slice(int(septembers[0]), None)
    ice = presence.to_numpy()[latest] == _ICE
    count = ice[septembers - septembers[0]].sum(axis=0)
    perennial = (count > 0) & (count >= _PERENNIAL_SHARE * len(septembers))
    patches, number = ndimage.label(perennial, structure=_CORNERS)
    # Label 0 is the background, so the largest patch is searched from label 1.
    pack = 1 + int(np.bincount(patches.ravel())[1:].argmax()) if number else 0
    valid = dataset["valid_ice"].transpose("month", "y", "x").to_numpy() == _VALID_ICE
    allowed = np.bincount(month[latest] - 1, minlength=12)
    most = (valid * allowed[:, None, None]).sum(axis=0)
    is_full = (ice.sum(axis=0) >= _FULL_SHARE * most) & (most > 0) & ~valid.all(axis=0)
    return np.asarray((perennial & (patches != pack)) | is_full)


def ice_support(
    dataset: xr.Dataset, x_m: ArrayLike, y_m: ArrayLike, *, k: int = _CELLS, max_km: float = _FAR_KM
) -> IceSupport:
    """Return the k nearest ocean cells of each place that touch no land and are no traps.

    Places are EPSG:3413 metres, shape (n,). The dataset is on `layers.grid.NSIDC_25KM`. If every cell within
    `max_km` touches land, coast cells are returned and `kind` is `coast`. Land within the footprint adds ice
    to coast cells, so they can show the absence of ice but not its amount.

    Raises
    ------
    ValueError
        If a point is not finite or the grid is another.
    """
    ocean = dataset["presence"].transpose("time", "y", "x").to_numpy()[0] != _NOT_ASSESSED
    trap = trapped_cells(dataset)
    masks = {"sea": clean_ocean(ocean), "coast": ocean}
    near = {name: nearest_cells(x_m, y_m, mask, k, max_km)[0] for name, mask in masks.items()}
    used = {name: nearest_cells(x_m, y_m, mask & ~trap, k, max_km) for name, mask in masks.items()}
    has = {name: np.asarray((cells >= 0).any(axis=1)) for name, cells in near.items()}
    kind = np.where(has["sea"], "sea", np.where(has["coast"], "coast", "none"))
    # A place with sea cells never uses coast cells, not even if all of its sea cells are traps.
    is_sea = has["sea"][:, None]
    nearest = np.where(is_sea, near["sea"], near["coast"])
    trapped = ((nearest >= 0) & trap.ravel()[np.maximum(nearest, 0)]).sum(axis=1)
    return IceSupport(
        np.where(is_sea, used["sea"][0], used["coast"][0]),
        np.where(is_sea, used["sea"][1], used["coast"][1]),
        kind.astype(object),
        trapped,
        (trapped > 0) & (2 * trapped >= (nearest >= 0).sum(axis=1)),
    )


def ice_months_by_year(presence: xr.DataArray, cells: NDArray[np.intp]) -> IceYears:
    """Return the months with ice of each ice year (September to August), mean over the cells of a place.

    `presence` is (time, y, x): 1 is ice, 0 open. `cells` are flat indices (places, k), -1 for none. One
    missing month of a year is the mean of the same month a year before and a year after, at the same cell. A
    year with more missing months, or whose month cannot be filled, is left out. Sums are of integers.

    The error of a filled month at a port is 0.01 months (September), 0.11 (December) and 0.16 (March) in that
    year, without bias. It was measured by hiding existing months.
    """
    values = presence.transpose("time", "y", "x")
    # Many places share cells: each cell is read once.
    used, place = np.unique(cells, return_inverse=True)
    block = values.to_numpy().reshape(values.sizes["time"], -1)[:, np.maximum(used, 0)] == _ICE
    block[:, used < 0] = False
    number = values["time"].dt.year.to_numpy() * 12 + values["time"].dt.month.to_numpy() - 1
    # Four months on, September becomes January of the year that names the ice year.
    first = int(number.min() + 4) // 12
    # Twice the ice is a whole number also where a month is the mean of two.
    doubled, is_known = _by_ice_year(number, first, 2 * block.astype(np.int16))
    whole = np.flatnonzero(is_known.all(axis=1))
    by_cell = doubled[whole].sum(axis=1, dtype=np.int64).T  # (cells, years), twice the months
    count = (cells >= 0).sum(axis=1)[:, None]
    total = by_cell[place.reshape(cells.shape)].sum(axis=1)
    months = np.divide(total, 2 * count, out=np.full(total.shape, np.nan), where=count > 0)
    return IceYears(first + whole, months)


def _by_ice_year(
    number: NDArray[np.int64], first: int, doubled: NDArray[np.int16]
) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
    """Return twice the ice by ice year, shape (ice years, 12, cells), and the mask of known months.

    One missing month of a year is filled. `number` counts months since year 0. The first row is the ice year
    `first`; the first column is September.
    """
    row, column = np.divmod(number + 4 - 12 * first, 12)
    table = np.zeros((int(row.max()) + 1, 12, doubled.shape[1]), dtype=np.int16)
    has_value = np.zeros(table.shape[:2], dtype=bool)
    table[row, column], has_value[row, column] = doubled, True
    is_known = has_value.copy()
    for year in np.flatnonzero(has_value.sum(axis=1) == 11):
        month = int(np.flatnonzero(~has_value[year])[0])
        if 0 < year < len(has_value) - 1 and has_value[year - 1, month] and has_value[year + 1, month]:
            table[year, month] = (table[year - 1, month] + table[year + 1, month]) // 2
            is_known[year, month] = True
    return table, is_known
