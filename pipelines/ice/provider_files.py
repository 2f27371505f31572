"""Read daily ice files of the providers and add them to the archives of their products."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.errors import SourceError
from layers.grid import LAND_5KM, LAND_SURFACE, NSIDC_25KM, OCEAN, Grid
from layers.ice.continuity import NOT_STATED
from layers.ice.daily import Day, check
from pipelines.ice.archive import Archive
from pipelines.sources import SOURCES
from pipelines.sources.sea_ice.cell_surface import on_surface
from pipelines.sources.sea_ice.ice_grids import cells_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pipelines.intake.ice_fields import IceField

__all__ = ["Ingest", "day_of", "ingest", "own_surface"]

# The sensor in a file name, such as `_f17_`, for files whose content states none.
_SENSOR = re.compile(r"_(n07|f\d\d|am2|amsr2)_", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ingest:
    """The number of days that were added, and a row with file and reason for each file that was refused."""

    added: int
    refused: pd.DataFrame


def day_of(path: Path, surface: NDArray[np.uint8], is_land: NDArray[np.bool_] | None = None) -> Day:
    """Read a daily file of a provider as a day on the 25 km grid, or on the grid of the product.

    The name of the file gives the product: NSIDC-0051 binaries and NetCDF, G02135 GeoTIFF, G02202, OSI SAF
    and Bremen ASI NetCDF. `surface` has the classes of the surface on the 25 km grid. `is_land` is the land
    mask on the grid `LAND_5KM`. With `is_land`, a product on another grid keeps its grid. Its land is then
    the mask at the centres of its cells (`own_surface`), and the side of a cell in metres is added to its
    name, as in `osisaf_sic_10000m`.

    Raises
    ------
    SourceError
        If the product is not known, the file has another form, or the file is the mean of a month.
    """
    field = _field_of(path)
    if is_land is None or field.read_own_grid is None:
        sample = on_surface(field.read(path), surface, ())
        product = sample.product
    else:
        sample = field.read_own_grid(path)
        sample = on_surface(sample, own_surface(sample.grid, is_land, surface), ())
        product = f"{sample.product}_{sample.grid.cell_m:g}m"
    if sample.period != "daily":
        msg = f"{path.name}: expected a day, found a month: a cube of days takes no means of months"
        raise SourceError(msg)
    in_name = _SENSOR.search(path.name)
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


def _field_of(path: Path) -> IceField:
    """The ice field in `SOURCES` whose file names begin as the name of the file does.

    Raises
    ------
    SourceError
        If no product has files of that name.
    """
    fields = [row.field for source in SOURCES for row in source.remotes if row.field]
    for field in fields:
        if path.name.startswith(field.file_names):
            return field
    starts = dict.fromkeys(start for field in fields for start in field.file_names)
    msg = f"{path.name}: expected a name that begins {', '.join(starts)}, found another: add a reader"
    raise SourceError(msg)


def ingest(
    root: Path, paths: Sequence[Path], surface: NDArray[np.uint8], is_land: NDArray[np.bool_] | None = None
) -> Ingest:
    """Add the files of providers at `paths` to the archives of their products under `root`.

    A file that fails is refused with its reason and does not stop the others. The files of one product are
    added by date, so the order of `paths` does not matter. A day that is older than the archive is refused.
    `surface` and `is_land` have the meaning of `day_of`: with `is_land` products keep their own grids.
    """
    refused: list[tuple[str, str]] = []
    read: list[tuple[Day, Path]] = []
    for path in paths:
        try:
            read.append((day_of(path, surface, is_land), path))
        except (SourceError, OSError) as error:
            refused.append((path.name, str(error)))
    added = 0
    # The name of the file makes the order the same on every machine if two files have one day.
    read.sort(key=lambda pair: (pair[0].product, pair[0].date, pair[1].name))
    for product, group in itertools.groupby(read, key=lambda pair: pair[0].product):
        pairs = list(group)
        grid = pairs[0][0].grid
        under = surface if is_land is None or grid is NSIDC_25KM else own_surface(grid, is_land, surface)
        added += _take(Archive(root, product, grid), pairs, under, refused)
    return Ingest(added, pd.DataFrame(refused, columns=["file", "reason"]))


def _take(
    archive: Archive,
    pairs: Sequence[tuple[Day, Path]],
    surface: NDArray[np.uint8],
    refused: list[tuple[str, str]],
) -> int:
    """Append the good days of one product, add the others to `refused`, and return the number added."""
    try:
        last = archive.newest(surface)
    except SourceError as error:
        refused.extend((path.name, str(error)) for _, path in pairs)
        return 0
    good: list[Day] = []
    # `append` refuses a whole year for one wrong day, so each day is checked first.
    for day, path in pairs:
        try:
            check(day, surface, last)
        except SourceError as error:
            refused.append((path.name, str(error)))
            continue
        last = day.date
        good.append(day)
    return archive.append(good, surface)
