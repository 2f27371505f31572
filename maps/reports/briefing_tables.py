"""Two tables of a briefing, the five domains and the coverage, with a column for each region or country."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from layers.picture import UNASSESSED
from layers.regions import REGIONS
from layers.schema import PILLARS
from maps.reports.briefing_parts import CRITICAL, NOT_ASSESSED, OVERLAPS, country_of, state_of, table, td
from maps.reports.html_document import tag

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from maps.reports.citations import Cell, CitationIndex, Condition

__all__ = ["Scope", "coverage", "five_domains", "scopes"]


@dataclass(frozen=True, slots=True)
class Scope:
    """A column of a table: its heading, and the condition on the rows that it counts.

    An empty `column` means that all rows count.
    """

    title: Cell
    column: str = ""
    value: str = ""

    @property
    def where(self) -> tuple[Condition, ...]:
        """The condition of the scope, as `CitationIndex.cell` takes it."""
        return ((self.column, "=", self.value),) if self.column else ()


@dataclass(frozen=True, slots=True)
class _Measure:
    """A row of the five domains. All fields but `words` and `unit` are arguments of `CitationIndex.cell`.

    A measure without a table is printed as unknown, because the picture has no source of it.
    """

    words: str
    what: str = "count"
    table: str = "nodes"
    where: tuple[Condition, ...] = ()
    column: str = ""
    form: str = ""
    unit: str = ""


def _nodes(words: str, *where: Condition) -> _Measure:
    return _Measure(words, where=where)


_DOMAINS: Final[dict[str, tuple[_Measure, ...]]] = {
    "Posture": (
        _Measure("military sites named by public sources", "distinct", "military_sites", column="site_id"),
        _Measure("maritime gates and straits", table="chokepoints"),
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
        _Measure("mines, smelters and plants on file", table="mines"),
        _Measure("EU strategic projects", table="strategic_projects"),
        _Measure("power capacity on file", "sum", "power_plants", (), "capacity_mw", ",.0f", "MW"),
    ),
    "Environment": (
        _Measure("September sea ice, median of 1981 to 2010", "area", "sea_ice",
                 (("feature_id", "=", "ice-median-09"),), "", ",.0f", "km²"),
        _nodes("ports with ice for half a month a year or more", ("kind", "=", "port"),
               ("ice_months_recent", ">=", 0.5)),
        _Measure("protected areas and habitats", table=""),
    ),
    "Infrastructure resilience": (
        _Measure("critical places", "distinct", "nodes", (CRITICAL,), "place_id"),
        _nodes("nodes where climate and defence overlap", *OVERLAPS),
        _nodes("nodes on which people depend highly", ("dependence_class", "=", "high")),
        _Measure("distance to the next of its kind, median", "median", "measures", (), "own_kind_km", ",.0f",
                 "km"),
        _nodes("nodes that an unknown decides", ("flag", "=", "insufficient_data")),
    ),
}  # fmt: skip
_EMPTY: Final = frozenset({"none", "missing", "not by place"})  # cells of the coverage without a count


def scopes(citations: CitationIndex, country: str | None) -> list[Scope]:
    """The columns of the tables: the whole picture, and the regions within it.

    With `country`, an ISO 3166-1 alpha-3 code, they are the country and the whole picture.
    """
    picture = citations.picture

    def title_of(region_id: str) -> Cell:
        return citations.cell("value", "regions", {"id": region_id}, "title")

    whole = Scope(title_of(picture.region.id))
    if country:
        return [Scope(country_of(citations, country), "country_iso3", country), whole]
    outline = picture.region.outline.buffer(1)  # 1 m, so that rounding does not exclude a region at the edge
    within = [r for r in REGIONS if r.id != picture.region.id and outline.covers(r.outline)]
    return [whole, *(Scope(title_of(r.id), "region", r.id) for r in within)]


def five_domains(citations: CitationIndex, columns: list[Scope]) -> list[ET.Element]:
    """The section with the measures of the five domains. `columns` are the scopes."""
    rows: list[list[Any]] = []
    for domain, measures in _DOMAINS.items():
        for place, measure in enumerate(measures):
            cells = [_domain_cell(citations, measure, scope) for scope in columns]
            rows.append([tag("b", domain) if not place else "", measure.words, *cells])
    heads = ["Domain", "Measure", *(scope.title for scope in columns)]
    return [
        tag("h2", "Five domains, side by side"),
        table(heads, rows, numbers=len(columns), class_="matrix"),
        tag("p", "Sub-regions overlap and do not add up; a thing on a border counts in each. “Unknown” is "
            "what no source at hand tells, never zero.", class_="small"),
    ]  # fmt: skip


def _domain_cell(citations: CitationIndex, measure: _Measure, scope: Scope) -> Any:
    if not measure.table or measure.table not in citations:
        return "unknown"
    if state_of(citations, measure.table) in UNASSESSED:
        return NOT_ASSESSED
    if scope.column and not citations.has_column(measure.table, scope.column):
        return "not by country"
    where: tuple[Condition, ...] = (*scope.where, *measure.where)
    if measure.what == "area":
        if scope.column == "country_iso3":
            return "not by country"
        where = (("region", "=", scope.value or citations.picture.region.id), *measure.where)
    cell = citations.cell(measure.what, measure.table, where, measure.column, measure.form)
    return [cell, f" {measure.unit}"] if measure.unit and cell.text != "unknown" else cell


def coverage(citations: CitationIndex, columns: list[Scope]) -> list[ET.Element]:
    """The section with the number of rows of each layer, by pillar and scope. `columns` are the scopes.

    A pillar without rows in a scope is marked as a gap.
    """
    body: list[ET.Element] = []
    for pillar in PILLARS:
        layers = [one for one in citations.picture.layers if one.pillar == pillar and one.id != "changes"]
        rows = [(layer, [_row_count(citations, layer.id, scope) for scope in columns]) for layer in layers]
        cells_by_scope = (
            zip(*(cells for _, cells in rows), strict=True) if rows else [("none",)] * len(columns)
        )
        gaps = ["no row on file" if all(map(_is_empty, cells)) else "" for cells in cells_by_scope]
        body.append(
            tag("tr", tag("th", pillar, scope="rowgroup"),
                *(tag("th", gap, class_="n gap" if gap else "n") for gap in gaps), class_="group")
        )  # fmt: skip
        for layer, cells in rows:
            title = citations.cell("value", "layers", {"id": layer.id}, "title")
            body.append(tag("tr", tag("td", title), *(td(c, is_number=True) for c in cells)))
    heads = [
        tag("th", "Rows on file", scope="col"),
        *(tag("th", s.title, scope="col", class_="n") for s in columns),
    ]
    counts = tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *body))
    return [
        tag("h2", "What is covered, by pillar and sub-region"),
        tag("div", counts, class_="scroll cover"),
        tag("p", "“None” is a gap of the open data at hand, not a statement that nothing is there.",
            class_="small"),
    ]  # fmt: skip


def _is_empty(cell: Any) -> bool:
    return isinstance(cell, str) and cell in _EMPTY


def _row_count(citations: CitationIndex, layer_id: str, scope: Scope) -> Any:
    """The number of rows of a layer in a scope, with the state of its source if the source is late."""
    if scope.column and not citations.has_column(layer_id, scope.column):
        return "not by place"
    cell = citations.cell("count", layer_id, scope.where)
    state = state_of(citations, layer_id)
    if not cell.value:
        return state or "none"
    return [cell, f" ({state})"] if state else cell
