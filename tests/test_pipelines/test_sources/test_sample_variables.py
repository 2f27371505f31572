"""Extents of samples on a made-up field: ice, pole hole, gaps filled and gaps left, in million km2."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from layers.grid import LAND, LAND_SURFACE, MISSING, NSIDC_25KM, OCEAN, POLE_HOLE
from pipelines.source import Inputs
from pipelines.sources.sea_ice import sample_variables as variables
from pipelines.sources.sea_ice.ice_samples import Sample


@pytest.fixture
def fields(tmp_path, monkeypatch):
    """A day of five ocean cells in a row and one far away, each of 1000 km2, and its official extent."""
    surface = np.full(NSIDC_25KM.shape, LAND_SURFACE, dtype=np.uint8)
    field = np.full(NSIDC_25KM.shape, LAND, dtype=np.uint8)
    surface[200, 100:105] = surface[100, 100] = OCEAN
    field[200, 100:105] = [15, 14, POLE_HOLE, 100, MISSING]
    field[100, 100] = MISSING
    daily = pd.DataFrame({"feature_id": ["nh-2012-09-02"], "extent_million_km2": [3.4]})
    monthly = pd.DataFrame({"feature_id": ["nh-2012-09"], "extent_million_km2": [3.6]})
    monkeypatch.setattr(variables.index, "read_daily", lambda _: daily)
    monkeypatch.setattr(variables.index, "read_monthly", lambda _: monthly)
    samples = [
        Sample(date(2012, 9, day), period, "nsidc_0051", "v1.1", field)
        for day, period in ((2, "daily"), (1, "monthly"), (3, "daily"))
    ]
    area = np.full(NSIDC_25KM.shape, 1000.0)
    return variables.sample_variables(samples, area, surface, Inputs(tmp_path))


def value(fields, name):
    return np.asarray(fields[name][1]).tolist()


def test_extents_count_cells_of_15_percent_and_the_pole_hole(fields):
    assert value(fields, "assessed_extent_million_km2") == [0.003] * 3
    # The gap beside 100 % takes that value; the one far away stays a gap.
    assert value(fields, "computed_extent_million_km2") == [0.004] * 3
    assert value(fields, "filled_million_km2") == [0.001] * 3
    assert value(fields, "unassessed_million_km2") == [0.002] * 3


def test_a_sample_is_named_by_its_day_or_month_and_has_its_official_extent(fields):
    assert value(fields, "sample_id") == [
        "nsidc_0051-2012-09-02",
        "nsidc_0051-2012-09",
        "nsidc_0051-2012-09-03",
    ]
    official = value(fields, "official_extent_million_km2")
    assert official[:2] == [3.4, 3.6]
    assert np.isnan(official[2]), "no figure of that day"
    assert np.asarray(fields["sample_date"][1]).astype("datetime64[D]").astype(str).tolist() == [
        "2012-09-02", "2012-09-01", "2012-09-03",
    ]  # fmt: skip


def test_concentration_keeps_its_gaps(fields):
    assert (fields["concentration"][1] == MISSING).sum() == 6
