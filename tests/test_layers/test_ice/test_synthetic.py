"""The synthetic ice: one known year, told by sums, on a few cells of the sea."""

from __future__ import annotations

import numpy as np
import pytest

from layers.grid import LAND, NSIDC_25KM, OCEAN
from layers.ice.synthetic import year

MEANS_PCT = [49.028, 58.248, 42.079, 20.645, 14.21, 24.651]
CHANGE_PCT, SPREAD_PCT = 1.3446, 34.634


def test_a_year_on_a_few_cells_is_the_one_on_record() -> None:
    surface = np.full(NSIDC_25KM.shape, LAND, dtype=np.uint8)
    surface[100:400:20, 40:280:20] = OCEAN
    cube = year(2001, surface)
    field = cube[:, surface == OCEAN].astype(float)
    assert cube.shape == (365, *NSIDC_25KM.shape)
    ice = np.where(field <= 100, field, np.nan)
    by_month = [float(np.nanmean(ice[first : first + 30])) for first in range(0, 360, 60)]
    assert by_month == pytest.approx(MEANS_PCT, abs=0.02)
    # Weather and speckle: the mean change from day to day, and across the cells of a day.
    assert float(np.nanmean(np.abs(np.diff(ice, axis=0)))) == pytest.approx(CHANGE_PCT, abs=0.01)
    assert float(np.nanstd(ice[200])) == pytest.approx(SPREAD_PCT, abs=0.02)
