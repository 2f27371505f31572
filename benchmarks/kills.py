"""Kills of whole commands with their real outputs: build, build --live and serve, started as a user does.

A process is killed with SIGKILL at a moment of a seeded draw: half of them anywhere in the command, half
while it writes or publishes outputs. Then every picture must agree with its manifest, and after the next
whole run no part of a file may be left. `ARCTIC_PICTURE_RELIABILITY=short` kills a tenth as often.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from benchmarks.daily_refresh import DAILY, _series
from layers.errors import ExportError
from pipelines.intake.ledger import LEDGER, accepted_folder, ledger_of
from pipelines.operations.runs import runs_of
from pipelines.picture.publish import faults_of, picture_folder
from pipelines.snapshot import source_table
from pipelines.sources import source

if TYPE_CHECKING:
    from collections.abc import Callable

_IS_SHORT = os.environ.get("ARCTIC_PICTURE_RELIABILITY", "") == "short"
# Kills of build, of build --live and of serve.
KILLS = (10, 6, 4) if _IS_SHORT else (100, 60, 40)
# A run without an end is a fault too.
_LASTS_S = 600.0
_QUICK = ("--region", "bering", "--draws", "25", "--out", "pictures")
_SERVE = ("serve", "--cron", "0 0 1 1 *", "--cache", "cache/live", "--from-mirror", "stick", *_QUICK)


@dataclass(slots=True)
class _Count:
    """What was found after the kills of one command."""

    torn: int = 0
    left: list[str] = field(default_factory=list)
    temporary: int = 0
    orphans: int = 0
    late_kills: int = 0  # the command had ended before


def _start(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    log = (folder / "log").open("ab")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    root = str(Path(__file__).parent.parent)
    (folder / "tmp").mkdir(exist_ok=True)
    with log:
        return subprocess.Popen(
            [sys.executable, "-m", "pipelines", *words],
            cwd=folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            env=environment | {"PYTHONPATH": root, "TMPDIR": str(folder / "tmp")},
        )  # fmt: skip


def _descendants(process_id: int) -> set[int]:
    """Process ids of the children of a process, and of their children."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found: set[int] = {process_id}
    while more := {child for child, parent in pairs if parent in found} - found:
        found |= more
    return found - {process_id}


def _is_there(process_id: int) -> bool:
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _wait_for(holds: Callable[[], bool], seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ends:
            return False
        time.sleep(0.02)
    return True


def _torn(root: Path) -> int:
    """Number of pictures that differ from their manifests, plus 1 if `latest` leads to none."""
    torn = 0
    if (root / "latest").is_symlink():
        try:
            picture_folder(root)
        except ExportError:
            torn += 1
    snapshots = root / "snapshots"
    for folder in snapshots.iterdir() if snapshots.is_dir() else ():
        try:
            torn += bool(faults_of(folder))
        except ExportError:
            torn += 1
    return torn


def _left(root: Path, cache: Path) -> list[str]:
    """Names of what a whole run does not leave beside its pictures and its cache."""
    usual = {
        "latest", "snapshots", "changes", "changes.atom", "health.json", "runs.jsonl",
        ".lock", ".running", ".serving", ".prefect",
    }  # fmt: skip
    found = [path.name for path in root.iterdir() if path.name not in usual]
    if cache.is_dir():
        found += [path.name for path in cache.iterdir() if path.name not in {"accepted", LEDGER, ".lock"}]
        sets = {accepted_folder(cache, name, ledger_of(cache)) for name in ledger_of(cache)}
        found += [f"accepted/{path.name}" for path in cache.glob("accepted/*/*") if path not in sets]
    return found


def _lay_out(folder: Path) -> None:
    """Write a folder that is laid out by host and path, with the daily series of the snapshot in it."""
    [remote] = source(DAILY).remotes
    parts = urlsplit(remote.url)
    path = folder / "stick" / str(parts.hostname) / parts.path.lstrip("/")
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(_series(source_table(DAILY))) + "\n")


def _is_publishing(folder: Path) -> bool:
    return any((folder / "pictures" / "staging").glob("*/*"))


def _kill_once(
    folder: Path, words: tuple[str, ...], takes_s: float, chance: random.Random, count: _Count, *, late: bool
) -> None:
    """Start the command, kill it at a random moment, and count what is torn or goes on."""
    process = _start(folder, *words)
    if late:
        _wait_for(lambda: _is_publishing(folder) or process.poll() is not None, _LASTS_S)
        time.sleep(chance.uniform(0, 0.4 * takes_s))
    else:
        time.sleep(chance.uniform(0, takes_s))
    children = _descendants(process.pid)
    count.late_kills += process.poll() is not None
    process.send_signal(signal.SIGKILL)
    process.wait()
    count.torn += _torn(folder / "pictures")
    _wait_for(lambda: not any(map(_is_there, children)), 30)
    count.orphans += sum(map(_is_there, children))
    count.torn += _torn(folder / "pictures")


def _run_whole(folder: Path, words: tuple[str, ...]) -> float:
    """Run the command to its end, or `serve` to the end of its first run; returns the seconds."""
    began, runs = time.monotonic(), len(runs_of(folder / "pictures"))
    process = _start(folder, *words)

    def has_ended() -> bool:
        if words[0] != "serve":
            return process.poll() is not None
        assert process.poll() is None, (folder / "log").read_text()[-2000:]
        return any(run["end"] == "ended" for run in runs_of(folder / "pictures")[runs:])

    assert _wait_for(has_ended, _LASTS_S), (folder / "log").read_text()[-2000:]
    took = time.monotonic() - began
    if words[0] == "serve":
        process.terminate()
    assert process.wait(60) in {0, 10}, (folder / "log").read_text()[-2000:]
    return took


def _kills_of(title: str, words: tuple[str, ...], kills: int) -> dict[str, Any]:
    """Kill a command again and again; returns the row of the benchmark."""
    chance, count = random.Random(11), _Count()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _lay_out(folder)
        takes_s = _run_whole(folder, words)
        for number in range(kills):
            _kill_once(folder, words, takes_s, chance, count, late=number % 2 == 1)
            if number % 5 == 4 or number == kills - 1:
                _run_whole(folder, words)
                count.torn += _torn(folder / "pictures")
                count.left += _left(folder / "pictures", folder / "cache" / "live")
        count.temporary = len(list((folder / "tmp").iterdir()))
    value = count.torn + len(count.left) + count.orphans
    return {
        "benchmark": "kills",
        "work": f"{title}: pictures torn, parts left and processes left after {kills} kills of the command",
        "value": value, "goal": 0, "holds": value == 0 and count.late_kills < kills / 2,
        "torn": count.torn, "left": sorted(set(count.left)), "orphans": count.orphans,
        "after_its_end": count.late_kills, "takes_s": round(takes_s, 1),
        "folders_in_tmp": count.temporary,
    }  # fmt: skip


def kills() -> list[dict[str, Any]]:
    """Return the counts that must be 0 for build, build --live and serve."""
    of_build, of_live, of_serve = KILLS
    live = ("build", "--live", "--from-mirror", "stick", "--cache", "cache/live", *_QUICK)
    return [
        _kills_of("build", ("build", *_QUICK), of_build),
        _kills_of("build --live from a folder", live, of_live),
        _kills_of("serve with a server of its own", _SERVE, of_serve),
    ]
