"""Lines of our own table by hand: days of service, ends, joints of a grid, supply."""

from __future__ import annotations

import pandas as pd
import pytest
from toy_flows import Edge, graph_of

from layers.errors import SourceError
from layers.flows.gateways import GATEWAY_COLUMNS
from layers.flows.graph import EDGE_COLUMNS, VERTEX_COLUMNS, FlowGraph
from layers.flows.interconnectors import in_service, with_lines, with_supply

DAY = "2026-11-30"
NONE = pd.DataFrame(columns=list(GATEWAY_COLUMNS))


def end(
    place: str, longitude: float, vertex: str | None = None, grid: str | None = None, *, own: bool = False
):
    """An end of a line at 70 N: place, vertex, longitude, grid, supply of its own."""
    return place, vertex, longitude, 70.0, "NOR", grid, own


def line(key: str, kind: str, one, other, start: str | None = None, stop: str | None = None) -> dict:
    names = ("place", "vertex", "longitude_deg", "latitude_deg", "country_iso3", "grid")
    row = {"feature_id": f"line-{key}", "kind": kind, "source_id": "own", "as_of": "2026",
           "in_service_from": start, "in_service_until": stop}  # fmt: skip
    for side, values in (("from", one), ("to", other)):
        row |= {f"{side}_{name}": value for name, value in zip(names, values[:-1], strict=True)}
        row[f"is_{side}_supplied"] = values[-1]
    return row


def table(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("start", "stop", "day", "serves"),
    [
        ("2014-02-06", None, "2014-02-05", False), ("2014-02-06", None, "2014-02-06", True),
        ("2014-02-06", None, "2014-02", True), ("2014", None, "2014-01-01", True),
        ("2015", None, "2014-12-31", False), (None, "2022-05-14", "2022-05-14", True),
        (None, "2022-05-14", "2022-05-15", False), (None, "2022", "2022-12-31", True),
        (None, "2022", "2023", False), (None, None, "1900", True),
    ],
)  # fmt: skip
def test_dates_are_compared_as_far_as_both_go(start, stop, day, serves):
    rows = table(line("a", "power_cable", end("A", 0), end("B", 1), start, stop))
    assert in_service(rows, day).tolist() == [serves]


def test_a_line_joins_a_vertex_of_the_picture_to_a_station():
    town = graph_of([Edge(0, 1, 10, "road")], 2)
    ends = end("Station", 1.0), end("Town", 9.9, vertex="B")
    rows = table(line("one", "power_cable", *ends), line("late", "power_cable", *ends, "2030"))
    graph = with_lines(town, rows, DAY)
    assert tuple(graph.edges.columns) == EDGE_COLUMNS
    assert tuple(graph.vertices.columns) == VERTEX_COLUMNS
    assert graph.vertices["vertex_id"].tolist() == ["A", "B", "line_end:power:station"]
    [row] = graph.edges[graph.edges["mode"] == "power"].to_dict("records")
    assert (row["link_id"], row["edge_id"], row["source_id"]) == ("line-one", "line:line-one", "own")
    assert {graph.vertices["vertex_id"][row["u"]], graph.vertices["vertex_id"][row["v"]]} == {
        "B", "line_end:power:station",
    }  # fmt: skip
    # B lies at 0 E, 70 N, whatever the table says: 1 degree there is 38.2 km.
    assert row["km"] == pytest.approx(38.2, abs=0.1)
    assert row["months_state"] == "assumed"


def test_ends_of_one_grid_are_joined_and_those_of_another_carrier_are_not():
    rows = table(
        line("east", "power_cable", end("Püssi", 1, grid="EST power"), end("X", 2)),
        line("west", "power_line", end("Harku", 3, grid="EST power"), end("Y", 4)),
        line("gas", "gas_pipeline", end("Püssi", 1, grid="EST gas"), end("Z", 5)),
        line("fibre", "land_fibre", end("Q", 6), end("R", 7)),
    )
    edges = with_lines(graph_of([], 1), rows, DAY).edges
    joints = edges[edges["edge_id"].str.startswith("grid:")]
    assert joints["edge_id"].tolist() == ["grid:est-power:line_end:power:harku/line_end:power:pussi"]
    assert joints["link_id"].tolist() == ["grid:est-power"]
    assert joints["mode"].tolist() == ["power"]
    own = edges[edges["source_id"] == "own"].set_index("link_id")["mode"]
    assert own.to_dict() == {"line-east": "power", "line-west": "power", "line-gas": "pipeline",
                             "line-fibre": "cable"}  # fmt: skip
    ids = with_lines(graph_of([], 1), rows, DAY).vertices["vertex_id"]
    assert {"line_end:power:pussi", "line_end:pipeline:pussi"} <= set(ids), "power and gas stay apart"


def test_only_ends_with_supply_are_gateways_of_their_flow_each_once():
    rows = table(
        line("a", "power_cable", end("Plant", 1, own=True), end("Island", 2, vertex="B")),
        line("b", "power_line", end("Plant", 1, own=True), end("Town", 3)),
        line("c", "land_fibre", end("Town", 3), end("South", 4, own=True)),
        line("old", "power_line", end("Gone", 5, own=True), end("Town", 3), stop="2022-05-14"),
    )
    found = with_supply(NONE, rows, DAY)
    assert tuple(found.columns) == GATEWAY_COLUMNS
    assert list(zip(found["flow"], found["vertex_id"], found["state"], strict=True)) == [
        ("energy", "line_end:power:plant", "assumed"), ("data", "line_end:cable:south", "assumed"),
    ]  # fmt: skip


def test_a_line_to_a_vertex_that_is_not_there_is_refused():
    rows = table(line("a", "power_cable", end("A", 0, vertex="settlement:nowhere"), end("B", 1)))
    with pytest.raises(SourceError, match="expected a vertex of the network, found 'settlement:nowhere'"):
        with_lines(graph_of([], 1), rows, DAY)


def test_without_a_line_in_service_the_graph_is_the_same():
    graph = graph_of([Edge(0, 1, 10, "road")], 2)
    rows = table(line("a", "power_cable", end("A", 0), end("B", 1), stop="2000"))
    assert with_lines(graph, rows, DAY) is graph


def test_lines_of_the_picture(assembled, tables):
    """Russia's lines ended in 2022, Åland hangs on three lines, Nuuk on one."""
    graph: FlowGraph = assembled.graph
    lines = graph.edges[graph.edges["link_id"].str.startswith("line-")]
    assert not {"line-vyborg_400kv", "line-boris_gleb", "line-imatra_gas"} & set(lines["link_id"])
    ids = graph.vertices["vertex_id"].to_numpy(object)
    ends = [set(ids[lines[["u", "v"]].to_numpy()[row]]) for row in range(len(lines))]

    def at(town: str) -> list[str]:
        return lines.loc[[town in pair for pair in ends], "link_id"].tolist()

    assert len(at("settlement:geonames-3041732")) == 3
    assert at("settlement:geonames-3421319") == ["line-buksefjord_nuuk"]
    served = set(lines["link_id"])
    rows = tables.interconnectors
    assert served == set(rows.loc[in_service(rows, DAY), "feature_id"])
