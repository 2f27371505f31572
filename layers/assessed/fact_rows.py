"""Rows of CLIMATE_FACTS as they are collected, and the statement that reaches a node best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.assessed.positions import with_lonlat
from layers.crs import distance_km
from layers.merge import within_km

if TYPE_CHECKING:
    from numpy.typing import NDArray


__all__ = ["TOWN_KM", "FactRows", "best_statement", "citations"]
_CONFIDENCE = {"high": 0, "medium": 1, "low": 2}
TOWN_KM = 25.0  # a report on a town speaks of every node within (judgement, section 2.2)


class FactRows:
    """Collects facts as columns."""

    def __init__(self, sites: pd.DataFrame) -> None:
        self._nodes = sites["node_id"].to_numpy(dtype=object)
        self.parts: list[pd.DataFrame] = []

    def add(self, rows: NDArray[np.int64], fact: str, **columns: Any) -> None:
        """One fact of the nodes at `rows`; each column one value, or one a row."""
        key = {"node_id": self._nodes[rows], "fact": fact}
        blank = {"value": np.nan, "low": np.nan, "high": np.nan, "label": None, "unit": "1", "note": ""}
        self.parts.append(pd.DataFrame(key | blank | columns, index=range(len(rows))))

    def table(self) -> pd.DataFrame:
        """All rows added so far, as one table."""
        return pd.concat([part for part in self.parts if len(part)], ignore_index=True)


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
    at, found = within_km(sites, some, TOWN_KM)
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


def citations(table: pd.DataFrame, found: NDArray[np.int64], km: NDArray[np.float64]) -> NDArray[np.object_]:
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
