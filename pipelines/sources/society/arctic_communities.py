"""Communities of the Arctic and territories of its first peoples, as SNAP collects them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

from pipelines.intake.findings import Checks
from pipelines.intake.place_checks import ashore
from pipelines.read_helpers import read_rows, to_number
from pipelines.source import Remote
from pipelines.sources.features import feature_source, shapefile

if TYPE_CHECKING:
    from pathlib import Path

_PLACES = (
    "alaska", "faroe", "finland", "greenland", "iceland", "northwest_territories", "norway", "nunavut",
    "russia", "sweden", "yukon",
)  # fmt: skip


def _communities(path: Path) -> gpd.GeoDataFrame:
    raw = read_rows(path, expect=["name", "latitude", "longitude"])
    places = gpd.points_from_xy(to_number(raw["longitude"]), to_number(raw["latitude"]))
    return gpd.GeoDataFrame(raw, geometry=places, crs=4326)


_VECTORS = "https://raw.githubusercontent.com/ua-snap/geospatial-vector-veracity/main/vector_data"
# Shapefile -> its folder, and the words for what its areas are.
_TERRITORIES = {
    "ethnolinguistic_regions": ("ethnolinguistic", "ethnolinguistic region"),
    "first_nation_traditional_territories": ("first_nations", "traditional territory"),
}


def _territories(path: Path) -> gpd.GeoDataFrame:
    return shapefile(path, in_metres=True).assign(kind=_TERRITORIES[path.stem][1])


SOURCES = (
    feature_source(
        "point", {"key": "id", "name": "name", "country": "country", "detail": "region"},
        parse=_communities, id="snap_communities", title="Arctic communities",
        publisher="Scenarios Network for Alaska and Arctic Planning", licence="MIT",
        citation="SNAP, geospatial-vector-veracity", as_of="2024-01-01",
        homepage="https://github.com/ua-snap/geospatial-vector-veracity", made="points as listed",
        remotes=tuple(
            Remote(
                f"{_VECTORS}/point/{name}_point_locations.csv",
                f"infrastructure/arctic_communities/{name}_point_locations.csv",
            )
            for name in _PLACES
        ),
        checks=Checks(own=(ashore,)),
    ),
    feature_source(
        "polygon", {"key": "id", "name": "name", "kind": "kind", "detail": "alt_name"},
        parse=_territories, id="snap_territories",
        title="Ethnolinguistic regions of Alaska, traditional territories of Yukon First Nations",
        publisher="Scenarios Network for Alaska and Arctic Planning; Government of Yukon",
        licence="MIT; OGL-Yukon-2.0",
        citation="Krauss et al. 2011; GeoYukon; SNAP, geospatial-vector-veracity",
        as_of="2024-01-01", homepage="https://github.com/ua-snap/geospatial-vector-veracity",
        made="areas as drawn, cut at 58 N; they overlap, and are no borders",
        remotes=tuple(
            Remote(
                f"{_VECTORS}/polygon/boundaries/{folder}/{name}{part}",
                f"climate/uasnap/{name}{part}",
                "bytes",
            )
            for name, (folder, _) in _TERRITORIES.items()
            for part in (".shp", ".shx", ".dbf", ".prj", ".cpg")
        ),
    ),
)  # fmt: skip
