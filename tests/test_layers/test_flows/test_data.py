"""Cables by hand: in service on the day, ends, and groups of shared risk."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.crs import distance_km
from layers.errors import SourceError
from layers.flows.data import cable_flows, with_risk_groups


def cables(*rows: tuple[str, str, int | None, str, str]) -> pd.DataFrame:
    names = ["feature_id", "status", "ready_for_service_year", "from_landing", "to_landing"]
    return (
        pd.DataFrame(rows, columns=names)
        .astype({"ready_for_service_year": "Int64"})
        .assign(source_id="own", as_of="2026")
    )


@pytest.fixture
def landings(some_places):
    at = some_places("cable_landing", a=(10, 70), b=(12, 70), c=(14, 70))
    return at.assign(vertex_id="cable_landing:landing-" + at["vertex_id"], country_iso3=["NOR", "SJM", "NOR"])


def test_only_a_cable_in_service_on_the_day_carries(landings):
    table = cables(
        ("old", "in_service", 2004, "a", "b"), ("undated", "in_service", None, "a", "c"),
        ("new", "in_service", 2027, "a", "b"), ("plan", "planned", 2020, "a", "b"),
        ("dead", "retired", 1990, "a", "b"),
    )  # fmt: skip
    assert cable_flows(table, landings, "2026-11-30").edges["link_id"].tolist() == ["old", "undated"]
    assert cable_flows(table, landings, "2027-01-01").edges["link_id"].tolist() == ["old", "undated", "new"]
    assert cable_flows(table, landings, "2003-01-01").edges["link_id"].tolist() == ["undated"]


def test_length_states_and_an_end_beyond_the_edge(landings):
    table = cables(
        ("one", "in_service", 2004, "a", "b"), ("two", "in_service", 2004, "b", "south:-53.9,48.2")
    )
    graph = cable_flows(table, landings, "2026-11-30")
    end = graph.vertices.iloc[-1]
    assert (end["vertex_id"], end["kind"]) == ("cable_end:south:-53.9,48.2", "cable_end")
    assert graph.edges["states"].tolist() == ["NOR-SJM", "SJM"]
    assert graph.edges["km"].tolist() == pytest.approx(
        [float(distance_km(10, 70, 12, 70)), float(distance_km(12, 70, -53.9, 48.2))]
    )


def test_cables_that_share_a_landing_share_a_risk(landings):
    table = cables(
        ("one", "in_service", 2004, "a", "b"), ("two", "in_service", 2004, "b", "a"),
        ("three", "in_service", 2004, "a", "c"), ("four", "planned", 2004, "c", "b"),
    )  # fmt: skip
    groups = cable_flows(table, landings, "2026-11-30").edges.set_index("link_id")["risk_groups"]
    assert groups.to_dict() == {
        "one": "landing:a landing:b", "two": "landing:a landing:b", "three": "landing:a",
    }  # fmt: skip


def test_a_cable_to_nowhere_is_named(landings):
    with pytest.raises(SourceError, match="expected a landing 'x' in the landings, found none"):
        cable_flows(cables(("one", "in_service", 2004, "a", "x")), landings, "2026-11-30")


def groups(*rows: tuple[str, str, str | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["feature_id", "kind", "members"])


def test_cited_groups_join_those_of_landings(landings):
    rows = (("cable-one", "in_service", 2004, "a", "b"), ("cable-two", "in_service", 2004, "b", "c"))
    graph = cable_flows(cables(*rows), landings, "2026")
    cited = groups(("risk-deep", "trench", "two gone"), ("risk-none", "station", None))
    assert with_risk_groups(graph, cited).edges["risk_groups"].tolist() == [
        "landing:b",
        "landing:b trench:deep",
    ]
    assert graph.edges["risk_groups"].tolist() == ["landing:b", "landing:b"], "the graph itself stays"
