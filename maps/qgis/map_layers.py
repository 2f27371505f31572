"""Layers of the QGIS project: tables of the GeoPackage, rasters, the graticule, and their CRS."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from layers.crs import POLAR
from maps.qgis.cog import STOPS
from maps.qgis.graticule import items
from maps.qgis.layer_tree import in_package
from maps.qgis.metadata import (
    computed_from,
    layer_title,
    resource_metadata,
    sources_of_grid,
    sources_of_layer,
    title_with_state,
)
from maps.qgis.symbology import parts, renderer_of, words
from maps.qgis.temporal import ice_months
from maps.qgis.themes import VIEWS, style_of_view
from maps.text import literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.picture import Picture
    from layers.raster import Raster
    from layers.schema import Layer

__all__ = [
    "GRATICULE",
    "crs_element",
    "graticule_layer",
    "layer_id",
    "node_view",
    "raster_layer",
    "table_layer",
    "vector_layer",
]

GRATICULE = "graticule"
_GEOMETRY = {
    "point": ("Point", "Point"),
    "line": ("Line", "MultiLineString"),
    "polygon": ("Polygon", "MultiPolygon"),
}
_WKT = POLAR.to_wkt()
# EPSG:3413 as a PROJ string, for readers that do not know WKT 2.
_PROJ = "+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs"


def layer_id(name: str) -> str:
    """Id of a layer in the project; QGIS needs more than eight characters."""
    return f"arctic_picture_{name}"


def crs_element() -> Element:
    """EPSG:3413 as the element `spatialrefsys` of QGIS."""
    element = Element("spatialrefsys", nativeFormat="Wkt")
    for name, text in (
        ("wkt", _WKT),
        ("proj4", _PROJ),
        ("srsid", "0"),
        ("srid", "3413"),
        ("authid", "EPSG:3413"),
        ("description", POLAR.name),
        ("projectionacronym", "stere"),
        ("ellipsoidacronym", "EPSG:7030"),
        ("geographicflag", "false"),
    ):
        SubElement(element, name).text = text
    return element


def vector_layer(layer: Layer, picture: Picture, relations: Mapping[str, tuple[Layer, str]]) -> Element:
    """The element `maplayer` of a layer of the picture.

    `relations` is the result of `maps.qgis.relations.node_relations`.
    """
    notes = sources_of_layer(layer, picture)
    kind, wkb = _GEOMETRY.get(layer.geometry, ("No geometry", "NoGeometry"))
    titles = {name: literal(other.title) for name, (other, _) in relations.items()}
    style = parts(layer, picture.tables[layer.id], picture.day, titles)
    element = _maplayer(layer.id, layer_title(layer, picture, notes), in_package(layer.id), "vector")
    has_labels = any(part.tag == "labeling" for part in style)
    element.attrib.update(
        geometry=kind, wkbType=wkb, simplifyDrawingHints="1", simplifyDrawingTol="1", simplifyLocal="1",
        simplifyMaxScale="1", simplifyAlgorithm="0", labelsEnabled=str(int(has_labels)),
    )  # fmt: skip
    SubElement(element, "provider", encoding="UTF-8").text = "ogr"
    if layer.geometry != "table":
        SubElement(element, "srs").append(crs_element())
    inputs = computed_from(layer, picture)
    element.append(resource_metadata(layer.id, layer.title, layer.note, layer.pillar, notes, inputs, picture))
    if layer.id == "sea_ice":
        element.append(ice_months(picture))
    element.extend(style)
    return element


def node_view(name: str, layer: Layer, picture: Picture) -> Element:
    """The element `maplayer` of a layer of `maps.qgis.themes.VIEWS`. `layer` describes the nodes."""
    _, title = VIEWS[name]
    element = _maplayer(name, title, in_package(layer.id), "vector")
    element.attrib.update(geometry="Point", wkbType="Point", labelsEnabled="1")
    SubElement(element, "provider", encoding="UTF-8").text = "ogr"
    SubElement(element, "srs").append(crs_element())
    inputs = computed_from(layer, picture)
    notes = sources_of_layer(layer, picture)
    element.append(resource_metadata(name, title, layer.note, layer.pillar, notes, inputs, picture))
    element.extend([renderer_of(layer, style_of_view(name), picture.day), *words(layer)])
    return element


def _maplayer(name: str, title: str, source: str, kind: str) -> Element:
    element = Element(
        "maplayer", type=kind, styleCategories="AllStyleCategories", hasScaleBasedVisibilityFlag="0",
        minScale="1e+08", maxScale="0", autoRefreshEnabled="0", refreshOnNotifyEnabled="0",
    )  # fmt: skip
    SubElement(element, "id").text = layer_id(name)
    SubElement(element, "datasource").text = source
    SubElement(element, "layername").text = title
    manager = SubElement(element, "map-layer-style-manager", current="default")
    SubElement(manager, "map-layer-style", name="default")
    flags = SubElement(element, "flags")
    for flag, state in (("Identifiable", "1"), ("Removable", "1"), ("Searchable", "1"), ("Private", "0")):
        SubElement(flags, flag).text = state
    return element


def table_layer(name: str, title: str, picture: Picture) -> Element:
    """The element `maplayer` of a table of the GeoPackage that is no layer of the picture."""
    element = _maplayer(name, title, in_package(name), "vector")
    element.attrib.update(geometry="No geometry", wkbType="NoGeometry", labelsEnabled="0")
    SubElement(element, "provider", encoding="UTF-8").text = "ogr"
    element.append(resource_metadata(name, title, "", "", (), (), picture))
    return element


def graticule_layer() -> Element:
    """The element `maplayer` of the annotation layer with parallels and meridians."""
    element = _maplayer(GRATICULE, "Graticule", "", "annotation")
    SubElement(element, "srs").append(crs_element())
    element.append(items())
    SubElement(element, "layerOpacity").text = "1"
    return element


def raster_layer(raster: Raster, picture: Picture) -> Element:
    """The element `maplayer` of a grid beside the GeoPackage.

    A grid with twelve bands shows the month of the picture.
    """
    notes = sources_of_grid(raster.source, picture)
    title = title_with_state(raster.title, notes)
    element = _maplayer(f"grid_{raster.id}", title, f"./grids/{raster.id}.tif", "raster")
    SubElement(element, "provider").text = "gdal"
    SubElement(element, "srs").append(crs_element())
    element.append(
        resource_metadata(
            f"grids/{raster.id}", raster.title, raster.note, "environmental", notes, (), picture
        )
    )
    _renderer(SubElement(element, "pipe"), raster, picture.day.month)
    return element


def _renderer(pipe: Element, raster: Raster, month: int) -> None:
    """Add the resampling and the colours of a raster to the element `pipe`."""
    resampling = "bilinear" if raster.is_smooth and raster.void != 255 else "nearestNeighbour"
    SubElement(
        SubElement(pipe, "provider"), "resampling", enabled="false", maxOversampling="2",
        zoomedInResamplingMethod=resampling, zoomedOutResamplingMethod="nearestNeighbour",
    )  # fmt: skip
    stops = STOPS[raster.id]
    band = month if len(raster.names) == 12 else 1
    renderer = SubElement(
        pipe, "rasterrenderer", type="singlebandpseudocolor", band=str(band), opacity="1", alphaBand="-1",
        classificationMin=f"{stops[0][0]:g}", classificationMax=f"{stops[-1][0]:g}",
        nodataColor="",
    )  # fmt: skip
    shader = SubElement(
        SubElement(renderer, "rastershader"), "colorrampshader", classificationMode="1", clip="0",
        colorRampType="INTERPOLATED" if raster.is_smooth else "EXACT", labelPrecision="0",
        minimumValue=f"{stops[0][0]:g}", maximumValue=f"{stops[-1][0]:g}",
    )  # fmt: skip
    for value, colour, label in stops:
        SubElement(shader, "item", value=f"{value:g}", color=colour, alpha="255", label=label)
    SubElement(shader, "rampLegendSettings", useContinuousLegend="0")
