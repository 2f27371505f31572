"""A STAC Item (1.1.0) for a catalogue: area, day and files of the picture.

The assets of the grids say their CRS, shape and transform (projection extension 2.0.0), so that a catalogue
need not open them. Longitudes follow RFC 7946: an area over the antimeridian is two polygons. The module does
not use the library pystac, which brings 23 extension packages (decisions/0010). A test validates the item
with the library.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from layers.crs import POLAR
from layers.raster import rasters
from maps import LOCAL
from maps.text import visible

if TYPE_CHECKING:
    from pathlib import Path

    from layers.picture import Picture
    from layers.raster import Raster

__all__ = ["write"]

_FILE = "stac-item.json"
_PROJECTION = "https://stac-extensions.github.io/projection/v2.0.0/schema.json"
_ASSETS = {
    "map.html": ("text/html", "Map", "overview"),
    "briefing.html": ("text/html", "Briefing", "overview"),
    "picture.gpkg": ("application/geopackage+sqlite3", "Every table, EPSG:3413", "data"),
    "picture.qgz": ("application/zip", "QGIS project", "visual"),
    "MANIFEST.json": ("application/json", "Files, hashes, sources", "metadata"),
    "ro-crate-metadata.json": ("application/ld+json", "RO-Crate", "metadata"),
}


def write(picture: Picture, folder: Path) -> Path:
    """Write `stac-item.json` into `folder` and return its path.

    The assets of the item are the files of the picture in the same folder.
    """
    path = folder / _FILE
    text = json.dumps(item(picture), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def item(picture: Picture) -> dict[str, Any]:
    """The STAC Item as a dictionary, with bounding box and geometry in degrees of WGS 84."""
    day = picture.day.isoformat()
    boxes, bbox = _area(picture)
    rings = [[_ring(*box)] for box in boxes]
    geometry = (
        {"type": "Polygon", "coordinates": rings[0]}
        if len(rings) == 1
        else {"type": "MultiPolygon", "coordinates": rings}
    )
    layers = [
        (f"layers/{layer.id}.parquet", layer)
        if layer.geometry != "table"
        else (f"tables/{layer.id}.parquet", layer)
        for layer in picture.layers
    ]
    assets = {
        name: {"href": f"./{name}", "type": media, "title": title, "roles": [role]}
        for name, (media, title, role) in _ASSETS.items()
        if not (picture.left_out and name in LOCAL.values())  # these may hold private layers
    } | {
        layer.id: {
            "href": f"./{name}",
            "type": "application/vnd.apache.parquet",
            "title": layer.title,
            "roles": ["data"],
        }
        for name, layer in layers
    }
    assets |= {raster.id: _grid(raster) for raster in rasters(picture.grids, picture.scenario)}
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": [_PROJECTION],
        "id": f"arctic-picture-{picture.region.id}-{picture.scenario.id}-{day}",
        "geometry": geometry,
        "bbox": bbox,
        "properties": {
            "datetime": f"{day}T00:00:00Z",
            "title": f"{picture.region.title}, {picture.scenario.title}",
            "description": " ".join(picture.caveats),
            "license": "other",
            "providers": [
                {"name": name, "roles": ["producer"]}
                for name in sorted({visible(note.publisher) for note in picture.sources})
            ],
        },
        "links": [],
        "assets": assets,
    }


def _grid(raster: Raster) -> dict[str, Any]:
    """The asset of a grid. The transform is in the order of rows of the matrix, not in that of GDAL."""
    return {
        "href": f"./grids/{raster.id}.tif",
        "type": "image/tiff; application=geotiff; profile=cloud-optimized",
        "title": raster.title,
        "roles": ["data"],
        "proj:code": f"EPSG:{POLAR.to_epsg()}",
        "proj:shape": list(raster.bands.shape[1:]),
        "proj:transform": list(raster.grid.transform)[:6],
        "bands": [{"name": name, "unit": raster.unit} for name in raster.names],
    }


def _area(picture: Picture) -> tuple[list[tuple[float, float, float, float]], list[float]]:
    """West, south, east and north of each part of the region, and of the whole region, in degrees.

    If west is larger than east, the region crosses the antimeridian.
    """
    region = picture.region
    south, north = region.south_deg, region.north_deg
    # An area over the antimeridian has an east end larger than 180.
    if region.is_cap or region.east_deg <= 180:
        box = (region.west_deg, south, region.east_deg, north)
        return [box], list(box)
    east = region.east_deg - 360
    boxes = [(region.west_deg, south, 180.0, north), (-180.0, south, east, north)]
    return boxes, [region.west_deg, south, east, north]


def _ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]
