"""What depends on what, as the page has it: every row of a thing comes back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from page_pictures import cell, unpacked

from layers.assessed.flow_network import FLOW_EDGES
from maps.web.flow_data import dependants_data, switches


@pytest.fixture(scope="module")
def data(picture):
    return dependants_data(picture)


def rows_of(data, kind, number):
    """The rows of a thing: (place row in its layer, months), read as the page reads them."""
    first = 0
    for name in sorted(data["things"]):
        things = data["things"][name]
        at, counts = np.cumsum(unpacked(things["at"])), unpacked(things["counts"])
        if name == kind:
            place = list(at).index(number)
            first += sum(counts[:place])
            span = range(first, first + counts[place])
            break
        first += sum(counts)
    spots = np.cumsum(unpacked(data["place"]))
    layer, row = unpacked(data["places"]["layer"]), np.cumsum(unpacked(data["places"]["row"]))
    saying = unpacked(data["saying"])
    months = next(c for c in data["sayings"] if c["name"] == "months")
    return {(layer[spots[k]], int(row[spots[k]]), cell(months, saying[k])) for k in span}


def expected(picture, thing_id):
    table = picture.tables["dependants"]
    nodes = {key: (0, n) for n, key in enumerate(picture.tables["nodes"]["node_id"])}
    towns = {f"settlement:{key}": (1, n) for n, key in enumerate(picture.tables["settlements"]["feature_id"])}
    own = table[table["thing_id"] == thing_id]
    return {(*(nodes | towns)[p], m) for p, m in zip(own["place_id"], own["months"], strict=True)}


@pytest.mark.parametrize("thing", ["port:wpi-20570", "cable_landing:landing-nuuk"])
def test_the_rows_of_a_node_come_back(picture, data, thing):
    number = picture.tables["nodes"]["node_id"].tolist().index(thing)
    assert rows_of(data, "node", number) == expected(picture, thing) != set()


def test_the_rows_of_a_line_come_back(picture, data):
    lines = picture.tables["flow_edges"]
    number = int(lines["dependants"].argmax())
    assert rows_of(data, "line", number) == expected(picture, lines["feature_id"].iloc[number])


def test_the_rows_of_a_road_come_back(picture, data):
    lines = picture.tables["land_lines"]
    number = int(lines["dependants"].argmax())
    assert rows_of(data, "land", number) == expected(picture, lines["feature_id"].iloc[number]) != set()


def test_a_picture_without_the_table_has_no_block(picture):
    others = {name: table for name, table in picture.tables.items() if name != "dependants"}
    assert dependants_data(replace(picture, tables=others)) is None


def test_each_switch_says_what_the_network_lacks(picture):
    table = picture.tables["flow_edges"]
    found = switches(table, FLOW_EDGES.note)
    assert [one["flow"] for one in found] == ["goods", "energy", "data", "people"]
    assert found[2]["modes"] == ["cable"]
    assert found[2]["rows"] == (table["mode"] == "cable").sum()
    for one in found:
        for lacking in ("capacity", "radio and satellite", "fibre on land", "ferries", "winter roads"):
            assert lacking in one["note"]
