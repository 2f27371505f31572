"""The door of users' files as `--private` uses it: the sandbox, the folder, the description, the words."""

from __future__ import annotations

import json
import os
import shutil
import socket
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from run_commands import ROOT, run_command
from user_file_makers import points, write_toml, zipped

from layers.errors import SourceError, UsageError
from layers.picture import Picture
from layers.regions import REGIONS, region
from layers.scenarios import scenario
from pipelines.picture.private import add_private, cut_to, read_private, rows_text
from pipelines.user_files import take as taking
from pipelines.user_files.formats import as_user_file, find

CSV = "navn;lat;lon;dato\nA;69,65;18,95;01.02.2024\nB;70;20;2024-03-05\nC;;;\nD;0;0;\n"


@pytest.fixture
def cases(mirror: Path) -> Path:
    return mirror.parents[1] / "cases"


def own_of(folder: Path) -> list[str]:
    """The names of the features of each layer, and the sentence on its rows, cut to the whole Arctic."""
    layers = [cut_to(one, REGIONS[0]) for one in read_private(folder)]
    return [f"{one.table['name'].tolist()} {rows_text(one)}" for one in layers]


RIGHT = {
    "private_csv_semicolon": [
        "['Tromsø'] 1 of 1 row; its text is no UTF-8 and was read as Windows-1252: "
        'if names look wrong, write encoding = "…" in its TOML.'
    ],
    "private_shapefile": ["['a'] 1 of 1 row."],
    "private_null": ["['a'] 1 of 2 rows; left out: 1 without geometry (row 2)."],
    "private_world": ["['north'] 1 of 2 rows; left out: 1 outside the region (row 2)."],
    "private_navn": ["['a name in Norwegian'] 1 of 1 row."],
    "private_qmd": ["['a'] 1 of 1 row."],
    "private_toml_bom": ["['a'] 1 of 1 row."],
    "private_lying_count1": ["['n0', 'n1', 'n2'] 3 of 3 rows."],
    "private_column_names": ["['n'] 1 of 1 row."],
}
REFUSED = {
    "private_swapped": r"0 of 2 rows; left out: 2 outside the region \(rows 1, 2\); latitude and longi",
    "private_view_endless": "expected the layer 'v' to be a table, found a view",
    "private_pipeline": "expected GeoJSON, found the type 'gdal_streamed_alg'",
    "private_crs_link": "expected a crs by name such as EPSG:3413, found .*link.* nothing is fetched",
}


@pytest.mark.shared
def test_the_cases_that_are_read(cases, tmp_path):
    for name in RIGHT:
        shutil.copytree(cases / name, tmp_path / name)
    assert {name: own_of(tmp_path / name) for name in RIGHT} == RIGHT


@pytest.mark.shared
def test_the_cases_that_are_refused(cases, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.setblocking(False)
        port = canary.getsockname()[1]
        for name, words in REFUSED.items():
            folder = shutil.copytree(cases / name, tmp_path / name)
            for path in folder.glob("*.geojson"):
                text = path.read_text().replace("@HERE@", str(cases / "private_pipeline_secret"))
                path.write_text(text.replace("@PORT@", str(port)))
            started = time.monotonic()
            with pytest.raises(UsageError, match=words) as refusal:
                read_private(folder)
            assert time.monotonic() - started < 60
            assert "CANARY" not in str(refusal.value)
        with pytest.raises(BlockingIOError):
            canary.accept()


@pytest.mark.shared
def test_every_private_case_is_tried(cases):
    names = {path.name for path in cases.glob("private_*")} - {"private_pipeline_secret"}
    assert names == {*RIGHT, *REFUSED}


def test_the_child_has_the_drivers_of_the_format_and_no_other(tmp_path):
    """Without its driver GDAL cannot open the file, whatever is in it."""
    points().to_file(tmp_path / "x.gpkg")
    one = as_user_file(tmp_path / "x.gpkg")
    bare = replace(one, format=replace(one.format, drivers=("FlatGeobuf",)))
    with pytest.raises(UsageError, match=r"x.gpkg: expected it to be read, found DataSourceError"):
        taking.take(bare, {})


def test_a_reader_without_end_is_ended(tmp_path):
    path = write_toml(tmp_path / "x.csv")
    path.write_text(CSV, encoding="utf-8")
    with pytest.raises(UsageError, match=r"x.csv: expected its files to be read within 0.05 s, found no end"):
        taking.take(as_user_file(path), {}, seconds=0.05)


def test_a_table_that_does_not_add_up_is_not_taken(tmp_path):
    """A reader that a file took over could write anything: what it writes is counted again."""
    good = {
        "name": "", "rows": 2, "left_out": {"x": 1}, "left_rows": {"x": [2]}, "exchanged": 0,
        "columns": {"c0_0": "a"},
        "name_column": None,
        "date": None, "crs": "", "remark": "",
    }  # fmt: skip
    point = shapely.to_wkb(shapely.Point(0, 0))
    arrays = {"layer": pa.array([0], pa.int32()), "row": pa.array([0], pa.int64()),
    "kind": pa.array([0], pa.int8()),
              "number": pa.array([1], pa.int64()),
              "geometry": pa.array([point], pa.binary()), "c0_0": pa.array(["v"], pa.string())}  # fmt: skip

    def checked(described, changed=None):
        meta = {b"user_file": json.dumps({"layers": [described]})}
        pq.write_table(
            pa.table(arrays | (changed or {})).replace_schema_metadata(meta), tmp_path / "t.parquet"
        )
        return taking._checked(tmp_path / "t.parquet")

    assert checked(good)[0].attributes == {"a": ["v"]}
    for wrong in (
        {"rows": 3}, {"left_out": {"x": 0}}, {"left_out": {"x": -1}}, {"columns": {}},
        {"columns": {"c0_1": "a"}},
        {"name": 7}, {"exchanged": "0"}, {"left_rows": {"y": [2]}}, {"left_rows": {"x": list(range(1, 7))}},
        {"left_rows": {"x": ["2"]}}, {"left_rows": {"x": [0]}}, {"rows": "2"}, {"name_column": 1},
    ):  # fmt: skip
        with pytest.raises(SourceError, match="expected the table of its reader"):
            checked(good | wrong)
    for changed in (
        {"kind": pa.array([1], pa.int8())}, {"row": pa.array([5], pa.int64())}, {"layer": pa.array([1],
        pa.int32())},
        {"geometry": pa.array([b"x"], pa.binary())}, {"c0_0": pa.array(["v" * 100_001], pa.string())},
        {"more": pa.array([1])},
    ):  # fmt: skip
        with pytest.raises(SourceError, match="expected the table of its reader"):
            checked(good, changed)


# --- the folder ------------------------------------------------------------------------------


def test_what_lies_in_a_folder(tmp_path):
    points().to_file(tmp_path / "posts.shp")
    for name in ("POSTS.QMD", "posts.sbn", "Thumbs.db", ".hidden", "notes.docx", "track.gpx"):
        (tmp_path / name).write_text("x")
    write_toml(tmp_path / "posts.shp")
    inner = tmp_path / "harbours"
    inner.mkdir()
    points().to_file(inner / "harbours.shp")
    write_toml(tmp_path / "harbours")
    (tmp_path / "list.txt").write_text("lat\tlon\n70\t20\n")
    write_toml(tmp_path / "list.txt")
    files, strange = find(tmp_path)
    assert {one.name: one.toml.name for one in files} == {
        "posts.shp": "posts.toml", "list.txt": "list.toml", "harbours.shp": "harbours.toml",
    }  # fmt: skip
    assert strange == ["notes.docx", "track.gpx"]
    assert {part.suffix for part in files[-1].beside} == {".shx", ".dbf", ".prj", ".cpg"}


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    (tmp_path / "secret.csv").write_text("lat,lon,x\n70,20,CANARY\n")
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "x.csv").symlink_to(tmp_path / "secret.csv")
    write_toml(folder / "x.csv")
    words = "expected a file in the folder, found a link that leads out of it"
    with pytest.raises(UsageError, match=words):
        find(folder)
    (folder / "x.csv").unlink()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "secret.csv").rename(elsewhere / "x.csv")
    (folder / "x").symlink_to(elsewhere)
    with pytest.raises(UsageError, match=words):
        find(folder)


def test_pipes_and_folders_with_a_suffix_are_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "x.csv")
    write_toml(tmp_path / "x.csv")
    with pytest.raises(UsageError, match="expected a plain file, found another kind"):
        find(tmp_path)
    for name in ("\0", "a" * 300, str(tmp_path / "x.csv")):
        with pytest.raises(UsageError, match="expected a folder"):
            find(Path(name))


# --- from the folder to the picture ----------------------------------------------------------


def test_layers_are_cut_counted_and_named(tmp_path):
    gpkg = write_toml(tmp_path / "three.gpkg", title="Mine")
    points().to_file(gpkg, layer="posts")
    line = gpd.GeoDataFrame({"имя": ["Путь"]}, geometry=[shapely.LineString([(20, 70), (30, 72)])], crs=4326)
    line.to_crs(32635).to_file(gpkg, layer="Пути")
    both = gpd.GeoDataFrame(
        {"a": [1, 2]}, geometry=[shapely.Point(-50, 70), shapely.box(10, 70, 12, 71)], crs=4326
    )
    both.to_file(gpkg, layer="both")
    own = read_private(tmp_path)
    picture = Picture(REGIONS[0], scenario("today"), date(2026, 1, 1), (), {}, ())
    whole = add_private(picture, own, "public")
    titles = {layer.title: whole.tables[layer.id] for layer in whole.private}
    assert list(titles) == ["Private: Mine: both: points", "Private: Mine: both: areas",
    "Private: Mine: posts",
                            "Private: Mine: Пути"]  # fmt: skip
    assert titles["Private: Mine: Пути"]["name"].tolist() == ["Путь"]
    assert len({layer.id for layer in whole.private}) == 4
    assert all(layer.id.isascii() for layer in whole.private)
    remarks = {note.title: note.remark for note in whole.sources if note.state == "private"}
    assert remarks["Mine: posts"] == (
        "1 of 3 rows; left out: 1 without geometry (row 2), 1 outside the region (row 3)."
    )
    assert whole.private_rows == (4, 6)
    barents = add_private(replace(picture, region=region("barents")), own, "public")
    points_of = next(note for note in barents.sources if note.title == "Mine: both: points")
    assert points_of.remark == "0 of 1 row; left out: 1 outside the region (row 1)."


def test_a_zip_and_a_folder_of_one_shapefile_agree(tmp_path):
    points().to_file(tmp_path / "a.shp")
    parts = sorted(tmp_path.glob("a.*"))
    own = tmp_path / "own"
    own.mkdir()
    write_toml(zipped(own / "packed.zip", parts), title="Packed")
    inner = own / "Plain"
    inner.mkdir()
    for part in parts:
        part.rename(inner / part.name.replace("a.", "PLAIN.").upper())
    write_toml(inner / "PLAIN", title="Plain")
    plain, packed = (one.table for one in read_private(own)[::-1])
    assert plain["name"].tolist() == packed["name"].tolist() == ["Bjørnøya"]
    assert plain.geometry[0].equals(packed.geometry[0])


# --- the command add -------------------------------------------------------------------------


def test_add_proposes_what_build_takes(tmp_path):
    (tmp_path / "hytter.csv").write_text(CSV, encoding="utf-8")
    done = run_command(tmp_path, "add", "hytter.csv")
    assert (done.returncode, done.stderr) == (0, "")
    sentence = (
        "2 of 4 rows; left out: 1 without geometry (row 4), 1 at 0, 0 (row 5). Names are in the column "
    )
    assert sentence in done.stdout
    assert "Next: arctic-picture build --private own" in done.stdout
    assert 'as_of = "2024-03-05"' in (tmp_path / "own" / "hytter.toml").read_text(encoding="utf-8")
    assert own_of(tmp_path / "own")[0].startswith("['A', 'B'] 2 of 4")
    again = run_command(tmp_path, "add", "hytter.csv")
    assert again.returncode == 2
    assert "expected no such file in own, found one" in again.stderr
    assert not list((tmp_path / "own").glob(".*"))


def test_add_asks_for_the_date_in_one_line(tmp_path):
    path = tmp_path / "Radar sites.geojson"
    points().to_file(path)
    done = run_command(tmp_path, "add", path.name, "--into", "mine")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "name the date, such as --as-of 2026-03-01" in done.stderr
    assert not (tmp_path / "mine").exists()
    named = ("--as-of", "2026-03-01", "--title", 'a "b" \\', "--json")
    done = run_command(tmp_path, "add", path.name, "--into", "mine", *named)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert set(result) == {"files", "description", "layers"}
    left_out = {"without geometry": 1, "outside the region": 1}
    assert result["layers"] == [{"name": "", "rows": 3, "taken": 1, "left_out": left_out}]
    text = (tmp_path / "mine" / "Radar sites.toml").read_text(encoding="utf-8")
    assert 'pillar = "military"' in text
    assert [one.note.title for one in read_private(tmp_path / "mine")] == ['a "b" \\']


# --- hostile files ---------------------------------------------------------------------------


@pytest.mark.sweep
def test_hostile_files_leak_nothing_reach_nothing_and_lose_nothing(tmp_path, monkeypatch):
    """33 files through the sandbox as the user's own go: refused, or every row accounted for."""
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks.user_files import hostile_outcomes

    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.setblocking(False)
        outcomes = list(hostile_outcomes(tmp_path, f"http://127.0.0.1:{canary.getsockname()[1]}/x"))
        with pytest.raises(BlockingIOError):
            canary.accept()
    assert len(outcomes) == 33
    assert not [one.name for one in outcomes if one.leaked or one.seconds > 60 or not one.is_accounted]
    refused = {one.name: one.refusal for one in outcomes if one.rows is None}
    assert set(refused) == {one.name for one in outcomes if one.expected is None}
    for name, words in refused.items():
        assert words.startswith("--private, x."), name
        assert "expected" in words, name
        assert words.isprintable(), name
    assert not list(tmp_path.rglob("escaped.csv"))


@pytest.mark.sweep
def test_the_example_of_the_readme_works_as_written(tmp_path):
    """`build` has its own tests; the other lines are run as they stand."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("### Your own files")[1]
    lines = [line.split()[1:] for line in section.split("```")[1].split("\n") if "arctic-picture" in line]
    assert [line[0] for line in lines] == ["add", "sources", "build"]
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    said = [run_command(tmp_path, *line) for line in lines[:2]]
    assert [done.returncode for done in said] == [0, 0], said
    sentence = "3 of 5 rows; left out: 1 without geometry (row 5), 1 outside the region (row 6)."
    assert sentence.rstrip(".") in " ".join(section.split()), "the README says what comes"
    for done in said:
        assert sentence in " ".join(done.stdout.split())
    assert (tmp_path / lines[2][-1] / "cabins.toml").exists()
