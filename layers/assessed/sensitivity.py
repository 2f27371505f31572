"""Which doubt moves the picture: Sobol indices of the ranks and of the flags, on request.

Each factor of `layers.draws.FACTORS` is one input with a trigger variable: its value picks a draw of
that factor from a pool (Saisana, Saltelli and Tarantola 2005, doi:10.1111/j.1467-985X.2005.00350.x).
First-order and total indices by Saltelli sampling, with SALib (Iwanaga, Usher and Herman 2022,
doi:10.18174/sesmo.18155).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.assessed.climate_risk import ice_support
from layers.draws import (
    FACTORS,
    axis_values,
    blocks,
    chances,
    design,
    dimension_values,
    mixed,
    overlap_of,
    ranks,
    scores_of,
)
from layers.errors import UsageError
from layers.schema import Column, Layer
from layers.scoring import AXES, axis_intervals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from layers.draws import Design, Scores
    from layers.scenarios import Scenario

__all__ = ["SENSITIVITY", "effective_importance", "sensitivity"]

_POOL = 512
_OUTPUTS = ("mean_rank_shift", "nodes_in_conjunction")


def sensitivity(
    evidence: pd.DataFrame,
    nodes: pd.DataFrame,
    scenario: Scenario,
    support: Mapping[str, pd.DataFrame],
    *,
    samples: int = 256,
    seed: int = 0,
) -> pd.DataFrame:
    """Indices by kind, output and factor; `samples` x (factors + 2) draws of every kind.

    `nodes` has node_id, kind and dual_use_class. Mean rank shift is against the median draw.

    Raises
    ------
    UsageError
        If SALib is not installed.
    """
    try:
        from SALib.analyze import sobol as analyse  # noqa: PLC0415  optional, and it brings matplotlib
        from SALib.sample import sobol as sample  # noqa: PLC0415
    except ImportError as error:
        msg = (
            "--sensitivity: expected the package SALib, found none: "
            "install the extra `sensitivity` (pip install SALib)"
        )
        raise UsageError(msg) from error
    problem = {"num_vars": len(FACTORS), "names": list(FACTORS), "bounds": [[0, 1]] * len(FACTORS)}
    unit = sample.sample(problem, samples, calc_second_order=False, seed=seed)
    base = design(evidence, draws=_POOL, seed=seed, weights=scenario.weights)
    picked = {
        name: np.minimum((unit[:, place] * _POOL).astype(int), _POOL - 1)
        for place, name in enumerate(FACTORS)
    }
    shared, order = mixed(base, picked)
    kinds = nodes.set_index("node_id")["kind"]
    capable = nodes.set_index("node_id")["dual_use_class"].isin(["D2", "D3"])
    of_row = evidence["node_id"].map(kinds)
    rows = []
    for kind in sorted(kinds.unique()):
        scores = scores_of(evidence[of_row == kind], shared, support)
        told = _outputs(scores, shared, kind, capable, scenario)
        for output, values in zip(_OUTPUTS, told, strict=True):
            wanted = np.empty_like(values)
            wanted[order] = values
            if wanted.std() < 1e-12:
                continue  # nothing moves: no node of the kind is ever in the conjunction
            found = analyse.analyze(problem, wanted, calc_second_order=False, seed=seed)
            rows += [
                {
                    "kind": kind, "output": output, "factor": name,
                    "first_order": found["S1"][place], "first_order_error": found["S1_conf"][place],
                    "total": found["ST"][place], "total_error": found["ST_conf"][place],
                }
                for place, name in enumerate(FACTORS)
            ]  # fmt: skip
    return pd.DataFrame(rows)


def _outputs(
    scores: Scores, shared: Design, kind: str, capable: pd.Series, scenario: Scenario
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean rank shift and number of nodes in the conjunction, for every draw."""
    able = capable.reindex(scores.nodes).to_numpy(dtype=bool)
    count = len(scores.nodes)
    place, inside_count = [], []
    for block in blocks(shared):
        chance = chances(scores, shared, kind, block)
        axes = axis_values(dimension_values(scores, shared, block, chance), shared, block)
        inside = np.repeat(able[:, None], block.stop - block.start, axis=1)
        for axis, values in axes.items():
            share = scenario.civil_share if axis == "civil" else scenario.top_share
            most = max(1, int(np.ceil(count * share - 1e-9)))
            inside &= values >= np.partition(values, count - most, axis=0)[count - most]
        inside_count.append(inside.sum(axis=0))
        place.append(ranks(overlap_of(axes, shared, np.arange(block.start, block.stop))))
    rank = np.concatenate(place).astype(float)
    shift = np.abs(rank - np.median(rank, axis=0)).mean(axis=1)
    return shift, np.concatenate(inside_count).astype(float)


def effective_importance(evidence: pd.DataFrame, kinds: pd.Series) -> pd.DataFrame:
    """Squared rank correlation of each indicator with its axis, beside its mean weight, by kind.

    Nominal weight and importance differ where indicators go together (method §1.4). `twin` names an
    indicator of the same axis with which |Spearman| is over 0.9: the two say one thing.
    """
    axes = axis_intervals(evidence)
    judged = evidence[evidence["axis"].isin(list(AXES)) & evidence["score"].notna()]
    judged = judged.assign(kind=judged["node_id"].map(kinds))
    rows = []
    for (kind, axis), part in judged.groupby(["kind", "axis"], sort=True):
        wide = part.pivot_table(index="node_id", columns="indicator", values="score", sort=True)
        wide = wide.loc[:, (wide.count() >= 8) & (wide.max() > wide.min())]
        together = wide.corr("spearman", min_periods=8)
        target = axes[f"{axis}_known"].reindex(wide.index)
        weight = part.groupby("indicator")["weight"].mean()
        for name in wide.columns:
            both = wide[name].notna() & target.notna()
            one, other = wide.loc[both, name], target[both]
            moves = both.sum() >= 8 and one.max() > one.min() and other.max() > other.min()
            found = one.corr(other, "spearman") if moves else np.nan
            alike = together[name].drop(name).abs()
            rows.append(
                {
                    "kind": kind, "axis": axis, "indicator": name, "weight": weight[name],
                    "importance": found**2,
                    "twin": alike.idxmax() if len(alike) and alike.max() > 0.9 else None,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _sensitivity(
    measures: pd.DataFrame,
    evidence: pd.DataFrame,
    nodes: pd.DataFrame,
    scenario: Scenario,
    seed: int,
    samples: int,
) -> pd.DataFrame:
    return sensitivity(evidence, nodes, scenario, ice_support(measures), samples=samples, seed=seed)


SENSITIVITY = Layer(
    id="sensitivity",
    title="Which doubt moves the ranks and the flags (Sobol indices)",
    pillar="military",
    geometry="table",
    spine=(),
    key=("kind", "output", "factor"),
    columns=(
        Column("kind", "str", "kind of node", required=True),
        Column("output", "str", "what is explained", required=True, choices=_OUTPUTS),
        Column("factor", "str", "what is varied", required=True, choices=FACTORS),
        Column("first_order", "float", "share of the variance that the factor explains alone", required=True),
        Column("first_order_error", "float", "half width of its 95 % interval", required=True),
        Column("total", "float", "share with all its interactions", required=True),
        Column("total_error", "float", "half width of its 95 % interval", required=True),
    ),
    derive=_sensitivity,
    note="Estimates of Saltelli sampling: small ones may be below zero, and sums differ from one.",
)
