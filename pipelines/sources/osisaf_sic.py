"""EUMETSAT OSI SAF sea ice concentration, 10 km polar stereographic, brought to the 25 km grid."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS, Transformer

from layers.crs import POLAR
from layers.grid import MISSING, NSIDC_25KM
from pipelines.sources.ice_samples import Sample, cell_of, complete, opened, refuse

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from xarray import Dataset

__all__ = ["FILES", "LICENCE", "PRODUCT", "read_sample"]

PRODUCT = "osisaf_sic"
FILES = "sea_ice/osisaf_cf_nh10km_polstere_*.nc"
LICENCE = "EUMETSAT OSI SAF, free use with attribution"

_UNSTATED = "version not stated"
_HUGHES_LONGITUDE, _HUGHES_PARALLEL = -45.0, 70.0
_CELL_M, _SHAPE = 10_000.0, (1120, 760)
_FILL, _FULL = -999, 10_000
_MAPPING = (
    "straight_vertical_longitude_from_pole", "latitude_of_projection_origin", "standard_parallel",
    "false_easting", "false_northing", "semi_major_axis", "semi_minor_axis", "inverse_flattening",
)  # fmt: skip
_UNIT_M = {"km": 1000.0, "m": 1.0}


def read_sample(path: Path) -> Sample:
    """Read an OSI SAF 10 km polar stereographic concentration as the mean of each 25 km cell.

    Coordinates of the file are kilometres on the Hughes ellipsoid; the 4 to 9 centres that lie in
    a cell of `NSIDC_25KM` (EPSG:3413) are averaged, unit percent. The product leaves coasts out: a
    cell without any value is MISSING. The file states no version.

    Raises
    ------
    SourceError
        If coordinates, projection, scale or a value is not as expected.
    """
    with opened(path) as raw, complete(path):
        values, day = _values(path, raw)
        x_m, y_m = (_metres(path, raw, axis) for axis in ("xc", "yc"))
        crs = _projection(path, raw)
    _check_centres(path, values, x_m, y_m)
    to_polar = Transformer.from_crs(crs, POLAR, always_xy=True)
    row, column, inside = NSIDC_25KM.cell_of(*to_polar.transform(*np.meshgrid(x_m, y_m)))
    use = inside & (values != _FILL)
    rows, columns = NSIDC_25KM.shape
    cell = row[use] * columns + column[use]
    count = np.bincount(cell, minlength=rows * columns)
    total = np.bincount(cell, weights=values[use], minlength=rows * columns)
    percent = np.floor(total / np.maximum(count, 1) / 100 + 1e-9)
    concentration = np.where(count > 0, percent, MISSING).astype(np.uint8).reshape(rows, columns)
    return Sample(day, "daily", PRODUCT, _UNSTATED, concentration)


def _values(path: Path, raw: Dataset) -> tuple[NDArray[np.int16], date]:
    """Hundredths of percent or `_FILL`, and the day."""
    field = raw["ice_conc"]
    values, scale = field.to_numpy()[0], float(field.attrs["scale_factor"])
    units = (field.attrs["units"], raw["time"].attrs["units"])
    if units != ("%", "seconds since 1978-01-01 00:00:00") or not np.isclose(scale, 0.01):
        raise refuse(path, "hundredths of % and seconds since 1978", f"{units}, scale {scale:g}")
    known = ((values >= 0) & (values <= _FULL)) | (values == _FILL)
    if not known.all():
        raise refuse(path, "values 0...10000 or -999", f"{values[~known][0]} in {cell_of(~known)}")
    return values, date(1978, 1, 1) + timedelta(seconds=float(raw["time"].to_numpy()[0]))


def _metres(path: Path, raw: Dataset, axis: str) -> NDArray[np.float64]:
    unit = raw[axis].attrs["units"]
    if unit not in _UNIT_M:
        raise refuse(path, "coordinates in km or m", unit)
    return np.asarray(raw[axis].to_numpy() * _UNIT_M[unit], dtype=np.float64)


def _projection(path: Path, raw: Dataset) -> CRS:
    mapping = raw["Polar_Stereographic_Grid"].attrs
    turned = (mapping["straight_vertical_longitude_from_pole"], mapping["standard_parallel"])
    if turned != (_HUGHES_LONGITUDE, _HUGHES_PARALLEL):
        raise refuse(path, "a projection turned to -45, true at 70", str(turned))
    # Numbers only: a WKT in the file may name a grid to be opened, on this machine or elsewhere.
    numbers = {key: mapping[key] for key in _MAPPING if key in mapping}
    return CRS.from_cf({"grid_mapping_name": "polar_stereographic", **numbers})


def _check_centres(
    path: Path,
    values: NDArray[np.int16],
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
) -> None:
    left, top = NSIDC_25KM.origin
    wanted_x = left + (np.arange(_SHAPE[1]) + 0.5) * _CELL_M
    wanted_y = top - (np.arange(_SHAPE[0]) + 0.5) * _CELL_M
    fits = values.shape == _SHAPE and np.allclose(x_m, wanted_x) and np.allclose(y_m, wanted_y)
    if not fits:
        raise refuse(
            path,
            "a 1120 x 760 grid of 10 km with its corner at (-3850, 5850) km",
            f"{values.shape}, first centre ({x_m[0]:g}, {y_m[0]:g}) m",
        )
