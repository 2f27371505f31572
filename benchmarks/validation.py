"""Validation of the flag: claims on the picture, each with its value, its bound, and whether it holds."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from benchmarks.claims import claim
from benchmarks.published_places import published
from layers.assessed.class_thresholds import ANCHORS
from layers.assessed.flags import POSSIBLE
from layers.assessed.judgement import Inputs, judge, military_parts, whole_of
from layers.assessed.monte_carlo import draw, numbers_of
from layers.assessed.positions import with_lonlat
from layers.assessed.rules import military
from layers.assessed.sensitivity import critical
from layers.catalog import LAYERS
from layers.compose import _fold
from layers.crs import distance_km
from layers.merge import within_km
from layers.scenarios import scenario
from pipelines.picture.build import Options, compose_snapshot
from pipelines.snapshot import load
from pipelines.sources import SOURCES

if TYPE_CHECKING:
    from layers.picture import Picture
    from layers.scenarios import Scenario

__all__ = ["published", "supports", "validation"]

_PERMUTATIONS = 40
_LEVELS = ("today", "warming_1_5", "warming_2", "warming_3", "warming_4")
_HAZARD_VALUES = (
    "ice_lost",
    "ice_lost_low",
    "ice_lost_high",
    "ice_spread",
    "zone",
    "ice",
    "air",
    "air_low",
    "bedrock",
    "damage",
    "proxy",
    "steps",
    "erosion",
    "erosion_low",
    "erosion_high",
    "level",
    "level_low",
    "level_high",
    "depth",
)
_RANK = {"unknown": -1, "low": 0, "moderate": 1, "high": 2}
_FLAGGED = ("robust", "possible")


def _compose(name: str, draws: int = 10_000, region: str = "arctic") -> Picture:
    return compose_snapshot(Options(scenario=name, draws=draws, region=region))[0]


def validation() -> list[dict[str, Any]]:
    """Return every claim on the picture of the embedded snapshot."""
    picture = _compose("today")
    nodes = picture.tables["nodes"].drop(columns="geometry")
    rows = [*_hazard_matters(picture, nodes), *_named(picture, nodes), *_anchors(picture, nodes)]
    rows += [
        *_warming(nodes),
        *_scope(picture, nodes, _compose("today", region="barents")),
        *_countries(nodes),
        *_military(picture, nodes),
    ]
    return [*rows, *published(picture)]


def _drawn(inputs: Any, scenario: Scenario, nodes: pd.DataFrame, draws: int = 2_000) -> set[str]:
    """Return the ids of the nodes that `inputs` flag, with the scope and dual-use class of the picture."""
    share = draw(inputs, scenario, numbers_of(scenario, draws, 0)).flag
    high = judge(inputs, whole_of(scenario.anchors)).hazard[:, 0] == 2
    inside = nodes["scope"].ne("context").to_numpy() & nodes["dual_use_class"].ne("D0").to_numpy()
    return set(nodes["node_id"][(share >= POSSIBLE) & high & inside])


def _hazard_matters(picture: Picture, nodes: pd.DataFrame) -> list[dict[str, Any]]:
    today = scenario("today")
    inputs = Inputs.of(picture.tables["evidence"], nodes)
    flagged = _drawn(inputs, today, nodes)
    groups = (nodes["kind"] + "|" + nodes["scope"].ne("context").astype("str")).to_numpy(dtype=object)
    random = np.random.default_rng(0)
    kept, counts = [], []
    for _ in range(_PERMUTATIONS):
        order = np.arange(len(nodes))
        for group in np.unique(groups):
            at = np.flatnonzero(groups == group)
            order[at] = random.permutation(at)
        values = {name: inputs.values[name][order] for name in _HAZARD_VALUES}
        dealt = replace(
            inputs.with_values(**values), applies={name: a[order] for name, a in inputs.applies.items()}
        )
        then = _drawn(dealt, today, nodes)
        kept.append(len(flagged & then) / max(len(flagged), 1))
        counts.append(len(then))
    zero = {name: np.zeros_like(inputs.values[name]) for name in _HAZARD_VALUES}
    left = _drawn(inputs.with_values(**zero), today, nodes)
    score = nodes["hazard_class"].map(_RANK)
    median = score.groupby(nodes["kind"]).transform("median")
    below = int((nodes["flag"].isin(_FLAGGED) & (score < median)).sum())
    chance = float(np.mean(counts))
    as_many = int(np.sum(np.array(counts) >= len(flagged)))
    return [
        claim("flags kept after dealing the hazards anew within kind and scope (mean share)",
             round(float(np.mean(kept)), 3), "< 0.5", np.mean(kept) < 0.5, most=round(max(kept), 3)),
        claim(f"flagged nodes against the mean of {_PERMUTATIONS} deals (independent axes, same base rates)",
             len(flagged), f"> {chance:.1f}", len(flagged) > chance, deals_as_many=as_many),
        claim("flags left with every hazard at zero", len(left), "0", not left),
        claim("flagged nodes below the median hazard class of their kind", below, "0", below == 0),
    ]  # fmt: skip


def supports(picture: Picture, node_ids: list[str]) -> dict[str, set[str]]:
    """Return by node the addresses of the statements that each make its thaw high without the others.

    Statements are reports of damage and of ice-rich ground that apply to the node. A hazard that is measured,
    modelled or mapped counts as two statements.
    """
    nodes = picture.tables["nodes"].set_index("node_id", drop=False).loc[node_ids].reset_index(drop=True)
    statements: dict[str, set[str]] = {name: set() for name in node_ids}
    damage = _with_lonlat(picture.tables["thaw_damage"])
    damage = damage[damage["grade"] == "damage"].reset_index(drop=True)
    at, statement = within_km(nodes, damage, 25.0)
    for node, row in zip(at, statement, strict=True):
        report = damage.iloc[row]
        own = report["match_node"] == node_ids[node]
        if own or report["applies_to"] == "town":
            statements[node_ids[node]].add(str(report["source_url"]))
    places = _with_lonlat(picture.tables["permafrost_places"])
    places = places[places["ground_ice"] == "high"].reset_index(drop=True)
    at, statement = within_km(nodes, places, 25.0)
    lon, lat = nodes["longitude_deg"].to_numpy(), nodes["latitude_deg"].to_numpy()

    km = distance_km(
        lon[at],
        lat[at],
        places["longitude_deg"].to_numpy()[statement],
        places["latitude_deg"].to_numpy()[statement],
    )
    for node, row, apart in zip(at, statement, km, strict=True):
        if apart <= places["reach_km"].iloc[row] + 0.5:
            statements[node_ids[node]].add(str(places["source_url"].iloc[row]))
    measured = nodes["hazard_tier"].isin(["measured", "modelled", "mapped"])
    for name in nodes["node_id"][measured]:
        statements[name] |= {"measured", "in 42 years"}
    return statements


def _with_lonlat(table: Any) -> pd.DataFrame:
    return with_lonlat(table)


def _named(picture: Picture, nodes: pd.DataFrame) -> list[dict[str, Any]]:
    flagged = nodes[nodes["flag"].isin(_FLAGGED)]
    evidence = picture.tables["evidence"]
    high_rows = evidence[
        (evidence["dimension"] == "hazard") & (evidence["score"] == 1.0) & (evidence["state"] == "known")
    ]
    proven = high_rows[high_rows["source_id"].notna() & high_rows["tier"].ne("") & high_rows["value"].notna()]
    lacking = sorted(set(flagged["node_id"]) - set(proven["node_id"]))
    by_node = supports(picture, list(flagged["node_id"]))
    by_place = {
        place: set().union(*(by_node[node] for node in part["node_id"]))
        for place, part in flagged.groupby("place")
    }
    one = sorted(place for place, statements in by_place.items() if len(statements) <= 1)
    return [
        claim("flags without a known high hazard named with value, unit, source and tier", len(lacking), "0",
             not lacking, names=", ".join(lacking)),
        claim(f"critical places ({len(by_place)}) that rest on one typed row", len(one),
             f"<= {len(by_place) / 3:.1f}", len(one) * 3 <= len(by_place), names=", ".join(one),
             sources={place: len(statements) for place, statements in sorted(by_place.items())}),
    ]  # fmt: skip


def _anchors(picture: Picture, nodes: pd.DataFrame) -> list[dict[str, Any]]:
    """Return claims on the number of nodes and places that change with one anchor a fifth lower or higher."""
    inputs, today = Inputs.of(picture.tables["evidence"], nodes), scenario("today")
    inside = (nodes["scope"].ne("context") & nodes["dual_use_class"].ne("D0")).to_numpy()
    now = critical(inputs, today) & inside
    places = set(nodes["place"][now])
    tried = []
    for anchor in ANCHORS:
        for multiple in (0.8, 1.2):
            then = critical(inputs, today, {anchor.id: anchor.value * multiple}) & inside
            moved = places ^ set(nodes["place"][then])
            tried.append((int((now ^ then).sum()), len(moved), f"{anchor.id} x {multiple:g}", sorted(moved)))
    by_node, by_place = max(tried), max(tried, key=lambda one: one[1])
    worst = "; ".join(f"{name} {count}" for count, _, name, _ in sorted(tried, reverse=True)[:3])
    return [
        claim(
            f"most critical nodes of {int(now.sum())} that one anchor a fifth lower or higher changes",
            by_node[0],
            f"<= {now.sum() / 3:.1f}",
            by_node[0] * 3 <= now.sum(),
            worst=worst,
        ),
        claim(
            f"most critical places of {len(places)} that one anchor changes",
            by_place[1],
            f"<= {len(places) / 3:.1f}",
            by_place[1] * 3 <= len(places),
            worst=f"{by_place[2]}: {', '.join(by_place[3])}",
        ),
    ]


def _warming(nodes: pd.DataFrame) -> list[dict[str, Any]]:
    rows, before = [], nodes.set_index("node_id")
    fallen = 0
    for name in _LEVELS[1:]:
        now = _compose(name).tables["nodes"].set_index("node_id")
        fell = (now["hazard_class"].map(_RANK) < before["hazard_class"].map(_RANK)).sum()
        fallen += int(fell)
        flags = now["flag"].isin(_FLAGGED), before["flag"].isin(_FLAGGED)
        rows.append(
            claim(
                f"{name}: classes that fall; flags lost",
                f"{int(fell)}; {int((flags[1] & ~flags[0]).sum())}",
                "0; 0",
                fell == 0 and not (flags[1] & ~flags[0]).any(),
                classes_up=int((now["hazard_class"].map(_RANK) > before["hazard_class"].map(_RANK)).sum()),
                flags=int(flags[0].sum()),
                flags_won=int((flags[0] & ~flags[1]).sum()),
            )
        )
        before = now
    return rows


def _scope(picture: Picture, nodes: pd.DataFrame, barents: Picture) -> list[dict[str, Any]]:
    outside = int((nodes["flag"].isin(_FLAGGED) & nodes["scope"].eq("context")).sum())
    part = barents.tables
    ours = part["nodes"].drop(columns="geometry")
    keys = {"nodes": ["node_id"], "exits": ["node_id", "axis", "what", "anchor"],
            "evidence": ["node_id", "axis", "group", "indicator"]}  # fmt: skip
    same = True
    for name, key in keys.items():
        whole = pd.DataFrame(picture.tables[name]).drop(columns="geometry", errors="ignore")
        whole = whole[whole["node_id"].isin(ours["node_id"])].sort_values(key, ignore_index=True)
        here = pd.DataFrame(part[name]).drop(columns="geometry", errors="ignore")
        here = here.sort_values(key, ignore_index=True)
        same &= len(here) == len(whole) and bool(
            ((here == whole) | (here.isna() & whole.isna())).all(axis=None)
        )
    return [
        claim("flags outside the scope", outside, "0", outside == 0),
        claim(
            f"barents and the whole: {len(ours)} common nodes and their exits are the same",
            same,
            "True",
            same,
        ),
    ]


def _countries(nodes: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the claim that other nodes keep their flags when the nodes of one country are left out."""
    snapshot = load(SOURCES)
    flagged = set(nodes["node_id"][nodes["flag"].isin(_FLAGGED)])
    shares, least = [], 1.0
    for country in ("CAN", "GRL", "NOR", "RUS", "USA"):
        some, evidence = _without(snapshot, country)
        rest = nodes.set_index("node_id").loc[some["node_id"]].reset_index()
        then = _drawn(Inputs.of(evidence, some), scenario("today"), rest)
        ours = flagged & set(some["node_id"])
        alike = len(ours & then) / max(len(ours | then), 1)
        least = min(least, alike)
        shares.append(f"{country} {alike:.2f} ({len(ours - then)} lost, {len(then - ours)} won)")
    return [
        claim("leave one country out: flags of the others kept (Jaccard, least)", round(least, 3), ">= 0.8",
             least >= 0.8, countries="; ".join(shares))
    ]  # fmt: skip


def _without(snapshot: Any, country: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the sites and the evidence of a picture without the nodes of `country`."""
    by_id = {layer.id: layer for layer in LAYERS}
    day = max(pd.Timestamp(row["retrieved"]).date() for row in snapshot.manifest["sources"])
    variables = {"grids": snapshot.grids, "scenario": scenario("today"), "day": day, "draws": 1, "seed": 0}
    sites = snapshot.static["node_sites"]
    ready = {
        "node_sites": sites[sites["country_iso3"] != country].reset_index(drop=True),
        "climate_facts": snapshot.static["climate_facts"][
            snapshot.static["climate_facts"]["node_id"].isin(
                sites["node_id"][sites["country_iso3"] != country]
            )
        ],
    }
    needed, todo = {"evidence"}, ["evidence"]
    while todo:
        derive = by_id[todo.pop()].derive
        names = set(inspect.signature(derive).parameters) if derive else set()
        fresh = {name for name in names & set(by_id) if name not in needed and name not in ready}
        needed |= fresh | (names & set(ready))
        todo += fresh
    layers = [layer for layer in LAYERS if layer.id in needed]
    tables = _fold(snapshot.feeds, variables, layers, ready)
    return pd.DataFrame(tables["node_sites"].drop(columns="geometry")), tables["evidence"]


def _military(picture: Picture, nodes: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the number of high military classes by kind, with and without association.

    Each row also has the range of this number over the anchors, and of the order of nodes over the weights.
    """
    inside = np.flatnonzero(nodes["scope"].ne("context").to_numpy())
    inputs = Inputs.of(picture.tables["evidence"], nodes).take(inside)
    a = whole_of()
    with_it = judge(inputs, a).military[:, 0] == 2
    without = judge(inputs, a, with_association=False).military[:, 0] == 2
    numbers = numbers_of(scenario("today"), 400, 1)
    drawn = military(military_parts(inputs, numbers.anchors), numbers.anchors, with_association=False) == 2
    rows, random = [], np.random.default_rng(0)
    parts = judge(inputs, a).parts
    stack = np.stack([np.nan_to_num(parts[n][:, 0]) for n in ("facility", "hinterland", "position")])
    for kind in (
        "port",
        "airfield",
        "cable_landing",
        "energy_site",
        "rail_terminal",
        "mine",
        "ground_station",
    ):
        at = inputs.kind == kind
        count = drawn[at].sum(axis=0)
        low, high = np.percentile(count, [5, 95]).astype(int)
        base = pd.Series(stack[:, at].mean(axis=0))
        weights = random.dirichlet(np.ones(3), 200)
        order = [
            base.corr(pd.Series((w[:, None] * stack[:, at]).sum(axis=0)), method="spearman") for w in weights
        ]
        rows.append(
            claim(
                f"military high among {int(at.sum())} of kind {kind}: all parts; without association",
                f"{int(with_it[at].sum())}; {int(without[at].sum())}",
                "printed",
                holds=True,
                over_anchors=f"{low} to {high}",
                rank_over_weights=f"{np.percentile(order, 5):.2f} to 1",
            )
        )
    return rows
