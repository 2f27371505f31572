"""CLIMATE_FACTS: what is known of the climate of each node, a row a fact, with its own source and date.

Nothing here depends on scenario, day or draws. A fact that no source tells has no row. The order of
belief: measured (satellite, gauge), typed (a publication on the place), mapped (a published map),
modelled, proxy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers.assessed.sites import with_lonlat
from layers.climate import permafrost_fraction, sample_field
from layers.crs import distance_km
from layers.ice_season_by_month import facts_of_years, season_facts, warming_sensitivity
from layers.merge import nearest, within_km
from layers.observed.climate_records import FACTS, GROUND_ICE, PERMAFROST_ZONES, TIERS
from layers.schema import Column, Layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import xarray as xr
    from numpy.typing import NDArray

    from layers.ice_season_by_month import Sensitivity

__all__ = ["CLIMATE_FACTS", "NORMAL_YEARS", "air_corrections", "proxy_zone", "warming_of"]

_CONFIDENCE = {"high": 0, "medium": 1, "low": 2}
_RECENT_FROM = 2005
_TOWN_KM = 25.0  # a report on a town speaks of every node within (judgement, section 2.2)
_GAUGE_KM = 150.0  # beyond it the land may move at another rate
# Stations of one period alone correct the model: periods differ by up to 4 degC and are never mixed.
_PERIOD = (2004, 2020)
NORMAL_YEARS = (1981, 2010)  # the climate that places were built for
_HIGH_STATION_M = 600.0  # above it a station says little of a town by the sea
_STATIONS, _POWER = 8, 2.0  # neighbours and power of the distance that weigh a correction
_SCREEN_DEGC = 15.0


class _Book:
    """Collects facts as columns."""

    def __init__(self, sites: pd.DataFrame) -> None:
        self._nodes = sites["node_id"].to_numpy(dtype=object)
        self.parts: list[pd.DataFrame] = []

    def add(self, rows: NDArray[np.int64], fact: str, **columns: Any) -> None:
        """One fact of the nodes at `rows`; each column one value, or one a row."""
        told = {"node_id": self._nodes[rows], "fact": fact}
        blank = {"value": np.nan, "low": np.nan, "high": np.nan, "label": None, "unit": "1", "note": ""}
        self.parts.append(pd.DataFrame(told | blank | columns, index=range(len(rows))))

    def table(self) -> pd.DataFrame:
        return pd.concat([part for part in self.parts if len(part)], ignore_index=True)


def _climate_facts(
    node_sites: gpd.GeoDataFrame,
    ice_years: pd.DataFrame,
    port_ice_seasons: gpd.GeoDataFrame,
    permafrost_places: gpd.GeoDataFrame,
    permafrost_maps: gpd.GeoDataFrame,
    thaw_damage: gpd.GeoDataFrame,
    station_normals: gpd.GeoDataFrame,
    coastal_erosion: gpd.GeoDataFrame,
    sea_level_projections: pd.DataFrame,
    sea_level_trends: pd.DataFrame,
    global_warming: pd.DataFrame,
    grids: Mapping[str, xr.Dataset],
) -> pd.DataFrame:
    sites = pd.DataFrame(node_sites.drop(columns="geometry"))
    book = _Book(sites)
    _add_daily_ice(book, sites, ice_years, global_warming)
    _add_ice(book, sites, node_sites.geometry.to_numpy(), grids["ice_presence"], global_warming)
    _add_port_ice(book, sites, port_ice_seasons)
    _add_air(book, sites, grids["climate"], station_normals, global_warming)
    _add_permafrost(book, sites, node_sites.geometry.to_numpy(), permafrost_places, permafrost_maps)
    _add_damage(book, sites, thaw_damage)
    _add_erosion(book, sites, coastal_erosion)
    _add_level(book, sites, sea_level_projections, sea_level_trends)
    table = book.table()
    # Of two rows on one fact the first stays: they were written best first.
    order = table["tier"].map({name: place for place, name in enumerate(TIERS)})
    table = table.assign(order=order).sort_values(["node_id", "fact", "order"], kind="stable")
    return table.drop_duplicates(["node_id", "fact"]).drop(columns="order").reset_index(drop=True)


def best_statement(
    sites: pd.DataFrame, table: pd.DataFrame, column: str | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Of each node that a statement reaches: its position, that of the statement, and the kilometres.

    `table` has `reach_km`, `confidence` and places; rows without `column` do not count. The more certain
    statement wins, then the nearer.
    """
    some = with_lonlat(table) if "longitude_deg" not in table else pd.DataFrame(table)
    kept = np.flatnonzero(some[column].notna()) if column else np.arange(len(some))
    some = some.iloc[kept]
    at, found = within_km(sites, some, _TOWN_KM)
    lon, lat = sites["longitude_deg"].to_numpy(), sites["latitude_deg"].to_numpy()
    km = distance_km(
        lon[at], lat[at], some["longitude_deg"].to_numpy()[found], some["latitude_deg"].to_numpy()[found]
    )
    holds = km <= some["reach_km"].to_numpy(dtype=float)[found] + 0.5
    at, found, km = at[holds], found[holds], km[holds]
    rank = some["confidence"].map(_CONFIDENCE).to_numpy(dtype=float)[found]
    order = np.lexsort((found, km, rank, at))
    first = np.append(True, at[order][1:] != at[order][:-1])[: len(order)]
    pick = order[first]
    return at[pick], kept[found[pick]], km[pick]


def _cited(table: pd.DataFrame, found: NDArray[np.int64], km: NDArray[np.float64]) -> NDArray[np.object_]:
    """Who says it, in words."""
    rows = table.iloc[found]
    return np.array(
        [
            f"{row.name if not hasattr(row, 'place') else row.place}, {apart:.0f} km off: "
            f"{row.source_title} ({row.source_url})"
            for row, apart in zip(rows.itertuples(index=False), km, strict=True)
        ],
        dtype=object,
    )


# --- sea ice ------------------------------------------------------------------------------------


def _add_ice(
    book: _Book,
    sites: pd.DataFrame,
    points: NDArray[np.object_],
    presence: xr.Dataset,
    global_warming: pd.DataFrame,
) -> None:
    rows = np.flatnonzero(sites["kind"].isin(["port", "cable_landing"]))
    xy = shapely.get_coordinates(points[rows])
    found = season_facts(presence, sites["node_id"].to_numpy(dtype=object)[rows], xy[:, 0], xy[:, 1])
    warmth = warming_sensitivity(
        found.series,
        global_warming["year"].to_numpy(dtype=np.int64),
        global_warming["warming_degc"].to_numpy(),
    )
    # A season that grows beyond its interval is an artefact of coarse cells beside tides (Cook Inlet): it is
    # no proof of a hazard that is low.
    grew = found.table["doubt"].str.contains("season_grew").to_numpy()
    last = int(found.series.years[-1])
    told = (found.table["state"] != "unknown").to_numpy() & ~grew
    common = {"source_id": "nsidc_ice_presence", "as_of": f"{last}-08-31", "tier": "measured"}
    _tell_ice(book, rows[told], found.table[told], warmth, told, common, _ice_note(found.table[told], last))


def _add_daily_ice(
    book: _Book, sites: pd.DataFrame, ice_years: pd.DataFrame, global_warming: pd.DataFrame
) -> None:
    """The season of a daily record that the user has stands before that of monthly means."""
    if ice_years.empty:
        return
    wide = ice_years.pivot_table(index="node_id", columns="year", values="ice_months")
    position = {name: row for row, name in enumerate(sites["node_id"])}
    wide = wide[[name in position for name in wide.index]]
    years = wide.columns.to_numpy(dtype=np.int64)
    found = facts_of_years(wide.index.to_numpy(dtype=object), years, wide.to_numpy(dtype=float))
    warmth = warming_sensitivity(
        found.series,
        global_warming["year"].to_numpy(dtype=np.int64),
        global_warming["warming_degc"].to_numpy(),
    )
    kinds = sites["kind"].isin(["port", "cable_landing"]).to_numpy()
    rows = found.table["node_id"].map(position).to_numpy(dtype=np.int64)
    told = (found.table["state"] != "unknown").to_numpy() & kinds[rows]
    product, as_of = ice_years["product"].iloc[0], str(ice_years["as_of"].max())
    note = np.array(
        [
            f"daily record {product}, {row.n_years} ice years to {years[-1]}: "
            + ("free of ice" if row.state == "ice_free" else f"{row.ice_months_normal:.1f} months a year in "
               f"1981-2010, {row.ice_months_recent:.1f} in the last ten")
            for row in found.table[told].itertuples()
        ],
        dtype=object,
    )  # fmt: skip
    common = {"source_id": str(ice_years["source_id"].iloc[0]), "as_of": as_of, "tier": "measured"}
    _tell_ice(book, rows[told], found.table[told], warmth, told, common, note)


def _tell_ice(
    book: _Book,
    at: NDArray[np.int64],
    told: pd.DataFrame,
    warmth: Sensitivity,
    rows: NDArray[np.bool_],
    common: dict[str, Any],
    note: NDArray[np.object_],
) -> None:
    """Write the facts of some nodes: months now, months lost, spread, and what a degree takes."""
    common = common | {"note": note}
    book.add(at, "ice_months_recent", value=told["ice_months_recent"].to_numpy(), unit="months", **common)
    low, high = (told[f"ice_months_lost_{end}"].to_numpy() for end in ("low", "high"))
    # Where there is almost never ice nothing is lost, whatever one year in ten makes of the mean.
    lost = np.clip(told["ice_months_lost"].to_numpy(), low, high)
    book.add(at, "ice_months_lost", value=lost, unit="months", low=low, high=high, **common)
    spread = told["ice_season_spread_months"].to_numpy()
    book.add(at, "ice_season_spread", value=spread, unit="months", **common)
    losing = warmth.is_significant[rows] & (told["state"] == "known").to_numpy()
    slope, low, high = (part[rows][losing] for part in (warmth.slope, warmth.low, warmth.high))
    words = "Theil-Sen slope of the months with ice on global warming, 95 % interval"
    book.add(
        at[losing], "ice_loss_per_degc", value=-slope, unit="months K-1", low=-high, high=-low,
        **common | {"note": words},
    )  # fmt: skip


def _ice_note(told: pd.DataFrame, last: int) -> NDArray[np.object_]:
    return np.array(
        [
            f"free of ice in 95 % of the years 1979-{last}"
            if row.state == "ice_free"
            else f"{row.ice_months_normal:.1f} months a year in 1981-2010, {row.ice_months_recent:.1f} in "
            f"{last - 9}-{last} (years from September); {row.ice_cells} cells of 25 km, "
            f"{row.ice_cells_km:.0f} km off"
            for row in told.itertuples()
        ],
        dtype=object,
    )


def _add_port_ice(book: _Book, sites: pd.DataFrame, seasons: gpd.GeoDataFrame) -> None:
    """The season at the quay by an ice service stands before that of cells 25 km wide.

    A statement on years before 2005 says nothing of the last ten years and is left out.
    """
    last = pd.to_numeric(seasons["last_year"]).fillna(pd.to_numeric(seasons["as_of"].str[:4]))
    seasons = seasons[(last >= _RECENT_FROM).to_numpy()].reset_index(drop=True)
    rows = np.flatnonzero(sites["kind"].isin(["port", "cable_landing"]))
    at, found, km = best_statement(sites.iloc[rows], seasons, "ice_months")
    own = seasons.iloc[found]
    common = {
        "unit": "months", "tier": "measured", "source_id": own["source_id"].to_numpy(dtype=object),
        "as_of": own["as_of"].to_numpy(dtype=object), "note": _cited(seasons, found, km),
    }  # fmt: skip
    # "measured": an ice service observes the harbour itself.
    part = {"value": own["ice_months"].to_numpy(), "low": own["ice_months_low"].to_numpy(),
            "high": own["ice_months_high"].to_numpy()}  # fmt: skip
    book.add(rows[at], "ice_months_recent", **part, **common)
    # Written after the satellite's, so it is put before it.
    book.parts.insert(0, book.parts.pop())


# --- air and permafrost -------------------------------------------------------------------------


def warming_of(global_warming: pd.DataFrame, first: int, last: int) -> float:
    """Mean global warming of some years, degC above 1850-1900."""
    years = global_warming[global_warming["year"].between(first, last)]
    return float(round(years["warming_degc"].mean(), 4))


def air_corrections(
    climate: xr.Dataset, station_normals: pd.DataFrame, global_warming: pd.DataFrame
) -> pd.DataFrame:
    """What stations of 2004 to 2020 read above the model at that warming, degC, a row a station.

    Columns longitude_deg, latitude_deg, correction_degc, left_out_degc: the error where the station itself
    is left out of the field.
    """
    one = station_normals[
        (station_normals["first_year"] == _PERIOD[0])
        & (station_normals["last_year"] == _PERIOD[1])
        & ~(station_normals["elevation_m"] > _HIGH_STATION_M)
    ]
    lon, lat = (one[f"{name}_deg"].to_numpy(dtype=float) for name in ("longitude", "latitude"))
    warming = warming_of(global_warming, *_PERIOD)
    model = (
        sample_field(climate["temperature_before_degc"], lon, lat)
        + sample_field(climate["warming_ratio"], lon, lat) * warming
    )
    above = one["mean_annual_air_temperature_degc"].to_numpy(dtype=float) - model
    table = pd.DataFrame({"longitude_deg": lon, "latitude_deg": lat, "correction_degc": above.round(3)})
    own = correction_at(table, lon, lat, skip_own=True)
    return table.assign(left_out_degc=(own - above).round(3))


def correction_at(
    corrections: pd.DataFrame, lon: NDArray[np.float64], lat: NDArray[np.float64], *, skip_own: bool = False
) -> NDArray[np.float64]:
    """Correction of the model at places: mean of the nearest stations, weighed by 1 / distance squared."""
    places = pd.DataFrame({"longitude_deg": lon, "latitude_deg": lat})
    km, found = nearest(places, corrections, k=_STATIONS + skip_own)
    km, found = (km[:, 1:], found[:, 1:]) if skip_own else (km, found)
    weight = np.where(found < 0, 0.0, 1.0 / (np.where(np.isinf(km), 1e9, km) + 25.0) ** _POWER)
    value = corrections["correction_degc"].to_numpy()[np.maximum(found, 0)]
    return np.asarray(((weight * value).sum(axis=1) / weight.sum(axis=1)).round(3))


def proxy_zone(air_degc: NDArray[np.float64]) -> NDArray[np.int64]:
    """Zone by air (Gruber 2012): 4 continuous, 3 discontinuous, 2 sporadic, 1 isolated, 0 none."""
    share = permafrost_fraction(air_degc)
    return np.asarray(np.digitize(share, (0.01, 0.1, 0.5, 0.9)))


def _add_air(
    book: _Book,
    sites: pd.DataFrame,
    climate: xr.Dataset,
    station_normals: pd.DataFrame,
    global_warming: pd.DataFrame,
) -> None:
    lon, lat = (sites[f"{name}_deg"].to_numpy(dtype=float) for name in ("longitude", "latitude"))
    corrections = air_corrections(climate, station_normals, global_warming)
    level = warming_of(global_warming, *NORMAL_YEARS)
    before, ratio = (sample_field(climate[n], lon, lat) for n in ("temperature_before_degc", "warming_ratio"))
    air = (before + ratio * level + correction_at(corrections, lon, lat)).round(2)
    error = float(np.sqrt((corrections["left_out_degc"] ** 2).mean()).round(2))
    note = (
        f"mean of 1981-2010: one climate model corrected by {len(corrections)} stations of 2004-2020; "
        f"error of a station left out {error:g} degC"
    )
    every = np.arange(len(sites))
    book.add(
        every,
        "air_temperature",
        value=air,
        low=air - error,
        high=air + error,
        unit="degC",
        tier="modelled",
        source_id="metoffice_model_temperature",
        as_of=str(station_normals["as_of"].max()),
        note=note,
    )
    zone = proxy_zone(air)
    book.add(
        every, "permafrost_zone", value=zone.astype(float), unit="class", tier="proxy",
        label=np.array(PERMAFROST_ZONES, dtype=object)[4 - zone], source_id="metoffice_model_temperature",
        as_of=str(station_normals["as_of"].max()),
        note=f"proxy: ground in balance with an air of {NORMAL_YEARS[0]}-{NORMAL_YEARS[1]} (Gruber 2012)",
    )  # fmt: skip


def _add_permafrost(
    book: _Book,
    sites: pd.DataFrame,
    points: NDArray[np.object_],
    places: gpd.GeoDataFrame,
    maps: gpd.GeoDataFrame,
) -> None:
    codes = {name: 4 - place for place, name in enumerate(PERMAFROST_ZONES)}
    ice = {name: 2 - place for place, name in enumerate(GROUND_ICE)}
    bedrock = {True: 1, False: 0}
    for fact, column, code in (
        ("permafrost_zone", "permafrost_zone", codes), ("ground_ice", "ground_ice", ice),
        ("bedrock", "is_bedrock", bedrock),
    ):  # fmt: skip
        at, found, km = best_statement(sites, places, column)
        rows = places.iloc[found]
        label = rows[column].map({True: "bedrock", False: "not bedrock"} if fact == "bedrock" else str)
        book.add(
            at, fact, value=rows[column].map(code).to_numpy(dtype=float), unit="class",
            label=label.to_numpy(dtype=object), tier=rows["tier"].to_numpy(dtype=object),
            source_id=rows["source_id"].to_numpy(dtype=object),
            as_of=rows["as_of"].to_numpy(dtype=object), note=_cited(places, found, km),
        )  # fmt: skip
        if fact == "bedrock" or not len(maps):
            continue
        some = maps[maps[column].notna()]
        at, found = shapely.STRtree(some.geometry.to_numpy()).query(points, "within")
        order = np.lexsort((found, at))  # the tree answers in an order of its own
        at, found = at[order], found[order]
        first = np.append(True, at[1:] != at[:-1])[: len(at)]
        rows = some.iloc[found[first]]
        book.add(
            at[first], fact, value=rows[column].map(code).to_numpy(dtype=float), unit="class", tier="mapped",
            label=rows[column].to_numpy(dtype=object), source_id=rows["source_id"].to_numpy(dtype=object),
            as_of=rows["as_of"].to_numpy(dtype=object), note="the area of the map that it lies in",
        )  # fmt: skip


def _add_damage(book: _Book, sites: pd.DataFrame, damage: gpd.GeoDataFrame) -> None:
    """Reports on the facility itself, then on the town within 25 km; damage before mere problems.

    The value is 2 for damage of the facility, 1 for damage in its town, 0.5 for problems of either.
    """
    position = {name: row for row, name in enumerate(sites["node_id"])}
    towns = damage[damage["applies_to"] == "town"].assign(reach_km=_TOWN_KM)
    for grade, of_own, of_town in (("damage", 2.0, 1.0), ("problems", 0.5, 0.5)):
        own = damage[(damage["grade"] == grade) & damage["match_node"].isin(position)]
        own = own.sort_values("as_of", ascending=False, kind="stable").drop_duplicates("match_node")
        at = own["match_node"].map(position).to_numpy(dtype=np.int64)
        note = own["what"] + ": " + own["source_title"] + " (" + own["source_url"] + ")"
        _report(book, at, own, of_own, "facility", note.to_numpy(dtype=object))
        some = towns[towns["grade"] == grade].reset_index(drop=True)
        at, found, km = best_statement(sites, some)
        rows = some.iloc[found]
        said = [
            f"town, {apart:.0f} km off: {row.what}: {row.source_title} ({row.source_url})"
            for row, apart in zip(rows.itertuples(), km, strict=True)
        ]
        _report(book, at, rows, of_town, "town", np.array(said, dtype=object))


def _report(
    book: _Book,
    at: NDArray[np.int64],
    rows: pd.DataFrame,
    value: float,
    label: str,
    note: NDArray[np.object_],
) -> None:
    words = label if value >= 1 else f"{label}, problems only"
    book.add(
        at, "thaw_damage", value=value, label=words, unit="report", tier="typed", note=note,
        source_id=rows["source_id"].to_numpy(dtype=object), as_of=rows["as_of"].to_numpy(dtype=object),
    )  # fmt: skip


# --- shore and level ----------------------------------------------------------------------------


def _add_erosion(book: _Book, sites: pd.DataFrame, erosion: gpd.GeoDataFrame) -> None:
    still = erosion["coast_kind"].isin(["bedrock", "stable", "accreting", "protected"])
    rate = erosion["rate_m_per_year"].where(erosion["rate_m_per_year"].notna(), still.map({True: 0.0}))
    table = erosion.assign(rate=rate)
    at, found, km = best_statement(sites, table, "rate")
    rows = table.iloc[found]
    words = np.where(
        rows["rate_m_per_year"].isna(),
        rows["coast_kind"].to_numpy(dtype=object) + " shore, no rate stated; ",
        "",
    )
    book.add(
        at, "coastal_erosion", value=rows["rate"].to_numpy(dtype=float), unit="m a-1",
        low=rows["rate_low_m_per_year"].to_numpy(dtype=float),
        high=rows["rate_high_m_per_year"].to_numpy(dtype=float),
        label=rows["coast_kind"].to_numpy(dtype=object), tier="typed",
        source_id=rows["source_id"].to_numpy(dtype=object), as_of=rows["as_of"].to_numpy(dtype=object),
        note=words + _cited(table, found, km),
    )  # fmt: skip


def _add_level(book: _Book, sites: pd.DataFrame, projections: pd.DataFrame, trends: pd.DataFrame) -> None:
    rows = np.flatnonzero(sites["kind"].isin(["port", "cable_landing", "airfield"]))
    km, found = nearest(sites.iloc[rows], projections)
    near = km[:, 0] <= _GAUGE_KM
    rows, gauges, km = rows[near], projections.iloc[found[near, 0]], km[near, 0]
    latest = trends.sort_values("last_year", kind="stable").drop_duplicates("psmsl_id", keep="last")
    seen = {
        int(row.psmsl_id): f"; observed {row.trend_mm_per_year:+.1f} +/- {row.uncertainty_mm_per_year:.1f} "
        f"mm a year, {row.first_year}-{row.last_year}"
        for row in latest.itertuples()
    }
    note = [
        f"AR6, 2100 against 1995-2014, gauge {row.name} at {apart:.0f} km: {row.low_m:+.2f} m (SSP1-2.6, "
        f"17 %) to {row.high_m:+.2f} m (SSP5-8.5, 83 %){seen.get(row.psmsl_id, '')}"
        for row, apart in zip(gauges.itertuples(index=False), km, strict=True)
    ]
    book.add(
        rows, "relative_sea_level", value=gauges["central_m"].to_numpy(dtype=float), unit="m by 2100",
        low=gauges["low_m"].to_numpy(dtype=float), high=gauges["high_m"].to_numpy(dtype=float),
        tier="modelled", source_id=gauges["source_id"].to_numpy(dtype=object),
        as_of=gauges["as_of"].to_numpy(dtype=object), note=np.array(note, dtype=object),
    )  # fmt: skip


CLIMATE_FACTS = Layer(
    id="climate_facts",
    title="Climate facts of each node",
    pillar="environmental",
    geometry="table",
    spine=(),
    key=("node_id", "fact"),
    columns=(
        Column("node_id", "str", "the node", required=True),
        Column("fact", "str", "what is told", required=True, choices=FACTS),
        Column("value", "float", "value, in `unit`; a class by its number"),
        Column("low", "float", "lower end of the value: 5 %, or as the note says"),
        Column("high", "float", "upper end of the value: 95 %, or as the note says"),
        Column("label", "str", "the class in words"),
        Column("unit", "str", "unit of the value", required=True),
        Column("tier", "str", "how it is known, best first: measured typed mapped modelled proxy",
               required=True, choices=TIERS),
        Column("source_id", "str", "source", required=True),
        Column("as_of", "str", "date the fact holds for, ISO 8601", required=True),
        Column("note", "str", "how it was measured, or who says so"),
    ),
    note="A fact that no source tells has no row.",
    derive=_climate_facts,
)  # fmt: skip
