"""Lock a folder, sync a file to disk, and replace a text file in one step."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from layers.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["locked", "sync_to_disk", "write_whole"]


@contextmanager
def locked(root: Path, name: str = ".lock") -> Iterator[None]:
    """Hold the lock file `name` in `root` while the body runs.

    The kernel frees the lock when the process dies, so a killed run leaves no lock behind.

    Raises
    ------
    ExportError
        If another process holds the lock.
    """
    # O_NOFOLLOW refuses a link planted under the name. Nothing is ever written into the lock file.
    lock = os.open(root / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            msg = f"{root}: expected to be the only run that publishes here, found another: wait for it"
            raise ExportError(msg) from error
        yield
    finally:
        os.close(lock)


def sync_to_disk(path: Path) -> None:
    """Wait until a file, or the list of names in a folder, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, text: str) -> None:
    """Replace a text file (UTF-8) in one step: a reader sees the old file or the new one, never a part.

    A link planted under the name is replaced, not followed.
    """
    # In the same folder, so that the replacement is a rename within one file system.
    part = path.with_name(f".{path.name}")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
