"""The legend of the print layouts of the QGIS project."""

from __future__ import annotations

from calendar import month_name
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from maps.qgis.layout_items import INK, add_item, item_id
from maps.qgis.primitives import FONT, bag
from maps.style import STYLES
from maps.text import literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.picture import Picture
    from maps.qgis.layout_items import Box

__all__ = ["add_legend"]

# Class of a node -> short label, because the legend has two columns.
_SHORT = {
    "robust": "Critical, robust (p ≥ 0.8)", "possible": "Critical, possible (p 0.2 to 0.8)",
    "overlap": "Overlap, not critical (p ≥ 0.5)", "overlap_open": "Overlap, a datum lacking",
    "insufficient_data": "A datum lacking", "not_flagged": "Other in scope",
    "context": "Context, never flagged",
}  # fmt: skip
_SECOND_COLUMN = "arctic_boundary"


def add_legend(
    layout: Element, picture: Picture, layer_id: Callable[[str], str], box_mm: Box, scale: float
) -> None:
    """Add the legend of the map to a layout; `scale` multiplies the sizes of text and symbols."""
    item = add_item(
        layout, "legend", "legend", box_mm, 4, map_uuid=item_id(layout, "map"), title="",
        columnCount="2", splitLayer="0", equalColumnWidth="1", columnSpace="4", boxSpace="2",
        symbolWidth=f"{6 * scale:g}", symbolHeight=f"{3.2 * scale:g}", resizeToContents="1",
        lineSpacing="0.8", fontColor=INK,
        titleAlignment="1", symbolAlignment="1", wrapChar="", legendFilterByAtlas="0", minSymbolSize="0",
        maxSymbolSize="0", rasterBorder="1", wmsLegendWidth="50", wmsLegendHeight="25",
    )  # fmt: skip
    styles = SubElement(item, "styles")
    for name, size, weight, margins in (
        ("title", 11, 75, {"marginBottom": "2"}),
        ("group", 9, 75, {"marginTop": "2.5"}),
        ("subgroup", 8, 75, {"marginTop": "2.6"}),
        ("symbol", 7, 50, {"marginTop": "0.9"}),
        ("symbolLabel", 7.2, 50, {"marginTop": "0.9", "marginLeft": "2"}),
    ):
        style = SubElement(styles, "style", {"name": name, "alignment": "1", "indent": "0", **margins})
        SubElement(
            style, "styleFont", description=f"{FONT},{size * scale:g},-1,5,{weight},0,0,0,0,0", style=""
        )
    tree = SubElement(item, "layer-tree-group")
    with_rows = {layer.id for layer in picture.layers if len(picture.tables[layer.id])}
    for name, title, labels in _entries(picture):
        if name in with_rows:
            entry = SubElement(
                tree, "layer-tree-layer", id=layer_id(name), name=title, checked="Qt::Checked", expanded="1",
                providerKey="ogr", legend_exp="", legend_split_behavior="0", patch_size="-1,-1",
            )  # fmt: skip
            options = {"cached_name": title, "legend/title-label": title}
            if name == _SECOND_COLUMN:
                options["legend/column-break"] = "1"
            if labels:
                options["legend/node-order"] = ",".join(map(str, labels))
                options |= {f"legend/label-{number}": label for number, label in labels.items()}
            bag(SubElement(entry, "customproperties"), options)


def _entries(picture: Picture) -> list[tuple[str, str, dict[int, str]]]:
    """The entries of the legend: layer, title, and labels of symbols by their number.

    An entry without labels shows all symbols. QGIS numbers the rules of the nodes class by class, the
    faintest class first, and after each class its shapes.
    """
    style = STYLES["nodes"]
    row = len(style.shapes) + 1
    last = len(style.classes) - 1
    marks = {(last - n) * row + 1: _SHORT[one.value] for n, one in enumerate(style.classes)}
    first_shape = (last - [one.value for one in style.classes].index("not_flagged")) * row
    kinds = {first_shape + 1 + n: literal(one.label) for n, one in enumerate(style.shapes)}
    return [
        ("nodes", "Nodes", marks),
        ("nodes", "Kind of node", kinds),
        ("arctic_boundary", "Boundary of the Arctic", {}),
        ("chokepoints", "Maritime gates", {}),
        ("sea_routes", "Sea routes (schematic)", {}),
        ("sea_ice", "Sea ice, 25 km cells", _ice_labels(picture)),
        ("countries", "Land", {}),
        ("bathymetry", "Sea depth", {}),
    ]


def _ice_labels(picture: Picture) -> dict[int, str]:
    """Labels of the ice: the median of the month, and the month of the year if the picture has it."""
    month, table = picture.day.month, picture.tables.get("sea_ice")
    labels = {0: f"{month_name[month]}, median 1981 to 2010"}
    if table is not None and ((table["year"] == picture.day.year) & (table["month"] == month)).any():
        labels[1] = f"{month_name[month]} {picture.day.year}"
    return labels
