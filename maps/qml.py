"""A QGIS style (QML) of a layer, from the same `maps.style` as the web map."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, tostring

from maps.style import style_of

if TYPE_CHECKING:
    from layers.schema import Layer
    from maps.style import Class, Style

__all__ = ["qml"]

_MARKS = {"cross": "cross_fill", "star": "star", "hexagon": "hexagon"}


def qml(layer: Layer) -> str:
    """The style document of a point, line or polygon layer, categorised where the style is.

    Symbols carry both the `Option` and the older `prop` form, so QGIS 3.22 and newer read it.
    """
    style = style_of(layer)
    root = Element("qgis", version="3.22.0", styleCategories="Symbology")
    classes = style.classes if style.class_column else ()
    renderer = SubElement(root, "renderer-v2", forceraster="0", symbollevels="0", enableorderby="0")
    if classes:
        renderer.set("type", "categorizedSymbol")
        renderer.set("attr", style.class_column)
        categories = SubElement(renderer, "categories")
        for number, row in enumerate(classes):
            SubElement(
                categories, "category", symbol=str(number), value=row.value, label=row.label,
                render="true", type="string",
            )  # fmt: skip
        symbols = SubElement(renderer, "symbols")
        for number, row in enumerate(classes):
            _symbol(symbols, str(number), layer, style, row)
    else:
        renderer.set("type", "singleSymbol")
        symbols = SubElement(renderer, "symbols")
        _symbol(symbols, "0", layer, style, None)
    return tostring(root, encoding="unicode")


def _symbol(parent: Element, name: str, layer: Layer, style: Style, row: Class | None) -> None:
    kind = {"point": "marker", "line": "line", "polygon": "fill"}[layer.geometry]
    symbol = SubElement(parent, "symbol", name=name, type=kind, alpha="1", clip_to_extent="1", force_rhr="0")
    fill = row.fill if row else style.fill
    stroke = row.stroke if row else style.stroke
    width = (row.width if row and row.width else style.width) * 0.26  # px to mm at 96 dpi
    options: dict[str, str]
    if kind == "marker":
        radius = row.radius if row and row.radius else style.radius
        options = {
            "name": _MARKS.get(style.shape, style.shape),
            "color": _rgba(fill.light, style.fill_opacity),
            "outline_color": _rgba(stroke.light, style.stroke_opacity),
            "outline_width": f"{width:.2f}",
            "outline_width_unit": "MM",
            "size": f"{radius * 0.53:.2f}",
            "size_unit": "MM",
        }
        of = "SimpleMarker"
    elif kind == "line":
        options = {
            "line_color": _rgba(stroke.light, style.stroke_opacity),
            "line_width": f"{width:.2f}",
            "line_width_unit": "MM",
            "line_style": "dash" if style.dash else "solid",
        }
        of = "SimpleLine"
    else:
        options = {
            "color": _rgba(fill.light, style.fill_opacity),
            "outline_color": _rgba(stroke.light, style.stroke_opacity),
            "outline_width": f"{width:.2f}",
            "outline_width_unit": "MM",
            "style": "solid",
        }
        of = "SimpleFill"
    layer_element = SubElement(symbol, "layer", {"class": of, "enabled": "1", "locked": "0", "pass": "0"})
    bag = SubElement(layer_element, "Option", type="Map")
    for key, value in options.items():
        SubElement(bag, "Option", name=key, value=value, type="QString")
    for key, value in options.items():
        SubElement(layer_element, "prop", k=key, v=value)


def _rgba(hex_colour: str, opacity: float) -> str:
    red, green, blue = bytes.fromhex(hex_colour[1:])
    return f"{red},{green},{blue},{round(opacity * 255)}"
