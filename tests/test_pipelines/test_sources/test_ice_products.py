"""Every ice product: a day read right from its documented form, and every wrong one held and named."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from ice_files import PRODUCTS, Wish, asi, climate, day_in, nasa_team_netcdf, record_v6, take
from pyproj import CRS, Transformer

from layers.crs import distance_km, lonlat_of, polar_xy
from layers.errors import SourceError
from layers.grid import LAND, MISSING, NSIDC_25KM, POLE_HOLE
from layers.ice.continuity import by_day
from layers.ice.daily import clean_ocean, node_support
from pipelines.ice.archive import Archive
from pipelines.ice.provider_files import own_surface
from pipelines.ice.record import embedded, land_of, write_record
from pipelines.snapshot import DATA
from pipelines.sources.sea_ice import bremen_asi, noaa_cdr_g02202, nsidc_0051, osisaf_sic
from pipelines.sources.sea_ice.ice_grids import EASE2_25KM, HUGHES_6KM, HUGHES_10KM

if TYPE_CHECKING:
    from pathlib import Path

FIRST, SECOND = date(2020, 3, 1), date(2020, 3, 2)


@pytest.fixture(scope="module")
def surface() -> np.ndarray:
    with xr.open_dataset(DATA / "sea_ice_grid.nc", decode_times=False, mask_and_scale=False) as grid:
        return grid["surface"].to_numpy()


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_day_is_read_with_its_product_version_and_land(name, surface, tmp_path):
    day = day_in(PRODUCTS[name][0](tmp_path, Wish(), surface), surface)
    assert day.date == FIRST
    assert day.product == name.split()[0]
    assert day.version
    assert day.sensor in {"f17", "amsr2", "sensors merged", "sensor not stated"}
    assert ((day.concentration == LAND) == (surface != 0)).all()
    ocean = day.concentration[surface == 0]
    assert set(np.unique(ocean)) <= {60, MISSING}
    assert (ocean == 60).mean() > 0.95  # EASE-Grid and coasts leave the far south out


# What is wrong, and what is said of it, by product where the words differ.
WRONG = {
    "wrong hemisphere": "a name like|grid of|centres|turned|begins",
    "all-zero day": "all-zero day",
    "truncated": "expected (a (whole )?(NetCDF|GeoTIFF)|136492 bytes|a NetCDF file)",
    "unknown flag": "found .*(25[0-6]|2520|12000|120)",
    "changed grid": "grid of|centres|corner",
    "unknown version": "(version|versions) of|a version|in the header",
    "other content": "found it with other content",
}


def spoilt(name: str, what: str, surface: np.ndarray, folder: Path) -> list[Path]:
    """Files of a product of which the last is wrong."""
    write, flag, version = PRODUCTS[name]
    if what == "other content":
        return [write(folder / "a", Wish(FIRST), surface), write(folder / "b", Wish(FIRST, 50), surface)]
    wish = {
        "wrong hemisphere": Wish(south=True),
        "all-zero day": Wish(percent=0),
        "unknown flag": Wish(flag=flag),
        "changed grid": Wish(shift_m=25_000.0),
        "unknown version": Wish(version=version),
    }.get(what, Wish())
    path = write(folder, wish, surface)
    if what == "truncated":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return [path]


def cases() -> list[tuple[str, str]]:
    lacks = {
        ("nsidc_0051 v1", "changed grid"),  # bytes without coordinates: the land mask tells
        ("osisaf_sic", "unknown version"),  # states none
    }
    # The order of days is a matter of the archive: a product each of bytes, NetCDF and a fine grid will do.
    archive = {"other content"}
    some = {"nsidc_0051 v1", "osisaf_sic", "bremen_asi_amsr2"}
    return [
        (name, what)
        for name in PRODUCTS
        for what in WRONG
        if (name, what) not in lacks and (what not in archive or name in some)
    ]


@pytest.mark.parametrize(("name", "what"), cases())
def test_a_wrong_day_is_held_and_named(name, what, surface, tmp_path):
    *good, bad = spoilt(name, what, surface, tmp_path / "files")
    root = tmp_path / "cube"
    assert take(root, good, surface).added == len(good)
    before = {path: path.read_bytes() for path in root.rglob("*.nc")}
    result = take(root, [bad], surface)
    assert result.added == 0
    [reason] = result.refused["reason"]
    assert re.search(WRONG[what], reason), reason
    assert {path: path.read_bytes() for path in root.rglob("*.nc")} == before


def test_bytes_without_coordinates_are_told_by_their_land(surface, tmp_path):
    turned = PRODUCTS["nsidc_0051 v1"][0](tmp_path, Wish(), surface[::-1].copy())
    day = nsidc_0051.read_sample(turned)
    assert ((day.concentration == LAND) != (surface > 0)).sum() > 10_000
    result = take(tmp_path / "cube", [turned], surface)
    assert result.added == 1, "its ocean under our land is land, its land in our ocean is missing"
    [gaps] = Archive(tmp_path / "cube", "nsidc_0051").days()["missing_pct"]
    assert gaps > 20


def test_products_and_versions_of_a_day_are_kept_apart(surface, tmp_path):
    paths = [PRODUCTS[name][0](tmp_path / str(n), Wish(), surface) for n, name in enumerate(PRODUCTS)]
    result = take(tmp_path / "cube", paths, surface)
    kept = {
        path.name: len(Archive(tmp_path / "cube", path.name).days()) for path in (tmp_path / "cube").iterdir()
    }
    assert kept == dict.fromkeys({name.split()[0] for name in PRODUCTS}, 1)
    # Two versions of one product are one record: the second file of a day is held, not merged.
    assert result.added == len(kept) == 7
    assert all("found it with other content" in reason for reason in result.refused["reason"])


# --- forms by hand


def test_the_record_of_version_6_takes_its_land_from_its_mask(surface, tmp_path):
    path = record_v6(tmp_path, Wish(), surface)
    with xr.open_dataset(path, group="cdr_supplementary", mask_and_scale=False) as held:
        kinds = held["surface_type_mask"].to_numpy().copy()
    kinds[0, 234, 150:152] = 100
    with xr.open_dataset(path, mask_and_scale=False, decode_times=False) as held:
        root = held.load()
    root["cdr_seaice_conc"].to_numpy()[0, 234, 150] = 255
    path.unlink()
    root.to_netcdf(path, engine="h5netcdf")
    xr.Dataset({"surface_type_mask": (("time", "y", "x"), kinds)}).to_netcdf(
        path, engine="h5netcdf", group="cdr_supplementary", mode="a"
    )
    result = noaa_cdr_g02202.read_sample(path)
    assert result.version == "v06r00"
    assert result.concentration[234, 150:152].tolist() == [POLE_HOLE, 60]  # unseen; filled by the provider
    assert ((result.concentration == LAND) == (surface != 0)).all()
    kinds[0, 0, 0] = 77
    xr.Dataset({"surface_type_mask": (("time", "y", "x"), kinds)}).to_netcdf(
        path, engine="h5netcdf", group="cdr_supplementary", mode="a"
    )
    with pytest.raises(SourceError, match=r"surfaces of v06r00 among .*, found 77"):
        noaa_cdr_g02202.read_sample(path)


def test_a_record_without_its_mask_is_refused(surface, tmp_path):
    path = record_v6(tmp_path, Wish(), surface)
    with xr.open_dataset(path, mask_and_scale=False, decode_times=False) as held:
        root = held.load()
    path.unlink()
    root.to_netcdf(path, engine="h5netcdf")
    with pytest.raises(SourceError, match="with the group cdr_supplementary"):
        noaa_cdr_g02202.read_sample(path)


def test_two_sensors_or_none_in_a_file_are_refused(surface, tmp_path):
    path = nasa_team_netcdf(tmp_path, Wish(), surface)
    with xr.open_dataset(path, mask_and_scale=False) as held:
        whole = held.load()
    for dataset, found in (
        (
            whole.assign(F13_ICECON=whole["F17_ICECON"]),
            "found F13_ICECON, F17_ICECON|found F17_ICECON, F13_ICECON",
        ),
        (whole.drop_vars("F17_ICECON"), "found none"),
    ):
        path.unlink()
        dataset.to_netcdf(path, engine="h5netcdf")
        with pytest.raises(SourceError, match=found):
            nsidc_0051.read_sample(path)


def test_a_climate_record_stays_on_its_own_grid_with_its_own_land(surface, tmp_path):
    result = osisaf_sic.read_field(climate(tmp_path, Wish(), surface))
    assert result.grid is EASE2_25KM
    assert (result.product, result.version) == ("osisaf_cdr_v3", "OSI-450-a")
    assert result.concentration[0, 0] == LAND
    assert result.concentration[5, 5:7].tolist() == [LAND, 60]  # lake; high temperature alone is no land
    assert (result.concentration == MISSING).sum() == 0
    interim = osisaf_sic.read_field(climate(tmp_path, Wish(), surface, "icdrft"))
    assert interim.version == "OSI-430-a fast track"


def test_a_day_that_is_not_that_of_its_name_is_refused(surface, tmp_path):
    path = climate(tmp_path, Wish(), surface)
    other = path.with_name(path.name.replace("20200301", "20200302"))
    path.rename(other)
    with pytest.raises(SourceError, match="the day 2020-03-02, as its name says, found 2020-03-01"):
        osisaf_sic.read_sample(other)


def test_a_climate_record_lands_where_it_lies(surface, tmp_path):
    """A cell of EASE-Grid 2.0 marked near Svalbard is found there on the grid of 25 km."""
    path = climate(tmp_path, Wish(percent=0), surface)
    x, y = Transformer.from_crs(4326, 6931, always_xy=True).transform(30.0, 82.0)
    row, column, _ = (int(part) for part in EASE2_25KM.cell_of(x, y))
    with xr.open_dataset(path, mask_and_scale=False, decode_times=False) as held:
        whole = held.load()
    whole["ice_conc"].to_numpy()[0, row - 1 : row + 2, column - 1 : column + 2] = 9_999
    path.unlink()
    whole.to_netcdf(path, engine="h5netcdf")
    result = osisaf_sic.read_sample(path).concentration
    at = tuple(int(part) for part in NSIDC_25KM.cell_of(*polar_xy(30.0, 82.0))[:2])
    assert result[at] == 99
    assert 6 <= (result == 99).sum() <= 13  # nine cells of 25 km, on a grid scaled by some percent


def test_asi_has_north_up_and_tells_land_from_nothing(surface, tmp_path):
    path = asi(tmp_path, Wish(), surface)
    with xr.open_dataset(path, mask_and_scale=False) as held:
        whole = held.load()
    whole["z"].to_numpy()[0, :] = 15.9  # the southernmost row comes first in the file
    path.unlink()
    whole.to_netcdf(path, engine="h5netcdf")
    result = bremen_asi.read_field(path)
    assert result.grid is HUGHES_6KM
    assert result.concentration[-1].tolist() == [15] * 1216
    assert result.concentration[0, 0] == MISSING
    assert LAND not in result.concentration
    assert bremen_asi.read_sample(path).concentration[0, 0] == 60  # 15 of its 16 cells have a value


# --- own grids


@pytest.fixture(scope="module")
def is_land() -> np.ndarray:
    return land_of(embedded())


def test_products_stay_on_their_own_grids_and_their_days_are_read_back(surface, is_land, tmp_path):
    names = ("osisaf_sic", "osisaf_cdr_v3", "bremen_asi_amsr2", "nsidc_0051 v2")
    for day in (FIRST, SECOND):
        paths = [PRODUCTS[name][0](tmp_path / "files", Wish(day), surface) for name in names]
        result = take(tmp_path / "cube", paths, surface, is_land)
        assert result.added == len(names), result.refused["reason"].tolist()
    kept = {path.name for path in (tmp_path / "cube").iterdir()}
    assert kept == {"osisaf_sic_10000m", "osisaf_cdr_v3_25000m", "bremen_asi_amsr2_6250m", "nsidc_0051"}
    for product, grid in (
        ("osisaf_sic_10000m", HUGHES_10KM), ("osisaf_cdr_v3_25000m", EASE2_25KM),
        ("bremen_asi_amsr2_6250m", HUGHES_6KM), ("nsidc_0051", NSIDC_25KM),
    ):  # fmt: skip
        archive = Archive.named(tmp_path / "cube", product)
        assert archive.grid is grid
        when, fields = archive.read(FIRST, SECOND)
        assert [str(day) for day in when] == ["2020-03-01", "2020-03-02"]
        assert fields.shape == (2, *grid.shape)
        under = archive.surface()
        assert ((fields[0] == LAND) == (under != 0)).all()
        if grid is not NSIDC_25KM:
            assert 0.1 < (under != 0).mean() < 0.6
            # Every cell has a value here but one: what is missing is ocean to us and land to them.
            assert archive.days()["missing_pct"].max() < 1
        with xr.open_dataset(archive.files()[2020]) as held:
            assert np.array_equal(held["x"], grid.x_m)
            assert CRS.from_cf(held["crs"].attrs).to_epsg() == grid.crs.to_epsg()
        assert set(archive.days()["product"]) == {product}
        told_days = by_day(archive.days())
        assert told_days["sensor"].notna().all()
    asi_days = by_day(Archive.named(tmp_path / "cube", "bremen_asi_amsr2_6250m").days())
    assert asi_days["is_as_documented"].tolist() == [True, True]


def test_a_wrong_day_is_held_on_its_own_grid_too(surface, is_land, tmp_path):
    good = climate(tmp_path / "a", Wish(SECOND), surface)
    wrong = [climate(tmp_path / "b", Wish(SECOND), surface), climate(tmp_path / "c", Wish(FIRST), surface),
             climate(tmp_path / "d", Wish(date(2020, 3, 3), percent=0), surface),
             climate(tmp_path / "e", Wish(SECOND, percent=50), surface)]  # fmt: skip
    result = take(tmp_path / "cube", [good], surface, is_land)
    assert result.added == 1
    result = take(tmp_path / "cube", wrong, surface, is_land)
    # The first of them fills a gap, the second is there already.
    assert (result.added, result.repeated) == (1, 1)
    assert [re.search("all-zero|other content", text)[0] for text in result.refused["reason"]] == [
        "other content", "all-zero",
    ]  # fmt: skip


def test_places_find_their_cells_on_another_grid_as_if_all_were_measured(surface, is_land):
    ocean = own_surface(EASE2_25KM, is_land, surface) == 0
    x, y = polar_xy([30.0, -150.0, 19.0], [81.5, 72.5, 69.6])
    result = node_support(["a", "b", "c"], x, y, ocean, grid=EASE2_25KM)
    clean = np.flatnonzero(clean_ocean(ocean))
    row, column = np.unravel_index(clean, EASE2_25KM.shape)
    lon, lat = lonlat_of(EASE2_25KM.crs, EASE2_25KM.x_m[column], EASE2_25KM.y_m[row])
    for place, (here_lon, here_lat) in enumerate([(30.0, 81.5), (-150.0, 72.5), (19.0, 69.6)]):
        km = distance_km(np.full(len(lon), here_lon), np.full(len(lat), here_lat), lon, lat)
        able = (km >= 25) & (km <= 75)
        wanted = set(clean[able][np.argsort(km[able])[:5]].tolist())
        cells = set(result.cells[result.weights[[place]].indices].tolist())
        assert cells == wanted
        assert result.near_km[place] == pytest.approx(km[able].min())


def test_a_fine_grid_has_cells_beyond_the_disc_that_is_left_out(surface, is_land):
    ocean = own_surface(HUGHES_6KM, is_land, surface) == 0
    x, y = polar_xy([-150.0], [78.0])
    result = node_support(["a"], x, y, ocean, grid=HUGHES_6KM)
    assert result.cell_count.tolist() == [5]
    assert 25 <= result.near_km[0] < 26


def test_the_tables_of_a_record_on_its_own_grid(surface, is_land, tmp_path):
    paths = [climate(tmp_path / "files", Wish(day), surface) for day in (FIRST, SECOND)]
    take(tmp_path / "cube", paths, surface, is_land)
    written = write_record(tmp_path / "cube", "osisaf_cdr_v3_25000m", tmp_path / "out")
    tables = {path.stem: pd.read_parquet(path) for path in written}
    assert set(tables) == {"ice_seasons", "ice_warming", "ice_years", "ice_ledger", "ice_days"}
    assert set(tables["ice_seasons"]["place_kind"]) == {"node", "route_stretch"}
    assert set(tables["ice_seasons"]["state"]) == {"insufficient_data"}
    assert tables["ice_days"]["sensor"].tolist() == ["SSM/I, with SSMIS from 2006"] * 2
    assert tables["ice_days"]["sensor_basis"].tolist() == ["documented"] * 2
