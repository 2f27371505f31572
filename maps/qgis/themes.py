"""Map themes of the QGIS project: what each of them shows, and the layers that grade the nodes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement

from maps.style import GAPS, GRADES, STYLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.picture import Picture
    from maps.style import Style

__all__ = ["SITUATION", "THEMES", "VIEWS", "Theme", "add_themes", "style_of_view"]


@dataclass(frozen=True, slots=True)
class Theme:
    """A map theme: its name, the layer that draws the nodes, and its layers besides these and the ground."""

    name: str
    nodes: str
    layers: tuple[str, ...]


# Layer that draws the table `nodes` once more -> the class column that it draws, and its title. These are
# layers and no styles, because QGIS 3.22 empties the tabs of relations in a form when a style changes.
VIEWS: Final = {
    "nodes_by_hazard": ("hazard_class", "Nodes by climate hazard"),
    "nodes_by_military": ("military_class", "Nodes by military relevance"),
    "nodes_by_dependence": ("dependence_class", "Nodes by dependence of people"),
    "nodes_by_gap": ("gaps", "Nodes by what is lacking"),
}
_GROUND: Final = ("bathymetry", "land", "countries", "arctic_boundary", "graticule")
SITUATION: Final = "Situation"
THEMES: Final = (
    Theme(SITUATION, "nodes", ("sea_ice", "sea_routes", "chokepoints")),
    Theme("Climate", "nodes_by_hazard", ("sea_ice", "permafrost")),
    Theme(
        "Defence",
        "nodes_by_military",
        ("alliances", "sea_routes", "chokepoints", "cables", "military_sites"),
    ),
    Theme("People", "nodes_by_dependence", ("settlements", "roads", "railways")),
    Theme("Flows", "nodes", ("flow_edges", "land_lines", "roads", "railways", "chokepoints")),
    Theme("Data gaps", "nodes_by_gap", ()),
)


def style_of_view(name: str) -> Style:
    """The style of a layer of `VIEWS`."""
    column, _ = VIEWS[name]
    return replace(STYLES["nodes"], class_column=column, classes=GAPS if column == "gaps" else GRADES)


def add_themes(root: Element, picture: Picture, layer_id: Callable[[str], str]) -> None:
    """Add the element `visibility-presets` to `root`. `layer_id` gives the id of a layer in the project."""
    presets = SubElement(root, "visibility-presets")
    drawn = {layer.id for layer in picture.layers if layer.geometry != "table"}
    drawn |= {"graticule", *(VIEWS if "nodes" in drawn else ())}
    private = [layer.id for layer in picture.private]
    for theme in THEMES:
        preset = SubElement(presets, "visibility-preset", name=theme.name)
        for name in (theme.nodes, *theme.layers, *private, *_GROUND):
            if name in drawn:
                # Without a style the theme leaves the style of the layer as it is.
                SubElement(preset, "layer", id=layer_id(name), visible="1", expanded="0")
