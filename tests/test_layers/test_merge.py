"""Points that are one thing; neighbours over the date line and at the pole."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from layers.merge import Nearest, match_points, nearest, within_km

GEOD = Geod(ellps="WGS84")


def table(*rows: tuple[object, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["name", "longitude_deg", "latitude_deg"])


def off(lon: float, lat: float, azimuth: float, km: float) -> tuple[float, float]:
    """Where one stands after `km` from a place, on the ellipsoid."""
    end_lon, end_lat, _ = GEOD.fwd(lon, lat, azimuth, km * 1000)
    return end_lon, end_lat


def match(kept: pd.DataFrame, others: pd.DataFrame) -> list[int]:
    return match_points(kept, others, same_place_km=2, same_name_km=8).tolist()


PEVEK = ("Pevek", 170.29, 69.70)


@pytest.mark.parametrize(
    ("name", "km", "merged"),
    [
        ("Pevek", 1.5, True),
        ("Apapelgino", 1.5, True),
        ("Pevek", 7, True),
        ("Port of Pevek", 7, True),
        ("PEVEK", 7, True),
        ("Apapelgino", 7, False),
        ("Apapelgino", 2.2, False),
        ("Pevek", 9, False),
        (None, 1.5, True),
        (None, 7, False),
    ],
)
def test_one_place_by_distance_and_name(name: str | None, km: float, merged: bool) -> None:
    for azimuth in (0, 90, 215):
        other = table((name, *off(170.29, 69.70, azimuth, km)))
        assert match(table(PEVEK), other) == [0 if merged else -1]


def test_two_lists_of_one_port() -> None:
    kept = table(("Vardø", 31.10, 70.37), PEVEK, ("Tiksi", 128.87, 71.64))
    others = table(
        ("Tiksi Bukhta", *off(128.87, 71.64, 60, 1.5)),
        ("Pevek", *off(170.29, 69.70, 200, 7)),
        ("Valkumey", *off(170.29, 69.70, 200, 7)),
    )
    assert match(kept, others) == [2, 1, -1]


def test_the_nearer_of_two_wins_whatever_the_order() -> None:
    near, far = ("A", *off(20, 70, 90, 0.5)), ("A", *off(20, 70, 90, 1.5))
    other = table(("A", 20, 70))
    assert match(table(near, far), other) == [0]
    assert match(table(far, near), other) == [1]


def test_over_the_date_line_and_at_the_pole() -> None:
    # 0.04 degrees of longitude at 71.2 N: 1.4 km; 0.012 degrees of latitude: 1.3 km.
    assert match(table(("A", 179.98, 71.2)), table(("B", -179.98, 71.2))) == [0]
    assert match(table(("A", 0.0, 89.994)), table(("B", 180.0, 89.994))) == [0]
    assert match(table(("A", 180.0, 71.2)), table(("B", -180.0, 71.2))) == [0]
    assert match(table(("A", 179.98, 71.2)), table(("B", 179.0, 71.2))) == [-1]


def test_nothing_to_match() -> None:
    empty = table(PEVEK).iloc[:0]
    assert match(empty, table(PEVEK)) == [-1]
    assert match(table(PEVEK), empty) == []


def test_nearest_past_the_end_is_infinitely_far() -> None:
    km, position = nearest(table(PEVEK), table(("B", *off(170.29, 69.70, 10, 5))), k=3)
    assert position.tolist() == [[0, -1, -1]]
    assert km[0, 0] == pytest.approx(5, abs=1e-6)
    assert np.isinf(km[0, 1:]).all()
    km, position = nearest(table(PEVEK), table(PEVEK).iloc[:0])
    assert (km.tolist(), position.tolist()) == ([[np.inf]], [[-1]])
    assert nearest(table(PEVEK).iloc[:0], table(PEVEK))[0].shape == (0, 1)


POINT = st.tuples(st.floats(-180, 180), st.floats(58, 90))


def _all_km(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    grid = np.broadcast_arrays(left[:, None, 0], left[:, None, 1], right[None, :, 0], right[None, :, 1])
    return GEOD.inv(*(np.ascontiguousarray(part) for part in grid))[2] / 1000


# The unit vectors take the ellipsoid for a sphere: in the north that orders points to 0.35 %.
SLACK = 1.0035


@settings(max_examples=80, deadline=None)
@given(st.lists(POINT, min_size=1, max_size=8), st.lists(POINT, min_size=1, max_size=15), st.integers(1, 3))
def test_nearest_is_brute_force(queries: list, points: list, k: int) -> None:
    left, right = np.array(queries), np.array(points)
    every = _all_km(left, right)
    km, position = Nearest(right[:, 0], right[:, 1]).query(left[:, 0], left[:, 1], k)
    best = np.sort(every, axis=1)
    for row in range(len(left)):
        for place in range(k):
            if place >= len(right):
                assert (position[row, place], km[row, place]) == (-1, np.inf)
                continue
            # The distance is exact; only points as near as each other may stand in other order.
            assert km[row, place] == pytest.approx(every[row, position[row, place]], abs=1e-9)
            assert km[row, place] <= best[row, place] * SLACK + 1e-3
        used = position[row][position[row] >= 0]
        assert len(set(used.tolist())) == len(used)


@settings(max_examples=80, deadline=None)
@given(st.lists(POINT, min_size=1, max_size=8), st.lists(POINT, min_size=1, max_size=15), st.floats(1, 3000))
def test_within_is_brute_force(queries: list, points: list, radius_km: float) -> None:
    left, right = np.array(queries), np.array(points)
    every = _all_km(left, right)
    query, position = Nearest(right[:, 0], right[:, 1]).within(left[:, 0], left[:, 1], radius_km)
    pairs = set(zip(query.tolist(), position.tolist(), strict=True))
    assert len(pairs) == len(query)
    surely = set(zip(*map(np.ndarray.tolist, np.nonzero(every < radius_km * 0.994)), strict=True))
    perhaps = set(zip(*map(np.ndarray.tolist, np.nonzero(every <= radius_km * 1.006)), strict=True))
    assert surely <= pairs <= perhaps


def test_within_over_the_date_line_and_the_pole() -> None:
    left = table(("A", 179.98, 71.2), ("B", 0.0, 89.994), ("C", 20.0, 70.0))
    right = table(("D", -179.98, 71.2), ("E", 180.0, 89.994))
    query, position = within_km(left, right, 2.0)
    assert sorted(zip(query.tolist(), position.tolist(), strict=True)) == [(0, 0), (1, 1)]
    assert within_km(left, right.iloc[:0], 2.0)[0].tolist() == []


def test_within_holds_its_radius_on_the_ellipsoid() -> None:
    query, _ = within_km(table(("A", 0.0, 89.0)), table(("A", *off(0.0, 89.0, 0, 8.02))), 8.0)
    assert query.tolist() == []


def test_names_agree_from_a_ratio_of_85_on() -> None:
    # 17 of 20 letters: 1 - 6 / 40 = 85 %; 16 of 20 are 80 %.
    kept = table(("abcdefghijklmnopqrst", 20, 70))
    there = off(20, 70, 90, 5)
    assert match(kept, table(("abcdefghijklmnopqxyz", *there))) == [0]
    assert match(kept, table(("abcdefghijklmnopwxyz", *there))) == [-1]


def test_the_sphere_loses_no_pair_near_the_radius() -> None:
    # A degree of latitude at 80 N is half a percent longer on the ellipsoid than on the sphere.
    for azimuth in (0, 90):
        query, _ = within_km(table(("A", 0.0, 80.0)), table(("A", *off(0.0, 80.0, azimuth, 799))), 800.0)
        assert query.tolist() == [0]
    query, _ = within_km(table(("A", 0.0, 0.0)), table(("A", *off(0.0, 0.0, 0, 799))), 800.0)
    assert query.tolist() == [0]
