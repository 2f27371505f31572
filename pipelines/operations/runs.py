"""The record of runs: JSON lines beside the pictures, and what became of each.

`runs.jsonl` holds a line an event, with its time (UTC) and the id of its run. A run holds a lock from
beginning to end, so one without an end whose lock is free was killed: the next run says so, and where
it had come to. At its end a run renews the health file. Both are files; no server is needed to read them.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipelines.files import locked, write_whole
from pipelines.picture.health import write_health

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["RECORD", "Run", "recorded", "runs_of"]

RECORD = "runs.jsonl"
# What ends a run. One that has none of them is at work, or was killed.
ENDS = frozenset({"ended", "failed", "killed"})
_RUNS_KEPT = 100


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class Run:
    """A run at work: what it says is a line of the record."""

    id: str
    root: Path
    tell: Callable[[str], None] = lambda _: None

    def say(self, event: str, **more: Any) -> None:
        """Write an event down, with what belongs to it; whole or not at all."""
        _append(self.root, {"time": _now(), "run": self.id, "event": event, **more})
        self.tell(" ".join([event, *(f"{key}={value}" for key, value in more.items())]))


def _append(root: Path, row: dict[str, Any]) -> None:
    line = json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n"
    handle = os.open(root / RECORD, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o644)
    try:
        size = os.fstat(handle).st_size
        # A run that was killed in the middle of a line must not spoil the next one.
        cut = size and os.pread(handle, 1, size - 1) != b"\n"
        os.write(handle, (f"\n{line}" if cut else line).encode())
    finally:
        os.close(handle)


def _events(root: Path) -> list[dict[str, Any]]:
    events = []
    with suppress(FileNotFoundError):
        for line in (root / RECORD).read_text(encoding="utf-8", errors="replace").splitlines():
            with suppress(ValueError):  # a line that was cut by a kill
                row = json.loads(line)
                if isinstance(row, dict) and {"time", "run", "event"} <= set(row):
                    events.append(row)
    return events


def runs_of(root: Path) -> list[dict[str, Any]]:
    """Every run of the record, in order: id, when it began and ended, how, and how far it had come.

    `end` is `ended`, `failed`, `killed`, or None for one that nothing has been heard of since.
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
    """Be the only run of `root`, write down what becomes of it, and its health at the end.

    `cache` holds the ledger of what was fetched.

    Raises
    ------
    ExportError
        If another run is at work here.
    """
    root.mkdir(parents=True, exist_ok=True)
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
        except BaseException as error:
            run.say("failed", reason=" ".join(f"{type(error).__name__}: {error}".split())[:500])
            raise
        else:
            run.say("ended")
        finally:
            write_health(root, cache, datetime.now(UTC), runs_of(root)[-1])


def _shorten(root: Path) -> None:
    """Keep the last hundred runs; done while no other run is at work."""
    events = _events(root)
    kept = set(list(dict.fromkeys(row["run"] for row in events))[-_RUNS_KEPT:])
    if len(kept) < len({row["run"] for row in events}):
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in events if row["run"] in kept]
        write_whole(root / RECORD, "".join(lines))
