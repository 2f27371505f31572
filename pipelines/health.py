"""`health.json` beside `latest`: what a monitor reads without opening a picture.

It is written after each publication, by one rename, and is no part of any picture: it holds the time of
writing. A run that was killed between the two leaves it one picture behind, which it then shows.
"""

from __future__ import annotations

import json
import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

from layers.errors import ExportError
from pipelines.publish import manifest_of, picture_folder

__all__ = ["HEALTH", "health_of", "status_of", "write_health"]

HEALTH = "health.json"


def health_of(folder: Path, cache: Path | None, now: datetime) -> dict[str, Any]:
    """Picture and sources as they stand at `now` (UTC): ages in days, states, failures, next expected.

    Raises
    ------
    ExportError, SourceError
        If the picture's manifest or the ledger of the cache cannot be read.
    """
    manifest, ledger = manifest_of(folder), {}
    if cache:
        from pipelines.live import ledger_of  # noqa: PLC0415  the gates, for those who fetch

        ledger = ledger_of(cache)
    today = now.date()
    return {
        "format": "arctic-picture health 1",
        "written": now.isoformat(timespec="seconds"),
        "picture": {
            **{name: manifest[name] for name in ("id", "seq", "day", "expires")},
            "status_as_made": manifest["status"],
            "status": status_of(manifest, today),
        },
        "next_expected": manifest["expires"],
        "sources": [_source(row, ledger.get(row["id"], {}), today) for row in manifest["sources"]],
    }


def _source(row: dict[str, Any], kept: dict[str, Any], today: date) -> dict[str, Any]:
    aged = row["fresh_until"] and row["fresh_until"] < today.isoformat()
    return {
        "id": row["id"],
        "state": "stale" if aged else row["state"],
        "as_of": row["as_of"],
        "age_days": (today - date.fromisoformat(row["as_of"])).days,
        "last_accepted": kept.get("checked"),
        "last_failure": kept.get("held"),
        "next_expected": row["fresh_until"] or None,
    }


def status_of(manifest: dict[str, Any], today: date) -> str:
    """The status of a stored picture for one who asks on `today`: as `Picture.status_on`."""
    day = today.isoformat()
    if manifest["expires"] and day >= manifest["expires"]:
        return "EXPIRED"
    aged = any(row.get("fresh_until") and row["fresh_until"] < day for row in manifest["sources"])
    return "DEGRADED" if aged else str(manifest["status"])


def write_health(root: Path, cache: Path | None, now: datetime) -> Path:
    """Write the health of what `latest` points at; a link under the name is replaced, not followed.

    Raises
    ------
    ExportError
        If there is no picture or the disk refuses.
    """
    path, part = root / HEALTH, root / f".{HEALTH}"
    text = json.dumps(health_of(picture_folder(root), cache, now), indent=1, ensure_ascii=False) + "\n"
    try:
        part.unlink(missing_ok=True)
        with part.open("x", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        msg = f"{HEALTH}: expected to write it into {root}, found {error}: the picture itself is published"
        raise ExportError(msg) from error
    return path
