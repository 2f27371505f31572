"""Tables and paragraphs as plain text: the one style of everything that a command prints.

On a terminal, a table fits its width. Elsewhere, a row is one line, so that `grep` and `sort` work, and a
paragraph is 80 characters wide. There is no colour and no escape code, so a file reads as a terminal does.
"""

from __future__ import annotations

import io
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

__all__ = ["page_width", "paragraph", "text_table"]

_UNBOUNDED = 10_000  # characters; rich needs a width, and no row is this long
_PAGE, _WIDEST_PAGE = 80, 110  # characters; a longer line of prose is hard to read
_GAP = 2  # characters between columns


def _terminal_width() -> int | None:
    """The width of the terminal in characters; None if stdout is no terminal."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def page_width() -> int:
    """The width of prose in characters, and of tables inside prose."""
    return min(_terminal_width() or _PAGE, _WIDEST_PAGE)


def paragraph(text: str, indent: int = 0, hanging: int | None = None) -> str:
    """A text wrapped at words to the width of the terminal; an address or an id is never cut.

    `indent` is the indent of the first line in characters, and `hanging` that of the others, which is the
    same if it is None.
    """
    width = page_width()
    return textwrap.fill(
        " ".join(text.split()),
        max(width, 20 + indent),
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent if hanging is None else hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )


def text_table(
    rows: Sequence[Mapping[str, Any]],
    columns: Mapping[str, str],
    *,
    right: Collection[str] = (),
    width: int | None = None,
) -> str:
    """A table as text: a line of headings, a rule, then one line per row.

    `columns` maps keys of the rows to headings, and `right` holds the keys of right-aligned columns. The
    width in characters is that of the terminal; elsewhere no cell wraps. If no column can be made narrow
    enough without a cut through a word, each row becomes a block of lines, one for each cell.
    """
    width = width or _terminal_width()
    cells = [{key: "" if row[key] is None else str(row[key]) for key in columns} for row in rows]
    # A column that is empty everywhere tells nothing.
    columns = {key: title for key, title in columns.items() if not cells or any(row[key] for row in cells)}
    least = {key: _longest_word([title, *(row[key] for row in cells)]) for key, title in columns.items()}
    if width is not None and sum(least.values()) + _GAP * (len(columns) - 1) > width:
        return _blocks(cells, columns)
    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, _GAP - 1, 0, 0), header_style="", show_edge=False
    )
    for key, heading in columns.items():
        table.add_column(
            Text(heading),
            justify="right" if key in right else "left",
            no_wrap=width is None,
            min_width=least[key],
            overflow="fold",
        )
    for row in cells:
        table.add_row(*(Text(row[key]) for key in columns))
    out = io.StringIO()
    Console(file=out, width=width or _UNBOUNDED, color_system=None, legacy_windows=False).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _longest_word(texts: Sequence[str]) -> int:
    return max((len(word) for text in texts for word in text.split()), default=0)


def _blocks(cells: Sequence[Mapping[str, str]], columns: Mapping[str, str]) -> str:
    """Each row as its first cell, and below it a line for each other cell that is not empty."""
    first, *others = columns
    return "\n".join(
        "\n".join(
            [row[first], *(paragraph(f"{columns[key]}: {row[key]}", 2, 4) for key in others if row[key])]
        )
        for row in cells
    )
