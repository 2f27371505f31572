"""SENSITIVITY: nodes whose judgement changes if one anchor is a fifth lower or higher."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.assessed.class_thresholds import ANCHORS, HIGH, MODERATE
from layers.assessed.judgement import Inputs, judge, whole_of
from layers.schema import Column, Layer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.scenarios import Scenario

__all__ = ["SENSITIVITY", "critical", "overlapping"]

_MULTIPLES = (0.8, 1.2)  # the ends of the range over which draws vary an anchor


def critical(
    inputs: Inputs, scenario: Scenario, changes: dict[str, float] | None = None
) -> NDArray[np.bool_]:
    """Return which nodes have hazard and military class high and dependence moderate or more.

    The scope does not count. `changes` maps ids of anchors to values that replace those of the scenario. No
    value is drawn.
    """
    anchors = whole_of(dict(scenario.anchors or {}) | (changes or {}))
    classes = judge(inputs, anchors, with_association=scenario.with_association)
    return np.asarray(
        (classes.hazard[:, 0] == HIGH)
        & (classes.military[:, 0] == HIGH)
        & (classes.dependence[:, 0] >= MODERATE)
    )


def overlapping(
    inputs: Inputs, scenario: Scenario, changes: dict[str, float] | None = None
) -> NDArray[np.bool_]:
    """Return which nodes have hazard moderate or more and military class high.

    Parameters as in `critical`.
    """
    anchors = whole_of(dict(scenario.anchors or {}) | (changes or {}))
    classes = judge(inputs, anchors, with_association=scenario.with_association)
    return np.asarray((classes.hazard[:, 0] >= MODERATE) & (classes.military[:, 0] == HIGH))


def _sensitivity(
    node_sites: pd.DataFrame, evidence: pd.DataFrame, nodes: pd.DataFrame, scenario: Scenario
) -> pd.DataFrame:
    sites = pd.DataFrame(node_sites.drop(columns="geometry"))
    inputs = Inputs.of(evidence, sites)
    barred = nodes.set_index("node_id")["dual_use_class"].reindex(sites["node_id"]).eq("D0").to_numpy()
    inside = (sites["scope"] != "context").to_numpy() & ~barred
    now, both = critical(inputs, scenario) & inside, overlapping(inputs, scenario) & inside
    rows = []
    for anchor in ANCHORS:
        usual = dict(scenario.anchors or {}).get(anchor.id, anchor.value)
        for multiple in _MULTIPLES:
            changes = {anchor.id: usual * multiple}
            then, overlap = (how(inputs, scenario, changes) & inside for how in (critical, overlapping))
            rows.append(
                {
                    "anchor": anchor.id, "meaning": anchor.meaning, "unit": anchor.unit, "multiple": multiple,
                    "value": usual * multiple, "critical": int(then.sum()), "lost": int((now & ~then).sum()),
                    "won": int((then & ~now).sum()), "overlap_changed": int((overlap != both).sum()),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


SENSITIVITY = Layer(
    id="sensitivity",
    title="What moves the list: each anchor a fifth lower and higher",
    pillar="military",
    geometry="table",
    spine=(),
    key=("anchor", "multiple"),
    columns=(
        Column("anchor", "str", "the anchor, by its id", required=True),
        Column("meaning", "str", "what turns there", required=True),
        Column("unit", "str", "unit of the value", required=True),
        Column("multiple", "float", "times the usual value", required=True),
        Column("value", "float", "the value tried", required=True),
        Column("critical", "int", "critical nodes then, on file", required=True, low=0),
        Column("lost", "int", "of the usual ones, no longer", required=True, low=0),
        Column("won", "int", "new ones", required=True, low=0),
        Column("overlap_changed", "int", "nodes of the overlap that differ", required=True, low=0),
    ),
    derive=_sensitivity,
)  # fmt: skip
