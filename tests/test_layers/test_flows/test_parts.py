"""Tables of vertices and edges, and graphs united by the ids of their vertices."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from layers.flows.graph import ALL_YEAR, EDGE_COLUMNS, VERTEX_COLUMNS, FlowGraph
from layers.flows.parts import edge_table, group_keys, joined_states, places_table, united, vertex_table


def graph(label: str, *ids: str, snap_km: float = 0.0, lon: float = 0.0) -> FlowGraph:
    """A chain of vertices a degree apart."""
    points = vertex_table(
        vertex_id=list(ids), name=[label] * len(ids), longitude_deg=lon + np.arange(len(ids)),
        latitude_deg=np.full(len(ids), 70.0), snap_km=np.full(len(ids), snap_km),
    )  # fmt: skip
    count = len(ids) - 1
    edges = edge_table(
        edge_id=[f"{label}{n}" for n in range(count)], u=np.arange(count), v=np.arange(1, count + 1),
        km=np.full(count, 38.0), mode=label, link_id=[label] * count, source_id="s", as_of="2026",
    )  # fmt: skip
    return FlowGraph(points, edges)


def test_a_column_left_out_has_its_plain_value():
    one = graph("road", "a", "b")
    assert tuple(one.vertices.columns) == VERTEX_COLUMNS
    assert tuple(one.edges.columns) == EDGE_COLUMNS
    row = one.edges.iloc[0]
    assert (row["months"], row["months_state"], row["states"], row["risk_groups"]) == (
        ALL_YEAR, "assumed", "", "",
    )  # fmt: skip
    assert not row["is_border_closed"]
    assert np.isnan(one.vertices["people"]).all()


def test_an_empty_table_has_its_types():
    empty = edge_table(edge_id=[], u=[], v=[], km=[], mode="road", link_id=[], source_id="s", as_of="")
    assert len(empty) == 0
    assert empty["u"].dtype == np.int64
    assert empty["is_border_closed"].dtype == bool


def test_a_vertex_of_two_graphs_is_one_and_edges_follow_it():
    one, other = graph("road", "a", "b", snap_km=3.0), graph("rail", "b", "c", snap_km=2.0, lon=1.0)
    both = united([one, other])
    assert both.vertices["vertex_id"].tolist() == ["a", "b", "c"]
    assert both.vertices["name"].tolist() == ["road", "road", "rail"]
    assert both.vertices["snap_km"].tolist() == [3.0, 2.0, 2.0]
    assert both.edges[["u", "v"]].to_numpy().tolist() == [[0, 1], [1, 2]]


def test_the_smallest_known_snap_counts():
    unknown = graph("road", "a", "b", snap_km=np.nan)
    assert united([unknown, graph("rail", "b", "c", snap_km=2.0, lon=1.0)]).vertices["snap_km"].tolist() == (
        pytest.approx([np.nan, 2.0, 2.0], nan_ok=True)
    )


def test_one_vertex_at_two_places_is_refused():
    with pytest.raises(ValueError, match="vertex b: expected one place, found two 38"):
        united([graph("road", "a", "b"), graph("rail", "b", "c")])


def test_an_edge_id_twice_is_refused():
    with pytest.raises(ValueError, match="edge road0: expected one edge of that id"):
        united([graph("road", "a", "b"), graph("road", "b", "c", lon=1.0)])


def test_states_and_groups_are_sorted_and_each_once():
    one, other = np.array(["RUS", "", "NOR", ""], dtype=object), np.array(["NOR", "SWE", "NOR", ""], object)
    assert joined_states(one, other).tolist() == ["NOR-RUS", "SWE", "NOR", ""]
    assert group_keys(["b a", "", "a"]) == "a b"


def test_a_settlement_is_its_own_place():
    towns = pd.DataFrame(
        {"feature_id": ["geonames-1"], "name": ["T"], "country_iso3": ["NOR"], "population": [500.0],
         "longitude_deg": [10.0], "latitude_deg": [70.0]}
    )  # fmt: skip
    nodes = pd.DataFrame(
        {"node_id": ["port:1"], "name": ["P"], "kind": ["port"], "country_iso3": ["NOR"],
         "longitude_deg": [10.0], "latitude_deg": [70.0], "place_id": ["place:geonames-1"]}
    )  # fmt: skip
    places = places_table(towns, nodes)
    assert places["place_id"].tolist() == ["place:geonames-1"] * 2
    assert places["vertex_id"].tolist() == ["settlement:geonames-1", "port:1"]
    assert places["people"].tolist() == pytest.approx([500, np.nan], nan_ok=True)
    assert places.index.tolist() == [0, 1], "the numbers of vertices"
