"""What a warmer world makes of each node: the same as a whole picture that is judged at that level."""

from __future__ import annotations

import pytest

from layers.scenarios import SCENARIOS
from pipelines.picture.build import Options, compose_snapshot


@pytest.fixture(scope="module")
def warmer():
    return compose_snapshot(Options(draws=1, scenario="warming_2"))[0].tables


def test_a_row_for_each_node_and_warmer_level(picture):
    table = picture.tables["warming_levels"]
    levels = [row.warming_degc for row in SCENARIOS if row.warming_degc > picture.scenario.warming_degc]
    assert sorted(set(table["warming_degc"])) == levels
    assert len(table) == len(levels) * len(picture.tables["nodes"])


def test_the_classes_are_those_of_a_picture_at_that_level(picture, warmer):
    table = picture.tables["warming_levels"]
    at = table[table["warming_degc"] == 2.0].set_index("node_id")
    then = warmer["nodes"].set_index("node_id")
    assert (at["hazard_class"] == then["hazard_class"].reindex(at.index)).all()
    evidence = warmer["evidence"]
    air = evidence[evidence["indicator"] == "air_temperature"].set_index("node_id")["value"]
    assert at["air_temperature_degc"].to_numpy() == pytest.approx(
        air.reindex(at.index).to_numpy(), nan_ok=True
    )
    lost = evidence[(evidence["indicator"] == "zones_lost") & (evidence["value"] > 0)]["node_id"]
    assert set(at.index[at["is_zone_lost"]]) == set(lost)


def test_higher_and_critical_follow_from_the_columns(picture, warmer):
    nodes = picture.tables["nodes"].set_index("node_id")
    table = picture.tables["warming_levels"]
    at = table[table["warming_degc"] == 2.0].set_index("node_id")
    order = ["low", "moderate", "high"]
    for node, row in at[at["is_higher"]].iterrows():
        assert order.index(row["hazard_class"]) > order.index(nodes.loc[node, "hazard_class"])
    assert at["is_higher"].sum() == (at["hazard_class"] != nodes["hazard_class"].reindex(at.index)).sum()
    then = warmer["nodes"]
    critical = then[
        (then["hazard_class"] == "high") & (then["military_class"] == "high") & (then["scope"] != "context")
        & then["dependence_class"].isin(["moderate", "high"]) & (then["dual_use_class"] != "D0")
    ]  # fmt: skip
    assert set(at.index[at["is_critical_by_rule"]]) == set(critical["node_id"])


def test_a_warmer_picture_has_only_warmer_levels(warmer):
    assert sorted(set(warmer["warming_levels"]["warming_degc"])) == [3.0, 4.0]


def test_warming_never_lowers_a_class(picture):
    table = picture.tables["warming_levels"]
    code = table.assign(code=table["hazard_class"].map({"low": 0, "moderate": 1, "high": 2}))
    wide = code.pivot(index="node_id", columns="warming_degc", values="code").dropna()
    assert (wide.diff(axis=1).iloc[:, 1:] >= 0).all().all()
