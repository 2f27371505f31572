"""The draws of the judgement against the same rules in pandas, one draw at a time.

Both use the same random numbers, and the nodes that they flag must be the same (decisions/0009).
"""

from __future__ import annotations

import resource
import time
from typing import Any

import numpy as np
import pandas as pd

from layers.assessed.judgement import Inputs, judge, whole_of
from layers.assessed.monte_carlo import draw, drawn_values, memberships, numbers_of
from layers.scenarios import scenario
from pipelines.picture.build import Options, compose_snapshot

GOAL = 50  # times as fast as pandas
PEER_DRAWS = 40  # pandas would take minutes for 10,000 draws, so its time is scaled up from these


def _score(value: Any, zero: float, one: float) -> Any:
    return np.floor((value - zero) * 1000 / (one - zero)).clip(0, 1000)


def _log(value: Any) -> Any:
    return (np.log(np.maximum(value, 1.0)) * 1e6).round()


def peer_draw(
    table: pd.DataFrame, drawn: Any, a: dict[str, float], on_file: dict[str, pd.Series]
) -> tuple[pd.Series, pd.Series]:
    """Return two columns for one draw: which nodes overlap, and which meet all three conditions.

    `table` holds the values of each node. `drawn` holds, by column, the values that this draw changes. Both
    are in whole thousandths. `a` holds the anchors of the draw, and `on_file` by hazard the class of each
    node in the picture.
    """
    v = table.assign(**{name: drawn[name] for name in drawn})
    hazard, capable = _hazard(v, a, on_file), _capable(v, a)
    captive = v["captive"].fillna(0)
    leaned = (captive >= a["captive_high"]) | (v["captive_place"].fillna(0) >= a["captive_place"])
    leaned |= (v["sole"] == 1) & (captive >= a["sole_supply"])
    leaned |= (captive >= a["captive_moderate"]) | (v["reached"] >= a["reached_moderate"])
    return (hazard >= 1) & capable, (hazard >= 2) & capable & leaned


def _hazard(v: pd.DataFrame, a: dict[str, float], on_file: dict[str, pd.Series]) -> pd.Series:
    """Return the class of the worst hazard of each node, at most its class in the picture."""
    wide, warm, steps = v["zone"] >= 3, v["air"] >= a["warm_permafrost"], v["steps"] > 0
    thaw = pd.Series(0, index=v.index).mask(wide, 1).mask(wide & (v["ice"] == 2), 2)
    thaw = thaw.mask(wide & (v["ice"] == 1) & ((v["zone"] == 3) | warm | steps), 2)
    iced = (v["zone"] == 2) & (v["ice"] >= 1)
    thaw = thaw.mask(iced, 1).mask(iced & steps & (v["ice"] == 2), 2)
    thaw = thaw.mask((v["proxy"] == 1) & (thaw == 2), 1)
    hurt = (v["damage"] == 2) | ((v["damage"] == 1) & (v["bedrock"] != 1) & (v["ice"] != 0))
    thaw = thaw.mask((v["damage"] == 0.5) & (thaw < 1), 1)
    codes = {"permafrost_thaw": thaw.mask(v["bedrock"] == 1, 0).mask(hurt, 2)}
    for name, column, low, high in (
        ("ice_season_lost", "ice_lost_low", "ice_lost_moderate", "ice_lost_high"),
        ("ice_season_unreliable", "ice_spread", "ice_unreliable_moderate", "ice_unreliable_high"),
        ("coastal_erosion", "erosion", "erosion_moderate", "erosion_high"),
    ):
        codes[name] = (v[column] >= a[low]).astype(int) + (v[column] >= a[high])
    rise = v["level"].clip(lower=0)
    level = (rise >= a["level_rise_moderate"]).astype(int) + (rise >= a["level_rise_high"])
    left = v["depth"] + v["level"]
    lost = pd.Series(data=False, index=v.index)
    for name in ("depth_deep", "depth_shallow"):
        lost |= (v["depth"] >= a[name]) & (left < a[name])
    codes["relative_sea_level"] = level.mask((v["level"] < 0) & lost, 1)
    return pd.concat([code.clip(upper=on_file[name]) for name, code in codes.items()], axis=1).max(axis=1)


def _capable(v: pd.DataFrame, a: dict[str, float]) -> pd.Series:
    """Return which nodes have a high military class."""
    scores = _facility(v, a)
    length = v["runway_near"]
    near = (500 + np.floor(_score(length, a["runway_short"], a["runway_long"]) / 2)).where(
        length >= a["runway_short"], 0
    )
    near = near.fillna(0)
    port = _score(v["deep_port"], a["deep_port_zero"], a["deep_port_one"]).fillna(0)
    line = (v["railway"] <= a["land_near"]) * 1000.0
    hinterland = np.floor((near + port) / 2)
    hinterland = hinterland.mask(v["kind"] == "port", np.floor((near + line) / 2))
    hinterland = hinterland.mask(v["kind"] == "airfield", np.maximum(port, line))
    route = _score(v["route"], a["route_zero"], a["route_one"]).fillna(0)
    narrow = _score(v["narrow"], a["narrow_zero"], a["narrow_one"]).fillna(0)
    scarce = _score(_log(v["scarcity"]), _log(a["scarcity_zero"]), _log(a["scarcity_one"])).fillna(0)
    position = np.floor((route + narrow + scarce.where(scores.fillna(0) >= 500, 0)) / 3)
    claim = pd.concat(
        [
            (v[f"claim_{c}"] <= a["claim_near"]) * worth
            for c, worth in (("high", 1000), ("medium", 500), ("low", 250))
        ]
        + [(v["joint_use"] == 1) * 1000, v["policy"].fillna(0).mask(v["policy_off"] == 1, 0)],
        axis=1,
    ).max(axis=1)
    votes = (hinterland >= a["part_holds"]).astype(int) + (position >= a["part_holds"])
    votes += claim.mask(v["treaty"] == 1, 0) >= a["part_holds"]
    return (scores >= a["facility_high"]) & (votes >= 2)


def _facility(v: Any, a: dict[str, float]) -> Any:
    """Return the facility score of every node, whole thousandths; NaN where unknown."""
    approach = _score(v["approach_depth"], a["approach_zero"], a["approach_one"])
    pier = _score(v["pier_depth"], a["pier_zero"], a["pier_one"])
    long = ((v["vessel_length"] >= a["vessel_length"]) * 1000.0).where(v["vessel_length"].notna())
    ships = pd.concat([long, v["roro"]], axis=1).max(axis=1)
    known_count = approach.notna().astype(int) + pier.notna() + ships.notna()
    access = approach.fillna(0) + pier.fillna(0) + ships.fillna(0)
    port = np.floor((access + 3 * v["sustainment"].fillna(0)) / 6).where(known_count >= 2)
    length = v["runway_length"]
    strip = (
        (500 + np.floor(_score(length, a["runway_short"], a["runway_long"]) / 2))
        .where(length >= a["runway_short"], 0)
        .where(length.notna())
    )
    width = v["runway_width"]
    strip = strip.mask(strip > 0, strip.where(width >= a["runway_width"], 0).where(width.notna()))
    size = _score(
        _log(v["capacity"]).where(v["capacity"].notna()), _log(a["capacity_zero"]), _log(a["capacity_one"])
    )
    out = (
        pd.Series(np.nan, index=v.index).mask(v["kind"] == "port", port).mask(v["kind"] == "airfield", strip)
    )
    out = out.mask(v["kind"] == "cable_landing", _score(v["systems_in_service"], 0, a["systems_one"]))
    out = out.mask(v["kind"] == "energy_site", np.floor((size + v["dependent_node"].fillna(0)) / 2))
    dug = np.floor(v["listed_material"] * (1000 + v["producing_or_strategic"].fillna(0)) / 2000)
    out = out.mask(v["kind"] == "mine", dug)
    for kind, first, second in (
        ("rail_terminal", "gauge", "to_port_or_border"),
        ("ground_station", "civil_and_public", "polar_orbit"),
    ):  # fmt: skip
        out = out.mask(v["kind"] == kind, np.floor((v[first] + v[second].fillna(0)) / 2))
    return out


def judgement() -> list[dict[str, Any]]:
    """Return the time of 10,000 draws of all nodes against pandas, and how many memberships differ."""
    picture, _ = compose_snapshot(Options(draws=1))
    nodes, evidence = picture.tables["nodes"], picture.tables["evidence"]
    today = scenario("today")
    inputs = Inputs.of(evidence, nodes)
    begun = time.process_time()
    numbers = numbers_of(today, 10_000, 0)
    draw(inputs, today, numbers)
    ours_s = time.process_time() - begun
    table = pd.DataFrame({name: value[:, 0] for name, value in inputs.values.items()}).assign(
        kind=inputs.kind
    )
    now = judge(inputs, whole_of())
    on_file = {name: pd.Series(code[:, 0].astype(float)) for name, code in now.by_hazard.items()}
    on_file["permafrost_thaw"] = on_file["permafrost_thaw"].mask(pd.Series(now.is_open[:, 0]), 2.0)
    filed = {
        "military": pd.Series(now.military[:, 0] == 2), "dependence": pd.Series(now.dependence[:, 0] >= 1)
    }  # fmt: skip
    overlap, flag = memberships(inputs, today, numbers, slice(0, PEER_DRAWS))
    differ, peer_s = 0, 0.0
    for number in range(PEER_DRAWS):
        drawn = {
            name: np.broadcast_to(value, (len(table), 1))[:, 0]
            for name, value in drawn_values(inputs, numbers, slice(number, number + 1)).items()
        }
        anchors = {name: float(value[0, number]) for name, value in numbers.anchors.items()}
        begun = time.process_time()
        both, three = peer_draw(table, drawn, anchors, on_file)
        both, three = both & filed["military"], three & filed["military"] & filed["dependence"]
        peer_s += time.process_time() - begun
        differ += int(
            (both.to_numpy() != overlap[:, number]).sum() + (three.to_numpy() != flag[:, number]).sum()
        )
    peer_s *= 10_000 / PEER_DRAWS
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return [
        {
            "benchmark": "judgement", "work": f"10,000 draws of {len(table)} nodes; {differ} memberships of "
            f"{2 * PEER_DRAWS * len(table)} differ", "ours_s": round(ours_s, 3),
            "peer": f"pandas, draw by draw ({PEER_DRAWS} timed)", "peer_s": round(peer_s, 1),
            "ratio": round(peer_s / ours_s, 1), "goal": GOAL,
            "holds": peer_s >= GOAL * ours_s and differ == 0, "peak_mb": round(peak),
        }
    ]  # fmt: skip
