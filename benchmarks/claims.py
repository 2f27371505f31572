"""The row of one claim of the validation: a value, its goal, and whether the claim holds."""

from __future__ import annotations

from typing import Any

__all__ = ["claim"]


def claim(work: str, value: Any, goal: str, holds: Any, **more: Any) -> dict[str, Any]:
    """Return the row of a claim: `work` is its text, `goal` the bound of `value`, `more` further columns."""
    return {
        "benchmark": "validation",
        "work": work,
        "value": value,
        "goal": goal,
        "holds": bool(holds),
    } | more
