"""The ice cube as a CF dataset: what it says of itself and of each day."""

from __future__ import annotations

from datetime import date

import numpy as np

from layers.grid import LAND, MISSING, NSIDC_25KM
from layers.ice.cube import dataset
from layers.ice.daily import SYNTHETIC, Day

SURFACE = np.zeros(NSIDC_25KM.shape, dtype=np.uint8)
SURFACE[:, 200:] = 1
OCEAN = SURFACE == 0


def day(product: str = "p", when: date = date(2001, 1, 6), value: int = 40, unseen: int = 0) -> Day:
    """A day with `unseen` of its ocean cells missing."""
    field = np.where(OCEAN, value, LAND).astype(np.uint8)
    field.ravel()[np.flatnonzero(OCEAN)[:unseen]] = MISSING
    return Day(when, product, "v1", "f13", field)


def test_a_cube_says_what_it_is():
    cube = dataset([day(), day(when=date(2001, 1, 8), value=MISSING)], SURFACE)
    assert cube["sensor"].to_numpy().tolist() == ["f13", "f13"]
    days = cube["time"].to_numpy().astype("datetime64[D]").astype(str)
    assert days.tolist() == ["2001-01-06", "2001-01-08"]
    assert cube["x"].to_numpy().tolist() == NSIDC_25KM.x_m.tolist()
    assert cube["y"].to_numpy().tolist() == NSIDC_25KM.y_m.tolist()
    assert cube["concentration"].attrs["flag_values"].tolist() == [251, 254, 255]
    assert "SYNTHETIC" not in cube.attrs["title"]
    synthetic = dataset([day(SYNTHETIC)], SURFACE)
    assert synthetic.attrs["title"].startswith("SYNTHETIC, not observed")
    assert synthetic["concentration"].attrs["long_name"].startswith("SYNTHETIC")


def test_a_day_has_gaps_where_over_one_percent_of_the_ocean_was_not_seen():
    one_percent = int(OCEAN.sum()) // 100  # 896 of 89,600 cells
    days = [day(unseen=one_percent), day(when=date(2001, 1, 8), unseen=one_percent + 1)]
    assert 100 * one_percent == OCEAN.sum()
    assert dataset(days, SURFACE)["quality"].to_numpy().tolist() == [0, 1]
