"""Checks that a grid or polygons of sea ice must pass before they replace the last accepted ones.

`judge_ice` compares a field (pipelines.intake.ice_fields) with the land of the embedded snapshot, with the
extents of all years at that time of year, and with the extent that the provider states for the day. The
embedded snapshot is the data that come with the program (pipelines.snapshot). Each check that a field does
not pass gives a `Finding`: `hold` keeps the last accepted field, `warn` accepts the new one with a note.

Fields are on `NSIDC_25KM` (EPSG:3413), areas and extents in million km2. A cell has ice from 15 %, the ice
edge (`ICE_THRESHOLD_PCT`). The limits are starting values; decisions/0019 has the measurements behind them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from scipy import ndimage

from layers.crs import area_km2
from layers.grid import (
    ICE_THRESHOLD_PCT,
    LAKE,
    LAND,
    MISSING,
    NSIDC_25KM,
    OCEAN,
    POLE_HOLE,
    extent_million_km2,
    rasterise,
)
from pipelines.intake.findings import Finding
from pipelines.intake.series_checks import SEASON_MARGIN, STEP_HOLD
from pipelines.snapshot import grid
from pipelines.sources.sea_ice.cell_surface import fill_unassessed

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from pipelines.intake.ice_fields import IceField

__all__ = ["extent_of", "judge_ice"]

LAND_HOLD = 0.001  # share of cells that are land in the field or in the embedded mask but not in both
# Share of cells with a percentage on embedded land, for a product that states no land. OSI SAF has 0.15 %
# where its 10 km cells meet the coast.
ON_LAND_HOLD = 0.005
EXTENT = (2.5, 17.0)  # million km2; every day of the record since 1978 lies within
OWN_SHARE = 0.01  # largest difference from the extent that the provider states, as a share of that extent
GAPS_WARN = 0.02  # share of the ocean without a value, after gaps at coasts are filled
# The snapshot has fields of a few months only, so ice four cells beyond them is not strange. Recent real
# fields have up to 0.23 million km2 farther off.
NEVER_CELLS, NEVER_WARN, NEVER_DAYS = 4, 0.3, 15
# Largest difference of the area of polygons: from their raster, and from the mean extent of the month's days.
# Real ones differ by 0.15 %, and by 1 to 5 %.
AREA_HOLD, MONTH_HOLD = 0.02, 0.1
REACH_KM = 10_000.0  # along each axis from the pole; the grid reaches 5,850 km
WINTER = frozenset({11, 12, 1, 2, 3, 4, 5})
_STEP_DAYS = 7


def judge_ice(
    field: IceField,
    table: pd.DataFrame,
    day: date,
    series: pd.DataFrame,
    raster_million_km2: float | None = None,
) -> list[Finding]:
    """Findings on an ice field, one for each check that it does not pass; empty if it passes all.

    `field` describes the product, and `table` is the result of `field.table`: codes or polygons. The field is
    that of `day`; polygons, and a field with `field.is_month`, are those of the month of `day`. `series`
    holds the last accepted daily extents: the columns `date` (ISO 8601) and `extent_million_km2`. For
    polygons, `raster_million_km2` is the extent of the accepted grid of the same month; None if there is no
    such grid.
    """
    if "geometry" in table:
        return _judge_polygons(table.geometry.to_numpy(), day, series, raster_million_km2)
    codes = table["code"].to_numpy()
    valid = (codes <= 100) | np.isin(codes, (POLE_HOLE, LAND, MISSING))
    # A field with other codes or cells cannot be compared with anything, so no other check is made.
    if codes.size != np.prod(NSIDC_25KM.shape) or not valid.all():
        odd = f"{codes[~valid][0]}" if not valid.all() else f"{codes.size} cells"
        return [Finding("codes", "hold", f"expected 0...100, 251, 254 or 255 in 136192 cells, found {odd}")]
    grids = grid("sea_ice")
    surface = grids["surface"].to_numpy()
    codes = codes.reshape(NSIDC_25KM.shape)
    extent = extent_of(table)
    return [
        *_land(codes, surface, has_land=field.has_land),
        *_range(extent),
        *_season(extent, day, series, is_month=field.is_month),
        *(_own(extent, day, series, field.own_extent) if field.own_extent else []),
        *_gaps(codes, surface),
        *_never(codes, surface, grids, day),
    ]


def extent_of(table: pd.DataFrame) -> float:
    """Ice extent of the ocean cells of a field in million km2; the pole hole counts as ice.

    `table` has the column `code`, as `IceField.table` returns it.
    """
    is_ocean = grid("sea_ice")["surface"].to_numpy() == OCEAN
    codes = table["code"].to_numpy().reshape(NSIDC_25KM.shape)
    return float(extent_million_km2(np.where(is_ocean, codes, LAND), _cells_km2()))


def _cells_km2() -> NDArray[np.float64]:
    return np.asarray(grid("sea_ice")["cell_area_km2"], dtype=np.float64)


def _land(codes: NDArray[Any], surface: NDArray[Any], *, has_land: bool) -> list[Finding]:
    """Findings on the land of a field against the land of the snapshot.

    With `has_land` it is compared cell by cell, else cells of land with a percentage are counted. Lakes are
    left out, because the products differ on them.
    """
    pinned = surface != OCEAN
    if has_land:
        share, limit = float(np.mean(((codes == LAND) != pinned) & (surface != LAKE))), LAND_HOLD
    else:
        share, limit = float(np.mean((codes <= 100) & pinned & (surface != LAKE))), ON_LAND_HOLD
    if share <= limit:
        return []
    return [Finding("land", "hold", f"expected the pinned land but for {limit:.1%}, found {share:.2%} other")]


def _range(extent: float) -> list[Finding]:
    """Findings on an extent that no day of the record has."""
    low, high = EXTENT
    if low <= extent <= high:
        return []
    return [Finding("extent", "hold", f"expected {low:g}...{high:g} million km2, found {extent:.2f}")]


def _season(extent: float, day: date, series: pd.DataFrame, *, is_month: bool) -> list[Finding]:
    """Findings against the extents of the same day of the year, or of the same month, in all years.

    An extent may lie `SEASON_MARGIN` beyond them, so that a new record passes.
    """
    at = pd.to_datetime(series["date"])
    same = at.dt.month == day.month
    if not is_month:
        same &= at.dt.day == day.day
    record = series["extent_million_km2"][same]
    low, high = record.min() - SEASON_MARGIN, record.max() + SEASON_MARGIN
    if record.empty or low <= extent <= high:
        return []
    text = f"expected {low:.2f}...{high:.2f} million km2 at that time of year, found {extent:.2f}"
    return [Finding("season", "hold", text)]


def _own(extent: float, day: date, series: pd.DataFrame, outcome: Any) -> list[Finding]:
    """Findings against the extent that the provider states for the day, or for a day up to a week before.

    The extent of the day itself may differ by the share `OWN_SHARE`, that of an earlier day by `STEP_HOLD`
    for each day between. `outcome` is `warn` or `hold`, as `IceField.own_extent` states it.
    """
    stated = series[series["date"] <= day.isoformat()].sort_values("date").tail(1)
    if stated.empty:
        return []
    days = (day - pd.Timestamp(stated["date"].iloc[0]).date()).days
    value = float(stated["extent_million_km2"].iloc[0])
    off = abs(extent - value)
    if days > _STEP_DAYS or off <= (STEP_HOLD * days if days else OWN_SHARE * value):
        return []
    text = f"expected about the {value:.2f} million km2 that are stated for {stated['date'].iloc[0]}, "
    return [Finding("own extent", outcome, text + f"found {extent:.2f}")]


def _gaps(codes: NDArray[Any], surface: NDArray[Any]) -> list[Finding]:
    """Findings on ocean cells without a value, after gaps at coasts are filled."""
    ocean = surface == OCEAN
    share = float(np.mean(fill_unassessed(codes, ocean)[ocean] == MISSING))
    if share <= GAPS_WARN:
        return []
    return [Finding("gaps", "warn", f"expected values in 98 % of the ocean, found {share:.1%} without")]


def _never(codes: NDArray[Any], surface: NDArray[Any], grids: Any, day: date) -> list[Finding]:
    """Findings on ice far from all ice that the fields of the snapshot have at that time of year.

    Far is more than `NEVER_CELLS` steps of 25 km along rows and columns.
    """
    near = ndimage.binary_dilation(_ever(grids, day), iterations=NEVER_CELLS)
    ice = (codes >= ICE_THRESHOLD_PCT) & (codes <= 100) & (surface == OCEAN) & ~near
    area = float(np.sum(_cells_km2()[ice])) / 1e6
    if area <= NEVER_WARN:
        return []
    return [Finding("never ice", "warn", f"{area:.2f} million km2 of ice where the record has none then")]


def _ever(grids: Any, day: date) -> NDArray[np.bool_]:
    """Cells with ice in a field of the snapshot, of any year and the months within `NEVER_DAYS` of `day`.

    Fields are the median and the monthly presence, and the concentration of the sample days.
    """
    around = pd.date_range(pd.Timestamp(day) - pd.Timedelta(days=NEVER_DAYS), periods=2 * NEVER_DAYS + 1)
    months = set(around.month)
    median, monthly, samples = (grids[n] for n in ("presence_median", "presence_monthly", "concentration"))
    in_samples = ((samples >= ICE_THRESHOLD_PCT) & (samples <= 100)) | (samples == POLE_HOLE)
    fields = (
        (median == 1, median["month"].to_numpy()),
        (monthly == 1, monthly["time"].dt.month.to_numpy()),
        (in_samples, grids["sample_date"].dt.month.to_numpy()),
    )
    return np.any([f.to_numpy()[np.isin(at, list(months))].any(axis=0) for f, at in fields], axis=0)


def _judge_polygons(
    shapes: NDArray[np.object_], day: date, series: pd.DataFrame, raster_million_km2: float | None
) -> list[Finding]:
    """Findings on the ice polygons of the month of `day`, EPSG:3413: place, area, and ice at the pole."""
    reach_km = float(np.abs(shapely.total_bounds(shapes)).max()) / 1000 if len(shapes) else 0.0
    if not reach_km <= REACH_KM:
        text = f"expected polygons within {REACH_KM:g} km of the pole, found {reach_km:g}"
        return [Finding("place", "hold", text)]
    whole = shapely.union_all(shapes)  # polygons given twice are not more ice
    area = float(area_km2([whole]).sum()) / 1e6
    cells = float(np.sum(_cells_km2()[rasterise(shapes)])) / 1e6
    in_month = pd.to_datetime(series["date"]).dt.strftime("%Y-%m") == f"{day:%Y-%m}"
    stated = series["extent_million_km2"][in_month].mean()
    findings = _range(area)
    for what, other, limit in (
        ("the cells within them", cells, AREA_HOLD),
        ("the grid of that month", raster_million_km2, AREA_HOLD),
        ("the mean of that month's days", None if np.isnan(stated) else stated, MONTH_HOLD),
    ):
        if other is not None and abs(area - other) > limit * other:
            text = f"expected polygons of {other:.2f} million km2, as {what}, found {area:.2f}"
            findings.append(Finding("area", "hold", text))
    if day.month in WINTER and not shapely.covers(whole, shapely.Point(0, 0)):
        findings.append(Finding("pole", "hold", "expected ice at the pole in winter, found none"))
    return findings
