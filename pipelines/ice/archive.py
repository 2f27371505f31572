"""The daily ice cube on disk: a folder a product, a file a year, and series read from it in passes.

`<root>/<product>/<year>.nc` is CF NetCDF-4. A day is appended by writing its year anew beside the old
file and putting it in its place: the other years are never touched, and a day that fails leaves all
as it was.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.errors import SourceError, UsageError
from layers.grid import LAND_5KM, LAND_SURFACE, NSIDC_25KM, OCEAN, Grid
from layers.ice.continuity import NOT_STATED, by_day, changes, ledger
from layers.ice.daily import Day, check, dataset
from layers.ice.seasons import Seasons, ice_year, season_of_year
from layers.ice.waves import wave_exposure_of_year
from pipelines.netcdf import write_grid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from layers.ice.daily import Support
    from layers.ice.waves import Rays

__all__ = ["Archive", "Ingest", "day_of", "ingest", "own_surface", "seasons", "wave_exposure"]

# January and February lie in the first chunk of each year: an ice year reads no chunk for nothing.
_CHUNK_DAYS, _CHUNK_ROWS = 59, 64
_LEVEL = 1  # of zlib: a pass over decades is read more often than a day is written
_SENSOR = re.compile(r"_(n07|f\d\d|am2|amsr2)_", re.IGNORECASE)
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True)
class Archive:
    """The days of one product under a folder, all on one grid."""

    root: Path
    product: str
    grid: Grid = NSIDC_25KM

    @classmethod
    def named(cls, root: Path, product: str) -> Archive:
        """The archive of a product, its grid by the end of its name (see `day_of`)."""
        from pipelines.sources.sea_ice.ice_grids import OWN_GRIDS  # noqa: PLC0415

        return cls(root, product, OWN_GRIDS.get(product.rpartition("_")[2], NSIDC_25KM))

    def surface(self) -> NDArray[np.uint8]:
        """Classes of the surface that the archive lies on; raises UsageError if it is empty."""
        newest = max(_filled(self).files().values())
        with _opened(newest) as file:
            return np.asarray(_values(newest, file, "surface"))

    def files(self) -> dict[int, Path]:
        """File by year, oldest first."""
        found = {int(path.stem): path for path in (self.root / self.product).glob("[0-9]*.nc")}
        return dict(sorted(found.items()))

    def append(self, days: Iterable[Day], surface: NDArray[np.uint8]) -> int:
        """Add days, oldest first, and say how many; each year's days enter together or not at all.

        `surface` are the classes of `layers.grid`, the same for every day of an archive.

        Raises
        ------
        SourceError
            If a day is not what `layers.ice.daily.check` wants, is of another product, or the archive lies
            on another surface.
        """
        last = self.newest(surface)
        added = 0
        for year, group in itertools.groupby(days, key=lambda day: day.date.year):
            new: list[Day] = []
            for day in group:
                if day.product != self.product:
                    msg = f"{self.product}: expected its own days, found {day.product}: keep products apart"
                    raise SourceError(msg)
                check(day, surface, last)
                last = day.date
                new.append(day)
            path = self.root / self.product / f"{year}.nc"
            path.parent.mkdir(parents=True, exist_ok=True)
            whole = [*self._held(path), *new]
            size = (min(_CHUNK_DAYS, len(whole)), min(_CHUNK_ROWS, surface.shape[0]), surface.shape[1])
            write_grid(dataset(whole, surface), path, level=_LEVEL, chunks={"concentration": size})
            added += len(new)
        return added

    def newest(self, surface: NDArray[np.uint8]) -> date | None:
        """The newest day, None of an empty archive; raises SourceError if it lies on another surface."""
        files = self.files()
        if not files:
            return None
        newest = files[max(files)]
        with _opened(newest) as file:
            if not np.array_equal(_values(newest, file, "surface"), surface):
                msg = (
                    f"{newest.name}: expected the surface the archive was begun with, found another: "
                    "begin a new archive for a new grid"
                )
                raise SourceError(msg)
            return _dates(newest, file)[-1].astype(object)

    def _held(self, path: Path) -> Iterator[Day]:
        if not path.exists():
            return
        with _opened(path) as file:
            when, fields = _dates(path, file), _values(path, file, "concentration")
            versions, sensors = _texts(path, file, "version"), _texts(path, file, "sensor")
        for row in zip(when, versions, sensors, fields, strict=True):
            yield Day(row[0].astype(object), self.product, row[1], row[2], row[3], self.grid)

    def days(self) -> pd.DataFrame:
        """Every day with its product, version, sensor, quality and unseen share, oldest first."""
        tables = [pd.DataFrame(columns=["date", "version", "sensor", "quality", "missing_pct"])]
        for path in self.files().values():
            with _opened(path) as file:
                named = {name: _texts(path, file, name) for name in ("version", "sensor")}
                quality = np.where(_values(path, file, "quality") == 0, "complete", "gaps")
                table = {"date": _dates(path, file).astype("datetime64[s]"), **named, "quality": quality}
                tables.append(pd.DataFrame(table | {"missing_pct": _values(path, file, "missing_pct")}))
        whole = pd.concat(tables[1:] or tables, ignore_index=True)
        whole.insert(0, "product", self.product)
        return whole

    def ledger(self) -> pd.DataFrame:
        """What the record lacks and where it changes: see `layers.ice.continuity.ledger`."""
        return ledger(by_day(self.days()))

    def breaks(self) -> pd.DataFrame:
        """The changes of sensor and version that a trend over the record crosses."""
        return changes(self.ledger())

    def read(
        self, first: date, last: date, cells: NDArray[np.intp] | None = None
    ) -> tuple[NDArray[np.datetime64], NDArray[np.uint8]]:
        """Days from `first` to `last` and their fields, uint8 (days, 448, 304).

        With flat `cells`, the fields are turned to (cells, days), as `layers.ice.daily.series` wants them.

        Raises
        ------
        SourceError
            If a file is cut short or a checksum does not hold.
        """
        when: list[NDArray[np.datetime64]] = [np.zeros(0, dtype="datetime64[D]")]
        parts: list[NDArray[np.uint8]] = []
        for year, path in self.files().items():
            if not first.year <= year <= last.year:
                continue
            with _opened(path) as file:
                held = _dates(path, file)
                start = np.searchsorted(held, np.datetime64(first, "D"))
                stop = np.searchsorted(held, np.datetime64(last, "D"), side="right")
                when.append(held[start:stop])
                fields = _values(path, file, "concentration", slice(start, stop))
            parts.append(fields if cells is None else _cells_first(fields, cells))
        if cells is None:
            return np.concatenate(when), np.concatenate([*parts, np.zeros((0, *self.grid.shape), np.uint8)])
        if len(parts) == 1:
            return np.concatenate(when), parts[0]
        return np.concatenate(when), np.concatenate([*parts, np.zeros((len(cells), 0), np.uint8)], axis=1)


def _cells_first(fields: NDArray[np.uint8], cells: NDArray[np.intp]) -> NDArray[np.uint8]:
    flat = fields.reshape(len(fields), fields.shape[1] * fields.shape[2])  # there may be no day
    return np.ascontiguousarray(np.take(flat, cells, axis=1).T)


def _opened(path: Path) -> Any:
    import h5netcdf  # noqa: PLC0415  the command line starts without it

    try:
        return h5netcdf.File(path, "r")
    except OSError as error:
        raise _broken(path, error) from error


def _values(path: Path, file: Any, name: str, part: slice | None = None) -> NDArray[Any]:
    try:
        return np.asarray(file.variables[name][part or slice(None)])
    except (OSError, KeyError) as error:
        raise _broken(path, error) from error


def _texts(path: Path, file: Any, name: str) -> list[str]:
    rows = _values(path, file, name)
    return [b"".join(row).decode().rstrip("\0") for row in rows]


def _dates(path: Path, file: Any) -> NDArray[np.datetime64]:
    return np.datetime64("1970-01-01", "D") + _values(path, file, "time") * _DAY


def _broken(path: Path, error: Exception) -> SourceError:
    return SourceError(
        f"{path.name}: expected a whole NetCDF file of a year of days, found {error}: take it from a copy"
    )


# --- files of the providers ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ingest:
    """How many days entered, and what was held back: file and reason."""

    added: int
    held: pd.DataFrame


def day_of(path: Path, surface: NDArray[np.uint8], is_land: NDArray[np.bool_] | None = None) -> Day:
    """Read a provider's daily file as a day on the one surface, or on the product's own grid.

    NSIDC-0051 binaries and NetCDF, G02135 GeoTIFF, G02202, OSI SAF and Bremen ASI NetCDF, known by name.
    With `is_land`, the mask on `LAND_5KM`, a product that comes on another grid stays on it: its land is
    what that mask holds at the centres of its cells, and its name ends in the side of a cell, such as
    `osisaf_sic_10000m`.

    Raises
    ------
    SourceError
        If the product is not known, the file is not of its form, or it holds a month.
    """
    from pipelines.sources.sea_ice.cell_surface import on_surface  # noqa: PLC0415  xarray

    reader = _reader(path)
    if is_land is None or not hasattr(reader, "read_field"):
        sample = on_surface(reader.read_sample(path), surface, ())
        product = sample.product
    else:
        sample = reader.read_field(path)
        sample = on_surface(sample, own_surface(sample.grid, is_land, surface), ())
        product = f"{sample.product}_{sample.grid.cell_m:g}m"
    if sample.period != "daily":
        msg = f"{path.name}: expected a day, found a month: a cube of days takes no means of months"
        raise SourceError(msg)
    named = _SENSOR.search(path.name)
    sensor = sample.sensor or (named[1].lower() if named else NOT_STATED)
    return Day(sample.date, product, sample.version, sensor, sample.concentration, sample.grid)


def own_surface(grid: Grid, is_land: NDArray[np.bool_], surface: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Land and ocean of a grid at the centres of its cells: from the mask of 5 km, beyond it of 25 km.

    Where neither reaches, south of both, all is ocean.
    """
    from pipelines.sources.sea_ice.ice_grids import cells_in  # noqa: PLC0415

    fine, coarse = cells_in(LAND_5KM, grid), cells_in(NSIDC_25KM, grid)
    land = np.where(fine[2], is_land[fine[0], fine[1]], coarse[2] & (surface[coarse[0], coarse[1]] != OCEAN))
    return np.where(land, LAND_SURFACE, OCEAN).astype(np.uint8)


def _reader(path: Path) -> Any:
    """The product whose files are called so."""
    from pipelines.sources.sea_ice import (  # noqa: PLC0415  xarray
        bremen_asi,
        noaa_cdr_g02202,
        nsidc_0051,
        nsidc_g02135_geotiff,
        osisaf_sic,
    )

    readers = {
        "nt_": nsidc_0051,
        "NSIDC0051_": nsidc_0051,
        "N_": nsidc_g02135_geotiff,
        "seaice_conc_": noaa_cdr_g02202,
        "sic_ps": noaa_cdr_g02202,
        "osisaf_": osisaf_sic,
        "ice_conc_": osisaf_sic,
        "asi-": bremen_asi,
    }
    for start, product in readers.items():
        if path.name.startswith(start):
            return product
    msg = f"{path.name}: expected a name that begins {', '.join(readers)}, found another: add a reader"
    raise SourceError(msg)


def ingest(
    root: Path, paths: Sequence[Path], surface: NDArray[np.uint8], is_land: NDArray[np.bool_] | None = None
) -> Ingest:
    """Take provider files into the archives of their products; what is wrong is held and named.

    A file that is held back stops no other. Files of one product are taken by date, so their order in
    `paths` does not matter; a day older than the archive is held. With `is_land` products stay on their
    own grids (`day_of`).
    """
    held: list[tuple[str, str]] = []
    read: list[tuple[Day, Path]] = []
    for path in paths:
        try:
            read.append((day_of(path, surface, is_land), path))
        except (SourceError, OSError) as error:
            held.append((path.name, str(error)))
    added = 0
    read.sort(key=lambda pair: (pair[0].product, pair[0].date, pair[1].name))
    for product, group in itertools.groupby(read, key=lambda pair: pair[0].product):
        pairs = list(group)
        grid = pairs[0][0].grid
        under = surface if is_land is None or grid is NSIDC_25KM else own_surface(grid, is_land, surface)
        added += _take(Archive(root, product, grid), pairs, under, held)
    return Ingest(added, pd.DataFrame(held, columns=["file", "reason"]))


def _take(
    archive: Archive,
    pairs: Sequence[tuple[Day, Path]],
    surface: NDArray[np.uint8],
    held: list[tuple[str, str]],
) -> int:
    """Append the good days of one product, note the others, and say how many were added."""
    try:
        last = archive.newest(surface)
    except SourceError as error:
        held.extend((path.name, str(error)) for _, path in pairs)
        return 0
    good: list[Day] = []
    for day, path in pairs:
        try:
            check(day, surface, last)
        except SourceError as error:
            held.append((path.name, str(error)))
            continue
        last = day.date
        good.append(day)
    return archive.append(good, surface)


# --- passes -------------------------------------------------------------------------------------


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
    built-in `map`, or that of `pipelines.ice.distributed`.

    Raises
    ------
    UsageError
        If the archive holds no day.
    """
    years = range(first, last + 1)
    found = list(mapper(partial(_season, _filled(archive), support), years))
    values = {name: np.stack([year[name] for year in found], axis=1) for name in found[0]}
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
    return np.stack(list(mapper(partial(_waves, _filled(archive), laid), years)), axis=1)


def _filled(archive: Archive) -> Archive:
    if not archive.files():
        msg = f"{archive.product}: expected an archive with days under {archive.root}, found none: fill it"
        raise UsageError(msg)
    return archive


def _season(archive: Archive, support: Support, year: int) -> dict[str, NDArray[np.float32]]:
    column, block, days = _ice_year(archive, support.cells, year)
    return season_of_year(support.weights, block, column, days)


def _waves(archive: Archive, laid: Rays, year: int) -> NDArray[np.float64]:
    column, block, days = _ice_year(archive, laid.cells, year)
    return wave_exposure_of_year(laid, block, column, days)


def _ice_year(
    archive: Archive, cells: NDArray[np.intp], year: int
) -> tuple[NDArray[np.intp], NDArray[np.uint8], int]:
    """Day since 1 March of every seen day, their cells, and how many days the ice year has."""
    first, last = ice_year(year)
    when, block = archive.read(first, last, cells)
    return (when - np.datetime64(first, "D")).astype(int), block, (last - first) // timedelta(days=1) + 1
