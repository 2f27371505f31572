"""Rules of the draft standards on climate: hazards, ground, shore, sea level, depth and ice (method §8).

As in `checks`, a rule returns 1 (pass), 0 (fail) or NaN (unknown), and a missing value is NaN. A proxy can
show that there is no frozen ground. A proxy never shows that frozen ground is sound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.assessed import rules
from layers.assessed.air_facts import proxy_zone
from layers.assessed.class_thresholds import HIGH, LOW, anchor_values
from layers.assessed.evidence_builder import numbers, yes
from layers.assessed.hazard import HAZARDS, TODAY_DEGC
from layers.assessed.standard_inputs import (
    RuleResult,
    SourceAndDate,
    StandardInputs,
    all_hold,
    answer,
    either,
    pick_source,
    source_of,
)
from layers.scenarios import SCENARIOS

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ERODES_M", "MOST_FALL_M", "VARIES_MONTHS"]
_ANCHORS = anchor_values()  # the values of ANCHORS: a standard is the same under every scenario
ERODES_M, VARIES_MONTHS = _ANCHORS["erosion_moderate"], _ANCHORS["ice_unreliable_moderate"]
_DEEP_M = _ANCHORS["depth_deep"]
# Fastest uplift of land in the north, 32 mm per year (Larsen et al. 2005, doi:10.1016/j.epsl.2005.06.032),
# over the 95 years from the middle of 1995-2014 to 2100. No level falls by more.
MOST_FALL_M = 3.1
_STEEPEST = 0.02  # ICAO Annex 14, 3.1.13: overall slope of a runway is at most 2 %
_SAFE_HEIGHT_M = 10.0  # above it a runway has no hazard of sea level (layers.assessed.hazard)
_THAW_DEGC = 2.0  # global warming at which S04 judges thaw
_SEEN = ("measured", "typed", "mapped")  # tiers of observed facts; the others are computed


def hazards_known(inputs: StandardInputs) -> RuleResult:
    """S01: pass if two hazards that apply are known, else unknown.

    The ground may be known from a proxy, because this standard is a screening.
    """
    rows = inputs.evidence[inputs.evidence["indicator"].isin(list(HAZARDS))]
    at = pd.Index(inputs.sites["node_id"]).get_indexer(rows["node_id"])
    # Ice that is lost and ice that varies are one hazard: groups are counted.
    group = pd.factorize(rows["group"])[0]
    count, applies = (
        np.bincount(np.unique(at[some] * 100 + group[some]) // 100, minlength=len(inputs.sites))
        for some in ((rows["state"] == "known").to_numpy(), (rows["state"] != "not_applicable").to_numpy())
    )
    proxy = (inputs.fact("permafrost_zone")["tier"] == "proxy").to_numpy(dtype=bool)
    note = np.select(
        [count >= 2, applies < 2],
        [either(proxy, "hazards known; that of the ground is a proxy: a screening", "hazards known"),
         "one hazard of the picture applies here; river flood, wind, snow and fire are not held"],
        "the season of ice, the rate of the shore or the level of the sea is not known",
    ).astype(object)  # fmt: skip
    source = source_of(inputs.row("h_permafrost", "permafrost_thaw"))
    return RuleResult(answer(count >= 2, no_where=False), note, count.astype(float), source=source)


def warming_levels(inputs: StandardInputs) -> RuleResult:
    """S02: pass if the months of ice lost for each degree have an interval, else unknown.

    The other hazards have no range by warming level.
    """
    slope = inputs.fact("ice_loss_per_degc")
    ranged = np.isfinite(np.stack([numbers(slope[name]) for name in ("value", "low", "high")])).all(axis=0)
    note = either(
        ranged,
        f"months with ice lost for each °C, with a 95 % interval: told at {len(SCENARIOS)} warming levels",
        f"permafrost is told at {len(SCENARIOS)} warming levels by one climate model, without a range; sea "
        "level is told by scenario, not by warming level",
    )
    return RuleResult(answer(ranged, no_where=False), note, ranged.astype(float), source=source_of(slope))


@dataclass(frozen=True, slots=True)
class _Ground:
    """Ground of each node as `rules.permafrost` reads it.

    `proxy` marks zones that are a proxy. `source` is the source of the fact that decides, `lacking` the
    source that would have the ground ice.
    """

    zone: NDArray[np.float64]
    ice: NDArray[np.float64]
    bedrock: NDArray[np.float64]
    damage: NDArray[np.float64]
    proxy: NDArray[np.bool_]
    source: SourceAndDate
    lacking: SourceAndDate

    @classmethod
    def of(cls, inputs: StandardInputs) -> _Ground:
        zone, ice, bedrock, damage = (
            inputs.fact(name) for name in ("permafrost_zone", "ground_ice", "bedrock", "thaw_damage")
        )
        rock = numbers(bedrock["value"])
        iced = (numbers(zone["value"]) >= 2) & ice["tier"].notna().to_numpy()
        return cls(
            numbers(zone["value"]), numbers(ice["value"]), rock, numbers(damage["value"]),
            ~zone["tier"].isin(_SEEN).to_numpy(dtype=bool),
            pick_source(rock == 1, source_of(bedrock), pick_source(iced, source_of(ice), source_of(zone))),
            source_of(inputs.row("h_permafrost", "ground_ice")),
        )  # fmt: skip

    @property
    def sound(self) -> NDArray[np.bool_]:
        """Return where the ground is bedrock or under a tenth of it is frozen, by a document or a map."""
        return (self.bedrock == 1) | ((self.zone <= 1) & ~self.proxy)

    @property
    def no_frost(self) -> dict[str, Any]:
        """Return where the standard does not apply: by the proxy no frozen ground, and nothing else known."""
        bare = self.proxy & (self.zone == 0) & (self.bedrock != 1) & ~(self.damage >= 1)
        return {"off": bare, "why": "no permafrost by the proxy (under 1 % of the ground)"}


def ground_known(inputs: StandardInputs) -> RuleResult:
    """S03: pass if zone and ground ice are known and the ground is not icy, else unknown.

    Sound ground also passes. A zone that is a proxy does not count as known. Icy ground would need its
    foundation design, which is not on file.
    """
    ground = _Ground.of(inputs)
    seen, iced = ~ground.proxy, ~np.isnan(ground.ice)
    wide = (ground.zone >= 3) & (ground.ice >= 1)
    holds = ground.sound | (seen & iced & ~wide)
    note = np.select(
        [ground.bedrock == 1, ground.sound, holds, ~seen, ~iced],
        ["on bedrock, as published", "under a tenth of the ground frozen, as published or mapped",
         "zone and ground ice known, as published or mapped",
         "the zone is a proxy: no publication or map that is held tells it",
         "zone known, as published or mapped; ground ice is not held"],
        "zone and ground ice known; the ground design of the site is not held",
    ).astype(object)  # fmt: skip
    lacks_ice = seen & ~iced & ~ground.sound
    blank = np.full(len(holds), None, dtype=object)
    source = pick_source(
        lacks_ice, ground.lacking, pick_source(seen | ground.sound, ground.source, (blank, blank))
    )
    return RuleResult(answer(holds, no_where=False), note, ground.zone, source=source, **ground.no_frost)


def thaw(inputs: StandardInputs) -> RuleResult:
    """S04: pass if the class of thaw at 2 degC is low, fail if it is high.

    Neither a zone that is a proxy nor a report on the town decides.
    """
    ground = _Ground.of(inputs)
    code, is_open = _thaw_class(inputs, ground, ground.damage)
    # A report on the town is no report on the site.
    own, _ = _thaw_class(inputs, ground, np.where(ground.damage == 1, np.nan, ground.damage))
    town, guessed = (code == HIGH) & (own < HIGH), ground.proxy & ~(ground.bedrock == 1)
    lacks_ice = is_open | ((ground.zone >= 2) & np.isnan(ground.ice) & ~ground.sound)
    high, low = own == HIGH, (code == LOW) & ~guessed & ~lacks_ice
    note = np.select(
        [high, town, low, guessed, lacks_ice],
        ["class high at 2 °C: that of the ground; how the site is founded is not held",
         "damage by thaw is reported of the town, not of this site",
         "class low at 2 °C, by a document or a map",
         "a proxy of the ground decides nothing of a site", "ground ice decides and is not held"],
        "class moderate at 2 °C: how the site is founded decides and is not held",
    ).astype(object)  # fmt: skip
    blank = np.full(len(code), None, dtype=object)
    damage = source_of(inputs.fact("thaw_damage"))
    source = pick_source(guessed, (blank, blank), pick_source(lacks_ice, ground.lacking, ground.source))
    source = pick_source((high & (ground.damage == 2)) | town, damage, source)
    value = np.where(own < LOW, np.nan, own)
    return RuleResult(answer(low, high), note, value, source=source, **ground.no_frost)


def _thaw_class(
    inputs: StandardInputs, ground: _Ground, damage: NDArray[np.float64]
) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """Return the class of thaw at 2 degC, at least the class of today, and where it is open.

    It is open where only the unknown ground ice makes it moderate.
    """
    air, ratio = (
        numbers(column)
        for column in (inputs.fact("air_temperature")["value"], inputs.measures["warming_ratio"])
    )
    today, then = (air + ratio * (level - inputs.normal_degc) for level in (TODAY_DEGC, _THAW_DEGC))
    lost = np.clip(proxy_zone(today) - proxy_zone(then), 0, 1).astype(float)
    values = {
        "zone": ground.zone, "ice": ground.ice, "bedrock": ground.bedrock, "damage": damage,
        "proxy": ground.proxy.astype(float),
    }  # fmt: skip
    anchors = {"warm_permafrost": rules.whole(_ANCHORS["warm_permafrost"])}
    now, _ = rules.permafrost(values | {"air": rules.whole(today), "steps": 0 * lost}, anchors)
    code, is_open = rules.permafrost(values | {"air": rules.whole(then), "steps": lost}, anchors)
    return np.maximum(code, now), is_open


def shore_exposure(inputs: StandardInputs) -> RuleResult:
    """S05: pass if the shore retreats by less than the first anchor, or is bedrock or protected.

    Fail if the shore retreats by more; unknown without a rate. All by published documents.
    """
    fact = inputs.fact("coastal_erosion")
    rate, kind = numbers(fact["value"]), fact["label"].to_numpy(dtype=object)
    firm = np.isin(kind, ["bedrock", "protected"])
    note = np.select(
        [np.isnan(rate), firm, rate < ERODES_M],
        ["rate of the shore not known; breakwaters and dykes (OpenStreetMap) are not held",
         np.where(kind == "bedrock", "shore of bedrock, as published", "shore protected, as published"),
         "shore steady, or its retreat below the threshold, as published"],
        "the shore retreats, as published, and no protection of it is",
    ).astype(object)  # fmt: skip
    source = pick_source(np.isnan(rate), source_of(inputs.row("h_coast", "coastal_erosion")), source_of(fact))
    return RuleResult(
        answer(firm | (rate < ERODES_M), rate >= ERODES_M), note, rate, source=source, **inland(inputs)
    )


def inland(inputs: StandardInputs) -> dict[str, Any]:
    """Return where a standard on the shore does not apply, with the reason."""
    return {
        "off": ~inputs.measures["is_coastal"].to_numpy(dtype=bool),
        "why": "not within 1 km of the coast",
    }


def above_the_sea(inputs: StandardInputs) -> RuleResult:
    """S06: pass if the runway is 10 m up at its lowest point, or the level falls even at its upper end.

    Else unknown. The lowest point is the elevation less 2 % of the length.
    """
    height = numbers(inputs.airfield["elevation_m"])
    lowest = height - _STEEPEST * numbers(inputs.airfield["runway_length_m"])
    level = inputs.fact("relative_sea_level")
    upper = numbers(level["high"])
    high, falls = lowest >= _SAFE_HEIGHT_M, upper <= 0
    is_field = inputs.of_kind("airfield")
    note = np.select(
        [high, falls, ~np.isnan(upper) & is_field, ~np.isnan(upper), is_field],
        ["lowest point the runway can have (elevation less 2 % of its length); no projection comes near",
         "upper end of the change of level by 2100: the sea falls, so what stands above it stays above",
         "upper end of the rise by 2100; the runway may lie low: no terrain model with its error is held",
         "upper end of the rise by 2100; elevation of quay or site is not held",
         "may lie low: neither the level of 2100 nor a terrain model with its error is held"],
        "neither the level of 2100 nor the elevation of quay or site is held",
    ).astype(object)  # fmt: skip
    source = pick_source(high, source_of(inputs.airfield), source_of(level))
    value = np.where(high | np.isnan(upper), lowest, upper)
    return RuleResult(answer(high | falls, no_where=False), note, value, source=source, **inland(inputs))


def depth_kept(inputs: StandardInputs) -> RuleResult:
    """S07: pass if the charted depth less the greatest fall of the level by 2100 stays deep.

    Fail if even the least fall takes the depth. Where the fall is unknown, the greatest fall is `MOST_FALL_M`
    and the least is 0.
    """
    rank, row, level = (
        inputs.dual_use(),
        inputs.row("m_facility", "approach_depth"),
        inputs.fact("relative_sea_level"),
    )
    depth, deepest = numbers(row["value_low"]), numbers(row["value_high"])
    low, high = numbers(level["low"]), numbers(level["high"])
    most = np.where(np.isnan(low), MOST_FALL_M, np.maximum(-low, 0.0)).round(3)
    least = np.where(np.isnan(high), 0.0, np.maximum(-high, 0.0)).round(3)
    kept, gone = (depth - most).round(3) >= _DEEP_M, (deepest - least).round(3) < _DEEP_M
    note = np.select(
        [np.isnan(rank), kept & ~np.isnan(low), kept, gone],
        ["dual-use class not known", "the greatest fall of the level by 2100 leaves the depth",
         f"depth less {MOST_FALL_M} m, what the fastest uplift on record takes by 2100",
         "even the least fall of the level by 2100 takes the depth"],
        either(np.isnan(low), "the level of 2100 is not held and may take the depth",
              "the greatest fall of the level by 2100 would take the depth, the least would not"),
    ).astype(object)  # fmt: skip
    ranked = rank >= 2
    off = (rank < 2) | (ranked & (depth < _DEEP_M))
    return RuleResult(
        answer(kept & ranked, gone & ranked),
        note,
        depth,
        off,
        "no dual-use class rests on its depth",
        source_of(row),
    )


def ice_season(inputs: StandardInputs) -> RuleResult:
    """S08: pass with no ice in the last ten years, a season that varies little, or ice breaking.

    Else unknown. On cells of 25 km, no ice counts only if the port record states that ice does not restrict
    entry.
    """
    recent, spread = inputs.fact("ice_months_recent"), inputs.fact("ice_season_spread")
    months, varies = numbers(recent["value"]), numbers(spread["value"])
    restricted, breaking = (
        yes(inputs.port[name]) for name in ("has_entrance_restriction_ice", "has_services_ice_breaking")
    )
    # Cells of 25 km do not resolve a fjord; an ice service observes the harbour itself.
    at_quay = (recent["source_id"] != spread["source_id"]).to_numpy(dtype=bool) & ~np.isnan(months)
    varies = np.where(at_quay & (varies == 0), np.nan, varies)
    free, steady = (months == 0) & (at_quay | (restricted == 0)), (months > 0) & (varies < VARIES_MONTHS)
    fitful = (months > 0) & (varies >= VARIES_MONTHS)
    note = np.select(
        [breaking == 1, free, steady, fitful, months == 0],
        ["ice breaking on record", "no ice in the last ten years",
         "months with ice a year; they vary by less than the threshold",
         "months with ice a year vary by the threshold or more; national ice breaking is not held",
         "no ice in the last ten years on cells of 25 km, which do not see the harbour"],
        "season of ice at the quay not known; national ice breaking is not held",
    ).astype(object)  # fmt: skip
    source = pick_source(breaking == 1, source_of(inputs.port), source_of(recent))
    holds = answer((breaking == 1) | free | steady, no_where=False)
    return RuleResult(holds, note, np.where(steady | fitful, varies, months), source=source)


def steady_shore(inputs: StandardInputs) -> RuleResult:
    """S14: pass if the shore passes S05 and its ground holds little ice. Fail if either is known to fail."""
    shore, ground = shore_exposure(inputs), _Ground.of(inputs)
    rock = ground.sound | (inputs.fact("coastal_erosion")["label"] == "bedrock").to_numpy(dtype=bool)
    rich, bare = (ground.ice == 2) & ~rock, ground.no_frost["off"]
    holds = all_hold(shore.holds, answer(rock | bare | (ground.ice < 2), rich))
    note = np.select(
        [shore.holds == 0, rich, (holds == 1) & bare, holds == 1, np.isnan(shore.holds)],
        ["the shore retreats, as published", "permafrost of high ice content, as published",
         "steady shore, as published; no permafrost, by a proxy",
         "steady shore and no ground of high ice content, as published", "rate of the shore is not known"],
        "ground ice of the shore is not known",
    ).astype(object)  # fmt: skip
    source = pick_source(np.isnan(holds) & ~np.isnan(shore.holds), ground.lacking, shore.source)
    source = pick_source(rich & (shore.holds != 0), source_of(inputs.fact("ground_ice")), source)
    return RuleResult(holds, note, shore.value, source=source)
