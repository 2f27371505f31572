"""Communities of the Arctic as SNAP lists them, a file a country or territory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

from pipelines.frames import read_rows, to_number
from pipelines.source import Remote
from pipelines.sources.features import feature_source

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


SOURCES = (
    feature_source(
        "point", {"key": "id", "name": "name", "country": "country", "detail": "region"},
        parse=_communities, id="snap_communities", title="Arctic communities",
        publisher="Scenarios Network for Alaska and Arctic Planning", licence="MIT",
        citation="SNAP, geospatial-vector-veracity", as_of="2024-01-01",
        homepage="https://github.com/ua-snap/geospatial-vector-veracity", made="points as listed",
        remotes=tuple(
            Remote(
                "https://raw.githubusercontent.com/ua-snap/geospatial-vector-veracity/main/vector_data/point/"
                f"{name}_point_locations.csv",
                f"infrastructure/arctic_communities/{name}_point_locations.csv",
            )
            for name in _PLACES
        ),
    ),
)  # fmt: skip
