"""Files written whole or not at all: a lock on a folder, a sync to disk, a replacement in one step."""

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
    """Hold a lock file in `root`. The kernel frees the lock when the process dies.

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
    """Wait until the disk holds a file or a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, text: str) -> None:
    """Replace a text file in one step; a link planted under its name is replaced, not followed."""
    part = path.with_name(f".{path.name}")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
