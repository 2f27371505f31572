"""Store a picture: a GeoParquet file for each layer, a NetCDF file for each grid, exports and a manifest."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

import maps
from pipelines.picture.code_version import code
from pipelines.picture.geoparquet import write_table
from pipelines.picture.previous import CHANGES, since
from pipelines.picture.publish import publish
from pipelines.picture.read import as_of, state_of, table_path
from pipelines.source import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from layers.picture import Picture
    from pipelines.snapshot import Snapshot

__all__ = ["store"]

# Version of the layout of a stored picture and its manifest.
FORMAT = "arctic-picture 1"


def store(
    picture: Picture,
    root: Path,
    *,
    options: dict[str, Any],
    used: Snapshot,
    exports: Sequence[str] = maps.ALWAYS,
    keep: int = 0,
    is_compared: bool = False,
    report: Callable[[str], None] = lambda _: None,
) -> Path:
    """Publish `picture` under `root`, whole or not at all, and return its folder.

    `options` is the entry `options` of the manifest. `used` is the snapshot of the inputs. `exports` are the
    outputs to write; private layers appear only in those that `maps.LOCAL` names. `keep` is the number of
    pictures that stay; 0 keeps all. `is_compared` adds the changes since the earlier picture
    (pipelines.picture.previous).

    Raises
    ------
    ExportError
        If the picture cannot be published. The last picture stays.
    """
    passed_on = picture.to_pass_on()

    def write(stage: Path) -> dict[str, Any]:
        shapes = _write_data(passed_on, used, stage, report)
        drawn, hashed = picture, {}
        if is_compared:
            # The comparison needs the hashes of the data before the exports exist.
            hashed = {row["file"]: row for row in _files(stage, shapes, {})}
            manifest = _manifest(passed_on, list(hashed.values()), options, used.manifest)
            drawn = _compared(picture, root, stage, manifest, shapes, report)
        for name in exports:
            report(maps.drawing(name))
            maps.write(name, drawn, stage)
        report("reads every file back and publishes")
        return _manifest(drawn.to_pass_on(), _files(stage, shapes, hashed), options, used.manifest)

    return publish(root, write, keep)


def _write_data(
    picture: Picture, used: Snapshot, stage: Path, report: Callable[[str], None]
) -> dict[str, dict[str, Any]]:
    """Write tables and grids into `stage`; returns rows, CRS and bounds of each table by its path.

    A table that is the same as in the snapshot is copied, because that is faster.
    """
    for name in ("layers", "tables", "grids"):
        (stage / name).mkdir()
    shapes = {}
    for layer in picture.layers:
        report(f"writes {layer.id.replace('_', ' ')}")
        table = picture.tables[layer.id]
        path = table_path(layer.id, layer.geometry)
        if table is used.table(layer.id):
            shutil.copyfile(used.files[layer.id], stage / path)
        else:
            write_table(table, stage / path)
        shapes[path] = _shape(table)
    for name, file in used.grids.files.items():
        shutil.copyfile(file, stage / "grids" / f"{name}.nc")
    return shapes


def _compared(
    picture: Picture,
    root: Path,
    stage: Path,
    manifest: dict[str, Any],
    shapes: dict[str, dict[str, Any]],
    report: Callable[[str], None],
) -> Picture:
    """The picture with its changes since the earlier picture; writes their table into `stage`."""
    drawn = since(picture, manifest, root, report)
    table = drawn.tables.get(CHANGES.id)
    if table is not None:
        path = table_path(CHANGES.id, CHANGES.geometry)
        write_table(table, stage / path)
        shapes[path] = _shape(table)
    return drawn


def _files(
    stage: Path, shapes: dict[str, dict[str, Any]], hashed: dict[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """A row with size and hash for each file, sorted by path. A file in `hashed` is not read again."""
    rows = []
    for path in sorted(stage.rglob("*")):
        if path.is_file():
            name = path.relative_to(stage).as_posix()
            if name in hashed:
                rows.append(hashed[name])
                continue
            size = {"file": name, "size": path.stat().st_size, "sha256": sha256_of(path)}
            rows.append(size | shapes.get(name, {}))
    return rows


def _shape(table: pd.DataFrame) -> dict[str, Any]:
    """The number of rows of a table; with geometry also its CRS and its bounds in whole metres."""
    row: dict[str, Any] = {"rows": len(table)}
    if isinstance(table, gpd.GeoDataFrame):
        row["crs"] = "EPSG:3413"
        if len(table):
            row["bounds"] = [round(float(v)) for v in table.total_bounds]
    return row


def _manifest(
    picture: Picture, files: list[dict[str, Any]], options: dict[str, Any], snapshot: dict[str, Any]
) -> dict[str, Any]:
    """The manifest of a picture, before it has an id and a place in the sequence."""
    return {
        "format": FORMAT,
        "content": hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest(),
        "expires": picture.expires.isoformat() if picture.expires else None,
        "status": picture.status,
        "region": picture.region.id,
        "scenario": picture.scenario.id,
        "judged_by": asdict(picture.scenario),
        "day": picture.day.isoformat(),
        "options": options,
        **({"before": asdict(picture.before)} if picture.before else {}),
        # An entry that is absent from most pictures is left out, so that their ids stay the same.
        **_apart(picture),
        **_later(picture, snapshot),
        "files": files,
        "layers": [
            {
                "id": layer.id,
                "title": layer.title,
                "pillar": layer.pillar,
                "file": table_path(layer.id, layer.geometry),
                "rows": len(picture.tables[layer.id]),
                "as_of": as_of(picture.tables[layer.id]),
                "state": state_of(picture, layer.id),
                "note": layer.note,
            }
            for layer in picture.layers
        ],
        "sources": [{name: getattr(note, name) for name in note.__slots__} for note in picture.sources],
        "inputs": [{"url": row["homepage"]} | row for row in snapshot["sources"]],
        "gates": [],
        "method": "classes by the anchors of layers/assessed; evidence rows carry value, source and date",
        "caveats": list(picture.caveats),
        "code": code(),
    }


def _apart(picture: Picture) -> dict[str, Any]:
    """Counts of what is withheld or private, without names; no entry for a count of zero."""
    counts = {
        "audience": picture.audience if picture.audience != "public" else "",
        "withheld": picture.withheld,
        "private": picture.left_out > 0,
        "left_out": picture.left_out,
        "user_file_rows": dict(zip(("taken", "in_files"), picture.private_rows, strict=True))
        if picture.left_out
        else None,
    }
    return {name: value for name, value in counts.items() if value}


def _later(picture: Picture, snapshot: dict[str, Any]) -> dict[str, Any]:
    """Sources with a date after the day of the picture; no entry if there are none.

    A source with a date after the retrieval of the snapshot is a model. Its date is not its age, so it is
    left out.
    """
    day, last = picture.day.isoformat(), max(row["retrieved"] for row in snapshot["sources"])
    later = [note.id for note in picture.sources if note.state != "not_held" and day < note.as_of <= last]
    return {"later_sources": sorted(later)} if later else {}
