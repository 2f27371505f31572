"""What the picture looks like. EXPORTS: every kind of output. Writes only what it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from layers.picture import Picture

__all__ = ["ALWAYS", "EXPORTS", "LOCAL", "Exporter", "write"]

Exporter = Callable[..., "Path"]

# Id -> module with `write(picture, folder) -> Path`. Imported when asked for: folium costs a second.
EXPORTS: dict[str, str] = {
    "gpkg": "maps.qgis.geopackage",
    "html": "maps.web.page",
    "qgz": "maps.qgis.project",
    "briefing": "maps.reports.briefing",
    "rocrate": "maps.exports.rocrate",
    "stac": "maps.exports.stac",
    "geojson": "maps.exports.geojson",
    "kml": "maps.exports.kml",
    "flatgeobuf": "maps.exports.flatgeobuf",
    "pmtiles": "maps.exports.pmtiles",
    "csv": "maps.exports.csv",
}

# What every picture has; the rest is drawn on request. The crate describes the files before it.
ALWAYS: tuple[str, ...] = ("gpkg", "qgz", "html", "briefing", "rocrate")

# What is looked at where it was made, and its file: all that ever holds its user's private layers.
LOCAL: dict[str, str] = {
    "gpkg": "picture.gpkg",
    "html": "map.html",
    "qgz": "picture.qgz",
    "briefing": "briefing.html",
}


def write(name: str, picture: Picture, folder: Path, **options: Any) -> Path:
    """Write one kind of output of `picture` into `folder` and return its path.

    Private layers are left out of all that is not `LOCAL`. `options` go to the exporter: `html` takes
    `other`, a picture to compare with.
    """
    exporter: Exporter = import_module(EXPORTS[name]).write
    return exporter(picture if name in LOCAL else picture.to_pass_on(), folder, **options)
