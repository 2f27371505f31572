"""Sources that can be fetched, read and looked at, and feed no layer: no picture names them."""

from __future__ import annotations

from pipelines.sources import (
    arctic_communities,
    dmi_ice_charts,
    feature_services,
    gem,
    geometric_features,
    login_services,
    mineral_records,
    natural_earth_more,
    overpass,
    permafrost_maps,
    telegeography,
    vessel_density,
)

SOURCES = (
    *dmi_ice_charts.SOURCES,
    *gem.SOURCES,
    *telegeography.SOURCES,
    *natural_earth_more.SOURCES,
    *geometric_features.SOURCES,
    *arctic_communities.SOURCES,
    *feature_services.SOURCES,
    *overpass.SOURCES,
    *mineral_records.SOURCES,
    *vessel_density.SOURCES,
    *permafrost_maps.SOURCES,
    *login_services.SOURCES,
)
