"""Where a node lies, in words: hemispheres by sign, latitude first."""

from __future__ import annotations

import pytest

from pipelines.picture.explain import _people, explain_node
from pipelines.picture.explain_text import _people_of, _position, _span, _where, as_text

NODE = {
    "node_id": "port:a", "kind": "port", "site_kind": None, "place": "Nuuk", "country_iso3": "GRL",
    "institution": "nato_only", "special_status": None, "scope": "arctic", "longitude_deg": -51.7167,
    "latitude_deg": 64.1667, "position_uncertainty_km": 1.5,
}  # fmt: skip


@pytest.mark.parametrize(
    ("latitude", "longitude", "said"),
    [
        (64.1667, -51.7167, "64.1667 N 51.7167 W"),
        (69.7271, 30.0453, "69.7271 N 30.0453 E"),
        (-54.5, -36.25, "54.5000 S 36.2500 W"),
        (0.0, 0.0, "0.0000 N 0.0000 E"),
    ],
)
def test_a_position_has_its_hemispheres(latitude, longitude, said):
    assert _position(latitude, longitude) == said


def test_a_node_is_told_with_latitude_before_longitude():
    assert _where({"node": NODE, "place_nodes": 3}) == [
        "port at Nuuk with 2 other nodes, GRL; in NATO, not in the EU",
        "64.1667 N 51.7167 W, +/- 1.5 km; inside the boundary of the Arctic",
    ]
    [head, _] = _where({"node": NODE, "place_nodes": 2})
    assert head == "port at Nuuk with 1 other node, GRL; in NATO, not in the EU"
    [head, _] = _where({"node": NODE | {"site_kind": "smelter", "kind": "mine"}, "place_nodes": 1})
    assert head == "mine (smelter) at Nuuk, GRL; in NATO, not in the EU"


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((8.0, 6.0, 9.5), "8 (6..9.5)"),
        ((8.0, 8.0, 8.0), "8"),
        ((1500.0, 900.0, 2000.0), "1,500 (900..2,000)"),
        ((-0.001, -0.4, 0.3), "-0.001 (-0.4..0.3)"),
        ((1000.0, None, None), "1,000"),
        ((999.4, None, 2.0), "999.4"),
        ((None, 1.0, 2.0), ""),
    ],
)
def test_an_interval_is_told_only_where_its_ends_differ(numbers, said):
    assert _span(*numbers) == said


def test_the_highest_score_of_the_people_decides():
    rows = [
        {"indicator": name, "value": value, "unit": "persons", "label": None, "score": score, "state": state,
         "source": "towns", "as_of": "2025-01-01"}
        for name, value, score, state in (
            ("people_near", 900.0, 0.2, "known"), ("people_without_another", 1200.0, 0.7, "known"),
            ("people_far", 5.0, 0.7, "known"), ("people_seen", 9e9, None, "known"),
            ("people_lost", 9e9, 0.9, "unknown"),
        )
    ]  # fmt: skip
    assert _people({}, rows)["deciding"] == "people without another 1,200 people"
    assert _people({}, rows[3:]) == {"deciding": None, "tier": None, "source": None, "as_of": None}


def test_a_node_of_a_picture_is_told_where_its_columns_place_it(command, folder, picture):
    nodes = picture.tables["nodes"].set_index("node_id")
    node = nodes.loc["port:wpi-20650"]
    text = command("explain", "port:wpi-20650", "--out", folder).stdout
    assert f"{node['latitude_deg']:.4f} N {node['longitude_deg']:.4f} E, +/- " in text
    assert 69 < node["latitude_deg"] < 70
    assert 30 < node["longitude_deg"] < 31


def test_what_depends_on_a_node_is_told_with_its_months_and_what_stands_in(folder):
    report = explain_node(folder, "port:wpi-20570")
    fuel = [row for row in report["dependants"] if row["effect"] == "cut_off" and row["people"]]
    assert [(row["place"], row["flows"]) for row in fuel] == [("Longyearbyen", "energy")]
    text = as_text(report)
    assert "cut off from energy: 2,368 people in 1 settlement, 5 other places" in text
    assert "Longyearbyen (settlement), all year; stands in: air" in text
    assert "Not in the network: capacity" in text.replace("\n  ", " ")


def test_unknown_people_are_told_apart_from_known_ones():
    town = {"place_kind": "settlement", "place_id": "a", "people": 7}
    dark = town | {"place_id": "b", "people": None}
    assert _people_of([town, town, dark]) == (
        "7 people in 1 settlement, 1 settlement with an unknown number of people"
    )
    assert _people_of([dark, {"place_kind": "port", "place_id": "c", "people": None}]) == (
        "1 settlement with an unknown number of people, 1 other place"
    )
