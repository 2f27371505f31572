"""GeoJSON (RFC 7946): one file a layer, degrees with six digits, licence and caveats as members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.exports.vector import write_layers

if TYPE_CHECKING:
    from pathlib import Path

    from layers.picture import Picture

__all__ = ["write"]


def write(picture: Picture, folder: Path) -> Path:
    """Write `geojson/<layer>.geojson` into `folder` and return that folder; WGS 84 degrees."""
    return write_layers(
        picture,
        folder / "geojson",
        "GeoJSON",
        "geojson",
        said="Tables without geometry are not in it; picture.gpkg and the Parquet files hold them.",
        options={"RFC7946": "YES", "COORDINATE_PRECISION": "6", "WRITE_BBOX": "YES"},
        members=True,
    )
