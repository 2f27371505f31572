"""How communities hang on their cables: by hand, and those of the embedded snapshot."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from toy_flows import Edge, graph_of

from layers.errors import UsageError
from layers.flows.cable_cases import COMMUNITIES, CableCase, Community, cable_case, cable_ways
from layers.flows.hindcasts import gateway_rows
from pipelines import snapshot
from pipelines.sources import SOURCES

FACTS = pd.DataFrame({
    "system_key": ["s"], "greatest_depth_m": [2700.0], "depth_basis": ["stated"], "ice_exposure": [None],
    "paths_of": ["Island"], "independent_paths": [2],
})  # fmt: skip
ISLAND = Community("Island", landings=("B", "C"), paths_of="Island")


def cables_of(*links: str) -> pd.DataFrame:
    return pd.DataFrame({"feature_id": links, "system_id": ["s"] * len(links)})


def test_two_cables_in_one_trench_are_one_way_apart():
    graph = graph_of(
        [Edge(0, 1, 1, "cable", "x", states="NOR-SJM", risk_groups="trench"),
         Edge(0, 1, 2, "cable", "y", states="NOR-SJM", risk_groups="trench")], 3,
    )  # fmt: skip
    found = cable_case(graph, ISLAND, np.array([0]), cables_of("x", "y"), FACTS)
    assert found.cables_out == ("x", "y")
    assert found.left == (2, 1, 0)
    assert (found.edge_disjoint, found.risk_disjoint, found.published_paths) == (2, 1, 2)
    assert found.shared_risks == ("trench",)
    assert found.states == ("NOR", "SJM")
    assert [(own.system, own.greatest_depth_m, own.ice_exposure) for own in found.systems] == [
        ("s", 2700.0, None)
    ]


def test_landings_of_a_community_are_joined_and_a_common_leg_is_one_way():
    # B and C each have a cable to D, from where one cable leads to the gateway A.
    graph = graph_of([Edge(0, 3, 1, "cable"), Edge(1, 3, 1, "cable"), Edge(2, 3, 1, "cable")], 4)
    found = cable_case(graph, ISLAND, np.array([0]), cables_of("AD"), FACTS)
    assert found.cables_out == ("BD", "CD")
    assert found.left == (2, 1, 0)
    assert (found.edge_disjoint, found.risk_disjoint) == (1, 1)
    assert found.shared_risks == ()


def test_a_cable_that_leads_nowhere_is_no_way_and_a_road_carries_nothing():
    graph = graph_of([Edge(1, 3, 1, "cable"), Edge(0, 3, 1, "road")], 4)
    found = cable_case(graph, ISLAND, np.array([0]), cables_of(), FACTS)
    assert found.is_known
    assert (found.cables_out, found.left, found.edge_disjoint, found.risk_disjoint) == ((), (0,), 0, 0)


def test_a_community_without_a_cable_in_the_tables_is_unknown_and_not_zero():
    found = cable_case(graph_of([Edge(0, 3, 1, "cable")], 4), ISLAND, np.array([0]), cables_of(), FACTS)
    assert not found.is_known
    assert found.left is None
    assert found.edge_disjoint is None
    assert found.risk_disjoint is None


def test_too_many_ways_are_refused():
    mesh = [Edge(u, v, 1, "cable") for u in range(1, 11) for v in range(u + 1, 11)]
    with pytest.raises(UsageError, match="2000 at most"):
        cable_ways(graph_of(mesh, 12), np.array([1]), np.array([10]))


def test_ways_that_meet_in_a_group_are_counted_once_each():
    # Three ways x, y, z: x and y share a trench, y and z a bridge; x and z stand apart.
    graph = graph_of(
        [Edge(0, 1, 1, "cable", "x", risk_groups="trench"),
         Edge(0, 1, 1, "cable", "y", risk_groups="bridge trench"),
         Edge(0, 2, 1, "cable", "z", risk_groups="bridge")], 3,
    )  # fmt: skip
    found = cable_case(graph, ISLAND, np.array([0]), cables_of("x"), FACTS)
    assert (found.edge_disjoint, found.risk_disjoint) == (3, 2)


@pytest.fixture(scope="module")
def cases(assembled) -> dict[str, CableCase]:
    feeds = snapshot.load(SOURCES).feeds
    gates = gateway_rows(assembled, "data")
    cables, facts = feeds["cables"][0], feeds["cable_facts"][0]
    return {one.name: cable_case(assembled.graph, one, gates, cables, facts) for one in COMMUNITIES}


def test_svalbard_has_two_cables_and_then_none(cases):
    found = cases["Svalbard"]
    assert found.cables_out == ("cable-svalbard_ucs_01", "cable-svalbard_ucs_02")
    assert found.left == (2, 1, 0)
    assert found.published_paths == 2
    assert found.risk_disjoint == 1
    assert "landing:longyearbyen" in found.shared_risks
    assert found.systems[0].greatest_depth_m == 2700


def test_the_other_communities(cases):
    assert cases["Greenland"].left == (2, 1, 0) == (cases["Greenland"].published_paths, 1, 0)
    assert cases["West Greenland north of Nuuk"].edge_disjoint == 1
    assert cases["Iceland"].left[0] == cases["Iceland"].published_paths == 4
    assert not cases["Finnmark"].is_known
