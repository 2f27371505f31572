"""`SOURCES` are all datasets that a picture names, in the order of the layers they feed.

`FETCHABLE` are these and the planned sources, which no layer uses yet.
"""

from __future__ import annotations

from pipelines.source import Source
from pipelines.sources import missing_sources, planned, reference
from pipelines.sources.climate import etopo, model_climate, permafrost_maps
from pipelines.sources.infrastructure import global_power_plants, osm_transport, our_airports
from pipelines.sources.minerals import gem_iron, icmm_mines, usgs_commodity_summaries, world_mining_data
from pipelines.sources.sea_ice import ice_presence, nsidc_sea_ice_index, sea_ice_areas, sea_ice_grid
from pipelines.sources.shipping import eurostat_marnet, world_port_index
from pipelines.sources.society import arctic_boundary, geonames, natural_earth

__all__ = ["FETCHABLE", "SOURCES", "source"]

SOURCES: tuple[Source, ...] = (
    *etopo.SOURCES,
    *natural_earth.SOURCES,
    *arctic_boundary.SOURCES,
    *model_climate.SOURCES,
    *sea_ice_grid.SOURCES,
    *sea_ice_areas.SOURCES,
    *ice_presence.SOURCES,
    *nsidc_sea_ice_index.SOURCES,
    *eurostat_marnet.SOURCES,
    *osm_transport.SOURCES,
    *world_port_index.SOURCES,
    *our_airports.SOURCES,
    *geonames.SOURCES,
    *global_power_plants.SOURCES,
    *icmm_mines.SOURCES,
    *gem_iron.SOURCES,
    *world_mining_data.SOURCES,
    *usgs_commodity_summaries.SOURCES,
    *reference.SOURCES,
    *permafrost_maps.SOURCES,
    *missing_sources.SOURCES,
)


# `arctic-picture fetch` also knows the sources that no layer uses yet.
FETCHABLE: tuple[Source, ...] = (*SOURCES, *planned.SOURCES)


def source(name: str) -> Source:
    """The source with the id `name`, of all in `FETCHABLE`; raises KeyError if there is none."""
    return {row.id: row for row in FETCHABLE}[name]
