"""Surface, presence and filled gaps of the 25 km grid, on fields made by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely

from layers.crs import distance_km, geographic_to_polar, lonlat, polar_xy
from layers.errors import SourceError
from layers.grid import COAST, LAKE, LAND, LAND_SURFACE, MISSING, NSIDC_25KM, OCEAN, POLE_HOLE, cell_area_km2
from pipelines.sources.sea_ice import noaa_cdr_g02202, nsidc_0051, nsidc_0622
from pipelines.sources.sea_ice.cell_surface import (
    FILL_KM,
    ICE,
    NOT_ASSESSED,
    OPEN,
    fill_unassessed,
    on_surface,
    presence,
    read_surface,
)
from pipelines.sources.sea_ice.ice_samples import Sample

SHAPE = NSIDC_25KM.shape


def codes_with(*values: int) -> np.ndarray:
    codes = np.zeros(SHAPE, dtype=np.uint8)
    codes[0, : len(values)] = values
    return codes


def test_surface_of_ocean_land_coast_and_lake(monkeypatch: pytest.MonkeyPatch) -> None:
    def give(nasa_team: np.ndarray, cdr: np.ndarray) -> np.ndarray:
        monkeypatch.setattr(nsidc_0051, "raw_codes", lambda _: (nasa_team, None, None))
        monkeypatch.setattr(noaa_cdr_g02202, "raw_codes", lambda _: (cdr, "v04r00", None))
        return read_surface(Path("nt.bin"), Path("cdr.nc"))

    ours = codes_with(0, 254, 253, 100)
    surface = give(ours, codes_with(0, 254, 254, 252))
    assert surface[0, :4].tolist() == [OCEAN, LAND_SURFACE, COAST, LAKE]
    with pytest.raises(SourceError, match=r"but for 0\.1% of the cells, found 0\.22% that differ"):
        give(ours, codes_with(0, 254, 254, *[254] * 301))


def test_a_ring_around_the_pole_is_an_edge_and_land_in_it_is_not_ice() -> None:
    ring = shapely.Polygon([[-180, 75], [180, 75], [180, 90], [-180, 90]])
    found = geographic_to_polar(np.array([ring], dtype=object))
    surface = np.full(SHAPE, OCEAN, dtype=np.uint8)
    row, column, _ = NSIDC_25KM.cell_of(*polar_xy([-40.0, 0.0, 0.0], [78.0, 89.9, 70.0]))
    surface[row[0], column[0]] = LAND_SURFACE
    classes = presence(found, surface)
    assert classes[row, column].tolist() == [NOT_ASSESSED, ICE, OPEN]
    # The cap north of 75 N covers 2 pi R2 (1 - sin 75) = 8.69 million km2.
    area = (classes == ICE) * cell_area_km2()
    assert area.sum() / 1e6 == pytest.approx(8.69, rel=0.01)


def test_valid_ice_mask_works_in_its_own_month_only() -> None:
    concentration = np.array([[90, 90, LAND], [POLE_HOLE, MISSING, 20], [0, 0, 0]], dtype=np.uint8)
    valid = np.array([[True, False, False], [False, False, False], [True, True, True]])
    january = Sample(date(2001, 1, 6), "daily", "nsidc_0051", "v1.1", concentration)
    masked = nsidc_0622.mask_invalid_ice(january, 1, valid)
    wanted = [[90, 0, LAND], [POLE_HOLE, MISSING, 0], [0, 0, 0]]
    assert masked.concentration.tolist() == wanted
    assert masked.valid_ice_mask
    assert nsidc_0622.mask_invalid_ice(january, 2, valid) is january


def test_a_gap_takes_the_nearest_value_of_the_sea_within_50_km() -> None:
    # On the parallel of true scale (70 N) the next cell is 25 km off, the third 75 km.
    row, column, _ = (int(at) for at in NSIDC_25KM.cell_of(*polar_xy(-45.0, 70.0)))
    ocean = np.zeros(SHAPE, dtype=bool)
    ocean[row, column : column + 6] = True
    field = np.full(SHAPE, LAND, dtype=np.uint8)
    field[row, column : column + 6] = [40, MISSING, MISSING, MISSING, MISSING, MISSING]
    field[row + 1, column + 3] = 100  # a value on what is no sea
    before = field.copy()
    filled = fill_unassessed(field, ocean, 26.0)[row, column : column + 6]
    assert filled.tolist() == [40, 40, *[MISSING] * 4]
    filled = fill_unassessed(field, ocean, 60.0)[row, column : column + 6]
    assert filled.tolist() == [40, 40, 40, *[MISSING] * 3]
    assert (field == before).all()
    field[row, column + 5] = POLE_HOLE
    filled = fill_unassessed(field, ocean, 60.0)[row, column : column + 6]
    assert filled.tolist() == [40, 40, 40, MISSING, MISSING, POLE_HOLE]
    field[row, column + 5] = 7
    filled = fill_unassessed(field, ocean, 60.0)[row, column : column + 6]
    assert filled.tolist() == [40, 40, 40, 7, 7, 7]


def test_a_gap_is_filled_as_if_every_distance_were_measured() -> None:
    random = np.random.default_rng(20261123)
    window = (slice(150, 162), slice(120, 132))
    ocean, field = np.zeros(SHAPE, dtype=bool), np.full(SHAPE, LAND, dtype=np.uint8)
    ocean[window] = random.random((12, 12)) < 0.8
    field[window] = np.where(random.random((12, 12)) < 0.6, MISSING, random.integers(0, 101, (12, 12)))
    filled = fill_unassessed(field, ocean)
    x, y = np.meshgrid(NSIDC_25KM.x_m, NSIDC_25KM.y_m)
    lon, lat = lonlat(x, y)
    result = ocean & (field != MISSING)
    gaps = np.argwhere(ocean & (field == MISSING))
    assert len(gaps) > 30
    for row, column in gaps:
        km = distance_km(lon[row, column], lat[row, column], lon[result], lat[result])
        near = field[result][(km <= km.min() + 1e-6)] if km.min() <= FILL_KM else [MISSING]
        assert filled[row, column] in near
    assert (filled[~ocean] == field[~ocean]).all()
    assert (filled[result] == field[result]).all()


def test_without_a_gap_or_a_neighbour_nothing_is_filled() -> None:
    ocean = np.ones(SHAPE, dtype=bool)
    whole, empty = np.zeros(SHAPE, dtype=np.uint8), np.full(SHAPE, MISSING, dtype=np.uint8)
    assert (fill_unassessed(whole, ocean) == 0).all()
    assert (fill_unassessed(empty, ocean) == MISSING).all()


def test_land_of_the_grid_replaces_the_land_of_a_sample() -> None:
    concentration = np.array([[90, LAND, LAND, 40], [POLE_HOLE, MISSING, 20, 0]], dtype=np.uint8)
    surface = np.array([[OCEAN, OCEAN, COAST, LAKE], [OCEAN, OCEAN, LAND_SURFACE, OCEAN]], dtype=np.uint8)
    sample = Sample(date(2001, 1, 6), "daily", "nsidc_0051", "v1.1", concentration)
    changed = on_surface(sample, surface, [])
    assert changed.concentration.tolist() == [[90, MISSING, LAND, LAND], [POLE_HOLE, MISSING, LAND, 0]]
    assert changed.concentration.dtype == np.uint8
    nowhere = np.zeros((2, 4), dtype=bool)
    masked = on_surface(sample, surface, [(2, ~nowhere), (1, nowhere)])
    assert masked.concentration[0].tolist() == [0, MISSING, LAND, LAND]
    assert masked.valid_ice_mask
