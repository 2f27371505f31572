"""The record of runs in `runs.jsonl` beside the pictures: a JSON line for each event.

An event has its time (UTC) and the id of its run. A run holds a lock from its beginning to its end. If a run
has no end in the record and the lock is free, the run was killed; the next run records this (decisions/0012).
At its end a run renews the health file. A monitor can read both files without a server.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from layers.errors import ExportError
from pipelines.files import locked, write_whole
from pipelines.picture.health import write_health

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["RECORD", "Run", "recorded", "runs_of"]

RECORD = "runs.jsonl"
# Events that end a run. A run without such an event is at work or was killed.
ENDS = frozenset({"ended", "failed", "killed"})
_RUNS_KEPT = 100


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class Run:
    """A run at work. `say` writes events into its record; `tell` is called with each event as text."""

    id: str
    root: Path
    tell: Callable[[str], None] = lambda _: None

    def say(self, event: str, **more: Any) -> None:
        """Write an event with the values `more` as one line, whole or not at all."""
        _append(self.root, {"time": _now(), "run": self.id, "event": event, **more})
        self.tell(" ".join([event, *(f"{key}={value}" for key, value in more.items())]))


def _append(root: Path, row: dict[str, Any]) -> None:
    """Append a line to the record. A symbolic link of that name is refused with an OSError."""
    line = json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n"
    # O_APPEND writes a line at the end in one step; O_NOFOLLOW refuses a link to another file.
    handle = os.open(root / RECORD, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o644)
    try:
        size = os.fstat(handle).st_size
        # A run killed in the middle of a line must not damage the next line.
        cut = size and os.pread(handle, 1, size - 1) != b"\n"
        os.write(handle, (f"\n{line}" if cut else line).encode())
    finally:
        os.close(handle)


def _events(root: Path) -> list[dict[str, Any]]:
    """The readable lines of the record, in order."""
    events = []
    with suppress(FileNotFoundError):
        for line in (root / RECORD).read_text(encoding="utf-8", errors="replace").splitlines():
            with suppress(ValueError):  # a line cut by a kill
                row = json.loads(line)
                if isinstance(row, dict) and {"time", "run", "event"} <= set(row):
                    events.append(row)
    return events


def runs_of(root: Path) -> list[dict[str, Any]]:
    """Every run of the record in order: id, beginning, end with time and reason, last event and picture.

    `end` is `ended`, `failed` or `killed`, or None for a run without an end.
    """
    runs: dict[str, dict[str, Any]] = {}
    for row in _events(root):
        run = runs.setdefault(
            row["run"],
            {"run": row["run"], "began": row["time"], "last": "", "end": None, "at": None, "reason": None}
            | {"picture": None},
        )
        if row["event"] in ENDS:
            run |= {"end": row["event"], "at": row["time"], "reason": row.get("reason")}
        else:
            run |= {"last": row["event"], "picture": row.get("picture", run["picture"])}
    return list(runs.values())


@contextmanager
def recorded(
    root: Path, *, cache: Path | None = None, tell: Callable[[str], None] = lambda _: None
) -> Iterator[Run]:
    """Be the only run of `root`, record its beginning and its end, and write the health file at its end.

    Gives the `Run`, for further events. `cache` is the folder of fetched files, with their ledger. `tell` is
    called with each event as text. An exception is recorded as `failed` and raised again.

    Raises
    ------
    ExportError
        If another run is at work in `root`, or the folder cannot be written.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{root}: expected a folder for pictures and their record, found {error}: name another folder"
        raise ExportError(msg) from error
    with locked(root, ".running"):
        _shorten(root)
        run = Run(f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{os.getpid()}", root, tell)
        for dead in runs_of(root):
            if dead["end"] is None:
                _append(root, {
                    "time": _now(), "run": dead["run"], "event": "killed", "found_by": run.id,
                    "reason": f"no end was written and its lock is free; it had come to: {dead['last']}",
                })  # fmt: skip
                tell(f"found the run {dead['run']} killed after: {dead['last']}")
        run.say("began", pid=os.getpid())
        try:
            yield run
        # Also KeyboardInterrupt and SystemExit end a run, and the record must say so.
        except BaseException as error:
            run.say("failed", reason=" ".join(f"{type(error).__name__}: {error}".split())[:500])
            raise
        else:
            run.say("ended")
        finally:
            write_health(root, cache, datetime.now(UTC), runs_of(root)[-1])


def _shorten(root: Path) -> None:
    """Remove all but the last hundred runs from the record. The caller must hold the lock."""
    events = _events(root)
    kept = set(list(dict.fromkeys(row["run"] for row in events))[-_RUNS_KEPT:])
    if len(kept) < len({row["run"] for row in events}):
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in events if row["run"] in kept]
        write_whole(root / RECORD, "".join(lines))
