"""Series that are only looked at: every real file read, every strange one refused, oracles held to ours."""

from __future__ import annotations

import zipfile
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr

from layers.errors import SourceError
from layers.grid import LAND, MISSING, NSIDC_25KM
from pipelines.intake.tables import table_of
from pipelines.source import Inputs
from pipelines.sources import source
from pipelines.sources.sea_ice import noaa_cdr_g02202
from pipelines.sources.sea_ice.nsidc_sea_ice_index import read_daily, read_monthly
from pipelines.sources.sea_ice.polarwatch import read_sample

if TYPE_CHECKING:
    from pathlib import Path

ICE = "sea_ice"
PIOMAS = "PIOMAS.monthly.Current.v2.1.csv"
REPORT = "dmi_inshore_ice_reports/2014-07-24.txt"
REGIONAL = "g02135_Sea_Ice_Index_Regional_Monthly_Data_v3.0.xlsx"
CMIP6 = "cmip6_siextentn_SImon_UKESM1-0-LL_ssp585_r1i1p1f2_201501-210012.nc"
MONTH = "polarwatch_g02202v4_NH_monthly_202212_{}rows.nc"


def read(name: str, folder: Path, content: bytes | Path) -> pd.DataFrame:
    """What a source reads of one file, put where its fetcher would put it."""
    path = folder / source(name).remotes[0].of(date(2014, 7, 24)).file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.read_bytes())
    return table_of(source(name), folder, folder)


# --- real files


@pytest.mark.shared
def test_piomas_volume(mirror, tmp_path):
    told = read("piomas_volume", tmp_path, mirror / ICE / PIOMAS).set_index("date")["value"]
    assert len(told) == 46 * 12
    assert told["1979-04-01"] == 32.9513
    assert told["2012-09-01"] < 4  # the least of the record
    assert told.idxmin() == "2012-09-01"


@pytest.mark.shared
def test_seas_add_up_to_the_hemisphere(mirror, tmp_path):
    """The sum over fourteen seas is NSIDC's own monthly figure but for the seas outside of them."""
    told = read("nsidc_regional_monthly", tmp_path, mirror / ICE / REGIONAL)
    assert told["place"].nunique() == 14
    assert told["date"].max() == source("nsidc_regional_monthly").as_of
    wide = told.pivot_table(index="date", columns="quantity", values="value", aggfunc="sum") / 1e6
    official = read_monthly(Inputs(mirror, mirror)).set_index("date").loc[wide.index]
    for quantity, column in (("sea ice extent", "extent_million_km2"), ("sea ice area", "area_million_km2")):
        ratio = (wide[quantity] / official[column]).dropna()
        print(quantity, ratio.describe().round(4).to_dict())
        assert len(ratio) > 460
        assert ratio.between(0.95, 1.005).all()


@pytest.mark.shared
def test_a_projection_is_as_old_as_its_run_and_melts(mirror, tmp_path):
    told = read("cmip6_ukesm_extent", tmp_path, mirror / "climate" / CMIP6)
    assert told["date"].tolist() == [f"{y}-{m:02d}-01" for y in range(2015, 2101) for m in range(1, 13)]
    assert set(told["as_of"]) == {"2022-12-05"}, "no row may claim to be known in 2100"
    september = told[told["date"].str[5:7] == "09"].set_index("date")["value"]
    assert september["2015-09-01"] > september["2050-09-01"] >= 0
    assert told["detail"].str.contains("projection, UKESM1-0-LL_ssp585").all()


@pytest.mark.shared
def test_reports_are_read_in_their_own_letters(mirror, tmp_path):
    told = read("dmi_inshore_reports", tmp_path, mirror / ICE / REPORT).set_index("place")
    assert told.loc["I Qaqortoq havn", "detail"] == "Var der isfrit."
    assert "I ruten nord og øst om Sardloq" in told.index
    assert told["value"].isna().all(), "no number is made of words"
    other = read("dmi_inshore_reports", tmp_path / "b", mirror / ICE / REPORT)
    assert set(other["date"]) == {"2014-07-24"}
    with pytest.raises(SourceError, match="a report of 2014-07-24, as its name says, found 2014-07-02"):
        read("dmi_inshore_reports", tmp_path / "c", mirror / ICE / REPORT.replace("07-24", "07-02"))


@pytest.mark.shared
def test_two_cuts_of_one_month_agree_cell_by_cell(mirror, tmp_path):
    """One begins a row later: laid side by side by number, they would be a row apart."""
    (one, held), (other, fewer) = (read_sample(mirror / ICE / MONTH.format(rows)) for rows in (390, 389))
    assert (held.any(axis=1).sum(), fewer.any(axis=1).sum()) == (390, 389)
    both = held & fewer
    assert np.array_equal(one.concentration[both], other.concentration[both])
    assert (one.date, one.period, one.version) == (date(2022, 12, 1), "monthly", "v04r00")
    told = read("polarwatch_g02202_monthly", tmp_path, mirror / ICE / MONTH.format(390))
    ours = told.set_index("quantity")["value"]
    official = read_monthly(Inputs(mirror, mirror)).set_index("date").loc["2022-12-01"]
    print(ours.to_dict(), official["extent_million_km2"], official["area_million_km2"])
    assert ours["sea ice extent"] == pytest.approx(official["extent_million_km2"], rel=0.05)
    assert ours["sea ice area"] > official["area_million_km2"]  # the record reads higher than NASA Team


@pytest.mark.shared
def test_the_geotiff_of_a_day_is_upside_down_under_its_own_transform(mirror):
    """Why it is no source: the codes of its NetCDF as others packed them, south first as if north were up."""
    folder = mirror / ICE / "g02202"
    codes, _, _ = noaa_cdr_g02202.raw_codes(folder / "seaice_conc_daily_nh_20211231_f17_v04r00.nc")
    with rasterio.open(folder / "seaice_conc_daily_nh_20211231_f17_v04r00-cdr_seaice_conc.tif") as raster:
        assert raster.transform == NSIDC_25KM.transform
        assert np.array_equal(raster.read(1)[::-1], codes)


@pytest.mark.shared
def test_the_climatology_of_nsidc_is_that_of_its_days(mirror):
    """An oracle, and no source: a file of NSIDC's own tests, which holds a month of its 366 days."""
    raw = pd.read_csv(
        mirror / ICE / "g02135_N_seaice_extent_climatology_1981-2010_v3.0.csv",
        header=1,
        skipinitialspace=True,
    )
    raw.columns = [str(name).strip() for name in raw.columns]
    theirs = raw.set_index("DOY")["Average Extent"].astype(float).dropna()
    days = read_daily(Inputs(mirror, mirror))
    extent = days.set_index(pd.to_datetime(days["date"]))["extent_million_km2"].loc["1981":"2010"]
    # Of every other day, a day between two is their mean: left out, the mean year would lean to the even.
    daily = extent.resample("D").mean().interpolate(limit=1, limit_area="inside")
    ours = daily.groupby(daily.index.day_of_year).mean()
    off = (ours[theirs.index] / theirs - 1).drop(366).abs()
    print(f"mean by day of year against NSIDC, {len(off)} days: at most {100 * off.max():.2f} %")
    assert len(off) == 31
    assert off.max() < 0.006


# --- by hand


def volumes(*rows: str) -> bytes:
    months = "Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec"
    return "\n".join([f"year,{months}", *rows, ""]).encode()


def test_a_month_to_come_is_left_out_and_never_minus_one(tmp_path):
    told = read("piomas_volume", tmp_path, volumes("2025.00," + "10," * 10 + "-1,-1"))
    assert told["date"].tolist() == [f"2025-{month:02d}-01" for month in range(1, 11)]
    assert told["value"].tolist() == [10.0] * 10


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2025.00," + "10," * 11 + "-2", r"volumes of 0\.\.\.40 thousand km3, found -2"),
        ("2025.00," + "10," * 11 + "16000", "found 16000"),
        ("2025.50," + "10," * 11 + "10", "whole years, found row 2"),
        ("2025.00," + "10," * 10 + "10", "expected 13 fields, found 12"),
    ],
)
def test_strange_volumes_are_refused(tmp_path, row, said):
    with pytest.raises(SourceError, match=said):
        read("piomas_volume", tmp_path, volumes(row))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("12. I Havn: Var der isfrit.", "a day such as"),
        ("den 24. juli 2014 var der ...", "entries such as"),
        ("den 24. juliet 2014\n12. I Havn: Var der isfrit.", "a day such as"),
    ],
)
def test_strange_reports_are_refused(tmp_path, text, said):
    with pytest.raises(SourceError, match=said):
        read("dmi_inshore_reports", tmp_path, text.encode("iso-8859-1"))


def test_a_place_named_twice_is_two_rows(tmp_path):
    text = "onsdag den 24. juli 2014\n1. I Havn: Var der isfrit.\n2. I Havn: Var der enkelte skosser."
    told = read("dmi_inshore_reports", tmp_path, text.encode("iso-8859-1"))
    assert told["feature_id"].is_unique
    assert len(told) == 2


@pytest.mark.shared
@pytest.mark.parametrize(
    ("member", "old", "new", "said"),
    [
        (
            "xl/workbook.xml",
            b"<workbook",
            b"<!DOCTYPE a [<!ENTITY b 'c'>]><workbook",
            "without a document type",
        ),
        ("xl/worksheets/sheet2.xml", b"1090625.815", b"1090625815", r"found 1\.09063e"),
        ("xl/worksheets/sheet2.xml", b"1090625.815", b"many", "0...5e.06 km2, found nan"),
        ("xl/workbook.xml", b"Kara-Area", b"Cara-Area", "of 14 regions"),
        ("xl/sharedStrings.xml", b"<t>March</t>", b"<t>Marts</t>", "twelve months in the first row"),
        ("xl/worksheets/sheet1.xml", b"</worksheet>", b"", "as XML"),
    ],
)
def test_strange_workbooks_are_refused(mirror, tmp_path, member, old, new, said):
    path = tmp_path / "spoilt.xlsx"
    with zipfile.ZipFile(mirror / ICE / REGIONAL) as box, zipfile.ZipFile(path, "w") as spoilt:
        for row in box.infolist():
            content = box.read(row.filename)
            spoilt.writestr(row.filename, content.replace(old, new) if row.filename == member else content)
    with pytest.raises(SourceError, match=said):
        read("nsidc_regional_monthly", tmp_path, path)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.assign(siextentn=d["siextentn"] * 1e6), r"extents of 0\.\.\.20"),
        (lambda d: d.isel(time=slice(None, None, -1)), "twice alike"),
        (lambda d: d.drop_vars("siextentn"), "siextentn"),
    ],
)
def test_strange_projections_are_refused(mirror, tmp_path, change, said):
    path = tmp_path / "spoilt.nc"
    with xr.open_dataset(mirror / "climate" / CMIP6, decode_times=False, mask_and_scale=False) as raw:
        change(raw.load()).to_netcdf(path, engine="h5netcdf")
    with pytest.raises(SourceError, match=said):
        read("cmip6_ukesm_extent", tmp_path, path)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.assign_attrs(product_version="v06r00"), "v04r00, found 1 of v06r00"),
        (lambda d: d.assign_coords(ygrid=d["ygrid"] + 12_500), "neighbouring centres"),
        (lambda d: d.isel(ygrid=slice(None, None, -1)), "north first"),
        (lambda d: d.isel(xgrid=[0, 2, 3]), "neighbouring centres"),
        (lambda d: d.map(lambda field: field.where(field != 1, 2.0), keep_attrs=True), "found 2"),
        (lambda d: xr.concat([d, d], "time"), "one month"),
    ],
)
def test_strange_cuts_are_refused(mirror, tmp_path, change, said):
    path = tmp_path / "spoilt.nc"
    with xr.open_dataset(mirror / ICE / MONTH.format(390), decode_times=False, mask_and_scale=False) as raw:
        change(raw.load()).to_netcdf(path, engine="h5netcdf")
    with pytest.raises(SourceError, match=said):
        read_sample(path)


@pytest.mark.shared
def test_flags_that_the_server_scaled_are_no_ice(mirror):
    told, held = read_sample(mirror / ICE / MONTH.format(389))
    assert set(np.unique(told.concentration)) <= {*range(101), 251, LAND, MISSING}
    assert (told.concentration[~held] == MISSING).all()
