"""A QGIS style (QML) of a layer, from the same `maps.style` as the web map."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, tostring

from maps.style import Class, Shape, classed, style_of

if TYPE_CHECKING:
    import pandas as pd

    from layers.schema import Layer
    from maps.style import Style

__all__ = ["qml"]

# Our marks in QGIS' words, and how far each is turned.
_MARKS = {"cross": ("cross_fill", 0), "down": ("triangle", 180)}
_MM = 0.26  # a pixel at 96 dpi
_NO_FILL = 0.0


def qml(layer: Layer, table: pd.DataFrame) -> str:
    """The style document of a point, line or polygon layer.

    One symbol, one for each class of the layer's class column, or one for each class and shape by
    rules. Symbols carry both the `Option` and the older `prop` form, so QGIS 3.22 and newer read it.
    """
    style = classed(style_of(layer), table)
    root = Element("qgis", version="3.22.0", styleCategories="Symbology")
    renderer = SubElement(root, "renderer-v2", forceraster="0", symbollevels="0", enableorderby="0")
    classes = style.classes if style.class_column else ()
    if classes and style.shapes:
        _by_rules(renderer, layer, style)
    elif classes:
        _by_classes(renderer, layer, style)
    else:
        renderer.set("type", "singleSymbol")
        _symbol(SubElement(renderer, "symbols"), "0", layer, style)
    return tostring(root, encoding="unicode")


def _by_classes(renderer: Element, layer: Layer, style: Style) -> None:
    renderer.set("type", "categorizedSymbol")
    renderer.set("attr", style.class_column)
    categories = SubElement(renderer, "categories")
    symbols = SubElement(renderer, "symbols")
    for number, row in enumerate(style.classes):
        SubElement(
            categories, "category", symbol=str(number), value=row.value, label=row.label, render="true",
            type="string",
        )  # fmt: skip
        _symbol(symbols, str(number), layer, style, row)


def _by_rules(renderer: Element, layer: Layer, style: Style) -> None:
    """A rule for each class, and under it one for each shape; what weighs most is drawn last."""
    renderer.set("type", "RuleRenderer")
    rules = SubElement(renderer, "rules", key="{rules}")
    symbols = SubElement(renderer, "symbols")
    number = 0
    for row in reversed(style.classes):
        of_class = SubElement(
            rules, "rule", key=f"{{{row.value}}}", label=row.label,
            filter=f"\"{style.class_column}\" = '{row.value}'",
        )  # fmt: skip
        for shape in style.shapes:
            SubElement(
                of_class, "rule", key=f"{{{row.value}-{shape.value}}}", label=shape.label,
                filter=f"\"{style.shape_column}\" = '{shape.value}'", symbol=str(number),
            )  # fmt: skip
            _symbol(symbols, str(number), layer, style, row, shape)
            number += 1


def _symbol(
    parent: Element,
    name: str,
    layer: Layer,
    style: Style,
    row: Class | None = None,
    shape: Shape | None = None,
) -> None:
    kind = {"point": "marker", "line": "line", "polygon": "fill"}[layer.geometry]
    symbol = SubElement(parent, "symbol", name=name, type=kind, alpha="1", clip_to_extent="1", force_rhr="0")
    fill = row.fill if row else style.fill
    stroke = row.stroke if row else style.stroke
    width = (row.width if row and row.width else style.width) * _MM
    if kind == "marker":
        radius = row.radius if row and row.radius else style.radius
        drawn = shape.shape if shape else style.shape
        mark, turn = _MARKS.get(drawn, (drawn, 0))
        of, options = "SimpleMarker", {
            "name": mark,
            "angle": str(turn),
            "color": _rgba(fill.light, _NO_FILL if row and row.hollow else style.fill_opacity),
            "outline_color": _rgba(stroke.light, style.stroke_opacity),
            "outline_width": f"{width:.2f}",
            "outline_width_unit": "MM",
            "size": f"{2 * radius * _MM:.2f}",
            "size_unit": "MM",
        }  # fmt: skip
    elif kind == "line":
        of, options = "SimpleLine", {
            "line_color": _rgba(stroke.light, style.stroke_opacity),
            "line_width": f"{width:.2f}",
            "line_width_unit": "MM",
            "line_style": "dash" if style.dash else "solid",
        }  # fmt: skip
    else:
        of, options = "SimpleFill", {
            "color": _rgba(fill.light, style.fill_opacity),
            "outline_color": _rgba(stroke.light, style.stroke_opacity),
            "outline_width": f"{width:.2f}",
            "outline_width_unit": "MM",
            "outline_style": "solid" if width else "no",
            "style": "solid",
        }  # fmt: skip
    element = SubElement(symbol, "layer", {"class": of, "enabled": "1", "locked": "0", "pass": "0"})
    bag = SubElement(element, "Option", type="Map")
    for key, value in options.items():
        SubElement(bag, "Option", name=key, value=value, type="QString")
        SubElement(element, "prop", k=key, v=value)


def _rgba(hex_colour: str, opacity: float) -> str:
    red, green, blue = bytes.fromhex(hex_colour[1:])
    return f"{red},{green},{blue},{round(opacity * 255)}"
