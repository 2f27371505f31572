"""Hostile files by every reader: no byte of this machine's files read, nobody reached; sandbox or not."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hostile_files import CANARY, SHARED, files, readers
from run_commands import ROOT

from layers.errors import SourceError
from pipelines.intake.sandbox import ENVIRONMENT, sandbox
from pipelines.intake.sniff import sniff

SCRIPT = Path(__file__).parents[2] / "support" / "hostile_files.py"


@pytest.fixture
def listener():
    """An address on loopback, and a list of those who came."""
    met: list[object] = []
    result = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        try:
            while True:
                connection, place = result.accept()
                met.append(place)
                connection.close()
        except OSError:
            return

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{result.getsockname()[1]}", met
    result.shutdown(socket.SHUT_RDWR)
    result.close()
    thread.join(5)


def planted(folder: Path) -> Path:
    """A secret that a vector, a raster and an HDF5 reader could each read, if they got at it."""
    import h5py
    import numpy as np

    secret = folder / "secret" / "secret.json"
    secret.parent.mkdir()
    secret.write_text(
        f'{{"type": "FeatureCollection", "x": "{CANARY}", "features": [{{"type": "Feature", "properties": '
        f'{{"c": "{CANARY}"}}, "geometry": {{"type": "Point", "coordinates": [1, 2]}}}}]}}'
    )
    with h5py.File(secret.with_suffix(".h5"), "w") as file:
        file["ice"] = np.frombuffer(CANARY.ljust(16).encode(), "u1")
    return secret


@pytest.mark.parametrize("mode", ["sandbox", "no sandbox"])
def test_no_hostile_file_reads_a_secret_or_reaches_anybody(tmp_path, listener, mode):
    url, met = listener
    secret = planted(tmp_path)
    made = files(secret, url)
    assert len(made) >= 27
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    out.mkdir()
    for name, content in made.values():
        (folder / name).write_bytes(content)
    python = [sys.executable, str(SCRIPT), str(folder), str(out)]
    trace = tmp_path / "trace"
    if mode == "sandbox":
        result = sandbox()
        if isinstance(result, str):
            pytest.skip(f"not on this machine: {result}")
        bound = ["--ro-bind", str(folder), str(folder), "--ro-bind", str(SCRIPT.parent), str(SCRIPT.parent)]
        command = [*result, *bound, "--bind", str(out), str(out), *python, "limited"]
    else:  # neither namespaces nor limits: drivers and readers alone
        command = [*python, "plain"]
        if shutil.which("strace"):
            calls = "trace=open,openat,connect,sendto,execve"
            command = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", calls, "-o", str(trace), *command]
    done = subprocess.run(
        command, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **ENVIRONMENT},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    row = {path.name: path.read_bytes() for path in out.iterdir()}
    ways = len(readers()) - (0 if mode == "sandbox" else len(SHARED))
    assert len(row) == len(made) * ways
    assert sum(said.startswith(b"READ") for said in row.values()) > 20, "some are read, and harmless"
    leaks = [name for name, said in row.items() if CANARY.encode() in said]
    assert leaks == []
    assert met == []
    if trace.exists():
        calls = trace.read_text(errors="replace").splitlines()
        assert [line for line in calls if str(secret.parent) in line and re.search(r"\) = \d", line)] == []
        assert [line for line in calls if "connect(" in line and "AF_INET" in line] == []
        started = [line for line in calls if "execve(" in line and "uname" not in line]
        assert len(started) == 1, "the reader itself"
        assert sum("openat(" in line for line in calls) > 1000, "the trace sees"


@pytest.mark.parametrize("kind", ["zip", "netcdf", "geojson"])
def test_most_do_not_even_come_to_be_read(tmp_path, kind):
    """A hostile file under the kind of a source: the look in Python refuses what it can see."""
    refused = 0
    made = files(planted(tmp_path), "http://127.0.0.1:9")
    for name, content in made.values():
        (tmp_path / name).write_bytes(content)
        try:
            sniff(tmp_path / name, kind)
        except SourceError:
            refused += 1
    let_in = {"zip": 4, "netcdf": 3, "geojson": 2}[kind]
    assert refused >= len(made) - let_in - 1, len(made) - refused
