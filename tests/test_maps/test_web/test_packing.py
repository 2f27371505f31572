"""Packed numbers and coded columns come back as they were."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_pictures import cell, unpacked

from layers.schema import Column
from maps.web import packing


@settings(deadline=None)
@given(st.lists(st.integers(-(2**31), 2**31 - 1)))
def test_packed_numbers_come_back(numbers: list[int]) -> None:
    packed = packing.packed(numbers)
    assert unpacked(packed) == numbers
    assert not set(packed) & set('<>&"\\')


def test_numbers_are_packed_as_the_script_reads_them() -> None:
    """page/decode.test.mjs unpacks the same file."""
    pairs = json.loads((Path(__file__).parent / "page" / "packed_numbers.json").read_text())
    assert [packing.packed(pair["numbers"]) for pair in pairs] == [pair["text"] for pair in pairs]


def test_a_small_step_is_one_character() -> None:
    assert (packing.packed([0]), packing.packed([-1]), packing.packed([1])) == ("A", "B", "C")
    assert [len(packing.packed([n])) for n in (15, -16, 16, 511, 512)] == [1, 1, 2, 2, 3]


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(-1e5, 1e5).map(lambda v: round(v, 3))), min_size=1))
def test_numbers_come_back_and_missing_stays_missing(values: list[float | None]) -> None:
    column = Column("value", "float", "any")
    coded = packing.coded(pd.Series(values, dtype="float64"), column)
    for row, value in enumerate(values):
        assert cell(coded, row) == (None if value is None else pytest.approx(value, rel=1e-5, abs=1e-9))


def test_long_texts_come_back_from_their_phrases() -> None:
    texts = [f"Climate {k % 7} of 9: known. Civil {k}, half; {'x' * 60}" for k in range(900)] + [None]
    coded = packing.coded(pd.Series(texts, dtype="str"), Column("reasons", "str", "why"))
    assert "phrases" in coded
    assert [cell(coded, row) for row in (0, 500, 900)] == [texts[0], texts[500], None]
    assert len(json.dumps(coded)) < 0.6 * len(json.dumps(texts))
