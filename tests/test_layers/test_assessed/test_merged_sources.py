"""Rows of several sources that name one place: which row stands, and which keys it carries."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from pyproj import Geod

from layers.assessed.merged_sources import by_source, corrected, merged, thinned

GEOD = Geod(ellps="WGS84")
HOME = (20.0, 70.0)


def off(km: float, azimuth: float = 60.0) -> tuple[float, float]:
    there = GEOD.fwd(*HOME, azimuth, km * 1000)
    return there[0], there[1]


def table(*rows: tuple[str, str, tuple[float, float]], **columns: object) -> pd.DataFrame:
    return pd.DataFrame(
        {"feature_id": [row[0] for row in rows], "name": [row[1] for row in rows],
         "longitude_deg": [row[2][0] for row in rows], "latitude_deg": [row[2][1] for row in rows]} | columns
    )  # fmt: skip


# ------------------------------------------------------------------------------ order of the sources


def order(source_order: tuple[str, ...], **columns: object) -> list[str]:
    rows = pd.DataFrame({"source_id": ["c", "a", "b", "a", "d"]} | columns)
    return [part["source_id"].iloc[0] for part in by_source(rows, source_order)]


def test_sources_come_in_the_order_that_is_passed_and_then_by_id() -> None:
    assert order(("b", "x", "a")) == ["b", "a", "c", "d"]
    assert order(()) == ["a", "b", "c", "d"]


def test_a_source_that_corrects_others_comes_before_all_of_them() -> None:
    assert order(("a", "b"), replaces=[None, None, None, None, "a-1"]) == ["d", "a", "b", "c"]
    assert order(("a", "d", "c"), replaces=["a-1", None, None, None, "a-2"]) == ["d", "c", "a", "b"]


def test_every_row_of_a_source_stays_with_it() -> None:
    rows = pd.DataFrame({"source_id": ["c", "a", "c"], "feature_id": [1, 2, 3]})
    assert [part["feature_id"].tolist() for part in by_source(rows, ("c",))] == [[1, 3], [2]]


# ------------------------------------------------------------------------------------------- merging


@pytest.mark.parametrize(
    ("name", "km", "keys"),
    [
        ("Nes", 1.99, ["a; x"]),
        ("Nes", 2.01, ["a", "x"]),
        ("Vik", 7.99, ["a; x"]),
        ("Vik", 8.01, ["a", "x"]),
    ],
)
def test_one_place_by_distance_or_by_name(name: str, km: float, keys: list[str]) -> None:
    tables = [table(("a", "Vik", HOME)), table(("x", name, off(km)))]
    rows = merged(tables, same_place_km=2.0, same_name_km=8.0)
    assert rows["sources"].tolist() == keys
    assert rows["feature_id"].tolist()[0] == "a"


@pytest.mark.parametrize(("name", "km", "keys"), [
    ("Vik", 0.99, ["a; b"]), ("Vik", 1.01, ["a", "b"]), ("Nes", 0.1, ["a", "b"]),
])  # fmt: skip
def test_inside_one_list_a_row_repeats_another_only_by_its_very_name_within_1_km(
    name: str, km: float, keys: list[str]
) -> None:
    rows = merged([table(("a", "Vik", HOME), ("b", name, off(km)))], same_place_km=2.0, same_name_km=8.0)
    assert rows["sources"].tolist() == keys
    later = merged([table(("z", "Far", off(500))), table(("a", "Vik", HOME), ("b", name, off(km)))],
                   same_place_km=0.0, same_name_km=0.0)  # fmt: skip
    assert later["sources"].tolist() == ["z", *keys]


def test_a_chain_of_repeated_rows_has_one_owner() -> None:
    rows = table(("a", "Vik", HOME), ("b", "Vik", off(0.8)), ("c", "Vik", off(1.6)))
    assert merged([rows], same_place_km=2.0, same_name_km=8.0)["sources"].tolist() == ["a; b; c"]


def test_the_largest_distance_between_the_rows_of_a_place_is_kept() -> None:
    one = table(("a", "Vik", HOME), ("b", "Nes", (25.0, 70.0)))
    other = table(("x", "Vik", (20.0, 70.01)), ("y", "Vik", (20.0, 70.03)))
    rows = merged([one, other], same_place_km=2.0, same_name_km=8.0).set_index("feature_id")
    assert rows.loc["a", "sources"] == "a; x; y"
    expected = GEOD.inv(20, 70, 20, 70.03)[2] / 1000
    assert rows.loc["a", "sources_apart_km"] == pytest.approx(expected, rel=1e-6)
    assert math.isnan(rows.loc["b", "sources_apart_km"])


def test_the_distance_that_a_list_states_itself_counts_too() -> None:
    one = table(("a", "Vik", HOME), position_apart_km=[3.0])
    rows = merged([one, table(("x", "Vik", off(1.0)))], same_place_km=2.0, same_name_km=8.0)
    assert rows["sources_apart_km"].tolist() == [3.0]


def test_rows_of_a_third_list_join_the_place_of_the_second() -> None:
    tables = [table(("a", "Vik", HOME)), table(("b", "Nes", off(50))), table(("c", "Nes", off(51)))]
    assert merged(tables, same_place_km=2.0, same_name_km=8.0)["sources"].tolist() == ["a", "b; c"]


# ----------------------------------------------------------------------------- rows that are replaced


def test_what_replaces_a_row_takes_its_key_and_what_is_closed_is_no_site() -> None:
    rows = pd.DataFrame(
        [
            ("old-1", None, "operating"), ("old-2", None, "operating"), ("old-3", None, None),
            ("new-a", "old-1;old-2", "operating"), ("new-b", None, "operating"), ("new-c", None, "closed"),
            ("new-d", None, "construction"), ("new-e", "gone-long-ago", "standby"),
            ("new-f", "old-3", "closed"),
        ],
        columns=["feature_id", "replaces", "status"],
    )  # fmt: skip
    kept = corrected(rows)
    assert dict(zip(kept["feature_id"], kept["sources"], strict=True)) == {
        "old-1": "new-a; old-1; old-2",  # one plant for two rows of the database
        "new-b": "new-b",
        "new-e": "new-e",
    }


def test_two_that_replace_one_row_keep_their_own_keys_apart() -> None:
    rows = pd.DataFrame(
        {"feature_id": ["old", "a", "b"], "replaces": [None, "old", "old"], "status": "operating"}
    )
    assert corrected(rows)["feature_id"].tolist() == ["old", "b"]
    assert corrected(rows)["sources"].tolist() == ["a; old", "b; old"]


@pytest.mark.parametrize(("km", "keys"), [(24.99, ["a", "c"]), (25.01, ["a", "b"])])
def test_thinned_rows_lie_farther_apart_than_the_distance(km: float, keys: list[str]) -> None:
    # c lies within 25 km of b alone: it stays where b goes.
    rows = table(("a", "A", HOME), ("b", "B", off(km)), ("c", "C", off(49.0)))
    assert thinned(rows, 25.0)["feature_id"].tolist() == keys
