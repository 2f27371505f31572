# ruff: noqa: INP001  # a script beside the documents, no package
"""Write the generated parts of the documents: `.venv/bin/python docs/generate.py`.

A generated part stands between `<!-- generated: NAME -->` and `<!-- end -->`; the rest is written by hand.
`tests/test_docs.py` holds them current.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from layers.assessed.class_thresholds import ANCHORS
from layers.assessed.indicators import INDICATORS, OWN, unit_in_words
from layers.catalog import LAYERS, ON_PUBLICATION, ON_REQUEST
from layers.picture import CAVEATS
from layers.regions import REGIONS
from layers.scenarios import SCENARIOS
from layers.schema import SPINE
from maps import ALWAYS, EXPORTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from layers.schema import Column, Layer

DOCS = Path(__file__).resolve().parent
PART = re.compile(r"(<!-- generated: (?P<name>[a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; a bar in a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |\n" for line in lines
    )


def columns_of(columns: Iterable[Column]) -> str:
    """Return the table of some columns: name, type, unit, whether it may be null, meaning and choices."""
    rows = []
    for column in columns:
        one_of = f"; one of {' '.join(f'`{word}`' for word in column.choices)}" if column.choices else ""
        null = "no" if column.required else "yes"
        meaning = column.meaning + one_of + _bounds(column)
        rows.append((f"`{column.name}`", column.dtype, column.unit, null, meaning))
    return table(("column", "type", "unit", "may be null", "meaning"), rows)


def _bounds(column: Column) -> str:
    """Return the range of the values of a column in words; empty without bounds."""
    low, high = column.low, column.high
    if low is None:
        return "" if high is None else f"; at most {high:.10g}"
    return f"; at least {low:.10g}" if high is None else f"; {low:.10g} to {high:.10g}"


def _place(layer: Layer) -> str:
    folder = "tables" if layer.geometry == "table" else "layers"
    return f"{folder}/{layer.id}.parquet" if layer.is_published else "not written"


def _layers() -> str:
    head = ("layer", "title", "geometry", "kind", "file")
    rows = []
    for layer in LAYERS:
        kind = "derived" if layer.derive else "observed"
        rows.append((f"[`{layer.id}`](#{layer.id})", layer.title, layer.geometry, kind, _place(layer)))
    return table(head, rows)


def _each_layer() -> str:
    parts = []
    for layer in (*LAYERS, *ON_REQUEST, *ON_PUBLICATION):
        spine = "The spine, and:" if layer.spine == SPINE else "No spine:"
        note = f"{layer.note}\n\n" if layer.note else ""
        key = ", ".join(f"`{name}`" for name in layer.key)
        text = f"### {layer.id}\n\n{layer.title}. Key: {key}.\n\n{note}{spine}\n\n{columns_of(layer.columns)}"
        parts.append(text)
    return "\n".join(parts)


def parts() -> dict[str, str]:
    """Return the text of every generated part by name."""
    return {
        "anchors": table(
            ("id", "value", "unit", "meaning", "source"),
            [
                # The unit 1 is a score here, and yes or no in the table of indicators.
                (f"`{a.id}`", f"{a.value:g}", a.unit if a.unit == "1" else unit_in_words(a.unit), a.meaning,
                 a.source)
                for a in ANCHORS
            ],
        ),
        "indicators": table(
            ("indicator", "id", "axis", "unit", "meaning", "from", "anchors"),
            [(i.title, f"`{i.id}`", i.axis.replace("_", " "), unit_in_words(i.unit), i.meaning,
              ", ".join("the node's own list" if name == OWN else f"`{name}`" for name in i.sources),
              ", ".join(f"`{name}`" for name in i.anchors)) for i in INDICATORS],
        ),
        "caveats": "".join(f"{n}. {text}\n" for n, text in enumerate(CAVEATS, 1)),
        "spine": columns_of(SPINE),
        "layers": _layers(),
        "columns": _each_layer(),
        "regions": table(("id", "title"), [(f"`{r.id}`", r.title) for r in REGIONS]),
        "scenarios": table(("id", "warming, °C", "basis"),
                           [(f"`{s.id}`", f"{s.warming_degc:g}", s.basis) for s in SCENARIOS]),
        "exports": table(("id", "module", "made"),
                         [(f"`{name}`", f"`{module}`", "always" if name in ALWAYS else "on request")
                          for name, module in EXPORTS.items()]),
    }  # fmt: skip


def renewed(text: str) -> str:
    """Return a document with its generated parts made anew."""
    made = parts()
    return PART.sub(lambda hit: f"{hit[1]}\n{made[hit['name']]}\n{hit[3]}", text)


if __name__ == "__main__":
    for path in sorted(DOCS.rglob("*.md")):
        old = path.read_text(encoding="utf-8")
        new = renewed(old)
        if new != old:
            path.write_text(new, encoding="utf-8")
            sys.stdout.write(f"{path.relative_to(DOCS.parent)}\n")
