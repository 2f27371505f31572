"""When assets are closed, with ranges of days, and closings and openings that contradict each other."""

from __future__ import annotations

import pytest
from toy_exercise import NAMES, REPAIRS, close, plan, toy

from layers.errors import UsageError
from layers.flows.exercise import exercise_of
from layers.flows.exercise_assets import assets_of
from layers.flows.exercise_timeline import timeline

GRAPH = toy().graph


def times(*injects, **further):
    exercise = exercise_of("toy", plan(*injects, **further))
    return timeline(exercise, assets_of(GRAPH, exercise, NAMES), REPAIRS)


def opens(name, asset, at_h):
    return {"id": name, "at_h": at_h, "action": "open", "asset": asset}


def test_spells_of_the_shortest_and_the_longest_durations():
    found = times(close("A", "C1", 0, (1, 3)), close("B", "C2", 48, (2, 2)))
    assert found.spells("low") == (
        (0.0, 24.0, frozenset("A")), (24.0, 48.0, frozenset()), (48.0, 96.0, frozenset("B")),
        (96.0, 480.0, frozenset()),
    )  # fmt: skip
    assert found.spells("high") == (
        (0.0, 48.0, frozenset("A")), (48.0, 72.0, frozenset("AB")), (72.0, 96.0, frozenset("B")),
        (96.0, 480.0, frozenset()),
    )  # fmt: skip


def test_a_closure_without_days_lasts_until_it_is_opened():
    [closing] = times(close("A", "C1", 12, None), opens("O", "First cable", 36)).closings
    assert (closing.low_days, closing.high_days, closing.ends) == (1.0, 1.0, "O")


def test_without_days_and_opening_it_lasts_the_published_range():
    found = times(close("A", "C1", 0, None, condition="ice"), close("B", "R1", 0, None))
    by_id = {one.inject: one for one in found.closings}
    assert (by_id["A"].low_days, by_id["A"].high_days, by_id["A"].incidents) == (60.0, 200.0, 2)
    assert 60 <= by_id["A"].drawn_days <= 200
    # No time of repair of a railway is known: it stays closed, and that is said.
    assert (by_id["B"].high_days, by_id["B"].basis) == (float("inf"), "not known")
    assert found.steps[-1].in_force == {"A", "B"}


def test_steps_follow_injects_and_drawn_ends():
    steps = times(close("A", "C1", 0, (1, 1)), close("B", "C2", 0, (2, 2))).steps
    assert [(one.at_h, one.injects, one.ended, one.in_force) for one in steps] == [
        (0.0, ("A", "B"), (), frozenset("AB")), (24.0, (), ("A",), frozenset("B")),
        (48.0, (), ("B",), frozenset()),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("injects", "said"),
    [
        ([close("A", "R1"), opens("O", "C1", 5)], "to be closed by an earlier inject, found it open"),
        ([close("A", "C1", 0, (1, 2)), opens("O", "C1", 90)], "found it open"),
        ([close("A", "C1", 0, (1, 5)), opens("O", "C1", 30)], "found a closure with days of its own"),
        ([close("A", "C1", 0, None), opens("O", "C1", 0)], "expected an hour after A closes First cable"),
        ([close("A", "C1", 0, (1, 5)), close("B", "First cable", 100, (1, 1))], "found it still closed by A"),
        ([close("A", "C1", 0, None), close("B", "C1", 10, None), opens("O", "C1", 20)], "still closed by A"),
    ],
)  # fmt: skip
def test_contradictions_are_refused(injects, said):
    with pytest.raises(UsageError) as caught:
        times(*injects)
    assert said in str(caught.value)


def test_an_asset_may_be_closed_again_after_its_longest_duration():
    assert len(times(close("A", "C1", 0, (1, 2)), close("B", "C1", 48, (1, 2))).closings) == 2
