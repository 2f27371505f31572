"""Relative sea level: the projections and trends as they were read, and what the picture makes of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from layers.crs import distance_km
from pipelines.snapshot import DATA


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


@pytest.fixture(scope="module")
def rows(picture) -> pd.DataFrame:
    return picture.tables["evidence"].query("indicator == 'relative_sea_level'").set_index("node_id")


def test_the_sign_is_told_where_the_land_rises(rows) -> None:
    kemi = rows.loc["port:wpi-27410"]
    assert (kemi["value"], kemi["label"]) == (-0.25, "fall")
    assert kemi["note"].startswith("the sea falls: depth is lost; ")
    assert "gauge Kemi" in kemi["note"]
    longyearbyen = rows.loc["port:wpi-20570"]
    assert (longyearbyen["label"], longyearbyen["value"] < -0.5) == ("fall", True)
    assert rows.loc["port:wpi-100", "note"].startswith("the sea rises: flooding; ")  # Reykjavík
    has_level = rows[rows["state"] == "known"]
    assert set(has_level["source_id"]) == {"own_sea_level_projections"}
    assert (has_level["value_low"] <= has_level["value"]).all()
    assert (has_level["value"] <= has_level["value_high"]).all()


def test_a_fall_is_never_more_than_moderate_and_a_rise_follows_its_anchors(rows, picture) -> None:
    has_level = rows[rows["state"] == "known"]
    rise = has_level[has_level["value"] >= 0]
    expected = np.select([rise["value"] >= 1.0, rise["value"] >= 0.6], [1.0, 0.5], 0.0)
    assert rise["score"].tolist() == expected.tolist()
    fall = has_level[has_level["value"] < 0]
    assert set(fall["score"]) <= {0.0, 0.5}
    depth = picture.tables["evidence"].query("indicator == 'charted_depth'").set_index("node_id")["value"]
    left = depth.reindex(fall.index)
    crossed = [
        any(at >= bar > round(at + change, 3) for bar in (10.7, 6.4))
        for at, change in zip(left, fall["value"], strict=True)
    ]
    assert (fall["score"] == 0.5).tolist() == crossed


def test_a_gauge_speaks_as_far_as_150_km_and_no_farther(rows, picture, projections) -> None:
    # A port on a lake has no level of the sea, however near a gauge is.
    coastal = picture.tables["measures"].set_index("node_id")["is_coastal"]
    rows = rows[coastal.reindex(rows.index).eq(other=True)]
    nodes = picture.tables["nodes"].set_index("node_id").loc[rows.index]
    km = distance_km(
        nodes["longitude_deg"].to_numpy()[:, None], nodes["latitude_deg"].to_numpy()[:, None],
        projections["longitude_deg"].to_numpy(), projections["latitude_deg"].to_numpy(),
    )  # fmt: skip
    nearest = km.min(axis=1)
    has_level = (rows["state"] == "known").to_numpy()
    assert nearest[has_level].max() <= 150.5
    assert nearest[~has_level].min() >= 149.5
    assert (~has_level).any()
    # The sphere says which gauge is nearest, to a third of a percent.
    values = projections["central_m"].to_numpy()
    near = [set(values[row <= best * 1.004 + 0.01]) for row, best in zip(km, nearest, strict=True)]
    assert all(
        value in outcome
        for value, outcome, has_fact in zip(rows["value"], near, has_level, strict=True)
        if has_fact
    )


def test_sea_level_is_asked_of_ports_landings_and_low_fields_by_the_sea(rows, picture) -> None:
    nodes = picture.tables["nodes"].set_index("node_id")
    kinds = nodes.loc[rows.index, "kind"]
    assert set(kinds) == {"port", "cable_landing", "airfield"}
    everyone = nodes["kind"].isin(["port", "cable_landing"])
    assert set(nodes.index[everyone]) <= set(rows.index)
    coastal = picture.tables["measures"].set_index("node_id")["is_coastal"]
    assert coastal[kinds.index[kinds == "airfield"]].all()
