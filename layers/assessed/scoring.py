"""Weights of evidence rows and the interval of the military axis. Missing is an interval, never a number.

Parts of an axis weigh the same, groups in a part the same, indicators in a group by their share. A score
that is not known is 0 for `low`, 1 for `high`, and left out of `known`. Classes do not come from these
numbers but from the rules (layers.assessed.rules), in which the unknown counts as 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SCALES", "intervals", "weigh"]

# How a value becomes a score between its two anchors; `class` is a table that the note tells.
SCALES = ("steps", "ramp", "log ramp", "at least", "within", "warmer than", "runway", "class")
_DIGITS = 12


def weigh(evidence: pd.DataFrame) -> NDArray[np.float64]:
    """Weight of each military row inside its node; 0 for other axes and rows that do not apply.

    Reads node_id, axis, dimension (the part), group, indicator, share, state. The weights of a node add
    up to 1.
    """
    live = ((evidence["axis"] == "military") & (evidence["state"] != "not_applicable")).to_numpy()
    live = live & (evidence["share"].to_numpy(dtype=float) > 0)
    columns = ["node_id", "dimension", "group"]
    rows = evidence.loc[live, [*columns, "share"]].reset_index(drop=True)
    node, part, group = (
        rows.groupby(columns[: depth + 1], sort=False).ngroup().to_numpy() for depth in range(3)
    )
    share = rows["share"].to_numpy(dtype=float)
    inside = share / np.bincount(group, weights=share)[group]
    groups = np.bincount(part, weights=~pd.Series(group).duplicated().to_numpy())[part]
    parts = np.bincount(node, weights=~pd.Series(part).duplicated().to_numpy())[node]
    weight = np.zeros(len(evidence))
    weight[live] = np.round(inside / groups / parts, _DIGITS)
    return weight


def intervals(evidence: pd.DataFrame) -> pd.DataFrame:
    """`military_low`, `_high`, `_known`, `_coverage` by node_id, from weighed evidence rows.

    The sums run row by row, so the same rows give the same bits on any machine.
    """
    live = evidence.loc[evidence["weight"] > 0, ["node_id", "score", "weight"]]
    code, nodes = pd.factorize(live["node_id"].to_numpy(dtype=object), sort=True)
    known, weight = live["score"].notna().to_numpy(), live["weight"].to_numpy(dtype=float)
    score = live["score"].fillna(0.0).to_numpy(dtype=float)
    total, told, scored = (np.bincount(code, weights=w) for w in (weight, weight * known, weight * score))
    with np.errstate(invalid="ignore", divide="ignore"):
        table = {
            "military_low": scored / total,
            "military_high": (scored + total - told) / total,
            "military_known": np.where(told > 0, scored / told, np.nan),
            "military_coverage": told / total,
        }
    columns = {name: np.clip(np.round(values, _DIGITS), 0.0, 1.0) for name, values in table.items()}
    return pd.DataFrame(columns, index=pd.Index(nodes, name="node_id"))
