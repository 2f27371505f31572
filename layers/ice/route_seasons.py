"""Seasons of routes by ship class and stage of ice, and their trends (method §3). Not for navigation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.crs import lonlat
from layers.grid import NSIDC_25KM
from layers.ice.continuity import crossed
from layers.ice.daily import SYNTHETIC
from layers.ice.polaris import CLASSES, STAGES
from layers.ice.seasons import MISSING_SHARE, fill_gaps
from layers.ice.trend import trend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.grid import Grid
    from layers.ice.bottlenecks import Bottlenecks
    from layers.ice.corridors import Corridor
    from layers.ice.polaris import Polaris

__all__ = ["route_seasons", "route_trends"]

_LEAST_YEARS = 30  # of a trend
_ALMOST_ALL = 0.95  # of the years, for a state
_DECIDING_DAYS = 30  # the shut days with least ice lie next to an opening and name the bottleneck


def route_seasons(
    way: Corridor,
    days: NDArray[np.datetime64],
    necks: Bottlenecks,
    table: Polaris,
    product: str,
    *,
    classes: Sequence[str] = CLASSES,
    ice: Sequence[str] = STAGES,
    grid: Grid = NSIDC_25KM,
) -> pd.DataFrame:
    """Return the season of a route by calendar year, ship class and stage of ice; not for navigation.

    `days` are the days of `necks`, the bottlenecks of the corridor `way`; `table` holds the risk values.
    `classes` are the ship classes and `ice` the stages. `open_days` counts the days that are open even if
    every unseen cell is shut. `unknown_days` counts the days that may be open or shut. A missing day between
    two seen ones is their mean. A year with over 10 % unknown days has no count. `first_day` and `last_day`
    are days of the year, from 1; `opening_date` and `closing_date` are the same days, ISO 8601. The
    bottleneck of a year is the most frequent bottleneck cell of the thirty shut days with least ice: deep in
    winter every cell is full and none decides.
    """
    c_star, rows = table.c_star, []
    mark = f", {SYNTHETIC}" if product == SYNTHETIC else ""
    years = days.astype("datetime64[Y]").astype(int) + 1970
    for year in np.unique(years):
        own = years == year
        first = np.datetime64(f"{year}-01-01")
        length = int((np.datetime64(f"{year + 1}-01-01") - first).astype(int))
        column = (days[own] - first).astype(int)
        low, high = (_whole_year(values[own], column, length) for values in (necks.low, necks.high))
        for name in classes:
            for stage in ice:
                # The margin absorbs rounding, so that a bottleneck at exactly the limit is open.
                limit = 100 * c_star.loc[name, stage] + 1e-9
                with np.errstate(invalid="ignore"):
                    is_open, is_shut = high <= limit, low > limit
                unknown = int(length - is_open.sum() - is_shut.sum())
                shut_cells = _deciding(necks.high[own], necks.cell[own], necks.low[own] > limit)
                rows.append(
                    {
                        "route_id": way.route_id,
                        "input": f"daily{mark}",
                        "product": product,
                        "year": int(year),
                        "ice_class": name,
                        "stage": stage,
                        "c_star_pct": round(100 * float(c_star.loc[name, stage]), 1),
                        **_counts(is_open, unknown, first),
                        **_place(shut_cells, grid),
                        "strait_links": way.straits,
                    }
                )
    return pd.DataFrame(rows)


def _whole_year(values: NDArray[np.int16], column: NDArray[np.intp], length: int) -> NDArray[np.float32]:
    row = np.full((1, length), np.nan, dtype=np.float32)
    row[0, column] = values
    filled, missing_days, _ = fill_gaps(row)
    if not missing_days[0]:
        return filled[0]
    between = np.zeros(length, dtype=bool)
    seen = np.isfinite(row[0])
    between[1:-1] = seen[:-2] & seen[2:]
    return np.where(seen | between, filled[0], np.nan)


def _deciding(ice: NDArray[np.int16], cell: NDArray[np.intp], is_shut: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the bottleneck cells of the shut days with least ice."""
    shut = np.flatnonzero(is_shut)
    return cell[shut[np.argsort(ice[shut], kind="stable")[:_DECIDING_DAYS]]]


def _counts(is_open: NDArray[np.bool_], unknown: int, first: np.datetime64) -> dict[str, Any]:
    is_valid = unknown <= MISSING_SHARE * len(is_open)
    at = np.flatnonzero(is_open)
    opens = is_valid and at.size
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_open.astype(np.int8), [0]])))
    longest = (edges[1::2] - edges[::2]).max(initial=0)
    return {
        "open_days": float(at.size) if is_valid else np.nan,
        "unknown_days": float(unknown),
        "first_day": float(at[0] + 1) if opens else np.nan,
        "last_day": float(at[-1] + 1) if opens else np.nan,
        "opening_date": str(first + at[0]) if opens else None,
        "closing_date": str(first + at[-1]) if opens else None,
        "longest_run_days": float(longest) if is_valid else np.nan,
    }


def _place(cells: NDArray[np.intp], grid: Grid) -> dict[str, float]:
    if not cells.size:
        return dict.fromkeys(
            ("bottleneck_longitude_deg", "bottleneck_latitude_deg", "bottleneck_share"), np.nan
        )
    different, count = np.unique(cells, return_counts=True)
    row, column = divmod(int(different[count.argmax()]), grid.shape[1])
    lon, lat = lonlat(grid.x_m[column], grid.y_m[row])
    return {
        "bottleneck_longitude_deg": round(float(lon), 3),
        "bottleneck_latitude_deg": round(float(lat), 3),
        "bottleneck_share": float(count.max() / count.sum()),
    }


def route_trends(seasons: pd.DataFrame, breaks: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the trend of the open days of each route, class and stage, days per decade, with interval and p.

    `breaks` are changes of sensor or version in the record (`continuity.changes`). `breaks_crossed` counts
    the breaks within the years of a row and the column `breaks` names them. Without `breaks` they are NaN and
    null. `state` is `never_opens` where the route is shut all year in 95 % of the years, and `open_all_year`
    where it is open all year in 95 % of the years; such a row has no trend.
    """
    keys = ["route_id", "input", "ice_class", "stage"]
    wide = seasons.pivot_table(index=keys, columns="year", values="open_days", dropna=False, sort=False)
    wide = wide.dropna(how="all")
    days = wide.to_numpy(dtype=float)
    valid_years = np.isfinite(days).sum(axis=1)
    shut, free = (np.nansum(same, axis=1) >= _ALMOST_ALL * valid_years for same in (days == 0, days >= 365))
    moving = np.where((shut | free)[:, None], np.nan, days)
    slopes = trend(moving, wide.columns.to_numpy(dtype=float), least=_LEAST_YEARS)
    ends = wide.apply(pd.Series.first_valid_index, axis=1), wide.apply(pd.Series.last_valid_index, axis=1)
    count, words = crossed(
        breaks,
        [np.datetime64(f"{int(first)}-01-01") for first in ends[0]],
        [np.datetime64(f"{int(last)}-12-31") for last in ends[1]],
    )
    return pd.DataFrame(
        {
            "valid_years": valid_years,
            "state": np.select([shut, free], ["never_opens", "open_all_year"], ""),
            "open_days_median": wide.median(axis=1).to_numpy(),
            "open_days_per_decade": slopes.slope * 10,
            "open_days_per_decade_low": slopes.low * 10,
            "open_days_per_decade_high": slopes.high * 10,
            "p": slopes.p,
            "breaks_crossed": count,
            "breaks": words,
        },
        index=wide.index,
    ).reset_index()
