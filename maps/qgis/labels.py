"""Labels of the layers in QGIS; the flagged nodes come before all others, the most important first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement

from maps.qgis.conditions import CRITICAL, FLAGGED
from maps.qgis.primitives import add_data_defined, text_style
from maps.style import STYLES

if TYPE_CHECKING:
    from layers.schema import Layer

__all__ = ["IMPORTANCE", "labels"]

_DARK: Final = "#17212a"
_NEAR: Final = 3_000_000  # the scale from which on each flagged node has its own name
# Critical nodes come before overlaps, and the most probable ones first.
IMPORTANCE: Final = (
    f'CASE WHEN {CRITICAL} THEN 1 + "flag_probability" WHEN {FLAGGED} THEN "overlap_probability" ELSE 0 END'
)
_OF_PLACE: Final = f'array_agg("node_id", group_by:="place_id", filter:={FLAGGED}, order_by:=-({IMPORTANCE}))'
# On a map of a large area the nodes of a place share one label, at the most important of them.
_NAME: Final = (
    f"CASE WHEN NOT ({FLAGGED}) THEN NULL "
    f'WHEN @map_scale < {_NEAR} OR array_length({_OF_PLACE}) = 1 THEN "name" '
    f'WHEN "node_id" = array_first({_OF_PLACE}) '
    f"THEN \"place\" || ' (' || array_length({_OF_PLACE}) || ')' END"
)
_OF_NODES: Final = {
    "Priority": f"8 + {IMPORTANCE}",
    "Bold": CRITICAL,
    "Size": f"CASE WHEN {CRITICAL} THEN 8.5 ELSE 7.5 END",
    "Color": f"CASE WHEN {CRITICAL} THEN '{_DARK}' "
    f"ELSE '{next(row.fill.light for row in STYLES['nodes'].classes if row.value == 'overlap')}' END",
}  # fmt: skip
# Layer -> expression, size in points, colour, face, placement of QGIS, smallest scale (0: all scales).
_LABELS: Final[dict[str, tuple[str, float, str, str, int, int]]] = {
    "nodes": (_NAME, 8.5, _DARK, "Regular", 6, 0),
    "countries": ('"name"', 9, "#5d564a", "Regular", 4, 0),
    "seas": ('"name"', 8, "#2f6286", "Italic", 4, 25_000_000),
    "sea_routes": ('"name"', 7, "#1d4f7c", "Italic", 3, 20_000_000),
    "chokepoints": ('"name"', 7, "#1d2b36", "Italic", 2, 15_000_000),
    "settlements": ('"name"', 7, "#4c4a46", "Regular", 6, 3_000_000),
}
_POINT_LABEL: Final = ('"name"', 7.0, _DARK, "Regular", 6, 6_000_000)


def labels(layer: Layer) -> list[Element]:
    """The element `labeling` of a layer; none for lines and areas without labels."""
    given = _LABELS.get(layer.id) or (_POINT_LABEL if layer.geometry == "point" else None)
    return [] if given is None else [_labeling(layer, *given)]


def _labeling(
    layer: Layer, expression: str, size: float, colour: str, face: str, placement: int, near: int
) -> Element:
    labeling = Element("labeling", type="simple")
    settings = SubElement(labeling, "settings", calloutType="simple")
    settings.append(text_style(size, colour, face=face, expression=expression, halo=0.7))
    SubElement(settings, "text-format", wrapChar="", autoWrapLength="18", multilineAlign="3")
    SubElement(
        settings, "placement", placement=str(placement), dist="1", distUnits="MM", priority="5",
        centroidWhole="0", centroidInside="1", placementFlags="10", offsetType="1",
        predefinedPositionOrder="TR,TL,BR,BL,R,L,TSR,BSR", repeatDistance="0", polygonPlacementFlags="2",
    )  # fmt: skip
    SubElement(
        settings, "rendering", drawLabels="1", obstacle="1" if layer.geometry == "point" else "0",
        obstacleFactor="0.5", zIndex="1", scaleVisibility="1" if near else "0", scaleMin="1",
        scaleMax=str(near or 100_000_000), displayAll="0", upsidedownLabels="0", mergeLines="0",
        fontLimitPixelSize="0", minFeatureSize="0",
    )  # fmt: skip
    if layer.id == "nodes":
        add_data_defined(settings, "dd_properties", _OF_NODES)
    return labeling
