"""G02202: flags are not ice, and every refusal."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from good_files import cdr_file

from layers.errors import SourceError
from layers.grid import LAND, MISSING, NSIDC_25KM, POLE_HOLE, extent_million_km2
from pipelines.sources.sea_ice import noaa_cdr_g02202

SHAPE = NSIDC_25KM.shape


def codes_with(*values: int) -> np.ndarray:
    codes = np.zeros(SHAPE, dtype=np.uint8)
    codes[0, : len(values)] = values
    return codes


def cdr(monkeypatch: pytest.MonkeyPatch, codes: np.ndarray, **attrs: Any) -> Path:
    """Let the reader open a G02202 V4 file that exists in memory only."""
    dataset = cdr_file(codes, **attrs)
    monkeypatch.setattr(noaa_cdr_g02202, "opened", lambda _: nullcontext(dataset))
    return Path("seaice_conc_daily_nh_20211231_f17_v04r00.nc")


def test_cdr_flags_do_not_become_ice(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = codes_with(15, 100, 251, 252, 253, 254, 255)
    sample = noaa_cdr_g02202.read_sample(cdr(monkeypatch, codes))
    assert (sample.date, sample.version) == (date(2021, 12, 31), "v04r00")
    wanted = [15, 100, POLE_HOLE, LAND, LAND, LAND, MISSING]
    assert sample.concentration[0, :7].tolist() == wanted
    area = np.full(SHAPE, 1e6)
    assert extent_million_km2(sample.concentration, area) == 3


def test_cdr_refuses_versions_codes_and_grids_it_does_not_know(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(SourceError, match=r"noaa_cdr_g02202 among v04r00, .*, found v07r00"):
        noaa_cdr_g02202.read_sample(cdr(monkeypatch, codes_with(), product_version="v07r00"))
    with pytest.raises(SourceError, match="found 101 in 1 cell"):
        noaa_cdr_g02202.read_sample(cdr(monkeypatch, codes_with(101)))
    path = cdr(monkeypatch, codes_with())
    whole = cdr_file(codes_with())
    cut, flipped = whole.isel(y=slice(1, None)), whole.isel(y=slice(None, None, -1))
    nameless = whole.drop_vars("xgrid")
    for dataset, match in (
        (cut, r"448 x 304 grid of 25 km, found 447 x 304"),
        (flipped, "the cell centres of the 448 x 304 grid"),
        (nameless, "a variable or attribute .*xgrid"),
    ):
        monkeypatch.setattr(noaa_cdr_g02202, "opened", lambda _, held=dataset: nullcontext(held))
        with pytest.raises(SourceError, match=match):
            noaa_cdr_g02202.read_sample(path)


def test_a_file_that_is_no_netcdf_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "seaice.nc"
    path.write_bytes(b"<html>not found</html>")
    with pytest.raises(SourceError, match=r"seaice\.nc: expected a NetCDF file"):
        noaa_cdr_g02202.read_sample(path)


@pytest.mark.shared
def test_the_geotiff_of_a_day_is_upside_down_under_its_own_transform(mirror):
    """Why this file is no source: others packed the codes of its NetCDF with the south in the first row."""
    folder = mirror / "sea_ice" / "g02202"
    codes, _, _ = noaa_cdr_g02202.raw_codes(folder / "seaice_conc_daily_nh_20211231_f17_v04r00.nc")
    with rasterio.open(folder / "seaice_conc_daily_nh_20211231_f17_v04r00-cdr_seaice_conc.tif") as raster:
        assert raster.transform == NSIDC_25KM.transform
        assert np.array_equal(raster.read(1)[::-1], codes)
