"""Power lines by hand: ends that meet, plants near them, one licence a graph."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from layers.errors import SourceError
from layers.flows.power import power_flows

DAY = "2026-11-30"


def anywhere(xy: np.ndarray) -> np.ndarray:
    return np.where(xy[:, 0] > 0, "SWE", "NOR").astype(object)


def test_ends_within_a_kilometre_meet_and_a_plant_joins(drawn, some_places):
    lines = drawn([(10, 70), (11, 70)], [(11.01, 70), (12, 70)], [(13, 70), (14, 70)], status=None)
    plants = some_places("energy_site", near=(12.0, 70.05), far=(12.0, 71.0))
    graph = power_flows(lines, plants, anywhere, DAY)
    power = graph.edges[graph.edges["mode"] == "power"]
    u, v = (power[end].to_numpy() for end in ("u", "v"))
    assert v[0] == u[1], "0.4 km apart"
    assert len({*u, *v}) == 5
    leg = graph.edges[graph.edges["mode"] == "access"]
    assert leg["edge_id"].tolist() == ["power-leg:near"]
    assert leg["km"].tolist() == pytest.approx([5.6], abs=0.1)
    assert leg["v"].tolist() == [v[1]]
    assert set(power["states"]) == {"SWE"}


def test_a_line_under_construction_carries_nothing(drawn, some_places):
    lines = drawn([(10, 70), (11, 70)], [(11, 70), (12, 70)], status=[None, "under construction"])
    graph = power_flows(lines, some_places("energy_site", p=(40, 70)), anywhere, DAY)
    assert graph.edges["link_id"].tolist() == ["line-0"]


def test_tables_of_two_licences_are_not_merged(drawn, some_places):
    lines = drawn([(10, 70), (11, 70)], [(11, 70), (12, 70)], status=None)
    lines = lines.assign(source_id=["entsoe_gridkit", "osm_power_lines"])
    with pytest.raises(SourceError, match="found entsoe_gridkit, osm_power_lines: their licences differ"):
        power_flows(lines, some_places("energy_site", p=(40, 70)), anywhere, DAY)


def test_no_line_is_an_empty_graph(drawn, some_places):
    lines = drawn([(10, 70), (11, 70)], status=["planned"])
    graph = power_flows(lines, some_places("energy_site", p=(10, 70)), anywhere, DAY)
    assert (len(graph), len(graph.edges)) == (0, 0)
    assert isinstance(graph.edges, pd.DataFrame)


@pytest.mark.parametrize(("day", "is_closed"), [("2022-03-01", False), ("2022-03-02", True)])
def test_a_line_from_norway_to_russia_carries_nothing_since_its_capacity_is_zero(
    drawn, some_places, day, is_closed
):
    lines = drawn([(10, 70), (11, 70)], status=None)
    ends = iter([np.array(["NOR", "RUS"], dtype=object)])
    graph = power_flows(lines, some_places("energy_site", p=(40, 70)), lambda _: next(ends), day)
    assert graph.edges["is_border_closed"].tolist() == [is_closed]
    assert graph.usable("energy", 1).tolist() == [not is_closed]
