"""The flag as a probability: what may differ is drawn, and every node is judged in every draw.

What is drawn (method §1.5): weights, aggregation between dimensions, normalisation, values that are
not known, anchors, radii, support of the sea ice. All but the unknown values are shared by all nodes
(`Design`). A known score has few levels, one for each level of the one factor it hangs on, so a
block of draws is a matrix product: scores at every level times the weight of the level that is drawn.
References: Saisana, Saltelli and Tarantola 2005 (doi:10.1111/j.1467-985X.2005.00350.x); McKay,
Beckman and Conover 1979 (doi:10.1080/00401706.1979.10489755) for the Latin hypercube.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.scoring import AXES, group_weights, rescale

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from layers.scenarios import Scenario

__all__ = [
    "AGGREGATIONS",
    "ANCHOR_FACTORS",
    "FACTORS",
    "Design",
    "Drawn",
    "Scores",
    "axis_values",
    "blocks",
    "chances",
    "design",
    "dimension_values",
    "draw_kinds",
    "judge",
    "mixed",
    "overlap_of",
    "ranks",
    "scores_of",
]

# What differs from draw to draw; the names that sensitivity indices are given for.
FACTORS = ("weights", "aggregation", "normalisation", "unknowns", "anchors", "radii", "ice_support")
AGGREGATIONS = ("geometric", "arithmetic", "lowest_half")
_EPSILONS = (0.001, 0.01, 0.05)
# Each anchor x U(0.8, 1.2), in steps of 0.05: both ends of a scale move together.
ANCHOR_FACTORS = tuple(round(0.8 + 0.05 * step, 2) for step in range(9))
# Radii of 2, 5, 10 and 25 km around a baseline of 10; of 50, 100 and 200 km around one of 100.
_RADIUS_FACTORS = {"military_site_near": (0.2, 0.5, 1.0, 2.5), "alternative": (0.5, 1.0, 2.0)}
_SUPPORTED = ("ice_months", "wave_exposure")  # rest on the 3, 5 or 9 nearest ocean cells
_ANCHORED = ("ramp", "log ramp", "at least", "within", "runway", "unpaved runway")
_DIMENSIONS = tuple(name for names in AXES.values() for name in names)
_CONCENTRATION = 20.0
_BLOCK = 1000
# Numbers for unknown values are made for so many cells; a block moves along by one for so many draws.
_POOL, _MOVED = 8192, 32
# Ranks, ties and exits are read from this many of the draws: their own error is below their spread.
_SAMPLE = 1000
_TIE_DRAWS = 120
_TOLD_APART = 0.9


@dataclass(frozen=True, slots=True)
class Design:
    """The draws that all nodes share, `count` of them.

    `weights` by dimension: shape (groups, draws), columns sum to one, rows in the order of `groups`.
    `between`: weights of the dimensions of the climate axis, shape (3, draws). `level` by indicator:
    0..1 over the levels of its factor. `aggregation` is sorted, so that a block of draws shares one.
    """

    groups: Mapping[str, tuple[str, ...]]
    baseline: Mapping[str, NDArray[np.float64]]
    weights: Mapping[str, NDArray[np.float32]]
    between: NDArray[np.float32]
    aggregation: NDArray[np.int64]
    eps: NDArray[np.float32]
    is_percentile: NDArray[np.bool_]
    level: Mapping[str, NDArray[np.float32]]
    unknown: NDArray[np.int64]
    seed: int

    @property
    def count(self) -> int:
        """Number of draws."""
        return len(self.aggregation)


def factors_of(indicator: str, scale: str) -> tuple[str, tuple[float, ...]]:
    """The factor a known score hangs on, and the multiples of its anchors that are drawn."""
    if indicator in _RADIUS_FACTORS:
        return "radii", _RADIUS_FACTORS[indicator]
    if indicator in _SUPPORTED:
        return "ice_support", (3.0, 5.0, 9.0)
    if scale in _ANCHORED:
        return "anchors", ANCHOR_FACTORS
    return "", (1.0,)


def _cells(draws: int) -> NDArray[np.int64]:
    """Which draws share aggregation, normalisation and flavour of the weights: twelve cells."""
    number = np.arange(draws)
    return number * len(AGGREGATIONS) // draws * 4 + number % 2 * 2 + number // 2 % 2


def _stratified(random: np.random.Generator, rows: int, draws: int) -> NDArray[np.float64]:
    """Latin hypercube in every cell of the design: each row has a value in each equal part of 0..1."""
    out, cell = np.empty((rows, draws)), _cells(draws)
    for number in range(cell.max() + 1):
        at = np.flatnonzero(cell == number)
        order = random.permuted(np.tile(np.arange(len(at)), (rows, 1)), axis=1)
        out[:, at] = (order + random.random((rows, len(at)))) / max(len(at), 1)
    return out


def _gamma_quantile(shape: float, chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantiles of the gamma distribution, from its density on a fine grid; good to 1e-4.

    By hand, for the import of scipy.special alone costs more than all the designs.
    """
    if shape <= 0:
        return np.zeros_like(chance)
    # In the logarithm of the variable the density is smooth whatever the shape.
    step = np.linspace(np.log(shape) - 12 / min(shape, 1), np.log(shape + 40), 4001)
    log_density = shape * step - np.exp(step)
    density = np.exp(log_density - log_density.max())
    share = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    return np.asarray(np.exp(np.interp(chance, share / share[-1], step)))


def _dirichlet(random: np.random.Generator, baseline: NDArray[np.float64], draws: int) -> NDArray[np.float32]:
    """Weights of some groups: flat in half of the draws, near the baseline in the others."""
    chance = _stratified(random, len(baseline), draws)
    near = np.arange(draws) // 2 % 2 == 1
    parts = -np.log1p(-chance)
    for row, share in enumerate(baseline):
        parts[row, near] = _gamma_quantile(_CONCENTRATION * share, chance[row, near])
    return np.asarray(parts / parts.sum(axis=0), dtype=np.float32)


def design(
    evidence: pd.DataFrame, *, draws: int, seed: int, weights: Mapping[str, Mapping[str, float]] | None = None
) -> Design:
    """Draw what all nodes share, for the groups and indicators of `evidence`.

    `weights` holds other baselines by dimension and group (`layers.scenarios`); without, groups are equal.
    """
    random = np.random.default_rng([seed, 1])
    live = evidence[(evidence["weight"] > 0) & evidence["dimension"].isin(_DIMENSIONS)]
    # No set in sight: the order of the draws must not hang on how strings hash.
    pairs = live[["dimension", "group"]].drop_duplicates().sort_values(["dimension", "group"])
    groups = {d: tuple(pairs.loc[pairs["dimension"] == d, "group"]) for d in _DIMENSIONS}
    baseline = {d: group_weights(names, (weights or {}).get(d)) for d, names in groups.items()}
    names = sorted(live["indicator"].unique())
    level = dict(zip(names, _stratified(random, len(names), draws).astype(np.float32), strict=True))
    # One support for all that rests on it.
    for name in _SUPPORTED[1:]:
        if name in level and _SUPPORTED[0] in level:
            level[name] = level[_SUPPORTED[0]]
    return Design(
        groups=groups,
        baseline=baseline,
        weights={d: _dirichlet(random, baseline[d], draws) for d in _DIMENSIONS if len(baseline[d])},
        between=_dirichlet(random, np.full(len(AXES["climate"]), 1 / len(AXES["climate"])), draws),
        aggregation=np.arange(draws) * len(AGGREGATIONS) // draws,
        eps=np.array(_EPSILONS, dtype=np.float32)[
            (_stratified(random, 1, draws)[0] * len(_EPSILONS)).astype(int)
        ],
        is_percentile=np.arange(draws) % 2 == 1,
        level=level,
        unknown=np.arange(draws),
        seed=seed,
    )


def mixed(base: Design, picked: Mapping[str, NDArray[np.int64]]) -> tuple[Design, NDArray[np.int64]]:
    """A design whose draws take each factor from the draw of `base` that `picked` names for it.

    Draws must lie in the order of their aggregation, so they are put in it; the second value says
    which of the wanted draws stands at each place.
    """
    order = np.argsort(base.aggregation[picked["aggregation"]], kind="stable")
    index = {name: picked[name][order] for name in FACTORS}
    level = {name: drawn[index[factors_of(name, "ramp")[0]]] for name, drawn in base.level.items()}
    return replace(
        base,
        weights={d: w[:, index["weights"]] for d, w in base.weights.items()},
        between=base.between[:, index["weights"]],
        aggregation=base.aggregation[index["aggregation"]],
        eps=base.eps[index["aggregation"]],
        is_percentile=base.is_percentile[index["normalisation"]],
        level=level,
        unknown=base.unknown[index["unknowns"]],
    ), order


# --- what the nodes of a kind are known by ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of a kind: its scores at every level, and the values that are open.

    `scores`: shape (nodes, levels + 1), the last one by percentile; each divided by the number of
    indicators of its group at the node; 0 where not known. `open_node`, `open_part`: the nodes whose
    value is unknown or an interval, and the part of the group's score that is open there.
    """

    name: str
    group: int
    scores: NDArray[np.float32]
    share: NDArray[np.float32]
    open_node: NDArray[np.int64]
    open_part: NDArray[np.float32]
    is_interval: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scores:
    """The nodes of one kind, in the order of their ids, ready to be drawn."""

    nodes: NDArray[np.object_]
    indicators: Mapping[str, tuple[Indicator, ...]]
    applies: Mapping[str, NDArray[np.float32]]  # dimension -> (nodes, groups), 1 where a row applies

    @property
    def open_cells(self) -> int:
        """Number of values that are drawn for each draw."""
        return sum(len(i.open_node) for rows in self.indicators.values() for i in rows)

    def take(self, nodes: NDArray[np.int64]) -> tuple[Scores, NDArray[np.bool_]]:
        """Some of the nodes, and which of the open cells are theirs."""
        place = np.full(len(self.nodes), -1)
        place[nodes] = np.arange(len(nodes))
        theirs: list[NDArray[np.bool_]] = [np.empty(0, dtype=bool)]
        indicators: dict[str, tuple[Indicator, ...]] = {}
        for dimension, rows in self.indicators.items():
            taken = []
            for row in rows:
                kept = place[row.open_node] >= 0
                theirs.append(kept)
                taken.append(
                    replace(
                        row,
                        scores=row.scores[nodes],
                        share=row.share[nodes],
                        open_node=place[row.open_node[kept]],
                        open_part=row.open_part[kept],
                        is_interval=row.is_interval[kept],
                    )
                )
            indicators[dimension] = tuple(taken)
        applies = {dimension: there[nodes] for dimension, there in self.applies.items()}
        return Scores(self.nodes[nodes], indicators, applies), np.concatenate(theirs)


def scores_of(
    evidence: pd.DataFrame, shared: Design, support: Mapping[str, pd.DataFrame] | None = None
) -> Scores:
    """The scores of the nodes of one kind, from their evidence rows.

    `support` holds scores by node_id at the levels of the ice support, by indicator; without, the
    score stands at every level.
    """
    owner, nodes = pd.factorize(evidence["node_id"].to_numpy(dtype=object), sort=True)
    alive = ((evidence["weight"] > 0) & evidence["dimension"].isin(_DIMENSIONS)).to_numpy()
    live, place = evidence[alive], owner[alive]
    names = {c: live[c].to_numpy(dtype=object) for c in ("dimension", "group", "indicator", "scale")}
    codes = {c: pd.factorize(names[c], sort=True)[0] for c in ("dimension", "group", "indicator")}
    order = np.lexsort((place, codes["indicator"], codes["group"], codes["dimension"]))
    numbers = {
        c: live[c].to_numpy(dtype=float)[order] for c in ("value", "score", "score_high", "zero_at", "one_at")
    }
    names = {c: values[order] for c, values in names.items()}
    place = place[order]
    # Rows of one node and group, and how many they are.
    together = codes["dimension"][order] * (codes["group"].max() + 1) + codes["group"][order]
    key = together * len(nodes) + place
    size = np.bincount(key)[key]
    part = together * (codes["indicator"].max() + 1) + codes["indicator"][order]
    edges = [0, *(np.flatnonzero(np.diff(part)) + 1), len(part)]
    indicators: dict[str, list[Indicator]] = {d: [] for d in _DIMENSIONS}
    applies = {d: np.zeros((len(nodes), len(shared.groups[d])), dtype=np.float32) for d in _DIMENSIONS}
    for start, stop in itertools.pairwise(edges):
        dimension, group, name = (names[c][start] for c in ("dimension", "group", "indicator"))
        number, where = shared.groups[dimension].index(group), place[start:stop]
        applies[dimension][where, number] = 1
        rows = {c: values[start:stop] for c, values in (numbers | {"scale": names["scale"]}).items()}
        levels = _levels(name, rows, (support or {}).get(name), nodes[where])
        row = _indicator(name, number, levels, rows, where, size[start:stop], len(nodes))
        indicators[dimension].append(row)
    return Scores(nodes, {d: tuple(rows) for d, rows in indicators.items()}, applies)


def _levels(
    name: str, rows: Mapping[str, NDArray[Any]], support: pd.DataFrame | None, nodes: NDArray[np.object_]
) -> NDArray[np.float64]:
    """Scores at the levels of the indicator's factor, shape (rows, levels)."""
    score = rows["score"]
    if support is not None:
        return support.reindex(nodes).to_numpy(dtype=float)
    multiples = factors_of(name, str(rows["scale"][0]))[1]
    if name in _SUPPORTED or len(multiples) == 1:
        return np.repeat(score[:, None], len(multiples), axis=1)
    return np.stack([rescale(rows, multiple) for multiple in multiples], axis=1)


def _indicator(
    name: str,
    group: int,
    levels: NDArray[np.float64],
    rows: Mapping[str, NDArray[Any]],
    where: NDArray[np.int64],
    size: NDArray[np.int64],
    count: int,
) -> Indicator:
    known = ~np.isnan(rows["score"])
    rank = np.zeros(len(where))
    rank[known] = _rank_share(rows["score"][known])
    table = np.zeros((count, levels.shape[1] + 1), dtype=np.float32)
    told = np.concatenate([levels, rank[:, None]], axis=1) / size[:, None]
    table[where] = np.where(known[:, None], told, 0.0)
    share = np.zeros(count, dtype=np.float32)
    share[where] = 1.0 / size
    width = np.where(known, rows["score_high"] - rows["score"], 1.0)
    is_open = width > 0
    return Indicator(
        name=name,
        group=group,
        scores=table,
        share=share,
        open_node=where[is_open],
        open_part=(width / size)[is_open].astype(np.float32),
        is_interval=known[is_open],
    )


def _rank_share(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rank share 0..1, ties in their middle: `layers.scoring.percentile` of one kind."""
    place, count = np.unique(values, return_inverse=True, return_counts=True)[1:]
    return np.asarray(((np.cumsum(count) - count / 2) / max(len(values), 1))[place])


# --- draws of a kind ----------------------------------------------------------------------------


def blocks(shared: Design, length: int = _BLOCK) -> Iterator[slice]:
    """Slices of draws of one aggregation each, none longer than `length`."""
    edges = np.flatnonzero(np.diff(shared.aggregation)) + 1
    for start, stop in zip([0, *edges], [*edges, shared.count], strict=True):
        parts = -(-(stop - start) // length)
        # Of one length, or nearly: blocks of one length share their numbers (`chances`).
        cuts = [start + (stop - start) * part // parts for part in range(parts + 1)]
        yield from itertools.starmap(slice, itertools.pairwise(cuts))


def dimension_values(
    scores: Scores, shared: Design, block: slice, chance: NDArray[np.float32]
) -> dict[str, NDArray[np.float32]]:
    """Every dimension of every node in the draws of `block`, shape (nodes, draws).

    `chance`: a value of 0..1 for each open cell and draw. NaN where nothing of a dimension applies.
    """
    values, first = {}, 0
    draws = np.arange(block.stop - block.start)
    for dimension, rows in scores.indicators.items():
        if not rows:
            continue
        weights = shared.weights[dimension][:, block]
        by_rank = shared.is_percentile[block]
        columns = np.cumsum([0, *(row.scores.shape[1] for row in rows)])
        picked = np.zeros((columns[-1], len(draws)), dtype=np.float32)
        for row, start in zip(rows, columns, strict=False):
            last = row.scores.shape[1] - 1
            # Single precision may round the last of many draws up to 1.
            level = np.minimum((shared.level[row.name][block] * last).astype(int), last - 1)
            picked[start + np.where(by_rank, last, level), draws] = weights[row.group]
        total = np.concatenate([row.scores for row in rows], axis=1) @ picked
        for row in rows:
            cells = chance[first : first + len(row.open_node)]
            first += len(row.open_node)
            if not len(cells):
                continue
            added = cells * weights[row.group]
            added *= row.open_part[:, None]
            if row.is_interval.any():
                # A rank is a rank: in percentile draws an interval counts by its score alone.
                added[np.ix_(row.is_interval, by_rank)] = 0
            total[row.open_node] += added
        # Weights add up to one: only where a group does not apply is there a part to share out.
        partly = np.flatnonzero(~scores.applies[dimension].all(axis=1))
        with np.errstate(invalid="ignore"):
            total[partly] /= scores.applies[dimension][partly] @ weights
        values[dimension] = np.minimum(total, 1, out=total)
    return values


def axis_values(
    dimensions: Mapping[str, NDArray[np.float32]], shared: Design, block: slice
) -> dict[str, NDArray[np.float32]]:
    """The axes of every node in the draws of `block`, shape (nodes, draws)."""
    how = AGGREGATIONS[int(shared.aggregation[block.start])]
    out = {}
    for axis, names in AXES.items():
        parts = [dimensions[name] for name in names if name in dimensions]
        if len(parts) == 1:
            out[axis] = parts[0]
            continue
        out[axis] = aggregate(parts, shared.between[:, None, block], how, shared.eps[block])
    return out


def aggregate(
    parts: Sequence[NDArray[np.float32]], weights: NDArray[np.float32], how: str, eps: NDArray[np.float32]
) -> NDArray[np.float32]:
    """One value of several, by `how`: weighted geometric or arithmetic mean, or the mean of the lowest half.

    NaN parts count for nothing. The first axis of `weights` runs over the parts, the others broadcast.
    """
    count = len(parts)
    if any(np.isnan(part.min()) for part in parts):
        return _aggregate_told(np.stack(parts), weights, how, eps)
    if how == "lowest_half":
        half = (count + 1) // 2  # rounded up: two of three
        if count != 3:
            lowest = np.partition(np.stack(parts), half - 1, axis=0)[:half]
            return np.asarray(lowest.sum(axis=0) / half, dtype=np.float32)
        one, two, three = parts
        low, high = np.minimum(one, two), np.maximum(one, two)
        low += np.minimum(high, three)
        return np.divide(low, 2, out=low)
    share = weights / weights.sum(axis=0)
    out = np.zeros(parts[0].shape, dtype=np.float32)
    for part, weight in zip(parts, share, strict=True):
        value = part * weight if how == "arithmetic" else np.multiply(part, 1 - eps)
        if how != "arithmetic":
            value += eps
            np.log(value, out=value)
            value *= weight
        out += value
    return out if how == "arithmetic" else np.exp(out, out=out)


def _aggregate_told(
    parts: NDArray[np.float32], weights: NDArray[np.float32], how: str, eps: NDArray[np.float32]
) -> NDArray[np.float32]:
    """As `aggregate`, where some parts are NaN: they count for nothing."""
    told = ~np.isnan(parts)
    if how == "lowest_half":
        half = np.maximum((told.sum(axis=0) + 1) // 2, 1)
        run = np.cumsum(np.nan_to_num(np.sort(parts, axis=0)), axis=0)  # NaN sorts last
        return np.asarray(np.take_along_axis(run, half[None] - 1, axis=0)[0] / half, dtype=np.float32)
    kept = np.where(told, weights, 0)
    share = kept / kept.sum(axis=0)
    values = np.nan_to_num(parts)
    if how == "arithmetic":
        return np.asarray((share * values).sum(axis=0), dtype=np.float32)
    return np.asarray(np.exp((share * np.log(eps + (1 - eps) * values)).sum(axis=0)), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the draws of one kind say, nodes in the order of `scores.nodes`.

    `share`: share of draws in the conjunction. `would`: of the sampled draws in which all three axes
    hold, whatever the dual-use class. `rank`: 5, 50 and 95 % of the rank, shape (nodes, 3). `ties`: how
    many nodes of the kind it is not told apart from.

    Of the nodes at `able`, those of a dual-use class: `fit`, their scores; `held`, in which draws they
    are in the conjunction, shape (able, draws); `parts` and `axes`, their dimensions and axes in the
    draws of `sample`; `chance`, the values of their open cells there. `bars`: what an axis had to
    reach there; `next_bars`: down to what a node that reached it may fall before it is overtaken.
    """

    scores: Scores
    share: NDArray[np.float64]
    would: NDArray[np.float64]
    rank: NDArray[np.int64]
    ties: NDArray[np.int64]
    able: NDArray[np.int64]
    fit: Scores
    held: NDArray[np.bool_]
    sample: NDArray[np.int64]
    parts: Mapping[str, NDArray[np.float32]]
    axes: Mapping[str, NDArray[np.float32]]
    bars: Mapping[str, NDArray[np.float32]]
    next_bars: Mapping[str, NDArray[np.float32]]
    chance: NDArray[np.float32]


@lru_cache(maxsize=4)
def _numbers(seed: int, rows: int, draws: int) -> NDArray[np.float32]:
    """Values of 0..1 for some cells and draws, antithetic, read-only; more rows leave the first as they are.

    What was drawn high is drawn low once more in the other half (Hammersley and Morton 1956).
    """
    random, half = np.random.SFC64([seed, 2]), (draws + 1) // 2
    # Two bytes a value are fine enough and cost a quarter of a float.
    size = rows * half
    raw = random.random_raw(-(-size // 4)).astype("<u8", copy=False).view("<u2")[:size]
    values = np.empty((rows, draws), dtype=np.float32)
    first, second = values[:, :half], values[:, half:]
    np.multiply(raw.reshape(rows, half), np.float32(2**-16), out=first)
    first += np.float32(2**-17)
    np.subtract(1, first[:, : second.shape[1]], out=second)
    values.flags.writeable = False
    return values


def chances(scores: Scores, shared: Design, kind: str, block: slice) -> NDArray[np.float32]:
    """A value of 0..1 for every open cell in the draws of `block`, shape (cells, draws).

    The same for the same seed and block: a node's draws can be made again without the rest. Kinds are
    judged apart, so the cells of all may share the numbers of a block.
    """
    wanted = shared.unknown[block]
    if np.array_equal(wanted, np.arange(block.start, block.stop)):
        # Every block moves along: no cell meets the same numbers twice.
        moved = block.start // _MOVED
        rows = -(-(scores.open_cells + moved) // _POOL) * _POOL
        return _numbers(shared.seed, rows, len(wanted))[moved : moved + scores.open_cells]
    columns, again = np.unique(wanted, return_inverse=True)
    picked = np.empty((scores.open_cells, len(columns)), dtype=np.float32)
    for place, number in enumerate(columns):
        random = np.random.Generator(np.random.SFC64([shared.seed, 3, *kind.encode(), int(number)]))
        picked[:, place] = random.random(scores.open_cells, dtype=np.float32)
    return picked[:, again]


def judge(scores: Scores, shared: Design, kind: str, capable: NDArray[np.bool_], scenario: Scenario) -> Drawn:
    """Draw the nodes of one kind and hold each draw to the conjunction (decisions/0004).

    The bar of an axis is what the top share of the kind reach, rounded up; who equals it is in. A
    node that is not `capable` is never in, but counts among its kind.
    """
    count = len(scores.nodes)
    most = {
        axis: max(
            1, math.ceil(count * (scenario.civil_share if axis == "civil" else scenario.top_share) - 1e-9)
        )
        for axis in AXES
    }
    is_whole = all(there.any(axis=1).all() for there in scores.applies.values() if there.shape[1])
    able = np.flatnonzero(capable)
    fit, theirs = scores.take(able)
    held = np.zeros((len(able), shared.count), dtype=np.bool_)
    kept: dict[str, list[NDArray[Any]]] = {}
    step = max(shared.count // _SAMPLE, 1)
    for whole_block in blocks(shared):
        # The draws of a block are in no order: its first stand for all of them. Where no node is of a
        # class, they are all that is asked for.
        some = slice(0, -(-(whole_block.stop - whole_block.start) // step))
        block = whole_block if len(able) else slice(whole_block.start, whole_block.start + some.stop)
        chance = chances(scores, shared, kind, block)
        parts = dimension_values(scores, shared, block, chance)
        axes = axis_values(parts, shared, block)
        draws = np.arange(block.start, block.start + some.stop)
        inside = np.ones((len(able), block.stop - block.start), dtype=np.bool_)
        would = np.ones((count, some.stop), dtype=np.bool_)
        told: dict[str, NDArray[Any]] = {"sample": draws, "chance": chance[theirs, some]}
        for axis, values in axes.items():
            ordered = np.ascontiguousarray(values.T)
            at = count - most[axis]
            # What is not negative lies in the order of its bits, and whole numbers part a quarter faster;
            # NaN has no place among them.
            (ordered.view(np.int32) if is_whole else ordered).partition(at, axis=1)
            bar = ordered[:, at].copy()
            told[f"bar {axis}"] = bar[some]
            told[f"next {axis}"] = ordered[some, :at].max(axis=1) if at else 0 * bar[some]
            told[f"axis {axis}"] = values[able, some]
            inside &= values[able] >= bar
            would &= values[:, some] >= bar[some]
        held[:, block] = inside
        told |= {f"part {name}": values[able, some] for name, values in parts.items()}
        told["would"] = would
        told["overlap"] = overlap_of({a: v[:, some] for a, v in axes.items()}, shared, draws)
        for name, array in told.items():
            kept.setdefault(name, []).append(array)
    whole = {name: np.concatenate(arrays, axis=-1) for name, arrays in kept.items()}

    def of(word: str) -> dict[str, NDArray[np.float32]]:
        return {n.removeprefix(word): array for n, array in whole.items() if n.startswith(word)}

    share = np.zeros(count)
    share[able] = held.mean(axis=1)
    return Drawn(
        scores=scores,
        share=share,
        would=whole["would"].mean(axis=1),
        rank=rank_intervals(whole["overlap"]),
        ties=ties(whole["overlap"]),
        able=able,
        fit=fit,
        held=held,
        sample=whole["sample"],
        parts=of("part "),
        axes=of("axis "),
        bars=of("bar "),
        next_bars=of("next "),
        chance=whole["chance"],
    )


def overlap_of(
    axes: Mapping[str, NDArray[np.float32]], shared: Design, draws: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Mean of the three axes in some draws of one aggregation, by which nodes are ranked."""
    flat = np.ones((len(axes), 1, 1), dtype=np.float32)
    return aggregate(
        list(axes.values()), flat, AGGREGATIONS[int(shared.aggregation[draws[0]])], shared.eps[draws]
    )


def draw_kinds(
    evidence: pd.DataFrame,
    kinds: pd.Series,
    capable: pd.Series,
    scenario: Scenario,
    *,
    draws: int,
    seed: int,
    support: Mapping[str, pd.DataFrame] | None = None,
    only: Sequence[str] = (),
) -> tuple[Design, dict[str, Drawn]]:
    """Draw every kind of node, or `only` some. `kinds` and `capable` are indexed by node_id."""
    shared = design(evidence, draws=draws, seed=seed, weights=scenario.weights)
    texts = ["node_id", "dimension", "group", "indicator", "scale"]
    numbers = ["weight", "value", "score", "score_high", "zero_at", "one_at"]
    rows = evidence[texts + numbers].astype(dict.fromkeys(texts, object))
    of_row = rows["node_id"].map(kinds)
    out = {}
    for kind in only or sorted(kinds.unique()):
        scores = scores_of(rows[of_row == kind], shared, support)
        fit = capable.reindex(scores.nodes).to_numpy(dtype=bool)
        out[kind] = judge(scores, shared, kind, fit, scenario)
    return shared, out


def ranks(together: NDArray[np.float32]) -> NDArray[np.int32]:
    """The rank of every node in every draw, shape (draws, nodes); 1 is highest, equals share the first.

    `together`, shape (nodes, draws), is the mean of the three axes by the aggregation of each draw.
    """
    values = np.ascontiguousarray(-together.T)
    order = np.argsort(values, axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    first = np.ones_like(order, dtype=bool)
    first[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    # Numbered from one: the place of the first of equals is its number.
    number = np.arange(1, order.shape[1] + 1, dtype=np.int32)
    shared = np.maximum.accumulate(np.where(first, number, np.int32(0)), axis=1)
    place = np.empty_like(shared)
    np.put_along_axis(place, order, shared, axis=1)
    return place


def rank_intervals(together: NDArray[np.float32]) -> NDArray[np.int64]:
    """5, 50 and 95 % of `ranks` over the draws, shape (nodes, 3)."""
    place = ranks(together)
    ends = [max(math.ceil(len(place) * share) - 1, 0) for share in (0.05, 0.5, 0.95)]
    small = place.astype(np.uint16) if place.shape[1] < np.iinfo(np.uint16).max else place
    return np.asarray(np.partition(np.ascontiguousarray(small.T), ends, axis=1)[:, ends], dtype=np.int64)


def ties(together: NDArray[np.float32]) -> NDArray[np.int64]:
    """How many others each node is not told apart from: neither is ahead in 90 % of the draws."""
    step = max(together.shape[1] // _TIE_DRAWS, 1)
    few = np.ascontiguousarray(together[:, ::step].T)
    ahead = np.zeros((few.shape[1], few.shape[1]), dtype=np.uint16)
    for draw in few:
        ahead += draw[:, None] > draw[None, :]
    apart = (ahead >= _TOLD_APART * len(few)) | (_TOLD_APART * len(few) <= ahead.T)
    return np.asarray((~apart).sum(axis=1) - 1, dtype=np.int64)
