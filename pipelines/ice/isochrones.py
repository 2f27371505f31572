"""Isochrones on request: from a port, for a class of ship, in the ice of a month."""

from __future__ import annotations

import calendar
import difflib
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyogrio
import shapely

from layers.crs import area_km2, polar_xy
from layers.errors import ExportError, UsageError
from layers.grid import MISSING, OCEAN, nearest_cells
from layers.ice.daily import SYNTHETIC
from layers.ice.isochrones import OPEN_WATER_KN, bands, days_from, sea, speeds_kn, usual
from maps.reports.isochrones import IsochroneRecord, write
from pipelines.ice.passages import read_polaris
from pipelines.ice.route_page import NOTE, STAGE, corridors, stage_of, write_table

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.ice.isochrones import Sea
    from layers.ice.polaris import Polaris
    from pipelines.ice.archive import Archive
    from pipelines.snapshot import Snapshot

__all__ = ["Voyage", "write_areas", "write_isochrones"]

_LONLAT = re.compile(r"(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)")
_NEAR_KM = 50.0


@dataclass(frozen=True, slots=True)
class Voyage:
    """What is asked: a port by name, node id or `longitude,latitude`, a ship, a month, perhaps a year."""

    port: str
    month: int
    year: int | None = None
    ice_class: str = "PC6"
    stage: str = STAGE
    speed_kn: float = OPEN_WATER_KN


@dataclass(frozen=True, slots=True)
class _Ice:
    """The ice of a month by flat cell of the grid, and what it is of."""

    field: NDArray[np.uint8]
    input: str
    product: str
    period: str


def write_isochrones(
    held: Snapshot, asked: Voyage, folder: Path, archive: Archive | None = None
) -> list[Path]:
    """Write areas (GeoPackage), days to every port (Parquet) and the page, and give their paths.

    The ice is that of the archive's days in the month, or, without one, the embedded edge of the month,
    within which it is taken for full.

    Raises
    ------
    UsageError
        If the port, class, stage, month or year is not known or held.
    ExportError
        If the folder cannot be written.
    """
    table = read_polaris()
    _check(asked, table)
    name, longitude, latitude = _port(held, asked.port)
    water = _sea(held)
    ice = _embedded_ice(held, asked) if archive is None else _archived_ice(archive, water, asked)
    own = ice.field[water.cells]
    speed = speeds_kn(own, table, asked.ice_class, asked.stage, asked.speed_kn)
    x, y = (float(part) for part in polar_xy(longitude, latitude))
    days = days_from(water, x, y, speed, asked.speed_kn)
    made = bands(water, days, own)
    told = {
        "port": name, "longitude_deg": longitude, "latitude_deg": latitude, "ice_class": asked.ice_class,
        "stage": asked.stage, "speed_kn": asked.speed_kn, "period": ice.period, "input": ice.input,
        "product": ice.product,
    }  # fmt: skip
    made = made.assign(area_million_km2=area_km2(made.geometry.to_numpy()) / 1e6, **told, note=NOTE)
    ports = _days_to_ports(held, water, days, asked.speed_kn).assign(**told)
    words = f"{name} {asked.ice_class} {ice.period}".lower()
    stem = "isochrones-" + re.sub(r"[^a-z0-9]+", "-", words).strip("-")
    routes = held.feeds["sea_routes"][0]
    page = IsochroneRecord(
        bands=made,
        tables={"bands": pd.DataFrame(made.drop(columns="geometry")), "ports": ports,
                "record": pd.DataFrame([told])},
        land=shapely.union_all(held.feeds["land"][0].geometry.to_numpy()),
        lines=routes.geometry.tolist(),
        is_synthetic=ice.product == SYNTHETIC,
    )  # fmt: skip
    return [
        write_table(ports, folder / f"{stem}.parquet", ice.product),
        write_areas(made, folder / f"{stem}.gpkg", "isochrones"),
        write(page, folder / f"{stem}.html"),
    ]


def _check(asked: Voyage, table: Polaris) -> None:
    stage_of(asked.stage)
    if asked.ice_class not in table.riv.index:
        msg = f"--ice-class: expected one of {', '.join(table.riv.index)}, found {asked.ice_class!r}"
        raise UsageError(msg)
    if not 1 <= asked.month <= 12:
        msg = f"--month: expected 1 to 12, found {asked.month}"
        raise UsageError(msg)
    if not 0 < asked.speed_kn <= 40:
        msg = f"--speed-kn: expected a speed over 0 and up to 40 knots, found {asked.speed_kn:g}"
        raise UsageError(msg)


def _port(held: Snapshot, named: str) -> tuple[str, float, float]:
    """Name, longitude and latitude of a port by its name or node id, or of a place given in degrees."""
    given = _LONLAT.fullmatch(named.replace(" ", ""))
    if given:
        longitude, latitude = float(given[1]), float(given[2])
        if not (-180 <= longitude <= 180 and 31 <= latitude <= 90):
            msg = f"port: expected longitude,latitude north of 31 N, found {named}: give longitude first"
            raise UsageError(msg)
        return f"{abs(latitude):g} N {abs(longitude):g} {'W' if longitude < 0 else 'E'}", longitude, latitude
    sites = held.static["node_sites"]
    ports = sites[sites["kind"] == "port"]
    found = ports[(ports["node_id"] == named) | (ports["name"].str.casefold() == named.casefold())]
    if len(found) != 1:
        near = difflib.get_close_matches(named, ports["name"].tolist(), n=3)
        several = found["node_id"].tolist() or near
        hint = f"name one of {', '.join(several)}" if several else "name a port of the picture or its node id"
        msg = f"port: expected one port called {named!r}, found {len(found) or 'none'}: {hint}"
        raise UsageError(msg)
    row = found.iloc[0]
    return str(row["name"]), float(row["longitude_deg"]), float(row["latitude_deg"])


def _sea(held: Snapshot) -> Sea:
    ocean = held.grids["sea_ice"]["surface"].to_numpy() == OCEAN
    return sea(ocean, np.concatenate([way.links for way in corridors(held, ocean)]))


def _embedded_ice(held: Snapshot, asked: Voyage) -> _Ice:
    """The edge of the month, of the year asked or the last that is held."""
    grid = held.grids["sea_ice"]
    months = grid["time"].to_numpy().astype("datetime64[M]")
    years = {int(str(m)[:4]): at for at, m in enumerate(months) if int(str(m)[5:]) == asked.month}
    year = max(years, default=None) if asked.year is None else asked.year
    if year not in years:
        found = ", ".join(map(str, sorted(years))) or "none"
        msg = (
            f"edge of {calendar.month_name[asked.month]} {asked.year or ''}".rstrip()
            + f": expected one of the embedded ones, found {found} of that month: name a cube with --cube"
        )
        raise UsageError(msg)
    inside = grid["presence_monthly"].to_numpy()[years[year]].ravel() == 1
    period = f"{calendar.month_name[asked.month]} {year}"
    return _Ice(np.where(inside, 100, 0).astype(np.uint8), "edge, ice within it full", "nsidc_g02135", period)


def _archived_ice(archive: Archive, water: Sea, asked: Voyage) -> _Ice:
    """The usual ice of the month's days, of one year or of all."""
    years = [asked.year] if asked.year is not None else list(archive.files())
    end = calendar.monthrange(2001, asked.month)[1]
    parts = [
        archive.read(date(year, asked.month, 1), date(year, asked.month, end), water.cells)[1].T
        for year in years
    ]
    days = np.concatenate(parts) if parts else np.zeros((0, len(water.cells)), dtype=np.uint8)
    month = calendar.month_name[asked.month]
    if not len(days):
        msg = (
            f"{archive.product}: expected days of {month} {asked.year or 'in any year'}, found none: "
            "take files into the cube first"
        )
        raise UsageError(msg)
    field = np.full(water.grid.shape[0] * water.grid.shape[1], MISSING, dtype=np.uint8)
    field[water.cells] = usual(days)
    span = str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
    made = f", {SYNTHETIC}" if archive.product == SYNTHETIC else ""
    return _Ice(field, f"daily{made}, median of {len(days)} days", archive.product, f"{month} {span}")


def _days_to_ports(held: Snapshot, water: Sea, days: NDArray[np.float64], speed_kn: float) -> pd.DataFrame:
    """Least days to each port, by way of any reached cell within 50 km; NaN where none is."""
    sites = held.static["node_sites"]
    ports = sites[sites["kind"] == "port"]
    mask = np.zeros(water.grid.shape, dtype=bool)
    mask.ravel()[water.cells] = True
    found, apart = nearest_cells(ports.geometry.x, ports.geometry.y, mask, 25, _NEAR_KM, water.grid)
    at = np.searchsorted(water.cells, np.maximum(found, water.cells[0]))
    least = np.where(found >= 0, days[at] + apart / (24 * 1.852 * speed_kn), np.inf).min(axis=1)
    columns = {name: ports[name].to_numpy() for name in ("node_id", "name", "country_iso3")}
    table = pd.DataFrame(columns | {"least_days": np.where(np.isfinite(least), least, np.nan)})
    return table.sort_values(["least_days", "node_id"], ignore_index=True)


def write_areas(made: gpd.GeoDataFrame, path: Path, layer: str) -> Path:
    """Write areas as a GeoPackage of one layer and give its path; raises ExportError if it cannot."""
    part = path.with_suffix(".part.gpkg")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        pyogrio.write_dataframe(made, part, layer=layer, driver="GPKG", geometry_type="MultiPolygon",
                                promote_to_multi=True)  # fmt: skip
        part.replace(path)
    except (OSError, RuntimeError, pyogrio.errors.DataSourceError) as error:
        msg = f"{path.name}: expected to write into {path.parent}, found {error}: make the folder writable"
        raise ExportError(msg) from error
    return path
