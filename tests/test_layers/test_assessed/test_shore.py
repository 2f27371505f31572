"""Which sites are at the sea: distances worked out on a square of land, and the ports of the snapshot."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from layers.assessed.shore import is_coastal
from layers.crs import POLAR
from pipelines.snapshot import load
from pipelines.sources import SOURCES

# A square of land of 100 km with its shores at x = 0 and x = 100 km; the distances are from x = 0.
LAND = gpd.GeoDataFrame(geometry=[shapely.box(0, -1e6, 1e5, -9e5)], crs=POLAR)
PORTS = pd.DataFrame({"feature_id": ["river", "lake", "blank"],
                      "harbor_type": ["River (Natural)", "Canal or Lake", None]})  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "x_km", "sources", "expected"),
    [
        ("port", 9.0, "gazetteer", True),
        ("port", 11.0, "gazetteer", False),
        ("port", -40.0, "gazetteer", True),  # on an islet that the outline does not have
        ("port", 40.0, "gazetteer; river", True),
        ("port", 40.0, "blank", True),  # a list of ports of the sea that states no type
        ("port", 40.0, "lake; gazetteer", False),
        ("port", 9.0, "lake", True),
        ("cable_landing", 40.0, "x", True),
        ("airfield", 0.9, "x", True),
        ("airfield", 1.1, "river", False),
    ],
)
def test_a_port_inland_is_at_the_sea_only_if_its_list_says_so(kind, x_km, sources, expected):
    sites = pd.DataFrame({"kind": [kind], "sources": [sources]})
    points = shapely.points([[x_km * 1000, -9.5e5]])
    assert is_coastal(sites, points, LAND, PORTS).tolist() == [expected]


def test_ports_on_lakes_have_no_sea_and_ports_of_great_rivers_have_it():
    static = load(SOURCES).static
    sites = static["node_sites"]
    ports = sites[sites["kind"] == "port"].set_index("node_id")["name"]
    coastal = static["measures"].set_index("node_id")["is_coastal"].reindex(ports.index)
    on_lakes = ports[~coastal]
    assert {"Kuopion Satama", "Årjäng", "Lappeenrannan satama", "Mikkelin Satama", "Vasteras"} <= set(
        on_lakes
    )
    assert {"Dudinka", "Igarka", "Nar Yan-Mar", "Khatanga", "Arkhangels'k"} <= set(ports[coastal])
    facts = static["climate_facts"]
    of_the_sea = facts["fact"].str.startswith(("ice_", "relative_sea_level"))
    assert facts[facts["node_id"].isin(on_lakes.index) & of_the_sea].empty
    assert "port:wpi-62720" in set(facts.loc[of_the_sea, "node_id"]), "Dudinka"
