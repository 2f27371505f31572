"""Detours and substitutes by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from layers.flows.assemble import Assembled
from layers.flows.graph import FlowGraph
from layers.flows.node_detours import node_detours, substitutes
from layers.flows.parts import edge_table, vertex_table

# Two towns at one port each; a road of 100 km joins the towns, the gateway lies at sea.
NAMES = ("port_a", "port_b", "town_a", "town_b", "gateway", "far_port")
KINDS = ("port", "port", "settlement", "settlement", "junction", "port")
LON = np.array([10.0, 11.0, 10.0, 11.0, 10.5, 40.0])


def coast(**border: object) -> FlowGraph:
    edges = [
        ("port-leg:a", 0, 4, "sea", 50.0), ("port-leg:b", 1, 4, "sea", 60.0),
        ("access:a", 0, 2, "access", 1.0), ("access:b", 1, 3, "access", 1.0), ("road:1", 2, 3, "road", 100.0),
    ]  # fmt: skip
    ids, u, v, mode, km = zip(*edges, strict=True)
    states = border.get("states", ["NOR"] * len(NAMES))
    return FlowGraph(
        vertex_table(vertex_id=list(NAMES), name=list(NAMES), kind=list(KINDS), country_iso3=states,
                     longitude_deg=LON, latitude_deg=np.full(6, 70.0)),
        edge_table(edge_id=list(ids), u=list(u), v=list(v), mode=list(mode), km=list(km), link_id=list(ids),
                   source_id="s", as_of="2026"),
    )  # fmt: skip


def test_without_its_port_a_town_goes_by_the_other_one():
    gates = pd.DataFrame({"flow": ["goods"], "vertex_id": ["gateway"]})
    found = node_detours(Assembled(coast(), gates, pd.DataFrame()), 9).set_index("node")
    # town_a: 51 km before, 100 + 61 after; town_b: 61 before, 100 + 51 after.
    assert found["detour_km"].to_dict() == {0: 110.0, 1: 90.0}
    assert found["place"].to_dict() == {0: 2, 1: 3}
    assert found["places"].to_dict() == {0: 1, 1: 1}


def test_the_nearest_by_land_comes_first_and_one_of_the_size_before_it():
    unknown = np.full(6, np.nan)
    found = substitutes(coast(), ["port"], [], unknown).set_index("node")
    assert found["other"].to_dict() == {0: 1, 1: 0, 5: 1}
    assert found["land_km"].to_dict()[0] == 102.0
    assert np.isnan(found["land_km"][5])
    assert set(found["fits"]) == {"unknown"}
    size = np.array([10.0, 2.0, np.nan, np.nan, np.nan, 12.0])
    assert substitutes(coast(), ["port"], [], size).set_index("node")["other"][0] == 1, "the large one is far"
    assert substitutes(coast(), ["port"], [], size).set_index("node")["fits"][0] == "smaller"


def test_a_node_beyond_a_border_that_carries_nothing_is_no_substitute():
    graph = coast(states=["NOR", "RUS", "NOR", "RUS", "", "RUS"])
    pair = frozenset({"NOR", "RUS"})
    found = substitutes(graph, ["port"], [pair], np.full(6, np.nan)).set_index("node")["other"]
    assert found.to_dict() == {1: 5, 5: 1}
