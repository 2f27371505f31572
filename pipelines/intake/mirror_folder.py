"""Fetch files from a folder that is laid out by host and path, such as a USB stick: no network, no server.

The file of `https://host/path/name` is `<folder>/host/path/name`, as `wget -x` and `wget -r` lay it out. The
checks of a fetched file are the same as those of a file from its provider.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote, urlsplit

from pipelines.intake.fetch import Fetched, Fetcher, RefusedError, Validators
from pipelines.intake.http_answers import part_file, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pipelines.source import Remote

__all__ = ["FolderFetcher", "OfflineFetcher"]

_BLOCK = 1 << 20  # bytes
_NAME_BYTES = 255  # the longest name of a file that file systems take


@dataclass(slots=True)
class OfflineFetcher(Fetcher):
    """Refuses every file at once with the same `reason`: nothing waits for a network that is not there.

    Files in `by_hand/` need no fetcher and are still taken.
    """

    reason: str = "no network"

    def fetch(
        self,
        address: Remote,
        into: Path,
        seen: Validators | None = None,
        report: Callable[[int, int | None], None] = lambda _done, _total: None,
    ) -> Fetched:
        """Refuse; the parameters are those of `Fetcher.fetch`."""
        del address, into, seen, report
        raise _unasked(self.reason)

    def sign_in(self, url: str, form: Mapping[str, str], host: str) -> None:
        """Send nothing: `fetch` refuses afterwards, with the reason."""


@dataclass(slots=True)
class FolderFetcher(Fetcher):
    """Takes every file from `folder`; nothing is asked of a network, and no account is needed."""

    folder: Path = Path()

    def fetch(
        self,
        address: Remote,
        into: Path,
        seen: Validators | None = None,
        report: Callable[[int, int | None], None] = lambda _done, _total: None,
    ) -> Fetched:
        """Copy the file of `address` to `into/<its sha256>`; from its archive if the first is not there.

        The time of a file in the folder says when it was copied, so it is no validator (`seen`) and no date.

        Raises
        ------
        RefusedError
            If the folder does not hold the file, or it is too large, empty or no plain file.
        """
        del seen
        into.mkdir(parents=True, exist_ok=True)
        reasons, is_there = [], False
        for url in filter(None, (address.url, address.archive)):
            try:
                return self._copied(url, address, into, report)
            except RefusedError as error:
                reasons.append(f"{url}: {error}")
                is_there |= not error.is_unasked
            except OSError as error:
                reasons.append(f"{url}: expected to copy a file, found {error.strerror}: is the disk full?")
                is_there = True
        # What a folder does not hold may well be at its provider.
        raise RefusedError("; ".join(reasons)) if is_there else _unasked("; ".join(reasons))

    def sign_in(self, url: str, form: Mapping[str, str], host: str) -> None:
        """Send nothing: a folder asks for no account."""

    def _copied(
        self, url: str, address: Remote, into: Path, report: Callable[[int, int | None], None]
    ) -> Fetched:
        with _opened(self._path(url)) as source, part_file(into) as (part, stream):
            total = os.fstat(source.fileno()).st_size
            if not 0 < total <= address.at_most_bytes:
                msg = f"expected 1 to {address.at_most_bytes} bytes, found {total}"
                raise RefusedError(msg)
            digest, size, ends = hashlib.sha256(), 0, time.monotonic() + self.limits.deadline_s
            while block := source.read(_BLOCK):
                size += len(block)
                # A file that grows while it is read must end, and so must a stick that hardly answers.
                if size > address.at_most_bytes or time.monotonic() > ends:
                    msg = f"expected {total} bytes within {self.limits.deadline_s:g} s, found {size} so far"
                    raise RefusedError(msg)
                digest.update(block)
                stream.write(block)
                report(size, total)
            path = into / digest.hexdigest()
            settle(stream, part, path)
        return Fetched(url, path, path.name, size, Validators())

    def _path(self, url: str) -> Path:
        """The path of the file for `url`; raises RefusedError if the folder holds none."""
        for path in self._places(url):
            if path.exists():
                return path
        msg = f"expected the file at {next(self._places(url))}, found none"
        raise _unasked(msg)

    def _places(self, url: str) -> Iterator[Path]:
        """The paths at which the file of `url` may be, the most exact first."""
        parts = urlsplit(url)
        for text in dict.fromkeys((parts.path, unquote(parts.path))):
            name = text.lstrip("/")
            if not name or name.endswith("/"):
                name += "index.html"
            place = self.folder / (parts.hostname or "") / name
            # wget keeps the query in the name; where a name may hold no question mark, it writes `@`.
            query = parts.query.replace("/", "%2F")
            if query and len(f"{place.name}?{query}".encode()) <= _NAME_BYTES:
                yield place.with_name(f"{place.name}?{query}")
                yield place.with_name(f"{place.name}@{query}")
            yield place


def _unasked(reason: str) -> RefusedError:
    """The refusal of a file for which no provider was asked."""
    refused = RefusedError(reason)
    refused.is_unasked = True
    return refused


def _opened(path: Path) -> BinaryIO:
    """Open a plain file; raises RefusedError for a folder, a pipe or a device, which might never end."""
    # Without O_NONBLOCK, to open a named pipe waits for a writer.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    stream = os.fdopen(handle, "rb") if stat.S_ISREG(os.fstat(handle).st_mode) else None
    if stream is None:
        os.close(handle)
        msg = f"expected a plain file at {path}, found something else"
        raise RefusedError(msg)
    return stream
