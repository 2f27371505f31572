"""How an island or a coast depends on its cables: ways out, shared risks, systems, states, depth and ice.

The landings of a community count as joined to each other by fibre on land, whether it is on file or not. A
way out
ends at a data gateway. Ways are edge-disjoint, or share no risk group either (`layers.flows.data`). Depth
and ice are those of the layer `cable_facts`; where a system has no row they are not known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from layers.errors import UsageError
from layers.flows.closures import Case
from layers.flows.parts import edge_table, vertex_table
from layers.flows.redundancy import redundancy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from layers.flows.graph import FlowGraph

__all__ = ["COMMUNITIES", "CableCase", "Community", "SystemFacts", "cable_case", "cable_ways"]

_MOST_WAYS = 2000  # so many simple ways are listed; more would make the choice of separate ones long


class Community(NamedTuple):
    """A community by the states of its landings, or by their vertex_ids; `paths_of` names it in the facts."""

    name: str
    states: tuple[str, ...] = ()
    landings: tuple[str, ...] = ()
    paths_of: str = ""


COMMUNITIES = (
    Community("Svalbard", landings=("cable_landing:landing-longyearbyen", "cable_landing:landing-ny_alesund"),
              paths_of="Svalbard"),
    Community("Greenland", states=("GRL",), paths_of="Greenland"),
    Community(
        "West Greenland north of Nuuk",
        landings=tuple(f"cable_landing:landing-{key}" for key in ("maniitsoq", "sisimiut", "aasiaat")),
        paths_of="West Greenland north of Nuuk",
    ),
    Community("Faroe Islands", states=("FRO",)),
    Community("Iceland", states=("ISL",), paths_of="Iceland"),
    Community("Finnmark", landings=("cable_landing:landing-hammerfest", "cable_landing:landing-vadso")),
)  # fmt: skip


class SystemFacts(NamedTuple):
    """Published facts of a system on a way out; None where they are not known. Depth in metres."""

    system: str
    greatest_depth_m: float | None
    depth_basis: str | None
    ice_exposure: str | None


@dataclass(frozen=True, slots=True)
class CableCase:
    """One community; if none of its landings has a cable of the tables in service, the counts are None.

    Then nobody knows its ways. `cables_out` leave the community and lead on to a
    gateway. `left` counts those that still do when none of them has failed, then one, then two, and so on,
    in the order of `cables_out`. `edge_disjoint` ways share no cable, `risk_disjoint` ways no risk group
    either. `shared_risks` are groups of more than one of the cables out. `states` are those that the ways
    touch (ISO 3166, ends beyond the southern edge have none). `published_paths` is the count of a source.
    """

    name: str
    landings: tuple[str, ...]
    cables_out: tuple[str, ...]
    left: tuple[int, ...] | None
    edge_disjoint: int | None
    risk_disjoint: int | None
    shared_risks: tuple[str, ...]
    states: tuple[str, ...]
    systems: tuple[SystemFacts, ...]
    published_paths: int | None

    @property
    def is_known(self) -> bool:
        """Tell whether a landing of the community has a cable of the tables in service."""
        return self.left is not None


def cable_case(
    graph: FlowGraph,
    community: Community,
    gateways: NDArray[np.int64],
    cables: pd.DataFrame,
    cable_facts: pd.DataFrame,
) -> CableCase:
    """Return the case of one community; `gateways` are rows of the data gateways.

    `cables` and `cable_facts` are the tables of the layers.
    """
    data = graph.only((graph.edges["mode"] == "cable").to_numpy())
    home = _landings(data, community)
    published = _published_paths(cable_facts, community.paths_of)
    if not len(home):
        return CableCase(community.name, (), (), None, None, None, (), (), (), published)
    ways = cable_ways(data, home, gateways)
    link = data.edges["link_id"].to_numpy(object)
    groups = data.edges["risk_groups"].str.split().to_numpy(object)
    out = sorted({str(link[way[0]]) for way in ways if way})
    first = [{group for way in ways if link[way[0]] == name for group in groups[way[0]]} for name in out]
    shared = {g for number, own in enumerate(first) for other in first[:number] for g in own & other}
    used = sorted({edge for way in ways for edge in way})
    states = {code for text in data.edges["states"].iloc[used] for code in str(text).split("-") if code}
    systems = cables.set_index("feature_id")["system_id"].reindex(sorted(set(link[used]))).dropna()
    return CableCase(
        community.name, tuple(data.vertices["name"].iloc[home]), tuple(out),
        _left(ways, link, out), _edge_disjoint(data, home, gateways),
        _most_apart([frozenset(group for edge in way for group in (f"link:{link[edge]}", *groups[edge]))
                     for way in ways]),
        tuple(sorted(shared)), tuple(sorted(states)),
        tuple(_facts(name, cable_facts) for name in sorted(set(systems))), published,
    )  # fmt: skip


def _landings(data: FlowGraph, community: Community) -> NDArray[np.int64]:
    used = np.zeros(len(data), dtype=bool)
    used[data.edges[["u", "v"]].to_numpy(np.int64).ravel()] = True
    table = data.vertices
    mine = table["vertex_id"].isin(community.landings) | (
        table["country_iso3"].isin(community.states) & (table["kind"] == "cable_landing")
    )
    return np.flatnonzero(used & mine.to_numpy(bool))


def cable_ways(
    data: FlowGraph, home: NDArray[np.int64], gateways: NDArray[np.int64]
) -> tuple[tuple[int, ...], ...]:
    """Return all simple ways from the landings `home` to a gateway, as rows of edges.

    A way leaves `home` once and ends at its first gateway. Planned cables are in no graph.

    Raises
    ------
    UsageError
        If there are more than 2,000 ways.
    """
    ends = data.edges[["u", "v"]].to_numpy(np.int64).tolist()
    at: dict[int, list[tuple[int, int]]] = {}
    for edge, (u, v) in enumerate(ends):
        at.setdefault(u, []).append((edge, v))
        at.setdefault(v, []).append((edge, u))
    goals, own = set(gateways.tolist()), set(home.tolist())
    found: list[tuple[int, ...]] = []
    open_ways: list[tuple[tuple[int, ...], int, set[int]]] = [((), row, own) for row in sorted(own)]
    while open_ways:
        way, row, seen = open_ways.pop()
        for edge, other in at.get(row, []):
            if other in seen:
                continue
            if other in goals:
                found.append((*way, edge))
            else:
                open_ways.append(((*way, edge), other, seen | {other}))
        if len(found) + len(open_ways) > _MOST_WAYS:
            msg = f"cable ways: expected {_MOST_WAYS} at most, found more; name fewer landings"
            raise UsageError(msg)
    return tuple(sorted(found))


def _left(ways: Sequence[tuple[int, ...]], link: NDArray[np.object_], out: Sequence[str]) -> tuple[int, ...]:
    counts = []
    for failed in range(len(out) + 1):
        lost = set(out[:failed])
        counts.append(len({link[way[0]] for way in ways if lost.isdisjoint(link[list(way)])}))
    return tuple(counts)


def _edge_disjoint(data: FlowGraph, home: NDArray[np.int64], gateways: NDArray[np.int64]) -> int:
    """Return the edge-disjoint ways from a vertex that access edges join to all landings."""
    hub = len(data)
    vertices = pd.concat([data.vertices, vertex_table(
        vertex_id=["community"], longitude_deg=[0.0], latitude_deg=[90.0]
    )], ignore_index=True)  # fmt: skip
    ids = [f"access:community-{row}" for row in home.tolist()]
    legs = edge_table(
        edge_id=ids, u=np.full(len(home), hub), v=home, km=np.zeros(len(home)), mode="access", link_id=ids,
        source_id="arctic-picture", as_of="",
    )  # fmt: skip
    joined = replace(data, vertices=vertices, edges=pd.concat([data.edges, legs], ignore_index=True))
    inland = gateways[~np.isin(gateways, home)]
    return int(redundancy(joined, Case("data", 1), np.array([hub]), inland).before[0])


def _most_apart(keys: Iterable[frozenset[str]]) -> int:
    """Return how many of the sets can be chosen at most, no two with a common key (set packing, exact)."""
    # A set that holds another one is never needed.
    smallest: list[frozenset[str]] = []
    for one in sorted(set(keys), key=lambda own: (len(own), sorted(own))):
        if not any(other <= one for other in smallest):
            smallest.append(one)

    def most(rest: list[frozenset[str]]) -> int:
        if not rest:
            return 0
        apart = [one for one in rest[1:] if rest[0].isdisjoint(one)]
        return max(1 + most(apart), most(rest[1:]) if len(apart) < len(rest) - 1 else 0)

    return most(smallest)


def _facts(system: str, cable_facts: pd.DataFrame) -> SystemFacts:
    rows = cable_facts[cable_facts["system_key"] == system.removeprefix("system-")]
    if rows.empty:
        return SystemFacts(system, None, None, None)
    row = rows.iloc[0]
    depth, basis, ice = (
        None if pd.isna(row[name]) else row[name]
        for name in ("greatest_depth_m", "depth_basis", "ice_exposure")
    )
    return SystemFacts(system, None if depth is None else float(depth), basis, ice)


def _published_paths(cable_facts: pd.DataFrame, place: str) -> int | None:
    rows = cable_facts[(cable_facts["paths_of"] == place) & cable_facts["independent_paths"].notna()]
    return int(rows["independent_paths"].iloc[0]) if place and len(rows) else None
