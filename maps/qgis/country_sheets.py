"""The atlas of the QGIS project: an A4 sheet for each country with nodes in scope, north up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement

from maps.qgis.conditions import CONDITIONS, CRITICAL, FLAGGED, INSIDE
from maps.qgis.labels import IMPORTANCE
from maps.qgis.layer_tree import in_package
from maps.qgis.layout_items import (
    INK,
    SOFT,
    Column,
    add_label,
    add_map,
    add_pages,
    add_scale_bar,
    add_table,
)
from maps.qgis.legend import add_legend
from maps.qgis.sheet_words import caveats, publishers, status, subject
from maps.qgis.themes import SITUATION

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.picture import Picture
    from maps.qgis.layout_items import Box

__all__ = ["add_country_sheets"]

_NAME: Final = "Country sheets, A4"
_PAPER_MM: Final = (210.0, 297.0)
_BOXES: Final[dict[str, Box]] = {
    "map": (6, 31, 198, 122), "title": (6, 5, 120, 10), "status": (6, 15.5, 198, 4),
    "counts": (6, 19.8, 198, 4), "subtitle": (6, 23.8, 198, 7.2),
    "table": (6, 155, 198, 63.5), "legend": (4.5, 222, 92, 62),
    "caveats heading": (100, 219.5, 104, 4), "caveats": (100, 223.7, 104, 33),
    "sources heading": (100, 257.2, 104, 4), "sources": (100, 261.4, 104, 34.5),
}  # fmt: skip
# Height of a row of the table (some names take two lines) and of its heading, in millimetres.
_ROW_MM: Final = 4.7
_HEAD_MM: Final = 8.0
_SCALE: Final = 0.8
_MARGIN: Final = 1.08  # the map is this much wider than the country

# A node of the country of the sheet, in an aggregate over the nodes and in the table.
_OF_PARENT: Final = "\"country_iso3\" = attribute(@parent, 'country_iso3')"
_OF_SHEET: Final = "\"country_iso3\" = attribute(@atlas_feature, 'country_iso3')"
_COLUMNS: Final = (
    Column("Node", '"name"', 45),
    Column("Kind", "replace(coalesce(\"site_kind\", \"kind\"), '_', ' ')", 18),
    Column(
        "Judgement",
        f'CASE WHEN {CRITICAL} THEN "flag" || \' \' || round(100 * "flag_probability") '
        "ELSE 'overlap ' || round(100 * \"overlap_probability\") END || ' %'",
        18,
    ),
    Column("Climate hazard decided by", "replace(\"hazard_deciding\", 'permafrost thaw: ', 'thaw: ')", 84),
    Column("Defence", '"military_class"', 11.5),
    Column("People", '"dependence_class"', 12),
)


def add_country_sheets(root: Element, picture: Picture, layer_id: Callable[[str], str]) -> None:
    """Add the layout of the country sheets to `root`, if the picture has countries and nodes.

    `layer_id` gives the id of a layer in the project.
    """
    if not {"countries", "nodes"} <= set(picture.tables):
        return
    spare = _spare_mm(layer_id("nodes"))
    left, top, width, high = _BOXES["map"]
    layout = SubElement(root, "Layout", name=_NAME, units="mm", printResolution="200")
    add_pages(layout, _PAPER_MM, 1)
    # QGIS gives the map the shape of its first extent, so this extent has the shape of the box.
    west, _, east, _ = picture.region.outline.bounds
    half = (east - west) / 2 * high / width
    add_map(layout, _BOXES["map"], (west, -half, east, half), picture.day, SITUATION,
            _view() | {"dataDefinedHeight": f"{high:g} + {spare}"})  # fmt: skip
    _add_words(layout, picture, layer_id("nodes"))
    add_table(
        layout, _BOXES["table"], (layer_id("nodes"), "nodes"), f"{_OF_SHEET} AND {FLAGGED}", _COLUMNS,
        IMPORTANCE, 5.4, {"dataDefinedPositionY": f"{_BOXES['table'][1]:g} + {spare}"},
    )  # fmt: skip
    add_legend(layout, picture, layer_id, _BOXES["legend"], _SCALE)
    scale_top = top + high - 9.5
    add_scale_bar(layout, (left + 2, scale_top, 70, 7.5), 0, 6,
                  {"dataDefinedPositionY": f"{scale_top:g} + {spare}"})  # fmt: skip
    # A country has a sheet if it has a node in scope.
    with_nodes = (
        f"array_contains(aggregate(layer:='{layer_id('nodes')}', aggregate:='array_agg', "
        f'expression:="country_iso3", filter:={INSIDE}), "country_iso3")'
    )
    SubElement(
        layout, "Atlas", enabled="1", coverageLayer=layer_id("countries"), coverageLayerName="countries",
        coverageLayerSource=in_package("countries"), coverageLayerProvider="ogr", hideCoverage="0",
        filenamePattern='"country_iso3"', pageNameExpression='"name"', filterFeatures="1",
        featureFilter=with_nodes, sortFeatures="1", sortKey='"name"', sortAscending="1",
    )  # fmt: skip


def _spare_mm(nodes: str) -> str:
    """An expression of the room that the table of a country leaves, which the map takes.

    `nodes` is the id of the layer of nodes.
    """
    _, _, _, high = _BOXES["table"]
    flagged = (
        f"aggregate(layer:='{nodes}', aggregate:='count', expression:=\"node_id\", "
        f"filter:={FLAGGED} AND {_OF_PARENT})"
    )
    return f"max(0, {high - _HEAD_MM:g} - {_ROW_MM:g} * coalesce({flagged}, 0))"


def _view() -> dict[str, str]:
    """Expressions of rotation and extent of the map: the country fills it, with north up at its middle."""
    turn = "degrees(atan2(x(centroid(@atlas_geometry)), -y(centroid(@atlas_geometry))))"
    # The box of the turned country, and the middle of this box on the map before it is turned.
    whole = (
        f"with_variable('turn', {turn}, "
        "with_variable('box', bounds(rotate(@atlas_geometry, @turn, make_point(0, 0))), "
        "with_variable('middle', rotate(centroid(@box), -@turn, make_point(0, 0)), {})))"
    )
    half_width, half_height = (f"{_MARGIN / 2} * ({n}_max(@box) - {n}_min(@box))" for n in "xy")
    return {
        "dataDefinedMapRotation": turn,
        "dataDefinedMapXMin": whole.format(f"x(@middle) - {half_width}"),
        "dataDefinedMapXMax": whole.format(f"x(@middle) + {half_width}"),
        "dataDefinedMapYMin": whole.format(f"y(@middle) - {half_height}"),
        "dataDefinedMapYMax": whole.format(f"y(@middle) + {half_height}"),
    }


def _add_words(layout: Element, picture: Picture, nodes: str) -> None:
    for name, text, size, colour, is_bold in (
        ("title", '[% "name" %]', 19, INK, True),
        ("status", status(picture), 6.6, INK, True),
        ("counts", _counts(nodes), 6.6, INK, True),
        ("subtitle", f"Arctic picture. {subject(picture)}", 6.6, SOFT, False),
        ("caveats heading", "What this picture is not", 7.5, INK, True),
        ("caveats", caveats(picture), 6.0, INK, False),
        (
            "sources heading",
            "Sources and licences (with titles and dates in the table about)",
            7.5,
            INK,
            True,
        ),
        ("sources", publishers(picture.sources), 5.2, SOFT, False),
    ):
        add_label(layout, name, text, _BOXES[name], size, colour, is_bold=is_bold)


def _counts(nodes: str) -> str:
    """A text for QGIS with counts of the nodes of a country. `nodes` is the id of the layer."""

    def count(condition: str, of: str = "node_id") -> str:
        return (
            f"[% aggregate(layer:='{nodes}', aggregate:='count_distinct', expression:=\"{of}\", "
            f"filter:={condition} AND {_OF_PARENT}) %]"
        )

    marks, lacking = CONDITIONS["mark"], CONDITIONS["gaps"]["decides"]
    return (
        f"{count(INSIDE)} nodes in scope: {count(CRITICAL)} critical "
        f"in {count(CRITICAL, 'place_id')} places, {count(marks['robust'])} of them robust; "
        "climate and defence overlap at "
        f"{count(f'{FLAGGED} AND NOT ({CRITICAL})')} more; an unknown alone decides at "
        f"{count(lacking)}."
    )
