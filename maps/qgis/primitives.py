"""Colours, properties and formats of text as QGIS writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FONT", "add_data_defined", "bag", "rgba", "text_style"]

# QGIS is delivered with this font; `text_style` names others in case it is missing.
FONT = "Open Sans"


def bag(parent: Element, options: dict[str, str]) -> None:
    """Add `options` to `parent` as an element `Option` of the type Map, the form of properties in QGIS."""
    element = SubElement(parent, "Option", type="Map")
    for key, value in options.items():
        SubElement(element, "Option", name=key, value=value, type="QString")


def rgba(hex_colour: str, opacity: float) -> str:
    """A colour as QGIS writes it, from `#rrggbb` and an opacity of 0 to 1."""
    red, green, blue = bytes.fromhex(hex_colour[1:])
    return f"{red},{green},{blue},{round(opacity * 255)}"


def text_style(
    size: float, colour: str, *, face: str = "Regular", expression: str = "", halo: float = 0.0
) -> Element:
    """The element `text-style`. `size` is in points, `halo` in millimetres; `expression` gives the text."""
    style = Element(
        "text-style", fontFamily=FONT, namedStyle=face, fontSize=f"{size:g}", fontSizeUnit="Point",
        fontWeight="75" if face == "Bold" else "50", fontItalic="1" if face == "Italic" else "0",
        textColor=rgba(colour, 1.0), textOpacity="1", allowHtml="0", fieldName=expression,
        isExpression="1", multilineHeight="1", useSubstitutions="0",
    )  # fmt: skip
    families = SubElement(style, "families")
    for name in (FONT, "DejaVu Sans", "Liberation Sans", "Arial"):
        SubElement(families, "family", name=name)
    SubElement(
        style, "text-buffer", bufferDraw="1" if halo else "0", bufferSize=f"{halo:g}", bufferSizeUnits="MM",
        bufferColor="255,255,255,255", bufferOpacity="0.8", bufferNoFill="1", bufferJoinStyle="128",
    )  # fmt: skip
    SubElement(style, "background", shapeDraw="0")
    SubElement(style, "shadow", shadowDraw="0")
    return style


def add_data_defined(parent: Element, tag: str, expressions: Mapping[str, str]) -> None:
    """Add an element `tag` to `parent`: properties by name, each with the expression that gives it."""
    options = SubElement(SubElement(parent, tag), "Option", type="Map")
    SubElement(options, "Option", name="name", type="QString", value="")
    properties = SubElement(options, "Option", name="properties", type="Map")
    for name, expression in expressions.items():
        of = SubElement(properties, "Option", name=name, type="Map")
        SubElement(of, "Option", name="active", type="bool", value="true")
        SubElement(of, "Option", name="expression", type="QString", value=expression)
        SubElement(of, "Option", name="type", type="int", value="3")
    SubElement(options, "Option", name="type", type="QString", value="collection")
