"""The straight line: the same bytes from anyone's process, refusals that publish nothing, a check."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from run_commands import beside_progress, environment, read_today, run_command, start_offline

from layers.errors import UsageError
from layers.regions import region
from pipelines.picture import build as line
from pipelines.picture.build import Options
from pipelines.picture.publish import MANIFEST
from pipelines.source import sha256_of

NODE_VALUES = [
    "scope", "in_arctic", "place_id", "place", "hazard_class", "military_class", "dependence_class",
    "hazard_deciding", "hazard_tier", "hazard_could_be", "deciding_datum", "military_low", "military_high",
    "military_known", "military_coverage", "dual_use_class", "overlap_probability", "flag_probability",
    "flag", "permafrost_zone", "ground_ice", "ice_months_recent", "ice_months_lost", "coastal_erosion_class",
    "relative_sea_level_m", "fact_age_years", "reasons", "nearest_exit",
]  # fmt: skip


def hashes(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): sha256_of(p) for p in sorted(folder.rglob("*")) if p.is_file()}


def finish(started: list[tuple[subprocess.Popen[str], Path]]) -> list[dict[str, Any]]:
    """What builds said; each is one JSON object, nothing beside it, and only progress on stderr."""
    ended = [(process, place, *process.communicate(timeout=180)) for process, place in started]
    result = []
    for process, place, out, err in ended:
        assert beside_progress(err) == ""
        assert out.count("\n") == 1
        row = json.loads(out)
        folder = place / "pictures" / "snapshots" / row["id"]
        assert (process.returncode, row["status"]) == read_today(folder)
        result.append(row | {"folder": folder})
    return result


@pytest.fixture(scope="module")
def two(tmp_path_factory) -> tuple[dict[str, Any], dict[str, Any]]:
    """The default picture, built in two fresh processes that differ in all that must not matter."""
    places = [tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("another place with ø")]
    worlds = [
        {
            "PYTHONHASHSEED": "0",
            "TZ": "Pacific/Kiritimati",
            "LC_ALL": "C",
            "MODULES_TO": str(places[0] / "modules"),
        },
        {
            "PYTHONHASHSEED": "1",
            "TZ": "America/Adak",
            "LC_ALL": "C.UTF-8",
            "HOME": str(places[1]),
            "OMP_NUM_THREADS": "1",
        },
    ]
    first, second = finish(
        [
            (start_offline(place, "build", "--json", **world), place)
            for place, world in zip(places, worlds, strict=True)
        ]
    )
    return first | {"modules": set((places[0] / "modules").read_text().split())}, second


@pytest.fixture(scope="module")
def others(tmp_path_factory) -> dict[str, dict[str, Any]]:
    """A small region, and a warmer world."""
    row = {
        "barents": ["--region", "barents"],
        "warmer": ["--scenario", "warming_2", "--region", "greenland", "--draws", "40"],
    }
    places = {name: tmp_path_factory.mktemp(name) for name in row}
    started = [
        (start_offline(places[name], "build", "--json", *words), places[name]) for name, words in row.items()
    ]
    return dict(zip(row, finish(started), strict=True))


def test_two_processes_give_the_same_bytes(two, folder):
    first, second = two
    assert first["id"] == second["id"]
    one, other = hashes(first["folder"]), hashes(second["folder"])
    assert [name for name in one if one[name] != other.get(name)] == []
    assert set(one) == set(other)
    # and the same as in this process, which has built and drawn other things before
    here = hashes(folder)
    assert {name for name in here if here[name] != one.get(name)} == set()
    assert folder.name == first["id"]


def test_a_build_needs_no_prefect(two):
    assert "layers.compose" in two[0]["modules"], "the list of modules is not that of a build"
    heavy = {
        "prefect",
        "fastapi",
        "sqlalchemy",
        "requests",
        "iris",
        "openpyxl",
        "pytest",
        "IPython",
        "matplotlib",
    }
    assert not heavy & two[0]["modules"]


def test_build_json_keeps_the_contract(two):
    result = two[0]
    assert {"id", "path", "status", "seconds", "region", "scenario", "layers", "flags"} <= set(result)
    assert (result["region"], result["scenario"]) == ("arctic", "today")
    assert Path(result["path"]).name == result["id"]
    assert set(result["flags"]) == {"robust", "possible", "not_flagged", "insufficient_data"}
    assert sum(result["flags"].values()) == sum(result["nodes"].values())
    assert isinstance(result["seconds"], float)
    for row in result["layers"]:
        assert {"id", "rows", "as_of", "state"} <= set(row)
        # Fetched maps feed this one; the embedded tables hold what was read off them at the nodes.
        assert row["rows"] > 0 or row["id"] == "permafrost_maps"
    assert all(isinstance(count, int) for count in result["flags"].values())


def test_the_manifest_holds_what_it_promises(folder):
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    assert {
        "format",
        "id",
        "seq",
        "files",
        "layers",
        "sources",
        "inputs",
        "gates",
        "method",
        "code",
        "options",
    } <= set(manifest)
    assert manifest["id"] == folder.name
    for row in manifest["files"]:
        path = folder / row["file"]
        assert path.stat().st_size == row["size"]
        assert sha256_of(path) == row["sha256"]
        if row["file"].startswith("layers/"):
            assert row["crs"] == "EPSG:3413"
            assert row["rows"] == len(gpd.read_parquet(path))
    assert {row["file"] for row in manifest["files"]} | {MANIFEST} == set(hashes(folder))
    assert {"map.html", "picture.gpkg", "layers/nodes.parquet", "tables/evidence.parquet"} <= set(
        hashes(folder)
    )
    known = {row["id"] for row in manifest["sources"]}
    evidence = pd.read_parquet(folder / "tables" / "evidence.parquet")
    assert set(evidence["source_id"]) <= known


def test_no_output_names_this_machine(folder):
    names = {
        str(Path.home()).encode(),
        str(folder).encode(),
        str(Path(__file__).parents[3]).encode(),
        os.fsencode(sys.prefix),
    }
    host = socket.gethostname()
    if len(host) > 6:
        names.add(host.encode())
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not [name for name in names if len(name) > 5 and name in data], path.name


@pytest.mark.sweep
def test_nodes_of_a_region_are_those_of_the_whole(others, picture):
    result = others["barents"]
    assert result["region"] == "barents"
    small = gpd.read_parquet(result["folder"] / "layers" / "nodes.parquet").set_index("node_id")
    whole = picture.tables["nodes"].set_index("node_id")
    assert 50 < len(small) < len(whole) / 4
    assert set(small.index) <= set(whole.index)
    pd.testing.assert_frame_equal(
        pd.DataFrame(small[NODE_VALUES]), pd.DataFrame(whole.loc[small.index, NODE_VALUES]), check_exact=True
    )
    inside = whole[whole.geometry.intersects(region("barents").outline)]
    assert set(inside.index) == set(small.index)
    evidence = pd.read_parquet(result["folder"] / "tables" / "evidence.parquet")
    assert set(evidence["node_id"]) == set(small.index)
    assert len(evidence) == picture.tables["evidence"]["node_id"].isin(small.index).sum()


@pytest.mark.sweep
def test_every_geometry_of_a_region_touches_it(others):
    outline = region("barents").outline
    for path in (others["barents"]["folder"] / "layers").glob("*.parquet"):
        assert gpd.read_parquet(path).geometry.intersects(outline).all(), path.name


@pytest.mark.sweep
def test_a_warmer_world_is_another_picture(others, picture):
    result = others["warmer"]
    assert (result["scenario"], result["region"]) == ("warming_2", "greenland")
    warm = gpd.read_parquet(result["folder"] / "layers" / "nodes.parquet").set_index("node_id")
    today = picture.tables["nodes"].set_index("node_id").loc[warm.index]
    assert len(warm) > 20
    rank = {"unknown": 0, "low": 1, "moderate": 2, "high": 3}
    assert (warm["hazard_class"].map(rank) >= today["hazard_class"].map(rank)).all()
    assert (warm["reasons"] != today["reasons"]).any()
    for column in ("military_class", "military_low", "military_high", "dependence_class"):
        assert (warm[column] == today[column]).all(), f"{column} knows nothing of warming"


def test_check_passes_and_counts(folder):
    done = run_command(folder, "check", str(folder), "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["status"]) == read_today(folder)
    assert beside_progress(done.stderr) == ""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    assert report["files"] == len(manifest["files"])
    assert report["sources"] == len(manifest["sources"])
    assert report["orphans"] == 0
    assert report["nodes"] > 1000


@pytest.fixture
def small(others, tmp_path) -> Path:
    """A copy of the small picture that may be spoiled, behind its pointer."""
    folder = shutil.copytree(
        others["barents"]["folder"], tmp_path / "pictures" / "snapshots" / others["barents"]["id"]
    )
    (tmp_path / "pictures" / "latest").symlink_to(f"snapshots/{folder.name}")
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(0o644)
    return folder


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("name", "spoil", "told"),
    [
        ("layers/nodes.parquet", flip, "not the bytes the manifest names"),
        ("map.html", lambda path: path.write_text("x"), "not the bytes the manifest names"),
        ("grids/sea_ice.nc", Path.unlink, "missing"),
        ("tables/planted.parquet", lambda path: path.write_text("x"), "not in the manifest"),
    ],
)
def test_check_names_what_was_tampered_with(small, name, spoil, told):
    spoil(small / name)
    done = run_command(small, "check", str(small.parents[1]))
    assert done.returncode == 1
    assert done.stdout == ""
    assert beside_progress(done.stderr).count("\n") == 1
    assert f"{name}: {told}" in done.stderr


@pytest.mark.sweep
def test_check_names_every_fault_at_once(small):
    flip(small / "map.html")
    (small / "layers" / "ports.parquet").unlink()
    text = run_command(small, "check", str(small)).stderr
    assert "map.html" in text
    assert "layers/ports.parquet" in text


@pytest.mark.sweep
def test_check_names_a_spoiled_manifest(small):
    (small / MANIFEST).write_text("{")
    done = run_command(small, "check", str(small))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert MANIFEST in done.stderr


@pytest.mark.sweep
def test_check_finds_a_file_forged_together_with_its_manifest(small):
    (small / "map.html").write_text("forged")
    manifest = json.loads((small / MANIFEST).read_text(encoding="utf-8"))
    for row in manifest["files"]:
        if row["file"] == "map.html":
            row |= {"size": 6, "sha256": sha256_of(small / "map.html")}
    (small / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    assert run_command(small, "check", str(small)).returncode == 1


REFUSED = [
    (["--region", "atlantis"], "--region: expected one of arctic, high_north.*found 'atlantis'"),
    (["--scenario", "warming_9"], "--scenario: expected one of today.*found 'warming_9'"),
    (["--draws", "0"], "--draws: expected 1 or more, found 0"),
    (["--draws", "-5"], "--draws: expected 1 or more, found -5"),
    (["--as-of", "yesterday"], "--as-of: expected a date such as .*found 'yesterday'"),
    (["--as-of", "2026-02-30"], "--as-of: expected a date"),
]


@pytest.mark.sweep
@pytest.mark.parametrize(("words", "told"), REFUSED, ids=[" ".join(words) for words, _ in REFUSED])
def test_what_cannot_be_built_is_refused_in_one_line(small, words, told):
    root = small.parents[1]
    before = sorted(p.name for p in root.rglob("*"))
    done = run_command(root, "build", "--out", str(root), "--json", *words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert beside_progress(done.stderr).count("\n") == 1
    assert re.search(f"^arctic-picture: {told}", done.stderr)
    assert sorted(p.name for p in root.rglob("*")) == before
    assert (root / "latest").resolve() == small


BADLY = [["--seed", "-1"], ["--draws", "many"], ["--no-such-option"], ["--seed", "1.5"]]


@pytest.mark.sweep
@pytest.mark.parametrize("words", BADLY, ids=[" ".join(words) for words in BADLY])
def test_other_refusals_are_one_line_too(small, words):
    root = small.parents[1]
    done = run_command(root, "build", "--out", str(root), *words)
    assert (root / "latest").resolve() == small
    assert done.returncode == 2
    assert beside_progress(done.stderr).count("\n") == 1


def test_a_dry_run_says_and_does_nothing(tmp_path):
    done = run_command(tmp_path, "build", "--dry-run", "--json")
    assert (done.returncode, beside_progress(done.stderr)) == (0, "")
    rows = json.loads(done.stdout)["sources"]
    assert {"id", "feeds", "rows", "bytes", "as_of", "licence"} <= set(rows[0])
    assert not list(tmp_path.iterdir())
    text = run_command(tmp_path, "build", "--dry-run").stdout
    assert text.count("\n") == len(rows) + 2, "a line of headings and its rule"


def test_a_dry_run_refuses_what_a_build_refuses(tmp_path):
    assert run_command(tmp_path, "build", "--dry-run", "--region", "atlantis").returncode == 2


@pytest.mark.sweep
def test_a_damaged_snapshot_builds_nothing(small, tmp_path):
    """A flipped bit in the embedded data: one line, exit code 1, the last picture stays."""
    from pipelines import snapshot

    copy = shutil.copytree(snapshot.DATA, tmp_path / "data")
    flip(copy / "own_cables.parquet")
    code = (
        "import pipelines.snapshot as s, pathlib, sys\n"
        f"s.load.__defaults__ = (pathlib.Path({str(copy)!r}),)\n"
        "from pipelines.cli import main\nmain()\n"
    )
    root = small.parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code, "build", "--out", str(root)],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert beside_progress(done.stderr).count("\n") == 1
    assert "source own_cables, file own_cables.parquet: expected sha256" in done.stderr
    assert (root / "latest").resolve() == small


def test_an_out_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "pictures").write_text("mine")
    done = run_command(tmp_path, "build", "--region", "bering", "--draws", "5")
    assert done.returncode == 1
    assert beside_progress(done.stderr).count("\n") == 1
    assert "expected to publish a picture" in done.stderr
    assert (tmp_path / "pictures").read_text() == "mine"


@pytest.mark.parametrize("words", [["--help"], ["build", "--help"], ["explain", "--help"]], ids=" ".join)
def test_help_answers_at_once(tmp_path, words):
    """By its own processor time: a test on the other core does not make it slower."""

    def spent():
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    seconds = []
    for _ in range(3):
        before = spent()
        done = run_command(tmp_path, *words)
        seconds.append(spent() - before)
        assert done.returncode == 0
        assert "Usage" in done.stdout
    assert statistics.median(seconds) < 0.5


def test_the_day_of_the_picture_is_the_day_asked_for(picture):
    """Membership follows the picture's day; the default day is the snapshot's, never today."""
    from pipelines.picture.build import Options, compose_snapshot
    from pipelines.snapshot import manifest_of

    assert picture.day == max(date.fromisoformat(row["retrieved"]) for row in manifest_of()["sources"])
    old, _ = compose_snapshot(Options(day=date(2023, 4, 3), draws=1))
    assert old.day == date(2023, 4, 3)
    lens = old.tables["nodes"].groupby("country_iso3")["institution"].unique().map(list)
    assert lens["FIN"] == ["eu_only"]
    now = picture.tables["nodes"].groupby("country_iso3")["institution"].unique().map(list)
    assert now["FIN"] == ["both"]


def test_a_build_removes_what_a_killed_run_left_in_the_temporary_folder(tmp_path, monkeypatch):
    """Also a build that needs no temporary folder itself; here it ends at once, for want of a folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / ".arctic-picture-1-dead"
    left.mkdir()
    (left / "table.parquet").write_bytes(b"x")
    with pytest.raises(UsageError):
        line.make(Options(private=tmp_path / "none"))
    assert not left.exists()
