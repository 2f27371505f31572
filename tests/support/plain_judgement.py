"""The judgement of one node in one draw, written from docs/method.md without layers.assessed.rules.

Tests compare the arrays of the rules with it. Values are whole thousandths; None is unknown.
"""

from __future__ import annotations

import math
import zlib
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layers.assessed.judgement import Inputs
    from layers.assessed.monte_carlo import Numbers

NodeValues = dict[str, float | None]
ABSENT, UNKNOWN, LOW, MODERATE, HIGH = -2, -1, 0, 1, 2
_SECOND = {
    "rail_terminal": ("gauge", "to_port_or_border"),
    "ground_station": ("civil_and_public", "polar_orbit"),
}


def values_of(inputs: Inputs, place: int) -> NodeValues:
    """Return the values of the node at position `place`."""
    read = {name: float(value[place, 0]) for name, value in dict(inputs.values).items()}
    return {
        name: None if math.isnan(value) else int(value) if value == int(value) else value
        for name, value in read.items()
    }


def or_zero(value: int | None) -> int:
    return 0 if value is None else value


def ramp(value: int | None, zero_at: int, one_at: int) -> int | None:
    if value is None:
        return None
    return min(max(math.floor(Fraction((value - zero_at) * 1000, one_at - zero_at)), 0), 1000)


def log_ramp(value: int | None, zero_at: int, one_at: int) -> int | None:
    millionths = [
        None if number is None else round(math.log(max(number, 1)) * 1e6)
        for number in (value, zero_at, one_at)
    ]
    return ramp(*millionths)


def step(value: int | None, moderate: int, high: int) -> int:
    return UNKNOWN if value is None else (value >= moderate) + (value >= high)


# ---------------------------------------------------------------------------------------- hazard


def thaw(v: NodeValues, a: dict[str, int]) -> tuple[int, bool]:
    """Return the class of thaw, and whether only unknown ground ice keeps it moderate."""
    zone, ice, damage = v["zone"], v["ice"], v["damage"] or 0
    if damage == 2 or (damage == 1 and v["bedrock"] != 1 and ice != 0):
        return HIGH, False
    if v["bedrock"] == 1:
        return LOW, False
    if zone is None:
        return UNKNOWN, False
    lost = or_zero(v["steps"]) > 0
    if zone >= 3:
        is_warm = v["air"] is not None and v["air"] >= a["warm_permafrost"]
        is_high = ice == 2 or (ice == 1 and (zone == 3 or is_warm or lost))
    else:
        is_high = zone == 2 and ice == 2 and lost
    if is_high:
        return (MODERATE if v["proxy"] == 1 else HIGH), False
    if zone >= 3:
        return MODERATE, ice is None and v["proxy"] != 1
    is_troubled = damage == 0.5 and ice != 0
    return (MODERATE if is_troubled or (zone == 2 and or_zero(ice) >= 1) else LOW), False


def level(v: NodeValues, a: dict[str, int]) -> int:
    change, depth = v["level"], v["depth"]
    if change is None or change >= 0:
        return step(change, a["level_rise_moderate"], a["level_rise_high"])
    bars = (a["depth_deep"], a["depth_shallow"])
    return MODERATE if depth is not None and any(depth >= bar > depth + change for bar in bars) else LOW


def hazards(v: NodeValues, a: dict[str, int]) -> dict[str, int]:
    return {
        "ice_season_lost": step(v["ice_lost_low"], a["ice_lost_moderate"], a["ice_lost_high"]),
        "ice_season_unreliable": step(
            v["ice_spread"], a["ice_unreliable_moderate"], a["ice_unreliable_high"]
        ),
        "permafrost_thaw": thaw(v, a)[0],
        "coastal_erosion": step(v["erosion"], a["erosion_moderate"], a["erosion_high"]),
        "relative_sea_level": level(v, a),
    }


# -------------------------------------------------------------------------------------- military


def runway(length: int | None, width: int | None, a: dict[str, int]) -> int | None:
    if length is None:
        return None
    if length < a["runway_short"]:
        return 0
    if width is None:
        return None
    return 0 if width < a["runway_width"] else 500 + ramp(length, a["runway_short"], a["runway_long"]) // 2


def port(v: NodeValues, a: dict[str, int]) -> int | None:
    length = None if v["vessel_length"] is None else 1000 * (v["vessel_length"] >= a["vessel_length"])
    ships = [score for score in (length, v["roro"]) if score is not None]
    access = [
        ramp(v["approach_depth"], a["approach_zero"], a["approach_one"]),
        ramp(v["pier_depth"], a["pier_zero"], a["pier_one"]), max(ships) if ships else None,
    ]  # fmt: skip
    if sum(score is not None for score in access) < 2:
        return None
    return (sum(map(or_zero, access)) + 3 * or_zero(v["sustainment"])) // 6


def facility(kind: str, v: NodeValues, a: dict[str, int]) -> int | None:
    if kind == "port":
        return port(v, a)
    if kind == "airfield":
        return runway(v["runway_length"], v["runway_width"], a)
    if kind == "cable_landing":
        return ramp(v["systems_in_service"], 0, a["systems_one"])
    if kind == "mine":
        worth = v["listed_material"]
        return None if worth is None else worth * (1000 + or_zero(v["producing_or_strategic"])) // 2000
    if kind == "energy_site":
        size = log_ramp(v["capacity"], a["capacity_zero"], a["capacity_one"])
        first, second = size, v["dependent_node"]
    else:
        first, second = (v[name] for name in _SECOND[kind])
    return None if first is None else (first + or_zero(second)) // 2


def parts(kind: str, v: NodeValues, a: dict[str, int]) -> dict[str, int | None]:
    score = facility(kind, v, a)
    near = or_zero(runway(v["runway_near"], 10**9, a))
    port = or_zero(ramp(v["deep_port"], a["deep_port_zero"], a["deep_port_one"]))

    def beside(*names: str) -> int:
        return 1000 * any(v[name] is not None and v[name] <= a["land_near"] for name in names)

    if kind == "port":
        hinterland = (near + beside("railway", "main_road")) // 2
    elif kind == "airfield":
        hinterland = max(port, beside("railway"))
    else:
        hinterland = (near + port) // 2
    scarce = or_zero(log_ramp(v["scarcity"], a["scarcity_zero"], a["scarcity_one"]))
    place = (
        or_zero(ramp(v["route"], a["route_zero"], a["route_one"]))
        + or_zero(ramp(v["narrow"], a["narrow_zero"], a["narrow_one"]))
        + (scarce if or_zero(score) >= 500 else 0)
    )
    votes = [1000 * (v["joint_use"] == 1), 0 if v["policy_off"] == 1 else or_zero(v["policy"])]
    votes += [
        worth
        for word, worth in (("high", 1000), ("medium", 500), ("low", 250))
        if v[f"claim_{word}"] is not None and v[f"claim_{word}"] <= a["claim_near"]
    ]
    return {
        "facility": score, "hinterland": hinterland, "position": place // 3,
        "association": None if v["treaty"] == 1 else max(votes),
    }  # fmt: skip


def military(part: dict[str, int | None], a: dict[str, int], *, with_association: bool = True) -> int:
    if part["facility"] is None:
        return UNKNOWN
    names = ["hinterland", "position"] + ["association"] * with_association
    votes = sum(or_zero(part[name]) >= a["part_holds"] for name in names)
    if part["facility"] >= a["facility_high"] and votes >= 2:
        return HIGH
    return MODERATE if part["facility"] >= a["facility_moderate"] and votes >= 1 else LOW


# ------------------------------------------------------------------------------------ dependence


def dependence(v: NodeValues, a: dict[str, int]) -> int:
    captive = or_zero(v["captive"])
    if captive >= a["captive_high"] or or_zero(v["captive_place"]) >= a["captive_place"]:
        return HIGH
    if v["sole"] == 1 and captive >= a["sole_supply"]:
        return HIGH
    if captive >= a["captive_moderate"] or or_zero(v["reached"]) >= a["reached_moderate"]:
        return MODERATE
    return UNKNOWN if v["reached"] is None else LOW


# ----------------------------------------------------------------------------------------- draws


def drawn(v: NodeValues, node: str, numbers: Numbers, draw: int) -> NodeValues:
    """Return the values of one node in one draw."""

    def number(factor: str) -> int:
        return int(numbers.pool[zlib.crc32(f"{factor}|{node}".encode()) % 1024, draw])

    def between(name: str, factor: str, half: int) -> int | None:
        low, mid, high = v[f"{name}_low"], v[name], v[f"{name}_high"]
        if mid is None:
            return None
        way = high - mid if number(factor) >= 500 else mid - low
        return mid + math.floor(Fraction((number(factor) - 500) * way, half))

    def inside(name: str, factor: str) -> int | None:
        low, high = v[f"{name}_low"], v[f"{name}_high"]
        return None if low is None else low + (high - low) * number(factor) // 1000

    outcome = dict(v)
    if v["ice_lost"] is not None:
        outcome["ice_lost_low"] = v["ice_lost_low"] + between("ice_lost", "ice", 450) - v["ice_lost"]
    is_open = v["ice"] is None and v["zone"] is not None and v["zone"] >= 3 and (v["damage"] or 0) < 1
    if is_open and v["proxy"] != 1:
        outcome["ice"] = 2 if number("ground") >= 500 else 0
    if v["proxy"] == 1 and v["zone"] is not None:
        outcome["zone"] = min(max(v["zone"] + (number("zone") >= 825) - (number("zone") < 175), 0), 4)
    if v["air"] is not None:
        error = v["air"] - v["air_low"]
        outcome["air"] = v["air"] + math.floor((number("air") - 500.0) * 1.645 * error / 450.0)
    outcome["erosion"] = between("erosion", "erosion", 450)
    outcome["level"] = between("level", "level", 330)
    outcome["approach_depth"] = inside("approach_depth", "approach")
    outcome["pier_depth"] = inside("pier_depth", "pier")
    for word in ("high", "medium", "low"):
        outcome[f"claim_{word}"] = inside(f"claim_{word}", "claims")
    end = ("captive_high", "captive", "captive_low")[int(numbers.radius[draw])]
    return outcome | {"captive": v[end]}


def shares(
    inputs: Inputs, place: int, usual: dict[str, int], numbers: Numbers, *, with_association: bool = True
) -> tuple[float, float]:
    """Return the shares of draws in which a node overlaps and meets all three conditions."""
    v, node, kind = values_of(inputs, place), str(inputs.nodes[place]), str(inputs.kind[place])
    there = [name for name, applies in inputs.applies.items() if applies[place, 0]]
    on_file = hazards(v, usual)
    if thaw(v, usual)[1]:
        on_file["permafrost_thaw"] = HIGH  # a draw of ground ice alone may raise the class of the picture
    # A draw may lower the class that the picture has, but not raise it.
    is_able = military(parts(kind, v, usual), usual, with_association=with_association) == HIGH
    is_needed = dependence(v, usual) >= MODERATE
    overlap = flag = 0
    for draw in range(numbers.count):
        a = {name: int(value[0, draw]) for name, value in numbers.anchors.items()}
        now = drawn(v, node, numbers, draw)
        actual = hazards(now, a)
        worst = max([min(actual[name], on_file[name]) for name in there], default=ABSENT)
        able = is_able and military(parts(kind, now, a), a, with_association=with_association) == HIGH
        overlap += able and worst >= MODERATE
        flag += able and is_needed and worst == HIGH and dependence(now, a) >= MODERATE
    return overlap / numbers.count, flag / numbers.count
