"""Tables of a user's own ice cube: seasons of nodes, seas and routes, and what the record lacks.

The default picture has no daily cube; these tables stand beside it and are not judged with.
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
from pipelines import snapshot
from pipelines.ice.archive import Archive, seasons
from pipelines.ice.passages import passages
from pipelines.ice.route_page import STAGE, corridors, with_waters, write_record_page, write_table
from pipelines.source import REFERENCE

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
    """The embedded snapshot, whose land mask, nodes, seas and routes the cube is read with."""
    from pipelines.sources import SOURCES  # noqa: PLC0415

    return snapshot.load(SOURCES)


def land_of(held: Snapshot) -> NDArray[Any]:
    """Where the mask of 5 km is land: the land of products that stay on their own grids."""
    return held.grids["land"]["is_land"].to_numpy().astype(bool)


def surface_of(held: Snapshot) -> NDArray[Any]:
    """Classes of the surface on the 25 km grid: the land that every day of a cube must have."""
    return held.grids["sea_ice"]["surface"].to_numpy()


def read_warming() -> pd.Series[float]:
    """Global warming above 1850-1900 by year, degC, from layers/reference."""
    table = pd.read_csv(REFERENCE / "global_warming.csv", encoding="utf-8")
    return table.set_index("year")["warming_degc"]


def _warmed(found: Seasons, table: pd.DataFrame) -> pd.DataFrame:
    """Places at the levels of warming, from the years whose warming is known; none of too few."""
    warming = read_warming()
    known = np.isin(found.years, warming.index)
    if known.sum() < _LEAST_YEARS:
        return pd.DataFrame()
    years = found.years[known]
    metrics = {name: values[:, known] for name, values in found.metrics.items()}
    part = replace(found, years=years, metrics=metrics)
    return warmed_seasons(part, table, warming.loc[years].to_numpy(), LEVELS_DEGC)


def _ice_years(found: Seasons, last_day: object) -> pd.DataFrame:
    """Months with ice by node and valid ice year: what `build --ice-record` judges ports by."""
    open_days = found.metrics["open_water_days"].astype(float)
    place, year = np.nonzero(np.isfinite(open_days))
    return pd.DataFrame(
        {
            "node_id": found.ids[place],
            "year": found.years[year]
            + 1,  # from March to February: named by its end, as the monthly record is
            "ice_months": np.round((365.0 - np.minimum(open_days[place, year], 365.0)) / 365.0 * 12.0, 4),
            "product": found.product,
            "source_id": "user_daily_ice",
            "as_of": str(last_day)[:10],
        }
    )


def _september(archive: Archive, ocean: NDArray[Any]) -> pd.DataFrame:
    """What the whole ocean lost by degree: one row, none of too few years."""
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
    told = september_loss(list(by_year.values()), warming.loc[list(by_year)].to_numpy())
    return pd.DataFrame([{"product": archive.product, "years": len(by_year), **told}])


def _supports(held: Snapshot, ocean: NDArray[Any], grid: Grid) -> dict[str, Support]:
    """Cells of every place; of seas on the grid of 25 km only."""
    sites, seas, routes = held.static["node_sites"], held.feeds["seas"][0], held.feeds["sea_routes"][0]
    one_sea = seas.drop_duplicates("feature_id").set_index("feature_id").geometry
    lines = dict(zip(routes["feature_id"], routes.geometry, strict=True))
    places = (sites["node_id"].to_numpy(), sites.geometry.x, sites.geometry.y)
    found = {"node": node_support(*places, ocean, grid=grid)}
    if grid is NSIDC_25KM:
        found["sea"] = area_support(dict(one_sea.items()), ocean, cell_area_km2())
    return found | {"route_stretch": route_support(lines, ocean, grid=grid)}


def write_record(
    root: Path,
    product: str,
    folder: Path,
    *,
    stage: str = STAGE,
    mapper: Callable[..., Iterable[Any]] = map,
    report: Callable[[str], None] = lambda _: None,
) -> list[Path]:
    """Write the tables of one product's record as Parquet and its route page, and give their paths.

    `ice_seasons` (nodes, seas, stretches of routes), `route_seasons`, `route_trends`, `ice_warming` (the
    places at levels of warming), `ice_loss` (September's by degree, against what is published),
    `ice_years` (months with ice by node, for `build --ice-record`), `ice_ledger`, `ice_days`;
    `routes-<product>.html` is about ships in ice of `stage`. Of a product on its own grid there are all but
    the routes and the loss, which are judged on the grid of 25 km. Only ice years and calendar years that
    the archive reaches into are read.

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
        found = ", ".join(sorted(path.name for path in root.glob("*") if path.is_dir())) or "none"
        msg = f"{root}: expected days of the product {product}, found {found}: take files into it first"
        raise UsageError(msg)
    held = embedded()
    ocean, breaks = archive.surface() == OCEAN, archive.breaks()
    parts, warmed = [], []
    for kind, support in _supports(held, ocean, archive.grid).items():
        report(f"seasons of {kind}s")
        record = seasons(archive, support, years[0] - 1, years[-1], mapper=mapper)
        table = season_table(record, breaks=breaks)
        warmed.append(_warmed(record, table).assign(place_kind=kind))
        if kind == "node":
            by_node = _ice_years(record, archive.days()["date"].max())
        table.insert(0, "place_kind", kind)
        parts.append(table)
    tables = {
        "ice_seasons": pd.concat(parts, ignore_index=True),
        "ice_warming": pd.concat(warmed, ignore_index=True),
        "ice_years": by_node,
        "ice_ledger": archive.ledger(),
        "ice_days": by_day(archive.days()),
    }
    if archive.grid is not NSIDC_25KM:
        return [write_table(table, folder / f"{name}.parquet", product) for name, table in tables.items()]
    report("routes")
    ways = corridors(held, ocean)
    by_year = with_waters(passages(archive, ways, years[0], years[-1], mapper=mapper), held)
    tables |= {
        "route_seasons": by_year,
        "route_trends": route_trends(by_year, breaks),
        "ice_loss": _september(archive, ocean),
    }
    paths = [write_table(table, folder / f"{name}.parquet", product) for name, table in tables.items()]
    return [*paths, write_record_page(archive, tables, held, folder / f"routes-{product}.html", stage)]
