"""The page of isochrones: how far a ship sails from a port in a number of days, in the ice of a month.

The page is one HTML file without script and without requests. Every number names its row in the tables.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from maps.reports.citations import Tables
from maps.reports.html_document import document, scroll, tag
from maps.reports.route_charts import inset
from maps.reports.route_parts import NOT_FOR_NAVIGATION, STAGES, of_record, ship_words
from maps.reports.route_styles import INKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from xml.etree import ElementTree as ET

    import geopandas as gpd
    import pandas as pd


__all__ = ["IsochroneRecord", "page", "write"]

_SHUT, _UNSEEN = "band shut", "band unseen"
_NOT_START = ("is_start", "=", False)  # the port that is left is no port reached


@dataclass(frozen=True, slots=True, eq=False)
class IsochroneRecord:
    """The input of the page. Geometries are EPSG:3413.

    `bands` are areas by days of sail. `tables` has `bands` (without geometry), `ports` and `record` (one row
    that describes port, ship and ice). `land` is one area and `lines` are the sea routes. `reasons` has the
    words of each value of `not_reached` in `ports`.
    """

    bands: gpd.GeoDataFrame
    tables: Mapping[str, pd.DataFrame]
    land: Any
    lines: Sequence[Any]
    reasons: Mapping[str, str]
    is_synthetic: bool = False


def write(record: IsochroneRecord, path: Path) -> Path:
    """Write the page to `path` and return the path.

    Raises
    ------
    ExportError
        If a number has no row behind it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(record), encoding="utf-8", newline="\n")
    return path


def page(record: IsochroneRecord) -> str:
    """The text of the page; the same record gives the same text. Raises the errors of `write`."""
    tables = Tables(tables=dict(record.tables), page="isochrone page")
    body = tag(
        "body",
        *_head(tables, record),
        _map(tables, record),
        *_bands(tables),
        *_ports(tables, record.reasons),
        *_reading(tables),
    )
    prefix = "SYNTHETIC: " if record.is_synthetic else ""
    return document(f"{prefix}Arctic picture: days from a port", body, _LOOK)


def _head(tables: Tables, record: IsochroneRecord) -> list[ET.Element | None]:
    stage = STAGES[str(tables.table("record")["stage"].iloc[0])]
    ship = ship_words(str(tables.table("record")["ice_class"].iloc[0]))
    reached = tables.cell("count", "bands", {"is_reached": True})
    lead = tag(
        "p", f"Least days for a ship of {ship} that makes ",
        of_record(tables, "speed_kn", "g"), f" knots, if the ice is {stage}. Ice: ",
        of_record(tables, "period"), " (", of_record(tables, "input"), "; ",
        of_record(tables, "product"), "). ",
        "" if reached.value else "No cell within reach of the port lets this ship out.",
        class_="lead",
    )  # fmt: skip
    warn = "SYNTHETIC: made for tests, not observed. It resembles the Arctic and knows nothing of it."
    return [
        tag("header", tag("p", "Arctic picture · days from a port", class_="kicker"),
            tag("h1", "Days from ", of_record(tables, "port")),
            tag("p", warn, class_="warn") if record.is_synthetic else None,
            tag("p", tag("b", NOT_FOR_NAVIGATION))),
        lead,
    ]  # fmt: skip


def _class(row: Any, number: int) -> str:
    """The CSS class of a band: its number, or `shut` or `unseen` for a band that is not reached."""
    if row["is_reached"]:
        return f"band b{number}"
    return _UNSEEN if row["name"] == "not seen" else _SHUT


def _classes(bands: pd.DataFrame) -> list[str]:
    return [_class(row, number) for number, row in enumerate(bands.to_dict("records"))]


def _map(tables: Tables, record: IsochroneRecord) -> ET.Element:
    start = tables.table("record").iloc[0]
    areas = list(zip(_classes(record.bands), record.bands.geometry, strict=True))
    reached = record.bands[record.bands["is_reached"]]
    days = [
        (_upper_end(row), area)
        for row, area in zip(reached.to_dict("records"), reached.geometry, strict=True)
    ]
    port = [("P", float(start["longitude_deg"]), float(start["latitude_deg"]))]
    routes = {str(number): (line, "way faint") for number, line in enumerate(record.lines)}
    stamp = "SYNTHETIC" if record.is_synthetic else ""
    image = inset(record.land, areas, routes, port, stamp, "Polar map of days from the port", days)
    return tag(
        "figure", image,
        tag("p", "P: the port. Numbers: days, the upper end of each band. Hatched: water not reached; grey: "
            "not seen. Lines: the sea routes. Polar stereographic, EPSG:3413.", class_="small"),
    )  # fmt: skip


def _upper_end(row: dict[str, Any]) -> str:
    """The label of a band: its upper end in days, or for the last band its lower end with a plus sign."""
    return f"{row['least_days']:.0f}+" if math.isnan(row["most_days"]) else f"{row['most_days']:.0f}"


def _rows(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> ET.Element:
    head = tag("thead", tag("tr", *(tag("th", words, scope="col") for words in heads)))
    body = tag("tbody", *(tag("tr", *(tag("td", *(c if isinstance(c, list) else [c])) for c in row))
                          for row in rows))  # fmt: skip
    return scroll(tag("table", head, body), heads[0])


def _bands(tables: Tables) -> list[ET.Element]:
    bands = tables.table("bands")
    rows = []
    for class_, row in zip(_classes(bands), bands.to_dict("records"), strict=True):
        where = {"name": row["name"]}
        swatch = tag("i", class_=f"swatch {class_}")
        # The last band has no upper end.
        most = 1e9 if math.isnan(row["most_days"]) else row["most_days"]
        ports: Any = "none"
        if row["is_reached"]:
            span = (("least_days", ">=", row["least_days"]), ("least_days", "<=", most), _NOT_START)
            ports = tables.cell("count", "ports", span)
        rows.append([[swatch, tables.cell("value", "bands", where, "name")],
                     tables.cell("value", "bands", where, "area_million_km2", ".2f"), ports])  # fmt: skip
    return [tag("h2", "Bands of days"), _rows(("Days from the port", "Million km² of sea", "Ports"), rows)]


def _ports(tables: Tables, reasons: Mapping[str, str]) -> list[ET.Element]:
    ports = tables.table("ports")
    forms = (("name", ""), ("country_iso3", ""), ("least_days", ".1f"))
    is_reached = ports["least_days"].notna() & ~ports["is_start"]
    rows = [
        [tables.cell("value", "ports", {"node_id": node}, column, form) for column, form in forms]
        for node in ports.loc[is_reached, "node_id"]
    ]
    reached = tables.cell("count", "ports", (("least_days", ">=", 0.0), _NOT_START))
    others: list[Any] = []
    for reason, words in reasons.items():
        if (ports["not_reached"] == reason).any():
            others += ["; " if others else ". The others lie ",
                       tables.cell("count", "ports", {"not_reached": reason}), f" {words}"]  # fmt: skip
    return [
        tag("h2", "Ports reached"),
        tag("p", tables.cell("count", "ports"), " ports of the picture; days told for ", reached,
            *others, ".", class_="small"),
        tag("details", tag("summary", "Every port reached, nearest first"),
            _rows(("Port", "Country", "Least days"), rows)),
    ]  # fmt: skip


def _reading(tables: Tables) -> list[ET.Element]:
    notes = [
        NOT_FOR_NAVIGATION,
        "A time is a least one: the named speed is held wherever the index of the named stage is zero or "
        "above, and the circular's limit in elevated risk (polar classes alone); ice slows ships that it "
        "lets through, and weather, depth, traffic and rules of passage are not judged.",
        "Without thickness the index of one stage is a bound, not the IMO index. Within an edge alone the "
        "ice is taken for full.",
        "Ways lead from cell to cell, twenty-five kilometres wide, in eight directions, and come out up to a "
        "twelfth too long. Straits the grid closes are passed where a known route leads through them.",
        "A voyage begins and ends in any passable cell within fifty kilometres of its port, or in the "
        "nearest one up to a hundred: beside land the satellite reads too high. What was not seen is shut. A "
        "port less than a cell away is taken as straight ahead.",
    ]  # fmt: skip
    return [tag("h2", "How to read it, and how not"), tag("ol", *(tag("li", text) for text in notes)),
            tag("p", "Ice: ", of_record(tables, "product"),
                ". Routes and ports: see the sources of the picture.", class_="small")]  # fmt: skip


_RAMP = (
    "#fff3b0", "#fdd87d", "#f9b95c", "#f0964b", "#e0704a", "#c64f53", "#a3385f", "#7c2a66", "#552064",
    "#2f1757",
)  # fmt: skip
_LOOK: Final = INKS + (
    "".join(f".b{number}{{fill:{ink};background:{ink}}}" for number, ink in enumerate(_RAMP))
    + """
figure svg{max-width:none}
.warn{border:1.4pt solid var(--robust);font-weight:600;padding:1.5mm 2.5mm}
.water{fill:var(--water)}.land{fill:var(--land);stroke:none}.band{stroke:var(--paper);stroke-width:.4}
.net{fill:none;stroke:var(--soft);stroke-width:.4;opacity:.45}
.way{fill:none;stroke:var(--way);stroke-width:1.1;stroke-linejoin:round}.faint{opacity:.55}
.mark{fill:#0b63a5;stroke:#fff;stroke-width:1}svg .letter{fill:#fff;font-weight:700}
svg .halo{font-weight:700;font-size:10px;fill:#16202a;stroke:#fff;stroke-width:2.6;paint-order:stroke}
svg .stamp{font-size:74px;font-weight:700;fill:var(--robust);opacity:.2;letter-spacing:4px}
.band.shut{fill:url(#hatch)}.unseen{fill:var(--track);background:var(--track)}
.swatch{display:inline-block;width:11px;height:11px;margin:0 5px 0 0;border:.5px solid var(--soft)}
@media screen and (max-width:640px){.scroll table{min-width:0}}
summary{cursor:pointer;font-size:7.6pt;color:var(--soft)}
"""
)
