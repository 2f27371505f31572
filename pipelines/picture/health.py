"""`health.json` beside `latest`: what a monitor reads without opening a picture.

It is written after each publication and at the end of each recorded run, failed ones too, by one rename,
and is no part of any picture: it holds the time of writing. A run that was killed between the two leaves
it one picture behind, which it then shows.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from layers.errors import ExportError, SourceError
from pipelines.files import write_whole
from pipelines.picture.publish import manifest_of, picture_folder

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["HEALTH", "health_of", "status_of", "write_health"]

HEALTH = "health.json"


def health_of(
    root: Path, cache: Path | None, now: datetime, run: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Picture and sources as they stand at `now` (UTC): ages in days, states, failures, next expected.

    `run` is the recorded run (pipelines.operations.runs), with how it ended and why; None where none is
    recorded. Where there is no picture, sources are told of as they are embedded or were accepted; a ledger
    of the cache that cannot be read tells of no failures.
    """
    told: dict[str, Any] = {
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
        rows = _without_picture(cache if ledger else None, today)
        return told | {"sources": [_source(row, ledger.get(row["id"], {}), today) for row in rows]}
    return told | {
        "picture": {
            **{name: manifest.get(name) for name in ("id", "seq", "day", "expires")},
            "status_as_made": manifest["status"],
            "status": status_of(manifest, today),
        },
        "next_expected": manifest.get("expires"),
        "sources": [_source(row, _kept(row["id"], ledger), today) for row in manifest["sources"]],
    }


def _ledger(cache: Path | None) -> dict[str, Any]:
    if cache is None:
        return {}
    from pipelines.intake.ledger import ledger_of  # noqa: PLC0415  a build of the embedded snapshot needs none

    try:
        return ledger_of(cache)
    except SourceError:
        return {}


def _kept(source_id: str, ledger: dict[str, Any]) -> dict[str, Any]:
    """The row of the ledger of the form that a source was read from; none where none was fetched."""
    if not ledger:
        return {}
    from pipelines.intake.ledger import form_of  # noqa: PLC0415
    from pipelines.sources import SOURCES  # noqa: PLC0415

    unit = next((form_of(source, ledger) for source in SOURCES if source.id == source_id), None)
    return dict(ledger.get(unit or source_id, {}))


def _without_picture(cache: Path | None, today: date) -> list[dict[str, Any]]:
    from pipelines.operations.source_list import source_rows  # noqa: PLC0415  a picture has its own

    return source_rows(today, cache)


def _source(row: dict[str, Any], kept: dict[str, Any], today: date) -> dict[str, Any]:
    until = row.get("fresh_until")
    return {
        "id": row["id"],
        "state": "stale" if until and until < today.isoformat() else row["state"],
        "as_of": row["as_of"],
        "age_days": (today - date.fromisoformat(row["as_of"])).days,
        "last_accepted": kept.get("checked"),
        "last_failure": kept.get("held"),
        "next_expected": until or None,
    }


def status_of(manifest: dict[str, Any], today: date) -> str:
    """The status of a stored picture for one who asks on `today`: as `Picture.status_on`."""
    day = today.isoformat()
    if manifest.get("expires") and day >= manifest["expires"]:
        return "EXPIRED"
    aged = any(row.get("fresh_until") and row["fresh_until"] < day for row in manifest["sources"])
    return "DEGRADED" if aged else str(manifest["status"])


def write_health(root: Path, cache: Path | None, now: datetime, run: dict[str, Any] | None = None) -> Path:
    """Write the health of what `latest` points at; a link under the name is replaced, not followed.

    Raises
    ------
    ExportError
        If the disk refuses.
    """
    path = root / HEALTH
    try:
        write_whole(path, json.dumps(health_of(root, cache, now, run), indent=1, ensure_ascii=False) + "\n")
    except OSError as error:
        msg = f"{HEALTH}: expected to write it into {root}, found {error}: what is published stands"
        raise ExportError(msg) from error
    return path
