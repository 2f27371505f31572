"""Measures of the network of an exercise, before and with everything closed at once: one row for each flow.

Efficiency (`layers.flows.effects.efficiency`) is that of pairs of settlements of 100,000 people or more and
of the settlements whose state changes, in data that of pairs of cable landings. Redundancy is the number of
ways without a common line of the settlements whose state changes (`layers.flows.redundancy`). Tonnage of
ports is in no source, so ports are counted and their tonnage is unknown, not 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.flows.closures import Case
from layers.flows.effects import efficiency
from layers.flows.hindcasts import gateway_rows
from layers.flows.redundancy import redundancy

if TYPE_CHECKING:
    from layers.flows.assemble import Assembled
    from layers.flows.closures import Closed
    from layers.flows.exercise import Exercise

__all__ = ["MEASURE_COLUMNS", "measures_of"]

_LEAST_PEOPLE, _MOST_PLACES = 100_000, 40
# `drop_pct` is the loss of efficiency in percent. `two_ways_before` and `two_ways_after` count, among
# `judged_places`, those with two ways or more that share no line. `tonnage_exposed_t` is NaN: not known.
MEASURE_COLUMNS = ("flow", "efficiency_before_per_1000_km", "efficiency_after_per_1000_km", "drop_pct",
                   "pairs", "judged_places", "two_ways_before", "two_ways_after", "no_way_after",
                   "tonnage_exposed_t", "ports_of_unknown_tonnage")  # fmt: skip


def measures_of(assembled: Assembled, exercise: Exercise, shut: Closed, steps: pd.DataFrame) -> pd.DataFrame:
    """Return the measures under `shut`; `steps` are the effects by step (columns `MEASURE_COLUMNS`)."""
    graph = assembled.graph
    kind, people = (graph.vertices[name].to_numpy() for name in ("kind", "people"))
    large = np.flatnonzero((kind == "settlement") & (people >= _LEAST_PEOPLE))
    row_of = {key: row for row, key in enumerate(graph.vertices["vertex_id"])}
    rows = []
    for flow in exercise.flows:
        case = Case(flow, exercise.month)
        own = steps[steps["flow"] == flow].drop_duplicates("vertex_id") if len(steps) else steps
        towns = own[own["kind"] == "settlement"].sort_values("people", ascending=False)[:_MOST_PLACES]
        judged = np.array([row_of[key] for key in towns["vertex_id"]], dtype=np.int64)
        ends = np.flatnonzero(kind == "cable_landing") if flow == "data" else np.union1d(large, judged)
        spread = efficiency(graph, case, ends, shut)
        ways = redundancy(graph, case, judged, gateway_rows(assembled, flow), shut)
        rows.append({
            "flow": flow, "efficiency_before_per_1000_km": 1000 * spread.before_per_km,
            "efficiency_after_per_1000_km": 1000 * spread.after_per_km, "drop_pct": spread.drop_pct,
            "pairs": spread.pairs, "judged_places": len(judged),
            "two_ways_before": int((ways.before >= 2).sum()),
            "two_ways_after": int((ways.after >= 2).sum()), "no_way_after": int((ways.after == 0).sum()),
            "tonnage_exposed_t": float("nan"),
            "ports_of_unknown_tonnage": int((own["kind"] == "port").sum()) if len(own) else 0,
        })  # fmt: skip
    return pd.DataFrame(rows, columns=list(MEASURE_COLUMNS))
