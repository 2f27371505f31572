"""A picture on disk: GeoParquet a layer, NetCDF a grid, the exports, a manifest. And back."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from dataclasses import asdict, fields
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

import maps
from layers.catalog import LAYERS, ON_PUBLICATION, ON_REQUEST
from layers.errors import ExportError, SchemaError
from layers.picture import LATE, Before, Picture, SourceNote
from layers.redaction import Redaction, audience
from layers.regions import region
from layers.scenarios import Scenario
from layers.schema import check
from pipelines.picture.geoparquet import write_table
from pipelines.picture.publish import faults_of, manifest_of, publish
from pipelines.snapshot import Grids
from pipelines.source import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipelines.snapshot import Snapshot

__all__ = ["as_of", "check_picture", "read_picture", "state_of", "store"]

FORMAT = "arctic-picture 1"
_LIBRARIES = ("geopandas", "shapely", "pyproj", "pandas", "numpy", "pyarrow", "xarray", "rasterio", "scipy")


def _table_path(layer_id: str, geometry: str) -> str:
    return f"{'tables' if geometry == 'table' else 'layers'}/{layer_id}.parquet"


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
    """Publish `picture` under `root` and return its folder; whole or not at all.

    Private layers are drawn where `maps.LOCAL` says, and stored nowhere else. `keep` is that of `publish`;
    one that `is_compared` says what changed since the earlier picture (pipelines.picture.previous).

    Raises
    ------
    ExportError
        If it cannot be published; the last picture stands.
    """
    passed_on = picture.to_pass_on()

    def write(stage: Path) -> dict[str, Any]:
        for name in ("layers", "tables", "grids"):
            (stage / name).mkdir()
        described = {}
        for layer in passed_on.layers:
            report(f"write {layer.id}")
            table = passed_on.tables[layer.id]
            path = _table_path(layer.id, layer.geometry)
            if table is used.table(layer.id):
                shutil.copyfile(used.files[layer.id], stage / path)
            else:
                write_table(table, stage / path)
            described[path] = _shape(table)
        for name, file in used.grids.files.items():
            shutil.copyfile(file, stage / "grids" / f"{name}.nc")
        drawn, held = picture, {}
        if is_compared:
            held = {row["file"]: row for row in _files(stage, described, {})}
            told = _manifest(passed_on, list(held.values()), options, used.manifest)
            drawn = _compared(picture, root, stage, told, described, report)
        for name in exports:
            report(f"write {name}")
            maps.write(name, drawn, stage)
        return _manifest(drawn.to_pass_on(), _files(stage, described, held), options, used.manifest)

    return publish(root, write, keep)


def _compared(
    picture: Picture,
    root: Path,
    stage: Path,
    told: dict[str, Any],
    described: dict[str, dict[str, Any]],
    report: Callable[[str], None],
) -> Picture:
    """The picture with what changed since the earlier one, the table of it written into `stage`."""
    from pipelines.picture.previous import CHANGES, since  # noqa: PLC0415  only where an earlier picture may lie

    drawn = since(picture, told, root, report)
    table = drawn.tables.get(CHANGES.id)
    if table is not None:
        path = _table_path(CHANGES.id, CHANGES.geometry)
        write_table(table, stage / path)
        described[path] = _shape(table)
    return drawn


def _files(
    stage: Path, described: dict[str, dict[str, Any]], held: dict[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """Every file with size and hash, by path; those of `held` are not read again."""
    rows = []
    for path in sorted(stage.rglob("*")):
        if path.is_file():
            name = path.relative_to(stage).as_posix()
            if name in held:
                rows.append(held[name])
                continue
            size = {"file": name, "size": path.stat().st_size, "sha256": sha256_of(path)}
            rows.append(size | described.get(name, {}))
    return rows


def _shape(table: pd.DataFrame) -> dict[str, Any]:
    row: dict[str, Any] = {"rows": len(table)}
    if isinstance(table, gpd.GeoDataFrame):
        row["crs"] = "EPSG:3413"
        if len(table):
            row["bounds"] = [round(float(v)) for v in table.total_bounds]
    return row


def _manifest(
    picture: Picture, files: list[dict[str, Any]], options: dict[str, Any], snapshot: dict[str, Any]
) -> dict[str, Any]:
    held = json.dumps(files, sort_keys=True).encode()
    return {
        "format": FORMAT,
        "content": hashlib.sha256(held).hexdigest(),
        "expires": picture.expires.isoformat() if picture.expires else None,
        "status": picture.status,
        "region": picture.region.id,
        "scenario": picture.scenario.id,
        "judged_by": asdict(picture.scenario),
        "day": picture.day.isoformat(),
        "options": options,
        **({"before": asdict(picture.before)} if picture.before else {}),
        **_apart(picture),
        "files": files,
        "layers": [
            {
                "id": layer.id,
                "title": layer.title,
                "pillar": layer.pillar,
                "file": _table_path(layer.id, layer.geometry),
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
        "code": {
            "arctic_picture": version("arctic-picture"),
            "python": platform.python_version(),
            "libraries": {name: version(name) for name in _LIBRARIES},
        },
    }


def _apart(picture: Picture) -> dict[str, Any]:
    """What the manifest says of things kept apart: counts without names; nothing where there are none."""
    told = {
        "audience": picture.audience if picture.audience != "public" else "",
        "withheld": picture.withheld,
        "private": picture.left_out > 0,
        "left_out": picture.left_out,
    }
    return {name: value for name, value in told.items() if value}


def as_of(table: pd.DataFrame) -> str | None:
    """The latest date a table holds for; null for an empty one."""
    days = table["as_of"].dropna() if "as_of" in table else pd.Series(dtype="str")
    return str(days.max()) if len(days) else None


def state_of(picture: Picture, layer_id: str) -> str:
    """The state of a layer: the latest of its sources says it; embedded where none does."""
    states = {note.state for note in picture.sources if note.feeds == layer_id}
    return next((s for s in (*LATE, "live") if s in states), "embedded")


def read_picture(folder: Path) -> Picture:
    """Read a stored picture back, every file held to its hash; private layers were never stored.

    Raises
    ------
    ExportError
        If a file is missing or changed.
    """
    _hold(folder)
    manifest = manifest_of(folder)
    judged_by = _scenario(folder, manifest)
    # A picture from before there were audiences is public.
    redaction = Redaction(audience(manifest["options"].get("audience", "public")))
    known = {layer.id: redaction.visible(layer) for layer in (*LAYERS, *ON_REQUEST, *ON_PUBLICATION)}
    layers = tuple(layer for row in manifest["layers"] if (layer := known[row["id"]]))
    tables = {}
    for layer in layers:
        read = pd.read_parquet if layer.geometry == "table" else gpd.read_parquet
        tables[layer.id] = read(folder / _table_path(layer.id, layer.geometry))
    return Picture(
        region=region(manifest["region"]),
        scenario=judged_by,
        day=date.fromisoformat(manifest["day"]),
        layers=layers,
        tables=tables,
        sources=tuple(SourceNote(**row) for row in manifest["sources"]),
        grids=Grids({path.stem: path for path in sorted((folder / "grids").glob("*.nc"))}),
        audience=manifest.get("audience", "public"),
        withheld=manifest.get("withheld", 0),
        left_out=manifest.get("left_out", 0),
        expires=date.fromisoformat(manifest["expires"]) if manifest["expires"] else None,
        before=Before(**manifest["before"]) if "before" in manifest else None,
    )


def _scenario(folder: Path, manifest: dict[str, Any]) -> Scenario:
    """What the picture was judged by."""
    held, known = manifest["judged_by"], {field.name for field in fields(Scenario)}
    if strange := sorted(set(held) - known):
        msg = (
            f"picture {folder.name}: expected what it was judged by as {', '.join(sorted(known))}, found "
            f"{strange[0]}: it is of an earlier method; build it again"
        )
        raise ExportError(msg)
    return Scenario(**held)


def _hold(folder: Path) -> None:
    faults = faults_of(folder)
    if faults:
        found = "; ".join(faults)
        msg = f"picture {folder.name}: expected the files of its manifest, found {found}: build it again"
        raise ExportError(msg)


def check_picture(folder: Path) -> tuple[dict[str, int], Picture]:
    """Hold a stored picture to its hashes and schemas, and its evidence to its nodes and sources.

    Returns counts of what was checked, and the picture.

    Raises
    ------
    ExportError
        If a file is missing or changed.
    SchemaError
        If a table breaks its layer, or evidence points to a node or source that is not there.
    """
    manifest = manifest_of(folder)
    picture = read_picture(folder)
    for layer in picture.layers:
        check(picture.tables[layer.id], layer)
    known = {note.id for note in picture.sources}
    faults = []
    for layer in picture.layers:
        table = picture.tables[layer.id]
        strange = sorted(set(table["source_id"]) - known) if "source_id" in table else []
        if strange:
            faults.append(f"layer {layer.id}: source {strange[0]!r} is not in the manifest")
    nodes, rows = set(picture.tables["nodes"]["node_id"]), picture.tables["evidence"]
    orphans = sorted(set(rows["node_id"]) - nodes)
    if orphans:
        faults.append(f"evidence: {len(orphans)} nodes that are not there, such as {orphans[0]}")
    bare = sorted(nodes - set(rows["node_id"]))
    if bare:
        faults.append(f"nodes: {len(bare)} without evidence, such as {bare[0]}")
    if faults:
        msg = f"picture {folder.name}: expected no orphan, found {'; '.join(faults)}"
        raise SchemaError(msg)
    return {
        "files": len(manifest["files"]),
        "layers": len(picture.layers),
        "nodes": len(nodes),
        "evidence": len(rows),
        "sources": len(known),
        "orphans": 0,
    }, picture
