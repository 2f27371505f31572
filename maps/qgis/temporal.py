"""Time in the QGIS project: it opens on the month of the picture, and each area of ice has its month."""

from __future__ import annotations

from calendar import monthrange
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from maps.qgis.symbology import start_of_month

if TYPE_CHECKING:
    from datetime import date

    from layers.picture import Picture

__all__ = ["add_time_range", "ice_months", "month_of", "set_controller"]

_FIXED_RANGE = "2"  # navigation mode of the temporal controller: one range of time, not an animation


def month_of(day: date) -> tuple[str, str]:
    """The first and the last second of the month of `day`, ISO 8601."""
    last = monthrange(day.year, day.month)[1]
    return f"{day:%Y-%m}-01T00:00:00", f"{day:%Y-%m}-{last}T23:59:59"


def ice_months(picture: Picture) -> Element:
    """The element `temporal` of the sea ice: each area is valid for its month."""
    start = start_of_month(picture.day.year)
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
    """Add the element `ProjectTimeSettings` to `root`: the month of the picture, and steps of a month."""
    settings = SubElement(
        root, "ProjectTimeSettings", timeStep="1", timeStepUnit="mon", frameRate="1",
        cumulativeTemporalRange="0",
    )  # fmt: skip
    span = SubElement(settings, "TemporalRange")
    for name, moment in zip(("start", "end"), month_of(picture.day), strict=True):
        SubElement(span, name).text = f"{moment}Z"


def set_controller(properties: Element, picture: Picture) -> None:
    """Add the state of the temporal controller to `properties`: switched on, at the month of the picture."""
    controller = SubElement(properties, "TemporalControllerWidget")
    SubElement(controller, "NavigationMode", type="int").text = _FIXED_RANGE
    for name, moment in zip(("StartDateTime", "EndDateTime"), month_of(picture.day), strict=True):
        SubElement(controller, name, type="QString").text = f"{moment}.000Z"
