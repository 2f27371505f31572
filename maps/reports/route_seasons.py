"""The sections of the route page on a daily record: seasons by route, ice class and year, with trends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from maps.reports.html_document import scroll, tag
from maps.reports.route_charts import SHADES, openings, shades
from maps.reports.route_parts import (
    LEAD_ROUTE,
    STAGES,
    bottleneck_letters,
    families,
    matching_rows,
    place_words,
    route_cell,
    route_map,
    ship_words,
    synthetic_note,
    table,
)
from maps.reports.route_warming import warming_levels

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from maps.reports.citations import Cell, Tables
    from maps.reports.route_parts import RouteRecord

__all__ = ["seasons"]

# Ice class whose bottlenecks have letters on the map. It is also the second stroke in the chart of openings.
_SHIP = "PC6"


def seasons(tables: Tables, record: RouteRecord) -> list[ET.Element]:
    """The first sentence, the map, a section for each route, and the section on levels of warming."""
    all_stages = tables.table("route_seasons")
    stage = str(tables.table("record")["stage"].iloc[0])
    rows = all_stages[all_stages["stage"] == stage]
    last = int(rows["year"].max())
    classes = list(dict.fromkeys(rows["ice_class"]))
    # If the record lacks this class, the last class of the table takes its place.
    ship = _SHIP if _SHIP in classes else classes[-1]
    last_year = rows[(rows["year"] == last) & (rows["ice_class"] == ship)]
    letters, marks = bottleneck_letters(last_year)
    ways = {
        row["route_id"]: "way shut" if row["open_days"] == 0 else "way"
        for row in last_year.to_dict("records")
    }
    where = {"route_id": LEAD_ROUTE, "year": last, "ice_class": ship, "stage": stage}
    parts = [_lead(tables, record, where), route_map(tables, record, ways, marks), _key()]
    for family, routes in families(tables):
        parts.append(tag("h2", family))
        parts += [
            _route(
                tables,
                record,
                rows[rows["route_id"] == name],
                (name, stage, last),
                (ship, letters.get(name, "")),
            )
            for name in routes
        ]
    return [*parts, *warming_levels(tables, record)]


def _lead(tables: Tables, record: RouteRecord, where: dict[str, Any]) -> ET.Element:
    """The first sentence: the last season of the lead route and its bottleneck."""

    def of(column: str, form: str = "") -> Cell:
        return tables.cell("value", "route_seasons", where, column, form)

    row = matching_rows(tables, "route_seasons", where).iloc[0]
    words: list[Any] = [
        synthetic_note(record), route_cell(tables, LEAD_ROUTE), ": in ", of("year"),
        " open to a ship of class ", of("ice_class"),
        " on ", of("open_days", ".0f"), " days if the ice was ", STAGES[where["stage"]],
    ]  # fmt: skip
    if row["open_days"] > 0:
        words += [", from ", of("opening_date"), " to ", of("closing_date")]
    if pd.notna(row["bottleneck_share"]):
        words += [". What held it shut lay at ", *place_words(tables, "route_seasons", where)]
    return tag("p", *words, ".", class_="lead")


def _key() -> ET.Element:
    """The key of the shades of the charts."""
    items = [tag("span", tag("i", class_=f"swatch {name}"), tag("span", words, class_="tick"))
             for _, name, words in SHADES]  # fmt: skip
    unknown = tag("span", tag("i", class_="swatch hu"), "not known")
    return tag("p", "Days open in a year: ", *items, unknown, class_="key")


def _route(
    tables: Tables, record: RouteRecord, rows: pd.DataFrame, at: tuple[str, str, int], mark: tuple[str, str]
) -> ET.Element:
    """The section of a route: charts of open days and of openings, and the tables.

    `at` has the id of the route, the stage of ice and the last year. `mark` has the ice class of the map and
    the letter of the bottleneck.
    """
    name, stage, last = at
    ship, letter = mark
    by_class = rows.pivot_table(
        index="ice_class", columns="year", values="open_days", dropna=False, sort=False
    )
    weakest = str(by_class.index[0])
    spans = {
        c: rows[rows["ice_class"] == c].set_index("year")[["first_day", "last_day"]]
        for c in dict.fromkeys((weakest, ship))
    }
    return tag(
        "section",
        tag("h3", route_cell(tables, name), f"  {letter}" if letter else ""),
        tag("p", route_cell(tables, name, "note"), class_="small"),
        tag("div",
            tag("figure", shades(by_class, "Days open by ship class and year")),
            tag("figure", openings(spans, "Opening to closing by year")),
            class_="pair"),
        tag("p", synthetic_note(record),
            "First chart: days open by class of ship and year. Second: first to last "
            f"open day, faint for a ship of {ship_words(weakest)}, strong for {ship_words(ship)}.",
            class_="small"),
        _season_table(tables, list(by_class.index), name, stage, last),
        _breaks(tables, {"route_id": name, "ice_class": by_class.index[0], "stage": stage}),
        _every_year(tables, by_class, name, stage),
    )  # fmt: skip


def _season_table(tables: Tables, classes: list[str], name: str, stage: str, last: int) -> ET.Element:
    """A table of the last season and the trend of a route, with a row for each ice class."""
    rows = []
    for ship in classes:
        trend = {"route_id": name, "ice_class": ship, "stage": stage}
        where = trend | {"year": last}
        season = matching_rows(tables, "route_seasons", where).iloc[0]

        def of(column: str, form: str = "", where: dict[str, Any] = where) -> Cell:
            return tables.cell("value", "route_seasons", where, column, form)

        is_shut = season["open_days"] == 0
        opens = ["does not open"] if is_shut else [of("opening_date"), " to ", of("closing_date")]
        has_bottleneck = pd.notna(season["bottleneck_share"])
        neck = place_words(tables, "route_seasons", where) if has_bottleneck else ["open on every day told"]
        rows.append([ship, of("open_days", ".0f"), opens, *_trend_cells(tables, trend), neck])
    year = tables.cell("value", "route_seasons", {"route_id": name, "ice_class": classes[0], "stage": stage,
                                                "year": last}, "year")  # fmt: skip
    heads = ("Ship", ["Days open, ", year], "First to last open day", "Median of the record",
             "Change per decade, its interval", "Bottleneck")  # fmt: skip
    head = tag(
        "thead", tag("tr", *(tag("th", *(h if isinstance(h, list) else [h]), scope="col") for h in heads))
    )
    body = [
        tag(
            "tr",
            tag("th", row[0], scope="row"),
            *(tag("td", *(c if isinstance(c, list) else [c])) for c in row[1:]),
        )
        for row in rows
    ]
    return scroll(tag("table", head, tag("tbody", *body)), "Seasons by ship", "season")


def _trend_cells(tables: Tables, where: dict[str, Any]) -> list[Any]:
    """The median of the record and the change per decade, or the reason why there is no change."""
    if "route_trends" not in tables or matching_rows(tables, "route_trends", where).empty:
        return ["not told", "not told"]

    def of(column: str, form: str) -> Cell:
        return tables.cell("value", "route_trends", where, column, form)

    state = matching_rows(tables, "route_trends", where)["state"].iloc[0]
    if state:
        return [of("open_days_median", ".0f"), f"none told: {state.replace('_', ' ')}"]
    slope = of("open_days_per_decade", "+.1f")
    if slope.text == "unknown":
        return [of("open_days_median", ".0f"), ["too few years: ", of("valid_years", ".0f")]]
    interval = [slope, " (", of("open_days_per_decade_low", "+.1f"), " to ",
                of("open_days_per_decade_high", "+.1f"), ") days"]  # fmt: skip
    crossed = of("breaks_crossed", ".0f")
    if crossed.value and crossed.text != "unknown":
        interval += [", over ", crossed, " changes of sensor or version"]
    return [of("open_days_median", ".0f"), interval]


def _breaks(tables: Tables, where: dict[str, Any]) -> ET.Element | None:
    """The changes of sensor and version within the record of a trend, in words; None without a trend."""
    if "route_trends" not in tables or matching_rows(tables, "route_trends", where).empty:
        return None
    breaks = tables.cell("value", "route_trends", where, "breaks", "words")
    if breaks.text in {"", "unknown"}:
        return None
    return tag(
        "p", "Changes within the record: ", breaks, ". A step there need not be the ice's.", class_="small"
    )


def _every_year(tables: Tables, by_class: pd.DataFrame, name: str, stage: str) -> ET.Element:
    """A folded table of open days by year and ice class."""
    rows = []
    for year in by_class.columns:
        keys = [{"route_id": name, "year": year, "ice_class": c, "stage": stage} for c in by_class.index]
        first = tables.cell("value", "route_seasons", keys[0], "year")
        rows.append([first, *(tables.cell("value", "route_seasons", k, "open_days", ".0f") for k in keys)])
    return tag("details", tag("summary", "Every year in figures"),
               table(["Year", *by_class.index], rows, "years", "Days open by year and ship"))  # fmt: skip
