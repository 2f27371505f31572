"""CLIMATE_FACTS: climate facts of each node, one row per fact, each with its own source and date.

Nothing here depends on scenario, day or draws. A fact without a source has no row. The best tier wins:
measured (satellite, gauge), typed (a publication on the place), mapped (a published map), modelled, proxy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from layers.assessed.air_facts import add_air
from layers.assessed.fact_rows import TOWN_KM, FactRows, best_statement, citations
from layers.assessed.ice_facts import add_daily_ice, add_monthly_ice, add_port_ice
from layers.merge import nearest
from layers.observed.climate_records import FACTS, GROUND_ICE, PERMAFROST_ZONES, TIERS
from layers.schema import Column, Layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import xarray as xr
    from numpy.typing import NDArray


__all__ = ["CLIMATE_FACTS"]

_GAUGE_KM = 150.0  # a site farther from the gauge may rise or sink at another rate


def _climate_facts(
    node_sites: gpd.GeoDataFrame,
    measures: pd.DataFrame,
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
    book = FactRows(sites)
    # A site that is not at the sea has no ice of the sea and no sea level. It keeps its row, because facts
    # are written by position, and gets no kind, because the writers choose sites by kind.
    coastal = sites["node_id"].map(measures.set_index("node_id")["is_coastal"])
    shore = sites.assign(kind=sites["kind"].where(coastal, None))
    add_daily_ice(book, shore, ice_years, global_warming)
    add_monthly_ice(book, shore, node_sites.geometry.to_numpy(), grids["ice_presence"], global_warming)
    add_port_ice(book, shore, port_ice_seasons)
    add_air(book, sites, grids["climate"], station_normals, global_warming)
    _add_permafrost(book, sites, node_sites.geometry.to_numpy(), permafrost_places, permafrost_maps)
    _add_damage(book, sites, thaw_damage)
    _add_erosion(book, sites, coastal_erosion)
    _add_level(book, shore, sea_level_projections, sea_level_trends)
    table = book.table()
    # If two rows have the same tier, the first one written stays. So the best source is written first.
    order = table["tier"].map({name: place for place, name in enumerate(TIERS)})
    table = table.assign(order=order).sort_values(["node_id", "fact", "order"], kind="stable")
    return table.drop_duplicates(["node_id", "fact"]).drop(columns="order").reset_index(drop=True)


def _add_permafrost(
    book: FactRows,
    sites: pd.DataFrame,
    points: NDArray[np.object_],
    places: gpd.GeoDataFrame,
    maps: gpd.GeoDataFrame,
) -> None:
    """Write zone, ground ice and bedrock of each site, from a statement on the place or the area of a map.

    `points` are the sites in EPSG:3413.
    """
    codes = {name: 4 - place for place, name in enumerate(PERMAFROST_ZONES)}
    ice = {name: 2 - place for place, name in enumerate(GROUND_ICE)}
    bedrock = {True: 1, False: 0}
    for fact, column, code in (
        ("permafrost_zone", "permafrost_zone", codes), ("ground_ice", "ground_ice", ice),
        ("bedrock", "is_bedrock", bedrock),
    ):  # fmt: skip
        at, position, km = best_statement(sites, places, column)
        rows = places.iloc[position]
        label = rows[column].map({True: "bedrock", False: "not bedrock"} if fact == "bedrock" else str)
        book.add(
            at, fact, value=rows[column].map(code).to_numpy(dtype=float), unit="class",
            label=label.to_numpy(dtype=object), tier=rows["tier"].to_numpy(dtype=object),
            source_id=rows["source_id"].to_numpy(dtype=object),
            as_of=rows["as_of"].to_numpy(dtype=object), note=citations(places, position, km),
        )  # fmt: skip
        if fact == "bedrock" or not len(maps):
            continue
        some = maps[maps[column].notna()]
        at, position = shapely.STRtree(some.geometry.to_numpy()).query(points, "within")
        order = np.lexsort((position, at))  # the order of a tree query is not defined
        at, position = at[order], position[order]
        first = np.append(True, at[1:] != at[:-1])[: len(at)]
        rows = some.iloc[position[first]]
        book.add(
            at[first], fact, value=rows[column].map(code).to_numpy(dtype=float), unit="class", tier="mapped",
            label=rows[column].to_numpy(dtype=object), source_id=rows["source_id"].to_numpy(dtype=object),
            as_of=rows["as_of"].to_numpy(dtype=object), note="the area of the map that it lies in",
        )  # fmt: skip


def _add_damage(book: FactRows, sites: pd.DataFrame, damage: gpd.GeoDataFrame) -> None:
    """Write reports of damage by thaw at the facility, or in its town within 25 km.

    The value is 2 for damage of the facility, 1 for damage in the town, 0.5 for problems in either.
    """
    position = {name: row for row, name in enumerate(sites["node_id"])}
    towns = damage[damage["applies_to"] == "town"].assign(reach_km=TOWN_KM)
    for grade, of_own, of_town in (("damage", 2.0, 1.0), ("problems", 0.5, 0.5)):
        own = damage[(damage["grade"] == grade) & damage["match_node"].isin(position)]
        own = own.sort_values("as_of", ascending=False, kind="stable").drop_duplicates("match_node")
        at = own["match_node"].map(position).to_numpy(dtype=np.int64)
        note = own["what"] + ": " + own["source_title"] + " (" + own["source_url"] + ")"
        _report(book, at, own, of_own, "facility", note.to_numpy(dtype=object))
        some = towns[towns["grade"] == grade].reset_index(drop=True)
        at, report, km = best_statement(sites, some)
        rows = some.iloc[report]
        notes = [
            f"town, {apart:.0f} km off: {row.what}: {row.source_title} ({row.source_url})"
            for row, apart in zip(rows.itertuples(), km, strict=True)
        ]
        _report(book, at, rows, of_town, "town", np.array(notes, dtype=object))


def _report(
    book: FactRows,
    at: NDArray[np.int64],
    rows: pd.DataFrame,
    value: float,
    label: str,
    note: NDArray[np.object_],
) -> None:
    """Write one grade of report for the sites at positions `at`."""
    words = label if value >= 1 else f"{label}, problems only"
    book.add(
        at, "thaw_damage", value=value, label=words, unit="report", tier="typed", note=note,
        source_id=rows["source_id"].to_numpy(dtype=object), as_of=rows["as_of"].to_numpy(dtype=object),
    )  # fmt: skip


def _add_erosion(book: FactRows, sites: pd.DataFrame, erosion: gpd.GeoDataFrame) -> None:
    """Write the retreat of the shore, m a-1.

    A shore without a rate has 0 if a source states that it is bedrock, stable, growing or protected.
    """
    still = erosion["coast_kind"].isin(["bedrock", "stable", "accreting", "protected"])
    rate = erosion["rate_m_per_year"].where(erosion["rate_m_per_year"].notna(), still.map({True: 0.0}))
    table = erosion.assign(rate=rate)
    at, position, km = best_statement(sites, table, "rate")
    rows = table.iloc[position]
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
        note=words + citations(table, position, km),
    )  # fmt: skip


def _add_level(book: FactRows, sites: pd.DataFrame, projections: pd.DataFrame, trends: pd.DataFrame) -> None:
    """Write the relative sea level of 2100, m, at the nearest tide gauge within 150 km.

    The value is the median of SSP2-4.5 (AR6), against 1995-2014; a fall is negative. The interval runs from
    17 % of SSP1-2.6 to 83 % of SSP5-8.5.
    """
    rows = np.flatnonzero(sites["kind"].isin(["port", "cable_landing", "airfield"]))
    km, position = nearest(sites.iloc[rows], projections)
    near = km[:, 0] <= _GAUGE_KM
    rows, gauges, km = rows[near], projections.iloc[position[near, 0]], km[near, 0]
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
