"""Coding of columns and whole numbers for the web page. page/columns.js and page/decode.js read them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from layers.schema import Column
from maps.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["ALPHABET", "coded", "coded_columns", "packed", "rounded"]

ALPHABET: Final = np.frombuffer(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", dtype=np.uint8
)
_DIGITS = 6  # significant digits of a number; whole numbers keep all digits
_SHARE_DIGITS = 4  # digits after the point of a number between 0 and 1; the stored tables have all digits
_PACKED_BELOW = 2**28  # decode.js reads numbers into 32 bits, of which one is the sign
_LONG = 50_000  # characters of a column from which on its texts are coded as phrases
_PHRASE = re.compile(r"(?<=[.,:;]) ")


def coded_columns(columns: Iterable[Column], table: Any) -> list[dict[str, Any]]:
    """Return name, unit, meaning and coded values of each of `columns` that the table has."""
    return [
        {
            "name": column.name,
            "unit": visible(column.unit),
            "meaning": visible(column.meaning),
            **(_coded_ids(table) if column.name == "node_id" else coded(table[column.name], column)),
        }
        for column in columns
        if column.name in table.columns
    ]


def _coded_ids(table: Any) -> dict[str, Any]:
    """Code the ids of nodes without the kind and the colon at their beginning, if all ids begin so."""
    ids, column = table["node_id"], Column("node_id", "str", "")
    if "kind" not in table.columns:
        return coded(ids, column)
    short = [
        node_id.removeprefix(f"{kind}:") if str(node_id).startswith(f"{kind}:") else None
        for node_id, kind in zip(ids, table["kind"], strict=True)
    ]
    if None in short:
        return coded(ids, column)
    return {**coded(pd.Series(short, dtype="str"), column), "after": "kind"}


def coded(values: pd.Series, column: Column) -> dict[str, Any]:
    """Code the values of a column in a form that takes little room.

    The forms are:

    - `one`: the value that all rows share; null if no row has a value.
    - `values` with `codes`: a list of distinct values, and the number of the value of each row (-1 is null).
    - `phrases`: long texts as lists of the phrases that they share (`_phrased`).
    - `packed` with `digits`: whole numbers of 10**-digits. 0 is null, so numbers from 0 up are stored plus 1.
    - `values` alone: the value of each row.
    """
    is_text = column.dtype == "str"
    codes, distinct = pd.factorize(values, sort=True)
    is_share = column.dtype == "float" and (column.low, column.high) == (0.0, 1.0)
    plain = [visible(value) for value in distinct] if is_text else _plain_numbers(distinct, is_share=is_share)
    if not plain:
        return {"one": None}
    if len(plain) == 1 and not np.any(codes < 0):
        return {"one": plain[0]}
    # A list of distinct values saves room if each value occurs more than three times on average.
    if 3 * len(plain) < len(codes):
        return {"values": plain, "codes": packed(codes)}
    if is_text and sum(len(str(text)) for text in plain) > _LONG:
        return _phrased([None if code < 0 else plain[code] for code in codes.tolist()])
    digits = None if is_text else _digits_of(np.asarray(plain, dtype=float))
    if digits is None:
        return {"values": [None if code < 0 else plain[code] for code in codes.tolist()]}
    whole = np.round(np.append(plain, 0.0) * 10.0**digits).astype(np.int64)
    return {"digits": digits, "packed": packed(np.where(codes < 0, 0, (whole + (whole >= 0))[codes]))}


def _phrased(texts: list[str | None]) -> dict[str, Any]:
    """Code long texts as `phrases`, the numbers of the phrases of all texts (`which`), and `counts`.

    `counts` has the number of phrases of each text; a missing text has none.
    """
    split = [[] if text is None else _PHRASE.split(text) for text in texts]
    codes, phrases = pd.factorize(np.array([part for parts in split for part in parts], dtype=object))
    return {"phrases": phrases.tolist(), "which": packed(codes), "counts": packed([len(p) for p in split])}


def _digits_of(values: NDArray[np.float64]) -> int | None:
    """Return how many digits after the point these numbers need, 0 to 8; None if they cannot be packed."""
    for digits in range(9):
        scaled = values * 10.0**digits
        if np.abs(scaled).max() >= _PACKED_BELOW:
            return None
        if np.abs(scaled - np.round(scaled)).max() < 1e-6:
            return digits
    return None


def _plain_numbers(values: Any, *, is_share: bool) -> list[float | int | bool]:
    """Return numbers with six significant digits, whole numbers as integers, and booleans unchanged.

    Shares have four digits after the point.
    """
    if getattr(values, "dtype", None) in ("bool", "boolean"):
        return [bool(value) for value in values]
    numbers = np.asarray(values, dtype=float)
    if is_share:
        return [int(v) if v.is_integer() else v for v in np.round(numbers, _SHARE_DIGITS).tolist()]
    return [rounded(value) for value in numbers.tolist()]


def rounded(value: float) -> float | int:
    """Return a number with six significant digits; a whole number becomes an integer."""
    return int(value) if value.is_integer() else float(f"{value:.{_DIGITS}g}")


def packed(values: Any) -> str:
    """Write whole numbers as text: five bits in each character, the lowest bits first.

    The lowest bit of a number is its sign. A character of the upper half of `ALPHABET` means that the next
    character belongs to the same number.
    """
    number = np.asarray(values, dtype=np.int64)
    if not len(number):
        return ""
    # Zigzag coding: small negative numbers stay small.
    folded = (number << 1) ^ (number >> 63)
    length = 1 + sum((folded >= 32**k).astype(int) for k in range(1, 7))
    place = np.arange(length.max())
    digit = (folded[:, None] >> (5 * place)) & 31
    digit |= np.where(place < length[:, None] - 1, 32, 0)
    return ALPHABET[digit[place < length[:, None]]].tobytes().decode("ascii")
