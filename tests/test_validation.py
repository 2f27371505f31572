"""What `python -m benchmarks validation` holds, shortened: the flag means climate, defence and people."""

from typing import Any

import pytest

from benchmarks import validation


@pytest.fixture(scope="module")
def picture() -> Any:
    return validation._compose("today", draws=2_000)


@pytest.fixture(scope="module")
def nodes(picture: Any) -> Any:
    return picture.tables["nodes"].drop(columns="geometry")


def failed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if not row["holds"]]


def test_hazards_dealt_anew_take_most_flags_and_zero_takes_all(
    picture: Any, nodes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation, "_PERMUTATIONS", 8)
    rows = validation._hazard_matters(picture, nodes)
    assert failed(rows) == []
    assert len(rows) == 4


def test_every_flag_names_its_hazard_and_few_places_rest_on_one_row(picture: Any, nodes: Any) -> None:
    assert failed(validation._named(picture, nodes)) == []


def test_no_anchor_moves_more_than_a_third_of_the_list(picture: Any, nodes: Any) -> None:
    assert failed(validation._anchors(picture, nodes)) == []


def test_no_flag_stands_outside_the_scope_and_a_region_says_the_same(picture: Any, nodes: Any) -> None:
    part = validation._compose("today", draws=2_000, region="barents")
    rows = validation._scope(picture, nodes, part)
    assert failed(rows) == []


def test_published_places_are_right(picture: Any) -> None:
    rows = validation.published(picture)
    assert failed(rows) == []
    assert rows[0]["value"] >= 45
