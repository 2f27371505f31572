"""The quarantine of fetched files that a check held back: it does not grow without end."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["trim_quarantine"]

_SETS_KEPT = 3  # of each unit; a provider that is wrong every day fills no disk


def trim_quarantine(cache: Path) -> None:
    """Remove all but the newest three sets of each unit from the quarantine of a cache.

    The newest set is the one that the ledger names as held. A set that a killed run left without its WHY.json
    counts like any other.
    """
    for unit in (cache / "quarantine").glob("*"):
        sets = sorted((path.stat().st_mtime_ns, path) for path in unit.iterdir() if path.is_dir())
        for _, path in sets[:-_SETS_KEPT]:
            shutil.rmtree(path, ignore_errors=True)
