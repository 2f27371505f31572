"""Air temperature of a node: a model corrected by stations."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from toy_facts import HOME, NAN, fact_table, off, sites

from layers.assessed.air_facts import add_air, air_corrections, correction_at, proxy_zone, warming_of
from layers.assessed.fact_rows import FactRows
from layers.observed.climate_records import PERMAFROST_ZONES

YEARS = np.arange(1979, 2025)
WARMING = pd.DataFrame({"year": YEARS, "warming_degc": np.where(YEARS < 2004, 0.4, 1.0)})


def field(before: float, ratio: float) -> xr.Dataset:
    """A flat model."""
    lon, lat = np.arange(0.0, 360.0, 10.0), np.arange(50.0, 91.0, 5.0)
    shape = (len(lat), len(lon))
    return xr.Dataset(
        {"temperature_before_degc": (("latitude", "longitude"), np.full(shape, before)),
         "warming_ratio": (("latitude", "longitude"), np.full(shape, ratio))},
        coords={"latitude": lat, "longitude": lon},
    )  # fmt: skip


def stations(*rows: tuple[float, tuple[float, float]], years: tuple[int, int] = (2004, 2020)) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"longitude_deg": lon, "latitude_deg": lat, "mean_annual_air_temperature_degc": air,
             "first_year": years[0], "last_year": years[1], "elevation_m": 10.0, "as_of": "2020"}
            for air, (lon, lat) in rows
        ]
    )  # fmt: skip


def test_warming_of_some_years_is_their_mean() -> None:
    assert warming_of(WARMING, 1981, 2010) == pytest.approx((23 * 0.4 + 7 * 1.0) / 30, abs=1e-4)


def test_three_stations_correct_the_model_and_each_is_left_out_once() -> None:
    # The model says -12 + 2 x 1.0 = -10 in 2004-2020. Stations 0, 100 and 400 km east read -9, -6 and -10.
    table = stations((-9.0, HOME), (-6.0, off(100, 90)), (-10.0, off(400, 90)))
    actual = air_corrections(field(-12.0, 2.0), table, WARMING)
    assert actual["correction_degc"].tolist() == [1.0, 4.0, 0.0]

    def mean(*pairs: tuple[float, float]) -> float:
        weights = [1 / (km + 25.0) ** 2 for km, _ in pairs]
        return sum(w * value for w, (_, value) in zip(weights, pairs, strict=True)) / sum(weights)

    left = [mean((100, 4), (400, 0)) - 1, mean((100, 1), (300, 0)) - 4, mean((400, 1), (300, 4)) - 0]
    assert actual["left_out_degc"].tolist() == pytest.approx(left, abs=2e-3)
    here = correction_at(actual, np.array([HOME[0]]), np.array([HOME[1]]))
    assert here[0] == pytest.approx(mean((0, 1), (100, 4), (400, 0)), abs=2e-3)


def test_the_model_warms_by_its_ratio_times_the_warming() -> None:
    # -12 + 2 x 1.6 = -8.8; a station that reads -9 lies 0.2 below.
    warmer = WARMING.assign(warming_degc=1.6)
    actual = air_corrections(field(-12.0, 2.0), stations((-9.0, HOME)), warmer)
    assert actual["correction_degc"].tolist() == pytest.approx([-0.2])


def test_stations_of_another_period_or_high_up_correct_nothing() -> None:
    good = stations((-9.0, HOME), (-7.0, off(100)))
    high = stations((15.0, off(50))).assign(elevation_m=601.0)
    other = stations((15.0, off(50)), years=(1991, 2020))
    unsaid = stations((-5.0, off(50))).assign(elevation_m=NAN)
    climate = field(-12.0, 2.0)
    actual = air_corrections(climate, pd.concat([good, high, other], ignore_index=True), WARMING)
    pd.testing.assert_frame_equal(actual, air_corrections(climate, good, WARMING))
    assert len(air_corrections(climate, pd.concat([good, unsaid]), WARMING)) == 3
    at_the_limit = stations((-5.0, off(50))).assign(elevation_m=600.0)
    assert len(air_corrections(climate, pd.concat([good, at_the_limit]), WARMING)) == 3


def test_eight_stations_at_most_correct_a_place() -> None:
    near = [(-9.0, off(10 + n, 40 * n)) for n in range(8)]
    climate = field(-12.0, 2.0)
    eight, nine = (
        correction_at(air_corrections(climate, stations(*rows), WARMING), np.array([20.0]), np.array([70.0]))
        for rows in (near, [*near, (30.0, off(60))])
    )
    assert eight.tolist() == nine.tolist() == [1.0]


def test_the_air_of_the_normal_is_the_model_and_its_correction_and_gives_the_proxy() -> None:
    nodes = sites(("mine:a", HOME))
    book = FactRows(nodes)
    table = stations((-9.0, HOME), (-9.0, off(100)), (-7.0, off(120)))
    add_air(book, nodes, field(-12.0, 2.0), table, WARMING)
    rows = fact_table(book).loc["mine:a"]
    level = (23 * 0.4 + 7) / 30
    corrections = air_corrections(field(-12.0, 2.0), table, WARMING)
    expected = -12 + 2 * level + correction_at(corrections, np.array([20.0]), np.array([70.0]))[0]
    air = rows.loc["air_temperature"]
    error = math.sqrt((corrections["left_out_degc"] ** 2).mean())
    assert air["value"] == pytest.approx(expected, abs=0.01)
    assert (air["high"] - air["value"], air["value"] - air["low"]) == pytest.approx((error, error), abs=0.01)
    zone = rows.loc["permafrost_zone"]
    assert zone["tier"] == "proxy"
    assert zone["value"] == proxy_zone(np.array([air["value"]]))[0]
    assert zone["label"] == PERMAFROST_ZONES[4 - int(zone["value"])]
