"""The route page: when each Arctic sea route was open, for which ship, and where it shuts.

One self-contained file, as the briefing: no script, no request; every number names the row it is from,
in the tables written beside it. Of edges alone it tells ice or none, never a season.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from maps.cells import Tables
from maps.paper import document, tag
from maps.route_charts import SHADES, inset, openings, shades
from maps.style import STYLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from xml.etree import ElementTree as ET

    from maps.cells import Cell

__all__ = ["RouteRecord", "page", "write"]

_FAMILIES = ("Northern Sea Route", "Northwest Passage", "Transpolar Sea Route")
_LEAD = "route-nsr_north_new_siberian"
_SHIP = "PC6"  # whose bottleneck is lettered on the map, and the second stroke of the openings
_STAGES = {
    "thin_fy_1": "thin first-year ice, first stage", "thin_fy_2": "thin first-year ice, second stage",
    "medium_fy_lt1m": "medium first-year ice under one metre", "medium_fy": "medium first-year ice",
    "thick_fy": "thick first-year ice", "second_year": "second-year ice", "light_my": "light multi-year ice",
    "heavy_my": "heavy multi-year ice",
}  # fmt: skip
_NOT = "Not for navigation, targeting or site security decisions."


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
        tag("p", tag("b", _NOT), " Input: ", tag("b", _of(book, "input")), " (", _of(book, "product"),
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


def _place(book: Tables, table: str, where: dict[str, Any]) -> list[Any]:
    """A bottleneck in words: its water and its coordinates."""
    return [
        book.cell("value", table, where, "bottleneck_water"), ", ",
        book.cell("value", table, where, "bottleneck_latitude_deg", ".1f"), "° north, ",
        book.cell("value", table, where, "bottleneck_longitude_deg", ".1f"), "° east",
    ]  # fmt: skip


def _table(heads: Sequence[Any], rows: Sequence[Sequence[Any]], class_: str = "") -> ET.Element:
    body = [
        tag(
            "tr",
            *(tag("th" if not i else "td", *(c if isinstance(c, list) else [c])) for i, c in enumerate(r)),
        )
        for r in rows
    ]
    head = tag("thead", tag("tr", *(tag("th", h, scope="col") for h in heads)))
    return tag("div", tag("table", head, tag("tbody", *body)), class_=f"scroll {class_}".strip())


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
        tag("p", _made(record), "White: ice, ", _of(book, "ice"), "; dashed: ice edge, ",
            _of(book, "ice_edge"), ". Routes: full line where open, dotted where ice shuts them. "
            "Letters: bottlenecks of the tables. Polar stereographic, EPSG:3413.", class_="small"),
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
    return parts


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
        " on ", of("open_days", ".0f"), " days if the ice was ", _STAGES[where["stage"]],
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
        tag("p", _made(record), "Left: days open by class of ship and year. Right: first to last open day, "
            f"pale for a ship of class {weakest}, dark for {ship}.", class_="small"),
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
    return tag("div", tag("table", head, tag("tbody", *body)), class_="scroll season")


def _trend_cells(book: Tables, where: dict[str, Any]) -> list[Any]:
    if "route_trends" not in book or not len(
        book.rows("route_trends", *((k, "=", v) for k, v in where.items()))
    ):
        return ["not told", "not told"]

    def of(column: str, form: str) -> Cell:
        return book.cell("value", "route_trends", where, column, form)

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
               _table(["Year", *by_class.index], rows, class_="years"))  # fmt: skip


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
        open_ = some[(some["field_id"] == last) & some["is_open"]]["route_id"].tolist()
        if month == 9:
            shut = {name: "way shut" for name in record.lines if name not in open_}
            parts.append(_map(book, record, shut, marks))
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


def _ice(book: Tables, where: dict[str, Any], *, is_open: bool) -> Any:
    if is_open:
        return tag("b", "open")
    return book.cell("value", "route_fields", where, "ice_km", ",.0f")


def _matrix(book: Tables, some: pd.DataFrame, heads: dict[str, Any]) -> ET.Element:
    """Routes by fields: `open`, or the kilometres of ice on the way with least of it."""
    is_open = some.set_index(["route_id", "field_id"])["is_open"]
    rows = []
    for _, routes in _routes(book):
        for name in routes:
            cells = [
                _ice(book, {"field_id": field, "route_id": name}, is_open=bool(is_open[name, field]))
                for field in heads
            ]
            rows.append([_named(book, name), *cells])
    head = tag(
        "thead",
        tag("tr", tag("th", "Route", scope="col"), *(tag("th", h, scope="col") for h in heads.values())),
    )
    body = [
        tag("tr", tag("th", row[0], scope="row"), *(tag("td", c, class_="n") for c in row[1:]))
        for row in rows
    ]
    return tag("div", tag("table", head, tag("tbody", *body)), class_="scroll fields")


def _first(book: Tables, field: str, column: str, form: str = "") -> Cell:
    route = book.table("routes")["feature_id"].iloc[0]
    return book.cell("value", "route_fields", {"field_id": field, "route_id": route}, column, form)


def _month(book: Tables, some: pd.DataFrame, words: str, letters: Mapping[str, str]) -> list[ET.Element]:
    fields = sorted(set(some["field_id"]))
    heads = {field: _first(book, field, "year", ".0f") for field in fields}
    last = some[some["field_id"] == fields[-1]].set_index("route_id")
    rows = []
    for _, routes in _routes(book):
        for name in routes:
            where = {"field_id": fields[-1], "route_id": name}
            is_open = bool(last.loc[name, "is_open"])
            rows.append([
                [_named(book, name), f"  {letters[name]}" if name in letters else ""],
                _ice(book, where, is_open=is_open),
                book.cell("value", "route_fields", where, "way_km", ",.0f"),
                ["none"] if is_open else _place(book, "route_fields", where),
            ])  # fmt: skip
    return [
        tag("h2", words, ": the edge of the month, by year"),
        tag("p", "Kilometres of ice on the way with least of it; edge only.", class_="small"),
        _matrix(book, some, heads),
        tag("h3", words, " ", _first(book, fields[-1], "year", ".0f"), ": where the ice lies"),
        _table(
            ("Route", "Ice, km", "Way, km", "Bottleneck: middle of the longest stretch of ice"), rows, "necks"
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
        tag("p", "Kilometres of ice by month within the median edge; edge only.", class_="small"),
        _matrix(book, some, heads),
        tag("h3", "Days open in it, counted by whole months"),
        _table(("Route", "Days open, as uncertain as a month is long"), rows, "necks"),
    ]


def _grids(book: Tables, some: pd.DataFrame) -> list[ET.Element]:
    """Fields that hold concentration: the bottleneck's, and the weakest class that bears it."""
    if not len(some):
        return []
    fields = list(dict.fromkeys(some.sort_values(["date", "product"])["field_id"]))
    rows = []
    for field in fields:
        for route in (_LEAD, "route-nwp_prince_of_wales_strait", "route-transpolar"):
            where = {"field_id": field, "route_id": route}
            rows.append([
                [_first(book, field, "date"), ", ", _first(book, field, "input")] if route == _LEAD else "",
                _first(book, field, "product") if route == _LEAD else "",
                _named(book, route),
                book.cell("value", "route_fields", where, "bottleneck_pct", ".0f"),
                book.cell("value", "route_fields", where, "weakest_class"),
                _place(book, "route_fields", where),
            ])  # fmt: skip
    stage = _STAGES[str(some["stage"].iloc[0])]
    return [
        tag("h2", "Single grids of concentration"),
        tag("p", "Percent of ice in the bottleneck of the best way, and the weakest class whose index "
            f"stays at zero or above if that ice is {stage}. A mean of a month is no day.", class_="small"),
        _table(("Field", "Product", "Route", "Percent", "Weakest class", "Bottleneck"), rows, "necks"),
    ]  # fmt: skip


# --- how to read it ----------------------------------------------------------------------------


def _reading(book: Tables, record: RouteRecord) -> list[ET.Element]:
    said = [
        _NOT,
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


_LOOK: Final = (
    ":root{" + _inks("light") + "}@media screen and (prefers-color-scheme:dark){:root{" + _inks("dark") + "}}"
    """
figure svg{max-width:none}
.warn{border:1.4pt solid var(--robust);color:var(--robust);font-weight:600;padding:1.5mm 2.5mm}
.water{fill:var(--water)}.land{fill:var(--land);stroke:none}
.ice{fill:var(--ice);stroke:var(--edge);stroke-width:.7}
.ice-edge{fill:none;stroke:var(--edge);stroke-width:1.5;stroke-dasharray:5 3}
.net{fill:none;stroke:var(--soft);stroke-width:.4;opacity:.45}
.way{fill:none;stroke:var(--way);stroke-width:1.6;stroke-linejoin:round}
.way.shut{stroke-dasharray:1.2 2.6}
.mark{fill:var(--robust);stroke:var(--paper);stroke-width:.8}
svg .letter{fill:#fff;font-weight:700}
svg .stamp{font-size:74px;font-weight:700;fill:var(--robust);opacity:.2;letter-spacing:4px}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:5mm}.pair>*{min-width:0}
.h0{fill:var(--track);background:var(--track)}.h1{fill:#cfe3f1;background:#cfe3f1}
.h2{fill:#8fc1e3;background:#8fc1e3}.h3{fill:#4795cc;background:#4795cc}
.h4{fill:#0b63a5;background:#0b63a5}.h5{fill:#063a63;background:#063a63}
.hu{fill:none;stroke:var(--gapink);stroke-width:.5;stroke-dasharray:1 1;
background:repeating-linear-gradient(45deg,transparent 0 2px,var(--gapink) 2px 3px)}
.swatch{display:inline-block;width:9px;height:9px;margin:0 3px 0 9px}
.span0{stroke:#8fc1e3;stroke-width:2.2}.span1{stroke:#0b63a5;stroke-width:2.2}
section{margin:0 0 4mm}section>h3{margin-top:3mm;font-size:9.4pt}
.fields td,.fields thead th{text-align:right}.fields th:first-child{text-align:left;width:30%}
.necks th:first-child{width:34%;font-weight:400}.season td:last-child{width:30%}
.years td{padding:.2mm 1.4mm}summary{cursor:pointer;font-size:7.6pt;color:var(--soft)}
@media screen and (max-width:640px){.pair{grid-template-columns:1fr}}
"""
)
