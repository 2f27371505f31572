"""What depends on each thing is what its closure alone changes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_flows import GRAPHS, ROWS, Edge, graph_of, ring

from layers.flows.closures import Case, Closure
from layers.flows.dependants import dependants, dependants_by_month, summary
from layers.flows.effects import disconnected

INF = float("inf")
GATE, PLACES = np.array([0]), np.array([1, 2, 3, 4, 5])
FIELD = {"vertex": "vertices", "link": "link_ids", "risk_group": "risk_groups"}


def told(rows: pd.DataFrame) -> dict[tuple[str, str], dict[int, tuple[float, float]]]:
    out: dict[tuple[str, str], dict[int, tuple[float, float]]] = {}
    for row in rows.itertuples(index=False):
        out.setdefault((row.kind, row.key), {})[row.vertex] = (row.before_km, row.after_km)
    return out


def test_the_ring_by_hand():
    # From A: B 100, C 150 and E 180 over B; D 200. The other way round: D 200, C 280, B 330, E 310.
    lost = {1: (100, INF), 2: (150, INF), 3: (200, INF), 4: (180, INF)}
    assert told(dependants(ring(), Case("goods", 1), PLACES, GATE)) == {
        ("link", "AB"): {1: (100, 330), 2: (150, 280), 4: (180, 310)},
        ("link", "AD"): {3: (200, 230)},
        ("link", "BC"): {2: (150, 280), 4: (180, 310)},
        ("link", "CE"): {4: (180, INF)},
        ("vertex", "A"): lost,
        ("vertex", "B"): {2: (150, 280), 4: (180, 310)},
        ("vertex", "C"): {4: (180, INF)},
    }
    assert len(dependants(ring(), Case("goods", 1), PLACES, GATE, from_km=130)) == 7  # lost, and B by AB


def test_a_link_of_two_cables_and_a_risk_group_fail_as_a_whole():
    # Two cables of one system lead from A to B, and two systems in one trench from B to C.
    graph = graph_of(
        [Edge(0, 1, 1, "cable", "one"), Edge(0, 1, 2, "cable", "one"),
         Edge(1, 2, 3, "cable", "two", risk_groups="trench"), Edge(1, 2, 4, "cable", "three",
                                                                   risk_groups="trench")],
        3,
    )  # fmt: skip
    actual = told(dependants(graph, Case("data", 1), np.array([1, 2]), GATE))
    assert actual[("link", "one")] == {1: (1, INF), 2: (4, INF)}
    assert actual[("link", "two")] == {2: (4, 5)}
    assert ("link", "three") not in actual
    assert actual[("risk_group", "trench")] == {2: (4, INF)}


def test_what_is_closed_already_stays_closed():
    case = Case("goods", 1, (Closure("A-D", link_ids=frozenset({"AD"})),))
    actual = told(dependants(ring(), case, PLACES, GATE))
    assert actual[("link", "AB")] == {1: (100, INF), 2: (150, INF), 3: (230, INF), 4: (180, INF)}
    nothing = Case("goods", 1, (Closure("A", vertices=frozenset({"A"})),))
    assert len(dependants(ring(), nothing, PLACES, GATE)) == 0
    assert len(dependants_by_month(ring(), nothing, PLACES, GATE)) == 0


def test_months_by_hand():
    # A-B the whole year; A-C-B a detour of 9 km in January and February: B loses A-B from March to December.
    graph = graph_of([Edge(0, 1, 1), Edge(0, 2, 5, months=3), Edge(2, 1, 5, months=3)], 3)
    rows = dependants_by_month(graph, Case("goods", 5), np.array([1]), GATE).set_index(["kind", "key"])
    assert rows.loc[("link", "AB")].to_dict() == {
        "vertex": 1, "lost_months": 0b111111111100, "detour_months": 0b11, "longest_detour_km": 9.0,
    }  # fmt: skip
    assert rows.loc[("vertex", "A")]["lost_months"] == 0b111111111111
    assert np.isnan(rows.loc[("vertex", "A")]["longest_detour_km"])


def test_the_summary_counts_unknown_people_apart():
    rows = dependants(ring(), Case("goods", 1), PLACES, GATE)
    by = summary(rows, ring().vertices["people"].to_numpy()).set_index(["kind", "key"])
    # On A depend B (1,000), E (120), and C and D, whose people are not known.
    assert by.loc[("vertex", "A")].tolist()[:4] == [4, 1120, 2, 0]
    assert by.loc[("link", "BC")].tolist() == [0, 0, 0, 2, 130]
    assert by.loc[("vertex", "C")].tolist()[:4] == [1, 120, 0, 0]


@given(GRAPHS, ROWS, ROWS)
@settings(max_examples=25)
def test_each_row_is_what_the_closure_of_the_thing_does(graph, places, gates):
    case = Case("goods", 1)
    actual = told(dependants(graph, case, places, gates))
    groups = set(" ".join(graph.edges["risk_groups"]).split())
    things = [("vertex", key) for key in graph.vertices["vertex_id"]]
    things += [("link", key) for key in graph.edges["link_id"].unique()]
    things += [("risk_group", key) for key in groups]
    for kind, key in things:
        closure = Closure("x", **{FIELD[kind]: frozenset({key})})
        one = disconnected(graph, Case("goods", 1, (closure,)), places, gates)
        theirs = {
            row: (before, after)
            for row, before, after in zip(places.tolist(), one.before_km, one.after_km, strict=True)
            if after > before and not (kind == "vertex" and graph.vertices["vertex_id"][row] == key)
        }
        assert actual.get((kind, key), {}) == theirs, (kind, key)


@given(GRAPHS, ROWS, ROWS, st.sampled_from(["goods", "people"]))
@settings(max_examples=15)
def test_the_months_together_are_the_months_apart(graph, places, gates, flow):
    together = dependants_by_month(graph, Case(flow, 1), places, gates)
    bits = {(row.kind, row.key, row.vertex): (row.lost_months, row.detour_months) for row in
            together.itertuples(index=False)}  # fmt: skip
    apart: dict[tuple[str, str, int], tuple[int, int]] = {}
    for month in range(1, 13):
        for row in dependants(graph, Case(flow, month), places, gates).itertuples(index=False):
            name, bit = (row.kind, row.key, row.vertex), 1 << (month - 1)
            lost, detour = apart.get(name, (0, 0))
            is_lost = np.isinf(row.after_km)
            apart[name] = (lost | bit, detour) if is_lost else (lost, detour | bit)
    assert bits == apart
