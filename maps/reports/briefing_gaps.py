"""The box of unknowns in a briefing: least known indicators, sources without data, hazards that are open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.picture import UNASSESSED
from maps.reports.briefing_parts import INSIDE, table
from maps.reports.html_document import tag
from maps.status import late

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from maps.reports.citations import CitationIndex, Condition

__all__ = ["gaps"]

_INDICATORS_LISTED = 14
_EVIDENCE_KEY = ("node_id", "axis", "dimension", "group", "indicator")
_INDICATOR_KEY = ["axis", "group", "indicator"]


def gaps(citations: CitationIndex, filters: tuple[Condition, ...]) -> ET.Element:
    """The box of unknowns. `filters` are conditions on the nodes; without them all nodes count."""
    lacking = [
        tag("li", citations.cell("value", "sources", {"id": note.id}, "title"), ", ",
            citations.cell("value", "sources", {"id": note.id}, "publisher"))
        for note in citations.picture.sources if note.state == "not_held"
    ]  # fmt: skip
    return tag(
        "section",
        tag("h2", "What we do not know"),
        _open_hazards(citations, filters),
        tag("p", "An unknown raises no class. These are the indicators least known, by nodes:"),
        tag("div",
            _least_known(citations, filters),
            tag("div", tag("h3", "Sources we name but do not hold"),
                tag("ul", *lacking) if lacking else tag("p", "None.")),
            class_="two"),
        *_unassessed(citations, filters),
        class_="box",
    )  # fmt: skip


def _least_known(citations: CitationIndex, filters: tuple[Condition, ...]) -> ET.Element:
    """A table of the indicators with the largest share of unknown values.

    Values that do not apply to a node do not count.
    """
    columns = [*_EVIDENCE_KEY, "state"]
    evidence = citations.table("evidence")[columns].iloc[citations.rows("evidence", *filters)]
    applicable = evidence[(evidence["state"] != "not_applicable") & (evidence["axis"] != "dual_use")]
    states = applicable.groupby(_INDICATOR_KEY, sort=True)["state"]
    share = states.agg(lambda state: float((state.to_numpy() == "unknown").mean()))
    share = share[share > 0].sort_values(ascending=False, kind="stable").head(_INDICATORS_LISTED)
    first_rows = applicable.drop_duplicates(_INDICATOR_KEY).set_index(_INDICATOR_KEY)
    rows = []
    for axis, group, indicator in share.index:
        keys = {"axis": axis, "group": group, "indicator": indicator}
        first = keys | first_rows.loc[(axis, group, indicator)].to_dict()
        where: tuple[Condition, ...] = (*filters, *((k, "=", v) for k, v in keys.items()))
        states_of = (("state", "=", state) for state in ("unknown", "known"))
        counts = [citations.cell("count", "evidence", (*where, condition)) for condition in states_of]
        one = {name: first[name] for name in _EVIDENCE_KEY}
        rows.append([citations.cell("value", "evidence", one, "indicator", "words"), axis, *counts])
    return table(["Indicator", "Axis", "unknown", "known"], rows, numbers=2)


def _open_hazards(citations: CitationIndex, filters: tuple[Condition, ...]) -> ET.Element:
    """A sentence with the number of nodes of low hazard, and of those that could be moderate or high."""
    low: tuple[Condition, ...] = (*filters, INSIDE, ("hazard_class", "=", "low"))
    high, moderate = (
        citations.cell("count", "nodes", (*low, ("hazard_could_be", "=", class_)))
        for class_ in ("high", "moderate")
    )
    return tag(
        "p", "Of ", citations.cell("count", "nodes", low), " nodes inside the boundary whose climate hazard "
        "is low, ", high, " could be high and ", moderate, " moderate by what is not known: they are "
        "low so far.",
    )  # fmt: skip


def _unassessed(citations: CitationIndex, filters: tuple[Condition, ...]) -> list[ET.Element]:
    """A table of the sources that are held back or missing, with the number of values not assessed.

    `filters` are conditions on the nodes whose values count.
    """
    rows = []
    for note in late(citations.picture):
        if note.state in UNASSESSED:
            where = (*filters, ("source_id", "=", note.id), ("state", "=", "unknown"))
            title, state, as_of = (
                citations.cell("value", "sources", {"id": note.id}, column)
                for column in ("title", "state", "as_of")
            )
            rows.append([title, state, as_of, citations.cell("count", "evidence", where)])
    if not rows:
        return []
    return [
        tag("h3", "Not assessed: what rests on a source that is held back or missing"),
        table(["Source", "State", "Last good as of", "values not assessed"], rows, numbers=1),
    ]
