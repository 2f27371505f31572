"""Connections with a deadline, to public addresses only: what urllib3 lacks for files of strangers.

urllib3 follows no redirect, reads no environment, keeps no cookie and sends no password unless told to. A
server that sends one byte a second never lets its read time out, so `Guard` ends all waiting together.
"""

from __future__ import annotations

import ipaddress
import ssl
import threading
import time
from contextlib import suppress
from socket import SHUT_RDWR, socket
from typing import Any, Self
from urllib.parse import urlsplit

import certifi
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection

from layers.errors import SourceError

__all__ = ["AGENT", "Guard", "RefusedError", "is_here", "pool_for"]

AGENT = "arctic-picture (open situational picture; one request a second)"


class RefusedError(SourceError):
    """What a server sent, or did not send, is refused.

    `may_pass` says that another try may succeed: the server was busy, or could not be reached.
    """

    may_pass = False


class Guard:
    """The deadline of one file, and a handle on every connection opened for it."""

    def __init__(self, seconds: float, *, is_mirror: bool) -> None:
        """End after `seconds`; `is_mirror` allows private addresses."""
        self.ends = time.monotonic() + seconds
        self.seconds = seconds
        self._is_mirror = is_mirror
        self._handles: list[socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        """Start the clock."""
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Close the handles."""
        self._timer.cancel()
        for handle in self._handles:
            handle.close()

    def watch(self, connection: socket) -> socket:
        """Keep a handle on a new connection. Its far end must be a public address unless a mirror is set.

        So neither a redirect nor a name that resolves to a private address reaches this machine or network.

        Raises
        ------
        RefusedError
            If the address is not public.
        """
        peer = connection.getpeername()[0]
        if not (self._is_mirror or ipaddress.ip_address(peer).is_global):
            connection.close()
            msg = f"expected a public address, found {peer}"
            raise RefusedError(msg)
        # A second handle: TLS detaches the first, and a response outlives its connection.
        self._handles.append(connection.dup())
        return connection

    def _cut(self) -> None:
        for handle in self._handles:
            with suppress(OSError):
                handle.shutdown(SHUT_RDWR)

    def left_s(self) -> float:
        """Seconds left; raises RefusedError if there are none."""
        left = self.ends - time.monotonic()
        if left <= 0:
            msg = f"expected the whole file within {self.seconds:g} s, found it still coming"
            raise RefusedError(msg)
        return left

    def sleep(self, seconds: float, why: str) -> None:
        """Wait; raises RefusedError if that would pass the deadline."""
        if seconds > self.left_s():
            msg = f"expected the whole file within {self.seconds:g} s, found {why}"
            raise RefusedError(msg)
        time.sleep(seconds)


class _Connection(HTTPConnection):
    """A connection that the guard checks before a byte is sent."""

    def __init__(self, *arguments: Any, guard: Guard, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._guard = guard

    def _new_conn(self) -> socket:
        return self._guard.watch(super()._new_conn())


class _TlsConnection(_Connection, HTTPSConnection):
    """The same under TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def pool_for(url: str, guard: Guard, seconds: float, **options: Any) -> HTTPConnectionPool:
    """Connections to the host of `url` under a guard, each step within `seconds`."""
    parts = urlsplit(url)
    options |= {"timeout": Timeout(connect=seconds, read=seconds), "guard": guard}
    if parts.scheme == "https":
        return _TlsPool(parts.hostname or "", parts.port, ssl_context=_tls(), **options)
    return _Pool(parts.hostname or "", parts.port, **options)


def _tls() -> ssl.SSLContext:
    """Check names and dates against the certificates of the system and of certifi."""
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=certifi.where())
    return context


def is_here(host: str) -> bool:
    """Whether a host is this machine."""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"
