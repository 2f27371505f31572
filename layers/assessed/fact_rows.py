"""Rows of CLIMATE_FACTS while they are collected, and the best statement on each node."""

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
_MARGIN_KM = 0.5  # added to the reach of a statement, because cited positions are rounded
_CONFIDENCE = {"high": 0, "medium": 1, "low": 2}
TOWN_KM = 25.0  # a report on a town counts for every node within (method §2.2)


class FactRows:
    """Collects facts of `sites`, one table for each call of `add`."""

    def __init__(self, sites: pd.DataFrame) -> None:
        self._nodes = sites["node_id"].to_numpy(dtype=object)
        self.parts: list[pd.DataFrame] = []

    def add(self, rows: NDArray[np.int64], fact: str, **columns: Any) -> None:
        """Add one fact of the nodes at positions `rows`.

        Each of `columns` is one value, or one value per row.
        """
        key = {"node_id": self._nodes[rows], "fact": fact}
        blank = {"value": np.nan, "low": np.nan, "high": np.nan, "label": None, "unit": "1", "note": ""}
        self.parts.append(pd.DataFrame(key | blank | columns, index=range(len(rows))))

    def table(self) -> pd.DataFrame:
        """Return all rows added so far as one table."""
        return pd.concat([part for part in self.parts if len(part)], ignore_index=True)


def best_statement(
    sites: pd.DataFrame, table: pd.DataFrame, column: str | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return positions of sites and of their best statements, and the km between the two.

    `table` has `reach_km`, `confidence` and a position. A row with a null in `column` does not count. A
    statement applies to a site within its `reach_km` plus 0.5 km. The best statement is the one of highest
    confidence, and of equal confidence the nearest.
    """
    some = with_lonlat(table) if "longitude_deg" not in table else pd.DataFrame(table)
    kept = np.flatnonzero(some[column].notna()) if column else np.arange(len(some))
    some = some.iloc[kept]
    at, position = within_km(sites, some, TOWN_KM)
    lon, lat = sites["longitude_deg"].to_numpy(), sites["latitude_deg"].to_numpy()
    km = distance_km(
        lon[at],
        lat[at],
        some["longitude_deg"].to_numpy()[position],
        some["latitude_deg"].to_numpy()[position],
    )
    reaches = km <= some["reach_km"].to_numpy(dtype=float)[position] + _MARGIN_KM
    at, position, km = at[reaches], position[reaches], km[reaches]
    rank = some["confidence"].map(_CONFIDENCE).to_numpy(dtype=float)[position]
    order = np.lexsort((position, km, rank, at))
    first = np.append(True, at[order][1:] != at[order][:-1])[: len(order)]
    pick = order[first]
    return at[pick], kept[position[pick]], km[pick]


def citations(
    table: pd.DataFrame, position: NDArray[np.int64], km: NDArray[np.float64]
) -> NDArray[np.object_]:
    """Return place, distance, title and address of the statements at `position`, as text.

    `km` are the distances of the statements.
    """
    rows = table.iloc[position]
    return np.array(
        [
            f"{row.name if not hasattr(row, 'place') else row.place}, {apart:.0f} km off: "
            f"{row.source_title} ({row.source_url})"
            for row, apart in zip(rows.itertuples(index=False), km, strict=True)
        ],
        dtype=object,
    )
