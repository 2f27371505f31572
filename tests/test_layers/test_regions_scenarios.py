"""REGIONS and SCENARIOS: what a picture can be built for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from layers.crs import area_km2, polar_xy
from layers.errors import UsageError
from layers.regions import REGIONS, Region, region
from layers.scenarios import GROUPS, SCENARIOS, Scenario, from_toml, scenario

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
        found = shapely.contains_xy(outline, *polar_xy(lon, lat))
        assert found.tolist() == [expected] * len(places), row.id


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


@pytest.mark.parametrize("name", ["antarctic", "", "Arctic", "arctic "])
def test_an_unknown_region_is_refused_with_the_list(name: str) -> None:
    known = ", ".join(row.id for row in REGIONS)
    with pytest.raises(UsageError, match=f"region: expected one of {known}, found {name!r}"):
        region(name)


@pytest.mark.parametrize("name", ["tomorrow", "", "warming_5"])
def test_an_unknown_scenario_is_refused_with_the_list(name: str) -> None:
    known = ", ".join(row.id for row in SCENARIOS)
    with pytest.raises(UsageError, match=f"scenario: expected one of {known}, found {name!r}"):
        scenario(name)


@pytest.mark.parametrize("row", SCENARIOS, ids=lambda row: row.id)
def test_scenarios_are_levels_with_a_basis(row: Scenario) -> None:
    assert scenario(row.id) is row
    assert 1 < row.warming_degc <= 4
    assert row.basis
    assert 0 < row.top_share < 1
    assert 0 < row.civil_share < 1
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
association_km = 5
[weights.military]
m_access = 0.5
m_sustain = 0.5
"""


def test_a_scenario_of_ones_own() -> None:
    mine = from_toml(OWN, "access")
    assert (mine.id, mine.title, mine.warming_degc, mine.association_km) == ("access", "Access first", 2, 5)
    assert mine.weights == {"military": {"m_access": 0.5, "m_sustain": 0.5}}
    assert mine.basis == "the user's file access"
    assert mine.top_share == Scenario("x", "x", 1, "x").top_share


BAD = {
    "unknown key": ("warming_deg = 2", "did you mean warming_degc"),
    "unknown dimension": ("warming_degc = 2\n[weights.militry]\nm_access = 1", "did you mean military"),
    "unknown group": ("warming_degc = 2\n[weights.military]\nm_acess = 1", "did you mean m_access"),
    "sum": (
        "warming_degc = 2\n[weights.civil]\nc_people = 0.5\nc_sole = 0.3",
        "add up to 1, found 0.8: scaled they would be c_people = 0.625, c_sole = 0.375",
    ),
    "negative weight": (
        "warming_degc = 2\n[weights.civil]\nc_people = 1.5\nc_sole = -0.5",
        "found c_people = 1.5",
    ),
    "negative radius": (
        "warming_degc = 2\nassociation_km = -5",
        "expected a radius over 0 km, found -5: 10 is usual",
    ),
    "no radius": ("warming_degc = 2\nalternative_km = 0", "found 0: 100 is usual"),
    "infinite radius": ("warming_degc = 2\nassociation_km = inf", "found inf: 10 is usual"),
    "share": (
        "warming_degc = 2\ntop_share = 25",
        "expected a share over 0 and up to 1, found 25: 0.25 is usual",
    ),
    "warming": ("warming_degc = 20", "expected 0 to 8 degC"),
    "not a number": ('warming_degc = "two"', "expected a number, found 'two'"),
    "nan": ("warming_degc = nan", "expected a number, found nan"),
    "a flag": ("warming_degc = true", "expected a number, found True"),
    "no table": ("warming_degc = 2\nweights = 3", "expected a table such as"),
    "no text": ("warming_degc = 2\ntitle = 3", "expected a text, found 3"),
    "no warming": ('title = "x"', "expected warming_degc, found only title"),
    "nothing": ("", "found only nothing"),
    "no TOML": ("warming_degc: 2", "expected TOML"),
}


@pytest.mark.parametrize(("text", "told"), BAD.values(), ids=BAD)
def test_a_bad_scenario_is_refused_in_one_line_with_what_would_do(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=r"^scenario mine") as caught:
        from_toml(text, "mine")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_weights_can_be_given_for_what_evidence_has(picture) -> None:
    evidence = picture.tables["evidence"]
    for dimension, groups in GROUPS.items():
        assert set(evidence.loc[evidence["dimension"] == dimension, "group"]) == set(groups), dimension


def test_weights_of_a_scenario_are_the_weights_of_the_evidence() -> None:
    from layers.scoring import weigh

    lines = [("n", g, "known") for g in ("m_access", "m_sustain")] + [("n", "m_policy", "not_applicable")]
    table = pd.DataFrame(
        [{"node_id": n, "axis": "military", "dimension": "military", "group": g, "indicator": g, "state": s}
         for n, g, s in lines]
    )  # fmt: skip
    given = {"military": {"m_access": 0.3, "m_sustain": 0.1, "m_policy": 0.6}}
    # What does not apply leaves its weight to the others, in their proportion.
    assert weigh(table, given).tolist() == pytest.approx([0.75, 0.25, 0])
    assert weigh(table).tolist() == pytest.approx([0.5, 0.5, 0])


def test_a_group_of_no_weight_alone_is_still_an_axis() -> None:
    from layers.scoring import weigh

    table = pd.DataFrame([{"node_id": "n", "axis": "civil", "dimension": "civil", "group": "c_sole",
                           "indicator": "i", "state": "known"}])  # fmt: skip
    assert weigh(table, {"civil": {"c_people": 1.0}}).tolist() == [1.0]


def test_a_level_of_warming_names_its_scenario():
    assert scenario("2C").id == "warming_2"
    assert scenario("1.5C").id == "warming_1_5"
