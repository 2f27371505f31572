"""The written picture: print-ready A4, one file; every number names the cell it is from.

Page one says what is flagged and why; then five domains by sub-region, what is covered and what is
not, charts, what is not known, sources and caveats. With `country` the same of one country.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from layers.errors import ExportError
from layers.picture import UNASSESSED
from layers.regions import REGIONS
from layers.schema import PILLARS
from maps.cells import Ledger
from maps.charts import bars, breaks, daily_extent, monthly_breaks, monthly_extent, stacks, three_bars
from maps.paper import document, tag
from maps.status import SIGN, first_stale, late, promise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from xml.etree import ElementTree as ET

    from layers.picture import Picture
    from maps.cells import Cell, Condition

__all__ = ["page", "write"]

_FLAGS = ("robust", "possible", "not_flagged", "insufficient_data")
_LATE_SHOWN = 4
_NOT_ASSESSED = "not assessed"
_CHANGES_SHOWN = 12
# Of nodes, as the counts name them; and the causes.
_CHANGES = ("flag changed", "added", "gone", "moved", "changed")
_CAUSES = ("source changed", "world changed", "method changed")
_CHANGES_LOOK: Final = (
    ".changes,.counts{margin-bottom:3mm}.changes table{table-layout:fixed}.changes td{overflow-wrap:anywhere}"
    ".changes th:first-child{width:22%}.changes th:nth-child(2){width:12%}.changes th:nth-child(3),"
    ".changes th:nth-child(4){width:15%}.counts table{width:auto;min-width:0}.counts .n{padding-left:6mm}"
    ".counts tr:last-child td{font-weight:600}.renewed table{table-layout:fixed}"
    "@media screen and (max-width:640px){.scroll:is(.counts,.changes,.renewed) table{min-width:0}"
    ".counts .n{padding-left:0}"
    ".changes :is(table,tbody,tr,td),.changes td:first-child{display:block;width:auto}"
    ".changes thead{display:none}"
    ".changes td{border:0;padding:.4mm 0}.changes tr{border-bottom:.6pt solid var(--line);padding:1mm 0}"
    ".changes td:nth-child(n+2):nth-child(-n+4){display:inline;vertical-align:baseline}"
    ".changes td:nth-child(3)::before{content:': was '}.changes td:nth-child(4)::before{content:', is '}}"
)
_TOP, _TOP_COUNTRY, _LEADING, _UNKNOWN = 7, 60, 2, 14
_AXES = ("climate", "military", "civil")
_EVIDENCE_KEY = ("node_id", "axis", "dimension", "group", "indicator")
_KEYS = [*_EVIDENCE_KEY, "unit", "score", "weight"]

# Domain -> measures: words, and how each is read (what, table, further conditions, column, form, unit).
_Measure = tuple[str, str, str, dict[str, Any], str, str, str]
_DOMAINS: Final[dict[str, tuple[_Measure, ...]]] = {
    "Posture": (
        ("military sites named by public sources", "distinct", "military_sites", {}, "site_id", "", ""),
        ("maritime gates and straits", "count", "chokepoints", {}, "", "", ""),
        ("nodes in neither NATO nor the EU", "count", "nodes", {"institution": "neither"}, "", "", ""),
    ),
    "Climate adaptation": (
        ("median climate risk, unknowns as none", "median", "nodes", {}, "climate_low", ".2f", ""),
        ("median climate risk, unknowns as full", "median", "nodes", {}, "climate_high", ".2f", ""),
        ("median loss of permafrost, proxy", "median", "evidence",
         {"indicator": "permafrost_loss_proxy"}, "value", ".2f", ""),
    ),
    "Resources": (
        ("mines, smelters and plants on file", "count", "mines", {}, "", "", ""),
        ("EU strategic projects", "count", "strategic_projects", {}, "", "", ""),
        ("power capacity on file", "sum", "power_plants", {}, "capacity_mw", ",.0f", "MW"),
    ),
    "Environment": (
        ("September sea ice, median of 1981 to 2010", "area", "sea_ice",
         {"feature_id": "ice-median-09"}, "", ",.0f", "km²"),
        ("months with ice at ports and landings, median", "median", "evidence",
         {"indicator": "ice_months"}, "value", ".1f", "months"),
        ("protected areas and habitats", "", "", {}, "", "", ""),
    ),
    "Infrastructure resilience": (
        ("nodes flagged, robust", "count", "nodes", {"flag": "robust"}, "", "", ""),
        ("nodes flagged, possible", "count", "nodes", {"flag": "possible"}, "", "", ""),
        ("distance to the next of its kind, median", "median", "measures", {}, "own_kind_km", ",.0f", "km"),
        ("nodes with too little data to judge", "count", "nodes", {"flag": "insufficient_data"}, "", "", ""),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Scope:
    """A column of a matrix: the rows it counts, and how it is called."""

    title: Cell
    column: str = ""
    value: str = ""

    @property
    def where(self) -> tuple[Condition, ...]:
        return ((self.column, "=", self.value),) if self.column else ()


def write(picture: Picture, folder: Path, country: str | None = None) -> Path:
    """Write `briefing.html`, or `briefing-<ISO3>.html` of one country, and return its path.

    Raises
    ------
    ExportError
        If a number has no row behind it, or the country has no node in the picture.
    """
    path = folder / (f"briefing-{country}.html" if country else "briefing.html")
    path.write_text(page(picture, country), encoding="utf-8", newline="\n")
    return path


def page(picture: Picture, country: str | None = None) -> str:
    """Make the briefing's text: the same picture gives the same text. Raises as `write`."""
    ledger = Ledger(picture)
    _must_add_up(ledger)
    here: tuple[Condition, ...] = (("country_iso3", "=", country),) if country else ()
    if country and not len(ledger.rows("nodes", *here)):
        held = ", ".join(sorted(set(ledger.table("nodes")["country_iso3"])))
        msg = f"briefing: expected a country of this picture, found {country!r}: choose one of {held}"
        raise ExportError(msg)
    scopes = _scopes(ledger, country)
    body = tag(
        "body",
        _head(ledger, country),
        *_flagged(ledger, here),
        *_changed(ledger, here),
        *_matrix(ledger, scopes),
        *_charts(ledger, here),
        *_coverage(ledger, scopes),
        _unknown(ledger, here),
        *_standards(ledger),
        *_sources(ledger),
    )
    look = _CHANGES_LOOK if picture.before else ""
    return document(f"Arctic picture: briefing, {picture.day.isoformat()}", body, look, is_watched=True)


def _must_add_up(ledger: Ledger) -> None:
    """Raise unless every node's evidence is whole: the weights of each dimension add to one."""
    held = ledger.table("evidence")
    node_of, nodes = ledger.coded("evidence", "node_id")
    axis_of, axes = ledger.coded("evidence", "axis")
    part_of, parts = ledger.coded("evidence", "dimension")
    key = (node_of * len(axes) + axis_of) * len(parts) + part_of
    total = np.bincount(key, weights=held["weight"].to_numpy(dtype=float), minlength=1)
    there = np.bincount(key, minlength=1) > 0
    wrong = np.flatnonzero(there & (np.abs(total - 1) > 1e-9))
    if len(wrong):
        row = held.iloc[int(np.flatnonzero(key == wrong[0])[0])]
        msg = (
            f"briefing: expected the weights of {row['axis']} {row['dimension']} of {row['node_id']} to add "
            f"to 1, found {total[wrong[0]]:.4g}: a row of its evidence is missing; build the picture again"
        )
        raise ExportError(msg)
    judged = np.isin(axis_of, [axes[axis] for axis in _AXES if axis in axes])
    of_node = np.unique(node_of[judged] * len(axes) + axis_of[judged]) // max(len(axes), 1)
    whole = np.bincount(of_node, minlength=len(nodes)) == len(_AXES)
    bare = [n for n in ledger.table("nodes")["node_id"] if n not in nodes or not whole[nodes[n]]]
    if bare:
        msg = f"briefing: expected evidence on three axes of {bare[0]}, found less: build the picture again"
        raise ExportError(msg)


def _scopes(ledger: Ledger, country: str | None) -> list[_Scope]:
    """The whole picture, then each sub-region that lies within it; or the country, then the whole."""
    picture = ledger.picture

    def of_region(name: str) -> Cell:
        return ledger.cell("value", "regions", {"id": name}, "title")

    whole = _Scope(of_region(picture.region.id))
    if country:
        return [_Scope(_country(ledger, country), "country_iso3", country), whole]
    around = picture.region.outline.buffer(1)
    inside = [r for r in REGIONS if r.id != picture.region.id and around.covers(r.outline)]
    return [whole, *(_Scope(of_region(r.id), "region", r.id) for r in inside)]


def _country(ledger: Ledger, code: str) -> Cell:
    """The name of a country as the layer of countries has it, else its code."""
    if "countries" in ledger and len(ledger.rows("countries", ("country_iso3", "=", code))) == 1:
        return ledger.cell("value", "countries", {"country_iso3": code}, "name")
    nodes = ledger.table("nodes")
    first = nodes["node_id"].iloc[int(ledger.rows("nodes", ("country_iso3", "=", code))[0])]
    return ledger.cell("value", "nodes", {"node_id": first}, "country_iso3")


def _head(ledger: Ledger, country: str | None) -> ET.Element:
    picture = ledger.picture
    title = (
        _country(ledger, country)
        if country
        else ledger.cell("value", "regions", {"id": picture.region.id}, "title")
    )
    some_late = "" if picture.status == "COMPLETE" else " Some sources are late: see the table of sources."
    return tag(
        "header",
        _status(ledger),
        tag("p", "Arctic picture · briefing", class_="kicker"),
        tag("h1", title),
        tag("p", ledger.cell("value", "picture", (), "scenario"), f", {picture.day.isoformat()}. Built from "
            "public data; every figure names the row it is from." + some_late, class_="small"),
    )  # fmt: skip


def _status(ledger: Ledger) -> ET.Element:
    """The strip on top: the status as it was made, the worst of what is late, and until when it is good.

    A script of the page makes it EXPIRED or DEGRADED by the reader's clock.
    """
    picture, found = ledger.picture, late(ledger.picture)
    said: list[Any] = []
    for note in found[:_LATE_SHOWN]:
        title, state, as_of = (
            ledger.cell("value", "sources", {"id": note.id}, c) for c in ("title", "state", "as_of")
        )
        said += ["; " if said else " Late: ", title, " is ", state, ", as of ", as_of]
    more = "; and others, in the table of sources." if len(found) > _LATE_SHOWN else "." if said else ""
    return tag(
        "p",
        tag("b", f"{SIGN[picture.status]} {picture.status}", class_="word"), *said, more, " ",
        promise(picture),
        class_=f"status {picture.status.lower()}", role="status", data_status=picture.status,
        data_expires=picture.expires.isoformat() if picture.expires else "",
        data_stale=first_stale(picture) or "", data_day=picture.day.isoformat(),
    )  # fmt: skip


# --- what is flagged and why -----------------------------------------------------------------


def _flagged(ledger: Ledger, here: tuple[Condition, ...]) -> list[ET.Element]:
    def count(*more: Condition) -> Cell:
        return ledger.cell("count", "nodes", (*here, *more))

    lead = tag(
        "p",
        "Of ", count(), " ports, airfields, cable landings, mines, railheads, energy sites and ground "
        "stations, ", count(("flag", "=", "robust")), " stand where climate risk, military relevance and "
        "civil dependence meet in at least four draws of five, and ", count(("flag", "=", "possible")),
        " in at least one of five. ", count(("flag", "=", "insufficient_data")),
        " cannot be judged: too little is openly known.", class_="lead",
    )  # fmt: skip
    words = {"robust": "robust", "possible": "possible", "not_flagged": "not flagged",
             "insufficient_data": "insufficient data"}  # fmt: skip
    figures = tag(
        "div",
        *(
            tag("div", count(("flag", "=", flag)), tag("span", words[flag]), class_=f"f-{flag}")
            for flag in _FLAGS
        ),
        class_="figures",
    )
    most = _TOP_COUNTRY if here else _TOP
    shown, more = _leaders(ledger, here, most)
    parts = [
        lead,
        figures,
        tag("h2", "What is flagged, and why"),
        _nodes_table(ledger, shown) if shown else tag("p", "No node is flagged here."),
        tag(
            "p",
            ("The nodes with the highest share of draws; the map and the table of nodes hold the rest. "
             if more else ""),
            "Bars run from every unknown taken as none to every unknown taken as full; the stroke is what is "
            "known alone. Ranks are intervals within a kind of node in the whole Arctic: overlapping ones "
            "are ties, and no order is implied among them.", class_="small",
        ),
    ]  # fmt: skip
    kinds = sorted(set(ledger.table("nodes")["kind"].iloc[ledger.rows("nodes", *here)]))
    rows = [
        [
            _first(ledger, "kind", kind, "words"),
            *(count(("kind", "=", kind), ("flag", "=", f)) for f in _FLAGS),
        ]
        for kind in kinds
    ]
    by_kind = _table(["Flags by kind", *words.values()], rows, numbers=4)
    if here:
        return [*parts, by_kind]
    return [*parts, tag("div", by_kind, _by_country(ledger), class_="two")]


def _first(ledger: Ledger, column: str, value: str, form: str = "") -> Cell:
    """A word of the nodes' table, read from the first row that has it."""
    row = int(ledger.rows("nodes", (column, "=", value))[0])
    node = ledger.table("nodes")["node_id"].iloc[row]
    return ledger.cell("value", "nodes", {"node_id": node}, column, form)


def _by_country(ledger: Ledger) -> ET.Element:
    nodes = ledger.table("nodes")[["country_iso3", "flag"]]
    flagged = nodes[nodes["flag"].isin(_FLAGS[:2])]
    order = flagged["country_iso3"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    rows = []
    for code in order.index:
        at = ("country_iso3", "=", code)
        robust, possible = (ledger.cell("count", "nodes", (at, ("flag", "=", f))) for f in _FLAGS[:2])
        rows.append((_country(ledger, code), robust, possible))
    return tag("figure", tag("h3", "Flags by country or territory"), stacks(rows, "Flags by country"))


def _leaders(ledger: Ledger, here: tuple[Condition, ...], most: int) -> tuple[list[str], bool]:
    """Flagged nodes by share of draws; nodes equal to the last one shown are shown too."""
    nodes = ledger.table("nodes")[["node_id", "flag", "flag_probability"]].iloc[ledger.rows("nodes", *here)]
    nodes = nodes[nodes["flag"].isin(_FLAGS[:2])]
    nodes = nodes.sort_values(["flag_probability", "node_id"], ascending=[False, True])
    if len(nodes) > most:
        bar = nodes["flag_probability"].iloc[most - 1]
        shown = nodes[nodes["flag_probability"] >= bar]
        return list(shown["node_id"]), len(shown) < len(nodes)
    return list(nodes["node_id"]), False


def _nodes_table(ledger: Ledger, node_ids: list[str]) -> ET.Element:
    heads = ("Node", "Climate, military, civil", "What weighs most, known or unknown")
    body = tag("tbody", *(_node_row(ledger, node_id) for node_id in node_ids))
    return tag("table", tag("thead", tag("tr", *(tag("th", h, scope="col") for h in heads))), body,
               class_="nodes")  # fmt: skip


def _node_row(ledger: Ledger, node_id: str) -> ET.Element:
    def of(column: str, form: str = "") -> Cell:
        return ledger.cell("value", "nodes", {"node_id": node_id}, column, form)

    kind, low, high = of("kind", "words"), of("rank_low"), of("rank_high")
    alike: tuple[Condition, ...] = (("kind", "=", kind.value),)
    ties: tuple[Condition, ...] = (*alike, ("rank_low", "<=", high.value), ("rank_high", ">=", low.value))
    who = tag(
        "td",
        tag("b", tag("span", class_=f"flag {of('flag').value}"), of("name")),
        kind, ", ", of("country_iso3"), ", class ", of("dual_use_class"), tag("br"),
        of("flag", "words"), ": ", of("flag_probability", ".0%"), " of draws", tag("br"),
        tag("span", "rank ", low, " to ", high, "; ", ledger.cell("count", "nodes", ties), " of ",
            ledger.cell("count", "nodes", alike), " here in the tie", class_="small"),
        class_="who",
    )  # fmt: skip
    return tag("tr", who, tag("td", three_bars(ledger, node_id), class_="bars"), _why(ledger, node_id))


def _why(ledger: Ledger, node_id: str) -> ET.Element:
    """What weighs most on each axis, read from the evidence, and how much of it is unknown."""
    rows = ledger.rows("evidence", ("node_id", "=", node_id))
    held = ledger.table("evidence")[_KEYS].iloc[rows].to_dict("records")
    cell = tag("td", class_="why")
    for axis in _AXES:
        # A null score is not above zero; rows of equal part keep their order.
        scored = [row for row in held if row["axis"] == axis and row["weight"] * row["score"] > 0]
        lead = sorted(scored, key=lambda row: -row["weight"] * row["score"])[:_LEADING]
        line: list[Any] = [tag("i", axis.capitalize()), ": "]
        for place, row in enumerate(lead):
            line += ["; " if place else "", *_measure(ledger, row)]
        where = (("node_id", "=", node_id), ("axis", "=", axis), ("state", "=", "unknown"))
        line += [" (" if lead else "(", ledger.cell("count", "evidence", where), "\u00a0unknown)"]
        cell.append(tag("div", *line))
    return cell


def _measure(ledger: Ledger, row: dict[str, Any]) -> list[Any]:
    where = {name: row[name] for name in _EVIDENCE_KEY}
    told: list[Any] = [
        ledger.cell("value", "evidence", where, "indicator", "words"),
        " ",
        ledger.cell("value", "evidence", where, "value", "km" if row["unit"] == "km" else "plain"),
    ]
    if row["unit"] not in {"1", "class"}:
        told += [" ", ledger.cell("value", "evidence", where, "unit")]
    return told


# --- what changed since the earlier picture --------------------------------------------------


def _changed(ledger: Ledger, here: tuple[Condition, ...]) -> list[ET.Element]:
    """What differs from the picture before this one, flags first; nothing where there was none."""
    if ledger.picture.before is None:
        return []
    day, seq, name, status = (
        ledger.cell("value", "before", (), column) for column in ("day", "seq", "id", "status")
    )
    parts = [
        tag("h2", "What changed since ", day),
        tag("p", f"This picture, of {ledger.picture.day.isoformat()}, compared with picture ", seq, " (",
            name, ") of ", day, ", which was ", status, " when it was made.", class_="small"),
    ]  # fmt: skip
    if "changes" not in ledger:
        return [*parts, tag("p", "The earlier picture could not be read: what changed is unknown.",
                            class_="gap")]  # fmt: skip
    of_nodes: tuple[Condition, ...] = (*here, ("subject", "=", "node"))
    places = [
        int(place) for place in ledger.table("changes")["place"].iloc[ledger.rows("changes", *of_nodes)]
    ]
    parts += (
        _changed_nodes(ledger, of_nodes, places) if places else [tag("p", "No node and no flag differs.")]
    )
    return parts if here else [*parts, *_changed_sources(ledger)]


def _changed_nodes(ledger: Ledger, of_nodes: tuple[Condition, ...], places: list[int]) -> list[ET.Element]:
    def count(*more: Condition) -> Cell:
        return ledger.cell("count", "changes", (*of_nodes, *more))

    counts = [
        [upper, *(count(("change", "=", change), ("cause", "=", cause)) for cause in _CAUSES),
         count(("change", "=", change))]
        for change, upper in zip(_CHANGES, ("Flag changed", "Added", "Gone", "Moved", "Changed otherwise"),
                                 strict=True)
    ]  # fmt: skip
    counts.append(["All", *(count(("cause", "=", cause)) for cause in _CAUSES), count()])
    heads = ("Node", "What", "Was", "Is", "Cause")
    rows = [_changed_row(ledger, place) for place in places[:_CHANGES_SHOWN]]
    more = [tag("p", "The first of ", count(), "; the table of changes in the GeoPackage holds them all.",
                class_="small")] * (len(places) > _CHANGES_SHOWN)  # fmt: skip
    return [
        _table(["Nodes", *_CAUSES, "all"], counts, numbers=4, class_="counts"),
        _table(heads, rows, class_="changes"),
        *more,
    ]


def _changed_row(ledger: Ledger, place: int) -> list[Any]:
    def of(column: str, form: str = "") -> Cell:
        return ledger.cell("value", "changes", {"place": place}, column, form)

    what = of("what", "words") if of("change").value == "changed" else of("change")
    return [
        [tag("b", of("name")), tag("br"), of("kind", "words"), ", ", of("country_iso3")],
        what, of("was"), of("now"), [tag("b", of("cause")), ": ", of("why")],
    ]  # fmt: skip


def _changed_sources(ledger: Ledger) -> list[ET.Element]:
    """Sources, rows of their layers and rules that differ."""
    held = ledger.table("changes")

    def of(place: int, *columns: str) -> list[Cell]:
        return [ledger.cell("value", "changes", {"place": place}, column) for column in columns]

    def places(subject: str) -> list[int]:
        return [int(place) for place in held["place"].iloc[ledger.rows("changes", ("subject", "=", subject))]]

    rows = [of(place, "name", "was", "now", "why") for place in places("source")]
    told = [tag("li", "The method: ", *of(place, "name")) for place in places("method")]
    for place in places("rows"):
        name, count, change, cause = of(place, "name", "rows", "change", "cause")
        told.append(tag("li", name, ", rows ", change, ": ", count, " (", cause, ")"))
    return [
        *([_table(("Source", "Was", "Is", "What differs"), rows, class_="renewed")] if rows else []),
        *([tag("ul", *told)] if told else []),
        *([] if rows or told else [tag("p", "No source and no rule differs.")]),
    ]


# --- matrices --------------------------------------------------------------------------------


def _table(
    heads: Iterable[Any], rows: Iterable[Iterable[Any]], numbers: int = 0, class_: str = ""
) -> ET.Element:
    """A table whose first column is a heading and whose last `numbers` columns are figures."""
    heads = list(heads)
    plain = len(heads) - numbers
    head = (tag("th", h, scope="col", class_="n" if i >= plain else "t") for i, h in enumerate(heads))
    body = []
    for row in rows:
        cells = list(row)
        body.append(tag("tr", *(_td(c, is_number=i >= plain) for i, c in enumerate(cells))))
    table = tag("table", tag("thead", tag("tr", *head)), tag("tbody", *body))
    return tag("div", table, class_=f"scroll {class_}".strip())


def _td(content: Any, *, is_number: bool) -> ET.Element:
    children = content if isinstance(content, list) else [content]
    gaps = {"none", "unknown", _NOT_ASSESSED}
    gap = any((c if isinstance(c, str) else getattr(c, "text", "")) in gaps for c in children)
    return tag("td", *children, class_=f"{'n' if is_number else 't'}{' gap' if gap else ''}")


def _matrix(ledger: Ledger, scopes: list[_Scope]) -> list[ET.Element]:
    """Five domains by sub-region: one table that holds them side by side."""
    rows: list[list[Any]] = []
    for domain, measures in _DOMAINS.items():
        for place, measure in enumerate(measures):
            cells = [_domain_cell(ledger, measure, scope) for scope in scopes]
            rows.append([tag("b", domain) if not place else "", measure[0], *cells])
    heads = ["Domain", "Measure", *(scope.title for scope in scopes)]
    return [
        tag("h2", "Five domains, side by side"),
        _table(heads, rows, numbers=len(scopes), class_="matrix"),
        tag("p", "Sub-regions overlap and do not add up; a thing on a border counts in each. “Unknown” is "
            "what no source at hand tells, never zero.", class_="small"),
    ]  # fmt: skip


def _domain_cell(ledger: Ledger, measure: _Measure, scope: _Scope) -> Any:
    _, what, table, more, column, form, unit = measure
    if not table or table not in ledger:
        return "unknown"
    if _state_of(ledger, table) in UNASSESSED:
        return _NOT_ASSESSED
    if scope.column and not ledger.knows(table, scope.column):
        return "not by country"
    where: tuple[Condition, ...] = (*scope.where, *((k, "=", v) for k, v in more.items()))
    if what == "area":
        if scope.column == "country_iso3":
            return "not by country"
        where = (("region", "=", scope.value or ledger.picture.region.id), *where[len(scope.where) :])
    cell = ledger.cell(what, table, where, column, form)
    return [cell, f" {unit}"] if unit and cell.text != "unknown" else cell


def _state_of(ledger: Ledger, table: str) -> str:
    """The worst state of the sources that feed a table; empty where none is late."""
    return next((note.state for note in late(ledger.picture) if note.feeds == table), "")


def _coverage(ledger: Ledger, scopes: list[_Scope]) -> list[ET.Element]:
    """How many rows each layer holds in each scope, by pillar; what is empty is said."""
    body: list[ET.Element] = []
    for pillar in PILLARS:
        layers = [one for one in ledger.picture.layers if one.pillar == pillar and one.id != "changes"]
        rows = [(layer, [_held(ledger, layer.id, scope) for scope in scopes]) for layer in layers]
        said = [
            "" if any(c not in {"none", "missing", "not by place"} for c in column) else "nothing held"
            for column in (
                zip(*(cells for _, cells in rows), strict=True) if rows else [("none",)] * len(scopes)
            )
        ]
        body.append(
            tag("tr", tag("th", pillar, scope="rowgroup"),
                *(tag("th", s, class_="n gap" if s else "n") for s in said), class_="group")
        )  # fmt: skip
        for layer, cells in rows:
            title = ledger.cell("value", "layers", {"id": layer.id}, "title")
            body.append(tag("tr", tag("td", title), *(_td(c, is_number=True) for c in cells)))
    heads = [
        tag("th", "Rows held", scope="col"),
        *(tag("th", s.title, scope="col", class_="n") for s in scopes),
    ]
    table = tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *body))
    return [
        tag("h2", "What is covered, by pillar and sub-region"),
        tag("div", table, class_="scroll cover"),
        tag("p", "“None” is a gap of the open data at hand, not a statement that nothing is there.",
            class_="small"),
    ]  # fmt: skip


def _held(ledger: Ledger, layer_id: str, scope: _Scope) -> Any:
    if scope.column and not ledger.knows(layer_id, scope.column):
        return "not by place"
    cell = ledger.cell("count", layer_id, scope.where)
    state = _state_of(ledger, layer_id)
    return [cell, f" ({state})"] if cell.value and state else cell if cell.value else state or "none"


# --- charts ----------------------------------------------------------------------------------


def _charts(ledger: Ledger, here: tuple[Condition, ...]) -> list[ET.Element]:
    parts: list[ET.Element] = [tag("h2", "Sea ice")]
    figures = []
    day = ledger.picture.day.isoformat()
    if "sea_ice_monthly" in ledger and len(ledger.table("sea_ice_monthly")):
        named = tag(
            "h3", "Extent in March and September, million km²", _late_words(ledger, "sea_ice_monthly")
        )
        figures.append(tag("figure", named, monthly_extent(ledger), *_broken(monthly_breaks(ledger))))
    held = ledger.table("sea_ice_extent") if "sea_ice_extent" in ledger else None
    if held is not None and (held["date"] <= day).any():
        last = held["date"][held["date"] <= day].max()
        named = tag("h3", "Daily extent to ", ledger.cell("value", "sea_ice_extent", {"date": last}, "date"),
                    ", million km²; grey: median and range, 1981 to 2010",
                    _late_words(ledger, "sea_ice_extent"))  # fmt: skip
        # The reference ends with 2010; what changed since stands between it and the year shown.
        since = [(None, *rest) for _, *rest in breaks(ledger, "2010-12-31", day)]
        figures.append(tag("figure", named, daily_extent(ledger, day), *_broken(since)))
    lost = [name for name in ("sea_ice_monthly", "sea_ice_extent") if _state_of(ledger, name) == "missing"]
    figures += [
        tag("p", ledger.cell("value", "layers", {"id": name}, "title"), f": {_NOT_ASSESSED}, its source is ",
            "missing.", class_="gap") for name in lost if name in ledger
    ]  # fmt: skip
    if figures:
        parts.append(tag("div", *figures, class_="two"))
    season = _season(ledger, here)
    if season:
        half = (len(season) + 1) // 2
        charts = (bars(part, 12, "Months with ice") for part in (season[:half], season[half:]) if part)
        parts += [
            tag("h3", "Months with ice a year near flagged nodes, median of 1981 to 2010"),
            tag("div", *charts, class_="two"),
        ]
    return parts if len(parts) > 1 else []


def _broken(strokes: Sequence[tuple[Any, ...]]) -> list[ET.Element]:
    """In words, where the sensor changed: no step there is the ice's alone."""
    if not strokes:
        return []
    said: list[Any] = ["The sensor changed "]
    for place, (letter, _, day, words) in enumerate(strokes):
        said += [
            "; " if place else "",
            f"{letter} on " if letter else "after the reference, on ",
            day,
            ": ",
            words,
        ]
    return [tag("p", *said, ". A step there need not be one of the ice.", class_="small")]


def _late_words(ledger: Ledger, table: str) -> ET.Element | None:
    state = _state_of(ledger, table)
    return tag("span", f" (source {state})", class_="gap") if state else None


def _season(ledger: Ledger, here: tuple[Condition, ...]) -> list[tuple[Cell, Cell]]:
    """Name and months with ice of each flagged node by the sea, longest first, unknown ones last."""
    at = ledger.rows("evidence", ("indicator", "=", "ice_months"))
    held = ledger.table("evidence")[["node_id", "value", "state"]].iloc[at]
    nodes = ledger.table("nodes")[["node_id", "flag"]].iloc[ledger.rows("nodes", *here)]
    flagged = set(nodes.loc[nodes["flag"].isin(_FLAGS[:2]), "node_id"])
    rows = held[held["node_id"].isin(flagged) & (held["state"] != "not_applicable")]
    rows = rows.sort_values(["value", "node_id"], ascending=[False, True], na_position="last")
    return [
        (
            ledger.cell("value", "nodes", {"node_id": node}, "name"),
            ledger.cell("value", "evidence", {"node_id": node, "indicator": "ice_months"}, "value", ".1f"),
        )
        for node in rows["node_id"]
    ]


# --- what is not known, sources, caveats -----------------------------------------------------


def _unknown(ledger: Ledger, here: tuple[Condition, ...]) -> ET.Element:
    held = ledger.table("evidence")[[*_EVIDENCE_KEY, "state"]].iloc[ledger.rows("evidence", *here)]
    asked = held[(held["state"] != "not_applicable") & (held["axis"] != "dual_use")]
    by = asked.groupby(["axis", "group", "indicator"], sort=True)["state"]
    share = by.agg(lambda state: float((state.to_numpy() == "unknown").mean()))
    share = share[share > 0].sort_values(ascending=False, kind="stable").head(_UNKNOWN)
    first_of = asked.drop_duplicates(["axis", "group", "indicator"]).set_index(["axis", "group", "indicator"])
    rows = []
    for axis, group, indicator in share.index:
        keys = {"axis": axis, "group": group, "indicator": indicator}
        first = keys | first_of.loc[(axis, group, indicator)].to_dict()
        where: tuple[Condition, ...] = (*here, *((k, "=", v) for k, v in keys.items()))
        unknown = ledger.cell("count", "evidence", (*where, ("state", "=", "unknown")))
        known = ledger.cell("count", "evidence", (*where, ("state", "=", "known")))
        one = {name: first[name] for name in _EVIDENCE_KEY}
        rows.append([ledger.cell("value", "evidence", one, "indicator", "words"), axis, unknown, known])
    wanted = [s for s in ledger.picture.sources if s.state == "not_held"]
    lacking = [
        tag("li", ledger.cell("value", "sources", {"id": s.id}, "title"), ", ",
            ledger.cell("value", "sources", {"id": s.id}, "publisher"))
        for s in wanted
    ]  # fmt: skip
    return tag(
        "section",
        tag("h2", "What we do not know"),
        tag("p", "An unknown keeps its weight and widens the interval of every node it belongs to. These are "
            "the indicators least known, by nodes:"),
        tag("div",
            _table(["Indicator", "Axis", "unknown", "known"], rows, numbers=2),
            tag("div", tag("h3", "Sources we name but do not hold"),
                tag("ul", *lacking) if lacking else tag("p", "None.")),
            class_="two"),
        *_unassessed(ledger),
        *_requests(ledger),
        class_="box",
    )  # fmt: skip


def _unassessed(ledger: Ledger) -> list[ET.Element]:
    """The sources by which nothing was judged, and how many values were not for that reason."""
    rows = []
    for note in late(ledger.picture):
        if note.state in UNASSESSED:
            at = (("source_id", "=", note.id), ("state", "=", "unknown"))
            title, state, as_of = (
                ledger.cell("value", "sources", {"id": note.id}, c) for c in ("title", "state", "as_of")
            )
            rows.append([title, state, as_of, ledger.cell("count", "evidence", at)])
    if not rows:
        return []
    return [
        tag("h3", "Not assessed: what rests on a source that is held back or missing"),
        _table(["Source", "State", "Last good as of", "values not assessed"], rows, numbers=1),
    ]


def _requests(ledger: Ledger) -> list[ET.Element]:
    """What the standards leave open at over four fifths of the nodes asked."""
    if "data_requests" not in ledger or not len(ledger.table("data_requests")):
        return []
    rows = []
    for name in ledger.table("data_requests")["standard_id"]:
        of = {"standard_id": name}
        rows.append(
            [
                ledger.cell("value", "data_requests", of, "title"),
                [ledger.cell("value", "data_requests", of, "wanted"), "; from ",
                 ledger.cell("value", "data_requests", of, "from_whom")],
                ledger.cell("value", "data_requests", of, "unknown", ","),
                ledger.cell("value", "data_requests", of, "applicable", ","),
            ]
        )  # fmt: skip
    return [
        tag("h3", "Data requests"),
        _table(["Standard", "What would answer it", "unknown", "of nodes asked"], rows, numbers=2),
    ]


def _standards(ledger: Ledger) -> list[ET.Element]:
    """The draft baseline standards by result, over all nodes of the picture."""
    if "standards" not in ledger or not len(ledger.table("standards")):
        return []
    held = ledger.table("standards")
    rows = []
    for name, first in held.drop_duplicates("standard_id").set_index("standard_id")["node_id"].items():
        of = (("standard_id", "=", name),)
        one = {"node_id": first, "standard_id": name}
        title = ledger.cell("value", "standards", one, "title")
        threshold = ledger.cell("value", "standards", one, "threshold")
        counts = [
            ledger.cell("count", "standards", (*of, ("result", "=", result)))
            for result in ("pass", "fail", "unknown", "not_applicable")
        ]
        rows.append([title, threshold, *counts])
    return [
        tag("h2", "Draft baseline standards"),
        tag("p", "A proposal of this project, not a norm. Unknown is the commonest answer, and the finding."),
        _table(["Standard", "Asked", "pass", "fail", "unknown", "not asked"], rows, numbers=4),
    ]


def _sources(ledger: Ledger) -> list[ET.Element]:
    def of(name: str, column: str, form: str = "") -> Cell:
        return ledger.cell("value", "sources", {"id": name}, column, form)

    rows = [
        [of(s.id, "title"), of(s.id, "publisher"), of(s.id, "licence"), of(s.id, "as_of"),
         [of(s.id, "state", "words"), *([", fresh until ", of(s.id, "fresh_until")] * bool(s.fresh_until))]]
        for s in ledger.picture.sources
    ]  # fmt: skip
    caveats = [
        tag("li", ledger.cell("value", "caveats", {"place": place}, "sentence"))
        for place in range(len(ledger.picture.caveats))
    ]
    return [
        tag("h2", "Sources"),
        _table(["Source", "Publisher", "Licence", "As of", "State"], rows, class_="sources"),
        tag("h2", "How to read it, and how not"),
        tag("ol", *caveats),
    ]
