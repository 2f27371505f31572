"""The sections of the route page on single fields: ice edges of months, the median year, and grids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maps.reports.html_document import scroll, tag
from maps.reports.route_parts import (
    DAGGER,
    LEAD_ROUTE,
    STAGES,
    bottleneck_letters,
    families,
    matching_rows,
    place_words,
    route_cell,
    route_map,
    table,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree import ElementTree as ET

    import pandas as pd

    from maps.reports.citations import Cell, Tables
    from maps.reports.route_parts import RouteRecord

__all__ = ["fields"]

# Routes of the table of single grids.
_GRID_ROUTES = (LEAD_ROUTE, "route-nwp_prince_of_wales_strait", "route-transpolar")


def fields(tables: Tables, record: RouteRecord) -> list[ET.Element]:
    """The sections on September and March, on the median year, and on single grids of concentration."""
    all_fields = tables.table("route_fields")
    edges = all_fields[all_fields["input"] == "edge"]
    parts: list[ET.Element] = []
    for month, words in ((9, "September"), (3, "March")):
        of_month = edges[(edges["month"] == month) & edges["year"].notna()]
        if of_month.empty:
            continue
        last = str(of_month["field_id"].max())
        last_rows = of_month[of_month["field_id"] == last]
        if not parts:
            parts.append(_field_lead(tables, last, words))
        letters, marks = bottleneck_letters(last_rows)
        if month == 9:
            parts.append(route_map(tables, record, _way_classes(last_rows), marks))
        parts += _month(tables, of_month, words, letters if month == 9 else {})
    parts += _medians(tables, edges[edges["year"].isna()])
    return [*parts, *_grids(tables, all_fields[all_fields["input"] != "edge"])]


def _field_lead(tables: Tables, last: str, words: str) -> ET.Element:
    """The first sentence: whether the last edge left the lead route open."""
    where = {"field_id": last, "route_id": LEAD_ROUTE}
    sentence: list[Any] = [
        "In ", words, " ", tables.cell("value", "route_fields", where, "year", ".0f"), " the ice edge left ",
        route_cell(tables, LEAD_ROUTE),
    ]  # fmt: skip
    if matching_rows(tables, "route_fields", where)["is_open"].iloc[0]:
        sentence += [
            " open: ",
            tables.cell("value", "route_fields", where, "way_km", ",.0f"),
            " km without ice",
        ]
    else:
        sentence += [" shut: ", tables.cell("value", "route_fields", where, "ice_km", ",.0f"),
                 " km of ice on the way with least of it"]  # fmt: skip
    return tag("p", *sentence,
               ". An edge says fifteen percent of ice or more, and not how much: it knows one "
               "kind of ship, that keeps out of the ice, and no season. A trend is not told: these edges are "
               "no series.", class_="lead")  # fmt: skip


def _way_classes(rows: pd.DataFrame) -> dict[str, str]:
    """The CSS class of each route on the map: open, shut, or shut only by ice beside land."""
    return {
        row["route_id"]: "way" if row["is_open"] else "way doubtful" if _is_shore(row) else "way shut"
        for row in rows.to_dict("records")
    }


def _is_shore(row: Any) -> bool:
    """Whether all ice on a way lies beside land; a difference up to 1 km is rounding."""
    return bool(row["ice_km"] > 0 and row["shore_km"] >= row["ice_km"] - 1)


def _ice(tables: Tables, where: dict[str, Any]) -> list[Any]:
    """The word `open`, or the kilometres of ice, with a dagger if all ice lies beside land."""
    row = matching_rows(tables, "route_fields", where).iloc[0]
    if row["is_open"]:
        return [tag("b", "open")]
    km = tables.cell("value", "route_fields", where, "ice_km", ",.0f")
    return [km, " \N{DAGGER}"] if _is_shore(row) else [km]


def _matrix(tables: Tables, heads: dict[str, Any]) -> ET.Element:
    """A table of routes by field. `heads` maps the id of a field to the heading of its column."""
    rows: list[tuple[Cell, list[list[Any]]]] = []
    for _, routes in families(tables):
        for name in routes:
            cells = [_ice(tables, {"field_id": field, "route_id": name}) for field in heads]
            rows.append((route_cell(tables, name), cells))
    head = tag(
        "thead",
        tag("tr", tag("th", "Route", scope="col"), *(tag("th", h, scope="col") for h in heads.values())),
    )
    body = [
        tag("tr", tag("th", name, scope="row"), *(tag("td", *c, class_="n") for c in cells))
        for name, cells in rows
    ]
    return scroll(tag("table", head, tag("tbody", *body)), "Ice by route", "fields")


def _first(tables: Tables, field: str, column: str, form: str = "") -> Cell:
    """A cell of a field, cited from the row of the first route."""
    route = tables.table("routes")["feature_id"].iloc[0]
    return tables.cell("value", "route_fields", {"field_id": field, "route_id": route}, column, form)


def _month(
    tables: Tables, of_month: pd.DataFrame, words: str, letters: Mapping[str, str]
) -> list[ET.Element]:
    """The section on the edges of a month by year, with the bottlenecks of the last edge.

    `letters` maps a route to the letter of its bottleneck on the map.
    """
    field_ids = sorted(set(of_month["field_id"]))
    heads = {field: _first(tables, field, "year", ".0f") for field in field_ids}
    rows = []
    for _, routes in families(tables):
        for name in routes:
            where = {"field_id": field_ids[-1], "route_id": name}
            rows.append([
                [route_cell(tables, name), f"  {letters[name]}" if name in letters else ""],
                _ice(tables, where),
                tables.cell("value", "route_fields", where, "way_km", ",.0f"),
                place_words(tables, "route_fields", where),
            ])  # fmt: skip
    return [
        tag("h2", words, ": the edge of the month, by year"),
        tag("p", "Kilometres of ice on the way with least of it; edge only. ", DAGGER, class_="small"),
        _matrix(tables, heads),
        tag("h3", words, " ", _first(tables, field_ids[-1], "year", ".0f"), ": where the ice lies"),
        table(
            ("Route", "Ice, km", "Way, km", "Bottleneck: middle of the longest stretch of ice"),
            rows,
            "necks",
            "Where the ice lies",
        ),
    ]


def _medians(tables: Tables, medians: pd.DataFrame) -> list[ET.Element]:
    """The section on the edges of the median year by month, and on the open days of that year."""
    if medians.empty:
        return []
    field_ids = list(medians.drop_duplicates("field_id").sort_values("month")["field_id"])
    heads = {field: _first(tables, field, "month_name") for field in field_ids}
    rows = []
    for _, routes in families(tables):
        for name in routes:
            where = {"route_id": name}
            rows.append([
                route_cell(tables, name),
                [tables.cell("value", "route_medians", where, "open_water_days", ".0f"), " (",
                 tables.cell("value", "route_medians", where, "open_water_low_days", ".0f"), " to ",
                 tables.cell("value", "route_medians", where, "open_water_high_days", ".0f"), ")"],
            ])  # fmt: skip
    return [
        tag("h2", "The median year, 1981 to 2010"),
        tag("p", "Kilometres of ice by month within the median edge; edge only. ", DAGGER, class_="small"),
        _matrix(tables, heads),
        tag("h3", "Days open in it, counted by whole months"),
        table(("Route", "Days open, as uncertain as a month is long"), rows, "necks", "Days open"),
    ]


def _grids(tables: Tables, grids: pd.DataFrame) -> list[ET.Element]:
    """The section on grids of concentration: ice of the bottleneck, and the weakest class that passes."""
    if grids.empty:
        return []
    field_ids = list(dict.fromkeys(grids.sort_values(["date", "product"])["field_id"]))
    rows = [
        [
            [_first(tables, field, "date"), ", ", _first(tables, field, "input")],
            _first(tables, field, "product"),
            *(_bottleneck(tables, {"field_id": field, "route_id": route}) for route in _GRID_ROUTES),
        ]
        for field in field_ids
    ]
    heads = ("Field", "Product", *(route_cell(tables, route) for route in _GRID_ROUTES))
    stage = STAGES[str(grids["stage"].iloc[0])]
    return [
        tag("h2", "Single grids of concentration"),
        tag("p", "Percent of ice in the bottleneck of the best way, the weakest ship whose index stays at "
            f"zero or above if that ice is {stage}, and the bottleneck. A mean of a month is no day.",
            class_="small"),
        table(heads, rows, "grids", "Single grids"),
    ]  # fmt: skip


def _bottleneck(tables: Tables, where: dict[str, Any]) -> list[Any]:
    """Percent of ice in the bottleneck, the weakest ship that passes, and the place."""
    weakest = tables.cell("value", "route_fields", where, "weakest_class")
    percent = tables.cell("value", "route_fields", where, "bottleneck_pct", ".0f")
    if percent.text == "unknown":
        return ["not seen; ", *place_words(tables, "route_fields", where)]
    ship: list[Any] = {"none": ["any ship"], "no class": ["no ship"]}.get(weakest.text, ["class ", weakest])
    words = [percent, " percent, ", *ship]
    return [*words, "; ", *place_words(tables, "route_fields", where)] if percent.value else words
