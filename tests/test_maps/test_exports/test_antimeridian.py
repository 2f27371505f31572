"""Degrees of polar shapes: the pole is whole, no shape crosses 180 degrees, areas stay the same."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from export_pictures import lonlat_area_km2
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.crs import area_km2, geographic_to_polar, lonlat, polar_points
from layers.regions import region
from maps.exports.antimeridian import geographic


def test_a_cap_is_closed_over_the_pole():
    cap = geographic([region("arctic").outline])[0]
    assert cap.is_valid
    assert cap.bounds == pytest.approx((-180, 58, 180, 90), abs=0.01)
    assert cap.contains(shapely.Point(15, 85))
    # 2 pi R^2 (1 - sin 58 N) = 38.75 million km2 on the sphere
    assert lonlat_area_km2(cap) == pytest.approx(
        2 * np.pi * 6371.007**2 * (1 - np.sin(np.radians(58))), rel=0.005
    )


def test_a_box_over_the_date_line_is_two():
    box = geographic_to_polar([shapely.box(170, 66, 195, 72)])
    parts = shapely.get_parts(geographic(box))
    assert sorted(part.bounds for part in parts) == [
        pytest.approx((-180, 66, -165, 72), abs=0.01), pytest.approx((170, 66, 180, 72), abs=0.01),
    ]  # fmt: skip


def test_a_line_over_the_date_line_and_one_over_the_pole():
    line = geographic(geographic_to_polar([shapely.LineString([(175, 70), (185, 72)])]))[0]
    ends = sorted(part.bounds[0::2] for part in shapely.get_parts(line))
    assert ends == [pytest.approx((-180, -175), abs=0.01), pytest.approx((175, 180), abs=0.01)]
    over = geographic([shapely.LineString([*polar_points([10, -170], [80, 80])])])[0]
    assert shapely.get_coordinates(over)[:, 1].max() == 90
    for part in shapely.get_parts(over):
        assert np.abs(np.diff(shapely.get_coordinates(part)[:, 0])).max() <= 180 + 1e-6


def test_a_part_of_a_line_that_shrinks_to_a_point_is_left_out():
    """A line with a point for a part is not valid GeoJSON, and other readers refuse it."""
    line = shapely.MultiLineString([[(0, -1e6), (1e5, -1e6)], [(2e5, -1e6), (2e5, -1e6 + 0.001)]])
    [degrees] = geographic([line])
    assert degrees.is_valid
    assert len(shapely.get_parts(degrees)) == 1
    [point] = geographic([shapely.LineString([(2e5, -1e6), (2e5, -1e6 + 0.001)])])
    assert not point.is_empty, "a row keeps a place"


@settings(deadline=None)
@given(
    st.floats(-3e6, 3e6), st.floats(-3e6, 3e6), st.floats(5e4, 2.5e6), st.integers(3, 9), st.floats(0, 0.9)
)
def test_areas_are_kept_and_points_stay_inside(x, y, radius, corners, hole):
    angles = 2 * np.pi * np.arange(corners) / corners
    ring = np.column_stack([x + radius * np.cos(angles), y + radius * np.sin(angles)])
    shape = shapely.Polygon(ring)
    inner = shapely.Polygon((ring - (x, y)) * hole * 0.4 + (x, y))
    shape = shape.difference(inner) if hole > 0.1 else shape
    cut = geographic([shape])[0]
    assert cut.is_valid
    west, _, east, north = cut.bounds
    assert -180 <= west <= east <= 180
    assert north <= 90
    assert lonlat_area_km2(cut) == pytest.approx(area_km2([shape])[0], rel=0.02)
    for part in shapely.get_parts(cut):
        assert part.exterior.is_ccw
    spots = shape.buffer(-radius * 0.1)
    spot = (spots if not spots.is_empty else shape).representative_point()
    if shape.boundary.distance(spot) > 15_000:
        assert cut.covers(shapely.Point(*lonlat(spot.x, spot.y)))
