"""`health.json` beside `latest`: the state of pictures and sources, for a monitor that opens no picture.

The file is replaced in one step after each publication and at the end of each recorded run, also of a failed
run. It has the time of writing, so it is no part of a picture (decisions/0012). If a run is killed after the
publication and before the file is written, the file still has the id of the earlier picture.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from layers.errors import ExportError, SourceError
from maps.status import status_on
from pipelines.files import write_whole
from pipelines.intake.ledger import form_of, ledger_of
from pipelines.operations.source_list import source_rows
from pipelines.picture.publish import manifest_of, picture_folder
from pipelines.sources import SOURCES

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["HEALTH", "health_of", "status_of", "write_health"]

# Beside the pictures and not inside one: the file has the time of writing.
HEALTH = "health.json"


def health_of(
    root: Path, cache: Path | None, now: datetime, run: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The content of the health file at `now` (UTC): the latest picture of `root` and its sources.

    A source has its age in days, its state, its last failure and its next expected date. `cache` is the
    folder of fetched files, with the ledger; a ledger that cannot be read gives no failures. `run` is the
    recorded run (pipelines.operations.runs) with its end and its reason; None means that no run is recorded.
    If there is no picture, the sources are the accepted or embedded ones.
    """
    health: dict[str, Any] = {
        "format": "arctic-picture health 1",
        "written": now.isoformat(timespec="seconds"),
        "run": run,
        "picture": None,
        "next_expected": None,
        "sources": [],
    }
    ledger, today = _ledger(cache), now.date()
    try:
        manifest = manifest_of(picture_folder(root))
    except ExportError:
        rows = source_rows(today, cache if ledger else None)
        return health | {"sources": [_source(row, ledger.get(row["id"], {}), today) for row in rows]}
    return health | {
        "picture": {
            **{name: manifest.get(name) for name in ("id", "seq", "day", "expires")},
            "status_as_made": manifest["status"],
            "status": status_of(manifest, today),
        },
        "next_expected": manifest.get("expires"),
        "sources": [_source(row, _kept(row["id"], ledger), today) for row in manifest["sources"]],
    }


def _ledger(cache: Path | None) -> dict[str, Any]:
    """The ledger of a cache; empty if there is no cache or the ledger cannot be read."""
    if cache is None:
        return {}
    try:
        return ledger_of(cache)
    except SourceError:
        return {}


def _kept(source_id: str, ledger: dict[str, Any]) -> dict[str, Any]:
    """The row of the ledger for a source; empty if nothing was fetched.

    A source can come in several forms. The row belongs to the form that was read.
    """
    if not ledger:
        return {}

    unit = next((form_of(source, ledger) for source in SOURCES if source.id == source_id), None)
    return dict(ledger.get(unit or source_id, {}))


def _source(row: dict[str, Any], kept: dict[str, Any], today: date) -> dict[str, Any]:
    """The entry of a source: state, age, last accepted file, last failure and next expected date.

    `row` describes the source in the manifest, `kept` is its row of the ledger.
    """
    until = row.get("fresh_until")
    return {
        "id": row["id"],
        # The manifest has the state at the time of the build; a live source can be stale since then.
        "state": "stale" if until and until < today.isoformat() else row["state"],
        "as_of": row["as_of"],
        "age_days": (today - date.fromisoformat(row["as_of"])).days,
        "last_accepted": kept.get("checked"),
        "last_failure": kept.get("held"),
        "next_expected": until or None,
    }


def status_of(manifest: dict[str, Any], today: date) -> str:
    """Status of the picture of a manifest for a reader on `today`: COMPLETE, DEGRADED or EXPIRED."""
    ends = (row.get("fresh_until") for row in manifest["sources"])
    return status_on(today, str(manifest["status"]), manifest.get("expires"), ends)


def write_health(root: Path, cache: Path | None, now: datetime, run: dict[str, Any] | None = None) -> Path:
    """Write the result of `health_of` as `health.json` into `root`, and return its path.

    A symbolic link of that name is replaced and not followed.

    Raises
    ------
    ExportError
        If the file cannot be written.
    """
    path = root / HEALTH
    try:
        write_whole(path, json.dumps(health_of(root, cache, now, run), indent=1, ensure_ascii=False) + "\n")
    except OSError as error:
        msg = f"{HEALTH}: expected to write it into {root}, found {error}: what is published stands"
        raise ExportError(msg) from error
    return path
