"""Rules of the three classes, on whole numbers, so that rounding on another machine moves no class.

A value is a whole number of thousandths of its unit (`whole`) in a float64, which is exact up to 2^53. An
unknown value is NaN. Arrays have shape (nodes, draws) or (nodes, 1). Anchors are also whole thousandths, one
number or one for each draw. So the picture, the draws and the sensitivity use the same rules. In each rule,
`v` holds values and `a` anchors, by id (decisions/0013).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from layers.assessed.class_thresholds import HIGH, LOW, MODERATE, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "ONE",
    "dependence",
    "facility",
    "hazard_of_level",
    "log_ramp",
    "military",
    "parts",
    "permafrost",
    "ramp",
    "steps",
    "whole",
    "whole_log",
]  # fmt: skip

ONE = 1000.0  # a score of 1

Values: TypeAlias = "Mapping[str, NDArray[np.float64]]"


def whole(values: ArrayLike, per: float = ONE) -> NDArray[np.float64]:
    """Return values as whole thousandths, rounded half to even; NaN stays NaN."""
    return np.rint(np.asarray(values, dtype=float) * per)


def whole_log(values: ArrayLike) -> NDArray[np.float64]:
    """Return the natural logarithm of whole thousandths, in whole millionths.

    A value of 0 or less counts as one thousandth.
    """
    number = np.asarray(values, dtype=float)
    return np.rint(np.log(np.where(number < 1, 1.0, number)) * 1e6) + 0 * number


def steps(value: ArrayLike, moderate: ArrayLike, high: ArrayLike) -> NDArray[np.int8]:
    """Return the class of a value: moderate from one anchor on, high from the other; unknown where NaN.

    A value equal to an anchor has the class that begins there.
    """
    number = np.asarray(value)
    code = (number >= moderate).astype(np.int8) + (number >= high).astype(np.int8)
    return np.where(np.isnan(number), np.int8(UNKNOWN), code).astype(np.int8)


def ramp(value: ArrayLike, zero_at: ArrayLike, one_at: ArrayLike) -> NDArray[np.float64]:
    """Return a score in whole thousandths, rounded down: 0 at `zero_at`, 1,000 at `one_at`, linear between.

    Beyond the anchors the score is 0 or 1,000. `one_at` may be smaller than `zero_at`.
    """
    share = (np.asarray(value) - zero_at) * ONE / (np.asarray(one_at) - zero_at)
    return np.clip(np.floor(share), 0.0, ONE)


def log_ramp(value: ArrayLike, zero_at: ArrayLike, one_at: ArrayLike) -> NDArray[np.float64]:
    """Return a score as `ramp` does, but linear in the logarithm of the value."""
    return ramp(whole_log(value), whole_log(zero_at), whole_log(one_at))


def at_least(value: ArrayLike, anchor: ArrayLike) -> NDArray[np.float64]:
    """Return 1,000 from the anchor upward, else 0; NaN stays NaN."""
    number = np.asarray(value)
    return np.where(np.isnan(number), np.nan, np.where(number >= anchor, ONE, 0.0))


def known_or_0(score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the scores with 0 in place of unknown, so that an unknown raises no class."""
    return np.where(np.isnan(score), 0.0, score)


def permafrost(v: Values, a: Values) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """Return the class of thaw, and where it is moderate only because the ground ice is unknown.

    Reads `zone` (4 continuous, 3 discontinuous, 2 sporadic, 1 isolated, 0 none), `ice` (2 high, 1 medium, 0
    low), `air` (mean annual, whole thousandths of degC), `bedrock` (1 or 0), `damage` (2 to the facility, 1
    in its town, 0.5 problems only), `proxy` (1 where the zone is a proxy) and `steps` (zones lost under the
    scenario, 0 or 1). The zone is that of the present, also under a scenario.

    Hjort et al. 2018, doi:10.1038/s41467-018-07557-4; Brown et al. 1997, doi:10.3133/cp45.
    """
    zone, ice, warm = v["zone"], v["ice"], v["air"] >= a["warm_permafrost"]
    wide, spotted = zone >= 3, zone == 2
    is_open = wide & np.isnan(ice)
    steep = (zone == 3) | warm | (v["steps"] > 0)
    code = np.where(wide, MODERATE, LOW)
    code = np.where(wide & (ice == 2), HIGH, code)
    code = np.where(wide & (ice == 1) & steep, HIGH, code)
    # Sporadic permafrost with ice is moderate, and high where it is lost under the scenario.
    iced = spotted & (ice >= 1)
    code = np.where(iced, np.where((v["steps"] > 0) & (ice == 2), HIGH, MODERATE), code)
    # A proxy alone never makes the class high.
    code = np.where((v["proxy"] == 1) & (code == HIGH), MODERATE, code)
    # Damage in a town counts for a site in it, unless the ground of the site is known to be sound.
    hurt = (v["damage"] == 2) | ((v["damage"] == 1) & (v["bedrock"] != 1) & (ice != 0))
    code = np.where((v["damage"] == 0.5) & (ice != 0), np.maximum(code, MODERATE), code)
    code = np.where(v["bedrock"] == 1, LOW, code)
    code = np.where(hurt, HIGH, code)
    code = np.where(np.isnan(zone) & ~hurt & (v["bedrock"] != 1), UNKNOWN, code)
    is_open &= (v["bedrock"] != 1) & ~hurt & (v["proxy"] != 1)
    return code.astype(np.int8), is_open & np.ones(code.shape, dtype=bool)


def hazard_of_level(v: Values, a: Values) -> NDArray[np.int8]:
    """Return the class of relative sea level.

    A rise has the class of its anchors. A fall is moderate where it takes a charted depth below an anchor.
    Reads `level` (by 2100, whole mm; a fall is negative) and `depth` (charted, whole mm; NaN if unknown).
    """
    level, depth = v["level"], v["depth"]
    rise = steps(np.where(level > 0, level, 0 * level), a["level_rise_moderate"], a["level_rise_high"])
    left = depth + level
    crossed = ((depth >= a["depth_deep"]) & (left < a["depth_deep"])) | (
        (depth >= a["depth_shallow"]) & (left < a["depth_shallow"])
    )
    return np.where((level < 0) & crossed, np.int8(MODERATE), rise).astype(np.int8)


def runway(v: Values, a: Values) -> NDArray[np.float64]:
    """Return the score of the longest paved runway, whole thousandths.

    0 below the short anchor, 500 at it, 1,000 at the long anchor. 0 where the runway is too narrow. NaN where
    the length is unknown, or the width of a runway that is long enough.
    """
    length, width = v["runway_length"], v["runway_width"]
    score = np.where(
        length < a["runway_short"], 0.0, 500 + np.floor(ramp(length, a["runway_short"], a["runway_long"]) / 2)
    )
    score = np.where(np.isnan(length), np.nan, score)
    return np.where(
        score > 0, np.where(np.isnan(width), np.nan, np.where(width < a["runway_width"], 0, score)), score
    )


def facility(kind: str, v: Values, a: Values) -> NDArray[np.float64]:
    """Return the score of the facility of nodes of `kind`, whole thousandths; NaN if unknown."""
    if kind == "port":
        approach = ramp(v["approach_depth"], a["approach_zero"], a["approach_one"])
        pier = ramp(v["pier_depth"], a["pier_zero"], a["pier_one"])
        ships = large_ships(v, a)
        known_count = (~np.isnan(approach)).astype(int) + ~np.isnan(pier) + ~np.isnan(ships)
        # Access has three indicators and sustainment counts as much as the three together.
        access = known_or_0(approach) + known_or_0(pier) + known_or_0(ships)
        score = np.floor((access + 3 * known_or_0(v["sustainment"])) / 6)
        # With fewer than two known indicators of access the facility is unknown.
        return np.where(known_count >= 2, score, np.nan)
    if kind == "airfield":
        return runway(v, a)
    if kind == "cable_landing":
        return ramp(v["systems_in_service"], 0.0, a["systems_one"])
    if kind == "energy_site":
        size = log_ramp(v["capacity"], a["capacity_zero"], a["capacity_one"])
        return np.floor((size + known_or_0(v["dependent_node"])) / 2)
    if kind == "mine":  # a material on no list scores 0, however much is mined
        return np.floor(v["listed_material"] * (ONE + known_or_0(v["producing_or_strategic"])) / (2 * ONE))
    first, second = {
        "rail_terminal": ("gauge", "to_port_or_border"),
        "ground_station": ("civil_and_public", "polar_orbit"),
    }[kind]
    return np.floor((v[first] + known_or_0(v[second])) / 2)


def large_ships(v: Values, a: Values) -> NDArray[np.float64]:
    """Return the better score of ship length and ro-ro, whole thousandths; NaN where both are unknown."""
    long = at_least(v["vessel_length"], a["vessel_length"])
    return np.fmax(long, v["roro"])


def parts(kind: str, v: Values, a: Values) -> dict[str, NDArray[np.float64]]:
    """Return the scores of the four parts of military relevance, whole thousandths.

    An unknown value counts as 0. Only `facility` is NaN where it is unknown. `association` is NaN where a
    treaty excludes it.
    """
    score = facility(kind, v, a)
    near = known_or_0(
        runway({"runway_length": v["runway_near"], "runway_width": 1e9 + 0 * v["runway_near"]}, a)
    )
    port = known_or_0(ramp(v["deep_port"], a["deep_port_zero"], a["deep_port_one"]))
    if kind == "port":
        land = np.where(np.fmin(v["railway"], v["main_road"]) <= a["land_near"], ONE, 0.0)
        hinterland = np.floor((near + land) / 2)
    elif kind == "airfield":  # supply by sea or by rail
        hinterland = np.fmax(port, np.where(v["railway"] <= a["land_near"], ONE, 0.0))
    else:
        hinterland = np.floor((near + port) / 2)
    route = known_or_0(ramp(v["route"], a["route_zero"], a["route_one"]))
    narrow = known_or_0(ramp(v["narrow"], a["narrow_zero"], a["narrow_one"]))
    scarce = known_or_0(log_ramp(v["scarcity"], a["scarcity_zero"], a["scarcity_one"]))
    # Scarcity counts only for a capable facility: a small port is not relevant because no other is near.
    able = known_or_0(score) >= ONE / 2
    position = np.floor((route + narrow + np.where(able, scarce, 0.0)) / 3)
    claim = np.fmax.reduce(
        [np.where(v[f"claim_{c}"] <= a["claim_near"], worth, 0.0) for c, worth in CLAIM_WORTH.items()]
    )
    claim = np.fmax(claim, np.where(v["joint_use"] == 1, ONE, 0.0))
    # Documents, claims and lists are not independent: the best of them is one vote.
    policy = np.where(v["policy_off"] == 1, 0.0, known_or_0(v["policy"]))
    association = np.where(v["treaty"] == 1, np.nan, np.fmax(claim, policy))
    return {"facility": score, "hinterland": hinterland, "position": position, "association": association}


# Score of a public claim of a military site nearby, by the confidence of its source.
CLAIM_WORTH = {"high": 1000.0, "medium": 500.0, "low": 250.0}


def military(
    part: Mapping[str, NDArray[np.float64]], a: Values, *, with_association: bool = True
) -> NDArray[np.int8]:
    """Return the military class: high needs the facility and two other parts, moderate needs it and one.

    `part` holds the scores of `parts`. Unknown where the facility is unknown.
    """
    names = ("hinterland", "position", "association") if with_association else ("hinterland", "position")
    votes = np.sum([known_or_0(part[name]) >= a["part_holds"] for name in names], axis=0)
    score = part["facility"]
    code = np.where(
        (score >= a["facility_high"]) & (votes >= 2),
        HIGH,
        np.where((score >= a["facility_moderate"]) & (votes >= 1), MODERATE, LOW),
    )
    return np.where(np.isnan(score), UNKNOWN, code).astype(np.int8)


def dependence(v: Values, a: Values) -> NDArray[np.int8]:
    """Return the class of civil dependence.

    Reads `captive` (people without another node; NaN where the kind supplies nobody), `captive_place` (people
    of the largest place without another node), `sole` (1 for a supply of energy or data) and `reached`
    (people within 50 km), all but `sole` in thousandths of a person. Unknown where `reached` is unknown and
    the captive people do not decide.
    """
    captive = known_or_0(v["captive"])
    high = (captive >= a["captive_high"]) | (known_or_0(v["captive_place"]) >= a["captive_place"])
    high |= (v["sole"] == 1) & (captive >= a["sole_supply"])
    some = (captive >= a["captive_moderate"]) | (v["reached"] >= a["reached_moderate"])
    code = np.where(high, HIGH, np.where(some, MODERATE, LOW))
    return np.where(np.isnan(v["reached"]) & (code == LOW), UNKNOWN, code).astype(np.int8)
