"""The command `ice` on files as people hold them: gaps, repeats, wrong files among good ones."""

from __future__ import annotations

import json
import os
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
import xarray as xr
from ice_files import Wish, nasa_team

from pipelines.ice.archive import Archive
from pipelines.snapshot import DATA

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def surface() -> np.ndarray:
    with xr.open_dataset(DATA / "sea_ice_grid.nc", decode_times=False, mask_and_scale=False) as grid:
        return grid["surface"].to_numpy()


def dates(cube: Path, product: str) -> list[str]:
    return [str(day)[:10] for day in Archive(cube, product).days()["date"]]


@pytest.mark.shared
def test_gaps_are_filled_repeats_are_quiet_and_near_real_time_is_its_own(run, mirror, tmp_path):
    days, cube = mirror.parents[1] / "cases" / "ice_days", tmp_path / "cube"
    fourth, fifth, sixth = (days / f"nt_2015020{day}_f17_v1.1_n.bin" for day in (4, 5, 6))
    assert run("ice", cube, fourth, sixth).code == 0
    filled = run("ice", cube, fifth)
    assert (filled.code, filled.err, filled.out) == (0, "", "nsidc_0051: 3 days\n")
    assert dates(cube, "nsidc_0051") == ["2015-02-04", "2015-02-05", "2015-02-06"]
    again = run("ice", cube, sixth, "--json")
    assert (again.code, again.err) == (0, "")
    assert json.loads(again.out) == {
        "added": 0, "repeated": 1, "held": [], "products": {"nsidc_0051": 3},
    }  # fmt: skip
    near = run("ice", cube, days / "nt_20150818_f17_nrt_n.bin", tmp_path / "none.bin")
    assert near.code == 10
    assert "nsidc_0081: 1 days" in near.out
    assert "none (not found)" in near.out
    assert dates(cube, "nsidc_0081") == ["2015-08-18"]
    gone = run("ice", cube, tmp_path / "none.bin")
    assert (gone.code, gone.out) == (2, "")
    assert "not found" in gone.err


@pytest.mark.shared
def test_a_bad_file_is_held_by_name_and_the_good_day_is_added(run, mirror, surface, tmp_path):
    [bad] = (mirror.parents[1] / "cases" / "ice_one_bad_file").glob("*.nc")
    done = run("ice", tmp_path / "cube", nasa_team(tmp_path, Wish(), surface), bad)
    assert done.code == 10
    assert f"held: {bad.name}: " in done.out
    assert "1 left out, 1 days added" in done.err
    assert dates(tmp_path / "cube", "nsidc_0051") == ["2020-03-01"]


def test_what_is_no_file_and_a_broken_year_do_not_hide_what_was_added(run, surface, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    broken = tmp_path / "cube" / "other" / "2001.nc"
    broken.parent.mkdir(parents=True)
    broken.write_text("no NetCDF")
    long = "a" * 300
    done = run(
        "ice", tmp_path / "cube", nasa_team(tmp_path, Wish(), surface), tmp_path / "pipe", tmp_path, long
    )
    assert done.code == 10
    for words in ("a pipe, socket or device", "found a folder", "file name too long", "other/2001.nc"):
        assert words in done.out
    assert done.err.count("\n") == 1
    assert dates(tmp_path / "cube", "nsidc_0051") == ["2020-03-01"]


def test_days_that_no_satellite_saw_are_held(run, surface, tmp_path):
    paths = [nasa_team(tmp_path, Wish(date(year, 1, 2)), surface) for year in (1, 1950, 9999)]
    for path, year in zip(paths, (1, 1950, 9999), strict=True):
        renamed = path.with_name(f"nt_{year:04}0102_f17_v1.1_n.bin")
        path.rename(renamed)
    done = run("ice", tmp_path / "cube", *sorted(tmp_path.glob("nt_*.bin")))
    assert done.code == 2
    assert done.out.count("held: ") == 3
    assert "expected a day from 1972-01-01 to today, found 9999-01-02" in done.out
    assert "Traceback" not in done.out + done.err
