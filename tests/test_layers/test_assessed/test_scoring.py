"""Weights of the military rows and the interval they add up to; all worked out here by hand."""

from __future__ import annotations

import math
import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.assessed.scoring import intervals, weigh

PARTS = ("facility", "hinterland", "position", "association")


def rows(*lines: tuple) -> pd.DataFrame:
    """Evidence of (node, part, group, indicator, score[, share]); None is unknown, "off" does not apply."""
    table = pd.DataFrame(
        [
            {
                "node_id": node,
                "axis": "military" if part in PARTS else "climate",
                "dimension": part,
                "group": group,
                "indicator": indicator,
                "score": np.nan if score in {None, "off"} else float(score),
                "state": {None: "unknown", "off": "not_applicable"}.get(score, "known"),
                "share": float(share[0]) if share else 1.0,
            }
            for node, part, group, indicator, score, *share in lines
        ]
    )
    return table.assign(weight=weigh(table))


# --------------------------------------------------------------------------------------- weights


def test_parts_weigh_the_same_then_groups_then_indicators_by_their_share() -> None:
    table = rows(
        ("n", "facility", "m_facility", "approach", 0.2),
        ("n", "facility", "m_facility", "pier", None),
        ("n", "facility", "m_facility", "sustainment", 0.5, 2),
        ("n", "association", "m_association", "documents", 0.3),
        ("n", "association", "m_association", "claims", 0.0),
        ("n", "association", "m_policy", "network", "off"),
        ("n", "hazard", "h_seaice", "months", 1.0),
        ("m", "facility", "m_facility", "approach", 0.1),
    )
    # Two parts apply to n: a half each. The policy group does not, so association is its other group.
    assert table["weight"].tolist() == [0.125, 0.125, 0.25, 0.25, 0.25, 0.0, 0.0, 1.0]


def test_what_stands_beside_the_mean_has_no_weight() -> None:
    table = rows(
        ("n", "facility", "m_facility", "runway", 0.5), ("n", "facility", "m_facility", "width", None, 0)
    )
    assert table["weight"].tolist() == [1.0, 0.0]
    assert intervals(table).loc["n", "military_coverage"] == 1.0


def test_two_groups_of_a_part_share_it() -> None:
    table = rows(
        ("n", "association", "m_association", "documents", 0.3),
        ("n", "association", "m_association", "claims", 0.0),
        ("n", "association", "m_policy", "network", 1.0),
    )
    assert table["weight"].tolist() == [0.25, 0.25, 0.5]


SCORE = st.one_of(st.none(), st.floats(0, 1))
INDICATOR = st.tuples(st.one_of(SCORE, st.just("off")), st.sampled_from([0.0, 1.0, 3.0]))
NODE = st.fixed_dictionaries(
    {part: st.tuples(SCORE, st.lists(st.lists(INDICATOR, max_size=3), max_size=2)) for part in PARTS}
)
NODES = st.lists(NODE, min_size=1, max_size=3)


def evidence_of(nodes: list[dict]) -> list[tuple]:
    lines = []
    for number, node in enumerate(nodes):
        for part, (first, groups) in node.items():
            # One row always applies: no node is without any of a part.
            lines.append((f"n{number}", part, "g0", "i", first))
            lines += [
                (f"n{number}", part, f"g{g}", f"i{i}", score, share)
                for g, group in enumerate(groups)
                for i, (score, share) in enumerate(group)
            ]
    return lines


@settings(max_examples=60, deadline=None)
@given(NODES)
def test_weights_add_up_to_one_and_parts_are_equal(nodes: list[dict]) -> None:
    table = rows(*evidence_of(nodes))
    sums = table.groupby(["node_id", "dimension"])["weight"].sum()
    assert sums.to_numpy() == pytest.approx(np.full(len(sums), 0.25), abs=1e-9)
    none = (table["state"] == "not_applicable") | (table["share"] == 0)
    assert (table.loc[none, "weight"] == 0).all()
    assert (table.loc[~none, "weight"] > 0).all()


# ------------------------------------------------------------------------------------- intervals


def test_an_interval_by_hand() -> None:
    sums = intervals(
        rows(
            ("n", "facility", "g", "depth", 1.0),
            ("n", "facility", "g", "roro", None),
            ("n", "hinterland", "g", "rail", 0.0),
            ("m", "facility", "g", "depth", None),
            ("o", "facility", "g", "depth", 0.2),
        )
    )
    # n: a quarter of its weight is not known, a quarter scores 1, a half 0.
    assert sums.loc["n"].tolist() == pytest.approx([0.25, 0.5, 0.25 / 0.75, 0.75])
    # Nothing known: the whole of 0..1, and no number for what is known.
    assert sums.loc["m", ["military_low", "military_high", "military_coverage"]].tolist() == [0, 1, 0]
    assert math.isnan(sums.loc["m", "military_known"])
    assert sums.loc["o"].tolist() == pytest.approx([0.2, 0.2, 0.2, 1.0])
    assert sums.columns.tolist() == [
        "military_low",
        "military_high",
        "military_known",
        "military_coverage",
    ]


@settings(max_examples=60, deadline=None)
@given(NODES, st.randoms(use_true_random=False))
def test_intervals_are_ordered_bounded_and_free_of_row_order(nodes: list[dict], rng: random.Random) -> None:
    lines = evidence_of(nodes)
    sums = intervals(rows(*lines))
    assert sorted(sums.index) == sorted(f"n{number}" for number in range(len(nodes)))
    low, high, of_known, share = (sums[f"military_{part}"] for part in ("low", "high", "known", "coverage"))
    assert low.between(0, 1).all()
    assert high.between(0, 1).all()
    assert share.between(0, 1).all()
    assert (low <= high).all()
    kept_rows = of_known.notna()
    assert (low[kept_rows] <= of_known[kept_rows] + 1e-12).all()
    assert (of_known[kept_rows] <= high[kept_rows] + 1e-12).all()
    # All known: the interval closes. Nothing known: there is no known value.
    assert (high - low)[share == 1].abs().max() < 1e-12 or not (share == 1).any()
    assert not kept_rows[share == 0].any()
    shuffled = lines.copy()
    rng.shuffle(shuffled)
    again = intervals(rows(*shuffled)).loc[sums.index, sums.columns]
    pd.testing.assert_frame_equal(again, sums, rtol=0, atol=1e-11)


@settings(max_examples=60, deadline=None)
@given(NODES, st.integers(0, 10_000), st.floats(0, 1))
def test_a_higher_score_never_lowers_the_mean(nodes: list[dict], pick: int, share: float) -> None:
    lines = evidence_of(nodes)
    scored = [number for number, line in enumerate(lines) if line[4] not in {None, "off"}]
    if not scored:
        return
    number = scored[pick % len(scored)]
    raised = lines.copy()
    old = lines[number][4]
    raised[number] = (*lines[number][:4], old + (1 - old) * share, *lines[number][5:])
    before, after = intervals(rows(*lines)), intervals(rows(*raised))
    moved = (after - before).drop(columns="military_coverage").fillna(0)
    assert (moved >= -1e-11).all().all()
    assert (moved.drop(index=lines[number][0]) == 0).all().all()  # and moves nobody else


@settings(max_examples=40, deadline=None)
@given(NODES, st.integers(0, 10_000), st.floats(0, 1))
def test_learning_an_unknown_only_narrows(nodes: list[dict], pick: int, score: float) -> None:
    lines = evidence_of(nodes)
    unknown = [number for number, line in enumerate(lines) if line[4] is None]
    if not unknown:
        return
    number = unknown[pick % len(unknown)]
    sums = lines.copy()
    sums[number] = (*lines[number][:4], score, *lines[number][5:])
    before, after = intervals(rows(*lines)), intervals(rows(*sums))
    assert (after["military_low"] >= before["military_low"] - 1e-11).all()
    assert (after["military_high"] <= before["military_high"] + 1e-11).all()
    assert (after["military_coverage"] >= before["military_coverage"] - 1e-11).all()
