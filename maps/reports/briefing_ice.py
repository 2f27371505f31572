"""The section of a briefing on sea ice: extents by year and by day, and the ice season that ports lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maps.reports.briefing_parts import INSIDE, NOT_ASSESSED, state_of
from maps.reports.charts import bars, breaks, daily_extent, monthly_breaks, monthly_extent
from maps.reports.html_document import tag

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree import ElementTree as ET

    from maps.reports.citations import Cell, CitationIndex, Condition

__all__ = ["sea_ice"]

_SEASONS_DRAWN = 24  # ports and landings in the chart of ice seasons


def sea_ice(citations: CitationIndex, filters: tuple[Condition, ...]) -> list[ET.Element]:
    """Charts of the extent of the whole Arctic, and of the ice season of ports and landings.

    `filters` are conditions on the ports and landings. They do not change the extents.
    """
    parts: list[ET.Element] = [tag("h2", "Sea ice")]
    figures = []
    day = citations.picture.day.isoformat()
    if "sea_ice_monthly" in citations and len(citations.table("sea_ice_monthly")):
        head = tag(
            "h3", "Extent in March and September, million km²", _late_words(citations, "sea_ice_monthly")
        )
        figures.append(tag("figure", head, monthly_extent(citations), *_broken(monthly_breaks(citations))))
    daily = citations.table("sea_ice_extent") if "sea_ice_extent" in citations else None
    if daily is not None and (daily["date"] <= day).any():
        last = daily["date"][daily["date"] <= day].max()
        date = citations.cell("value", "sea_ice_extent", {"date": last}, "date")
        head = tag("h3", "Daily extent to ", date, ", million km²; grey: median and range, 1981 to 2010",
                    _late_words(citations, "sea_ice_extent"))  # fmt: skip
        # The reference ends with 2010. A later change of sensor can make a step between it and the line.
        since = [(None, *rest) for _, *rest in breaks(citations, "2010-12-31", day)]
        figures.append(tag("figure", head, daily_extent(citations, day), *_broken(since)))
    missing = [
        name for name in ("sea_ice_monthly", "sea_ice_extent") if state_of(citations, name) == "missing"
    ]
    figures += [
        tag("p", citations.cell("value", "layers", {"id": name}, "title"), f": {NOT_ASSESSED}, its source ",
            "is missing.", class_="gap") for name in missing if name in citations
    ]  # fmt: skip
    if figures:
        parts.append(tag("div", *figures, class_="two"))
    season = _season(citations, filters)
    if season:
        half = (len(season) + 1) // 2
        label = "Months of ice lost"
        drawn = (bars(part, 4, label) for part in (season[:half], season[half:]) if part)
        parts += [
            tag("h3", "Ports and landings of moderate or high military relevance: months a year with ice, "
                "fewer than in 1981 to 2010; the stroke is the range in which that lies"),
            tag("div", *drawn, class_="two"),
        ]  # fmt: skip
    return parts if len(parts) > 1 else []


def _broken(strokes: Sequence[tuple[Any, ...]]) -> list[ET.Element]:
    """A sentence about the changes of sensor, because each change can make a step in the series.

    `strokes` are rows of `maps.reports.charts.breaks`; a letter None means: not in the chart.
    """
    if not strokes:
        return []
    words: list[Any] = ["The sensor changed "]
    for place, (letter, _, day, note) in enumerate(strokes):
        words += [
            "; " if place else "",
            f"{letter} on " if letter else "after the reference, on ",
            day,
            ": ",
            note,
        ]
    return [tag("p", *words, ". A step there need not be one of the ice.", class_="small")]


def _late_words(citations: CitationIndex, table: str) -> ET.Element | None:
    state = state_of(citations, table)
    return tag("span", f" (source {state})", class_="gap") if state else None


def _season(citations: CitationIndex, filters: tuple[Condition, ...]) -> list[tuple[Cell, ...]]:
    """Cells of ports and landings in scope: name, months of ice lost and the two ends of their interval.

    Only nodes of moderate or high military relevance with ice in the reference period count. The largest
    loss comes first.
    """
    at = citations.rows("nodes", *filters, INSIDE, ("military_class", "=", ("moderate", "high")))
    columns = ["node_id", "kind", "place_id", "ice_months_lost", "ice_months_recent"]
    nodes = citations.table("nodes")[columns].iloc[at]
    # Months lost plus months of recent years are the months of the reference period.
    had_ice = nodes["ice_months_lost"] + nodes["ice_months_recent"] > 0
    rows = nodes[had_ice & nodes["kind"].isin(["port", "cable_landing"])]
    rows = rows.sort_values(["ice_months_lost", "kind", "node_id"], ascending=[False, False, True])
    # A cable landing at a port has the same ice as the port, so the chart shows one of the two.
    rows = rows.drop_duplicates(["place_id", "ice_months_lost"]).head(_SEASONS_DRAWN)
    forms = {
        "name": "",
        "ice_months_lost": ".1f",
        "ice_months_lost_low": ".1f",
        "ice_months_lost_high": ".1f",
    }
    return [
        tuple(citations.cell("value", "nodes", {"node_id": node}, name, form) for name, form in forms.items())
        for node in rows["node_id"]
    ]
