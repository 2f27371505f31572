"""One node's evidence, from a stored picture: found by id or by name, in full or nearly."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
from rapidfuzz import fuzz, utils

from layers.assessed.climate_risk import ice_support
from layers.assessed.exits import exits, in_words, would_narrow
from layers.assessed.remit import NO_REMIT
from layers.doubt import NOT_ASSESSED
from layers.draws import draw_kinds
from layers.errors import UsageError
from layers.scenarios import Scenario
from layers.scoring import AXES, BESIDE
from pipelines.publish import manifest_of

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["as_text", "explain_node", "find_node"]

_GOOD_ENOUGH = 85
_MOST = 6  # exits and open data told, nearest and widest first

# Words that narrow a name to kinds: "Kirkenes airport", "Tromsø cable".
_KIND_WORDS = {
    "port": "port", "harbour": "port", "harbor": "port", "airport": "airfield", "airfield": "airfield",
    "landing": "cable_landing", "cable": "cable_landing", "mine": "mine", "railhead": "rail_terminal",
    "rail": "rail_terminal", "energy": "energy_site", "plant": "energy_site", "terminal": "energy_site",
    "station": "ground_station",
}  # fmt: skip
_KIND_ORDER = {"port": 0, "airfield": 1}
_UNFOLDED = str.maketrans({"ø": "o", "æ": "ae", "å": "a", "ð": "d", "þ": "th", "ł": "l"})


def _folded(text: str) -> str:
    """Lower case without diacritics or punctuation, so that `tromso` is Tromsø."""
    bare = unicodedata.normalize("NFKD", text.lower().translate(_UNFOLDED))
    return str(utils.default_process("".join(c for c in bare if not unicodedata.combining(c))))


def find_node(nodes: pd.DataFrame, wanted: str) -> str:
    """The node_id that `wanted` means: an id, a name, or the best near match of a name.

    Among nodes of one name a port comes first, then an airfield. A word that names a kind narrows
    the choice.

    Raises
    ------
    UsageError
        If nothing is near; the message names the nearest.
    """
    if wanted in set(nodes["node_id"]):
        return wanted
    words = _folded(wanted).split()
    kinds = [_KIND_WORDS[word] for word in words if word in _KIND_WORDS]
    ranked = _ranked(nodes, " ".join(words))
    if kinds:
        place = " ".join(word for word in words if word not in _KIND_WORDS)
        narrowed = _ranked(nodes[nodes["kind"].isin(kinds)], place or " ".join(words))
        if len(narrowed) and narrowed["score"].iloc[0] >= _GOOD_ENOUGH:
            return str(narrowed["node_id"].iloc[0])
    if ranked["score"].iloc[0] >= _GOOD_ENOUGH:
        return str(ranked["node_id"].iloc[0])
    near = ", ".join(f"{row.name} ({row.node_id})" for row in ranked.head(3).itertuples(index=False))
    msg = f"node: expected an id or name of this picture, found {wanted!r}: nearest are {near}"
    raise UsageError(msg)


def _ranked(nodes: pd.DataFrame, text: str) -> pd.DataFrame:
    names = nodes["name"].map(_folded)
    score = [101.0 if name == text else fuzz.WRatio(text, name) for name in names]
    order = nodes["kind"].map(_KIND_ORDER).fillna(2)
    return nodes.assign(score=score, order=order).sort_values(
        ["score", "order", "node_id"], ascending=[False, True, True]
    )


def explain_node(folder: Path, wanted: str) -> dict[str, Any]:
    """Everything the picture says of one node, each number with source, date, unit and state.

    Raises
    ------
    UsageError
        If no node is near `wanted`.
    """
    manifest = manifest_of(folder)
    nodes = gpd.read_parquet(folder / "layers" / "nodes.parquet").drop(columns="geometry")
    node_id = find_node(nodes, wanted)
    node = nodes[nodes["node_id"] == node_id].iloc[0]
    every = pd.read_parquet(folder / "tables" / "evidence.parquet")
    rows = every[every["node_id"] == node_id]
    titles = {row["id"]: row for row in manifest["sources"]}
    evidence = []
    for row in rows.to_dict("records"):
        source = titles[row["source_id"]]
        told = {key: _plain(value) for key, value in row.items()}
        evidence.append(told | {"source": source["title"], "homepage": source["homepage"]})
    return {
        "picture": manifest["id"],
        "day": manifest["day"],
        "node": {key: _plain(value) for key, value in node.items()},
        "no_remit": NO_REMIT.get(node["kind"]),
        "evidence": evidence,
        "exits": _exits(folder, manifest, nodes, every, node_id),
        "would_narrow": [
            {key: _plain(value) for key, value in row.items() if key != "node_id"}
            for row in would_narrow(rows).head(_MOST).to_dict("records")
        ],
        "caveats": manifest["caveats"][:2],
    }


def _exits(
    folder: Path, manifest: dict[str, Any], nodes: pd.DataFrame, evidence: pd.DataFrame, node_id: str
) -> list[dict[str, Any]]:
    """The smallest changes that flip the node's flag, its kind drawn again as it was when it was built."""
    by_id = nodes.set_index("node_id")
    kind = by_id.loc[node_id, "kind"]
    capable = by_id["dual_use_class"].isin(["D2", "D3"])
    if not capable[node_id] or by_id.loc[node_id, "flag"] == "insufficient_data":
        return []
    if "judged_by" not in manifest:
        msg = (
            f"picture {folder.name}: expected what it was judged by, found none: an older one; build it again"
        )
        raise UsageError(msg)
    options = manifest["options"]
    measures = pd.read_parquet(folder / "tables" / "measures.parquet")
    shared, drawn = draw_kinds(
        evidence, by_id["kind"], capable, Scenario(**manifest["judged_by"]),
        draws=options["draws"], seed=options["seed"], support=ice_support(measures), only=[kind],
    )  # fmt: skip
    of_kind = evidence["node_id"].map(by_id["kind"]) == kind
    table = exits(drawn[kind], shared, evidence[of_kind], by_id.index[by_id.index == node_id].to_numpy())
    own = evidence[(evidence["node_id"] == node_id) & evidence["axis"].isin(list(AXES))]
    told = {row["indicator"]: row for row in own.to_dict("records")}
    return [
        {key: _plain(value) for key, value in row.items() if key != "node"}
        | {"words": in_words(row, told.get(row["what"]))}
        for row in table.head(_MOST).to_dict("records")
    ]


def _plain(value: Any) -> Any:
    """A cell as JSON knows it: null for missing, no numpy scalars."""
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


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
        told["no_remit"]
        or f"NATO baseline requirements: {node['baseline_requirements']}; CER sectors: {node['cer_sectors']}",
        f"flag: {node['flag'].replace('_', ' ')}, probability {node['flag_probability']:.2f}; "
        f"dual-use class {node['dual_use_class']}; rank in kind {node['rank_low']} to {node['rank_high']}, "
        f"tied with {node['tied_nodes']} others",
        "",
    ]
    for axis in (*AXES, *BESIDE):
        if node[f"{axis}_low"] is None:
            continue
        low, high = node[f"{axis}_low"], node[f"{axis}_high"]
        known = node[f"{axis}_known"]
        middle = "unknown" if known is None else f"{known:.2f}"
        lines.append(
            f"{axis:9} |{_bar(low, high)}| {low:.2f} to {high:.2f}, known part {middle}, "
            f"{node[f'{axis}_coverage']:.0%} of the weight known"
        )
    lines += [
        "",
        node["reasons"],
        "",
        "Nearest exits (smallest change of one weight, anchor or datum first):",
    ]
    lines += [f"  {row['words']}" for row in told["exits"]] or [f"  {node['nearest_exit'] or _NO_EXIT}"]
    lines += ["", "What would narrow it most:"]
    lines += [
        f"  {row['indicator'].replace('_', ' ')} ({row['axis']}): closes {row['width']:.2f} of the axis; "
        f"{row['note']}"
        for row in told["would_narrow"]
    ] or ["  nothing is unknown"]
    lines.append("")
    lines.append(
        f"{'indicator':36} {'value':>12} {'unit':16} {'score':>7} {'weight':>6}  {'as of':10}  source"
    )
    axis = ""
    for row in told["evidence"]:
        if row["axis"] != axis:
            axis = row["axis"]
            lines.append(f"-- {axis.replace('_', ' ')}")
        value = (
            NOT_ASSESSED
            if (row["note"] or "").startswith(NOT_ASSESSED)
            else "unknown"
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


_NO_EXIT = "no single change of a weight, an anchor or a datum flips this flag"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"
