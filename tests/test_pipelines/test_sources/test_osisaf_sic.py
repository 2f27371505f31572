"""OSI SAF: averaged cell by cell, and every refusal."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from layers.errors import SourceError
from layers.grid import MISSING, NSIDC_25KM
from pipelines.sources.sea_ice import osisaf_sic


def osisaf(monkeypatch: pytest.MonkeyPatch, values: np.ndarray, unit: str = "km", **mapping: Any) -> Path:
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
    monkeypatch.setattr(osisaf_sic, "opened", lambda _: nullcontext(dataset))
    return Path("osisaf_cf_nh10km_polstere_20190909.nc")


def test_osisaf_is_averaged_cell_by_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.full((1120, 760), -999)
    # 25 km cell (200, 150), whose corner is at (-100, 850) km, holds the 10 km centres of rows
    # 500...501 (845, 835) and columns 375...376 (-95, -85); the third lies on the next cell's side.
    values[500:502, 375:377] = [[1000, 2000], [3000, -999]]
    values[503:505, 375:377] = 10_000
    values[510:512, 375:377] = 1499  # 14.99 % is under the edge of 15 %
    sample = osisaf_sic.read_sample(osisaf(monkeypatch, values))
    row, column, _ = NSIDC_25KM.cell_of(-90_000.0, 840_000.0)
    assert (int(row), int(column)) == (200, 150)
    assert sample.concentration[200, 150] == 20
    assert sample.concentration[201, 150] == 100
    assert sample.concentration[204, 150] == 14
    assert (sample.concentration != MISSING).sum() == 3
    assert (sample.date, sample.version) == (date(2019, 9, 9), "version not stated")


def test_osisaf_refuses_wrong_units_projections_and_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = np.zeros((1120, 760), dtype=int)
    with pytest.raises(SourceError, match=r"corner at .* found .*first centre .-3845, 5845. m"):
        osisaf_sic.read_sample(osisaf(monkeypatch, values, unit="m"))  # kilometres taken for metres
    with pytest.raises(SourceError, match="in km or m, found degrees"):
        osisaf_sic.read_sample(osisaf(monkeypatch, values, unit="degrees"))
    with pytest.raises(SourceError, match="turned to -45"):
        osisaf_sic.read_sample(osisaf(monkeypatch, values, straight_vertical_longitude_from_pole=135.0))
    values[3, 3] = 25_400
    with pytest.raises(SourceError, match=r"0\.\.\.10000 or -999, found 25400"):
        osisaf_sic.read_sample(osisaf(monkeypatch, values))
