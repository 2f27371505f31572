"""The 25 km grid: cells, shapes, areas, extent."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import shapely
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pyproj import Geod, Transformer

from layers.crs import area_km2, lonlat, polar_xy
from layers.grid import (
    LAND,
    MISSING,
    NSIDC_25KM,
    POLE_HOLE,
    Grid,
    area_million_km2,
    cell_area_km2,
    class_areas,
    extent_million_km2,
    nearest_cells,
    polygons,
    rasterise,
)

# Three by three cells of 10 m, upper-left corner (0, 30): centres at (10 c + 5, 25 - 10 r).
SMALL = Grid("EPSG:3413", (3, 3), (0.0, 30.0), 10.0)
CHECKOUT = Path(__file__).resolve().parents[2]


def shared(relative: str) -> Path:
    """Give a file of the shared mirror; who asks is marked `shared`."""
    root = Path(os.environ.get("ARCTIC_PICTURE_SHARED", CHECKOUT.parent / "shared"))
    path = root / "data" / "mirror" / relative
    assert path.is_file(), f"expected data/mirror/{relative} in the shared mirror"
    return path


def test_centres_and_transform_of_a_small_grid() -> None:
    assert SMALL.x_m.tolist() == [5, 15, 25]
    assert SMALL.y_m.tolist() == [25, 15, 5]
    assert SMALL.transform @ (1, 2) == (10, 10)


def test_the_nsidc_grid_is_the_documented_one() -> None:
    assert NSIDC_25KM.shape == (448, 304)
    assert (NSIDC_25KM.x_m[0], NSIDC_25KM.x_m[-1]) == (-3_837_500, 3_737_500)
    assert (NSIDC_25KM.y_m[0], NSIDC_25KM.y_m[-1]) == (5_837_500, -5_337_500)
    assert NSIDC_25KM.transform @ (304, 448) == (3_750_000, -5_350_000)


def test_cell_of_edges_outside_and_not_finite() -> None:
    x, y = [0, 9.9, 10, 30, -0.1, np.nan, 5], [30, 20.1, 20, 5, 5, 5, 0]
    row, column, inside = SMALL.cell_of(x, y)
    assert inside.tolist() == [True, True, True, False, False, False, False]
    assert row.tolist() == [0, 0, 1, -1, -1, -1, -1]
    assert column.tolist() == [0, 0, 1, -1, -1, -1, -1]


@given(st.integers(0, 447), st.integers(0, 303))
def test_cell_of_is_the_inverse_of_the_centre(row: int, column: int) -> None:
    actual = NSIDC_25KM.cell_of(NSIDC_25KM.x_m[column], NSIDC_25KM.y_m[row])
    assert (int(actual[0]), int(actual[1]), bool(actual[2])) == (row, column, True)


def test_polygons_of_a_ring_with_a_hole() -> None:
    classes = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 7]], dtype=np.uint8)
    actual = dict(polygons(classes, SMALL))
    assert sorted(actual) == [0, 1, 7]
    assert actual[0].equals(shapely.box(10, 10, 20, 20))
    assert actual[7].equals(shapely.box(20, 0, 30, 10))
    assert actual[1].area == 700
    assert len(actual[1].interiors) == 1


def test_polygons_of_a_mask_give_true_cells_only() -> None:
    mask = np.eye(3, dtype=bool)
    [(value, geometry)] = polygons(mask, SMALL)
    assert value == 1
    assert geometry.geom_type == "MultiPolygon"
    assert geometry.is_valid
    assert polygons(np.zeros((3, 3), dtype=bool), SMALL) == []


def test_polygons_refuse_a_wrong_shape_and_wrong_classes() -> None:
    with pytest.raises(ValueError, match=r"expected an array of shape \(3, 3\), found \(2, 3\)"):
        polygons(np.zeros((2, 3), dtype=bool), SMALL)
    with pytest.raises(ValueError, match=r"classes 0\.\.\.255"):
        polygons(np.full((3, 3), 300), SMALL)


def test_rasterise_by_centre_and_by_touch() -> None:
    square = shapely.box(4, 4, 16, 16)
    assert rasterise([square], SMALL).tolist() == [
        [False, False, False],
        [True, True, False],
        [True, True, False],
    ]
    sliver = shapely.box(1, 21, 2, 22)
    assert not rasterise([sliver], SMALL).any()
    assert rasterise([sliver], SMALL, all_touched=True).sum() == 1
    assert not rasterise([None, shapely.Polygon()], SMALL).any()


@settings(max_examples=40, deadline=None)
@given(hnp.arrays(np.uint8, (6, 5), elements=st.integers(0, 3)))
def test_polygons_then_rasterise_give_the_classes_back(classes: np.ndarray) -> None:
    grid = Grid("EPSG:3413", (6, 5), (-50_000.0, 75_000.0), 25_000.0)
    back = np.full(grid.shape, 9, dtype=np.uint8)
    for value, geometry in polygons(classes, grid):
        assert geometry.is_valid
        assert geometry.geom_type in {"Polygon", "MultiPolygon"}
        back[rasterise([geometry], grid)] = value
    assert (back == classes).all()


def test_extent_by_hand_with_every_code() -> None:
    percent = np.array([[15, 14, 100], [POLE_HOLE, LAND, MISSING], [0, 15, 252]], dtype=np.uint8)
    area = np.arange(1.0, 10.0).reshape(3, 3) * 1e6
    assert extent_million_km2(percent, area) == 1 + 3 + 4 + 8
    assert extent_million_km2(percent, area, threshold_pct=80) == 3 + 4
    assert extent_million_km2(np.stack([percent, percent * 0]), area).tolist() == [16, 0]
    assert extent_million_km2(np.full((3, 3), np.nan), area) == 0


def test_area_by_hand_with_every_code() -> None:
    percent = np.array([[14, 15, 100], [POLE_HOLE, LAND, MISSING], [0, 80, 50]], dtype=np.uint8)
    area = np.full((3, 3), 1e6)
    assert area_million_km2(percent, area) == pytest.approx(0.15 + 1 + 0.8 + 0.5)
    assert area_million_km2(percent, area, threshold_pct=0) == pytest.approx(0.14 + 0.15 + 1 + 0.8 + 0.5)
    assert area_million_km2(np.full((3, 3), np.nan), area) == 0
    assert area_million_km2(np.stack([percent, percent * 0]), area).shape == (2,)


def test_areas_add_up_where_extents_do_not() -> None:
    """A cell open on one day of two has half its area in the mean, and all of its extent or none."""
    days, area = np.array([[[100]], [[0]]]), np.array([[1e6]])
    mean = days.mean(axis=0)
    assert area_million_km2(mean, area, threshold_pct=0) == area_million_km2(days, area).mean() == 0.5
    assert extent_million_km2(mean, area) == 1
    assert extent_million_km2(days, area).mean() == 0.5


@given(
    hnp.arrays(np.uint8, (3, 3), elements=st.integers(0, 100)),
    hnp.arrays(np.uint8, (3, 3), elements=st.integers(0, 100)),
)
def test_extent_never_falls_when_concentration_rises(low: np.ndarray, other: np.ndarray) -> None:
    area = np.full((3, 3), 625.0)
    assert extent_million_km2(np.maximum(low, other), area) >= extent_million_km2(low, area)


def test_nearest_cells_by_hand() -> None:
    x, y = NSIDC_25KM.x_m, NSIDC_25KM.y_m
    mask = np.zeros(NSIDC_25KM.shape, dtype=bool)
    mask[200, 150] = mask[200, 152] = mask[300, 20] = True
    index, distance = nearest_cells([x[150], x[151] + 1000], [y[200], y[200]], mask, 2, 100)
    left, right = 200 * 304 + 150, 200 * 304 + 152
    assert index.tolist() == [[left, right], [right, left]]
    assert distance[0, 0] == pytest.approx(0, abs=1e-6)
    lon, lat = lonlat(x[[150, 152]], y[[200, 200]])
    assert distance[0, 1] == pytest.approx(Geod(ellps="WGS84").inv(lon[0], lat[0], lon[1], lat[1])[2] / 1000)
    assert 48 < distance[0, 1] < 54


def test_nearest_cells_that_are_too_far_too_few_or_none() -> None:
    x, y = NSIDC_25KM.x_m, NSIDC_25KM.y_m
    mask = np.zeros(NSIDC_25KM.shape, dtype=bool)
    index, distance = nearest_cells(x[10], y[10], mask, 3, 1e5)
    assert index.tolist() == [[-1, -1, -1]]
    assert np.isinf(distance).all()
    mask[10, 12] = True
    assert nearest_cells(x[10], y[10], mask, 3, 1e5)[0].tolist() == [[10 * 304 + 12, -1, -1]]
    assert nearest_cells(x[10], y[10], mask, 1, 10)[0].tolist() == [[-1]]
    with pytest.raises(ValueError, match="finite points"):
        nearest_cells([np.nan], [0.0], mask, 1, 10)


def test_nearest_cells_agree_with_brute_force() -> None:
    mask = np.zeros(NSIDC_25KM.shape, dtype=bool)
    mask[::40, ::40] = True
    points = polar_xy([-170.0, 10.0, 95.0], [66.0, 80.0, 72.0])
    index, distance = nearest_cells(*points, mask, 4, 5000)
    lon, lat = lonlat(*np.meshgrid(NSIDC_25KM.x_m, NSIDC_25KM.y_m))
    for row, (here_lon, here_lat) in enumerate(zip(*lonlat(*points), strict=True)):
        ones = np.full(lon.shape, 1.0)
        every = Geod(ellps="WGS84").inv(here_lon * ones, here_lat * ones, lon, lat)[2] / 1000
        best = np.sort(every[mask])[:4]
        assert distance[row] == pytest.approx(best, rel=5e-3)
        assert every.ravel()[index[row]] == pytest.approx(distance[row])


def test_area_needs_the_polar_crs() -> None:
    with pytest.raises(ValueError, match="expected a grid in EPSG:3413, found EPSG:3411"):
        cell_area_km2(Grid("EPSG:3411", (3, 3), (0.0, 30.0), 10.0))


def test_area_of_cells_agrees_with_a_polygon_and_the_scale_at_70_n() -> None:
    area = cell_area_km2()
    box = shapely.box(-3_850_000, -5_350_000, 3_750_000, 5_850_000)
    assert area.sum() == pytest.approx(area_km2([box])[0], rel=1e-6)
    # EPSG:3413 is true to scale at 70 N.
    row, column, _ = NSIDC_25KM.cell_of(*polar_xy([-45.0], [70.0]))
    assert area[row, column] == pytest.approx(625, rel=5e-3)


@pytest.mark.shared
def test_area_of_cells_agrees_with_nsidc_0771() -> None:
    path = shared("sea_ice/NSIDC0771_CellArea_PS_N25km_v1.0.nc")
    with xr.open_dataset(path) as raw:
        theirs = raw["cell_area"].to_numpy() / 1e6
    worst = np.abs(cell_area_km2() / theirs - 1).max()
    print(f"cell area against NSIDC-0771: at most {worst:.2e}")
    assert worst < 1e-4


def test_hughes_and_wgs84_grids_differ_by_less_than_a_hundredth_of_a_cell() -> None:
    x, y = np.meshgrid(NSIDC_25KM.x_m, NSIDC_25KM.y_m)
    lon, lat = lonlat(x, y)
    hughes = Transformer.from_crs("EPSG:3411", "EPSG:4326", always_xy=True).transform(x, y)
    shift_m = Geod(ellps="WGS84").inv(lon, lat, *hughes)[2]
    north = lat >= 50
    print(f"EPSG:3411 against EPSG:3413 north of 50 N: at most {shift_m[north].max():.1f} m")
    assert 80 < shift_m[north].max() < 90  # the number of decisions/0003-ice-grid.md: 87 m
    assert shift_m.max() < 120


def test_areas_of_classes_include_their_lower_bound() -> None:
    values = np.array([[0.0, 1.0, 2.0], [1.5, -0.1, np.nan], [9.0, 0.9, 1.9]])
    areas = class_areas(values, (0.0, 1.0, 2.0, np.inf), SMALL, unit="m")
    assert areas["label"].tolist() == ["0 to 1 m", "1 to 2 m", "over 2 m"]
    assert areas["class_low"].tolist() == [0, 1, 2]
    assert areas["class_high"].tolist()[:2] == [1, 2]
    assert np.isnan(areas["class_high"].astype(float)[2])
    cells = [rasterise([shape], SMALL).astype(int).tolist() for shape in areas.geometry]
    assert cells[0] == [[1, 0, 0], [0, 0, 0], [0, 1, 0]]
    assert cells[1] == [[0, 1, 0], [1, 0, 0], [0, 0, 1]]
    assert cells[2] == [[0, 0, 1], [0, 0, 0], [1, 0, 0]]
    assert class_areas(values, (0.0, 1.0), SMALL, labels=("low",))["label"].tolist() == ["low"]


def test_a_cell_reaches_to_the_middle_between_centres_and_no_farther() -> None:
    # Floor, not round: 19.9 m lies in the second column, whose centre is at 15 m.
    row, column, inside = SMALL.cell_of([19.9, 15.1, 29.99, 30.0], [10.1, 14.9, 0.01, 15.0])
    assert (row.tolist(), column.tolist()) == ([1, 1, 2, -1], [1, 1, 2, -1])
    assert inside.tolist() == [True, True, True, False]
