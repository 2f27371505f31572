"""The map of the story: where things lie, how large it is, and that no two numbers overlap."""

from __future__ import annotations

import itertools
import math
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.crs import polar_xy
from maps.reports.citations import CitationIndex
from maps.reports.map_marks import APART, spread
from maps.reports.story_map import country_frame, near_frame, polar_map, whole_frame
from maps.reports.story_places import places_of

LARGEST_BYTES = 250_000
SIDE = 1000.0
POINTS = st.lists(
    st.tuples(st.integers(60, 940).map(float), st.integers(60, 940).map(float)), max_size=22, unique=True
)


@pytest.fixture(scope="module")
def citations(picture) -> CitationIndex:
    return CitationIndex(picture)


@given(POINTS)
def test_marks_never_overlap_and_stay_on_the_sheet(points):
    radius = 19.0
    marks = spread(points, radius, SIDE, SIDE)
    assert marks == spread(points, radius, SIDE, SIDE)
    for (x1, y1), (x2, y2) in itertools.combinations(marks, 2):
        assert math.hypot(x1 - x2, y1 - y2) >= 2 * radius + APART - 1e-9
    assert all(radius <= x <= SIDE - radius and radius <= y <= SIDE - radius for x, y in marks)


def test_a_mark_that_just_clears_another_point_stays():
    far = 10.0 + APART  # the radius and the distance that is kept
    assert spread([(500, 500), (500 + far, 500)], 10, 1000, 1000)[0] == (500, 500)
    assert spread([(500, 500), (500 + far - 0.01, 500)], 10, 1000, 1000)[0] != (500, 500)


def test_a_lone_mark_stays_and_a_crowd_moves_apart():
    assert spread([(100.0, 200.0)], 10, SIDE, SIDE) == [(100.0, 200.0)]
    apart = spread([(100.0, 200.0), (104.0, 200.0)], 10, SIDE, SIDE)
    assert apart[0] != (100.0, 200.0), "it would cover the second place"
    assert math.dist(*apart) >= 20 + APART


def test_the_whole_picture_has_the_pole_in_its_middle(picture):
    frame = whole_frame(picture)
    assert frame.is_round
    assert frame.units(0, 0) == pytest.approx((500, 500))
    # EPSG:3413: 45 W points down, 135 E up, 45 E to the right.
    for lon, (across, down) in {-45: (0, 1), 135: (0, -1), 45: (1, 0)}.items():
        (x,), (y,) = polar_xy([lon], [70])
        a, d = frame.units(x, y)
        length = math.hypot(a - 500, d - 500)
        assert ((a - 500) / length, (d - 500) / length) == pytest.approx((across, down), abs=1e-9)


@pytest.mark.parametrize("lon", [-150.0, -60.0, 15.0, 100.0, 170.0])
def test_a_country_is_turned_so_that_north_is_up_and_its_sites_lie_inside(lon):
    x, y = polar_xy([lon - 5, lon, lon + 5], [64, 72, 64])
    frame = country_frame(list(x), list(y))
    placed = [frame.units(a, b) for a, b in zip(x, y, strict=True)]
    assert all(0 <= a <= SIDE and 0 <= d <= frame.height for a, d in placed)
    (nx,), (ny,) = polar_xy([lon], [68])
    assert placed[1][0] == pytest.approx(frame.units(nx, ny)[0], abs=1.5), "the meridian is upright"
    assert placed[1][1] < frame.units(nx, ny)[1], "farther north is higher up"
    assert placed[0][0] < placed[2][0], "west is to the left"


def test_a_map_keeps_distances_on_the_ground():
    """600 km around a place at 70 N, where EPSG:3413 is true to scale: 1,000 units are 1,200 km."""
    (x,), (y,) = polar_xy([20], [70])
    frame = near_frame(x, y, 600_000.0)
    (ax,), (ay,) = polar_xy([20], [70 + 100 / 111.5])  # 100 km to the north
    assert frame.units(x, y) == pytest.approx((500, 500))
    assert frame.units(ax, ay) == pytest.approx((500, 500 - 100 / 1.2), abs=1.0)
    assert frame.view.latitude == pytest.approx(70)
    assert frame.view.longitude == pytest.approx(20)


def test_the_map_is_small_complete_and_always_the_same(picture, citations):
    places = places_of(citations, ())
    drawn = [
        ET.tostring(polar_map(citations, whole_frame(picture), places, "map"), encoding="unicode")
        for _ in range(2)
    ]
    assert drawn[0] == drawn[1]
    assert len(drawn[0].encode()) < LARGEST_BYTES
    for class_ in ("m-sea", "m-land", "m-ice", "m-median", "m-arctic", "m-scale"):
        assert f'class="{class_}"' in drawn[0], class_
    numbers = re.findall(r'class="tick m-number[^"]*">(\d+)<', drawn[0])
    assert numbers == [str(place.number) for place in places]
    assert "North Pole" in drawn[0]


def test_the_places_are_the_critical_ones_and_then_those_of_overlap(picture, citations):
    nodes = picture.tables["nodes"]
    critical = nodes[nodes["flag"].isin(["robust", "possible"])]
    both = nodes[(nodes["scope"] != "context") & (nodes["overlap_probability"] >= 0.5)]
    places = places_of(citations, ())
    assert [place.number for place in places] == list(range(1, len(places) + 1))
    assert {place.place_id for place in places if place.is_critical} == set(critical["place_id"])
    others = {place.place_id for place in places if not place.is_critical}
    assert others == set(both["place_id"]) - set(critical["place_id"])
    # Critical places come first; the lead is the surest node of its place.
    assert [place.is_critical for place in places] == sorted(
        (place.is_critical for place in places), reverse=True
    )
    for place in places:
        if place.is_critical:
            own = critical[critical["place_id"] == place.place_id]
            assert own.set_index("node_id")["flag_probability"][place.lead] == own["flag_probability"].max()
            assert set(place.nodes) == set(own["node_id"])


def test_land_and_sea_lie_where_they_are(picture, citations):
    """Greenland's middle is land and the middle of the Norwegian Sea is not, in the drawn path."""
    import shapely

    frame = whole_frame(picture)
    image = polar_map(citations, frame, [], "map")
    [path] = [one.get("d") for one in image.iter() if one.get("class") == "m-land"]
    rings = []
    for part in path.removesuffix("z").split("z"):
        start, steps = part.removeprefix("M").split("l")
        xy = [tuple(map(int, start.split()))]
        numbers = list(map(int, steps.split()))
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            xy.append((xy[-1][0] + dx, xy[-1][1] + dy))
        rings.append(shapely.Polygon(xy))

    def is_land(lon: float, lat: float) -> bool:
        (x,), (y,) = polar_xy([lon], [lat])
        return sum(ring.covers(shapely.Point(frame.units(x, y))) for ring in rings) % 2 == 1

    assert is_land(-40, 72)
    assert is_land(-150, 66)
    assert not is_land(2, 70)
    assert not is_land(-20, 85)
