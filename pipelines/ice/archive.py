"""The daily ice cube on disk: a folder for each product, a CF NetCDF-4 file for each year.

The path of a file is `<root>/<product>/<year>.nc`. To add a day, the whole year is written to a new file,
which then replaces the old file. Other years are never touched, and a day that fails changes nothing
(decisions/0011). A lock in the folder of the product keeps a second writer out; readers need none.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import h5netcdf
import numpy as np
import pandas as pd

from layers.errors import SourceError, UsageError
from layers.grid import NSIDC_25KM, Grid
from layers.ice.continuity import by_day, changes, ledger
from layers.ice.cube import dataset
from layers.ice.daily import Day, check
from pipelines.files import locked
from pipelines.netcdf import write_grid
from pipelines.sources.sea_ice.ice_grids import OWN_GRIDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["Archive", "products"]

# The first chunk of a year ends with February, as an ice year does, so a season reads no other days.
_CHUNK_DAYS, _CHUNK_ROWS = 59, 64
_LEVEL = 1  # of zlib, the fastest: decades are read more often than a day is written
_DAY = np.timedelta64(1, "D")
_WAIT_S = 120.0  # for another process that adds days to the same product


@dataclass(frozen=True, slots=True)
class Archive:
    """The days of one product under the folder `root`, all on one grid."""

    root: Path
    product: str
    grid: Grid = NSIDC_25KM

    @classmethod
    def named(cls, root: Path, product: str) -> Archive:
        """The archive of a product on the grid that the end of the product's name states.

        `pipelines.ice.provider_files.day_of` makes these names. A name without a grid means the 25 km grid.
        """
        return cls(root, product, OWN_GRIDS.get(product.rpartition("_")[2], NSIDC_25KM))

    def surface(self) -> NDArray[np.uint8]:
        """Classes of the surface (land, ocean and others) of the archive, uint8 (rows, columns).

        Raises
        ------
        UsageError
            If the archive is empty.
        SourceError
            If the surface has another shape than the grid, or the file is broken.
        """
        newest = max(self.filled().files().values())
        with _opened(newest) as file:
            surface = np.asarray(_values(newest, file, "surface"))
        if surface.shape != self.grid.shape:
            msg = (
                f"{newest.name}: expected a grid of {self.grid.shape[0]} x {self.grid.shape[1]} cells, found "
                f"{surface.shape[0]} x {surface.shape[1]}: name the archive after the side of its cells"
            )
            raise SourceError(msg)
        return surface

    def files(self) -> dict[int, Path]:
        """File by year, oldest first."""
        paths = (self.root / self.product).glob("[0-9]*.nc")
        return dict(sorted((int(path.stem), path) for path in paths if path.stem.isdigit()))

    def filled(self) -> Archive:
        """The archive itself, if it has a day.

        Raises
        ------
        UsageError
            If the archive is empty.
        """
        if not self.files():
            msg = f"{self.product}: expected an archive with days under {self.root}, found none: fill it"
            raise UsageError(msg)
        return self

    def append(
        self,
        days: Iterable[Day],
        surface: NDArray[np.uint8],
        refuse: Callable[[Day, SourceError], None] | None = None,
    ) -> int:
        """Add days and return the number of new ones. The days of a year are added together or not at all.

        `days` come in order of their years. A day may lie before the newest day, in a gap. A day that the
        archive has with the same content changes nothing. `surface` has the classes of `layers.grid`, the
        same for every day of an archive. One process at a time writes; another one waits for it.

        A day that cannot be added is given to `refuse` and left out; without `refuse` its error is raised and
        no day of its year is added.

        Raises
        ------
        SourceError
            If a day fails `layers.ice.daily.check`, is of another product or is stored with other content, or
            the archive has another surface.
        ExportError
            If another process writes for longer than two minutes, or the disk refuses.
        """
        folder, added = self.root / self.product, 0
        for year, group in itertools.groupby(days, key=lambda day: day.date.year):
            new = list(group)
            folder.mkdir(parents=True, exist_ok=True)
            # The lock is taken for each year, so that a long series of days lets others in between.
            with locked(folder, work="adds days", wait_s=_WAIT_S):
                self.newest(surface)
                added += self._merge(folder / f"{year}.nc", new, surface, refuse)
        return added

    def _merge(
        self,
        path: Path,
        new: Sequence[Day],
        surface: NDArray[np.uint8],
        refuse: Callable[[Day, SourceError], None] | None,
    ) -> int:
        """Write the file of a year with its `new` days. The caller holds the lock."""
        whole = {day.date: day for day in self._stored(path)}
        before = len(whole)
        for day in new:
            try:
                self._check(day, surface, whole.get(day.date))
            except SourceError as error:
                if refuse is None:
                    raise
                refuse(day, error)
                continue
            whole.setdefault(day.date, day)
        if len(whole) > before:
            # A NetCDF file cannot be extended in one step, so the year is written again.
            ordered = [whole[when] for when in sorted(whole)]
            size = (min(_CHUNK_DAYS, len(ordered)), min(_CHUNK_ROWS, surface.shape[0]), surface.shape[1])
            write_grid(dataset(ordered, surface), path, level=_LEVEL, chunks={"concentration": size})
        return len(whole) - before

    def _check(self, day: Day, surface: NDArray[np.uint8], stored: Day | None) -> None:
        """Raise SourceError for a day that cannot be added beside the `stored` day of its date."""
        if day.product != self.product:
            msg = f"{self.product}: expected its own days, found {day.product}: keep products apart"
            raise SourceError(msg)
        check(day, surface)
        if stored is None:
            return
        cells = np.count_nonzero(day.concentration != stored.concentration)
        if cells or (day.version, day.sensor) != (stored.version, stored.sensor):
            # Nothing in a file says which of two issues is the newer one, so the first is not replaced.
            msg = (
                f"{day.product} {day.date}: expected the stored day, found it with other content "
                f"({cells} cells differ; {day.version} {day.sensor}, stored {stored.version} "
                f"{stored.sensor}): the first one stays; remove {day.date.year}.nc to take the year anew"
            )
            raise SourceError(msg)

    def newest(self, surface: NDArray[np.uint8]) -> date | None:
        """The newest day of the archive; None if the archive is empty.

        Raises
        ------
        SourceError
            If the archive has another surface than `surface`.
        """
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

    def _stored(self, path: Path) -> Iterator[Day]:
        """The days of one file; none if there is no file."""
        if not path.exists():
            return
        with _opened(path) as file:
            when, fields = _dates(path, file), _values(path, file, "concentration")
            versions, sensors = _texts(path, file, "version"), _texts(path, file, "sensor")
        for row in zip(when, versions, sensors, fields, strict=True):
            yield Day(row[0].astype(object), self.product, row[1], row[2], row[3], self.grid)

    def days(self) -> pd.DataFrame:
        """A row for each day, oldest first: product, date, version, sensor, quality and `missing_pct`.

        `quality` is `complete` or `gaps`. `missing_pct` is the share of the ocean without a value, in %.
        """
        tables = [pd.DataFrame(columns=["date", "version", "sensor", "quality", "missing_pct"])]
        for path in self.files().values():
            with _opened(path) as file:
                named = {name: _texts(path, file, name) for name in ("version", "sensor")}
                quality = np.where(_values(path, file, "quality") == 0, "complete", "gaps")
                table = {"date": _dates(path, file).astype("datetime64[s]"), **named, "quality": quality}
                tables.append(pd.DataFrame(table | {"missing_pct": _values(path, file, "missing_pct")}))
        # The first table is empty and gives the columns of an empty archive.
        whole = pd.concat(tables[1:] or tables, ignore_index=True)
        whole.insert(0, "product", self.product)
        return whole

    def ledger(self) -> pd.DataFrame:
        """Gaps and changes of the record, as `layers.ice.continuity.ledger` lists them."""
        return ledger(by_day(self.days()))

    def breaks(self) -> pd.DataFrame:
        """Changes of sensor and version within the record. Each one can make a step in a trend."""
        return changes(self.ledger())

    def read(
        self, first: date, last: date, cells: NDArray[np.intp] | None = None
    ) -> tuple[NDArray[np.datetime64], NDArray[np.uint8]]:
        """The stored days from `first` to `last`, both included, and their fields as uint8.

        Fields have the shape (days, rows, columns) of the grid of the archive. With `cells`, flat indices
        into the grid, they have the shape (cells, days) that `layers.ice.daily.series` takes.

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
                stored = _dates(path, file)
                start = np.searchsorted(stored, np.datetime64(first, "D"))
                stop = np.searchsorted(stored, np.datetime64(last, "D"), side="right")
                when.append(stored[start:stop])
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


def products(root: Path) -> tuple[dict[str, int], list[str]]:
    """Number of days of each product with an archive under `root`, and the error of each broken archive."""
    counts, broken = {}, []
    for path in sorted(root.glob("*")):
        archive = Archive(root, path.name)
        if path.is_dir() and archive.files():
            try:
                counts[path.name] = len(archive.days())
            except SourceError as error:
                broken.append(f"{path.name}/{error}")
    return counts, broken
