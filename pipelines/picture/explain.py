"""Explain one node of a stored picture: its gates, the changes that could turn them, and its evidence.

A gate is one of the three classes that decide the flag. Everything is read from the tables of the picture.
Nothing is judged again and no random draw is repeated.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import pandas as pd
from rapidfuzz import fuzz, utils

from layers.assessed.alliances import NO_REMIT
from layers.assessed.class_thresholds import CLASSES
from layers.errors import ExportError, UsageError
from layers.source_outage import NOT_ASSESSED
from pipelines.picture.publish import manifest_of
from pipelines.text_table import text_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["GATES", "as_text", "explain_node", "find_node"]

# Scores of rapidfuzz, 0 to 100: a name that is a match, and two words that are the same but for spelling.
_GOOD_ENOUGH = 85
_SAME_WORD = 70
_EXITS_SHOWN = 2  # exits of an axis in the text, the nearest first
_LARGE = 1000  # from this size on a number is written without decimals
_SHORT = 20  # characters of a label that fits into the column of values
_UNITLESS = {"1", "class", "report"}

# Axis -> its name in texts, the column of its class, and the class that the flag needs.
GATES = {
    "climate": ("climate", "hazard_class", "high"),
    "military": ("defence", "military_class", "high"),
    "civil": ("people", "dependence_class", "moderate or high"),
}

# Word in a query -> kind of node: "Kirkenes airport", "Tromsø cable".
_KIND_WORDS = {
    "port": "port", "harbour": "port", "harbor": "port", "airport": "airfield", "airfield": "airfield",
    "runway": "airfield", "landing": "cable_landing", "cable": "cable_landing", "mine": "mine",
    "smelter": "mine", "railhead": "rail_terminal", "rail": "rail_terminal", "energy": "energy_site",
    "power": "energy_site", "plant": "energy_site", "terminal": "energy_site", "station": "ground_station",
}  # fmt: skip
_KIND_ORDER = {"port": 0, "airfield": 1}
# Letters that Unicode does not decompose into a letter and a diacritic.
_UNFOLDED = str.maketrans({"ø": "o", "æ": "ae", "å": "a", "ð": "d", "þ": "th", "ł": "l"})


def _folded(text: str) -> str:
    """A text in lower case without diacritics and punctuation, so that `tromso` matches Tromsø."""
    bare = unicodedata.normalize("NFKD", text.lower().translate(_UNFOLDED))
    return str(utils.default_process("".join(c for c in bare if not unicodedata.combining(c))))


def find_node(nodes: pd.DataFrame, query: str) -> str:
    """The node_id of the node that `query` names by its id, its name, or a name that is nearly the same.

    If several nodes have the same name, a port comes first, then an airfield. A word such as `airport` limits
    the choice to nodes of that kind. Their names are compared first, then the names of their places; of the
    nodes of a place the one with the highest military score is chosen.

    Raises
    ------
    UsageError
        If no name is near; the message gives the nearest.
    """
    if query in set(nodes["node_id"]):
        return query
    words = _folded(query).split()
    text = " ".join(words)
    kinds = [_KIND_WORDS[word] for word in words if word in _KIND_WORDS]
    if kinds:
        name = " ".join(word for word in words if word not in _KIND_WORDS) or text
        some = nodes[nodes["kind"].isin(kinds)]
        for column in ("name", "place"):
            narrowed = _ranked(some, name, column)
            if len(narrowed) and narrowed["score"].iloc[0] >= _GOOD_ENOUGH:
                return str(narrowed["node_id"].iloc[0])
    ranked = _ranked(nodes, text, "name")
    if ranked["score"].iloc[0] >= _GOOD_ENOUGH:
        return str(ranked["node_id"].iloc[0])
    near = ", ".join(f"{row.name} ({row.node_id})" for row in ranked.head(3).itertuples(index=False))
    msg = f"node: expected an id or name of this picture, found {query!r}: nearest are {near}"
    raise UsageError(msg)


def _ranked(nodes: pd.DataFrame, text: str, column: str) -> pd.DataFrame:
    """Nodes with their nearness to a text as `score`, the nearest first, then by kind and military score.

    `column` is the column to compare, `name` or `place`.
    """
    score = {name: _nearness(text, _folded(name)) for name in nodes[column].unique()}
    # Ports and airfields come first, because readers usually mean one of them.
    order = nodes["kind"].map(_KIND_ORDER).fillna(2)
    capable = nodes["military_known"].fillna(0.0) if column == "place" else 0.0
    return nodes.assign(score=nodes[column].map(score), order=order, capable=capable).sort_values(
        ["score", "order", "capable", "node_id"], ascending=[False, True, False, True]
    )


def _nearness(text: str, name: str) -> float:
    """Nearness of a name to a text, 0 to 100, or 101 if they are equal.

    A partial match counts only under two conditions. The name has at least half the length of the text, so
    that Lya does not match Zapolyarny. The longest word of the text is in the name, so that Vorkuta CHP-2
    does not match Serebryanskaya HPP-2.
    """
    if name == text:
        return 101.0
    longest = max(text.split(), key=len, default="")
    shared = max((fuzz.ratio(longest, word) for word in name.split()), default=0.0) >= _SAME_WORD
    return fuzz.WRatio(text, name) if shared and 2 * len(name) >= len(text) else fuzz.ratio(text, name)


def explain_node(folder: Path, query: str) -> dict[str, Any]:
    """All that the picture in `folder` holds on one node: its row, gates, exits, climate facts and evidence.

    `query` is an id or a name (`find_node`). Each number has a source, a date, a unit and a state.

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
    node_id = find_node(nodes, query)
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
        "node": node,
        "place_nodes": int((nodes["place_id"] == node["place_id"]).sum()),
        "no_remit": NO_REMIT.get(str(node["kind"])),
        "gates": [_gate(axis, node, evidence, exits) for axis in GATES],
        "exits": exits,
        "climate_facts": facts,
        "evidence": evidence,
        "caveats": manifest["caveats"][:2],
    }


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
    return _cited(f"{_words(row['indicator'])} {_number(row['value'])} {row['unit']}{label}", row)


def _plain(value: Any) -> Any:
    """A cell as a value for JSON: None if it is missing, and no numpy scalar."""
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def as_text(report: dict[str, Any]) -> str:
    """The result of `explain_node` as plain text."""
    node = report["node"]
    flag = _words(node["flag"])
    if node["flag"] == "insufficient_data":
        flag += f", would tell: {node['deciding_datum'] or 'what the classes call unknown'}"
    lines = [
        f"{node['name']} ({node['node_id']})",
        *_where(report),
        report["no_remit"]
        or f"NATO baseline requirements: {node['baseline_requirements']}; CER sectors: {node['cer_sectors']}",
        "",
        f"flag: {flag}; all three conditions in {node['flag_probability']:.0%} of draws",
        f"overlap of climate and defence: in {node['overlap_probability']:.0%} of draws "
        f"(hazard moderate or high, military high); dual-use class {node['dual_use_class']}",
        node["reasons"],
        "",
        f"Three conditions of the flag, judged under {report['scenario'].lower()}:",
    ]
    for gate in report["gates"]:
        lines += _gate_lines(gate)
    lines += ["", "Nearest exit of the flag:", f"  {node['nearest_exit']}", ""]
    lines += _fact_lines(report["climate_facts"])
    lines += _evidence_lines(report["evidence"])
    pages = sorted(
        {(row["source"], row["homepage"]) for row in (*report["evidence"], *report["climate_facts"])}
    )
    return "\n".join(
        [*lines, "", "Sources:", *(f"  {t}: {page}" for t, page in pages), "", *report["caveats"]]
    )


def _where(report: dict[str, Any]) -> list[str]:
    """Kind, place and status of a node, and its position."""
    node = report["node"]
    status = f", {_words(node['special_status'])}" if node["special_status"] else ""
    is_mine = node["site_kind"] and node["site_kind"] != node["kind"]
    kind = _words(node["kind"]) + (f" ({node['site_kind']})" if is_mine else "")
    others = report["place_nodes"] - 1
    beside = f" with {others} other node{'s' if others > 1 else ''}" if others else ""
    scope = {
        "arctic": "inside the boundary of the Arctic",
        "gateway": "gateway: outside the boundary, flagged as those inside",
        "context": "context: outside the boundary, judged, never flagged",
    }[node["scope"]]
    return [
        f"{kind} at {node['place']}{beside}, {node['country_iso3']}; {_words(node['institution'])}{status}",
        f"{_position(node['latitude_deg'], node['longitude_deg'])}, +/- "
        f"{node['position_uncertainty_km']:g} km; {scope}",
    ]


def _position(latitude_deg: float, longitude_deg: float) -> str:
    """A place in degrees with its hemispheres, such as `64.1667 N 51.7167 W`."""
    north, east = "N" if latitude_deg >= 0 else "S", "E" if longitude_deg >= 0 else "W"
    return f"{abs(latitude_deg):.4f} {north} {abs(longitude_deg):.4f} {east}"


def _gate_lines(gate: dict[str, Any]) -> list[str]:
    """Lines on a gate: its class, what decides it, what is unknown, and what could change it."""
    level = gate["class"] + (" so far" if gate["so_far"] else "")
    met = "met" if gate["is_met"] else "open" if gate["class"] == "unknown" else "not met"
    cited = ", ".join(str(v) for v in (gate["tier"], gate["source"], gate["as_of"]) if v)
    lines = [
        f"  {gate['title']:8} {level} ({gate['asked']} is asked: {met})",
        f"{'':11}{gate['deciding'] or 'nothing is known'}{f' [{cited}]' if cited else ''}",
    ]
    if gate["could_be"]:
        lines.append(f"{'':11}could be {gate['could_be']}; would tell: {gate['deciding_datum']}")
    if gate["unknown"]:
        lines.append(f"{'':11}not known: {', '.join(map(_words, gate['unknown']))}")
    lines += [f"{'':11}turns: {words}" for words in gate["exits"][:_EXITS_SHOWN]]
    return lines


def _fact_lines(facts: Sequence[dict[str, Any]]) -> list[str]:
    """The lines of a table of the climate facts of a node; empty if there are none."""
    if not facts:
        return []
    rows = []
    for fact in facts:
        is_word = fact["unit"] in _UNITLESS and fact["label"]
        value = fact["label"] if is_word else _span(fact["value"], fact["low"], fact["high"])
        unit = "" if fact["unit"] in _UNITLESS else fact["unit"]
        words = {"fact": _words(fact["fact"]), "value": value or fact["label"], "unit": unit}
        rows.append({**fact, **words})
    columns = {"fact": "climate fact", "value": "value", "unit": "unit", "tier": "tier", "as_of": "as of",
               "source": "source"}  # fmt: skip
    return [*text_table(rows, columns, right=("value",)).splitlines(), ""]


def _evidence_lines(evidence: Sequence[dict[str, Any]]) -> list[str]:
    """The lines of a table of the evidence of a node, with headings of groups and with notes below rows."""
    rows = []
    for row in evidence:
        score = "" if row["score"] is None else f"{row['score']:.2f}"
        words = {"indicator": _words(row["indicator"]), "value": _value(row), "score": score}
        unit = "" if row["unit"] in _UNITLESS else row["unit"]
        rows.append({**row, **words, "unit": unit, "weight": f"{row['weight']:.3f}" if row["weight"] else ""})
    columns = {"indicator": "indicator", "value": "value", "unit": "unit", "score": "score",
               "weight": "weight", "as_of": "as of", "source": "source"}  # fmt: skip
    head, *table = text_table(rows, columns, right=("value", "score", "weight")).splitlines()
    lines, group = [head], ("", "")
    for row, line in zip(evidence, table, strict=True):
        if (row["axis"], row["group"]) != group:
            group = row["axis"], row["group"]
            lines.append(f"-- {_words(row['axis'])}: {_words(row['group'].split('_', 1)[-1])}")
        lines.append(line)
        label, note = row["label"] or "", row["note"] or ""
        remarks = [row["tier"], "" if label == _value(row) or label in note else label, note]
        if any(remarks):
            lines.append(f"{'':4}{'; '.join(filter(None, remarks))}")
    return lines


def _value(row: dict[str, Any]) -> str:
    """The content of a row of evidence in few words."""
    if (row["note"] or "").startswith(NOT_ASSESSED):
        return NOT_ASSESSED
    if row["state"] != "known":
        return {"not_applicable": "n/a"}.get(row["state"], str(row["state"]))
    if row["unit"] == "class" and row["axis"] == "climate" and row["score"] is not None:
        return CLASSES[round(2 * row["score"])]
    if row["unit"] in _UNITLESS and row["label"] and len(row["label"]) <= _SHORT:
        return str(row["label"])
    return _span(row["value"], row["value_low"], row["value_high"])


def _words(name: str) -> str:
    return name.replace("_", " ")


def _span(value: float | None, low: float | None, high: float | None) -> str:
    """A value, with the ends of its interval if it has one."""
    if value is None or low is None or high is None or low >= high:
        return _number(value)
    form = ".3g" if max(abs(low), abs(high)) < _LARGE else ",.0f"
    middle, first, last = (format(number, f"z{form}") for number in (value, low, high))  # z: no "-0"
    return f"{middle} ({first}..{last})"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}" if abs(value) < _LARGE else f"{value:,.0f}"
