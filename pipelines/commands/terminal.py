"""Output of the commands: results on stdout, progress and warnings on stderr."""

from __future__ import annotations

import json
import shutil
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["bytes_progress", "print_result", "print_warning", "progress", "terminal_width"]


def print_result(result: dict[str, Any], *, as_json: bool, text: str | Callable[[], str]) -> None:
    """Print a result as one JSON object, or as `text`. A function `text` is called only if it is needed."""
    if as_json:
        # NaN and infinity are no JSON, so they are an error here.
        line = json.dumps(result, ensure_ascii=False, allow_nan=False)
    else:
        line = text if isinstance(text, str) else text()
    sys.stdout.write(line + "\n")


def print_warning(text: str) -> None:
    """Print a line of warning on stderr."""
    sys.stderr.write(f"arctic-picture: warning: {text}\n")


def terminal_width() -> int | None:
    """The width of the terminal in characters; None if stdout is no terminal."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Give a function that shows a line of progress if stderr is a terminal, and else nothing."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("starting") as status:
        yield status.update


@contextmanager
def bytes_progress() -> Iterator[Callable[[str, int, int | None], None]]:
    """Give a function that shows bars of bytes if stderr is a terminal, and else nothing.

    Its arguments are a name, the bytes so far, and the bytes in all or None.
    """
    if not sys.stderr.isatty():
        yield lambda _name, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def report(name: str, done: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done, total=total)

        yield report
