"""Nodes: three axes as intervals, the dual-use class, and the flag as a share of draws."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.assessed.climate_risk import ice_support
from layers.assessed.dual_use import CLASSES, classify
from layers.assessed.exits import POSSIBLE, ROBUST, exits, in_words, would_narrow
from layers.assessed.remit import BASELINE_REQUIREMENTS, INSTITUTIONS, REMIT, institutions, special_status
from layers.assessed.sites import KINDS
from layers.crs import POLAR
from layers.draws import draw_kinds
from layers.schema import Column, Layer
from layers.scoring import AXES, axis_intervals

if TYPE_CHECKING:
    from datetime import date

    from layers.draws import Design, Drawn
    from layers.scenarios import Scenario

__all__ = ["FLAGS", "NODES"]

FLAGS = ("robust", "possible", "not_flagged", "insufficient_data")
_ENOUGH = 0.5  # convention, method §0.3
_NO_EXIT = "no single change of a weight, an anchor or a datum flips it"


def _nodes(
    node_sites: gpd.GeoDataFrame,
    measures: pd.DataFrame,
    evidence: pd.DataFrame,
    memberships: pd.DataFrame,
    scenario: Scenario,
    day: date,
    draws: int,
    seed: int,
) -> gpd.GeoDataFrame:
    sites = node_sites.set_index("node_id", drop=False)
    axes = axis_intervals(evidence).reindex(sites.index)
    classes = classify(evidence).reindex(sites.index)
    lens = institutions(memberships, day).reindex(sites["country_iso3"])
    kind = sites["kind"]
    coverage = axes[[f"{axis}_coverage" for axis in AXES]].min(axis=1)
    enough = (coverage >= _ENOUGH) & (classes["dual_use_class"] != "D?")
    capable = classes["dual_use_class"].isin(["D2", "D3"])
    shared, drawn = draw_kinds(
        evidence, kind, capable, scenario, draws=draws, seed=seed, support=ice_support(measures)
    )
    told = pd.concat(
        pd.DataFrame(
            {
                "share": d.share,
                "would": d.would,
                "ties": d.ties,
                "low": d.rank[:, 0],
                "median": d.rank[:, 1],
                "high": d.rank[:, 2],
            },
            index=d.scores.nodes,
        )
        for d in drawn.values()
    ).reindex(sites.index)
    share = told["share"].to_numpy()
    flag = np.select(
        [~enough.to_numpy(), share >= ROBUST, share >= POSSIBLE],
        ["insufficient_data", "robust", "possible"],
        "not_flagged",
    )
    remit = kind.map(REMIT)
    table = pd.DataFrame(
        {
            "feature_id": sites["node_id"],
            "node_id": sites["node_id"],
            "name": sites["name"],
            "kind": kind,
            "country_iso3": sites["country_iso3"],
            "institution": lens["institution"].to_numpy(),
            "special_status": special_status(sites, memberships, day),
            "longitude_deg": sites["longitude_deg"].round(5),
            "latitude_deg": sites["latitude_deg"].round(5),
            "position_uncertainty_km": sites["position_uncertainty_km"].round(2),
            "sources_apart_km": sites["sources_apart_km"].round(2),
            "dual_use_class": classes["dual_use_class"],
            "flag_probability": share.round(4),
            "flag": flag,
            "rank_low": told["low"],
            "rank_median": told["median"],
            "rank_high": told["high"],
            "tied_nodes": told["ties"],
            "baseline_requirements": [
                "; ".join(f"{code} {BASELINE_REQUIREMENTS[code]}" for code in codes) or None
                for codes, _ in remit
            ],
            "cer_sectors": ["; ".join(sectors) or None for _, sectors in remit],
            "sources": sites["sources"],
            "source_id": sites["source_id"],
            "as_of": day.isoformat(),
        }
    ).join(axes)
    table["reasons"] = _reasons(table, evidence, scenario)
    table["nearest_exit"] = _nearest_exits(table, evidence, shared, drawn, told["would"])
    table["would_narrow"] = _would_narrow(table, evidence)
    return gpd.GeoDataFrame(table, geometry=sites.geometry, crs=POLAR)


def _nearest_exits(
    nodes: pd.DataFrame,
    evidence: pd.DataFrame,
    shared: Design,
    drawn: dict[str, Drawn],
    would: pd.Series,
) -> pd.Series:
    """The smallest single change that flips each flag, in words; null where one is not enough."""
    said = pd.Series(None, index=nodes.index, dtype=object)
    judged = nodes["flag"] != "insufficient_data"
    # Of what is not flagged `explain` works it out on request.
    near = nodes.index[nodes["flag"].isin(["robust", "possible"])]
    rows = evidence[evidence["node_id"].isin(near)]
    of_row = evidence["node_id"].map(nodes["kind"])
    first = [
        exits(part, shared, evidence[of_row == kind], near.to_numpy(dtype=object))
        .drop_duplicates("node")
        for kind, part in drawn.items()
    ]  # fmt: skip
    found = pd.concat(first).to_dict("records")
    named = rows["indicator"].isin({row["what"] for row in found}) & rows["axis"].isin(list(AXES))
    by_key = {(row["node_id"], row["indicator"]): row for row in rows[named].to_dict("records")}
    for row in found:
        said[row["node"]] = in_words(row, by_key.get((row["node"], row["what"])))
    said[near.difference(said.dropna().index)] = _NO_EXIT
    # What the class alone keeps out: the conjunction holds often enough without it.
    lacking = _lacking(evidence)
    barred = judged & ~nodes["dual_use_class"].isin(["D2", "D3"]) & (would >= POSSIBLE)
    for node in nodes.index[barred]:
        said[node] = (
            f"dual-use class {nodes.loc[node, 'dual_use_class']} to D2 "
            f"({lacking.get(node, 'too few supporting rows')}): possible, in {would[node]:.0%} of draws"
        )
    for node in nodes.index[~judged]:
        said[node] = f"more must be known first: {lacking.get(node, 'see what would narrow it')}"
    return said


def _lacking(evidence: pd.DataFrame) -> dict[str, str]:
    """The required dual-use rows that each node does not meet or that are not known, in words."""
    rows = evidence[(evidence["group"] == "d_required") & ~(evidence["score"] == 1)]
    said: dict[str, list[str]] = {}
    columns = (rows[name].tolist() for name in ("node_id", "indicator", "score"))
    for node, indicator, score in zip(*columns, strict=True):
        known = "not known" if math.isnan(score) else "not met"
        said.setdefault(node, []).append(f"{indicator.replace('_', ' ')} {known}")
    return {node: ", ".join(words) for node, words in said.items()}


def _would_narrow(nodes: pd.DataFrame, evidence: pd.DataFrame, most: int = 3) -> pd.Series:
    """The data that would narrow each node's intervals most, in words; null where all is known."""
    open_rows = would_narrow(evidence)
    place = open_rows.groupby("node_id").cumcount()
    top = open_rows[place < most]
    said: dict[str, list[str]] = {}
    columns = (top[name].tolist() for name in ("node_id", "indicator", "axis", "width"))
    for node, indicator, axis, width in zip(*columns, strict=True):
        said.setdefault(node, []).append(f"{indicator.replace('_', ' ')} ({axis}, {width:.2f})")
    return pd.Series({node: "; ".join(words) for node, words in said.items()}, dtype=object).reindex(
        nodes.index
    )


def _reasons(nodes: pd.DataFrame, evidence: pd.DataFrame, scenario: Scenario) -> list[str]:
    """The sentences behind each flag, every number taken from the table or its evidence."""
    told, unknown = _leading(evidence)
    out = []
    said = ["node_id", "flag", "flag_probability", "dual_use_class", "special_status"]
    said += [f"{axis}_{end}" for axis in AXES for end in ("low", "high")]
    for row in nodes[said].to_dict("records"):
        node = row["node_id"]
        if row["flag"] == "insufficient_data":
            parts = ["Not judged: too little is openly known."]
        else:
            parts = [
                f"In the conjunction in {row['flag_probability']:.0%} of draws "
                f"(dual-use class {row['dual_use_class']}; {scenario.title.lower()})."
            ]
        for axis in AXES:
            lead = ", ".join(told.get((node, axis), ()))
            span = f"{axis.capitalize()} {row[f'{axis}_low']:.2f} to {row[f'{axis}_high']:.2f}"
            parts.append(f"{span}: {lead}." if lead else f"{span}.")
        parts.append(f"{unknown.get(node, 0)} indicators are unknown.")
        if isinstance(row["special_status"], str):
            parts.append(f"Special status: {row['special_status'].replace('_', ' ')}.")
        out.append(" ".join(parts))
    return out


def _leading(evidence: pd.DataFrame, most: int = 2) -> tuple[dict[tuple[str, str], list[str]], Counter[str]]:
    """What weighs most on each axis of each node, in words, and how much of it is unknown."""
    names = ["node_id", "axis", "indicator", "value", "unit", "score", "weight", "state"]
    judged = evidence.loc[evidence["axis"] != "dual_use", names]
    unknown = Counter(judged.loc[judged["state"] == "unknown", "node_id"].tolist())
    part = (judged["weight"] * judged["score"]).to_numpy()
    owner = judged.groupby(["node_id", "axis"], sort=False).ngroup().to_numpy()
    order = np.lexsort((-np.nan_to_num(part), owner))
    order = order[np.nan_to_num(part)[order] > 0]
    place = np.arange(len(order))
    start = np.append(True, owner[order][1:] != owner[order][:-1])
    lead = order[place - place[start][np.cumsum(start) - 1] < most]
    columns = [
        judged[name].iloc[lead].tolist()
        for name in ("node_id", "axis", "indicator", "value", "unit", "score")
    ]
    told: dict[tuple[str, str], list[str]] = {}
    for node, axis, indicator, value, unit, score in zip(*columns, strict=True):
        measure = "" if unit in {"1", "class"} else f" {unit}"
        words = f"{indicator.replace('_', ' ')} {_plain(value)}{measure} (score {score:.2f})"
        told.setdefault((node, axis), []).append(words)
    return told, unknown


def _plain(value: float) -> str:
    """Four significant digits, never in powers of ten."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _axis_columns() -> tuple[Column, ...]:
    told = {
        "climate": "axis R, climate risk",
        "military": "axis M, military relevance",
        "civil": "civil dependence",
        "access": "sea access, beside the axes and in none of them; ports and landings only",
    }
    return tuple(
        Column(
            f"{axis}_{part}",
            "float",
            f"{told[axis]}: {meaning}",
            "1",
            low=0,
            high=1,
            required=required and axis in AXES,
        )
        for axis in told
        for part, meaning, required in (
            ("low", "every unknown taken as 0", True),
            ("high", "every unknown taken as 1", True),
            ("known", "what is known alone; null where a dimension knows nothing", False),
            ("coverage", "share of the weight that is known", True),
        )
    )


NODES = Layer(
    id="nodes",
    title="Nodes: climate risk, military relevance and civil dependence",
    pillar="military",
    geometry="point",
    columns=(
        Column("node_id", "str", "`<kind>:<source key>`, stable across runs", required=True),
        Column("kind", "str", "kind of node", required=True, choices=KINDS),
        Column("country_iso3", "str", "ISO 3166-1 alpha-3 of country or territory", required=True),
        Column("institution", "str", "NATO and EU at the picture's date", required=True,
               choices=INSTITUTIONS),
        Column("special_status", "str", "treaty or other status of the territory"),
        Column("longitude_deg", "float", "WGS 84", "degree", required=True, low=-180, high=180),
        Column("latitude_deg", "float", "WGS 84", "degree", required=True, low=50, high=90),
        Column("position_uncertainty_km", "float", "radius within which it lies", "km", required=True, low=0),
        Column("sources_apart_km", "float", "largest distance between the lists that place it; null with one",
               "km", low=0),
        *_axis_columns(),
        Column("dual_use_class", "str", "D2 is an inference from public attributes", required=True,
               choices=CLASSES),
        Column("flag_probability", "float", "share of draws in the conjunction", "1", required=True,
               low=0, high=1),
        Column("flag", "str", "robust from 0.8, possible from 0.2", required=True, choices=FLAGS),
        Column("rank_low", "int", "rank within kind, 5 % of draws", required=True, low=1),
        Column("rank_median", "int", "rank within kind, median draw", required=True, low=1),
        Column("rank_high", "int", "rank within kind, 95 % of draws", required=True, low=1),
        Column("tied_nodes", "int", "others of its kind it is not told apart from in 90 % of draws",
               required=True, low=0),
        Column("reasons", "str", "the sentences behind the flag", required=True),
        Column("nearest_exit", "str", "smallest change of one weight, anchor or datum that flips the flag; "
               "null where there is no flag (`explain` works it out)"),
        Column("would_narrow", "str", "data that would narrow its intervals most, with the share they close"),
        Column("baseline_requirements", "str", "NATO seven baseline requirements it serves; null where the "
               "list does not name its kind (raw materials)"),
        Column("cer_sectors", "str", "sectors of the EU CER Directive; null where it does not name its kind "
               "(raw materials)"),
        Column("sources", "str", "keys of all source rows that were merged", required=True),
    ),
    note="Scores are relative within node type; intervals are shown; ties are ties.",
    derive=_nodes,
)  # fmt: skip
