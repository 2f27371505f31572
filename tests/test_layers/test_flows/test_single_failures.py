"""A small coast by hand: what each thing cuts off, with what stands in."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_flows import GRAPHS, ROWS, peer

from layers.flows.assemble import Assembled
from layers.flows.graph import ALL_YEAR, FlowGraph
from layers.flows.parts import edge_table, vertex_table
from layers.flows.single_failures import single_failures

SUMMER = 0b000111100000  # June to September
# A town with a port and an airfield; a village on a road behind the town; a mainland behind the sea; a
# small field that flies only to the town's airfield.
NAMES = ("town", "port", "field", "village", "lane", "mainland", "city_field", "fork", "far_field", "far")
KINDS = ("settlement", "port", "airfield", "settlement", "junction", "junction", "airfield", "junction",
         "airfield", "settlement")  # fmt: skip


@pytest.fixture(scope="module")
def found():
    row = {name: number for number, name in enumerate(NAMES)}
    edges = [
        ("access:port", "port", "town", "access", ALL_YEAR),
        ("access:field", "field", "town", "access", ALL_YEAR),
        ("road-leg:town", "town", "fork", "access", ALL_YEAR),
        ("road:1", "fork", "village", "road", ALL_YEAR),
        ("port-leg:port", "port", "lane", "sea", SUMMER),
        ("sea:1", "lane", "mainland", "sea", SUMMER),
        ("air:1", "field", "city_field", "air", ALL_YEAR),
        ("air:2", "field", "far_field", "air", ALL_YEAR),
        ("access:far", "far_field", "far", "access", ALL_YEAR),
    ]
    ids, u, v, mode, months = zip(*edges, strict=True)
    graph = FlowGraph(
        vertex_table(
            vertex_id=list(NAMES), name=list(NAMES), kind=list(KINDS),
            longitude_deg=np.arange(10.0), latitude_deg=np.full(10, 70.0),
            people=[100, np.nan, np.nan, 7, np.nan, np.nan, np.nan, np.nan, np.nan, np.nan],
        ),
        edge_table(
            edge_id=list(ids), u=[row[one] for one in u], v=[row[one] for one in v], mode=list(mode),
            km=np.full(len(ids), 10.0), link_id=list(ids), months=list(months), source_id="s", as_of="2026",
        ),
    )  # fmt: skip
    gateways = pd.DataFrame(
        [("goods", "mainland"), ("people", "city_field"), ("goods", "city_field")],
        columns=["flow", "vertex_id"],
    )
    return single_failures(Assembled(graph, gateways, pd.DataFrame()))


def effect(found, thing, name, flow):
    rows = found.effects
    own = rows[(rows["thing"] == thing) & (rows["effect"] == name) & (rows["flow"] == flow)]
    return {NAMES[place]: months for place, months in zip(own["place"], own["months"], strict=True)}


def test_without_its_airfield_the_town_has_no_people_by_air_and_goods_by_sea_in_summer(found):
    others = ALL_YEAR & ~SUMMER
    assert effect(found, "field", "cut_off", "goods") == {"town": others, "port": others}
    assert effect(found, "field", "cut_off", "people") == {"town": ALL_YEAR, "port": ALL_YEAR}
    assert effect(found, "field", "loses_mode", "air") == {"town": ALL_YEAR, "port": ALL_YEAR}


def test_flights_through_an_airfield_are_not_known(found):
    """The far field flies by the town's field only, on an assumed link."""
    rows = found.effects
    assert "far" not in {NAMES[place] for place in rows.loc[rows["thing"] == "field", "place"]}
    assert not rows.loc[rows["thing_kind"] == "line", "thing"].str.startswith("air:").any()


def test_a_port_takes_its_way_to_the_lanes_with_it_and_the_airfield_stands_in(found):
    assert effect(found, "port", "cut_off", "goods") == {}
    assert effect(found, "port", "loses_mode", "sea") == {"town": SUMMER, "field": SUMMER}
    assert found.ways["air"][NAMES.index("town")] == ALL_YEAR
    assert found.ways["sea"][NAMES.index("town")] == SUMMER


def test_a_road_cuts_off_the_village_behind_it_where_its_way_is_certain(found):
    """In winter the way of the village rests on an assumed flight: nothing is said."""
    assert effect(found, "road:1", "cut_off", "goods") == {"village": SUMMER}
    assert effect(found, "road:1", "cut_off", "people") == {}


def test_a_thing_is_not_its_own_place(found):
    rows = found.effects
    own = np.array(NAMES, dtype=object)[rows["place"].to_numpy()]
    assert not (rows["thing"] == own).any()


def _lost(graph, flow, closed, gates):
    """Return by place the months in which it reaches a gate, but not without the edges `closed`."""
    out = dict.fromkeys(range(len(graph)), 0)
    for month in range(1, 13):
        usable = graph.usable(flow, month)
        before, after = (
            set().union(*(nx.node_connected_component(peer(graph, kept), gate) for gate in gates))
            for kept in (usable, usable & ~closed)
        )
        for place in before - after:
            out[place] |= 1 << (month - 1)
    return {place: months for place, months in out.items() if months}


@given(GRAPHS, ROWS, st.sampled_from(["goods", "energy", "people"]))
@settings(max_examples=15)
def test_each_line_and_group_cuts_off_what_its_closure_does(graph, gates, flow):
    edges = graph.edges.assign(edge_id=[f"e{row}" for row in range(len(graph.edges))])
    graph = FlowGraph(graph.vertices.assign(kind="settlement"), edges)
    gateways = pd.DataFrame({"flow": flow, "vertex_id": graph.vertices["vertex_id"].iloc[gates]})
    rows = single_failures(Assembled(graph, gateways, pd.DataFrame())).effects
    rows = rows[(rows["effect"] == "cut_off") & (rows["flow"] == flow)]
    actual = {
        key: dict(zip(own["place"], own["months"], strict=True))
        for key, own in rows.groupby(["thing_kind", "thing"])
    }
    # An access edge and one without a length are no things; a group of one line is told by the line.
    is_line = ((edges["mode"] != "access") & (edges["u"] != edges["v"])).to_numpy()
    closures = {("line", edges["edge_id"][row]): np.arange(len(edges)) == row
                for row in np.flatnonzero(is_line & (edges["km"] > 0))}  # fmt: skip
    for group in ("storm", "strait"):
        own = edges["risk_groups"].str.split().map(lambda words, name=group: name in words).to_numpy()
        if (own & is_line).sum() > 1:
            closures["risk_group", group] = own & is_line
    expected = {key: _lost(graph, flow, closed, set(gates.tolist())) for key, closed in closures.items()}
    assert actual == {key: places for key, places in expected.items() if places}


def test_a_power_line_takes_power_from_where_it_leads_and_a_joint_of_a_grid_is_no_thing():
    # plant --joint-- station --line-- town (a road leads on); another town lives beside a plant of its own.
    names = ["plant", "station", "town", "south", "other"]
    edges = [
        ("grid:x:a/b", 0, 1, "power"),
        ("line:one", 1, 2, "power"),
        ("road:1", 2, 3, "road"),
        ("access:other", 4, 0, "access"),
    ]
    ids, u, v, mode = zip(*edges, strict=True)
    graph = FlowGraph(
        vertex_table(
            vertex_id=["energy_site:plant", "line_end:power:station", *names[2:]], name=names,
            kind=["energy_site", "junction", "settlement", "junction", "settlement"],
            longitude_deg=np.arange(5.0), latitude_deg=np.full(5, 70.0),
        ),
        edge_table(edge_id=list(ids), u=list(u), v=list(v), mode=list(mode), km=np.full(4, 10.0),
                   link_id=list(ids), source_id="s", as_of="2026"),
    )  # fmt: skip
    gateways = pd.DataFrame(
        [("energy", "energy_site:plant"), ("energy", "south"), ("goods", "south")],
        columns=["flow", "vertex_id"],
    )
    made = single_failures(Assembled(graph, gateways, pd.DataFrame()))
    rows = made.effects[made.effects["flow"].isin(["power", "energy"])]
    effects = {(row.thing, row.effect, row.flow, names[row.place]) for row in rows.itertuples()}
    assert effects == {
        ("line:one", "loses_mode", "power", "town"),
        ("energy_site:plant", "loses_mode", "power", "town"),
        ("energy_site:plant", "loses_mode", "power", "other"),
    }
    assert made.reached["energy"][:5].tolist() == [ALL_YEAR] * 5
