"""NSIDC-0051: NASA Team sea ice concentration, 25 km, as binary with a header of 300 bytes or NetCDF.

The near-real-time files of NSIDC-0081 have the same form. They are a product of their own, because they are
not quality controlled and NSIDC-0051 replaces them later.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from layers.grid import LAND, MISSING, NSIDC_25KM, POLE_HOLE
from pipelines.sources.sea_ice.ice_grids import check_centres
from pipelines.sources.sea_ice.ice_samples import Sample, complete, decode, flag_table, opened, refuse

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["FILES", "LICENCE", "NEAR_REAL_TIME", "PRODUCT", "raw_codes", "read_sample"]

PRODUCT, NEAR_REAL_TIME = "nsidc_0051", "nsidc_0081"
FILES = "sea_ice/nsidc0051/nt_*_n.bin"
LICENCE = "NASA open data, cite Cavalieri et al. 1996"

_HEADER_BYTES = 300
# Code 252 is unused in this product. In the climate data record (G02202) it is lake.
_NASA_TEAM = flag_table(250, (2, 5), {251: POLE_HOLE, 253: LAND, 254: LAND, 255: MISSING})
_TABLES = {"v01": _NASA_TEAM, "v1.1": _NASA_TEAM, "nrt": _NASA_TEAM}
_NETCDF_TABLES = {"v2.0": _NASA_TEAM}
_NETCDF = re.compile(r"NSIDC0051_SEAICE_PS_N25km_(\d{4})(\d{2})(\d{2})?_(v\d\.\d)\.nc")


def read_sample(path: Path) -> Sample:
    """Return the NASA Team concentration of a day or a month on `NSIDC_25KM`, in percent.

    Version 1 and the near-real-time files (`nrt`) are binary with a header of 300 bytes. Version 2 is NetCDF
    with the same codes in one variable, named by its sensor, such as `F17_ICECON`. The codes 0...250 are
    steps of 0.4 %, 251 is pole hole, 253 coast, 254 land, 255 missing (Cavalieri et al. 1996,
    doi:10.5067/8GQ8LZQVL0VL).

    Raises
    ------
    SourceError
        If size, header, version or a code is not the documented one, or name and header disagree.
    """
    if path.suffix == ".nc":
        return _read_netcdf(path)
    match = re.fullmatch(r"nt_(\d{4})(\d{2})(\d{2})?_[fn]\d{2}_(v[\d.]+|nrt)_n\.bin", path.name)
    if match is None:
        raise refuse(path, "a name like nt_20010106_f13_v1.1_n.bin", path.name)
    codes, first, last = raw_codes(path)
    year, month, day, version = match.groups()
    stated = date(int(year), int(month), int(day or 1))
    end = stated if day else stated.replace(day=calendar.monthrange(stated.year, stated.month)[1])
    if (first, last) != (stated, end):
        raise refuse(path, f"a header for {stated} to {end}, as its name says", f"{first}, {last}")
    period = "daily" if day else "monthly"
    product = NEAR_REAL_TIME if version == "nrt" else PRODUCT
    return Sample(stated, period, product, version, decode(codes, path, product, version, _TABLES))


def _read_netcdf(path: Path) -> Sample:
    match = _NETCDF.fullmatch(path.name)
    if match is None:
        raise refuse(path, "a name like NSIDC0051_SEAICE_PS_N25km_20200101_v2.0.nc", path.name)
    year, month, day, version = match.groups()
    with opened(path) as raw, complete(path):
        fields = [str(name) for name in raw if str(name).endswith("_ICECON")]
        if len(fields) != 1:
            raise refuse(
                path, "one field named by its sensor, such as F17_ICECON", ", ".join(fields) or "none"
            )
        codes = raw[fields[0]].to_numpy()
        x, y = raw["x"].to_numpy(), raw["y"].to_numpy()
    if codes.dtype != np.uint8 or codes.size != np.prod(NSIDC_25KM.shape):
        raise refuse(path, f"bytes {NSIDC_25KM.shape}", f"{codes.dtype} {codes.shape}")
    check_centres(path, NSIDC_25KM.shape, x, y, NSIDC_25KM)
    percent = decode(codes.reshape(NSIDC_25KM.shape), path, PRODUCT, version, _NETCDF_TABLES)
    when, period = date(int(year), int(month), int(day or 1)), "daily" if day else "monthly"
    return Sample(when, period, PRODUCT, version, percent, sensor=fields[0].split("_")[0].lower())


def raw_codes(path: Path) -> tuple[NDArray[np.uint8], date, date]:
    """Return the raw codes on `NSIDC_25KM`, and the first and last day in the header.

    Raises
    ------
    SourceError
        If size, header or version is not the documented one.
    """
    rows, columns = NSIDC_25KM.shape
    content = path.read_bytes()
    if len(content) != _HEADER_BYTES + rows * columns:
        raise refuse(path, f"{_HEADER_BYTES + rows * columns} bytes", f"{len(content)}")
    header = content[:_HEADER_BYTES]

    def number(start: int) -> int:  # fields are 6 bytes wide, ended by a NUL
        field = header[start : start + 6].strip(b"\0 ")
        if not field.isdigit():
            raise refuse(path, f"a number at byte {start} of the header", repr(field))
        return int(field)

    shape = (number(0), number(6), number(12), number(120))
    if shape != (255, columns, rows, 250) or b"ARCTIC" not in header:
        raise refuse(path, f"missing 255, {columns} x {rows}, scale 250, ARCTIC", f"{shape}")
    inner = re.search(rb"nt_\d+_[fn]\d\d_(v[\d.]+|nrt)_n", header)
    stated = inner[1].decode() if inner else "none"
    if stated not in _TABLES:
        raise refuse(path, f"a version of {PRODUCT} among {', '.join(_TABLES)} in the header", stated)
    # A near-real-time file under the name of a final one would enter the record of final days.
    if (stated == "nrt") != ("_nrt_" in path.name):
        raise refuse(path, "a name that says whether it is near real time (nrt), as its header does", stated)
    start = date(number(102), 1, 1) - timedelta(days=1)
    first, last = (start + timedelta(days=number(at)) for at in (66, 84))
    codes = np.frombuffer(content, np.uint8, offset=_HEADER_BYTES).reshape(rows, columns)
    return codes, first, last
