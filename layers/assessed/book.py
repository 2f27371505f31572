"""`Book`: where the axes write their evidence rows, and what they all measure from a node."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers.crs import lonlat
from layers.merge import nearest

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["Attributes", "Book", "Facts", "distance_to_lines_km", "facts_of", "numbers", "yes"]

_AXIS = {
    "hazard": "climate",
    "exposure": "climate",
    "vulnerability": "climate",
    "military": "military",
    "civil": "civil",
    "dual_use": "dual_use",
}


@dataclass(slots=True)
class Book:
    """Collects evidence; each `add` is one indicator for all the nodes of `where`."""

    sites: pd.DataFrame
    parts: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self,
        where: NDArray[np.bool_],
        place: tuple[str, str, str],
        score: Any = np.nan,
        *,
        value: Any = np.nan,
        unit: str = "1",
        source: Any,
        as_of: Any,
        note: Any = "",
        score_high: Any = None,
        off: Any = False,
    ) -> None:
        """Write one row a node. `place` is dimension, group, indicator.

        Arrays hold one value for every site, not only for those of `where`. A NaN score is
        `unknown`; rows where `off` is true are `not_applicable`. `score_high` is the upper score of
        a value known as an interval.
        """
        dimension, group, indicator = place
        rows = np.flatnonzero(where)
        total = len(self.sites)

        def pick(values: Any, dtype: Any) -> Any:
            return np.broadcast_to(np.asarray(values, dtype=dtype), total)[rows]

        is_off = pick(off, bool)
        scored = np.where(is_off, np.nan, pick(score, float))
        upper = scored if score_high is None else np.where(np.isnan(scored), np.nan, pick(score_high, float))
        known = np.where(np.isnan(scored), "unknown", "known")
        self.parts.append(
            {
                "node": rows,
                "axis": _AXIS[dimension],
                "dimension": dimension,
                "group": group,
                "indicator": indicator,
                "value": pick(value, float),
                "unit": unit,
                "score": scored,
                "score_high": upper,
                "state": np.where(is_off, "not_applicable", known),
                "source_id": pick(source, object),
                "as_of": pick(as_of, object),
                "note": pick(note, object),
            }
        )

    def table(self) -> pd.DataFrame:
        """All rows written so far, as one table."""
        counts = [len(part["node"]) for part in self.parts]
        columns: dict[str, Any] = {}
        for name, first in self.parts[0].items():
            values = [part[name] for part in self.parts]
            if isinstance(first, str):
                columns[name] = np.repeat(np.array(values, dtype=object), counts)
            else:
                columns[name] = np.concatenate(values)
        node = columns.pop("node")
        return pd.DataFrame({"node_id": self.sites["node_id"].to_numpy(dtype=object)[node]} | columns)


class Attributes:
    """Columns of a source's table, one value a site; null where the site has no row of it."""

    def __init__(self, sources: pd.Series, table: pd.DataFrame) -> None:
        """Find the first row of `table` that was merged into each site."""
        position = {key: row for row, key in enumerate(table["feature_id"])}
        self._row = np.array(
            [next((position[key] for key in text.split("; ") if key in position), -1) for text in sources]
        )
        self._table = table

    def __getitem__(self, column: str) -> pd.Series:
        """One column, in the order of the sites."""
        return pd.Series(self._table[column].array.take(self._row, allow_fill=True))

    @property
    def is_there(self) -> NDArray[np.bool_]:
        """Which sites have a row of the table."""
        return self._row >= 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of each site: attributes of the source rows behind it, and distances."""

    kind: NDArray[np.object_]
    port: Attributes
    airfield: Attributes
    landing: Attributes
    mine: Attributes
    project: Attributes
    plant: Attributes
    terminal: Attributes
    station: Attributes
    reach: pd.DataFrame

    def of(self, *kinds: str) -> NDArray[np.bool_]:
        """Mask of the sites of some kinds."""
        return np.isin(self.kind, kinds)


def facts_of(
    sites: pd.DataFrame,
    points: NDArray[np.object_],
    railways: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    **tables: pd.DataFrame,
) -> Facts:
    """Gather the attributes of `tables` (by field name of `Facts`) and the distances."""
    return Facts(
        kind=sites["kind"].to_numpy(dtype=object),
        reach=_reach(sites, points, railways, roads),
        **{name: Attributes(sites["sources"], table) for name, table in tables.items()},
    )


def numbers(values: pd.Series) -> NDArray[np.float64]:
    """A column as floats, null as NaN."""
    return np.asarray(pd.to_numeric(values).astype("Float64").to_numpy(dtype=float, na_value=np.nan))


def yes(values: pd.Series) -> NDArray[np.float64]:
    """A yes/no column as 1 and 0, null as NaN."""
    return np.asarray(values.astype("boolean").astype("Float64").to_numpy(dtype=float, na_value=np.nan))


def distance_to_lines_km(points: NDArray[np.object_], lines: NDArray[np.object_]) -> NDArray[np.float64]:
    """Kilometres from each EPSG:3413 point to the nearest line or polygon edge.

    The projection is conformal, so the planar nearest is the nearest; its length is divided by the
    scale at the point, k = (1 + sin 70) / (1 + sin lat) (Snyder 1987, doi:10.3133/pp1395): good to
    0.3 % over the tens of kilometres this is used for.
    """
    pairs, planar = shapely.STRtree(lines).query_nearest(points, return_distance=True, all_matches=False)
    metres = np.full(len(points), np.inf)
    metres[pairs[0]] = planar
    xy = shapely.get_coordinates(points)
    latitude = lonlat(xy[:, 0], xy[:, 1])[1]
    scale = (1 + np.sin(np.radians(70))) / (1 + np.sin(np.radians(latitude)))
    return metres / scale / 1000


def _reach(
    sites: pd.DataFrame, points: NDArray[np.object_], railways: gpd.GeoDataFrame, roads: gpd.GeoDataFrame
) -> pd.DataFrame:
    kinds = sites["kind"].to_numpy(dtype=object)
    table = {
        "rail_km": distance_to_lines_km(points, railways.geometry.to_numpy()),
        "road_km": distance_to_lines_km(points, roads.geometry.to_numpy()),
    }
    own = np.full(len(sites), np.inf)
    for name in sorted(set(kinds)):
        of_kind = kinds == name
        km, _ = nearest(sites, sites[of_kind], k=2)
        # A node is not its own neighbour: for its own kind the second nearest counts.
        table[f"{name}_km"] = np.where(of_kind, km[:, 1], km[:, 0])
        own[of_kind] = km[of_kind, 1]
    return pd.DataFrame(table | {"own_kind_km": own})
