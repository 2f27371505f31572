"""What a closure closes, in which months, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_flows import GRAPHS, Edge, graph_of

from layers.errors import UsageError
from layers.flows.closures import Case, Closure, closed
from layers.flows.graph import ALL_YEAR


def toy():
    # A -sea- B -road- C (Norway) -road- D (over the border) -rail- E (Finland); A also by a cable to E.
    return graph_of(
        [
            Edge(0, 1, 10, "sea", "lane", risk_groups="storm"),
            Edge(1, 2, 5, "road", "E6", states="NOR", risk_groups="storm quake"),
            Edge(2, 3, 5, "road", "E6", states="FIN-NOR"),
            Edge(3, 4, 7, "rail", states="FIN"),
            Edge(0, 4, 90, "cable", "C-Lion"),
        ],
        5,
    )


def shut(month=1, **fields):
    return closed(toy(), [Closure("x", **{key: frozenset(words) for key, words in fields.items()})], month)


@pytest.mark.parametrize(
    ("fields", "edges"),
    [
        ({"link_ids": ["E6"]}, [1, 2]),
        ({"edge_ids": ["e0", "e4"]}, [0, 4]),
        ({"risk_groups": ["storm"]}, [0, 1]),
        ({"risk_groups": ["quake"], "link_ids": ["lane"]}, [0, 1]),
        ({"vertices": ["C"]}, [1, 2]),
        ({"modes": ["road"]}, [1, 2]),
        ({"states": ["FIN"]}, [2, 3]),
        ({"modes": ["road"], "states": ["FIN"]}, [2]),
        ({"modes": ["air"]}, []),
        ({"modes": ["rail"], "edge_ids": ["e0"]}, [0, 3]),
    ],
)
def test_a_closure_closes_what_it_names(fields, edges):
    actual = shut(**fields)
    assert np.flatnonzero(actual.edges).tolist() == edges
    assert np.flatnonzero(actual.vertices).tolist() == ([2] if "vertices" in fields else [])


def test_a_closure_holds_in_its_months_only():
    assert shut(2, link_ids=["E6"], months=[2, 3]).edges.any()
    assert not shut(4, vertices=["C"], months=[2, 3]).edges.any()
    assert not shut(4, vertices=["C"], months=[2, 3]).vertices.any()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "names: expected something to close, found nothing"),
        ({"link_ids": ["E7"]}, r"link_ids: expected names that the graph has, found \['E7'\]"),
        ({"vertices": ["Z"], "months": [5]}, "vertices"),  # a typing error counts in every month
        ({"modes": ["ship"]}, "modes"),
        ({"states": ["NO"]}, "states"),
        ({"risk_groups": ["storm quake"]}, "risk_groups"),
        ({"link_ids": ["E6"], "months": [0]}, "months: expected 1 to 12"),
        ({"link_ids": ["E6"], "months": []}, "months: expected 1 to 12"),
    ],
)
def test_a_closure_of_nothing_is_refused(fields, words):
    with pytest.raises(UsageError, match=words):
        shut(**fields)


@pytest.mark.parametrize("fields", [{"flow": "gas"}, {"month": 13}, {"modes": frozenset({"ship"})}])
def test_a_case_of_nothing_is_refused(fields):
    with pytest.raises(UsageError, match="expected"):
        Case(**({"flow": "goods", "month": 1} | fields))


def test_edges_whose_months_are_not_computed_are_unknown_and_carry_nothing():
    graph = graph_of(
        [
            Edge(0, 1, 1, months=0, months_state="not_computed"),
            Edge(0, 1, 1, months=0),
            Edge(0, 1, 1, "cable", months=0, months_state="not_computed"),
            Edge(0, 1, 1, months=0, months_state="not_computed", is_border_closed=True),
            Edge(0, 1, 1),
        ],
        2,
    )
    case = Case("goods", 3)
    assert np.flatnonzero(case.usable(graph)).tolist() == [4]
    assert np.flatnonzero(case.unknown(graph)).tolist() == [0]
    assert np.flatnonzero(Case("goods", 3, across_closed_borders=True).unknown(graph)).tolist() == [0, 3]
    assert graph.edges["months"].tolist() == [0, 0, 0, 0, ALL_YEAR]


CLOSURES = st.lists(
    st.builds(
        Closure,
        name=st.just("drawn"),
        vertices=st.frozensets(st.sampled_from("ABC"), min_size=1, max_size=1),
        modes=st.frozensets(st.sampled_from(["sea", "road"]), max_size=2),
        months=st.frozensets(st.integers(1, 12), min_size=1),
    ),
    max_size=4,
)


@given(GRAPHS, CLOSURES, st.integers(1, 12), st.randoms(use_true_random=False))
def test_the_order_of_closures_does_not_matter_and_one_more_opens_nothing(graph, closures, month, random):
    actual = closed(graph, closures, month)
    shuffled = closed(graph, random.sample(closures, len(closures)), month)
    assert (actual.edges == shuffled.edges).all()
    assert (actual.vertices == shuffled.vertices).all()
    assert (closed(graph, closures[:-1], month).edges <= actual.edges).all()
    at = actual.vertices
    assert actual.edges[at[graph.edges["u"]] | at[graph.edges["v"]]].all()
