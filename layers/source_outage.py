"""`SourceOutage`: what rests on a source that is held back or missing is not assessed, and says so.

The facts of a held source stay as they were last good, under their date; those of a missing one are
withdrawn. Either way nothing is judged by them: a value turns into an unknown, which raises no class and
is never a zero. Nodes are derived from evidence and follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.picture import UNASSESSED

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd

    from layers.picture import SourceNote
    from layers.schema import Layer

__all__ = ["NOT_ASSESSED", "VALUES", "SourceOutage", "rests_on"]

NOT_ASSESSED = "not assessed"
# What a row says; unit, anchors, weight, source and date stay.
VALUES = ("value", "value_low", "value_high", "label", "score")
_BY_LAND = ("osm_roads", "osm_railways")
# Indicator -> sources that it rests on beside the one it names, and the score that holds without them: a
# railway at the quay is one whatever the roads, and who has another port by rail has it whatever the roads.
_BESIDE: dict[str, tuple[tuple[str, ...], float]] = {
    "land_mode": (_BY_LAND, 1.0),
    "people_without_another": (_BY_LAND, 0.0),
    "largest_place_without_another": (_BY_LAND, 0.0),
}


def rests_on(table: pd.DataFrame, ids: Collection[str]) -> pd.Series:
    """Of each row the source among `ids` that it rests on; null where it rests on none of them.

    A row of evidence may rest on a source that it does not name: who can reach another port is asked of
    the roads too.
    """
    source = table["source_id"].where(table["source_id"].isin(ids))
    if "indicator" not in table:
        return source
    for indicator, (sources, holds) in _BESIDE.items():
        lost = [name for name in sources if name in ids]
        if lost:
            open_rows = (table["indicator"] == indicator) & (table["score"] != holds) & source.isna()
            source = source.mask(open_rows, lost[0])
    return source


@dataclass(frozen=True, slots=True)
class SourceOutage:
    """The sources on which nothing is judged, each with the words that say why."""

    why: Mapping[str, str]
    missing: frozenset[str]

    @classmethod
    def of(cls, sources: Sequence[SourceNote]) -> SourceOutage | None:
        """The doubt about some sources; None where every one of them can be judged by."""
        doubted = [note for note in sources if note.state in UNASSESSED]
        if not doubted:
            return None
        why = {
            note.id: f"{NOT_ASSESSED}: {note.title} is {note.state}, last good as of {note.as_of}"
            for note in doubted
        }
        return cls(why, frozenset(note.id for note in doubted if note.state == "missing"))

    def judged(self, layer: Layer, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        """A layer's table as those below may read it: what rests on a doubted source is unknown.

        `tables` holds it and those above it. Evidence and results of standards say so in their notes,
        nodes in their reasons.
        """
        table = tables[layer.id]
        if layer.id == "nodes":
            return self._nodes(table, tables["evidence"])
        column = {"evidence": "state", "standards": "result"}.get(layer.id)
        if column is None:
            return table
        by = rests_on(table, self.why)
        rests = by.notna() & (table[column] != "not_applicable")
        if not rests.any():
            return table
        was = table["note"].where(table["note"] != "")
        reason = by.map(self.why)
        return table.assign(
            **{name: table[name].mask(rests) for name in VALUES if name in table},
            **{column: table[column].mask(rests, "unknown")},
            note=table["note"].mask(rests, reason.where(was.isna(), reason + "; " + was)),
        )

    def _nodes(self, nodes: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
        rests = rests_on(evidence, self.why).notna() & (evidence["state"] == "unknown")
        count = evidence.loc[rests & (evidence["axis"] != "dual_use"), "node_id"].value_counts()
        here = nodes["node_id"].map(count).fillna(0).astype(int)
        reasons = nodes["reasons"] + f" Values {NOT_ASSESSED}, as a source is late: " + here.astype(str) + "."
        return nodes.assign(reasons=nodes["reasons"].where(here == 0, reasons))

    def without_missing(self, table: pd.DataFrame, layer: Layer) -> pd.DataFrame:
        """The table as it is shown: the facts of a missing source are withdrawn."""
        if layer.derive or "source_id" not in table:
            return table
        gone = table["source_id"].isin(self.missing)
        return table[~gone].reset_index(drop=True) if gone.any() else table
