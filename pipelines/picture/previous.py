"""Choose the predecessor of a new picture, and add the changes since then to the new picture.

Two pictures are comparable if they have the same region, scenario and audience. The predecessor is the latest
comparable picture. There is one exception (decisions/0021). The changes are part of a picture and of its id,
so the same content must always give the same changes. If the latest comparable picture has the same tables,
grids, sources, options and code as the new picture, the new picture takes over the predecessor and the
changes of that picture. Both then have the same id and are one picture. Without this exception, each run
would publish another picture.
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
# Suffixes of the data files of a picture. All other files are exports, made from the data files.
_DATA = (".parquet", ".nc")
# Entries of a manifest that depend on other pictures or on the other entries.
_APART = frozenset({"id", "seq", "before", "content"})


def since(
    picture: Picture, manifest: dict[str, Any], root: Path, report: Callable[[str], None] = lambda _: None
) -> Picture:
    """The picture with its predecessor and the table of changes; unchanged if there is no predecessor.

    `manifest` describes the tables and grids of the new picture, before its exports are written. `root` is
    the folder of the pictures. The latest comparable picture is the target of `latest`, or else the highest
    one in the sequence. `report` is called with each step and with the reason of a failed comparison. If the
    predecessor cannot be read or compared, the result names it and has no table of changes, because an old
    picture must not prevent the publication of a new one.
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
        # If the stored table is damaged, it is computed again from the same predecessor.
        folder = root / "snapshots" / before.id
    else:
        before, table = Before(**{name: latest.get(name, "") for name in Before.__slots__}), None
    report("compares with the earlier picture")
    table = _changes(folder, picture.to_pass_on(), manifest, report) if table is None else table
    if table is None:
        return replace(picture, before=before)
    tables = {**picture.tables, CHANGES.id: table}
    return replace(picture, before=before, layers=(*picture.layers, CHANGES), tables=tables)


def _pictures(root: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Folder and manifest of each picture with a readable manifest.

    The target of `latest` comes first, then the others from the highest in the sequence down.
    """
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
    """Region, scenario and audience: equal for two comparable pictures.

    The audience is one of them, because an audience must not see what another audience may see.
    """
    audience = manifest.get("options", {}).get("audience", "public")
    return manifest.get("region"), manifest.get("scenario"), audience


def _content(manifest: dict[str, Any]) -> str:
    """The data and inputs of a picture as text, without its predecessor, its changes and its exports."""
    rest = {name: value for name, value in manifest.items() if name not in _APART}
    rest["code"] = {name: value for name, value in rest["code"].items() if name not in CODE_OF_MACHINE}
    rest["files"] = [r for r in manifest["files"] if r["file"].endswith(_DATA) and r["file"] != _FILE]
    rest["layers"] = [row for row in manifest["layers"] if row["id"] != CHANGES.id]
    return json.dumps(rest, sort_keys=True)


def _stored(folder: Path, manifest: dict[str, Any]) -> pd.DataFrame | None:
    """The stored table of changes; None if it is missing or its hash differs from the manifest."""
    [sha256] = [row["sha256"] for row in manifest["files"] if row["file"] == _FILE]
    path = folder / _FILE
    if not path.is_file() or sha256_of(path) != sha256:
        return None
    return pd.read_parquet(path)


def _changes(
    folder: Path, picture: Picture, manifest: dict[str, Any], report: Callable[[str], None]
) -> pd.DataFrame | None:
    """The table of changes since the picture in `folder`; None if the two cannot be compared.

    `manifest` describes `picture`, the new one.
    """
    try:
        earlier = read_picture(folder)
        changes = differences((manifest_of(folder), manifest), (earlier, picture))
        sources = {note.id: note.title for note in (*earlier.sources, *picture.sources)}
        return table_of(changes, sources, {layer.id: layer.title for layer in picture.layers})
    except Exception as error:  # noqa: BLE001  a predecessor must not prevent the publication
        report(f"{folder.name} is not compared with: {type(error).__name__}: {error}")
        return None
