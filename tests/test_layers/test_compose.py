"""The cut of a region: what follows the geometry, what follows the nodes."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from layers.catalog import LAYERS
from layers.compose import _cut, _usable, following, within
from layers.crs import POLAR, polar_points
from layers.regions import CUT_DEG, REGIONS, SOUTH_DEG, Region, region

# Tromsø lies in the Barents region, Nuuk and Nome do not.
PLACES = {"tromso": (18.96, 69.65), "nuuk": (-51.73, 64.17), "nome": (-165.4, 64.5)}


def placed(**of: str) -> gpd.GeoDataFrame:
    """Rows by their key, each at one of PLACES; the key is a `node_id`."""
    lon, lat = zip(*(PLACES[place] for place in of.values()), strict=True)
    return gpd.GeoDataFrame({"node_id": list(of)}, geometry=polar_points(lon, lat), crs=POLAR)


def test_a_table_with_a_geometry_is_cut_by_it_whatever_its_name() -> None:
    ports = placed(a="tromso", b="nuuk").rename(columns={"node_id": "feature_id"})
    assert _cut({"some": ports}, region("barents"))["some"]["feature_id"].tolist() == ["a"]
    assert within(ports, region("greenland"))["feature_id"].tolist() == ["b"]


def test_a_table_with_a_node_id_follows_the_nodes_that_stay_whatever_its_name() -> None:
    rows = pd.DataFrame({"node_id": ["b", "a", "b", "a"], "value": [1, 2, 3, 4]})
    cut = _cut({"facts": rows, "places": placed(a="tromso", b="nuuk")}, region("barents"))
    assert cut["places"]["node_id"].tolist() == ["a"]
    assert cut["facts"]["value"].tolist() == [2, 4]
    assert cut["facts"].index.tolist() == [0, 1]


def test_a_second_geometry_of_a_node_that_is_cut_away_goes_too() -> None:
    reach = placed(a="tromso", b="tromso")
    cut = _cut({"nodes": placed(a="tromso", b="nuuk"), "reach": reach}, region("barents"))
    assert cut["reach"]["node_id"].tolist() == ["a"]


def test_a_node_that_no_table_places_is_in_no_part() -> None:
    rows = pd.DataFrame({"node_id": ["a"]})
    assert _cut({"facts": rows}, region("barents"))["facts"].empty


def test_a_table_of_neither_stays_whole() -> None:
    lists = pd.DataFrame({"material": ["nickel"]})
    assert _cut({"materials": lists}, region("barents"))["materials"] is lists


def test_the_largest_region_is_the_snapshot_and_nothing_is_cut() -> None:
    tables = {"places": placed(a="tromso", b="nome"), "facts": pd.DataFrame({"node_id": ["x"]})}
    assert _cut(tables, region("arctic")) is tables
    assert [row.id for row in REGIONS if row.is_whole] == ["arctic"]
    south = Region("south", "South of the snapshot", SOUTH_DEG - 1)
    assert south.is_whole
    assert not Region("north", "North of its edge", SOUTH_DEG + 0.01).is_whole
    assert not Region("sector", "A sector of it", SOUTH_DEG, 90.0, -170.0, 180.0).is_whole


def test_there_is_one_southern_edge() -> None:
    assert pytest.approx(58.0) == SOUTH_DEG
    assert min(row.south_deg for row in REGIONS) == SOUTH_DEG
    assert pytest.approx(0.005) == CUT_DEG - SOUTH_DEG


def test_a_smaller_cap_is_cut_as_any_region_is() -> None:
    cut = _cut({"places": placed(a="tromso", b="nuuk")}, region("high_north"))
    assert cut["places"]["node_id"].tolist() == ["a"]


def test_what_follows_from_a_table_or_a_grid_is_known():
    from_cables = following({"cables"})
    assert {"cables", "dependants", "flow_edges", "cable_cases", "corridors"} <= from_cables
    assert "node_sites" not in from_cables
    assert "dependants" in following({"ice_presence"})
    assert following(set()) == set()


def test_an_embedded_flow_network_of_another_day_is_not_used():
    table = pd.DataFrame({"network_of": ["2023-11-30"]})
    ready = {"dependants": table, "node_sites": pd.DataFrame()}
    assert set(_usable(ready, "2023-11-30", None, LAYERS)) == {"dependants", "node_sites"}
    assert set(_usable(ready, "2025-01-01", None, LAYERS)) == {"node_sites"}
