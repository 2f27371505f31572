"""Times of publishing and fetching a file against common tools: copy, fsync and curl."""

from __future__ import annotations

import os
import shutil
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

from pipelines.intake.fetch import Fetcher, Limits
from pipelines.picture.publish import publish
from pipelines.source import Remote, sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator

TURNS = 5 if os.environ.get("ARCTIC_PICTURE_RELIABILITY") == "short" else 11  # ours and the peer in turn
_FILES = ("map.html", "nodes.parquet", "picture.gpkg", "evidence.parquet")
_FETCH_BYTES = 60_000_000


def publication() -> dict[str, Any]:
    """Return the time to publish a picture of 40 MB, against copying and syncing the same files."""
    content = os.urandom(10_000_000)
    ours, peer = [], []
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "from").mkdir()
        for file in _FILES:
            (root / "from" / file).write_bytes(content + file.encode())

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
    """Return the time to fetch a file of 60 MB from loopback, hashed and synced, against curl."""
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
