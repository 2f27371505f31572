"""The map of an exercise: what is drawn, where names go, and that it makes no request."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pytest
import shapely

from maps.exercises.polar_map import Mark, Scene, exercise_map

STAMP = {"status": "exercise input, not a forecast", "pack": "toy 1", "seed": 1, "picture_day": "2026-01-01",
         "graph_sha256": "ab"}  # fmt: skip
NONE = np.empty(0, dtype=object)
LINE = np.array([shapely.LineString([(0, -2_000_000), (300_000, -2_100_000)])], dtype=object)


def drawn(*marks: Mark, name: str = "Toy") -> str:
    scenes = [Scene("data", "Before", (), NONE, LINE, ("as before",)),
              Scene("data", "Hour 1", marks, LINE, NONE, ("cut off",))]  # fmt: skip
    land = [shapely.box(-200_000, -2_400_000, 100_000, -1_900_000)]
    return exercise_map(name, STAMP, land, {"data": {"cable": LINE}}, scenes, {"data": ("radio",)})


def test_every_kind_of_mark_has_its_own_shape_and_name():
    page = drawn(
        Mark(0, -2_000_000, "North", "cut_off", 9), Mark(300_000, -2_100_000, "South", "longer", 5),
        Mark(100_000, -2_300_000, "Quay", "closed"),
    )  # fmt: skip
    assert [len(re.findall(f'class="{kind}"', page)) for kind in ("k-cut", "k-longer", "k-closed")] == [
        2,
        2,
        2,
    ]
    assert all(f">{name}</text>" in page for name in ("North", "South", "Quay"))
    assert 'id="step0" class="radio" checked="checked"' in page


def test_a_node_beside_a_place_with_a_name_has_none():
    page = drawn(Mark(0, -2_000_000, "Town", "cut_off", 9), Mark(1000, -2_000_000, "Shed", "cut_off"))
    assert ">Town</text>" in page
    assert ">Shed</text>" not in page


def test_text_is_escaped_and_nothing_is_loaded():
    page = drawn(Mark(0, -2_000_000, "<script>x</script>", "cut_off", 9), name="<img src=x>")
    tags: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, _: tags.append(tag)  # type: ignore[method-assign]
    parser.feed(page)
    assert not {"script", "img", "link", "iframe"} & set(tags)
    assert "svg" in tags
    assert "default-src 'none'" in page


@pytest.mark.parametrize("part", list(STAMP.values()))
def test_the_stamp_stands_on_it(part):
    assert str(part) in drawn()
