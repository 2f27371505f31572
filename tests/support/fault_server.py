"""Servers on loopback: one that fails in the ways in which servers fail, and one that serves a folder."""

from __future__ import annotations

import gzip
import hashlib
import os
import socket
import socketserver
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HOST = "data.example.org"
BODY = b"id,name\n" + b"".join(b"%d,port %d\n" % (n, n) for n in range(500))
_PATIENCE_S = 8.0  # seconds that a stalled answer stays open


def head(status: str = "200 OK", *lines: str, length: int | None = len(BODY)) -> bytes:
    given = [f"HTTP/1.1 {status}", "Content-Type: text/csv", *lines]
    if length is not None:
        given.append(f"Content-Length: {length}")
    return ("\r\n".join(given) + "\r\n\r\n").encode()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _drip(send: Callable[[bytes], None], data: bytes, every_s: float = 0.05) -> None:
    for place in range(len(data)):
        send(data[place : place + 1])
        time.sleep(every_s)


def _endless(send: Callable[[bytes], None]) -> None:
    send(head("200 OK", "Transfer-Encoding: chunked", length=None))
    while True:
        send(chunk(b"x" * 65536))


def _turn(send: Callable[[bytes], None], location: str) -> None:
    send(head("302 Found", f"Location: {location}", length=0))


def _fine(send: Callable[[bytes], None]) -> None:
    send(head() + BODY)


def _stall(send: Callable[[bytes], None], data: bytes) -> None:
    send(data)
    time.sleep(_PATIENCE_S)


ZIPPED = gzip.compress(BODY)

# Fault -> a function that sends the answer; its second argument is the number of earlier requests.
FAULTS: dict[str, Callable[[Callable[[bytes], None], int], None]] = {
    "closed_at_once": lambda _send, _n: None,
    "stall_before_headers": lambda send, _n: _stall(send, b""),
    "stall_in_headers": lambda send, _n: _stall(send, b"HTTP/1.1 200 OK\r\nContent-"),
    "stall_in_body": lambda send, _n: _stall(send, head() + BODY[:100]),
    "drip_headers": lambda send, _n: _drip(send, head("200 OK", *(f"X-{k}: y" for k in range(99)))),
    "drip_body": lambda send, _n: (send(head()), _drip(send, BODY)),
    "short_of_its_length": lambda send, _n: send(head() + BODY[:-100]),
    "short_without_length": lambda send, _n: send(head(length=None) + BODY[:-100]),
    "short_in_chunks": lambda send, _n: send(
        head("200 OK", "Transfer-Encoding: chunked", length=None) + chunk(BODY[:1000]) + b"400\r\nabc"
    ),
    "gzip_unasked": lambda send, _n: send(
        head("200 OK", "Content-Encoding: gzip", length=len(ZIPPED)) + ZIPPED
    ),
    "gzip_broken": lambda send, _n: send(head("200 OK", "Content-Encoding: gzip", length=99) + ZIPPED[:99]),
    "gzip_bomb": lambda send, _n: send(
        head("200 OK", "Content-Encoding: x-gzip, gzip", "Transfer-Encoding: chunked", length=None)
        + chunk(gzip.compress(b"0" * 5_000_000))
    ),
    "endless": lambda send, _n: _endless(send),
    "announced_too_large": lambda send, _n: send(head(length=10**12) + BODY),
    "busy_then_fine": lambda send, n: (
        _fine(send) if n else send(head("429 Slow", "Retry-After: 0", length=0))
    ),
    "busy_for_ever": lambda send, _n: send(head("503 Busy", length=0)),
    "busy_for_a_day": lambda send, _n: send(head("429 Slow", "Retry-After: 86400", length=0)),
    "flaky": lambda send, n: _fine(send) if n >= 2 else send(head() + BODY[:7]),
    "gone": lambda send, _n: send(head("404 Not Found", length=0)),
    "redirect_to_a_file": lambda send, _n: _turn(send, "file:///etc/passwd"),
    "redirect_to_ftp": lambda send, _n: _turn(send, f"ftp://{HOST}/x.csv"),
    "redirect_elsewhere": lambda send, _n: _turn(send, "https://evil.example/x"),
    "redirect_inwards": lambda send, _n: send(
        head("307 Temporary Redirect", "Location: https://169.254.169.254/latest/meta-data", length=0)
    ),
    "redirect_loop": lambda send, _n: send(head("301 Moved", "Location: redirect_loop", length=0)),
    "empty": lambda send, _n: send(head(length=0)),
    "not_http": lambda send, _n: send(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "not_modified_unasked": lambda send, _n: send(b"HTTP/1.1 304 Not Modified\r\n\r\n"),
    "nothing_wrong": lambda send, _n: _fine(send),
    "nothing_wrong_in_chunks": lambda send, _n: send(
        head("200 OK", "Transfer-Encoding: chunked", length=None)
        + b"".join(chunk(BODY[at : at + 999]) for at in range(0, len(BODY), 999))
        + b"0\r\n\r\n"
    ),
}  # fmt: skip


class _Handler(socketserver.StreamRequestHandler):
    timeout = 5
    asked: dict[str, int]
    headers: list[str]
    times: list[float]

    def handle(self) -> None:
        """Read the request and send the fault that its path names: the part after `/fault/`, else the last.

        A path `/go/x` redirects to `/x`.
        """
        with suppress(OSError):
            lines = []
            while (line := self.rfile.readline().decode("latin-1").strip()) != "":
                lines.append(line)
            if not lines:
                return
            self.times.append(time.monotonic())
            self.headers.append("\n".join(lines))
            path = lines[0].split()[1].removeprefix(f"/{HOST}").split("?")[0]
            if path.startswith("/go/"):
                place = f"https://{HOST}/{path.removeprefix('/go/')}"
                self.request.sendall(head("302 Found", f"Location: {place}", length=0))
                return
            name = path.split("/")[2] if path.startswith("/fault/") else path.rsplit("/", 1)[-1]
            number = self.asked.get(path, 0)
            self.asked[path] = number + 1
            FAULTS[name](self.request.sendall, number)


class Server(socketserver.ThreadingTCPServer):
    """A server that notes each request, with its headers and its time."""

    allow_reuse_address = True
    daemon_threads = True
    # With a short backlog the kernel would refuse connections, which is not the fault under test.
    request_queue_size = 64

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.asked: dict[str, int] = {}
        self.headers: list[str] = []
        self.times: list[float] = []
        seen = {"asked": self.asked, "headers": self.headers, "times": self.times}
        super().__init__(("127.0.0.1", 0), type("Handler", (_Handler,), seen))
        self.tls = tls
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://localhost:{self.server_address[1]}"

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """Accept a connection, under TLS if the server has a certificate."""
        connection, place = super().get_request()
        if self.tls:
            connection = self.tls.wrap_socket(connection, server_side=True)
        return connection, place

    def handle_error(self, *_: object) -> None:
        """Ignore the error: the tests are about clients that break off."""


@contextmanager
def running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def at_query(path: str, query: str) -> str:
    """The path at which a mirror holds the answer to a query; without a query the answer is at `path`."""
    return f"{path}@{hashlib.sha256(query.encode()).hexdigest()[:12]}"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def translate_path(self, path: str) -> str:
        plain = super().translate_path(path)
        result = at_query(plain, urlsplit(path).query)
        return result if os.path.isfile(result) else plain  # noqa: PTH113  as its base has it

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Last-Modified of a file; of a link it is the time of the link, which a test may set."""
        if timestamp is not None:
            timestamp = os.lstat(self.translate_path(self.path)).st_mtime
        return super().date_time_string(timestamp)


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder that is laid out by host and path, and yield the address of the server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    with running(server):
        yield f"http://127.0.0.1:{server.server_address[1]}"
