"""The command glossary."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from layers.assessed.class_thresholds import ANCHORS
from layers.assessed.indicators import INDICATORS, OWN, Indicator, unit_in_words
from layers.errors import UsageError
from layers.names import folded, hint, nearest
from pipelines.commands.arguments import Json
from pipelines.commands.terminal import print_result, say

__all__ = ["glossary"]


def glossary(
    name: Annotated[
        str | None, typer.Argument(help="Indicator or anchor, in full or in part; default: all.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Say what each indicator means: its title, unit, sources, and the values at which it turns."""
    from pipelines.text_table import text_table

    chosen = _chosen(name)
    if name is None and not as_json:
        listed = [{"id": one.id, "title": one.title, "unit": unit_in_words(one.unit)} for one in chosen]
        table = text_table(listed, {"title": "indicator", "unit": "unit", "id": "id"})
        more = "'arctic-picture glossary NAME' says what one means."
        print_result({}, as_json=False, text=f"{table}\n\n{more}")
        return
    say("reads the list of sources")
    from pipelines.sources import SOURCES

    titles = {source.id: source.title for source in SOURCES}
    rows = [_entry(row, titles) for row in chosen]
    print_result({"indicators": rows}, as_json=as_json, text=lambda: "\n\n".join(map(_text, rows)))


def _chosen(name: str | None) -> list[Indicator]:
    """The indicators that a name names by id or title, in full or in part; all if it is None."""
    if name is None:
        return list(INDICATORS)
    text = folded(name)
    spelled = [(row, {folded(row.id), folded(row.title), *map(folded, row.anchors)}) for row in INDICATORS]
    exact = [row for row, names in spelled if text in names]
    chosen = exact or [row for row, names in spelled if text and any(text in one for one in names)]
    if not chosen:
        near = nearest(name, [word for row in INDICATORS for word in (row.id, row.title)])
        end = hint(near, "'arctic-picture glossary' lists them")
        msg = f"glossary: expected the id or title of an indicator, found {name!r}: {end}"
        raise UsageError(msg)
    return chosen


def _entry(row: Indicator, titles: dict[str, str]) -> dict[str, Any]:
    """An indicator with the titles of its sources and with its anchors, for JSON."""
    return {
        "id": row.id,
        "axis": row.axis,
        "title": row.title,
        "unit": row.unit,
        "unit_in_words": unit_in_words(row.unit),
        "meaning": row.meaning,
        "sources": [
            {"id": name, "title": "the list that the node is from" if name == OWN else titles[name]}
            for name in row.sources
        ],
        "anchors": [
            {"id": a.id, "value": a.value, "unit": a.unit, "meaning": a.meaning, "source": a.source}
            for a in ANCHORS
            if a.id in row.anchors
        ],
    }


def _text(row: dict[str, Any]) -> str:
    from pipelines.text_table import paragraph

    lines = [
        f"{row['title']} ({row['id']}), {row['unit_in_words']}; axis {row['axis'].replace('_', ' ')}",
        paragraph(row["meaning"], 2),
        *(
            paragraph(
                f"turns: {a['meaning']} {a['value']:g} {unit_in_words(a['unit']) if a['unit'] != '1' else ''}"
                f" ({a['source']})", 2, 4,
            )
            for a in row["anchors"]
        ),
        paragraph(f"from: {'; '.join(source['title'] for source in row['sources'])}", 2, 4),
    ]  # fmt: skip
    return "\n".join(lines)
