"""Nodes of the picture: positions, countries, sources, doubles and regions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from cited_tables import GEOD, KINDS
from rapidfuzz import fuzz, utils

from layers.crs import lonlat
from layers.merge import within_km

PLACES = [
    ("Tromsø", 69.65, 18.96, "NOR", "nato_only"),
    ("Kirkenes", 69.73, 30.05, "NOR", "nato_only"),
    ("Murmansk", 68.97, 33.05, "RUS", "neither"),
    ("Nuuk", 64.17, -51.73, "GRL", "nato_only"),
    ("Churchill", 58.78, -94.19, "CAN", "nato_only"),
    ("Tiksi", 71.64, 128.87, "RUS", "neither"),
    ("Pevek", 69.70, 170.29, "RUS", "neither"),
    ("Longyearbyen", 78.22, 15.63, "SJM", "nato_only"),
    ("Narvik", 68.43, 17.42, "NOR", "nato_only"),
    ("Keflavik", 64.00, -22.56, "ISL", "nato_only"),
]


@pytest.mark.parametrize(
    ("place", "lat", "lon", "code", "institution"), PLACES, ids=[row[0] for row in PLACES]
)
def test_named_places_are_where_they_are(
    nodes, place: str, lat: float, lon: float, code: str, institution: str
) -> None:
    size = len(nodes)
    metres = GEOD.inv(
        np.full(size, lon),
        np.full(size, lat),
        nodes["longitude_deg"].to_numpy(),
        nodes["latitude_deg"].to_numpy(),
    )[2]
    near = nodes[metres <= 5000]
    assert len(near), place
    assert set(near["country_iso3"]) == {code}
    assert set(near["institution"]) == {institution}


def test_geometry_and_degrees_say_the_same(nodes) -> None:
    lon, lat = lonlat(nodes.geometry.x, nodes.geometry.y)
    metres = GEOD.inv(lon, lat, nodes["longitude_deg"].to_numpy(), nodes["latitude_deg"].to_numpy())[2]
    assert metres.max() < 2  # degrees are rounded to five places
    assert nodes["latitude_deg"].min() >= 58


def test_nodes_lie_in_or_by_the_country_they_name(picture, nodes) -> None:
    countries = picture.tables["countries"].dissolve("country_iso3").geometry
    for code, part in nodes.groupby("country_iso3"):
        far = shapely.distance(countries[code], part.geometry.to_numpy()) / 1000
        # A coastline at 1:10m and towns for positions: within 30 km, and most of them within 3.
        assert np.median(far) < 3, code
        assert (far > 30).mean() < 0.01, part.loc[far > 30, ["node_id", "name"]].to_string()


def test_sources_of_a_node_are_rows_of_the_layers(picture, nodes) -> None:
    known_rows = set()
    for name in ("ports", "harbours", "airfields", "power_plants", "terminals", "mines", "strategic_projects",
                 "cable_landings", "ground_stations", "railheads"):  # fmt: skip
        known_rows |= set(picture.tables[name]["feature_id"])
    outcome = [key for text in nodes["sources"] for key in text.split("; ")]
    strange = [key for key in outcome if key not in known_rows and not key.startswith("osm-rail-")]
    assert strange == []
    # Its own key is among them (the first, or that of a row which a published one stands for), and no
    # source row makes two nodes of one kind, but where two published rows stand for one that joined them.
    own = nodes["node_id"].str.split(":", n=1).str[1]
    assert all(key in text.split("; ")[:2] for key, text in zip(own, nodes["sources"], strict=True))
    pairs = [
        (kind, key)
        for kind, text in zip(nodes["kind"], nodes["sources"], strict=True)
        for key in text.split("; ")
    ]
    replaced = ";".join(
        text
        for name in ("power_plants", "mines", "railheads")
        for text in picture.tables[name]["replaces"].dropna()
    )
    doubled = {key for kind, key in pairs if pairs.count((kind, key)) > 1}
    assert doubled <= set(replaced.split(";"))


def _doubles(nodes: pd.DataFrame, kind: str) -> list[tuple[str, str]]:
    part = nodes[nodes["kind"] == kind]
    left, right = within_km(part, part, 1.0)
    names, ids = part["name"].to_numpy(), part["node_id"].to_numpy()
    return [
        (ids[q], ids[f])
        for q, f in zip(left, right, strict=True)
        if q < f and fuzz.ratio(names[q], names[f], processor=utils.default_process) == 100
    ]


@pytest.mark.parametrize("kind", sorted(KINDS - {"airfield", "energy_site"}))
def test_each_place_is_one_node(nodes, kind: str) -> None:
    assert _doubles(nodes, kind) == []


@pytest.mark.parametrize("kind", ["airfield", "energy_site"])
def test_each_airfield_and_energy_site_is_one_node(nodes, kind: str) -> None:
    assert _doubles(nodes, kind) == []


def test_a_region_is_a_cut_and_judges_nothing_anew(picture) -> None:
    from pipelines.picture.build import Options, compose_snapshot

    bering, _ = compose_snapshot(Options(region="bering"))
    cut, whole = bering.tables["nodes"], picture.tables["nodes"].set_index("node_id", drop=False)
    assert 100 < len(cut) < len(whole) / 2
    pd.testing.assert_frame_equal(
        pd.DataFrame(cut.drop(columns="geometry")),
        pd.DataFrame(whole.loc[cut["node_id"]].drop(columns="geometry")).reset_index(drop=True),
    )
    for name in ("evidence", "measures", "climate_facts", "exits"):
        assert set(bering.tables[name]["node_id"]) <= set(cut["node_id"]), name
    assert set(bering.tables["evidence"]["node_id"]) == set(cut["node_id"])
    # Both sides of the date line are in it, and nothing of Europe.
    assert {"RUS", "USA"} <= set(cut["country_iso3"]) <= {"RUS", "USA"}
    assert (cut["longitude_deg"] > 165).any()
    assert (cut["longitude_deg"] < -155).any()
    east = cut["longitude_deg"] % 360
    assert east.between(164.999, 205.001).all()
    assert cut["latitude_deg"].between(59.999, 73.001).all()


def test_where_two_lists_place_one_thing_apart_the_distance_is_a_datum(nodes) -> None:
    apart = nodes["sources_apart_km"]
    assert apart.notna().any()
    assert (nodes["position_uncertainty_km"] >= apart.fillna(0)).all()
    assert apart[nodes["sources"].str.contains("; ") & (nodes["kind"] == "port")].notna().any()


def test_a_treaty_is_named_and_the_military_class_is_said_to_be_no_use(nodes) -> None:
    under = nodes[nodes["special_status"].isin(["svalbard_treaty_art9", "demilitarised_neutralised"])]
    other = nodes.drop(under.index)
    assert set(under["country_iso3"]) == {"SJM", "ALA"}
    assert under["reasons"].str.endswith("not that it may be used so.").all()
    assert under["reasons"].str.contains("Svalbard Treaty 1920, Art. 9|Åland: demilitarised").all()
    assert not other["reasons"].str.contains("may be used").any()


def test_a_mine_is_one_of_four_kinds_and_no_other_node_has_one(nodes) -> None:
    of_mines = nodes.set_index("kind").loc[["mine"]]
    assert set(of_mines["site_kind"]) == {"mine", "smelter", "refinery", "deposit"}
    assert nodes.loc[nodes["kind"] != "mine", "site_kind"].isna().all()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("Kiruna (Kiirunavaara)", "mine"), ("Kvanefjeld (Kuannersuit)", "deposit"),
     ("Odda zinc smelter", "smelter"),
     ("Nikkelverk, Kristiansand", "refinery"), ("SSAB Raahe steel plant", "smelter"),
     ("Sakatti", "deposit"), ("Nussir", "mine")],
)  # fmt: skip
def test_what_a_site_is_stands_at_its_node(nodes, name: str, kind: str) -> None:
    [row] = nodes[nodes["name"] == name].to_dict("records")
    assert (row["kind"], row["site_kind"]) == ("mine", kind)
