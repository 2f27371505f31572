"""The print layout of the QGIS project: an A3 sheet with map, legend, scale bar, caveats and sources."""

from __future__ import annotations

from calendar import month_name, monthrange
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement

from maps.qgis.symbology import FONT, bag, line_symbol, rgba, text_style
from maps.status import expression, promise
from maps.style import BASE, OVERLAP_FROM, STYLES
from maps.text import literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from layers.picture import Picture, SourceNote

__all__ = ["canvas_colour", "layouts", "month_of"]

_INK, _SOFT = "#1d2b36", "#4d5b66"
# A3 landscape; positions and sizes of the items are left, top, width and height in millimetres.
_PAGE_MM = (420.0, 297.0)
_MAP_MM = (8.0, 8.0, 281.0, 281.0)
_LEFT_MM, _WIDTH_MM = 296.0, 116.0  # the column beside the map
# Kind of layout item -> its number in QGIS (QgsLayoutItemRegistry).
_ITEM = {"label": "65641", "legend": "65642", "map": "65639", "page": "65638", "scale": "65646"}


# Class of a node -> short label, because the legend has two columns.
_SHORT = {
    "robust": "Critical, robust (p ≥ 0.8)", "possible": "Critical, possible (p 0.2 to 0.8)",
    "overlap": "Overlap, not critical (p ≥ 0.5)", "overlap_open": "Overlap, a datum lacking",
    "insufficient_data": "A datum lacking", "not_flagged": "Other in scope",
    "context": "Context, never flagged",
}  # fmt: skip
_SECOND_COLUMN = "arctic_boundary"


def canvas_colour() -> str:
    """The colour of the canvas outside the region, `#rrggbb`."""
    return BASE["mask"].fill.light


def month_of(day: date) -> tuple[str, str]:
    """The first and the last second of the month of `day`, ISO 8601."""
    last = monthrange(day.year, day.month)[1]
    return f"{day:%Y-%m}-01T00:00:00", f"{day:%Y-%m}-{last}T23:59:59"


def layouts(picture: Picture, layer_id: Callable[[str], str]) -> Element:
    """The element `Layouts` of the project: one A3 sheet, landscape.

    `layer_id` gives the id of a layer in the project.
    """
    root = Element("Layouts")
    layout = SubElement(root, "Layout", name="Arctic picture, A3", units="mm", printResolution="200")
    pages = SubElement(layout, "PageCollection")
    pages.append(_page_symbol())
    page = _item(pages, "page", "page", (0.0, 0.0, *_PAGE_MM), 0, background="true")
    page.set("positionOnPage", "0,0,mm")
    _map(layout, picture)
    _words(layout, picture)
    _legend(layout, picture, layer_id)
    _scale_bar(layout, picture)
    return root


def _uuid(name: str) -> str:
    # An id from the name and not at random, so that the same picture gives the same bytes.
    return f"{{{uuid5(NAMESPACE_URL, f'arctic-picture/layout/{name}')}}}"


def _page_symbol() -> Element:
    symbol = Element("symbol", name="", type="fill", alpha="1", clip_to_extent="1", force_rhr="0")
    layer = SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1", "locked": "0", "pass": "0"})
    options = {"color": "255,255,255,255", "outline_style": "no", "style": "solid"}
    bag(layer, options)
    for key, value in options.items():
        SubElement(layer, "prop", k=key, v=value)
    return symbol


def _item(
    parent: Element, kind: str, name: str, box_mm: tuple[float, float, float, float], z: int, **more: str
) -> Element:
    left, top, width, height = box_mm
    attributes = {
        "type": _ITEM[kind], "id": name, "uuid": _uuid(name), "templateUuid": _uuid(name),
        "position": f"{left:g},{top:g},mm", "positionOnPage": f"{left:g},{top:g},mm",
        "size": f"{width:g},{height:g},mm", "zValue": str(z), "visibility": "1", "opacity": "1",
        "referencePoint": "0", "itemRotation": "0", "blendMode": "0", "frame": "false",
        "outlineWidthM": "0.3,mm", "frameJoinStyle": "miter", "background": "false",
        "positionLock": "false", "excludeFromExports": "0", "groupUuid": "",
    }  # fmt: skip
    item = SubElement(parent, "LayoutItem", attributes | more)
    SubElement(item, "FrameColor", red="111", green="135", blue="150", alpha="255")
    SubElement(item, "BackgroundColor", red="255", green="255", blue="255", alpha="255")
    return item


# --- the map ---------------------------------------------------------------------------------


def _map(layout: Element, picture: Picture) -> None:
    begin, end = month_of(picture.day)
    # The sheet has its own time range: it shows one month of ice, whatever month the window shows.
    item = _item(
        layout, "map", "map", _MAP_MM, 1, frame="true", background="true", followPreset="false",
        keepLayerSet="false", mapRotation="0", mapFlags="0", drawCanvasItems="true", labelMargin="0,mm",
        isTemporal="1", temporalRangeBegin=begin, temporalRangeEnd=end,
    )  # fmt: skip
    paper = item.find("BackgroundColor")
    if paper is not None:
        red, green, blue, _ = rgba(canvas_colour(), 1.0).split(",")
        paper.attrib.update(red=red, green=green, blue=blue)
    x, y, half = _view(picture)
    SubElement(
        item, "Extent", xmin=f"{x - half:.0f}", ymin=f"{y - half:.0f}", xmax=f"{x + half:.0f}",
        ymax=f"{y + half:.0f}",
    )  # fmt: skip


def _view(picture: Picture) -> tuple[float, float, float]:
    """Centre of the map and half of its side with a margin of 2 %, in metres of EPSG:3413."""
    west, south, east, north = picture.region.outline.bounds
    return (west + east) / 2, (south + north) / 2, max(east - west, north - south) / 2 * 1.02


def _scale_bar(layout: Element, picture: Picture) -> None:
    left, top, width, height = _MAP_MM
    # Two segments, together at most a quarter of the side of the map.
    quarter_km = 2 * _view(picture)[2] / 1000 / 4
    segment_km = max(
        step for step in (10, 20, 50, 100, 200, 500, 1000) if step == 10 or 2 * step <= quarter_km
    )
    item = _item(
        layout, "scale", "scale bar", (left + 4, top + height - 15, width / 3, 12), 6, mapUuid=_uuid("map"),
        style="Single Box", unitType="km", unitLabel="km in the middle of the map",
        numUnitsPerSegment=str(segment_km),
        numMapUnitsPerScaleBarUnit="1", numSegments="2", numSegmentsLeft="0", segmentSizeMode="0",
        height="1.6", labelBarSpace="1.2", boxContentSpace="1", minBarWidth="50", maxBarWidth="150",
        segmentMillimeters="20", outlineWidth="0.2", alignment="0", labelVerticalPlacement="0",
        labelHorizontalPlacement="0", lineJoinStyle="miter", lineCapStyle="square",
    )  # fmt: skip
    item.append(text_style(7.5, _INK))
    for name, colour in (("fillColor", _INK), ("fillColor2", "#ffffff")):
        red, green, blue, _ = rgba(colour, 1.0).split(",")
        SubElement(item, name, red=red, green=green, blue=blue, alpha="255")
    for name in ("lineSymbol", "divisionLineSymbol", "subdivisionLineSymbol"):
        SubElement(item, name).append(line_symbol(_INK, 1.0, 0.2))


# --- the words -------------------------------------------------------------------------------


def _label(
    layout: Element, name: str, text: str, box_mm: tuple[float, float, float, float], size: float,
    colour: str = _INK, *, is_bold: bool = False,
) -> None:  # fmt: skip
    item = _item(
        layout, "label", name, box_mm, 5, labelText=text, htmlState="0", halign="1", valign="32",
        marginX="0", marginY="0",
    )  # fmt: skip
    weight = 75 if is_bold else 50
    SubElement(
        item, "LabelFont", description=f"{FONT},{size:g},-1,5,{weight},0,0,0,0,0",
        style="Bold" if is_bold else "Regular",
    )  # fmt: skip
    red, green, blue, _ = rgba(colour, 1.0).split(",")
    SubElement(item, "FontColor", red=red, green=green, blue=blue, alpha="255")


def _words(layout: Element, picture: Picture) -> None:
    left, width = _LEFT_MM, _WIDTH_MM
    day = picture.day.isoformat()
    what = f"{literal(picture.region.title)}. {literal(picture.scenario.title)}, {day}."
    ice = f"Sea ice: {month_name[picture.day.month]}, median of 1981 to 2010; not today's ice."
    late_sources = f" Late sources: {literal(', '.join(picture.late))}." if picture.late else ""
    _label(layout, "title", "Arctic picture", (left, 5.5, width, 12), 24, is_bold=True)
    status = f"{expression(picture)}. {promise(picture)}".removesuffix(". ")
    _label(layout, "status", status, (left, 17.6, width, 4.4), 8, is_bold=True)
    _label(layout, "subtitle", f"{what}\n{ice}{late_sources}", (left, 22, width, 10.5), 8, _SOFT)
    _label(layout, "counts", _counts(picture), (left, 32.5, width, 7.5), 8, is_bold=True)
    _label(layout, "caveats heading", "What this picture is not", (left, 112, width, 6), 10, is_bold=True)
    caveats = "\n".join(f"{n}. {literal(text)}" for n, text in enumerate(picture.caveats, start=1))
    _label(layout, "caveats", caveats, (left, 118.5, width, 42), 7.4)
    _label(layout, "sources heading", "Sources and licences", (left, 161.5, width, 6), 10, is_bold=True)
    _label(layout, "sources", _credits(picture.sources), (left, 168, width, 122), 5.4, _SOFT)


def _counts(picture: Picture) -> str:
    """A sentence with the numbers of critical nodes and places, overlaps, and nodes decided by an unknown."""
    nodes = picture.tables.get("nodes")
    if nodes is None:
        return ""
    inside = nodes[nodes["scope"] != "context"]
    is_critical = inside["flag"].isin(["robust", "possible"])
    critical = inside[is_critical]
    overlap = int((~is_critical & (inside["overlap_probability"] >= OVERLAP_FROM)).sum())
    lacking = int((inside["flag"] == "insufficient_data").sum())
    return (
        f"{len(critical)} critical nodes in {critical['place_id'].nunique()} places, "
        f"{int((critical['flag'] == 'robust').sum())} robust; climate and defence overlap at {overlap} more; "
        f"an unknown alone decides at {lacking}."
    )


def _credits(sources: Sequence[SourceNote]) -> str:
    """A line for each publisher and licence, then the titles of the sources that are not held."""
    by_terms: dict[tuple[str, str], list[str]] = {}
    for note in sources:
        if note.state != "not_held":
            title = note.title if note.state == "embedded" else f"{note.title} ({note.state})"
            by_terms.setdefault((note.publisher, note.licence), []).append(f"{title}, {note.as_of}")
    lines = [
        literal(f"{publisher} [{licence}]: {'; '.join(titles)}.")
        for (publisher, licence), titles in by_terms.items()
    ]
    lacking = [literal(note.title) for note in sources if note.state == "not_held"]
    return "\n".join(lines + ([f"Not held: {'; '.join(lacking)}."] if lacking else []))


# --- the legend ------------------------------------------------------------------------------


def _legend(layout: Element, picture: Picture, layer_id: Callable[[str], str]) -> None:
    item = _item(
        layout, "legend", "legend", (_LEFT_MM - 2, 38.5, _WIDTH_MM, 72), 4, map_uuid=_uuid("map"), title="",
        columnCount="2", splitLayer="0", equalColumnWidth="1", columnSpace="4", boxSpace="2",
        symbolWidth="6", symbolHeight="3.2", resizeToContents="1", lineSpacing="0.8", fontColor=_INK,
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
        SubElement(style, "styleFont", description=f"{FONT},{size:g},-1,5,{weight},0,0,0,0,0", style="")
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
