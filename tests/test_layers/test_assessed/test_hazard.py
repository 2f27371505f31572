"""The hazards of a node from its facts: which end decides, what a scenario adds, what is said of it."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.assessed.class_thresholds import anchor_values
from layers.assessed.evidence_builder import EvidenceBuilder, site_attributes
from layers.assessed.hazard import (
    HAZARDS,
    TODAY_DEGC,
    _deciding_ground,
    add_hazards,
    charted_depth,
    more_lost,
)
from layers.assessed.judgement import Inputs, judge, whole_of
from layers.observed.climate_records import GROUND_ICE, PERMAFROST_ZONES
from layers.scenarios import Scenario

NAN = math.nan
# The mean of 1981-2010 is 0.5 degC above 1850-1900, that of the last ten years of the ice record 1.1.
YEARS = pd.DataFrame({"year": np.arange(1979, 2025)})
YEARS["warming_degc"] = np.where(YEARS["year"] < 2013, 0.5, 1.1)
ZONES = {name: 4.0 - place for place, name in enumerate(PERMAFROST_ZONES)}
ICES = {name: 2.0 - place for place, name in enumerate(GROUND_ICE)}
ANCHORS = {
    "ice_lost_moderate": 0.5, "ice_lost_high": 1.5, "ice_unreliable_moderate": 1.0,
    "ice_unreliable_high": 2.0, "erosion_moderate": 0.3, "erosion_high": 1.0, "level_rise_moderate": 0.6,
    "level_rise_high": 1.0, "warm_permafrost": -6.0, "depth_deep": 10.7, "depth_shallow": 6.4,
}  # fmt: skip


def fact(node: str, name: str, value: float, low: float = NAN, high: float = NAN, **outcome: str) -> dict:
    label = outcome.pop("label", None)
    return {
        "node_id": node, "fact": name, "value": value, "low": low, "high": high, "label": label, "unit": "u",
        "tier": "typed", "source_id": "s", "as_of": "2020", "note": "n",
    } | outcome  # fmt: skip


def ice(node: str, lost: float, low: float, recent: float, slope: float = NAN, **outcome: str) -> list[dict]:
    rows = [
        fact(node, "ice_months_lost", lost, low, lost + 1, tier="measured", as_of="2022-08-31", **outcome),
        fact(node, "ice_months_recent", recent, tier="measured", as_of="2022-08-31"),
    ]
    if not math.isnan(slope):
        rows.append(fact(node, "ice_loss_per_degc", slope, slope, slope))
    return rows


def ground(node: str, zone: str, ice_in_it: str | None = None, air: float = -10.0, **more: str) -> list[dict]:
    rows = [
        fact(node, "permafrost_zone", ZONES[zone], label=zone, note="of the zone", **more),
        fact(node, "air_temperature", air, air - 1, air + 1, tier="modelled"),
    ]
    if ice_in_it:
        rows.append(fact(node, "ground_ice", ICES[ice_in_it], label=ice_in_it, note="of the ice"))
    return rows


def hazards_of(
    *rows: dict,
    warming_degc: float = TODAY_DEGC,
    ratio: float = 2.0,
    coastal: bool = True,
    elevation_m: float = 5.0,
    depths: tuple[float, float] = (NAN, NAN),
    **anchors: float,
) -> pd.DataFrame:
    """Evidence of the hazards of every node that `rows` tell of; a node is `<kind>:<name>`.

    Ground that they say nothing of is not frozen: the proxy leaves no node without a zone.
    """
    nodes = sorted({row["node_id"] for row in rows})
    bare = set(nodes) - {row["node_id"] for row in rows if row["fact"] == "permafrost_zone"}
    facts = pd.DataFrame([*rows, *(row for node in bare for row in ground(node, "none", tier="proxy"))])
    sites = pd.DataFrame({"node_id": nodes, "source_id": "list", "as_of": "2026"})
    sites = sites.assign(kind=sites["node_id"].str.split(":").str[0], sources=sites["node_id"])
    measures = pd.DataFrame({"node_id": nodes, "warming_ratio": ratio, "is_coastal": coastal})
    ports = pd.DataFrame(
        {"feature_id": nodes, "channel_depth_low_m": depths[0], "cargo_pier_depth_low_m": depths[1],
         "source_id": "index", "as_of": "2025"}
    )  # fmt: skip
    fields = pd.DataFrame({"feature_id": nodes, "elevation_m": elevation_m})
    others = ("landing", "mine", "project", "plant", "terminal", "station", "railhead")
    none = dict.fromkeys(others, ports.iloc[:0])
    outcome = site_attributes(sites, measures, facts, port=ports, airfield=fields, **none)
    builder = EvidenceBuilder(sites)
    scenario = Scenario("t", "t", warming_degc, "a test")
    add_hazards(builder, outcome, scenario, anchor_values(ANCHORS | anchors), YEARS)
    table = builder.table().assign(weight=0.0)
    # What stands in the rows is what the rules find in them.
    classes = judge(Inputs.of(table, sites), whole_of(ANCHORS | anchors))
    for name, code in classes.by_hazard.items():
        stood = table[table["indicator"] == name].set_index("node_id").reindex(nodes)
        expected = np.select(
            [~stood["state"].isin(["known", "unknown"]), stood["score"].isna()], [-2, -1], stood["score"] * 2
        )
        assert code[:, 0].tolist() == expected.tolist(), name
    return table.set_index(["node_id", "indicator"])


# --------------------------------------------------------------------------------------- sea ice


@pytest.mark.parametrize(("low", "score"), [(0.499, 0.0), (0.5, 0.5), (1.499, 0.5), (1.5, 1.0), (-0.2, 0.0)])
def test_the_lower_end_of_the_lost_season_decides(low: float, score: float) -> None:
    row = hazards_of(*ice("port:a", 2.0, low, 4.0)).loc[("port:a", "ice_season_lost")]
    assert (row["score"], row["value"], row["value_low"], row["value_high"]) == (score, 2.0, low, 3.0)
    assert (row["tier"], row["state"], row["unit"]) == ("measured", "known", "months a year")


def test_a_season_that_is_not_known_is_named_with_what_would_tell() -> None:
    rows = hazards_of(*ground("port:a", "none"))
    for name in ("ice_season_lost", "ice_season_unreliable", "coastal_erosion", "relative_sea_level"):
        row = rows.loc[("port:a", name)]
        datum, source = HAZARDS[name]
        assert (row["state"], row["source_id"], row["tier"]) == ("unknown", source, "")
        assert row["note"] == f"not known; would tell: {datum}"
        assert math.isnan(row["score"])


def test_where_no_ice_ever_was_the_season_does_not_apply() -> None:
    rows = hazards_of(*ice("port:a", 0.0, 0.0, 0.0))
    for name in ("ice_season_lost", "ice_season_unreliable"):
        assert rows.loc[("port:a", name), "state"] == "not_applicable"
        assert math.isnan(rows.loc[("port:a", name), "score"])


def test_ice_is_a_hazard_of_ports_and_landings_and_its_spread_of_ports_alone() -> None:
    kinds = ("port", "cable_landing", "airfield", "mine")
    rows = hazards_of(
        *(row for kind in kinds for row in ice(f"{kind}:a", 2.0, 1.5, 4.0)),
        *(fact(f"{kind}:a", "ice_season_spread", 2.0) for kind in kinds),
    )
    assert [(f"{kind}:a", "ice_season_lost") in rows.index for kind in kinds] == [True, True, False, False]
    assert [(f"{kind}:a", "ice_season_unreliable") in rows.index for kind in kinds] == [True] + [False] * 3
    assert rows.loc[("port:a", "ice_season_unreliable"), "score"] == 1.0


@pytest.mark.parametrize(("spread", "score"), [(0.999, 0.0), (1.0, 0.5), (1.999, 0.5), (2.0, 1.0)])
def test_the_spread_of_the_season(spread: float, score: float) -> None:
    rows = hazards_of(*ice("port:a", 0.1, 0.0, 4.0), fact("port:a", "ice_season_spread", spread))
    assert rows.loc[("port:a", "ice_season_unreliable"), "score"] == score


def test_months_that_more_warming_takes_by_hand() -> None:
    lost, slope = np.array([1.0, 1.0, 1.0, NAN, 1.0, 3.0]), np.array([0.8, -0.8, NAN, 0.8, 0.8, 0.8])
    normal = np.array([6.0, 6.0, 6.0, 6.0, 1.5, 2.0])  # the whole season of 1981-2010
    # Half a degree of slope, none of a season that grows or is not known, and no more than is left.
    assert more_lost(lost, normal, slope, 2.0).tolist() == [1.6, 0.0, 0.0, 0.0, 0.5, 0.0]
    assert more_lost(lost, normal, slope, -1.0).tolist() == [0.0] * 6


def test_a_warmer_scenario_adds_to_the_warming_of_the_years_of_the_record() -> None:
    at = {
        level: hazards_of(*ice("port:a", 1.0, 0.4, 5.0, 0.5), warming_degc=level).loc[
            ("port:a", "ice_season_lost")
        ]
        for level in (1.0, TODAY_DEGC, 3.1)
    }
    # 2013 to 2022 lie at 1.1 degC: two more at half a month each, at either end of the interval. Of today
    # the record is the measure.
    outcome = [at[3.1][name] for name in ("value_low", "value", "value_high")]
    assert outcome == pytest.approx([1.4, 2.0, 3.0])
    assert (at[3.1]["score"], at[TODAY_DEGC]["score"], at[1.0]["score"]) == (0.5, 0.0, 0.0)
    assert at[TODAY_DEGC]["value"] == at[1.0]["value"] == 1.0


def test_the_lower_end_of_the_slope_counts() -> None:
    rows = ice("port:a", 1.0, 0.4, 5.0)
    steep = fact("port:a", "ice_loss_per_degc", 3.0, 0.25, 6.0)
    row = hazards_of(*rows, steep, warming_degc=3.1).loc[("port:a", "ice_season_lost")]
    assert (row["value_low"], row["value"]) == pytest.approx((0.9, 1.5))


LOST = st.floats(0, 12).map(lambda m: round(m, 3))


@given(LOST, LOST, st.floats(-3, 3), st.floats(0, 7), st.floats(0, 7))
def test_more_warming_never_gives_a_lost_season_back(
    lost: float, recent: float, slope: float, one: float, other: float
) -> None:
    cool, warm = (
        more_lost(np.array([lost]), np.array([lost + recent]), np.array([slope]), more)[0]
        for more in sorted((one, other))
    )
    assert 0 <= cool <= warm <= recent + 1e-6


# ------------------------------------------------------------------------------------ permafrost


def test_the_fact_that_decides_lends_its_source_and_tier() -> None:
    rows = hazards_of(
        *ground("mine:zone", "continuous", tier="mapped"),
        *ground("mine:ice", "continuous", "high", tier="mapped"),
        *ground("mine:rock", "continuous", "high"),
        fact("mine:rock", "bedrock", 1.0, label="bedrock", source_id="geologist", note="of the rock"),
        *ground("mine:hurt", "continuous", "low"),
        fact("mine:hurt", "thaw_damage", 2.0, label="facility", source_id="engineer", note="of the damage"),
        *ground("mine:proxy", "continuous", "high", tier="proxy"),
    )
    outcome = {
        node: (row["score"], row["tier"], row["source_id"], row["label"], row["note"])
        for (node, name), row in rows.iterrows()
        if name == "permafrost_thaw"
    }
    note = "moderate or high: ground ice decides; continuous permafrost, ground ice not known; of the zone"
    assert outcome == {
        "mine:zone": (0.5, "mapped", "s", "continuous permafrost, ground ice not known", note),
        "mine:ice": (1.0, "typed", "s", "continuous permafrost, ground ice high",
                     "continuous permafrost, ground ice high; of the ice"),
        "mine:rock": (0.0, "typed", "geologist", "continuous permafrost, ground ice high, on bedrock",
                      "continuous permafrost, ground ice high, on bedrock; of the rock"),
        "mine:hurt": (1.0, "typed", "engineer",
                      "continuous permafrost, ground ice low, damage reported (facility)",
                      "continuous permafrost, ground ice low, damage reported (facility); of the damage"),
        "mine:proxy": (0.5, "proxy", "s", "continuous permafrost, ground ice high",
                       "continuous permafrost, ground ice high; of the zone"),
    }  # fmt: skip


def test_the_air_of_the_scenario_warms_permafrost_that_is_cold_today() -> None:
    # Normal air -8.5 at 0.5 degC of warming, two degrees here for each there: -6.78 today, -5.5 at 2 degC.
    outcome = {
        level: hazards_of(*ground("mine:a", "continuous", "medium", -8.5), warming_degc=level)
        for level in (TODAY_DEGC, 2.0)
    }
    for level, air, score in ((TODAY_DEGC, -6.78, 0.5), (2.0, -5.5, 1.0)):
        row = outcome[level].loc[("mine:a", "air_temperature")]
        assert (row["value"], row["value_low"], row["value_high"]) == pytest.approx((air, air - 1, air + 1))
        assert outcome[level].loc[("mine:a", "permafrost_thaw"), "score"] == score


def test_a_zone_is_lost_where_the_air_leaves_its_balance() -> None:
    # Air of -9.5 at 0.5 degC: -7.78 today, continuous by the proxy (90 % from -7.63); -6.5 at 2 degC is not.
    rows = ground("mine:a", "continuous", "medium", -9.5)
    today, warm = (hazards_of(*rows, warming_degc=level) for level in (TODAY_DEGC, 2.0))
    assert ("mine:a", "zones_lost") not in today.index
    assert warm.loc[("mine:a", "zones_lost"), "value"] == 1.0
    assert today.loc[("mine:a", "permafrost_thaw"), "score"] == 0.5
    assert warm.loc[("mine:a", "permafrost_thaw"), "score"] == 1.0


def test_where_the_model_does_not_warm_the_class_stays_that_of_today() -> None:
    rows = ground("mine:a", "continuous", "medium", -5.2)
    today, warm = (
        hazards_of(*rows, warming_degc=level, ratio=0.0).loc[("mine:a", "permafrost_thaw"), "score"]
        for level in (TODAY_DEGC, 4.0)
    )
    assert today == warm == 1.0


def test_ground_ice_is_asked_for_only_where_the_ground_is_frozen() -> None:
    zones = ("continuous", "discontinuous", "sporadic", "isolated", "none")
    rows = hazards_of(*(row for zone in zones for row in ground(f"mine:{zone}", zone)))
    queried = {zone for zone in zones if (f"mine:{zone}", "ground_ice") in rows.index}
    assert queried == {"continuous", "discontinuous", "sporadic"}
    assert rows.loc[("mine:sporadic", "ground_ice"), "state"] == "unknown"
    # No report is no proof: it has no row.
    assert not any(name in {"thaw_damage", "bedrock"} for _, name in rows.index)


# ------------------------------------------------------------------------------- shore and level


@pytest.mark.parametrize(
    ("rate", "score"),
    [(-2.0, 0.0), (0.0, 0.0), (0.299, 0.0), (0.3, 0.5), (0.999, 0.5), (1.0, 1.0), (9.0, 1.0)],
)
def test_erosion_by_hand(rate: float, score: float) -> None:
    rows = hazards_of(fact("mine:a", "coastal_erosion", rate, rate, rate, label="eroding"))
    assert rows.loc[("mine:a", "coastal_erosion"), "score"] == score
    inland = hazards_of(fact("mine:a", "coastal_erosion", rate), coastal=False)
    assert ("mine:a", "coastal_erosion") not in inland.index


def test_a_level_says_its_sign_and_what_follows() -> None:
    rows = hazards_of(
        fact("port:rises", "relative_sea_level", 0.7, 0.4, 1.1),
        fact("port:falls", "relative_sea_level", -0.4), depths=(11.0, 6.6),
    )  # fmt: skip
    up, down = rows.loc[("port:rises", "relative_sea_level")], rows.loc[("port:falls", "relative_sea_level")]
    assert (up["score"], up["label"], up["value_low"], up["value_high"]) == (0.5, "rise", 0.4, 1.1)
    assert up["note"] == "the sea rises: flooding; n"
    # 11.0 m less 0.4 is under 10.7.
    assert (down["score"], down["label"]) == (0.5, "fall")
    assert down["note"] == "the sea falls: depth is lost; n"
    assert rows.loc[("port:falls", "charted_depth"), "value"] == 11.0
    assert ("port:rises", "charted_depth") not in rows.index
    shallow = hazards_of(fact("port:a", "relative_sea_level", -0.4), depths=(10.7, 11.2))
    assert shallow.loc[("port:a", "relative_sea_level"), "score"] == 0.0
    blind = hazards_of(fact("port:a", "relative_sea_level", -0.4))
    assert blind.loc[("port:a", "relative_sea_level"), "score"] == 0.0


@pytest.mark.parametrize(
    ("kind", "elevation_m", "coastal", "applies"),
    [
        ("port", 200.0, True, True), ("cable_landing", NAN, True, True), ("airfield", 10.0, True, True),
        ("airfield", 10.1, True, False), ("airfield", NAN, True, False), ("airfield", 3.0, False, False),
        ("energy_site", 3.0, True, False),
    ],
)  # fmt: skip
def test_sea_level_is_a_hazard_of_what_stands_low_by_the_sea(
    kind: str, elevation_m: float, coastal: bool, applies: bool
) -> None:
    rows = hazards_of(fact(f"{kind}:a", "relative_sea_level", 1.2), elevation_m=elevation_m, coastal=coastal)
    assert ((f"{kind}:a", "relative_sea_level") in rows.index) == applies


def test_the_deepest_of_approach_and_pier_is_charted() -> None:
    class FetchResult:
        port = pd.DataFrame(
            {"channel_depth_low_m": [6.0, NAN, NAN], "cargo_pier_depth_low_m": [9.0, 4.0, NAN]}
        )

    assert charted_depth(FetchResult()) == pytest.approx([9.0, 4.0, NAN], nan_ok=True)


# ------------------------------------------------------------------------------- what is the same


def test_another_anchor_moves_the_class_and_is_printed_in_the_row() -> None:
    rows = fact("mine:a", "coastal_erosion", 0.8, label="eroding")
    usual, strict = hazards_of(rows), hazards_of(rows, erosion_high=0.8)
    assert usual.loc[("mine:a", "coastal_erosion"), "score"] == 0.5
    row = strict.loc[("mine:a", "coastal_erosion")]
    assert (row["score"], row["scale"], row["zero_at"], row["one_at"]) == (1.0, "steps", 0.3, 0.8)


def test_the_season_of_ships_stands_beside_the_hazards_and_has_no_score() -> None:
    rows = hazards_of(*ice("port:a", 2.0, 1.5, 4.0))
    row = rows.loc[("port:a", "ice_months_recent")]
    assert (row["axis"], row["value"], row["state"]) == ("access", 4.0, "known")
    assert math.isnan(row["score"])
    assert set(rows.loc[rows["axis"] == "climate", "group"]) == {
        "h_seaice",
        "h_permafrost",
        "h_coast",
        "h_level",
    }


def test_a_hazard_is_the_same_whoever_else_is_judged() -> None:
    one = ground("mine:a", "discontinuous", "medium")
    others = [*ice("port:b", 3.0, 2.0, 4.0), *ground("port:b", "continuous", "high")]
    alone, among = hazards_of(*one), hazards_of(*one, *others)
    pd.testing.assert_frame_equal(among.loc[["mine:a"]], alone, check_dtype=False)


@pytest.mark.parametrize(
    ("zone", "ice_in_it", "bedrock", "damage", "proxy", "code", "fact_name"),
    [
        (4, 2, NAN, NAN, 0, 2, "ground_ice"),
        (2, 1, NAN, NAN, 0, 1, "ground_ice"),
        (1, 1, NAN, NAN, 0, 0, "permafrost_zone"),
        (2, 0, NAN, NAN, 0, 0, "permafrost_zone"),  # ice that makes the class no worse
        (4, NAN, NAN, NAN, 0, 1, "permafrost_zone"),
        (4, 2, NAN, NAN, 1, 1, "permafrost_zone"),  # the zone is a proxy
        (4, NAN, NAN, 1, 0, 2, "thaw_damage"),
        (4, NAN, NAN, 2, 0, 2, "thaw_damage"),
        (4, NAN, NAN, 0.5, 0, 1, "permafrost_zone"),
        (2, NAN, NAN, 0.5, 0, 1, "thaw_damage"),
        (3, NAN, NAN, 0.5, 0, 1, "permafrost_zone"),
        (2, NAN, NAN, 0, 0, 0, "permafrost_zone"),
        (4, 2, 1, NAN, 0, 0, "bedrock"),
        (4, 2, 1, 2, 0, 2, "thaw_damage"),
    ],
)
def test_the_ground_fact_that_makes_the_class(
    zone: float, ice_in_it: float, bedrock: float, damage: float, proxy: float, code: int, fact_name: str
) -> None:
    values = {"zone": zone, "ice": ice_in_it, "bedrock": bedrock, "damage": damage, "proxy": proxy}
    arrays = {name: np.array([value], dtype=float) for name, value in values.items()}
    assert _deciding_ground(arrays, np.array([code], dtype=np.int8)) == [fact_name]
