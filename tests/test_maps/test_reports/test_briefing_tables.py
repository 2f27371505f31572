"""The tables of a briefing by region: gaps of the coverage, and the state of late sources."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from briefing_reader import read

from layers.regions import REGIONS
from maps.reports import briefing


@pytest.fixture(scope="module")
def page(folder) -> str:
    return (folder / "briefing.html").read_text(encoding="utf-8")


def test_gaps_of_the_coverage_are_said(page, picture):
    empty, nodes = 0, picture.tables["nodes"]
    for layer in picture.layers:
        table = picture.tables[layer.id]
        for region in REGIONS:
            if layer.geometry != "table":
                empty += not table.intersects(region.outline).any()
            elif "node_id" in table:
                inside = nodes[nodes.intersects(region.outline)]["node_id"]
                empty += not table["node_id"].isin(inside).any()
    assert empty
    # A corridor without a second way says none as well.
    found = [cell or "" for text, cell, _ in read(page).texts if text == "none"]
    assert sum("corridors" not in cell for cell in found) == empty


def test_no_layer_has_a_column_that_the_sub_regions_are_counted_by(picture):
    assert not [layer.id for layer in picture.layers if "region" in picture.tables[layer.id]]


def test_a_late_source_of_the_first_layer_of_a_pillar_is_named(picture):
    """The count and the state stand in one cell, which is no gap."""
    pillar = picture.layers[0].pillar
    first = next(layer for layer in picture.layers if layer.pillar == pillar)
    notes = (replace(picture.sources[0], feeds=first.id, state="stale"), *picture.sources[1:])
    text = briefing.page(replace(picture, sources=notes))
    assert re.search(rf"<td>.*?{re.escape(first.title)}.*?\(stale\)", text)
