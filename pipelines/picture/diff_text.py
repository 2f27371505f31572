"""What `changes` prints: methods and sources first, then the nodes that differ, by cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.text_table import paragraph, text_table

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["changes_text"]

_SOURCE = {"id": "source", "as_of": "as of", "rows": "rows", "state": "state", "evidence": "evidence anew"}
_STATE = {"id": "source", "was": "was", "is": "is"}
_NODE = {"change": "change", "name": "node", "id": "id", "what": "what", "old": "was", "new": "is",
         "why": "why"}  # fmt: skip


def changes_text(report: dict[str, Any]) -> str:
    """The result of `pipelines.picture.diff.changes` as text."""
    parts = [f"{report['old']} -> {report['new']}"]
    parts += [paragraph(f"method: {text}", 0, 2) for text in report["methods"]]
    if report["sources"]:
        rows = [_source(row) for row in report["sources"]]
        parts += ["", text_table(rows, _SOURCE, right=("evidence",))]
    if report["states"]:
        rows = [
            {"id": row["id"], "was": row["state_old"], "is": row["state_new"]} for row in report["states"]
        ]
        parts += ["", "The same data, in another state:", text_table(rows, _STATE)]
    features = report["features"]
    if features:
        counted: dict[tuple[str, str, str], int] = {}
        for row in features:
            key = row["layer"], row["change"], row["cause"]
            counted[key] = counted.get(key, 0) + 1
        rows = [
            {"layer": layer, "change": change, "cause": cause, "rows": count}
            for (layer, change, cause), count in sorted(counted.items())
        ]
        parts += ["", text_table(rows, {name: name for name in rows[0]}, right=("rows",))]
    for cause in dict.fromkeys(row["cause"] for row in report["nodes"]):
        of_cause = [row for row in report["nodes"] if row["cause"] == cause]
        parts += ["", f"[{cause}]", _nodes(of_cause)]
    if not report["nodes"]:
        parts += ["", "no node and no flag differs"]
    return "\n".join(parts)


def _source(row: dict[str, Any]) -> dict[str, Any]:
    """A source that differs; what is the same in both pictures is written once."""

    def turned(name: str) -> str:
        old, new = row[f"{name}_old"], row[f"{name}_new"]
        return f"{new}" if old == new else f"{old} -> {new}"

    evidence = f"{row['evidence_anew']}, {row['evidence_other']} otherwise"
    return {
        "id": row["id"],
        **{name: turned(name) for name in ("as_of", "rows", "state")},
        "evidence": evidence,
    }


def _nodes(rows: Sequence[dict[str, Any]]) -> str:
    table_rows = [
        {name: _words(row[name]) if name in {"what", "old", "new"} else row[name] for name in _NODE}
        for row in rows
    ]
    return text_table(table_rows, _NODE)


def _words(value: Any) -> str:
    return "" if value is None else str(value).replace("_", " ")
