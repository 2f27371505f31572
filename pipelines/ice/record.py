"""Compute tables from a user's archive of daily sea ice: seasons of nodes, seas and routes, and gaps.

A picture has no daily archive by default. Only the table `ice_years` can enter a judgement, through
`build --ice-record` (pipelines.ice.years). The other tables are written beside the picture.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.errors import UsageError
from layers.grid import NSIDC_25KM, OCEAN, POLE_HOLE, Grid, cell_area_km2
from layers.ice.continuity import by_day
from layers.ice.daily import area_support, node_support, route_support
from layers.ice.route_seasons import route_trends
from layers.ice.seasons import Seasons, season_table
from layers.ice.warming import LEVELS_DEGC, september_loss, warmed_seasons
from pipelines.ice.archive import Archive
from pipelines.ice.passages import passages
from pipelines.ice.route_page import STAGE, corridors, with_waters, write_record_page, write_table
from pipelines.ice.year_passes import seasons
from pipelines.snapshot import load
from pipelines.source import REFERENCE
from pipelines.sources import SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from layers.ice.daily import Support
    from pipelines.snapshot import Snapshot

__all__ = ["embedded", "land_of", "read_warming", "surface_of", "write_record"]

_LEAST_YEARS = 10  # fewest years from which a sensitivity to warming is computed
_SEEN_SHARE = 0.98  # smallest share of the ocean with a value on a day that counts


def embedded() -> Snapshot:
    """The embedded snapshot. It has the land mask, the nodes, the seas and the routes for these tables."""
    return load(SOURCES)


def land_of(snapshot: Snapshot) -> NDArray[Any]:
    """The land mask on the 5 km grid, bool (rows, columns), for products that keep their own grids."""
    return snapshot.grids["land"]["is_land"].to_numpy().astype(bool)


def surface_of(snapshot: Snapshot) -> NDArray[Any]:
    """Classes of the surface on the 25 km grid (rows, columns). Every day on this grid has this land."""
    return snapshot.grids["sea_ice"]["surface"].to_numpy()


def read_warming() -> pd.Series[float]:
    """Global warming above 1850-1900 by year, degC, from layers/reference."""
    table = pd.read_csv(REFERENCE / "global_warming.csv", encoding="utf-8")
    return table.set_index("year")["warming_degc"]


def _warmed(record: Seasons, table: pd.DataFrame) -> pd.DataFrame:
    """Open water of the places at levels of warming; empty for fewer than ten years.

    Only the years with a known global warming are used.
    """
    warming = read_warming()
    has_warming = np.isin(record.years, warming.index)
    if has_warming.sum() < _LEAST_YEARS:
        return pd.DataFrame()
    years = record.years[has_warming]
    metrics = {name: values[:, has_warming] for name, values in record.metrics.items()}
    part = replace(record, years=years, metrics=metrics)
    return warmed_seasons(part, table, warming.loc[years].to_numpy(), LEVELS_DEGC)


def _ice_years(record: Seasons, last_day: object) -> pd.DataFrame:
    """Months with ice by node and valid ice year, the table that `build --ice-record` reads."""
    open_days = record.metrics["open_water_days"].astype(float)
    place, year = np.nonzero(np.isfinite(open_days))
    return pd.DataFrame(
        {
            "node_id": record.ids[place],
            # An ice year runs from March to February. As in the monthly record, its end names it here.
            "year": record.years[year] + 1,
            "ice_months": np.round((365.0 - np.minimum(open_days[place, year], 365.0)) / 365.0 * 12.0, 4),
            "product": record.product,
            "source_id": "user_daily_ice",
            "as_of": str(last_day)[:10],
        }
    )


def _september(archive: Archive, ocean: NDArray[Any]) -> pd.DataFrame:
    """Loss of September ice in million km2 for each degree of warming, as one row.

    The table is empty for fewer than ten years. A day counts if at least 98 % of the ocean has a value.
    """
    warming, cells = read_warming(), np.flatnonzero(ocean)
    area = cell_area_km2().ravel()[cells] / 1e8  # million km2 of ice for each percent of concentration
    by_year = {}
    for year in archive.files():
        block = archive.read(date(year, 9, 1), date(year, 9, 30), cells)[1]
        # No satellite sees the pole hole; it counts as full of ice.
        percent = np.where(block == POLE_HOLE, 100, block).astype(np.float32)
        whole = (percent <= 100).mean(axis=0) >= _SEEN_SHARE if block.size else np.zeros(0, dtype=bool)
        if whole.any() and year in warming.index:
            by_year[year] = float((area @ np.where(percent <= 100, percent, 0)[:, whole]).mean())
    if len(by_year) < _LEAST_YEARS:
        return pd.DataFrame()
    loss = september_loss(list(by_year.values()), warming.loc[list(by_year)].to_numpy())
    return pd.DataFrame([{"product": archive.product, "years": len(by_year), **loss}])


def _supports(snapshot: Snapshot, ocean: NDArray[Any], grid: Grid) -> dict[str, Support]:
    """Cells of nodes and of stretches of routes; on the 25 km grid also of seas."""
    sites, seas, routes = (
        snapshot.static["node_sites"],
        snapshot.feeds["seas"][0],
        snapshot.feeds["sea_routes"][0],
    )
    one_sea = seas.drop_duplicates("feature_id").set_index("feature_id").geometry
    lines = dict(zip(routes["feature_id"], routes.geometry, strict=True))
    places = (sites["node_id"].to_numpy(), sites.geometry.x, sites.geometry.y)
    supports = {"node": node_support(*places, ocean, grid=grid)}
    # The mean of a sea is weighted by areas of cells, which `cell_area_km2` gives for the 25 km grid.
    if grid is NSIDC_25KM:
        supports["sea"] = area_support(dict(one_sea.items()), ocean, cell_area_km2())
    return supports | {"route_stretch": route_support(lines, ocean, grid=grid)}


def write_record(
    root: Path,
    product: str,
    folder: Path,
    *,
    stage: str = STAGE,
    mapper: Callable[..., Iterable[Any]] = map,
    report: Callable[[str], None] = lambda _: None,
) -> list[Path]:
    """Write the tables of the archive of a product as Parquet, and the route page; returns their paths.

    `root` is the folder of the archives and `folder` the folder of the tables. `stage` is the stage of ice of
    the page. `mapper` runs the years: the built-in `map`, or a function of `pipelines.ice.dask_cluster`. The
    tables are:

    - `ice_seasons`: seasons of nodes, seas and stretches of routes.
    - `ice_warming`: open water of these places at levels of global warming.
    - `ice_years`: months with ice by node, for `build --ice-record`.
    - `ice_ledger` and `ice_days`: gaps and changes of the record, and its days.
    - `route_seasons` and `route_trends`: seasons of the routes by class of ship, and their trends.
    - `ice_loss`: loss of September ice by degree of warming, compared with published values.

    The last three and the page `routes-<product>.html` are made on the 25 km grid only.

    Raises
    ------
    UsageError
        If the archive of the product is empty.
    ExportError
        If the folder cannot be written.
    """
    archive = Archive.named(root, product)
    years = list(archive.files())
    if not years:
        others = ", ".join(sorted(path.name for path in root.glob("*") if path.is_dir())) or "none"
        msg = f"{root}: expected days of the product {product}, found {others}: take files into it first"
        raise UsageError(msg)
    snapshot = embedded()
    tables = _place_tables(archive, snapshot, mapper, report)
    # Bottlenecks of routes and the loss of ice are computed on the 25 km grid only.
    if archive.grid is NSIDC_25KM:
        report("counts the seasons of routes")
        ocean = archive.surface() == OCEAN
        ways = passages(archive, corridors(snapshot, ocean), years[0], years[-1], mapper=mapper)
        by_year = with_waters(ways, snapshot)
        tables |= {
            "route_seasons": by_year,
            "route_trends": route_trends(by_year, archive.breaks()),
            "ice_loss": _september(archive, ocean),
        }
    paths = [write_table(table, folder / f"{name}.parquet", product) for name, table in tables.items()]
    if archive.grid is NSIDC_25KM:
        paths.append(write_record_page(archive, tables, snapshot, folder / f"routes-{product}.html", stage))
    return paths


def _place_tables(
    archive: Archive,
    snapshot: Snapshot,
    mapper: Callable[..., Iterable[Any]],
    report: Callable[[str], None],
) -> dict[str, pd.DataFrame]:
    """The tables on places (seasons, warming, months with ice) and the tables on the record itself."""
    years, breaks = list(archive.files()), archive.breaks()
    parts, warmed, by_node = [], [], pd.DataFrame()
    for kind, support in _supports(snapshot, archive.surface() == OCEAN, archive.grid).items():
        report(f"counts the seasons of {kind}s")
        # January and February of the first year belong to the ice year before.
        record = seasons(archive, support, years[0] - 1, years[-1], mapper=mapper)
        table = season_table(record, breaks=breaks)
        warmed.append(_warmed(record, table).assign(place_kind=kind))
        if kind == "node":
            by_node = _ice_years(record, archive.days()["date"].max())
        table.insert(0, "place_kind", kind)
        parts.append(table)
    return {
        "ice_seasons": pd.concat(parts, ignore_index=True),
        "ice_warming": pd.concat(warmed, ignore_index=True),
        "ice_years": by_node,
        "ice_ledger": archive.ledger(),
        "ice_days": by_day(archive.days()),
    }
