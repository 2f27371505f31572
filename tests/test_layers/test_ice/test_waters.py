"""Names of places at sea: straits, the smallest sea, the nearest sea, none."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from layers.crs import POLAR, lonlat
from layers.ice.waters import waters

KM = 1000.0
STRAITS = gpd.GeoDataFrame(
    {"name": ["Narrow", "Gate"]},
    geometry=[
        shapely.LineString([(0, -2_000 * KM), (0, -1_950 * KM)]),
        shapely.LineString([(100 * KM, -2_000 * KM), (100 * KM, -1_950 * KM)]),
    ],
    crs=POLAR,
)
SEAS = gpd.GeoDataFrame(
    {"name": ["Ocean", "Bay", None]},
    geometry=[
        shapely.box(-1_000 * KM, -3_000 * KM, 1_000 * KM, -1_000 * KM),
        shapely.box(500 * KM, -2_500 * KM, 700 * KM, -2_300 * KM),
        shapely.box(-800 * KM, -2_500 * KM, -700 * KM, -2_400 * KM),
    ],
    crs=POLAR,
)


def name_at(x_km: float, y_km: float) -> str:
    lon, lat = lonlat(x_km * KM, y_km * KM)
    return waters(float(lon), float(lat), STRAITS, SEAS)[0]


def test_a_strait_within_60_km_names_the_place_and_the_nearer_of_two() -> None:
    assert name_at(-59, -1_970) == "Narrow"
    assert name_at(-59.97, -1_970) == "Narrow"
    assert name_at(-60.03, -1_970) == "Ocean"
    assert name_at(45, -1_970) == "Narrow"
    assert name_at(55, -1_970) == "Gate"


def test_the_smallest_sea_that_holds_the_place_names_it() -> None:
    assert name_at(600, -2_400) == "Bay"
    assert name_at(800, -2_400) == "Ocean"
    assert name_at(-750, -2_450) == "Ocean"  # the smaller area has no name


def test_on_a_coast_the_nearest_sea_within_250_km_names_it() -> None:
    assert name_at(1_249, -2_000) == "Ocean"
    assert name_at(1_251, -2_000) == ""


def test_a_place_without_coordinates_has_no_name() -> None:
    lon, lat = lonlat(np.array([600 * KM]), np.array([-2_400 * KM]))
    assert waters([np.nan, lon[0]], [70.0, lat[0]], STRAITS, SEAS) == ["", "Bay"]
    assert waters(lon, lat, STRAITS.iloc[:0], SEAS.iloc[:0]) == [""]
