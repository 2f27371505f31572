"""Styles of the layers, the same on every map: colours for light and dark paper, shapes, order of drawing.

No meaning depends on colour alone. Kinds of nodes differ by shape, marks of nodes by colour, size and
outline, and classes by colour and hatching or order. The hues are those of Okabe and Ito (2008).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.schema import Layer

__all__ = [
    "BASE",
    "FLAGGED",
    "GAPS",
    "GRADES",
    "ICE_OF_ONE_MONTH",
    "MEDIAN_ENDS",
    "OVERLAP_FROM",
    "STYLES",
    "Class",
    "Ink",
    "Shape",
    "Style",
    "classed",
    "marked",
    "ramp",
    "style_of",
]


@dataclass(frozen=True, slots=True)
class Ink:
    """A colour on light and on dark paper, both `#rrggbb`."""

    light: str
    dark: str


@dataclass(frozen=True, slots=True)
class Class:
    """One value of the class column of a style, its label and its look.

    `hatch` is one of `""`, `forward`, `back`, `cross`, `dots`. `radius` and `width` are in pixels; 0 means
    the radius or the width of the style. A `hollow` mark has a dashed outline and a pale fill.
    """

    value: str
    label: str
    fill: Ink
    stroke: Ink
    hatch: str = ""
    radius: float = 0.0
    width: float = 0.0
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """One value of the shape column of a style, its label and its mark."""

    value: str
    label: str
    shape: str


@dataclass(frozen=True, slots=True)
class Style:
    """Stroke, fill, mark and order of a layer; widths and radii in pixels.

    Layers are drawn by rising `order`, so the highest one is on top. `classes` are the values of
    `class_column`. If only the data have these values, `ramp` colours them by magnitude (`classed`).
    `shapes` are the values of `shape_column`.
    """

    stroke: Ink
    fill: Ink
    width: float = 1.0
    stroke_opacity: float = 1.0
    fill_opacity: float = 1.0
    dash: tuple[float, ...] = ()
    shape: str = "circle"
    radius: float = 3.5
    order: int = 50
    visible: bool = False
    class_column: str = ""
    classes: tuple[Class, ...] = ()
    ramp: tuple[Ink, ...] = ()
    shape_column: str = ""
    shapes: tuple[Shape, ...] = ()


def ramp(stops: Sequence[Ink], count: int) -> tuple[Ink, ...]:
    """A list of `count` colours at even steps from the first to the last of `stops`."""
    return tuple(
        Ink(_between([s.light for s in stops], share), _between([s.dark for s in stops], share))
        for share in (i / max(count - 1, 1) for i in range(count))
    )


def _between(stops: Sequence[str], share: float) -> str:
    place = share * (len(stops) - 1)
    first = min(int(place), len(stops) - 2) if len(stops) > 1 else 0
    low, high = stops[first], stops[min(first + 1, len(stops) - 1)]
    mixed = (
        round(a + (b - a) * (place - first))
        for a, b in zip(bytes.fromhex(low[1:]), bytes.fromhex(high[1:]), strict=True)
    )
    return "#" + bytes(mixed).hex()


_PAPER = Ink("#f3f5f6", "#0f151b")
_INK = Ink("#1d2b36", "#e4ecf1")
_BLACK = Ink("#17212a", "#f4f8fa")
_SEA = Ink("#dbe9f1", "#172833")
_LAND = Ink("#e3ddd2", "#3b3d3e")
_COAST = Ink("#8d8577", "#7d7a73")
_BLUE = Ink("#0072b2", "#56b4e9")
_SKY = Ink("#56b4e9", "#8fd0f5")
_ORANGE = Ink("#e69f00", "#f0b429")
_RED = Ink("#d55e00", "#ff7f32")
_GREEN = Ink("#00795a", "#35c49b")
_PINK = Ink("#a8527f", "#dd93bb")
_SLATE = Ink("#5f7485", "#9fb3c1")
_GREY = Ink("#6d747a", "#9aa3aa")
_PURPLE = Ink("#8a3f8f", "#d59ad9")
_VIOLET = Ink("#75559f", "#a98bd4")
_FAINT = Ink("#b3bec6", "#4f5c66")
_FAINT_EDGE = Ink("#f3f5f6", "#1b242c")
_WHITE = Ink("#ffffff", "#0f151b")

# Styles of what a map shows besides the layers.
BASE: dict[str, Style] = {
    "region": Style(_INK, _SEA, width=1.2, order=0),
    "graticule": Style(Ink("#6f8796", "#7f97a6"), _PAPER, width=0.7, stroke_opacity=0.5, order=20),
    "mask": Style(_INK, _PAPER, width=1.2, order=45),
    "selection": Style(_BLACK, _PAPER, width=2.5, order=70),
}

# Marks of nodes, the gravest first; `marked` assigns them.
_MARKS = (
    Class("robust", "Critical, robust (80 % or more)", _RED, _BLACK, radius=7.0, width=1.8),
    Class("possible", "Critical, possible (20 to 80 %)", _ORANGE, _BLACK, radius=5.2, width=1.0),
    Class("overlap", "Climate and defence overlap", _PURPLE, _WHITE, radius=5.0, width=1.2),
    Class("overlap_open", "Overlap, flag undecided", _PURPLE, _GREY, radius=5.0,
          width=1.3, hollow=True),
    Class("insufficient_data", "Insufficient data", _WHITE, _GREY, radius=4.4,
          width=1.2, hollow=True),
    Class("not_flagged", "Other, in scope", _SLATE, _WHITE, radius=3.4, width=0.6),
    Class("context", "Context, never flagged", _FAINT, _FAINT_EDGE, radius=2.3, width=0.5),
)  # fmt: skip
_KINDS = (
    Shape("port", "Port", "circle"),
    Shape("airfield", "Airfield", "triangle"),
    Shape("cable_landing", "Cable landing", "diamond"),
    Shape("mine", "Mine or plant", "square"),
    Shape("rail_terminal", "Rail terminal", "cross"),
    Shape("energy_site", "Energy site", "star"),
    Shape("ground_station", "Ground station", "hexagon"),
)
_CONTEXT = _MARKS[-1]


# The classes of one axis of the judgement, the highest first; higher ones are darker and larger.
GRADES = (
    Class("high", "High", _RED, _BLACK, radius=5.6, width=1.2),
    Class("moderate", "Moderate", Ink("#f3bd6b", "#c98f3a"), _GREY, radius=4.2, width=0.7),
    Class("unknown", "Unknown", _WHITE, _GREY, radius=3.6, width=1.1, hollow=True),
    Class("low", "Low", Ink("#c3ccd3", "#56626c"), _GREY, radius=2.6, width=0.4),
    _CONTEXT,
)
# What is lacking at a node, the gravest first.
GAPS = (
    Class("decides", "An unknown alone decides", _RED, _BLACK, radius=6.2, width=1.4),
    Class("hazard_high", "Hazard could be high", _ORANGE, _BLACK, radius=4.2, width=0.6),
    Class("hazard_moderate", "Hazard could be moderate", Ink("#f6dc9c", "#a48a45"), _GREY, radius=3.8,
          width=0.6),
    Class("military", "Military relevance unknown", _WHITE, _GREY, radius=3.6, width=1.1, hollow=True),
    Class("known", "Nothing lacking that could raise it", Ink("#c3ccd3", "#56626c"), _GREY, radius=2.6,
          width=0.4),
    _CONTEXT,
)  # fmt: skip
_MEMBERSHIPS = (
    Class("both", "NATO and EU", _BLUE, _BLUE, hatch="cross"),
    Class("nato_only", "NATO only", _SKY, _BLUE, hatch="forward"),
    Class("eu_only", "EU only", _ORANGE, _ORANGE, hatch="back"),
    Class("neither", "Neither", _GREY, _GREY, hatch="dots"),
)

_ZONES = (
    Class("continuous", "Continuous permafrost", Ink("#4a2f7a", "#b79be6"), _WHITE),
    Class("discontinuous", "Discontinuous permafrost", _VIOLET, _WHITE),
    Class("sporadic", "Sporadic permafrost", Ink("#b9a5d0", "#6f5f8d"), _GREY),
    Class("isolated", "Isolated patches", Ink("#e3dbee", "#4a4654"), _GREY),
    Class("none", "No permafrost", Ink("#e9d8a6", "#7a6a36"), _GREY),
)
# A publication can describe the ground ice without naming a zone.
_ZONES_AT_PLACES = (*_ZONES, Class("", "Zone not stated", _WHITE, _VIOLET, hollow=True))
_SHORES = (
    Class("eroding", "Eroding shore", _RED, _BLACK, radius=5.0),
    Class("accreting", "Growing shore", _BLUE, _WHITE),
    Class("stable", "Stable shore", Ink("#a9b4bd", "#7b8791"), _GREY),
    Class("bedrock", "Bedrock shore", Ink("#6b5a45", "#b09a7c"), _WHITE),
    Class("protected", "Protected shore", _WHITE, _GREY, width=1.2, hollow=True),
)
_DAMAGED = (
    Class("facility", "Damage at a named facility", _RED, _BLACK, radius=5.6, width=1.2),
    Class("town", "Damage in a town", _WHITE, _RED, width=1.4),
)

_MODES = (
    Class("sea", "Sea lane, in its open months", _BLUE, _BLUE, width=1.1),
    Class("rail", "Railway", Ink("#3f464c", "#c4ccd2"), Ink("#3f464c", "#c4ccd2"), width=1.5),
    Class("road", "Main road", Ink("#a56a2c", "#c99a63"), Ink("#a56a2c", "#c99a63"), width=1.2),
    Class("air", "Air link, assumed", _GREEN, _GREEN, width=0.5),
    Class("cable", "Cable in service", _PINK, _PINK, width=1.9),
    Class("power", "Power line", _ORANGE, _ORANGE, width=1.5),
    Class("pipeline", "Gas pipeline", _VIOLET, _VIOLET, width=1.5),
)

_DEPTH = (
    Ink("#e4f0f6", "#26485a"),
    Ink("#bcd8e8", "#1b3648"),
    Ink("#92bdd8", "#122434"),
    Ink("#6b9fc4", "#08131d"),
)
_FROST = (Ink("#ece6f2", "#4a4654"), Ink("#b9a5d0", "#6f5f8d"), Ink("#75559f", "#a98bd4"))
_WARMTH = (Ink("#fff3d1", "#3d3524"), Ink("#fbb45c", "#8f5a22"), Ink("#b3330e", "#e8643c"))

STYLES: dict[str, Style] = {
    # areas
    "bathymetry": Style(_SEA, _SEA, width=0.0, order=4, visible=True,
                        class_column="label", ramp=_DEPTH),
    "seas": Style(_BLUE, _SEA, width=0.5, stroke_opacity=0.35, fill_opacity=0.0, order=6),
    "sea_ice": Style(Ink("#5f97bb", "#b9d3e2"), Ink("#ffffff", "#8ba5b5"), width=1.1,
                     fill_opacity=0.82, order=8, visible=True),
    "land": Style(_LAND, _LAND, width=0.0, order=10, visible=True),
    "countries": Style(_COAST, _LAND, width=0.7, order=12, visible=True),
    "permafrost": Style(_PINK, _FROST[1], width=0.0, fill_opacity=0.7, order=14,
                        class_column="label", ramp=_FROST),
    "alliances": Style(_BLUE, _SKY, width=0.8, fill_opacity=0.75, order=16,
                       class_column="institution", classes=_MEMBERSHIPS),
    "permafrost_maps": Style(_VIOLET, _VIOLET, width=0.0, fill_opacity=0.7, order=13,
                             class_column="permafrost_zone", classes=_ZONES),
    "warming": Style(_ORANGE, _WARMTH[1], width=0.0, fill_opacity=0.6, order=18,
                     class_column="label", ramp=_WARMTH),
    # lines
    "roads": Style(Ink("#a56a2c", "#c99a63"), _PAPER, width=0.9, stroke_opacity=0.8, order=30),
    "railways": Style(Ink("#3f464c", "#c4ccd2"), _PAPER, width=1.2, dash=(6, 2), order=32),
    "sea_lanes": Style(_BLUE, _PAPER, width=0.8, stroke_opacity=0.55, dash=(2, 3), order=34),
    "cables": Style(_PINK, _PAPER, width=1.3, dash=(8, 3, 2, 3), order=36),
    "land_lines": Style(_SLATE, _PAPER, width=1.6, order=33, class_column="mode", classes=_MODES[1:3]),
    "flow_edges": Style(_SLATE, _PAPER, width=1.0, stroke_opacity=0.8, order=37, class_column="mode",
                        classes=_MODES),
    "sea_routes": Style(Ink("#1d4f7c", "#86bce8"), _PAPER, width=1.3, dash=(7, 4), order=38,
                        visible=True),
    "chokepoints": Style(_INK, _PAPER, width=2.8, order=40, visible=True),
    "arctic_boundary": Style(_GREEN, _PAPER, width=1.1, fill_opacity=0.0, dash=(6, 4), order=42,
                             visible=True),
    # points
    "station_normals": Style(_WHITE, Ink("#40548f", "#8fa2dd"), radius=3.0, width=0.6, order=45),
    "permafrost_places": Style(_WHITE, _VIOLET, shape="hexagon", radius=4.0, width=0.7, order=46,
                               class_column="permafrost_zone", classes=_ZONES_AT_PLACES),
    "port_ice_seasons": Style(_BLUE, Ink("#cfe6f5", "#2f5f80"), shape="diamond", radius=5.0, width=1.0,
                              order=47),
    "coastal_erosion": Style(_WHITE, _RED, shape="square", radius=4.2, width=0.8, order=48,
                             class_column="coast_kind", classes=_SHORES),
    "thaw_damage": Style(_BLACK, _RED, shape="down", radius=4.6, width=0.9, order=49,
                         class_column="applies_to", classes=_DAMAGED),
    "settlements": Style(_WHITE, Ink("#4c4a46", "#d8d3c8"), radius=2.6, width=0.6, order=50),
    "harbours": Style(_WHITE, _SKY, radius=3.0, width=0.8, order=51),
    "ports": Style(_WHITE, _BLUE, radius=4.0, width=0.9, order=52),
    "airfields": Style(_WHITE, _SLATE, shape="triangle", radius=4.0, width=0.9, order=53),
    "power_plants": Style(_WHITE, _ORANGE, shape="star", radius=5.0, width=0.8, order=54),
    "terminals": Style(_WHITE, _GREEN, shape="pentagon", radius=4.6, width=0.9, order=55),
    "ground_stations": Style(_WHITE, _PINK, shape="hexagon", radius=4.6, width=0.9, order=56),
    "railheads": Style(_WHITE, Ink("#3f464c", "#c4ccd2"), shape="cross", radius=4.6, width=0.8, order=56),
    "mines": Style(_WHITE, Ink("#7a4f1d", "#cf9d5f"), shape="square", radius=4.0, width=0.9,
                   order=57),
    "strategic_projects": Style(_BLACK, _GREEN, shape="square", radius=5.2, width=1.6, order=58),
    "cable_landings": Style(_WHITE, _PINK, shape="diamond", radius=4.6, width=0.9, order=59),
    "military_sites": Style(_BLACK, Ink("#4a5a2a", "#a9be73"), shape="down", radius=5.0,
                            width=1.0, order=60),
    "gateways": Style(_GREEN, _PAPER, radius=8.5, width=1.8, fill_opacity=0.0, order=63),
    "nodes": Style(_BLACK, _SLATE, order=64, visible=True, class_column="mark", classes=_MARKS,
                   shape_column="kind", shapes=_KINDS),
}  # fmt: skip

MEDIAN_ENDS = 2010  # the last year of the period of the median sea ice
# The ice of a month of one year is an outline over the median of that month, as in page/layer_style.js.
ICE_OF_ONE_MONTH = replace(STYLES["sea_ice"], width=1.8, dash=(5.0, 4.0), fill_opacity=0.0)

_DEFAULTS = {
    "polygon": Style(_SLATE, _SLATE, width=0.8, fill_opacity=0.25, order=15),
    "line": Style(_SLATE, _PAPER, width=1.2, order=33),
    "point": Style(_WHITE, _SLATE, order=49),
}


def style_of(layer: Layer) -> Style:
    """The style of a layer with geometry.

    A layer that `STYLES` does not name has the default style of its kind of geometry. A private layer has
    this default in the colours of private layers.
    """
    if layer.is_private:
        return replace(_DEFAULTS[layer.geometry], stroke=_BLACK, fill=_PINK, visible=True)
    return STYLES.get(layer.id) or _DEFAULTS[layer.geometry]


# Marks of nodes that a map never hides: critical, or climate and defence overlap.
FLAGGED = ("robust", "possible", "overlap", "overlap_open")
OVERLAP_FROM = 0.5  # share of draws from which on climate and defence overlap at a node


def marked(nodes: pd.DataFrame) -> pd.Series:
    """The mark of each node, a class of the style of `nodes`, with the index of `nodes`.

    A flag decides before an overlap. An overlap at a node with insufficient data has the mark `overlap_open`.
    A node outside the boundary has the mark `context`, whatever its judgement.
    """
    rows = nodes.index
    flag = nodes["flag"] if "flag" in nodes else pd.Series("not_flagged", index=rows)
    share = nodes["overlap_probability"] if "overlap_probability" in nodes else pd.Series(0.0, index=rows)
    scope = nodes["scope"] if "scope" in nodes else pd.Series("arctic", index=rows)
    overlap, lacking = share >= OVERLAP_FROM, flag == "insufficient_data"
    # The first condition that holds gives the mark.
    conditions = [
        scope == "context",
        flag == "robust",
        flag == "possible",
        overlap & lacking,
        overlap,
        lacking,
    ]
    marks = ["context", "robust", "possible", "overlap_open", "overlap", "insufficient_data"]
    mark = np.select([np.asarray(condition, dtype=bool) for condition in conditions], marks, "not_flagged")
    return pd.Series(mark, index=rows, dtype="str")


def classed(style: Style, table: pd.DataFrame) -> Style:
    """The style with a class for each label of the table, if the style has a ramp.

    The labels are the values of `class_column`. They are sorted by magnitude, which is the smaller absolute
    value of the columns `class_low` and `class_high`, in any unit.
    """
    if not style.ramp or style.class_column not in table.columns:
        return style
    labels = table[style.class_column].dropna().astype(str).sort_values(kind="stable")
    if {"class_low", "class_high"} <= set(table.columns):
        bounds = table.loc[labels.index, ["class_low", "class_high"]].astype("float64").abs()
        labels = labels.loc[bounds.min(axis=1).sort_values(kind="stable").index]
    values = list(dict.fromkeys(labels))
    classes = tuple(
        Class(value, value, ink, style.stroke)
        for value, ink in zip(values, ramp(style.ramp, len(values)), strict=True)
    )
    return replace(style, classes=classes)
