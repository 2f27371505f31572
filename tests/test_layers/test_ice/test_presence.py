"""Ice years and cells of the monthly record, by hand on synthetic records."""

from __future__ import annotations

import numpy as np
import pytest
from monthly_record import dataset, month_of, months

from layers.ice.presence import ice_months_by_year, trapped_cells

# --- cells that are not believed


def test_a_perennial_patch_apart_from_the_pack_is_a_trap_and_corners_join():
    when = months("2008-01", "2022-12")
    ice = np.zeros((len(when), 6, 6), dtype=np.uint8)
    ice[:, :2, :3] = 1  # the pack
    ice[:, 2, 3] = 1  # touches it at a corner
    ice[:, 5, 4:] = 1  # an estuary
    actual = trapped_cells(dataset(ice, when))
    assert np.argwhere(actual).tolist() == [[5, 4], [5, 5]]


@pytest.mark.parametrize(("septembers", "expected"), [(4, False), (5, True)])
def test_half_of_the_last_ten_septembers_make_a_trap(septembers: int, expected: bool):
    when = months("2000-01", "2022-12")
    ice = np.zeros((len(when), 3, 5), dtype=np.uint8)
    ice[:, 0, :3] = 1
    is_september = np.flatnonzero(month_of(when) == 9)
    ice[is_september[:13], 2, 4] = 1  # all before the last ten do not count
    ice[is_september[-septembers:], 2, 4] = 1
    assert trapped_cells(dataset(ice, when))[2, 4] == expected


def test_a_cell_with_ice_whenever_the_mask_lets_it_is_a_trap():
    when = months("2010-01", "2022-12")
    ice = np.zeros((len(when), 1, 4), dtype=np.uint8)
    winter = np.isin(month_of(when), (12, 1, 2, 3))
    ice[winter] = 1
    valid = np.ones((12, 1, 4), dtype=np.uint8)
    valid[3:11, 0, 0] = 0  # the mask's season is the cell's own
    valid[5:9, 0, 1] = 0  # the mask lets it be longer
    valid[:, 0, 2] = 0  # never ice on the charts: no mask to fill
    ice[:, 0, 2] = 0
    assert trapped_cells(dataset(ice, when, valid)).tolist() == [[True, False, False, False]]


def test_a_record_without_september_has_no_traps():
    assert not trapped_cells(dataset(np.ones((2, 2, 2), dtype=np.uint8), months("2020-01", "2020-02"))).any()


# --- ice years


def test_an_ice_year_ends_in_august_and_is_a_mean_over_cells():
    when = months("1999-09", "2001-08")
    ice = np.zeros((24, 1, 3), dtype=np.uint8)
    ice[0, 0, 0] = 1  # September 1999 is of the ice year 2000
    ice[11, 0, :2] = 1  # August 2000, too
    ice[12:15, 0, 2] = 1  # autumn 2000 is of 2001
    cells = np.array([[0, 1], [2, -1], [-1, -1]])
    years, counted = ice_months_by_year(dataset(ice, when)["presence"], cells)
    assert years.tolist() == [2000, 2001]
    assert counted[:2].tolist() == [[1.5, 0.0], [0.0, 3.0]]
    assert np.isnan(counted[2]).all()


def test_one_missing_month_is_the_mean_of_its_neighbours_and_two_drop_the_year():
    when = months("1999-09", "2004-08")
    ice = np.zeros((60, 1, 3), dtype=np.uint8)
    march = np.flatnonzero(month_of(when) == 3)
    ice[march[0]], ice[march[2]] = [[1, 1, 0]], [[1, 0, 0]]
    ice[march[1]] = 1  # what is hidden must not show
    keep = np.ones(60, dtype=bool)
    keep[march[1]] = False
    cells = np.arange(3)[:, None]
    years, counted = ice_months_by_year(dataset(ice[keep], when[keep])["presence"], cells)
    assert years.tolist() == [2000, 2001, 2002, 2003, 2004]
    assert counted[:, 1].tolist() == [1.0, 0.5, 0.0]
    keep[march[1] + 1] = False
    years, _ = ice_months_by_year(dataset(ice[keep], when[keep])["presence"], cells)
    assert years.tolist() == [2000, 2002, 2003, 2004]


def test_a_month_without_both_neighbours_is_not_filled():
    when = months("1999-09", "2002-08")
    keep = ~np.isin(np.arange(36), [6, 6 + 12])  # March of 2000 and of 2001
    ice = np.ones((36, 1, 1), dtype=np.uint8)
    years, _ = ice_months_by_year(dataset(ice[keep], when[keep])["presence"], np.array([[0]]))
    assert years.tolist() == [2002]


def test_the_order_of_times_does_not_matter():
    when = months("1999-09", "2003-08")
    ice = np.random.default_rng(0).integers(0, 2, (48, 2, 2)).astype(np.uint8)
    record = dataset(ice, when)["presence"]
    mixed = record.isel(time=np.random.default_rng(1).permutation(48))
    cells = np.array([[0, 3], [1, 2]])
    assert np.array_equal(ice_months_by_year(record, cells)[1], ice_months_by_year(mixed, cells)[1])


@pytest.mark.parametrize(("decembers", "expected"), [(9, True), (8, False)])
def test_nine_of_ten_months_that_the_mask_allows_make_a_trap(decembers: int, expected: bool):
    when = months("2013-01", "2022-12")
    ice = np.zeros((len(when), 1, 2), dtype=np.uint8)
    ice[np.flatnonzero(month_of(when) == 12)[:decembers], 0, 0] = 1
    valid = np.zeros((12, 1, 2), dtype=np.uint8)
    valid[11] = 1  # the mask allows ice in December alone
    assert trapped_cells(dataset(ice, when, valid)).tolist() == [[expected, False]]
