"""Sources that can be fetched, read and looked at, and feed no layer: no picture names them."""

from __future__ import annotations

from pipelines.sources import (
    arctic_communities,
    cmip6_extent,
    dmi_ice_charts,
    dmi_inshore,
    feature_services,
    gem,
    geometric_features,
    ice_regional,
    login_services,
    mineral_records,
    natural_earth_more,
    overpass,
    piomas,
    polarwatch,
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
    *login_services.SOURCES,
    *polarwatch.SOURCES,
    *piomas.SOURCES,
    *ice_regional.SOURCES,
    *dmi_inshore.SOURCES,
    *cmip6_extent.SOURCES,
)
