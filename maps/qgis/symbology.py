"""Symbols, labels and map tips of a layer in QGIS, from the same `maps.style` as the web map.

The same elements make a style document (QML, for a layer from the GeoPackage) and a layer of the project.
Symbols have both the `Option` form and the older `prop` form, so that QGIS 3.22 and newer read them. Map tips
and labels are made of columns and constants, so no text of the data is evaluated. Values are escaped for
HTML.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, tostring

from maps.qgis.attribute_form import form, row_name
from maps.qgis.conditions import CONDITIONS
from maps.qgis.labels import labels
from maps.qgis.map_tip import map_tip
from maps.qgis.primitives import bag, rgba
from maps.style import ICE_OF_ONE_MONTH, Class, Shape, classed, style_of
from maps.text import heading, literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    import pandas as pd

    from layers.schema import Layer
    from maps.style import Style

__all__ = ["line_symbol", "parts", "qml", "renderer_of", "start_of_month", "words"]

# Mark of maps.style -> QGIS shape, rotation in degrees, and the scale with which it looks as large as others.
_MARKS = {"cross": ("cross_fill", 0, 1.2), "down": ("triangle", 180, 1.0), "star": ("star", 0, 1.4)}
_HATCHES = {"forward": "b_diagonal", "back": "f_diagonal", "cross": "diagonal_x", "dots": "dense7"}
_MM = 0.26  # millimetres of a pixel at 96 dpi
_HOLLOW = 0.55  # opacity of the fill of a hollow mark, as in page/layer_style.js
_UNDER_HATCH, _HATCH = 0.3, 0.9  # opacities, as in page/symbols.js


def qml(layer: Layer, table: pd.DataFrame, day: date) -> str:
    """The style document (QML) of a layer with geometry.

    `table` is the table of the layer. `day` gives the month of the ice, as in `parts`.
    """
    root = Element(
        "qgis", version="3.22.0", labelsEnabled="1", styleCategories="Symbology|Labeling|Fields|Forms|MapTips"
    )
    root.extend(parts(layer, table, day))
    return tostring(root, encoding="unicode")


def parts(
    layer: Layer, table: pd.DataFrame, day: date, relations: Mapping[str, str] | None = None
) -> list[Element]:
    """The elements of a layer: renderer, labels, aliases, form and map tip.

    A table without geometry has only aliases and the name of a row. The month of `day` is the month of the
    ice on a map without a time range. `relations` maps the id of each relation of the nodes to its title
    (maps.qgis.relations).
    """
    if layer.geometry == "table":
        return words(layer)
    style = classed(style_of(layer), table)
    elements = [renderer_of(layer, style, day, table), *words(layer)]
    if layer.id == "nodes":
        elements += form(layer, relations or {})
    return elements


def words(layer: Layer) -> list[Element]:
    """The elements of a layer that are words: aliases, name of a row, and on the map its tip and labels."""
    preview = Element("previewExpression")
    preview.text = row_name(layer)
    if layer.geometry == "table":
        return [_aliases(layer), preview]
    tip = Element("mapTip", enabled="1")
    tip.text = map_tip(layer)
    return [_aliases(layer), preview, tip, *labels(layer)]


# --- symbols ---------------------------------------------------------------------------------


def renderer_of(layer: Layer, style: Style, day: date, table: pd.DataFrame | None = None) -> Element:
    """The renderer: a single symbol, or symbols by class, by range, by rules (nodes), or by month (ice)."""
    renderer = Element("renderer-v2", forceraster="0", symbollevels="0", enableorderby="0")
    classes = style.classes if style.class_column else ()
    if layer.id == "sea_ice":
        _ice(renderer, layer, style, day)
    elif layer.id == "nodes":
        _by_rules(renderer, layer, style)
    elif classes and style.ramp and table is not None and "class_low" in table.columns:
        _by_ranges(renderer, layer, style, table)
    elif classes:
        _by_classes(renderer, layer, style)
    else:
        renderer.set("type", "singleSymbol")
        _symbol(SubElement(renderer, "symbols"), "0", layer, style)
    return renderer


def _by_classes(renderer: Element, layer: Layer, style: Style) -> None:
    renderer.set("type", "categorizedSymbol")
    renderer.set("attr", style.class_column)
    categories = SubElement(renderer, "categories")
    symbols = SubElement(renderer, "symbols")
    for number, row in enumerate(style.classes):
        SubElement(
            categories, "category", symbol=str(number), value=row.value, label=literal(row.label),
            render="true", type="string",
        )  # fmt: skip
        _symbol(symbols, str(number), layer, style, row)


def _by_ranges(renderer: Element, layer: Layer, style: Style, table: pd.DataFrame) -> None:
    """Add a range for each class. The value is the middle of a class, as QGIS puts a bound in two ranges."""
    renderer.set("type", "graduatedSymbol")
    renderer.set("graduatedMethod", "GraduatedColor")
    renderer.set("attr", '("class_low" + coalesce("class_high", "class_low" + 2)) / 2')
    ranges = SubElement(renderer, "ranges")
    symbols = SubElement(renderer, "symbols")
    rows = table.drop_duplicates(style.class_column).set_index(style.class_column)
    for number, row in enumerate(style.classes):
        low, high = (float(rows[f"class_{end}"][row.value]) for end in ("low", "high"))
        SubElement(
            ranges, "range", symbol=str(number), lower=f"{low:.6f}",
            upper=f"{high if isfinite(high) else low + 2:.6f}", label=literal(row.label), render="true",
        )  # fmt: skip
        _symbol(symbols, str(number), layer, style, row)


def _by_rules(renderer: Element, layer: Layer, style: Style) -> None:
    """Add a rule for each class of nodes, and inside it a rule for each kind.

    The most serious class is drawn last, on top of the others.
    """
    renderer.set("type", "RuleRenderer")
    rules = SubElement(renderer, "rules", key="{rules}")
    symbols = SubElement(renderer, "symbols")
    number = 0
    for level, row in enumerate(reversed(style.classes)):
        of_class = SubElement(
            rules, "rule", key=f"{{{row.value}}}", label=literal(row.label),
            filter=CONDITIONS[style.class_column][row.value],
        )  # fmt: skip
        for shape in style.shapes:
            SubElement(
                of_class, "rule", key=f"{{{row.value}-{shape.value}}}", label=literal(shape.label),
                filter=f"\"{style.shape_column}\" = '{shape.value}'", symbol=str(number),
            )  # fmt: skip
            _symbol(symbols, str(number), layer, style, row, shape, level)
            number += 1


def start_of_month(year: int) -> str:
    """QGIS expression for the first day of the month of an area of ice.

    A median has no year: it takes the year of the time range of the map, or `year` on a map without one.
    """
    return f'make_datetime(coalesce("year", year(@map_start_time), {year}), "month", 1, 0, 0, 0)'


def _ice(renderer: Element, layer: Layer, style: Style, day: date) -> None:
    """Add rules for medians (filled) and single months (outlines); without time the month of `day`."""
    renderer.set("type", "RuleRenderer")
    rules = SubElement(renderer, "rules", key="{rules}")
    symbols = SubElement(renderer, "symbols")
    for number, (product, label, year, look) in enumerate(
        (
            ("median_1981_2010", "Median of the month, 1981 to 2010", "", style),
            ("monthly_extent", "The month of one year", f' AND "year" = {day.year}', ICE_OF_ONE_MONTH),
        )
    ):
        # With a time range the layer itself leaves only the areas of that time.
        shown = f'@map_start_time IS NOT NULL OR ("month" = {day.month}{year})'
        SubElement(
            rules, "rule", key=f"{{{product}}}", label=label, symbol=str(number),
            filter=f"\"product\" = '{product}' AND ({shown})",
        )  # fmt: skip
        _symbol(symbols, str(number), layer, look, level=number)


def _symbol(
    parent: Element,
    name: str,
    layer: Layer,
    style: Style,
    row: Class | None = None,
    shape: Shape | None = None,
    level: int = 0,
) -> None:
    kind = {"point": "marker", "line": "line", "polygon": "fill"}[layer.geometry]
    symbol = SubElement(parent, "symbol", name=name, type=kind, alpha="1", clip_to_extent="1", force_rhr="0")
    fill = row.fill if row else style.fill
    stroke = row.stroke if row else style.stroke
    width = (row.width if row and row.width else style.width) * _MM
    if kind == "marker":
        radius = row.radius if row and row.radius else style.radius
        drawn = shape.shape if shape else style.shape
        is_hollow = row is not None and row.hollow
        mark, turn, larger = _MARKS.get(drawn, (drawn, 0, 1.0))
        of, options = "SimpleMarker", {
            "name": mark,
            "angle": str(turn),
            "color": rgba(fill.light, _HOLLOW if is_hollow else style.fill_opacity),
            "outline_color": rgba(stroke.light, style.stroke_opacity),
            "outline_style": "dash" if is_hollow else "solid",
            "outline_width": f"{width:.2f}",
            "outline_width_unit": "MM",
            "size": f"{2 * radius * larger * _MM:.2f}",
            "size_unit": "MM",
        }  # fmt: skip
    elif kind == "line":
        of, options = "SimpleLine", _line(stroke.light, style.stroke_opacity, width, style.dash)
    else:
        ground = _UNDER_HATCH if row and row.hatch else 1.0
        of, options = "SimpleFill", {
            "color": rgba(fill.light, style.fill_opacity * ground),
            "outline_color": rgba(stroke.light, style.stroke_opacity),
            "outline_width": f"{width:.2f}",
            "outline_width_unit": "MM",
            "outline_style": ("dash" if style.dash else "solid") if width else "no",
            "style": "solid" if style.fill_opacity else "no",
        }  # fmt: skip
    _symbol_layer(symbol, of, options, level)
    # A second fill over the first one draws the hatching.
    if kind == "fill" and row and row.hatch:
        hatch = {"style": _HATCHES[row.hatch], "outline_style": "no"}
        hatch["color"] = rgba(stroke.light, style.fill_opacity * _HATCH)
        _symbol_layer(symbol, "SimpleFill", hatch, level)


def _symbol_layer(symbol: Element, of: str, options: dict[str, str], level: int) -> None:
    element = SubElement(symbol, "layer", {"class": of, "enabled": "1", "locked": "0", "pass": str(level)})
    bag(element, options)
    for key, value in options.items():
        SubElement(element, "prop", k=key, v=value)


def _line(colour: str, opacity: float, width_mm: float, dash: Iterable[float] = ()) -> dict[str, str]:
    dashes = ";".join(f"{pixels * _MM:.2f}" for pixels in dash)
    return {
        "line_color": rgba(colour, opacity),
        "line_width": f"{width_mm:.2f}",
        "line_width_unit": "MM",
        "line_style": "solid",
        "use_custom_dash": "1" if dashes else "0",
        "customdash": dashes or "5;2",
        "customdash_unit": "MM",
    }


def line_symbol(colour: str, opacity: float, width_mm: float) -> Element:
    """A plain line symbol for a layout or the graticule. `opacity` is 0 to 1, the width in millimetres."""
    symbol = Element("symbol", name="", type="line", alpha="1", clip_to_extent="1", force_rhr="0")
    _symbol_layer(symbol, "SimpleLine", _line(colour, opacity, width_mm), 0)
    return symbol


# --- words -----------------------------------------------------------------------------------


def _aliases(layer: Layer) -> Element:
    aliases = Element("aliases")
    for index, column in enumerate(layer.all_columns, start=1):
        SubElement(aliases, "alias", field=column.name, index=str(index), name=literal(heading(column)))
    return aliases
