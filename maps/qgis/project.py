"""A QGIS project of the picture, written without QGIS (decisions/0010): `picture.qgz` beside `picture.gpkg`.

The project has the layers, the order and the styles of the web map. It names its files by relative paths and
runs nothing: it has no macro, no action and no expression made of data. The GeoPackage holds a copy of this
project. The copy has no grids.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from layers.errors import ExportError
from layers.raster import rasters
from layers.regions import REGIONS
from maps.qgis.cog import write_rasters
from maps.qgis.layer_tree import tree
from maps.qgis.layout_items import canvas_colour
from maps.qgis.map_layers import (
    GRATICULE,
    crs_element,
    graticule_layer,
    layer_id,
    node_view,
    raster_layer,
    table_layer,
    vector_layer,
)
from maps.qgis.metadata import (
    layer_title,
    project_metadata,
    sources_of_grid,
    sources_of_layer,
    title_with_state,
)
from maps.qgis.primitives import rgba
from maps.qgis.print_layout import layouts
from maps.qgis.relations import add_relations, node_relations
from maps.qgis.temporal import add_time_range, set_controller
from maps.qgis.themes import VIEWS, add_themes
from maps.status import expression
from maps.text import literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from layers.picture import Picture
    from layers.raster import Raster

__all__ = ["project", "write"]

_FILE = "picture.qgz"
_VERSION = "3.22.0"  # the oldest QGIS that the project is written for
_TOP_CENTRE = "4"
# Tables of the GeoPackage that are no layer of the picture, and their titles.
_OTHER_TABLES = (
    ("about", "Sources, caveats, region, scenario"),
    ("status_now", "Status of picture and sources, by this machine's clock"),
)


def write(picture: Picture, folder: Path) -> Path:
    """Write `picture.qgz` into `folder` and the grids of the picture into `folder/grids`.

    Returns the path of `picture.qgz`.

    Raises
    ------
    ExportError
        If a file cannot be written.
    """
    grids = rasters(picture.grids, picture.scenario)
    path, part = folder / _FILE, folder / "picture.part.qgz"
    try:
        if grids:
            write_rasters(grids, folder / "grids")
        part.unlink(missing_ok=True)
        part.write_bytes(project(picture, grids))
        part.replace(path)  # replaces a symbolic link of that name instead of following it
    except OSError as error:
        part.unlink(missing_ok=True)
        msg = f"{_FILE}: expected to write it into {folder}, found {error}: is the disk full?"
        raise ExportError(msg) from error
    return path


def project(picture: Picture, grids: Sequence[Raster] = ()) -> bytes:
    """The bytes of the project of a picture; the same input gives the same bytes.

    `grids` are the rasters that lie beside the project as files. Without them the project has no grids.
    """
    root = _document(picture, grids)
    indent(root, " ")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        # A fixed time and a fixed system (3 is Unix), so that the same project gives the same bytes.
        row = zipfile.ZipInfo("picture.qgs", (1980, 1, 1, 0, 0, 0))
        row.compress_type, row.create_system = zipfile.ZIP_DEFLATED, 3
        # Encoded from text, because ElementTree takes twice the time to encode.
        text = tostring(root, encoding="unicode").encode("utf-8", "xmlcharrefreplace")
        archive.writestr(row, b"<?xml version='1.0' encoding='utf-8'?>\n" + text, compresslevel=6)
    return packed.getvalue()


def _document(picture: Picture, grids: Sequence[Raster]) -> Element:
    title = f"Arctic picture: {literal(picture.region.title)}, {picture.day.isoformat()}"
    root = Element(
        "qgis", version=_VERSION, projectname=title, saveUser="", saveUserFull="",
        saveDateTime=f"{picture.day.isoformat()}T00:00:00",
    )  # fmt: skip
    SubElement(root, "homePath", path="")
    SubElement(root, "title").text = title
    SubElement(root, "projectCrs").append(crs_element())
    root.append(_layer_tree(picture, grids))
    relations = node_relations(picture)
    add_relations(SubElement(root, "relations"), relations)
    layers = SubElement(root, "projectlayers")
    layers.extend(vector_layer(layer, picture, relations) for layer in picture.layers)
    layers.extend(
        node_view(name, layer, picture) for layer in picture.layers if layer.id == "nodes" for name in VIEWS
    )
    layers.extend(table_layer(name, title, picture) for name, title in _OTHER_TABLES)
    layers.append(graticule_layer())
    layers.extend(raster_layer(raster, picture) for raster in grids)
    properties = SubElement(root, "properties")
    _properties(properties, picture)
    set_controller(properties, picture)
    project_metadata(SubElement(root, "projectMetadata"), picture, title)
    root.append(layouts(picture, layer_id))
    _add_bookmarks(root, picture)
    add_time_range(root, picture)
    add_themes(root, picture, layer_id)
    return root


def _layer_tree(picture: Picture, grids: Sequence[Raster]) -> Element:
    """The tree of layers, with the state of late sources in the titles."""
    rasters_by_name = {f"grid_{raster.id}": raster for raster in grids}
    titles = {
        layer.id: layer_title(layer, picture, sources_of_layer(layer, picture)) for layer in picture.layers
    }
    titles |= {
        name: title_with_state(raster.title, sources_of_grid(raster.source, picture))
        for name, raster in rasters_by_name.items()
    }
    titles |= {**dict(_OTHER_TABLES), GRATICULE: "Graticule"}
    titles |= {name: title for name, (_, title) in VIEWS.items()}
    others = [name for name, _ in _OTHER_TABLES]
    return tree(picture.layers, rasters_by_name, titles, others, GRATICULE, layer_id)


def _properties(properties: Element, picture: Picture) -> None:
    """Fill the element `properties`: paths, units, colour of the canvas, and the status as title label.

    The title label lies on the map, so every view of the map shows the status.
    """
    # Without this property QGIS ignores the CRS of the project and draws all points at the pole.
    enabled = SubElement(SubElement(properties, "SpatialRefSys"), "ProjectionsEnabled", type="int")
    enabled.text = "1"
    SubElement(SubElement(properties, "Paths"), "Absolute", type="bool").text = "false"
    SubElement(SubElement(properties, "Macros"), "pythonCode", type="QString").text = ""
    measurement = SubElement(properties, "Measurement")
    SubElement(measurement, "DistanceUnits", type="QString").text = "km"
    SubElement(measurement, "AreaUnits", type="QString").text = "km2"
    SubElement(SubElement(properties, "Measure"), "Ellipsoid", type="QString").text = "EPSG:7030"
    strip = SubElement(properties, "TitleLabel")
    SubElement(strip, "Enabled", type="bool").text = "true"
    SubElement(
        strip, "Label", type="QString"
    ).text = f"{expression(picture)} · as of {picture.day.isoformat()}"
    SubElement(strip, "Placement", type="int").text = _TOP_CENTRE
    gui = SubElement(properties, "Gui")
    for name, part in zip(("Red", "Green", "Blue"), rgba(canvas_colour(), 1.0).split(","), strict=False):
        SubElement(gui, f"CanvasColor{name}Part", type="int").text = part


def _add_bookmarks(root: Element, picture: Picture) -> None:
    """Add a bookmark for each region, and the region of the picture as the first view."""
    bookmarks = SubElement(root, "Bookmarks")
    # Whole metres, so that the text is the same on every machine.
    for region in REGIONS:
        west, south, east, north = (round(value) for value in region.outline.bounds)
        corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
        ring = ", ".join(f"{x} {y}" for x, y in corners)
        bookmark = SubElement(
            bookmarks, "Bookmark", id=f"region_{region.id}", name=region.title, group="Regions",
            extent=f"POLYGON(({ring}))",
        )  # fmt: skip
        bookmark.append(crs_element())
    west, south, east, north = picture.region.outline.bounds
    view = SubElement(
        SubElement(root, "ProjectViewSettings", UseProjectScales="0", rotation="0"), "DefaultViewExtent",
        xmin=f"{west:.0f}", ymin=f"{south:.0f}", xmax=f"{east:.0f}", ymax=f"{north:.0f}",
    )  # fmt: skip
    view.append(crs_element())
