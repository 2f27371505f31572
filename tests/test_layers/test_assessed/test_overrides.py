"""Corrections: applied where and while they hold, told where they change anything."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from layers.assessed.overrides import apply_overrides, tell_overrides
from layers.errors import SchemaError
from pipelines.snapshot import DATA

DAY = date(2026, 11, 25)
PORTS = pd.DataFrame(
    {
        "feature_id": ["wpi-1", "wpi-2"],
        "channel_depth_low_m": [4.9, np.nan],
        "harbor_size": ["Small", None],
    }
)


def filed(**changes: object) -> pd.DataFrame:
    row = {
        "feature_id": "override-1", "node_id": "port:wpi-1", "column": "channel_depth_low_m",
        "old_value": "4.9", "new_value": "14.0", "unit": "m", "who": "the port", "why": "dredged",
        "since": "2020-09-30",
        "until": None, "source_title": "Port news", "source_url": "https://example.org/news",
        "source_id": "own_overrides",
    }  # fmt: skip
    return pd.DataFrame([row | changes])


@pytest.mark.parametrize(
    ("changes", "day", "state"),
    [
        ({}, DAY, "applied"),
        ({}, date(2020, 9, 30), "applied"),
        ({}, date(2020, 9, 29), "not_yet"),
        ({"until": "2026-11-25"}, DAY, "applied"),
        ({"until": "2026-11-24"}, DAY, "expired"),
        ({"old_value": "6.4"}, DAY, "superseded"),
        ({"old_value": None}, DAY, "superseded"),
        ({"node_id": "port:wpi-2"}, DAY, "superseded"),
        ({"node_id": "port:wpi-2", "old_value": None}, DAY, "applied"),
        ({"node_id": "port:wpi-9"}, DAY, "unmatched"),
        ({"column": "harbor_size", "old_value": "Small", "new_value": "Large"}, DAY, "applied"),
        ({"column": "harbor_size", "old_value": "Medium", "new_value": "Large"}, DAY, "superseded"),
    ],
)
def test_states(changes, day, state) -> None:
    before = PORTS.copy()
    overrides = filed(**changes)
    table, outcome = apply_overrides(PORTS, overrides, day)
    assert outcome["state"].tolist() == [state]
    pd.testing.assert_frame_equal(PORTS, before)
    column, node = overrides.loc[0, "column"], overrides.loc[0, "node_id"].split(":")[1]
    if state == "applied":
        new = overrides.loc[0, "new_value"]
        assert str(table.set_index("feature_id").loc[node, column]) == new
        table = table.assign(**{column: table[column].where(table["feature_id"] != node, before[column])})
    pd.testing.assert_frame_equal(table, before)


def test_a_column_nothing_tells_of_is_refused() -> None:
    with pytest.raises(
        SchemaError, match=r"override of port:wpi-1: expected one of the columns .*found tidal"
    ):
        apply_overrides(PORTS, filed(column="tidal_range_m"), DAY)


def test_what_changed_is_told_and_nothing_else() -> None:
    evidence = pd.DataFrame(
        {
            "node_id": ["port:wpi-1", "port:wpi-1", "port:wpi-1", "port:wpi-2"],
            "indicator": ["approach_depth", "deep_water", "pier_depth", "approach_depth"],
            "value": [14.0, 1.0, 3.0, 14.0],
            "source_id": "nga_world_port_index",
            "as_of": "2025-05-27",
            "note": "depth",
        }
    )
    outcome = tell_overrides(evidence.copy(), apply_overrides(PORTS, filed(), DAY)[1])
    stated = "override: the port, dredged, until further notice, was channel_depth_low_m 4.9; now 14.0 m"
    assert outcome["note"].str.contains(stated, regex=False).tolist() == [True, True, False, False]
    # The yes of a rule is still the index's row; the depth itself is the port's.
    assert outcome["source_id"].tolist() == ["own_overrides"] + ["nga_world_port_index"] * 3
    assert outcome["as_of"].tolist() == ["2020-09-30"] + ["2025-05-27"] * 3
    expired = apply_overrides(PORTS, filed(until="2021-01-01"), DAY)[1]
    pd.testing.assert_frame_equal(tell_overrides(evidence.copy(), expired), evidence)


def test_ours_correct_what_the_index_says_and_show_in_the_picture(picture) -> None:
    ports = gpd.read_parquet(DATA / "nga_world_port_index.parquet")
    ours = pd.read_parquet(DATA / "own_overrides.parquet")
    day = date.fromisoformat(ours["seen_on"].max())
    table, outcome = apply_overrides(ports, ours[ours["node_id"].str.startswith("port:")], day)
    assert set(outcome["state"]) == {"applied"}
    by_id = table.set_index("feature_id")
    assert by_id.loc["wpi-27560", "channel_depth_low_m"] == 14.0  # Kokkola
    assert by_id.loc["wpi-27530", "cargo_pier_depth_high_m"] == 10.0  # Raahe
    assert set(picture.tables["overrides"]["state"]) == {"applied"}
    rows = picture.tables["evidence"].set_index(["node_id", "indicator"])
    kokkola = rows.loc[("port:wpi-27560", "approach_depth")]
    assert (kokkola["value"], kokkola["score"], kokkola["source_id"]) == (14.0, 1.0, "own_overrides")
    assert "was channel_depth_high_m 6.1, channel_depth_low_m 4.9" in kokkola["note"]
    # Raahe's anchorage (14 m) is deeper than its corrected fairway: the index stays the source.
    raahe = rows.loc[("port:wpi-27530", "approach_depth")]
    assert (raahe["value"], raahe["source_id"]) == (14.0, "nga_world_port_index")
    changed = set(ours["node_id"])
    assert set(picture.tables["evidence"].query("note.str.contains('override:')")["node_id"]) == changed


def test_the_index_itself_is_published_as_it_is(picture) -> None:
    ports = picture.tables["ports"].set_index("feature_id")
    assert ports.loc["wpi-27560", "channel_depth_low_m"] == 4.9
