"""The rules of the draft standards, each for all nodes at once (method §8); the table is STANDARDS.

A rule answers 1 (holds), 0 (does not) or NaN (cannot be said), and where it does not arise. What is
not held is NaN, whatever is likely. A proxy counts as a screening and may say that nothing is there to
ask about; it never says that frozen ground is sound. A list that may lack what it does not name (roads,
small plants, breakwaters) can say yes and never no. Source and date are those of the row that answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.assessed import rules
from layers.assessed.air_facts import NORMAL_YEARS, proxy_zone, warming_of
from layers.assessed.anchors import HIGH, LOW, anchor_values
from layers.assessed.book import Attributes, numbers, yes
from layers.assessed.hazard import HAZARDS, TODAY_DEGC
from layers.assessed.overrides import apply_overrides
from layers.assessed.sea_paths import sea_paths
from layers.assessed.sites import with_lonlat
from layers.crs import EARTH_RADIUS_KM
from layers.merge import nearest, within_km
from layers.scenarios import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["AXLE_T", "ERODES_M", "MOST_FALL_M", "RENEWABLE", "VARIES_MONTHS", "Known", "Verdict"]

# Directive (EU) 2018/2001, Art. 2(1), as far as the lists of plants name fuels.
RENEWABLE = ("Hydro", "Wind", "Solar", "Geothermal", "Biomass", "Wave and Tidal")
_ANCHORS = anchor_values()  # as printed: a standard asks the same under every scenario
ERODES_M, VARIES_MONTHS = _ANCHORS["erosion_moderate"], _ANCHORS["ice_unreliable_moderate"]
_DEEP_M, _SHORT_M, _WIDE_M = (_ANCHORS[name] for name in ("depth_deep", "runway_short", "runway_width"))
# Fastest uplift of land in the north, 32 mm per year (Larsen et al. 2005, doi:10.1016/j.epsl.2005.06.032),
# over the 95 years from the middle of 1995-2014 to 2100: no level falls by more.
MOST_FALL_M = 3.1
AXLE_T = 22.5
_SOUTH_DEG = 58.0  # nothing south of it is held
_STEEPEST = 0.02  # ICAO Annex 14, 3.1.13: overall slope of a runway is at most 2 %
_SAFE_HEIGHT_M = 10.0  # above it a runway has no hazard of sea level either (layers.assessed.hazard)
_OFF_NETWORK_KM = 50.0  # farther from railway and main road than a node of the network lies
_OLD_YEARS = 5.0
_NOT_RUNNING = ("planned", "construction", "closed")
_THAW_DEGC = 2.0
_SEEN = ("measured", "typed", "mapped")  # tiers of what somebody saw; the others are reckoned
_FACTS = ("value", "low", "high", "label", "tier", "source_id", "as_of")
_ROWS = ("value", "value_low", "value_high", "state", "source_id", "as_of")


@dataclass(frozen=True, slots=True)
class Known:
    """What the rules read: one value a node, in the order of `sites`."""

    sites: pd.DataFrame
    nodes: pd.DataFrame
    measures: pd.DataFrame
    port: Attributes
    airfield: Attributes
    landing: Attributes
    plant: Attributes
    terminal: Attributes
    railhead: Attributes
    facts: Mapping[str, pd.DataFrame]
    evidence: pd.DataFrame
    paths: pd.DataFrame
    renewable: pd.DataFrame
    normal_degc: float
    day: date

    @classmethod
    def of(
        cls,
        node_sites: gpd.GeoDataFrame,
        nodes: gpd.GeoDataFrame,
        measures: pd.DataFrame,
        climate_facts: pd.DataFrame,
        evidence: pd.DataFrame,
        cables: gpd.GeoDataFrame,
        global_warming: pd.DataFrame,
        overrides_on_file: pd.DataFrame,
        day: date,
        **lists: gpd.GeoDataFrame,
    ) -> Known:
        """Gather the tables in the order of `node_sites`; `lists` are those that nodes are merged from."""
        sites = pd.DataFrame(node_sites.drop(columns="geometry"))
        order = sites["node_id"]
        port, airfield = (
            apply_overrides(pd.DataFrame(lists[name].drop(columns="geometry")), overrides_on_file, day)[0]
            for name in ("ports", "airfields")
        )
        plants = lists["power_plants"]
        runs = plants["fuel"].isin(RENEWABLE) & ~plants["status"].isin(_NOT_RUNNING)
        return cls(
            sites=sites,
            nodes=pd.DataFrame(nodes).set_index("node_id").reindex(order),
            measures=measures.set_index("node_id").reindex(order).reset_index(),
            port=Attributes(sites["sources"], port),
            airfield=Attributes(sites["sources"], airfield),
            landing=Attributes(sites["sources"], lists["cable_landings"]),
            plant=Attributes(sites["sources"], plants),
            terminal=Attributes(sites["sources"], lists["terminals"]),
            railhead=Attributes(sites["sources"], lists["railheads"]),
            facts=dict(iter(climate_facts.groupby("fact", sort=False))),
            evidence=evidence[(evidence["dimension"] == "hazard") | (evidence["group"] == "m_facility")],
            paths=sea_paths(cables, lists["cable_landings"]),
            renewable=with_lonlat(plants[runs].reset_index(drop=True)),
            normal_degc=warming_of(global_warming, *NORMAL_YEARS),
            day=day,
        )

    def fact(self, name: str) -> pd.DataFrame:
        """A climate fact; null where no source tells it."""
        columns = ["node_id", *_FACTS]
        rows = self.facts[name][columns] if name in self.facts else pd.DataFrame(columns=columns)
        return rows.set_index("node_id").reindex(self.sites["node_id"]).reset_index()

    def row(self, group: str, indicator: str) -> pd.DataFrame:
        """The evidence row of an indicator; null where a node has none."""
        rows = self.evidence[(self.evidence["group"] == group) & (self.evidence["indicator"] == indicator)]
        return rows.set_index("node_id")[list(_ROWS)].reindex(self.sites["node_id"]).reset_index()

    def of_kind(self, kind: str) -> NDArray[np.bool_]:
        """Mask of the nodes of a kind."""
        return (self.sites["kind"] == kind).to_numpy(dtype=bool)

    def dual_use(self) -> NDArray[np.float64]:
        """The dual-use class as a number, 0 to 3; NaN for D?."""
        rank = self.nodes["dual_use_class"].map({"D0": 0.0, "D1": 1.0, "D2": 2.0, "D3": 3.0})
        return rank.to_numpy(dtype=float)

    def reaches_south(self, radius_km: float) -> NDArray[np.bool_]:
        """Where a circle of `radius_km` leaves what is held."""
        reach = np.degrees(1.01 * radius_km / EARTH_RADIUS_KM)
        return (self.sites["latitude_deg"] - reach < _SOUTH_DEG).to_numpy(dtype=bool)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of one rule: `holds` is 1, 0 or NaN; `off` is where it does not arise, with `why`.

    `told` is source and date of the row that answers; where they are null, those of the standard stand.
    """

    holds: NDArray[np.float64]
    note: Any
    value: NDArray[np.float64] | float = np.nan
    off: NDArray[np.bool_] | bool = False
    why: str = ""
    told: tuple[Any, Any] = (None, None)


_Told = tuple["NDArray[np.object_]", "NDArray[np.object_]"]


def _and(*parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """No if any is no, unknown if any is, otherwise yes (Kleene)."""
    stack = np.stack(parts)
    answer = np.where(np.isnan(stack).any(axis=0), np.nan, 1.0)
    return np.where((stack == 0).any(axis=0), 0.0, answer)


def _or(*parts: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1.0 - _and(*(1.0 - part for part in parts))


def _said(where: Any, yes_text: str, no_text: str) -> NDArray[np.object_]:
    return np.where(where, yes_text, no_text).astype(object)


def _holds(yes_where: Any, no_where: Any) -> NDArray[np.float64]:
    return np.where(yes_where, 1.0, np.where(no_where, 0.0, np.nan))


def _told(row: Any, prefix: str = "") -> _Told:
    """Source and date of a row; the date is null where the row names a source that is not held."""
    source, as_of = (
        row[f"{prefix}{name}"].astype(object).to_numpy(dtype=object) for name in ("source_id", "as_of")
    )
    if isinstance(row, pd.DataFrame) and "state" in row:
        as_of = np.where(row["state"].eq("unknown"), None, as_of)
    return source, as_of


def _pick(where: Any, first: _Told, other: _Told) -> _Told:
    return np.where(where, first[0], other[0]), np.where(where, first[1], other[1])


# --- all kinds ----------------------------------------------------------------------------------


def hazards_known(known: Known) -> Verdict:
    """S01: two hazards that apply are known; that of the ground may be a proxy, for this is a screening."""
    rows = known.evidence[known.evidence["indicator"].isin(list(HAZARDS))]
    at = pd.Index(known.sites["node_id"]).get_indexer(rows["node_id"])
    # Ice lost and ice that varies are one hazard: what is counted is the group.
    group = pd.factorize(rows["group"])[0]
    count, applies = (
        np.bincount(np.unique(at[some] * 100 + group[some]) // 100, minlength=len(known.sites))
        for some in ((rows["state"] == "known").to_numpy(), (rows["state"] != "not_applicable").to_numpy())
    )
    proxy = (known.fact("permafrost_zone")["tier"] == "proxy").to_numpy(dtype=bool)
    note = np.select(
        [count >= 2, applies < 2],
        [_said(proxy, "hazards known; that of the ground is a proxy: a screening", "hazards known"),
         "one hazard of the picture applies here; river flood, wind, snow and fire are not held"],
        "the season of ice, the rate of the shore or the level of the sea is not known",
    ).astype(object)  # fmt: skip
    told = _told(known.row("h_permafrost", "permafrost_thaw"))
    return Verdict(_holds(count >= 2, no_where=False), note, count.astype(float), told=told)


def warming_levels(known: Known) -> Verdict:
    """S02: the months of ice lost for each degree carry an interval; the other hazards have no such range."""
    slope = known.fact("ice_loss_per_degc")
    ranged = np.isfinite(np.stack([numbers(slope[name]) for name in ("value", "low", "high")])).all(axis=0)
    note = _said(
        ranged,
        f"months with ice lost for each degC, with a 95 % interval: told at {len(SCENARIOS)} warming levels",
        f"permafrost is told at {len(SCENARIOS)} warming levels by one climate model, without a range; sea "
        "level is told by scenario, not by warming level",
    )
    return Verdict(_holds(ranged, no_where=False), note, ranged.astype(float), told=_told(slope))


@dataclass(frozen=True, slots=True)
class _Ground:
    """What is known of the ground of each node, as rules.permafrost reads it, and where it is from."""

    zone: NDArray[np.float64]
    ice: NDArray[np.float64]
    bedrock: NDArray[np.float64]
    damage: NDArray[np.float64]
    proxy: NDArray[np.bool_]
    told: _Told
    lacking: _Told

    @classmethod
    def of(cls, known: Known) -> _Ground:
        zone, ice, bedrock, damage = (
            known.fact(name) for name in ("permafrost_zone", "ground_ice", "bedrock", "thaw_damage")
        )
        rock = numbers(bedrock["value"])
        iced = (numbers(zone["value"]) >= 2) & ice["tier"].notna().to_numpy()
        return cls(
            numbers(zone["value"]), numbers(ice["value"]), rock, numbers(damage["value"]),
            ~zone["tier"].isin(_SEEN).to_numpy(dtype=bool),
            _pick(rock == 1, _told(bedrock), _pick(iced, _told(ice), _told(zone))),
            _told(known.row("h_permafrost", "ground_ice")),
        )  # fmt: skip

    @property
    def sound(self) -> NDArray[np.bool_]:
        """Bedrock, or under a tenth of the ground frozen, by a document or a map."""
        return (self.bedrock == 1) | ((self.zone <= 1) & ~self.proxy)

    @property
    def no_frost(self) -> dict[str, Any]:
        """Where the proxy has none of the ground frozen, and nothing else is known: nothing to ask about."""
        bare = self.proxy & (self.zone == 0) & (self.bedrock != 1) & ~(self.damage >= 1)
        return {"off": bare, "why": "no permafrost by the proxy (under 1 % of the ground)"}


def ground_known(known: Known) -> Verdict:
    """S03: the zone is typed or mapped, and ground ice known; wide icy ground asks for its design."""
    ground = _Ground.of(known)
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
    told = _pick(lacks_ice, ground.lacking, _pick(seen | ground.sound, ground.told, (blank, blank)))
    return Verdict(_holds(holds, no_where=False), note, ground.zone, told=told, **ground.no_frost)


def thaw(known: Known) -> Verdict:
    """S04: the class of thaw at 2 degC: low holds, high does not; neither proxy nor town decides."""
    ground = _Ground.of(known)
    code, is_open = _thaw_class(known, ground, ground.damage)
    # A report on the town is none on the site.
    own, _ = _thaw_class(known, ground, np.where(ground.damage == 1, np.nan, ground.damage))
    town, guessed = (code == HIGH) & (own < HIGH), ground.proxy & ~(ground.bedrock == 1)
    lacks_ice = is_open | ((ground.zone >= 2) & np.isnan(ground.ice) & ~ground.sound)
    high, low = own == HIGH, (code == LOW) & ~guessed & ~lacks_ice
    note = np.select(
        [high, town, low, guessed, lacks_ice],
        ["class high at 2 degC: that of the ground; how the site is founded is not held",
         "damage by thaw is reported of the town, not of this site",
         "class low at 2 degC, by a document or a map",
         "a proxy of the ground decides nothing of a site", "ground ice decides and is not held"],
        "class moderate at 2 degC: how the site is founded decides and is not held",
    ).astype(object)  # fmt: skip
    blank = np.full(len(code), None, dtype=object)
    damage = _told(known.fact("thaw_damage"))
    told = _pick(guessed, (blank, blank), _pick(lacks_ice, ground.lacking, ground.told))
    told = _pick((high & (ground.damage == 2)) | town, damage, told)
    value = np.where(own < LOW, np.nan, own)
    return Verdict(_holds(low, high), note, value, told=told, **ground.no_frost)


def _thaw_class(
    known: Known, ground: _Ground, damage: NDArray[np.float64]
) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """Class of thaw at 2 degC, never better than today's; and where ground ice alone keeps it open."""
    air, ratio = (
        numbers(column)
        for column in (known.fact("air_temperature")["value"], known.measures["warming_ratio"])
    )
    today, then = (air + ratio * (level - known.normal_degc) for level in (TODAY_DEGC, _THAW_DEGC))
    lost = np.clip(proxy_zone(today) - proxy_zone(then), 0, 1).astype(float)
    values = {
        "zone": ground.zone, "ice": ground.ice, "bedrock": ground.bedrock, "damage": damage,
        "proxy": ground.proxy.astype(float),
    }  # fmt: skip
    anchors = {"warm_permafrost": rules.whole(_ANCHORS["warm_permafrost"])}
    now, _ = rules.permafrost(values | {"air": rules.whole(today), "steps": 0 * lost}, anchors)
    code, is_open = rules.permafrost(values | {"air": rules.whole(then), "steps": lost}, anchors)
    return np.maximum(code, now), is_open


def shore_exposure(known: Known) -> Verdict:
    """S05: the shore retreats by less than the first anchor, or is documented as bedrock or protected."""
    fact = known.fact("coastal_erosion")
    rate, kind = numbers(fact["value"]), fact["label"].to_numpy(dtype=object)
    firm = np.isin(kind, ["bedrock", "protected"])
    note = np.select(
        [np.isnan(rate), firm, rate < ERODES_M],
        ["rate of the shore not known; breakwaters and dykes (OpenStreetMap) are not held",
         np.where(kind == "bedrock", "shore of bedrock, as published", "shore protected, as published"),
         "shore steady, or its retreat below the threshold, as published"],
        "the shore retreats, as published, and no protection of it is",
    ).astype(object)  # fmt: skip
    told = _pick(np.isnan(rate), _told(known.row("h_coast", "coastal_erosion")), _told(fact))
    return Verdict(
        _holds(firm | (rate < ERODES_M), rate >= ERODES_M), note, rate, told=told, **_inland(known)
    )


def _inland(known: Known) -> dict[str, Any]:
    return {
        "off": ~known.measures["is_coastal"].to_numpy(dtype=bool),
        "why": "not within 1 km of the coast",
    }


def above_the_sea(known: Known) -> Verdict:
    """S06: the lowest point a runway can have is 10 m up, or the level falls even at its upper end."""
    height = numbers(known.airfield["elevation_m"])
    lowest = height - _STEEPEST * numbers(known.airfield["runway_length_m"])
    level = known.fact("relative_sea_level")
    upper = numbers(level["high"])
    high, falls = lowest >= _SAFE_HEIGHT_M, upper <= 0
    is_field = known.of_kind("airfield")
    note = np.select(
        [high, falls, ~np.isnan(upper) & is_field, ~np.isnan(upper), is_field],
        ["lowest point the runway can have (elevation less 2 % of its length); no projection comes near",
         "upper end of the change of level by 2100: the sea falls, so what stands above it stays above",
         "upper end of the rise by 2100; the runway may lie low: no terrain model with its error is held",
         "upper end of the rise by 2100; elevation of quay or site is not held",
         "may lie low: neither the level of 2100 nor a terrain model with its error is held"],
        "neither the level of 2100 nor the elevation of quay or site is held",
    ).astype(object)  # fmt: skip
    told = _pick(high, _told(known.airfield), _told(level))
    value = np.where(high | np.isnan(upper), lowest, upper)
    return Verdict(_holds(high | falls, no_where=False), note, value, told=told, **_inland(known))


def single_point(known: Known) -> Verdict:
    """S18: landings that lose their ways by sea when this one falls out; other graphs are not held."""
    landing = known.of_kind("cable_landing")
    systems, cut_off, is_open = _paths(known, "systems", "cut_off", "is_open")
    # A link of unknown state may be the other way of those that seem cut off.
    holds = np.where(cut_off == 0, 1.0, np.where(is_open == 1, np.nan, 0.0))
    holds = np.where(landing & (systems > 0), holds, np.nan)
    told = pd.Series(known.sites["kind"]).map(_NO_GRAPH).to_numpy(dtype=object)
    note = np.select(
        [landing & np.isnan(holds), landing],
        ["the state of a cable in its network is not known",
         "landings cut off by sea from other countries, or from all others, without this one; no land lines"],
        told,
    ).astype(object)  # fmt: skip
    off = landing & (systems == 0) & (is_open == 0)
    value = np.where(landing & (systems > 0), cut_off, np.nan)
    blank = np.full(len(holds), None, dtype=object)
    told = _pick(landing, (blank, blank), _told(known.sites))
    return Verdict(holds, note, value, off, "no cable in service on file", told)


_NO_GRAPH = {
    "port": "who is supplied over which port is not openly held",
    "airfield": "who is supplied over which airfield is not openly held",
    "mine": "supply chains behind a site are not openly held",
    "rail_terminal": "the railway extract lacks some lines, so nothing can be said of what hangs on one",
    "energy_site": "the power grid is not held",
    "ground_station": "data links of a station are not openly held",
}


def low_emission(known: Known) -> Verdict:
    """S19: a renewable plant within 25 km, or power for ships at the port; told, not scored."""
    apart, found = (table[:, 0] for table in nearest(known.sites, known.renewable))
    km = np.where(found < 0, np.nan, apart).round(3)
    mapped = (km <= 25) | (yes(known.port["has_services_electricity"]) == 1)
    note = np.select(
        [km <= 25, mapped],
        ["renewable plant on file", "electricity for ships on record"],
        "none on file; plants under 5 MW are held in part, plants since 2018 and shore power are not",
    ).astype(object)
    plant = known.renewable[["source_id", "as_of"]].reindex(found)
    told = _pick(mapped & ~(km <= 25), _told(known.port), _told(plant))
    return Verdict(np.where(mapped, 1.0, np.nan), note, km, told=told)


def fresh_and_covered(known: Known) -> Verdict:
    """S20: the oldest fact that decides is at most 5 years old; half of the weight of relevance is known."""
    years, cover = (numbers(known.nodes[name]) for name in ("fact_age_years", "military_coverage"))
    young, half = _holds(years <= _OLD_YEARS, years > _OLD_YEARS), _holds(cover >= 0.5, cover < 0.5)
    note = np.select(
        [young == 0, half == 0, (young == 1) & (half == 1)],
        ["the oldest fact that decides a class is over 5 years old",
         "less than half of the weight of relevance is known",
         "age of the oldest fact that decides a class; half of the weight of relevance is known"],
        "age or coverage is not known",
    ).astype(object)  # fmt: skip
    return Verdict(_and(young, half), note, years, told=_told(_oldest(known, years)))


def _oldest(known: Known, years: NDArray[np.float64]) -> pd.DataFrame:
    """Source and date of the fact that is `years` old, a row a node."""
    rows = known.evidence[known.evidence["state"] == "known"]
    began = pd.to_datetime(rows["as_of"], format="ISO8601", errors="coerce")
    age = ((pd.Timestamp(known.day) - began).dt.days / 365.25).round(1)
    decides = (rows["group"] == "m_facility") | rows["indicator"].isin(list(HAZARDS))
    wanted = rows["node_id"].map(dict(zip(known.sites["node_id"], years, strict=True)))
    first = rows[decides & (age == wanted)].drop_duplicates("node_id").set_index("node_id")
    return first[["source_id", "as_of"]].reindex(known.sites["node_id"])


# --- ports and airfields ------------------------------------------------------------------------


def _alternative(
    known: Known, kind: str, radius_km: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Whether another of the kind, of equal or higher class, lies within the radius; and its distance.

    Unknown where its own class is, where one of unknown class lies within, or where the circle
    reaches south of what is held.
    """
    rows = np.flatnonzero(known.of_kind(kind))
    sites, rank = known.sites.iloc[rows], known.dual_use()[rows]
    equal = np.full(len(rows), np.inf)
    for least in np.unique(rank[~np.isnan(rank)]):
        # Every row is among its equals: the second nearest is the nearest other.
        mine = rank == least
        equal[mine] = nearest(sites[mine], sites[rank >= least], k=2)[0][:, 1]
    equal = equal.round(3)
    doubtful = np.isnan(rank)
    doubtful[within_km(sites, sites[np.isnan(rank)], radius_km)[0]] = True
    open_end = doubtful | known.reaches_south(radius_km)[rows]
    holds, apart = np.full((2, len(known.sites)), np.nan)
    holds[rows] = _holds(equal <= radius_km, ~open_end)
    apart[rows] = np.where(np.isinf(equal), np.nan, equal)
    return holds, apart


def depth_kept(known: Known) -> Verdict:
    """S07: charted depth less the fall of the level by 2100 stays deep; unknown falls count at their most."""
    rank, row, level = (
        known.dual_use(),
        known.row("m_facility", "approach_depth"),
        known.fact("relative_sea_level"),
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
        _said(np.isnan(low), "the level of 2100 is not held and may take the depth",
              "the greatest fall of the level by 2100 would take the depth, the least would not"),
    ).astype(object)  # fmt: skip
    ranked = rank >= 2
    off = (rank < 2) | (ranked & (depth < _DEEP_M))
    return Verdict(
        _holds(kept & ranked, gone & ranked),
        note,
        depth,
        off,
        "no dual-use class rests on its depth",
        _told(row),
    )


def ice_season(known: Known) -> Verdict:
    """S08: no ice in the last ten years, a season of ice that varies little, or ice breaking on record."""
    recent, spread = known.fact("ice_months_recent"), known.fact("ice_season_spread")
    months, varies = numbers(recent["value"]), numbers(spread["value"])
    restricted, breaking = (
        yes(known.port[name]) for name in ("has_entrance_restriction_ice", "has_services_ice_breaking")
    )
    # Cells of 25 km do not see a fjord; who watches the harbour itself does.
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
    told = _pick(breaking == 1, _told(known.port), _told(recent))
    holds = _holds((breaking == 1) | free | steady, no_where=False)
    return Verdict(holds, note, np.where(steady | fitful, varies, months), told=told)


def fuel_and_alternative(known: Known) -> Verdict:
    """S09: fuel oil or diesel on record, and a port of equal class within 200 km."""
    fuel = _or(yes(known.port["has_supplies_fuel_oil"]), yes(known.port["has_supplies_diesel_oil"]))
    other, km = _alternative(known, "port", 200.0)
    note = np.select(
        [other == 0, fuel == 0, np.isnan(fuel), np.isnan(other)],
        ["no port of equal class within 200 km", "no fuel, by its record",
         "fuel is not reported", "classes, or ports south of 58 N, are not known"],
        "fuel on record; distance to the nearest port of equal or higher class",
    ).astype(object)  # fmt: skip
    return Verdict(_and(fuel, other), note, km, told=_told(known.port))


def two_modes(known: Known) -> Verdict:
    """S10: railway and main road, or one of them and an airfield; an airfield is its own."""
    rail, road = numbers(known.measures["rail_km"]), numbers(known.measures["road_km"])
    land = (rail <= 5).astype(float) + (road <= 5)
    air = known.of_kind("airfield") | (numbers(known.measures["airfield_km"]) <= 25)
    # A country of whose roads the extract holds none cannot be said to have none.
    country = known.sites["country_iso3"]
    mapped = country.isin(country[road <= 5]).to_numpy(dtype=bool)
    without = (rail > _OFF_NETWORK_KM) & (road > _OFF_NETWORK_KM) & mapped
    passes = (land == 2) | ((land == 1) & air)
    note = np.select(
        [passes, without],
        ["railway or main road within 5 km, airfield within 25 km",
         "no railway and no main road within 50 km on file"],
        "a second mode is not on file; lesser roads (OpenStreetMap) are not held",
    ).astype(object)  # fmt: skip
    told = _pick((rail <= 5) & ~(road <= 5), _told(known.measures, "rail_"), _told(known.measures, "road_"))
    return Verdict(_holds(passes, without), note, land + air, told=told)


def runway(known: Known) -> Verdict:
    """S11: the runway meets its row; that it is strong enough is on no open file, so none passes."""
    rank = known.dual_use()
    long, width = numbers(known.airfield["paved_length_m"]), numbers(known.airfield["runway_width_m"])
    paved, length = yes(known.airfield["is_runway_paved"]), numbers(known.airfield["runway_length_m"])
    short = np.where(np.isnan(long), (paved == 0) | (length < _SHORT_M), long < _SHORT_M)
    fails = (short == 1) | (width < _WIDE_M)
    note = np.select(
        [fails, np.isnan(rank), rank == 1],
        ["meets one of the two rows of its class: too short, unpaved or too narrow for the other",
         "runway attributes are not stated", "length, surface or width is not stated"],
        "length-suitable only: pavement strength (PCN or PCR) is not openly held",
    ).astype(object)  # fmt: skip
    value = np.where(np.isnan(long), length, long)
    holds = np.where(fails & ~np.isnan(rank), 0.0, np.nan)
    told = _told(known.row("m_facility", "runway_length"))
    return Verdict(holds, note, value, rank < 1, "class D0: no runway row is claimed for it", told)


def alternate(known: Known) -> Verdict:
    """S12: another airfield of equal class within 300 km."""
    holds, km = _alternative(known, "airfield", 300.0)
    note = np.select(
        [holds == 1, holds == 0],
        ["distance to the nearest airfield of equal or higher class",
         "no airfield of equal class within 300 km"],
        "classes, or airfields south of 58 N, are not known",
    ).astype(object)  # fmt: skip
    return Verdict(holds, note, km, told=_told(known.airfield))


# --- cables, energy, rail, mines ----------------------------------------------------------------


def _paths(known: Known, *names: str) -> list[NDArray[np.float64]]:
    rows = known.paths.reindex(known.landing["feature_id"])
    return [rows[name].astype("float64").to_numpy() for name in names]


def two_sea_paths(known: Known) -> Verdict:
    """S13: whichever system falls out, a way by sea is left to where there was one before."""
    systems, is_cut, is_open = _paths(known, "systems", "is_cut", "is_open")
    ways = np.where(is_cut == 1, np.minimum(systems, 1.0), systems)
    holds = np.where(ways >= 2, 1.0, np.where(is_open == 1, np.nan, 0.0))
    note = np.select(
        [ways >= 2, is_open == 1],
        ["systems in service that land here; without any one of them a way out is left",
         "the state of a cable in its network is not known"],
        "one system carries every way by sea to another country, or to any other landing; its cables may be "
        "several; land lines are not held",
    ).astype(object)  # fmt: skip
    off = (systems == 0) & (is_open == 0)
    return Verdict(holds, note, ways, off, "no cable in service on file")


def steady_shore(known: Known) -> Verdict:
    """S14: the shore does not erode, and its ground holds little ice; either alone can say no."""
    shore, ground = shore_exposure(known), _Ground.of(known)
    rock = ground.sound | (known.fact("coastal_erosion")["label"] == "bedrock").to_numpy(dtype=bool)
    rich, bare = (ground.ice == 2) & ~rock, ground.no_frost["off"]
    holds = _and(shore.holds, _holds(rock | bare | (ground.ice < 2), rich))
    note = np.select(
        [shore.holds == 0, rich, (holds == 1) & bare, holds == 1, np.isnan(shore.holds)],
        ["the shore retreats, as published", "permafrost of high ice content, as published",
         "steady shore, as published; no permafrost, by a proxy",
         "steady shore and no ground of high ice content, as published", "rate of the shore is not known"],
        "ground ice of the shore is not known",
    ).astype(object)  # fmt: skip
    told = _pick(np.isnan(holds) & ~np.isnan(shore.holds), ground.lacking, shore.told)
    told = _pick(rich & (shore.holds != 0), _told(known.fact("ground_ice")), told)
    return Verdict(holds, note, shore.value, told=told)


def second_supply(known: Known) -> Verdict:
    """S15: another site of its sort (plant or terminal) within 25 km; microgrids are not held."""
    rows = np.flatnonzero(known.of_kind("energy_site"))
    sites, is_plant = known.sites.iloc[rows], known.plant.is_there[rows]
    runs = ~(known.plant["status"].isin(_NOT_RUNNING) | known.terminal["status"].isin(_NOT_RUNNING))
    runs = runs.to_numpy(dtype=bool)[rows]
    apart, other = np.full(len(known.sites), np.nan), np.full(len(known.sites), -1)
    for sort in (True, False):
        mine, all_live = is_plant == sort, np.flatnonzero((is_plant == sort) & runs)
        km, found = nearest(sites[mine], sites.iloc[all_live], k=2)
        place = np.where(found < 0, -1, rows[all_live[np.maximum(found, 0)]]) if len(all_live) else found
        own = place[:, 0] == rows[mine]
        apart[rows[mine]] = np.where(own, km[:, 1], km[:, 0]).round(3)
        other[rows[mine]] = np.where(own, place[:, 1], place[:, 0])
    apart = np.where(np.isinf(apart), np.nan, apart)
    note = _said(
        apart <= 25,
        "another plant (or terminal) within 25 km; dependents within 25 km are known",
        "plants under 5 MW are held in part; microgrids are not held",
    )
    told = _told(known.sites[["source_id", "as_of"]].reset_index(drop=True).reindex(other))
    return Verdict(np.where(apart <= 25, 1.0, np.nan), note, apart, told=told)


def gauge(known: Known) -> Verdict:
    """S16: its line is joined to others and carries the axle load; passing length is not held."""
    head = known.railhead
    mm, load, apart = numbers(head["gauge_mm"]), numbers(head["axle_load_t"]), yes(head["is_isolated"]) == 1
    light = load < AXLE_T
    carries = np.where(np.isnan(load), "axle load is not stated", "axle load is enough")
    known_gauge = np.array(
        [f"gauge {one:.0f} mm; {more}; transfer yard and passing length are not held"
         for one, more in zip(np.nan_to_num(mm), carries, strict=True)], dtype=object,
    )  # fmt: skip
    note = np.select(
        [apart, light, ~np.isnan(mm)],
        ["its line is joined to no other", "its line carries less than the axle load", known_gauge],
        "gauge, transfer yard, axle load and passing length are not held",
    ).astype(object)
    return Verdict(_holds(yes_where=False, no_where=apart | light), note, load, told=_told(head))


def export_path(known: Known) -> Verdict:
    """S17: the tier is known where the commodity is; grade and the injects are not."""
    row = known.row("m_facility", "listed_material")
    note = _said(
        row["state"].eq("known"),
        "tier known; ore grade and the way of export under injects are not held",
        "commodity, ore grade and the way of export under injects are not held",
    )
    return Verdict(np.full(len(known.sites), np.nan), note, told=_told(row))
