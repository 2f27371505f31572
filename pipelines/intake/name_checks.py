"""Checks for features that have another name than in the last accepted table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.intake.findings import Finding

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["all_renamed", "renamed"]

RENAMED_WARN = 0.5  # share of the names that may change at once (convention)


def renamed(new: pd.DataFrame, old: pd.DataFrame | None) -> list[Finding]:
    """A warning if a feature of both tables has another name in `new` than in `old`."""
    if old is None:
        return []
    before, now = (
        table.drop_duplicates("feature_id").set_index("feature_id")["name"] for table in (old, new)
    )
    both = before.index.intersection(now.index)
    other = before[both].fillna("") != now[both].fillna("")
    if not other.any():
        return []
    return [Finding("name", "warn", f"{int(other.sum())} have another name, such as {other.idxmax()}")]


def all_renamed(new: pd.DataFrame, old: pd.DataFrame | None) -> list[Finding]:
    """A warning if more than half of the names in both tables changed.

    Vandalism in a list that anyone may edit looks like that.
    """
    if old is None or not len(old):
        return []
    before, now = (table.set_index("feature_id")["name"].dropna() for table in (old, new))
    both = before.index.intersection(now.index)
    share = float((before[both] != now[both]).mean()) if len(both) else 0.0
    if share <= RENAMED_WARN:
        return []
    return [Finding("names", "warn", f"{share:.0%} of the names changed since last time")]
