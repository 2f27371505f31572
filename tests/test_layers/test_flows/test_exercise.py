"""Exercises: what is read, in which order, and what is refused with the nearest valid word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_exercise import close, plan

from layers.errors import UsageError
from layers.flows.exercise import Inject, drawn_days, exercise_of, in_order


def test_an_exercise_is_read_with_its_injects_in_order():
    read = exercise_of("toy", plan(close("B", "C1", 30), close("A", "R1", 30), close("Z", "R2", 2)))
    assert [one.id for one in read.injects] == ["Z", "A", "B"]
    assert read.injects[0].days == (2.0, 6.0)
    assert (read.month, read.seed, read.flows, read.lasts_days) == (9, 7, ("goods", "data"), 20.0)


def test_an_inject_stands_behind_those_it_comes_after():
    rows = [close("A", "R1", 5, after=["B"]), close("B", "R2", 5)]
    assert [one.id for one in exercise_of("toy", plan(*rows)).injects] == ["B", "A"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"month": 13}, "month: expected 1 to 12, found 13"),
        ({"month": True}, "month: expected a whole number, found True"),
        ({"seed": -1}, "seed: expected 0 or more, found -1"),
        ({"flows": ["goods", "dat"]}, "found 'dat'; nearest is data"),
        ({"flows": []}, "flows: expected at least one, found none"),
        ({"inject": []}, "inject: expected at least one, found none"),
        ({"titel": "x"}, "expected a known key, found 'titel'; nearest"),
        ({"lasts_days": 0}, "lasts_days: expected days above 0"),
        ({"lasts_days": float("nan")}, "lasts_days: expected days above 0"),
        ({"inject": ["A"]}, "inject: expected a table of keys, found str"),
        ({"inject": [close("A", "R1", days=(6, 2))]}, "expected the shorter duration first, found"),
        ({"inject": [close("A", "R1", days=(2,))]}, "expected a range such as"),
        ({"inject": [close("A", "R1", at_h=-1)]}, "expected hours from 0 on, found -1"),
        ({"inject": [close("A", "R1", at_h=500)]}, "at_h: expected at most 480, the end, found 500"),
        ({"inject": [close("A", "R1"), close("A", "R2")]}, "expected one inject of that id, found two"),
        ({"inject": [close("A1", "R1", after=["A2"])]}, "after: expected the id of an inject, found 'A2'"),
        ({"inject": [close("A", "R1") | {"action": "shut"}]}, "expected close, open, freeze, found 'shut'"),
        ({"inject": [close("A", "R1") | {"action": "open"}]}, "days: expected none for an inject that opens"),
        ({"inject": [close("A", "R1", as_month=10)]}, "as_month: expected none but for freeze"),
        ({"inject": [close("A", "sea") | {"action": "freeze"}]}, "as_month: expected 1 to 12, found 0"),
        ({"watch": [{"from": "a", "to": "b", "flow": "good"}]}, "watch, flow: expected goods"),
        ({"watch": [{"from": "a", "to": "b", "flow": "goods", "by": ["ship"]}]}, "watch, by: expected sea"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_one_line(change, said):
    with pytest.raises(UsageError) as caught:
        exercise_of("toy", plan(close("A", "R1")) | change)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_circle_is_named():
    rows = [close("A", "R1", after=["C"]), close("B", "R2", after=["A"]), close("C", "C1", after=["B"])]
    with pytest.raises(UsageError, match="found the circle A after C after B after A"):
        exercise_of("toy", plan(*rows))


def test_an_inject_before_the_one_it_comes_after_is_a_contradiction():
    rows = [close("A", "R1", 5, after=["B"]), close("B", "R2", 9)]
    with pytest.raises(UsageError, match="expected a time after B, found it at hour 5 and B at hour 9"):
        exercise_of("toy", plan(*rows))


INJECTS = st.lists(
    st.builds(Inject, id=st.sampled_from("ABCDEFG"), at_h=st.integers(0, 3).map(float),
              action=st.just("close"), asset=st.just("x"), days=st.none(),
              after=st.just(())),
    min_size=1, max_size=7, unique_by=lambda one: one.id,
)  # fmt: skip


@given(INJECTS, st.randoms())
def test_the_order_of_the_file_does_not_matter(injects, random):
    shuffled = list(injects)
    random.shuffle(shuffled)
    assert in_order(shuffled) == in_order(injects)


@given(st.integers(0, 1000), st.text("ABC1", min_size=1, max_size=4), st.integers(1, 50), st.integers(0, 50))
def test_the_seed_draws_a_day_of_the_range_again_and_again(seed, name, low, more):
    inject = Inject(name, 0, "close", "x")
    day = drawn_days(seed, inject, low, low + more)
    assert low <= day <= low + more
    assert day == drawn_days(seed, inject, low, low + more)


def test_an_unknown_end_is_never_drawn():
    assert drawn_days(1, Inject("A", 0, "close", "x"), 3, float("inf")) == float("inf")
