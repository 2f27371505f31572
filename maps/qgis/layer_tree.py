"""The tree of layers of the QGIS project: what is judged on top, then the pillars, grids and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement

from layers.schema import PILLARS
from maps.style import style_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from layers.raster import Raster
    from layers.schema import Layer

__all__ = ["in_package", "tree"]

_JUDGED: Final = ("Critical nodes, overlap, context", ("nodes", "gateways", "arctic_boundary"))
# What a hazard is read from, each row with its publication.
_CITED: Final = ("Climate facts, as published", (
    "thaw_damage", "coastal_erosion", "port_ice_seasons", "permafrost_places", "station_normals",
    "permafrost_maps",
))  # fmt: skip
_GRIDS, _TABLES, _OF_NODES = "Environment grids", "Tables", "Rows of each node"


def in_package(name: str) -> str:
    """Where a layer of the GeoPackage lies, by a relative path."""
    return f"./picture.gpkg|layername={name}"


class _Tree:
    """The tree while it is made; `titles` has the title of every leaf."""

    def __init__(self, titles: Mapping[str, str], layer_id: Callable[[str], str]) -> None:
        self.root = Element("layer-tree-group")
        self.titles, self.layer_id = titles, layer_id

    def leaf(self, group: Element, name: str, source: str, provider: str, *, is_on: bool = False) -> None:
        SubElement(
            group, "layer-tree-layer", id=self.layer_id(name), name=self.titles[name], source=source,
            providerKey=provider, checked="Qt::Checked" if is_on else "Qt::Unchecked", expanded="0",
            legend_exp="", patch_size="-1,-1",
        )  # fmt: skip

    def hold(self, group: Element, inside: Sequence[Layer]) -> None:
        for one in inside:
            is_on = one.geometry != "table" and style_of(one).visible
            self.leaf(group, one.id, in_package(one.id), "ogr", is_on=is_on)

    def group(self, parent: Element, name: str, inside: Sequence[Layer]) -> None:
        """A group of layers, if there are any."""
        if inside:
            self.hold(_group(parent, name), inside)


def tree(
    layers: Sequence[Layer], grids: Mapping[str, Raster], titles: Mapping[str, str],
    beside: Sequence[str], graticule: str, layer_id: Callable[[str], str],
) -> Element:  # fmt: skip
    """Groups, what is drawn on top first; the order of drawing is that of the web map.

    `grids` has the raster of each name, `titles` the title of each layer, grid, table and the graticule;
    `beside` names tables that are no layer.
    """
    drawn = sorted((one for one in layers if one.geometry != "table"), key=lambda one: -style_of(one).order)
    made = _Tree(titles, layer_id)
    made.leaf(made.root, graticule, "", "", is_on=True)
    name, judged = _JUDGED
    made.group(made.root, name, [one for one in drawn if one.id in judged])
    _pillars(made, [one for one in drawn if one.id not in judged])
    if grids:
        group = _group(made.root, _GRIDS)
        for name, raster in grids.items():
            made.leaf(group, name, f"./grids/{raster.id}.tif", "gdal")
    group = _group(made.root, _TABLES)
    tables = [one for one in layers if one.geometry == "table"]
    of_nodes = [one for one in tables if any(column.name == "node_id" for column in one.all_columns)]
    made.group(group, _OF_NODES, of_nodes)
    made.hold(group, [one for one in tables if one not in of_nodes])
    for name in beside:
        made.leaf(group, name, in_package(name), "ogr")
    order = SubElement(made.root, "custom-order", enabled="1")
    for name in _from_top(drawn, [graticule, *grids]):
        SubElement(order, "item").text = layer_id(name)
    return made.root


def _pillars(made: _Tree, drawn: Sequence[Layer]) -> None:
    """A group for each pillar; what publications say of climate stands in one of its own inside."""
    for pillar in sorted(PILLARS, key=lambda one: _depth(one, drawn)):
        inside = [one for one in drawn if one.pillar == pillar]
        if inside:
            group = _group(made.root, pillar.capitalize())
            name, cited = _CITED
            made.group(group, name, [one for one in inside if one.id in cited])
            made.hold(group, [one for one in inside if one.id not in cited])


def _from_top(drawn: Sequence[Layer], ground: Sequence[str]) -> list[str]:
    """Names in the order of drawing: `ground` above the filled areas and below outlines, lines and points."""
    filled = (n for n, one in enumerate(drawn) if one.geometry == "polygon" and style_of(one).fill_opacity)
    place = next(filled, len(drawn))
    names = [one.id for one in drawn]
    return [*names[:place], *ground, *names[place:]]


def _depth(pillar: str, drawn: Sequence[Layer]) -> int:
    return next((n for n, one in enumerate(drawn) if one.pillar == pillar), len(drawn))


def _group(parent: Element, name: str) -> Element:
    return SubElement(parent, "layer-tree-group", name=name, checked="Qt::Checked", expanded="1")
