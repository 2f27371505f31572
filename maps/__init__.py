"""The outputs of a picture. `EXPORTS` lists every kind; `write` writes one."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from maps.exports.gdal_formats import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from layers.picture import Picture

__all__ = ["ALWAYS", "EXPORTS", "LOCAL", "Exporter", "drawing", "write"]

Exporter = Callable[..., "Path"]

# Id -> module with `write(picture, folder) -> Path`. A new output needs a module and a row here; a new format
# of GDAL needs a row in maps.exports.gdal_formats. Modules are imported on request to save start-up time.
EXPORTS: dict[str, str] = {
    "gpkg": "maps.qgis.geopackage",
    "html": "maps.web.page",
    "qgz": "maps.qgis.project",
    "briefing": "maps.reports.briefing",
    "rocrate": "maps.exports.rocrate",
    "stac": "maps.exports.stac",
    **dict.fromkeys(FORMATS, "maps.exports.gdal_writer"),
    "csv": "maps.exports.csv",
}

# The outputs of every build (decisions/0006); the others are written on request. The crate is the last one,
# because it describes the files of the others.
ALWAYS: tuple[str, ...] = ("gpkg", "qgz", "html", "briefing", "rocrate")

# Outputs that stay on the machine of the user, and their files. Only these may hold private layers.
LOCAL: dict[str, str] = {
    "gpkg": "picture.gpkg",
    "html": "map.html",
    "qgz": "picture.qgz",
    "briefing": "briefing.html",
}


# What a user reads while an output is made.
_DRAWING = {
    "gpkg": "writes the GeoPackage",
    "html": "draws the map",
    "qgz": "writes the QGIS project",
    "briefing": "writes the briefing",
    "rocrate": "describes the files",
}


def drawing(name: str) -> str:
    """What is done while the output `name`, a key of `EXPORTS`, is made, in words."""
    return _DRAWING.get(name, f"writes {name}")


def write(name: str, picture: Picture, folder: Path, **options: Any) -> Path:
    """Write one kind of output of `picture` into `folder` and return its path.

    `name` is a key of `EXPORTS`. Outputs that are not `LOCAL` get the picture without private layers.
    `options` are passed to the exporter: `html` takes `other`, a picture to compare with.

    Raises
    ------
    ExportError
        If the output cannot be written.
    """
    exporter: Exporter = import_module(EXPORTS[name]).write
    # One module writes all formats of GDAL, so it needs the id.
    if name in FORMATS:
        options["format_id"] = name
    return exporter(picture if name in LOCAL else picture.to_pass_on(), folder, **options)
