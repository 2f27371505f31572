"""What the flow network says about the incidents of the picture, against what was published about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.flows.assemble import assemble
from layers.flows.hindcasts import hindcasts as predicted
from layers.flows.hindcasts import named, right
from layers.flows.incident_edges import INCIDENT_EDGES
from pipelines import snapshot
from pipelines.picture.flow_network import flow_tables
from pipelines.sources import SOURCES

if TYPE_CHECKING:
    from layers.flows.graph import FlowGraph
    from layers.flows.hindcasts import Hindcast, Outcome, StandIn

__all__ = ["hindcasts"]

DAY = "2026-11-29"  # of the network; the incidents are older
GOAL = 0.75  # six of eight
_MANY = 6  # names that a row shows
_ANSWERS = {True: "yes", False: "no", None: "not compared"}


def hindcasts() -> list[dict[str, Any]]:
    """Return a row for each incident, and last the share that is right in all that can be compared."""
    loaded = snapshot.load(SOURCES)
    assembled = assemble(flow_tables(loaded), DAY)
    found = predicted(assembled, loaded.feeds["incidents"][0], INCIDENT_EDGES)
    rows = [_row(assembled.graph, one) for one in found]
    verdicts = [(one, right(one)) for one in found]
    compared = [verdict for _, verdict in verdicts if verdict is not None]
    each = {
        f"agrees_in_{what}": _share([getattr(one, f"agrees_in_{what}") for one in found])
        for what in ("who", "extent", "stand_in")
    }
    total = {
        "benchmark": "hindcasts", "work": "all that can be compared agrees", "value": _share(compared),
        **each, "not_in_network": len(found) - len(compared), "goal": GOAL,
        "holds": bool(compared) and sum(compared) >= GOAL * len(compared),
    }  # fmt: skip
    return [*rows, total]


def _share(agreements: list[bool | None]) -> str:
    known = [one for one in agreements if one is not None]
    return f"{sum(known)} of {len(known)}"


def _row(graph: FlowGraph, one: Hindcast) -> dict[str, Any]:
    """Return a row to print; a miss is a result and breaks no goal by itself."""
    verdict = right(one)
    head = {"benchmark": "hindcasts", "incident": one.incident, "flow": one.flow, "month": one.month}
    if one.predicted is None or one.predicted_stand_in is None:
        return {**head, "result": "not in the network", "why": one.why, "holds": True}
    return {
        **head,
        "result": {True: "right", False: "miss", None: "not compared"}[verdict],
        "predicted": _who(graph, one.predicted), "published": _who(graph, one.published),
        "predicted_stand_in": _stand_in(one.predicted_stand_in),
        "published_stand_in": _stand_in(one.published_stand_in),
        "who": _ANSWERS[one.agrees_in_who], "extent": _ANSWERS[one.agrees_in_extent],
        "stand_in": _ANSWERS[one.agrees_in_stand_in], "why": one.why, "holds": True,
    }  # fmt: skip


def _who(graph: FlowGraph, outcome: Outcome) -> str:
    towns = [key for key in outcome.vertices if key.startswith("settlement:")]
    names = named(graph, towns or outcome.vertices)
    first_names = ", ".join(names[:_MANY]) + (f" and {len(names) - _MANY} more" if len(names) > _MANY else "")
    low, high = outcome.people_low, outcome.people_high
    people = "people not known" if low is None else f"{low:,.0f} people" if low == high else f"{low}-{high}"
    more = f" and {outcome.unknown_places} settlements not known" if outcome.unknown_places else ""
    return f"{outcome.extent or 'not read'} [{first_names}] {people}{more}"


def _stand_in(found: StandIn) -> str:
    if not found.is_known:
        return "not compared"
    keys = [key for key in found.keys if key.startswith(("cable-", "air:", "airfield:"))]
    km = f" {found.km:,.0f} km" if found.km < float("inf") else ""
    return f"{'+'.join(found.modes) or 'nothing'} {' '.join(keys[:_MANY])}{km}".strip()
