"""Text for readers: hidden characters as visible symbols, and headings of columns with their units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

    from layers.schema import Column, Layer

__all__ = ["heading", "literal", "months_in_words", "visible", "visible_table"]

# Control characters and characters that change the reading order become visible: U+2400 plus the code is the
# symbol of a control character. XML forbids U+FFFE and U+FFFF.
_VISIBLE: Final = (
    {code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A)}
    | {0x7F: "\u2421"}
    | {
        code: f"[U+{code:04X}]"
        for code in (*range(0x80, 0xA0), 0x061C, 0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F),
                     *range(0x2060, 0x2065), *range(0x2066, 0x206A), 0xFEFF, 0xFFFE, 0xFFFF)
    }
)  # fmt: skip

# Words of column names that are abbreviations.
_CAPITALS = frozenset({"cer", "eu", "iata", "icao", "iso3", "nato"})
# Suffixes of column names that repeat the unit.
_UNIT_SUFFIXES = ("million_km2", "km2", "km", "deg", "degc", "m")


def visible(value: Any) -> str:
    """The text of a value with its hidden characters shown as symbols; `""` for None."""
    return "" if value is None else str(value).translate(_VISIBLE)


def literal(value: Any) -> str:
    """The visible text of a value for QGIS, in which no `[%` can begin an expression."""
    return visible(value).replace("[%", "[ %")


def visible_table(table: pd.DataFrame, layer: Layer) -> pd.DataFrame:
    """The table of a layer with the hidden characters of its texts shown as symbols."""
    columns = [column.name for column in layer.all_columns if column.dtype == "str"]
    return table.assign(
        **{name: table[name].map(visible, na_action="ignore").astype("str") for name in columns}
    )


def heading(column: Column) -> str:
    """Heading of a column: its name in words, and its unit in brackets.

    A column with the unit 1 has its range instead of the unit, or the word ratio.
    """
    name, unit = column.name, column.unit
    if unit:
        suffix = next((suffix for suffix in _UNIT_SUFFIXES if name.endswith(f"_{suffix}")), "")
        name = name.removesuffix(f"_{suffix}") if suffix else name
    if unit == "1":
        unit = f"{column.low:g} to {column.high:g}" if column.low is not None and column.high else "ratio"
    words = " ".join(word.upper() if word in _CAPITALS else word for word in name.split("_"))
    words = words[:1].upper() + words[1:]
    return f"{words} [{unit}]" if unit else words


def months_in_words(digits: str) -> str:
    """Months of twelve digits, January first: `all year`, or their numbers, such as `months 1-3, 12`."""
    if "0" not in digits:
        return "all year"
    spans: list[list[int]] = []
    for month in (place + 1 for place, digit in enumerate(digits) if digit == "1"):
        if spans and spans[-1][1] == month - 1:
            spans[-1][1] = month
        else:
            spans.append([month, month])
    return "months " + ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in spans)
