"""The surface of each cell of the 25 km grid, and ice on it.

All products get the same land (decisions/0003). Presence of ice is derived from polygons, and gaps beside
coasts are filled.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from layers.grid import (
    COAST,
    LAKE,
    LAND,
    LAND_SURFACE,
    MISSING,
    NSIDC_25KM,
    OCEAN,
    nearest_cells,
    rasterise,
)
from pipelines.sources.sea_ice import noaa_cdr_g02202, nsidc_0051, nsidc_0622
from pipelines.sources.sea_ice.ice_samples import refuse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pipelines.sources.sea_ice.ice_samples import Sample

__all__ = [
    "FILL_KM",
    "ICE",
    "NOT_ASSESSED",
    "OPEN",
    "fill_unassessed",
    "on_surface",
    "presence",
    "read_surface",
]

OPEN, ICE, NOT_ASSESSED = 0, 1, 255  # classes of presence
FILL_KM = 50.0  # two cells; results with other distances: decisions/0003-ice-grid.md

_FULL_PCT = 100
_CANDIDATES = 8  # neighbours on the sphere; the nearest on the ellipsoid is one of them
_SURFACE_TOLERANCE = 0.001  # largest share of cells in which the land of two products may differ


def read_surface(nasa_team: Path, cdr: Path) -> NDArray[np.uint8]:
    """Return the surface of each cell of `NSIDC_25KM`: OCEAN, LAND_SURFACE, COAST or LAKE, uint8 (448, 304).

    `nasa_team` is an NSIDC-0051 file: its flag 253 is coast (land beside water) and its flag 254 other land.
    `cdr` is a G02202 file: its flag 252 is lake, and its land must be the same as in the first file.

    Raises
    ------
    SourceError
        If the two land masks differ in more than 0.1 % of the cells.
    """
    codes, _, _ = nsidc_0051.raw_codes(nasa_team)
    other, _, _ = noaa_cdr_g02202.raw_codes(cdr)
    land = np.isin(codes, (253, 254))
    share = float(np.mean(land != np.isin(other, (253, 254))))
    if share > _SURFACE_TOLERANCE:
        raise refuse(
            cdr,
            f"the land mask of {nasa_team.name} but for {_SURFACE_TOLERANCE:.1%} of the cells",
            f"{share:.2%} that differ",
        )
    surface = np.where(codes == 253, COAST, np.where(land, LAND_SURFACE, OCEAN))
    return np.where(~land & (other == 252), LAKE, surface).astype(np.uint8)


def presence(polygons: NDArray[np.object_], surface: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return presence on `NSIDC_25KM`: OPEN, ICE or, off the ocean, NOT_ASSESSED; uint8 (448, 304).

    A cell has ice if its centre lies in one of the `polygons` (EPSG:3413) and it is ocean in `surface`. The
    closed median edges also cover land, and that part of them has no effect.
    """
    return np.where(surface == OCEAN, rasterise(polygons), NOT_ASSESSED).astype(np.uint8)


def fill_unassessed(
    concentration: NDArray[np.uint8], ocean: NDArray[np.bool_], max_km: float = FILL_KM
) -> NDArray[np.uint8]:
    """Return the field with each MISSING ocean cell filled from the nearest ocean cell with a percentage.

    `concentration` and `ocean` (true in the ocean) are on `NSIDC_25KM`. A cell stays MISSING if no percentage
    is within `max_km`, geodesic between centres. Land and the pole hole give no values. A product that leaves
    out coasts (OSI SAF) can then be compared with the others.
    """
    gap = (concentration == MISSING) & ocean
    if not gap.any():
        return concentration
    x, y = np.meshgrid(NSIDC_25KM.x_m, NSIDC_25KM.y_m)
    has_value = ocean & (concentration <= _FULL_PCT)
    nearest, _ = nearest_cells(x[gap], y[gap], has_value, _CANDIDATES, max_km)
    cell = nearest[:, 0]
    filled = concentration.copy()
    filled[gap] = np.where(cell >= 0, concentration.ravel()[cell], np.uint8(MISSING))
    return filled


def on_surface(
    sample: Sample,
    surface: NDArray[np.uint8],
    masks: Sequence[tuple[int, NDArray[np.bool_]]],
) -> Sample:
    """Return a sample with the common land: cells that are no ocean in `surface` are LAND.

    An ocean cell that is land in the sample is MISSING. `masks` are pairs of a month and its valid ice
    (NSIDC-0622); ice outside the mask of its month becomes 0 %.
    """
    for month, valid in masks:
        sample = nsidc_0622.mask_invalid_ice(sample, month, valid)
    value = sample.concentration
    value = np.where(value == LAND, np.uint8(MISSING), value)
    return replace(sample, concentration=np.where(surface == OCEAN, value, np.uint8(LAND)))
