"""The date of an issue whose content states none: as a person states it, or the name of the file.

A file that a person gives by hand takes the place of an accepted or embedded table. If nothing tells that it
is the later of the two, it does so only where the person names its date (decisions/0029).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pipelines.intake.findings import Finding
from pipelines.intake.ledger import BY_HAND
from pipelines.picture.causes import differ

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

__all__ = ["UNDATED", "as_asked", "is_by_hand", "issue_of", "named_day"]

UNDATED = "undated"  # the rule of a file that nothing dates; it says nothing of its source
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")


def named_day(name: str) -> str:
    """The day (ISO) in the name of a file, such as 2023-07-01 or 20230701; empty if there is none."""
    for match in _DAY.finditer(name):
        try:
            return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
        except ValueError:
            continue
    return ""


def is_by_hand(files: Mapping[str, Any]) -> bool:
    """Whether one of the files, rows of the ledger by address, was given by a person."""
    return any(file.get("from", "").startswith(BY_HAND) for file in files.values())


def issue_of(
    stated: str,
    as_of: str,
    files: Mapping[str, Any],
    new: pd.DataFrame,
    old: pd.DataFrame | None,
    *,
    is_undated: bool,
) -> tuple[str, list[Finding]]:
    """The date (ISO) of files that state none in their content, empty if it is not known; and findings.

    `stated` is the date that a person states, empty if none; `as_of` is that of the source. `new` is the
    table of the files, `old` the one whose place it takes. Without any date it is held, unless it is the same
    as the old one or takes the place of none.
    """
    if not is_undated and stated:
        text = f"expected no --issued, as the content states its date {new['as_of'].max()}: leave it out"
        return "", [Finding("date", "hold", text)]
    if stated or not is_undated or not is_by_hand(files):
        return stated, []
    issued = max((named_day(file.get("from", "")) for file in files.values()), default="")
    if issued:
        return issued, [Finding("date", "warn", f"the content states no date; the name says {issued}")]
    return "", _undated(as_of, new, old)


def _undated(as_of: str, new: pd.DataFrame, old: pd.DataFrame | None) -> list[Finding]:
    """Findings on a table that nothing dates; `as_of` is the date of the source."""
    if old is None:
        return [Finding("date", "warn", f"the file states no date: it counts as the issue of {as_of}")]
    if _is_same(new, old):
        return []
    text = (
        f"expected a date in the content or in the name of the file, found none: nothing tells whether it is "
        f"later than the issue of {old['as_of'].max()} in use; to take it, say of which day it is, such as "
        "--issued 2023-07-01"
    )
    return [Finding(UNDATED, "hold", text)]


def as_asked(findings: Sequence[Finding]) -> list[Finding]:
    """The findings on a table whose date a person states: that it is older is a warning and no hold."""
    return [
        replace(row, outcome="warn", found=f"an older issue, taken as asked: {row.found}")
        if row.rule == "date"
        else row
        for row in findings
    ]


def _is_same(new: pd.DataFrame, old: pd.DataFrame) -> bool:
    """Whether two tables of a source have the same rows."""
    if len(new) != len(old) or set(new.columns) != set(old.columns):
        return False
    a, b = (table.sort_values("feature_id").reset_index(drop=True) for table in (new, old))
    if "geometry" in a and not np.array_equal(shapely.to_wkb(a.geometry), shapely.to_wkb(b.geometry)):
        return False
    return not any(differ(a[name], b[name]).any() for name in a.columns.difference(["geometry", "as_of"]))
