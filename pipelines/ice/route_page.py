"""The route page and its tables, from a daily archive or from the embedded ice edges and grids."""

from __future__ import annotations

import calendar
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers.errors import ExportError, UsageError
from layers.grid import ICE_THRESHOLD_PCT, NSIDC_25KM, OCEAN, POLE_HOLE, polygons
from layers.ice.corridors import corridor
from layers.ice.daily import SYNTHETIC
from layers.ice.edge_routes import field_rows, shore_ice
from layers.ice.polaris import STAGES
from layers.ice.seasons import edge_season
from layers.ice.waters import waters
from maps.reports.routes import RouteRecord, write
from pipelines.files import replacing
from pipelines.ice.passages import read_polaris

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from layers.ice.corridors import Corridor
    from pipelines.ice.archive import Archive
    from pipelines.snapshot import Snapshot

__all__ = [
    "STAGE",
    "corridors",
    "edge_tables",
    "stage_of",
    "with_waters",
    "write_edge_page",
    "write_record_page",
    "write_table",
]

STAGE = "thick_fy"  # the default stage of ice of a page
NOTE = "not for navigation; missing is not open water; see decisions/0011"
# Seas along the routes, from the Barents Sea on, with open water at levels of warming.
_SEAS = (
    "ne-barents-sea", "ne-kara-sea", "ne-laptev-sea", "ne-east-siberian-sea", "ne-chukchi-sea",
    "ne-beaufort-sea", "ne-the-north-western-passages", "ne-baffin-bay", "ne-hudson-bay", "ne-greenland-sea",
)  # fmt: skip
_EDGE_SOURCE = (
    "NSIDC Sea Ice Index G02135 (monthly edges; median edges by QGreenland), NSIDC-0051, NOAA/NSIDC G02202, "
    "EUMETSAT OSI SAF; routes: own table, each with its source"
)


def stage_of(word: str) -> str:
    """The stage of ice that `word` names, which is `word` itself.

    Raises
    ------
    UsageError
        If POLARIS has no such stage.
    """
    if word not in STAGES:
        msg = f"--stage: expected one of {', '.join(STAGES)}, found {word!r}"
        raise UsageError(msg)
    return word


def corridors(snapshot: Snapshot, ocean: NDArray[np.bool_]) -> list[Corridor]:
    """The corridor of every sea route of the snapshot. `ocean` is a mask on the 25 km grid."""
    routes = snapshot.feeds["sea_routes"][0]
    return [corridor(*pair, ocean) for pair in zip(routes["feature_id"], routes.geometry, strict=True)]


def with_waters(table: pd.DataFrame, snapshot: Snapshot) -> pd.DataFrame:
    """The table with the new column `bottleneck_water`, the strait or sea of the bottleneck, or null."""
    places = table[["bottleneck_longitude_deg", "bottleneck_latitude_deg"]].drop_duplicates()
    lon, lat = (places[name].to_numpy(dtype=float) for name in places)
    names = waters(lon, lat, snapshot.feeds["chokepoints"][0], snapshot.feeds["seas"][0])
    waters_of = places.assign(bottleneck_water=[name or None for name in names])
    return table.merge(waters_of, on=list(places.columns), how="left")


def write_table(table: pd.DataFrame, path: Path, product: str) -> Path:
    """Write a table as Parquet, with the product and a note on its use as metadata; returns the path.

    Raises
    ------
    ExportError
        If the file cannot be written.
    """
    table.attrs = {"note": NOTE, "product": product}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            table.to_parquet(part, index=False)
    except OSError as error:
        msg = f"{path.name}: expected to write into {path.parent}, found {error}: make the folder writable"
        raise ExportError(msg) from error
    return path


def _record(
    snapshot: Snapshot, tables: Mapping[str, pd.DataFrame], ice: list[tuple[str, Any]], record: dict[str, str]
) -> RouteRecord:
    """The input of the page. `ice` are pairs of CSS class and area; `record` becomes the table `record`."""
    routes = snapshot.feeds["sea_routes"][0]
    land = snapshot.feeds["land"][0].geometry.to_numpy()
    return RouteRecord(
        tables={
            **tables,
            "routes": pd.DataFrame(routes.drop(columns="geometry")),
            "record": pd.DataFrame([record]),
        },
        lines=dict(zip(routes["feature_id"], routes.geometry, strict=True)),
        land=shapely.union_all(land),
        ice=ice,
        is_synthetic=record["product"] == SYNTHETIC,
    )


def _area(mask: NDArray[np.bool_]) -> Any:
    """The area of the true cells, EPSG:3413; an empty polygon if there are none."""
    areas = polygons(mask)
    return areas[0][1] if areas else shapely.Polygon()


def _drawn_ice(ice: NDArray[np.bool_], ocean: NDArray[np.bool_]) -> list[tuple[str, Any]]:
    """CSS class and area of the ice of the open sea, and of the ice that lies only beside land."""
    shore = shore_ice(ice, ocean)
    return [("ice", _area(ice & ocean & ~shore)), ("ice-shore", _area(shore))]


def _edge(ice: NDArray[np.bool_], ocean: NDArray[np.bool_]) -> Any:
    """The line between ice and open water, EPSG:3413. The line between ice and land is not part of it."""
    sides = [shapely.boundary(_area(mask)) for mask in (ice & ocean & ~shore_ice(ice, ocean), ocean & ~ice)]
    return shapely.line_merge(shapely.intersection(*sides))


# --- a daily record ----------------------------------------------------------------------------


def write_record_page(
    archive: Archive, tables: Mapping[str, pd.DataFrame], snapshot: Snapshot, path: Path, stage: str = STAGE
) -> Path:
    """Write the page of a daily archive to `path` and return the path.

    `tables` are the tables of `pipelines.ice.record.write_record`. `stage` is the stage of ice of the page.
    """
    seasons = tables["route_seasons"]
    last = int(seasons["year"].max())
    (ice, ice_day), (edge, edge_day) = (_day(archive, last, month) for month in (9, 3))
    ocean = snapshot.grids["sea_ice"]["surface"].to_numpy() == OCEAN
    drawn = [*_drawn_ice(ice, ocean), ("ice-edge", _edge(edge, ocean))]
    record = {
        "input": str(seasons["input"].iloc[0]),
        "product": archive.product,
        "stage": stage,
        "ice": ice_day,
        "ice_edge": edge_day,
        "first": str(int(seasons["year"].min())),
        "last": str(last),
        "source": f"{_origin(archive.product)}; routes: own table, each with its source",
    }
    on_page = {name: tables[name] for name in ("route_seasons", "route_trends")} | _seas_on_page(
        tables, snapshot
    )
    return _write_page(_record(snapshot, on_page, drawn, record), path)


def _origin(product: str) -> str:
    """The origin of the ice of a product, in words."""
    return "a made cube" if product == SYNTHETIC else f"the user's own archive of {product}"


def _seas_on_page(tables: Mapping[str, pd.DataFrame], snapshot: Snapshot) -> dict[str, pd.DataFrame]:
    """Tables of the seas along the routes at levels of warming, and of the loss of September ice.

    The result is empty for a record with fewer than ten years.
    """
    warmed, loss = tables["ice_warming"], tables["ice_loss"]
    if not len(warmed) or not len(loss):
        return {}
    seas = snapshot.feeds["seas"][0].drop_duplicates("feature_id").set_index("feature_id")["name"]
    some = warmed[(warmed["place_kind"] == "sea") & warmed["place_id"].isin(_SEAS)]
    return {"ice_warming": some.assign(name=some["place_id"].map(seas)), "ice_loss": loss}


def _day(archive: Archive, year: int, month: int) -> tuple[NDArray[np.bool_], str]:
    """The ice of the day nearest to the middle of a month, as a mask, and this day in words.

    The mask is empty if the archive has no day in the month.
    """
    days, fields = archive.read(date(year, month, 1), date(year, month, 30))
    if not len(days):
        return np.zeros(NSIDC_25KM.shape, dtype=bool), "no day held"
    at = int(np.argmin(np.abs(days - np.datetime64(date(year, month, 15)))))
    field = fields[at]
    # Values over 100 are codes. The pole hole counts as ice.
    ice = ((field >= ICE_THRESHOLD_PCT) & (field <= 100)) | (field == POLE_HOLE)
    return ice, str(days[at])


# --- edges and single grids --------------------------------------------------------------------


def edge_tables(snapshot: Snapshot, stage: str = STAGE) -> dict[str, pd.DataFrame]:
    """The tables of the page of the embedded edges and grids.

    `route_fields` has a row for each route on each embedded edge and grid, with the stage of ice `stage`.
    `route_medians` has the open days of each route in the median year.
    """
    grid, table = snapshot.grids["sea_ice"], read_polaris()
    ocean = grid["surface"].to_numpy() == OCEAN
    ways = corridors(snapshot, ocean)
    # The embedded edges come from the NSIDC Sea Ice Index, G02135.
    edge = {"input": "edge", "product": "nsidc_g02135"}
    parts = []
    for when, field in zip(grid["time"].to_numpy(), grid["presence_monthly"].to_numpy(), strict=True):
        month = str(when.astype("datetime64[M]"))
        row: dict[str, Any] = {
            "field_id": month,
            **edge,
            "date": month,
            "year": float(month[:4]),
            "month": int(month[5:]),
        }
        parts.append(field_rows(ways, field, ocean, table, stage, is_edge=True, **row))
    for month, field in zip(grid["month"].to_numpy(), grid["presence_median"].to_numpy(), strict=True):
        row = {"field_id": f"median-{month:02d}", **edge, "date": "", "year": np.nan, "month": int(month)}
        parts.append(field_rows(ways, field, ocean, table, stage, is_edge=True, **row))
    samples = (grid[f"sample_{name}"].to_numpy() for name in ("id", "date", "product", "period"))
    for name, when, product, period, field in zip(*samples, grid["concentration"].to_numpy(), strict=True):
        day = str(when.astype("datetime64[D]"))
        monthly = period == "monthly"
        row = {
            "field_id": str(name), "input": "monthly mean" if monthly else "daily", "product": str(product),
            "date": day[:7] if monthly else day, "year": float(day[:4]), "month": int(day[5:7]),
        }  # fmt: skip
        parts.append(field_rows(ways, field, ocean, table, stage, **row))
    fields = with_waters(pd.concat(parts, ignore_index=True), snapshot)
    fields.insert(6, "month_name", [calendar.month_abbr[month] for month in fields["month"]])
    return {"route_fields": fields, "route_medians": _medians(fields)}


def _medians(fields: pd.DataFrame) -> pd.DataFrame:
    """Open days of each route in the median year, counted by whole months, with their interval."""
    some = fields[(fields["input"] == "edge") & fields["year"].isna()]
    shut = some.assign(shut=~some["is_open"]).pivot_table(
        index="route_id", columns="month", values="shut", aggfunc="max", sort=False
    )
    return edge_season(shut.to_numpy(dtype=float)).assign(route_id=shut.index.to_numpy())


def write_edge_page(snapshot: Snapshot, folder: Path, stage: str = STAGE) -> list[Path]:
    """Write `routes-edges.html` and its tables from the embedded edges and grids; returns their paths.

    `stage` is the stage of ice of the page.
    """
    tables = edge_tables(snapshot, stage)
    edges = tables["route_fields"]
    edges = edges[(edges["input"] == "edge") & edges["year"].notna()]
    grid = snapshot.grids["sea_ice"]
    months = np.datetime_as_string(grid["time"].to_numpy().astype("datetime64[M]"))
    ocean = grid["surface"].to_numpy() == OCEAN
    # September, the month with least ice, is an area; March, with most ice, is a line.
    ice: list[tuple[str, Any]] = []
    edges_of = []
    for month in (9, 3):
        last = str(edges.loc[edges["month"] == month, "field_id"].max())
        field = grid["presence_monthly"].to_numpy()[int(np.flatnonzero(months == last)[0])]
        ice += _drawn_ice(field == 1, ocean) if month == 9 else [("ice-edge", _edge(field == 1, ocean))]
        edges_of.append(f"mean edge of {calendar.month_name[month]} {last[:4]}")
    record = {
        "input": "edges of months and single grids, no daily record", "product": "nsidc_g02135 and others",
        "stage": stage, "first": str(edges["field_id"].min()), "last": str(edges["field_id"].max()),
        "source": _EDGE_SOURCE, "ice": edges_of[0], "ice_edge": edges_of[1],
    }  # fmt: skip
    paths = [write_table(table, folder / f"{name}.parquet", "edges") for name, table in tables.items()]
    return [*paths, _write_page(_record(snapshot, tables, ice, record), folder / "routes-edges.html")]


def _write_page(record: RouteRecord, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as part:
        write(record, part)
    return path
