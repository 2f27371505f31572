"""Shapes come back whole from their code."""

from __future__ import annotations

import json
import zlib
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from page_pictures import (
    DATE_LINE,
    POLE,
    block_of,
    decoded,
    layer_of,
    unpacked,
)

from layers.crs import polar_points
from maps.web import outlines, page
from pipelines.picture.build import Options, compose_snapshot
from pipelines.snapshot.make import make_outlines
from pipelines.sources import SOURCES


@pytest.mark.parametrize("shape", [POLE, DATE_LINE, POLE.difference(shapely.Point(3e5, 0).buffer(2e5))])
def test_polygons_come_back_whole(shape: Any) -> None:
    coded = outlines.coded_paths(np.array([shape], dtype=object), "polygon", 1_000.0)
    (back,) = decoded(json.loads(json.dumps(coded)))
    assert back.symmetric_difference(shape).area < 0.005 * shape.area
    assert back.hausdorff_distance(shape) < 1_500


def test_holes_go_with_an_outer_ring_that_shrinks_away_and_only_with_it() -> None:
    # The first area is a sliver narrower than a step of 100 m, with a hole; the others are whole, with holes.
    sliver = shapely.Polygon([(0, 0), (9e3, 0), (9e3, 9), (0, 9)], [[(1, 1), (8e3, 1), (8e3, 8), (1, 8)]])
    whole = [
        shapely.box(x, 0, x + 9e3, 9e3).difference(shapely.box(x + 3e3, 3e3, x + 6e3, 6e3))
        for x in (2e4, 4e4)
    ]
    shapes = np.array([sliver, shapely.MultiPolygon([sliver, whole[0]]), whole[1]], dtype=object)
    back = decoded(outlines.coded_paths(shapes, "polygon", 0.0))
    assert [round(shape.area / 1e6) for shape in back] == [0, 72, 72]
    assert [len(shapely.get_rings(shape)) for shape in back] == [0, 2, 2]


def test_the_pole_and_the_date_line_stay_inside(text: str) -> None:
    ice = decoded(block_of(text, "later-sea_ice")["paths"])
    assert len(ice) == 3
    assert all(shape.contains(shapely.Point(0, 0)) for shape in ice)
    for paths in (layer_of(text, "land")["afar"], block_of(text, "later-land")["paths"]):
        (land,) = decoded(paths)
        for point in polar_points([171.0, 179.99, -179.99, -166.0], np.full(4, 69.0)):
            assert land.contains(point)
        assert not land.contains(shapely.Point(0, 0))


@settings(deadline=None)
@given(st.lists(st.integers(0, 2), min_size=12, max_size=12).filter(any))
def test_areas_of_cells_come_back_as_runs(grid: list[int]) -> None:
    boxes = [
        shapely.box(1e4 * (k % 4), -1e4 * (k // 4), 1e4 * (k % 4 + 1), 1e4 * (1 - k // 4)) for k in range(12)
    ]
    areas = [shapely.union_all([b for b, v in zip(boxes, grid, strict=True) if v == k]) for k in (1, 2)]
    cells = outlines.coded_cells(np.array(areas, dtype=object))["cells"]
    assert sum(unpacked(cells["runs"])) == cells["wide"] * cells["high"]
    line = [
        k for k, n in zip(unpacked(cells["areas"]), unpacked(cells["runs"]), strict=True) for _ in range(n)
    ]
    for area, shape in enumerate(areas, start=1):
        x, y = np.divmod([k for k, v in enumerate(line) if v == area], cells["wide"])[::-1]
        west, north, size = (
            cells["west"] + cells["size"] * x,
            cells["north"] - cells["size"] * y,
            cells["size"],
        )
        back = shapely.union_all(shapely.box(west, north - size, west + size, north))
        assert back.symmetric_difference(shape).area == 0


def test_areas_that_are_not_of_cells_are_no_cells() -> None:
    assert outlines.coded_cells(np.array([shapely.Point(0, 0).buffer(1e5)], dtype=object)) == {}
    assert outlines.coded_cells(np.array([shapely.Polygon()], dtype=object)) == {}


def test_a_vertex_at_the_pole_is_kept() -> None:
    wedge = shapely.Polygon([(0, 0), (1e6, 0), (1e6, 1e6)])
    coded = outlines.coded_paths(np.array([wedge], dtype=object), "polygon", 0.0)
    assert decoded(coded)[0].equals(wedge)


def test_what_was_coded_with_the_snapshot_is_what_would_be_coded_now() -> None:
    """`arctic-picture snapshot --static` writes maps/web/outlines.json.zlib again."""
    stored, current = outlines.OUTLINES.read_bytes(), make_outlines(SOURCES)
    assert json.loads(zlib.decompress(stored)) == json.loads(zlib.decompress(current))


def test_shapes_that_were_not_kept_are_coded(monkeypatch: pytest.MonkeyPatch) -> None:
    picture, loaded = compose_snapshot(Options(draws=100))
    assert loaded.manifest
    kept = page.page(picture)
    monkeypatch.setattr(outlines, "_stored", dict)
    assert page.page(picture) == kept
