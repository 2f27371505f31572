"""PMTiles: one archive of vector tiles a layer, for web maps without a server.

Tiles are Web Mercator (EPSG:3857), which ends at 85.05 N: what lies beyond is not in them, and near
there shapes are stretched tenfold. The other outputs hold the pole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.exports.vector import write_layers

if TYPE_CHECKING:
    from pathlib import Path

    from layers.picture import Picture

__all__ = ["write"]


def write(picture: Picture, folder: Path) -> Path:
    """Write `pmtiles/<layer>.pmtiles` into `folder` and return that folder; zoom 0 to 5."""
    return write_layers(
        picture,
        folder / "pmtiles",
        "PMTiles",
        "pmtiles",
        said="Web Mercator ends at 85.05 N: the pole is not in it. Tables without geometry are not either.",
        options={"MINZOOM": "0", "MAXZOOM": "5"},
    )
