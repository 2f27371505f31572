"""Connections with a deadline, and to public addresses only.

urllib3 follows no redirect, reads no environment, keeps no cookie and sends no password unless it is asked
to. It lacks two things for servers that are not trusted. A server that sends one byte a second never runs
into its read timeout, so `Guard` ends all connections of a file at one deadline. And a redirect or a name may
lead to a private address, so `Guard` refuses those (decisions/0012).
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
    """A file is refused: the server sent something else, too much, too slowly, or nothing.

    `may_pass` is true if another try may succeed, because the server was busy or was not reached.
    `is_unasked` is true if the provider was not asked: the refusal says nothing of the source.
    """

    may_pass = False
    is_unasked = False


class Guard:
    """The deadline of one file, and a handle on every connection opened for it."""

    def __init__(self, seconds: float, *, is_mirror: bool) -> None:
        """Set the deadline `seconds` from now; `is_mirror` allows private addresses."""
        self.ends = time.monotonic() + seconds
        self.seconds = seconds
        self._is_mirror = is_mirror
        self._handles: list[socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        """Start the timer that ends the connections."""
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the timer and close the handles."""
        self._timer.cancel()
        for handle in self._handles:
            handle.close()

    def watch(self, connection: socket) -> socket:
        """Return a new connection, after a check of the address at its far end and with a handle kept on it.

        The address that was in fact connected to is checked. A name that resolves to a private address is
        therefore refused too.

        Raises
        ------
        RefusedError
            If the address is not public and no mirror is set.
        """
        peer = connection.getpeername()[0]
        if not (self._is_mirror or ipaddress.ip_address(peer).is_global):
            connection.close()
            msg = f"expected a public address, found {peer}"
            raise RefusedError(msg)
        # The handle is a duplicate: TLS detaches the first one, and a response outlives its connection.
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
        """Wait some seconds; raises RefusedError, with the reason `why`, if that would pass the deadline."""
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
    """A connection under TLS that the guard checks before a byte is sent."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def pool_for(url: str, guard: Guard, seconds: float, **options: Any) -> HTTPConnectionPool:
    """Connections to the host of `url` under a guard.

    To connect may take `seconds`, and so may each read. `options` are further options of the urllib3 pool.
    """
    parts = urlsplit(url)
    options |= {"timeout": Timeout(connect=seconds, read=seconds), "guard": guard}
    if parts.scheme == "https":
        return _TlsPool(parts.hostname or "", parts.port, ssl_context=_tls(), **options)
    return _Pool(parts.hostname or "", parts.port, **options)


def _tls() -> ssl.SSLContext:
    """The context of TLS that checks name and date of a certificate.

    It trusts the certificates of the system and those of certifi.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=certifi.where())
    return context


def is_here(host: str) -> bool:
    """Whether a host name or address is this machine: a loopback address, or `localhost`."""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"
