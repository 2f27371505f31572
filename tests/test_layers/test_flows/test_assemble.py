"""The graph of the embedded snapshot: known links, known closures, known ways, and nothing left unsaid."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.sparse.csgraph import connected_components, dijkstra

from layers.crs import distance_km
from layers.flows.assemble import assemble
from layers.flows.gateways import GATEWAY_COLUMNS
from layers.flows.graph import ALL_YEAR, EDGE_COLUMNS, FLOWS, MODES, VERTEX_COLUMNS, FlowGraph, month_bit
from layers.flows.summary import by_flow, by_mode

DAY = "2026-11-30"


@pytest.fixture(scope="module")
def graph(assembled) -> FlowGraph:
    return assembled.graph


def at(graph: FlowGraph, name: str, kind: str) -> int:
    found = np.flatnonzero((graph.vertices["name"] == name) & (graph.vertices["kind"] == kind))
    assert len(found) == 1, name
    return int(found[0])


def lane_point(graph: FlowGraph, lon: float, lat: float) -> int:
    lanes = np.flatnonzero(graph.vertices["vertex_id"].str.startswith("sea:"))
    x, y = (graph.vertices[name].to_numpy()[lanes] for name in ("longitude_deg", "latitude_deg"))
    return int(lanes[np.argmin(distance_km(x, y, lon, lat))])


def far_km(graph: FlowGraph, kept: np.ndarray, start: int) -> np.ndarray:
    return np.asarray(dijkstra(graph.only(kept).matrix(), indices=start))


def of_mode(graph: FlowGraph, mode: str) -> np.ndarray:
    """Edges of a mode of land, with the legs to it."""
    leg = graph.edges["edge_id"].str.startswith(f"{mode}-leg:")
    return ((graph.edges["mode"] == mode) | leg).to_numpy()


# --- nothing is left unsaid


def test_every_edge_states_its_months_mode_length_and_source(graph):
    edges = graph.edges
    assert tuple(edges.columns) == EDGE_COLUMNS
    assert tuple(graph.vertices.columns) == VERTEX_COLUMNS
    assert edges["edge_id"].is_unique
    assert graph.vertices["vertex_id"].is_unique
    assert set(edges["months_state"]) == {"computed", "assumed", "not_computed"}
    assert (edges.loc[edges["months_state"] == "not_computed", "months"] == 0).all()
    assert (edges.loc[edges["months_state"] == "assumed", "months"] == ALL_YEAR).all()
    assert edges["months"].between(0, ALL_YEAR).all()
    assert set(edges.loc[edges["mode"] == "sea", "months_state"]) == {"computed", "not_computed"}
    assert set(edges["mode"]) <= set(MODES)
    assert np.isfinite(edges["km"]).all()
    assert (edges["km"] >= 0).all()
    assert edges[["u", "v"]].to_numpy().max() < len(graph)
    assert not edges[["link_id", "source_id"]].isin(["", None]).to_numpy().any()
    assert (edges.loc[edges["source_id"] != "arctic-picture", "as_of"] != "").all()


def test_every_vertex_is_joined_or_named_with_its_distance(assembled, graph):
    used = np.unique(graph.edges[["u", "v"]].to_numpy())
    alone = set(graph.vertices["vertex_id"]) - set(graph.vertices["vertex_id"].iloc[used])
    assert set(assembled.unjoined["vertex_id"]) == alone
    assert assembled.unjoined["nearest_km"].notna().all()
    far = assembled.unjoined[assembled.unjoined["kind"].isin(["settlement", "mine"])]
    # A settlement near a lane joins it by a port only; none lies within 10 km of a road and apart.
    assert len(far) > 100
    joined = graph.vertices["snap_km"].dropna()
    assert joined.between(0, 100).all()
    towns = graph.vertices.loc[graph.vertices["kind"] == "settlement", "snap_km"].dropna()
    assert towns.max() <= 10


def test_the_graph_is_the_same_again(assembled, tables):
    assert assemble(tables, DAY).graph.hash() == assembled.graph.hash()


# --- the sea


def test_the_northern_sea_route_is_closed_in_march_and_open_in_september(graph):
    sea = (graph.edges["mode"] == "sea").to_numpy()
    murmansk, bering = at(graph, "Murmansk", "port"), lane_point(graph, -168.9, 65.85)
    months = {
        month: far_km(graph, sea & graph.usable("goods", month), murmansk)[bering] for month in range(1, 13)
    }
    assert months[9] == pytest.approx(6017, abs=20)
    assert not np.isfinite([months[month] for month in (1, 2, 3, 4, 5, 6, 7, 11, 12)]).any()


def test_murmansk_to_tokyo_is_half_as_long_by_the_north(graph):
    """Computed: the way on lanes within the snapshot, to Bering Strait and to the North Sea at 58 N.

    Typed: points of the way beyond it, on the great circles between them. The lengths of whole ways,
    11,186 and 23,762 km, are those of the brief of the project.
    """
    sea = (graph.edges["mode"] == "sea").to_numpy()
    far = far_km(graph, sea, at(graph, "Murmansk", "port"))
    strait, north_sea = lane_point(graph, -168.9, 65.85), lane_point(graph, 4.64, 58.0)
    pacific = [(-168.9, 65.85), (-174, 62.5), (163, 54), (157, 49), (142, 36.5), (140, 35), (139.75, 35.4)]
    suez = [
        (4.64, 58.0), (2.5, 52.0), (1.5, 51.0), (-5.5, 48.8), (-9.8, 43.0), (-9.9, 38.7), (-8.9, 36.8),
        (-5.6, 35.95), (9.9, 37.6), (14.5, 36.3), (32.3, 31.4), (32.55, 29.9), (34.0, 27.6), (38.0, 21.5),
        (42.3, 14.2), (43.3, 12.6), (51.5, 12.2), (80.6, 5.7), (95.0, 6.1), (100.5, 3.4), (103.8, 1.15),
        (104.6, 1.4), (110, 8.5), (120.0, 20.5), (122, 21.7), (135.5, 32.5), (139.8, 34.9), (139.75, 35.4),
    ]  # fmt: skip
    by_north = far[strait] + sum(float(distance_km(*one, *other)) for one, other in pairwise(pacific))
    by_suez = far[north_sea] + sum(float(distance_km(*one, *other)) for one, other in pairwise(suez))
    print(f"Murmansk-Tokyo: {by_north:.0f} km by the north, {by_suez:.0f} km by Suez")
    assert by_north == pytest.approx(11_186, rel=0.03)
    assert by_suez == pytest.approx(23_762, rel=0.03)


def test_longyearbyen_is_reached_by_sea_all_year_and_dikson_in_summer(graph):
    sea = (graph.edges["mode"] == "sea").to_numpy()
    entries = {"Lulea": lane_point(graph, 20, 58)}  # the Baltic meets the North Sea south of the edge
    north_sea = lane_point(graph, 4.64, 58.0)
    open_in = {"Longyearbyen": set(), "Port Dikson": set(), "Lulea": set(), "Narvik": set()}
    for month in range(1, 13):
        usable = sea & graph.usable("goods", month)
        for port, months in open_in.items():
            if np.isfinite(far_km(graph, usable, entries.get(port, north_sea))[at(graph, port, "port")]):
                months.add(month)
    assert open_in["Longyearbyen"] == set(range(1, 13)), "the West Spitsbergen Current"
    assert open_in["Narvik"] == set(range(1, 13))
    assert 9 in open_in["Port Dikson"]
    assert not {1, 2, 3, 4, 5} & open_in["Port Dikson"]
    # Without an icebreaker: in truth Luleå is kept open all winter.
    assert {7, 8, 9, 10} <= open_in["Lulea"]
    assert not {2, 3} & open_in["Lulea"]


def test_the_bering_strait_is_a_group_of_its_own(graph):
    groups = graph.edges["risk_groups"].str.split()
    strait = groups.map(lambda keys: "strait:bering_strait" in keys).to_numpy()
    assert strait.any()
    sea = (graph.edges["mode"] == "sea").to_numpy()
    start = lane_point(graph, -166, 64)
    assert np.isfinite(far_km(graph, sea, start)[lane_point(graph, -166, 70)])
    cut = far_km(graph, sea & ~strait, start)[lane_point(graph, 150, 73)]
    assert not np.isfinite(cut) or cut > 10_000


# --- land


def test_narvik_and_kiruna_are_joined_by_rail_across_the_border(graph):
    rail = of_mode(graph, "rail")
    km = far_km(graph, rail, at(graph, "Narvik", "settlement"))[at(graph, "Kiruna", "settlement")]
    assert km == pytest.approx(168, abs=15)
    crossing = graph.edges[rail & (graph.edges["states"] == "NOR-SWE").to_numpy()]
    lat = graph.vertices["latitude_deg"].to_numpy()[crossing["u"]]
    ofoten = crossing[lat > 68]
    assert len(ofoten) == 1
    assert not ofoten["is_border_closed"].any()


def test_tornio_and_haparanda_have_a_break_of_gauge_between_them(graph):
    breaks = graph.vertices[graph.vertices["kind"] == "gauge_break"]
    assert breaks["name"].tolist() == ["break of gauge 1435/1524 mm, FIN-SWE"]
    apart = distance_km(breaks["longitude_deg"], breaks["latitude_deg"], 24.16, 65.84)
    assert apart.max() < 3
    rail = of_mode(graph, "rail")
    towns = [at(graph, name, "settlement") for name in ("Haparanda", "Tornio")]
    assert far_km(graph, rail, towns[0])[towns[1]] < 10
    through = ~graph.edges[["u", "v"]].isin(breaks.index).any(axis=1).to_numpy()
    assert far_km(graph, rail & through, towns[0])[towns[1]] > 1000, "no other rail joins them"


def test_kirkenes_has_no_road_to_russia_while_the_border_is_closed_or_restricted(graph):
    """Storskog is open to some on file: no way on which a place is supplied."""
    road = of_mode(graph, "road")
    closed = graph.edges["is_border_closed"].to_numpy(bool)
    russia = (graph.vertices["country_iso3"] == "RUS").to_numpy()
    kirkenes = at(graph, "Kirkenes", "settlement")
    assert not np.isfinite(far_km(graph, road & ~closed, kirkenes)[russia]).any()
    assert np.isfinite(far_km(graph, road, kirkenes)[at(graph, "Murmansk", "settlement")])


def test_all_roads_and_railways_from_finland_to_russia_are_closed(graph):
    land = graph.edges["mode"].isin(["road", "rail"])
    across = graph.edges[land & (graph.edges["states"] == "FIN-RUS")]
    assert len(across) >= 8
    assert across["is_border_closed"].all()
    legs = graph.edges[(graph.edges["mode"] == "access") & (graph.edges["states"] == "FIN-RUS")]
    assert legs["is_border_closed"].all()
    shut = ["EST-RUS", "FIN-RUS", "NOR-RUS"]
    rest = graph.edges[land & ~graph.edges["states"].isin(shut)]
    assert not rest["is_border_closed"].any()


def test_gaps_are_marked_and_each_joins_two_pieces(graph):
    gap = graph.edges["edge_id"].str.contains("-gap:").to_numpy()
    assert 50 < gap.sum() < 150
    assert set(graph.edges.loc[gap, "source_id"]) == {"arctic-picture"}
    road = of_mode(graph, "road")
    pieces = [connected_components(graph.only(kept).matrix())[0] for kept in (road, road & ~gap)]
    assert pieces[1] - pieces[0] == (gap & road).sum()


# --- cables


def test_svalbard_has_two_cables_to_the_mainland_that_share_both_landings(graph):
    cables = graph.edges[graph.edges["mode"] == "cable"]
    svalbard = cables[cables["states"] == "NOR-SJM"]
    assert svalbard["link_id"].nunique() == len(svalbard) == 2
    shared = [set(groups.split()) for groups in svalbard["risk_groups"]]
    assert shared[0] == shared[1] > {"landing:andoya", "landing:longyearbyen"}, "and what a source states"
    alone = graph.edges["link_id"].isin(svalbard["link_id"]).to_numpy()
    data = graph.usable("data", 1)
    landing, town = at(graph, "Andenes (Andøya)", "cable_landing"), at(graph, "Longyearbyen", "settlement")
    assert far_km(graph, data, town)[landing] == pytest.approx(1000, abs=30)
    assert not np.isfinite(far_km(graph, data & ~alone, town)[landing])
    one = alone & (graph.edges["link_id"] == svalbard["link_id"].iloc[0]).to_numpy()
    assert np.isfinite(far_km(graph, data & ~one, town)[landing])


def test_no_planned_cable_carries(graph, tables):
    status = tables.cables.set_index("feature_id")["status"]
    on_land = graph.edges["source_id"] == "own_interconnectors"
    used = graph.edges.loc[(graph.edges["mode"] == "cable") & ~on_land, "link_id"]
    assert set(status[used]) == {"in_service"}
    assert len(used) == (status == "in_service").sum()


def test_data_leaves_a_place_by_cable_only(graph):
    """No access edge joins two settlements: their roads do not carry data."""
    data = graph.usable("data", 6)
    cable = (graph.edges["mode"] == "cable").to_numpy()
    part = connected_components(graph.only(data & ~cable).matrix())[1]
    towns = pd.Series(part[(graph.vertices["kind"] == "settlement").to_numpy()])
    assert towns.is_unique


# --- gateways and summary


def test_gateways_name_each_flow_and_the_reason(assembled, graph):
    table = assembled.gateways
    assert tuple(table.columns) == GATEWAY_COLUMNS
    assert set(table["flow"]) == set(FLOWS)
    assert set(table["vertex_id"]) <= set(graph.vertices["vertex_id"])
    assert not table.duplicated(["flow", "vertex_id", "why"]).any()
    assert (table["why"] != "").all()
    assert set(table["state"]) == {"computed", "assumed"}
    data = set(table.loc[table["why"] == "landing of the mainland", "vertex_id"])
    key = "cable_landing:landing-{}".format
    assert {key(name) for name in ("bodo", "harstad", "bergen", "prudhoe_bay")} <= data
    islands = ("longyearbyen", "nuuk", "nome", "torshavn", "landeyjar", "st_margarets_hope", "juneau")
    assert not {key(name) for name in islands} & data


def test_svalbard_is_connected_in_every_flow(assembled, graph):
    town = at(graph, "Longyearbyen", "settlement")
    for flow in FLOWS:
        ids = assembled.gateways.loc[assembled.gateways["flow"] == flow, "vertex_id"]
        entry = graph.vertices["vertex_id"].isin(ids).to_numpy()
        assert np.isfinite(far_km(graph, graph.usable(flow, 3), town)[entry]).any(), flow


def test_the_summary_adds_up(assembled, graph):
    modes = by_mode(graph).set_index("mode")
    assert modes["edges"].sum() == len(graph.edges)
    assert modes.loc["ferry", "edges"] == 0, "no source is loaded"
    assert (modes.loc[["pipeline", "power"], "edges"] > 0).all(), "lines of our own table"
    assert (modes[["computed", "assumed", "not_computed"]].sum(axis=1) == modes["edges"]).all()
    flows = by_flow(graph, assembled.gateways, (3, 9))
    print(modes.to_string(), flows.to_string(), sep="\n")
    by = flows.set_index(["flow", "month"])
    assert (by["connected"] <= by["settlements"] + 143).all()
    assert by.loc[("goods", 3), "connected"] < by.loc[("goods", 9), "connected"]
    assert by.loc[("data", 3), "connected"] == by.loc[("data", 9), "connected"] < 100


def test_fewer_lanes_are_open_in_march_than_in_september(graph):
    """By number of lanes: most lie in the North Sea, the Norwegian Sea and the Baltic."""
    sea = graph.edges[(graph.edges["mode"] == "sea") & (graph.edges["months_state"] == "computed")]
    open_in = {month: ((sea["months"] & month_bit(month)) > 0).mean() for month in (3, 9)}
    assert open_in[3] < 0.85
    assert open_in[9] > 0.95
