"""Sentences of a pack."""

from __future__ import annotations

import pytest

from layers.flows.exercise_timeline import BASES, Closing, Step
from layers.flows.exercise_ways import WayLeft
from pipelines.exercises.words import clock, counted, days_words, people, step_label, way_words

INF, NAN = float("inf"), float("nan")


@pytest.mark.parametrize(
    ("at_h", "text"), [(0, "D+0 00:00"), (30, "D+1 06:00"), (23.999, "D+1 00:00"), (956.4, "D+39 20:24")]
)
def test_a_clock_rounds_to_the_minute(at_h, text):
    assert clock(at_h) == text


def test_numbers_of_people_and_things():
    assert people(2368.0) == "2,368 people"
    assert people(NAN) == "people not known"
    assert (counted(1, "node"), counted(0, "node"), counted(1200, "node")) == (
        "1 node",
        "0 nodes",
        "1,200 nodes",
    )


@pytest.mark.parametrize(
    ("low", "high", "basis", "said"),
    [
        (3, 9, BASES[0], "3 to 9 days, stated in the exercise; drawn by the seed: 5"),
        (60, 238, BASES[2], "60 to 238 days, published times of repair (4 incidents); drawn by the seed: 5"),
        (2, 2, BASES[1], "2 days, until an inject opens it"),
        (INF, INF, BASES[3], "how long is not known: it lasts beyond the exercise"),
    ],
)
def test_how_long_says_where_it_comes_from(low, high, basis, said):
    assert days_words(Closing("A", "x", 0, low, high, 5, basis, 4, "")) == said


def test_a_step_and_a_way():
    assert step_label(Step(2, 30, ("A", "B"), ("C",), frozenset("AB"))) == "D+1 06:00 A, B, C over"
    way = WayLeft(1234.4, 20.6, {"access": 2.0, "road": 1232.4}, (), (), ())
    assert way_words(way) == "1,234 km by road, 21 h at least"
    assert way_words(WayLeft(10, NAN, {"cable": 10}, (), (), ())) == "10 km by cable"
    assert way_words(WayLeft(INF, INF, {}, (), (), ())) == "no way"
