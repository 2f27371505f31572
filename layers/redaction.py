"""AUDIENCES a picture can be built for, and `Redaction`: the data that are left out for an audience.

A redaction separates data that their owner has marked. It is a convenience and no protection: the machine
that builds the picture holds all data. Derived layers never use hidden values. A reader can still see that a
source is withheld.
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
        """Return ids of AUDIENCES."""


@dataclass(frozen=True, slots=True)
class Audience:
    """A group of readers. `sees` holds the marks of the data that the group may see."""

    id: str
    title: str
    sees: frozenset[str]

    def may_see(self, thing: Marked) -> bool:
        """Return whether `thing` has a mark that the audience may see."""
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
    """Return the audience with the id `name`.

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
    """The data that an audience does not see.

    `hidden` are the notes of the hidden sources. The marks of layers and columns hide the others.
    """

    audience: Audience = PUBLIC
    hidden: tuple[SourceNote, ...] = ()

    def hides_any(self, layers: Iterable[Layer]) -> bool:
        """Return whether a source, or one of `layers` or its columns, is hidden from the audience."""
        return bool(self.hidden or self.touched(layers))

    def touched(self, layers: Iterable[Layer]) -> set[str]:
        """Return ids of the layers and grids that lack data because of the redaction.

        These are the layers and grids of hidden sources, and those of `layers` that are hidden or have hidden
        columns. A source that was never held (`not_held`) leaves nothing out.
        """
        fed = {note.feeds.removeprefix("grid:") for note in self.hidden if note.state != "not_held"}
        return fed | {layer.id for layer in layers if self.visible(layer) != layer}

    def visible(self, layer: Layer) -> Layer | None:
        """Return the layer with the columns that the audience may see; None if the whole layer is hidden."""
        if not self.audience.may_see(layer):
            return None
        kept = tuple(column for column in layer.columns if self.audience.may_see(column))
        return layer if len(kept) == len(layer.columns) else replace(layer, columns=kept)

    def starves(self, layer: Layer, fed: Collection[str]) -> bool:
        """Return whether the layer has sources and all of them are hidden.

        `fed` holds the ids of the layers that a visible source feeds.
        """
        return layer.id not in fed and layer.id in self.touched(())

    def table(self, table: pd.DataFrame, layer: Layer, day: date) -> pd.DataFrame:
        """Return the table of a layer without hidden values, so that later layers cannot read them.

        Hidden columns become null. In a table without scores, rows of a hidden source are removed. In the
        evidence, a row that rests on a hidden source stays, with its weight. Its value, interval, label,
        score and note become null. A known state becomes unknown. The source becomes `WITHHELD` and the date
        `day`.
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
        """Return the layers that go into the picture, and their tables by id, both without hidden columns.

        A hidden layer, and a layer whose sources are all hidden, is left out. `fed` as in `starves`.
        """
        seen = tuple(s for layer in layers if not self.starves(layer, fed) and (s := self.visible(layer)))
        kept = {layer.id: {"geometry", *(column.name for column in layer.all_columns)} for layer in seen}
        return seen, {
            name: tables[name].drop(columns=[c for c in tables[name].columns if c not in columns])
            for name, columns in kept.items()
        }

    def notes(self, tables: Mapping[str, pd.DataFrame], day: date) -> tuple[SourceNote, ...]:
        """Return the note of the source `WITHHELD`, dated `day`, if a table names this source."""
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
    """Return a table of the layer without rows."""
    frame = pd.DataFrame({column.name: pd.Series(dtype="object") for column in layer.all_columns})
    return conform(
        frame if layer.geometry == "table" else gpd.GeoDataFrame(frame, geometry=[], crs=POLAR), layer
    )
