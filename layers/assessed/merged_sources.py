"""Merge the rows of several sources that name one place, by distance and name, and keep the keys of all rows.

The key of a row is its `feature_id`. The steps are, in this order: `corrected` drops the rows that another
row replaces (only for a table with `replaces`), `by_source` splits the table by source, and `merged` makes
one table of places. The order of the sources decides which row represents a place; the caller passes this
order as data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.crs import distance_km
from layers.merge import match_points, within_km

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

__all__ = ["by_source", "corrected", "merged", "thinned"]

_NO_SITE = ("closed", "construction")  # a facility in one of these states is no node


def by_source(table: pd.DataFrame, source_order: Sequence[str]) -> list[pd.DataFrame]:
    """Split a table into one table per source, in the order in which they represent a shared place.

    A source with a value in `replaces` corrects rows of other sources and comes before the sources without
    one. Then `source_order`, ids of sources, decides. Sources that are not in it come last, by id.
    """
    rank = {name: place for place, name in enumerate(source_order)}
    corrects = set(table.loc[table["replaces"].notna(), "source_id"]) if "replaces" in table else set()
    names = sorted(
        table["source_id"].unique(), key=lambda name: (name not in corrects, rank.get(name, len(rank)), name)
    )
    return [table[table["source_id"] == name].reset_index(drop=True) for name in names]


def merged(tables: Sequence[pd.DataFrame], *, same_place_km: float, same_name_km: float) -> pd.DataFrame:
    """Return one table of all places; a row that repeats an earlier row only adds its key to `sources`.

    `tables` have `feature_id`, `name` and, in WGS 84, `longitude_deg` and `latitude_deg`. The row of the
    earliest table represents a shared place. Rows of different tables are one place within `same_place_km`
    whatever their names are, and within `same_name_km` if their names agree (`layers.merge.match_points`).
    Inside one table a row repeats an earlier one only if both have the same name and lie within 1 km.

    Two columns are added. `sources` holds the keys of all rows of a place, separated by "; ".
    `sources_apart_km` is the largest geodesic distance from the row that represents the place to a row of
    another table, or the `position_apart_km` of the first table where that is larger; null without both.
    """
    first = tables[0].reset_index(drop=True)
    # A table that its reader joined from two lists already has the distance between them.
    first["sources_apart_km"] = first.get("position_apart_km", pd.Series(np.nan, index=first.index))
    kept = _folded(_keyed(first), _twins(first))
    for others in tables[1:]:
        match = match_points(kept, others, same_place_km=same_place_km, same_name_km=same_name_km)
        again = _keyed(others)["sources"][match >= 0].groupby(match[match >= 0]).agg("; ".join)
        kept.loc[again.index, "sources"] += "; " + again
        apart = _apart_km(kept, others, match).groupby(match[match >= 0]).max()
        # `fmax` takes the known value where the other one is NaN.
        kept.loc[apart.index, "sources_apart_km"] = kept.loc[apart.index, "sources_apart_km"].combine(
            apart, np.fmax
        )
        new = others[match < 0].reset_index(drop=True)
        new = _folded(_keyed(new), _twins(new))
        kept = pd.concat([kept, new], ignore_index=True)
    return kept


def _keyed(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with `sources`, the keys behind each row; without that column, the key of the row."""
    return table if "sources" in table else table.assign(sources=table["feature_id"])


def _apart_km(kept: pd.DataFrame, others: pd.DataFrame, match: NDArray[np.int64]) -> pd.Series:
    """Return the geodesic kilometres between each matched row of `others` and the row that it repeats."""
    repeats = others[match >= 0]
    own = kept.iloc[match[match >= 0]]
    return pd.Series(
        distance_km(
            repeats["longitude_deg"].to_numpy(), repeats["latitude_deg"].to_numpy(),
            own["longitude_deg"].to_numpy(), own["latitude_deg"].to_numpy(),
        )
    )  # fmt: skip


def _twins(table: pd.DataFrame, apart_km: float = 1.0) -> NDArray[np.int64]:
    """Return for each row the position of the first row of the same name within `apart_km`, or of itself."""
    owner = np.arange(len(table))
    left, right = within_km(table, table, apart_km)
    names = table["name"].to_numpy(dtype=object)
    alike = (right < left) & (names[left] == names[right])
    np.minimum.at(owner, left[alike], right[alike])
    # A chain of twins ends at its first row.
    while (owner[owner] != owner).any():
        owner = owner[owner]
    return owner


def _folded(table: pd.DataFrame, owner: NDArray[np.int64]) -> pd.DataFrame:
    """Return the rows that are their own owner; each other row adds its keys to its owner."""
    sources = table.groupby(owner)["sources"].agg("; ".join)
    kept = table[owner == np.arange(len(table))]
    return kept.assign(sources=sources.loc[kept.index].to_numpy()).reset_index(drop=True)


def corrected(table: pd.DataFrame, no_site: Collection[str] = _NO_SITE) -> pd.DataFrame:
    """Return the table without the rows that another row replaces, or whose `status` is in `no_site`.

    The table has `feature_id`, `status` and `replaces`: keys of other rows, separated by `;` without blanks.
    Keys that are not in the table have no effect. A row takes the first key that it replaces, so that the
    node keeps its key, and lists its own key and all keys that it replaces in `sources`.
    """
    keys = set(table["feature_id"])
    lists = table["replaces"].fillna("").str.split(";").map(lambda names: [n for n in names if n in keys])
    gone = {name for names in lists for name in names}
    own = table["feature_id"]
    first = lists.map(lambda names: names[0] if names else None)
    # Of two rows that replace the same row, the earlier one takes the key: keys stay unique.
    first = first.where(~first.duplicated(), None)
    sources = own + lists.map(lambda names: "".join(f"; {name}" for name in names))
    table = table.assign(feature_id=first.where(first.notna(), own), sources=sources)
    live = ~table["status"].fillna("").isin(no_site)
    return table[live & ~own.isin(gone)].reset_index(drop=True)


def thinned(table: pd.DataFrame, apart_km: float) -> pd.DataFrame:
    """Return the rows that lie farther than `apart_km` from every earlier row that was kept."""
    table = table.reset_index(drop=True)
    left, right = within_km(table, table, apart_km)
    kept = np.ones(len(table), dtype=bool)
    for row, earlier in zip(left, right, strict=True):
        if earlier < row and kept[earlier]:
            kept[row] = False
    return table[kept].reset_index(drop=True)
