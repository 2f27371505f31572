"""Inputs and results of the rules of the draft standards, and three-valued logic on answers.

An answer is 1 (holds), 0 (does not hold) or NaN (unknown).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.assessed.air_facts import NORMAL_YEARS, warming_of
from layers.assessed.evidence_builder import SourceColumns
from layers.assessed.overrides import apply_overrides
from layers.assessed.positions import with_lonlat
from layers.assessed.sea_paths import sea_paths
from layers.crs import EARTH_RADIUS_KM
from layers.regions import SOUTH_DEG

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = [
    "NOT_RUNNING",
    "RENEWABLE",
    "RuleResult",
    "SourceAndDate",
    "StandardInputs",
    "all_hold",
    "answer",
    "any_holds",
    "either",
    "pick_source",
    "source_of",
]
# Directive (EU) 2018/2001, Art. 2(1), as far as the lists of plants name fuels.
RENEWABLE = ("Hydro", "Wind", "Solar", "Geothermal", "Biomass", "Wave and Tidal")
NOT_RUNNING = ("planned", "construction", "closed")
_FACTS = ("value", "low", "high", "label", "tier", "source_id", "as_of")
_ROWS = ("value", "value_low", "value_high", "state", "source_id", "as_of")


@dataclass(frozen=True, slots=True)
class StandardInputs:
    """Values that the rules read: one per node, in the order of `sites`."""

    sites: pd.DataFrame
    nodes: pd.DataFrame
    measures: pd.DataFrame
    port: SourceColumns
    airfield: SourceColumns
    landing: SourceColumns
    plant: SourceColumns
    terminal: SourceColumns
    railhead: SourceColumns
    facts: Mapping[str, pd.DataFrame]
    evidence: pd.DataFrame
    paths: pd.DataFrame
    renewable: pd.DataFrame
    normal_degc: float
    day: date

    @classmethod
    def of(
        cls,
        node_sites: gpd.GeoDataFrame,
        nodes: gpd.GeoDataFrame,
        measures: pd.DataFrame,
        climate_facts: pd.DataFrame,
        evidence: pd.DataFrame,
        cables: gpd.GeoDataFrame,
        global_warming: pd.DataFrame,
        overrides_on_file: pd.DataFrame,
        day: date,
        **lists: gpd.GeoDataFrame,
    ) -> StandardInputs:
        """Return the inputs in the order of `node_sites`; `lists` are the layers behind the nodes."""
        sites = pd.DataFrame(node_sites.drop(columns="geometry"))
        order = sites["node_id"]
        port, airfield = (
            apply_overrides(pd.DataFrame(lists[name].drop(columns="geometry")), overrides_on_file, day)[0]
            for name in ("ports", "airfields")
        )
        plants = lists["power_plants"]
        runs = plants["fuel"].isin(RENEWABLE) & ~plants["status"].isin(NOT_RUNNING)
        return cls(
            sites=sites,
            nodes=pd.DataFrame(nodes).set_index("node_id").reindex(order),
            measures=measures.set_index("node_id").reindex(order).reset_index(),
            port=SourceColumns(sites["sources"], port),
            airfield=SourceColumns(sites["sources"], airfield),
            landing=SourceColumns(sites["sources"], lists["cable_landings"]),
            plant=SourceColumns(sites["sources"], plants),
            terminal=SourceColumns(sites["sources"], lists["terminals"]),
            railhead=SourceColumns(sites["sources"], lists["railheads"]),
            facts=dict(iter(climate_facts.groupby("fact", sort=False))),
            evidence=evidence[(evidence["dimension"] == "hazard") | (evidence["group"] == "m_facility")],
            paths=sea_paths(cables, lists["cable_landings"]),
            renewable=with_lonlat(plants[runs].reset_index(drop=True)),
            normal_degc=warming_of(global_warming, *NORMAL_YEARS),
            day=day,
        )

    def fact(self, name: str) -> pd.DataFrame:
        """Return a climate fact, one row per node; null where no source has the fact."""
        columns = ["node_id", *_FACTS]
        rows = self.facts[name][columns] if name in self.facts else pd.DataFrame(columns=columns)
        return rows.set_index("node_id").reindex(self.sites["node_id"]).reset_index()

    def row(self, group: str, indicator: str) -> pd.DataFrame:
        """Return the evidence row of an indicator, one row per node; null where a node has no such row."""
        rows = self.evidence[(self.evidence["group"] == group) & (self.evidence["indicator"] == indicator)]
        return rows.set_index("node_id")[list(_ROWS)].reindex(self.sites["node_id"]).reset_index()

    def of_kind(self, kind: str) -> NDArray[np.bool_]:
        """Return the mask of the nodes of a kind."""
        return (self.sites["kind"] == kind).to_numpy(dtype=bool)

    def dual_use(self) -> NDArray[np.float64]:
        """Return the dual-use class as a number, 0 to 3; NaN for D?."""
        rank = self.nodes["dual_use_class"].map({"D0": 0.0, "D1": 1.0, "D2": 2.0, "D3": 3.0})
        return rank.to_numpy(dtype=float)

    def reaches_south(self, radius_km: float) -> NDArray[np.bool_]:
        """Return where a circle of `radius_km` crosses the southern edge of the snapshot."""
        reach = np.degrees(1.01 * radius_km / EARTH_RADIUS_KM)
        return (self.sites["latitude_deg"] - reach < SOUTH_DEG).to_numpy(dtype=bool)


@dataclass(frozen=True, slots=True)
class RuleResult:
    """Result of one rule, one entry per node.

    `holds` is 1, 0 or NaN. `off` is where the rule does not apply, with the reason `why`. `source` is source
    and date of the row that decides; where they are null, those of the standard are used.
    """

    holds: NDArray[np.float64]
    note: Any
    value: NDArray[np.float64] | float = np.nan
    off: NDArray[np.bool_] | bool = False
    why: str = ""
    source: tuple[Any, Any] = (None, None)


SourceAndDate = tuple["NDArray[np.object_]", "NDArray[np.object_]"]


def all_hold(*parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 0 if any part is 0, NaN if any is NaN, otherwise 1 (Kleene's logic)."""
    stack = np.stack(parts)
    answer = np.where(np.isnan(stack).any(axis=0), np.nan, 1.0)
    return np.where((stack == 0).any(axis=0), 0.0, answer)


def any_holds(*parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 if any part is 1, NaN if any is NaN, otherwise 0 (Kleene's logic)."""
    return 1.0 - all_hold(*(1.0 - part for part in parts))


def either(where: Any, yes_text: str, no_text: str) -> NDArray[np.object_]:
    """Return `yes_text` for the nodes of `where` and `no_text` for the others."""
    return np.where(where, yes_text, no_text).astype(object)


def answer(yes_where: Any, no_where: Any) -> NDArray[np.float64]:
    """Return 1 where `yes_where` is true, 0 where `no_where` is true, else NaN."""
    return np.where(yes_where, 1.0, np.where(no_where, 0.0, np.nan))


def source_of(row: Any, prefix: str = "") -> SourceAndDate:
    """Return source and date of a row; the date is null where the row is unknown."""
    source, as_of = (
        row[f"{prefix}{name}"].astype(object).to_numpy(dtype=object) for name in ("source_id", "as_of")
    )
    if isinstance(row, pd.DataFrame) and "state" in row:
        as_of = np.where(row["state"].eq("unknown"), None, as_of)
    return source, as_of


def pick_source(where: Any, first: SourceAndDate, other: SourceAndDate) -> SourceAndDate:
    """Return source and date of `first` where `where` is true, else of `other`."""
    return np.where(where, first[0], other[0]), np.where(where, first[1], other[1])
