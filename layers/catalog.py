"""LAYERS: every layer of the picture, in computing order."""

from __future__ import annotations

from layers.assessed.alliances import ALLIANCES
from layers.assessed.areas import PERMAFROST, WARMING
from layers.assessed.climate_facts import CLIMATE_FACTS
from layers.assessed.counterfactuals import EXITS
from layers.assessed.evidence import EVIDENCE
from layers.assessed.flow_cases import CABLE_CASES, CORRIDORS
from layers.assessed.flow_network import DEPENDANTS, FLOW_EDGES, LAND_LINES
from layers.assessed.material_divergences import MATERIAL_DIVERGENCES
from layers.assessed.measures import MEASURES
from layers.assessed.node_recovery import NODE_RECOVERY
from layers.assessed.nodes import NODES
from layers.assessed.overrides import OVERRIDES
from layers.assessed.sensitivity import SENSITIVITY
from layers.assessed.sites import SITES
from layers.assessed.standard_results import DATA_REQUESTS, STANDARD_RESULTS
from layers.assessed.supply_concentration import SUPPLY_COMPARISONS, SUPPLY_CONCENTRATION
from layers.assessed.warming_levels import WARMING_LEVELS
from layers.differences import CHANGES
from layers.ice.continuity import SOURCE_CONTINUITY
from layers.ice.extent_trends import SEA_ICE_TRENDS
from layers.observed.airfields import AIRFIELDS
from layers.observed.boundaries import COUNTRIES, SEAS
from layers.observed.cables import CABLE_LANDINGS, CABLES
from layers.observed.climate_records import (
    COASTAL_EROSION,
    GLOBAL_WARMING,
    PERMAFROST_MAPS,
    PERMAFROST_PLACES,
    PORT_ICE_SEASONS,
    STATION_NORMALS,
    THAW_DAMAGE,
)
from layers.observed.disruptions import (
    CABLE_FACTS,
    INCIDENTS,
    REPAIR_TIMES,
    SHARED_RISK_GROUPS,
    SUBSTITUTES,
    SUPPLY_AUTONOMY,
)
from layers.observed.energy import POWER_PLANTS, TERMINALS
from layers.observed.ground_stations import GROUND_STATIONS
from layers.observed.interconnectors import BACKUP_LINKS, INTERCONNECTORS
from layers.observed.military import CHOKEPOINTS, MEMBERSHIPS, MILITARY_SITES
from layers.observed.minerals import (
    MATERIAL_LIST_ITEMS,
    MATERIALS,
    MINERAL_PRODUCTION,
    MINES,
    STRATEGIC_PROJECTS,
)
from layers.observed.policy import DOCUMENTED_DUAL_USE, OVERRIDES_ON_FILE, TEN_T_NODES
from layers.observed.ports import HARBOURS, PORTS
from layers.observed.scope import ARCTIC_BOUNDARY, CLOSED_BORDERS, GATEWAYS, RAILHEADS
from layers.observed.sea_ice import ICE_YEARS, SEA_ICE_EXTENT, SEA_ICE_MONTHLY
from layers.observed.sea_level import SEA_LEVEL_PROJECTIONS, SEA_LEVEL_TRENDS
from layers.observed.settlements import SETTLEMENTS
from layers.observed.surface import BATHYMETRY, LAND, SEA_ICE
from layers.observed.transport import RAILWAYS, ROADS, SEA_LANES, SEA_ROUTES
from layers.schema import Layer

__all__ = ["GRIDS", "LAYERS", "ON_PUBLICATION", "ON_REQUEST"]

# Grids that derived layers read; a source feeds one as `grid:<id>`.
GRIDS: tuple[str, ...] = ("sea_ice", "climate", "land", "ice_presence")

LAYERS: tuple[Layer, ...] = (
    BATHYMETRY,
    COUNTRIES,
    LAND,
    SEAS,
    ARCTIC_BOUNDARY,
    GATEWAYS,
    CLOSED_BORDERS,
    MEMBERSHIPS,
    ALLIANCES,
    SEA_ICE,
    SEA_ICE_EXTENT,
    SEA_ICE_MONTHLY,
    SEA_ICE_TRENDS,
    ICE_YEARS,
    SOURCE_CONTINUITY,
    PERMAFROST,
    PERMAFROST_MAPS,
    PERMAFROST_PLACES,
    THAW_DAMAGE,
    STATION_NORMALS,
    GLOBAL_WARMING,
    COASTAL_EROSION,
    PORT_ICE_SEASONS,
    WARMING,
    SEA_LANES,
    SEA_ROUTES,
    RAILWAYS,
    RAILHEADS,
    ROADS,
    CABLES,
    CABLE_LANDINGS,
    CABLE_FACTS,
    SHARED_RISK_GROUPS,
    INTERCONNECTORS,
    BACKUP_LINKS,
    INCIDENTS,
    REPAIR_TIMES,
    SUPPLY_AUTONOMY,
    SUBSTITUTES,
    PORTS,
    HARBOURS,
    AIRFIELDS,
    SETTLEMENTS,
    POWER_PLANTS,
    TERMINALS,
    MINES,
    STRATEGIC_PROJECTS,
    MATERIALS,
    MATERIAL_LIST_ITEMS,
    MINERAL_PRODUCTION,
    SUPPLY_CONCENTRATION,
    SUPPLY_COMPARISONS,
    GROUND_STATIONS,
    CHOKEPOINTS,
    MILITARY_SITES,
    TEN_T_NODES,
    DOCUMENTED_DUAL_USE,
    OVERRIDES_ON_FILE,
    OVERRIDES,
    SEA_LEVEL_TRENDS,
    SEA_LEVEL_PROJECTIONS,
    SITES,
    MATERIAL_DIVERGENCES,
    DEPENDANTS,
    FLOW_EDGES,
    LAND_LINES,
    NODE_RECOVERY,
    CABLE_CASES,
    CORRIDORS,
    MEASURES,
    CLIMATE_FACTS,
    EVIDENCE,
    EXITS,
    NODES,
    WARMING_LEVELS,
    STANDARD_RESULTS,
    DATA_REQUESTS,
)

# Derived after all others, on request only.
ON_REQUEST: tuple[Layer, ...] = (SENSITIVITY,)

# Made when a picture is published beside an earlier one.
ON_PUBLICATION: tuple[Layer, ...] = (CHANGES,)
