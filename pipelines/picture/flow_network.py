"""Tables of the flow network from a snapshot, and the assembled network of the embedded one, kept on disk.

Assembling takes seconds. So the network is kept in a folder whose name is a hash of its inputs: the files of
the snapshot, the day, the code of `layers` and the libraries. Another input is another folder.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import suppress
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import shapely

from layers.crs import lonlat
from layers.errors import SourceError
from layers.flows.assemble import Assembled, FlowTables, assemble
from layers.flows.graph import FlowGraph
from pipelines import snapshot
from pipelines.files import scratch_folder
from pipelines.sources import SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd

    from pipelines.snapshot import Snapshot

__all__ = ["assembled_network", "day_of", "flow_tables", "kept_tables", "snapshot_key"]

_FED = ("countries", "closed_borders", "sea_lanes", "chokepoints", "roads", "railways", "railheads",
        "airfields", "cables", "power_plants", "terminals", "shared_risk_groups",
        "interconnectors")  # fmt: skip
_INPUTS = frozenset({*_FED, "settlements", "grid:ice_presence"})
_LAYERS = Path(__file__).parents[2] / "layers"
_LIBRARIES = ("numpy", "pandas", "pyproj", "scipy", "shapely", "xarray")
_KEPT = 3  # folders of one name that stay in a cache
_TABLES = ("vertices", "edges", "gateways", "unjoined")


def flow_tables(snapshot: Snapshot, power_lines: gpd.GeoDataFrame | None = None) -> FlowTables:
    """Return the tables of the flow network.

    Raises
    ------
    SourceError
        If the snapshot lacks a layer.
    """
    towns: Any = _fed(snapshot, "settlements")
    xy = shapely.get_coordinates(towns.geometry.to_numpy())
    longitude, latitude = lonlat(xy[:, 0], xy[:, 1])
    sites = snapshot.static["node_sites"]
    tables: dict[str, Any] = {name: _fed(snapshot, name) for name in _FED}
    return FlowTables(
        settlements=pd.DataFrame(towns.drop(columns="geometry")).assign(
            longitude_deg=longitude, latitude_deg=latitude
        ),
        node_sites=pd.DataFrame(sites.drop(columns="geometry")),
        ice_presence=snapshot.grids["ice_presence"],
        power_lines=power_lines,
        **tables,
    )


def _fed(snapshot: Snapshot, layer_id: str) -> pd.DataFrame:
    """Return the rows of a layer from all of its sources."""
    feeds = snapshot.feeds.get(layer_id, [])
    if not feeds:
        msg = f"flow network: expected the layer {layer_id} in the snapshot, found none: restore the snapshot"
        raise SourceError(msg)
    return feeds[0] if len(feeds) == 1 else pd.concat(feeds, ignore_index=True)


def day_of(manifest: dict[str, Any]) -> date:
    """Return the day on which the latest source of a snapshot was retrieved: the day of its picture."""
    return max(date.fromisoformat(row["retrieved"]) for row in manifest["sources"])


def assembled_network(cache: Path | None = None, day: str = "") -> Assembled:
    """Return the assembled network of the embedded snapshot on `day` (ISO 8601; empty: that of the picture).

    With `cache`, a folder, the network is read from there, or assembled and kept there.

    Raises
    ------
    SourceError
        If the snapshot is damaged.
    """
    manifest = snapshot.manifest_of()
    day = day or day_of(manifest).isoformat()

    def make() -> dict[str, pd.DataFrame]:
        needed = [source for source in SOURCES if source.feeds in _INPUTS]
        made = assemble(flow_tables(snapshot.load(needed)), day)
        return dict(zip(_TABLES, (made.graph.vertices, made.graph.edges, *made[1:]), strict=True))

    key = snapshot_key(manifest, _INPUTS, day)
    tables = kept_tables(cache, f"network-{key}", _TABLES, make)
    vertices, edges, gateways, unjoined = (tables[name] for name in _TABLES)
    return Assembled(FlowGraph(vertices, edges), gateways, unjoined)


def snapshot_key(manifest: dict[str, Any], feeds: frozenset[str], *further: str) -> str:
    """Return a hash of what a table made of the embedded layers `feeds` depends on, 16 hexadecimal digits."""
    rows = [*(row for row in manifest["sources"] if row["feeds"] in feeds), *manifest["static"]]
    hashes = sorted((row["id"], row["sha256"]) for row in rows)
    digest = hashlib.sha256(json.dumps([hashes, further, *map(version, _LIBRARIES)]).encode())
    for path in sorted(_LAYERS.rglob("*.py")):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def kept_tables(
    cache: Path | None, name: str, names: Sequence[str], make: Callable[[], dict[str, pd.DataFrame]]
) -> dict[str, pd.DataFrame]:
    """Return tables by name from the folder `name` of a cache, or make them and keep them there.

    A cache that cannot be written or read is no error: the tables are made. Of folders whose names differ
    after the last hyphen the newest three stay.
    """
    if cache is None:
        return make()
    folder = cache / name
    try:
        return {one: _read(folder / f"{one}.parquet") for one in names}
    except (OSError, ValueError, pa.ArrowException):  # not there, cut off, or no Parquet
        tables = make()
    with suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
        with scratch_folder(cache) as stage:
            for one in names:
                tables[one].to_parquet(stage / f"{one}.parquet")
            shutil.rmtree(folder, ignore_errors=True)
            (stage.rename(folder)).touch()
        _sweep(cache, f"{name.rpartition('-')[0]}-*")
    return tables


def _read(path: Path) -> pd.DataFrame:
    # Texts come back as objects, as they are in an assembled network: searches compare them one by one.
    table = pd.read_parquet(path)
    texts = table.select_dtypes("str").columns
    return table.astype(dict.fromkeys(texts, "object"))


def _sweep(cache: Path, pattern: str) -> None:
    old = sorted(cache.glob(pattern), key=lambda path: path.stat().st_mtime, reverse=True)[_KEPT:]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
