"""The tree of layers of the QGIS project: judgements first, then the pillars, grids and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement

from layers.schema import PILLARS
from maps.qgis.themes import VIEWS
from maps.style import style_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from layers.raster import Raster
    from layers.schema import Layer

__all__ = ["in_package", "tree"]

_JUDGED: Final = ("Critical nodes, overlap, context", ("nodes", "gateways", "arctic_boundary"))
# Layers of published facts from which hazards are judged.
_CITED: Final = ("Climate facts, as published", (
    "thaw_damage", "coastal_erosion", "port_ice_seasons", "permafrost_places", "station_normals",
    "permafrost_maps",
))  # fmt: skip
# Lines of the network, and the tables that say what depends on them.
_FLOWS: Final = (
    "Flows",
    ("flow_edges", "land_lines", "dependants", "node_recovery", "corridors", "cable_cases"),
)
_GRADED: Final = "Nodes by one class"
_GRIDS, _TABLES, _OF_NODES = "Environment grids", "Tables", "Rows of each node"


def in_package(name: str) -> str:
    """The data source of a layer of the GeoPackage, relative to the project."""
    return f"./picture.gpkg|layername={name}"


class _Tree:
    """Builds the tree. `titles` maps the name of every leaf to its title."""

    def __init__(self, titles: Mapping[str, str], layer_id: Callable[[str], str]) -> None:
        self.root = Element("layer-tree-group")
        self.titles, self.layer_id = titles, layer_id

    def leaf(self, group: Element, name: str, source: str, provider: str, *, is_on: bool = False) -> None:
        SubElement(
            group, "layer-tree-layer", id=self.layer_id(name), name=self.titles[name], source=source,
            providerKey=provider, checked="Qt::Checked" if is_on else "Qt::Unchecked", expanded="0",
            legend_exp="", patch_size="-1,-1",
        )  # fmt: skip

    def add_layers(self, group: Element, layers: Sequence[Layer]) -> None:
        for one in layers:
            is_on = one.geometry != "table" and style_of(one).visible
            self.leaf(group, one.id, in_package(one.id), "ogr", is_on=is_on)

    def group(self, parent: Element, name: str, layers: Sequence[Layer]) -> None:
        """Add a group with `layers`, if there is one."""
        if layers:
            self.add_layers(_group(parent, name), layers)


def tree(
    layers: Sequence[Layer], grids: Mapping[str, Raster], titles: Mapping[str, str],
    others: Sequence[str], graticule: str, layer_id: Callable[[str], str],
) -> Element:  # fmt: skip
    """The tree of layers, topmost first, and the same order of drawing as in the web map.

    `grids` maps the name of each grid to its raster. `titles` maps the name of each layer, grid and table and
    of the graticule to its title. `others` are names of tables that are no layer of the picture. `graticule`
    is the name of the graticule. `layer_id` gives the id of a name in the project.
    """
    drawn = sorted((one for one in layers if one.geometry != "table"), key=lambda one: -style_of(one).order)
    builder = _Tree(titles, layer_id)
    builder.leaf(builder.root, graticule, "", "", is_on=True)
    name, judged = _JUDGED
    builder.group(builder.root, name, [one for one in drawn if one.id in judged])
    has_nodes = any(one.id == "nodes" for one in drawn)
    if has_nodes:
        group = _group(builder.root, _GRADED)
        for name in VIEWS:
            builder.leaf(group, name, in_package("nodes"), "ogr")
    name, of_flows = _FLOWS
    builder.group(builder.root, name, [one for key in of_flows for one in layers if one.id == key])
    _pillars(builder, [one for one in drawn if one.id not in (*judged, *of_flows)])
    if grids:
        group = _group(builder.root, _GRIDS)
        for name, raster in grids.items():
            builder.leaf(group, name, f"./grids/{raster.id}.tif", "gdal")
    group = _group(builder.root, _TABLES)
    tables = [one for one in layers if one.geometry == "table" and one.id not in of_flows]
    of_nodes = [one for one in tables if any(column.name == "node_id" for column in one.all_columns)]
    builder.group(group, _OF_NODES, of_nodes)
    builder.add_layers(group, [one for one in tables if one not in of_nodes])
    for name in others:
        builder.leaf(group, name, in_package(name), "ogr")
    # The order of drawing differs from the order in the tree, which is by subject.
    order = SubElement(builder.root, "custom-order", enabled="1")
    for name in (*(VIEWS if has_nodes else ()), *_from_top(drawn, [graticule, *grids])):
        SubElement(order, "item").text = layer_id(name)
    return builder.root


def _pillars(builder: _Tree, drawn: Sequence[Layer]) -> None:
    """Add a group for each pillar, with a group inside it for published climate facts."""
    for pillar in sorted(PILLARS, key=lambda one: _depth(one, drawn)):
        inside = [one for one in drawn if one.pillar == pillar]
        if inside:
            group = _group(builder.root, pillar.capitalize())
            name, cited = _CITED
            builder.group(group, name, [one for one in inside if one.id in cited])
            builder.add_layers(group, [one for one in inside if one.id not in cited])


def _from_top(drawn: Sequence[Layer], ground: Sequence[str]) -> list[str]:
    """Names in the order of drawing: `ground` lies above filled areas, below outlines, lines and points."""
    filled = (n for n, one in enumerate(drawn) if one.geometry == "polygon" and style_of(one).fill_opacity)
    place = next(filled, len(drawn))
    names = [one.id for one in drawn]
    return [*names[:place], *ground, *names[place:]]


def _depth(pillar: str, drawn: Sequence[Layer]) -> int:
    return next((n for n, one in enumerate(drawn) if one.pillar == pillar), len(drawn))


def _group(parent: Element, name: str) -> Element:
    return SubElement(parent, "layer-tree-group", name=name, checked="Qt::Checked", expanded="1")
