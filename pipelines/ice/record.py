"""Tables of a user's own ice cube: seasons of nodes, seas and routes, and the gaps of the record.

The default picture has no daily cube. These tables stand beside it and enter no judgement.
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

_LEAST_YEARS = 10  # of a sensitivity
_SEEN_SHARE = 0.98  # of the ocean, for a day to count


def embedded() -> Snapshot:
    """The embedded snapshot: it has the land mask, nodes, seas and routes that a cube is read with."""
    return load(SOURCES)


def land_of(snapshot: Snapshot) -> NDArray[Any]:
    """The land of the 5 km mask, used for products that stay on their own grids."""
    return snapshot.grids["land"]["is_land"].to_numpy().astype(bool)


def surface_of(snapshot: Snapshot) -> NDArray[Any]:
    """Classes of the surface on the 25 km grid; every day of a cube must have this land."""
    return snapshot.grids["sea_ice"]["surface"].to_numpy()


def read_warming() -> pd.Series[float]:
    """Global warming above 1850-1900 by year, degC, from layers/reference."""
    table = pd.read_csv(REFERENCE / "global_warming.csv", encoding="utf-8")
    return table.set_index("year")["warming_degc"]


def _warmed(record: Seasons, table: pd.DataFrame) -> pd.DataFrame:
    """Places at the levels of warming, from the years with a warming; empty for fewer than ten years."""
    warming = read_warming()
    has_warming = np.isin(record.years, warming.index)
    if has_warming.sum() < _LEAST_YEARS:
        return pd.DataFrame()
    years = record.years[has_warming]
    metrics = {name: values[:, has_warming] for name, values in record.metrics.items()}
    part = replace(record, years=years, metrics=metrics)
    return warmed_seasons(part, table, warming.loc[years].to_numpy(), LEVELS_DEGC)


def _ice_years(record: Seasons, last_day: object) -> pd.DataFrame:
    """Months with ice by node and valid ice year: `build --ice-record` judges ports by them."""
    open_days = record.metrics["open_water_days"].astype(float)
    place, year = np.nonzero(np.isfinite(open_days))
    return pd.DataFrame(
        {
            "node_id": record.ids[place],
            # From March to February: named by its end, as in the monthly record.
            "year": record.years[year] + 1,
            "ice_months": np.round((365.0 - np.minimum(open_days[place, year], 365.0)) / 365.0 * 12.0, 4),
            "product": record.product,
            "source_id": "user_daily_ice",
            "as_of": str(last_day)[:10],
        }
    )


def _september(archive: Archive, ocean: NDArray[Any]) -> pd.DataFrame:
    """September's loss of the whole ocean by degree: one row, none for fewer than ten years."""
    warming, cells = read_warming(), np.flatnonzero(ocean)
    area = cell_area_km2().ravel()[cells] / 1e8  # a cell at one percent, million km2
    by_year = {}
    for year in archive.files():
        block = archive.read(date(year, 9, 1), date(year, 9, 30), cells)[1]
        percent = np.where(block == POLE_HOLE, 100, block).astype(np.float32)
        whole = (percent <= 100).mean(axis=0) >= _SEEN_SHARE if block.size else np.zeros(0, dtype=bool)
        if whole.any() and year in warming.index:
            by_year[year] = float((area @ np.where(percent <= 100, percent, 0)[:, whole]).mean())
    if len(by_year) < _LEAST_YEARS:
        return pd.DataFrame()
    loss = september_loss(list(by_year.values()), warming.loc[list(by_year)].to_numpy())
    return pd.DataFrame([{"product": archive.product, "years": len(by_year), **loss}])


def _supports(snapshot: Snapshot, ocean: NDArray[Any], grid: Grid) -> dict[str, Support]:
    """Cells of nodes and route stretches, and of seas on the grid of 25 km."""
    sites, seas, routes = (
        snapshot.static["node_sites"],
        snapshot.feeds["seas"][0],
        snapshot.feeds["sea_routes"][0],
    )
    one_sea = seas.drop_duplicates("feature_id").set_index("feature_id").geometry
    lines = dict(zip(routes["feature_id"], routes.geometry, strict=True))
    places = (sites["node_id"].to_numpy(), sites.geometry.x, sites.geometry.y)
    supports = {"node": node_support(*places, ocean, grid=grid)}
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
    """Write the tables of one product's record as Parquet, and its route page; returns their paths.

    The tables: `ice_seasons` (nodes, seas, stretches of routes), `route_seasons`, `route_trends`,
    `ice_warming` (the places at levels of warming), `ice_loss` (September's by degree, against published
    values), `ice_years` (months with ice by node, for `build --ice-record`), `ice_ledger` and `ice_days`.
    The page `routes-<product>.html` is about ships in ice of `stage`. A product on its own grid has no
    routes and no loss, which are judged on the grid of 25 km. Only the years of the archive are read.

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
    if archive.grid is NSIDC_25KM:
        report("routes")
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
    """Seasons, warming and months of ice of all places, with the days and gaps of the record."""
    years, breaks = list(archive.files()), archive.breaks()
    parts, warmed, by_node = [], [], pd.DataFrame()
    for kind, support in _supports(snapshot, archive.surface() == OCEAN, archive.grid).items():
        report(f"seasons of {kind}s")
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
