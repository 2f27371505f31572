"""Publishing under kill, full disks and company; mutated files; fetching against curl.

A mutating call is met through Python's audit hook, before the system does it: at the n-th, the child
dies or the call fails, for every n. `ARCTIC_PICTURE_RELIABILITY=short` takes a tenth, for CI, but 2,000
mutated files of each format all the same; `deep` mutates 10,000.
"""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.fuzz import fuzz
from layers.errors import ExportError
from pipelines.intake.fetch import Fetcher, Limits
from pipelines.picture.publish import faults_of, picture_folder, publish
from pipelines.source import Remote, sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LENGTH = os.environ.get("ARCTIC_PICTURE_RELIABILITY", "")
KILLS, ROUNDS, READS, RUNS_AT_ONCE = (50, 5, 500, 8) if LENGTH == "short" else (500, 50, 5000, 8)
# Mutated files of each format, and of its other seeds.
FUZZED = {"short": (2000, 100), "deep": (10_000, 10_000)}.get(LENGTH, (2000, 2000))
FILES = ("map.html", "layers/nodes.parquet", "picture.gpkg", "tables/evidence.parquet")
TURNS = 5 if LENGTH == "short" else 11  # ours and the peer in turn; medians
_BLOCKS, _BLOCK = 8, 2048
_FETCH_BYTES = 60_000_000
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_MUTATES = {
    "os.mkdir",
    "os.rename",
    "os.symlink",
    "os.remove",
    "os.rmdir",
    "os.chmod",
    "os.link",
    "os.truncate",
}


def _writer(number: int, before: Callable[[], None] = lambda: None) -> Callable[[Path], dict[str, Any]]:
    """Four files of a picture, each of several blocks that hold its number."""

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


class _Hook:
    """Counts mutating calls while it is armed, and does `act` at the n-th."""

    def __init__(self) -> None:
        self.count, self.at, self.act = 0, 0, lambda: None
        self.armed = False
        sys.addaudithook(self._see)
        for name in ("write", "fsync"):  # no audit event of their own
            setattr(os, name, self._counted(getattr(os, name)))

    def _counted(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            self._meet()
            return real(*arguments)

        return call

    def _see(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.armed and (
            event in _MUTATES
            or (event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITES)
        ):
            self._meet()

    def _meet(self) -> None:
        if self.armed:
            self.count += 1
            if self.count == self.at:
                self.act()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _fail(code: int) -> Callable[[], None]:
    def act() -> None:
        raise OSError(code, os.strerror(code))

    return act


def _child(work: Callable[[], int]) -> int:
    """Fork, do `work` there, and give the child's process id."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            code = work()
        except ExportError:
            code = 3
        finally:
            os._exit(code)
    return child


def _publish_met(root: Path, number: int, at: int, act: Callable[[], None]) -> int:
    """Publish in a child whose n-th mutating call meets `act`; the wait status."""

    def work() -> int:
        hook = _Hook()
        hook.at, hook.act, hook.armed = at, act, True
        publish(root, _writer(number))
        return 0

    return os.waitpid(_child(work), 0)[1]


def _count_calls() -> int:
    """Mutating calls of one publication on a root that holds a picture."""
    with tempfile.TemporaryDirectory() as name:
        root, told = Path(name), Path(name) / "count"
        publish(root / "pictures", _writer(0))

        def work() -> int:
            hook = _Hook()
            hook.armed = True
            publish(root / "pictures", _writer(1))
            hook.armed = False
            told.write_text(str(hook.count))
            return 0

        os.waitpid(_child(work), 0)
        return int(told.read_text())


def _torn(root: Path) -> int:
    """Pictures that are not what their manifests say; one more where `latest` leads to none."""
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


def _row(work: str, value: float, **more: Any) -> dict[str, Any]:
    return {"benchmark": "reliability", "work": work, "value": value, "goal": 0, "holds": value == 0, **more}


def _publish_many(root: Path, first: int) -> int:
    for number in range(first, first + 900):
        publish(root, _writer(number))
    return 0


def kills_at_random() -> dict[str, Any]:
    """SIGKILL at any moment of runs that publish one picture after another."""
    chance, torn, published = random.Random(7), 0, 0
    for first in range(0, KILLS, 25):
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            begun = time.perf_counter()
            publish(root, _writer(0))
            takes = time.perf_counter() - begun
            for kill in range(first, min(first + 25, KILLS)):
                child = _child(partial(_publish_many, root, kill * 1000 + 1))
                time.sleep(chance.uniform(0, 6 * takes))
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                torn += _torn(root)
            published += len(list((root / "snapshots").iterdir()))
            publish(root, _writer(10**6))
            torn += _number(root) != 10**6 or (root / "staging").exists()
    assert published > KILLS / 4, "the kills came before anything was published"
    return _row(f"torn pictures after {KILLS} kills at random", torn)


def kills_at_every_call(calls: int) -> dict[str, Any]:
    """SIGKILL before each mutating call in turn; then the next run must publish."""
    torn = 0
    for at in range(1, calls + 1):
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            publish(root, _writer(0))
            status = _publish_met(root, 1, at, _die)
            assert os.WIFSIGNALED(status), f"call {at} was not met"
            torn += _torn(root) + (_number(root) not in {0, 1})
            publish(root, _writer(2))
            torn += _torn(root) + (_number(root) != 2) + (root / "staging").exists()
    return _row(f"torn pictures, killed at each of {calls} mutating calls", torn)


def failures_at_every_call(calls: int) -> dict[str, Any]:
    """No space, then an I/O error, at each mutating call; the last picture or the new one, never less."""
    wrong = 0
    for code in (errno.ENOSPC, errno.EIO):
        for at in range(1, calls + 1):
            with tempfile.TemporaryDirectory() as name:
                root = Path(name)
                publish(root, _writer(0))
                status = os.waitstatus_to_exitcode(_publish_met(root, 1, at, _fail(code)))
                # A failure may strike when the new picture already stands; then either is whole.
                wrong += _torn(root) + (status not in {0, 3}) + (status == 0 and _number(root) != 1)
                publish(root, _writer(2))
                wrong += _torn(root) + (_number(root) != 2)
    assert calls >= 64, calls
    return _row(f"torn or silent, no space and I/O error at each of {calls} calls", wrong)


def runs_at_once() -> dict[str, Any]:
    """Runs that start together; the one with the lock waits until all others are refused."""
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

            children = [_child(partial(work, turn * 100 + run)) for run in range(RUNS_AT_ONCE)]
            ends = sorted(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)
            wrong += ends != [0] + [3] * (RUNS_AT_ONCE - 1)
            os.close(reading)
            os.close(writing)
        wrong += _torn(root) + (len(list((root / "snapshots").iterdir())) != ROUNDS)
    return _row(f"rounds without exactly one winner of {RUNS_AT_ONCE} runs at once, {ROUNDS} rounds", wrong)


def reads_during_swaps() -> dict[str, Any]:
    """Readers that resolve `latest` once, while another process swaps it without pause."""
    mixed = swaps = 0
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for number in range(4):
            publish(root, _writer(number))

        def work() -> int:
            while True:
                for number in range(4):
                    publish(root, _writer(number))

        child = _child(work)
        last = -1
        try:
            for _ in range(READS):
                folder = picture_folder(root)
                held = {int((folder / file).read_bytes().split(b" ", 1)[0]) for file in FILES}
                held.add(int(json.loads((folder / "MANIFEST.json").read_text())["number"]))
                mixed += len(held) != 1
                swaps += last != min(held)
                last = min(held)
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    assert swaps > READS / 100, f"{swaps} swaps were seen: too few to show anything"
    return _row(f"mixed pictures in {READS} reads ({swaps} saw another picture than the last)", mixed)


def publication() -> dict[str, Any]:
    """Publishing a picture of 40 MB against copying the same files and syncing each."""
    content = os.urandom(10_000_000)
    ours, peer = [], []
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "from").mkdir()
        for file in FILES:
            (root / "from" / Path(file).name).write_bytes(content + file.encode())

        def write(stage: Path, turn: int) -> dict[str, Any]:
            rows = []
            for path in sorted((root / "from").iterdir()):
                shutil.copyfile(path, stage / path.name)
                rows.append({"file": path.name, "size": path.stat().st_size, "sha256": sha256_of(path)})
            return {"turn": turn, "files": rows}

        for turn in range(TURNS):
            begun = time.perf_counter()
            folder = publish(root / "pictures", partial(write, turn=turn))
            ours.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            copied = Path(shutil.copytree(root / "from", root / f"copy-{turn}"))
            for path in copied.iterdir():
                handle = os.open(path, os.O_RDONLY)
                os.fsync(handle)
                os.close(handle)
            peer.append(time.perf_counter() - begun)
            assert all((folder / p.name).read_bytes() == p.read_bytes() for p in copied.iterdir())
    return _timed(
        "publish 40 MB: written, hashed, read back", ours, "copy and fsync the same files", peer, 1 / 3
    )


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def copyfile(self, source: Any, outputfile: Any) -> None:
            shutil.copyfileobj(source, outputfile, 1 << 20)

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def fetching() -> list[dict[str, Any]]:
    """A file of 60 MB from loopback, hashed and synced, against curl."""
    if not shutil.which("curl"):
        sys.stderr.write("reliability: fetching was not timed: curl is not on this machine\n")
        return []
    ours, peer = [], []
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        remote = Remote("https://data.example.org/large.bin", at_most_bytes=2 * _FETCH_BYTES)
        file = root / "mirror" / urllib.parse.urlsplit(remote.url).netloc / "large.bin"
        file.parent.mkdir(parents=True)
        file.write_bytes(os.urandom(_FETCH_BYTES))
        with _serving(root / "mirror") as url:
            for _ in range(TURNS):
                begun = time.perf_counter()
                got = Fetcher(url, Limits(pace_s=0)).fetch(remote, root / "in")
                ours.append(time.perf_counter() - begun)
                begun = time.perf_counter()
                place = f"{url}/data.example.org/large.bin"
                subprocess.run(["curl", "-s", "-o", str(root / "curl"), place], check=True)
                peer.append(time.perf_counter() - begun)
                assert got.path is not None
                assert got.sha256 == sha256_of(root / "curl")
                got.path.unlink()
                (root / "curl").unlink()
    return [_timed("fetch 60 MB from loopback: hashed, synced", ours, "curl", peer, 1 / 2)]


def _timed(work: str, ours: list[float], peer: str, theirs: list[float], goal: float) -> dict[str, Any]:
    ours_s, peer_s = sorted(ours)[len(ours) // 2], sorted(theirs)[len(theirs) // 2]
    return {
        "benchmark": "reliability",
        "work": work,
        "ours_s": round(ours_s, 3),
        "peer": peer,
        "peer_s": round(peer_s, 3),
        "ratio": round(peer_s / ours_s, 3),
        "goal": round(goal, 3),
        "holds": peer_s / ours_s >= goal,
        "ours_spread_s": [round(min(ours), 3), round(max(ours), 3)],
        "peer_spread_s": [round(min(theirs), 3), round(max(theirs), 3)],
    }


def reliability() -> list[dict[str, Any]]:
    """Counts that must be 0, then the two times."""
    calls = _count_calls()
    return [
        kills_at_random(),
        kills_at_every_call(calls),
        failures_at_every_call(calls),
        runs_at_once(),
        reads_during_swaps(),
        *fuzz(*FUZZED),
        publication(),
        *fetching(),
    ]
