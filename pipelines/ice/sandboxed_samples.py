"""Fields of daily ice files, read in a child process that a hostile or broken file cannot outlive.

The child (`write_samples`) reads many files, because its start takes longer than a file. It writes each field
when it is read. If the child dies or never ends, the fields before that file are kept, the file is named and
the rest is read by another child (decisions/0016).
"""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import SourceError
from layers.grid import NSIDC_25KM
from pipelines.files import scratch_folder
from pipelines.intake.sandbox import SECONDS, run_apart
from pipelines.sources import SOURCES
from pipelines.sources.sea_ice.ice_grids import OWN_GRIDS
from pipelines.sources.sea_ice.ice_samples import Sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.intake.ice_fields import IceField

__all__ = ["read_samples", "sample_of", "write_samples"]

_BATCH = 32  # files of a child; its CPU time is limited
_LARGEST_BYTES = 200_000_000  # a day on a grid of 3 km has 9 MB
_WORD = re.compile(r"[\w.,/ -]{0,60}")
_PRODUCT = re.compile(r"[a-z][a-z0-9_]{1,40}")


def sample_of(path: Path, *, own_grid: bool = False) -> Sample:
    """Read a daily file in this process; with `own_grid` on the grid of its product, else on 25 km.

    The name of the file gives the product: NSIDC-0051 and -0081 binaries, NSIDC-0051 NetCDF, G02135 GeoTIFF,
    G02202, OSI SAF and Bremen ASI NetCDF.

    Raises
    ------
    SourceError
        If the product is not known, or the file has another form.
    """
    field = _field_of(path)
    return ((own_grid and field.read_own_grid) or field.read)(path)


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


def write_samples(paths: Sequence[Path], folder: Path, *, own_grid: bool) -> None:
    """Read files and write each as `<number>.bin` (its field) and `<number>.json` (what it is, or why not).

    This is the work of the child. The JSON comes last: without it the file counts as not read.
    """
    for number, path in enumerate(paths):
        try:
            sample = sample_of(path, own_grid=own_grid)
        except (SourceError, OSError, ValueError) as error:
            row = {"reason": " ".join(str(error).split())}
        else:
            sample.concentration.tofile(folder / f"{number}.bin")
            names = ("period", "product", "version", "sensor")
            row = {name: str(getattr(sample, name)) for name in names}
            row |= {"date": sample.date.isoformat(), "grid": _name_of(sample)}
        (folder / f"{number}.json").write_text(json.dumps(row), encoding="utf-8")


def _name_of(sample: Sample) -> str:
    return next((name for name, grid in OWN_GRIDS.items() if grid == sample.grid), "")


def read_samples(
    paths: Sequence[Path], *, own_grid: bool = False, seconds: float = SECONDS
) -> list[Sample | str]:
    """Read files in children; returns for each its field, or the reason why it was not read.

    A child is killed after `seconds`.
    """
    results: list[Sample | str] = []
    whole = len(paths)
    while len(results) < whole:
        batch = [path.absolute() for path in paths[len(results) : len(results) + _BATCH]]
        if large := _size_problem(batch[0]):
            results.append(large)
            continue
        # A file that is too large ends the batch, and is the first of the next one.
        count = next((at for at, path in enumerate(batch) if _size_problem(path)), len(batch))
        results += _of_one_child(batch[:count], own_grid=own_grid, seconds=seconds)
    return results


def _size_problem(path: Path) -> str:
    try:
        size = path.stat().st_size
    except OSError as error:
        return f"{path.name}: expected a file that can be read, found {error.strerror}: check the path"
    if size > _LARGEST_BYTES:
        return f"{path.name}: expected at most {_LARGEST_BYTES} bytes, found {size}: is it a daily file?"
    return ""


def _of_one_child(batch: Sequence[Path], *, own_grid: bool, seconds: float) -> list[Sample | str]:
    """What one child reads, from the first file on; at least one result, if only a reason."""
    with scratch_folder() as work:
        reason = ""
        try:
            run_apart(["ice", "own" if own_grid else "25km", *map(str, batch)], batch[0].name, work, seconds)
        except SourceError as error:
            reason = str(error)
        results: list[Sample | str] = []
        for number, path in enumerate(batch):
            result = _stored(work, number, path)
            if result is None:
                break
            results.append(result)
    if results:
        # The file at which the child ended comes first in the next child, so that it is judged alone.
        return results
    named = reason if batch[0].name in reason else f"{batch[0].name}: {reason or 'found no result'}"
    return [f"{named}: download it again"]


def _stored(folder: Path, number: int, path: Path) -> Sample | str | None:
    """The result that a child wrote for a file; None if it wrote none, or another form."""
    try:
        with (folder / f"{number}.json").open("rb") as stream:
            row = json.loads(stream.read(10_000))
        if "reason" in row:
            return str(row["reason"])[:1000]
        return _sample(row, np.fromfile(folder / f"{number}.bin", dtype=np.uint8))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"{path.name}: expected a field from its reader, found {error}: download it again"


def _sample(row: dict[str, Any], codes: np.ndarray[Any, np.dtype[np.uint8]]) -> Sample:
    """The sample in the output of a child. The child has read a foreign file, so nothing is believed."""
    grid = OWN_GRIDS[row["grid"]] if row["grid"] else NSIDC_25KM
    # The product becomes the name of a folder.
    if not _PRODUCT.fullmatch(row["product"]) or row["period"] not in {"daily", "monthly"}:
        msg = f"the product {row['product']!r} and period {row['period']!r}"
        raise ValueError(msg)
    if not (_WORD.fullmatch(row["version"]) and _WORD.fullmatch(row["sensor"])):
        msg = f"the version {row['version']!r} and sensor {row['sensor']!r}"
        raise ValueError(msg)
    field = codes.reshape(grid.shape)
    when = date.fromisoformat(row["date"])
    return Sample(when, row["period"], row["product"], row["version"], field, grid=grid, sensor=row["sensor"])
