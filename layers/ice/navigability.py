"""Which ships could have passed a route, day by day, from concentration alone (method §3).

Not for navigation. POLARIS (IMO MSC.1/Circ.1519) weighs each stage of ice by the ship's class; without
thickness its index is a bound for a stage that is named, never a value. A route is open on a day when
a way leads through its corridor on which no cell has more ice than the class bears in that stage:
what decides is the bottleneck, the least of the largest concentrations over all ways. Concentrations
are whole percent rounded down, so a cell may hold up to one percent more.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from layers.crs import EARTH_RADIUS_KM, distance_km, lonlat, unit_vectors
from layers.errors import SourceError, UsageError
from layers.grid import MISSING, NSIDC_25KM, POLE_HOLE
from layers.ice.continuity import crossed
from layers.ice.daily import SYNTHETIC, along
from layers.ice.seasons import MISSING_SHARE, fill_gaps
from layers.ice.trend import trend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from scipy.sparse import csr_array

    from layers.grid import Grid

__all__ = [
    "CHAINS",
    "CLASSES",
    "ICE_TYPES",
    "STAGES",
    "Bottlenecks",
    "Corridor",
    "Polaris",
    "bottlenecks",
    "corridor",
    "least_cost_path",
    "neighbours",
    "operation",
    "polaris",
    "rio",
    "rio_bounds",
    "route_seasons",
    "route_trends",
    "stages",
]

# Ice types of the table, thinnest first.
ICE_TYPES = (
    "ice_free", "new", "grey", "grey_white", "thin_fy_1", "thin_fy_2", "medium_fy_lt1m", "medium_fy",
    "thick_fy", "second_year", "light_my", "heavy_my",
)  # fmt: skip
# Strongest first. The two families cross (IA Super bears more thin ice than PC7): neither ranks above
# the other, both rank above none.
CHAINS = (
    ("PC1", "PC2", "PC3", "PC4", "PC5", "PC6", "PC7", "none"),
    ("IA Super", "IA", "IB", "IC", "none"),
)
# What seasons are counted for; classes weakest first.
CLASSES = ("none", "IC", "IA", "PC7", "PC6", "PC5", "PC3")
STAGES = ("thin_fy_1", "medium_fy", "thick_fy", "second_year")
_POLAR_CLASSES = CHAINS[0][:-1]
_SPECIAL_RIO = -10.0
# Thinnest and thickest first-year ice held for plausible by month: growth from October to May, and no
# thin ice left by July. A convention of this project, not of IMO; multi-year ice is as thick all year.
_FIRST_YEAR = {
    10: ("new", "thin_fy_1"), 11: ("new", "thin_fy_2"), 12: ("grey", "thin_fy_2"),
    1: ("grey_white", "medium_fy_lt1m"), 2: ("grey_white", "medium_fy"), 3: ("thin_fy_1", "thick_fy"),
    4: ("thin_fy_1", "thick_fy"), 5: ("thin_fy_1", "thick_fy"), 6: ("thin_fy_2", "thick_fy"),
    7: ("medium_fy_lt1m", "thick_fy"), 8: ("medium_fy_lt1m", "thick_fy"), 9: ("medium_fy_lt1m", "thick_fy"),
}  # fmt: skip
_HALF_WIDTH_KM = 100.0
_END_KM = 50.0  # a passage begins in any cell so near the end of its line
_STRAIT_KM = 100.0  # a strait too narrow for the grid is a link of at most this length
_STEP_KM = 5.0
_NEVER = 101  # percent that no class bears: not seen, so not open
_LEAST_YEARS = 30
_ALMOST_ALL = 0.95  # of the years, for a state
_DECIDING_DAYS = 30  # the shut days with least ice name the bottleneck: those next to an opening
_STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))


# --- POLARIS ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Polaris:
    """Risk values by class and ice type, and speed in elevated risk, knots."""

    riv: pd.DataFrame
    speed_kn: pd.Series[Any]

    @property
    def c_star(self) -> pd.DataFrame:
        """Concentration at which the index of one stage is zero, 0...1: 3 / (3 - RIV), one if RIV >= 0."""
        return pd.DataFrame(
            np.where(self.riv < 0, 3.0 / (3.0 - self.riv.clip(upper=0)), 1.0),
            index=self.riv.index,
            columns=self.riv.columns,
        )


def polaris(table: pd.DataFrame) -> Polaris:
    """Make the table of risk values, held to its two orders.

    Thicker ice never has a higher value, nor has a weaker class of the same family: most wrong copies
    of the table in circulation break one of the two.

    Raises
    ------
    SourceError
        If a class or type lacks, or an order does not hold.
    """
    riv = table.pivot_table(index="ice_class", columns="ice_type", values="riv", aggfunc="sum")
    classes = list(dict.fromkeys(name for chain in CHAINS for name in chain))
    if set(riv.index) != set(classes) or set(riv.columns) != set(ICE_TYPES) or len(table) != riv.size:
        found = f"{riv.shape[0]} x {riv.shape[1]} in {len(table)} rows"
        msg = f"polaris_riv: expected 12 classes x 12 ice types, each once, found {found}: restore the table"
        raise SourceError(msg)
    riv = riv.loc[classes, list(ICE_TYPES)].astype(int)
    chains = [riv.loc[list(chain)] for chain in CHAINS]
    rises = [riv.diff(axis=1).max(axis=1), *(chain.diff().max(axis=1) for chain in chains)]
    wrong = [name for rise in rises for name in rise.index[rise > 0]]
    if wrong:
        msg = f"polaris_riv: expected values that fall with thickness and class, found {wrong[0]} to rise: "
        raise SourceError(msg + "compare it with MSC.1/Circ.1519, Table 1.3")
    speed = table.drop_duplicates("ice_class").set_index("ice_class")["elevated_risk_speed_limit_kn"]
    return Polaris(riv, speed.loc[classes])


def rio(concentration_pct: ArrayLike, riv: int) -> NDArray[np.float64]:
    """Risk index of ice of one stage, 10 [3 (1 - C) + C RIV]. Not the IMO index: that wants all stages."""
    share = np.asarray(concentration_pct, dtype=float) / 100.0
    return np.asarray(10.0 * (3.0 * (1.0 - share) + share * riv))


def stages(month: int, ice_type: str | None = None) -> tuple[str, str]:
    """Thinnest and thickest stage held for plausible: `first_year`, `multi_year`, or not known."""
    thinnest, thickest = _FIRST_YEAR[month]
    if ice_type == "first_year":
        return thinnest, thickest
    return ("second_year" if ice_type == "multi_year" else thinnest), "heavy_my"


def rio_bounds(
    table: Polaris, concentration_pct: ArrayLike, ice_class: str, month: int, ice_type: str | None = None
) -> dict[str, Any]:
    """Lowest and highest index of a class, and the stages they are of (method §3.2)."""
    thinnest, thickest = stages(month, ice_type)
    values = table.riv.loc[ice_class]
    return {
        "rio_low": rio(concentration_pct, int(values[thickest])),
        "rio_high": rio(concentration_pct, int(values[thinnest])),
        "stage_low": thickest,
        "stage_high": thinnest,
    }


def operation(index: ArrayLike, ice_class: str) -> NDArray[np.object_]:
    """`normal`, `elevated` (polar classes only) or `special` consideration: Circ.1519, Table 1.1."""
    value = np.asarray(index, dtype=float)
    below = "elevated" if ice_class in _POLAR_CLASSES else "special"
    choices = np.array(["normal", below], dtype=object)
    return np.select([value >= 0, value >= _SPECIAL_RIO], choices, "special")


# --- corridors ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Corridor:
    """Ocean cells within reach of a route and the steps between them.

    `cells` are flat indices, ascending; `u`, `v` positions in them of each step and `km` its geodesic
    length; `first`, `last` the positions where a passage may begin and end. `straits` counts links
    over land cells: straits the grid does not resolve, in which no ice is seen.
    """

    route_id: str
    cells: NDArray[np.intp]
    u: NDArray[np.intp]
    v: NDArray[np.intp]
    km: NDArray[np.float64]
    first: NDArray[np.intp]
    last: NDArray[np.intp]
    straits: int

    @property
    def links(self) -> NDArray[np.intp]:
        """Flat cells at either end of each strait the grid does not resolve, shape (straits, 2)."""
        at = len(self.u) - self.straits
        return self.cells[np.column_stack([self.u[at:], self.v[at:]])]

    def matrix(self, weight: NDArray[Any], ends: NDArray[Any]) -> csr_array:
        """Steps as a graph with two more vertices, where all passages begin and end."""
        from scipy import sparse  # noqa: PLC0415  a build with ready measures needs none

        count = len(self.cells)
        u = np.concatenate([self.u, np.full(len(self.first), count), np.full(len(self.last), count + 1)])
        v = np.concatenate([self.v, self.first, self.last])
        data = np.concatenate([weight, ends[self.first], ends[self.last]])
        return sparse.csr_array((data, (u, v)), shape=(count + 2, count + 2))


def corridor(
    route_id: str,
    line: Any,
    ocean: NDArray[np.bool_],
    *,
    half_width_km: float = _HALF_WIDTH_KM,
    grid: Grid = NSIDC_25KM,
) -> Corridor:
    """The corridor of an EPSG:3413 line: ocean cells whose centre lies within `half_width_km` of it.

    Steps lead to the eight neighbours, not across a corner of land. Where the line itself crosses land
    cells, or past their corner, between two ocean cells no more than 100 km apart, a link stands for
    the strait.

    Raises
    ------
    UsageError
        If no way leads through the corridor even without ice.
    """
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415
    from scipy.spatial import cKDTree  # noqa: PLC0415

    points = along(line, _STEP_KM)
    flat = np.flatnonzero(ocean)
    row, column = np.unravel_index(flat, grid.shape)
    lon, lat = lonlat(grid.x_m[column], grid.y_m[row])
    where = unit_vectors(lon, lat)
    track = cKDTree(unit_vectors(*lonlat(points[:, 0], points[:, 1])))
    apart = track.query(where, distance_upper_bound=_chord(half_width_km))[0]
    held = np.isfinite(apart)
    cells, place = flat[held], np.full(grid.shape[0] * grid.shape[1], -1)
    place[cells] = np.arange(len(cells))
    u, v = neighbours(place.reshape(grid.shape), ocean)
    straits = _straits(
        points, place, (lon[held], lat[held]), grid, set(zip(u.tolist(), v.tolist(), strict=True))
    )
    u, v = np.append(u, straits[:, 0]), np.append(v, straits[:, 1])
    lon, lat, where = lon[held], lat[held], where[held]
    begin, end = (_ends(where, track.data[at]) for at in (0, -1))
    step_km = distance_km(lon[u], lat[u], lon[v], lat[v])
    found = Corridor(route_id, cells, u, v, step_km, begin, end, len(straits))
    graph = found.matrix(np.ones(len(u)), np.ones(len(cells)))
    part = connected_components(graph, directed=False)[1]
    if not len(cells) or part[-1] != part[-2]:
        msg = f"route {route_id}: expected a way over ocean cells, found none: a strait over 100 km on land"
        raise UsageError(msg)
    return found


def _chord(km: float) -> float:
    return float(2 * np.sin(km / EARTH_RADIUS_KM / 2))


def _ends(where: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.intp]:
    apart = np.linalg.norm(where - end, axis=1)
    return np.flatnonzero(apart <= max(_chord(_END_KM), apart.min(initial=np.inf)))


def neighbours(
    place: NDArray[np.intp], ocean: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of positions next to each other, the lower first; `place` has them by cell, -1 for none.

    All eight directions, but not across a corner between two cells that are no `ocean`.
    """
    rows, columns = place.shape
    us, vs = [], []
    for down, right in _STEPS:
        here = (slice(0, rows - down), slice(max(-right, 0), columns - max(right, 0)))
        there = (slice(down, rows), slice(max(right, 0), columns + min(right, 0)))
        able = (place[here] >= 0) & (place[there] >= 0)
        if down and right:
            able &= ocean[here[0], there[1]] | ocean[there[0], here[1]]
        us.append(place[here][able])
        vs.append(place[there][able])
    u, v = np.concatenate(us), np.concatenate(vs)
    return np.minimum(u, v), np.maximum(u, v)


def _straits(
    points: NDArray[np.float64],
    place: NDArray[np.intp],
    lonlat_deg: tuple[NDArray[np.float64], NDArray[np.float64]],
    grid: Grid,
    steps: set[tuple[int, int]],
) -> NDArray[np.intp]:
    """Pairs of positions that the line joins and no step does: over land, or past its corner."""
    row, column, inside = grid.cell_of(points[:, 0], points[:, 1])
    on_line = np.where(inside, place[row * grid.shape[1] + column], -1)
    lon, lat = lonlat_deg
    pairs = set()
    for one, other in itertools.pairwise(on_line[on_line >= 0].tolist()):
        pair = min(one, other), max(one, other)
        if one != other and pair not in steps:
            apart = distance_km([lon[one]], [lat[one]], [lon[other]], [lat[other]])[0]
            if apart <= _STRAIT_KM:
                pairs.add(pair)
    return np.array(sorted(pairs), dtype=np.intp).reshape(-1, 2)


class Bottlenecks(NamedTuple):
    """Concentration at the bottleneck by day, percent, and the flat index of its cell.

    `high` takes what was not seen for impassable, `low` for open; 101 where no seen way is. `cell` is
    the bottleneck of `high`.
    """

    low: NDArray[np.int16]
    high: NDArray[np.int16]
    cell: NDArray[np.intp]


def bottlenecks(way: Corridor, block: NDArray[np.uint8]) -> Bottlenecks:
    """Least of the largest concentrations over all ways through a corridor, day by day.

    `block` is (cells of the corridor, days). The pole hole counts as full ice, as it is assumed to be.
    A minimum spanning tree holds the way with the smallest largest step (Hu 1961,
    doi:10.1287/opre.9.6.898).
    """
    ice = block.astype(np.int16)
    ice[block == POLE_HOLE] = 100
    unseen = block == MISSING
    ice[unseen] = _NEVER
    days = block.shape[1]
    high, cell = np.zeros(days, dtype=np.int16), np.zeros(days, dtype=np.intp)
    low = np.zeros(days, dtype=np.int16)
    for day in range(days):
        high[day], worst = _bottleneck(way, ice[:, day])
        cell[day] = way.cells[worst]
        lost = unseen[:, day]
        low[day] = _bottleneck(way, np.where(lost, 0, ice[:, day]))[0] if lost.any() else high[day]
    return Bottlenecks(low, high, cell)


def _bottleneck(way: Corridor, ice: NDArray[np.int16]) -> tuple[int, int]:
    from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree  # noqa: PLC0415

    # One is added to every step: a graph of scipy takes a weight of zero for no step.
    tree = minimum_spanning_tree(way.matrix(np.maximum(ice[way.u], ice[way.v]) + 1.0, ice + 1.0))
    begin = len(way.cells)
    before = breadth_first_order(tree, begin, directed=False)[1]
    path, at = [], int(before[begin + 1])
    while at != begin:
        path.append(at)
        at = int(before[at])
    path.reverse()
    worst = path[int(np.argmax(ice[path]))]
    return int(ice[worst]), worst


def least_cost_path(
    way: Corridor, field: NDArray[np.uint8], c_star: float
) -> tuple[NDArray[np.intp], float] | None:
    """Shortest open way of a day: flat cells in order and its length in km; None if there is none.

    `field` holds the cells of the corridor. A cell is open where its ice is no more than `c_star`
    (0...1) and it was seen.
    """
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    ice = np.where(field == POLE_HOLE, 100, field)
    able = (ice <= 100 * c_star + 1e-9) & (ice <= 100)
    step = np.where(able[way.u] & able[way.v], way.km, np.inf)
    graph = way.matrix(step, np.where(able, 1e-6, np.inf))
    begin = len(way.cells)
    km, before = dijkstra(graph, directed=False, indices=begin, return_predecessors=True)
    if not np.isfinite(km[begin + 1]):
        return None
    path, at = [], int(before[begin + 1])
    while at != begin:
        path.append(at)
        at = int(before[at])
    return way.cells[path[::-1]], float(km[begin + 1])


# --- seasons ------------------------------------------------------------------------------------


def route_seasons(
    way: Corridor,
    days: NDArray[np.datetime64],
    found: Bottlenecks,
    table: Polaris,
    product: str,
    *,
    classes: Sequence[str] = CLASSES,
    ice: Sequence[str] = STAGES,
    grid: Grid = NSIDC_25KM,
) -> pd.DataFrame:
    """Season of a route by calendar year, class and stage of ice; not for navigation.

    `open_days` counts days that were open whatever was not seen, `unknown_days` those that could be
    either; a day missing between two seen ones is their mean. A year with over 10 % unknown has no
    count. `first_day` and `last_day` are days of the year, from 1, and `opening_date`, `closing_date`
    the same as ISO 8601. The bottleneck is the cell that most often held the route shut on the thirty
    shut days with least ice in it: deep in winter every cell is full and none decides.
    """
    c_star, rows = table.c_star, []
    made = f", {SYNTHETIC}" if product == SYNTHETIC else ""
    years = days.astype("datetime64[Y]").astype(int) + 1970
    for year in np.unique(years):
        own = years == year
        first = np.datetime64(f"{year}-01-01")
        length = int((np.datetime64(f"{year + 1}-01-01") - first).astype(int))
        column = (days[own] - first).astype(int)
        low, high = (_whole_year(values[own], column, length) for values in (found.low, found.high))
        for name in classes:
            for stage in ice:
                limit = 100 * c_star.loc[name, stage] + 1e-9
                with np.errstate(invalid="ignore"):
                    is_open, is_shut = high <= limit, low > limit
                unknown = int(length - is_open.sum() - is_shut.sum())
                shut_cells = _deciding(found.high[own], found.cell[own], found.low[own] > limit)
                rows.append(
                    {
                        "route_id": way.route_id,
                        "input": f"daily{made}",
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
    filled, lost, _ = fill_gaps(row)
    if not lost[0]:
        return filled[0]
    between = np.zeros(length, dtype=bool)
    seen = np.isfinite(row[0])
    between[1:-1] = seen[:-2] & seen[2:]
    return np.where(seen | between, filled[0], np.nan)


def _deciding(ice: NDArray[np.int16], cell: NDArray[np.intp], is_shut: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Bottlenecks of the shut days nearest to an opening."""
    shut = np.flatnonzero(is_shut)
    return cell[shut[np.argsort(ice[shut], kind="stable")[:_DECIDING_DAYS]]]


def _counts(is_open: NDArray[np.bool_], unknown: int, first: np.datetime64) -> dict[str, Any]:
    told = unknown <= MISSING_SHARE * len(is_open)
    at = np.flatnonzero(is_open)
    some = told and at.size
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_open.astype(np.int8), [0]])))
    longest = (edges[1::2] - edges[::2]).max(initial=0)
    return {
        "open_days": float(at.size) if told else np.nan,
        "unknown_days": float(unknown),
        "first_day": float(at[0] + 1) if some else np.nan,
        "last_day": float(at[-1] + 1) if some else np.nan,
        "opening_date": str(first + at[0]) if some else None,
        "closing_date": str(first + at[-1]) if some else None,
        "longest_run_days": float(longest) if told else np.nan,
    }


def _place(cells: NDArray[np.intp], grid: Grid) -> dict[str, float]:
    if not cells.size:
        return dict.fromkeys(
            ("bottleneck_longitude_deg", "bottleneck_latitude_deg", "bottleneck_share"), np.nan
        )
    names, count = np.unique(cells, return_counts=True)
    row, column = divmod(int(names[count.argmax()]), grid.shape[1])
    lon, lat = lonlat(grid.x_m[column], grid.y_m[row])
    return {
        "bottleneck_longitude_deg": round(float(lon), 3),
        "bottleneck_latitude_deg": round(float(lat), 3),
        "bottleneck_share": float(count.max() / count.sum()),
    }


def route_trends(seasons: pd.DataFrame, breaks: pd.DataFrame | None = None) -> pd.DataFrame:
    """Trend of the open days of each route, class and stage, days per decade with interval and p.

    `breaks` are those of the record: `breaks_crossed` counts those that a row's years reach over, and
    `breaks` names them; not asked for, they are NaN and null.

    `state` is `never_opens` or `open_all_year` where 95 % of the years are so, and no trend is told then.
    """
    keys = ["route_id", "input", "ice_class", "stage"]
    wide = seasons.pivot_table(index=keys, columns="year", values="open_days", dropna=False, sort=False)
    wide = wide.dropna(how="all")
    days = wide.to_numpy(dtype=float)
    known = np.isfinite(days).sum(axis=1)
    shut, free = (np.nansum(same, axis=1) >= _ALMOST_ALL * known for same in (days == 0, days >= 365))
    moving = np.where((shut | free)[:, None], np.nan, days)
    told = trend(moving, wide.columns.to_numpy(dtype=float), least=_LEAST_YEARS)
    ends = wide.apply(pd.Series.first_valid_index, axis=1), wide.apply(pd.Series.last_valid_index, axis=1)
    count, words = crossed(
        breaks,
        [np.datetime64(f"{int(first)}-01-01") for first in ends[0]],
        [np.datetime64(f"{int(last)}-12-31") for last in ends[1]],
    )
    return pd.DataFrame(
        {
            "valid_years": known,
            "state": np.select([shut, free], ["never_opens", "open_all_year"], ""),
            "open_days_median": wide.median(axis=1).to_numpy(),
            "open_days_per_decade": told.slope * 10,
            "open_days_per_decade_low": told.low * 10,
            "open_days_per_decade_high": told.high * 10,
            "p": told.p,
            "breaks_crossed": count,
            "breaks": words,
        },
        index=wide.index,
    ).reset_index()
