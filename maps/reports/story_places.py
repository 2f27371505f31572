"""Places of the story, with numbers: those with a critical node, and those of climate and defence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from maps.reports.briefing_parts import CRITICAL, OVERLAPS, country_of

if TYPE_CHECKING:
    import pandas as pd

    from maps.reports.citations import Cell, CitationIndex, Condition

__all__ = ["Place", "node_cell", "places_of", "sites_of"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place: its number on the map, its nodes of that kind, and the one node that stands for it.

    `lead` is the node with the highest probability. `x_m` and `y_m` are its position in EPSG:3413.
    """

    number: int
    place_id: str
    country_iso3: str
    nodes: tuple[str, ...]
    lead: str
    flag: str
    x_m: float
    y_m: float

    @property
    def is_critical(self) -> bool:
        """Whether the place has a critical node; if not, climate and defence overlap there."""
        return self.flag in CRITICAL[2]


def node_cell(citations: CitationIndex, node_id: str, column: str, form: str = "") -> Cell:
    """The cell of a column of a node."""
    return citations.cell("value", "nodes", {"node_id": node_id}, column, form)


def sites_of(citations: CitationIndex, *where: Condition) -> pd.DataFrame:
    """The nodes that meet all conditions, with the name of their country, by country, place and name."""
    nodes = citations.table("nodes").iloc[citations.rows("nodes", *where)]
    names = {code: country_of(citations, code).text for code in nodes["country_iso3"].unique()}
    rows: Any = nodes.assign(country=nodes["country_iso3"].map(names))
    return rows.sort_values(["country", "place", "place_id", "name", "node_id"], kind="stable")


def places_of(citations: CitationIndex, filters: tuple[Condition, ...]) -> list[Place]:
    """The critical places and then the other places of overlap, each by country and name, numbered from 1.

    `filters` are conditions on the nodes. No order is implied.
    """
    places: list[Place] = []
    for where in ((CRITICAL,), OVERLAPS):
        for place_id, nodes in sites_of(citations, *filters, *where).groupby("place_id", sort=False):
            if any(one.place_id == place_id for one in places):
                continue
            by = [where[-1][0].replace("flag", "flag_probability"), "node_id"]
            lead = nodes.sort_values(by, ascending=[False, True]).iloc[0]
            places.append(
                Place(
                    number=len(places) + 1,
                    place_id=str(place_id),
                    country_iso3=str(lead["country_iso3"]),
                    nodes=tuple(map(str, nodes["node_id"])),
                    lead=str(lead["node_id"]),
                    flag=str(lead["flag"]),
                    x_m=float(lead["geometry"].x),
                    y_m=float(lead["geometry"].y),
                )
            )
    return places
