"""Map themes of the QGIS project: what each of them shows, and by which classes it draws the nodes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement

from maps.qgis.labels import labels
from maps.qgis.symbology import renderer_of, tip_of
from maps.style import GAPS, GRADES, style_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from layers.picture import Picture
    from layers.schema import Layer

__all__ = ["SITUATION", "THEMES", "Theme", "add_themes", "named_styles"]


@dataclass(frozen=True, slots=True)
class Theme:
    """A map theme: its name, its layers besides the ground, and the class column by which it draws nodes."""

    name: str
    layers: tuple[str, ...]
    nodes_by: str = "mark"


_GROUND: Final = ("bathymetry", "land", "countries", "arctic_boundary", "nodes", "graticule")
SITUATION: Final = "Situation"
THEMES: Final = (
    Theme(SITUATION, ("sea_ice", "sea_routes", "chokepoints")),
    Theme("Climate", ("sea_ice", "permafrost"), "hazard_class"),
    Theme(
        "Defence", ("alliances", "sea_routes", "chokepoints", "cables", "military_sites"), "military_class"
    ),
    Theme("People", ("settlements", "roads", "railways"), "dependence_class"),
    Theme("Data gaps", (), "gaps"),
)
# Class column -> name of the style of nodes that draws it. QGIS calls the style of the layer `default`.
_STYLES: Final = {
    "mark": "default", "hazard_class": "Climate hazard", "military_class": "Military relevance",
    "dependence_class": "Dependence of people", "gaps": "What is lacking",
}  # fmt: skip


def add_themes(root: Element, picture: Picture, layer_id: Callable[[str], str]) -> None:
    """Add the element `visibility-presets` to `root`. `layer_id` gives the id of a layer in the project."""
    presets = SubElement(root, "visibility-presets")
    drawn = [layer.id for layer in picture.layers if layer.geometry != "table"]
    private = [layer.id for layer in picture.private if layer.geometry != "table"]
    for theme in THEMES:
        preset = SubElement(presets, "visibility-preset", name=theme.name)
        shown = (*_GROUND, *theme.layers, *private)
        for name in (*drawn, "graticule"):
            if name in shown:
                style = _STYLES[theme.nodes_by] if name == "nodes" else "default"
                SubElement(preset, "layer", id=layer_id(name), visible="1", style=style, expanded="0")


def named_styles(layer: Layer, picture: Picture) -> list[Element]:
    """The styles of a layer besides its default, for the themes: elements `map-layer-style`."""
    if layer.id != "nodes":
        return []
    return [_style(layer, column, picture.day) for column in _STYLES if column != "mark"]


def _style(layer: Layer, column: str, day: date) -> Element:
    """A named style of the nodes by the classes of `column`; labels and map tip are those of the default."""
    style = replace(style_of(layer), class_column=column, classes=GAPS if column == "gaps" else GRADES)
    element = Element("map-layer-style", name=_STYLES[column])
    # QGIS takes away labels and map tip where a style has none; form and aliases stay.
    look = SubElement(
        element, "qgis", version="3.22.0", labelsEnabled="1", styleCategories="Symbology|Labeling|MapTips"
    )
    look.extend([renderer_of(layer, style, day), tip_of(layer), *labels(layer)])
    return element
