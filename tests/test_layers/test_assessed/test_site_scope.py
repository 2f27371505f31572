"""What is in the Arctic, what it hangs on, and which nodes are one place; toy ground and real names."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from layers.assessed.positions import with_lonlat
from layers.assessed.site_scope import PLACE_KM, in_scope, places_of, territory
from layers.crs import POLAR, distance_km, geographic_to_polar, lonlat, polar_points

GEOD = Geod(ellps="WGS84")
HOME = (20.0, 70.0)


def off(km: float, azimuth: float = 60.0, home: tuple[float, float] = HOME) -> tuple[float, float]:
    there = GEOD.fwd(*home, azimuth, km * 1000)
    return there[0], there[1]


def table(*places: tuple[float, float], **columns: list) -> pd.DataFrame:
    lon, lat = zip(*places, strict=True)
    return pd.DataFrame({"longitude_deg": lon, "latitude_deg": lat} | columns)


# ----------------------------------------------------------------------------------------- scope


def gateways(*rows: tuple[tuple[float, float], float]) -> gpd.GeoDataFrame:
    places, reach = zip(*rows, strict=True)
    lon, lat = zip(*places, strict=True)
    return gpd.GeoDataFrame({"reach_km": reach}, geometry=polar_points(lon, lat), crs=POLAR)


NORTH = gpd.GeoDataFrame(
    {"feature_id": ["x"]}, geometry=geographic_to_polar([shapely.box(0, 71, 60, 80)]), crs=POLAR
)


@pytest.mark.parametrize(
    ("place", "inside", "scope"),
    [
        ((20.0, 71.2), True, "arctic"),
        ((20.0, 70.8), False, "context"),
        (off(14.9), False, "gateway"),
        (off(15.1), False, "context"),
        # A gateway that stands inside makes nothing of what is inside already.
        ((20.0, 75.0), True, "arctic"),
        (off(30.0, 60.0, (50.0, 69.0)), False, "gateway"),
        (off(51.0, 60.0, (50.0, 69.0)), False, "context"),
    ],
)
def test_scope_by_the_boundary_and_the_reach_of_a_gateway(
    place: tuple[float, float], inside: bool, scope: str
) -> None:
    cited = gateways((HOME, 15.0), ((20.0, 75.0), 15.0), ((50.0, 69.0), 50.0))
    actual = in_scope(table(place), NORTH, cited)
    assert actual["in_arctic"].tolist() == [inside]
    assert actual["scope"].tolist() == [scope]


@pytest.fixture(scope="module")
def nodes(picture) -> pd.DataFrame:
    return picture.tables["nodes"]


INSIDE = [
    "Tromsø", "Bodø", "Kiruna", "Rovaniemi", "Murmansk", "Norilsk", "Nuuk", "Reykjav", "Iqaluit",
    "Anchorage",
]  # fmt: skip
OUTSIDE = [
    "Trondheim", "Umeå", "Oulu", "Arkhangel", "Syktyvkar", "Juneau", "Churchill", "Helsinki", "Yakutsk",
    "Petrozavodsk",
]  # fmt: skip


@pytest.mark.parametrize("name", INSIDE)
def test_ten_places_are_in_the_arctic(nodes, name: str) -> None:
    here = nodes[nodes["name"].str.contains(name, regex=False)]
    assert len(here)
    assert here["in_arctic"].all()
    assert set(here["scope"]) == {"arctic"}


@pytest.mark.parametrize("name", OUTSIDE)
def test_ten_places_are_not(nodes, name: str) -> None:
    here = nodes[nodes["name"].str.contains(name, regex=False)]
    assert len(here)
    assert not here["in_arctic"].any()
    assert set(here["scope"]) <= {"gateway", "context"}


@pytest.mark.parametrize(("name", "scope"), [
    ("Arkhangel", "gateway"), ("Churchill", "gateway"), ("Severodvinsk", "gateway"),
    ("Umeå", "context"), ("Oulu", "context"), ("Syktyvkar", "context"), ("Helsinki", "context"),
    ("Juneau", "context"), ("Petrozavodsk", "context"),
])  # fmt: skip
def test_gateways_are_those_that_are_cited(nodes, name: str, scope: str) -> None:
    assert set(nodes.loc[nodes["name"].str.contains(name, regex=False), "scope"]) == {scope}


def test_scope_follows_from_the_layers_of_the_picture(nodes, picture) -> None:
    ground = shapely.union_all(picture.tables["arctic_boundary"].geometry.to_numpy())
    assert nodes["in_arctic"].tolist() == shapely.covers(ground, nodes.geometry.to_numpy()).tolist()
    assert (nodes["in_arctic"] == (nodes["scope"] == "arctic")).all()
    cited = with_lonlat(picture.tables["gateways"])
    reached = np.zeros(len(nodes), dtype=bool)
    for gate in cited.itertuples():
        km = distance_km(
            nodes["longitude_deg"].to_numpy(), nodes["latitude_deg"].to_numpy(),
            np.full(len(nodes), gate.longitude_deg), np.full(len(nodes), gate.latitude_deg),
        )  # fmt: skip
        assert (km <= gate.reach_km).any(), gate.name
        reached |= km <= gate.reach_km + 0.01
    assert reached[nodes["scope"] == "gateway"].all()
    assert not (reached & (nodes["scope"] == "context")).sum() > 1  # one on the very edge at most
    # Every country of the eight has some inside, and no country that has none by any definition.
    assert set(nodes.loc[nodes["in_arctic"], "country_iso3"]) == {
        "CAN", "FIN", "FRO", "GRL", "ISL", "NOR", "RUS", "SJM", "SWE", "USA",
    }  # fmt: skip


def test_the_boundary_is_one_area_that_holds_the_pole_and_ends_where_the_picture_does(picture) -> None:
    area = picture.tables["arctic_boundary"]
    assert len(area) == 1
    assert area.geometry.is_valid.all()
    shape = area.geometry.iloc[0]
    assert shapely.contains_xy(shape, 0.0, 0.0)
    xy = shapely.get_coordinates(shape)
    assert lonlat(xy[:, 0], xy[:, 1])[1].min() > 57.9
    assert "Nordland" in area["statement"].iloc[0]


# ---------------------------------------------------------------------------------------- places


def towns(*rows: tuple[str, tuple[float, float], float]) -> pd.DataFrame:
    names, places, people = zip(*rows, strict=True)
    return table(*places, feature_id=list(names), name=[n.title() for n in names], population=list(people))


def sites(*rows: tuple[str, tuple[float, float]]) -> pd.DataFrame:
    names, places = zip(*rows, strict=True)
    return table(*places, node_id=[f"port:{n}" for n in names], name=[n.title() for n in names])


def test_nodes_of_one_town_are_one_place_and_the_largest_town_names_it() -> None:
    people = towns(("hamlet", off(1), 90), ("city", off(10), 40_000), ("next", off(300), 5000))
    actual = places_of(sites(("a", off(2)), ("b", off(30)), ("c", off(36)), ("d", off(301))), people)
    assert actual["place"].tolist() == ["City", "C", "C", "Next"]  # b is 20 km from the city, 6 from c
    assert actual["place_id"].tolist() == ["place:city", "place:port:c", "place:port:c", "place:next"]


def test_where_there_is_no_town_the_first_node_names_the_place() -> None:
    people = towns(("far", off(500), 5000))
    actual = places_of(sites(("a", off(0)), ("b", off(20)), ("c", off(44)), ("d", off(24, 240))), people)
    # b and d lie within 25 km of a; c is 44 km off and a place of its own, 24 km from b.
    assert actual["place"].tolist() == ["A", "A", "C", "A"]


def test_a_town_of_unknown_size_comes_last() -> None:
    people = towns(("unsaid", off(1), np.nan), ("village", off(20), 30))
    assert places_of(sites(("a", HOME)), people)["place"].tolist() == ["Village"]


SPOT = st.tuples(st.floats(0, 120), st.floats(0, 360))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(SPOT, min_size=1, max_size=12),
    st.lists(st.tuples(SPOT, st.integers(0, 9999)), min_size=1, max_size=6),
)
def test_every_node_lies_within_25_km_of_its_centre_and_centres_lie_apart(spots: list, settled: list) -> None:
    people = towns(*((f"t{n}", off(*spot), size) for n, (spot, size) in enumerate(settled)))
    some = sites(*((f"n{n}", off(*spot)) for n, spot in enumerate(spots)))
    actual = places_of(some, people)
    centre = {f"place:{r.feature_id}": (r.longitude_deg, r.latitude_deg) for r in people.itertuples()}
    centre |= {f"place:{r.node_id}": (r.longitude_deg, r.latitude_deg) for r in some.itertuples()}
    used = sorted(set(actual["place_id"]))
    for row, name in zip(some.itertuples(), actual["place_id"], strict=True):
        apart = GEOD.inv(row.longitude_deg, row.latitude_deg, *centre[name])[2] / 1000
        assert apart <= PLACE_KM + 1e-6
        # The sphere says which is nearest: to a third of a percent.
        assert all(
            GEOD.inv(row.longitude_deg, row.latitude_deg, *centre[other])[2] / 1000 >= apart * 0.99 - 1e-6
            for other in used
        )
    for n, one in enumerate(used):
        for other in used[:n]:
            assert GEOD.inv(*centre[one], *centre[other])[2] / 1000 > PLACE_KM - 1e-6


def test_places_of_the_picture_lie_within_25_km_of_their_centre(nodes, picture) -> None:
    settled = with_lonlat(picture.tables["settlements"])
    centre = settled.assign(key="place:" + settled["feature_id"])[
        ["key", "name", "longitude_deg", "latitude_deg"]
    ]
    own = nodes.assign(key="place:" + nodes["node_id"])[["key", "name", "longitude_deg", "latitude_deg"]]
    at = pd.concat([centre, pd.DataFrame(own)]).set_index("key").loc[nodes["place_id"]]
    km = distance_km(
        nodes["longitude_deg"].to_numpy(), nodes["latitude_deg"].to_numpy(), at["longitude_deg"].to_numpy(),
        at["latitude_deg"].to_numpy(),
    )  # fmt: skip
    assert km.max() <= PLACE_KM + 0.01
    assert nodes["place"].tolist() == at["name"].tolist()
    assert nodes.groupby("place_id")["place"].nunique().max() == 1
    assert nodes["place_id"].nunique() < len(nodes) / 2


# ----------------------------------------------------------------------------------------- territory

# Finland up to 21.0 E, Åland in 20.0 to 20.2 E, Sweden west of 18.6 E, all along 60 N to 60.2 N; 0.1 degree
# of longitude is 5.6 km there.
OUTLINES = gpd.GeoDataFrame(
    {"country_iso3": ["FIN", "ALA", "SWE"]},
    geometry=geographic_to_polar(
        [shapely.box(21.0, 60.0, 25.0, 60.2), shapely.box(20.0, 60.0, 20.2, 60.2),
         shapely.box(15.0, 60.0, 18.6, 60.2)]
    ),
    crs=POLAR,
)  # fmt: skip
TOWNS = table((20.1, 60.1), (21.1, 60.1), (18.0, 60.1), country_iso3=["ALA", "FIN", "SWE"])


@pytest.mark.parametrize(
    ("longitude", "stated", "expected"),
    [
        (19.95, "FIN", "ALA"),  # 2.8 km off Åland
        (19.80, "FIN", "ALA"),  # an islet: 11 km off Åland, 67 km off Finland
        (19.70, "FIN", "FIN"),  # 17 km off both outlines of its state: as its source states
        (20.80, "FIN", "FIN"),  # 11 km off Finland, 33 km off Åland
        (19.80, "SWE", "SWE"),  # a stated country that has no territory stays
        (22.00, "FIN", "FIN"),
        (19.80, None, "ALA"),
        (22.00, None, "FIN"),
    ],
)
def test_the_country_of_a_site_is_stated_or_of_its_territory(longitude, stated, expected):
    site = table((longitude, 60.1), country_iso3=[stated])
    assert territory(site, OUTLINES, TOWNS).tolist() == [expected]


def test_beside_a_border_a_town_tells_the_country():
    """1 km inside one simplified outline, and 2 km from a town of the other country."""
    outlines = gpd.GeoDataFrame(
        {"country_iso3": ["FIN", "RUS"]},
        geometry=geographic_to_polar([shapely.box(28.0, 61, 28.8, 62), shapely.box(28.8, 61, 30, 62)]),
        crs=POLAR,
    )
    towns = table((28.83, 61.1), (28.6, 61.1), country_iso3=["RUS", "FIN"])
    site = table((28.79, 61.1), country_iso3=[None])
    assert territory(site, outlines, towns).tolist() == ["RUS"]
    assert territory(site, outlines, towns.iloc[:0]).tolist() == ["FIN"], "the outline, if there is no town"
