"""Lines of the network between the points where something joins, each a thing that can fail alone.

Vertices of degree 2 at which nothing joins and nothing changes are inside a line: a closure anywhere on it
closes it for whoever passes. Dead ends at which nothing joins are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.flows.graph import MODES
from layers.flows.reduction import reduced

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.flows.graph import FlowGraph

__all__ = ["CHAIN_COLUMNS", "chains", "contracted", "joined_chains"]

# `u` and `v` are rows of vertices, `rows` the rows of the edges from `u` to `v`, in order. `months` are those
# in which all edges are open. `key` is the first of the edge_ids: it stays the same if others change.
CHAIN_COLUMNS = ("key", "mode", "u", "v", "km", "months", "months_state", "states", "is_border_closed",
                 "risk_groups", "is_gap", "rows")  # fmt: skip
_SAME = ("months", "months_state", "is_border_closed", "risk_groups", "is_gap")


def chains(graph: FlowGraph, kept: NDArray[np.bool_]) -> pd.DataFrame:
    """Return the lines of each mode other than `access` (columns `CHAIN_COLUMNS`).

    `kept` marks vertices that end a line, besides stations of power, gas and fibre, and those at which
    several modes, an access edge or a node join; shape (vertices,).
    """
    edges = graph.edges.assign(is_gap=graph.edges["edge_id"].str.contains("-gap:", regex=False))
    mode = edges["mode"].to_numpy(object)
    ends = edges[["u", "v"]].to_numpy(np.int64)
    kept = kept | (graph.vertices["kind"] != "junction").to_numpy()
    kept |= graph.vertices["vertex_id"].str.startswith("line_end:").to_numpy(bool)
    parts = []
    for name in MODES:
        own = np.flatnonzero(mode == name)
        if name == "access" or not len(own):
            continue
        other = np.zeros(len(graph), dtype=bool)
        other[ends[mode != name].ravel()] = True
        parts.append(_of_mode(edges.iloc[own], own, kept | other | _changes(edges.iloc[own], len(graph))))
    empty = pd.DataFrame({name: [] for name in CHAIN_COLUMNS})
    return pd.concat(parts, ignore_index=True) if parts else empty


def _changes(edges: pd.DataFrame, count: int) -> NDArray[np.bool_]:
    """Return the vertices at which edges meet that differ in months, border or risk groups."""
    group = edges.groupby(list(_SAME), sort=False).ngroup().to_numpy()
    low, high = np.full(count, len(edges)), np.full(count, -1)
    for end in ("u", "v"):
        at = edges[end].to_numpy(np.int64)
        np.minimum.at(low, at, group)
        np.maximum.at(high, at, group)
    return (high >= 0) & (low != high)


def _of_mode(edges: pd.DataFrame, rows: NDArray[np.int64], kept: NDArray[np.bool_]) -> pd.DataFrame:
    u, v = (edges[end].to_numpy(np.int64) for end in ("u", "v"))
    small = reduced(u, v, edges["km"].to_numpy(float), kept)
    starts, stops = small.vertices[small.u], small.vertices[small.v]
    members: list[list[int]] = [[] for _ in range(len(starts))]
    for position, number in enumerate(small.edge_of.tolist()):
        if number >= 0:
            members[number].append(position)
    ways = [_in_order(own, u, v, int(start)) for own, start in zip(members, starts, strict=True)]
    first = edges.iloc[[way[0] for way in ways]]
    ids, states = (edges[name].to_numpy(object) for name in ("edge_id", "states"))
    return pd.DataFrame({
        "key": [min(ids[way]) for way in ways], "mode": first["mode"].to_numpy(), "u": starts, "v": stops,
        "km": small.km,
        **{name: first[name].to_numpy() for name in _SAME},
        "states": ["-".join(sorted({s for text in states[way] for s in text.split("-")} - {""}))
                   for way in ways],
        "rows": [rows[way].tolist() for way in ways],
    })[list(CHAIN_COLUMNS)]  # fmt: skip


def _in_order(members: list[int], u: NDArray[np.int64], v: NDArray[np.int64], start: int) -> list[int]:
    """Return the edges of one line in the order of a walk from its vertex `start`."""
    if len(members) == 1:
        return members
    at: dict[int, list[int]] = {}
    for edge in members:
        at.setdefault(int(u[edge]), []).append(edge)
        at.setdefault(int(v[edge]), []).append(edge)
    here = start
    way: list[int] = []
    used: set[int] = set()
    while len(way) < len(members):
        edge = next(one for one in at[here] if one not in used)
        used.add(edge)
        way.append(edge)
        here = int(v[edge]) if int(u[edge]) == here else int(u[edge])
    return way


def joined_chains(lines: pd.DataFrame, is_alone: NDArray[np.bool_], count: int) -> pd.DataFrame:
    """Return the lines with those that are not `is_alone` joined where no third line of their mode meets.

    `count` is the number of vertices. Lines of air links, cables, power and gas stay as they are.
    """
    stays = is_alone | lines["mode"].isin(["air", "cable", "power", "pipeline"]).to_numpy()
    parts = [lines[stays]]
    rest = lines[~stays]
    for _, own in rest.groupby("mode", sort=False):
        beside = lines.loc[stays & (lines["mode"] == own["mode"].iloc[0]).to_numpy(), ["u", "v"]]
        kept = _changes(own, count)
        ends = own[["u", "v"]].to_numpy(np.int64)
        kept[beside.to_numpy(np.int64).ravel()] = True
        kept[np.flatnonzero(np.bincount(ends.ravel(), minlength=count) == 1)] = True
        table = own.rename(columns={"key": "edge_id"})
        joined = _of_mode(table, np.arange(len(own)), kept).rename(columns={"edge_id": "key"})
        inner = own["rows"].to_list()
        start = own["u"].to_numpy(np.int64)
        joined["rows"] = [
            _laid(way, inner, start, own["v"].to_numpy(np.int64), int(first))
            for way, first in zip(joined["rows"], joined["u"], strict=True)
        ]
        parts.append(joined)
    return pd.concat(parts, ignore_index=True)


def _laid(
    way: list[int], inner: list[list[int]], u: NDArray[np.int64], v: NDArray[np.int64], start: int
) -> list[int]:
    """Return the rows of edges along several lines, each turned to the direction of the walk."""
    out: list[int] = []
    here = start
    for line in way:
        forward = int(u[line]) == here
        out += inner[line] if forward else inner[line][::-1]
        here = int(v[line]) if forward else int(u[line])
    return out


def contracted(lines: pd.DataFrame, is_alone: NDArray[np.bool_], cell: NDArray[np.int64]) -> pd.DataFrame:
    """Return the lines for a map: vertices of one cell are one point, the first of them.

    `cell` has the number of the cell of each vertex. Lines of sea, rail and road within one cell are left
    out. Of those that join the same cells in the same months the shortest stays. Lines that are `is_alone`,
    that cross a border, or that are air links or cables all stay. `from` and `to` are the vertices at which a
    line is drawn to begin and end.
    """
    can_go = ~is_alone & lines["mode"].isin(["sea", "rail", "road"]).to_numpy()
    can_go &= lines["border"].isna().to_numpy()
    first = np.full(cell.max(initial=-1) + 1, len(cell))
    point = first[cell]
    for _, own in lines.groupby("mode"):
        at = np.unique(own[["u", "v"]].to_numpy(np.int64))
        first[:] = len(cell)
        np.minimum.at(first, cell[at], at)
        point[at] = first[cell[at]]
    low, high = np.sort(cell[lines[["u", "v"]].to_numpy(np.int64)], axis=1).T
    table = lines.assign(low=low, high=high, can_go=can_go)
    order = table.sort_values(["can_go", "km"], kind="stable")
    again = order.duplicated(["mode", "low", "high", "months", "is_gap"]).reindex(table.index).to_numpy(bool)
    gone = can_go & (again | (low == high))
    ends = {}
    for name, end in (("from", "u"), ("to", "v")):
        rows = lines[end].to_numpy(np.int64)
        ends[name] = np.where(can_go, point[rows], rows)
    return lines.assign(**ends)[~gone].reset_index(drop=True)
