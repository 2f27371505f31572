"""Submarine cables with their landings, and groups of links that one event takes out together.

A cable is drawn from landing to landing; its real way is not known. Only cables in service on the day carry
data. Of fibre on land only the lines of the layer `interconnectors` are on file
(`layers.flows.interconnectors`): a place without a landing and without such a line is not in this flow, which
says nothing of its connection. Each cable is a link of its own; cables that share a landing share the risk
group `landing:<key of the landing>`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.crs import distance_km
from layers.errors import SourceError
from layers.flows.graph import FlowGraph
from layers.flows.parts import edge_table, group_keys, joined_states, vertex_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["cable_flows", "in_service", "with_risk_groups"]

_SOUTH = re.compile(r"south:(-?[\d.]+),(-?[\d.]+)")  # an end beyond the edge of the snapshot, in degrees


def cable_flows(cables: pd.DataFrame, landings: pd.DataFrame, day: str) -> FlowGraph:
    """Return the cables that are in service on `day` (ISO 8601) as edges between their landings.

    `landings` are vertices of `places_table`, with the id `cable_landing:landing-<key>`. A cable is in
    service if its status is `in_service` and the year of its start, where known, is not after `day`. An end
    beyond the southern edge is a vertex of the kind `cable_end`. The length is geodesic, from end to end:
    the published length is that of the whole system.

    Raises
    ------
    SourceError
        If a cable names a landing that is not there.
    """
    cables = cables[in_service(cables, day)].reset_index(drop=True)
    key = landings["vertex_id"].str.removeprefix("cable_landing:landing-")
    rows = dict(zip(key, range(len(landings)), strict=True))
    ends = cables[["from_landing", "to_landing"]].to_numpy(dtype=object)
    south = sorted({name for name in ends.ravel() if _SOUTH.fullmatch(name)})
    lost = sorted(set(ends.ravel()) - set(rows) - set(south))
    if lost:
        msg = f"cables: expected a landing {lost[0]!r} in the landings, found none: add it or mend the cable"
        raise SourceError(msg)
    place = np.array([[float(part) for part in name.removeprefix("south:").split(",")] for name in south])
    beyond = vertex_table(
        vertex_id=["cable_end:" + name for name in south], kind="cable_end",
        name=["end of a cable beyond the southern edge"] * len(south),
        longitude_deg=place.reshape(-1, 2)[:, 0], latitude_deg=place.reshape(-1, 2)[:, 1],
    )  # fmt: skip
    vertices = pd.concat([landings.drop(columns="place_id", errors="ignore"), beyond], ignore_index=True)
    rows |= {name: len(landings) + number for number, name in enumerate(south)}
    at = np.array([[rows[name] for name in pair] for pair in ends], dtype=np.int64).reshape(-1, 2)
    lon, lat = (vertices[name].to_numpy() for name in ("longitude_deg", "latitude_deg"))
    states = vertices["country_iso3"].to_numpy(dtype=object)
    ids = cables["feature_id"].to_numpy(dtype=object)
    edges = edge_table(
        edge_id="cable:" + ids, u=at[:, 0], v=at[:, 1], mode="cable", link_id=ids,
        km=distance_km(lon[at[:, 0]], lat[at[:, 0]], lon[at[:, 1]], lat[at[:, 1]]),
        states=joined_states(states[at[:, 0]], states[at[:, 1]]), risk_groups=_shared_landings(ends),
        source_id=cables["source_id"].to_numpy(dtype=object), as_of=cables["as_of"].to_numpy(dtype=object),
    )  # fmt: skip
    return FlowGraph(vertices, edges)


def in_service(cables: pd.DataFrame, day: str) -> pd.Series:
    """Return which cables are in service on `day` (ISO 8601), as in `cable_flows`."""
    started = cables["ready_for_service_year"].astype("Float64").fillna(0) <= int(day[:4])
    return (cables["status"] == "in_service") & started


def _shared_landings(ends: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return by cable the keys of its landings at which another cable lands too."""
    count = pd.Series(ends.ravel()).value_counts()
    shared = {str(name) for name in count.index[count > 1] if not _SOUTH.fullmatch(str(name))}
    keys = [group_keys(f"landing:{name}" for name in pair if name in shared) for pair in ends]
    return np.array(keys, dtype=object)


def with_risk_groups(graph: FlowGraph, shared_risk_groups: pd.DataFrame) -> FlowGraph:
    """Return the graph with the groups of the layer `shared_risk_groups` added to the edges of their members.

    A member is the key of a cable. One that the graph lacks is left out: a cable may be planned.
    """
    of_link: dict[str, list[str]] = {}
    for group, kind, members in zip(
        *(shared_risk_groups[name] for name in ("feature_id", "kind", "members")), strict=True
    ):
        for link in _words(members):
            of_link.setdefault(f"cable-{link}", []).append(f"{kind}:{group.removeprefix('risk-')}")
    groups = [
        group_keys([own, *of_link.get(link, [])])
        for own, link in zip(graph.edges["risk_groups"], graph.edges["link_id"], strict=True)
    ]
    return replace(graph, edges=graph.edges.assign(risk_groups=np.array(groups, dtype=object)))


def _words(text: object) -> Iterable[str]:
    return text.split() if isinstance(text, str) else ()
