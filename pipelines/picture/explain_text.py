"""What `explain` prints: a node, its gates, its climate facts and its evidence, as text of 80 columns.

Sources are numbered and named once, at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.assessed.class_thresholds import CLASSES
from layers.assessed.indicators import in_sentence, title_of, unit_in_words
from layers.flows.limits import NOT_IN_NETWORK
from layers.source_outage import NOT_ASSESSED
from maps.text import months_in_words
from pipelines.picture.explain import number_in_words
from pipelines.text_table import page_width, paragraph, text_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["as_text"]

_EXITS_SHOWN = 2  # exits of an axis, the nearest first
_DEPENDANTS_SHOWN = 4  # places of an effect, the largest first
_BY = {"road": "main road", "power": "power line", "pipeline": "gas pipeline"}
_OTHERS_SHOWN = 12  # other nodes of the place
_LARGE = 1000  # from this size on the ends of an interval are written without decimals
_SHORT = 20  # characters of a label that fits into the column of values
_UNITLESS = {"1", "class", "report"}
_INSTITUTION = {"nato_only": "in NATO, not in the EU", "eu_only": "in the EU, not in NATO",
                "both": "in NATO and the EU", "neither": "in neither NATO nor the EU"}  # fmt: skip


def as_text(report: dict[str, Any]) -> str:
    """The result of `pipelines.picture.explain.explain_node` as text."""
    rows = (*report["climate_facts"], *report["evidence"])
    numbers = {title: n for n, title in enumerate(dict.fromkeys(row["source"] for row in rows), 1)}
    pages = {row["source"]: row["homepage"] for row in rows}
    parts = [
        *_head(report),
        "",
        *_finding(report),
        "",
        paragraph(f"Three conditions of the flag, judged under {in_sentence(report['scenario'])}:"),
        *(line for gate in report["gates"] for line in _gate_lines(gate)),
        "",
        "Nearest exit of the flag:",
        paragraph(report["node"]["nearest_exit"], 2),
        "",
        *_dependant_lines(report["dependants"]),
        *_recovery_lines(report["recovery"]),
        *_fact_lines(report["climate_facts"], numbers),
        *_evidence_lines(report["evidence"], numbers),
        "",
        "Sources:",
        *(paragraph(f"[{n}] {title}: {pages[title]}", 2, 6) for title, n in numbers.items()),
        "",
        *map(paragraph, report["caveats"]),
        paragraph("'arctic-picture glossary NAME' says what an indicator means."),
    ]
    return "\n".join(parts)


def _head(report: dict[str, Any]) -> list[str]:
    """Name, id, place and position of the node, and what else bears the name."""
    node = report["node"]
    lines = [
        f"{node['name']} ({node['node_id']})",
        *map(paragraph, _where(report)),
        paragraph(
            report["no_remit"]
            or f"NATO baseline requirements: {node['baseline_requirements']}; "
            f"CER sectors: {node['cer_sectors']}"
        ),
    ]
    if report["found_by"] != "its id":
        lines.append(paragraph(f"Chosen for {report['asked']!r} by {report['found_by']}."))
    return [*lines, *_others(report)]


def _others(report: dict[str, Any]) -> list[str]:
    """The other nodes of the place and of the name, with words that ask for each."""
    others, here = report["others"], report["node"]["place"]
    if not others:
        return []
    rows = [
        {
            "kind": _words(row["kind"]),
            "name": row["name"] + ("" if row["place"] == here else f", {row['country_iso3']}"),
            "flag": _words(row["flag"]),
            "ask": row["ask"],
        }
        for row in others[:_OTHERS_SHOWN]
    ]
    more = len(others) - len(rows)
    columns = {"kind": "kind", "name": "also of this place or name", "flag": "flag", "ask": "asked for as"}
    table = text_table(rows, columns, width=page_width())
    return ["", *table.splitlines(), *([f"and {more} more"] if more else [])]


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
    institution = _INSTITUTION.get(node["institution"], _words(node["institution"]))
    return [
        f"{kind} at {node['place']}{beside}, {node['country_iso3']}; {institution}{status}",
        f"{_position(node['latitude_deg'], node['longitude_deg'])}, +/- "
        f"{node['position_uncertainty_km']:g} km; {scope}",
    ]


def _position(latitude_deg: float, longitude_deg: float) -> str:
    """A place in degrees with its hemispheres, such as `64.1667 N 51.7167 W`."""
    north, east = "N" if latitude_deg >= 0 else "S", "E" if longitude_deg >= 0 else "W"
    return f"{abs(latitude_deg):.4f} {north} {abs(longitude_deg):.4f} {east}"


def _finding(report: dict[str, Any]) -> list[str]:
    """The flag, the overlap and the reasons. A node of context has no flag to be drawn."""
    node = report["node"]
    flag = _words(node["flag"])
    if node["flag"] == "insufficient_data":
        flag += f", would tell: {node['deciding_datum'] or 'what the classes call unknown'}"
    share = f"all three conditions in {node['flag_probability']:.0%} of draws"
    if node["scope"] == "context":
        share = "not judged outside the Arctic and its gateways"
    return [
        paragraph(f"flag: {flag}; {share}"),
        paragraph(
            f"overlap of climate and defence: in {node['overlap_probability']:.0%} of draws (hazard moderate "
            f"or high, military high); dual-use class {node['dual_use_class']}"
        ),
        paragraph(node["reasons"]),
    ]


def _gate_lines(gate: dict[str, Any]) -> list[str]:
    """Lines on a gate: its class, what decides it, what is unknown, and what could change it."""
    level = gate["class"] + (" so far" if gate["so_far"] else "")
    met = "met" if gate["is_met"] else "not known" if gate["class"] == "unknown" else "not met"
    cited = ", ".join(str(v) for v in (gate["tier"], gate["source"], gate["as_of"]) if v)
    indent = 11
    lines = [
        f"  {gate['title']:8} {level} ({gate['asked']} is asked: {met})",
        paragraph(f"{gate['deciding'] or 'nothing is known'}{f' [{cited}]' if cited else ''}", indent),
    ]
    if gate["could_be"]:
        lines.append(paragraph(f"could be {gate['could_be']}; would tell: {gate['deciding_datum']}", indent))
    if gate["unknown"]:
        lacking = ", ".join(in_sentence(title_of(name)) for name in gate["unknown"])
        lines.append(paragraph(f"not known: {lacking}", indent))
    lines += [paragraph(f"turns: {words}", indent, indent + 2) for words in gate["exits"][:_EXITS_SHOWN]]
    return lines


def _dependant_lines(rows: Sequence[dict[str, Any]]) -> list[str]:
    """What depends on the node alone: by effect the people, then the largest places with their months."""
    lines = ["What depends on it, if it alone fails:"]
    if not rows:
        text = (
            "no place on file loses a flow, or its only way by a mode: another way is drawn, or it joins none"
        )
        return [*lines, paragraph(text, 2), paragraph(NOT_IN_NETWORK, 2), ""]
    effects = dict.fromkeys(
        (row["effect"], row["flows"] if row["mode"] == "all" else row["mode"]) for row in rows
    )
    for effect, what in effects:
        own = [
            row for row in rows
            if row["effect"] == effect and what == (row["flows"] if row["mode"] == "all" else row["mode"])
        ]  # fmt: skip
        head = (
            f"cut off from {what.replace(' ', ', ').replace('data', 'data by cable')}"
            if effect == "cut_off"
            else f"without a way by {_BY.get(what, what)}"
        )
        lines.append(paragraph(f"{head}: {_people_of(own)}", 2, 4))
        own.sort(key=lambda row: -(row["people"] or 0))
        lines += [paragraph(_place_line(row), 4, 6) for row in own[:_DEPENDANTS_SHOWN]]
        if len(own) > _DEPENDANTS_SHOWN:
            lines.append(f"    and {len(own) - _DEPENDANTS_SHOWN} more")
    return [*lines, paragraph(f"{NOT_IN_NETWORK} Air links are assumed.", 2), ""]


def _recovery_lines(recovery: dict[str, Any] | None) -> list[str]:
    """Days of repair and on stock, detour and substitute, one line each."""
    if recovery is None:
        return []
    return [*(paragraph(f"{title}: {text}", 2, 4) for title, text in recovery["in_words"].items()), ""]


def _people_of(rows: Sequence[dict[str, Any]]) -> str:
    """Known people, settlements whose people are not known, and other places; each place counts once."""
    towns = {row["place_id"]: row["people"] for row in rows if row["place_kind"] == "settlement"}
    others = len({row["place_id"] for row in rows} - set(towns))
    unknown = sum(people is None for people in towns.values())
    known = sum(people for people in towns.values() if people is not None)
    parts = []
    if len(towns) > unknown:
        parts.append(
            f"{known:,} people in {len(towns) - unknown} settlement{'s' * (len(towns) - unknown > 1)}"
        )
    if unknown:
        parts.append(f"{unknown} settlement{'s' * (unknown > 1)} with an unknown number of people")
    if others:
        parts.append(f"{others} other place{'s' * (others > 1)}")
    return ", ".join(parts)


def _place_line(row: dict[str, Any]) -> str:
    """A place, its kind, its months, and what stands in for a mode."""
    line = f"{row['place']} ({_words(row['place_kind'])}), {months_in_words(row['months'])}"
    if row["effect"] == "cut_off" and not row["stands_in"]:
        return line
    ways = [part.split(" ") for part in (row["stands_in"] or "").split(", ") if part]
    words = [mode if text == row["months"] else f"{mode} in {months_in_words(text)}" for mode, text in ways]
    return f"{line}; stands in: {', '.join(words) or 'nothing on file'}"


def _fact_lines(facts: Sequence[dict[str, Any]], numbers: Mapping[str, int]) -> list[str]:
    """The lines of a table of the climate facts of a node; empty if there are none."""
    if not facts:
        return []
    rows = []
    for fact in facts:
        is_word = fact["unit"] in _UNITLESS and fact["label"]
        value = fact["label"] if is_word else _span(fact["value"], fact["low"], fact["high"])
        rows.append(
            {
                **fact,
                "fact": title_of(fact["fact"]),
                "value": value or fact["label"],
                "unit": _unit(fact["unit"]),
                "number": numbers[fact["source"]],
            }
        )
    columns = {"fact": "climate fact", "value": "value", "unit": "unit", "tier": "tier", "as_of": "as of",
               "number": "[n]"}  # fmt: skip
    return [*text_table(rows, columns, right=("value", "number"), width=page_width()).splitlines(), ""]


def _evidence_lines(evidence: Sequence[dict[str, Any]], numbers: Mapping[str, int]) -> list[str]:
    """Tables of the evidence of a node, one for each group, with notes below the rows."""
    lines: list[str] = []
    groups = dict.fromkeys((row["axis"], row["group"]) for row in evidence)
    for axis, group in groups:
        rows = [row for row in evidence if (row["axis"], row["group"]) == (axis, group)]
        lines += [f"-- {_words(axis)}: {_words(group.split('_', 1)[-1])}"]
        for row in rows:
            lines += _row_lines(row, numbers)
    return lines


def _row_lines(row: dict[str, Any], numbers: Mapping[str, int]) -> list[str]:
    """A row of evidence: indicator and value, then score, weight, date and source, then the note."""
    unit = _unit(row["unit"]) if row["state"] == "known" else ""
    value = " ".join(filter(None, (_value(row), unit)))
    score = "" if row["score"] is None else f"score {row['score']:.2f}"
    weight = f"weight {row['weight']:.3f}" if row["weight"] else ""
    cited = f"{row['as_of']} [{numbers[row['source']]}]"
    details = ", ".join(filter(None, (score, weight, cited)))
    label, note = row["label"] or "", row["note"] or ""
    remarks = [row["tier"], "" if label == _value(row) or label in note else label, note]
    lines = [paragraph(f"{title_of(row['indicator'])}: {value}; {details}", 2, 4)]
    if any(remarks):
        lines.append(paragraph("; ".join(filter(None, remarks)), 4))
    return lines


def _value(row: dict[str, Any]) -> str:
    """The content of a row of evidence in few words."""
    if (row["note"] or "").startswith(NOT_ASSESSED):
        return NOT_ASSESSED
    if row["state"] != "known":
        return {"not_applicable": "does not apply"}.get(row["state"], "not known")
    if row["unit"] == "class" and row["axis"] == "climate" and row["score"] is not None:
        return CLASSES[round(2 * row["score"])]
    if row["unit"] in _UNITLESS and row["label"] and len(row["label"]) <= _SHORT:
        return str(row["label"])
    if row["unit"] == "1" and row["value"] in {0, 1}:
        return "yes" if row["value"] else "no"
    return _span(row["value"], row["value_low"], row["value_high"])


def _unit(unit: str) -> str:
    return "" if unit in _UNITLESS else unit_in_words(unit)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _span(value: float | None, low: float | None, high: float | None) -> str:
    """A value, with the ends of its interval if it has one."""
    if value is None or low is None or high is None or low >= high:
        return number_in_words(value)
    form = ".3g" if max(abs(low), abs(high)) < _LARGE else ",.0f"
    middle, first, last = (format(number, f"z{form}") for number in (value, low, high))  # z: no "-0"
    return f"{middle} ({first}..{last})"
