"""NSIDC-0051: NASA Team sea ice concentration, 25 km, bytes behind a header of 300."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from layers.grid import LAND, MISSING, NSIDC_25KM, POLE_HOLE
from pipelines.sources.ice_samples import Sample, decode, flag_table, refuse

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["FILES", "LICENCE", "PRODUCT", "raw_codes", "read_sample"]

PRODUCT = "nsidc_0051"
FILES = "sea_ice/nsidc0051/nt_*_n.bin"
LICENCE = "NASA open data, cite Cavalieri et al. 1996"

_HEADER_BYTES = 300
# 252 is "unused" here, and a lake in the climate data record (G02202).
_NASA_TEAM = flag_table(250, (2, 5), {251: POLE_HOLE, 253: LAND, 254: LAND, 255: MISSING})
_TABLES = {"v01": _NASA_TEAM, "v1.1": _NASA_TEAM}


def read_sample(path: Path) -> Sample:
    """Read a NASA Team concentration (NSIDC-0051, 25 km, 300-byte header) of a day or a month.

    On `NSIDC_25KM`; unit percent. Codes 0...250 are steps of 0.4 %, 251 pole hole, 253 coast,
    254 land, 255 missing (Cavalieri et al. 1996, doi:10.5067/8GQ8LZQVL0VL).

    Raises
    ------
    SourceError
        If size, header, version or a code is not the known one, or name and header disagree.
    """
    named = re.fullmatch(r"nt_(\d{4})(\d{2})(\d{2})?_[fn]\d{2}_(v[\d.]+)_n\.bin", path.name)
    if named is None:
        raise refuse(path, "a name like nt_20010106_f13_v1.1_n.bin", path.name)
    codes, first, last = raw_codes(path)
    year, month, day, version = named.groups()
    stated = date(int(year), int(month), int(day or 1))
    end = stated if day else stated.replace(day=calendar.monthrange(stated.year, stated.month)[1])
    if (first, last) != (stated, end):
        raise refuse(path, f"a header for {stated} to {end}, as its name says", f"{first}, {last}")
    period = "daily" if day else "monthly"
    percent = decode(codes, path, PRODUCT, version, _TABLES)
    return Sample(stated, period, PRODUCT, version, percent)


def raw_codes(path: Path) -> tuple[NDArray[np.uint8], date, date]:
    """Read the raw codes on `NSIDC_25KM` and the first and last day the header names.

    Raises
    ------
    SourceError
        If size, header or version is not the known one.
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
    inner = re.search(rb"nt_\d+_[fn]\d\d_(v[\d.]+)_n", header)
    stated = inner[1].decode() if inner else "none"
    if stated not in _TABLES:
        raise refuse(path, f"a version of {PRODUCT} among {', '.join(_TABLES)} in the header", stated)
    start = date(number(102), 1, 1) - timedelta(days=1)
    first, last = (start + timedelta(days=number(at)) for at in (66, 84))
    codes = np.frombuffer(content, np.uint8, offset=_HEADER_BYTES).reshape(rows, columns)
    return codes, first, last
