"""Parts of the pages on sea routes: the record, names of routes, places in words, tables and the map."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from maps.reports.html_document import scroll, tag
from maps.reports.route_charts import inset

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from xml.etree import ElementTree as ET

    import pandas as pd

    from maps.reports.citations import Cell, Tables

__all__ = [
    "DAGGER",
    "LEAD_ROUTE",
    "NOT_FOR_NAVIGATION",
    "STAGES",
    "RouteRecord",
    "bottleneck_letters",
    "families",
    "matching_rows",
    "of_record",
    "place_words",
    "route_cell",
    "route_map",
    "ship_words",
    "synthetic_note",
    "table",
]

LEAD_ROUTE = "route-nsr_north_new_siberian"  # the route of the first sentence
DAGGER = "\N{DAGGER} All of it beside land, where the satellite reads the land's own signal as ice."
STAGES = {
    "thin_fy_1": "thin first-year ice, first stage", "thin_fy_2": "thin first-year ice, second stage",
    "medium_fy_lt1m": "medium first-year ice under one metre", "medium_fy": "medium first-year ice",
    "thick_fy": "thick first-year ice", "second_year": "second-year ice", "light_my": "light multi-year ice",
    "heavy_my": "heavy multi-year ice",
}  # fmt: skip
NOT_FOR_NAVIGATION = "Not for navigation, targeting or site security decisions."
_FAMILIES = ("Northern Sea Route", "Northwest Passage", "Transpolar Sea Route")


@dataclass(frozen=True, slots=True, eq=False)
class RouteRecord:
    """The input of the route page. Geometries are EPSG:3413.

    `tables` has `routes` (feature_id, name, family, note, length_km) and `record` (one row: input, product,
    stage, first, last, source, and in words the `ice` and the `ice_edge` on the map). It also has either
    `route_seasons` with `route_trends`, or `route_fields` with `route_medians`. `lines` maps a route to its
    line. `ice` are pairs of CSS class and area.
    """

    tables: Mapping[str, pd.DataFrame]
    lines: Mapping[str, Any]
    land: Any
    ice: Sequence[tuple[str, Any]]
    is_synthetic: bool = False


def of_record(tables: Tables, column: str, form: str = "") -> Cell:
    """The cell of a column of the table `record`, which has one row."""
    return tables.cell("value", "record", (), column, form)


def synthetic_note(record: RouteRecord) -> str:
    """The warning before each figure of a synthetic record; empty for an observed record."""
    return "Synthetic, not observed. " if record.is_synthetic else ""


def families(tables: Tables) -> list[tuple[str, list[str]]]:
    """Families of routes with the ids of their routes. The three great routes come first."""
    routes = tables.table("routes")
    others = sorted(set(routes["family"]) - set(_FAMILIES))
    return [(f, routes.loc[routes["family"] == f, "feature_id"].tolist()) for f in (*_FAMILIES, *others)]


def route_cell(tables: Tables, route: str, column: str = "name") -> Cell:
    """The cell of a column of a route."""
    return tables.cell("value", "routes", {"feature_id": route}, column)


def matching_rows(tables: Tables, table: str, where: Mapping[str, Any]) -> pd.DataFrame:
    """The rows of a table whose columns have the values of `where`."""
    places = tables.rows(table, *((name, "=", value) for name, value in where.items()))
    return tables.table(table).iloc[places]


def ship_words(name: str) -> str:
    """An ice class of ships in words for a sentence."""
    return "no ice class" if name == "none" else f"class {name}"


def place_words(tables: Tables, table: str, where: dict[str, Any]) -> list[Any]:
    """A bottleneck in words: name of the water, latitude and longitude; `none` if there is no bottleneck.

    `where` chooses the one row of `table`.
    """
    if matching_rows(tables, table, where)["bottleneck_longitude_deg"].isna().all():
        return ["none"]
    return [
        tables.cell("value", table, where, "bottleneck_water"), ", ",
        tables.cell("value", table, where, "bottleneck_latitude_deg", "latitude"), ", ",
        tables.cell("value", table, where, "bottleneck_longitude_deg", "longitude"),
    ]  # fmt: skip


def table(heads: Sequence[Any], rows: Sequence[Sequence[Any]], class_: str, label: str) -> ET.Element:
    """A table that scrolls. The first cell of a row is its heading; `label` is for screen readers."""
    body = [
        tag(
            "tr",
            *(tag("th" if not i else "td", *(c if isinstance(c, list) else [c])) for i, c in enumerate(r)),
        )
        for r in rows
    ]
    head = tag(
        "thead", tag("tr", *(tag("th", *(h if isinstance(h, list) else [h]), scope="col") for h in heads))
    )
    return scroll(tag("table", head, tag("tbody", *body)), label, class_)


def route_map(
    tables: Tables, record: RouteRecord, classes: Mapping[str, str], marks: Sequence[tuple[str, float, float]]
) -> ET.Element:
    """The polar map with its key.

    `classes` maps a route to its CSS class. `marks` are letters with longitude and latitude in degrees.
    """
    lines = {
        name: (record.lines[name], classes.get(name, "way"))
        for _, route_ids in families(tables)
        for name in route_ids
    }
    # A map can be cut out of its page, so the map itself carries the word.
    stamp = "SYNTHETIC" if record.is_synthetic else ""
    return tag(
        "figure",
        inset(record.land, record.ice, lines, marks, stamp),
        tag("p", synthetic_note(record), "Light: ice, ", of_record(tables, "ice"),
            "; hatched: ice beside land alone, where the satellite reads the land's own signal as ice; "
            "dashed: ice edge, ", of_record(tables, "ice_edge"), ". Routes: full line where open, dotted "
            "where ice shuts them, dashed where only ice beside land does. Letters: bottlenecks of the "
            "tables. Polar stereographic, EPSG:3413.", class_="small"),
    )  # fmt: skip


def bottleneck_letters(rows: pd.DataFrame) -> tuple[dict[str, str], list[tuple[str, float, float]]]:
    """A letter for each bottleneck in `rows`; routes with the same bottleneck have the same letter.

    Returns a dictionary from route to letter, and for the map each letter with longitude and latitude.
    """
    letters: dict[str, str] = {}
    marks: dict[tuple[float, float], str] = {}
    for row in rows.to_dict("records"):
        position = (row["bottleneck_longitude_deg"], row["bottleneck_latitude_deg"])
        if not math.isnan(position[0]):
            letters[row["route_id"]] = marks.setdefault(position, chr(ord("A") + len(marks)))
    return letters, [(letter, *position) for position, letter in marks.items()]
