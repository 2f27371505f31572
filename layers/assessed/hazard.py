"""Climate hazards of a node: how far the climate is from the one of its construction, and damage of today.

The climate is the one of today or of a warmer world. Absolute anchors for moderate and high give the class of
most hazards. The class of thaw follows a rule on zone, ground ice, bedrock and damage (`rules.permafrost`). A
hazard without a value has the class unknown, which raises no class. Its row names the missing datum; the row
of thaw names the datum in its label and note (method §2). Sea access is reported beside the hazards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from layers.assessed import rules
from layers.assessed.air_facts import NORMAL_YEARS, proxy_zone, warming_of
from layers.assessed.class_thresholds import HIGH, UNKNOWN
from layers.assessed.evidence_builder import NOTHING, numbers
from layers.scenarios import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from layers.assessed.evidence_builder import EvidenceBuilder, SiteAttributes
    from layers.scenarios import Scenario

__all__ = ["HAZARDS", "TODAY_DEGC", "add_hazards"]

# Hazard -> the datum that would answer where it is unknown, and the source that has the datum.
HAZARDS: dict[str, tuple[str, str]] = {
    "ice_season_lost": ("ice season at the quay", "nsidc_ice_presence"),
    "ice_season_unreliable": ("ice season at the quay", "nsidc_ice_presence"),
    "permafrost_thaw": ("ground ice of the site", "nsidc_ggd318_permafrost"),
    "coastal_erosion": ("rate of erosion of the shore", "arctic_coastal_dynamics"),
    "relative_sea_level": ("projection of the sea level at the site", "ipcc_ar6_sea_level"),
}
TODAY_DEGC = SCENARIOS[0].warming_degc
_LOW_FIELD_M = 10.0  # a higher airfield has no hazard of sea level
_SPORADIC = 2  # code of the zone from which ground ice matters


def add_hazards(
    builder: EvidenceBuilder,
    facts: SiteAttributes,
    scenario: Scenario,
    anchors: Mapping[str, float],
    global_warming: pd.DataFrame,
) -> None:
    """Write the hazards of every site and the facts behind them to `builder`.

    `anchors` maps each id of ANCHORS to its value, in the unit of the anchor. `global_warming` holds the
    observed warming by year (year, warming_degc), degC above 1850-1900.
    """
    # The recent ice season of the record belongs to the mean warming of the last ten years of the record.
    read = facts.climate["ice_months_lost"]["as_of"].dropna()
    last = int(read.str[:4].max()) if len(read) else 0
    recent = warming_of(global_warming, last - 9, last) if last else scenario.warming_degc
    _add_ice(builder, facts, scenario, anchors, recent)
    _add_permafrost(builder, facts, scenario, anchors, warming_of(global_warming, *NORMAL_YEARS))
    _add_erosion(builder, facts, anchors)
    _add_level(builder, facts, anchors)
    _add_access(builder, facts)


def _score(code: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return a class as a score: 0 low, 0.5 moderate, 1 high; NaN where unknown."""
    return np.where(code == UNKNOWN, np.nan, code / 2.0)


def _column(fact: pd.DataFrame, column: str) -> NDArray[np.object_]:
    return np.asarray(fact[column].to_numpy(dtype=object))


def _sources(fact: pd.DataFrame, hazard: str) -> dict[str, Any]:
    """Return source, date, tier and note of a fact.

    Where the fact is missing: the source that would have the datum, no date, and a note that names the datum.
    """
    lacking = fact["tier"].isna().to_numpy()
    datum, source = HAZARDS[hazard]
    return {
        "source": np.where(lacking, source, _column(fact, "source_id")),
        "as_of": np.where(lacking, NOTHING, _column(fact, "as_of")),
        "tier": np.where(lacking, "", _column(fact, "tier")),
        "note": np.where(lacking, f"not known; would tell: {datum}", _column(fact, "note")),
    }


def more_lost(
    lost: NDArray[np.float64], normal: NDArray[np.float64], per_degc: NDArray[np.float64], more_degc: float
) -> NDArray[np.float64]:
    """Return the months by which `more_degc` of further warming shortens the ice season of each node.

    `lost` are the months lost so far, `normal` the months with ice of 1981-2010. The result is at most the
    months that are left (`normal` less `lost`). `per_degc` is the lower end of the slope of the node, months
    per degC. Where `per_degc` or `lost` is NaN, the result is 0.
    """
    slope = np.where(np.isnan(per_degc), 0.0, np.maximum(per_degc, 0.0))
    left = np.where(np.isnan(lost), 0.0, np.maximum(normal - lost, 0.0))
    return np.minimum(slope * max(more_degc, 0.0), left).round(6)


def _add_ice(
    builder: EvidenceBuilder,
    facts: SiteAttributes,
    scenario: Scenario,
    a: Mapping[str, float],
    recent_degc: float,
) -> None:
    lost, recent = facts.climate["ice_months_lost"], facts.climate["ice_months_recent"]
    slope, spread = facts.climate["ice_loss_per_degc"], facts.climate["ice_season_spread"]
    normal = numbers(lost["value"]) + numbers(recent["value"])
    # Today's value is the record itself. A warmer scenario adds to the mean warming of the record's years.
    beyond = scenario.warming_degc - recent_degc if scenario.warming_degc > TODAY_DEGC else 0.0
    more = more_lost(numbers(lost["value"]), normal, numbers(slope["low"]), beyond)
    mid, low, high = (numbers(lost[end]) + more for end in ("value", "low", "high"))
    low, high = np.where(np.isnan(low), mid, low), np.where(np.isnan(high), mid, high)
    code = rules.steps(
        rules.whole(low), *(rules.whole(a[f"ice_lost_{word}"]) for word in ("moderate", "high"))
    )
    free = (numbers(recent["value"]) == 0) & (numbers(lost["value"]) == 0)
    builder.add(
        facts.of("port", "cable_landing"), ("hazard", "h_seaice", "ice_season_lost"), _score(code), value=mid,
        value_low=low, value_high=high, unit="months a year", off=free,
        scale=("steps", a["ice_lost_moderate"], a["ice_lost_high"]), **_sources(lost, "ice_season_lost"),
    )  # fmt: skip
    wide = numbers(spread["value"])
    code = rules.steps(
        rules.whole(wide), *(rules.whole(a[f"ice_unreliable_{word}"]) for word in ("moderate", "high"))
    )
    builder.add(
        facts.of("port"), ("hazard", "h_seaice", "ice_season_unreliable"), _score(code), value=wide,
        unit="months", off=free, scale=("steps", a["ice_unreliable_moderate"], a["ice_unreliable_high"]),
        **_sources(spread, "ice_season_unreliable"),
    )  # fmt: skip


def _add_permafrost(
    builder: EvidenceBuilder,
    facts: SiteAttributes,
    scenario: Scenario,
    a: Mapping[str, float],
    normal_degc: float,
) -> None:
    names = ("permafrost_zone", "ground_ice", "bedrock", "thaw_damage", "air_temperature")
    zone, ice, bedrock, damage, air = (facts.climate[name] for name in names)
    ratio = numbers(facts.measures["warming_ratio"])
    then = numbers(air["value"])
    now, base = (then + ratio * (level - normal_degc) for level in (scenario.warming_degc, TODAY_DEGC))
    steps = np.minimum(np.maximum(proxy_zone(base) - proxy_zone(now), 0), 1).astype(float)
    error = numbers(air["high"]) - then
    values = {
        "zone": numbers(zone["value"]), "ice": numbers(ice["value"]), "air": rules.whole(now),
        "bedrock": numbers(bedrock["value"]), "damage": numbers(damage["value"]),
        "proxy": (zone["tier"] == "proxy").to_numpy(dtype=float), "steps": steps,
    }  # fmt: skip
    whole = {"warm_permafrost": rules.whole(a["warm_permafrost"])}
    code, is_open = rules.permafrost(values, whole)
    if scenario.warming_degc > TODAY_DEGC:  # warming never improves a class
        today, _ = rules.permafrost(values | {"air": rules.whole(base), "steps": steps * 0}, whole)
        code = np.maximum(code, today)
    deciding = _deciding_ground(values, code)
    parts = dict(zip(names, (zone, ice, bedrock, damage, air), strict=True))
    rows = np.arange(len(code))

    def of(column: str) -> NDArray[np.object_]:
        stack = np.stack([parts[name][column].to_numpy(dtype=object) for name in names])
        return stack[[names.index(name) for name in deciding], rows]

    words = np.array(
        [
            f"{'no' if z == 'none' else z} permafrost{_ice(z, i)}{_aside(b, d)}"
            for z, i, b, d in zip(*(parts[n]["label"].to_numpy(dtype=object) for n in names[:4]), strict=True)
        ],
        dtype=object,
    )
    everywhere = np.ones(len(code), dtype=bool)
    note = np.where(is_open, "moderate or high: ground ice decides; ", "") + words + "; " + of("note")
    builder.add(
        everywhere, ("hazard", "h_permafrost", "permafrost_thaw"), _score(code), value=_score(code) * 2,
        label=words, unit="class", source=of("source_id"), as_of=of("as_of"), tier=of("tier"), note=note,
        scale=("steps", 1.0, 2.0),
    )  # fmt: skip
    _add_ground(builder, {name: parts[name] for name in names[:4]})
    _add_air(builder, air, now, error, scenario, a)
    builder.add(
        everywhere & (steps > 0), ("hazard", "h_permafrost", "zones_lost"), value=steps, unit="zones",
        share=0.0, source=_column(air, "source_id"), as_of=_column(air, "as_of"), tier="proxy",
        note=f"its air leaves the balance of its zone at {scenario.warming_degc:g} °C of global warming",
    )  # fmt: skip


def _add_ground(builder: EvidenceBuilder, parts: Mapping[str, pd.DataFrame]) -> None:
    """Write the ground facts behind the class of thaw, with weight 0: the row of thaw has the weight."""
    frozen = numbers(parts["permafrost_zone"]["value"]) >= _SPORADIC
    for name, unit in (("permafrost_zone", "class"), ("ground_ice", "class"), ("thaw_damage", "report"),
                       ("bedrock", "class")):  # fmt: skip
        lacking = parts[name]["tier"].isna().to_numpy()
        where = ~lacking if name in {"thaw_damage", "bedrock"} else frozen | ~lacking
        builder.add(
            where, ("hazard", "h_permafrost", name), value=numbers(parts[name]["value"]),
            label=_column(parts[name], "label"), unit=unit, share=0.0,
            **_sources(parts[name], "permafrost_thaw"),
        )  # fmt: skip


def _add_air(
    builder: EvidenceBuilder,
    air: pd.DataFrame,
    now_degc: NDArray[np.float64],
    error_degc: NDArray[np.float64],
    scenario: Scenario,
    a: Mapping[str, float],
) -> None:
    builder.add(
        np.ones(len(now_degc), dtype=bool), ("hazard", "h_permafrost", "air_temperature"),
        value=now_degc.round(2), value_low=(now_degc - error_degc).round(2),
        value_high=(now_degc + error_degc).round(2), unit="degC", share=0.0,
        source=_column(air, "source_id"), as_of=_column(air, "as_of"), tier="modelled",
        note=f"at {scenario.warming_degc:g} °C of global warming; " + _column(air, "note"),
        scale=("warmer than", a["warm_permafrost"], a["warm_permafrost"]),
    )  # fmt: skip


def _ice(zone: object, ice: object) -> str:
    """Return the ground ice in words; nothing where the zone has little frozen ground."""
    if isinstance(ice, str):
        return f", ground ice {ice}"
    return "" if zone in {"none", "isolated"} else ", ground ice not known"


def _aside(bedrock: object, damage: object) -> str:
    """Return bedrock and reported damage in words."""
    rock = ", on bedrock" if bedrock == "bedrock" else ""
    return rock + (f", damage reported ({damage})" if isinstance(damage, str) else "")


def _deciding_ground(v: Mapping[str, NDArray[np.float64]], code: NDArray[np.int8]) -> list[str]:
    """Return the name of the ground fact that decides the class of thaw of each site.

    `v` are the values of `rules.permafrost`, `code` is its class.
    """
    by_ice = ~np.isnan(v["ice"]) & (v["zone"] >= 2) & (code > 0)
    return list(
        np.select(
            [
                (v["damage"] >= 1) & (code == HIGH),
                v["bedrock"] == 1,
                by_ice & (v["proxy"] != 1),
                (v["damage"] > 0) & (v["zone"] < 3),
            ],
            ["thaw_damage", "bedrock", "ground_ice", "thaw_damage"],
            "permafrost_zone",
        )
    )


def _add_erosion(builder: EvidenceBuilder, facts: SiteAttributes, a: Mapping[str, float]) -> None:
    fact = facts.climate["coastal_erosion"]
    rate = numbers(fact["value"])
    code = rules.steps(
        rules.whole(rate), *(rules.whole(a[f"erosion_{word}"]) for word in ("moderate", "high"))
    )
    builder.add(
        facts.measures["is_coastal"].to_numpy(dtype=bool), ("hazard", "h_coast", "coastal_erosion"),
        _score(code), value=rate, value_low=numbers(fact["low"]), value_high=numbers(fact["high"]),
        label=_column(fact, "label"), unit="m a-1", scale=("steps", a["erosion_moderate"], a["erosion_high"]),
        **_sources(fact, "coastal_erosion"),
    )  # fmt: skip


def _add_level(builder: EvidenceBuilder, facts: SiteAttributes, a: Mapping[str, float]) -> None:
    fact = facts.climate["relative_sea_level"]
    level = numbers(fact["value"])
    coastal = facts.measures["is_coastal"].to_numpy(dtype=bool)
    low_field = facts.of("airfield") & (numbers(facts.airfield["elevation_m"]) <= _LOW_FIELD_M) & coastal
    depth = charted_depth(facts)
    names = ("level_rise_moderate", "level_rise_high", "depth_deep", "depth_shallow")
    code = rules.hazard_of_level(
        {"level": rules.whole(level), "depth": rules.whole(depth)}, {n: rules.whole(a[n]) for n in names}
    )
    source = _sources(fact, "relative_sea_level")
    sign = np.select(
        [np.isnan(level), level < 0], ["", "the sea falls: depth is lost; "], "the sea rises: flooding; "
    ).astype(object)
    source["note"] = sign + source["note"]
    builder.add(
        facts.of("port", "cable_landing") | low_field, ("hazard", "h_level", "relative_sea_level"),
        _score(code), value=level, value_low=numbers(fact["low"]), value_high=numbers(fact["high"]),
        unit="m by 2100", label=np.where(np.isnan(level), NOTHING, np.where(level < 0, "fall", "rise")),
        scale=("steps", a["level_rise_moderate"], a["level_rise_high"]), **source,
    )  # fmt: skip
    builder.add(
        facts.of("port") & (level < 0),
        ("hazard", "h_level", "charted_depth"),
        value=depth,
        unit="m",
        share=0.0,
        source=facts.port["source_id"].to_numpy(dtype=object),
        as_of=facts.port["as_of"].to_numpy(dtype=object),
        note="deepest charted approach or pier, from which a falling sea takes",
    )


def charted_depth(facts: SiteAttributes) -> NDArray[np.float64]:
    """Return the deepest charted approach or pier, m; NaN where none is known or the site is no port."""
    names = ("channel_depth_low_m", "cargo_pier_depth_low_m")
    return np.fmax.reduce([numbers(facts.port[name]) for name in names])


def _add_access(builder: EvidenceBuilder, facts: SiteAttributes) -> None:
    """Write the months with ice of today, on no axis: a shorter season is both a hazard and a chance."""
    fact = facts.climate["ice_months_recent"]
    builder.add(
        facts.of("port", "cable_landing"), ("access", "a_season", "ice_months_recent"),
        value=numbers(fact["value"]), value_low=numbers(fact["low"]), value_high=numbers(fact["high"]),
        unit="months a year", share=0.0, **_sources(fact, "ice_season_lost"),
    )  # fmt: skip
