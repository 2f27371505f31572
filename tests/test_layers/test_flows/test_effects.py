"""What a closure changes, worked by hand on the ring of `toy_flows`, and rules that hold on any graph."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_flows import COUNT, GRAPHS, ROWS, Edge, graph_of, ring

from layers.flows.closures import Case, Closure
from layers.flows.effects import (
    delay_h,
    detour_km,
    disconnected,
    efficiency,
    people_cut_off,
    tonnage_exposed,
)
from layers.flows.graph import ALL_YEAR, FlowGraph

NAN, INF = float("nan"), float("inf")
GATE = np.array([0])
WITHOUT_BC = Case("goods", 1, (Closure("B-C", edge_ids=frozenset({"e1"})),))
WITHOUT_C = Case("goods", 1, (Closure("C", vertices=frozenset({"C"})),))


def rows(*places):
    return np.array(places, dtype=np.int64)


# The ring: A-B 100, B-C 50, C-D 80, A-D 200, C-E 30; F-G 10 is an island.


def test_detour_by_hand():
    # A-C: 150 by B, 280 by D. A-E: 180, then 310. A-D: 200 as before. A-F: never joined.
    actual = detour_km(ring(), WITHOUT_BC, GATE, rows(2, 4, 3, 5))
    assert actual.before_km.tolist() == [[150, 180, 200, INF]]
    assert actual.after_km.tolist() == [[280, 310, 200, INF]]
    assert actual.detour_km[0] == pytest.approx([130, 130, 0, NAN], nan_ok=True)
    assert actual.state.tolist() == [["longer", "longer", "same", "was_cut_off"]]
    assert actual.unknown_edges == 0


def test_a_lost_way_is_an_endless_detour_and_a_start_cut_off_before_is_told_apart():
    actual = detour_km(ring(), WITHOUT_C, rows(0, 5), rows(4, 2))
    assert actual.detour_km == pytest.approx(np.array([[INF, INF], [NAN, NAN]]), nan_ok=True)
    assert actual.state.tolist() == [["cut_off", "cut_off"], ["was_cut_off", "was_cut_off"]]


def test_delay_by_hand():
    # By road 60 km at 60 km/h, 1 h; without it by rail 100 km at 50 km/h, 2 h; by sea 222.24 km, 10 h.
    graph = graph_of(
        [Edge(0, 1, 60, "road"), Edge(0, 1, 100, "rail"), Edge(0, 1, 222.24, "sea"), Edge(1, 2, 9, "power")],
        3,
    )
    road, rail = (Closure(mode, modes=frozenset({mode})) for mode in ("road", "rail"))
    actual = delay_h(graph, Case("goods", 1, (road,)), GATE, rows(1))
    assert [actual.before_h[0, 0], actual.after_h[0, 0], actual.delay_h[0, 0]] == pytest.approx([1, 2, 1])
    assert actual.speeds_km_h == {"rail": 50, "road": 60, "sea": 22.224}
    both = delay_h(graph, Case("goods", 1, (rail, road)), GATE, rows(1, 2))
    assert both.delay_h[0] == pytest.approx([9, NAN], nan_ok=True)
    assert np.isinf(both.before_h[0, 1])  # goods do not pass a power line: not joined
    energy = delay_h(graph, Case("energy", 1, (road,)), GATE, rows(2))
    assert np.isnan([energy.before_h[0, 0], energy.delay_h[0, 0]]).all()  # joined, hours not known
    assert np.isnan(energy.speeds_km_h["power"])


def test_the_fastest_path_need_not_be_the_shortest():
    # 44.448 km by sea take 2 h, 60 km by road 1 h. Without the road the way is shorter, but 1 h slower.
    graph = graph_of([Edge(0, 1, 44.448, "sea"), Edge(0, 1, 60, "road")], 2)
    case = Case("goods", 1, (Closure("road", modes=frozenset({"road"})),))
    assert delay_h(graph, case, GATE, rows(1)).delay_h[0, 0] == pytest.approx(1)
    assert detour_km(graph, case, GATE, rows(1)).detour_km[0, 0] == 0


def test_cut_off_places_by_hand():
    actual = disconnected(ring(), WITHOUT_C, rows(5, 4, 3, 2, 1), GATE)
    assert actual.now == (2, 4)
    assert actual.before == (5,)
    assert actual.closed == (2,)
    assert actual.perhaps_joined == ()
    assert actual.before_km.tolist() == [INF, 180, 200, 150, 100]
    assert actual.after_km.tolist() == [INF, INF, 200, INF, 100]


def test_a_closed_gateway_is_none():
    case = Case("goods", 1, (Closure("A", vertices=frozenset({"A"})),))
    assert disconnected(ring(), case, rows(0, 1, 4), GATE).now == (0, 1, 4)
    assert disconnected(ring(), case, rows(0, 1, 4), rows(0, 3)).now == (0,)
    assert disconnected(ring(), case, rows(1), rows()).before == (1,)  # no gateway at all


def winter_road() -> FlowGraph:
    # A-B in January only, B-C the whole year, A-D with months that nobody computed.
    return graph_of(
        [Edge(0, 1, 5, months=1), Edge(1, 2, 5), Edge(0, 3, 5, months=0, months_state="not_computed")],
        4,
        {1: 40, 3: 9},
    )


def test_a_place_may_be_joined_by_edges_that_nobody_computed():
    actual = disconnected(winter_road(), Case("goods", 2), rows(1, 2, 3), GATE)
    assert actual.before == (1, 2, 3)
    assert actual.perhaps_joined == (3,)


def test_people_by_month_by_hand():
    # Without B: in January B (40) and C (unknown) lose their way. From February they had none before.
    # D has no known way in any month, but perhaps one.
    case = Case("people", 7, (Closure("B", vertices=frozenset({"B"}), months=frozenset({1, 2})),))
    months = people_cut_off(winter_road(), case, rows(1, 2, 3), GATE)
    assert [month.month for month in months] == list(range(1, 13))
    first, second = months[:2]
    assert (first.persons, first.places, first.unknown_places) == (40, (1, 2), (2,))
    assert (first.persons_before, first.places_before, first.unknown_places_before) == (9, (3,), ())
    assert (second.persons, second.places, second.unknown_places) == (0, (), ())
    assert (second.persons_before, second.places_before, second.unknown_places_before) == (
        49,
        (1, 2, 3),
        (2,),
    )
    assert all(month.perhaps_joined == (3,) for month in months)


def test_tonnage_counts_what_is_known_and_names_the_rest():
    # Without B-C, C and E have a longer way; B and D do not; F was cut off before.
    places, tonnes = rows(1, 2, 3, 4, 5), np.array([5.0, 7.0, 11.0, NAN, 13.0])
    actual = tonnage_exposed(ring(), WITHOUT_BC, places, GATE, tonnes)
    assert (actual.tonnes, actual.affected, actual.unknown) == (7, (2, 4), (4,))
    unknown = tonnage_exposed(ring(), WITHOUT_BC, rows(4), GATE, np.array([NAN]))
    assert np.isnan(unknown.tonnes)
    assert unknown.unknown == (4,)
    assert tonnage_exposed(ring(), Case("goods", 1), places, GATE, tonnes).tonnes == 0


def test_efficiency_by_hand():
    # B-C 50, C-D 80, B-D 130; then 100 + 200 + 80 = 380, 80, 300. F reaches none of the three: 3 x 0.
    actual = efficiency(ring(), WITHOUT_BC, rows(1, 2, 3, 5, 1))
    assert actual.pairs == 6
    assert actual.before_per_km == pytest.approx((1 / 50 + 1 / 80 + 1 / 130) / 6)
    assert actual.after_per_km == pytest.approx((1 / 380 + 1 / 80 + 1 / 300) / 6)
    assert actual.drop_pct == pytest.approx(
        100 * (1 - (1 / 380 + 1 / 80 + 1 / 300) / (1 / 50 + 1 / 80 + 1 / 130))
    )


def test_efficiency_of_places_at_one_spot_or_without_a_way():
    graph = graph_of([(0, 1, 0), (1, 2, 4)], 4)
    actual = efficiency(graph, Case("goods", 1), rows(0, 1, 2))
    assert (actual.pairs, actual.pairs_at_once, actual.before_per_km, actual.drop_pct) == (2, 1, 0.25, 0)
    assert np.isnan(efficiency(graph, Case("goods", 1), rows(2, 3)).drop_pct)
    assert np.isnan(efficiency(graph, Case("goods", 1), rows(2)).before_per_km)


CLOSURES = st.lists(
    st.builds(
        Closure,
        name=st.just("drawn"),
        vertices=st.frozensets(st.sampled_from("ABCDEFGH"), min_size=1, max_size=2),
        modes=st.frozensets(st.sampled_from(["sea", "road"]), max_size=1),
    ),
    max_size=3,
)


@given(GRAPHS, ROWS, ROWS, CLOSURES, st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_more_closures_reconnect_nobody_and_their_order_does_not_matter(
    graph, places, gates, closures, random
):
    less, more = (Case("goods", 2, tuple(part)) for part in (closures[:-1], closures))
    first, second = (disconnected(graph, case, places, gates) for case in (less, more))
    assert (second.after_km >= first.after_km).all()
    assert {*first.now, *first.before} <= {*second.now, *second.before}
    assert not {*second.now} & {*second.before}
    shuffled = Case("goods", 2, tuple(random.sample(closures, len(closures))))
    again = disconnected(graph, shuffled, places, gates)
    assert again.after_km.tolist() == second.after_km.tolist()
    assert again.now == second.now


@given(GRAPHS, ROWS, ROWS, CLOSURES)
@settings(max_examples=50)
def test_a_closed_border_never_helps(graph, places, gates, closures):
    closed, open_ = (
        disconnected(graph, Case("goods", 2, tuple(closures), across_closed_borders=across), places, gates)
        for across in (False, True)
    )
    assert (closed.after_km >= open_.after_km).all()
    assert {*open_.now, *open_.before} <= {*closed.now, *closed.before}


@given(GRAPHS, ROWS, ROWS, CLOSURES)
@settings(max_examples=50)
def test_no_delay_and_no_drop_is_negative(graph, starts, ends, closures):
    case = Case("goods", 2, tuple(closures))
    delay = delay_h(graph, case, starts, ends)
    assert not (delay.delay_h < 0).any()
    assert not (delay.after_h < delay.before_h).any()
    assert not efficiency(graph, case, ends).drop_pct < 0


@given(GRAPHS, ROWS, ROWS, CLOSURES)
@settings(max_examples=10)
def test_people_of_no_place_are_counted_twice_or_lost(graph, places, gates, closures):
    case, people = Case("goods", 1, tuple(closures)), graph.vertices["people"].to_numpy()
    for month in people_cut_off(graph, case, places, gates):
        lost = disconnected(graph, case.in_month(month.month), places, gates)
        assert month.places == lost.now
        known = [people[row] for row in lost.now if np.isfinite(people[row])]
        assert month.persons == sum(known)
        assert len(month.unknown_places) + len(known) == len(lost.now) <= COUNT


def test_the_toy_of_the_winter_has_a_whole_year():
    assert winter_road().edges["months"].tolist() == [1, ALL_YEAR, 0]
