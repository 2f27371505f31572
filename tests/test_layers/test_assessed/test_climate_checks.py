"""Rules of the draft standards on climate, on hand-worked nodes."""

from __future__ import annotations

from typing import Any

from toy_standards import DAY, hold, landing, node, results

from layers.observed.climate_records import GROUND_ICE, PERMAFROST_ZONES


def ground(zone: str, ice: str | None = None, tier: str = "typed", **more: Any) -> dict[str, Any]:
    """Climate facts of the ground: zone and ice by name, and of the air before 1981-2010 warmed it on."""
    facts = {"permafrost_zone": 4.0 - PERMAFROST_ZONES.index(zone), "air_temperature": -10.0} | more
    if ice:
        facts["ground_ice"] = 2.0 - GROUND_ICE.index(ice)
    return {"climate": facts, "tiers": {"permafrost_zone": tier}}


def test_s01_counts_hazards_not_indicators_and_missing_ones_never_fail() -> None:
    outcome = hold(
        [
            node("two", hazards={"relative_sea_level": "known"}),
            node("screened", hazards={"relative_sea_level": "known"}, **ground("isolated", tier="proxy")),
            # Ice lost and ice that varies are one hazard: with that of the ground they are two.
            node("ice", hazards={"ice_season_lost": "known", "ice_season_unreliable": "known",
                                 "permafrost_thaw": "unknown"}),
            node("one", hazards={"relative_sea_level": "unknown"}),
            node("free", hazards={"ice_season_lost": "not_applicable", "coastal_erosion": "not_applicable"}),
        ]
    )  # fmt: skip
    assert results(outcome, "S01") == {
        "two": "pass", "screened": "pass", "ice": "unknown", "one": "unknown", "free": "unknown",
    }  # fmt: skip
    values = outcome.xs("S01", level="standard_id")["value"].to_dict()
    assert values == {"two": 2, "screened": 2, "ice": 1, "one": 1, "free": 1}
    assert "proxy: a screening" in outcome.loc[("screened", "S01"), "note"]
    assert "flood" in outcome.loc[("free", "S01"), "note"]


def test_s02_asks_for_a_range_at_warming_levels() -> None:
    outcome = hold(
        [
            node("ranged", climate={"ice_loss_per_degc": (1.2, 0.4, 2.1)}),
            node("no range", climate={"ice_loss_per_degc": 1.2}),
            node("level", climate={"relative_sea_level": (0.3, 0.1, 0.6)}),
        ]
    )
    assert results(outcome, "S02") == {"ranged": "pass", "no range": "unknown", "level": "unknown"}
    assert outcome.loc[("ranged", "S02"), "source_id"] == "own_ice_loss_per_degc"
    assert outcome.loc[("ranged", "S02"), "as_of"] == "2021-08-09"
    assert "without a range" in outcome.loc[("level", "S02"), "note"]


def test_s03_the_zone_is_seen_and_ground_ice_known() -> None:
    outcome = hold(
        [
            node("none", **ground("none")),
            node("isolated", **ground("isolated", tier="mapped")),
            node("sporadic icy", **ground("sporadic", "high")),
            node("cold dry", **ground("continuous", "low")),
            node("cold icy", **ground("continuous", "medium")),
            node("cold dark", **ground("discontinuous")),
            node("rock", **ground("continuous", bedrock=1.0, tier="proxy")),
            node("guessed", **ground("continuous", "low", tier="proxy")),
            node("warm guess", **ground("none", tier="proxy")),
        ]
    )
    assert results(outcome, "S03") == {
        "none": "pass", "isolated": "pass", "sporadic icy": "pass", "cold dry": "pass",
        "cold icy": "unknown", "cold dark": "unknown", "rock": "pass", "guessed": "unknown",
        "warm guess": "not_applicable",
    }  # fmt: skip
    source = outcome.xs("S03", level="standard_id")["source_id"]
    assert source["cold dry"] == "own_ground_ice"
    assert source["isolated"] == "own_permafrost_zone"
    assert source["rock"] == "own_bedrock"
    assert source["cold dark"] == "nsidc_ggd318_permafrost"  # what would tell
    assert source["guessed"] == "obu_2019_permafrost"
    # A source that is not held has the date of the picture, not one of a rule.
    assert outcome.loc[("guessed", "S03"), "as_of"] == DAY.isoformat()
    assert outcome.loc[("cold dark", "S03"), "as_of"] == DAY.isoformat()


def test_s04_holds_where_the_class_at_two_degrees_is_low() -> None:
    outcome = hold(
        [
            node("none", **ground("none")),
            node("sporadic dry", **ground("sporadic", "low")),
            node("sporadic dark", **ground("sporadic")),
            node("cold icy", **ground("continuous", "high", air_temperature=-20.0)),
            # Warmed by 2 * (2 - 0.6) = 2.8 K: -5.9 is warm permafrost, -6.2 is not.
            node("turns warm", **ground("continuous", "medium", air_temperature=-8.7)),
            node("stays cold", **ground("continuous", "medium", air_temperature=-9.0)),
            node("open", **ground("continuous", air_temperature=-20.0)),
            node("rock", **ground("continuous", bedrock=1.0, tier="proxy")),
            node("guessed", **ground("continuous", "high", tier="proxy")),
            node("guessed thin", **ground("isolated", tier="proxy")),
            node("warm guess", **ground("none", tier="proxy")),
        ]
    )
    assert results(outcome, "S04") == {
        "none": "pass", "sporadic dry": "pass", "sporadic dark": "unknown", "cold icy": "fail",
        "turns warm": "fail", "stays cold": "unknown", "open": "unknown", "rock": "pass",
        "guessed": "unknown", "guessed thin": "unknown", "warm guess": "not_applicable",
    }  # fmt: skip
    value = outcome.xs("S04", level="standard_id")["value"]
    assert (value["none"], value["stays cold"], value["turns warm"]) == (0, 1, 2)
    assert "ground ice decides" in outcome.loc[("open", "S04"), "note"]


def test_s04_damage_of_the_site_says_no_and_that_of_its_town_does_not() -> None:
    outcome = hold(
        [
            node("site", **ground("sporadic", "low", thaw_damage=2.0)),
            node("guessed site", **ground("none", tier="proxy", thaw_damage=2.0)),
            node("town", **ground("sporadic", "medium", thaw_damage=1.0)),
            node("town, icy", **ground("continuous", "high", thaw_damage=1.0)),
        ]
    )
    assert results(outcome, "S04") == {
        "site": "fail", "guessed site": "fail", "town": "unknown", "town, icy": "fail",
    }  # fmt: skip
    source = outcome.xs("S04", level="standard_id")["source_id"]
    assert source["site"] == "own_thaw_damage"
    assert source["town, icy"] == "own_ground_ice"
    assert "town" in outcome.loc[("town", "S04"), "note"]


def test_s05_a_slow_or_documented_shore_passes() -> None:
    def shore(name: str, rate: float | None, kind: str, **stated: Any) -> dict[str, Any]:
        return node(name, climate={"coastal_erosion": rate}, labels={"coastal_erosion": kind}, **stated)

    outcome = hold(
        [
            shore("slow", 0.29, "eroding"),
            shore("moderate", 0.3, "eroding"),
            shore("rock", 0.0, "bedrock"),
            shore("walled", 0.4, "protected"),
            node("dark"),
            shore("inland", 9.0, "eroding", measures={"is_coastal": False}),
        ]
    )
    assert results(outcome, "S05") == {
        "slow": "pass", "moderate": "fail", "rock": "pass", "walled": "pass", "dark": "unknown",
        "inland": "not_applicable",
    }  # fmt: skip
    assert outcome.loc[("moderate", "S05"), "value"] == 0.3
    assert outcome.loc[("dark", "S05"), "source_id"] == "arctic_coastal_dynamics"


def test_no_shore_is_judged_by_the_others() -> None:
    def worst(rates: list[float]) -> str:
        world = [node(str(i), climate={"coastal_erosion": rate}) for i, rate in enumerate(rates)]
        return results(hold(world), "S05")["0"]

    assert worst([0.2]) == worst([0.2, 0.0, 0.0]) == worst([0.2, 5.0, 5.0]) == "pass"


def test_s06_a_runway_ten_metres_up_or_a_sea_that_falls() -> None:
    outcome = hold(
        [
            node("high", "airfield", facts={"elevation_m": 50.0, "runway_length_m": 2000.0}),
            node("sloping", "airfield", facts={"elevation_m": 49.0, "runway_length_m": 2000.0}),
            node("no length", "airfield", facts={"elevation_m": 300.0}),
            node("quay"),
            node("falls", climate={"relative_sea_level": (-0.9, -1.4, -0.2)}),
            node("may rise", climate={"relative_sea_level": (-0.3, -0.8, 0.1)}),
            node("inland", "airfield", measures={"is_coastal": False}),
        ]
    )
    assert results(outcome, "S06") == {
        "high": "pass", "sloping": "unknown", "no length": "unknown", "quay": "unknown", "falls": "pass",
        "may rise": "unknown", "inland": "not_applicable",
    }  # fmt: skip
    value = outcome.xs("S06", level="standard_id")["value"]
    assert (value["high"], value["falls"], value["may rise"]) == (10, -0.2, 0.1)
    assert outcome.loc[("falls", "S06"), "source_id"] == "own_relative_sea_level"
    assert outcome.loc[("high", "S06"), "source_id"] == "list_of_airfield"
    assert outcome.loc[("quay", "S06"), "source_id"] == "ipcc_ar6_sea_level"


def test_s07_depth_passes_less_the_fall_of_the_level() -> None:
    def falling(low: float, high: float) -> dict[str, Any]:
        return {"climate": {"relative_sea_level": ((low + high) / 2, low, high)}}

    outcome = hold(
        [
            node("deep", depth=(13.8, 15.3)),  # less 3.1 m, the most there is
            node("just", depth=(13.7, 15.3)),
            node("known fall", depth=(11.7, 12.5), **falling(-1.0, -0.2)),
            node("may be lost", depth=(11.6, 12.5), **falling(-1.0, -0.2)),
            node("may be lost by little", depth=(10.8, 11.5), **falling(-1.0, -0.2)),
            node("lost", depth=(11.0, 12.2), **falling(-2.2, -1.6)),
            node("lost by 4 mm", depth=(10.7, 10.7), **falling(-0.3, -0.004)),
            node("open bin", depth=(11.0, 99.0), **falling(-2.2, -1.6)),
            node("rising", depth=(10.7, 12.0), **falling(0.1, 0.9)),
            node("null", **{"class": "D?"}),
            node("partial", depth=(23.2, 99.0), **{"class": "D1"}),
            node("by document", depth=(9.4, 10.6), **{"class": "D3"}),
        ]
    )
    assert results(outcome, "S07") == {
        "deep": "pass", "just": "unknown", "known fall": "pass", "may be lost": "unknown", "lost": "fail",
        "may be lost by little": "unknown", "lost by 4 mm": "fail",
        "open bin": "unknown", "rising": "pass", "null": "unknown", "partial": "not_applicable",
        "by document": "not_applicable",
    }  # fmt: skip
    assert outcome.loc[("deep", "S07"), "value"] == 13.8


def test_s08_no_ice_a_steady_season_or_ice_breaking() -> None:
    def ice(name: str, months: float, spread: float | None = None, quay: bool = False, **facts: Any):
        climate = {"ice_months_recent": months} | ({} if spread is None else {"ice_season_spread": spread})
        outcome = {"ice_months_recent": "harbour" if quay else "cells", "ice_season_spread": "cells"}
        return node(name, climate=climate, told=outcome, facts=facts)

    outcome = hold(
        [
            ice("open", 0.0, 0.0, has_entrance_restriction_ice=False),
            ice("fjord", 0.0, 0.0, has_entrance_restriction_ice=True),
            ice("unsaid", 0.0, 0.0),
            ice("watched", 0.0, 0.0, quay=True, has_entrance_restriction_ice=True),
            ice("broken", 8.0, 2.5, has_services_ice_breaking=True),
            ice("steady", 8.0, 0.9),
            ice("fitful", 8.0, 1.0, has_services_ice_breaking=False),
            # The cells see none of the ice at the quay: their spread is not that of the harbour.
            ice("unseen", 3.5, 0.0, quay=True),
            ice("brief", 0.5, 0.2),
            ice("wild", 0.0, 1.5),
            node("dark"),
        ]
    )
    assert results(outcome, "S08") == {
        "open": "pass", "fjord": "unknown", "unsaid": "unknown", "watched": "pass", "broken": "pass",
        "steady": "pass", "fitful": "unknown", "unseen": "unknown", "dark": "unknown",
        "brief": "pass", "wild": "unknown",
    }  # fmt: skip
    note = outcome.xs("S08", level="standard_id")["note"]
    assert note["wild"] == note["unsaid"] != note["fitful"]
    value = outcome.xs("S08", level="standard_id")["value"]
    assert (value["open"], value["steady"], value["fitful"]) == (0.0, 0.9, 1.0)
    assert outcome.loc[("broken", "S08"), "source_id"] == "list_of_port"
    assert outcome.loc[("steady", "S08"), "source_id"] == "cells"


def test_s14_a_landing_on_a_steady_shore_without_much_ice() -> None:
    def shore(name: str, rate: float | None, kind: str, of: dict[str, Any]) -> dict[str, Any]:
        outcome = landing(name, **of)
        if rate is not None:
            outcome["climate"] = outcome["climate"] | {"coastal_erosion": rate}
            outcome["labels"] = {"coastal_erosion": kind}
        return outcome

    outcome = hold(
        [
            shore("sound", 0.0, "stable", ground("none")),
            shore("rock", 0.0, "bedrock", ground("continuous")),
            shore("dry", 0.1, "eroding", ground("continuous", "medium")),
            shore("eroding", 0.9, "eroding", ground("none")),
            shore("icy", 0.0, "stable", ground("continuous", "high")),
            shore("icy, rate dark", None, "", ground("discontinuous", "high")),
            shore("ice dark", 0.0, "stable", ground("continuous")),
            shore("rate dark", None, "", ground("none")),
            shore("warm guess", 0.0, "stable", ground("none", tier="proxy")),
            shore("guess", 0.0, "stable", ground("sporadic", tier="proxy")),
        ]
    )
    assert results(outcome, "S14") == {
        "sound": "pass", "rock": "pass", "dry": "pass", "eroding": "fail", "icy": "fail",
        "icy, rate dark": "fail", "ice dark": "unknown", "rate dark": "unknown", "warm guess": "pass",
        "guess": "unknown",
    }  # fmt: skip
    source = outcome.xs("S14", level="standard_id")["source_id"]
    assert source["icy, rate dark"] == "own_ground_ice"
    assert source["eroding"] == "own_coastal_erosion"
    assert source["ice dark"] == "nsidc_ggd318_permafrost"
    assert "no ground of high ice content" in outcome.loc[("dry", "S14"), "note"]
    assert "proxy" in outcome.loc[("warm guess", "S14"), "note"]
