"""The one writer of NetCDF: packed, each chunk with a checksum; same dataset, same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from h5netcdf import CompatibilityError

from layers.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import xarray as xr

__all__ = ["write_grid"]

# A checksum per chunk lets a flipped bit be an error, not another number.
_PACKED = {"zlib": True, "shuffle": True, "fletcher32": True}
_DAYS = {"units": "days since 1970-01-01", "calendar": "proleptic_gregorian", "dtype": "int32"}
_WRITABLE = "biufUSM"


def write_grid(
    dataset: xr.Dataset,
    path: Path,
    *,
    level: int = 9,
    chunks: Mapping[str, tuple[int, ...]] | None = None,
) -> None:
    """Write a dataset of numbers, text and days as NetCDF-4; same input, same bytes.

    `level` is of zlib: what is carried for good is packed as hard as can be, what grows daily is not.
    `chunks` are by variable; without, one is chosen.

    Numbers keep their type; NaN in a variable is its `_FillValue`, and no other is set. Text gets a
    fixed width: of varying width it could be neither packed nor checked. Times are whole days. What
    the dataset was read with (`encoding`) is left behind. A file that fails leaves none, nor
    touches the one that was there. HDF5 checks chunks, not headers and lone values: the hash in the
    snapshot's manifest is what holds the file as a whole.

    Raises
    ------
    ExportError
        With the name of the file, if the dataset cannot be stored so or the disk refuses.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        encoding = {str(name): _encoding(str(name), v, level) for name, v in dataset.variables.items()}
        for name, sizes in (chunks or {}).items():
            encoding[name]["chunksizes"] = sizes
        dataset.drop_encoding().to_netcdf(part, engine="h5netcdf", format="NETCDF4", encoding=encoding)
        part.replace(path)
    except (CompatibilityError, OSError, RuntimeError, TypeError, ValueError) as error:
        part.unlink(missing_ok=True)
        msg = (
            f"{path.name}: expected to write a NetCDF file into {path.parent}, found {error}: "
            "mend the dataset or make the folder writable"
        )
        raise ExportError(msg) from error


def _encoding(name: str, variable: xr.Variable, level: int) -> dict[str, Any]:
    kind = variable.dtype.kind
    if kind == "O" and all(isinstance(value, str) for value in variable.to_numpy().flat):
        kind = "U"  # as text comes back from a file
    if kind not in _WRITABLE:
        msg = f"variable {name} of {variable.dtype}, not numbers, text or days"
        raise TypeError(msg)
    if kind == "M":
        if (variable.to_numpy().astype("datetime64[D]") != variable.to_numpy()).any():
            msg = f"variable {name} with a time of day or none (NaT), not whole days"
            raise ValueError(msg)
        encoding: dict[str, Any] = {**_DAYS, "_FillValue": None}
    elif kind in "US":
        encoding = {"dtype": "S1"}
    else:
        has_nan = kind == "f" and bool(np.isnan(variable.to_numpy()).any())
        encoding = {"_FillValue": variable.dtype.type("nan") if has_nan else None}
    return encoding | _PACKED | {"complevel": level} if variable.ndim else encoding
