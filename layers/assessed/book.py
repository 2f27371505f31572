"""`Book`: where the axes write their evidence rows; `Facts`: what they judge."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.scoring import Scale

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Attributes", "Book", "Facts", "facts_of", "numbers", "yes"]

_AXIS = {
    "hazard": "climate",
    "exposure": "climate",
    "vulnerability": "climate",
    "military": "military",
    "civil": "civil",
    "access": "access",
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
        value_high: Any = None,
        off: Any = False,
        scale: Scale | str = "class",
    ) -> None:
        """Write one row a node. `place` is dimension, group, indicator.

        Arrays hold one value for every site, not only for those of `where`. With a `Scale` the score
        is that of the value (and of `value_high`, the upper end of a value known as an interval);
        otherwise `scale` names how the score was made: `class`, `share` or `percentile`. A NaN
        score is `unknown`; rows where `off` is true are `not_applicable`.
        """
        dimension, group, indicator = place
        anchors = (np.nan, np.nan)
        if isinstance(scale, Scale):
            score, anchors = scale.score(value), (scale.zero_at, scale.one_at)
            score_high = score_high if value_high is None else scale.score(value_high)
            scale = scale.form
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
                "scale": scale,
                "zero_at": np.full(len(rows), anchors[0]),
                "one_at": np.full(len(rows), anchors[1]),
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
        position = {key: row for row, key in enumerate(table["feature_id"].tolist())}
        self._row = np.array(
            [
                next((position[key] for key in text.split("; ") if key in position), -1)
                for text in sources.tolist()
            ]
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
    """What is known of each site: attributes of the source rows behind it, and what was measured."""

    kind: NDArray[np.object_]
    port: Attributes
    airfield: Attributes
    landing: Attributes
    mine: Attributes
    project: Attributes
    plant: Attributes
    terminal: Attributes
    station: Attributes
    measures: pd.DataFrame

    def of(self, *kinds: str) -> NDArray[np.bool_]:
        """Mask of the sites of some kinds."""
        return np.isin(self.kind, kinds)


def facts_of(sites: pd.DataFrame, measures: pd.DataFrame, **tables: pd.DataFrame) -> Facts:
    """Gather the measures and the attributes of `tables` (by field name of `Facts`)."""
    return Facts(
        kind=sites["kind"].to_numpy(dtype=object),
        measures=measures.set_index("node_id").loc[sites["node_id"]].reset_index(),
        **{name: Attributes(sites["sources"], table) for name, table in tables.items()},
    )


def numbers(values: pd.Series) -> NDArray[np.float64]:
    """A column as floats, null as NaN."""
    return np.asarray(pd.to_numeric(values).astype("Float64").to_numpy(dtype=float, na_value=np.nan))


def yes(values: pd.Series) -> NDArray[np.float64]:
    """A yes/no column as 1 and 0, null as NaN."""
    return np.asarray(values.astype("boolean").astype("Float64").to_numpy(dtype=float, na_value=np.nan))
