"""FlatGeobuf: one file a layer with a spatial index, in EPSG:3413 as the picture keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.exports.vector import write_layers

if TYPE_CHECKING:
    from pathlib import Path

    from layers.picture import Picture

__all__ = ["write"]


def write(picture: Picture, folder: Path) -> Path:
    """Write `flatgeobuf/<layer>.fgb` into `folder` and return that folder; EPSG:3413."""
    return write_layers(
        picture,
        folder / "flatgeobuf",
        "FlatGeobuf",
        "fgb",
        said="Tables without geometry are not in it; picture.gpkg and the Parquet files hold them.",
        in_degrees=False,
    )
