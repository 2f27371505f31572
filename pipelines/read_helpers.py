"""Steps that several readers need: strict rows of a CSV, numbers, and geometry in EPSG:3413."""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.crs import POLAR, geographic_to_polar, polar_points
from layers.errors import SourceError
from layers.regions import REGIONS, SOUTH_DEG

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = [
    "count_outside", "counting_outside", "lines", "points", "polygons", "read_rows", "to_number",
]  # fmt: skip

_TOUCH_M = 1.0
# Rows that the reader at work leaves out because they lie south of the snapshot; None if nobody counts.
_OUTSIDE: ContextVar[list[int] | None] = ContextVar("outside", default=None)


@contextmanager
def counting_outside() -> Iterator[list[int]]:
    """Give a list of numbers of rows that the body leaves out, because they lie outside the region."""
    counts: list[int] = []
    token = _OUTSIDE.set(counts)
    try:
        yield counts
    finally:
        _OUTSIDE.reset(token)


def count_outside(rows: int) -> None:
    """Say that a reader leaves out a number of rows because they lie outside the region."""
    counts = _OUTSIDE.get()
    if counts is not None:
        counts.append(rows)


def read_rows(path: Path, *, encoding: str = "utf-8-sig", expect: Sequence[str] = ()) -> pd.DataFrame:
    """The rows of a CSV as text columns; no text is read as missing.

    `expect` are headings that the file must have.

    Raises
    ------
    SourceError
        If a row has more or fewer fields than the header, the last row is cut, a heading of `expect` is
        missing, a heading occurs twice, or the bytes are not text in `encoding`.
    """
    rows: list[list[str]] = []
    try:
        text = path.read_text(encoding=encoding)
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        header = next(reader, [])
        rows.extend(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        where = f"after row {len(rows) + 1}" if isinstance(error, csv.Error) else "in its bytes"
        msg = f"{path.name}, {where}: expected a CSV in {encoding}, found {error}: fetch the file again"
        raise SourceError(msg) from error
    if not header:
        msg = f"{path.name}: expected a CSV with headings, found an empty file: fetch it again"
        raise SourceError(msg)
    if not text.endswith(("\n", "\r")):
        msg = f"{path.name}, row {len(rows) + 1}: expected a line end, found the end of the file: it is cut"
        raise SourceError(msg)
    lacking = [name for name in expect if name not in header]
    if lacking:
        msg = f"{path.name}: expected the headings {', '.join(lacking)}, found {', '.join(header[:12])}"
        raise SourceError(msg)
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        msg = f"{path.name}: expected each heading once, found {doubled[0]!r} twice: which is meant?"
        raise SourceError(msg)
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            msg = (
                f"{path.name}, row {number}: expected {len(header)} fields, found {len(row)} "
                f"({row[:3]}): the row is cut or shifted; fetch the file again"
            )
            raise SourceError(msg)
    return pd.DataFrame(rows, columns=header, dtype="str")


def to_number(text: pd.Series, *, zero_is_missing: bool = False) -> pd.Series:
    """The numbers of a text column; a blank is NaN, and with `zero_is_missing` a 0 is NaN too.

    A Unicode minus is read as a minus.

    Raises
    ------
    SourceError
        If a text is not a number.
    """
    clean = text.astype("str").str.strip().str.replace("\N{MINUS SIGN}", "-", regex=False)
    number = pd.to_numeric(clean.where(clean != "", None), errors="coerce")
    number = number.where(np.isfinite(number))  # "inf" parses as a number, and is refused below
    bad = number.isna() & (clean != "") & clean.notna()
    if bad.any():
        row = bad.idxmax()
        msg = f"column {text.name}, row {row}: expected a number, found {text[row]!r}"
        raise SourceError(msg)
    return number.where(number != 0) if zero_is_missing else number


def points(frame: pd.DataFrame, longitude: str, latitude: str) -> gpd.GeoDataFrame:
    """The rows north of the snapshot's southern edge (`SOUTH_DEG`), as points in EPSG:3413.

    `longitude` and `latitude` name the columns with degrees of WGS 84.

    Raises
    ------
    SourceError
        If a coordinate is missing, infinite or out of range, or if a row has longitude 0 and latitude 0.
    """
    lon = frame[longitude].to_numpy(dtype=float)
    lat = frame[latitude].to_numpy(dtype=float)
    bad = ~(np.isfinite(lon) & np.isfinite(lat)) | (np.abs(lat) > 90) | (np.abs(lon) > 360)
    bad |= (lon == 0) & (lat == 0)  # often written for an unknown place
    if bad.any():
        row = int(np.argmax(bad))
        msg = (
            f"row {frame.index[row]}: expected longitude and latitude in degrees, found "
            f"{lon[row]}, {lat[row]}: swapped or missing?"
        )
        raise SourceError(msg)
    north = lat >= SOUTH_DEG
    count_outside(int((~north).sum()))
    kept = frame.loc[north].reset_index(drop=True)
    return gpd.GeoDataFrame(kept, geometry=polar_points(lon[north], lat[north]), crs=POLAR)


def lines(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Lines in degrees of WGS 84 as lines in EPSG:3413, cut at the snapshot's southern edge."""
    return _cut(frame, "line")


def polygons(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Polygons in degrees of WGS 84 or in EPSG:3413 as polygons in EPSG:3413.

    They are cut at the snapshot's southern edge.
    """
    return _cut(frame, "polygon")


def _cut(frame: gpd.GeoDataFrame, kind: str) -> gpd.GeoDataFrame:
    cap = REGIONS[0].outline
    is_polar = frame.crs == POLAR
    projected = frame.geometry.to_numpy() if is_polar else geographic_to_polar(frame.geometry.array)
    shapely.prepare(cap)
    # Most geometries lie inside as a whole, and a test is much cheaper than an intersection.
    inside = shapely.within(projected, cap)
    cut = np.where(inside, projected, shapely.intersection(projected, cap))
    dimension = 1 if kind == "line" else 2
    # A line that only touches the edge is cut to less than a metre: a point in every output in degrees.
    least_m = np.where(inside | (dimension == 2), 0.0, _TOUCH_M)
    cut = np.array([_only(*row, dimension) for row in zip(cut, least_m, strict=True)], dtype=object)
    table = gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=cut, crs=POLAR)
    is_empty = table.geometry.is_empty
    count_outside(int(is_empty.sum()))
    return table[~is_empty].reset_index(drop=True)


def _only(geometry: shapely.Geometry, least_m: float, dimension: int) -> shapely.Geometry:
    parts = shapely.get_parts(geometry)
    kept = parts[(shapely.get_dimensions(parts) == dimension) & ~shapely.is_empty(parts)]
    if dimension == 2:
        return shapely.union_all(kept)
    return shapely.line_merge(shapely.union_all(kept[shapely.length(kept) >= least_m]))
