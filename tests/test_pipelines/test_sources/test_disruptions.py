"""Failures, repair times, stocks and shared risks: typed rows, computed ranges, and every refusal."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest

import pipelines.source
from layers.catalog import LAYERS
from layers.errors import SourceError
from layers.schema import check, conform
from pipelines.read_helpers import read_rows
from pipelines.snapshot import DATA
from pipelines.source import REFERENCE, Inputs
from pipelines.sources.reference import disruptions

if TYPE_CHECKING:
    from pathlib import Path

READERS = {
    "incidents": (disruptions.read_incidents, "incident_key"),
    "repair_times": (disruptions.read_repair_times, "repair_key"),
    "supply_autonomy": (disruptions.read_supply_autonomy, "autonomy_key"),
    "shared_risk_groups": (disruptions.read_shared_risk_groups, "group_key"),
    "cable_facts": (disruptions.read_cable_facts, "fact_key"),
    "substitutes": (disruptions.read_substitutes, "substitute_key"),
}


def own(name: str) -> pd.DataFrame:
    return read_rows(REFERENCE / f"{name}.csv")


def read(name: str, folder: Path) -> pd.DataFrame:
    return READERS[name][0](Inputs(packages=folder))


# ------------------------------------------------------------------------------------- as they stand


@pytest.mark.parametrize("name", READERS)
def test_each_table_reads_and_is_embedded_as_it_stands(name: str, tmp_path: Path) -> None:
    source = next(row for row in disruptions.SOURCES if row.id == f"own_{name}")
    layer = next(row for row in LAYERS if row.id == source.feeds)
    table = conform(read(name, tmp_path), layer)
    check(table, layer)
    stored = pd.read_parquet(DATA / f"own_{name}.parquet")
    pd.testing.assert_frame_equal(table, stored)
    assert len(table) == len(own(name))
    assert set(table["source_id"]) == {source.id}


def test_the_nodes_that_are_named_are_in_the_picture() -> None:
    nodes = set(gpd.read_parquet(DATA / "node_sites.parquet")["node_id"])
    named = set()
    for name, column in (
        ("incidents", "node_ids"), ("incidents", "stood_in_keys"), ("supply_autonomy", "node_ids"),
    ):  # fmt: skip
        named |= {key for text in own(name)[column] for key in text.split()}
    links = set(own("cable_links")["link_key"])
    assert len(named - links) > 30
    assert named - links <= nodes


def test_an_incident_names_what_failed() -> None:
    """A cable link, a node, or in words the line that has no key."""
    table = own("incidents")
    named = table[["cable_links", "node_ids", "line"]].ne("").any(axis=1)
    assert named.all(), table.loc[~named, "incident_key"].tolist()


def test_repair_times_are_those_of_the_incidents() -> None:
    """Computed here anew: incidents of the kind, under the condition, whose return was read."""
    cases = own("incidents")
    cases = cases[(cases["date_to_state"] == "reported") & (cases["repair_days_high"] != "")]
    kinds = set()
    for row in own("repair_times").itertuples():
        assert row.basis == "computed"
        chosen = cases[cases["kind"] == row.kind]
        if row.condition in ("ice", "open_water"):
            chosen = chosen[chosen["is_ice_hindered"] == {"ice": "1", "open_water": "0"}[row.condition]]
        elif row.condition:
            chosen = chosen[chosen["hazard"] == row.condition]
        assert sorted(row.incidents.split()) == sorted(chosen["incident_key"]), row.repair_key
        assert float(row.days_low) == chosen["repair_days_low"].astype(float).min(), row.repair_key
        highest = chosen["repair_days_high"].astype(float)
        assert float(row.days_high) == highest.max(), row.repair_key
        longest = chosen.loc[highest.idxmax()]
        assert (row.source_url, row.as_of) == (longest["source_url"], longest["as_of"])
        kinds.add(row.kind)
    assert kinds == set(cases["kind"]), "a kind with a return that was read has its range"


def test_the_states_of_a_cable_are_those_of_its_landings() -> None:
    towns = own("cable_landings").set_index("landing_key")["country_iso3"]
    links = own("cable_links").set_index("system_key")
    for row in own("cable_facts").itertuples():
        if not row.system_key:
            assert not row.states
            continue
        ends = set(links.loc[[row.system_key], ["from_landing", "to_landing"]].to_numpy().ravel())
        assert row.states == "-".join(sorted({towns[end] for end in ends if end in towns})), row.fact_key


def test_cables_of_one_landing_group_end_in_one_town() -> None:
    links = own("cable_links").set_index("link_key")
    groups = own("shared_risk_groups")
    groups = groups[(groups["kind"] == "landing") & (groups["members"] != "")]
    assert len(groups) >= 4
    for row in groups.itertuples():
        ends = [set(links.loc[key, ["from_landing", "to_landing"]]) for key in row.members.split()]
        assert set.intersection(*ends), row.group_key


def test_stock_over_use_by_hand(tmp_path: Path) -> None:
    """Iqaluit: 26,979,196 l of tanks over 19,607,757 + 8,353,084 l a year are 352 days."""
    table = read("supply_autonomy", tmp_path).set_index("autonomy_key")
    row = table.loc["iqaluit_diesel"]
    assert row["use_l_per_year"] == 19_607_757 + 8_353_084
    assert row["days_low"] == round(365 * 26_979_196 / 27_960_841) == 352
    assert pd.isna(table.loc["iceland_jet_fuel", "days_low"]), "a lower end that is not told is no zero"


# ------------------------------------------------------------------------------------------ refusals


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Our tables in a folder of the test, from which they are read."""
    shutil.copytree(REFERENCE, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(pipelines.source, "REFERENCE", tmp_path)
    return tmp_path


def spoil(folder: Path, name: str, key: str, **cells: str) -> int:
    """Write other cells into the row with that key, and return its number as an editor counts."""
    table = own(name)
    row = int(table.index[table[READERS[name][1]] == key][0])
    for column, value in cells.items():
        assert column in table
        table.loc[row, column] = value
    table.to_csv(folder / f"{name}.csv", index=False)
    return row + 2


REFUSED = {
    "end before start": ("incidents", "churchill_rail_2017", {"date_to": "2016-10-31"},
                         "date_to: expected a day that is not before date_from, found '2016-10-31'"),
    "end in a month before": ("incidents", "vestmannaeyjar_cable_2023", {"date_to": "2022-12"},
                              "date_to: expected a day that is not before date_from, found '2022-12'"),
    "no such day": ("incidents", "churchill_rail_2017", {"date_from": "2017-02-30"},
                    "date_from: expected an ISO date, found '2017-02-30'"),
    "a year in words": ("incidents", "levanger_rail_2025", {"date_to": "summer"},
                        "date_to: expected an ISO date, found 'summer'"),
    "reported without a day": ("incidents", "churchill_rail_2017", {"date_to": ""},
                               "date_to: expected a date if reported or announced, else none, found "),
    "a day that was not read": ("incidents", "nuuk_power_2024", {"date_to": "2024-12-30"},
                                "date_to: expected a date if reported or announced, else none"),
    "days against dates": ("incidents", "churchill_rail_2017", {"repair_days_low": "520",
                           "repair_days_high": "524"}, "expected the days from date_from to date_to"),
    "people reversed": ("incidents", "shefa2_shetland_orkney_2022", {"people_cut_off_low": "30000"},
                        "people_cut_off_low: expected no more than people_cut_off_high, found '30000'"),
    "nobody but people": ("incidents", "svalbard_cable_2022", {"people_cut_off_high": "5"},
                          "people_cut_off_high: expected 0 people where nothing was cut off"),
    "cable unknown": ("incidents", "quintillion_2023", {"cable_links": "quintillion_05 quintillion_99"},
                      "cable_links: expected keys of cable_links.csv, found 'quintillion_05 quintillion_99'"),
    "cause status": ("incidents", "ee_s1_2023", {"cause_status": "sure"},
                     "cause_status: expected one of established, suspected, unknown, found 'sure'"),
    "ice in words": ("incidents", "ee_s1_2023", {"is_ice_hindered": "maybe"},
                     "is_ice_hindered: expected 1 or 0, found 'maybe'"),
    "address": ("incidents", "ee_s1_2023", {"source_url": "ftp://example.org/a"},
                "source_url: expected an address with http or https, found 'ftp://example.org/a'"),
    "no address": ("substitutes", "malmbanan_stock", {"source_url": ""}, "expected a source_url, found none"),
    "repair reversed": ("repair_times", "road", {"days_low": "71"},
                        "days_low: expected no more than days_high, found '71'"),
    "incident unknown": ("repair_times", "road", {"incidents": "dalton_1999"},
                         "incidents: expected keys of incidents.csv, found 'dalton_1999'"),
    "computed from nothing": ("repair_times", "road", {"incidents": ""},
                              "incidents: expected the incidents used, found "),
    "no days at all": ("supply_autonomy", "iceland_jet_fuel", {"days_high": ""},
                       "days_low: expected days: no row without any, found "),
    "days not of the stock": ("supply_autonomy", "iqaluit_diesel", {"days_low": "351"},
                              "days_low: expected 365 times stock over use, in whole days, found '351'"),
    "stock without use": ("supply_autonomy", "iqaluit_diesel", {"use_l_per_year": ""},
                          "days_low: expected 365 times stock over use"),
    "basis": ("supply_autonomy", "iqaluit_diesel", {"basis": "guess"},
              "basis: expected one of published_stock"),
    "kind of group": ("shared_risk_groups", "levanger", {"kind": "valley"}, "kind: expected one of trench"),
    "one member": ("shared_risk_groups", "levanger", {"other_members": "E6"},
                   "members: expected two members or more"),
    "member unknown": ("shared_risk_groups", "nuuk_landing", {"members": "greenland_connect_01 dempster"},
                       "members: expected keys of cable_links.csv"),
    "system unknown": ("cable_facts", "iceland", {"system_key": "iris_2"},
                       "system_key: expected keys of cable_systems.csv, found 'iris_2'"),
    "buried below the deepest": ("cable_facts", "svalbard", {"buried_to_depth_m": "2701"},
                                 "buried_to_depth_m: expected no more than greatest_depth_m, found '2701'"),
    "amount reversed": ("substitutes", "fuel_by_air_nome", {"amount_low": "19"},
                        "amount_low: expected no more than amount_high, found '19'"),
    "substitute of no incident": ("substitutes", "malmbanan_stock", {"incident_key": "malmbanan_1950"},
                                  "incident_key: expected keys of incidents.csv"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_row_that_contradicts_itself_is_refused_by_file_and_row(case: str, folder: Path) -> None:
    name, key, cells, reason = REFUSED[case]
    row = spoil(folder, name, key, **cells)
    with pytest.raises(SourceError) as caught:
        read(name, folder)
    message = str(caught.value)
    assert f"{name}.csv, row {row}: " in message
    assert reason in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("start", "end", "is_refused"),
    [("2017-05-23", "2018", False), ("2017", "2017-01-01", False), ("2017-05", "2017-05-01", False),
     ("2017-05-23", "2017", False), ("2017-06", "2017-05-31", True), ("2018", "2017-12-31", True)],
)  # fmt: skip
def test_dates_are_compared_as_far_as_both_go(start: str, end: str, is_refused: bool, folder: Path) -> None:
    spoil(folder, "incidents", "churchill_rail_2017", date_from=start, date_to=end)
    if not is_refused:
        assert len(read("incidents", folder)) == len(own("incidents"))
        return
    with pytest.raises(SourceError, match="not before date_from"):
        read("incidents", folder)
