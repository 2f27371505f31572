"""Bottlenecks of a toy sea by hand, and what more ice may never do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components
from toy_strait import block, sea, way

from layers.grid import MISSING, POLE_HOLE
from layers.ice.bottlenecks import bottlenecks, least_cost_path


def test_the_way_with_least_ice_decides():
    toy = way()
    necks = bottlenecks(toy, block(sea(r13=80, r33=40), toy))
    assert necks.high.tolist() == [40]
    assert necks.cell.tolist() == [3 * 7 + 3]
    necks = bottlenecks(toy, block(sea(r13=30, r33=40), toy))
    assert (necks.high[0], necks.cell[0]) == (30, 10)
    necks = bottlenecks(toy, block(sea(r13=MISSING, r33=40), toy))
    assert (necks.low[0], necks.high[0]) == (0, 40)  # what was not seen could be open
    necks = bottlenecks(toy, block(sea(r13=MISSING, r33=MISSING), toy))
    assert (necks.low[0], necks.high[0]) == (0, 101)
    necks = bottlenecks(toy, block(sea(r13=POLE_HOLE, r33=POLE_HOLE), toy))
    assert (necks.low[0], necks.high[0]) == (100, 100)


def test_the_shortest_open_way():
    toy = way(width=26.0)
    path, km = least_cost_path(toy, block(sea(r33=60), toy)[:, 0], 0.5)
    assert 10 in path
    assert 24 not in path
    assert km == pytest.approx(4 * 25, rel=0.6)
    assert least_cost_path(toy, block(sea(r13=60, r33=60), toy)[:, 0], 0.5) is None
    assert least_cost_path(toy, block(sea(r13=MISSING, r33=60), toy)[:, 0], 1.0) is not None
    assert least_cost_path(toy, block(sea(r13=MISSING, r33=MISSING), toy)[:, 0], 1.0) is None


fields = st.lists(st.integers(0, 100), min_size=35, max_size=35)


@settings(max_examples=60, deadline=None)
@given(fields, fields)
def test_more_ice_never_opens_a_route(one: list[int], more: list[int]):
    less = np.array(one, dtype=np.uint8)
    added = np.minimum(less.astype(int) + np.array(more), 100).astype(np.uint8)
    assert bottlenecks(way(), block(added)).high[0] >= bottlenecks(way(), block(less)).high[0]


@settings(max_examples=60, deadline=None)
@given(fields)
def test_the_bottleneck_is_the_least_threshold_that_connects(values: list[int]):
    toy, ice = way(), block(np.array(values))[:, 0]
    necks = int(bottlenecks(toy, ice[:, None]).high[0])
    for limit, joined in ((necks, True), (necks - 1, False)):
        able = ice <= limit
        graph = toy.matrix((able[toy.u] & able[toy.v]).astype(float), able.astype(float))
        graph.eliminate_zeros()
        part = connected_components(graph, directed=False)[1]
        assert (part[-1] == part[-2]) is np.bool_(joined)


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(24)), st.lists(st.integers(0, 101), min_size=24, max_size=24))
def test_the_order_of_days_in_memory_does_not_matter(order: list[int], percent: list[int]):
    """Days are known by their date: bottlenecks of shuffled fields are the shuffled bottlenecks."""
    toy = way()
    fields = np.stack(
        [block(np.full((5, 7), p if p <= 100 else MISSING), toy)[:, 0] for p in percent], axis=1
    )
    one, other = bottlenecks(toy, fields), bottlenecks(toy, fields[:, order])
    for here, there in zip(one, other, strict=True):
        assert there.tolist() == here[order].tolist()


def test_a_cell_at_the_limit_is_open():
    toy = way(width=26.0)
    assert least_cost_path(toy, block(sea(r13=50, r33=60), toy)[:, 0], 0.5) is not None
    assert least_cost_path(toy, block(sea(r13=51, r33=60), toy)[:, 0], 0.5) is None
    assert least_cost_path(toy, block(sea(r13=POLE_HOLE, r33=POLE_HOLE), toy)[:, 0], 0.99) is None
