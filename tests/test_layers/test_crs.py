"""The polar CRS: areas, distances, the date line and the pole."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from layers.crs import (
    area_km2,
    distance_km,
    geographic_to_polar,
    length_km,
    lonlat,
    polar_points,
    polar_xy,
    unit_vectors,
)

GEOD = Geod(ellps="WGS84")
A_KM, F = 6378.137, 1 / 298.257223563


def cap_km2(south_deg: float) -> float:
    """Area of the WGS 84 ellipsoid north of a parallel (Snyder 1987, equation 3-12)."""
    e2 = F * (2 - F)
    e = np.sqrt(e2)

    def q(latitude_deg: float) -> float:
        sine = np.sin(np.radians(latitude_deg))
        log = np.log((1 - e * sine) / (1 + e * sine))
        return (1 - e2) * (sine / (1 - e2 * sine**2) - log / (2 * e))

    return np.pi * A_KM**2 * (q(90) - q(south_deg))


def box_km2(width_deg: float, south_deg: float, north_deg: float) -> float:
    return (cap_km2(south_deg) - cap_km2(north_deg)) * width_deg / 360


def polar(*shapes: object) -> np.ndarray:
    return geographic_to_polar(shapes)


def holds(polygon: object, longitude_deg: float, latitude_deg: float) -> bool:
    x, y = polar_xy(longitude_deg, latitude_deg)
    return bool(shapely.contains_xy(polygon, x, y))


def test_the_formula_itself_gives_the_whole_ellipsoid() -> None:
    # Surface of WGS 84: 510,065,622 km2 (NGA.STND.0036).
    assert 2 * cap_km2(0) == pytest.approx(510_065_622, rel=1e-7)


def test_area_of_the_cap_north_of_60() -> None:
    [cap] = polar(shapely.box(-180, 60, 180, 90))
    assert cap.is_valid
    assert cap.geom_type == "Polygon"
    # A sphere of 6,371 km has 34.2 million km2 there; reliability P11 saw 0 for this box.
    assert cap_km2(60) == pytest.approx(34.2e6, rel=0.01)
    assert area_km2([cap])[0] == pytest.approx(cap_km2(60), rel=1e-3)
    assert holds(cap, 0, 90)
    assert holds(cap, 180, 61)
    assert not holds(cap, 180, 59)


def test_a_belt_of_all_longitudes_has_the_pole_outside() -> None:
    [belt] = polar(shapely.box(-180, 60, 180, 80))
    assert area_km2([belt])[0] == pytest.approx(box_km2(360, 60, 80), rel=1e-3)
    assert not holds(belt, 0, 90)
    assert all(holds(belt, lon, 70) for lon in (-135, -1, 90, 179.5))


def test_ring_round_the_pole() -> None:
    ring = shapely.Polygon([(lon, 75.0) for lon in range(-170, 190, 20)])
    [cap] = polar(ring)
    assert area_km2([cap])[0] == pytest.approx(cap_km2(75), rel=1e-3)
    assert holds(cap, 0, 90)
    assert holds(cap, 180, 76)
    assert not holds(cap, 180, 74)


def test_ring_round_the_pole_with_a_hole() -> None:
    ring, hole = ([(lon, lat) for lon in range(-170, 190, 20)] for lat in (70.0, 80.0))
    [belt] = polar(shapely.Polygon(ring, [hole]))
    assert area_km2([belt])[0] == pytest.approx(box_km2(360, 70, 80), rel=1e-3)
    assert not holds(belt, 5, 89.9)
    assert holds(belt, 180, 75)


@pytest.mark.parametrize(("west", "east"), [(170, 190), (170, -170), (-190, -170)])
def test_box_over_the_date_line_however_it_is_written(west: float, east: float) -> None:
    [shape] = polar(shapely.Polygon([(west, 65), (east, 65), (east, 70), (west, 70)]))
    assert area_km2([shape])[0] == pytest.approx(box_km2(20, 65, 70), rel=1e-3)
    assert holds(shape, 180, 67)
    assert holds(shape, -175, 67)
    assert not holds(shape, 0, 67)
    assert not holds(shape, -169, 67)


WRANGEL = [(178.5, 70.8), (-177.4, 70.8), (-177.4, 71.6), (178.5, 71.6)]


def test_polygon_at_wrangel_keeps_its_inside() -> None:
    [island] = polar(shapely.Polygon(WRANGEL))
    assert area_km2([island])[0] == pytest.approx(box_km2(4.1, 70.8, 71.6), rel=1e-3)
    assert all(holds(island, lon, 71.2) for lon in (179, 180, -180, -178))
    assert not any(holds(island, lon, 71.2) for lon in (0, 90, 178, -177))


def test_parts_cut_at_180_join_into_one() -> None:
    cut = shapely.MultiPolygon([shapely.box(178.5, 70.8, 180, 71.6), shapely.box(-180, 70.8, -177.4, 71.6)])
    [joined] = polar(cut)
    assert joined.geom_type == "Polygon"
    assert len(joined.interiors) == 0
    assert area_km2([joined])[0] == pytest.approx(box_km2(4.1, 70.8, 71.6), rel=1e-3)


def test_a_line_cut_at_180_joins_and_a_line_over_it_is_short() -> None:
    cut = shapely.MultiLineString([[(178, 70), (180, 70)], [(-180, 70), (-179, 70)]])
    over = shapely.LineString([(178, 70), (-179, 70)])
    joined, whole = polar(cut, over)
    assert joined.geom_type == "LineString"
    # Along the parallel: 3 degrees of N(70) cos(70).
    normal = A_KM / np.sqrt(1 - F * (2 - F) * np.sin(np.radians(70)) ** 2)
    expected = np.radians(3) * normal * np.cos(np.radians(70))
    assert length_km([joined, whole]) == pytest.approx([expected, expected], rel=1e-4)


def test_length_of_parts_is_added_and_gaps_are_not() -> None:
    meridian = GEOD.line_length([20, 20], [70, 71]) / 1000
    two = shapely.MultiLineString([[(20, 70), (20, 71)], [(90, 70), (90, 71)]])
    one = shapely.LineString([(-100, 70), (-100, 71)])
    assert length_km(polar(two, one)) == pytest.approx([2 * meridian, meridian], rel=1e-6)


def test_area_of_the_scale_line() -> None:
    # A square of 10 km at 70 N, where EPSG:3413 is true to scale.
    x, y = polar_xy(-45.0, 70.0)
    assert area_km2([shapely.box(x - 5e3, y - 5e3, x + 5e3, y + 5e3)])[0] == pytest.approx(100, rel=5e-3)


LON = st.floats(-180, 180)
LAT = st.floats(58, 90)


@settings(max_examples=100, deadline=None)
@given(LON, LAT)
@example(180.0, 71.2)
@example(-180.0, 60.0)
@example(33.0, 90.0)
def test_round_trip_within_a_metre(longitude_deg: float, latitude_deg: float) -> None:
    lon, lat = lonlat(*polar_xy(longitude_deg, latitude_deg))
    assert abs(lon) <= 180 + 1e-9
    assert GEOD.inv(longitude_deg, latitude_deg, float(lon), float(lat))[2] < 1


def test_longitudes_never_pass_180() -> None:
    lon, _ = lonlat(*polar_xy(179.99999999999997, 58.0))
    assert -180 <= lon <= 180


def test_the_axes_of_epsg_3413() -> None:
    # 45 W points down the page, 135 E up; the pole is the origin.
    assert polar_xy(0.0, 90.0) == pytest.approx((0, 0), abs=1e-6)
    x, y = polar_xy([-45.0, 135.0, 45.0], [70.0, 70.0, 70.0])
    assert x == pytest.approx([0, 0, x[2]], abs=1e-6)
    assert y[0] < 0 < y[1]
    assert x[2] > 0
    assert y[2] == pytest.approx(0, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(LON, LAT, LON, LAT)
@example(179.9, 71.0, -179.9, 71.0)
@example(0.0, 89.99, 180.0, 89.99)
def test_distance_is_the_geodesic(lon: float, lat: float, other_lon: float, other_lat: float) -> None:
    expected = GEOD.inv(lon, lat, other_lon, other_lat)[2] / 1000
    assert distance_km(lon, lat, other_lon, other_lat) == pytest.approx(expected, abs=1e-9)


def test_distance_broadcasts() -> None:
    table = distance_km(np.array([[0.0], [10.0]]), 70.0, np.array([0.0, 10.0, 20.0]), 70.0)
    assert table.shape == (2, 3)
    assert table[0, 0] == table[1, 1] == 0
    assert table[0, 1] == pytest.approx(table[1, 2])


def test_unit_vectors_by_hand() -> None:
    assert unit_vectors([0, 90, 180, 7], [0, 0, 0, 90]) == pytest.approx(
        np.array([[1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, 0, 1]]), abs=1e-15
    )


@pytest.mark.parametrize(
    ("lon", "lat", "match"),
    [
        ([69.65], [118.96], "swapped"),
        ([18.0, 400.0], [70.0, 70.0], "within -360...360"),
        ([18.0], [-90.5], "latitude -90.5"),
        ([np.nan], [70.0], "finite"),
        ([18.0], [np.nan], "finite"),
        ([np.inf], [70.0], "finite"),
        ([18.0], [-np.inf], "finite"),
    ],
)
def test_wrong_coordinates_are_refused(lon: list[float], lat: list[float], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        polar_xy(lon, lat)
    with pytest.raises(ValueError, match=match):
        polar_points(lon, lat)


def test_no_coordinates_are_none() -> None:
    x, y = polar_xy([], [])
    assert (len(x), len(y)) == (0, 0)


def test_swapped_points_are_refused() -> None:
    with pytest.raises(ValueError, match="swapped"):
        geographic_to_polar([shapely.Point(69.7, 170.3)])


@pytest.mark.parametrize(
    "shape",
    [shapely.LineString([(69.7, 170.3), (70.1, 171.0)]), shapely.box(69.0, 170.0, 71.0, 172.0)],
    ids=["line", "polygon"],
)
def test_swapped_lines_and_polygons_are_refused(shape: object) -> None:
    with pytest.raises(ValueError, match="swapped"):
        geographic_to_polar([shape])


def test_what_is_empty_stays_and_what_is_unknown_is_refused() -> None:
    none, empty = geographic_to_polar([None, shapely.Polygon()])
    assert none is None
    assert empty.is_empty
    with pytest.raises(ValueError, match="cannot project a GeometryCollection"):
        geographic_to_polar([shapely.GeometryCollection([shapely.Point(1, 70)])])


def test_a_bow_tie_comes_back_valid() -> None:
    # Two triangles of equal shape that touch in one point.
    [mended] = polar(shapely.Polygon([(20, 70), (21, 71), (21, 70), (20, 71)]))
    assert mended.is_valid
    left, right = polar(
        shapely.Polygon([(20, 70), (20.5, 70.5), (20, 71)]),
        shapely.Polygon([(21, 70), (21, 71), (20.5, 70.5)]),
    )
    assert area_km2([mended])[0] == pytest.approx(area_km2([left, right]).sum(), rel=1e-3)


@settings(max_examples=100, deadline=None)
@given(LON, st.floats(0.5, 170), st.floats(58, 88), st.floats(0.5, 32))
@example(170.0, 20.0, 65.0, 5.0)
@example(-180.0, 170.0, 58.0, 32.0)
@example(179.75, 0.5, 88.0, 2.0)
def test_a_box_anywhere_keeps_its_centre_and_its_area(
    west: float, width: float, south: float, height: float
) -> None:
    north = min(90.0, south + height)
    [shape] = polar(shapely.box(west, south, west + width, north))
    assert shape.is_valid
    middle = (west + width / 2 + 180) % 360 - 180
    assert holds(shape, middle, (south + north) / 2)
    assert not holds(shape, middle, south - 0.5)
    assert not holds(shape, (middle + 180 + 180) % 360 - 180, (south + min(north, 89)) / 2)
    assert area_km2([shape])[0] == pytest.approx(box_km2(width, south, north), rel=5e-3)


PLACES = [
    ("RUS", 180.0, 71.2, "Wrangel Island, on the date line"),
    ("RUS", -179.0, 71.1, "Wrangel Island, east of it"),
    ("RUS", -172.0, 66.0, "Chukotka, western hemisphere"),
    ("RUS", 179.0, 67.5, "Chukotka, eastern hemisphere"),
    ("USA", -150.0, 65.0, "Alaska"),
    ("CAN", -95.0, 60.5, "Nunavut"),
    ("GRL", -40.0, 75.0, "Greenland"),
    ("ISL", -18.5, 64.8, "Iceland"),
    ("NOR", 25.0, 69.5, "Finnmark"),
    ("SJM", 17.5, 78.8, "Spitsbergen"),
    ("SWE", 19.0, 66.5, "Norrbotten"),
    ("FIN", 26.0, 67.0, "Lapland"),
]


@pytest.mark.parametrize(("code", "lon", "lat"), [row[:3] for row in PLACES], ids=[row[3] for row in PLACES])
def test_places_lie_in_their_country_and_in_no_other(picture, code: str, lon: float, lat: float) -> None:
    countries = picture.tables["countries"]
    [point] = polar_points([lon], [lat])
    assert countries.loc[countries.contains(point), "country_iso3"].tolist() == [code]


@pytest.mark.parametrize(("lon", "lat"), [(0, 90), (-169.0, 65.8), (180, 75), (0, 70)])
def test_open_sea_lies_in_no_country(picture, lon: float, lat: float) -> None:
    assert not picture.tables["countries"].contains(polar_points([lon], [lat])[0]).any()


def test_unit_vectors_point_where_they_should() -> None:
    vectors = unit_vectors([0, 90, -90, 0, 45], [0, 0, 0, 90, 0])
    half = np.sqrt(0.5)
    expected = [[1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [half, half, 0]]
    assert vectors == pytest.approx(np.array(expected), abs=1e-12)


def test_an_edge_of_half_a_parallel_goes_the_way_it_is_written() -> None:
    [east, west] = geographic_to_polar(
        [shapely.LineString([(-90, 70), (90, 70)]), shapely.LineString([(0, 70), (181, 70)])]
    )
    over_zero, over_180 = polar_points([0, 180], [70, 70])
    assert east.distance(over_zero) < 1000
    assert east.distance(over_180) > 1e6
    # One degree more is shorter over the date line.
    assert west.length < 2.1e7
    assert west.distance(polar_points([-90], [70])[0]) < 1000


def test_areas_are_to_a_hectare_and_coordinates_to_a_centimetre() -> None:
    corner = shapely.box(0, -2_000_000, 100, -1_999_900)
    assert area_km2([corner])[0] == pytest.approx(0.01)
    [square] = geographic_to_polar([shapely.box(10, 70, 10.1, 70.1)])
    xy = shapely.get_coordinates(square)
    assert np.abs(xy * 100 - np.round(xy * 100)).max() < 1e-3
    assert np.abs(xy - np.round(xy)).max() > 0.05
