"""University of Bremen: ASI sea ice concentration of AMSR2, 6.25 and 3.125 km, NetCDF.

ASI is the ARTIST Sea Ice algorithm. AMSR2 is the Advanced Microwave Scanning Radiometer 2 on GCOM-W1. A file
is one day and has a name like `asi-AMSR2-n6250-20200301-v5.4.nc`: cell in metres, day, version.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from layers.grid import MISSING
from pipelines.sources.sea_ice.ice_grids import HUGHES_3KM, HUGHES_6KM, check_centres, on_25km
from pipelines.sources.sea_ice.ice_samples import Sample, complete, opened, refuse

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from layers.grid import Grid

__all__ = ["LICENCE", "PRODUCT", "read_field", "read_sample"]

PRODUCT = "bremen_asi_amsr2"
LICENCE = "free for scientific use, cite Spreen et al. 2008; terms of redistribution not read"

_GRIDS = {"6250": HUGHES_6KM, "3125": HUGHES_3KM}
_VERSIONS = ("5.4",)
_TURNED = {
    "latitude_of_projection_origin": 90.0, "standard_parallel": 70.0,
    "straight_vertical_longitude_from_pole": -45.0,
}  # fmt: skip
_RADII_M = (6_378_273.0, 6_378_137.0)  # Hughes 1980; from November 2018 the same numbers on WGS 84
_FULL_PCT = 100.0


def read_sample(path: Path) -> Sample:
    """Return the field of one day on `NSIDC_25KM` (EPSG:3413), whole percent rounded down, uint8 (448, 304).

    A cell has the mean of the fine cells whose centres lie in it. Fine cells without a value do not count; a
    cell without any value is MISSING.

    Raises
    ------
    SourceError
        As `read_field`.
    """
    version, day, grid, percent = _read(path)
    # The file has no mask of land, so no cell becomes LAND here.
    none = np.zeros(grid.shape, dtype=bool)
    return Sample(day, "daily", PRODUCT, version, on_25km(percent, none, grid, grid.crs), sensor="amsr2")


def read_field(path: Path) -> Sample:
    """Return the field of one day on the grid of the file, EPSG:3411, whole percent rounded down, uint8.

    ASI: Spreen et al. 2008, doi:10.1029/2005JC003384. The variable `z` of the file is percent; it is NaN on
    land, in the pole hole and where nothing was retrieved. The file does not separate these three, so all are
    MISSING here. The first row of the file is in the south, the first row of the result in the north.

    Raises
    ------
    SourceError
        If the name, version, grid, projection or a value is not the documented one.
    """
    version, day, grid, percent = _read(path)
    # A value up to 1e-9 below a whole number counts as that number, as in `on_25km`.
    whole = np.floor(np.where(np.isfinite(percent), percent, 0) + 1e-9)
    field = np.where(np.isfinite(percent), whole, MISSING).astype(np.uint8)
    return Sample(day, "daily", PRODUCT, version, field, grid=grid, sensor="amsr2")


def _read(path: Path) -> tuple[str, date, Grid, NDArray[np.float64]]:
    """Return version, day, grid and the percent of each cell, north first, NaN where there is no value."""
    match = re.fullmatch(r"asi-AMSR2-n(6250|3125)-(\d{8})-v(\d\.\d)\.nc", path.name)
    if match is None:
        raise refuse(path, "a name like asi-AMSR2-n6250-20200301-v5.4.nc", path.name)
    cell, day, version = match.groups()
    if version not in _VERSIONS:
        raise refuse(path, f"a version of {PRODUCT} among {', '.join(_VERSIONS)}", version)
    grid = _GRIDS[cell]
    with opened(path) as raw, complete(path):
        mapping = raw["polar_stereographic"].attrs
        turned = {name: float(mapping[name]) for name in _TURNED}
        radius = float(mapping["semi_major_axis"])
        x_m, y_m = (raw[axis].to_numpy().astype(np.float64) for axis in ("x", "y"))
        check_centres(path, raw["z"].shape, x_m, y_m[::-1], grid)
        percent = raw["z"].to_numpy()[::-1].astype(np.float64)
    if turned != _TURNED or radius not in _RADII_M:
        raise refuse(path, f"a projection turned to {_TURNED}", f"{turned}, radius {radius:g}")
    valid = np.isfinite(percent)
    wrong = (valid & ((percent < 0) | (percent > _FULL_PCT))) | np.isinf(percent)
    if wrong.any():
        raise refuse(path, "values 0...100 or NaN", f"{percent[wrong][0]:g} in {wrong.sum()} cell(s)")
    return f"v{version}", date.fromisoformat(day), grid, percent
