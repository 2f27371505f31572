"""Data of the web page on another picture: the earlier picture, or a picture to compare with."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from maps.text import visible
from maps.web.layer_data import POINT_GRID_M
from maps.web.packing import coded_columns

if TYPE_CHECKING:
    from layers.picture import Before, Picture

__all__ = ["compared_data", "since_data"]

# Rows of nodes that the panel lists. The table `changes` of the GeoPackage has all rows.
_LISTED = 100
_COMPARED = (
    "flag", "flag_probability", "overlap_probability", "hazard_class", "military_class", "dependence_class",
)  # fmt: skip


def since_data(picture: Picture, before: Before) -> dict[str, Any]:
    """Return the changes since the earlier picture: counts of nodes by change and cause, and the first rows.

    `before` describes the earlier picture. Without a table of changes, only this description is returned.
    """
    table = picture.tables.get("changes")
    content = {"before": {name: visible(value) for name, value in asdict(before).items()}}
    if table is None:
        return content
    layer = next(layer for layer in picture.layers if layer.id == "changes")
    is_node = table["subject"] == "node"
    counts = table[is_node].groupby(["change", "cause"]).size()
    # Rows on sources and methods are few, so the panel lists all of them.
    rows = table[~is_node | (table["place"] < _LISTED)]
    return content | {
        "counts": [[change, cause, int(count)] for (change, cause), count in counts.items()],
        "rows": len(rows),
        "columns": coded_columns(layer.columns, rows),
    }


def compared_data(picture: Picture, other: Picture) -> dict[str, Any] | None:
    """Return the columns of the picture `other` for the nodes of `picture`, in the order of `picture`.

    `gone` lists the nodes that only `other` has; their positions (`at`) are whole numbers of 10 m of
    EPSG:3413. The result is None if one of the pictures has no nodes.
    """
    ours, theirs = picture.tables.get("nodes"), other.tables.get("nodes")
    if ours is None or theirs is None:
        return None
    layer = next(layer for layer in other.layers if layer.id == "nodes")
    columns = [column for column in layer.all_columns if column.name in _COMPARED]
    by_id: Any = theirs.set_index("node_id")
    gone: Any = by_id[~by_id.index.isin(ours["node_id"])]
    xy = np.round(shapely.get_coordinates(np.asarray(gone.geometry.array, dtype=object)) / POINT_GRID_M)
    return {
        "day": other.day.isoformat(),
        "scenario": visible(other.scenario.title),
        "columns": coded_columns(columns, by_id.reindex(ours["node_id"])),
        "gone": [
            {"name": visible(name), "kind": visible(kind), "flag": visible(flag), "at": [int(v) for v in at]}
            for name, kind, flag, at in zip(gone["name"], gone["kind"], gone["flag"], xy, strict=True)
        ],
    }
