"""Who can reach another by land: toy roads, a closed border, and people without another, counted by hand."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from layers.assessed.people_cut_off import RADII_KM, captives, land_network
from layers.borders import borders
from layers.crs import POLAR, distance_km, geographic_to_polar, polar_points

GEOD = Geod(ellps="WGS84")
EVERYWHERE = gpd.GeoDataFrame(
    {"country_iso3": ["NOR"]}, geometry=geographic_to_polar([shapely.box(0, 60, 60, 80)]), crs=POLAR
)
# Norway to 30 E, Russia from there.
TWO = gpd.GeoDataFrame(
    {"country_iso3": ["NOR", "RUS"]},
    geometry=geographic_to_polar([shapely.box(0, 60, 30, 80), shapely.box(30, 60, 60, 80)]),
    crs=POLAR,
)
NOBODY: frozenset = frozenset()


def east(km: float, lon: float = 20.0, lat: float = 70.0, azimuth: float = 90.0) -> tuple[float, float]:
    """Where one stands after some kilometres from 20 E 70 N."""
    there = GEOD.fwd(lon, lat, azimuth, km * 1000)
    return there[0], there[1]


def road(*kilometres: float) -> shapely.LineString:
    """A road through places so many kilometres east, with a vertex every kilometre or so."""
    stops = np.concatenate(
        [np.linspace(a, b, max(int(abs(b - a)), 1), endpoint=False) for a, b in pairwise(kilometres)]
        + [kilometres[-1:]]
    )
    return shapely.LineString([east(km) for km in stops])


def lines(*roads: shapely.LineString) -> np.ndarray:
    xy = [np.array(line.coords) for line in roads]
    return np.array(
        [shapely.LineString(shapely.get_coordinates(polar_points(*part.T))) for part in xy], dtype=object
    )


def table(*places: tuple[float, float], **columns: list) -> pd.DataFrame:
    lon, lat = zip(*places, strict=True)
    return pd.DataFrame({"longitude_deg": lon, "latitude_deg": lat} | columns)


def captive(
    towns: list[tuple[tuple[float, float], float]],
    nodes: list[tuple[tuple[float, float], str, bool]],
    *roads: shapely.LineString,
    countries: gpd.GeoDataFrame = EVERYWHERE,
    closed: frozenset = NOBODY,
):
    """People by node that depend on it; towns are (place, people), nodes (place, kind, usable)."""
    places = [place for place, _ in towns] + [place for place, *_ in nodes]
    points = polar_points(*np.array(places).T)
    network = land_network(lines(*roads), points, countries, closed)
    settled = table(*(place for place, _ in towns), population=[people for _, people in towns])
    sites = table(*(place for place, *_ in nodes), kind=[kind for _, kind, _ in nodes])
    usable = np.array([is_usable for *_, is_usable in nodes])
    return captives(sites, settled, usable, network, ("airfield", "port"))


# --------------------------------------------------------------------------------------- network


def test_ways_along_a_road_are_as_long_as_the_road() -> None:
    points = polar_points(*np.array([east(0), east(40), east(77), east(40, azimuth=0)]).T)
    network = land_network(lines(road(0, 80)), points, EVERYWHERE, NOBODY)
    km = network.distances_km(network.vertex[:1], 200.0)[0][network.vertex[:3]]
    assert km == pytest.approx([0, 40, 77], abs=0.1)
    assert network.leg_km[:3] == pytest.approx([0, 0, 0], abs=0.1)
    # A place 40 km off the road does not join it.
    assert network.vertex[3] == -1
    assert np.isnan(network.leg_km[3])


@pytest.mark.parametrize(("km", "joins"), [(9.8, True), (10.2, False)])
def test_a_place_joins_a_road_within_ten_kilometres(km: float, joins: bool) -> None:
    beside = east(km, *east(30), azimuth=0)
    network = land_network(lines(road(0, 80)), polar_points(*np.array([beside]).T), EVERYWHERE, NOBODY)
    assert (network.vertex[0] >= 0) == joins
    if joins:
        assert network.leg_km[0] == pytest.approx(km, abs=0.1)


def test_beyond_the_limit_there_is_no_way() -> None:
    points = polar_points(*np.array([east(0), east(70)]).T)
    network = land_network(lines(road(0, 80)), points, EVERYWHERE, NOBODY)
    assert np.isinf(network.distances_km(network.vertex[:1], 60.0)[0][network.vertex[1]])


def test_roads_that_share_a_place_join_and_those_that_do_not_do_not() -> None:
    points = polar_points(*np.array([east(0), east(60)]).T)
    joined = land_network(lines(road(0, 30), road(30, 60)), points, EVERYWHERE, NOBODY)
    apart = land_network(lines(road(0, 29), road(31, 60)), points, EVERYWHERE, NOBODY)
    for network, km in ((joined, 60.0), (apart, np.inf)):
        way = network.distances_km(network.vertex[:1], 200.0)[0][network.vertex[1]]
        assert way == pytest.approx(km, abs=0.1)


def test_a_road_beside_a_railway_is_one_way_and_not_twice_as_long() -> None:
    points = polar_points(*np.array([east(0), east(30)]).T)
    network = land_network(lines(road(0, 30), road(0, 30)), points, EVERYWHERE, NOBODY)
    assert network.distances_km(network.vertex[:1], 200.0)[0][network.vertex[1]] == pytest.approx(30, abs=0.2)


PLACE = st.tuples(st.integers(0, 6), st.integers(0, 6))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(PLACE, PLACE).filter(lambda pair: pair[0] != pair[1]), min_size=1, max_size=10, unique=True
    ),
    st.lists(PLACE, min_size=2, max_size=4, unique=True),
)
def test_networkx_finds_the_same_ways(edges: list, stops: list) -> None:
    """A grid of places 0.2 degrees of latitude apart; roads are straight and meet only at places."""

    def at(place: tuple[int, int]) -> tuple[float, float]:
        return 20.0 + 0.6 * place[0], 70.0 + 0.2 * place[1]

    graph = nx.Graph()
    for a, b in edges:
        km = float(distance_km(*np.array([*at(a), *at(b)])[:, None])[0])
        graph.add_edge(a, b, km=km)
    on_road = [stop for stop in stops if stop in graph]
    if len(on_road) < 2:
        return
    points = polar_points(*np.array([at(stop) for stop in on_road]).T)
    network = land_network(
        lines(*(shapely.LineString([at(a), at(b)]) for a, b in edges)), points, EVERYWHERE, NOBODY
    )
    actual = network.distances_km(network.vertex, 500.0)[:, network.vertex]
    # A place may lie on an edge that passes it: the way there can only be shorter, never than the crow's.
    lon, lat = np.array([at(stop) for stop in on_road]).T
    straight = distance_km(lon[:, None], lat[:, None], lon, lat)
    assert (actual >= np.minimum(straight, 500.0) - 0.3).all()
    for row, start in enumerate(on_road):
        for column, stop in enumerate(on_road):
            if nx.has_path(graph, start, stop):
                expected = nx.shortest_path_length(graph, start, stop, weight="km")
                assert actual[row, column] <= min(expected, 500.0) + 0.1 or expected > 500


# --------------------------------------------------------------------------------------- borders


def test_nobody_counts_for_a_node_across_a_limited_border() -> None:
    # Two towns beside the border, 10 km apart, each with an airfield; a third airfield lies in the Norwegian
    # state, 30 km from the Russian town.
    towns = table(east(0), east(10), population=[1000, 500]).assign(country_iso3=["NOR", "RUS"])
    sites = table(east(1), east(9), east(-20), kind=["airfield"] * 3).assign(
        country_iso3=["NOR", "RUS", "NOR"]
    )
    both = pd.concat([towns, sites])
    points = polar_points(both["longitude_deg"].to_numpy(), both["latitude_deg"].to_numpy())
    network = land_network(lines(road(-30, 30)), points, EVERYWHERE, NOBODY)
    pair = [frozenset({"NOR", "RUS"})]
    for limited, persons in (((), [0, 0, 0]), (pair, [0, 500, 0])):
        made = captives(sites, towns, np.ones(3, dtype=bool), network, ("airfield",), limited)
        assert made.persons[:, 1].tolist() == persons


def test_a_closed_border_ends_the_road_and_an_open_one_does_not() -> None:
    # 30 E lies 381 km east of 20 E at 70 N.
    border = GEOD.inv(20, 70, 30, 70)[2] / 1000
    stops = (border - 40, border + 40)
    points = polar_points(*np.array([east(km) for km in stops]).T)
    way = lines(road(border - 60, border + 60))
    pair = frozenset({frozenset({"NOR", "RUS"})})
    other = frozenset({frozenset({"FIN", "RUS"})})
    for closed, km in ((NOBODY, 80.0), (pair, np.inf), (other, 80.0)):
        network = land_network(way, points, TWO, closed)
        actual = network.distances_km(network.vertex[:1], 200.0)[0][network.vertex[1]]
        assert actual == pytest.approx(km, abs=0.3)


def test_an_alternative_over_a_closed_border_is_none() -> None:
    border = GEOD.inv(20, 70, 30, 70)[2] / 1000
    town, here, there = east(border - 30), east(border - 25), east(border + 30)
    nodes = [(here, "airfield", True), (there, "airfield", True)]
    pair = frozenset({frozenset({"NOR", "RUS"})})
    way = road(border - 60, border + 60)
    free = captive([(town, 4000)], nodes, way, countries=TWO)
    shut = captive([(town, 4000)], nodes, way, countries=TWO, closed=pair)
    assert free.persons[:, 1].tolist() == [0, 0]
    assert shut.persons[:, 1].tolist() == [4000, 0]


# ---------------------------------------------------------------------------------------- people


def test_people_without_another_within_a_hundred_kilometres() -> None:
    for km, people in ((99.0, 0.0), (101.0, 5000.0)):
        actual = captive(
            [(east(0), 5000)], [(east(2), "airfield", True), (east(km), "airfield", True)], road(-5, 140)
        )
        assert actual.persons[0].tolist() == [5000.0, people, 0.0]  # within 80, 100 and 120 km
        assert RADII_KM == (80.0, 100.0, 120.0)
        assert actual.other_km[0] == pytest.approx(km, abs=0.3)
        # The town is beyond the 50 km that the other serves.
        assert actual.persons[1].tolist() == [0.0, 0.0, 0.0]


def test_a_strip_without_a_road_to_it_is_no_alternative() -> None:
    strip = (east(94), "airfield", True)
    nodes = [(east(2), "airfield", True), strip]
    without = captive([(east(0), 4400)], nodes, road(-5, 20))
    assert without.persons[0].tolist() == [4400.0] * 3
    assert np.isnan(without.other_km[0])
    assert captive([(east(0), 4400)], nodes, road(-5, 100)).persons[0].tolist() == [4400.0, 0.0, 0.0]


def test_the_way_to_the_road_counts() -> None:
    # 94 km along the road, and 8 km from it to the field: 102.
    aside = east(8, *east(94), azimuth=0)
    nodes = [(east(2), "airfield", True), (aside, "airfield", True)]
    actual = captive([(east(0), 900)], nodes, road(-5, 140))
    assert actual.persons[0].tolist() == [900.0, 900.0, 0.0]
    assert actual.other_km[0] == pytest.approx(102, abs=0.5)
    # And from the town to the road.
    town = east(8, *east(0), azimuth=180)
    nodes = [(east(2), "airfield", True), (east(94), "airfield", True)]
    assert captive([(town, 900)], nodes, road(-5, 140)).persons[0].tolist() == [900.0, 900.0, 0.0]


def test_what_cannot_be_used_is_no_alternative_but_people_depend_on_it() -> None:
    town = [(east(0), 1500)]
    poor = captive(town, [(east(2), "airfield", True), (east(60), "airfield", False)], road(-5, 80))
    assert poor.persons[:, 1].tolist() == [1500.0, 0.0]
    # The node itself may be the one that cannot be used: another that can is an alternative to it.
    own = captive(town, [(east(2), "airfield", False), (east(60), "airfield", True)], road(-5, 80))
    assert own.persons[:, 1].tolist() == [0.0, 0.0]
    assert own.other_km[0] == pytest.approx(60, abs=0.3)
    alone = captive(town, [(east(2), "airfield", False), (east(60), "airfield", False)], road(-5, 80))
    assert alone.persons[:, 1].tolist() == [1500.0, 0.0]


def test_two_nodes_beside_a_town_stand_in_for_each_other_without_a_road() -> None:
    nodes = [(east(3), "airfield", True), (east(6, azimuth=0), "airfield", True)]
    far = (east(500), east(501))
    actual = captive([(east(0), 9000)], nodes, shapely.LineString(far))
    assert actual.persons.tolist() == [[0.0] * 3] * 2
    assert actual.other_km == pytest.approx([6, 3], abs=0.1)
    # One of them is not usable: all depend on the other, and the poor one has the good one beside it.
    nodes[1] = (*nodes[1][:2], False)
    assert captive([(east(0), 9000)], nodes, shapely.LineString(far)).persons[:, 1].tolist() == [9000, 0]


def test_two_nodes_equally_far_stand_in_for_each_other() -> None:
    spot = east(2)
    nodes = [(spot, "airfield", True), (spot, "airfield", True)]
    assert captive([(east(0), 700)], nodes, road(-5, 20)).persons[:, 1].tolist() == [0, 0]


def test_another_kind_is_no_alternative_and_others_supply_nobody() -> None:
    nodes = [(east(2), "airfield", True), (east(3), "port", True), (east(3), "mine", True)]
    actual = captive([(east(0), 700)], nodes, road(-5, 20))
    assert actual.persons[:, 1].tolist() == [700, 700, 0]


def test_towns_are_added_up_and_the_largest_is_named() -> None:
    towns = [(east(0), 300), (east(20), 1200), (east(49), 80), (east(51), 50_000), (east(-10), np.nan)]
    actual = captive(towns, [(east(0), "airfield", True)], road(-20, 60))
    assert actual.persons[0].tolist() == [1580.0] * 3  # not those 51 km off, nor those nobody counted
    assert (actual.largest[0], actual.place[0]) == (1200.0, 1)


def test_each_town_has_its_own_alternative() -> None:
    # The far town has the other field 90 km off, the near one 130 km.
    towns = [(east(0), 1000), (east(40), 2000)]
    actual = captive(towns, [(east(2), "airfield", True), (east(130), "airfield", True)], road(-5, 140))
    assert actual.persons[0].tolist() == [3000.0, 1000.0, 1000.0]
    assert (actual.largest[0], actual.place[0]) == (1000.0, 0)
    assert actual.other_km[0] == pytest.approx(90, abs=0.3)  # of the largest town within 50 km


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 150), st.integers(1, 5000)), min_size=1, max_size=4, unique_by=lambda t: t[0]
    ),
    st.lists(st.tuples(st.integers(0, 150), st.booleans()), min_size=1, max_size=5),
)
def test_counts_along_one_road_are_those_of_a_plain_count(towns: list, fields: list) -> None:
    actual = captive(
        [(east(km), people) for km, people in towns],
        [(east(km + 0.5), "airfield", usable) for km, usable in fields],
        road(-5, 160),
    )
    for node, (km, _) in enumerate(fields):
        for column, radius in enumerate(RADII_KM):
            people = 0
            for town, count in towns:
                others = [
                    abs(other + 0.5 - town)
                    for place, (other, usable) in enumerate(fields)
                    if usable and place != node
                ]
                near = min(others, default=np.inf)
                if abs(km + 0.5 - town) < 50 and near > radius + 0.2:
                    people += count
                elif abs(near - radius) <= 0.2 or abs(abs(km + 0.5 - town) - 50) < 0.2:
                    return  # on the edge of what the toy road can tell
            assert actual.persons[node, column] == people


# ------------------------------------------------------------------------------------ the picture


def test_places_that_are_cut_off_and_places_that_are_not(picture) -> None:
    measures = picture.tables["measures"].set_index("node_id")
    nodes = picture.tables["nodes"].set_index("node_id")
    table_of = measures.join(nodes[["name", "kind", "dependence_class"]])
    fields = table_of[table_of["kind"] == "airfield"]
    # No road leads to Utqiagvik or Iqaluit; Tromsø, Bodø and Fairbanks have others by road.
    for name in ("Wiley Post Will Rogers Memorial Airport", "Iqaluit Airport", "Svalbard Airport, Longyear"):
        row = fields[fields["name"] == name].iloc[0]
        assert np.isnan(row["other_by_land_km"])
        assert row["captive_persons"] == row["reached_persons"] > 1000
        assert row["dependence_class"] == "high"
    assert (measures["captive_80_km_persons"] >= measures["captive_persons"]).all()
    assert (measures["captive_persons"] >= measures["captive_120_km_persons"]).all()
    assert (measures["captive_persons"] <= measures["reached_persons"]).all()
    assert (measures["captive_place_persons"] <= measures["captive_persons"]).all()
    assert (measures.loc[nodes["kind"].isin(["mine", "ground_station"]), "captive_persons"] == 0).all()


def test_the_border_of_finland_with_russia_is_closed_and_counts(picture) -> None:
    # Every road crossing has been closed since 2023-12-15 (Government of Finland); by Vyborg and
    # Lappeenranta people have others only over it.
    found = borders(picture.tables["closed_borders"], picture.day.isoformat())
    assert frozenset({"FIN", "RUS"}) in found.closed
    assert frozenset({"FIN", "NOR"}) not in found.impassable
    measures = picture.tables["measures"]
    assert (measures["captive_persons"] > measures["captive_persons_all_borders"]).any()
