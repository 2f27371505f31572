"""Charts of the route page as inline SVG: open days, openings and closings, levels of warming, the map."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from layers.crs import polar_xy
from maps.reports.charts import svg
from maps.reports.html_document import tag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from xml.etree import ElementTree as ET

    import pandas as pd

__all__ = ["SHADES", "inset", "levels", "openings", "shades"]

# Upper end in days, CSS class, words.
SHADES: tuple[tuple[float, str, str], ...] = (
    (0, "h0", "never"), (30, "h1", "up to 30 days"), (90, "h2", "up to 90"), (180, "h3", "up to 180"),
    (364, "h4", "up to 364"), (math.inf, "h5", "all year"),
)  # fmt: skip
_MONTHS = ("Jan", "Mar", "May", "Jul", "Sep", "Nov")
_WIDE, _MARGIN_M = 470.0, 250_000.0  # width of the map in units of the drawing; its margin around the routes
_TOLERANCE_M = 6_000.0  # of the simplified outlines, about half a unit of the drawing


def _shade(days: float) -> str:
    return "hu" if math.isnan(days) else next(name for end, name, _ in SHADES if days <= end)


def _years(image: ET.Element, years: Sequence[int], left: float, step: float, y: float) -> None:
    for place, year in enumerate(years):
        # Every fifth year has a label, or every year of a short record.
        if year % 5 == 0 or len(years) <= 12:
            image.append(tag("text", str(year), x=left + step * (place + 0.5), y=y, class_="tick mid"))


def _step(left: float, years: int) -> float:
    """The width of a year: a long record fills the chart, a short record has columns of 40 units."""
    return min((430.0 - left) / max(years, 1), 40.0)


def shades(days: pd.DataFrame, label: str) -> ET.Element:
    """A chart of open days by ice class and year; an unknown value is hatched.

    `days` has a row for each ice class, the weakest first, and a column for each year.
    """
    left, high = 34.0, 11.0
    step = _step(left, len(days.columns))
    image = svg(430, high * len(days) + 14, label)
    for row, (name, values) in enumerate(days.iterrows()):
        image.append(tag("text", str(name), x=left - 4, y=high * row + 8.5, class_="end"))
        for column, value in enumerate(values.to_numpy(dtype=float)):
            image.append(
                tag("rect", x=left + step * column, y=high * row, width=step - 0.6, height=high - 0.8,
                    class_=_shade(value))
            )  # fmt: skip
    _years(image, [int(year) for year in days.columns], left, step, high * len(days) + 9)
    return image


def openings(spans: Mapping[str, pd.DataFrame], label: str) -> ET.Element:
    """A chart with a stroke for each year and ice class, from the first open day to the last.

    `spans` maps an ice class to a table with `first_day` and `last_day` by year, as days of the year. A year
    without them has no stroke. The months run upward.
    """
    left, height = 34.0, 92.0
    years = sorted({int(year) for table in spans.values() for year in table.index})
    step = _step(left, len(years))
    right = left + step * len(years)
    image = svg(430, height + 16, label)
    for place, month in enumerate(_MONTHS):
        y = height * (1 - place / 6)
        image.append(tag("line", x1=left, x2=right, y1=y, y2=y, class_="grid"))
        image.append(tag("text", month, x=left - 4, y=y - 4, class_="tick end"))
    for turn, table in enumerate(spans.values()):
        shift = step * (turn + 1) / (len(spans) + 1)
        for year, row in table.dropna(subset=["first_day"]).iterrows():
            x = left + step * years.index(int(year)) + shift
            first, last = (height * (1 - (row[name] - 1) / 366) for name in ("first_day", "last_day"))
            image.append(tag("line", x1=x, x2=x, y1=first, y2=min(last, first - 1), class_=f"span{turn}"))
    _years(image, years, left, step, height + 11)
    return image


def levels(places: Sequence[tuple[str, pd.DataFrame]], label: str) -> ET.Element:
    """A chart of open days at levels of warming, with a bar for each level from the low to the high value.

    `places` are names with tables. A table has a row for each level: `warming_degc`, `open_water_low_days`,
    `open_water_high_days`, `open_water_days` (drawn as a stroke; NaN without a sensitivity), `basis` and
    `is_extrapolated` (drawn hatched).
    """
    left, wide, high = 140.0, 280.0, 8.5
    rows = sum(len(table) for _, table in places)
    image = svg(430, rows * high + 5 * len(places) + 16, label)
    bottom = rows * high + 5 * len(places)
    # Fifths of a year.
    for day in (0, 73, 146, 219, 292, 365):
        x = left + wide * day / 365
        image.append(tag("line", x1=x, x2=x, y1=0, y2=bottom, class_="grid"))
        image.append(tag("text", str(day), x=x, y=bottom + 10, class_="tick mid"))
    image.append(_hatch())
    y = 0.0
    for name, table in places:
        image.append(tag("text", name, x=0, y=y + 7))
        if (table["basis"] == "record").all():
            image.append(tag("text", "no sensitivity told", x=left + 3, y=y + 7, class_="soft"))
        for row in table.sort_values("warming_degc").to_dict("records"):
            low, far = (left + wide * row[f"open_water_{end}_days"] / 365 for end in ("low", "high"))
            look = "guess" if row["is_extrapolated"] else "told" if row["basis"] == "sensitivity" else "band"
            image.append(tag("text", f"{row['warming_degc']:g} °C", x=left - 4, y=y + 7, class_="tick end"))
            image.append(tag("rect", x=low, y=y + 1, width=max(far - low, 1.2), height=high - 2, class_=look))
            if not math.isnan(row["open_water_days"]):
                x = left + wide * row["open_water_days"] / 365
                image.append(tag("line", x1=x, x2=x, y1=y, y2=y + high, class_="known"))
            y += high
        y += 5
    return image


def inset(
    land: Any,
    ice: Sequence[tuple[str, Any]],
    routes: Mapping[str, tuple[Any, str]],
    marks: Sequence[tuple[str, float, float]],
    stamp: str,
    label: str = "Polar map of the routes, the ice and the bottlenecks",
    days: Sequence[tuple[str, Any]] = (),
) -> ET.Element:
    """The polar map, cut to the routes. Geometries are EPSG:3413.

    `ice` are pairs of CSS class and area. `routes` maps an id to a line and its CSS class. `marks` are
    letters with longitude and latitude in degrees. `stamp` is a word across the map, empty for none. `days`
    are pairs of label and area; the label is drawn in the area.
    """
    bounds = shapely.total_bounds([line for line, _ in routes.values()])
    west, south, east, north = bounds + _MARGIN_M * np.array([-1, -1, 1, 1])
    scale = _WIDE / (east - west)
    frame = shapely.box(west, south, east, north)

    def at(x: Any, y: Any) -> Any:
        return (x - west) * scale, (north - y) * scale

    image = svg(_WIDE, (north - south) * scale, label)
    image.append(tag("rect", x=0, y=0, width=_WIDE, height=(north - south) * scale, class_="water"))
    image.append(_hatch())
    for class_, area in ice:
        image.append(tag("path", d=_drawn(area, frame, at), class_=class_))
    image.append(tag("path", d=_drawn(land, frame, at), class_="land"))
    _graticule(image, frame, at)
    for line, class_ in routes.values():
        image.append(tag("path", d=_drawn(line, frame, at), class_=class_))
    for words, area in days:
        inside = shapely.intersection(area, frame)
        if not inside.is_empty:
            # The label lies in the largest part of its area.
            widest = max(shapely.get_parts(inside), key=shapely.area)
            x, y = at(*shapely.get_coordinates(shapely.point_on_surface(widest))[0])
            image.append(tag("text", words, x=x, y=y + 2.8, class_="tick mid halo"))
    for letter, longitude, latitude in marks:
        x, y = at(*(float(part) for part in polar_xy(longitude, latitude)))
        image.append(tag("circle", cx=x, cy=y, r=6.2, class_="mark"))
        image.append(tag("text", letter, x=x, y=y + 2.8, class_="mid letter"))
    if stamp:
        middle = (north - south) * scale / 2
        turn = f"rotate(-24 {_WIDE / 2:.0f} {middle:.0f})"
        image.append(tag("text", stamp, x=_WIDE / 2, y=middle, class_="mid stamp", transform=turn))
    return image


def _hatch() -> ET.Element:
    """The definition of the pattern `#hatch`, for ice that is doubtful or that shuts a route."""
    stroke = tag("path", d="M-1 6L6 -1M4 6L6 4", class_="hatch")
    ground = tag("rect", width=5, height=5, class_="hatched")
    pattern = tag("pattern", ground, stroke, id="hatch", width=5, height=5, patternUnits="userSpaceOnUse")
    return tag("defs", pattern)


def _drawn(shape: Any, frame: Any, at: Any) -> str:
    """SVG path of a shape, simplified and cut to the frame."""
    parts: list[str] = []
    seen = shapely.intersection(shapely.simplify(shape, _TOLERANCE_M), frame)
    for piece in shapely.get_parts(seen):
        if piece.is_empty:
            continue
        if piece.geom_type == "Polygon":
            parts += [_ring(ring, at) + "Z" for ring in (piece.exterior, *piece.interiors)]
        elif piece.geom_type == "LineString":
            parts.append(_ring(piece, at))
    return "".join(parts)


def _ring(line: Any, at: Any) -> str:
    xy = shapely.get_coordinates(line)
    x, y = at(xy[:, 0], xy[:, 1])
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))


def _graticule(image: ET.Element, frame: Any, at: Any) -> None:
    turn = np.arange(-180, 181, 3.0)
    for parallel in (60, 70, 80):
        circle = shapely.LineString(np.column_stack(polar_xy(turn, np.full(len(turn), float(parallel)))))
        image.append(tag("path", d=_drawn(circle, frame, at), class_="net"))
    for meridian in range(-180, 180, 30):
        ray = shapely.LineString(np.column_stack(polar_xy([meridian] * 2, [50.0, 88.0])))
        image.append(tag("path", d=_drawn(ray, frame, at), class_="net"))
    # The name of a parallel is on the first meridian where the text fits into the frame.
    inner = shapely.buffer(frame, -_MARGIN_M / 2)
    meridians = np.arange(150.0, -180.0, -30.0)
    for latitude in (70, 80):
        points = np.column_stack(polar_xy(meridians, np.full(len(meridians), float(latitude))))
        seen = points[shapely.covers(inner, shapely.points(points))]
        for x, y in (at(*place) for place in seen[:1]):
            image.append(tag("text", f"{latitude} N", x=x, y=y - 1.5, class_="tick mid"))
