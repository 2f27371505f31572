"""AUDIENCES a picture can be built for, and `Redaction`: what is left out for an audience.

It is a convenience, not a protection: it separates what its owner marked, on a machine that has both.
Layers are derived without the hidden data, so nothing about them can be inferred.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import geopandas as gpd
import pandas as pd

from layers.crs import POLAR
from layers.errors import UsageError
from layers.picture import SourceNote
from layers.schema import conform
from layers.source_outage import VALUES, rests_on

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from layers.schema import Layer

__all__ = ["AUDIENCES", "WITHHELD", "Audience", "Marked", "Redaction", "audience"]


class Marked(Protocol):
    """A source, layer or column with the audiences it is for."""

    @property
    def audience(self) -> tuple[str, ...]:
        """Ids of AUDIENCES."""


@dataclass(frozen=True, slots=True)
class Audience:
    """A group of readers, and the marks they may see."""

    id: str
    title: str
    sees: frozenset[str]

    def may_see(self, thing: Marked) -> bool:
        """Whether the audience sees one of the marks of `thing`."""
        return not self.sees.isdisjoint(thing.audience)


AUDIENCES: tuple[Audience, ...] = (
    Audience("public", "everybody", frozenset({"public"})),
    Audience("eu", "members of the EU", frozenset({"public", "eu"})),
    Audience("nato", "members of NATO", frozenset({"public", "nato"})),
    Audience("both", "members of both NATO and the EU", frozenset({"public", "eu", "nato", "both"})),
)
PUBLIC = AUDIENCES[0]

# Stands for the source of a row if that source is hidden from the audience.
WITHHELD = "withheld"


def audience(name: str) -> Audience:
    """The audience with an id.

    Raises
    ------
    UsageError
        If no audience has that id.
    """
    for row in AUDIENCES:
        if row.id == name:
            return row
    msg = f"--audience: expected one of {', '.join(row.id for row in AUDIENCES)}, found {name!r}"
    raise UsageError(msg)


@dataclass(frozen=True, slots=True)
class Redaction:
    """Data kept from an audience: sources by their notes, layers and columns by their marks."""

    audience: Audience = PUBLIC
    hidden: tuple[SourceNote, ...] = ()

    def hides_any(self, layers: Iterable[Layer]) -> bool:
        """Whether anything is kept from the audience."""
        return bool(self.hidden or self.touched(layers))

    def touched(self, layers: Iterable[Layer]) -> set[str]:
        """Ids of the layers and grids from which existing data are left out."""
        fed = {note.feeds.removeprefix("grid:") for note in self.hidden if note.state != "not_held"}
        return fed | {layer.id for layer in layers if self.visible(layer) != layer}

    def visible(self, layer: Layer) -> Layer | None:
        """The layer with the columns the audience sees; None if it does not see the layer."""
        if not self.audience.may_see(layer):
            return None
        kept = tuple(column for column in layer.columns if self.audience.may_see(column))
        return layer if len(kept) == len(layer.columns) else replace(layer, columns=kept)

    def starves(self, layer: Layer, fed: Collection[str]) -> bool:
        """Whether every source of the layer is hidden."""
        return layer.id not in fed and layer.id in self.touched(())

    def table(self, table: pd.DataFrame, layer: Layer, day: date) -> pd.DataFrame:
        """The table as later layers may read it: without hidden values and without values derived from them.

        Hidden columns become null. A row of a hidden source is removed. A row of evidence that rests on a
        hidden source stays with its weight; its value becomes unknown and its source `WITHHELD`.
        """
        visible = self.visible(layer)
        hidden = [column.name for column in layer.columns if visible and column not in visible.columns]
        if hidden:
            table = conform(table.drop(columns=hidden), layer)
        ids = {note.id for note in self.hidden}
        rests = rests_on(table, ids).notna() if "source_id" in table else pd.Series(dtype="bool")
        if not rests.any():
            return table
        if "score" not in table:
            return table[~rests].reset_index(drop=True)
        was_known = rests & (table["state"] == "known")
        return table.assign(
            **{name: table[name].mask(rests) for name in (*VALUES, "note")},
            state=table["state"].mask(was_known, "unknown"),
            source_id=table["source_id"].mask(rests, WITHHELD),
            as_of=table["as_of"].mask(rests, day.isoformat()),
        )

    def drawn(
        self, layers: Iterable[Layer], tables: Mapping[str, pd.DataFrame], fed: Collection[str]
    ) -> tuple[tuple[Layer, ...], dict[str, pd.DataFrame]]:
        """The layers the audience sees and their tables, without hidden columns."""
        seen = tuple(s for layer in layers if not self.starves(layer, fed) and (s := self.visible(layer)))
        kept = {layer.id: {"geometry", *(column.name for column in layer.all_columns)} for layer in seen}
        return seen, {
            name: tables[name].drop(columns=[c for c in tables[name].columns if c not in columns])
            for name, columns in kept.items()
        }

    def notes(self, tables: Mapping[str, pd.DataFrame], day: date) -> tuple[SourceNote, ...]:
        """The note of the source `WITHHELD`, if a table names it."""
        if not any(
            "source_id" in table and (table["source_id"] == WITHHELD).any() for table in tables.values()
        ):
            return ()
        return (
            SourceNote(
                id=WITHHELD, feeds="", title="Not for this audience", publisher="", licence="", citation="",
                homepage="", as_of=day.isoformat(), state=WITHHELD,
            ),
        )  # fmt: skip


def empty(layer: Layer) -> pd.DataFrame:
    """A table of the layer without rows."""
    frame = pd.DataFrame({column.name: pd.Series(dtype="object") for column in layer.all_columns})
    return conform(
        frame if layer.geometry == "table" else gpd.GeoDataFrame(frame, geometry=[], crs=POLAR), layer
    )
