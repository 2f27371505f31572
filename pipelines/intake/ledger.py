"""The ledger of a cache folder: the accepted set of files of each unit, and the state that follows from it.

A unit is a source, or one part of a source (`Remote.part`). The files of a set are in
`accepted/<unit>/<set>/`. Only the ledger says which set is the accepted one, and it is replaced in one step.
A row of it holds `set`, `files`, `as_of` (the date of the content), `rows`, `sizes` (bytes of the last sets,
by calendar month of their content where a probe states its day, else under the blank), `rows_outside` (rows
left out because they lie outside the region), `issued` (the date of content that does not state it, as a
person or the name of the file does), `checked` (the day of
the last fetch that was accepted or found no change), `warnings`, and `held` if the last fetch was not
accepted.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from layers.errors import SourceError
from pipelines.files import write_whole
from pipelines.source import sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pipelines.source import Source

__all__ = [
    "BY_HAND", "accepted_folder", "digest_of_set", "form_of", "fresh_until", "is_older", "ledger_of",
    "older_in_words", "state_of", "write_ledger",
]  # fmt: skip

LEDGER = "ledger.json"
BY_HAND = "by hand"  # begins the origin (`from`) of a file that did not come from a server
# Content older than this many times `fresh_days` may be missing, not only stale (decisions/0020).
_GONE_AFTER = 4
# End of the last fetch in the ledger -> state of the source in the picture.
_LATE = {"held": "held", "refused": "stale"}


def ledger_of(cache: Path) -> dict[str, Any]:
    """The rows of the ledger by unit; empty if there is no ledger.

    Raises
    ------
    SourceError
        If the file cannot be read.
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
    """Write `ledger`, the rows by unit, in place of the ledger of `cache` in one step."""
    text = json.dumps(ledger, indent=1, ensure_ascii=False, allow_nan=False, sort_keys=True)
    write_whole(cache / LEDGER, text)


def accepted_folder(cache: Path, unit: str, ledger: dict[str, Any]) -> Path | None:
    """The folder of the accepted files of a unit, after a check of their hashes; None if there are none.

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


def digest_of_set(files: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 of the sorted hashes of a set of files: the same files again are the same set."""
    return hashlib.sha256("".join(sorted(file["sha256"] for file in files)).encode()).hexdigest()


def form_of(source: Source, ledger: dict[str, Any]) -> str | None:
    """The unit from which the table of a source is read; None if no unit is in the ledger.

    The parts of a source with a table are forms of the same table, such as CSV and JSON. Of the forms that
    were accepted, the one with the latest content counts. The parts of a grid hold different days of it, so
    they are no forms, and only the source itself can be the unit.
    """
    parts = () if source.feeds.startswith("grid:") else (remote.part for remote in source.remotes)
    units = [source.id, *(f"{source.id}.{part}" for part in parts if part)]
    listed = [unit for unit in units if unit in ledger]
    return max(listed, key=lambda unit: (bool(ledger[unit].get("set")), _latest(ledger[unit])), default=None)


def _latest(row: dict[str, Any]) -> tuple[str, str]:
    return row.get("as_of") or "", row.get("checked") or ""


def state_of(source: Source, row: dict[str, Any], today: date) -> tuple[str, str]:
    """(date, state) of a source on `today`, from its `row` of the ledger.

    The state is the first that applies: `missing` if nobody looked for newer content for `fresh_days` and the
    content is older than four times that, for a source without an embedded table; `held` if a check held the
    last fetch; `stale` if the last fetch was refused, the content is older than `fresh_days`, or it is an
    older issue than the embedded one, which a person asked for; else `live`.
    The content of an embedded source is late and never missing, because the embedded table that would take
    its place is older still. The date is that of the accepted content, or of the embedded content if nothing
    was accepted.
    """
    as_of = row.get("as_of") or source.as_of
    fresh = fresh_until(source, as_of)
    over_days = (today - date.fromisoformat(fresh)).days if fresh else 0
    if source.state != "embedded" and row.get("set") and over_days > (_GONE_AFTER - 1) * source.fresh_days:
        unseen_days = (today - date.fromisoformat(row.get("checked") or as_of)).days
        if unseen_days > source.fresh_days:
            return as_of, "missing"
    if row.get("held"):
        return as_of, _LATE[row["held"]["state"]]
    return as_of, "stale" if over_days > 0 or is_older(source, as_of) else "live"


def is_older(source: Source, as_of: str) -> bool:
    """Whether accepted content of the date `as_of` is older than the embedded content of its source."""
    return source.state == "embedded" and as_of < source.as_of


def older_in_words(source: Source, as_of: str, state: str) -> str:
    """A sentence on content older than what is embedded, which a person asked for; empty for any other."""
    if state != "stale" or not is_older(source, as_of):
        return ""
    return f"an older issue than the embedded one of {source.as_of}, taken as its user asked."


def fresh_until(source: Source, as_of: str) -> str:
    """The last day on which content of the date `as_of` is fresh (ISO date); empty if it is never stale."""
    if not source.fresh_days:
        return ""
    return (date.fromisoformat(as_of) + timedelta(days=source.fresh_days)).isoformat()
