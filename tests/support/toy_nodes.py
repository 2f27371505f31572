"""Random nodes whose values lie near the anchors, as inputs of the judgement and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.assessed.civilian_dependence import SOLE, SUPPLIES
from layers.assessed.class_thresholds import anchor_values
from layers.assessed.hazard import HAZARDS
from layers.assessed.judgement import Inputs
from layers.assessed.sites import KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_USUAL = anchor_values()


def _some(random: np.random.Generator, values: NDArray[np.float64], lacking: float) -> NDArray[np.float64]:
    return np.where(random.random(len(values)) < lacking, np.nan, values)


def _add_ends(
    v: dict[str, NDArray[np.float64]], kind: NDArray[np.object_], random: np.random.Generator
) -> None:
    """Add the ends of intervals, and which kinds supply people, to the values `v`."""
    count = len(kind)

    def wide(value: NDArray[np.float64], share: float = 0.4) -> tuple[NDArray[np.float64], ...]:
        half = np.rint(np.abs(value) * random.uniform(0, share, count))
        return value - half, value + half

    for name in ("ice_lost", "erosion", "level"):
        v[f"{name}_low"], v[f"{name}_high"] = wide(v[name])
    for name in ("approach_depth", "pier_depth", "claim_high", "claim_medium", "claim_low"):
        v[f"{name}_low"], v[f"{name}_high"] = v[name], v[name] + np.rint(random.uniform(0, 3000, count))
    v["air_low"] = v["air"] - 2000.0
    v["captive"] = np.where(np.isin(kind, SUPPLIES), v["captive"], np.nan)
    v["captive_low"], v["captive_high"] = wide(v["captive"])
    v["sole"] = np.isin(kind, SOLE).astype(float)


def toy_inputs(count: int, seed: int, lacking: float = 0.15) -> Inputs:
    """Return the inputs of nodes of every kind; a share `lacking` of their values is unknown."""
    random = np.random.default_rng(seed)

    def among(*choices: float) -> NDArray[np.float64]:
        return _some(random, random.choice(choices, count).astype(float), lacking)

    def about(name: str, other: str = "", *, spread: float = 1.5) -> NDArray[np.float64]:
        """Return whole thousandths near an anchor, or near one of two; some are equal to the anchor."""
        anchor = random.choice([_USUAL[name], _USUAL[other or name]], count) * 1000
        off = random.choice(
            [0.0, -1.0, 1.0, *random.uniform(-0.4, spread - 1, 6) * np.abs(anchor).max()], count
        )
        return _some(random, np.rint(anchor + off), lacking)

    kind = random.choice(KINDS, count).astype(object)
    v: dict[str, NDArray[np.float64]] = {
        "approach_depth": about("approach_one", "approach_zero"),
        "pier_depth": about("pier_one", "pier_zero"),
        "vessel_length": about("vessel_length"), "roro": among(0, 1000),
        "sustainment": among(0, 250, 500, 750, 1000), "runway_length": about("runway_long", "runway_short"),
        "runway_width": about("runway_width", spread=2.0),
        "systems_in_service": among(0, 1000, 2000, 3000, 4000),
        "capacity": about("capacity_one", "capacity_zero"), "dependent_node": among(0, 1000),
        "listed_material": among(0, 750, 1000), "producing_or_strategic": among(0, 1000),
        "gauge": among(0, 500, 1000), "to_port_or_border": among(0, 1000),
        "civil_and_public": among(0, 1000), "polar_orbit": among(0, 1000),
        "runway_near": about("runway_long", "runway_short"), "railway": about("land_near"),
        "main_road": about("land_near"), "deep_port": about("deep_port_one", "deep_port_zero"),
        "route": about("route_one", "route_zero"), "narrow": about("narrow_one", "narrow_zero"),
        "scarcity": about("scarcity_one", "scarcity_zero"), "policy": among(0, 400, 700, 1000),
        "joint_use": random.choice([0.0, 1.0], count, p=[0.8, 0.2]),
        "treaty": random.choice([0.0, 1.0], count, p=[0.9, 0.1]),
        "policy_off": random.choice([0.0, 1.0], count, p=[0.7, 0.3]),
        "ice_lost": about("ice_lost_high", "ice_lost_moderate"),
        "ice_spread": about("ice_unreliable_high", "ice_unreliable_moderate"),
        "zone": random.choice([0.0, 1.0, 2.0, 3.0, 4.0, 4.0], count), "ice": among(0, 1, 2, np.nan, np.nan),
        "air": about("warm_permafrost", spread=1.4), "bedrock": among(0, 1, np.nan, np.nan, np.nan),
        "damage": among(0.5, 1, 2, np.nan, np.nan, np.nan, np.nan),
        "proxy": random.choice([0.0, 1.0], count, p=[0.7, 0.3]),
        "steps": random.choice([0.0, 1.0], count, p=[0.8, 0.2]), "thaw_on_file": np.full(count, np.nan),
        "erosion": about("erosion_high", "erosion_moderate"),
        "level": about("level_rise_high", "level_rise_moderate") * random.choice([1, 1, -1], count),
        "depth": about("depth_deep", "depth_shallow"),
        "captive": about("captive_high", "captive_moderate"),
        "captive_place": about("captive_place", spread=1.2),
        "reached": about("reached_moderate"),
    }  # fmt: skip
    v |= {f"claim_{c}": about("claim_near") for c in ("high", "medium", "low")}
    _add_ends(v, kind, random)
    there = {name: random.random((count, 1)) < 0.8 for name in HAZARDS}
    there["permafrost_thaw"] = np.ones((count, 1), dtype=bool)
    nodes = np.array([f"{k}:made-{seed}-{n:03}" for n, k in enumerate(kind)], dtype=object)
    return Inputs(nodes, kind, {name: value[:, None] for name, value in v.items()}, there)
