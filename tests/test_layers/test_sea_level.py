"""Relative sea level: the sign, the interval, the reach of a gauge."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.assessed.book import Book
from layers.assessed.sea_level import add_sea_level, level_score
from pipelines.snapshot import DATA


@pytest.mark.parametrize(
    ("low", "high", "score"),
    [
        (0.2, 0.6, (0.2, 0.6)),  # rise: one metre is 1
        (-0.4, -0.1, (0.2, 0.8)),  # fall: half a metre is 1
        (-0.2, 0.3, (0.0, 0.4)),  # the fall weighs more than the larger rise
        (-0.1, 0.9, (0.0, 0.9)),
        (-1.6, -1.0, (1.0, 1.0)),
        (0.6, 1.4, (0.6, 1.0)),
        (0.0, 0.0, (0.0, 0.0)),
    ],
)
def test_scores_by_hand(low, high, score) -> None:
    lowest, highest = level_score(np.array([low]), np.array([high]))
    assert (lowest[0], highest[0]) == pytest.approx(score)


@given(st.floats(-2, 2), st.floats(0, 2), st.floats(0, 1))
def test_every_change_in_the_interval_scores_inside(low, width, part) -> None:
    high = low + width
    change = np.array([low + part * width])
    lowest, highest = level_score(np.array([low]), np.array([high]))
    score = level_score(change, change)[1]
    assert 0 <= lowest[0] <= score[0] + 1e-9
    assert score[0] <= highest[0] + 1e-9 <= 1 + 2e-9


def test_unknown_ends_score_nothing() -> None:
    lowest, highest = level_score(np.array([np.nan]), np.array([np.nan]))
    assert np.isnan(lowest[0])
    assert np.isnan(highest[0])


def test_the_nearest_gauge_within_reach_speaks() -> None:
    sites = pd.DataFrame(
        {
            "node_id": ["port:near", "port:far", "port:edge"],
            "longitude_deg": [179.9, 100.0, 20.0],
            "latitude_deg": [70.0, 75.0, 65.9],
        }
    )
    projections = pd.DataFrame(
        {
            "psmsl_id": [1, 2],
            "name": ["East", "Bay"],
            "longitude_deg": [-179.9, 20.0],  # across the date line
            "latitude_deg": [70.0, 65.0],  # 0.9 degree of latitude is 100.3 km
            "low_m": [0.2, -0.6],
            "central_m": [0.4, -0.3],
            "high_m": [0.7, -0.1],
        }
    )
    trends = pd.DataFrame(
        {
            "psmsl_id": [1, 1],
            "trend_mm_per_year": [9.0, 1.25],
            "uncertainty_mm_per_year": [1.0, 0.5],
            "first_year": [1900, 1950],
            "last_year": [1990, 2020],
        }
    )
    book = Book(sites)
    add_sea_level(book, np.array([True, True, True]), projections, trends)
    rows = book.table().set_index("node_id")
    near = rows.loc["port:near"]
    assert (near["value"], near["score"], near["score_high"]) == (0.4, 0.2, 0.7)
    assert near["note"].startswith("level rises: flooding; AR6, 2100 against 1995-2014, gauge East at 8 km")
    assert near["note"].endswith("observed +1.2 +/- 0.5 mm per year, 1950-2020")
    for node in ("port:far", "port:edge"):
        assert rows.loc[node, "state"] == "unknown"
        assert rows.loc[node, "source_id"] == "ipcc_ar6_sea_level"
        assert np.isnan(rows.loc[node, "value"])
        assert "within 100 km" in rows.loc[node, "note"]


@pytest.fixture(scope="module")
def projections() -> pd.DataFrame:
    return pd.read_parquet(DATA / "own_sea_level_projections.parquet").set_index("psmsl_id")


@pytest.fixture(scope="module")
def trends() -> pd.DataFrame:
    return pd.read_parquet(DATA / "own_sea_level_trends.parquet")


def test_projections_are_ordered_and_northern(projections) -> None:
    assert len(projections) == 159
    assert (projections["low_m"] <= projections["central_m"]).all()
    assert (projections["central_m"] <= projections["high_m"]).all()
    assert projections["latitude_deg"].min() >= 58


def test_projections_follow_what_was_observed(projections, trends) -> None:
    # A level that falls by 3 mm a year and more falls on under the median too, and no other does by so much.
    seen = trends.sort_values("last_year").drop_duplicates("psmsl_id", keep="last").set_index("psmsl_id")
    both = seen.join(projections[["central_m"]], how="inner")
    assert len(both) >= 11
    falls = both["trend_mm_per_year"] < -2.9
    assert set(both.index[falls]) == {57, 79, 203, 229, 447, 541, 1067}
    assert (both.loc[falls, "central_m"] < -0.15).all()
    assert (both.loc[~falls, "central_m"] > 0.1).all()


def test_our_trend_agrees_with_the_published_one(trends) -> None:
    narvik = trends[trends["psmsl_id"] == 312].set_index("made")
    ours, theirs = narvik.loc["computed"], narvik.loc["published"]
    apart = abs(ours["trend_mm_per_year"] - theirs["trend_mm_per_year"])
    assert apart < np.hypot(ours["uncertainty_mm_per_year"], theirs["uncertainty_mm_per_year"])


def test_the_sign_is_told_where_the_land_rises(picture) -> None:
    rows = picture.tables["evidence"].query("indicator == 'relative_sea_level'").set_index("node_id")
    kemi = rows.loc["port:wpi-27410"]
    assert kemi["value"] == -0.25
    assert (kemi["score"], kemi["score_high"]) == (0.0, 1.0)  # -0.55 m to +0.18 m
    assert "gauge Kemi" in kemi["note"]
    longyearbyen = rows.loc["port:wpi-20570"]
    assert longyearbyen["note"].startswith("level falls: depth is lost")
    assert longyearbyen["score"] == 1.0
    assert rows.loc["port:wpi-100", "note"].startswith("level rises: flooding")  # Reykjavík
    known = rows[rows["state"] == "known"]
    assert set(known["source_id"]) == {"own_sea_level_projections"}
    assert (known["score"] <= known["score_high"]).all()
