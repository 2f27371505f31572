"""Explain one node of a stored picture: its gates, the changes that could turn them, and its evidence.

A gate is one of the three classes that decide the flag. Everything is read from the tables of the picture.
Nothing is judged again and no random draw is repeated.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from layers.assessed.alliances import NO_REMIT
from layers.assessed.indicators import in_sentence, title_of, unit_in_words
from layers.crs import distance_km
from layers.errors import ExportError, UsageError
from layers.names import folded
from maps.recovery_words import recovery_words
from pipelines.picture.find_node import found, neighbours
from pipelines.picture.other_names import other_names
from pipelines.picture.publish import manifest_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["GATES", "explain_node", "number_in_words"]

_NEAREST_NODES = 3  # told where the name is that of a military site
_LARGE = 1000  # from this size on a number is written without decimals
# Axis -> its name in texts, the column of its class, and the class that the flag needs.
GATES = {
    "climate": ("climate", "hazard_class", "high"),
    "military": ("defence", "military_class", "high"),
    "civil": ("people", "dependence_class", "moderate or high"),
}


def explain_node(folder: Path, query: str) -> dict[str, Any]:
    """All that the picture in `folder` holds on one node: its row, gates, exits, climate facts and evidence.

    `query` is an id or a name (`pipelines.picture.find_node`). `others` are of the same place or name. Each
    number has a source, a date, a unit and a state.

    Raises
    ------
    UsageError
        If no node is near `query`.
    ExportError
        If the picture lacks a table.
    """
    manifest = manifest_of(folder)
    nodes = _table(folder, "layers", "nodes").drop(columns="geometry")
    if missing := {column for _, column, _ in GATES.values()} - set(nodes):
        msg = (
            f"picture {folder.name}: expected the column {min(missing)} of nodes, found none: an older one; "
            "build it again"
        )
        raise ExportError(msg)
    try:
        chosen = found(nodes, query, other_names(folder))
    except UsageError as error:
        if why := _why_no_node(folder, nodes, query):
            raise UsageError(why) from error
        raise
    node_id = chosen.node_id
    node = {k: _plain(v) for k, v in nodes[nodes["node_id"] == node_id].iloc[0].items()}
    titles = {row["id"]: row for row in manifest["sources"]}
    exits, facts, evidence = (
        [{k: _plain(v) for k, v in row.items()} for row in _table(folder, "tables", name, node_id)]
        for name in ("exits", "climate_facts", "evidence")
    )
    for row in (*facts, *evidence):
        row |= {"source": titles[row["source_id"]]["title"], "homepage": titles[row["source_id"]]["homepage"]}
    return {
        "picture": manifest["id"],
        "day": manifest["day"],
        "scenario": manifest["judged_by"]["title"],
        "asked": query,
        "found_by": chosen.by,
        "node": node,
        "others": neighbours(nodes, node_id),
        "place_nodes": int((nodes["place_id"] == node["place_id"]).sum()),
        "no_remit": NO_REMIT.get(str(node["kind"])),
        "gates": [_gate(axis, node, evidence, exits) for axis in GATES],
        "exits": exits,
        "climate_facts": facts,
        "evidence": evidence,
        "dependants": _dependants(folder, node_id),
        "recovery": _recovery(folder, node_id, nodes),
        "caveats": manifest["caveats"][:2],
    }


def _why_no_node(folder: Path, nodes: pd.DataFrame, query: str) -> str | None:
    """Why a military site that bears a name is no node, with the nearest nodes; None if no site bears it."""
    path = folder / "layers" / "military_sites.parquet"
    if not path.is_file():
        return None
    sites = pd.read_parquet(path, columns=["name", "country_iso3", "longitude_deg", "latitude_deg"])
    words = folded(query).split()
    named = sites[[bool(words) and set(words) <= set(folded(name).split()) for name in sites["name"]]]
    if not len(named):
        return None
    site = named.iloc[0]
    km = distance_km(
        site["longitude_deg"], site["latitude_deg"], nodes["longitude_deg"], nodes["latitude_deg"]
    )
    nearest = nodes.assign(km=km).nsmallest(_NEAREST_NODES, "km")
    near = ", ".join(
        f"{row.name} ({row.node_id}, {row.km:.0f} km)" for row in nearest.itertuples(index=False)
    )
    return (
        f"node: expected a place that civil life uses, found {site['name']} ({site['country_iso3']}), a "
        f"military site of public sources: it is no node and is never judged; nearest nodes are {near}"
    )


def _table(folder: Path, part: str, name: str, node_id: str | None = None) -> Any:
    """A table of a picture; with `node_id`, the rows of this node as dictionaries in their stored order.

    `part` is the folder inside the picture, `layers` or `tables`.
    """
    path = folder / part / f"{name}.parquet"
    if not path.is_file():
        msg = f"picture {folder.name}: expected {part}/{path.name}, found none: build it again"
        raise ExportError(msg)
    if node_id is None:
        return pd.read_parquet(path)
    return pd.read_parquet(path, filters=[("node_id", "==", node_id)]).to_dict("records")


def _dependants(folder: Path, node_id: str) -> list[dict[str, Any]]:
    """The places that lose a flow, or their only way by a mode, if the node alone fails.

    Empty if there is none, or if the picture is an older one without the table.
    """
    path = folder / "tables" / "dependants.parquet"
    if not path.is_file():
        return []
    rows = pd.read_parquet(path, filters=[("thing_id", "==", node_id)])
    columns = [name for name in rows if not name.startswith("thing")]
    return [{k: _plain(v) for k, v in row.items()} for row in rows[columns].to_dict("records")]


def _recovery(folder: Path, node_id: str, nodes: pd.DataFrame) -> dict[str, Any] | None:
    """The row of `node_recovery` with the hazard class of the substitute and words on each part.

    None if the picture is an older one without the table.
    """
    path = folder / "tables" / "node_recovery.parquet"
    found = pd.read_parquet(path, filters=[("node_id", "==", node_id)]) if path.is_file() else pd.DataFrame()
    if found.empty:
        return None
    row = found.to_dict("records")[0]
    hazard = dict(zip(nodes["node_id"], nodes["hazard_class"], strict=True)).get(row["substitute_id"])
    plain = {name: _plain(value) for name, value in row.items() if name != "node_id"}
    return {
        **plain, "substitute_hazard_class": _plain(hazard), "in_words": recovery_words(row, _plain(hazard))
    }  # fmt: skip


def _gate(
    axis: str, node: dict[str, Any], evidence: Sequence[dict[str, Any]], exits: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """The gate of an axis: its class, what decides it, what is unknown, and its possible changes."""
    title, column, needed = GATES[axis]
    level = node[column]
    rows = [row for row in evidence if row["axis"] == axis]
    decides = {"climate": _hazard, "military": _facility, "civil": _people}[axis](node, rows)
    # A military row with the weight 0 has no part in the score.
    lacking = [
        row["indicator"]
        for row in rows
        if row["state"] == "unknown" and (axis != "military" or row["weight"] > 0)
    ]
    is_climate = axis == "climate"
    return {
        "axis": axis,
        "title": title,
        "asked": needed,
        "class": level,
        "is_met": level in needed.split(" or "),
        "so_far": bool(is_climate and level == "low" and node["hazard_could_be"]),
        **decides,
        "could_be": node["hazard_could_be"] if is_climate else None,
        "deciding_datum": node["deciding_datum"] if is_climate and node["hazard_could_be"] else None,
        "unknown": lacking,
        "exits": [row["words"] for row in exits if row["axis"] == axis],
    }


def _cited(deciding: str | None, row: dict[str, Any] | None, tier: str | None = None) -> dict[str, Any]:
    """What decides a class, with the source and the date of its row of evidence."""
    of = row or {}
    return {"deciding": deciding, "tier": tier, "source": of.get("source"), "as_of": of.get("as_of")}


def _hazard(node: dict[str, Any], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The hazard that decides the class, with the source of its row."""
    words = node["hazard_deciding"]
    row = next((r for r in rows if words and words.startswith(r["indicator"].replace("_", " "))), None)
    return _cited(words, row, node["hazard_tier"])


def _facility(node: dict[str, Any], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The scores of the military parts from the reasons of the node, with the facility's oldest source."""
    scores = re.search(rf"Military {node['military_class']}: (.+?)\. People", node["reasons"])
    parts = [r for r in rows if r["group"] == "m_facility" and r["weight"] > 0 and r["state"] == "known"]
    oldest = min(parts, key=lambda r: str(r["as_of"]), default=None)
    return _cited(scores[1] if scores else None, oldest)


def _people(_: dict[str, Any], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The row with the highest score; the first one if scores are equal."""
    scored = [row for row in rows if row["state"] == "known" and row["score"] is not None]
    row = max(scored, key=lambda r: r["score"], default=None)
    if row is None:
        return _cited(None, None)
    label = f", {row['label']}" if row["label"] else ""
    title, unit = in_sentence(title_of(row["indicator"])), unit_in_words(row["unit"])
    return _cited(f"{title} {number_in_words(row['value'])} {unit}{label}", row)


def number_in_words(value: float | None) -> str:
    """A number with four digits, or without decimals if it is large; empty for None."""
    return "" if value is None else f"{value:.4g}" if abs(value) < _LARGE else f"{value:,.0f}"


def _plain(value: Any) -> Any:
    """A cell as a value for JSON: None if it is missing, and no numpy scalar."""
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value
