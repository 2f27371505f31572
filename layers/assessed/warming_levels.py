"""WARMING_LEVELS: what each warmer level of SCENARIOS would make of a node, beside the picture's own level.

The picture judges one level. This table repeats its rules on the climate hazards of warmer levels, so that a
reader sees what a level changes. The other axes stay as they are. No draws are made: a row meets the rule of
a critical node or does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.assessed.class_thresholds import UNKNOWN, anchor_values
from layers.assessed.evidence_builder import EvidenceBuilder, numbers, site_attributes
from layers.assessed.flags import BARRED, class_words
from layers.assessed.hazard import HAZARDS, add_hazards
from layers.assessed.overrides import apply_overrides
from layers.scenarios import SCENARIOS
from layers.schema import Column, Layer

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.assessed.evidence_builder import SiteAttributes
    from layers.scenarios import Scenario

__all__ = ["WARMING_LEVELS"]

_CLASSES = ("low", "moderate", "high", "unknown")


def _warming_levels(
    node_sites: gpd.GeoDataFrame,
    measures: pd.DataFrame,
    climate_facts: pd.DataFrame,
    ports: gpd.GeoDataFrame,
    airfields: gpd.GeoDataFrame,
    overrides_on_file: pd.DataFrame,
    global_warming: pd.DataFrame,
    evidence: pd.DataFrame,
    nodes: gpd.GeoDataFrame,
    scenario: Scenario,
    day: date,
) -> pd.DataFrame:
    sites = pd.DataFrame(node_sites.drop(columns="geometry")).reset_index(drop=True)
    # Hazards read only the attributes of ports and airfields.
    port, airfield = (
        apply_overrides(pd.DataFrame(table.drop(columns="geometry")), overrides_on_file, day)[0]
        for table in (ports, airfields)
    )
    empty = port.iloc[:0]
    others = dict.fromkeys(("landing", "mine", "project", "plant", "terminal", "station", "railhead"), empty)
    facts = site_attributes(sites, measures, climate_facts, port=port, airfield=airfield, **others)
    judged: Any = nodes.set_index("node_id").loc[sites["node_id"]]
    lacking = _unassessed(evidence)
    levels = [level for level in SCENARIOS if level.warming_degc > scenario.warming_degc]
    tables = [_at_level(level, scenario, sites, facts, global_warming, judged, lacking) for level in levels]
    return pd.concat(tables, ignore_index=True) if tables else _nothing()


def _nothing() -> pd.DataFrame:
    """Return the table of a picture that is warmer than every level."""
    return pd.DataFrame({column.name: [] for column in WARMING_LEVELS.columns})


def _unassessed(evidence: pd.DataFrame) -> pd.DataFrame:
    """Return node and indicator of each hazard that the picture itself does not know.

    A source that is held back makes a hazard unknown in the evidence; it must be unknown at every level.
    """
    rows = evidence["indicator"].isin(list(HAZARDS)) & (evidence["state"] == "unknown")
    return evidence.loc[rows, ["node_id", "indicator"]].assign(lacks=True)


def _at_level(
    level: Scenario,
    scenario: Scenario,
    sites: pd.DataFrame,
    facts: SiteAttributes,
    global_warming: pd.DataFrame,
    judged: pd.DataFrame,
    lacking: pd.DataFrame,
) -> pd.DataFrame:
    """Return the rows of one level, a row for each site in the order of `sites`.

    `judged` are the nodes of the picture in this order, `lacking` the result of `_unassessed`.
    """
    builder = EvidenceBuilder(sites)
    add_hazards(builder, facts, level, anchor_values(scenario.anchors), global_warming)
    rows = builder.table()
    order = sites["node_id"]
    hazards = rows[rows["indicator"].isin(list(HAZARDS))].merge(
        lacking, on=["node_id", "indicator"], how="left"
    )
    score = pd.to_numeric(hazards["score"]).where(hazards["lacks"].isna())
    worst = (score * 2).groupby(hazards["node_id"]).max().reindex(order).to_numpy(dtype=float)
    now = judged["hazard_class"].map({name: place for place, name in enumerate(_CLASSES[:3])})
    code = np.where(np.isnan(worst), UNKNOWN, np.nan_to_num(worst)).astype(np.int8)

    def value(indicator: str) -> NDArray[np.float64]:
        own = rows[rows["indicator"] == indicator].set_index("node_id")["value"]
        return numbers(own.reindex(order))

    meets = (code == 2) & (judged["military_class"] == "high").to_numpy()
    meets &= judged["dependence_class"].isin(["moderate", "high"]).to_numpy()
    meets &= ((judged["scope"] != "context") & (judged["dual_use_class"] != BARRED)).to_numpy()
    return pd.DataFrame(
        {
            "node_id": order,
            "warming_degc": level.warming_degc,
            "hazard_class": class_words(code),
            "is_higher": (code > now.fillna(UNKNOWN).to_numpy(dtype=float)) & now.notna().to_numpy(),
            "is_critical_by_rule": meets,
            "is_zone_lost": value("zones_lost") > 0,
            "air_temperature_degc": value("air_temperature"),
            "ice_months_lost": value("ice_season_lost").round(2),
        }
    )


WARMING_LEVELS = Layer(
    id="warming_levels",
    title="What a warmer world makes of each node",
    pillar="environmental",
    geometry="table",
    spine=(),
    key=("node_id", "warming_degc"),
    columns=(
        Column("node_id", "str", "the node", required=True),
        Column("warming_degc", "float", "global warming above 1850-1900", "degC", required=True,
               low=0, high=8),
        Column("hazard_class", "str", "climate hazard at this level", required=True, choices=_CLASSES),
        Column("is_higher", "bool", "a higher class than in this picture", required=True),
        Column("is_critical_by_rule", "bool", "meets the rule of a critical node, without draws",
               required=True),
        Column("is_zone_lost", "bool", "its air leaves the balance of its permafrost zone", required=True),
        Column("air_temperature_degc", "float", "mean annual air, one climate model", "degC"),
        Column("ice_months_lost", "float", "months with ice fewer than in 1981-2010", "months", low=-12,
               high=12),
    ),
    note="A level is a condition, not a date. Military relevance and dependence stay those of the picture.",
    derive=_warming_levels,
)  # fmt: skip
