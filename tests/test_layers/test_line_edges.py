"""Gaps between dead ends: near ones of one state only, each once, and never inside one piece."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.crs import POLAR
from layers.line_edges import edges_of, gaps, lines_over_gaps

NORTH = 2_000_000.0  # metres from the pole, near 71 N, where EPSG:3413 is nearly true

NORWAY = gpd.GeoDataFrame({"country_iso3": ["NOR"]}, geometry=[shapely.box(-1e6, -3e6, 1e6, 0)], crs=POLAR)


def row(*x_km: float) -> np.ndarray:
    return np.column_stack([np.array(x_km) * 1000, np.full(len(x_km), -NORTH)])


def found(xy: np.ndarray, ends: list[tuple[int, int]], state: str | list[str] = "NOR") -> list[list[int]]:
    states = np.array([state] * len(xy) if isinstance(state, str) else state, dtype=object)
    return gaps(xy, np.array(ends, dtype=int).reshape(-1, 2), states, 3.0)[0].tolist()


def test_two_roads_that_face_each_other_are_joined():
    xy = row(0, 5, 6.5, 12)
    assert found(xy, [(0, 1), (2, 3)]) == [[1, 2]]
    assert gaps(xy, np.array([(0, 1), (2, 3)]), np.full(4, "NOR", object), 3.0)[1] == pytest.approx(
        [1.5], rel=0.02
    )


def test_ends_more_than_3_km_apart_are_not():
    assert found(row(0, 5, 8.2, 12), [(0, 1), (2, 3)]) == []


def test_ends_in_two_states_are_not():
    assert found(row(0, 5, 6.5, 12), [(0, 1), (2, 3)], ["NOR", "NOR", "RUS", "RUS"]) == []


def test_a_dead_end_is_used_once_by_the_nearest():
    xy = np.vstack([row(0, 5, 6.0, 12), [[5000.0, -NORTH + 1500], [5000.0, -NORTH + 9000]]])
    assert found(xy, [(0, 1), (2, 3), (4, 5)]) == [[1, 2]]


def test_two_ends_of_one_piece_stay_apart():
    xy = np.vstack([row(0, 0.5), [[0.0, -NORTH + 9000], [500.0, -NORTH + 9000]]])
    assert found(xy, [(0, 2), (2, 3), (3, 1)]) == []


def test_a_crossing_is_no_dead_end():
    xy = np.vstack([row(0, 5, 6.5, 12), [[5000.0, -NORTH - 9000]]])
    assert found(xy, [(0, 1), (1, 4), (2, 3)]) == []


def test_no_edge_has_no_gap():
    assert found(row(0, 1), []) == []


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=4, max_size=12))
def test_a_gap_always_joins_two_pieces(places):
    """As many pieces fewer as there are gaps."""
    xy = np.array(places, dtype=float) * 700 + [0, -NORTH]
    ends = np.arange(len(xy) // 2 * 2).reshape(-1, 2)
    edges, km = gaps(xy, ends, np.full(len(xy), "NOR", dtype=object), 3.0)
    parent = list(range(len(xy)))

    def root(vertex: int) -> int:
        while parent[vertex] != vertex:
            vertex = parent[vertex]
        return vertex

    for u, v in ends.tolist():
        parent[root(u)] = root(v)
    for u, v in edges.tolist():
        assert root(u) != root(v)
        parent[root(u)] = root(v)
    assert (km <= 3).all()
    assert len(set(edges.ravel().tolist())) == edges.size


def test_a_line_is_cut_at_its_points_and_a_point_named_twice_is_no_edge() -> None:
    lines = np.array(
        [shapely.MultiLineString([[(0, -2e6), (0, -2e6), (3e3, -2e6)], [(3e3, -2e6), (3e3, -1.9e6)]])],
        dtype=object,
    )
    edges = edges_of(lines)
    assert edges.places[edges.ends].tolist() == [[[0, -2e6], [3e3, -2e6]], [[3e3, -2e6], [3e3, -1.9e6]]]
    assert edges.line.tolist() == [0, 0]
    # True at 70 N; 2,000 km from the pole, near 71.7 N, a length in the plane is 1 % longer.
    assert edges.km() == pytest.approx([3, 100], rel=0.02)


@pytest.mark.parametrize(("mode", "gap_km", "count"), [("road", 2.9, 1), ("road", 3.2, 0), ("rail", 14, 1)])
def test_a_gap_of_a_mode_is_closed_up_to_its_limit(mode: str, gap_km: float, count: int) -> None:
    far = 5 + gap_km
    xy = [row(0, 5), row(far, far + 5)]
    lines = np.array([shapely.LineString(part) for part in xy], dtype=object)
    over = lines_over_gaps(mode, lines, NORWAY)
    assert [line.coords[:] for line in over] == [[(5e3, -NORTH), (far * 1e3, -NORTH)]][:count]
