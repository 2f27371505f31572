"""One node's evidence, from a stored picture: found by id or by name, in full or nearly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
from rapidfuzz import fuzz, process, utils

from layers.errors import UsageError
from layers.scoring import AXES
from pipelines.publish import MANIFEST

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["as_text", "explain_node", "find_node"]

_GOOD_ENOUGH = 85


def find_node(nodes: pd.DataFrame, wanted: str) -> str:
    """The node_id that `wanted` means: an id, a name, or the best near match of a name.

    Among nodes of one name a port comes first, then the better known one.

    Raises
    ------
    UsageError
        If nothing is near; the message names the nearest.
    """
    if wanted in set(nodes["node_id"]):
        return wanted
    text = utils.default_process(wanted)
    names = nodes["name"].map(utils.default_process)
    score = names.map(lambda name: fuzz.WRatio(text, name) if name != text else 101)
    kind = nodes["kind"].map({"port": 0, "airfield": 1}).fillna(2)
    ranked = nodes.assign(score=score, order=kind).sort_values(
        ["score", "order", "civil_coverage", "node_id"], ascending=[False, True, False, True]
    )
    # A word that names a kind narrows the choice: "Kirkenes port", "Tromsø airfield".
    for name in ("port", "airfield", "landing", "mine", "rail", "energy", "station"):
        if name in text.split():
            rest = " ".join(word for word in text.split() if word != name)
            of_kind = nodes[nodes["kind"].str.contains(name)]
            best = process.extractOne(rest, of_kind["name"].map(utils.default_process), scorer=fuzz.WRatio)
            if best and best[1] >= _GOOD_ENOUGH:
                return str(of_kind.loc[best[2], "node_id"])
    if ranked["score"].iloc[0] >= _GOOD_ENOUGH:
        return str(ranked["node_id"].iloc[0])
    near = ", ".join(f"{r.name} ({r.node_id})" for r in ranked.head(3).itertuples(index=False))
    msg = f"node: expected an id or name of this picture, found {wanted!r}: nearest are {near}"
    raise UsageError(msg)


def explain_node(folder: Path, wanted: str) -> dict[str, Any]:
    """Everything the picture says of one node, each number with source, date, unit and state.

    Raises
    ------
    UsageError
        If no node is near `wanted`.
    """
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    nodes = gpd.read_parquet(folder / "layers" / "nodes.parquet").drop(columns="geometry")
    node_id = find_node(nodes, wanted)
    node = nodes[nodes["node_id"] == node_id].iloc[0]
    rows = pd.read_parquet(folder / "tables" / "evidence.parquet", filters=[("node_id", "==", node_id)])
    titles = {row["id"]: row for row in manifest["sources"]}
    evidence = []
    for row in rows.to_dict("records"):
        source = titles[row["source_id"]]
        told = {key: None if pd.isna(value) else value for key, value in row.items()}
        evidence.append(told | {"source": source["title"], "homepage": source["homepage"]})
    return {
        "picture": manifest["id"],
        "day": manifest["day"],
        "node": {key: None if pd.isna(value) else value for key, value in node.items()},
        "evidence": evidence,
        "caveats": manifest["caveats"][:2],
    }


def _bar(low: float, high: float, width: int = 30) -> str:
    left, right = round(low * width), max(round(high * width), round(low * width) + 1)
    return "." * left + "#" * (right - left) + "." * (width - right)


def as_text(told: dict[str, Any]) -> str:
    """The explanation as plain text."""
    node = told["node"]
    status = f", {node['special_status'].replace('_', ' ')}" if node["special_status"] else ""
    kind, institution = node["kind"].replace("_", " "), node["institution"].replace("_", " ")
    place = (
        f"{node['latitude_deg']:.4f} N {node['longitude_deg']:.4f} E, "
        f"+/- {node['position_uncertainty_km']:g} km"
    )
    lines = [
        f"{node['name']} ({node['node_id']})",
        f"{kind}, {node['country_iso3']}, {institution}{status}; {place}",
        f"flag: {node['flag'].replace('_', ' ')}, probability {node['flag_probability']:.2f}; "
        f"dual-use class {node['dual_use_class']}; rank in kind {node['rank_low']} to {node['rank_high']}",
        "",
    ]
    for axis in AXES:
        low, high = node[f"{axis}_low"], node[f"{axis}_high"]
        known = node[f"{axis}_known"]
        middle = "unknown" if known is None else f"{known:.2f}"
        lines.append(
            f"{axis:9} |{_bar(low, high)}| {low:.2f} to {high:.2f}, known part {middle}, "
            f"{node[f'{axis}_coverage']:.0%} of the weight known"
        )
    lines += ["", node["reasons"], ""]
    lines.append(
        f"{'indicator':36} {'value':>12} {'unit':16} {'score':>7} {'weight':>6}  {'as of':10}  source"
    )
    axis = ""
    for row in told["evidence"]:
        if row["axis"] != axis:
            axis = row["axis"]
            lines.append(f"-- {axis.replace('_', ' ')}")
        value = (
            "unknown"
            if row["state"] == "unknown"
            else "n/a"
            if row["state"] == "not_applicable"
            else _number(row["value"])
        )
        unit = "" if row["unit"] == "1" else row["unit"]
        score = "" if row["score"] is None else f"{row['score']:.2f}"
        lines.append(
            f"{row['group'] + '.' + row['indicator']:36} {value:>12} {unit:16} {score:>7} "
            f"{row['weight']:6.3f}  {row['as_of']:10}  {row['source']}"
        )
        if row["note"]:
            lines.append(f"{'':4}{row['note']}")
    homepages = sorted({(row["source"], row["homepage"]) for row in told["evidence"]})
    lines += ["", "Sources:", *(f"  {title}: {page}" for title, page in homepages), "", *told["caveats"]]
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"
