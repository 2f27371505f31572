"""REGIONS and SCENARIOS: what a picture can be built for, and what it may not move."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely

from layers.assessed.class_thresholds import ANCHORS, PAIRS, anchor_values
from layers.crs import area_km2, polar_xy
from layers.errors import UsageError
from layers.regions import REGIONS, Region, region
from layers.scenarios import SCENARIOS, Scenario, from_toml, scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

INSIDE = {
    "arctic": [(0, 90), (18.96, 69.65), (180, 71.2), (-172, 66), (-51.7, 64.2), (-45, 58.1), (135, 58.1)],
    "high_north": [(0, 90), (18.96, 69.65), (180, 71.2), (-45, 66.7)],
    "barents": [(18.96, 69.65), (33.05, 68.97), (30.05, 69.73), (26.0, 67.0), (15.63, 78.22), (20.2, 67.9)],
    "greenland": [(-51.73, 64.17), (-40, 75), (-68.7, 76.5), (-22, 70.5)],
    "bering": [(-170, 65), (175, 65), (180, 66), (-165.4, 64.5), (177.5, 64.7), (-168, 71), (180, 60.5)],
}
OUTSIDE = {
    "arctic": [(10, 57.5), (180, 57.5)],
    "high_north": [(-51.73, 64.17), (10, 66.0)],
    "barents": [(0, 90), (-170, 70), (9, 70), (46, 70), (20, 65.5), (200, 70)],
    "greenland": [(-18, 57.9), (18.96, 69.65), (-80, 70), (0, 90), (-40, 85)],
    "bering": [(0, 65), (160, 65), (-150, 65), (180, 74), (180, 59.5), (0, 90)],
}


@pytest.mark.parametrize("row", REGIONS, ids=lambda row: row.id)
def test_outlines_hold_what_they_must(row: Region) -> None:
    outline = row.outline
    assert outline.is_valid
    assert outline.geom_type == "Polygon"
    for places, expected in ((INSIDE[row.id], True), (OUTSIDE[row.id], False)):
        lon, lat = np.array(places, dtype=float).T
        actual = shapely.contains_xy(outline, *polar_xy(lon, lat))
        assert actual.tolist() == [expected] * len(places), row.id


def test_a_cap_reaches_its_parallel_all_round() -> None:
    arctic = region("arctic")
    assert arctic.is_cap
    lon = np.arange(-180.0, 180.0, 1.0)
    assert shapely.contains_xy(arctic.outline, *polar_xy(lon, np.full(360, 58.001))).all()
    assert not shapely.contains_xy(arctic.outline, *polar_xy(lon, np.full(360, 57.999))).any()
    assert not region("bering").is_cap
    assert not region("barents").is_cap


def test_bering_has_the_area_of_a_box_and_not_of_its_rest() -> None:
    # On a sphere of 6,371 km: R2 * 40 degrees * (sin 73 - sin 60).
    expected = 6371.0**2 * np.radians(40) * (np.sin(np.radians(73)) - np.sin(np.radians(60)))
    assert area_km2([region("bering").outline])[0] == pytest.approx(expected, rel=0.01)


def test_regions_are_unique_and_inside_the_arctic() -> None:
    assert len({row.id for row in REGIONS}) == len(REGIONS)
    whole = region("arctic").outline.buffer(100)
    assert all(whole.covers(row.outline) for row in REGIONS)
    for row in REGIONS:
        assert row.south_deg < row.north_deg <= 90
        assert row.west_deg < row.east_deg
        assert region(row.id) is row


@pytest.mark.parametrize("name", ["antarctic", "", "arc", "Norway"])
def test_an_unknown_region_is_refused_with_the_list(name: str) -> None:
    ids = ", ".join(row.id for row in REGIONS)
    with pytest.raises(UsageError, match=f"--region: expected one of {ids}, found {name!r}: "):
        region(name)


@pytest.mark.parametrize("name", ["tomorrow", "", "warming_5"])
def test_an_unknown_scenario_is_refused_with_the_list(name: str) -> None:
    ids = ", ".join(row.id for row in SCENARIOS)
    with pytest.raises(
        UsageError, match=f"--scenario: expected one of {ids}, or a level as .*, found {name!r}: "
    ):
        scenario(name)


@pytest.mark.parametrize("row", SCENARIOS, ids=lambda row: row.id)
def test_scenarios_are_levels_with_a_basis(row: Scenario) -> None:
    assert scenario(row.id) is row
    assert 1 < row.warming_degc <= 4
    assert row.basis
    assert row.anchors is None
    assert row.with_association
    # Conditional, never dated: no title names a year to come.
    assert not any(str(year) in row.title for year in range(2027, 2151))


def test_the_warming_levels_of_method_7() -> None:
    levels = [row.warming_degc for row in SCENARIOS]
    assert levels == sorted(levels)
    assert {1.5, 2.0, 3.0, 4.0} <= set(levels)
    assert len({row.id for row in SCENARIOS}) == len(SCENARIOS)


# ------------------------------------------------------------------------------ an analyst's own

OWN = """
title = "Access first"
warming_degc = 2
with_association = false
[anchors]
land_near = 3
runway_short = 1200.0
"""


def test_a_scenario_of_ones_own() -> None:
    mine = from_toml(OWN, "access")
    assert (mine.id, mine.title, mine.warming_degc) == ("access", "Access first", 2)
    assert mine.anchors == {"land_near": 3, "runway_short": 1200.0}
    assert mine.with_association is False
    assert mine.basis == "the user's file access"
    bare = from_toml("warming_degc = 1.36", "bare")
    assert (bare.anchors, bare.with_association) == (None, True)


BAD = {
    "unknown key": ("warming_deg = 2", "did you mean warming_degc"),
    "unknown anchor": ("warming_degc = 2\n[anchors]\nerosion_hi = 2", "did you mean erosion_high?"),
    "unlike any anchor": ("warming_degc = 2\n[anchors]\nzzz = 2", "found 'zzz'"),
    "order": (
        "warming_degc = 2\n[anchors]\nerosion_high = 0.2",
        "expected erosion_moderate below erosion_high, found 0.3 and 0.2",
    ),
    "equal": (
        "warming_degc = 2\n[anchors]\nfacility_moderate = 0.6",
        "expected facility_moderate below facility_high, found 0.6 and 0.6",
    ),
    "falling order": (
        "warming_degc = 2\n[anchors]\nroute_zero = 90",
        "expected route_one below route_zero, found 100 and 90",
    ),
    "sign": (
        "warming_degc = 2\n[anchors]\nland_near = -5",
        "anchors.land_near: expected 0.5 to 50 km, found -5: 5 is usual",
    ),
    "zero": ("warming_degc = 2\n[anchors]\nland_near = 0", "found 0: 5 is usual"),
    "warm side": ("warming_degc = 2\n[anchors]\nwarm_permafrost = 6", "found 6: -6 is usual"),
    "too large": ("warming_degc = 2\n[anchors]\ncapacity_zero = 51", "expected 0.5 to 50 MW, found 51"),
    "infinite": ("warming_degc = 2\n[anchors]\nland_near = inf", "found inf: 5 is usual"),
    "anchor is a text": (
        'warming_degc = 2\n[anchors]\nland_near = "5"',
        "anchors: expected a table of numbers",
    ),
    "anchor is a flag": ("warming_degc = 2\n[anchors]\nland_near = true", "expected a table of numbers"),
    "anchor is nan": ("warming_degc = 2\n[anchors]\nland_near = nan", "expected a table of numbers"),
    "no table": ("warming_degc = 2\nanchors = 3", "anchors: expected a table of numbers, found 3"),
    "association": ("warming_degc = 2\nwith_association = 1", "expected true or false, found 1"),
    "warming": ("warming_degc = 20", "expected 0 to 8 °C"),
    "not a number": ('warming_degc = "two"', "expected a number, found 'two'"),
    "nan": ("warming_degc = nan", "expected a number, found nan"),
    "a flag": ("warming_degc = true", "expected a number, found True"),
    "no text": ("warming_degc = 2\ntitle = 3", "expected a text, found 3"),
    "no warming": ('title = "x"', "expected warming_degc, found only title"),
    "nothing": ("", "found only nothing"),
    "no TOML": ("warming_degc: 2", "expected TOML"),
}


@pytest.mark.parametrize(("text", "message"), BAD.values(), ids=BAD)
def test_a_bad_scenario_is_refused_in_one_line_with_what_would_do(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=r"^scenario mine") as caught:
        from_toml(text, "mine")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "old", ["weights.military.m_access = 1", "top_share = 0.25", "civil_share = 0.5", "association_km = 5",
            "alternative_km = 100"],
)  # fmt: skip
def test_what_scenarios_once_had_is_refused_by_name_with_what_there_is(old: str) -> None:
    key = old.partition("=")[0].strip().partition(".")[0]
    with pytest.raises(UsageError) as caught:
        from_toml(f"warming_degc = 2\n{old}", "mine")
    message = str(caught.value)
    assert f"found '{key}'" in message
    assert "expected one of id, title, warming_degc, basis, anchors, with_association" in message


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_no_two_anchors_stand_in_the_wrong_order(pair: tuple[str, str]) -> None:
    low, high = pair
    usual = anchor_values()
    assert usual[low] < usual[high]
    between = (usual[low] * usual[high]) ** 0.5
    with pytest.raises(UsageError, match=f"expected {low} below {high}, found"):
        Scenario("t", "t", 2, "t", anchors={high: between, low: between})


def test_every_anchor_can_be_given_a_fifth_lower_or_higher() -> None:
    for anchor in ANCHORS:
        for multiple in (0.8, 1.2):
            given = {anchor.id: anchor.value * multiple}
            row = Scenario("t", "t", 2, "t", anchors=given)
            assert anchor_values(row.anchors)[anchor.id] == pytest.approx(anchor.value * multiple)


def test_a_level_of_warming_names_its_scenario():
    assert scenario("2C").id == "warming_2"
    assert scenario("1.5C").id == "warming_1_5"


# -------------------------------------------------------------------------------------- the picture

RANK = {"unknown": -1, "low": 0, "moderate": 1, "high": 2}
CLASSES = ("hazard_class", "military_class", "dependence_class")


@pytest.fixture(scope="module")
def levels() -> dict[str, Mapping[str, pd.DataFrame]]:
    """Tables of the whole picture at each level of warming."""
    from pipelines.picture.build import Options, compose_snapshot

    return {row.id: compose_snapshot(Options(scenario=row.id, draws=200))[0].tables for row in SCENARIOS}


@pytest.fixture(scope="module")
def barents() -> Mapping[str, pd.DataFrame]:
    from pipelines.picture.build import Options, compose_snapshot

    return compose_snapshot(Options(region="barents", draws=200))[0].tables


@pytest.mark.sweep
def test_no_class_falls_with_warming(levels) -> None:
    steps = [levels[row.id]["nodes"].set_index("node_id") for row in SCENARIOS]
    for cool, warm in pairwise(steps):
        assert cool.index.equals(warm.index)
        for name in CLASSES:
            assert (warm[name].map(RANK) >= cool[name].map(RANK)).all(), name
        # Warming is no news of what serves whom.
        assert (warm["military_class"] == cool["military_class"]).all()
        assert (warm["dependence_class"] == cool["dependence_class"]).all()
    assert (levels["today"]["measures"]["warming_ratio"] > 0).all()  # no place that the model cools
    rose = steps[-1]["hazard_class"].map(RANK) > steps[0]["hazard_class"].map(RANK)
    assert rose.any()


@pytest.mark.sweep
def test_no_hazard_falls_with_warming(levels) -> None:
    of_level = {}
    for row in SCENARIOS:
        rows = levels[row.id]["evidence"].query("axis == 'climate'").set_index(["indicator", "node_id"])
        of_level[row.id] = rows
    for cool, warm in pairwise(SCENARIOS):
        one, other = of_level[cool.id], of_level[warm.id]
        for name in ("ice_season_lost", "permafrost_thaw"):
            before, after = one.loc[name], other.loc[name]
            assert before["state"].tolist() == after["state"].tolist()
            assert (after["score"] >= before["score"])[before["score"].notna()].all(), name
            assert (after["value_low"] >= before["value_low"] - 1e-9)[before["value_low"].notna()].all()
        air = [table.loc["air_temperature", "value"] for table in (one, other)]
        assert (air[1] > air[0]).all()


@pytest.mark.sweep
def test_what_a_scenario_moves_is_climate_alone(levels) -> None:
    for name in ("measures", "climate_facts"):
        first = levels["today"][name]
        assert all(levels[row.id][name].equals(first) for row in SCENARIOS), name
    still = ["military", "civil", "dual_use"]
    first, last = (levels[row.id]["evidence"] for row in (SCENARIOS[0], SCENARIOS[-1]))
    one, other = (t[t["axis"].isin(still)].reset_index(drop=True) for t in (first, last))
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.sweep
def test_a_region_gives_its_nodes_what_the_whole_gives_them(levels, barents) -> None:
    part = barents["nodes"]
    assert 100 < len(part) < len(levels["today"]["nodes"]) / 2
    for name in ("nodes", "evidence", "exits", "climate_facts", "measures"):
        whole = levels["today"][name]
        mine = whole[whole["node_id"].isin(part["node_id"])].reset_index(drop=True)
        some = barents[name][barents[name]["node_id"].isin(part["node_id"])].reset_index(drop=True)
        one, other = (
            pd.DataFrame(t.drop(columns="geometry")) if "geometry" in t else t for t in (some, mine)
        )
        pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("name", ["evidence", "measures", "exits", "climate_facts", "standards"])
def test_a_region_tells_of_no_node_that_is_not_in_it(barents, name: str) -> None:
    assert len(barents[name])
    assert set(barents[name]["node_id"]) <= set(barents["nodes"]["node_id"])


@pytest.mark.sweep
def test_other_anchors_move_the_classes_and_stand_in_the_evidence(levels, tmp_path) -> None:
    from pipelines.picture.build import Options, compose_snapshot

    path = tmp_path / "wide.toml"
    anchors = "[anchors]\nfacility_high = 0.3\nfacility_moderate = 0.2\nerosion_high = 0.31\n"
    path.write_text(f"warming_degc = 1.36\nwith_association = false\n{anchors}", encoding="utf-8")
    wide = compose_snapshot(Options(scenario=str(path), draws=100))[0].tables
    usual = levels["today"]
    one, other = (t["nodes"].set_index("node_id") for t in (usual, wide))
    assert not one["military_class"].equals(other["military_class"])
    assert (other["military_class"] == "unknown").equals(one["military_class"] == "unknown")
    assert one["dependence_class"].equals(other["dependence_class"])
    rows = wide["evidence"].query("indicator == 'coastal_erosion'")
    assert set(rows["one_at"]) == {0.31}
    assert set(usual["evidence"].query("indicator == 'coastal_erosion'")["one_at"]) == {1.0}
    assert (rows.loc[rows["value"] >= 0.31, "score"] == 1).all()
    assert not set(wide["exits"]["what"]) & {"association"}
