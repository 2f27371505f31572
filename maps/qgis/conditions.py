"""Classes of nodes as QGIS expressions, made of constants and columns."""

from __future__ import annotations

from typing import Final

from maps.style import GAPS, GRADES, OVERLAP_FROM

__all__ = ["CONDITIONS", "CRITICAL", "FLAGGED", "INSIDE"]

INSIDE: Final = "\"scope\" <> 'context'"
_OVERLAP: Final = f'"overlap_probability" >= {OVERLAP_FROM}'
_OF_CONTEXT: Final = {"context": "\"scope\" = 'context'"}
CRITICAL: Final = f"{INSIDE} AND \"flag\" IN ('robust', 'possible')"
FLAGGED: Final = f"{INSIDE} AND (\"flag\" IN ('robust', 'possible') OR {_OVERLAP})"

# What is lacking at a node, the gravest first: a node has the first class whose condition holds.
_LACKING: Final = {
    "decides": "\"flag\" = 'insufficient_data'",
    "hazard_high": "\"hazard_could_be\" = 'high'",
    "hazard_moderate": "\"hazard_could_be\" = 'moderate'",
    "military": "\"military_class\" = 'unknown'",
}


def _of_gaps() -> dict[str, str]:
    """The condition of each class of gaps, which excludes the classes before it."""
    conditions, before = {}, INSIDE
    for row in GAPS:
        condition = _LACKING.get(row.value)
        conditions[row.value] = before + (f" AND {condition}" if condition else "")
        # A null is no class, so it is not the class before.
        before += f" AND NOT coalesce({condition}, FALSE)" if condition else ""
    return conditions | _OF_CONTEXT


# Class column of a style of nodes -> class -> condition. `mark` has the rule of `maps.style.marked`.
CONDITIONS: Final[dict[str, dict[str, str]]] = {
    "mark": {
        "robust": f"{INSIDE} AND \"flag\" = 'robust'",
        "possible": f"{INSIDE} AND \"flag\" = 'possible'",
        "overlap": f"{INSIDE} AND \"flag\" = 'not_flagged' AND {_OVERLAP}",
        "overlap_open": f"{INSIDE} AND \"flag\" = 'insufficient_data' AND {_OVERLAP}",
        "insufficient_data": f"{INSIDE} AND \"flag\" = 'insufficient_data' AND NOT ({_OVERLAP})",
        "not_flagged": f"{INSIDE} AND \"flag\" = 'not_flagged' AND NOT ({_OVERLAP})",
        **_OF_CONTEXT,
    },
    "gaps": _of_gaps(),
    **{
        column: {row.value: f"{INSIDE} AND \"{column}\" = '{row.value}'" for row in GRADES} | _OF_CONTEXT
        for column in ("hazard_class", "military_class", "dependence_class")
    },
}
