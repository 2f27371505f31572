"""The area of a point: the first that holds it, else the nearest, as a search of the nearest alone says."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.areas import nearest_areas

SQUARES = shapely.box([0, 10, 0], [0, 0, 20], [4, 14, 4], [4, 4, 24])


def test_a_point_inside_on_the_edge_and_beside():
    points = shapely.points([(1, 1), (14, 2), (6, 2), (8, 2), (2, 13)])
    assert nearest_areas(points, SQUARES).tolist() == [0, 1, 0, 1, 2]


def test_of_two_areas_that_hold_a_point_the_first_counts():
    both = shapely.box([0, 2], [0, 0], [4, 6], [4, 4])
    assert nearest_areas(shapely.points([(3, 1)]), both).tolist() == [0]


def test_no_points_and_no_areas():
    assert nearest_areas(shapely.points(np.empty((0, 2))), SQUARES).tolist() == []
    with pytest.raises(ValueError, match="expected at least one, found none"):
        nearest_areas(shapely.points([(0, 0)]), np.empty(0, dtype=object))


@given(st.lists(st.tuples(st.integers(-9, 30), st.integers(-9, 30)), min_size=1, max_size=8))
def test_no_area_is_nearer_than_the_one_that_is_found(places):
    points = shapely.points(places)
    rows = nearest_areas(points, SQUARES)
    away = shapely.distance(points[:, None], SQUARES)
    assert np.array_equal(away[np.arange(len(points)), rows], away.min(axis=1))
