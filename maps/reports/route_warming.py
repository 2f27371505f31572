"""The last section of the route page on a daily record: open water of the seas at levels of warming."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maps.reports.html_document import tag
from maps.reports.route_charts import levels
from maps.reports.route_parts import synthetic_note, table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree import ElementTree as ET

    from maps.reports.citations import Cell, Tables
    from maps.reports.route_parts import RouteRecord

__all__ = ["warming_levels"]


def warming_levels(tables: Tables, record: RouteRecord) -> list[ET.Element]:
    """A chart and a table of open days by sea and level of warming; empty if the record has no levels."""
    if "ice_warming" not in tables:
        return []
    warming = tables.table("ice_warming")
    seas = [(str(name), rows_of_sea) for name, rows_of_sea in warming.groupby("name", sort=False)]
    levels_degc = sorted(set(warming["warming_degc"]))
    rows = []
    for name, rows_of_sea in seas:
        cells = [_at_level(tables, row) for row in rows_of_sea.sort_values("warming_degc").to_dict("records")]
        where = {"name": name, "warming_degc": levels_degc[0]}
        rows.append([tables.cell("value", "ice_warming", where, "name"), *cells])
    first = {"name": seas[0][0]}
    heads = [
        [tables.cell("value", "ice_warming", first | {"warming_degc": level}, "warming_degc", "g"), " °C"]
        for level in levels_degc
    ]

    def loss(column: str, form: str = ".1f") -> Cell:
        return tables.cell("value", "ice_loss", (), column, form)

    check = tag(
        "p", synthetic_note(record), "The check on the sum: September's ice falls by ",
        loss("loss_million_km2_per_degc"), " (", loss("loss_low_million_km2_per_degc"), " to ",
        loss("loss_high_million_km2_per_degc"), ") million km² per degree in this record of ",
        loss("years", "d"), " years: ", loss("note", ""), ".",
        class_="small",
    )  # fmt: skip
    return [
        tag("h2", "The seas at levels of warming"),
        tag("p", synthetic_note(record),
            "Days of open water at a level of global warming above that of the late "
            "nineteenth century; a level, never a year. Bars: the band of a bootstrap, five to ninety-five "
            "percent, about the sea's own sensitivity; stroke: the middle; hatched: extrapolated beyond "
            "twice the warming of the record; pale: no sensitivity told, the range of the record.",
            class_="small"),
        tag("figure", levels(seas, "Days of open water by sea and level of warming"), class_="levels"),
        table(["Sea", *heads], rows, "necks", "Open days by level of warming"),
        check,
    ]  # fmt: skip


def _at_level(tables: Tables, row: Mapping[str, Any]) -> list[Any]:
    """Open days of a sea at a level with their band, or only the band if there is no sensitivity."""
    where = {"name": row["name"], "warming_degc": row["warming_degc"]}

    def of(column: str) -> Cell:
        return tables.cell("value", "ice_warming", where, column, ".0f")

    band: list[Any] = [of("open_water_low_days"), " to ", of("open_water_high_days")]
    if row["basis"] != "sensitivity":
        return ["not told (record: ", *band, ")"]
    words = [of("open_water_days"), " (", *band, ")"]
    return [*words, ", extrapolated"] if row["is_extrapolated"] else words
