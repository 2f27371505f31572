"""What a new picture says of the earlier one: which that is, and what changed since.

What a picture says is part of it and of its id. So the same content again must say the same again:
where the picture that stands holds the same tables, grids, sources, options and code, the new one is
compared with what that one was compared with, and is it. Otherwise each run would make one of its own.
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
from pipelines.picture.publish import manifest_of
from pipelines.source import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from layers.picture import Picture

__all__ = ["CHANGES", "since"]

_FILE = f"tables/{CHANGES.id}.parquet"
# What a picture holds; all other files are drawn of it.
_DATA = (".parquet", ".nc")
# What says nothing of the content: the id, its place, and what follows from another picture or from the rest.
_APART = frozenset({"id", "seq", "before", "content"})


def since(
    picture: Picture, told: dict[str, Any], root: Path, report: Callable[[str], None] = lambda _: None
) -> Picture:
    """The picture with the earlier one of `root` and what changed since; as it is where there is none.

    `told` is its manifest before anything is drawn. An earlier one is of the same region, scenario and
    audience: the one that stands, else the highest in the sequence. One that cannot be read or compared
    is named, without the table: what stands before a picture must not keep it from being published.
    """
    folder = next((f for f, manifest in _pictures(root) if _like(manifest) == _like(told)), None)
    if folder is None:
        return picture
    stands = manifest_of(folder)
    if _content(stands) == _content(told):
        if "before" not in stands:
            return picture
        before = Before(**stands["before"])
        if _FILE not in {row["file"] for row in stands["files"]}:
            return replace(picture, before=before)
        table = _stored(folder, stands)
        folder = root / "snapshots" / before.id
    else:
        before, table = Before(**{name: stands.get(name, "") for name in Before.__slots__}), None
    report("changes")
    table = _changes(folder, picture.to_pass_on(), told, report) if table is None else table
    if table is None:
        return replace(picture, before=before)
    tables = {**picture.tables, CHANGES.id: table}
    return replace(picture, before=before, layers=(*picture.layers, CHANGES), tables=tables)


def _pictures(root: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The pictures whose manifest can be read: the one that stands, then from the highest in the sequence."""
    held = {}
    for folder in (root / "snapshots").iterdir():
        try:
            held[folder] = manifest_of(folder)
        except ExportError:
            continue
    stands = (root / "latest").resolve()
    order = sorted(held, key=lambda f: (f.resolve() == stands, int(held[f]["seq"])), reverse=True)
    return ((folder, held[folder]) for folder in order)


def _like(manifest: dict[str, Any]) -> tuple[Any, ...]:
    """What two pictures must share to be compared; what one audience may see is not told to another."""
    audience = manifest.get("options", {}).get("audience", "public")
    return manifest.get("region"), manifest.get("scenario"), audience


def _content(manifest: dict[str, Any]) -> str:
    """What a picture holds and was made from, whatever it is compared with and however it is drawn."""
    rest = {name: value for name, value in manifest.items() if name not in _APART}
    rest["files"] = [r for r in manifest["files"] if r["file"].endswith(_DATA) and r["file"] != _FILE]
    rest["layers"] = [row for row in manifest["layers"] if row["id"] != CHANGES.id]
    return json.dumps(rest, sort_keys=True)


def _stored(folder: Path, manifest: dict[str, Any]) -> pd.DataFrame | None:
    """The table that a picture holds; None where it is not what its manifest names."""
    [named] = [row["sha256"] for row in manifest["files"] if row["file"] == _FILE]
    path = folder / _FILE
    if not path.is_file() or sha256_of(path) != named:
        return None
    return pd.read_parquet(path)


def _changes(
    folder: Path, picture: Picture, told: dict[str, Any], report: Callable[[str], None]
) -> pd.DataFrame | None:
    from pipelines.picture.store import read_picture  # noqa: PLC0415  it publishes, and calls this

    try:
        earlier = read_picture(folder)
        found = differences((manifest_of(folder), told), (earlier, picture))
        sources = {note.id: note.title for note in (*earlier.sources, *picture.sources)}
        return table_of(found, sources, {layer.id: layer.title for layer in picture.layers})
    except Exception as error:  # noqa: BLE001  see `since`
        report(f"{folder.name} is not compared with: {type(error).__name__}: {error}")
        return None
