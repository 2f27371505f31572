"""Evidence to scores, weights and intervals of the axes. Missing is an interval, never a number.

Inside a dimension indicators stand in for each other: arithmetic mean. Between dimensions none
makes up for another: geometric mean (INFORM, Nardo et al. 2008, ISBN 978-92-64-04345-9). A missing
score is 0 for `low`, 1 for `high`, left out of `known`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "AXES",
    "BESIDE",
    "EPS",
    "SCALES",
    "Scale",
    "axis_intervals",
    "group_weights",
    "log_ramp",
    "percentile",
    "ramp",
    "rescale",
    "weigh",
]

# Axis -> its dimensions. One dimension: the axis is its mean. Several: their geometric mean.
AXES: dict[str, tuple[str, ...]] = {
    "climate": ("hazard", "exposure", "vulnerability"),
    "military": ("military",),
    "civil": ("civil",),
}
# Told beside the axes and in none of them: a longer season is both a hazard and a chance (method §0.2).
BESIDE: dict[str, tuple[str, ...]] = {"access": ("access",)}
EPS = 0.01  # keeps one zero from erasing a geometric mean (method §1.3)


def ramp(value: ArrayLike, zero_at: float, one_at: float) -> NDArray[np.float64]:
    """Linear score 0 at `zero_at` and 1 at `one_at`, clipped; NaN stays NaN; may fall."""
    share = (np.asarray(value, dtype=float) - zero_at) / (one_at - zero_at)
    return np.clip(share, 0.0, 1.0)


def log_ramp(value: ArrayLike, zero_at: float, one_at: float) -> NDArray[np.float64]:
    """Score linear in the logarithm; 0 for values at or below `zero_at`; NaN stays NaN."""
    number = np.asarray(value, dtype=float)
    safe = np.where(number > zero_at, number, zero_at)
    score = np.log(safe / zero_at) / np.log(one_at / zero_at)
    return np.where(np.isnan(number), np.nan, np.clip(score, 0.0, 1.0))


def _at_least(value: ArrayLike, zero_at: float, one_at: float) -> NDArray[np.float64]:  # noqa: ARG001
    number = np.asarray(value, dtype=float)
    return np.where(np.isnan(number), np.nan, (number >= one_at).astype(float))


def _within(value: ArrayLike, zero_at: float, one_at: float) -> NDArray[np.float64]:  # noqa: ARG001
    number = np.asarray(value, dtype=float)
    return np.where(np.isnan(number), np.nan, (number <= one_at).astype(float))


def _rings(value: ArrayLike, zero_at: float, one_at: float) -> NDArray[np.float64]:
    number = np.asarray(value, dtype=float)
    score = np.where(number <= one_at, 1.0, np.where(number <= zero_at, 0.5, 0.0))
    return np.where(np.isnan(number), np.nan, score)


def _runway(value: ArrayLike, zero_at: float, one_at: float) -> NDArray[np.float64]:
    number = np.asarray(value, dtype=float)
    return np.where(number < zero_at, 0.0, 0.5 + 0.5 * ramp(number, zero_at, one_at))


def _unpaved(value: ArrayLike, zero_at: float, one_at: float) -> NDArray[np.float64]:
    return np.minimum(_runway(value, zero_at, one_at), 0.5)


# How a raw value becomes a score; each takes the value and its two anchors. What is not here is
# `class` (a table, told in the note), `share` (a physical bound) or `percentile` (rank within kind).
SCALES: dict[str, Callable[..., NDArray[np.float64]]] = {
    "ramp": ramp,  # 0 at `zero_at`, 1 at `one_at`, linear between
    "log ramp": log_ramp,  # the same, linear in the logarithm
    "at least": _at_least,  # 1 from `one_at` up, else 0
    "within": _within,  # 1 up to `one_at`, else 0
    "rings": _rings,  # 1 up to `one_at`, 0.5 up to `zero_at`, else 0
    "runway": _runway,  # 0 below `zero_at`, 0.5 there, 1 at `one_at`
    "unpaved runway": _unpaved,  # the same, never over 0.5
}


@dataclass(frozen=True, slots=True)
class Scale:
    """A form of `SCALES` and its two anchors, in the unit of the value; one alone stands twice."""

    form: str
    zero_at: float
    one_at: float

    def score(self, value: ArrayLike) -> NDArray[np.float64]:
        """Scores 0..1 of raw values; NaN stays NaN."""
        return SCALES[self.form](value, self.zero_at, self.one_at)


def rescale(rows: Mapping[str, NDArray[Any]], multiple: float) -> NDArray[np.float64]:
    """Scores of evidence rows with both anchors times `multiple`; as they stand where no anchor is.

    Reads the columns `value`, `score`, `scale`, `zero_at`, `one_at`. A row without a score has none.
    """
    score = rows["score"].copy()
    value, form, zero, one = (rows[name] for name in ("value", "scale", "zero_at", "one_at"))
    known = ~np.isnan(score)
    for name in set(form) & SCALES.keys():
        of_form = known & (form == name)
        for low, high in set(zip(zero[of_form], one[of_form], strict=True)):
            at = of_form & (zero == low) & (one == high)
            score[at] = SCALES[name](value[at], low * multiple, high * multiple)
    return score


def percentile(value: pd.Series, within: pd.Series, *, falling: bool = False) -> NDArray[np.float64]:
    """Rank share 0..1 of `value` within the groups of `within`; ties share their mean rank.

    With `falling` the smallest value scores highest. A group of one scores 0.5.
    """
    rank = value.groupby(within).rank(ascending=not falling)
    known = value.groupby(within).transform("count")
    return ((rank - 0.5) / known).to_numpy(dtype=float)


def group_weights(groups: Sequence[str], given: Mapping[str, float] | None) -> NDArray[np.float64]:
    """Baseline weight of each group of a dimension, sums to one: equal, or as `given` by group."""
    if given is None:
        return np.full(len(groups), 1.0 / max(len(groups), 1))
    weights = np.array([given.get(group, 0.0) for group in groups])
    total = weights.sum()
    return weights / total if total > 0 else np.full(len(groups), 1.0 / max(len(groups), 1))


def weigh(
    evidence: pd.DataFrame, weights: Mapping[str, Mapping[str, float]] | None = None
) -> NDArray[np.float64]:
    """Weight of each row inside its node and dimension; indicators are equal in a group.

    Groups are equal, or weigh as `weights` says by dimension and group. Rows that do not apply weigh
    nothing, and what is left is shared by the others; rows that are unknown keep their weight.
    """
    applies = (evidence["state"] != "not_applicable").to_numpy()
    columns = ["node_id", "axis", "dimension", "group", "indicator"]
    live = evidence.loc[applies, columns]
    dimension = live.groupby(columns[:3], sort=False).ngroup().to_numpy()
    group = pd.Series(live.groupby(columns[:4], sort=False).ngroup().to_numpy())
    members = np.bincount(group)[group]
    first = ~group.duplicated().to_numpy()
    share = np.ones(len(live))
    for name, given in (weights or {}).items():
        of_dimension = (live["dimension"] == name).to_numpy()
        share[of_dimension] = live.loc[of_dimension, "group"].map(given).fillna(0.0).to_numpy()
    total = np.bincount(dimension, weights=first * share)[dimension]
    # Where only groups of no weight apply, they share it equally: a node has no axis of nothing.
    groups = np.bincount(dimension, weights=first)[dimension]
    part = np.divide(share, total, out=1.0 / groups, where=total > 0)
    weight = np.zeros(len(evidence))
    weight[applies] = part / members
    return weight


def _dimensions(evidence: pd.DataFrame) -> pd.DataFrame:
    """low, high, known, coverage per node, axis and dimension."""
    columns = ["node_id", "axis", "dimension", "score", "weight"]
    live = evidence.loc[evidence["weight"] > 0, columns]
    known = live["score"].notna().to_numpy()
    score = live["score"].fillna(0.0).to_numpy()
    weight = live["weight"].to_numpy()
    sums = (
        pd.DataFrame(
            {
                "node_id": live["node_id"],
                "axis": live["axis"],
                "dimension": live["dimension"],
                "weight": weight,
                "scored": weight * score,
                "known_weight": weight * known,
            }
        )
        .groupby(["node_id", "axis", "dimension"], sort=True)[["weight", "scored", "known_weight"]]
        .sum()
    )
    low = sums["scored"] / sums["weight"]
    return pd.DataFrame(
        {
            "low": low,
            "high": low + (sums["weight"] - sums["known_weight"]) / sums["weight"],
            "known": (sums["scored"] / sums["known_weight"]).where(sums["known_weight"] > 0),
            "coverage": sums["known_weight"] / sums["weight"],
        }
    ).clip(upper=1.0)


def axis_intervals(evidence: pd.DataFrame) -> pd.DataFrame:
    """`<axis>_low`, `_high`, `_known`, `_coverage` by node_id, from weighed evidence rows.

    Axes of `AXES` and, where evidence has them, of `BESIDE`.

    `known` of an axis of several dimensions is null unless every dimension knows something.
    `coverage` is the mean coverage of the dimensions.
    """
    parts = _dimensions(evidence)
    wide = {}
    there = set(parts.index.get_level_values("axis"))
    for axis, names in (AXES | BESIDE).items():
        if axis not in there:
            continue
        rows = parts.xs(axis, level="axis")
        count = rows.groupby(level="node_id").size()
        for column in ("low", "high", "known"):
            if len(names) == 1:
                wide[f"{axis}_{column}"] = rows[column].groupby(level="node_id").first()
                continue
            logs = np.log(EPS + (1 - EPS) * rows[column])
            total = logs.groupby(level="node_id").sum(min_count=1)
            told = logs.groupby(level="node_id").count()
            wide[f"{axis}_{column}"] = np.exp(total / count).where(told == count)
        wide[f"{axis}_coverage"] = rows["coverage"].groupby(level="node_id").mean()
    return pd.DataFrame(wide)
