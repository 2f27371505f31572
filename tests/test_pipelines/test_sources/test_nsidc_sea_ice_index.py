"""Sea Ice Index: polygons and tables by hand, every refusal, and the real record."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import shapely

from layers.crs import area_km2
from layers.errors import SourceError
from layers.observed.sea_ice import SEA_ICE_EXTENT, SEA_ICE_MONTHLY
from layers.schema import conform
from pipelines.source import Inputs, MissingInputError
from pipelines.sources.sea_ice import nsidc_sea_ice_index as index

if TYPE_CHECKING:
    from pipelines.source import Source

CHECKOUT = Path(__file__).resolve().parents[3]
DAILY = "sea_ice/g02135_N_seaice_extent_daily_v4.0_to20260805.csv"
HEAD = (
    "Year, Month, Day,     Extent,    Missing, Source Data\n"
    "YYYY,    MM,  DD, 10^6 sq km, 10^6 sq km, Source data product web sites: http://nsidc.org\n"
)
SMMR = "1978,    10,  26,     10.231,      0.000, ['/a/NSIDC-0051.001/nt_19781026_n07_v1.1_n.bin']\n"
AMSR2 = (
    "2026,    08,  05,      6.255,      0.002,\"['/nsidc0803_v2/NSIDC-0803_SEAICE_AMSR2_N_1.nc', "
    "'/nsidc0803_v2/NSIDC-0803_SEAICE_AMSR2_N_2.nc']\"\n"
)


@pytest.fixture(scope="module")
def mirror() -> Inputs:
    root = Path(os.environ.get("ARCTIC_PICTURE_SHARED", CHECKOUT.parent / "shared"))
    assert (root / "data" / "mirror" / "sea_ice").is_dir(), "who asks is marked `shared`"
    return Inputs(root, root / "data" / "mirror")


def provider(folder: Path, relative: str, text: str) -> Inputs:
    path = folder / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return Inputs(folder, folder)


def geojson(folder: Path, *rings: Any, name: str = "N-2012-09.geojson") -> Path:
    path = folder / name
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [r]}}
        for r in rings
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_doubled_features_count_once(tmp_path: Path) -> None:
    square = [[10, 80], [20, 80], [20, 82], [10, 82], [10, 80]]
    other = [[30, 80], [40, 80], [40, 82], [30, 82], [30, 80]]
    found = index.read_polygons(geojson(tmp_path, square, other, square, other))
    assert len(found) == 2
    assert shapely.is_valid(found).all()


def test_a_ring_with_a_bow_tie_is_mended(tmp_path: Path) -> None:
    bow_tie = [[10, 70], [20, 80], [20, 70], [10, 80], [10, 70]]
    [found] = index.read_polygons(geojson(tmp_path, bow_tie))
    assert found.is_valid
    assert found.area > 0


def test_polygons_that_are_none_or_have_swapped_columns_are_refused(tmp_path: Path) -> None:
    swapped = [[80, 110], [80, 120], [82, 120], [82, 110], [80, 110]]
    with pytest.raises(SourceError, match="longitude, latitude in degrees"):
        index.read_polygons(geojson(tmp_path, swapped))
    with pytest.raises(SourceError, match="expected polygons, found no feature"):
        index.read_polygons(geojson(tmp_path))
    broken = tmp_path / "N-2012-09.geojson"
    broken.write_text('{"type": "FeatureColl')
    with pytest.raises(SourceError, match="expected GeoJSON"):
        index.read_polygons(broken)


def test_polygon_files_come_by_month_and_a_month_13_is_refused(tmp_path: Path) -> None:
    folder = "sea_ice/g02135_extent_polygons"
    inputs = provider(tmp_path, f"{folder}/N-2012-09.geojson", "{}")
    provider(tmp_path, f"{folder}/N-1978-11.geojson", "{}")
    found = index.monthly_polygon_files(inputs)
    assert list(found) == [date(1978, 11, 1), date(2012, 9, 1)]
    assert found[date(2012, 9, 1)].name == "N-2012-09.geojson"
    provider(tmp_path, f"{folder}/N-2012-13.geojson", "{}")
    with pytest.raises(SourceError, match=r"a name like N-2012-09\.geojson, found N-2012-13"):
        index.monthly_polygon_files(inputs)


def test_daily_table(tmp_path: Path) -> None:
    found = index.read_daily(provider(tmp_path, DAILY, HEAD + SMMR + AMSR2))
    assert list(found.columns) == [
        "feature_id", "name", "source_id", "as_of", "date", "extent_million_km2",
        "missing_million_km2", "sensor_note",
    ]  # fmt: skip
    assert found["feature_id"].tolist() == ["nh-1978-10-26", "nh-2026-08-05"]
    assert found["extent_million_km2"].tolist() == [10.231, 6.255]
    assert found["missing_million_km2"].tolist() == [0, 0.002]
    assert found["sensor_note"].tolist() == [
        "SMMR (Nimbus-7), NSIDC-0051",
        "AMSR2 (GCOM-W1), NSIDC-0803",
    ]
    assert set(found["source_id"]) == {"nsidc_sea_ice_index"}


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (HEAD + SMMR + SMMR, "each day once, found 1978-10-26 twice"),
        (HEAD + SMMR.replace("10.231", "  25.4"), r"2\.5\.\.\.17 million km2, found 25\.4"),
        (HEAD + SMMR.replace("10.231", "  n.a."), r"found n\.a\."),
        (HEAD + SMMR.replace("0051", "9999"), "known product and sensor"),
        (HEAD + SMMR.replace("n07", "f99"), "known product and sensor"),
        (HEAD.replace("Missing", "Area") + SMMR, "expected the columns Year, Month, Day, Extent"),
    ],
)
def test_daily_table_refuses(tmp_path: Path, text: str, match: str) -> None:
    with pytest.raises(SourceError, match=match):
        index.read_daily(provider(tmp_path, DAILY, text))


def test_daily_table_keeps_missing_as_missing(tmp_path: Path) -> None:
    text = HEAD + SMMR.replace("10.231", " -9999")
    found = index.read_daily(provider(tmp_path, DAILY, text))
    assert found["extent_million_km2"].isna().all()


def test_monthly_table_has_no_minus_9999(tmp_path: Path) -> None:
    text = (
        "year, mo,    data-type, region, extent,   area\n"
        "1987,  1,      Goddard,      N,  14.97,  -9999\n"
        "1988,  1,        -9999,      N,  -9999,  -9999\n"
    )
    inputs = provider(tmp_path, "sea_ice/g02135_monthly_csv/N_01_extent_v3.0.csv", text)
    found = index.read_monthly(inputs)
    assert found["feature_id"].tolist() == ["nh-1987-01", "nh-1988-01"]
    assert found["date"].tolist() == ["1987-01-01", "1988-01-01"]
    assert found["as_of"].tolist() == ["1987-01-31", "1988-01-31"]
    assert set(found["source_id"]) == {"nsidc_sea_ice_index_monthly"}
    assert found[["year", "month"]].to_numpy().tolist() == [[1987, 1], [1988, 1]]
    assert found["extent_million_km2"].iloc[0] == 14.97
    assert found["extent_million_km2"].isna().tolist() == [False, True]
    assert found["area_million_km2"].isna().all()
    assert found["sensor_note"].tolist() == ["Goddard", "missing"]
    doubled = text + text.splitlines(keepends=True)[1]
    wrong = provider(tmp_path, "sea_ice/g02135_monthly_csv/N_01_extent_v3.0.csv", doubled)
    with pytest.raises(SourceError, match="each month once"):
        index.read_monthly(wrong)
    south = text.replace("     N,", "     S,")
    wrong = provider(tmp_path, "sea_ice/g02135_monthly_csv/N_01_extent_v3.0.csv", south)
    with pytest.raises(SourceError, match="expected region N"):
        index.read_monthly(wrong)


def test_nothing_at_hand_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match="provider"):
        index.read_daily(Inputs(tmp_path))
    with pytest.raises(MissingInputError, match="monthly_csv"):
        index.read_monthly(Inputs(tmp_path, tmp_path))
    with pytest.raises(MissingInputError, match="January_median"):
        index.median_files(Inputs(tmp_path, tmp_path))


@pytest.mark.shared
def test_daily_and_monthly_record(mirror: Inputs) -> None:
    daily = index.read_daily(mirror)
    assert len(daily) == 15_800
    assert daily["feature_id"].iloc[-1] == "nh-2026-08-05"
    days = pd.to_datetime(daily["date"])
    step = days.diff().dt.days
    assert pd.Series(step)[days < pd.Timestamp("1987-08-20")].median() == 2
    assert days[step == step.max()].tolist() == [pd.Timestamp("1988-01-13")]
    assert step.max() == 42
    monthly = index.read_monthly(mirror)
    assert len(conform(daily, SEA_ICE_EXTENT)) == len(daily)
    assert len(conform(monthly, SEA_ICE_MONTHLY)) == len(monthly)
    assert monthly["extent_million_km2"].isna().sum() == 2
    assert monthly["area_million_km2"].isna().sum() == 3
    assert (monthly[["extent_million_km2", "area_million_km2"]].min() > 0).all()


# Months whose polygons lie more than 3 % over the table, percent. The polygons are those of the month's mean
# concentration, the table is the mean of the daily extents since Version 3 (Windnagel et al. 2017, NSIDC
# Special Report 19): a cell under full ice for five days of thirty is within the first and one sixth of
# the second. What moves or lies loose is larger as polygons: freeze-up, melt, two slack Septembers.
MOVING = {"1978-11-01": 3.5, "1996-09-01": 4.4, "2016-09-01": 4.3, "2020-07-01": 4.8}


# September as NSIDC's own table had it before Version 3, million km2: the extent of the month's mean (file
# N_09_areaV2.txt, carried as SeaIce by the data package Stat2Data; Witt 2013, J. Statistics Education 21:1).
OF_THE_FIELD = {"1979-09-01": 7.22, "1996-09-01": 7.91, "2012-09-01": 3.63}


@pytest.mark.shared
def test_the_monthly_table_is_the_mean_of_the_days(mirror: Inputs) -> None:
    path = mirror.provider("sea_ice/g02135_N_seaice_extent_daily_v3.0_to2025.csv")
    days = pd.read_csv(path, skiprows=[1], skipinitialspace=True).rename(columns=str.strip)
    mean = days.groupby([days["Year"], days["Month"]])["Extent"].mean()
    monthly = index.read_monthly(mirror).dropna(subset="extent_million_km2")
    result = monthly.set_index(["year", "month"])["extent_million_km2"]
    apart = (mean.reindex(result.index) - result).abs().dropna()
    assert len(apart) > 550
    assert apart[apart > 0.0055].index.tolist() == [(1987, 8)]  # where SMMR gives way to SSM/I


@pytest.mark.shared
def test_areas_of_the_polygons_against_the_monthly_table(mirror: Inputs) -> None:
    official = index.read_monthly(mirror).set_index("date")["extent_million_km2"]
    rows = []
    for first, path in index.monthly_polygon_files(mirror).items():
        parts = index.read_polygons(path)
        raw = len(shapely.get_parts(shapely.from_geojson(path.read_bytes())))
        area = float(area_km2([shapely.union_all(parts)])[0] / 1e6)
        rows.append(
            {
                "month": first.isoformat(), "in_file": raw, "once": len(parts), "area": area,
                "overlap": float(area_km2(parts).sum() / 1e6) - area,
                "official": official[first.isoformat()],
                "pole": bool(shapely.contains_xy(parts, 0, 0).any()),
            }
        )  # fmt: skip
    table = pd.DataFrame(rows).set_index("month")
    table["over_pct"] = 100 * (table["area"] / table["official"] - 1)
    print("\n" + table.round(3).to_string())
    assert len(table) == 15
    assert (table["in_file"] == 2 * table["once"]).all()
    # One cell of 2022-03 lies in two polygons.
    assert (table["overlap"].abs() > 1e-6).sum() == 1
    assert table["overlap"].max() == pytest.approx(656e-6, abs=1e-6)
    assert table["pole"].all()
    # Never below: the extent of a mean is no smaller than the mean of the extents, as published.
    assert (table["over_pct"] > 0).all()
    assert table.drop(list(MOVING))["over_pct"].max() <= 3
    assert table.loc[list(MOVING), "over_pct"].to_dict() == pytest.approx(MOVING, abs=0.06)
    # Against the table that was made as the polygons are, all that it is known of agree.
    assert table.loc[list(OF_THE_FIELD), "area"].to_dict() == pytest.approx(OF_THE_FIELD, rel=0.005)


@pytest.mark.shared
@pytest.mark.parametrize("row", index.SOURCES, ids=lambda row: row.id)
def test_rows_name_their_source_and_its_last_day(row: Source, mirror: Inputs) -> None:
    assert row.read is not None
    table = row.read(mirror)
    assert isinstance(table, pd.DataFrame)
    assert set(table["source_id"]) == {row.id}
    assert table["as_of"].max() == row.as_of


@pytest.mark.shared
def test_the_climatology_of_nsidc_is_that_of_its_days(mirror):
    """An oracle, and no source: a file of NSIDC's own tests, which holds a month of its 366 days."""
    raw = pd.read_csv(
        mirror.provider("sea_ice/g02135_N_seaice_extent_climatology_1981-2010_v3.0.csv"),
        header=1,
        skipinitialspace=True,
    )
    raw.columns = [str(name).strip() for name in raw.columns]
    theirs = raw.set_index("DOY")["Average Extent"].astype(float).dropna()
    days = index.read_daily(mirror)
    extent = days.set_index(pd.to_datetime(days["date"]))["extent_million_km2"].loc["1981":"2010"]
    # Of every other day, a day between two is their mean: left out, the mean year would lean to the even.
    daily = extent.resample("D").mean().interpolate(limit=1, limit_area="inside")
    ours = daily.groupby(daily.index.day_of_year).mean()
    off = (ours[theirs.index] / theirs - 1).drop(366).abs()
    print(f"mean by day of year against NSIDC, {len(off)} days: at most {100 * off.max():.2f} %")
    assert len(off) == 31
    assert off.max() < 0.006
