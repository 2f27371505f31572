"""The draft standards: each rule on hand-worked nodes, and the whole table on the real picture."""

from __future__ import annotations

import inspect
import time
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from layers.assessed.sea_paths import sea_paths
from layers.assessed.sites import KINDS
from layers.assessed.standards import (
    DATA_REQUESTS,
    PROPOSAL,
    RESULTS,
    STANDARD_RESULTS,
    STANDARDS,
    tally,
)
from layers.compose import _cut
from layers.crs import POLAR, polar_xy
from layers.observed.airfields import AIRFIELDS
from layers.observed.cables import CABLE_LANDINGS, CABLES
from layers.observed.energy import POWER_PLANTS
from layers.observed.ports import PORTS
from layers.regions import region
from layers.scenarios import scenario
from layers.schema import Layer, conform

DAY = date(2026, 11, 23)
IDS = [standard.id for standard in STANDARDS]
BY_ID = {standard.id: standard for standard in STANDARDS}


# ----------------------------------------------------------------------------- a small world


def frame(layer: Layer, rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    """Rows of a layer of facts; what a row does not say is null."""
    names = [column.name for column in layer.all_columns]
    table = pd.DataFrame(rows).reindex(columns=names)
    for column in layer.all_columns:
        table[column.name] = table[column.name].astype(
            {"str": "str", "float": "float64", "int": "Int64", "bool": "boolean"}[column.dtype]
        )
    xy = [polar_xy(row.get("lon", 20.0), row.get("lat", 66.0)) for row in rows]
    points = [Point(float(np.ravel(x)[0]), float(np.ravel(y)[0])) for x, y in xy]
    return gpd.GeoDataFrame(table, geometry=points, crs=POLAR)


def node(name: str, kind: str = "port", **said: Any) -> dict[str, Any]:
    """A node and what is known of it; `facts` is its row in the list it comes from."""
    return {"name": name, "kind": kind, "lon": 20.0, "lat": 66.0, "facts": {}, "measures": {},
            "hazards": {}, "class": "D2", "country": "SWE", "as_of": "2025-05-27", "coverage": 0.7,
            "key": name} | said  # fmt: skip


def hold(
    nodes: list[dict[str, Any]], *, plants: list[dict[str, Any]] = (), cables: list[tuple[str, ...]] = ()
) -> pd.DataFrame:
    """The standards held against `nodes`, by (name, standard)."""
    points = [Point(*(float(np.ravel(c)[0]) for c in polar_xy(n["lon"], n["lat"]))) for n in nodes]
    ids = [f"{n['kind']}:{n['key']}" for n in nodes]
    sites = gpd.GeoDataFrame(
        {
            "node_id": ids, "name": [n["name"] for n in nodes], "kind": [n["kind"] for n in nodes],
            "country_iso3": [n["country"] for n in nodes],
            "longitude_deg": [n["lon"] for n in nodes], "latitude_deg": [n["lat"] for n in nodes],
            "source_id": "nga_world_port_index", "as_of": [n["as_of"] for n in nodes],
            "sources": [n["key"] for n in nodes],
        },
        geometry=points, crs=POLAR,
    )  # fmt: skip
    judged = gpd.GeoDataFrame(
        {"node_id": ids, "dual_use_class": [n["class"] for n in nodes]}
        | {f"{axis}_coverage": [n["coverage"] for n in nodes] for axis in ("climate", "military", "civil")},
        geometry=points, crs=POLAR,
    )  # fmt: skip
    usual = {"rail_km": 20.0, "road_km": 20.0, "airfield_km": 80.0, "ice_months": 3.0, "is_coastal": True,
             "air_before_degc": -6.0, "warming_ratio": 2.0}  # fmt: skip
    measures = pd.DataFrame([{"node_id": i} | usual | n["measures"] for i, n in zip(ids, nodes, strict=True)])
    told = [
        {"node_id": i, "dimension": "hazard", "indicator": name, "source_id": "sea_ice_grid",
         "as_of": "2010-12-31", "score": np.nan if isinstance(value, str) else value,
         "state": value if isinstance(value, str) else "known"}
        for i, n in zip(ids, nodes, strict=True)
        for name, value in ({"ground_ice": "unknown"} | n["hazards"]).items()
    ]  # fmt: skip
    evidence = pd.DataFrame(told)
    dated = pd.DataFrame(
        [{"dimension": "", "indicator": "", "node_id": ids[0], "state": "known", "score": 1.0,
          "source_id": source, "as_of": "2025-01-01"}
         for source in ("metoffice_model_temperature", "natural_earth_land_mask", "nga_world_port_index",
                        "ourairports", "osm_roads", "osm_railways", "icmm_global_mining", "own_cables",
                        "wri_global_power_plants")]
    )  # fmt: skip
    by_kind = {
        kind: frame(layer, [n["facts"] | {"feature_id": n["key"]} for n in nodes if n["kind"] == kind]
                    or [{"feature_id": "none"}])
        for kind, layer in (("port", PORTS), ("airfield", AIRFIELDS))
    }  # fmt: skip
    landings = frame(
        CABLE_LANDINGS,
        [{"feature_id": n["key"], "country_iso3": n["country"]}
         for n in nodes if n["kind"] == "cable_landing"]
        or [{"feature_id": "landing-none", "country_iso3": "X"}],
    )  # fmt: skip
    table = conform(
        STANDARD_RESULTS.derive(
            sites, judged, measures, pd.concat([evidence, dated]), by_kind["port"], by_kind["airfield"],
            landings, links(cables),
            frame(POWER_PLANTS, list(plants) or [{"feature_id": "p", "fuel": "Oil"}]), scenario("today"), DAY,
        ),
        STANDARD_RESULTS,
    )  # fmt: skip
    names = {f"{n['kind']}:{n['key']}": n["name"] for n in nodes}
    return table.assign(name=table["node_id"].map(names)).set_index(["name", "standard_id"])


def links(rows: list[tuple[str, ...]]) -> gpd.GeoDataFrame:
    """Cable links from (system, one end, other end[, status])."""
    return frame(
        CABLES,
        [
            {"system_id": row[0], "from_landing": row[1], "to_landing": row[2],
             "status": row[3] if len(row) > 3 else "in_service", "feature_id": str(number)}
            for number, row in enumerate(rows)
        ] or [{"system_id": "none", "from_landing": "x", "to_landing": "y", "status": "retired"}],
    )  # fmt: skip


def results(table: pd.DataFrame, standard: str) -> dict[str, str]:
    return table.xs(standard, level="standard_id")["result"].to_dict()


def landing(name: str, country: str = "NOR", **said: Any) -> dict[str, Any]:
    return node(name, "cable_landing", key=f"landing-{name}", country=country, **said)


# ------------------------------------------------------------------------------ the table itself


def test_twenty_standards_in_order() -> None:
    assert [f"S{number:02}" for number in range(1, 21)] == IDS


@pytest.mark.parametrize("standard", STANDARDS, ids=IDS)
def test_a_standard_says_what_it_asks_on_what_basis_and_who_would_know(standard) -> None:
    assert set(standard.kinds) <= set(KINDS)
    assert standard.kinds
    for text in (standard.title, standard.rule, standard.threshold, standard.unit, standard.basis,
                 standard.wanted, standard.from_whom, standard.source_id):  # fmt: skip
        assert text.strip()
    assert set(standard.baseline_requirements) <= {f"BLR{number}" for number in range(1, 8)}
    # What holds for one kind brings the vocabulary of its subject; a mine has none in either list.
    if standard.kinds not in (KINDS, ("mine",)):
        assert standard.baseline_requirements
        assert standard.cer_sectors
    assert standard.judge.__doc__
    assert standard.judge.__doc__.startswith(f"{standard.id}:")
    assert standard.is_scored == (standard.id != "S19")


@pytest.mark.parametrize("standard", STANDARDS, ids=IDS)
def test_it_is_asked_of_its_kinds_alone(standard) -> None:
    world = [node(kind, kind, key=f"landing-{kind}" if kind == "cable_landing" else kind) for kind in KINDS]
    told = hold(world).xs(standard.id, level="standard_id")
    for kind in set(KINDS) - set(standard.kinds):
        row = told.loc[kind]
        assert (row["result"], row["note"]) == ("not_applicable", "not asked of this kind of node")
        assert np.isnan(row["value"])


@pytest.mark.parametrize("standard", STANDARDS, ids=IDS)
def test_a_node_of_which_nothing_is_known_neither_passes_nor_fails(standard) -> None:
    nothing = dict.fromkeys(
        ("rail_km", "road_km", "airfield_km", "ice_months", "air_before_degc", "warming_ratio"), np.nan
    )
    silent = {"measures": nothing, "class": "D?", "as_of": None, "coverage": np.nan}
    world = [
        node(f"{kind} {i}", kind, lon=20.0 + 2 * i,
             key=f"landing-{kind}{i}" if kind == "cable_landing" else f"{kind}{i}", **silent)
        for kind in KINDS
        for i in range(2)
    ]  # fmt: skip
    told = hold(world, cables=[("s", "cable_landing0", "cable_landing1", "unknown")])
    told = told.xs(standard.id, level="standard_id")
    asked = told[told["note"] != "not asked of this kind of node"]
    assert set(asked["result"]) == {"unknown"}
    assert asked["note"].str.len().gt(10).all()


# --------------------------------------------------------------------------- each rule by hand


def test_s01_two_known_hazards_pass_and_missing_ones_never_fail() -> None:
    told = hold(
        [
            node("two", hazards={"ice_months": 0.3, "permafrost_loss_proxy": 0.2}),
            node("one", hazards={"ice_months": "unknown", "permafrost_loss_proxy": 0.2}),
            node("inland", hazards={"ground_ice": "not_applicable", "permafrost_loss_proxy": 0.0}),
        ]
    )
    assert results(told, "S01") == {"two": "pass", "one": "unknown", "inland": "unknown"}
    assert told.loc[("two", "S01"), "value"] == 2
    assert "flood" in told.loc[("inland", "S01"), "note"]


def test_s02_counts_the_proxy_and_stays_unknown_without_a_range() -> None:
    told = hold([node("held"), node("null", measures={"air_before_degc": np.nan})])
    assert results(told, "S02") == {"held": "unknown", "null": "unknown"}
    assert told.loc[("held", "S02"), "value"] == 1
    assert told.loc[("null", "S02"), "value"] == 0
    assert "no range" in told.loc[("held", "S02"), "note"]


@pytest.mark.parametrize("standard", ["S03", "S04"])
def test_a_proxy_of_permafrost_never_says_that_the_ground_holds(standard) -> None:
    told = hold(
        [
            node("cold", measures={"air_before_degc": -12.0}),
            node("warm", measures={"air_before_degc": 4.0}, hazards={"ground_ice": "not_applicable"}),
        ]
    )
    assert results(told, standard) == {"cold": "unknown", "warm": "not_applicable"}
    assert "proxy" in told.loc[("cold", standard), "note"]


def test_s04_value_is_the_share_that_leaves_equilibrium_at_two_degrees() -> None:
    # Gruber 2012: half of the ground at -4.38 degC; 2 degC times a ratio of 2 makes it -0.38.
    told = hold([node("half", measures={"air_before_degc": -4.38})])
    # 4 K of 2.536 K: Phi(-1.577) = 0.0574 of the ground is left.
    assert told.loc[("half", "S04"), "value"] == pytest.approx(0.5 - 0.0574, abs=1e-3)


def test_s05_below_the_upper_quarter_passes_and_above_may_be_protected() -> None:
    world = [node(str(i), lon=10.0 + i, hazards={"wave_exposure": i / 10}) for i in range(5)]
    world += [node("dark"), node("inland", measures={"is_coastal": False})]
    # Scores 0 to 0.4: the 75th percentile is 0.3.
    assert results(hold(world), "S05") == {
        "0": "pass", "1": "pass", "2": "pass", "3": "unknown", "4": "unknown", "dark": "unknown",
        "inland": "not_applicable",
    }  # fmt: skip


def test_s06_a_runway_passes_only_if_its_lowest_point_is_ten_metres_up() -> None:
    told = hold(
        [
            node("high", "airfield", facts={"elevation_m": 50.0, "runway_length_m": 2000.0}),
            node("sloping", "airfield", facts={"elevation_m": 49.0, "runway_length_m": 2000.0}),
            node("no length", "airfield", facts={"elevation_m": 300.0}),
            node("quay"),
            node("inland", "airfield", measures={"is_coastal": False}),
        ]
    )
    assert results(told, "S06") == {
        "high": "pass", "sloping": "unknown", "no length": "unknown", "quay": "unknown",
        "inland": "not_applicable",
    }  # fmt: skip
    assert told.loc[("high", "S06"), "value"] == 10


def test_s07_depth_passes_with_room_for_the_fastest_uplift() -> None:
    told = hold(
        [
            node("deep", facts={"channel_depth_low_m": 12.5, "anchorage_depth_low_m": 6.4}),
            node("just", facts={"anchorage_depth_low_m": 11.0}),
            node("null", **{"class": "D?"}),
            node("partial", facts={"channel_depth_low_m": 23.2}, **{"class": "D1"}),
        ]
    )
    assert results(told, "S07") == {
        "deep": "pass", "just": "unknown", "null": "unknown", "partial": "not_applicable",
    }  # fmt: skip
    assert told.loc[("deep", "S07"), "value"] == 12.5


def test_s08_open_sea_needs_a_word_of_the_entrance() -> None:
    told = hold(
        [
            node("open", measures={"ice_months": 0.0}, facts={"has_entrance_restriction_ice": False}),
            node("fjord", measures={"ice_months": 0.0}, facts={"has_entrance_restriction_ice": True}),
            node("unsaid", measures={"ice_months": 0.0}),
            node("broken", measures={"ice_months": 8.0}, facts={"has_services_ice_breaking": True}),
            node("ice", measures={"ice_months": 8.0}, facts={"has_services_ice_breaking": False}),
        ]
    )
    assert results(told, "S08") == {
        "open": "pass", "fjord": "unknown", "unsaid": "unknown", "broken": "pass", "ice": "unknown",
    }  # fmt: skip


def test_s09_fuel_and_another_port_of_its_class() -> None:
    fuel = {"has_supplies_fuel_oil": True}
    told = hold(
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
    assert results(told, "S09") == {
        "a": "pass", "b": "fail", "unsaid": "unknown", "alone": "fail", "lesser": "pass",
        "beside D?": "unknown", "D?": "unknown", "southern": "unknown",
    }  # fmt: skip
    # 2 degrees of longitude at 66 N, on the sphere.
    assert told.loc[("a", "S09"), "value"] == pytest.approx(2 * 111.19 * np.cos(np.radians(66)), rel=5e-3)


def test_s10_two_modes_one_of_them_by_land() -> None:
    told = hold(
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
    assert results(told, "S10") == {
        "rail and road": "pass", "road and air": "pass", "field and road": "pass", "road alone": "unknown",
        "off": "fail", "between": "unknown", "unmapped": "unknown", "null": "unknown",
    }  # fmt: skip


def test_s11_no_runway_passes_without_its_strength() -> None:
    wide = {"runway_length_m": 2500.0, "paved_length_m": 2500.0, "is_runway_paved": True}
    told = hold(
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
    assert results(told, "S11") == {
        "capable": "unknown", "narrow": "fail", "gravel": "fail", "unstated": "unknown", "dark": "unknown",
        "strip": "not_applicable",
    }  # fmt: skip
    assert "PCN" in told.loc[("capable", "S11"), "note"]


def test_s12_another_airfield_of_its_class() -> None:
    told = hold(
        [
            node("a", "airfield", lon=20.0),
            node("b", "airfield", lon=25.0),
            node("alone", "airfield", lon=100.0),
            node("lesser", "airfield", lon=101.0, **{"class": "D0"}),
            node("southern", "airfield", lon=-100.0, lat=59.0),
            node("D?", "airfield", lon=-150.0, **{"class": "D?"}),
        ]
    )
    assert results(told, "S12") == {
        "a": "pass", "b": "pass", "alone": "fail", "lesser": "pass", "southern": "unknown", "D?": "unknown",
    }  # fmt: skip


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
    told = hold(world, cables=cables)
    assert results(told, "S13") == {
        "main": "pass", "island": "pass", "tip": "fail", "twin": "fail", "far": "unknown",
        "farther": "unknown", "dry": "not_applicable",
    }  # fmt: skip
    # Without main the island and the tip reach only each other, of one country; the twin reaches none.
    assert results(told, "S18") == {
        "main": "fail", "island": "fail", "tip": "pass", "twin": "pass", "far": "unknown",
        "farther": "pass", "dry": "not_applicable",
    }  # fmt: skip
    assert told.loc[("main", "S18"), "value"] == 3
    assert told.loc[("island", "S18"), "value"] == 1
    assert told.loc[("twin", "S13"), "value"] == 1


def test_a_way_out_is_worth_more_than_a_neighbour() -> None:
    # Two towns of one country share two systems, and one system alone leads abroad.
    table = sea_paths(
        links([("a", "x", "y"), ("b", "x", "y"), ("c", "x", "south:0,50")]),
        frame(CABLE_LANDINGS, [{"feature_id": f"landing-{key}", "country_iso3": "NOR"} for key in "xy"]),
    )
    assert table["is_cut"].tolist() == [True, True]
    assert table["cut_off"].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("standard", "kind"), [("S14", "cable_landing"), ("S16", "rail_terminal"), ("S17", "mine")]
)
def test_what_is_not_held_is_unknown(standard, kind) -> None:
    told = hold([node("x", kind, key="landing-x" if kind == "cable_landing" else "x")])
    assert results(told, standard) == {"x": "unknown"}
    assert "not held" in told.loc[("x", standard), "note"]


def test_s15_a_second_supply_is_of_the_same_sort() -> None:
    told = hold(
        [
            node("hydro", "energy_site", key="gppd-1", lon=20.0),
            node("wind", "energy_site", key="gppd-2", lon=20.2),
            node("far", "energy_site", key="gppd-3", lon=30.0),
            node("oil", "energy_site", key="term-1", lon=30.1),
        ]
    )
    assert results(told, "S15") == {"hydro": "pass", "wind": "pass", "far": "unknown", "oil": "unknown"}


def test_s19_a_renewable_plant_or_power_for_ships() -> None:
    told = hold(
        [node("near", lon=20.0), node("far", lon=40.0),
         node("shore", lon=60.0, facts={"has_services_electricity": True})],
        plants=[{"feature_id": "h", "fuel": "Hydro", "lon": 20.4},
                {"feature_id": "c", "fuel": "Coal", "lon": 40.0}],
    )  # fmt: skip
    assert results(told, "S19") == {"near": "pass", "far": "unknown", "shore": "pass"}
    assert told.loc[("near", "S19"), "value"] == pytest.approx(0.4 * 111.5 * np.cos(np.radians(66)), rel=0.01)


def test_s20_age_and_coverage() -> None:
    told = hold(
        [
            node("fresh", as_of="2021-11-24"),
            node("old", as_of="2021-11-21"),
            node("thin", coverage=0.49),
            node("old and null", as_of="2018-06-01", coverage=np.nan),
            node("undated", as_of=None),
            node("no coverage", coverage=np.nan),
        ]
    )
    assert results(told, "S20") == {
        "fresh": "pass", "old": "fail", "thin": "fail", "old and null": "fail", "undated": "unknown",
        "no coverage": "unknown",
    }  # fmt: skip


# --------------------------------------------------------------------------- the real picture


@pytest.fixture(scope="module")
def standards(picture) -> pd.DataFrame:
    return picture.tables["standards"]


@pytest.fixture(scope="module")
def nodes(picture) -> pd.DataFrame:
    return picture.tables["nodes"]


def test_one_row_a_node_and_standard(standards, nodes) -> None:
    assert len(standards) == len(nodes) * len(STANDARDS)
    assert set(standards["node_id"]) == set(nodes["node_id"])
    assert not standards.duplicated(["node_id", "standard_id"]).any()
    assert set(standards["result"]) == set(RESULTS)


def test_counts_add_up_in_every_country(standards, nodes) -> None:
    whole = tally(standards)
    assert (whole.sum(axis=1) == len(nodes)).all()
    country = nodes.set_index("node_id")["country_iso3"].rename("country")
    parts = tally(standards, country)
    assert (parts.groupby(level="standard_id").sum() == whole).all(axis=None)
    sizes = nodes["country_iso3"].value_counts()
    for code, size in sizes.items():
        assert (parts.xs(code, level="country").sum(axis=1) == size).all()


@pytest.mark.parametrize("standard", STANDARDS, ids=IDS)
def test_every_row_carries_what_it_was_held_to(standards, nodes, picture, standard) -> None:
    rows = standards[standards["standard_id"] == standard.id]
    assert set(rows["basis"]) == {standard.basis}
    assert set(rows["threshold"]) == {standard.threshold}
    assert set(rows["unit"]) == {standard.unit}
    assert set(rows["standing"]) == {PROPOSAL}
    assert set(rows["source_id"]) <= {note.id for note in picture.sources}
    kind = rows["node_id"].map(nodes.set_index("node_id")["kind"])
    assert (rows.loc[~kind.isin(standard.kinds), "result"] == "not_applicable").all()
    decided = rows["result"].isin(["pass", "fail"])
    if standard.id not in {"S08", "S09", "S10", "S11", "S19"}:  # an answer by a word instead of a number
        assert rows.loc[decided, "value"].notna().all()
    assert rows.loc[rows["result"] == "not_applicable", "value"].isna().all()


def test_what_is_told_can_be_read_off_the_values(standards) -> None:
    table = standards.set_index("standard_id")
    for name, bar, passes in (("S01", 2, np.greater_equal), ("S06", 10, np.greater_equal),
                              ("S07", 12.2, np.greater_equal), ("S09", 200, np.less_equal),
                              ("S12", 300, np.less_equal), ("S13", 2, np.greater_equal),
                              ("S15", 25, np.less_equal), ("S18", 0, np.less_equal),
                              ("S20", 5, np.less_equal)):  # fmt: skip
        rows = table.loc[name]
        assert passes(rows.loc[rows["result"] == "pass", "value"], bar).all(), name


def test_no_military_site_and_no_word_of_one(standards, picture) -> None:
    sites = picture.tables["military_sites"]
    assert not set(standards["node_id"]) & (set(sites["feature_id"]) | set(sites["site_id"]))
    words = " ".join(
        [*standards["note"].unique(), *standards["basis"].unique(), *standards["source_id"].unique()]
    )
    assert "military" not in words
    assert not [name for name in sites["name"].dropna().unique() if len(name) > 6 and name in words]


def test_no_standard_asks_for_the_military_layer() -> None:
    assert not {"military_sites", "military_claim"} & set(
        inspect.signature(STANDARD_RESULTS.derive).parameters
    )


def test_unknown_is_named_and_becomes_a_request(standards, picture) -> None:
    requests = picture.tables["data_requests"].set_index("standard_id")
    counts = tally(standards)
    asked = counts.drop(columns="not_applicable").sum(axis=1)
    share = counts["unknown"] / asked
    assert set(requests.index) == set(share.index[share > 0.8])
    for name, row in requests.iterrows():
        assert (row["applicable"], row["unknown"]) == (asked[name], counts.loc[name, "unknown"])
        assert row["unknown_share"] == pytest.approx(share[name])
        assert row["wanted"] == BY_ID[name].wanted
        assert row["standing"] == PROPOSAL
    assert {"S16", "S17"} <= set(requests.index)


def test_both_layers_say_what_they_are() -> None:
    for layer in (STANDARD_RESULTS, DATA_REQUESTS):
        assert layer.note.startswith("A proposal of this project, not a norm")
        assert layer.is_published


def test_known_places(standards) -> None:
    told = standards.set_index(["node_id", "standard_id"])["result"]
    # Helsinki has several systems to Tallinn and Germany; Aasiaat hangs on one.
    assert told["cable_landing:landing-helsinki", "S13"] == "pass"
    assert told["cable_landing:landing-aasiaat", "S13"] == "fail"
    assert told["cable_landing:landing-longyearbyen", "S18"] == "fail"


def test_a_region_keeps_the_rows_of_its_nodes(picture) -> None:
    cut = _cut(dict(picture.tables), region("barents"))
    assert set(cut["standards"]["node_id"]) == set(cut["nodes"]["node_id"])
    assert 0 < len(cut["standards"]) < len(picture.tables["standards"])
    whole = picture.tables["standards"].set_index(["node_id", "standard_id"])["result"]
    part = cut["standards"].set_index(["node_id", "standard_id"])["result"]
    assert (part == whole.loc[part.index]).all()


def test_a_build_writes_both_tables(folder) -> None:
    for name, layer in (("standards", STANDARD_RESULTS), ("data_requests", DATA_REQUESTS)):
        table = pd.read_parquet(folder / "tables" / f"{name}.parquet")
        assert list(table.columns) == [column.name for column in layer.all_columns]
        assert len(table)


def test_tally_is_quick_on_the_whole_picture(standards) -> None:
    start = time.process_time()
    tally(standards)
    assert time.process_time() - start < 0.5
