"""Tables of the flow network from a snapshot and, where a user has it, a table of power lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from layers.crs import lonlat
from layers.errors import SourceError
from layers.flows.assemble import FlowTables

if TYPE_CHECKING:
    import geopandas as gpd

    from pipelines.snapshot import Snapshot

__all__ = ["flow_tables"]

_FED = ("countries", "closed_borders", "sea_lanes", "chokepoints", "roads", "railways", "railheads",
        "airfields", "cables", "power_plants", "terminals", "shared_risk_groups",
        "interconnectors")  # fmt: skip


def flow_tables(snapshot: Snapshot, power_lines: gpd.GeoDataFrame | None = None) -> FlowTables:
    """Return the tables of the flow network.

    Raises
    ------
    SourceError
        If the snapshot lacks a layer.
    """
    towns: Any = _fed(snapshot, "settlements")
    xy = shapely.get_coordinates(towns.geometry.to_numpy())
    longitude, latitude = lonlat(xy[:, 0], xy[:, 1])
    sites = snapshot.static["node_sites"]
    tables: dict[str, Any] = {name: _fed(snapshot, name) for name in _FED}
    return FlowTables(
        settlements=pd.DataFrame(towns.drop(columns="geometry")).assign(
            longitude_deg=longitude, latitude_deg=latitude
        ),
        node_sites=pd.DataFrame(sites.drop(columns="geometry")),
        ice_presence=snapshot.grids["ice_presence"],
        power_lines=power_lines,
        **tables,
    )


def _fed(snapshot: Snapshot, layer_id: str) -> pd.DataFrame:
    """Return the rows of a layer from all of its sources."""
    feeds = snapshot.feeds.get(layer_id, [])
    if not feeds:
        msg = f"flow network: expected the layer {layer_id} in the snapshot, found none: restore the snapshot"
        raise SourceError(msg)
    return feeds[0] if len(feeds) == 1 else pd.concat(feeds, ignore_index=True)
