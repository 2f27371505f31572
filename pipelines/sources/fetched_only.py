"""Sources that can be fetched, read and looked at, and feed no layer: no picture names them."""

from __future__ import annotations

from pipelines.sources import (
    arctic_communities,
    dmi_ice_charts,
    feature_services,
    gem,
    geometric_features,
    natural_earth_more,
    telegeography,
)

SOURCES = (
    *dmi_ice_charts.SOURCES,
    *gem.SOURCES,
    *telegeography.SOURCES,
    *natural_earth_more.SOURCES,
    *geometric_features.SOURCES,
    *arctic_communities.SOURCES,
    *feature_services.SOURCES,
)
