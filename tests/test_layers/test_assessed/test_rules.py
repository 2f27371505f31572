"""Rules of the three classes on hand-worked values; anchors on both sides."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rule_values import LINES, NAN, WORKED, A, read

from layers.assessed import rules
from layers.assessed.class_thresholds import (
    ANCHORS,
    CLASSES,
    HIGH,
    LOW,
    MODERATE,
    PAIRS,
    UNKNOWN,
    anchor_values,
)
from layers.assessed.judgement import whole_of


def test_anchors_are_said_with_unit_meaning_and_source() -> None:
    assert len({anchor.id for anchor in ANCHORS}) == len(ANCHORS)
    for anchor in ANCHORS:
        assert anchor.unit
        assert anchor.meaning
        assert anchor.source
    values = anchor_values()
    assert set(WORKED) == set(values)
    assert all(values[low] < values[high] for low, high in PAIRS)
    assert anchor_values({"erosion_high": 2.0}) == values | {"erosion_high": 2.0}
    assert [CLASSES[code] for code in (LOW, MODERATE, HIGH, UNKNOWN)] == [
        "low",
        "moderate",
        "high",
        "unknown",
    ]


def test_every_anchor_is_a_whole_number_of_thousandths() -> None:
    for name, value in anchor_values().items():
        assert whole_of()[name] == Fraction(str(value)) * 1000, name


@given(st.integers(-(10**9), 10**9))
def test_a_number_written_in_thousandths_is_read_back_exactly(thousandths: int) -> None:
    assert rules.whole(float(f"{thousandths / 1000:.3f}")) == thousandths


def test_float_noise_moves_no_class() -> None:
    noisy = rules.whole([0.1 + 0.2, 1.1 + 0.4, 0.1 * 3, 2.9 - 1.4])
    assert noisy.tolist() == [300, 1500, 300, 1500]
    assert rules.steps(noisy, A["erosion_moderate"], rules.whole(1.5)).tolist() == [1, 2, 1, 2]
    assert np.isnan(rules.whole(NAN))


NUMBER = st.integers(-(10**8), 10**8)


@given(NUMBER, st.integers(1, 10**6), st.integers(1, 10**6), st.booleans())
def test_a_ramp_is_whole_arithmetic(value: int, zero_at: int, width: int, falls: bool) -> None:
    one_at = zero_at - width if falls else zero_at + width
    exact = math.floor(Fraction((value - zero_at) * 1000, one_at - zero_at))
    assert rules.ramp(float(value), float(zero_at), float(one_at)) == min(max(exact, 0), 1000)


@given(st.integers(0, 10**8), st.integers(0, 10**8))
def test_ramps_never_fall_back(one: int, other: int) -> None:
    low, high = (float(value) for value in sorted((one, other)))
    for scale in (rules.ramp, rules.log_ramp):
        below, above = scale([low, high], 5000.0, 500_000.0)
        assert 0 <= below <= above <= 1000
        below, above = scale([low, high], 500_000.0, 5000.0)
        assert 0 <= above <= below <= 1000


def test_ramps_by_hand() -> None:
    # 0 at 6.4 m, 1 at 10.7 m; 8.55 m is half way.
    depth = rules.ramp(rules.whole([5, 6.4, 6.401, 8.549, 8.55, 10.699, 10.7, 23.2]), 6400.0, 10_700.0)
    assert depth.tolist() == [0, 0, 0, 499, 500, 999, 1000, 1000]
    # 5 MW, 50 MW and 500 MW are a power of ten apart.
    size = rules.log_ramp(rules.whole([0, 4.999, 5, 50, 499, 500, 9000]), 5000.0, 500_000.0)
    assert size.tolist() == [0, 0, 0, 500, 999, 1000, 1000]
    assert rules.ramp(rules.whole([25, 15, 5, 0]), 25_000.0, 5000.0).tolist() == [0, 500, 1000, 1000]
    assert np.isnan(rules.ramp([NAN], 0.0, 1.0)).all()
    assert np.isnan(rules.log_ramp([NAN], 1.0, 10.0)).all()


@pytest.mark.parametrize("name", LINES)
def test_a_class_turns_at_its_anchor_and_not_before(name: str) -> None:
    moderate, high = A[f"{name}_moderate"], A[f"{name}_high"]
    values = np.array([moderate - 1, moderate, moderate + 1, high - 1, high, high + 1, 0, -5000, NAN])
    expected = [LOW, MODERATE, MODERATE, MODERATE, HIGH, HIGH, LOW, LOW, UNKNOWN]
    assert rules.steps(values, moderate, high).tolist() == expected


SOUND = {"zone": 0, "ice": NAN, "air": 0, "bedrock": NAN, "damage": NAN, "proxy": 0, "steps": 0}


GROUND = [
    # what differs, class, whether ground ice alone keeps it moderate
    ({"zone": 0, "ice": 2}, LOW, False),
    ({"zone": 1, "ice": 2}, LOW, False),
    ({"zone": 2}, LOW, False),
    ({"zone": 2, "ice": 0}, LOW, False),
    ({"zone": 2, "ice": 1}, MODERATE, False),
    ({"zone": 2, "ice": 2}, MODERATE, False),
    ({"zone": 3}, MODERATE, True),
    ({"zone": 3, "ice": 0}, MODERATE, False),
    ({"zone": 3, "ice": 1, "air": -20_000}, HIGH, False),  # discontinuous: medium ice is enough
    ({"zone": 3, "ice": 2}, HIGH, False),
    ({"zone": 4}, MODERATE, True),
    ({"zone": 4, "ice": 0, "air": 0}, MODERATE, False),
    ({"zone": 4, "ice": 1, "air": -6001}, MODERATE, False),
    ({"zone": 4, "ice": 1, "air": -6000}, HIGH, False),
    ({"zone": 4, "ice": 1, "air": -5999}, HIGH, False),
    ({"zone": 4, "ice": 2, "air": -20_000}, HIGH, False),
    # A scenario takes the zone away.
    ({"zone": 4, "ice": 1, "air": -9000, "steps": 1}, HIGH, False),
    ({"zone": 4, "ice": 0, "air": -9000, "steps": 1}, MODERATE, False),
    ({"zone": 2, "ice": 2, "steps": 1}, HIGH, False),
    ({"zone": 2, "ice": 1, "steps": 1}, MODERATE, False),
    ({"zone": 2, "steps": 1}, LOW, False),
    # Bedrock as documented.
    ({"zone": 4, "ice": 2, "bedrock": 1}, LOW, False),
    ({"zone": 4, "bedrock": 1}, LOW, False),
    ({"zone": 4, "ice": 2, "bedrock": 0}, HIGH, False),
    # Damage of the facility stands before bedrock, that of a town does not.
    ({"zone": 4, "bedrock": 1, "damage": 2}, HIGH, False),
    ({"zone": 4, "bedrock": 1, "damage": 1}, LOW, False),
    ({"zone": 4, "damage": 1}, HIGH, False),
    ({"zone": 4, "ice": 0, "damage": 1}, MODERATE, False),
    ({"zone": 4, "ice": 0, "damage": 2}, HIGH, False),
    ({"zone": 0, "damage": 2}, HIGH, False),
    # Problems without damage are moderate at most.
    ({"zone": 2, "damage": 0.5}, MODERATE, False),
    ({"zone": 2, "ice": 0, "damage": 0.5}, LOW, False),
    ({"zone": 2, "bedrock": 1, "damage": 0.5}, LOW, False),
    ({"zone": 4, "damage": 0.5}, MODERATE, True),
    ({"zone": 4, "ice": 2, "damage": 0.5}, HIGH, False),
    ({"zone": NAN, "damage": 0.5}, UNKNOWN, False),
    # A proxy alone never gives high; damage that is reported does.
    ({"zone": 4, "ice": 2, "proxy": 1}, MODERATE, False),
    ({"zone": 3, "ice": 1, "proxy": 1}, MODERATE, False),
    ({"zone": 4, "proxy": 1}, MODERATE, False),
    ({"zone": 2, "proxy": 1}, LOW, False),
    ({"zone": 4, "proxy": 1, "damage": 1}, HIGH, False),
    # Nothing known of the ground.
    ({"zone": NAN}, UNKNOWN, False),
    ({"zone": NAN, "ice": 2}, UNKNOWN, False),
    ({"zone": NAN, "bedrock": 1}, LOW, False),
    ({"zone": NAN, "damage": 2}, HIGH, False),
]


@pytest.mark.parametrize(("given_values", "code", "is_open"), GROUND, ids=str)
def test_permafrost_by_hand(given_values: dict, code: int, is_open: bool) -> None:
    actual, ground_decides = rules.permafrost(read(**SOUND | given_values), A)
    assert (actual.item(), ground_decides.item()) == (code, is_open)


LEVELS = [
    # rise by 2100 (m), charted depth (m), class
    (0.599, NAN, LOW), (0.6, NAN, MODERATE), (0.601, NAN, MODERATE),
    (0.999, NAN, MODERATE), (1.0, NAN, HIGH), (1.001, NAN, HIGH),
    (0.0, 10.7, LOW), (0.6, 10.7, MODERATE),
    # A fall counts only where it takes a charted depth of 10.7 or 6.4 m away.
    (-0.001, 10.7, MODERATE), (-0.3, 11.0, LOW), (-0.301, 11.0, MODERATE), (-0.5, 10.699, LOW),
    (-0.001, 6.4, MODERATE), (-0.5, 6.9, LOW), (-0.501, 6.9, MODERATE), (-0.5, 6.399, LOW),
    (-9.0, 11.0, MODERATE),  # never more than moderate
    (-2.0, NAN, LOW), (NAN, 10.7, UNKNOWN), (NAN, NAN, UNKNOWN),
]  # fmt: skip


@pytest.mark.parametrize(("level", "depth", "code"), LEVELS)
def test_sea_level_by_hand(level: float, depth: float, code: int) -> None:
    values = read(level=rules.whole(level), depth=rules.whole(depth))
    assert rules.hazard_of_level(values, A).item() == code


RUNWAYS = [
    # longest paved runway (m), width (m), score in thousandths
    (1066.999, 45, 0), (1067, 45, 500), (1067.001, 45, 500), (1713, 45, 750), (2358.999, 45, 999),
    (2359, 45, 1000), (3500, 45, 1000), (0, 45, 0), (0, NAN, 0), (900, NAN, 0), (2359, NAN, None),
    (2359, 27.399, 0), (2359, 27.4, 1000), (NAN, 45, None), (NAN, NAN, None),
]  # fmt: skip


@pytest.mark.parametrize(("length", "width", "score"), RUNWAYS)
def test_a_runway_by_hand(length: float, width: float, score: float | None) -> None:
    actual = rules.runway(read(runway_length=rules.whole(length), runway_width=rules.whole(width)), A).item()
    assert math.isnan(actual) if score is None else actual == score


PORT = {"approach_depth": 8550, "pier_depth": 10_700, "vessel_length": 152_000, "roro": 0, "sustainment": 750}


FACILITIES = [
    # (500 + 1000 + 1000 + 3 x 750) / 6
    ("port", PORT, 791),
    ("port", PORT | {"vessel_length": 151_999}, 625),
    ("port", PORT | {"vessel_length": 151_999, "roro": 1000}, 791),
    ("port", PORT | {"vessel_length": NAN, "roro": NAN}, 625),
    ("port", PORT | {"pier_depth": 4900}, 625),
    ("port", PORT | {"pier_depth": NAN}, 625),
    ("port", PORT | {"sustainment": NAN}, 416),
    # Two of the three of access must be known.
    ("port", PORT | {"pier_depth": NAN, "vessel_length": NAN, "roro": NAN}, None),
    ("port", PORT | {"pier_depth": NAN, "vessel_length": NAN, "roro": 1000}, 625),
    ("airfield", {"runway_length": 1_713_000, "runway_width": 45_000}, 750),
    ("cable_landing", {"systems_in_service": 0}, 0),
    ("cable_landing", {"systems_in_service": 1000}, 333),
    ("cable_landing", {"systems_in_service": 3000}, 1000),
    ("cable_landing", {"systems_in_service": NAN}, None),
    ("energy_site", {"capacity": 50_000, "dependent_node": 1000}, 750),
    ("energy_site", {"capacity": 50_000, "dependent_node": NAN}, 250),
    ("energy_site", {"capacity": NAN, "dependent_node": 1000}, None),
    ("mine", {"listed_material": 750, "producing_or_strategic": 1000}, 750),
    ("mine", {"listed_material": 750, "producing_or_strategic": 0}, 375),
    ("mine", {"listed_material": 1000, "producing_or_strategic": NAN}, 500),
    ("mine", {"listed_material": 0, "producing_or_strategic": 1000}, 0),  # however much of it is dug
    ("mine", {"listed_material": NAN, "producing_or_strategic": 1000}, None),
    ("rail_terminal", {"gauge": 500, "to_port_or_border": 1000}, 750),
    ("rail_terminal", {"gauge": NAN, "to_port_or_border": 1000}, None),
    ("ground_station", {"civil_and_public": 1000, "polar_orbit": NAN}, 500),
]


@pytest.mark.parametrize(("kind", "values", "score"), FACILITIES, ids=lambda value: str(value)[:60])
def test_a_facility_by_hand(kind: str, values: dict, score: float | None) -> None:
    actual = rules.facility(kind, read(**values), A).item()
    assert math.isnan(actual) if score is None else actual == score


NOWHERE = dict.fromkeys(
    ["runway_near", "deep_port", "railway", "main_road", "route", "narrow", "scarcity", "policy",
     "claim_high", "claim_medium", "claim_low"], NAN
) | {"joint_use": 0, "treaty": 0, "policy_off": 0}  # fmt: skip


STATION = NOWHERE | {"civil_and_public": 1000, "polar_orbit": 1000}  # facility 1


IDLE = NOWHERE | {"civil_and_public": 900, "polar_orbit": 0}  # facility 0.45


QUAY = NOWHERE | PORT


FIELD = NOWHERE | {"runway_length": 2_359_000, "runway_width": 45_000}


PARTS = [
    ("ground_station", STATION, "hinterland", 0),
    ("ground_station", STATION | {"runway_near": 2_359_000}, "hinterland", 500),
    ("ground_station", STATION | {"runway_near": 1_067_000, "deep_port": 75_000}, "hinterland", 500),
    ("ground_station", STATION | {"runway_near": 1_066_999, "deep_port": 100_000}, "hinterland", 0),
    ("ground_station", STATION | {"deep_port": 50_000}, "hinterland", 500),
    ("ground_station", STATION | {"deep_port": 50_001}, "hinterland", 499),
    ("port", QUAY | {"railway": 5000}, "hinterland", 500),
    ("port", QUAY | {"railway": 5001}, "hinterland", 0),
    ("port", QUAY | {"railway": 4200, "runway_near": 2_359_000}, "hinterland", 1000),
    ("port", QUAY | {"railway": 9000, "main_road": 100}, "hinterland", 500),
    # A runway nearby says nothing of an airfield: what comes by sea or rail does, the better of the two.
    ("airfield", FIELD | {"runway_near": 2_359_000}, "hinterland", 0),
    ("airfield", FIELD | {"deep_port": 60_000}, "hinterland", 800),
    ("airfield", FIELD | {"deep_port": 60_000, "railway": 5000}, "hinterland", 1000),
    ("airfield", FIELD | {"railway": 5001}, "hinterland", 0),
    ("ground_station", STATION | {"route": 100_000}, "position", 333),
    ("ground_station", STATION | {"route": 350_000, "narrow": 625_000}, "position", 333),
    ("ground_station", STATION | {"route": 600_000, "narrow": 1_000_000}, "position", 0),
    ("ground_station", STATION | {"route": 0, "narrow": 250_000, "scarcity": 500_000}, "position", 1000),
    ("ground_station", STATION | {"scarcity": 25_000}, "position", 0),
    # Scarcity counts from a facility of 0.5, and not at 0.45.
    (
        "ground_station",
        STATION | {"civil_and_public": 1000, "polar_orbit": 0, "scarcity": 500_000},
        "position",
        333,
    ),
    (
        "ground_station",
        STATION | {"civil_and_public": 998, "polar_orbit": 1, "scarcity": 500_000},
        "position",
        0,
    ),
    ("ground_station", IDLE | {"route": 0, "narrow": 250_000, "scarcity": 500_000}, "position", 666),
    ("ground_station", STATION | {"claim_high": 10_000}, "association", 1000),
    ("ground_station", STATION | {"claim_high": 10_001}, "association", 0),
    ("ground_station", STATION | {"claim_medium": 10_000}, "association", 500),
    ("ground_station", STATION | {"claim_low": 0}, "association", 250),
    ("ground_station", STATION | {"claim_low": 0, "claim_medium": 0}, "association", 500),
    ("ground_station", STATION | {"joint_use": 1}, "association", 1000),
    ("ground_station", STATION | {"policy": 700}, "association", 700),
    ("ground_station", STATION | {"policy": 700, "policy_off": 1}, "association", 0),
    ("ground_station", STATION | {"policy": 1000, "claim_high": 0, "treaty": 1}, "association", None),
]


@pytest.mark.parametrize(("kind", "values", "name", "score"), PARTS, ids=lambda value: str(value)[-60:])
def test_a_part_by_hand(kind: str, values: dict, name: str, score: float | None) -> None:
    actual = rules.parts(kind, read(**values), A)[name].item()
    assert math.isnan(actual) if score is None else actual == score


VOTES = [
    # facility, hinterland, position, association, class with association, class without
    (600, 500, 500, 0, HIGH, HIGH),
    (600, 500, 499, 500, HIGH, MODERATE),
    (600, 500, 499, 499, MODERATE, MODERATE),
    (600, 499, 499, 1000, MODERATE, LOW),  # association alone is never high
    (599, 500, 500, 500, MODERATE, MODERATE),
    (400, 0, 500, 0, MODERATE, MODERATE),
    (399, 1000, 1000, 1000, LOW, LOW),
    (1000, 499, 499, 499, LOW, LOW),
    (600, 500, 500, NAN, HIGH, HIGH),
    (600, 500, 0, NAN, MODERATE, MODERATE),
    (NAN, 1000, 1000, 1000, UNKNOWN, UNKNOWN),
]


@pytest.mark.parametrize(("facility", "hinterland", "position", "association", "code", "without"), VOTES)
def test_the_military_class_by_hand(
    facility: float, hinterland: float, position: float, association: float, code: int, without: int
) -> None:
    part = read(facility=facility, hinterland=hinterland, position=position, association=association)
    assert rules.military(part, A).item() == code
    assert rules.military(part, A, with_association=False).item() == without


NOBODY = {"captive": 0, "captive_place": 0, "sole": 0, "reached": 0}


PEOPLE = [
    ({}, LOW),
    ({"captive": 299}, LOW), ({"captive": 300}, MODERATE), ({"captive": 999}, MODERATE),
    ({"captive": 1000}, HIGH), ({"captive": 1001}, HIGH),
    ({"captive": 299, "captive_place": 299}, LOW), ({"captive": 300, "captive_place": 300}, HIGH),
    ({"captive": 499, "sole": 1}, MODERATE), ({"captive": 500, "sole": 1}, HIGH),
    ({"captive": 500}, MODERATE),
    ({"reached": 4999}, LOW), ({"reached": 5000}, MODERATE), ({"reached": 5_000_000}, MODERATE),
    ({"captive": NAN, "captive_place": NAN, "reached": 5000}, MODERATE),
    ({"captive": NAN, "captive_place": NAN}, LOW),
    ({"reached": NAN}, UNKNOWN), ({"reached": NAN, "captive": 300}, MODERATE),
    ({"reached": NAN, "captive": 1000}, HIGH),
]  # fmt: skip


@pytest.mark.parametrize(("given_values", "code"), PEOPLE, ids=str)
def test_dependence_by_hand(given_values: dict, code: int) -> None:
    outcome = NOBODY | given_values
    values = {name: outcome[name] * (1 if name == "sole" else 1000) for name in outcome}
    assert rules.dependence(read(**values), A).item() == code
