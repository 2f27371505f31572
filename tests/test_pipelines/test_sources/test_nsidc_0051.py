"""NSIDC-0051: the raw format by hand, and every refusal."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from good_files import TEAM_NAME, nasa_team

from layers.errors import SourceError
from layers.grid import LAND, MISSING, NSIDC_25KM, POLE_HOLE
from pipelines.sources.sea_ice import nsidc_0051

if TYPE_CHECKING:
    from pathlib import Path


def codes_with(*values: int) -> np.ndarray:
    codes = np.zeros(NSIDC_25KM.shape, dtype=np.uint8)
    codes[0, : len(values)] = values
    return codes


def test_nasa_team_day(tmp_path: Path) -> None:
    codes = codes_with(0, 37, 38, 250, 251, 253, 254, 255)
    sample = nsidc_0051.read_sample(nasa_team(tmp_path, codes))
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
    sample = nsidc_0051.read_sample(path)
    assert (sample.date, sample.period, sample.version) == (date(2001, 2, 1), "monthly", "v01")


def test_rounding_down_keeps_the_ice_edge_where_it_is(tmp_path: Path) -> None:
    codes = codes_with(*range(251))
    percent = nsidc_0051.read_sample(nasa_team(tmp_path, codes)).concentration[0, :251]
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
        nsidc_0051.read_sample(path)


def test_nasa_team_refuses_an_unknown_code_and_a_cut_file(tmp_path: Path) -> None:
    path = nasa_team(tmp_path, codes_with(252, 252))
    with pytest.raises(SourceError, match=rf"{TEAM_NAME}: expected codes known .* found 252 in 2 cell"):
        nsidc_0051.read_sample(path)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(SourceError, match="expected 136492 bytes, found 136491"):
        nsidc_0051.read_sample(path)


def test_near_real_time_is_a_product_of_its_own_under_no_other_name(tmp_path: Path) -> None:
    inner = "nt_20010106_f13_nrt_n"
    sample = nsidc_0051.read_sample(nasa_team(tmp_path, codes_with(125), f"{inner}.bin", inner=inner))
    assert (sample.product, sample.version, sample.period) == ("nsidc_0081", "nrt", "daily")
    assert sample.concentration[0, 0] == 50
    with pytest.raises(SourceError, match="near real time"):
        nsidc_0051.read_sample(nasa_team(tmp_path, codes_with(125), inner=inner))
    with pytest.raises(SourceError, match="near real time"):
        nsidc_0051.read_sample(nasa_team(tmp_path, codes_with(125), f"{inner}.bin"))
