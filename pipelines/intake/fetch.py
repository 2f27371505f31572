"""Fetch one file from named hosts, within limits of time, bytes and tries.

A file arrives whole and hashed, or it is refused. Addresses and redirects are checked here, connections in
pipelines.intake.connections, and answers in pipelines.intake.http_answers. A fetcher pauses between two
requests to one host, and tries the second address of a file if the first refuses.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from urllib3.exceptions import HTTPError

from pipelines.intake.connections import AGENT, Guard, RefusedError, is_here, pool_for
from pipelines.intake.http_answers import (
    AgainError,
    announced_bytes,
    check_status,
    part_file,
    passing_faults,
    settle,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from urllib3 import BaseHTTPResponse

    from pipelines.source import Remote

__all__ = ["Fetched", "Fetcher", "Limits", "RefusedError", "Validators"]

_HOPS = 5  # redirects of one request; a loop of redirects must end
_BLOCK = 1 << 20  # bytes
_SIGN_IN_S = 20.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a fetch. The values are conventions of the project.

    `deadline_s` bounds all tries and waits for one file together. `idle_s` bounds a connect and each read.
    After `grace_s` a transfer with a mean below `slowest_bytes_s` (bytes a second) is refused. `tries` is the
    number of tries at each address. `backoff_s` is the wait after the first; it doubles with each try.
    `longest_wait_s` is the longest Retry-After that is obeyed: a longer one is a refusal. `pace_s` is the
    least time between two requests to one host.
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
    """The `ETag` and `Last-Modified` of the file that a server sent last.

    A request that repeats them is conditional: an unchanged file is not sent again.
    """

    etag: str = ""
    last_modified: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a conditional request; empty if the server sent no validators."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in headers.items() if value}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that was fetched whole from `url`.

    `size` is in bytes. `seen` are the validators for the next request. If the server says that the file is
    unchanged, `path` and `sha256` are None and `size` is 0.
    """

    url: str
    path: Path | None
    sha256: str | None
    size: int
    seen: Validators


@dataclass(slots=True)
class Fetcher:
    """Fetches files one after another.

    If `mirror` is set, all files come from it, under the addresses `<mirror>/<host>/<path>`.
    """

    mirror: str = ""
    limits: Limits = field(default_factory=Limits)
    _next: dict[str, float] = field(default_factory=dict)
    _tokens: dict[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Refuse a mirror whose address may hold a secret, because ledgers and logs hold that address."""
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
        """Fetch the file of `address` to `into/<its sha256>`; from its archive if the first address refuses.

        `seen` makes the request conditional. `report` gets the number of bytes so far and in all; None if the
        server does not say. The file appears under its name only when it is whole and on the disk. After a
        refusal no part of it is left.

        Raises
        ------
        RefusedError
            If no address gives the file, at most a second after `limits.deadline_s`. The message names each
            address with what was expected and found.
        """
        into.mkdir(parents=True, exist_ok=True)
        reasons, may_pass = [], False
        with Guard(self.limits.deadline_s, is_mirror=bool(self.mirror)) as guard:
            for url in filter(None, (address.url, address.archive)):
                try:
                    # Validators of one server mean nothing to another.
                    own = seen if url == address.url else None
                    return self._patiently(url, address, into, own or Validators(), guard, report)
                except RefusedError as error:
                    reasons.append(f"{url}: {error}")
                    may_pass |= error.may_pass
        refused = RefusedError("; ".join(reasons))
        refused.may_pass = may_pass
        raise refused

    def sign_in(self, url: str, form: Mapping[str, str], host: str) -> None:
        """Post `form` to `url` once for a token, and send the token with each later request to `host`.

        The token stays in memory.

        Raises
        ------
        RefusedError
            If no token comes, or if the form would go to a mirror on another machine, with TLS or without.
        """
        at = urlsplit(self._at(url))
        host_asked = urlsplit(url).hostname
        # TLS keeps a secret on its way, and a mirror is not the one whom it is for.
        if not is_here(at.hostname or "") and (self.mirror or at.scheme != "https"):
            msg = f"{host_asked}: expected https or a mirror on this machine, found another: nothing was sent"
            raise RefusedError(msg)
        try:
            with Guard(_SIGN_IN_S, is_mirror=bool(self.mirror)) as guard:
                answer = pool_for(self._at(url), guard, _SIGN_IN_S).urlopen(
                    "POST", at.path, body=urlencode(form), redirect=False, retries=False,
                    headers={"User-Agent": AGENT, "Content-Type": "application/x-www-form-urlencoded"},
                )  # fmt: skip
                token = json.loads(answer.data).get("access_token") if answer.status == 200 else None
        except (HTTPError, OSError, ValueError, AttributeError) as error:
            # The text of these errors may hold what was sent.
            msg = f"{host_asked}: expected a token within {_SIGN_IN_S:g} s, found {type(error).__name__}"
            raise RefusedError(msg) from None
        if not isinstance(token, str):
            msg = f"{host_asked}: expected a token, found status {answer.status}: are name and secret right?"
            raise RefusedError(msg)
        self._tokens[host] = token

    def _patiently(
        self,
        url: str,
        address: Remote,
        into: Path,
        seen: Validators,
        guard: Guard,
        report: Callable[[int, int | None], None],
    ) -> Fetched:
        """Fetch from one address, and try again after a fault that may pass.

        The wait doubles with each try, or is the one that the server asks for.
        """
        for number in range(1, self.limits.tries + 1):
            try:
                return self._once(url, address, into, seen, guard, report)
            except AgainError as fault:
                guard.left_s()
                if number == self.limits.tries:
                    msg = f"expected the file, found {fault} in each of {number} tries"
                    refused = RefusedError(msg)
                    refused.may_pass = True
                    raise refused from fault
                wait = fault.wait_s
                # A random factor keeps many clients from coming back at the same moment.
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
        guard: Guard,
        report: Callable[[int, int | None], None],
    ) -> Fetched:
        with passing_faults(guard), self._opened(url, address, seen, guard) as answer:
            sent = Validators(answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", ""))
            if answer.status == 304:
                if not seen.headers:
                    msg = "expected the file, found 304 not modified though nothing was asked"
                    raise RefusedError(msg)
                return Fetched(url, None, None, 0, sent if sent.headers else seen)
            total = announced_bytes(answer, address.at_most_bytes)
            with part_file(into) as (part, stream):
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
                settle(stream, part, path)
            return Fetched(url, path, path.name, size, sent)

    def _blocks(self, answer: BaseHTTPResponse, guard: Guard) -> Iterator[bytes]:
        begun, size = time.monotonic(), 0
        # `read1` returns what has come so far. `read` would wait for a whole block and miss the deadline.
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
        self, url: str, address: Remote, seen: Validators, guard: Guard
    ) -> Iterator[BaseHTTPResponse]:
        """Send the request, follow redirects after checking each, and yield the open answer."""
        for _ in range(_HOPS + 1):
            host = _host_of(url, address)
            self._pace(host, guard)
            answer = self._ask(self._at(url), seen, guard, self._tokens.get(host, ""))
            try:
                guard.left_s()  # headers that were cut at the deadline read as complete (decisions/0012)
                if answer.status in {301, 302, 303, 307, 308}:
                    url = self._next_hop(url, answer.headers.get("Location", ""))
                    continue
                check_status(answer)
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
        """The address to which a redirect leads; if a mirror answered, the provider's address of it."""
        target = urljoin(self._at(url), location)
        inside = f"{self.mirror.rstrip('/')}/"
        if self.mirror and target.startswith(inside):
            host, _, path = target.removeprefix(inside).partition("/")
            return urlunsplit((urlsplit(url).scheme, host, f"/{path}", "", ""))
        if not location or (urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https"):
            msg = f"expected a redirect to https, found {location[:200]!r}"
            raise RefusedError(msg)
        return target

    def _ask(self, url: str, seen: Validators, guard: Guard, token: str) -> BaseHTTPResponse:
        parts = urlsplit(url)
        wait = min(self.limits.idle_s, guard.left_s())
        pool = pool_for(url, guard, wait, retries=False, maxsize=1)
        # Encoded bytes have another hash and length, and could unpack to any size.
        headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", "Connection": "close"}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        return pool.urlopen(
            "GET", target, headers=headers | seen.headers, redirect=False,
            preload_content=False, decode_content=False,
        )  # fmt: skip

    def _pace(self, host: str, guard: Guard) -> None:
        now = time.monotonic()
        at = max(now, self._next.get(host, now))
        if at > now:
            guard.sleep(at - now, f"another request to {host} due before it")
        self._next[host] = at + self.limits.pace_s


def _host_of(url: str, address: Remote) -> str:
    """The host of `url`; raises RefusedError if `address` does not allow this host or scheme."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    # Plain http is allowed only if the address of the provider itself is http.
    schemes = {"https", urlsplit(address.url).scheme}
    if parts.scheme not in schemes or host not in address.allowed or parts.username:
        msg = f"expected {' or '.join(sorted(address.allowed))}, found {url[:200]!r}"
        raise RefusedError(msg)
    return host
