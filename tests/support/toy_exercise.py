"""A toy network with known answers for exercises, and exercises on it.

A gateway, a port and two towns on a railway and a lane, and a town on two cables:

    G --rail R1 100-- P --rail R2 50-- T1        G --cable C1 300-- L -- T2 (2 km)
    G --lane S1 400-- P (open May to October)    G --cable C2 350-- L
                      P --lane S2 80-- T3 (open August to October)
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from layers.flows.assemble import Assembled
from layers.flows.exercise_assets import Names
from layers.flows.graph import ALL_YEAR, FlowGraph
from layers.flows.parts import edge_table, vertex_table

SUMMER, LATE = 0b001111110000, 0b001110000000  # May to October, August to October
NAMES = Names({"C1": "First cable"}, {"strait:narrows": "The Narrows"}, frozenset({"Secret Base"}))
REPAIRS = pd.DataFrame({
    "kind": ["submarine_cable", "submarine_cable"], "condition": ["ice", "open_water"],
    "days_low": [60.0, 2.0], "days_high": [200.0, 50.0], "incidents": ["a b", "c"],
})  # fmt: skip


def toy() -> Assembled:
    vertices = vertex_table(
        vertex_id=["gate", "port:p", "settlement:t1", "settlement:t2", "settlement:t3", "cable_landing:l"],
        name=["Gate", "Port", "Railtown", "Cabletown", "Laneville", "Landing"],
        kind=["junction", "port", "settlement", "settlement", "settlement", "cable_landing"],
        country_iso3=["NOR", "NOR", "NOR", "SJM", "SJM", "SJM"],
        longitude_deg=[10.0, 12.0, 13.0, 16.0, 60.0, 16.0], latitude_deg=[69.0, 70.0, 70.0, 78.0, 72.0, 78.0],
        people=[float("nan"), float("nan"), 1000.0, 200.0, 30.0, float("nan")],
    )  # fmt: skip
    edges = edge_table(
        edge_id=["r1", "r2", "s1", "s2", "c1", "c2", "leg"], u=[0, 1, 0, 1, 0, 0, 3], v=[1, 2, 1, 4, 5, 5, 5],
        km=[100.0, 50.0, 400.0, 80.0, 300.0, 350.0, 2.0],
        mode=["rail", "rail", "sea", "sea", "cable", "cable", "access"],
        link_id=["R1", "R2", "S1", "S2", "C1", "C2", "leg"],
        months=[ALL_YEAR, ALL_YEAR, SUMMER, LATE, ALL_YEAR, ALL_YEAR, ALL_YEAR],
        months_state=["assumed", "assumed", "computed", "computed", "assumed", "assumed", "assumed"],
        states=["NOR", "NOR", "", "", "NOR-SJM", "NOR-SJM", "SJM"],
        risk_groups=["", "", "strait:narrows", "", "landing:l", "landing:l", ""], source_id="toy", as_of="",
    )  # fmt: skip
    gateways = pd.DataFrame({"flow": ["goods", "data", "people"], "vertex_id": ["gate"] * 3})
    return Assembled(FlowGraph(vertices, edges), gateways, pd.DataFrame())


def close(name: str, asset: str, at_h: float = 0, days: Any = (2, 6), **further: Any) -> dict[str, Any]:
    row = {"id": name, "at_h": at_h, "action": "close", "asset": asset, **further}
    return row if days is None else row | {"days": list(days)}


def plan(*injects: dict[str, Any], **further: Any) -> dict[str, Any]:
    base = {"title": "Toy", "month": 9, "seed": 7, "flows": ["goods", "data"], "lasts_days": 20}
    return base | {"inject": list(injects)} | further
