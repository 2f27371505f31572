"""Railheads of a toy network: dead ends at a place, with the source and the date of their line."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from layers.assessed.rail_terminals import rail_terminals
from layers.crs import POLAR, polar_points

GEOD = Geod(ellps="WGS84")


def north_of(lon: float, lat: float, km: float) -> tuple[float, float]:
    there = GEOD.fwd(lon, lat, 0.0, km * 1000)
    return there[0], there[1]


def line(*places: tuple[float, float], source: str = "one_list", day: str = "2020-01-01") -> dict:
    points = polar_points(*zip(*places, strict=True))
    return {
        "source_id": source,
        "as_of": day,
        "geometry": shapely.linestrings(shapely.get_coordinates(points)),
    }


def railways(*lines: dict) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(list(lines), crs=POLAR)


def places(*rows: tuple[str, tuple[float, float]]) -> pd.DataFrame:
    return pd.DataFrame(
        {"name": [name for name, _ in rows], "country_iso3": "NOR",
         "longitude_deg": [at[0] for _, at in rows], "latitude_deg": [at[1] for _, at in rows]}
    )  # fmt: skip


def heads(*rows: tuple[str, tuple[float, float], str | None]) -> gpd.GeoDataFrame:
    table = pd.DataFrame(rows, columns=["name", "at", "replaces"]).astype({"replaces": "str"})
    table["feature_id"] = "head-" + table["name"].astype("str")
    table = table.assign(country_iso3="NOR", source_id="heads", as_of="2025-02-02")
    at = table.pop("at").tolist()
    return gpd.GeoDataFrame(table, geometry=polar_points([a[0] for a in at], [a[1] for a in at]), crs=POLAR)


NONE = heads(("far", (0.0, 80.0), None))
SOUTH, NORTH = (20.0, 66.0), (20.0, 67.0)


def test_an_end_has_the_source_and_the_date_of_its_line() -> None:
    lines = railways(
        line(SOUTH, NORTH),
        line((30.0, 66.0), (30.0, 67.0), source="new_list", day="2031-05-06"),
    )
    table = rail_terminals(lines, places(("Vik", NORTH), ("Nes", (30.0, 67.0))), NONE).set_index("name")
    actual = table.loc[["Vik railhead", "Nes railhead"], ["source_id", "as_of", "feature_id"]]
    assert actual.to_numpy().tolist() == [
        ["one_list", "2020-01-01", "osm-rail-20000_67000"],
        ["new_list", "2031-05-06", "osm-rail-30000_67000"],
    ]


@pytest.mark.parametrize(("km", "count"), [(9.99, 1), (10.01, 0)])
def test_a_line_serves_a_place_within_10_km(km: float, count: int) -> None:
    table = rail_terminals(railways(line(SOUTH, NORTH)), places(("Vik", north_of(*NORTH, km))), NONE)
    assert (table["name"] == "Vik railhead").sum() == count


@pytest.mark.parametrize(("part", "count"), [(1.02, 1), (0.98, 0)])
def test_a_network_under_25_km_has_no_ends(part: float, count: int) -> None:
    # Lengths are of the map, in EPSG:3413 metres.
    x, y = shapely.get_coordinates(polar_points([20.0], [67.0]))[0]
    shape = shapely.linestrings([(x, y), (x, y + 25_000.0 * part)])
    lines = gpd.GeoDataFrame([line(SOUTH, NORTH) | {"geometry": shape}], crs=POLAR)
    table = rail_terminals(lines, places(("Vik", NORTH)), NONE)
    assert (table["name"] == "Vik railhead").sum() == count


def test_the_cut_at_58_north_and_a_junction_are_no_ends() -> None:
    lines = railways(
        line((20.0, 58.02), (20.0, 59.0)), line((20.0, 59.0), (20.0, 60.0)), line((20.0, 59.0), (22.0, 59.0))
    )
    towns = places(
        ("Cut", (20.0, 58.02)), ("Junction", (20.0, 59.0)), ("End", (20.0, 60.0)), ("East", (22.0, 59.0))
    )
    table = rail_terminals(lines, towns, NONE)
    assert set(table["name"]) == {"far railhead", "End railhead", "East railhead"}


def test_a_published_railhead_takes_the_key_of_the_end_that_it_replaces() -> None:
    at = north_of(*NORTH, 12.0)
    published = heads(("Vik", at, "rail_terminal:osm-rail-20000_67000"))
    table = rail_terminals(railways(line(SOUTH, NORTH)), places(("Vik", NORTH)), published)
    assert table[["feature_id", "source_id", "as_of", "sources"]].to_numpy().tolist() == [
        ["osm-rail-20000_67000", "heads", "2025-02-02", "head-Vik; osm-rail-20000_67000"]
    ]


def test_of_two_ends_within_10_km_the_one_nearest_its_place_stays() -> None:
    near, far = north_of(*NORTH, 1.0), north_of(*NORTH, 8.0)
    lines = railways(line(SOUTH, far), line((21.0, 66.0), near))
    table = rail_terminals(lines, places(("Vik", NORTH)), NONE)
    kept = table[table["name"] == "Vik railhead"]
    assert kept["latitude_deg"].round(4).tolist() == [round(near[1], 4)]
