"""Toy sites and statements for the climate facts."""

from __future__ import annotations

import math
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import Geod

from layers.assessed.fact_rows import FactRows
from layers.crs import POLAR, polar_points
from layers.observed.climate_records import TIERS

GEOD = Geod(ellps="WGS84")


NAN = math.nan


HOME = (20.0, 70.0)


def off(km: float, azimuth: float = 60.0, home: tuple[float, float] = HOME) -> tuple[float, float]:
    """Longitude and latitude of the place `km` from `home` in the direction `azimuth` (degrees)."""
    lon, lat, _ = GEOD.fwd(*home, azimuth, km * 1000)
    return lon, lat


def sites(*rows: tuple[str, tuple[float, float]]) -> pd.DataFrame:
    """A table of nodes from pairs of an id `<kind>:<name>` and a place (longitude, latitude)."""
    nodes, places = zip(*rows, strict=True)
    lon, lat = zip(*places, strict=True)
    table = pd.DataFrame({"node_id": nodes, "longitude_deg": lon, "latitude_deg": lat})
    return table.assign(kind=table["node_id"].str.split(":").str[0])


def placed(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """Statements with the columns of a citation, as points in EPSG:3413 at `at` (longitude, latitude)."""
    usual = {
        "reach_km": 10.0, "confidence": "high", "name": "a name", "source_title": "t", "source_url": "u",
        "source_id": "s", "as_of": "2020",
    }  # fmt: skip
    table = pd.DataFrame([usual | row for row in rows])
    lon, lat = zip(*table["at"], strict=True)
    return gpd.GeoDataFrame(table.drop(columns="at"), geometry=polar_points(lon, lat), crs=POLAR)


def fact_table(book: FactRows) -> pd.DataFrame:
    """The facts, best first, as the layer orders them."""
    table = book.table()
    order = table["tier"].map({name: place for place, name in enumerate(TIERS)})
    table = table.assign(order=order).sort_values(["node_id", "fact", "order"], kind="stable")
    return table.drop_duplicates(["node_id", "fact"]).set_index(["node_id", "fact"])
