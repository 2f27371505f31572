"""`EvidenceBuilder` collects evidence rows of all axes; `SiteAttributes` has the values that are judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.observed.climate_records import FACTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "NOTHING",
    "EvidenceBuilder",
    "SiteAttributes",
    "SourceColumns",
    "numbers",
    "site_attributes",
    "yes",
]

NOTHING = np.array(None, dtype=object)  # null, for `numpy.where`
# Dimension of an indicator -> its axis.
_AXIS = {
    "hazard": "climate",
    "facility": "military",
    "hinterland": "military",
    "position": "military",
    "association": "military",
    "dependence": "civil",
    "access": "access",
    "dual_use": "dual_use",
}


@dataclass(slots=True)
class EvidenceBuilder:
    """Collects evidence of `sites`; each `add` is one indicator of many nodes."""

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
        value_low: Any = None,
        value_high: Any = None,
        label: Any = None,
        tier: Any = "",
        off: Any = False,
        scale: tuple[str, float, float] | str = "class",
        share: float = 1.0,
    ) -> None:
        """Write one row for each site of the mask `where`. `place` is dimension, group and indicator.

        Arrays have one value for every site, also outside `where`. `value_low` and `value_high` are the ends
        of an interval. `scale` is the form of the scale and its two anchors. `share` is the weight of the
        indicator in its group. A row whose value and score are both NaN is `unknown`; a row where `off` is
        true is `not_applicable`. A null source or date becomes the source or date of the site.
        """
        dimension, group, indicator = place
        form, zero_at, one_at = scale if isinstance(scale, tuple) else (scale, np.nan, np.nan)
        rows = np.flatnonzero(where)

        def pick(values: Any, dtype: Any) -> Any:
            return np.broadcast_to(np.asarray(values, dtype=dtype), len(self.sites))[rows]

        def own_if_null(values: Any, own: str) -> NDArray[np.object_]:
            own_values = pick(values, object)
            return np.where(pd.isna(own_values), self.sites[own].to_numpy(dtype=object)[rows], own_values)

        def measure(values: Any) -> NDArray[np.float64]:
            return np.where(is_off, np.nan, pick(values, float))

        def end(values: Any) -> NDArray[np.float64]:
            own_values = measured if values is None else measure(values)
            return np.where(np.isnan(own_values), measured, own_values)

        is_off = pick(off, bool)
        measured, scored = measure(value), measure(score)
        is_known = ~(np.isnan(scored) & np.isnan(measured))
        self.parts.append(
            {
                "node": rows, "axis": _AXIS[dimension], "dimension": dimension, "group": group,
                "indicator": indicator, "value": measured, "value_low": end(value_low),
                "value_high": end(value_high), "label": pick(label, object), "unit": unit, "score": scored,
                "scale": form, "zero_at": np.full(len(rows), zero_at), "one_at": np.full(len(rows), one_at),
                "share": np.full(len(rows), share), "tier": pick(tier, object),
                "state": np.where(is_off, "not_applicable", np.where(is_known, "known", "unknown")),
                "source_id": own_if_null(source, "source_id"), "as_of": own_if_null(as_of, "as_of"),
                "note": pick(note, object),
            }
        )  # fmt: skip

    def table(self) -> pd.DataFrame:
        """Return all rows written so far as one table."""
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


class SourceColumns:
    """Columns of one source layer, one value per site; null where no row was merged into the site."""

    def __init__(self, sources: pd.Series, table: pd.DataFrame) -> None:
        """Find the first row of `table` among the keys of each site; `sources` are keys, `; ` separated."""
        position = {key: row for row, key in enumerate(table["feature_id"].tolist())}
        self._row = np.array(
            [
                next((position[key] for key in text.split("; ") if key in position), -1)
                for text in sources.tolist()
            ]
        )
        self._table = table

    def __getitem__(self, column: str) -> pd.Series:
        """Return one column in the order of the sites."""
        return pd.Series(self._table[column].array.take(self._row, allow_fill=True))

    @property
    def is_there(self) -> NDArray[np.bool_]:
        """Return which sites have a row of the layer, shape (sites,)."""
        return self._row >= 0


@dataclass(frozen=True, slots=True)
class SiteAttributes:
    """Values of the sites, in their order: attributes of source rows, measures and climate facts."""

    kind: NDArray[np.object_]
    port: SourceColumns
    airfield: SourceColumns
    landing: SourceColumns
    mine: SourceColumns
    project: SourceColumns
    plant: SourceColumns
    terminal: SourceColumns
    station: SourceColumns
    railhead: SourceColumns
    measures: pd.DataFrame
    climate: dict[str, pd.DataFrame]

    def of(self, *kinds: str) -> NDArray[np.bool_]:
        """Return the mask of the sites of the named kinds."""
        return np.isin(self.kind, kinds)


def site_attributes(
    sites: pd.DataFrame, measures: pd.DataFrame, climate_facts: pd.DataFrame, **tables: pd.DataFrame
) -> SiteAttributes:
    """Return measures, climate facts and attributes of `sites`.

    `tables` are the source layers, named as the fields of SiteAttributes.
    """
    order = sites["node_id"]
    by_fact = dict(iter(climate_facts.groupby("fact", sort=False)))
    columns = [c for c in climate_facts.columns if c != "fact"]
    blank = climate_facts.iloc[:0]
    return SiteAttributes(
        kind=sites["kind"].to_numpy(dtype=object),
        measures=measures.set_index("node_id").loc[order].reset_index(),
        climate={
            name: by_fact.get(name, blank)[columns].set_index("node_id").reindex(order).reset_index()
            for name in FACTS
        },
        **{name: SourceColumns(sites["sources"], table) for name, table in tables.items()},
    )


def numbers(values: pd.Series) -> NDArray[np.float64]:
    """Return a column as floats, null as NaN."""
    return np.asarray(pd.to_numeric(values).astype("Float64").to_numpy(dtype=float, na_value=np.nan))


def yes(values: pd.Series) -> NDArray[np.float64]:
    """Return a yes/no column as 1 and 0, null as NaN."""
    return np.asarray(values.astype("boolean").astype("Float64").to_numpy(dtype=float, na_value=np.nan))
