"""The sea graph: where lanes join, known ways, and the measures of nodes that rest on it."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse.csgraph import connected_components, dijkstra

from layers.assessed.capability import capability_of as _capability
from layers.assessed.capability import is_usable as _usable
from layers.assessed.distances import distance_to_lines_km
from layers.assessed.distances import nearest_equal_km as _own_class_km
from layers.assessed.distances import nearest_runway_and_deep_port as _beside
from layers.assessed.measures import MEASURES
from layers.assessed.sites import KINDS
from layers.compose import static_layers
from layers.crs import POLAR, distance_km, geographic_to_polar, polar_points
from layers.network import GATEWAYS, REACH_KM, SeaGraph, anchors, entries, lane_shares, sea_graph
from pipelines import snapshot
from pipelines.sources import SOURCES


@cache
def embedded() -> snapshot.Snapshot:
    return snapshot.load(SOURCES)


def lanes() -> gpd.GeoDataFrame:
    return embedded().feeds["sea_lanes"][0]


@cache
def whole() -> SeaGraph:
    return sea_graph(lanes())[0]


def drawn(*paths: list[tuple[float, float]], passage: list[str | None] | None = None) -> gpd.GeoDataFrame:
    """Lanes through lon/lat points."""
    shapes = geographic_to_polar([shapely.LineString(path) for path in paths])
    return gpd.GeoDataFrame({"passage": passage or [None] * len(paths)}, geometry=shapes, crs=POLAR)


def vertex_at(graph: SeaGraph, lon: float, lat: float) -> int:
    return int(np.argmin(distance_km(graph.longitude_deg, graph.latitude_deg, lon, lat)))


def way(start: tuple[float, float], stop: tuple[float, float], without: str = "") -> tuple[float, list[int]]:
    """Length and vertices of the shortest path between the vertices nearest to two places."""
    graph = whole()
    roads = graph.matrix()
    for u, v in zip(graph.u[graph.passage == without], graph.v[graph.passage == without], strict=True):
        roads[u, v] = roads[v, u] = np.inf
    a, b = vertex_at(graph, *start), vertex_at(graph, *stop)
    far, back = dijkstra(roads, indices=a, return_predecessors=True)
    path = [b]
    while np.isfinite(far[b]) and path[-1] != a:
        path.append(int(back[path[-1]]))
    return float(far[b]), path[::-1]


def off_km(path: list[int], lon: float, lat: float) -> float:
    """Distance of a path of the whole graph from a place; EPSG:3413 is conformal, so nearly true."""
    xy = [tuple(map(int, whole().name[v].split("_"))) for v in path]
    return shapely.LineString(xy).distance(polar_points([lon], [lat])[0]) / 1000


# --- the graph


def test_lanes_cut_at_the_date_line_join():
    graph, _ = sea_graph(drawn([(170, 70), (180, 71)], [(-180, 71), (-170, 70)]))
    assert len(graph) == 3
    assert connected_components(graph.matrix())[0] == 1
    assert graph.km == pytest.approx(distance_km([170, -180], [70, 71], [180, -170], [71, 70]), rel=2e-3)


def test_lanes_meet_at_the_pole():
    graph, _ = sea_graph(drawn([(0, 80), (0, 90)], [(120, 90), (120, 80)], [(-100, 80), (-100, 90)]))
    assert (len(graph), len(graph.u)) == (4, 3)
    assert graph.km == pytest.approx([1116.8] * 3, abs=0.5)


def test_of_parallel_lanes_the_shortest_is_kept_and_a_loop_is_none():
    table = drawn(
        [(10, 70), (12, 72), (14, 70)], [(14, 70), (10, 70)], [(20, 70), (21, 71), (22, 70), (20, 70)],
        passage=["long", "short", "loop"],
    )  # fmt: skip
    graph, _ = sea_graph(table)
    assert list(graph.passage) == ["short"]
    assert graph.km[0] < distance_km(10, 70, 12, 72)


def test_a_lane_is_split_where_a_port_hangs():
    table = drawn([(10, 70), (10, 72)], [(10, 72), (20, 70)])
    ports = polar_points([11, 10, 10.2], [71, 73, 69.5])
    hung = anchors(ports, table)
    assert hung.km == pytest.approx(distance_km([11, 10, 10.2], [71, 73, 69.5], 10, [71, 72, 70]), rel=2e-3)
    graph, at = sea_graph(table, hung)
    assert (len(graph), len(graph.u)) == (4, 3)
    assert graph.latitude_deg[at] == pytest.approx([71, 72, 70], abs=0.01)
    assert graph.km.sum() == pytest.approx(sea_graph(table)[0].km.sum(), abs=1e-3)


def test_the_real_graph_is_a_plain_graph():
    graph = whole()
    assert (graph.u < graph.v).all()
    assert len(set(zip(graph.u, graph.v, strict=True))) == len(graph.u)
    assert len(set(graph.name)) == len(graph)
    assert (graph.km > 0.001).all()
    assert graph.latitude_deg.min() == pytest.approx(58, abs=0.01)


def test_the_real_graph_holds_together_over_the_date_line_and_parts_only_at_the_cut():
    graph = whole()
    part = connected_components(graph.matrix())[1]
    arctic = part == np.bincount(part).argmax()
    for lon, lat in [(4, 60), (-20, 63), (-52, 64), (33, 70), (104, 78), (170, 70), (-169, 66), (-123, 70)]:
        assert arctic[vertex_at(graph, lon, lat)], (lon, lat)
    cut = graph.latitude_deg < 58.005
    assert all(cut[part == other].any() for other in np.unique(part)), "a piece that nothing enters"


def test_every_lane_of_the_cut_belongs_to_one_gateway_but_those_of_hudson_bay():
    graph = whole()
    entered = np.concatenate([entries(graph, gateway) for gateway in GATEWAYS])
    assert len(entered) == len(set(entered)) == 222
    assert all(len(entries(graph, gateway)) >= 4 for gateway in GATEWAYS)
    left = np.setdiff1d(np.flatnonzero(graph.latitude_deg < 58.005), entered)
    assert graph.longitude_deg[left] == pytest.approx([-88.4, -85.7, -83.7], abs=0.1)


def test_a_gateway_that_spans_the_date_line_has_both_sides():
    lon = whole().longitude_deg[entries(whole(), GATEWAYS[1])]
    assert lon.min() < -175
    assert lon.max() > 175


# --- ways that are known


def test_murmansk_to_pevek_is_as_long_as_the_northern_sea_route():
    km, path = way((33.5, 69.2), (170.3, 69.7))
    assert km == pytest.approx(5100, abs=50)
    assert off_km(path, 58.3, 70.5) < 40, "by the Kara Gate"
    assert off_km(path, 103.6, 78.0) < 60, "by Vilkitsky Strait"


def test_only_bering_strait_leads_from_the_pacific_into_the_ice():
    km, path = way((-166, 64), (-166, 70))
    assert km < 1200
    assert off_km(path, -168.9, 65.85) < 30
    assert way((-166, 64), (-166, 70), without="bering")[0] == np.inf


def test_no_lane_crosses_fram_strait():
    # The network ends at Spitsbergen: of that gate nothing can be said.
    gates = embedded().feeds["chokepoints"][0].set_index("name")
    crossed = {name: lanes().intersects(shape).any() for name, shape in gates.geometry.items()}
    assert not crossed["Fram Strait"]
    assert whole().latitude_deg.max() < 78.5
    assert crossed["Bering Strait"]
    assert crossed["Kara Gate"]


# --- what a node gets


def test_a_port_off_the_network_has_no_share():
    table = drawn([(4, 58), (4, 62)], [(4, 62), (4, 64)], [(4, 62), (8, 62)])
    hung = anchors(polar_points([4, 4, 4, 20], [60, 64, 62, 62]), table)
    # The lane point of the first is passed by both others, that of the third by the second.
    assert lane_shares(hung, table) == pytest.approx([1, 0, 0.5, np.nan], nan_ok=True)


def measured() -> pd.DataFrame:
    sites = pd.DataFrame(embedded().static["node_sites"].drop(columns="geometry"))
    return sites.merge(embedded().static["measures"], on="node_id")


def test_measures_stand_and_only_ports_on_the_network_have_a_share():
    assert MEASURES in static_layers()
    table = measured()
    port = table["kind"] == "port"
    on = port & (table["lane_km"] <= REACH_KM)
    assert table["lane_betweenness"].notna().equals(on)
    assert (port & ~on).any()
    named = table[port].set_index("name")["lane_betweenness"]
    # What goes round Norway passes Honningsvåg; nothing passes the heads of fjords.
    assert named["Honningsvag"] > 0.05
    assert named["Honningsvag"] > named["Murmansk"]
    for dead_end in ("Kirkenes", "Longyearbyen"):
        assert named.get(dead_end, 0) < 0.01


def test_the_narrow_is_the_nearest_gate_that_is_narrow():
    table = measured().set_index("node_id")
    gates = embedded().feeds["chokepoints"][0]
    narrow = gates[gates["narrows_km"] <= 200]
    assert 0 < len(narrow) < len(gates)  # a gate of open sea, or of unknown width, is none
    assert table["narrow_name"].notna().all()
    assert set(table["narrow_name"]) <= set(narrow["name"])
    assert (table["narrow_km"] >= 0).all()
    near = table[(table["kind"] == "port") & (table["name"].str.contains("Tallinn|Helsinki"))]
    assert set(near["narrow_name"]) == {"Gulf of Finland entrance"}
    points = embedded().static["node_sites"].geometry.to_numpy()[::50]
    to_each = np.stack([distance_to_lines_km(points, np.array([shape])) for shape in narrow.geometry])
    actual = table["narrow_km"].reindex(embedded().static["node_sites"]["node_id"]).to_numpy()[::50]
    assert actual == pytest.approx(to_each.min(axis=0), rel=1e-6, abs=1e-6)


def test_the_runway_near_a_node_is_the_longest_paved_one_of_another_airfield():
    sites = rows(["port", "airfield", "airfield", "airfield", "airfield"], [0, 0.5, 1.0, 1.2, 2.0])
    sites = sites.assign(name=list("abcde"), node_id=list("abcde"))
    fields = pd.DataFrame(
        {"feature_id": ["k1", "k2", "k3", "k4"], "paved_length_m": [1200.0, 2400.0, np.nan, 3000.0],
         "source_id": "list", "as_of": "2026"}
    )  # fmt: skip
    harbours = pd.DataFrame({"feature_id": ["k0"], "source_id": "index", "as_of": "2025"})
    actual = _beside(sites, np.array([1.0, 0, 0, 0, 0]), fields, harbours)
    # A degree of longitude is 38 km: e lies 76 km from a and within 50 km of c and d; d is not paved.
    assert actual["runway_near_m"].tolist() == [2400.0, 2400.0, 3000.0, 3000.0, 2400.0]
    assert list(actual["runway_near_name"]) == ["c", "c", "e", "e", "c"]
    # The one deep port is none to itself.
    assert np.isnan(actual["deep_port_km"][0])
    assert actual["deep_port_km"][1:] == pytest.approx(distance_km(0, 70, [0.5, 1, 1.2, 2], 70))
    assert list(actual["deep_port_source_id"][1:]) == ["index"] * 4
    assert list(actual["deep_port_as_of"][1:]) == ["2025"] * 4
    assert actual["deep_port_as_of"][0] is None or pd.isna(actual["deep_port_as_of"][0])


def test_what_can_stand_in_for_another():
    sites = rows(
        ["port", "port", "airfield", "airfield", "airfield", "cable_landing", "cable_landing", "mine"],
        [0.0] * 8,
    )
    ports = pd.DataFrame(
        {"feature_id": ["k0", "k1"], "channel_depth_low_m": [np.nan] * 2,
         "anchorage_depth_low_m": [np.nan] * 2, "cargo_pier_depth_low_m": [np.nan, 3.0]}
    )  # fmt: skip
    landings = pd.DataFrame({"feature_id": ["k5", "k6"], "systems_in_service": [0, 1]})
    able = np.array([0, 0, np.nan, 0, 0.5, 0, 0, 0])
    # A port of unknown depth, a field of unknown or short runway and a dead landing cannot.
    assert _usable(sites, able, ports, landings).tolist() == [
        False, True, False, False, True, False, True, True,
    ]  # fmt: skip


def rows(kinds: list[str], lon: list[float]) -> pd.DataFrame:
    keys = [f"k{n}" for n in range(len(kinds))]
    return pd.DataFrame({"kind": kinds, "sources": keys, "longitude_deg": lon, "latitude_deg": 70.0})


def test_scarcity_looks_past_what_is_less_capable_and_what_is_unknown():
    sites = rows(["port"] * 4 + ["mine"], [0, 1, 2, 4, 0])
    apart = _own_class_km(sites, np.array([1, 0, np.nan, 1, 0]))
    degree = distance_km(0, 70, [4, 1, 1, 4], 70)  # deep to deep, shallow to any known, unknown to all
    assert apart == pytest.approx([*degree, np.nan], nan_ok=True)


def test_capability_is_the_rubric_of_dual_use():
    ports = pd.DataFrame(
        {"feature_id": ["k0", "k1", "k2"], "channel_depth_low_m": [11.0, 6.4, np.nan],
         "anchorage_depth_low_m": [np.nan, 9.4, 6.4]}
    )  # fmt: skip
    fields = pd.DataFrame(
        {"feature_id": [f"k{n}" for n in range(3, 10)],
         "runway_length_m": [2500, 2500, 2500, 900, np.nan, 1500, 900],
         "paved_length_m": [2500, np.nan, np.nan, np.nan, np.nan, 1500, np.nan],
         "is_runway_paved": pd.array([True, False, None, None, None, True, False], dtype="boolean")}
    )  # fmt: skip
    sites = rows(["port"] * 3 + ["airfield"] * 7 + ["mine"], [0.0] * 11)
    actual = _capability(sites, ports, fields)
    # A long gravel runway can be used and is no equal of a paved one.
    assert actual == pytest.approx([1, 0, np.nan, 2, 0.5, np.nan, 0, np.nan, 1, 0, 0], nan_ok=True)


def test_own_class_is_never_nearer_than_own_kind():
    table = measured()
    both = table["own_class_km"].notna()
    # The sphere says which is nearer, the ellipsoid how far it is: they differ by half a percent.
    assert (table["own_class_km"] >= 0.99 * table["own_kind_km"])[both].all()
    assert set(table["kind"]) == set(KINDS)
    same = ~table["kind"].isin(["port", "airfield"])
    assert (table["own_class_km"] == table["own_kind_km"])[same & both].all()
    far = table[(table["own_class_km"] > table["own_kind_km"])]
    assert {"port", "airfield"} <= set(far["kind"])


def test_places_follow_one_another_on_a_way():
    km, path = way((4, 60), (25, 71))
    steps = {frozenset(pair) for pair in zip(whole().u.tolist(), whole().v.tolist(), strict=True)}
    assert all(frozenset(pair) in steps for pair in pairwise(path))
    assert km > distance_km(4, 60, 25, 71)


def test_a_vertex_on_the_border_of_two_gateways_belongs_to_the_eastern_one() -> None:
    lon = np.array([-175.0, -175.1, -156.0, 161.0, 160.9, 25.0, 15.0])
    lat = np.full(7, 58.0)
    nobody = np.array([], dtype=int)
    names = np.array(list("abcdefg"), dtype=object)
    graph = SeaGraph(names, lon, lat, nobody, nobody, nobody.astype(float), nobody.astype(object))
    actual = {gateway.name: list(names[entries(graph, gateway)]) for gateway in GATEWAYS}
    assert actual["Eastern Bering Sea"] == ["a"]
    assert actual["Western Bering Sea"] == ["b", "d"]
    assert actual["Gulf of Alaska"] == ["c"]
    assert actual["Baltic Sea"] == ["g"]
    assert sum(map(len, actual.values())) == 5
    north = SeaGraph(names, lon, np.full(7, 58.01), nobody, nobody, nobody.astype(float), nobody)
    assert not any(len(entries(north, gateway)) for gateway in GATEWAYS)


def test_a_port_within_the_last_metre_of_a_lane_hangs_at_its_end() -> None:
    table = gpd.GeoDataFrame(
        {"passage": [None]}, geometry=[shapely.LineString([(0, 0), (1000.4, 0)])], crs=POLAR
    )
    ports = np.array([shapely.Point(999.6, 5), shapely.Point(998.6, 5)], dtype=object)
    assert anchors(ports, table).along_m.tolist() == [1000.4, 999.0]
