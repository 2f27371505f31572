"""`RawTable`: one layer of a user's file as its reader returns it, and the limits that every reader holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError

from layers.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = [
    "DEGREES", "FIELD_CHARACTERS", "LAYERS", "MAX_COLUMNS", "MAX_ROWS", "NAME_CHARACTERS", "NO_GEOMETRY",
    "NO_POSITION", "RAGGED", "ROWS_NAMED", "UNREADABLE", "LeftOut", "RawTable", "crs_of", "text_of",
]  # fmt: skip

# Limits are conventions: above what people keep in one file, below what fills the memory of the sandbox.
MAX_ROWS, MAX_COLUMNS, LAYERS = 1_000_000, 400, 40
FIELD_CHARACTERS, NAME_CHARACTERS = 100_000, 200
DEGREES = CRS("EPSG:4326")
ROWS_NAMED = 5  # rows that are left out for a reason and are named; the others are counted

# Reasons for which a row is left out, as they follow its number: "3 without geometry".
NO_GEOMETRY = "without geometry"
UNREADABLE = "with a geometry that cannot be read"
NO_POSITION = "with a position that cannot be read"
RAGGED = "with more fields than the header"


@dataclass(slots=True)
class LeftOut:
    """Rows that are left out: how many by reason (`counts`), and the numbers of the first of them (`rows`).

    A number is that of the row in the file, counted from 1. In a table of cells the header has one as well,
    as a spreadsheet shows it.
    """

    counts: Counter[str] = field(default_factory=Counter)
    rows: dict[str, list[int]] = field(default_factory=dict)

    def add(self, reason: str, numbers: NDArray[np.int64]) -> None:
        """Leave out the rows with these numbers; nothing is done for none."""
        if len(numbers):
            self.counts[reason] += len(numbers)
            both = [*self.rows.get(reason, []), *np.sort(numbers)[:ROWS_NAMED].tolist()]
            self.rows[reason] = sorted(both)[:ROWS_NAMED]


@dataclass(slots=True)
class RawTable:
    """One layer of a file: attributes as texts, and a geometry for each row, None where there is none.

    `is_damaged` marks rows whose geometry is stated and cannot be read. `left_out` are rows that have no
    entry in `geometry`. `remark` is a sentence about the file that its user must read. `numbers` are those of
    the rows in the file (`LeftOut`); by default they are counted from 1.
    """

    name: str
    columns: dict[str, list[str | None]]
    geometry: NDArray[np.object_]
    crs: CRS
    left_out: LeftOut = field(default_factory=LeftOut)
    remark: str = ""
    is_damaged: NDArray[np.bool_] | None = None
    numbers: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype="int64"))

    def __post_init__(self) -> None:
        """Number the rows, and hold the limits.

        Raises
        ------
        SourceError
            If there are too many rows or columns, or a text is too long.
        """
        if not len(self.numbers):
            self.numbers = np.arange(1, len(self.geometry) + 1)
        for what, found, most in (
            ("rows", len(self.geometry), MAX_ROWS),
            ("columns", len(self.columns), MAX_COLUMNS),
        ):
            if found > most:
                msg = f"expected at most {most:,} {what}, found {found:,}: split the file"
                raise SourceError(msg)
        for name, texts in self.columns.items():
            longest = max((len(text) for text in texts if text), default=0)
            if longest > FIELD_CHARACTERS:
                msg = (
                    f"expected texts of at most {FIELD_CHARACTERS:,} characters, found {longest:,} in the "
                    f"column {name[:60]!r}: shorten them"
                )
                raise SourceError(msg)


def text_of(values: Sequence[Any]) -> list[str | None]:
    """The values of an attribute as texts; missing values stay missing.

    Floats that are all whole numbers lose their decimal point: drivers give integers with gaps as floats.
    """
    numbers = [v for v in values if isinstance(v, float) and v == v]  # noqa: PLR0124  NaN is not itself
    is_whole = bool(numbers) and all(v.is_integer() and abs(v) < 1e15 for v in numbers)
    return [_text(value, is_whole=is_whole) for value in values]


def _text(value: Any, *, is_whole: bool) -> str | None:
    if value is None or value == "" or (isinstance(value, float) and value != value):  # noqa: PLR0124
        return None
    if isinstance(value, float) and is_whole:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time.min and value.tzinfo is None:
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def crs_of(description: Any, options: Mapping[str, str]) -> CRS:
    """The CRS that the description of the user names (`crs`), else the CRS that the file states.

    Raises
    ------
    SourceError
        If neither is a CRS on the Earth.
    """
    stated = options.get("crs") or description
    try:
        crs = CRS.from_user_input(stated) if stated else None
    except CRSError as error:
        msg = f"expected a CRS such as EPSG:4326, found {str(stated)[:80]!r}: set the file's CRS"
        raise SourceError(msg) from error
    if crs is None or crs.name.startswith("Undefined") or not (crs.is_geographic or crs.is_projected):
        found = crs.name if crs else "none"
        msg = f'expected a CRS, found {found}: set the file\'s CRS, or write crs = "EPSG:…" in its TOML'
        raise SourceError(msg)
    return crs
