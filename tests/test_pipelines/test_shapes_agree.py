"""A shapefile that says two things of its shapes is refused; real and written ones are not."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import shapely
from good_files import boxed, shape_parts

from layers.errors import SourceError
from pipelines.shapes_agree import check_shapes, check_shapes_of

SQUARES = [shapely.box(n, 70, n + 1, 71) for n in range(3)]
WITH_HOLE = shapely.box(0, 70, 9, 79) - shapely.box(2, 72, 3, 73)
LINE, MANY = shapely.LineString([(0, 70), (1, 71), (2, 70)]), shapely.MultiPoint([(0, 70), (1, 71)])
KINDS = {
    "areas": SQUARES, "a hole": [WITH_HOLE], "lines": [LINE, LINE], "points": [shapely.Point(1, 70)],
    "many points": [MANY], "heights": [shapely.force_3d(WITH_HOLE, 5.0)], "gaps": [SQUARES[0], None],
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_a_whole_shapefile_agrees_with_itself(name, tmp_path):
    parts = shape_parts(KINDS[name])
    check_shapes(parts[".shp"], parts[".shx"], "x.shp")
    check_shapes(parts[".shp"], None, "x.shp")
    (tmp_path / "x.zip").write_bytes(boxed(parts))
    check_shapes_of(tmp_path / "x.zip")
    (tmp_path / "x.shp").write_bytes(parts[".shp"])
    check_shapes_of(tmp_path / "x.shp")


def changed(content: bytes, at: int, form: str, value: float) -> bytes:
    return content[:at] + struct.pack(form, value) + content[at + struct.calcsize(form) :]


# The first square: record at 100, type at 108, bounds at 112, counts at 144, parts at 152, points at 156.
WRONG = {
    "header": (36, "<d", -5.0, "x.shp, header: expected shapes within the bounds -5, 70, 3, 71, found 0, 70"),
    "bounds": (112, "<d", 0.5, "x.shp, shape 1: expected shapes within the bounds 0.5, 70"),
    "not closed": (156, "<d", 0.99, "x.shp, shape 1: expected closed rings"),
    "far": (172, "<d", 7.0, "x.shp, shape 1: expected shapes within the bounds 0, 70, 1, 71, found 0, 70, 7"),
    "number": (236, ">i", 7, "x.shp: expected shape 2 with its length, found the number 7"),
    "type": (108, "<i", 3, "x.shp, shape 1: expected the type 5, as the header says, found 3"),
    "part": (152, "<i", 2, "x.shp, shape 1: expected parts one after the other"),
    "count": (148, "<i", 900, "x.shp, shape 1: expected 900 points in 1 parts, found 128 bytes"),
    "not a number": (172, "<d", float("nan"), "x.shp, shape 1: expected"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_changed_byte_that_the_format_can_tell_is_told(name):
    at, form, value, message = WRONG[name]
    parts = shape_parts(SQUARES)
    with pytest.raises(SourceError, match=message.replace("(", ".")):
        check_shapes(changed(parts[".shp"], at, form, value), parts[".shx"], "x.shp")


def test_an_index_of_other_places_is_told():
    parts = shape_parts(SQUARES)
    for index in (changed(parts[".shx"], 108, ">i", 60), parts[".shx"][:-8]):
        with pytest.raises(SourceError, match=r"expected an index \(.shx\) of the places of its shapes"):
            check_shapes(parts[".shp"], index, "x.shp")


def test_a_header_without_bounds_states_none():
    parts = shape_parts(SQUARES)
    check_shapes(parts[".shp"][:36] + bytes(32) + parts[".shp"][68:], parts[".shx"], "x.shp")


@pytest.mark.shared
def test_the_real_shapefiles_agree_with_themselves(mirror):
    paths = [*mirror.rglob("*.shp"), *mirror.rglob("*polygon*.zip"), *mirror.rglob("ne_*.zip")]
    assert len(paths) >= 7
    for path in paths:
        check_shapes_of(path)


def test_most_single_bytes_of_coordinates_are_told():
    """Of a square every vertex is at the bounds, of a ring with many few are: the rest cannot be known."""
    ring = shapely.Point(0, 75).buffer(1.0, quad_segs=64)
    parts = shape_parts([ring])
    refused, tried = 0, 0
    chance = np.random.default_rng(5)
    for at in chance.integers(100, len(parts[".shp"]), 300):
        content = bytearray(parts[".shp"])
        content[at] ^= 1 << int(chance.integers(8))
        tried += 1
        try:
            check_shapes(bytes(content), parts[".shx"], "x.shp")
        except SourceError:
            refused += 1
    assert 0.1 < refused / tried < 1


def test_points_beyond_the_stated_bounds_are_told():
    content = shape_parts([shapely.Point(1, 70), shapely.Point(2, 71)])[".shp"]
    # The first point: record at 100, type at 108, x at 112.
    with pytest.raises(
        SourceError, match=r"header: expected shapes within the bounds 1, 70, 2, 71, found 2, 70, 9"
    ):
        check_shapes(changed(content, 112, "<d", 9.0), None, "x.shp")
