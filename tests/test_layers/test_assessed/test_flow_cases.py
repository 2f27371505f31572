"""Cables and corridors of the embedded network against what is published."""

from __future__ import annotations

import pytest

from pipelines import snapshot


@pytest.fixture(scope="module")
def tables():
    return snapshot.load([]).static


def test_svalbard_has_two_cables_then_one_then_none(tables):
    svalbard = tables["cable_cases"].set_index("community").loc["Svalbard"]
    assert svalbard[["cable_count", "left_after_one", "left_after_two"]].tolist() == [2, 1, 0]
    assert svalbard["published_paths"] == 2
    assert svalbard["risk_disjoint"] == 1, "both share the landings"


def test_iceland_has_as_many_paths_as_are_published(tables):
    iceland = tables["cable_cases"].set_index("community").loc["Iceland"]
    assert iceland["cable_count"] == iceland["published_paths"] == 4


def test_a_coast_without_a_cable_on_file_is_unknown_not_zero(tables):
    finnmark = tables["cable_cases"].set_index("community").loc["Finnmark"]
    assert finnmark[["cable_count", "left_after_one", "edge_disjoint", "risk_disjoint"]].isna().all()


def test_the_ofoten_line_has_no_second_way_by_rail(tables):
    narvik = tables["corridors"].set_index("corridor_id").loc["narvik_lulea"]
    assert narvik["best_km"] == pytest.approx(440, rel=0.05)
    assert narvik["borders"] == "NOR-SWE"
    assert narvik[["second_km"]].isna().all()
    assert narvik["needed_links"] > 0


def test_the_northern_sea_route_has_open_water_in_a_few_months_only(tables):
    pevek = tables["corridors"].set_index("corridor_id").loc["murmansk_pevek"]
    assert 1 <= pevek["known_open_months"] <= 4
    assert pevek["open_months"][8] == "1"
    assert pevek["open_months"][2] == "0"


def test_kirkenes_is_reached_without_russia(tables):
    kirkenes = tables["corridors"].set_index("corridor_id").loc["rovaniemi_kirkenes"]
    assert set(kirkenes["states"].split("-")) == {"FIN", "NOR"}
    assert "NATO and the EU are not public" in note("corridors")


def note(layer_id):
    from layers.catalog import LAYERS

    return next(layer.note for layer in LAYERS if layer.id == layer_id)
