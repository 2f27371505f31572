"""Sea ice in a briefing: extents by year and day, and the ice season that ports and landings have lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maps.reports.briefing_parts import INSIDE, NOT_ASSESSED, state_of
from maps.reports.charts import bars, breaks, daily_extent, monthly_breaks, monthly_extent
from maps.reports.html_document import tag

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree import ElementTree as ET

    from maps.reports.citations import Cell, CitationIndex, Condition

__all__ = ["charts"]

_SEASONS = 24  # ports and landings of which the ice season is drawn


def charts(ledger: CitationIndex, here: tuple[Condition, ...]) -> list[ET.Element]:
    """Extents of the whole Arctic, and the ice season of ports and landings; `here` narrows the latter."""
    parts: list[ET.Element] = [tag("h2", "Sea ice")]
    figures = []
    day = ledger.picture.day.isoformat()
    if "sea_ice_monthly" in ledger and len(ledger.table("sea_ice_monthly")):
        named = tag(
            "h3", "Extent in March and September, million km²", _late_words(ledger, "sea_ice_monthly")
        )
        figures.append(tag("figure", named, monthly_extent(ledger), *_broken(monthly_breaks(ledger))))
    held = ledger.table("sea_ice_extent") if "sea_ice_extent" in ledger else None
    if held is not None and (held["date"] <= day).any():
        last = held["date"][held["date"] <= day].max()
        named = tag("h3", "Daily extent to ", ledger.cell("value", "sea_ice_extent", {"date": last}, "date"),
                    ", million km²; grey: median and range, 1981 to 2010",
                    _late_words(ledger, "sea_ice_extent"))  # fmt: skip
        # The reference ends with 2010; what changed since stands between it and the year shown.
        since = [(None, *rest) for _, *rest in breaks(ledger, "2010-12-31", day)]
        figures.append(tag("figure", named, daily_extent(ledger, day), *_broken(since)))
    lost = [name for name in ("sea_ice_monthly", "sea_ice_extent") if state_of(ledger, name) == "missing"]
    figures += [
        tag("p", ledger.cell("value", "layers", {"id": name}, "title"), f": {NOT_ASSESSED}, its source is ",
            "missing.", class_="gap") for name in lost if name in ledger
    ]  # fmt: skip
    if figures:
        parts.append(tag("div", *figures, class_="two"))
    season = _season(ledger, here)
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
    """In words, where the sensor changed: no step there is the ice's alone."""
    if not strokes:
        return []
    said: list[Any] = ["The sensor changed "]
    for place, (letter, _, day, words) in enumerate(strokes):
        said += [
            "; " if place else "",
            f"{letter} on " if letter else "after the reference, on ",
            day,
            ": ",
            words,
        ]
    return [tag("p", *said, ". A step there need not be one of the ice.", class_="small")]


def _late_words(ledger: CitationIndex, table: str) -> ET.Element | None:
    state = state_of(ledger, table)
    return tag("span", f" (source {state})", class_="gap") if state else None


def _season(ledger: CitationIndex, here: tuple[Condition, ...]) -> list[tuple[Cell, ...]]:
    """Name, months of ice lost and their ends of ports and landings in scope, the largest loss first.

    Those of moderate or high military relevance at which there was ice in the reference period.
    """
    at = ledger.rows("nodes", *here, INSIDE, ("military_class", "=", ("moderate", "high")))
    columns = ["node_id", "kind", "place_id", "ice_months_lost", "ice_months_recent"]
    nodes = ledger.table("nodes")[columns].iloc[at]
    had = nodes["ice_months_lost"] + nodes["ice_months_recent"] > 0
    rows = nodes[had & nodes["kind"].isin(["port", "cable_landing"])]
    rows = rows.sort_values(["ice_months_lost", "kind", "node_id"], ascending=[False, False, True])
    rows = rows.drop_duplicates(["place_id", "ice_months_lost"]).head(_SEASONS)  # a landing at its port
    forms = {
        "name": "",
        "ice_months_lost": ".1f",
        "ice_months_lost_low": ".1f",
        "ice_months_lost_high": ".1f",
    }
    return [
        tuple(ledger.cell("value", "nodes", {"node_id": node}, name, form) for name, form in forms.items())
        for node in rows["node_id"]
    ]
