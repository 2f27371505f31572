"""Weights of evidence rows, and the interval of the military axis that unknown scores leave open.

The parts of an axis have equal weights, and so have the groups of a part. The indicators of a group are
weighted by their share. An unknown score counts as 0 for `low` and as 1 for `high`, and is left out of
`known`. Classes do not follow from these numbers but from `layers.assessed.rules`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SCALES", "intervals", "weigh"]

# Forms of a scale between its two anchors; `class` is a table that the note explains.
SCALES = ("steps", "ramp", "log ramp", "at least", "within", "warmer than", "runway", "class")
_DIGITS = 12  # fewer than a float holds: the last bits differ between machines


def weigh(evidence: pd.DataFrame) -> NDArray[np.float64]:
    """Return the weight of each row in its node, for the military axis.

    0 for other axes and for rows that do not apply. Reads node_id, axis, dimension (the part), group, share
    and state. The weights of a node add up to 1.
    """
    live = ((evidence["axis"] == "military") & (evidence["state"] != "not_applicable")).to_numpy()
    live = live & (evidence["share"].to_numpy(dtype=float) > 0)
    columns = ["node_id", "dimension", "group"]
    rows = evidence.loc[live, [*columns, "share"]].reset_index(drop=True)
    node, part, group = (
        rows.groupby(columns[: depth + 1], sort=False).ngroup().to_numpy() for depth in range(3)
    )
    share = rows["share"].to_numpy(dtype=float)
    # The weight is a product: share in the group, one over the groups, one over the parts.
    inside = share / np.bincount(group, weights=share)[group]
    groups = np.bincount(part, weights=~pd.Series(group).duplicated().to_numpy())[part]
    parts = np.bincount(node, weights=~pd.Series(part).duplicated().to_numpy())[node]
    weight = np.zeros(len(evidence))
    weight[live] = np.round(inside / groups / parts, _DIGITS)
    return weight


def intervals(evidence: pd.DataFrame) -> pd.DataFrame:
    """Return `military_low`, `_high`, `_known` and `_coverage` by node_id, 0 to 1, from weighed rows.

    `_coverage` is the weight of the known scores. Sums run row by row, so that the same rows give the same
    bits on every machine.
    """
    live = evidence.loc[evidence["weight"] > 0, ["node_id", "score", "weight"]]
    code, nodes = pd.factorize(live["node_id"].to_numpy(dtype=object), sort=True)
    is_known, weight = live["score"].notna().to_numpy(), live["weight"].to_numpy(dtype=float)
    score = live["score"].fillna(0.0).to_numpy(dtype=float)
    total, known_weight, scored = (
        np.bincount(code, weights=w) for w in (weight, weight * is_known, weight * score)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        table = {
            "military_low": scored / total,
            "military_high": (scored + total - known_weight) / total,
            "military_known": np.where(known_weight > 0, scored / known_weight, np.nan),
            "military_coverage": known_weight / total,
        }
    columns = {name: np.clip(np.round(values, _DIGITS), 0.0, 1.0) for name, values in table.items()}
    return pd.DataFrame(columns, index=pd.Index(nodes, name="node_id"))
