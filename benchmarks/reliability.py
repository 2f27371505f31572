"""Publishing under kills, full disks and concurrent runs; mutated files; times of publishing and fetching.

An audit hook of Python stops a call that changes the disk before the system runs it. For every n, the child
dies at the n-th such call, or the call fails. `ARCTIC_PICTURE_RELIABILITY=short` runs a tenth of the rounds,
for CI, with 20 mutated files of each format; `deep` mutates 10,000.
"""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.fuzz import fuzz
from benchmarks.killed import Hook, die, fail, forked, row
from benchmarks.publish_times import fetching, publication
from benchmarks.reliability_ice import archives_and_files
from layers.errors import ExportError
from pipelines.picture.publish import faults_of, picture_folder, publish
from pipelines.source import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable

LENGTH = os.environ.get("ARCTIC_PICTURE_RELIABILITY", "")
KILLS, ROUNDS, READS, RUNS_AT_ONCE = (25, 3, 300, 8) if LENGTH == "short" else (500, 50, 5000, 8)
# Number of mutated files of each format, and of each further seed of it.
FUZZED = {"short": (20, 10), "deep": (10_000, 10_000)}.get(LENGTH, (2000, 2000))
FILES = ("map.html", "layers/nodes.parquet", "picture.gpkg", "tables/evidence.parquet")
_BLOCKS, _BLOCK = 8, 2048


def _writer(number: int, before: Callable[[], None] = lambda: None) -> Callable[[Path], dict[str, Any]]:
    """Return a function that writes four files of a picture, with `number` in every block.

    `before` is called before each block.
    """

    def write(stage: Path) -> dict[str, Any]:
        before()
        rows = []
        for name in FILES:
            path = stage / name
            path.parent.mkdir(exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
            for _ in range(_BLOCKS):
                os.write(handle, f"{number} {name} ".ljust(_BLOCK).encode())
            os.close(handle)
            rows.append({"file": name, "size": path.stat().st_size, "sha256": sha256_of(path)})
        return {"number": number, "files": rows}

    return write


def _publish_met(root: Path, number: int, at: int, act: Callable[[], None]) -> int:
    """Publish in a child, call `act` at its mutating call number `at`, and return the wait status."""

    def work() -> int:
        hook = Hook()
        hook.at, hook.act, hook.armed = at, act, True
        publish(root, _writer(number))
        return 0

    return os.waitpid(forked(work), 0)[1]


def _count_calls() -> int:
    """Return the number of calls that change the disk in one publication beside an earlier picture."""
    with tempfile.TemporaryDirectory() as name:
        root, count_file = Path(name), Path(name) / "count"
        publish(root / "pictures", _writer(0))

        def work() -> int:
            hook = Hook()
            hook.armed = True
            publish(root / "pictures", _writer(1))
            hook.armed = False
            count_file.write_text(str(hook.count))
            return 0

        os.waitpid(forked(work), 0)
        return int(count_file.read_text())


def _torn(root: Path) -> int:
    """Return the number of pictures that differ from their manifests, plus 1 if `latest` is broken."""
    try:
        picture_folder(root)
        torn = 0
    except ExportError:
        torn = 1
    for folder in (root / "snapshots").iterdir():
        try:
            torn += bool(faults_of(folder))
        except ExportError:
            torn += 1
    return torn


def _number(root: Path) -> int:
    return int(json.loads((picture_folder(root) / "MANIFEST.json").read_text())["number"])


def _publish_many(root: Path, first: int) -> int:
    for number in range(first, first + 900):
        publish(root, _writer(number))
    return 0


def kills_at_random() -> dict[str, Any]:
    """Return the count of torn pictures after runs that publish without pause are killed at random."""
    chance, torn, published = random.Random(7), 0, 0
    for first in range(0, KILLS, 25):
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            begun = time.perf_counter()
            publish(root, _writer(0))
            takes = time.perf_counter() - begun
            for kill in range(first, min(first + 25, KILLS)):
                writer = forked(partial(_publish_many, root, kill * 1000 + 1))
                time.sleep(chance.uniform(0, 6 * takes))
                os.kill(writer, signal.SIGKILL)
                os.waitpid(writer, 0)
                torn += _torn(root)
            published += len(list((root / "snapshots").iterdir()))
            publish(root, _writer(10**6))
            torn += _number(root) != 10**6 or (root / "staging").exists()
    assert published > KILLS / 4, "the kills came before anything was published"
    return row(f"torn pictures after {KILLS} kills at random", torn)


def kills_at_every_call(calls: int) -> dict[str, Any]:
    """Return the count of torn pictures after a run is killed before each mutating call in turn.

    The next run must publish.
    """
    torn = 0
    for at in range(1, calls + 1):
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            publish(root, _writer(0))
            status = _publish_met(root, 1, at, die)
            assert os.WIFSIGNALED(status), f"call {at} was not met"
            torn += _torn(root) + (_number(root) not in {0, 1})
            publish(root, _writer(2))
            torn += _torn(root) + (_number(root) != 2) + (root / "staging").exists()
    return row(f"torn pictures, killed at each of {calls} mutating calls", torn)


def failures_at_every_call(calls: int) -> dict[str, Any]:
    """Return the count of faults after each mutating call fails with no space, then with an I/O error.

    `latest` must always lead to a whole picture, and a failed run must report its failure.
    """
    wrong = 0
    for code in (errno.ENOSPC, errno.EIO):
        for at in range(1, calls + 1):
            with tempfile.TemporaryDirectory() as name:
                root = Path(name)
                publish(root, _writer(0))
                status = os.waitstatus_to_exitcode(_publish_met(root, 1, at, fail(code)))
                # If the failure comes after the new picture is published, both pictures must be whole.
                wrong += _torn(root) + (status not in {0, 3}) + (status == 0 and _number(root) != 1)
                publish(root, _writer(2))
                wrong += _torn(root) + (_number(root) != 2)
    assert calls >= 64, calls
    return row(f"torn or silent, no space and I/O error at each of {calls} calls", wrong)


def runs_at_once() -> dict[str, Any]:
    """Return the count of rounds in which not exactly one of the runs that start together publishes.

    The run with the lock waits until all others are refused.
    """
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for turn in range(ROUNDS):
            reading, writing = os.pipe()

            def work(number: int, ends: tuple[int, int] = (reading, writing)) -> int:
                def company() -> None:
                    refused = 0
                    while refused < RUNS_AT_ONCE - 1:
                        refused += len(os.read(ends[0], 64))

                try:
                    publish(root, _writer(number, company))
                except ExportError:
                    os.write(ends[1], b"r")
                    return 3
                return 0

            children = [forked(partial(work, turn * 100 + run)) for run in range(RUNS_AT_ONCE)]
            ends = sorted(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)
            wrong += ends != [0] + [3] * (RUNS_AT_ONCE - 1)
            os.close(reading)
            os.close(writing)
        wrong += _torn(root) + (len(list((root / "snapshots").iterdir())) != ROUNDS)
    return row(f"rounds without exactly one winner of {RUNS_AT_ONCE} runs at once, {ROUNDS} rounds", wrong)


def reads_during_swaps() -> dict[str, Any]:
    """Return the count of reads through `latest` that mix pictures, while a child publishes without pause."""
    mixed = swaps = 0
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for number in range(4):
            publish(root, _writer(number))

        def work() -> int:
            while True:
                for number in range(4):
                    publish(root, _writer(number))

        writer = forked(work)
        last = -1
        try:
            for _ in range(READS):
                folder = picture_folder(root)
                numbers = {int((folder / file).read_bytes().split(b" ", 1)[0]) for file in FILES}
                numbers.add(int(json.loads((folder / "MANIFEST.json").read_text())["number"]))
                mixed += len(numbers) != 1
                swaps += last != min(numbers)
                last = min(numbers)
        finally:
            os.kill(writer, signal.SIGKILL)
            os.waitpid(writer, 0)
    assert swaps > READS / 100, f"{swaps} swaps were seen: too few to show anything"
    return row(f"mixed pictures in {READS} reads ({swaps} saw another picture than the last)", mixed)


def reliability() -> list[dict[str, Any]]:
    """Return counts that must be 0, then the times of publishing and fetching."""
    calls = _count_calls()
    return [
        kills_at_random(),
        kills_at_every_call(calls),
        failures_at_every_call(calls),
        runs_at_once(),
        reads_during_swaps(),
        *archives_and_files(LENGTH),
        *fuzz(*FUZZED),
        publication(),
        *fetching(),
    ]
