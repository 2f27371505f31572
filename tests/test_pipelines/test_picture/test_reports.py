"""`standards` and `lens` from outside: what they print is what the stored picture holds."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest
from run_commands import beside_progress

from layers.assessed.standards import PROPOSAL, STANDARDS


def good(done) -> str:
    assert done.returncode == 0, done.stderr
    assert beside_progress(done.stderr) == ""
    return done.stdout


def test_standards_counts_what_is_stored(command, folder) -> None:
    report = json.loads(good(command("standards", folder, "--json")))
    table = pd.read_parquet(folder / "tables" / "standards.parquet")
    assert report["standing"] == PROPOSAL
    assert [row["standard_id"] for row in report["counts"]] == [row.id for row in STANDARDS]
    for row in report["counts"]:
        stored = table.loc[table["standard_id"] == row["standard_id"], "result"].value_counts()
        for result in ("pass", "fail", "unknown", "not_applicable"):
            assert row[result] == stored.get(result, 0)
        assert row["basis"]
    assert {row["standard_id"] for row in report["data_requests"]} >= {"S16", "S17"}
    text = good(command("standards", folder))
    assert text.startswith(PROPOSAL)
    assert all(f"\n{row.id} " in text for row in STANDARDS)


@pytest.mark.parametrize(("by", "column"), [("country", "country_iso3"), ("kind", "kind")])
def test_standards_by_country_and_kind_add_up(command, folder, by, column) -> None:
    nodes = pd.read_parquet(folder / "layers" / "nodes.parquet", columns=[column])
    report = json.loads(good(command("standards", folder, "--by", by, "--json")))["counts"]
    sizes = nodes[column].value_counts()
    assert {row[by] for row in report} == set(sizes.index)
    for row in report:
        assert row["pass"] + row["fail"] + row["unknown"] + row["not_applicable"] == sizes[row[by]]
    assert sizes.index[0] in good(command("standards", folder, "--by", by))


def test_standards_refuses_another_group(command, folder) -> None:
    done = command("standards", folder, "--by", "colour")
    assert done.returncode == 2
    assert done.stderr == "arctic-picture: --by: expected country or kind, found 'colour': name one of them\n"


def test_lens_names_states_with_institution_and_day(command, folder) -> None:
    report = json.loads(good(command("lens", "--states", "NO,FI,SE", folder, "--json")))
    assert [(row["country_iso3"], row["institution"]) for row in report["states"]] == [
        ("NOR", "nato_only"), ("FIN", "both"), ("SWE", "both"),
    ]  # fmt: skip
    assert report["day"] == json.loads((folder / "MANIFEST.json").read_text())["day"]
    nodes = pd.read_parquet(folder / "layers" / "nodes.parquet", columns=["country_iso3"])
    assert report["measures"][0]["held"] == nodes["country_iso3"].isin(["NOR", "FIN", "SWE"]).sum()
    text = good(command("lens", "--states", "NO,FI,SE", folder))
    assert report["day"] in text
    assert re.search(r"^NOR +Norway +nato only +\d+$", text, re.MULTILINE)


def test_lens_takes_territories_with_their_state_only_when_asked(command, folder) -> None:
    alone = json.loads(good(command("lens", "--states", "DK", folder, "--json")))
    whole = json.loads(good(command("lens", "--states", "DK+", folder, "--json")))
    assert [row["country_iso3"] for row in alone["states"]] == ["DNK"]
    assert alone["measures"][0]["held"] == 0
    assert {row["country_iso3"] for row in whole["states"]} == {"DNK", "GRL", "FRO"}
    assert whole["measures"][0]["held"] > 0
    assert {row["special_status"] for row in whole["states"]} >= {"eu_overseas_territory"}


def test_lens_reaches_what_is_asked(command, folder) -> None:
    report = json.loads(good(command("lens", "--states", "NO", "--reach", "50", folder, "--json")))
    assert all(row["smallest_share"] >= 0.5 for row in report["measures"])


def test_lens_counts_critical_places_once(command, folder) -> None:
    nodes = pd.read_parquet(folder / "layers" / "nodes.parquet", columns=["flag", "place_id", "country_iso3"])
    critical = nodes[nodes["flag"].isin(["robust", "possible"])]
    report = json.loads(good(command("lens", "--states", "US,CA", folder, "--json")))
    [row] = [row for row in report["measures"] if row["measure"] == "critical places"]
    assert row["total"] == critical["place_id"].nunique()
    assert row["held"] == critical.loc[critical["country_iso3"].isin(["USA", "CAN"]), "place_id"].nunique()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--states", "Norwey"), "nearest are Norway"),
        (("--states", "NO", "--reach", "120"), "--reach: expected a share"),
        (("--states", ""), "at least one state"),
    ],
)
def test_lens_refuses_in_one_line(command, folder, arguments, said) -> None:
    done = command("lens", *arguments, folder)
    assert done.returncode == 2
    assert said in done.stderr
    assert beside_progress(done.stderr).count("\n") == 1
    assert done.stdout == ""


def test_lens_and_standards_need_a_picture(command, tmp_path) -> None:
    for arguments in (("standards", tmp_path), ("lens", "--states", "NO", tmp_path)):
        done = command(*arguments)
        assert done.returncode == 2
        assert "expected a picture" in done.stderr


def test_explain_says_why_a_mine_has_no_remit(command, folder) -> None:
    nodes = pd.read_parquet(folder / "layers" / "nodes.parquet", columns=["node_id", "kind"])
    mine = nodes.loc[nodes["kind"] == "mine", "node_id"].iloc[0]
    assert "neither list names raw materials" in " ".join(
        good(command("explain", mine, "--out", folder)).split()
    )
    port = " ".join(good(command("explain", "Kirkenes", "--out", folder)).split())
    assert "BLR7 civil transport" in port
    assert "CER sectors: transport" in port
