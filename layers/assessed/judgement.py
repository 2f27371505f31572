"""Classes from evidence: the worst known hazard, military relevance and civil dependence.

`Inputs` holds the values that the rules read, as whole numbers. `judge` returns the classes at one set of
anchors, or at one set for each draw.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.assessed import rules
from layers.assessed.civilian_dependence import SOLE, SUPPLIES
from layers.assessed.class_thresholds import HIGH, LOW, MODERATE, UNKNOWN, anchor_values
from layers.assessed.hazard import HAZARDS
from layers.assessed.military_relevance import MILITARY, inputs_of
from layers.assessed.sites import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["ABSENT", "Classes", "Inputs", "could_be", "ground_could_be", "judge", "whole_of"]

ABSENT = -2  # code of a hazard that does not apply; below UNKNOWN, so that it never is the worst
_CLAIMS = ("high", "medium", "low")
_PARTS = ("facility", "hinterland", "position", "association")


def whole_of(changes: Mapping[str, float] | None = None) -> dict[str, Any]:
    """Return every anchor by id, in whole thousandths of its unit; `changes` replace some of them."""
    return {name: rules.whole(value) for name, value in anchor_values(changes).items()}


@dataclass(frozen=True, slots=True)
class Inputs:
    """Values that the rules read: arrays of shape (nodes, 1) in whole thousandths, NaN where unknown.

    `applies` holds for each hazard a mask of the nodes to which it applies, shape (nodes, 1). `kind` has one
    entry per node. Classes such as `zone` and yes/no values such as `bedrock` are plain numbers.
    """

    nodes: NDArray[np.object_]
    kind: NDArray[np.object_]
    values: Mapping[str, NDArray[np.float64]]
    applies: Mapping[str, NDArray[np.bool_]]

    @classmethod
    def of(cls, evidence: pd.DataFrame, sites: pd.DataFrame) -> Inputs:
        """Return the inputs of `sites` (node_id, kind), in their order, from the evidence rows."""
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
        """Return the inputs of the nodes at positions `rows`."""
        return Inputs(
            self.nodes[rows],
            self.kind[rows],
            {name: value[rows] for name, value in self.values.items()},
            {name: value[rows] for name, value in self.applies.items()},
        )

    def with_values(self, **values: NDArray[np.float64]) -> Inputs:
        """Return the same inputs with some values replaced."""
        return replace(self, values=dict(self.values) | values)


class _Reader:
    """Columns of one indicator as whole thousandths, in the order of the nodes."""

    def __init__(self, index: pd.Index, evidence: pd.DataFrame) -> None:
        self._index = index
        self._at = index.get_indexer(evidence["node_id"])
        # Rows of the dual-use class share some names with indicators of the axes.
        judged = np.where(evidence["axis"] == "dual_use", "", evidence["indicator"].to_numpy(dtype=object))
        self._rows = evidence.groupby(judged, sort=False).indices
        self._columns = {
            name: rules.whole(evidence[name].to_numpy(dtype=float))
            for name in ("value", "value_low", "value_high")
        }
        score = rules.whole(evidence["score"].to_numpy(dtype=float))
        # Documents and lists have a score and no value.
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
    """Codes of the classes, shape (nodes, draws): UNKNOWN, LOW, MODERATE or HIGH.

    `by_hazard` holds the code of each hazard, ABSENT where it does not apply. `hazard` is the worst of them.
    `is_open` marks where thaw is moderate only because the ground ice is unknown. `parts` are scores of
    military relevance, whole thousandths.
    """

    hazard: NDArray[np.int8]
    by_hazard: Mapping[str, NDArray[np.int8]]
    is_open: NDArray[np.bool_]
    military: NDArray[np.int8]
    parts: Mapping[str, NDArray[np.float64]]
    dependence: NDArray[np.int8]


def judge(inputs: Inputs, a: Mapping[str, Any], *, with_association: bool = True) -> Classes:
    """Return the classes of the nodes at the anchors `a`.

    `a` maps ids to whole thousandths, one value or one per draw. Without `with_association` the military
    class leaves out documents, claims and lists.
    """
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
    """Return the code of each hazard, and where unknown ground ice decides the class of thaw.

    The code is ABSENT where the hazard does not apply.
    """
    v = inputs.values
    thaw, is_open = rules.permafrost(v, a)
    # Values of the evidence are those of the scenario, so that no class is below today's.
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
    """Return the scores of the four parts of every node, whole thousandths, shape (nodes, draws)."""
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
    """Return the worst class of thaw that unknown ground ice allows, shape (nodes,).

    Low where the ice is known, or where bedrock or reported damage decides the class.
    """
    v = inputs.values
    lacking = np.isnan(v["ice"][:, 0]) & (v["bedrock"][:, 0] != 1) & ~(v["damage"][:, 0] >= 1)
    zone, is_lost = v["zone"][:, 0], v["steps"][:, 0] > 0
    worst = lacking & ((zone >= 3) | ((zone == 2) & is_lost))
    return np.select([worst, lacking & (zone == 2)], [HIGH, MODERATE], LOW).astype(np.int8)


def could_be(inputs: Inputs, classes: Classes) -> tuple[NDArray[np.int8], NDArray[np.object_]]:
    """Return the worst class of the hazard that missing data allow, and the datum that would settle it.

    Both have shape (nodes,). Where no missing datum could make the class worse, they are the class itself and
    None.
    """
    now = classes.hazard[:, 0]
    worst, datum = now.copy(), np.full(len(now), None, dtype=object)
    ground = ground_could_be(inputs)
    mapped = inputs.values["proxy"][:, 0] != 1
    lacking = [
        # A proxy zone never makes thaw high, so there the zone is missing too.
        ("ground ice of the site", np.where(mapped, ground, LOW)),
        ("permafrost zone and ground ice of the site", ground),
    ]
    for name, (what_is_lacking, _) in HAZARDS.items():
        if name != "permafrost_thaw":
            lacking.append((what_is_lacking, np.where(classes.by_hazard[name][:, 0] == UNKNOWN, HIGH, LOW)))
    for what_is_lacking, code in lacking:
        more = code > worst
        worst = np.where(more, code, worst).astype(np.int8)
        datum[more] = what_is_lacking
    return worst, datum
