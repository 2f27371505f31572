"""Publish a picture whole or not at all: lock, stage, fsync, read back, one rename, one pointer.

Readers resolve `latest` once and read inside that snapshot. A kill at any point leaves the last
picture as it was; what was staged is cleared by the next run.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.errors import ExportError
from pipelines.source import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["MANIFEST", "picture_folder", "publish"]

MANIFEST = "MANIFEST.json"


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """Hold the root's lock; the kernel frees it when the process dies."""
    with (root / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            msg = f"{root}: expected to be the only run that publishes here, found another: wait for it"
            raise ExportError(msg) from error
        yield


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _clear(folder: Path) -> None:
    """Remove a dead staging folder; a link in it is removed, never followed."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.is_dir():
        shutil.rmtree(folder)


def publish(
    root: Path,
    write: Callable[[Path], dict[str, Any]],
    identify: Callable[[dict[str, Any]], str],
) -> Path:
    """Let `write` fill a staging folder and return its manifest, then publish it under its id.

    `identify` makes the id from the manifest without its sequence. The same id again changes
    nothing but the pointer. Returns the snapshot's folder.

    Raises
    ------
    ExportError
        If another run holds the lock, the disk refuses, or a file reads back otherwise.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        snapshots, staging = root / "snapshots", root / "staging"
        with _locked(root):
            snapshots.mkdir(exist_ok=True)
            _clear(staging)
            stage = staging / str(os.getpid())
            stage.mkdir(parents=True)
            try:
                manifest = write(stage)
                target = snapshots / identify(manifest)
                if not (target / MANIFEST).is_file():
                    _clear(target)
                    _finish(stage, manifest | {"id": target.name, "seq": _next_sequence(snapshots)})
                    stage.rename(target)
                    _sync(snapshots)
                _point(root, target)
            finally:
                _clear(staging)
            return target
    except OSError as error:
        msg = f"{root}: expected to publish a picture, found {error}: the last picture stands unchanged"
        raise ExportError(msg) from error


def _next_sequence(snapshots: Path) -> int:
    manifests = (path.read_text(encoding="utf-8") for path in snapshots.glob(f"*/{MANIFEST}"))
    return max((int(json.loads(text).get("seq", 0)) for text in manifests), default=0) + 1


def _finish(stage: Path, manifest: dict[str, Any]) -> None:
    text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    (stage / MANIFEST).write_text(text, encoding="utf-8")
    for path in sorted(stage.rglob("*")):
        if path.is_file():
            path.chmod(0o444)
            _sync(path)
    for row in manifest["files"]:
        path = stage / row["file"]
        if path.stat().st_size != row["bytes"] or sha256_of(path) != row["sha256"]:
            msg = f"{path.name}: expected to read back what was written, found other bytes: nothing published"
            raise ExportError(msg)
    for folder in [*sorted((p for p in stage.rglob("*") if p.is_dir()), reverse=True), stage]:
        _sync(folder)


def _point(root: Path, target: Path) -> None:
    fresh = root / ".latest"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path("snapshots") / target.name)
    fresh.replace(root / "latest")
    _sync(root)


def picture_folder(place: Path) -> Path:
    """The snapshot folder that `place` means: itself, or where `latest` points, resolved once.

    Raises
    ------
    ExportError
        If there is no picture.
    """
    for candidate in (place, place / "latest"):
        folder = candidate.resolve()
        if (folder / MANIFEST).is_file():
            return folder
    msg = f"{place}: expected a picture (a folder with {MANIFEST}), found none: run 'arctic-picture build'"
    raise ExportError(msg)
