"""What one upgrade of a node would give people: a first node of its kind in reach, or a second one.

Each candidate is judged alone. Nothing is ranked by a score, and no cost is estimated: cost is in no source,
so it stays unknown. A node whose state today is not on file is no candidate: unknown is not lacking. Upgrades
(`docs/method.md`):

deep_berth    a port with a known depth below 10.7 m becomes a deep one
runway        an airfield with a known runway below 1,067 m gets one of this length
second_cable  landings that main roads join, with at most one way to a gateway of data, get a cable of their
              own; it is at least as long as the distance to the nearest landing with a way that stays
rail_yard     not computed: the capacity of yards is in no source
intertie      not computed: local grids and their loads are in no source
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from layers.assessed.people_cut_off import ways_km
from layers.crs import distance_km
from layers.flows.parts import edge_table, vertex_table
from layers.flows.redundancy import redundancy
from layers.merge import within_km

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.assessed.people_cut_off import LandNetwork
    from layers.flows.closures import Case
    from layers.flows.graph import FlowGraph

__all__ = [
    "LAND_UPGRADES",
    "NOT_COMPUTED",
    "UPGRADE_COLUMNS",
    "beside_each_other",
    "cable_gains",
    "land_gains",
]

# Upgrade -> kind of the node that gets it, and the class of `capability_of` from which a node has it already.
LAND_UPGRADES = {"deep_berth": ("port", 1.0), "runway": ("airfield", 0.5)}
NOT_COMPUTED = {
    "rail_yard": "the capacity of yards is in no source",
    "intertie": "local grids and their loads are in no source",
}
# `first_persons` have no such node within 100 km by land and would get one; `second_persons` have one and
# would get another. For a cable these are people within 50 km with no way, or one. `least_km` is the least
# length of a cable, NaN for other upgrades.
# `unclear_persons` live within 50 km of such a node without a way by land on file: lesser roads and ferries
# are in no source, so whether they have one is not known.
UPGRADE_COLUMNS = ("upgrade", "node_id", "first_persons", "second_persons", "unclear_persons", "least_km")
_REACH_KM, _SERVED_KM = 100.0, 50.0  # as for people without another node


def land_gains(
    upgrade: str,
    sites: pd.DataFrame,
    towns: pd.DataFrame,
    capability: NDArray[np.float64],
    network: LandNetwork,
) -> pd.DataFrame:
    """Return what an upgrade on land gives, a row for each node of its kind that is known to lack it.

    `capability` is that of `capability_of`, shape (sites,); NaN is unknown. The points of `network` are the
    towns, then the sites. A town without a stated population counts as 0 people. Columns are UPGRADE_COLUMNS.
    """
    kind, least = LAND_UPGRADES[upgrade]
    rows = np.flatnonzero((sites["kind"] == kind).to_numpy())
    people = np.nan_to_num(towns["population"].to_numpy(dtype=float), nan=0.0)
    is_near = ways_km(sites, towns, network, rows) <= _REACH_KM
    has_it = capability[rows] >= least
    ways = is_near[:, has_it].sum(axis=1)
    beside = np.zeros(len(towns), dtype=bool)
    beside[within_km(towns, sites.iloc[rows[has_it]], _SERVED_KM)[0]] = True
    lacking = np.flatnonzero(capability[rows] < least)
    reached = is_near[:, lacking].astype(float)
    return pd.DataFrame({
        "upgrade": upgrade,
        "node_id": sites["node_id"].to_numpy(dtype=object)[rows[lacking]],
        "first_persons": (people * ((ways == 0) & ~beside)) @ reached,
        "second_persons": (people * (ways == 1)) @ reached,
        "unclear_persons": (people * ((ways == 0) & beside)) @ reached,
        "least_km": np.nan,
    })  # fmt: skip


def cable_gains(
    graph: FlowGraph,
    case: Case,
    gateways: NDArray[np.int64],
    is_mainland: NDArray[np.bool_],
    towns: pd.DataFrame,
) -> pd.DataFrame:
    """Return what a cable of its own gives each group of landings with at most one way to a gateway of data.

    Landings that main roads of the graph join are one group: fibre on land is assumed along roads, which no
    source confirms. A group with a landing of the mainland (`is_mainland`, shape (vertices,)) has fibre to
    the south by the same assumption. A row names the landing of the group with the most people. `case` is
    one of the flow of data, `gateways` are vertices of the graph. `least_km` is the geodesic to the nearest
    landing of another group that has a way while every cable of this group is cut: a real cable is longer.
    Columns are UPGRADE_COLUMNS.
    """
    landing = np.flatnonzero((graph.vertices["kind"] == "cable_landing").to_numpy())
    on_road = graph.edges["mode"].isin(["road", "access"]).to_numpy()
    _, group = np.unique(_pieces(graph, on_road)[landing], return_inverse=True)
    joined, hubs = _with_hubs(graph.only((graph.edges["mode"] == "cable").to_numpy()), landing, group)
    ways = redundancy(joined, case, hubs, gateways).before
    at = graph.vertices.iloc[landing]
    near, town = within_km(at, towns, _SERVED_KM)
    people = np.nan_to_num(towns["population"].to_numpy(dtype=float), nan=0.0)
    served = np.bincount(near, weights=people[town], minlength=len(landing))
    lon, lat = (at[name].to_numpy() for name in ("longitude_deg", "latitude_deg"))
    few = np.setdiff1d(np.flatnonzero(ways <= 1), group[is_mainland[landing]])
    # Who lives near a landing of another group may be served from there.
    beside = town[~np.isin(group[near], few)]
    out = []
    for one in few:
        own = np.flatnonzero(group == one)
        around = np.unique(town[np.isin(near, own)])
        persons = people[np.setdiff1d(around, beside)].sum()
        others = np.flatnonzero((group != one) & _stay_joined(joined, landing[own], gateways)[landing])
        km = distance_km(lon[own, None], lat[own, None], lon[others], lat[others])
        out.append((
            "second_cable", at["vertex_id"].iloc[own[np.argmax(served[own])]],
            persons * (ways[one] == 0), persons * (ways[one] == 1), people[around].sum() - persons,
            km.min() if km.size else np.nan,
        ))  # fmt: skip
    return pd.DataFrame(out, columns=list(UPGRADE_COLUMNS))


def _pieces(graph: FlowGraph, kept: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return the number of the connected piece of each vertex over the edges marked in `kept`."""
    u, v = (graph.edges[end].to_numpy(np.int64)[kept] for end in ("u", "v"))
    ways = sparse.coo_array((np.ones(len(u)), (u, v)), shape=(len(graph),) * 2)
    return np.asarray(connected_components(ways, directed=False)[1])


def _with_hubs(
    data: FlowGraph, landing: NDArray[np.int64], group: NDArray[np.int64]
) -> tuple[FlowGraph, NDArray[np.int64]]:
    """Return the graph with a vertex for each group that access edges join to its landings, and these."""
    hubs = len(data) + np.arange(group.max(initial=-1) + 1)
    far = np.zeros(len(hubs))
    new = vertex_table(vertex_id=[f"group:{row}" for row in hubs], longitude_deg=far, latitude_deg=far + 90)
    ids = [f"access:{row}" for row in landing.tolist()]
    legs = edge_table(
        edge_id=ids, u=hubs[group], v=landing, km=np.zeros(len(landing)), mode="access", link_id=ids,
        source_id="arctic-picture", as_of="",
    )  # fmt: skip
    vertices = pd.concat([data.vertices, new], ignore_index=True)
    return replace(data, vertices=vertices, edges=pd.concat([data.edges, legs], ignore_index=True)), hubs


def _stay_joined(joined: FlowGraph, own: NDArray[np.int64], gateways: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which vertices have a way to a gateway while every cable at the landings `own` is cut."""
    edges = joined.edges
    is_own = (edges["u"].isin(own) | edges["v"].isin(own)) & (edges["mode"] == "cable")
    piece = _pieces(joined, ~edges["link_id"].isin(set(edges.loc[is_own, "link_id"])).to_numpy())
    return np.isin(piece, piece[gateways])


def beside_each_other(gains: pd.DataFrame, nodes: pd.DataFrame, warming_levels: pd.DataFrame) -> pd.DataFrame:
    """Return the gains with what the picture holds on each node, most people with a first way first.

    Nodes outside the Arctic (scope `context`) are left out. Military relevance stands beside the people and
    is not added to them; it is that of the node as it is. The hazard class is that of today's picture and
    that at 2 degrees of warming. Cost is null: no source has it.
    """
    of_node = nodes[nodes["scope"] != "context"].set_index("node_id")
    at_two = warming_levels[np.isclose(warming_levels["warming_degc"], 2.0)].set_index("node_id")[
        "hazard_class"
    ]
    some = gains[
        gains["node_id"].isin(of_node.index) & (gains["first_persons"] + gains["second_persons"] > 0)
    ]
    own = of_node.loc[some["node_id"]].reset_index()
    table = some.reset_index(drop=True).assign(
        name=own["name"], country_iso3=own["country_iso3"], military_class=own["military_class"],
        dual_use_class=own["dual_use_class"], hazard_class=own["hazard_class"],
        hazard_class_at_2_degc=at_two.reindex(own["node_id"]).to_numpy(), cost_eur=None,
    )  # fmt: skip
    order = ["first_persons", "second_persons", "node_id"]
    return table.sort_values(order, ascending=[False, False, True], ignore_index=True)
