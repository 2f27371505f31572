"""Data of the web page on nodes, besides their columns: marks, unknown hazards, evidence and exits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.schema import Column
from maps.style import marked
from maps.web import warmer_level
from maps.web.packing import coded_columns, packed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.picture import Picture

__all__ = ["ADDED", "evidence_data", "lacking_hazards", "with_added"]

# Columns that only the page has. page/node_details.js leaves them out of the CSV of a node.
ADDED = (
    Column("mark", "str", "what it is drawn as"),
    Column("lacking", "str", "hazards that apply and are not known"),
    *warmer_level.COLUMNS,
)
# Indicators that are a hazard. The other indicators of these groups are inputs of a hazard.
_HAZARDS = (
    "ice_season_lost",
    "ice_season_unreliable",
    "permafrost_thaw",
    "coastal_erosion",
    "relative_sea_level",
)
# Numbers that belong to the indicator of a row, and columns that the page does not show.
_SAME = ("zero_at", "one_at", "weight")
_LEFT_OUT = ("node_id", "dimension")
# What the slider of an exit needs (page/what_if.js).
_EXIT_FIELDS = ("axis", "what", "value", "unit", "at", "before", "after")


def with_added(table: Any, picture: Picture) -> Any:
    """Return the table of nodes with the columns `ADDED`."""
    return table.assign(
        mark=marked(table), lacking=lacking_hazards(picture), **warmer_level.level_columns(picture)
    )


def lacking_hazards(picture: Picture) -> NDArray[np.object_]:
    """Return for each node its applicable hazards that are unknown, in words, or None if there are none.

    The result has the order of the table of nodes.
    """
    nodes, evidence = picture.tables["nodes"], picture.tables.get("evidence")
    if evidence is None or "dimension" not in evidence or "node_id" not in nodes:
        return np.full(len(nodes), None, dtype=object)
    rows = evidence[(evidence["dimension"] == "hazard") & evidence["indicator"].isin(_HAZARDS)]
    rows = rows[rows["state"] == "unknown"]
    hazards = rows["indicator"].str.replace("_", " ").groupby(rows["node_id"]).agg("; ".join)
    return np.asarray(hazards.reindex(nodes["node_id"]), dtype=object)


def evidence_data(picture: Picture) -> dict[str, Any] | None:
    """Return the evidence and the exits in the order of the nodes; None for a picture without evidence.

    The texts of an indicator are nearly the same at all nodes. So each set of texts is stored once, in
    `sayings`, and each row of evidence has the number of its set, in `saying`. `counts` has the number of
    rows of each node.
    """
    table, nodes = picture.tables.get("evidence"), picture.tables.get("nodes")
    if table is None or nodes is None:
        return None
    place = pd.Series(range(len(nodes)), index=nodes["node_id"].astype(str))
    owner = table["node_id"].astype(str).map(place)
    if not owner.notna().any():
        return None
    # Evidence of a node that the picture does not have is left out.
    rows = table[owner.notna()].assign(_owner=owner).sort_values("_owner", kind="stable")
    counts = np.bincount(rows["_owner"].astype(int), minlength=len(nodes))
    # An end of an interval that equals the value is left out, to save room.
    for end in ("value_low", "value_high"):
        if end in rows:
            rows[end] = rows[end].where(rows[end] != rows["value"])
    layer = next(layer for layer in picture.layers if layer.id == "evidence")
    columns = [column for column in layer.all_columns if column.name in rows.columns]
    words = [c for c in columns if c.name in _SAME or (c.dtype == "str" and c.name not in _LEFT_OUT)]
    saying = np.zeros(len(rows), dtype=np.int64)
    for column in words:
        codes, distinct = pd.factorize(rows[column.name], sort=True)
        # The sets are numbered again after each column, so that the numbers stay small.
        saying = np.unique(saying * (len(distinct) + 1) + codes + 1, return_inverse=True)[1]
    sayings = rows.iloc[np.unique(saying, return_index=True)[1]]
    measured = [c for c in columns if c.dtype != "str" and c.name not in (*_SAME, *_LEFT_OUT)]
    return {
        "counts": packed(counts),
        "saying": packed(saying),
        "sayings": coded_columns(words, sayings),
        "columns": coded_columns(measured, rows),
        "exits": _exits(picture, place),
    }


def _exits(picture: Picture, place: pd.Series) -> dict[str, Any] | None:
    """Return the exits of each node, the nearest of each axis first: what turns a class, and where."""
    table = picture.tables.get("exits")
    layer = next((layer for layer in picture.layers if layer.id == "exits"), None)
    if table is None or layer is None:
        return None
    rows = table[table["node_id"].isin(place.index)]
    rows = rows.assign(_owner=rows["node_id"].map(place)).sort_values("_owner", kind="stable")
    columns = [column for column in layer.columns if column.name in _EXIT_FIELDS]
    counts = np.bincount(rows["_owner"].astype(int), minlength=len(place))
    return {"counts": packed(counts), "columns": coded_columns(columns, rows)}
