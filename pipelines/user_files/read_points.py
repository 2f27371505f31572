"""CSV and XLSX: rows of cells with a latitude and a longitude, as points."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import shapely

from layers.errors import SourceError
from pipelines.user_files.column_words import LATITUDE, LONGITUDE, SHAPE, column_named, degrees
from pipelines.user_files.raw_table import (
    DEGREES,
    FIELD_CHARACTERS,
    MAX_ROWS,
    NO_GEOMETRY,
    NO_POSITION,
    RAGGED,
    LeftOut,
    RawTable,
    crs_of,
)  # fmt: skip
from pipelines.user_files.text_encoding import text_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["read_csv", "table_of_rows"]

_HEADER_ROWS = 20  # rows among which the header is sought: people write a title above it
_SEPARATORS = ";\t,|"
_METRES = ("x", "y", "nord", "northing", "øst", "ost", "easting", "point x", "point y")


def read_csv(path: Path, options: Mapping[str, str]) -> list[RawTable]:
    """The points of a CSV with commas, semicolons, tabs or bars between its fields.

    `options` may name the columns (`x`, `y`), the `crs` and the `encoding`.

    Raises
    ------
    SourceError
        If it is no table with a position.
    """
    text, encoding_note = text_in(path, options.get("encoding", ""))
    first = re.match(r"sep=(.)\r?\n", text)  # a first line that Excel writes and reads
    text = text[first.end() :] if first else text
    separator = first[1] if first else _separator(text)
    csv.field_size_limit(FIELD_CHARACTERS)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        msg = f"expected a CSV, found {error}: export it again"
        raise SourceError(msg) from error
    _must_not_swallow_rows(rows, separator)
    table = table_of_rows("", rows, options)
    table.remark = encoding_note
    return [table]


def _must_not_swallow_rows(rows: Sequence[Sequence[str]], separator: str) -> None:
    """Refuse a text over several lines that has whole rows in it: its quote was opened and never closed."""
    width = max((len(row) for row in rows), default=0)
    for row in rows:
        for text in row:
            if "\n" in text and any(line.count(separator) >= max(width - 1, 1) for line in text.split("\n")):
                msg = f"expected a quote to end, found whole rows inside {text[:40]!r}: close it"
                raise SourceError(msg)


def _separator(text: str) -> str:
    """The separator that splits the first rows into the most equal numbers of fields."""
    head = "\n".join(text.split("\n", _HEADER_ROWS)[:_HEADER_ROWS])

    def evenness(separator: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(head), delimiter=separator) if any(row)]
        except csv.Error:
            return 0, 0
        width, count = Counter(widths).most_common(1)[0] if widths else (1, 0)
        return (count if width > 1 else 0), width

    # A decimal comma also splits evenly, so of equal separators the one that stands first wins.
    return max(_SEPARATORS, key=lambda one: (evenness(one)[0], -_SEPARATORS.index(one)))


def table_of_rows(name: str, rows: Sequence[Sequence[str | None]], options: Mapping[str, str]) -> RawTable:
    """The points of rows of cells, whose header is the first row with a latitude and a longitude.

    A row without a cell is none, and has a number all the same: a spreadsheet counts it.

    Raises
    ------
    SourceError
        If there is no such header, a column is twice in it, or there are too many rows.
    """
    numbers = np.flatnonzero([any(row) for row in rows]) + 1
    rows = [row for row in rows if any(row)]
    if len(rows) > MAX_ROWS + _HEADER_ROWS:
        msg = f"expected at most {MAX_ROWS:,} rows, found {len(rows):,}: split the file"
        raise SourceError(msg)
    at, header = _header(rows, options)
    shape = None if _position(header, options) else column_named(header, SHAPE)
    body, numbers = rows[at + 1 :], numbers[at + 1 :]
    left_out = LeftOut()
    is_ragged = np.array([any(row[len(header) :]) for row in body], dtype=bool)
    left_out.add(RAGGED, numbers[is_ragged])
    body, numbers = [row for row in body if not any(row[len(header) :])], numbers[~is_ragged]
    columns = {
        label: [(row[place] or "").strip() or None if place < len(row) else None for row in body]
        for place, label in enumerate(header)
    }
    if shape:
        texts = np.array(columns.pop(shape), dtype=object)
        geometry = shapely.from_wkt(texts, on_invalid="ignore")
        is_damaged = shapely.is_missing(geometry) & (texts != None)  # noqa: E711  element by element
        crs = crs_of(DEGREES, options)
        return RawTable(name, columns, geometry, crs, left_out, is_damaged=is_damaged, numbers=numbers)
    across, up = _position(header, options) or ("", "")
    crs = crs_of(DEGREES, options)
    geometry, is_kept = _points(columns.pop(across), columns.pop(up), numbers, left_out)
    if not options.get("crs") and column_named([across], _METRES):
        _must_be_degrees(across, up, shapely.get_x(geometry))
    kept = np.flatnonzero(is_kept)
    columns = {label: [texts[row] for row in kept] for label, texts in columns.items()}
    return RawTable(name, columns, geometry, crs, left_out, numbers=numbers[kept])


def _header(rows: Sequence[Sequence[str | None]], options: Mapping[str, str]) -> tuple[int, list[str]]:
    for at, row in enumerate(rows[:_HEADER_ROWS]):
        header = [" ".join((cell or "").split()) for cell in row]
        # A column without a heading keeps its values.
        header = [label or f"column {place}" for place, label in enumerate(header, start=1)]
        if _position(header, options) or column_named(header, SHAPE):
            twice = [label for label in header if header.count(label) > 1]
            if twice:
                msg = f"expected each column once, found {twice[0][:60]!r} twice: rename one"
                raise SourceError(msg)
            return at, header
    first = ", ".join(str(cell)[:30] for cell in (rows[0] if rows else ())[:12] if cell) or "nothing"
    msg = (
        f"expected columns of latitude and longitude, found {first}: name them latitude and longitude, or "
        'write x = "…" and y = "…" in its TOML'
    )
    raise SourceError(msg)


def _position(header: Sequence[str], options: Mapping[str, str]) -> tuple[str, str] | None:
    """The columns of longitude (or x) and latitude (or y); None if one lacks."""
    across = column_named(header, [options["x"]] if "x" in options else LONGITUDE)
    up = column_named(header, [options["y"]] if "y" in options else LATITUDE)
    return (across, up) if across and up and across != up else None


def _must_be_degrees(across: str, up: str, x: NDArray[np.float64]) -> None:
    """Refuse metres under names that may mean either; degrees under other names are checked row by row."""
    if len(x) and np.median(np.abs(x)) > 360:
        msg = (
            f"expected degrees in {across!r} and {up!r}, found {x[0]:g}: write the CRS of the metres in its "
            'TOML, such as crs = "EPSG:32633"'
        )
        raise SourceError(msg)


def _points(
    across: list[str | None], up: list[str | None], numbers: NDArray[np.int64], left_out: LeftOut
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Points of two columns of cells, and which rows have one; the others are counted in `left_out`."""
    x = np.array([np.nan if (v := degrees(text)) is None else v for text in across], dtype=float)
    y = np.array([np.nan if (v := degrees(text)) is None else v for text in up], dtype=float)
    is_bare = np.array([a is None and b is None for a, b in zip(across, up, strict=True)], dtype=bool)
    is_read = np.isfinite(x) & np.isfinite(y)
    left_out.add(NO_GEOMETRY, numbers[is_bare])
    left_out.add(NO_POSITION, numbers[~is_read & ~is_bare])
    return np.asarray(shapely.points(x[is_read], y[is_read]), dtype=object), is_read
