"""Publish a picture whole or not at all.

The steps are: lock the folder, write into a staging folder, sync to disk, read every file back, rename the
folder to its id, and let the link `latest` point at it. A reader resolves `latest` once and then reads inside
that folder. A kill at any point leaves the last picture unchanged, and the next run removes the staged files.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.errors import ExportError
from pipelines.files import locked, sync_to_disk
from pipelines.source import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "CODE_OF_MACHINE",
    "MANIFEST",
    "faults_of",
    "identify",
    "manifest_of",
    "picture_folder",
    "publish",
]

# The manifest lists every other file of a picture with its size and hash.
MANIFEST = "MANIFEST.json"
# Entries of `code` that are no part of the id: the same content is the same picture on every machine.
CODE_OF_MACHINE = frozenset({"python", "libraries", "sources_sha256"})


def _clear(folder: Path) -> None:
    """Remove a dead staging folder. A link is removed, never followed."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.is_dir():
        shutil.rmtree(folder)


def publish(
    root: Path,
    write: Callable[[Path], dict[str, Any]],
    keep: int = 0,
) -> Path:
    """Publish under `root` what `write` makes, and return the folder of the picture.

    `write` fills a staging folder and returns the manifest. The folder is then published under its id. If a
    picture with this id exists already, only `latest` moves; a damaged folder of this id is replaced. `keep`
    is the number of pictures that stay, the highest in the sequence; 0 keeps all. The new picture and the
    picture that was the latest stay in any case.

    Raises
    ------
    ExportError
        If another run holds the lock, the disk refuses, or a file reads back with other bytes.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        snapshots, staging = root / "snapshots", root / "staging"
        with locked(root):
            snapshots.mkdir(exist_ok=True)
            _clear(staging)
            # The staging folder is beside `snapshots`, because a rename works only within one file system.
            stage = staging / str(os.getpid())
            stage.mkdir(parents=True)
            try:
                manifest = write(stage)
                target = snapshots / identify(manifest)
                if not _is_whole(target):
                    _clear(target)
                    _finish(stage, manifest | {"id": target.name, "seq": _next_sequence(snapshots)})
                    stage.rename(target)
                    sync_to_disk(snapshots)
                before = (root / "latest").resolve()
                _point(root, target)
                if keep:
                    _retire(snapshots, stage.parent, keep, target.name, before.name)
            finally:
                _clear(staging)
            return target
    except OSError as error:
        msg = f"{root}: expected to publish a picture, found {error}: the last picture stands unchanged"
        raise ExportError(msg) from error


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest of a snapshot folder.

    Raises
    ------
    ExportError
        If it is missing or cannot be read.
    """
    path = folder / MANIFEST
    try:
        manifest = dict(json.loads(path.read_text(encoding="utf-8")))
        manifest["id"], manifest["seq"], manifest["files"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        msg = f"picture {folder.name}: expected a manifest at {path}, found {error!r}: build it again"
        raise ExportError(msg) from error
    return manifest


def identify(manifest: dict[str, Any]) -> str:
    """The id of a picture: 16 hexadecimal digits of the SHA-256 of its manifest.

    The id itself, the place in the sequence and the entries of the machine are left out of the hash.
    """
    content = {key: value for key, value in manifest.items() if key not in {"id", "seq"}}
    code = content.get("code")
    if isinstance(code, dict):
        content["code"] = {key: value for key, value in code.items() if key not in CODE_OF_MACHINE}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def faults_of(folder: Path) -> list[str]:
    """Differences between the files of a picture and its manifest, in words; empty if there are none.

    Raises
    ------
    ExportError
        If the manifest is missing or cannot be read.
    """
    manifest = manifest_of(folder)
    faults = []
    if not identify(manifest) == manifest["id"] == folder.name:
        faults.append(f"{MANIFEST}: not the manifest this id names")
    for row in manifest["files"]:
        path = folder / row["file"]
        if not path.is_file():
            faults.append(f"{row['file']}: missing")
        elif path.stat().st_size != row["size"] or sha256_of(path) != row["sha256"]:
            faults.append(f"{row['file']}: not the bytes the manifest names")
    listed = {row["file"] for row in manifest["files"]} | {MANIFEST}
    return faults + [
        f"{path.relative_to(folder)}: not in the manifest"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).as_posix() not in listed
    ]


def _is_whole(folder: Path) -> bool:
    try:
        return not faults_of(folder)
    except ExportError:
        return False


def _next_sequence(snapshots: Path) -> int:
    """The next place in the sequence: one more than the highest place of a readable manifest."""
    highest = 0
    for path in snapshots.glob(f"*/{MANIFEST}"):
        try:
            highest = max(highest, int(manifest_of(path.parent)["seq"]))
        except (ExportError, ValueError):
            continue
    return highest + 1


def _retire(snapshots: Path, staging: Path, keep: int, latest: str, before: str) -> None:
    """Remove all pictures but the `keep` highest in the sequence, each by one rename into `staging`.

    The pictures `latest` and `before` (the latest until now) stay. The picture below `latest` in the sequence
    stays too: after a killed run the link points at `latest` already and no longer at the picture before it.
    A picture without a readable manifest has no place in the sequence and stays.
    """
    places = {}
    for path in snapshots.glob(f"*/{MANIFEST}"):
        try:
            places[int(manifest_of(path.parent)["seq"])] = path.parent
        except (ExportError, ValueError):
            continue
    order = sorted(places, reverse=True)
    kept = set(order[:keep])
    for place, seq in enumerate(order):
        if places[seq].name == latest:
            kept.update(order[place : place + 2])
        elif places[seq].name == before:
            kept.add(seq)
    for seq in order:
        if seq not in kept:
            # The rename takes the whole picture away in one step; to remove its files takes longer.
            gone = staging / f"gone-{places[seq].name}"
            places[seq].rename(gone)
            shutil.rmtree(gone)


def _finish(stage: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest, sync every file and folder to disk, and read every file back."""
    text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    (stage / MANIFEST).write_text(text, encoding="utf-8")
    for path in sorted(stage.rglob("*")):
        if path.is_file():
            # A published file is never changed, so it is read-only.
            path.chmod(0o444)
            sync_to_disk(path)
    paths = [stage / row["file"] for row in manifest["files"]]
    with ThreadPoolExecutor() as pool:  # to read one file while another one is hashed
        hashes = list(pool.map(sha256_of, paths))
    for path, sha256, row in zip(paths, hashes, manifest["files"], strict=True):
        if path.stat().st_size != row["size"] or sha256 != row["sha256"]:
            msg = f"{path.name}: expected to read back what was written, found other bytes: nothing published"
            raise ExportError(msg)
    # The names of the files are on disk only after their folders are synced, the deepest first.
    for folder in [*sorted((p for p in stage.rglob("*") if p.is_dir()), reverse=True), stage]:
        sync_to_disk(folder)


def _point(root: Path, target: Path) -> None:
    """Let `latest` point at the target, in one step."""
    # A link cannot be changed in one step, but a new link can replace it by a rename.
    fresh = root / ".latest"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path("snapshots") / target.name)
    fresh.replace(root / "latest")
    sync_to_disk(root)


def picture_folder(place: Path) -> Path:
    """The folder of a picture: `place` itself, or the target of the link `latest` in `place`, resolved once.

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
