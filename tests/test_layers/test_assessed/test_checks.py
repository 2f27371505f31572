"""Rules of the draft standards on connections and equipment, on hand-worked nodes."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import Geod
from toy_standards import hold, landing, node, results


def test_s09_fuel_and_another_port_of_its_class() -> None:
    fuel = {"has_supplies_fuel_oil": True}
    outcome = hold(
        [
            node("a", facts=fuel, lon=20.0),
            node("b", facts={"has_supplies_fuel_oil": False, "has_supplies_diesel_oil": False}, lon=22.0),
            node("unsaid", facts={"has_supplies_fuel_oil": False}, lon=24.0),
            node("alone", facts=fuel, lon=60.0),
            node("lesser", facts=fuel, lon=62.0, **{"class": "D1"}),
            node("beside D?", facts=fuel, lon=-60.0),
            node("D?", facts=fuel, lon=-61.0, **{"class": "D?"}),
            node("southern", facts=fuel, lon=-120.0, lat=58.5),
        ]
    )
    assert results(outcome, "S09") == {
        "a": "pass", "b": "fail", "unsaid": "unknown", "alone": "fail", "lesser": "pass",
        "beside D?": "unknown", "D?": "unknown", "southern": "unknown",
    }  # fmt: skip
    # 2 degrees of longitude at 66 N on the ellipsoid: 111.41 km * cos 66 to the first order, and rounded.
    value = outcome.loc[("a", "S09"), "value"]
    assert value == pytest.approx(2 * 111.69 * np.cos(np.radians(66)), rel=1e-3)
    assert value == round(value, 3)


def test_s10_two_modes_one_of_them_by_land() -> None:
    outcome = hold(
        [
            node("rail and road", measures={"rail_km": 1.0, "road_km": 1.0}),
            node("road and air", measures={"road_km": 1.0, "airfield_km": 20.0}),
            node("field and road", "airfield", measures={"road_km": 1.0}),
            node("road alone", measures={"road_km": 1.0}),
            node("off", measures={"road_km": 60.0, "rail_km": 60.0, "airfield_km": 1.0}),
            node("between", measures={"road_km": 30.0, "rail_km": 60.0}),
            # No road of its country is in the extract: that it has none cannot be said.
            node("unmapped", country="GRL", measures={"road_km": 900.0, "rail_km": 900.0}),
            node("null", measures={"road_km": np.nan, "rail_km": np.nan}),
        ]
    )
    assert results(outcome, "S10") == {
        "rail and road": "pass", "road and air": "pass", "field and road": "pass", "road alone": "unknown",
        "off": "fail", "between": "unknown", "unmapped": "unknown", "null": "unknown",
    }  # fmt: skip


def test_s11_no_runway_passes_without_its_strength() -> None:
    wide = {"runway_length_m": 2500.0, "paved_length_m": 2500.0, "is_runway_paved": True}
    outcome = hold(
        [
            node("capable", "airfield", facts=wide | {"runway_width_m": 45.0}),
            node("narrow", "airfield", facts=wide | {"runway_width_m": 20.0}, **{"class": "D1"}),
            node("gravel", "airfield", facts={"runway_length_m": 2500.0, "is_runway_paved": False,
                 "runway_width_m": 45.0}, **{"class": "D1"}),
            node("unstated", "airfield", facts={"runway_width_m": 45.0}, **{"class": "D1"}),
            node("dark", "airfield", **{"class": "D?"}),
            node("strip", "airfield", facts={"runway_length_m": 500.0}, **{"class": "D0"}),
        ]
    )  # fmt: skip
    assert results(outcome, "S11") == {
        "capable": "unknown", "narrow": "fail", "gravel": "fail", "unstated": "unknown", "dark": "unknown",
        "strip": "not_applicable",
    }  # fmt: skip
    assert "PCN" in outcome.loc[("capable", "S11"), "note"]


def test_s12_another_airfield_of_its_class() -> None:
    outcome = hold(
        [
            node("a", "airfield", lon=20.0),
            node("b", "airfield", lon=25.0),
            node("alone", "airfield", lon=100.0),
            node("lesser", "airfield", lon=101.0, **{"class": "D0"}),
            node("southern", "airfield", lon=-100.0, lat=59.0),
            node("D?", "airfield", lon=-150.0, **{"class": "D?"}),
        ]
    )
    assert results(outcome, "S12") == {
        "a": "pass", "b": "pass", "alone": "fail", "lesser": "pass", "southern": "unknown", "D?": "unknown",
    }  # fmt: skip


@pytest.mark.parametrize(("km", "result"), [(300.0, "pass"), (300.01, "fail")])
def test_s12_turns_at_300_km(km: float, result: str) -> None:
    lon, lat, _ = Geod(ellps="WGS84").fwd(20.0, 66.0, 45.0, km * 1000)
    outcome = hold([node("a", "airfield"), node("b", "airfield", lon=lon, lat=lat)])
    assert results(outcome, "S12") == {"a": result, "b": result}


def test_s13_and_s18_on_a_small_sea() -> None:
    # mainland == island by two systems; tip hangs on the island; twin is joined by two cables of one.
    cables = [
        ("one", "main", "island"), ("two", "main", "island"), ("three", "island", "tip"),
        ("four", "main", "twin"), ("four", "main", "twin"), ("five", "main", "south:0,55"),
        ("maybe", "far", "farther", "unknown"), ("six", "farther", "south:1,55"),
        ("old", "main", "dry", "retired"), ("plan", "dry", "tip", "planned"),
    ]  # fmt: skip
    world = [landing("main", "NOR"), landing("island", "SJM"), landing("tip", "SJM"), landing("twin", "FRO")]
    world += [landing("far", "CAN"), landing("farther", "CAN"), landing("dry", "NOR")]
    outcome = hold(world, cables=cables)
    assert results(outcome, "S13") == {
        "main": "pass", "island": "pass", "tip": "fail", "twin": "fail", "far": "unknown",
        "farther": "unknown", "dry": "not_applicable",
    }  # fmt: skip
    # Without main the island and the tip reach only each other, of one country; the twin reaches none.
    assert results(outcome, "S18") == {
        "main": "fail", "island": "fail", "tip": "pass", "twin": "pass", "far": "unknown",
        "farther": "pass", "dry": "not_applicable",
    }  # fmt: skip
    assert outcome.loc[("main", "S18"), "value"] == 3
    assert outcome.loc[("island", "S18"), "value"] == 1
    assert outcome.loc[("twin", "S13"), "value"] == 1
    # A landing whose only link is of unknown state has no count of what it cuts off.
    assert np.isnan(outcome.loc[("far", "S18"), "value"])


def test_s15_a_second_supply_is_of_the_same_sort_and_runs() -> None:
    outcome = hold(
        [
            node("hydro", "energy_site", key="gppd-1", lon=20.0),
            node("wind", "energy_site", key="plant-2", lon=20.2),  # whatever list names it
            node("far", "energy_site", key="gppd-3", lon=30.0),
            node("oil", "energy_site", key="term-1", lon=30.1),
            node("gas", "energy_site", key="gppd-5", lon=50.0),
            node("planned", "energy_site", key="gppd-6", lon=50.1, facts={"status": "planned"}),
        ]
    )
    assert results(outcome, "S15") == {
        "hydro": "pass", "wind": "pass", "far": "unknown", "oil": "unknown", "gas": "unknown",
        "planned": "pass",
    }  # fmt: skip


def test_s16_a_line_of_its_own_or_a_light_one_fails_and_none_passes() -> None:
    outcome = hold(
        [
            node("heavy", "rail_terminal", facts={"gauge_mm": 1435, "axle_load_t": 31.0}),
            node("light", "rail_terminal", facts={"gauge_mm": 1435, "axle_load_t": 22.0}),
            node("alone", "rail_terminal", facts={"gauge_mm": 1520, "is_isolated": True}),
            node("broad", "rail_terminal", facts={"gauge_mm": 1524}),
            node("drawn", "rail_terminal"),
        ]
    )
    assert results(outcome, "S16") == {
        "heavy": "unknown", "light": "fail", "alone": "fail", "broad": "unknown", "drawn": "unknown",
    }  # fmt: skip
    assert outcome.loc[("heavy", "S16"), "value"] == 31
    assert "1524 mm" in outcome.loc[("broad", "S16"), "note"]
    assert outcome.loc[("heavy", "S16"), "source_id"] == "list_of_rail_terminal"


def test_s17_tells_whether_the_tier_is_known() -> None:
    outcome = hold([node("nickel", "mine", material="known"), node("dark", "mine")])
    assert results(outcome, "S17") == {"nickel": "unknown", "dark": "unknown"}
    assert outcome.loc[("nickel", "S17"), "note"].startswith("tier known")
    assert outcome.loc[("dark", "S17"), "note"].startswith("commodity")


def test_s19_a_renewable_plant_that_runs_or_power_for_ships() -> None:
    outcome = hold(
        # A degree at 66 N is 45.4 km: one plant lies 18 km off, one 25.5 km.
        [node("near", lon=20.0), node("far", lon=40.0), node("unbuilt", lon=-60.0), node("beyond", lon=80.0),
         node("shore", lon=60.0, facts={"has_services_electricity": True})],
        plants=[{"feature_id": "h", "fuel": "Hydro", "lon": 20.4, "source_id": "plants", "as_of": "2020"},
                {"feature_id": "b", "fuel": "Hydro", "lon": 80.5613},
                {"feature_id": "c", "fuel": "Coal", "lon": 40.0},
                {"feature_id": "u", "fuel": "Hydro", "lon": -60.0, "status": "construction"}],
    )  # fmt: skip
    assert results(outcome, "S19") == {
        "near": "pass", "far": "unknown", "unbuilt": "unknown", "beyond": "unknown", "shore": "pass",
    }  # fmt: skip
    row = outcome.loc[("near", "S19")]
    assert row["value"] == pytest.approx(0.4 * 111.7 * np.cos(np.radians(66)), rel=0.01)
    assert (row["source_id"], row["as_of"]) == ("plants", "2020")
    assert outcome.loc[("shore", "S19"), "source_id"] == "list_of_port"


def test_a_row_gives_its_own_source_and_date() -> None:
    outcome = hold(
        [
            node("road", measures={"road_km": 1.0, "rail_km": 1.0}),
            node("rail", measures={"rail_km": 1.0, "airfield_km": 10.0}),
        ]
    )
    stated = outcome.xs("S10", level="standard_id")[["source_id", "as_of"]].apply(tuple, axis=1).to_dict()
    assert stated == {"road": ("osm_roads", "2024-04-02"), "rail": ("osm_railways", "2024-04-01")}


def test_s20_age_of_what_decides_and_coverage() -> None:
    outcome = hold(
        [
            node("fresh", age=5.0, coverage=0.5),
            node("old", age=5.1),
            node("thin", coverage=0.49),
            node("old and null", age=9.0, coverage=np.nan),
            node("undated", age=np.nan),
            node("no coverage", coverage=np.nan),
        ]
    )
    assert results(outcome, "S20") == {
        "fresh": "pass", "old": "fail", "thin": "fail", "old and null": "fail", "undated": "unknown",
        "no coverage": "unknown",
    }  # fmt: skip


def test_s20_names_the_fact_that_is_so_old() -> None:
    # From 2010-12-31 to the day of the picture: 15.9 years.
    outcome = hold([node("old", age=15.9, depth=(11.0, 12.0))])
    row = outcome.loc[("old", "S20")]
    assert (row["source_id"], row["as_of"], row["value"]) == ("own_hazard", "2010-12-31", 15.9)
