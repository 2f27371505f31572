"""The route page: when each Arctic sea route was open, for which ship, and where ice shuts it.

The page is one HTML file without script and without requests. Every number names its row in the tables beside
the page. A page from ice edges alone says only where ice is: it gives no seasons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.reports.citations import Tables
from maps.reports.html_document import document, tag
from maps.reports.route_fields import fields
from maps.reports.route_parts import NOT_FOR_NAVIGATION, RouteRecord, of_record
from maps.reports.route_seasons import seasons
from maps.reports.route_styles import LOOK

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree import ElementTree as ET

__all__ = ["RouteRecord", "page", "write"]


def write(record: RouteRecord, path: Path) -> Path:
    """Write the page to `path` and return the path.

    Raises
    ------
    ExportError
        If a number has no row behind it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(record), encoding="utf-8", newline="\n")
    return path


def page(record: RouteRecord) -> str:
    """The text of the page; the same record gives the same text. Raises the errors of `write`."""
    tables = Tables(tables=dict(record.tables), page="route page")
    sections = seasons(tables, record) if "route_seasons" in tables else fields(tables, record)
    body = tag("body", _head(tables, record), *sections, *_reading(tables, record))
    prefix = "SYNTHETIC: " if record.is_synthetic else ""
    return document(f"{prefix}Arctic picture: ice on the sea routes", body, LOOK)


def _head(tables: Tables, record: RouteRecord) -> ET.Element:
    return tag(
        "header",
        tag("p", "Arctic picture · sea routes", class_="kicker"),
        tag("h1", "Ice on the Arctic sea routes"),
        tag("p", "SYNTHETIC: made for tests, not observed. It resembles the Arctic and knows nothing of it.",
            class_="warn") if record.is_synthetic else None,
        tag("p", tag("b", NOT_FOR_NAVIGATION), " Input: ", tag("b", of_record(tables, "input")), " (",
            of_record(tables, "product"), "), ", of_record(tables, "first"), " to ",
            of_record(tables, "last"), "."),
    )  # fmt: skip


def _reading(tables: Tables, record: RouteRecord) -> list[ET.Element]:
    notes = [
        NOT_FOR_NAVIGATION,
        "POLARIS (IMO MSC circular on the risk index) weighs each stage of ice by the ship's class. Without "
        "thickness the index of one stage is a bound, not the IMO index; the stage is named.",
        "A route is open on a day when a way leads through its corridor, a hundred kilometres each side, "
        "on which no cell holds more ice than the class bears. Missing is not open water.",
        "Cells are twenty-five kilometres wide. Straits the grid closes are links in which no ice is seen; "
        "beside land the satellite reads too high, so seasons in the Canadian Archipelago are lower bounds.",
        "Depth is not judged here: see the note of each route.",
        "Fifteen percent is the satellite's edge; the Polar Code's open water is under one tenth.",
        "Boundaries are cartographic and imply no position on status.",
    ]  # fmt: skip
    if record.is_synthetic:
        notes.insert(0, "All of this is synthetic: a made cube, for tests of the programme.")
    return [
        tag("h2", "How to read it, and how not"),
        tag("ol", *(tag("li", text) for text in notes)),
        tag("p", "Sources: ", of_record(tables, "source"), class_="small"),
    ]
