"""Read a stored picture, check it, and give the state and the date of its tables."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from layers.catalog import LAYERS, ON_PUBLICATION, ON_REQUEST
from layers.errors import ExportError, SchemaError
from layers.picture import LATE, Before, Picture, SourceNote
from layers.redaction import Redaction, audience
from layers.regions import region
from layers.scenarios import Scenario
from layers.schema import check
from pipelines.picture.publish import faults_of, manifest_of
from pipelines.snapshot import Grids

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["as_of", "check_picture", "read_picture", "state_of", "table_path"]


def table_path(layer_id: str, geometry: str) -> str:
    """Path of a layer's GeoParquet file inside a picture."""
    return f"{'tables' if geometry == 'table' else 'layers'}/{layer_id}.parquet"


def as_of(table: pd.DataFrame) -> str | None:
    """The latest date in a table; None for an empty table."""
    days = table["as_of"].dropna() if "as_of" in table else pd.Series(dtype="str")
    return str(days.max()) if len(days) else None


def state_of(picture: Picture, layer_id: str) -> str:
    """The worst state of the late sources of a layer, else `live` if one is live, else `embedded`."""
    states = {note.state for note in picture.sources if note.feeds == layer_id}
    return next((state for state in (*LATE, "live") if state in states), "embedded")


def read_picture(folder: Path) -> Picture:
    """Read a stored picture after a check of the hash of every file. It has no private layers.

    Raises
    ------
    ExportError
        If a file is missing or changed, or the picture is of an earlier method.
    """
    if faults := faults_of(folder):
        msg = (
            f"picture {folder.name}: expected the files of its manifest, found {'; '.join(faults)}: "
            "build it again"
        )
        raise ExportError(msg)
    manifest = manifest_of(folder)
    layers = _layers(folder, manifest)
    tables = {}
    for layer in layers:
        read = pd.read_parquet if layer.geometry == "table" else gpd.read_parquet
        tables[layer.id] = read(folder / table_path(layer.id, layer.geometry))
    return Picture(
        region=region(manifest["region"]),
        scenario=_scenario(folder, manifest),
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


def _layers(folder: Path, manifest: dict[str, Any]) -> tuple[Any, ...]:
    """The layers of the manifest as its audience sees them."""
    # A picture from before audiences existed is public.
    redaction = Redaction(audience(manifest["options"].get("audience", "public")))
    by_id = {layer.id: redaction.visible(layer) for layer in (*LAYERS, *ON_REQUEST, *ON_PUBLICATION)}
    if strange := sorted({row["id"] for row in manifest["layers"]} - set(by_id)):
        msg = (
            f"picture {folder.name}: expected layers of this version, found {strange[0]!r}: it is of another "
            "version; build it again"
        )
        raise ExportError(msg)
    return tuple(layer for row in manifest["layers"] if (layer := by_id[row["id"]]))


def _scenario(folder: Path, manifest: dict[str, Any]) -> Scenario:
    """The scenario that the picture was judged by."""
    judged_by, names = manifest["judged_by"], {field.name for field in fields(Scenario)}
    if strange := sorted(set(judged_by) - names):
        msg = (
            f"picture {folder.name}: expected what it was judged by as {', '.join(sorted(names))}, found "
            f"{strange[0]}: it is of an earlier method; build it again"
        )
        raise ExportError(msg)
    return Scenario(**judged_by)


def check_picture(folder: Path) -> tuple[dict[str, int], Picture]:
    """Check a stored picture against its hashes and schemas, and its evidence against nodes and sources.

    Returns the counts of what was checked, and the picture.

    Raises
    ------
    ExportError
        If a file is missing or changed.
    SchemaError
        If a table breaks its layer's schema, or evidence names a node or source that is not there.
    """
    manifest = manifest_of(folder)
    picture = read_picture(folder)
    for layer in picture.layers:
        check(picture.tables[layer.id], layer)
    sources = {note.id for note in picture.sources}
    faults = []
    for layer in picture.layers:
        table = picture.tables[layer.id]
        strange = sorted(set(table["source_id"]) - sources) if "source_id" in table else []
        if strange:
            faults.append(f"layer {layer.id}: source {strange[0]!r} is not in the manifest")
    # Every judgement must rest on evidence, and all evidence must belong to a node.
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
        "sources": len(sources),
        "orphans": 0,
    }, picture
