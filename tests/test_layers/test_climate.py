"""What a place's climate follows from: bilinear fields, pattern scaling, permafrost share, fetch."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.climate import (
    effective_fetch_km,
    permafrost_fraction,
    reach_km,
    sample_field,
    temperature_degc,
)
from layers.crs import POLAR, polar_points
from layers.grid import LAND_5KM, Grid, rasterise

LON, LAT = np.arange(0.0, 360.0, 90.0), np.array([60.0, 70.0, 80.0, 90.0])


def field(values: np.ndarray, latitude: np.ndarray = LAT) -> xr.DataArray:
    return xr.DataArray(
        values, dims=("latitude", "longitude"), coords={"latitude": latitude, "longitude": LON}
    )


ROWS = np.array([[0.0, 10.0, 20.0, 30.0], [100.0, 110.0, 120.0, 130.0], [200.0] * 4, [300.0] * 4])


@pytest.mark.parametrize(
    ("lon", "lat", "expected"),
    [
        (0, 60, 0),
        (90, 70, 110),
        (45, 60, 5),
        (0, 65, 50),
        (45, 65, 55),  # mean of 0, 10, 100, 110
        (22.5, 67.5, 2.5 + 75),
        (315, 60, 15),  # half-way from 30 back to 0, over 360
        (-45, 60, 15),
        (360, 60, 0),
        (359.1, 60, 0.3),
        (-90, 60, 30),
        (180, 90, 300),
        (0, 50, 0),  # south of the field: its edge
    ],
)
def test_bilinear_by_hand(lon: float, lat: float, expected: float) -> None:
    assert sample_field(field(ROWS), [lon], [lat]) == pytest.approx([expected])
    flipped = field(ROWS[::-1], LAT[::-1])
    assert sample_field(flipped, [lon], [lat]) == pytest.approx([expected])


def test_a_field_that_starts_at_minus_180() -> None:
    shifted = field(ROWS).assign_coords(longitude=LON - 180)
    # Columns stand at -180, -90, 0, 90; between 90 and 180 it goes from 30 back to 0.
    assert sample_field(shifted, [-180, 0, 135, 180], [60] * 4) == pytest.approx([0, 20, 15, 0])


def test_shape_is_kept() -> None:
    lon, lat = np.meshgrid([0.0, 90.0, 180.0], [60.0, 70.0])
    assert sample_field(field(ROWS), lon, lat) == pytest.approx(ROWS[:2, :3])


@settings(max_examples=60, deadline=None)
@given(st.floats(-360, 720), st.floats(60, 90))
def test_a_sample_lies_between_its_neighbours_and_wraps(lon: float, lat: float) -> None:
    [value] = sample_field(field(ROWS), [lon], [lat])
    assert 0 <= value <= 300
    assert sample_field(field(ROWS), [lon + 360], [lat]) == pytest.approx([value], abs=1e-6)


def test_temperature_is_linear_in_warming() -> None:
    climate = xr.Dataset(
        {
            "temperature_before_degc": field(np.full((4, 4), -12.0)),
            "warming_ratio": field(np.full((4, 4), 2.5)),
        }
    )
    result = [temperature_degc(climate, [33.0], [71.0], level)[0] for level in (0.0, 1.0, 2.0, 4.0)]
    assert result == pytest.approx([-12.0, -9.5, -7.0, -2.0])


def test_permafrost_by_hand() -> None:
    # Gruber 2012: a cumulative normal, mean -4.38 degC, variance 6.43 K2.
    spread = 6.43**0.5
    air = [-4.38, -4.38 - spread, -4.38 + spread, -40.0, 30.0]
    assert permafrost_fraction(air) == pytest.approx([0.5, 0.841345, 0.158655, 1, 0], abs=1e-6)
    assert np.isnan(permafrost_fraction([np.nan])).all()


@settings(max_examples=100, deadline=None)
@given(st.floats(-40, 20), st.floats(0, 20))
def test_warmer_ground_never_holds_more_permafrost(air: float, more: float) -> None:
    cold, warm = permafrost_fraction([air, air + more])
    assert 0 <= warm <= cold <= 1


# -------------------------------------------------------------------------------- fetch, a toy land


def points(*xy: tuple[float, float]) -> np.ndarray:
    return np.array([shapely.Point(*place) for place in xy], dtype=object)


def mask(*polygons: object) -> np.ndarray:
    """The cells of the 5 km land grid whose centre lies in one of the polygons."""
    return rasterise(polygons, LAND_5KM)


def test_open_ocean_is_capped_at_500() -> None:
    island = shapely.box(0, 0, 20_000, 20_000)
    fetch = effective_fetch_km(points((20_000, 10_000), (0, 0)), mask(island))
    assert fetch == pytest.approx([500, 500])


def test_without_land_there_is_no_shore() -> None:
    assert np.isnan(effective_fetch_km(points((0, 0)), np.zeros(LAND_5KM.shape, dtype=bool))).all()


def test_an_enclosed_basin_has_no_more_than_its_width() -> None:
    land = shapely.box(-900_000, -900_000, 900_000, 900_000)
    basin = shapely.box(0, 0, 40_000, 40_000)
    [fetch] = effective_fetch_km(points((0, 20_000)), mask(land.difference(basin)))
    assert 10 < fetch <= 40 * 2**0.5


def test_a_long_channel_by_hand() -> None:
    # One cell of 5 km wide and over 500 km long either way. East lies open: 500 km. At 22.5 degrees
    # the first step of 5 km rises 1.9 km, still water; the second 3.8 km, land: 5 km. Steeper: 0.
    # The weights are cos2: 1 ahead, 0.8536 on both sides, 0.5, 0.1464: 4 in all.
    land = shapely.box(-1_500_000, -500_000, 1_500_000, 500_000)
    channel = shapely.box(-1_200_000, 0, 1_200_000, 5_000)
    [fetch] = effective_fetch_km(points((2_500, 2_500)), mask(land.difference(channel)))
    side = np.cos(np.radians(22.5)) ** 2
    assert fetch == pytest.approx((500 + 2 * side * 5) / 4, abs=1e-6)


def test_far_from_the_sea_there_is_no_fetch() -> None:
    land = shapely.box(-200_000, -200_000, 200_000, 200_000)
    assert np.isnan(effective_fetch_km(points((0, 0)), mask(land))).all()


def test_land_across_the_water_shortens_fetch() -> None:
    coast = shapely.box(-600_000, -600_000, 0, 600_000)
    across = shapely.box(100_000, -600_000, 700_000, 600_000)
    near = points((-1_000, 0))
    [free] = effective_fetch_km(near, mask(coast))
    [fetch_km] = effective_fetch_km(near, mask(coast, across))
    assert free == pytest.approx(500)
    assert 90 < fetch_km < 350


def test_north_is_not_south() -> None:
    # A shore that runs east and west, open to the north alone: a wall 100 km off shuts it.
    shore = shapely.box(-700_000, -700_000, 700_000, 0)
    north, south = (
        shapely.box(-700_000, 100_000, 700_000, 700_000),
        shapely.box(-700_000, -1_500_000, 700_000, -800_000),
    )
    place = points((0, -1_000))
    assert effective_fetch_km(place, mask(shore, south)) == pytest.approx([500])
    assert effective_fetch_km(place, mask(shore, north))[0] < 350


# ------------------------------------------------------------------------------- the real picture


def test_the_layers_of_permafrost_and_warming(picture) -> None:
    permafrost, warming = picture.tables["permafrost"], picture.tables["warming"]
    assert permafrost["class_low"].tolist() == sorted(permafrost["class_low"])
    # Yakutsk stands on continuous permafrost, Tromsø on none to speak of.
    cold = permafrost[permafrost["class_low"] == 0.9].geometry.union_all()
    assert cold.contains(polar_points([129.7], [62.5])[0])
    some = permafrost[permafrost["class_low"] >= 0.1].geometry.union_all()
    assert not some.contains(polar_points([10.4], [63.0])[0])
    # Warming is drawn over the whole cap, without a gap or an overlap.
    assert warming.geometry.union_all().contains(polar_points([0.0], [90.0])[0])
    assert warming.area.sum() == pytest.approx(warming.geometry.union_all().area, rel=1e-6)


def _fetch(picture) -> object:
    return picture.tables["measures"].set_index("node_id")["fetch_km"]


def test_fetch_of_known_places(picture) -> None:
    fetch = _fetch(picture)
    assert fetch.dropna().between(0, 500).all()
    assert fetch.dropna().gt(0).any()
    assert fetch["port:wpi-23970"] > 300  # Lysekil, open to the Skagerrak and the North Sea
    assert fetch["port:wpi-19580"] < 30  # Juneau, at the head of a fjord


@pytest.mark.parametrize(
    "node",
    [
        "energy_site:gppd-wri1003847",  # Ust-Ilimsk, 1,500 km from any sea
        "port:geonames-6661283",  # Zaostrovskiy, a river port at Perm
    ],
)
def test_no_waves_break_far_inland(picture, node: str) -> None:
    fetch = _fetch(picture)
    assert not fetch.get(node, np.nan) > 0


@pytest.mark.parametrize("node", ["cable_landing:landing-kuressaare", "port:wpi-28530", "port:wpi-28550"])
def test_the_gulf_of_riga_is_no_ocean(picture, node: str) -> None:
    # It is 174 km by 137 km (Encyclopaedia Britannica): no effective fetch can pass 200 km.
    assert _fetch(picture)[node] < 200


def test_a_ray_ends_at_the_land_it_meets_and_starts_within_ten_kilometres_of_the_sea() -> None:
    grid = Grid(POLAR, (41, 41), (-102_500.0, 102_500.0), 5_000.0)
    is_land = np.zeros((41, 41), dtype=bool)
    is_land[:11] = True  # the north; the southernmost land is centred at y = 50 km
    is_land[:, :11] = True  # the west; the easternmost land is centred at x = -50 km
    shore_m = 45_000.0  # the first row of sea
    points = shapely.points([0.0, 0.0, 0.0], [shore_m, shore_m + 9_000, shore_m + 11_000])
    reach = reach_km(points, is_land, grid)
    east, north, west, south = 0, 4, 8, 12
    assert reach[0, [north, south]].tolist() == [0, 500]
    assert reach[0, [east, west]].tolist() == [500, 45]
    assert np.isfinite(reach[1]).all()
    assert np.isnan(reach[2]).all()
