"""The page as text: hostile names stay text, the same picture gives the same bytes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from page_pictures import (
    HIDDEN_SHOWN,
    HOSTILE,
    NAMES,
    cell,
    layer_of,
    made_picture,
)

from layers.errors import ExportError
from maps.web import assets, page


def test_names_survive_as_they_are_and_close_no_block(text: str) -> None:
    column = next(c for c in layer_of(text, "nodes")["columns"] if c["name"] == "name")
    assert [cell(column, i) for i in range(len(NAMES))] == [*HOSTILE, HIDDEN_SHOWN, "Tromsø"]
    assert text.count("<script") == text.count("</script>") == 5 + text.count('id="later-')


def test_no_character_of_data_can_open_markup(text: str) -> None:
    for block in ("picture-data", "evidence-data", "later-nodes"):
        match = re.search(rf'id="{block}">(.*?)</script>', text)
        assert match
        assert not set(match.group(1)) & set("<>&\u2028\u2029\x00")


def test_same_picture_same_bytes(text: str, tmp_path: Path) -> None:
    assets.empty_page.cache_clear()
    path = page.write(made_picture(), tmp_path)
    assert path == tmp_path / "map.html"
    assert path.read_bytes() == text.encode()


def test_a_value_that_is_not_finite_is_refused() -> None:
    picture = made_picture()
    broken = picture.tables["evidence"].assign(value=np.inf)
    with pytest.raises(ExportError, match="finite"):
        page.page(replace(picture, tables={**picture.tables, "evidence": broken}))
