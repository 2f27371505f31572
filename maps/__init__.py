"""What the picture looks like. EXPORTS: every kind of output. Writes only the file it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from layers.picture import Picture

__all__ = ["EXPORTS", "Exporter", "write"]

Exporter = Callable[["Picture", "Path"], "Path"]

# Id -> module with `write(picture, folder) -> Path`. Imported when asked for: folium costs a second.
EXPORTS: dict[str, str] = {
    "gpkg": "maps.geopackage",
    "html": "maps.html",
    "qgz": "maps.qgis",
}


def write(name: str, picture: Picture, folder: Path) -> Path:
    """Write one kind of output of `picture` into `folder` and return its path."""
    exporter: Exporter = import_module(EXPORTS[name]).write
    return exporter(picture, folder)
