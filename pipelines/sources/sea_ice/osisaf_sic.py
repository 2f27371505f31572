"""EUMETSAT OSI SAF sea ice concentration: operational (OSI-401), and climate records (OSI-450, OSI-430)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS

from layers.grid import LAND, MISSING, Grid
from pipelines.sources.sea_ice.ice_grids import EASE2_25KM, HUGHES_10KM, check_centres, on_25km
from pipelines.sources.sea_ice.ice_samples import Sample, cell_of, complete, opened, refuse

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from xarray import Dataset

__all__ = ["FILES", "LICENCE", "PRODUCT", "read_field", "read_sample"]

PRODUCT = "osisaf_sic"
FILES = "sea_ice/osisaf_cf_nh10km_polstere_*.nc"
LICENCE = "EUMETSAT OSI SAF, free use with attribution"

_UNSTATED = "version not stated"
_SENSORS = "sensors merged"  # a file of a day merges several satellites
_FILL, _FULL = -999, 10_000
_UNIT_M = {"km": 1000.0, "m": 1.0}
_OPERATIONAL = re.compile(
    r"(?:osisaf_cf_nh10km_polstere_|ice_conc_nh_polstere-100_multi_)(\d{8})(?:1200)?\.nc"
)
_RECORD = re.compile(r"ice_conc_nh_ease2-250_(cdr|icdr|icdrft)-(v\dp\d)_(\d{8})1200\.nc")
# Kind and version in the file name of a record -> product, and version as its publisher names it.
_RECORDS = {
    ("cdr", "v2p0"): ("osisaf_cdr_v2", "OSI-450"),
    ("icdr", "v2p0"): ("osisaf_cdr_v2", "OSI-430-b"),
    ("cdr", "v3p0"): ("osisaf_cdr_v3", "OSI-450-a"),
    ("icdr", "v3p0"): ("osisaf_cdr_v3", "OSI-430-a"),
    ("icdrft", "v3p0"): ("osisaf_cdr_v3", "OSI-430-a fast track"),
}
# Bits of `status_flag` that every record has, by name; other bits must be named in the file.
_LAND_BITS = {"land": 1, "lake": 2}


@dataclass(frozen=True, slots=True)
class _Form:
    """What the name of a file says: product, version, day, grid, and the variable with its projection."""

    product: str
    version: str
    day: date
    grid: Grid
    mapping: str
    # Attributes of the projection with their values; other values are another grid.
    turned: dict[str, float]


def read_sample(path: Path) -> Sample:
    """Return a day on `NSIDC_25KM` (EPSG:3413) in percent, from `read_field` by `ice_grids.on_25km`.

    Raises
    ------
    SourceError
        As `read_field`.
    """
    form, percent, land, crs = _read(path)
    concentration = on_25km(percent, land, form.grid, crs)
    return Sample(form.day, "daily", form.product, form.version, concentration, sensor=_SENSORS)


def read_field(path: Path) -> Sample:
    """Return a day of OSI SAF concentration on the grid of the product, in percent.

    OSI-401 is on a polar stereographic grid of 10 km and leaves out coasts. The climate records (Lavergne et
    al. 2019, doi:10.5194/tc-13-49-2019) are on EASE-Grid 2.0 of 25 km; bit 1 of `status_flag` is land and
    bit 2 is lake. Values in a file are hundredths of a percent. The name of a file says product and version.

    Raises
    ------
    SourceError
        If the name, the day, coordinates, projection, scale, a flag or a value is not as expected.
    """
    form, percent, land, _ = _read(path)
    whole = np.floor(np.where(np.isfinite(percent), percent, 0) + 1e-9)
    field = np.where(land, LAND, np.where(np.isfinite(percent), whole, MISSING)).astype(np.uint8)
    return Sample(form.day, "daily", form.product, form.version, field, grid=form.grid, sensor=_SENSORS)


def _form(path: Path) -> _Form:
    if match := _OPERATIONAL.fullmatch(path.name):
        day = date.fromisoformat(match[1])
        return _Form(
            PRODUCT, _UNSTATED, day, HUGHES_10KM, "Polar_Stereographic_Grid",
            {"straight_vertical_longitude_from_pole": -45.0, "standard_parallel": 70.0},
        )  # fmt: skip
    match = _RECORD.fullmatch(path.name)
    if match is None:
        raise refuse(path, "a name like ice_conc_nh_ease2-250_cdr-v3p0_202001011200.nc", path.name)
    kind, version, day_text = match.groups()
    if (kind, version) not in _RECORDS:
        versions = ", ".join("-".join(key) for key in _RECORDS)
        raise refuse(path, f"a version of the OSI SAF record among {versions}", f"{kind}-{version}")
    return _Form(
        *_RECORDS[kind, version], date.fromisoformat(day_text), EASE2_25KM, "Lambert_Azimuthal_Grid",
        {"latitude_of_projection_origin": 90.0, "longitude_of_projection_origin": 0.0},
    )  # fmt: skip


def _read(path: Path) -> tuple[_Form, NDArray[np.float64], NDArray[np.bool_], CRS]:
    """Return form, percent (NaN where the file has none), land, and the CRS of the file."""
    form = _form(path)
    with opened(path) as raw, complete(path):
        values, fill = _values(path, raw, form)
        x_m, y_m = (_metres(path, raw, axis) for axis in ("xc", "yc"))
        crs = _projection(path, raw, form)
        check_centres(path, values.shape, x_m, y_m, form.grid)
        land = _land(path, raw, form)
    percent = np.where(values == fill, np.nan, values / 100)
    return form, np.where(land, np.nan, percent), land, crs


def _values(path: Path, raw: Dataset, form: _Form) -> tuple[NDArray[np.int32], int]:
    """Return hundredths of percent and their fill value, of the day in the file name."""
    field = raw["ice_conc"]
    if len(field) != 1:
        raise refuse(path, "the field of one day", f"{len(field)} fields")
    values, scale = field.to_numpy()[0].astype(np.int32), float(field.attrs["scale_factor"])
    units = (field.attrs["units"], raw["time"].attrs["units"])
    if units != ("%", "seconds since 1978-01-01 00:00:00") or not np.isclose(scale, 0.01):
        raise refuse(path, "hundredths of % and seconds since 1978", f"{units}, scale {scale:g}")
    fill = int(field.attrs["_FillValue"] if form.grid is EASE2_25KM else field.attrs.get("_FillValue", _FILL))
    valid = ((values >= 0) & (values <= _FULL)) | (values == fill)
    if fill >= 0 or not valid.all():
        actual = f"{values[~valid][0]} in {cell_of(~valid)}" if fill < 0 else f"fill {fill}"
        raise refuse(path, f"values 0...10000 or {min(fill, _FILL)}", actual)
    day = date(1978, 1, 1) + timedelta(seconds=float(raw["time"].to_numpy()[0]))
    if day != form.day:
        raise refuse(path, f"the day {form.day}, as its name says", str(day))
    return values, fill


def _land(path: Path, raw: Dataset, form: _Form) -> NDArray[np.bool_]:
    """Return true on land and lakes by `status_flag`; false everywhere for OSI-401, which has no flag."""
    if form.grid is not EASE2_25KM:
        return np.zeros(form.grid.shape, dtype=bool)
    flags = raw["status_flag"]
    codes = flags.to_numpy()[0].astype(np.int64)
    masks = [int(mask) for mask in np.atleast_1d(flags.attrs["flag_masks"])]
    meanings = dict(zip(str(flags.attrs["flag_meanings"]).split(), masks, strict=False))
    if {name: meanings.get(name) for name in _LAND_BITS} != _LAND_BITS:
        raise refuse(path, f"flags land 1 and lake 2 in {form.version}", f"{meanings}")
    strange = (codes & ~sum(masks)) != 0
    if strange.any():
        raise refuse(path, f"bits of {masks} in status_flag of {form.version}", f"{codes[strange][0]}")
    return np.asarray((codes & sum(_LAND_BITS.values())) != 0)


def _metres(path: Path, raw: Dataset, axis: str) -> NDArray[np.float64]:
    unit = raw[axis].attrs["units"]
    if unit not in _UNIT_M:
        raise refuse(path, "coordinates in km or m", unit)
    return np.asarray(raw[axis].to_numpy() * _UNIT_M[unit], dtype=np.float64)


_MAPPING = (
    "straight_vertical_longitude_from_pole", "latitude_of_projection_origin", "standard_parallel",
    "longitude_of_projection_origin", "false_easting", "false_northing", "semi_major_axis",
    "semi_minor_axis", "inverse_flattening",
)  # fmt: skip


def _projection(path: Path, raw: Dataset, form: _Form) -> CRS:
    mapping = raw[form.mapping].attrs
    turned = {name: float(mapping[name]) for name in form.turned}
    if turned != form.turned:
        expected, actual = (
            ", ".join(f"{value:g}" for value in row.values()) for row in (form.turned, turned)
        )
        raise refuse(path, f"a projection turned to {expected} ({', '.join(turned)})", actual)
    if form.grid is EASE2_25KM:
        return form.grid.crs
    # Numbers only: a WKT in the file may name a grid to be opened, on this machine or elsewhere.
    numbers = {key: mapping[key] for key in _MAPPING if key in mapping}
    return CRS.from_cf({"grid_mapping_name": "polar_stereographic", **numbers})
