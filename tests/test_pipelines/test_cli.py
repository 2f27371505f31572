# ruff: noqa: RUF001  # Cyrillic letters are meant
"""The command line from outside: results on stdout, errors in one line, every number with its source."""

from __future__ import annotations

import json
import math
import re
import time
from datetime import date
from pathlib import Path

import pandas as pd
import pyogrio
import pytest
from run_commands import beside_progress

from layers.errors import UsageError
from pipelines.picture.explain import explain_node
from pipelines.picture.explain_text import as_text
from pipelines.picture.find_node import find_node
from pipelines.source import sha256_of
from pipelines.sources import SOURCES

ISO = r"\d{4}(-\d{2}(-\d{2})?)?"


def good(done) -> str:
    assert done.returncode == 0, done.stderr
    assert beside_progress(done.stderr) == ""
    return done.stdout


def test_every_command_has_help(command):
    result = good(command("--help"))
    commands = re.findall(r"^  ([a-z]+)  +\S", result.partition("Commands:")[2], re.MULTILINE)
    assert {"build", "sources", "explain", "check", "draw", "snapshot", "doctor"} <= set(commands)
    for name in commands:
        text = good(command(name, "--help"))
        assert "Usage" in text
        assert "\n  -" in text or "--help" in text


def test_sources_names_every_source(command):
    rows = json.loads(good(command("sources", "--json")))["sources"]
    assert [row["id"] for row in rows] == [row.id for row in SOURCES]
    for row in rows:
        assert {"id", "feeds", "publisher", "licence", "state", "as_of", "age"} <= set(row)
        assert row["state"] in {"embedded", "live", "user-supplied", "not_held"}
        assert all(str(value).strip() for name, value in row.items() if name != "remark")
        date.fromisoformat(row["as_of"])
        assert re.fullmatch(r"\d+ d|model|not held", row["age"]), row
        if date.fromisoformat(row["as_of"]) < date(2026, 1, 1) and row["state"] == "embedded":
            assert row["age"].endswith(" d")
    text = good(command("sources"))
    assert text.count("\n") == len(SOURCES) + 2, "headings, a rule, then a line a source"
    assert all(row.id in text for row in SOURCES)


def test_sources_end_with_10_where_one_is_late(command, tmp_path):
    lost = {"https://example.org/x.csv": {"file": "x.csv", "sha256": "0" * 64}}
    late = {
        "nga_world_port_index": ({"held": {"state": "refused", "since": "2026-11-20"}}, "stale"),
        "ourairports": ({"held": {"state": "held", "since": "2026-11-20"}}, "held"),
        "geonames_cities500": ({"set": "0" * 64, "files": lost, "as_of": "2026-11-20"}, "missing"),
    }
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "ledger.json").write_text(json.dumps({name: row for name, (row, _) in late.items()}))
    done = command("sources", "--cache", "kept", "--json")
    assert done.returncode == 10, done.stderr
    states = {told["id"]: told["state"] for told in json.loads(done.stdout)["sources"]}
    assert {name: states[name] for name in late} == {name: state for name, (_, state) in late.items()}
    assert {state for name, state in states.items() if name not in late} == {"embedded", "not_held"}
    (tmp_path / "kept" / "ledger.json").write_text("{")
    done = command("sources", "--cache", "kept")
    assert done.returncode == 1
    assert "expected the ledger of accepted files" in done.stderr


def test_doctor_says_what_is_here(command):
    rows = json.loads(good(command("doctor", "--json")))["parts"]
    assert {row["state"] for row in rows} <= {"ok", "absent"}
    named = {row["part"] for row in rows}
    assert {"geopandas", "prefect", "fastapi", "sqlalchemy", "folium", "PROJ", "chromium", "qgis"} <= named
    assert "sandbox of readers" in named
    for row in rows:
        assert bool(row["remedy"]) == (row["state"] != "ok"), "what is missing says how to get it"
    hidden = json.loads(good(command("doctor", "--json", PATH="/nonexistent")))["parts"]
    assert {row["part"] for row in hidden if row["state"] == "absent"} == {
        "chromium", "qgis", "git", "sandbox of readers",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "kind", "name"),
    [
        ("Kirkenes", "port", "Kirkenes"),
        ("kirkeness", "port", "Kirkenes"),
        ("KIRKENES airfield", "airfield", "Kirkenes"),
    ],
)
def test_explain_finds_a_node_by_name(command, folder, asked, kind, name):
    report = json.loads(good(command("explain", asked, "--out", folder, "--json")))
    assert report["node"]["kind"] == kind
    assert name in report["node"]["name"]


@pytest.mark.parametrize("node", ["port:wpi-20650", "airfield:oa-enkr"])
def test_explain_finds_a_node_by_id(command, folder, node):
    assert json.loads(good(command("explain", node, "--out", folder, "--json")))["node"]["node_id"] == node


def test_explain_tells_every_number_with_its_source(command, folder, picture):
    report = json.loads(good(command("explain", "port:wpi-20650", "--out", folder, "--json")))
    assert report["picture"] == folder.name
    listed = {row["id"] for row in json.loads(good(command("sources", "--json")))["sources"]}
    manifest = {
        row["id"] for row in json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))["sources"]
    }
    rows = picture.tables["evidence"].query("node_id == 'port:wpi-20650'")
    assert len(report["evidence"]) == len(rows) > 10
    for row in report["evidence"]:
        assert row["source_id"] in listed
        assert row["source_id"] in manifest
        assert row["source"]
        assert row["homepage"]
        assert re.fullmatch(ISO, row["as_of"]), row
        assert row["unit"]
        assert row["state"] in {"known", "unknown", "not_applicable"}
        if row["state"] != "known":
            assert row["score"] is None
            assert row["value"] is None
        elif row["score"] is not None:
            assert 0 <= row["score"] <= 1
    key = ["axis", "dimension", "group", "indicator"]
    stored = rows.set_index(key)
    for row in report["evidence"]:
        for column in ("value", "value_low", "value_high", "score", "weight"):
            value = stored.loc[tuple(row[part] for part in key), column]
            assert (row[column] is None) == pd.isna(value)
            assert row[column] is None or math.isclose(row[column], value)
    facts = picture.tables["climate_facts"].query("node_id == 'port:wpi-20650'")
    assert [row["fact"] for row in report["climate_facts"]] == facts["fact"].tolist()
    for row in report["climate_facts"]:
        assert row["tier"] in {"measured", "typed", "mapped", "modelled", "proxy"}
        assert row["source"]
        assert re.fullmatch(ISO, row["as_of"])


def test_explain_tells_three_gates_as_they_are_stored(command, folder, picture):
    """Of four nodes: one critical, one that an unknown decides, one of context, one like any other."""
    nodes, exits = picture.tables["nodes"], picture.tables["exits"]
    some = [nodes[nodes["flag"].isin(["robust", "possible"])], nodes[nodes["flag"] == "insufficient_data"],
            nodes[nodes["scope"] == "context"], nodes[nodes["hazard_could_be"] == "high"]]  # fmt: skip
    for node in (table.iloc[0] for table in some):
        report = json.loads(good(command("explain", node["node_id"], "--out", folder, "--json")))
        gates = {gate["axis"]: gate for gate in report["gates"]}
        assert [gates[axis]["class"] for axis in ("climate", "military", "civil")] == [
            node["hazard_class"], node["military_class"], node["dependence_class"],
        ]  # fmt: skip
        assert [gate["is_met"] for gate in report["gates"]] == [
            node["hazard_class"] == "high", node["military_class"] == "high",
            node["dependence_class"] in {"moderate", "high"},
        ]  # fmt: skip
        assert gates["climate"]["deciding"] == (
            node["hazard_deciding"] if isinstance(node["hazard_deciding"], str) else None
        )
        if gates["climate"]["deciding"]:
            assert gates["climate"]["tier"] == node["hazard_tier"]
            assert gates["climate"]["source"]
            assert re.fullmatch(ISO, gates["climate"]["as_of"])
        could = node["hazard_could_be"] if isinstance(node["hazard_could_be"], str) else None
        assert gates["climate"]["could_be"] == could
        assert gates["climate"]["deciding_datum"] == (node["deciding_datum"] if could else None)
        assert gates["climate"]["so_far"] == bool(could and node["hazard_class"] == "low")
        own = exits[exits["node_id"] == node["node_id"]]
        for axis, gate in gates.items():
            assert gate["exits"] == own.loc[own["axis"] == axis, "words"].tolist()
        assert report["node"]["overlap_probability"] == node["overlap_probability"]
        text = " ".join(good(command("explain", node["node_id"], "--out", folder)).split())
        for word in (
            node["place"],
            node["country_iso3"],
            " ".join(node["nearest_exit"].split()),
            f"dual-use class {node['dual_use_class']}",
        ):
            assert word in text
        assert ("judged, never flagged" in text) == (node["scope"] == "context")
        if node["flag"] == "insufficient_data":
            assert f"insufficient data, would tell: {node['deciding_datum']}" in text
        if could:
            assert f"could be {could}; would tell: {node['deciding_datum']}" in text


def test_the_military_gate_tells_its_four_parts_and_the_people_their_number(command, folder, picture):
    report = json.loads(good(command("explain", "airfield:oa-cyfb", "--out", folder, "--json")))
    climate, military, civil = report["gates"]
    assert climate["deciding"].startswith("permafrost thaw: continuous permafrost, ground ice high")
    assert climate["source"] == "Damage by thaw of permafrost"
    parts = dict(part.rsplit(" ", 1) for part in military["deciding"].split(", "))
    assert list(parts) == ["facility", "hinterland", "position", "association"]
    assert float(parts["facility"]) == 1, "2,623 m of paved runway, 2,359 m are asked"
    evidence = picture.tables["evidence"].query("node_id == 'airfield:oa-cyfb'").set_index("indicator")
    assert evidence.loc["runway_length", "value"] >= 2359
    people = evidence.loc["people_without_another", "value"]
    assert civil["deciding"] == f"people without another {people:,.0f} people"


@pytest.mark.parametrize(
    ("asked", "kind", "country", "name"),
    [
        ("Narvik railhead", "rail_terminal", "NOR", "Narvik railhead"),
        ("Sabetta", "port", "RUS", "Sabetta"),
        ("Nuuk airport", "airfield", "GRL", "Nuuk Airport"),
        ("Kotzebue plant", "energy_site", "USA", "Kotzebue"),
        ("Haparanda", "rail_terminal", "SWE", "Haparanda railhead"),
        # The place is Longyearbyen, the airport's own name begins otherwise; the same in Utqiagvik.
        ("Longyearbyen airport", "airfield", "SJM", "Svalbard Airport, Longyear"),
        ("Utqiagvik airport", "airfield", "USA", "Wiley Post Will Rogers Memorial Airport"),
        # A kind of site comes first where a place has several, and is no must.
        ("Kiruna mine", "mine", "SWE", "Kiruna (Kiirunavaara)"),
        ("Kokkola refinery", "mine", "FIN", "Keliber lithium refinery, Kokkola"),
        ("Kokkola smelter", "mine", "FIN", "Kokkola zinc smelter"),
        ("Kvanefjeld mine", "mine", "GRL", "Kvanefjeld (Kuannersuit)"),
    ],
)
def test_what_an_expert_asks_first_is_found(picture, asked, kind, country, name):
    nodes = pd.DataFrame(picture.tables["nodes"].drop(columns="geometry"))
    node = nodes.set_index("node_id").loc[find_node(nodes, asked)]
    assert (node["kind"], node["country_iso3"], node["name"]) == (kind, country, name)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("Мурманск", "Murmansk"), ("Тикси", "Tiksi"), ("Tromso", "Tromso"), ("TROMSØ", "Tromso"),
        ("Nar'yan-Mar", "Nar Yan-Mar"), ("Naryan Mar", "Nar Yan-Mar"), ("Нарьян-Мар", "Nar Yan-Mar"),
        ("Godthåb", "Nuuk"), ("Barrow airport", "Wiley Post Will Rogers Memorial Airport"),
    ],
)  # fmt: skip
def test_a_place_is_found_by_each_of_its_names(folder, asked, name):
    report = explain_node(folder, asked)
    assert report["node"]["name"] == name


def test_explain_names_what_else_is_of_the_place(folder, picture):
    report = explain_node(folder, "Kirkenes")
    nodes = pd.DataFrame(picture.tables["nodes"].drop(columns="geometry"))
    place = nodes.set_index("node_id").loc[report["node"]["node_id"], "place_id"]
    here = set(nodes.loc[nodes["place_id"] == place, "node_id"]) - {report["node"]["node_id"]}
    assert len(here) == report["place_nodes"] - 1 > 1
    assert here <= {row["node_id"] for row in report["others"]}
    for row in report["others"]:
        assert find_node(nodes, row["ask"]) == row["node_id"], "what is told to ask for finds the node"
        assert row["ask"] in as_text(report)
    assert report["found_by"] == "its name"
    assert explain_node(folder, "Girkonjárga")["found_by"] == "another name of Kirkenes"
    alone = explain_node(folder, "airfield:oa-pacy")
    assert (alone["found_by"], alone["others"]) == ("its id", [])


@pytest.mark.parametrize("asked", ["Pituffik", "Thule Air Base", "Bilibino nuclear"])
def test_what_is_not_held_is_refused_with_the_nearest(picture, asked):
    """Known as a military site alone, or not at all; a short name inside a long one is not near it."""
    nodes = pd.DataFrame(picture.tables["nodes"].drop(columns="geometry"))
    with pytest.raises(UsageError, match=f"found '{asked}': nearest are .*, .*, "):
        find_node(nodes, asked)


@pytest.mark.parametrize("asked", ["Pituffik", "thule air base"])
def test_a_military_site_is_no_node_and_explain_says_why(folder, asked):
    with pytest.raises(
        UsageError, match=r"found Pituffik.*, a military site .*: it is no node.* Qaanaaq .* km"
    ):
        explain_node(folder, asked)
    with pytest.raises(UsageError, match="found 'Pituffick bases': nearest are "):
        explain_node(folder, "Pituffick bases")


def test_a_small_part_of_a_name_is_not_near_it():
    one = pd.DataFrame(
        {"node_id": ["energy_site:lya"], "name": ["Lya"], "kind": ["energy_site"], "place": ["Lya"],
         "military_known": [0.5], "flag": ["not_flagged"], "flag_probability": [0.0]}
    )  # fmt: skip
    with pytest.raises(UsageError, match="nearest are Lya"):
        find_node(one, "Zapolyarny")
    assert find_node(one, "lya plant") == "energy_site:lya"


def test_a_plant_of_another_place_is_not_near(picture):
    nodes = pd.DataFrame(picture.tables["nodes"].drop(columns="geometry"))
    assert find_node(nodes, "Vorkuta CHP-2") == "energy_site:plant-vorkuta_chp_2_rus"
    rest = nodes[nodes["place"] != "Vorkuta"]
    with pytest.raises(UsageError, match="found 'Vorkuta CHP-2': nearest are "):
        find_node(rest, "Vorkuta CHP-2")


def test_explain_reads_and_draws_nothing(folder, monkeypatch):
    """Under two seconds, with neither draws nor rules: what is stored is told."""
    for home in (
        "layers.assessed.monte_carlo.draw",
        "layers.assessed.judgement.judge",
        "layers.assessed.nodes.judge",
    ):
        monkeypatch.setattr(home, lambda *_a, **_k: pytest.fail("judged again"))
    started = time.process_time()
    result = explain_node(folder, "Narvik railhead")
    assert "rail terminal at Narvik" in as_text(result)
    assert time.process_time() - started < 2


def test_a_picture_of_an_earlier_method_is_not_explained(folder, tmp_path, command):
    old = tmp_path / folder.name
    (old / "layers").mkdir(parents=True)
    (old / "MANIFEST.json").write_bytes((folder / "MANIFEST.json").read_bytes())
    nodes = pd.read_parquet(folder / "layers" / "nodes.parquet").drop(columns="hazard_class")
    nodes.to_parquet(old / "layers" / "nodes.parquet")
    done = command("explain", "Narvik", "--out", old)
    assert (done.returncode, done.stdout, beside_progress(done.stderr).count("\n")) == (1, "", 1)
    assert (
        "expected the column hazard_class of nodes, found none: an older one; build it again" in done.stderr
    )


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Kirkenes", "port:wpi-20650"),
        ("kirkeness", "port:wpi-20650"),
        ("KIRKENES airfield", "airfield:oa-enkr"),
        ("airfield:oa-enkr", "airfield:oa-enkr"),
        ("AIRFIELD:OA-ENKR", "airfield:oa-enkr"),
        ("ENKR", "airfield:oa-enkr"),
        ("Киркенес", "port:wpi-20650"),
        ("Girkonjárga", "port:wpi-20650"),
        ("girkonjarga airport", "airfield:oa-enkr"),
    ],
)
def test_explain_finds_a_node(command, folder, asked, found):
    head = good(command("explain", asked, "--out", folder)).splitlines()[0]
    assert head.startswith("Kirkenes")
    assert head.endswith(f"({found})")


def test_explain_finds_an_airport_that_is_called_one(command, folder):
    assert (
        "(airfield:oa-enkr)" in good(command("explain", "Kirkenes airport", "--out", folder)).splitlines()[0]
    )


def test_explain_as_text_shows_axes_indicators_and_sources(command, folder):
    text = good(command("explain", "Kirkenes", "--out", folder))
    for word in (
        "port:wpi-20650",
        "  climate ",
        "  defence ",
        "  people ",
        "-- military: facility",
        "-- civil: people",
        "Nearest exit of the flag:",
        "overlap of climate and defence",
        "flag:",
        "dual-use class",
        "indicator",
        "Sources:",
        "https://",
    ):
        assert word in text
    assert "Not for navigation" in text
    assert "nan" not in re.sub(r"[A-Za-z]*nan[a-z]+|[a-z]+nan", "", text), (
        "a missing number is printed as nan"
    )


def test_nonsense_is_refused_with_three_suggestions(command, folder, picture):
    done = command("explain", "xqzwvkk", "--out", folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert beside_progress(done.stderr).count("\n") == 1
    assert "found 'xqzwvkk': nearest are" in done.stderr
    ids = re.findall(r"\(([a-z_]+:[^)\s]+)\)", done.stderr)
    assert len(ids) == 3
    assert set(ids) <= set(picture.tables["nodes"]["node_id"])


@pytest.mark.parametrize("asked", ["", "   ", "?!", "node", "0"])
def test_next_to_nothing_is_refused(command, folder, asked):
    done = command("explain", asked, "--out", folder)
    assert done.returncode == 2, done.stdout[:200]
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_trace_shows_the_traceback(command, folder):
    for words in (["--trace", "explain", "xqzwvkk"], ["explain", "xqzwvkk", "--trace"]):
        done = command(*words, "--out", folder)
        assert done.returncode != 0
        assert "Traceback (most recent call last)" in done.stderr
        assert "UsageError: node: expected" in done.stderr
        assert "explain.py" in done.stderr


@pytest.mark.parametrize("words", [["explain", "Kirkenes"], ["check"], ["draw"]], ids=" ".join)
def test_without_a_picture_every_command_says_so(command, tmp_path, words):
    done = command(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert beside_progress(done.stderr).count("\n") == 1
    assert "expected a picture" in done.stderr
    assert "arctic-picture build" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.sweep
def test_draw_writes_the_geopackage_of_the_picture(command, folder, tmp_path):
    report = json.loads(good(command("draw", folder, "--as", "gpkg", "--to", tmp_path / "again", "--json")))
    path = tmp_path / "again" / "picture.gpkg"
    assert [Path(name) for name in report["files"]] == [path]
    assert sha256_of(path) == sha256_of(folder / "picture.gpkg"), "drawn again, the bytes differ"
    assert [p.name for p in path.parent.iterdir()] == ["picture.gpkg"]


def test_draw_writes_the_map_of_the_picture(command, folder, tmp_path):
    good(command("draw", folder, "--as", "html", "--to", tmp_path / "again"))
    assert sha256_of(tmp_path / "again" / "map.html") == sha256_of(folder / "map.html")


@pytest.mark.sweep
def test_draw_twice_into_one_folder(command, folder, tmp_path):
    target = tmp_path / "again"
    target.mkdir()
    (target / "picture.gpkg").write_bytes((folder / "picture.gpkg").read_bytes())
    done = command("draw", folder, "--as", "gpkg", "--to", target)
    assert (target / "picture.gpkg").is_file(), done.stderr
    assert done.returncode == 0, done.stderr
    assert sha256_of(target / "picture.gpkg") == sha256_of(folder / "picture.gpkg")


def test_draw_refuses_what_it_cannot_draw(command, folder, tmp_path):
    done = command("draw", folder, "--as", "shapefile")
    assert (done.returncode, done.stdout) == (2, "")
    assert re.search(r"^arctic-picture: --as: expected all, gpkg, html.*found 'shapefile'\n$", done.stderr)
    assert not list(tmp_path.iterdir())


def test_the_drawn_geopackage_opens(folder):
    assert len(pyogrio.list_layers(folder / "picture.gpkg")) > 30


def test_output_survives_a_terminal_without_unicode(command, folder):
    done = command("explain", "Tromsø", "--out", folder, LC_ALL="C", PYTHONIOENCODING="utf-8")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
