"""`Picture`: one finished situational picture, frozen. The package `maps` draws it, `pipelines` stores it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pandas as pd
    import xarray as xr

    from layers.regions import Region
    from layers.scenarios import Scenario
    from layers.schema import Layer

__all__ = ["CAVEATS", "LATE", "UNASSESSED", "Before", "Picture", "SourceNote"]

# States of a source that is late, worst first: gone; held back by its gate; old.
LATE = ("missing", "held", "stale")
# Nothing is judged on sources in these states: values that rest on them read "not assessed".
UNASSESSED = frozenset({"missing", "held"})

# Sentences for every output (method §10). `{day}` is the day of the picture.
CAVEATS: tuple[str, ...] = (
    "Public data, as of {day}; missing data are shown as missing, never as zero.",
    "Not for navigation, targeting or site security decisions.",
    "Classes are absolute, by printed anchors; what is not known raises none.",
    "Sea ice: 25 km satellite cells; harbours and fjords are not resolved; the 15 % satellite ice "
    "edge is not the Polar Code's open water.",
    "Permafrost: as published for places and maps where a source is named; elsewhere a proxy from modelled "
    "air, which alone never gives high; site ground unknown.",
    "World Port Index depths are bins; 0 means not reported.",
    "Boundaries are cartographic and imply no position on status.",
    "Dual-use class D2 is an inference from public attributes.",
    "Warming-level maps are conditional, not dated forecasts.",
    "Each layer keeps its own licence; OpenStreetMap tables (ODbL) are kept apart.",
)


@dataclass(frozen=True, slots=True)
class SourceNote:
    """A source as an output describes it: publisher, licence, date and state.

    `fresh_until` is the last day on which the data of a live source are fresh, ISO 8601; empty if there is
    no such day. `remark` says how many rows of a private file were taken, and why not the others.
    """

    id: str
    feeds: str
    title: str
    publisher: str
    licence: str
    citation: str
    homepage: str
    as_of: str
    state: str
    fresh_until: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Before:
    """The earlier picture of a comparison, from its manifest."""

    id: str
    seq: int
    day: str
    status: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Region, scenario, day and the tables in catalogue order, all conformed and checked.

    Attributes
    ----------
    layers
        Descriptions of the tables, in the same order.
    tables
        Layer id to table, in EPSG:3413 where the table has geometry.
    sources
        Notes of the sources.
    grids
        Grids that the layers were made from; they are not cut to the region.
    audience
        Id of the audience the picture is for.
    withheld
        Count of layers that are left out for the audience, in whole or in part.
    left_out
        Count of private layers that were removed.
    private_rows
        Rows that the private layers have, and rows of their files.
    expires
        First day on which the picture is only a record; None if there is no such day.
    before
        Earlier picture that the table `changes` compares with. If this is set and the table is absent, the
        earlier picture could not be read.
    """

    region: Region
    scenario: Scenario
    day: date
    layers: tuple[Layer, ...]
    tables: Mapping[str, pd.DataFrame]
    sources: tuple[SourceNote, ...]
    grids: Mapping[str, xr.Dataset] = field(default_factory=dict)
    audience: str = "public"
    withheld: int = 0
    left_out: int = 0
    private_rows: tuple[int, int] = (0, 0)
    expires: date | None = None
    before: Before | None = None

    @property
    def private(self) -> tuple[Layer, ...]:
        """Return the private layers in the picture."""
        return tuple(layer for layer in self.layers if layer.is_private)

    def to_pass_on(self) -> Picture:
        """Return the picture without its private layers, whose number is added to `left_out`."""
        own = {layer.id for layer in self.private}
        if not own:
            return self
        return replace(
            self,
            layers=tuple(layer for layer in self.layers if layer.id not in own),
            tables={name: table for name, table in self.tables.items() if name not in own},
            sources=tuple(note for note in self.sources if note.feeds not in own),
            left_out=self.left_out + len(own),
        )

    @property
    def late(self) -> tuple[str, ...]:
        """Return ids of the sources that are stale, held back or missing.

        A source in the state `not_held` was never on file, so it is not late.
        """
        return tuple(note.id for note in self.sources if note.state in LATE)

    @property
    def status(self) -> str:
        """Return `COMPLETE`, or `DEGRADED` if a source was late when the picture was made."""
        return "DEGRADED" if self.late else "COMPLETE"

    @property
    def caveats(self) -> tuple[str, ...]:
        """Return the ten sentences of method §10 with the day, and notes on withheld and private layers."""
        apart = (
            (self.audience != "public", f"For the audience {self.audience}: holds what is not for everybody"),
            (self.withheld, f"Withheld for this audience: {_layers(self.withheld)}, in whole or in part"),
            (len(self.private), f"Holds {_layers(len(self.private), 'private ')}: keep it on this machine"),
            (self.left_out, f"{_layers(self.left_out, 'private ')} left out of this file"),
        )
        return (
            *(sentence.format(day=self.day.isoformat()) for sentence in CAVEATS),
            *(f"{sentence}; a convenience, not a guard." for is_so, sentence in apart if is_so),
        )


def _layers(count: int, what: str = "") -> str:
    return f"{count} {what}layer{'s' if count > 1 else ''}"
