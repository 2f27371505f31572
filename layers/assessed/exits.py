"""A node's nearest exit: the smallest change of one weight, one anchor or one datum that flips its flag.

Read from the draws themselves, so nothing is drawn again. For a weight or an anchor: the share of
draws in the conjunction where it lies so (given-data conditioning, Plischke, Borgonovo and Smith 2013,
doi:10.1016/j.ejor.2012.11.047). For a datum: in each draw the score it would need, all else as drawn;
the k-th smallest of these is the score at which k draws hold. Changes are compared as shares: of the
weight, of the anchor, of the 0..1 of the score.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.draws import AGGREGATIONS, factors_of
from layers.scoring import AXES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray

    from layers.draws import Design, Drawn, Indicator

__all__ = ["POSSIBLE", "ROBUST", "exits", "flag_of", "in_words", "raw_value", "would_narrow"]

ROBUST, POSSIBLE = 0.8, 0.2  # conventions, method §0.3
_BINS = 10
_LEAST = 0.01  # no smaller change of a score is told
_FEWEST = 1000  # draws; with fewer, a bin says nothing of a share
_BIN_ERROR = 0.015  # one standard error of a share of 0.2 in a tenth of 10,000 draws
_AXIS_OF = {dimension: axis for axis, names in AXES.items() for dimension in names}
_COLUMNS = ("node", "change", "what", "before", "after", "size", "share", "flag", "is_up")


def flag_of(share: float) -> str:
    """The flag of a share of draws, where enough is known."""
    return "robust" if share >= ROBUST else "possible" if share >= POSSIBLE else "not_flagged"


def _slices(drawn: Drawn, shared: Design) -> list[tuple[str, slice]]:
    how = shared.aggregation[drawn.sample]
    return [
        (
            AGGREGATIONS[number],
            slice(int(np.argmax(how == number)), int(np.searchsorted(how, number, "right"))),
        )
        for number in np.unique(how)
    ]


def exits(
    drawn: Drawn, shared: Design, told: pd.DataFrame, nodes: NDArray[np.object_] | None = None
) -> pd.DataFrame:
    """Every single change that flips the flag of a node of dual-use class, the smallest of its kind.

    `told`: the evidence rows of the kind. Returns rows of node (id), change (`weight`, `anchor`,
    `datum`, `unknown`), what (indicator or group), before, after (weight, multiple of the anchors or
    score), size of the change, share of draws after it, and the flag it leads to. `nodes`: only these.
    """
    kept = np.arange(len(drawn.able)) if nodes is None else np.flatnonzero(np.isin(drawn.fit.nodes, nodes))
    judged = told[told["axis"].isin(list(AXES))]
    rows = [*_shared_exits(drawn, shared, kept), *_datum_exits(drawn, shared, judged, kept)]
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    table["node"] = drawn.fit.nodes[kept][table["node"].to_numpy(dtype=int)]
    table = table.sort_values(["node", "size", "change", "what"], ignore_index=True)
    return table.drop_duplicates(["node", "change", "what"], ignore_index=True)


# --- weights and anchors ------------------------------------------------------------------------


def _shared_exits(drawn: Drawn, shared: Design, kept: NDArray[np.int64]) -> list[tuple[object, ...]]:
    """Weights and anchors: the share of draws held where they lie in each of some equal bins."""
    rows: list[tuple[object, ...]] = []
    if not len(kept) or shared.count < _FEWEST:
        return rows
    held = drawn.held[kept]
    now = held.mean(axis=1)
    for dimension, names in shared.groups.items():
        there = drawn.fit.applies[dimension][kept]
        for number, group in enumerate(names):
            # A weight that is alone in its dimension is 1 whatever is drawn.
            matters = (there[:, number] > 0) & (there.sum(axis=1) > 1)
            if len(names) < 2 or not matters.any():
                continue
            drawn_weight = shared.weights[dimension][number]
            bins = np.array_split(np.argsort(drawn_weight, kind="stable"), _BINS)
            at = np.array([drawn_weight[b].mean() for b in bins])
            share = np.stack([held[:, b].mean(axis=1) for b in bins], axis=1)
            base = float(shared.baseline[dimension][number])
            rows += _flips("weight", group, now, share, at, base, matters)
    for indicator in (row for rows_ in drawn.fit.indicators.values() for row in rows_):
        levels = indicator.scores.shape[1] - 1
        if levels == 1:
            continue
        factor, multiples = factors_of(indicator.name, "ramp")
        if factor == "ice_support" or len(multiples) != levels:
            continue
        level = np.minimum((shared.level[indicator.name] * levels).astype(int), levels - 1)
        free = ~shared.is_percentile
        share = np.stack([held[:, free & (level == n)].mean(axis=1) for n in range(levels)], axis=1)
        base_share = held[:, free].mean(axis=1)
        # Only the draws by anchors tell of anchors: where these alone flag alike.
        alike = np.digitize(base_share, (POSSIBLE, ROBUST)) == np.digitize(now, (POSSIBLE, ROBUST))
        matters = alike & (indicator.share[kept] > 0)
        rows += _flips("anchor", indicator.name, base_share, share, np.array(multiples), 1.0, matters)
    return rows


def _flips(
    change: str,
    what: str,
    now: NDArray[np.float64],
    share: NDArray[np.float64],
    at: NDArray[np.float64],
    base: float,
    matters: NDArray[np.bool_],
) -> list[tuple[object, ...]]:
    """The bin nearest the baseline in which a node's flag is another."""
    word = np.digitize(now, (POSSIBLE, ROBUST))
    # Past an edge by more than the sampling error of a bin, and off the baseline itself.
    fell = np.digitize(share, (POSSIBLE - _BIN_ERROR, ROBUST - _BIN_ERROR)) < word[:, None]
    rose = np.digitize(share, (POSSIBLE + _BIN_ERROR, ROBUST + _BIN_ERROR)) > word[:, None]
    # Where the draws at the baseline itself flag otherwise, the weight is not what flips the flag.
    here = np.digitize(share[:, np.abs(at - base).argmin()], (POSSIBLE, ROBUST)) == word
    other = (fell | rose) & (matters & here)[:, None] & (at != base)
    distance = np.where(other, np.abs(at - base)[None, :], np.inf)
    nearest = distance.argmin(axis=1)
    rows: list[tuple[object, ...]] = []
    for node in np.flatnonzero(np.isfinite(distance.min(axis=1))):
        place = nearest[node]
        there = float(share[node, place])
        rows.append(
            (
                int(node),
                change,
                what,
                base,
                float(at[place]),
                float(distance[node, place]),
                there,
                flag_of(there),
                there > now[node],
            )
        )
    return rows


# --- data ---------------------------------------------------------------------------------------


def _needed(drawn: Drawn, shared: Design, dimension: str, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """What `dimension` must reach for its axis to reach the bar, by node and sampled draw.

    Infinite where it cannot.
    """
    axis = _AXIS_OF[dimension]
    # Who stands over the bar is overtaken only below the next: the bar is set by the others.
    reached = drawn.axes[axis][rows] >= drawn.bars[axis]
    bar = np.where(reached, drawn.next_bars[axis], drawn.bars[axis]).astype(float)
    names = [name for name in AXES[axis] if name in drawn.parts]
    if len(names) == 1:
        return bar
    place = AXES[axis].index(dimension)
    need = np.empty(bar.shape)
    for how, part in _slices(drawn, shared):
        draws = drawn.sample[part]
        others = [
            (AXES[axis].index(name), drawn.parts[name][rows, part].astype(float))
            for name in names
            if name != dimension
        ]
        weight = shared.between[:, draws].astype(float)
        target = bar[:, part]
        if how == "lowest_half":
            (_, one), (_, two) = others
            low, high = np.minimum(one, two), np.maximum(one, two)
            lacking = 2 * target - low
            need[:, part] = np.where(lacking <= high, lacking, np.inf)
            # The two others alone hold it, whatever this one is above them.
        elif how == "arithmetic":
            rest = sum(weight[number] * values for number, values in others)
            need[:, part] = (target - rest) / weight[place]
        else:
            eps = shared.eps[draws].astype(float)
            rest = sum(weight[number] * np.log(eps + (1 - eps) * values) for number, values in others)
            with np.errstate(over="ignore"):
                need[:, part] = (np.exp((np.log(target) - rest) / weight[place]) - eps) / (1 - eps)
    return need


def _datum_exits(
    drawn: Drawn, shared: Design, told: pd.DataFrame, kept: NDArray[np.int64]
) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    if not len(kept):
        return rows
    fit, theirs = drawn.fit.take(kept)
    chance = drawn.chance[theirs]
    holds = {axis: values[kept] >= drawn.bars[axis] for axis, values in drawn.axes.items()}
    current = drawn.share[drawn.able[kept]]
    # The sample is a part of the draws: what it says is set right by what all of them say.
    off = current - np.all(list(holds.values()), axis=0).mean(axis=1)
    scored = _scored(told, fit.nodes)
    first = 0
    by_rank = shared.is_percentile[drawn.sample]
    for dimension, indicators in fit.indicators.items():
        axis = _AXIS_OF[dimension]
        need = _needed(drawn, shared, dimension, kept)
        others = np.all([holds[name] for name in AXES if name != axis], axis=0)
        weights = shared.weights[dimension][:, drawn.sample].astype(float)
        there = fit.applies[dimension].astype(float) @ weights
        for indicator in indicators:
            cells = slice(first, first + len(indicator.open_node))
            first = cells.stop
            on = indicator.share > 0
            if not on.any():
                continue
            coefficient = weights[indicator.group] * indicator.share[:, None] / there
            now, unknown = _drawn_scores(indicator, shared, drawn.sample, chance[cells], by_rank)
            lacking = need - drawn.parts[dimension][kept]
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                shift = np.where(others, lacking / coefficient, np.inf)
            score, position, ordered = scored[indicator.name]
            attainable = np.unique(ordered)
            steps = attainable if len(attainable) <= 8 else None
            for node in np.flatnonzero(on):
                own = np.nan if unknown[node] else score[node]
                rows += _datum_flips(
                    int(node), indicator.name, _asked(shift[node], now[node], own, ordered, by_rank),
                    own, position[node], float(current[node]), float(off[node]), steps,
                )  # fmt: skip
    return rows


def _scored(
    told: pd.DataFrame, nodes: NDArray[np.object_]
) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]]:
    """By indicator: score and position of each of `nodes`, NaN where none; all known scores, sorted."""
    codes, names = pd.factorize(told["indicator"].to_numpy(dtype=object))
    place = pd.Index(nodes).get_indexer(told["node_id"].to_numpy(dtype=object))
    values = np.stack([told["score"].to_numpy(dtype=float), _position(told)])
    out = {}
    for code, name in enumerate(names):
        rows = codes == code
        here = rows & (place >= 0)
        own = np.full((2, len(nodes)), np.nan)
        own[:, place[here]] = values[:, here]
        scores = values[0, rows]
        out[str(name)] = (own[0], own[1], np.sort(scores[~np.isnan(scores)]))
    return out


def _position(told: pd.DataFrame) -> NDArray[np.float64]:
    """Where a value lies on its scale, past 0 and 1 too: what lies far past an anchor has far to go."""
    score = told["score"].to_numpy(dtype=float).copy()
    value, zero, one = (told[name].to_numpy(dtype=float) for name in ("value", "zero_at", "one_at"))
    form = told["scale"].to_numpy(dtype=object)
    known = ~np.isnan(score)
    linear, log = known & (form == "ramp"), known & (form == "log ramp") & (value > 0)
    score[linear] = (value[linear] - zero[linear]) / (one[linear] - zero[linear])
    score[log] = np.log(value[log] / zero[log]) / np.log(one[log] / zero[log])
    return score


def _drawn_scores(
    indicator: Indicator,
    shared: Design,
    sample: NDArray[np.int64],
    chance: NDArray[np.float32],
    by_rank: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The score of every node in the sampled draws, and whether it is unknown."""
    last = indicator.scores.shape[1] - 1
    level = np.minimum((shared.level[indicator.name][sample] * last).astype(int), last - 1)
    size = np.divide(1.0, indicator.share, out=np.zeros(len(indicator.share)), where=indicator.share > 0)
    now = indicator.scores[:, np.where(by_rank, last, level)].astype(float) * size[:, None]
    unknown = np.zeros(len(now), dtype=bool)
    where, is_open = indicator.open_node, ~indicator.is_interval
    now[where[is_open]] = chance[is_open]
    unknown[where[is_open]] = True
    return now, unknown


def _asked(
    shift: NDArray[np.float64],
    now: NDArray[np.float64],
    score: float,
    ordered: NDArray[np.float64],
    by_rank: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """The score that a datum would need in each draw, sorted; infinite where none would do.

    `shift`: by how much its drawn value, `now`, would have to move. Where draws know only the order
    of the kind (`ordered`, its known scores), the score that has the wanted rank share.
    """
    known = not math.isnan(score)
    others = np.delete(ordered, np.searchsorted(ordered, score)) if known else ordered
    asked = shift + (score if known else now)
    count = len(others)
    rank = np.minimum((now + shift)[by_rank], 2.0) * (count + 1)
    below = np.ceil(rank - 0.5 - 1e-9).clip(0, count + 1).astype(int)
    if count:
        at = others[np.minimum(np.maximum(below, 1), count) - 1]
        less, upto = (np.searchsorted(others, at, side=side) for side in ("left", "right"))
        # Equals stand in the middle of their ranks: often enough to be one of them.
        wanted = np.where((less + upto) / 2 + 0.5 >= rank - 1e-9, at, at + 1e-9)
    else:
        wanted = np.zeros(len(rank))
    asked[by_rank] = np.where(below <= 0, -1.0, np.where(below > count, np.inf, wanted))
    return np.sort(asked)


def _datum_flips(
    node: int,
    name: str,
    asked: NDArray[np.float64],
    score: float,
    position: float,
    current: float,
    off: float,
    steps: NDArray[np.float64] | None,
) -> list[tuple[object, ...]]:
    """The smallest change of one datum up and down that flips the flag; `asked` as `_asked` gives it."""
    count = len(asked)
    rows: list[tuple[object, ...]] = []
    is_unknown = math.isnan(score)
    base = 0.5 if is_unknown else score
    for edge in (POSSIBLE, ROBUST):
        wanted = min(max(math.ceil((edge - off) * count - 1e-9), 1), count) - 1
        least = float(asked[wanted])
        if not np.isfinite(least):
            continue
        target = _step_up(least, steps) if current < edge else _step_down(least, steps)
        # What is unknown may already lie on the other side: then it need only be known.
        if not -1e-9 <= target <= 1 + 1e-9 or (not is_unknown and (target > base) != (current < edge)):
            continue
        if not is_unknown and steps is None:
            # A hair over a tie is a new rank and no change of the world.
            target = max(target, base + _LEAST) if current < edge else min(target, base - _LEAST)
        target = min(max(target, 0.0), 1.0)
        if not is_unknown and abs(target - base) < _LEAST - 1e-9:
            continue
        held = float(np.searchsorted(asked, target + 1e-9, side="right") / count)
        share = min(max(held + off, 0.0), 1.0)
        if flag_of(share) == flag_of(current):
            continue
        rows.append(
            (node, "unknown" if is_unknown else "datum", name, np.nan if is_unknown else base, target,
             abs(target - (base if is_unknown else position)), share, flag_of(share), share > current)
        )  # fmt: skip
    return rows


def _step_up(least: float, steps: NDArray[np.float64] | None) -> float:
    if steps is None:
        return max(least, 0.0)
    above = steps[steps >= least - 1e-9]
    return float(above[0]) if len(above) else np.inf


def _step_down(least: float, steps: NDArray[np.float64] | None) -> float:
    if steps is None:
        return least - 1e-6
    below = steps[steps < least - 1e-9]
    return float(below[-1]) if len(below) else -np.inf


def raw_value(score: float, scale: str, zero_at: float, one_at: float) -> float:
    """The raw value that scores `score` on a scale; NaN where the scale has no inverse there."""
    if scale == "ramp":
        return zero_at + score * (one_at - zero_at)
    if scale == "log ramp":
        return float(zero_at * (one_at / zero_at) ** score)
    if scale in {"at least", "within"}:
        return one_at
    if scale == "rings":
        return one_at if score > 0.5 else zero_at
    if scale in {"runway", "unpaved runway"} and score >= 0.5:
        return zero_at + (2 * score - 1) * (one_at - zero_at)
    return math.nan


# --- in words -----------------------------------------------------------------------------------


def in_words(row: Mapping[str, Any], told: Mapping[str, Any] | None) -> str:
    """One exit as a sentence; `told` is the evidence row of its indicator, where it is about one."""
    name = str(row["what"]).replace("_", " ")
    end = f"{str(row['flag']).replace('_', ' ')}, in {row['share']:.0%} of draws"
    if row["change"] == "weight":
        return f"weight of {row['what']} {row['before']:.2f} to {row['after']:.2f}: {end}"
    if row["change"] == "anchor":
        return f"anchors of {name} times {row['after']:g}: {end}"
    assert told is not None  # noqa: S101  a datum is an evidence row
    unit = "" if told["unit"] in {"1", "class"} else f" {told['unit']}"
    raw = raw_value(row["after"], told["scale"], told["zero_at"], told["one_at"])
    there = f"score {row['after']:.2f}" if math.isnan(raw) else f"{_plain(raw)}{unit}"
    if row["change"] == "unknown":
        side = "or more" if row["is_up"] else "or less"
        return f"{name}, not known: {end}, if it is {there} {side}"
    now = f"score {row['before']:.2f}" if math.isnan(raw) else f"{_plain(told['value'])}{unit}"
    return f"{name} {now} to {there}: {end}"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def would_narrow(told: pd.DataFrame) -> pd.DataFrame:
    """The unknown rows of evidence by how much of an axis they leave open, widest first in each node.

    Columns node_id, axis, indicator, source_id, width: the share of the axis that closes when the
    value is known (for the climate axis of its arithmetic mean).
    """
    unknown = told[(told["state"] == "unknown") & told["axis"].isin(list(AXES)) & (told["weight"] > 0)]
    parts = unknown["axis"].map({axis: len(names) for axis, names in AXES.items()})
    width = unknown["weight"] / parts
    columns = ["node_id", "axis", "indicator", "source_id", "note"]
    table = unknown[columns].assign(width=width)
    return table.sort_values(["node_id", "width"], ascending=[True, False], kind="stable", ignore_index=True)
