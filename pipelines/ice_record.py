"""Tables of a user's own ice cube: seasons of nodes, seas and routes, and what the record lacks.

The default picture has no daily cube; these tables stand beside it and are not judged with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from layers.assessed.ice_season import season_table
from layers.assessed.navigability import route_trends
from layers.continuity import by_day
from layers.cube import area_support, node_support, route_support
from layers.errors import UsageError
from layers.grid import NSIDC_25KM, OCEAN, Grid, cell_area_km2
from pipelines import snapshot
from pipelines.cube import Archive, seasons
from pipelines.passages import passages
from pipelines.route_page import STAGE, corridors, with_waters, write_record_page, write_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from layers.cube import Support
    from pipelines.snapshot import Snapshot

__all__ = ["embedded", "land_of", "surface_of", "write_record"]


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


def _supports(held: Snapshot, ocean: NDArray[Any], grid: Grid) -> dict[str, Support]:
    """Cells of every place; of seas on the grid of 25 km only."""
    sites, seas, routes = held.standing["node_sites"], held.feeds["seas"][0], held.feeds["sea_routes"][0]
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

    `ice_seasons` (nodes, seas, stretches of routes), `route_seasons`, `route_trends`, `ice_ledger`,
    `ice_days`; `routes-<product>.html` is about ships in ice of `stage`. Of a product on its own grid there
    are seasons of nodes and stretches, ledger and days: routes are judged on the grid of 25 km. Only ice
    years and calendar years that the archive reaches into are read.

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
    parts = []
    for kind, support in _supports(held, ocean, archive.grid).items():
        report(f"seasons of {kind}s")
        table = season_table(seasons(archive, support, years[0] - 1, years[-1], mapper=mapper), breaks=breaks)
        table.insert(0, "place_kind", kind)
        parts.append(table)
    tables = {
        "ice_seasons": pd.concat(parts, ignore_index=True),
        "ice_ledger": archive.ledger(),
        "ice_days": by_day(archive.days()),
    }
    if archive.grid is not NSIDC_25KM:
        return [write_table(table, folder / f"{name}.parquet", product) for name, table in tables.items()]
    report("routes")
    ways = corridors(held, ocean)
    by_year = with_waters(passages(archive, ways, years[0], years[-1], mapper=mapper), held)
    tables |= {"route_seasons": by_year, "route_trends": route_trends(by_year, breaks)}
    paths = [write_table(table, folder / f"{name}.parquet", product) for name, table in tables.items()]
    return [*paths, write_record_page(archive, tables, held, folder / f"routes-{product}.html", stage)]
