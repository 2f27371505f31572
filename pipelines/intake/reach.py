"""Choose the fetcher of a run: from the providers, a mirror or a folder; or none, where there is no network.

Without this, each of forty sources waits for its own tries on a closed network, which takes an hour.
"""

from __future__ import annotations

import queue
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from layers.errors import UsageError
from pipelines.intake.fetch import Fetcher, RefusedError
from pipelines.intake.mirror_folder import FolderFetcher, OfflineFetcher

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipelines.source import Source

__all__ = ["Reach", "fetcher_for", "is_one_reached", "named_fetcher"]

_ANSWER_S = 8.0  # seconds in which one of the hosts must take a connection
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Reach:
    """The fetcher of a run, and `warning`: a line for the user if nothing can be fetched, else empty."""

    fetcher: Fetcher
    warning: str = ""


def fetcher_for(
    sources: Sequence[Source],
    base_url: str = "",
    from_mirror: Path | None = None,
    *,
    wait_s: float = _ANSWER_S,
) -> Reach:
    """The fetcher for the remotes of `sources`, after one question whether any of their hosts is reached.

    `wait_s` bounds the question. The other parameters, and what is raised, are those of `named_fetcher`.
    """
    fetcher = named_fetcher(base_url, from_mirror)
    urls = [base_url] if base_url else [remote.url for one in sources for remote in one.remotes]
    hosts = sorted({_host_and_port(url) for url in urls})
    if from_mirror is not None or not hosts or is_one_reached(hosts, wait_s):
        return Reach(fetcher)
    where = f"the mirror {base_url}" if base_url else f"one of {len(hosts)} hosts of providers"
    warning = (
        f"no network: expected {where} to answer within {wait_s:g} s, found none: nothing is fetched, what "
        "was accepted before stays; on a closed network give --from-mirror FOLDER or --no-fetch"
    )
    return Reach(OfflineFetcher(base_url, reason="no network"), warning)


def named_fetcher(base_url: str = "", from_mirror: Path | None = None) -> Fetcher:
    """The fetcher that a user names; nothing is asked of a network.

    `base_url` is the address of a mirror, empty for none. `from_mirror` is a folder laid out by host and
    path, which needs no network.

    Raises
    ------
    UsageError
        If both are given, the folder is not there, or the address of the mirror cannot be used.
    """
    if from_mirror is not None:
        if base_url:
            msg = "--from-mirror: expected a folder or --base-url, found both: name one of them"
            raise UsageError(msg)
        try:
            is_folder = from_mirror.is_dir()
        except (OSError, ValueError):
            is_folder = False
        if not is_folder:
            msg = f"--from-mirror: expected a folder laid out by host and path, found none at {from_mirror}"
            raise UsageError(msg)
        return FolderFetcher(folder=from_mirror)
    try:
        if base_url:
            _host_and_port(base_url)
        return Fetcher(base_url)
    except RefusedError as error:
        msg = f"--base-url: {error}"
        raise UsageError(msg) from None


def _host_and_port(url: str) -> tuple[str, int]:
    """Host and port of a web address. Raises RefusedError for any other text, which may hold a secret."""
    try:
        parts = urlsplit(url)
        if parts.scheme in _PORTS and parts.hostname:
            return parts.hostname, parts.port or _PORTS[parts.scheme]
    except ValueError:  # a bracket alone, or a port out of range
        pass
    msg = "expected an address such as http://127.0.0.1:8000, found another text"
    raise RefusedError(msg)


def is_one_reached(hosts: Sequence[tuple[str, int]], wait_s: float) -> bool:
    """Whether one of the hosts takes a connection within `wait_s` seconds; nothing is sent."""
    answers: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def ask(host: str, port: int) -> None:
        try:
            with socket.create_connection((host, port), timeout=wait_s):
                answers.put(item=True)
        except (OSError, UnicodeError):
            answers.put(item=False)

    # A resolver may wait longer than `wait_s`; a daemon thread does not keep the process.
    for place in hosts:
        threading.Thread(target=ask, args=place, daemon=True).start()
    ends = time.monotonic() + wait_s
    for _ in hosts:
        try:
            if answers.get(timeout=max(0.0, ends - time.monotonic())):
                return True
        except queue.Empty:
            break
    return False
