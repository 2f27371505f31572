"""Writers of the ice archive and of whole files: at once, read while they write, and killed.

Each count must be 0. Beside it stands the same count with the guard taken out, which must not be 0: it shows
that the benchmark sees what it looks for.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, nullcontext, suppress
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import pandas as pd
import xarray as xr

from benchmarks.killed import Hook, die, forked, row
from layers.crs import POLAR
from layers.errors import PictureError
from layers.grid import NSIDC_25KM, OCEAN, Grid
from layers.ice.daily import Day
from pipelines.files import replacing, write_whole
from pipelines.ice import archive as archive_module
from pipelines.ice.archive import Archive
from pipelines.intake.ledger import ledger_of, write_ledger
from pipelines.snapshot import DATA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A small grid of the archive's own kind, so that a day is written in milliseconds.
_GRID = Grid(POLAR, (6, 8), NSIDC_25KM.origin, 25_000.0)
_SURFACE = np.zeros(_GRID.shape, dtype=np.uint8)
_FIRST = date(2001, 1, 1)
_DAYS = 8  # of a pair, four by each run
_LEAST_CHANGES = 20  # of a file that is read while it is written
_FOLDERS = ".arctic-picture-*"  # temporary folders


def _day(number: int) -> Day:
    field = np.full(_GRID.shape, 1 + number % 100, dtype=np.uint8)
    return Day(_FIRST + timedelta(days=number), "p", "v1", "made", field, _GRID)


def _append(root: Path, numbers: range) -> int:
    for number in numbers:
        Archive(root, "p", _GRID).append([_day(number)], _SURFACE)
    return 0


def _ended(*children: int) -> None:
    for child in children:
        os.waitpid(child, 0)


def ingests_at_once(pairs: int) -> int:
    """Return the days lost when two runs add four days each to one archive, in `pairs` rounds."""
    lost = 0
    for _ in range(pairs):
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            work = (partial(_append, root, range(start, _DAYS, 2)) for start in (0, 1))
            _ended(*[forked(one) for one in work])
            with suppress(PictureError, OSError):
                lost -= len(Archive(root, "p", _GRID).days())
            lost += _DAYS
    return lost


def commands_at_once(pairs: int) -> int:
    """Return the days lost when two `ice` commands take in four files each, in `pairs` rounds."""
    lost = 0
    for _ in range(pairs):
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            files = [_file(root, number) for number in range(_DAYS)]
            _wait(*(_ice(root / "cube", files[start::2]) for start in (0, 1)))
            lost += _DAYS - len(Archive(root / "cube", "nsidc_0051").days())
    return lost


def _file(folder: Path, number: int) -> Path:
    """Write a daily file of NSIDC-0051: a header of 300 bytes and a code for each cell of the real grid."""
    day = _FIRST + timedelta(days=number)
    with xr.open_dataset(DATA / "sea_ice_grid.nc", decode_times=False, mask_and_scale=False) as grid:
        codes = np.where(grid["surface"].to_numpy() == OCEAN, 125, 254).astype(np.uint8)
    stem, ordinal = f"nt_{day:%Y%m%d}_f13_v1.1_n", day.timetuple().tm_yday
    fields = {0: 255, 6: 304, 12: 448, 66: ordinal, 84: ordinal, 102: day.year, 120: 250}
    header = bytearray(300)
    for start, value in fields.items():
        header[start : start + 5] = f"{value:5}".encode()
    header[126 : 126 + len(stem)] = stem.encode()
    header[150:156] = b"ARCTIC"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}.bin"
    path.write_bytes(bytes(header) + codes.tobytes())
    return path


def _ice(cube: Path, files: list[Path]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pipelines", "ice", str(cube), *map(str, files)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _wait(*processes: subprocess.Popen[bytes]) -> None:
    for process in processes:
        process.wait()


# --- whole files -------------------------------------------------------------------------------------


def _write_text(path: Path, number: int) -> None:
    write_whole(path, json.dumps({"number": number, "rows": [number] * 2000}))


def _write_ledger(path: Path, number: int) -> None:
    write_ledger(path.parent, {"number": number, "rows": [number] * 2000})


def _write_table(path: Path, number: int) -> None:
    with replacing(path) as part:
        pd.DataFrame({"number": [number] * 2000}).to_parquet(part)


def _read_text(path: Path) -> set[int]:
    content = json.loads(path.read_text())
    return {content["number"], *content["rows"]} if len(content["rows"]) == 2000 else set()


def _read_ledger(path: Path) -> set[int]:
    content = ledger_of(path.parent)
    return {content["number"], *content["rows"]}


def _read_table(path: Path) -> set[int]:
    return set(pd.read_parquet(path)["number"])


_FILES: dict[str, tuple[Callable[[Path, int], None], Callable[[Path], set[int]]]] = {
    "health.json": (_write_text, _read_text),
    "ledger.json": (_write_ledger, _read_ledger),
    "ports.parquet": (_write_table, _read_table),
}


def _write_for_ever(write: Callable[[Path, int], None], path: Path, number: int) -> int:
    while True:
        write(path, number)


def torn_reads(name: str, reads: int) -> tuple[int, int]:
    """Return the torn reads of a file that two writers write without pause, and the changes seen."""
    write, read = _FILES[name]
    torn = seen = last = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path, 0)
        children = [forked(partial(_write_for_ever, write, path, number)) for number in (1, 2)]
        try:
            done, until = 0, time.monotonic() + 120
            # A busy machine gives the writers few turns, and reads of one state show nothing.
            while done < reads or (not torn and seen < _LEAST_CHANGES and time.monotonic() < until):
                done += 1
                try:
                    numbers = read(path)
                except (OSError, ValueError, PictureError):
                    numbers = set()
                torn += len(numbers) != 1
                now = min(numbers, default=last)
                seen, last = seen + (now != last), now
        finally:
            for child in children:
                os.kill(child, signal.SIGKILL)
            _ended(*children)
    return torn, seen


@contextmanager
def _in_place(path: Path) -> Iterator[Path]:
    """The guard taken out: the file is written where readers see it."""
    yield path


# --- kills -------------------------------------------------------------------------------------------


def kills_of_appends(kills: int) -> int:
    """Return the faults after a run that adds days without pause is killed at random: torn, lost or left."""
    chance, wrong = random.Random(7), 0
    with tempfile.TemporaryDirectory() as name:
        root, first = Path(name), 0
        for _ in range(kills):
            _append(root, range(first, first + 1))
            child = forked(partial(_append, root, range(first + 1, first + 350)))
            time.sleep(chance.uniform(0, 0.15))
            os.kill(child, signal.SIGKILL)
            _ended(child)
            try:
                stored = len(Archive(root, "p", _GRID).days())
                wrong += stored <= first
                first = stored
            except PictureError:
                wrong += 1
        _append(root, range(first, first + 1))
        wrong += len(list(root.rglob(_FOLDERS)))
    return wrong


def kills_at_every_call() -> tuple[int, int]:
    """Return the faults after the writer of each file is killed before each call in turn, and the calls."""
    wrong = calls = 0
    for file, (write, read) in _FILES.items():
        at, killed = 1, True
        while killed:
            with tempfile.TemporaryDirectory() as name:
                path = Path(name) / file
                write(path, 1)

                def work(path: Path = path, at: int = at, write: Any = write) -> int:
                    hook = Hook()
                    hook.at, hook.act, hook.armed = at, die, True
                    write(path, 2)
                    return 0

                killed = os.WIFSIGNALED(os.waitpid(forked(work), 0)[1])
                wrong += read(path) not in ({1}, {2})
                write(path, 3)
                wrong += read(path) != {3} or len(list(path.parent.iterdir())) != 1
            calls, at = calls + killed, at + 1
    return wrong, calls


def kills_of_commands(kills: int) -> int:
    """Return the faults after the command `ice` is killed at random: torn, or temporary folders left."""
    chance, wrong = random.Random(7), 0
    with tempfile.TemporaryDirectory() as name, mock.patch.dict(os.environ, {"TMPDIR": name}):
        root = Path(name)
        files = [_file(root / "files", number) for number in range(_DAYS)]
        begun = time.perf_counter()
        _wait(_ice(root / "cube", files[:1]))
        takes = time.perf_counter() - begun
        archive = Archive(root / "cube", "nsidc_0051")
        for _ in range(kills):
            process = _ice(root / "cube", files)
            time.sleep(chance.uniform(takes / 3, takes))
            process.kill()
            process.wait()
            try:
                wrong += len(archive.days()) < 1
            except PictureError:
                wrong += 1
        _wait(_ice(root / "cube", files))
        wrong += len(archive.days()) != _DAYS
        wrong += len(list(root.rglob(_FOLDERS)))
    return wrong


def _must_fail(work: str, value: int) -> dict[str, Any]:
    name = f"{work}, guard taken out: at least one"
    return {"benchmark": "reliability", "work": name, "value": value, "goal": 1, "holds": value >= 1}


def archives_and_files(length: str) -> list[dict[str, Any]]:
    """Return the rows of this module; `length` is `short` for a sweep of tests."""
    pairs, reads, kills, commands = (4, 300, 8, 1) if length == "short" else (100, 10_000, 200, 20)
    rows = [row(f"days lost in {pairs} pairs of runs that add days at once", ingests_at_once(pairs))]
    with mock.patch.object(archive_module, "locked", return_value=nullcontext()):
        rows.append(_must_fail("days lost in 6 pairs of runs", ingests_at_once(6)))
    rows.append(row(f"days lost in {commands} pairs of the command ice", commands_at_once(commands)))
    for name in _FILES:
        torn, seen = torn_reads(name, reads)
        assert seen >= _LEAST_CHANGES, f"{name}: {seen} changes were seen: too few to show anything"
        rows.append(row(f"torn reads of {name}, two writers, {reads} reads ({seen} changes)", torn))
    with (
        mock.patch("pipelines.files.replacing", _in_place),
        mock.patch(f"{__name__}.replacing", _in_place),
    ):
        rows.append(_must_fail("torn reads of health.json in 500", torn_reads("health.json", 500)[0]))
    rows.append(row(f"torn, lost or left after {kills} kills of runs that add days", kills_of_appends(kills)))
    wrong, calls = kills_at_every_call()
    assert calls > 10, calls
    rows.append(row(f"torn or left, writers of files killed at each of {calls} calls", wrong))
    rows.append(row(f"torn or left after {commands} kills of the command ice", kills_of_commands(commands)))
    return rows
