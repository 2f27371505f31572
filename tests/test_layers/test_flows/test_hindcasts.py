"""Hindcasts: a toy network whose outcome is known, and the cables of the embedded snapshot."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from toy_flows import Edge, graph_of

from layers.errors import UsageError
from layers.flows.assemble import Assembled
from layers.flows.graph import FlowGraph
from layers.flows.hindcasts import Hindcast, edges_near, hindcasts, named, right
from layers.flows.incident_edges import INCIDENT_EDGES, IncidentEdges
from layers.flows.interconnectors import with_supply
from pipelines import snapshot
from pipelines.sources import SOURCES


def assembled_of(graph: FlowGraph, flow: str, *gates: str) -> Assembled:
    kinds = np.array(["settlement"] * len(graph), dtype=object)
    vertices = graph.vertices.assign(kind=kinds)
    table = pd.DataFrame({"flow": flow, "vertex_id": gates, "name": "", "why": "", "state": "assumed"})
    return Assembled(FlowGraph(vertices, graph.edges), table, vertices[:0])


def incident(**given: object) -> pd.DataFrame:
    row = {
        "feature_id": "incident-case", "name": "Case", "flow": "data", "date_from": "2022-01-07",
        "cable_links": "one", "cut_off_extent": "none", "people_cut_off_low": pd.NA,
        "people_cut_off_high": pd.NA, "stood_in_keys": None, "source_url": "https://example.org/report",
    }  # fmt: skip
    return pd.DataFrame([row | given])


def told(assembled: Assembled, edges: IncidentEdges, **given: object) -> Hindcast:
    return hindcasts(assembled, incident(**given), [edges])[0]


@pytest.fixture
def island() -> Assembled:
    """A gateway A, an island B with two cables, and C behind B with one; 200 people on B, unknown on C."""
    cables = [
        Edge(0, 1, 10, "cable", "cable-one"), Edge(0, 1, 12, "cable", "cable-two"),
        Edge(1, 2, 5, "cable", "cable-three"),
    ]  # fmt: skip
    return assembled_of(graph_of(cables, 3, {1: 200.0}), "data", "A")


def test_one_of_two_cables_cuts_nobody_off_and_the_other_stands_in(island):
    row = told(island, IncidentEdges("case", "cable", served=("B",)), stood_in_keys="two")
    assert (row.predicted.extent, row.predicted.vertices, row.predicted.people_low) == ("none", (), 0.0)
    assert row.predicted_stand_in.modes == ("cable",)
    assert row.predicted_stand_in.km == 12
    assert (row.agrees_in_who, row.agrees_in_extent, row.agrees_in_stand_in) == (True, True, True)
    assert right(row) is True
    assert row.why == ""


def test_both_cables_cut_all_off_and_nothing_stands_in(island):
    edges = IncidentEdges("case", "cable", cut_off=("B",), served=("B",), stood_in=("none",))
    row = told(island, edges, cable_links="one two", cut_off_extent="whole")
    assert row.predicted.extent == "whole"
    assert row.predicted.vertices == ("B", "C")
    assert row.predicted.people_low == 200
    assert row.predicted.unknown_places == 1
    assert row.predicted_stand_in.modes == ()
    assert np.isinf(row.predicted_stand_in.km)
    assert right(row) is True


def test_a_miss_is_named_with_its_reason(island):
    edges = IncidentEdges("case", "cable", cut_off=("B",), served=("B",), limits="no radio")
    row = told(island, edges, cut_off_extent="partial", stood_in_keys="three")
    assert (row.agrees_in_who, row.agrees_in_extent, row.agrees_in_stand_in) == (False, False, False)
    assert right(row) is False
    assert row.why == "no radio; the shortest way left is by cable: cost and room are not in the network"


def test_people_of_a_place_cut_off_are_not_zero_if_unknown(island):
    row = told(island, IncidentEdges("case", "cable", cut_off=("C",)), cable_links="three")
    assert row.predicted.vertices == ("C",)
    assert row.predicted.people_low is None
    assert row.agrees_in_stand_in is None


def test_a_line_that_the_network_lacks_is_no_miss(island):
    row = told(island, IncidentEdges("case", missing="no pipelines"))
    assert row.predicted is None
    assert right(row) is None
    assert row.why == "no pipelines"


def test_means_outside_the_network_are_not_compared(island):
    edges = IncidentEdges("case", "cable", cut_off=("C",), served=("C",), stood_in=("satellite",))
    row = told(island, edges, cable_links="three", cut_off_extent="whole")
    assert row.agrees_in_stand_in is None
    assert right(row) is True


def test_an_unread_extent_is_not_compared(island):
    row = told(island, IncidentEdges("case", "cable"), cut_off_extent=None)
    assert row.agrees_in_who is None
    assert row.agrees_in_extent is None


def test_a_place_without_a_way_before_is_named():
    lone = assembled_of(graph_of([Edge(1, 2, 5, "cable", "cable-one")], 3), "data", "A")
    row = told(lone, IncidentEdges("case", "cable", cut_off=("C",)), cut_off_extent="whole")
    assert row.agrees_in_who is False
    assert row.why == "without a way before the failure: C"


def test_who_is_asked_of_the_mode_that_failed_and_what_stands_in_of_all():
    # A railway from A to B, and a road twice as long; C hangs on the railway and has a way round by D.
    edges = [
        Edge(0, 1, 10, "rail"), Edge(0, 1, 20, "road"), Edge(1, 2, 5, "rail"), Edge(2, 3, 50, "rail"),
        Edge(0, 3, 1, "rail"),
    ]  # fmt: skip
    place = graph_of(edges[:2], 2)
    vertices = place.vertices.assign(longitude_deg=[0.0, 0.2])
    whole = assembled_of(FlowGraph(vertices, place.edges), "goods", "A")
    case = IncidentEdges("case", "rail", near=(("rail", 0.1, 70.0),), cut_off=("B",), served=("B",),
                         stood_in=("stock", "road"))  # fmt: skip
    row = told(whole, case, flow="goods", cable_links=None, cut_off_extent="whole")
    assert row.predicted.vertices == ("B",)
    assert row.predicted_stand_in.modes == ("road",)
    assert right(row) is True
    assert told(whole, case._replace(stood_in=("air",)), flow="goods", cable_links=None,
                cut_off_extent="whole").agrees_in_stand_in is False  # fmt: skip
    ring = graph_of(edges, 4)
    # D lies far to the north, so that the point on the line from A to B is near no other line.
    at = ring.vertices.assign(longitude_deg=[0.0, 0.2, 0.4, 0.6], latitude_deg=[70.0, 70.0, 70.0, 72.0])
    round_ = told(assembled_of(FlowGraph(at, ring.edges), "goods", "A"), case, flow="goods", cable_links=None,
                  cut_off_extent="whole")  # fmt: skip
    assert round_.predicted.extent == "none", "the way round by D is longer, and is a way"


def test_the_nearest_edge_and_its_parallel_are_closed_and_a_far_point_is_refused():
    graph = graph_of([Edge(0, 1, 10, "rail"), Edge(0, 1, 10, "rail"), Edge(1, 2, 10, "rail"),
                      Edge(0, 1, 10, "road")], 3)  # fmt: skip
    graph = FlowGraph(graph.vertices.assign(longitude_deg=[0.0, 0.2, 0.4]), graph.edges)
    assert edges_near(graph, "rail", 0.1, 70.0) == {"e0", "e1"}
    with pytest.raises(UsageError, match="within 25 km"):
        edges_near(graph, "rail", 10.0, 70.0)
    with pytest.raises(UsageError, match="found none"):
        edges_near(graph, "sea", 0.1, 70.0)


def test_an_unknown_incident_is_refused(island):
    with pytest.raises(UsageError, match="expected an incident of the table, found 'other'"):
        hindcasts(island, incident(), [IncidentEdges("other")])


def backups(**given: object) -> pd.DataFrame:
    row = {"vertices": "B", "flow": "data", "kind": "radio", "leads_to": None, "in_service_from": "2005",
           "in_service_until": None, "source_url": "https://example.org/a"}  # fmt: skip
    return pd.DataFrame([row | given])


BOTH_CABLES = IncidentEdges("case", "cable", cut_off=("B",), served=("B",), stood_in=("radio",))


def test_a_place_with_a_backup_loses_a_part_and_the_backup_stands_in(island):
    given = incident(cable_links="one two", cut_off_extent="partial")
    row = hindcasts(island, given, [BOTH_CABLES], backup_links=backups())[0]
    assert (row.predicted.extent, row.predicted.vertices) == ("partial", ("B", "C"))
    assert row.predicted.in_part == ("B",), "C has no backup"
    assert row.predicted_stand_in.backups == ("radio",)
    assert right(row) is True


@pytest.mark.parametrize(
    "given", [{"source_url": "https://example.org/report"}, {"leads_to": "C"}, {"in_service_from": "2023"}]
)
def test_a_backup_that_cannot_be_used_changes_nothing(island, given):
    table = incident(cable_links="one two", cut_off_extent="whole")
    row = hindcasts(island, table, [BOTH_CABLES], backup_links=backups(**given))[0]
    assert (row.predicted.extent, row.predicted.in_part) == ("whole", ())
    assert row.agrees_in_stand_in is False, "the source names a radio link, and none is on file"


def test_a_backup_of_a_place_that_is_not_cut_off_does_not_stand_in(island):
    row = hindcasts(island, incident(), [IncidentEdges("case", "cable", served=("B",))],
                    backup_links=backups())[0]  # fmt: skip
    assert row.predicted.extent == "none"
    assert row.predicted_stand_in.backups == ()


def power_line(key: str, start: str, stop: str | None = None) -> dict[str, object]:
    ends = {"from": ("Plant", None, 5.0, True), "to": ("Town", "B", 0.0, False)}
    row: dict[str, object] = {
        "feature_id": f"line-{key}", "kind": "power_cable", "source_id": "own", "as_of": "2026",
        "in_service_from": start, "in_service_until": stop,
    }  # fmt: skip
    for side, (place, vertex, longitude, own) in ends.items():
        row |= {f"{side}_place": place, f"{side}_vertex": vertex, f"{side}_longitude_deg": longitude,
                f"{side}_latitude_deg": 70.0, f"{side}_country_iso3": "ISL", f"{side}_grid": None,
                f"is_{side}_supplied": own}  # fmt: skip
    return row


def test_the_lines_are_those_of_the_day_and_fuel_by_sea_replaces_no_power():
    # A lane from the gateway A to B; three cables of power, of which one came and one went too early.
    sea = assembled_of(graph_of([Edge(0, 1, 10, "sea")], 2, {1: 4000.0}), "energy", "A")
    rows = pd.DataFrame([power_line("old", "1962"), power_line("gone", "1978", "2013-10"),
                         power_line("new", "2013-10"), power_line("later", "2025-12-17")])  # fmt: skip
    case = IncidentEdges("case", "power", also_links=("line-new",), served=("B",),
                         stood_in_links=("line-old",))  # fmt: skip
    given = incident(flow="energy", cable_links=None, date_from="2023-01")
    row = hindcasts(sea, given, [case], rows)[0]
    assert row.predicted.extent == "none"
    assert row.predicted_stand_in.modes == ("power",)
    assert {key for key in row.predicted_stand_in.keys if key.startswith("line-")} == {"line-old"}
    assert right(row) is True
    alone = hindcasts(sea, given, [case._replace(cut_off=("B",))], rows[2:3])[0]
    assert alone.predicted.vertices == ("B",)
    assert alone.predicted_stand_in.modes == (), "the lane brings fuel, which is no power"


@pytest.fixture(scope="module")
def incidents() -> pd.DataFrame:
    return snapshot.load(SOURCES).feeds["incidents"][0]


def test_every_incident_has_a_case_or_says_why_not(incidents):
    keys = [case.incident for case in INCIDENT_EDGES]
    assert len(keys) == len(set(keys))
    assert {f"incident-{key}" for key in keys} == set(incidents["feature_id"])
    in_network = [case for case in INCIDENT_EDGES if not case.missing]
    assert len(in_network) >= 12
    extent = incidents.set_index("feature_id")["cut_off_extent"]
    for case in in_network:
        if extent[f"incident-{case.incident}"] in ("partial", "whole"):
            assert case.cut_off, f"{case.incident}: no place to compare"


def test_the_cables_of_svalbard_and_greenland(assembled, incidents):
    keys = ("svalbard_cable_2022", "greenland_both_legs_2022", "greenland_connect_2018")
    cases = [case for case in INCIDENT_EDGES if case.incident in keys]
    by = {row.incident: row for row in hindcasts(assembled, incidents, cases)}
    svalbard = by["svalbard_cable_2022"]
    assert right(svalbard) is True
    assert "cable-svalbard_ucs_02" in svalbard.predicted_stand_in.keys
    greenland = by["greenland_both_legs_2022"]
    assert greenland.predicted.extent == "whole"
    assert {"Nuuk", "Sisimiut"} <= set(named(assembled.graph, greenland.predicted.vertices))
    assert right(by["greenland_connect_2018"]) is False, "South Greenland keeps its way to Iceland here"
    assert by["greenland_connect_2018"].why


def test_power_gas_and_backups_of_the_picture(assembled, tables, incidents):
    """The network without our lines, to which those of the day of each incident are added."""
    link = assembled.graph.edges["link_id"].str
    bare = assembled._replace(
        graph=assembled.graph.only(~(link.startswith("line-") | link.startswith("grid:")).to_numpy()),
        gateways=assembled.gateways[assembled.gateways["why"] != "end of a line with supply of its own"],
    )
    known = with_supply(bare.gateways, tables.interconnectors, "2026-11-30")
    assert len(known) == len(assembled.gateways), "nothing else was taken away"
    keys = ("balticconnector_2023", "estlink2_2024", "nuuk_power_2024", "greenland_north_2019_01",
            "greenland_both_legs_2022", "shefa2_shetland_orkney_2022")  # fmt: skip
    cases = [case for case in INCIDENT_EDGES if case.incident in keys]
    backup_links = snapshot.load(SOURCES).feeds["backup_links"][0]
    by = {
        row.incident: row for row in hindcasts(bare, incidents, cases, tables.interconnectors, backup_links)
    }
    assert "line-estlink_1" in by["estlink2_2024"].predicted_stand_in.keys
    assert "energy_site:term-inkoo_fsru" in by["balticconnector_2023"].predicted_stand_in.keys
    assert by["greenland_north_2019_01"].predicted_stand_in.backups == ("radio",)
    assert by["greenland_both_legs_2022"].predicted.extent == "whole", "the radio chain leads to Nuuk only"
    assert by["shefa2_shetland_orkney_2022"].predicted.extent == "partial"
    nuuk = by["nuuk_power_2024"]
    assert "Nuuk" in named(bare.graph, nuuk.predicted.vertices)
    assert (nuuk.agrees_in_who, nuuk.agrees_in_stand_in, nuuk.agrees_in_extent) == (True, True, False)
    assert [key for key in keys if right(by[key]) is False] == ["nuuk_power_2024"]
