"""The best statement on a node, by confidence and distance."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_facts import GEOD, HOME, off, placed, sites

from layers.assessed.fact_rows import best_statement


@pytest.mark.parametrize(
    ("rows", "pick"),
    [
        # The more certain statement wins, though another is nearer.
        ([(2.0, "medium", 10.0), (8.0, "high", 10.0), (1.0, "low", 10.0)], 1),
        # Of equally certain ones the nearer.
        ([(8.0, "high", 10.0), (3.0, "high", 10.0)], 1),
        # None beyond its own reach, however certain; half a kilometre is given for rounded places.
        ([(11.0, "high", 10.0), (9.0, "low", 10.0)], 1),
        ([(10.49, "high", 10.0), (9.0, "low", 10.0)], 0),
        ([(10.51, "high", 10.0)], None),
        ([(0.2, "high", 0.0)], 0),
        # No statement speaks farther than 25 km.
        ([(25.02, "high", 30.0)], None),
        ([(24.98, "low", 30.0)], 0),
        # The first of equals.
        ([(5.0, "high", 10.0), (5.0, "high", 10.0)], 0),
    ],
)
def test_the_statement_that_speaks_for_a_node(rows: list, pick: int | None) -> None:
    table = placed(
        *({"at": off(km), "confidence": word, "reach_km": reach_km} for km, word, reach_km in rows)
    )
    at, actual, km = best_statement(sites(("port:a", HOME)), table)
    assert actual.tolist() == ([] if pick is None else [pick])
    assert at.tolist() == [0] * len(actual)
    if pick is not None:
        assert km[0] == pytest.approx(rows[pick][0], abs=0.01)


def test_a_statement_that_says_nothing_of_the_matter_does_not_count() -> None:
    table = placed(
        {"at": off(1), "ground_ice": None}, {"at": off(5), "confidence": "low", "ground_ice": "high"},
        {"at": off(2), "ground_ice": None},
    )  # fmt: skip
    _, actual, _ = best_statement(sites(("port:a", HOME)), table, "ground_ice")
    assert actual.tolist() == [1]


STATEMENT = st.tuples(
    st.floats(0, 30),
    st.floats(0, 360),
    st.sampled_from(["high", "medium", "low"]),
    st.sampled_from([5.0, 15.0, 25.0]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(STATEMENT, min_size=1, max_size=8))
def test_the_statement_is_what_a_plain_search_finds(rows: list) -> None:
    table = placed(
        *({"at": off(km, turn), "confidence": word, "reach_km": reach} for km, turn, word, reach in rows)
    )
    nodes = sites(("port:a", HOME), ("port:b", off(12, 200)))
    at, actual, _ = best_statement(nodes, table)
    for place, (lon, lat) in enumerate(zip(nodes["longitude_deg"], nodes["latitude_deg"], strict=True)):
        ways = []
        for row, (km, turn, word, reach) in enumerate(rows):
            there = off(km, turn)
            apart = GEOD.inv(lon, lat, *there)[2] / 1000
            if apart <= min(reach + 0.5, 25.0) + 1e-6:
                ways.append((["high", "medium", "low"].index(word), apart, row))
        mine = actual[at == place].tolist()
        assert len(mine) == bool(ways)
        if ways:
            best = min(ways)
            rank = ["high", "medium", "low"].index(rows[mine[0]][2])
            assert rank == best[0]
            lon_of, lat_of = off(*rows[mine[0]][:2])
            assert GEOD.inv(lon, lat, lon_of, lat_of)[2] / 1000 == pytest.approx(best[1], abs=0.01)
