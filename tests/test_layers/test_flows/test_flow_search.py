"""What `python -m benchmarks network` measures of lengths and closures, shortened: peers find the same."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import flow_search
from benchmarks.network import lanes_and_ports


@pytest.fixture(scope="module")
def lanes():
    return flow_search.lanes_of(*lanes_and_ports(), 40, 12)


def test_every_row_has_a_peer_that_finds_the_same():
    pytest.importorskip("igraph")
    rows = flow_search.flow_search(*lanes_and_ports(), many=20, closures=3, runs=1)
    assert [row["peer"].split()[0] for row in rows] == ["networkx", "igraph", "scipy"] * 3
    assert all(row["ours_s"] > 0 and row["peer_s"] > 0 for row in rows)
    assert all(row["holds"] == (row["ratio"] >= row["goal"]) or row["ratio"] == row["goal"] for row in rows)


def test_every_closure_of_the_draw_changes_a_length(lanes):
    before, *after = flow_search.ours(lanes, lanes.drawn)
    assert len(after) == 12
    for km in after:
        assert (km >= before).all()
        assert (km > before).any()


def test_the_busiest_vertices_closed_are_equal_to_scratch(lanes):
    mine = list(flow_search.ours(lanes, lanes.busiest))
    theirs = list(flow_search.by_scipy(lanes, lanes.ports, lanes.busiest))
    assert len(mine) == len(theirs) == flow_search.BUSIEST + 1
    for one, other in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-6)


def test_a_peer_that_differs_is_an_error(lanes):
    wrong = [km + 1e-3 for km in flow_search.ours(lanes, lanes.drawn)]
    with pytest.raises(AssertionError, match="Not equal"):
        flow_search._compared(lanes, "scipy", lanes.drawn, wrong)
