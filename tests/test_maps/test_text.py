"""Hidden characters are shown, and those that are seen stay."""

from __future__ import annotations

import unicodedata

import pytest

from maps.text import literal, visible

# Controls, marks of the reading order, invisible separators and what XML forbids.
HIDDEN = [
    *range(0x80, 0xA0), 0x061C, 0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2060, 0x2065),
    *range(0x2066, 0x206A), 0xFEFF, 0xFFFE, 0xFFFF,
]  # fmt: skip


@pytest.mark.parametrize("code", HIDDEN)
def test_a_hidden_character_is_named(code: int) -> None:
    assert visible(f"a{chr(code)}b") == f"a[U+{code:04X}]b"


def test_every_other_character_of_the_plane_stays() -> None:
    for code in range(0x20, 0x10000):
        if code not in HIDDEN and code != 0x7F and not 0xD800 <= code < 0xE000:
            assert visible(chr(code)) == chr(code), unicodedata.name(chr(code), hex(code))


def test_controls_have_their_symbol_and_tab_and_line_stay() -> None:
    assert visible("\x00\x1b\x7f") == "\u2400\u241b\u2421"
    assert visible("a\tb\nc") == "a\tb\nc"
    assert visible(None) == ""


def test_no_expression_of_qgis_begins() -> None:
    assert literal("[% 1 %]") == "[ % 1 %]"
