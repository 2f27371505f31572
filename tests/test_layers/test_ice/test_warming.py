"""Seasons at a level of warming: made places with a known sensitivity, and places that have none."""

from __future__ import annotations

import numpy as np
import pytest

from layers.ice.seasons import METRICS, Seasons, season_table
from layers.ice.warming import (
    PUBLISHED_LOSS,
    sensitivity,
    september_loss,
    smoothed,
    warmed_seasons,
    whole_area,
)

YEARS = np.arange(1979, 2021)
GMST = 0.3 + 0.02 * (YEARS - 1979) + 0.05 * np.sin(YEARS * 1.7)
BASE = GMST[(YEARS >= 1991)].mean()


def places(seed: int = 0, beta: float = 100.0, product: str = "p") -> Seasons:
    """Thirty with a sensitivity, ten of noise, one always open, one never."""
    random = np.random.default_rng(seed)
    moved = 100 + beta * (smoothed(GMST) - BASE) + random.normal(0, 6, (30, 42))
    rows = np.concatenate(
        [moved, 150 + random.normal(0, 6, (10, 42)), np.full((1, 42), 365.0), np.zeros((1, 42))]
    )
    rows = rows.astype(np.float32)
    base = {name: np.full_like(rows, np.nan) for name in METRICS}
    base |= {"open_water_days": rows, "is_all_open": (rows >= 365).astype(np.float32), "longest_days": rows}
    ids = np.array([str(n) for n in range(42)], dtype=object)
    return Seasons(ids, YEARS, base, product, np.full(42, 30.0), np.full(42, 5))


def test_five_years_are_smoothed_and_ends_shortened():
    assert smoothed([1, 2, 3, 4, 10]).tolist() == [2, 2.5, 4, 4.75, 17 / 3]


def test_a_known_sensitivity_is_found_and_its_band_holds_it():
    days = places().metrics["open_water_days"][:30].astype(float)
    slope, low, high = sensitivity(days, GMST, draws=400)
    assert np.median(slope) == pytest.approx(100, abs=4)
    inside = (low <= 100) & (high >= 100)
    assert inside.mean() > 0.7  # a 90 % band; bootstraps of short series are a little narrow
    assert (low < slope).all()
    assert (slope < high).all()


def test_the_order_of_places_and_a_missing_year_do_not_matter():
    days = places().metrics["open_water_days"][:6].astype(float)
    days[2, 9] = np.nan
    one = np.array(sensitivity(days, GMST, draws=50))
    assert np.array(sensitivity(days[::-1], GMST, draws=50))[:, ::-1] == pytest.approx(one)
    assert np.isfinite(one).all()
    days[2, 5:] = np.nan
    assert np.isnan(np.array(sensitivity(days, GMST, draws=50))[:, 2]).all()


def test_at_two_degrees():
    found = places()
    told = warmed_seasons(found, season_table(found), GMST, [1.0, 2.0, 4.0], draws=200).set_index(
        ["warming_degc", "place_id"]
    )
    at = told.loc[2.0]
    assert at["basis"].tolist()[:30] == ["sensitivity"] * 30
    assert set(at["basis"][30:]) == {"record"}
    assert at["open_water_days"][:30].median() == pytest.approx(100 + 100 * (2 - BASE), abs=8)
    assert at["open_water_days"][30:].isna().all()
    assert at.loc["40", ["open_water_low_days", "open_water_high_days"]].tolist() == [365, 365]
    assert at.loc["41", ["open_water_low_days", "open_water_high_days"]].tolist() == [0, 0]
    assert (at["open_water_low_days"] <= at["open_water_high_days"]).all()
    # The record warmed by 0.8 degC about a base of 0.9: 2 degC lies within twice that, 4 does not.
    assert not at["is_extrapolated"].any()
    assert told.loc[4.0]["is_extrapolated"].tolist() == [True] * 30 + [False] * 12
    assert told.loc[4.0]["open_water_days"][:30].max() <= 365
    assert (told.loc[2.0]["open_water_days"][:30] >= told.loc[1.0]["open_water_days"][:30]).all()
    assert not any("year" in name for name in told.columns)


def test_what_is_made_says_so():
    found = places(product="synthetic")
    told = warmed_seasons(found, season_table(found), GMST, [2.0], draws=20)
    assert set(told["input"]) == {"daily, synthetic"}


@pytest.mark.parametrize(("loss", "inside"), [(3.3, True), (1.0, False), (5.0, False)])
def test_the_sum_is_held_to_the_published_range(loss: float, inside: bool):
    told = september_loss(7 - loss * smoothed(GMST), GMST)
    assert told["loss_million_km2_per_degc"] == pytest.approx(loss)
    assert told["is_published"] is inside
    assert ("within" in told["note"]) is inside
    assert told["loss_low_million_km2_per_degc"] <= loss + 1e-6
    assert told["loss_high_million_km2_per_degc"] >= loss - 1e-6
    assert PUBLISHED_LOSS == (2.6, 4.1)


def test_the_circle_about_the_pole_is_ice():
    assert whole_area([4, 4, 3, 3], [1986, 1987, 2007, 2008]) == pytest.approx([5.19, 4.31, 3.31, 3.029])


def test_the_area_that_was_not_observed_changes_in_the_september_of_its_sensor():
    years = [1979, 1986, 1987, 2007, 2008, 2024]
    assert whole_area(np.zeros(6), years).tolist() == [1.19, 1.19, 0.31, 0.31, 0.029, 0.029]
