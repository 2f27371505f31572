"""Ice season of each port and landing, from the monthly record, a daily record, or an ice service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers.assessed.fact_rows import best_statement, citations
from layers.ice.season_by_month import facts_of_years, season_facts, warming_sensitivity

if TYPE_CHECKING:
    import geopandas as gpd
    import xarray as xr
    from numpy.typing import NDArray

    from layers.assessed.fact_rows import FactRows
    from layers.ice.season_by_month import Sensitivity

__all__ = ["add_daily_ice", "add_monthly_ice", "add_port_ice"]
_RECENT_FROM = 2005  # a statement that ends earlier does not describe recent ice (decisions/0013)


def add_monthly_ice(
    book: FactRows,
    sites: pd.DataFrame,
    points: NDArray[np.object_],
    presence: xr.Dataset,
    global_warming: pd.DataFrame,
) -> None:
    """Write the season of the monthly record, months, at every port and landing.

    `points` are the sites in EPSG:3413. `presence` is the grid of `layers.ice.presence`.
    """
    rows = np.flatnonzero(sites["kind"].isin(["port", "cable_landing"]))
    xy = shapely.get_coordinates(points[rows])
    facts = season_facts(presence, sites["node_id"].to_numpy(dtype=object)[rows], xy[:, 0], xy[:, 1])
    warmth = warming_sensitivity(
        facts.series,
        global_warming["year"].to_numpy(dtype=np.int64),
        global_warming["warming_degc"].to_numpy(),
    )
    # A season that grows beyond its interval is an artefact of coarse cells beside tides (Cook Inlet). It
    # does not prove that the hazard is low (decisions/0013).
    grew = facts.table["doubt"].str.contains("season_grew").to_numpy()
    last = int(facts.series.years[-1])
    is_known = (facts.table["state"] != "unknown").to_numpy() & ~grew
    common = {"source_id": "nsidc_ice_presence", "as_of": f"{last}-08-31", "tier": "measured"}
    _add_season(
        book,
        rows[is_known],
        facts.table[is_known],
        warmth,
        is_known,
        common,
        _ice_note(facts.table[is_known], last),
    )


def add_daily_ice(
    book: FactRows, sites: pd.DataFrame, ice_years: pd.DataFrame, global_warming: pd.DataFrame
) -> None:
    """Write the season of the user's daily record, months. It takes precedence over the monthly record.

    `ice_years` has node_id, year and ice_months.
    """
    if ice_years.empty:
        return
    wide = ice_years.pivot_table(index="node_id", columns="year", values="ice_months")
    position = {name: row for row, name in enumerate(sites["node_id"])}
    wide = wide[[name in position for name in wide.index]]
    years = wide.columns.to_numpy(dtype=np.int64)
    facts = facts_of_years(wide.index.to_numpy(dtype=object), years, wide.to_numpy(dtype=float))
    warmth = warming_sensitivity(
        facts.series,
        global_warming["year"].to_numpy(dtype=np.int64),
        global_warming["warming_degc"].to_numpy(),
    )
    kinds = sites["kind"].isin(["port", "cable_landing"]).to_numpy()
    rows = facts.table["node_id"].map(position).to_numpy(dtype=np.int64)
    is_known = (facts.table["state"] != "unknown").to_numpy() & kinds[rows]
    product, as_of = ice_years["product"].iloc[0], str(ice_years["as_of"].max())
    note = np.array(
        [
            f"daily record {product}, {row.n_years} ice years to {years[-1]}: "
            + ("free of ice" if row.state == "ice_free" else f"{row.ice_months_normal:.1f} months a year in "
               f"1981-2010, {row.ice_months_recent:.1f} in the last ten")
            for row in facts.table[is_known].itertuples()
        ],
        dtype=object,
    )  # fmt: skip
    common = {"source_id": str(ice_years["source_id"].iloc[0]), "as_of": as_of, "tier": "measured"}
    _add_season(book, rows[is_known], facts.table[is_known], warmth, is_known, common, note)


def _add_season(
    book: FactRows,
    at: NDArray[np.int64],
    season: pd.DataFrame,
    warmth: Sensitivity,
    rows: NDArray[np.bool_],
    common: dict[str, Any],
    note: NDArray[np.object_],
) -> None:
    """Write recent months, months lost, spread, and months lost for each degC.

    `at` are the positions of the nodes; `rows` marks the rows of `warmth` that belong to them. `common` and
    `note` are further columns.
    """
    common = common | {"note": note}
    book.add(at, "ice_months_recent", value=season["ice_months_recent"].to_numpy(), unit="months", **common)
    low, high = (season[f"ice_months_lost_{end}"].to_numpy() for end in ("low", "high"))
    # Where ice is rare, one year with ice in ten moves the mean but not the interval. Then nothing is lost.
    lost = np.clip(season["ice_months_lost"].to_numpy(), low, high)
    book.add(at, "ice_months_lost", value=lost, unit="months", low=low, high=high, **common)
    spread = season["ice_season_spread_months"].to_numpy()
    book.add(at, "ice_season_spread", value=spread, unit="months", **common)
    losing = warmth.is_significant[rows] & (season["state"] == "known").to_numpy()
    slope, low, high = (part[rows][losing] for part in (warmth.slope, warmth.low, warmth.high))
    words = "Theil-Sen slope of the months with ice on global warming, 95 % interval"
    book.add(
        at[losing], "ice_loss_per_degc", value=-slope, unit="months K-1", low=-high, high=-low,
        **common | {"note": words},
    )  # fmt: skip


def _ice_note(season: pd.DataFrame, last: int) -> NDArray[np.object_]:
    """Return the season of each row in words; `last` is the last year of the record."""
    return np.array(
        [
            f"free of ice in 95 % of the years 1979-{last}"
            if row.state == "ice_free"
            else f"{row.ice_months_normal:.1f} months a year in 1981-2010, {row.ice_months_recent:.1f} in "
            f"{last - 9}-{last} (years from September); {row.ice_cells} cells of 25 km, "
            f"{row.ice_cells_km:.0f} km off"
            for row in season.itertuples()
        ],
        dtype=object,
    )


def add_port_ice(book: FactRows, sites: pd.DataFrame, seasons: gpd.GeoDataFrame) -> None:
    """Write the season at the quay by an ice service. It takes precedence over cells of 25 km.

    A statement whose last year is before 2005 is left out, because it does not describe recent ice.
    """
    last = pd.to_numeric(seasons["last_year"]).fillna(pd.to_numeric(seasons["as_of"].str[:4]))
    seasons = seasons[(last >= _RECENT_FROM).to_numpy()].reset_index(drop=True)
    rows = np.flatnonzero(sites["kind"].isin(["port", "cable_landing"]))
    at, position, km = best_statement(sites.iloc[rows], seasons, "ice_months")
    own = seasons.iloc[position]
    common = {
        "unit": "months", "tier": "measured", "source_id": own["source_id"].to_numpy(dtype=object),
        "as_of": own["as_of"].to_numpy(dtype=object), "note": citations(seasons, position, km),
    }  # fmt: skip
    # The tier is `measured`: an ice service observes the harbour itself.
    part = {"value": own["ice_months"].to_numpy(), "low": own["ice_months_low"].to_numpy(),
            "high": own["ice_months_high"].to_numpy()}  # fmt: skip
    book.add(rows[at], "ice_months_recent", **part, **common)
    # If two rows have the same tier, the first one stays. So this row is put before that of the satellite.
    book.parts.insert(0, book.parts.pop())
