"""Dual-use classes by the rule of required and supporting rows, and tiers of materials."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd
import pytest

from layers.assessed.dual_use import classify
from layers.assessed.military_facility import material_tier


def test_dual_use_classes_are_the_rule(nodes, evidence) -> None:
    rows = evidence[evidence["axis"] == "dual_use"]
    counts: dict = defaultdict(lambda: defaultdict(list))
    for node, group, score in zip(rows["node_id"], rows["group"], rows["score"], strict=True):
        counts[node][group].append(score == 1)
    for node, outcome in zip(nodes["node_id"], nodes["dual_use_class"], strict=True):
        required, support = counts[node]["d_required"], counts[node]["d_supporting"]
        documented = bool(counts[node]["d_documented"])
        assert (outcome == "D3") == documented, node
        assert documented or (outcome == "D2") == (all(required) and sum(support) * 2 >= len(support)), node


CLASSES = [
    # required, supporting -> class, coverage
    ([1, 1], [1, 0], "D2", 1.0),
    ([1, 1], [1, 1, None, None], "D2", 4 / 6),
    ([1, 1], [1, 0, 0], "D1", 1.0),
    ([1, 0], [1, 1], "D1", 1.0),
    ([0, 0], [1, 1], "D0", 1.0),
    ([0], [0], "D0", 1.0),
    ([None, None], [1, None], "D?", 0.25),
    ([None], [1], "D?", 0.5),
    ([1, None], [None, None], "D?", 0.25),
    ([0, None], [1, 1], "D0", 0.75),
]


@pytest.mark.parametrize(("required", "supporting", "expected", "coverage"), CLASSES)
def test_classes_by_hand(required: list, supporting: list, expected: str, coverage: float) -> None:
    scores = [("d_required", score) for score in required] + [("d_supporting", score) for score in supporting]
    rows = pd.DataFrame(scores, columns=["group", "score"]).astype({"score": float})
    outcome = classify(rows.assign(node_id="n", axis="dual_use"))
    assert outcome.loc["n", "dual_use_class"] == expected
    assert outcome.loc["n", "dual_use_coverage"] == pytest.approx(coverage)


def test_tiers_of_materials(picture) -> None:
    materials = picture.tables["materials"]
    texts = pd.Series(
        ["Graphite", "Copper", "Gold", "gold; cobalt", None, "Iron ore", "Nickel, copper", "Zinc"]
    )
    # NATO and EU strategic: graphite, cobalt. EU strategic alone: copper, nickel. Neither: gold, iron ore.
    outcome = material_tier(texts, materials)
    assert outcome.tolist()[:4] == ["A", "B", "D", "A"]
    assert pd.isna(outcome[4])
    assert outcome.tolist()[5:] == ["D", "B", "C"]


@pytest.mark.parametrize("text", ["REE", "Iron ore, REE", "TREO concentrate"])
def test_abbreviated_rare_earths_are_tier_a(picture, text: str) -> None:
    assert material_tier(pd.Series([text]), picture.tables["materials"]).tolist() == ["A"]


def test_every_material_finds_its_own_name_and_tier(picture) -> None:
    materials = picture.tables["materials"]
    for text, tier in (
        ("Rare earth elements", "A"), ("Neodymium", "A"), ("Lithium (spodumene)", "A"), ("Bauxite", "A"),
        ("Platinum, palladium", "A"), ("Palladium", "B"), ("Bismuth", "B"), ("Antimony", "C"), ("Tin", "C"),
        ("Lead", "C"), ("Diamond", "D"), ("Coal, thermal", "D"), ("Molybdenum", "D"), ("Rubies", "D"),
    ):  # fmt: skip
        assert material_tier(pd.Series([text]), materials).tolist() == [tier], text


def test_materials_are_of_the_stated_sizes(picture) -> None:
    # Method §6: 57 rows; NATO 12, EU strategic 17, EU critical 34, US 60 items. Rare earths and platinum
    # metals stand in several rows, and several items of the US are one row.
    items = picture.tables["material_list_items"]
    assert items.groupby("list_id").size().to_dict() == {
        "nato_2024": 12, "eu_strategic_2024": 17, "eu_critical_2024": 34, "us_critical_2025": 60,
    }  # fmt: skip
    materials = picture.tables["materials"]
    assert len(materials) == 57
    both = (materials["nato_2024"] == 1) & (materials["eu_strategic_2024"] == 1)
    one = (materials["nato_2024"] == 1) ^ (materials["eu_strategic_2024"] == 1)
    assert (materials.loc[both, "tier"] == "A").all()
    assert (materials.loc[one, "tier"] == "B").all()
    assert (materials.loc[~both & ~one, "tier"].isin(["C", "D"])).all()


def test_a_long_runway_of_unknown_surface_is_unknown(picture, evidence) -> None:
    fields = picture.tables["airfields"]
    unknown = "airfield:" + fields.loc[fields["is_runway_paved"].isna() & fields["paved_length_m"].isna()
                                       & (fields["runway_length_m"] >= 1067), "feature_id"]  # fmt: skip
    corrected = picture.tables["overrides"]["node_id"]
    rows = evidence[evidence["node_id"].isin(set(unknown) - set(corrected))].set_index("indicator")["state"]
    assert len(rows)
    assert (rows[["paved_1067_m", "paved_2359_m", "runway_length"]] == "unknown").all()


def test_a_paved_runway_beside_a_longer_gravel_one_counts_as_paved(evidence) -> None:
    # Immola: 1,502 m of gravel and 1,100 m paved, 14.9 m wide. The longest *paved* runway counts, and it is
    # too narrow for the aircraft that the anchors are of.
    row = evidence[(evidence["node_id"] == "airfield:oa-efim") & (evidence["indicator"] == "runway_length")]
    assert row["value"].tolist() == [1100.0]
    assert row["score"].tolist() == [0.0]
