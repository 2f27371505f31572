"""Evidence: one row a node and indicator, with value, unit, score, weight, state, source and date.

A row is `known`, `unknown` (keeps its weight and widens the interval) or `not_applicable` (weighs
nothing). What the open data at hand cannot say is an unknown row that names the source that would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from layers.assessed.book import Book, facts_of
from layers.assessed.civilian_dependence import add_civilian_dependence
from layers.assessed.climate_risk import add_climate_risk
from layers.assessed.dual_use import add_dual_use
from layers.assessed.military_relevance import add_military_relevance
from layers.assessed.overrides import apply_overrides, tell_overrides
from layers.assessed.policy import documented
from layers.schema import Column, Layer
from layers.scoring import SCALES, weigh

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd

    from layers.scenarios import Scenario

__all__ = ["EVIDENCE"]


def _evidence(
    node_sites: gpd.GeoDataFrame,
    measures: pd.DataFrame,
    ports: gpd.GeoDataFrame,
    airfields: gpd.GeoDataFrame,
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
    sea_level_projections: pd.DataFrame,
    sea_level_trends: pd.DataFrame,
    scenario: Scenario,
    day: date,
) -> pd.DataFrame:
    sites = pd.DataFrame(node_sites.drop(columns="geometry"))
    corrected, overrides = apply_overrides(
        pd.DataFrame(ports.drop(columns="geometry")), overrides_on_file, day
    )
    papers = documented(sites, documented_dual_use)
    facts = facts_of(
        sites,
        measures,
        port=corrected,
        airfield=airfields,
        landing=cable_landings,
        mine=mines,
        project=strategic_projects,
        plant=power_plants,
        terminal=terminals,
        station=ground_stations,
    )
    book = Book(sites)
    add_climate_risk(book, facts, scenario, sea_level_projections, sea_level_trends)
    add_military_relevance(
        book, facts, military_sites, materials, memberships, scenario, day, ten_t_nodes, papers
    )
    add_civilian_dependence(book, facts)
    add_dual_use(book, facts, materials, papers)
    table = tell_overrides(book.table(), overrides)
    return table.assign(weight=weigh(table, scenario.weights))


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
        Column("unit", "str", "unit of the value", required=True),
        Column("score", "float", "value on its anchored scale; null where not known", low=0, high=1),
        Column("score_high", "float", "score at the upper bound of an interval", low=0, high=1),
        Column("scale", "str", "how a value becomes a score (layers/scoring.py), or class, share, percentile",
               required=True, choices=(*SCALES, "class", "share", "percentile")),
        Column("zero_at", "float", "anchor of the scale: the value that scores 0 (or its middle)"),
        Column("one_at", "float", "anchor of the scale: the value that scores 1"),
        Column("weight", "float", "share of its dimension: groups equal, indicators equal in a group",
               required=True, low=0, high=1),
        Column("state", "str", "what is known", required=True,
               choices=("known", "unknown", "not_applicable")),
        Column("source_id", "str", "source, held or lacking", required=True),
        Column("as_of", "str", "date the value holds for, ISO 8601", required=True),
        Column("note", "str", "how it was measured"),
    ),
    derive=_evidence,
)  # fmt: skip
