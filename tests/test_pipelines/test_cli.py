"""The command line from outside: results on stdout, errors in one line, every number with its source."""

from __future__ import annotations

import json
import math
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pyogrio
import pytest

from pipelines.source import sha256_of
from pipelines.sources import SOURCES


def good(done) -> str:
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_every_command_has_help(command):
    said = good(command("--help"))
    commands = re.findall(r"^  ([a-z]+)  +\S", said.partition("Commands:")[2], re.MULTILINE)
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
        assert all(str(value).strip() for value in row.values())
        date.fromisoformat(row["as_of"])
        assert re.fullmatch(r"\d+ d|model|not held", row["age"]), row
        if date.fromisoformat(row["as_of"]) < date(2026, 1, 1) and row["state"] == "embedded":
            assert row["age"].endswith(" d")
    text = good(command("sources"))
    assert text.count("\n") == len(SOURCES)
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
    told = json.loads(good(command("explain", asked, "--out", folder, "--json")))
    assert told["node"]["kind"] == kind
    assert name in told["node"]["name"]


@pytest.mark.parametrize("node", ["port:wpi-20650", "airfield:oa-enkr"])
def test_explain_finds_a_node_by_id(command, folder, node):
    assert json.loads(good(command("explain", node, "--out", folder, "--json")))["node"]["node_id"] == node


def test_explain_tells_every_number_with_its_source(command, folder, picture):
    told = json.loads(good(command("explain", "port:wpi-20650", "--out", folder, "--json")))
    assert told["picture"] == folder.name
    listed = {row["id"] for row in json.loads(good(command("sources", "--json")))["sources"]}
    manifest = {
        row["id"] for row in json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))["sources"]
    }
    rows = picture.tables["evidence"].query("node_id == 'port:wpi-20650'")
    assert len(told["evidence"]) == len(rows) > 10
    for row in told["evidence"]:
        assert row["source_id"] in listed
        assert row["source_id"] in manifest
        assert row["source"]
        assert row["homepage"]
        date.fromisoformat(row["as_of"])
        assert row["unit"]
        assert row["state"] in {"known", "unknown", "not_applicable"}
        if row["state"] != "known":
            assert row["score"] is None
        else:
            assert 0 <= row["score"] <= 1
    key = ["axis", "dimension", "group", "indicator"]
    stored = rows.set_index(key)["score"]
    for row in told["evidence"]:
        value = stored[tuple(row[part] for part in key)]
        assert (row["score"] is None) == pd.isna(value)
        assert row["score"] is None or math.isclose(row["score"], value)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Kirkenes", "port:wpi-20650"),
        ("kirkeness", "port:wpi-20650"),
        ("KIRKENES airfield", "airfield:oa-enkr"),
        ("airfield:oa-enkr", "airfield:oa-enkr"),
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
        "climate",
        "military",
        "civil",
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
    assert done.stderr.count("\n") == 1
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
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "expected a picture" in done.stderr
    assert "arctic-picture build" in done.stderr
    assert not list(tmp_path.iterdir())


def test_draw_writes_the_geopackage_of_the_picture(command, folder, tmp_path):
    told = json.loads(good(command("draw", folder, "--as", "gpkg", "--to", tmp_path / "again", "--json")))
    path = tmp_path / "again" / "picture.gpkg"
    assert [Path(name) for name in told["files"]] == [path]
    assert sha256_of(path) == sha256_of(folder / "picture.gpkg"), "drawn again, the bytes differ"
    assert [p.name for p in path.parent.iterdir()] == ["picture.gpkg"]


def test_draw_writes_the_map_of_the_picture(command, folder, tmp_path):
    good(command("draw", folder, "--as", "html", "--to", tmp_path / "again"))
    assert sha256_of(tmp_path / "again" / "map.html") == sha256_of(folder / "map.html")


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
