"""NODES: class of hazard, military relevance and dependence of each node, and its flag, with reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.assessed.alliances import BASELINE_REQUIREMENTS, INSTITUTIONS, REMIT, institutions, special_status
from layers.assessed.class_thresholds import CLASSES, anchor_values
from layers.assessed.dual_use import CLASSES as DUAL_USE
from layers.assessed.dual_use import classify
from layers.assessed.evidence_builder import NOTHING
from layers.assessed.flags import FLAGS, flag_columns
from layers.assessed.judgement import ABSENT, Classes, Inputs, judge, whole_of
from layers.assessed.monte_carlo import draw, numbers_of
from layers.assessed.node_words import hazard_in_words, nearest_exit, reasons
from layers.assessed.scoring import intervals
from layers.assessed.site_scope import SCOPES
from layers.assessed.sites import KINDS
from layers.crs import POLAR
from layers.observed.climate_records import GROUND_ICE, PERMAFROST_ZONES, TIERS
from layers.observed.minerals import SITE_KINDS
from layers.schema import Column, Layer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from numpy.typing import NDArray

    from layers.scenarios import Scenario

__all__ = ["NODES"]


def _nodes(
    node_sites: gpd.GeoDataFrame,
    climate_facts: pd.DataFrame,
    mines: gpd.GeoDataFrame,
    strategic_projects: gpd.GeoDataFrame,
    evidence: pd.DataFrame,
    exits: pd.DataFrame,
    memberships: pd.DataFrame,
    scenario: Scenario,
    day: date,
    draws: int,
    seed: int,
) -> gpd.GeoDataFrame:
    sites = node_sites.reset_index(drop=True)
    inputs = Inputs.of(evidence, sites)
    anchors = whole_of(scenario.anchors)
    classes = judge(inputs, anchors, with_association=scenario.with_association)
    drawn = draw(inputs, scenario, numbers_of(scenario, draws, seed))
    dual = classify(evidence).reindex(sites["node_id"]).reset_index(drop=True)
    lens = institutions(memberships, day).reindex(sites["country_iso3"])
    judged = flag_columns(inputs, classes, sites, dual["dual_use_class"], drawn, anchors["part_holds"])
    deciding, hazard = _deciding(inputs, classes, evidence, sites)
    remit = sites["kind"].map(REMIT)
    table = pd.DataFrame(
        {
            "feature_id": sites["node_id"],
            **{name: sites[name] for name in ("node_id", "name", "kind", "country_iso3")},
            "site_kind": _site_kind(sites, mines, strategic_projects),
            "institution": lens["institution"].to_numpy(),
            "special_status": special_status(sites, memberships, day),
            "longitude_deg": sites["longitude_deg"].round(5),
            "latitude_deg": sites["latitude_deg"].round(5),
            "position_uncertainty_km": sites["position_uncertainty_km"].round(2),
            "sources_apart_km": sites["sources_apart_km"].round(2),
            **{name: sites[name] for name in ("scope", "in_arctic", "place_id", "place")},
            **judged,
            **deciding,
            "dual_use_class": dual["dual_use_class"],
            **_facts(climate_facts, sites, anchor_values(scenario.anchors)),
            "baseline_requirements": [
                "; ".join(f"{code} {BASELINE_REQUIREMENTS[code]}" for code in codes) or None
                for codes, _ in remit
            ],
            "cer_sectors": ["; ".join(sectors) or None for _, sectors in remit],
            "sources": sites["sources"],
            "source_id": sites["source_id"],
            "as_of": day.isoformat(),
        }
    )
    table = table.join(intervals(evidence).reindex(sites["node_id"]).reset_index(drop=True))
    table = table.assign(**{f"military_{name}": score[:, 0] / 1000 for name, score in classes.parts.items()})
    table["fact_age_years"] = _age(evidence, sites["node_id"], hazard, day)
    table["nearest_exit"] = nearest_exit(table, exits)
    table["reasons"] = reasons(table, classes, scenario)
    return gpd.GeoDataFrame(table, geometry=sites.geometry.to_numpy(), crs=POLAR)


def _deciding(
    inputs: Inputs, classes: Classes, evidence: pd.DataFrame, sites: pd.DataFrame
) -> tuple[dict[str, NDArray[np.object_]], NDArray[np.object_]]:
    """Return the deciding hazard in words, its tier, and its indicator; null where no hazard is known.

    The worst hazard decides. If several hazards have this class, the one of the best tier decides.
    """
    rows = evidence[evidence["indicator"].isin(list(classes.by_hazard)) & (evidence["state"] == "known")]
    rank = {name: place for place, name in enumerate(TIERS)}
    names = list(classes.by_hazard)
    codes = np.stack([classes.by_hazard[name][:, 0] for name in names])
    at = pd.Index(inputs.nodes).get_indexer(rows["node_id"])
    code = codes[pd.Index(names).get_indexer(rows["indicator"]), at]
    rows = rows.assign(code=code, tier_rank=rows["tier"].map(rank).fillna(len(rank)))
    rows = rows.sort_values(["node_id", "code", "tier_rank"], ascending=[True, False, True], kind="stable")
    first = rows[rows["code"] > ABSENT].drop_duplicates("node_id").set_index("node_id")
    first = first.reindex(sites["node_id"])
    words = [None if pd.isna(row.indicator) else hazard_in_words(row) for row in first.itertuples()]
    return {
        "hazard_deciding": np.array(words, dtype=object),
        "hazard_tier": first["tier"].to_numpy(dtype=object),
    }, first["indicator"].to_numpy(dtype=object)


def _facts(
    climate_facts: pd.DataFrame, sites: pd.DataFrame, a: Mapping[str, float]
) -> dict[str, NDArray[np.object_]]:
    """Return the climate facts that are columns of a node; `a` holds the anchors in their units."""
    by_fact = {
        name: part.set_index("node_id").reindex(sites["node_id"])
        for name, part in climate_facts.groupby("fact", sort=False)
    }
    blank = climate_facts.iloc[:0].set_index("node_id").reindex(sites["node_id"])

    def of(fact: str, column: str) -> NDArray[np.object_]:
        return by_fact.get(fact, blank)[column].to_numpy()

    zone, ice = of("permafrost_zone", "label"), of("ground_ice", "label")
    rate = pd.Series(of("coastal_erosion", "value"), dtype=float)
    return {
        "permafrost_zone": np.where(pd.isna(zone), "unknown", zone),
        "ground_ice": np.where(pd.isna(ice), "unknown", ice),
        "ice_months_recent": of("ice_months_recent", "value"),
        "ice_months_lost": of("ice_months_lost", "value"),
        "ice_months_lost_low": of("ice_months_lost", "low"),
        "ice_months_lost_high": of("ice_months_lost", "high"),
        "coastal_erosion_m_per_year": rate.to_numpy(),
        "coastal_erosion_class": np.select(
            [rate.isna(), rate >= a["erosion_high"], rate >= a["erosion_moderate"]],
            ["unknown", "high", "moderate"],
            "low",
        ),
        "relative_sea_level_m": of("relative_sea_level", "value"),
        "relative_sea_level_low_m": of("relative_sea_level", "low"),
        "relative_sea_level_high_m": of("relative_sea_level", "high"),
    }


def _site_kind(
    sites: pd.DataFrame, mines: pd.DataFrame, strategic_projects: pd.DataFrame
) -> NDArray[np.object_]:
    """Return which of the four kinds a node of kind `mine` is; null for other kinds of node.

    A strategic project that extracts is a deposit, because it does not yet produce; one that only processes
    or recycles is a refinery.
    """
    extracts = strategic_projects["activity"].str.startswith("extraction")
    kind_of = dict(zip(mines["feature_id"], mines["kind"], strict=True))
    planned = np.where(extracts, "deposit", "refinery")
    kind_of |= dict(zip(strategic_projects["feature_id"], planned, strict=True))
    first = sites["sources"].str.split("; ").str[0].map(kind_of)
    return np.where((sites["kind"] == "mine").to_numpy(), first.to_numpy(dtype=object), NOTHING)


def _age(
    evidence: pd.DataFrame, nodes: pd.Series, hazard: NDArray[np.object_], day: date
) -> NDArray[np.float64]:
    """Return years since the oldest fact behind the deciding hazard or the facility, to a tenth."""
    rows = evidence[evidence["state"] == "known"]
    decides = (rows["group"] == "m_facility") & (rows["weight"] > 0)
    decides |= rows["indicator"] == rows["node_id"].map(dict(zip(nodes, hazard, strict=True)))
    some = rows[decides]
    began = pd.to_datetime(some["as_of"], format="ISO8601", errors="coerce")
    oldest = began.groupby(some["node_id"]).min().reindex(nodes)
    return np.asarray(((pd.Timestamp(day) - oldest).dt.days / 365.25).round(1), dtype=float)


def _class_column(name: str, what: str) -> Column:
    return Column(f"{name}_class", "str", what, required=True, choices=CLASSES)


_MILITARY = tuple(
    Column(f"military_{part}", "float", f"military relevance: {meaning}", "1", low=0, high=1)
    for part, meaning in (
        ("low", "mean of its parts, every unknown taken as 0"), ("high", "every unknown taken as 1"),
        ("known", "what is known alone"), ("coverage", "share of the weight that is known"),
        ("facility", "what it offers; null where what decides is not known"),
        ("hinterland", "what joins it; the unknown as 0"), ("position", "where it lies; the unknown as 0"),
        ("association", "documents, claims, lists; null where a treaty rules it out"),
    )
)  # fmt: skip

NODES = Layer(
    id="nodes",
    title="Nodes: climate hazard, military relevance and civil dependence",
    pillar="military",
    geometry="point",
    columns=(
        Column("node_id", "str", "`<kind>:<source key>`, stable across runs", required=True),
        Column("kind", "str", "kind of node", required=True, choices=KINDS),
        Column("site_kind", "str", "what a node of the kind mine is", choices=SITE_KINDS),
        Column("country_iso3", "str", "ISO 3166-1 alpha-3 of country or territory", required=True),
        Column(
            "institution", "str", "NATO and EU at the picture's date", required=True, choices=INSTITUTIONS
        ),
        Column("special_status", "str", "treaty or other status of the territory"),
        Column("longitude_deg", "float", "WGS 84", "degree", required=True, low=-180, high=180),
        Column("latitude_deg", "float", "WGS 84", "degree", required=True, low=50, high=90),
        Column("position_uncertainty_km", "float", "radius within which it lies", "km", required=True, low=0),
        Column(
            "sources_apart_km",
            "float",
            "largest distance between the lists that place it; null with one",
            "km",
            low=0,
        ),
        Column(
            "scope",
            "str",
            "inside the boundary, a gateway to it, or context, which is never flagged",
            required=True,
            choices=SCOPES,
        ),
        Column("in_arctic", "bool", "inside the boundary of the Arctic", required=True),
        Column("place_id", "str", "the place it belongs to: nodes within 25 km of one centre", required=True),
        Column("place", "str", "name of that place", required=True),
        _class_column("hazard", "climate hazard: the worst that is known"),
        _class_column("military", "what public attributes would let it do"),
        _class_column("dependence", "who depends on it"),
        Column("hazard_deciding", "str", "the hazard that decides, with value and unit"),
        Column("hazard_tier", "str", "how it is known, best first", choices=TIERS),
        Column(
            "hazard_could_be",
            "str",
            "what data not held could make of the class; null where nothing",
            choices=CLASSES[:3],
        ),
        Column("deciding_datum", "str", "the datum that would tell"),
        *_MILITARY,
        Column(
            "dual_use_class",
            "str",
            "D2 is an inference from public attributes",
            required=True,
            choices=DUAL_USE,
        ),
        Column(
            "overlap_probability",
            "float",
            "share of draws with hazard moderate or more and military high",
            "1",
            required=True,
            low=0,
            high=1,
        ),
        Column(
            "flag_probability",
            "float",
            "share of draws with hazard high, military high and dependence "
            "moderate or more; 0 outside the scope",
            "1",
            required=True,
            low=0,
            high=1,
        ),
        Column(
            "flag",
            "str",
            "robust from 0.8, possible from 0.2; insufficient_data where an unknown alone decides",
            required=True,
            choices=FLAGS,
        ),
        Column(
            "permafrost_zone",
            "str",
            "extent of permafrost",
            required=True,
            choices=(*PERMAFROST_ZONES, "unknown"),
        ),
        Column("ground_ice", "str", "ice in the ground", required=True, choices=(*GROUND_ICE, "unknown")),
        Column(
            "ice_months_recent",
            "float",
            "months a year with ice, last ten years of record",
            "months",
            low=0,
            high=12,
        ),
        Column("ice_months_lost", "float", "months fewer than in 1981-2010", "months", low=-12, high=12),
        Column("ice_months_lost_low", "float", "lower end, 5 %", "months", low=-12, high=12),
        Column("ice_months_lost_high", "float", "upper end, 95 %", "months", low=-12, high=12),
        Column("coastal_erosion_class", "str", "class by rate", required=True, choices=CLASSES),
        Column("coastal_erosion_m_per_year", "float", "retreat of the shore", "m a-1"),
        Column("relative_sea_level_m", "float", "2100 against 1995-2014, SSP2-4.5 median, signed", "m"),
        Column("relative_sea_level_low_m", "float", "SSP1-2.6, 17 %", "m"),
        Column("relative_sea_level_high_m", "float", "SSP5-8.5, 83 %", "m"),
        Column("fact_age_years", "float", "age of the oldest fact that decides a class", "years"),
        Column("reasons", "str", "the sentences behind the flag", required=True),
        Column(
            "nearest_exit",
            "str",
            "the value nearest to turning the flag, its anchor, and the gap",
            required=True,
        ),
        Column(
            "baseline_requirements",
            "str",
            "NATO seven baseline requirements it serves; null where the "
            "list does not name its kind (raw materials)",
        ),
        Column(
            "cer_sectors",
            "str",
            "sectors of the EU CER Directive; null where it does not name its kind (raw materials)",
        ),
        Column("sources", "str", "keys of all source rows that were merged", required=True),
    ),
    note="Classes are absolute: the same anchors for every kind and country. Unknown raises none.",
    derive=_nodes,
)
