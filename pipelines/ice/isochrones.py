"""Isochrones from a port, for a class of ship, in the ice of a month."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyogrio
import shapely

from layers.crs import POLAR, area_km2, distance_km, polar_xy
from layers.errors import ExportError, UsageError
from layers.grid import NSIDC_25KM, OCEAN, nearest_cells
from layers.ice.daily import SYNTHETIC
from layers.ice.isochrones import (
    NOT_REACHED,
    OPEN_WATER_KN,
    bands,
    days_from,
    days_to,
    sea,
    speeds_kn,
    usual,
    why_not_reached,
)
from layers.names import folded, nearest
from maps.reports.isochrones import IsochroneRecord, write
from pipelines.files import replacing
from pipelines.ice.passages import read_polaris
from pipelines.ice.route_page import NOTE, STAGE, corridors, stage_of, write_table

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.grid import Grid
    from layers.ice.isochrones import Sea
    from layers.ice.polaris import Polaris
    from pipelines.ice.archive import Archive
    from pipelines.snapshot import Snapshot

__all__ = ["Isochrones", "Voyage", "find_isochrones", "write_areas"]

_LONLAT = re.compile(r"(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)")
_SAME_KM = 0.1  # a position given in degrees is the port, not beside it


@dataclass(frozen=True, slots=True)
class Voyage:
    """A port, a ship and a month.

    `port` is a name, a node id or `longitude,latitude` in degrees. `year` None means all years of an archive,
    or the last embedded year. `ice_class` and `stage` are names of POLARIS. `speed_kn` is the speed in knots
    where the class may sail freely.
    """

    port: str
    month: int
    year: int | None = None
    ice_class: str = "PC6"
    stage: str = STAGE
    speed_kn: float = OPEN_WATER_KN


@dataclass(frozen=True, slots=True)
class _Ice:
    """The ice of a month: `field` in % for each cell of the water, and its origin in words."""

    field: NDArray[np.uint8]
    input: str
    product: str
    period: str


@dataclass(frozen=True, slots=True)
class Isochrones:
    """Areas by days of sail (EPSG:3413), the least days to each port, and the content of the page.

    `stem` is the name of the files without suffix. `product` is the product of the ice.
    """

    stem: str
    product: str
    areas: gpd.GeoDataFrame
    ports: pd.DataFrame
    page: IsochroneRecord

    @property
    def ports_reached(self) -> int:
        """Number of other ports that a way leads to."""
        return int((self.ports["least_days"].notna() & ~self.ports["is_start"]).sum())

    @property
    def not_reached(self) -> dict[str, int]:
        """Number of ports that no way leads to, by the reason (`layers.ice.isochrones.NOT_REACHED`)."""
        counts = self.ports["not_reached"].value_counts()
        return {reason: int(counts.get(reason, 0)) for reason in NOT_REACHED}

    def write(self, folder: Path) -> list[Path]:
        """Write the table (Parquet), the areas (GeoPackage) and the page (HTML) into `folder`.

        Returns the three paths in this order.

        Raises
        ------
        ExportError
            If the folder cannot be written.
        """
        return [
            write_table(self.ports, folder / f"{self.stem}.parquet", self.product),
            write_areas(self.areas, folder / f"{self.stem}.gpkg", "isochrones"),
            _write_page(self.page, folder / f"{self.stem}.html"),
        ]


def find_isochrones(snapshot: Snapshot, voyage: Voyage, archive: Archive | None = None) -> Isochrones:
    """Compute the days from a port to all water and to every port.

    With an archive, the ice is the median of the archive's days in the month, on the grid of the archive.
    Without an archive, the ice is the embedded ice edge of the month, and the concentration within the edge
    is 100 %.

    Raises
    ------
    UsageError
        If the port, class, stage or speed cannot be used, or there is no ice of the month or year.
    SourceError
        If a file of the archive is broken.
    """
    table = read_polaris()
    _check(voyage, table)
    name, longitude, latitude = _port(snapshot, voyage.port)
    ocean, water = _sea(snapshot, archive)
    ice = _embedded_ice(snapshot, water, voyage) if archive is None else _archived_ice(archive, water, voyage)
    speed = speeds_kn(ice.field, table, voyage.ice_class, voyage.stage, voyage.speed_kn)
    x, y = (float(part) for part in polar_xy(longitude, latitude))
    days = days_from(water, x, y, speed, voyage.speed_kn)
    record = {
        "port": name, "longitude_deg": longitude, "latitude_deg": latitude, "ice_class": voyage.ice_class,
        "stage": voyage.stage, "speed_kn": voyage.speed_kn, "period": ice.period, "input": ice.input,
        "product": ice.product,
    }  # fmt: skip
    areas = _polar(bands(water, days, ice.field), water.grid)
    areas = areas.assign(area_million_km2=area_km2(areas.geometry.to_numpy()) / 1e6, **record, note=NOTE)
    start = longitude, latitude, voyage.speed_kn
    ports = _days_to_ports(snapshot, water, ocean, ice.field, days, start).assign(**record)
    page = IsochroneRecord(
        bands=areas,
        tables={"bands": pd.DataFrame(areas.drop(columns="geometry")), "ports": ports,
                "record": pd.DataFrame([record])},
        land=shapely.union_all(snapshot.feeds["land"][0].geometry.to_numpy()),
        lines=snapshot.feeds["sea_routes"][0].geometry.tolist(),
        reasons=NOT_REACHED,
        is_synthetic=ice.product == SYNTHETIC,
    )  # fmt: skip
    words = f"{name} {voyage.ice_class} {ice.period}".lower()
    stem = "isochrones-" + re.sub(r"[^a-z0-9]+", "-", words).strip("-")
    return Isochrones(stem, ice.product, areas, ports, page)


def _polar(areas: gpd.GeoDataFrame, grid: Grid) -> gpd.GeoDataFrame:
    """The areas in EPSG:3413. Edges of another grid first get a vertex at least once per cell."""
    if grid.crs == POLAR:
        return areas
    return areas.set_geometry(areas.geometry.segmentize(grid.cell_m)).to_crs(POLAR)


def _check(voyage: Voyage, table: Polaris) -> None:
    """Raise UsageError for a stage, class, month, year or speed that cannot be used."""
    stage_of(voyage.stage)
    if voyage.ice_class not in table.riv.index:
        msg = f"--ice-class: expected one of {', '.join(table.riv.index)}, found {voyage.ice_class!r}"
        raise UsageError(msg)
    if not 1 <= voyage.month <= 12:
        msg = f"--month: expected 1 to 12, found {voyage.month}"
        raise UsageError(msg)
    if voyage.year is not None and not 1 <= voyage.year <= 9999:
        msg = f"--year: expected 1 to 9999, found {voyage.year}"
        raise UsageError(msg)
    if not 0 < voyage.speed_kn <= 40:
        msg = f"--speed-kn: expected a speed over 0 and up to 40 knots, found {voyage.speed_kn:g}"
        raise UsageError(msg)


def _port(snapshot: Snapshot, port: str) -> tuple[str, float, float]:
    """Name, longitude and latitude (degrees) of a port by its name or node id, or of a place in degrees."""
    degrees = _LONLAT.fullmatch(port.replace(" ", ""))
    if degrees:
        longitude, latitude = float(degrees[1]), float(degrees[2])
        # The corners of the 25 km grid reach to 31 N.
        if not (-180 <= longitude <= 180 and 31 <= latitude <= 90):
            msg = f"port: expected longitude,latitude north of 31 N, found {port}: give longitude first"
            raise UsageError(msg)
        return f"{abs(latitude):g} N {abs(longitude):g} {'W' if longitude < 0 else 'E'}", longitude, latitude
    sites = snapshot.static["node_sites"]
    ports = sites[sites["kind"] == "port"]
    named = ports[(ports["node_id"] == port) | (ports["name"].map(folded) == folded(port))]
    if len(named) != 1:
        near = nearest(port, ports["name"])
        several = named["node_id"].tolist() or near
        hint = f"name one of {', '.join(several)}" if several else "name a port of the picture or its node id"
        msg = f"port: expected one port called {port!r}, found {len(named) or 'none'}: {hint}"
        raise UsageError(msg)
    row = named.iloc[0]
    return str(row["name"]), float(row["longitude_deg"]), float(row["latitude_deg"])


def _sea(snapshot: Snapshot, archive: Archive | None) -> tuple[NDArray[np.bool_], Sea]:
    """The ocean cells of the grid of the archive, or of the 25 km grid without an archive, and their sea.

    Straits of the routes that the grid closes are links between cells.
    """
    ocean = snapshot.grids["sea_ice"]["surface"].to_numpy() == OCEAN
    links = np.concatenate([way.links for way in corridors(snapshot, ocean)])
    if archive is None or archive.grid is NSIDC_25KM:
        return ocean, sea(ocean, links)
    own = archive.surface() == OCEAN
    return own, sea(own, _links_on(archive.grid, own, links), archive.grid)


def _links_on(grid: Grid, ocean: NDArray[np.bool_], links: NDArray[np.intp]) -> NDArray[np.intp]:
    """Links between cells of the 25 km grid as links between the nearest ocean cells of another grid."""
    row, column = np.unravel_index(links.ravel(), NSIDC_25KM.shape)
    cells, _ = nearest_cells(
        NSIDC_25KM.x_m[column], NSIDC_25KM.y_m[row], ocean, 1, NSIDC_25KM.cell_m / 1000, grid
    )
    pairs = cells.reshape(-1, 2)
    # A link is dropped if an end has no ocean cell near it, or if both ends are in one cell.
    return pairs[(pairs >= 0).all(axis=1) & (pairs[:, 0] != pairs[:, 1])]


def _embedded_ice(snapshot: Snapshot, water: Sea, voyage: Voyage) -> _Ice:
    """The embedded ice edge of the month, in the year of the voyage or else in the last year."""
    grid = snapshot.grids["sea_ice"]
    months = grid["time"].to_numpy().astype("datetime64[M]")
    years = {int(str(m)[:4]): at for at, m in enumerate(months) if int(str(m)[5:]) == voyage.month}
    year = max(years, default=None) if voyage.year is None else voyage.year
    if year not in years:
        of_month = ", ".join(map(str, sorted(years))) or "none"
        msg = (
            f"edge of {calendar.month_name[voyage.month]} {voyage.year or ''}".rstrip()
            + f": expected one of the embedded ones, found {of_month} of that month: name a cube with --cube"
        )
        raise UsageError(msg)
    # An edge gives no concentration: within the edge the ice is taken as full.
    inside = grid["presence_monthly"].to_numpy()[years[year]].ravel()[water.cells] == 1
    period = f"{calendar.month_name[voyage.month]} {year}"
    return _Ice(np.where(inside, 100, 0).astype(np.uint8), "edge, ice within it full", "nsidc_g02135", period)


def _archived_ice(archive: Archive, water: Sea, voyage: Voyage) -> _Ice:
    """The usual ice of the days of the month, in the year of the voyage or else in all years."""
    years = [voyage.year] if voyage.year is not None else list(archive.files())
    end = calendar.monthrange(2001, voyage.month)[1]  # the same days of every year
    parts = [
        archive.read(date(year, voyage.month, 1), date(year, voyage.month, end), water.cells)[1].T
        for year in years
    ]
    days = np.concatenate(parts) if parts else np.zeros((0, len(water.cells)), dtype=np.uint8)
    month = calendar.month_name[voyage.month]
    if not len(days):
        msg = (
            f"{archive.product}: expected days of {month} {voyage.year or 'in any year'}, found none: "
            "take files into the cube first"
        )
        raise UsageError(msg)
    span = str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
    mark = f", {SYNTHETIC}" if archive.product == SYNTHETIC else ""
    words = f"daily{mark}, median of {len(days)} days"
    return _Ice(usual(days), words, archive.product, f"{month} {span}")


def _days_to_ports(
    snapshot: Snapshot,
    water: Sea,
    ocean: NDArray[np.bool_],
    field: NDArray[np.uint8],
    days: NDArray[np.float64],
    start: tuple[float, float, float],
) -> pd.DataFrame:
    """Least days to each port, NaN if there is no way, and in `not_reached` why there is none.

    `start` is the longitude and latitude (degrees) of the port that is left, and the speed in knots. The port
    itself is 0 days away.
    """
    sites = snapshot.static["node_sites"]
    ports = sites[sites["kind"] == "port"]
    longitude, latitude, speed_kn = start
    least = days_to(water, days, ports.geometry.x, ports.geometry.y, speed_kn)
    why = why_not_reached(water, ocean, field, days, ports.geometry.x, ports.geometry.y)
    # A port on a lake has no way to the sea, however near the sea is.
    measures = snapshot.static["measures"].set_index("node_id")["is_coastal"]
    inland = ~ports["node_id"].map(measures).fillna(value=True).to_numpy(dtype=bool)
    least[inland], why[inland] = np.inf, "land"
    straight = distance_km(longitude, latitude, ports["longitude_deg"], ports["latitude_deg"])
    # The grid does not tell apart what lies within a cell: the straight way is then the least one.
    is_beside = np.isfinite(least) & (straight <= water.grid.cell_m / 1000)
    least = np.where(is_beside, np.minimum(least, straight / (24 * 1.852 * speed_kn)), least)
    is_start = straight < _SAME_KM
    least[is_start], why[is_start] = 0.0, None
    columns = {name: ports[name].to_numpy() for name in ("node_id", "name", "country_iso3")}
    table = pd.DataFrame(
        columns
        | {
            "least_days": np.where(np.isfinite(least), least, np.nan),
            "not_reached": why,
            "is_start": is_start,
        }
    )
    return table.sort_values(["least_days", "node_id"], ignore_index=True)


def write_areas(areas: gpd.GeoDataFrame, path: Path, layer: str) -> Path:
    """Write areas as a GeoPackage with the one layer `layer`; returns the path.

    Raises
    ------
    ExportError
        If the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            pyogrio.write_dataframe(areas, part, layer=layer, driver="GPKG", geometry_type="MultiPolygon",
                                    promote_to_multi=True)  # fmt: skip
    except (OSError, RuntimeError, pyogrio.errors.DataSourceError) as error:
        msg = f"{path.name}: expected to write into {path.parent}, found {error}: make the folder writable"
        raise ExportError(msg) from error
    return path


def _write_page(page: IsochroneRecord, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as part:
        write(page, part)
    return path
