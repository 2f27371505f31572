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
    actual = places()
    result = warmed_seasons(actual, season_table(actual), GMST, [1.0, 2.0, 4.0], draws=200).set_index(
        ["warming_degc", "place_id"]
    )
    at = result.loc[2.0]
    assert at["basis"].tolist()[:30] == ["sensitivity"] * 30
    assert set(at["basis"][30:]) == {"record"}
    assert at["open_water_days"][:30].median() == pytest.approx(100 + 100 * (2 - BASE), abs=8)
    assert at["open_water_days"][30:].isna().all()
    assert at.loc["40", ["open_water_low_days", "open_water_high_days"]].tolist() == [365, 365]
    assert at.loc["41", ["open_water_low_days", "open_water_high_days"]].tolist() == [0, 0]
    assert (at["open_water_low_days"] <= at["open_water_high_days"]).all()
    # The record warmed by 0.8 degC about a base of 0.9: 2 degC lies within twice that, 4 does not.
    assert not at["is_extrapolated"].any()
    assert result.loc[4.0]["is_extrapolated"].tolist() == [True] * 30 + [False] * 12
    assert result.loc[4.0]["open_water_days"][:30].max() <= 365
    assert (result.loc[2.0]["open_water_days"][:30] >= result.loc[1.0]["open_water_days"][:30]).all()
    assert not any("year" in name for name in result.columns)


def test_what_is_made_says_so():
    actual = places(product="synthetic")
    result = warmed_seasons(actual, season_table(actual), GMST, [2.0], draws=20)
    assert set(result["input"]) == {"daily, synthetic"}


@pytest.mark.parametrize(("loss", "inside"), [(3.3, True), (1.0, False), (5.0, False)])
def test_the_sum_is_held_to_the_published_range(loss: float, inside: bool):
    result = september_loss(7 - loss * smoothed(GMST), GMST)
    assert result["loss_million_km2_per_degc"] == pytest.approx(loss)
    assert result["is_published"] is inside
    assert ("within" in result["note"]) is inside
    assert result["loss_low_million_km2_per_degc"] <= loss + 1e-6
    assert result["loss_high_million_km2_per_degc"] >= loss - 1e-6
    assert PUBLISHED_LOSS == (2.6, 4.1)


def test_the_circle_about_the_pole_is_ice():
    assert whole_area([4, 4, 3, 3], [1986, 1987, 2007, 2008]) == pytest.approx([5.19, 4.31, 3.31, 3.029])


def test_a_level_counts_from_the_mean_of_1991_to_2020_and_is_extrapolated_beyond_twice_the_record():
    seasons = places()
    table = season_table(seasons)
    warm = smoothed(GMST)
    furthest = BASE + 2 * (warm[-1] - warm[0])
    levels = [BASE + 0.1, furthest - 0.01, furthest + 0.01]
    result = warmed_seasons(seasons, table, GMST, levels, draws=20).set_index(["warming_degc", "place_id"])
    first = result.loc[levels[0]].iloc[:30]
    expected = table["open_water_days_median"].to_numpy()[:30] + 0.1 * first["open_water_days_per_degc"]
    assert first["open_water_days"].to_numpy() == pytest.approx(expected.to_numpy())
    assert [bool(result.loc[level]["is_extrapolated"].iloc[0]) for level in levels] == [False, False, True]
