"""Tables of vertices and edges with every column stated, and one graph out of the graphs of the modes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.crs import distance_km
from layers.flows.graph import ALL_YEAR, EDGE_COLUMNS, VERTEX_COLUMNS, FlowGraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["edge_table", "group_keys", "joined_states", "legs", "places_table", "united", "vertex_table"]

# What a column holds where a mode says nothing else.
_VERTEX: dict[str, Any] = {
    "name": "", "kind": "junction", "country_iso3": "", "people": np.nan, "snap_km": 0.0,
}  # fmt: skip
_EDGE: dict[str, Any] = {
    "months": ALL_YEAR, "months_state": "assumed", "states": "", "is_border_closed": False,
    "risk_groups": "",
}  # fmt: skip
_DTYPES = {
    "longitude_deg": "float64", "latitude_deg": "float64", "people": "float64", "snap_km": "float64",
    "u": "int64", "v": "int64", "km": "float64", "months": "int64", "is_border_closed": "bool",
}  # fmt: skip


def _table(columns: Sequence[str], given: dict[str, Any], default: dict[str, Any]) -> pd.DataFrame:
    length = max((len(value) for value in given.values() if not isinstance(value, str)), default=0)
    values = default | given
    table = pd.DataFrame({name: values[name] for name in columns}, index=pd.RangeIndex(length))
    texts = {name: "object" for name in columns if name not in _DTYPES}
    return table.astype({name: kind for name, kind in (_DTYPES | texts).items() if name in columns})


def vertex_table(**columns: ArrayLike) -> pd.DataFrame:
    """Return a table of vertices (columns `VERTEX_COLUMNS`); a column left out has its plain value."""
    return _table(VERTEX_COLUMNS, dict(columns), _VERTEX)


def edge_table(**columns: ArrayLike) -> pd.DataFrame:
    """Return a table of edges (columns `EDGE_COLUMNS`).

    A column left out has its plain value: every month, assumed; no state; no closed border; no risk group.
    """
    return _table(EDGE_COLUMNS, dict(columns), _EDGE)


def places_table(settlements: pd.DataFrame, node_sites: pd.DataFrame) -> pd.DataFrame:
    """Return settlements and nodes as vertices, with the column `place_id` of the place of each.

    `settlements` has the columns of the layer and `longitude_deg`, `latitude_deg` (WGS 84). The place of a
    settlement is its own. A node whose place is no settlement keeps the place of the layer `sites`.
    """
    towns = vertex_table(
        vertex_id="settlement:" + settlements["feature_id"].to_numpy(dtype=object),
        name=settlements["name"].to_numpy(dtype=object), kind="settlement",
        country_iso3=settlements["country_iso3"].to_numpy(dtype=object),
        longitude_deg=settlements["longitude_deg"].to_numpy(float),
        latitude_deg=settlements["latitude_deg"].to_numpy(float),
        people=settlements["population"].to_numpy(float),
    ).assign(place_id="place:" + settlements["feature_id"].to_numpy(dtype=object))  # fmt: skip
    names = ("name", "kind", "country_iso3", "longitude_deg", "latitude_deg")
    nodes = vertex_table(
        vertex_id=node_sites["node_id"].to_numpy(dtype=object),
        **{name: node_sites[name].to_numpy() for name in names},
    ).assign(place_id=node_sites["place_id"].to_numpy(dtype=object))
    return pd.concat([towns, nodes], ignore_index=True)


def legs(
    places: pd.DataFrame, feet: NDArray[np.int64], km: NDArray[np.float64], label: str, **columns: ArrayLike
) -> pd.DataFrame:
    """Return edges from the rows of `places`, numbered from 0, to the vertices `feet`.

    `label` tells the legs of one network from those of another. `columns` are further columns of the edges.
    """
    ids = places["vertex_id"].to_numpy(dtype=object)
    plain: dict[str, Any] = {
        "mode": "access", "source_id": "arctic-picture", "as_of": "",
        "states": places["country_iso3"].to_numpy(dtype=object),
    }  # fmt: skip
    return edge_table(
        edge_id=f"{label}:" + ids, u=np.arange(len(places)), v=feet, km=km, link_id=f"{label}:" + ids,
        **(plain | dict(columns)),
    )  # fmt: skip


def joined_states(one: NDArray[np.object_], other: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the states of edges from the states at their ends: ascending, joined by a hyphen."""
    return np.array(
        ["-".join(sorted({a, b} - {"", None})) for a, b in zip(one, other, strict=True)], dtype=object
    )


def group_keys(keys: Iterable[str]) -> str:
    """Return keys of risk groups as one text, each once, ascending."""
    return " ".join(sorted({key for text in keys for key in text.split()}))


def united(graphs: Sequence[FlowGraph]) -> FlowGraph:
    """Return one graph: a vertex that several graphs name is one vertex; the first graph describes it.

    `snap_km` of such a vertex is the smallest that is known.

    Raises
    ------
    ValueError
        If an id of an edge occurs twice, or two graphs put one vertex at places more than a metre apart.
    """
    vertices = pd.concat([graph.vertices for graph in graphs], ignore_index=True)
    number, ids = pd.factorize(vertices["vertex_id"])
    first = vertices.drop_duplicates("vertex_id").reset_index(drop=True)
    apart_km = distance_km(
        vertices["longitude_deg"], vertices["latitude_deg"],
        first["longitude_deg"].to_numpy()[number], first["latitude_deg"].to_numpy()[number],
    )  # fmt: skip
    if len(ids) and apart_km.max() > 0.001:
        odd = vertices["vertex_id"][int(apart_km.argmax())]
        msg = f"vertex {odd}: expected one place, found two {apart_km.max():.3f} km apart: give it another id"
        raise ValueError(msg)
    first["snap_km"] = vertices.groupby(number)["snap_km"].min().to_numpy()
    offsets = np.cumsum([0, *(len(graph) for graph in graphs)])
    edges = pd.concat(
        [
            graph.edges.assign(**{end: number[graph.edges[end].to_numpy() + offset] for end in ("u", "v")})
            for graph, offset in zip(graphs, offsets[:-1], strict=True)
        ],
        ignore_index=True,
    )
    again = edges["edge_id"].duplicated()
    if again.any():
        msg = f"edge {edges['edge_id'][again].iloc[0]}: expected one edge of that id, found two"
        raise ValueError(msg)
    return FlowGraph(first, edges)
