"""The cube on disk: nothing rewritten, nothing mixed, what is wrong held and named; passes equal loops."""

from __future__ import annotations

import shutil
import threading
import time
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
import xarray as xr
from ice_files import day_in, take

from layers.errors import ExportError, SourceError, UsageError
from layers.grid import LAND, NSIDC_25KM, cell_area_km2, extent_million_km2
from layers.ice.daily import Day, node_support, series
from layers.ice.seasons import METRICS, season, season_table
from layers.ice.synthetic import days
from pipelines.ice import archive as archive_module
from pipelines.ice.archive import Archive
from pipelines.ice.year_passes import seasons
from pipelines.snapshot import DATA

if TYPE_CHECKING:
    from pathlib import Path

SHAPE = NSIDC_25KM.shape


@pytest.fixture(scope="module")
def surface() -> np.ndarray:
    with xr.open_dataset(DATA / "sea_ice_grid.nc", decode_times=False, mask_and_scale=False) as grid:
        return grid["surface"].to_numpy()


@pytest.fixture(scope="module")
def archive(surface: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Two made years, every other day to May 1980, and what there is of a third."""
    made = Archive(tmp_path_factory.mktemp("cube"), "synthetic")
    made.append(days(1979, 1980, surface, alternate_until=date(1980, 5, 1)), surface)
    return made


def one(when: date, surface: np.ndarray, value: int = 50, product: str = "p") -> Day:
    return Day(when, product, "v1", "f13", np.where(surface == 0, value, LAND).astype(np.uint8))


def test_appending_touches_the_last_year_only(surface, tmp_path):
    cube = Archive(tmp_path, "p")
    assert cube.append([one(date(2000, 12, 30), surface), one(date(2000, 12, 31), surface)], surface) == 2
    cube.append([one(date(2001, 1, 1), surface, 20)], surface)
    before = {y: (p.stat().st_mtime_ns, p.read_bytes()) for y, p in cube.files().items()}
    cube.append([one(date(2001, 1, 2), surface, 30)], surface)
    assert cube.newest(surface) == date(2001, 1, 2)
    after = {y: (p.stat().st_mtime_ns, p.read_bytes()) for y, p in cube.files().items()}
    assert after[2000] == before[2000]
    assert after[2001] != before[2001]
    when, fields = cube.read(date(2000, 12, 31), date(2001, 1, 2))
    assert [str(day) for day in when] == ["2000-12-31", "2001-01-01", "2001-01-02"]
    assert fields[:, surface == 0].max(axis=1).tolist() == [50, 20, 30]
    assert {path.name for path in (tmp_path / "p").iterdir()} == {"2000.nc", "2001.nc", ".lock"}


def test_one_by_one_is_all_at_once(surface, tmp_path):
    some = [one(date(2001, 1, day), surface, day) for day in range(1, 5)]
    Archive(tmp_path / "a", "p").append(some, surface)
    for day in some:
        Archive(tmp_path / "b", "p").append([day], surface)
    assert (tmp_path / "a/p/2001.nc").read_bytes() == (tmp_path / "b/p/2001.nc").read_bytes()


@pytest.mark.parametrize(
    ("when", "value", "said"),
    [
        (date(2001, 1, 2), 60, r"found it with other content \(\d+ cells differ"),
        (date(2001, 1, 3), 0, "all-zero day"),
        (date(2001, 1, 3), 200, "flag 200"),
    ],
)
def test_a_wrong_day_changes_nothing(surface, tmp_path, when, value, said):
    cube = Archive(tmp_path, "p")
    cube.append([one(date(2001, 1, 2), surface)], surface)
    before = cube.files()[2001].read_bytes()
    with pytest.raises(SourceError, match=said):
        cube.append([one(when, surface, value)], surface)
    assert cube.files()[2001].read_bytes() == before


def test_another_surface_or_product_is_refused(surface, tmp_path):
    cube = Archive(tmp_path, "p")
    cube.append([one(date(2001, 1, 2), surface)], surface)
    other = surface.copy()
    other[0, 0] ^= 1
    with pytest.raises(SourceError, match="expected the surface the archive was begun with"):
        cube.append([one(date(2001, 1, 3), other)], other)
    with pytest.raises(SourceError, match="p: expected its own days, found q: keep products apart"):
        cube.append([one(date(2001, 1, 3), surface, product="q")], surface)


def test_a_cut_or_flipped_file_is_named(surface, tmp_path):
    cube = Archive(tmp_path, "p")
    random = np.random.default_rng(0)
    noisy = one(date(2001, 1, 2), surface)
    noisy.concentration[surface == 0] = random.integers(0, 101, (surface == 0).sum())
    cube.append([noisy], surface)
    path = cube.files()[2001]
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceError, match=r"2001\.nc: expected a whole NetCDF file"):
        cube.read(date(2001, 1, 1), date(2001, 1, 3))
    with pytest.raises(SourceError, match=r"2001\.nc: expected a whole"):
        cube.append([one(date(2001, 1, 3), surface)], surface)
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :])
    with pytest.raises(SourceError, match=r"2001\.nc: expected a whole"):
        cube.read(date(2001, 1, 1), date(2001, 1, 3))


def test_the_file_is_read_by_xarray_and_says_synthetic(archive, surface):
    with xr.open_dataset(archive.files()[1980]) as file:
        assert file.attrs["title"].startswith("SYNTHETIC, not observed")
        assert file["time"].to_numpy()[0] == np.datetime64("1980-01-02")
        assert file["concentration"].dims == ("time", "y", "x")
        assert np.array_equal(file["surface"], surface)
        assert set(file["sensor"].to_numpy().tolist()) == {"made"}
    table = archive.days()
    assert set(table["product"]) == {"synthetic"}
    assert list(archive.ledger()["kind"]) == ["every_other_day"]


def test_cells_first_is_the_same_numbers(archive):
    cells = np.array([5, 70_000, 100_000])
    when, fields = archive.read(date(1979, 12, 1), date(1980, 2, 1))
    again, block = archive.read(date(1979, 12, 1), date(1980, 2, 1), cells)
    assert np.array_equal(when, again)
    assert np.array_equal(block, fields.reshape(len(when), -1)[:, cells].T)
    assert archive.read(date(1950, 1, 1), date(1950, 2, 1), cells)[1].shape == (3, 0)
    assert archive.read(date(1979, 1, 2), date(1979, 1, 2), cells)[1].shape == (3, 0)  # not observed


def places(surface: np.ndarray, count: int, seed: int = 0):
    random = np.random.default_rng(seed)
    row, column = np.unravel_index(random.choice(np.flatnonzero(surface == 0), count), SHAPE)
    x, y = NSIDC_25KM.x_m[column], NSIDC_25KM.y_m[row]
    return node_support([str(n) for n in range(count)], x, y, surface == 0)


def test_seasons_are_those_of_the_plain_series(archive, surface):
    support = places(surface, 40)
    result = seasons(archive, support, 1979, 1979)
    when, fields = archive.read(date(1979, 3, 1), date(1980, 2, 29))
    daily = np.full((40, 366), np.nan, dtype=np.float32)
    column = (when - np.datetime64("1979-03-01")).astype(int)
    daily[:, column] = series(support.weights, fields.reshape(len(when), -1)[:, support.cells].T)
    plain = season(daily)
    for name in METRICS:
        assert result.metrics[name][:, 0] == pytest.approx(plain[name], nan_ok=True)
    assert np.isfinite(result.metrics["open_water_days"]).sum() >= 39


def test_order_of_places_does_not_matter_and_the_table_says_synthetic(archive, surface):
    support = places(surface, 30)
    order = np.random.default_rng(1).permutation(30)
    turned = type(support)(support.ids[order], support.cells, support.weights[order], support.near_km[order])
    one_way = season_table(seasons(archive, support, 1979, 1979)).set_index("place_id")
    other = season_table(seasons(archive, turned, 1979, 1979)).set_index("place_id")
    assert one_way.loc[other.index].equals(other)
    assert set(one_way["input"]) == {"daily, synthetic"}
    assert set(one_way["state"]) == {"insufficient_data"}


def test_an_empty_archive_has_no_season(surface, tmp_path):
    with pytest.raises(UsageError, match="expected an archive with days"):
        seasons(Archive(tmp_path, "p"), places(surface, 1), 1979, 1980)


# --- real files


@pytest.mark.shared
def test_real_files_enter_and_wrong_ones_are_held(mirror: Path, surface, tmp_path):
    ice = mirror / "sea_ice"
    real = sorted((ice / "nsidc0051").glob("nt_????????_*.bin"))
    cdr, osi = next((ice / "g02202").glob("*.nc")), ice / "osisaf_cf_nh10km_polstere_20190909.nc"
    bad = tmp_path / "bad"
    bad.mkdir()
    cut, south, zero, flag, twice = (
        bad / "nt_20150207_f17_v1.1_n.bin",
        bad / "nt_20150204_f17_v1.1_s.bin",
        bad / "nt_20150208_f17_v1.1_n.bin",
        bad / "nt_20150206_f17_v1.1_n.bin",
        bad / "again" / "nt_20150204_f17_v1.1_n.bin",
    )
    source = next(path for path in real if "20150204" in path.name)
    content = source.read_bytes()
    cut.write_bytes(content[:90_000])
    south.write_bytes(content)
    zero.write_bytes(content)  # a header for another day than its name
    strange = bytearray(next(path for path in real if "20150206" in path.name).read_bytes())
    strange[300 + 448 * 152 + 10] = 252
    flag.write_bytes(strange)
    twice.parent.mkdir()
    shutil.copy(source, twice)
    month = next((ice / "nsidc0051").glob("nt_201305_*"))
    wrong = [cut, south, zero, flag, month, ice / "PIOMAS.monthly.Current.v2.1.csv"]
    result = take(tmp_path / "cube", [*reversed(real), cdr, osi, twice, *wrong], surface)
    assert (result.added, result.repeated) == (len(real) + 2, 1)
    reasons = dict(zip(result.refused["file"], result.refused["reason"], strict=True))
    assert len(result.refused) == len(wrong)
    assert "136492 bytes, found 90000" in reasons[cut.name]
    assert "expected a name like" in reasons[south.name]
    assert "as its name says" in reasons[zero.name]
    assert "found 252 in 1 cell" in reasons[flag.name]
    assert "found a month" in reasons[month.name]
    assert "expected a name that begins" in reasons["PIOMAS.monthly.Current.v2.1.csv"]
    products = {path.name for path in (tmp_path / "cube").iterdir()}
    assert products == {"nsidc_0051", "noaa_cdr_g02202", "osisaf_sic"}
    ledger = Archive(tmp_path / "cube", "nsidc_0051").ledger()
    assert {"gap", "sensor_change"} <= set(ledger["kind"])
    again = take(tmp_path / "cube", real, surface)
    assert (again.added, again.repeated, len(again.refused)) == (0, len(real), 0)


@pytest.mark.shared
def test_the_extent_of_the_real_days_survives_the_cube(mirror: Path, surface, tmp_path):
    """Against NSIDC's own daily figure, without the valid-ice mask: within 5 %."""
    from pipelines.source import Inputs
    from pipelines.sources.sea_ice.nsidc_sea_ice_index import read_daily

    real = sorted((mirror / "sea_ice/nsidc0051").glob("nt_????????_*.bin"))
    take(tmp_path, real, surface)
    when, fields = Archive(tmp_path, "nsidc_0051").read(date(2000, 1, 1), date(2020, 1, 1))
    official = read_daily(Inputs(mirror, mirror)).set_index("date")["extent_million_km2"]
    ours = extent_million_km2(fields, cell_area_km2())
    assert len(when) == len(real)
    for day, extent in zip(when, ours, strict=True):
        assert extent == pytest.approx(official[str(day)], rel=0.05)
    assert day_in(real[0], surface).sensor == "f13"


# --- gaps, repeats, two writers


def test_a_gap_is_filled_and_the_same_day_is_no_change(surface, tmp_path):
    cube = Archive(tmp_path, "p")
    cube.append([one(date(2001, 1, 1), surface, 10), one(date(2001, 1, 3), surface, 30)], surface)
    assert cube.append([one(date(2001, 1, 2), surface, 20)], surface) == 1
    before = cube.files()[2001].stat().st_mtime_ns
    assert cube.append([one(date(2001, 1, 2), surface, 20)], surface) == 0
    assert cube.files()[2001].stat().st_mtime_ns == before, "nothing is written for a repeat"
    when, fields = cube.read(date(2001, 1, 1), date(2001, 1, 3))
    assert [str(day)[8:] for day in when] == ["01", "02", "03"]
    assert fields[:, surface == 0].max(axis=1).tolist() == [10, 20, 30]
    # A year before the first one, which only a gap of years allows.
    assert cube.append([one(date(1999, 5, 1), surface)], surface) == 1
    assert list(cube.files()) == [1999, 2001]


def test_one_wrong_day_is_given_back_and_the_others_of_its_year_stay(surface, tmp_path):
    cube, refused = Archive(tmp_path, "p"), []
    some = [one(date(2001, 1, day), surface, 0 if day == 2 else 40) for day in (1, 2, 3)]
    assert cube.append(some, surface, lambda day, error: refused.append((day.date.day, str(error)))) == 2
    assert [day for day, _ in refused] == [2]
    assert "all-zero day" in refused[0][1]


def test_a_second_writer_waits_and_no_day_is_lost(surface, tmp_path, monkeypatch):
    """Each writer reads the year before the other one has written it, were it not for the lock."""
    cube, begun = Archive(tmp_path, "p"), threading.Event()
    real = archive_module.write_grid

    def slow(*arguments: object, **options: object) -> None:
        begun.set()
        time.sleep(0.5)
        real(*arguments, **options)

    monkeypatch.setattr(archive_module, "write_grid", slow)
    first = threading.Thread(target=cube.append, args=([one(date(2001, 1, 1), surface)], surface))
    first.start()
    assert begun.wait(10)
    cube.append([one(date(2001, 1, 2), surface)], surface)
    first.join()
    assert len(cube.days()) == 2
    monkeypatch.setattr(archive_module, "_WAIT_S", 0.1)
    begun.clear()
    first = threading.Thread(target=cube.append, args=([one(date(2001, 1, 3), surface)], surface))
    first.start()
    assert begun.wait(10)
    with pytest.raises(ExportError, match="only run that adds days here, found another: wait for it"):
        cube.append([one(date(2001, 1, 4), surface)], surface)
    first.join()
