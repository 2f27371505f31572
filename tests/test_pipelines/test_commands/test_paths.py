"""Paths that cannot be used: one line on stderr, exit code 2, no traceback and nothing written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely

if TYPE_CHECKING:
    from types import SimpleNamespace


@pytest.fixture
def places(tmp_path):
    """A file, an empty folder, a text that is called a shapefile, a shapefile that is no chart."""
    (tmp_path / "file").write_text("mine")
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.shp").write_text("no shape")
    roads = gpd.GeoDataFrame({"road": ["E6"]}, geometry=[shapely.box(0, 70, 1, 71)], crs=4326)
    roads.to_file(tmp_path / "roads.shp")
    cube = tmp_path / "cube" / "synthetic"
    cube.mkdir(parents=True)
    (cube / "2000.nc").write_text("no NetCDF")
    return tmp_path


def is_refused(done: SimpleNamespace, *words: str) -> None:
    assert (done.code, done.out) == (2, ""), done.err
    assert done.err.startswith("arctic-picture: ")
    assert done.err.count("\n") == 1
    assert all(word in done.err for word in words), done.err


@pytest.mark.parametrize("command", ["draw", "brief"])
@pytest.mark.parametrize("to", ["file", "file/below", "/proc/none/below"])
def test_a_folder_that_cannot_be_written_is_refused(run, places, folder, command, to):
    words = (command, folder, "--as", "html", "--to", places / to)
    is_refused(run(*words), "--to: expected a folder that can be written")
    assert (places / "file").read_text() == "mine"


@pytest.mark.parametrize("words", [["draw"], ["brief"], ["check"], ["standards"], ["lens", "--states", "NO"]])
@pytest.mark.parametrize("place", ["file", "empty", "none"])
def test_what_is_no_picture_is_refused(run, places, words, place):
    is_refused(run(*words, places / place), "expected a picture", "found none")


def test_explain_and_changes_refuse_what_is_no_picture(run, places):
    is_refused(run("explain", "Kirkenes", "--out", places / "none"), "expected a picture")
    is_refused(run("changes", places / "empty", places / "file"), "expected a picture")


def test_draw_refuses_to_compare_with_what_is_no_picture(run, places, folder):
    done = run("draw", folder, "--compare", places / "empty", "--to", places / "new")
    is_refused(done, "expected a picture")
    assert not (places / "new").exists()


@pytest.mark.parametrize(
    ("chart", "said"),
    [
        ("none.shp", "CHARTS: expected a file"),
        ("empty", "CHARTS: expected a file"),
        ("file", "expected a shapefile, .shp or .zip, found no suffix"),
        ("text.shp", "expected a shapefile that can be read"),
        ("roads.shp", "expected the columns CT, SA"),
    ],
)
def test_polaris_refuses_what_is_no_chart(run, places, chart, said):
    is_refused(run("polaris", places / chart, "--to", places / "new"), said)
    assert not (places / "new").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none"], "CUBE: expected a folder at"),
        (["file"], "CUBE: expected a folder at"),
        (["empty"], "found no days"),
        (["cube"], "2000.nc: expected a whole NetCDF file"),
        (["new", "none.nc"], "FILES: expected a file at"),
        (["new", "empty"], "FILES: expected a file at"),
        (["none", "--product", "p", "--to", "file"], "CUBE: expected a folder at"),
    ],
)
def test_ice_refuses_what_is_no_archive(run, places, words, said):
    done = run("ice", *(word if word in {"--product", "--to", "p"} else places / word for word in words))
    is_refused(done, said)
    assert not (places / "new").exists()


def test_ice_takes_no_file_of_another_kind(run, places):
    done = run("ice", places / "new", places / "file")
    assert done.code == 2
    assert "no days\nheld: file: expected a name that begins" in done.out
    assert done.err.count("\n") == 1
    assert "no day was taken in" in done.err


@pytest.mark.parametrize("words", [["isochrones", "Murmansk", "--month", "9"], ["routes"]])
def test_the_ice_pages_refuse_a_file_for_their_folder(run, places, words):
    is_refused(run(*words, "--to", places / "file"), "--to: expected a folder that can be written")


@pytest.mark.parametrize("cube", ["none", "file"])
def test_isochrones_refuse_what_is_no_cube(run, places, cube):
    words = ("isochrones", "Murmansk", "--month", "9", "--cube", places / cube, "--product", "p")
    is_refused(run(*words), "--cube: expected a folder at")


@pytest.mark.parametrize(
    ("cache", "said"),
    [
        ("none", "--cache: expected a folder at"),
        ("file", "--cache: expected a folder at"),
        ("empty", "expected a folder of fetched files with ledger.json"),
    ],
)
def test_sources_refuse_what_is_no_cache(run, places, cache, said):
    is_refused(run("sources", "--cache", places / cache), said)


def test_fetch_refuses_a_file_for_its_cache(run, places):
    is_refused(run("fetch", "--cache", places / "file"), "--cache: expected a folder that can be written")


def test_a_live_build_into_a_file_is_refused_in_one_line(run, places):
    done = run("build", "--live", "--out", places / "file", "--cache", places / "kept")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "expected a folder for pictures and their record" in done.err
    assert not Path(places / "kept").exists()
