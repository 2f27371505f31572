"""The draws: each counted again by a plain loop, what they may not do, and the same numbers everywhere."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_judgement import shares
from toy_nodes import toy_inputs

from layers.assessed.class_thresholds import ANCHORS, HIGH, MODERATE
from layers.assessed.flags import POSSIBLE, ROBUST, flag_of
from layers.assessed.judgement import Inputs, judge, whole_of
from layers.assessed.monte_carlo import blocks, draw, drawn_values, memberships, numbers_of
from layers.scenarios import SCENARIOS, Scenario

TODAY = SCENARIOS[0]
WITHOUT = Scenario("w", "w", 1.36, "a test", with_association=False)
OTHER = Scenario(
    "o", "o", 1.36, "a test", anchors={"part_holds": 0.3, "erosion_high": 0.7, "captive_high": 700}
)


# --------------------------------------------------------------------------------------- numbers


def test_every_anchor_is_drawn_for_itself_between_four_and_six_fifths() -> None:
    numbers = numbers_of(TODAY, 4000, 0)
    usual = whole_of()
    assert set(numbers.anchors) == set(usual)
    multiples = []
    for anchor in ANCHORS:
        drawn = numbers.anchors[anchor.id]
        assert drawn.shape == (1, 4000)
        assert (drawn == np.floor(drawn)).all()
        low, high = sorted((usual[anchor.id] * 0.8, usual[anchor.id] * 1.2))
        assert low - 1 <= drawn.min() <= drawn.max() <= high
        multiples.append(drawn[0] / usual[anchor.id])
    assert np.mean(multiples, axis=1) == pytest.approx(np.ones(len(ANCHORS)), abs=0.01)
    assert len(np.unique(multiples[0])) == 41
    # Each for itself: no two go together.
    apart = np.corrcoef(multiples) - np.eye(len(ANCHORS))
    assert np.abs(apart).max() < 0.08
    assert np.bincount(numbers.radius, minlength=3) == pytest.approx([4000 / 3] * 3, abs=120)


def test_the_pool_is_flat_and_a_node_takes_a_row_for_each_of_its_factors() -> None:
    numbers = numbers_of(TODAY, 2000, 0)
    assert numbers.pool.shape == (1024, 2000)
    assert (numbers.pool.min(), numbers.pool.max()) == (0, 999)
    assert numbers.pool.mean() == pytest.approx(499.5, abs=1)
    assert (numbers.pool >= 500).mean() == pytest.approx(0.5, abs=0.002)
    nodes = np.array(["port:a", "port:b"], dtype=object)
    one, other = numbers.of(nodes, "ice", slice(0, 2000))
    assert np.abs(np.corrcoef(one, other)[0, 1]) < 0.1
    assert np.abs(np.corrcoef(one, numbers.of(nodes, "level", slice(0, 2000))[0])[0, 1]) < 0.1
    assert numbers.of(nodes, "ice", slice(300, 310))[0].tolist() == one[300:310].tolist()


def test_a_scenario_s_anchor_is_the_middle_of_its_draws() -> None:
    drawn = numbers_of(OTHER, 3000, 0).anchors["erosion_high"]
    assert (drawn.min(), drawn.max()) == (560, 840)


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    one, same, other = (numbers_of(TODAY, 300, seed) for seed in (7, 7, 8))
    assert (one.pool == same.pool).all()
    assert (one.radius == same.radius).all()
    assert all((one.anchors[name] == same.anchors[name]).all() for name in one.anchors)
    assert (one.pool != other.pool).mean() > 0.99
    assert any((one.anchors[name] != other.anchors[name]).any() for name in one.anchors)


PRINT = """
import hashlib
from layers.assessed.monte_carlo import numbers_of
from layers.scenarios import SCENARIOS
n = numbers_of(SCENARIOS[0], 700, 3)
print(hashlib.sha256(b"".join([n.pool.tobytes(), n.radius.tobytes(),
    *(n.anchors[k].tobytes() for k in sorted(n.anchors))])).hexdigest())
"""


def test_another_process_with_other_libraries_threads_draws_the_same_numbers() -> None:
    numbers = numbers_of(TODAY, 700, 3)
    parts = [numbers.anchors[name].tobytes() for name in sorted(numbers.anchors)]
    here = hashlib.sha256(b"".join([numbers.pool.tobytes(), numbers.radius.tobytes(), *parts])).hexdigest()
    settings_of = {
        "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
        "OPENBLAS_CORETYPE": "Prescott", "PYTHONHASHSEED": "1",
        "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX2 FMA3",
    }  # fmt: skip
    outcome = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PRINT], env=os.environ | settings_of, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert outcome.stdout.strip() == here


def test_blocks_are_every_draw_once() -> None:
    for count in (1, 999, 1000, 1001, 2500):
        outcome = [number for block in blocks(count) for number in range(count)[block]]
        assert outcome == list(range(count))


# ------------------------------------------------------------------------------------ the shares


@pytest.mark.parametrize("scenario", [TODAY, OTHER, WITHOUT], ids=lambda row: row.id)
def test_a_plain_loop_over_nodes_and_draws_counts_the_same(scenario: Scenario) -> None:
    inputs = toy_inputs(60, seed=11)
    numbers = numbers_of(scenario, 80, 5)
    usual = {name: int(value) for name, value in whole_of(scenario.anchors).items()}
    expected = [
        shares(inputs, place, usual, numbers, with_association=scenario.with_association)
        for place in range(len(inputs.nodes))
    ]
    actual = draw(inputs, scenario, numbers)
    assert list(zip(actual.overlap.tolist(), actual.flag.tolist(), strict=True)) == expected
    some = np.array(expected)
    assert ((some > 0) & (some < 1)).any(axis=0).all()  # there is something to tell


def test_a_node_of_the_picture_is_counted_the_same_by_the_plain_loop(picture) -> None:
    nodes, evidence = picture.tables["nodes"], picture.tables["evidence"]
    some = nodes[nodes["overlap_probability"] > 0].iloc[::6]
    inputs = Inputs.of(evidence[evidence["node_id"].isin(some["node_id"])], some)
    numbers = numbers_of(TODAY, 50, 0)
    usual = {name: int(value) for name, value in whole_of().items()}
    expected = [shares(inputs, place, usual, numbers) for place in range(len(some))]
    actual = draw(inputs, TODAY, numbers)
    assert list(zip(actual.overlap.tolist(), actual.flag.tolist(), strict=True)) == expected


def test_draws_past_the_first_thousand_are_counted_as_the_first() -> None:
    inputs, numbers = toy_inputs(30, seed=2), numbers_of(TODAY, 2300, 1)
    whole = memberships(inputs, TODAY, numbers, slice(0, 2300))
    actual = draw(inputs, TODAY, numbers)
    assert actual.overlap.tolist() == whole[0].mean(axis=1).tolist()
    assert actual.flag.tolist() == whole[1].mean(axis=1).tolist()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sets(st.integers(0, 29), min_size=1))
def test_the_shares_of_a_node_do_not_depend_on_who_else_is_there(seed: int, rows: set[int]) -> None:
    inputs, numbers = toy_inputs(30, seed), numbers_of(TODAY, 60, seed)
    whole = draw(inputs, TODAY, numbers)
    kept = np.array(sorted(rows, reverse=True))
    some = draw(inputs.take(kept), TODAY, numbers)
    assert some.overlap.tolist() == whole.overlap[kept].tolist()
    assert some.flag.tolist() == whole.flag[kept].tolist()


# What a node has of each hazard, and what it has where it has none of it.
_HARMLESS = {
    "ice_lost": 0, "ice_lost_low": 0, "ice_lost_high": 0, "ice_spread": 0, "zone": 0, "damage": np.nan,
    "erosion": 0, "erosion_low": 0, "erosion_high": 0, "level": 0, "level_low": 0, "level_high": 0,
}  # fmt: skip


def harmless(inputs: Inputs) -> Inputs:
    shape = (len(inputs.nodes), 1)
    return inputs.with_values(**{name: np.full(shape, float(value)) for name, value in _HARMLESS.items()})


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_where_no_hazard_is_nobody_is_flagged(seed: int) -> None:
    inputs, numbers = toy_inputs(40, seed), numbers_of(TODAY, 60, seed)
    actual = draw(harmless(inputs), TODAY, numbers)
    assert not actual.flag.any()
    assert not actual.overlap.any()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_a_draw_makes_nothing_that_is_not_on_file(seed: int) -> None:
    inputs, numbers = toy_inputs(60, seed), numbers_of(TODAY, 60, seed)
    now = judge(inputs, whole_of())
    actual = draw(inputs, TODAY, numbers)
    unsure = now.is_open[:, 0]
    assert not actual.flag[(now.hazard[:, 0] < HIGH) & ~unsure].any()
    assert not actual.overlap[now.hazard[:, 0] < MODERATE].any()
    assert not actual.overlap[now.military[:, 0] < HIGH].any()
    assert not actual.flag[now.dependence[:, 0] < MODERATE].any()
    assert (actual.flag <= actual.overlap).all()


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from(["ice_lost", "erosion", "ice_spread", "level", "ice", "damage", "zone", "depth", "air"]),
)
def test_an_unknown_hazard_raises_no_share(seed: int, name: str) -> None:
    inputs, numbers = toy_inputs(40, seed), numbers_of(TODAY, 60, seed)
    if name == "ice":  # less ice in the ground is a thing to know: without it the ground is bad half the time
        inputs = inputs.with_values(ice=np.full((40, 1), 2.0))
    ends = [f"{name}_low", f"{name}_high"] if name in {"ice_lost", "erosion", "level"} else []
    blank = inputs.with_values(**{n: np.full((40, 1), np.nan) for n in (name, *ends)})
    before, after = (draw(some, TODAY, numbers) for some in (inputs, blank))
    assert (after.flag <= before.flag).all()
    assert (after.overlap <= before.overlap).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["ice_lost", "erosion"]), st.integers(0, 4000))
def test_a_larger_hazard_lowers_no_share(seed: int, name: str, more: int) -> None:
    inputs, numbers = toy_inputs(40, seed), numbers_of(TODAY, 60, seed)
    values = dict(inputs.values)
    moved = {n: values[n] + more for n in (name, f"{name}_low", f"{name}_high")}
    before, after = (draw(some, TODAY, numbers) for some in (inputs, inputs.with_values(**moved)))
    assert (after.flag >= before.flag).all()
    assert (after.overlap >= before.overlap).all()


# ------------------------------------------------------------------------------- what is drawn


def sure(**values: float) -> Inputs:
    """One ground station that is high in every draw, on ground that `values` tell of."""
    blank = {name: np.full((1, 1), np.nan) for name in dict(toy_inputs(1, 0).values)}
    certain = {
        "civil_and_public": 1000, "polar_orbit": 1000, "runway_near": 9e6, "deep_port": 0, "route": 0,
        "narrow": 0, "scarcity": 9e6, "reached": 9e9, "joint_use": 0, "treaty": 0, "policy_off": 0, "sole": 0,
        "proxy": 0, "steps": 0,
    }  # fmt: skip
    outcome = blank | {name: np.array([[float(value)]]) for name, value in (certain | values).items()}
    there = {"permafrost_thaw": np.array([[True]])}
    nodes = np.array(["ground_station:sure"], dtype=object)
    names = ("ice_season_lost", "ice_season_unreliable", "coastal_erosion", "relative_sea_level")
    absent = dict.fromkeys(names, np.array([[False]]))
    return Inputs(nodes, np.array(["ground_station"], dtype=object), outcome, absent | there)


def test_ground_ice_that_is_not_known_is_high_in_every_second_draw() -> None:
    numbers = numbers_of(TODAY, 2000, 0)
    unknown = draw(sure(zone=4), TODAY, numbers)
    assert unknown.overlap.tolist() == [1.0]
    assert unknown.flag[0] == pytest.approx(0.5, abs=0.04)
    # Known ground is not drawn, nor a proxy's, nor ground whose damage is reported.
    assert draw(sure(zone=4, ice=2), TODAY, numbers).flag.tolist() == [1.0]
    assert draw(sure(zone=4, ice=0), TODAY, numbers).flag.tolist() == [0.0]
    assert draw(sure(zone=4, proxy=1), TODAY, numbers).flag.tolist() == [0.0]
    assert draw(sure(zone=4, damage=1), TODAY, numbers).flag.tolist() == [1.0]


def test_a_proxy_zone_is_confused_as_often_as_it_was_found_wrong() -> None:
    numbers = numbers_of(TODAY, 4000, 0)
    zone = drawn_values(sure(zone=3, proxy=1), numbers, slice(0, 4000))["zone"][0]
    outcome = {step: (zone == 3 + step).mean() for step in (-1, 0, 1)}
    assert outcome == pytest.approx({-1: 0.175, 0: 0.65, 1: 0.175}, abs=0.02)
    assert set(drawn_values(sure(zone=3), numbers, slice(0, 4000))["zone"].ravel()) == {3.0}
    assert drawn_values(sure(zone=4, proxy=1), numbers, slice(0, 4000))["zone"].max() == 4


def test_the_class_of_a_lost_season_rests_on_its_lower_end_and_moves_with_the_years() -> None:
    numbers = numbers_of(TODAY, 4000, 0)
    ice = sure(ice_lost=2000, ice_lost_low=1000, ice_lost_high=3500)
    drawn = drawn_values(ice, numbers, slice(0, 4000))["ice_lost_low"]
    # The 5 and 95 % ends of the interval, moved down to its lower end.
    assert np.percentile(drawn, [5, 50, 95]) == pytest.approx([0, 1000, 2500], abs=60)


@pytest.mark.parametrize(("radius", "captive"), [(0, 900.0), (1, 500.0), (2, 100.0)])
def test_a_longer_way_to_the_next_leaves_fewer_people_without(radius: int, captive: float) -> None:
    numbers = numbers_of(TODAY, 300, 0)
    some = sure(captive=500, captive_low=100, captive_high=900)
    drawn = drawn_values(some, numbers, slice(0, 300))["captive"]
    assert set(np.broadcast_to(drawn, (1, 300))[0, numbers.radius == radius]) == {captive}


# -------------------------------------------------------------------------------------- the flag


@pytest.mark.parametrize(
    ("share", "flag"),
    [(0, "not_flagged"), (0.1999, "not_flagged"), (0.2, "possible"), (0.7999, "possible"), (0.8, "robust"),
     (1, "robust")],
)  # fmt: skip
def test_the_flag_of_a_share(share: float, flag: str) -> None:
    assert (POSSIBLE, ROBUST) == (0.2, 0.8)
    assert flag_of(share) == flag


@pytest.fixture(scope="module")
def nodes(picture) -> pd.DataFrame:
    return picture.tables["nodes"].set_index("node_id", drop=False)


def test_nobody_is_flagged_without_a_hazard_that_is_known_to_be_high(nodes) -> None:
    flagged = nodes[nodes["flag"].isin(["robust", "possible"])]
    assert len(flagged)
    assert set(flagged["hazard_class"]) == {"high"}
    assert flagged["hazard_deciding"].notna().all()
    assert flagged["hazard_tier"].isin(["measured", "typed", "mapped", "modelled"]).all()
    assert set(flagged["scope"]) <= {"arctic", "gateway"}
    assert (nodes["flag_probability"] <= nodes["overlap_probability"]).all()
    assert (nodes.loc[nodes["scope"] == "context", "flag_probability"] == 0).all()
    assert set(nodes.loc[nodes["scope"] == "context", "flag"]) == {"not_flagged"}


def test_the_stored_shares_are_those_of_the_stored_evidence(picture) -> None:
    table = picture.tables["nodes"]
    inputs = Inputs.of(picture.tables["evidence"], table)
    actual = draw(inputs, picture.scenario, numbers_of(picture.scenario, 10_000, 0))
    assert table["overlap_probability"].tolist() == actual.overlap.round(4).tolist()
    judged = table[table["flag"].isin(["robust", "possible"])]
    expected = pd.Series(actual.flag.round(4), index=table["node_id"])
    assert judged["flag_probability"].tolist() == expected[judged["node_id"]].tolist()
    none = draw(harmless(inputs), picture.scenario, numbers_of(picture.scenario, 500, 0))
    assert not none.flag.any()


def test_another_seed_moves_no_share_by_much(picture) -> None:
    table = picture.tables["nodes"]
    inputs = Inputs.of(picture.tables["evidence"], table)
    one, other = (draw(inputs, TODAY, numbers_of(TODAY, 10_000, seed)) for seed in (0, 1))
    for name in ("overlap", "flag"):
        first, second = getattr(one, name), getattr(other, name)
        unsure = (first > 0) & (first < 1)
        apart = np.abs(first - second)
        # One standard error of a difference is 0.007 at most; four of them are 0.028.
        assert apart.max() < 0.03, name
        assert (apart[unsure] < 0.02).mean() >= 0.95, name
