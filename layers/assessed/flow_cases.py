"""Worked cases of the flow network: how communities depend on their cables, and ways along corridors."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from layers.assessed.network_reader import NETWORK_OF, reading_network
from layers.flows.cable_cases import COMMUNITIES, CableCase, cable_case
from layers.flows.closures import Case
from layers.flows.corridors import Corridor, corridor
from layers.flows.limits import NOT_IN_NETWORK
from layers.schema import Column, Layer

if TYPE_CHECKING:
    from layers.flows.assemble import Assembled

__all__ = ["CABLE_CASES", "CORRIDORS"]


class _Ends(NamedTuple):
    """A corridor between two vertices, by some modes; None stands for all that carry goods."""

    key: str
    name: str
    start: str
    end: str
    modes: frozenset[str] | None = None


_BY_LAND = frozenset({"road", "rail"})
_NARVIK, _LULEA = "settlement:geonames-3144987", "settlement:geonames-604490"
_ENDS = (
    _Ends("narvik_lulea", "Ofoten: Narvik to Luleå, by rail", _NARVIK, _LULEA, frozenset({"rail"})),
    _Ends("oulu_lulea", "Tornio and Haparanda: Oulu to Luleå, by land", "settlement:geonames-643492", _LULEA,
          _BY_LAND),
    _Ends("rovaniemi_kirkenes", "Rovaniemi to Kirkenes, by land", "settlement:geonames-638936",
          "settlement:geonames-779303", _BY_LAND),
    _Ends("keflavik_bodo", "Keflavík to Bodø", "settlement:geonames-3415496", "settlement:geonames-3160881"),
    _Ends("murmansk_pevek", "Murmansk to Pevek, by sea", "port:wpi-62950", "port:wpi-62680",
          frozenset({"sea"})),
    _Ends("anchorage_fairbanks", "Anchorage to Fairbanks, by land", "settlement:geonames-5879400",
          "settlement:geonames-5861897", _BY_LAND),
)  # fmt: skip
_MONTH = 9  # the month of most open water: ways by sea are those of September
_STATE = {"open": "1", "closed": "0", "unknown": "?"}


def _cable_cases(
    network: Assembled, cables: pd.DataFrame, cable_facts: pd.DataFrame, network_day: str
) -> pd.DataFrame:
    graph, gateways = network.graph, network.gateways
    doors = gateways.loc[gateways["flow"] == "data", "vertex_id"]
    rows = np.flatnonzero(graph.vertices["vertex_id"].isin(doors).to_numpy())
    names = dict(zip(cables["feature_id"], cables["name"], strict=True))
    cases = [cable_case(graph, one, rows, cables, cable_facts) for one in COMMUNITIES]
    return pd.DataFrame([_cable_row(case, names) | {"network_of": network_day} for case in cases])


def _cable_row(case: CableCase, names: dict[str, str]) -> dict[str, object]:
    left = case.left or ()
    depths = [facts.greatest_depth_m for facts in case.systems if facts.greatest_depth_m is not None]
    ice = sorted({facts.ice_exposure for facts in case.systems if facts.ice_exposure})
    return {
        "community": case.name, "landings": ", ".join(case.landings) or None,
        "cables_out": ", ".join(dict.fromkeys(names[key] for key in case.cables_out)) or None,
        "cable_count": len(case.cables_out) if case.is_known else None,
        "left_after_one": left[1] if len(left) > 1 else None,
        "left_after_two": left[2] if len(left) > 2 else (0 if len(left) == 2 else None),
        "edge_disjoint": case.edge_disjoint, "risk_disjoint": case.risk_disjoint,
        "published_paths": case.published_paths, "shared_risks": ", ".join(case.shared_risks) or None,
        "states": "-".join(case.states) or None, "greatest_depth_m": max(depths, default=None),
        "ice_exposure": ", ".join(ice) or None,
    }  # fmt: skip


def _corridors(network: Assembled, network_day: str) -> pd.DataFrame:
    known = set(network.graph.vertices["vertex_id"])
    rows = []
    for ends in _ENDS:
        if {ends.start, ends.end} <= known:
            case = Case("goods", _MONTH, modes=ends.modes)
            found = corridor(network.graph, case, ends.start, ends.end)
            rows.append({"corridor_id": ends.key, "name": ends.name, "network_of": network_day} | _row(found))
    return pd.DataFrame(rows, columns=[column.name for column in CORRIDORS.all_columns])


def _row(found: Corridor) -> dict[str, object]:
    best = found.best
    second = found.pair[1] if found.pair else None
    return {
        "best_km": None if best is None else round(best.km, 1),
        "best_modes": None if best is None else _modes(best.km_by_mode),
        "states": None if best is None else "-".join(best.states),
        "borders": None if best is None else ", ".join(best.borders) or "none",
        "second_km": None if second is None else round(second.km, 1),
        "second_modes": None if second is None else _modes(second.km_by_mode),
        "needed_links": len(found.needed_links) if best else None,
        "open_months": "".join(_STATE[month.state] for month in found.months),
        "known_open_months": sum(month.state == "open" for month in found.months),
    }


def _modes(km_by_mode: dict[str, float]) -> str:
    kept = {mode: km for mode, km in km_by_mode.items() if mode != "access"}
    return ", ".join(f"{mode} {km:,.0f} km" for mode, km in kept.items())


CABLE_CASES = Layer(
    id="cable_cases",
    title="Cables of six communities, worked through",
    pillar="social",
    geometry="table",
    spine=(),
    key=("community",),
    columns=(
        Column("community", "str", "island or coast", required=True),
        Column("landings", "str", "its landings with a cable in service; null: nothing is on file or known"),
        Column("cables_out", "str", "systems that leave it and lead on to a gateway"),
        Column("cable_count", "int", "cables that leave it", low=0),
        Column("left_after_one", "int", "of them still leading on when the first has failed", low=0),
        Column("left_after_two", "int", "of them still leading on when two have failed", low=0),
        Column("edge_disjoint", "int", "ways that share no cable", low=0),
        Column("risk_disjoint", "int", "ways that share no cable, landing or corridor", low=0),
        Column("published_paths", "int", "independent paths as a source counts them", low=0),
        Column("shared_risks", "str", "landings and corridors that several of the cables out share"),
        Column("states", "str", "states that the ways touch, ISO 3166-1 alpha-3"),
        Column("greatest_depth_m", "float", "greatest stated depth of a system on the way", "m", low=0),
        Column("ice_exposure", "str", "ice that sources state for systems on the way; null: not stated"),
        NETWORK_OF,
    ),
    note="Landings of one community count as joined on land. Radio and satellite are not in the network.",
    derive=reading_network(_cable_cases),
)  # fmt: skip

CORRIDORS = Layer(
    id="corridors",
    title="Ways between named ends, and the second without a common line",
    pillar="economic",
    geometry="table",
    spine=(),
    key=("corridor_id",),
    columns=(
        Column("corridor_id", "str", "key", required=True),
        Column("name", "str", "the two ends, and by what", required=True),
        Column("best_km", "float", "shortest way in September; null if none is known", "km", low=0),
        Column("best_modes", "str", "its length by mode"),
        Column("states", "str", "states that it passes, in order, ISO 3166-1 alpha-3"),
        Column("borders", "str", "borders that it crosses"),
        Column("second_km", "float", "longer of the two ways without a common line whose total is least; "
               "null: there is no such pair", "km", low=0),
        Column("second_modes", "str", "its length by mode"),
        Column("needed_links", "int", "lines of the best way that every way passes", low=0),
        Column("open_months", "str", "January first: 1 a way, 0 none, ? not known", required=True),
        Column("known_open_months", "int", "months with a way", "months", required=True, low=0, high=12),
        NETWORK_OF,
    ),
    note="Our choice of ends: priority corridors of NATO and the EU are not public. Open water only: ships "
    f"with an ice class or an icebreaker are not counted. {NOT_IN_NETWORK}",
    derive=reading_network(_corridors),
)  # fmt: skip
