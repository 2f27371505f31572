"""Read daily ice files of the providers and add them to the archives of their products."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.errors import SourceError
from layers.grid import LAND_5KM, LAND_SURFACE, NSIDC_25KM, OCEAN, Grid
from layers.ice.continuity import NOT_STATED
from layers.ice.daily import Day
from pipelines.ice.archive import Archive
from pipelines.ice.sandboxed_samples import read_samples
from pipelines.sources.sea_ice.cell_surface import on_surface
from pipelines.sources.sea_ice.ice_grids import cells_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pipelines.sources.sea_ice.ice_samples import Sample

__all__ = ["Ingest", "day_of", "ingest", "own_surface"]

# The sensor in a file name, such as `_f17_`, for files whose content states none.
_SENSOR = re.compile(r"_(n07|f\d\d|am2|amsr2)_", re.IGNORECASE)
_FIRST = date(1972, 1, 1)  # no satellite measured the concentration of ice before (ESMR, December 1972)
_GROUP = 400  # files whose fields are in memory at a time


@dataclass(frozen=True, slots=True)
class Ingest:
    """What became of files: days added, days that were there before, and a row for each file refused.

    `refused` has the columns `file` and `reason`.
    """

    added: int
    repeated: int
    refused: pd.DataFrame


def day_of(
    sample: Sample, name: str, surface: NDArray[np.uint8], is_land: NDArray[np.bool_] | None = None
) -> Day:
    """The day of a field that was read from the file `name`, with the common land.

    `surface` has the classes of the surface on the 25 km grid. A field on the grid of its product needs
    `is_land`, the land mask on the grid `LAND_5KM`: its land is then this mask at the centres of its cells
    (`own_surface`), and the side of a cell in metres is added to its name, as in `osisaf_sic_10000m`.

    Raises
    ------
    SourceError
        If the field is the mean of a month, or no satellite can have seen its day.
    """
    if sample.period != "daily":
        msg = f"{name}: expected a day, found a month: a cube of days takes no means of months"
        raise SourceError(msg)
    # A wrong clock of a day is the common case, so the day after today is allowed.
    latest = datetime.now(UTC).date() + timedelta(days=1)
    if not _FIRST <= sample.date <= latest:
        msg = f"{name}: expected a day from {_FIRST} to today, found {sample.date}: check its name and header"
        raise SourceError(msg)
    product = sample.product
    if is_land is None or sample.grid is NSIDC_25KM:
        sample = on_surface(sample, surface, ())
    else:
        sample = on_surface(sample, own_surface(sample.grid, is_land, surface), ())
        product = f"{product}_{sample.grid.cell_m:g}m"
    in_name = _SENSOR.search(name)
    sensor = sample.sensor or (in_name[1].lower() if in_name else NOT_STATED)
    return Day(sample.date, product, sample.version, sensor, sample.concentration, sample.grid)


def own_surface(grid: Grid, is_land: NDArray[np.bool_], surface: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Classes of land and ocean at the centres of the cells of `grid`, uint8 (rows, columns).

    They come from the 5 km land mask `is_land`. Cells outside the mask take the class of the 25 km grid
    (`surface`), and cells outside both are ocean.
    """
    fine, coarse = cells_in(LAND_5KM, grid), cells_in(NSIDC_25KM, grid)
    land = np.where(fine[2], is_land[fine[0], fine[1]], coarse[2] & (surface[coarse[0], coarse[1]] != OCEAN))
    return np.where(land, LAND_SURFACE, OCEAN).astype(np.uint8)


def ingest(
    root: Path,
    paths: Sequence[Path],
    surface: NDArray[np.uint8],
    is_land: NDArray[np.bool_] | None = None,
    read: Callable[..., list[Sample | str]] = read_samples,
) -> Ingest:
    """Add the files of providers at `paths` to the archives of their products under `root`.

    Files are read by `read`, in the sandbox. A file that fails is refused with its reason and does not stop
    the others. The order of `paths` does not matter: a day fills its gap. A day that is there already is
    counted and changes nothing. `surface` and `is_land` have the meaning of `day_of`: with `is_land` products
    keep their own grids.

    Raises
    ------
    ExportError
        If another run holds an archive for too long, or the disk refuses. Days of earlier years are added.
    """
    refused: list[tuple[str, str]] = []
    added = count = 0
    # Names begin with the product and its date, so a group is about a year of a product.
    ordered = sorted(paths, key=lambda path: path.name)
    for start in range(0, len(ordered), _GROUP):
        group = ordered[start : start + _GROUP]
        days: list[tuple[Day, Path]] = []
        for path, result in zip(group, read(group, own_grid=is_land is not None), strict=True):
            if isinstance(result, str):
                refused.append((path.name, result))
                continue
            try:
                days.append((day_of(result, path.name, surface, is_land), path))
            except SourceError as error:
                refused.append((path.name, str(error)))
        days.sort(key=lambda pair: (pair[0].product, pair[0].date, pair[1].name))
        for _, pairs in itertools.groupby(days, key=lambda pair: pair[0].product):
            new, wrong = _add(root, list(pairs), surface, is_land)
            added += new
            refused += wrong
        count += len(group)
    table = pd.DataFrame(refused, columns=["file", "reason"])
    return Ingest(added, count - added - len(table), table)


def _add(
    root: Path,
    pairs: Sequence[tuple[Day, Path]],
    surface: NDArray[np.uint8],
    is_land: NDArray[np.bool_] | None,
) -> tuple[int, list[tuple[str, str]]]:
    """Add days of one product; returns the number added, and name and reason of the files refused."""
    first = pairs[0][0]
    under = (
        surface if is_land is None or first.grid is NSIDC_25KM else own_surface(first.grid, is_land, surface)
    )
    names = {id(day): path.name for day, path in pairs}
    wrong: list[tuple[str, str]] = []
    added = 0
    archive = Archive(root, first.product, first.grid)

    def refuse(day: Day, error: SourceError) -> None:
        wrong.append((names[id(day)], str(error)))

    for _, group in itertools.groupby((day for day, _ in pairs), key=lambda day: day.date.year):
        year = list(group)
        try:
            added += archive.append(year, under, refuse)
        except SourceError as error:  # the archive itself is broken or has another surface
            for day in year:
                refuse(day, error)
    return added, wrong
