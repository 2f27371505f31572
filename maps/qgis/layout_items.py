"""Items of the print layouts of the QGIS project: pages, maps, words, scale bars and tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement

from maps.qgis.layer_tree import in_package
from maps.qgis.primitives import FONT, add_data_defined, bag, rgba, text_style
from maps.qgis.symbology import line_symbol
from maps.qgis.temporal import month_of
from maps.style import BASE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

__all__ = [
    "INK", "SOFT", "Box", "Column", "add_item", "add_label", "add_map", "add_pages", "add_scale_bar",
    "add_table", "canvas_colour", "item_id",
]  # fmt: skip

INK, SOFT = "#1d2b36", "#4d5b66"
Box = tuple[float, float, float, float]  # left, top, width and height in millimetres
# Kind of layout item -> its number in QGIS (QgsLayoutItemRegistry).
_ITEM: Final = {
    "frame": "65647", "label": "65641", "legend": "65642", "map": "65639", "page": "65638", "scale": "65646",
}  # fmt: skip
_TABLE: Final = "65649"
_BETWEEN_PAGES_MM: Final = 10.0  # QGIS lays the pages of a layout one below the other


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: heading, QGIS expression of a row, width in millimetres."""

    heading: str
    expression: str
    width_mm: float


def canvas_colour() -> str:
    """The colour of the canvas outside the region, `#rrggbb`."""
    return BASE["mask"].fill.light


def item_id(layout: Element, name: str) -> str:
    """The id of an item of a layout."""
    # An id from the names and not at random, so that the same picture gives the same bytes.
    path = f"arctic-picture/layout/{layout.get('name')}/{name}"
    return f"{{{uuid5(NAMESPACE_URL, path)}}}"


def add_pages(layout: Element, paper_mm: tuple[float, float], count: int) -> None:
    """Add `count` pages of the size `paper_mm`, width and height in millimetres."""
    pages = SubElement(layout, "PageCollection")
    symbol = SubElement(pages, "symbol", name="", type="fill", alpha="1", clip_to_extent="1", force_rhr="0")
    layer = SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1", "locked": "0", "pass": "0"})
    options = {"color": "255,255,255,255", "outline_style": "no", "style": "solid"}
    bag(layer, options)
    for key, value in options.items():
        SubElement(layer, "prop", k=key, v=value)
    width, height = paper_mm
    for number in range(count):
        top = number * (height + _BETWEEN_PAGES_MM)
        page = add_item(layout, "page", f"page {number + 1}", (0.0, top, width, height), 0, parent=pages)
        page.set("background", "true")


def add_item(
    layout: Element, kind: str, name: str, box_mm: Box, z: int, *, parent: Element | None = None, **more: str
) -> Element:
    """Add an item to a layout and return it. `more` are the attributes of its kind."""
    left, top, width, height = box_mm
    uuid = item_id(layout, name)
    attributes = {
        "type": _ITEM[kind], "id": name, "uuid": uuid, "templateUuid": uuid,
        "position": f"{left:g},{top:g},mm", "positionOnPage": f"{left:g},{top:g},mm",
        "size": f"{width:g},{height:g},mm", "zValue": str(z), "visibility": "1", "opacity": "1",
        "referencePoint": "0", "itemRotation": "0", "blendMode": "0", "frame": "false",
        "outlineWidthM": "0.3,mm", "frameJoinStyle": "miter", "background": "false",
        "positionLock": "false", "excludeFromExports": "0", "groupUuid": "",
    }  # fmt: skip
    item = SubElement(layout if parent is None else parent, "LayoutItem", attributes | more)
    SubElement(item, "FrameColor", red="111", green="135", blue="150", alpha="255")
    SubElement(item, "BackgroundColor", red="255", green="255", blue="255", alpha="255")
    return item


def add_map(
    layout: Element, box_mm: Box, extent_m: Box, day: date, theme: str, properties: Mapping[str, str]
) -> None:
    """Add a map that shows a map theme in the month of `day`, whatever the window shows.

    `extent_m` is west, south, east and north in metres of EPSG:3413. `properties` are data-defined properties
    of the map and their expressions; with them the map follows the atlas.
    """
    begin, end = month_of(day)
    item = add_item(
        layout, "map", "map", box_mm, 1, frame="true", background="true", followPreset="true",
        followPresetName=theme, keepLayerSet="false", mapRotation="0", mapFlags="0", drawCanvasItems="true",
        labelMargin="0,mm", isTemporal="1", temporalRangeBegin=begin, temporalRangeEnd=end,
    )  # fmt: skip
    paper = item.find("BackgroundColor")
    if paper is not None:
        red, green, blue, _ = rgba(canvas_colour(), 1.0).split(",")
        paper.attrib.update(red=red, green=green, blue=blue)
    if properties:
        add_data_defined(SubElement(item, "LayoutObject"), "dataDefinedProperties", properties)
        SubElement(item, "AtlasMap", atlasDriven="1", scalingMode="2", margin="0.1")
    west, south, east, north = (f"{value:.0f}" for value in extent_m)
    SubElement(item, "Extent", xmin=west, ymin=south, xmax=east, ymax=north)


def add_label(
    layout: Element,
    name: str,
    text: str,
    box_mm: Box,
    size: float,
    colour: str = INK,
    *,
    is_bold: bool = False,
) -> None:
    """Add words to a layout; `size` is in points."""
    item = add_item(
        layout, "label", name, box_mm, 5, labelText=text, htmlState="0", halign="1", valign="32",
        marginX="0", marginY="0",
    )  # fmt: skip
    weight = 75 if is_bold else 50
    SubElement(
        item, "LabelFont", description=f"{FONT},{size:g},-1,5,{weight},0,0,0,0,0",
        style="Bold" if is_bold else "Regular",
    )  # fmt: skip
    red, green, blue, _ = rgba(colour, 1.0).split(",")
    SubElement(item, "FontColor", red=red, green=green, blue=blue, alpha="255")


def add_scale_bar(
    layout: Element, box_mm: Box, segment_km: int, size: float, properties: Mapping[str, str] | None = None
) -> None:
    """Add a scale bar of two segments for the map; with a segment of 0 km its length follows the map.

    `properties` are data-defined properties and their expressions.
    """
    item = add_item(
        layout, "scale", "scale bar", box_mm, 6, mapUuid=item_id(layout, "map"),
        style="Single Box", unitType="km", unitLabel="km in the middle of the map",
        numUnitsPerSegment=str(segment_km or 100), background="true",
        numMapUnitsPerScaleBarUnit="1", numSegments="2", numSegmentsLeft="0",
        segmentSizeMode="0" if segment_km else "1",
        height="1.6", labelBarSpace="1.2", boxContentSpace="1", minBarWidth="20", maxBarWidth="50",
        segmentMillimeters="20", outlineWidth="0.2", alignment="0", labelVerticalPlacement="0",
        labelHorizontalPlacement="0", lineJoinStyle="miter", lineCapStyle="square",
    )  # fmt: skip
    if properties:
        add_data_defined(SubElement(item, "LayoutObject"), "dataDefinedProperties", properties)
    item.append(text_style(size, INK))
    for name, colour in (("fillColor", INK), ("fillColor2", "#ffffff")):
        red, green, blue, _ = rgba(colour, 1.0).split(",")
        SubElement(item, name, red=red, green=green, blue=blue, alpha="255")
    for name in ("lineSymbol", "divisionLineSymbol", "subdivisionLineSymbol"):
        SubElement(item, name).append(line_symbol(INK, 1.0, 0.2))


def add_table(
    layout: Element, box_mm: Box, source: tuple[str, str], condition: str, columns: Sequence[Column],
    order: str, size: float, properties: Mapping[str, str],
) -> None:  # fmt: skip
    """Add a table of the features that meet `condition`, by falling values of the expression `order`.

    `source` is the id of the layer in the project and its name in the GeoPackage; `size` is in points.
    `properties` are data-defined properties of its frame and their expressions.
    """
    key, frame = item_id(layout, "table"), item_id(layout, "table frame")
    _, _, width, height = box_mm
    item = add_item(
        layout, "frame", "table frame", box_mm, 4, multiFrame=key, multiFrameTemplateUuid=key,
        sectionX="0", sectionY="0", sectionWidth=f"{width:g}", sectionHeight=f"{height:g}",
        hidePageIfEmpty="0", hideBackgroundIfEmpty="0",
    )  # fmt: skip
    add_data_defined(SubElement(item, "LayoutObject"), "dataDefinedProperties", properties)
    layer_id, name = source
    table = SubElement(
        layout, "LayoutMultiFrame", type=_TABLE, uuid=key, templateUuid=key, resizeMode="0", source="0",
        vectorLayer=layer_id, vectorLayerName=name, vectorLayerSource=in_package(name),
        vectorLayerProvider="ogr", filterFeatures="true", featureFilter=condition, maxFeatures="100",
        filterToAtlasIntersection="0", showOnlyVisibleFeatures="0", showUniqueRowsOnly="0", relationId="",
        useConditionalStyling="0", wrapString="", wrapBehavior="1", cellMargin="0.7", showGrid="1",
        gridStrokeWidth="0.1", gridColor=rgba(SOFT, 0.5), horizontalGrid="1", verticalGrid="0",
        backgroundColor="255,255,255,255", headerMode="0", headerHAlignment="1", emptyTableMode="2",
        emptyTableMessage="No critical and no overlap node.", showEmptyRows="0",
    )  # fmt: skip
    SubElement(table, "childFrame", uuid=frame, templateUuid=frame)
    SubElement(table, "headerTextFormat").append(text_style(size, INK, face="Bold"))
    SubElement(table, "contentTextFormat").append(text_style(size, INK))
    shown, sorted_by = SubElement(table, "displayColumns"), SubElement(table, "sortColumns")
    for parent, column, falls in (
        *((shown, one, "0") for one in columns),
        (sorted_by, Column("", order, 0), "1"),
    ):
        row = SubElement(
            parent, "column", heading=column.heading, attribute=column.expression,
            width=f"{column.width_mm:g}", hAlignment="1", vAlignment="32", sortByRank="0", sortOrder=falls,
        )  # fmt: skip
        SubElement(row, "backgroundColor", red="0", green="0", blue="0", alpha="0")
