"""`SourceOutage`: values that rest on a source that is held back or missing are not assessed.

The facts of a held source stay with the date they were last good. The facts of a missing source are
withdrawn. Neither is used in a judgement: the value becomes unknown, which raises no class and is never a
zero. Nodes are derived from evidence and follow.
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
# Columns of evidence that become null; unit, anchors, weight, source and date stay.
VALUES = ("value", "value_low", "value_high", "label", "score")
_BY_LAND = ("osm_roads", "osm_railways")
# Indicator -> sources that it rests on besides the one it names, and the score that is valid without them: a
# railway at the quay counts whatever the roads, and so does another port within reach by rail.
_BESIDE: dict[str, tuple[tuple[str, ...], float]] = {
    "land_mode": (_BY_LAND, 1.0),
    "people_without_another": (_BY_LAND, 0.0),
    "largest_place_without_another": (_BY_LAND, 0.0),
}


def rests_on(table: pd.DataFrame, ids: Collection[str]) -> pd.Series:
    """For each row the source in `ids` that it rests on; null if there is none.

    A row of evidence may rest on a source that it does not name: whether people reach another port depends
    on the roads too.
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
    """Sources that are not used in judgements, each with the reason in words."""

    why: Mapping[str, str]
    missing: frozenset[str]

    @classmethod
    def of(cls, sources: Sequence[SourceNote]) -> SourceOutage | None:
        """The outage of some sources; None if all of them can be used."""
        doubted = [note for note in sources if note.state in UNASSESSED]
        if not doubted:
            return None
        why = {
            note.id: f"{NOT_ASSESSED}: {note.title} is {note.state}, last good as of {note.as_of}"
            for note in doubted
        }
        return cls(why, frozenset(note.id for note in doubted if note.state == "missing"))

    def judged(self, layer: Layer, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        """The table of a layer as later layers may read it: values that rest on a doubted source are unknown.

        `tables` holds this table and those before it. Evidence and results of standards state the reason in
        their notes, nodes in their reasons.
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
        """The table without the facts of missing sources."""
        if layer.derive or "source_id" not in table:
            return table
        gone = table["source_id"].isin(self.missing)
        return table[~gone].reset_index(drop=True) if gone.any() else table
