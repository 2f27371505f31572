"""NSIDC Sea Ice Index (G02135): concentration of a day or a month as GeoTIFF, 25 km, tenths of a percent."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from rasterio.errors import RasterioError

from layers.grid import LAND, MISSING, NSIDC_25KM, POLE_HOLE
from pipelines.sources.sea_ice.ice_samples import Sample, cell_of, refuse

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FILES", "LICENCE", "PRODUCT", "read_sample"]

PRODUCT = "nsidc_g02135"
FILES = "sea_ice/g02135_geotiff/N_*_concentration_v*.tif"
LICENCE = "NSIDC open data, free to use, cite Fetterer et al. 2017 (doi:10.7265/N5K072F8)"

_FULL = 1000
_FLAGS = {2510: POLE_HOLE, 2530: LAND, 2540: LAND, 2550: MISSING}  # 2530 is coast
_VERSIONS = ("v3.0", "v4.0")
_EPSG = 3411  # the Hughes grid: decisions/0003-ice-grid.md


def read_sample(path: Path) -> Sample:
    """Return the day or month of a GeoTIFF of the Sea Ice Index (Fetterer et al. 2017) on `NSIDC_25KM`.

    The codes of the file are uint16: 0...1000 are tenths of a percent, 2510 is pole hole, 2530 coast, 2540
    land, 2550 missing. The result is in whole percent, rounded down.

    Raises
    ------
    SourceError
        If name, version, type, grid or a code is not the documented one. A name that begins with `S_` is
        refused: it is of the southern hemisphere.
    """
    match = re.fullmatch(r"N_(\d{4})(\d{2})(\d{2})?_concentration_(v\d\.\d)\.tif", path.name)
    if match is None:
        raise refuse(path, "a name like N_20200101_concentration_v4.0.tif", path.name)
    year, month, day, version = match.groups()
    if version not in _VERSIONS:
        raise refuse(path, f"a version of {PRODUCT} among {', '.join(_VERSIONS)}", version)
    try:
        with rasterio.open(path, driver="GTiff") as raster:
            if raster.shape != NSIDC_25KM.shape or raster.count != 1:  # before it is read: it may be huge
                actual = f"{raster.dtypes[0]} {raster.shape}, bands: {raster.count}"
                raise refuse(path, "uint16 (448, 304), one band", actual)
            codes, crs, corner = raster.read(1), raster.crs, raster.transform
    except RasterioError as error:
        raise refuse(path, "a whole GeoTIFF", str(error)) from error
    fits = corner.almost_equals(NSIDC_25KM.transform)
    if not fits or crs is None or crs.to_epsg() != _EPSG or codes.dtype != np.uint16:
        actual = f"{codes.dtype} {codes.shape} in {crs}, corner ({corner.c:g}, {corner.f:g})"
        raise refuse(path, f"uint16 (448, 304) in EPSG:{_EPSG}, corner (-3850000, 5850000)", actual)
    percent = np.minimum(codes // 10, 100).astype(np.uint8)
    valid = codes <= _FULL
    for code, meaning in _FLAGS.items():
        percent[codes == code] = meaning
        valid |= codes == code
    if not valid.all():
        actual = f"{codes[~valid][0]} in {cell_of(~valid)}"
        raise refuse(path, "codes 0...1000, 2510, 2530, 2540 or 2550", actual)
    period = "daily" if day else "monthly"
    return Sample(date(int(year), int(month), int(day or 1)), period, PRODUCT, version, percent)
