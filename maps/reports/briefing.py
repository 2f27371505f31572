"""The written picture: print-ready A4, one file; every number names the cell it is from.

Page one answers: what is critical and why, where climate and defence overlap, what must be known first.
Then five domains by sub-region, what is covered and what is not, charts, what is not known, sources and
caveats. With `country` the same of one country.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from layers.errors import ExportError
from layers.picture import UNASSESSED
from layers.regions import REGIONS
from layers.schema import PILLARS
from maps.reports import briefing_answer as brief_answer
from maps.reports import briefing_changes as brief_changes
from maps.reports import briefing_ice as brief_ice
from maps.reports.briefing_parts import (
    CRITICAL,
    INSIDE,
    NOT_ASSESSED,
    OVERLAPS,
    country_of,
    state_of,
    table,
    td,
)
from maps.reports.citations import CitationIndex, Condition
from maps.reports.html_document import document, tag
from maps.status import SIGN, first_stale, late, promise

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree import ElementTree as ET

    from layers.picture import Picture
    from maps.reports.citations import Cell

__all__ = ["page", "write"]

_LATE_SHOWN = 4
_UNKNOWN = 14  # indicators told of those least known
_AXES = ("climate", "military", "civil")
_EVIDENCE_KEY = ("node_id", "axis", "dimension", "group", "indicator")

# Domain -> measures: words, and how each is read (what, table, conditions, column, form, unit).
_Measure = tuple[str, str, str, tuple[Condition, ...], str, str, str]


def _nodes(words: str, *where: Condition) -> _Measure:
    """A count of nodes."""
    return words, "count", "nodes", where, "", "", ""


_DOMAINS: Final[dict[str, tuple[_Measure, ...]]] = {
    "Posture": (
        ("military sites named by public sources", "distinct", "military_sites", (), "site_id", "", ""),
        ("maritime gates and straits", "count", "chokepoints", (), "", "", ""),
        _nodes("nodes of high military relevance", ("military_class", "=", "high")),
        _nodes("nodes in neither NATO nor the EU", ("institution", "=", "neither")),
    ),
    "Climate adaptation": (
        _nodes("nodes of high climate hazard", ("hazard_class", "=", "high")),
        _nodes("nodes of moderate climate hazard", ("hazard_class", "=", "moderate")),
        _nodes("nodes on continuous or discontinuous permafrost",
               ("permafrost_zone", "=", ("continuous", "discontinuous"))),
        _nodes("nodes on a shore known to retreat moderately or fast",
               ("coastal_erosion_class", "=", ("moderate", "high"))),
    ),
    "Resources": (
        ("mines, smelters and plants on file", "count", "mines", (), "", "", ""),
        ("EU strategic projects", "count", "strategic_projects", (), "", "", ""),
        ("power capacity on file", "sum", "power_plants", (), "capacity_mw", ",.0f", "MW"),
    ),
    "Environment": (
        ("September sea ice, median of 1981 to 2010", "area", "sea_ice",
         (("feature_id", "=", "ice-median-09"),), "", ",.0f", "km²"),
        _nodes("ports with ice for half a month a year or more", ("kind", "=", "port"),
               ("ice_months_recent", ">=", 0.5)),
        ("protected areas and habitats", "", "", (), "", "", ""),
    ),
    "Infrastructure resilience": (
        ("critical places", "distinct", "nodes", (CRITICAL,), "place_id", "", ""),
        _nodes("nodes where climate and defence overlap", *OVERLAPS),
        _nodes("nodes on which people depend highly", ("dependence_class", "=", "high")),
        ("distance to the next of its kind, median", "median", "measures", (), "own_kind_km", ",.0f", "km"),
        _nodes("nodes that an unknown decides", ("flag", "=", "insufficient_data")),
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
    ledger = CitationIndex(picture)
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
        *brief_answer.answer(ledger, here),
        *brief_changes.changed(ledger, here),
        tag("h2", "Nodes by kind"),
        *brief_answer.by_kind_and_country(ledger, here),
        *_matrix(ledger, scopes),
        *brief_ice.charts(ledger, here),
        *_coverage(ledger, scopes),
        _unknown(ledger, here),
        *_standards(ledger),
        *_sources(ledger),
    )
    look = brief_answer.LOOK + (brief_changes.LOOK if picture.before else "")
    return document(f"Arctic picture: briefing, {picture.day.isoformat()}", body, look, is_watched=True)


def _must_add_up(ledger: CitationIndex) -> None:
    """Raise unless every node's evidence is whole.

    The weights of the military axis add to one, all three axes have rows, and the hazard that decides
    has its own.
    """
    held = ledger.table("evidence")
    node_of, nodes = ledger.coded("evidence", "node_id")
    axis_of, axes = ledger.coded("evidence", "axis")
    on_military = axis_of == axes.get("military", -1)
    weight = np.where(on_military, held["weight"].to_numpy(dtype=float), 0.0)
    total = np.bincount(node_of, weights=weight, minlength=1)
    there = np.bincount(node_of, weights=on_military, minlength=1) > 0
    wrong = np.flatnonzero(there & (np.abs(total - 1) > 1e-9))
    if len(wrong):
        node = held["node_id"].iloc[int(np.flatnonzero(node_of == wrong[0])[0])]
        msg = (
            f"briefing: expected the military weights of {node} to add to 1, found {total[wrong[0]]:.4g}: "
            "a row of its evidence is missing; build the picture again"
        )
        raise ExportError(msg)
    judged = np.isin(axis_of, [axes[axis] for axis in _AXES if axis in axes])
    of_node = np.unique(node_of[judged] * len(axes) + axis_of[judged]) // max(len(axes), 1)
    whole = np.bincount(of_node, minlength=len(nodes)) == len(_AXES)
    table_of = ledger.table("nodes")[["node_id", "hazard_deciding"]]
    bare = [n for n in table_of["node_id"] if n not in nodes or not whole[nodes[n]]]
    if bare:
        msg = f"briefing: expected evidence on three axes of {bare[0]}, found less: build the picture again"
        raise ExportError(msg)
    some = held.loc[axis_of == axes["climate"], ["node_id", "indicator"]]
    told = {*zip(some["node_id"], some["indicator"].str.replace("_", " "), strict=True)}
    names = {name for _, name in told}
    for node, said in table_of[table_of["hazard_deciding"].notna()].itertuples(index=False):
        if not any((node, name) in told for name in names if said.startswith(name)):
            msg = (
                f"briefing: expected evidence of the hazard that decides {node}, {said!r}, found none: "
                "build the picture again"
            )
            raise ExportError(msg)


def _scopes(ledger: CitationIndex, country: str | None) -> list[_Scope]:
    """The whole picture, then each sub-region that lies within it; or the country, then the whole."""
    picture = ledger.picture

    def of_region(name: str) -> Cell:
        return ledger.cell("value", "regions", {"id": name}, "title")

    whole = _Scope(of_region(picture.region.id))
    if country:
        return [_Scope(country_of(ledger, country), "country_iso3", country), whole]
    around = picture.region.outline.buffer(1)
    inside = [r for r in REGIONS if r.id != picture.region.id and around.covers(r.outline)]
    return [whole, *(_Scope(of_region(r.id), "region", r.id) for r in inside)]


def _head(ledger: CitationIndex, country: str | None) -> ET.Element:
    picture = ledger.picture
    title = (
        country_of(ledger, country)
        if country
        else ledger.cell("value", "regions", {"id": picture.region.id}, "title")
    )

    def of_scenario(column: str) -> Cell:
        return ledger.cell("value", "picture", (), column)

    some_late = "" if picture.status == "COMPLETE" else " Some sources are late: see the table of sources."
    return tag(
        "header",
        _status(ledger),
        tag("p", "Arctic picture · briefing", class_="kicker"),
        tag("h1", title),
        tag("p", "Judged under: ", of_scenario("scenario"), ", ", of_scenario("warming_degc"),
            " degC of global warming (", of_scenario("basis"), f"), {picture.day.isoformat()}. Classes are "
            "absolute: the same anchors for every kind of node and country, and what is not known raises "
            "none. Built from public data; every figure names the row it is from." + some_late,
            class_="small"),
    )  # fmt: skip


def _status(ledger: CitationIndex) -> ET.Element:
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


# --- matrices --------------------------------------------------------------------------------


def _matrix(ledger: CitationIndex, scopes: list[_Scope]) -> list[ET.Element]:
    """Five domains by sub-region: one table that holds them side by side."""
    rows: list[list[Any]] = []
    for domain, measures in _DOMAINS.items():
        for place, measure in enumerate(measures):
            cells = [_domain_cell(ledger, measure, scope) for scope in scopes]
            rows.append([tag("b", domain) if not place else "", measure[0], *cells])
    heads = ["Domain", "Measure", *(scope.title for scope in scopes)]
    return [
        tag("h2", "Five domains, side by side"),
        table(heads, rows, numbers=len(scopes), class_="matrix"),
        tag("p", "Sub-regions overlap and do not add up; a thing on a border counts in each. “Unknown” is "
            "what no source at hand tells, never zero.", class_="small"),
    ]  # fmt: skip


def _domain_cell(ledger: CitationIndex, measure: _Measure, scope: _Scope) -> Any:
    _, what, table, more, column, form, unit = measure
    if not table or table not in ledger:
        return "unknown"
    if state_of(ledger, table) in UNASSESSED:
        return NOT_ASSESSED
    if scope.column and not ledger.knows(table, scope.column):
        return "not by country"
    where: tuple[Condition, ...] = (*scope.where, *more)
    if what == "area":
        if scope.column == "country_iso3":
            return "not by country"
        where = (("region", "=", scope.value or ledger.picture.region.id), *where[len(scope.where) :])
    cell = ledger.cell(what, table, where, column, form)
    return [cell, f" {unit}"] if unit and cell.text != "unknown" else cell


def _coverage(ledger: CitationIndex, scopes: list[_Scope]) -> list[ET.Element]:
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
            body.append(tag("tr", tag("td", title), *(td(c, is_number=True) for c in cells)))
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


def _held(ledger: CitationIndex, layer_id: str, scope: _Scope) -> Any:
    if scope.column and not ledger.knows(layer_id, scope.column):
        return "not by place"
    cell = ledger.cell("count", layer_id, scope.where)
    state = state_of(ledger, layer_id)
    return [cell, f" ({state})"] if cell.value and state else cell if cell.value else state or "none"


# --- what is not known, sources, caveats -----------------------------------------------------


def _unknown(ledger: CitationIndex, here: tuple[Condition, ...]) -> ET.Element:
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
        _open(ledger, here),
        tag("p", "An unknown raises no class. These are the indicators least known, by nodes:"),
        tag("div",
            table(["Indicator", "Axis", "unknown", "known"], rows, numbers=2),
            tag("div", tag("h3", "Sources we name but do not hold"),
                tag("ul", *lacking) if lacking else tag("p", "None.")),
            class_="two"),
        *_unassessed(ledger),
        *_requests(ledger),
        class_="box",
    )  # fmt: skip


def _open(ledger: CitationIndex, here: tuple[Condition, ...]) -> ET.Element:
    """How many hazards read low only as far as is known."""
    low: tuple[Condition, ...] = (*here, INSIDE, ("hazard_class", "=", "low"))
    could = (ledger.cell("count", "nodes", (*low, ("hazard_could_be", "=", c))) for c in ("high", "moderate"))
    return tag(
        "p", "Of ", ledger.cell("count", "nodes", low), " nodes inside the boundary whose climate hazard is "
        "low, ", next(could), " could be high and ", next(could), " moderate by what is not known: they are "
        "low so far.",
    )  # fmt: skip


def _unassessed(ledger: CitationIndex) -> list[ET.Element]:
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
        table(["Source", "State", "Last good as of", "values not assessed"], rows, numbers=1),
    ]


def _requests(ledger: CitationIndex) -> list[ET.Element]:
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
        table(["Standard", "What would answer it", "unknown", "of nodes asked"], rows, numbers=2),
    ]


def _standards(ledger: CitationIndex) -> list[ET.Element]:
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
        table(["Standard", "Asked", "pass", "fail", "unknown", "not asked"], rows, numbers=4),
    ]


def _sources(ledger: CitationIndex) -> list[ET.Element]:
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
        table(["Source", "Publisher", "Licence", "As of", "State"], rows, class_="sources"),
        tag("h2", "How to read it, and how not"),
        tag("ol", *caveats),
    ]
