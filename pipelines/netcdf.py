"""Write grids as NetCDF-4: packed, a checksum in each chunk, the same bytes for the same dataset."""

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

# With a checksum a flipped bit is an error, not another number.
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
    """Write a dataset of numbers, text and days as NetCDF-4.

    `level` is that of zlib, 1 to 9. `chunks` are sizes by variable; a variable without them gets the default.

    Numbers keep their type. The `_FillValue` of a variable with NaN is NaN; no other is set. Text gets a
    fixed width: HDF5 neither packs nor checks text of varying width. Times are whole days. The `encoding`
    that the dataset was read with is dropped. A write that fails leaves the earlier file as it was. HDF5
    checks chunks, not headers and single values: the hash in the manifest covers the whole file.

    Raises
    ------
    ExportError
        If the dataset cannot be stored so, or the disk refuses.
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
        kind = "U"  # text that was read from a file
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
