"""Nearest exits: each is tried, the class really turns there, and none that there is goes untold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_nodes import toy_inputs

from layers.assessed import rules
from layers.assessed.class_thresholds import CLASSES, HIGH, LOW, MODERATE, UNKNOWN
from layers.assessed.counterfactuals import exits_of
from layers.assessed.judgement import Classes, Inputs, judge, whole_of

# Hazard -> the value that its class is read from, and its anchors.
MEASURED = {
    "ice_season_lost": ("ice_lost_low", "ice_lost"),
    "ice_season_unreliable": ("ice_spread", "ice_unreliable"),
    "coastal_erosion": ("erosion", "erosion"), "relative_sea_level": ("level", "level_rise"),
}  # fmt: skip
PEOPLE = {"people_without_another": "captive", "people_within_50_km": "reached"}
USUAL = whole_of()
CODE = {"low": LOW, "moderate": MODERATE, "high": HIGH, "unknown": UNKNOWN}


def fact_table(inputs: Inputs, *, with_association: bool = True) -> tuple[Classes, pd.DataFrame]:
    classes = judge(inputs, USUAL, with_association=with_association)
    return classes, exits_of(inputs, classes, USUAL, with_association=with_association)


def moved(value: float, anchor: str, short: int = 0, step: float = 1.0) -> float:
    """A value (thousandths) just beyond an anchor, from where it stands, or `short` steps before it."""
    at = USUAL[anchor]
    return at - step * short if value < at else at - step + step * short


def turned(
    inputs: Inputs,
    classes: Classes,
    place: int,
    what: str,
    anchor: str,
    *,
    short: int = 0,
    with_association: bool = True,
) -> int:
    """The class of one node with one value moved to the far side of an anchor."""
    one = inputs.take(np.array([place]))
    read = {name: float(value[0, 0]) for name, value in dict(one.values).items()}
    if what in MEASURED:
        name = MEASURED[what][0]
        other = one.with_values(**{name: np.array([[moved(read[name], anchor, short)]])})
        return int(judge(other, USUAL).hazard[0, 0])
    if what in PEOPLE:
        name = PEOPLE[what]
        value = moved(read[name], anchor, short, step=1000.0)
        values = {name: np.array([[value]])}
        if name == "captive":  # no place without another is larger than all such people
            values["captive_place"] = np.array([[min(read["captive_place"], value)]])
        return int(judge(one.with_values(**values), USUAL).dependence[0, 0])
    part = {name: score[place : place + 1] for name, score in classes.parts.items()}
    part |= {what: np.array([[moved(float(part[what][0, 0]), anchor, short)]])}
    return int(rules.military(part, USUAL, with_association=with_association).item())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_each_exit_turns_the_class_just_beyond_its_anchor_and_not_before(
    seed: int, with_claims: bool
) -> None:
    inputs = toy_inputs(8, seed)
    classes, table = fact_table(inputs, with_association=with_claims)
    place_of = {node: place for place, node in enumerate(inputs.nodes)}
    now = {"climate": classes.hazard, "military": classes.military, "civil": classes.dependence}
    for row in table.itertuples():
        place = place_of[row.node_id]
        assert CODE[row.before] == now[row.axis][place, 0]
        assert row.after != row.before
        there, short = (
            turned(inputs, classes, place, row.what, row.anchor, short=short, with_association=with_claims)
            for short in (0, 1)
        )
        assert there == CODE[row.after], row
        assert short != CODE[row.after], row


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_no_exit_goes_untold(seed: int, with_claims: bool) -> None:
    inputs = toy_inputs(8, seed)
    classes, table = fact_table(inputs, with_association=with_claims)
    actual = set(zip(table["node_id"], table["what"], table["anchor"], strict=True))
    others = ["hinterland", "position"] + ["association"] * with_claims
    for place, node in enumerate(inputs.nodes):
        read = {name: float(value[place, 0]) for name, value in dict(inputs.values).items()}
        tried: list[tuple[str, str, int]] = []
        for what, (name, anchors) in MEASURED.items():
            value, steps = read[name], (f"{anchors}_moderate", f"{anchors}_high")
            if not inputs.applies[what][place, 0] or np.isnan(value) or (what[0] == "r" and value < 0):
                continue
            # Of a value beyond both the nearer anchor is its exit.
            steps = steps[1:] if value >= USUAL[steps[1]] else steps
            tried += [(what, anchor, int(classes.hazard[place, 0])) for anchor in steps]
        able = int(classes.military[place, 0])
        if able != UNKNOWN:
            tried += [("facility", f"facility_{word}", able) for word in ("moderate", "high")]
            tried += [(n, "part_holds", able) for n in others if not np.isnan(classes.parts[n][place, 0])]
        bars = {"captive": ["captive_moderate", "sole_supply" if read["sole"] else "captive_high"],
                "reached": ["reached_moderate"]}  # fmt: skip
        for what, name in PEOPLE.items():
            if not np.isnan(read[name]):
                tried += [(what, anchor, int(classes.dependence[place, 0])) for anchor in bars[name]]
        for what, anchor, now in tried:
            after, before = (
                turned(inputs, classes, place, what, anchor, short=short, with_association=with_claims)
                for short in (0, 1)
            )
            assert ((str(node), what, anchor) in actual) == (after not in {now, before}), (what, anchor)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_gaps_are_shares_of_the_anchor_and_the_smallest_comes_first(seed: int) -> None:
    _, table = fact_table(toy_inputs(20, seed))
    expected = (table["value"] - table["at"]).abs() / table["at"].abs()
    assert table["gap"].to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-6)
    assert table.groupby(["node_id", "axis"])["gap"].apply(lambda gap: gap.is_monotonic_increasing).all()
    assert not table.duplicated(["node_id", "axis", "what", "anchor"]).any()
    assert (table["at"] == table["anchor"].map({name: value / 1000 for name, value in USUAL.items()})).all()


def test_exits_in_words_by_hand() -> None:
    some = toy_inputs(1, 0)
    blank = {name: np.full((1, 1), np.nan) for name in dict(some.values)}
    values = blank | {
        name: np.array([[float(value)]])
        for name, value in {
            "zone": 0, "proxy": 0, "steps": 0, "erosion": 240, "runway_length": 2_000_000,
            "runway_width": 45_000, "deep_port": 50_000, "route": 100_000, "narrow": 9e6, "scarcity": 25_000,
            "joint_use": 0, "treaty": 0, "policy_off": 0, "captive": 1_250_000, "captive_place": 100_000,
            "sole": 0, "reached": 4_000_000,
        }.items()
    }  # fmt: skip
    there = {name: np.array([[name in {"coastal_erosion", "permafrost_thaw"}]]) for name in some.applies}
    inputs = Inputs(np.array(["airfield:a"]), np.array(["airfield"], dtype=object), values, there)
    anchors = whole_of({"part_holds": 0.5})
    classes = judge(inputs, anchors)
    table = exits_of(inputs, classes, anchors, with_association=True)
    # Facility 0.861; hinterland 1 holds, position 0.333 and association 0 do not: moderate.
    assert table["words"].tolist() == [
        "people without another 1,250 people, moderate at 1,000: 250 people apart",
        "people without another 1,250 people, low at 300: 950 people apart",
        "coastal erosion 0.24 m a year, moderate at 0.3: 0.06 m a year apart",
        "coastal erosion 0.24 m a year, high at 1: 0.76 m a year apart",
        "position 0.333, high at 0.5: 0.167 apart",
        "hinterland 1, low at 0.5: 0.5 apart",
        "association 0, high at 0.5: 0.5 apart",
        "facility 0.861, low at 0.4: 0.461 apart",
    ]
    assert table["axis"].tolist() == ["civil"] * 2 + ["climate"] * 2 + ["military"] * 4
    assert table["gap"].tolist() == pytest.approx([0.25, 950 / 300, 0.2, 0.76, 0.334, 1, 1, 1.1525], abs=1e-6)


# -------------------------------------------------------------------------------------- the picture


@pytest.fixture(scope="module")
def exits(picture) -> pd.DataFrame:
    return picture.tables["exits"]


def test_exits_of_the_picture_start_from_its_classes(picture, exits) -> None:
    nodes = picture.tables["nodes"].set_index("node_id")
    for axis, column in (("climate", "hazard"), ("military", "military"), ("civil", "dependence")):
        some = exits[exits["axis"] == axis]
        assert len(some)
        assert (some["before"] == some["node_id"].map(nodes[f"{column}_class"])).all()
    assert set(exits["after"]) <= set(CLASSES)
    assert (exits["value"] != exits["at"]).any()


def test_exits_of_the_picture_turn_its_classes(picture, exits) -> None:
    inputs = Inputs.of(picture.tables["evidence"], picture.tables["nodes"])
    classes = judge(inputs, USUAL)
    place_of = {node: place for place, node in enumerate(inputs.nodes)}
    for row in exits.iloc[:: max(len(exits) // 400, 1)].itertuples():
        actual = turned(inputs, classes, place_of[row.node_id], row.what, row.anchor)
        assert actual == CODE[row.after], row


def test_every_node_has_its_nearest_exit_as_text(picture, exits) -> None:
    nodes = picture.tables["nodes"]
    assert nodes["nearest_exit"].str.len().gt(10).all()
    flagged = nodes[nodes["flag"].isin(["robust", "possible"]) & nodes["military_class"].eq("high")]
    worse = exits[
        exits["before"].eq("high") & exits["axis"].isin(["climate", "military"])
        | exits["axis"].eq("civil") & exits["after"].eq("low")
    ]  # fmt: skip
    nearest = worse.sort_values("gap", kind="stable").drop_duplicates("node_id").set_index("node_id")["words"]
    assert len(flagged)
    for row in flagged.itertuples():
        assert row.nearest_exit == nearest.get(row.node_id, "no single measured value turns it")
    open_ones = nodes[nodes["flag"] == "insufficient_data"]
    assert open_ones["nearest_exit"].str.startswith("must be known first: ").all()
    assert nodes.loc[nodes["scope"] == "context", "nearest_exit"].str.startswith("outside the boundary").all()


def test_one_shut_gate_names_what_would_open_it(picture, exits) -> None:
    nodes = picture.tables["nodes"]
    others = nodes["hazard_class"].eq("high") & nodes["dependence_class"].isin(["high", "moderate"])
    shut = nodes[
        others & nodes["military_class"].isin(["low", "moderate"]) & nodes["scope"].ne("context")
        & nodes["flag"].ne("insufficient_data")
    ]  # fmt: skip
    assert len(shut)
    opening = exits[(exits["axis"] == "military") & (exits["after"] == "high")]
    first = opening.sort_values("gap", kind="stable").drop_duplicates("node_id").set_index("node_id")["words"]
    for row in shut.itertuples():
        assert row.nearest_exit.startswith(first.get(row.node_id, "no measured value of the military axis"))
