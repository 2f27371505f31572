"""Backups by hand: who is served, when, whereto, and never by the report of the incident itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from toy_flows import Edge, graph_of

from layers.errors import UsageError
from layers.flows.backups import backups_at, standing_by

# A and B are one place, C another; D lies apart.
PLACES = graph_of([Edge(0, 1, 1, "access"), Edge(1, 2, 50, "cable"), Edge(2, 3, 50, "cable")], 4)
ALL, NONE = np.ones(4, dtype=bool), np.zeros(4, dtype=bool)


def backup(**given: object) -> pd.DataFrame:
    row = {"vertices": "A", "flow": "data", "kind": "radio", "leads_to": None, "in_service_from": "2005",
           "in_service_until": None, "source_url": "https://example.org/a"}  # fmt: skip
    return pd.DataFrame([row | given])


def test_a_backup_serves_its_place_and_no_other():
    assert backups_at(PLACES, backup(), "data", "2019-01", NONE) == {0: {"radio"}, 1: {"radio"}}


def test_kinds_at_one_place_add_up():
    both = pd.concat([backup(), backup(vertices="B D", kind="satellite")], ignore_index=True)
    found = backups_at(PLACES, both, "data", "2019", NONE)
    assert found == {0: {"radio", "satellite"}, 1: {"radio", "satellite"}, 3: {"satellite"}}


@pytest.mark.parametrize(
    ("given", "day"),
    [
        ({"in_service_from": "2020"}, "2019-12-31"), ({"in_service_until": "2018"}, "2019-01-01"),
        ({"flow": "energy"}, "2019-01-01"), ({"source_url": "https://example.org/report"}, "2019-01-01"),
    ],
)  # fmt: skip
def test_it_counts_only_in_service_for_its_flow_and_from_another_document(given, day):
    found = backups_at(PLACES, backup(**given), "data", day, ALL, "https://example.org/report")
    assert found == {}


def test_it_is_of_no_use_if_it_leads_to_nodes_that_have_lost_their_way():
    chain = backup(leads_to="C D")
    assert backups_at(PLACES, chain, "data", "2019", NONE) == {}
    only_d = np.array([False, False, False, True])
    assert set(backups_at(PLACES, chain, "data", "2019", only_d)) == {0, 1}


def test_a_vertex_that_is_not_there_is_refused():
    for given in ({"vertices": "A X"}, {"leads_to": "X"}):
        with pytest.raises(UsageError, match="expected a vertex of the network, found 'X'"):
            backups_at(PLACES, backup(**given), "data", "2019", ALL)


def test_what_stands_by_if_one_thing_fails():
    # C has a way to D; without the cable A and B have none.
    effects = pd.DataFrame({
        "thing": "cable", "flow": ["data", "data", "goods"], "place": [0, 1, 1], "effect": "cut_off",
    })  # fmt: skip
    reached = {"data": np.full(4, 1), "energy": np.zeros(4, dtype=int)}
    chain = pd.concat([backup(leads_to="C"), backup(vertices="X"), backup(vertices="D")], ignore_index=True)
    found = standing_by(PLACES, chain, "2019", effects, reached)
    assert found == {("cable", 0, "data"): {"radio"}, ("cable", 1, "data"): {"radio"}}
    lost_too = pd.concat([effects, effects.iloc[:1].assign(place=2)])
    assert standing_by(PLACES, chain, "2019", lost_too, reached) == {}
    power = effects.assign(flow="power", effect="loses_mode").iloc[:1]
    generator = backup(flow="energy", kind="generator")
    assert standing_by(PLACES, generator, "2019", power, reached) == {("cable", 0, "power"): {"generator"}}
