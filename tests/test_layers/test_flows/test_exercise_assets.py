"""Names of assets: what each closes, and what is refused with the nearest valid name."""

from __future__ import annotations

import numpy as np
import pytest
from toy_exercise import NAMES, close, plan, toy

from layers.errors import UsageError
from layers.flows.exercise import exercise_of
from layers.flows.exercise_assets import assets_of, vertex_row, with_assumed

GRAPH = toy().graph


def asset(text, **further):
    rows = {"inject": [close("A", text) | further]}
    return assets_of(GRAPH, exercise_of("toy", plan() | rows), NAMES)["A"]


@pytest.mark.parametrize(
    ("text", "key", "kind", "shut", "states", "repaired_as"),
    [
        ("port:p", "port:p", "port", {"r1", "r2", "s1", "s2"}, ("NOR",), ""),
        ("Railtown", "settlement:t1", "settlement", {"r2"}, ("NOR",), ""),
        ("C1", "C1", "cable", {"c1"}, ("NOR", "SJM"), "submarine_cable"),
        ("first  CABLE", "C1", "cable", {"c1"}, ("NOR", "SJM"), "submarine_cable"),
        ("The Narrows", "strait:narrows", "strait", {"s1"}, (), ""),
        ("landing:l", "landing:l", "risk_group", {"c1", "c2"}, ("NOR", "SJM"), ""),
        ("rail@12.5,70.0", "rail@12.5,70.0", "rail", {"r2"}, ("NOR",), "railway"),
    ],
)
def test_a_name_or_an_id_closes_what_it_means(text, key, kind, shut, states, repaired_as):
    found = asset(text)
    assert (found.key, found.kind, found.states, found.repaired_as) == (key, kind, states, repaired_as)
    assert set(GRAPH.edges["edge_id"][found.shut.edges]) == shut
    assert found.vertex == (int(np.flatnonzero(GRAPH.vertices["vertex_id"] == key)[0]) if ":" in key[:12] and
                            kind in {"port", "settlement"} else -1)  # fmt: skip


def test_the_file_may_name_an_asset():
    assert asset("C1", name="The western cable").name == "The western cable"


def test_early_ice_closes_the_lanes_of_its_area_that_shut_by_then():
    graph = toy().graph
    graph.vertices.loc[[1, 4], "longitude_deg"] = [58.0, 100.0]
    rows = {"inject": [{"id": "F", "at_h": 0, "action": "freeze", "asset": "northern_sea_route",
                        "as_month": 11, "days": [5, 9]}]}  # fmt: skip
    found = assets_of(graph, exercise_of("toy", plan() | rows), NAMES)["F"]
    assert set(graph.edges["edge_id"][found.shut.edges]) == {"s2"}
    rows["inject"][0]["as_month"] = 10  # still open in October
    with pytest.raises(UsageError, match="open in month 9 and shut in 10, found none in the record"):
        assets_of(graph, exercise_of("toy", plan() | rows), NAMES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Raitown", "expected an asset of the network, found 'Raitown'; nearest are Railtown"),
        ("Narrows", "nearest is The Narrows"),
        ("Secret Base", "expected a civil asset, found the military site 'Secret Base'; effects on military"),
        ("secret  base", "effects on military sites are never computed"),
        ("ship@1,2", "expected a mode of sea"),
        ("rail@100,60", "expected a rail within 25 km"),
        ("northern_sea_route", "expected freeze for an area of the sea, found close"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused_with_the_nearest(text, said):
    with pytest.raises(UsageError) as caught:
        asset(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_name_of_several_assets_is_refused_with_their_ids():
    graph = toy().graph
    graph.vertices["name"] = graph.vertices["name"].replace("Landing", "Cabletown")
    with pytest.raises(
        UsageError, match="found 2 for 'Cabletown'; name one of cable_landing:l, settlement:t2"
    ):
        assets_of(graph, exercise_of("toy", plan(close("A", "Cabletown"))), NAMES)
    assert vertex_row(graph, "Cabletown", "watch") == 3  # of a watched pair the settlement is meant


def test_a_military_name_is_never_proposed():
    with pytest.raises(UsageError) as caught:
        asset("Secret Bas")
    assert "Secret Base" not in str(caught.value)


def test_an_assumed_link_joins_its_ends_and_names_itself():
    rows = {"assume": [{"from": "Railtown", "to": "Cabletown", "mode": "road", "text": "a road"}]}
    graph = with_assumed(GRAPH, exercise_of("toy", plan(close("A", "R1")) | rows))
    edge = graph.edges.iloc[-1]
    assert (edge["u"], edge["v"], edge["mode"], edge["states"], edge["source_id"]) == (
        2, 3, "road", "NOR-SJM", "exercise",
    )  # fmt: skip
    assert len(graph.edges) == len(GRAPH.edges) + 1
