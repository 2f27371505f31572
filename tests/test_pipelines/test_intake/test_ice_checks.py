"""Gates of ice fields: each holds or marks a spoiled field, and passes the real files of the mirror."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from fault_server import serving
from provider_mirror import NSIDC, place
from shapely import affinity
from shapely.geometry import Point

from layers.grid import LAND, MISSING, NSIDC_25KM, OCEAN, POLE_HOLE
from pipelines.intake.fetch import Fetcher, Limits
from pipelines.intake.fetch_results import FetchResult
from pipelines.intake.ice_checks import extent_of, judge_ice
from pipelines.intake.refresh import refresh
from pipelines.snapshot import grid, source_table
from pipelines.sources import FETCHABLE, source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

DAY = date(2015, 2, 4)
QUICK = Limits(deadline_s=20, idle_s=5, tries=1, pace_s=0)


@pytest.fixture(scope="module")
def series() -> pd.DataFrame:
    return source_table("nsidc_sea_ice_index")


@pytest.fixture(scope="module")
def surface() -> NDArray[np.uint8]:
    return grid("sea_ice")["surface"].to_numpy()


@pytest.fixture(scope="module")
def codes() -> NDArray[np.uint8]:
    """The embedded NASA Team field of 2015-02-04: 14.332 million km2, the index states 14.269."""
    ice = grid("sea_ice")
    at = list(ice["sample_id"].to_numpy()).index("nsidc_0051-2015-02-04")
    return ice["concentration"].to_numpy()[at]


FIELDS = {remote.part: remote.field for remote in source("sea_ice_grid").remotes if remote.field}


def table(codes: NDArray[np.uint8]) -> pd.DataFrame:
    return pd.DataFrame({"code": codes.ravel()})


def with_rows_of(value: int, where: Callable[[NDArray[np.uint8], NDArray[np.uint8]], NDArray[np.bool_]]):
    """The field with `value` in the cells that `where` names of the codes and the surface."""
    return lambda codes, surface: np.where(where(codes, surface), np.uint8(value), codes)


def first(mask: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """The first cells of a mask, row by row."""
    return mask & (np.cumsum(mask).reshape(mask.shape) <= count)


def block(rows: slice, columns: slice) -> NDArray[np.bool_]:
    mask = np.zeros(NSIDC_25KM.shape, dtype=bool)
    mask[rows, columns] = True
    return mask


# What is done to the field of 2015-02-04 -> part and day it comes as, and what the gates say.
SPOILED = {
    "as it is": (lambda c, _s: c, "g02135_day", DAY, {}),
    "a flag of another product": (with_rows_of(252, lambda c, _s: first(c == LAND, 1)), "g02135_day", DAY,
                                  {"codes": "hold"}),
    "a percentage of 102": (with_rows_of(102, lambda c, _s: first(c == 100, 1)), "g02135_day", DAY,
                            {"codes": "hold"}),
    "a row too few": (lambda c, _s: c[1:], "g02135_day", DAY, {"codes": "hold"}),
    "137 cells of land under water": (with_rows_of(0, lambda c, s: first((c == LAND) & (s != 3), 137)),
                                      "g02135_day", DAY, {"land": "hold"}),
    "136 cells of land under water": (with_rows_of(0, lambda c, s: first((c == LAND) & (s != 3), 136)),
                                      "g02135_day", DAY, {}),
    "upside down": (lambda c, _s: c[::-1], "noaa_cdr_g02202", DAY,
                    {"land": "hold", "season": "hold", "never ice": "warn"}),
    "500 cells of land under water of OSI SAF": (
        with_rows_of(0, lambda c, s: first((c == LAND) & (s != 3), 500)), "osisaf_sic", DAY, {},
    ),
    "ice on the land of OSI SAF": (with_rows_of(50, lambda c, _s: first(c == LAND, 800)), "osisaf_sic", DAY,
                                   {"land": "hold"}),
    "no ice at all": (with_rows_of(0, lambda c, _s: c != LAND), "noaa_cdr_g02202", DAY,
                      {"extent": "hold", "season": "hold"}),
    "ice everywhere": (with_rows_of(100, lambda c, _s: c != LAND), "noaa_cdr_g02202", DAY,
                       {"extent": "hold", "season": "hold", "never ice": "warn"}),
    "winter in September": (lambda c, _s: c, "noaa_cdr_g02202", date(2015, 9, 4),
                            {"season": "hold", "never ice": "warn"}),
    "a month of winter in September": (lambda c, _s: c, "g02135_month", date(2015, 9, 1),
                                       {"season": "hold", "never ice": "warn"}),
    "2 % less than the index states": (with_rows_of(0, lambda c, _s: first((c > 14) & (c < 101), 900)),
                                       "g02135_day", DAY, {"own extent": "hold"}),
    "the same of what the index is made from": (
        with_rows_of(0, lambda c, _s: first((c > 14) & (c < 101), 900)), "nsidc_0051", DAY,
        {"own extent": "warn"},
    ),
    "a twentieth of the sea not seen": (with_rows_of(MISSING, lambda _c, s: (s == OCEAN) & SOUTH),
                                        "noaa_cdr_g02202", DAY, {"gaps": "warn"}),
    "a field of ice off Portugal": (with_rows_of(80, lambda c, _s: (c == 0) & FAR), "noaa_cdr_g02202", DAY,
                                    {"never ice": "warn"}),
}  # fmt: skip
SOUTH, FAR = block(slice(0, 40), slice(0, 304)), block(slice(400, 440), slice(250, 290))


@pytest.mark.parametrize("name", SPOILED)
def test_a_field_that_cannot_be_is_held_or_marked(name, codes, surface, series):
    spoil, part, day, found = SPOILED[name]
    rows = judge_ice(FIELDS[part], table(spoil(codes, surface)), day, series)
    assert {row.rule: row.outcome for row in rows} == found, rows


def test_the_first_cell_that_has_no_code_is_named(codes, series):
    spoilt = codes.copy()
    spoilt[0, :2] = 101, 250
    [finding] = judge_ice(FIELDS["g02135_day"], table(spoilt), DAY, series)
    assert finding.found.endswith("found 101")


def test_a_step_from_the_days_before_is_by_the_day(codes, series):
    """0.5 million km2 a day: five days after 2015-02-04 the same field is as good, after a leap it is not."""
    until = series[series["date"] <= "2015-02-04"]
    low = until.assign(
        extent_million_km2=until["extent_million_km2"].where(until["date"] < "2015-02-04", 13.5)
    )
    assert judge_ice(FIELDS["g02135_day"], table(codes), date(2015, 2, 9), until) == []
    assert judge_ice(FIELDS["g02135_day"], table(codes), date(2015, 2, 6), low) == [], "0.83 in two days"
    [stored] = judge_ice(FIELDS["g02135_day"], table(codes), date(2015, 2, 5), low)
    assert (stored.rule, stored.outcome) == ("own extent", "hold")
    assert judge_ice(FIELDS["g02135_day"], table(codes), date(2015, 2, 20), low) == [], "too long ago to say"
    far = low.assign(extent_million_km2=low["extent_million_km2"].where(low["date"] < "2015-02-04", 9.0))
    [stored] = judge_ice(FIELDS["g02135_day"], table(codes), date(2015, 2, 11), far)
    assert stored.rule == "own extent", "5 million km2 in a week"
    assert judge_ice(FIELDS["g02135_day"], table(codes), date(2015, 2, 12), far) == [], "over a week ago"


def test_the_extent_of_a_field_is_that_of_the_snapshot(codes):
    assert extent_of(table(codes)) == pytest.approx(14.331957, abs=1e-6)
    hole = np.where(codes == POLE_HOLE, np.uint8(MISSING), codes)
    assert extent_of(table(hole)) == pytest.approx(14.331957 - 44 * 0.000666, abs=0.002)


def test_every_part_of_the_ice_grid_has_a_field_that_is_checked():
    """Median edges are of no day."""
    without = {remote.part for remote in source("sea_ice_grid").remotes if remote.field is None}
    assert without == {"medians"}
    for name, part in FIELDS.items():
        assert set(source(part.series).feeds.split()) == {"sea_ice_extent"}, name
        assert not part.month or part.month in FIELDS


def areas(*shapes) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=3413)


DISC = Point(0, 0).buffer(1_400_000)  # 6.2 million km2 about the pole


def test_polygons_are_held_against_their_raster_and_month(series):
    def outcomes(day: date, *shapes, raster: float | None = None) -> dict[str, str]:
        found = judge_ice(FIELDS["polygons"], areas(*shapes), day, series, raster)
        return {row.rule: row.outcome for row in found}

    july = date(2020, 7, 31)  # 7.29 million km2
    wide = Point(0, 0).buffer(1_500_000)
    assert outcomes(july, wide) == {}
    assert outcomes(july, wide, raster=extent(wide)) == {}
    assert outcomes(july, wide, raster=extent(wide) * 1.03) == {"area": "hold"}
    assert outcomes(july, DISC.buffer(-300_000)) == {"area": "hold"}, "not that month"
    assert outcomes(july, wide, wide) == {}, "twice the same is no more ice"
    assert outcomes(july, affinity.translate(wide, 1e300)) == {"place": "hold"}, "found by mutated files"
    beyond = affinity.translate(wide, 0, 6_500_000)
    assert outcomes(date(2027, 7, 31), wide, beyond) == {"area": "hold"}, "more than its cells"
    assert outcomes(july, Point(0, 0).buffer(300_000)) == {"extent": "hold", "area": "hold"}
    away = affinity.translate(Point(0, 0).buffer(2_050_000), 0, 2_100_000)
    assert outcomes(date(2027, 1, 31), away) == {"pole": "hold"}
    assert outcomes(date(2026, 9, 30), affinity.translate(wide, 1_600_000)) == {}, "no month to compare with"


def extent(shape) -> float:
    from layers.crs import area_km2

    return float(area_km2([shape]).sum()) / 1e6


def test_a_file_whose_land_is_another_is_held_on_its_way_in(codes, surface, tmp_path):
    """The whole way of a GeoTIFF: fetched, read apart, judged; kept back with its reason, or taken."""
    file = place(tmp_path / "mirror", f"{NSIDC}/daily/geotiff/2015/02_Feb/N_20150204_concentration_v4.0.tif")
    with serving(tmp_path / "mirror") as url:

        def told(field: NDArray[np.uint8], today: date = date(2026, 11, 25)) -> FetchResult:
            geotiff(field, file)
            return refresh(
                FETCHABLE, tmp_path / "cache", Fetcher(url, QUICK), today=today, day=DAY,
                names=["sea_ice_grid.g02135_day"],
            )[0]  # fmt: skip

        drowned = told(np.where(first((codes == LAND) & (surface != 3), 500), np.uint8(0), codes))
        assert drowned.state == "held"
        assert "expected the pinned land but for 0.1%, found 0.37% other" in drowned.reason
        early = told(codes, date(2015, 2, 1))
        assert early.state == "held"
        assert "expected days up to 2015-02-01, found 2015-02-04" in early.reason
        taken = told(codes)
        assert (taken.state, taken.as_of, taken.warnings) == ("new", "2015-02-04", ())


def geotiff(field: NDArray[np.uint8], path: Path) -> None:
    """A field of this project in the documented form of G02135 (user guide, table 5)."""
    code = field.astype("uint16") * 10
    for old, new in ((POLE_HOLE, 2510), (LAND, 2540), (MISSING, 2550)):
        code[field == old] = new
    rows, columns = NSIDC_25KM.shape
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=columns, count=1, dtype="uint16", crs="EPSG:3411",
        transform=NSIDC_25KM.transform,
    ) as raster:  # fmt: skip
        raster.write(code, 1)


@pytest.mark.shared
def test_the_real_fields_pass(mirror, series):
    """Every NASA Team, CDR and OSI SAF field and every month of polygons of the mirror."""
    fields = {}
    for part, files in (
        ("nsidc_0051", "sea_ice/nsidc0051/nt_????????_*_n.bin"),
        ("noaa_cdr_g02202", "sea_ice/g02202/seaice_conc_daily_nh_*.nc"),
        ("osisaf_sic", "sea_ice/osisaf_cf_nh10km_polstere_*.nc"),
        ("polygons", "sea_ice/g02135_extent_polygons/*N[-_]*"),
    ):
        for path in sorted(mirror.glob(files)):
            found = judge_ice(FIELDS[part], FIELDS[part].table(path), day_of(path), series)
            fields |= {(path.name, row.rule): row.outcome for row in found}
    assert fields == {}


def day_of(path: Path) -> date:
    digits = "".join(filter(str.isdigit, path.name.removeprefix("osisaf_cf_nh10km_polstere_").split("_f")[0]))
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8] or 1))
