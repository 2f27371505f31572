"""From evidence to classes: the worst known hazard, the military class, the class of dependence.

`Inputs` holds what the rules read, in whole numbers; `judge` gives the classes at any anchors, for one
set of them or for many draws at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.assessed import rules
from layers.assessed.anchors import HIGH, LOW, MODERATE, UNKNOWN, anchor_values
from layers.assessed.civilian_dependence import SOLE, SUPPLIES
from layers.assessed.hazard import HAZARDS
from layers.assessed.military_relevance import MILITARY, inputs_of
from layers.assessed.sites import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["ABSENT", "Classes", "Inputs", "could_be", "ground_could_be", "judge", "whole_of"]

ABSENT = -2  # the hazard does not apply
_CLAIMS = ("high", "medium", "low")
_PARTS = ("facility", "hinterland", "position", "association")


def whole_of(given: Mapping[str, float] | None = None) -> dict[str, Any]:
    """Every anchor in whole thousandths."""
    return {name: rules.whole(value) for name, value in anchor_values(given).items()}


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the rules read of some nodes: arrays of shape (nodes, 1) in whole thousandths, NaN where unknown.

    `applies` says where each hazard does, (nodes, 1). `kind` has one entry a node.
    """

    nodes: NDArray[np.object_]
    kind: NDArray[np.object_]
    values: Mapping[str, NDArray[np.float64]]
    applies: Mapping[str, NDArray[np.bool_]]

    @classmethod
    def of(cls, evidence: pd.DataFrame, sites: pd.DataFrame) -> Inputs:
        """Read the evidence rows of `sites` (node_id, kind), in their order."""
        nodes = sites["node_id"].to_numpy(dtype=object)
        index = pd.Index(nodes)
        read = _Reader(index, evidence)
        values = inputs_of(evidence, sites["node_id"])
        values |= {name: read(name) for name in MILITARY if name in {"runway_near", "deep_port", "route",
                                                                     "narrow", "scarcity"}}  # fmt: skip
        land = read("land_mode")
        track = read("railway")
        values |= {"railway": np.where(np.isnan(land), track, land), "main_road": np.full(len(nodes), np.nan)}
        for end in ("low", "high"):
            values |= {
                f"{name}_{end}": read(name, f"value_{end}") for name in ("approach_depth", "pier_depth")
            }
            values |= {f"claim_{c}_{end}": read(f"claim_{c}", f"value_{end}") for c in _CLAIMS}
        values |= {f"claim_{c}": read(f"claim_{c}", "value_low") for c in _CLAIMS}
        policy = np.fmax(read("ten_t_network"), read("strategic_material"))
        off = (evidence["state"] == "not_applicable").to_numpy()
        treaty = read.flag(off & (evidence["indicator"] == "documented_use").to_numpy())
        policy_off = read.flag(off & (evidence["group"] == "m_policy").to_numpy())
        values |= {
            "policy": policy, "joint_use": (read("documented_use") >= rules.ONE).astype(float),
            "treaty": treaty, "policy_off": policy_off,
            "ice_lost": read("ice_season_lost"), "ice_lost_low": read("ice_season_lost", "value_low"),
            "ice_lost_high": read("ice_season_lost", "value_high"),
            "ice_spread": read("ice_season_unreliable"),
            "zone": read("permafrost_zone") / rules.ONE, "ice": read("ground_ice") / rules.ONE,
            "air": read("air_temperature"), "air_low": read("air_temperature", "value_low"),
            "bedrock": read("bedrock") / rules.ONE, "damage": read("thaw_damage") / rules.ONE,
            "proxy": read.flag((evidence["indicator"] == "permafrost_zone").to_numpy()
                               & (evidence["tier"] == "proxy").to_numpy()),
            "steps": rules.known_or_0(read("zones_lost") / rules.ONE),
            "thaw_on_file": read("permafrost_thaw") / rules.ONE,
            "erosion": read("coastal_erosion"), "erosion_low": read("coastal_erosion", "value_low"),
            "erosion_high": read("coastal_erosion", "value_high"),
            "level": read("relative_sea_level"), "level_low": read("relative_sea_level", "value_low"),
            "level_high": read("relative_sea_level", "value_high"), "depth": read("charted_depth"),
            "captive": read("people_without_another"),
            "captive_low": read("people_without_another", "value_low"),
            "captive_high": read("people_without_another", "value_high"),
            "captive_place": read("largest_place_without_another"), "reached": read("people_within_50_km"),
        }  # fmt: skip
        kind = sites["kind"].to_numpy(dtype=object)
        values["sole"] = np.isin(kind, SOLE).astype(float)
        supplies = np.isin(kind, SUPPLIES)
        values["captive"] = np.where(supplies, values["captive"], np.nan)
        live = evidence["state"].to_numpy() != "not_applicable"
        there = {
            name: read.flag(live & (evidence["indicator"] == name).to_numpy())[:, None] == 1
            for name in HAZARDS
        }
        return cls(nodes, kind, {name: value[:, None] for name, value in values.items()}, there)

    def take(self, rows: NDArray[np.int64]) -> Inputs:
        """Some of the nodes."""
        return Inputs(
            self.nodes[rows],
            self.kind[rows],
            {name: value[rows] for name, value in self.values.items()},
            {name: value[rows] for name, value in self.applies.items()},
        )

    def with_values(self, **values: NDArray[np.float64]) -> Inputs:
        """The same with other values."""
        return replace(self, values=dict(self.values) | values)


class _Reader:
    """Columns of one indicator, in the order of the nodes."""

    def __init__(self, index: pd.Index, evidence: pd.DataFrame) -> None:
        self._index = index
        self._at = index.get_indexer(evidence["node_id"])
        # The label of dual use has rows of its own, some under the same names.
        judged = np.where(evidence["axis"] == "dual_use", "", evidence["indicator"].to_numpy(dtype=object))
        self._rows = evidence.groupby(judged, sort=False).indices
        self._columns = {
            name: rules.whole(evidence[name].to_numpy(dtype=float))
            for name in ("value", "value_low", "value_high")
        }
        score = rules.whole(evidence["score"].to_numpy(dtype=float))
        # Documents and lists are scores without a raw value.
        self._columns["value"] = np.where(np.isnan(self._columns["value"]), score, self._columns["value"])

    def __call__(self, indicator: str, column: str = "value") -> NDArray[np.float64]:
        out = np.full(len(self._index), np.nan)
        rows = self._rows.get(indicator, np.empty(0, dtype=np.int64))
        out[self._at[rows]] = self._columns[column][rows]
        return out

    def flag(self, rows: NDArray[np.bool_]) -> NDArray[np.float64]:
        out = np.zeros(len(self._index))
        out[self._at[rows]] = 1.0
        return out


@dataclass(frozen=True, slots=True)
class Classes:
    """Codes of the classes, shape (nodes, draws): UNKNOWN, LOW, MODERATE, HIGH.

    `by_hazard` codes each hazard, ABSENT where it does not apply; `is_open` says where permafrost is
    moderate only because the ground ice is not known. `parts` are the scores of the military class.
    """

    hazard: NDArray[np.int8]
    by_hazard: Mapping[str, NDArray[np.int8]]
    is_open: NDArray[np.bool_]
    military: NDArray[np.int8]
    parts: Mapping[str, NDArray[np.float64]]
    dependence: NDArray[np.int8]


def judge(inputs: Inputs, a: Mapping[str, Any], *, with_association: bool = True) -> Classes:
    """Classes of some nodes at the anchors `a` (whole thousandths, one value or one a draw)."""
    by_hazard, is_open = hazards(inputs, a)
    shape = np.broadcast_shapes(*(code.shape for code in by_hazard.values()))
    worst = np.max([np.broadcast_to(code, shape) for code in by_hazard.values()], axis=0)
    parts = military_parts(inputs, a)
    return Classes(
        hazard=np.maximum(worst, UNKNOWN).astype(np.int8),
        by_hazard=by_hazard,
        is_open=is_open,
        military=rules.military(parts, a, with_association=with_association),
        parts=parts,
        dependence=rules.dependence(inputs.values, a),
    )


def hazards(inputs: Inputs, a: Mapping[str, Any]) -> tuple[dict[str, NDArray[np.int8]], NDArray[np.bool_]]:
    """Code of each hazard, ABSENT where it does not apply, and where ground ice alone keeps thaw moderate."""
    v = inputs.values
    thaw, is_open = rules.permafrost(v, a)
    # A scenario's class is never below today's, which the evidence has reckoned with.
    codes = {
        "ice_season_lost": rules.steps(v["ice_lost_low"], a["ice_lost_moderate"], a["ice_lost_high"]),
        "ice_season_unreliable": rules.steps(
            v["ice_spread"], a["ice_unreliable_moderate"], a["ice_unreliable_high"]
        ),
        "permafrost_thaw": thaw,
        "coastal_erosion": rules.steps(v["erosion"], a["erosion_moderate"], a["erosion_high"]),
        "relative_sea_level": rules.hazard_of_level(v, a),
    }
    return {
        name: np.where(inputs.applies[name], code, np.int8(ABSENT)) for name, code in codes.items()
    }, is_open


def military_parts(inputs: Inputs, a: Mapping[str, Any]) -> dict[str, NDArray[np.float64]]:
    """Scores of the four parts of every node, kind by kind."""
    count = len(inputs.nodes)
    out = {name: np.full((count, 1), np.nan) for name in _PARTS}
    for kind in KINDS:
        rows = np.flatnonzero(inputs.kind == kind)
        if not len(rows):
            continue
        some = rules.parts(kind, {name: value[rows] for name, value in inputs.values.items()}, a)
        for name, score in some.items():
            if out[name].shape[1] < score.shape[1]:
                out[name] = np.repeat(out[name], score.shape[1], axis=1)
            out[name][rows] = score
    return out


def ground_could_be(inputs: Inputs) -> NDArray[np.int8]:
    """What the ground ice could make of the thaw where it is not known; low where it is."""
    v = inputs.values
    lacking = np.isnan(v["ice"][:, 0]) & (v["bedrock"][:, 0] != 1) & ~(v["damage"][:, 0] >= 1)
    zone, is_lost = v["zone"][:, 0], v["steps"][:, 0] > 0
    worst = lacking & ((zone >= 3) | ((zone == 2) & is_lost))
    return np.select([worst, lacking & (zone == 2)], [HIGH, MODERATE], LOW).astype(np.int8)


def could_be(inputs: Inputs, classes: Classes) -> tuple[NDArray[np.int8], NDArray[np.object_]]:
    """The worst class that data not held could make of the hazard, and the datum that would tell.

    Equal to the class, with None, where nothing that is lacking could make it worse.
    """
    now = classes.hazard[:, 0]
    worst, datum = now.copy(), np.full(len(now), None, dtype=object)
    ground = ground_could_be(inputs)
    mapped = inputs.values["proxy"][:, 0] != 1
    lacking = [
        ("ground ice of the site", np.where(mapped, ground, LOW)),
        ("permafrost zone and ground ice of the site", ground),
    ]
    for name, (told, _) in HAZARDS.items():
        if name != "permafrost_thaw":
            lacking.append((told, np.where(classes.by_hazard[name][:, 0] == UNKNOWN, HIGH, LOW)))
    for told, code in lacking:
        more = code > worst
        worst = np.where(more, code, worst).astype(np.int8)
        datum[more] = told
    return worst, datum
