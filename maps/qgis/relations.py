"""Relations of the QGIS project: from a node to the rows of every layer that names nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from maps.qgis.map_layers import layer_id
from maps.text import literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.picture import Picture
    from layers.schema import Layer

__all__ = ["add_relations", "node_relations"]

_NODE_COLUMNS = ("node_id", "match_node")  # columns that hold the id of a node
_FIRST_TABLES = ("evidence", "exits", "climate_facts")


def node_relations(picture: Picture) -> dict[str, tuple[Layer, str]]:
    """The relations by their ids: the layer whose rows name nodes, and the column with the id of the node.

    The tables that explain a node come first. Private layers have no relation.
    """
    if "nodes" not in picture.tables:
        return {}
    others = [layer for layer in picture.layers if layer.id != "nodes" and not layer.is_private]
    relations = {}
    for name in _NODE_COLUMNS:
        for layer in others:
            if any(column.name == name for column in layer.all_columns):
                relations[f"nodes_{layer.id}"] = (layer, name)
    order = {f"nodes_{name}": number for number, name in enumerate(_FIRST_TABLES)}
    return dict(sorted(relations.items(), key=lambda row: order.get(row[0], len(order))))


def add_relations(element: Element, relations: Mapping[str, tuple[Layer, str]]) -> None:
    """Add the result of `node_relations` to the element `relations` of the project."""
    for key, (layer, column) in relations.items():
        relation = SubElement(
            element, "relation", id=key, name=literal(layer.title), strength="Association",
            referencingLayer=layer_id(layer.id), referencedLayer=layer_id("nodes"),
        )  # fmt: skip
        SubElement(relation, "fieldRef", referencingField=column, referencedField="node_id")
