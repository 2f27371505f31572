"""Power lines and interconnectors as edges, from tables that a user fetches; none is embedded.

Two planned sources give lines: `osm_power_lines` (OpenStreetMap, 100 kV and more, ODbL) and
`entsoe_gridkit` (the interactive map of ENTSO-E of about 2017, schematic, CC BY 4.0). One graph is built
from one of them: their tables are under different licences and stay apart. Without a table the graph has no
power line, and nothing is said of the grid.

Ends of lines within 1 km of each other are one vertex. A plant joins the nearest vertex within 10 km. Every
line is in service in every month, `assumed`; lines that their source calls under construction are left out.

Lines to Russia carry nothing since trade or operation stopped, as if the border were closed
(`NO_TRADE_SINCE`): Norway on 2 March 2022 (Statnett sets the capacity of Boris Gleb to Kirkenes to zero for
an indefinite time; tu.no/artikler/norge-kutter-sin-eneste-stromledning-til-russland/517755), Finland on
14 May 2022 (RAO Nordic and Fingrid; themoscowtimes.com/2022/05/13/a77678), Estonia and Latvia on
8 February 2025 (their grids left that of Russia; delfi.lv/bizness/37264250/120060853). All were read on
1 December 2026; whether a line came back was not found. Local supply at the border is not told apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.cluster.hierarchy import DisjointSet
from scipy.spatial import cKDTree

from layers.assessed.people_cut_off import crossed
from layers.crs import distance_km, length_km, lonlat
from layers.errors import SourceError
from layers.flows.graph import FlowGraph
from layers.flows.parts import edge_table, joined_states, legs, vertex_table
from layers.merge import nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["NO_TRADE_SINCE", "power_flows"]

NO_TRADE_SINCE = {
    frozenset({"NOR", "RUS"}): "2022-03-02",
    frozenset({"FIN", "RUS"}): "2022-05-14",
    frozenset({"EST", "RUS"}): "2025-02-08",
    frozenset({"LVA", "RUS"}): "2025-02-08",
}

_SAME_KM, _PLANT_KM = 1.0, 10.0
_NOT_IN_SERVICE = ("under construction", "planned", "proposed")


def power_flows(
    power_lines: gpd.GeoDataFrame,
    plants: pd.DataFrame,
    state_of: Callable[[NDArray[np.float64]], NDArray[np.object_]],
    day: str,
) -> FlowGraph:
    """Return the lines of one source as edges, with the plants within 10 km of an end.

    `power_lines` are features of a planned source, EPSG:3413. `plants` are vertices of `places_table`.
    `state_of` gives the state of EPSG:3413 positions; borders are those of `day` (ISO 8601).

    Raises
    ------
    SourceError
        If the lines are of more than one source.
    """
    sources = sorted(set(power_lines["source_id"]))
    if len(sources) > 1:
        msg = f"power lines: expected one source, found {', '.join(sources)}: their licences differ, take one"
        raise SourceError(msg)
    lines = power_lines[~power_lines["status"].isin(_NOT_IN_SERVICE)]
    parts, row = shapely.get_parts(lines.geometry.to_numpy(), return_index=True)
    tips = np.concatenate(
        [shapely.get_coordinates(shapely.get_point(parts, position)) for position in (0, -1)]
    )
    places, at = _clustered(tips)
    u, v = np.split(at, 2)
    kept = u != v
    u, v, parts, row = u[kept], v[kept], parts[kept], row[kept]
    lon, lat = lonlat(places[:, 0], places[:, 1])
    state = state_of(places)
    stopped = [pair for pair, since in NO_TRADE_SINCE.items() if since <= day]
    stations = vertex_table(
        vertex_id=[f"power:{x}_{y}" for x, y in np.round(places).astype(int).tolist()],
        country_iso3=state, longitude_deg=lon, latitude_deg=lat,
    )  # fmt: skip
    apart_km, near = nearest(plants, stations) if len(stations) else (np.full((len(plants), 1), np.inf),) * 2
    joins = apart_km[:, 0] <= _PLANT_KM
    own = plants[joins].reset_index(drop=True)
    ids = lines["feature_id"].to_numpy(dtype=object)[row]
    piece = pd.Series(ids).groupby(ids).cumcount().astype(str).to_numpy(dtype=object)
    edges = edge_table(
        edge_id="power:" + ids + "#" + piece, u=u + len(own), v=v + len(own), mode="power", link_id=ids,
        km=np.maximum(length_km(parts), distance_km(lon[u], lat[u], lon[v], lat[v])),
        states=joined_states(state[u], state[v]),
        is_border_closed=crossed(state, np.column_stack([u, v]), stopped),
        source_id=lines["source_id"].to_numpy(dtype=object)[row],
        as_of=lines["as_of"].to_numpy(dtype=object)[row],
    )  # fmt: skip
    to_grid = legs(own, len(own) + near[joins, 0].astype(np.int64), apart_km[joins, 0], "power-leg")
    vertices = own.drop(columns="place_id", errors="ignore").assign(snap_km=apart_km[joins, 0])
    return FlowGraph(
        pd.concat([vertices, stations], ignore_index=True), pd.concat([edges, to_grid], ignore_index=True)
    )


def _clustered(tips: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return one EPSG:3413 position for ends within 1 km of each other, and the number of it by end."""
    sets = DisjointSet(range(len(tips)))
    # EPSG:3413 stretches lengths by at most 10 % north of 50 N.
    for one, other in cKDTree(tips).query_pairs(_SAME_KM * 1000) if len(tips) else ():
        sets.merge(one, other)
    root = np.array([sets[number] for number in range(len(tips))], dtype=np.int64)
    first, number = np.unique(root, return_inverse=True)
    return tips[first], number
