"""What the ice products share: `Sample`, decode tables for raw codes, strict opening, refusal.

Every raw code is decoded by product and version. A version or code that is not in the table is
refused: read blindly, land and missing cells are taken for ice.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

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

_UNKNOWN = 250  # in a decode table: the code means nothing we know


@dataclass(frozen=True, slots=True)
class Sample:
    """A concentration field on `NSIDC_25KM`, or on a grid of its product's own, of one day or one month.

    `concentration` is uint8 of the shape of `grid`: whole percent, rounded down so that `>= 15` asks
    the same of it as of the raw value, or POLE_HOLE, LAND, MISSING of `layers.grid`. `sensor` is as the
    file gives it, "" where it does not.
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
    """Make a decode table of 256 codes: 0...`highest` are percent, `flags` codes of `layers.grid`.

    One code is `percent` of a percent, a fraction of integers: no float may round 14.8 % to 15 %.
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
    """Decode the raw codes of a file by the table of its version.

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
        found = f"{code} in {int(np.sum(codes == code))} cell(s), first in {cell_of(codes == code)}"
        raise refuse(path, f"codes known in {product} {version}", found)
    return decoded


def cell_of(wrong: NDArray[np.bool_]) -> str:
    """The first cell that is marked, in words."""
    row, column = np.argwhere(wrong)[0]
    return f"row {row}, column {column}"


@contextmanager
def opened(path: Path, group: str | None = None) -> Iterator[xr.Dataset]:
    """Open a NetCDF file, or a group in it, with its raw numbers: xarray would scale the flags to fractions.

    Raises
    ------
    SourceError
        If it is none, or keeps values or groups in other files: reading it would read those.
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
    """Refuse HDF5 that leads to another file: external links, external storage, virtual datasets."""
    import h5py  # type: ignore[import-untyped]  # noqa: PLC0415

    with path.open("rb") as stream:
        if not stream.read(4).startswith(b"\x89HDF"):
            return

    def look(name: str, link: object) -> str | None:
        if isinstance(link, h5py.ExternalLink):
            return name
        held = file[name] if isinstance(link, h5py.HardLink) else None
        is_elsewhere = isinstance(held, h5py.Dataset) and (held.external or held.is_virtual)
        return name if is_elsewhere else None

    try:
        with h5py.File(path) as file:
            found = file.visititems_links(look)
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise refuse(path, "a NetCDF file", str(error)) from error
    if found is not None:
        raise refuse(path, "all values in the file itself", f"{found!r} in another")


@contextmanager
def complete(path: Path) -> Iterator[None]:
    """Refuse a file that lacks a variable or an attribute that is asked for within."""
    try:
        yield
    except KeyError as error:
        raise refuse(path, f"a variable or attribute {error}", "none") from error


def refuse(path: Path, expected: str, found: str) -> SourceError:
    """Make the error of a file that is not of the form it is known to have."""
    return SourceError(f"{path.name}: expected {expected}, found {found}: pin the new form before using it")
