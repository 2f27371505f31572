"""Choose the earlier picture of a new one, and add the changes since then to the new one.

These changes are part of the picture and of its id, so the same content must always give the same changes.
Where the latest picture has the same tables, grids, sources, options and code, the new one is compared with
the predecessor of the latest and becomes the latest itself. Otherwise each run would make a new picture.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from layers.differences import CHANGES, table_of
from layers.errors import ExportError
from layers.picture import Before
from pipelines.picture.diff import differences
from pipelines.picture.publish import CODE_OF_MACHINE, manifest_of
from pipelines.picture.read import read_picture
from pipelines.source import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from layers.picture import Picture

__all__ = ["CHANGES", "since"]

_FILE = f"tables/{CHANGES.id}.parquet"
# Suffixes of the data of a picture; all other files are drawn from them.
_DATA = (".parquet", ".nc")
# Entries of a manifest that depend on other pictures or on the other entries.
_APART = frozenset({"id", "seq", "before", "content"})


def since(
    picture: Picture, manifest: dict[str, Any], root: Path, report: Callable[[str], None] = lambda _: None
) -> Picture:
    """The picture with its predecessor in `root` and the changes since; unchanged where there is none.

    `manifest` is that of the picture before anything is drawn. A predecessor has the same region, scenario
    and audience: the latest picture, else the highest in the sequence. A predecessor that cannot be read or
    compared is named without a table of changes, because it must not prevent the publication.
    """
    folder = next((f for f, other in _pictures(root) if _like(other) == _like(manifest)), None)
    if folder is None:
        return picture
    latest = manifest_of(folder)
    if _content(latest) == _content(manifest):
        if "before" not in latest:
            return picture
        before = Before(**latest["before"])
        if _FILE not in {row["file"] for row in latest["files"]}:
            return replace(picture, before=before)
        table = _stored(folder, latest)
        folder = root / "snapshots" / before.id
    else:
        before, table = Before(**{name: latest.get(name, "") for name in Before.__slots__}), None
    report("changes")
    table = _changes(folder, picture.to_pass_on(), manifest, report) if table is None else table
    if table is None:
        return replace(picture, before=before)
    tables = {**picture.tables, CHANGES.id: table}
    return replace(picture, before=before, layers=(*picture.layers, CHANGES), tables=tables)


def _pictures(root: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The pictures with a readable manifest: the latest, then from the highest in the sequence down."""
    manifests = {}
    for folder in (root / "snapshots").iterdir():
        try:
            manifests[folder] = manifest_of(folder)
        except ExportError:
            continue
    latest = (root / "latest").resolve()
    order = sorted(manifests, key=lambda f: (f.resolve() == latest, int(manifests[f]["seq"])), reverse=True)
    return ((folder, manifests[folder]) for folder in order)


def _like(manifest: dict[str, Any]) -> tuple[Any, ...]:
    """Entries that two pictures share to be compared. No audience sees the changes of another."""
    audience = manifest.get("options", {}).get("audience", "public")
    return manifest.get("region"), manifest.get("scenario"), audience


def _content(manifest: dict[str, Any]) -> str:
    """The data of a picture and its inputs as text, without its predecessor and its drawn files."""
    rest = {name: value for name, value in manifest.items() if name not in _APART}
    rest["code"] = {name: value for name, value in rest["code"].items() if name not in CODE_OF_MACHINE}
    rest["files"] = [r for r in manifest["files"] if r["file"].endswith(_DATA) and r["file"] != _FILE]
    rest["layers"] = [row for row in manifest["layers"] if row["id"] != CHANGES.id]
    return json.dumps(rest, sort_keys=True)


def _stored(folder: Path, manifest: dict[str, Any]) -> pd.DataFrame | None:
    """The stored table of changes; None where it is missing or not the file of the manifest."""
    [sha256] = [row["sha256"] for row in manifest["files"] if row["file"] == _FILE]
    path = folder / _FILE
    if not path.is_file() or sha256_of(path) != sha256:
        return None
    return pd.read_parquet(path)


def _changes(
    folder: Path, picture: Picture, manifest: dict[str, Any], report: Callable[[str], None]
) -> pd.DataFrame | None:
    """The table of changes since the picture in `folder`; None where it cannot be compared."""
    try:
        earlier = read_picture(folder)
        changes = differences((manifest_of(folder), manifest), (earlier, picture))
        sources = {note.id: note.title for note in (*earlier.sources, *picture.sources)}
        return table_of(changes, sources, {layer.id: layer.title for layer in picture.layers})
    except Exception as error:  # noqa: BLE001  a predecessor must not prevent the publication
        report(f"{folder.name} is not compared with: {type(error).__name__}: {error}")
        return None
