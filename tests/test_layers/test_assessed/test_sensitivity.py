"""What moves the list: each anchor a fifth lower and higher, against a list counted here."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from toy_nodes import toy_inputs

from layers.assessed.class_thresholds import ANCHORS, HIGH, MODERATE
from layers.assessed.judgement import Inputs, judge, whole_of
from layers.assessed.sensitivity import SENSITIVITY, critical, overlapping
from layers.scenarios import SCENARIOS, Scenario
from layers.schema import check

TODAY = SCENARIOS[0]


@pytest.mark.parametrize(
    "scenario",
    [
        TODAY,
        Scenario("o", "o", 1.36, "a test", anchors={"part_holds": 0.2, "facility_high": 0.45}),
        Scenario("w", "w", 1.36, "a test", with_association=False),
    ],
    ids=lambda row: row.id,
)
def test_the_list_is_those_that_are_high_high_and_needed(scenario: Scenario) -> None:
    inputs = toy_inputs(300, seed=4)
    actual = judge(inputs, whole_of(scenario.anchors), with_association=scenario.with_association)
    hazard, able, needed = (getattr(actual, name)[:, 0] for name in ("hazard", "military", "dependence"))
    expected = (hazard == HIGH) & (able == HIGH) & (needed >= MODERATE)
    assert critical(inputs, scenario).tolist() == expected.tolist()
    both = (hazard >= MODERATE) & (able == HIGH)
    assert overlapping(inputs, scenario).tolist() == both.tolist()
    assert 0 < expected.sum() < both.sum() < 300


def test_one_anchor_that_is_tried_stands_before_the_scenario_s_own() -> None:
    inputs = toy_inputs(300, seed=4)
    own = Scenario("o", "o", 1.36, "a test", anchors={"facility_high": 0.45, "erosion_high": 0.9})
    tried = critical(inputs, own, {"facility_high": 0.9})
    as_own = Scenario("p", "p", 1.36, "a test", anchors={"facility_high": 0.9, "erosion_high": 0.9})
    assert tried.tolist() == critical(inputs, as_own).tolist()
    assert tried.tolist() != critical(inputs, own).tolist()


@pytest.fixture(scope="module")
def share_of() -> dict[str, pd.DataFrame]:
    """Tables of a picture that was asked for it."""
    from pipelines.picture.build import Options, compose_snapshot

    return dict(compose_snapshot(Options(draws=100, sensitivity=1))[0].tables)


def test_the_table_tries_every_anchor_twice_and_counts_right(share_of) -> None:
    table, nodes = share_of["sensitivity"], share_of["nodes"]
    check(table, SENSITIVITY)
    assert table["anchor"].tolist() == sorted(anchor.id for anchor in ANCHORS for _ in range(2))
    assert table["multiple"].tolist() == [0.8, 1.2] * len(ANCHORS)
    usual = {anchor.id: anchor.value for anchor in ANCHORS}
    assert table["value"].to_numpy() == pytest.approx(table["anchor"].map(usual) * table["multiple"])
    inputs = Inputs.of(share_of["evidence"], nodes)
    inside = (nodes["scope"].ne("context") & nodes["dual_use_class"].ne("D0")).to_numpy()
    on_file = nodes["hazard_class"].eq("high") & nodes["military_class"].eq("high")
    on_file &= nodes["dependence_class"].isin(["moderate", "high"])
    now = on_file.to_numpy() & inside
    assert (table["critical"] == now.sum() - table["lost"] + table["won"]).all()
    for row in table.iloc[::7].itertuples():
        then = critical(inputs, TODAY, {row.anchor: row.value}) & inside
        assert (row.critical, row.lost, row.won) == (then.sum(), (now & ~then).sum(), (then & ~now).sum())


def test_what_serves_in_no_rule_of_the_list_moves_nothing(share_of) -> None:
    # Gateways, contexts and what is barred are in no list; an anchor that no node stands by moves none.
    table = share_of["sensitivity"]
    assert (table["lost"] + table["won"] <= len(share_of["nodes"])).all()
    assert ((table["lost"] == 0) & (table["won"] == 0)).any()
    # A lower bar of the facility loses nobody, a higher one wins nobody.
    bar = table[table["anchor"] == "facility_high"].set_index("multiple")
    assert bar.loc[0.8, "lost"] == 0
    assert bar.loc[1.2, "won"] == 0


def test_without_asking_there_is_no_table(picture) -> None:
    assert "sensitivity" not in picture.tables
    assert np.all([layer.id != "sensitivity" for layer in picture.layers])
