"""`Picture`: one finished situational picture, frozen; what maps draw and pipelines store."""

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

# States of a source that is not what it should be, the worst first: gone; held back by its gate; old.
LATE = ("missing", "held", "stale")
# Those on which nothing is judged: what rests on them reads "not assessed".
UNASSESSED = frozenset({"missing", "held"})

# method §10: what must stand on every output. `{day}` is the picture's day.
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
    """What an output has to say of a source: who, under what terms, as of when, in what state.

    `fresh_until` is the last day on which what a live source says is still fresh, ISO 8601; empty where
    it has no such end, or never claimed to be fresh.
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


@dataclass(frozen=True, slots=True)
class Before:
    """The earlier picture that one is compared with: what its manifest says of it."""

    id: str
    seq: int
    day: str
    status: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Region, scenario, day and the tables in catalogue order, all conformed and checked.

    `tables` maps layer id to its table (EPSG:3413 where it has geometry); `layers` holds their
    descriptions in the same order. `grids` are those the layers were made from, as they came: they
    reach beyond a region. `audience` is whom it may be shown to; `withheld` counts the layers of which
    something was kept from them, `left_out` the private layers that this picture is without. From the day
    `expires` on it is a record of its day and nothing to rely on; None is no end. `before` is the earlier
    picture that the table `changes` compares it with; without the table that one could not be read.
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
    expires: date | None = None
    before: Before | None = None

    @property
    def private(self) -> tuple[Layer, ...]:
        """The layers of its user's own that are in it."""
        return tuple(layer for layer in self.layers if layer.is_private)

    def to_pass_on(self) -> Picture:
        """The picture without its user's private layers; it says how many were left out."""
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
        """Ids of the sources that are stale, held back or missing.

        One that is `not_held` never was: a gap to name, no decay.
        """
        return tuple(note.id for note in self.sources if note.state in LATE)

    @property
    def status(self) -> str:
        """`COMPLETE`, or `DEGRADED` where a source is late: as it was made."""
        return "DEGRADED" if self.late else "COMPLETE"

    def status_on(self, day: date) -> str:
        """The status for one who reads it on `day`: time makes sources stale, and the picture `EXPIRED`."""
        if self.expires is not None and day >= self.expires:
            return "EXPIRED"
        aged = any(note.fresh_until and note.fresh_until < day.isoformat() for note in self.sources)
        return "DEGRADED" if aged else self.status

    @property
    def caveats(self) -> tuple[str, ...]:
        """The ten sentences of method §10, with the picture's day, and what was kept apart."""
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
