"""REGIONS: the areas a picture can be built for, and the southern edge of the snapshot.

A new region needs only a row in REGIONS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import shapely

from layers.crs import geographic_to_polar, polar_xy
from layers.errors import UsageError
from layers.names import hint, match, nearest

__all__ = ["CUT_DEG", "REGIONS", "SOUTH_DEG", "Region", "region"]


@dataclass(frozen=True, slots=True)
class Region:
    """An area of interest, WGS 84 degrees; `east_deg` may exceed 180 to cross the date line."""

    id: str
    title: str
    south_deg: float
    north_deg: float = 90.0
    west_deg: float = -180.0
    east_deg: float = 180.0

    @property
    def is_cap(self) -> bool:
        """Return whether the area is everything north of a parallel."""
        return self.east_deg - self.west_deg >= 360 and self.north_deg >= 90

    @property
    def is_whole(self) -> bool:
        """Return whether the area contains the whole snapshot."""
        return self.is_cap and self.south_deg <= SOUTH_DEG

    @property
    def outline(self) -> shapely.Polygon:
        """Return the area as one polygon in EPSG:3413."""
        if self.is_cap:
            radius_m = float(polar_xy(135.0, self.south_deg)[1])
            return shapely.Point(0, 0).buffer(abs(radius_m), quad_segs=180)
        box = shapely.box(self.west_deg, self.south_deg, self.east_deg, self.north_deg)
        return geographic_to_polar([box])[0]


REGIONS: tuple[Region, ...] = (
    Region("arctic", "The Arctic north of 58 N", 58.0),
    Region("high_north", "The Arctic north of the Arctic Circle", 66.56),
    Region("barents", "Barents region: Finnmark, Kola, northern Finland and Sweden", 66.0, 81.5, 10.0, 45.0),
    Region("greenland", "Greenland and its seas", 58.5, 84.0, -75.0, -8.0),
    Region("bering", "Bering Strait, Chukotka and western Alaska", 60.0, 73.0, 165.0, 205.0),
)

# The snapshot ends at the southern edge of the largest region.
SOUTH_DEG = min(row.south_deg for row in REGIONS)
# A vertex south of this parallel lies on the cut: a cut line bulges a little north of its parallel.
CUT_DEG = SOUTH_DEG + 0.005


def region(name: str) -> Region:
    """Return the region that `name` names by its id, its title, or the words before the colon of its title.

    Raises
    ------
    UsageError
        If there is no such region; the message gives those that exist and the nearest.
    """
    spellings = {row.id: (row.title, *_short(row)) for row in REGIONS}
    found = match(name, spellings)
    for row in REGIONS:
        if row.id == found:
            return row
    near = nearest(name, [word for row in REGIONS for word in (row.id, *_short(row))], 1)
    end = hint((match(word, spellings) or word for word in near), "'arctic' is all of it")
    msg = f"--region: expected one of {', '.join(row.id for row in REGIONS)}, found {name!r}: {end}"
    raise UsageError(msg)


def _short(row: Region) -> tuple[str, ...]:
    """Return shorter spellings of a title: without what explains it, and its parts."""
    head = row.title.split(":")[0]
    return head, *(part for part in re.split(r", | and ", head) if part != head)
