"""Words for lines, risk groups, months and what stands in, for tables that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from layers.flows.graph import FlowGraph

__all__ = ["group_names", "line_names", "link_names", "months_text", "stand_ins"]

_LANDING = "cable_landing:landing-"


def months_text(bits: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return months (bit 0 is January) as twelve digits, January first."""
    return np.array([format(int(value), "012b")[::-1] for value in bits], dtype=object)


def line_names(
    graph: FlowGraph, lines: pd.DataFrame, leads_to: Mapping[str, str], links: Mapping[str, str],
    gates: Mapping[str, str],
) -> list[str | None]:  # fmt: skip
    """Return a name for each line (`layers.flows.chains`), None where nothing names it.

    `leads_to` has by key the largest place that depends on the line, `links` the names of cables and of lines
    of power, gas and fibre by their link_id, `gates` the names of straits by the key of their risk group.
    """
    link = graph.edges["link_id"].to_numpy(object)
    name = graph.vertices["name"].to_numpy(object)
    out: list[str | None] = []
    for key, mode, u, v, rows, groups in zip(
        *(lines[column] for column in ("key", "mode", "u", "v", "rows", "risk_groups")), strict=True
    ):
        straits = [gates[group] for group in groups.split() if group in gates]
        if mode in {"cable", "power", "pipeline"}:
            out.append(links.get(link[rows[0]]))
        elif mode == "air":
            out.append(f"Air link {name[u]} to {name[v]}")
        elif straits:
            out.append(f"Sea lane, {', '.join(straits)}")
        elif key in leads_to:
            kind = {"sea": "Sea lane", "rail": "Railway", "road": "Road"}.get(mode, mode.capitalize())
            out.append(f"{kind} to {leads_to[key]}")
        else:
            out.append(None)
    return out


def link_names(*tables: pd.DataFrame) -> dict[str, str]:
    """Return the names of links by their link_id, from tables with `feature_id` and `name`."""
    return {key: name for one in tables for key, name in zip(one["feature_id"], one["name"], strict=True)}


def group_names(
    graph: FlowGraph, shared_risk_groups: pd.DataFrame, chokepoints: pd.DataFrame
) -> dict[str, str]:
    """Return the name of each risk group by its key."""
    ids, names = graph.vertices["vertex_id"], graph.vertices["name"]
    landing = ids.str.startswith(_LANDING)
    keys = "landing:" + ids[landing].str.removeprefix(_LANDING)
    out = {key: f"All cables at {name}" for key, name in zip(keys, names[landing], strict=True)}
    for row in shared_risk_groups.itertuples():
        out[f"{row.kind}:{str(row.feature_id).removeprefix('risk-')}"] = str(row.name)
    for row in chokepoints.itertuples():
        out[f"strait:{str(row.feature_id).removeprefix('gate-')}"] = str(row.name)
    return out


def stand_ins(
    rows: pd.DataFrame, ways: Mapping[str, NDArray[np.int64]],
    standby: Mapping[tuple[str, int, str], frozenset[str]],
) -> list[str | None]:  # fmt: skip
    """Return by effect what stands in, with its months, such as `sea 000001111000, road 111111111111`.

    `rows` has `thing`, `effect`, `mode`, `flows`, `place` and `months`; `ways` holds by mode the months in
    which each vertex has a way by this mode alone. Months in which the same thing takes that way too do not
    count. `standby` holds the kinds of backup by thing, place and flow or mode (`layers.flows.backups`): they
    stand by in every month. Another mode stands in for one of `ways` only. None where nothing does.
    """
    lost: dict[tuple[str, int, str], int] = {}
    columns = [rows[name].to_list() for name in ("thing", "place", "effect", "mode", "months", "flows")]
    for thing, place, effect, mode, months, _ in zip(*columns, strict=True):
        if effect == "loses_mode":
            lost[thing, place, mode] = lost.get((thing, place, mode), 0) | months
    out: list[str | None] = []
    for thing, place, effect, mode, months, flows in zip(*columns, strict=True):
        left = {
            other: int(bits[place]) & ~lost.get((thing, place, other), 0) & months
            for other, bits in ways.items()
            if effect == "loses_mode" and mode in ways and other != mode
        }
        names = flows.split() if effect == "cut_off" else [mode]
        kinds = {kind for name in names for kind in standby.get((thing, place, name), ())}
        left |= dict.fromkeys(sorted(kinds), months)
        words = [
            f"{other} {text}"
            for other, text in zip(left, months_text(np.array(list(left.values()))), strict=True)
            if "1" in text
        ]
        out.append(", ".join(words) or None)
    return out
