"""Fetch one file: named hosts only, bounded in time, bytes and tries; whole and hashed, or refused.

Under it is urllib3, which follows no redirect, reads no environment, keeps no cookie and sends no
password unless told to. What it cannot do is added here: an end to all waiting together (a server
that sends a byte a second never lets a read time out), the address that was really reached, a
budget of bytes, the pace, and a second address.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import os
import random
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from socket import SHUT_RDWR, socket
from typing import TYPE_CHECKING, Any, BinaryIO, Self
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

import certifi
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, SSLError

from layers.errors import SourceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from urllib3 import BaseHTTPResponse

    from pipelines.source import Remote

__all__ = ["Fetched", "Fetcher", "Limits", "RefusedError", "Validators", "post", "webhook_host"]

_HOPS = 5
_BLOCK = 1 << 20
_SIGN_IN_S = 20.0
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_AGENT = "arctic-picture (open situational picture; one request a second)"


class RefusedError(SourceError):
    """What a server sent, or did not send, is not taken; what was held before stays.

    `may_pass` says that another time may bring it: the server was busy, or could not be reached.
    """

    may_pass = False


class _AgainError(Exception):
    """A fault that may pass: worth another try after `wait_s`, where the server names it."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, how often and how slowly. `deadline_s` bounds all tries and waits of a file together.

    `grace_s` is how long a transfer may be slower than `slowest_bytes_s`; `pace_s` the least time
    between two requests to a host; `longest_wait_s` what Retry-After may ask for.
    """

    deadline_s: float = 900.0
    idle_s: float = 30.0
    grace_s: float = 20.0
    slowest_bytes_s: float = 2000.0
    tries: int = 5
    backoff_s: float = 1.0
    longest_wait_s: float = 120.0
    pace_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of the file it sent last: sent back, so that it need not send it again."""

    etag: str = ""
    last_modified: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """The conditional headers."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that came whole; `path` and `sha256` are None where the server says it is unchanged."""

    url: str
    path: Path | None
    sha256: str | None
    size: int
    seen: Validators


class _Guard:
    """The end of all waiting for one file, and a handle on every connection opened for it."""

    def __init__(self, seconds: float, *, is_mirror: bool) -> None:
        self.ends = time.monotonic() + seconds
        self.seconds = seconds
        self._is_mirror = is_mirror
        self._handles: list[socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        for handle in self._handles:
            handle.close()

    def watch(self, connection: socket) -> socket:
        """Know a new connection; its far end must be a public address unless a mirror was named.

        A redirect, or a name that resolves to this machine or network, must not reach inwards.
        """
        peer = connection.getpeername()[0]
        if not (self._is_mirror or ipaddress.ip_address(peer.split("%")[0]).is_global):
            connection.close()
            msg = f"expected a public address, found {peer}"
            raise RefusedError(msg)
        # A second handle: TLS takes the first apart, and a response outlives its connection.
        self._handles.append(connection.dup())
        return connection

    def _cut(self) -> None:
        for handle in self._handles:
            with suppress(OSError):
                handle.shutdown(SHUT_RDWR)

    def left_s(self) -> float:
        """Seconds left; raises RefusedError where there are none."""
        left = self.ends - time.monotonic()
        if left <= 0:
            msg = f"expected the whole file within {self.seconds:g} s, found it still coming"
            raise RefusedError(msg)
        return left

    def sleep(self, seconds: float, why: str) -> None:
        """Wait, unless that would pass the end."""
        if seconds > self.left_s():
            msg = f"expected the whole file within {self.seconds:g} s, found {why}"
            raise RefusedError(msg)
        time.sleep(seconds)


class _Watched(HTTPConnection):
    """A connection that shows itself to the guard before a byte is sent."""

    def __init__(self, *arguments: Any, guard: _Guard, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._guard = guard

    def _new_conn(self) -> socket:
        return self._guard.watch(super()._new_conn())


class _WatchedTls(_Watched, HTTPSConnection):
    """The same under TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTls


@dataclass(slots=True)
class Fetcher:
    """Fetches files one after another; `mirror` stands in for every host, as `mirror/<host>/<path>`."""

    mirror: str = ""
    limits: Limits = field(default_factory=Limits)
    _next: dict[str, float] = field(default_factory=dict)
    _tokens: dict[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Refuse a mirror that carries a secret: its address is written into ledgers and logs."""
        parts = urlsplit(self.mirror)
        if parts.username or parts.password or parts.query or parts.fragment:
            msg = "expected the address of a mirror alone, found a name, password or question in it"
            raise RefusedError(msg)

    def fetch(
        self,
        address: Remote,
        into: Path,
        seen: Validators | None = None,
        report: Callable[[int, int | None], None] = lambda _done, _total: None,
    ) -> Fetched:
        """Fetch a file to `into/<its sha256>`, from the archive where the first address refuses.

        `seen` makes it conditional. `report` gets bytes done and bytes in all, where known. The file
        appears under its name whole and synced; on any refusal nothing of it is left.

        Raises
        ------
        RefusedError
            With address, expected and found, within `limits.deadline_s` and a second.
        """
        into.mkdir(parents=True, exist_ok=True)
        reasons, may_pass = [], False
        with _Guard(self.limits.deadline_s, is_mirror=bool(self.mirror)) as guard:
            for url in filter(None, (address.url, address.archive)):
                try:
                    # What one server said of its file says nothing of another's.
                    known = seen if url == address.url else None
                    return self._patiently(url, address, into, known or Validators(), guard, report)
                except RefusedError as error:
                    reasons.append(f"{url}: {error}")
                    may_pass |= error.may_pass
        refused = RefusedError("; ".join(reasons))
        refused.may_pass = may_pass
        raise refused

    def sign_in(self, url: str, form: Mapping[str, str], host: str) -> None:
        """Ask `url` for a token by a form, once, and show it to `host` from then on; in memory only.

        Raises
        ------
        RefusedError
            If there is no token to be had, or a mirror that is not on this machine would see the form.
        """
        at = urlsplit(self._at(url))
        asked = urlsplit(url).hostname
        if at.scheme != "https" and not _is_here(at.hostname or ""):
            msg = f"{asked}: expected https or a mirror on this machine, found another: nothing was sent"
            raise RefusedError(msg)
        try:
            with _Guard(_SIGN_IN_S, is_mirror=bool(self.mirror)) as guard:
                named: dict[str, Any] = {"timeout": Timeout(_SIGN_IN_S), "guard": guard}
                pool = (
                    _TlsPool(at.hostname or "", at.port, ssl_context=_tls(), **named)
                    if at.scheme == "https"
                    else _Pool(at.hostname or "", at.port, **named)
                )
                answer = pool.urlopen(
                    "POST", at.path, body=urlencode(form), redirect=False, retries=False,
                    headers={"User-Agent": _AGENT, "Content-Type": "application/x-www-form-urlencoded"},
                )  # fmt: skip
                token = json.loads(answer.data).get("access_token") if answer.status == 200 else None
        except (HTTPError, OSError, ValueError, AttributeError) as error:
            # The words of these errors may hold what was sent.
            msg = f"{asked}: expected a token within {_SIGN_IN_S:g} s, found {type(error).__name__}"
            raise RefusedError(msg) from None
        if not isinstance(token, str):
            msg = f"{asked}: expected a token, found status {answer.status}: are name and secret right?"
            raise RefusedError(msg)
        self._tokens[host] = token

    def _patiently(
        self,
        url: str,
        address: Remote,
        into: Path,
        seen: Validators,
        guard: _Guard,
        report: Callable[[int, int | None], None],
    ) -> Fetched:
        """Try again what may pass, later each time, or when the server says."""
        for number in range(1, self.limits.tries + 1):
            try:
                return self._once(url, address, into, seen, guard, report)
            except _AgainError as fault:
                guard.left_s()
                if number == self.limits.tries:
                    msg = f"expected the file, found {fault} in each of {number} tries"
                    refused = RefusedError(msg)
                    refused.may_pass = True
                    raise refused from fault
                wait = fault.wait_s
                if wait is None:
                    wait = self.limits.backoff_s * 2 ** (number - 1) * random.uniform(0.5, 1.5)  # noqa: S311
                elif wait > self.limits.longest_wait_s:
                    msg = f"expected the file, found {fault} and to be asked to wait {wait:.0f} s"
                    raise RefusedError(msg) from fault
                guard.sleep(wait, str(fault))
        raise AssertionError  # pragma: no cover  the last try returns or raises

    def _once(
        self,
        url: str,
        address: Remote,
        into: Path,
        seen: Validators,
        guard: _Guard,
        report: Callable[[int, int | None], None],
    ) -> Fetched:
        with _passing_faults(guard), self._opened(url, address, seen, guard) as answer:
            said = Validators(answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", ""))
            if answer.status == 304:
                if not seen.headers:
                    msg = "expected the file, found 304 not modified though nothing was asked"
                    raise RefusedError(msg)
                return Fetched(url, None, None, 0, said if said.headers else seen)
            total = _length(answer, address.at_most_bytes)
            with _part(into) as (part, stream):
                digest, size = hashlib.sha256(), 0
                for block in self._blocks(answer, guard):
                    size += len(block)
                    if size > address.at_most_bytes:
                        msg = f"expected at most {address.at_most_bytes} bytes, found more"
                        raise RefusedError(msg)
                    digest.update(block)
                    stream.write(block)
                    report(size, total)
                if size == 0:
                    msg = "expected the file, found 0 bytes"
                    raise RefusedError(msg)
                path = into / digest.hexdigest()
                _settle(stream, part, path)
            return Fetched(url, path, path.name, size, said)

    def _blocks(self, answer: BaseHTTPResponse, guard: _Guard) -> Iterator[bytes]:
        begun, size = time.monotonic(), 0
        while block := answer.read1(_BLOCK, decode_content=False):
            guard.left_s()
            size += len(block)
            took = time.monotonic() - begun
            if took > self.limits.grace_s and size < took * self.limits.slowest_bytes_s:
                msg = f"expected {self.limits.slowest_bytes_s:g} bytes a second, found {size / took:.0f}"
                raise RefusedError(msg)
            yield block
        guard.left_s()

    @contextmanager
    def _opened(
        self, url: str, address: Remote, seen: Validators, guard: _Guard
    ) -> Iterator[BaseHTTPResponse]:
        """Ask, follow redirects each hop of which is checked, and give the answer's open body."""
        for _ in range(_HOPS + 1):
            host = _host_of(url, address)
            self._pace(host, guard)
            answer = self._ask(self._at(url), seen, guard, self._tokens.get(host, ""))
            try:
                guard.left_s()  # headers that were cut at the end of all waiting look like few headers
                if answer.status in {301, 302, 303, 307, 308}:
                    url = self._next_hop(url, answer.headers.get("Location", ""))
                    continue
                _check_status(answer)
                yield answer
                return
            finally:
                answer.release_conn()
                answer.close()
        msg = f"expected at most {_HOPS} redirects, found more"
        raise RefusedError(msg)

    def _at(self, url: str) -> str:
        if not self.mirror:
            return url
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        return f"{self.mirror.rstrip('/')}/{parts.hostname}{parts.path}{query}"

    def _next_hop(self, url: str, location: str) -> str:
        """Where a redirect leads, in the provider's own terms also where a mirror answered."""
        found = urljoin(self._at(url), location)
        inside = f"{self.mirror.rstrip('/')}/"
        if self.mirror and found.startswith(inside):
            host, _, path = found.removeprefix(inside).partition("/")
            return urlunsplit((urlsplit(url).scheme, host, f"/{path}", "", ""))
        if not location or (urlsplit(url).scheme == "https" and urlsplit(found).scheme != "https"):
            msg = f"expected a redirect to https, found {location[:200]!r}"
            raise RefusedError(msg)
        return found

    def _ask(self, url: str, seen: Validators, guard: _Guard, token: str) -> BaseHTTPResponse:
        parts = urlsplit(url)
        wait = min(self.limits.idle_s, guard.left_s())
        named: dict[str, Any] = {
            "timeout": Timeout(connect=wait, read=wait),
            "retries": False,
            "maxsize": 1,
            "guard": guard,
        }
        pool: HTTPConnectionPool
        if parts.scheme == "https":
            pool = _TlsPool(parts.hostname or "", parts.port, ssl_context=_tls(), **named)
        else:
            pool = _Pool(parts.hostname or "", parts.port, **named)
        headers = {"User-Agent": _AGENT, "Accept-Encoding": "identity", "Connection": "close"}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        return pool.urlopen(
            "GET", target, headers=headers | seen.headers, redirect=False,
            preload_content=False, decode_content=False,
        )  # fmt: skip

    def _pace(self, host: str, guard: _Guard) -> None:
        now = time.monotonic()
        at = max(now, self._next.get(host, now))
        if at > now:
            guard.sleep(at - now, f"another request to {host} due before it")
        self._next[host] = at + self.limits.pace_s


def _tls() -> ssl.SSLContext:
    """Certificates of the system and those that come with certifi; both names and dates are checked."""
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=certifi.where())
    return context


def _host_of(url: str, address: Remote) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    schemes = {"https", urlsplit(address.url).scheme}
    if parts.scheme not in schemes or host not in address.allowed or parts.username:
        msg = f"expected {' or '.join(sorted(address.allowed))}, found {url[:200]!r}"
        raise RefusedError(msg)
    return host


def webhook_host(url: str) -> str:
    """The host of a webhook, which is all of its address that is ever said: the rest may be a secret.

    Raises
    ------
    UsageError
        If it is neither https nor on this machine.
    """
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme, parts.hostname or ""
        _ = parts.port
    except ValueError:
        scheme = host = ""
    if not host or scheme not in ({"https", "http"} if _is_here(host) else {"https"}):
        msg = "webhook: expected https, or http to this machine, found another address: give one of the two"
        raise UsageError(msg)
    return host


def _is_here(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def post(url: str, body: bytes, deadline_s: float = 20.0) -> int:
    """Post JSON to a webhook once, following no redirect; returns the status.

    Raises
    ------
    UsageError
        If the address is none a webhook may have.
    RefusedError
        If it does not answer in time, or with another status than 2xx; names the host alone.
    """
    host, parts = webhook_host(url), urlsplit(url)
    target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    headers = {"User-Agent": _AGENT, "Content-Type": "application/json", "Connection": "close"}
    try:
        with _Guard(deadline_s, is_mirror=True) as guard:  # the receiver is the user's own choice
            named: dict[str, Any] = {"timeout": Timeout(deadline_s), "guard": guard}
            pool = (
                _TlsPool(host, parts.port, ssl_context=_tls(), **named)
                if parts.scheme == "https"
                else _Pool(host, parts.port, **named)
            )
            answer = pool.urlopen("POST", target, body=body, headers=headers, redirect=False, retries=False)
            status = answer.status
    except (HTTPError, OSError, ValueError) as error:
        # The words of these errors may hold the address.
        msg = f"webhook {host}: expected an answer within {deadline_s:g} s, found {type(error).__name__}"
        raise RefusedError(msg) from None
    if not 200 <= status < 300:
        msg = f"webhook {host}: expected status 2xx, found {status}"
        raise RefusedError(msg)
    return status


def _check_status(answer: BaseHTTPResponse) -> None:
    if answer.status in _BUSY:
        reason = f"status {answer.status}"
        raise _AgainError(reason, _asked_wait_s(answer.headers.get("Retry-After", "")))
    if answer.status not in {200, 304}:
        msg = f"expected status 200, found {answer.status}"
        raise RefusedError(msg)
    coding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in {"", "identity"}:
        msg = f"expected the bytes as they are, found Content-Encoding {coding[:40]!r}"
        raise RefusedError(msg)


def _asked_wait_s(text: str) -> float | None:
    """Seconds of a Retry-After, which is a number or a date; None where it is neither."""
    if text.strip().isdigit():
        return float(text)
    with suppress(ValueError, TypeError):
        at = parsedate_to_datetime(text)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return max(0.0, (at - datetime.now(UTC)).total_seconds())
    return None


def _length(answer: BaseHTTPResponse, at_most: int) -> int | None:
    """Bytes announced; None where they come in chunks, which also say where they end."""
    if "chunked" in answer.headers.get("Transfer-Encoding", "").lower():
        return None
    text = answer.headers.get("Content-Length", "")
    if not text.isdigit():
        msg = "expected a length or chunks, found neither: a cut would not show"
        raise RefusedError(msg)
    if int(text) > at_most:
        msg = f"expected at most {at_most} bytes, found {int(text)} announced"
        raise RefusedError(msg)
    return int(text)


@contextmanager
def _passing_faults(guard: _Guard) -> Iterator[None]:
    """Name what went wrong on the way: certificates for good, the rest for another try."""
    try:
        yield
    except SSLError as error:
        guard.left_s()
        msg = f"expected a certificate of this host, found {_reason(error)}"
        raise RefusedError(msg) from error
    except HTTPError as error:
        guard.left_s()
        raise _AgainError(_reason(error)) from error
    except (ValueError, OSError) as error:  # a host name or header that is none; a disk that is full
        guard.left_s()
        msg = f"expected to fetch and write a file, found {_reason(error)}"
        raise RefusedError(msg) from error


def _reason(error: Exception) -> str:
    """The kind and the words of an error, on one line, without where it stands in memory."""
    text = " ".join(str(error.args[-1] if error.args else error).split())
    return f"{type(error).__name__.removesuffix('Error').lower()} ({text[-120:]})"


@contextmanager
def _part(into: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A file of our own to write to; it is gone afterwards unless `_settle` moved it."""
    path = into / f".part-{os.getpid()}-{threading.get_ident()}"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o444)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield path, stream
    finally:
        path.unlink(missing_ok=True)


def _settle(stream: BinaryIO, part: Path, path: Path) -> None:
    """Give a whole file its name, once its bytes are on the disk."""
    stream.flush()
    os.fsync(stream.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
