"""Lock a folder, sync a file to disk, replace a file in one step, and keep temporary folders bounded."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from layers.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "filling", "locked", "replacing", "scratch_folder", "sweep_scratch", "sync_to_disk", "write_whole",
]  # fmt: skip

_POLL_S = 0.05  # between two tries to take a lock
_SCRATCH = ".arctic-picture-"  # first letters of every temporary folder


@contextmanager
def locked(
    root: Path, name: str = ".lock", *, work: str = "publishes", wait_s: float = 0.0
) -> Iterator[None]:
    """Hold the lock file `name` in `root` while the body runs.

    The kernel frees the lock when the process dies, so a killed run leaves no lock behind. If another process
    holds the lock, this one waits up to `wait_s` seconds. `work` names in the error what the runs do.

    Raises
    ------
    ExportError
        If another process still holds the lock after that time.
    """
    # O_NOFOLLOW refuses a link planted under the name. Nothing is ever written into the lock file.
    lock = os.open(root / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    until = time.monotonic() + wait_s
    try:
        while not _is_taken(lock):
            if time.monotonic() >= until:
                msg = f"{root}: expected to be the only run that {work} here, found another: wait for it"
                raise ExportError(msg)
            time.sleep(_POLL_S)
        yield
    finally:
        os.close(lock)


def _is_taken(handle: int) -> bool:
    """Whether this process could take the lock on an open file or folder, without waiting."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def sync_to_disk(path: Path) -> None:
    """Wait until a file, or the list of names in a folder, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def scratch_folder(parent: Path | None = None) -> Iterator[Path]:
    """Give a new temporary folder in `parent` (default: that of the system), removed at the end.

    Its owner holds a lock on it. So the next call in the same parent knows the folders that a killed process
    left, and removes them: their number does not grow.
    """
    place = parent or Path(tempfile.gettempdir())
    sweep_scratch(place)
    while True:
        folder = place / f"{_SCRATCH}{os.getpid()}-{secrets.token_hex(6)}"
        folder.mkdir(mode=0o700)
        try:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue  # swept by another process before it was locked
        if _is_taken(handle) and folder.exists():
            break
        os.close(handle)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def sweep_scratch(parent: Path | None = None) -> None:
    """Remove the temporary folders in `parent` (default: that of the system) whose owner is dead."""
    place = parent or Path(tempfile.gettempdir())
    with os.scandir(place) as entries:
        left = [entry.path for entry in entries if entry.name.startswith(_SCRATCH)]
    for path in left:
        # Another user's folder, or one that ends at this moment, is no error of this run.
        with suppress(OSError):
            handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if _is_taken(handle):
                    shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(handle)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path for new content; at the end of the body the file there takes the place of `path`.

    A reader sees the old file or the whole new one, also after a kill or a power cut: the file is synced to
    disk, then renamed, then the folder is synced. The path has the same name in a folder of its own, so
    writers at the same time never share it. If the body fails, the old file stays. A link planted under the
    name is replaced, not followed.
    """
    # In the same folder, so that the replacement is a rename within one file system.
    with scratch_folder(path.parent) as folder:
        part = folder / path.name
        yield part
        sync_to_disk(part)
        part.replace(path)
        sync_to_disk(path.parent)


@contextmanager
def filling(folder: Path) -> Iterator[Path]:
    """Give an empty folder; at the end of the body its files move into `folder`, each as with `replacing`."""
    with scratch_folder(folder) as stage:
        yield stage
        for part in sorted(path for path in stage.rglob("*") if path.is_file()):
            path = folder / part.relative_to(stage)
            path.parent.mkdir(parents=True, exist_ok=True)
            sync_to_disk(part)
            part.replace(path)
            sync_to_disk(path.parent)


def write_whole(path: Path, text: str) -> None:
    """Replace a text file (UTF-8) in one step, as `replacing` does."""
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
