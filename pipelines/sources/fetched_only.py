"""Sources that can be fetched, read and looked at, and feed no layer: no picture names them."""

from __future__ import annotations

from pipelines.sources import login_services
from pipelines.sources.infrastructure import feature_services, gem, overpass, telegeography
from pipelines.sources.minerals import mineral_records
from pipelines.sources.sea_ice import (
    cmip6_extent,
    dmi_ice_charts,
    dmi_inshore,
    ice_regional,
    piomas,
    polarwatch,
)
from pipelines.sources.shipping import geometric_features, vessel_density
from pipelines.sources.society import arctic_communities, natural_earth_more

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
