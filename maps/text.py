"""How a text of the data is shown: what hides or turns the reading order is seen, not obeyed."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["visible"]

_VISIBLE: Final = (
    {code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A)}
    | {0x7F: "\u2421"}
    | {
        code: f"[U+{code:04X}]"
        for code in (*range(0x80, 0xA0), 0x061C, 0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F),
                     *range(0x2060, 0x2065), *range(0x2066, 0x206A), 0xFEFF, 0xFFFE, 0xFFFF)
    }
)  # fmt: skip


def visible(value: Any) -> str:
    """The text with control and bidirectional characters replaced by symbols; None is empty."""
    return "" if value is None else str(value).translate(_VISIBLE)
