"""How text is put before a reader: what hides is shown, and a column is called by words and unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from layers.schema import Column

__all__ = ["heading", "literal", "visible"]

# Characters that hide, or turn the reading order of what follows, are shown instead of obeyed.
# U+FFFE and U+FFFF have no place in XML.
_VISIBLE: Final = (
    {code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A)}
    | {0x7F: "\u2421"}
    | {
        code: f"[U+{code:04X}]"
        for code in (*range(0x80, 0xA0), 0x061C, 0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F),
                     *range(0x2060, 0x2065), *range(0x2066, 0x206A), 0xFEFF, 0xFFFE, 0xFFFF)
    }
)  # fmt: skip

_CAPITALS = frozenset({"cer", "eu", "iata", "icao", "iso3", "nato"})
# Ends of column names that only repeat the unit.
_ENDS = ("million_km2", "km2", "km", "deg", "degc", "m")


def visible(value: Any) -> str:
    """The text of a value with nothing hidden in it; `""` of none."""
    return "" if value is None else str(value).translate(_VISIBLE)


def literal(value: Any) -> str:
    """The visible text of a value for QGIS, which finds no `[% expression %]` in it."""
    return visible(value).replace("[%", "[ %")


def heading(column: Column) -> str:
    """What a table calls the column: its name in words, and its unit in brackets."""
    name, unit = column.name, column.unit
    if unit:
        end = next((end for end in _ENDS if name.endswith(f"_{end}")), "")
        name = name.removesuffix(f"_{end}") if end else name
    if unit == "1":
        unit = f"{column.low:g} to {column.high:g}" if column.low is not None and column.high else "ratio"
    words = " ".join(word.upper() if word in _CAPITALS else word for word in name.split("_"))
    words = words[:1].upper() + words[1:]
    return f"{words} [{unit}]" if unit else words
