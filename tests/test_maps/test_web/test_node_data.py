"""What the page gets of nodes: evidence, exits, lacking hazards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from page_pictures import (
    NAMES,
    NODES,
    block_of,
    cell,
    columns,
    judged_picture,
    unpacked,
)

from layers.picture import Picture
from layers.scenarios import scenario
from maps.web import node_data, page, warmer_level


def test_evidence_lies_with_its_node_and_unknown_is_null(text: str) -> None:
    evidence = block_of(text, "evidence-data")
    assert unpacked(evidence["counts"]) == [1, *[0] * (len(NAMES) - 2), 1]
    value, low, high = (
        next(c for c in evidence["columns"] if c["name"] == name)
        for name in ("value", "value_low", "value_high")
    )
    assert [cell(value, i) for i in range(2)] == [12.5, None]
    # An end that is the value itself is not told again.
    assert [(cell(low, i), cell(high, i)) for i in range(2)] == [(None, 14.0), (None, None)]
    state = next(c for c in evidence["sayings"] if c["name"] == "state")
    assert [cell(state, row) for row in unpacked(evidence["saying"])] == ["known", "unknown"]


def test_nodes_that_know_only_their_flag_are_drawn() -> None:
    picture = judged_picture()
    few = replace(NODES, columns=columns("node_id", "kind", "flag"))
    layers = tuple(few if layer.id == "nodes" else layer for layer in picture.layers if layer.id != "exits")
    data = block_of(page.page(replace(picture, layers=layers)), "evidence-data")
    assert data["exits"] is None


def test_the_exits_of_a_node_stand_in_their_order_and_those_of_no_node_are_left_out() -> None:
    exits = block_of(page.page(judged_picture()), "evidence-data")["exits"]
    assert unpacked(exits["counts"]) == [3, 0, 1, 0, 0]
    what, at, after = (
        next(c for c in exits["columns"] if c["name"] == name) for name in ("what", "at", "after")
    )
    assert [(cell(what, row), cell(at, row), cell(after, row)) for row in range(4)] == [
        ("ice_season_lost", 1.5, "moderate"), ("ice_season_lost", 0.5, "low"),
        ("relative_sea_level", 1.0, "high"), ("facility", 0.6, "moderate"),
    ]  # fmt: skip


def test_what_is_lacking_agrees_with_the_sentences_of_every_node(picture: Picture) -> None:
    nodes = picture.tables["nodes"]
    lacking = pd.notna(pd.Series(node_data.lacking_hazards(picture), index=nodes.index))
    so_far = nodes["reasons"].str.startswith("Climate low so far")
    assert so_far.any()
    assert (so_far == (lacking & (nodes["hazard_class"] == "low"))).all()


def test_the_parts_of_defence_are_read_from_the_sentences_of_every_node(picture: Picture) -> None:
    score = r"(?:not known|left out|[01]\.\d\d)"
    parts = ", ".join(f"{name} {score}" for name in ("facility", "hinterland", "position", "association"))
    assert picture.tables["nodes"]["reasons"].str.contains(parts).all()


def test_what_two_degrees_change_stands_with_each_node(picture: Picture) -> None:
    """A class only where it is higher; the months lost are never fewer than at the level of the picture."""
    columns_of = warmer_level.level_columns(picture)
    nodes = picture.tables["nodes"]
    higher = pd.Series(columns_of["hazard_class_at_2_degc"]).to_numpy()
    levels = picture.tables["warming_levels"]
    rises = levels[(levels["warming_degc"] == 2) & levels["is_higher"]].set_index("node_id")["hazard_class"]
    assert {
        str(node): name for node, name in zip(nodes["node_id"], higher, strict=True) if pd.notna(name)
    } == rises.to_dict()
    assert len(rises)
    more = columns_of["ice_months_lost_at_2_degc"] - nodes["ice_months_lost"].to_numpy(dtype=float)
    assert (more[~np.isnan(more)] > -0.01).all()
    assert (more > 0.5).any()


def test_a_picture_of_two_degrees_has_no_second_level(picture: Picture) -> None:
    warm = replace(picture, scenario=scenario("2 °C"))
    assert warmer_level.warming_at_level(warm) is None
    assert warmer_level.warming_at_level(replace(picture, grids={})) is None
    table = warmer_level.warming_at_level(picture)
    assert table is not None
    # The same pattern of one model: 2 / 1.36 times as warm, so that its hottest class is higher.
    assert table["class_low"].max() > picture.tables["warming"]["class_low"].max()
