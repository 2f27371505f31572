"""Gates of ice fields: what a grid or polygons of ice must be before they stand in for the last good.

A reader in a process of its own decodes raw codes by product and version (`field_of`); `judge_ice` holds
what it hands back against the pinned land, the record of the season and the provider's own series. All on
`NSIDC_25KM`, in million km2; limits are starting values of the project.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

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
from pipelines.intake.checks import SEASON_MARGIN, STEP_HOLD, Finding
from pipelines.snapshot import held_grid

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["FIELDS", "extent_of", "field_of", "judge_ice"]

LAND_HOLD = 0.001  # share of cells whose land is not that of the pinned mask
ON_LAND_HOLD = 0.005  # the same of a product that states no land: 0.15 % where 10 km cells meet the coast
EXTENT = (2.5, 17.0)  # million km2: any day of the record is within
OWN_SHARE = 0.01  # of the extent the provider itself states
GAPS_WARN = 0.02  # share of the ocean without a value, coasts filled
# The record at hand is a few months: ice may lie four cells beyond it before it is strange.
NEVER_CELLS, NEVER_WARN, NEVER_DAYS = 4, 0.3, 15
AREA_HOLD, MONTH_HOLD = 0.02, 0.1  # polygons against their raster; their month's mean of days: 5 % at most
REACH_KM = 10_000.0  # along each axis: twice what the grid spans
WINTER = frozenset({11, 12, 1, 2, 3, 4, 5})
_STEP_DAYS = 7
# Parts that state no land, or that of another grid; parts of the index itself, and of what it is made
# from, with weather in it.
_NO_LAND = frozenset({"osisaf_sic", "osisaf_cdr", "osisaf_icdr", "bremen_asi"})
_OWN = {"g02135_day": "hold", "nsidc_0051": "warn"}


def _sample(module: str) -> Callable[[Path], pd.DataFrame]:
    def read(path: Path) -> pd.DataFrame:
        from importlib import import_module  # noqa: PLC0415

        sample = import_module(f"pipelines.sources.sea_ice.{module}").read_sample(path)
        return pd.DataFrame({"code": sample.concentration.ravel()})

    return read


def _polygons(path: Path) -> pd.DataFrame:
    import geopandas as gpd  # noqa: PLC0415

    from layers.crs import POLAR  # noqa: PLC0415
    from pipelines.sources.sea_ice.nsidc_sea_ice_index import read_polygons  # noqa: PLC0415

    return gpd.GeoDataFrame(geometry=read_polygons(path), crs=POLAR)


# Part of `sea_ice_grid` -> what reads a field of it. Median edges are of no day.
FIELDS: dict[str, Callable[[Path], pd.DataFrame]] = {
    "noaa_cdr_g02202": _sample("noaa_cdr_g02202"),
    "noaa_cdr_g02202_v6": _sample("noaa_cdr_g02202"),
    "nsidc_0051": _sample("nsidc_0051"),
    "osisaf_sic": _sample("osisaf_sic"),
    "osisaf_cdr": _sample("osisaf_sic"),
    "osisaf_icdr": _sample("osisaf_sic"),
    "bremen_asi": _sample("bremen_asi"),
    "g02135_day": _sample("nsidc_g02135_geotiff"),
    "g02135_month": _sample("nsidc_g02135_geotiff"),
    "polygons": _polygons,
}


def field_of(part: str, path: Path) -> pd.DataFrame:
    """Read the field of a file: `code` of all cells row by row, or polygons in EPSG:3413; empty of none.

    Raises
    ------
    SourceError
        If the file is not what its product and version are known to be.
    """
    return FIELDS[part](path) if part in FIELDS else pd.DataFrame()


def judge_ice(
    part: str, field: pd.DataFrame, day: date, series: pd.DataFrame, raster_million_km2: float | None = None
) -> list[Finding]:
    """What speaks against a field of ice of a `day`, or of its month.

    `field` is that of `field_of`; `series` are the daily extents (date, million km2) last accepted;
    `raster_million_km2` is the extent of the grid of the polygons' month, where it is at hand.
    """
    if "geometry" in field:
        return _judge_polygons(field.geometry.to_numpy(), day, series, raster_million_km2)
    codes = field["code"].to_numpy()
    known = (codes <= 100) | np.isin(codes, (POLE_HOLE, LAND, MISSING))
    if codes.size != np.prod(NSIDC_25KM.shape) or not known.all():
        odd = f"{codes[~known][0]}" if not known.all() else f"{codes.size} cells"
        return [Finding("codes", "hold", f"expected 0...100, 251, 254 or 255 in 136192 cells, found {odd}")]
    grids = held_grid("sea_ice_grid")
    surface = grids["surface"].to_numpy()
    codes = codes.reshape(NSIDC_25KM.shape)
    extent = extent_of(field)
    return [
        *_land(codes, surface, part),
        *_range(extent),
        *_season(extent, day, series, is_month=part == "g02135_month"),
        *(_own(extent, day, series, _OWN[part]) if part in _OWN else []),
        *_gaps(codes, surface),
        *_never(codes, surface, grids, day),
    ]


def extent_of(field: pd.DataFrame) -> float:
    """Extent of a field's ocean cells, million km2; the pole hole is assumed to be ice."""
    is_ocean = held_grid("sea_ice_grid")["surface"].to_numpy() == OCEAN
    codes = field["code"].to_numpy().reshape(NSIDC_25KM.shape)
    return float(extent_million_km2(np.where(is_ocean, codes, LAND), _cells_km2()))


def _cells_km2() -> NDArray[np.float64]:
    return np.asarray(held_grid("sea_ice_grid")["cell_area_km2"], dtype=np.float64)


def _land(codes: NDArray[Any], surface: NDArray[Any], part: str) -> list[Finding]:
    """Some products call lakes land and some do not: lakes are left out of it."""
    pinned = surface != OCEAN
    if part in _NO_LAND:
        share, limit = float(np.mean((codes <= 100) & pinned & (surface != LAKE))), ON_LAND_HOLD
    else:
        share, limit = float(np.mean(((codes == LAND) != pinned) & (surface != LAKE))), LAND_HOLD
    if share <= limit:
        return []
    return [Finding("land", "hold", f"expected the pinned land but for {limit:.1%}, found {share:.2%} other")]


def _range(extent: float) -> list[Finding]:
    low, high = EXTENT
    if low <= extent <= high:
        return []
    return [Finding("extent", "hold", f"expected {low:g}...{high:g} million km2, found {extent:.2f}")]


def _season(extent: float, day: date, series: pd.DataFrame, *, is_month: bool) -> list[Finding]:
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
    """Against what the provider states for the day, or a few days before where it states none."""
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
    from pipelines.sources.sea_ice.cell_surface import fill_unassessed  # noqa: PLC0415

    ocean = surface == OCEAN
    share = float(np.mean(fill_unassessed(codes, ocean)[ocean] == MISSING))
    if share <= GAPS_WARN:
        return []
    return [Finding("gaps", "warn", f"expected values in 98 % of the ocean, found {share:.1%} without")]


def _never(codes: NDArray[Any], surface: NDArray[Any], grids: Any, day: date) -> list[Finding]:
    """Ice far from where ice was in any year at hand, within half a month of the day."""
    from scipy import ndimage  # noqa: PLC0415

    near = ndimage.binary_dilation(_ever(grids, day), iterations=NEVER_CELLS)
    ice = (codes >= ICE_THRESHOLD_PCT) & (codes <= 100) & (surface == OCEAN) & ~near
    area = float(np.sum(_cells_km2()[ice])) / 1e6
    if area <= NEVER_WARN:
        return []
    return [Finding("never ice", "warn", f"{area:.2f} million km2 of ice where the record has none then")]


def _ever(grids: Any, day: date) -> NDArray[np.bool_]:
    """Cells in which any field at hand has ice, of months that touch the days around `day`."""
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
    import shapely  # noqa: PLC0415

    from layers.crs import area_km2  # noqa: PLC0415

    reach_km = float(np.abs(shapely.total_bounds(shapes)).max()) / 1000 if len(shapes) else 0.0
    if not reach_km <= REACH_KM:
        text = f"expected polygons within {REACH_KM:g} km of the pole, found {reach_km:g}"
        return [Finding("place", "hold", text)]
    whole = shapely.union_all(shapes)  # a provider that gives each twice has no more ice
    area = float(area_km2([whole]).sum()) / 1e6
    cells = float(np.sum(_cells_km2()[rasterise(shapes)])) / 1e6
    in_month = pd.to_datetime(series["date"]).dt.strftime("%Y-%m") == f"{day:%Y-%m}"
    stated = series["extent_million_km2"][in_month].mean()
    found = _range(area)
    for what, other, limit in (
        ("the cells within them", cells, AREA_HOLD),
        ("the grid of that month", raster_million_km2, AREA_HOLD),
        ("the mean of that month's days", None if np.isnan(stated) else stated, MONTH_HOLD),
    ):
        if other is not None and abs(area - other) > limit * other:
            text = f"expected polygons of {other:.2f} million km2, as {what}, found {area:.2f}"
            found.append(Finding("area", "hold", text))
    if day.month in WINTER and not shapely.covers(whole, shapely.Point(0, 0)):
        found.append(Finding("pole", "hold", "expected ice at the pole in winter, found none"))
    return found
