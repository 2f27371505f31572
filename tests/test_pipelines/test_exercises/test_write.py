"""The five packs from the embedded snapshot: what is in them, their stamp, the log that comes back."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pyogrio
import pytest
from on_record import hold

from layers.errors import UsageError
from layers.flows.graph import FLOWS
from pipelines import snapshot
from pipelines.exercises.bodies import bodies
from pipelines.exercises.compare import compare, comparison_text
from pipelines.exercises.files import read_exercise, shipped
from pipelines.exercises.inputs import read_inputs
from pipelines.exercises.play import play
from pipelines.exercises.write import MANIFEST, write_pack
from pipelines.picture.flow_network import assembled_network

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.exercises.inputs import Inputs
    from pipelines.exercises.play import Played

STATUS = "exercise input, not a forecast"


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("network")


@pytest.fixture(scope="module")
def inputs(cache) -> Inputs:
    return read_inputs(cache, with_hazards=False)


@pytest.fixture(scope="module")
def plays(inputs) -> dict[str, tuple[Played, str]]:
    read = {name: read_exercise(name) for name in shipped()}
    return {name: (play(exercise, inputs, text), text) for name, (exercise, text) in read.items()}


@pytest.fixture(scope="module")
def packs(plays, tmp_path_factory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("packs")
    for name, (played, text) in plays.items():
        write_pack(played, text, root / name)
    return {name: root / name for name in plays}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def filled(pack: Path, to: Path, states: dict[str, str]) -> Path:
    """The observation sheet of a pack with some states filled in."""
    sheet = rows(pack / "observation_sheet.csv")
    for row in sheet:
        row["observed_state"] = states.get(row["effect_id"], "")
    with to.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(sheet[0]))
        writer.writeheader()
        writer.writerows(sheet)
    return to


def test_five_packs_are_shipped():
    assert len(shipped()) == 5


def test_the_kept_network_is_the_assembled_one(cache, inputs, monkeypatch):
    monkeypatch.setattr(snapshot, "load", lambda *_: pytest.fail("assembled again"))
    again = assembled_network(cache)
    assert again.graph.hash() == inputs.graph_sha256
    pd.testing.assert_frame_equal(again.gateways, inputs.assembled.gateways, check_dtype=False)


def test_every_file_says_what_it_is_and_what_it_came_from(packs, inputs):
    for pack in packs.values():
        manifest = json.loads((pack / MANIFEST).read_text(encoding="utf-8"))
        assert manifest["graph_sha256"] == inputs.graph_sha256
        assert {row["file"] for row in manifest["files"]} | {MANIFEST} == {
            path.relative_to(pack).as_posix() for path in pack.rglob("*") if path.is_file()
        }
        for row in manifest["files"]:
            path = pack / row["file"]
            if path.suffix == ".xlsx":
                continue
            text = path.read_text(encoding="utf-8-sig")
            if path.suffix == ".csv" and text.count("\n") == 1:  # a table without a row
                assert text.rstrip().endswith("status,pack,graph_sha256,seed,picture_day")
                continue
            assert STATUS in text.lower(), path
            for part in (inputs.graph_sha256, str(manifest["seed"]), inputs.day):
                assert part in text, path


def test_a_state_that_only_an_inject_names_is_a_body(plays):
    played, _ = plays["svalbard_cables"]
    first, *rest = played.exercise.injects
    with_denmark = replace(played.exercise, injects=(first._replace(to=("DNK", "EU", "all")), *rest))
    before, after = (
        {body.code for body in bodies(one)} for one in (played, replace(played, exercise=with_denmark))
    )
    assert after - before == {"DNK", "EU"}, "Denmark is of the EU; NATO is there before"


def test_every_file_of_the_packs_is_on_record(packs):
    files = {}
    for name, pack in packs.items():
        files |= {
            f"{name}/{path.relative_to(pack).as_posix()}": path for path in pack.rglob("*") if path.is_file()
        }
        # The manifest names the release; what it names besides is held by the files.
        files.pop(f"{name}/{MANIFEST}")
    hold("exercise packs", files)


def test_svalbard_is_cut_off_by_the_second_cable_alone(packs):
    steps = rows(packs["svalbard_cables"] / "facilitator" / "effects_by_step.csv")
    towns = [(row["step"], row["state"]) for row in steps if row["name"] == "Longyearbyen"
             and row["kind"] == "settlement" and row["flow"] == "data"]  # fmt: skip
    assert towns == [("2", "cut_off"), ("3", "cut_off"), ("4", "cut_off")]
    alone = rows(packs["svalbard_cables"] / "facilitator" / "effects_by_inject.csv")
    assert {row["inject"] for row in alone} == {"A3"}
    [days] = [row for row in rows(packs["svalbard_cables"] / "facilitator" / "durations.csv")
              if row["kind"] == "settlement"]  # fmt: skip
    assert (days["low_days"], days["high_days"], days["people"]) == ("8.75", "58.75", "2368")


def test_the_ways_of_the_other_packs_are_as_the_network_says(packs):
    def ways(name: str) -> dict[tuple[str, str], str]:
        return {
            (row["way"], row["step"]): row["state"] for row in rows(packs[name] / "facilitator" / "ways.csv")
        }

    narvik = ways("narvik_ofotbanen")
    assert narvik["Kiruna to Narvik by rail", "1"] == "cut_off"
    assert narvik["Kiruna to Narvik by rail or road", "2"] == "same"
    assert narvik["Kiruna to Narvik by rail or road", "3"] == "cut_off"
    assert narvik["Kiruna to Lulea by rail", "3"] == "same"
    assert ways("bering_kara_gates")["Murmansk to Pevek by sea", "1"] == "cut_off"
    assert ways("northern_sea_route_freeze")["Murmansk to Tiksi by sea", "1"] == "cut_off"
    assert ways("keflavik_greenland_cable")["Sisimiut to Nuuk", "3"] == "cut_off"


def test_the_sheets_of_bodies_give_no_answer_away(packs):
    sheets = {path.stem for path in (packs["narvik_ofotbanen"] / "bodies").iterdir()}
    assert sheets == {"NOR", "SWE", "NATO", "EU"}
    for name, pack in packs.items():
        title = read_exercise(name)[0].title
        for path in (pack / "bodies").iterdir():
            text = path.read_text(encoding="utf-8")
            assert title not in text
            assert name not in text
            assert "cut off" not in text
    greenland = (packs["keflavik_greenland_cable"] / "bodies" / "GRL.html").read_text(encoding="utf-8")
    assert "Tusass" in greenland
    assert "NATO, not EU" in greenland


def test_the_same_exercise_gives_the_same_bytes(packs, inputs, tmp_path):
    # played again, from the same network
    exercise, text = read_exercise("svalbard_cables")
    write_pack(play(exercise, inputs, text), text, tmp_path / "again")
    first, second = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (packs["svalbard_cables"], tmp_path / "again")
    )
    assert first == second


def test_a_log_comes_back_and_is_compared(packs, tmp_path):
    pack = packs["svalbard_cables"]
    expected = rows(pack / "facilitator" / "expected_effects.csv")
    changed = [row for row in expected if row["expected"] not in {"same", "was_cut_off"}]
    all_right = compare(
        filled(pack, tmp_path / "log.csv", {r["effect_id"]: r["expected"] for r in expected}), pack
    )
    assert all_right["counts"] == {"matched": len(changed), "missed": 0, "unexpected": 0}
    blank = compare(pack / "observation_sheet.csv", pack)
    assert blank["counts"] == {"matched": 0, "missed": len(changed), "unexpected": 0}
    quiet = next(row["effect_id"] for row in expected if row["expected"] == "same")
    one = compare(filled(pack, tmp_path / "log.csv", {quiet: "cut_off"}), pack)
    assert one["counts"]["unexpected"] == 1
    assert "unexpected  D+0 00:00" in comparison_text(one)


def test_a_log_of_another_pack_and_a_changed_pack_are_refused(packs, tmp_path, plays):
    log = packs["narvik_ofotbanen"] / "observation_sheet.csv"
    with pytest.raises(
        UsageError, match=r"expected a log of pack svalbard_cables \w+, found narvik_ofotbanen"
    ):
        compare(log, packs["svalbard_cables"])
    own = tmp_path / "own"
    write_pack(*plays["svalbard_cables"], own)
    path = own / "facilitator" / "expected_effects.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("cut_off", "longer"), encoding="utf-8")
    with pytest.raises(UsageError, match="expected the bytes of the pack, found others"):
        compare(own / "observation_sheet.csv", own)
    with pytest.raises(UsageError, match="expected a pack"):
        compare(log, tmp_path)


def test_only_a_pack_is_replaced(plays, tmp_path):
    played, text = plays["svalbard_cables"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="expected a new or empty folder or an earlier pack"):
        write_pack(played, text, tmp_path / "mine")
    assert (tmp_path / "mine" / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    (tmp_path / "pack").mkdir()
    write_pack(played, text, tmp_path / "pack")
    (tmp_path / "pack" / "left_over.txt").write_text("old", encoding="utf-8")
    write_pack(played, text, tmp_path / "pack")
    assert not (tmp_path / "pack" / "left_over.txt").exists()


def test_a_pack_that_fails_leaves_nothing(plays, tmp_path, monkeypatch):
    played, text = plays["svalbard_cables"]

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipelines.exercises.write.write_workbook", full)
    with pytest.raises(OSError, match="No space"):
        write_pack(played, text, tmp_path / "pack")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('asset = "cable-svalbard_ucs_01"', 'asset = "Longyearbien"', "nearest are"),
        ('asset = "cable-svalbard_ucs_01"', 'asset = "Barter Island long-range radar site"', "military site"),
        ('to = "Tromsø"', 'to = "Tromsøø"', "watch, to: expected a node of the network, found 'Tromsøø'"),
    ],
)
def test_what_the_network_does_not_hold_is_refused(old, new, said, inputs, tmp_path):
    text = shipped()["svalbard_cables"].read_text(encoding="utf-8").replace(old, new)
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    exercise, content = read_exercise(str(tmp_path / "own.toml"))
    with pytest.raises(UsageError) as caught:
        play(exercise, inputs, content)
    assert said in str(caught.value)


def test_a_start_without_a_way_is_a_finding(inputs, tmp_path):
    text = shipped()["northern_sea_route_freeze"].read_text(encoding="utf-8")
    text = re.sub(r"\[\[inject\]\]\nid = \"F1\".*?(?=\[\[inject\]\])", "", text, flags=re.DOTALL)
    text = text.replace("month = 9", "month = 2").replace('after = ["F1"]', "")
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    played = play(read_exercise(str(tmp_path / "own.toml"))[0], inputs)
    assert any(
        "Murmansk to Pevek by sea has no way for goods in month 2 before" in one for one in played.findings
    )


@pytest.mark.chromium
def test_the_map_opens_and_changes_with_step_and_flow(packs, browser):
    page = browser.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text))
    page.on(
        "request", lambda request: errors.append(request.url) if not request.url.startswith("file:") else None
    )
    page.goto((packs["svalbard_cables"] / "facilitator" / "map.html").as_uri())
    seen = "g.cell:visible .k-cut"
    page.click("label[for=step0]")
    assert page.locator(seen).count() == 0
    page.click("label[for=step2]")
    assert page.locator(seen).count() == 7  # the town, two landings, four ground stations
    assert page.locator("aside div.cell:visible").inner_text().startswith("Data: D+1 06:00 A2")
    page.click("label[for=flow1]")
    assert page.locator(seen).count() == 0
    page.close()
    assert errors == []


def test_flows_of_the_packs_are_those_of_the_network():
    for name in shipped():
        assert set(read_exercise(name)[0].flows) <= set(FLOWS)


def test_the_events_list_is_in_time_and_its_workbook_holds_the_same(packs):
    for pack in packs.values():
        listed = rows(pack / "facilitator" / "msel.csv")
        hours = [float(row["Exercise hour"]) for row in listed]
        assert hours == sorted(hours)
        assert [int(row["Event number"]) for row in listed] == list(range(1, len(listed) + 1))
        assert all(row["Inject text"] and row["Intended player"] and row["Expected action"] for row in listed)
        book = pyogrio.read_dataframe(pack / "facilitator" / "msel_blueprint.xlsx", use_arrow=False)
        assert list(book.columns) == list(listed[0])
        assert book["Event synopsis"].tolist() == [row["Event synopsis"] for row in listed]


def test_the_observation_sheet_is_blank_and_holds_unchanged_places_too(packs):
    for pack in packs.values():
        sheet = rows(pack / "observation_sheet.csv")
        assert {row["observed_state"] for row in sheet} == {""}
        states = {row["expected"] for row in rows(pack / "facilitator" / "expected_effects.csv")}
        assert "same" in states
        assert len(states) > 1


def test_what_stands_in_has_its_capacity_and_its_own_hazard(packs, plays):
    table = rows(packs["keflavik_greenland_cable"] / "facilitator" / "stand_ins.csv")
    by_name = {row["stand_in"]: row for row in table}
    assert by_name["Reykjavik Airport"]["capacity"] == "runway 1567 m, 1567 m of it paved, lights yes"
    assert by_name["Reykjavik Airport"]["fits"] == "smaller"
    assert by_name["Kangerlussuaq Airport"]["fits"] == "large enough"
    assert {row["hazard_class"] for row in table if row["basis"] == "network"} == {"not computed"}
    played, _ = plays["keflavik_greenland_cable"]
    known = replace(played.inputs, hazards={"airfield:oa-birk": "low"})
    again = play(played.exercise, known).stand_ins.set_index("stand_in")["hazard_class"]
    assert again["Reykjavik Airport"] == "low"
    assert again["Kangerlussuaq Airport"] == "not a node"


def test_bodies_know_their_alliance_remit_and_status(plays):
    found = {one.code: one for one in bodies(plays["svalbard_cables"][0])}
    assert list(found) == ["NOR", "SJM", "NATO"]
    assert found["NOR"].standing == ("NATO, not EU",)
    assert any("Svalbard Treaty" in text for text in found["SJM"].standing)
    assert any(text.startswith("Space Norway: Svalbard") for text in found["SJM"].operators)
    assert any(text.startswith("Longyearbyen, coal") for text in found["SJM"].stocks)
    assert "BLR6 civil communications" in found["SJM"].requirements


def test_each_body_sets_an_order_and_the_network_is_measured(packs):
    for folder in packs.values():
        found = {row["code"] for row in rows(folder / "facilitator" / "bodies.csv") if row["injects"]}
        events = rows(folder / "facilitator" / "msel.csv")
        orders = [row for row in events if row["Event synopsis"].endswith("sets an order")]
        assert {row["Intended player"] for row in orders} == found
        hours = [float(row["Exercise hour"]) for row in events]
        assert hours == sorted(hours)
        cards = (folder / "facilitator" / "inject_cards.html").read_text(encoding="utf-8")
        assert all(f"Card {code}:" in cards for code in found)
        for row in rows(folder / "facilitator" / "network.csv"):
            assert row["tonnage_exposed_t"] == "", "no source has it: unknown, not 0"
            assert float(row["drop_pct"] or 0) >= 0
            assert int(row["two_ways_after"]) <= int(row["two_ways_before"]) <= int(row["judged_places"])


def test_no_list_on_a_sheet_is_cut(packs):
    sheets = [path.read_text(encoding="utf-8") for path in packs["svalbard_cables"].glob("bodies/*.html")]
    assert not [sheet for sheet in sheets if " more<" in sheet]
