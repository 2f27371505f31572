"""Flags of the picture: shares of draws, and unknowns that leave a flag open."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from layers.assessed.class_thresholds import HIGH, LOW, MODERATE, UNKNOWN
from layers.assessed.flags import _is_open, _open_facility
from layers.assessed.hazard import HAZARDS


def test_flags_are_shares_of_draws_where_all_three_stand_on_file(nodes) -> None:
    flagged = nodes["flag"].isin(["robust", "possible"])
    assert flagged.any()
    assert set(nodes.loc[flagged, "hazard_class"]) == {"high"}
    assert set(nodes.loc[flagged, "military_class"]) == {"high"}
    assert set(nodes.loc[flagged, "dependence_class"]) <= {"moderate", "high"}
    assert "D0" not in set(nodes.loc[flagged, "dual_use_class"])
    judged = nodes[nodes["flag"] != "insufficient_data"]
    share = judged["flag_probability"]
    expected = np.select([share >= 0.8, share >= 0.2], ["robust", "possible"], "not_flagged")
    assert judged["flag"].tolist() == expected.tolist()
    beyond = (
        nodes["scope"].eq("context") | nodes["dual_use_class"].eq("D0") | nodes["hazard_class"].ne("high")
    )
    assert (nodes.loc[beyond & nodes["flag"].ne("insufficient_data"), "flag_probability"] == 0).all()
    assert (nodes.loc[nodes["military_class"].ne("high"), "overlap_probability"] == 0).all()
    assert (nodes.loc[nodes["hazard_class"].isin(["low", "unknown"]), "overlap_probability"] == 0).all()


def test_where_an_unknown_alone_decides_it_is_named_and_everything_else_stands(nodes) -> None:
    open_ones = nodes[nodes["flag"] == "insufficient_data"]
    assert len(open_ones)
    assert open_ones["deciding_datum"].notna().all()
    assert set(open_ones["scope"]) <= {"arctic", "gateway"}
    assert open_ones["military_class"].isin(["high", "unknown"]).all()
    assert open_ones["dependence_class"].isin(["moderate", "high", "unknown"]).all()
    facility = open_ones["military_class"].eq("unknown")
    ground = open_ones["deciding_datum"].str.contains("ground ice of the site")
    assert (facility | ground).all()
    assert open_ones.loc[~ground, "hazard_class"].eq("high").all()


def test_reasons_say_each_class_its_value_and_what_is_not_known(nodes, evidence) -> None:
    lacking = evidence[evidence["indicator"].isin(list(HAZARDS)) & (evidence["state"] == "unknown")]
    unsure = set(lacking["node_id"])
    for row in nodes.itertuples():
        assert f"Military {row.military_class}: facility" in row.reasons
        assert f"dependence {row.dependence_class}" in row.reasons
        is_so_far = row.hazard_class == "low" and row.node_id in unsure
        so_far = " so far" if is_so_far else ""
        assert row.reasons.startswith(f"Climate {row.hazard_class}{so_far}: {row.hazard_deciding}")
        if isinstance(row.hazard_could_be, str):
            assert f"Could be {row.hazard_could_be}: {row.deciding_datum} is not known." in row.reasons


@pytest.mark.parametrize("name", ["Barrow", "Wainwright"])
def test_an_unknown_depth_leaves_a_flag_open_by_the_anchor_that_parts_hold_from(nodes, name: str) -> None:
    """Position and association hold from 0.4: with 0.5 in their place these two ports were not flagged."""
    port = nodes[(nodes["kind"] == "port") & (nodes["name"] == name)].iloc[0]
    assert 0.4 <= port["military_position"] < 0.5
    assert (port["hazard_class"], port["military_class"], port["flag"]) == (
        "high", "unknown", "insufficient_data",
    )  # fmt: skip
    assert port["deciding_datum"] == "depth of approach and quay"


def test_columns_of_climate_repeat_the_facts(nodes, picture) -> None:
    facts = picture.tables["climate_facts"].set_index(["fact", "node_id"])
    for column, (fact, end) in {
        "ice_months_recent": ("ice_months_recent", "value"), "ice_months_lost": ("ice_months_lost", "value"),
        "ice_months_lost_low": ("ice_months_lost", "low"),
        "ice_months_lost_high": ("ice_months_lost", "high"),
        "coastal_erosion_m_per_year": ("coastal_erosion", "value"),
        "relative_sea_level_m": ("relative_sea_level", "value"),
        "relative_sea_level_low_m": ("relative_sea_level", "low"),
        "relative_sea_level_high_m": ("relative_sea_level", "high"),
    }.items():  # fmt: skip
        expected = facts.loc[fact][end].reindex(nodes["node_id"]).to_numpy()
        assert nodes[column].to_numpy() == pytest.approx(expected, nan_ok=True), column
    for column, fact in (("permafrost_zone", "permafrost_zone"), ("ground_ice", "ground_ice")):
        expected = facts.loc[fact]["label"].reindex(nodes["node_id"]).fillna("unknown")
        assert nodes[column].tolist() == expected.tolist()
    rate = nodes["coastal_erosion_m_per_year"]
    assert set(nodes.loc[rate.isna(), "coastal_erosion_class"]) == {"unknown"}
    assert set(nodes.loc[rate >= 1, "coastal_erosion_class"]) <= {"high"}
    assert set(nodes.loc[rate < 0.3, "coastal_erosion_class"]) == {"low"}


def test_the_oldest_fact_that_decides_has_an_age(nodes, picture) -> None:
    age = nodes["fact_age_years"]
    assert age.notna().mean() > 0.95
    assert age.dropna().between(0, picture.day.year - 1900).all()


NAN = math.nan
U, L, M, H = UNKNOWN, LOW, MODERATE, HIGH


@pytest.mark.parametrize(
    ("hazard", "military", "dependence", "ground", "no_facility", "is_open"),
    [
        (H, H, M, False, False, False),  # all is known
        (H, H, U, False, False, True),
        (H, H, L, False, False, False),
        (U, H, M, False, False, True),
        (M, H, M, True, False, True),
        (M, H, M, False, False, False),
        (H, U, M, False, True, True),
        (H, U, M, False, False, False),  # too few other parts
        (H, M, U, False, False, False),
        (L, U, H, True, True, True),
        (M, U, H, False, True, False),  # a hazard that is known and moderate
    ],
)
def test_an_answer_is_open_where_an_unknown_alone_decides(
    hazard: int, military: int, dependence: int, ground: bool, no_facility: bool, is_open: bool
) -> None:
    codes = (np.array([code], dtype=np.int8) for code in (hazard, military, dependence))
    assert _is_open(*codes, np.array([ground]), np.array([no_facility])).tolist() == [is_open]


@pytest.mark.parametrize(("scores", "is_open"), [
    ((400, 400, 0), True), ((400, 399, 399), False), ((400, 400, 400), True), ((1000, NAN, NAN), False),
])  # fmt: skip
def test_an_unknown_facility_is_open_from_two_other_parts(scores: tuple, is_open: bool) -> None:
    names = ("hinterland", "position", "association")
    parts = {name: np.array([[score]], dtype=float) for name, score in zip(names, scores, strict=True)}
    for military, expected in ((UNKNOWN, is_open), (HIGH, False)):
        classes = SimpleNamespace(parts=parts, military=np.array([[military]], dtype=np.int8))
        assert _open_facility(classes, np.array(400.0)).tolist() == [expected]
