"""Changes since the earlier picture, as a table in order of importance (decisions/0021).

A change has one of three causes: the source states something else, the world was measured again, or the
method judges differently.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from layers.schema import Column, Layer, conform

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["CAUSES", "CHANGES", "METHOD", "SOURCE", "WORLD", "table_of"]

SOURCE, WORLD, METHOD = CAUSES = ("source changed", "world changed", "method changed")
_ABSENT = "not in the picture"
_FLAGGED = ("robust", "possible")
# Differences in these columns of a node come before those in others.
_CLASSES = frozenset({"hazard_class", "military_class", "dependence_class", "dual_use_class"})

CHANGES = Layer(
    id="changes",
    title="What changed since the earlier picture",
    pillar="military",
    geometry="table",
    spine=(),
    key=("place",),
    columns=(
        Column("place", "int", "order of reading: what concerns flags first", required=True, low=0),
        Column("subject", "str", "what differs: a node, a source, rows of a layer, or the method",
               required=True, choices=("node", "method", "source", "rows")),
        Column("subject_id", "str", "key of the node, source or layer; null of the method"),
        Column("name", "str", "its name, or what the method does otherwise"),
        Column("kind", "str", "kind of node"),
        Column("country_iso3", "str", "country of the node, ISO 3166-1 alpha-3"),
        Column("change", "str", "how it differs", required=True,
               choices=("flag changed", "added", "gone", "moved", "changed", "state changed")),
        Column("what", "str", "the column that differs; null where it is the whole"),
        Column("was", "str", "what the earlier picture says"),
        Column("now", "str", "what this picture says"),
        Column("cause", "str", "why; null of a source, whose rows tell", choices=CAUSES),
        Column("why", "str", "what stands behind the cause"),
        Column("rows", "int", "rows of the layer that differ so; null where one thing does", low=1),
    ),
)  # fmt: skip


def table_of(
    differences: Mapping[str, Any], sources: Mapping[str, str], layers: Mapping[str, str]
) -> pd.DataFrame:
    """Return the differences of two pictures (pipelines.picture.diff) as the table of `CHANGES`.

    `sources` and `layers` map ids to titles.
    """
    source_ids = re.compile(rf"\b(?:{'|'.join(map(re.escape, sources)) or '(?!)'})\b")

    def plain(text: str) -> str:
        return source_ids.sub(lambda match: sources[match[0]], text).replace("_", " ").replace(" -> ", " → ")

    rows = [_node(row, plain) for row in sorted(differences["nodes"], key=_order)]
    rows += [_method(text, plain) for text in differences["methods"]]
    rows += [_source(row, sources) for row in differences["sources"]]
    rows += [_state(row, sources) for row in differences["states"]]
    rows += _counted(differences["features"], layers)
    frame = pd.DataFrame(rows, columns=[column.name for column in CHANGES.columns])
    return conform(frame.assign(place=range(len(frame))), CHANGES)


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the sort key of a changed node: flagged nodes come first, and robust before possible."""
    is_flag, is_whole = row["what"] == "flag", row["change"] in {"added", "gone"}
    best = min((_FLAGGED.index(v) for v in (row["old"], row["new"]) if v in _FLAGGED), default=len(_FLAGGED))
    kinds = (
        is_flag and best < len(_FLAGGED), is_whole and best < len(_FLAGGED), is_flag, row["what"] in _CLASSES,
        row["change"] == "moved", is_whole, True,
    )  # fmt: skip
    return kinds.index(True), best, str(row["name"]), str(row["id"]), str(row["what"])


def _node(row: Mapping[str, Any], plain: Any) -> dict[str, Any]:
    is_whole, what = row["change"] in {"added", "gone"}, row["what"] or None
    was, now = (_words(row[side], what) for side in ("old", "new"))
    return {
        "subject": "node", "subject_id": row["id"],
        **{name: row[name] for name in ("name", "kind", "country_iso3")},
        "change": "flag changed" if what == "flag" else row["change"],
        "what": None if is_whole else what,
        "was": _ABSENT if row["change"] == "added" else was,
        "now": _ABSENT if row["change"] == "gone" else now,
        "cause": row["cause"], "why": plain(row["why"]),
    }  # fmt: skip


def _words(value: Any, what: str | None) -> str:
    if value is None or pd.isna(value):
        return "unknown"
    # A name is data, so its underscores stay.
    return str(value) if what == "name" else str(value).replace("_", " ")


def _method(text: str, plain: Any) -> dict[str, Any]:
    return {"subject": "method", "name": plain(text), "change": "changed", "cause": METHOD}


def _source(row: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
    was, now = (_standing(row[f"as_of_{side}"], row[f"state_{side}"]) for side in ("old", "new"))
    counts = [row[f"rows_{side}"] for side in ("old", "new")]
    why = "as many rows as before" if counts[0] == counts[1] else f"{_count(counts[0])} → {_count(counts[1])}"
    if was == now:
        why = f"another issue under the same date, {why}"
    return {
        "subject": "source", "subject_id": row["id"], "name": titles.get(row["id"], row["id"]),
        "change": "added" if was == _ABSENT else "gone" if now == _ABSENT else "changed",
        "was": was, "now": now, "why": why,
    }  # fmt: skip


def _state(row: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
    was, now = (_standing(row[f"as_of_{side}"], row[f"state_{side}"]) for side in ("old", "new"))
    return {
        "subject": "source", "subject_id": row["id"], "name": titles.get(row["id"], row["id"]),
        "change": "state changed", "was": was, "now": now, "why": "the same data",
    }  # fmt: skip


def _standing(as_of: str | None, state: str | None) -> str:
    parts = [f"as of {as_of}" if as_of else "", (state or "").replace("_", " ")]
    return ", ".join(filter(None, parts)) or _ABSENT


def _count(rows: int | None) -> str:
    return "no rows" if rows is None else f"{rows:,} rows"


def _counted(rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return counts of rows by layer, change and cause, so that a series that grew by a year is one line."""
    if not rows:
        return []
    by = pd.DataFrame(rows).groupby(["layer", "change", "cause"], sort=True).size()
    return [
        {
            "subject": "rows", "subject_id": layer, "name": titles.get(layer, layer), "change": change,
            "cause": cause, "rows": count,
        }
        for (layer, change, cause), count in by.items()
    ]  # fmt: skip
