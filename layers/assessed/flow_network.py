"""Lines of the flow network on the map, and what depends on each line, node and risk group.

`dependants` comes first: a line on which something depends alone stays by itself, the others are joined.
Both hold since the day on which the network last changed (`network_day`), so that they are embedded, and
derived again only where a source or the day gives another network (decisions/0035).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.assessed.network_reader import NETWORK_OF, reading_network
from layers.borders import Borders, borders
from layers.crs import POLAR, polar_points
from layers.flows.backups import standing_by
from layers.flows.chains import chains, contracted, joined_chains
from layers.flows.graph import FLOWS, MODES
from layers.flows.limits import NOT_IN_NETWORK
from layers.flows.line_shapes import line_shapes
from layers.flows.naming import group_names, line_names, link_names, months_text, stand_ins
from layers.flows.single_failures import Failures, single_failures
from layers.schema import Column, Layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from layers.flows.assemble import Assembled
    from layers.flows.graph import FlowGraph

__all__ = ["DEPENDANTS", "FLOW_EDGES", "LAND_LINES"]

_ORDER = {
    name: number for number, name in enumerate((*FLOWS, "sea", "rail", "road", "air", "power", "pipeline"))
}
_CELL_M = 20_000.0  # on the map, lines on which nothing depends alone join cells of this size
_MONTHS = "twelve digits, January first: 1 for a month in which"


def _dependants(
    network: Assembled,
    cables: pd.DataFrame,
    chokepoints: gpd.GeoDataFrame,
    shared_risk_groups: pd.DataFrame,
    interconnectors: pd.DataFrame,
    backup_links: pd.DataFrame,
    network_day: str,
) -> pd.DataFrame:
    found = single_failures(network)
    rows = _merged(found)
    vertices = network.graph.vertices
    place = vertices.iloc[rows["place"]].reset_index(drop=True)
    leads_to = _largest(rows["thing"], place)
    groups = group_names(network.graph, shared_risk_groups, chokepoints)
    lines = line_names(network.graph, found.lines, leads_to, link_names(cables, interconnectors), groups)
    names = dict(zip(found.lines["key"], lines, strict=True)) | groups
    names |= dict(zip(vertices["vertex_id"], vertices["name"], strict=True))
    standby = standing_by(network.graph, backup_links, network_day, found.effects, found.reached)
    return pd.DataFrame({
        "thing_id": rows["thing"], "thing_kind": rows["thing_kind"], "thing": rows["thing"].map(names),
        "effect": rows["effect"], "flows": rows["flows"], "mode": rows["mode"],
        "place_id": place["vertex_id"], "place": place["name"], "place_kind": place["kind"],
        "country_iso3": place["country_iso3"], "people": place["people"].astype("Int64"),
        "months": months_text(rows["months"].to_numpy()), "stands_in": stand_ins(rows, found.ways, standby),
        "network_of": network_day,
    })  # fmt: skip


def _merged(found: Failures) -> pd.DataFrame:
    """Return the effects of a thing on a place in the same months as one row, with its flows or its mode."""
    effects = found.effects
    effects = effects.iloc[np.argsort(effects["flow"].map(_ORDER).to_numpy(), kind="stable")]
    is_mode = (effects["effect"] == "loses_mode").to_numpy()
    flow = effects["flow"].to_numpy(object)
    carried = {name: " ".join(mode.flows) for name, mode in MODES.items()}
    effects = effects.assign(
        mode=np.where(is_mode, flow, "all"),
        flows=[carried[name] if of_mode else name for name, of_mode in zip(flow, is_mode, strict=True)],
    )
    keys = ["thing_kind", "thing", "effect", "mode", "place", "months"]
    return effects.groupby(keys, as_index=False, sort=True)["flows"].agg(" ".join)


def _largest(things: pd.Series, place: pd.DataFrame) -> dict[str, str]:
    """Return by thing the name of the largest of its places; one without people only if there is no other."""
    rows = pd.DataFrame({
        "thing": things.to_numpy(object), "place": place["name"].to_numpy(object),
        "people": place["people"].fillna(-1).to_numpy(),
    })  # fmt: skip
    first = rows.sort_values(["people", "place"], ascending=[False, True]).drop_duplicates("thing")
    return dict(zip(first["thing"], first["place"], strict=True))


def _flow_edges(
    network: Assembled,
    dependants: pd.DataFrame,
    closed_borders: pd.DataFrame,
    sea_lanes: gpd.GeoDataFrame,
    chokepoints: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    railways: gpd.GeoDataFrame,
    cables: pd.DataFrame,
    shared_risk_groups: pd.DataFrame,
    interconnectors: pd.DataFrame,
    network_day: str,
) -> gpd.GeoDataFrame:
    graph = network.graph
    is_door = graph.vertices["vertex_id"].isin(network.gateways["vertex_id"]).to_numpy()
    own = dependants[dependants["thing_kind"] == "line"]
    lines = chains(graph, is_door)
    lines = joined_chains(lines, lines["key"].isin(own["thing_id"]).to_numpy(), len(graph))
    lines["border"] = _border(lines, borders(closed_borders, network_day))
    lines = contracted(lines, lines["key"].isin(own["thing_id"]).to_numpy(), _cells(graph))
    named = own.dropna(subset="thing").drop_duplicates("thing_id").set_index("thing_id")["thing"]
    links = link_names(cables, interconnectors)
    others = line_names(graph, lines, {}, links, group_names(graph, shared_risk_groups, chokepoints))
    shapes = line_shapes(graph, lines, sea_lanes)
    states, mode = lines["states"], lines["mode"]
    table = gpd.GeoDataFrame({
        "feature_id": lines["key"],
        "name": lines["key"].map(named).where(lines["key"].isin(named.index), pd.Series(others)),
        **_origin(graph, lines, {"road": roads, "rail": railways, "sea": sea_lanes}),
        "mode": mode, "flows": [" ".join(MODES[name].flows) for name in mode],
        "open_months": pd.Series(months_text(lines["months"].to_numpy())).where(
            lines["months_state"] != "not_computed"
        ),
        "months_state": lines["months_state"], "states": states.where(states != ""),
        "border": lines["border"], "is_assumed": _is_ours(lines),
        "length_km": lines["km"].astype(float).round(1),
        "risk_groups": lines["risk_groups"].where(lines["risk_groups"] != ""),
        "dependants": lines["key"].map(own.groupby("thing_id")["place_id"].nunique()).fillna(0),
        "network_of": network_day,
    }, geometry=shapes, crs=POLAR)  # fmt: skip
    # Roads and railways have layers of their own: their licence (ODbL) may not reach other lines. The joints
    # of the ends of one grid are assumed, and lie nowhere.
    is_drawn = ~table["mode"].isin(["road", "rail"]) & ~table["feature_id"].str.startswith("grid:")
    return table[(shapely.length(shapes) > 0) & is_drawn]


def _land_lines(
    network: Assembled,
    dependants: pd.DataFrame,
    roads: gpd.GeoDataFrame,
    railways: gpd.GeoDataFrame,
    sea_lanes: gpd.GeoDataFrame,
    network_day: str,
) -> gpd.GeoDataFrame:
    graph = network.graph
    own = dependants[dependants["thing_kind"] == "line"].groupby("thing_id")["place_id"].nunique()
    lines = chains(graph, graph.vertices["vertex_id"].isin(network.gateways["vertex_id"]).to_numpy())
    lines = lines[lines["mode"].isin(["road", "rail"]) & lines["key"].isin(own.index)].reset_index(drop=True)
    lines = lines.assign(**{"from": lines["u"], "to": lines["v"]})
    shapes = line_shapes(graph, lines, sea_lanes)
    source = lines["mode"].map({"road": roads["source_id"].min(), "rail": railways["source_id"].min()})
    as_of = lines["mode"].map({"road": roads["as_of"].min(), "rail": railways["as_of"].min()})
    table = gpd.GeoDataFrame({
        # No names: those of places are under another licence.
        "feature_id": lines["key"], "name": None, "source_id": source, "as_of": as_of, "mode": lines["mode"],
        "is_assumed": lines["is_gap"].astype(bool), "length_km": lines["km"].astype(float).round(1),
        "dependants": lines["key"].map(own), "network_of": network_day,
    }, geometry=shapes, crs=POLAR)  # fmt: skip
    return table[shapely.length(shapes) > 0]


def _cells(graph: FlowGraph) -> NDArray[np.int64]:
    """Return the number of the cell of each vertex, on a grid of EPSG:3413."""
    xy = shapely.get_coordinates(
        polar_points(graph.vertices["longitude_deg"], graph.vertices["latitude_deg"])
    )
    return np.unique(np.floor(xy / _CELL_M), axis=0, return_inverse=True)[1].ravel()


def _is_ours(lines: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which lines no source draws: air links, gaps, and legs from a port to its lane."""
    is_leg = lines["key"].str.startswith("port-leg:") & (lines["mode"] == "sea")
    return (lines["is_gap"].astype(bool) | (lines["mode"] == "air") | is_leg).to_numpy(bool)


def _origin(graph: FlowGraph, lines: pd.DataFrame, sources: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return source and date of each line; one that no source draws has those of the lines that it joins."""
    first = graph.edges.iloc[[rows[0] for rows in lines["rows"]]]
    out = {name: first[name].to_numpy(object).copy() for name in ("source_id", "as_of")}
    for mode, table in sources.items():
        ours = (out["as_of"] == "") & (lines["mode"] == mode).to_numpy()
        for name, values in out.items():
            values[ours] = table[name].iloc[0] if len(table) else ""
    return out


def _border(lines: pd.DataFrame, at: Borders) -> list[str | None]:
    """Return `closed` or `restricted` for a line across such a border, `open` across another one."""
    out: list[str | None] = []
    for text, is_closed in zip(lines["states"], lines["is_border_closed"], strict=True):
        pair = frozenset(text.split("-"))
        if len(pair) < 2:
            out.append(None)
        elif is_closed:
            out.append("restricted" if any(one <= pair for one in at.limited) else "closed")
        else:
            out.append("open")
    return out


DEPENDANTS = Layer(
    id="dependants",
    title="What depends on each node, line and risk group of the flow network",
    pillar="social",
    geometry="table",
    spine=(),
    key=("thing_id", "effect", "mode", "place_id", "months"),
    columns=(
        Column("thing_id", "str", "a node, a line or a risk group", required=True),
        Column("thing_kind", "str", "what it is", required=True, choices=("node", "line", "risk_group")),
        Column("thing", "str", "its name"),
        Column("effect", "str", "what its loss alone does to the place: no way of any mode is left, or its "
               "only way by one mode is gone", required=True, choices=("cut_off", "loses_mode")),
        Column("flows", "str", "the flows that the place loses, or that the mode carries", required=True),
        Column("mode", "str", "the mode that the place loses; all where it is cut off", required=True,
               choices=("all", "sea", "rail", "road", "air", "power", "pipeline")),
        Column("place_id", "str", "a settlement or a node", required=True),
        Column("place", "str", "its name"),
        Column("place_kind", "str", "settlement, or the kind of the node", required=True),
        Column("country_iso3", "str", "its country, ISO 3166-1 alpha-3"),
        Column("people", "int", "inhabitants of a settlement; null if unknown, and of a node", low=0),
        Column("months", "str", f"{_MONTHS} it does so", required=True),
        Column("stands_in", "str", "modes by which the place still has a way, and what stands by there "
               "(radio, satellite, generator), each with its months; null where none is known. What they can "
               "carry is not known"),
        NETWORK_OF,
    ),
    note=f"A loss is an assumption, no forecast; only civil effects. {NOT_IN_NETWORK}",
    derive=reading_network(_dependants),
)  # fmt: skip

FLOW_EDGES = Layer(
    id="flow_edges",
    title="Flow network: lines of goods, energy, data and people",
    pillar="economic",
    geometry="line",
    columns=(
        Column("mode", "str", "how it moves", required=True,
               choices=("sea", "rail", "road", "air", "cable", "power", "ferry", "pipeline")),
        Column("flows", "str", "flows that it carries", required=True),
        Column("open_months", "str", f"{_MONTHS} it is passable; null if not computed"),
        Column("months_state", "str", "whether the months follow from the record of sea ice, or are assumed",
               required=True, choices=("computed", "assumed", "not_computed")),
        Column("states", "str", "states that it touches, ISO 3166-1 alpha-3; null on the high sea"),
        Column("border", "str", "border that it crosses; closed and restricted ones carry nothing",
               choices=("open", "closed", "restricted")),
        Column("is_assumed", "bool", "no source draws it: an air link by runway and range, or a gap closed",
               required=True),
        Column("length_km", "float", "geodesic length", "km", required=True, low=0),
        Column("risk_groups", "str", "straits, landings and corridors that take several lines together"),
        Column("dependants", "int", "places that its loss cuts off or leaves without its mode",
               required=True, low=0),
        NETWORK_OF,
    ),
    note=f"Main roads and railways of the network are the layers `roads` and `railways`. {NOT_IN_NETWORK}",
    derive=reading_network(_flow_edges),
)  # fmt: skip

LAND_LINES = Layer(
    id="land_lines",
    title="Roads and railways on which places depend (OpenStreetMap, simplified)",
    pillar="economic",
    geometry="line",
    columns=(
        Column("mode", "str", "how it moves", required=True, choices=("rail", "road")),
        Column("is_assumed", "bool", "the extract has a gap there, which is taken as closed", required=True),
        Column("length_km", "float", "geodesic length", "km", required=True, low=0),
        Column("dependants", "int", "places that its loss cuts off or leaves without its mode",
               required=True, low=1),
        NETWORK_OF,
    ),
    note="© OpenStreetMap contributors, ODbL 1.0. Stretches between two junctions whose loss alone cuts a "
         "place off or takes its only way by the mode; `roads` and `railways` have the others too.",
    derive=reading_network(_land_lines),
)  # fmt: skip
