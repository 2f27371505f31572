"""Power lines, gas pipelines and fibre on land of the layer `interconnectors` as edges.

A line is in service from its first to its last day, as far as the dates of the table go. An end is a vertex
of the picture where the table names one, else a vertex of its own. Ends of one grid are joined to each other:
that a grid of a country is one is assumed. An end with supply of its own (plants, a terminal, a way out) is
a gateway of its flow. A way for fuel is none for power or gas: they are other modes. Capacities are in the
table and carry no rule.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.crs import distance_km
from layers.errors import SourceError
from layers.flows.gateways import GATEWAY_COLUMNS
from layers.flows.graph import VERTEX_COLUMNS, FlowGraph
from layers.flows.parts import edge_table, joined_states, united, vertex_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["in_service", "with_lines", "with_supply"]

_MODES = {"power_cable": "power", "power_line": "power", "gas_pipeline": "pipeline", "land_fibre": "cable"}
_FLOWS = {"power": "energy", "pipeline": "energy", "cable": "data"}


def in_service(table: pd.DataFrame, day: str) -> NDArray[np.bool_]:
    """Return which rows of a table with `in_service_from` and `in_service_until` serve on a day.

    `day` may be a month or a year; dates are compared as far as both go. A start that is not known is
    past, an end that is not known is to come.
    """
    starts = [not isinstance(text, str) or text[: len(day)] <= day[: len(text)]
              for text in table["in_service_from"]]  # fmt: skip
    ends = [not isinstance(text, str) or text[: len(day)] >= day[: len(text)]
            for text in table["in_service_until"]]  # fmt: skip
    return np.array(starts, dtype=bool) & np.array(ends, dtype=bool)


def with_lines(graph: FlowGraph, interconnectors: pd.DataFrame, day: str) -> FlowGraph:
    """Return the graph with the lines that are in service on `day` (ISO 8601) and the joints of their grids.

    The `link_id` of a line is its `feature_id`.

    Raises
    ------
    SourceError
        If a line names a vertex that the graph lacks.
    """
    table = interconnectors[in_service(interconnectors, day)].reset_index(drop=True)
    if table.empty:
        return graph
    ends = _ends(table)
    named = ends["is_named"].to_numpy(bool)
    lost = ends.loc[named & ~ends["vertex_id"].isin(graph.vertices["vertex_id"]), "vertex_id"]
    if len(lost):
        msg = f"interconnectors: expected a vertex of the network, found {lost.iloc[0]!r}; correct the line"
        raise SourceError(msg)
    places = graph.vertices[graph.vertices["vertex_id"].isin(ends.loc[named, "vertex_id"])]
    own = ends[~named].drop_duplicates("vertex_id")
    stations = vertex_table(
        vertex_id=own["vertex_id"].to_numpy(object), name=own["place"].to_numpy(object),
        country_iso3=own["country_iso3"].to_numpy(object),
        longitude_deg=own["longitude_deg"].to_numpy(float), latitude_deg=own["latitude_deg"].to_numpy(float),
    )  # fmt: skip
    vertices = pd.concat([places[list(VERTEX_COLUMNS)], stations], ignore_index=True)
    row = pd.Series(np.arange(len(vertices)), index=vertices["vertex_id"])
    edges = [_lines(table, ends, vertices, row), _joints(ends, vertices, row)]
    return united([graph, FlowGraph(vertices, pd.concat(edges, ignore_index=True))])


def with_supply(gateways: pd.DataFrame, interconnectors: pd.DataFrame, day: str) -> pd.DataFrame:
    """Return the gateways (columns `GATEWAY_COLUMNS`) and the ends of lines with supply of their own."""
    table = interconnectors[in_service(interconnectors, day)].reset_index(drop=True)
    ends = _ends(table)
    ends = ends[ends["is_supplied"].astype(bool)]
    rows = ends.assign(
        flow=ends["mode"].map(_FLOWS), name=ends["place"], why="end of a line with supply of its own",
        state="assumed",
    )  # fmt: skip
    rows = rows[list(GATEWAY_COLUMNS)].drop_duplicates(["flow", "vertex_id"])
    return pd.concat([gateways, rows], ignore_index=True)


def _ends(table: pd.DataFrame) -> pd.DataFrame:
    """Return both ends of each line, all first ends before all second ones."""
    mode = table["kind"].map(_MODES)
    parts = []
    for side in ("from", "to"):
        vertex = table[f"{side}_vertex"]
        place = table[f"{side}_place"]
        station = [f"line_end:{kind}:{_plain(text)}" for kind, text in zip(mode, place, strict=True)]
        parts.append(pd.DataFrame({
            "mode": mode, "place": place, "vertex_id": vertex.fillna(pd.Series(station, index=table.index)),
            "is_named": vertex.notna(), "country_iso3": table[f"{side}_country_iso3"],
            "longitude_deg": table[f"{side}_longitude_deg"], "latitude_deg": table[f"{side}_latitude_deg"],
            "grid": table[f"{side}_grid"], "is_supplied": table[f"is_{side}_supplied"],
        }))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _plain(text: str) -> str:
    """Return a name in small ASCII letters, digits and hyphens."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")


def _km(vertices: pd.DataFrame, u: NDArray[np.int64], v: NDArray[np.int64]) -> NDArray[np.float64]:
    lon, lat = (vertices[name].to_numpy(float) for name in ("longitude_deg", "latitude_deg"))
    return np.asarray(distance_km(lon[u], lat[u], lon[v], lat[v]), dtype=float)


def _lines(table: pd.DataFrame, ends: pd.DataFrame, vertices: pd.DataFrame, row: pd.Series) -> pd.DataFrame:
    u, v = np.split(row[ends["vertex_id"]].to_numpy(np.int64), 2)
    state = vertices["country_iso3"].to_numpy(object)
    ids = table["feature_id"].to_numpy(object)
    return edge_table(
        edge_id="line:" + ids, u=u, v=v, km=_km(vertices, u, v), link_id=ids,
        mode=ends["mode"].to_numpy(object)[: len(table)], states=joined_states(state[u], state[v]),
        source_id=table["source_id"].to_numpy(object), as_of=table["as_of"].to_numpy(object),
    )  # fmt: skip


def _joints(ends: pd.DataFrame, vertices: pd.DataFrame, row: pd.Series) -> pd.DataFrame:
    """Return an assumed edge between each two ends of a grid."""
    found: list[tuple[str, str, str, str]] = []
    for (grid, mode), group in ends.dropna(subset=["grid"]).groupby(["grid", "mode"], sort=True):
        pairs = combinations(sorted(set(group["vertex_id"])), 2)
        found += [(str(grid), str(mode), one, other) for one, other in pairs]
    grid, mode, one, other = np.array(found, dtype=object).reshape(-1, 4).T
    u, v = (row[part].to_numpy(np.int64) for part in (one, other))
    state = vertices["country_iso3"].to_numpy(object)
    keys = [f"grid:{_plain(text)}" for text in grid]
    ids = [f"{key}:{a}/{b}" for key, a, b in zip(keys, one, other, strict=True)]
    return edge_table(
        edge_id=ids, u=u, v=v, km=_km(vertices, u, v), link_id=keys, mode=mode,
        states=joined_states(state[u], state[v]), source_id="arctic-picture", as_of="",
    )  # fmt: skip
