"""Lanes, ports and gates by hand."""

from __future__ import annotations

import numpy as np
import pytest

from layers.crs import distance_km
from layers.flows.graph import ALL_YEAR
from layers.flows.sea import sea_flows


def test_ports_cut_a_lane_and_join_it_by_a_leg_with_months(drawn, some_places, ice_record):
    lanes = drawn([(0, 70), (0, 73)])
    ports = some_places("port", near=(1.0, 71.0), far=(20.0, 71.0))
    gates = drawn([(-1, 72), (1, 72)], feature_id=["gate-narrow"])
    graph = sea_flows(lanes, ports, ice_record(), gates)
    vertices, edges = graph.vertices, graph.edges
    assert "far" not in set(vertices["vertex_id"]), "beyond 100 km"
    lane = edges[edges["link_id"] == "line-0"]
    assert lane["edge_id"].tolist() == ["sea:line-0#0", "sea:line-0#1"]
    assert lane["km"].sum() == pytest.approx(float(distance_km(0, 70, 0, 73)), rel=1e-3)
    assert sorted(lane["risk_groups"]) == ["", "strait:narrow"], "the gate crosses one of the two pieces"
    leg = edges[edges["edge_id"] == "port-leg:near"].iloc[0]
    assert vertices["vertex_id"][leg["u"]] == "near"
    assert leg["km"] == pytest.approx(float(distance_km(1, 71, 0, 71)), rel=1e-2)
    assert (leg["mode"], leg["months_state"], leg["months"], leg["states"]) == (
        "sea", "computed", ALL_YEAR, "NOR",
    )  # fmt: skip
    assert vertices["snap_km"][leg["u"]] == leg["km"]


def test_without_a_port_the_lanes_stand(drawn, some_places, ice_record):
    gates = drawn([(50, 72), (51, 72)], feature_id=["gate-away"])
    graph = sea_flows(drawn([(0, 70), (0, 73)]), some_places("port", far=(20.0, 71.0)), ice_record(), gates)
    assert len(graph) == 2
    assert np.asarray(graph.edges["states"]).tolist() == [""]
