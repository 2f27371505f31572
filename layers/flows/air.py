"""Air links between airfields, by scheduled service, runway and range.

No timetable is open, so the links are assumed. An airfield counts if its source says that it has scheduled
service and gives the length of a runway. Its reach is 1,000 km with a paved runway of 1,200 m or more (a
turboprop of about 50 seats), else 500 km (about 19 seats, from gravel or a short runway). A link needs both
ends within the smaller reach. Each airfield is linked to the two airfields of its own state with the longest
paved runways within reach, and to the three nearest hubs of any state (paved runways of 1,800 m or more).
All these numbers are conventions. The rule was chosen among several by its agreement with the airline
routes of OpenFlights of 2014 (topology only), so this agreement is no independent test: it finds half of the
pairs of routes, and a quarter of its links are pairs of routes. It says which places air can join, not who
flies. Charter, helicopter and medical flights are not in it.

Links from Russia to another state of the region are closed: the European Union (regulation 2022/334), and
Russia to 36 states, on 28 February 2022; the United States on 2 March.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.crs import distance_km
from layers.flows.graph import FlowGraph
from layers.flows.parts import edge_table, joined_states

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CLOSED_SINCE", "air_flows", "reach_km"]

_PAVED_M, _HUB_M = 1200.0, 1800.0  # conventions of this project
_FAR_KM, _NEAR_KM = 1000.0, 500.0
_OWN_LINKS, _HUB_LINKS = 2, 3
CLOSED_SINCE = "2022-03-02"  # the later of the two days; no end is known


def reach_km(airfields: pd.DataFrame) -> NDArray[np.float64]:
    """Return how far flights from each airfield reach, NaN if it has no link (see the module)."""
    paved = airfields["paved_length_m"].to_numpy(float) >= _PAVED_M
    known = airfields["runway_length_m"].notna().to_numpy() | paved
    served = airfields["has_scheduled_service"].fillna(value=False).to_numpy(bool)
    open_now = (airfields["kind"] != "closed").to_numpy()
    reach = np.where(paved, _FAR_KM, _NEAR_KM)
    return np.where(known & served & open_now, reach, np.nan)


def air_flows(airfields: pd.DataFrame, places: pd.DataFrame, day: str) -> FlowGraph:
    """Return the assumed air links on `day` (ISO 8601), in every month.

    `airfields` is the table of the layer, a row for each row of `places` (vertices of `places_table`), in
    the same order. Airfields without a link have no vertex.
    """
    reach = reach_km(airfields)
    linked = np.isfinite(reach)
    airfields, places = airfields[linked].reset_index(drop=True), places[linked].reset_index(drop=True)
    lon, lat = (places[name].to_numpy() for name in ("longitude_deg", "latitude_deg"))
    km = distance_km(lon[:, None], lat[:, None], lon, lat)
    state = places["country_iso3"].to_numpy(dtype=object)
    is_near = (km <= np.minimum(reach[linked][:, None], reach[linked])) & (km > 0)
    closed = _are_closed(state[:, None], state) & (day >= CLOSED_SINCE)
    runway = airfields["paved_length_m"].fillna(0.0).to_numpy(float)
    pairs = _chosen(km, is_near & ~closed, state, runway)
    if day >= CLOSED_SINCE:  # links that would be there if the border were open
        pairs = np.union1d(pairs, _chosen(km, is_near, state, runway))
    u, v = np.divmod(pairs, max(len(places), 1))
    ids = places["vertex_id"].str.removeprefix("airfield:").to_numpy(dtype=object)
    names = "air:" + ids[u] + "/" + ids[v]
    edges = edge_table(
        edge_id=names, u=u, v=v, km=km[u, v], mode="air", link_id=names, is_border_closed=closed[u, v],
        states=joined_states(state[u], state[v]),
        source_id=airfields["source_id"].to_numpy(dtype=object)[u],
        as_of=airfields["as_of"].to_numpy(dtype=object)[u],
    )  # fmt: skip
    return FlowGraph(places.drop(columns="place_id", errors="ignore"), edges)


def _are_closed(one: NDArray[np.object_], other: NDArray[np.object_]) -> NDArray[np.bool_]:
    return np.asarray((one == "RUS") ^ (other == "RUS"))


def _chosen(
    km: NDArray[np.float64],
    is_near: NDArray[np.bool_],
    state: NDArray[np.object_],
    runway_m: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Return the links as numbers, smaller row * rows + larger row, each once, ascending."""
    count = len(km)
    pairs = set()
    for row in range(count):
        own = np.flatnonzero(is_near[row] & (state == state[row]) & (runway_m >= _PAVED_M))
        own = own[np.lexsort([km[row, own], -runway_m[own]])][:_OWN_LINKS]
        hubs = np.flatnonzero(is_near[row] & (runway_m >= _HUB_M))
        hubs = hubs[np.argsort(km[row, hubs], kind="stable")][:_HUB_LINKS]
        pairs |= {min(row, other) * count + max(row, other) for other in (*own.tolist(), *hubs.tolist())}
    return np.array(sorted(pairs), dtype=np.int64)
