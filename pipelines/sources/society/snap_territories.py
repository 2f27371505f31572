"""Territories of the first peoples of Alaska and Yukon, as SNAP collects them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.source import Remote
from pipelines.sources.planned_features import CROSS_REFERENCE, feature_source, shapefile

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

__all__ = ["SOURCES"]

_VECTORS = "https://raw.githubusercontent.com/ua-snap/geospatial-vector-veracity/main/vector_data"
# Shapefile -> folder at the provider, kind of its areas.
_TERRITORIES = {
    "ethnolinguistic_regions": ("ethnolinguistic", "ethnolinguistic region"),
    "first_nation_traditional_territories": ("first_nations", "traditional territory"),
}


def _territories(path: Path) -> gpd.GeoDataFrame:
    return shapefile(path, in_metres=True).assign(kind=_TERRITORIES[path.stem][1])


SOURCES = (
    feature_source(
        "polygon", {"key": "id", "name": "name", "kind": "kind", "detail": "alt_name"},
        parse=_territories, id="snap_territories", planned_for=CROSS_REFERENCE,
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
