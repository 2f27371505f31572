"""Charts of the briefing as inline SVG. Printed values are cells; numbers of a scale are ticks.

All lengths are units of the view box of a drawing.
"""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import numpy as np

from maps.reports.html_document import tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from maps.reports.citations import Cell, CitationIndex

__all__ = [
    "bars",
    "breaks",
    "daily_extent",
    "line_of",
    "monthly_breaks",
    "monthly_extent",
    "stacks",
    "svg",
]

_MONTHS = ("Jan", "Mar", "May", "Jul", "Sep", "Nov")


def svg(width: float, height: float, label: str) -> ET.Element:
    """An empty SVG drawing of a width and a height, with a label for screen readers."""
    return tag("svg", viewBox=f"0 0 {width:g} {height:g}", role="img", aria_label=label)


def bars(
    rows: Sequence[Sequence[Any]], most: float, label: str, class_: str = "climate",
    left: float = 130, right: float = 230, pitch: float = 12.0,
) -> ET.Element:  # fmt: skip
    """A chart with a bar for each row, from zero to its value. The scale ends at `most`.

    A row has a name, a text or a cell, and the cell of a value. It may have two more cells, the ends of an
    interval. The interval is a stroke. An unknown value has no bar. `class_` is the CSS class of the bars.
    Bars begin at `left` and the longest ends at `right`; `pitch` is the height of a row.
    """
    image = svg(260, pitch * len(rows), label)

    def length(cell: Cell) -> float:
        return (right - left) * min(max(cell.value, 0.0) / most, 1.0)

    for place, (name, value, *ends) in enumerate(rows):
        y = pitch * place
        words, cell = ((name,), None) if isinstance(name, str) else ((), name)
        image.append(tag("text", *words, cell=cell, x=0, y=y + 8.5))
        image.append(tag("rect", x=left, y=y + 2, width=right - left, height=8, class_="track"))
        is_known = value.text != "unknown"
        if is_known and value.value > 0:
            image.append(tag("rect", x=left, y=y + 2, width=length(value), height=8, class_=class_))
        if len(ends) == 2 and all(end.text != "unknown" for end in ends):
            first, last = (left + length(end) for end in ends)
            image.append(tag("line", x1=first, x2=max(last, first + 1), y1=y + 6, y2=y + 6, class_="known"))
        image.append(tag("text", cell=value, x=right + 4 if is_known else left + 3, y=y + 8.5))
    return image


def stacks(rows: Sequence[tuple[Cell, Cell, Cell]], label: str) -> ET.Element:
    """A chart with two counts in each row, end to end. A row has the cells of name, robust and possible."""
    image = svg(260, 12.0 * len(rows) + 11, label)
    most = max((a.value + b.value for _, a, b in rows), default=1) or 1
    for x, word, class_ in ((98, "robust", "robust-bar"), (140, "possible", "possible-bar")):
        image.append(tag("rect", x=x, y=1, width=7, height=7, class_=class_))
        image.append(tag("text", word, x=x + 10, y=7.5, class_="soft"))
    for place, (name, robust, possible) in enumerate(rows):
        y = 12.0 * place + 11
        first, second = (130 * cell.value / most for cell in (robust, possible))
        image.append(tag("text", cell=name, x=0, y=y + 8.5))
        if robust.value:
            image.append(tag("rect", x=98, y=y + 2, width=first, height=8, class_="robust-bar"))
        if possible.value:
            image.append(tag("rect", x=98 + first, y=y + 2, width=second, height=8, class_="possible-bar"))
        image.append(tag("text", cell=robust, x=102 + first + second, y=y + 8.5))
        image.append(tag("text", "+", x=114 + first + second, y=y + 8.5, class_="soft mid"))
        image.append(tag("text", cell=possible, x=119 + first + second, y=y + 8.5))
    return image


def line_of(x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    """The SVG path of a line through points, with a gap at each missing value of `y`."""
    is_known = np.isfinite(y)
    # A point after a gap begins a new part of the line.
    starts = is_known & ~np.append(False, is_known[:-1])
    return "".join(
        f"{'M' if start else 'L'}{a:.1f} {b:.1f}"
        for a, b, start in zip(x[is_known], y[is_known], starts[is_known], strict=True)
    )


def _frame(image: ET.Element, top: float, step: float, height: float) -> None:
    for value in np.arange(0, top + step / 2, step):
        y = height - height * value / top + 6
        image.append(tag("line", x1=18, x2=236, y1=y, y2=y, class_="grid"))
        image.append(tag("text", f"{value:g}", x=14, y=y + 2.5, class_="tick"))
        image[-1].set("text-anchor", "end")


def breaks(citations: CitationIndex, after: str, until: str) -> list[tuple[str, str, Cell, Cell]]:
    """Changes of sensor or version later than the day `after`, up to and with the day `until` (ISO 8601).

    A row has a letter for the chart, the day, and the cells of the day and of the note.
    """
    if "source_continuity" not in citations:
        return []
    table = citations.table("source_continuity")
    changes = table[table["kind"].isin(["sensor_change", "version_change"])]
    changes = changes[(changes["last_day"] > after) & (changes["last_day"] <= until)].sort_values("last_day")
    rows = []
    # The zip is not strict: there are more letters than changes.
    for letter, key, day in zip(ascii_lowercase, changes["feature_id"], changes["last_day"], strict=False):
        cells = (citations.cell("value", "source_continuity", {"feature_id": key}, name, "")
                 for name in ("last_day", "note"))  # fmt: skip
        rows.append((letter, str(day), next(cells), next(cells)))
    return rows


def monthly_breaks(citations: CitationIndex) -> list[tuple[str, str, Cell, Cell]]:
    """The `breaks` within the years of the chart of March and September."""
    table = citations.table("sea_ice_monthly")
    years = table["year"][table["month"].isin([3, 9]) & table["extent_million_km2"].notna()]
    return breaks(citations, str(years.min()), f"{years.max()}-12-31") if len(years) else []


def _stroke(image: ET.Element, x: float, letter: str, height: float) -> None:
    """A dotted line at a change of sensor, with the letter that the text below explains."""
    image.append(tag("line", x1=x, x2=x, y1=10, y2=height + 6, class_="break"))
    image.append(tag("text", letter, x=x, y=8, class_="soft mid"))


def monthly_extent(citations: CitationIndex, *, has_breaks: bool = True) -> ET.Element:
    """A chart of the extent in March and in September by year, in million km2.

    The last value of each line is printed. A dotted line with a letter marks a change of sensor (`breaks`),
    unless `has_breaks` is false: a page marks them once.
    """
    image = svg(260, 122, "Sea ice extent in March and in September, by year")
    table = citations.table("sea_ice_monthly")
    year, month = table["year"].to_numpy(dtype=float), table["month"].to_numpy(dtype=int)
    extent = table["extent_million_km2"].to_numpy(dtype=float)
    first, last = year.min(), year.max()
    height, top = 100.0, 18.0
    _frame(image, top, 6, height)
    span = np.arange(first, last + 1)
    x = 18 + 218 * (span - first) / max(last - first, 1)
    for value in range(int(first // 10 + 1) * 10, int(last) + 1, 10):
        at = 18 + 218 * (value - first) / max(last - first, 1)
        image.append(tag("text", str(value), x=at - 8, y=height + 17, class_="tick"))
    for letter, day, *_ in monthly_breaks(citations) if has_breaks else ():
        _stroke(image, 18 + 218 * (_year(day) - first) / max(last - first, 1), letter, height)
    for number, name, class_ in ((3, "March", "s-climate"), (9, "September", "s-robust")):
        line = np.full(len(span), np.nan)
        chosen = month == number
        line[(year[chosen] - first).astype(int)] = extent[chosen]
        image.append(tag("path", d=line_of(x, height - height * line / top + 6), class_=class_))
        places = np.flatnonzero(np.isfinite(line))
        if not len(places):
            continue
        where = {"year": int(span[places[-1]]), "month": number}
        cell = citations.cell("value", "sea_ice_monthly", where, "extent_million_km2", ".1f")
        y = height - height * line[places[-1]] / top + 6
        image.append(tag("text", cell=cell, x=240, y=y + 3, class_="strong"))
        image.append(tag("text", name, x=22, y=height - height * line[places[0]] / top - 1, class_="soft"))
    return image


def _year(day: str) -> float:
    """A day (ISO 8601) as a decimal year: the year and the twelfths of its earlier months."""
    return int(day[:4]) + (int(day[5:7]) - 1) / 12


def daily_extent(citations: CitationIndex, day: str) -> ET.Element:
    """A chart of the daily extent in the last year up to `day` (ISO 8601), in million km2.

    Behind the line are the median and the range of 1981 to 2010.
    """
    image = svg(260, 122, "Daily sea ice extent of the last year on file against the reference period")
    table = citations.table("sea_ice_extent")
    date = table["date"].to_numpy(dtype="datetime64[D]")
    extent = table["extent_million_km2"].to_numpy(dtype=float)
    is_past = date <= np.datetime64(day)
    date, extent = date[is_past], extent[is_past]
    year = date.astype("datetime64[Y]").astype(int) + 1970
    place = (date - date.astype("datetime64[Y]")).astype(int)
    last = year.max()
    # A row for each year from 1981 to 2010, a column for each day of the year.
    base = np.full((30, 366), np.nan)
    chosen = (year >= 1981) & (year <= 2010) & (last > 2010)
    base[year[chosen] - 1981, place[chosen]] = extent[chosen]
    height, top = 100.0, 18.0
    x = 18 + 218 * np.arange(366) / 365
    base = base[:, :365]  # the last day of a leap year has too few years for a range
    if np.isfinite(base).any(axis=0).all():
        low, middle, high = (
            height - height * line / top + 6
            for line in (np.nanmin(base, axis=0), np.nanmedian(base, axis=0), np.nanmax(base, axis=0))
        )
        around = line_of(np.append(x[:365], x[:365][::-1]), np.append(high, low[::-1]))
        image.append(tag("path", d=around + "Z", class_="band"))
        image.append(tag("path", d=line_of(x[:365], middle), class_="s-soft"))
    _frame(image, top, 6, height)
    line = np.full(366, np.nan)
    line[place[year == last]] = extent[year == last]
    image.append(tag("path", d=line_of(x, height - height * line / top + 6), class_="s-robust"))
    for _, when, *_ in breaks(citations, f"{last - 1}-12-31", day):
        _stroke(
            image,
            float(x[int((np.datetime64(when) - np.datetime64(f"{last}-01-01")).astype(int))]),
            "sensor",
            height,
        )
    for place_of, name in enumerate(_MONTHS):
        image.append(tag("text", name, x=18 + 218 * place_of / 6, y=height + 17, class_="tick"))
    places = np.flatnonzero(np.isfinite(line))
    if len(places):
        day_of = str(np.datetime64(f"{last}-01-01") + int(places[-1]))
        cell = citations.cell("value", "sea_ice_extent", {"date": day_of}, "extent_million_km2", ".2f")
        y = height - height * line[places[-1]] / top + 6
        image.append(tag("text", cell=cell, x=x[places[-1]] + 4, y=y + 7, class_="strong"))
    return image
