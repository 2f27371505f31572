"""The check before a briefing is written: the evidence of every node is complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.errors import ExportError

if TYPE_CHECKING:
    from maps.reports.citations import CitationIndex

__all__ = ["check_evidence"]

_AXES = ("climate", "military", "civil")
_TOLERANCE = 1e-9  # largest difference between a sum of weights and 1


def check_evidence(citations: CitationIndex) -> None:
    """Check the weights, the axes and the deciding hazard of every node.

    Raises
    ------
    ExportError
        If the military weights of a node do not add to 1, if a node has no evidence on one of the three
        axes, or if the deciding hazard of a node has no evidence.
    """
    _check_weights(citations)
    _check_axes(citations)
    _check_deciding_hazard(citations)


def _check_weights(citations: CitationIndex) -> None:
    evidence = citations.table("evidence")
    node_codes, _ = citations.coded("evidence", "node_id")
    axis_codes, axes = citations.coded("evidence", "axis")
    is_military = axis_codes == axes.get("military", -1)
    weights = np.where(is_military, evidence["weight"].to_numpy(dtype=float), 0.0)
    totals = np.bincount(node_codes, weights=weights, minlength=1)
    has_military = np.bincount(node_codes, weights=is_military, minlength=1) > 0
    wrong = np.flatnonzero(has_military & (np.abs(totals - 1) > _TOLERANCE))
    if len(wrong):
        node = evidence["node_id"].iloc[int(np.flatnonzero(node_codes == wrong[0])[0])]
        msg = (
            f"briefing: expected the military weights of {node} to add to 1, found {totals[wrong[0]]:.4g}: "
            "a row of its evidence is missing; build the picture again"
        )
        raise ExportError(msg)


def _check_axes(citations: CitationIndex) -> None:
    node_codes, nodes = citations.coded("evidence", "node_id")
    axis_codes, axes = citations.coded("evidence", "axis")
    is_judged = np.isin(axis_codes, [axes[axis] for axis in _AXES if axis in axes])
    # One number for each pair of node and axis; a node with three of them is whole.
    pairs = np.unique(node_codes[is_judged] * len(axes) + axis_codes[is_judged])
    is_whole = np.bincount(pairs // max(len(axes), 1), minlength=len(nodes)) == len(_AXES)
    node_ids = citations.table("nodes")["node_id"]
    lacking = [node for node in node_ids if node not in nodes or not is_whole[nodes[node]]]
    if lacking:
        node = lacking[0]
        msg = f"briefing: expected evidence on three axes of {node}, found less: build the picture again"
        raise ExportError(msg)


def _check_deciding_hazard(citations: CitationIndex) -> None:
    axis_codes, axes = citations.coded("evidence", "axis")
    climate = citations.table("evidence").loc[axis_codes == axes["climate"], ["node_id", "indicator"]]
    pairs = {*zip(climate["node_id"], climate["indicator"].str.replace("_", " "), strict=True)}
    indicators = {indicator for _, indicator in pairs}
    nodes = citations.table("nodes")[["node_id", "hazard_deciding"]]
    for node, deciding in nodes[nodes["hazard_deciding"].notna()].itertuples(index=False):
        if not any((node, name) in pairs for name in indicators if deciding.startswith(name)):
            msg = (
                f"briefing: expected evidence of the hazard that decides {node}, {deciding!r}, found none: "
                "build the picture again"
            )
            raise ExportError(msg)
