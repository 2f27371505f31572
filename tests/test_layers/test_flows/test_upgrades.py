"""What an upgrade gives people, counted by hand on toy roads and toy cables."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from toy_flows import Edge, graph_of

from layers.assessed.people_cut_off import land_network
from layers.crs import POLAR, geographic_to_polar, polar_points
from layers.flows.closures import Case
from layers.flows.upgrades import beside_each_other, cable_gains, land_gains

NORWAY = gpd.GeoDataFrame(
    {"country_iso3": ["NOR"]}, geometry=geographic_to_polar([shapely.box(0, 60, 90, 80)]), crs=POLAR
)
KM = 1 / 111.2  # degrees of latitude a kilometre


def on_the_road(*north_km: float) -> pd.DataFrame:
    return pd.DataFrame({"longitude_deg": 20.0, "latitude_deg": 65.0 + np.array(north_km) * KM})


def runways(towns_km, people, fields_km, capability, road_km=(0, 400)) -> dict[str, tuple[float, ...]]:
    towns, fields = on_the_road(*towns_km), on_the_road(*fields_km)
    both = pd.concat([towns, fields])
    points = polar_points(both["longitude_deg"].to_numpy(), both["latitude_deg"].to_numpy())
    stops = on_the_road(*np.arange(*road_km, 1.0))
    road = shapely.LineString(
        shapely.get_coordinates(
            polar_points(stops["longitude_deg"].to_numpy(), stops["latitude_deg"].to_numpy())
        )
    )
    network = land_network(np.array([road], dtype=object), points, NORWAY, frozenset())
    sites = fields.assign(kind="airfield", node_id=[f"f{row}" for row in range(len(fields))])
    made = land_gains("runway", sites, towns.assign(population=people), np.array(capability), network)
    persons = made[["first_persons", "second_persons", "unclear_persons"]]
    return dict(zip(made["node_id"], map(tuple, persons.to_numpy()), strict=True))


def test_people_without_a_runway_get_a_first_and_those_with_one_a_second() -> None:
    # Towns at 0, 150 and 290 km; a usable field at 10 km, short ones at 200 and 60 km, one not known.
    made = runways([0, 150, 290], [1000, 200, 30], [10, 200, 60, 155], [1.0, 0.0, 0.0, np.nan])
    # 200 km: the towns at 150 and 290 km, 50 and 90 km away, have none; at 60 km: 0 has one, 150 has none.
    assert made == {"f1": (230, 0, 0), "f2": (200, 1000, 0)}


def test_a_town_beside_a_usable_runway_without_a_road_on_file_is_unclear() -> None:
    # The road begins at 100 km: the town at 60 km joins no road, 40 km from a usable field.
    made = runways([60], [700], [100, 65], [2.0, 0.0], road_km=(100, 400))
    assert made == {"f1": (0, 0, 700)}


def test_a_town_of_unknown_population_counts_nobody() -> None:
    assert runways([0], [np.nan], [5], [0.0]) == {"f0": (0, 0, 0)}


def landings(edges, places, mainland=()) -> pd.DataFrame:
    """Gains of a graph whose vertices lie so many kilometres north; vertex 0 is the gateway."""
    graph = graph_of(edges, len(places))
    graph.vertices["kind"] = ["cable_end", *["cable_landing"] * (len(places) - 1)]
    graph.vertices[["longitude_deg", "latitude_deg"]] = on_the_road(*places).to_numpy()
    towns = on_the_road(*places[1:]).assign(population=[100.0 * 2**row for row in range(len(places) - 1)])
    is_mainland = np.isin(np.arange(len(places)), mainland)
    return cable_gains(graph, Case("data", 1), np.array([0]), is_mainland, towns).set_index("node_id")


def test_landings_with_no_way_or_one_are_candidates_and_those_with_two_are_not() -> None:
    # B has one cable to the gateway, C two, D none. They lie 100 km apart.
    made = landings(
        [Edge(0, 1, 9, "cable"), Edge(0, 2, 9, "cable", "one"), Edge(0, 2, 9, "cable", "two")],
        [0, 100, 200, 300],
    )
    assert made["first_persons"].to_dict() == {"B": 0, "D": 400}
    assert made["second_persons"].to_dict() == {"B": 100, "D": 0}
    assert made["least_km"].to_dict() == pytest.approx({"B": 100, "D": 100}, rel=0.01)


def test_a_road_joins_landings_and_a_landing_behind_another_is_no_far_end() -> None:
    # B and C share a road; only C has a cable. D hangs on C and is cut with it: the far end of B and C is E.
    made = landings(
        [Edge(1, 2, 9, "road"), Edge(0, 2, 9, "cable"), Edge(2, 3, 9, "cable"),
         Edge(0, 4, 9, "cable", "one"), Edge(0, 4, 9, "cable", "two")],
        [0, 100, 160, 260, 500],
    )  # fmt: skip
    assert made["second_persons"].to_dict() == {"C": 300, "D": 400}
    assert made["least_km"].to_dict() == pytest.approx({"C": 340, "D": 100}, rel=0.01)


def test_the_mainland_and_who_lives_near_it_need_no_cable() -> None:
    # B is of the mainland, though it has no cable. C, 30 km away, has none: its people may be served from B.
    made = landings([Edge(0, 3, 9, "cable")], [0, 100, 130, 500], mainland=[1])
    assert list(made.index) == ["C", "D"]
    assert made.loc["C", ["first_persons", "second_persons", "unclear_persons"]].tolist() == [0, 0, 300]


def test_what_the_picture_holds_stands_beside_and_nothing_is_added_up() -> None:
    gains = pd.DataFrame({
        "upgrade": "runway", "node_id": ["a", "b", "c", "d"], "first_persons": [5.0, 50.0, 0.0, 9.0],
        "second_persons": [0.0, 1.0, 0.0, 0.0], "unclear_persons": 0.0, "least_km": np.nan,
    })  # fmt: skip
    nodes = pd.DataFrame({
        "node_id": ["a", "b", "c", "d"], "name": list("ABCD"), "country_iso3": "NOR", "dual_use_class": "D1",
        "military_class": ["high", "low", "low", "low"], "hazard_class": "low",
        "scope": ["core", "core", "core", "context"],
    })  # fmt: skip
    warm = pd.DataFrame({
        "node_id": ["a", "b", "a", "b"], "warming_degc": [1.5, 1.5, 2.0, 2.0],
        "hazard_class": ["low", "low", "high", "moderate"],
    })  # fmt: skip
    table = beside_each_other(gains, nodes, warm)
    # c gives nobody anything, d lies outside the Arctic; people decide the order, not the military class.
    assert table["name"].tolist() == ["B", "A"]
    assert table["military_class"].tolist() == ["low", "high"]
    assert table["hazard_class_at_2_degc"].tolist() == ["moderate", "high"]
    assert table["cost_eur"].isna().all()
