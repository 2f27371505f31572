"""Keep the schedule: a Prefect server where none runs, a client that starts runs, a line for each event.

This process holds no picture and no setting of a run. It starts two children that end with it, starts them
again if they die, and reads what became of runs from their record (pipelines.operations.runs).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cronsim import CronSim, CronSimError

from layers.errors import ExportError, SourceError, UsageError
from pipelines.files import locked
from pipelines.operations import prefect_server
from pipelines.operations.runs import ENDS, RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import FrameType

__all__ = ["RunLines", "next_run", "serve"]

_TICK_S = 0.5
# Seconds in which a run that is due must begin, in which it must end, and after which a start was a good one.
_BEGINS_S, _LASTS_S, _WELL_S = 300.0, 3 * 3600.0, 600.0
# The waits before each further start in a row. After the last one the command ends.
_PAUSES_S = (1.0, 5.0, 15.0, 30.0, 60.0)
_LOG_BYTES = 5_000_000


class _AskedToEndError(Exception):
    """The system or the user asks this process to end."""


def next_run(cron: str, now: datetime) -> datetime:
    """The next time of a schedule after `now`, both in UTC.

    Raises
    ------
    UsageError
        If `cron` is not five fields of a cron schedule, or never comes.
    """
    try:
        # Prefect takes a sixth field and other forms too; these are the five fields that every cron knows.
        minute, hour, day, month, weekday = cron.split()
        return next(CronSim(f"{minute} {hour} {day} {month} {weekday}", now))
    except (CronSimError, StopIteration, ValueError) as error:
        msg = (
            f'--cron: expected five fields such as "0 5 * * *" (each day at five, UTC), found {cron[:100]!r}'
        )
        raise UsageError(msg) from error


def serve(out: Path, cron: str, words: Sequence[str]) -> None:
    """Serve until this process is asked to end. `words` are the options of a run as words of a command line.

    Raises
    ------
    UsageError
        If the schedule or an address cannot be used, or another schedule is at work in `out`.
    SourceError
        If no server answers, or server or client die again and again.
    """
    next_run(cron, datetime.now(UTC))
    folder = out / prefect_server.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with locked(out, ".serving"), _asked_to_end():
            _keep_up(out, folder, cron, words)
    except ExportError as error:
        msg = f"serve: expected to be the only schedule of {out}, found another at work: end that one first"
        raise UsageError(msg) from error
    except _AskedToEndError:
        _say("ends, as asked")


@contextmanager
def _asked_to_end() -> Iterator[None]:
    """Turn the signals that ask a process to end into an exception, so that the children are ended too."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        raise _AskedToEndError

    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.signal(number, ask) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _keep_up(out: Path, folder: Path, cron: str, words: Sequence[str]) -> None:
    """Start server and client, and start both again when one dies; raises SourceError after too many."""
    failures = 0
    while True:
        began = time.monotonic()
        fault = _until_a_fault(out, folder, cron, words, is_first=failures == 0)
        failures = 1 if time.monotonic() - began > _WELL_S else failures + 1
        if failures > len(_PAUSES_S):
            msg = f"serve: {fault}, {failures} times in a row: see the logs in {folder}"
            raise SourceError(msg)
        pause_s = _PAUSES_S[failures - 1]
        _say(f"{fault}; starts again in {pause_s:.0f} s")
        time.sleep(pause_s)


def _until_a_fault(out: Path, folder: Path, cron: str, words: Sequence[str], *, is_first: bool) -> str:
    """Start server and client and tell what becomes of runs until one of the two fails; returns the fault."""
    server, client = None, None
    try:
        _say("looks for a Prefect server, or starts one: up to half a minute")
        began = time.monotonic()
        try:
            server = prefect_server.start(folder)
        except SourceError as error:
            if is_first and prefect_server.is_of_user():
                raise
            prefect_server.set_aside_database(folder)
            return str(error).removeprefix("serve: ")
        _say(f"the Prefect server answers at {server.url} after {time.monotonic() - began:.0f} s")
        record = _Record(out / RECORD)
        client = _client(folder, server.url, cron, words)
        _say(f"the first picture is made now, the next at {_in_words(next_run(cron, datetime.now(UTC)))}")
        return _watch(record, cron, server, client, folder)
    finally:
        prefect_server.end(client)
        prefect_server.end(None if server is None else server.process)


def _client(folder: Path, url: str, cron: str, words: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start the client of the server, which starts a process for each run."""
    path = folder / "runs.log"
    is_long = path.is_file() and path.stat().st_size > _LOG_BYTES
    with path.open("wb" if is_long else "ab") as log:
        return subprocess.Popen(  # noqa: S603  our own interpreter; the arguments are a list
            [sys.executable, "-m", "pipelines.flows", "--cron", cron, *words],
            env=prefect_server.prefect_environment(folder) | {"PREFECT_API_URL": url},
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def _watch(
    record: _Record,
    cron: str,
    server: prefect_server.Server,
    client: subprocess.Popen[bytes],
    folder: Path,
) -> str:
    """Tell what becomes of runs until server or client end, or a run is overdue; returns the fault."""
    lines = RunLines(cron)
    due, at_work, process_id, since = datetime.now(UTC), "", 0, time.monotonic()
    while True:
        # Asked before the record is read: a run writes its end before its process is gone.
        is_gone = bool(at_work) and not _is_there(process_id)
        for row in record.fresh():
            if row["event"] == "began":
                at_work, process_id, since = row["run"], int(row["pid"]), time.monotonic()
                due = next_run(cron, datetime.now(UTC))
            if row["event"] in ENDS and row["run"] == at_work:
                at_work = ""
            for line in lines.of(row):
                _say(line)
        if fault := _ended(server, client, folder):
            return fault
        if is_gone and at_work:
            return f"the run {at_work} was killed"
        if at_work and time.monotonic() - since > _LASTS_S:
            return f"the run {at_work} is at work for over {_LASTS_S / 3600:.0f} hours"
        if not at_work and datetime.now(UTC) > due + timedelta(seconds=_BEGINS_S):
            return f"no run began within {_BEGINS_S:.0f} s of {_in_words(due)}"
        time.sleep(_TICK_S)


def _ended(server: prefect_server.Server, client: subprocess.Popen[bytes], folder: Path) -> str:
    """Which of server and client has ended, in words; empty if both are at work."""
    if client.poll() is not None:
        found = prefect_server.last_line(folder / "runs.log")
        return f"the client of the server ended with {client.returncode} ({found})"
    if server.process is not None and server.process.poll() is not None:
        return f"the Prefect server ended with {server.process.returncode}"
    return ""


def _is_there(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)  # sends nothing, and tells whether there is such a process
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class _Record:
    """The rows that come into the record of runs after this object is made."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._state: tuple[int, ...] = ()
        self._lines: set[str] = set()
        self.fresh()

    def fresh(self) -> list[dict[str, Any]]:
        """The new rows, in order. The record may be written anew with fewer rows in the meantime."""
        rows = []
        with suppress(OSError):
            state = self._path.stat()
            if self._state == (state.st_ino, state.st_size, state.st_mtime_ns):
                return []
            # A line without its end is still being written: it is read the next time.
            lines = self._path.read_text(encoding="utf-8", errors="replace").rpartition("\n")[0].split("\n")
            for line in lines:
                with suppress(ValueError):
                    row = json.loads(line)
                    if line not in self._lines and isinstance(row, dict) and {"run", "event"} <= set(row):
                        rows.append(row)
            self._lines = set(lines)
            self._state = (state.st_ino, state.st_size, state.st_mtime_ns)
        return rows


class RunLines:
    """Turns the rows of the record of runs into lines for a person: one for each step, not one a source."""

    def __init__(self, cron: str) -> None:
        """Begin; `cron` is the schedule, whose next time is told when a run ends."""
        self._cron = cron
        self._states: Counter[str] = Counter()

    def of(self, row: dict[str, Any]) -> list[str]:
        """The lines for a row, mostly one or none."""
        event = row["event"]
        if event == "source":
            self._states[str(row.get("state"))] += 1
        if event == "build":
            lines = self._sources()
            return [*lines, f"builds the picture of {row.get('region')} under {row.get('scenario')}"]
        texts = {
            "began": "a run begins",
            "fetch": "fetches the sources",
            "no network": f"{row.get('reason')}",
            "not fetched": f"{row.get('source')} is not fetched: {row.get('reason')}",
            "publish": "publishes the picture",
            "published": f"picture {row.get('seq')} is published ({row.get('status')}): {row.get('picture')}",
            "announced": f"what changed: {row.get('said')}",
            "not announced": f"what changed could not be told: {row.get('reason')}",
            "failed": f"the run failed, the last picture stays: {row.get('reason')}",
            "killed": f"an earlier run was killed: {row.get('reason')}",
        }
        lines = [texts[event]] if event in texts else []
        if event in {"ended", "failed"}:
            self._states.clear()
            lines.append(f"the next run is due at {_in_words(next_run(self._cron, datetime.now(UTC)))}")
        return lines

    def _sources(self) -> list[str]:
        """A line with the number of sources by state; empty if nothing was fetched."""
        if not self._states:
            return []
        counts = ", ".join(
            f"{count} {state.replace('_', ' ')}" for state, count in sorted(self._states.items())
        )
        is_late = bool(self._states.keys() & {"held", "refused"})
        return [f"sources: {counts}" + ("; 'arctic-picture sources' says why" if is_late else "")]


def _in_words(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _say(text: str) -> None:
    """Print a line with the time. Control characters of a text from outside are blanked."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    # A terminal that is closed, or a full disk behind a pipe, must not end the schedule.
    with suppress(OSError):
        sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S} {plain}\n")
        sys.stderr.flush()
