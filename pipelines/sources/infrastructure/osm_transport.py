"""Railways and main roads of OpenStreetMap, as simplified by the package scgraph-data.

The licence is ODbL, so these tables stay separate and are merged with no other.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from layers.crs import length_km
from layers.errors import SourceError
from layers.regions import SOUTH_DEG
from pipelines.read_helpers import lines
from pipelines.source import Inputs, Package, Source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_HASH = "a8df15f4d9b4cce945f195b27c9e239ac49ebfa81aa948afc882b28653725406"
RAIL_PACKAGE = Package("scgraph-data", "2.0.0", _HASH, "scgraph_data/world_railways.py")
ROAD_PACKAGE = Package("scgraph-data", "2.0.0", _HASH, "scgraph_data/world_highways.py")
_AS_OF = "2024-04-01"  # month of the package's release; the extract carries no date of its own


def _literal(path: Path, name: str) -> list:  # type: ignore[type-arg]
    """Return the list literal that a Python file assigns to `name`; the file is parsed, never run."""
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            if line.startswith(f"{name}="):
                return list(ast.literal_eval(line[len(name) + 1 :]))
    msg = f"{path.name}: expected a line '{name}=[…]', found none: is it another release?"
    raise SourceError(msg)


def edges(path: Path) -> gpd.GeoDataFrame:
    """Return the edges of the graph in a file that have an end north of 58 N, as lines in WGS 84 degrees.

    The graph lists an edge from both ends; here each edge is one row.
    """
    nodes = np.array(_literal(path, "nodes"), dtype=float)  # (n, 2): latitude, longitude
    graph = _literal(path, "graph")
    start = np.repeat(np.arange(len(graph)), [len(links) for links in graph])
    end = np.fromiter((other for links in graph for other in links), dtype=int, count=len(start))
    once = (start < end) & (np.maximum(nodes[start, 0], nodes[end, 0]) >= SOUTH_DEG)
    start, end = start[once], end[once]
    pairs = np.stack([nodes[start][:, ::-1], nodes[end][:, ::-1]], axis=1)
    ids = np.char.add(np.char.add(start.astype(str), "-"), end.astype(str))
    return gpd.GeoDataFrame({"edge": ids}, geometry=list(shapely.linestrings(pairs)), crs=4326)


def _reader(package: Package, source_id: str) -> Callable[[Inputs], gpd.GeoDataFrame]:
    def read(inputs: Inputs) -> gpd.GeoDataFrame:
        table = lines(edges(inputs.package(package)))
        table = table.assign(geometry=shapely.simplify(table.geometry.to_numpy(), 50))
        return table.assign(
            feature_id="osm-" + table["edge"],
            length_km=length_km(table.geometry.to_numpy()).round(3),
            source_id=source_id,
            as_of=_AS_OF,
        )

    return read


_COMMON: dict[str, Any] = {
    "publisher": "OpenStreetMap contributors",
    "licence": "ODbL-1.0",
    "citation": "© OpenStreetMap contributors, ODbL 1.0.",
    "homepage": "https://www.openstreetmap.org/copyright",
    "as_of": _AS_OF,
    "state": "embedded",
    "made": "edges of a simplified world graph with an end north of 58 N, each once",
}

SOURCES = (
    Source(
        id="osm_railways",
        feeds="railways",
        title="Railways, simplified (scgraph-data)",
        read=_reader(RAIL_PACKAGE, "osm_railways"),
        packages=(RAIL_PACKAGE,),
        **_COMMON,
    ),
    Source(
        id="osm_roads",
        feeds="roads",
        title="Main roads, simplified (scgraph-data)",
        read=_reader(ROAD_PACKAGE, "osm_roads"),
        packages=(ROAD_PACKAGE,),
        **_COMMON,
    ),
)
