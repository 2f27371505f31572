"""NOAA/NSIDC climate data record of sea ice concentration (G02202 V4, V5, V6), 25 km, daily."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from layers.grid import LAND, MISSING, NSIDC_25KM, POLE_HOLE
from pipelines.sources.sea_ice.ice_samples import Sample, complete, decode, flag_table, opened, refuse

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["FILES", "LICENCE", "PRODUCT", "raw_codes", "read_sample"]

PRODUCT = "noaa_cdr_g02202"
FILES = "sea_ice/g02202/seaice_conc_daily_nh_*.nc"
LICENCE = "NOAA, no constraints on data access or use, cite Meier et al. 2021"

_FLAGS = {251: POLE_HOLE, 252: LAND, 253: LAND, 254: LAND, 255: MISSING}
_MEANINGS = "pole_hole lakes coastal land_mask missing_data"
_OLD = "v04r00"
# From version 5 on, the field has only 0...100 and 255, and a separate mask states the surfaces.
_TABLES = {
    _OLD: flag_table(100, (1, 1), _FLAGS),
    "v05r00": flag_table(100, (1, 1), {255: MISSING}),
    "v06r00": flag_table(100, (1, 1), {255: MISSING}),
}
_GROUP = "cdr_supplementary"
_OCEAN, _LAKE, _HOLE, _COAST, _LAND = 50, 75, 100, 200, 250
_SURFACES = (_OCEAN, _LAKE, _HOLE, _COAST, _LAND)
_AS_CODES = {_LAKE: 252, _COAST: 253, _LAND: 254}


def read_sample(path: Path) -> Sample:
    """Return the concentration of a NOAA/NSIDC climate data record file (G02202, daily).

    On `NSIDC_25KM`; unit percent. Raw codes are decoded before any scaling. Version 4: 0...100 %, 251
    pole hole, 252 lake, 253 coast, 254 land, 255 missing (Meier et al. 2021, doi:10.7265/efmz-2t65).
    Versions 5 and 6: 0...100 %, 255 missing; `surface_type_mask` is 50 ocean, 75 lake, 100 pole hole,
    200 coast, 250 land (doi:10.7265/rjzb-pf78). These versions fill the pole hole; an unfilled cell of it
    stays POLE_HOLE.

    Raises
    ------
    SourceError
        If version, grid or a code is not the documented one.
    """
    codes, version, day = raw_codes(path)
    percent = decode(codes, path, PRODUCT, version, dict.fromkeys(_TABLES, _TABLES[_OLD]))
    return Sample(day, "daily", PRODUCT, version, percent)


def raw_codes(path: Path) -> tuple[NDArray[np.uint8], str, date]:
    """Return the field of a file in the codes of version 4, and the version and the day of the file.

    Raises
    ------
    SourceError
        If scale, flags or grid are not those of the version.
    """
    with opened(path) as raw, complete(path):
        field = raw["cdr_seaice_conc"]
        if len(field) != 1:
            raise refuse(path, "the field of one day", f"{len(field)} fields")
        codes = field.to_numpy()[0]
        version = str(raw.attrs["product_version"])
        if version not in _TABLES:
            raise refuse(path, f"a version of {PRODUCT} among {', '.join(_TABLES)}", version)
        is_old = version == _OLD
        x, y = (raw[name].to_numpy() for name in (("xgrid", "ygrid") if is_old else ("x", "y")))
        scale, meanings = float(field.attrs["scale_factor"]), field.attrs.get("flag_meanings", "none")
        start, end = (str(raw.attrs.get(f"time_coverage_{end}", ""))[:10] for end in ("start", "end"))
        # The mean of a month has the same form and begins on a day too.
        if end not in {"", start}:
            raise refuse(path, f"the one day {start}", f"a time to {end}, so a mean of days")
        day = date.fromisoformat(start)
    if not np.isclose(scale, 0.01) or (is_old and meanings != _MEANINGS):
        raise refuse(path, "scale 0.01 and the five flags of V4", f"{scale:g}, {meanings}")
    if not (np.array_equal(x, NSIDC_25KM.x_m) and np.array_equal(y, NSIDC_25KM.y_m)):
        actual = f"{len(y)} x {len(x)} from ({x[0]:g}, {y[0]:g})"
        raise refuse(path, "the cell centres of the 448 x 304 grid of 25 km", actual)
    return (codes if is_old else _coded(path, codes, version)), version, day


def _coded(path: Path, codes: NDArray[np.uint8], version: str) -> NDArray[np.uint8]:
    """Return a field of version 5 or 6 in the codes of version 4, with the surfaces of its mask as flags."""
    decode(codes, path, PRODUCT, version, _TABLES)
    with opened(path, _GROUP) as raw, complete(path):
        surface = raw["surface_type_mask"].to_numpy().reshape(codes.shape)
    strange = ~np.isin(surface, _SURFACES)
    if strange.any():
        raise refuse(path, f"surfaces of {version} among {_SURFACES}", str(surface[strange][0]))
    coded = np.where((surface == _HOLE) & (codes == 255), np.uint8(251), codes)
    for kind, code in _AS_CODES.items():
        coded[surface == kind] = code
    return coded
