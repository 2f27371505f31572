"""The route page: when each Arctic sea route was open, for which ship, and where it shuts.

One self-contained file, as the briefing: no script, no request; every number names the row it is from,
in the tables written beside it. Of edges alone it tells ice or none, never a season.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from maps.reports.citations import Tables
from maps.reports.html_document import document, scroll, tag
from maps.reports.route_charts import SHADES, inset, levels, openings, shades
from maps.style import STYLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from xml.etree import ElementTree as ET

    from maps.reports.citations import Cell

__all__ = ["INKS", "NOT", "STAGES", "RouteRecord", "page", "ship_words", "write"]

_FAMILIES = ("Northern Sea Route", "Northwest Passage", "Transpolar Sea Route")
_LEAD = "route-nsr_north_new_siberian"
_DAGGER = "\N{DAGGER} All of it beside land, where the satellite reads the land's own signal as ice."
_SHIP = "PC6"  # whose bottleneck is lettered on the map, and the second stroke of the openings
STAGES = {
    "thin_fy_1": "thin first-year ice, first stage", "thin_fy_2": "thin first-year ice, second stage",
    "medium_fy_lt1m": "medium first-year ice under one metre", "medium_fy": "medium first-year ice",
    "thick_fy": "thick first-year ice", "second_year": "second-year ice", "light_my": "light multi-year ice",
    "heavy_my": "heavy multi-year ice",
}  # fmt: skip
NOT = "Not for navigation, targeting or site security decisions."


@dataclass(frozen=True, slots=True, eq=False)
class RouteRecord:
    """What the page shows.

    `tables`: `routes` (feature_id, name, family, note, length_km), `record` (one row: input, product,
    stage, first, last, source, and in words the `ice` and the `ice_edge` that are drawn) and either
    `route_seasons` with `route_trends`, or `route_fields` with `route_medians`. Geometries are EPSG:3413:
    `lines` by route, `land`, `ice` with the class it is drawn in.
    """

    tables: Mapping[str, pd.DataFrame]
    lines: Mapping[str, Any]
    land: Any
    ice: Sequence[tuple[str, Any]]
    is_synthetic: bool = False


def write(record: RouteRecord, path: Path) -> Path:
    """Write the page and return its path; raises ExportError if a number has no row behind it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(record), encoding="utf-8", newline="\n")
    return path


def page(record: RouteRecord) -> str:
    """Make the page's text: the same record gives the same text. Raises as `write`."""
    book = Tables(tables=dict(record.tables), page="route page")
    parts = _seasons(book, record) if "route_seasons" in book else _fields(book, record)
    body = tag("body", _head(book, record), *parts, *_reading(book, record))
    made = "SYNTHETIC: " if record.is_synthetic else ""
    return document(f"{made}Arctic picture: ice on the sea routes", body, _LOOK)


def _of(book: Tables, column: str, form: str = "") -> Cell:
    return book.cell("value", "record", (), column, form)


def _made(record: RouteRecord) -> str:
    return "Synthetic, not observed. " if record.is_synthetic else ""


def _head(book: Tables, record: RouteRecord) -> ET.Element:
    return tag(
        "header",
        tag("p", "Arctic picture · sea routes", class_="kicker"),
        tag("h1", "Ice on the Arctic sea routes"),
        tag("p", "SYNTHETIC: made for tests, not observed. It resembles the Arctic and knows nothing of it.",
            class_="warn") if record.is_synthetic else None,
        tag("p", tag("b", NOT), " Input: ", tag("b", _of(book, "input")), " (", _of(book, "product"),
            "), ", _of(book, "first"), " to ", _of(book, "last"), "."),
    )  # fmt: skip


def _routes(book: Tables) -> list[tuple[str, list[str]]]:
    """Family and its routes; the ways that lead to them come last."""
    held = book.table("routes")
    others = sorted(set(held["family"]) - set(_FAMILIES))
    families = [*_FAMILIES, *others]
    return [(f, held.loc[held["family"] == f, "feature_id"].tolist()) for f in families]


def _named(book: Tables, route: str, column: str = "name") -> Cell:
    return book.cell("value", "routes", {"feature_id": route}, column)


def _rows(book: Tables, table: str, where: Mapping[str, Any]) -> Any:
    return book.rows(table, *((name, "=", value) for name, value in where.items()))


def ship_words(name: str) -> str:
    """A class of ship as a sentence takes it."""
    return "no ice class" if name == "none" else f"class {name}"


def _place(book: Tables, table: str, where: dict[str, Any]) -> list[Any]:
    """A bottleneck in words: its water and its coordinates."""
    held = book.table(table)["bottleneck_longitude_deg"].iloc[_rows(book, table, where)]
    if held.isna().all():
        return ["none"]
    return [
        book.cell("value", table, where, "bottleneck_water"), ", ",
        book.cell("value", table, where, "bottleneck_latitude_deg", "latitude"), ", ",
        book.cell("value", table, where, "bottleneck_longitude_deg", "longitude"),
    ]  # fmt: skip


def _table(heads: Sequence[Any], rows: Sequence[Sequence[Any]], class_: str, label: str) -> ET.Element:
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


def _map(
    book: Tables, record: RouteRecord, classes: Mapping[str, str], marks: Sequence[tuple[str, float, float]]
) -> ET.Element:
    drawn = {
        name: (record.lines[name], classes.get(name, "way")) for _, some in _routes(book) for name in some
    }
    stamp = "SYNTHETIC" if record.is_synthetic else ""
    return tag(
        "figure",
        inset(record.land, record.ice, drawn, marks, stamp),
        tag("p", _made(record), "Light: ice, ", _of(book, "ice"), "; hatched: ice beside land alone, where "
            "the satellite reads the land's own signal as ice; dashed: ice edge, ", _of(book, "ice_edge"),
            ". Routes: full line where open, dotted where ice shuts them, dashed where only ice beside land "
            "does. Letters: bottlenecks of the tables. Polar stereographic, EPSG:3413.", class_="small"),
    )  # fmt: skip


# --- seasons, of a daily record ----------------------------------------------------------------


def _seasons(book: Tables, record: RouteRecord) -> list[ET.Element]:
    held = book.table("route_seasons")
    stage = str(book.table("record")["stage"].iloc[0])
    own = held[held["stage"] == stage]
    last = int(own["year"].max())
    classes = list(dict.fromkeys(own["ice_class"]))
    ship = _SHIP if _SHIP in classes else classes[-1]
    letters, marks = _letters(own[(own["year"] == last) & (own["ice_class"] == ship)])
    shut = {
        row["route_id"]: "way shut" if row["open_days"] == 0 else "way"
        for row in own[(own["year"] == last) & (own["ice_class"] == ship)].to_dict("records")
    }
    where = {"route_id": _LEAD, "year": last, "ice_class": ship, "stage": stage}
    parts = [_lead(book, record, where), _map(book, record, shut, marks), _key()]
    for family, routes in _routes(book):
        parts.append(tag("h2", family))
        parts += [
            _route(
                book, record, own[own["route_id"] == name], (name, stage, last), (ship, letters.get(name, ""))
            )
            for name in routes
        ]
    return [*parts, *_warmer(book, record)]


def _warmer(book: Tables, record: RouteRecord) -> list[ET.Element]:
    """Open water of the seas at levels of warming: bars with their bands, hatched beyond the record."""
    if "ice_warming" not in book:
        return []
    held = book.table("ice_warming")
    seas = [(str(name), table) for name, table in held.groupby("name", sort=False)]
    at = sorted(set(held["warming_degc"]))
    rows = []
    for name, table in seas:
        cells = [_at_level(book, row) for row in table.sort_values("warming_degc").to_dict("records")]
        rows.append(
            [book.cell("value", "ice_warming", {"name": name, "warming_degc": at[0]}, "name"), *cells]
        )
    first = {"name": seas[0][0]}
    heads = [
        [book.cell("value", "ice_warming", first | {"warming_degc": level}, "warming_degc", "g"), " °C"]
        for level in at
    ]

    def loss(column: str, form: str = ".1f") -> Cell:
        return book.cell("value", "ice_loss", (), column, form)

    check = tag(
        "p", _made(record), "The check on the sum: September's ice falls by ",
        loss("loss_million_km2_per_degc"), " (", loss("loss_low_million_km2_per_degc"), " to ",
        loss("loss_high_million_km2_per_degc"), ") million km² per degree in this record of ",
        loss("years", "d"), " years: ", loss("note", ""), ".",
        class_="small",
    )  # fmt: skip
    return [
        tag("h2", "The seas at levels of warming"),
        tag("p", _made(record), "Days of open water at a level of global warming above that of the late "
            "nineteenth century; a level, never a year. Bars: the band of a bootstrap, five to ninety-five "
            "percent, about the sea's own sensitivity; stroke: the middle; hatched: extrapolated beyond "
            "twice the warming of the record; pale: no sensitivity told, the range of the record.",
            class_="small"),
        tag("figure", levels(seas, "Days of open water by sea and level of warming"), class_="levels"),
        _table(["Sea", *heads], rows, "necks", "Open days by level of warming"),
        check,
    ]  # fmt: skip


def _at_level(book: Tables, row: Mapping[str, Any]) -> list[Any]:
    where = {"name": row["name"], "warming_degc": row["warming_degc"]}

    def of(column: str) -> Cell:
        return book.cell("value", "ice_warming", where, column, ".0f")

    band: list[Any] = [of("open_water_low_days"), " to ", of("open_water_high_days")]
    if row["basis"] != "sensitivity":
        return ["not told (record: ", *band, ")"]
    told = [of("open_water_days"), " (", *band, ")"]
    return [*told, ", extrapolated"] if row["is_extrapolated"] else told


def _letters(rows: pd.DataFrame) -> tuple[dict[str, str], list[tuple[str, float, float]]]:
    """A letter for each different bottleneck, the routes it belongs to, and its mark."""
    letters: dict[str, str] = {}
    marks: dict[tuple[float, float], str] = {}
    for row in rows.to_dict("records"):
        at = (row["bottleneck_longitude_deg"], row["bottleneck_latitude_deg"])
        if at[0] == at[0]:
            letters[row["route_id"]] = marks.setdefault(at, chr(ord("A") + len(marks)))
    return letters, [(letter, *at) for at, letter in marks.items()]


def _lead(book: Tables, record: RouteRecord, where: dict[str, Any]) -> ET.Element:
    def of(column: str, form: str = "") -> Cell:
        return book.cell("value", "route_seasons", where, column, form)

    row = book.table("route_seasons").iloc[
        book.rows("route_seasons", *((k, "=", v) for k, v in where.items()))
    ]
    days = float(row["open_days"].iloc[0])
    told: list[Any] = [
        _made(record), _named(book, _LEAD), ": in ", of("year"), " open to a ship of class ", of("ice_class"),
        " on ", of("open_days", ".0f"), " days if the ice was ", STAGES[where["stage"]],
    ]  # fmt: skip
    if days > 0:
        told += [", from ", of("opening_date"), " to ", of("closing_date")]
    if row["bottleneck_share"].notna().iloc[0]:
        told += [". What held it shut lay at ", *_place(book, "route_seasons", where)]
    return tag("p", *told, ".", class_="lead")


def _key() -> ET.Element:
    items = [tag("span", tag("i", class_=f"swatch {name}"), tag("span", words, class_="tick"))
             for _, name, words in SHADES]  # fmt: skip
    unknown = tag("span", tag("i", class_="swatch hu"), "not known")
    return tag("p", "Days open in a year: ", *items, unknown, class_="key")


def _route(
    book: Tables, record: RouteRecord, own: pd.DataFrame, at: tuple[str, str, int], mark: tuple[str, str]
) -> ET.Element:
    """One route: days by class and year, opening to closing, and its table."""
    name, stage, last = at
    ship, letter = mark
    by_class = own.pivot_table(
        index="ice_class", columns="year", values="open_days", dropna=False, sort=False
    )
    weakest = str(by_class.index[0])
    spans = {
        c: own[own["ice_class"] == c].set_index("year")[["first_day", "last_day"]]
        for c in dict.fromkeys((weakest, ship))
    }
    return tag(
        "section",
        tag("h3", _named(book, name), f"  {letter}" if letter else ""),
        tag("p", _named(book, name, "note"), class_="small"),
        tag("div",
            tag("figure", shades(by_class, "Days open by ship class and year")),
            tag("figure", openings(spans, "Opening to closing by year")),
            class_="pair"),
        tag("p", _made(record), "First chart: days open by class of ship and year. Second: first to last "
            f"open day, faint for a ship of {ship_words(weakest)}, strong for {ship_words(ship)}.",
            class_="small"),
        _season_table(book, list(by_class.index), name, stage, last),
        _breaks(book, {"route_id": name, "ice_class": by_class.index[0], "stage": stage}),
        _every_year(book, by_class, name, stage),
    )  # fmt: skip


def _season_table(book: Tables, classes: list[str], name: str, stage: str, last: int) -> ET.Element:
    rows = []
    for ship in classes:
        trend = {"route_id": name, "ice_class": ship, "stage": stage}
        where = trend | {"year": last}
        held = book.table("route_seasons").iloc[
            book.rows("route_seasons", *((k, "=", v) for k, v in where.items()))
        ]

        def of(column: str, form: str = "", where: dict[str, Any] = where) -> Cell:
            return book.cell("value", "route_seasons", where, column, form)

        days, share = held["open_days"].iloc[0], held["bottleneck_share"].iloc[0]
        opens = ["does not open"] if days == 0 else [of("opening_date"), " to ", of("closing_date")]
        neck = _place(book, "route_seasons", where) if pd.notna(share) else ["open on every day told"]
        rows.append([ship, of("open_days", ".0f"), opens, *_trend_cells(book, trend), neck])
    year = book.cell("value", "route_seasons", {"route_id": name, "ice_class": classes[0], "stage": stage,
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


def _trend_cells(book: Tables, where: dict[str, Any]) -> list[Any]:
    if "route_trends" not in book or not len(
        book.rows("route_trends", *((k, "=", v) for k, v in where.items()))
    ):
        return ["not told", "not told"]

    def of(column: str, form: str) -> Cell:
        return book.cell("value", "route_trends", where, column, form)

    state = book.table("route_trends")["state"].iloc[_rows(book, "route_trends", where)].iloc[0]
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


def _breaks(book: Tables, where: dict[str, Any]) -> ET.Element | None:
    """Which changes of sensor and version a trend reaches over, in words."""
    keys = tuple((k, "=", v) for k, v in where.items())
    if "route_trends" not in book or not len(book.rows("route_trends", *keys)):
        return None
    said = book.cell("value", "route_trends", where, "breaks", "words")
    if said.text in {"", "unknown"}:
        return None
    return tag(
        "p", "Changes within the record: ", said, ". A step there need not be the ice's.", class_="small"
    )


def _every_year(book: Tables, by_class: pd.DataFrame, name: str, stage: str) -> ET.Element:
    rows = []
    for year in by_class.columns:
        keys = [{"route_id": name, "year": year, "ice_class": c, "stage": stage} for c in by_class.index]
        first = book.cell("value", "route_seasons", keys[0], "year")
        rows.append([first, *(book.cell("value", "route_seasons", k, "open_days", ".0f") for k in keys)])
    return tag("details", tag("summary", "Every year in figures"),
               _table(["Year", *by_class.index], rows, "years", "Days open by year and ship"))  # fmt: skip


# --- single fields -----------------------------------------------------------------------------


def _fields(book: Tables, record: RouteRecord) -> list[ET.Element]:
    held = book.table("route_fields")
    edges = held[held["input"] == "edge"]
    parts: list[ET.Element] = []
    for month, words in ((9, "September"), (3, "March")):
        some = edges[(edges["month"] == month) & edges["year"].notna()]
        if not len(some):
            continue
        last = str(some["field_id"].max())
        if not parts:
            parts.append(_field_lead(book, last, words))
        letters, marks = _letters(some[some["field_id"] == last])
        if month == 9:
            parts.append(_map(book, record, _drawn_ways(some[some["field_id"] == last]), marks))
        parts += _month(book, some, words, letters if month == 9 else {})
    parts += _medians(book, edges[edges["year"].isna()])
    return [*parts, *_grids(book, held[held["input"] != "edge"])]


def _field_lead(book: Tables, last: str, words: str) -> ET.Element:
    where = {"field_id": last, "route_id": _LEAD}
    row = book.rows("route_fields", *((k, "=", v) for k, v in where.items()))
    is_open = bool(book.table("route_fields")["is_open"].iloc[int(row[0])])
    told: list[Any] = [
        "In ", words, " ", book.cell("value", "route_fields", where, "year", ".0f"), " the ice edge left ",
        _named(book, _LEAD),
    ]  # fmt: skip
    if is_open:
        told += [" open: ", book.cell("value", "route_fields", where, "way_km", ",.0f"), " km without ice"]
    else:
        told += [" shut: ", book.cell("value", "route_fields", where, "ice_km", ",.0f"),
                 " km of ice on the way with least of it"]  # fmt: skip
    return tag("p", *told, ". An edge says fifteen percent of ice or more, and not how much: it knows one "
               "kind of ship, that keeps out of the ice, and no season. A trend is not told: these edges are "
               "no series.", class_="lead")  # fmt: skip


def _drawn_ways(rows: pd.DataFrame) -> dict[str, str]:
    """Class of each route on the map: open, shut, or shut by ice beside land alone."""
    return {
        row["route_id"]: "way" if row["is_open"] else "way doubtful" if _is_shore(row) else "way shut"
        for row in rows.to_dict("records")
    }


def _is_shore(row: Any) -> bool:
    return bool(row["ice_km"] > 0 and row["shore_km"] >= row["ice_km"] - 1)


def _ice(book: Tables, where: dict[str, Any]) -> list[Any]:
    """`open`, or kilometres of ice, with a dagger where all of it lies beside land."""
    row = book.table("route_fields").iloc[int(_rows(book, "route_fields", where)[0])]
    if row["is_open"]:
        return [tag("b", "open")]
    km = book.cell("value", "route_fields", where, "ice_km", ",.0f")
    return [km, " \N{DAGGER}"] if _is_shore(row) else [km]


def _matrix(book: Tables, heads: dict[str, Any]) -> ET.Element:
    """Routes by fields: `open`, or the kilometres of ice on the way with least of it."""
    rows: list[tuple[Cell, list[list[Any]]]] = []
    for _, routes in _routes(book):
        for name in routes:
            cells = [_ice(book, {"field_id": field, "route_id": name}) for field in heads]
            rows.append((_named(book, name), cells))
    head = tag(
        "thead",
        tag("tr", tag("th", "Route", scope="col"), *(tag("th", h, scope="col") for h in heads.values())),
    )
    body = [
        tag("tr", tag("th", name, scope="row"), *(tag("td", *c, class_="n") for c in cells))
        for name, cells in rows
    ]
    return scroll(tag("table", head, tag("tbody", *body)), "Ice by route", "fields")


def _first(book: Tables, field: str, column: str, form: str = "") -> Cell:
    route = book.table("routes")["feature_id"].iloc[0]
    return book.cell("value", "route_fields", {"field_id": field, "route_id": route}, column, form)


def _month(book: Tables, some: pd.DataFrame, words: str, letters: Mapping[str, str]) -> list[ET.Element]:
    fields = sorted(set(some["field_id"]))
    heads = {field: _first(book, field, "year", ".0f") for field in fields}
    rows = []
    for _, routes in _routes(book):
        for name in routes:
            where = {"field_id": fields[-1], "route_id": name}
            rows.append([
                [_named(book, name), f"  {letters[name]}" if name in letters else ""],
                _ice(book, where),
                book.cell("value", "route_fields", where, "way_km", ",.0f"),
                _place(book, "route_fields", where),
            ])  # fmt: skip
    return [
        tag("h2", words, ": the edge of the month, by year"),
        tag("p", "Kilometres of ice on the way with least of it; edge only. ", _DAGGER, class_="small"),
        _matrix(book, heads),
        tag("h3", words, " ", _first(book, fields[-1], "year", ".0f"), ": where the ice lies"),
        _table(
            ("Route", "Ice, km", "Way, km", "Bottleneck: middle of the longest stretch of ice"),
            rows,
            "necks",
            "Where the ice lies",
        ),
    ]


def _medians(book: Tables, some: pd.DataFrame) -> list[ET.Element]:
    if not len(some):
        return []
    fields = list(some.drop_duplicates("field_id").sort_values("month")["field_id"])
    heads = {field: _first(book, field, "month_name") for field in fields}
    rows = []
    for _, routes in _routes(book):
        for name in routes:
            where = {"route_id": name}
            rows.append([
                _named(book, name),
                [book.cell("value", "route_medians", where, "open_water_days", ".0f"), " (",
                 book.cell("value", "route_medians", where, "open_water_low_days", ".0f"), " to ",
                 book.cell("value", "route_medians", where, "open_water_high_days", ".0f"), ")"],
            ])  # fmt: skip
    return [
        tag("h2", "The median year, 1981 to 2010"),
        tag("p", "Kilometres of ice by month within the median edge; edge only. ", _DAGGER, class_="small"),
        _matrix(book, heads),
        tag("h3", "Days open in it, counted by whole months"),
        _table(("Route", "Days open, as uncertain as a month is long"), rows, "necks", "Days open"),
    ]


def _grids(book: Tables, some: pd.DataFrame) -> list[ET.Element]:
    """Fields that hold concentration: the bottleneck's, and the weakest class that bears it."""
    if not len(some):
        return []
    fields = list(dict.fromkeys(some.sort_values(["date", "product"])["field_id"]))
    shown = (_LEAD, "route-nwp_prince_of_wales_strait", "route-transpolar")
    rows = [
        [
            [_first(book, field, "date"), ", ", _first(book, field, "input")],
            _first(book, field, "product"),
            *(_borne(book, {"field_id": field, "route_id": route}) for route in shown),
        ]
        for field in fields
    ]
    stage = STAGES[str(some["stage"].iloc[0])]
    return [
        tag("h2", "Single grids of concentration"),
        tag("p", "Percent of ice in the bottleneck of the best way, the weakest ship whose index stays at "
            f"zero or above if that ice is {stage}, and the bottleneck. A mean of a month is no day.",
            class_="small"),
        _table(("Field", "Product", *(_named(book, n) for n in shown)), rows, "grids", "Single grids"),
    ]  # fmt: skip


def _borne(book: Tables, where: dict[str, Any]) -> list[Any]:
    weakest = book.cell("value", "route_fields", where, "weakest_class")
    percent = book.cell("value", "route_fields", where, "bottleneck_pct", ".0f")
    if percent.text == "unknown":
        return ["not seen; ", *_place(book, "route_fields", where)]
    ship: list[Any] = {"none": ["any ship"], "no class": ["no ship"]}.get(weakest.text, ["class ", weakest])
    told = [percent, " percent, ", *ship]
    return [*told, "; ", *_place(book, "route_fields", where)] if percent.value else told


# --- how to read it ----------------------------------------------------------------------------


def _reading(book: Tables, record: RouteRecord) -> list[ET.Element]:
    said = [
        NOT,
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
        said.insert(0, "All of this is synthetic: a made cube, for tests of the programme.")
    return [
        tag("h2", "How to read it, and how not"),
        tag("ol", *(tag("li", text) for text in said)),
        tag("p", "Sources: ", _of(book, "source"), class_="small"),
    ]


def _inks(which: str) -> str:
    sea, land = STYLES["seas"].fill, STYLES["land"].fill
    ice = STYLES["sea_ice"]
    return (
        f"--water:{getattr(sea, which)};--land:{getattr(land, which)};--ice:{getattr(ice.fill, which)};"
        f"--edge:{getattr(ice.stroke, which)};--way:{getattr(STYLES['sea_routes'].stroke, which)};"
    )


INKS: Final = (
    ":root{" + _inks("light") + "}@media screen and (prefers-color-scheme:dark){:root{" + _inks("dark") + "}}"
    """
.hatched{fill:var(--ice)}.hatch{stroke:var(--edge);stroke-width:1;fill:none}
.swatch.shut{background:repeating-linear-gradient(-45deg,var(--ice) 0 2px,var(--edge) 2px 3px)}
"""
)
_DAYS: Final = "--d1:{};--d2:{};--d3:{};--d4:{};--d5:{};"  # more days stand out more, on light and on dark
_RAMP: Final = ("#cfe3f1", "#8fc1e3", "#4795cc", "#0b63a5", "#063a63")
_LOOK: Final = (
    INKS
    + ":root{"
    + _DAYS.format(*_RAMP)
    + "}@media screen and (prefers-color-scheme:dark){:root{"
    + _DAYS.format(*_RAMP[::-1])
    + "}}"
    """
figure svg{max-width:none}
.warn{border:1.4pt solid var(--robust);font-weight:600;padding:1.5mm 2.5mm}
.water{fill:var(--water)}.land{fill:var(--land);stroke:none}
.ice{fill:var(--ice);stroke:var(--edge);stroke-width:.7}
.ice-edge{fill:none;stroke:var(--edge);stroke-width:1.5;stroke-dasharray:5 3}
.net{fill:none;stroke:var(--soft);stroke-width:.4;opacity:.45}
.way{fill:none;stroke:var(--way);stroke-width:1.6;stroke-linejoin:round}
.way.shut{stroke-dasharray:1.2 2.6}.way.doubtful{stroke-dasharray:6 3}
.ice-shore{fill:url(#hatch);stroke:var(--edge);stroke-width:.5}
.mark{fill:var(--robust);stroke:var(--paper);stroke-width:.8}
svg .letter{fill:#fff;font-weight:700}
svg .stamp{font-size:74px;font-weight:700;fill:var(--robust);opacity:.2;letter-spacing:4px}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:5mm}.pair>*{min-width:0}
.h0{fill:var(--track);background:var(--track)}.h1{fill:var(--d1);background:var(--d1)}
.h2{fill:var(--d2);background:var(--d2)}.h3{fill:var(--d3);background:var(--d3)}
.h4{fill:var(--d4);background:var(--d4)}.h5{fill:var(--d5);background:var(--d5)}
.hu{fill:none;stroke:var(--gapink);stroke-width:.5;stroke-dasharray:1 1;
background:repeating-linear-gradient(45deg,transparent 0 2px,var(--gapink) 2px 3px)}
.swatch{display:inline-block;width:9px;height:9px;margin:0 3px 0 9px}
.span0{stroke:var(--d2);stroke-width:2.2}.span1{stroke:var(--d4);stroke-width:2.2}
.told{fill:#4795cc}.guess{fill:url(#hatch);stroke:#4795cc;stroke-width:.7}
section{margin:0 0 4mm}section>h3{margin-top:3mm;font-size:9.4pt}
.fields td,.fields thead th{text-align:right}.fields th:first-child{text-align:left;width:30%}
.grids th:first-child{width:14%;font-weight:400}.grids td:nth-child(2){width:12%}
.levels svg{max-width:150mm}section>h3,section>.small{break-after:avoid}.season data{white-space:nowrap}
.scroll+h3{margin-top:3.5mm}h2+.small{break-after:avoid}
.necks th:first-child{width:34%;font-weight:400}.season td:last-child{width:30%}
.years td{padding:.2mm 1.4mm}summary{cursor:pointer;font-size:7.6pt;color:var(--soft)}
@media screen and (max-width:640px){.pair{grid-template-columns:1fr}}
"""
)
