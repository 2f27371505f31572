"""Classes of the picture: each follows from the stored evidence alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_judgement import dependence, parts, values_of
from plain_judgement import military as military_of
from toy_nodes import toy_inputs

from layers.assessed.class_thresholds import HIGH, LOW, MODERATE, UNKNOWN
from layers.assessed.hazard import HAZARDS
from layers.assessed.judgement import Inputs, could_be, judge, whole_of
from layers.observed.climate_records import TIERS

CODE = {"low": LOW, "moderate": MODERATE, "high": HIGH, "unknown": UNKNOWN}


def test_the_hazard_class_is_the_worst_known_hazard_of_the_evidence(nodes, evidence) -> None:
    rows = evidence[evidence["indicator"].isin(list(HAZARDS)) & (evidence["axis"] == "climate")]
    assert set(rows["score"].dropna()) <= {0.0, 0.5, 1.0}
    worst = rows.groupby("node_id")["score"].max().reindex(nodes["node_id"])
    expected = worst.map({0.0: "low", 0.5: "moderate", 1.0: "high"}).fillna("unknown")
    assert nodes["hazard_class"].tolist() == expected.tolist()


def test_the_classes_stand_in_the_stored_evidence(nodes, evidence, picture) -> None:
    inputs = Inputs.of(evidence, nodes)
    actual = judge(inputs, whole_of(picture.scenario.anchors))
    for axis in ("hazard", "military", "dependence"):
        codes = getattr(actual, axis)[:, 0]
        assert nodes[f"{axis}_class"].map(CODE).tolist() == codes.tolist()
    # And each hazard is the class that its row says.
    for name, code in actual.by_hazard.items():
        rows = evidence[evidence["indicator"] == name].set_index("node_id").reindex(nodes["node_id"])
        scored = np.select(
            [~rows["state"].isin(["known", "unknown"]), rows["score"].isna()], [-2, -1], rows["score"] * 2
        )
        assert scored.tolist() == code[:, 0].tolist(), name


def test_a_plain_reading_of_the_evidence_gives_the_same_military_and_dependence(nodes, evidence) -> None:
    inputs = Inputs.of(evidence, nodes)
    anchors = {name: int(value) for name, value in whole_of().items()}
    for place, row in enumerate(nodes.itertuples()):
        datum = values_of(inputs, place)
        actual = parts(row.kind, datum, anchors)
        assert CODE[row.military_class] == military_of(actual, anchors), row.node_id
        assert CODE[row.dependence_class] == dependence(datum, anchors), row.node_id


def test_a_class_does_not_depend_on_who_else_is_judged(nodes, evidence) -> None:
    some = nodes.iloc[::37]
    rows = evidence[evidence["node_id"].isin(some["node_id"])].iloc[::-1]  # nor on the order of rows
    actual = judge(Inputs.of(rows, some), whole_of())
    for axis in ("hazard", "military", "dependence"):
        assert some[f"{axis}_class"].map(CODE).tolist() == getattr(actual, axis)[:, 0].tolist()


def test_the_deciding_hazard_is_one_of_the_worst_and_the_best_known_of_them(nodes, evidence) -> None:
    rows = evidence[evidence["indicator"].isin(list(HAZARDS)) & (evidence["state"] == "known")]
    title = nodes["hazard_deciding"].str.extract(r"^([a-z ]+?)(?=:| -?\d)")[0].str.replace(" ", "_")
    datum = rows.merge(nodes.assign(indicator=title)[["node_id", "indicator", "hazard_tier"]])
    assert len(datum) == len(nodes)
    assert (datum["tier"] == datum["hazard_tier"]).all()
    worst = rows.groupby("node_id")["score"].max()
    assert (datum["score"] == datum["node_id"].map(worst)).all()
    rank = {name: place for place, name in enumerate(TIERS)}
    equals = rows[rows["score"] == rows["node_id"].map(worst)]
    best = equals["tier"].map(rank).groupby(equals["node_id"]).min()
    assert (datum["tier"].map(rank) == datum["node_id"].map(best)).all()


def test_a_high_hazard_never_rests_on_a_proxy(nodes) -> None:
    assert (nodes.loc[nodes["hazard_class"] == "high", "hazard_tier"] != "proxy").all()


def test_association_is_one_vote_and_never_the_only_one(nodes, evidence) -> None:
    inputs = Inputs.of(evidence, nodes)
    full, bare = (judge(inputs, whole_of(), with_association=flag).military[:, 0] for flag in (True, False))
    assert (bare <= full).all()
    assert (full - bare).max() == 1
    assert (bare < full).any()


def test_access_enters_no_class(nodes, evidence) -> None:
    # A longer season of ships stands beside the hazards. Without it nothing else moves.
    without = evidence[evidence["axis"] != "access"]
    assert set(evidence.loc[evidence["axis"] == "access", "group"]) == {"a_season"}
    assert evidence.loc[evidence["axis"] == "access", "score"].isna().all()
    one, other = (judge(Inputs.of(table, nodes), whole_of()) for table in (evidence, without))
    assert (one.hazard == other.hazard).all()
    assert (one.military == other.military).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_a_datum_that_is_lacking_could_make_of_the_class_what_is_said(seed: int) -> None:
    """The datum that is named, filled in at its worst, gives the class that is said, and none gives more."""
    inputs = toy_inputs(60, seed, lacking=0.3)
    classes = judge(inputs, whole_of())
    worst, datum = could_be(inputs, classes)
    fill = {  # datum -> the worst that it could be
        "ground ice of the site": {"ice": 2.0, "proxy": 0.0},
        "ice season at the quay": {"ice_lost_low": 1e9, "ice_spread": 1e9},
        "rate of erosion of the shore": {"erosion": 1e9},
        "projection of the sea level at the site": {"level": 1e9},
    }
    reached = classes.hazard.copy()
    values = dict(inputs.values)
    for name, most in fill.items():
        lacking = {n: np.where(np.isnan(values[n]) | (n == "proxy"), v, values[n]) for n, v in most.items()}
        if name == "ground ice of the site":
            is_open = np.isnan(values["ice"]) & ~(values["damage"] >= 1)
            lacking = {n: np.where(is_open, v, values[n]) for n, v in lacking.items()}
        filled = judge(inputs.with_values(**lacking), whole_of()).hazard
        mine = (datum == name) & (worst > classes.hazard[:, 0])
        assert filled[mine, 0].tolist() == worst[mine].tolist(), name
        reached = np.maximum(reached, filled)
    assert worst.tolist() == reached[:, 0].tolist()
    assert all(name is None for name in datum[worst == classes.hazard[:, 0]])


def test_what_could_be_worse_names_its_datum(nodes) -> None:
    open_ones = nodes[nodes["hazard_could_be"].notna()]
    assert len(open_ones)
    assert open_ones["deciding_datum"].notna().all()
    assert (open_ones["hazard_could_be"].map(CODE) > open_ones["hazard_class"].map(CODE)).all()
    assert nodes.loc[nodes["hazard_class"] == "high", "hazard_could_be"].isna().all()
