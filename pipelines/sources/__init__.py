"""SOURCES: every dataset, in the order of the layers they feed. A dataset is one file and one row."""

from __future__ import annotations

from pipelines.source import Source
from pipelines.sources import (
    arctic_boundary,
    etopo,
    eurostat_marnet,
    fetched_only,
    geonames,
    global_power_plants,
    ice_presence,
    icmm_mines,
    model_climate,
    natural_earth,
    nsidc_sea_ice_index,
    osm_transport,
    our_airports,
    own_climate_tables,
    own_site_tables,
    own_tables,
    permafrost_maps,
    sea_ice_areas,
    sea_ice_grid,
    wanted,
    world_mining_data,
    world_port_index,
)

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
    *world_mining_data.SOURCES,
    *own_tables.SOURCES,
    *own_climate_tables.SOURCES,
    *own_site_tables.SOURCES,
    *permafrost_maps.SOURCES,
    *wanted.SOURCES,
)


# What `arctic-picture fetch` knows: also what no layer is fed by yet.
FETCHABLE: tuple[Source, ...] = (*SOURCES, *fetched_only.SOURCES)


def source(name: str) -> Source:
    """Look a source up by id; raises KeyError where there is none."""
    return {row.id: row for row in FETCHABLE}[name]
