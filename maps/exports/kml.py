"""KML 2.2: one file a layer for globes; every attribute in ExtendedData, no styles of its own.

Of GDAL's two writers the older: the newer puts a text into CDATA and lets `]]>` in a name break out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.exports.vector import write_layers

if TYPE_CHECKING:
    from pathlib import Path

    from layers.picture import Picture

__all__ = ["write"]


def write(picture: Picture, folder: Path) -> Path:
    """Write `kml/<layer>.kml` into `folder` and return that folder; WGS 84 degrees."""
    return write_layers(
        picture,
        folder / "kml",
        "KML",
        "kml",
        said="Tables without geometry are not in it; picture.gpkg and the Parquet files hold them.",
    )
