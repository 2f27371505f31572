"""Effects of exercises on a toy network, worked by hand, and what holds for every exercise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_exercise import NAMES, REPAIRS, close, plan, toy

from layers.flows.exercise import exercise_of
from layers.flows.exercise_assets import assets_of
from layers.flows.exercise_effects import effects_of
from layers.flows.exercise_timeline import timeline

TOY = toy()


def played(*injects, **further):
    exercise = exercise_of("toy", plan(*injects, **further))
    assets = assets_of(TOY.graph, exercise, NAMES)
    return effects_of(TOY, exercise, assets, timeline(exercise, assets, REPAIRS))


def states(table, **where):
    for name, value in where.items():
        table = table[table[name] == value]
    return dict(zip(table["name"], table["state"], strict=True))


def test_one_cable_gives_a_longer_way_and_two_cut_off():
    effects = played(close("A", "C1", 0, (4, 4)), close("B", "C2", 24, (1, 2)))
    assert states(effects.alone, inject="A") == {"Cabletown": "longer", "Landing": "longer"}
    assert states(effects.alone, inject="B") == {}  # the longer cable alone carries nothing
    assert states(effects.steps, step=1) == {"Cabletown": "longer", "Landing": "longer"}
    assert states(effects.steps, step=2) == {"Cabletown": "cut_off", "Landing": "cut_off"}
    own = effects.alone.set_index("name").loc["Cabletown"]
    assert (own["before_km"], own["after_km"], own["detour_km"]) == (302.0, 352.0, 50.0)
    days = effects.durations.set_index("name").loc["Cabletown"]
    assert (days["low_days"], days["high_days"]) == (1.0, 2.0)
    assert not days["is_cut_off_at_end"]


def test_the_railway_in_september_and_in_march():
    goods = {"flows": ["goods"]}
    assert states(played(close("A", "R1"), **goods).steps, step=1) == {
        "Railtown": "longer", "Port": "longer", "Laneville": "longer",
    }  # fmt: skip
    march = played(close("A", "R1"), month=3, **goods)
    assert states(march.steps, step=1) == {"Railtown": "cut_off", "Port": "cut_off"}
    # Laneville has no way in March before anything is closed: it is no effect.
    assert march.before.iloc[0]["people_without_a_way"] == 230.0
    months = march.months.set_index("month")["people_cut_off"]
    assert months.to_dict() == {month: 0.0 if 5 <= month <= 10 else 1000.0 for month in range(1, 13)}


def test_a_closed_node_is_closed_and_not_cut_off():
    effects = played(close("A", "Port", 0, (3, 5)), flows=["goods"])
    assert states(effects.steps, step=1) == {"Port": "closed", "Railtown": "cut_off", "Laneville": "cut_off"}
    assert set(effects.durations["name"]) == {"Railtown", "Laneville"}
    recovery = effects.recovery.set_index("day")
    assert recovery.loc[3.0, "people_cut_off_low"] == 0.0
    assert recovery.loc[3.0, "people_cut_off_high"] == 1030.0
    assert recovery.loc[5.0, "people_cut_off_high"] == 0.0


def test_an_end_that_is_not_known_lasts_to_the_end_of_the_exercise():
    effects = played(close("A", "R2", 24, None), flows=["goods"])
    row = effects.durations.set_index("name").loc["Railtown"]
    assert (row["low_days"], row["high_days"], row["is_cut_off_at_end"]) == (19.0, 19.0, True)


ASSETS = ("R1", "R2", "S1", "S2", "C1", "C2", "port:p", "landing:l", "strait:narrows")
CHOSEN = st.lists(st.sampled_from(ASSETS), min_size=1, max_size=4, unique=True)
SORTED = ["step", "flow", "vertex_id"]


@settings(max_examples=12, deadline=None)
@given(CHOSEN, st.integers(1, 12), st.randoms())
def test_the_order_of_simultaneous_injects_does_not_matter(chosen, month, random):
    rows = [close(asset, asset, 0, (2, 6)) for asset in chosen]
    one = played(*rows, month=month).steps
    random.shuffle(rows)
    other = played(*rows, month=month).steps
    assert one.sort_values(SORTED).to_csv(index=False) == other.sort_values(SORTED).to_csv(index=False)


@settings(max_examples=12, deadline=None)
@given(CHOSEN, st.sampled_from(ASSETS), st.integers(1, 12))
def test_closing_more_reconnects_nobody_and_shortens_nothing(chosen, more, month):
    fewer = played(*(close(asset, asset) for asset in chosen), month=month).steps
    wider = played(*(close(asset, asset) for asset in dict.fromkeys([*chosen, more])), month=month).steps
    key = ["flow", "vertex_id"]
    one, other = (table[table["step"] == 1].set_index(key) for table in (fewer, wider))
    for place, row in one.iterrows():
        assert place in other.index
        now = other.loc[place]
        if row["state"] in {"cut_off", "closed"}:
            assert now["state"] in {"cut_off", "closed"}
        elif now["state"] == "longer":
            assert now["after_km"] >= row["after_km"] - 1e-9


def test_a_start_without_a_way_is_no_crash():
    effects = played(close("A", "S2"), month=1, flows=["goods"])
    assert not len(effects.steps)
    assert not len(effects.durations)
    assert np.isfinite(effects.before.iloc[0]["people_without_a_way"])


@pytest.mark.parametrize("flow", ["goods", "people", "data"])
def test_every_flow_says_what_it_does_not_know(flow):
    from layers.flows.exercise_effects import UNKNOWNS

    assert any("capacity" in text for text in UNKNOWNS[flow])
