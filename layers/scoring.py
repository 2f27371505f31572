"""Evidence to intervals, axes, draws and the flag. Missing is an interval, never a number.

Inside a dimension indicators stand in for each other: arithmetic mean. Between dimensions none
makes up for another: geometric mean (INFORM, Nardo et al. 2008, ISBN 978-92-64-04345-9). A missing
score is 0 for `low`, 1 for `high`, left out of `known`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "AXES",
    "EPS",
    "axis_intervals",
    "conjunction",
    "draw_axes",
    "log_ramp",
    "percentile",
    "ramp",
    "rank_intervals",
    "weigh",
]

# Axis -> its dimensions. One dimension: the axis is its mean. Several: their geometric mean.
AXES: dict[str, tuple[str, ...]] = {
    "climate": ("hazard", "exposure", "vulnerability"),
    "military": ("military",),
    "civil": ("civil",),
}
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


def percentile(value: pd.Series, within: pd.Series, *, falling: bool = False) -> NDArray[np.float64]:
    """Rank share 0..1 of `value` within the groups of `within`; ties share their mean rank.

    With `falling` the smallest value scores highest. A group of one scores 0.5.
    """
    rank = value.groupby(within).rank(ascending=not falling)
    known = value.groupby(within).transform("count")
    return ((rank - 0.5) / known).to_numpy(dtype=float)


def weigh(evidence: pd.DataFrame) -> NDArray[np.float64]:
    """Weight of each row inside its node and dimension: groups equal, indicators equal in a group.

    Rows that do not apply weigh nothing; rows that are unknown keep their weight.
    """
    applies = (evidence["state"] != "not_applicable").to_numpy()
    columns = ["node_id", "axis", "dimension", "group", "indicator"]
    live = evidence.loc[applies, columns]
    dimension = live.groupby(columns[:3], sort=False).ngroup().to_numpy()
    group = pd.Series(live.groupby(columns[:4], sort=False).ngroup().to_numpy())
    members = np.bincount(group)[group]
    first = ~group.duplicated().to_numpy()
    groups = np.bincount(dimension, weights=first)[dimension]
    weight = np.zeros(len(evidence))
    weight[applies] = 1.0 / (groups * members)
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

    `known` of an axis of several dimensions is null unless every dimension knows something.
    `coverage` is the mean coverage of the dimensions.
    """
    parts = _dimensions(evidence)
    wide = {}
    for axis, names in AXES.items():
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


def draw_axes(
    evidence: pd.DataFrame, nodes: pd.Index, *, draws: int, seed: int
) -> dict[str, NDArray[np.float32]]:
    """Axis values in `draws` draws of the weights and of what is not known; shape (nodes, draws).

    Group weights of a dimension are Dirichlet: flat in every other draw, centred on the baseline
    with concentration 20 in the rest (method §1.4). A missing score is uniform on 0..1, an interval
    uniform on its bounds. The same draw of the weights holds for all nodes.
    """
    random = np.random.default_rng(seed)
    columns = ["node_id", "axis", "dimension", "group", "score", "score_high"]
    live = evidence.loc[evidence["weight"] > 0, columns]
    place = pd.Series(nodes.get_indexer(live["node_id"]), index=live.index)
    live = live.assign(place=place).drop(columns="node_id")
    out: dict[str, NDArray[np.float32]] = {}
    for axis, dimensions in AXES.items():
        parts = []
        for dimension in dimensions:
            rows = live[(live["axis"] == axis) & (live["dimension"] == dimension)]
            parts.append(_draw_dimension(rows, len(nodes), draws, random))
        told = np.sum([~np.isnan(part) for part in parts], axis=0, dtype=np.float32)
        logs = [np.log(EPS + (1 - EPS) * part) for part in parts] if len(parts) > 1 else parts
        mean = np.divide(np.nansum(logs, axis=0), told, out=np.zeros_like(told), where=told > 0)
        out[axis] = np.exp(mean) if len(parts) > 1 else mean
    return out


def _draw_dimension(
    rows: pd.DataFrame, nodes: int, draws: int, random: np.random.Generator
) -> NDArray[np.float32]:
    groups = sorted(rows["group"].unique())
    flat = random.dirichlet(np.ones(len(groups)), size=draws)
    near = random.dirichlet(np.full(len(groups), 20.0 / len(groups)), size=draws)
    weights = np.where(np.arange(draws)[:, None] % 2 == 0, flat, near).astype(np.float32)
    total = np.zeros((nodes, draws), dtype=np.float32)
    shares = np.zeros((nodes, draws), dtype=np.float32)
    for number, group in enumerate(groups):
        part = rows[rows["group"] == group]
        node = part["place"].to_numpy()
        low = part["score"].fillna(0.0).to_numpy(dtype=np.float32)
        width = part["score_high"].fillna(1.0).to_numpy(dtype=np.float32) - low
        size = np.bincount(node, minlength=nodes).astype(np.float32)
        has = np.flatnonzero(size)
        sure = np.bincount(node, weights=low, minlength=nodes).astype(np.float32)
        drawn = np.repeat(sure[:, None], draws, axis=1)
        # The n-th open row of every node in one go: no node stands twice in a go.
        open_node, open_width = node[width > 0], width[width > 0]
        turn = pd.Series(open_node).groupby(open_node).cumcount().to_numpy()
        for go in range(int(turn.max(initial=-1)) + 1):
            now = turn == go
            chance = random.random((int(now.sum()), draws), dtype=np.float32)
            drawn[open_node[now]] += open_width[now, None] * chance
        total[has] += weights[:, number] * (drawn[has] / size[has, None])
        shares[has] += weights[:, number]
    # A dimension in which nothing applies is NaN: the axis is the mean of the others.
    return np.divide(total, shares, out=np.full_like(total, np.nan), where=shares > 0)


def conjunction(
    drawn: Mapping[str, NDArray[np.float32]],
    kind: pd.Series,
    capable: NDArray[np.bool_],
    *,
    top_share: float,
    civil_share: float,
) -> NDArray[np.float64]:
    """Share of draws in which a capable node stands in the top of its kind on every axis.

    Climate and military: the top `top_share`; civil: the top `civil_share`, of the nodes of the
    kind, rounded up; who equals the last of them is in.
    """
    held: NDArray[np.bool_] = np.zeros(drawn["climate"].shape, dtype=np.bool_)
    for name in kind.unique():
        rows = np.flatnonzero((kind == name).to_numpy())
        inside: NDArray[np.bool_] = np.ones((len(rows), held.shape[1]), dtype=np.bool_)
        for axis, share in (("climate", top_share), ("military", top_share), ("civil", civil_share)):
            values = drawn[axis][rows]
            most = max(1, math.ceil(len(rows) * share - 1e-9))
            bar = np.partition(values, len(rows) - most, axis=0)[len(rows) - most]
            inside = inside & (values >= bar)
        held[rows] = inside
    return np.where(capable, held.mean(axis=1), 0.0)


def rank_intervals(drawn: Mapping[str, NDArray[np.float32]], kind: pd.Series) -> NDArray[np.int64]:
    """5, 50 and 95 % of the rank within kind over the draws, shape (nodes, 3); 1 is highest.

    Ranked is the geometric mean of the three axes, the same mean that no axis can make up for.
    """
    logs = [np.log(EPS + (1 - EPS) * values) for values in drawn.values()]
    overlap = np.asarray(np.mean(logs, axis=0, dtype=np.float32))
    ranks = np.empty((len(kind), 3), dtype=np.int64)
    for name in kind.unique():
        rows = np.flatnonzero((kind == name).to_numpy())
        order = np.argsort(-overlap[rows], axis=0, kind="stable")
        sorted_values = np.take_along_axis(overlap[rows], order, axis=0)
        first = np.vstack([np.ones((1, order.shape[1]), bool), sorted_values[1:] != sorted_values[:-1]])
        # Equal nodes share the rank of the first of them.
        shared = np.maximum.accumulate(np.where(first, np.arange(len(rows))[:, None], 0), axis=0) + 1
        place = np.empty_like(order)
        np.put_along_axis(place, order, shared, axis=0)
        ranks[rows] = np.quantile(place, [0.05, 0.5, 0.95], axis=1, method="inverted_cdf").T
    return ranks
