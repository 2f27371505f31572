"""The flag as a probability: anchors, bins, years, zones and places are drawn; what is not known is not.

Every anchor is multiplied by 0.8 to 1.2, each for itself and for all nodes alike. Of a node are drawn:
the years behind its ice season, ground ice where it is not known (half and half), the zone where it is a
proxy, the error of its air, the ends of a rate or a level, the bins of depths, the place of a military
site, the radius of an alternative. A draw tests a finding and makes none: a class that is not reached on
file is reached in no draw, but where ground ice alone keeps it open. Reference: Saisana, Saltelli and
Tarantola 2005, doi:10.1111/j.1467-985X.2005.00350.x.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.assessed import rules
from layers.assessed.anchors import ANCHORS, HIGH, MODERATE
from layers.assessed.judgement import Inputs, hazards, judge, military_parts, whole_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from layers.scenarios import Scenario

__all__ = ["Drawn", "Numbers", "draw", "drawn_values", "memberships", "numbers_of"]

_LEAST, _STEPS = 80, 41  # hundredths: 0.80 to 1.20
_POOL = 1024  # rows of numbers that nodes pick theirs from
_BLOCK = 1000
_PERMILLE = 1000.0
# Share of proxy zones that a typed or mapped zone puts one step lower or higher (benchmarks validation).
_ZONE_DOWN, _ZONE_UP = 175.0, 825.0
# What is drawn of a node, each with numbers of its own.
_FACTORS = ("ice", "ground", "zone", "air", "erosion", "level", "approach", "pier", "claims")


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of some draws: `anchors` by id, whole thousandths, shape (1, draws); `pool` of 0..999.

    `radius` picks the radius of an alternative: 0, 1, 2 for 80, 100, 120 km.
    """

    anchors: Mapping[str, NDArray[np.float64]]
    pool: NDArray[np.uint16]
    radius: NDArray[np.int64]
    seed: int

    @property
    def count(self) -> int:
        """Number of draws."""
        return len(self.radius)

    def of(self, nodes: NDArray[np.object_], factor: str, block: slice) -> NDArray[np.float64]:
        """Numbers 0..999 of some nodes in some draws, (nodes, draws): a node's own, whoever else is there."""
        rows = [zlib.crc32(f"{factor}|{node}".encode()) % _POOL for node in nodes]
        return self.pool[rows, block].astype(float)


def numbers_of(scenario: Scenario, draws: int, seed: int) -> Numbers:
    """Draw what all nodes share, and the pool. The generator gives the same numbers on every machine."""
    random = np.random.SFC64([seed, 1])

    def below(limit: int, *shape: int) -> NDArray[np.int64]:
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
    """Shares of draws, in the order of the nodes: of the overlap and of the flag (scope apart)."""

    overlap: NDArray[np.float64]
    flag: NDArray[np.float64]


def _between(low: Any, mid: Any, high: Any, number: NDArray[np.float64], half: float) -> NDArray[np.float64]:
    """A value by its number 0..999: `low` and `high` lie `half` per mille from the middle."""
    up = np.floor((number - 500.0) * (high - mid) / half)
    down = np.floor((number - 500.0) * (mid - low) / half)
    return np.asarray(mid + np.where(number >= 500.0, up, down))


def drawn_values(inputs: Inputs, numbers: Numbers, block: slice) -> dict[str, NDArray[np.float64]]:
    """What is drawn of each node in the draws of `block`, by the names that the rules read."""
    v = inputs.values
    n = {factor: numbers.of(inputs.nodes, factor, block) for factor in _FACTORS}
    # The class rests on the lower end: the drawn years move it as they move the mean.
    shift = _between(v["ice_lost_low"], v["ice_lost"], v["ice_lost_high"], n["ice"], 450.0) - v["ice_lost"]
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
    low, high = v[f"{name}_low"], v[f"{name}_high"]
    return low + np.floor((high - low) * number / _PERMILLE)


def blocks(draws: int) -> Iterator[slice]:
    """The draws in runs of a thousand."""
    for first in range(0, draws, _BLOCK):
        yield slice(first, min(first + _BLOCK, draws))


def draw(inputs: Inputs, scenario: Scenario, numbers: Numbers) -> Drawn:
    """Share of draws with overlap and with all three conditions of the flag, whatever the scope.

    Nodes that no draw can reach (no hazard or no high military class on file) are not drawn.
    """
    rows = _reachable(inputs, scenario)
    overlap, flag = np.zeros(len(inputs.nodes)), np.zeros(len(inputs.nodes))
    for block in blocks(numbers.count):
        both, three = memberships(inputs.take(rows), scenario, numbers, block)
        overlap[rows] += both.sum(axis=1)
        flag[rows] += three.sum(axis=1)
    return Drawn(overlap / numbers.count, flag / numbers.count)


def _reachable(inputs: Inputs, scenario: Scenario) -> NDArray[np.int64]:
    """Nodes with a hazard and a high military class on file."""
    now = judge(inputs, whole_of(scenario.anchors), with_association=scenario.with_association)
    return np.flatnonzero((now.hazard[:, 0] >= MODERATE) & (now.military[:, 0] == HIGH))


def memberships(
    inputs: Inputs, scenario: Scenario, numbers: Numbers, block: slice
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Who overlaps, and who meets all three conditions, in the draws of `block`; shape (nodes, draws)."""
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
    known: Mapping[str, NDArray[np.int8]],
    is_open: NDArray[np.bool_],
) -> NDArray[np.int8]:
    """The worst hazard of each draw, none above its class on file but where ground ice alone decides."""
    drawn, _ = hazards(part, anchors)
    codes = []
    for name, code in drawn.items():
        most = np.where(is_open, np.int8(HIGH), known[name]) if name == "permafrost_thaw" else known[name]
        codes.append(np.minimum(code, most))
    return np.asarray(np.max(codes, axis=0), dtype=np.int8)
