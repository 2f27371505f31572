"""The embedded snapshot: conformed tables and grids, one file per source, with a manifest.

`load` reads it and checks the hash of every file. `pipelines.snapshot.make` rebuilds it from packages,
provider files and the project's fact tables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely
import xarray as xr

from layers.crs import POLAR
from layers.errors import SourceError
from pipelines.source import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipelines.source import Source

__all__ = [
    "DATA",
    "MANIFEST",
    "Grids",
    "Snapshot",
    "grid",
    "layer_table",
    "load",
    "manifest_of",
    "source_table",
]

DATA = Path(__file__).parent / "data"
MANIFEST = "MANIFEST.json"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The tables and grids of a snapshot.

    `feeds` holds by layer id the tables of its sources, in their order. `grids` holds the grids by id.
    `static` holds by id the layers that are derived from sources alone (decisions/0006). `manifest` is the
    content of MANIFEST.json. `files` holds by layer id the file of a layer that one source feeds alone or
    that is derived: a layer that did not change is copied from its file.
    """

    feeds: dict[str, list[pd.DataFrame]]
    grids: Grids
    static: dict[str, pd.DataFrame]
    manifest: dict[str, Any]
    files: dict[str, Path]

    def table(self, layer_id: str) -> pd.DataFrame | None:
        """The table of a layer that one file holds; None if no file or several files hold the layer."""
        if layer_id not in self.files:
            return None
        return self.static[layer_id] if layer_id in self.static else self.feeds[layer_id][0]


class Grids(Mapping[str, "xr.Dataset"]):
    """The grids of a snapshot by id. A grid is read on first access."""

    def __init__(self, files: dict[str, Path]) -> None:
        """Keep `files`, the NetCDF files by grid id. Nothing is read."""
        self.files = files
        self._read: dict[str, xr.Dataset] = {}

    def __getitem__(self, name: str) -> xr.Dataset:
        """The grid of an id, in memory."""
        if name not in self._read:
            with xr.open_dataset(self.files[name], engine="h5netcdf") as dataset:
                self._read[name] = dataset.load()
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        """Whether there is a grid of that id; reads nothing."""
        return name in self.files

    def __iter__(self) -> Iterator[str]:
        """The ids of the grids."""
        return iter(self.files)

    def __len__(self) -> int:
        """The number of grids."""
        return len(self.files)


def manifest_of(folder: Path = DATA) -> dict[str, Any]:
    """The manifest of the snapshot in `folder`.

    Raises
    ------
    SourceError
        If the file is not there or cannot be read.
    """
    path = folder / MANIFEST
    try:
        manifest = dict(json.loads(path.read_text(encoding="utf-8")))
        manifest["sources"], manifest["static"]  # raises KeyError if one is missing
    except (OSError, ValueError, TypeError, KeyError) as error:
        msg = (
            f"snapshot: expected a manifest at {path}, found {error}: restore it from the "
            "repository or run 'arctic-picture snapshot'"
        )
        raise SourceError(msg) from error
    return manifest


def load(
    sources: Sequence[Source], folder: Path = DATA, *, report: Callable[[str], None] = lambda _: None
) -> Snapshot:
    """The snapshot in `folder`, with the embedded ones of `sources`; the hash of every file is checked.

    A grid is read on first access. The manifest of the result lists only `sources`. `report` gets the id of
    each source before it is read.

    Raises
    ------
    SourceError
        If the manifest or a file is missing, or the hash of a file is not the one in the manifest.
    """
    manifest = manifest_of(folder)
    rows = {row["id"]: row for row in manifest["sources"]}
    feeds: dict[str, list[pd.DataFrame]] = {}
    files: dict[str, list[Path]] = {}
    grids: dict[str, Path] = {}
    for source in sources:
        if source.state != "embedded":
            continue
        report(source.id)
        row = rows.get(source.id)
        path = _checked(f"source {source.id}", row, folder)
        if source.feeds.startswith("grid:"):
            grids[source.feeds.removeprefix("grid:")] = path
        else:
            feeds.setdefault(source.feeds, []).append(_table(path, is_geographic=bool(row and row["crs"])))
            files.setdefault(source.feeds, []).append(path)
    static = {}
    for row in manifest["static"]:
        files[row["id"]] = [_checked(f"layer {row['id']}", row, folder)]
        static[row["id"]] = _table(files[row["id"]][0], is_geographic=bool(row["crs"]))
    ids = {source.id for source in sources}
    manifest["sources"] = [row for row in manifest["sources"] if row["id"] in ids]
    alone = {name: paths[0] for name, paths in files.items() if len(paths) == 1}
    return Snapshot(feeds, Grids(grids), static, manifest, alone)


def source_table(source_id: str, folder: Path = DATA) -> Any:
    """The embedded table of one source, a GeoDataFrame in EPSG:3413 if it has geometry.

    Raises
    ------
    SourceError
        If the snapshot has no such source, or the hash of its file is not the one in the manifest.
    """
    row = {row["id"]: row for row in manifest_of(folder)["sources"]}.get(source_id)
    path = _checked(f"source {source_id}", row, folder)
    return _table(path, is_geographic=bool(row and row["crs"]))


def layer_table(layer_id: str) -> Any:
    """The embedded table of a layer that one source feeds alone.

    Raises
    ------
    SourceError
        As `source_table`, or if no source or several sources feed the layer.
    """
    return source_table(_only_source(layer_id))


@cache
def grid(grid_id: str) -> xr.Dataset:
    """The embedded grid of an id, in memory.

    Raises
    ------
    SourceError
        As `layer_table`.
    """
    source_id = _only_source(f"grid:{grid_id}")
    row = {row["id"]: row for row in manifest_of()["sources"]}[source_id]
    return Grids({grid_id: _checked(f"source {source_id}", row, DATA)})[grid_id]


def _only_source(feeds: str) -> str:
    ids = [row["id"] for row in manifest_of()["sources"] if row["feeds"] == feeds]
    if len(ids) != 1:
        msg = (
            f"layer {feeds}: expected one source in the snapshot, found {', '.join(ids) or 'none'}: "
            "run 'arctic-picture snapshot'"
        )
        raise SourceError(msg)
    return str(ids[0])


def _checked(what: str, row: dict[str, Any] | None, folder: Path) -> Path:
    """The path of the file of a manifest row, after a check of its hash; `what` names the row in errors."""
    path = folder / (row["file"] if row else "")
    if row is None or not path.is_file():
        msg = f"{what}: expected its file in the snapshot, found none: run 'arctic-picture snapshot'"
        raise SourceError(msg)
    sha256 = sha256_of(path)
    if sha256 != row["sha256"]:
        msg = (
            f"{what}, file {path.name}: expected sha256 {row['sha256'][:12]}…, found {sha256[:12]}…: "
            "the file changed; restore it from the repository"
        )
        raise SourceError(msg)
    return path


def _table(path: Path, *, is_geographic: bool) -> pd.DataFrame:
    """A table of the snapshot, with geometry in EPSG:3413 if `is_geographic`."""
    # By contract the CRS is EPSG:3413 (decisions/0001). Parsing it from every file would take longer.
    table = pd.read_parquet(path)
    if not is_geographic:
        return table
    shapes = shapely.from_wkb(table.pop("geometry").to_numpy())
    return gpd.GeoDataFrame(table, geometry=shapes, crs=POLAR)
