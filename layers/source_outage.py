"""`SourceOutage`: values that rest on a source that is held back or missing are not assessed.

The facts of a source that is held back stay, with the date on which they were last good. The facts of a
missing source are removed. No judgement uses either source: a value that rests on such a source becomes
unknown. An unknown value raises no class and is never a zero. Nodes are derived from the evidence, so the
same holds for them.
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
# Indicator -> further sources on which it rests, and the score that is valid without them. A railway at the
# quay counts whatever the roads are, and so does another port that people reach by rail.
_BESIDE: dict[str, tuple[tuple[str, ...], float]] = {
    "land_mode": (_BY_LAND, 1.0),
    "people_without_another": (_BY_LAND, 0.0),
    "largest_place_without_another": (_BY_LAND, 0.0),
}


def rests_on(table: pd.DataFrame, ids: Collection[str]) -> pd.Series:
    """Return for each row of `table` the source of `ids` on which it rests; null if it rests on none of them.

    A row of evidence may rest on a source that it does not name. For example, whether people reach another
    port also depends on the roads.
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
    """Sources that judgements do not use.

    `why` maps the id of each source to the reason in words. `missing` holds the ids of the missing ones.
    """

    why: Mapping[str, str]
    missing: frozenset[str]

    @classmethod
    def of(cls, sources: Sequence[SourceNote]) -> SourceOutage | None:
        """Return the outage of the sources with these notes; None if all of them can be used."""
        doubted = [note for note in sources if note.state in UNASSESSED]
        if not doubted:
            return None
        why = {
            note.id: f"{NOT_ASSESSED}: {note.title} is {note.state}, last good as of {note.as_of}"
            for note in doubted
        }
        return cls(why, frozenset(note.id for note in doubted if note.state == "missing"))

    def judged(self, layer: Layer, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        """Return the table of a layer for later layers: values that rest on an unused source are unknown.

        `tables` holds the tables of this layer and of all earlier layers. Evidence and results of standards
        state the reason in their notes, nodes in their reasons. Other tables are unchanged.
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
        # Rows of the dual-use class repeat values of other axes and would count twice.
        count = evidence.loc[rests & (evidence["axis"] != "dual_use"), "node_id"].value_counts()
        here = nodes["node_id"].map(count).fillna(0).astype(int)
        reasons = nodes["reasons"] + f" Values {NOT_ASSESSED}, as a source is late: " + here.astype(str) + "."
        return nodes.assign(reasons=nodes["reasons"].where(here == 0, reasons))

    def without_missing(self, table: pd.DataFrame, layer: Layer) -> pd.DataFrame:
        """Return the table of a layer that sources feed, without the rows of missing sources."""
        if layer.derive or "source_id" not in table:
            return table
        gone = table["source_id"].isin(self.missing)
        return table[~gone].reset_index(drop=True) if gone.any() else table
