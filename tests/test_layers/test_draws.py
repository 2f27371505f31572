"""The draws: designs, levels, unknowns, aggregation, the conjunction, ranks, ties; worked out by hand."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.draws import (
    AGGREGATIONS,
    ANCHOR_FACTORS,
    FACTORS,
    aggregate,
    axis_values,
    blocks,
    chances,
    design,
    dimension_values,
    draw_kinds,
    factors_of,
    judge,
    mixed,
    rank_intervals,
    ranks,
    scores_of,
    ties,
)
from layers.scenarios import Scenario
from layers.scoring import AXES, Scale, weigh

AXIS_OF = {dimension: axis for axis, dimensions in AXES.items() for dimension in dimensions}
TODAY = Scenario("t", "t", 1.36, "a test")


def rows(*lines: tuple) -> pd.DataFrame:
    """Evidence of (node, dimension, group, indicator, score[, scale, value]).

    A score of None is unknown, "off" does not apply.
    """
    table = []
    for node, dimension, group, indicator, score, *more in lines:
        scale, value = more or ("class", np.nan)
        of_scale = isinstance(scale, Scale)
        table.append(
            {
                "node_id": node,
                "axis": AXIS_OF[dimension],
                "dimension": dimension,
                "group": group,
                "indicator": indicator,
                "value": float(value),
                "score": float(scale.score([value])[0]) if of_scale and score is not None
                else np.nan if score in {None, "off"} else float(score),
                "scale": scale.form if of_scale else scale,
                "zero_at": scale.zero_at if of_scale else np.nan,
                "one_at": scale.one_at if of_scale else np.nan,
                "state": {None: "unknown", "off": "not_applicable"}.get(score, "known"),
            }
        )  # fmt: skip
    frame = pd.DataFrame(table)
    frame["score_high"] = frame["score"]
    return frame.assign(weight=weigh(frame))


def rest(node: str, *told: str, score: float = 0.5) -> list[tuple]:
    """One row of `score` for every dimension that is not told of."""
    return [(node, dimension, "g", "i", score) for dimension in AXIS_OF if dimension not in told]


def drawn_axes(table: pd.DataFrame, draws: int = 240, seed: int = 0) -> tuple[list[str], dict, object]:
    """Nodes, axis values of all draws, and the design they are of."""
    shared = design(table, draws=draws, seed=seed)
    scores = scores_of(table, shared)
    parts = []
    for block in blocks(shared):
        chance = chances(scores, shared, "port", block)
        parts.append(axis_values(dimension_values(scores, shared, block, chance), shared, block))
    return list(scores.nodes), {a: np.concatenate([p[a] for p in parts], axis=1) for a in AXES}, shared


MIXED = [
    ("n", "hazard", "a", "i", 0.1), ("n", "hazard", "b", "i2", 0.9), ("n", "hazard", "b", "j", None),
    ("n", "exposure", "a", "i", 0.4), ("n", "vulnerability", "a", "i", 0.7),
    ("n", "military", "a", "i", 0.2), ("n", "military", "b", "i2", 0.8), ("n", "civil", "a", "i", None),
    ("m", "hazard", "a", "i", 0.3), ("m", "exposure", "a", "i", 0.4), ("m", "vulnerability", "a", "i", 0.7),
    ("m", "military", "b", "i2", 0.6), ("m", "civil", "a", "i", 0.25),
]  # fmt: skip


# ---------------------------------------------------------------------------------------- design


def test_a_design_is_balanced() -> None:
    shared = design(rows(*MIXED), draws=1200, seed=3)
    assert shared.count == 1200
    assert np.bincount(shared.aggregation).tolist() == [400, 400, 400]
    assert (np.diff(shared.aggregation) >= 0).all()
    for number in range(3):
        assert shared.is_percentile[shared.aggregation == number].mean() == pytest.approx(0.5)
    for weights in (*shared.weights.values(), shared.between):
        assert weights.sum(axis=0) == pytest.approx(np.ones(1200), abs=1e-5)
        assert (weights >= 0).all()
    # Latin hypercube in each of twelve cells: every level stands in equally many draws, give or take.
    for level in shared.level.values():
        assert np.bincount((level * 9).astype(int).clip(0, 8)).tolist() == pytest.approx(
            [1200 / 9] * 9, abs=12
        )


def test_weights_are_flat_in_one_half_and_near_the_baseline_in_the_other() -> None:
    shared = design(rows(*MIXED), draws=8000, seed=0)
    weight = shared.weights["military"][0]
    near = np.arange(8000) // 2 % 2 == 1
    assert weight[near].mean() == pytest.approx(0.5, abs=0.01)
    assert weight[~near].mean() == pytest.approx(0.5, abs=0.01)
    # Variance of Beta(1, 1) is 1/12, of Beta(10, 10) 1/84.
    assert weight[~near].std() == pytest.approx(math.sqrt(1 / 12), rel=0.05)
    assert weight[near].std() == pytest.approx(math.sqrt(1 / 84), rel=0.05)


@pytest.mark.parametrize("shape", [0.4, 2.0, 20 / 6, 10.0, 19.0])
def test_gamma_quantiles_are_those_of_scipy(shape: float) -> None:
    from scipy.special import gammaincinv

    from layers.draws import _gamma_quantile

    chance = np.linspace(0.001, 0.999, 999)
    assert _gamma_quantile(shape, chance) == pytest.approx(gammaincinv(shape, chance), rel=2e-3, abs=1e-6)
    assert _gamma_quantile(0.0, chance).tolist() == [0.0] * 999


def test_weights_of_a_scenario_are_the_centre() -> None:
    lines = [("n", "military", g, g, 0.5) for g in ("m_access", "m_policy")] + rest("n", "military")
    shared = design(
        rows(*lines), draws=8000, seed=0, weights={"military": {"m_access": 0.9, "m_policy": 0.1}}
    )
    near = np.arange(8000) // 2 % 2 == 1
    assert shared.baseline["military"].tolist() == pytest.approx([0.9, 0.1])
    assert shared.weights["military"][0][near].mean() == pytest.approx(0.9, abs=0.01)


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    table = rows(*MIXED)
    one, same, other = (drawn_axes(table, seed=seed)[1] for seed in (7, 7, 8))
    for axis in AXES:
        assert one[axis].shape == (2, 240)
        assert np.array_equal(one[axis], same[axis])
    assert any(not np.array_equal(one[axis], other[axis]) for axis in AXES)


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(len(MIXED))))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    table = rows(*MIXED)
    nodes, first, _ = drawn_axes(table, draws=30)
    again, second, _ = drawn_axes(table.iloc[order], draws=30)
    assert nodes == again == ["m", "n"]
    for axis in AXES:
        assert np.array_equal(first[axis], second[axis])


# ---------------------------------------------------------------------------------------- values


def test_two_nodes_by_hand() -> None:
    """Every axis of two nodes, draw by draw, from the weights that were drawn."""
    nodes, axes, shared = drawn_axes(rows(*MIXED), draws=60)
    anchored = np.flatnonzero(~shared.is_percentile)
    m, n = nodes.index("m"), nodes.index("n")
    first, second = shared.weights["military"]
    for d in anchored:
        assert axes["military"][n, d] == pytest.approx(0.2 * first[d] + 0.8 * second[d], abs=1e-6)
        # m has no group a: what is left is shared by the others.
        assert axes["military"][m, d] == pytest.approx(0.6, abs=1e-6)
        assert axes["civil"][m, d] == pytest.approx(0.25, abs=1e-6)
        h, e, v = 0.3, 0.4, 0.7
        w, eps = shared.between[:, d], shared.eps[d]
        how = AGGREGATIONS[shared.aggregation[d]]
        expected = {
            "arithmetic": w[0] * h + w[1] * e + w[2] * v,
            "geometric": math.exp(
                sum(a * math.log(eps + (1 - eps) * b) for a, b in zip(w, (h, e, v), strict=True))
            ),
            "lowest_half": (h + e) / 2,
        }[how]
        assert axes["climate"][m, d] == pytest.approx(expected, abs=1e-5)


def test_what_is_unknown_is_uniform_and_antithetic() -> None:
    nodes, axes, _ = drawn_axes(rows(*MIXED), draws=3000)
    civil = axes["civil"][nodes.index("n")]
    assert civil.mean() == pytest.approx(0.5, abs=1e-3)
    assert civil.std() == pytest.approx(math.sqrt(1 / 12), rel=0.05)
    assert civil.min() >= 0
    assert civil.max() <= 1


def test_a_value_known_as_an_interval_is_drawn_inside_it() -> None:
    table = rows(("n", "civil", "a", "i", 0.3), *rest("n", "civil"))
    table.loc[0, "score_high"] = 0.5
    _, axes, shared = drawn_axes(table, draws=2000)
    civil = axes["civil"][0]
    inside = civil[~shared.is_percentile]
    assert inside.min() == pytest.approx(0.3, abs=0.01)
    assert inside.max() == pytest.approx(0.5, abs=0.01)
    assert (civil[shared.is_percentile] == 0.5).all()  # a node alone stands in the middle of its kind


def test_anchors_move_together_in_nine_steps() -> None:
    depth = Scale("ramp", 5.0, 10.0)
    table = rows(("n", "civil", "a", "i", 1, depth, 8.0), *rest("n", "civil"))
    _, axes, shared = drawn_axes(table, draws=900)
    anchored = axes["civil"][0][~shared.is_percentile]
    expected = sorted({round(float(np.clip((8 - 5 * f) / (5 * f), 0, 1)), 5) for f in ANCHOR_FACTORS})
    assert sorted({round(float(v), 5) for v in anchored}) == pytest.approx(expected, abs=1e-5)
    assert table.loc[0, "score"] == pytest.approx(0.6)


def test_radii_and_support_have_their_own_levels() -> None:
    assert factors_of("military_site_near", "rings") == ("radii", (0.2, 0.5, 1.0, 2.5))  # 2, 5, 10, 25 km
    assert factors_of("alternative", "ramp") == ("radii", (0.5, 1.0, 2.0))  # 50, 100, 200 km
    assert factors_of("ice_months", "share") == ("ice_support", (3.0, 5.0, 9.0))
    assert factors_of("runway_length", "runway") == ("anchors", ANCHOR_FACTORS)
    assert factors_of("roro", "class") == ("", (1.0,))
    assert {factors_of(*pair)[0] for pair in [("alternative", "ramp"), ("ice_months", "share")]} < set(
        FACTORS
    )


def test_the_support_of_the_ice_is_drawn() -> None:
    ice = [("n", "hazard", "h", name, 0.5) for name in ("ice_months", "wave_exposure")]
    table = rows(*ice, *rest("n", "hazard"))
    shared = design(table, draws=300, seed=0)
    support = {name: pd.DataFrame([[0.4, 0.5, 0.7]], index=["n"]) for name in ("ice_months", "wave_exposure")}
    scores = scores_of(table, shared, support)
    hazard = np.concatenate(
        [
            dimension_values(scores, shared, b, chances(scores, shared, "port", b))["hazard"]
            for b in blocks(shared)
        ],
        axis=1,
    )[0]
    # Both rest on one support: there is no draw of 0.45 or 0.6.
    assert {round(float(v), 3) for v in hazard[~shared.is_percentile]} == {0.4, 0.5, 0.7}


def test_percentile_draws_know_only_the_order() -> None:
    lines = [line for k, s in enumerate((0.1, 0.11, 0.9)) for line in
             [(f"n{k}", "military", "a", "i", s), *rest(f"n{k}", "military")]]  # fmt: skip
    _, axes, shared = drawn_axes(rows(*lines), draws=60)
    ranked = axes["military"][:, shared.is_percentile]
    assert ranked == pytest.approx(np.repeat([[1 / 6], [3 / 6], [5 / 6]], ranked.shape[1], axis=1))


def test_an_added_node_moves_no_other_on_anchored_scales() -> None:
    one = rows(*MIXED)
    more = rows(*MIXED, *[("o", *line[1:]) for line in MIXED[:8]])
    nodes, few, shared = drawn_axes(one, draws=60)
    again, many, _ = drawn_axes(more, draws=60)
    for axis in ("climate", "military"):
        for node in nodes:
            # What is unknown is drawn anew; m is all known.
            if node == "m":
                kept = ~shared.is_percentile
                assert np.array_equal(few[axis][nodes.index(node)][kept], many[axis][again.index(node)][kept])


SCORE = st.one_of(st.none(), st.floats(0, 1))
NODE = st.fixed_dictionaries({d: st.lists(SCORE, min_size=1, max_size=3) for d in AXIS_OF})


@settings(max_examples=30, deadline=None)
@given(st.lists(NODE, min_size=1, max_size=4), st.integers(0, 1000))
def test_draws_are_bounded_and_monotone_in_each_score(nodes: list[dict], seed: int) -> None:
    lines = [
        (f"n{k}", dimension, f"g{place}", f"{dimension}{place}", score)
        for k, node in enumerate(nodes)
        for dimension, scores in node.items()
        for place, score in enumerate(scores)
    ]
    table = rows(*lines)
    _, before, shared = drawn_axes(table, draws=12, seed=seed)
    assert all(((values >= 0) & (values <= 1 + 1e-6)).all() for values in before.values())
    known = table.index[table["score"].notna()]
    if not len(known):
        return
    raised = table.copy()
    raised.loc[known[0], ["score", "score_high"]] = 1.0
    node = sorted(table["node_id"].unique()).index(raised.loc[known[0], "node_id"])
    _, after, _ = drawn_axes(raised, draws=12, seed=seed)
    axis = raised.loc[known[0], "axis"]
    assert (after[axis][node] >= before[axis][node] - 1e-5)[~shared.is_percentile].all()


def test_a_dimension_that_does_not_apply_is_left_out() -> None:
    lines = [("n", "hazard", "g", "i", "off"), *rest("n", "hazard", score=0.25), *rest("m", score=0.25)]
    nodes, axes, shared = drawn_axes(rows(*lines), draws=60)
    plain = axes["climate"][nodes.index("n")][~shared.is_percentile]
    assert plain == pytest.approx(np.full(len(plain), 0.25), abs=0.04)


def test_nan_is_never_zero() -> None:
    parts = np.array([[[np.nan]], [[0.4]], [[0.6]]], dtype=np.float32)
    flat, eps = np.ones((3, 1, 1), dtype=np.float32), np.array([0.01], dtype=np.float32)
    assert aggregate(parts, flat, "arithmetic", eps)[0, 0] == pytest.approx(0.5)
    assert aggregate(parts, flat, "lowest_half", eps)[0, 0] == pytest.approx(0.4)
    lifted = [0.01 + 0.99 * v for v in (0.4, 0.6)]
    assert aggregate(parts, flat, "geometric", eps)[0, 0] == pytest.approx(
        math.sqrt(math.prod(lifted)), abs=1e-6
    )


@pytest.mark.parametrize("how", AGGREGATIONS)
def test_aggregation_is_bounded_and_agrees_with_its_slow_form(how: str) -> None:
    from layers.draws import _aggregate_told

    random = np.random.default_rng(1)
    parts = random.random((3, 4, 7), dtype=np.float32)
    weights = random.random((3, 1, 7), dtype=np.float32) + 0.01
    eps = np.full(7, 0.01, dtype=np.float32)
    quick, slow = aggregate(parts, weights, how, eps), _aggregate_told(parts, weights, how, eps)
    assert quick == pytest.approx(slow, abs=1e-5)
    low = 0.01 + 0.99 * parts.min(axis=0)
    assert (quick >= parts.min(axis=0) - 1e-6).all()
    assert (quick <= np.maximum(parts.max(axis=0), low + 1) + 1e-6).all()


# ------------------------------------------------------------------------------------ the flag


def held(values: dict[str, list], able: list[bool], **scenario: float) -> object:
    """The nodes of one kind judged once; `values` by axis, one known score a node."""
    count = len(able)
    lines = [
        (f"n{k:03}", dimension, "g", f"{dimension}", values[AXIS_OF[dimension]][k])
        for k in range(count)
        for dimension in AXIS_OF
    ]
    table = rows(*lines)
    shared = design(table, draws=30, seed=0)
    return judge(
        scores_of(table, shared), shared, "port", np.array(able), Scenario("t", "t", 1, "t", **scenario)
    )


def test_the_conjunction_needs_every_axis() -> None:
    for case in itertools.product([0.9, 0.1], repeat=3):
        values = {axis: [case[k], 0.5, 0.4] for k, axis in enumerate(AXES)}
        told = held(values, [True] * 3)
        # A quarter of three is the first alone, a half the first two.
        second = case[0] == 0.1 and case[1] == 0.1
        assert told.share.tolist() == [float(case == (0.9, 0.9, 0.9)), float(second), 0.0]


def test_what_is_not_capable_is_never_in_but_counts_in_its_kind() -> None:
    values = {axis: [0.9, 0.5, 0.4] for axis in AXES}
    assert held(values, [False, True, True]).share.tolist() == [0, 0, 0]
    assert held(values, [True, True, True]).share.tolist() == [1, 0, 0]


def test_ties_at_the_bar_are_in() -> None:
    values = {axis: [0.5, 0.5, 0.1] for axis in AXES}
    assert held(values, [True] * 3).share.tolist() == [1, 1, 0]


@pytest.mark.parametrize("count", [4, 8, 24])
def test_a_quarter_is_a_quarter(count: int) -> None:
    values = {axis: [k / 100 for k in range(count)] for axis in AXES}
    assert int(held(values, [True] * count).share.sum()) == count // 4
    assert int(held(values, [True] * count, top_share=0.5).share.sum()) == count // 2


def test_each_kind_has_its_own_bar() -> None:
    lines = [
        (f"{kind}{k}", dimension, "g", dimension, score)
        for kind, level in (("port", 0.9), ("mine", 0.03))
        for k, score in enumerate((level, level / 4, level / 9))
        for dimension in AXIS_OF
    ]
    table = rows(*lines)
    nodes = pd.Index(sorted(table["node_id"].unique()))
    kinds = pd.Series(nodes.str[:4], index=nodes)
    _, told = draw_kinds(table, kinds, pd.Series(True, index=nodes), TODAY, draws=30, seed=0)
    assert {kind: part.share.tolist() for kind, part in told.items()} == {
        "mine": [1, 0, 0],
        "port": [1, 0, 0],
    }


def test_one_kind_alone_is_drawn_as_among_all() -> None:
    table = rows(*MIXED, *[("o", *line[1:]) for line in MIXED[:8]])
    nodes = pd.Index(["m", "n", "o"])
    kinds = pd.Series(["port", "port", "mine"], index=nodes)
    every, able = draw_kinds(table, kinds, pd.Series(True, index=nodes), TODAY, draws=200, seed=4)[1], True
    alone = draw_kinds(table, kinds, pd.Series(able, index=nodes), TODAY, draws=200, seed=4, only=["mine"])[1]
    assert list(alone) == ["mine"]
    assert np.array_equal(alone["mine"].held, every["mine"].held)


# ----------------------------------------------------------------------------------- ranks, ties


def test_ranks_by_hand() -> None:
    # Thirty draws: a leads b in all but one, 3 % of them; c is always last.
    for lost, expected in ((1, [[1, 1, 1], [2, 2, 2]]), (2, [[1, 1, 2], [1, 2, 2]])):
        # With two, 7 % of the draws, both ends of the 5 to 95 % interval move.
        values = np.array([[0.9] * (30 - lost) + [0.1] * lost, [0.5] * 30, [0.05] * 30], dtype=np.float32)
        assert rank_intervals(values).tolist() == [*expected, [3, 3, 3]]


def test_equals_share_the_rank_of_the_first() -> None:
    values = np.array([[0.5], [0.9], [0.5], [0.1]], dtype=np.float32)
    assert ranks(values).tolist() == [[2, 1, 2, 4]]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 12), st.integers(1, 9), st.integers(0, 1000))
def test_ranks_are_ordered_and_count_the_kind(count: int, draws: int, seed: int) -> None:
    values = np.random.default_rng(seed).random((count, draws), dtype=np.float32)
    told = rank_intervals(values)
    assert (np.diff(told, axis=1) >= 0).all()
    assert ((told >= 1) & (told <= count)).all()
    if draws == 1:
        assert sorted(told[:, 1]) == list(range(1, count + 1))


def test_ties_are_those_that_no_one_leads_in_nine_of_ten() -> None:
    # a leads b in 8 of 10 draws: a tie. Both lead c in all: none.
    values = np.array([[0.9] * 8 + [0.1] * 2, [0.5] * 10, [0.05] * 10], dtype=np.float32)
    assert ties(values).tolist() == [1, 1, 0]
    values[0, 8] = 0.9  # nine of ten: told apart
    assert ties(values).tolist() == [0, 0, 0]
    assert ties(np.full((3, 20), 0.5, dtype=np.float32)).tolist() == [2, 2, 2]


# ----------------------------------------------------------------------------------- sensitivity


def test_a_mixed_design_takes_each_factor_from_where_it_is_told() -> None:
    base = design(rows(*MIXED), draws=90, seed=0)
    picked = {name: np.array([5, 80, 40, 5]) for name in FACTORS} | {"weights": np.array([1, 2, 3, 4])}
    shared, order = mixed(base, picked)
    assert (np.diff(shared.aggregation) >= 0).all()
    assert shared.count == 4
    for place, wanted in enumerate(order):
        assert (
            shared.weights["military"][:, place].tolist()
            == base.weights["military"][:, picked["weights"][wanted]].tolist()
        )
        assert shared.unknown[place] == base.unknown[picked["unknowns"][wanted]]
        assert shared.aggregation[place] == base.aggregation[picked["aggregation"][wanted]]


def test_an_unknown_that_is_picked_twice_is_the_same() -> None:
    table = rows(*MIXED)
    base = design(table, draws=90, seed=0)
    shared, _ = mixed(base, {name: np.array([7, 7, 8]) for name in FACTORS})
    scores = scores_of(table, shared)
    chance = np.concatenate([chances(scores, shared, "port", b) for b in blocks(shared)], axis=1)
    assert np.array_equal(chance[:, 0], chance[:, 1])
    assert not np.array_equal(chance[:, 0], chance[:, 2])
