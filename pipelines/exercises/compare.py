"""An observer's log held against the pack that it belongs to."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pandas as pd

from layers.errors import UsageError
from layers.flows.exercise_log import RESULTS, compared
from pipelines.exercises.words import clock
from pipelines.exercises.write import FORMAT, MANIFEST
from pipelines.source import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["compare", "comparison_text"]

_EXPECTED = "facilitator/expected_effects.csv"
_MOST_BYTES = 20_000_000
_NEEDED = ("effect_id", "observed_state", "pack")


def compare(log: Path, folder: Path) -> dict[str, Any]:
    """Return the rows of a log against the expected effects of the pack in `folder`, and their counts.

    Raises
    ------
    UsageError
        If the folder is no pack or was changed, or the log cannot be read or is of another pack.
    """
    manifest = _manifest(folder)
    rows = _read(log)
    named = {row["pack"].strip() for row in rows} - {""}
    if not named or named != {manifest["pack"]}:
        found = ", ".join(sorted(named - {manifest["pack"]})) or "no name of a pack"
        msg = f"log {log.name}: expected a log of pack {manifest['pack']}, found {found}; name its pack"
        raise UsageError(msg)
    expected = pd.read_csv(folder / _EXPECTED, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    results = compared(expected, rows)
    counts = Counter(row["result"] for row in results)
    return {
        "pack": manifest["pack"], "title": manifest["title"], "status": manifest["status"],
        "counts": {name: counts[name] for name in RESULTS}, "rows": results,
    }  # fmt: skip


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest = dict(json.loads(path.read_text(encoding="utf-8")))
        hashes = {row["file"]: row["sha256"] for row in manifest["files"]}
        if manifest["format"] != FORMAT:
            raise KeyError("format")  # noqa: EM101, TRY301  the message is made below
        manifest["pack"], manifest["title"], manifest["status"], hashes[_EXPECTED]
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"exercise: expected a pack (a folder with {MANIFEST}) at {folder}, found none; name its folder"
        raise UsageError(msg) from error
    if not (folder / _EXPECTED).is_file() or sha256_of(folder / _EXPECTED) != hashes[_EXPECTED]:
        msg = f"{folder / _EXPECTED}: expected the bytes of the pack, found others; write the pack again"
        raise UsageError(msg)
    return manifest


def _read(log: Path) -> list[dict[str, str]]:
    """Return the rows of a log: comma, semicolon or tab, UTF-8 or Windows-1252, as a spreadsheet saves it."""
    try:
        if log.stat().st_size > _MOST_BYTES:
            msg = f"log {log.name}: expected at most {_MOST_BYTES // 1_000_000} MB, found more; shorten it"
            raise UsageError(msg)
        data = log.read_bytes()
    except OSError as error:
        msg = f"log: expected a CSV file at {log}, found {error.strerror}; check the path"
        raise UsageError(msg) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    try:
        reader = csv.DictReader(io.StringIO(text), delimiter=separator, restval="", restkey="more")
        rows = [{str(key): str(value) for key, value in row.items()} for row in reader]
        names = reader.fieldnames or []
    except csv.Error as error:
        msg = f"log {log.name}: expected a table of texts, found {error}; save the sheet as CSV again"
        raise UsageError(msg) from error
    lacking = [name for name in _NEEDED if name not in names]
    if lacking:
        msg = (
            f"log {log.name}: expected the columns of observation_sheet.csv, found no {lacking[0]}; "
            "fill in the sheet of the pack"
        )
        raise UsageError(msg)
    return rows


def comparison_text(report: dict[str, Any]) -> str:
    """Return a comparison as a table for a terminal."""
    counts = ", ".join(f"{count} {name}" for name, count in report["counts"].items())
    lines = [f"{report['title']} ({report['pack']}), {report['status']}", counts]
    heads = ("result", "time", "flow", "place", "expected", "observed")
    rows = [
        (row["result"], "" if row["at_h"] is None else clock(row["at_h"]), row["flow"], row["place"],
         row["expected"], row["observed"] or "-")
        for row in sorted(report["rows"], key=lambda row: RESULTS.index(row["result"]))
    ]  # fmt: skip
    wide = [max(len(str(line[column])) for line in (heads, *rows)) for column in range(len(heads))]
    table = (
        "  ".join(str(cell).ljust(width) for cell, width in zip(line, wide, strict=True)).rstrip()
        for line in (heads, *rows)
    )
    return "\n".join([*lines, *table])
