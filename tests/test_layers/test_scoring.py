"""Ramps, weights, intervals, draws, the conjunction and ranks; all worked out here by hand."""

from __future__ import annotations

import math
import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.scoring import (
    AXES,
    EPS,
    axis_intervals,
    log_ramp,
    percentile,
    ramp,
    weigh,
)

AXIS_OF = {dimension: axis for axis, dimensions in AXES.items() for dimension in dimensions}


def rows(*lines: tuple) -> pd.DataFrame:
    """Evidence of (node, dimension, group, indicator, score); None is unknown, "off" does not apply."""
    table = pd.DataFrame(
        [
            {
                "node_id": node,
                "axis": AXIS_OF[dimension],
                "dimension": dimension,
                "group": group,
                "indicator": indicator,
                "score": np.nan if score in {None, "off"} else float(score),
                "state": {None: "unknown", "off": "not_applicable"}.get(score, "known"),
            }
            for node, dimension, group, indicator, score in lines
        ]
    )
    table["score_high"] = table["score"]
    return table.assign(weight=weigh(table))


def rest(node: str, *told: str, score: float = 0.5) -> list[tuple]:
    """One row of `score` for every dimension that is not told of."""
    return [(node, dimension, "g", "i", score) for dimension in AXIS_OF if dimension not in told]


# ---------------------------------------------------------------------------------------- scales


def test_ramp_by_hand() -> None:
    assert ramp([5, 6.4, 8.55, 10.7, 23.2], 6.4, 10.7) == pytest.approx([0, 0, 0.5, 1, 1])
    assert ramp([25, 15, 5, 0], 25, 5) == pytest.approx([0, 0.5, 1, 1])
    assert ramp([np.nan, np.inf], 0, 1).tolist()[1] == 1
    assert np.isnan(ramp([np.nan], 0, 1)).all()


def test_log_ramp_by_hand() -> None:
    # 100 -> 0, 100,000 -> 1; 1,000 is a third of the way, 10,000 two thirds.
    assert log_ramp([0, -5, 100, 1e3, 1e4, 1e5, 1e9], 100, 1e5) == pytest.approx(
        [0, 0, 0, 1 / 3, 2 / 3, 1, 1]
    )
    assert np.isnan(log_ramp([np.nan], 100, 1e5)).all()


def test_percentile_by_hand() -> None:
    value = pd.Series([30.0, 10.0, 20.0, np.nan, 7.0, 5.0, 5.0])
    within = pd.Series(["a", "a", "a", "a", "b", "c", "c"])
    # Three known of four in a: (rank - 1/2) / 3; a group of one and a tie both stand in the middle.
    assert percentile(value, within) == pytest.approx(
        [5 / 6, 1 / 6, 3 / 6, np.nan, 0.5, 0.5, 0.5], nan_ok=True
    )
    assert percentile(value, within, falling=True) == pytest.approx(
        [1 / 6, 5 / 6, 3 / 6, np.nan, 0.5, 0.5, 0.5], nan_ok=True
    )


NUMBER = st.floats(-1e6, 1e6)


@settings(max_examples=100, deadline=None)
@given(NUMBER, NUMBER, st.floats(0.1, 100), st.floats(1.1, 1000))
def test_scales_stay_inside_and_never_fall(one: float, other: float, zero_at: float, factor: float) -> None:
    low, high = sorted((one, other))
    for scale in (ramp, log_ramp):
        below, above = scale([low, high], zero_at, zero_at * factor)
        assert 0 <= below <= above <= 1
    below, above = ramp([low, high], zero_at * factor, zero_at)
    assert 0 <= above <= below <= 1


# --------------------------------------------------------------------------------------- weights


def test_groups_weigh_the_same_and_so_do_indicators_in_a_group() -> None:
    table = rows(
        ("n", "hazard", "ice", "months", 0.2),
        ("n", "hazard", "ice", "change", None),
        ("n", "hazard", "coast", "waves", 0.3),
        ("n", "hazard", "level", "rise", "off"),
        ("n", "exposure", "size", "size", 0.5),
        ("m", "hazard", "ice", "months", 0.1),
    )
    # Two groups apply in n's hazard: a half each, and the ice half is shared by two indicators.
    assert table["weight"].tolist() == [0.25, 0.25, 0.5, 0.0, 1.0, 1.0]


def test_a_group_of_which_a_part_does_not_apply_keeps_its_weight() -> None:
    table = rows(
        ("n", "hazard", "ice", "months", 0.2),
        ("n", "hazard", "ice", "change", "off"),
        ("n", "hazard", "coast", "waves", None),
    )
    assert table["weight"].tolist() == [0.5, 0.0, 0.5]


SCORE = st.one_of(st.none(), st.floats(0, 1))
GROUPS = st.lists(st.lists(st.one_of(SCORE, st.just("off")), max_size=3), max_size=3)
NODE = st.fixed_dictionaries({dimension: st.tuples(SCORE, GROUPS) for dimension in AXIS_OF})


def evidence_of(nodes: list[dict]) -> list[tuple]:
    lines = []
    for number, node in enumerate(nodes):
        for dimension, (first, groups) in node.items():
            # One row always applies: the catalogue has no node without a dimension.
            lines.append((f"n{number}", dimension, "g0", "i", first))
            lines += [
                (f"n{number}", dimension, f"g{g}", f"i{i}", score)
                for g, group in enumerate(groups)
                for i, score in enumerate(group)
            ]
    return lines


NODES = st.lists(NODE, min_size=1, max_size=3)


@settings(max_examples=60, deadline=None)
@given(NODES)
def test_weights_add_up_to_one(nodes: list[dict]) -> None:
    table = rows(*evidence_of(nodes))
    sums = table.groupby(["node_id", "dimension"])["weight"].sum()
    assert sums.to_numpy() == pytest.approx(np.ones(len(sums)), abs=1e-12)
    assert (table.loc[table["state"] == "not_applicable", "weight"] == 0).all()
    assert (table.loc[table["state"] != "not_applicable", "weight"] > 0).all()


# ------------------------------------------------------------------------------------- intervals


def lift(value: float) -> float:
    """Inside of the geometric mean: eps + (1 - eps) d."""
    return 0.01 + 0.99 * value


def test_intervals_by_hand() -> None:
    table = rows(
        ("n", "hazard", "ice", "months", 0.2),
        ("n", "hazard", "coast", "waves", None),
        ("n", "exposure", "size", "size", 0.5),
        ("n", "vulnerability", "design", "design", 1.0),
        ("n", "military", "access", "depth", 1.0),
        ("n", "military", "access", "roro", None),
        ("n", "military", "connect", "rail", 0.0),
        ("n", "civil", "people", "people", None),
    )
    told = axis_intervals(table).loc["n"]
    assert EPS == 0.01
    # hazard: low 0.1, high 0.6, known 0.2, half of it known; the two others are known.
    for column, hazard in (("low", 0.1), ("high", 0.6), ("known", 0.2)):
        expected = (lift(hazard) * lift(0.5) * lift(1.0)) ** (1 / 3)
        assert told[f"climate_{column}"] == pytest.approx(expected, abs=1e-12)
    assert told["climate_coverage"] == pytest.approx((0.5 + 1 + 1) / 3)
    # military: a half for access (1 and unknown), a half for connect (0); no geometric mean.
    assert told[["military_low", "military_high", "military_coverage"]].tolist() == [0.25, 0.5, 0.75]
    assert told["military_known"] == pytest.approx(0.25 / 0.75)
    # Nothing known: the whole of 0..1, and no number for what is known.
    assert told[["civil_low", "civil_high", "civil_coverage"]].tolist() == [0, 1, 0]
    assert math.isnan(told["civil_known"])


def test_known_of_several_dimensions_needs_every_one() -> None:
    lines = [("n", "hazard", "g", "i", None), *rest("n", "hazard")]
    told = axis_intervals(rows(*lines)).loc["n"]
    assert math.isnan(told["climate_known"])
    assert told["climate_low"] == pytest.approx((0.01 * lift(0.5) ** 2) ** (1 / 3))
    assert told["climate_high"] == pytest.approx((1.0 * lift(0.5) ** 2) ** (1 / 3))
    assert told["climate_coverage"] == pytest.approx(2 / 3)


def test_no_hazard_means_nearly_no_risk_whatever_the_rest() -> None:
    lines = [("n", "hazard", "g", "i", 0.0), *rest("n", "hazard", score=1.0)]
    assert axis_intervals(rows(*lines)).loc["n", "climate_known"] == pytest.approx(0.01 ** (1 / 3))


def test_dimensions_are_not_summed_over_nodes() -> None:
    lines = [
        ("n", "civil", "g", "i", 0.2),
        ("m", "civil", "g", "i", 0.9),
        *rest("n", "civil"),
        *rest("m", "civil"),
    ]
    told = axis_intervals(rows(*lines))
    assert told.loc[["n", "m"], "civil_low"].tolist() == pytest.approx([0.2, 0.9])


@settings(max_examples=60, deadline=None)
@given(NODES, st.randoms(use_true_random=False))
def test_intervals_are_ordered_bounded_and_free_of_row_order(nodes: list[dict], rng: random.Random) -> None:
    lines = evidence_of(nodes)
    told = axis_intervals(rows(*lines))
    assert sorted(told.index) == sorted(f"n{number}" for number in range(len(nodes)))
    for axis in AXES:
        low, high, known, share = (told[f"{axis}_{part}"] for part in ("low", "high", "known", "coverage"))
        assert low.between(0, 1).all()
        assert high.between(0, 1).all()
        assert share.between(0, 1).all()
        assert (low <= high + 1e-12).all()
        held = known.notna()
        assert (low[held] <= known[held] + 1e-12).all()
        assert (known[held] <= high[held] + 1e-12).all()
        # All known: the interval closes. Nothing known: there is no known value.
        full = share == 1
        assert (high[full] - low[full]).abs().max() < 1e-12 or not full.any()
        assert not held[share == 0].any()
    shuffled = lines.copy()
    rng.shuffle(shuffled)
    again = axis_intervals(rows(*shuffled)).loc[told.index, told.columns]
    pd.testing.assert_frame_equal(again, told, rtol=0, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(NODES, st.integers(0, 10_000), st.floats(0, 1))
def test_a_higher_score_never_lowers_an_axis(nodes: list[dict], pick: int, share: float) -> None:
    lines = evidence_of(nodes)
    scored = [number for number, line in enumerate(lines) if line[4] not in {None, "off"}]
    if not scored:
        return
    number = scored[pick % len(scored)]
    raised = lines.copy()
    old = lines[number][4]
    raised[number] = (*lines[number][:4], old + (1 - old) * share)
    before, after = axis_intervals(rows(*lines)), axis_intervals(rows(*raised))
    moved = (after - before).loc[:, [c for c in before if not c.endswith("coverage")]]
    assert (moved.fillna(0) >= -1e-12).all().all()
    axis = AXIS_OF[lines[number][1]]
    still = [c for c in moved if not c.startswith(axis)]
    assert (moved[still].fillna(0) == 0).all().all()


@settings(max_examples=40, deadline=None)
@given(NODES, st.integers(0, 10_000), st.floats(0, 1))
def test_learning_an_unknown_only_narrows(nodes: list[dict], pick: int, score: float) -> None:
    lines = evidence_of(nodes)
    unknown = [number for number, line in enumerate(lines) if line[4] is None]
    if not unknown:
        return
    number = unknown[pick % len(unknown)]
    told = lines.copy()
    told[number] = (*lines[number][:4], score)
    before, after = axis_intervals(rows(*lines)), axis_intervals(rows(*told))
    for axis in AXES:
        assert (after[f"{axis}_low"] >= before[f"{axis}_low"] - 1e-12).all()
        assert (after[f"{axis}_high"] <= before[f"{axis}_high"] + 1e-12).all()
        assert (after[f"{axis}_coverage"] >= before[f"{axis}_coverage"] - 1e-12).all()
