"""Time in the QGIS project: the months of the ice, and the year of the temporal controller."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

import pandas as pd

from maps.qgis.symbology import start_of_month
from maps.style import MEDIAN_ENDS

if TYPE_CHECKING:
    from layers.picture import Picture

__all__ = ["add_time_range", "ice_months"]


def _year(picture: Picture) -> int:
    """The year with the most single months of ice, and of several such years the latest.

    Without single months it is the year of the picture.
    """
    table = picture.tables.get("sea_ice")
    years = table["year"].dropna() if table is not None else pd.Series(dtype="Int64")
    years = years[years > MEDIAN_ENDS].astype(int)
    counts = years.value_counts()
    return max(counts.index, key=lambda year: (counts[year], year)) if len(counts) else picture.day.year


def ice_months(picture: Picture) -> Element:
    """The element `temporal` of the sea ice: each area is valid for its month."""
    start = start_of_month(_year(picture))
    # Mode 4 of QGIS: expressions give the start and the end of each feature.
    temporal = Element(
        "temporal", enabled="1", mode="4", limitMode="0", accumulate="0", durationUnit="min",
        durationField="", fixedDuration="0", startField="", endField="", startExpression=start,
        endExpression=f"{start} + to_interval('1 month')",
    )  # fmt: skip
    fixed = SubElement(temporal, "fixedRange")
    SubElement(fixed, "start")
    SubElement(fixed, "end")
    return temporal


def add_time_range(root: Element, picture: Picture) -> None:
    """Add the element `ProjectTimeSettings` to `root`: one year in steps of a month."""
    year = _year(picture)
    settings = SubElement(
        root,
        "ProjectTimeSettings",
        timeStep="1",
        timeStepUnit="mon",
        frameRate="1",
        cumulativeTemporalRange="0",
    )
    span = SubElement(settings, "TemporalRange")
    SubElement(span, "start").text = f"{year}-01-01T00:00:00Z"
    SubElement(span, "end").text = f"{year}-12-31T23:59:59Z"
