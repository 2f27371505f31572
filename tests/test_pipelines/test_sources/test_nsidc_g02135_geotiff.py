"""G02135 GeoTIFF: no file of the provider is at hand; these are made to its published form."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
from affine import Affine
from ice_files import day_in, take

from layers.errors import SourceError
from layers.grid import LAND, MISSING, NSIDC_25KM, POLE_HOLE
from pipelines.sources.sea_ice import nsidc_0051
from pipelines.sources.sea_ice.nsidc_g02135_geotiff import read_sample

if TYPE_CHECKING:
    from pathlib import Path

NAME = "N_20200101_concentration_v4.0.tif"


def geotiff(folder: Path, codes: np.ndarray, name: str = NAME, epsg: int = 3411, shift: float = 0.0) -> Path:
    path = folder / name
    rows, columns = codes.shape
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=columns, count=1, dtype=codes.dtype, crs=f"EPSG:{epsg}",
        transform=Affine(25_000, 0, -3_850_000 + shift, 0, -25_000, 5_850_000),
    ) as file:  # fmt: skip
        file.write(codes, 1)
    return path


def codes_with(*values: int) -> np.ndarray:
    codes = np.zeros(NSIDC_25KM.shape, dtype=np.uint16)
    codes[0, : len(values)] = values
    return codes


def test_a_day_by_hand(tmp_path: Path):
    result = read_sample(geotiff(tmp_path, codes_with(0, 149, 150, 1000, 2510, 2530, 2540, 2550)))
    assert (result.date, result.period, result.version) == (date(2020, 1, 1), "daily", "v4.0")
    assert result.concentration[0, :8].tolist() == [0, 14, 15, 100, POLE_HOLE, LAND, LAND, MISSING]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"codes": codes_with(1001)}, "found 1001"),
        ({"codes": codes_with(2520)}, "found 2520"),
        ({"codes": codes_with(0).astype(np.uint8)}, "found uint8"),
        ({"codes": np.zeros((332, 316), dtype=np.uint16)}, r"found uint16 \(332, 316\)"),
        ({"codes": codes_with(0), "epsg": 3412}, "found uint16 .*3412"),
        ({"codes": codes_with(0), "shift": 25e3}, "corner"),
        ({"codes": codes_with(0), "name": "S_20200101_concentration_v4.0.tif"}, "a name like N_"),
        ({"codes": codes_with(0), "name": "N_2020_concentration_v4.0.tif"}, "a name like N_"),
        ({"codes": codes_with(0), "name": "N_20200101_concentration_v5.0.tif"}, r"found v5\.0"),
    ],
)
def test_what_is_not_as_published_is_refused(tmp_path: Path, change: dict, said: str):
    with pytest.raises(SourceError, match=said):
        read_sample(geotiff(tmp_path, **change))


def test_a_cut_file_is_refused(tmp_path: Path):
    path = geotiff(tmp_path, codes_with(0))
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(SourceError, match="a whole GeoTIFF"):
        read_sample(path)


@pytest.mark.shared
def test_a_real_day_in_this_form_is_the_same_day_and_a_product_of_its_own(mirror: Path, tmp_path: Path):
    """The fields of NSIDC-0051 written as the index would: made, but real numbers."""
    source = mirror / "sea_ice/nsidc0051/nt_20150204_f17_v1.1_n.bin"
    codes, _, _ = nsidc_0051.raw_codes(source)
    flags = np.array([2510, 2520, 2530, 2540, 2550], dtype=np.uint16)
    wide = np.where(codes <= 250, codes.astype(np.uint16) * 4, flags[np.maximum(codes, 251) - 251])
    path = geotiff(tmp_path, wide.astype(np.uint16), "N_20150204_concentration_v4.0.tif")
    direct = nsidc_0051.read_sample(source)
    assert np.array_equal(read_sample(path).concentration, direct.concentration)
    surface = (direct.concentration == LAND).astype(np.uint8)
    result = take(tmp_path / "cube", [source, path], surface)
    assert result.added == 2
    assert {folder.name for folder in (tmp_path / "cube").iterdir()} == {"nsidc_0051", "nsidc_g02135"}
    assert day_in(path, surface).sensor == "sensor not stated"


def test_a_month_is_its_first_day_and_monthly(tmp_path: Path):
    result = read_sample(geotiff(tmp_path, codes_with(149), "N_202003_concentration_v4.0.tif"))
    assert (result.date, result.period) == (date(2020, 3, 1), "monthly")
