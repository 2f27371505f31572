"""The embedded flow network: known places, borders, what stands in, and what is not said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from layers.assessed.flow_network import DEPENDANTS, FLOW_EDGES
from layers.compose import static_layers
from pipelines import snapshot

LONGYEARBYEN = "settlement:geonames-2729907"


@pytest.fixture(scope="module")
def loaded():
    return snapshot.load([]).static


@pytest.fixture(scope="module")
def rows(loaded):
    return loaded["dependants"]


@pytest.fixture(scope="module")
def lines(loaded):
    return loaded["flow_edges"]


def of(rows, thing, effect):
    return rows[(rows["thing_id"] == thing) & (rows["effect"] == effect)].set_index("place_id")


def test_both_layers_are_embedded():
    assert {DEPENDANTS, FLOW_EDGES} <= set(static_layers())


def test_longyearbyen_loses_its_fuel_with_its_port_and_air_stands_in_for_the_rest(rows):
    fuel = of(rows, "port:wpi-20570", "cut_off").loc[LONGYEARBYEN]
    assert (fuel["flows"], fuel["mode"]) == ("energy", "all")
    assert fuel["people"] > 2000
    sea = of(rows, "port:wpi-20570", "loses_mode").loc[LONGYEARBYEN]
    assert (sea["mode"], sea["flows"]) == ("sea", "goods energy people")
    assert sea["stands_in"] == f"air {sea['months']}"


def test_svalbard_has_no_cable_left_when_both_fail_together(rows):
    shared = of(rows, "corridor:svalbard_sea_floor", "cut_off")
    assert shared.loc[LONGYEARBYEN, "flows"] == "data"
    alone = rows[rows["thing_id"].str.contains("svalbard_ucs_0[12]")]
    assert LONGYEARBYEN not in set(alone["place_id"]), "the other cable is left"


def test_rail_stands_in_for_the_port_of_narvik(rows):
    narvik = of(rows, "port:wpi-22030", "loses_mode").loc["settlement:geonames-3144987"]
    assert "rail 111111111111" in narvik["stands_in"]


def test_no_line_of_openstreetmap_is_among_the_lines(lines):
    assert not lines["source_id"].str.startswith("osm_").any(), "ODbL stays in tables of its own"
    assert set(lines["mode"]) == {"sea", "air", "cable", "power", "pipeline"}


def test_people_are_those_of_settlements_and_unknown_is_null(rows):
    assert rows.loc[rows["place_kind"] != "settlement", "people"].isna().all()
    known = rows["people"].dropna()
    assert (known > 0).all()


def test_no_military_site_is_a_thing_or_a_place(rows, loaded):
    nodes = set(loaded["node_sites"]["node_id"])
    assert set(rows.loc[rows["thing_kind"] == "node", "thing_id"]) <= nodes
    places = rows.loc[rows["place_kind"] != "settlement", "place_id"]
    assert set(places) <= nodes
    assert not rows["place_id"].str.startswith("military").any()


def test_lines_on_which_something_depends_are_drawn_unless_they_are_too_short(rows, lines):
    things = set(rows.loc[rows["thing_kind"] == "line", "thing_id"])
    things = {key for key in things if not key.startswith(("road", "rail"))}  # layers of their own
    drawn = set(lines.loc[lines["dependants"] > 0, "feature_id"])
    assert drawn <= things
    assert len(drawn) > 0.97 * len(things), "shapes are in whole hundreds of metres"


def test_air_links_are_assumed_and_nothing_depends_on_one(lines):
    air = lines[lines["mode"] == "air"]
    assert air["is_assumed"].all()
    assert (air["dependants"] == 0).all()
    assert not lines.loc[lines["mode"] == "cable", "is_assumed"].any()


def test_months_are_twelve_digits_and_lanes_of_the_north_close(lines):
    months = lines["open_months"].dropna()
    assert months.str.fullmatch("[01]{12}").all()
    assert lines.loc[lines["mode"] != "sea", "open_months"].eq("1" * 12).all()
    kara = lines[lines["risk_groups"].fillna("").str.contains("strait:kara_gate")]
    assert len(kara)
    assert kara["open_months"].str.get(2).eq("0").all(), "no open water in March"
    assert np.isfinite(shapely.length(lines.geometry.to_numpy())).all()
    assert lines.loc[lines["months_state"] == "not_computed", "open_months"].isna().all()
    assert pd.notna(lines["source_id"]).all()


def test_lines_of_power_and_fibre_have_names_and_dependants_and_what_stands_by(rows, lines):
    named = lines.set_index("feature_id")["name"]
    assert named["line:line-estlink_1"] == "EstLink 1"
    assert named["line:line-balticconnector"] == "Balticconnector"
    nuuk = of(rows, "line:line-buksefjord_nuuk", "loses_mode").loc["settlement:geonames-3421319"]
    assert (nuuk["mode"], nuuk["stands_in"]) == ("power", "generator 111111111111")
    inuvik = of(rows, "line:line-mackenzie_3", "cut_off").loc["settlement:geonames-5983607"]
    assert (inuvik["flows"], inuvik["stands_in"]) == ("data", "radio 111111111111")


def test_no_cable_of_the_faroes_cuts_them_off_alone(rows):
    data = rows[(rows["effect"] == "cut_off") & rows["flows"].str.contains("data")]
    alone = data[data["thing_kind"] == "line"]
    assert "FRO" not in set(alone["country_iso3"])


def test_roads_and_railways_with_dependants_are_in_a_table_of_openstreetmap_alone(rows, loaded):
    land = loaded["land_lines"]
    assert set(land["source_id"]) == {"osm_roads", "osm_railways"}, "ODbL rows only"
    assert land["name"].isna().all(), "names of places are under another licence"
    things = rows.loc[rows["thing_kind"] == "line", "thing_id"]
    things = set(things[things.str.startswith(("road", "rail"))])
    assert set(land["feature_id"]) <= things
    assert len(land) > 0.97 * len(things)
    places = rows[rows["thing_id"].isin(land["feature_id"])].groupby("thing_id")["place_id"].nunique()
    assert (land.set_index("feature_id")["dependants"] == places.reindex(land["feature_id"])).all()
    assert (land.loc[land["is_assumed"], "feature_id"].str.contains("-gap:")).all()
