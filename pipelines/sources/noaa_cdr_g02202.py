"""NOAA/NSIDC climate data record of sea ice concentration (G02202 V4), 25 km, daily."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from layers.grid import LAND, MISSING, NSIDC_25KM, POLE_HOLE
from pipelines.sources.ice_samples import Sample, complete, decode, flag_table, opened, refuse

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["FILES", "LICENCE", "PRODUCT", "raw_codes", "read_sample"]

PRODUCT = "noaa_cdr_g02202"
FILES = "sea_ice/g02202/seaice_conc_daily_nh_*.nc"
LICENCE = "NOAA, no constraints on data access or use, cite Meier et al. 2021"

_FLAGS = {251: POLE_HOLE, 252: LAND, 253: LAND, 254: LAND, 255: MISSING}
_TABLES = {"v04r00": flag_table(100, (1, 1), _FLAGS)}


def read_sample(path: Path) -> Sample:
    """Read the concentration of a NOAA/NSIDC climate data record file (G02202 V4, daily).

    On `NSIDC_25KM`; unit percent. Raw codes are decoded before any scaling: 0...100 %, 251 pole
    hole, 252 lake, 253 coast, 254 land, 255 missing (Meier et al. 2021, doi:10.7265/efmz-2t65).

    Raises
    ------
    SourceError
        If version, grid or a code is not the known one.
    """
    codes, version, day = raw_codes(path)
    percent = decode(codes, path, PRODUCT, version, _TABLES)
    return Sample(day, "daily", PRODUCT, version, percent)


def raw_codes(path: Path) -> tuple[NDArray[np.uint8], str, date]:
    """Read the raw codes on `NSIDC_25KM`, the version and the day of a file.

    Raises
    ------
    SourceError
        If scale, flags or grid are not those of V4.
    """
    with opened(path) as raw, complete(path):
        field = raw["cdr_seaice_conc"]
        codes = field.to_numpy()[0]
        version = str(raw.attrs["product_version"])
        x, y = raw["xgrid"].to_numpy(), raw["ygrid"].to_numpy()
        scale, meanings = float(field.attrs["scale_factor"]), field.attrs["flag_meanings"]
        day = date.fromisoformat(str(raw.attrs["time_coverage_start"])[:10])
    if not np.isclose(scale, 0.01) or meanings != "pole_hole lakes coastal land_mask missing_data":
        raise refuse(path, "scale 0.01 and the five flags of V4", f"{scale:g}, {meanings}")
    if not (np.array_equal(x, NSIDC_25KM.x_m) and np.array_equal(y, NSIDC_25KM.y_m)):
        found = f"{len(y)} x {len(x)} from ({x[0]:g}, {y[0]:g})"
        raise refuse(path, "the cell centres of the 448 x 304 grid of 25 km", found)
    return codes, version, day
