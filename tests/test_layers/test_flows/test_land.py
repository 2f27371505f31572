"""Roads and railways by hand: borders, breaks of gauge, legs, gaps."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.crs import distance_km
from layers.flows.graph import ALL_YEAR
from layers.flows.land import gauges, land_flows


def named(graph) -> pd.DataFrame:
    """The edges with the ids of their vertices."""
    ids = graph.vertices["vertex_id"].to_numpy()
    return graph.edges.assign(a=ids[graph.edges["u"]], b=ids[graph.edges["v"]])


def test_a_place_splits_a_road_and_joins_it_by_an_access_leg(drawn, areas, some_places):
    roads = drawn([(10, 70), (11, 70)])
    places = some_places(b=(10.5, 70.05), far=(10.5, 71), a=(10.25, 69.98))
    graph = land_flows("road", roads, places, areas(NOR=(0, 20)), [])
    edges = named(graph)
    assert list(graph.vertices["vertex_id"][:2]) == ["b", "a"], "the far one does not join"
    road = edges[edges["mode"] == "road"]
    assert road["link_id"].tolist() == ["road:line-0"] * 3
    assert road["edge_id"].is_unique
    # From west to east: the foot of a, then that of b, whatever the order of the places.
    feet = graph.vertices.set_index("vertex_id")["longitude_deg"]
    assert feet["road-foot:a"] == pytest.approx(10.25, abs=0.01)
    assert feet["road-foot:b"] == pytest.approx(10.5, abs=0.01)
    assert {frozenset(pair) for pair in zip(road["a"], road["b"], strict=True)} >= {
        frozenset({"road-foot:a", "road-foot:b"})
    }
    assert road["km"].sum() == pytest.approx(float(distance_km(10, 70, 11, 70)), rel=1e-3)
    legs = edges[edges["mode"] == "access"].set_index("a")
    assert legs["b"].to_dict() == {"b": "road-foot:b", "a": "road-foot:a"}
    assert legs["km"]["b"] == pytest.approx(float(distance_km(10.5, 70.05, 10.5, 70)), abs=0.2)
    assert set(edges["months_state"]) == {"assumed"}
    assert set(edges["months"]) == {ALL_YEAR}
    assert set(edges["states"]) == {"NOR"}


def test_a_closed_border_closes_the_piece_that_crosses_it(drawn, areas, some_places):
    roads = drawn([(10, 70), (14, 70)], [(14, 70), (15, 70)])
    west = some_places(town=(11, 70))
    graph = land_flows("road", roads, west, areas(NOR=(0, 12), RUS=(12, 20)), [frozenset({"NOR", "RUS"})])
    edges = named(graph)
    closed = edges[edges["is_border_closed"]]
    assert closed["states"].tolist() == ["NOR-RUS"]
    assert set(closed[["a", "b"]].iloc[0]) > {"road-foot:town"}
    assert edges.loc[edges["states"] != "NOR-RUS", "is_border_closed"].sum() == 0
    across = west.assign(country_iso3="RUS")
    leg = land_flows("road", roads, across, areas(NOR=(0, 12), RUS=(12, 20)), [frozenset({"NOR", "RUS"})])
    own = leg.edges[leg.edges["mode"] == "access"].iloc[0]
    assert (own["states"], own["is_border_closed"]) == ("NOR-RUS", True), "a place across from its road"
    still = land_flows("road", roads, west, areas(NOR=(0, 12), RUS=(12, 20)), [frozenset({"FIN", "RUS"})])
    assert not still.edges["is_border_closed"].any()


def test_a_break_of_gauge_is_a_vertex_at_the_border(drawn, areas, some_places):
    lines = drawn([(10, 70), (14, 70)])
    states = areas(SWE=(0, 11), FIN=(11, 20))
    nobody = some_places(far=(50.0, 70.0))
    graph = land_flows("rail", lines, nobody, states, [], {"SWE": 1435, "FIN": 1524})
    broken = graph.vertices[graph.vertices["kind"] == "gauge_break"]
    assert broken["name"].tolist() == ["break of gauge 1435/1524 mm, FIN-SWE"]
    assert broken["longitude_deg"].iloc[0] == pytest.approx(11, abs=0.1)
    assert len(graph.edges) == 2
    assert graph.edges["km"].sum() == pytest.approx(float(distance_km(10, 70, 14, 70)), rel=1e-3)
    assert sorted(graph.edges["states"]) == ["FIN", "FIN-SWE"]


@pytest.mark.parametrize("gauge_mm", [{"SWE": 1520, "FIN": 1524}, {"FIN": 1524}, {}])
def test_no_break_between_gauges_that_run_through_or_are_not_known(drawn, areas, some_places, gauge_mm):
    nobody = some_places(far=(50.0, 70.0))
    graph = land_flows(
        "rail", drawn([(10, 70), (14, 70)]), nobody, areas(SWE=(0, 11), FIN=(11, 20)), [], gauge_mm
    )
    assert set(graph.vertices["kind"]) == {"junction"}
    assert len(graph.edges) == 1


def test_the_gauge_of_a_state_is_that_of_most_of_its_railheads():
    rows = pd.DataFrame(
        {"country_iso3": ["RUS", "RUS", "RUS", "NOR", "CAN"],
         "gauge_mm": pd.array([1520, 1067, 1520, 1435, None], dtype="Int64")}
    )  # fmt: skip
    assert gauges(rows) == {"RUS": 1520, "NOR": 1435}


def test_a_gap_is_an_assumed_edge_and_can_be_left_open(drawn, areas, some_places):
    roads = drawn([(10, 70), (11, 70)], [(11.03, 70), (12, 70)])
    nobody = some_places(far=(50.0, 70.0))
    graph = land_flows("road", roads, nobody, areas(NOR=(0, 20)), [])
    gap = graph.edges[graph.edges["edge_id"].str.startswith("road-gap:")]
    assert gap["km"].tolist() == pytest.approx([float(distance_km(11, 70, 11.03, 70))], abs=0.01)
    assert gap[["mode", "months_state", "source_id", "states"]].to_numpy().tolist() == [
        ["road", "assumed", "arctic-picture", "NOR"]
    ]
    left = land_flows("road", roads, nobody, areas(NOR=(0, 20)), [], with_gaps_closed=False)
    assert len(left.edges) == 2
