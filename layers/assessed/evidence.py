"""EVIDENCE: one row per node and indicator, with value, unit, score, weight, state, source and date.

A row is `known`, `unknown` or `not_applicable`. An unknown row names the missing datum and the source that
would have it. Source and date are those of the row that was judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from layers.assessed.civilian_dependence import add_civilian_dependence
from layers.assessed.class_thresholds import anchor_values
from layers.assessed.dual_use import add_dual_use
from layers.assessed.evidence_builder import EvidenceBuilder, site_attributes
from layers.assessed.hazard import add_hazards
from layers.assessed.military_relevance import add_military_relevance
from layers.assessed.overrides import apply_overrides, tell_overrides
from layers.assessed.policy import documented
from layers.assessed.scoring import SCALES, weigh
from layers.observed.climate_records import TIERS
from layers.schema import Column, Layer

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd

    from layers.scenarios import Scenario

__all__ = ["EVIDENCE"]


def _evidence(
    node_sites: gpd.GeoDataFrame,
    measures: pd.DataFrame,
    climate_facts: pd.DataFrame,
    ports: gpd.GeoDataFrame,
    airfields: gpd.GeoDataFrame,
    railheads: gpd.GeoDataFrame,
    power_plants: gpd.GeoDataFrame,
    terminals: gpd.GeoDataFrame,
    mines: gpd.GeoDataFrame,
    strategic_projects: gpd.GeoDataFrame,
    materials: pd.DataFrame,
    cable_landings: gpd.GeoDataFrame,
    ground_stations: gpd.GeoDataFrame,
    military_sites: gpd.GeoDataFrame,
    memberships: pd.DataFrame,
    ten_t_nodes: pd.DataFrame,
    documented_dual_use: pd.DataFrame,
    overrides_on_file: pd.DataFrame,
    global_warming: pd.DataFrame,
    scenario: Scenario,
    day: date,
) -> pd.DataFrame:
    sites = pd.DataFrame(node_sites.drop(columns="geometry"))
    (port, of_ports), (airfield, of_fields) = (
        apply_overrides(pd.DataFrame(table.drop(columns="geometry")), overrides_on_file, day)
        for table in (ports, airfields)
    )
    papers = documented(sites, documented_dual_use)
    facts = site_attributes(
        sites,
        measures,
        climate_facts,
        port=port,
        airfield=airfield,
        landing=cable_landings,
        mine=mines,
        project=strategic_projects,
        plant=power_plants,
        terminal=terminals,
        station=ground_stations,
        railhead=railheads,
    )
    anchors = anchor_values(scenario.anchors)
    builder = EvidenceBuilder(sites)
    add_hazards(builder, facts, scenario, anchors, global_warming)
    add_military_relevance(
        builder, facts, anchors, military_sites, materials, memberships, day, ten_t_nodes, papers
    )
    add_civilian_dependence(builder, facts, anchors)
    add_dual_use(builder, facts, materials, papers)
    table = tell_overrides(builder.table(), pd.concat([of_ports, of_fields]))
    return table.assign(weight=weigh(table))


EVIDENCE = Layer(
    id="evidence",
    title="Evidence: what every judgement rests on",
    pillar="military",
    geometry="table",
    spine=(),
    key=("node_id", "axis", "dimension", "group", "indicator"),
    columns=(
        Column("node_id", "str", "the node", required=True),
        Column("axis", "str", "axis", required=True,
               choices=("climate", "military", "civil", "access", "dual_use")),
        Column("dimension", "str", "dimension inside the axis", required=True),
        Column("group", "str", "group of indicators", required=True),
        Column("indicator", "str", "what was measured", required=True),
        Column("value", "float", "raw value, in `unit`"),
        Column("value_low", "float", "lower end of the value"),
        Column("value_high", "float", "upper end of the value"),
        Column("label", "str", "the value in words, where it has some"),
        Column("unit", "str", "unit of the value", required=True),
        Column("score", "float", "value on its anchored scale; a class as 0, 0.5, 1; null where not known",
               low=0, high=1),
        Column("scale", "str", "how a value becomes a score (layers/assessed/scoring.py)", required=True,
               choices=SCALES),
        Column("zero_at", "float", "anchor of the scale: the value that scores 0; moderate from"),
        Column("one_at", "float", "anchor of the scale: the value that scores 1; high from"),
        Column("weight", "float", "share of the military axis; 0 on axes that are no mean", required=True,
               low=0, high=1),
        Column("tier", "str", "how a climate fact is known; empty elsewhere", choices=("", *TIERS)),
        Column("state", "str", "what is known", required=True,
               choices=("known", "unknown", "not_applicable")),
        Column("source_id", "str", "source, held or lacking", required=True),
        Column("as_of", "str", "date the value holds for, ISO 8601", required=True),
        Column("note", "str", "how it was measured"),
    ),
    derive=_evidence,
)  # fmt: skip
