"""Gates, cables, landings, stations and sea routes: made-up tables, and the embedded ones."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.crs import distance_km, lonlat
from layers.errors import SourceError
from layers.iso_3166 import NORTHERN
from pipelines.read_helpers import read_rows, to_number
from pipelines.snapshot import DATA
from pipelines.source import REFERENCE
from pipelines.sources.reference import network_links


def own(name: str) -> pd.DataFrame:
    return read_rows(REFERENCE / name)


def test_links_join_known_systems_and_landings():
    links, systems, towns = own("cable_links.csv"), own("cable_systems.csv"), own("cable_landings.csv")
    ends = set(links["from_landing"]) | set(links["to_landing"])
    inside = {end for end in ends if not end.startswith("south:")}
    assert inside <= set(towns["landing_key"])
    assert set(towns["landing_key"]) <= inside, "a landing where no cable lands"
    assert set(links["system_key"]) == set(systems["system_key"])
    for end in ends - inside:
        assert re.fullmatch(r"south:-?\d+(\.\d+)?,\d+(\.\d+)?", end)
        assert float(end.split(",")[1]) < 58, f"{end} is not south of the picture"


def test_countries_of_own_tables_are_known():
    known = set(own("memberships.csv")["country_iso3"])
    parents = set(own("memberships.csv")["parent_iso3"]) - {""}
    assert parents <= known
    for name in ("cable_landings.csv", "energy_terminals.csv", "ground_stations.csv", "military_sites.csv"):
        assert set(own(name)["country_iso3"]) <= known, name
    assert set(own("strategic_projects.csv")["country"]) <= set(NORTHERN)


def test_there_are_enough_cables_and_stations():
    towns = own("cable_landings.csv")
    assert own("cable_systems.csv")["system_key"].nunique() >= 25
    assert (to_number(towns["latitude_deg"]) >= 58).sum() >= 60
    stations = own("ground_stations.csv")
    assert (to_number(stations["latitude_deg"]) >= 58).sum() >= 10
    cables = gpd.read_parquet(DATA / "own_cables.parquet")
    assert cables["system_id"].nunique() >= 25
    landings = gpd.read_parquet(DATA / "own_cable_landings.parquet")
    assert len(landings) >= 60
    assert landings["systems"].str.len().gt(0).all()
    assert (landings["systems_in_service"] <= landings["systems"].str.split(";").str.len()).all()


def test_a_landing_counts_its_systems_in_service():
    links, systems = own("cable_links.csv"), own("cable_systems.csv").set_index("system_key")
    landings = gpd.read_parquet(DATA / "own_cable_landings.parquet").set_index("feature_id")
    for town in ("longyearbyen", "nuuk", "jan_mayen"):
        if f"landing-{town}" not in landings.index:
            continue
        here = links[(links["from_landing"] == town) | (links["to_landing"] == town)]["system_key"].unique()
        row = landings.loc[f"landing-{town}"]
        assert row["systems_in_service"] == (systems.loc[here, "status"] == "in_service").sum()
        assert row["systems"].split("; ") == sorted(systems.loc[here, "name"])


def test_routes_go_through_their_way_points():
    routes = gpd.read_parquet(DATA / "own_sea_routes.parquet").set_index("feature_id")
    raw = own("sea_routes.csv")
    for key, part in raw.groupby("route_key"):
        order = to_number(part["seq"]).astype(int).tolist()
        assert order == list(range(1, len(order) + 1)), f"{key}: way points out of order"
        step = distance_km(
            to_number(part["longitude_deg"])[:-1], to_number(part["latitude_deg"])[:-1],
            to_number(part["longitude_deg"])[1:], to_number(part["latitude_deg"])[1:],
        )  # fmt: skip
        assert routes.loc[f"route-{key}", "length_km"] <= step.sum() * 1.01
        assert step.max() < 1500, f"{key}: a leap between way points"


def corners(line, expected):
    """The vertices of a line that are `expected` ones, in their order; others lie between them."""
    vertices = np.column_stack(lonlat(*shapely.get_coordinates(line).T)).round(6).tolist()
    assert (vertices[0], vertices[-1]) == (expected[0], expected[-1])
    return [place for place in vertices if place in expected]


GATE = [[-26.6, 68.7], [-23.1, 66.45]]
ROUTE = [[58.1, 70.5], [70.0, 74.0], [170.0, 70.0]]
LINK = [[25.0, 70.0], [5.0, 72.0], [-30.0, 70.0], [-50.0, 64.0]]


PROOF = {"source_title": "A page", "source_url": "https://example.org/a", "seen_on": "2026-11-01",
         "confidence": "high", "note": ""}  # fmt: skip


def test_a_gate_is_a_line_between_its_ends(reference_table):
    gate = {"gate_key": "strait", "name": "Strait", "from_longitude_deg": "-26.6",
            "from_latitude_deg": "68.7", "to_longitude_deg": "-23.1", "to_latitude_deg": "66.45"}  # fmt: skip
    other = gate | {"gate_key": "other", "to_longitude_deg": "-20", "seen_on": ""}
    reference_table("chokepoints.csv", [gate | PROOF, other | PROOF | {"seen_on": ""}])
    table = network_links.read_chokepoints(
        reference_table("gate_widths.csv", [{"gate_key": "other", "width_km": "12.5"}])
    )
    assert corners(table.geometry[0], GATE) == GATE
    expected = distance_km([-26.6], [68.7], [-23.1], [66.45])[0]
    assert table["length_km"][0] == pytest.approx(expected, rel=0.01)
    assert pd.isna(table["narrows_km"][0])
    assert table["narrows_km"][1] == 12.5
    assert table["as_of"].tolist() == ["2026-11-01", "2026-11-23"]


def test_a_sea_route_goes_through_its_way_points_in_their_order(reference_table):
    head = {"route_key": "nsr", "route_name": "A route", "family": "Northern Sea Route"}
    rows = [
        head | {"waypoint": name, "longitude_deg": lon, "latitude_deg": lat} | PROOF
        for name, lon, lat in (("Gate", "58.1", "70.5"), ("", "70", "74"), ("Strait", "170", "70"))
    ]
    table = network_links.read_sea_routes(reference_table("sea_routes.csv", rows))
    assert corners(table.geometry[0], ROUTE) == ROUTE
    assert table["waypoints"][0] == "Gate; Strait"
    assert table["feature_id"][0] == "route-nsr"


@pytest.fixture
def cables(reference_table):
    towns = [("vik", "25", "70"), ("by", "-50", "64")]
    reference_table("cable_landings.csv", [
        {"landing_key": key, "town": key.title(), "country_iso3": "NOR", "longitude_deg": lon,
         "latitude_deg": lat} | PROOF
        for key, lon, lat in towns
    ])  # fmt: skip
    reference_table("cable_systems.csv", [
        {"system_key": key, "name": name, "ready_for_service_year": year, "owner": "A", "length_km": "",
         "status": status} | PROOF
        for key, name, year, status in (("a", "Zeta", "2004", "in_service"), ("b", "Alfa", "", "planned"))
    ])  # fmt: skip

    def links(*rows):
        keys = ("system_key", "link_key", "from_landing", "to_landing", "via_lonlat")
        return reference_table("cable_links.csv", [dict(zip(keys, row, strict=True)) for row in rows])

    return links


def test_a_link_is_drawn_from_town_to_town_through_its_way_points(cables):
    inputs = cables(("a", "a1", "vik", "by", "5 72;-30 70"), ("b", "b1", "vik", "south:10.5,50", ""))
    table = network_links.read_cables(inputs)
    assert table["feature_id"].tolist() == ["cable-a1", "cable-b1"]
    assert corners(table.geometry[0], LINK) == LINK
    south = np.column_stack(lonlat(*shapely.get_coordinates(table.geometry[1]).T)).round(6)
    assert south[0].tolist() == [25.0, 70.0]
    assert south[-1, 1] == pytest.approx(58.0, abs=0.1)
    assert table["ready_for_service_year"].tolist()[0] == 2004
    assert pd.isna(table["ready_for_service_year"][1])
    assert table["status"].tolist() == ["in_service", "planned"]


def test_a_landing_names_its_systems_once_and_counts_those_in_service(cables):
    inputs = cables(
        ("a", "a1", "vik", "by", ""), ("a", "a2", "vik", "by", ""), ("b", "b1", "vik", "south:10,50", "")
    )
    table = network_links.read_cable_landings(inputs).set_index("feature_id")
    assert table.loc["landing-vik", ["systems", "systems_in_service"]].tolist() == ["Alfa; Zeta", 1]
    assert table.loc["landing-by", ["systems", "systems_in_service"]].tolist() == ["Zeta", 1]
    lon, lat = lonlat(table.geometry["landing-by"].x, table.geometry["landing-by"].y)
    assert (lon, lat) == (pytest.approx(-50.0), pytest.approx(64.0))


def test_a_link_of_an_unknown_system_or_town_is_refused(cables):
    with pytest.raises(SourceError, match=r"expected a system of cable_systems.csv, found 'c'"):
        network_links.read_cable_landings(cables(("c", "c1", "vik", "by", "")))
    with pytest.raises(SourceError, match=r"expected a landing of cable_landings.csv, found 'nowhere'"):
        network_links.read_cables(cables(("a", "a1", "vik", "nowhere", "")))


def test_stations_and_terminals_in_their_place(reference_table):
    place = {"name": "N", "operator": "O", "country_iso3": "SJM", "longitude_deg": "-15.4",
             "latitude_deg": "78.2"}  # fmt: skip
    rows = [place | {"station_key": "s", "is_polar_orbit_service": flag} | PROOF for flag in ("1", "0", "")]
    stations = network_links.read_ground_stations(reference_table("ground_stations.csv", rows))
    flags = stations["is_polar_orbit_service"].astype(object)
    assert flags.where(flags.notna(), None).tolist() == [True, False, None]
    row = place | {"terminal_key": "t", "fuel": "lng", "status": "in_service"} | PROOF
    terminals = network_links.read_terminals(reference_table("energy_terminals.csv", [row]))
    assert terminals["feature_id"].tolist() == ["term-t"]
    for table in (stations, terminals):
        lon, lat = lonlat(table.geometry.x, table.geometry.y)
        assert (lon[0], lat[0]) == (pytest.approx(-15.4), pytest.approx(78.2))
