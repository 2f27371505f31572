"""The print layouts of the QGIS project: sheets on A3 and A4 paper, and a sheet for each country."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement

from maps.qgis.country_sheets import add_country_sheets
from maps.qgis.layout_items import INK, SOFT, add_label, add_map, add_pages, add_scale_bar
from maps.qgis.legend import add_legend
from maps.qgis.sheet_words import caveats, counts, credits_of, status, subject
from maps.qgis.themes import SITUATION
from maps.text import literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.picture import Picture
    from maps.qgis.layout_items import Box

__all__ = ["layouts"]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A print layout: its name, paper in millimetres, boxes of its items, and the scale of its text.

    Caveats and sources have sizes of their own, in points. Sources below the first page are on the second.
    """

    name: str
    paper_mm: tuple[float, float]
    boxes: dict[str, Box]
    scale: float
    caveats_pt: float
    sources_pt: float

    @property
    def pages(self) -> int:
        """Return the number of pages."""
        return 2 if self.boxes["sources"][1] > self.paper_mm[1] else 1


_SHEETS: Final = (
    _Sheet("Arctic picture, A3 landscape", (420, 297), {
        "map": (8, 8, 281, 281), "title": (296, 5.5, 116, 12), "status": (296, 17.6, 116, 4.4),
        "subtitle": (296, 22, 116, 10.5), "counts": (296, 32.5, 116, 7.5), "legend": (294, 40, 116, 72),
        "caveats heading": (296, 112, 116, 6), "caveats": (296, 118.5, 116, 42),
        "sources heading": (296, 161.5, 116, 6), "sources": (296, 168, 116, 122),
    }, 1.0, 7.4, 5.4),
    _Sheet("Arctic picture, A3 portrait", (297, 420), {
        "map": (8, 32, 281, 281), "title": (8, 6, 130, 12), "status": (8, 19, 130, 4.4),
        "subtitle": (150, 7, 139, 10.5), "counts": (150, 19, 139, 7.5), "legend": (6, 317, 116, 72),
        "caveats heading": (130, 319, 159, 6), "caveats": (130, 325.5, 159, 80),
        "sources heading": (20, 446, 257, 6), "sources": (20, 455, 257, 380),
    }, 1.0, 8.4, 9.0),
    _Sheet("Arctic picture, A4 landscape", (297, 210), {
        "map": (6, 6, 198, 198), "title": (209, 5, 82, 9.4), "status": (209, 14.5, 82, 6.4),
        "subtitle": (209, 21, 82, 12), "counts": (209, 33.5, 82, 9.5), "legend": (207.5, 43.5, 84, 72),
        "caveats heading": (209, 122, 82, 5), "caveats": (209, 127.5, 82, 70),
        "sources heading": (12, 232, 273, 6), "sources": (12, 240, 273, 160),
    }, 0.8, 6.8, 8.0),
    _Sheet("Arctic picture, A4 portrait", (210, 297), {
        "map": (6, 26, 198, 198), "title": (6, 5, 90, 9.4), "status": (6, 15, 90, 6.4),
        "subtitle": (104, 5.5, 100, 10), "counts": (104, 16, 100, 9), "legend": (4.5, 225, 90, 66),
        "caveats heading": (104, 227, 100, 5), "caveats": (104, 232.5, 100, 60),
        "sources heading": (12, 319, 186, 6), "sources": (12, 327, 186, 260),
    }, 0.8, 6.8, 8.0),
)  # fmt: skip


def layouts(picture: Picture, layer_id: Callable[[str], str]) -> Element:
    """The element `Layouts` of the project. `layer_id` gives the id of a layer in the project."""
    root = Element("Layouts")
    for sheet in _SHEETS:
        layout = SubElement(root, "Layout", name=sheet.name, units="mm", printResolution="200")
        add_pages(layout, sheet.paper_mm, sheet.pages)
        x, y, half = _view(picture)
        extent = (x - half, y - half, x + half, y + half)
        add_map(layout, sheet.boxes["map"], extent, picture.day, SITUATION, {})
        _add_words(layout, sheet, picture)
        add_legend(layout, picture, layer_id, sheet.boxes["legend"], sheet.scale)
        left, top, width, height = sheet.boxes["map"]
        # Two segments, together at most a quarter of the side of the map.
        quarter_km = 2 * half / 1000 / 4
        steps = (10, 20, 50, 100, 200, 500, 1000)
        segment_km = max(step for step in steps if step == 10 or 2 * step <= quarter_km)
        box = (left + 4, top + height - 4 - 10 * sheet.scale, width / 3, 10 * sheet.scale)
        add_scale_bar(layout, box, segment_km, 7.5 * sheet.scale)
    add_country_sheets(root, picture, layer_id)
    return root


def _view(picture: Picture) -> tuple[float, float, float]:
    """Centre of the map and half of its side with a margin of 2 %, in metres of EPSG:3413."""
    west, south, east, north = picture.region.outline.bounds
    return (west + east) / 2, (south + north) / 2, max(east - west, north - south) / 2 * 1.02


def _add_words(layout: Element, sheet: _Sheet, picture: Picture) -> None:
    region = literal(picture.region.title)
    for name, text, size, colour, is_bold in (
        ("title", "Arctic picture", 24, INK, True),
        ("status", status(picture), 8, INK, True),
        ("subtitle", f"{region}. {subject(picture)}", 8, SOFT, False),
        ("counts", counts(picture), 8, INK, True),
        ("caveats heading", "What this picture is not", 10, INK, True),
        ("sources heading", "Sources and licences", 10, INK, True),
    ):
        add_label(layout, name, text, sheet.boxes[name], size * sheet.scale, colour, is_bold=is_bold)
    add_label(layout, "caveats", caveats(picture), sheet.boxes["caveats"], sheet.caveats_pt)
    add_label(layout, "sources", credits_of(picture.sources), sheet.boxes["sources"], sheet.sources_pt, SOFT)
