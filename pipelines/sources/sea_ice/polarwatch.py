"""PolarWatch: a month of the climate data record (G02202 V4) as its ERDDAP cuts it out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.grid import LAND, MISSING, NSIDC_25KM, area_million_km2, cell_area_km2, extent_million_km2
from pipelines.source import Remote
from pipelines.sources.sea_ice.ice_samples import Sample, complete, opened, refuse
from pipelines.sources.sea_ice.noaa_cdr_g02202 import LICENCE, PRODUCT
from pipelines.sources.series import series_source

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["SOURCES", "read_sample"]

_VERSION = "v04r00"
_FLAGS = (251, 252, 253, 254)  # hundredths: the server has scaled the flags with the field
_FULL = 100


def read_sample(path: Path) -> tuple[Sample, NDArray[np.bool_]]:
    """Read a month on `NSIDC_25KM`, unit percent, and which cells the cut holds; others are MISSING.

    Fractions as float32; 2.51 pole hole, 2.52 lake, 2.53 coast, 2.54 land, NaN missing. A cut has rows and
    columns of the whole grid, found by their coordinates: two cuts need not begin at the same row.

    Raises
    ------
    SourceError
        If version, coordinates, time or a value is not the known one.
    """
    with opened(path) as raw, complete(path):
        field = raw["cdr_seaice_conc_monthly"].to_numpy()
        version = str(raw.attrs["product_version"])
        units = str(raw["time"].attrs["units"])
        seconds = raw["time"].to_numpy()
        row, column = (
            _places(path, raw[name].to_numpy(), axis)
            for name, axis in (("ygrid", NSIDC_25KM.y_m), ("xgrid", NSIDC_25KM.x_m))
        )
    if (version, units, len(seconds)) != (_VERSION, "seconds since 1970-01-01T00:00:00Z", 1):
        raise refuse(path, f"one month of {PRODUCT} {_VERSION}", f"{len(seconds)} of {version}, {units}")
    codes = np.where(np.isnan(field[0]), 255, np.rint(field[0] * 100)).astype(int)
    known = ((codes >= 0) & (codes <= _FULL)) | np.isin(codes, (*_FLAGS, 255))
    if not known.all():
        raise refuse(path, "0...1, 2.51...2.54 or NaN", f"{field[0][~known][0]:g}")
    percent = np.where(np.isin(codes, (252, 253, 254)), LAND, np.where(codes == 255, MISSING, codes))
    whole = np.full(NSIDC_25KM.shape, MISSING, dtype=np.uint8)
    whole[np.ix_(row, column)] = percent
    held = np.zeros(NSIDC_25KM.shape, dtype=bool)
    held[np.ix_(row, column)] = True
    when: date = datetime.fromtimestamp(float(seconds[0]), UTC).date()
    return Sample(when.replace(day=1), "monthly", PRODUCT, version, whole), held


def _places(path: Path, found: NDArray[np.float32], axis: NDArray[np.float64]) -> NDArray[np.intp]:
    """Where the coordinates of a cut stand on an axis of the whole grid."""
    at = np.abs(axis[None, :] - found[:, None]).argmin(axis=1)
    if np.abs(axis[at] - found).max() > 1 or (np.diff(at) != 1).any():
        raise refuse(
            path, "neighbouring centres of the 25 km grid, north first", f"{found[0]:g}...{found[-1]:g}"
        )
    return at


def _month(path: Path) -> pd.DataFrame:
    sample, held = read_sample(path)
    area = cell_area_km2() * held
    rows, columns = held.any(axis=1).sum(), held.any(axis=0).sum()
    values = {
        "sea ice extent": extent_million_km2(sample.concentration, area),
        "sea ice area": area_million_km2(sample.concentration, area, threshold_pct=0),
    }
    return pd.DataFrame(
        {"date": sample.date.isoformat(), "place": "rows and columns of the cut", "quantity": list(values),
         "value": [float(value) for value in values.values()], "unit": "million km2",
         "detail": f"{rows} x {columns} of 448 x 304 cells, {sample.version}"}
    )  # fmt: skip


SOURCES = (
    series_source(
        _month, id="polarwatch_g02202_monthly", title="NOAA/NSIDC climate data record V4, a month by ERDDAP",
        publisher="NOAA CoastWatch PolarWatch", licence=LICENCE,
        citation="Meier et al. 2021, NOAA/NSIDC CDR V4, doi:10.7265/efmz-2t65, through PolarWatch ERDDAP",
        homepage="https://polarwatch.noaa.gov/erddap/", as_of="2022-12-01",
        made="extent and area of the cells that the cut holds; of no hemisphere where rows are cut off",
        remotes=(
            Remote(
                "https://polarwatch.noaa.gov/erddap/griddap/nsidcG02202v4nhmday.nc?cdr_seaice_conc_monthly"
                "%5B(last)%5D%5B(5837500.0):1:(-5337500.0)%5D%5B(-3837500.0):1:(3737500.0)%5D",
                "sea_ice/polarwatch_g02202v4_NH_monthly.nc",
                "netcdf",
            ),
        ),
    ),
)  # fmt: skip
