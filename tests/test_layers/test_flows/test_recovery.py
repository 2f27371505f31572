"""People served again by day, from ranges of repair times."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import UsageError
from layers.flows.recovery import Failure, RepairRange, recovery, repair_range

TIMES = pd.DataFrame({
    "kind": ["cable", "cable", "road"], "condition": ["ice", "open_water", None],
    "days_low": [59.0, 2.0, 3.0], "days_high": [238.0, 51.0, 70.0], "incidents": ["a b", "c", "d e f"],
})  # fmt: skip


def test_the_range_of_a_kind_and_of_a_condition():
    assert repair_range(TIMES, "cable") == RepairRange(2.0, 238.0, 3)
    assert repair_range(TIMES, "cable", "ice") == RepairRange(59.0, 238.0, 2)
    assert repair_range(TIMES, "road", "ice") == RepairRange(3.0, 70.0, 3), "the row of all of the kind"
    assert repair_range(TIMES, "pipeline") is None


def test_the_curve_by_hand():
    failures = [
        Failure("north", "cable", 100.0, "ice"), Failure("south", "road", 20.0),
        Failure("gas", "pipeline", 7.0), Failure("hamlet", "road", float("nan")),
    ]  # fmt: skip
    found = recovery(failures, TIMES, [0, 3, 59, 70, 238])
    assert found.low == (0, 0, 0, 20, 120)
    assert found.high == (0, 20, 120, 120, 120)
    assert found.people == 127
    assert found.unknown_kinds == ("pipeline",)
    assert found.unknown_kind_people == 7
    assert found.unknown_people == ("hamlet",)


def test_days_must_ascend_and_people_must_not_be_negative():
    with pytest.raises(UsageError, match="ascending days"):
        recovery([], TIMES, [3, 1])
    with pytest.raises(UsageError, match="ascending days"):
        recovery([], TIMES, [-1.0])
    with pytest.raises(UsageError, match="people of 0 or more"):
        recovery([Failure("north", "road", -1.0)], TIMES, [0])


@given(st.lists(st.tuples(st.sampled_from(["cable", "road", "none"]), st.floats(0, 1e6)), max_size=6))
def test_curves_rise_and_low_is_never_above_high(rows):
    failures = [Failure(str(number), kind, people) for number, (kind, people) in enumerate(rows)]
    found = recovery(failures, TIMES, [float(day) for day in range(0, 260, 20)])
    assert (np.diff(found.low) >= 0).all()
    assert (np.diff(found.high) >= 0).all()
    assert all(low <= high for low, high in zip(found.low, found.high, strict=True))
    assert found.high[-1] + found.unknown_kind_people == pytest.approx(found.people)
