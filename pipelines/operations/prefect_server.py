"""Find the Prefect server of the schedule, or start one of its own on this machine alone.

A server of its own keeps its database beside the pictures, listens on loopback, sends no usage data and ends
with the schedule. This module starts Prefect and never imports it (decisions/0005).
"""

from __future__ import annotations

import hashlib
import http.client
import os
import platform
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from layers.errors import SourceError, UsageError
from pipelines.operations.end_with_parent import PARENT

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "DEPLOYMENT",
    "FOLDER",
    "Server",
    "deployment_name",
    "end",
    "is_of_user",
    "last_line",
    "prefect_environment",
    "set_aside_database",
    "start",
]

DEPLOYMENT = "arctic-picture"  # begins the name of each deployment, and was all of it until version 0.3
FOLDER = ".prefect"  # beside the pictures: database and logs of a server of its own
_USUAL_PORT = 4200
_STARTS_S, _ANSWERS_S, _ENDS_S = 180.0, 30.0, 15.0
_TICK_S = 0.25
_WORDS_OF_LOG = 300


@dataclass(frozen=True, slots=True)
class Server:
    """A server at `url` (its API). `process` is None if somebody else runs it."""

    url: str
    process: subprocess.Popen[bytes] | None = None


def start(folder: Path) -> Server:
    """The server that PREFECT_API_URL names, or a new one with its files in `folder`, once it answers.

    Raises
    ------
    UsageError
        If PREFECT_API_URL is no web address.
    SourceError
        If no server answers in time.
    """
    url = os.environ.get("PREFECT_API_URL", "")
    if url:
        _must_answer(url)
        return Server(url)
    port = _free_port()
    url = f"http://127.0.0.1:{port}/api"
    command = ("prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port))
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  our own interpreter; the arguments are a list
            [sys.executable, "-m", "pipelines.operations.end_with_parent", *command],
            env=prefect_environment(folder) | {"PREFECT_SERVER_UI_API_URL": url},
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,  # so that Ctrl-C reaches the schedule alone, which ends the server last
        )  # fmt: skip
    ends = time.monotonic() + _STARTS_S
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > ends:
            end(process)
            msg = (
                f"serve: expected a Prefect server at {url} within {_STARTS_S:.0f} s, found "
                f"{last_line(folder / 'server.log') or 'no answer'}: see {folder / 'server.log'}"
            )
            raise SourceError(msg)
        time.sleep(_TICK_S)
    return Server(url, process)


def deployment_name(out: Path) -> str:
    """The name of the deployment of the schedule of the folder `out`, on whatever server.

    Two deployments of one name are one: a schedule with pictures in another folder, or on another machine,
    would run with the options of the last that was started.
    """
    place = f"{platform.node()}:{out.resolve()}"
    return f"{DEPLOYMENT}-{hashlib.sha256(place.encode(errors='replace')).hexdigest()[:8]}"


def is_of_user() -> bool:
    """Whether the user names a server, so that none is started here."""
    return bool(os.environ.get("PREFECT_API_URL"))


def set_aside_database(folder: Path) -> None:
    """Rename a database with which no server of our own started: nothing rests on it (decisions/0005)."""
    if is_of_user():
        return
    for name in ("prefect.db", "prefect.db-wal", "prefect.db-shm"):
        with suppress(FileNotFoundError):
            (folder / name).replace(folder / name.replace("prefect", "damaged"))


def prefect_environment(folder: Path) -> dict[str, str]:
    """The environment of a Prefect process that ends with this one; what the user has set stays."""
    usual = {
        "PREFECT_HOME": str(folder),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_COLORS": "false",
        "NO_COLOR": "1",
        # A locked database is a 503 of the server; its client waits longer for it than by default.
        "PREFECT_CLIENT_MAX_RETRIES": "6",
    }
    return usual | os.environ | {PARENT: str(os.getpid())}


def end(process: subprocess.Popen[bytes] | None) -> None:
    """End a process: ask, wait, then kill."""
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(_ENDS_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def last_line(path: Path) -> str:
    """The last line of a log that is not empty, shortened; empty if there is none."""
    with suppress(OSError):
        text = path.read_bytes()[-20_000:].decode(errors="replace")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        return "".join(c if c.isprintable() else " " for c in lines[-1])[:_WORDS_OF_LOG] if lines else ""
    return ""


def _must_answer(url: str) -> None:
    """Wait until the server at `url` answers. Raises the errors of `start`."""
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        msg = f"serve: expected PREFECT_API_URL such as http://127.0.0.1:4200/api, found {url[:200]!r}"
        raise UsageError(msg)
    ends = time.monotonic() + _ANSWERS_S
    while not _answers(url):
        if time.monotonic() > ends:
            msg = (
                f"serve: expected a Prefect server at {parts.scheme}://{parts.hostname} (PREFECT_API_URL), "
                f"found none within {_ANSWERS_S:.0f} s: start it, or unset PREFECT_API_URL for one of our own"
            )
            raise SourceError(msg)
        time.sleep(_TICK_S)


def _answers(url: str) -> bool:
    """Whether a server takes requests at `url`; one that asks for a password does."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=5)
    try:
        connection.request("GET", f"{parts.path.rstrip('/')}/health")
        return connection.getresponse().status in {200, 401, 403}
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()


def _free_port() -> int:
    """The port that Prefect uses by default, or another one if it is in use."""
    for port in (_USUAL_PORT, 0):
        with suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    msg = "serve: expected a free port on 127.0.0.1, found none: is the loopback interface up?"
    raise SourceError(msg)
