"""Sea ice: each raw format by hand, every refusal, and the real files against NSIDC's numbers."""

from __future__ import annotations

import json
import os
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr

from layers.crs import polar_xy
from layers.errors import SourceError
from layers.grid import (
    LAND,
    MISSING,
    NSIDC_25KM,
    POLE_HOLE,
    cell_area_km2,
    extent_million_km2,
    nearest_cells,
)
from layers.observed.sea_ice import SEA_ICE_EXTENT, SEA_ICE_MONTHLY
from layers.schema import conform
from pipelines.source import Inputs, MissingInputError
from pipelines.sources import nsidc_sea_ice as ice

SHAPE = NSIDC_25KM.shape
CHECKOUT = Path(__file__).resolve().parents[2]
NAME = "nt_20010106_f13_v1.1_n.bin"


@pytest.fixture(scope="module")
def mirror() -> Inputs:
    root = Path(os.environ.get("ARCTIC_PICTURE_SHARED", CHECKOUT.parent / "shared"))
    if not (root / "data" / "mirror" / "sea_ice").is_dir():
        pytest.skip("missing: shared data/mirror/sea_ice")
    return Inputs(root, root / "data" / "mirror")


@pytest.fixture(scope="module")
def real(mirror: Inputs) -> xr.Dataset:
    return ice.read_grid(mirror)


def nasa_team(folder: Path, codes: np.ndarray, name: str = NAME, **fields: str) -> Path:
    """Write a file as NSIDC does: 21 fields of 6 bytes, a name, two titles, then the codes."""
    given = {
        "missing": "00255",
        "columns": "  304",
        "rows": "  448",
        "first": "  006",
        "last": "  006",
        "year": " 2001",
        "scale": "00250",
        "inner": "nt_20010106_f13_v01_n",
        "area": "ARCTIC",
    } | fields
    numbers = [
        given["missing"], given["columns"], given["rows"], "1.799", "39.43", "45.00", "558.4",
        "154.0", "234.0", " SSMI", "13 cn", given["first"], "-9999", "-9999", given["last"],
        "-9999", "-9999", given["year"], given["first"], "  000", given["scale"],
    ]  # fmt: skip
    header = "\0".join(numbers) + "\0" + f"{given['inner']:>23}\0" + f"{given['area']:<79}\0"
    path = folder / name
    path.write_bytes(header.encode().ljust(300, b"\0") + codes.astype(np.uint8).tobytes())
    return path


def codes_with(*values: int) -> np.ndarray:
    codes = np.zeros(SHAPE, dtype=np.uint8)
    codes[0, : len(values)] = values
    return codes


def cdr(monkeypatch: pytest.MonkeyPatch, codes: np.ndarray, **attrs: Any) -> Path:
    """Let the reader open a G02202 V4 file that exists in memory only."""
    meta = {
        "scale_factor": 0.01,
        "flag_meanings": "pole_hole lakes coastal land_mask missing_data",
    }
    dataset = xr.Dataset(
        {"cdr_seaice_conc": (("tdim", "y", "x"), codes[None], meta)},
        {"xgrid": ("x", NSIDC_25KM.x_m), "ygrid": ("y", NSIDC_25KM.y_m)},
        {"product_version": "v04r00", "time_coverage_start": "2021-12-31T00:00:00Z"} | attrs,
    )
    monkeypatch.setattr(ice, "_opened", lambda _: nullcontext(dataset))
    return Path("seaice_conc_daily_nh_20211231_f17_v04r00.nc")


def osisaf(
    monkeypatch: pytest.MonkeyPatch, values: np.ndarray, unit: str = "km", **mapping: Any
) -> Path:
    grid = {
        "grid_mapping_name": "polar_stereographic",
        "false_easting": 0.0,
        "false_northing": 0.0,
        "semi_major_axis": 6378273.0,
        "semi_minor_axis": 6356889.44891,
        "straight_vertical_longitude_from_pole": -45.0,
        "latitude_of_projection_origin": 90.0,
        "standard_parallel": 70.0,
    } | mapping
    dataset = xr.Dataset(
        {
            "ice_conc": (
                ("time", "yc", "xc"),
                values[None].astype(np.int16),
                {"units": "%", "scale_factor": 0.01},
            ),
            "Polar_Stereographic_Grid": ((), 0, grid),
        },
        {
            "time": (
                "time",
                [15226 * 86400.0 + 43200],
                {"units": "seconds since 1978-01-01 00:00:00"},
            ),
            "xc": ("xc", -3845.0 + 10 * np.arange(760), {"units": unit}),
            "yc": ("yc", 5845.0 - 10 * np.arange(1120), {"units": unit}),
        },
    )
    monkeypatch.setattr(ice, "_opened", lambda _: nullcontext(dataset))
    return Path("osisaf_cf_nh10km_polstere_20190909.nc")


def provider(folder: Path, relative: str, text: str) -> Inputs:
    path = folder / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return Inputs(folder, folder)


# --- NSIDC-0051 --------------------------------------------------------------------------------


def test_nasa_team_day(tmp_path: Path) -> None:
    codes = codes_with(0, 37, 38, 250, 251, 253, 254, 255)
    sample = ice.read_nsidc_0051(nasa_team(tmp_path, codes))
    assert (sample.date, sample.period) == (date(2001, 1, 6), "daily")
    assert (sample.product, sample.version) == ("nsidc_0051", "v1.1")
    assert sample.concentration[0, :8].tolist() == [
        0, 14, 15, 100, POLE_HOLE, LAND, LAND, MISSING,
    ]  # fmt: skip


def test_nasa_team_month(tmp_path: Path) -> None:
    path = nasa_team(
        tmp_path,
        codes_with(250),
        "nt_200102_f13_v01_n.bin",
        first="  032",
        last="  059",
        inner="nt_200102_f13_v01_n",
    )
    sample = ice.read_nsidc_0051(path)
    assert (sample.date, sample.period, sample.version) == (date(2001, 2, 1), "monthly", "v01")


def test_rounding_down_keeps_the_ice_edge_where_it_is(tmp_path: Path) -> None:
    codes = codes_with(*range(251))
    percent = ice.read_nsidc_0051(nasa_team(tmp_path, codes)).concentration[0, :251]
    for threshold in range(101):
        assert ((percent >= threshold) == (np.arange(251) * 2 >= threshold * 5)).all()


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"name": "nt_20010106_f13_v2.0_n.bin"}, r"version of nsidc_0051 among .*found v2\.0"),
        ({"inner": "nt_20010106_f13_v03_n"}, "in the header, found v03"),
        ({"name": "nt_20010107_f13_v1.1_n.bin"}, "a header for 2001-01-07"),
        ({"name": "sea_ice.bin"}, "expected a name like"),
        ({"columns": "  316"}, r"304 x 448.*found \(255, 316, 448, 250\)"),
        ({"area": "ANTARTIC"}, "ARCTIC, found"),
        ({"scale": "xx250"}, "a number at byte 120"),
    ],
)
def test_nasa_team_refuses_a_header_it_does_not_know(
    tmp_path: Path, change: dict[str, str], match: str
) -> None:
    path = nasa_team(tmp_path, codes_with(), **change)
    with pytest.raises(SourceError, match=match):
        ice.read_nsidc_0051(path)


def test_nasa_team_refuses_an_unknown_code_and_a_cut_file(tmp_path: Path) -> None:
    path = nasa_team(tmp_path, codes_with(252, 252))
    with pytest.raises(SourceError, match=rf"{NAME}: expected codes known .* found 252 in 2 cell"):
        ice.read_nsidc_0051(path)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(SourceError, match="expected 136492 bytes, found 136491"):
        ice.read_nsidc_0051(path)


# --- G02202 ------------------------------------------------------------------------------------


def test_cdr_flags_do_not_become_ice(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = codes_with(15, 100, 251, 252, 253, 254, 255)
    sample = ice.read_cdr_g02202(cdr(monkeypatch, codes))
    assert (sample.date, sample.version) == (date(2021, 12, 31), "v04r00")
    wanted = [15, 100, POLE_HOLE, LAND, LAND, LAND, MISSING]
    assert sample.concentration[0, :7].tolist() == wanted
    area = np.full(SHAPE, 1e6)
    assert extent_million_km2(sample.concentration, area) == 3


def test_cdr_refuses_versions_codes_and_grids_it_does_not_know(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(SourceError, match=r"noaa_cdr_g02202 among v04r00, found v06r00"):
        ice.read_cdr_g02202(cdr(monkeypatch, codes_with(), product_version="v06r00"))
    with pytest.raises(SourceError, match="found 101 in 1 cell"):
        ice.read_cdr_g02202(cdr(monkeypatch, codes_with(101)))
    path = cdr(monkeypatch, codes_with())
    with ice._opened(path) as whole:  # noqa: SLF001 - the stand-in of `cdr`
        cut, flipped = whole.isel(y=slice(1, None)), whole.isel(y=slice(None, None, -1))
        nameless = whole.drop_vars("xgrid")
    for dataset, match in (
        (cut, r"448 x 304 grid of 25 km, found 447 x 304"),
        (flipped, "the cell centres of the 448 x 304 grid"),
        (nameless, "a variable or attribute .*xgrid"),
    ):
        monkeypatch.setattr(ice, "_opened", lambda _, held=dataset: nullcontext(held))
        with pytest.raises(SourceError, match=match):
            ice.read_cdr_g02202(path)


def test_a_file_that_is_no_netcdf_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "seaice.nc"
    path.write_bytes(b"<html>not found</html>")
    with pytest.raises(SourceError, match=r"seaice\.nc: expected a NetCDF file"):
        ice.read_cdr_g02202(path)


# --- OSI SAF -----------------------------------------------------------------------------------


def test_osisaf_is_averaged_cell_by_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.full((1120, 760), -999)
    # 25 km cell (200, 150), whose corner is at (-100, 850) km, holds the 10 km centres of rows
    # 500...501 (845, 835) and columns 375...376 (-95, -85); the third lies on the next cell's side.
    values[500:502, 375:377] = [[1000, 2000], [3000, -999]]
    values[503:505, 375:377] = 10_000
    sample = ice.read_osisaf(osisaf(monkeypatch, values))
    row, column, _ = NSIDC_25KM.cell_of(-90_000.0, 840_000.0)
    assert (int(row), int(column)) == (200, 150)
    assert sample.concentration[200, 150] == 20
    assert sample.concentration[201, 150] == 100
    assert (sample.concentration != MISSING).sum() == 2
    assert (sample.date, sample.version) == (date(2019, 9, 9), "version not stated")


def test_osisaf_refuses_wrong_units_projections_and_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = np.zeros((1120, 760), dtype=int)
    with pytest.raises(SourceError, match=r"corner at .* found .*first centre .-3845, 5845. m"):
        ice.read_osisaf(osisaf(monkeypatch, values, unit="m"))  # kilometres taken for metres
    with pytest.raises(SourceError, match="in km or m, found degrees"):
        ice.read_osisaf(osisaf(monkeypatch, values, unit="degrees"))
    turned = {"straight_vertical_longitude_from_pole": 135.0}
    with pytest.raises(SourceError, match="turned to -45"):
        ice.read_osisaf(osisaf(monkeypatch, values, **turned))
    values[3, 3] = 25_400
    with pytest.raises(SourceError, match=r"0\.\.\.10000 or -999, found 25400"):
        ice.read_osisaf(osisaf(monkeypatch, values))


# --- polygons, surface, masks ------------------------------------------------------------------


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
    found = ice.read_extent_polygons(geojson(tmp_path, square, other, square, other))
    assert len(found) == 2
    assert shapely.is_valid(found).all()


def test_a_ring_with_a_bow_tie_is_mended(tmp_path: Path) -> None:
    bow_tie = [[10, 70], [20, 80], [20, 70], [10, 80], [10, 70]]
    [found] = ice.read_extent_polygons(geojson(tmp_path, bow_tie))
    assert found.is_valid
    assert found.area > 0


def test_a_ring_around_the_pole_is_an_edge_and_land_in_it_is_not_ice(tmp_path: Path) -> None:
    ring = [[-180, 75], [180, 75], [180, 90], [-180, 90], [-180, 75]]
    found = ice.read_extent_polygons(geojson(tmp_path, ring))
    surface = np.full(SHAPE, ice.OCEAN, dtype=np.uint8)
    row, column, _ = NSIDC_25KM.cell_of(*polar_xy([-40.0, 0.0, 0.0], [78.0, 89.9, 70.0]))
    surface[row[0], column[0]] = ice.LAND_SURFACE
    classes = ice.presence(found, surface)
    assert classes[row, column].tolist() == [ice.NOT_ASSESSED, ice.ICE, ice.OPEN]
    # The cap north of 75 N covers 2 pi R2 (1 - sin 75) = 8.69 million km2.
    area = (classes == ice.ICE) * cell_area_km2()
    assert area.sum() / 1e6 == pytest.approx(8.69, rel=0.01)


def test_polygons_that_are_none_or_have_swapped_columns_are_refused(tmp_path: Path) -> None:
    swapped = [[80, 110], [80, 120], [82, 120], [82, 110], [80, 110]]
    with pytest.raises(SourceError, match="longitude, latitude in degrees"):
        ice.read_extent_polygons(geojson(tmp_path, swapped))
    with pytest.raises(SourceError, match="expected polygons, found no feature"):
        ice.read_extent_polygons(geojson(tmp_path))
    broken = tmp_path / "N-2012-09.geojson"
    broken.write_text('{"type": "FeatureColl')
    with pytest.raises(SourceError, match="expected GeoJSON"):
        ice.read_extent_polygons(broken)
    with pytest.raises(SourceError, match=r"a name like N-2012-09\.geojson, found N-2012-13"):
        ice._month_of(Path("N-2012-13.geojson"))  # noqa: SLF001


def test_surface_of_ocean_land_coast_and_lake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = nasa_team(tmp_path, codes_with(0, 254, 253, 100))
    surface = ice.read_surface(path, cdr(monkeypatch, codes_with(0, 254, 254, 252)))
    assert surface[0, :4].tolist() == [ice.OCEAN, ice.LAND_SURFACE, ice.COAST, ice.LAKE]
    with pytest.raises(SourceError, match=r"but for 0\.1% of the cells, found 0\.22% that differ"):
        ice.read_surface(path, cdr(monkeypatch, codes_with(0, 254, 254, *[254] * 301)))


def test_valid_ice_mask_works_in_its_own_month_only() -> None:
    concentration = np.array([[90, 90, LAND], [POLE_HOLE, MISSING, 20], [0, 0, 0]], dtype=np.uint8)
    valid = np.array([[True, False, False], [False, False, False], [True, True, True]])
    january = ice.Sample(date(2001, 1, 6), "daily", "nsidc_0051", "v1.1", concentration)
    masked = ice.mask_invalid_ice(january, 1, valid)
    wanted = [[90, 0, LAND], [POLE_HOLE, MISSING, 0], [0, 0, 0]]
    assert masked.concentration.tolist() == wanted
    assert masked.valid_ice_mask
    assert ice.mask_invalid_ice(january, 2, valid) is january


# --- tables ------------------------------------------------------------------------------------

DAILY = "sea_ice/g02135_N_seaice_extent_daily_v4.0_to20260805.csv"
HEAD = (
    "Year, Month, Day,     Extent,    Missing, Source Data\n"
    "YYYY,    MM,  DD, 10^6 sq km, 10^6 sq km, Source data product web sites: http://nsidc.org\n"
)
SMMR = (
    "1978,    10,  26,     10.231,      0.000, ['/a/NSIDC-0051.001/nt_19781026_n07_v1.1_n.bin']\n"
)
AMSR2 = (
    "2026,    08,  05,      6.255,      0.002,\"['/nsidc0803_v2/NSIDC-0803_SEAICE_AMSR2_N_1.nc', "
    "'/nsidc0803_v2/NSIDC-0803_SEAICE_AMSR2_N_2.nc']\"\n"
)


def test_daily_table(tmp_path: Path) -> None:
    found = ice.read_extent_daily(provider(tmp_path, DAILY, HEAD + SMMR + AMSR2))
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
        ice.read_extent_daily(provider(tmp_path, DAILY, text))


def test_daily_table_keeps_missing_as_missing(tmp_path: Path) -> None:
    text = HEAD + SMMR.replace("10.231", " -9999")
    found = ice.read_extent_daily(provider(tmp_path, DAILY, text))
    assert found["extent_million_km2"].isna().all()


def test_monthly_table_has_no_minus_9999(tmp_path: Path) -> None:
    text = (
        "year, mo,    data-type, region, extent,   area\n"
        "1987,  1,      Goddard,      N,  14.97,  -9999\n"
        "1988,  1,        -9999,      N,  -9999,  -9999\n"
    )
    inputs = provider(tmp_path, "sea_ice/g02135_monthly_csv/N_01_extent_v3.0.csv", text)
    found = ice.read_extent_monthly(inputs)
    assert found["feature_id"].tolist() == ["nh-1987-01", "nh-1988-01"]
    assert found["date"].tolist() == ["1987-01-01", "1988-01-01"]
    assert found[["year", "month"]].to_numpy().tolist() == [[1987, 1], [1988, 1]]
    assert found["extent_million_km2"].iloc[0] == 14.97
    assert found["extent_million_km2"].isna().tolist() == [False, True]
    assert found["area_million_km2"].isna().all()
    assert found["sensor_note"].tolist() == ["Goddard", "missing"]
    doubled = text + text.splitlines(keepends=True)[1]
    wrong = provider(tmp_path, "sea_ice/g02135_monthly_csv/N_01_extent_v3.0.csv", doubled)
    with pytest.raises(SourceError, match="each month once"):
        ice.read_extent_monthly(wrong)
    south = text.replace("     N,", "     S,")
    wrong = provider(tmp_path, "sea_ice/g02135_monthly_csv/N_01_extent_v3.0.csv", south)
    with pytest.raises(SourceError, match="expected region N"):
        ice.read_extent_monthly(wrong)


def test_nothing_at_hand_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match="nsidc0051"):
        ice.read_grid(Inputs(tmp_path, tmp_path))
    with pytest.raises(MissingInputError, match="provider"):
        ice.read_extent_daily(Inputs(tmp_path))


# --- the real files ----------------------------------------------------------------------------


@pytest.mark.shared
def test_extent_of_every_sample_against_nsidc(real: xr.Dataset) -> None:
    table = pd.DataFrame(
        {
            "sample": real["sample_id"].to_numpy(),
            "mask": real["sample_valid_ice_mask"].to_numpy(),
            "computed": real["computed_extent_million_km2"].to_numpy(),
            "official": real["official_extent_million_km2"].to_numpy(),
            "unassessed": real["unassessed_million_km2"].to_numpy(),
        }
    )
    table["ratio"] = table["computed"] / table["official"]
    print("\n" + table.round(4).to_string(index=False))
    assert len(table) == 12
    osisaf_rows = table["sample"].str.startswith("osisaf")
    assert table.loc[~osisaf_rows, "ratio"].between(0.95, 1.05).all()
    daily = table["sample"].str.len() == table["sample"].str.rfind("-") + 3
    full_day = ~osisaf_rows & daily & (table["sample"].str.count("-") == 3)
    assert table.loc[full_day, "ratio"].between(0.99, 1.01).all()
    # With the mask of its month a day agrees to the third decimal.
    masked_day = full_day & (table["mask"] == 1)
    assert masked_day.sum() == 2
    assert (table["computed"] - table["official"])[masked_day].abs().max() < 0.0015


@pytest.mark.shared
def test_osisaf_leaves_out_coasts_and_no_more(real: xr.Dataset) -> None:
    [index] = np.flatnonzero(real["sample_product"].to_numpy() == "osisaf_sic")
    sample = real.isel(sample=index)
    computed = float(sample["computed_extent_million_km2"])
    official = float(sample["official_extent_million_km2"])
    assert 0.93 < computed / official < 1
    assert computed + float(sample["unassessed_million_km2"]) > official
    # The cells without a value that lie in that month's ice close most of the gap.
    month = real["presence_monthly"].sel(time="2019-09-01") == ice.ICE
    hidden = (sample["concentration"] == MISSING) & month
    closed = computed + float((hidden * real["cell_area_km2"]).sum()) / 1e6
    print(f"OSI SAF {computed:.3f}, with unassessed cells in the ice {closed:.3f}, {official:.3f}")
    assert closed / official == pytest.approx(1, abs=0.05)
    # Neither mirrored nor turned: it lies on the ice of the month.
    seen = (sample["concentration"] >= 15) & (sample["concentration"] <= 100)
    assert float((seen & month).sum() / seen.sum()) > 0.95


@pytest.mark.shared
def test_presence_of_every_month_against_nsidc(real: xr.Dataset, mirror: Inputs) -> None:
    official = ice.read_extent_monthly(mirror).set_index("date")["extent_million_km2"]
    area = ((real["presence_monthly"] == ice.ICE) * real["cell_area_km2"]).sum(["y", "x"]) / 1e6
    days = area["time"].dt.strftime("%Y-%m-%d").to_numpy()
    ratio = pd.Series(area.to_numpy() / official[days].to_numpy(), index=days)
    print("\n" + ratio.round(4).to_string())
    assert len(ratio) == 15
    assert ratio.between(1, 1.05).all()
    assert float(area.sel(time="2012-09-01")) == pytest.approx(3.57, rel=0.03)


@pytest.mark.shared
def test_median_extents_are_plausible_and_no_land_is_ice(real: xr.Dataset) -> None:
    median = real["presence_median"]
    area = ((median == ice.ICE) * real["cell_area_km2"]).sum(["y", "x"]).to_numpy() / 1e6
    print("\nmedian extent, million km2:", area.round(2))
    assert 15.3 < area[2] < 15.8
    assert 6.3 < area[8] < 7.0
    assert area.argmin() == 8
    assert area.argmax() == 2
    ocean = (real["surface"] == ice.OCEAN).to_numpy()
    for name in ("presence_median", "presence_monthly"):
        assert ((real[name].to_numpy() == ice.NOT_ASSESSED) == ~ocean).all()
    assert ((real["concentration"].to_numpy() == LAND) == ~ocean).all()


@pytest.mark.shared
def test_ice_lies_where_it_belongs(real: xr.Dataset) -> None:
    ocean = (real["surface"] == ice.OCEAN).to_numpy()
    median = real["presence_median"].to_numpy().reshape(12, -1)

    def months_with_ice(longitude_deg: float, latitude_deg: float) -> list[int]:
        point = polar_xy([longitude_deg], [latitude_deg])
        index, distance = nearest_cells(*point, ocean, 5, 150)
        assert np.isfinite(distance).all()
        share = (median[:, index[0]] == ice.ICE).mean(axis=1)
        return [month for month in range(1, 13) if share[month - 1] > 0.5]

    assert months_with_ice(18.96, 69.65) == []  # Tromsø
    assert 3 in months_with_ice(170.3, 69.7)  # Pevek
    assert 9 not in months_with_ice(170.3, 69.7)
    assert 3 in months_with_ice(-85.0, 60.0)  # Hudson Bay
    assert 9 not in months_with_ice(-85.0, 60.0)
    assert 3 in months_with_ice(-172.0, 61.5)  # Bering Sea, ice to about 60 N
    assert 3 not in months_with_ice(-172.0, 57.0)
    assert months_with_ice(25.0, 73.0) == []  # western Barents Sea
    assert 3 in months_with_ice(50.0, 78.0)  # north-eastern Barents Sea
    assert months_with_ice(-30.0, 84.5) == list(range(1, 13))  # north of Greenland


@pytest.mark.shared
def test_daily_and_monthly_record(mirror: Inputs) -> None:
    daily = ice.read_extent_daily(mirror)
    assert len(daily) == 15_800
    assert daily["feature_id"].iloc[-1] == "nh-2026-08-05"
    days = pd.to_datetime(daily["date"])
    step = days.diff().dt.days
    assert step[days < "1987-08-20"].median() == 2
    assert days[step == step.max()].tolist() == [pd.Timestamp("1988-01-13")]
    assert step.max() == 42
    monthly = ice.read_extent_monthly(mirror)
    assert len(conform(daily, SEA_ICE_EXTENT)) == len(daily)
    assert len(conform(monthly, SEA_ICE_MONTHLY)) == len(monthly)
    assert monthly["extent_million_km2"].isna().sum() == 2
    assert monthly["area_million_km2"].isna().sum() == 3
    assert (monthly[["extent_million_km2", "area_million_km2"]].min() > 0).all()


@pytest.mark.shared
def test_every_variable_says_what_it_is(real: xr.Dataset) -> None:
    assert real.attrs["Conventions"] == "CF-1.8"
    for name, variable in real.variables.items():
        for key in ("long_name", "source", "licence"):
            assert variable.attrs.get(key), (name, key)
        if variable.dtype.kind not in "UM" and name != "crs":
            assert variable.attrs.get("units"), name
        if {"y", "x"} <= set(variable.dims):
            assert variable.attrs["grid_mapping"] == "crs"
        if "flag_values" in variable.attrs:
            words = variable.attrs["flag_meanings"].split()
            assert len(words) == len(variable.attrs["flag_values"])
    assert real["crs"].attrs["straight_vertical_longitude_from_pole"] == -45


@pytest.mark.shared
def test_writing_twice_gives_the_same_small_file(real: xr.Dataset, tmp_path: Path) -> None:
    pytest.importorskip("h5py", reason="missing: h5py, without which h5netcdf cannot write")
    first, second = tmp_path / "first.nc", tmp_path / "second.nc"
    ice.write_grid(real, first)
    ice.write_grid(real, second)
    assert first.read_bytes() == second.read_bytes()
    print(f"{first.stat().st_size} bytes")
    assert first.stat().st_size < 900_000
    with xr.open_dataset(first, engine="h5netcdf") as back:
        for name in real.variables:
            assert (back[name].to_numpy() == real[name].to_numpy()).all(), name
        assert back["concentration"].dtype == np.uint8
        assert back["concentration"].encoding["fletcher32"]


@pytest.mark.shared
def test_a_flipped_bit_in_the_file_is_an_error(real: xr.Dataset, tmp_path: Path) -> None:
    pytest.importorskip("h5py", reason="missing: h5py, without which h5netcdf cannot write")
    path = tmp_path / "grid.nc"
    ice.write_grid(real[["cell_area_km2", "crs"]], path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with (
        pytest.raises(OSError, match="read"),
        xr.open_dataset(path, engine="h5netcdf") as back,
    ):
        back["cell_area_km2"].load()
