"""Nearest exits: each one is tried, by drawing again with the change made."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from layers.assessed.exits import exits, flag_of, in_words, raw_value, would_hold, would_narrow
from layers.draws import design, judge, scores_of
from layers.scenarios import Scenario
from layers.scoring import AXES, SCALES, Scale, weigh

AXIS_OF = {dimension: axis for axis, dimensions in AXES.items() for dimension in dimensions}
TODAY = Scenario("t", "t", 1.36, "a test")
DRAWS = 3000


def kind(count: int = 40, seed: int = 5) -> pd.DataFrame:
    """Evidence of some nodes: two groups a dimension, one of them unknown here and there."""
    random = np.random.default_rng(seed)
    table = [
        {
            "node_id": f"port:{node:02}", "axis": axis, "dimension": dimension,
            "group": f"{dimension}_{group}", "indicator": f"{dimension}_{group}_i",
            "value": np.nan, "unit": "1", "scale": "class",
            "zero_at": np.nan, "one_at": np.nan, "source_id": "s", "note": "",
            "score": np.nan if random.random() < 0.1 else random.random(),
        }
        for node in range(count)
        for dimension, axis in AXIS_OF.items()
        for group in "ab"
    ]  # fmt: skip
    frame = pd.DataFrame(table)
    frame["state"] = np.where(frame["score"].isna(), "unknown", "known")
    frame["score_high"] = frame["score"]
    return frame.assign(weight=weigh(frame))


def judged(table: pd.DataFrame):
    shared = design(table, draws=DRAWS, seed=1)
    scores = scores_of(table, shared)
    return judge(scores, shared, "port", np.ones(len(scores.nodes), dtype=bool), TODAY), shared


@pytest.fixture(scope="module")
def told():
    table = kind()
    drawn, shared = judged(table)
    return table, drawn, shared, exits(drawn, shared, table)


def test_there_are_exits_of_every_kind_and_each_leads_to_another_flag(told) -> None:
    _, drawn, _, found = told
    assert set(found["change"]) == {"weight", "datum", "unknown"}  # class scores have no anchor
    now = dict(zip(drawn.scores.nodes, map(flag_of, drawn.share), strict=True))
    assert (found["flag"] != found["node"].map(now)).all()
    assert (found["flag"] == found["share"].map(flag_of)).all()
    assert (found["size"] >= 0).all()
    assert found.groupby("node")["size"].apply(lambda s: s.is_monotonic_increasing).all()


def test_a_changed_datum_flips_the_flag_when_all_is_drawn_again(told) -> None:
    table, drawn, _, found = told
    data = found[found["change"].isin(["datum", "unknown"])].groupby("node").head(2)
    assert len(data) > 10
    wrong = 0
    for row in data.itertuples():
        changed = table.copy()
        at = (changed["node_id"] == row.node) & (changed["indicator"] == row.what)
        assert at.sum() == 1
        changed.loc[at, ["score", "score_high"]] = row.after
        changed.loc[at, "state"] = "known"
        again, _ = judged(changed)
        share = again.share[list(again.scores.nodes).index(row.node)]
        # Ranks of the others and the draws of what else is unknown move a little with it.
        assert share == pytest.approx(row.share, abs=0.08)
        edge = 0.2 if abs(row.share - 0.2) < abs(row.share - 0.8) else 0.8
        wrong += (share - edge) * (row.share - edge) < -0.03 * abs(share - edge)
        before = drawn.share[list(drawn.scores.nodes).index(row.node)]
        assert (share > before) == (row.share > before)
    assert wrong <= len(data) // 5


def test_a_smaller_change_does_not_flip_it(told) -> None:
    table, drawn, _, found = told
    row = next(r for r in found[found["change"] == "datum"].itertuples() if r.size > 0.15)
    changed = table.copy()
    at = (changed["node_id"] == row.node) & (changed["indicator"] == row.what)
    changed.loc[at, ["score", "score_high"]] = row.before + 0.5 * (row.after - row.before)
    again, _ = judged(changed)
    place = list(again.scores.nodes).index(row.node)
    assert flag_of(again.share[place]) == flag_of(drawn.share[list(drawn.scores.nodes).index(row.node)])


def test_a_weight_is_read_from_the_draws_where_it_lies_so(told) -> None:
    _, drawn, shared, found = told
    row = found[found["change"] == "weight"].iloc[0]
    dimension = next(d for d, names in shared.groups.items() if row["what"] in names)
    weight = shared.weights[dimension][shared.groups[dimension].index(row["what"])]
    bins = np.array_split(np.argsort(weight, kind="stable"), 10)
    nearest = min(bins, key=lambda b: abs(weight[b].mean() - row["after"]))
    place = list(drawn.scores.nodes[drawn.able]).index(row["node"])
    assert drawn.held[place][nearest].mean() == pytest.approx(row["share"])
    assert weight[nearest].mean() == pytest.approx(row["after"], abs=1e-6)


def test_a_node_of_no_class_would_hold_as_if_it_had_one(told) -> None:
    _, drawn, shared, _ = told
    assert would_hold(drawn, shared) == pytest.approx(drawn.share, abs=0.05)


def test_fewer_draws_say_nothing_of_weights() -> None:
    table = kind(8)
    shared = design(table, draws=20, seed=1)
    drawn = judge(scores_of(table, shared), shared, "port", np.ones(8, dtype=bool), TODAY)
    assert not exits(drawn, shared, table)["change"].isin(["weight", "anchor"]).any()


@pytest.mark.parametrize(
    ("form", "zero_at", "one_at"),
    [("ramp", 5, 10), ("ramp", 25, 5), ("log ramp", 100, 1e5), ("runway", 1067, 2359)],
)
@pytest.mark.parametrize("score", [0.5, 0.75, 1.0])
def test_raw_values_score_what_they_are_asked_for(
    form: str, zero_at: float, one_at: float, score: float
) -> None:
    raw = raw_value(score, form, zero_at, one_at)
    assert SCALES[form]([raw], zero_at, one_at)[0] == pytest.approx(score)


def test_classes_have_no_raw_value() -> None:
    assert math.isnan(raw_value(0.5, "class", math.nan, math.nan))
    assert math.isnan(raw_value(0.5, "percentile", math.nan, math.nan))


def test_words_say_value_unit_and_what_follows() -> None:
    scale = Scale("ramp", 4.9, 10.7)
    datum = {"value": 5.0, "unit": "m", "scale": "ramp", "zero_at": scale.zero_at, "one_at": scale.one_at}
    row = {
        "what": "pier_depth",
        "share": 0.31,
        "flag": "possible",
        "after": 0.5,
        "before": 0.02,
        "is_up": True,
    }
    assert in_words(row | {"change": "datum"}, datum) == "pier depth 5 m to 7.8 m: possible, in 31% of draws"
    assert in_words(row | {"change": "unknown"}, datum) == (
        "pier depth, not known: possible, in 31% of draws, if it is 7.8 m or more"
    )
    assert in_words(row | {"change": "weight", "before": 0.25}, None) == (
        "weight of pier_depth 0.25 to 0.50: possible, in 31% of draws"
    )


def test_what_would_narrow_it_is_what_is_unknown_widest_first() -> None:
    table = kind()
    open_rows = would_narrow(table)
    unknown = table[table["state"] == "unknown"]
    assert len(open_rows) == len(unknown)
    first = open_rows[open_rows["node_id"] == unknown["node_id"].iloc[0]]
    assert first["width"].is_monotonic_decreasing
    military = open_rows[open_rows["axis"] == "military"]
    assert (military["width"] == 0.5).all()  # one of two groups
    assert open_rows.loc[open_rows["axis"] == "climate", "width"].to_numpy() == pytest.approx(0.5 / 3)


def test_every_flag_of_the_picture_has_an_exit_and_it_is_the_one_explain_tells(built, picture) -> None:
    from pipelines.explain import explain_node

    nodes = picture.tables["nodes"]
    flagged = nodes[nodes["flag"].isin(["robust", "possible"])]
    assert flagged["nearest_exit"].notna().all()
    assert nodes.loc[nodes["flag"] == "insufficient_data", "nearest_exit"].notna().all()
    for node in flagged["node_id"].iloc[[0, -1]]:
        told = explain_node(built[0], node)
        first = [row["words"] for row in told["exits"]] or ["no single change"]
        assert told["node"]["nearest_exit"].startswith(first[0])
        assert told["would_narrow"][0]["width"] >= told["would_narrow"][-1]["width"]


def test_explain_draws_the_node_again_as_it_was(built, picture) -> None:
    """A kind drawn alone from the stored picture gives the shares that the picture holds."""
    from layers.assessed.climate_risk import ice_support
    from layers.draws import draw_kinds

    nodes = picture.tables["nodes"].set_index("node_id")
    _, drawn = draw_kinds(
        pd.read_parquet(built[0] / "tables" / "evidence.parquet"), nodes["kind"],
        nodes["dual_use_class"].isin(["D2", "D3"]), picture.scenario, draws=10_000, seed=0,
        support=ice_support(pd.read_parquet(built[0] / "tables" / "measures.parquet")), only=["mine"],
    )  # fmt: skip
    part = drawn["mine"]
    stored = nodes.loc[part.scores.nodes, "flag_probability"].to_numpy()
    assert part.share.round(4) == pytest.approx(stored, abs=1e-9)
