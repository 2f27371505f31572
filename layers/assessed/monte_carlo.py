"""The flag as a probability: the share of draws of anchors and node values in which its conditions hold.

A draw is one set of anchors, one radius and one set of values for each node. Each anchor is multiplied by its
own factor of 0.80 to 1.20. The radius of an alternative is 80, 100 or 120 km. Anchors and radius are the same
for all nodes. A draw varies these values of each node:

- months of ice season lost, in their interval;
- unknown ground ice under wide permafrost, typed or mapped: low in half of the draws, high in the others;
- a zone that is a proxy: one step lower, the same, or one step higher;
- air temperature, by its error;
- rate of erosion and sea level of 2100, in their intervals;
- depths of approach and pier, in their bins;
- distances to public claims of a military site, in their intervals.

Any other unknown value stays unknown (decisions/0013). A draw never exceeds the class on file. The exception
is thaw where unknown ground ice leaves the class open: a draw may raise it to high.

Saisana, Saltelli and Tarantola 2005, doi:10.1111/j.1467-985X.2005.00350.x.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.assessed import rules
from layers.assessed.class_thresholds import ANCHORS, HIGH, MODERATE
from layers.assessed.judgement import Inputs, hazards, judge, military_parts, whole_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from layers.scenarios import Scenario

__all__ = ["Drawn", "Numbers", "draw", "drawn_values", "memberships", "numbers_of"]

_LEAST, _STEPS = 80, 41  # factors of an anchor in hundredths: 0.80 to 1.20 in 41 steps
_POOL = 1024  # rows of numbers; a node takes one row for each factor
_BLOCK = 1000  # draws in one block: limits the memory of arrays (nodes, draws)
_PERMILLE = 1000.0  # random numbers are 0 to 999
# Of 1,000 proxy zones, typed and mapped zones put 175 one step lower and 175 one step higher (benchmarks
# validation). A number 0 to 999 below 175 lowers the zone, a number from 825 raises it.
_ZONE_DOWN, _ZONE_UP = 175.0, 825.0
# Factors of a node that vary independently of each other.
_FACTORS = ("ice", "ground", "zone", "air", "erosion", "level", "approach", "pier", "claims")


@dataclass(frozen=True, slots=True)
class Numbers:
    """Random numbers of all draws, for all nodes.

    `anchors` maps the id of an anchor to its drawn values, whole thousandths of its unit, shape (1, draws).
    `pool` holds numbers 0 to 999, shape (1024, draws). `radius` is 0, 1 or 2 for a radius of 80, 100 or
    120 km, shape (draws,).
    """

    anchors: Mapping[str, NDArray[np.float64]]
    pool: NDArray[np.uint16]
    radius: NDArray[np.int64]
    seed: int

    @property
    def count(self) -> int:
        """Return the number of draws."""
        return len(self.radius)

    def of(self, nodes: NDArray[np.object_], factor: str, block: slice) -> NDArray[np.float64]:
        """Return the numbers 0 to 999 of a factor for each node and each draw of `block`, (nodes, draws).

        The id of the node and the factor choose the row of the pool; the seed fills the pool. So the numbers
        of a node do not depend on the other nodes. `block` is a slice of the draws.
        """
        rows = [zlib.crc32(f"{factor}|{node}".encode()) % _POOL for node in nodes]
        return self.pool[rows, block].astype(float)


def numbers_of(scenario: Scenario, draws: int, seed: int) -> Numbers:
    """Return the random numbers of `draws` draws for a seed; they are the same on every machine."""
    # Raw bits and whole numbers only: the distributions of NumPy may change from version to version.
    random = np.random.SFC64([seed, 1])

    def below(limit: int, *shape: int) -> NDArray[np.int64]:
        # The upper 32 bits are scaled to 0 ... limit - 1 by whole numbers alone.
        raw = random.random_raw(int(np.prod(shape))).reshape(shape)
        return ((raw >> np.uint64(32)).astype(np.int64) * limit) >> 32

    baseline = whole_of(scenario.anchors)
    factor = below(_STEPS, len(ANCHORS), draws) + _LEAST
    anchors = {
        anchor.id: np.floor(baseline[anchor.id] * factor[place] / 100.0)[None, :]
        for place, anchor in enumerate(ANCHORS)
    }
    radius = below(3, draws)
    words = random.random_raw(-(-_POOL * draws // 4)).astype("<u8", copy=False).view("<u2")[: _POOL * draws]
    pool = ((words.astype(np.uint32) * 1000) >> 16).astype(np.uint16).reshape(_POOL, draws)
    return Numbers(anchors, pool, radius, seed)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Share of draws in which each node overlaps, and in which it meets all conditions of the flag.

    Both have shape (nodes,), 0 to 1. The scope of a node does not count here.
    """

    overlap: NDArray[np.float64]
    flag: NDArray[np.float64]


def _between(low: Any, mid: Any, high: Any, number: NDArray[np.float64], half: float) -> NDArray[np.float64]:
    """Return the value that belongs to each `number`, 0 to 999, linear on both sides of `mid`.

    The number 500 gives `mid`, 500 - `half` gives `low` and 500 + `half` gives `high`. Numbers farther out
    give values beyond the interval.
    """
    up = np.floor((number - 500.0) * (high - mid) / half)
    down = np.floor((number - 500.0) * (mid - low) / half)
    return np.asarray(mid + np.where(number >= 500.0, up, down))


def drawn_values(inputs: Inputs, numbers: Numbers, block: slice) -> dict[str, NDArray[np.float64]]:
    """Return the varied values by the names that the rules read, shape (nodes, draws of `block`).

    `block` is a slice of the draws.
    """
    v = inputs.values
    n = {factor: numbers.of(inputs.nodes, factor, block) for factor in _FACTORS}
    # The class follows from the lower end of the interval, which moves by as much as the mean. Half widths of
    # 450 per mille stand for intervals of 90 %, 330 for the 17 to 83 % of the sea level (AR6).
    shift = _between(v["ice_lost_low"], v["ice_lost"], v["ice_lost_high"], n["ice"], 450.0) - v["ice_lost"]
    # Reported damage decides the class of thaw, so ground ice matters only without it.
    wide = np.isnan(v["ice"]) & (v["zone"] >= 3) & ~(v["damage"] >= 1)
    zone = v["zone"] + np.where(
        v["proxy"] == 1, (n["zone"] >= _ZONE_UP).astype(float) - (n["zone"] < _ZONE_DOWN), 0.0
    )
    error = v["air"] - v["air_low"]
    return {
        "ice_lost_low": v["ice_lost_low"] + shift,
        "ice": np.where(wide & (v["proxy"] != 1), np.where(n["ground"] >= 500.0, 2.0, 0.0), v["ice"]),
        "zone": np.clip(zone, 0.0, 4.0),
        "air": v["air"] + np.floor((n["air"] - 500.0) * 1.645 * error / 450.0),
        "erosion": _between(v["erosion_low"], v["erosion"], v["erosion_high"], n["erosion"], 450.0),
        "level": _between(v["level_low"], v["level"], v["level_high"], n["level"], 330.0),
        "approach_depth": _bin(v, "approach_depth", n["approach"]),
        "pier_depth": _bin(v, "pier_depth", n["pier"]),
        **{f"claim_{c}": _bin(v, f"claim_{c}", n["claims"]) for c in ("high", "medium", "low")},
        "captive": np.choose(
            numbers.radius[None, block], [v["captive_high"], v["captive"], v["captive_low"]]
        ),
    }  # fmt: skip


def _bin(v: Mapping[str, NDArray[np.float64]], name: str, number: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the value between `<name>_low` and `<name>_high` that belongs to each number, uniform.

    Values are whole thousandths, numbers 0 to 999.
    """
    low, high = v[f"{name}_low"], v[f"{name}_high"]
    return low + np.floor((high - low) * number / _PERMILLE)


def blocks(draws: int) -> Iterator[slice]:
    """Yield slices of at most 1,000 draws that together are all draws."""
    for first in range(0, draws, _BLOCK):
        yield slice(first, min(first + _BLOCK, draws))


def draw(inputs: Inputs, scenario: Scenario, numbers: Numbers) -> Drawn:
    """Return by node the share of draws with overlap, and the share with all three conditions of the flag.

    The three conditions are those of `memberships`; the scope of a node does not count. Both shares are 0
    where the hazard on file is below moderate or the military class on file is not high: no draw can exceed
    these classes, so such a node is left out.
    """
    rows = _reachable(inputs, scenario)
    overlap, flag = np.zeros(len(inputs.nodes)), np.zeros(len(inputs.nodes))
    for block in blocks(numbers.count):
        both, three = memberships(inputs.take(rows), scenario, numbers, block)
        overlap[rows] += both.sum(axis=1)
        flag[rows] += three.sum(axis=1)
    return Drawn(overlap / numbers.count, flag / numbers.count)


def _reachable(inputs: Inputs, scenario: Scenario) -> NDArray[np.int64]:
    """Return positions of the nodes with a hazard of moderate or more and a high military class on file."""
    now = judge(inputs, whole_of(scenario.anchors), with_association=scenario.with_association)
    return np.flatnonzero((now.hazard[:, 0] >= MODERATE) & (now.military[:, 0] == HIGH))


def memberships(
    inputs: Inputs, scenario: Scenario, numbers: Numbers, block: slice
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return two masks for the draws of `block`, shape (nodes, draws): overlap, and all three conditions.

    A node overlaps if its hazard is moderate or high and its military class is high. The three conditions
    are: hazard high, military class high, dependence moderate or high.
    """
    on_file = judge(inputs, whole_of(scenario.anchors), with_association=scenario.with_association)
    part = inputs.with_values(**drawn_values(inputs, numbers, block))
    anchors = {name: value[:, block] for name, value in numbers.anchors.items()}
    code = _hazard(part, anchors, on_file.by_hazard, on_file.is_open)
    scores = military_parts(part, anchors)
    capable = rules.military(scores, anchors, with_association=scenario.with_association) == HIGH
    capable &= on_file.military == HIGH
    leaned_on = (rules.dependence(part.values, anchors) >= MODERATE) & (on_file.dependence >= MODERATE)
    return (code >= MODERATE) & capable, (code == HIGH) & capable & leaned_on


def _hazard(
    part: Inputs,
    anchors: Mapping[str, Any],
    on_file_codes: Mapping[str, NDArray[np.int8]],
    is_open: NDArray[np.bool_],
) -> NDArray[np.int8]:
    """Return the class of the worst hazard in each draw, shape (nodes, draws).

    No hazard exceeds its class on file. The exception is thaw where `is_open`, because unknown ground ice
    may make it high.
    """
    drawn, _ = hazards(part, anchors)
    codes = []
    for name, code in drawn.items():
        most = (
            np.where(is_open, np.int8(HIGH), on_file_codes[name])
            if name == "permafrost_thaw"
            else on_file_codes[name]
        )
        codes.append(np.minimum(code, most))
    return np.asarray(np.max(codes, axis=0), dtype=np.int8)
