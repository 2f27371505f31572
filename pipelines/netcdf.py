"""Write grids as NetCDF-4: compressed, with a checksum in each chunk.

The same dataset always gives the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from h5netcdf import CompatibilityError

from layers.errors import ExportError
from pipelines.files import replacing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import xarray as xr

__all__ = ["write_grid"]

# With the Fletcher checksum a flipped bit is an error on reading. Without it the value would be wrong.
_PACKED = {"zlib": True, "shuffle": True, "fletcher32": True}
_DAYS = {"units": "days since 1970-01-01", "calendar": "proleptic_gregorian", "dtype": "int32"}
_WRITABLE = "biufUSM"  # kinds of numpy: bool, integers, floats, text, bytes, times


def write_grid(
    dataset: xr.Dataset,
    path: Path,
    *,
    level: int = 9,
    chunks: Mapping[str, tuple[int, ...]] | None = None,
) -> None:
    """Write a dataset of numbers, text and days to `path` as NetCDF-4.

    `level` is the compression level of zlib, 1 to 9. `chunks` holds the chunk sizes by variable. A variable
    that it does not name gets the sizes that HDF5 chooses.

    Numbers keep their type. A variable with NaN has the `_FillValue` NaN; no other variable has one. Text
    gets a fixed width, because HDF5 neither compresses nor checks text of varying width. Times are whole
    days. The `encoding` that the dataset was read with is dropped. A write that fails leaves the earlier file
    as it was. HDF5 checks chunks only. Headers and single values are covered by the hash in the manifest.

    Raises
    ------
    ExportError
        If a variable is of another kind, a time is no whole day, or the file cannot be written.
    """
    try:
        encoding = {str(name): _encoding(str(name), v, level) for name, v in dataset.variables.items()}
        for name, sizes in (chunks or {}).items():
            encoding[name]["chunksizes"] = sizes
        with replacing(path) as part:
            dataset.drop_encoding().to_netcdf(part, engine="h5netcdf", format="NETCDF4", encoding=encoding)
    except (CompatibilityError, OSError, RuntimeError, TypeError, ValueError) as error:
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
