"""Sources that no layer uses yet: each can be fetched and read, and no picture names it.

`Source.planned_for` of each row says which layer or command the source is for.
"""

from __future__ import annotations

from pipelines.sources.infrastructure import (
    entsoe_gridkit,
    feature_services,
    gem,
    osm_power_lines,
    telegeography,
)
from pipelines.sources.minerals import geus_occurrences
from pipelines.sources.sea_ice import dmi_ice_charts
from pipelines.sources.shipping import barentswatch_ais, vessel_density
from pipelines.sources.society import snap_territories

__all__ = ["SOURCES"]

SOURCES = (
    *dmi_ice_charts.SOURCES,
    *gem.SOURCES,
    *telegeography.SOURCES,
    *snap_territories.SOURCES,
    *feature_services.SOURCES,
    *osm_power_lines.SOURCES,
    *entsoe_gridkit.SOURCES,
    *geus_occurrences.SOURCES,
    *vessel_density.SOURCES,
    *barentswatch_ais.SOURCES,
)
