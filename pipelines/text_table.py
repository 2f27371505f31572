"""Tables as plain text, laid out by rich."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

__all__ = ["text_table"]

_UNBOUNDED = 10_000  # characters; rich needs a width, and no row is this long


def text_table(
    rows: Sequence[Mapping[str, Any]],
    columns: Mapping[str, str],
    *,
    right: Collection[str] = (),
    width: int | None = None,
) -> str:
    """A table as text without colour: one line of headings, then one line per row.

    `columns` maps keys of the rows to headings, and `right` holds the keys of right-aligned columns. With a
    `width`, in characters, long cells wrap; without it no cell wraps.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    for key, heading in columns.items():
        table.add_column(
            Text(heading),
            justify="right" if key in right else "left",
            no_wrap=width is None,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(Text("" if row[key] is None else str(row[key])) for key in columns))
    out = io.StringIO()
    Console(file=out, width=width or _UNBOUNDED, color_system=None, legacy_windows=False).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())
