"""Checks of every table: each class of bad input is held, and what is on the bound passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import affinity

from pipelines.intake.checks import judge, judge_file
from pipelines.intake.findings import Checks, Finding
from pipelines.intake.sniff import FileSummary
from pipelines.intake.tables import embedded_table
from pipelines.sources import FETCHABLE, source

if TYPE_CHECKING:
    pass

from checked_tables import TODAY, other, outcomes, ports


@pytest.mark.parametrize(
    ("now", "outcomes"),
    [
        (FileSummary(100, ("a", "b")), {}),
        (FileSummary(104, ("a", "b")), {}),
        (FileSummary(90, ("a", "b")), {"rows": "warn"}),
        (FileSummary(79, ("a", "b")), {"rows": "hold"}),
        (FileSummary(151, ("a", "b")), {"rows": "hold"}),
        (FileSummary(100, ("a", "b", "c")), {"columns": "warn"}),
        (FileSummary(100, ("a",)), {"columns": "hold"}),
        (FileSummary(9, ("a", "b")), {"rows": "hold"}),
    ],
)
def test_rows_and_columns_against_the_last_file(now, outcomes):
    found = judge_file(now, FileSummary(100, ("a", "b")), 1000, [1000, 1000, 1000], 10)
    assert {finding.rule: finding.outcome for finding in found} == outcomes


def test_a_first_file_has_its_least_rows():
    assert [row.rule for row in judge_file(FileSummary(9), None, 1000, [], 10)] == ["rows"]
    assert judge_file(FileSummary(10), None, 1000, [], 10) == []


@pytest.mark.parametrize(("size", "held"), [(499, True), (500, False), (2000, False), (2001, True)])
def test_size_against_the_median_of_the_last(size, held):
    found = judge_file(FileSummary(1), None, size, [1000, 10, 1000, 1000, 90_000], 1)
    assert [(f.rule, f.outcome) for f in found] == ([("size", "hold")] if held else [])


def test_the_same_again_passes():
    assert outcomes(ports(), ports()) == {}
    assert outcomes(ports()) == {}


def test_a_feature_twice_is_held():
    assert outcomes(ports(feature_id=["wpi-0"] * 100))["key"] == "hold"


def test_a_date_to_come_is_held():
    assert outcomes(ports(as_of="2026-11-27")) == {"date": "hold"}
    assert outcomes(ports(as_of="2026-11-26")) == {}


def test_a_date_before_the_last_is_held():
    assert outcomes(ports(as_of="2025-12-31"), ports()) == {"date": "hold"}
    assert outcomes(ports(as_of="2026-01-01"), ports()) == {}, "the same day is no earlier one"


def test_other_ids_are_held():
    assert outcomes(ports(feature_id=[f"other-{n}" for n in range(100)]), ports()) == {"ids": "hold"}


@pytest.mark.parametrize(
    ("rows", "found"),
    [(79, {"rows": "hold"}), (80, {"rows": "warn"}), (94, {"rows": "warn"}), (95, {}), (105, {}),
     (106, {"rows": "warn"}), (150, {"rows": "warn"}), (151, {"rows": "hold"})],
)  # fmt: skip
def test_fewer_or_more_rows_are_held_or_marked(rows, found):
    assert outcomes(ports(rows), ports()) == found
    facts, before = FileSummary(rows, ("a", "b")), FileSummary(100, ("a", "b"))
    assert {row.rule: row.outcome for row in judge_file(facts, before, 1, [], 1)} == found


@pytest.mark.parametrize(("kept", "held"), [(49, True), (50, False), (51, False)])
def test_half_of_the_ids_is_enough_and_one_less_is_not(kept, held):
    ids = [f"wpi-{n}" if n < kept else f"other-{n}" for n in range(100)]
    found = judge(ports(feature_id=ids), ports(), TODAY)
    assert [(row.rule, row.outcome) for row in found] == ([("ids", "hold")] if held else [])
    more = pd.concat([ports(feature_id=ids), ports(20, feature_id=[f"more-{n}" for n in range(20)])])
    by_rule = {row.rule for row in judge(more, ports(), TODAY)}
    assert ("ids" in by_rule) is held, "of the ids of last time, however many are new"
    if held:
        assert found[0].found == "expected 50% or more of the ids of last time, found 49%"


def test_limits_on_the_row_of_a_source_are_the_limits_of_its_table():
    """Each limit apart: what the defaults let pass, or hold, by its own number."""

    def found(new: pd.DataFrame, **limits) -> dict[str, str]:
        return {row.rule: row.outcome for row in judge(new, ports(), TODAY, Checks(**limits))}

    ids = [f"wpi-{n}" if n < 89 else f"other-{n}" for n in range(100)]
    assert found(ports(feature_id=ids)) == {}
    assert found(ports(feature_id=ids), ids_least=0.9) == {"ids": "hold"}
    assert found(ports(90), rows_hold=(0.95, 1.05)) == {"rows": "hold"}
    assert found(ports(90), rows_warn=(0.9, 1.1)) == {}
    assert found(ports(depth_m=[1.3] * 100), unit_hold=(0.8, 1.25)) == {"unit": "hold"}
    gaps = ports(depth_m=[1.0] * 98 + [None] * 2)
    assert found(gaps) == {}
    assert found(gaps, missing_warn=0.01) == {"missing": "warn"}
    moved = other(ports(), [affinity.translate(at, 1500.0) for at in ports().geometry])
    assert found(moved) == {}
    assert found(moved, moved_km=1.0) == {"moved": "warn"}
    own = Checks(own=(lambda new, old: [Finding("own", "warn", f"{len(new)} {len(old)}")],))
    assert judge(ports(99), ports(), TODAY, own) == [Finding("own", "warn", "99 100")]
    assert judge(ports(0), None, TODAY, own) == judge(ports(0), None, TODAY), "no row to check"


@pytest.mark.parametrize(
    ("day", "outcome"),
    [("2026-11-23", {}), ("2026-11-22", {"base": "warn"}), ("2026-11-18", {"base": "warn"}),
     ("2026-11-17", {"base": "hold"})],
)  # fmt: skip
def test_content_may_be_as_old_as_its_row_says(day, outcome):
    found = judge(ports(as_of=day), None, TODAY, Checks(age_days=(2, 7)))
    assert {row.rule: row.outcome for row in found} == outcome
    assert judge(ports(as_of=day), None, TODAY) == []


@pytest.mark.parametrize("name", [row.id for row in FETCHABLE if row.checks.age_days])
def test_only_openstreetmap_says_how_old_its_base_may_be(name):
    assert name.startswith("osm_")
    assert source(name).checks.age_days == (2, 7)


def test_a_column_that_goes_missing_is_marked():
    assert outcomes(ports(depth_m=[1.0] * 94 + [None] * 6), ports()) == {"missing": "warn"}
    assert outcomes(ports(depth_m=[1.0] * 95 + [None] * 5), ports()) == {}


@pytest.mark.parametrize(
    "text",
    [
        "Troms\u00c3\u00b8",
        "Troms\ufffd",
        "{{7*7}}",
        "{% if x %}",
        "${x}",
        "a\x07b",
        "<script>",
        "\N{RIGHT-TO-LEFT OVERRIDE}x",
    ],
)
def test_text_that_is_code_or_control_is_marked(text):
    assert outcomes(ports(name=[text, *["Port"] * 99])) == {"text": "warn"}


@pytest.mark.parametrize(
    ("times", "held"), [(0.49, True), (0.5, False), (2, False), (2.01, True), (0.3048, True), (1000, True)]
)
def test_a_measure_in_another_unit_is_held(times, held):
    depths = [5.0 + n / 10 for n in range(100)]
    new = ports(depth_m=[depth * times for depth in depths])
    assert outcomes(new, ports(depth_m=depths)) == ({"unit": "hold"} if held else {})
    assert outcomes(new.head(19), ports(19, depth_m=depths[:19])) == {}, "too few to tell"


def test_a_port_that_moved_is_marked():
    old, new = ports(), ports()
    shifted = list(new.geometry)
    shifted[3] = affinity.translate(shifted[3], 2500.0)
    assert outcomes(new.set_geometry(shifted, crs=3413), old) == {"moved": "warn"}
    shifted[3] = affinity.translate(old.geometry[3], 1500.0)
    assert outcomes(new.set_geometry(shifted, crs=3413), old) == {}


def test_places_without_the_pinned_system_are_held():
    assert outcomes(ports().set_crs(None, allow_override=True)) == {"crs": "hold"}
    assert outcomes(ports().set_crs(3411, allow_override=True)) == {"crs": "hold"}
    named = ports().set_crs(None, allow_override=True)
    assert outcomes(named, None, "nga_world_port_index") == {"crs": "hold"}, "and no place is asked for"


@pytest.mark.parametrize(
    ("place", "rule"),
    [(shapely.Point(), "place"), (None, "place"), (shapely.Point(np.inf, 1), "place"),
     (shapely.Point(0, 0), "zero")],
    ids=["empty", "none", "infinite", "zero"],
)  # fmt: skip
def test_a_row_without_a_place_is_held(place, rule):
    table = ports()
    assert outcomes(other(table, [place, *table.geometry[1:]])) == {rule: "hold"}


def test_an_index_that_hardly_changes_is_held_sooner():
    index = embedded_table(source("nga_world_port_index"))
    assert outcomes(index[:423], index, "nga_world_port_index") == {}
    assert outcomes(index[:420], index, "nga_world_port_index") == {"rows": "hold"}
    assert outcomes(index[:420], index) == {"rows": "warn"}, "of any other source"


def test_a_port_of_another_name_is_marked():
    index = embedded_table(source("nga_world_port_index"))
    named = index.assign(name=["Atlantis", *index["name"][1:]])
    assert outcomes(named, index, "nga_world_port_index") == {"name": "warn"}
