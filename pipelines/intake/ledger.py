"""The ledger of a cache folder: which set of files is accepted of each unit, and what follows from it.

A unit is a source, or a part of one. The files of a set lie under `accepted/<unit>/<set>/`. The ledger
alone says which set counts, and it is replaced in one step. A row holds `set`, `files`, `as_of`, `rows`,
`sizes`, `checked` (the day of the last fetch), `warnings`, and `held` if the last fetch was not accepted.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from layers.errors import SourceError
from pipelines.files import write_whole
from pipelines.source import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.source import Source

__all__ = ["accepted_folder", "form_of", "fresh_until", "ledger_of", "state_of", "write_ledger"]

LEDGER = "ledger.json"
# The state in the picture of a source whose last fetch was not accepted.
_LATE = {"held": "held", "refused": "stale"}
# After how many times its `fresh_days` content is missing, not only stale (convention).
_GONE_AFTER = 4


def ledger_of(cache: Path) -> dict[str, Any]:
    """The rows of the ledger by unit; empty if there is no ledger.

    Raises
    ------
    SourceError
        If it cannot be read.
    """
    path = cache / LEDGER
    if not path.exists():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        msg = f"{path}: expected the ledger of accepted files, found {error}: delete it and fetch again"
        raise SourceError(msg) from error


def write_ledger(cache: Path, ledger: dict[str, Any]) -> None:
    """Replace the ledger in one step."""
    text = json.dumps(ledger, indent=1, ensure_ascii=False, allow_nan=False, sort_keys=True)
    write_whole(cache / LEDGER, text)


def accepted_folder(cache: Path, unit: str, ledger: dict[str, Any]) -> Path | None:
    """The folder of the accepted files of a unit, after their hashes were checked; None if there are none.

    Raises
    ------
    SourceError
        If a file is gone or changed.
    """
    row = ledger.get(unit, {})
    if not row.get("set"):
        return None
    folder = cache / "accepted" / unit / row["set"]
    for file in row["files"].values():
        path = folder / file["file"]
        if not path.is_file() or sha256_of(path) != file["sha256"]:
            msg = f"{unit}, {file['file']}: expected the bytes that were accepted, found others: fetch again"
            raise SourceError(msg)
    return folder


def form_of(source: Source, ledger: dict[str, Any]) -> str | None:
    """The unit that a source's table is read from: the latest accepted of its parts; None if there is none.

    The parts of a table are forms of it, such as CSV and JSON. The parts of a grid are not: each holds some
    of its days.
    """
    parts = () if source.feeds.startswith("grid:") else (remote.part for remote in source.remotes)
    units = [source.id, *(f"{source.id}.{part}" for part in parts if part)]
    listed = [unit for unit in units if unit in ledger]
    return max(listed, key=lambda unit: (bool(ledger[unit].get("set")), _latest(ledger[unit])), default=None)


def _latest(row: dict[str, Any]) -> tuple[str, str]:
    return row.get("as_of") or "", row.get("checked") or ""


def state_of(source: Source, row: dict[str, Any], today: date) -> tuple[str, str]:
    """Date and state of a source on `today`, by its row of the ledger."""
    as_of = row.get("as_of") or source.as_of
    fresh = fresh_until(source, as_of)
    over_days = (today - date.fromisoformat(fresh)).days if fresh else 0
    if row.get("set") and over_days > (_GONE_AFTER - 1) * source.fresh_days:
        return as_of, "missing"
    if row.get("held"):
        return as_of, _LATE[row["held"]["state"]]
    return as_of, "stale" if over_days > 0 else "live"


def fresh_until(source: Source, as_of: str) -> str:
    """The last day on which content of `as_of` is fresh; empty if it is never stale."""
    if not source.fresh_days:
        return ""
    return (date.fromisoformat(as_of) + timedelta(days=source.fresh_days)).isoformat()
