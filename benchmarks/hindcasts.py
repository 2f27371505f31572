"""What the flow network says about the incidents of the picture, against what was published about them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from layers.flows.assemble import assemble
from layers.flows.hindcasts import hindcasts as predicted
from layers.flows.hindcasts import named, right
from layers.flows.incident_edges import INCIDENT_EDGES
from pipelines import snapshot
from pipelines.picture.flow_network import flow_tables
from pipelines.sources import SOURCES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.flows.graph import FlowGraph
    from layers.flows.hindcasts import Hindcast, Outcome, StandIn

__all__ = ["hindcasts"]

DAY = "2026-11-29"  # of the network; the incidents are older
GOAL = 0.75  # six of eight
# The incidents that were named before the network was asked, in eight groups.
NAMED = {
    "Svalbard cable 2022-01": ("svalbard_cable_2022",),
    "Shetland cables 2022-10": ("shefa2_faroe_shetland_2022", "shefa2_shetland_orkney_2022"),
    "Balticconnector and cables 2023-10": ("balticconnector_2023", "ee_s1_2023", "baltika_2023"),
    "C-Lion1 2024-11": ("c_lion1_2024_11",),
    "EstLink 2 2024-12": ("estlink2_2024",),
    "Malmbanan 2023-12": ("malmbanan_2023_12",),
    "Malmbanan 2024-02": ("malmbanan_2024_02",),
    "Greenland cables": (
        "greenland_connect_2018", "greenland_north_2019_01", "greenland_north_2019_03",
        "greenland_both_legs_2022",
    ),
}  # fmt: skip
_MANY = 6  # names that a row shows
_SHOWN = ("cable-", "line-", "energy_site:", "air:", "airfield:")  # keys that a row shows
_ANSWERS = {True: "yes", False: "no", None: "not compared"}


def hindcasts() -> list[dict[str, Any]]:
    """Return a row for each incident, and last the share that is right in all that can be compared."""
    loaded = snapshot.load(SOURCES)
    tables = flow_tables(loaded)
    assembled = assemble(replace(tables, interconnectors=None), DAY)
    found = predicted(
        assembled, loaded.feeds["incidents"][0], INCIDENT_EDGES, tables.interconnectors,
        loaded.feeds["backup_links"][0],
    )  # fmt: skip
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
    return [*rows, *_named(found), total]


def _named(found: Sequence[Hindcast]) -> list[dict[str, Any]]:
    """Return a row for each named group and one for all; a group is right if all of its incidents are.

    An incident is right if it agrees in who was cut off and in what stood in, as far as both can be compared.
    """
    by = {one.incident: one for one in found}
    rows, rights = [], 0
    for name, keys in NAMED.items():
        verdicts = {key: _who_and_stand_in(by[key]) for key in keys}
        is_right = all(verdicts.values())
        rights += is_right
        rows.append({
            "benchmark": "hindcasts", "named": name, "result": "right" if is_right else "miss",
            "right": sum(one is True for one in verdicts.values()), "of": len(keys),
            "misses": "; ".join(
                f"{key}: {by[key].why or 'agrees'}" for key, one in verdicts.items() if one is not True
            ),
            "holds": True,
        })  # fmt: skip
    goal = GOAL * len(NAMED)
    return [*rows, {
        "benchmark": "hindcasts", "work": "named groups right in who was cut off and what stood in",
        "value": f"{rights} of {len(NAMED)}", "goal": goal, "holds": rights >= goal,
    }]  # fmt: skip


def _who_and_stand_in(one: Hindcast) -> bool | None:
    known = [part for part in (one.agrees_in_who, one.agrees_in_stand_in) if part is not None]
    return all(known) if known else None


def _share(agreements: Sequence[bool | None]) -> str:
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
    part = f", {len(outcome.in_part)} of {len(outcome.vertices)} in part" if outcome.in_part else ""
    return f"{outcome.extent or 'not read'} [{first_names}]{part} {people}{more}"


def _stand_in(found: StandIn) -> str:
    if not found.is_known:
        return "not compared"
    keys = [key for key in found.keys if key.startswith(_SHOWN)]
    km = f" {found.km:,.0f} km" if found.km < float("inf") else ""
    means = (*(found.backups or ()), *found.modes)
    return f"{'+'.join(means) or 'nothing'} {' '.join(keys[:_MANY])}{km}".strip()
