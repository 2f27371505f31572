"""Lines between junctions by hand: what joins, what stays, and what a map leaves out."""

from __future__ import annotations

import numpy as np
import pytest

from layers.flows.chains import chains, contracted, joined_chains
from layers.flows.graph import ALL_YEAR, FlowGraph
from layers.flows.parts import edge_table, vertex_table


def graph_of(*edges, towns=()):
    """A graph of roads `(u, v, months)` with an access edge from each town to its vertex."""
    count = 1 + max(max(u, v) for u, v, _ in edges) + len(towns)
    rows = [(f"road:{n}", u, v, "road", months) for n, (u, v, months) in enumerate(edges)]
    first = count - len(towns)
    rows += [(f"road-leg:{n}", first + n, at, "access", ALL_YEAR) for n, at in enumerate(towns)]
    ids, u, v, mode, months = zip(*rows, strict=True)
    return FlowGraph(
        vertex_table(
            vertex_id=[f"v{n}" for n in range(count)], longitude_deg=np.arange(count, dtype=float),
            latitude_deg=np.full(count, 70.0),
            kind=["junction"] * first + ["settlement"] * len(towns),
        ),
        edge_table(
            edge_id=list(ids), u=list(u), v=list(v), mode=list(mode),
            months=list(months), km=np.full(len(ids), 10.0), link_id=list(ids), source_id="s", as_of="2026",
        ),
    )  # fmt: skip


def lines_of(graph, *kept):
    mask = np.zeros(len(graph), dtype=bool)
    mask[list(kept)] = True
    return chains(graph, mask)


def test_a_way_through_plain_vertices_is_one_line_in_the_order_of_the_walk():
    graph = graph_of((0, 1, ALL_YEAR), (2, 1, ALL_YEAR), (2, 3, ALL_YEAR))
    [line] = lines_of(graph, 0, 3).to_dict("records")
    assert (line["km"], line["key"]) == (30.0, "road:0")
    assert line["rows"] == ([0, 1, 2] if line["u"] == 0 else [2, 1, 0])


def test_a_town_and_a_change_of_months_end_a_line():
    graph = graph_of((0, 1, ALL_YEAR), (1, 2, ALL_YEAR), (2, 3, 1), (3, 4, 1), towns=(1,))
    lines = lines_of(graph, 0, 4)
    assert sorted(zip(lines["u"], lines["v"], strict=True)) == [(0, 1), (1, 2), (2, 4)]
    assert sorted(lines["months"]) == [1, ALL_YEAR, ALL_YEAR]


def test_a_dead_end_at_which_nothing_joins_is_left_out():
    graph = graph_of((0, 1, ALL_YEAR), (1, 2, ALL_YEAR), (1, 3, ALL_YEAR))
    assert lines_of(graph, 0, 2)["km"].tolist() == [20.0]


@pytest.mark.parametrize(("alone", "expected"), [((False, False), [20.0]), ((True, False), [10.0, 10.0])])
def test_lines_join_at_a_town_unless_one_of_them_stands_alone(alone, expected):
    graph = graph_of((0, 1, ALL_YEAR), (1, 2, ALL_YEAR), towns=(1,))
    lines = lines_of(graph, 0, 2).sort_values("key", ignore_index=True)
    joined = joined_chains(lines, np.array(alone), len(graph))
    assert sorted(joined["km"]) == expected
    assert sorted(row for rows in joined["rows"] for row in rows) == [0, 1]


def test_on_the_map_the_shortest_line_between_two_cells_stays_and_what_stands_alone_too():
    graph = graph_of((0, 1, ALL_YEAR), (0, 2, ALL_YEAR), (2, 1, ALL_YEAR), (0, 3, ALL_YEAR))
    lines = lines_of(graph, 0, 1, 2, 3).assign(border=None).sort_values("key", ignore_index=True)
    lines["km"] = [5.0, 7.0, 1.0, 9.0]
    cell = np.array([0, 1, 1, 0])  # 1 and 2 share a cell, and 0 and 3
    kept = contracted(lines, np.array([False, False, False, True]), cell)
    assert sorted(kept["key"]) == ["road:0", "road:3"]
    assert kept.set_index("key").loc["road:0", ["from", "to"]].tolist() == [0, 1]
