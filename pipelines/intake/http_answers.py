"""Check the answer of a server, sort faults into passing and final ones, and write a file whole."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, BinaryIO

from urllib3.exceptions import HTTPError, SSLError

from pipelines.files import sync_to_disk
from pipelines.intake.connections import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from urllib3 import BaseHTTPResponse

    from pipelines.intake.connections import Guard

__all__ = [
    "AgainError",
    "announced_bytes",
    "check_status",
    "part_file",
    "passing_faults",
    "retry_after_s",
    "settle",
]

# Status codes after which the same request may succeed later (RFC 9110, RFC 6585, RFC 8470).
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})


class AgainError(Exception):
    """A fault that may pass. `wait_s` is the wait in seconds that the server asks for, None if unstated."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        """Keep the reason and the wait."""
        super().__init__(reason)
        self.wait_s = wait_s


def check_status(answer: BaseHTTPResponse) -> None:
    """Check that an answer is the plain file, or says that it is unchanged (304).

    Raises
    ------
    AgainError
        If the server is busy.
    RefusedError
        If the status is another one, or the bytes are encoded.
    """
    if answer.status in _BUSY:
        reason = f"status {answer.status}"
        raise AgainError(reason, retry_after_s(answer.headers.get("Retry-After", "")))
    if answer.status not in {200, 304}:
        msg = f"expected status 200, found {answer.status}"
        raise RefusedError(msg)
    coding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in {"", "identity"}:
        msg = f"expected the bytes as they are, found Content-Encoding {coding[:40]!r}"
        raise RefusedError(msg)


def retry_after_s(text: str) -> float | None:
    """The wait in seconds that a header Retry-After asks for; None if it is neither a number nor a date."""
    if text.strip().isdigit():
        return float(text)
    with suppress(ValueError, TypeError):
        at = parsedate_to_datetime(text)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return max(0.0, (at - datetime.now(UTC)).total_seconds())
    return None


def announced_bytes(answer: BaseHTTPResponse, at_most: int) -> int | None:
    """The number of bytes that an answer announces; None if it comes in chunks, which mark their own end.

    Raises
    ------
    RefusedError
        If it announces more than `at_most`, or neither a length nor chunks.
    """
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
def passing_faults(guard: Guard) -> Iterator[None]:
    """Turn a fault of the connection into AgainError, and one of a certificate or a file into RefusedError.

    If the deadline of `guard` has passed, the error is that of the deadline: the guard cut the connection.
    """
    try:
        yield
    except SSLError as error:
        guard.left_s()
        msg = f"expected a certificate of this host, found {_reason(error)}"
        raise RefusedError(msg) from error
    except HTTPError as error:
        guard.left_s()
        raise AgainError(_reason(error)) from error
    except (ValueError, OSError) as error:  # an invalid host name or header, or a full disk
        guard.left_s()
        msg = f"expected to fetch and write a file, found {_reason(error)}"
        raise RefusedError(msg) from error


def _reason(error: Exception) -> str:
    """The kind of an error and the end of its text, on one line."""
    text = " ".join(str(error.args[-1] if error.args else error).split())
    return f"{type(error).__name__.removesuffix('Error').lower()} ({text[-120:]})"


@contextmanager
def part_file(into: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Open a new file in `into` and yield its path and stream; it is removed unless `settle` moves it."""
    path = into / f".part-{os.getpid()}-{threading.get_ident()}"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o444)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield path, stream
    finally:
        path.unlink(missing_ok=True)


def settle(stream: BinaryIO, part: Path, path: Path) -> None:
    """Move the file `part` to `path` after its bytes are on the disk."""
    stream.flush()
    os.fsync(stream.fileno())
    part.replace(path)
    sync_to_disk(path.parent)
