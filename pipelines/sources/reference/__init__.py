"""Sources that are read from the cited CSV tables in layers/reference."""

from __future__ import annotations

from pipelines.sources.reference import (
    climate_records,
    disruptions,
    facilities,
    gateways_and_borders,
    global_warming,
    interconnectors,
    material_lists,
    memberships,
    military_sites,
    mine_sites,
    network_links,
    policy_documents,
    sea_level,
)

__all__ = ["SOURCES"]

SOURCES = (
    *memberships.SOURCES,
    *military_sites.SOURCES,
    *network_links.SOURCES,
    *material_lists.SOURCES,
    *policy_documents.SOURCES,
    *sea_level.SOURCES,
    *climate_records.SOURCES,
    *gateways_and_borders.SOURCES,
    *global_warming.SOURCES,
    *facilities.SOURCES,
    *mine_sites.SOURCES,
    *disruptions.SOURCES,
    *interconnectors.SOURCES,
)
