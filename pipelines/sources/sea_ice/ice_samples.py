"""`Sample`, one field of an ice product; decode tables for raw codes; strict opening of files.

Raw codes are decoded by product and version. A version or a code that the table does not have is an error,
because land and missing cells could otherwise be read as ice.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import h5py  # type: ignore[import-untyped]
import numpy as np
import xarray as xr

from layers.errors import SourceError
from layers.grid import NSIDC_25KM, Grid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["Sample", "cell_of", "complete", "decode", "flag_table", "opened", "refuse"]

_UNKNOWN = 250  # in a decode table: a code without a meaning


@dataclass(frozen=True, slots=True)
class Sample:
    """A concentration field of one day or one month, on `NSIDC_25KM` or on the grid of its product.

    `concentration` is uint8 of the shape of `grid`: whole percent, or POLE_HOLE, LAND, MISSING of
    `layers.grid`. Percent is rounded down, so `>= 15` holds for a cell exactly if it holds for the raw value.
    `sensor` is the name in the file, or "" if the file has none.
    """

    date: date
    period: str
    product: str
    version: str
    concentration: NDArray[np.uint8]
    valid_ice_mask: bool = False
    grid: Grid = NSIDC_25KM
    sensor: str = ""


def flag_table(highest: int, percent: tuple[int, int], flags: Mapping[int, int]) -> NDArray[np.uint8]:
    """Return a decode table of 256 raw codes, uint8.

    The codes 0...`highest` are concentrations in steps of `percent`. A step is a fraction of two integers,
    because a float could round 14.8 % to 15 %. `flags` maps other raw codes to the codes of `layers.grid`.
    """
    table = np.full(256, _UNKNOWN, dtype=np.uint8)
    table[: highest + 1] = np.arange(highest + 1) * percent[0] // percent[1]
    for code, meaning in flags.items():
        table[code] = meaning
    return table


def decode(
    codes: NDArray[np.uint8],
    path: Path,
    product: str,
    version: str,
    tables: Mapping[str, NDArray[np.uint8]],
) -> NDArray[np.uint8]:
    """Return the raw codes of the file at `path`, decoded by the one of `tables` for its `version`.

    Raises
    ------
    SourceError
        If there is no table for the version, or a code is not in it.
    """
    if version not in tables:
        raise refuse(path, f"a version of {product} among {', '.join(tables)}", version)
    decoded = tables[version][codes]
    if (decoded == _UNKNOWN).any():
        code = int(codes[decoded == _UNKNOWN][0])
        actual = f"{code} in {int(np.sum(codes == code))} cell(s), first in {cell_of(codes == code)}"
        raise refuse(path, f"codes known in {product} {version}", actual)
    return decoded


def cell_of(wrong: NDArray[np.bool_]) -> str:
    """Return row and column of the first cell where `wrong` is true, as words of an error."""
    row, column = np.argwhere(wrong)[0]
    return f"row {row}, column {column}"


@contextmanager
def opened(path: Path, group: str | None = None) -> Iterator[xr.Dataset]:
    """Open a NetCDF file, or a group of it, with its raw numbers.

    Scaled numbers would turn flags into fractions.

    Raises
    ------
    SourceError
        If it is no NetCDF file, or refers to values or groups in other files (decisions/0016).
    """
    _check_whole(path)
    try:
        dataset = xr.open_dataset(path, group=group, mask_and_scale=False, decode_times=False)
    except (OSError, ValueError, KeyError) as error:
        expected = f"a NetCDF file with the group {group}" if group else "a NetCDF file"
        raise refuse(path, expected, str(error)) from error
    with dataset:
        yield dataset


def _check_whole(path: Path) -> None:
    """Raise SourceError for HDF5 that refers to another file: external links or storage, virtual datasets."""
    with path.open("rb") as stream:
        if not stream.read(4).startswith(b"\x89HDF"):
            return

    def look(name: str, link: object) -> str | None:
        if isinstance(link, h5py.ExternalLink):
            return name
        item = file[name] if isinstance(link, h5py.HardLink) else None
        is_elsewhere = isinstance(item, h5py.Dataset) and (item.external or item.is_virtual)
        return name if is_elsewhere else None

    try:
        with h5py.File(path) as file:
            outside = file.visititems_links(look)
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise refuse(path, "a NetCDF file", str(error)) from error
    if outside is not None:
        raise refuse(path, "all values in the file itself", f"{outside!r} in another")


@contextmanager
def complete(path: Path) -> Iterator[None]:
    """Raise SourceError if the body asks for a variable or an attribute that the file at `path` lacks."""
    try:
        yield
    except KeyError as error:
        raise refuse(path, f"a variable or attribute {error}", "none") from error


def refuse(path: Path, expected: str, actual: str) -> SourceError:
    """Return the error for a file that is not in the documented form; the caller raises it."""
    return SourceError(f"{path.name}: expected {expected}, found {actual}: pin the new form before using it")
